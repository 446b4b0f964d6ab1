# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a face as people name them: `her left eyebrow`, `the corners of the mouth`, `one side`.

Sides are the face's own.  A noun is what a verb can move (an upper lip, a mouth corner); `PARTS_OF`
tells which part of the face it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .plan import PARTS, Span
from .tokens import Token, word_at, word_list

Side = Literal["left", "right", "one", "other"]

_NOUNS = {
    "brow": "brow brows eyebrow eyebrows forehead browed",
    "eye": "eye eyes eyed",
    "lid": "eyelid eyelids lid lids",
    "nose": "nose",
    "nostril": "nostril nostrils",
    "cheek": "cheek cheeks cheeked",
    "mouth": "mouth mouthed",
    "lip": "lip lips lipped",
    "jaw": "jaw jaws jawline jawed",
    "chin": "chin",
    "tongue": "tongue",
}
_NOUN_OF = {word: noun for noun, words in _NOUNS.items() for word in words.split()}

PARTS_OF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("brow", "inner brow", "outer brow"), ("brows",)),
    **dict.fromkeys(("eye", "lid", "upper lid", "lower lid"), ("eyes",)),
    **dict.fromkeys(("nose", "nostril"), ("nose",)),
    "cheek": ("cheeks",),
    **dict.fromkeys(("mouth", "lip", "upper lip", "lower lip", "corner", "tongue"), ("mouth",)),
    **dict.fromkeys(("jaw", "chin"), ("jaw",)),
    "upper face": ("brows", "eyes"),
    "lower face": ("cheeks", "mouth", "jaw"),
    "side": (),
}
"""Noun -> PARTS; a side alone is of the whole face.  The nose is of neither half of the face."""

DETERMINERS = frozenset(word_list(
    "the a an her his its their my your our this that these those both all each every two "
    "man's woman's girl's boy's person's character's actor's actress's figure's avatar's face's "
    "model's subject's"
))
ONLY_BEFORE = frozenset(word_list("only just solely merely exclusively simply"))
ONLY_AFTER = frozenset(word_list("only alone exclusively solely"))
SIDE_OF: dict[str, Side] = {
    "left": "left", "right": "right", "one": "one", "other": "other", "single": "one",
    "lefthand": "left", "righthand": "right",
}
PAIRED = frozenset(word_list("brow eyebrow eye eyelid cheek nostril"))
_HALVES = {"upper": "upper face", "top": "upper face", "lower": "lower face",
           "bottom": "lower face"}
_KINDS = {"inner": "inner", "inside": "inner", "medial": "inner", "outer": "outer",
          "outside": "outer", "lateral": "outer", "upper": "upper", "top": "upper",
          "lower": "lower", "bottom": "lower"}
_KINDS_OF = {("inner", "brow"): "inner brow", ("outer", "brow"): "outer brow",
             ("upper", "lip"): "upper lip", ("lower", "lip"): "lower lip",
             ("upper", "lid"): "upper lid", ("lower", "lid"): "lower lid"}
_ENDS = frozenset(word_list("corner corners end ends edge edges tip tips part parts area region "
                            "half side bridge rims rim middle ball"))
HALF_WORDS = frozenset(word_list("side half"))
_COMPOUNDS = (("brow", "corners"), ("brow", "ends"), ("nose", "bridge"), ("nose", "tip"))
_OF = frozenset(("of", "in", "on"))


@dataclass(frozen=True)
class Part:
    """Nouns of the face with their side: `both her brows and the mouth`."""

    nouns: tuple[str, ...]  # keys of PARTS_OF
    side: Side | None
    end: int  # the token after it
    only: bool = False  # `only the mouth`, `the mouth alone`
    bare: bool = False  # without article: `angry eyes`
    placed: bool = False  # `on the left`: nothing has to join it to an emotion
    stale: bool = False  # an emotion was named since: `it` is that one
    span: Span = (0, 0)

    @property
    def parts(self) -> tuple[str, ...]:
        """Of PARTS, in their order; none: the whole face (of a side)."""
        found = {part for noun in self.nouns for part in PARTS_OF[noun]}
        return tuple(part for part in PARTS if part in found)


def read_part(tokens: Sequence[Token], at: int) -> Part | None:
    """The parts of a face that are named from token `at` on, or None."""
    part = _read_one(tokens, at)
    if part is None:
        return None
    while (more := _read_more(tokens, part)) is not None:
        part = more
    end = part.end
    only = part.only
    if word_at(tokens, end) in ONLY_AFTER:
        only, end = True, end + 1
    return replace(part, end=end, only=only, span=(tokens[at].span[0], tokens[end - 1].span[1]))








def _read_more(tokens: Sequence[Token], part: Part) -> Part | None:
    """`… and the mouth`: another noun of the same group."""
    at = part.end
    if word_at(tokens, at) == ",":
        at += 1
    joint = word_at(tokens, at) in ("and", "&", "or", "nor", "plus")
    if joint:
        at += 1
    if at == part.end:
        return None
    if not joint and not _list_goes_on(tokens, at):
        return None
    second = _read_one(tokens, at)
    if second is None or (second.side is not None and part.side not in (None, second.side)):
        return None
    if second.side is not None and part.side is None:
        return None
    return replace(part, nouns=(*part.nouns, *second.nouns), end=second.end)


def _list_goes_on(tokens: Sequence[Token], at: int) -> bool:
    """After a comma: `the brows, the eyes and the mouth`."""
    second = _read_one(tokens, at)
    if second is None:
        return False
    after = second.end + (1 if word_at(tokens, second.end) == "," else 0)
    return word_at(tokens, after) in ("and", "&", "or") and (
        _read_one(tokens, after + 1) is not None
    )


def _read_one(tokens: Sequence[Token], at: int) -> Part | None:
    first = at
    only, determined = False, False
    side: Side | None = None
    kind = ""
    while True:
        word = word_at(tokens, at)
        if word in ONLY_BEFORE:
            only = True
        elif word in DETERMINERS or (word == "of" and determined):
            determined = True
        elif word in SIDE_OF and not (word in ("left", "right") and side in ("left", "right")):
            side = SIDE_OF[word]
            if word_at(tokens, at + 1) == "hand" and side in ("left", "right"):
                at += 1
        elif word in ("left", "right"):
            side = None  # `left and right`: both
        elif word == "and" and side in ("left", "right") and _side_comes(tokens, at + 1):
            pass
        elif word in _KINDS and word not in HALF_WORDS:
            if word_at(tokens, at + 1) in DETERMINERS:
                return None  # `lower the brows`
            kind = word
        else:
            break
        at += 1
        if at - first > 6:
            return None
    noun = _noun(tokens, at, kind, side)
    if noun is None:
        return None
    name, end, own_side = noun
    if word_at(tokens, at) in PAIRED and word_at(tokens, at - 1) in ("a", "an") and side is None:
        side = "one"  # `cock an eyebrow`
    if name == "side" and own_side is None and side is None:
        return None
    side = own_side or side
    end, late_side = _late_side(tokens, end, side)
    return Part((name,), late_side, end, only, not determined)


def _side_comes(tokens: Sequence[Token], at: int) -> bool:
    """`(the left and) the right`, without `the` too."""
    at += word_at(tokens, at) == "the"
    return word_at(tokens, at) in ("left", "right")


def _noun(
    tokens: Sequence[Token], at: int, kind: str, side: Side | None
) -> tuple[str, int, Side | None] | None:
    """The noun at `at`, the token after it, and a side that is named within it."""
    word = word_at(tokens, at)
    if word in _ENDS:
        inner = of_what(tokens, at + 1)
        if inner is not None:
            noun, end, inner_side = inner
            return _end_of(word, kind, noun), end, inner_side
        if (word in HALF_WORDS or word == "part") and side is None and kind in _HALVES:
            return _HALVES[kind], at + 1, None
        if word in HALF_WORDS and side is not None and not kind:
            return "side", at + 1, None
        return None
    if word == "face" and _KINDS.get(kind) in ("upper", "lower"):
        return _HALVES[kind], at + 1, None
    noun_word = _NOUN_OF.get(word)
    if noun_word is None:
        return None
    end = at + 1
    noun = noun_word
    if noun in ("mouth", "lip") and word_at(tokens, end) in ("corner", "corners"):
        noun, end = "corner", end + 1
    elif noun == "eye" and word_at(tokens, end) in ("lid", "lids"):
        noun, end = "lid", end + 1
    elif noun == "eye" and word_at(tokens, end) in ("brow", "brows"):
        noun, end = "brow", end + 1
    elif (noun, word_at(tokens, end)) in _COMPOUNDS:
        end += 1
    if noun == "chin" and word_at(tokens, end) == "boss":
        end += 1
    kinded = _KINDS_OF.get((_KINDS.get(kind, ""), noun), noun)
    return kinded, end, None


def of_what(tokens: Sequence[Token], at: int) -> tuple[str, int, Side | None] | None:
    """`… of the mouth`, `of her left brow`, `of the face`."""
    if word_at(tokens, at) not in _OF:
        return None
    at += 1
    side: Side | None = None
    while word_at(tokens, at) in DETERMINERS or word_at(tokens, at) in ("left", "right"):
        if word_at(tokens, at) in ("left", "right"):
            side = SIDE_OF[word_at(tokens, at)]
        at += 1
    word = word_at(tokens, at)
    if word == "face":
        return "face", at + 1, side
    noun = _NOUN_OF.get(word)
    return None if noun is None else (noun, at + 1, side)


def _end_of(word: str, kind: str, noun: str) -> str:
    """`inner ends` of the brows, `corners` of the mouth, `upper half` of the face."""
    if noun == "face":
        return _HALVES.get(kind, "side")
    if word.startswith("corner") and noun in ("mouth", "lip"):
        return "corner"
    return _KINDS_OF.get((_KINDS.get(kind, ""), noun), noun)


def _late_side(
    tokens: Sequence[Token], at: int, side: Side | None
) -> tuple[int, Side | None]:
    """`the brow on the left (side)`: the token after it, and the side."""
    look = at
    if word_at(tokens, look) not in ("on", "at"):
        return at, side
    look += 1
    while word_at(tokens, look) in DETERMINERS:
        look += 1
    said = SIDE_OF.get(word_at(tokens, look))
    if said is None:
        return at, side
    look += 1
    if word_at(tokens, look) == "hand":
        look += 1
    if word_at(tokens, look) in HALF_WORDS:
        look += 1
    elif said in ("one", "other"):
        return at, side
    inner = of_what(tokens, look)
    if inner is not None and inner[0] == "face":
        look = inner[1]
    return look, said
