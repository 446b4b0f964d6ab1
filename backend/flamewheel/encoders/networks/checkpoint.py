# SPDX-License-Identifier: GPL-3.0-or-later
"""A published checkpoint: read without running it, and only as far as it is asked.

    checkpoint = read_checkpoint(path)              # nothing but the description is read
    table = checkpoint.table("E_flame")             # names and shapes
    load_strictly(network, table)                   # loading.py: the numbers, key by key
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import CheckpointError
from ...head.pickle_stand_ins import BadContent
from .torch_pickle import StoredTensor, unpickled
from .torch_zip import AGAIN, torch_members

NAMES_SHOWN = 3  # of a list of keys in a message


@dataclass(frozen=True, eq=False)
class TensorTable:
    """The tensors of one part of a checkpoint, not read yet."""

    source: str  # file and part, for messages: "deca_model.tar (E_flame)"
    tensors: Mapping[str, StoredTensor]

    def below(self, prefix: str) -> TensorTable:
        """Those whose names begin with `prefix`, without it."""
        inside = {key[len(prefix):]: tensor for key, tensor in self.tensors.items()
                  if key.startswith(prefix)}
        return TensorTable(f"{self.source}, {prefix.rstrip('.')}", inside)

    def refuse_others(self, known: Iterable[str]) -> None:
        """Refuses a key that begins with none of `known`: what it is for is not known here.

        Raises CheckpointError `checkpoint-keys`.
        """
        prefixes = tuple(known)
        strange = [key for key in self.tensors if not key.startswith(prefixes)]
        if strange:
            raise CheckpointError("checkpoint-keys", f"{self.source} has {listed(strange)}, which "
                                  "this network does not have.",
                                  "Give the checkpoint that the network's authors publish.")


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A torch file's description."""

    name: str  # of the file, for messages
    entries: Mapping[str, Any]  # tables, StoredTensors, plain values, inert objects

    def table(self, entry: str | None = None) -> TensorTable:
        """The tensors of `entry`, or of the file itself where they stand at the top.

        Raises CheckpointError `checkpoint-keys` where there is no such table.
        """
        inside = self.entries if entry is None else self.entries.get(entry)
        if not isinstance(inside, dict):
            raise CheckpointError("checkpoint-keys", f'{self.name} has no table "{entry}"; it has '
                                  f"{listed(self.entries)}.",
                                  "Give the checkpoint that the network's authors publish.")
        tensors = {key: value for key, value in inside.items()
                   if isinstance(key, str) and isinstance(value, StoredTensor)}
        return TensorTable(self.name if entry is None else f"{self.name} ({entry})", tensors)


def read_checkpoint(path: Path | str) -> Checkpoint:
    """The description of the torch file at `path`; numbers are read when they are asked for.

    The file must stay as it is while tables of it are in use.  Raises CheckpointError:
    `checkpoint-not-found`, `-empty`, `-too-large` (4 GB), `-unreadable`; `not-a-checkpoint`, which
    says what the file looks like; `unsafe-pickle`, which names what it asks for.
    """
    path = Path(path)
    members = torch_members(path)
    try:
        entries = unpickled(members)
    except CheckpointError as unsafe:
        raise CheckpointError(unsafe.code, f"{path.name} was refused: {unsafe.message}",
                              unsafe.hint) from unsafe
    except BadContent as bad:
        raise CheckpointError("checkpoint-unreadable", f"{path.name} is damaged: {bad}.",
                              AGAIN) from bad
    if not isinstance(entries, dict) or not all(isinstance(key, str) for key in entries):
        raise CheckpointError("not-a-checkpoint", f"{path.name} is a torch file, but holds no "
                              "table of a network's weights.",
                              "Give the checkpoint that the network's authors publish.")
    return Checkpoint(path.name, entries)


def listed(keys: Iterable[str]) -> str:
    """The first few of `keys`, and how many more there are."""
    names = [str(key)[:80] for key in keys]
    shown = ", ".join(names[:NAMES_SHOWN]) or "nothing"
    more = len(names) - NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
