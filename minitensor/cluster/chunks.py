"""Points in the chunks of a Dask array: a function done on each chunk, where the chunk is, and sums of what it finds.

Dask decides when, where and how often, on the threads of one process or the processes of many machines; it is imported
only once such an array is given. A chunk is read as an array in memory is, on the backend that it is of, and does not
leave its device: what travels is what the functions are given and what they return. They are functions of this
library, so that any process can import them.
"""

from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from minitensor.cluster.inputs import as_floats, in_kind_of
from minitensor.core import checks, intake
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError

TOGETHER = 8  # results that are added in one task: the tree is as deep as the logarithm of the chunks


class Piece(NamedTuple):
    """What a function is given of one chunk: its points (n, d), n ≥ 1, its number, and the number of its first row."""

    points: Tensor
    number: int
    start: int


class Chunks:
    """Points (n, d) in chunks of rows.

    backend : where what the functions find of all chunks is, "numpy"
    dtype : in which the points are read; d : how many coordinates a point has
    sizes : how many points each chunk holds; unknown to Dask where they were selected, until `count` was called
    """

    backend = "numpy"

    def __init__(self, name: str, given: Any, dtype: Any = None) -> None:
        """name : what messages call the points; dtype : in which they are read, as their own one if None.

        Raises ShapeError and DTypeError for what cannot be points.
        """
        if given.ndim != 2:
            raise ShapeError(
                f"{name}: shape {given.shape}, not (points, dimensions); write .reshape(-1, 1) for numbers"
            )
        if given.dtype.kind not in "fiub" or (dtype is None and given.dtype.kind != "f"):
            raise DTypeError(f"{name}: dtype {given.dtype}, not floats; use .astype('float64')")
        if not given.shape[1] or not given.shape[0]:
            raise InputError(f"{name}: shape {given.shape}, which holds no points; give one at least")
        self.name, self.dtype = name, np.dtype(dtype or given.dtype)
        self.array = given.rechunk({1: -1})  # all coordinates of a point together
        sizes = self.array.chunks[0]
        self.sizes: list[int] | None = None if any(np.isnan(size) for size in sizes) else list(map(int, sizes))

    @property
    def shape(self) -> tuple[int, int]:
        """(n, d), once the sizes are known."""
        return sum(self.sizes or [0]), int(self.array.shape[1])

    def total(self, function: Callable[..., Any], *given: Any, add: Callable[[list[Any]], Any]) -> Any:
        """What `add` makes of the results of ``function(piece, *given)`` for all chunks that hold points, in a tree.

        add : of a list of results one result, the same whichever are put together first

        Raises InputError where a chunk holds NaN or infinity, or no chunk holds points.
        """
        from dask import compute

        found = compute(self.tree(function, *given, add=add))[0]
        if found is None:
            raise InputError(f"{self.name}: no chunk holds points; give one at least")
        return found

    def tree(self, function: Callable[..., Any], *given: Any, add: Callable[[list[Any]], Any]) -> Any:
        """`total`, still to be computed: a ``dask.delayed`` value."""
        from dask import delayed

        words, shared = function.__name__.strip("_"), delayed(given, name=_key("given"), traverse=False)
        starts, d = self._starts(), self.array.shape[1]
        parts = [
            delayed(_found, pure=False)(
                chunk, function, shared, self.name, self.dtype, number, starts[number], d,
                dask_key_name=_key(words),
            )
            for number, chunk in enumerate(self.array.to_delayed()[:, 0])
        ]  # fmt: skip
        while len(parts) > 1:
            groups = (parts[at : at + TOGETHER] for at in range(0, len(parts), TOGETHER))
            parts = [delayed(_added, pure=False)(add, group, dask_key_name=_key("added")) for group in groups]
        return parts[0]

    def lazily(self, function: Callable[..., Any], *given: Any, dtype: Any, columns: int | None = None) -> Any:
        """The results (points, columns) of ``function(piece, *given)``, or (points,), as a Dask array of these chunks.

        Nothing is computed now, and what a chunk holds is only looked at then.
        """
        from dask import delayed
        from dask.array.utils import meta_from_array

        shared, width, flat = delayed(given, name=_key("given"), traverse=False), columns or 1, columns is None
        found = self.array.map_blocks(
            _lazily_found, function, self.name, self.dtype, self._starts(), self.array.shape[1], width, np.dtype(dtype),
            given=shared, dtype=dtype, meta=meta_from_array(self.array, ndim=2, dtype=np.dtype(dtype)),
            name=_key(function.__name__.strip("_")), chunks=(self.array.chunks[0], (width,)),
        )  # fmt: skip
        # With one axis less Dask would put the blocks of a row together first, which copies them.
        return found[:, 0] if flat else found

    def count(self, sizes: dict[int, int]) -> None:
        """Learn how many points the chunks hold: those that hold some, by number."""
        self.sizes = [sizes.get(number, 0) for number in range(self.array.numblocks[0])]

    def rows(self, wanted: Iterable[int]) -> Tensor:
        """The points with these numbers, in their order: (m, d)."""
        wanted = list(wanted)
        found = self.total(_rows, np.asarray(sorted(wanted)), add=_merged)
        return wrap(np.stack([found[row] for row in wanted]))

    def _starts(self) -> list[int]:
        """The number of the first row of each chunk, where that is known, else 0."""
        sizes = self.sizes if self.sizes is not None else [0] * self.array.numblocks[0]
        return list(accumulate(sizes, initial=0))[:-1]


def in_chunks(given: Any) -> bool:
    """Whether points are a Dask array. Raises InputError for another collection of Dask."""
    library, _, module = type(given).__module__.partition(".")
    if library not in ("dask", "dask_expr"):
        return False
    if not module.startswith("array"):
        raise InputError(f"{intake.a_class(given)} is no array; write .to_dask_array(lengths=True) for a data frame")
    return True


def chunks_of(X: Any) -> Chunks:
    """What an estimator is given, as `read_points` reads it: float32 stays, everything else becomes float64."""
    return Chunks("X", X, X.dtype if X.dtype in ("float32", "float64") else "float64")


def on(place: Tensor, *given: Any) -> Any:
    """What was given on the backend of `place`: a Tensor, or a tuple of named things, some of which are Tensors."""
    there = place.backend
    moved = [_moved(each, there) for each in given]
    return moved[0] if len(moved) == 1 else moved


def _moved(given: Any, there: str) -> Any:
    if isinstance(given, Tensor):
        return given.to(there)
    if isinstance(given, tuple) and hasattr(given, "_make"):
        return type(given)._make(_moved(each, there) for each in given)
    return [_moved(each, there) for each in given] if isinstance(given, list) else given


def _key(words: str) -> str:
    from uuid import uuid4

    return f"{words}-{uuid4().hex}"


def _read(chunk: Any, name: str, dtype: np.dtype, number: int, start: int, d: int) -> Piece:
    points = wrap(intake.array(name, chunk))
    if points.ndim != 2 or points.shape[1] != d:
        raise ShapeError(
            f"{name}: chunk {number} has shape {points.shape}, but Dask was told (points, {d}); mend what makes it"
        )
    points = as_floats(name, points, dtype)
    rows = f" (rows {start:,} to {start + points.shape[0] - 1:,})" if start or not number else ""
    checks.points(f"{name}: chunk {number}{rows}: the points", points)
    return Piece(points, number, start)


def _found(
    chunk: Any, function: Callable[..., Any], given: Any, name: str, dtype: np.dtype, number: int, start: int, d: int
) -> Any:
    return function(_read(chunk, name, dtype, number, start, d), *given) if chunk.shape[0] else None


def _added(add: Callable[[list[Any]], Any], parts: list[Any]) -> Any:
    parts = [part for part in parts if part is not None]
    return add(parts) if parts else None


def _lazily_found(
    chunk: Any, function: Callable[..., Any], name: str, dtype: np.dtype, starts: list[int], d: int,
    columns: int, kind: np.dtype, given: Any = (), block_id: tuple[int, ...] = (0, 0),
) -> Any:  # fmt: skip
    if not chunk.shape[0]:
        return in_kind_of(chunk, zeros((0, columns), kind, like=wrap(intake.array(name, chunk))))
    found = function(_read(chunk, name, dtype, block_id[0], starts[block_id[0]], d), *given)
    return in_kind_of(chunk, found.reshape(-1, columns))


def _rows(piece: Piece, wanted: np.ndarray) -> dict[int, np.ndarray]:
    n, start = piece.points.shape[0], piece.start
    here = [int(row) for row in wanted if start <= row < start + n]
    return {row: piece.points[row - start].numpy() for row in here}


def _merged(parts: list[dict[int, Any]]) -> dict[int, Any]:
    return {key: value for part in parts for key, value in part.items()}
