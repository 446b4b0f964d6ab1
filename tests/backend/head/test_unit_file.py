# SPDX-License-Identifier: GPL-3.0-or-later
"""Units as files: what was written is read, and what is wrong is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import HeadError
from flamewheel.head.data import NamedUnits
from flamewheel.head.unit_file import load_units, save_units
from flamewheel.head.unit_solving import SolvedUnits


@pytest.fixture
def solved() -> SolvedUnits:
    chance = np.random.default_rng(0)
    units = NamedUnits(("AU1L", "AU12L", "AU26"), chance.normal(size=(3, 4)),
                       chance.normal(size=(3, 5, 3)), np.array([[0, 2]], np.int32),
                       chance.normal(size=(1, 4)))
    return SolvedUnits(units, np.array([0.9, 0.4, 1.0]), "made up", np.array([0.1, 0.2, 0.3]),
                       np.array([0.99, 0.7, 1.0]))


def test_there_and_back(solved: SolvedUnits, tmp_path: Path) -> None:
    save_units(solved, tmp_path / "units.npz", "somebody", "abc")
    back = load_units(tmp_path / "units.npz", "abc")
    assert back.units.names == solved.units.names and back.source == "made up"
    for name in ("expression", "pose", "pairs", "pair_expression"):
        np.testing.assert_array_equal(getattr(back.units, name), getattr(solved.units, name))
    for name in ("explained", "error", "cosine"):
        np.testing.assert_array_equal(getattr(back, name), getattr(solved, name))
    with np.load(tmp_path / "units.npz", allow_pickle=False) as arrays:
        assert arrays["meanings"][1] == "lip corner puller, left"
        assert str(arrays["head"]) == "somebody"


def test_units_without_pairs(solved: SolvedUnits, tmp_path: Path) -> None:
    alone = SolvedUnits(NamedUnits(("AU1L",), np.ones((1, 4)), np.zeros((1, 5, 3))),
                        np.ones(1), "made up")
    save_units(alone, tmp_path / "units.npz", "somebody", "abc")
    back = load_units(tmp_path / "units.npz")
    assert back.units.pair_expression is None and not len(back.units.pairs)


def test_wrong_files_are_refused(solved: SolvedUnits, tmp_path: Path) -> None:
    path = tmp_path / "units.npz"
    save_units(solved, path, "somebody", "abc")
    with pytest.raises(HeadError) as refused:
        load_units(path, "another")
    assert refused.value.code == "other-head" and "somebody" in refused.value.message
    with np.load(path) as stored:
        arrays = dict(stored)
    for changed in ({"format": np.array("other")}, {"names": np.array("AU1L")},
                    {"names": np.arange(3)}):
        np.savez(path, **{**arrays, **changed})
        with pytest.raises(HeadError) as refused:
            load_units(path)
        assert refused.value.code == "units-unreadable"
    for changed in ({"pose": arrays["pose"][:2]}, {"pairs": np.array([[0, 3]], np.int32)},
                    {"expression": arrays["expression"] * np.nan}):
        np.savez(path, **{**arrays, **changed})
        with pytest.raises(HeadError) as refused:
            load_units(path)
        assert refused.value.code == "head-bad-array"
    path.write_bytes(b"PK nothing")
    with pytest.raises(HeadError):
        load_units(path)
