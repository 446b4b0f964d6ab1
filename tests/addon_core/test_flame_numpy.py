# SPDX-License-Identifier: GPL-3.0-or-later
"""FLAME in the add-on's numpy equals the formula written out for one vertex after the other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from blender_addon.core import flame_numpy
from blender_addon.core.flame_numpy import evaluate

PARENTS = (-1, 0, 1, 1, 1)


def head(count: int = 17) -> Any:
    random = np.random.default_rng(1)
    regressor, weights = random.random((5, count)), random.random((count, 5))
    return SimpleNamespace(
        v_template=random.normal(size=(count, 3)), shapedirs=random.normal(size=(count, 3, 6)),
        expressiondirs=random.normal(size=(count, 3, 4)) * 0.1,
        posedirs=random.normal(size=(count, 3, 36)) * 0.1,
        J_regressor=regressor / regressor.sum(1, keepdims=True),
        weights=weights / weights.sum(1, keepdims=True), parents=np.array(PARENTS),
    )


def turn(vector: Any) -> Any:
    """The rotation matrix by its series: an independent way."""
    x, y, z = vector
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    total, term = np.eye(3), np.eye(3)
    for n in range(1, 30):
        term = term @ cross / n
        total = total + term
    return total


def plainly(head: Any, shape: Any, expression: Any, pose: Any) -> Any:
    shaped = head.v_template + head.shapedirs[:, :, : len(shape)] @ shape
    shaped = shaped + head.expressiondirs[:, :, : len(expression)] @ expression
    joints = head.J_regressor @ shaped
    turns = [turn(vector) for vector in pose]
    feature = np.concatenate([(matrix - np.eye(3)).ravel() for matrix in turns[1:]])
    posed = shaped + head.posedirs @ feature
    world: list[Any] = []
    for joint, parent in enumerate(PARENTS):
        local = np.eye(4)
        local[:3, :3] = turns[joint]
        local[:3, 3] = joints[joint] - (joints[parent] if parent >= 0 else 0)
        world.append(local if parent < 0 else world[parent] @ local)
    result = np.zeros_like(posed)
    for vertex in range(len(posed)):
        for joint in range(5):
            at = world[joint] @ np.append(posed[vertex] - joints[joint], 1.0)
            result[vertex] += head.weights[vertex, joint] * at[:3]
    return result


@pytest.mark.parametrize("chunk", [1, 10**9])
def test_it_is_the_formula(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flame_numpy, "CHUNK_BYTES", chunk)
    made, random = head(), np.random.default_rng(2)
    shape, expression = random.normal(size=3), random.normal(size=(7, 2))
    pose = random.normal(size=(7, 5, 3))
    pose[0] = 0
    got = evaluate(made, shape, expression, pose)
    assert got.shape == (7, 17, 3) and got.dtype == np.float32
    for frame in range(7):
        want = plainly(made, shape, expression[frame], pose[frame])
        assert got[frame] == pytest.approx(want, abs=2e-6)
