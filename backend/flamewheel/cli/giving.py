# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command gives back: a file, and a line that says where it lies."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from ..parameters import FaceParameters
from .report import print_json, print_notes


def give_parameters(face: FaceParameters, options: Namespace) -> None:
    """Write, note and print a face as the options ask."""
    from ..parameter_file import save, to_dict

    if options.output:
        save(face, options.output)
    print_notes(face.notes)
    if options.json:
        print_json(to_dict(face))
    else:
        say_where(options.output)


def say_where(output: Path | None) -> None:
    """One line for a person."""
    print(f"wrote {output}" if output else "not written: give -o FILE or --json")
