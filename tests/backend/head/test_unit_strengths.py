# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces measured in action units: what was put in is found, bounds and pairs included."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from flamewheel.head.data import HeadData, NamedUnits
from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import (
    STRONGEST_UNIT,
    UnitMeter,
    measure_strengths,
    measure_units,
)
from flamewheel.parameters import ExpressionCode

NAMES = ("AU4", "AU12L", "AU12R", "AU15", "AU26")
POINTS = 90


@pytest.fixture(scope="module")
def cloud() -> HeadData:
    """A cloud of points with four units of ψ, one that turns the jaw, and a pair of two."""
    chance = np.random.default_rng(3)
    template = chance.uniform(-0.1, 0.1, (POINTS, 3))
    regressor, weights = np.zeros((5, POINTS)), np.zeros((POINTS, 5))
    regressor[range(5), range(5)] = 1.0
    weights[:60, 1], weights[60:, 2] = 1.0, 1.0
    code, pose = np.zeros((5, 6)), np.zeros((5, 5, 3))
    code[:4, :4] = np.eye(4)
    pose[4, 2, 0] = 0.2
    mending = np.array([[0.0, 0, 0, 0, -0.8, 0.6]])
    units = NamedUnits(NAMES, code, pose, np.array([[1, 3]], np.int32), mending)
    return HeadData(
        "cloud", template, np.zeros((1, 3), np.int32), np.zeros((POINTS, 3, 2)),
        chance.normal(0, 0.005, (POINTS, 3, 6)), np.zeros((POINTS, 3, 36)), regressor, weights,
        units=units)


def rows(units: NamedUnits, strengths: np.ndarray) -> np.ndarray:
    return np.concatenate([units.codes(strengths), units.poses(strengths)[:, 2]], axis=1)


def test_what_was_put_in_is_found_with_pairs_and_jaw(cloud: HeadData) -> None:
    given = np.random.default_rng(0).uniform(0, 1.4, (300, 5))
    measured = measure_units(cloud, cloud.units, rows(cloud.units, given))
    assert measured.names == NAMES and measured.shares.min() > 0.999
    assert measured.strengths == pytest.approx(given, abs=0.002)


def test_bounds_hold_and_the_share_says_what_is_left(cloud: HeadData) -> None:
    codes = [ExpressionCode([9.0, -2.0, 0, 0, 0, 0]), ExpressionCode([0.0] * 6)]
    measured = measure_units(cloud, cloud.units, codes)
    assert measured.strengths.min() == 0 and measured.strengths.max() == STRONGEST_UNIT
    assert measured.shares[0] < 0.5 and measured.shares[1] == 1.0
    assert not measured.strengths[1].any()


def test_it_is_the_bounded_least_squares_of_scipy(cloud: HeadData) -> None:
    """Without pairs the problem is linear: an independent solver finds the same misfit."""
    from scipy.optimize import lsq_linear

    units = replace(cloud.units, pairs=np.zeros((0, 2), np.int32), pair_expression=None)
    faces = np.concatenate([np.random.default_rng(1).normal(0, 1, (20, 6)), np.zeros((20, 3))], 1)
    found = measure_strengths(cloud, units, faces)
    basis = cloud.expression_basis.reshape(-1, 6)
    for face, strengths in zip(faces, found, strict=True):
        wanted = lsq_linear(basis @ units.expression[:4].T, basis @ face[:6],
                            bounds=(0, STRONGEST_UNIT)).x
        assert strengths[:4] == pytest.approx(wanted, abs=0.005)


def test_fewer_components_and_one_row_are_understood(cloud: HeadData) -> None:
    short = measure_strengths(cloud, cloud.units, [0.5, 0.25, 0.1])  # no ψ left: all three are jaw
    assert short.shape == (1, 5)
    few = measure_strengths(cloud, cloud.units, [ExpressionCode([0.5, 0.25])])
    assert few[0, :2] == pytest.approx([0.5, 0.25], abs=0.001)
    assert measure_strengths(cloud, cloud.units, np.zeros((0, 9))).shape == (0, 5)


def test_a_thousand_faces_of_the_open_head_in_seconds() -> None:
    head = find_head("open")
    chance = np.random.default_rng(0)
    shape = (1000, len(head.units.names))
    given = (chance.random(shape) < 0.1) * chance.random(shape)
    meter = UnitMeter(head, head.units)
    start = time.process_time()
    measured = meter.measure(rows(head.units, given))
    assert time.process_time() - start < 8  # 0.9 s on one core
    assert measured.shares.min() > 0.99  # units that move alike may stand for one another
    assert np.abs(measured.strengths - given).mean() < 0.02


def test_a_dropped_jaw_is_no_tongue_and_a_closed_eye_no_blink() -> None:
    head = find_head("open")
    names = head.units.names
    given = np.zeros((1, len(names)))
    for name, value in (("AU43L", 0.8), ("AU43R", 0.8), ("AU26", 0.7)):
        given[0, names.index(name)] = value
    found = dict(zip(names, measure_strengths(head, head.units, rows(head.units, given))[0],
                     strict=True))
    assert found["AU43L"] == pytest.approx(0.8, abs=0.03) and found["AU45L"] < 0.03
    assert found["AU26"] > 0.35  # 27 has its share: both drop the jaw
    assert found["AU19"] + found["AU37"] < 0.05
