# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flamewheel.encoders import correspondence
from flamewheel.encoders.cache import cache_file
from flamewheel.encoders.correspondence import INNER_LIPS, find_points, landmark_points
from flamewheel.encoders.facemesh import IRISES
from flamewheel.encoders.skin import triangulate
from flamewheel.errors import HeadError
from flamewheel.head.data import HeadData
from flamewheel.head.registry import find_head
from flamewheel.head.surface import nearest_on_surface, outer_skin

ICT = Path(__file__).parents[4] / "shared" / "ict_face" / "ict_face_light.npz"


def places(head, points):
    corners = np.asarray(head.template, dtype=float)[head.triangles[points.triangles]]
    return (corners * points.barycentrics[:, :, None]).sum(1)


@pytest.fixture(scope="module")
def own():
    return landmark_points(find_head())


@pytest.fixture(scope="module")
def found():
    """The open head's landmarks, found as if it brought none."""
    return find_points(replace(find_head(), landmarks={}))


def test_a_head_s_own_embedding_is_kept(own):
    embedding = find_head().landmarks["facemesh478"]
    skin = own.landmarks < 468
    np.testing.assert_array_equal(own.triangles[skin],
                                  embedding.triangles[np.asarray(embedding.indices) < 468])
    assert set(IRISES) <= set(own.landmarks.tolist())


def test_landmarks_are_found_where_they_are(own, found):
    head = find_head()
    truth = dict(zip(own.landmarks.tolist(), places(head, own), strict=True))
    numbers = [n for n in found.landmarks.tolist() if n in truth and n < 468]
    assert len(numbers) >= 460
    lookup = dict(zip(found.landmarks.tolist(), places(head, found), strict=True))
    missed = np.array([np.linalg.norm(lookup[n] - truth[n]) for n in numbers])
    assert np.median(missed) < 0.003  # 1.5 mm on the first open head
    assert np.quantile(missed, 0.95) < 0.009
    assert missed.max() < 0.02


def test_upper_and_lower_inner_lips_are_told_apart(found):
    head = find_head()
    jaw = np.asarray(head.weights)[:, 2][head.triangles[found.triangles]].mean(1)
    share = dict(zip(found.landmarks.tolist(), jaw, strict=True))
    upper = [n for n in (81, 82, 13, 312, 311) if n in share]
    lower = [n for n in (178, 87, 14, 317, 402) if n in share]
    assert len(upper) == len(lower) == 5 and set(upper + lower) <= set(INNER_LIPS.tolist())
    assert max(share[n] for n in upper) < min(share[n] for n in lower)


def test_irises_lie_on_the_eyeballs(own):
    head = find_head()
    at = dict(zip(own.landmarks.tolist(), places(head, own), strict=True))
    right, left = at[IRISES[0]], at[IRISES[1]]
    assert right[0] < -0.02 and left[0] > 0.02
    joints = np.asarray(head.joint_regressor) @ head.template
    assert 0.008 < np.linalg.norm(left - joints[3]) < 0.016  # the radius of an eyeball
    assert left[2] > joints[3][2]


def test_offsets_are_a_few_millimetres(own):
    size = np.linalg.norm(own.offsets, axis=1)
    assert np.median(size) < 0.006 and size.max() < 0.03
    assert (own.deviation > 0).all() and (own.deviation < 0.1).all()


def test_a_ball_is_no_face():
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(400, 3))
    points = 0.1 * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    from scipy.spatial import ConvexHull

    triangles = ConvexHull(points).simplices.astype(np.int32)
    weights = np.zeros((400, 5))
    weights[:, 1] = 1
    ball = HeadData("ball", points, triangles, np.zeros((400, 3, 2)), np.zeros((400, 3, 2)),
                    np.zeros((400, 3, 36)), np.full((5, 400), 1 / 400), weights)
    said = []
    with pytest.raises(HeadError) as caught:
        find_points(ball, lambda done, total, text: said.append((done, total, text)))
    assert caught.value.code == "head-not-recognised" and "ball" in caught.value.message
    assert said[0][0] == 0 and said[-1][0] == said[-1][1] and "ball" in said[0][2]


def test_kept_in_a_cache_that_may_be_damaged(own, monkeypatch, tmp_path):
    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(tmp_path))
    calls = []
    monkeypatch.setattr(correspondence, "find_points",
                        lambda data, progress=None: calls.append(1) or own)
    head = find_head()
    first, second = landmark_points(head), landmark_points(head)
    assert len(calls) == 1
    for name in ("landmarks", "triangles", "barycentrics", "offsets", "deviation"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    (file,) = tmp_path.rglob("*.npz")
    for damage in (b"", b"nonsense", file.read_bytes()[:200]):
        file.write_bytes(damage)
        landmark_points(head)
    assert len(calls) == 4
    assert [path.name for path in tmp_path.rglob("*.tmp")] == []


def test_a_cache_that_cannot_be_written_is_done_without(own, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(blocked))
    monkeypatch.setattr(correspondence, "find_points", lambda data, progress=None: own)
    assert landmark_points(find_head()) is own


def test_another_head_is_another_key(monkeypatch, tmp_path):
    head = find_head()
    moved = replace(head, template=np.asarray(head.template) * 1.01)
    assert correspondence._fingerprint(head) != correspondence._fingerprint(moved)
    assert correspondence._fingerprint(head) != correspondence._fingerprint(
        replace(head, landmarks={}))
    assert cache_file("correspondence", 1, "k").name == "k-v1.npz"


def test_triangulation_shrugs_off_views_that_disagree():
    from flamewheel.encoders.rows import rotation

    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 3)) * 0.05
    turns = np.stack([rotation(v) for v in rng.normal(size=(30, 3)) * 0.3])
    seen = np.einsum("nij,lj->nli", turns[:, :2], points)
    seen += rng.normal(size=seen.shape) * 0.0005
    seen[:5] += 0.03
    found = triangulate(turns, seen)
    assert np.linalg.norm(found - points, axis=1).max() < 0.002


def test_nearest_surface_point_of_a_square():
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    triangles = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
    chosen, weights = nearest_on_surface(corners, triangles, np.array([0, 1], dtype=np.int32),
                                         np.array([[0.8, 0.3, 0.5], [0.2, 0.9, -1], [-1, 0, 0]]))
    place = (corners[triangles[chosen]] * weights[:, :, None]).sum(1)
    np.testing.assert_allclose(place, [[0.8, 0.3, 0], [0.2, 0.9, 0], [0, 0, 0]], atol=1e-9)
    assert chosen[:2].tolist() == [0, 1]


def test_skin_is_the_largest_piece():
    head = find_head()
    skin = outer_skin(head)
    eye = (np.asarray(head.weights)[head.triangles, 3] > 0.5).all(1)
    assert skin.mean() > 0.3 and not (skin & eye).any()


@pytest.mark.skipif(not ICT.exists(), reason="needs shared/ict_face, a head that is not ours")
def test_a_head_of_other_people():
    stored = np.load(ICT)
    quads = stored["faces"]
    triangles = np.concatenate([quads[:, :3], quads[quads[:, 3] >= 0][:, [0, 2, 3]]])
    template = stored["neutral"].astype(np.float64) / 100
    count = len(template)
    weights, regressor = np.zeros((count, 5)), np.full((5, count), 1 / count)
    weights[:, 1] = 1
    for name, start, end in stored["parts"]:
        if name.startswith("eyeball"):
            ball = slice(int(start), int(end) + 1)
            joint = 3 if template[ball, 0].mean() > 0 else 4
            weights[ball] = np.eye(5)[joint]
            regressor[joint] = 0
            regressor[joint, ball] = 1 / (int(end) + 1 - int(start))
    head = HeadData("ict", template, triangles.astype(np.int32), np.zeros((count, 3, 1)),
                    np.zeros((count, 3, 1)), np.zeros((count, 3, 36)), regressor, weights)
    points = find_points(head)
    at = dict(zip(points.landmarks.tolist(), places(head, points), strict=True))
    assert len(at) >= 460
    assert at[1][2] > at[33][2] and at[10][1] > at[152][1] and at[33][0] < at[263][0]
    face = int(stored["parts"][0][2])  # the last vertex of the face proper
    on_face = (head.triangles[points.triangles] <= face).all(1)[points.landmarks < 468]
    assert on_face.mean() > 0.97
    mirrored = at[61] * (-1, 1, 1)
    assert np.linalg.norm(mirrored - at[291]) < 0.005
