"""A kernel with its types: what `translate.py` makes of its text, and `simulator.py` runs.

Every expression has two types. `dtype` is what CuPy takes it to be, by which it chooses routines and casts. `actual` is
what the C++ that it writes really has: a sum of two uint8 is uint8 for CuPy and int for C++.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from minitensor.gpu.costs import Cost
from minitensor.gpu.source import Site, Source
from minitensor.gpu.ufuncs import Routine


@dataclass(frozen=True)
class Array:
    """The type of an array: a parameter, or shared memory (`pointer`), whose length C++ does not know.

    number : of the shared memory; to CuPy each is a type of its own
    """

    dtype: np.dtype
    ndim: int
    pointer: bool = False
    number: int = -1

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(':' * self.ndim)}]"


@dataclass(frozen=True)
class Tuple:
    """The type of a tuple. exact : whether C++ has it as it is written; it makes pairs otherwise than shapes"""

    parts: tuple[Any, ...]
    exact: bool = True

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.parts))})"


@dataclass
class Node:
    """An expression. dtype : a dtype, an `Array`, a `Tuple`, or None for what has no value"""

    line: int
    dtype: Any
    actual: Any


@dataclass
class Literal(Node):
    value: np.ndarray  # (1,)


@dataclass
class Name(Node):
    """A variable, or what the machine gives: "threadIdx.x", "grid.0"."""

    name: str


@dataclass
class Compute(Node):
    """An operation. flush : for each operand, whether it may be subnormal; cost : see `costs.py`"""

    name: str
    routine: Routine
    operands: list[Node]
    flush: list[bool]
    cost: Cost


@dataclass
class Convert(Node):
    operand: Node


@dataclass
class Lazy(Node):
    """``and`` or ``or``: the second operand is asked only where the first does not settle it."""

    settles: bool  # the value of the first that does
    first: Node
    second: Node


@dataclass
class Choose(Node):
    """``yes if test else no``: each is asked only where it is wanted."""

    test: Node
    yes: Node
    no: Node


@dataclass
class Pack(Node):
    parts: list[Node]


@dataclass
class Part(Node):
    """One part of a tuple."""

    whole: Node
    number: int


@dataclass
class Shared(Node):
    """Shared memory: the same for every thread of a block whenever it comes by. size : None is dynamic"""

    name: str
    size: int | None
    number: int


@dataclass
class Inside(Node):
    """Part of an array: a row of it, or shared memory from an element on. steps : along the first axes"""

    array: Node
    steps: list[Node]


@dataclass
class Measure(Node):
    """The size of an array, or of one of its axes. of : "size", "shape" or "strides" """

    array: Node
    of: str
    axis: int


@dataclass
class Element(Node):
    """One element of an array, or 4 neighbouring ones. load, store : its sites; `Node.dtype` is that of the element"""

    array: Node
    index: list[Node]
    text: str
    load: int = -1
    store: int = -1
    wide: int = 1


@dataclass
class Atomic(Node):
    """op : "add", "cas", … ; used : whether the value that was there is wanted"""

    op: str
    place: Element
    values: list[Node]
    used: bool = True


@dataclass
class Shuffle(Node):
    """way : "down", "up", "xor" or "" """

    way: str
    mask: int
    value: Node
    lanes: Node
    width: int


@dataclass
class Call(Node):
    """A device function, called."""

    function: "Function"
    operands: list[Node]


# --- statements ------------------------------------------------------------------------------------------------------


@dataclass
class Assign:
    """target : a `Name`, an `Element`, or for each part of a tuple (its target, what it is given)"""

    line: int
    target: Any
    value: Node


@dataclass
class Update:
    """``array[index] op= …``: `value` is an expression of the name "_old", which holds what was there."""

    line: int
    target: Element
    value: Node


@dataclass
class Evaluate:
    line: int
    value: Node


@dataclass
class If:
    line: int
    test: Node
    body: list[Any]
    orelse: list[Any]


@dataclass
class For:
    """The variable goes from start to stop by step; all are asked once. up : whether it counts up, if that is known"""

    line: int
    target: Name
    bounds: tuple[Node, Node, Node]
    body: list[Any]
    unrolled: bool
    up: bool | None


@dataclass
class While:
    line: int
    test: Node
    body: list[Any]


@dataclass
class Leave:
    """return, break or continue."""

    line: int
    how: str
    value: Node | None = None


@dataclass
class Barrier:
    """Of a block, or of a warp, for the lanes of a mask."""

    line: int
    warp: bool
    mask: int = 0xFFFFFFFF


@dataclass
class Function:
    """A kernel or a device function.

    parameters : name and type of each; sites : every place that touches an array; shared : what it declares
    written : the parameters that it may write to; adding : the lines that add to an element, as ``a[i] += x`` does
    """

    name: str
    parameters: list[tuple[str, Any]]
    body: list[Any]
    returns: Any
    source: Source
    sites: list[Site]
    shared: list[Shared]
    written: set[str]
    adding: set[int]
