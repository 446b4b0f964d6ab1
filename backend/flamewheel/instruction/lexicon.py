# SPDX-License-Identifier: GPL-3.0-or-later
"""The words an instruction is made of, apart from the names of emotions.

Emotion words come from the wheel (see `vocabulary.py`); here are the small words that give an
instruction its shape, and the words that may stand anywhere without meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..trajectory import Easing
from ..wheel.lexicon import SHOWN
from ..wheel.word_forms import verb_forms as verb_forms
from ..wheel_names import NEUTRAL
from .plan import EmotionMix
from .tokens import word_list

Kind = Literal[
    "emotion", "degree", "percent", "duration", "speed", "easing", "from", "start", "to", "look",
    "change", "via", "direct", "then", "comma", "stop", "and", "with", "hint", "mix", "hold",
    "back", "origin", "current", "fade", "cease", "not", "after", "before", "at", "each",
    "filler", "unknown", "alternate"
]


@dataclass(frozen=True)
class Speed:
    """How fast, where no length of time is given."""

    seconds: float | None  # None: says nothing about the length
    easing: Easing | None  # None: says nothing about the curve


_MIXED = {
    **dict.fromkeys(("dead serious", "deadly serious"), EmotionMix(NEUTRAL)),
    "bittersweet": EmotionMix("Joy", 1.0, "Sadness", 1.0),
    "bitter sweet": EmotionMix("Joy", 1.0, "Sadness", 1.0),
    **dict.fromkeys(
        ("tears of joy", "tears of happiness", "happy tears", "cry with joy", "cries with joy",
         "crying with joy", "cry for joy", "cries for joy", "crying for joy", "weeps with joy",
         "weeping with joy", "weeps for joy", "laughs through tears", "smiles through tears",
         "smiling through tears", "smile through tears", "laughing through tears",
         "smiles through the tears", "smiling through the tears", "smile through the tears"),
        EmotionMix("Joy", 1.25, "Sadness", 0.75),
    ),
    **dict.fromkeys(
        ("laughing and crying", "laughs and cries", "laugh and cry", "crying and laughing"),
        EmotionMix("Joy", 1.25, "Sadness", 1.25),
    ),
}
"""Opposites at once, which are no pair of the wheel and so no word of its lexicon."""

DEGREES = {
    "barely": 0.25, "hardly": 0.25, "faintly": 0.35, "faint": 0.35, "a hint of": 0.35,
    "a trace of": 0.35, "the slightest": 0.25,
    "slightly": 0.5, "slight": 0.5, "a little": 0.5, "a little bit": 0.5, "a bit": 0.5,
    "a bit of": 0.5, "a touch of": 0.5, "a touch": 0.5, "mildly": 0.5, "mild": 0.5,
    "subtly": 0.5, "subtle": 0.5, "weakly": 0.5, "weak": 0.5, "a tad": 0.5, "vaguely": 0.5,
    "softly": 0.5, "half strength": 0.5, "half intensity": 0.5, "lightly": 0.5, "small": 0.5,
    "somewhat": 0.75, "fairly": 0.75, "moderately": 0.75, "moderate": 0.75, "rather": 0.75,
    "kind of": 0.75, "sort of": 0.75, "gentle": 0.75, "gently": 0.75,
    "fully": 1.0, "full": 1.0, "full strength": 1.0, "full intensity": 1.0,
    "quite": 1.1, "pretty": 1.1,
    "more": 1.25, "less": 0.75, "very": 1.25, "really": 1.25,
    "strongly": 1.25, "strong": 1.25, "deeply": 1.25,
    "deep": 1.25, "highly": 1.25, "greatly": 1.25, "great": 1.25, "big": 1.25, "broad": 1.25,
    "broadly": 1.25, "wide": 1.25, "widely": 1.25, "truly": 1.25, "terribly": 1.25,
    "awfully": 1.25, "very very": 1.4, "incredibly": 1.5,
    "extremely": 1.5, "extreme": 1.5, "intensely": 1.5, "intense": 1.5, "absolutely": 1.5,
    "totally": 1.5, "completely": 1.5, "utterly": 1.5, "utter": 1.5, "hugely": 1.5,
    "trembling with": 1.0, "trembles with": 1.0, "tremble with": 1.0, "shaking with": 1.0,
    "shakes with": 1.0, "quivering with": 1.0, "wild with": 1.0, "burning with": 1.0,
    "boiling with": 1.0, "glowing with": 1.0, "beside herself with": 1.5,
    "beside himself with": 1.5, "beside themselves with": 1.5, "bursting with": 1.25,
    "madly": 1.5, "much": 1.0,
    "huge": 1.5, "wildly": 1.5, "overwhelmingly": 1.5, "maximum": 1.5, "insanely": 1.5,
}
"""Factor on an emotion's intensity.  `slightly` is one ring in, `extremely` one ring out, `very`
half way: design choices on the wheel's rings (0.5, 1, 1.5)."""

SPEEDS = {
    "slowly": Speed(2.0, None), "slow": Speed(2.0, None), "gradually": Speed(2.0, None),
    "gradual": Speed(2.0, None), "little by little": Speed(2.0, None),
    "bit by bit": Speed(2.0, None), "very slowly": Speed(4.0, None),
    "extremely slowly": Speed(5.0, None), "really slowly": Speed(4.0, None),
    "quickly": Speed(0.5, None), "quick": Speed(0.5, None), "fast": Speed(0.5, None),
    "rapidly": Speed(0.5, None), "swiftly": Speed(0.5, None), "briskly": Speed(0.5, None),
    "very quickly": Speed(0.3, None), "very fast": Speed(0.3, None),
    "suddenly": Speed(0.25, "ease_out"), "abruptly": Speed(0.25, "ease_out"),
    "sharply": Speed(0.25, "ease_out"), "all of a sudden": Speed(0.25, "ease_out"),
    "snaps": Speed(0.25, "ease_out"), "snap": Speed(0.25, "ease_out"),
    "instantly": Speed(0.1, "ease_out"), "immediately": Speed(0.1, "ease_out"),
    "at once": Speed(0.1, "ease_out"), "at normal speed": Speed(None, None),
    "at a normal speed": Speed(None, None), "at the normal speed": Speed(None, None),
}
"""Lengths of a change where only its speed is said; design choices about the default of 1 s."""

EASINGS_SAID: dict[str, Easing] = {
    "linearly": "linear", "linear": "linear", "at a constant speed": "linear",
    "at constant speed": "linear", "at an even pace": "linear", "evenly": "linear",
    "steadily": "linear", "uniformly": "linear", "smoothly": "smooth", "smooth": "smooth",
    "ease in": "ease_in", "easing in": "ease_in", "speeding up": "ease_in",
    "accelerating": "ease_in", "ease out": "ease_out", "easing out": "ease_out",
    "slowing down": "ease_out", "decelerating": "ease_out",
}

HINTS = {
    "with a hint of": 0.8, "and a hint of": 0.8, "with a touch of": 0.8, "and a touch of": 0.8,
    "with a trace of": 0.8, "with a dash of": 0.8, "with a bit of": 0.8, "and a bit of": 0.8,
    "with a little": 0.8, "with some": 0.7, "and some": 0.7, "tinged with": 0.8,
    "touched with": 0.8, "tinted with": 0.8, "coloured by": 0.8, "colored by": 0.8,
    "mixed with": 0.5, "blended with": 0.5, "combined with": 0.5, "together with": 0.5,
    "along with": 0.5, "mingled with": 0.5, "as well as": 0.5, "but also": 0.5, "and also": 0.5,
    "but": 0.5, "yet": 0.5, "plus": 0.5, "while": 0.5, "though": 0.5, "although": 0.5,
    "and yet": 0.5, "and at the same time": 0.5, "but still": 0.5, "yet still": 0.5,
    "and still": 0.5, "whilst": 0.5,
    "bordering on": 0.7, "mostly with": 0.7,
}
"""Words that mix a second emotion in -> the first one's share; design choices."""

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("from", "from;out of;away from"),
    ("start", "start;starts;starting;started;begin;begins;beginning;"
              "start out;starts out;start off;starts off;start with;starts with;start from;"
              "starts from;starting with;starting from;starting at;begin with;begins with;"
              "begin from;beginning with;beginning from;start as;starts as;start in;start at;"
              "starting as;beginning as"),
    ("to", "to;into;towards;toward;onto;till;up to"),
    ("look", "look;looks;looking;looked;feel;feels;feeling;seem;seems;seeming;appear;appears;"
             "appearing;become;becomes;becoming;became;be;is;are;am;being;was;were;it's;she's;he's;"
             "they're;i'm;you're;getting;gets;get;show;shows;showing;express;expresses;"
             "expressing;display;displays;displaying;act;acts;acting"),
    ("look", "end;ends;ending;ended;end up;ends up;ending up;end with;ends with;ending with;"
             "end in;ends in;ending in;end as;ends as;end on;ends on;finish;finishes;finishing;"
             "finish with;finishes with;finish on;finishes on;wind up;winds up"),
    ("filler", "try to;tries to;trying to;tried to;want to;wants to;need to;needs to;has to;"
               "have to;going to;is going to;about to;is about to;used to;seems to;manages to;"
               "appears to be;seems to be;able to;decides to;pretends to;want her to;"
               "want him to;want them to;want it to;would love;i'd love;would love to;"
               "i'd love to;we'd love to;love her to;"
               "love him to;would like;the content of;the contents of;interest rate;"
               "interest rates;in the interest of;i wonder if;i wonder whether;i wonder;"
               "with respect to;in respect of;trust me;no doubt;without a doubt;without doubt;"
               "i hope;i hope you can;blue eyes;blue eyed;blue sky;blue light;blue screen;"
               "blue hair;blue shirt;blue dress"),
    ("mix", "composed of;made up of"),
    ("change", "turn;turns;turning;turned;change;changes;changing;changed;transform;transforms;"
               "transforming;transformed;morph;morphs;morphing;modify;modifies;modifying;replace;"
               "replaces;replacing;convert;converts;converting;shift;shifts;shifting;slip;slips;"
               "slipping;slide;slides;sliding;melt;melts;melting;go;goes;going;went;move;moves;"
               "moving;grow;grows;growing;switch;switches;switching;transition;transitions;"
               "transitioning;blend;pass;passes;passing;drift;drifts;drifting;evolve;evolves;"
               "evolving;dissolve;dissolves;dissolving;break;breaks;breaking;burst;bursts;"
               "bursting;give way;gives way;giving way;fall;falls;falling;sink;sinks;sinking;"
               "ease;eases;easing;lead;leads;leading;animate;animates;come;comes;coming;"
               "settle;settles;settling;cross fade;crossfade;crossfades;interpolate;soften;"
               "softens;softening;harden;hardens;hardening;brighten;brightens;darken;darkens"),
    ("via", "through;via;by way of;passing through;going through;by passing through;"
            "with a stop at;with a stop in"),
    ("direct", "directly;straight;direct;without neutral;without passing through neutral;"
               "without going through neutral;not through neutral;not via neutral"),
    ("then", "then;and then;after that;and after that;afterwards;afterward;next;finally;"
             "followed by;later;lastly;at last;in the end;eventually;at the end;and finally;"
             "and next;thereafter;subsequently"),
    ("and", "and;&"),
    ("with", "with"),
    ("mix", "a mix of;mix of;a mixture of;mixture of;a blend of;blend of;a combination of;"
            "combination of;a cross between;somewhere between;halfway between;half way between;"
            "between;both;mix;equal parts"),
    ("hold", "hold;holds;holding;held;stay;stays;staying;stayed;keep;keeps;keeping;kept;remain;"
             "remains;remaining;remained;pause;pauses;pausing;paused;wait;waits;waiting;linger;"
             "lingers;lingering;rest;rests;freeze;freezes;freezing;sustain;sustains;maintain;"
             "maintains;maintaining;hold on;dwell;dwells"),
    ("back", "back;back again;return;returns;returning;returned;go back;goes back;going back;"
             "come back;comes back;revert;reverts;reverting;reverse;turn back;turns back;"
             "change back;changes back;fall back;falls back"),
    ("origin", "the start;the beginning;start again;the first expression;the original expression;"
               "the original face;the original;the starting expression;the initial expression;"
               "how it was;how she was;how he was;where it started;where it began;"
               "the starting face;the first face"),
    ("current", "the current expression;current expression;the current face;current face;"
                "the present expression;the present face;the current pose;the current look;"
                "her current expression;his current expression;its current expression;"
                "their current expression;the current one;the current state;current state;"
                "whatever it is now;how it is now;as it is now;as it is;where it is;"
                "the current emotion;her current look;his current look;current;"
                "the expression it has now;the existing expression;this expression"),
    ("fade", "fade;fades;fading;faded;fade away;fades away;fading away;fade out;fades out;vanish;"
             "vanishes;vanishing;disappear;disappears;disappearing;dies;dies away;wanes;subside;"
             "subsides;subsiding;wears off;drops;lets up;"
             "relax;relaxes;relaxing;recover;recovers;recovering;calm down;calms down;"
             "calming down;cool down;cools down;loosen up;loosens up;unwind;unwinds"),
    ("cease", "stop;stops;stopping;stopped;no longer;cease;ceases;lose;loses;losing;drop;"
              "stop being;stops being;stop looking;quit;quits;let go of;lets go of;gets over"),
    ("not", "not;no;nothing like;don't;doesn't;never;isn't;aren't;without;do not;does not;cannot;"
            "can't;won't;instead of;rather than;wasn't;didn't;anything but;neither;nor;shouldn't;"
            "not look;not be;non;hide;hides;hiding;avoid;reduce;"
            "reduces;lessen;lessens;decrease;decreases;tone down;tones down;suppress;suppresses"),
    ("after", "after"),
    ("before", "before"),
    ("at", "at"),
    ("each", "each;apiece;every step;per step;for each;each time"),
)

FILLERS = frozenset(word_list(
    "first initially originally a an the this that these those her his its their my your our "
    "she he it they we i you them him me us one ones someone somebody person's person people "
    "man woman boy girl child kid actor actress character avatar head face faces facial "
    "expression expressions emotion emotions emotional mood state pose model subject figure "
    "portrait photo picture image please kindly now just do does let lets let's make makes "
    "making made have has having had can could would should will shall may might must want "
    "wants wanted need needs like i'd i'll i've we'd of in on as by for up down off over "
    "within so such also too all again still once another other same animation set put puts "
    "give gives giving gave wear wears wearing crack cracks flash flashes force forces "
    "forcing forced take takes taking bit some somehow increasingly ever use using apply "
    "applied try tries there here what who which when during about around ok okay well hey hi "
    "hello thanks thank there's that's he'd she'd she'll he'll they'll it'll step steps man's "
    "woman's girl's boy's visibly clearly open openly than even only simply whole entire way "
    "state's version sense lady guy gentleman figure's everything something sign signs tone "
    "air touch half hint trace itself herself himself themselves new final target good "
    "morning evening day "
))
"""Words that may stand anywhere and mean nothing to a face.  Whatever is neither here nor
understood is named in the plan's notes."""

_NOT_ADVERBS = frozenset(
    word_list(
    "ugly lonely lovely friendly unfriendly surly lively silly cheery holy melancholy jolly "
    "deadly cowardly ghastly kindly costly "
)
)


def is_adverb(word: str) -> bool:
    """`happily` says how another emotion is shown; `lonely` is an emotion itself."""
    return word.endswith("ly") and word not in _NOT_ADVERBS


def function_phrases() -> dict[tuple[str, ...], tuple[Kind, object]]:
    """Every phrase of this file except emotions and fillers -> its kind and value."""
    table: dict[tuple[str, ...], tuple[Kind, object]] = {}
    for kind, phrases in _WORDS:
        table |= {tuple(phrase.split()): (kind, None) for phrase in phrases.split(";")}
    tables: tuple[tuple[Kind, Mapping[str, object]], ...] = (
        ("degree", DEGREES), ("speed", SPEEDS), ("easing", EASINGS_SAID), ("hint", HINTS),
    )
    for kind, mapping in tables:
        table |= {tuple(phrase.split()): (kind, value) for phrase, value in mapping.items()}
    return table


def mixed_emotions() -> dict[str, EmotionMix]:
    """Words for two emotions at once that the wheel has no word for."""
    return dict(_MIXED)


def shown_emotions() -> frozenset[str]:
    """Verbs that show an emotion, in all their forms: smile, frowned, weeping."""
    return SHOWN
