"""K-means as an estimator: the conventions of scikit-learn, on the arrays of any library."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from minitensor.backend.warned import warn
from minitensor.cluster import distributed
from minitensor.cluster.chunks import Chunks, chunks_of, in_chunks
from minitensor.cluster.coordinates import FEW
from minitensor.cluster.frame import Frame, frame_of
from minitensor.cluster.inputs import generator_of, in_kind_of, read_points
from minitensor.cluster.kmeans import chunked
from minitensor.cluster.kmeans.boxes import in_boxes
from minitensor.cluster.kmeans.far import inertia, lengths_to, outside, seen, seen_near
from minitensor.cluster.kmeans.given import (
    check_enough,
    check_unweighted,
    frame_about,
    laid_out,
    scaled_weights,
    used,
    variance_of,
)
from minitensor.cluster.kmeans.lloyd import coordinates, keys_of, lowest, partial_sums, room_for, scores, tiles
from minitensor.cluster.kmeans.minibatch import BEYOND, Batches, in_batches
from minitensor.cluster.kmeans.starts import at_random, far_apart
from minitensor.cluster.kmeans.steps import Found, to_the_end
from minitensor.cluster.manners import Transformer, jobs
from minitensor.core import checks
from minitensor.core.creation import as_tensor, tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import ConvergenceWarning, InputError, ShapeError
from minitensor.functions import concat
from minitensor.text.bar import progress

INITS = ("k-means++", "random")
ALGORITHMS = ("auto", "lloyd", "hamerly", "filtering")
ROWS = 2**16  # points that are labelled at once where they are read in batches
# Boxes are made for so many dimensions and centres at most, and for so many points to a centre at least.
PLANE, MOST, MANY = 2, 256, 2**10


class KMeans(Transformer):
    """Clusters are k means: every point belongs to the nearest of k centres, each of which is the mean of its points.

    n_clusters : k, how many centres
    init : where they start: "k-means++" (`far_apart` in `starts.py`), "random" points, centres (k, d), or a function
        of X, k and ``random_state=`` (a `numpy.random.Generator`) that gives them; its X is a copy of the points, with
        batch_size of a sample of them, as an array of the kind that is answered. Centres keep their order
    n_init : how many times to start, of which the one with the least inertia is kept; "auto" is 10 for "random" and a
        function, else 1
    max_iter : steps at most; tol : it stops where the squares of the steps of all centres add up to `tol` times the
        mean variance of the coordinates, or where no point changes its centre
    random_state : the seed, or a generator of NumPy; None draws another each time
    algorithm : how the nearest centres are found, all with the same result up to rounding: "lloyd" compares every point
        with every centre in every step, "hamerly" leaves out points that cannot change their centre (`assignment.py`),
        "filtering" whole boxes of points that all have one (`boxes.py`). "auto" is "lloyd", and in one or two
        dimensions "filtering" from the fifth step on, for 1,024 points to a centre or more and up to 256 centres
    batch_size : if given, steps are made on so many random points at a time, and X is read so many rows at a time: for
        a `numpy.memmap` larger than memory. The result is near that of all points, not the same (`minibatch.py`)
    verbose : whether a bar on stderr shows how far it has got; otherwise nothing is printed
    n_jobs : on how many threads `fit` runs; −1 on all cores, None on as many as BLAS takes in this process

    After `fit`, where n points of d dimensions were given; arrays are of the kind and on the device of the points:

    labels_ : (n,) int64, the number of the nearest centre
    cluster_centers_ : (k, d), the dtype of the points, in the order of where they started
    inertia_ : the sum of w·|x − c|² over the points, c being their centres
    n_iter_ : how many steps were made; with batch_size, in which each step reads that many points, how many passes
        over all points they come to, rounded up
    n_features_in_ : d; feature_names_in_ : the names of the columns, if the points were a table whose columns have any

    A centre without points is put on the point that is farthest from its own. Labels do not depend on where the data
    lie, nor on their unit, as in `MeanShift`; nor do they on threads.

    Time: O(n·k·d) a step. Memory: one copy of the points, which for up to 8 dimensions is laid out by coordinates; for
    each point a label, with "hamerly" a number, with "filtering" its place; a tile of 4 MiB on each thread.
    Source: S. Lloyd, "Least squares quantization in PCM", 1957 and IEEE Transactions on Information Theory 1982.

    >>> points = [[1.0, 1.0], [1.2, 0.9], [0.9, 1.1], [5.0, 5.0], [5.1, 4.9]]
    >>> model = KMeans(n_clusters=2, init=[[0.0, 0.0], [9.0, 9.0]]).fit(points)
    >>> model.labels_.tolist(), model.predict([[6.0, 6.0]]).tolist(), round(model.inertia_, 4)
    ([0, 0, 0, 1, 1], [1], 0.0767)
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: bool = False,
        random_state: Any = 0,
        algorithm: str = "auto",
        batch_size: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.algorithm = algorithm
        self.batch_size = batch_size
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> "KMeans":
        """Find the centres of the points X (n, d): a Tensor, an array, anything with DLPack, or lists. y is ignored.

        sample_weight : (n,), what each point weighs, 0 or more, or one number for all; 1 if not given

        X may be a Dask array in chunks of rows, larger than memory: see `chunked.py`. k-means++ then draws from 65,536
        of the points, which are gathered; `labels_`, and what `predict` and `transform` answer, are Dask arrays that
        are still to be computed, and the centres are NumPy's. Its points all weigh 1.

        Raises ShapeError and InputError for anything but finite points, and InputError for a setting that means
        nothing, fewer points than centres, and an inertia beyond the largest float. Warns with ConvergenceWarning where
        fewer clusters than `n_clusters` were found.
        """
        k = checks.whole("KMeans: n_clusters", self.n_clusters, 1)
        self._check()
        shown, rng = (
            checks.flag("KMeans: verbose", self.verbose),
            generator_of(self.random_state, "KMeans: random_state"),
        )
        with jobs("KMeans: n_jobs", self.n_jobs), progress("k-means", shown) as step:
            fit = self._fit if self.batch_size is None else self._fit_in_batches
            fit = self._fit_chunks if in_chunks(X) else fit
            frame, found, points, count, exponent = fit(X, k, sample_weight, rng, step)
            if step:
                step(found.n_iter, found.n_iter, "done")
        inertia_ = outside(found.inertia, frame, exponent)
        if count < k:
            warn(
                f"Number of distinct clusters ({count}) found smaller than n_clusters ({k}). Possibly due to duplicate "
                "points in X; ask for fewer",
                ConvergenceWarning,
            )
        self._saw(X, points)
        self.inertia_ = inertia_
        self.n_iter_, self._n_features_out = found.n_iter, k
        centers = frame.leave(found.centers)
        if isinstance(points, Chunks):
            self.cluster_centers_, self.labels_ = centers.numpy(), found.labels
        else:
            self.cluster_centers_, self.labels_ = in_kind_of(X, centers), in_kind_of(X, found.labels)
        self._frame, self._inside = frame, found.centers
        return self

    def predict(self, X: Any) -> Any:
        """The number of the centre nearest to each of the points X (n, d): (n,) int64, in the kind of X.

        Time: O(n·k·d). Memory: a tile. Raises NotFittedError before `fit`, DeviceError where X is not on the device of
        the centres, and for X what `fit` raises.
        """
        points, centers = self._again(X), self._centers()
        if isinstance(points, Chunks):
            return points.lazily(chunked.nearest_center, self._frame, centers, dtype="int64")
        keys, (k, n) = keys_of(centers), (centers.shape[0], points.shape[0])
        room = room_for(n, k, centers.T)
        found = []
        for here in tiles(n, k, self._inside):
            inside, far = seen(self._frame, points[here])
            labels = lowest(scores(coordinates(inside), keys, room))[0].astype("int64")
            if far:
                labels[far.rows] = far.labels(centers)
            found.append(labels)
        return in_kind_of(X, concat(found))

    def transform(self, X: Any) -> Any:
        """The distance from each of the points X (n, d) to each centre, (n, k), in the kind of X or as `set_output`
        says, and in the dtype of the points; infinity where that holds no such distance. Raises what `predict` raises.
        """
        points, centers = self._again(X), self._frame.enter(as_tensor(self.cluster_centers_))
        if isinstance(points, Chunks):
            given = self._frame, centers
            return points.lazily(chunked.distances, *given, dtype=points.dtype, columns=centers.shape[0])
        every = tiles(points.shape[0], centers.shape[0], self._inside)
        found = [lengths_to(points[here], self._frame, centers) for here in every]
        return self._out(X, concat(found))

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the inertia of the points X (n, d), so that more is better.

        Raises what `predict` raises, and InputError where it is beyond the largest float.
        """
        points = self._again(X)
        if isinstance(points, Chunks):
            check_unweighted(sample_weight)
            return -chunked.inertia_of_all(points, self._frame, self._centers())
        weights, exponent = scaled_weights(sample_weight, points)
        return -inertia(points, self._frame, self._centers(), weights, exponent)

    # --- settings ----------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        if isinstance(self.init, str) and self.init not in INITS:
            raise InputError(
                f"KMeans: there is no init {self.init!r}; choose one of {', '.join(INITS)}, or give centres (k, d), or "
                "a function of X and k"
            )
        if isinstance(self.n_init, str) and self.n_init != "auto":
            raise InputError(f'KMeans: n_init={self.n_init!r}; it must be "auto" or a whole number, 1 or more')
        if self.n_init != "auto":
            checks.whole("KMeans: n_init", self.n_init, 1)
        checks.whole("KMeans: max_iter", self.max_iter, 1)
        checks.number("KMeans: tol", self.tol, 0)
        checks.choice("KMeans: algorithm", self.algorithm, ALGORITHMS)
        if self.batch_size is not None:
            checks.whole("KMeans: batch_size", self.batch_size, 1)

    def _starts(self) -> int:
        """How many times to start."""
        given = not isinstance(self.init, str) and not callable(self.init)
        if self.n_init == "auto":
            return 1 if given or self.init == "k-means++" else 10
        if given and self.n_init != 1:
            warn(
                "Explicit initial center position passed: performing only one init in KMeans instead of "
                f"n_init={self.n_init}.",
                RuntimeWarning,
            )
            return 1
        return int(self.n_init)

    def _init(
        self,
        X: Callable[[], Any],
        frame: Frame,
        data: Tensor,
        weights: Tensor | None,
        k: int,
        rng: np.random.Generator,
    ) -> Tensor:
        """Where the centres start, (k, d), inside the frame. X : makes what a function is given, and may change."""
        d, n = data.shape
        if isinstance(self.init, str):
            draw = far_apart(data, weights, k, rng) if self.init == "k-means++" else at_random(n, weights, k, rng)
            return data.T[tensor(draw, "int64", like=data)]
        given = self.init(X(), k, random_state=rng) if callable(self.init) else self.init
        centers = read_points(given, "init", place=data.backend, beside="X")
        if centers.shape[0] != k:
            raise ShapeError(
                f"The shape of the initial centers {centers.shape} does not match the number of clusters {k}. Give "
                f"{k}, one in each row of init, or n_clusters={centers.shape[0]}"
            )
        if centers.shape[1] != d:
            raise ShapeError(
                f"The shape of the initial centers {centers.shape} does not match the number of features of the data "
                f"{d}. Give each row of init {d} numbers"
            )
        return seen_near(
            frame, centers, "init holds centres too far from X for any point to be nearest; leave them out"
        )

    def _may_filter(self, n: int, d: int, k: int) -> bool:
        """Whether boxes of points are made where steps go on and on."""
        return self.algorithm == "auto" and d <= PLANE and n >= MANY * k and 1 < k <= MOST

    # --- fitting -----------------------------------------------------------------------------------------------------

    def _fit(
        self, X: Any, k: int, sample_weight: Any, rng: np.random.Generator, step: Callable[[int, int, str], None] | None
    ) -> tuple[Frame, Found, Any, int, int]:
        """The best of some starts on all points: the frame, what was found in it, and the points."""
        points = read_points(X)
        n = points.shape[0]
        check_enough(n, k)
        weights, exponent = scaled_weights(sample_weight, points)
        if self.algorithm == "filtering" and points.shape[1] > FEW:
            raise InputError(
                f'KMeans: algorithm="filtering" is for {FEW} dimensions at most, not {points.shape[1]}; take "auto"'
            )
        frame = frame_about(points)
        room, data = laid_out(frame, points)
        tol = float(self.tol) * variance_of(data)
        starts = [
            self._init(lambda: in_kind_of(X, points.copy()), frame, data, weights, k, rng)
            for _ in range(self._starts())
        ]
        boxes = in_boxes(room, n, weights) if self.algorithm == "filtering" else None
        box = partial(in_boxes, room, n, weights) if self._may_filter(n, points.shape[1], k) else None
        best: Found | None = None
        for start, centers in enumerate(starts, 1):

            def report(done: int, shift: float, changed: int, start: int = start) -> None:
                assert step
                step(n - changed, n, f"start {start} of {len(starts)}, step {done}")

            hamerly, told = self.algorithm == "hamerly", report if step else None
            found = to_the_end(data, weights, centers, self.max_iter, tol, hamerly, boxes, box, told)
            boxes = found.boxes
            if best is None or found.inertia < best.inertia:
                best = found
        assert best
        return frame, best, points, used(best.labels, k), exponent

    def _fit_in_batches(
        self, X: Any, k: int, sample_weight: Any, rng: np.random.Generator, step: Callable[[int, int, str], None] | None
    ) -> tuple[Frame, Found, Any, int, int]:
        """The same on batches. The frame, and the starts, are those of a sample of three batches, or of 3k points."""
        points = Batches(X)
        n = points.length
        check_enough(n, k)
        size = min(int(self.batch_size or n), n)
        weights, exponent = scaled_weights(sample_weight, points.first, n)
        host = None if weights is None else weights.numpy()
        rows = np.sort(rng.choice(n, min(n, 3 * max(size, k)), replace=False))
        sample = points.rows(rows)
        frame = frame_of(sample)
        _, data = laid_out(frame, sample)
        tol = float(self.tol) * variance_of(data)
        some = None if host is None else tensor(host[rows], like=sample)
        starts = []
        for _ in range(self._starts()):
            centers = self._init(lambda: in_kind_of(X, sample.copy()), frame, data, some, k, rng)
            starts.append((partial_sums(data.T, centers, some).inertia, centers))
        centers = min(starts, key=lambda start: start[0])[1]
        most = -(-self.max_iter * n // size)

        def report(done: int, total: int) -> None:
            assert step
            step(done, total, "batches")

        found = in_batches(points, host, frame, centers, size, most, tol, rng, report if step else None)
        labels, inertia = [], 0.0
        for here, more in points.in_order(max(size, ROWS)):
            w = None if host is None else tensor(host[here], like=more)
            part = partial_sums(seen_near(frame, more, BEYOND), found.centers, w)
            labels.append(part.labels)
            inertia += part.inertia
        n_iter = -(-found.batches * size // n)
        whole = Found(found.centers, concat(labels), inertia, n_iter, found.converged, False)
        return frame, whole, points.first, used(whole.labels, k), exponent

    def _fit_chunks(
        self, X: Any, k: int, sample_weight: Any, rng: np.random.Generator, step: Callable[[int, int, str], None] | None
    ) -> tuple[Frame, Found, Any, int, int]:
        """The same on a Dask array: see `chunked.py`. Where centres start is drawn from a sample that is gathered."""
        check_unweighted(sample_weight)
        if self.batch_size is not None:
            raise InputError(
                "KMeans: batch_size is of no use for a Dask array, which is read chunk by chunk; leave it out"
            )
        points = chunks_of(X)
        frame, _ = distributed.frame_of(points)
        n = points.shape[0]
        check_enough(n, k)
        tol = float(self.tol) * (chunked.variance(points, frame) if self.tol else 0.0)
        best, count = None, self._starts()
        for start in range(1, count + 1):
            if isinstance(self.init, str) and self.init == "random":
                centers = frame.enter(points.rows(at_random(n, None, k, rng)))
            else:
                some = points.rows([0]) if not isinstance(self.init, str) else chunked.sample(points, rng)
                centers = self._init(lambda: X, frame, laid_out(frame, some)[1], None, k, rng)

            def report(done: int, shift: float, start: int = start) -> None:
                assert step
                step(done, int(self.max_iter), f"start {start} of {count}")

            found = chunked.to_the_end(points, frame, centers, int(self.max_iter), tol, report if step else None)
            if best is None or found[0].inertia < best[0].inertia:
                best = found
        assert best
        return frame, best[0], points, best[1], 0

    def _centers(self) -> Tensor:
        """The centres inside the frame: not rounded to their dtype, unless someone has changed them since `fit`."""
        centers = as_tensor(self.cluster_centers_)
        same = centers.shape == self._inside.shape and (centers == self._frame.leave(self._inside)).all()
        return self._inside if same else self._frame.enter(centers)
