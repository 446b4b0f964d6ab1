# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode --encoder …`: what the papers' networks add to `encode`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from ..parameters import FaceParameters
from ..pipeline import Progress

PhotoEncoder = Callable[[Path, Progress | None], FaceParameters]
"""One photo -> its face; raises PhotoError where there is none."""


def add_network_options(encode: ArgumentParser) -> None:
    """The options of `encode` that choose an encoder and its weights."""


def photo_encoder(options: Namespace) -> PhotoEncoder | None:
    """The encoder that the options ask for; None is the landmark encoder.

    `encode` asks once, before any photo is read: a missing checkpoint is refused here.
    """
    return None
