# SPDX-License-Identifier: GPL-3.0-or-later
"""EMOCA's losses by numbers worked out by hand, and which way they pull."""

from __future__ import annotations

import math

import pytest
import torch

from flamewheel.training import face_losses as losses


def points(**places: tuple[float, float]) -> torch.Tensor:
    """(1,478,2) zeros but for `n<number>`."""
    made = torch.zeros(1, 478, 2)
    for name, place in places.items():
        made[0, int(name[1:])] = torch.tensor(place)
    return made


def test_relative_keypoints() -> None:
    seen, model = points(n13=(0.0, 0.1), n14=(0.0, 0.4)), points(n13=(0.2, 0.0), n14=(0.1, 0.1))
    # apart: (0, -0.3) - (0.1, -0.1) = (-0.1, -0.2): 0.3
    assert math.isclose(float(losses.relative_keypoints(seen, model, ((13, 14),))), 0.3,
                        abs_tol=1e-6)


@pytest.mark.parametrize("loss", [losses.eye_closure, losses.mouth_closure, losses.lip_corners])
def test_relative_losses_do_not_see_misplacement(loss: object) -> None:
    assert callable(loss)
    torch.manual_seed(0)
    seen = torch.randn(2, 478, 2)
    assert float(loss(seen, seen + torch.tensor([0.3, -0.2]))) < 1e-5
    assert float(loss(seen, 1.5 * seen)) > 0.1


@pytest.mark.parametrize(("loss", "upper", "lower"), [
    (losses.eye_closure, 159, 145), (losses.mouth_closure, 13, 14)])
def test_closure_pulls_lids_and_lips_apart(loss: object, upper: int, lower: int) -> None:
    assert callable(loss)
    seen = points(**{f"n{upper}": (0.0, -0.1), f"n{lower}": (0.0, 0.1)})  # y runs down: open
    model = torch.zeros(1, 478, 2, requires_grad=True)
    loss(seen, model).backward()
    assert model.grad is not None
    assert float(model.grad[0, upper, 1]) > 0 > float(model.grad[0, lower, 1])


def test_landmarks() -> None:
    weights = torch.zeros(478)
    weights[[0, 1]] = torch.tensor([1.0, 3.0])
    off = points(n0=(0.1, 0.1), n1=(0.0, 0.4), n2=(9.0, 9.0))
    assert math.isclose(float(losses.landmark_distance(off, torch.zeros_like(off), weights)),
                        (0.2 + 3 * 0.4) / 4, abs_tol=1e-6)


def test_photometric_counts_visible_skin_only() -> None:
    picture, rendered = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)
    visible = torch.zeros(1, 1, 2, 2)
    assert float(losses.photometric(picture, rendered, visible)) == 0.0
    visible[0, 0, 0, :] = 1
    rendered[0, :, 0, 0] = 0.5
    assert math.isclose(float(losses.photometric(picture, rendered, visible)), 0.75)


def test_photometric_pulls_towards_the_photo() -> None:
    rendered = torch.full((1, 3, 2, 2), 0.2, requires_grad=True)
    losses.photometric(torch.ones(1, 3, 2, 2), rendered, torch.ones(1, 1, 2, 2)).backward()
    assert rendered.grad is not None and bool((rendered.grad < 0).all())


def test_emotion_is_a_distance() -> None:
    one, other = torch.zeros(2, 2), torch.tensor([[3.0, 4.0], [0.0, 0.0]])
    assert math.isclose(float(losses.emotion_distance(one, other)), 2.5, abs_tol=1e-5)
    same = torch.zeros(1, 3, requires_grad=True)
    losses.emotion_distance(same, torch.zeros(1, 3)).backward()
    assert same.grad is not None and bool(same.grad.isfinite().all())


def test_expression_prior() -> None:
    assert float(losses.expression_size(torch.tensor([[1.0, 2.0], [0.0, 1.0]]))) == 3.0


def test_weights_are_the_papers() -> None:
    weights = losses.CoarseWeights()
    assert (weights.emotion, weights.photometric, weights.expression) == (1.0, 2.0, 1e-4)
    assert weights.eye_closure == weights.mouth_closure == weights.lip_corners == 0.5


def test_total_is_the_weighted_sum() -> None:
    terms = losses.CoarseTerms(*(torch.tensor(float(n)) for n in range(1, 7)),
                               torch.tensor(float("nan")), torch.tensor(8.0))
    expected = 1 * 1 + 2 * 2 + 0.5 * (3 + 4 + 5) + 1e-4 * 6
    assert math.isclose(float(terms.total(losses.CoarseWeights())), expected, rel_tol=1e-6)
    assert "emotion 1.0000" in terms.line()
