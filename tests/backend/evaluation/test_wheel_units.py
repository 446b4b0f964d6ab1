# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest

from flamewheel.evaluation.wheel_units import belonging, conflicts, kept_share

NAMES = ("AU1L", "AU1R", "AU4L", "AU4R", "AU6L", "AU6R", "AU12L", "AU12R", "AU15L", "AU15R",
         "AU25L", "AU25R")


def face(**units):
    return np.array([units.get(name[:-1], 0.0) for name in NAMES])


def test_what_is_kept_is_a_share_of_the_emotions_own_strength():
    own = face(AU6=0.5, AU12=1.0)  # Joy is named by 6 and 12
    mixed = np.stack([face(AU6=0.25, AU12=0.5), face(AU6=2.0, AU12=2.0), face(AU15=1.0), own])
    assert kept_share("Joy", NAMES, mixed, own) == pytest.approx([0.5, 1.0, 0.0, 1.0])


def test_any_set_of_units_that_names_it_will_do():
    own = face(AU6=0.5, AU12=1.0, AU25=1.0)  # 6+12 or 12+25
    assert kept_share("Joy", NAMES, face(AU12=1.0, AU25=1.0)[None], own) == pytest.approx([1.0])


def test_an_emotion_that_shows_none_of_its_units_has_nothing_to_keep():
    assert np.isnan(kept_share("Joy", NAMES, face(AU12=1.0)[None], face(AU15=1.0))).all()


def test_antagonists_count_by_the_weaker():
    faces = np.stack([face(AU12=0.8, AU15=0.3), face(AU12=0.8), face(AU1=1.0, AU4=1.0)])
    assert conflicts(NAMES, faces) == pytest.approx([0.3, 0.0, 0.0])


def test_units_strange_to_both_emotions_are_stray():
    joy, fear = face(AU12=1.0, AU6=0.5), face(AU1=0.8, AU12=0.2)
    mixed = np.stack([face(AU12=0.7, AU1=0.3), face(AU12=1.5, AU15=0.5), face()])
    own, stray = belonging(mixed, np.stack([joy] * 3), np.stack([fear] * 3))
    assert own == pytest.approx(np.stack([face(AU12=0.7, AU1=0.3), face(AU12=1.0), face()]))
    assert stray == pytest.approx([0.0, 0.5, 0.0])
