# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate wheel`: tables, contact sheets, and a study with people."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import add_head_option
from .places import refuse_unheard
from .report import print_json, progress_line

if TYPE_CHECKING:
    from rich.table import Table

    from ..evaluation.wheel import WheelReport
    from ..evaluation.wheel_summary import Summary

WIDTH = 160  # characters of the tables


def add_wheel_options(parser: argparse.ArgumentParser) -> None:
    """The options of `evaluate wheel`."""
    add_head_option(parser)
    parser.add_argument("--database", type=Path, help="a file of `dbex build`")
    parser.add_argument("--method", action="append", metavar="METHOD",
                        help="units, correlation, pca or linear; may be repeated; all by default")
    parser.add_argument("--dyads", action="store_true", help="print every dyad too")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER",
                        help="draw contact sheets there instead (PNG); the 24 dyads are drawn by "
                        "the first --method")
    parser.set_defaults(run=wheel)


def wheel(options: Namespace) -> None:
    """Tables, or what else the options ask for."""
    methods = _methods(options.method)
    if options.sheets is not None:
        refuse_unheard([("--dyads", options.dyads)], "contact sheets",
                       "Ask for tables and sheets in two runs.")
        _draw_sheets(options, methods)
    else:
        _print_tables(options, methods)


def _methods(named: Sequence[str] | None) -> tuple[str, ...]:
    from ..wheel.blend import METHODS, checked_method

    return tuple(dict.fromkeys(map(checked_method, named))) if named else METHODS


def _draw_sheets(options: Namespace, methods: Sequence[str]) -> None:
    from ..evaluation.wheel_sheets import write_sheets

    with progress_line("drawing") as progress:
        made = write_sheets(options.sheets, options.head, options.database, methods, progress)
    if options.json:
        print_json({"sheets": [str(path) for path in made]})
        return
    for path in made:
        print(f"wrote {path}")


def _print_tables(options: Namespace, methods: Sequence[str]) -> None:
    from ..evaluation.wheel import evaluate_wheel

    with progress_line("measuring") as progress:
        report = evaluate_wheel(options.head, options.database, methods, progress)
    if options.json:
        print_json(report.to_dict())
        return
    print(f"{report.head}; database: {report.database}\n"
          f"d' over {report.landmarks} landmarks; spread: {report.ruler}")
    _print_emotions(report)
    _print_means(report.summaries)
    _print_gate(report)
    if options.dyads:
        _print_dyads(report)


def _print_emotions(report: WheelReport) -> None:
    table = _table(("emotion", "ring", "from neutral", "from other", "which is", "angle", "size %",
                    "by units", "recogniser", ""))
    for row in report.emotions:
        table.add_row(row.name, row.ring, f"{row.from_neutral:.1f}", f"{row.from_nearest:.1f}",
                      row.nearest, f"{row.angle_nearest:.0f}", f"{row.size:.1f}",
                      "named" if row.agrees else "not named", row.verdict,
                      "told" if row.told else "NOT TOLD")
    _show("Emotions: d' from neutral and from the nearest other emotion", table)


def _print_means(summaries: Sequence[Summary]) -> None:
    columns = ("method", "weights", "dyads", "distinctness", "told", "neutral", "own", "other dyad",
               "linear", "angle", "size %", "kept", "kept least", "conflict")
    table = _table(columns)
    for one in summaries:
        for name, means in one.groups.items():
            numbers = (means.distinctness, means.told, means.from_neutral, means.from_own,
                       means.from_nearest, means.from_linear, means.angle, means.size, means.kept,
                       means.kept_least, means.conflict)
            table.add_row(one.method, one.weights, name, *map(_number, numbers))
    _show("Means over both orders.  distinctness: the least d' to neutral, to its own two emotions "
          "and to other dyads; angle: the same without strength", table)


def _print_gate(report: WheelReport) -> None:
    from ..evaluation.wheel import DEFAULT, EVEN, LINEAR
    from ..evaluation.wheel_summary import beaten

    print("\nBeats linear in distinctness, mean over the eight primary dyads in both orders: "
          + ", ".join(f"{name} {'yes' if won else 'NO'}" for name, won in report.gate.items()))
    for (method, weights), rows in report.dyads.items():
        if weights not in (DEFAULT, EVEN) or LINEAR in method:
            continue
        worse = beaten(rows, report.dyads[LINEAR, DEFAULT])
        names = ", ".join(f"{own.dyad} ({own.primary} first) {own.distinctness:.1f} against "
                          f"{plain.distinctness:.1f}" for own, plain in worse)
        print(f"{method}, {weights}: no better than linear in {len(worse)} of {len(rows)}"
              + (f": {names}" if names else ""))


def _print_dyads(report: WheelReport) -> None:
    for (method, weights), rows in report.dyads.items():
        table = _table(("dyad", "primary", "secondary", "kind", "distinctness", "neutral",
                        "primary's", "secondary's", "other dyad", "which is", "linear", "angle",
                        "kept 1", "kept 2", "conflict", "recogniser"))
        for row in rows:
            table.add_row(
                row.dyad, row.primary, row.secondary, row.kind,
                *map(_number, (row.distinctness, row.from_neutral, row.from_primary,
                               row.from_secondary, row.from_nearest)), row.nearest,
                *map(_number, (row.from_linear, row.angle, row.kept_primary, row.kept_secondary,
                               row.conflict)), row.verdict)
        _show(f"{method}, {weights}", table)


def _table(columns: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    words = ("emotion", "ring", "which is", "method", "weights", "dyads", "dyad", "kind",
             "primary", "secondary", "recogniser", "by units", "")
    for column in columns:
        table.add_column(column, justify="left" if column in words else "right")
    return table


def _show(title: str, table: Any) -> None:
    from rich.console import Console

    print(f"\n{title}")
    Console(width=WIDTH).print(table)


def _number(value: float) -> str:
    return "" if value != value else f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
