# SPDX-License-Identifier: GPL-3.0-or-later
"""Any synonym, any template, any order of clauses: the same plan as the canonical sentence."""

from __future__ import annotations

import random

import pytest

from flamewheel.errors import InstructionError
from flamewheel.instruction.plan import EmotionMix
from flamewheel.instruction.vocabulary import mix_from_wheel
from flamewheel.wheel.lexicon import BASE_WORDS, LEXICON
from flamewheel.wheel_names import NEUTRAL

PAPER = (
    "Turn this face from {a} to {b}", "Change this face from {a} to {b}",
    "Transform this face from {a} to {b}", "Modify this face, changing it from {a} to {b}",
    "Replace this face from {a} to {b}",
)
"""Table I of paper 002."""

FREE = (
    "from {a} to {b}", "go from {a} to {b}", "{a} -> {b}", "to {b} from {a}",
    "change from {a} into {b}", "morph the expression from {a} to {b}",
    "please make the face go from {a} to {b}", "animate a transition from {a} to {b}",
    "start with {a}, then go to {b}", "starting from {a}, go to {b}",
    "shift her expression from {a} to {b}",
    "let this person's face slip from {a} into {b}",
    "could you please transform his facial expression from {a} to {b}",
    "I want the character to go from {a} to {b}",
)
LENGTHS = (
    ("over {s} seconds", 2.0, "two"), ("in {s} seconds", 3.0, "3"), ("over {s} s", 1.5, "1.5"),
    ("within {s} ms", 0.5, "500"), ("in {s} frames", 0.5, "12"), ("over {s} seconds", 2.5, "2.5"),
    ("in {s}", 0.5, "half a second"), ("over {s}", 1.0, "one second"),
)
"""(words, seconds at 24 frames a second, number)"""


def single_words() -> list[str]:
    return [phrase for phrase in LEXICON if " " not in phrase]


def expected(word: str) -> EmotionMix:
    return mix_from_wheel(LEXICON[word])


def shape(plan):
    return (plan.start, plan.start_said, plan.unknown, [
        (s.kind, s.target, s.seconds, s.easing, s.layers, s.units, s.keeps) for s in plan.steps])


def canonical(first: str, second: str, seconds: float):
    return (expected(first), True, (), [
        ("go", expected(second), seconds, "smooth", (), (), ())])


def read(parse, text: str):
    try:
        return shape(parse(text))
    except InstructionError as refused:
        return f"{refused.code}: {refused.message}"


def dressed(text: str, chance: random.Random) -> str:
    """The same sentence as people type it."""
    text = chance.choice((str.lower, str.upper, str.title, str, str.capitalize))(text)
    if chance.random() < 0.3:
        text = text.replace(" ", "  ", 1)
    ending = chance.choice(("", ".", "!", " ", "...", "\n"))
    return chance.choice(("", "", " ", "\n")) + text + ending


def timed(core: str, chance: random.Random) -> tuple[str, float]:
    """`core` with a length of time before it, in it or behind it, or none."""
    where = chance.choice(("none", "first", "last", "last,"))
    if where == "none":
        return core, 1.0
    words, seconds, number = chance.choice(LENGTHS)
    length = words.format(s=number)
    made = {"first": f"{length}, {core}", "last": f"{core} {length}",
            "last,": f"{core}, {length}"}[where]
    return made, seconds


def test_the_lexicon_has_hundreds_of_words_and_phrases():
    assert len(BASE_WORDS) > 1000 and len(LEXICON) > 4000
    assert len([phrase for phrase in LEXICON if " " in phrase]) > 800


@pytest.mark.parametrize("template", PAPER)
@pytest.mark.parametrize("word", ["scared", "afraid", "frightened", "scaredly", "fearful"])
def test_the_papers_failure_scared_is_fear(parse, template, word):
    plan = parse(template.format(a=word, b="angry") + ".")
    assert (plan.start, plan.steps[0].target) == (EmotionMix("Fear"), EmotionMix("Anger"))
    plan = parse(template.format(a="happy", b=word) + ".")
    assert (plan.start, plan.steps[0].target) == (EmotionMix("Joy"), EmotionMix("Fear"))


def test_every_word_and_phrase_in_the_first_template(parse):
    """Words in both places; their forms and phrases in one of them, turn about."""
    wrong = []
    base = set(BASE_WORDS)
    for number, phrase in enumerate(LEXICON):
        other = "joy" if expected(phrase).primary == "Fear" else "fear"
        places = ((phrase, other), (other, phrase))
        for first, second in places if phrase in base else (places[number % 2],):
            text = f"{PAPER[0].format(a=first, b=second)}."
            if read(parse, text) != canonical(first, second, 1.0):
                wrong.append((text, read(parse, text)))
    assert wrong == []


@pytest.mark.parametrize("template", (*PAPER, *FREE))
def test_any_words_in_any_template_in_any_dress(parse, template):
    chance = random.Random(template)
    words = single_words()
    wrong = []
    for _ in range(250):
        first, second = chance.sample(words, 2)
        if expected(first) == expected(second):
            continue
        core, seconds = timed(template.format(a=first, b=second), chance)
        text = dressed(core, chance)
        if read(parse, text) != canonical(first, second, seconds):
            wrong.append((text, read(parse, text)))
    assert wrong == []


@pytest.mark.parametrize("form", [
    "{b}", "look {b}", "she looks {b}", "make her look {b}", "he becomes {b}", "show {b}",
    "please make this face {b}", "the man is {b}", "turn {b}", "go {b}", "now {b}",
])
def test_any_word_alone(parse, form):
    chance = random.Random(form)
    wrong = []
    for word in chance.sample(single_words(), 300):
        said = read(parse, dressed(form.format(b=word), chance))
        if said[3:] != ([("go", expected(word), 1.0, "smooth", (), (), ())],):
            wrong.append((form.format(b=word), said))
    assert wrong == []


def test_any_length_of_chain(parse):
    chance = random.Random(11)
    words = [word for word in BASE_WORDS if expected(word).primary != NEUTRAL and " " not in word]
    wrong = []
    for _ in range(400):
        chain = chance.sample(words, chance.randint(2, 6))
        joint = chance.choice((", then ", ". Then ", "; ", " and then ", ", after that "))
        plan = read(parse, dressed(joint.join(f"look {word}" for word in chain), chance))
        if isinstance(plan, str) or [step[1] for step in plan[3]] != [expected(w) for w in chain]:
            wrong.append((joint, chain, plan))
    assert wrong == []
