# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate`: tables of how well the models do."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .report import print_json, progress_line

if TYPE_CHECKING:
    from ..evaluation.measures import Measure

RENDERS = 300


def add_encoder_options(parser: argparse.ArgumentParser) -> None:
    """The options of `evaluate encoder`."""
    parser.add_argument("--head", default="open", help="as for encode")
    parser.add_argument("--faces", type=Path,
                        help="folder with labels.csv (image,subject,emotion) and images/")
    parser.add_argument("--renders", type=int, default=RENDERS,
                        help=f"pictures with known truth to make ({RENDERS})")
    parser.set_defaults(run=encoder)


def encoder(options: Namespace) -> None:
    """Print both tables."""
    from ..errors import UsageError
    from ..evaluation.encoder import evaluate_encoder

    if options.renders < 2:
        raise UsageError("bad-count", "At least 2 renders are needed.", "Give --renders 300.")
    with progress_line("evaluating") as progress:
        report = evaluate_encoder(options.head, options.faces, options.renders, progress)
    if options.json:
        print_json(report.to_dict())
        return
    print(f"{report.head}: {report.render_count} renders of people not trained on")
    print_table(report.renders)
    if report.photos:
        print(f"\n{report.photo_count} photos of {report.people} held-out people")
        print_table(report.photos)


def print_table(measures: tuple[Measure, ...]) -> None:
    """Rows of measures, a column for each contestant."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    names = list(dict.fromkeys(name for one in measures for name in one.values))
    for column in ("measure", "unit", *names, "aim", ""):
        table.add_column(column, justify="left" if column in ("measure", "unit") else "right")
    for one in measures:
        said = {True: "reached", False: "missed", None: ""}[one.reached()]
        aim = "" if one.aim is None else f"{'<=' if one.at_most else '>='} {one.aim:.3g}"
        table.add_row(one.name, one.unit, *(_number(one.values.get(name)) for name in names),
                      aim, said)
    Console(width=140).print(table)


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.3g}"
