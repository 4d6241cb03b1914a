"""DBSCAN as an estimator: the conventions of scikit-learn, on the arrays of any library."""

from typing import Any

from minitensor.cluster.dbscan.clustering import METHODS, cluster
from minitensor.cluster.inputs import in_kind_of, read_points, read_weights
from minitensor.cluster.manners import Estimator
from minitensor.core import checks
from minitensor.errors import InputError
from minitensor.groups import numbered
from minitensor.text.bar import progress


class DBSCAN(Estimator):
    """Clusters are where points lie densely: core points that are neighbours, and the points beside them.

    Two points are neighbours if they are within eps of one another; each is its own neighbour. A point with
    `min_samples` neighbours is a core point. Core points that are neighbours are in one cluster. Any other point is on
    the border of the first cluster of which a core point is its neighbour, or else it is noise. So says scikit-learn's
    DBSCAN with Euclidean distances, and labels are the same, but for what rounding decides, see below.

    eps : how near neighbours are, in the units of the points
    min_samples : how many neighbours a core point has, or what they weigh
    method : "cells", a grid, in up to 3 dimensions; "leaves", a tree, in any number; "auto" chooses.
        They find the same.
    verbose : whether a bar on stderr shows how far it has got; otherwise nothing is printed

    After `fit`, where n points of d dimensions were given; arrays are of the kind and on the device of the points:

    labels_ : (n,) int64, clusters numbered by their first core points; noise is −1
    core_sample_indices_ : (core points,) int64, in order; components_ : (core points, d), these points
    n_features_in_ : d; feature_names_in_ : the names of the columns, if the points were a table whose columns have any

    Whether points are neighbours is decided as scikit-learn's k-d trees do, in float64 for float32 too: the sum of the
    squared differences, axis by axis, is at most eps². So the order of the points changes neither core points nor noise
    nor which core points are together; nor do moving and scaling, where the dtype holds the moved points exactly.

    Rounding decides where a distance is eps but for its last digits, and there scikit-learn may differ: for up to 11
    points, and beyond 15 dimensions, it squares distances by a product, which rounds otherwise. So it may where the
    sum of weights is min_samples but for its last digits: see `fit`.

    Time: with cells about O(n·log n), and where a cell holds less than min_samples points, up to O(min_samples) for
    each of the points round it; with leaves O(n·d) for each point in the leaves near one. Memory: O(n·d), at
    most 8·(6d + 20)·n bytes and 22 MB, however large eps is; scikit-learn holds all pairs of neighbours.
    Source: M. Ester, H.-P. Kriegel, J. Sander, X. Xu, "A density-based algorithm for discovering clusters in large
    spatial databases with noise", KDD 1996.

    >>> points = [[1.0, 2.0], [2.0, 2.0], [2.0, 3.0], [8.0, 7.0], [8.0, 8.0], [25.0, 80.0]]
    >>> model = DBSCAN(eps=3, min_samples=2).fit(points)
    >>> model.labels_.tolist(), model.core_sample_indices_.tolist()
    ([0, 0, 0, 1, 1, -1], [0, 1, 2, 3, 4])
    """

    def __init__(self, eps: float = 0.5, *, min_samples: int = 5, method: str = "auto", verbose: bool = False) -> None:
        self.eps = eps
        self.min_samples = min_samples
        self.method = method
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> "DBSCAN":
        """Find the clusters of the points X (n, d): a Tensor, an array, anything with DLPack, or lists. y is ignored.

        sample_weight : (n,), what each point counts for as a neighbour, or one number for all; 1 if None. One that
            weighs min_samples is a core point by itself; a negative weight keeps its neighbours from being one. Sums
            are float64, and one that is below min_samples by rounding alone reaches it.

        Raises ShapeError and InputError for anything but finite points and weights, one for each point, and InputError
        for a setting that means nothing.
        """
        eps = checks.distance("DBSCAN: eps", self.eps)
        least = checks.whole("DBSCAN: min_samples", self.min_samples, 1)
        checks.choice("DBSCAN: method", self.method, METHODS)
        shown = checks.flag("DBSCAN: verbose", self.verbose)
        points = read_points(X)
        if self.method == "cells" and points.shape[1] > 3:
            raise InputError(f"DBSCAN: cells are for 1 to 3 dimensions, and X has {points.shape[1]}; use method='auto'")
        weights = None if sample_weight is None else read_weights(sample_weight, points)
        with progress("DBSCAN", shown) as step:
            found = cluster(points, eps, least, weights, self.method, step)
        core = numbered(found.core)[found.core]
        self._saw(X, points)
        self.labels_, self.core_sample_indices_ = in_kind_of(X, found.labels), in_kind_of(X, core)
        self.components_ = in_kind_of(X, points[core])
        return self
