# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of emotion words, and the forms made of them."""

from __future__ import annotations

import re
import typing

import pytest

from flamewheel.instruction.tokens import word_list
from flamewheel.wheel.lexicon import BASE_WORDS, LEXICON, Part, read_words
from flamewheel.wheel.points import INTENSE, dyad_name
from flamewheel.wheel.word_forms import (
    adverb,
    compared,
    in_every_person,
    phrase_forms,
    state,
    verb_forms,
)

RUSSELL = word_list(
    "happy delighted excited astonished tense alarmed angry afraid annoyed distressed frustrated "
    "miserable sad gloomy depressed bored droopy tired calm relaxed satisfied content serene glad "
    "pleased sleepy"
)
"""Russell 1980, figure 2, but for `aroused` and `at ease`."""
LABELS = word_list(
    "neutral happiness sadness surprise fear disgust anger contempt happy sad surprised fearful "
    "disgusted angry contemptuous"
)
"""AffectNet, RAF-DB, FER and CK+; the eight of paper 002."""
SOURCES = {"Shaver 1987", "Russell 1980", "data sets", "idiom", "judged"}


def test_every_row_has_a_place_on_the_wheel_and_a_source():
    words = read_words()
    assert len(words) > 1500
    for entry in words:
        assert entry.part in typing.get_args(Part), entry
        assert entry.source in SOURCES, entry
        assert re.fullmatch(r"[a-zéï' ]{2,60}", entry.word), entry
        assert all(0 <= point.intensity <= INTENSE for point in entry.mix.points), entry
        second = entry.mix.second
        assert second is None or dyad_name(entry.mix.first.emotion, second.emotion), entry


def test_no_word_has_two_places():
    places: dict[str, set[object]] = {}
    for entry in read_words():
        places.setdefault(entry.word, set()).add(entry.mix)
    assert {word for word, found in places.items() if len(found) > 1} == set()


def test_the_published_lists_are_there():
    missing = [word for word in (*RUSSELL, *LABELS) if word not in LEXICON]
    assert missing == []
    told = [entry.word for entry in read_words() if entry.source == "Shaver 1987"]
    assert len(told) > 90  # of 135; the others are names on the wheel


def test_base_words_are_single_words_of_the_lexicon():
    assert len(BASE_WORDS) == len(set(BASE_WORDS)) > 1400
    assert set(BASE_WORDS) <= set(LEXICON)


@pytest.mark.parametrize(("adjective", "made"), [
    ("happy", "happily"), ("shy", "shyly"), ("sly", "slyly"), ("wry", "wryly"), ("sad", "sadly"),
    ("ecstatic", "ecstatically"), ("irritable", "irritably"), ("friendly", None),
    ("gruesome", None), ("careful", "carefully"), ("fierce", "fiercely"),
])
def test_adverbs(adjective, made):
    assert adverb(adjective) == made


@pytest.mark.parametrize(("adjective", "made"), [
    ("happy", ("happier", "happiest")), ("sad", ("sadder", "saddest")),
    ("fierce", ("fiercer", "fiercest")), ("shy", ("shyer", "shyest")),
    ("mellow", ("mellower", "mellowest")),
])
def test_comparisons(adjective, made):
    assert compared(adjective) == made


def test_other_forms():
    assert [state(word) for word in ("happy", "fearful", "shy", "patient")] == [
        "happiness", "fearfulness", "shyness", None]
    assert verb_forms("frighten") == ("frighten", "frightens", "frightened", "frightening")
    assert phrase_forms("see red") == ("see red", "sees red", "saw red", "seeing red")
    assert "loses her temper" in in_every_person("loses one's temper")
    assert "beside himself" in in_every_person("beside oneself")


def test_comparatives_are_stronger_and_never_beyond_the_wheel():
    sad, sadder, saddest = (LEXICON[word].first.intensity for word in ("sad", "sadder", "saddest"))
    assert sad < sadder < saddest <= INTENSE
    assert max(point.intensity for mix in LEXICON.values() for point in mix.points) <= INTENSE
