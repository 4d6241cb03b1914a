"""Recording what is computed with variables, and going back over it.

A `Variable` is a Tensor with a `Node`: by which rule it was made, of which other nodes, and with a number that is
larger than theirs. The nodes are the tape. A node keeps of the elements only what its rule will ask for, and it is
freed with the last variable that was made of it. To go back from a loss is to visit what it was made of in falling
order of the numbers, and to ask the table in `rules.py` how much of the gradient is each operand's. A Tensor that is no
variable knows nothing of this, and costs nothing.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, NoReturn

from minitensor import backend
from minitensor.autograd.rules import CONSTANT, IN_PLACE, RULES, Rule
from minitensor.core import door, printing
from minitensor.core.creation import ones, zeros
from minitensor.core.intake import is_array, not_a_tensor
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, DTypeError, GradientError, ShapeError

_numbers = count(1)


class Node:
    """How a variable was made, and what the way back must know of it. Where a rule asks for a shape, it serves as well.

    number : larger than those of its parents
    rule : None for a leaf, which was made of nothing
    parents : for each operand its node, or None if it is no variable
    values, options : the arguments of the operation; a node stands for elements that the rule does not ask for
    out : the result, if the rule asks for it
    shape, dtype : of the result, as its array has them
    grad : of a leaf, what `backward` has added up
    """

    __slots__ = ("dtype", "grad", "number", "options", "out", "parents", "rule", "shape", "values")
    number: int
    rule: Rule | None
    parents: Any
    values: Any
    options: dict[str, Any]
    out: Tensor | None
    shape: tuple[int, ...]
    dtype: Any
    grad: Tensor | None

    @property
    def ndim(self) -> int:
        return len(self.shape)


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
        plain = [_without_variables(x) for x in args]
        value = function(*plain, **options)
        if value is NotImplemented or backend.of(value.array).numpy_dtype(value.array).kind != "f":
            return value  # a number of another kind does not change with a small change
        parents = tuple([x._node if type(x) is Variable else None for x in (args[0] if rule.listed else args)])
        return made(rule, parents, [_held(x, rule) for x in args], options, value)

    @property
    def grad(self) -> Tensor | None:
        """What `backward` has added up: the slope of the losses along each element. None before, and to clear it."""
        return self._node.grad

    @grad.setter
    def grad(self, gradient: Tensor | None) -> None:
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
        for node, share in back(self._node, _seed(self, gradient)):
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

    def __dlpack__(self, **options: Any) -> Any:
        return self.plain().__dlpack__(**options)

    def __repr__(self) -> str:
        return printing.to_text(self.array, "variable")


def operator(python: str, name: str) -> None:
    """Give Variable an operator that does not ask the slow door first: on eight numbers that takes a third of the time
    (tests/benchmarks/autograd.py)."""
    rule, forward, reflected = RULES[name], getattr(Tensor, f"__{python}__"), getattr(Tensor, f"__r{python}__")

    def operation(self: Variable, other: Any) -> Any:
        kind = type(other)
        if kind is Variable:
            parents, values = (self._node, other._node), (self._value, other._value)
        elif kind in door.NUMBERS and kind is not complex:
            parents, values = (self._node, None), (self._value, other)
        else:
            return forward(self, other)
        return made(rule, parents, values if rule.operands else parents, _NONE, forward(*values))

    def turned(self: Variable, other: Any) -> Any:
        if type(other) not in door.NUMBERS or type(other) is complex:
            return reflected(self, other)
        return made(rule, (None, self._node), (other, self._value), _NONE, reflected(self._value, other))

    setattr(Variable, f"__{python}__", operation)
    setattr(Variable, f"__r{python}__", turned)


_NONE: dict[str, Any] = {}
_SPENT = Rule()
for _python, _name in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "pow", "matmul": "matmul"
}.items():  # fmt: skip
    operator(_python, _name)


def made(rule: Rule | None, parents: Any, values: Any, options: dict[str, Any], value: Tensor) -> Variable:
    """A new variable of this value, made by a rule of its parents."""
    out, node, array = Variable(), Node(), value.array
    out.array = array
    out._value = value
    out._node = node
    node.number = next(_numbers)
    node.rule = rule
    node.parents = parents
    node.values = values
    node.options = options
    node.out = value if rule is not None and rule.out else None
    node.shape = array.shape
    node.dtype = array.dtype
    node.grad = None
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


# --- going back ----------------------------------------------------------------------------------------------------


def back(loss: Node, seed: Tensor, first: int = 0, last: int = 0, recorded: bool = False) -> list[tuple[Node, Tensor]]:
    """The gradient of the sum of loss times seed: of each leaf, or of the nodes numbered from first to last − 1.

    recorded : whether the way back is on the tape itself, so that gradients have gradients
    What was made before the `first` is not visited. Time: each node once, and a share for each of its operands. The
    loss forgets how it was made, so that what nobody else holds is freed on the way.
    """
    # Each node that waits, its gradient so far, and whether that is an array of its own, which may be added to.
    waiting, gradients, found = [-loss.number], {loss.number: (loss, seed, False)}, []
    while waiting:
        node, g, _ = gradients.pop(-heappop(waiting))
        rule, parents, values, options, out = node.rule, node.parents, node.values, node.options, node.out
        if rule is None or node.number < last:
            found.append((node, g))
            continue
        if recorded:
            values, out = _on_tape(values, parents, rule), _again(out, node) if rule.out else None
        elif rule is _SPENT:
            raise GradientError(
                "backward: this loss has been gone back from before, and has forgotten how it was made; compute it "
                "again, or add up the losses and go back once"
            )
        elif node is loss:
            loss.rule, loss.parents, loss.values, loss.out = _SPENT, (), (), None
        vjps = rule.vjps
        for place, x in enumerate(parents):
            if x is None or (number := x.number) < first:
                continue
            known = gradients.get(number)
            if known is None:
                heappush(waiting, -number)
            if rule.adds and not recorded and rule.adds(*values):
                total = zeros(x.shape, like=g) if known is None else known[1] if known[2] else known[1].copy()
                total[values[1]] += g
                gradients[number] = x, total, True
                continue
            share = vjps[place](g, out, *values, **options)
            array = share.array
            if array.shape != x.shape:
                share = summed(share, x.shape)
            if array.dtype is not x.dtype and array.dtype != x.dtype:
                share = share.astype(backend.of(array).numpy_dtype(x))
            if known is not None:
                gradients[number] = x, known[1] + share, True
            elif rule.shares and (x.rule is None or number < last):
                gradients[number] = x, share.copy(), True  # what two leaves are given is not to be one array
            else:
                gradients[number] = x, share, False
    return found


def _on_tape(values: Any, parents: Any, rule: Rule) -> Any:
    """The arguments of an operation with their variables again."""
    if rule.listed or not rule.operands:
        return values
    return [value if node is None else _again(value, node) for node, value in zip(parents, values, strict=True)]


def _again(value: Any, node: Node) -> Variable:
    """Another variable of the same node."""
    out = Variable()
    out.array, out._value, out._node = value.array, value, node
    return out


def summed(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The sum over the axes along which `shape` was stretched to that of x."""
    wide = x.array.shape
    new = len(wide) - len(shape)
    if wide[new:] == shape:
        return x.sum(0 if new == 1 else tuple(range(new)))
    axes = tuple([axis for axis, size in enumerate(wide) if axis < new or (size != 1 and shape[axis - new] == 1)])
    return x.sum(axes).reshape(shape)


def reaches_before(loss: Node, first: int) -> bool:
    """Whether the loss was made of a node with a number below `first`."""
    seen, open_ = {loss.number}, [loss]
    while open_:
        for x in open_.pop().parents:
            if x is not None and x.number not in seen:
                if x.number < first:
                    return True
                seen.add(x.number)
                open_.append(x)
    return False


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
    if not isinstance(gradient, Tensor):
        raise DTypeError(f"backward: the gradient is {not_a_tensor(gradient)}; write minitensor.tensor(...)")
    if gradient.shape != loss.shape:
        raise ShapeError(f"backward: the gradient has shape {gradient.shape}, the loss {loss.shape}; make them equal")
    if type(gradient.array) is not type(loss.array):
        raise DeviceError(
            f"backward: the loss is on {loss.backend}, the gradient on {gradient.backend}; "
            f"write gradient.to({loss.backend!r})"
        )
    return gradient.astype(loss.dtype) if loss._node.rule is None or gradient.dtype != loss.dtype else gradient.plain()
