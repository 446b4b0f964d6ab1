# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel dataset build`: what networks learn from, made from labelled photos."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .giving import say_where
from .options import Subparsers, add_head_option, add_verb
from .places import check_ending, check_places, named_path
from .report import one_line, print_json, print_notes, progress_line

if TYPE_CHECKING:
    from ..instruction.transition_set import TransitionSet

TEMPLATES, SPREAD, UNITS = 5, 70, 130


def add_dataset(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command and its action."""
    group = verbs.add_parser("dataset", help="Make what networks learn from.")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    build = actions.add_parser("build", help="Make a set from a folder of labelled photos.")
    sets = build.add_subparsers(metavar="SET", required=True)
    transitions = add_verb(
        sets, common, "transitions", "Pairs of one person's expressions, each with an instruction "
        "that asks to go from the one to the other (I2FET, NED).")
    transitions.add_argument(
        "folder", type=named_path, metavar="FOLDER",
        help="labels.csv (image,subject,emotion), CK+, CelebV-HQ (celebvhq_info.json and clips) or "
        "any other layout of labelled photos")
    transitions.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                             help="set to write (.npz)")
    add_head_option(transitions)
    _add_options(transitions)
    transitions.epilog = "A run that is stopped goes on where it was when it is started again."
    transitions.set_defaults(run=build_transitions)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--templates", type=int, default=TEMPLATES, metavar="NUMBER",
                        help="of the five published sentences; 5 by default")
    parser.add_argument("--synonyms", type=float, default=0.5, metavar="SHARE",
                        help="of words that are not the emotion's label (scared for fear); 0.5")
    parser.add_argument("--spread", type=int, default=SPREAD, metavar="PEOPLE", help="people made "
                        f"from what the photos' expressions differ by; {SPREAD} by default")
    parser.add_argument("--units", type=int, default=UNITS, metavar="PEOPLE", help="people made "
                        f"from FACS prototypes and how many people vary them; {UNITS} by default")
    parser.add_argument("--most-pairs", type=int, default=4, metavar="NUMBER", help="of one "
                        "photographed person from one emotion to another; 4 by default")
    parser.add_argument("--largest-turn", type=float, metavar="DEGREES", help="of the head; faces "
                        "turned further are left out (CelebV-HQ: 15, as published; others: any)")
    parser.add_argument("--seed", type=int, default=0, metavar="NUMBER",
                        help="the same seed makes the same set; 0 by default")
    parser.add_argument("--drawing", type=Path, metavar="FILE",
                        help="faces of the set, to look at (.png)")


def build_transitions(options: Namespace) -> None:
    """Folder of labelled photos -> set of transitions."""
    from ..training.datasets.transition_building import TransitionConfig
    from ..training.datasets.transitions import save_transitions

    check_ending(options.output, ".npz", "A set of transitions")
    check_ending(options.drawing, ".png", "The drawing")
    check_places([("the folder", options.folder)],
                 [("-o", options.output), ("--drawing", options.drawing)])
    config = TransitionConfig(
        spread=options.spread, units=options.units, templates=options.templates,
        synonyms=options.synonyms, most_pairs=options.most_pairs, seed=options.seed)
    try:
        transitions, notes = _built(options, config)
    except KeyboardInterrupt:
        print_notes(("What was encoded is kept: the same command goes on from there.",))
        raise
    save_transitions(transitions, options.output)
    if options.drawing:
        from ..evaluation.transition_sheet import draw_transitions

        with progress_line("drawing") as progress:
            draw_transitions(transitions, options.head, options.drawing, progress)
    print_notes(notes)
    _give(transitions, options)


def _built(options: Namespace, config: Any) -> tuple[TransitionSet, tuple[str, ...]]:
    from .. import pipeline
    from ..head.registry import find_head
    from ..pipeline.transition_data import photo_faces
    from ..training.datasets.transition_building import build_transitions as build

    with progress_line("encoding photos") as progress:
        units = pipeline.head_units(options.head, progress=progress).units
        faces = photo_faces(options.folder, head=options.head, largest_turn=options.largest_turn,
                            progress=progress)
        made = build(faces, find_head(options.head), units,
                     pipeline.expression_database(options.head), config, progress)
    return made.transitions, made.notes


def _give(transitions: TransitionSet, options: Namespace) -> None:
    held = transitions.pair_held_out
    people = {side: len(set(transitions.subject[transitions.held_out == side].tolist()))
              for side in (False, True)}
    emotions = Counter(transitions.emotion.tolist())
    sources = Counter(transitions.source.tolist())
    if options.json:
        print_json({"path": str(options.output), "head": transitions.head,
                    "faces": len(transitions.emotion), "pairs": int((~held).sum()),
                    "held_out_pairs": int(held.sum()), "people": people[False],
                    "held_out_people": people[True], "emotions": dict(emotions),
                    "sources": dict(sources), "provenance": transitions.provenance})
        return
    print(f"{int((~held).sum())} pairs of {people[False]} people to learn from, "
          f"{int(held.sum())} of {people[True]} held-out people")
    for names in (sources, emotions):
        print(one_line(", ".join(f"{name} {count}" for name, count in names.most_common())))
    say_where(options.output)
