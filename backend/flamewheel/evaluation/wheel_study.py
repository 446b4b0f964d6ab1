# SPDX-License-Identifier: GPL-3.0-or-later
"""A study with people, as paper 000's table I: can they name the faces, and do they look natural?

The folder has two parts.  `raters/` is what raters get: pictures in random order under numbers, a
page to answer on, an answer sheet.  `experimenter/` holds the key, the words that count, a place
for filled sheets and the program that scores them.
"""

from __future__ import annotations

import csv
import hashlib
import inspect
import io
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import InputFileError, OutputError
from ..files import make_folder
from ..head.data import HeadData
from ..parameters import ExpressionCode
from ..pipeline.progress import Progress
from ..wheel.lexicon import LEXICON
from ..wheel.points import BASIC, CONTEMPT, WheelPoint
from ..wheel_names import DYADS, NEUTRAL, WHEEL_ORDER
from . import wheel_score
from .wheel_faces import Database, Mixer, Pair
from .wheel_pictures import Photographer
from .wheel_score import ANSWERS, CANNOT_TELL, KEY, WORDS, Score, StudyProblem, score_study
from .wheel_study_page import study_page

SIDE = 400  # px of a picture
PEOPLE = 2  # who show each expression
LIKENESS = 0.8  # standard deviations by which people differ: ordinary faces, judged by eye
RATERS, EXPERIMENTER, PICTURES = "raters", "experimenter", "pictures"
_SAME_TIME = 1_000_000_000  # s since 1970, of every file: no order can be read off it
_SEEDS = 2**32

_README = """A study of {count} pictures, made by `flamewheel evaluate wheel --study`.

1. Give raters a copy of the folder `raters`, and nothing else.  They open index.html (it needs no
   network) and save their answers as a file; or they fill answer_sheet.csv; or you print the page.
2. Put the files into experimenter/answers.
3. Run `flamewheel evaluate wheel --score` with this folder, or `python experimenter/score.py`.

experimenter/key.csv tells what every picture shows.  Keep it from raters.
"""


@dataclass(frozen=True, eq=False)
class Item:
    """A picture to be taken."""

    kind: str  # of wheel_score.KINDS
    emotion: str
    second: str
    code: ExpressionCode
    person: int


def write_study(
    folder: Path, head: str, database: Database, method: str, seed: int, *,
    people: int = PEOPLE, with_dyads: bool = False, side: int = SIDE,
    progress: Progress = lambda *_: None,
) -> int:
    """A study in `folder`, which must be empty or new; returns how many pictures it has.

    Shown are Neutral, the basic emotions and Contempt, each of them mixed with Neutral by `method`
    as in the paper, and with `with_dyads` the 24 dyads; each on `people` random people.  The same
    seed gives the same study.  Raises OutputError `folder-not-empty`, HeadError, WheelError.
    """
    _check_empty(folder)
    mixer, rng = Mixer(head, database), np.random.default_rng(seed % _SEEDS)
    items = _items(mixer, method, people, with_dyads)
    shapes = LIKENESS * rng.normal(size=(max(people, 1), mixer.head.identity_count))
    shapes = np.clip(shapes, -2 * LIKENESS, 2 * LIKENESS)
    items = [items[at] for at in rng.permutation(len(items))]
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        _fill(part, mixer.head, items, shapes, (method, seed), side, progress)
        if folder.is_dir():
            folder.rmdir()
        os.replace(part, folder)
    except OSError as failure:
        raise OutputError("cannot-write", f"{folder} cannot be written: {failure.strerror}.",
                          "Check that the folder above it exists and has space.") from failure
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return len(items)


def read_score(folder: Path) -> Score:
    """The score of a study's folder, or of its part for the experimenter.

    Raises InputFileError `no-study`.
    """
    inner = folder / EXPERIMENTER
    try:
        return score_study(inner if inner.is_dir() else folder)
    except StudyProblem as problem:
        raise InputFileError("no-study", str(problem), "See README.txt in the study's folder."
                             ) from problem
    except (OSError, ValueError) as failure:  # a folder that is closed, a name that is none
        raise InputFileError("no-study", f"{str(folder)[:200]} cannot be read: {failure}"[:500],
                             "Name the folder of a study.") from failure


def _items(mixer: Mixer, method: str, people: int, with_dyads: bool) -> list[Item]:
    known = [name for name in (*WHEEL_ORDER, CONTEMPT) if name in mixer.database.emotions]
    basic = mixer.emotions([WheelPoint(name, BASIC) for name in known]).codes
    rest = mixer.neutral()
    mixed = mixer.pairs([Pair(name, NEUTRAL) for name in known], method).codes
    faces = [("basic", NEUTRAL, "", rest)]
    faces += [("basic", name, "", code) for name, code in zip(known, basic, strict=True)]
    faces += [("with neutral", name, "", code) for name, code in zip(known, mixed, strict=True)]
    if with_dyads:
        pairs = [Pair(*mates) for mates in DYADS.values() if {*mates} <= {*known}]
        codes = mixer.pairs(pairs, method).codes
        faces += [("dyad", pair.primary, pair.secondary, code)
                  for pair, code in zip(pairs, codes, strict=True)]
    return [Item(*face, person) for face in faces for person in range(people)]


def _fill(
    folder: Path, head: HeadData, items: Sequence[Item], shapes: npt.NDArray[np.float64],
    made_by: tuple[str, int], side: int, progress: Progress,
) -> None:
    from PIL import Image

    pictures, apart = folder / RATERS / PICTURES, folder / EXPERIMENTER
    for place in (pictures, apart / ANSWERS):
        make_folder(place)
    digits = max(3, len(str(len(items))))
    numbers = [f"{number:0{digits}}" for number in range(1, len(items) + 1)]
    photographer = Photographer(head, side)
    for at, (number, item) in enumerate(zip(numbers, items, strict=True)):
        progress(at, len(items), "taking pictures")
        taken = photographer.picture(item.code, shape=shapes[item.person])
        Image.fromarray(taken).save(pictures / f"{number}.png")
    choices = [name for name in (NEUTRAL, *WHEEL_ORDER, CONTEMPT)
               if any(name in (item.emotion, item.second) for item in items)]
    texts = {
        f"{RATERS}/index.html": study_page(numbers, [*choices, CANNOT_TELL], _mark(made_by), side),
        f"{RATERS}/answer_sheet.csv": _csv(
            ("rater", "picture", "emotion", "second", "naturalness"),
            [("", number, "", "", "") for number in numbers]),
        f"{EXPERIMENTER}/{KEY}": _csv(
            ("picture", "kind", "emotion", "second", "person", "method", "seed", "head"),
            [(number, item.kind, item.emotion, item.second, item.person + 1, *made_by, head.name)
             for number, item in zip(numbers, items, strict=True)]),
        f"{EXPERIMENTER}/{WORDS}": _csv(("word", "emotion"), _words(choices)),
        f"{EXPERIMENTER}/score.py": inspect.getsource(wheel_score),
        "README.txt": _README.format(count=len(items)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (_SAME_TIME, _SAME_TIME))


def _mark(made_by: tuple[str, int]) -> str:
    """Tells this study from others in a rater's browser, and says nothing of its key."""
    return hashlib.sha256(repr(made_by).encode()).hexdigest()[:12]


def _words(choices: Sequence[str]) -> list[tuple[str, str]]:
    """What raters may write by hand: every word of one emotion that the wheel knows."""
    known = {word: mix.first.emotion for word, mix in LEXICON.items() if mix.second is None}
    known |= {name.casefold(): name for name in choices}
    known[CANNOT_TELL] = CANNOT_TELL
    return sorted((word, name) for word, name in known.items() if name in (*choices, CANNOT_TELL))


def _csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return written.getvalue()


def _check_empty(folder: Path) -> None:
    try:
        taken = bool(folder.lstat()) and (not folder.is_dir() or any(folder.iterdir()))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as failure:  # a name that no system takes
        raise OutputError("cannot-write", f"{str(folder)[:200]!r} cannot be written: "
                          f"{failure}"[:500], "Give another name.") from failure
    if taken:
        raise OutputError("folder-not-empty", f"{folder} is not an empty folder.",
                          "Name a new folder: answers of another study must not be mixed in.")
