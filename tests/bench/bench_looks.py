# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotions of one face: the embedded 2D model, its parts, and the classifier of 3D parameters.

    python tests/bench/bench_looks.py

The peer is OpenCV's own histogram of gradients over the whole face (as many numbers).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import torch

from flamewheel.emotion.image_model_embedded import load_embedded
from flamewheel.emotion.image_model_gradients import STEADY, gradient_features, upright_face
from flamewheel.emotion.network import ParameterNetwork
from flamewheel.emotion.network_file import NetworkRecogniser
from flamewheel.emotion.network_layout import NetworkLayout

GOAL_MS = 10.0  # beside FaceMesh's 4 ms and the fit's 13 ms it may not be what one waits for


def median_ms(function: Callable[[], object], times: int = 50) -> float:
    """Of several calls, after two to warm up."""
    taken = []
    for _ in range(times + 2):
        start = time.perf_counter()
        function()
        taken.append(1e3 * (time.perf_counter() - start))
    return statistics.median(taken[2:])


def main() -> None:
    """Print the table."""
    draw = np.random.default_rng(0)
    photo = cv2.GaussianBlur(draw.integers(0, 255, (1200, 1600, 3)).astype(np.uint8), (0, 0), 5)
    points = draw.uniform(-1, 1.5, (478, 2))
    points[list(STEADY)] = list(STEADY.values())
    points = 160.0 * points + [800.0, 500.0]
    model = load_embedded()
    face = upright_face(photo, points)
    features = gradient_features(face)[None]
    peer = cv2.HOGDescriptor((144, 144), (24, 24), (12, 12), (12, 12), 9)
    classes = ("Anger", "Disgust", "Fear", "Joy", "Neutral", "Sadness", "Surprise", "Contempt")
    rows = draw.normal(size=(1, 53))
    print(f"{'one face, ms':44s} median")
    for what, function in (
        (f"embedded 2D model (goal {GOAL_MS:g})", lambda: model.read(photo, points)),
        ("  the face cut out", lambda: upright_face(photo, points)),
        ("  gradients about landmarks", lambda: gradient_features(face)),
        ("  machine of radial basis functions", lambda: model.machine.probabilities(features)),
        ("peer: OpenCV's HOG of the whole face", lambda: peer.compute(face.pixels)),
    ):
        print(f"{what:44s} {median_ms(function):6.2f}")
    for width in (96, 2048):
        layout = NetworkLayout("flame", classes, (("expression", 50), ("jaw", 3)), width=width)
        ready = NetworkRecogniser(ParameterNetwork(layout).eval())
        taken = median_ms(partial(ready.answer, rows))
        print(f"{f'3D classifier, width {width}':44s} {taken:6.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
