# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how photos differ from renders to FaceMesh, for `encoders/photo_errors.py`.

    python tools/measure_photo_errors.py ../shared/faces --renders 9000 \
        -o backend/flamewheel/encoders/photo_errors.npz

Photos of people who are held out for measuring encoders are passed over.  Run `flamewheel head
calibrate` for the embedded heads afterwards.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from flamewheel.encoders.calibration_learning import calibration_from, rendered
from flamewheel.encoders.calibration_regression import wanted_parameters
from flamewheel.encoders.landmark import see_face
from flamewheel.encoders.photo_errors import measure_photo_errors as measure
from flamewheel.encoders.photo_errors import no_photo_errors, write_photo_errors
from flamewheel.errors import PhotoError
from flamewheel.head.registry import find_head
from flamewheel.labelled_photos import is_held_out, read_folder


def main() -> None:
    """Renders, photos, their difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("faces", type=Path)
    parser.add_argument("--renders", type=int, default=9000)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    seen, calm = [], []
    for photo in read_folder(options.faces):
        if is_held_out(photo.subject):
            continue
        try:
            seen.append(see_face(photo.path, None)[1])
        except PhotoError:
            continue
        calm.append(photo.emotion == "neutral")
    head = find_head()
    samples = rendered(head, options.renders, lambda done, total, text: None)
    samples = samples.take(samples.found)
    regressor = calibration_from(head, samples, photos=no_photo_errors()).regressor
    placed = regressor.mean_head.placed(samples.landmarks)
    write_photo_errors(options.output, measure(
        regressor, placed, wanted_parameters(samples, placed),
        np.linalg.norm(samples.expression, axis=1),
        regressor.mean_head.placed(np.stack(seen)), np.array(calm)))


if __name__ == "__main__":
    main()
