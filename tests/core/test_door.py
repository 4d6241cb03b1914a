"""Whatever is no plain Tensor passes one door: a subclass can see every operation, and one that does not look changes
nothing."""

import ast
import math
import operator
import traceback
import types

import numpy as np
import pytest

import minitensor as mt
from minitensor import Tensor

SEEN = []  # what Recorders have written down


class Recorder(Tensor):
    """Writes down every operation with one of its instances, and gives Recorders, as a tape for gradients would."""

    @classmethod
    def _operation(cls, name, compute, args, options):
        SEEN.append(name)
        plain = {key: dressed(Tensor, value) for key, value in options.items()}
        return dressed(cls, compute(*dressed(Tensor, args), **plain))


class Mine(Tensor):
    """A subclass that overrides nothing."""


def dressed(kind, x):
    """x, a Tensor or a list or tuple with some in it, with Tensors of that class round the same arrays."""
    if isinstance(x, Tensor):
        out = kind()
        out.array = x.array
        return out
    return type(x)(dressed(kind, each) for each in x) if type(x) in (list, tuple) else x


# A public name of Tensor or of minitensor, what a subclass is told, and uses. x and k are written to.
OPERATIONS = """
__add__          add                   a + b; a + 2.0
__radd__         add                   2.0 + a
__iadd__         iadd                  x += b; x += 2.0
__sub__          subtract              a - b; a - 2.0
__rsub__         subtract              2.0 - a
__isub__         isub                  x -= b
__mul__          multiply              a * b
__rmul__         multiply              2.0 * a
__imul__         imul                  x *= b
__truediv__      divide                a / b
__rtruediv__     divide                2.0 / a
__itruediv__     itruediv              x /= b
__floordiv__     floor_divide          a // b
__rfloordiv__    floor_divide          2.0 // a
__ifloordiv__    ifloordiv             x //= b
__mod__          remainder             a % b
__rmod__         remainder             2.0 % a
__imod__         imod                  x %= b
__pow__          pow                   a ** b; a ** 2
__rpow__         pow                   2.0 ** a
__ipow__         ipow                  x **= b
__matmul__       matmul                a @ f; v @ v
__rmatmul__      matmul                -
__and__          bitwise_and           i & j; p & q
__rand__         bitwise_and           1 & i
__iand__         iand                  k &= j
__or__           bitwise_or            i | j
__ror__          bitwise_or            1 | i
__ior__          ior                   k |= j
__xor__          bitwise_xor           i ^ j
__rxor__         bitwise_xor           1 ^ i
__ixor__         ixor                  k ^= j
__lshift__       bitwise_left_shift    i << j
__rlshift__      bitwise_left_shift    1 << i
__ilshift__      ilshift               k <<= j
__rshift__       bitwise_right_shift   i >> j
__rrshift__      bitwise_right_shift   64 >> i
__irshift__      irshift               k >>= j
__lt__           less                  a < b; a < 1.5
__le__           less_equal            a <= b
__gt__           greater               a > b
__ge__           greater_equal         a >= b
__eq__           equal                 a == b; a == 1.5
__ne__           not_equal             a != b
__neg__          negative              -a
__pos__          positive              +a
__invert__       bitwise_invert        ~i; ~p
__abs__          abs                   abs(a)
abs              abs                   a.abs()
exp              exp                   a.exp()
log              log                   a.log()
sqrt             sqrt                  a.sqrt()
tanh             tanh                  a.tanh()
__getitem__      getitem               a[0]; a[:, 1:]; a[..., None]; a[p]; v[at]; a[0, at]
__setitem__      setitem               x[0] = 1.0; x[:, 1] = w; x[p] = 0.0; x[0, at] = 2.0; x[...] = b
reshape          reshape               a.reshape(3, 2); a.reshape((6,)); a.reshape(2, 3)
permute_dims     permute_dims          a.permute_dims(1, 0)
T                transpose             a.T
mT               matrix_transpose      a.mT
expand           expand                v.expand(2, 3); v.expand(3)
squeeze          squeeze               a.squeeze(); r.squeeze(); r.squeeze(axis=0)
expand_dims      expand_dims           a.expand_dims(0)
sum              sum                   a.sum(); a.sum(axis=0); a.sum(1, keepdims=True)
mean             mean                  a.mean(); a.mean(axis=0)
max              max                   a.max(); a.max(axis=0)
min              min                   a.min(); a.min(axis=0)
var              var                   a.var(); a.var(axis=0, correction=1)
std              std                   a.std(); a.std(axis=0)
any              any                   p.any(); p.any(axis=0)
all              all                   p.all(); p.all(axis=0)
argmax           argmax                a.argmax(); a.argmax(axis=0)
argmin           argmin                a.argmin(); a.argmin(axis=0)
astype           astype                a.astype("float32"); a.astype("float64")
copy             copy                  a.copy()
contiguous       contiguous            a.contiguous(); f.contiguous()
mt.abs           abs                   mt.abs(a)
mt.exp           exp                   mt.exp(a)
mt.log           log                   mt.log(a)
mt.sqrt          sqrt                  mt.sqrt(a)
mt.tanh          tanh                  mt.tanh(a)
mt.floor         floor                 mt.floor(a)
mt.ceil          ceil                  mt.ceil(a)
mt.round         round                 mt.round(a)
mt.isfinite      isfinite              mt.isfinite(a)
mt.isnan         isnan                 mt.isnan(a)
mt.conj          conj                  mt.conj(c)
mt.real          real                  mt.real(c)
mt.imag          imag                  mt.imag(c)
mt.square        square                mt.square(a)
mt.reciprocal    reciprocal            mt.reciprocal(a)
mt.sign          sign                  mt.sign(a)
mt.signbit       signbit               mt.signbit(a)
mt.trunc         trunc                 mt.trunc(a)
mt.isinf         isinf                 mt.isinf(a)
mt.expm1         expm1                 mt.expm1(a)
mt.log1p         log1p                 mt.log1p(a)
mt.log2          log2                  mt.log2(a)
mt.log10         log10                 mt.log10(a)
mt.sin           sin                   mt.sin(a)
mt.cos           cos                   mt.cos(a)
mt.tan           tan                   mt.tan(a)
mt.atan          atan                  mt.atan(a)
mt.sinh          sinh                  mt.sinh(a)
mt.cosh          cosh                  mt.cosh(a)
mt.asinh         asinh                 mt.asinh(a)
mt.negative      negative              mt.negative(a)
mt.positive      positive              mt.positive(a)
mt.asin          asin                  mt.asin(h)
mt.acos          acos                  mt.acos(h)
mt.acosh         acosh                 mt.acosh(a)
mt.atanh         atanh                 mt.atanh(h)
mt.logical_not   logical_not           mt.logical_not(p)
mt.bitwise_invert bitwise_invert       mt.bitwise_invert(i)
mt.add           add                   mt.add(a, b); mt.add(a, 1.5)
mt.subtract      subtract              mt.subtract(a, b); mt.subtract(a, 1.5)
mt.multiply      multiply              mt.multiply(a, b); mt.multiply(a, 1.5)
mt.divide        divide                mt.divide(a, b); mt.divide(a, 1.5)
mt.floor_divide  floor_divide          mt.floor_divide(a, b); mt.floor_divide(a, 1.5)
mt.remainder     remainder             mt.remainder(a, b); mt.remainder(a, 1.5)
mt.pow           pow                   mt.pow(a, b); mt.pow(a, 1.5)
mt.less          less                  mt.less(a, b); mt.less(a, 1.5)
mt.less_equal    less_equal            mt.less_equal(a, b); mt.less_equal(a, 1.5)
mt.greater       greater               mt.greater(a, b); mt.greater(a, 1.5)
mt.greater_equal greater_equal         mt.greater_equal(a, b); mt.greater_equal(a, 1.5)
mt.equal         equal                 mt.equal(a, b); mt.equal(a, 1.5)
mt.not_equal     not_equal             mt.not_equal(a, b); mt.not_equal(a, 1.5)
mt.atan2         atan2                 mt.atan2(a, b); mt.atan2(a, 1.5)
mt.hypot         hypot                 mt.hypot(a, b); mt.hypot(a, 1.5)
mt.copysign      copysign              mt.copysign(a, b); mt.copysign(a, 1.5)
mt.nextafter     nextafter             mt.nextafter(a, b); mt.nextafter(a, 1.5)
mt.logaddexp     logaddexp             mt.logaddexp(a, b); mt.logaddexp(a, 1.5)
mt.bitwise_and bitwise_and mt.bitwise_and(i, j)
mt.bitwise_or bitwise_or mt.bitwise_or(i, j)
mt.bitwise_xor bitwise_xor mt.bitwise_xor(i, j)
mt.bitwise_left_shift bitwise_left_shift mt.bitwise_left_shift(i, j)
mt.bitwise_right_shift bitwise_right_shift mt.bitwise_right_shift(i, j)
mt.logical_and   logical_and           mt.logical_and(p, q); mt.logical_and(p, True)
mt.logical_or    logical_or            mt.logical_or(p, q); mt.logical_or(p, True)
mt.logical_xor   logical_xor           mt.logical_xor(p, q); mt.logical_xor(p, True)
mt.isin          isin                  mt.isin(i, j); mt.isin(i, 2)
mt.prod          prod                  mt.prod(a); mt.prod(a, axis=0)
mt.maximum       maximum               mt.maximum(a, b); mt.maximum(a, 1.5); mt.maximum(1.5, a)
mt.minimum       minimum               mt.minimum(a, b); mt.minimum(a, 1.5)
mt.where         where                 mt.where(p, a, b); mt.where(p, a, 0.0); mt.where(p, 1.0, b)
mt.clip          clip                  mt.clip(a, 1.2, 1.8); mt.clip(a)
mt.sum           sum                   mt.sum(a); mt.sum(a, axis=0)
mt.mean          mean                  mt.mean(a)
mt.max           max                   mt.max(a)
mt.min           min                   mt.min(a)
mt.var           var                   mt.var(a, correction=1)
mt.std           std                   mt.std(a)
mt.any           any                   mt.any(p)
mt.all           all                   mt.all(p)
mt.argmax        argmax                mt.argmax(a)
mt.argmin        argmin                mt.argmin(a)
mt.reshape       reshape               mt.reshape(a, (3, 2))
mt.permute_dims  permute_dims          mt.permute_dims(a, (1, 0))
mt.expand        expand                mt.expand(v, (2, 3))
mt.squeeze       squeeze               mt.squeeze(r)
mt.expand_dims   expand_dims           mt.expand_dims(a, 0)
mt.astype        astype                mt.astype(a, "float32")
mt.sort          sort                  mt.sort(a); mt.sort(a, axis=0, descending=True)
mt.argsort       argsort               mt.argsort(a); mt.argsort(a, descending=True)
mt.cumsum        cumsum                mt.cumsum(a)
mt.searchsorted  searchsorted          mt.searchsorted(v, w)
mt.take          take                  mt.take(v, at); mt.take(a, at, axis=1)
mt.concat        concat                mt.concat([a, b]); mt.concat((a, b), axis=1)
mt.stack         stack                 mt.stack([a, b])
mt.matmul        matmul                mt.matmul(a, v)
mt.einsum        einsum                mt.einsum("ij,kj->ik", a, b); mt.einsum("ij->j", a); mt.einsum("ij,j", a, v)
"""

# Reads, and ways out of a Tensor: what they give is no Tensor.
READS = {"dtype", "ndim", "shape", "size", "strides", "device", "backend", "array", "__len__", "__repr__"}
WAYS_OUT = {"numpy", "tolist", "item", "__float__", "__int__", "__complex__", "__index__", "__bool__", "__format__"}
WAYS_OUT |= {
    "__round__",
    "__array__",
    "__array_namespace__",
    "__dlpack__",
    "__dlpack_device__",
    "to",
    "to_device",
    "to_numpy",
}
WAYS_OUT |= {"plain"}
SEVERAL = {"__iter__", "__contains__"}  # operations, one after another
# Functions made of others, which a subclass is told of one by one.
COMPOSED = {
    "broadcast_arrays", "broadcast_to", "count_nonzero", "cumulative_prod", "cumulative_sum", "diff", "flip",
    "matrix_transpose", "moveaxis", "repeat", "roll", "take_along_axis", "tensordot", "tile", "tril", "triu", "unstack",
    "vecdot",
}  # fmt: skip
# Functions that make Tensors, tell of them, or choose where they are made.
NO_OPERATIONS = {"arange", "as_tensor", "eye", "full", "linspace", "ones", "tensor", "zeros", "broadcast_shapes"}
NO_OPERATIONS |= {
    "asarray",
    "from_dlpack",
    "empty",
    "empty_like",
    "zeros_like",
    "ones_like",
    "full_like",
    "meshgrid",
    "can_cast",
    "finfo",
    "iinfo",
    "isdtype",
    "result_type",
    "nonzero",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "grad",
    "value_and_grad",
    "variable",
    "einsum_plan",
    "explain_broadcast",
    "explain_einsum",
    "get_backend",
    "set_backend",
}

CASES = []
for line in OPERATIONS.strip().splitlines():
    public, recorded, uses = line.split(maxsplit=2)
    CASES += [(public, recorded, use.strip()) for use in uses.split(";") if use != "-"]
each_case = pytest.mark.parametrize(("public", "recorded", "use"), CASES, ids=[use for _, _, use in CASES])

# Python asks the right side of a comparison first where its class is a subclass of the other's.
MIRRORED = {"less": "greater", "less_equal": "greater_equal", "equal": "equal", "not_equal": "not_equal"}
MIRRORED |= {turned: name for name, turned in MIRRORED.items()}


def operands():
    numbers = np.random.default_rng(0).uniform(1, 2, (3, 2, 3))
    a, b, x = map(mt.tensor, numbers)
    i, j, k = (mt.tensor(rows) for rows in ([[1, 2, 3]], [[3, 1, 2]], [[7, 6, 5]]))
    scope = {
        "a": a,
        "h": mt.tensor(numbers[0] / 4),
        "b": b,
        "x": x,
        "i": i,
        "j": j,
        "k": k,
        "p": a > 1.5,
        "q": b > 1.5,
        "r": a[:1],
        "f": b.T,
        "v": mt.tensor([1.0, 2.0, 4.0]),
    }
    return scope | {"w": mt.tensor([3.0, 0.5]), "at": mt.tensor([2, 0]), "c": mt.tensor([1 + 2j, 3 - 1j])}


def run(use, kind, places):
    """What an expression gives, or what a statement has written, where the operands called `places` are of a class."""
    scope = {name: dressed(kind, x) if name in places else x for name, x in operands().items()} | {"mt": mt}
    SEEN.clear()
    if isinstance(ast.parse(use).body[0], ast.Expr):
        return eval(use, scope)
    exec(use, scope)
    return scope[use[0]]


def places_of(use):
    """Each name of a tensor in the text alone, and all of them."""
    names = sorted({node.id for node in ast.walk(ast.parse(use)) if isinstance(node, ast.Name)} & operands().keys())
    return [{name} for name in names] + [set(names)]


def same(result, expected):
    return np.array_equal(result.numpy(), expected.numpy()) and result.dtype == expected.dtype


def test_the_list_names_every_public_operation():
    listed = {public for public, _, _ in CASES} | {"__rmatmul__"}
    functions = {f"mt.{name}" for name in dir(mt) if isinstance(getattr(mt, name), types.FunctionType)}
    members = {name for name, value in vars(Tensor).items() if callable(value) or isinstance(value, property)}
    members = {name for name in members if not name.startswith("_") or name.endswith("__")}
    assert functions - listed == {f"mt.{name}" for name in NO_OPERATIONS | COMPOSED}
    assert members - listed - {"plain"} == (READS | WAYS_OUT | SEVERAL) - {"plain", "array"}
    assert listed - functions - members == set()


@each_case
def test_a_subclass_is_told_of_an_operation_once_and_one_that_overrides_nothing_gives_plain_tensors(
    backend, public, recorded, use
):
    expected = run(use, Tensor, set())
    for places in places_of(use):
        result = run(use, Recorder, places)
        left = next(node for node in ast.walk(ast.parse(use)) if isinstance(node, ast.Name)).id
        mirrored = recorded in MIRRORED and left not in places
        assert [MIRRORED[recorded] if mirrored else recorded] == SEEN, places
        assert same(result, expected), places
        result = run(use, Mine, places)
        if use[0] in "xk":  # what was written to stays what it is
            assert type(result) is (Mine if use[0] in places else Tensor)
        else:
            assert type(result) is Tensor, places
        assert same(result, expected), places


def test_a_recorder_writes_down_a_whole_computation(backend):
    x = dressed(Recorder, mt.tensor([[1.0, 2.0], [0.0, 3.0]]))
    SEEN.clear()
    weights = (x - x.max(axis=1, keepdims=True)).exp()
    result = mt.where(weights > 0.5, weights / weights.sum(axis=1, keepdims=True), 0.0) @ mt.ones((2, 1))
    assert SEEN == ["max", "subtract", "exp", "greater", "sum", "divide", "where", "matmul"]
    assert type(result) is Recorder


@pytest.mark.parametrize("use", [
    "mt.norms.norm(a)", "mt.norms.norm(a, 1)", "mt.norms.norm(a, math.inf, axis=1)", "mt.norms.frobenius(a)",
    "mt.norms.mse(a, b)", "mt.norms.rmse(a, b)", "mt.norms.mae(a, b)",
])  # fmt: skip
def test_norms_are_made_of_operations_that_a_subclass_sees(backend, use):
    expected = eval(use, operands() | {"mt": mt, "math": math})
    for places in places_of(use):
        for kind in (Recorder, Mine):
            scope = {name: dressed(kind, x) if name in places else x for name, x in operands().items()}
            SEEN.clear()
            result = eval(use, scope | {"mt": mt, "math": math})
            assert same(result, expected)
            assert bool(SEEN) == (kind is Recorder) == (type(result) is Recorder)


def test_iterating_and_searching_are_operations_too(backend):
    v = dressed(Recorder, mt.tensor([1.0, 2.0]))
    SEEN.clear()
    assert [x.item() for x in v] == [1.0, 2.0]
    assert 2.0 in v
    assert SEEN == ["getitem", "getitem", "equal", "any"]


def test_a_subclass_changes_nothing_for_other_tensors(backend):
    old = mt.ones(2)

    class Late(Tensor):
        pass

    assert type(old + old) is type(mt.ones(1)) is type(mt.exp(old)) is type(old[0]) is Tensor
    assert (old + old).tolist() == [2.0, 2.0]
    late = dressed(Late, old)
    assert isinstance(late, Tensor)
    assert (old + late).tolist() == (late + old).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("kind", [Mine, Recorder])
def test_a_subclass_is_a_tensor_wherever_one_is_asked_for(backend, kind):
    a = dressed(kind, mt.tensor([[1.0, 2.0], [3.0, 4.0]]))
    plain = dressed(Tensor, a)
    for made in (
        mt.tensor(a), mt.tensor([a, a])[0], mt.as_tensor(a), mt.zeros(2, like=a), mt.ones(2, like=a),
        mt.full(2, 7.0, like=a), mt.arange(3, like=a), mt.linspace(0, 1, 3, like=a), mt.eye(2, like=a),
        mt.tensor([1, 2], like=a), a.to(a.backend),
    ):  # fmt: skip
        assert made.backend == a.backend
        assert made.dtype == "float64"
    assert mt.explain_einsum("ij,jk->ik", a, a) == mt.explain_einsum("ij,jk->ik", plain, plain)
    assert same(mt.einsum_plan("ij,jk->ik", a, a)(a, plain), plain @ plain)
    assert (a.shape, a.strides, a.ndim, a.size, len(a)) == ((2, 2), (2, 1), 2, 4, 2)
    assert a.tolist() == plain.tolist()
    assert repr(a) == repr(plain)


# Errors on the way through the door.
@pytest.mark.parametrize("kind", [Tensor, Mine])
def test_a_mistake_with_a_subclass_is_named_as_for_a_tensor(backend, kind):
    a, b = dressed(kind, mt.ones((2, 3))), mt.ones((4, 3))
    with pytest.raises(mt.errors.BroadcastError, match=r"^a \+ b: the shapes do not fit"):
        a + b
    with pytest.raises(mt.errors.ShapeError, match=r"fix: write a @ b\.mT"):
        a @ b
    with pytest.raises(mt.errors.DTypeError, match=r"a \+ b: b is a list, not a Tensor; write minitensor\.tensor\(b\)"):
        operator.add(a, [1.0])
    with pytest.raises(mt.errors.AxisError, match="sum: there is no axis 2"):
        a.sum(axis=2)
    with pytest.raises(TypeError, match="sum has no argument axiss: it takes axis, keepdims"):
        a.sum(axiss=0)


def test_every_operator_and_method_has_its_own_name():
    own = {name: getattr(value, "fget", value) for name, value in vars(Tensor).items()}
    functions = {name: value for name, value in own.items() if isinstance(value, types.FunctionType)}
    assert {"__add__", "sum", "shape"} <= set(functions)
    assert {name: (each.__name__, each.__qualname__) for name, each in functions.items()} == {
        name: (name, f"Tensor.{name}") for name in functions
    }


@pytest.mark.parametrize(("use", "name"), [
    ("a + b", "__add__"), ("b - a", "__sub__"), ("a @ a", "__matmul__"), ("a < b", "__lt__"), ("x += b", "__iadd__"),
    ("~a", "__invert__"), ("a.sum(axis=5)", "sum"), ("a.reshape(7)", "reshape"), ("a[5]", "__getitem__"),
])  # fmt: skip
def test_a_traceback_names_the_operation(backend, use, name):
    scope = {"a": mt.ones((2, 3)), "b": mt.ones((4, 3)), "x": mt.ones((2, 3))}
    with pytest.raises(mt.errors.MinitensorError) as caught:
        exec(use, scope)
    assert name in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
