# SPDX-License-Identifier: GPL-3.0-or-later
"""What instructions are learned from and measured with: pairs of faces of one person, and the
sentence that asks to go from the one to the other (paper 002, section IV-A)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError, InputFileError
from ..files import written_aside
from ..head.npz import read_npz
from ..parameters import LARGEST
from ..wheel_names import NEUTRAL, WHEEL_ORDER

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

FORMAT = "flamewheel-transitions-1"
"""What a file of transitions says it is."""
PHOTO, SPREAD, FACS = "photo", "spread", "facs"
SOURCES = (PHOTO, SPREAD, FACS)
"""Where a face comes from: read in a photo, drawn from the measured spread of photos about an
emotion, or a variant of its FACS prototype."""
CONTEMPT = "Contempt"
EMOTIONS = (*WHEEL_ORDER, CONTEMPT, NEUTRAL)
NO_NEUTRAL = -1
MOST_FACES, MOST_PAIRS = 2_000_000, 5_000_000
"""Design choices: AffectNet has 450,000 faces, the paper's sets 28,000 pairs."""
LONGEST_TEXT = 1000  # characters of an instruction, as long as a person would read
LONGEST_NAME = 200  # characters of a person's name; what a set says of itself, ten times that


@dataclass(frozen=True, eq=False)
class TransitionSet:
    """P faces and N pairs of them.  Both faces of a pair are of one subject."""

    head: str  # name of the head that the codes belong to
    expression: Array  # (P,E) ψ
    jaw: Array  # (P,3) axis-angle rad
    emotion: Words  # (P,) names of EMOTIONS
    subject: Words  # (P,) whose face it is; people made from statistics have names of their own
    source: Words  # (P,) names of SOURCES
    held_out: Bools  # (P,) kept for measuring; the same for all faces of a subject
    pairs: Ints  # (N,2) rows of the faces: from, to
    text: Words  # (N,) instruction
    template: Ints  # (N,) which sentence it was made from, from 0
    neutral: Ints  # (P,) row of the subject's neutral face, or NO_NEUTRAL
    head_checksum: str = ""  # of the head; "" where it is not known
    provenance: str = ""  # how it was made, for a person
    reference: Array = field(default_factory=lambda: np.zeros(0))
    """(E+3,) the mean neutral face as the encoder saw it, which was taken off the photos' codes;
    none: nothing was."""

    def __post_init__(self) -> None:
        """Raises InputFileError `bad-transitions` where something does not fit together."""
        _check(self)

    @property
    def codes(self) -> Array:
        """(P,E+3) ψ and jaw."""
        return np.concatenate([self.expression, self.jaw], axis=1)

    @property
    def pair_held_out(self) -> Bools:
        """(N,) pairs of held-out subjects."""
        return np.asarray(self.held_out[self.pairs[:, 0]])

    @property
    def pair_source(self) -> Words:
        """(N,) where the first face of a pair comes from; both are of one source."""
        return np.asarray(self.source[self.pairs[:, 0]])

    def with_pairs(self, some: npt.ArrayLike) -> TransitionSet:
        """The same faces with some of the pairs: numbers or truth values (N,)."""
        at = np.asarray(some)
        return replace(self, pairs=self.pairs[at], text=self.text[at], template=self.template[at])


def save_transitions(transitions: TransitionSet, path: Path) -> None:
    """The set as `.npz`, codes in float32.  Raises OutputError as `written_aside`."""
    with written_aside(Path(path)) as part, part.open("wb") as stream:
        np.savez_compressed(
            stream, format=np.array(FORMAT), head=np.array(transitions.head),
            head_checksum=np.array(transitions.head_checksum),
            provenance=np.array(transitions.provenance),
            expression=transitions.expression.astype(np.float32),
            jaw=transitions.jaw.astype(np.float32), emotion=transitions.emotion,
            subject=transitions.subject, source=transitions.source,
            held_out=transitions.held_out, pairs=transitions.pairs.astype(np.int32),
            text=transitions.text, template=transitions.template.astype(np.int32),
            neutral=transitions.neutral.astype(np.int32),
            reference=transitions.reference.astype(np.float32))


def load_transitions(path: Path) -> TransitionSet:
    """The set of a file that nobody vouches for.

    Raises InputFileError `file-not-found`, `transitions-unreadable`, `transitions-too-large`,
    `transitions-unsafe`, `bad-transitions`.
    """
    path = Path(path)
    if not path.is_file():
        raise InputFileError("file-not-found", f"There is no file {path}.", _HINT)
    try:
        arrays = read_npz(path, what="file of transitions")
    except HeadError as bad:
        code = bad.code.replace("head-", "transitions-", 1)
        raise InputFileError(code, bad.message, _HINT) from bad
    try:
        return _from_arrays(arrays)
    except KeyError as missing:
        raise _bad(f"it has no {missing}", path.name) from missing
    except InputFileError as bad:  # said of arrays; which file they came from is known here
        raise InputFileError(bad.code, f"{path.name}: {bad.message}", bad.hint) from bad


_HINT = "Make one with `flamewheel dataset build transitions`."


def _from_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> TransitionSet:
    if _text(arrays, "format") != FORMAT:
        raise _bad(f"its format is {_text(arrays, 'format')[:60]!r}")
    for name in ("expression", "jaw", "reference"):
        if arrays[name].dtype.kind != "f":
            raise _bad(f"`{name}` holds no numbers")
    for name in ("emotion", "subject", "source", "text"):
        if arrays[name].dtype.kind != "U":
            raise _bad(f"`{name}` holds no words")
    for name in ("pairs", "template", "neutral"):
        if arrays[name].dtype.kind not in "iu":
            raise _bad(f"`{name}` holds no whole numbers")
    if arrays["held_out"].dtype.kind != "b":
        raise _bad("`held_out` holds no truth values")
    return TransitionSet(
        _text(arrays, "head"), arrays["expression"].astype(np.float64),
        arrays["jaw"].astype(np.float64), arrays["emotion"], arrays["subject"], arrays["source"],
        arrays["held_out"], arrays["pairs"].astype(np.int64), arrays["text"],
        arrays["template"].astype(np.int64), arrays["neutral"].astype(np.int64),
        _text(arrays, "head_checksum"), _text(arrays, "provenance"),
        arrays["reference"].astype(np.float64))


def _text(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> str:
    array = arrays[name]
    if array.shape != () or array.dtype.kind != "U" or len(str(array)) > 10 * LONGEST_NAME:
        raise _bad(f"`{name}` is no short text")
    return str(array)


def _bad(why: str, name: str = "This") -> InputFileError:
    return InputFileError("bad-transitions", f"{name} is no set of transitions: {why}.", _HINT)


def _check(given: TransitionSet) -> None:
    faces, pairs = len(given.expression), len(given.pairs)
    if not 2 <= faces <= MOST_FACES or pairs > MOST_PAIRS:
        raise _bad(f"it has {faces} faces and {pairs} pairs")
    _check_shapes(given, faces, pairs)
    if given.reference.shape not in ((0,), (given.expression.shape[1] + 3,)):
        raise _bad("`reference` is no face")
    for name in ("expression", "jaw", "reference"):
        numbers = getattr(given, name)
        if not np.isfinite(numbers).all() or np.abs(numbers).max(initial=0.0) > LARGEST:
            raise _bad(f"`{name}` holds numbers that no face has")
    for name, words in (("emotion", EMOTIONS), ("source", SOURCES)):
        strange = np.setdiff1d(getattr(given, name), words)
        if strange.size:
            raise _bad(f"`{name}` holds {str(strange[0])[:40]!r}, which is none of "
                       f"{', '.join(words)}")
    if given.text.dtype.itemsize > 4 * LONGEST_TEXT or (
            given.subject.dtype.itemsize > 4 * LONGEST_NAME):
        raise _bad("an instruction or a subject's name is too long")
    if given.pairs.min(initial=0) < 0 or given.pairs.max(initial=0) >= faces:
        raise _bad(f"`pairs` names faces beyond the {faces} that there are")
    if given.neutral.min() < NO_NEUTRAL or given.neutral.max() >= faces:
        raise _bad(f"`neutral` names faces beyond the {faces} that there are")
    if given.template.min(initial=0) < 0:
        raise _bad("`template` holds a negative number")
    _check_people(given)


def _check_shapes(given: TransitionSet, faces: int, pairs: int) -> None:
    expected = {"expression": (faces, None), "jaw": (faces, 3), "emotion": (faces,),
                "subject": (faces,), "source": (faces,), "held_out": (faces,),
                "pairs": (pairs, 2), "text": (pairs,), "template": (pairs,), "neutral": (faces,)}
    for name, shape in expected.items():
        found = getattr(given, name).shape
        if len(found) != len(shape) or any(
                want not in (None, got) for want, got in zip(shape, found, strict=True)):
            raise _bad(f"`{name}` is {'x'.join(map(str, found))} for {faces} faces and {pairs} "
                       "pairs")


def _check_people(given: TransitionSet) -> None:
    """Pairs and neutral faces stay within a subject, subjects within a side and a source."""
    _, of = np.unique(given.subject, return_inverse=True)
    first = np.full(int(of.max()) + 1, len(of))
    np.minimum.at(first, of, np.arange(len(of)))
    if (given.held_out != given.held_out[first[of]]).any():
        raise _bad("a subject stands on both sides of the split")
    if (given.source != given.source[first[of]]).any():
        raise _bad("a subject's faces come from two sources")
    if (of[given.pairs[:, 0]] != of[given.pairs[:, 1]]).any():
        raise _bad("a pair has faces of two subjects")
    known = given.neutral != NO_NEUTRAL
    at = given.neutral[known]
    if (of[at] != of[known]).any() or (given.emotion[at] != NEUTRAL).any():
        raise _bad("a face's neutral face is another subject's, or not neutral")
