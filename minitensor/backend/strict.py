"""array-api-strict on its fake second device: it refuses whatever the standard does not promise."""

from typing import Any

import numpy

from minitensor.backend.standard import Backend


class StrictBackend(Backend):
    """The standard and nothing else. The test suite runs on it, because it fails where a GPU would fail.

    Not meant for users. Its overrides reach through to the NumPy array inside.
    """

    name = "strict"

    def __init__(self) -> None:
        import array_api_strict

        super().__init__(array_api_strict, type(array_api_strict.asarray(0)), device=array_api_strict.Device("device1"))

    def to_numpy(self, array: Any) -> numpy.ndarray:
        return numpy.asarray(array.to_device(self.xp.Device("CPU_DEVICE")))

    def strides(self, array: Any) -> tuple[int, ...]:
        return tuple(stride // array._array.itemsize for stride in array._array.strides)

    def shares_memory(self, array: Any, other: Any) -> bool:
        return bool(numpy.may_share_memory(array._array, other._array))

    def diagonal(self, array: Any) -> Any:
        view = super().diagonal(array)
        view._array.flags.writeable = array._array.flags.writeable
        return view

    def assign(self, array: Any, key: Any, value: Any) -> None:
        try:
            array[key] = value
        except (IndexError, RuntimeError):  # integer arrays as keys, or arrays through masks: not in the standard
            array._array[tuple(getattr(part, "_array", part) for part in key)] = getattr(value, "_array", value)
