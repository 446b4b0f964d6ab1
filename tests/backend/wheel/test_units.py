# SPDX-License-Identifier: GPL-3.0-or-later
"""Units found again in a head whose components are mixed up, with sides and jaw kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from flamewheel.errors import HeadError
from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate
from flamewheel.wheel.units import eye_distance, solve_units, unit_rows

Mix = Callable[[HeadData, int, str], HeadData]


def test_a_heads_own_units_are_used(head: HeadData) -> None:
    solved = solve_units(head)
    assert solved.units is head.units and (solved.explained == 1).all()
    assert solved.poorly_explained() == ()


def test_units_are_found_in_mixed_up_components(head: HeadData, mixed_up: Mix) -> None:
    hidden = mixed_up(head, 7, "hidden")
    solved = solve_units(hidden, head)
    assert solved.units.names == head.units.names
    assert solved.explained.min() > 0.97
    moved = evaluate(hidden, np.zeros(1), solved.units.expression, solved.units.pose)
    meant = evaluate(head, np.zeros(1), head.units.expression, head.units.pose)
    assert np.abs(moved - meant).max() < 0.1 * np.abs(meant - head.template).max()
    assert "known" in solved.source and "facemesh478" in solved.source


def test_sides_and_jaw_are_kept(head: HeadData, mixed_up: Mix) -> None:
    solved = solve_units(mixed_up(head, 8, "hidden"), head)
    names = solved.units.names
    left, right = names.index("AU12L"), names.index("AU12R")
    both = solved.units.expression[[left, right]]
    assert abs(both[0] @ both[1]) < 0.3 * np.linalg.norm(both[0]) * np.linalg.norm(both[1])
    assert solved.units.pose[names.index("AU26"), 2, 0] == pytest.approx(0.2, abs=0.03)
    assert (solved.units.pose[left] == 0).all()


def test_size_does_not_count(head: HeadData) -> None:
    """A head twice as large moves twice as far for the same units."""
    large = replace(head, name="large", units=None, template=head.template * 2,
                    expression_basis=head.expression_basis * 2)
    solved = solve_units(large, head)
    assert eye_distance(large) == pytest.approx(2 * eye_distance(head))
    assert unit_rows(solved.units)[0, 0] == pytest.approx(1, abs=0.1)


def test_what_a_head_cannot_show_is_said(head: HeadData) -> None:
    poor = replace(head, name="poor", units=None,
                   expression_basis=head.expression_basis[:, :, :4])
    solved = solve_units(poor, head)
    assert solved.explained[:4].min() > 0.9
    assert head.units.names[10] in solved.poorly_explained()


def test_a_given_embedding_stands_for_missing_landmarks(head: HeadData, mixed_up: Mix) -> None:
    bare = replace(mixed_up(head, 9, "bare"), landmarks={})
    with pytest.raises(HeadError) as refusal:
        solve_units(bare, head)
    assert refusal.value.code == "no-landmarks"
    assert solve_units(bare, head, head.landmarks["facemesh478"]).explained.min() > 0.97


def test_no_reference_is_refused(head: HeadData) -> None:
    with pytest.raises(HeadError) as refusal:
        solve_units(replace(head, units=None))
    assert refusal.value.code == "no-units"
