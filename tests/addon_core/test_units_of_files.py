# SPDX-License-Identifier: GPL-3.0-or-later
"""Units out of head files and the backend's answers, and what they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_addon.core.errors import HeadError
from blender_addon.core.head_file import EMBEDDED, open_head_path
from blender_addon.core.head_units import units_of_file, units_of_reply
from blender_addon.core.protocol_units import UnitsReply
from blender_addon.core.unit_names import REGIONS, other_side, unit_label, unit_rows


@pytest.mark.parametrize("name", sorted(EMBEDDED))
def test_the_embedded_heads_name_their_units(name: str) -> None:
    units = units_of_file(open_head_path(name))
    assert units is not None and len(units.names) == 68 and units.expression.shape == (68, 100)
    assert units.jaw[units.names.index("AU27")] == pytest.approx([0.44, 0, 0])
    rows = unit_rows(units.names)
    assert sorted(name for row in rows for name in row.names) == sorted(units.names)
    assert {row.region for row in rows} == set(REGIONS) and all(row.label for row in rows)


def good() -> dict[str, Any]:
    return {"units_names": np.array(["AU1L", "AU26"]), "units_expression": np.ones((2, 3)),
            "units_pose": np.zeros((2, 5, 3)), "units_pairs": np.array([[0, 1]]),
            "units_pair_expression": np.ones((1, 3))}


@pytest.mark.parametrize(("name", "value"), [
    ("units_names", np.array(["AU1L"])), ("units_names", np.array(["AU1L", "AU1L"])),
    ("units_names", np.array(['"]; evil', "AU26"])), ("units_expression", np.ones(3)),
    ("units_expression", np.full((2, 3), np.nan)), ("units_pose", np.zeros((2, 3))),
    ("units_pairs", np.array([[0, 2]])), ("units_pairs", np.array([[0.0, 1.0]])),
    ("units_pair_expression", np.ones((1, 2))),
])
def test_units_that_do_not_fit_are_refused(tmp_path: Path, name: str, value: Any) -> None:
    np.savez(tmp_path / "head.npz", **{**good(), name: value})
    with pytest.raises(HeadError) as refused:
        units_of_file(tmp_path / "head.npz")
    assert refused.value.code == "bad-head" and refused.value.hint


def test_files_without_units_and_without_sense(tmp_path: Path) -> None:
    np.savez(tmp_path / "plain.npz", v_template=np.zeros(3))
    assert units_of_file(tmp_path / "plain.npz") is None
    (tmp_path / "broken.npz").write_bytes(b"PK nonsense")
    for name, code in (("broken.npz", "head-unreadable"), ("gone.npz", "file-not-found")):
        with pytest.raises(HeadError) as refused:
            units_of_file(tmp_path / name)
        assert refused.value.code == code


@pytest.mark.parametrize("reply", [
    UnitsReply([], []), UnitsReply(["AU1"], [[0.0, 0.0]]), UnitsReply(["AU1"], [[1.0] * 4] * 2),
    UnitsReply(["AU1", "AU2"], [[1.0] * 5, [1.0] * 4]),
    UnitsReply(["AU1"], [[1.0] * 5], [[0, 1]], [[1.0, 1.0]]),
    UnitsReply(["AU1"], [[1.0] * 5], [[0, 0]], [[1.0, 1.0, 1.0]]),
])
def test_answers_that_do_not_fit_are_refused(reply: UnitsReply) -> None:
    with pytest.raises(HeadError):
        units_of_reply(reply)


def test_an_answer_becomes_units() -> None:
    units = units_of_reply(UnitsReply(
        ["AU1L", "AU26"], [[1, 2, 0, 0, 0], [3, 4, 0.25, 0, 0]], [[0, 1]], [[5, 6]]))
    assert units.codes([1, 2]).tolist() == [1 + 6 + 10, 2 + 8 + 12]
    assert units.cut(1).codes([1, 2]).tolist() == [17]


def test_names_for_people() -> None:
    assert unit_label("AU12L") == "AU12 Lip corner puller, left"
    assert unit_label("AU26") == "AU26 Jaw drop" and unit_label("jawOpen") == "jawOpen"
    assert [other_side(name) for name in ("AU12L", "AU12R", "AU17", "jawL")] == [
        "AU12R", "AU12L", "AU17", "jawL"]
    rows = unit_rows(("AU26", "mouthWide", "AU2R", "AU2L", "AU1L"))
    assert [row.code for row in rows] == ["AU1", "AU2", "AU26", "mouthWide"]
    assert rows[1].names == ("AU2L", "AU2R") and rows[3].region == "other"
