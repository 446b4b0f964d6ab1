# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar: templates, synonyms, refusals with their places, notes."""

from __future__ import annotations

import random
import string

import pytest

from flamewheel.errors import InstructionError
from flamewheel.instruction.plan import CURRENT, MAX_SECONDS, EmotionMix
from flamewheel.instruction.tokens import word_list


def test_order_of_clauses_does_not_matter(parse):
    orders = (
        "from fear to joy over two seconds", "over two seconds, from fear to joy",
        "to joy from fear over two seconds", "over two seconds to joy from fear",
        "from fear, over two seconds, to joy", "from fear to joy, over two seconds",
        "in 2 s go from fear to joy", "from fear over 2000 ms to joy", "fear -> joy in 48 frames",
        "within two seconds turn the fear into joy", "fear turns into joy within 2 seconds",
    )
    plans = [parse(text) for text in orders]
    for text, plan in zip(orders, plans, strict=True):
        assert plan.start == EmotionMix("Fear"), text
        assert [(s.kind, s.target, s.seconds) for s in plan.steps] == [
            ("go", EmotionMix("Joy"), 2.0)
        ], text


@pytest.mark.parametrize(
    ("text", "code", "quoted"),
    [
        ("from joy to xylophone", "unknown-word", "'xylophone' at character 13"),
        ("make her look zorbly", "unknown-word", "'zorbly' at character 15"),
        ("joy, then blorp, then anger", "unknown-word", "'blorp' at character 11"),
        ("from joy to 5", "unknown-word", "'5' at character 13"),
        ("angry but wibbly", "unknown-word", "'wibbly' at character 11"),
        ("smile with some hapiness", "unknown-word", "'hapiness' at character 17"),
        ("from joy to sadness over 2 seconds in 5 seconds", "contradictory-duration",
         "'in 5 seconds' (character 36)"),
        ("joy, hold for 2 s for 3 s", "contradictory-duration", "'for 3 s' (character 19)"),
        ("slowly and quickly smile", "contradictory-duration", "'quickly' (character 12)"),
        ("from joy from anger", "contradictory-start", "'anger' (character 15)"),
        ("from joy to anger, then from fear to sadness", "contradictory-start", "'fear'"),
        ("joy over 0 seconds", "bad-duration", "'over 0 seconds' (character 5)"),
        ("joy over -3 s", "bad-duration", "'over -3 s'"),
        ("joy in 601 seconds", "bad-duration", "'in 601 seconds'"),
        ("joy in 2 hours", "bad-duration", "'in 2 hours'"),
        ("joy over 1e400 seconds", "bad-duration", "1e400"),
        ("she is not unhappy", "negation", "'not unhappy' (character 8)"),
        ("happy and not happy", "negation", "'not happy' (character 11)"),
        ("not", "negation", "'not' (character 1)"),
        ("reduce the mouth", "negation", "'reduce' (character 1)"),
        ("at 2 seconds smile", "moment", "'at 2 seconds' (character 1)"),
        ("mix of joy, fear, trust and anger", "too-many-emotions", "Anger, Fear, Joy, Trust"),
        ("neutral and happy", "bad-mix", "'neutral and happy'"),
        ("0% joy", "bad-intensity", "'0% joy'"),
    ],
)
def test_refusal_says_where(parse, text, code, quoted):
    with pytest.raises(InstructionError) as refused:
        parse(text)
    assert refused.value.code == code
    assert quoted in refused.value.message
    assert refused.value.hint
    start, end = refused.value.span
    assert text[start:end].strip("' ") and text[start:end].split()[0] in refused.value.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), (" \n\t ", "empty"), ("...", "no-emotion"), ("hello", "no-emotion"),
        ("x" * 2001, "too-long"), ("joy\x00", "bad-character"), ("joy\x1b[2J", "bad-character"),
        ("\ud800 joy", "bad-character"), ("радость", "not-english"), ("喜び", "not-english"),
        ("χαρά", "not-english"), ("von Freude zu Wut in zwei Sekunden", "not-english"),
        ("de la joie à la colère", "not-english"), ("from anger", "no-target"),
        ("start with joy", "no-target"), ("hold for two seconds", "no-emotion"),
        ("then, then, then", "no-emotion"), ("over two seconds", "no-emotion"),
        ("42", "no-emotion"), ("🙂", "no-emotion"),
    ],
)
def test_what_is_no_instruction_is_refused(parse, text, code):
    with pytest.raises(InstructionError) as refused:
        parse(text)
    assert refused.value.code == code
    assert refused.value.hint


def test_a_misspelt_emotion_is_suggested(parse):
    with pytest.raises(InstructionError) as refused:
        parse("from hapiness to fear")
    assert refused.value.hint == "Did you mean happiness?"


def test_left_out_words_are_named(parse):
    plan = parse("smile with zigzag wobbles, then look angry")
    assert [(left.span, left.words) for left in plan.unknown] == [((11, 25), "zigzag wobbles")]
    assert plan.unknown[0].suggestions == ()
    assert [step.target.primary for step in plan.steps] == ["Joy", "Anger"]


def test_too_strong_is_clipped_and_said(parse):
    plan = parse("anger 900%")
    assert plan.steps[0].target == EmotionMix("Anger", 1.5)
    assert "taken as 150 %" in plan.notes[0]


def test_unit_that_was_not_said_is_noted(parse):
    plan = parse("joy over 2, then fear")
    assert plan.steps[0].seconds == 2.0
    assert "read as 2 seconds" in plan.notes[0]


def test_standing_still_is_noted(parse):
    assert "changes nothing" in parse("from joy to joy").notes[0]


def test_frames_follow_the_frame_rate(parse):
    assert parse("joy in 12 frames").seconds == 0.5
    assert parse("joy in 12 frames", fps=60).seconds == 0.2


def test_through_neutral_as_an_option_and_directly_against_it(parse):
    plan = parse("from joy to anger over 2 s, then fear", through_neutral=True)
    assert plan.through_neutral
    assert [(s.target.primary, s.seconds, s.inserted) for s in plan.steps] == [
        ("Neutral", 1.0, True), ("Anger", 1.0, False),
        ("Neutral", 1.0, True), ("Fear", 1.0, False),
    ]
    plain = parse("from joy directly to anger", through_neutral=True)
    assert [s.target.primary for s in plain.steps] == ["Anger"]
    once = parse("from joy to neutral to anger", through_neutral=True)
    assert [s.target.primary for s in once.steps] == ["Neutral", "Anger"]


def test_waiting_before_the_start_is_waiting_at_the_start(parse):
    plan = parse("after one second, go from joy to fear")
    assert plan.start == EmotionMix("Joy")
    assert [(s.kind, s.target.primary, s.seconds) for s in plan.steps] == [
        ("hold", "Joy", 1.0), ("go", "Fear", 1.0)
    ]


def test_back_counts_from_the_last_of_equal_steps(parse):
    plan = parse("fear, joy, anger, joy, and back")
    assert plan.steps[-1].target == EmotionMix("Anger")


def test_spans_quote_the_text(parse):
    text = "from disgust to happiness over two seconds, then hold, then surprise"
    plan = parse(text)
    for step in plan.steps:
        assert text[slice(*step.span)] == step.words
    assert [step.words for step in plan.steps] == ["happiness", "hold", "surprise"]


def test_back_without_a_start_goes_to_the_first_expression(parse):
    plan = parse("smile and back")
    assert plan.steps[-1].target.primary == CURRENT and not plan.start_said


def test_random_text_is_read_or_refused_but_never_crashes(parse):
    chance = random.Random(7)
    words = word_list(
        "from to joy anger then hold and but with over for 2 seconds s half a very slowly back "
        "through neutral , . -> 70% not after before keep look zorp the mix of between stop fade "
        "current start each at in frames 12 fades becomes replace while"
    )
    for _ in range(1500):
        text = " ".join(chance.choices(words, k=chance.randint(1, 14)))
        try:
            plan = parse(text)
        except InstructionError as refused:
            assert refused.code and refused.message and refused.hint, text
            continue
        assert plan.steps, text
        assert all(0 < step.seconds <= MAX_SECONDS for step in plan.steps), text
    for _ in range(500):
        text = "".join(chance.choices(string.printable + "é½–’", k=chance.randint(1, 60)))
        try:
            parse(text)
        except InstructionError as refused:
            assert refused.code, text
