"""Which threads take part: a mask over the lanes of the blocks that run together."""

import numpy as np

from minitensor.gpu.device import WARP


class Threads:
    """Some of the threads of a batch. on : (lanes,) bool, at least one of them"""

    __slots__ = ("_warps", "count", "on")

    def __init__(self, on: np.ndarray, count: int | None = None):
        self.on = on
        self.count = int(np.count_nonzero(on)) if count is None else count
        self._warps = -1

    @property
    def warps(self) -> int:
        """How many warps have any of them."""
        if self._warps < 0:
            self._warps = int(np.count_nonzero(self.on.reshape(-1, WARP).any(1)))
        return self._warps

    @property
    def mask(self) -> np.ndarray | None:
        """The mask, or None if it holds everyone."""
        return None if self.count == self.on.size else self.on

    @property
    def first(self) -> int:
        return int(self.on.argmax())

    def where(self, condition: np.ndarray) -> "Threads | None":
        """Those for which it holds, None if there are none. condition : (lanes,) or (1,) bool"""
        if condition.size == 1:
            return self if condition[0] else None
        return some(self.on & condition, self)

    def without(self, others: np.ndarray) -> "Threads | None":
        return some(self.on & ~others, self)


def some(on: np.ndarray, like: "Threads | None" = None) -> Threads | None:
    """The threads of a mask, None if there are none."""
    count = int(np.count_nonzero(on))
    if like is not None and count == like.count:
        return like
    return Threads(on, count) if count else None


def either(one: Threads | None, other: Threads | None) -> Threads | None:
    """Those of both."""
    if one is None or other is None:
        return one or other
    return Threads(one.on | other.on, one.count + other.count)
