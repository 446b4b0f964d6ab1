# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a pickle's tuples are, followed without making them.

A tuple that holds one tuple twice, which holds another twice, … has 2^60 entries in 200 bytes of
instructions.  Making it costs nothing, but Python walks all of it to hash it as a dictionary's key,
and never comes back.
"""

from __future__ import annotations

from pickletools import OpcodeInfo, markobject
from typing import Any

from .pickle_stand_ins import BadContent

MAX_ENTRIES = 2_000
"""Of one tuple with all tuples in it.  The files' own have about 10, a state of Python's `random`
626.  Hashing goes down into C once for each level: a million of them end the process."""

_TUPLES = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"})
_READS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_WRITES = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_PASSES_ON = frozenset({"REDUCE", "BUILD", "OBJ", "NEWOBJ", "NEWOBJ_EX"})
"""May give back what they were given, as `torch._utils._rebuild_parameter` does."""
_MARK = -1


class TupleSizes:
    """The unpickler's stack, each object only by how many entries its tuples have."""

    def __init__(self) -> None:
        self._stack: list[int] = []
        self._memo: dict[Any, int] = {}

    def follow(self, opcode: OpcodeInfo, argument: Any) -> None:
        """Does one instruction.  Raises BadContent where a tuple would be too large."""
        name = opcode.name
        if name in _WRITES or name == "MEMOIZE":
            key = len(self._memo) if name == "MEMOIZE" else int(argument)
            self._memo[key] = self._top()
        elif name in _READS:
            self._stack.append(self._memo.get(int(argument), 1))
        elif name == "DUP":
            self._stack.append(self._top())
        elif name == "MARK":
            self._stack.append(_MARK)
        else:
            taken = self._taken(opcode)
            size = 1 + sum(taken) if name in _TUPLES else 1
            if name in _PASSES_ON:
                size = max(taken)
            if size > MAX_ENTRIES:
                raise BadContent("its tuples nest without end")
            self._stack += [size] * len(opcode.stack_after)

    def _top(self) -> int:
        if not self._stack or self._stack[-1] == _MARK:
            raise BadContent("its instructions do not fit together (nothing to keep)")
        return self._stack[-1]

    def _taken(self, opcode: OpcodeInfo) -> list[int]:
        """What the instruction takes off the stack, without the mark."""
        wanted = opcode.stack_before
        taken: list[int] = []
        if markobject in wanted:
            while self._stack and self._stack[-1] != _MARK:
                taken.append(self._stack.pop())
            if not self._stack:
                raise BadContent("its instructions do not fit together (no mark)")
            self._stack.pop()
            wanted = wanted[:wanted.index(markobject)]
        if len(self._stack) < len(wanted):
            raise BadContent("its instructions do not fit together (an empty stack)")
        for _ in wanted:
            taken.append(self._stack.pop())
        return taken
