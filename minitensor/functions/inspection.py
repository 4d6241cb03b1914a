"""What the namespace can be asked about itself, as the Array API standard has it."""

from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.standard import DTYPES
from minitensor.core.operations import DType
from minitensor.functions import datatypes


class __array_namespace_info__:
    """Devices, dtypes, and what shapes may depend on.

    >>> __array_namespace_info__().default_dtypes()["real floating"].name
    'float64'
    """

    def capabilities(self) -> dict[str, Any]:
        """Masks choose elements, shapes may depend on the data, and a tensor has as many axes as NumPy's arrays may."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> Any:
        """The device of the backend on which new tensors are made."""
        return backend.current().device

    def devices(self) -> tuple[Any, ...]:
        """The devices that are in use: of that backend, and of NumPy."""
        return tuple(dict.fromkeys((backend.current().device, backend.load("numpy").device)))

    def default_dtypes(self, *, device: Any = None) -> dict[str, np.dtype]:
        """What a new tensor of floats, complex numbers, integers or indices has if nothing else is said."""
        backend.of_device(device)
        names = ("real floating", "complex floating", "integral", "indexing")
        return dict(zip(names, map(np.dtype, ("float64", "complex128", "int64", "int64")), strict=True))

    def dtypes(self, *, device: Any = None, kind: DType | tuple[DType, ...] | None = None) -> dict[str, np.dtype]:
        """The dtypes of the standard by their names. kind : as for `isdtype`, for some of them"""
        every = {name: np.dtype(name) for name in DTYPES if backend.of_device(device).has_dtype(name)}
        return {name: own for name, own in every.items() if kind is None or datatypes.isdtype(own, kind)}
