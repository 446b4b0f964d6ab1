# SPDX-License-Identifier: GPL-3.0-or-later
"""Where results go, looked at before anything is worked on: nothing a person gave is overwritten.

The option's name says which of them is meant: `--preview would overwrite the photo me.png`.
"""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path

from ..errors import OutputError, UsageError

Named = tuple[str, Path | None]
"""What it is (an option, or words for what is read), and where, if it was given."""


def named_path(text: str) -> Path:
    """The path that was typed; nothing, as a script's empty variable gives, is not this folder."""
    if not text:
        raise ArgumentTypeError("an empty name names nothing")
    return Path(text)


def check_places(reads: Sequence[Named], writes: Sequence[Named]) -> None:
    """Refuses results in the place of what is read or of one another, and folders that are not.

    Raises UsageError `same-file`, OutputError `cannot-write`.
    """
    given = [(name, path) for name, path in writes if path is not None]
    for number, (name, path) in enumerate(given):
        for what, other in (*reads, *given[:number]):
            if other is not None and _is_same(path, other):
                raise UsageError("same-file", f"{name} would overwrite {what} {other}.",
                                 f"Give {name} another name.")
        if not path.parent.is_dir():
            raise OutputError("cannot-write", f"{path} cannot be written: there is no folder "
                              f"{path.parent}.", "Make the folder first, or choose another.")


def refuse_unheard(options: Sequence[tuple[str, object]], what: str, hint: str) -> None:
    """Refuses options that would change nothing: someone believes that they do.

    Raises UsageError `unheard-option`.
    """
    given = [name for name, value in options if value]
    if given:
        verb = "says" if len(given) == 1 else "say"
        raise UsageError("unheard-option", f"{' and '.join(given)} {verb} nothing to {what}.", hint)


def check_ending(path: Path | None, ending: str, what: str) -> None:
    """Refuses a name that lies about what the file will be, and a folder's: hours of training would
    end there.  Raises UsageError `wrong-ending`, OutputError `cannot-write`."""
    if path is not None and path.suffix.lower() != ending:
        raise UsageError("wrong-ending", f"{what} is a {ending} file, which {path.name} does not "
                         "say.", f"Give a name that ends in {ending}.")
    if path is not None and path.is_dir():
        raise OutputError("cannot-write", f"{path} cannot be written: it is a folder.",
                          "Give it another name.")


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one is not there, or its name is none
        return os.path.abspath(one) == os.path.abspath(other)
