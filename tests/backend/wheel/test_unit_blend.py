# SPDX-License-Identifier: GPL-3.0-or-later
"""Blending in action units: ends, continuity, bounds, order, compound faces and conflicts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from flamewheel.head.data import HeadData
from flamewheel.wheel.blend import OwnExpression, blend
from flamewheel.wheel.dbex import ExpressionDatabase, prototype_of
from flamewheel.wheel.facs import ring_strengths, strengths_for
from flamewheel.wheel.points import EMOTIONS, WheelPoint
from flamewheel.wheel.prototypes import STRONGEST_UNIT, build_prototype_database
from flamewheel.wheel.unit_blend import mixed_strengths
from flamewheel.wheel.unit_rules import COMPOUNDS, DESIGNED, MARKS, OPPOSED
from flamewheel.wheel.units import face_rows
from flamewheel.wheel_names import DYADS, NEUTRAL, WHEEL_ORDER

PAIRS = [*DYADS.values(), *(zip(WHEEL_ORDER[:4], WHEEL_ORDER[4:], strict=True))]
EVERY_PAIR = list(itertools.permutations([name for name in EMOTIONS if name != NEUTRAL], 2))


@pytest.fixture(scope="module")
def database(head: HeadData) -> ExpressionDatabase:
    return build_prototype_database(head, head.units, samples_per_emotion=10)


def alone(head: HeadData, emotion: str, intensity: float = 1.0) -> np.ndarray:
    return strengths_for(head.units.names, ring_strengths(emotion, intensity))[0]


def mixed(head: HeadData, *emotions: str, weights: tuple[float, ...] = ()) -> dict[str, float]:
    """Unit (without side, the stronger) -> strength, at the method's own weights."""
    shares = weights or {2: (0.6, 0.4), 3: (0.45, 0.3, 0.25)}[len(emotions)]
    row = mixed_strengths(head.units.names, emotions,
                          [alone(head, name) for name in emotions], shares)
    shown: dict[str, float] = {}
    for name, strength in zip(head.units.names, row, strict=True):
        unit = name.rstrip("LR")
        shown[unit] = max(shown.get(unit, 0.0), float(strength))
    return shown


@pytest.mark.parametrize(("first", "second"), EVERY_PAIR)
def test_all_the_weight_is_that_emotion_alone(head: HeadData, first: str, second: str) -> None:
    faces = [alone(head, first), alone(head, second)]
    for shares, wanted in (((1.0, 0.0), faces[0]), ((0.0, 1.0), faces[1])):
        row = mixed_strengths(head.units.names, (first, second), faces, shares)
        assert row == pytest.approx(wanted)


@pytest.mark.parametrize(("first", "second"), EVERY_PAIR)
def test_a_drag_from_one_to_the_other_never_jumps(
    head: HeadData, first: str, second: str
) -> None:
    """400 steps: no unit moves by more than a twentieth of its motion in one."""
    faces = [alone(head, first), alone(head, second)]
    path = np.stack([
        mixed_strengths(head.units.names, (first, second), faces, (weight, 1 - weight))
        for weight in np.linspace(1, 0, 401)])
    assert np.abs(np.diff(path, axis=0)).max() < 0.05


def test_a_growing_intensity_never_jumps(head: HeadData) -> None:
    for first, second in (("Fear", "Anger"), ("Joy", "Sadness"), ("Disgust", "Anger")):
        path = np.stack([
            mixed_strengths(head.units.names, (first, second),
                            [alone(head, first, value), alone(head, second)], (0.6, 0.4))
            for value in np.linspace(0, 1.5, 301)])
        assert np.abs(np.diff(path, axis=0)).max() < 0.08


def test_an_emotion_that_is_not_there_opposes_nothing(head: HeadData) -> None:
    """Fear at nothing beside anger: anger's marks stay as its share keeps them, 1 - 0.6³."""
    row = mixed_strengths(head.units.names, ("Fear", "Anger"),
                          [alone(head, "Fear", 0.0), alone(head, "Anger")], (0.6, 0.4))
    assert row == pytest.approx(0.784 * alone(head, "Anger"))


def test_a_third_of_no_weight_changes_nothing(head: HeadData) -> None:
    for first, second in PAIRS:
        third = next(name for name in WHEEL_ORDER if name not in (first, second))
        faces = [alone(head, name) for name in (first, second, third)]
        names = head.units.names
        three = mixed_strengths(names, (first, second, third), faces, (0.6, 0.4, 0.0))
        assert three == pytest.approx(
            mixed_strengths(names, (first, second), faces[:2], (0.6, 0.4)))


@pytest.mark.parametrize("compound", COMPOUNDS, ids=lambda one: "+".join(one.pair))
def test_people_were_seen_to_make_these_faces(head: HeadData, compound) -> None:
    """What more than 70 % show is plain, what less than 20 % show is faint; either order."""
    for emotions in (compound.pair, compound.pair[::-1]):
        shown = mixed(head, *emotions)
        for unit in compound.typical:
            # 25 is as weak as in the emotion that brings it: a dropped jaw parts the lips too
            least = 0.15 if unit == 25 else 0.35
            assert shown[f"AU{unit}"] >= least, (emotions, unit)
        full = {unit: max(alone(head, name)[at] for name in emotions)
                for at, unit in enumerate(head.units.names)}
        listed = {*compound.typical, *compound.others}
        for unit, strength in full.items():
            number = int(unit.removeprefix("AU").rstrip("LR"))
            if number not in listed:
                assert shown[unit.rstrip("LR")] <= 0.35 * strength + 1e-9, (emotions, unit)


def test_opposed_units_are_not_shown_together(head: HeadData) -> None:
    """For pairs that no compound has decided: the weaker front keeps less than a third of the
    stronger, unless one emotion shows both itself."""
    decided = {frozenset(one.pair) for one in (*COMPOUNDS, *DESIGNED)}
    seen = 0
    for first, second in EVERY_PAIR:
        if frozenset((first, second)) in decided or "Contempt" in (first, second):
            continue  # contempt is on one side: nothing opposes the other side's units
        shown = mixed(head, first, second)
        own = [ring_strengths(name, 1.0) for name in (first, second)]
        for ones, others, _ in OPPOSED:
            fronts = [[f"AU{number}" for number in group] for group in (ones, others)]
            if any(all(any(unit in face for unit in front) for front in fronts) for face in own):
                continue
            least, most = sorted(max(shown.get(unit, 0) for unit in front) for front in fronts)
            assert least <= 0.34 * most + 1e-9, (first, second, ones, others)
            seen += most > 0
    assert seen > 20


def test_a_smile_under_sad_brows(head: HeadData) -> None:
    """Joy and sadness: the mouth is joy's, which is known by it, the brows are sadness's."""
    for emotions in (("Joy", "Sadness"), ("Sadness", "Joy")):
        shown = mixed(head, *emotions)
        assert shown["AU12"] > 0.7 and shown["AU15"] < 0.1
        assert shown["AU1"] > 0.6 and shown["AU4"] > 0.4


def test_both_emotions_keep_marks(head: HeadData) -> None:
    """In either order at least one of each emotion's marks is shown at more than half."""
    for first, second in (*PAIRS, *((two, one) for one, two in PAIRS)):
        shown = mixed(head, first, second)
        for emotion in (first, second):
            face = ring_strengths(emotion, 1.0)
            kept = [shown[f"AU{mark}"] / face[f"AU{mark}"] for mark in MARKS[emotion]
                    if face.get(f"AU{mark}", 0.0) > 0.2]
            assert max(kept) > 0.5, (first, second, emotion)


def test_the_order_shows(head: HeadData) -> None:
    for first, second in PAIRS:
        forth, back = mixed(head, first, second), mixed(head, second, first)
        assert max(abs(forth[unit] - back[unit]) for unit in forth) > 0.08, (first, second)


def test_the_order_shows_by_the_shares_alone(head: HeadData) -> None:
    """A drag across the middle between two petals swaps primary and secondary: no jump."""
    for first, second in PAIRS:
        assert mixed(head, first, second, weights=(0.7, 0.3)) == pytest.approx(
            mixed(head, second, first, weights=(0.3, 0.7)))


def test_more_than_an_average_of_two(head: HeadData) -> None:
    """The marks that survive are stronger than half of what they were."""
    shown = mixed(head, "Joy", "Surprise", weights=(0.5, 0.5))
    assert shown["AU12"] > 0.8 * alone(head, "Joy").max()
    assert shown["AU2"] > 0.8 * alone(head, "Surprise").max()


def test_three_emotions_keep_their_marks(head: HeadData) -> None:
    shown = mixed(head, "Joy", "Surprise", "Anger")
    assert shown["AU12"] > 0.5 and shown["AU4"] > 0.3 and shown["AU26"] > 0.3


def test_strengths_are_bounded(head: HeadData, database: ExpressionDatabase) -> None:
    points = tuple(WheelPoint(name, 3.0) for name in ("Anger", "Surprise", "Joy"))
    result = blend(database, points, units=head.units)
    assert result.strengths is not None and result.strengths.max() <= STRONGEST_UNIT
    assert result.strengths.min() >= 0.0
    assert any("beyond the intense ring" in note for note in result.notes)


def test_the_code_is_the_units_at_their_strengths(
    head: HeadData, database: ExpressionDatabase
) -> None:
    result = blend(database, (WheelPoint("Joy"), WheelPoint("Fear")), units=head.units)
    row = face_rows(head.units, result.strengths)
    assert np.concatenate([result.code.expression, result.code.jaw]) == pytest.approx(row)


def test_neutral_takes_its_share_of_the_intensity(
    head: HeadData, database: ExpressionDatabase
) -> None:
    mix = (WheelPoint("Joy"), WheelPoint(NEUTRAL, 0.0))
    result = blend(database, mix, weight=0.5, units=head.units)
    assert result.strengths == pytest.approx(alone(head, "Joy", 0.5))
    nothing = blend(database, (WheelPoint(NEUTRAL, 0.0),), units=head.units)
    assert not nothing.code.vector().any()
    none_left = blend(database, mix, weight=0.0, units=head.units)
    assert not none_left.code.vector().any()


def test_a_database_of_photos_brings_its_own_strengths(
    head: HeadData, database: ExpressionDatabase
) -> None:
    """What no unit shows of its faces stays, by weight."""
    measured = {name: 0.5 * alone(head, name) for name in database.emotions}
    points = WheelPoint("Joy"), WheelPoint("Fear")
    joy, fear = (prototype_of(database, point) for point in points)
    for weight, row in ((1.0, joy), (0.0, fear)):
        result = blend(database, points, weight=weight, units=head.units, measured=measured)
        assert np.concatenate([result.code.expression, result.code.jaw]) == pytest.approx(row)
    half = blend(database, points, weight=0.6, units=head.units, measured=measured)
    assert half.strengths == pytest.approx(mixed_strengths(
        head.units.names, ("Joy", "Fear"), [measured["Joy"], measured["Fear"]], (0.6, 0.4)))


def test_a_persons_own_face_is_the_primary(
    head: HeadData, database: ExpressionDatabase
) -> None:
    from flamewheel.parameters import ExpressionCode

    strengths = 0.8 * alone(head, "Joy")
    row = face_rows(head.units, strengths) + 0.01  # and something no unit shows
    own = OwnExpression(ExpressionCode(row[:-3], jaw=row[-3:]), strengths)
    points = WheelPoint("Joy"), WheelPoint("Sadness")
    whole = blend(database, points, weight=1.0, units=head.units, own=own)
    assert np.concatenate([whole.code.expression, whole.code.jaw]) == pytest.approx(row)
    mix = blend(database, points, units=head.units, own=own)
    assert mix.strengths == pytest.approx(mixed_strengths(
        head.units.names, ("Joy", "Sadness"), [strengths, alone(head, "Sadness")], (0.6, 0.4)))


def test_two_smiles_stand_together_against_sadness(head: HeadData) -> None:
    """Joy alone loses to so much sadness (0.69 to 0.31, as its share is of both here); joy and
    trust both smile."""
    beside_joy = mixed(head, "Sadness", "Joy", weights=(0.69, 0.31))
    beside_both = mixed(head, "Sadness", "Trust", "Joy", weights=(0.52, 0.25, 0.23))
    assert beside_joy["AU12"] < 0.5 * beside_joy["AU15"]
    assert beside_both["AU12"] > 2.0 * beside_both["AU15"]


def test_a_unit_that_facs_does_not_know_changes_no_other(head: HeadData) -> None:
    """Heads name their units as they like."""
    names, pair = head.units.names, ("Joy", "Fear")
    faces = [alone(head, name) for name in pair]
    plain = mixed_strengths(names, pair, faces, (0.6, 0.4))
    odd = mixed_strengths((*names, "wiggleL", "AUx"), pair,
                          [np.append(face, (0.5, 0.0)) for face in faces], (0.6, 0.4))
    assert odd[:-2] == pytest.approx(plain) and 0.0 <= odd[-2] <= 0.5 and odd[-1] == 0.0
