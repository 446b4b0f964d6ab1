# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as a file: understood, edited by hand or by a program, acted later.

JSON: `format`, the `text`, the rows of `plan_wire`, what was not understood, notes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ..errors import FlamewheelError, InputFileError
from ..protocol import from_dict, to_json
from ..protocol_plan import UnderstandReply
from .plan import TransitionPlan
from .plan_wire import from_wire, to_wire, unknown_rows

FILE_FORMAT = "flamewheel-plan-1"
"""What a plan file says it is."""
MAX_FILE_BYTES = 4 * 1024 * 1024
"""Largest plan file that is read: some hundred times that of the longest sentence."""
MAX_TEXT = 100_000  # characters of a file's sentence


def plan_to_json(plan: TransitionPlan) -> dict[str, Any]:
    """The plan file as a JSON object."""
    reply = UnderstandReply(to_wire(plan), unknown_rows(plan), list(plan.notes))
    rows: dict[str, Any] = json.loads(to_json(reply))
    return {"format": FILE_FORMAT, "text": plan.text, **rows}


def plan_from_json(read: Any) -> TransitionPlan:
    """The inverse of `plan_to_json`; a person may have edited it.

    Raises InputFileError `bad-plan-file` for what is none, InstructionError `bad-plan` for rows
    that cannot be acted.
    """
    if not isinstance(read, dict) or read.get("format") != FILE_FORMAT:
        raise _bad_file(f"It does not say \"format\": \"{FILE_FORMAT}\".")
    text = read.get("text", "")
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise _bad_file("Its \"text\" is no sentence.")
    known = {name: value for name, value in read.items() if name not in ("format", "text")}
    try:
        reply = from_dict(UnderstandReply, known)
    except FlamewheelError as bad:
        raise _bad_file(bad.message) from bad
    return from_wire(reply.plan, text, reply.unknown, reply.notes)


def load_plan(path: str | os.PathLike[str]) -> TransitionPlan:
    """Reads what `flamewheel transition TEXT --dry-run --json` printed.

    Raises InputFileError `cannot-read`, `too-large`, `bad-plan-file`; InstructionError `bad-plan`.
    """
    source = Path(path)
    try:
        with open(source, "rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as bad:
        raise InputFileError("cannot-read", f"The plan {source} cannot be read ({bad.strerror}).",
                             "Check the path.") from bad
    if len(body) > MAX_FILE_BYTES:
        raise InputFileError("too-large", f"{source} is larger than {MAX_FILE_BYTES // 2**20} MiB.",
                             _HINT)
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as bad:
        raise _bad_file(f"{source} is not JSON ({bad}).") from bad
    return plan_from_json(read)


_HINT = "Give what `flamewheel transition TEXT --dry-run --json` prints."


def _bad_file(what: str) -> InputFileError:
    return InputFileError("bad-plan-file", f"This is no plan file. {what}", _HINT)
