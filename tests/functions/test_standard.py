"""The namespace beside that of array-api-strict, which holds what the standard names and no more."""

import inspect
from inspect import Parameter

import array_api_strict as strict
import numpy as np
import pytest

import minitensor as mt
from minitensor import linalg
from minitensor.core.tensor import Tensor

# What array-api-strict has beyond the standard's main namespace: its own flags, and the other extension.
ITS_OWN = {
    "ArrayAPIStrictFlags", "Device", "fft", "get_array_api_strict_flags", "reset_array_api_strict_flags",
    "set_array_api_strict_flags",
}  # fmt: skip
NOT_IN_LINALG = {"cross", "matrix_power", "matrix_rank"}
NAMES = sorted(set(strict.__all__) - ITS_OWN)
PAIRS = [(mt, strict, name) for name in NAMES] + [
    (linalg, strict.linalg, name) for name in sorted(set(strict.linalg.__all__) - NOT_IN_LINALG)
]
# Of a matrix, `take` of the standard wants an axis; ours takes rows.
OTHER_DEFAULTS = {("take", "axis")}


def parameters(function):
    return list(inspect.signature(function).parameters.values())


@pytest.mark.parametrize(("ours", "theirs", "name"), PAIRS, ids=[f"{each[1].__name__}.{each[2]}" for each in PAIRS])
def test_every_name_is_here_and_takes_what_the_standard_says(ours, theirs, name):
    wanted = getattr(theirs, name)
    found = getattr(ours, name)
    if not inspect.isfunction(wanted):
        return
    have = parameters(found)
    named = {each.name: each for each in have}
    for place, each in enumerate(parameters(wanted)):
        if each.kind is Parameter.KEYWORD_ONLY:
            assert named[each.name].kind in (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        else:
            assert have[place].kind in (each.kind, Parameter.POSITIONAL_OR_KEYWORD)
        if each.kind is Parameter.POSITIONAL_OR_KEYWORD:
            assert have[place].name == each.name
        has_default = each.default not in (Parameter.empty, getattr(strict._typing, "UNDEF", None))
        if has_default and type(each.default).__name__ != "Undef" and (name, each.name) not in OTHER_DEFAULTS:
            assert named.get(each.name, have[place]).default == each.default
    # What ours takes besides may be left out.
    known = {each.name for each in parameters(wanted)} | {each.name for each in have[: len(parameters(wanted))]}
    optional = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
    assert [e.name for e in have if e.name not in known and e.default is e.empty and e.kind not in optional] == []


def test_methods_and_attributes_of_an_array_are_those_of_a_tensor():
    matrix = strict.asarray([[1.0]])
    public = {name for name in dir(matrix) if not name.startswith("_") or name.endswith("__")}
    pythons_own = {"__buffer__", "__dict__", "__module__", "__weakref__"}
    by_another = {"__imatmul__"}  # Python takes __matmul__ for a @= b
    assert sorted(name for name in public - pythons_own - by_another if not hasattr(mt.ones((1, 1)), name)) == []


# Each call as a user writes it, here and with array-api-strict.
X = np.arange(24.0).reshape(2, 3, 4) % 7 - 3
GIVEN = {
    "x": X, "y": X[..., ::-1] + 0.5, "v": np.array([3, 1, 3, 2]), "w": np.array([0, 2, 2]), "m": X > 0,
    "s": np.array([[4.0, 1.0], [1.0, 3.0]]), "z": X[0] * (1 + 2j), "r": np.array([1, 2, 0]), "o": np.array([1.0, 2.0]),
}  # fmt: skip
CALLS = """
    xp.all(m, axis=1, keepdims=True)
    xp.any(m, axis=(0, -1))
    xp.arange(5)
    xp.arange(1, 9, 2, dtype=xp.float32)
    xp.arange(1, stop=9, step=2)
    xp.argmax(x, axis=1, keepdims=True)
    xp.argmin(x)
    xp.argsort(v, axis=0, descending=True, stable=True)
    xp.asarray(x, dtype=xp.float32, copy=True)
    xp.asarray([[1, 2], [3, 4]], dtype=xp.int16, device=None, copy=None)
    xp.asarray(x, device=x.device, copy=False)
    xp.astype(x, xp.int32, copy=False)
    xp.astype(x, xp.float32, device=x.device)
    xp.broadcast_arrays(x, x[:, :1, :], x[0, 0, :])[2]
    xp.broadcast_to(o[:, None], shape=(3, 2, 4))
    xp.clip(x, -1.0, 2.0)
    xp.clip(x, min=-1.0)
    xp.clip(x, max=x[0, 0, :])
    xp.concat((x, y), axis=-1)
    xp.concat([x, y], axis=None)
    xp.count_nonzero(x, axis=(0, 1), keepdims=True)
    xp.cumulative_prod(x, axis=2, include_initial=True)
    xp.cumulative_sum(v, dtype=xp.float64, include_initial=True)
    xp.cumulative_sum(x, axis=-2)
    xp.diff(x, axis=1, n=2)
    xp.diff(v, prepend=w, append=w)
    xp.empty((2, 0), dtype=xp.float32, device=None)
    xp.empty_like(x[:, :0, :], dtype=xp.int8)
    xp.expand_dims(x, axis=1)
    xp.eye(2, 3, k=1, dtype=xp.float32)
    xp.eye(3, None, k=-1)
    xp.flip(x, axis=(0, 2))
    xp.flip(x)
    xp.from_dlpack(v, copy=True)
    xp.full((2, 3), fill_value=7)
    xp.full(3, 2.5, dtype=xp.float32, device=x.device)
    xp.full_like(x, fill_value=True, dtype=xp.bool)
    xp.isin(v, w, invert=False)
    xp.isin(v, 3)
    xp.linspace(0.0, 1, num=5, endpoint=False, dtype=xp.float32)
    xp.linspace(-1, 1, 4)
    xp.matmul(x, xp.matrix_transpose(y))
    xp.max(x, axis=(1, 2), keepdims=True)
    xp.mean(x, axis=0, keepdims=True)
    xp.meshgrid(v, w, indexing="ij")[0]
    xp.meshgrid(v, w, v)[1]
    xp.min(x, axis=-1)
    xp.moveaxis(x, (0, 1), (-1, 0))
    xp.nonzero(m)[1]
    xp.ones(3, dtype=xp.int64, device=None)
    xp.ones_like(x, dtype=None, device=x.device)
    xp.permute_dims(x, (2, 0, 1))
    xp.permute_dims(x, axes=(1, 0, 2))
    xp.prod(v, dtype=xp.float64)
    xp.prod(x, axis=(0, 2), keepdims=True)
    xp.repeat(x, 2, axis=1)
    xp.repeat(x, r, axis=1)
    xp.repeat(v, 3)
    xp.reshape(x, (4, -1), copy=True)
    xp.reshape(x, shape=(-1,), copy=False)
    xp.roll(x, 2)
    xp.roll(x, (1, -1), axis=(0, 2))
    xp.searchsorted(v, w, sorter=xp.argsort(v))
    xp.searchsorted(w, v, side="right")
    xp.searchsorted(w, 1)
    xp.sort(x, axis=1, descending=True, stable=False)
    xp.squeeze(x[:, :1, :], axis=1)
    xp.squeeze(x[:1, :1, :], (0, 1))
    xp.stack((x, y), axis=1)
    xp.std(x, axis=1, correction=1.0, keepdims=True)
    xp.sum(x, axis=(0, -1), dtype=xp.float32, keepdims=True)
    xp.sum(v)
    xp.take(x, w, axis=1)
    xp.take(v, w)
    xp.take_along_axis(x, xp.argsort(x, axis=1), axis=1)
    xp.tensordot(x, y, axes=((0, 2), (0, 2)))
    xp.tensordot(x, xp.matrix_transpose(x[0, ...]), axes=1)
    xp.tile(o, (2, 3))
    xp.tril(x, k=-1)
    xp.triu(x, k=1)
    xp.unique_all(v).inverse_indices
    xp.unique_all(v).indices
    xp.unique_counts(v).counts
    xp.unique_inverse(v).values
    xp.unique_values(v)
    xp.unstack(x, axis=-1)[1]
    xp.var(x, correction=0)
    xp.vecdot(x, y, axis=-2)
    xp.vecdot(z, z)
    xp.where(m, x, 0.0)
    xp.where(m, x, y)
    xp.zeros((2, 3), dtype=xp.complex64)
    xp.zeros_like(v, dtype=xp.float32)
    xp.linalg.cholesky(s, upper=True)
    xp.linalg.det(s)
    xp.linalg.diagonal(x, offset=-1)
    xp.linalg.eigh(s).eigenvalues
    xp.linalg.eigvalsh(s)
    xp.linalg.inv(s)
    xp.linalg.matrix_norm(x, ord=1, keepdims=True)
    xp.linalg.matrix_norm(x, ord="nuc")
    xp.linalg.outer(o, o)
    xp.linalg.pinv(s, rtol=1e-9)
    xp.abs(xp.linalg.qr(s, mode="complete").R)
    xp.linalg.slogdet(s).logabsdet
    xp.linalg.solve(s, s[:, :1])
    xp.linalg.solve(s, o)
    xp.linalg.svd(x, full_matrices=False).S
    xp.linalg.svdvals(x)
    xp.linalg.trace(x, offset=1, dtype=xp.float64)
    xp.linalg.vector_norm(x, axis=(0, 2), keepdims=True, ord=3)
    xp.linalg.vector_norm(z)
"""


@pytest.mark.parametrize("call", [line.strip() for line in CALLS.split("\n") if line.strip()])
def test_a_call_of_the_standard_gives_what_the_standard_says(backend, call):
    found = eval(call, {"xp": mt, **{name: mt.tensor(array) for name, array in GIVEN.items()}})
    wanted = np.asarray(eval(call, {"xp": strict, **{name: strict.asarray(array) for name, array in GIVEN.items()}}))
    assert type(found) is Tensor
    assert mt.backend.of(found.array).name == mt.get_backend()
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-6 if wanted.dtype.itemsize < 8 else 1e-13, atol=1e-14)


def test_data_types_are_compared_as_the_standard_says():
    names = [name for name in strict.__array_namespace_info__().dtypes() if name != "bool"]
    for one in names:
        ours, theirs = getattr(mt, one), getattr(strict, one)
        for kind in ("integral", "real floating", "numeric", ("bool", "complex floating")):
            assert mt.isdtype(ours, kind) == strict.isdtype(theirs, kind), (one, kind)
        told, limits = (mt.finfo, strict.finfo) if mt.isdtype(ours, ("real floating", "complex floating")) else (
            mt.iinfo, strict.iinfo)  # fmt: skip
        for field in told(ours)._fields[:-1]:
            assert getattr(told(ours), field) == getattr(limits(theirs), field), (one, field)
        for other in names:
            try:
                wanted = strict.result_type(theirs, getattr(strict, other))
            except TypeError:  # the standard promotes no integers to floats
                continue
            assert mt.result_type(ours, getattr(mt, other)) == np.dtype(str(wanted).rpartition(".")[2])
            assert mt.can_cast(ours, getattr(mt, other)) == strict.can_cast(theirs, getattr(strict, other))


def test_the_namespace_tells_of_itself(backend):
    info, x = mt.__array_namespace_info__(), mt.ones(2)
    assert x.__array_namespace__() is mt
    assert x.__array_namespace__(api_version="2025.12") is mt
    assert set(info.dtypes()) == set(strict.__array_namespace_info__().dtypes())
    assert set(info.dtypes(kind="integral")) == set(strict.__array_namespace_info__().dtypes(kind="integral"))
    assert set(info.default_dtypes()) == set(strict.__array_namespace_info__().default_dtypes())
    assert set(info.capabilities()) == set(strict.__array_namespace_info__().capabilities())
    assert x.device in info.devices()
    assert info.default_device() == x.device
    assert (mt.pi, mt.e, mt.inf, mt.newaxis) == (strict.pi, strict.e, strict.inf, strict.newaxis)


@pytest.mark.parametrize("version", ["2020.01", "latest", 2025])
def test_an_unknown_version_of_the_standard_is_refused(version):
    with pytest.raises(ValueError, match=r"2025\.12"):
        mt.ones(1).__array_namespace__(api_version=version)
