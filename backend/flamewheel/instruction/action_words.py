# SPDX-License-Identifier: GPL-3.0-or-later
"""What a face can be told to do directly: verbs, states and the action units they stand for.

Which unit moves what is FACS (Ekman, Friesen and Hager, 2002); which words mean it is ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from .lexicon import verb_forms
from .tokens import word_list

Units = tuple[tuple[str, float], ...]

_DEEDS = {
    "raise": "raise lift elevate hoist arch cock quirk heighten uplift",
    "lower": "lower depress sag sink",
    "droop": "droop",
    "furrow": "furrow knit crease pinch contract crumple bunch",
    "close": "close shut clamp",
    "open": "open reopen unclose",
    "widen": "widen bulge enlarge",
    "narrow": "narrow squint squinch tense screw",
    "wrinkle": "wrinkle scrunch crinkle",
    "flare": "flare dilate",
    "puff": "puff inflate balloon fill",
    "hollow": "hollow",
    "pucker": "pucker purse",
    "funnel": "funnel round",
    "press": "press compress",
    "tighten": "tighten thin",
    "part": "part separate",
    "stretch": "stretch",
    "jut": "jut protrude thrust",
    "dimple": "dimple",
    "suck": "suck",
    "roll": "roll",
    "relax": "relax release smooth unfurrow unknit unpurse unclench loosen reset deflate undo "
             "soften",
    "move": "move pull push draw bring go come shoot turn tilt put bend slide shift swing "
            "stick poke squeeze fall pop blow snap fly spring jerk twist slip hang flick "
            "tuck let set make flip get jump inch creep climb crawl",
    "drop": "drop fall",
    "curl": "curl",
    "rise": "rise",
    "show": "show reveal",
    "return": "return",
}
_IRREGULAR = {
    "raise": "upraised", "rise": "rose risen", "lower": "sank sunk", "furrow": "knitted knitting",
    "move": "went gone goes drew drawn brought came shot hung flew flown sprang stuck putting "
            "coming making slid got let",
    "drop": "fell fallen",
}


def _all_forms(verb: str) -> tuple[str, ...]:
    """`verb_forms`, and those of verbs that do not double their last letter: opening."""
    return (*verb_forms(verb), f"{verb}ed", f"{verb}ing")


DEED_OF: Mapping[str, str] = {
    **{form: deed for deed, verbs in _DEEDS.items() for verb in verbs.split()
       for form in _all_forms(verb)},
    **{word: deed for deed, words in _IRREGULAR.items() for word in words.split()},
}
"""A form of a verb -> what is done; `move` says it only with a particle (pull … down)."""

PARTICLES: Mapping[str, str] = {
    **dict.fromkeys(word_list("up upward upwards high higher skyward"), "raise"),
    **dict.fromkeys(word_list("down downward downwards low lower"), "lower"),
    **dict.fromkeys(word_list("together inward inwards"), "together"),
    "out": "out", "outward": "out", "outwards": "out", "in": "in", "forward": "forward",
    "forwards": "forward", "shut": "close", "closed": "close", "open": "open", "ajar": "open",
    "apart": "part", "back": "back", "wide": "wide", "left": "left", "right": "right",
    "sideways": "sideways", "tight": "tight", "tightly": "tight", "firmly": "tight",
    "wider": "wide", "widely": "wide", "agape": "wide",
}
"""Where to: a word behind the verb or behind its noun."""

STATES: Mapping[str, str] = {
    **dict.fromkeys(word_list("raised lifted elevated arched cocked up high quirked upraised"),
                    "raise"),
    **dict.fromkeys(word_list("lowered depressed down low"), "lower"),
    **dict.fromkeys(word_list("drooping droopy drooped hooded sagging"), "droop"),
    **dict.fromkeys(word_list("furrowed knit knitted creased pinched knotted bunched"), "furrow"),
    **dict.fromkeys(word_list("closed shut sealed"), "close"),
    **dict.fromkeys(word_list("open opened agape gaping"), "open"),
    **dict.fromkeys(word_list("widened wide bulging"), "widen"),
    **dict.fromkeys(word_list("narrowed squinted squinting squinty slitted narrow"), "narrow"),
    **dict.fromkeys(word_list("wrinkled scrunched crinkled wrinkling"), "wrinkle"),
    **dict.fromkeys(word_list("flared flaring dilated"), "flare"),
    **dict.fromkeys(word_list("puffed puffy inflated"), "puff"),
    **dict.fromkeys(word_list("hollow hollowed sucked"), "hollow"),
    **dict.fromkeys(word_list("puckered pursed"), "pucker"),
    **dict.fromkeys(word_list("funneled funnelled rounded"), "funnel"),
    **dict.fromkeys(word_list("pressed compressed"), "press"),
    **dict.fromkeys(word_list("tightened tight thin thinned tense tensed"), "tighten"),
    **dict.fromkeys(word_list("parted separated"), "part"),
    **dict.fromkeys(word_list("stretched"), "stretch"),
    **dict.fromkeys(word_list("jutting jutted thrust protruding"), "jut"),
    **dict.fromkeys(word_list("dropped slack hanging"), "drop"),
    **dict.fromkeys(word_list("dimpled"), "dimple"),
    **dict.fromkeys(word_list("relaxed loose"), "relax"),
}
"""How a part is: `raised brows`, `eyes closed`."""

_MOUTH_UNITS = ("AU25", "AU26", "AU27")
UNDONE: Mapping[str, tuple[str, ...]] = {
    "brow": ("AU1", "AU2", "AU4"), "inner brow": ("AU1", "AU4"), "outer brow": ("AU2", "AU4"),
    "eye": ("AU5", "AU7", "AU43", "AU45"), "lid": ("AU5", "AU7", "AU43", "AU45", "AU41"),
    "upper lid": ("AU5", "AU43", "AU41"), "lower lid": ("AU7",),
    "nose": ("AU9", "AU38"), "nostril": ("AU38", "AU9"), "cheek": ("AU6", "AU34", "AU35", "AU14"),
    "mouth": (*_MOUTH_UNITS, "AU10", "AU12", "AU14", "AU15", "AU16", "AU18", "AU19", "AU20",
              "AU22", "AU23", "AU24", "AU28"),
    "lip": ("AU10", "AU12", "AU15", "AU16", "AU18", "AU20", "AU22", "AU23", "AU24", "AU25",
            "AU28"),
    "upper lip": ("AU10",), "lower lip": ("AU16", "AU17"), "corner": ("AU12", "AU14", "AU15"),
    "jaw": ("AU26", "AU27", "AU29", "AU30", "AU25"), "chin": ("AU17", "AU29", "AU26"),
    "tongue": ("AU19",),
}
"""Noun -> the units that make it move, for `relax the brows`."""


def _rules(text: str) -> dict[tuple[str, str], Units]:
    """`deed noun,noun = AU1 AU2*0.5` in lines."""
    rules: dict[tuple[str, str], Units] = {}
    for line in text.strip().splitlines():
        left, _, right = line.partition("=")
        deeds, _, nouns = left.strip().partition(" ")
        units = tuple(
            (name, float(strength or 1)) for name, _, strength in
            (unit.partition("*") for unit in right.split())
        )
        rules |= {(deed, noun.strip()): units for deed in deeds.split("|")
                  for noun in nouns.split(",")}
    return rules


ACTIONS = _rules("""
raise|rise brow = AU1 AU2
raise|rise inner brow = AU1
raise|rise outer brow = AU2
lower|furrow|together|droop|wrinkle|tighten|narrow|frown brow, inner brow, outer brow = AU4
close eye, lid, upper lid = AU43
droop|lower lid, upper lid = AU41
droop eye = AU41
widen|wide eye, lid = AU5
raise|rise|widen upper lid, lid = AU5
narrow|tighten|furrow|wrinkle|together|tense eye, lid = AU7
raise|rise|tighten|narrow lower lid = AU7
raise|rise cheek = AU6
wrinkle|furrow|raise|narrow nose, nostril = AU9
flare|widen|open nostril, nose = AU38
puff|out|bulge|round cheek = AU34
hollow|suck|in cheek = AU35
pucker|out|jut|together-out lip, mouth = AU18
funnel|forward lip, mouth = AU22
press|together lip, mouth = AU24
tighten|narrow lip, mouth = AU23
part|open lip = AU25
open mouth = AU25 AU26
wide mouth = AU25 AU27
wide jaw = AU25 AU27
lower|open|drop|droop jaw = AU26
drop mouth = AU25 AU26
lower|drop chin = AU26
raise|rise corner, mouth = AU12
lower|droop|drop corner, mouth = AU15
tighten|dimple|show corner = AU14
dimple cheek, mouth = AU14
stretch|sideways|widen|back lip, mouth, corner = AU20
wide lip = AU20
raise|rise|curl lip, upper lip = AU10
lower lower lip = AU16
lower lip = AU16
out|raise|forward|jut lower lip = AU17
raise|rise|wrinkle|push-up chin = AU17
forward|out|jut jaw, chin = AU29
left jaw, chin = AU30L
right jaw, chin = AU30R
sideways jaw = AU30L
suck|roll|in lip, mouth, lower lip, upper lip = AU28
out|show tongue = AU19
""")
"""(what is done, noun) -> units and their full strength; sides come later."""

UNDOING: Mapping[tuple[str, str], tuple[str, ...]] = {
    **{("open", noun): ("AU43", "AU45", "AU7", "AU41") for noun in ("eye", "lid", "upper lid")},
    **{("close", noun): (*_MOUTH_UNITS, "AU22") for noun in ("mouth", "lip", "jaw")},
    ("raise", "jaw"): ("AU26", "AU27", "AU25"), ("rise", "jaw"): ("AU26", "AU27", "AU25"),
    ("in", "tongue"): ("AU19",), ("back", "tongue"): ("AU19",), ("in", "jaw"): ("AU29",),
    ("back", "jaw"): ("AU29", "AU30"),
}
"""(what is done, noun) -> the units that it undoes."""

OPPOSED: Mapping[str, tuple[str, ...]] = {
    "AU1": ("AU4",), "AU2": ("AU4",), "AU4": ("AU1", "AU2"),
    "AU5": ("AU43", "AU45", "AU7", "AU41"), "AU43": ("AU5", "AU41"), "AU7": ("AU5",),
    "AU12": ("AU15",), "AU15": ("AU12",), "AU34": ("AU35",), "AU35": ("AU34",),
    "AU24": ("AU25", "AU26", "AU27"), "AU25": ("AU24", "AU28"), "AU26": ("AU27",),
    "AU27": ("AU26",),
}
"""Unit -> those that end where it is asked for: a brow is raised or lowered."""

REVERSED: Mapping[str, tuple[str, ...]] = {
    "lower": ("AU1", "AU2", "AU12", "AU10", "AU6", "AU17", "AU5"),
    "raise": ("AU4", "AU15", "AU16", "AU26", "AU27", "AU41"),
    "drop": ("AU1", "AU2", "AU12"),
}
"""What is done `again`, or to `them` -> the units of before that it takes back."""

ONE_PIECE = frozenset(("AU17", "AU19", "AU26", "AU27", "AU29", "AU37"))
"""Units without sides, as every head names them."""

MOMENTARY = {"blink": "AU43", "wink": "AU43"}
BLINK_SECONDS = 0.15
"""Closing, and again opening; a blink lasts 100 to 400 ms (Schiffman, Sensation and Perception,
2001)."""


def sided(unit: str, side: str | None) -> tuple[str, ...]:
    """`AU12` -> its names on a head: one for each side, or for the side given."""
    if unit in ONE_PIECE or unit[-1] in "LR":
        return (unit,)
    ends = {"left": "L", "right": "R"}
    return (unit + ends[side],) if side in ends else (unit + "L", unit + "R")
