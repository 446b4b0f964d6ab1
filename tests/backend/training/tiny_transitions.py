# SPDX-License-Identifier: GPL-3.0-or-later
"""A small set of transitions of the open head, made of FACS faces of people who differ a little."""

from __future__ import annotations

import numpy as np

from flamewheel.head.registry import find_head
from flamewheel.instruction.transition_set import FACS, TransitionSet
from flamewheel.instruction.transition_wording import LABELS, TEMPLATES, sentence
from flamewheel.wheel.facs import ring_strengths, strengths_for
from flamewheel.wheel.units import face_rows

EMOTIONS = ("Neutral", "Joy", "Anger", "Surprise")
HELD = 3  # people kept for measuring


def tiny_transitions(people: int = 14, seed: int = 0) -> TransitionSet:
    """Each of `people` shows four emotions; every ordered pair of two with a sentence."""
    head = find_head("open")
    chance = np.random.default_rng(seed)
    rows, emotion, subject = [], [], []
    for person in range(people):
        liveliness = chance.uniform(0.7, 1.2)
        for name in EMOTIONS:
            strengths, _ = strengths_for(head.units.names, ring_strengths(name, liveliness))
            noise = np.maximum(0.03 * chance.standard_normal(strengths.shape), 0.0)
            rows.append(strengths + noise)
            emotion.append(name)
            subject.append(f"person {person}")
    codes = face_rows(head.units, np.array(rows))
    count = len(EMOTIONS)
    pairs = np.array([(person * count + one, person * count + two) for person in range(people)
                      for one in range(count) for two in range(count) if one != two])
    template = chance.integers(0, len(TEMPLATES), len(pairs))
    texts = [sentence(TEMPLATES[at], LABELS[emotion[one]], LABELS[emotion[two]])
             for at, (one, two) in zip(template, pairs, strict=True)]
    faces = np.arange(len(codes))
    return TransitionSet(
        "open", codes[:, :-3], codes[:, -3:], np.array(emotion), np.array(subject),
        np.full(len(codes), FACS), faces // count >= people - HELD, pairs, np.array(texts),
        template, faces // count * count, head.checksum, "made for tests")
