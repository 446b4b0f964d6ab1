# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up heads whose action units are known exactly, and a database small enough to do by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from flamewheel.head.data import HeadData, LandmarkEmbedding, NamedUnits
from flamewheel.wheel.dbex import ExpressionDatabase, database_from_arrays
from flamewheel.wheel.facs import PROTOTYPES, ring_strengths

POINTS = 160  # landmarks of the made-up head, one for each vertex


def unit_names() -> tuple[str, ...]:
    """Every unit that a prototype or variant speaks of: both sides but for jaw and lips."""
    spoken = {name.rstrip("LR") for proto in PROTOTYPES.values()
              for units in (ring_strengths(proto.emotion, 0.5), proto.units,
                           ring_strengths(proto.emotion, 1.5), *proto.variants)
              for name in units}
    whole = ("AU25", "AU26", "AU27")
    return tuple(f"{name}{side}" for name in sorted(spoken)
                 for side in (("",) if name in whole else ("L", "R")))


def make_head(seed: int, name: str) -> HeadData:
    """A cloud of points with one component for each unit; 26 and 27 turn the jaw instead."""
    chance = np.random.default_rng(seed)
    names = unit_names()
    template = chance.uniform(-0.1, 0.1, (POINTS, 3))
    regressor = np.zeros((5, POINTS))
    for joint, place in enumerate([(0, -0.1, 0), (0, -0.05, 0), (0, 0, 0.01), (0.03, 0.03, 0.06),
                                   (-0.03, 0.03, 0.06)]):
        template[joint] = place
        regressor[joint, joint] = 1.0
    template[3, 0], template[4, 0] = 0.03, -0.03
    weights = np.zeros((POINTS, 5))
    weights[:, 1] = 1.0
    weights[100:, 1], weights[100:, 2] = 0.0, 1.0  # the jaw carries the last sixty
    basis = chance.normal(0.0, 0.003, (POINTS, 3, len(names)))
    basis[:5] = 0.0
    code, pose = np.eye(len(names)), np.zeros((len(names), 5, 3))
    for unit, angle in (("AU26", 0.2), ("AU27", 0.42)):
        code[names.index(unit)] = 0.0
        pose[names.index(unit), 2, 0] = angle
    triangles = np.stack([np.arange(POINTS)] * 3, axis=1).astype(np.int32)
    corners = np.tile((1.0, 0.0, 0.0), (POINTS, 1))
    landmarks = {"facemesh478": LandmarkEmbedding(np.arange(POINTS, dtype=np.int32), corners)}
    return HeadData(
        name, template, triangles, np.zeros((POINTS, 3, 2)), basis, np.zeros((POINTS, 3, 36)),
        regressor, weights, landmarks=landmarks, units=NamedUnits(names, code, pose),
        checksum=f"made-up-{seed}")


def mixed_up(head: HeadData, seed: int, name: str) -> HeadData:
    """`head` with its components rotated among each other, and its units forgotten."""
    count = head.expression_count
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(count, count)))
    return replace(head, name=name, expression_basis=head.expression_basis @ turn, units=None,
                   checksum=f"{head.checksum}-{seed}")


@pytest.fixture(scope="session", name="mixed_up")
def _mixed_up() -> Callable[[HeadData, int, str], HeadData]:
    """`mixed_up`, for tests."""
    return mixed_up


@pytest.fixture(scope="session")
def head() -> HeadData:
    """A head that knows its units."""
    return make_head(1, "known")


@pytest.fixture(scope="session")
def small() -> ExpressionDatabase:
    """Six components (three of ψ, three of the jaw) whose statistics can be checked by hand."""
    rows = [[1.0, 0.0, 0.5, 0.0, 0, 0], [3.0, 0.0, 0.5, 0.0, 0, 0],
            [0.0, 2.0, -0.5, 0.1, 0, 0], [0.0, 4.0, -0.5, 0.3, 0, 0],
            [0.0, 0.0, 0.0, 0.0, 0, 0], [0.0, 0.0, 0.0, 0.0, 0, 0]]
    labels = ["Joy", "Joy", "Fear", "Fear", "Neutral", "Neutral"]
    agreeing = [True, False, True, True, True, True]
    return database_from_arrays("small", "abc", labels, rows, ["made up"] * 6, agreeing=agreeing)
