# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of transitions: what their files must hold, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flamewheel.errors import InputFileError
from flamewheel.training.datasets.transitions import (
    TransitionSet,
    load_transitions,
    save_transitions,
)


def small_set() -> TransitionSet:
    return TransitionSet(
        "open", np.arange(20.0).reshape(5, 4), np.zeros((5, 3)),
        np.array(["Joy", "Anger", "Neutral", "Joy", "Fear"]),
        np.array(["a", "a", "a", "b", "b"]), np.array(["photo"] * 3 + ["facs"] * 2),
        np.array([False] * 3 + [True] * 2), np.array([[0, 1], [1, 2], [3, 4]]),
        np.array(["x", "y", "z"]), np.array([0, 1, 2]), np.array([2, 2, 2, -1, -1]))


def test_a_set_comes_back_from_its_file(tmp_path: Path) -> None:
    save_transitions(small_set(), tmp_path / "set.npz")
    again = load_transitions(tmp_path / "set.npz")
    np.testing.assert_array_equal(again.codes, small_set().codes)
    np.testing.assert_array_equal(again.pairs, small_set().pairs)
    assert again.text.tolist() == ["x", "y", "z"]
    assert again.pair_held_out.tolist() == [False, False, True]
    assert again.with_pairs(again.pair_held_out).text.tolist() == ["z"]


@pytest.mark.parametrize("change", [
    {"pairs": np.array([[0, 1], [1, 2], [3, 9]])},
    {"pairs": np.array([[0, 1], [1, 3], [3, 4]])},  # two people
    {"pairs": np.array([[-1, 1], [1, 2], [3, 4]])},
    {"jaw": np.full((5, 3), np.nan)},
    {"jaw": np.zeros((5, 2))},
    {"emotion": np.array(["Joy", "Anger", "Neutral", "Joy", "Bliss"])},
    {"source": np.array(["photo"] * 2 + ["facs"] * 3)},
    {"held_out": np.array([False, False, True, True, True])},
    {"neutral": np.array([2, 2, 2, 2, 2])},  # another's
    {"neutral": np.array([1, 2, 2, -1, -1])},  # not neutral
    {"text": np.array(["x", "y"])},
    {"template": np.array([0, 1, -2])},
], ids=lambda change: next(iter(change)))
def test_what_does_not_fit_together_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputFileError) as refusal:
        replace(small_set(), **change)
    assert refusal.value.code == "bad-transitions" and refusal.value.hint


def test_files_that_are_no_set_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="There is no file"):
        load_transitions(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(InputFileError) as refusal:
        load_transitions(tmp_path / "text.npz")
    assert refusal.value.code == "transitions-unreadable"
    np.savez(tmp_path / "other.npz", format=np.array("other"))
    with pytest.raises(InputFileError, match=r"other\.npz"):
        load_transitions(tmp_path / "other.npz")
    save_transitions(small_set(), tmp_path / "set.npz")
    arrays = dict(np.load(tmp_path / "set.npz"))
    del arrays["neutral"]
    np.savez(tmp_path / "lacking.npz", **arrays)
    with pytest.raises(InputFileError, match="neutral"):
        load_transitions(tmp_path / "lacking.npz")
    arrays["neutral"] = np.array([object()] * 5)
    np.savez(tmp_path / "pickled.npz", **arrays)
    with pytest.raises(InputFileError) as refusal:
        load_transitions(tmp_path / "pickled.npz")
    assert refusal.value.code == "transitions-unsafe"
