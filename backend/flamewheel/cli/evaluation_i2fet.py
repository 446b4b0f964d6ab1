# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate i2fet`: whether instructions become the faces they name."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from .options import positive
from .places import check_places
from .report import one_line, print_json, progress_line

if TYPE_CHECKING:
    from ..evaluation.i2fet_models import WeightsGenerator
    from ..evaluation.i2fet_scores import I2fetReport
    from ..instruction.transition_set import TransitionSet

Models = dict[str, list[Path]]
SEEDS = 10


def add_i2fet_options(parser: argparse.ArgumentParser) -> None:
    """The options of `evaluate i2fet`."""
    parser.add_argument("set", type=Path, metavar="SET",
                        help="transitions of `dataset build transitions` (.npz)")
    parser.add_argument("--model", action="append", default=[], type=_named, metavar="[NAME=]FILE",
                        help="weights of `train i2fet`; several of one name count as its seeds. "
                        "Names that the tables know: i2fet, motionclip, no-ifed, no-vertex; "
                        "without one, the variant that the file says")
    parser.add_argument("--seeds", type=positive, default=SEEDS,
                        help=f"of sampling and of the judge; {SEEDS} by default, as published")
    parser.add_argument("--plots", type=Path, metavar="FOLDER",
                        help="write confusion matrices and t-SNE of the latents (.png)")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER",
                        help="write report.md and report.json, and what is trained here")
    parser.add_argument("--train-seeds", type=positive, metavar="NUMBER", help="train every "
                        "variant so many times into -o first; what is there is not trained again")
    parser.add_argument("--epochs", type=positive, default=200,
                        help="of these trainings; 200 by default, as published")
    parser.add_argument("--layers", action="store_true", help="train the variants of the paper's "
                        "tables VII and VIII, too")
    parser.add_argument("--encoder", metavar="FOLDER", help="a CLIP that the weights were trained "
                        "with; the embedded text encoder by default")
    parser.add_argument("--head", default="open", help="that the set was made for")
    parser.set_defaults(run=i2fet)


def i2fet(options: Namespace) -> None:
    """Train where asked, judge, write, print."""
    from ..instruction.transition_set import load_transitions

    check_places([("the set", options.set), *(("--model", path) for _, path in options.model)],
                 [("-o", options.output)])
    if options.train_seeds and options.output is None:
        raise UsageError("no-output", "Trained networks need a place.", "Give -o FOLDER.")
    if not options.model and not options.train_seeds:
        raise UsageError("no-model", "There is nothing to judge.",
                         "Give --model FILE, or --train-seeds 3 -o FOLDER.")
    transitions = load_transitions(options.set)
    named = list(options.model)
    if options.train_seeds:
        from .training_variants import train_variants

        named += train_variants(transitions, options)
    report = _judged(transitions, named, options)
    if options.output is not None:
        _write(report, options.output)
    _give(report, options)


def _named(text: str) -> tuple[str | None, Path]:
    """NAME=FILE, or FILE."""
    name, given, path = text.partition("=")
    return (name, Path(path)) if given else (None, Path(text))


def _judged(
    transitions: TransitionSet, named: list[tuple[str | None, Path]], options: Namespace
) -> I2fetReport:
    from ..evaluation.i2fet import evaluate_i2fet
    from ..evaluation.i2fet_models import read_generator

    models: dict[str, list[WeightsGenerator]] = {}
    for name, path in named:
        generator = read_generator(path, transitions.head, options.encoder)
        models.setdefault(name or generator.variant, []).append(generator)
    with progress_line("judging") as progress:
        report = evaluate_i2fet(transitions, options.head, models, options.seeds, progress)
        if options.plots is not None:
            progress(0, 1, "drawing")
            _draw(report, transitions, models, options.plots)
    return report


def _draw(
    report: I2fetReport, transitions: TransitionSet, models: dict[str, list[WeightsGenerator]],
    folder: Path,
) -> None:
    from ..evaluation.i2fet import held_out_of, latents_of
    from ..evaluation.i2fet_drawing import draw_confusions
    from ..evaluation.i2fet_latents import draw_latents
    from ..files import make_folder

    make_folder(folder)
    draw_confusions(report, folder / "confusions.png")
    held = held_out_of(transitions)
    spaces = {name: latents_of(transitions, held, generators[0])[:2]
              for name, generators in models.items()}
    draw_latents(spaces, report.separations, report.classes, folder / "latents.png")


def _write(report: I2fetReport, folder: Path) -> None:
    from ..evaluation.i2fet_tables import page
    from ..files import make_folder, write_whole

    make_folder(folder)
    write_whole(folder / "report.md", page(report).encode())
    write_whole(folder / "report.json", json.dumps(report.to_dict(), allow_nan=False).encode())


def _give(report: I2fetReport, options: Namespace) -> None:
    from ..evaluation.i2fet_tables import page, verdicts

    if options.json:
        print_json({**report.to_dict(), "aims": verdicts(report)})
        return
    for line in page(report).splitlines():
        print(one_line(line))
