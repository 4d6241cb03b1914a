"""Whom a lane asks in a shuffle. Source: NVIDIA, PTX ISA, "shfl.sync"."""

import numpy as np


def partners(lane: np.ndarray, lanes: np.ndarray, way: str, width: int) -> np.ndarray:
    """The lane of the warp whose value each lane gets: its own where it asks beyond its part of the warp.

    lane : 0 to 31; lanes : how far, or which; way : "down", "up", "xor" or ""; width : of the parts of the warp

    >>> partners(np.arange(8), np.array([3]), "down", 8).tolist()
    [3, 4, 5, 6, 7, 5, 6, 7]
    >>> partners(np.arange(4), np.array([2]), "xor", 32).tolist()
    [2, 3, 0, 1]
    """
    lanes = lanes % 32
    first = lane - lane % width
    last = first + width - 1
    if way == "up":
        asked = lane - lanes
        return np.where(asked >= first, asked, lane)
    asked = {"down": lane + lanes, "xor": lane ^ lanes, "": first + lanes % width}[way]
    return np.where(asked <= last, asked, lane)
