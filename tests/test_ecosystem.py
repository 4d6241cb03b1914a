"""Packages that take any array of the standard take Tensors: einops, opt_einsum, array_api_compat, scikit-learn, SciPy.

Each test is skipped where its package is not installed.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minitensor as mt

X = np.arange(24.0).reshape(2, 3, 4) % 7
WITH_EINOPS = """
assert einops.rearrange(mt.ones((2, 3)), "a b -> b a").shape == (3, 2)
assert einops.repeat(mt.ones(2), "a -> a b", b=3).shape == (2, 3)
"""


def out_of(*arguments):
    """What another Python prints, which imports the minitensor that is tested here."""
    environment = os.environ | {"PYTHONPATH": str(Path(mt.__file__).parents[1])}
    told = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, env=environment)
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize("module", ["einops", "einops.array_api"])
def test_einops(backend, module):
    einops = pytest.importorskip(module)
    x = mt.tensor(X)
    pairs = [
        (einops.rearrange(x, "a b c -> c (a b)"), X.transpose(2, 0, 1).reshape(4, 6)),
        (einops.rearrange([x, x], "n a b c -> a (n b) c"), np.concatenate([X, X], axis=1)),
        (einops.repeat(x, "a b c -> a (b d) c", d=2), X.repeat(2, axis=1)),
        (einops.pack([x, x[:, :1]], "a * c")[0], np.concatenate([X, X[:, :1]], axis=1)),
        (einops.unpack(x, [(1,), (2,)], "a * c")[1], X[:, 1:]),
    ]
    for how in ("max", "min", "sum", "mean", "prod"):
        wanted = getattr(X.reshape(2, 3, 2, 2), how)((1, 2))
        pairs.append((einops.reduce(x, "a b (c d) -> a d", how, d=2), wanted))
    for found, wanted in pairs:
        assert type(found) is mt.Tensor
        assert found.backend == mt.get_backend()
        np.testing.assert_allclose(found.numpy(), wanted)


def test_einsum_of_einops(backend):
    einops = pytest.importorskip("einops")
    found = einops.einsum(mt.tensor(X), mt.tensor(X[0]), "batch row column, row other -> batch other column")
    assert type(found) is mt.Tensor
    np.testing.assert_allclose(found.numpy(), np.einsum("brc,ro->boc", X, X[0]))
    np.testing.assert_array_equal(einops.asnumpy(mt.tensor(X)), X)
    assert einops.parse_shape(mt.tensor(X), "a _ c") == {"a": 2, "c": 4}


def test_gradients_flow_through_einops():
    einops = pytest.importorskip("einops")
    slope = mt.grad(lambda x: (einops.reduce(x, "a (b two) c -> c a b", "mean", two=1) ** 2).sum())(mt.tensor(X))
    np.testing.assert_allclose(slope.numpy(), 2 * X)


@pytest.mark.parametrize("first", ["import einops; import minitensor as mt", "import minitensor as mt; import einops"])
def test_einops_takes_tensors_whichever_was_imported_first(first):
    pytest.importorskip("einops")
    out_of("-c", f"{first}\n{WITH_EINOPS}")


def test_without_einops_nothing_waits_in_vain():
    """The finder that waits for einops finds nothing, and goes when einops has come."""
    print_finders = "import sys; print([getattr(each, '__name__', '') for each in sys.meta_path].count('Waiting'))"
    assert out_of("-c", f"import minitensor; {print_finders}").split() == ["1"]
    pytest.importorskip("einops")
    assert out_of("-c", f"import minitensor, einops; {print_finders}").split() == ["0"]


def test_opt_einsum(backend):
    opt_einsum = pytest.importorskip("opt_einsum")
    a, b, c = X, X[0], X[1, :, :2]
    found = opt_einsum.contract("brc,rd,re->bcde", *map(mt.tensor, (a, b, c)))
    assert type(found) is mt.Tensor
    np.testing.assert_allclose(found.numpy(), np.einsum("brc,rd,re->bcde", a, b, c))


def test_array_api_compat(backend):
    compat = pytest.importorskip("array_api_compat")
    x = mt.tensor(X)
    assert compat.array_namespace(x, x) is mt
    assert compat.is_array_api_obj(x)
    assert compat.device(x) == x.device
    assert compat.size(x) == 24
    np.testing.assert_array_equal(compat.to_device(x, x.device).numpy(), X)


@pytest.mark.thorough
def test_scikit_learn_and_scipy():
    pytest.importorskip("sklearn", minversion="1.8")
    lines = out_of(str(Path(__file__).with_name("peers_array_api.py"))).splitlines()
    assert len(lines) == 44
