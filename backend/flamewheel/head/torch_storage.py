# SPDX-License-Identifier: GPL-3.0-or-later
"""Tensors inside a pickle, read without torch: DECA's landmark file keeps its contour so.

Pickling a tensor stores the bytes of torch's old file format (torch/serialization.py,
`_legacy_save`): pickles of a magic number, a protocol version and the writer's system, a pickle of
one persistent storage, a pickle of the storages' keys, then each storage's length and numbers.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .pickle_scan import PERSISTENT, REFUSED, scan
from .pickle_stand_ins import MAX_ITEMS, BadContent, checked_size

MAGIC = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46"  # first bytes of the pickled magic number

_DTYPES = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8",
    "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1",
}


@dataclass(frozen=True)
class Storage:
    """The numbers of one tensor, without its shape."""

    numbers: npt.NDArray[Any]


class _LegacyUnpickler(pickle.Unpickler):
    """Plain values, and one persistent storage described by its tuple."""

    def find_class(self, module: str, name: str) -> Any:
        """The dtype of a torch storage class; refuses all else."""
        if module in ("torch", "torch.storage") and name in _DTYPES:
            return _DTYPES[name]
        raise BadContent(f"its tensor asks for {module}.{name}"[:120])

    def persistent_load(self, pid: Any) -> tuple[str, str, int]:
        """(dtype, key, count) of ("storage", class, key, place, count, view)."""
        fits = (isinstance(pid, tuple) and len(pid) == 6 and pid[0] == "storage"
                and isinstance(pid[1], str) and pid[1] in _DTYPES.values()
                and isinstance(pid[2], str)
                and type(pid[4]) is int and 0 <= pid[4] <= MAX_ITEMS and pid[5] is None)
        if not fits:
            raise BadContent("its tensor is stored in an unknown way")
        return pid[1], pid[2], pid[4]


def read_storage(raw: Any) -> Storage:
    """torch.storage._load_from_bytes: the storage in the bytes of torch's old format."""
    if isinstance(raw, str):  # Python 2's bytes, read as latin1
        raw = raw.encode("latin1")
    if not isinstance(raw, bytes) or not raw.startswith(MAGIC):
        raise BadContent("its tensor is stored in an unknown way")
    position, parts = 0, []
    for _ in range(5):  # magic number, protocol version, system, storage, keys
        rest = raw[position:]
        position += scan(rest, REFUSED - PERSISTENT)
        parts.append(_LegacyUnpickler(io.BytesIO(rest), encoding="latin1").load())
    storage, keys = parts[3:]
    if not isinstance(storage, tuple) or keys != [storage[1]]:
        raise BadContent("its tensor is stored in an unknown way")
    dtype, count = np.dtype(storage[0]), storage[2]
    data = raw[position + 8:]
    if raw[position:position + 8] != count.to_bytes(8, "little") or (
            len(data) != count * dtype.itemsize):
        raise BadContent("its tensor is cut off")
    return Storage(np.frombuffer(data, dtype=dtype))


def rebuild_tensor(storage: Any, offset: Any, size: Any, stride: Any, *_rest: Any
                   ) -> npt.NDArray[Any]:
    """torch._utils._rebuild_tensor_v2, for tensors whose rows lie one after the other."""
    if not isinstance(storage, Storage) or not isinstance(offset, int):
        raise BadContent("its tensor has no storage")
    count = checked_size(size)
    wanted = tuple(int(np.prod(size[axis + 1:], dtype=np.int64)) for axis in range(len(size)))
    fits = isinstance(stride, tuple) and len(stride) == len(size) and all(
        n == 1 or have == want for n, have, want in zip(size, stride, wanted, strict=True))
    if not fits or not 0 <= offset <= offset + count <= len(storage.numbers):
        raise BadContent("its tensor does not fit its storage")
    return storage.numbers[offset:offset + count].reshape(size)
