# SPDX-License-Identifier: GPL-3.0-or-later
"""The detail stage: its losses by hand, its picture, and a few steps that resume to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from generated_faces import camera, generated

from flamewheel.encoders.image_network import Code
from flamewheel.errors import HeadError
from flamewheel.head.data import HeadData
from flamewheel.head.registry import find_head
from flamewheel.training import coarse_stage
from flamewheel.training import train_detail as script
from flamewheel.training.detail_losses import DetailWeights, relief_size, symmetry
from flamewheel.training.detail_network import DEPTH, DetailNetwork
from flamewheel.training.detailed_face import DetailedFace
from flamewheel.training.train_detail import DetailConfig, pairs_of_one_person, train
from flamewheel.weight_file import read_weights


@pytest.fixture(scope="module")
def head() -> HeadData:
    return find_head("open-light")


@pytest.fixture(scope="module")
def face(head: HeadData) -> DetailedFace:
    return DetailedFace(head, 112, DetailNetwork.side)


def test_losses_by_hand() -> None:
    relief = DEPTH * torch.tensor([[[[0.1, 0.4], [-0.2, 0.0]]]])
    across = torch.tensor([1, 0, 2, 3])
    counted = torch.tensor([1.0, 1.0, 1.0, 0.0])
    assert float(symmetry(relief, across, counted)) == pytest.approx((0.3 + 0.3 + 0.0) / 3)
    assert float(relief_size(relief, counted)) == pytest.approx((0.1 + 0.4 + 0.2) / 3)
    assert DetailWeights() == DetailWeights(2.0, 5e-3, 5e-3)


def test_texels_know_their_mirror_image(face: DetailedFace, head: HeadData) -> None:
    assert float(face.paired.sum()) > 0.9 * float(face.counted.sum()) > 300
    space, triangles = face._space, face._surface.triangles
    places = space.from_vertices(torch.tensor(np.float32(head.template))[None], triangles)
    flat = places[0].flatten(1).T
    paired = face.paired.bool()
    off = flat[face.across][paired] - flat[paired] * torch.tensor([-1.0, 1.0, 1.0])
    assert float(off.norm(dim=1).median()) < 0.002


def test_relief_changes_light_only_where_it_is(face: DetailedFace, head: HeadData) -> None:
    codes = torch.zeros(1, head.expression_count + 7)
    grey = torch.full((1, 3, 112, 112), 0.5)
    grey[..., :56] = 0.3  # light from one side
    lit = face.lit(torch.zeros(1, 1), Code.of(codes), torch.zeros(1, 3), camera(1), grey,
                   torch.ones(1, 1, 112, 112))
    flat = torch.zeros(1, 1, DetailNetwork.side, DetailNetwork.side, requires_grad=True)
    same = face.picture(lit, flat)
    skin = lit.skin.bool().expand_as(same)
    assert float((same - lit.smooth)[skin].abs().mean().detach()) < 0.01
    ((same - grey).abs() * lit.skin).sum().backward()
    assert flat.grad is not None
    slope = flat.grad.flatten()
    assert float(slope[face.counted.bool()].abs().sum()) > 0
    assert float(slope[~(face._mask.flatten() > 0)].abs().sum()) == 0


@pytest.fixture
def config(head: HeadData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DetailConfig:
    crops, seen, _ = generated(head, 4)
    photos = tuple(replace(photo, subject=f"person {n // 2}")
                   for n, photo in enumerate(crops.photos))
    crops = replace(crops, photos=photos)
    assert pairs_of_one_person(crops).tolist() == [[0, 1], [1, 0], [2, 3], [3, 2]]
    monkeypatch.setattr(script, "read_folder", lambda folder: crops.photos)
    monkeypatch.setattr(script, "face_crops", lambda photos, size, progress: crops)
    monkeypatch.setattr(coarse_stage, "seen_faces", lambda crops, head, progress: seen)
    monkeypatch.setattr(script, "is_held_out", lambda subject: False)
    return DetailConfig("folder", str(tmp_path / "detail.npz"), "open-light", steps=6, pairs=2,
                        save_every=2)


def test_steps_lower_the_loss(config: DetailConfig) -> None:
    lines: list[str] = []
    report = train(replace(config, steps=24, learning_rate=3e-3), lines.append)
    assert len(lines) == 24 and report.detailed < report.smooth
    weights = read_weights(Path(config.output), "detail")
    assert weights.facts["head"] == "open-light"


def test_resuming_gives_the_same_bits(config: DetailConfig, tmp_path: Path) -> None:
    whole: list[str] = []
    train(replace(config, output=str(tmp_path / "whole.npz")), whole.append)

    class Stopped(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("step 5/"):
            raise Stopped

    with pytest.raises(Stopped):
        train(config, stop)
    rest: list[str] = []
    train(config, rest.append, resume=True)
    assert rest == whole[4:]


def test_a_head_without_texture_coordinates_is_refused(head: HeadData) -> None:
    with pytest.raises(HeadError) as refused:
        DetailedFace(replace(head, uv=None, uv_triangles=None), 64, 32)
    assert refused.value.code == "no-uv"


def test_a_head_with_clear_parts_before_the_eyes() -> None:
    """Cornea and tears are not drawn: what is, and the layout, must count the same triangles."""
    face = DetailedFace(find_head("open"), 64, DetailNetwork.side)
    assert 0.05 < float(face.counted.mean()) < 0.9
    assert float(face.paired.sum() / face.counted.sum()) > 0.9
