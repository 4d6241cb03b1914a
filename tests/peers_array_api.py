"""scikit-learn and SciPy on Tensors, beside the same on NumPy's arrays: a process of its own, as both look once.

They ask SCIPY_ARRAY_API when they are imported. Prints a line for each call: its name, and how far off it is.
"""

import os

os.environ["SCIPY_ARRAY_API"] = "1"

import numpy as np
from scipy import special, stats
from sklearn import config_context
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import minitensor as mt

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5)) * [1, 2, 3, 4, 5]
Y = X @ RNG.normal(size=5) + 0.1 * RNG.normal(size=40)


def there_and_back(model, x):
    return model.inverse_transform(model.fit(x).transform(x))


SCIKIT_LEARN = {
    "MinMaxScaler": lambda x, y: MinMaxScaler().fit_transform(x),
    "MinMaxScaler, there and back": lambda x, y: there_and_back(MinMaxScaler(), x),
    "StandardScaler": lambda x, y: StandardScaler().fit_transform(x),
    "StandardScaler, there and back": lambda x, y: there_and_back(StandardScaler(), x),
    "PCA, auto": lambda x, y: PCA(2).fit_transform(x),
    "PCA, full": lambda x, y: PCA(2, svd_solver="full").fit_transform(x),
    "PCA, covariance_eigh": lambda x, y: PCA(2, svd_solver="covariance_eigh").fit_transform(x),
    "PCA, randomized": lambda x, y: PCA(2, svd_solver="randomized", power_iteration_normalizer="QR",
                                        random_state=0).fit_transform(x),
    "PCA, whitened": lambda x, y: PCA(2, svd_solver="full", whiten=True).fit_transform(x),
    "PCA, there and back": lambda x, y: there_and_back(PCA(2, svd_solver="full"), x),
    "Ridge": lambda x, y: Ridge(solver="svd").fit(x, y).predict(x),
    "Ridge, weighted": lambda x, y: Ridge(solver="svd").fit(x, y, sample_weight=y * y).coef_,
    "r2_score": lambda x, y: r2_score(y, y * 1.01),
    "accuracy_score": lambda x, y: accuracy_score(1 * (y > 0), 1 * (y > 0.1)),
    "train_test_split": lambda x, y: train_test_split(x, y, random_state=0)[1],
}  # fmt: skip
SCIPY = {
    "expit": lambda x, y: special.expit(x),
    "entr": lambda x, y: special.entr(x * x),
    "softmax": lambda x, y: special.softmax(x, axis=1),
    "logsumexp": lambda x, y: special.logsumexp(x, axis=0),
    "zscore": lambda x, y: stats.zscore(x),
    "skew": lambda x, y: stats.skew(x),
    "gmean": lambda x, y: stats.gmean(x * x),
}


def main():
    for dtype in ("float64", "float32"):
        x, y = X.astype(dtype), Y.astype(dtype)
        for name, call in (SCIKIT_LEARN | SCIPY).items():
            wanted = call(x, y)
            with config_context(array_api_dispatch=True):
                found = call(mt.tensor(x), mt.tensor(y))
            if not isinstance(wanted, float):
                assert type(found) is mt.Tensor, f"{name} gives a {type(found).__name__}"
                assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype), name
                found = found.numpy()
            np.testing.assert_allclose(found, wanted, rtol=1e-3 if dtype == "float32" else 1e-9, err_msg=name)
            print(f"{dtype} {name}: {np.abs(found - wanted).max():.1e} off")


if __name__ == "__main__":
    main()
