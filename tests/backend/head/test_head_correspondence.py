# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's face laid on other heads: one whose truth is known, and one of other people."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import HeadError
from flamewheel.head.correspondence import Correspondence, correspondence
from flamewheel.head.data import HeadData, LandmarkEmbedding
from flamewheel.head.evaluate import evaluate
from flamewheel.head.files import load_head_file
from flamewheel.head.open_head.mesh_tools import loop_subdivision
from flamewheel.head.registration import similarity

ROOT = Path(__file__).resolve().parents[3]
ICT = ROOT.parent / "shared" / "ict_face" / "ict_face_light.npz"
LIKE = {  # units and shapes of ICT-FaceKit that show the same movement of muscles, least cosine
    "AU12L": ("mouthSmile_L", 0.8), "AU2L": ("browOuterUp_L", 0.8), "AU1L": ("browInnerUp_L", 0.6),
    "AU15L": ("mouthFrown_L", 0.75), "AU20L": ("mouthStretch_L", 0.75),
    "AU10L": ("mouthUpperUp_L", 0.7), "AU43L": ("eyeBlink_L", 0.6), "AU9L": ("noseSneer_L", 0.6),
    "AU5L": ("eyeWide_L", 0.6), "AU6L": ("cheekSquint_L", 0.5), "AU4L": ("browDown_L", 0.5)}


@pytest.fixture(scope="module")
def head() -> HeadData:
    return load_head_file(ROOT / "flame_assets" / "open_head.npz")


def bare(points: np.ndarray, triangles: np.ndarray, landmarks: LandmarkEmbedding | None,
         name: str) -> HeadData:
    """A head that is a template only."""
    count = len(points)
    weights, regressor = np.zeros((count, 5)), np.zeros((5, count))
    weights[:, 1], regressor[:] = 1, 1 / count
    return HeadData(
        name, points, triangles.astype(np.int32), np.zeros((count, 3, 1)), np.zeros((count, 3, 1)),
        np.zeros((count, 3, 36)), regressor, weights,
        landmarks={} if landmarks is None else {"full68": landmarks})


def unit_field(head: HeadData, unit: str) -> np.ndarray:
    """(V,3) m at full strength."""
    assert head.units is not None
    return np.asarray(head.expression_basis @ head.units.expression[head.units.names.index(unit)])


def test_the_same_head_as_another_person_with_another_mesh(head: HeadData) -> None:
    rng = np.random.default_rng(1)
    skin = len(head.masks["skin"])  # the skin's vertices come first
    matrix, fine, _ = loop_subdivision(
        head.triangles[(head.triangles < skin).all(1)].astype(int), skin)
    person = 1.4 * matrix @ evaluate(head, rng.normal(size=head.identity_count))[0][:skin]
    order = rng.permutation(len(person))
    new = np.argsort(order)
    marks = head.landmarks["full68"]
    vertex = new[head.triangles[marks.triangles, marks.barycentrics.argmax(1)]]
    triangle = np.array([np.flatnonzero((new[fine] == v).any(1))[0] for v in vertex])
    target = bare(person[order], new[fine], LandmarkEmbedding(
        triangle, (new[fine][triangle] == vertex[:, None]).astype(float)), "person")

    start = time.perf_counter()
    found = correspondence(head, target)
    assert time.perf_counter() - start < 60  # 3 s on an idle machine
    off = np.linalg.norm(found.on(target, target.template) - person[found.vertices], axis=1) / 1.4
    assert np.median(off) < 1e-3 and np.quantile(off, 0.9) < 2.5e-3  # m
    assert np.median(found.distances) < 1e-4

    for unit in ("AU12L", "AU4L", "AU9L"):
        field = unit_field(head, unit)
        made = found.transfer(field[None, found.vertices])[0]
        truth = 1.4 * (matrix @ field[:skin])[order]
        assert (made * truth).sum() > 0.95 * np.linalg.norm(made) * np.linalg.norm(truth), unit
        assert np.linalg.norm(made) == pytest.approx(np.linalg.norm(truth), rel=0.15), unit


@pytest.fixture(scope="module")
def ict() -> tuple[Correspondence, dict[str, np.ndarray]]:
    if not ICT.is_file():
        pytest.skip(f"the test character {ICT.name} is not beside the repository")
    from flamewheel.encoders.correspondence import landmark_points

    with np.load(ICT) as file:
        points, quads = file["neutral"].astype(float) / 100, file["faces"]  # cm
        shapes = dict(zip(file["expression_names"].tolist(), file["expression"], strict=True))
    triangles = np.concatenate([quads[:, :3], quads[quads[:, 3] >= 0][:, [0, 2, 3]]])
    target = bare(points, triangles, None, "ict")
    marks = landmark_points(target)
    return correspondence(
        load_head_file(ROOT / "flame_assets" / "open_head.npz"), target, LandmarkEmbedding(
            marks.triangles.astype(np.int32), marks.barycentrics,
            marks.landmarks.astype(np.int32))), shapes


@pytest.mark.parametrize("unit", LIKE)
def test_units_go_over_to_someone_else_s_head(
    unit: str, head: HeadData, ict: tuple[Correspondence, dict[str, np.ndarray]]
) -> None:
    found, shapes = ict
    shape, least = LIKE[unit]
    theirs = shapes[shape][:9409].astype(float) / 100  # the part "face"
    ours = found.transfer(unit_field(head, unit)[None, found.vertices])[0][:9409]
    cosine = (ours * theirs).sum() / np.linalg.norm(ours) / np.linalg.norm(theirs)
    print(f"{unit} {shape} {cosine:.2f}")
    assert cosine > least


def test_the_face_lies_on_someone_else_s_skin(
    ict: tuple[Correspondence, dict[str, np.ndarray]]
) -> None:
    found, _ = ict
    assert np.median(found.distances) < 1e-4 and np.quantile(found.distances, 0.95) < 5e-4  # m
    np.testing.assert_allclose(found.barycentrics.sum(1), 1, atol=1e-6)
    assert found.barycentrics.min() >= 0


def test_a_similarity_is_found_again() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(30, 3))
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    found = similarity(points, 2.5 * points @ turn.T + [1, 2, 3])
    assert found.scale == pytest.approx(2.5)
    np.testing.assert_allclose(found.rotation, turn, atol=1e-9)
    np.testing.assert_allclose(found(points), 2.5 * points @ turn.T + [1, 2, 3], atol=1e-9)


def test_heads_without_a_face_or_landmarks_are_refused(head: HeadData) -> None:
    other = bare(head.template, head.triangles, None, "mute")
    with pytest.raises(HeadError) as refused:
        correspondence(head, other)
    assert refused.value.code == "no-landmarks"
    with pytest.raises(HeadError) as refused:
        correspondence(replace(head, masks={}), head)
    assert refused.value.code == "no-face"
