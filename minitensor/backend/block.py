"""A block of code that has a backend of its own: where it begins, and that nobody sees it once it has ended.

A context variable alone does not do that. What a generator or another task sets is undone in the order in which it was
set, or not at all. So the variable names the innermost block, each block knows the one round it, and a block that has
ended says so itself, wherever it is still named.
"""

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from minitensor.backend.standard import Backend
from minitensor.errors import InputError

Function = TypeVar("Function", bound=Callable[..., Any])


class Block:
    """One block that was entered. lib : its backend, None once it has ended; outer : the block round it, if any"""

    __slots__ = ("lib", "outer")

    def __init__(self, lib: Backend, outer: "Block | None") -> None:
        self.lib: Backend | None = lib
        self.outer = outer


_of_block: ContextVar[Block | None] = ContextVar("minitensor_backend", default=None)  # the innermost


def _open(block: Block | None) -> Block | None:
    """The innermost block that has not ended, from this one outwards."""
    while block is not None and block.lib is None:
        block = block.outer
    return block


def outside(block: Block) -> Backend | None:
    """The backend round a block that has ended but is still named here; None if no block is round it."""
    found = _open(block)
    _of_block.set(found)
    return None if found is None else found.lib


class InBlock:
    """A block for ``with``, and round each call of a function. find : gives its backend, when it begins"""

    def __init__(self, find: Callable[[], Backend]) -> None:
        self._find = find
        self._entered: list[Block] = []

    def __enter__(self) -> None:
        block = Block(self._find(), _open(_of_block.get()))
        self._entered.append(block)
        _of_block.set(block)

    def __exit__(self, *error: object) -> None:
        block = _of_block.get()
        while block is not None and block not in self._entered:
            block = block.outer
        block = block or self._entered[-1]  # where it was entered in another thread
        self._entered.remove(block)
        block.lib = None
        _of_block.set(_open(_of_block.get()))

    def __call__(self, function: Function) -> Function:
        if not callable(function) or isinstance(function, (staticmethod, classmethod)):
            raise InputError(f"use_backend decorates a function; move it below the {type(function).__name__}")
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise InputError(
                f"use_backend decorates no generator, such as {getattr(function, '__name__', function)}: its steps "
                "would take turns with the code outside; write `with use_backend(...):` inside, between its yields"
            )

        @functools.wraps(function)
        def run(*args: Any, **options: Any) -> Any:
            with InBlock(self._find):
                return function(*args, **options)

        @functools.wraps(function)
        async def run_task(*args: Any, **options: Any) -> Any:
            with InBlock(self._find):
                return await function(*args, **options)

        return run_task if inspect.iscoroutinefunction(function) else run  # type: ignore[return-value]
