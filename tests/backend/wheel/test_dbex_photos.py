# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases from rows that an encoder read: the neutral face, agreement, what is filled up."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import WheelError
from flamewheel.head.data import HeadData
from flamewheel.wheel.dbex import ExpressionDatabase
from flamewheel.wheel.dbex_photos import (
    FEWEST,
    PhotoRows,
    agreeing_rows,
    database_of_photos,
    measured_from,
    neutral_face,
)
from flamewheel.wheel.facs import PROTOTYPES, strengths_for
from flamewheel.wheel.points import EMOTIONS
from flamewheel.wheel.units import face_rows

PEOPLE = 30
SHOWN = ("Joy", "Fear", "Surprise", "Sadness", "Disgust", "Anger", "Contempt")


def faces(head: HeadData, emotion: str, count: int, strength: float = 1.0) -> np.ndarray:
    assert head.units is not None
    row, _ = strengths_for(head.units.names, PROTOTYPES[emotion].units)
    return np.repeat(strength * face_rows(head.units, row[None]), count, axis=0)


def photo_rows(head: HeadData, own: float, bias: float = 0.3, **counts: int) -> PhotoRows:
    """Photos of PEOPLE people: each with a neutral one, and a face of their own in all."""
    chance = np.random.default_rng(5)
    size = faces(head, "Joy", 1).shape[1]
    persons = own * chance.normal(0, 0.4, (PEOPLE, size))
    labels, subjects, rows = [], [], []
    for emotion, count in {"Neutral": PEOPLE, **dict.fromkeys(SHOWN, PEOPLE), **counts}.items():
        who = np.arange(count) % PEOPLE
        made = faces(head, emotion, count) if emotion != "Neutral" else np.zeros((count, size))
        rows.append(made + persons[who] + bias + chance.normal(0, 0.05, (count, size)))
        labels += [emotion] * count
        subjects += [f"person {at}" for at in who]
    return PhotoRows(tuple(labels), tuple(subjects), np.concatenate(rows))


def build(head: HeadData, rows: PhotoRows, **options: bool) -> tuple[ExpressionDatabase, str]:
    assert head.units is not None
    made = database_of_photos(head, head.units, rows, what="a photo of test", provenance="made.",
                              **options)
    return made.database, " ".join(made.notes)


def test_the_encoders_idea_of_neutral_is_taken_off(head: HeadData) -> None:
    rows = photo_rows(head, own=0.0)
    neutral, said = neutral_face(rows)
    assert neutral.mean == pytest.approx(0.3, abs=0.05) and neutral.own_share < 0.5
    assert "30 neutral photos" in said
    measured = measured_from(rows, neutral)
    joy = measured[np.array(rows.labels) == "Joy"].mean(axis=0)
    assert joy == pytest.approx(faces(head, "Joy", 1)[0], abs=0.05)


def test_a_subjects_own_neutral_counts_where_it_tells(head: HeadData) -> None:
    rows = photo_rows(head, own=1.0)
    neutral, said = neutral_face(rows)
    assert neutral.own_share > 0.9 and "each subject's own" in said
    measured = measured_from(rows, neutral)
    joy = np.array(rows.labels) == "Joy"
    assert measured[joy].std(axis=0).mean() < 0.3 * rows.vectors[joy].std(axis=0).mean()


def test_moments_are_not_taken_for_persons(head: HeadData) -> None:
    rows = photo_rows(head, own=0.0)
    strangers = PhotoRows(rows.labels, tuple(f"{at}" for at in range(len(rows.labels))),
                          rows.vectors)
    assert neutral_face(strangers)[0].own_share == 0.0


def test_without_neutral_photos_the_known_one_is_taken_or_none(head: HeadData) -> None:
    rows = photo_rows(head, own=0.0, Neutral=2)
    known = np.full(rows.vectors.shape[1], 0.3)
    neutral, said = neutral_face(rows, known)
    assert (neutral.mean == known).all() and "shipped" in said
    neutral, said = neutral_face(rows)
    assert not neutral.mean.any() and "as the encoder gives them" in said


def test_agreement_of_photos_and_of_neutral_ones(head: HeadData) -> None:
    assert head.units is not None
    names = head.units.names
    joy, _ = strengths_for(names, PROTOTYPES["Joy"].units)
    strengths = np.stack([joy, 0.1 * joy, joy, 0.0 * joy])
    assert list(agreeing_rows(("Joy", "Joy", "Neutral", "Neutral"), names, strengths)) == [
        True, False, False, True]


def test_every_emotion_comes_from_photos_where_there_are_enough(head: HeadData) -> None:
    database, said = build(head, photo_rows(head, own=0.0))
    assert set(database.emotions) == set(EMOTIONS) and "prototype" not in said
    for emotion in SHOWN:
        entries, agree = database.counts(emotion)
        assert entries == PEOPLE and agree >= 0.9 * PEOPLE, emotion
        found = database.b2[database.index(emotion)]
        assert found == pytest.approx(faces(head, emotion, 1)[0], abs=0.08), emotion
        assert database.sources[database.labels.index(emotion)].startswith("a photo of test")
    assert "Joy and Fear" in database.sources[database.labels.index("Trust")]
    assert database.reference == pytest.approx(0.3, abs=0.05)
    assert database.provenance.startswith("made. Expressions are measured")


def test_too_few_photos_are_replaced_by_prototypes_and_said(head: HeadData) -> None:
    database, said = build(head, photo_rows(head, own=0.0, Fear=FEWEST - 1))
    assert "Fear: 2 photos, 3 are needed; made from its FACS prototype." in said
    source = database.sources[database.labels.index("Fear")]
    assert "FACS prototype" in source and "2 photos" in source
    assert database.counts("Fear")[1] >= FEWEST


def test_photos_that_do_not_agree_are_replaced_too(head: HeadData) -> None:
    rows = photo_rows(head, own=0.0)
    weak = rows.vectors.copy()
    weak[np.array(rows.labels) == "Anger"] = 0.3  # labelled so, and nothing is shown
    database, said = build(head, PhotoRows(rows.labels, rows.subjects, weak))
    assert "Anger: 0 of 30 photos agree with FACS" in said
    wanted = faces(head, "Anger", 1)[0]
    assert database.b2[database.index("Anger")] == pytest.approx(wanted, rel=0.35, abs=0.25)


def test_photos_only_leaves_out_what_photos_do_not_tell(head: HeadData) -> None:
    database, said = build(head, photo_rows(head, own=0.0, Fear=2), fill=False)
    assert "Fear" not in database.emotions and "Fear: 2 photos, 3 are needed; left out." in said
    assert not any("prototype" in source for source in database.sources)
    with pytest.raises(WheelError):
        build(head, PhotoRows(("Joy", "Fear"), ("a", "b"), faces(head, "Joy", 2)), fill=False)


def test_a_head_whose_units_know_fewer_components(head: HeadData) -> None:
    """As FLAME's, whose units are solved in the first 50 of 100."""
    assert head.units is not None
    wide = head.expression_count
    rows = photo_rows(head, own=0.0, Fear=2)
    extra = np.ones((len(rows.vectors), 5))
    vectors = np.concatenate([rows.vectors[:, :-3], extra, rows.vectors[:, -3:]], axis=1)
    made = database_of_photos(head, head.units, PhotoRows(rows.labels, rows.subjects, vectors),
                              what="a photo of test", provenance="")
    assert made.database.expression_count == wide
    joy = made.database.b2[made.database.index("Joy")]
    assert joy == pytest.approx(faces(head, "Joy", 1)[0], abs=0.08)


def test_a_mean_that_does_not_show_its_emotion_is_replaced(head: HeadData) -> None:
    """Half show one set of fear's signs, half another: each agrees, their mean does not."""
    assert head.units is not None
    names = head.units.names
    sets = ({"AU1": 0.45, "AU4": 0.38, "AU20": 0.42}, {"AU5": 0.42, "AU20": 0.42})
    rows = photo_rows(head, own=0.0, bias=0.0)
    fear = np.flatnonzero(np.array(rows.labels) == "Fear")
    vectors = rows.vectors.copy()
    for at, which in zip(fear, np.arange(len(fear)) % 2, strict=True):
        vectors[at] = face_rows(head.units, strengths_for(names, sets[which])[0][None])[0]
    mixed = PhotoRows(rows.labels, rows.subjects, vectors)
    database, said = build(head, mixed)
    assert "photos that agree does not show it; made from its FACS prototype" in said
    assert "FACS prototype" in database.sources[database.labels.index("Fear")]
    kept, said = build(head, mixed, fill=False)
    assert kept.counts("Fear")[1] > 20 and "B2 of Fear is too mixed" in said
