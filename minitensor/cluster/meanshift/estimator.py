"""Mean shift as an estimator: the conventions of scikit-learn, on the arrays of any library."""

import contextlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minitensor.cluster import distributed
from minitensor.cluster.bandwidth import by_rule
from minitensor.cluster.chunks import Chunks, chunks_of, in_chunks
from minitensor.cluster.frame import Frame, frame_of
from minitensor.cluster.inputs import generator_of, in_kind_of, read_points
from minitensor.cluster.manners import Estimator, jobs
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.clustering import cluster
from minitensor.cluster.meanshift.seeds import bin_seeds, some_reach, within_reach
from minitensor.cluster.meanshift.update import KERNELS
from minitensor.cluster.near import nearest
from minitensor.core import checks
from minitensor.core.creation import as_tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, ShapeError
from minitensor.functions import where
from minitensor.groups import by_size
from minitensor.text.bar import progress

# How many bandwidths a kernel reaches. A Gaussian reaches everywhere, but little beyond two.
REACH = {"gaussian": 2.0, "flat": 1.0, "triangular": 1.0}


class MeanShift(Estimator):
    """Clusters are the peaks of the density of the points, and a point belongs to the nearest peak.

    A point is given to the peak nearest to it, as scikit-learn does, so that `predict` needs the peaks alone;
    `mean_shift` gives it to the peak that it moves to, which differs where a cluster is long and thin.

    bandwidth : the width of the kernel, in the units of the points; estimated if None, see below
    kernel : "gaussian", "flat" or "triangular". The default is this library's. **scikit-learn's MeanShift is the flat
        kernel**: ``MeanShift(bandwidth=5, kernel="flat")`` finds what scikit-learn finds with 5, and about what the
        Gaussian finds with 2.5.
    seeds : where the queries start, (seeds, d); on every point if None
    bin_seeding, min_bin_freq : without seeds, start only from the cells of a grid, one bandwidth wide, that hold
        min_bin_freq points or more: faster (tests/benchmarks/claims.py), and nearly the same peaks
    cluster_all : if False, points that no peak reaches are noise, −1: those farther than one bandwidth from every peak,
        or two for the Gaussian kernel
    max_iter, tol : a query stops when it moves less than tol bandwidths; all stop after max_iter updates
    method : how `mean_shift` does the sums, "exact", "auto" or another that it names
    error : how far off an update may be, in bandwidths, unless it is exact; memory : bytes of its tables on each thread
    random_state : of the sample from which a bandwidth is estimated: a seed, or a generator of NumPy; None draws
        another each time
    verbose : whether a bar on stderr shows how far it has got; otherwise nothing is printed
    n_jobs : on how many threads `fit` runs; −1 on all cores, None on as many as BLAS takes in this process

    After `fit`, where n points of d dimensions were given; arrays are of the kind and on the device of the points:

    labels_ : (n,) int64, clusters numbered by size, the largest first, those of one size by their first member; noise
        is −1 and does not change the numbers
    cluster_centers_ : (clusters, d), the dtype of the points
    n_iter_ : how many updates were done
    bandwidth_ : the bandwidth that was given or estimated
    n_features_in_ : d; feature_names_in_ : the names of the columns, if the points were a table whose columns have any

    An estimated bandwidth is the neighbours' radius of `estimate_bandwidth`, or half of it for the Gaussian kernel.
    Where that is 0, because every point has many equals or there are fewer than 7 points, only equal points are in one
    cluster. As in `mean_shift`, labels do not depend on where the data lie, nor on their unit.

    Time: O(n²·d) an update, O(seeds·n·d) with seeds. Memory: O(n·d) besides `mean_shift`'s tiles.
    Source: D. Comaniciu and P. Meer, "Mean shift: a robust approach toward feature space analysis", PAMI 2002.

    >>> points = [[1.0, 1.0], [1.2, 0.9], [0.9, 1.1], [5.0, 5.0], [5.1, 4.9]]
    >>> model = MeanShift(bandwidth=1.0).fit(points)
    >>> model.labels_.tolist(), model.predict([[6.0, 6.0]]).tolist()
    ([0, 0, 0, 1, 1], [1])
    """

    def __init__(
        self,
        *,
        bandwidth: float | None = None,
        kernel: str = "gaussian",
        seeds: Any = None,
        bin_seeding: bool = False,
        min_bin_freq: int = 1,
        cluster_all: bool = True,
        max_iter: int = 300,
        tol: float = 1e-4,
        method: str = "auto",
        error: float = 0.2,
        memory: int = MEMORY,
        random_state: Any = 0,
        verbose: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.bandwidth = bandwidth
        self.kernel = kernel
        self.seeds = seeds
        self.bin_seeding = bin_seeding
        self.min_bin_freq = min_bin_freq
        self.cluster_all = cluster_all
        self.max_iter = max_iter
        self.tol = tol
        self.method = method
        self.error = error
        self.memory = memory
        self.random_state = random_state
        self.verbose = verbose
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> "MeanShift":
        """Find the peaks of the points X (n, d): a Tensor, an array, anything with DLPack, or lists. y is ignored.

        X may be a Dask array in chunks of rows, larger than memory: see `distributed.py`. `labels_` is then one too,
        still to be computed, as is what `predict` answers; the centres are NumPy's.

        Raises ShapeError and InputError for anything but finite points, InputError for a setting that means nothing and
        where no point is near any seed. Warns with ConvergenceWarning where max_iter stopped it.
        """
        rng, shown = generator_of(self.random_state, "MeanShift: random_state"), self._flags()
        if in_chunks(X):
            return self._fit_chunks(X, rng, shown)
        points = read_points(X)
        seeds = self._seeds(points)
        frame = frame_of(points, seeds)
        data = frame.enter(points)
        bandwidth = self._bandwidth(frame, lambda: data, rng)
        starts = self._starts(frame, data, bandwidth, seeds)
        with jobs("MeanShift: n_jobs", self.n_jobs), progress("mean shift", shown) as step:
            found = cluster(frame, data, bandwidth, starts=starts, among=seeds is None, **self._options(step))
        labels, squared = nearest(data, found.centers)
        labels, order = by_size(labels, found.centers.shape[0])
        if not self.cluster_all:
            labels = where(squared <= self._reach(frame, bandwidth) ** 2, labels, -1)
        return self._found(X, points, frame, found.centers[order], labels, bandwidth, found.n_iter)

    def _fit_chunks(self, X: Any, rng: np.random.Generator, shown: bool) -> "MeanShift":
        """`fit` of a Dask array; of all it finds only the labels are left to be computed."""
        points = chunks_of(X)
        seeds = self._seeds(points)
        bins = checks.whole("MeanShift: min_bin_freq", self.min_bin_freq, 1) if self.bin_seeding else 0
        some = seeds is not None or bins > 0
        distributed.by_grid(points, self.kernel, self.method, self.error, some, among=seeds is None)
        frame, ends = distributed.frame_of(points, seeds)
        bandwidth = self._bandwidth(frame, lambda: frame.enter(distributed.some_of(points, rng)), rng)
        inside = None if seeds is None else frame.enter(seeds)
        starts = distributed.starts_of(points, frame, bandwidth, self.kernel, inside, bins)
        with jobs("MeanShift: n_jobs", self.n_jobs), progress("mean shift", shown) as step:
            options = self._options(step) | {"among": seeds is None}
            found = distributed.cluster(points, frame, ends, bandwidth, starts=starts, **options)
        within = math.inf if self.cluster_all else self._reach(frame, bandwidth)
        peaks, labels = distributed.at_nearest_peaks(points, frame, found.centers, within)
        return self._found(X, points, frame, peaks, labels, bandwidth, found.n_iter)

    def _flags(self) -> bool:
        """Whether a bar is shown, once all that is True or False is known to be that."""
        for name in ("bin_seeding", "cluster_all"):
            checks.flag(f"MeanShift: {name}", getattr(self, name))
        return checks.flag("MeanShift: verbose", self.verbose)

    def _options(self, step: Any) -> dict[str, Any]:
        """What `cluster` is told besides the points and the bandwidth."""
        names = ("kernel", "max_iter", "tol", "method", "error", "memory")
        report = step and (lambda done, still, total: step(still, total, f"update {done}"))
        return {name: getattr(self, name) for name in names} | {"report": report}

    def _reach(self, frame: Frame, bandwidth: float) -> float:
        return REACH[self.kernel] * frame.inside(bandwidth)

    def _found(
        self, X: Any, points: Any, frame: Frame, peaks: Tensor, labels: Any, bandwidth: float, n_iter: int
    ) -> "MeanShift":
        """Keep what was found; the labels are a Tensor, or a Dask array as they are."""
        self._saw(X, points)
        self.bandwidth_ = bandwidth
        self.n_iter_ = n_iter
        if isinstance(points, Chunks):
            self.cluster_centers_, self.labels_ = frame.leave(peaks).numpy(), labels
        else:
            self.cluster_centers_, self.labels_ = in_kind_of(X, frame.leave(peaks)), in_kind_of(X, labels)
        self._frame, self._peaks = frame, peaks
        return self

    def predict(self, X: Any) -> Any:
        """The cluster whose peak is nearest to each of the points X (n, d): (n,) int64, in the kind of X.

        Noise is known to `fit` alone: a new point always gets a cluster. Time and memory: as `nearest` in
        `near.py`. Raises NotFittedError before `fit`, DeviceError where X is not on the device of the peaks, and for X
        what `fit` raises.
        """
        points, centers = self._again(X), as_tensor(self.cluster_centers_)
        # Not rounded to their dtype, as `fit` found them, unless someone has changed the centres since.
        same = centers.shape == self._peaks.shape and (centers == self._frame.leave(self._peaks)).all()
        peaks = self._peaks if same else self._frame.enter(centers)
        if isinstance(points, Chunks):
            return points.lazily(distributed.nearest_peak, self._frame, peaks, dtype="int64")
        return in_kind_of(X, nearest(self._frame.enter_near(points), peaks)[0])

    def _bandwidth(self, frame: Frame, data: Callable[[], Tensor], rng: np.random.Generator) -> float:
        """The bandwidth that is given or, if none is, estimated from some or all of the data inside the frame."""
        checks.choice("MeanShift: kernel", self.kernel, KERNELS)
        if self.bandwidth is None:
            radius, some = 0.0, data()
            with contextlib.suppress(InputError):  # the points are so few, or so alike, that it would be 0
                radius = by_rule(some, "neighbours", rng)
            # The narrowest that float arithmetic can tell from 0, or any width where all points are equal.
            return frame.outside(max(radius / REACH[self.kernel], 16 * frame.resolution())) or 1.0
        return checks.positive("MeanShift: bandwidth", self.bandwidth, "it is a distance, or None, and must be")

    def _seeds(self, points: Any) -> Tensor | None:
        """The seeds that were given, as they are outside of a frame."""
        if self.seeds is None:
            return None
        seeds = read_points(self.seeds, "seeds", place=points.backend, beside="X").astype(points.dtype)
        if seeds.shape[1] != points.shape[1]:
            raise ShapeError(f"seeds of shape {seeds.shape} do not fit points of shape {points.shape}")
        return seeds

    def _starts(self, frame: Frame, data: Tensor, bandwidth: float, seeds: Tensor | None) -> Tensor | None:
        """Where the queries start, inside the frame; None for every point."""
        width = frame.inside(bandwidth)
        if seeds is not None:
            starts = within_reach(frame.enter(seeds), data, width, self.kernel)
        elif self.bin_seeding:
            starts = bin_seeds(data, width, checks.whole("MeanShift: min_bin_freq", self.min_bin_freq, 1))
            if self.kernel == "gaussian":  # which reaches every cell that holds a point
                return starts
            starts = within_reach(starts, data, width, self.kernel)
        else:
            return None
        return some_reach(starts, bandwidth)
