# SPDX-License-Identifier: GPL-3.0-or-later
"""SMIRK as an encoder: identity, expression, lids, jaw, pose and camera from one photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...head.data import HeadData
from ...parameters import ExpressionCode, FaceParameters, Identity
from ..photo import PhotoSource
from .checkpoint import read_checkpoint
from .crop import Pixels, photo_camera, smirk_crop
from .flame_head import on_head, require_flame
from .kinds import expect_kind
from .loading import loaded
from .seen import see_face
from .smirk_network import SmirkCodes, SmirkNetwork

Array = npt.NDArray[np.float64]
LidExpressions = Callable[[HeadData], Array | None]
"""Head -> (2,E): its expressions that close the left and the right eye; None where it has none."""

_ENCODER, _GENERATOR = "smirk_encoder.", "smirk_generator."
LIDS_WORTH_SAYING = 0.05  # of a closed eye: a design choice; less is not seen


@dataclass(frozen=True, eq=False)
class Smirk:
    """SMIRK with its weights."""

    network: SmirkNetwork
    lid_expressions: LidExpressions = lambda head: None

    @property
    def name(self) -> str:
        """How users call it."""
        return "smirk"

    def codes(self, pixels: Pixels) -> SmirkCodes:
        """What SMIRK says of a crop (224,224,3), RGB in 0..1 (`crop.smirk_crop`); B is 1."""
        import torch

        picture = torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None]
        with torch.inference_mode():
            codes: SmirkCodes = self.network(picture)
        return codes

    def encode(
        self, photo: PhotoSource, head: HeadData, *, face: int | None = None
    ) -> FaceParameters:
        """The parameters of a face of a photo.

        FLAME has no coefficients for closing lids (SMIRK adds two shapes of its own to the mesh):
        they go into the expression where `lid_expressions` knows how, and are told in a note where
        it does not.  Raises as `FaceEncoder.encode`.
        """
        require_flame(head, "SMIRK")
        seen = see_face(photo, face)
        crop = smirk_crop(seen)
        codes = self.codes(crop.pixels)
        shape, cut = on_head(_row(codes.shape), head.identity_count, "identity")
        expression, cut_too = on_head(_row(codes.expression), head.expression_count, "expression")
        closing, lid_notes = self._lids(head, _row(codes.lids))
        cam = _row(codes.cam)
        blind = () if cam[0] > 0 else ("SMIRK finds no camera: this may be no face.",)
        return FaceParameters(
            head=head.name,
            identity=Identity(shape),
            code=ExpressionCode(expression + closing, jaw=_row(codes.jaw)),
            global_rotation=_row(codes.rotation),
            camera=None if blind else photo_camera(cam, crop, seen.photo_size),
            notes=(*seen.notes, *cut, *cut_too, *lid_notes, *blind),
        )

    def _lids(self, head: HeadData, lids: Array) -> tuple[Array, tuple[str, ...]]:
        """(E,) what closing the lids (2,) adds to the expression, and what to say about it."""
        nothing = np.zeros(head.expression_count)
        if lids.max() < LIDS_WORTH_SAYING:
            return nothing, ()
        known = self.lid_expressions(head)
        if known is not None:
            return np.asarray(lids @ known), ()
        return nothing, (
            f"SMIRK sees the left eye closed by {lids[0]:.2f} and the right by {lids[1]:.2f} (1 is "
            "shut), for which FLAME has no coefficients: left out.",)


def load_smirk(path: Path, lid_expressions: LidExpressions = lambda head: None) -> Smirk:
    """SMIRK from its published checkpoint (`SMIRK_em1.pt`), key by key.

    Its neural renderer, `smirk_generator.`, is left unread.
    Raises CheckpointError as `read_checkpoint`, `expect_kind` and `take`.
    """
    checkpoint = read_checkpoint(path)
    expect_kind(checkpoint, "SMIRK")
    table = checkpoint.table()
    table.refuse_others((_ENCODER, _GENERATOR))
    return Smirk(loaded(SmirkNetwork, table.below(_ENCODER)), lid_expressions)


def _row(codes: object) -> Array:
    """The one row of a tensor (1,N)."""
    row: Array = np.asarray(codes, dtype=np.float64).reshape(-1)
    return row
