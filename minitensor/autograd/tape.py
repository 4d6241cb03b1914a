"""The tape, and the way back over it.

A variable has a `Node`: by which rule it was made, of which other nodes, and with a number that is larger than theirs.
The nodes are the tape. A node keeps of the elements only what its rule will ask for, and it is freed with the last
variable that was made of it. To go back from a loss is to visit what it was made of in falling order of the numbers,
and to ask the table in `rules.py` how much of the gradient is each operand's.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any

from minitensor import backend
from minitensor.autograd.rules import Rule
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import GradientError

_numbers = count(1)
_SPENT, _BROKEN = Rule(), Rule()


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


def node_of(rule: Rule | None, parents: Any, values: Any, options: dict[str, Any], value: Tensor) -> Node:
    """A new node of this value, made by a rule of its parents."""
    node, array = Node(), value.array
    node.number = next(_numbers)
    node.rule = rule
    node.parents = parents
    node.values = values
    node.options = options
    node.out = value if rule is not None and rule.out else None
    node.shape = array.shape
    node.dtype = array.dtype
    node.grad = None
    return node


def back(
    loss: Node, seed: Tensor, first: int = 0, last: int = 0, again: Callable[[Tensor, Node], Tensor] | None = None
) -> list[tuple[Node, Tensor]]:
    """The gradient of the sum of loss times seed: of each leaf, or of the nodes numbered from first to last − 1.

    again : makes a variable of a value and its node; if given, the way back is on the tape itself, and gradients have
        gradients
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
        if rule is _SPENT or rule is _BROKEN:
            what = "has been gone back from before" if rule is _SPENT else "was gone back from, and that broke off"
            raise GradientError(
                f"backward: this loss {what}, and it has forgotten how it was made; compute it again, or add up the "
                "losses and go back once"
            )
        if again:
            out = again(out, node) if out is not None else None
            if rule.operands and not rule.listed:
                values = [value if x is None else again(value, x) for x, value in zip(parents, values, strict=True)]
        elif node is loss:
            loss.rule, loss.parents, loss.values, loss.out = _BROKEN, (), (), None
        for x, vjp in zip(parents, rule.vjps, strict=False):  # arguments that are no operands have no rule
            if x is None or (number := x.number) < first:
                continue
            known = gradients.get(number)
            if known is None:
                heappush(waiting, -number)
            if rule.adds and not again and rule.adds(*values):
                total = zeros(x.shape, like=g) if known is None else known[1] if known[2] else known[1].copy()
                total[values[1]] += g
                gradients[number] = x, total, True
                continue
            share = vjp(g, out, *values, **options)
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
    loss.rule = _SPENT if loss.rule is _BROKEN else loss.rule
    return found


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
