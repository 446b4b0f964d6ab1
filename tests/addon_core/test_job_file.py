# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files: what is understood, and that every mistake is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_addon.core.errors import JobError
from blender_addon.core.job_file import (
    MAX_JOB_BYTES,
    CameraSpec,
    Job,
    parse_job,
    read_job,
)
from blender_addon.core.job_steps import SentenceStep, WheelStep
from blender_addon.core.toml_lines import line_of, lines_of

ROOT = Path(__file__).resolve().parents[2]

WHOLE = """\
# a job
[job]
output = "renders"
resume = false

[defaults]
fps = 30
engine = "cycles"
photo = "who.png"

[[shot]]
name = "a"
steps = [
  {wheel = "Joy", with = "Trust", weight = 0.6, seconds = 2, hold = 0.5},
  # a comment, with a ] in it
  {sentence = "from disgust to happiness", seed = 3},
]
camera = "profile"
frames = [1, 48]

[[shot]]
name = "b"
parameters = "p.json"
camera = {preset = "three_quarter", focal_length = 50}
output = ["images", "blend"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "who.png").write_bytes(b"")
    (tmp_path / "p.json").write_bytes(b"")
    return tmp_path


def parsed(text: str, folder: Path) -> Job:
    return parse_job(text.encode(), folder / "job.toml")


def shot(lines: str, folder: Path) -> Job:
    return parsed('[[shot]]\nname = "a"\n' + lines, folder)


def test_a_whole_job(folder: Path) -> None:
    job = parsed(WHOLE, folder)
    assert (job.output, job.resume, job.refusals) == (folder / "renders", False, ())
    first, second = job.shots
    assert first.line == 11 and first.fps == 30 and first.engine == "cycles"
    assert first.photo == folder / "who.png" and first.parameters is None
    joy, sentence = first.steps
    assert joy == WheelStep(
        "Joy", None, "Trust", None, None, None, 0.6, None, "units", None, 1.0, 2.0, 0.5, "smooth",
        14)
    assert sentence == SentenceStep("from disgust to happiness", 3, 16)
    assert not sentence.living
    assert first.camera == CameraSpec("profile") and first.frames == (1, 48)
    # the shot's own face takes the place of the defaults' one
    assert second.photo is None and second.parameters == folder / "p.json"
    assert second.camera == CameraSpec("three_quarter", 50.0)
    assert second.output == ("images", "blend") and second.resolution == (512, 512)


@pytest.mark.parametrize(
    ("lines", "line", "named", "hint"),
    [
        ("intensty = 1", 3, '"intensty"', ""),
        ("fp = 24", 3, '"fp"', "fps"),
        ('steps = [\n {wheel = "Joy"},\n {wheel = "Joy", intensty = 2},\n]', 5, '"intensty"',
         "intensity"),
        ("camera = {focal = 3}", 3, '"focal"', "focal_length"),
        ("fps = 0", 3, '"fps"', ""),
        ("fps = nan", 3, '"fps"', ""),
        ("fps = true", 3, '"fps"', ""),
        ('fps = "24"', 3, '"fps"', ""),
        ("samples = 1.5", 3, '"samples"', ""),
        ("resolution = [64]", 3, '"resolution"', ""),
        ("resolution = [64,\n 1]", 4, '"resolution"', ""),
        ("frames = [5, 2]", 3, '"frames"', ""),
        ('engine = "evee"', 3, "'evee'", '"eevee"'),
        ('photo = "nobody.png"', 3, "nobody.png", "relative"),
        ('photo = "who.png"\nparameters = "p.json"', 4, "both", ""),
        ('steps = [{wheel = "Joy", sentence = "x"}]', 3, "step 1", ""),
        ('steps = [{seconds = 2}]', 3, "step 1", ""),
        ('steps = [{wheel = "Joy", weight = 0.5}]', 3, "second emotion", "with"),
        ('steps = [{wheel = "Joy", and = "Fear"}]', 3, "second emotion", "with"),
        ('steps = [{wheel = "Joy", with = "Fear", weights = [1]}]', 3, "shares of all", ""),
        ('steps = [{wheel = "Joy", side = "up"}]', 3, '"side"', ""),
        ('steps = [{wheel = "Joy", seconds = 0}]', 3, '"seconds"', ""),
        ("steps = 4", 3, '"steps"', ""),
        ("output = []", 3, '"output"', ""),
    ],
)
def test_a_bad_shot_is_refused_with_its_line_and_others_stay(
    lines: str, line: int, named: str, hint: str, folder: Path
) -> None:
    job = shot(lines + '\n[[shot]]\nname = "good"\n', folder)
    assert [good.name for good in job.shots] == ["good"]
    (refusal,) = job.refusals
    assert refusal.name == "a" and refusal.line == line
    assert named in refusal.message and f"line {line}" in refusal.message
    assert hint in refusal.hint and refusal.code


@pytest.mark.parametrize(
    "name",
    ["../a", "a/b", "a\\\\b", "..", ".", "", "a.", "a ", "NUL", "com1.x", "/etc", "Report.json",
     "a\\nb", "x" * 65],
)
def test_a_name_never_leaves_the_output_folder(name: str, folder: Path) -> None:
    job = parsed(f'[[shot]]\nname = "{name}"\n', folder)
    assert not job.shots and job.refusals[0].line == 2


def test_the_second_of_a_name_is_refused(folder: Path) -> None:
    job = parsed('[[shot]]\nname = "a"\n[[shot]]\nname = "A"\n', folder)
    assert [good.name for good in job.shots] == ["a"]
    assert job.refusals[0].code == "same-name" and job.refusals[0].line == 4


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ('[job]\noutput = "a\n', 2, "bad-toml"),
        ("[job]\nx = = 2\n", 2, "bad-toml"),
        ("[job]\noutpt = 'x'\n[[shot]]\nname='a'\n", 2, "unknown-key"),
        ("[defaults]\n\nfps = -1\n[[shot]]\nname='a'\n", 3, "bad-value"),
        ("[defaults]\nname = 'a'\n[[shot]]\nname='a'\n", 2, "unknown-key"),
        ("# nothing\n", 1, "no-shots"),
        ("shot = 3\n", 1, "no-shots"),
        ("x = " + "[" * 100_000, 1, "bad-toml"),
        ("x = " + "9" * 10_000, 1, "bad-toml"),
        ("jobs = 1", 1, "unknown-key"),
    ],
)
def test_a_mistake_outside_the_shots_refuses_the_file(
    text: str, line: int, code: str, folder: Path
) -> None:
    with pytest.raises(JobError) as caught:
        parsed(text, folder)
    assert caught.value.code == code and f"line {line}" in caught.value.message


def test_not_utf8(folder: Path) -> None:
    with pytest.raises(JobError, match="line 2"):
        parse_job(b"# x\n\xff", folder / "job.toml")


def test_reading(folder: Path) -> None:
    path = folder / "job.toml"
    with pytest.raises(JobError, match="cannot be read"):
        read_job(path)
    path.write_bytes(b"\xef\xbb\xbf[[shot]]\r\nname = 'a'\r\nfps = 25\r\n")
    assert read_job(path).shots[0].fps == 25
    path.write_bytes(b"#" * (MAX_JOB_BYTES + 1))
    with pytest.raises(JobError, match="larger than"):
        read_job(path)


def test_lines_of_everything_toml_has() -> None:
    text = '''\
"a b" = """x
]"" } # no comment
"""
c.d = ['x', "]", """]
""", # comment ]
  {e = 1, 'f.g' = [2,
  3]}]

[t."u\\u0041".v]
w = '''
    text += "'''\n[z]\n'''\n[[s.r]]\nk = 1\n[[s.r]]\nk = 2\n[s.r.sub]\nm = 1979-05-27 07:32:00\n"
    lines = lines_of(text)
    assert lines[("a b",)] == 1
    assert lines[("c", "d")] == 4
    assert [lines[("c", "d", i)] for i in range(4)] == [4, 4, 4, 6]
    assert lines[("c", "d", 3, "f.g")] == 6 and lines[("c", "d", 3, "f.g", 1)] == 7
    assert lines[("t", "uA", "v", "w")] == 10
    assert lines[("s", "r", 0, "k")] == 14 and lines[("s", "r", 1, "k")] == 16
    assert lines[("s", "r", 1, "sub", "m")] == 18
    assert ("z",) not in lines
    assert line_of(lines, ("s", "r", 1, "nothing")) == 15


@pytest.mark.parametrize("name", ["job_file", "strict_toml", "toml_lines"])
def test_both_halves_have_the_same_file(name: str) -> None:
    ours = ROOT / "blender_addon" / "core" / f"{name}.py"
    theirs = ROOT / "backend" / "flamewheel" / f"{name}.py"
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_step_of_three_emotions(tmp_path: Path) -> None:
    body = b"""[[shot]]
name = "a"
[[shot.steps]]
wheel = "Joy"
with = "Fear"
and = "Sadness"
and_intensity = 0.5
weights = [0.5, 0.3, 0.2]
method = "units"
side = "left"
asymmetry = 0.5
"""
    (shot,) = parse_job(body, tmp_path / "job.toml").shots
    (step,) = shot.steps
    assert isinstance(step, WheelStep)
    assert (step.secondary, step.tertiary, step.tertiary_intensity) == ("Fear", "Sadness", 0.5)
    assert list(step.weights or ()) == [0.5, 0.3, 0.2] and step.weight is None
    assert (step.method, step.side, step.asymmetry) == ("units", "left", 0.5)
