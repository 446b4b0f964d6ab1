# SPDX-License-Identifier: GPL-3.0-or-later
"""The emotion of a face, asked for by a photo's path or by a rig's state."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .. import parameter_file, pipeline
from ..errors import UsageError
from ..parameters import FaceParameters, Identity
from ..protocol_infer import EmotionBody, InferReply, InferRequest
from .bodies import code_of


def infer(asked: InferRequest) -> InferReply:
    """Raises UsageError `nothing-to-read` where neither or both are given, and what the pipeline
    raises.
    """
    if (asked.photo is None) == (asked.code is None):
        raise UsageError("nothing-to-read", "Ask for a photo or for a rig's expression.",
                         "Give one of both.")
    if asked.photo is not None:
        face = pipeline.infer_photo(Path(asked.photo), head=asked.head, face=asked.face)
        return _reply(face, parameter_file.to_dict(face))
    assert asked.code is not None
    rig = FaceParameters(pipeline.head_name(asked.head), Identity(np.zeros(0)),
                         code_of(asked.code))
    return _reply(pipeline.infer_face(rig, head=asked.head), None)


def _reply(face: FaceParameters, parameters: dict[str, object] | None) -> InferReply:
    assert face.emotion is not None
    reading = face.emotion
    body = EmotionBody(reading.label, dict(reading.probabilities), reading.valence, reading.arousal)
    return InferReply(body, parameters, list(face.notes))
