# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command of `flamewheel` done: exit code, one JSON object, the files it names."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from cli import PHOTO, accepted, flamewheel, refused
from generated_flame import write_flame_pickle

import flamewheel as package
from flamewheel import wheel_names
from flamewheel.head.registry import open_head_path
from flamewheel.parameter_file import from_dict, load
from flamewheel.trajectory import load_trajectory


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The astronaut as a parameter file."""
    path = tmp_path_factory.mktemp("encoded") / "astronaut.json"
    ran = accepted("encode", PHOTO, "-o", path, "--preview", path.with_suffix(".png"))
    assert f"wrote {path}" in ran.out and "residual: " in ran.out
    return path


@pytest.fixture(scope="module")
def pickle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A head in FLAME's own layout."""
    path = tmp_path_factory.mktemp("flame") / "generic_model.pkl"
    write_flame_pickle(path, "2020", small=True)
    return path


def test_encode_writes_a_face_of_the_open_head_and_a_preview(face: Path) -> None:
    from PIL import Image

    made = load(face)
    assert made.head == "open" and made.error is not None and 0 < made.error < 0.1
    assert made.identity.shape.size >= 20 and made.code.expression.size >= 30
    assert made.camera is not None
    preview = np.asarray(Image.open(face.with_suffix(".png")).convert("RGB"))
    assert min(preview.shape[:2]) >= 200 and preview.std() > 20  # a picture, not one colour
    names = sorted(each.name for each in face.parent.iterdir())
    assert names == ["astronaut.json", "astronaut.png"]


def test_encode_says_the_same_as_json_and_as_npz(face: Path, tmp_path: Path) -> None:
    given = from_dict(accepted("encode", PHOTO, "--json").json)
    accepted("encode", PHOTO, "-o", tmp_path / "face.npz")
    for other in (given, load(tmp_path / "face.npz")):
        np.testing.assert_allclose(
            other.code.expression, load(face).code.expression, rtol=0, atol=1e-6)
        np.testing.assert_allclose(
            other.identity.shape, load(face).identity.shape, rtol=0, atol=1e-6)


@pytest.mark.parametrize("method", ["units", "correlation", "linear", "pca"])
def test_blend_mixes_two_emotions(method: str, tmp_path: Path) -> None:
    out = tmp_path / "mix.json"
    ran = accepted("blend", "joy", "surprise", "--weight", "0.7", "--method", method, "-o", out,
                   "--json")
    alone = accepted("blend", "joy", "--json").json
    assert from_dict(ran.json).code.expression.tolist() == load(out).code.expression.tolist()
    assert ran.json["expression"] != alone["expression"]
    assert ran.json["head"] == "open" and any(ran.json["expression"])


def test_blend_takes_words_and_intensities() -> None:
    mild, strong = (
        np.array(accepted("blend", word, "--json").json["expression"])
        for word in ("annoyed", "furious")
    )
    assert np.linalg.norm(strong) > 1.3 * np.linalg.norm(mild)
    plain = accepted("blend", "anger", "--intensity", "0.5")
    assert "not written" in plain.out and "blended: " in plain.out


def test_transition_writes_a_trajectory_that_the_sentence_describes(tmp_path: Path) -> None:
    out = tmp_path / "acted.json"
    text = "from disgust to happiness over two seconds, then hold for half a second"
    said = accepted("transition", text, "-o", out)
    assert "Disgust" in said.out and "Joy" in said.out and f"wrote {out}" in said.out
    acted = load_trajectory(out)
    assert math.isclose(acted.times[-1], 2.5) and acted.times[0] == 0
    again = accepted("transition", text, "--json").json
    assert again["times"] == acted.times.tolist() and again["head"] == "open"
    np.testing.assert_allclose(again["codes"], acted.codes)


def test_transition_begins_where_the_face_is_and_repeats_by_its_seed(face: Path) -> None:
    begun = accepted("transition", "to anger", "--start", face, "--json").json
    expression = load(face).code.expression
    np.testing.assert_allclose(begun["codes"][0][: expression.size], expression, atol=1e-6)
    one, same, other = (
        accepted("transition", "from joy to fear", "--seed", seed, "--json").json
        for seed in (3, 3, 4)
    )
    assert one == same and one != other


def test_retarget_takes_expression_from_one_and_identity_from_the_other(
    face: Path, tmp_path: Path
) -> None:
    smile = tmp_path / "smile.json"
    accepted("blend", "joy", "-o", smile)
    made = from_dict(accepted("retarget", smile, face, "--json").json)
    np.testing.assert_allclose(made.code.expression, load(smile).code.expression, atol=1e-6)
    np.testing.assert_allclose(made.identity.shape, load(face).identity.shape, atol=1e-6)


def test_head_list_and_inspect(pickle: Path) -> None:
    heads = accepted("head", "list", "--json").json["heads"]
    assert heads[0]["name"] == "open" and Path(heads[0]["path"]).is_file()
    facts = accepted("head", "inspect", "--json").json
    assert facts["name"] == "open"
    assert facts["identity components"] >= 20 and facts["expression components"] >= 30
    people = accepted("head", "inspect", pickle)
    assert "vertices" in people.out and "300" in people.out


def test_head_convert_makes_a_head_that_every_verb_takes(pickle: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.npz"
    facts = accepted("head", "convert", pickle, "-o", out, "--json").json
    assert (facts["identity"], facts["expression"]) == (300, 100)
    with np.load(out, allow_pickle=False) as file:
        assert file["shapedirs"].shape == (facts["vertices"], 3, 300)
        assert file["expressiondirs"].shape == (facts["vertices"], 3, 100)
    assert accepted("head", "inspect", out, "--json").json["vertices"] == facts["vertices"]


def test_dbex_build_and_show(tmp_path: Path) -> None:
    out = tmp_path / "dbex.npz"
    made = accepted("dbex", "build", "-o", out, "--json").json
    with np.load(out, allow_pickle=False) as file:
        assert len(file["labels"]) == made["entries"]
    rows = accepted("dbex", "show", "--json").json["emotions"]
    assert {row["emotion"] for row in rows} >= set(wheel_names.WHEEL_ORDER)
    assert all(row["source"] and len(row["components"]) == 16 for row in rows)
    assert sum(row["entries"] for row in rows) == made["entries"]
    assert accepted("dbex", "show", "--database", out, "--json").json["emotions"] == rows
    own = accepted("blend", "awe", "--json").json["expression"]
    assert accepted("blend", "awe", "--database", out, "--json").json["expression"] == own


def test_databases_have_names() -> None:
    facs, photos = (accepted("dbex", "show", "--database", name, "--json").json
                    for name in ("facs", "photos"))
    assert facs["database"] == "facs" and photos["database"] == "photos"
    assert "flamewheel dbex build" in photos["provenance"]
    joy, trust = photos["emotions"][:2]
    assert joy["entries"] > joy["agree"] > 100 and joy["b2_shows_it"]
    assert "neighbours" in trust["source"] and len(joy["correlations"]) == 16
    told = flamewheel("dbex", "show", "--database", "photos").out
    assert "532 entries" in told and "blended evenly from Joy and Fear" in told
    one, other = (accepted("blend", "joy", "--database", name, "--method", "linear",
                           "--json").json["expression"] for name in ("facs", "photos"))
    assert one != other
    assert refused("dbex", "show", "--database", "fotos")["code"] == "database-not-found"


def test_dbex_build_from_a_folder(tmp_path: Path) -> None:
    for word in ("happy", "neutral"):
        (tmp_path / "set" / word).mkdir(parents=True)
        picture = PHOTO.read_bytes()
        for number in range(3):  # what follows a picture's end is no part of it
            (tmp_path / "set" / word / f"{number}.png").write_bytes(picture + bytes([number]))
    (tmp_path / "set" / "happy" / "text.png").write_text("no picture")
    out, cache = tmp_path / "mine.npz", str(tmp_path / "cache")
    made = accepted("dbex", "build", tmp_path / "set", "-o", out, "--json",
                    FLAMEWHEEL_CACHE=cache).json
    assert (made["photos"], made["faces"], made["unreadable"]) == (7, 6, 1)
    assert made["emotions"]["Joy"]["photos"] == 3 and "text.png" in " ".join(made["notes"])
    again = accepted("dbex", "build", tmp_path / "set", "-o", out, "--json",
                     FLAMEWHEEL_CACHE=cache).json
    assert again["from_cache"] == 6
    shown = accepted("dbex", "show", "--database", out, "--json").json["emotions"]
    assert {row["emotion"] for row in shown} >= set(wheel_names.WHEEL_ORDER)
    (tmp_path / "set" / "happy").rename(tmp_path / "set" / "hapy")
    refusal = refused("dbex", "build", tmp_path / "set", "-o", out)
    assert refusal["code"] == "unknown-emotion" and "Did you mean" in refusal["hint"]
    assert refused("dbex", "build", "-o", out, "--photos-only")["code"] == "no-photos"
    assert refused("dbex", "build", tmp_path / "no", "-o", out)["code"] == "folder-not-found"


def test_a_database_of_another_head_is_refused(tmp_path: Path) -> None:
    out, other = tmp_path / "dbex.npz", tmp_path / "other.npz"
    accepted("dbex", "build", "-o", out)
    with np.load(open_head_path()) as file:
        arrays = dict(file)
    arrays["v_template"] = arrays["v_template"] * np.float32(1.01)
    np.savez(other, **arrays)
    refusal = refused("blend", "awe", "--head", other, "--database", out)
    assert refusal["code"] == "other-head"


def test_doctor_finds_what_is_needed_and_only_misses_blender() -> None:
    checks = accepted("doctor", "--json", FLAMEWHEEL_BLENDER="no-such-blender").json["checks"]
    missing = [check for check in checks if not check["ok"]]
    assert [check["what"] for check in missing] == ["Blender"]
    assert missing[0]["hint"] and not missing[0]["needed"]


def test_version_and_help() -> None:
    assert flamewheel("--version").out == f"flamewheel {package.__version__}\n"
    told = flamewheel("--help")
    assert told.status == 0
    for verb in ("encode", "blend", "transition", "retarget", "head", "dbex", "serve", "batch"):
        assert verb in told.out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_terminal_can_show_it(encoding: str, tmp_path: Path) -> None:
    out = tmp_path / "w\u00fctend \u6012.json"
    said = flamewheel("blend", "anger", "-o", out, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert said.status == 0 and out.is_file() and "wrote " in said.out
    made = flamewheel("blend", "anger", "--json", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert made.json["head"] == "open" and made.out.isascii()


def test_blend_mixes_three_with_their_weights_on_one_side(tmp_path: Path) -> None:
    out = tmp_path / "mix.json"
    ran = accepted("blend", "joy", "fear", "sadness", "--weights", "0.5,0.3,0.2", "--side", "left",
                   "-o", out)
    assert "blended: Joy + Fear + Sadness" in ran.out and any(load(out).code.expression)
    both = accepted("blend", "joy", "fear", "sadness", "--weights", "0.5,0.3,0.2", "--json").json
    assert both["expression"] != load(out).code.expression.tolist()


def test_blend_starts_from_a_persons_own_face(face: Path) -> None:
    own = load(face)
    whole = from_dict(accepted("blend", "joy", "sadness", "--own", face, "--weight", "1",
                               "--json").json)
    np.testing.assert_allclose(whole.code.expression, own.code.expression, rtol=0, atol=1e-9)
    np.testing.assert_allclose(whole.identity.shape, own.identity.shape, rtol=0, atol=1e-9)
    mixed = from_dict(accepted("blend", "joy", "sadness", "--own", face, "--json").json)
    assert np.abs(mixed.code.expression - own.code.expression).max() > 0.1


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_a_stopped_build_says_that_it_can_go_on(tmp_path: Path) -> None:
    picture = PHOTO.read_bytes()
    (tmp_path / "set" / "happy").mkdir(parents=True)
    for number in range(400):
        (tmp_path / "set" / "happy" / f"{number}.png").write_bytes(
            picture + number.to_bytes(2, "big"))
    cache = tmp_path / "cache"
    command = [sys.executable, "-m", "flamewheel", "dbex", "build", str(tmp_path / "set"), "-o",
               str(tmp_path / "mine.npz")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "FLAMEWHEEL_CACHE": str(cache)}) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and not any(
                path.stat().st_size for path in cache.glob("dbex/*.rows")):
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and "goes on from there" in told
    assert "Traceback" not in told and not (tmp_path / "mine.npz").exists()
