# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command gives back: a file, and a line that says where it lies."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from ..parameters import FaceParameters
from .report import one_line, print_json, print_notes


def give_parameters(
    face: FaceParameters, options: Namespace, *beside: Path | None
) -> None:
    """Write, note and print a face as the options ask; `beside` has been written already."""
    from ..parameter_file import save, to_dict

    if options.output:
        save(face, options.output)
    print_notes(face.notes)
    if options.json:
        print_json(to_dict(face))
    else:
        say_where(options.output, *beside)


def say_where(output: Path | None, *beside: Path | None) -> None:
    """One line a file for a person: the result, and what was written beside it."""
    files = [path for path in beside if path is not None]
    what = "the result itself was not written" if files else "not written"
    print(one_line(f"wrote {output}") if output else f"{what}: give -o FILE or --json")
    for path in files:
        print(one_line(f"wrote {path}"))
