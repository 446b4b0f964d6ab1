# SPDX-License-Identifier: GPL-3.0-or-later
"""How people and their pictures scatter on the open head: encoders/open_head_people.npz anew.

    .venv/bin/python tools/learn_people.py ../shared/faces

FOLDER holds `labels.csv` (image, subject, …) and `images/`.  Subjects that are kept apart for
measuring (a fifth, by the hash of their names) are left out.  To be run again whenever the fit, its
noise or its priors change.  Only the statistics are written.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from flamewheel.encoders.landmark import fit_face, prepare_head, see_face
from flamewheel.encoders.several_people import (
    FEWEST_PICTURES,
    SHIPPED,
    learn_people,
    write_people,
)
from flamewheel.errors import PhotoError
from flamewheel.head.registry import find_head
from flamewheel.labelled_photos import is_held_out, read_folder

MOST_PICTURES = 16  # of a person, so that a famous face does not speak for all


def main() -> int:
    """Fit every photo alone, gather by subject, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=SHIPPED)
    given = parser.parse_args()
    photos = defaultdict(list)
    for photo in read_folder(given.folder):
        if not is_held_out(photo.subject):
            photos[photo.subject].append(photo.path)
    groups = [fits_of(paths) for paths in photos.values() if len(paths) >= FEWEST_PICTURES]
    kept = [group for group in groups if len(group) >= FEWEST_PICTURES]
    write_people(learn_people(kept), given.output)
    print(f"{given.output}: {len(kept)} people, {sum(map(len, kept))} photos")
    return 0


def fits_of(paths: list[Path]) -> np.ndarray:
    """(n,S) identities of the photos that have a face."""
    prepared = prepare_head(find_head())
    found = []
    for path in paths[:MOST_PICTURES]:
        try:
            landmarks = see_face(path, None)[1]
        except PhotoError:
            continue
        fit = fit_face(prepared, landmarks)
        found.append(fit.state.coefficients[:prepared.solved_identity])
    return np.array(found)


if __name__ == "__main__":
    raise SystemExit(main())
