# SPDX-License-Identifier: GPL-3.0-or-later
"""A 2D model that a person brings, tried out before use: what each output is, what it answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import CheckpointError
from .image_model import ImageReading, Pixels
from .image_model_crop import picture_of
from .image_model_description import DEFAULT_SIZE, MOST_SIZE, ModelDescription

Floats = npt.NDArray[np.float64]
AFFECT = 2  # numbers: valence, arousal
FEWEST_FEATURES, MOST_FEATURES = 16, 4096  # shorter is no feature; MobileNet 1280, ResNet-50 2048
LARGEST = 1e6  # logits and features beyond are a model that has diverged


class Runner(Protocol):
    """What runs a file of one kind."""

    shape: tuple[int | None, ...]

    def run(self, picture: npt.NDArray[np.float32]) -> tuple[npt.NDArray[Any], ...]:
        """Outputs of one picture."""


@dataclass(frozen=True, eq=False)
class BroughtModel:
    """A model that is ready."""

    runner: Runner
    description: ModelDescription
    size: int  # px
    channels_last: bool
    roles: tuple[str, ...]  # of `image_model_description.OUTPUTS`, one for each output
    lengths: tuple[int, ...]  # numbers of each output
    gives: str  # "logits" or "probabilities"
    name: str
    checksum: str

    @property
    def classes(self) -> tuple[str, ...]:
        """As the wheel names them."""
        return self.description.names

    @staticmethod
    def tried(runner: Runner, description: ModelDescription, body: bytes, name: str
              ) -> BroughtModel:
        """The model after a look at two pictures of nothing.  Raises CheckpointError `bad-output`.
        """
        size, channels_last = _input_of(runner.shape, description, name)
        blank = np.zeros((1, size, size, 3) if channels_last else (1, 3, size, size), np.float32)
        noise = np.random.default_rng(0).normal(size=blank.shape).astype(np.float32)
        answers = [_checked(runner.run(picture), name) for picture in (blank, noise)]
        lengths = tuple(len(one) for one in answers[0])
        roles = description.outputs or _roles(lengths, len(description.names), name)
        _check_roles(roles, lengths, len(description.names), name)
        emotions = [_emotion(found, roles, len(description.names)) for found in answers]
        looks = all(one.min() >= 0.0 and abs(one.sum() - 1.0) < 1e-3 for one in emotions)
        gives = description.gives or ("probabilities" if looks else "logits")
        return BroughtModel(runner, description, size, channels_last, roles, lengths, gives, name,
                            hashlib.sha256(body).hexdigest())

    def read(self, photo: Pixels, landmarks: npt.ArrayLike) -> ImageReading:
        """What it says of one face, checked.  Raises CheckpointError `bad-output`."""
        picture = picture_of(photo, landmarks, self.description, self.size)
        if self.channels_last:
            picture = np.ascontiguousarray(picture.transpose(0, 2, 3, 1))
        found = _checked(self.runner.run(picture), self.name)
        if tuple(len(one) for one in found) != self.lengths:
            raise _bad(self.name, "its outputs change their length from picture to picture")
        given = _emotion(found, self.roles, len(self.classes))
        affect = next((one[-AFFECT:] for one, role in zip(found, self.roles, strict=True)
                       if role.endswith("affect")), None)
        features = next((one for one, role in zip(found, self.roles, strict=True)
                         if role == "features"), None)
        valence, arousal = (None, None) if affect is None else np.clip(affect, -1, 1).tolist()
        return ImageReading(self._probabilities(given), valence, arousal, features)

    def _probabilities(self, given: Floats) -> Floats:
        if self.gives == "logits":
            powers = np.exp(given - given.max())
            return np.asarray(powers / powers.sum())
        if given.min() < -1e-3 or abs(given.sum() - 1.0) > 1e-2:
            raise _bad(self.name, 'its probabilities do not sum to 1; say gives = "logits"')
        positive = np.maximum(given, 0.0)
        return np.asarray(positive / positive.sum())


def _input_of(shape: tuple[int | None, ...], description: ModelDescription, name: str
              ) -> tuple[int, bool]:
    """Side in px and whether colours come last."""
    if len(shape) != 4:
        raise _bad(name, f"it takes {len(shape)} dimensions, not a picture's four")
    channels_last = shape[3] == 3 and shape[1] != 3
    if not channels_last and shape[1] not in (3, None):
        raise _bad(name, f"it takes {shape[1]} colours, not three")
    if shape[0] not in (1, None):
        raise _bad(name, f"it takes {shape[0]} pictures at a time, not one")
    sides = {side for side in (shape[1:3] if channels_last else shape[2:]) if side is not None}
    said = set() if description.size is None else {description.size}
    if len(sides | said) > 1:
        raise _bad(name, f"it takes {sorted(sides)} px, its description says {sorted(said)}"
                   if said else "its picture is not square")
    size = next(iter(sides | said), None) or DEFAULT_SIZE
    if size > MOST_SIZE:
        raise _bad(name, f"it takes a picture of {size} px, more than {MOST_SIZE}")
    return size, channels_last


def _checked(outputs: tuple[npt.NDArray[Any], ...], name: str) -> tuple[Floats, ...]:
    """Each output as a finite row of numbers.  Raises CheckpointError `bad-output`."""
    rows = []
    for one in outputs:
        if one.dtype.kind not in "fiu" or one.size == 0 or (one.ndim and one.shape[0] != 1):
            raise _bad(name, f"an output is {'x'.join(map(str, one.shape))} of {one.dtype}")
        if one.size > MOST_FEATURES * 64:
            raise _bad(name, f"an output has {one.size} numbers")
        row = one.astype(np.float64).ravel()
        if not np.isfinite(row).all():
            raise _bad(name, "it answers with numbers that are not finite")
        if np.abs(row).max() > LARGEST:
            raise _bad(name, f"it answers with numbers beyond {LARGEST:.0e}")
        rows.append(row)
    return tuple(rows)


def _roles(lengths: tuple[int, ...], count: int, name: str) -> tuple[str, ...]:
    """What outputs are, by their lengths; of several that could be features the last is."""
    roles = ["emotion" if length == count else "emotion+affect" if length == count + AFFECT
             else "affect" if length == AFFECT
             else "features" if FEWEST_FEATURES <= length <= MOST_FEATURES else "ignored"
             for length in lengths]
    if not any(role.startswith("emotion") for role in roles):
        raise _bad(name, f"its outputs have {', '.join(map(str, lengths))} numbers, none of them "
                   f"{count} (or {count + AFFECT}) as there are emotions; say `classes` in its "
                   "description")
    for role in ("emotion", "affect", "features"):
        places = [at for at, one in enumerate(roles) if one == role]
        for at in places[:-1] if role == "features" else places[1:]:
            roles[at] = "ignored"
    return tuple(roles)


def _check_roles(roles: tuple[str, ...], lengths: tuple[int, ...], count: int, name: str) -> None:
    if len(roles) != len(lengths):
        raise _bad(name, f"it has {len(lengths)} outputs, its description names {len(roles)}")
    wanted = {"emotion": count, "affect": AFFECT, "emotion+affect": count + AFFECT}
    for role, length in zip(roles, lengths, strict=True):
        if length != wanted.get(role, length) or (role == "features" and length > MOST_FEATURES):
            raise _bad(name, f"its output `{role}` has {length} numbers"
                       + (f", not {wanted[role]}" if role in wanted else ""))
    if sum(role.startswith("emotion") for role in roles) != 1:
        raise _bad(name, "not exactly one of its outputs is the emotion")


def _emotion(found: tuple[Floats, ...], roles: tuple[str, ...], count: int) -> Floats:
    return next(one[:count] for one, role in zip(found, roles, strict=True)
                if role.startswith("emotion"))


def _bad(name: str, why: str) -> CheckpointError:
    return CheckpointError("bad-output", f"{name} is no model of emotions as described: {why}."
                           [:300], "See docs/fusion.md on how a 2D model is described.")
