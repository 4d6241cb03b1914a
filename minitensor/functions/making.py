"""How the elementwise functions are made: by the name that the standard has for them.

`unary` and `binary` make the careful function and its shortcut, `written` gives an operator of Python its name. Each
takes one sentence and one example, which is run as a doctest.
"""

from collections.abc import Callable
from typing import Any

from minitensor import backend, ops
from minitensor.backend import kinds
from minitensor.backend.dtypes import HOLDS, SAFE, holds_number
from minitensor.core import door, intake, operations, shaping
from minitensor.core.operations import Operand
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError

Unary = Callable[[Tensor], Tensor]
Binary = Callable[[Operand, Operand], Tensor]

__test__: dict[str, str] = {}  # the examples of what is made here, for doctest

OF_TRUTH = {"logical_and", "logical_or", "logical_xor", "logical_not"}


def unary(name: str, words: str, example: str, result: str) -> Unary:
    """The function of one tensor that has this name in the standard."""

    def stub(x: Tensor, /) -> Tensor: ...

    stub.__name__ = stub.__qualname__ = name
    stub.__doc__ = _with_example(name, words, example, result)
    return operations.unary(ops.elementwise(name), floats=name in kinds.FLOATS)(stub)


def binary(name: str, words: str, example: str, result: str) -> Binary:
    """The function of two tensors, or a tensor and a number, that has this name in the standard; they broadcast."""

    def operation(a: Operand, b: Operand, /) -> Tensor:
        try:
            x, y = (a.array, b.array) if type(a) is Tensor is type(b) else together(name, a, b)
            return wrap(backend.as_array(compute(x, y)))
        except Exception as error:
            return door.explain_function(name, operation, (a, b), error)

    def careful(array: Any, other: Any) -> Any:
        lib = backend.of(array if hasattr(array, "dtype") else other)
        shaping.refuse_integers_as_floats(name, array, other)
        pair = array, other
        if name in kinds.FLOATS_OF_TWO:
            pair = kinds.as_floats(lib, *pair)
        if name in OF_TRUTH:
            for each in pair:
                kinds.check_truth(name, lib, each)
        return backend.as_array(getattr(lib.xp, name)(*pair))

    compute = ops.primitive(careful, name)
    return operations.called(name, operation, _with_example(name, words, example, result), name)


def written(name: str, compute: Callable[[Any, Any], Any], words: str, example: str, result: str) -> Binary:
    """An operator of Python under the name that the standard has for it."""

    def operation(a: Operand, b: Operand, /) -> Tensor:
        if not (isinstance(a, Tensor) or isinstance(b, Tensor)):
            kinds = " and ".join(map(intake.class_name, (a, b)))
            raise DTypeError(f"{name} takes Tensors and numbers, one a Tensor at least, not {kinds}; "
                             "write minitensor.tensor(...)")  # fmt: skip
        return compute(a, b)

    return operations.called(name, operation, _with_example(name, words, example, result), name)


def _with_example(name: str, words: str, example: str, result: str) -> str:
    __test__[name] = f"{words}\n\n>>> import minitensor as mt\n>>> mt.{name}({example}).tolist()\n{result}"
    return __test__[name]


def together(name: str, *values: Any) -> list[Any]:
    """Tensors and numbers, raw, for an elementwise function; a number must fit into the dtype that it will take on."""
    raw = door.operands(*values)
    # A float of a size that every dtype of floats has fits, and is promoted beside integers.
    numbers = [x for x in raw if type(x) in HOLDS and not (type(x) is float and -SAFE <= x <= SAFE)]
    for array in raw if numbers else ():
        if type(array) not in HOLDS:
            own = backend.of(array).numpy_dtype(array)
            for x in numbers if own.kind != "b" else ():
                if not holds_number(own, x) and own.kind in HOLDS[type(x)]:  # of another kind, the two are promoted
                    raise DTypeError(f"{name}: {x!s:.30} does not fit into {own}; cast with .astype(...)")
    return raw
