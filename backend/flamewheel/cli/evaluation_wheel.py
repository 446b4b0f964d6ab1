# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate wheel`: tables, contact sheets, and a study with people."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .options import add_database_option, add_head_option
from .places import named_path, refuse_unheard
from .report import one_line, print_json, progress_line

if TYPE_CHECKING:
    from rich.table import Table

    from ..evaluation.wheel import WheelReport
    from ..evaluation.wheel_summary import Summary

WIDTH = 180  # characters of the tables
MOST_PEOPLE = 20  # for each expression: 1,000 pictures with the dyads


def add_wheel_options(parser: argparse.ArgumentParser) -> None:
    """The options of `evaluate wheel`."""
    add_head_option(parser)
    add_database_option(parser)
    parser.add_argument("--method", action="append", metavar="METHOD",
                        help="units, correlation, pca or linear; may be repeated; all by default")
    parser.add_argument("--list", action="store_true", help="print every dyad too")
    parser.add_argument("--sheets", type=named_path, metavar="FOLDER",
                        help="draw contact sheets there instead (PNG); the 24 dyads are drawn by "
                        "the first --method")
    parser.add_argument("--study", type=named_path, metavar="FOLDER",
                        help="write a study with people there instead: pictures, page, key; mixes "
                        "by the first --method")
    parser.add_argument("--seed", type=int, help="of a study: another one has other people in "
                        "another order (0)")
    parser.add_argument("--people", type=int, help="of a study: who show each expression (2)")
    parser.add_argument("--dyads", action="store_true", help="of a study: show the 24 dyads too")
    parser.add_argument("--score", type=named_path, metavar="FOLDER",
                        help="score the filled sheets of a study instead")
    parser.set_defaults(run=wheel)


def wheel(options: Namespace) -> None:
    """Tables, or what else the options ask for."""
    chosen = [name for name in ("sheets", "study", "score") if getattr(options, name) is not None]
    if len(chosen) > 1:
        raise UsageError("one-at-a-time", f"--{' and --'.join(chosen)} are different things.",
                         "Ask for them in one run each.")
    verb = _VERBS[chosen[0] if chosen else "tables"]
    studied = [("--seed", options.seed), ("--people", options.people), ("--dyads", options.dyads)]
    if verb is not _write_study:
        refuse_unheard(studied, "anything but --study", "They are about a study's pictures.")
    if verb is not _print_tables:
        refuse_unheard([("--list", options.list)], f"--{chosen[0]}", "It is about the tables.")
    verb(options)


def _methods(named: Sequence[str] | None) -> tuple[str, ...]:
    from ..wheel.weights import METHODS, checked_method

    return tuple(dict.fromkeys(map(checked_method, named))) if named else METHODS


def _write_study(options: Namespace) -> None:
    from ..evaluation.wheel_study import PEOPLE, write_study

    people = PEOPLE if options.people is None else options.people
    if not 1 <= people <= MOST_PEOPLE:
        raise UsageError("bad-count", f"{people} people cannot show each expression.",
                         f"Give --people a number of 1 to {MOST_PEOPLE}.")
    with progress_line("a study") as progress:
        count = write_study(options.study, options.head, options.database,
                            _methods(options.method)[0], options.seed or 0, people=people,
                            with_dyads=options.dyads, progress=progress)
    if options.json:
        print_json({"study": str(options.study), "pictures": count})
        return
    print(f"wrote {options.study}: {count} pictures; its README.txt says how to go on")


def _score(options: Namespace) -> None:
    from ..evaluation.wheel_score import as_text
    from ..evaluation.wheel_study import read_score

    score = read_score(options.score)
    if options.json:
        print_json(score.to_dict())
        return
    print("\n".join(map(one_line, as_text(score).splitlines())))


def _draw_sheets(options: Namespace) -> None:
    from ..evaluation.wheel_sheets import write_sheets

    methods = _methods(options.method)
    with progress_line("drawing") as progress:
        made = write_sheets(options.sheets, options.head, options.database, methods, progress)
    if options.json:
        print_json({"sheets": [str(path) for path in made]})
        return
    for path in made:
        print(f"wrote {path}")


def _print_tables(options: Namespace) -> None:
    from ..evaluation.wheel import evaluate_wheel

    methods = _methods(options.method)
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
    if options.list:
        _print_dyads(report)


def _print_emotions(report: WheelReport) -> None:
    table = _table(("emotion", "ring", "from neutral", "from other", "which is", "angle", "size %",
                    "by units", "recogniser", ""))
    for row in report.emotions:
        table.add_row(row.name, row.ring, f"{row.from_neutral:.1f}", f"{row.from_nearest:.1f}",
                      row.nearest, f"{row.angle_nearest:.0f}", f"{row.size:.1f}",
                      "named" if row.agrees else "not named", _said(row.verdict, row.likeliest),
                      "told" if row.told else "NOT TOLD")
    _show("Emotions: d' from neutral and from the nearest other emotion", table)


def _print_means(summaries: Sequence[Summary]) -> None:
    table = _table((
        "method", "weights", "dyads", "distinct", "by own", "stray", "told", "neutral", "own",
        "other dyad", "linear", "angle", "size %", "kept", "least", "conflict", "read", "both"))
    for one in summaries:
        for name, means in one.groups.items():
            numbers = (
                means.distinctness, means.distinct_by_own, means.stray, means.told,
                means.from_neutral, means.from_own, means.from_nearest, means.from_linear,
                means.angle, means.size, means.kept, means.kept_least, means.conflict,
                means.named, means.both_named)
            table.add_row(one.method, one.weights, name, *map(_number, numbers))
    _show("Means over both orders.  distinct: the least d' to neutral, to its own two emotions and "
          "to other dyads;\nby own: without stray units, those of neither emotion; angle: strength "
          "apart; read, both: as either, as both by the recogniser", table)


def _print_gate(report: WheelReport) -> None:
    from ..evaluation.wheel import DEFAULT, EVEN, LINEAR
    from ..evaluation.wheel_summary import beaten

    print("\nBeats linear in distinctness, mean over the eight primary dyads in both orders: "
          + _yes_or_no(report.gate) + "\nThe same by the units of their own emotions alone: "
          + _yes_or_no(report.gate_by_own))
    for (method, weights), rows in report.dyads.items():
        if weights not in (DEFAULT, EVEN) or LINEAR in method:
            continue
        worse = beaten(rows, report.dyads[LINEAR, DEFAULT])
        names = ", ".join(f"{own.dyad} ({own.primary} first) {own.distinctness:.1f} against "
                          f"{plain.distinctness:.1f}" for own, plain in worse)
        print(f"{method}, {weights}: no better than linear in {len(worse)} of {len(rows)}"
              + (f": {names}" if names else ""))


def _yes_or_no(gate: Mapping[str, bool]) -> str:
    return ", ".join(f"{name} {'yes' if won else 'NO'}" for name, won in gate.items())


def _print_dyads(report: WheelReport) -> None:
    for (method, weights), rows in report.dyads.items():
        table = _table(("dyad", "primary", "secondary", "kind", "distinct", "neutral",
                        "primary's", "secondary's", "other dyad", "which is", "linear", "angle",
                        "kept 1", "kept 2", "conflict", "recogniser"))
        for row in rows:
            table.add_row(
                row.dyad, row.primary, row.secondary, row.kind,
                *map(_number, (row.distinctness, row.from_neutral, row.from_primary,
                               row.from_secondary, row.from_nearest)), row.nearest,
                *map(_number, (row.from_linear, row.angle, row.kept_primary, row.kept_secondary,
                               row.conflict)), _said(row.verdict, *row.likeliest))
        _show(f"{method}, {weights}", table)


_VERBS: Mapping[str, Callable[[Namespace], None]] = {
    "tables": _print_tables, "sheets": _draw_sheets, "study": _write_study, "score": _score}


def _table(columns: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    words = ("emotion", "ring", "which is", "method", "weights", "dyads", "dyad", "kind",
             "primary", "secondary", "recogniser", "by units", "")
    for column in columns:
        table.add_column(column, justify="left" if column in words else "right",
                         no_wrap=True)
    return table


def _show(title: str, table: Any) -> None:
    from rich.console import Console

    print(f"\n{title}")
    Console(width=WIDTH).print(table)


def _said(verdict: str, *likeliest: str) -> str:
    """The recogniser's word, and what it holds likeliest where that says more."""
    more = ", ".join(name for name in likeliest if name != verdict)
    return f"{verdict} ({more})" if more else verdict


def _number(value: float) -> str:
    return "" if value != value else f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
