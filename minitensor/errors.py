"""Every exception that minitensor raises on purpose.

Each is also the built-in that a caller would expect, so ``except ValueError`` still works. A message names the
operand, its shape and the axis, and ends with what to write instead.
"""

from typing import Any


class MinitensorError(Exception):
    """The base of them all."""


class BackendError(MinitensorError, RuntimeError):
    """The chosen backend cannot compute here; the message ends with the line that fixes it."""


class BackendNameError(MinitensorError, ValueError):
    """There is no backend of that name."""


class DeviceError(MinitensorError, TypeError):
    """Operands live on different backends, or numbers were about to cross between them unasked."""


class DTypeError(MinitensorError, TypeError):
    """The operation is not defined for this dtype, or the numbers would be changed to fit it."""


class ShapeError(MinitensorError, ValueError):
    """The shapes do not fit the operation."""


class BroadcastError(ShapeError):
    """The shapes cannot be broadcast together; the message shows how they line up."""


class AxisError(MinitensorError, ValueError, IndexError):
    """There is no such axis, or it was named twice."""


class IndexingError(MinitensorError, IndexError):
    """The index does not fit the tensor."""


class EinsumError(MinitensorError, ValueError):
    """The einsum spec is malformed or does not fit its operands; the message points at the fault."""


class OutOfMemoryError(MinitensorError, MemoryError):
    """What would be computed on the way does not fit into the memory that is free; nothing was allocated."""


class ExportError(MinitensorError, BufferError):
    """The memory of a tensor cannot be shared with another library as it is, and a copy was forbidden."""


class InputError(MinitensorError, ValueError):
    """The data or a setting cannot be used: empty, not finite, negative where it must be positive."""


class WriteError(MinitensorError, OSError):
    """A file could not be written; the message names it, and what was there before is as it was."""


class ForbiddenError(MinitensorError, PermissionError):
    """A program that is graded asked for a file, a process or a connection, which it may not have."""


class ProcessError(MinitensorError, RuntimeError):
    """Another process of Python, in which work was to be done, did not begin."""


class NotFittedError(MinitensorError, ValueError, AttributeError):
    """An estimator was asked for what it only knows after ``fit``."""


class GradientError(MinitensorError, RuntimeError):
    """There is no gradient: no rule for an operation, a loss gone back from twice, what the tape needs written over."""


class LadderError(MinitensorError, AssertionError):
    """Two rungs of a ladder disagree, so at least one is wrong."""


class CompileError(MinitensorError, ValueError):
    """A kernel does not compile; the message holds the compiler's log and the line it is about."""


class MissingExtraError(MinitensorError, ImportError):
    """A picture, a table or a lesson needs an optional package; the message gives the line that installs it."""


class KernelError(MinitensorError, RuntimeError):
    """A GPU kernel does what no kernel may do; the message names the source line. The base of those below.

    facts : what the message says, as `gpu.facts.Facts`; None where it is not about a line of a kernel
    """

    facts: Any = None


class LaunchError(KernelError, ValueError):
    """The kernel cannot be launched like this: its grid, its block or its arguments do not fit. Nothing has run."""


class TranslationError(KernelError, TypeError):
    """CuPy's compiler would refuse the kernel; the message holds the line and what to write. Nothing has run."""


class OutOfBoundsError(KernelError, IndexError):
    """A thread reads or writes outside of an array; a negative index is outside too."""


class UnwrittenError(KernelError, ValueError):
    """A thread reads an element that nobody has written."""


class BarrierError(KernelError):
    """Some threads wait at a barrier, or for a shuffle, that others never reach."""


class DataRaceError(KernelError):
    """Two threads touch one element, one of them writes, and nothing says which comes first."""


class StepLimitError(KernelError, TimeoutError):
    """A thread has gone round a loop so often that it will probably never end."""


class PredictionError(KernelError, ValueError):
    """The time of a launch cannot be predicted: too little is known of it or of the GPU, or the rules would fail."""


class ConvergenceWarning(UserWarning):
    """An iteration was stopped by its limit, not because it had settled."""
