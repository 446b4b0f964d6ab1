# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded open head: built anew, and the file that is shipped."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate_identity_joints, joints
from flamewheel.head.files import load_head_file
from flamewheel.head.open_head.build import build_open_head, write_open_head

ASSETS = Path(__file__).resolve().parents[3] / "flame_assets"


@pytest.fixture(scope="module")
def built() -> HeadData:
    return build_open_head()


@pytest.fixture(scope="module")
def shipped() -> HeadData:
    return load_head_file(ASSETS / "open_head.npz")


def posed(head: HeadData, units: dict[str, float], jaw: float = 0.0) -> np.ndarray:
    """(V,3) mm."""
    assert head.units is not None
    expression, pose = np.zeros(head.expression_count), np.zeros((5, 3))
    for name, strength in units.items():
        for own in (name,) if name in head.units.names else (name + "L", name + "R"):
            row = head.units.names.index(own)
            expression += strength * head.units.expression[row]
            pose += strength * head.units.pose[row]
    pose[2, 0] += jaw
    return evaluate_identity_joints(head, None, expression, pose)[0] * 1000


def test_counts_and_rows(shipped: HeadData) -> None:
    hanging = [shipped.masks[part] for part in ("brows", "lashes", "hair", "hair_cards")
               if part in shipped.masks]
    assert shipped.vertex_count - sum(map(len, hanging)) <= 9_000
    assert sum(map(len, hanging)) <= 8_700
    assert shipped.identity_count >= 20 and shipped.expression_count >= 30
    assert shipped.parents == (-1, 0, 1, 1, 1)
    np.testing.assert_allclose(shipped.joint_regressor.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(shipped.weights.sum(1), 1, atol=1e-5)
    assert (shipped.weights >= 0).all()
    assert shipped.uv is not None and shipped.uv.min() >= 0 and shipped.uv.max() <= 1
    for part in ("skin", "lips", "brows", "lashes", "eye_left", "eye_right", "iris", "pupil",
                 "teeth", "gums", "tongue", "mouth_bag", "hair"):
        assert len(shipped.masks[part]) > 20
    assert (ASSETS / "open_head.npz").stat().st_size <= 8_000_000


def test_shipped_file_is_what_the_builder_makes(built: HeadData, shipped: HeadData) -> None:
    np.testing.assert_array_equal(built.triangles, shipped.triangles)
    np.testing.assert_allclose(built.template, shipped.template, atol=1e-6)
    full = np.einsum("vce,ue->uvc", built.expression_basis, built.units.expression)
    stored = np.einsum("vce,ue->uvc", shipped.expression_basis, shipped.units.expression)
    np.testing.assert_allclose(full, stored, atol=2e-5)


def test_two_builds_give_the_same_file(tmp_path: Path) -> None:
    sums = []
    for name in ("one.npz", "two.npz"):
        write_open_head(tmp_path / name)
        sums.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert sums[0] == sums[1]


def test_checksums_hold() -> None:
    for line in (ASSETS / "checksums.txt").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest


def test_skin_is_a_manifold_with_neck_and_lid_borders(shipped: HeadData) -> None:
    skin = np.zeros(shipped.vertex_count, bool)
    skin[shipped.masks["skin"]] = True
    faces = shipped.triangles[skin[shipped.triangles].all(1)]
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    assert len(np.unique(directed, axis=0)) == len(directed)  # wound alike, no edge used thrice
    _, uses = np.unique(np.sort(directed, 1), axis=0, return_counts=True)
    assert set(uses) == {1, 2}
    assert (uses == 1).sum() == 48 + 2 * 32  # shoulder stub and the backs of the two eyes' lids


def test_mirror_symmetry(shipped: HeadData) -> None:
    from scipy.spatial import cKDTree

    flip = np.array([-1, 1, 1])
    for part, most in (("skin", 1e-6), ("brows", 1e-6), ("hair", 1e-6), ("teeth", 1e-6)):
        points = shipped.template[shipped.masks[part]]
        distance, _ = cKDTree(points).query(points * flip)
        assert distance.max() < most, part
    left, right = posed(shipped, {"AU12L": 1}), posed(shipped, {"AU12R": 1})
    skin = shipped.masks["skin"]
    distance, _ = cKDTree(left[skin]).query(right[skin] * flip)
    assert distance.max() < 0.01  # mm


def test_eye_joints_are_the_spheres_centres_for_any_identity(shipped: HeadData) -> None:
    rng = np.random.default_rng(0)
    for shape in (np.zeros(1), rng.normal(size=shipped.identity_count)):
        placed = joints(shipped, shape)[0]
        points = evaluate_identity_joints(shipped, shape)[0]
        for joint, side in ((3, "left"), (4, "right")):
            ball = np.setdiff1d(shipped.masks[f"eye_{side}"],
                                np.r_[shipped.masks["iris"], shipped.masks["pupil"]])
            radius = np.linalg.norm(points[ball] - placed[joint], axis=1)
            assert np.ptp(radius) < 1e-5
            assert radius.mean() == pytest.approx(0.0126, abs=1e-5)


def test_joints_do_not_drift_with_expression(shipped: HeadData) -> None:
    field = np.einsum("jv,vce->jce", shipped.joint_regressor, shipped.expression_basis)
    drift = np.linalg.norm(np.einsum("jce,ue->ujc", field, shipped.units.expression), axis=-1)
    assert drift.max() < 3e-4  # m; what the rig allows


def test_pose_correctives_are_silent_at_rest_and_small(shipped: HeadData) -> None:
    from flamewheel.head.evaluate import rodrigues

    for joint, angle, most in ((0, 0.4, 6.0), (1, 0.4, 13.0), (2, 0.35, 4.0), (3, -0.35, 4.0)):
        turn = np.zeros(3)
        turn[0] = angle
        entries = np.zeros((4, 9))
        entries[joint] = (rodrigues(turn) - np.eye(3)).ravel()
        skin = shipped.pose_basis[shipped.masks["skin"]]
        shift = np.linalg.norm(skin @ entries.ravel(), axis=1) * 1000
        assert 0.5 < shift.max() < most  # mm; the jaw's condyles slide by 11


def test_landmarks_lie_where_their_names_say(shipped: HeadData) -> None:
    whole = shipped.landmarks["facemesh478"]
    assert len(whole.triangles) == 478
    corners = shipped.template[shipped.triangles[whole.triangles]]
    points = np.einsum("lci,lc->li", corners, whole.barycentrics) * 1000
    np.testing.assert_allclose(points[:468], shipped.template[:468] * 1000, atol=1e-3)
    centres = joints(shipped)[0] * 1000
    np.testing.assert_allclose(points[468, :2], centres[4, :2], atol=0.2)
    np.testing.assert_allclose(points[473, :2], centres[3, :2], atol=0.2)
    assert points[470, 1] > points[468, 1] > points[472, 1]
    for name, count in (("static51", 51), ("full68", 68), ("mediapipe105", 105)):
        assert len(shipped.landmarks[name].triangles) == count


@pytest.mark.parametrize("yaw", [-30, 0, 30])
@pytest.mark.parametrize("pitch", [-20, 0, 20])
def test_facemesh_finds_the_grey_render(shipped: HeadData, yaw: int, pitch: int) -> None:
    from flamewheel.encoders.facemesh import RENDER_THRESHOLD, detect
    from flamewheel.head.evaluate import rodrigues
    from flamewheel.parameters import Camera
    from flamewheel.render.grey import render_grey

    turn = rodrigues(np.radians([pitch, 0, 0])) @ rodrigues(np.radians([0, yaw, 0]))
    vertices = shipped.template @ turn.T
    camera = Camera(1500.0, np.array([256.0, 220.0]), (512, 512))
    faces = detect(render_grey(shipped, vertices, camera, (512, 512)), RENDER_THRESHOLD)
    assert len(faces) == 1
    truth = np.stack([256 + 1500 * vertices[:468, 0], 220 - 1500 * vertices[:468, 1]], 1)
    apart = np.linalg.norm(truth[33] - truth[263])
    assert np.linalg.norm(faces[0][:468] - truth, axis=1).mean() < 0.15 * apart
