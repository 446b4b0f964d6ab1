# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON form: the full one, key by key."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import (
    Appearance,
    Camera,
    Deviations,
    EmotionReading,
    ExpressionCode,
    FaceParameters,
    Identity,
)
from .checks import notes, number, numbers, optional_number, table_of, word, wrong

_TOP = ("head", "shape", "expression", "pose", "camera", "emotion", "error", "notes",
        "deviation", "appearance")
_APPEARANCE: dict[str, tuple[int | None, ...]] = {
    "texture": (None,), "light": (9, 3), "detail": (None,)}
_DEVIATIONS = ("shape", "expression", "jaw", "eyes", "global")


def to_dict(face: FaceParameters) -> dict[str, Any]:
    """The JSON form of `face`: plain lists, numbers and words."""
    code = face.code
    written: dict[str, Any] = {
        "head": face.head,
        "shape": face.identity.shape.tolist(),
        "expression": code.expression.tolist(),
        "pose": {
            "global": face.global_rotation.tolist(),
            "neck": code.neck.tolist(),
            "jaw": code.jaw.tolist(),
            "eyes": code.eyes.tolist(),
        },
    }
    if face.camera is not None:
        written["camera"] = {
            "scale": float(face.camera.scale),
            "translation": face.camera.translation.tolist(),
            "image_size": [int(side) for side in face.camera.image_size],
        }
    if face.emotion is not None:
        written["emotion"] = {
            "label": face.emotion.label,
            "probabilities": {name: float(p) for name, p in face.emotion.probabilities.items()},
            "valence": face.emotion.valence,
            "arousal": face.emotion.arousal,
        }
    written["error"] = None if face.error is None else float(face.error)
    written["notes"] = list(face.notes)
    if face.deviation is not None:
        off = face.deviation
        arrays = (off.shape, off.expression, off.jaw, off.eyes, off.global_rotation)
        written["deviation"] = {
            name: array.tolist() for name, array in zip(_DEVIATIONS, arrays, strict=True)}
    if face.appearance is not None:
        parts = {name: getattr(face.appearance, name) for name in _APPEARANCE}
        written["appearance"] = {
            name: array.tolist() for name, array in parts.items() if array is not None}
    return written


def from_dict(read: Any) -> FaceParameters:
    """The inverse of `to_dict`; `pose` and what follows it may be missing.

    Raises UsageError `bad-parameters`, naming the key that is missing, unknown or wrong.
    """
    table = table_of("the parameter file", read, _TOP, needed=("head", "shape", "expression"))
    pose = table_of("pose", table.get("pose", {}), ("global", "neck", "jaw", "eyes"))
    code = ExpressionCode(
        numbers("expression", table["expression"]),
        jaw=numbers("pose.jaw", pose.get("jaw", [0.0] * 3), (3,)),
        neck=numbers("pose.neck", pose.get("neck", [0.0] * 3), (3,)),
        eyes=numbers("pose.eyes", pose.get("eyes", [[0.0] * 3] * 2), (2, 3)),
    )
    return FaceParameters(
        head=word("head", table["head"]),
        identity=Identity(numbers("shape", table["shape"])),
        code=code,
        global_rotation=numbers("pose.global", pose.get("global", [0.0] * 3), (3,)),
        camera=None if table.get("camera") is None else _camera(table["camera"]),
        emotion=None if table.get("emotion") is None else _emotion(table["emotion"]),
        error=optional_number("error", table.get("error")),
        notes=notes(table.get("notes", [])),
        deviation=None if table.get("deviation") is None else _deviations(table["deviation"]),
        appearance=None if table.get("appearance") is None else _appearance(table["appearance"]),
    )


def _camera(read: Any) -> Camera:
    names = ("scale", "translation", "image_size")
    table = table_of("camera", read, names, needed=names)
    scale = number("camera.scale", table["scale"])
    size = numbers("camera.image_size", table["image_size"], (2,))
    if scale <= 0:
        raise wrong("camera.scale must be above 0 pixels per metre.")
    if (size < 1).any() or (size != np.round(size)).any():
        raise wrong("camera.image_size must be two whole numbers of pixels, width and height.")
    where = numbers("camera.translation", table["translation"], (2,))
    return Camera(scale, where, (int(size[0]), int(size[1])))


def _deviations(read: Any) -> Deviations:
    table = table_of("deviation", read, _DEVIATIONS, needed=_DEVIATIONS)
    shapes: tuple[tuple[int | None, ...], ...] = ((None,), (None,), (3,), (2, 3), (3,))
    return Deviations(*(numbers(f"deviation.{name}", table[name], shape)
                        for name, shape in zip(_DEVIATIONS, shapes, strict=True)))


def _appearance(read: Any) -> Appearance:
    table = table_of("appearance", read, tuple(_APPEARANCE))
    return Appearance(**{
        name: numbers(f"appearance.{name}", table[name], shape)
        for name, shape in _APPEARANCE.items() if table.get(name) is not None})


def _emotion(read: Any) -> EmotionReading:
    names = ("label", "probabilities", "valence", "arousal")
    table = table_of("emotion", read, names, needed=("label",))
    odds = table.get("probabilities", {})
    if not isinstance(odds, dict):
        raise wrong("emotion.probabilities must be a table of names and numbers.")
    return EmotionReading(
        word("emotion.label", table["label"]),
        {name: number(f"emotion.probabilities.{name}", odd) for name, odd in odds.items()},
        valence=optional_number("emotion.valence", table.get("valence")),
        arousal=optional_number("emotion.arousal", table.get("arousal")),
    )
