# SPDX-License-Identifier: GPL-3.0-or-later
"""`--detail` as pictures: heights of 16 bits in millimetres that are told, and normals."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from network_checks import waves_as_face
from PIL import Image

from flamewheel.encoders.networks.detail import DetailNetworks
from flamewheel.encoders.networks.flame_encoder import FlameEncoder
from flamewheel.errors import HeadError
from flamewheel.head.registry import find_head
from flamewheel.parameters import ExpressionCode, FaceParameters, Identity
from flamewheel.pipeline.detail import write_detail


class Bump(DetailNetworks):
    """Wrinkles that are known: one smooth bump of 2 mm."""

    def displacement(self, face: FaceParameters) -> tuple[np.ndarray, tuple[str, ...]]:
        at = (np.arange(256) + 0.5) / 256 - 0.5
        return (0.002 * np.exp(-(at[:, None]**2 + at[None]**2) / 0.01)).astype(np.float32), ()


def test_heights_and_normals(deca: FlameEncoder, tmp_path: Path) -> None:
    assert deca.detail is not None
    known = Bump(deca.detail.encoder, deca.detail.decoder)
    head = find_head("open")  # any head whose layout is a real one
    person = Identity(np.zeros(head.identity_count))
    face = FaceParameters("open", person, ExpressionCode.neutral(head.expression_count))
    told = write_detail(face, known, tmp_path / "w.png", "open")
    scale = float(re.search(r"w\.png: ([\d.]+) mm", told.notes[0])[1])  # type: ignore[index]
    with Image.open(tmp_path / "w.png") as picture:
        assert picture.mode == "I;16" and picture.size == (256, 256)
        height = (np.asarray(picture) / 65535 - 0.5) * scale
    assert height.max() == pytest.approx(2.0, abs=0.01)
    with Image.open(tmp_path / "w_normal.png") as picture:
        normals = np.asarray(picture) / 127.5 - 1
    assert normals.shape == (256, 256, 3) and normals[..., 2].mean() > 0.8
    # left of the bump the surface leans to the left, above it upwards (green up)
    assert normals[118:138, 100:120, 0].mean() < -0.02 < 0.02 < normals[118:138, 136:156, 0].mean()
    assert normals[100:120, 118:138, 1].mean() > 0.02 > -0.02 > normals[136:156, 118:138, 1].mean()


def test_without_a_layout_there_is_no_picture(
        flame_file: Path, deca: FlameEncoder, tmp_path: Path) -> None:
    assert deca.detail is not None
    face = waves_as_face(deca, find_head(str(flame_file)))
    with pytest.raises(HeadError, match="texture coordinates"):
        write_detail(face, deca.detail, tmp_path / "w.png", str(flame_file))
    assert not list(tmp_path.glob("*.png"))
