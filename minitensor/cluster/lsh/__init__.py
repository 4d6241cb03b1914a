"""Locality-sensitive hashing: near neighbours without looking at most of the points."""

from minitensor.cluster.lsh.index import LSHIndex

__all__ = ["LSHIndex"]
