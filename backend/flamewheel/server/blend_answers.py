# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to a blend."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .. import parameter_file, pipeline, protocol
from ..errors import UsageError
from ..parameters import FaceParameters, Identity
from .bodies import code_of


def blend(asked: protocol.BlendRequest) -> protocol.BlendReply:
    """The mix that is asked for."""
    second, third = asked.secondary, asked.tertiary
    result = pipeline.blend(
        asked.primary.emotion,
        second.emotion if second else None,
        tertiary=third.emotion if third else None,
        primary_intensity=asked.primary.intensity,
        secondary_intensity=second.intensity if second else None,
        tertiary_intensity=third.intensity if third else None,
        weight=asked.weight,
        weights=asked.weights,
        method=asked.method,
        head=asked.head,
        database=None if asked.database is None else Path(asked.database),
        own=_own(asked),
        side=asked.side,
        asymmetry=asked.asymmetry,
    )
    code = result.code
    body = protocol.CodeBody(
        code.expression.tolist(), code.jaw.tolist(), code.neck.tolist(), code.eyes.tolist()
    )
    return protocol.BlendReply(
        body, result.name, list(result.notes), pipeline.named_strengths(result, asked.head))


def _own(asked: protocol.BlendRequest) -> FaceParameters | None:
    """The face that stands for the primary: a person's from a file, or a rig's as it is."""
    if asked.own is not None and asked.present is not None:
        raise UsageError("two-own-faces", "A person's own face and the rig's present one were both "
                         "given.", "Give one of both.")
    if asked.present is not None:
        return FaceParameters(pipeline.head_name(asked.head), Identity(np.zeros(0)),
                              code_of(asked.present))
    return None if asked.own is None else parameter_file.from_dict(asked.own)
