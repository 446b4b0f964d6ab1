# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of words."""

from __future__ import annotations

import pytest

from flamewheel.instruction.lexicon import FILLERS, function_phrases, mixed_emotions, verb_forms
from flamewheel.instruction.plan import MAX_INTENSITY
from flamewheel.wheel.lexicon import LEXICON
from flamewheel.wheel_names import DYADS, MILD_BASIC_INTENSE


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("smile", "smile smiles smiled smiling"), ("grin", "grin grins grinned grinning"),
        ("cry", "cry cries cried crying"), ("frown", "frown frowns frowned frowning"),
        ("sob", "sob sobs sobbed sobbing"), ("blush", "blush blushes blushed blushing"),
        ("scream", "scream screams screamed screaming"), ("gag", "gag gags gagged gagging"),
        ("weep", "weep weeps wept weeping"), ("beam", "beam beams beamed beaming"),
    ],
)
def test_verb_forms(verb, forms):
    assert verb_forms(verb) == tuple(forms.split())


def test_no_word_is_both_small_and_filler():
    assert sorted(FILLERS & {p[0] for p in function_phrases() if len(p) == 1}) == []


def test_mixes_of_opposites_are_none_of_the_wheels_words():
    assert set(mixed_emotions()).isdisjoint(LEXICON)
    for mix in mixed_emotions().values():
        assert frozenset((mix.primary, mix.secondary)) not in {frozenset(p) for p in DYADS.values()}


def test_no_wheel_word_is_a_small_word():
    small = {" ".join(phrase) for phrase in function_phrases()} | FILLERS
    assert sorted(small & set(LEXICON)) == []


def test_every_name_on_the_wheel_is_known(vocabulary):
    for basic, rings in MILD_BASIC_INTENSE.items():
        found = [vocabulary.find([ring.lower()]) for ring in rings]
        assert all(mix is not None and mix[0].primary == basic for mix in found), basic
        strengths = [mix[0].intensity for mix in found]
        assert strengths == sorted(strengths) and strengths[1] == 1.0
        assert strengths[2] <= MAX_INTENSITY
    for dyad, pair in DYADS.items():
        found = vocabulary.find([dyad.lower()])
        assert found is not None and (found[0].primary, found[0].secondary) == pair, dyad


@pytest.mark.parametrize(("form", "primary"), [("happily", "Joy"), ("angrily", "Anger")])
def test_other_forms_of_known_words(vocabulary, form, primary):
    found = vocabulary.find([form])
    assert (found[0] if found else vocabulary.find_form(form)).primary == primary
