"""What mean shift asks of a density: where to start, and where it moves a query. Four ways, exact and not, have it.

`Exact`, below, compares every query with every point. `grid.py`, `cells.py` and `fourier.py` do not, and say how far
off they may be; `choosing.py` picks one of the four.
"""

from typing import NamedTuple, Protocol

from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.core.tensor import Tensor
from minitensor.groups import numbered


class Density(Protocol):
    """The density of points (n, d), as a Gaussian or another kernel smooths them.

    method : what `mean_shift` calls it: "exact", "grid", "cells" or "fourier"
    error_bound : how far a shift of any of the points may be from the exact one, in the units of the points
    """

    @property
    def method(self) -> str: ...

    @property
    def error_bound(self) -> float: ...

    def starts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """The places (q, d) that move in place of the points, and which of them each point follows, (n,)."""

    def shift(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Where each query (q, d) moves, (q, d), and the sum of its weights, (q, 1): the density, but for a constant.

        It moves to the weighted mean of the points, which is uphill. One that no point reaches stays.
        """


class Exact(NamedTuple):
    """The density by its definition, for any kernel: every query is compared with every point."""

    points: Tensor
    bandwidth: float
    kernel: str = "gaussian"
    memory: int = MEMORY
    error_bound: float = 0.0  # but for rounding
    method: str = "exact"

    def starts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Every point, each following itself."""
        return points, numbered(points)

    def shift(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """As `Density` has it. Time: O(q·n·d). Memory: `memory` a thread, and O((q + n)·d)."""
        return weighted_means(queries, self.points, self.bandwidth, self.kernel, self.memory)
