# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, notes, methods, and every mix that is refused."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import WheelError
from flamewheel.wheel.blend import blend
from flamewheel.wheel.dbex import ExpressionDatabase
from flamewheel.wheel.points import WheelPoint
from flamewheel.wheel.prototypes import build_prototype_database
from flamewheel.wheel.words import spots_of
from flamewheel.wheel_names import DYADS, WHEEL_ORDER

JOY, FEAR = WheelPoint("Joy"), WheelPoint("Fear")


def test_one_emotion_is_intensity_times_b2(small: ExpressionDatabase) -> None:
    result = blend(small, (WheelPoint("Fear", 0.5),))
    assert result.code.expression == pytest.approx([0.0, 1.5, -0.25])
    assert result.code.jaw == pytest.approx([0.1, 0, 0]) and result.name == "Apprehension"
    assert not blend(small, (WheelPoint("Joy", 0.0),)).code.vector().any()
    assert not blend(small, (WheelPoint("Neutral", 0.0),)).code.vector().any()


def test_intensity_comes_before_the_mix(small: ExpressionDatabase) -> None:
    mixed = blend(small, (WheelPoint("Joy", 1.5), WheelPoint("Fear", 0.5)), weight=0.5,
                  method="linear")
    assert mixed.code.expression == pytest.approx([0.75, 0.75, (0.75 - 0.25) / 2])


def test_names_and_notes(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=20)
    assert blend(database, spots_of("fear") + spots_of("surprise"), weight=0.7).name == "Awe"
    assert blend(database, spots_of("surprise") + spots_of("fear"), weight=0.7).name == "Awe"
    assert blend(database, (JOY, WheelPoint("Sadness", 1.5)), weight=0.7).name == "Joy + Grief"
    even = blend(database, (JOY, FEAR), weight=0.5)
    assert any("plain average" in note for note in even.notes)
    trust = blend(database, (WheelPoint("Trust"),))
    assert any("no FACS definition" in note for note in trust.notes)
    assert blend(database, spots_of("contempt")).name == "Contempt"


def test_without_a_weight_the_method_has_its_own(small: ExpressionDatabase) -> None:
    for method, weight in (("correlation", 0.75), ("pca", 0.75), ("linear", 0.5)):
        said = blend(small, (JOY, FEAR), weight=weight, method=method)
        unsaid = blend(small, (JOY, FEAR), method=method)
        assert (said.code.vector() == unsaid.code.vector()).all() and unsaid.notes == ()


def test_every_dyad_and_method_stays_within_the_database(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=20)
    for first, second in DYADS.values():
        for method in ("correlation", "pca", "linear"):  # `units` is bounded by strengths
            code = blend(database, (WheelPoint(first, 1.5), WheelPoint(second, 1.5)), weight=0.8,
                         method=method).code
            row = np.concatenate([code.expression, code.jaw])
            assert (row >= database.low - 1e-12).all() and (row <= database.high + 1e-12).all()
            assert np.abs(row).max() > 0.2


def test_correlation_keeps_more_of_both_than_linear(head) -> None:
    """Per dyad: how much of each emotion's own face is left, the lesser of the two."""
    database = build_prototype_database(head, head.units, samples_per_emotion=60)

    def kept(method: str) -> float:
        shares = []
        for at, first in enumerate(WHEEL_ORDER):
            pair = (first, WHEEL_ORDER[(at + 1) % 8])
            code = blend(database, [WheelPoint(name) for name in pair], method=method).code
            mixed = np.concatenate([code.expression, code.jaw])
            rows = [database.b2[database.index(name)] for name in pair]
            shares.append(min(float(mixed @ row / (row @ row)) for row in rows))
        return float(np.mean(shares))

    assert kept("correlation") > kept("linear") + 0.05


def test_names_of_opposites_and_of_three(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=5)
    sadness, trust = WheelPoint("Sadness"), WheelPoint("Trust")
    assert blend(database, (JOY, sadness), units=head.units).name == "Joy + Sadness"
    assert blend(database, (JOY, FEAR, trust), units=head.units).name == "Joy + Fear + Trust"


@pytest.mark.parametrize(("spots", "options", "code"), [
    ((), {}, "nothing-to-blend"),
    ((JOY, WheelPoint("Joy", 0.5)), {}, "same-emotion"),
    ((JOY, FEAR, WheelPoint("Anger"), WheelPoint("Trust")), {}, "too-many-emotions"),
    ((JOY, FEAR, JOY), {}, "same-emotion"),
    ((JOY, FEAR), {"weights": (0.5, 0.6)}, "bad-weight"),
    ((JOY, FEAR), {"method": "units"}, "no-units"),
    ((JOY, FEAR), {"weight": 1.01}, "bad-weight"),
    ((JOY, FEAR), {"weight": -0.01}, "bad-weight"),
    ((JOY, FEAR), {"weight": float("nan")}, "bad-weight"),
    ((JOY, FEAR), {"weight": "half"}, "bad-weight"),
    ((JOY, FEAR), {"method": "corelation"}, "unknown-method"),
    ((WheelPoint("Anger"),), {}, "not-in-database"),
])
def test_refusals(small: ExpressionDatabase, spots, options, code) -> None:
    with pytest.raises(WheelError) as refusal:
        blend(small, spots, **options)
    assert refusal.value.code == code and refusal.value.hint
