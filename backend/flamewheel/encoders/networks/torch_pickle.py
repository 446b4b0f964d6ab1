# SPDX-License-Identifier: GPL-3.0-or-later
"""The pickle inside a torch file: tables of tensors, and inert stand-ins for all else.

Nothing that the pickle names is imported or called.  Tensors are described, not read: each knows
where its numbers lie in the mapped file (torch/_utils.py `_rebuild_tensor_v2`,
torch/serialization.py `persistent_id`).
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from ...errors import CheckpointError, HeadError
from ...head.pickle_scan import PERSISTENT, REFUSED, scan
from ...head.pickle_stand_ins import MAX_ITEMS, BadContent, Function, checked_size
from .pickle_names import present_name, runs_code
from .torch_zip import Member

if TYPE_CHECKING:
    from typing_extensions import Self

Array = npt.NDArray[Any]

MAX_PICKLE_BYTES = 64 * 1024 * 1024  # EMOCA's, with the optimizer's, has under 1 MB

BFLOAT16 = "bfloat16"  # numpy has no such number: it is the upper half of a float32
_DTYPES = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2",
    "BFloat16Storage": BFLOAT16, "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2",
    "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?", "UntypedStorage": "u1",
}


class _Unchangeable:
    """What the file's BUILD instruction must not reach: it would set attributes."""

    def __setstate__(self, state: object) -> NoReturn:
        raise BadContent("it tries to change a tensor")


@dataclass(frozen=True)
class _StorageKind(_Unchangeable):
    """One of torch's storage classes."""

    dtype: str

    @property
    def stored(self) -> np.dtype[Any]:
        """How its numbers lie in the file."""
        return np.dtype("<u2" if self.dtype == BFLOAT16 else self.dtype)


@dataclass(frozen=True, eq=False)
class _Storage(_Unchangeable):
    """The numbers that one or several tensors share."""

    kind: _StorageKind
    member: Member
    count: int


@dataclass(frozen=True, eq=False)
class StoredTensor(_Unchangeable):
    """A tensor that has not been read yet."""

    shape: tuple[int, ...]
    _strides: tuple[int, ...]  # in numbers
    _offset: int  # in numbers
    _storage: _Storage

    def read(self) -> Array:
        """A copy of its numbers (bfloat16 as float32).

        As many as `shape` says, however few are stored: look at `shape` first.
        Raises BadContent where they are not those that were written.
        """
        storage = self._storage
        if not storage.member.intact:
            raise BadContent("its numbers are not those that were written")
        stored = storage.kind.stored
        if 0 in self.shape:
            return np.zeros(self.shape, stored)
        strides = tuple(step * stored.itemsize for step in self._strides)
        view: Array = np.ndarray(self.shape, stored, storage.member.numbers,
                                 self._offset * stored.itemsize, strides)
        if storage.kind.dtype == BFLOAT16:
            return (view.astype(np.uint32) << 16).view(np.float32)
        return view.copy(order="C")


class Table(dict[Any, Any]):
    """An ordered dictionary of the file; what else it carries (`_metadata`) is dropped."""

    __slots__ = ()

    def __init__(self, items: Any = (), *_rest: Any) -> None:
        super().__init__(items if isinstance(items, (list, dict)) else ())

    def __setstate__(self, state: object) -> None:
        """Drops the attributes that the file gives it."""


class Inert:
    """Whatever else a file names or makes: takes all that is done to it and does nothing."""

    __slots__ = ()

    def __new__(cls, *_arguments: Any, **_named: Any) -> Self:
        """Without looking at what it is made of."""
        return super().__new__(cls)

    def __init__(self, *_arguments: Any, **_named: Any) -> None:
        pass

    def __call__(self, *_arguments: Any, **_named: Any) -> Inert:
        """A made object that the file calls."""
        return self

    def __setstate__(self, state: object) -> None:
        """Drops the attributes that the file gives it."""

    def __setitem__(self, key: object, value: object) -> None:
        """Drops an entry."""

    def append(self, item: object) -> None:
        """Drops an entry."""

    def extend(self, items: object) -> None:
        """Drops entries."""

    def add(self, item: object) -> None:
        """Drops an entry."""


def _rebuilt(storage: Any, offset: Any, size: Any, stride: Any, *_rest: Any) -> StoredTensor:
    """torch._utils._rebuild_tensor_v2."""
    if not isinstance(storage, _Storage) or type(offset) is not int or offset < 0:
        raise BadContent("it has a tensor without numbers")
    count = checked_size(size)
    fits = isinstance(stride, tuple) and len(stride) == len(size) and all(
        type(step) is int and 0 <= step <= MAX_ITEMS for step in stride)
    if not fits:
        raise BadContent("it has a tensor whose strides are none")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if count and last >= storage.count:
        raise BadContent("it has a tensor that reaches beyond its numbers")
    return StoredTensor(size, stride, offset, storage)


def _parameter(data: Any, *_rest: Any) -> Any:
    """torch._utils._rebuild_parameter: the tensor itself."""
    return data


def _subclass(make: Any, _kind: Any, arguments: Any, *_state: Any) -> Any:
    """torch._tensor._rebuild_from_type_v2: a tensor to which attributes were given."""
    if isinstance(make, Function) and isinstance(arguments, tuple):
        return make(*arguments)
    return Inert()


_KNOWN: dict[str, Any] = {
    "collections.OrderedDict": Table,
    "torch._utils._rebuild_tensor": Function(_rebuilt),
    "torch._utils._rebuild_tensor_v2": Function(_rebuilt),
    "torch._utils._rebuild_parameter": Function(_parameter),
    "torch._utils._rebuild_parameter_with_state": Function(_parameter),
    "torch._tensor._rebuild_from_type_v2": Function(_subclass),
    **{f"{module}.{name}": _StorageKind(dtype) for name, dtype in _DTYPES.items()
       for module in ("torch", "torch.storage", "torch.cuda")},
}


class _Unpickler(pickle.Unpickler):
    """Resolves names from the table above; storages from the members of the zip."""

    def __init__(self, raw: bytes, members: Mapping[str, Member]) -> None:
        super().__init__(io.BytesIO(raw), encoding="latin1")
        self._members = members

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for `module.name`; refuses what could run a program."""
        full = ".".join(present_name(module, name))
        if full in _KNOWN:
            return _KNOWN[full]
        if runs_code(module, name):
            raise CheckpointError(
                "unsafe-pickle", f"it asks for {full[:120]}, with which a file can run programs; "
                "nothing was run.",
                "Delete the file, and download the checkpoint from its authors.")
        return Inert

    def persistent_load(self, pid: Any) -> _Storage:
        """The storage of ("storage", class, key, place, count); where it lived is ignored."""
        fits = (isinstance(pid, tuple) and len(pid) >= 5 and pid[0] == "storage"
                and isinstance(pid[1], _StorageKind) and isinstance(pid[2], str)
                and type(pid[4]) is int and pid[4] >= 0)
        member = self._members.get(f"data/{pid[2]}") if fits else None
        if member is None:
            raise BadContent("it has a tensor whose numbers are nowhere")
        kind, count = pid[1], pid[4]
        if count * kind.stored.itemsize != len(member.numbers):
            raise BadContent("it has a tensor with more or fewer numbers than it says")
        return _Storage(kind, member, count)


def unpickled(members: Mapping[str, Member]) -> Any:
    """What data.pkl says: tables, StoredTensors, plain values and `Inert`s.

    Raises CheckpointError `unsafe-pickle` (naming what the file asks for), or BadContent.
    """
    described = members["data.pkl"]
    if len(described.numbers) > MAX_PICKLE_BYTES or not described.intact:
        raise BadContent("its description is not what was written")
    if "byteorder" in members and members["byteorder"].numbers.tobytes() != b"little":
        raise BadContent("its numbers are stored the other way round (big-endian)")
    raw = described.numbers.tobytes()
    try:
        scan(raw, REFUSED - PERSISTENT)
        return _Unpickler(raw, members).load()
    except (CheckpointError, BadContent):
        raise
    except HeadError as unsafe:
        raise CheckpointError(unsafe.code, unsafe.message, unsafe.hint) from unsafe
    except Exception as bad:  # a hostile file can raise anything in the unpickler
        raise BadContent(f"its instructions do not fit together ({type(bad).__name__})") from bad
