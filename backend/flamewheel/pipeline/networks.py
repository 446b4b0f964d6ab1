# SPDX-License-Identifier: GPL-3.0-or-later
"""The papers' networks as encoders of photos, alone or two together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..encoders.networks.registry import (
    ANY_HEAD,
    LANDMARK,
    LandmarkEncoder,
    check_name,
    network_encoder,
)
from ..errors import CheckpointError, UsageError
from ..parameters import Array, FaceParameters
from .progress import Progress
from .units import head_units

if TYPE_CHECKING:
    from ..encoders.networks.interface import FaceEncoder
    from ..head.data import HeadData

IDENTITY_ONLY = "mica"
"""The encoder that knows nothing of what the face does."""
LID_UNITS = ("AU43L", "AU43R")  # FACS: eyes closed; the face's own left and right
LEAST_EXPLAINED = 0.5  # of a lid's motion, as `SolvedUnits.poorly_explained`


@dataclass(frozen=True)
class EncoderChoice:
    """Which encoder gives the identity, which all else, and where their weights are."""

    shape_from: str = LANDMARK
    expression_from: str = LANDMARK
    checkpoints: Mapping[str, Path] = field(default_factory=dict)  # by network; others are found

    @property
    def is_landmark(self) -> bool:
        """Whether the landmark encoder does it alone."""
        return self.shape_from == self.expression_from == LANDMARK

    @property
    def is_identity_only(self) -> bool:
        """Whether nothing gives expression, pose and camera."""
        return self.expression_from == IDENTITY_ONLY


def choose_encoder(
    encoder: str | None = None,
    shape_from: str | None = None,
    expression_from: str | None = None,
    checkpoints: Mapping[str, Path] | None = None,
) -> EncoderChoice:
    """The choice that words make: `encoder` for both sides, unless a side names its own.

    Raises UsageError `no-such-encoder`, and `no-expression` where MICA, which gives the identity
    only, is to give the expression beside another's identity.
    """
    both = LANDMARK if encoder is None else encoder
    choice = EncoderChoice(shape_from or both, expression_from or both, dict(checkpoints or {}))
    for name in (choice.shape_from, choice.expression_from, *choice.checkpoints):
        check_name(name)
    if choice.expression_from == IDENTITY_ONLY != choice.shape_from:
        raise UsageError("no-expression", "MICA gives the identity only, no expression.",
                         "Take the expression from another: --shape-from mica --expression-from "
                         "emoca.")
    return choice


def ready_encoder(
    choice: EncoderChoice, head: str = "open", progress: Progress | None = None
) -> FaceEncoder:
    """The encoder of a choice, its weights loaded.

    Raises HeadError `head-not-flame` before any weights are read, CheckpointError.
    """
    from ..encoders.networks.combined import Combined
    from ..encoders.networks.flame_head import require_flame
    from ..head.registry import find_head

    data = find_head(head)
    for name in (choice.shape_from, choice.expression_from):
        if name not in ANY_HEAD:
            require_flame(data, name.upper())
    does = _one(choice.expression_from, choice, head, progress)
    if choice.shape_from == choice.expression_from:
        return does
    return Combined(_one(choice.shape_from, choice, head, progress), does)


def encode_with(
    encoder: FaceEncoder, photo: Path | bytes, *, head: str = "open", face: int | None = None
) -> FaceParameters:
    """A photo as parameters of `head` by an encoder of `ready_encoder`; as `encode` otherwise."""
    from ..head.registry import find_head

    made = _encoded(encoder, photo, find_head(head), face)
    if encoder.name != IDENTITY_ONLY:
        return made
    note = "MICA gives the identity only: the face is at rest, and there is no camera."
    return replace(made, notes=(*made.notes, note))


def _encoded(
    encoder: FaceEncoder, photo: Path | bytes, data: HeadData, face: int | None
) -> FaceParameters:
    """What the encoder says; numbers that no face has are laid at its weights' door.

    Raises CheckpointError `wild-numbers`, and as `FaceEncoder.encode`.
    """
    try:
        return encoder.encode(photo, data, face=face)
    except UsageError as refusal:
        if refusal.code != "bad-parameters":
            raise
        raise CheckpointError(
            "wild-numbers", f"{encoder.name.upper()} gives numbers that no face has: "
            f"{refusal.message}", "Its checkpoint is damaged or was altered: get it from its "
            "authors again.") from refusal


def encode_by(
    choice: EncoderChoice, photo: Path | bytes, *, head: str = "open", face: int | None = None
) -> FaceParameters:
    """A photo as parameters of `head` by the encoders of a choice, whose weights stay loaded.

    Raises as `ready_encoder` and `encode`.
    """
    return encode_with(ready_encoder(choice, head), photo, head=head, face=face)


def _one(
    name: str, choice: EncoderChoice, head: str, progress: Progress | None
) -> FaceEncoder:
    if name == LANDMARK:
        return LandmarkEncoder(progress)
    encoder = network_encoder(name, choice.checkpoints)
    return _with_lids(encoder, head)


def _with_lids(encoder: FaceEncoder, head: str) -> FaceEncoder:
    """SMIRK whose lids go into the head's own units for closed eyes, where it has no better."""
    from ..encoders.networks.smirk import Smirk

    if not isinstance(encoder, Smirk):
        return encoder
    own = encoder.lid_expressions

    def either(data: HeadData) -> Array | None:
        known = own(data)
        return _unit_lids(head, data) if known is None else known

    return replace(encoder, lid_expressions=either)


def _unit_lids(head: str, data: HeadData) -> Array | None:
    """(2,E) expressions of a head that close the left and the right eye, or None.

    FACS's unit 43: the head's own, or the open head's carried over by the landmarks in the head's
    file, where the head shows at least half of the lids' motion.
    """
    import numpy as np

    from ..head.facemesh_points import SOLVABLE_SETS

    if data.units is None and not any(name in data.landmarks for name in SOLVABLE_SETS):
        return None  # finding landmarks takes half a minute: too much for two lids
    solved = head_units(head)
    names = solved.units.names
    if not set(LID_UNITS) <= set(names) - set(solved.poorly_explained(LEAST_EXPLAINED)):
        return None
    expression = np.asarray(solved.units.expression, np.float64)
    rows = expression[[names.index(unit) for unit in LID_UNITS]]
    return np.pad(rows, ((0, 0), (0, data.expression_count - rows.shape[1])))
