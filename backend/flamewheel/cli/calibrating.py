# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel head calibrate`: teaches the landmark encoder a head."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import pipeline
from .giving import say_where
from .places import check_ending, check_places
from .report import print_json, progress_line

Subparsers = argparse._SubParsersAction  # the class has no public name


def add_calibrate(
    actions: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The action of `flamewheel head`."""
    text = "Learn how the landmark encoder sees a head, and write that to a file."
    calibrate = actions.add_parser("calibrate", help=text, description=text, parents=[common])
    calibrate.add_argument("head", nargs="?", default="open")
    calibrate.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                           help="calibration file (.npz)")
    calibrate.add_argument("--count", type=int, help="faces to render; more see better")
    calibrate.add_argument(
        "--also", action="append", default=[], metavar="HEAD",
        help="a head with the same faces in another mesh; may be repeated",
    )
    calibrate.set_defaults(run=head_calibrate)


def head_calibrate(options: argparse.Namespace) -> None:
    """Head -> calibration file."""
    check_ending(options.output, ".npz", "A calibration")
    check_places([], [("-o", options.output)])
    with progress_line("calibrating") as progress:
        done = pipeline.calibrate_head(
            options.head, options.output, count=options.count, also=options.also,
            progress=progress)
    if options.json:
        print_json({"heads": list(done.heads), "path": str(options.output),
                    "samples": done.samples, "deviation": done.deviation})
        return
    print(f"{', '.join(done.heads)}: {done.samples} faces; landmarks are seen to "
          f"{100 * done.deviation:.1f} % of the distance of the eyes")
    say_where(options.output)
