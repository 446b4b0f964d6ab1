# SPDX-License-Identifier: GPL-3.0-or-later
"""The emotion network's losses by numbers worked out by hand."""

from __future__ import annotations

import math

import torch

from flamewheel.training.emotion_losses import affect_loss, concordance, emotion_loss, pearson
from flamewheel.training.emotion_network import EmotionGuess

ONE, OTHER = torch.tensor([0.0, 1.0]), torch.tensor([0.5, 1.0])


def guess(valence: torch.Tensor, arousal: torch.Tensor, logits: torch.Tensor | None = None
          ) -> EmotionGuess:
    return EmotionGuess(torch.zeros(len(valence), 2) if logits is None else logits, valence,
                        arousal)


def test_correlations() -> None:
    assert math.isclose(float(pearson(ONE, OTHER)), 1.0, abs_tol=1e-5)
    # means 1/2, 3/4; variances 1/4, 1/16; covariance 1/8: 2/8 / (1/4 + 1/16 + 1/16) = 2/3
    assert math.isclose(float(concordance(ONE, OTHER)), 2 / 3, abs_tol=1e-5)
    assert math.isclose(float(concordance(ONE, -ONE)), -0.25 * 2 / (0.5 + 1), abs_tol=1e-5)


def test_each_part_of_the_affect_loss() -> None:
    truth = torch.stack([OTHER, ONE], dim=1)
    found = guess(ONE, ONE)
    square, correlation, agreement = (
        float(affect_loss(found, truth, torch.eye(3)[row])) for row in range(3))
    assert math.isclose(square, 0.125, abs_tol=1e-5)  # (1/4 + 0) / 2, and 0 of arousal
    assert math.isclose(correlation, 0.0, abs_tol=1e-5)
    assert math.isclose(agreement, (1 - 2 / 3) / 2, abs_tol=1e-5)
    every = float(affect_loss(found, truth, torch.tensor([2.0, 2.0, 2.0])))
    assert math.isclose(every, (square + correlation + agreement) / 3, abs_tol=1e-5)


def test_photos_without_valence_do_not_count() -> None:
    truth = torch.stack([OTHER, ONE], dim=1)
    more = torch.cat([truth, torch.full((1, 2), float("nan"))])
    longer = guess(torch.cat([ONE, ONE[:1]]), torch.cat([ONE, ONE[:1]]))
    weights = torch.ones(3)
    assert float(affect_loss(longer, more, weights)) == float(
        affect_loss(guess(ONE, ONE), truth, weights))
    nothing = torch.full((2, 2), float("nan"))
    assert float(affect_loss(guess(ONE, ONE), nothing, weights)) == 0.0


def test_cross_entropy_is_added() -> None:
    nothing = torch.full((2, 2), float("nan"))
    logits = torch.tensor([[0.0, 0.0], [math.log(3.0), 0.0]])
    loss = emotion_loss(guess(ONE, ONE, logits), torch.tensor([0, 0]), nothing, torch.ones(3))
    assert math.isclose(float(loss), (math.log(2) - math.log(0.75)) / 2, abs_tol=1e-6)


def test_gradient_pulls_towards_the_truth() -> None:
    valence = torch.tensor([0.1, 0.2, 0.4], requires_grad=True)
    truth = torch.tensor([[0.5, 0.0], [0.6, 0.1], [0.9, 0.2]])
    affect_loss(guess(valence, torch.zeros(3)), truth, torch.tensor([1.0, 0.0, 0.0])).backward()
    assert valence.grad is not None and bool((valence.grad < 0).all())
