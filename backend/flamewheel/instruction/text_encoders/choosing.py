# SPDX-License-Identifier: GPL-3.0-or-later
"""A text encoder by its name, or by the folder of a CLIP."""

from __future__ import annotations

from pathlib import Path

from .encoded import TextEncoder

EMBEDDED = "embedded"


def text_encoder(name: str | Path = EMBEDDED) -> TextEncoder:
    """ "embedded", or the folder that holds a CLIP text model.

    Raises CheckpointError where the folder holds none, or transformers is not installed.
    """
    if str(name) == EMBEDDED:
        from .embedded import EmbeddedEncoder

        return EmbeddedEncoder()
    from .clip import load_clip

    return load_clip(Path(name))
