"""Recording what is computed with variables, and going back over it.

A `Variable` is a Tensor that knows how it was made: by which rule, from which operands, and with a number that is
larger than theirs. That is the tape, and it is freed with the variables. To go back from a loss is to visit what it
was made of in falling order of the numbers, and to ask the table in `rules.py` how much of the gradient is each
operand's. A Tensor that is no variable knows nothing of this, and costs nothing.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, NoReturn

from minitensor import backend
from minitensor.autograd.rules import CONSTANT, IN_PLACE, RULES, Rule
from minitensor.core import door, printing
from minitensor.core.creation import ones
from minitensor.core.intake import is_array, not_a_tensor
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, DTypeError, GradientError, ShapeError

_numbers = count(1)


class Variable(Tensor):
    """A Tensor that remembers how it was made, so that the slope of a number along each of its elements can be found.

    It has every method of a Tensor and goes into every function; what comes out is a Variable too, where there is a
    slope. Made by `minitensor.variable`. grad : what `backward` has added up, a plain Tensor of this shape, or None

    Nothing is written over a variable, and a plain Tensor beside one is copied where the way back needs its elements:
    so the gradient is that of the numbers that were computed with. Memory: what was computed on the way stays until the
    loss is gone back from, or is gone.
    """

    __slots__ = ("_number", "_operands", "_options", "_rule", "_value", "_values", "grad")
    grad: Tensor | None
    _value: Tensor  # the same array as a plain Tensor
    _number: int  # larger than those of the operands
    _rule: Rule | None  # None for a leaf
    _operands: Any  # what it was computed from, variables among them
    _values: Any  # the arguments of the operation, no variables among them
    _options: dict[str, Any]

    @classmethod
    def _operation(  # type: ignore[override]
        cls, name: str, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]
    ) -> Any:
        """Compute an operation on plain Tensors, and remember it if it has a gradient."""
        rule = RULES.get(name)
        if rule is None:
            return _without_rule(name, function, args, options)
        values = tuple([_of_its_own(x, rule.copies) for x in args])
        value = function(*values, **options)
        if value is NotImplemented or backend.of(value.array).numpy_dtype(value.array).kind != "f":
            return value  # a number of another kind does not change with a small change
        return made(rule, args[0] if rule.listed else args, values, options, value)

    def backward(self, gradient: Tensor | None = None) -> None:
        """Add to the `grad` of each variable that this was made of the slope of this number along its elements.

        gradient : a Tensor of this shape, if this is no single number: what each element counts

        >>> import minitensor as mt
        >>> w = mt.variable([1.0, 2.0])
        >>> (w * w).sum().backward()
        >>> w.grad.tolist()
        [2.0, 4.0]

        Raises ShapeError where this is no single number and no gradient is given, GradientError the second time.
        """
        seed = _seed(self, gradient)
        found = back(self, seed)
        if self._rule is not None:
            self._rule, self._operands, self._values = _SPENT, (), ()
        for leaf, share in found:
            leaf.grad = share if leaf.grad is None else leaf.grad + share

    def plain(self) -> Tensor:
        """The elements as a plain Tensor that is cut off from the tape, and that cannot be written to."""
        return wrap(backend.of(self.array).protected(self.array))

    def to(self, name: str) -> Tensor:
        """This variable on the backend called `name`: its gradient comes back to where this is."""
        return self._operation("to", Tensor.to, (self, name), {})

    def numpy(self) -> NoReturn:
        """Refused, as NumPy would compute without the tape."""
        raise GradientError(
            f"a variable of shape {self.shape} is on the tape, where NumPy cannot follow; write .plain().numpy() to "
            "leave it, or minitensor.stack([...]) to put variables together"
        )

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers; one number if there are no axes."""
        return self._value.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        self.numpy()

    def __dlpack__(self, **options: Any) -> Any:
        return self.plain().__dlpack__(**options)

    def __repr__(self) -> str:
        return printing.to_text(self.array, "variable")


def operator(python: str, name: str) -> None:
    """Give Variable an operator that does not ask the slow door first: on eight numbers that takes half of the time
    (tests/benchmarks/autograd.py)."""
    rule, forward, reflected = RULES[name], getattr(Tensor, f"__{python}__"), getattr(Tensor, f"__r{python}__")

    def operation(self: Variable, other: Any) -> Any:
        kind = type(other)
        if kind is Variable:
            values = self._value, other._value
        elif kind in door.NUMBERS and kind is not complex:
            values = self._value, other
        else:
            return forward(self, other)
        return made(rule, (self, other), values, _NONE, forward(*values))

    def turned(self: Variable, other: Any) -> Any:
        if type(other) not in door.NUMBERS or type(other) is complex:
            return reflected(self, other)
        values = other, self._value
        return made(rule, (other, self), values, _NONE, reflected(self._value, other))

    setattr(Variable, f"__{python}__", operation)
    setattr(Variable, f"__r{python}__", turned)


_NONE: dict[str, Any] = {}
_SPENT = Rule()
for _python, _name in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "pow", "matmul": "matmul"
}.items():  # fmt: skip
    operator(_python, _name)


def made(rule: Rule | None, operands: Any, values: Any, options: dict[str, Any], value: Tensor) -> Variable:
    """A new variable of this value; without a rule it is a leaf, which is made of nothing."""
    out = Variable()
    out.array = value.array
    out.grad = None
    out._value = value
    out._number = next(_numbers)
    out._rule = rule
    out._operands = operands
    out._values = values
    out._options = options
    return out


def leaf(value: Tensor) -> Variable:
    return made(None, (), (), _NONE, value)


def _of_its_own(x: Any, copied: bool) -> Any:
    """An argument without variables; plain Tensors and arrays as copies, where the way back will need them as now."""
    kind = type(x)
    if kind is Variable:
        return x._value
    if kind is tuple or kind is list:
        return kind([_of_its_own(each, copied) for each in x])
    if kind is Tensor:
        return x.copy() if copied else x
    return wrap(x).copy().array if copied and is_array(x) else x


def _without_rule(name: str, function: Callable[..., Any], args: Any, options: dict[str, Any]) -> Any:
    if name in IN_PLACE:
        what, fix = IN_PLACE[name]
        raise GradientError(f"{what}: the tape may need what would be written over, or would not see it; write {fix}")
    value = function(*[_of_its_own(x, False) for x in args], **options)
    if name in CONSTANT:
        return value
    raise GradientError(
        f"{name} has no rule for its gradient; write it with operations that have one, or .plain() to leave it out"
    )


# --- going back ----------------------------------------------------------------------------------------------------


def back(
    loss: Variable, seed: Tensor, first: int = 0, last: int = 0, recorded: bool = False
) -> list[tuple[Variable, Tensor]]:
    """The gradient of the sum of loss times seed: of each leaf, or of the variables numbered from first to last − 1.

    recorded : whether the way back is on the tape itself, so that gradients have gradients
    What was made before the `first` is not visited. Time: each variable once, and a share for each of its operands.
    """
    number = loss._number
    waiting, gradients, found = [-number], {number: (loss, seed)}, []
    while waiting:
        node, g = gradients.pop(-heappop(waiting))
        rule = node._rule
        if rule is None or node._number < last:
            found.append((node, g))
            continue
        operands, values, options = node._operands, node._values, node._options
        vjps, out = rule.vjps, node._value
        if recorded:
            out = node
            if not rule.listed:
                values = [x if type(x) is Variable else value for x, value in zip(operands, values, strict=True)]
        elif rule is _SPENT:
            raise GradientError(
                "backward: this loss has been gone back from before, and has forgotten how it was made; compute it "
                "again, or add up the losses and go back once"
            )
        for place, x in enumerate(operands):
            if type(x) is Variable:
                number = x._number
                if number >= first:
                    share = vjps[place](g, out, *values, **options)
                    array, own = share.array, x.array
                    if array.shape != own.shape:
                        share = summed(share, own.shape)
                    if array.dtype is not own.dtype and array.dtype != own.dtype:
                        share = share.astype(x.dtype)
                    if number in gradients:
                        gradients[number] = x, gradients[number][1] + share
                    else:
                        if rule.shares and (x._rule is None or number < last):
                            share = share.copy()  # what two leaves are given is not to be one array
                        gradients[number] = x, share
                        heappush(waiting, -number)
    return found


def summed(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The sum over the axes along which `shape` was stretched to that of x."""
    new = len(x.shape) - len(shape)
    axes = tuple(axis for axis, size in enumerate(x.shape) if axis < new or (size != 1 and shape[axis - new] == 1))
    return x.sum(axes).reshape(shape)


def reaches_before(loss: Variable, first: int) -> bool:
    """Whether the loss was made of a variable with a number below `first`."""
    seen, open_ = {loss._number}, [loss]
    while open_:
        for x in open_.pop()._operands:
            if type(x) is Variable and x._number not in seen:
                if x._number < first:
                    return True
                seen.add(x._number)
                open_.append(x)
    return False


def single(name: str, loss: Any) -> None:
    """Raise ShapeError unless the loss is one number, DTypeError unless it is a Tensor of floats."""
    if not isinstance(loss, Tensor):
        raise DTypeError(f"{name}: the loss is {not_a_tensor(loss)}; its gradient is that of a Tensor of one number")
    if loss.size != 1:
        raise ShapeError(
            f"{name}: the loss has shape {loss.shape}, but a gradient is that of one number; write .sum() or .mean()"
        )


def _seed(loss: Variable, gradient: Tensor | None) -> Tensor:
    if gradient is None:
        if loss.array.size != 1:
            single("backward", loss)
        return ones(loss.array.shape, like=loss)
    if not isinstance(gradient, Tensor):
        raise DTypeError(f"backward: the gradient is {not_a_tensor(gradient)}; write minitensor.tensor(...)")
    if gradient.shape != loss.shape:
        raise ShapeError(f"backward: the gradient has shape {gradient.shape}, the loss {loss.shape}; make them equal")
    if type(gradient.array) is not type(loss.array):
        raise DeviceError(
            f"backward: the loss is on {loss.backend}, the gradient on {gradient.backend}; "
            f"write gradient.to({loss.backend!r})"
        )
    return gradient.astype(loss.dtype) if loss._rule is None or gradient.dtype != loss.dtype else gradient.plain()
