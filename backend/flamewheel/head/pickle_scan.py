# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a pickle's instructions without following them: the first guard against hostile ones."""

from __future__ import annotations

import pickletools
from collections.abc import Collection

from ..errors import HeadError
from .pickle_stand_ins import BadContent
from .pickle_tuples import TupleSizes

MAX_INSTRUCTIONS = 2_000_000  # FLAME's pickles have about 500
MAX_MEMO = 1_000_000  # a larger memo index makes the unpickler reserve memory for all below it

PERSISTENT = frozenset({"PERSID", "BINPERSID"})
REFUSED = PERSISTENT | {"EXT1", "EXT2", "EXT4", "NEXT_BUFFER", "READONLY_BUFFER", "INST"}
"""Objects kept elsewhere, extension codes, buffers outside the file, Python 2's old classes."""


def scan(raw: bytes, refused: Collection[str] = REFUSED) -> int:
    """How many bytes the pickle at the start of `raw` has.

    Raises HeadError (`unsafe-pickle`) for an instruction in `refused`; BadContent or ValueError
    where lengths or indices cannot be right.
    """
    end = 0
    sizes = TupleSizes()
    for count, (opcode, argument, position) in enumerate(pickletools.genops(raw)):
        if opcode.name in refused:
            raise HeadError("unsafe-pickle", f"It holds the instruction {opcode.name}, which no "
                            "file of numbers needs.", "Do not trust this file.")
        if count > MAX_INSTRUCTIONS:
            raise BadContent("it has too many instructions")
        memo = opcode.name in ("PUT", "BINPUT", "LONG_BINPUT")
        if memo and isinstance(argument, int) and argument > MAX_MEMO:
            raise BadContent("it would need too much memory")
        sizes.follow(opcode, argument)
        end = (position or 0) + 1  # STOP, the last, is one byte long
    return end
