"""A pretended GPU of Apple's: without float64, and its tensors do not mix with those of the processor."""

from contextlib import contextmanager
from functools import cache

import pytest

from minitensor.backend import torch_array

torch = pytest.importorskip("torch")
TorchFunctionMode = pytest.importorskip("torch.overrides").TorchFunctionMode

GPU, CPU = torch.device("mps"), torch.device("cpu")
WIDE = (torch.float64, torch.complex128)


class Apple(TorchFunctionMode):
    """While it is entered, a tensor that is sent to "mps", or made there, is marked, and so is what comes of it."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        given = list(_tensors([*args, *kwargs.values()]))
        name = getattr(function, "__name__", "")
        if name == "__get__":
            found = function(*args, **kwargs)
            return GPU if found == CPU and on_gpu(given[0]) else _marked(found, on_gpu(given[0]))
        places = [
            each
            for each in (*args, *kwargs.values())
            if isinstance(each, torch.device) or (isinstance(each, str) and each == "cpu")
        ]
        sent = torch.device(places[0]) if places else None
        if sent is None and name != "to" and len({on_gpu(each) for each in given if each.ndim}) > 1:
            raise RuntimeError(f"{name}: Expected all tensors to be on the same device")
        there = sent == GPU if sent is not None else any(map(on_gpu, given))
        found = function(*_as_cpu(args), **_as_cpu(kwargs))
        if sent is not None and name in ("to", "asarray") and given and found is given[0] and on_gpu(found) != there:
            found = found.clone()
        return _marked(found, there)


def on_gpu(tensor):
    return getattr(tensor, "marked", False)


def _marked(found, there):
    for each in _tensors([found]):
        if there and each.dtype in WIDE:
            raise TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64")
        each.marked = there
    return found


def _tensors(given):
    for each in given:
        if isinstance(each, torch.Tensor):
            yield each
        elif isinstance(each, (list, tuple)):
            yield from _tensors(each)


def _as_cpu(given):
    if isinstance(given, dict):
        return {key: _as_cpu(value) for key, value in given.items()}
    if isinstance(given, (list, tuple)):
        return type(given)(map(_as_cpu, given))
    return CPU if isinstance(given, torch.device) else given


@contextmanager
def forgotten():
    """What was made ready for "mps" is made anew afterwards, where there may be a real one."""
    kept = torch_array.array_type  # the classes of other devices, which stay as they are
    anew = cache(kept.__wrapped__)
    torch_array.array_type = lambda device: (anew if device.type == "mps" else kept)(device)
    try:
        yield
    finally:
        torch_array.array_type = kept
