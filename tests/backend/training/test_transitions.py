# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of transitions: what their files must hold, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flamewheel.errors import InputFileError, UsageError
from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import measure_strengths
from flamewheel.instruction.transition_wording import (
    LABELS,
    TEMPLATES,
    is_reserved,
    seen_words,
)
from flamewheel.labelled_photos import is_held_out
from flamewheel.pipeline import expression_database, head_units
from flamewheel.pipeline.transition_data import PhotoFaces
from flamewheel.training.datasets.transition_building import (
    TransitionConfig,
    build_transitions,
)
from flamewheel.training.datasets.transition_people import facs_people
from flamewheel.training.datasets.transition_statistics import photo_statistics
from flamewheel.training.datasets.transitions import (
    TransitionSet,
    load_transitions,
    save_transitions,
)
from flamewheel.wheel.dbex_photos import agreeing_rows


def small_set() -> TransitionSet:
    return TransitionSet(
        "open", np.arange(20.0).reshape(5, 4), np.zeros((5, 3)),
        np.array(["Joy", "Anger", "Neutral", "Joy", "Fear"]),
        np.array(["a", "a", "a", "b", "b"]), np.array(["photo"] * 3 + ["facs"] * 2),
        np.array([False] * 3 + [True] * 2), np.array([[0, 1], [1, 2], [3, 4]]),
        np.array(["x", "y", "z"]), np.array([0, 1, 2]), np.array([2, 2, 2, -1, -1]))


def test_a_set_comes_back_from_its_file(tmp_path: Path) -> None:
    save_transitions(small_set(), tmp_path / "set.npz")
    again = load_transitions(tmp_path / "set.npz")
    np.testing.assert_array_equal(again.codes, small_set().codes)
    np.testing.assert_array_equal(again.pairs, small_set().pairs)
    assert again.text.tolist() == ["x", "y", "z"]
    assert again.pair_held_out.tolist() == [False, False, True]
    assert again.with_pairs(again.pair_held_out).text.tolist() == ["z"]


@pytest.mark.parametrize("change", [
    {"pairs": np.array([[0, 1], [1, 2], [3, 9]])},
    {"pairs": np.array([[0, 1], [1, 3], [3, 4]])},  # two people
    {"pairs": np.array([[-1, 1], [1, 2], [3, 4]])},
    {"jaw": np.full((5, 3), np.nan)},
    {"jaw": np.zeros((5, 2))},
    {"emotion": np.array(["Joy", "Anger", "Neutral", "Joy", "Bliss"])},
    {"source": np.array(["photo"] * 2 + ["facs"] * 3)},
    {"held_out": np.array([False, False, True, True, True])},
    {"neutral": np.array([2, 2, 2, 2, 2])},  # another's
    {"neutral": np.array([1, 2, 2, -1, -1])},  # not neutral
    {"text": np.array(["x", "y"])},
    {"template": np.array([0, 1, -2])},
], ids=lambda change: next(iter(change)))
def test_what_does_not_fit_together_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputFileError) as refusal:
        replace(small_set(), **change)
    assert refusal.value.code == "bad-transitions" and refusal.value.hint


def test_files_that_are_no_set_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="There is no file"):
        load_transitions(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(InputFileError) as refusal:
        load_transitions(tmp_path / "text.npz")
    assert refusal.value.code == "transitions-unreadable"
    np.savez(tmp_path / "other.npz", format=np.array("other"))
    with pytest.raises(InputFileError, match=r"other\.npz"):
        load_transitions(tmp_path / "other.npz")
    save_transitions(small_set(), tmp_path / "set.npz")
    arrays = dict(np.load(tmp_path / "set.npz"))
    del arrays["neutral"]
    np.savez(tmp_path / "lacking.npz", **arrays)
    with pytest.raises(InputFileError, match="neutral"):
        load_transitions(tmp_path / "lacking.npz")
    arrays["neutral"] = np.array([object()] * 5)
    np.savez(tmp_path / "pickled.npz", **arrays)
    with pytest.raises(InputFileError) as refusal:
        load_transitions(tmp_path / "pickled.npz")
    assert refusal.value.code == "transitions-unsafe"


def photographed(people: int = 30) -> PhotoFaces:
    """People with three photos each, as an encoder might have read them."""
    chance = np.random.default_rng(3)
    names = ("Neutral", "Joy", "Anger")
    made = expression_database("open")
    rows = np.stack([made.b2[made.index(name)] for _ in range(people) for name in names])
    rows = rows + chance.normal(0.0, 0.05, rows.shape)
    return PhotoFaces(rows, names * people,
                      tuple(f"s{at}" for at in range(people) for _ in names), "CK+", "tiny", "none")


def built(config: TransitionConfig, faces: PhotoFaces | None = None) -> TransitionSet:
    return build_transitions(faces or photographed(), find_head("open"), head_units("open").units,
                             expression_database("open"), config).transitions


@pytest.fixture(scope="module")
def made_set() -> TransitionSet:
    return built(TransitionConfig(spread=6, units=6))


def test_people_show_all_they_can_in_pairs(made_set: TransitionSet) -> None:
    assert set(made_set.source.tolist()) == {"photo", "spread", "facs"}
    photos = made_set.pair_source == "photo"
    assert photos.sum() == 30 * 6  # three emotions, each to the two others
    assert (~photos).sum() == 12 * 56
    emotions = made_set.emotion[made_set.pairs]
    assert (emotions[:, 0] != emotions[:, 1]).all()
    assert set(emotions[~photos].ravel().tolist()) == set(LABELS)
    np.testing.assert_array_equal(
        made_set.held_out, [is_held_out(name) for name in made_set.subject.tolist()])


def test_made_faces_show_their_emotion_within_the_bounds(made_set: TransitionSet) -> None:
    made = made_set.source != "photo"
    database = expression_database("open")
    codes = made_set.codes[made]
    assert (codes >= database.low - 1e-9).all() and (codes <= database.high + 1e-9).all()
    units = head_units("open").units
    shown = agreeing_rows(made_set.emotion[made].tolist(), units.names,
                          measure_strengths(find_head("open"), units, codes))
    assert shown.mean() > 0.85  # measured anew; all did as they were made


def test_people_are_themselves_in_every_emotion() -> None:
    """Faces of one person have something in common, whatever they show."""
    units = head_units("open").units
    nobody = photo_statistics(np.zeros((1, len(units.names))), ["Joy"], np.array([False]))
    made = facs_people(units.names, 60, ("Joy", "Anger", "Fear", "Surprise"), 1, nobody,
                       np.random.default_rng(0))
    rows = made.strengths.reshape(60, 4, -1)
    rows = rows - rows.mean(axis=0)
    together = np.einsum("peu,pfu->ef", rows, rows) / 60
    alike = (together.sum() - np.trace(together)) / 12 / (np.trace(together) / 4)
    rng = np.random.default_rng(1)
    mixed = np.stack([rng.permutation(rows[:, at]) for at in range(4)], axis=1)
    chance = np.einsum("peu,pfu->ef", mixed, mixed) / 60
    assert alike > 0.05 > abs(chance.sum() - np.trace(chance)) / 12 / (np.trace(chance) / 4)


def test_sentences_are_the_papers_and_keep_words_for_measuring(made_set: TransitionSet) -> None:
    for text, which, (start, end) in zip(made_set.text, made_set.template,
                                         made_set.emotion[made_set.pairs], strict=True):
        before, _, _ = TEMPLATES[which].partition("{}")
        assert text.startswith(before)
        words = str(text).removeprefix(before).rstrip(".").split(" to ")
        for word, emotion in zip(words, (start, end), strict=True):
            assert word in seen_words(emotion) and not is_reserved(word)
    assert set(made_set.template.tolist()) == set(range(5))
    plain = built(TransitionConfig(spread=1, units=1, synonyms=0.0, templates=1))
    assert set(plain.template.tolist()) == {0}
    said = {word for text in plain.text.tolist()
            for word in text.removeprefix("Turn this face from ").rstrip(".").split(" to ")}
    assert said == set(LABELS.values())


def test_a_seed_makes_the_same_set_again(made_set: TransitionSet) -> None:
    again = built(TransitionConfig(spread=6, units=6))
    np.testing.assert_array_equal(again.codes, made_set.codes)
    np.testing.assert_array_equal(again.text, made_set.text)
    other = built(TransitionConfig(spread=6, units=6, seed=1))
    assert not np.array_equal(other.codes, made_set.codes)


def test_held_out_people_teach_nothing() -> None:
    """Whatever the people kept for measuring show, the others and those made are the same."""
    faces = photographed()
    held = np.array([is_held_out(name) for name in faces.subjects])
    assert held.any()
    changed = replace(faces, codes=np.where(held[:, None], 3.0, faces.codes))
    config = TransitionConfig(spread=4, units=4)
    one, other = built(config, faces), built(config, changed)
    same = ~(one.held_out & (one.source == "photo"))
    np.testing.assert_allclose(one.codes[same], other.codes[same], atol=1e-6)
    np.testing.assert_array_equal(one.reference, other.reference)


def test_neutral_faces_are_the_persons_own(made_set: TransitionSet) -> None:
    assert (made_set.neutral != -1).all()
    np.testing.assert_array_equal(made_set.subject[made_set.neutral], made_set.subject)


def test_people_with_one_emotion_make_no_pairs() -> None:
    faces = photographed(4)
    alone = replace(faces, subjects=tuple(f"p{at}" for at in range(12)))
    with pytest.raises(InputFileError) as refusal:
        built(TransitionConfig(spread=0, units=0), alone)
    assert refusal.value.code == "no-pairs"


@pytest.mark.parametrize("wrong", [{"spread": -1}, {"takes": 0}, {"templates": 6},
                                   {"synonyms": 1.5}, {"most_pairs": 0}])
def test_numbers_that_make_no_set_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        TransitionConfig(**wrong)
