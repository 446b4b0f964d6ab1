# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel dataset build transitions` as another program sees it, on folders made here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli import PHOTO, accepted, refused

from flamewheel.instruction.transition_set import load_transitions

SPREAD, UNITS = 3, 12


@pytest.fixture(scope="module")
def cohn_kanade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CK+ of two people with two sequences each: neutral first, the labelled peak last."""
    folder = tmp_path_factory.mktemp("ck")
    for person in ("S005", "S010"):
        for sequence, number in (("001", 1), ("002", 5)):
            frames = folder / "cohn-kanade-images" / person / sequence
            labels = folder / "Emotion" / person / sequence
            frames.mkdir(parents=True)
            labels.mkdir(parents=True)
            for frame in (1, 2):
                shutil.copy(PHOTO, frames / f"{person}_{sequence}_{frame:08}.png")
            (labels / f"{person}_{sequence}_00000002_emotion.txt").write_text(f"   {number}.0\n")
    return folder


@pytest.fixture(scope="module")
def made(cohn_kanade: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("set") / "set.npz"
    ran = accepted("dataset", "build", "transitions", cohn_kanade, "-o", path, "--json",
                   "--spread", SPREAD, "--units", UNITS)
    assert ran.json["path"] == str(path) and ran.json["pairs"] > 0
    return path


def test_a_folder_becomes_pairs_with_sentences(made: Path) -> None:
    found = load_transitions(made)
    photos = found.source == "photo"
    assert set(found.emotion[photos].tolist()) == {"Anger", "Joy", "Neutral"}
    assert set(found.subject[photos].tolist()) == {"S005", "S010"}
    assert (found.pair_source == "facs").sum() == 56 * UNITS
    assert (found.pair_source == "spread").sum() == 56 * SPREAD
    assert "CK+" in found.provenance and str(made.parent) not in found.provenance


def test_the_same_command_makes_the_same_set(cohn_kanade: Path, made: Path, tmp_path: Path
                                             ) -> None:
    again = tmp_path / "again.npz"
    accepted("dataset", "build", "transitions", cohn_kanade, "-o", again, "--spread", SPREAD,
             "--units", UNITS)
    one, other = load_transitions(made), load_transitions(again)
    assert one.text.tolist() == other.text.tolist()
    assert (one.codes == other.codes).all()


def test_what_makes_no_set_is_refused(cohn_kanade: Path, tmp_path: Path) -> None:
    output = tmp_path / "set.npz"
    for arguments, code in (
            ((tmp_path / "nowhere", "-o", output), "folder-not-found"),
            ((cohn_kanade, "-o", tmp_path / "set.txt"), "wrong-ending"),
            ((cohn_kanade, "-o", output, "--templates", 9), "bad-count"),
            ((cohn_kanade, "-o", output, "--synonyms", 2), "bad-share"),
            ((cohn_kanade, "-o", output, "--largest-turn", 0), "no-faces")):
        assert refused("dataset", "build", "transitions", *arguments)["code"] == code
    assert not output.exists()
