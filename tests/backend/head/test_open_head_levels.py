# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's mirror map."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.data import HeadData
from flamewheel.head.open_head.build import build_open_head
from flamewheel.head.open_head.mirror import whole_mirror


@pytest.fixture(scope="module")
def full() -> HeadData:
    return build_open_head()


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
