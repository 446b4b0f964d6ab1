# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole performances on the mesh: lips do not pass through each other, lids not through eyes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from flamewheel import pipeline
from flamewheel.head.data import JOINT_NAMES
from flamewheel.head.evaluate import evaluate
from flamewheel.head.openings import lip_pairs
from flamewheel.head.part import cut_down
from flamewheel.head.registry import find_head
from flamewheel.motion.style import ALIVE
from flamewheel.trajectory import sample

HEAD = find_head("open")
COUNT = HEAD.expression_count
RATE = 60.0  # faces looked at a second
THROUGH = 0.15e-3  # m by which lips may overlap: less than their skin's relief
DEEPER = 0.15e-3  # m by which lids may go deeper than in a blink or at the ends of a step
SHUT = 0.5e-3  # m between lips that are shut

SENTENCES = (
    "from disgust to happiness over two seconds",
    "she forces a smile, then it slips into worry over two seconds",
    "smile with sad eyes", "only the left brow surprised, and back",
    "a crooked smile on the left, then wink", "angry but amused, hold half a second, then neutral",
    "suddenly terrified, hold for a second, then relieved", "blink twice",
    "close the eyes, then slowly sad", "press the lips together, then surprised, then furious",
    "disgusted, then suddenly surprised", "a mix of joy, fear and surprise, then sad",
)
SHUT_MOUTHS = ("very happy, but keep the mouth shut",
               "surprised, then furious, and keep the mouth shut",
               "surprised, then keep the mouth shut and be disgusted")


@cache
def looked_at():
    """The head cut down to lips and lids, where they are in it, and the eyeballs."""
    lips = lip_pairs(HEAD, np.arange(HEAD.vertex_count))
    lids = np.asarray(HEAD.masks["lids"])
    part, places = cut_down(HEAD, np.concatenate([lips.upper, lips.lower, lids]))
    upper, lower, lids = np.split(places, np.cumsum([len(lips.upper), len(lips.lower)]))
    return part, upper, lower, lids


def vertices(codes):
    pose = np.zeros((len(codes), 5, 3))
    pose[:, 2] = codes[:, COUNT:COUNT + 3]
    return evaluate(looked_at()[0], None, codes[:, :COUNT], pose)


def lip_gaps(codes):
    """(N,m) m between the lips' inner edges."""
    _, upper, lower, _ = looked_at()
    placed = vertices(codes)
    return placed[:, upper, 1] - placed[:, lower, 1]


def lid_heights(codes):
    """(N,k) m of the lids' outer vertices above the eyeball that is behind them."""
    lids = looked_at()[3]
    template = np.asarray(HEAD.template, np.float64)
    joints = np.asarray(HEAD.joint_regressor, np.float64) @ template
    placed, heights = vertices(np.concatenate([np.zeros((1, codes.shape[1])), codes])), []
    for side, sign in (("left", 1), ("right", -1)):
        centre = joints[JOINT_NAMES.index(f"{side}_eye")]
        ball = np.concatenate([HEAD.masks[f"eye_{side}"], HEAD.masks["cornea"]])
        ball = template[ball[sign * template[ball, 0] > 0]] - centre
        radius = np.linalg.norm(ball, axis=1)
        own = lids[sign * placed[0, lids, 0] > 0]
        away = placed[:, own] - centre
        length = np.linalg.norm(away, axis=2)
        nearest = cKDTree(ball / radius[:, None]).query(away / length[..., None])[1]
        above = length - radius[nearest]
        heights.append(above[1:, above[0] > 0.05e-3])  # others line the lids inside
    return np.concatenate(heights, axis=1)


@cache
def own_depth():
    """m: the lowest that the head's lids lie while its own unit closes them."""
    units = HEAD.units
    closing = np.array([name in ("AU43L", "AU43R") for name in units.names], np.float64)
    codes = np.zeros((9, COUNT + 12))
    codes[:, :COUNT] = units.codes(np.linspace(0, 1, 9)[:, None] * closing)
    return lid_heights(codes).min()


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("motion", [None, ALIVE], ids=["still", "alive"])
def test_nothing_passes_through_lips_or_eyes(text, motion):
    made = pipeline.transition(text, motion=motion).trajectory
    faces = sample(made, np.arange(0, made.seconds, 1 / RATE))
    assert lip_gaps(faces).min() > -THROUGH
    ends = lid_heights(pipeline.transition(text).trajectory.codes).min()
    assert lid_heights(faces).min() > min(own_depth(), ends) - DEEPER


@pytest.mark.parametrize("text", SHUT_MOUTHS)
@pytest.mark.parametrize("motion", [None, ALIVE], ids=["still", "alive"])
def test_a_mouth_that_is_kept_shut_is_shut_all_the_time(text, motion):
    made = pipeline.transition(text, motion=motion).trajectory
    gaps = lip_gaps(sample(made, np.arange(0, made.seconds, 1 / RATE)))
    assert gaps.min() > -THROUGH and gaps.max() < SHUT
    assert np.abs(np.diff(made.codes[:, :COUNT], axis=0)).max() > 0.01, "and the face moves"


@pytest.mark.parametrize("text", SENTENCES)
def test_nothing_pops(text):
    """No vertex of lips or lids moves more between two pictures of a film than faces do."""
    made = pipeline.transition(text, motion=ALIVE).trajectory
    placed = vertices(sample(made, np.arange(0, made.seconds, 1 / RATE)))
    speed = np.linalg.norm(np.diff(placed, axis=0), axis=2).max() * RATE
    assert speed < 0.35, "m/s: a blink's lid moves at about 0.25"
