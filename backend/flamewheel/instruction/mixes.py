# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion phrases: `very angry`, `70% joy and 30% fear`, `angry but amused`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .layers import VERBS, Where, where_after
from .mixing import merge
from .one_emotion import Strength, read_strength
from .plan import MAX_INTENSITY, EmotionMix, Span
from .tagging import Item
from .tokens import refuse

_ADJECTIVES = ("y", "ed", "ful", "ous", "ing", "ic", "ive", "ent", "ant", "al", "less", "sad",
               "mad", "glad", "id", "ble", "ile", "ar", "calm", "blue", "ene", "ken", "ught")
_LONGEST_LIST = 8
"""Emotions after which commas are steps: nobody means a mix then."""
_FARTHEST_EACH = 30
"""Items over which `each` is looked for; a longer list has its lengths elsewhere."""
_MOSTLY = frozenset(("mostly", "mainly", "largely", "primarily", "chiefly", "predominantly",
                     "for the most part"))
MOSTLY = 0.7
"""Share of what a face mostly shows, as `mostly with`; a design choice."""
_SUBJECTS = ("she", "he", "it", "they", "we", "you")
"""`she smiles and he frowns`: a new subject begins a new step."""


@dataclass(frozen=True)
class Phrase:
    """An emotion phrase in the items: what it means, where it ends."""

    mix: EmotionMix
    end: int  # the item after it
    span: Span
    notes: tuple[str, ...] = ()
    doing: bool = False  # one word that ends in -ing: smiling, crying
    where: Where | None = None  # the part that shows it; None: the whole face




def read_phrase(
    text: str, items: Sequence[Item], at: int, listing: bool, joins: bool
) -> Phrase | None:
    """The emotion phrase that begins at item `at`, or None.

    `listing`: after `a mix of`, a comma joins.  `joins`: `with` joins (not after `replace`).
    Raises InstructionError `too-many-emotions`, `bad-mix` or `bad-intensity`.
    """
    part = read_strength(items, at)
    if part is None:
        return None
    mostly = _read_mostly(text, items, at, part)
    if mostly is not None:
        return mostly
    parts, share = [part], 0.5
    if _one_after_another(items, part.end):
        return read_single(text, items, at)
    listing = listing or _is_list(items, part)
    if _among_verbs(items, at, part):
        return Phrase(part.mix.clipped(), part.end, part.span)
    where = where_after(items, part.end)
    while where is None:
        joined = _read_joined(items, part, listing, joins)
        if joined is None:
            break
        after = where_after(items, joined[0].end)
        if after is not None and not _both_describe(items, part, joined[0], after):
            break
        part, share, goes_first = joined
        parts = [part, *parts] if goes_first else [*parts, part]
        where = after
    span = (min(part.span[0] for part in parts), max(part.span[1] for part in parts))
    end = max(part.end for part in parts)
    mix = _combine(text, parts, share, span)
    clipped, notes = _clipped(text, mix, span)
    doing = len(parts) == 1 and text[span[0]:span[1]].lower().endswith("ing")
    if where is not None:
        end = where.end
        span = (span[0], items[end - 1].span[1])
    return Phrase(clipped, end, span, notes, doing, where)


def _clipped(text: str, mix: EmotionMix, span: Span) -> tuple[EmotionMix, tuple[str, ...]]:
    """The mix within the wheel, and a note where it was not."""
    clipped = mix.clipped()
    if clipped == mix:
        return mix, ()
    return clipped, (
        f"'{text[span[0]:span[1]]}' is stronger than the wheel goes and was taken as "
        f"{MAX_INTENSITY * 100:g} %.",
    )


def read_single(text: str, items: Sequence[Item], at: int) -> Phrase | None:
    """The one emotion at item `at` with its degrees, nothing mixed in, or None."""
    part = read_strength(items, at)
    if part is None:
        return None
    where = where_after(items, part.end)
    end = part.end if where is None else where.end
    return Phrase(part.mix, end, (part.span[0], items[end - 1].span[1]), where=where)


def _one_after_another(items: Sequence[Item], at: int) -> bool:
    """`happy, sad and angry, one second each`: steps, whatever joins them."""
    for item in items[at:at + _FARTHEST_EACH]:
        if item.kind in ("then", "stop"):
            return False
        if item.kind == "each":
            return True
    return False


def _among_verbs(items: Sequence[Item], at: int, part: Strength) -> bool:
    """The `frowns` of `she smiles, frowns and cries`: a list of verbs is a list of steps."""
    if at < 2 or items[part.end - 1].lower not in VERBS or items[at - 1].kind != "comma":
        return False
    after = part.end + 1
    return items[at - 2].lower in VERBS and after < len(items) and (
        items[part.end].kind == "and" and items[after].lower in VERBS
    )


def _read_mostly(text: str, items: Sequence[Item], at: int, first: Strength) -> Phrase | None:
    """`mostly angry, a little sad`: shares, not strengths."""
    compared = _compared(items, at, first)
    if compared is None and not any(
        item.lower in _MOSTLY for item in items[max(at - 2, 0):first.end]
    ):
        return None
    joint = first.end + (compared is not None)
    while joint < len(items) and items[joint].kind in ("comma", "and", "hint", "with"):
        joint += 1
    second = read_strength(items, joint) if joint > first.end else None
    if second is None:
        return None
    span = (first.span[0], second.span[1])
    mixes = [_word_itself(items, part) for part in (first, second)]
    share = 1 - MOSTLY if compared == "less" else MOSTLY
    return Phrase(merge(text, mixes[0], mixes[1], share, span), second.end, span)


def _compared(items: Sequence[Item], at: int, first: Strength) -> str | None:
    """`more surprised than afraid`: `more` or `less`; None where nothing is compared."""
    than = first.end < len(items) and items[first.end].lower == "than"
    words = {item.lower for item in items[at:first.end]} & {"more", "less"}
    return words.pop() if than and len(words) == 1 else None


def _word_itself(items: Sequence[Item], part: Strength) -> EmotionMix:
    """An emotion without its degrees."""
    at = part.end - 1
    while (mix := items[at].mix) is None:
        at -= 1
    return mix


def describes(word: str) -> bool:
    """`furious`, `sad`: says how a face is, not what it does next."""
    return word not in VERBS and word.endswith(_ADJECTIVES)


def _both_describe(items: Sequence[Item], first: Strength, second: Strength, where: Where) -> bool:
    """`angry and sad eyes`, `sadness and anger in the eyes`: the part belongs to both."""
    if first.span[0] > second.span[0] or second.end >= len(items):
        return True
    attributive = items[second.end].part is not None
    before = items[first.end - 1].lower
    if attributive:
        between = items[first.end].kind if first.end < len(items) else ""
        return between == "and" and describes(before)
    between = items[first.end].kind if first.end < len(items) else ""
    verbs = before in VERBS or items[second.end - 1].lower in VERBS
    return between in ("and", "comma") and not verbs


def _is_list(items: Sequence[Item], first: Strength) -> bool:
    """`joy, fear and anger`: commas between emotions and an `and` before the last."""
    at, count, words = first.end, 1, [items[first.end - 1].lower]
    while at < len(items) and count < _LONGEST_LIST:
        comma = items[at].kind == "comma" and items[at].lower == ","
        joint = at + comma
        last = joint < len(items) and items[joint].kind == "and"
        if not comma and not last:
            return False
        part = read_strength(items, joint + last)
        if part is None or where_after(items, part.end) is not None:
            return False
        words.append(items[part.end - 1].lower)
        count += 1
        if last:
            return count > 2 and not all(word in VERBS for word in words)
        at = part.end
    return False






def _read_joined(
    items: Sequence[Item], last: Strength, listing: bool, joins: bool
) -> tuple[Strength, float, bool] | None:
    """The next part of a mix, the first's share, and whether the new part comes first."""
    at = last.end
    if at >= len(items):
        return None
    item = items[at]
    if item.mix is not None:
        part = read_strength(items, at)
        assert part is not None
        return part, 0.5, not part.adverb
    if item.kind == "hint" and waits_later(items, at):
        return None
    if item.kind == "degree":  # `smile slightly sadly`
        part = read_strength(items, at)
        return (part, 0.5, False) if part is not None and part.adverb else None
    joint = item.kind in ("hint", "and") or (item.kind == "with" and joins)
    joint = joint or (item.kind == "comma" and listing) or item.lower in ("of", "in")
    both_counted = item.kind == "percent" and last.percent is not None
    if not joint and not both_counted:
        return _read_other_share(items, last)
    start = at if both_counted else at + 1
    if start < len(items) and items[start].kind == "and" and listing:
        start += 1
    if start < len(items) and items[start].lower in _SUBJECTS:
        return None
    part = read_strength(items, start)
    if part is None:
        return None
    return part, item.number if item.kind == "hint" else 0.5, False


def waits_later(items: Sequence[Item], at: int) -> bool:
    """`happy, but sad after two seconds`: what follows in the clause is another step."""
    for item in items[at:]:
        if item.kind in ("comma", "then", "stop"):
            return False
        if item.timing is not None and item.timing.mode == "wait":
            return True
    return False


def _read_other_share(
    items: Sequence[Item], last: Strength
) -> tuple[Strength, float, bool] | None:
    """`half joy, half fear`: behind a comma, what is missing to the whole."""
    if last.percent is None or items[last.end].kind != "comma":
        return None
    part = read_strength(items, last.end + 1)
    if part is None or part.percent is None or abs(part.percent + last.percent - 1) > 0.011:
        return None
    return part, 0.5, False


def _combine(text: str, parts: Sequence[Strength], share: float, span: Span) -> EmotionMix:
    """One mix of all parts; percentages that make a whole are shares, others intensities."""
    percents = [part.percent for part in parts if part.percent is not None]
    whole = len(parts) == 2 and len(percents) == 2 and abs(sum(percents) - 1) < 0.011
    mixes = [
        part.mix if whole or part.percent is None else part.mix.scaled(part.percent)
        for part in parts
    ]
    if any(mix.intensity == 0 for mix in mixes):
        raise refuse("bad-intensity", text, span, "'{word}' ({at}) has no strength.",
                     "Say 'neutral' for a face without expression.")
    merged = mixes[0]
    for mix in mixes[1:]:
        merged = merge(text, merged, mix, percents[0] if whole else share, span)
    return merged
