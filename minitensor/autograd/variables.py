"""Class `Variable`: a Tensor whose operations are recorded on the tape."""

from collections.abc import Callable
from threading import Lock
from typing import Any, NoReturn

from minitensor import backend
from minitensor.autograd.rules import CONSTANT, IN_PLACE, RULES, Rule
from minitensor.autograd.tape import Node, back, node_of
from minitensor.core import door, printing
from minitensor.core.creation import ones
from minitensor.core.intake import is_array, not_a_tensor
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, DTypeError, GradientError, ShapeError


class Variable(Tensor):
    """A Tensor that remembers how it was made, so that the slope of a number along each of its elements can be found.

    It has every method of a Tensor and goes into every function; what comes out is a Variable too, where there is a
    slope. Made by `minitensor.variable`.

    Nothing is written over a variable, and a plain Tensor beside one is copied where the way back needs its elements:
    so the gradient is that of the numbers that were computed with.
    """

    __slots__ = ("_node", "_value")
    _node: Node
    _value: Tensor  # the same array as a plain Tensor

    @classmethod
    def _operation(  # type: ignore[override]
        cls, name: str, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]
    ) -> Any:
        """Compute an operation on plain Tensors, and remember it if it has a gradient."""
        rule = RULES.get(name)
        if rule is None:
            return _without_rule(name, function, args, options)
        if rule.listed:
            parents = [x._node if type(x) is Variable else None for x in args[0]]
            plain, values = [_without_variables(x) for x in args], [_held(x, rule) for x in args]
        else:
            parents, plain, values = [], [], []
            for x in args:
                if type(x) is Variable:
                    parents.append(x._node)
                    plain.append(x._value)
                    values.append(x._value if rule.operands else x._node)
                else:
                    simple = type(x) in _SIMPLE
                    parents.append(None)
                    plain.append(x if simple else _without_variables(x))
                    values.append(x if simple else _held(x, rule))
        value = function(*plain, **options)
        if value is NotImplemented or (kind := value.dtype.kind) in "biu":
            return value  # truth and whole numbers do not change with a small change
        if kind == "c":
            _refuse_complex(name, value)
        return made(rule, parents, values, options, value)

    @property
    def grad(self) -> Tensor | None:
        """What `backward` has added up: the slope of the losses along each element. None before, and to clear it.

        Raises GradientError for a variable that was computed: only those made by `variable` have one.
        """
        if self._node.rule is not None:
            raise GradientError(
                f"grad: this variable of shape {self.shape} was computed from others, and only those are given a grad; "
                "write variable(...) round it to begin anew"
            )
        return self._node.grad

    @grad.setter
    def grad(self, gradient: Tensor | None) -> None:
        if gradient is not None:
            _check_gradient("grad", self, gradient)
        self._node.grad = gradient

    def backward(self, gradient: Tensor | None = None) -> None:
        """Add to the `grad` of each variable that this was made of the slope of this number along its elements.

        gradient : a Tensor of this shape, if this is no single number: what each element counts

        What was made on the way stays: it can be gone back from again as a part of another loss, but not this loss.

        >>> import minitensor as mt
        >>> w = mt.variable([1.0, 2.0])
        >>> (w * w).sum().backward()
        >>> w.grad.tolist()
        [2.0, 4.0]

        Raises ShapeError where this is no single number and no gradient is given, GradientError the second time.
        """
        found = back(self._node, _seed(self, gradient))
        with _adding:  # two threads may go back to one leaf
            for node, share in found:
                node.grad = share if node.grad is None else node.grad + share

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

    def item(self) -> Any:
        """The one element as a Python number."""
        return self._value.item()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        self.numpy()

    def __dlpack__(self, **options: Any) -> NoReturn:
        self.numpy()

    def __deepcopy__(self, memo: Any) -> "Variable":
        """Of a leaf another leaf; what was computed would lose what it was computed from."""
        if self._node.rule is not None:
            raise GradientError(f"a variable of shape {self.shape} that was computed is not copied; write .plain()")
        out = leaf(self._value.copy())
        out.grad = None if self.grad is None else self.grad.copy()
        return out

    def __reduce__(self) -> NoReturn:
        raise GradientError(f"a variable of shape {self.shape} is on a tape, which is not written down; write .plain()")

    def __repr__(self) -> str:
        return printing.to_text(self.array, "variable")


def operator(python: str, name: str) -> None:
    """Give Variable an operator that does not ask the slow door first.

    On eight numbers that takes a third of the time (tests/benchmarks/autograd.py).
    """
    rule, forward, reflected = RULES[name], getattr(Tensor, f"__{python}__"), getattr(Tensor, f"__r{python}__")
    asks = rule.operands  # of these rules each asks for the elements of both operands, or of none

    def operation(self: Variable, other: Any) -> Any:
        kind, a = type(other), self._value
        if kind is Variable:
            b = other._value
            return made(rule, (self._node, other._node), (a, b) if asks else _NOTHING, _NONE, forward(a, b))
        if kind is Tensor:
            value = forward(a, other)
            if value.array.dtype is not a.array.dtype:
                _refuse_complex(name, value)
            return made(rule, (self._node, None), (a, other.copy()) if asks else _NOTHING, _NONE, value)
        if kind in door.NUMBERS and kind is not complex:
            return made(rule, (self._node, None), (a, other) if asks else _NOTHING, _NONE, forward(a, other))
        return forward(self, other)

    def turned(self: Variable, other: Any) -> Any:
        kind, b = type(other), self._value
        if kind is Tensor:
            value = forward(other, b)
            if value.array.dtype is not b.array.dtype:
                _refuse_complex(name, value)
            return made(rule, (None, self._node), (other.copy(), b) if asks else _NOTHING, _NONE, value)
        if kind in door.NUMBERS and kind is not complex:
            return made(rule, (None, self._node), (other, b) if asks else _NOTHING, _NONE, reflected(b, other))
        return reflected(self, other)

    setattr(Variable, f"__{python}__", operation)
    setattr(Variable, f"__r{python}__", turned)


_NONE: dict[str, Any] = {}
_NOTHING = (None, None)
_SIMPLE = {type(None), bool, int, float, str}  # arguments that nothing has to be done with
_adding = Lock()
for _python, _name in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "pow", "matmul": "matmul"
}.items():  # fmt: skip
    operator(_python, _name)


def made(rule: Rule | None, parents: Any, values: Any, options: dict[str, Any], value: Tensor) -> Variable:
    """A new variable of this value, made by a rule of its parents."""
    out = Variable()
    out.array, out._value = value.array, value
    out._node = node_of(rule, parents, values, options, value)
    return out


def again(value: Tensor, node: Node) -> Variable:
    """A variable of a value and its node, of which there may be others."""
    out = Variable()
    out.array, out._value, out._node = value.array, value, node
    return out


def leaf(value: Tensor) -> Variable:
    return made(None, (), (), _NONE, value)


def _without_variables(x: Any) -> Any:
    kind = type(x)
    if kind is tuple or kind is list:
        return kind([_without_variables(each) for each in x])
    return x._value if kind is Variable else x


def _held(x: Any, rule: Rule) -> Any:
    """What the way back keeps of an argument: copies of plain Tensors and arrays, which may be written over by then."""
    kind = type(x)
    if kind is Variable:
        return x._value if rule.operands else x._node
    if kind is tuple or kind is list:
        return kind([_held(each, rule) for each in x])
    if kind is Tensor:
        return x.copy() if rule.copies else x
    return wrap(x).copy().array if rule.copies and is_array(x) else x


def _refuse_complex(name: str, value: Tensor) -> None:
    if value.dtype.kind == "c":
        raise GradientError(f"{name}: the result is {value.dtype}, and complex numbers have no gradient here")


def _without_rule(name: str, function: Callable[..., Any], args: Any, options: dict[str, Any]) -> Any:
    if name in IN_PLACE:
        what, fix = IN_PLACE[name]
        raise GradientError(f"{what}: the tape may need what would be written over, or would not see it; write {fix}")
    value = function(*map(_without_variables, args), **options)
    if name in CONSTANT:
        return value
    raise GradientError(
        f"{name} has no rule for its gradient; write it with operations that have one, or .plain() to leave it out"
    )


def single(name: str, loss: Any) -> None:
    """Raise ShapeError unless the loss is one number, DTypeError unless it is a Tensor of floats."""
    if not isinstance(loss, Tensor):
        raise DTypeError(f"{name}: the loss is {not_a_tensor(loss)}; its gradient is that of a Tensor of one number")
    if loss.dtype.kind != "f":
        raise DTypeError(f"{name}: the loss is {loss.dtype}, which does not change by a little; compute it of floats")
    if loss.size != 1:
        raise ShapeError(
            f"{name}: the loss has shape {loss.shape}, but a gradient is that of one number; write .sum() or .mean()"
        )


def _seed(loss: Variable, gradient: Tensor | None) -> Tensor:
    if gradient is None:
        if loss.array.size != 1:
            single("backward", loss)
        return ones(loss.array.shape, like=loss)
    _check_gradient("backward", loss, gradient)
    return gradient.astype(loss.dtype) if loss._node.rule is None or gradient.dtype != loss.dtype else gradient.plain()


def _check_gradient(name: str, x: Variable, gradient: Any) -> None:
    """Raise unless it is a Tensor of the shape of x, on its backend."""
    if not isinstance(gradient, Tensor):
        raise DTypeError(f"{name}: the gradient is {not_a_tensor(gradient)}; write minitensor.tensor(...)")
    if gradient.shape != x.shape:
        raise ShapeError(f"{name}: the gradient has shape {gradient.shape}, the variable {x.shape}; make them equal")
    if type(gradient.array) is not type(x.array):
        raise DeviceError(
            f"{name}: the variable is on {x.backend}, the gradient on {gradient.backend}; "
            f"write gradient.to({x.backend!r})"
        )
