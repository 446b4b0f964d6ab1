# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate recogniser`: how well emotions are named on people not learned from."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .places import check_ending, check_places
from .report import one_line, print_json, print_notes, progress_line

if TYPE_CHECKING:
    from ..evaluation.recogniser import RecogniserEvaluation
    from ..evaluation.recogniser_scores import Scores


def add_recogniser_options(parser: argparse.ArgumentParser) -> None:
    """The options of `evaluate recogniser`."""
    parser.add_argument("--faces", type=Path, required=True, metavar="FOLDER",
                        help="labelled photos; subjects named where one person is in several")
    parser.add_argument("--folds", type=int, default=5, help="subject-disjoint; 5 by default")
    parser.add_argument("--drawing", type=Path, metavar="FILE",
                        help="the confusion matrix as a picture (.png)")
    parser.add_argument("--networks", action="store_true", help="Ig3D's classifier besides, alone "
                        "and with intermediate fusion: it takes minutes more")
    parser.set_defaults(run=recogniser)


def recogniser(options: Namespace) -> None:
    """Print the tables."""
    from ..evaluation.recogniser import evaluate_recogniser

    check_ending(options.drawing, ".png", "The confusion matrix")
    check_places([("the folder", options.faces)], [("--drawing", options.drawing)])
    further = None
    if options.networks:
        from ..training.emotion3d_contestants import network_contestants

        further = network_contestants
    with progress_line("evaluating") as progress:
        report = evaluate_recogniser(options.faces, options.folds, progress, further)
    if options.drawing:
        from ..evaluation.recogniser_drawing import draw_confusion

        draw_confusion(report.retrained[0], options.drawing)
    if options.json:
        print_json(report.to_dict())
        return
    _print_report(report)


def _print_report(report: RecogniserEvaluation) -> None:
    from ..evaluation.recogniser_scores import FIVE, FIVE_AIM, SIX, SIX_AIM

    print_notes(report.notes)
    print(f"{report.faces} faces of {report.people} people ({report.without_face} photos without a "
          f"face), {report.folds} subject-disjoint folds; every fold learned anew")
    for name, count in report.left_out.items():
        print(one_line(f"left out: {name} has only {count} photos"))
    if report.synthetic:
        print(f"FACS prototypes help out for {', '.join(report.synthetic)}")
    _print_scores(report.retrained)
    first = report.retrained[0]
    for what, value, aim, asked in (("six classes", first.six, SIX_AIM, SIX),
                                    ("five, without disgust", first.five, FIVE_AIM, FIVE)):
        if set(asked) <= set(first.recall):  # an aim of fewer classes would be another one
            print(f"{what}: {value:.3f}, aim {aim}: {'reached' if value >= aim else 'missed'}")
    print(f"\n{first.name}: rows are the labels, columns what was answered")
    _print_confusion(first)
    if report.shipped:
        print("\n" + one_line(report.shipped_on))
        _print_scores(report.shipped)
    if report.affect:
        print("\nvalence and arousal, derived from the probabilities: CCC " + ", ".join(
            f"{name} {value:.3f}" for name, value in report.affect.items()))
    else:
        print("\nno valence and arousal in the labels: nothing to compare with")


def _print_scores(scores: tuple[Scores, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    names = tuple(scores[0].recall)
    for column in ("", "six", "five", "six of all", "accuracy", *names, "ECE", "calibrated",
                   "named", "right of them"):
        table.add_column(column, justify="left" if not column else "right")
    for one in scores:
        table.add_row(
            one.name, _with(one.six, one.six_deviation), _with(one.five, one.five_deviation),
            *(f"{value:.3f}" for value in (one.six_of_all, one.accuracy)),
            *(f"{one.recall[name]:.2f}" for name in names),
            *(f"{value:.3f}" for value in (one.error_before, one.error_after, one.coverage,
                                           one.accuracy_of_named)))
    Console(width=200).print(table)


def _with(value: float, deviation: float) -> str:
    return f"{value:.3f} ± {deviation:.3f}" if deviation else f"{value:.3f}"


def _print_confusion(scores: Scores) -> None:
    width = max(len(name) for name in scores.confusion) + 1
    print(" " * width + "".join(f"{name:>{width}}" for name in scores.confusion))
    for name, row in scores.confusion.items():
        print(f"{name:<{width}}" + "".join(f"{count:>{width}}" for count in row.values()))
