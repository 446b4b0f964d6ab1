# SPDX-License-Identifier: GPL-3.0-or-later
"""How the command line speaks: JSON for machines, lines for people, progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import FlamewheelError

if TYPE_CHECKING:
    from ..pipeline import Progress


def print_refusal(refusal: FlamewheelError, *, as_json: bool) -> None:
    """One line of what is wrong, one of what to do; the JSON form on standard output."""
    if as_json:
        body = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
        print(json.dumps({"error": body}, ensure_ascii=False))
    print(f"flamewheel: {refusal.message} [{refusal.code}]", file=sys.stderr)
    if refusal.hint:
        print(f"  {refusal.hint}", file=sys.stderr)


def print_json(value: Any) -> None:
    """A result for machines; floats keep what the coefficients' precision warrants."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def print_notes(notes: tuple[str, ...]) -> None:
    """What a person should know of the result."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


@contextmanager
def progress_line(what: str) -> Iterator[Progress]:
    """A progress bar on standard error while something long runs; silent where nothing is long."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None, visible=False)

    def advance(done: int, total: int, text: str) -> None:
        bar.update(task, completed=done, total=total, description=text or what, visible=True)

    with bar:
        yield advance
