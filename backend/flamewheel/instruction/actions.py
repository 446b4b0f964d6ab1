# SPDX-License-Identifier: GPL-3.0-or-later
"""Direct actions in the words of a sentence: `raise the left brow`, `her jaw drops`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .action_words import (
    ACTIONS,
    DEED_OF,
    MOMENTARY,
    PARTICLES,
    REVERSED,
    STATES,
    UNDOING,
    UNDONE,
    Units,
)
from .durations import read_count
from .lexicon import DEGREES, EASINGS_SAID, SPEEDS, verb_forms
from .part_words import Part, Side, read_part, read_the_other
from .plan import Span
from .tokens import Token, word_list

_ADVERBS = frozenset(
    word for table in (DEGREES, SPEEDS, EASINGS_SAID) for phrase in table
    for word in phrase.split() if " " not in phrase
) - {"wide", "open", "small", "big", "full", "widely"} | {"half", "then", "halfway"}
_AUXILIARIES = frozenset(word_list(
    "is are was were be been being 's has have had also both all will would should can must "
    "starts start begins begin beginning starting to that which who do does did slowly seems seem "
    "now suddenly just even gets get getting go goes went remain remains"
))
_PRONOUNS = frozenset(("it", "them", "both", "this", "that", "they"))
_TO_NORMAL = frozenset(word_list("normal neutral rest resting place usual natural default position "
                                 "relaxed its their the a his her where how it they was were "
                                 "original starting state"))
_BLINKS = frozenset(verb_forms("blink"))
_WINKS = frozenset(verb_forms("wink"))
_FROWNS = frozenset(verb_forms("frown"))
_ALONE = {
    **dict.fromkeys((*verb_forms("squint"), *verb_forms("squinch")), ("narrow", "eye")),
    **dict.fromkeys(verb_forms("pucker"), ("pucker", "lip")),
}
_BASE_FORMS = frozenset(("open", "shut", "narrow", "round", "thin", "hollow", "lower"))
_BEFORE_ADJECTIVES = frozenset(word_list("with a an her his its their my your wide slightly half "
                                         "barely partly partially"))
_AFTER_IN = frozenset(word_list("and then again while as slowly quickly slightly but with or deeply "
                                "tightly hard"))
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
MOST_BLINKS = 20
"""A design choice: who wants more repeats the plan."""


@dataclass(frozen=True)
class Action:
    """What some units are told to do; sides are not resolved yet."""

    nouns: tuple[str, ...]
    deed: str
    side: Side | None
    end: int  # the token after it
    span: Span
    units: Units = ()  # to reach
    undoes: tuple[str, ...] = ()  # units without sides that end
    reverses: tuple[str, ...] = ()  # what of before it takes back, if there is something
    again: bool = False  # `lower it again`: said to take back
    state: bool = False  # `raised brows`, not `raise the brows`
    momentary: int = 0  # how many times: a blink
    keep: str = ""  # of KEEPS, where it may mean a state to keep: `with closed eyes`
    inner: tuple[Token, ...] = ()  # words within it that mean something of their own

    @property
    def forms(self) -> bool:
        """Is anything to do?"""
        return bool(self.units or self.undoes or self.momentary)


def read_action(
    tokens: Sequence[Token], at: int, mentioned: Part | None, after: Action | None
) -> Action | None:
    """The direct action that begins at token `at`, or None.

    `mentioned`: the part spoken of last, for `it` and `them`; `after`: the action that ends here.
    """
    found = (
        _read_alone(tokens, at)
        or (_read_state_first(tokens, at) if _describes(tokens, at) else None)
        or _read_verb_first(tokens, at, mentioned)
        or _read_state_first(tokens, at)
        or _read_part_first(tokens, at, mentioned)
        or _read_another(tokens, at, after)
    )
    if found is None:
        return None
    return replace(found, span=(tokens[at].span[0], tokens[found.end - 1].span[1]))


def _read_alone(tokens: Sequence[Token], at: int) -> Action | None:
    """`blink twice`, `wink with the left eye`, `squint`, `frown with the brows`."""
    word = _word(tokens, at)
    if word in _BLINKS or word in _WINKS:
        return _read_blink(tokens, at, "blink" if word in _BLINKS else "wink")
    look = at + 1
    if word in _FROWNS and _word(tokens, look) in ("with", "in", "only"):
        while _word(tokens, look) in ("with", "in", "only", "just"):
            look += 1
        part = read_part(tokens, look)
        if part is not None and part.parts == ("brows",):
            return resolve("furrow", part, part.end)
    if word in _ALONE:
        deed, noun = _ALONE[word]
        if _word(tokens, look) == "up":
            look += 1
        named = look
        while _word(tokens, named) in ("with", "the", "her", "his"):
            named += 1
        part = read_part(tokens, look + (_word(tokens, look) == "with"))
        if part is not None and (deed, part.nouns[0]) in ACTIONS:
            return None if named == look else resolve(deed, part, part.end)
        return resolve(deed, Part((noun,), None, look), look)
    return None


def _describes(tokens: Sequence[Token], at: int) -> bool:
    """`closed eyes`, `with open mouth`; but `open mouth`, `narrow eyes` tell to."""
    if _word(tokens, at + 1).endswith("ed") and _word(tokens, at + 1) not in STATES:
        return True  # open-mouthed
    return _word(tokens, at) not in _BASE_FORMS or _word(tokens, at - 1) in _BEFORE_ADJECTIVES


def _read_blink(tokens: Sequence[Token], at: int, what: str) -> Action:
    side: Side | None = None if what == "blink" else "one"
    end, times = at + 1, 1
    if _word(tokens, at - 1) in ("left", "right"):
        side = "left" if _word(tokens, at - 1) == "left" else "right"
    look = end
    while _word(tokens, look) in ("with", "of", "using", "on", "only", "to", "at", "just"):
        look += 1
    part = read_part(tokens, look)
    if part is not None and part.nouns[0] in ("eye", "lid", "side"):
        side, end = part.side, part.end
    elif _word(tokens, look) in ("left", "right"):
        side, end = ("left" if _word(tokens, look) == "left" else "right"), look + 1
    if _word(tokens, end) in _TIMES:
        times, end = _TIMES[_word(tokens, end)], end + 1
    elif (counted := read_count(tokens, end)) and _word(tokens, counted[1]) in ("times", "time"):
        times, end = int(min(max(counted[0], 1), MOST_BLINKS)), counted[1] + 1
    elif _word(tokens, end) == "a" and _word(tokens, end + 1) == "few":
        times, end = 3, end + 2 + (_word(tokens, end + 2) == "times")
    return Action(("eye",), what, side, end, (0, 0), ((MOMENTARY[what], 1.0),), momentary=times)


def _read_verb_first(
    tokens: Sequence[Token], at: int, mentioned: Part | None
) -> Action | None:
    """`raise the left brow`, `puff the cheeks out`, `open wide the mouth`, `lower them again`."""
    deed = DEED_OF.get(_word(tokens, at))
    if deed is None:
        return None
    second = at + 2 if _word(tokens, at + 1) in ("and", "then", "or") else at
    if second > at and _word(tokens, second) == "then":
        second += 1
    if second > at and _word(tokens, second) in DEED_OF:
        shared = _read_verb_first(tokens, second, mentioned)  # `open and close the mouth`
        part = None if shared is None else Part(shared.nouns, shared.side, at + 1)
        return None if part is None else resolve(deed, part, at + 1)
    inner: list[Token] = []
    particles: list[str] = []
    look = at + 1
    while True:
        word = _word(tokens, look)
        if word in PARTICLES and word not in ("left", "right", "lower"):
            particles.append(word)
        elif word in _ADVERBS and tokens[look].kind == "word":
            inner.append(tokens[look])
        else:
            break
        look += 1
    part = (
        read_part(tokens, look) or _read_pronoun(tokens, look, mentioned)
        or read_the_other(tokens, look, mentioned)
    )
    if part is None and particles and particles[-1] in ("upper", "lower"):
        part = read_part(tokens, look - 1)
    if part is None or not part.nouns:
        return None
    end = _read_particles(tokens, part.end, particles, inner, part.nouns[0])
    pronoun = part is not None and _word(tokens, look) in _PRONOUNS and part.end == look + 1
    return _resolve(deed, particles, part, end, inner, again=pronoun)


def _read_pronoun(tokens: Sequence[Token], at: int, mentioned: Part | None) -> Part | None:
    if mentioned is None or _word(tokens, at) not in _PRONOUNS:
        return None
    side = None if _word(tokens, at) == "both" else mentioned.side
    return replace(mentioned, side=side, end=at + 1, only=False)


def _read_particles(
    tokens: Sequence[Token], at: int, particles: list[str], inner: list[Token], noun: str
) -> int:
    """Takes `up`, `to the left`, `back to normal`, `slightly open`; the token after them."""
    while True:
        word = _word(tokens, at)
        ahead = at
        while _word(tokens, ahead) in _ADVERBS:
            ahead += 1
        if word == "to" and (side := _side_after(tokens, at + 1)):
            particles.append(side[0])
            at = side[1]
        elif word in ("back", "to") and (normal := _normal(tokens, at + (word == "back"))):
            particles.append("normal")
            at = normal
        elif word == "again":
            particles.append("again")
            at += 1
        elif word in ("as", "so") and _word(tokens, at + 1) == "wide":
            at += 1
        elif ahead > at and _word(tokens, ahead) in PARTICLES:
            inner += tokens[at:ahead]
            at = ahead
        elif word in PARTICLES and _ends_here(tokens, at, noun):
            particles.append(word)
            at += 1
        else:
            return at


def _ends_here(tokens: Sequence[Token], at: int, noun: str) -> bool:
    """Not the `in` of `in surprise`, the `out` of `out of fear`, the `right` of `right now`."""
    word, after = _word(tokens, at), _word(tokens, at + 1)
    if word in ("left", "right"):
        return noun in ("jaw", "chin")
    if word == "in":
        return at + 1 >= len(tokens) or tokens[at + 1].kind == "mark" or after in _AFTER_IN
    return not (word == "out" and after == "of") and not (word == "open" and after == "the")


def _side_after(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    while _word(tokens, at) in ("the", "her", "his", "its", "their", "one"):
        at += 1
    word = _word(tokens, at)
    if word == "side" and _word(tokens, at - 1) == "one":
        return "sideways", at + 1
    if word not in ("left", "right"):
        return None
    return word, at + 1 + (_word(tokens, at + 1) in ("side", "hand"))


def _normal(tokens: Sequence[Token], at: int) -> int | None:
    """After `back`: `to normal`, `to where they were`."""
    if _word(tokens, at) not in ("to", "in", "into"):
        return None
    look = at + 1
    while _word(tokens, look) in _TO_NORMAL:
        look += 1
    return look if look > at + 1 else None


def _read_state_first(tokens: Sequence[Token], at: int) -> Action | None:
    """`raised brows`, `wide open eyes`, `half closed eyes`, `an open mouth`."""
    look = at
    inner: list[Token] = []
    while _word(tokens, look) in _ADVERBS:
        inner.append(tokens[look])
        look += 1
    words: list[str] = []
    while _word(tokens, look) in STATES or _word(tokens, look) in ("up", "out", "together", "in"):
        words.append(_word(tokens, look))
        look += 1
    if not words or words[0] not in STATES:
        return None
    part = read_part(tokens, look)
    if part is None or not part.bare or not part.nouns:
        return None
    return _stated(words, part, part.end, inner)


def _read_part_first(
    tokens: Sequence[Token], at: int, mentioned: Part | None
) -> Action | None:
    """`the left eyebrow goes up`, `her eyes are closed`, `brows back to normal`, `mouth open`."""
    part = read_part(tokens, at) or _read_pronoun(tokens, at, mentioned)
    if part is None or not part.nouns:
        return None
    inner: list[Token] = []
    look = part.end
    while True:
        word = _word(tokens, look)
        if word in _ADVERBS:
            inner.append(tokens[look])
        elif word not in _AUXILIARIES or _particle_follows(tokens, look):
            break
        look += 1
        if look - part.end > 8:
            return None
    word = _word(tokens, look)
    if word == "back" and (normal := _normal(tokens, look + 1)):
        return _resolve("move", ["normal"], part, normal, inner)
    if word in _FROWNS and part.parts == ("brows",):
        return resolve("furrow", part, look + 1, inner)
    if word in STATES and not (word in DEED_OF and word not in ("shut", "open", "narrow")
                               and _word(tokens, look + 1) in PARTICLES):
        words = []
        while _word(tokens, look) in STATES or _word(tokens, look) in (
            "out", "together", "forward", "in", "tightly"
        ):
            words.append(_word(tokens, look))
            look += 1
        stated = _stated(words, part, look, inner)
        if stated is not None:
            again = _word(tokens, look) == "again"
            verbal = words[0] in ("open", "shut") and not _is_be(tokens, part.end, look)
            plain = verbal and word != _word(tokens, part.end)
            return replace(stated, end=look + again, again=again, state=not plain and not again)
    if word in ("out", "together", "forward", "sideways") or (
        word in ("left", "right", "to") and part.parts == ("jaw",)
    ):
        particles: list[str] = []
        end = _read_particles(tokens, look, particles, inner, part.nouns[0])
        done = _resolve("move", particles, part, end, inner)
        if done is None:
            return None
        keep = "" if part.side or inner else kept_state(part.nouns[0], done.deed)
        return replace(done, state=True, keep=keep)
    deed = DEED_OF.get(word)
    if deed is None:
        return None
    particles = []
    end = _read_particles(tokens, look + 1, particles, inner, part.nouns[0])
    return _resolve(deed, particles, part, end, inner, again=_word(tokens, at) in _PRONOUNS)


def _particle_follows(tokens: Sequence[Token], at: int) -> bool:
    """`goes up`, `get wide`: here `go` and `get` are what is done."""
    if _word(tokens, at) not in ("go", "goes", "went", "get", "gets", "getting", "to"):
        return False
    after = at + 1
    while _word(tokens, after) in _ADVERBS:
        after += 1
    follows = _word(tokens, after)
    return (follows in PARTICLES and follows not in STATES) or (
        _word(tokens, at) == "to" and _side_after(tokens, at + 1) is not None
    ) or follows in ("up", "down", "wide", "back")


def _is_be(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(_word(tokens, at) in ("is", "are", "was", "were") for at in range(start, end))


def _read_another(tokens: Sequence[Token], at: int, after: Action | None) -> Action | None:
    """`raise the left brow and the right cheek`: the same deed with another part."""
    if after is None or after.momentary or _word(tokens, at) not in ("and", "&", "plus"):
        return None
    part = read_part(tokens, at + 1)
    if part is None or not part.nouns or _read_part_first(tokens, at + 1, None) is not None:
        return None
    return _resolve(after.deed, [], part, part.end, [])


def _stated(
    words: Sequence[str], part: Part, end: int, inner: Sequence[Token]
) -> Action | None:
    """A part that is `wide open`, `puffed out`, `raised`."""
    states = [STATES[word] for word in words if word in STATES]
    deeds = [state if state != "drop" else "lower" for state in states]
    if "widen" in deeds and "open" in deeds:
        deeds = ["wide"]
    if part.nouns[0] in ("mouth", "jaw") and deeds == ["widen"]:
        deeds = ["wide"]
    if "relax" in deeds:
        return _resolve("relax", [], part, end, inner)
    done = _resolve(deeds[0], [], part, end, inner)
    if done is None:
        return None
    keep = "" if inner or part.side is not None else kept_state(part.nouns[0], deeds[0])
    return replace(done, state=True, keep=keep)


def kept_state(noun: str, deed: str) -> str:
    """`mouth shut`, `eyes open`: of KEEPS, or empty."""
    part = {"mouth": "mouth", "lip": "mouth", "jaw": "mouth", "eye": "eyes", "lid": "eyes"}
    ways = {"close": "shut", "open": "open", "part": "open", "together": "shut", "press": "shut",
            "raise": "shut"}
    if noun not in part or deed not in ways:
        return ""
    if deed in ("part", "together", "press", "raise") and noun not in ("lip", "jaw"):
        return ""
    if (noun, deed) in (("lip", "raise"), ("lip", "press"), ("jaw", "part")):
        return ""
    return f"{part[noun]} {ways[deed]}"


def resolve(deed: str, part: Part, end: int, inner: Sequence[Token] = ()) -> Action | None:
    """What is done to a part, or None where no unit does it."""
    return _resolve(deed, [], part, end, inner)


def _resolve(
    deed: str, particles: Sequence[str], part: Part, end: int, inner: Sequence[Token],
    again: bool = False,
) -> Action | None:
    """The units of what is done to the part's nouns, or None where that is nothing."""
    again = again or "again" in particles or "back" in particles
    kinds = [PARTICLES.get(word, word) for word in particles if word not in ("again", "back")]
    if "normal" in particles or deed in ("relax", "return") or (
        not kinds and deed == "move" and "back" in particles
    ):
        undone = tuple(unit for noun in part.nouns for unit in UNDONE.get(noun, ()))
        return None if not undone else Action(
            part.nouns, "relax", part.side, end, (0, 0), undoes=undone, inner=tuple(inner)
        )
    if "wide" in kinds:
        tries = ["wide", "widen"]
    elif deed == "move":
        tries = kinds
    elif deed == "drop":
        tries = [*kinds, "drop", "lower"]
    else:
        tries = [deed, *kinds]
    units: Units = ()
    undoes: tuple[str, ...] = ()
    done = ""
    for noun in part.nouns:
        for kind in tries:
            if (kind, noun) in ACTIONS or (kind, noun) in UNDOING:
                units += ACTIONS.get((kind, noun), ())
                undoes += UNDOING.get((kind, noun), ())
                done = kind
                break
    if not done:
        return None
    reverses = tuple(
        unit for unit in REVERSED.get({"rise": "raise"}.get(done, done), ())
        if any(unit in UNDONE.get(noun, ()) for noun in part.nouns)
    )
    return Action(part.nouns, done, part.side, end, (0, 0), units, undoes, reverses, again,
                  inner=tuple(inner))


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].lower if 0 <= at < len(tokens) else ""
