"""Words that people try: what NumPy, PyTorch and others call a thing, beside what it is called here.

A word of `METHODS` is no attribute of a Tensor: `hasattr` says so, and asking for it raises an AttributeError that
names our word. Each is a descriptor of the class `Words`, and not found by ``__getattr__``, which would make every
other attribute slower on Python 3.11 (tests/benchmarks/claims.py).
"""

from collections.abc import Iterable
from typing import Any, NoReturn

from minitensor.errors import DTypeError

_SOFTMAX = "(e := (x - x.max(-1, keepdims=True)).exp()) / e.sum(-1, keepdims=True)"
_RANDOM = "minitensor.random.{}(minitensor.random.generator(0), {})"

# What begins with a dot is an attribute of the tensor. {axes} are its axes in reverse order.
METHODS = {
    "view": ".reshape(-1), or other sizes for -1",
    "flatten ravel flat": ".reshape(-1)",
    "permute": ".permute_dims({axes})",
    "transpose swapaxes": ".T, or .permute_dims({axes})",
    "t H mH adjoint": ".T, or .mT",
    "unsqueeze": ".expand_dims(axis)",
    "broadcast_to expand_as": ".expand(sizes)",
    "new_zeros": "minitensor.zeros(sizes, like=x)",
    "cumprod": "minitensor.cumulative_prod(x)",
    "unique": "minitensor.unique_values(x)",
    "numel nelement": ".size",
    "dim": ".ndim",
    "nbytes itemsize": ".size and .dtype.itemsize",
    "dot mm mv bmm matmul inner": "a @ b",
    "outer": "a[:, None] * b",
    "norm": "minitensor.norms.norm(x)",
    "softmax": _SOFTMAX,
    "log_softmax": "y - y.exp().sum(-1, keepdims=True).log() with y = x - x.max(-1, keepdims=True)",
    "relu relu_": "minitensor.maximum(x, 0)",
    "sigmoid": "1 / (1 + (-x).exp())",
    "pow": "x ** 2",
    "add add_": "a + b, or a += b",
    "sub sub_ subtract": "a - b, or a -= b",
    "mul mul_ multiply": "a * b, or a *= b",
    "div div_ divide": "a / b, or a /= b",
    "eq ne lt le gt ge": "a == b, a < b and so on",
    "fill fill_ zero_": "x[...] = number",
    "grad": "minitensor.grad(f)(x), or minitensor.variable(x), which has one",
    "ndimension": ".ndim",
    "repeat": "minitensor.tile(x, times), or minitensor.repeat(x, times) for each element",
    "roll": "minitensor.roll(x, shift, axis)",
    "take": "minitensor.take(x, indices, axis)",
    "where": "minitensor.where(mask, x, y)",
    "maximum minimum": "minitensor.{name}(x, y)",
    "searchsorted": "minitensor.searchsorted(ordered, x)",
    "moveaxis": "minitensor.moveaxis(x, source, destination)",
    "tile": "minitensor.tile(x, times)",
    "vecdot": "minitensor.vecdot(x, y)",
    "masked_fill masked_fill_": "minitensor.where(mask, value, x)",
    "clamp clamp_ clip": "minitensor.clip(x, min, max)",
    "index_select": "minitensor.take(x, indices, axis)",
    "gather": "minitensor.take_along_axis(x, indices, axis)",
    "split chunk unbind": "x[:2], x[2:], or list(x)",
    "topk": "minitensor.sort(x, descending=True)[..., :k]",
    "amax": ".max(axis)",
    "amin": ".min(axis)",
    "ptp": "x.max() - x.min()",
    "median quantile": "minitensor.sort(x), and the element in the middle",
    "float": ".astype('float32')",
    "double": ".astype('float64')",
    "half": ".astype('float16')",
    "long int": ".astype('int64')",
    "bool": "x != 0",
    "type type_as": ".astype(dtype)",
    "clone": ".copy()",
    "data detach": ".plain()",
    "cuda": ".to('cupy')",
    "cpu get": ".to('numpy'), or .numpy()",
    "is_cuda": ".backend == 'cupy'",
    "requires_grad requires_grad_ backward": "minitensor.variable(x), on which losses are computed",
    "argsort ceil conj cos count_nonzero cumsum cumulative_sum diff expm1 flip floor imag isfinite isinf isnan log10 "
    "log1p log2 logical_not nonzero prod real reciprocal round sign "
    "sin sort square tan tril triu trunc unstack": "minitensor.{name}(x)",
}
# Names that people look for on the module, beyond those above.
FUNCTIONS = {
    "array ndarray FloatTensor": "minitensor.tensor([...])",
    "from_numpy": "minitensor.as_tensor(array)",
    "Variable": "minitensor.variable(...)",
    "concatenate cat vstack row_stack": "minitensor.concat([a, b], axis=0)",
    "allclose isclose": "(minitensor.abs(a - b) <= tolerance).all()",
    "inverse": "minitensor.linalg.inv(x)",
    "save load": "numpy.save(path, x.numpy()), and minitensor.tensor(numpy.load(path))",
    "hstack": "minitensor.concat([a, b], axis=1)",
    "permute": "minitensor.permute_dims(x, (1, 0))",
    "swapaxes": ".T, or minitensor.permute_dims(x, (1, 0))",
    "dot mm mv bmm inner": "minitensor.matmul(a, b), or a @ b",
    "absolute fabs": "minitensor.abs(x)",
    "power": "x ** y",
    "around": "minitensor.round(x)",
    "rand": _RANDOM.format("uniform", "(2, 3)"),
    "randn": _RANDOM.format("normal", "(2, 3)"),
    "randperm": _RANDOM.format("permutation", "n"),
    "randint": "int64 of " + _RANDOM.format("uniform", "(2, 3), low, high") + ", by .astype('int64')",
    "seed manual_seed": "rng = minitensor.random.generator(0), which is handed on",
    "mse_loss": "minitensor.norms.mse(a, b)",
    "no_grad": ".plain(), which leaves the tape",
    "cuda device set_default_device": "minitensor.set_backend('cupy')",
    "nn optim": "minitensor.models, and minitensor.value_and_grad",
}
ARGUMENTS = {
    "dim": "axis",
    "dims": "axis",
    "axes": "axis",
    "keepdim": "keepdims",
    "keep_dims": "keepdims",
    "ddof": "correction",
    "unbiased": "correction",
    "reverse": "descending",
    "a_min": "min",
    "a_max": "max",
}


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: text for words, text in table.items() for word in words.split()}


_METHODS = _by_word(METHODS)
_FUNCTIONS = _METHODS | _by_word(FUNCTIONS)


class Word:
    """An attribute that a Tensor does not have, and that says so in the caller's terms."""

    def __init__(self, name: str) -> None:
        self.name, self.text = name, _METHODS[name].removeprefix(".")
        self.__doc__ = f"Here: {self.text.format(name=name, axes='1, 0')}."

    def __get__(self, tensor: Any, cls: type) -> NoReturn:
        ndim = 2 if tensor is None else tensor.ndim
        text = self.text.format(name=self.name, axes=", ".join(map(str, reversed(range(ndim)))))
        # With a name of its own, Python does not guess at another.
        raise AttributeError(f"Tensor has no {self.name}: here {text}", name="")


class Words:
    """What a Tensor is asked for and does not have, with what to write instead."""

    __slots__ = ()

    def __dir__(self) -> list[str]:
        found = dict(each for cls in reversed(type(self).__mro__) for each in vars(cls).items())
        return [name for name in object.__dir__(self) if not isinstance(found.get(name), Word)]


for _name in _METHODS:
    setattr(Words, _name, Word(_name))


def on_module(name: str) -> str:
    """What the module says where it has no such name.

    >>> on_module("concatenate")
    'minitensor has no concatenate: here minitensor.concat([a, b], axis=0)'
    """
    if name not in _FUNCTIONS:
        return f"module 'minitensor' has no attribute {name!r}"
    text = _FUNCTIONS[name].format(name=name, axes="1, 0")
    return f"minitensor has no {name}: here {'x' if text.startswith('.') else ''}{text}"


def no_argument(function: str, given: Iterable[str], known: Iterable[str]) -> DTypeError | None:
    """The error for the first argument that has another name here; None where all are known.

    >>> no_argument("sum", ["dim"], ["axis", "keepdims"])
    DTypeError('sum has no argument dim: here axis=')
    """
    known = list(known)
    for name in given:
        if name not in known:
            here = f"here {ARGUMENTS[name]}=" if ARGUMENTS.get(name) in known else f"it takes {', '.join(known)}"
            if not known:
                here = "it takes none by name"
            return DTypeError(f"{function} has no argument {name}: {here}")
    return None


def one_shape(function: str, *sizes: Any) -> DTypeError:
    """The error for ``zeros(2, 3)``.

    >>> one_shape("zeros", 2, 3)
    DTypeError('zeros(2, 3): here a shape is one argument; write zeros((2, 3))')
    """
    listed = ", ".join(map(str, sizes))
    return DTypeError(f"{function}({listed}): here a shape is one argument; write {function}(({listed}))")
