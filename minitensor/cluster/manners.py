"""The manners of an estimator: those that scikit-learn's tools expect of one. It is imported only where it calls."""

import html
import inspect
import reprlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Self

import numpy as np

from minitensor.backend import threads
from minitensor.cluster.chunks import Chunks, chunks_of, in_chunks
from minitensor.cluster.inputs import column_names, in_kind_of, read_points
from minitensor.core import checks
from minitensor.core.creation import as_tensor
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, MissingExtraError, NotFittedError, ShapeError
from minitensor.text.hints import install

OUTPUTS = ("default", "pandas", "polars")


class Parameters:
    """Parameters that can be read, set and printed: those of ``__init__``, each stored under its own name.

    >>> class Scale(Parameters):
    ...     def __init__(self, *, factor=1.0, offset=0.0):
    ...         self.factor, self.offset = factor, offset
    >>> Scale(factor=2.0), Scale().set_params(offset=3.0).get_params()
    (Scale(factor=2.0), {'factor': 1.0, 'offset': 3.0})
    """

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        return {name: each.default for name, each in list(inspect.signature(cls.__init__).parameters.items())[1:]}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name. deep : changes nothing, as no parameter has parameters of its own."""
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, all or none. Raises InputError for a name that is not known."""
        for name in params:
            if name not in self._defaults():
                raise InputError(
                    f"Invalid parameter {name!r} for estimator {self!r}. Valid parameters are: {list(self._defaults())}"
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = (f"{name}={_short(getattr(self, name))}" for name in self._defaults() if self._is_changed(name))
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        """A table for notebooks: the parameters, those that were changed in bold, and below what `fit` found."""
        rows = [(name, getattr(self, name), self._is_changed(name)) for name in self._defaults()]
        rows += [(name, value, False) for name, value in vars(self).items() if _is_found(name)]
        lines = [f"<table><caption>{type(self).__name__}</caption>"]
        for name, value, changed in rows:
            text = html.escape(_short(value))
            lines.append(f"<tr><td>{name}</td><td>{f'<b>{text}</b>' if changed else text}</td></tr>")
        return "\n".join([*lines, "</table>"])

    def _is_changed(self, name: str) -> bool:
        value, default = getattr(self, name), self._defaults()[name]
        return value is not default and (type(value) is not type(default) or bool(value != default))


class Estimator(Parameters):
    """A clustering that is fitted to points. A subclass has ``fit(X, y=None)``, which sets `labels_` and calls `_saw`.

    `clone`, `GridSearchCV`, `Pipeline`, `is_clusterer` and `check_is_fitted` of scikit-learn work on it.
    """

    labels_: Any
    cluster_centers_: Any
    n_features_in_: int
    _estimator_type = "clusterer"  # what scikit-learn before 1.6 asks for

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import Tags, TargetTags

        nothing = {"transformer_tags": None, "classifier_tags": None, "regressor_tags": None}
        return Tags(estimator_type="clusterer", target_tags=TargetTags(required=False), **nothing)

    def fit(self, X: Any, y: Any = None) -> Self:
        raise NotImplementedError

    def fit_predict(self, X: Any, y: Any = None, **options: Any) -> Any:
        """``fit(X, **options).labels_``."""
        return self.fit(X, y, **options).labels_

    def _saw(self, X: Any, points: Tensor | Chunks) -> None:
        """Remember which features X had: how many, and their names if they had any."""
        self.n_features_in_ = points.shape[1]
        names = column_names(X)
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):  # of the points of an earlier fit
            del self.feature_names_in_

    def _again(self, X: Any) -> Any:
        """X as points on the backend of the centres, or as `Chunks`, if it has the features that `fit` saw.

        Raises NotFittedError before `fit`, ShapeError for another number of features, InputError for other names.
        """
        self._check_fitted()
        names = column_names(X)
        points = (
            chunks_of(X)
            if in_chunks(X)
            else read_points(X, place=as_tensor(self.cluster_centers_).backend, beside="cluster_centers_")
        )
        if points.shape[1] != self.n_features_in_:
            raise ShapeError(
                f"X has {points.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input, as many as fit saw"
            )
        if names is not None and hasattr(self, "feature_names_in_") and list(names) != list(self.feature_names_in_):
            raise InputError(
                "The feature names should match those that were passed during fit. They were "
                f"{', '.join(self.feature_names_in_)}; now they are {', '.join(names)}"
            )
        return points

    def _check_fitted(self) -> None:
        if not any(map(_is_found, vars(self))):
            raise _not_fitted(type(self).__name__)


class Transformer(Estimator):
    """An estimator that also makes new features of points: ``transform(X)``, which ends with ``self._out(X, result)``.

    `set_output`, and scikit-learn's ``set_config(transform_output=...)``, say whether they come as a data frame.
    """

    _n_features_out: int

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import TransformerTags

        tags = super().__sklearn_tags__()
        tags.transformer_tags = TransformerTags(preserves_dtype=["float64", "float32"])
        return tags

    def transform(self, X: Any) -> Any:
        raise NotImplementedError

    def fit_transform(self, X: Any, y: Any = None, **options: Any) -> Any:
        """``fit(X, **options).transform(X)``."""
        return self.fit(X, y, **options).transform(X)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of what `transform` makes, the name of the class and a number: (features,) of dtype object."""
        self._check_fitted()
        name = type(self).__name__.lower()
        return np.asarray([f"{name}{number}" for number in range(self._n_features_out)], dtype=object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Say in which kind `transform` answers: "default", in the kind of X, or "pandas" or "polars"; None: as before.

        Raises InputError for another word.
        """
        if transform is not None:
            checks.choice("set_output: transform", transform, OUTPUTS)
            self._sklearn_output_config = {"transform": transform}  # by this name `clone` copies it
        return self

    def _out(self, X: Any, result: Tensor) -> Any:
        """The result (n, features) in the kind that was asked for."""
        theirs = sys.modules.get("sklearn")
        wanted = getattr(self, "_sklearn_output_config", theirs.get_config() if theirs else {})
        kind = wanted.get("transform", wanted.get("transform_output", "default"))
        if kind == "default":
            return in_kind_of(X, result)
        try:
            library = __import__(kind)
        except ImportError:
            raise MissingExtraError(f"set_output: {kind} is not installed; {install(kind)}") from None
        names, table = self.get_feature_names_out(), result.numpy()
        if kind == "polars":
            return library.DataFrame(table, schema=list(names), orient="row")
        return library.DataFrame(
            table, index=X.index if isinstance(X, library.DataFrame) else None, columns=names, copy=False
        )


def _is_found(name: str) -> bool:
    """Whether an attribute is one that `fit` sets."""
    return name.endswith("_") and not name.startswith("_")


def _short(value: Any) -> str:
    """A value in a few words: of an array its shape."""
    shape = getattr(value, "shape", ())
    return f"<{type(value).__name__} of shape {tuple(shape)}>" if len(shape) else reprlib.repr(value)


def _not_fitted(name: str) -> NotFittedError:
    """The error, which is also scikit-learn's where that is loaded: its tools catch their own."""
    theirs = sys.modules.get("sklearn.exceptions")
    error = _also(theirs.NotFittedError) if theirs else NotFittedError
    return error(f"this {name} has no clusters yet; call fit(X) first")


@cache
def _also(theirs: type) -> type[NotFittedError]:
    return type("NotFittedError", (NotFittedError, theirs), {"__module__": NotFittedError.__module__})


@contextmanager
def jobs(name: str, count: int | None) -> Iterator[None]:
    """While the block runs, NumPy's BLAS takes `count` threads in this process, and so do all that take as many as it.

    count : 1 or more, the cores that there are at most; −1 all cores, −2 all but one, and so on; None changes nothing

    Raises InputError for 0 and what is no whole number, MissingExtraError without threadpoolctl.
    """
    if count is None:
        yield
        return
    wanted = checks.whole(name, count)
    if not wanted:
        raise InputError(f"{name}=0; it must be 1 or more, or −1 for all cores, or None")
    wanted = min(wanted, threads.cores()) if wanted > 0 else max(1, threads.cores() + 1 + wanted)
    with threads.blas_limited(wanted) as is_so:
        if not is_so:
            raise MissingExtraError(f"{name}={count} needs threadpoolctl; {install('threadpoolctl')}")
        yield
