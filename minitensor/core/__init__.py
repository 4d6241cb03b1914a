"""Class `Tensor`: storage, shape, dtype, indexing, operators; making one; printing; what to say when something failed.

`tensor.py` is the class, and `operations.py` makes its operations; `creation.py` and `counting.py` make new tensors;
`indexing.py`, `shaping.py` and `totals.py` are primitive operations on raw arrays. `intake.py` makes plain arrays of
what comes from elsewhere, or refuses it. `door.py` is the slow door: what is not a plain Tensor goes through it, and
what failed is explained there. `numpy_functions.py` lets in NumPy's functions; `words.py` knows what others call a
thing. `checks.py` has what is checked beforehand, `printing.py` how a tensor looks.
"""
