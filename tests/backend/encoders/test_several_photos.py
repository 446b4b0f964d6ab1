# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos of real people: shared identities agree, the shipped statistics are of this fit."""

import csv
import hashlib
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from flamewheel.encoders.landmark import fit_face, prepare_head, see_face
from flamewheel.encoders.several import FaceSeen, solve_person
from flamewheel.encoders.several_people import learn_people, shipped_people
from flamewheel.errors import PhotoError
from flamewheel.head.registry import find_head
from flamewheel.metrics.separation import spread_ratio

FACES = Path(__file__).parents[4] / "shared" / "faces"
PEOPLE, PHOTOS = 8, 8

pytestmark = pytest.mark.skipif(not FACES.is_dir(), reason="needs ../shared/faces")


@pytest.fixture(scope="module")
def people():
    """Faces of some people that nothing was learned from, or statistics only."""
    by_subject = defaultdict(list)
    with open(FACES / "labels.csv", encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            apart = int(hashlib.sha256(row["subject"].encode()).hexdigest(), 16) % 5 == 0
            if not apart:  # the kept-apart fifth is for the final evaluation alone
                by_subject[row["subject"]].append(FACES / "images" / row["image"])
    chosen = [photos for photos in by_subject.values() if len(photos) >= PHOTOS + 2][:PEOPLE]
    return [[face for face in map(_seen, photos[:PHOTOS]) if face] for photos in chosen]


def _seen(photo):
    try:
        picture, landmarks, notes = see_face(photo, None)
    except PhotoError:
        return None
    return FaceSeen(picture.name, picture.original_size, landmarks, notes)


def test_two_halves_of_a_persons_photos_agree_better_than_single_photos(people):
    head = find_head()
    halves = [np.stack([solve_person(faces[start::2], head).identity.shape for start in (0, 1)])
              for faces in people]
    alone = [np.stack([solve_person([face], head).identity.shape for face in faces])
             for faces in people]
    assert spread_ratio(halves) < 0.65 * spread_ratio(alone)
    means = np.mean(np.concatenate(halves), axis=0)
    one, other = (np.array([half[place] - means for half in halves]) for place in (0, 1))
    apart = np.linalg.norm(one[:, None] - other[None], axis=2)
    assert (apart.argmin(axis=1) == np.arange(len(halves))).mean() >= 0.5  # told apart: 1 in 8


def test_the_shipped_statistics_were_learned_with_this_fit(people):
    """Otherwise run `tools/learn_people.py ../shared/faces`."""
    prepared = prepare_head(find_head())
    fits = [np.stack([fit_face(prepared, face.landmarks).state.coefficients[
        :prepared.solved_identity] for face in faces]) for faces in people]
    learned, shipped = learn_people(fits), shipped_people()
    assert shipped is not None
    ratio = np.trace(learned.within) / np.trace(shipped.within)
    assert 0.6 < ratio < 1.6
    sizes = np.diag(learned.within), np.diag(shipped.within)
    assert np.corrcoef(*np.log(sizes))[0, 1] > 0.7
