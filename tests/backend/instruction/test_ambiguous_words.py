# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that are emotions in one sentence and something else in another."""

from __future__ import annotations

import time

import pytest


def shown(plan) -> list[str]:
    return [step.target.title() for step in plan.steps if step.kind == "go"]


@pytest.mark.parametrize(("text", "faces"), [
    ("cross fade from joy to anger", ["Anger"]), ("she is cross", ["Anger 50 %"]),
    ("the content of the scene is joy", ["Joy"]), ("she looks content", ["Joy 50 %"]),
    ("the interest rate: a smile", ["Joy"]), ("show interest", ["Anticipation 50 %"]),
    ("I wonder if you could make her smile", ["Joy"]),
    ("full of wonder", ["Awe (Fear and Surprise)"]),
    ("no doubt she is happy", ["Joy"]), ("a face made up of joy", ["Joy"]),
    ("smile at normal speed", ["Joy"]), ("back to normal", ["Neutral"]),
    ("blue eyes and a smile", ["Joy"]), ("feeling blue", ["Sadness 50 %"]),
    ("trust me, she is angry", ["Anger"]), ("she would love to smile", ["Joy"]),
    ("she is in love", ["Love (Joy and Trust)"]), ("from love to fear", ["Fear"]),
    ("move to fear", ["Fear"]), ("she is moved to tears", ["Sadness"]),
    ("she looks touched", ["Sentimentality (Trust and Sadness)"]),
    ("a touch of sadness", ["Sadness 50 %"]), ("calm down", ["Neutral"]),
    ("become calm", ["Joy 50 %"]), ("trembling with rage", ["Anger 150 %"]),
    ("she trembles", ["Fear"]), ("beaming with pride", ["Pride (Anger and Joy)"]),
    ("madly in love", ["Love (Joy and Trust) 150 %"]), ("he is mad", ["Anger"]),
    ("a cold stare", ["Contempt (Disgust and Anger) 50 %"]), ("cold feet", ["Fear 50 %"]),
    ("sick of it", ["Disgust 75 %"]), ("sick with worry", ["Fear 50 %"]),
    ("he looks lost", ["Surprise 50 %"]), ("he looks lost in thought", ["Sadness 50 %"]),
    ("she looks down in the dumps", ["Sadness"]), ("on edge", ["Fear 50 %"]),
    ("fed up, then over the moon", ["Anger 50 %", "Joy 125 %"]),
    ("freaked out", ["Fear 125 %"]), ("taken aback", ["Surprise"]),
    ("weirded out", ["Unbelief (Surprise and Disgust)"]), ("in tears", ["Sadness 125 %"]),
    ("full of rage", ["Anger 150 %"]), ("seeing red", ["Anger 150 %"]),
    ("he sees red", ["Anger 150 %"]), ("grossed out", ["Disgust"]), ("in awe",
     ["Awe (Fear and Surprise)"]), ("her heart set on it", ["Anticipation"]),
    ("he loses his temper", ["Anger 125 %"]), ("at her wit's end", ["Anger 50 %"]),
    ("bittersweet", ["Joy with Sadness"]), ("happier", ["Joy 125 %"]),
    ("the angriest face", ["Anger 150 %"]), ("make her look sadder", ["Sadness 125 %"]),
    ("uneasy, then livid, then thrilled, then heartbroken, then smug",
     ["Fear 50 %", "Anger 150 %", "Joy 125 %", "Sadness 150 %", "Pride (Anger and Joy)"]),
])
def test_words_in_their_sentences(parse, text, faces):
    assert shown(parse(text)) == faces


def test_a_long_text_of_unknown_words_is_read_quickly(parse):
    text = ("smile, wobblog frunting mellax dorvish quintle brastic plomer vintage scrabbing "
            * 30)[:1990]
    began = time.process_time()
    parse(text)
    assert time.process_time() - began < 1.0  # 0.1 s measured; a slow machine may take more
