# SPDX-License-Identifier: GPL-3.0-or-later
"""What reads the photos of an expression database: any encoder that sees expressions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..head.data import HeadData
from ..parameters import FaceParameters
from .networks import choose_encoder, encode_with, ready_encoder
from .progress import Progress

LANDMARK = "landmark"


@dataclass(frozen=True, eq=False)
class RowEncoder:
    """An encoder, and what its results depend on."""

    name: str  # as `encode --encoder` has it
    key: str  # of the encoder's state and the head: rows of one key may stand in one database
    encode: Callable[[bytes], FaceParameters]  # raises PhotoError

    @property
    def is_landmark(self) -> bool:
        """Whether it is the one that shipped databases are read with."""
        return self.name == LANDMARK


def row_encoder(
    data: HeadData, head: str, name: str = LANDMARK,
    checkpoints: Mapping[str, Path] | None = None, progress: Progress | None = None,
) -> RowEncoder:
    """The encoder `name` for the head `data`, which is named `head`.

    Raises UsageError `no-such-encoder`, `no-expression`; HeadError and CheckpointError as
    `ready_encoder`.
    """
    choice = choose_encoder(name, checkpoints=checkpoints)
    if choice.is_identity_only:
        raise UsageError("no-expression", "MICA gives the identity only, no expression.",
                         "Take another encoder, e.g. --encoder emoca.")
    if choice.is_landmark:
        return _landmark(data, progress)
    from ..encoders.networks.weights import find_checkpoint

    encoder = ready_encoder(choice, head, progress)
    weights = find_checkpoint(name, checkpoints)
    state = weights.stat()
    said = f"{data.checksum}|{weights.resolve()}|{state.st_size}|{state.st_mtime_ns}"

    def encode(photo: bytes) -> FaceParameters:
        return encode_with(encoder, photo, head=head)

    return RowEncoder(name, f"{name}-{hashlib.sha256(said.encode()).hexdigest()[:24]}", encode)


def _landmark(data: HeadData, progress: Progress | None) -> RowEncoder:
    from ..encoders.calibration import calibration_of, head_key
    from ..encoders.landmark import encode_photo, prepare_head

    prepare_head(data, progress)
    known = calibration_of(data)
    digest = hashlib.sha256(head_key(data).encode())
    for array in (known.points.offsets, known.statistics.mean, known.statistics.factor):
        digest.update(np.ascontiguousarray(array, np.float64).tobytes())

    def encode(photo: bytes) -> FaceParameters:
        return encode_photo(photo, data)

    return RowEncoder(LANDMARK, f"{LANDMARK}-{digest.hexdigest()[:24]}", encode)
