# SPDX-License-Identifier: GPL-3.0-or-later
"""The expression database: its statistics, how it is built, and its file."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import FlamewheelError, InputFileError, OutputError, WheelError
from flamewheel.head.registry import find_head, open_head_path
from flamewheel.wheel.dbex import (
    ExpressionDatabase,
    check_head,
    database_from_arrays,
    prototype_of,
    strongest_of,
)
from flamewheel.wheel.dbex_file import load_database, save_database
from flamewheel.wheel.facs import ring_strengths, strengths_for
from flamewheel.wheel.points import BASIC, EMOTIONS, INTENSE, MILD, WheelPoint
from flamewheel.wheel.prototypes import build_prototype_database
from flamewheel.wheel.units import unit_rows

RINGS = (MILD, BASIC, INTENSE)


def test_means_range_and_counts_by_hand(small: ExpressionDatabase) -> None:
    joy = small.index("Joy")
    assert small.b1[joy] == pytest.approx([2.0, 0.0, 0.5, 0, 0, 0])
    assert small.b2[joy] == pytest.approx([1.0, 0.0, 0.5, 0, 0, 0])  # the row that agrees
    assert small.low == pytest.approx([0.0, 0.0, -0.5, 0, 0, 0])
    assert small.high == pytest.approx([3.0, 4.0, 0.5, 0.3, 0, 0])
    assert small.counts("Joy") == (2, 1) and small.counts("Fear") == (2, 2)
    assert small.expression_count == 3


def test_correlations_are_pearsons(small: ExpressionDatabase) -> None:
    indicator = np.array(small.labels) == "Joy"
    for at in range(4):
        wanted = np.corrcoef(indicator, small.vectors[:, at])[0, 1]
        assert small.correlations[small.index("Joy"), at] == pytest.approx(wanted)
    assert (small.correlations[:, 4:] == 0).all()  # never moved: not NaN


def test_strongest_by_absolute_value() -> None:
    assert list(strongest_of(np.array([0.1, -0.9, 0.5, 0.5, 0.0]), 3)) == [1, 2, 3]


def test_axes_hold_95_percent(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=30)
    scaled = (database.vectors - database.centre) * database.scale
    left = scaled - scaled @ database.axes.T @ database.axes
    assert (left**2).sum() <= 0.05 * (scaled**2).sum()
    fewer = database.axes[:-1]
    assert ((scaled - scaled @ fewer.T @ fewer)**2).sum() > 0.05 * (scaled**2).sum()
    assert database.axes @ database.axes.T == pytest.approx(np.eye(len(database.axes)), abs=1e-9)


def test_trust_and_anticipation_from_their_neighbours(small: ExpressionDatabase) -> None:
    trust = small.index("Trust")
    assert small.b1[trust] == pytest.approx((small.b1[0] + small.b1[small.index("Fear")]) / 2)
    source = small.sources[small.labels.index("Trust")]
    assert "Joy and Fear" in source and "paper 000" in source
    assert "Anticipation" not in small.emotions  # no Anger to blend it from


def test_prototypes_make_every_emotion(head) -> None:
    database = build_prototype_database(head, head.units)
    assert database.emotions == EMOTIONS
    for emotion in EMOTIONS:
        every, agreeing = database.counts(emotion)
        assert every >= 150 and 40 <= agreeing <= every
        rows = np.stack([strengths_for(head.units.names, ring_strengths(emotion, ring))[0]
                         for ring in RINGS])
        faces = database.rings[database.index(emotion)]
        assert faces == pytest.approx(rows @ unit_rows(head.units))
        mean, middle = database.b2[database.index(emotion)], faces.mean(axis=0)
        assert mean @ middle >= 0.8 * np.linalg.norm(mean) * np.linalg.norm(middle)
    joy = {head.units.names[at] for at in database.strongest("Joy") if at < len(head.units.names)}
    assert {"AU12L", "AU12R", "AU6L", "AU6R"} <= joy
    assert database.expression_count in database.strongest("Surprise")  # the jaw's first number


@pytest.mark.parametrize("embedded", [False, True])
def test_the_three_rings_stay_apart_after_the_clip(head, embedded: bool) -> None:
    if embedded:
        if not open_head_path().is_file():
            pytest.skip("the embedded head is not built")
        head = find_head("open")
    database = build_prototype_database(head, head.units)
    for emotion in EMOTIONS[:-1]:
        faces = [prototype_of(database, WheelPoint(emotion, ring)) for ring in RINGS]
        assert (faces <= database.high + 1e-12).all() and (faces >= database.low - 1e-12).all()
        length = np.linalg.norm(faces, axis=1)
        assert length[0] < 0.75 * length[1] and length[2] > 1.15 * length[1], emotion


def test_between_the_rings_a_face_goes_straight(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=5)
    for emotion in EMOTIONS[:-1]:
        mild, basic, intense = database.rings[database.index(emotion)]
        for intensity, face in ((0.0, 0 * mild), (0.25, mild / 2), (0.5, mild), (1.0, basic),
                                (0.75, (mild + basic) / 2), (1.25, (basic + intense) / 2),
                                (1.5, intense)):
            assert prototype_of(database, WheelPoint(emotion, intensity)) == pytest.approx(face)


def test_without_rings_a_face_is_a_multiple(small: ExpressionDatabase) -> None:
    fear = small.b2[small.index("Fear")]
    for intensity in (0.0, 0.2, 0.7, 1.5):
        face = prototype_of(small, WheelPoint("Fear", intensity))
        assert face == pytest.approx(intensity * fear)


def test_the_same_seed_gives_the_same_database(head) -> None:
    one, same, other = (
        build_prototype_database(head, head.units, seed=seed, samples_per_emotion=5)
        for seed in (3, 3, 4))
    assert (one.vectors == same.vectors).all() and (one.vectors != other.vectors).any()


def test_sources_say_what_is_a_design_choice_and_what_a_head_lacks(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=2)
    said = dict(zip(database.labels, database.sources, strict=True))
    assert "no FACS definition" in said["Trust"] and "design choice" in said["Anticipation"]
    assert "FACS prototype" in said["Anger"]


def test_file_round_trip(head, tmp_path: Path) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=5)
    path = tmp_path / "wheel.npz"
    save_database(database, path)
    read = load_database(path)
    assert read.labels == database.labels and read.sources == database.sources
    assert (read.vectors == database.vectors).all() and (read.b2 == database.b2).all()
    assert (read.rings == database.rings).all()
    assert read.provenance == database.provenance and read.head == "known"
    assert [p.name for p in tmp_path.iterdir()] == ["wheel.npz"]


def test_other_head_is_refused(small: ExpressionDatabase) -> None:
    check_head(small, "renamed", "abc")
    for name, checksum in (("small", "xyz"), ("other", "")):
        with pytest.raises(WheelError) as refusal:
            check_head(small, name, checksum)
        assert refusal.value.code == "other-head"


@pytest.mark.parametrize("damage", ["text", "cut", "foreign", "objects", "missing"])
def test_files_that_are_none_are_refused(
    small: ExpressionDatabase, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "bad.npz"
    save_database(small, path)
    whole = path.read_bytes()
    if damage == "text":
        path.write_text("not a database")
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "foreign":
        np.savez(path, a=np.zeros(3))
    elif damage == "objects":
        np.savez(path, labels=np.array([{"a": 1}], dtype=object))
    else:
        path.unlink()
    with pytest.raises(InputFileError) as refusal:
        load_database(path)
    assert refusal.value.code.startswith("database-") and "bad.npz" in refusal.value.message


@pytest.mark.parametrize("change", [
    {"labels": ["Joy", "Hunger"]}, {"labels": ["Joy"]}, {"vectors": np.zeros((2, 3))},
    {"vectors": np.full((2, 5), np.nan)}, {"agreeing": [True]},
    {"rings": np.zeros((1, 3, 5))}, {"rings": np.full((2, 3, 5), np.inf)},
])
def test_bad_rows_are_refused(change) -> None:
    given = {"labels": ["Joy", "Fear"], "vectors": np.eye(2, 5), "agreeing": [True, True],
             "rings": None} | change
    with pytest.raises(FlamewheelError):
        database_from_arrays("x", "", given["labels"], given["vectors"], ["a", "b"],
                             agreeing=given["agreeing"], rings=given["rings"])


def test_a_full_disk_leaves_nothing(
    small: ExpressionDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OutputError) as refusal:
        save_database(small, tmp_path / "wheel.npz")
    assert refusal.value.code == "disk-full" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "array"), [
    ("labels", np.array(["Joy\x1b[31m" + "A" * 5000] * 6)), ("format", np.array("f" * 5000)),
    ("vectors", np.full((6, 5), np.nan)), ("vectors", np.full((6, 5), 1e300)),
    ("rings", np.zeros((1, 3, 5))), ("reference", np.zeros(4)),
])
def test_the_file_is_named_and_what_it_holds_is_said_shortly(
    small: ExpressionDatabase, tmp_path: Path, name: str, array: np.ndarray
) -> None:
    path = tmp_path / "bad.npz"
    save_database(small, path)
    with np.load(path) as kept:
        arrays = {**kept, name: array}
    np.savez(path, **arrays)
    with pytest.raises(InputFileError) as refusal:
        load_database(path)
    assert refusal.value.code == "database-unreadable" and "bad.npz" in refusal.value.message
    assert len(refusal.value.message) < 400 and refusal.value.message.isprintable()
