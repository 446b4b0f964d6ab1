# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel head units`: what each FACS action unit is on a head."""

from __future__ import annotations

import argparse
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from .. import pipeline
from .giving import say_where
from .options import Subparsers, add_output_option, add_verb
from .report import print_json, progress_line


def add_units(
    actions: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """`head units`."""
    verb = add_verb(
        actions, common, "units", "The FACS action units of a head, and how well it shows them.")
    verb.add_argument("head", nargs="?", default="open",
                      help='"open", a .npz head file or a FLAME pickle')
    add_output_option(verb, "file of the units (.npz without pickles)")
    verb.add_argument("--drawing", type=Path, metavar="FILE",
                      help="PNG: the units on the head, beside the open head's")
    verb.add_argument("--only", nargs="+", default=[], metavar="UNIT",
                      help="units in the drawing, such as AU12 AU4L")
    verb.set_defaults(run=head_units)


def head_units(options: Namespace) -> None:
    """A head's units as a table, a file and a drawing."""
    with progress_line("action units") as progress:
        solved = pipeline.head_units(options.head, progress=progress)
        rows = pipeline.describe_units(options.head)
        if options.output:
            pipeline.save_head_units(options.output, options.head)
        if options.drawing:
            pipeline.draw_units(options.drawing, options.head, options.only, progress=progress)
    if options.json:
        print_json({"head": pipeline.head_name(options.head), "source": solved.source,
                    "units": [asdict(row) for row in rows]})
        return
    print(f"{len(rows)} action units, {solved.source}")
    print(f"{'unit':7} {'meaning':30} {'shown':>6} {'error':>8} {'cosine':>7}")
    for row in rows:
        mark = "  poorly shown: look at it" if row.poor else ""
        print(f"{row.name:7} {row.meaning:30} {100 * row.explained:4.0f} % {row.error:5.2f} mm "
              f"{row.cosine:7.2f}{mark}")
    if options.output or options.drawing:
        written = [path for path in (options.output, options.drawing) if path]
        say_where(written[0], *written[1:])
