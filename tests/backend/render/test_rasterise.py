# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np

from flamewheel.render import rasterise


def brute_force(points, triangles, size):
    """The same by a plain loop over triangles: what the vectorised one must equal."""
    width, height = size
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    best, depth = np.full((height, width), -1), np.full((height, width), -np.inf)
    for number, (a, b, c) in enumerate(points[triangles]):
        system = np.array([[a[0], b[0], c[0]], [a[1], b[1], c[1]], [1, 1, 1]])
        weights = np.linalg.solve(system, np.stack([x.ravel(), y.ravel(), np.ones(x.size)]))
        inside = (weights >= 0).all(0).reshape(height, width)
        z = (weights * np.array([a[2], b[2], c[2]])[:, None]).sum(0).reshape(height, width)
        nearer = inside & (z > depth)
        best[nearer], depth[nearer] = number, z[nearer]
    return best, depth


def test_equals_a_loop_over_triangles():
    rng = np.random.default_rng(3)
    points = np.c_[rng.uniform(-10, 60, (90, 2)), rng.uniform(-5, 5, 90)]
    triangles = np.arange(90).reshape(30, 3)
    seen = rasterise(points, triangles, (50, 40))
    best, depth = brute_force(points, triangles, (50, 40))
    assert np.mean(seen.triangle == best) > 0.999
    same = seen.triangle == best
    np.testing.assert_allclose(seen.depth[same], depth[same])


def test_barycentrics_lead_back_to_the_pixel():
    points = np.array([[1.0, 1, 0], [30, 4, 2], [8, 28, -1]])
    seen = rasterise(points, [[0, 1, 2]], (32, 32))
    row, column = np.nonzero(seen.triangle == 0)
    back = seen.barycentrics[row, column] @ points
    np.testing.assert_allclose(back[:, 0], column + 0.5)
    np.testing.assert_allclose(back[:, 1], row + 0.5)
    np.testing.assert_allclose(back[:, 2], seen.depth[row, column])
    np.testing.assert_allclose(seen.barycentrics[row, column].sum(1), 1)


def test_two_triangles_leave_no_gap_between_them():
    points = np.array([[0.0, 0, 0], [16, 0, 0], [16, 16, 0], [0, 16, 0]])
    seen = rasterise(points, [[0, 1, 2], [0, 2, 3]], (16, 16))
    assert (seen.triangle >= 0).all()


def test_nothing_where_there_is_nothing():
    points = np.array([[-9.0, -9, 0], [-5, -9, 0], [-9, -5, 0], [3, 3, 0], [6, 6, 0], [9, 9, 0],
                       [np.nan, 1, 1], [5, 5, 5], [2, 7, 1]])
    seen = rasterise(points, [[0, 1, 2], [3, 4, 5], [6, 7, 8]], (12, 10))
    assert seen.triangle.shape == (10, 12)
    assert (seen.triangle == -1).all()
    assert np.isneginf(seen.depth).all()
    empty = rasterise(points, np.zeros((0, 3), dtype=int), (12, 10))
    assert (empty.triangle == -1).all()


def test_many_large_triangles_go_in_portions(monkeypatch):
    import sys

    from flamewheel.render import rasterise as module_function
    from flamewheel.render.rasterise import __name__ as name

    monkeypatch.setattr(sys.modules[name], "CANDIDATES_AT_ONCE", 500)
    points = np.array([[0.0, 0, z] for z in range(5)] + [[30, 0, z] for z in range(5)]
                      + [[0, 30, z] for z in range(5)])
    triangles = np.arange(15).reshape(3, 5).T
    seen = module_function(points, triangles, (30, 30))
    assert set(np.unique(seen.triangle)) == {-1, 4}
