# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded text encoder: near words lie near, roles are told apart, nothing is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.instruction.text_encoders import EMBEDDED, text_encoder
from flamewheel.instruction.text_encoders.embedded import DIM, MEANING, SPELLING, TOKENS

FROM_PART = slice(SPELLING + MEANING, SPELLING + 2 * MEANING)
TO_PART = slice(SPELLING + 2 * MEANING, SPELLING + 3 * MEANING)


@pytest.fixture(scope="module")
def encoder():
    return text_encoder(EMBEDDED)


def nearness(one, other):
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def word(encoder, text):
    return encoder.encode([text]).tokens[0, 0]


def test_sizes_and_mask(encoder):
    told = encoder.encode(["Turn this face from fear to joy.", "", "?!"])
    assert told.tokens.shape == (3, TOKENS, DIM) == (3, encoder.tokens, encoder.dim)
    assert told.tokens.dtype == np.float32 and told.overall.shape == (3, encoder.overall)
    assert told.mask.sum(axis=1).tolist() == [7, 0, 0]
    assert not told.tokens[~told.mask].any() and not told.overall[1:].any()
    np.testing.assert_allclose(told.overall[0], told.tokens[0, :7].mean(axis=0), atol=1e-6)


def test_scared_lies_with_fear_and_not_with_anger(encoder):
    """The failure that paper 002 reports."""
    scared, fear, anger = (word(encoder, text) for text in ("scared", "fear", "anger"))
    assert nearness(scared, fear) > nearness(scared, anger) + 0.1


def test_near_spellings_lie_near(encoder):
    right, wrong, other = (word(encoder, text)[:SPELLING]
                           for text in ("happiness", "hapiness", "disgust"))
    assert nearness(right, wrong) > 0.6 > nearness(right, other)


def test_from_and_to_are_told_apart(encoder):
    told = encoder.encode(["turn this face from fear to joy", "turn this face from joy to fear"])
    first, second = told.overall
    np.testing.assert_allclose(first[FROM_PART], second[TO_PART], atol=1e-6)
    assert np.abs(first[FROM_PART] - second[FROM_PART]).max() > 0.1


def test_the_same_sentence_gives_the_same_numbers(encoder):
    again = text_encoder().encode(["from rage to grief"])
    np.testing.assert_array_equal(encoder.encode(["from rage to grief"]).tokens, again.tokens)


def test_long_texts_are_cut_off(encoder):
    told = encoder.encode(["happy " * 100_000])
    assert told.mask.all() and np.isfinite(told.tokens).all()


def test_no_text_at_all(encoder):
    assert encoder.encode([]).tokens.shape == (0, TOKENS, DIM)


def test_taking_rows(encoder):
    told = encoder.encode(["joy", "fear"]).take([1, 1, 0])
    assert told.mask.shape == (3, TOKENS)
    np.testing.assert_array_equal(told.tokens[0], told.tokens[1])
