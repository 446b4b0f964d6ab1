# SPDX-License-Identifier: GPL-3.0-or-later
"""How the command line speaks: JSON for machines, lines for people, progress on stderr."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import FlamewheelError

if TYPE_CHECKING:
    from ..pipeline import Progress


def print_refusal(refusal: FlamewheelError, *, as_json: bool) -> None:
    """One line of what is wrong, one of what to do; the JSON form on standard output."""
    try:
        if as_json:
            body = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
            print(json.dumps({"error": body}))
        sys.stdout.flush()
    except OSError:  # what was refused is standard output itself
        drop_standard_output()
    print(f"flamewheel: {one_line(refusal.message)} [{refusal.code}]", file=sys.stderr)
    if refusal.hint:
        print(f"  {one_line(refusal.hint)}", file=sys.stderr)


def one_line(text: str) -> str:
    """`text` without what moves a terminal's cursor or colours: names of files may hold it."""
    return "".join(c if ord(c) >= 32 and not 127 <= ord(c) < 160 else repr(c)[1:-1] for c in text)


def tolerate_any_terminal() -> None:
    """A name that the terminal cannot show is shown escaped, as Python does on standard error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def drop_standard_output() -> None:
    """Its reader is gone or its disk is full: what is left is not tried again at the end."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def print_json(value: Any) -> None:
    """A result for machines, in ASCII: no terminal's or pipe's encoding can spoil it."""
    print(json.dumps(value, allow_nan=False))


def print_notes(notes: tuple[str, ...]) -> None:
    """What a person should know of the result."""
    for note in notes:
        print(f"note: {one_line(note)}", file=sys.stderr)


def say(line: str) -> None:
    """One line of a training's progress, on standard error."""
    print(one_line(line), file=sys.stderr, flush=True)


@contextmanager
def progress_line(what: str) -> Iterator[Progress]:
    """A progress bar on standard error while something long runs; silent where nothing is long."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # A log is no terminal: rich would leave an empty line in it for every bar.
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(what, total=None, visible=False)

    def advance(done: int, total: int, text: str) -> None:
        bar.update(task, completed=done, total=total, description=text or what, visible=True)

    with bar:
        yield advance
