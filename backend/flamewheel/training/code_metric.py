# SPDX-License-Identifier: GPL-3.0-or-later
"""How far apart two codes are, in millimetres of the face, and the landmarks' first answer."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..encoders.image_network import EYES_SIZE, JAW_SIZE, ImageEncoderNetwork, eye_frame
from ..encoders.landmark import prepare_head
from ..encoders.priors import GAZE_DEVIATION
from ..head.data import HeadData
from ..head.evaluate import evaluate
from ..head.part import cut_down
from .datasets.crops import Floats
from .datasets.renders import RenderedFaces

STEP = 0.01  # of a unit of each number of the code, for its slope
FLOOR = 0.05  # mm² that one unit of expression counts at least, so that none runs away
BROWS = (46, 52, 53, 55, 63, 65, 66, 70, 105, 107, 276, 282, 283, 285, 293, 295, 296, 300, 334, 336)
BROW_WEIGHT = 3.0
"""Brows are a twentieth of the landmarks and move less than a mouth, but say as much."""
GAZE_MM = 6.0  # mm that a standard deviation of gaze counts: as much as it moves the iris's rim
SCATTER = 0.005  # of the eyes' distance: FaceMesh's own; what varies less says nothing
RIDGE = 300.0  # of 940 standardised landmark numbers; on renders 3 to 300 do about as well


def code_metric(head: HeadData) -> Tensor:
    """(E+7,E+7) M with Δᵀ M Δ = mean mm² over landmarks by which Δ moves the mean face."""
    points = prepare_head(head).points
    corners = np.asarray(head.triangles)[points.triangles]
    part, places = cut_down(head, corners.ravel())
    rows, count = places.reshape(corners.shape), head.expression_count

    def landmarks(expression: Floats, jaw: Floats) -> Floats:
        pose = np.zeros((len(expression), 5, 3))
        pose[:, 2] = jaw
        moved = evaluate(part, None, expression, pose)[:, rows]
        return np.asarray((moved * points.barycentrics[:, :, None]).sum(2))

    moves = np.eye(count + JAW_SIZE) * STEP
    moved = landmarks(moves[:, :count], moves[:, count:]) - landmarks(
        np.zeros((1, count)), np.zeros((1, JAW_SIZE)))
    weights = np.where(np.isin(points.landmarks, BROWS), BROW_WEIGHT, 1.0)
    slopes = (moved * 1e3 / STEP * np.sqrt(weights / weights.sum())[:, None]).reshape(
        len(moved), -1)
    metric = np.zeros((len(moved) + EYES_SIZE,) * 2)
    metric[:len(moved), :len(moved)] = slopes @ slopes.T
    metric[np.arange(count), np.arange(count)] += FLOOR
    gaze = np.arange(len(moved), len(metric))
    metric[gaze, gaze] = (GAZE_MM / np.tile(GAZE_DEVIATION, 2)) ** 2 / len(points.landmarks)
    return torch.tensor(metric, dtype=torch.float32)


def square_distance(metric: Tensor, codes: Tensor, truth: Tensor) -> Tensor:
    """(B,) mm² between codes (B,E+7)."""
    off = codes - truth
    return torch.einsum("bi,ij,bj->b", off, metric, off)


def answer_by_landmarks(
    network: ImageEncoderNetwork, renders: RenderedFaces, metric: Tensor
) -> None:
    """Sets the network's linear part to the ridge regression of the renders' codes.

    And the ways in which it may correct codes to the principal components, in mm, of what the
    regression leaves open.
    """
    seen = eye_frame(torch.tensor(renders.landmarks)).numpy()
    mean, deviation = seen.mean(0), np.maximum(seen.std(0), SCATTER)
    codes = renders.codes()
    standard = (seen - mean) / deviation
    system = standard.T @ standard + RIDGE * np.eye(standard.shape[1])
    slopes = np.linalg.solve(system, standard.T @ (codes - codes.mean(0)))
    left = codes - codes.mean(0) - standard @ slopes
    ways = principal_ways(left, metric.cpu().double().numpy(), len(network.ways))
    with torch.no_grad():
        network.ways[:len(ways)] = torch.tensor(ways)
        network.landmark_mean.copy_(torch.tensor(mean))
        network.landmark_deviation.copy_(torch.tensor(deviation))
        network.direct.weight.copy_(torch.tensor(slopes.T))
        network.direct.bias.copy_(torch.tensor(codes.mean(0)))


def principal_ways(left: Floats, metric: Floats, count: int) -> Floats:
    """(<=count,E+7) principal components of codes (N,E+7) by the metric, a deviation long each."""
    lower = np.linalg.cholesky(metric)
    _, sizes, directions = np.linalg.svd(left @ lower / np.sqrt(len(left)), full_matrices=False)
    ways = np.linalg.solve(lower.T, (sizes[:count, None] * directions[:count]).T)
    return np.asarray(ways.T)
