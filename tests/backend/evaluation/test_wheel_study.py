# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import json
import os
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from flamewheel.cli import main
from flamewheel.errors import InputFileError, OutputError
from flamewheel.evaluation import wheel_study
from flamewheel.evaluation.wheel_score import StudyProblem, as_text, score_study, wilson
from flamewheel.evaluation.wheel_study import read_score, write_study

SIDE = 12


class Painter:
    """Stands for the photographer: a colour of its own for every expression and person."""

    def __init__(self, _head, side):
        self.side = side

    def picture(self, code, shape):
        tone = int(1000 * abs(code.expression).sum() + 100 * abs(shape).sum()) % 251
        return np.full((self.side, self.side, 3), tone, np.uint8)


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setattr(wheel_study, "Photographer", Painter)
    folder = tmp_path / "study"
    write_study(folder, "open-light", None, "units", 5, people=1, side=SIDE)
    return folder


def key_of(study):
    with open(study / "experimenter" / "key.csv", newline="") as stream:
        return list(csv.DictReader(stream))


def sheet(study, name, rows, head="rater,picture,emotion,second,naturalness"):
    path = study / "experimenter" / "answers" / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def row_of(score, kind, emotion):
    return next(row for row in score.rows if (row.kind, row.emotion) == (kind, emotion))


def test_raters_see_numbers_and_nothing_of_the_key(study):
    pictures = sorted((study / "raters" / "pictures").iterdir())
    assert [path.name for path in pictures] == [f"{n:03}.png" for n in range(1, 20)]
    assert len({path.stat().st_mtime_ns for path in study.rglob("*")}) == 1
    for path in pictures:
        assert not Image.open(path).info
    page = (study / "raters" / "index.html").read_text()
    assert "units" not in page and "basic" not in page and "http" not in page
    answers = (study / "raters" / "answer_sheet.csv").read_text().splitlines()
    told = [row["emotion"] for row in csv.DictReader(answers)]
    assert told == [""] * 19
    assert sorted(path.name for path in study.iterdir()) == [
        "README.txt", "experimenter", "raters"]


def test_everything_is_shown_alone_and_with_neutral_in_random_order(study):
    key = key_of(study)
    shown = {(row["kind"], row["emotion"]) for row in key}
    assert len(shown) == len(key) == 19  # Neutral, nine emotions, and those nine with Neutral
    assert ("with neutral", "Contempt") in shown and ("basic", "Neutral") in shown
    assert [row["kind"] for row in key] != sorted(row["kind"] for row in key)


def test_the_same_seed_gives_the_same_study(study, tmp_path):
    for seed, same in ((5, True), (6, False)):
        other = tmp_path / f"seed{seed}"
        write_study(other, "open-light", None, "units", seed, people=1, side=SIDE)
        assert (key_of(other) == [{**row, "seed": str(seed)} for row in key_of(study)]) is same
        if same:
            for path in (study / "raters" / "pictures").iterdir():
                assert path.read_bytes() == (other / "raters/pictures" / path.name).read_bytes()


def test_dyads_are_shown_when_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(wheel_study, "Photographer", Painter)
    count = write_study(tmp_path / "s", "open-light", None, "linear", 1, people=2,
                        with_dyads=True, side=SIDE)
    key = key_of(tmp_path / "s")
    assert count == len(key) == 2 * (19 + 24)
    assert sum(row["kind"] == "dyad" and row["second"] != "" for row in key) == 48


def test_a_folder_with_anything_in_it_is_refused_and_left_alone(study):
    before = sorted(study.rglob("*"))
    with pytest.raises(OutputError) as refused:
        write_study(study, "open-light", None, "units", 5)
    assert refused.value.code == "folder-not-empty"
    assert sorted(study.rglob("*")) == before


def test_nothing_is_left_of_a_study_that_fails(tmp_path, monkeypatch):
    class Broken(Painter):
        def picture(self, code, shape):
            raise MemoryError

    monkeypatch.setattr(wheel_study, "Photographer", Broken)
    with pytest.raises(MemoryError):
        write_study(tmp_path / "s", "open-light", None, "units", 5, side=SIDE)
    assert list(tmp_path.iterdir()) == []


def test_the_page_asks_every_question_once(study):
    class Reader(HTMLParser):
        asked, shown = {}, []

        def handle_starttag(self, tag, attrs):
            attrs = dict(attrs)
            if tag in ("input", "select"):
                self.asked.setdefault(attrs["name"], []).append(attrs.get("value"))
            if tag == "img":
                self.shown.append(attrs["src"])

    reader = Reader()
    reader.feed((study / "raters" / "index.html").read_text())
    assert reader.shown == [f"pictures/{n:03}.png" for n in range(1, 20)]
    assert reader.asked["naturalness007"] == ["1", "2", "3", "4", "5"]
    assert reader.asked["emotion007"][0] == "Neutral"
    assert reader.asked["emotion007"][-1] == "cannot tell" and len(reader.asked["emotion007"]) == 11
    assert len(reader.asked) == 1 + 3 * 19


def test_right_answers_make_the_table(study):
    key = key_of(study)
    for rater, wrong in (("ann", {"Fear"}), ("bob", set())):
        sheet(study, f"{rater}.csv", [
            f"{rater},{row['picture']},"
            f"{'Surprise' if row['emotion'] in wrong else row['emotion']},,{4 - len(wrong)}"
            for row in key])
    score = read_score(study)
    assert score.raters == ("ann", "bob") and not score.problems
    joy, fear = row_of(score, "basic", "Joy"), row_of(score, "with neutral", "Fear")
    assert (joy.answers, joy.right, joy.accuracy, joy.naturalness) == (2, 2, 1.0, 3.5)
    assert (fear.answers, fear.right, fear.accuracy) == (2, 1, 0.5)
    assert (fear.low, fear.high) == wilson(1, 2)
    assert score.confusion["Fear"] == {"Fear": 2, "Surprise": 2}
    assert score.naturalness == 3.5 and score.ratings == 38
    assert "Fear" in as_text(score)


def test_wilsons_interval():
    """E.g. Brown, Cai and DasGupta 2001: 9 of 10."""
    assert wilson(9, 10) == pytest.approx((0.596, 0.982), abs=1e-3)
    assert wilson(0, 5)[0] == 0.0 and wilson(5, 5)[1] == 1.0


def test_bad_rows_are_named_and_the_others_count(study):
    key = {row["emotion"]: row["picture"] for row in key_of(study) if row["kind"] == "basic"}
    sheet(study, "a.csv", [
        f",{key['Joy']},happy,,5",  # the file names the rater; any common word counts
        f",{key['Fear'].lstrip('0')}.png,SCARED,,",  # as a spreadsheet leaves numbers
        f",{key['Anger']},angre,,3",
        f",{key['Disgust']},disgust,,6",
        f",{key['Sadness']},,,",  # left open: no mistake
        f",{key['Joy']},joy,,5",
        ",999,joy,,5",
    ])
    score = read_score(study)
    assert score.raters == ("a",)
    assert row_of(score, "basic", "Joy").right == row_of(score, "basic", "Fear").right == 1
    assert row_of(score, "basic", "Anger").accuracy is None
    assert score.ratings == 1
    lines = [problem.split(":")[0] for problem in score.problems]
    assert lines == ["a.csv, line 4", "a.csv, line 5", "a.csv, line 7", "a.csv, line 8"]
    assert "did you mean" in score.problems[0] and "ang" in score.problems[0]
    assert "before" in score.problems[2]


def test_a_rater_who_answers_twice_counts_once(study):
    picture = next(row["picture"] for row in key_of(study) if row["emotion"] == "Joy")
    sheet(study, "1.csv", [f"ann,{picture},joy,,5"])
    sheet(study, "2.csv", [f"ann,{picture},fear,,1", f"ben,{picture},joy,,3"])
    score = read_score(study)
    assert score.raters == ("ann", "ben") and score.ratings == 2
    assert score.problems[0].startswith("2.csv, line 2: rater ann")


def test_sheets_of_other_spreadsheets_are_read(study):
    picture = next(row["picture"] for row in key_of(study) if row["emotion"] == "Joy")
    folder = study / "experimenter" / "answers"
    (folder / "semi.csv").write_bytes(
        f"Rater;Picture;Emotion;Second;Naturalness\r\nJosé;{int(picture)};Joy;;4.0\r\n".encode(
            "cp1252"))
    (folder / "broken.csv").write_bytes(b"what,is,this\n1,2,3\n")
    (folder / "empty.csv").write_bytes(b"")
    score = read_score(study)
    assert score.raters == ("José",) and score.naturalness == 4.0
    assert len(score.problems) == 2 and "broken.csv" in score.problems[0]


def test_a_dyad_is_right_where_either_emotion_is_named(tmp_path):
    (tmp_path / "key.csv").write_text(
        "picture,kind,emotion,second\n1,dyad,Joy,Trust\n2,dyad,Joy,Fear\n")
    (tmp_path / "words.csv").write_text("word,emotion\njoy,Joy\ntrust,Trust\nanger,Anger\n")
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "a.csv").write_text(
        "picture,emotion,second,naturalness\n1,trust,joy,\n2,anger,joy,2\n")
    first, second = sorted(score_study(tmp_path).rows, key=lambda row: row.emotion, reverse=True)
    assert (first.emotion, first.right, first.both) == ("Joy + Trust", 1, 1)
    assert (second.emotion, second.right, second.both) == ("Joy + Fear", 1, 0)
    assert score_study(tmp_path).confusion == {}


def test_the_folder_scores_itself_without_flamewheel(study):
    picture = next(row["picture"] for row in key_of(study) if row["emotion"] == "Joy")
    sheet(study, "a.csv", [f"ann,{picture},joy,,5"])
    ran = subprocess.run(
        [sys.executable, "-I", str(study / "experimenter" / "score.py")],
        capture_output=True, text=True, check=True)
    assert "1 rater," in ran.stdout and "100" in ran.stdout


def test_no_answers_and_no_study_are_refused(study, tmp_path, capsys):
    with pytest.raises(StudyProblem):
        score_study(study / "experimenter")
    with pytest.raises(InputFileError):
        read_score(tmp_path)
    assert main(["evaluate", "wheel", "--score", str(study)]) == 1
    assert "filled sheet" in capsys.readouterr().err


def test_the_command_scores(study, capsys):
    picture = next(row["picture"] for row in key_of(study) if row["emotion"] == "Joy")
    sheet(study, "a.csv", [f"ann,{picture},joy,,5"])
    assert main(["evaluate", "wheel", "--score", str(study), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["raters"] == ["ann"]


def test_options_that_say_nothing_are_refused(tmp_path, capsys):
    for words in (["--seed", "3"], ["--study", str(tmp_path / "a"), "--score", str(tmp_path)],
                  ["--score", str(tmp_path), "--list"],
                  ["--study", str(tmp_path / "a"), "--people", "0"]):
        assert main(["evaluate", "wheel", *words]) == 1
        capsys.readouterr()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "device"])
def test_a_sheet_that_is_no_file_is_named_and_left_out(study, kind):
    path = study / "experimenter" / "answers" / "odd.csv"
    {"folder": path.mkdir, "link": lambda: path.symlink_to("nowhere"),
     "pipe": lambda: os.mkfifo(path), "device": lambda: path.symlink_to("/dev/zero")}[kind]()
    sheet(study, "ann.csv", ["Ann,001,joy,,4"])
    score = read_score(study)
    assert score.raters == ("Ann",) and score.problems == ("odd.csv is no file",)


def test_what_raters_write_is_said_shortly(study):
    rows = [f"{'R' * 9000},001,{'j' * 9000},,4"] + ["Ann,001,joy,,4"] * 3000
    sheet(study, "ann.csv", rows)
    problems = read_score(study).problems
    assert max(map(len, problems)) < 300 and len(problems) == 1001
    assert problems[-1] == "and 2000 more"


@pytest.mark.parametrize("name", ["a" * 5000, "nul\0", "file/inside"])
def test_names_that_no_system_takes(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(InputFileError):
        read_score(tmp_path / name)
    with pytest.raises(OutputError) as refused:
        write_study(tmp_path / name, "open-light", None, "units", 5, people=1, side=SIDE)
    assert len(refused.value.message) < 600
