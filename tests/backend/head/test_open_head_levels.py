# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's mirror map and its light version."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate, joints
from flamewheel.head.files import save_head
from flamewheel.head.open_head.build import COLOURS, build_open_head
from flamewheel.head.open_head.levels import light_head, write_light_head
from flamewheel.head.open_head.mesh_tools import loop_subdivision
from flamewheel.head.open_head.mirror import whole_mirror


@pytest.fixture(scope="module")
def full() -> HeadData:
    return build_open_head()


@pytest.fixture(scope="module")
def light(full: HeadData) -> HeadData:
    return light_head(full)


def sorted_rows(triangles: np.ndarray) -> set[tuple[int, ...]]:
    return set(map(tuple, np.sort(triangles, axis=1).tolist()))


def test_the_mirror_map_covers_the_whole_head(full: HeadData) -> None:
    assert full.mirror is not None
    np.testing.assert_array_equal(full.mirror[full.mirror], np.arange(full.vertex_count))
    apart = full.template[full.mirror] * [-1, 1, 1] - full.template
    assert np.abs(apart).max() < 1e-6  # m
    own = np.flatnonzero(full.mirror == np.arange(full.vertex_count))
    assert np.abs(full.template[own, 0]).max() < 1e-6


def test_triangles_weights_and_sides_are_mirrored(full: HeadData) -> None:
    assert full.mirror is not None
    assert sorted_rows(full.mirror[full.triangles]) == sorted_rows(full.triangles)
    np.testing.assert_allclose(full.weights[full.mirror][:, :3], full.weights[:, :3], atol=1e-6)
    np.testing.assert_allclose(full.weights[full.mirror][:, [4, 3]], full.weights[:, 3:], atol=1e-6)
    assert set(full.mirror[full.masks["eye_left"]]) == set(full.masks["eye_right"])


def test_left_and_right_units_are_mirror_images(full: HeadData) -> None:
    assert full.units is not None and full.mirror is not None
    for unit in ("AU12", "AU4", "AU43"):
        left, right = (full.expression_basis @ full.units.expression[
            full.units.names.index(unit + side)] for side in "LR")
        assert np.abs(left[full.mirror] * [-1, 1, 1] - right).max() < 2e-5  # m; bases are rounded


def test_a_vertex_without_a_partner_is_its_own() -> None:
    points = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 2, 0], [3, 3, 0], [1, 0, 0], [-1, 0, 0]])
    parts = {"face": slice(0, 4), "eye_left": slice(4, 5), "eye_right": slice(5, 6)}
    assert whole_mirror(points, parts).tolist() == [1, 0, 2, 3, 5, 4]


def rows_of(light: HeadData, full: HeadData) -> np.ndarray:
    """Which vertex of the full head each of the light one's is: the one with the same rows."""
    def keys(head: HeadData) -> list[bytes]:
        return [a.tobytes() + b.tobytes() + c.tobytes() for a, b, c in zip(
            head.template, head.identity_basis, head.weights, strict=True)]

    place = {key: k for k, key in enumerate(keys(full))}
    return np.array([place[key] for key in keys(light)])


def test_the_light_head_is_some_of_the_full_head_s_vertices(
    full: HeadData, light: HeadData
) -> None:
    assert 2200 <= light.vertex_count <= 2500
    rows = rows_of(light, full)
    assert len(np.unique(rows)) == light.vertex_count
    for name in ("expression_basis", "identity_basis", "pose_basis"):
        np.testing.assert_array_equal(getattr(light, name), getattr(full, name)[rows])
    assert full.units is not None and light.units is not None
    assert light.units.names == full.units.names
    np.testing.assert_array_equal(light.units.expression, full.units.expression)
    close_up = {"tear", "cornea", "hair_cards"}
    assert set(light.masks) == set(full.masks) - close_up
    for name, numbers in light.masks.items():
        assert set(rows[numbers]) <= set(full.masks[name]) and len(numbers) > 5, name


def test_the_light_head_moves_as_the_full_one(full: HeadData, light: HeadData) -> None:
    rng = np.random.default_rng(1)
    shape, expression = rng.normal(size=full.identity_count), rng.normal(size=full.expression_count)
    pose = rng.normal(scale=0.15, size=(5, 3))
    np.testing.assert_allclose(joints(light, shape), joints(full, shape), atol=2e-6)
    rows = rows_of(light, full)
    both = [evaluate(head, shape, 0.3 * expression, pose)[0] for head in (full, light)]
    assert np.abs(both[0][rows] - both[1]).max() < 2e-5  # m


def test_the_light_head_s_landmarks(full: HeadData, light: HeadData) -> None:
    assert set(light.landmarks) == set(full.landmarks)
    for name, points in full.landmarks.items():
        own = light.landmarks[name]
        there, here = (np.einsum("lc,lck->lk", p.barycentrics, head.template[head.triangles[
            p.triangles]]) for p, head in ((points, full), (own, light)))
        assert np.linalg.norm(there - here, axis=1).max() < 3e-4, name
        np.testing.assert_array_equal(own.indices, points.indices)


def test_the_light_head_is_a_mirrored_manifold(light: HeadData) -> None:
    assert light.mirror is not None
    np.testing.assert_array_equal(light.mirror[light.mirror], np.arange(light.vertex_count))
    np.testing.assert_allclose(light.template[light.mirror] * [-1, 1, 1], light.template, atol=1e-6)
    assert sorted_rows(light.mirror[light.triangles]) == sorted_rows(light.triangles)
    assert set(light.triangles.ravel()) == set(range(light.vertex_count))
    f = light.triangles
    directed = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
    assert len(np.unique(directed, axis=0)) == len(directed)
    skin = np.zeros(light.vertex_count, bool)
    skin[light.masks["skin"]] = True
    own = skin[directed].all(1)
    pairs, uses = np.unique(np.sort(directed[own], 1), axis=0, return_counts=True)
    border = pairs[uses == 1]
    neck = np.median(light.template[light.masks["neck"], 1])
    for a, b in border:  # holes only at the shoulder stub and behind the lids
        low = light.template[[a, b], 1] < neck
        assert low.all() or np.isin([a, b], light.masks["lids"]).all()


def test_no_triangle_of_the_light_head_is_turned_over_in_its_texture(
    full: HeadData, light: HeadData
) -> None:
    def areas(head: HeadData) -> np.ndarray:
        assert head.uv is not None and head.uv_triangles is not None
        of_skin = np.isin(head.triangles, head.masks["skin"]).all(1)
        flat = head.uv[head.uv_triangles[of_skin]]
        a, b = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
        return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]

    whole, made = areas(full), areas(light)
    assert set(np.sign(made)) <= set(np.sign(whole))
    assert made.sum() == pytest.approx(whole.sum(), rel=0.05)


def test_lids_and_lips_of_the_light_head_close(light: HeadData) -> None:
    assert light.units is not None
    strengths = np.array([float(name.startswith("AU43")) for name in light.units.names])
    points = 1e3 * evaluate(light, None, light.units.codes(strengths))[0]
    ball = 1e3 * joints(light)[0]
    face = points[light.masks["face"]]
    for joint in (3, 4):
        assert np.linalg.norm(face - ball[joint], axis=1).min() > 12.6
    lip = 1e3 * light.template[[light.triangles[e.triangles[k]][e.barycentrics[k].argmax()]
                                for e in [light.landmarks["facemesh478"]] for k in (13, 14)]]
    assert 0 <= lip[0, 1] - lip[1, 1] < 1.0


def test_the_light_head_s_file(tmp_path: Path, light: HeadData) -> None:
    write_light_head(tmp_path / "a.npz")
    save_head(light, tmp_path / "b.npz", colours=COLOURS)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert (tmp_path / "a.npz").stat().st_size < 1_500_000


@pytest.mark.parametrize("units", [(), ("AU12", "AU6"), ("AU27",), ("AU43",), ("AU4", "AU9")])
def test_the_full_head_s_skin_subdivides_well(full: HeadData, units: tuple[str, ...]) -> None:
    """Loop's rule, as a renderer would: every triangle goes on to look where it looked."""
    assert full.units is not None
    strengths = np.array([float(name.rstrip("LR") in units) for name in full.units.names])
    points = 1e3 * evaluate(full, None, full.units.codes(strengths),
                            full.units.poses(strengths))[0]
    number = np.full(full.vertex_count, -1)
    number[full.masks["skin"]] = np.arange(len(full.masks["skin"]))
    triangles = number[full.triangles[np.isin(full.triangles, full.masks["skin"]).all(1)]]
    points = points[full.masks["skin"]]
    matrix, fine, _ = loop_subdivision(triangles, len(points))
    smooth = matrix @ points
    moved = np.linalg.norm(smooth[: len(points)] - points, axis=1)
    a, b = triangles[:, [0, 1, 2]].ravel(), triangles[:, [1, 2, 0]].ravel()
    longest = np.zeros(len(points))
    np.maximum.at(longest, np.r_[a, b], np.tile(np.linalg.norm(points[a] - points[b], axis=1), 2))
    assert (moved <= 0.5 * longest).all()  # no spikes
    old, new = (np.cross(p[t[:, 1]] - p[t[:, 0]], p[t[:, 2]] - p[t[:, 0]])
                for p, t in ((points, np.repeat(triangles, 4, 0)), (smooth, fine)))
    facing = (old * new).sum(1) / (np.linalg.norm(old, axis=1) * np.linalg.norm(new, axis=1))
    assert (facing < 0).mean() < 1e-3
