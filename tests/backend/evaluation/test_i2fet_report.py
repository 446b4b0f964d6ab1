# SPDX-License-Identifier: GPL-3.0-or-later
"""How instruction models are judged: one that listens, one that does not, and the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from flamewheel.errors import InputFileError, UsageError
from flamewheel.evaluation.i2fet import evaluate_i2fet, held_out_of, latents_of
from flamewheel.evaluation.i2fet_drawing import draw_confusions
from flamewheel.evaluation.i2fet_latents import draw_latents, latent_separation
from flamewheel.evaluation.i2fet_scores import SEEN, TRUTH, UNSEEN, I2fetReport, Spread
from flamewheel.evaluation.i2fet_tables import page, verdicts
from flamewheel.instruction.transition_set import TransitionSet
from flamewheel.instruction.transition_wording import (
    LABELS,
    TEMPLATES,
    UNSEEN_TEMPLATE,
    is_reserved,
    seen_words,
    sentence,
    unseen_words,
)
from flamewheel.pipeline import expression_database

SHOWN = ("Joy", "Anger", "Surprise", "Neutral")
PEOPLE = 40


def known_faces() -> dict[str, npt.NDArray[np.float64]]:
    database = expression_database("open")
    return {name: database.b2[database.index(name)] for name in SHOWN}


@pytest.fixture(scope="module")
def few() -> TransitionSet:
    """Forty people with four emotions each, a fifth of them held out."""
    chance = np.random.default_rng(0)
    faces = known_faces()
    codes = np.concatenate([
        np.stack([faces[name] for name in SHOWN]) * chance.uniform(0.7, 1.2, (4, 1))
        + chance.normal(0, 0.04, (4, 103)) for _ in range(PEOPLE)])
    rows = np.arange(4 * PEOPLE).reshape(PEOPLE, 4)
    pairs = np.array([[person[one], person[other]] for person in rows
                      for one in range(4) for other in range(4) if one != other])
    emotion = np.array(SHOWN * PEOPLE)
    text = np.array([sentence(TEMPLATES[0], LABELS[emotion[one]], LABELS[emotion[other]])
                     for one, other in pairs])
    return TransitionSet(
        "open", codes[:, :-3], codes[:, -3:], emotion, np.repeat([f"p{at}" for at in range(40)], 4),
        np.array(["photo", "facs"])[np.repeat(np.arange(40) % 2, 4)],
        np.repeat(np.arange(40) % 5 == 0, 4), pairs, text, np.zeros(len(pairs), np.int64),
        np.repeat(rows[:, 3], 4))


class Listener:
    """Does what every word of the lexicon says."""

    def __init__(self) -> None:
        self._faces = known_faces()
        self._said = {word: name for name in SHOWN
                      for word in (*seen_words(name), *unseen_words(name))}

    def sample(self, texts: Sequence[str], seed: int) -> npt.NDArray[np.float64]:
        chance = np.random.default_rng(seed)
        rows = np.array([[self._faces[self._said[word]] for word in self._words(text)]
                         for text in texts])
        return rows * chance.uniform(0.8, 1.1, (len(rows), 2, 1))

    def latents(self, codes: npt.ArrayLike, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        return np.asarray(codes)[:, :, :16]

    @staticmethod
    def _words(text: str) -> list[str]:
        return text.partition(" from ")[2].rstrip(".").split(" to ")


class Deaf(Listener):
    """Always smiles; its latents are noise."""

    def sample(self, texts: Sequence[str], seed: int) -> npt.NDArray[np.float64]:
        return np.broadcast_to(self._faces["Joy"], (len(texts), 2, 103)).copy()

    def latents(self, codes: npt.ArrayLike, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        return np.random.default_rng(0).normal(size=(len(texts), 1, 8))


@pytest.fixture(scope="module")
def report(few: TransitionSet) -> I2fetReport:
    models = {"i2fet": [Listener(), Listener()], "motionclip": [Deaf()]}
    return evaluate_i2fet(few, "open", models, 2, lambda *told: None)


def test_who_listens_is_named_as_asked(report: I2fetReport) -> None:
    for wording in (SEEN, UNSEEN):
        for judge in ("taught", "shipped"):
            score = report.score("i2fet", judge, wording=wording)
            assert score is not None and score.single.mean > 0.9 and score.joint.mean > 0.85
    truth = report.score(TRUTH, "taught")
    assert truth is not None and truth.geometric.mean > 0.95 and truth.pairs == 8 * 12


def test_who_does_not_is_right_by_chance(report: I2fetReport) -> None:
    score = report.score("motionclip", "taught")
    assert score is not None
    assert score.single.mean == pytest.approx(0.25)
    assert score.joint.mean == 0.0 and score.geometric.mean == 0.0
    counts = report.confusions["motionclip"]
    joy = report.classes.index("Joy")
    assert counts[:, joy].sum() == counts.sum() == 2 * 8 * 12 * 2
    assert report.variety["motionclip"].millimetres == pytest.approx(0.0, abs=1e-9)
    assert report.variety["i2fet"].millimetres > 0.3


def test_sources_are_told_apart(report: I2fetReport) -> None:
    photos, made = (report.score("i2fet", "taught", source) for source in ("photo", "facs"))
    whole = report.score("i2fet", "taught")
    assert photos is not None and made is not None and whole is not None
    assert photos.pairs + made.pairs == whole.pairs


def test_words_and_sentence_that_nothing_is_taught_with(few: TransitionSet) -> None:
    held = held_out_of(few)
    before = UNSEEN_TEMPLATE.partition("{}")[0]
    assert all(text.startswith(before) for text in held.texts[UNSEEN])
    assert not set(held.texts[UNSEEN]) & set(few.text.tolist())
    words = {word for text in held.texts[UNSEEN] for word in Listener._words(text)}
    assert all(is_reserved(word) or word in LABELS.values() for word in words)
    assert held_out_of(few).texts == held.texts
    for name in LABELS:
        assert not set(seen_words(name)) & set(unseen_words(name)) - {LABELS[name]}


def test_latents_are_told_apart_by_numbers(few: TransitionSet, report: I2fetReport) -> None:
    good, poor = report.separations["i2fet"], report.separations["motionclip"]
    assert good.silhouette > 0.3 > 0.1 > poor.silhouette
    assert good.neighbours > 0.9 > 0.5 > poor.neighbours > 0.05
    held = held_out_of(few)
    both, labels, people = latents_of(few, held, Listener())
    assert len(both) == len(labels) == len(people) == 2 * len(held.pairs)
    one, ends, _ = latents_of(few, held, Deaf())
    assert len(one) == len(held.pairs)
    np.testing.assert_array_equal(ends, held.asked[:, 1])
    alone = latent_separation(both[:3], np.zeros(3, np.int64), people[:3])
    assert np.isnan(alone.silhouette)


def test_the_page_has_the_papers_tables_and_the_aims(report: I2fetReport) -> None:
    text = page(report)
    assert "Tables II and III" in text and "Ground truth" in text and "MotionCLIP-style" in text
    assert "Table V" not in text  # nothing to compare was given
    told = verdicts(report)
    assert told["above MotionCLIP-style in Acc1, Acc2 and G-mean"]
    assert len(told) == 2 and "aims" in text.lower()
    body = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert {"acc1", "acc2", "g_mean"} <= set(body["scores"][0])


def test_pictures_are_drawn(few: TransitionSet, report: I2fetReport, tmp_path: Path) -> None:
    draw_confusions(report, tmp_path / "confusions.png")
    held = held_out_of(few)
    spaces = {name: latents_of(few, held, model)[:2]
              for name, model in (("i2fet", Listener()), ("motionclip", Deaf()))}
    draw_latents(spaces, report.separations, report.classes, tmp_path / "latents.png")
    assert all((tmp_path / name).stat().st_size > 5000
               for name in ("confusions.png", "latents.png"))


def test_what_cannot_be_judged_is_refused(few: TransitionSet) -> None:
    with pytest.raises(UsageError) as refusal:
        evaluate_i2fet(few, "open", {}, 0, lambda *told: None)
    assert refusal.value.code == "bad-count"
    with pytest.raises(UsageError) as refusal:
        evaluate_i2fet(few, "open-light", {}, 1, lambda *told: None)
    assert refusal.value.code == "other-head"
    with pytest.raises(InputFileError) as bad:
        held_out_of(few.with_pairs(~few.pair_held_out))
    assert bad.value.code == "no-held-out"


def test_a_spread_is_written_in_per_cent() -> None:
    assert Spread.of([0.5, 0.6]).text() == "55.00 ± 5.00"
    assert Spread.of([]).text() == "–"
