# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouths and eyes that are held shut, on the open head."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.evaluate import evaluate
from flamewheel.head.held_openings import TOUCHING, HeldLids, HeldLips
from flamewheel.head.openings import lid_pairs, lip_pairs
from flamewheel.head.registry import find_head

HEAD = find_head("open")
UNITS = HEAD.units
EVERY = np.arange(HEAD.vertex_count)
BOUND = np.full(HEAD.expression_count, 3.0)
LIPS, LIDS = HeldLips(HEAD, -BOUND, BOUND), HeldLids(HEAD, UNITS)
REST = np.zeros(HEAD.expression_count)


def strengths(**named):
    return np.array([named.get(name, named.get(name.rstrip("LR"), 0.0)) for name in UNITS.names])


def lip_gaps(expression):
    """(m,) m on the whole mesh."""
    pairs = lip_pairs(HEAD, EVERY)
    return pairs.gaps(evaluate(HEAD, None, expression)[0])


@pytest.mark.parametrize("shown", [{"AU25": 1.0}, {"AU9": 1.2, "AU10": 1.0}, {"AU16": 1.0},
                                   {"AU22": 0.8}, {"AU12L": 1.0, "AU25L": 1.0}])
def test_lips_touch_on_the_mesh_and_nothing_else_moves_much(shown):
    face = UNITS.codes(strengths(**shown)[None])[0]
    assert lip_gaps(face).max() > 2e-3 and not LIPS.touching(face)
    shut = LIPS.shut(face)
    assert np.abs(lip_gaps(shut)).max() < TOUCHING and LIPS.touching(shut)
    low, high = np.minimum(-BOUND, face), np.maximum(BOUND, face)
    assert (shut >= low - 1e-9).all() and (shut <= high + 1e-9).all()
    eyes = lid_pairs(HEAD, EVERY)
    moved = np.einsum("vce,e->vc", HEAD.expression_basis[eyes.upper], shut - face)
    assert np.linalg.norm(moved, axis=1).max() < 3e-4


def test_a_mouth_that_is_shut_stays_as_it_is():
    for face in (REST, UNITS.codes(strengths(AU12=1.0)[None])[0]):
        assert np.array_equal(LIPS.shut(face), face)


@pytest.mark.parametrize("shown", [{}, {"AU1": 1.0, "AU2": 1.0}, {"AU6": 0.8, "AU12": 1.2},
                                   {"AU9": 1.2, "AU10": 1.0}, {"AU4": 1.0, "AU7": 1.0}])
def test_lids_meet_whatever_moves_about_them(shown):
    shut = LIDS.shut(strengths(**shown), REST)
    openness = LIDS.openness(UNITS.codes(shut[None])[0])
    assert (openness < 0.02).all() and (openness > -0.35).all(), "met, and not through each other"
    changed = np.flatnonzero(shut != strengths(**shown))
    assert {UNITS.names[row][:-1] for row in changed} <= {"AU43"}


def test_one_eye_shuts_alone():
    shut = LIDS.shut(strengths(), REST, ("left",))
    left, right = LIDS.openness(UNITS.codes(shut[None])[0])
    assert abs(left) < 0.02 and right == pytest.approx(1.0, abs=0.02)


def test_eyes_are_opened_as_far_as_asked():
    narrow = strengths(AU6=1.2, AU7=1.0)
    assert (LIDS.openness(UNITS.codes(narrow[None])[0]) < 0.6).all()
    opened = LIDS.openness(UNITS.codes(LIDS.opened(narrow, REST, 0.6)[None])[0])
    assert opened == pytest.approx([0.6, 0.6], abs=0.01)
    assert np.array_equal(LIDS.opened(strengths(), REST, 0.6), strengths())
