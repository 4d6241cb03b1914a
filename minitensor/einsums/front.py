"""The function `einsum`, and the plan of one that can be held: to read, to print, and to call in a loop."""

from collections.abc import Sequence
from math import inf
from numbers import Real
from types import EllipsisType
from typing import Any, overload

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype
from minitensor.broadcasting import Shape
from minitensor.core import door, intake
from minitensor.core.intake import not_a_tensor
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.einsums.executor import compiled, key_of, prepare
from minitensor.einsums.parser import as_shape
from minitensor.einsums.planner import Steps, Tidied, plan, tidied
from minitensor.einsums.program import in_words
from minitensor.einsums.sublists import in_letters, naming
from minitensor.errors import DeviceError, DTypeError, EinsumError, InputError

Labels = Sequence[int | EllipsisType]  # of the axes of one tensor, in NumPy's other form


@overload
def einsum(spec: str, /, *tensors: Tensor, dtype: DType | None = None, memory_limit: int | None = None) -> Tensor: ...
@overload
def einsum(
    tensor: Tensor,
    labels: Labels,
    /,
    *more: Tensor | Labels,
    dtype: DType | None = None,
    memory_limit: int | None = None,
) -> Tensor: ...
def einsum(spec: Any, *tensors: Any, dtype: DType | None = None, memory_limit: int | None = None) -> Tensor:
    """Multiply tensors and sum over every letter that the output does not name.

    spec : a letter for each axis, with ',' between tensors, then '->' and the letters of the output. A letter twice in
        one tensor takes a diagonal; '...' stands for any further axes, which broadcast. Without '->' the output is
        '...' and each letter that stands once, in alphabetical order. Letters of any alphabet will do, so that there
        may be more than 52; or write numbers, as NumPy does: ``einsum(a, [0, 1], b, [1, 2], [0, 2])``
    tensors : one for each term, all on one backend. Their dtypes promote as in NumPy, and sums stay in that dtype; for
        bool, a product is `and` and a sum is `or`. Sums of float16 are made in float32 and rounded at the end
    dtype : of the result; the tensors are brought to it before, in copies, and must fit into it as in `tensor`
    memory_limit : how many elements an intermediate result may have, from three tensors on. The order of the
        pairs is that of the fewest operations, up to ten tensors, and beyond the best that is found in some time

    Memory: the result, one intermediate result at a time from three tensors on, and a copy of what must be merged into
    one axis and does not lie in that order. One tensor that is only permuted gives a view of it.

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
    where the tensors are on different backends; DTypeError, a TypeError, for what is not a Tensor, or does not fit into
    the dtype; OutOfMemoryError, a MemoryError, before anything is allocated, where an intermediate result or the answer
    is larger than all the memory that is free.

    >>> mt.einsum("mk,kn->mn", b, b)
    Traceback (most recent call last):
    minitensor.errors.EinsumError: 'k' has two sizes: 2 on axis 1 of operand 0, shape (3, 2);
        3 on axis 0 of operand 1, shape (3, 2)
      mk,kn->mn
       ^ ^
    fix: slice or permute the operands until the sizes are equal, or give the axes different letters
    """
    if dtype is not None or type(spec) is not str:
        return _otherwise(spec, tensors, dtype, memory_limit)
    try:
        # The way to what is already compiled is kept short: on a 2 × 2 product it takes most of the time
        # (tests/benchmarks/einsum.py has tiny ones). So one operand and two are written out, without a loop.
        if len(tensors) == 2:
            x, y = tensors
            a, b, plain = x.array, y.array, type(x) is Tensor is type(y)
            arrays: Any = a, b
            key: tuple = spec, a.shape, a.dtype, type(a), b.shape, b.dtype, type(b)
        elif len(tensors) == 1:
            (x,) = tensors
            a, plain = x.array, type(x) is Tensor
            arrays = (a,)
            key = spec, a.shape, a.dtype, type(a)
        else:
            arrays, plain = [tensor.array for tensor in tensors], {Tensor}.issuperset(map(type, tensors))
            key = key_of(spec, arrays)
        if not plain and (kind := door.overriding(tensors)):
            return kind._operation("einsum", einsum, (spec, *tensors), {"memory_limit": memory_limit})
        if memory_limit is not None:
            key += (memory_limit,)
        run = compiled.get(key)
    except (AttributeError, TypeError):  # not a Tensor
        run = None
    if run is None:
        _check(tensors)
        run = prepare(key, spec, arrays, _limit("einsum", memory_limit))
    out = Tensor()
    out.array = run(*arrays)
    return out


def _otherwise(spec: Any, tensors: tuple[Any, ...], dtype: Any, memory_limit: int | None) -> Tensor:
    """The same where the labels are in lists, or where the tensors must be brought to a dtype."""
    spec, tensors, words = in_letters("einsum", spec, tensors)
    _check(tensors)
    if dtype is not None:
        own = checked_dtype(dtype)
        tensors = tuple(_in_dtype(number, x, own) for number, x in enumerate(tensors))
    with naming(words):
        return einsum(spec, *tensors, memory_limit=memory_limit)


def _in_dtype(number: int, x: Tensor, own: Any) -> Tensor:
    if x.dtype == own:
        return x
    if door.overriding((x,)) and own.kind == "f":
        return x.astype(own)
    return wrap(intake.fitted(f"einsum: operand {number}: ", x.array, own))


def _check(tensors: tuple[Any, ...]) -> None:
    """Raise where an operand is not a Tensor, or where they are on different backends."""
    for number, operand in enumerate(tensors):
        if not isinstance(operand, Tensor):
            what = f"operand {number} of einsum is {not_a_tensor(operand)}"
            raise DTypeError(f"{what}; write minitensor.tensor(...) round it")
    arrays = [tensor.array for tensor in tensors]
    if len({type(array) for array in arrays}) > 1:
        _refuse_two_backends(arrays)


def _refuse_two_backends(arrays: list[Any]) -> None:
    names = [backend.of(array).name for array in arrays]
    if len(set(names)) > 1:
        places = ", ".join(f"operand {number} is on {name}" for number, name in enumerate(names))
        raise DeviceError(f"einsum: {places}; bring them together with .to({names[0]!r}) or .to({names[-1]!r})")


def _limit(name: str, given: Any) -> int | None:
    """A memory limit as a plain number of elements; 1e6 will do as well as 1_000_000, and infinity is no limit."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, Real):
        raise DTypeError(f"{name}: memory_limit is a number of elements, not a {type(given).__name__}")
    number: Any = given
    if not number >= 0:
        raise InputError(f"{name}: memory_limit={given}; it must be a number of elements, 0 or more")
    return None if number == inf else int(number)


# --- the plan ------------------------------------------------------------------------------------------------------


class EinsumPlan:
    """How an einsum is computed on tensors of certain shapes. Call it with such tensors; print it to read its steps.

    spec, shapes : what it was made for
    steps : calls of array functions, each a `Step`
    flops : operations of the products of two, without the sums over single operands
    largest_intermediate : elements of the largest intermediate result, 0 where there is none
    memory_limit : the most that was asked for, or None
    dtype : that of the result, or None where it is that of the tensors
    """

    def __init__(self, spec: str, shapes: tuple[Shape, ...], memory_limit: int | None, dtype: Any = None) -> None:
        self.spec, self.shapes, self.memory_limit = spec, shapes, memory_limit
        self.dtype = None if dtype is None else checked_dtype(dtype)
        self._tidied: Tidied = tidied(spec, shapes, memory_limit)
        self.steps: Steps = plan(self._tidied) if self.dtype is None else plan(self._tidied, self.dtype.itemsize)

    @property
    def flops(self) -> int:
        return self._tidied.order.cost.flops

    @property
    def largest_intermediate(self) -> int:
        return self._tidied.order.cost.largest

    def __call__(self, *tensors: Tensor) -> Tensor:
        """The same as ``einsum(spec, *tensors)``; it may take the steps in another way if the tensors are permuted."""
        shapes = tuple([tensor.array.shape for tensor in tensors if isinstance(tensor, Tensor)])
        if len(shapes) == len(tensors) and shapes != self.shapes:
            raise EinsumError(
                f"this plan of {self.spec!r} is for shapes {_words(self.shapes)}, not {_words(shapes)}\n"
                f"fix: minitensor.einsum_plan({self.spec!r}, ...) with these shapes, or minitensor.einsum"
            )
        return einsum(self.spec, *tensors, dtype=self.dtype, memory_limit=self.memory_limit)

    def __repr__(self) -> str:
        return f"einsum_plan({self.spec!r}, {_words(self.shapes)})"

    def __str__(self) -> str:
        """A heading with the cost, then a line for each step: the call, the values it takes, the axes of its result."""
        lines = [f"{self.spec} on {_words(self.shapes)}: {self.flops:,} operations"]
        if self.largest_intermediate:
            lines[0] += f", largest intermediate result {self.largest_intermediate:,} elements"
        for step in self.steps:
            values = ", ".join(map(str, step.operands))
            extra = f" {step.argument}" if step.argument else ""
            lines.append(f"  {f'{step.call}({values})':<16} -> {in_words(step.result) or 'a number'}{extra}")
        return "\n".join(lines)


def einsum_plan(
    spec: str | Shape | Tensor,
    *shapes: Shape | Tensor | Labels,
    dtype: DType | None = None,
    memory_limit: int | None = None,
) -> EinsumPlan:
    """How `einsum` will compute a spec: a plan to read, and to call on tensors of these shapes.

    spec : as for `einsum`, lists of numbers too: ``einsum_plan((2, 3), [0, 1], (3, 4), [1, 2])``
    shapes : one for each term; a Tensor stands for its shape
    dtype, memory_limit : as for `einsum`

    >>> import minitensor as mt
    >>> chain = mt.einsum_plan("ij,jk,k->i", (30, 40), (40, 50), (50,))
    >>> print(chain)
    ij,jk,k->i on (30, 40), (40, 50), (50,): 6,400 operations, largest intermediate result 40 elements
      matmul(1, 2)     -> j
      matmul(0, 1)     -> i
    >>> chain(mt.ones((30, 40)), mt.ones((40, 50)), mt.ones(50)).shape
    (30,)

    Raises EinsumError, which points at the fault, where the spec is malformed or does not fit the shapes, and where
    every order of the pairs has an intermediate result of more elements than `memory_limit`; DTypeError, a TypeError,
    for what has no shape; InputError for a size that is no whole number or negative.
    """
    spec, shapes, words = in_letters("einsum_plan", spec, shapes)
    plain = [shape.shape if isinstance(shape, Tensor) else shape for shape in shapes]
    sizes = tuple(as_shape("einsum_plan", number, shape) for number, shape in enumerate(plain))
    with naming(words):
        return EinsumPlan(spec, sizes, _limit("einsum_plan", memory_limit), dtype)


def _words(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(map(str, shapes))
