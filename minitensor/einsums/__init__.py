"""Einstein summation: say which letters the axes have, and every product and sum follows.

What becomes of a spec: `front.py` takes it, and `sublists.py` spells one that is written in numbers. `parser.py` reads
it and labels every axis. `planner.py` tidies each operand, `order.py` says which operands meet first, and `program.py`
writes the steps. An order is found by weighing all (`exact.py`) or many (`greedy.py`) on a `network.py` of sets of
labels. `calls.py` adds the conversions between dtypes; `executor.py` makes one function of the calls and keeps it;
`memory.py` refuses what there is no room for. `explain.py` says in words what a spec means, with its loops from
`loops.py` and its costs from `costs.py`. `with_einops.py` lets einops take Tensors.
"""

from minitensor.einsums import with_einops as with_einops
from minitensor.einsums.front import EinsumPlan, einsum, einsum_plan

__all__ = ["EinsumPlan", "einsum", "einsum_plan"]
