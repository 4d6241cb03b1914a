"""A plan to hold in the hand: to read, to print, and to call in a loop."""

from minitensor.broadcasting import Shape
from minitensor.core.tensor import Tensor
from minitensor.einsums.order import Cost
from minitensor.einsums.planner import Plan, explain_order, plan
from minitensor.errors import DTypeError, EinsumError


class EinsumPlan:
    """How an einsum is computed on tensors of certain shapes. Call it with such tensors; print it to read its steps.

    spec, shapes : what it was made for
    steps : calls of array functions, each a `Step`
    flops : operations of the products of two, without the sums over single operands
    largest_intermediate : elements of the largest intermediate result, 0 where there is none
    memory_limit : what that was asked to stay below, or None
    """

    def __init__(self, spec: str, shapes: tuple[Shape, ...], memory_limit: int | None) -> None:
        self.spec, self.shapes, self.memory_limit = spec, shapes, memory_limit
        self.steps: Plan = plan(spec, shapes, None, memory_limit)
        self._cost: Cost = explain_order(spec, shapes, memory_limit)

    @property
    def flops(self) -> int:
        return self._cost.flops

    @property
    def largest_intermediate(self) -> int:
        return self._cost.largest

    def __call__(self, *tensors: Tensor) -> Tensor:
        """The same as ``einsum(spec, *tensors)``; it may take the steps in another way if the tensors are permuted."""
        from minitensor.einsums import einsum

        shapes = tuple([tensor.array.shape for tensor in tensors if isinstance(tensor, Tensor)])
        if len(shapes) == len(tensors) and shapes != self.shapes:
            raise EinsumError(
                f"this plan of {self.spec!r} is for shapes {_words(self.shapes)}, not {_words(shapes)}\n"
                f"fix: minitensor.einsum_plan({self.spec!r}, ...) with these shapes, or minitensor.einsum"
            )
        return einsum(self.spec, *tensors, memory_limit=self.memory_limit)

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
            lines.append(f"  {f'{step.call}({values})':<16} -> {step.result or 'a number'}{extra}")
        return "\n".join(lines)


def einsum_plan(spec: str, *shapes: Shape | Tensor, memory_limit: int | None = None) -> EinsumPlan:
    """How `einsum` will compute a spec: a plan to read, and to call on tensors of these shapes.

    spec : as for `einsum`
    shapes : one for each term; a Tensor stands for its shape
    memory_limit : how many elements an intermediate result may have

    >>> import minitensor as mt
    >>> chain = mt.einsum_plan("ij,jk,k->i", (30, 40), (40, 50), (50,))
    >>> print(chain)
    ij,jk,k->i on (30, 40), (40, 50), (50,): 6,400 operations, largest intermediate result 40 elements
      matmul(1, 2)     -> j
      matmul(0, 1)     -> i
    >>> chain(mt.ones((30, 40)), mt.ones((40, 50)), mt.ones(50)).shape
    (30,)

    Raises EinsumError, which points at the fault, where the spec is malformed or does not fit the shapes, and where
    every order of the pairs has an intermediate result of more elements than `memory_limit`.
    """
    if not isinstance(spec, str):
        raise DTypeError(f"einsum_plan takes first a spec such as 'ij,jk->ik', not a {type(spec).__name__}")
    sizes = tuple(tuple(shape.shape if isinstance(shape, Tensor) else shape) for shape in shapes)
    return EinsumPlan(spec, sizes, memory_limit)


def _words(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(map(str, shapes))
