# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions go over to another identity, and by action units to another head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.errors import HeadError, UsageError
from flamewheel.head.data import HeadData, NamedUnits
from flamewheel.head.unit_strengths import STRONGEST_UNIT
from flamewheel.parameters import Camera, ExpressionCode, FaceParameters, Identity
from flamewheel.retarget import retarget, unit_strengths

NAMES = ("AU4", "AU12L", "AU12R", "AU15", "AU26", "AU27")
POINTS = 90


@pytest.fixture(scope="module")
def head() -> HeadData:
    """A cloud of points; four units of ψ, two that turn the jaw."""
    chance = np.random.default_rng(0)
    template = chance.uniform(-0.1, 0.1, (POINTS, 3))
    regressor, weights = np.zeros((5, POINTS)), np.zeros((POINTS, 5))
    regressor[range(5), range(5)] = 1.0
    weights[:60, 1], weights[60:, 2] = 1.0, 1.0
    code, pose = np.zeros((6, 4)), np.zeros((6, 5, 3))
    code[:4] = np.eye(4)
    pose[4:, 2, 0] = 0.2, 0.42
    return HeadData(
        "here", template, np.zeros((1, 3), np.int32), chance.normal(0, 0.01, (POINTS, 3, 2)),
        chance.normal(0, 0.005, (POINTS, 3, 4)), np.zeros((POINTS, 3, 36)), regressor, weights,
        units=NamedUnits(NAMES, code, pose), checksum="1")


@pytest.fixture(scope="module")
def other(head: HeadData) -> HeadData:
    """The same face with its components in another order, doubled, and a jaw twice as lazy."""
    order = [2, 0, 3, 1]
    code, pose = head.units.expression[:, order] * 2, head.units.pose * 0.5
    return replace(head, name="there", expression_basis=head.expression_basis[:, :, order] / 2,
                   units=NamedUnits(NAMES, code, pose), checksum="2")


def face(head: HeadData, expression: list[float], jaw: float = 0.0) -> FaceParameters:
    code = ExpressionCode(expression, jaw=[jaw, 0, 0], neck=[0, 0.1, 0], eyes=[[0.1, 0, 0]] * 2)
    return FaceParameters(
        head.name, Identity([1.0, 2.0]), code, [0, 0.3, 0], Camera(900.0, [1, 2], (64, 64)),
        error=0.01, notes=("2 faces",))


def test_a_version_of_the_same_head_understands_the_same_numbers(head: HeadData) -> None:
    few = slice(0, 70)
    light = replace(head, name="light", checksum="3", template=head.template[few],
                    identity_basis=head.identity_basis[few],
                    expression_basis=head.expression_basis[few])
    source = face(head, [0.1, 0.2, 0.3, 0.4], 0.1)
    result = retarget(source, None, head, light)
    assert result.head == "light"
    assert (result.code.vector() == source.code.vector()).all()
    assert (result.identity.shape == source.identity.shape).all()


def test_same_head_exchanges_identity_only(head: HeadData) -> None:
    source = face(head, [0.1, 0.2, 0.3, 0.4], 0.1)
    target = replace(face(head, [0.0] * 4), identity=Identity([-3.0, 5.0]))
    result = retarget(source, target, head, head)
    assert (result.identity.shape == [-3.0, 5.0]).all()
    assert (result.code.vector() == source.code.vector()).all()
    assert (result.global_rotation == source.global_rotation).all()
    assert result.error is None  # the photo's residual says nothing of another face


def test_without_a_target_the_source_keeps_its_identity(head: HeadData) -> None:
    source = face(head, [0.1, 0.2, 0.3, 0.4])
    assert (retarget(source, None, head, head).identity.shape == source.identity.shape).all()


def test_another_head_shows_the_same_units(head: HeadData, other: HeadData) -> None:
    source, target = face(head, [0.2, 0.9, 0.0, 0.5], 0.2), face(other, [0.0] * 4)
    result = retarget(source, target, head, other, head.units, other.units)
    assert result.head == "there"
    # strengths times the other head's units: doubled, reordered
    assert result.code.expression == pytest.approx([0.0, 0.4, 1.0, 1.8], abs=0.01)
    assert result.code.jaw[0] == pytest.approx(0.1, abs=0.01)  # its units turn half as far
    assert (result.code.eyes == source.code.eyes).all()
    assert (result.code.neck == source.code.neck).all()
    assert (result.identity.shape == target.identity.shape).all() and result.camera is None
    assert "2 faces" in result.notes and any("AU12L 0.90" in note for note in result.notes)


def test_there_and_back(head: HeadData, other: HeadData) -> None:
    source = face(head, [0.3, 0.8, 0.7, 0.0], 0.1)
    there = retarget(source, None, head, other, head.units, other.units)
    back = retarget(there, None, other, head, other.units, head.units)
    assert back.code.expression == pytest.approx(source.code.expression, abs=0.02)


def test_strengths_are_bounded_and_say_what_is_left(head: HeadData) -> None:
    strengths, share = unit_strengths(ExpressionCode([9.0, -2.0, 0.0, 0.0]), head, head.units)
    assert strengths.min() >= 0 and strengths.max() <= STRONGEST_UNIT + 1e-9 and share < 0.5
    exact, whole = unit_strengths(ExpressionCode([0.5, 0.25, 0.0, 1.0]), head, head.units)
    assert exact[:4] == pytest.approx([0.5, 0.25, 0.0, 1.0], abs=0.01) and whole > 0.99
    still, all_of_it = unit_strengths(ExpressionCode([0.0] * 4), head, head.units)
    assert not still.any() and all_of_it == 1.0


def test_a_jaw_that_no_unit_shows_is_kept(head: HeadData, other: HeadData) -> None:
    source = face(head, [0.0] * 4)
    source = replace(source, code=replace(source.code, jaw=np.array([0.0, 0.1, 0.0])))
    jaw = retarget(source, None, head, other, head.units, other.units).code.jaw
    assert jaw[1] == pytest.approx(0.1, abs=0.01)


def test_poor_crossings_and_mean_faces_are_said(head: HeadData, other: HeadData) -> None:
    result = retarget(face(head, [-5.0, 0, 0, 0]), None, head, other, head.units, other.units)
    assert any("look at the result" in note for note in result.notes)
    assert any("mean face" in note for note in result.notes)
    assert not result.identity.shape.any()


def test_refusals(head: HeadData, other: HeadData) -> None:
    with pytest.raises(UsageError) as refusal:
        retarget(face(other, [0.0] * 4), None, head, other)
    assert refusal.value.code == "other-head" and "source" in refusal.value.message
    with pytest.raises(UsageError, match="target"):
        retarget(face(head, [0.0] * 4), face(other, [0.0] * 4), head, head)
    with pytest.raises(HeadError) as missing:
        retarget(face(head, [0.0] * 4), None, head, other)
    assert missing.value.code == "no-units"
