# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate rendering`: rendered photos beside real ones, paper 002's table IV."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .evaluation import print_table
from .options import add_head_option
from .places import check_ending, check_places, named_path
from .report import one_line, print_json, progress_line

if TYPE_CHECKING:
    from ..evaluation.rendering import Compared

MOST_SHOWN = 40  # pairs on a drawing


def add_rendering_options(parser: argparse.ArgumentParser) -> None:
    """The options of `evaluate rendering`."""
    parser.add_argument("folder", type=named_path, metavar="FOLDER",
                        help="labelled photos that name their subjects, two or more of each")
    parser.add_argument("--lpips", type=Path, nargs=2, metavar=("BACKBONE", "LIN"),
                        help="torchvision's AlexNet or VGG-16 (.pth) and the lpips package's "
                        "weights v0.1 for it")
    parser.add_argument("--everybody", action="store_true",
                        help="not only the held-out fifth of the people")
    parser.add_argument("--drawing", type=Path, metavar="FILE", help="the first pairs as a picture "
                        "(.png): photo, rendered, real")
    add_head_option(parser)
    parser.set_defaults(run=rendering)


def rendering(options: Namespace) -> None:
    """Print the table."""
    from ..evaluation.rendering import evaluate_rendering

    check_ending(options.drawing, ".png", "The drawing")
    check_places([("the folder", options.folder)], [("--drawing", options.drawing)])
    perceived = None
    if options.lpips:
        from ..evaluation.lpips_files import load_lpips

        perceived = load_lpips(*options.lpips).between
    kept: list[Compared] = []

    def keep(pair: Compared) -> None:
        if options.drawing and len(kept) < MOST_SHOWN:
            kept.append(pair)

    with progress_line("evaluating") as progress:
        report = evaluate_rendering(options.folder, head=options.head, perceived=perceived,
                                    everybody=options.everybody, progress=progress, shown=keep)
    if options.drawing:
        _draw(kept, options.drawing)
    if options.json:
        print_json(report.to_dict())
        return
    who = "people" if options.everybody else "held-out people"
    print(f"{report.pairs} pairs of photos of {report.people} {who}: one with the other's "
          "expression, compared with the other")
    for reason, count in report.left_out.items():
        print(one_line(f"left out: {count} pairs, {reason}"))
    print_table(report.measures)
    print("nearer to the real photo than the unchanged one: " + ", ".join(
        f"{name} {100 * share:.0f} %" for name, share in report.better.items()))
    if perceived is None:
        print("LPIPS needs --lpips BACKBONE LIN (local files)")


def _draw(pairs: list[Compared], output: Path) -> None:
    import numpy as np
    from PIL import Image

    from ..files import written_aside

    rows = [np.concatenate([pair.unchanged, pair.rendered, pair.real], axis=1) for pair in pairs]
    half = (len(rows) + 1) // 2
    rows += [np.full_like(rows[0], 128)] * (2 * half - len(rows))
    sheet = np.concatenate([np.concatenate(rows[:half]), np.concatenate(rows[half:])], axis=1)
    with written_aside(output) as aside:
        Image.fromarray(sheet).save(aside, format="PNG")
