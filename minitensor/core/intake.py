"""What comes in from elsewhere: a plain array of numbers is made of it, or it is refused with what to write instead.

There is one rule, whichever way the numbers come: by `tensor` and `as_tensor`, as the points of an estimator, beside a
Tensor in an operator, in an assignment, or as an index. Subclasses of NumPy's array become plain arrays. A masked array
becomes its data, and is refused where an entry is masked. An array of objects becomes numbers where every object is
one. What is no number to every backend is refused: text, dates, records, floats of more than 64 bits.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from numbers import Integral, Number
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import HOLDS, NATIVE, holds_number
from minitensor.errors import DTypeError, InputError, MinitensorError, ShapeError

DLPACK = {1: "numpy", 2: "cupy", 3: "numpy"}  # by the number of a device: the processor, a GPU, memory that both see
PLAIN = {float, int, bool, complex}  # Python's own numbers

# What to write instead of an array of another kind, by the letter that NumPy has for it.
FIXES = {
    "U": "write .astype('float64') if every text is a number",
    "S": "write .astype('float64') if every text is a number",
    "T": "write .astype('float64') if every text is a number",
    "M": "write (array - array.min()) / np.timedelta64(1, 's') for seconds",
    "m": "write array / np.timedelta64(1, 's') for seconds",
}


def not_a_tensor(x: Any) -> str:
    """What x is called in a message: a class of another library by its full name.

    >>> not_a_tensor([1.0]), not_a_tensor(np.ones(2))
    ('a list, not a Tensor', 'a numpy.ndarray, not a minitensor.Tensor')
    """
    return f"{a_class(x)}, not a {'Tensor' if type(x).__module__ == 'builtins' else 'minitensor.Tensor'}"


def a_class(x: Any) -> str:
    """The class of x with its article: "an int", "a torch.Tensor"."""
    name = class_name(x)
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def class_name(x: Any) -> str:
    """The class of x with its library, but for Python's own: "int", "torch.Tensor", "minitensor.Tensor"."""
    library, name = type(x).__module__.partition(".")[0], type(x).__name__
    return name if library == "builtins" else f"{library}.{name}"


def is_array(given: Any) -> bool:
    """Whether the numbers are in an array already, of NumPy or of a library that exchanges arrays by DLPack."""
    return isinstance(given, np.ndarray) or (hasattr(given, "__dlpack__") and not isinstance(given, np.generic))


def array(name: str, given: Any) -> Any:
    """An array of any library as a plain raw array of a backend. The memory is shared, unless numbers are converted.

    name : what messages call it; memory : none, but for an array of objects or of foreign byte order, which is copied

    >>> array("as_tensor", np.ma.array([1.0, 2.0])), array("as_tensor", np.array([1, 2.5], object)).dtype.name
    (array([1., 2.]), 'float64')

    Raises DTypeError for what holds no numbers or is no array, InputError for masked entries, sparse tables and tensors
    that belong to a graph of gradients.
    """
    if isinstance(given, np.ndarray):
        return given if type(given) is np.ndarray and given.dtype in NATIVE else _plain(name, given)
    try:
        return _checked(name, given, backend.of(given))
    except TypeError as error:
        if isinstance(error, MinitensorError):
            raise
        if not hasattr(given, "__dlpack__"):
            _refuse_sparse(name, given)
            raise DTypeError(
                f"{name}: {a_class(given)} is not an array of a backend; "
                "minitensor.tensor(...) makes a Tensor from lists and numbers"
            ) from None
    try:
        lib = _that_takes(given)
        found = lib.xp.from_dlpack(given)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error, MinitensorError):
            raise
        raise _not_exchanged(name, given, error) from None
    return _checked(name, found, lib)


def _that_takes(given: Any) -> backend.Backend:
    """The backend that an array of another library is taken over by, where it lies: what DLPack says.

    A tensor of PyTorch stays PyTorch's if that is the current backend, or if its device is neither NumPy's nor CuPy's.
    """
    place, name = given.__dlpack_device__()[0], f"torch:{getattr(given, 'device', None)}".removesuffix(":0")
    if place in DLPACK and (backend.current().name != name or not type(given).__module__.startswith("torch")):
        return backend.load(DLPACK[place])
    return backend.load(name)


def read(name: str, data: Any) -> np.ndarray:
    """Numbers, lists of them, of arrays and of Tensors, and whatever else NumPy reads, as a new plain array.

    >>> read("tensor", [[1, 2], [3, 4]]).dtype.name, read("tensor", [2**63]).dtype.name
    ('int64', 'uint64')

    Raises ShapeError for lists of unequal length, and what `array` raises.
    """
    try:
        listed = _listed(name, data)
        found = np.array(listed)
    except RecursionError:
        raise InputError(f"{name}: the lists lie in each other without end; write a list of numbers") from None
    except (ValueError, TypeError, OverflowError) as error:
        if isinstance(error, MinitensorError):
            raise
        if "sequence" in str(error) or "broadcast" in str(error):
            raise ShapeError(f"{name}: the lists are not a rectangle: {error}") from None
        raise DTypeError(f"{name}: {data!r:.60} is not made of numbers: {error}") from None
    first = _first(listed) if found.dtype.kind == "f" else None
    if type(first) is not float and (
        isinstance(first, Integral) or getattr(first, "dtype", np.dtype(float)).kind in "iu"
    ):
        found = np.array(listed, dtype=object)  # NumPy makes floats of integers that no one dtype holds
    return found if found.dtype in NATIVE else _plain(name, found)


def fitted(name: str, raw: Any, own: np.dtype) -> Any:
    """The numbers of a raw array in the dtype `own`, unchanged: see `Backend.fitted`. Raises DTypeError."""
    lib = backend.of(raw)
    result = lib.fitted(raw, own)
    if result is None:
        raise _cannot_hold(f"{name}{own}", f"{lib.numpy_dtype(raw)} values")
    return result


def fitted_number(value: Any, own: np.dtype) -> Any:
    """A Python number that an array of dtype `own` holds unchanged. Raises DTypeError for all else."""
    if type(value) not in HOLDS:
        raise DTypeError(
            f"{own} elements cannot hold {a_class(value)}; write a number, a list or minitensor.tensor(...)"
        )
    if not holds_number(own, value):
        is_kind = own.kind in HOLDS.get(type(value), ())
        raise _cannot_hold(str(own), f"{value!s:.30}" if is_kind else f"{type(value).__name__} values")
    return value


def _cannot_hold(own: str, what: str) -> DTypeError:
    return DTypeError(f"{own} elements cannot hold {what} unchanged; cast one of them with .astype(...)")


def _listed(name: str, data: Any) -> Any:
    """Lists of Tensors and of arrays as lists of plain NumPy arrays."""
    kind = type(data)
    if kind in PLAIN:
        return data
    if kind is list or isinstance(data, (list, tuple)):
        return data if PLAIN.issuperset(map(type, data)) else [_listed(name, part) for part in data]
    if hasattr(type(data), "_operation"):
        return data.numpy()
    if is_array(data):
        raw = array(name, data)
        return backend.of(raw).to_numpy(raw)
    return data


def tensors_in(data: Any) -> Iterator[Any]:
    """The Tensors in nested lists."""
    for each in () if PLAIN.issuperset(map(type, data)) else data:
        if isinstance(each, (list, tuple)):
            yield from tensors_in(each)
        elif hasattr(type(each), "_operation"):
            yield each


def _first(listed: Any) -> Any:
    while (type(listed) is list or isinstance(listed, Sequence)) and not isinstance(listed, memoryview) and len(listed):
        listed = listed[0]
    return listed


def _plain(name: str, given: np.ndarray) -> np.ndarray:
    dtype = given.dtype
    if dtype.kind == "O":
        return _of_objects(name, given)
    if type(given) is not np.ndarray and dtype.kind in "biufc":
        given = _unmasked(name, given)
    return _checked(name, given if dtype.isnative else given.astype(dtype.newbyteorder("=")), backend.load("numpy"))


def _unmasked(name: str, given: Any) -> np.ndarray:
    """An array of any subclass as a plain one."""
    masked = int(given.mask.sum()) if hasattr(given, "filled") else 0
    if masked:
        raise InputError(
            f"{name}: {masked} of {given.size} entries are masked; write .filled(number) to give them one"
            f"{', or .compressed() to leave them out' if given.ndim < 2 else ', or leave out the rows that hold one'}"
        )
    return np.asarray(given)


def _checked(name: str, raw: Any, lib: backend.Backend) -> Any:
    dtype = lib.numpy_dtype(raw)
    if dtype.kind not in "biufc" or dtype.itemsize > (16 if dtype.kind == "c" else 8):
        if dtype.kind in "fc":
            wide = {"f": "float64", "c": "complex128"}[dtype.kind]
            raise DTypeError(f"{name}: only some machines have elements of type {dtype}; write .astype({wide!r})")
        fix = FIXES.get(dtype.kind, "write .astype('float32')")
        if dtype.names:
            fix = f"take one field, such as array[{dtype.names[0]!r}]"
        some = (raw if raw.size < 10 else raw.reshape(-1)[:10]).tolist()
        raise DTypeError(f"{name}: elements of type {dtype} are not numbers: {some!r:.60}; {fix}")
    return raw


def _of_objects(name: str, given: np.ndarray) -> np.ndarray:
    """The numbers in an array of objects; what is none is named with its place."""
    given = _unmasked(name, given)
    found: list[Any] = []
    for place, x in zip(product(*map(range, given.shape)), given.reshape(-1).tolist(), strict=True):
        x = x.item() if isinstance(x, np.ndarray) and not x.ndim else x
        if not (isinstance(x, Number) or getattr(x, "dtype", None) == "bool"):
            _refuse_sparse(name, x)
            at = f" at index {place}" if place else ""
            raise DTypeError(f"{name}: elements of type object are not numbers: {x!r:.60}{at}{_why_not(x)}")
        found.append(x if isinstance(x, (int, float, complex, np.generic)) else _nearest(name, x))
    numbers = np.array(found)
    whole = [int(x) for x in found if isinstance(x, Integral) and not isinstance(x, bool)]
    if numbers.dtype.kind == "O" or (numbers.dtype.kind == "f" and len(whole) == len(found) > 0):
        # Beyond int64; NumPy would make floats of some of these.
        ends = sorted({min(whole), max(whole)})
        if len(whole) < len(found) or ends[0] < 0 or ends[-1] >= 2**64:
            raise DTypeError(
                f"{name}: no integer dtype holds {' and '.join(f'{end!s:.30}' for end in ends)}; write floats"
            )
        numbers = np.array(found, "uint64")
    return _plain(name, numbers.reshape(given.shape))


def _nearest(name: str, x: Any) -> float:
    """The float next to a number that is none of Python's own, such as a Fraction or a Decimal."""
    try:
        value = float(x)
    except OverflowError:
        value = math.inf
    if math.isinf(value) and x != value:
        raise DTypeError(f"{name}: no float holds {x!s:.30}")
    return value


def _why_not(x: Any) -> str:
    try:
        float(x)
    except (TypeError, ValueError) as error:
        return f"; {error}"
    return f"; write float(...) for {a_class(x)}"


def _refuse_sparse(name: str, given: Any) -> None:
    if hasattr(given, "toarray"):
        raise InputError(f"{name}: {a_class(given)} is sparse, and every element is needed; write .toarray()")


def _not_exchanged(name: str, given: Any, error: Exception) -> MinitensorError:
    """Why another library would not hand its array out."""
    what = a_class(given)
    if getattr(given, "requires_grad", False):
        return InputError(f"{name}: {what} requires a gradient, which ends here; write .detach()")
    if "strided" not in str(getattr(given, "layout", "strided")):
        return InputError(f"{name}: {what} is sparse, and every element is needed; write .to_dense()")
    if "conj" in str(error) or "neg" in str(error):
        return InputError(f"{name}: {what} is not written out: {error}; write .resolve_conj().resolve_neg()")
    dtype = getattr(given, "dtype", "unknown")
    return DTypeError(
        f"{name}: {what} with elements of type {dtype} cannot be taken over: {error}; convert it to float32 first"
    )
