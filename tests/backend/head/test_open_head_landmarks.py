# SPDX-License-Identifier: GPL-3.0-or-later
"""FaceMesh on grey pictures of the open head: a part of `tests/bench/open_head_landmarks.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from open_head_looks import (
    Look,
    base_units,
    followed,
    look,
    posed,
    random_shapes,
    random_units,
)

from flamewheel.head.data import HeadData
from flamewheel.head.open_head.build import build_open_head

PEOPLE = 12
UNSEEN = {"AU29", "AU33", "AU34", "AU35", "AU38", "AU39"}
"""FaceMesh has no landmark that follows them from the front: jaw thrust goes along the view; blown,
puffed or sucked cheeks and nostrils change shading and outline, and its 468 points hardly move."""


@pytest.fixture(scope="module")
def head() -> HeadData:
    return build_open_head()


@pytest.fixture(scope="module")
def neutral(head: HeadData) -> list[Look]:
    return [look(head, posed(head, {}, shape)) for shape in random_shapes(head, PEOPLE, seed=11)]


@pytest.fixture(scope="module")
def expressions(head: HeadData) -> list[tuple[float, Look]]:
    """Yaw in degrees and what was seen, alternately from the front and turned."""
    rng = np.random.default_rng(12)
    made = []
    for number, shape in enumerate(random_shapes(head, PEOPLE, seed=13)):
        yaw = float(rng.uniform(-35, 35)) if number % 2 else 0.0
        made.append((yaw, look(head, posed(head, random_units(head, rng), shape), yaw)))
    return made


def test_every_face_is_found(neutral: list[Look], expressions: list[tuple[float, Look]]) -> None:
    assert all(one.seen is not None for one in neutral)
    assert all(one.seen is not None for _, one in expressions)


@pytest.mark.xfail(reason="2.9 %: upper lip, nostrils, brows and jaw are seen 3 to 5 % off")
def test_neutral_faces_are_seen_where_they_are(neutral: list[Look]) -> None:
    assert np.mean([one.error() for one in neutral]) < 0.025


def test_expressions_are_seen_where_they_are(expressions: list[tuple[float, Look]]) -> None:
    assert np.mean([one.error() for yaw, one in expressions if yaw == 0]) < 0.035


def test_a_wrong_place_is_noticed(neutral: list[Look]) -> None:
    one = neutral[0]
    assert Look(one.seen + 5.0, one.truth, one.picture).error() > 0.035


def test_every_unit_moves_its_own_landmarks_the_right_way(head: HeadData) -> None:
    shapes = random_shapes(head, 6, seed=11)  # fewer, and FaceMesh's scatter shows
    shapes[0] = 0.0
    rests = [look(head, posed(head, {}, shape)) for shape in shapes]
    wrong = {}
    for name in base_units(head):
        if name in UNSEEN:
            continue
        shown = [look(head, posed(head, {name: 1.0}, shape)) for shape in shapes]
        cosine = followed(list(zip(rests, shown, strict=True))).cosine
        if cosine <= 0.7:
            wrong[name] = round(cosine, 2)
    assert not wrong
