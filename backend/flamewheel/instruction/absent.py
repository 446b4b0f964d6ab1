# SPDX-License-Identifier: GPL-3.0-or-later
"""What people ask of a face that has no control here: gaze, head, hair, hands, voice, tears."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InstructionError
from .lexicon import verb_forms
from .plan import Span
from .scopes import read_scope
from .tokens import Token, refuse, word_at, word_list
from .vocabulary import Vocabulary

_HINT = ("There are brows, eyelids, nose, cheeks, mouth, jaw and tongue: for instance 'raise the "
         "brows', 'close the eyes', 'open the mouth' or an emotion.")


def _forms(verbs: str) -> frozenset[str]:
    return frozenset(form for verb in verbs.split() for form in verb_forms(verb))


_NOUNS = frozenset(word_list(
    "ear ears hair hairs ponytail beard moustache mustache pupil pupils iris irises eyeball "
    "eyeballs gaze gazes hand hands finger fingers fist fists arm arms elbow elbows shoulder "
    "shoulders leg legs foot feet knee knees torso chest waist hip hips neck throat skull scalp "
    "voice voices sweat sweats sweating saliva drool drools drooling tongue-tied "
    "teeth tooth gum gums teardrop teardrops posture eyelash eyelashes lashes"
))
_VERBS = _forms(
    "nod shrug wave clap walk jump dance whisper speak talk sing hum glance gaze peek"
) | frozenset(word_list("speaks spoke spoken sang sung nodded nodding shrugging waving"))
_HEAD_VERBS = _forms(
    "tilt shake nod bow cock rotate duck jerk lean hang swivel dip toss bob twist roll move lift "
    "raise lower drop bend"
) | frozenset(("shook", "shaken", "hung", "bent", "shaking"))
_TURN = _forms("turn")
_HEAD_MOVES = _HEAD_VERBS | _TURN | frozenset(word_list("goes drops tilts turns moves"))
_HEAD_NOUNS = frozenset(word_list("tilt turn turns shake nod nods movement motion rotation roll "
                                  "thrown held tilted turned bowed lowered down up back pose"))
_LOOKS = frozenset(word_list("look looks looking looked stare stares staring stared eyes eye "
                             "peer peers peering"))
_GAZES = frozenset(word_list("left right up down away sideways upward upwards downward downwards "
                             "aside leftward rightward skyward ahead"))
_EYE_MOVES = _forms("roll dart avert cross shift lift raise lower drop cast move turn flick roam "
                    "wander swivel track rotate") | frozenset(word_list("cast dart darting"))
_COLOURS = frozenset(word_list("red pale white green pink purple blue crimson scarlet rosy flushed "
                               "grey gray"))
_TURNING = frozenset(word_list("turn turns turning turned go goes going went gone flush flushes "
                               "become becomes is are get gets"))
_BITES = _forms("bite clench lick chew grind") | frozenset(("bit", "biting"))
_WANDERING = frozenset(word_list("roll rolls dart darts wander wanders"))
_TEARS = frozenset(("tear", "tears", "teardrop"))
_TEAR_MOVES = _forms("roll stream run fall drip trickle flow well drop slide pour") | frozenset(
    ("fell", "ran", "running", "rolling", "dripping"))
_ARTICLES = frozenset(word_list("the a an her his its their my your our this that both one single "
                                "some for slowly quickly slightly then up down to out over"))


def check_controls(text: str, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
    """Raises InstructionError `absent-control` at the first thing that no control moves."""
    past = 0
    for at, token in enumerate(tokens):
        alone = read_scope(tokens, at)  # `only moving the eyes` is no gaze
        past = max(past, vocabulary.idiom_ends(tokens, at), 0 if alone is None else alone.end)
        if token.kind != "word" or at < past:
            continue
        end = _absent(tokens, at)
        if end is not None and not _begins_idiom(tokens, (at + 1, end), vocabulary):
            span = (token.span[0], tokens[end - 1].span[1])
            raise absent_control(text, span)


def _begins_idiom(
    tokens: Sequence[Token], inside: tuple[int, int], vocabulary: Vocabulary
) -> bool:
    """`looks [down] in the dumps`: an emotion phrase begins there and goes on."""
    return any(vocabulary.idiom_ends(tokens, at) > inside[1] for at in range(*inside))


def absent_control(text: str, span: Span) -> InstructionError:
    """The refusal of what no control moves."""
    return refuse("absent-control", text, span, "There is no control for '{word}' ({at}).", _HINT)


def _absent(tokens: Sequence[Token], at: int) -> int | None:
    """The token after it, or None."""
    word = tokens[at].lower
    if word in _NOUNS:
        return None if _idiom(tokens, at) else at + 1
    if word in _VERBS:
        return None if word_at(tokens, at + 1) == "of" else at + 1  # a wave of anger
    for check in (_bite, _head, _gaze, _colour, _tears):
        end = check(tokens, at)
        if end is not None:
            return end
    return None


def _idiom(tokens: Sequence[Token], at: int) -> bool:
    """`from ear to ear`, `on the other hand`."""
    around = [word_at(tokens, at + step) for step in (-3, -2, -1, 1, 2)]
    return (around[2:5] in (["from", "to", "ear"],) or around[1:3] == ["ear", "to"]
            or around[1:3] == ["the", "other"] or around[1:3] == ["by", "the"])


def _head(tokens: Sequence[Token], at: int) -> int | None:
    word = word_at(tokens, at)
    if word == "head":
        after = _after(tokens, at + 1, frozenset(("is", "was", "to", "slightly", "slowly")))
        if word_at(tokens, after) in _HEAD_NOUNS or (
            word_at(tokens, after) in _HEAD_MOVES and not _change_of_mood(tokens, after + 1)
        ):
            return after + 1
        return None
    if word not in _HEAD_VERBS and word not in _TURN:
        return None
    noun = _after(tokens, at + 1, _ARTICLES)
    if word_at(tokens, noun) == "head":
        return None if word in _TURN and _change_of_mood(tokens, noun + 1) else noun + 1
    if word in _TURN and word_at(tokens, at + 1) in ("left", "right", "away", "around"):
        return at + 2
    return None


def _change_of_mood(tokens: Sequence[Token], at: int) -> bool:
    """`turn this head from joy to fear`, not `turn the head to the left`."""
    word = word_at(tokens, at)
    if word in ("to", "towards", "toward"):
        return word_at(tokens, _after(tokens, at + 1, _ARTICLES)) not in _GAZES
    ends = (*_GAZES, "and", "then", "again", "while", "")
    return word not in ends and tokens[at].kind == "word"


def _bite(tokens: Sequence[Token], at: int) -> int | None:
    if word_at(tokens, at) not in _BITES:
        return None
    noun = _after(tokens, at + 1, _ARTICLES | {"lower", "upper", "bottom", "down", "on"})
    return noun + 1 if word_at(tokens, noun) in ("lip", "lips", "jaw", "jaws", "tongue") else None


def _gaze(tokens: Sequence[Token], at: int) -> int | None:
    word = word_at(tokens, at)
    if word in _EYE_MOVES:
        noun = _after(tokens, at + 1, _ARTICLES)
        if word_at(tokens, noun) in ("eye", "eyes") and word_at(tokens, noun + 1) not in (
            "brow", "brows", "lid", "lids"
        ):
            return noun + 1
    if word not in _LOOKS:
        return None
    eyes = word in ("eye", "eyes")
    look = _after(tokens, at + 1, frozenset(word_list(
        "straight slowly quickly to the over off out her his slightly go goes going then move "
        "moves look looks turn turns dart darts flick flicks shift shifts roll rolls both are is "
        "drift drifts wander wanders towards toward"
    )))
    where = word_at(tokens, look)
    if eyes and word_at(tokens, look - 1) in _WANDERING:
        return look
    if where == "right" and word_at(tokens, look + 1) in ("away", "now"):
        return None
    if where in _GAZES and not (where in ("left", "right") and word_at(tokens, look + 1) in (
        "brow", "eyebrow", "eye", "cheek"
    )):
        return look + 1
    if not eyes and where in ("camera", "viewer", "lens", "ceiling", "floor", "sky", "ground"):
        return look + 1
    if not eyes and word_at(tokens, at + 1) == "at" and word_at(tokens, at + 2) in (
        "the", "me", "us", "you", "him", "her", "them", "camera", "his"
    ) and word_at(tokens, at + 2) not in ("ease",):
        if word_at(tokens, at + 3) in ("end", "start", "beginning", "same", "moment"):
            return None
        return at + 3
    return None


def _colour(tokens: Sequence[Token], at: int) -> int | None:
    word = word_at(tokens, at)
    if word in ("skin", "complexion"):
        return at + 1
    if word in _TURNING:
        look = _after(tokens, at + 1, frozenset(("bright", "very", "deathly", "as", "beet")))
        if word_at(tokens, look) in _COLOURS - {"blue"}:
            return look + 1
    coloured = word_at(tokens, at - 1) in _COLOURS - {"blue"}
    if coloured and word in ("cheeks", "cheek", "nose", "face"):
        return at + 1
    return None


def _tears(tokens: Sequence[Token], at: int) -> int | None:
    word = word_at(tokens, at)
    if word not in _TEARS:
        return None
    if word_at(tokens, at + 1) in _TEAR_MOVES or word == "tear":
        return at + 2 if word_at(tokens, at + 1) in _TEAR_MOVES else at + 1
    return None


def _after(tokens: Sequence[Token], at: int, skipped: frozenset[str]) -> int:
    """The first token from `at` on that is none of `skipped`."""
    while word_at(tokens, at) in skipped:
        at += 1
    return at
