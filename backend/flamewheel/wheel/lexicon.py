# SPDX-License-Identifier: GPL-3.0-or-later
"""The words people use for emotions, and where on the wheel each lies.

Plutchik's 24 ring names and 24 dyads come from `wheel_names`; the others are placed by hand, as a
design choice: nearest emotion of the wheel, nearest half ring.  Adverbs are made from adjectives.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..wheel_names import DYAD_SYNONYMS, DYADS, MILD_BASIC_INTENSE, NEUTRAL
from .points import BASIC, INTENSE, MILD, WheelMix, WheelPoint

_STRONG = 1.25  # between basic and intense

# (emotion, intensity, adjectives, other words)
_POINTS: tuple[tuple[str, float, str, str], ...] = (
    ("Joy", MILD, "serene content pleased amused glad calm peaceful contented satisfied relieved "
                  "placid pleasant",
     "contentment contentedness pleasure amusement gladness satisfaction relief calmness peace"),
    ("Joy", BASIC, "happy joyful cheerful merry joyous sunny jolly gleeful smiling",
     "happiness joyfulness cheer cheerfulness merriment fun glee enjoyment smile smiles grin "
     "grinning enjoying happier"),
    ("Joy", _STRONG, "elated jubilant exuberant radiant laughing",
     "elation jubilation exuberance laughter laugh thrill thrilled happiest"),
    ("Joy", INTENSE, "ecstatic euphoric blissful overjoyed rapturous exhilarated",
     "euphoria bliss rapture exhilaration"),
    ("Trust", MILD, "accepting tolerant agreeable", "tolerance agreement"),
    ("Trust", BASIC, "trusting confident friendly faithful trustful assured reassured kind warm "
                     "sincere secure",
     "confidence friendliness faith reassurance sincerity kindness warmth security"),
    ("Trust", INTENSE, "admiring devoted adoring reverent", "devotion adoration reverence"),
    ("Fear", MILD, "apprehensive nervous uneasy worried timid wary shy insecure unsure hesitant "
                   "concerned tense",
     "nervousness unease uneasiness worry worries timidity wariness shyness insecurity concern "
     "tension stress stressed"),
    ("Fear", BASIC, "fearful afraid scared frightened intimidated threatened scary",
     "fright scare fears fearing spooked frightful fearfulness"),
    ("Fear", INTENSE, "terrified petrified panicked horrified panicky terrorized hysterical",
     "panic horror dread terrorised hysteria panicking"),
    ("Surprise", MILD, "distracted puzzled perplexed bewildered confused",
     "puzzlement perplexity bewilderment confusion"),
    ("Surprise", BASIC, "surprised startled", "startle surprising"),
    ("Surprise", INTENSE, "amazed astonished stunned flabbergasted astounded dumbfounded "
                          "", "astonishment stupefaction thunderstruck wonderstruck"),
    ("Sadness", MILD, "pensive gloomy wistful melancholic downcast glum moody thoughtful subdued "
                      "lonely somber sombre sorry",
     "gloom melancholy wistfulness loneliness thoughtfulness gloominess"),
    ("Sadness", BASIC, "sad unhappy sorrowful mournful dejected depressed blue tearful upset hurt "
                       "crying miserable dismal frowning",
     "unhappiness sorrow sorrowfulness dejection depression misery tears frown sadder hurting"),
    ("Sadness", INTENSE, "grieving devastated heartbroken anguished distraught inconsolable "
                         "weeping sobbing",
     "heartbreak anguish devastation mourning saddest agony"),
    ("Disgust", MILD, "bored indifferent disinterested jaded listless uninterested",
     "indifference disinterest ennui tedium"),
    ("Disgust", BASIC, "disgusted repulsed nauseated queasy disgusting grossed",
     "repugnance nausea distaste aversion gross sickened"),
    ("Disgust", INTENSE, "revolted repelled loathing abhorrent loathsome",
     "revulsion repulsion abhorrence detestation loathe"),
    ("Anger", MILD, "annoyed irritated frustrated grumpy cross irritable displeased peeved "
                    "impatient exasperated testy grouchy vexed",
     "irritation frustration grumpiness irritability displeasure impatience exasperation"),
    ("Anger", BASIC, "angry mad irate indignant resentful hostile sullen angered",
     "ire indignation resentment angriness hostility angrier scowl scowling"),
    ("Anger", INTENSE, "furious enraged raging livid wrathful infuriated incensed seething "
                       "outraged",
     "fury wrath ferocity angriest seethe"),
    ("Anticipation", MILD, "interested attentive engaged intrigued", "fascinated"),
    ("Anticipation", BASIC, "anticipating expectant eager keen excited expecting anticipatory",
     "expectation expectancy eagerness excitement keenness anticipate"),
    ("Anticipation", INTENSE, "vigilant alert watchful focused concentrating",
     "alertness watchfulness concentration"),
    (NEUTRAL, 0.0, "expressionless blank impassive emotionless deadpan",
     "neutrality relaxed"),
)

# (dyad, adjectives, other words)
_DYAD_WORDS: tuple[tuple[str, str, str], ...] = (
    ("Love", "loving affectionate tender fond enamoured infatuated",
     "affection tenderness fondness"),
    ("Submission", "submissive meek obedient servile humble", "meekness obedience humility"),
    ("Awe", "awed awestruck alarmed", "wonder alarm"),
    ("Disapproval", "disapproving disappointed", "disappointing dismayed dismay letdown"),
    ("Remorse", "remorseful repentant contrite regretful", "regret repentance contrition"),
    ("Contempt", "contemptuous scornful disdainful sneering smirking",
     "scorn disdain sneer smirk"),
    ("Aggressiveness", "aggressive belligerent combative",
     "aggression belligerence"),
    ("Optimism", "optimistic", "optimist"),
    ("Guilt", "guilty", "guiltiness"),
    ("Curiosity", "curious inquisitive wondering", "inquisitiveness"),
    ("Despair", "despairing hopeless desperate", "hopelessness desperation"),
    ("Unbelief", "unbelieving disbelieving incredulous shocked appalled",
     "disbelief incredulity shock"),
    ("Envy", "envious jealous covetous", "jealousy"),
    ("Cynicism", "cynical", "cynic"),
    ("Pride", "proud smug triumphant", "smugness triumph"),
    ("Hope", "hopeful fatalistic", "hopefulness fatalism hoping"),
    ("Delight", "delighted delightful", "wonderment"),
    ("Sentimentality", "sentimental nostalgic", "nostalgia"),
    ("Shame", "ashamed embarrassed shameful humiliated",
     "embarrassment humiliation shamefaced"),
    ("Outrage", "", "outrageous"),
    ("Pessimism", "pessimistic", "pessimist"),
    ("Morbidness", "morbid", "morbidity derisive"),
    ("Dominance", "dominant dominating imperious domineering", "dominion"),
    ("Anxiety", "anxious", "anxiousness angst"),
)

_ED_ADVERBS = frozenset(("excited", "devoted", "contented", "relieved", "distracted", "puzzled",
                         "delighted", "confused"))
_NO_ADVERB = frozenset((
    "afraid", "blue", "upset", "hurt", "irate", "unsure", "deadpan", "kind", "crying", "sorry",
    "distraught", "downcast", "content", "awestruck",
))
"""Adjectives whose adverb English does not use or uses for something else (`kindly`)."""


def normalised(word: str) -> str:
    """Lower case, single spaces, no hyphens: the form of `LEXICON`'s keys."""
    return " ".join(word.lower().replace("-", " ").replace("_", " ").split())


def dyad_mix(name: str, intensity: float = BASIC) -> WheelMix:
    """The two halves of a dyad of the wheel, each at `intensity`."""
    first, second = DYADS[name]
    return WheelMix(WheelPoint(first, intensity), WheelPoint(second, intensity))


def _adverb(adjective: str) -> str | None:
    """gloomy -> gloomily, ecstatic -> ecstatically; None where English hardly has one."""
    if adjective in _NO_ADVERB or adjective.endswith(("ly", "en", "some")):
        return None
    if adjective.endswith("ed"):
        return adjective + "ly" if adjective in _ED_ADVERBS else None
    if adjective.endswith("y") and adjective != "shy":
        return f"{adjective[:-1]}ily"
    if adjective.endswith("ic"):
        return f"{adjective}ally"
    if adjective.endswith(("ble", "tle")):
        return f"{adjective[:-1]}y"
    return f"{adjective}ly"


def _entries() -> dict[str, WheelMix]:
    entries: dict[str, WheelMix] = {}

    def add(mix: WheelMix, adjectives: str, others: str) -> None:
        adverbs = filter(None, (_adverb(word) for word in adjectives.split()))
        for word in (*adjectives.split(), *adverbs, *others.split()):
            entries.setdefault(word, mix)

    for emotion, rings in MILD_BASIC_INTENSE.items():
        for name, intensity in zip(rings, (MILD, BASIC, INTENSE), strict=True):
            entries[name.lower()] = WheelMix(WheelPoint(emotion, intensity))
    entries[NEUTRAL.lower()] = WheelMix(WheelPoint(NEUTRAL, 0.0))
    for name in DYADS:
        entries[name.lower()] = dyad_mix(name)
    for synonym, name in DYAD_SYNONYMS.items():
        entries[synonym.lower()] = dyad_mix(name)
    for emotion, intensity, adjectives, others in _POINTS:
        add(WheelMix(WheelPoint(emotion, intensity)), adjectives, others)
    for name, adjectives, others in _DYAD_WORDS:
        add(dyad_mix(name), adjectives, others)
    return entries


LEXICON: Mapping[str, WheelMix] = _entries()
"""Word in lower case -> the one or two points of the wheel that it names."""
