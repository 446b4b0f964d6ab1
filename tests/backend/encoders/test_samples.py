# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest

from flamewheel.encoders.sample_pictures import SIZE, painter_of
from flamewheel.encoders.sample_portraits import (
    PinholeCamera,
    photographer_of,
    with_brows_and_lips,
)
from flamewheel.encoders.sample_truth import draw_strengths, draw_truth
from flamewheel.encoders.samples import (
    SAMPLE_ARRAYS,
    joined,
    make_samples,
    scaled_orthography,
)
from flamewheel.head.evaluate import evaluate
from flamewheel.head.registry import find_head

MOUTH_CORNERS, BROWS = (61, 291), (105, 334)  # the face's own right, left


@pytest.fixture(scope="module")
def made():
    return make_samples(find_head("open-light"), 8, 3)


def test_the_same_each_time_and_counted_out(made):
    said = []
    again = make_samples(find_head("open-light"), 8, 3, lambda *told: said.append(told))
    for name in SAMPLE_ARRAYS:
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name))
    assert said[0][:2] == (0, 8) and said[-1][:2] == (8, 8) and "open-light" in said[-1][2]
    other = make_samples(find_head("open-light"), 2, 4)
    assert np.abs(other.shape - made.shape[:2]).max() > 0.5


def test_the_camera_puts_the_head_where_facemesh_sees_it(made):
    assert made.found.mean() > 0.8
    head = find_head("open-light")
    points = painter_of(head).points
    corners = head.triangles[points.triangles]
    for k in np.flatnonzero(made.found):
        pose = np.zeros((5, 3))
        pose[0], pose[2], pose[3:] = made.global_rotation[k], made.jaw[k], made.eyes[k]
        vertices = evaluate(head, made.shape[k], made.expression[k], pose)[0]
        places = (vertices[corners] * points.barycentrics[:, :, None]).sum(1)
        pixels = made.scale[k] * places[:, :2] * (1, -1) + made.translation[k]
        seen = made.landmarks[k][points.landmarks]
        assert np.median(np.linalg.norm(pixels - seen, axis=1)) < 0.12 * made.scale[k] * 0.062


def test_samples_are_taken_and_joined(made):
    two = joined([made.take(slice(0, 3)), made.take(np.array([5]))])
    np.testing.assert_array_equal(two.shape, made.shape[[0, 1, 2, 5]])
    assert two.size == SIZE


def test_faces_are_held_and_made_as_asked():
    head = find_head("open-light")
    truth = draw_truth(head, 4000, np.random.default_rng(0))
    assert np.abs(truth.shape).max() <= 2.5 and abs(truth.shape.std() - 1) < 0.05
    turn = np.linalg.norm(truth.global_rotation, axis=1)
    assert np.degrees(turn.max()) < 55 and 8 < np.degrees(np.median(turn)) < 25
    assert truth.jaw[:, 0].max() > 0.35 and (truth.jaw[:, 0] > 0.05).mean() > 0.2
    resting = np.linalg.norm(truth.expression, axis=1) < 1.5
    assert 0.1 < resting.mean() < 0.4
    np.testing.assert_array_equal(truth.eyes[:, 0, 0], truth.eyes[:, 1, 0])  # up and down together
    assert (truth.eyes[:, 0, 1] <= truth.eyes[:, 1, 1]).all()  # never apart


def test_sides_differ_without_a_preference():
    names = find_head("open-light").units.names
    rows, speaks = draw_strengths(names, 6000, np.random.default_rng(1))
    assert rows.min() >= 0 and rows.max() <= 1.3 and 0.1 < speaks.mean() < 0.2
    left = rows[:, [k for k, n in enumerate(names) if n.endswith("L") and n != "AU30L"]]
    right = rows[:, [k for k, n in enumerate(names) if n.endswith("R") and n != "AU30R"]]
    assert abs(left.mean() - right.mean()) < 0.02 * left.mean()
    lopsided = np.abs(left - right).sum(1) / (left + right).sum(1).clip(1e-9)
    assert (lopsided > 0.3).mean() > 0.15
    brows = rows[:, [names.index(n) for n in ("AU1L", "AU2L", "AU4L")]].max(1)
    assert (brows > 0.3).mean() > 0.3
    shut, wide = names.index("AU43L"), names.index("AU5L")
    assert not ((rows[:, shut] > 0.9) & (rows[:, wide] > 0.5)).any()


def test_a_head_without_units_moves_its_first_components():
    from dataclasses import replace

    head = replace(find_head("open-light"), units=None, visemes=None)
    truth = draw_truth(head, 2000, np.random.default_rng(2))
    spread = truth.expression.std(0)
    assert spread[0] > 2 * spread[30] > 0 and (spread[50:] == 0).all()
    assert truth.jaw[:, 0].min() >= 0 and 0.25 < truth.jaw[:, 0].max() <= 0.45


def test_left_is_left_in_the_picture():
    """A face that smiles with its own left corner is seen to do so by FaceMesh's 291."""
    from flamewheel.encoders.facemesh import detect

    head = find_head("open-light")
    painter = photographer_of(head)
    codes = np.zeros((3, len(head.units.names)))
    codes[1, head.units.names.index("AU12L")] = codes[2, head.units.names.index("AU12R")] = 1.2
    truth = draw_truth(head, 3, np.random.default_rng(0))
    truth.expression[:] = head.units.codes(codes)
    for still in (truth.shape, truth.jaw, truth.eyes, truth.global_rotation):
        still[:] = 0
    moved = []
    for vertices in painter.vertices(truth, slice(0, 3)):
        rng = np.random.default_rng(4)
        seen = detect(painter.picture(vertices, painter.camera(vertices, rng), rng), 0.3)[0]
        moved.append((seen[list(MOUTH_CORNERS)] - seen[[33, 263]]) / np.ptp(seen[:, 0]))
    right, left = np.abs(np.diff(moved, axis=0)[0]).sum(1)
    assert left > 1.3 * right
    right, left = np.abs(moved[2] - moved[0]).sum(1)
    assert right > 1.3 * left


def test_scaled_orthography_is_exact_where_it_holds():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 3))
    scale, place = scaled_orthography(points, 300 * points[:, :2] * (1, -1) + (40, 50))
    assert scale == pytest.approx(300) and place == pytest.approx((40, 50))


def test_brows_and_lips_are_painted_where_no_mask_names_them():
    from dataclasses import replace

    from flamewheel.render.head_look import look_of

    head = find_head("open-light")
    bare = replace(head, masks={}, name="bare")
    plain, painted = look_of(bare), photographer_of(bare)
    look = with_brows_and_lips(plain, bare, painted.points)
    darker = look.colours.sum(1) / plain.colours.sum(1)
    for mask, most, reach in (("brows", 0.5, 0.006), ("lips", 0.85, 0.006)):
        middle = head.template[head.masks[mask]].mean(0)
        near = (darker < most) & (np.abs(head.template - middle)[:, 1] < 0.02)
        assert near.sum() > 10
        assert np.abs(head.template[near].mean(0) - middle)[:2].max() < reach
    same = with_brows_and_lips(look_of(head), head, painted.points)
    np.testing.assert_array_equal(same.colours, look_of(head).colours)


def test_the_pinhole_is_where_the_picture_says():
    camera = PinholeCamera(np.array([0.01, 0.02, 0.05]), 0.8, 900.0, np.array([150.0, 130.0]))
    np.testing.assert_allclose(camera.project(camera.focus[None]), [[150, 130]])
    nearer, right, up = camera.project(camera.focus + 0.01 * np.eye(3)[[2, 0, 1]])
    assert right[0] - 150 == pytest.approx(9) and 130 - up[1] == pytest.approx(9)
    away = np.array([150.0, 130.0]) - SIZE / 2
    np.testing.assert_allclose(nearer - SIZE / 2, away * 0.8 / 0.79)


def test_quick_pictures_have_brows_and_lips_too():
    from dataclasses import replace

    head = find_head("open-light")
    painter = painter_of(replace(head, masks={}))
    for shade, mask in ((painter.brow_shade, "brows"), (painter.lip_shade, "lips")):
        found = painter.seen.template[shade > 0.5]
        middle = head.template[head.masks[mask]].mean(0)
        assert len(found) > 10 and np.abs(found.mean(0) - middle)[:2].max() < 0.006
