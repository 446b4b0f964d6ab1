# SPDX-License-Identifier: GPL-3.0-or-later
"""What the restricted unpickler builds in place of numpy, scipy, chumpy and torch objects.

Nothing here imports what a file names.  A stand-in holds the state that the file gives it and turns
into a plain numpy array when `as_array` asks, after every size has been checked.  Stand-ins have
slots and no instance dictionary, so a file cannot put methods or attributes on them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from typing_extensions import Self

Array = npt.NDArray[Any]

MAX_ITEMS = 1 << 27  # numbers in one array; FLAME's largest, shapedirs, has 6 million
MAX_DEPTH = 8  # arrays made of arrays; chumpy's published slices nest twice
MAX_WORK = 1 << 28  # numbers touched for one array: five times a full head's
_PLAIN_DTYPE = re.compile(r"f(2|4|8)|[iu](1|2|4|8)|b1|[SU][0-9]{1,4}|O8?|[?bBhHiIlLqQefd]")


class BadContent(ValueError):
    """A file whose objects do not fit together; its text ends a sentence."""


class Walk:
    """How deep and how far one `as_array` has gone: a small file can name one part many times."""

    __slots__ = ("_depth", "_left")

    PER_OBJECT = 2048  # what a Python object costs, in numbers of an array (about 10 µs)

    def __init__(self, depth: int = 0, left: list[int] | None = None) -> None:
        if depth > MAX_DEPTH:
            raise BadContent("its objects nest too deeply")
        self._depth = depth
        self._left = [MAX_WORK] if left is None else left

    def deeper(self) -> Walk:
        """One level further in, at the same account."""
        return Walk(self._depth + 1, self._left)

    def spend(self, work: int) -> None:
        """Takes `work` off the account; refuses when it is empty."""
        self._left[0] -= work
        if self._left[0] < 0:
            raise BadContent("its arrays would be too large")


class Function:
    """A function that a file may call; it cannot be changed by the file's BUILD instruction."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *arguments: Any) -> Any:
        """What the file's REDUCE instruction does."""
        return self._call(*arguments)

    def __setstate__(self, state: object) -> NoReturn:
        raise BadContent("it tries to change a function")


class Marker:
    """A class that a file may name (`numpy.ndarray`, `object`) but not make or change."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __setstate__(self, state: object) -> NoReturn:
        raise BadContent("it tries to change a class")


NDARRAY = Marker("numpy.ndarray")
OBJECT = Marker("object")


class DtypeStandIn:
    """numpy.dtype: a code such as `f8`, and the byte order from its state."""

    __slots__ = ("code", "order")

    def __init__(self, code: object, *_align_and_copy: object) -> None:
        if not isinstance(code, str) or not _PLAIN_DTYPE.fullmatch(code):
            shown = repr(code[:20]) if isinstance(code, str) else "of no name"
            raise BadContent(f"it has an array of the kind {shown}")
        self.code = code
        self.order = "="

    def __setstate__(self, state: Any) -> None:
        order, *subtypes = state[1:5]
        if order not in ("<", ">", "=", "|") or any(part is not None for part in subtypes):
            raise BadContent("it has an array of records")
        self.order = order

    def dtype(self) -> np.dtype[Any]:
        """The real dtype."""
        dtype = np.dtype(self.code)
        if self.order == ">":
            return dtype.newbyteorder(">")
        return dtype.newbyteorder("<") if self.order == "<" else dtype


class ArrayStandIn:
    """numpy.ndarray: shape, dtype and raw bytes; or a list, where it is an array of objects."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state: Any = None

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) not in (4, 5):
            raise BadContent("it has an array without a shape")
        self._state = state[-4:]  # numpy's first entry is a version, once left out

    def array(self) -> Array | list[Any]:
        """The array, or the list of an object array's entries."""
        if self._state is None:
            raise BadContent("it has an array without content")
        shape, kind, fortran, raw = self._state
        if not isinstance(kind, DtypeStandIn):
            raise BadContent("it has an array of an unknown kind")
        dtype = kind.dtype()
        if dtype.kind == "O":
            if not isinstance(raw, list):
                raise BadContent("it has an array of objects without a list")
            return raw
        return array_of_bytes(raw, dtype, shape, "F" if fortran is True else "C")


def array_of_bytes(raw: Any, dtype: np.dtype[Any], shape: Any, order: str) -> Array:
    """`raw` as an array, where it has exactly as many bytes as `shape` asks for."""
    if isinstance(raw, str):  # Python 2's bytes, read as latin1
        raw = raw.encode("latin1")
    size = checked_size(shape)
    if not isinstance(raw, (bytes, bytearray)) or len(raw) != size * dtype.itemsize:
        raise BadContent("it has an array whose data do not fit its shape")
    flat: Array = np.frombuffer(raw, dtype=dtype)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def checked_size(shape: Any) -> int:
    """How many numbers `shape` holds; refuses what is no shape or too large."""
    if not isinstance(shape, tuple) or len(shape) > MAX_DEPTH or not all(
            type(n) is int and abs(n) < 1 << 63 for n in shape):
        raise BadContent("it has an array whose shape is none")  # writing it out might never end
    size = math.prod(shape) if all(0 <= n <= MAX_ITEMS for n in shape) else -1
    if not 0 <= size <= MAX_ITEMS:
        raise BadContent(f"it has an array of the shape {shape}")
    return size


def reconstruct_array(kind: object, _shape: object = None, _code: object = None) -> ArrayStandIn:
    """numpy.core.multiarray._reconstruct; refuses every subclass of ndarray."""
    if kind is not NDARRAY:
        raise BadContent("it asks for an array of an unknown class")
    return ArrayStandIn()


def array_from_buffer(raw: Any, kind: Any, shape: Any, order: Any) -> Array:
    """numpy.core.numeric._frombuffer, which protocol 5 uses."""
    if not isinstance(kind, DtypeStandIn) or kind.dtype().kind == "O":
        raise BadContent("it has an array of an unknown kind")
    return array_of_bytes(raw, kind.dtype(), shape, "F" if order == "F" else "C")


def scalar(kind: Any, raw: Any = None) -> Any:
    """numpy.core.multiarray.scalar, as a Python number or text."""
    if not isinstance(kind, DtypeStandIn) or kind.dtype().kind == "O":
        raise BadContent("it has a number of an unknown kind")
    return array_of_bytes(raw, kind.dtype(), (1,), "C")[0].item()


class StateHolder:
    """An object that is nothing but the dictionary a file gives it."""

    __slots__ = ("_state",)

    _state: dict[str, Any]

    def __new__(cls) -> Self:
        """Without arguments: the file's NEWOBJ instruction calls this and never __init__."""
        made = super().__new__(cls)
        made._state = {}
        return made

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2:  # (dictionary, slots)
            state = {**(state[0] or {}), **(state[1] or {})}
        if not isinstance(state, dict):
            raise BadContent("it has an object without a dictionary")
        self._state = state

    def part(self, name: str, walk: Walk) -> Array:
        """Entry `name` of the state as an array."""
        if name not in self._state:
            raise BadContent(f"it has an object without {name!r}")
        return as_array(self._state[name], walk.deeper())

    def shape(self, name: str) -> tuple[int, ...]:
        """Entry `name` of the state as a shape."""
        shape = self._state.get(name)
        if isinstance(shape, list):
            shape = tuple(shape)
        if isinstance(shape, int):
            shape = (shape,)
        if not isinstance(shape, tuple) or not all(type(n) is int for n in shape):
            raise BadContent(f"it has an object whose {name!r} is no shape")
        return shape

    def value(self, walk: Walk) -> Array:
        """The array that the object stands for."""
        raise NotImplementedError


def as_array(value: Any, walk: Walk | None = None) -> Array:
    """`value` of an unpickled file as a plain array of numbers.

    Raises BadContent where it is none, ValueError or IndexError where its parts do not fit.
    """
    walk = walk or Walk()
    if isinstance(value, ArrayStandIn):
        value = value.array()
    if isinstance(value, np.ndarray):
        walk.spend(value.size)
        return value
    walk.spend(Walk.PER_OBJECT)
    if isinstance(value, StateHolder):
        return value.value(walk)
    if isinstance(value, (list, tuple)):
        parts = [as_array(part, walk.deeper()) for part in value]
        return np.stack(parts) if parts else np.zeros(0)
    if isinstance(value, (bool, int, float)):
        return np.asarray(value)
    raise BadContent("it has something else where an array belongs")
