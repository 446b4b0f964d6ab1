# SPDX-License-Identifier: GPL-3.0-or-later
"""The faces of emotions as units: rings, what names an emotion, and who agrees with it."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.wheel.facs import (
    CHARACTERISTIC,
    PROTOTYPES,
    agrees,
    ring_strengths,
    strengths_for,
)
from flamewheel.wheel.points import EMOTIONS, INTENSE

SHOWN = EMOTIONS[:-1]  # all but Neutral
RINGS = (0.5, 1.0, 1.5)
GIVES_WAY = {("Anger", "AU24")}  # pressed lips part in rage
OVERLAP = {
    ("Trust", "Joy"), ("Joy", "Trust"),  # serene and trusting faces are both a closed smile
    ("Anticipation", "Surprise"),  # raised brows and lids
    ("Anger", "Disgust"),  # rage bares the teeth
    ("Anticipation", "Joy"),  # vigilance smiles, lips apart
}
"""(shown, also agreeing): what FACS lets a face be called besides."""
BOTH = ("AU6L", "AU6R", "AU12L", "AU12R", "AU25", "AU4")


def row_of(units, names) -> np.ndarray:
    row, missing = strengths_for(names, units)
    assert not missing
    return row


def all_names() -> tuple[str, ...]:
    whole = {"AU17", "AU26", "AU27"}
    spoken = sorted({unit.rstrip("LR") for emotion in SHOWN for unit in
                     (*ring_strengths(emotion, 0.5), *ring_strengths(emotion, 1.5),
                      *(name for variant in PROTOTYPES[emotion].variants for name in variant))})
    return tuple(f"{unit}{side}" for unit in spoken
                 for side in (("",) if unit in whole else ("L", "R")))


@pytest.mark.parametrize("emotion", SHOWN)
def test_strengths_rise_without_a_jump(emotion: str) -> None:
    names = all_names()
    steps = np.linspace(0.0, INTENSE, 151)
    rows = np.stack([row_of(ring_strengths(emotion, at), names) for at in steps])
    assert not rows[0].any() and rows.max() <= 1.4
    assert np.abs(np.diff(rows, axis=0)).max() < 0.03  # of a unit in a hundredth of intensity
    falling = {names[at].rstrip("LR") for at in np.flatnonzero((np.diff(rows, axis=0) < 0).any(0))}
    assert {(emotion, unit) for unit in falling} <= GIVES_WAY
    assert (np.diff(np.linalg.norm(rows, axis=1)) > 0).all()


@pytest.mark.parametrize("emotion", SHOWN)
def test_the_basic_ring_is_the_prototype_and_the_others_no_multiples(emotion: str) -> None:
    basic = ring_strengths(emotion, 1.0)
    assert basic == pytest.approx(dict(PROTOTYPES[emotion].units))
    for ring in (0.5, 1.5):
        other = ring_strengths(emotion, ring)
        assert any(abs(other.get(unit, 0.0) - ring * strength) > 0.04
                   for unit, strength in basic.items())


def test_neutral_and_nothing() -> None:
    assert ring_strengths("Neutral", 1.0) == {} and ring_strengths("Joy", 0.0) == {}
    assert ring_strengths("Joy", 9.0) == ring_strengths("Joy", INTENSE)
    with pytest.raises(KeyError):
        ring_strengths("Hunger", 1.0)


@pytest.mark.parametrize("emotion", SHOWN)
def test_every_ring_and_variant_agrees_with_its_emotion(emotion: str) -> None:
    names = all_names()
    faces = [ring_strengths(emotion, ring) for ring in RINGS]
    faces += PROTOTYPES[emotion].variants
    assert agrees(emotion, names, [row_of(units, names) for units in faces]).all()


def test_rings_disagree_with_other_emotions() -> None:
    names = all_names()
    for shown in SHOWN:
        rows = [row_of(ring_strengths(shown, ring), names) for ring in RINGS]
        for other in SHOWN:
            if other != shown and (shown, other) not in OVERLAP:
                assert not agrees(other, names, rows).any(), (shown, other)
    assert not agrees("Joy", names, np.zeros((1, len(names)))).any()


def test_secondary_units_are_not_asked_for() -> None:
    """Disgust's narrowed eyes, sadness's chin, surprise's wide eyes, by Du's table."""
    names = all_names()
    for emotion, units in (("Disgust", {"AU9": 0.7, "AU10": 0.8}), ("Sadness", {"AU4": 0.5,
                           "AU15": 0.7}), ("Surprise", {"AU1": 0.8, "AU2": 0.9, "AU25": 0.4}),
                           ("Fear", {"AU1": 0.8, "AU4": 0.6, "AU20": 0.8, "AU25": 0.5}),
                           ("Anger", {"AU4": 0.9, "AU7": 0.7, "AU24": 0.6}),
                           ("Joy", {"AU12": 0.8, "AU25": 0.5})):
        assert agrees(emotion, names, row_of(units, names)[None])[0], emotion


def test_sides_asked_for() -> None:
    faces = [[0.6, 0.6, 0.8, 0.8, 0.5, 0.0], [0.6, 0.6, 0.8, 0.8, 0.5, 0.9],
             [0.6, 0.6, 0.8, 0.2, 0.5, 0.0], [0.1, 0.1, 0.1, 0.1, 0.1, 0.0]]
    assert list(agrees("Joy", BOTH, faces)) == [True, True, False, False]
    names = ("AU12L", "AU12R", "AU14L", "AU14R", "AU4")
    sneers = [[0.5, 0.0, 0.9, 0.1, 0.0], [0.0, 0.5, 0.1, 0.9, 0.0], [0.5, 0.5, 0.9, 0.9, 0.0]]
    assert list(agrees("Contempt", names, sneers)) == [True, True, False]


def test_units_that_a_head_lacks_are_not_asked_for() -> None:
    assert list(agrees("Anger", ("AU4", "AU7"), [[1.0, 0.8], [1.0, 0.0]])) == [True, True]
    assert list(agrees("Joy", ("AU12L", "AU12R"), [[0.9, 0.9], [0.0, 0.0]])) == [True, False]
    assert agrees("Surprise", ("AU1", "AU2"), [[0.9, 0.9]])[0]  # no AU4 to be without


def test_every_emotion_says_where_its_characteristic_units_come_from() -> None:
    assert set(CHARACTERISTIC) == set(PROTOTYPES) == set(EMOTIONS)
    assert all(wanted.source for wanted in CHARACTERISTIC.values())
    for emotion in ("Trust", "Anticipation"):
        assert "design choice" in CHARACTERISTIC[emotion].source


def test_units_go_to_the_sides_a_head_has() -> None:
    row, missing = strengths_for(("AU12L", "AU12R", "AU14"), {"AU12": 0.5, "AU14R": 0.6, "AU9": 1})
    assert row == pytest.approx([0.5, 0.5, 0.3]) and missing == ("AU9",)
