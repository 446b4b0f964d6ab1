# SPDX-License-Identifier: GPL-3.0-or-later
"""Filled answer sheets of a study to a table like paper 000's table I.

Needs nothing but Python: a study's folder holds a copy that is run as `python score.py`.  Sheets
are CSV files in `answers/` beside it, with the columns picture, emotion, second, naturalness and
rater (where a sheet names no rater, its file does).  Half-filled sheets count as far as they go;
rows that cannot be used are named with file and line and left out.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KEY, WORDS, ANSWERS = "key.csv", "words.csv", "answers"
CANNOT_TELL = "cannot tell"
KINDS = ("basic", "with neutral", "dyad")
LOWEST, HIGHEST = 1, 5  # naturalness, as in the paper
LARGEST_FILE = 4_000_000  # bytes of a sheet: 100 times what a study of 200 pictures needs
MOST_SHEETS, MOST_PROBLEMS = 10_000, 1_000  # problems that are told one by one
LONGEST_SHOWN = 60  # characters of a rater's words in a message
SURE = 1.96  # standard deviations about the middle that hold 95 %


class StudyProblem(Exception):
    """A study that cannot be scored; the text says why and what to do."""


@dataclass(frozen=True)
class Shown:
    """What a picture of the study shows."""

    picture: str
    kind: str  # of KINDS
    emotion: str
    second: str = ""  # of a dyad


@dataclass(frozen=True)
class Answer:
    """One usable row."""

    rater: str
    shown: Shown
    emotion: str = ""  # nothing where it was left open
    second: str = ""
    naturalness: int | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table; shares 0..1."""

    kind: str
    emotion: str  # of a dyad both
    answers: int
    right: int  # by the first word; a dyad: either of its emotions was named by either word
    accuracy: float | None  # None where nobody answered
    low: float | None  # 95 % interval (Wilson 1927)
    high: float | None
    both: int  # of a dyad: both were named
    naturalness: float | None
    ratings: int


@dataclass(frozen=True)
class Score:
    """A study's result."""

    raters: tuple[str, ...]
    rows: tuple[Row, ...]
    confusion: Mapping[str, Mapping[str, int]]  # shown -> named -> count; dyads left out
    naturalness: float | None  # mean over all ratings
    ratings: int
    problems: tuple[str, ...] = field(default=())  # rows left out, with file and line

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def score_study(folder: Path) -> Score:
    """The score of the sheets in a study's `folder` (that of its key).  Raises StudyProblem."""
    shown = {_number(row["picture"]): Shown(
        row["picture"], row["kind"], row["emotion"], row.get("second") or "")
        for row in _table(folder / KEY, ("picture", "kind", "emotion"))}
    words = {row["word"]: row["emotion"] for row in _table(folder / WORDS, ("word", "emotion"))}
    answers, problems = read_answers(folder / ANSWERS, shown, words)
    kept = [one.naturalness for one in answers if one.naturalness is not None]
    raters, rows = sorted({one.rater for one in answers}), _rows(shown.values(), answers)
    return Score(tuple(raters), tuple(rows), _confusion(answers), _mean(kept), len(kept),
                 tuple(problems))


def read_answers(
    folder: Path, shown: Mapping[str, Shown], words: Mapping[str, str]
) -> tuple[list[Answer], list[str]]:
    """The usable rows of all sheets, and what is wrong with the others.  Raises StudyProblem."""
    sheets = sorted(folder.glob("*.csv"))[:MOST_SHEETS] if folder.is_dir() else []
    if not sheets:
        raise StudyProblem(f"There is no filled sheet in {folder}. Put the raters' files there.")
    answers: dict[tuple[str, str], Answer] = {}
    problems: list[str] = []
    for sheet in sheets:
        try:
            rows = list(_lines(sheet))
        except StudyProblem as problem:
            problems.append(str(problem))
            continue
        for line, row in rows:
            try:
                answer = _answer(row, sheet.stem, shown, words)
                if answer is not None and (answer.rater, answer.shown.picture) in answers:
                    raise StudyProblem(f"rater {answer.rater[:LONGEST_SHOWN]} has answered picture "
                                       f"{answer.shown.picture} before; the first answer counts")
            except StudyProblem as problem:
                problems.append(f"{sheet.name}, line {line}: {problem}")
                continue
            if answer is not None:
                answers[answer.rater, answer.shown.picture] = answer
    more = len(problems) - MOST_PROBLEMS
    return list(answers.values()), problems[:MOST_PROBLEMS] + [f"and {more} more"] * (more > 0)


def wilson(right: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    share, square = right / count, SURE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = SURE * math.sqrt(share * (1 - share) / count + square / (4 * count**2)) / (
        1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def as_text(score: Score) -> str:
    """The tables for a person."""
    count = len(score.raters)
    lines = [f"{count} rater{'s' * (count != 1)}, {score.ratings} ratings of naturalness", "",
             f"{'shown':34}{'answers':>8}{'right':>7}{'accuracy %':>12}{'95 %':>14}"
             f"{'naturalness':>13}"]
    for kind in KINDS:
        rows = [row for row in score.rows if row.kind == kind]
        if rows:
            lines += [f"-- {kind}" + (" (right: either emotion was named)" * (kind == "dyad")),
                      *map(_line, rows)]
    lines += ["", f"Naturalness {_said(score.naturalness, 2)} of {HIGHEST} on average.",
              "Intervals take answers as independent; those of one rater are not quite.", "",
              "Confusion (rows: shown, columns: named; dyads left out)"]
    named = sorted({name for row in score.confusion.values() for name in row})
    lines.append(f"{'':14}" + "".join(f"{name[:11]:>12}" for name in named))
    for emotion, counts in score.confusion.items():
        lines.append(f"{emotion:14}" + "".join(f"{counts.get(name, 0):>12}" for name in named))
    if score.problems:
        lines += ["", f"Left out, {len(score.problems)}:", *score.problems]
    return "\n".join(lines)


def _answer(
    row: Mapping[str, str], sheet: str, shown: Mapping[str, Shown], words: Mapping[str, str]
) -> Answer | None:
    """None for a row that was left open."""
    if not any(row.get(name) for name in ("emotion", "second", "naturalness")):
        return None
    picture = shown.get(_number(row.get("picture", "")))
    if picture is None:
        raise StudyProblem(f"there is no picture {row.get('picture', '')[:LONGEST_SHOWN]!r}")
    emotion, second = (_emotion(row.get(name, ""), words) for name in ("emotion", "second"))
    return Answer(row.get("rater") or sheet, picture, emotion, second,
                  _rating(row.get("naturalness", "")))


def _emotion(text: str, words: Mapping[str, str]) -> str:
    plain = " ".join(text.casefold().split())
    if not plain or plain in words:
        return words.get(plain, "")
    near = difflib.get_close_matches(plain[:LONGEST_SHOWN], words, 3, 0.5)
    guess = f"; did you mean {', '.join(near)}?" if near else ""
    raise StudyProblem(f"{text[:LONGEST_SHOWN]!r} is no emotion of this study{guess}")


def _rating(text: str) -> int | None:
    if not text:
        return None
    number = text.removesuffix(".0").removesuffix(",0")
    if number not in map(str, range(LOWEST, HIGHEST + 1)):
        raise StudyProblem(f"naturalness is {text[:LONGEST_SHOWN]!r}, not a whole number of "
                           f"{LOWEST} to {HIGHEST}")
    return int(number)


def _rows(shown: Any, answers: Sequence[Answer]) -> Iterator[Row]:
    things = dict.fromkeys((one.kind, one.emotion, one.second)
                           for one in sorted(shown, key=lambda one: (one.emotion, one.second)))
    for kind in KINDS:
        for _, emotion, second in (thing for thing in things if thing[0] == kind):
            here = [one for one in answers if (
                one.shown.kind, one.shown.emotion, one.shown.second) == (kind, emotion, second)]
            yield _row(kind, " + ".join(filter(None, (emotion, second))), {emotion, second} - {""},
                       here)


def _row(kind: str, title: str, wanted: set[str], here: Sequence[Answer]) -> Row:
    told = [one for one in here if one.emotion]
    both = sum({one.emotion, one.second} == wanted for one in told) if kind == "dyad" else 0
    right = sum(one.emotion in wanted or (kind == "dyad" and one.second in wanted) for one in told)
    low, high = wilson(right, len(told)) if told else (None, None)
    rated = [one.naturalness for one in here if one.naturalness is not None]
    return Row(kind, title, len(told), right, right / len(told) if told else None, low, high, both,
               _mean(rated), len(rated))


def _confusion(answers: Sequence[Answer]) -> dict[str, dict[str, int]]:
    pairs = Counter((one.shown.emotion, one.emotion) for one in answers
                    if one.emotion and one.shown.kind != "dyad")
    rows = dict.fromkeys(shown for shown, _ in sorted(pairs))
    return {row: {named: pairs[shown, named] for shown, named in sorted(pairs) if shown == row}
            for row in rows}


def _line(row: Row) -> str:
    interval = "" if row.low is None or row.high is None else (
        f"{100 * row.low:.0f} to {100 * row.high:.0f}")
    both = f"  both named: {row.both}" if row.kind == "dyad" else ""
    share = None if row.accuracy is None else 100 * row.accuracy
    return (f"{row.emotion:34}{row.answers:>8}{row.right:>7}{_said(share, 0):>12}{interval:>14}"
            f"{_said(row.naturalness, 2):>13}{both}")


def _said(value: float | None, digits: int) -> str:
    return "NA" if value is None else f"{value:.{digits}f}"


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None


def _number(picture: str) -> str:
    """`007.png`, `007` and `7` are one picture: spreadsheets take leading zeros away."""
    plain = picture.strip().removesuffix(".png").lstrip("0")
    return plain.removesuffix(".0")


def _table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    rows = [row for _, row in _lines(path)] if path.is_file() else []
    if not rows or any(name not in row for row in rows for name in columns):
        raise StudyProblem(f"{path} is missing or has no columns {', '.join(columns)}: "
                           "name the folder of the study's key.")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers and rows of a CSV file, with , or ; or tabs between columns."""
    if not path.is_file():  # a pipe and a device have no end
        raise StudyProblem(f"{path.name} is no file")
    try:
        with path.open("rb") as stream:
            body = stream.read(LARGEST_FILE + 1)
    except OSError as failure:
        raise StudyProblem(f"{path.name} cannot be read: {failure.strerror}") from failure
    if len(body) > LARGEST_FILE:
        raise StudyProblem(f"{path.name} is larger than {LARGEST_FILE // 10**6} MB")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace")  # as spreadsheets on Windows save
    head = text.split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
        names = {name: (name or "").strip().casefold() for name in reader.fieldnames or ()}
        if "picture" not in names.values() and "word" not in names.values():
            raise StudyProblem(f"{path.name}, line 1: there is no column named picture")
        for row in reader:
            yield reader.line_num, {names[key]: (value or "").strip()
                                    for key, value in row.items() if key in names}
    except csv.Error as problem:
        raise StudyProblem(f"{path.name} is no table: {problem}") from problem


def main() -> int:
    """Score the study this file lies in, or the one whose folder is named."""
    try:
        print(as_text(score_study(Path(*sys.argv[1:2] or [str(Path(__file__).parent)]))))
    except (StudyProblem, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
