# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

Subparsers = argparse._SubParsersAction  # the class has no public name


def add_verb(
    verbs: Subparsers[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    name: str,
    help_text: str,
) -> argparse.ArgumentParser:
    """A command, or an action of one; whoever adds it sets its `run`."""
    return verbs.add_parser(name, help=help_text, description=help_text, parents=[common])


def add_head_option(verb: argparse.ArgumentParser) -> None:
    """`--head`."""
    verb.add_argument(
        "--head", default="open",
        help='"open" or "open-light" (embedded), a .npz head file or a FLAME pickle'
    )


def add_output_option(verb: argparse.ArgumentParser, what: str) -> None:
    """`-o`."""
    verb.add_argument("-o", "--output", type=Path, metavar="FILE", help=what)


def add_database_option(verb: argparse.ArgumentParser) -> None:
    """`--database`."""
    verb.add_argument(
        "--database", metavar="NAME", help='expression database: "facs" (prototypes; the default), '
        '"photos" (embedded heads) or a file of `dbex build`')


def add_every_subject_option(verb: argparse.ArgumentParser) -> None:
    """`--every-subject`, of trainings on labelled photos."""
    verb.add_argument("--every-subject", action="store_true",
                      help="learn from the held-out subjects, too: nothing can be measured then")


def positive(text: str) -> int:
    """A whole number of 1 or more, for argparse."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def above_zero(text: str) -> float:
    """A number above 0, for argparse."""
    value = float(text)
    if not 0.0 < value < 1e6:
        raise argparse.ArgumentTypeError("must be above 0")
    return value
