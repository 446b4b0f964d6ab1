# SPDX-License-Identifier: GPL-3.0-or-later
"""What a 2D model that a person brings takes and gives: a small file beside it, or the defaults.

    classes = "affectnet"          # or "affectnet7", "rafdb", "fer", or a list of emotions
    size = 224                     # px of its square picture; from the model where it says
    mean = [0.485, 0.456, 0.406]   # subtracted from pixels in 0..1, then divided by `deviation`
    deviation = [0.229, 0.224, 0.225]
    colours = "rgb"                # or "bgr"
    crop = "face"                  # "face": upright, by landmarks; "photo": the photo as it is
    border = 1.35                  # side of the face's crop in heights of the face
    gives = "logits"               # or "probabilities"; by default looked at
    outputs = ["emotion", "features"]   # what each output is; by default told by its length:
                                   # emotion, affect (valence, arousal), emotion+affect, features,
                                   # ignored
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputFileError
from .image_model_classes import AFFECTNET_ORDER, ORDERS, wheel_class

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of torchvision's and timm's backbones, which nearly all published models start from."""
DEFAULT_SIZE = 224  # px; DDAMFN and RAF-DB's baselines 112, CAGE's MaxViT and most others 224
FACE_BORDER = 1.35  # as `encoders.face_crop`: brows and an open mouth inside, little hair
MOST_SIZE = 1024  # px; larger pictures of a face tell nothing
OUTPUTS = ("emotion", "affect", "emotion+affect", "features", "ignored")
MOST_DESCRIPTION_BYTES = 64 * 1024


@dataclass(frozen=True)
class ModelDescription:
    """What is known of a model that is brought."""

    classes: tuple[str, ...] | None = None  # as the wheel names them; None: AffectNet's eight
    size: int | None = None  # px; None: what the model says, else `DEFAULT_SIZE`
    mean: tuple[float, ...] = IMAGENET_MEAN
    deviation: tuple[float, ...] = IMAGENET_DEVIATION
    colours: str = "rgb"
    crop: str = "face"
    border: float = FACE_BORDER
    gives: str | None = None  # "logits" or "probabilities"; None: looked at
    outputs: tuple[str, ...] | None = None  # of `OUTPUTS`; None: told by their lengths

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, or the default's."""
        return self.classes or AFFECTNET_ORDER


def read_description(model: Path, given: Path | None = None) -> ModelDescription:
    """The description in `given`, else in MODEL.toml or MODEL.json beside the model, else defaults.

    Raises InputFileError `bad-description`, `file-not-found`.
    """
    beside = (model.with_suffix(".toml"), model.with_suffix(".json"))
    path = given or next((file for file in beside if file.is_file()), None)
    if path is None:
        return ModelDescription()
    if not path.is_file():
        raise InputFileError("file-not-found", f"There is no file {path}.", "Check the name.")
    return described(_table(path), path.name)


def described(table: Mapping[str, Any], name: str) -> ModelDescription:
    """The description of a table.  Raises InputFileError `bad-description`, which says what."""
    known = {"classes", "size", "mean", "deviation", "colours", "crop", "border", "gives",
             "outputs"}
    unknown = sorted(set(table) - known)
    if unknown:
        raise _bad(name, f"it says `{unknown[0]}`, which is none of {', '.join(sorted(known))}")
    plain = ModelDescription()
    return ModelDescription(
        _classes(table.get("classes"), name), _size(table.get("size"), name),
        _triple(table, "mean", plain.mean, name),
        _triple(table, "deviation", plain.deviation, name),
        _one_of(table, "colours", ("rgb", "bgr"), "rgb", name) or "rgb",
        _one_of(table, "crop", ("face", "photo"), "face", name) or "face",
        _border(table.get("border", plain.border), name),
        _one_of(table, "gives", ("logits", "probabilities"), None, name),
        _outputs(table.get("outputs"), name))


def _table(path: Path) -> Mapping[str, Any]:
    try:
        body = path.read_bytes()
        if len(body) > MOST_DESCRIPTION_BYTES:
            raise ValueError(f"it has {len(body)} bytes")
        text = body.decode("utf-8-sig")
        found = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as bad:
        raise _bad(path.name, f"it cannot be read: {bad}") from bad
    if not isinstance(found, dict):
        raise _bad(path.name, "it is no table")
    return found


def _classes(given: Any, name: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    if isinstance(given, str):
        if given not in ORDERS:
            raise _bad(name, f"classes {given!r} is none of {', '.join(ORDERS)}")
        return ORDERS[given]
    if not isinstance(given, list) or not 2 <= len(given) <= 64 or not all(
            isinstance(one, str) and one.strip() and len(one) < 64 for one in given):
        raise _bad(name, "classes is no list of two to 64 names")
    found = tuple(wheel_class(one) for one in given)
    if len(set(found)) != len(found):
        raise _bad(name, "classes names an emotion twice")
    return found


def _size(given: Any, name: str) -> int | None:
    if given is not None and (type(given) is not int or not 16 <= given <= MOST_SIZE):
        raise _bad(name, f"size {given!r} is no number from 16 to {MOST_SIZE}")
    return given


def _triple(table: Mapping[str, Any], key: str, plain: tuple[float, ...], name: str
            ) -> tuple[float, ...]:
    given = table.get(key, list(plain))
    low = 1e-6 if key == "deviation" else -1e3
    if not isinstance(given, list) or len(given) != 3 or not all(
            _is_number(one) and low <= one <= 1e3 for one in given):
        raise _bad(name, f"{key} is no list of three numbers that make sense")
    return tuple(float(one) for one in given)


def _border(given: Any, name: str) -> float:
    if not _is_number(given) or not 0.5 <= given <= 4.0:
        raise _bad(name, f"border {given!r} is not within 0.5 and 4")
    return float(given)


def _one_of(table: Mapping[str, Any], key: str, words: tuple[str, ...], plain: str | None,
            name: str) -> str | None:
    given: str | None = table.get(key, plain)
    if given is not None and given not in words:
        raise _bad(name, f"{key} {given!r} is none of {', '.join(words)}")
    return given


def _outputs(given: Any, name: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not given or any(one not in OUTPUTS for one in given):
        raise _bad(name, f"outputs is no list of {', '.join(OUTPUTS)}")
    return tuple(given)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bad(name: str, why: str) -> InputFileError:
    return InputFileError("bad-description", f"{name} does not describe a model: {why}."[:300],
                          "See docs/fusion.md, or take the file away for the defaults.")
