# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel transition`: a sentence, or an edited plan, to a performance."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import pipeline
from ..errors import InstructionError, UsageError
from ..parameters import ExpressionCode
from .giving import say_where
from .options import Subparsers, add_head_option, add_output_option, add_verb
from .places import check_ending, check_places, refuse_unheard
from .report import one_line, print_json, print_notes, progress_line

if TYPE_CHECKING:
    from ..instruction.plan import TransitionPlan

MOST_FPS = 1000.0
"""Frames a second; a design choice: beyond any camera's or film's."""


def add_transition(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command and its options."""
    verb = add_verb(verbs, common, "transition", "Turn a sentence into a performance.")
    verb.add_argument("text", nargs="?",
                      help='e.g. "from disgust to happiness over two seconds"')
    verb.add_argument("--plan", type=Path, metavar="FILE",
                      help="act this plan instead: what --dry-run --json printed, edited or not")
    verb.add_argument("--dry-run", action="store_true",
                      help="only tell what was understood; with --json as a plan for --plan")
    verb.add_argument("--start", type=Path, help="parameter file of the face as it is now")
    verb.add_argument("--seed", type=int, help="vary the performance; a seed repeats it")
    verb.add_argument("--generator", type=Path, metavar="FILE",
                      help="weights of `train i2fet` that draw a seed's faces (the embedded ones)")
    verb.add_argument("--still", action="store_true",
                      help="join the expressions evenly: no timing of regions, overshoot or blinks")
    verb.add_argument("--fps", type=float, metavar="N",
                      help="frames a second where the sentence counts in frames (24)")
    verb.add_argument("--sheet", type=Path, metavar="FILE.png",
                      help="draw nine moments of the performance")
    add_output_option(verb, "trajectory file to write (.json)")
    add_head_option(verb)
    verb.set_defaults(run=transition)


def transition(options: Namespace) -> None:
    """Sentence or plan -> trajectory file, sheet, JSON or words."""
    from ..instruction.plan_text import not_understood

    _refuse_options_that_disagree(options)
    plan = _plan_of(options)
    if plan.unknown and not options.json:
        print(one_line_each(not_understood(plan)), file=sys.stderr)
    if options.dry_run:
        _give_plan(plan, options)
        return
    _perform(plan, options)


def _perform(plan: TransitionPlan, options: Namespace) -> None:
    from ..instruction.plan_file import plan_to_json
    from ..instruction.plan_text import describe
    from ..motion.style import ALIVE
    from ..trajectory import save_trajectory, to_json_dict

    result = pipeline.perform(
        plan, head=options.head, start=_expression_in(options.start), seed=options.seed,
        motion=None if options.still else ALIVE, generator=options.generator)
    if options.output:
        save_trajectory(result.trajectory, options.output)
    if options.sheet:
        with progress_line("drawing the performance") as progress:
            pipeline.draw_performances(options.sheet, [result], head=options.head,
                                       progress=progress)
    print_notes(result.notes)
    if options.json:
        print_json({**to_json_dict(result.trajectory), "plan": plan_to_json(plan)})
        return
    print(one_line_each(describe(plan)))
    say_where(options.output, options.sheet)


def _plan_of(options: Namespace) -> TransitionPlan:
    """From the file, or from the sentence; what is refused in it is underlined."""
    if options.plan is not None:
        from ..instruction.plan_file import load_plan

        return load_plan(options.plan)
    from ..instruction.plan_text import underlined

    try:
        return pipeline.understand(options.text, fps=options.fps)
    except InstructionError as refusal:
        span = getattr(refusal, "span", None)
        if span is not None and not options.json:
            print(one_line_each(underlined(options.text, [span])), file=sys.stderr)
        raise


def _give_plan(plan: TransitionPlan, options: Namespace) -> None:
    from ..instruction.plan_file import plan_to_json
    from ..instruction.plan_text import describe

    print_notes(plan.notes if options.json else ())
    if options.json:
        print_json(plan_to_json(plan))
    else:
        print(one_line_each(describe(plan)))


def one_line_each(text: str) -> str:
    """Lines for a terminal, none of which can move its cursor."""
    return "\n".join(map(one_line, text.split("\n")))


def _refuse_options_that_disagree(options: Namespace) -> None:
    if (options.text is None) == (options.plan is None):
        raise UsageError("text-or-plan", "Give a sentence or --plan FILE, one of the two.",
                         'E.g. flamewheel transition "from fear to joy" -o trajectory.json')
    if options.plan is not None:
        refuse_unheard([("--fps", options.fps)], "a plan", "Its steps count in seconds.")
    if options.dry_run:
        refuse_unheard(
            [("-o", options.output), ("--sheet", options.sheet), ("--start", options.start),
             ("--seed", options.seed is not None), ("--still", options.still),
             ("--generator", options.generator)],
            "--dry-run", "It writes nothing and acts nothing; --json prints the plan.")
    check_ending(options.sheet, ".png", "A sheet")
    check_places([("the plan", options.plan), ("the face", options.start)],
                 [("-o", options.output), ("--sheet", options.sheet)])
    if options.fps is not None and not 1 <= options.fps <= MOST_FPS:
        raise UsageError("bad-fps", f"{options.fps:g} frames a second are not possible.",
                         f"Give 1 to {MOST_FPS:g}.")


def _expression_in(path: Path | None) -> ExpressionCode | None:
    from ..parameter_file import load

    return None if path is None else load(path).code
