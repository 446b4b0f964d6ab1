# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms English gives to a word: angry, angrily, angrier, angriest, angriness; weep, wept.

Regular rules and the irregular verbs that the phrases of `emotion_words.csv` begin with.  A form
that hardly anyone writes (`scaredly`) does no harm where it is only looked up; a form that is an
ordinary word of another meaning does, which is why adjectives may be marked to have none.
"""

from __future__ import annotations

_VOWELS = "aeiou"
_IRREGULAR = {
    "bare": "bares bared baring", "beat": "beats beating", "blow": "blows blew blown blowing",
    "break": "breaks broke breaking", "burst": "bursts bursting", "fall": "falls fell falling",
    "feel": "feels felt feeling", "fly": "flies flew flying",
    "go": "goes went going", "hang": "hangs hung hanging", "have": "has had having",
    "hit": "hits hitting", "light": "lights lit lighting",
    "lose": "loses lost losing", "make": "makes made making", "put": "puts putting",
    "see": "sees saw seeing", "split": "splits splitting", "swear": "swears swore swearing",
    "take": "takes took taking", "throw": "throws threw throwing", "weep": "weeps wept weeping",
}
_NO_ENDING_LY = ("ly", "en", "some")
_STATES = ("ful", "less", "ous", "y", "ish", "hearted")


def verb_forms(verb: str) -> tuple[str, ...]:
    """`cry` -> cry, cries, cried, crying; the regular forms of English, or known irregular ones."""
    if verb in _IRREGULAR:
        return verb, *_IRREGULAR[verb].split()
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        stem = verb[:-1]
        return verb, f"{stem}ies", f"{stem}ied", f"{verb}ing"
    if verb.endswith("e"):
        return verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    doubles = (verb[-1] in "gnpbt" and verb[-2] in _VOWELS
               and sum(letter in _VOWELS for letter in verb) == 1)
    stem = verb + verb[-1] if doubles else verb
    third = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
    return verb, third, f"{stem}ed", f"{stem}ing"


def adverb(adjective: str) -> str | None:
    """gloomy -> gloomily, ecstatic -> ecstatically; None where the rules give no English word."""
    if len(adjective) == 3:
        return f"{adjective}ly"
    if " " in adjective or adjective.endswith(_NO_ENDING_LY):
        return None
    if adjective.endswith("y"):
        return f"{adjective[:-1]}ily"
    if adjective.endswith("ic"):
        return f"{adjective}ally"
    if adjective.endswith(("ble", "tle")):
        return f"{adjective[:-1]}y"
    return f"{adjective}y" if adjective.endswith("ll") else f"{adjective}ly"


def state(adjective: str) -> str | None:
    """The noun in -ness: happiness, fearfulness; None where another noun is usual (`patience`)."""
    if " " in adjective or not adjective.endswith(_STATES):
        return None
    return f"{adjective[:-1]}iness" if adjective[-1] == "y" and len(adjective) > 3 else (
        f"{adjective}ness")


def compared(adjective: str) -> tuple[str, str]:
    """The comparative and the superlative in -er and -est: sadder, saddest."""
    if adjective.endswith("y") and adjective[-2] not in _VOWELS and len(adjective) > 3:
        stem = f"{adjective[:-1]}i"
    elif adjective.endswith("e"):
        stem = adjective[:-1]
    elif adjective[-1] in "dgnt" and adjective[-2] in _VOWELS and adjective[-3] not in _VOWELS:
        stem = adjective + adjective[-1]
    else:
        stem = adjective
    return f"{stem}er", f"{stem}est"


def in_every_person(phrase: str) -> tuple[str, ...]:
    """`loses one's temper` -> loses her temper, his, their …; `beside oneself` likewise."""
    words = phrase.split()
    if "one's" in words:
        owners = ("one's", "her", "his", "their", "its", "my", "your", "the")
        return tuple(phrase.replace("one's", owner) for owner in owners)
    if "oneself" in words:
        selves = ("oneself", "herself", "himself", "themselves", "itself", "myself", "yourself")
        return tuple(phrase.replace("oneself", oneself) for oneself in selves)
    return (phrase,)


def phrase_forms(phrase: str) -> tuple[str, ...]:
    """A phrase that begins with a verb, in all forms of the verb: see red, sees red, saw red."""
    verb, _, rest = phrase.partition(" ")
    return tuple(f"{form} {rest}".strip() for form in verb_forms(verb))
