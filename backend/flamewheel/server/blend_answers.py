# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to a blend."""

from __future__ import annotations

from pathlib import Path

from .. import parameter_file, pipeline, protocol


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
        own=None if asked.own is None else parameter_file.from_dict(asked.own),
        side=asked.side,
        asymmetry=asked.asymmetry,
    )
    code = result.code
    body = protocol.CodeBody(
        code.expression.tolist(), code.jaw.tolist(), code.neck.tolist(), code.eyes.tolist()
    )
    return protocol.BlendReply(
        body, result.name, list(result.notes), pipeline.named_strengths(result, asked.head))
