"""Einstein summation: say which letters the axes have, and every product and sum follows.

`parser.py` reads the spec. `planner.py` turns it and the shapes into a short program of array functions: `order.py`
says which operands meet first, `program.py` how two of them do. `executor.py` makes one function of that and keeps it.
`plans.py` shows it to whoever wants to read it, and `explain.py` says in words what a spec means and costs.
"""

from typing import Any

from minitensor import backend
from minitensor.core.tensor import Tensor
from minitensor.einsums.executor import compiled, key_of, prepare
from minitensor.einsums.plans import EinsumPlan, einsum_plan
from minitensor.errors import DeviceError, DTypeError

__all__ = ["EinsumPlan", "einsum", "einsum_plan"]


def einsum(spec: str, *tensors: Tensor, memory_limit: int | None = None) -> Tensor:
    """Multiply tensors and sum over every letter that the output does not name.

    spec : a letter for each axis, with ',' between tensors, then '->' and the letters of the output. A letter twice in
        one tensor takes a diagonal; '...' stands for any further axes, which broadcast. Without '->' the output is
        '...' and each letter that stands once, in alphabetical order
    tensors : one for each term, all on one backend. Their dtypes promote as in NumPy, and sums stay in that dtype; for
        bool, a product is `and` and a sum is `or`. Sums of float16 are made in float32 and rounded at the end
    memory_limit : how many elements an intermediate result may have, from three tensors on. Without it the order of
        the pairs is that of the fewest operations
    memory : the result, one intermediate result at a time from three tensors on, and a copy of what must be merged
        into one axis and does not lie in that order. One tensor that is only permuted gives a view of it

    >>> import minitensor as mt
    >>> a = mt.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])  # (m, k) = (2, 3)
    >>> b = mt.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])  # (k, n) = (3, 2)

    1. The matrix product, (2, 3) and (3, 2) to (2, 2): k is not in the output, so it is summed.

    >>> mt.einsum("mk,kn->mn", a, b).tolist()
    [[4.0, 5.0], [10.0, 11.0]]

    2. The outer product, (2,) and (3,) to (2, 3): nothing is summed.

    >>> mt.einsum("i,j->ij", mt.tensor([1, 10]), mt.tensor([1, 2, 3])).tolist()
    [[1, 2, 3], [10, 20, 30]]

    3. The trace, (2, 2) to (): the same letter twice walks down the diagonal.

    >>> mt.einsum("ii->", mt.tensor([[1, 2], [3, 4]])).item()
    5

    4. The sum of each row, (2, 3) to (2,).

    >>> mt.einsum("mk->m", a).tolist()
    [6.0, 15.0]

    5. A product of two stacks of matrices, (5, 2, 3) and (3, 4) to (5, 2, 4): '...' broadcasts.

    >>> mt.einsum("...mk,...kn->...mn", mt.ones((5, 2, 3)), mt.ones((3, 4))).shape
    (5, 2, 4)

    6. Squared distances of 2 query points to 3 data points, (2, 3, d) twice to (2, 3).

    >>> queries, points = mt.tensor([[0.0, 0.0], [1.0, 1.0]]), mt.tensor([[0.0, 1.0], [3.0, 4.0], [1.0, 1.0]])
    >>> difference = queries[:, None, :] - points[None, :, :]
    >>> mt.einsum("qnd,qnd->qn", difference, difference).tolist()
    [[1.0, 25.0, 2.0], [1.0, 13.0, 0.0]]

    Raises EinsumError, which points at the fault, where the spec is malformed or does not fit the shapes (a letter has
    one size everywhere: an axis of size 1 is not stretched, as it is in NumPy), or the memory limit; DeviceError
    where the tensors are on different backends; DTypeError, a TypeError, for what is not a Tensor; OutOfMemoryError, a
    MemoryError, before anything is allocated, where a result on the way is larger than all the memory that is free.

    >>> mt.einsum("mk,kn->mn", b, b)
    Traceback (most recent call last):
    minitensor.errors.EinsumError: 'k' has two sizes: 2 on axis 1 of operand 0, shape (3, 2);
        3 on axis 0 of operand 1, shape (3, 2)
      mk,kn->mn
       ^ ^
    fix: slice or permute the operands until the sizes are equal, or give the axes different letters
    """
    try:
        # The way to what is already compiled is kept short: on a 2 × 2 product it is most of the time. One operand and
        # two are written out, because going round a loop takes longer than all the rest.
        if len(tensors) == 2:
            a, b = tensors[0].array, tensors[1].array
            arrays: Any = a, b
            key: tuple = spec, a.shape, a.dtype, type(a), b.shape, b.dtype, type(b)
        elif len(tensors) == 1:
            a = tensors[0].array
            arrays = (a,)
            key = spec, a.shape, a.dtype, type(a)
        else:
            arrays = [tensor.array for tensor in tensors]
            key = key_of(spec, arrays)
        if memory_limit is not None:
            key += (memory_limit,)
        run = compiled.get(key)
    except (AttributeError, TypeError):  # no Tensor, or no text
        run = None
    if run is None:
        _check(spec, tensors)
        run = prepare(key, spec, arrays, memory_limit)
    out = Tensor()
    out.array = run(*arrays)
    return out


def _check(spec: Any, tensors: tuple[Any, ...]) -> None:
    """Raise where the spec is no text, an operand no Tensor, or where they are on different backends."""
    if not isinstance(spec, str):
        raise DTypeError(f"einsum takes first a spec such as 'ij,jk->ik', not a {type(spec).__name__}")
    for number, operand in enumerate(tensors):
        if not isinstance(operand, Tensor):
            what = f"operand {number} of einsum is a {type(operand).__name__}, not a Tensor"
            raise DTypeError(f"{what}; write minitensor.tensor(...) round it")
    arrays = [tensor.array for tensor in tensors]
    if len({type(array) for array in arrays}) > 1:
        _refuse_two_backends(arrays)


def _refuse_two_backends(arrays: list[Any]) -> None:
    homes = [backend.of(array).name for array in arrays]
    if len(set(homes)) > 1:
        places = ", ".join(f"operand {number} is on {home}" for number, home in enumerate(homes))
        raise DeviceError(f"einsum: {places}; bring them together with .to({homes[0]!r}) or .to({homes[-1]!r})")
