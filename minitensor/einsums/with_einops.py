"""`einops.rearrange`, `reduce`, `repeat`, `einsum`, `pack` and `unpack` take Tensors, whichever was imported first.

einops asks the subclasses of a class of its own which of them knows a tensor, so ours can be written only once einops
is there; `Waiting` sees when that is. `einops.array_api` needs none of this.
"""

import sys
from functools import cache
from typing import Any

from minitensor import functions
from minitensor.core.counting import arange
from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.einsums.front import einsum


class Waiting:
    """Among the finders of modules: it finds none, but is asked for each, those of einops too."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        # One is asked for when einops has read the file that holds its class.
        if name.startswith("einops.") and "einops._backends" in sys.modules:
            sys.meta_path.remove(Waiting)
            register()


@cache  # which keeps the class: einops holds it by a weak reference alone
def register() -> type:
    """Tell einops what a Tensor is."""
    from einops._backends import AbstractBackend

    class MinitensorBackend(AbstractBackend):  # type: ignore[misc]
        framework_name = "minitensor"
        from_numpy, arange, einsum = staticmethod(tensor), staticmethod(arange), staticmethod(einsum)
        transpose, add_axis = staticmethod(functions.permute_dims), staticmethod(functions.expand_dims)
        stack_on_zeroth_dimension, concat = staticmethod(functions.stack), staticmethod(functions.concat)
        tile = staticmethod(functions.tile)

        def is_appropriate_type(self, tensor: Any) -> bool:
            return isinstance(tensor, Tensor)

        def to_numpy(self, x: Tensor) -> Any:
            return x.numpy()

        def is_float_type(self, x: Tensor) -> bool:
            return x.dtype.kind in "fc"

        def reduce(self, x: Tensor, operation: str, axes: tuple[int, ...]) -> Tensor:
            return getattr(functions, operation)(x, axis=axes)

    return MinitensorBackend


if "einops" in sys.modules:
    register()
else:
    sys.meta_path.insert(0, Waiting)
