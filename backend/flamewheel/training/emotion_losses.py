# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emotion network is trained by (Toisoul et al. 2021, which EMOCA follows).

L = CE + (a MSE + b (1 − PCC) + c (1 − CCC)) / (a + b + c) with a, b, c drawn anew each step from
[0, 1]: one of the three never rules, and the network learns to please all.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .emotion_network import EmotionGuess

FEWEST_AFFECTS = 2  # a correlation needs two photos
TINY = 1e-8


def pearson(guess: Tensor, truth: Tensor) -> Tensor:
    """Pearson's correlation of two (B,)."""
    one, other = guess - guess.mean(), truth - truth.mean()
    return (one * other).mean() / (one.square().mean() * other.square().mean() + TINY).sqrt()


def concordance(guess: Tensor, truth: Tensor) -> Tensor:
    """Lin's concordance correlation (1989) of two (B,): 1 only where they are equal."""
    one, other = guess - guess.mean(), truth - truth.mean()
    shared = 2 * (one * other).mean()
    apart = (guess.mean() - truth.mean()).square()
    return shared / (one.square().mean() + other.square().mean() + apart + TINY)


def affect_loss(guess: EmotionGuess, truth: Tensor, weights: Tensor) -> Tensor:
    """Of valence and arousal; photos without them, NaN in `truth` (B,2), do not count.

    weights: (3,) of mean square, Pearson's and concordance loss; only their ratios matter.
    """
    known = truth.isfinite().all(dim=1)
    if int(known.sum()) < FEWEST_AFFECTS:
        return guess.valence.sum() * 0.0
    terms = []
    for found, wanted in zip((guess.valence[known], guess.arousal[known]), truth[known].T,
                             strict=True):
        terms.append(torch.stack([(found - wanted).square().mean(), 1 - pearson(found, wanted),
                                  1 - concordance(found, wanted)]))
    square, correlation, agreement = terms[0] + terms[1]
    losses = torch.stack([square, correlation / 2, agreement / 2])
    return (weights * losses).sum() / (weights.sum() + TINY)


def emotion_loss(
    guess: EmotionGuess, classes: Tensor, affect: Tensor, weights: Tensor, smoothing: float = 0.0
) -> Tensor:
    """The whole loss of a batch.

    classes: (B,) numbers.  affect: (B,2) valence and arousal, NaN where unknown.  smoothing: how
    much of each label is spread over all classes, for labels of loose meaning.
    """
    expression = functional.cross_entropy(guess.logits, classes, label_smoothing=smoothing)
    return expression + affect_loss(guess, affect, weights)
