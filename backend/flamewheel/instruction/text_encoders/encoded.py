# SPDX-License-Identifier: GPL-3.0-or-later
"""What a text encoder is, and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class EncodedTexts:
    """B sentences as an encoder sees them."""

    tokens: Floats  # (B,L,D) x^t of paper 002; zeros where `mask` is False
    mask: npt.NDArray[np.bool_]  # (B,L) True where there is a token
    overall: Floats  # (B,G) each sentence in one row: CLIP's summary token, or the tokens' mean

    def take(self, rows: npt.ArrayLike) -> EncodedTexts:
        """Some of the sentences, repeated where a row is named more than once."""
        at = np.asarray(rows, dtype=np.int64)
        return EncodedTexts(self.tokens[at], self.mask[at], self.overall[at])


class TextEncoder(Protocol):
    """Sentences to numbers; the same sentence gives the same numbers every time."""

    @property
    def name(self) -> str:
        """What weights that were trained with it say: "embedded", or CLIP's layout."""

    @property
    def tokens(self) -> int:
        """L, how many tokens a sentence has at most; longer ones are cut off."""

    @property
    def dim(self) -> int:
        """D."""

    @property
    def overall(self) -> int:
        """G."""

    def encode(self, texts: Sequence[str]) -> EncodedTexts:
        """Of any number of sentences, none included."""
