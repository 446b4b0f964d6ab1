# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoder that needs no download and no training: what a word looks like, means and does.

A token's 96 numbers are, in this order,

- 32: its spelling, hashed character n-grams under a fixed random projection of signs (Weinberger
  et al., ICML 2009; n-grams of 3 and 4 as in Bojanowski et al., TACL 2017), of length 1, so that
  near spellings lie near;
- 11: its place on the wheel by the vocabulary (petals, neutral, whether it is an emotion, how
  strong);
- 22: the same once more where it is what the face starts from, and where it goes to, as a
  contextual encoder such as CLIP's would know it;
- 9: what kind of small word it is; 22: where it stands (sinusoids of Vaswani et al. 2017).

The sizes are design choices.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ...wheel_names import NEUTRAL, WHEEL_ORDER
from ..plan import EmotionMix
from ..vocabulary import Vocabulary, default_vocabulary
from .encoded import EncodedTexts, Floats

TOKENS = 32
SPELLING, MEANING, POSITION = 32, len(WHEEL_ORDER) + 3, 22
KINDS: tuple[frozenset[str], ...] = tuple(frozenset(words.split()) for words in (
    "from starting",
    "to into towards toward until becoming becomes become",
    "then next afterwards finally",
    "turn change transform modify changing replace make go move shift turning",
    "face expression look mood smile mouth eyes brows it this the his her",
    "very extremely slightly half bit little barely strongly deeply really",
    "not no never without neither nor",
    "and with but or while",
    "back neutral through hold keep over seconds second frames",
))
"""Small words by what they do in an instruction; a design choice, enough to tell roles apart."""
FROM, TO, THEN = 0, 1, 2
DIM = SPELLING + 3 * MEANING + len(KINDS) + POSITION
LONGEST_TEXT = 4000  # characters that are looked at; 32 words are shorter by far

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?")
_LONGEST_PERIOD = 10000.0  # tokens, Vaswani et al. 2017


class EmbeddedEncoder:
    """Words to rows of `DIM` numbers by rules alone; numpy only."""

    name = "embedded"
    tokens = TOKENS
    dim = DIM
    overall = DIM

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        self._vocabulary = vocabulary or default_vocabulary()

    def encode(self, texts: Sequence[str]) -> EncodedTexts:
        """See `TextEncoder`; `overall` is the mean of the tokens (Reimers and Gurevych 2019)."""
        tokens = np.zeros((len(texts), TOKENS, DIM), np.float32)
        mask = np.zeros((len(texts), TOKENS), bool)
        for row, text in enumerate(texts):
            words = _WORD.findall(text[:LONGEST_TEXT].lower())[:TOKENS]
            if words:
                tokens[row, :len(words)] = self._rows(words)
                mask[row, :len(words)] = True
        count = np.maximum(mask.sum(axis=1, keepdims=True), 1)
        return EncodedTexts(tokens, mask, (tokens.sum(axis=1) / count).astype(np.float32))

    def _rows(self, words: list[str]) -> Floats:
        """(n,DIM) of the words of one sentence."""
        meant = self._meanings(words)
        roles = _roles(words)
        parts = [
            np.stack([_spelling(word) for word in words]),
            meant,
            meant * (roles == FROM)[:, None],
            meant * (roles == TO)[:, None],
            np.array([[word in kind for kind in KINDS] for word in words], np.float32),
            _positions()[:len(words)],
        ]
        return np.asarray(np.concatenate(parts, axis=1), np.float32)

    def _meanings(self, words: list[str]) -> Floats:
        """(n,MEANING): a phrase that names an emotion gives its place to each of its words."""
        rows = np.zeros((len(words), MEANING), np.float32)
        at = 0
        while at < len(words):
            found = self._vocabulary.find(words[at:at + self._vocabulary.longest])
            mix = found[0] if found else self._vocabulary.find_form(words[at])
            count = found[1] if found else 1
            if mix is not None:
                rows[at:at + count] = _place(mix)
            at += count
        return rows


def _place(mix: EmotionMix) -> Floats:
    """(MEANING,) the petals' strengths, neutral, that it is an emotion, and the strongest."""
    row = np.zeros(MEANING, np.float32)
    named = [(mix.primary, mix.intensity), (mix.secondary, mix.secondary_intensity),
             (mix.tertiary, mix.tertiary_intensity)]
    present = [(name, strength) for name, strength in named if name in WHEEL_ORDER]
    for name, strength in present:
        row[WHEEL_ORDER.index(str(name))] = strength
    row[len(WHEEL_ORDER)] = mix.primary == NEUTRAL
    row[len(WHEEL_ORDER) + 1] = 1.0
    row[len(WHEEL_ORDER) + 2] = max((strength for _, strength in present), default=0.0)
    return row


def _roles(words: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) FROM after "from", TO after "to" or "then" and where nothing was said yet."""
    now, roles = TO, []
    for word in words:
        if word in KINDS[FROM]:
            now = FROM
        elif word in KINDS[TO] or word in KINDS[THEN]:
            now = TO
        roles.append(now)
    return np.array(roles, dtype=np.int64)


@lru_cache(maxsize=4096)
def _spelling(word: str) -> Floats:
    """(SPELLING,) of length 1: the sum of its n-grams' signs, each by 32 bits of a hash."""
    marked = f"<{word}>"
    grams = [marked[at:at + size] for size in (3, 4) for at in range(len(marked) - size + 1)]
    bits = np.frombuffer(
        b"".join(hashlib.blake2b(gram.encode(), digest_size=SPELLING // 8).digest()
                 for gram in (marked, *grams)), np.uint8)
    signs = 2.0 * np.unpackbits(bits).reshape(-1, SPELLING) - 1.0
    total = signs.sum(axis=0)
    row: Floats = (total / max(float(np.linalg.norm(total)), 1e-6)).astype(np.float32)
    row.flags.writeable = False
    return row


@lru_cache(maxsize=1)
def _positions() -> Floats:
    """(TOKENS,POSITION) sinusoids, halved so that they do not drown what a word means."""
    rates = _LONGEST_PERIOD ** (-np.arange(POSITION // 2) / (POSITION // 2))
    turns = np.arange(TOKENS)[:, None] * rates
    waves = np.concatenate([np.sin(turns), np.cos(turns)], axis=1)
    return np.asarray(0.5 * waves, np.float32)
