"""Class `Tensor`: storage, shape, dtype, indexing, operators; making one; printing; what to say when something failed.

`tensor.py` is the class, on `operators.py`; `creation.py` makes new ones; `failures.py` says why an operation failed;
`printing.py` is how a tensor looks.
"""
