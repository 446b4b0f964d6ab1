# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode clip.mp4`: what a video adds to `encode`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ..errors import UsageError


def add_video_options(encode: ArgumentParser) -> None:
    """The options of `encode` that mean something for a video only."""


def encode_video(options: Namespace) -> None:
    """The video `options.sources[0]` -> trajectory file.  `encode` comes here with one video."""
    raise UsageError(
        "no-video", f"{options.sources[0].name} is a video, which is not read yet.",
        "Save single pictures of it and encode those.",
    )
