# SPDX-License-Identifier: GPL-3.0-or-later
"""What of two emotions survives in one face: marks, regions, opposed units, compound faces.

Du = S. Du, Y. Tao and A. M. Martinez, Compound facial expressions of emotion, PNAS 111(15) E1454,
2014, table 1 (230 people).  FACS = Ekman, Friesen and Hager.  Numbers of units are FACS's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .points import CONTEMPT

MARKS: Mapping[str, tuple[int, ...]] = {
    "Joy": (6, 12, 25),  # FACS 6+12; Du 12, 25
    "Trust": (1, 12, 43),  # nearest published, contentment 12+43; 1 as our prototype has it
    "Fear": (1, 4, 5, 20, 25),  # Du 1, 4, 20, 25; FACS with 5
    "Surprise": (1, 2, 5, 25, 26, 27),  # FACS 1+2+5+26 or 27; Du 1, 2, 25, 26
    "Sadness": (1, 4, 15, 17),  # FACS 1+4+15; Du 4, 15, and 17 by 67 %
    "Disgust": (9, 10, 17),  # Du 9, 10, 17
    "Anger": (4, 5, 7, 23, 24),  # FACS 4+5+7+23 or 24; Du 4, 7, 24
    "Anticipation": (1, 2, 5),  # nearest published, interest 1+2+12: its brows and wide eyes
    CONTEMPT: (12, 14),  # FACS 12+14 on one side
}
"""Emotion -> the units it is known by: they keep their strength in a mix, others are averaged."""

UPPER = frozenset((1, 2, 4, 5, 6, 7, 41, 43, 44, 45))
"""Units about the brows and eyes; all others are of the nose, mouth and jaw."""

KNOWN_BY_UPPER = frozenset(("Fear", "Sadness", "Anger", "Anticipation"))
KNOWN_BY_LOWER = frozenset(("Joy", "Disgust", "Trust", CONTEMPT))
"""Which half of the face people know an emotion by: anger, fear and sadness by the upper,
happiness and disgust by the lower, surprise by both (A. J. Calder and others, Configural
information in facial expression perception, J. Exp. Psychol. HPP 26(2), 2000).  For Trust,
Anticipation and Contempt: where their units lie, a design choice."""

OPPOSED: tuple[tuple[tuple[int, ...], tuple[int, ...], str], ...] = (
    ((12, 13), (15,), "corners of the mouth up or down"),
    ((12,), (18, 22), "mouth wide or narrow"),
    ((20,), (18, 22, 23), "mouth stretched, or pursed and tight"),
    ((12,), (20,), "corners drawn up or straight back"),
    ((12,), (23, 24), "a smile or pressed lips"),
    ((4,), (1,), "inner brows down or up; 4 and 2 make slanted brows together"),
    ((9,), (1, 2), "the wrinkled nose draws the brows down"),
    ((5,), (43, 44, 45), "eyes wide or closing"),
    ((5,), (6,), "eyes wide, or narrowed from below"),
    ((25, 26, 27), (23, 24, 28), "lips apart or pressed"),
    ((25, 26, 27), (17,), "mouth open or chin raised"),
    ((16,), (17,), "lower lip down or up"),
)
"""Units that muscles or geometry set against one another, and how: from what the units are in
FACS.  Units that one emotion shows together (4 with 1 in sadness, 5 with 7 in anger) are opposed
only where another emotion brings one of them alone."""


@dataclass(frozen=True)
class CompoundFace:
    """What people show who feel two emotions at once."""

    pair: tuple[str, str]  # names of the wheel
    typical: tuple[int, ...]  # more than 70 % of people
    others: Mapping[int, float]  # unit -> share of people, 0.2..0.7; the rest have UNLISTED
    lifted: Mapping[int, float] = field(default_factory=dict)
    # unit -> least strength at even shares: what neither emotion's own face shows as strongly
    softened: Mapping[int, float] = field(default_factory=dict)
    # unit -> what stays of a typical unit whose full strength would drown the other emotion


COMPOUNDS = (
    CompoundFace(("Joy", "Surprise"), (1, 2, 12, 25), {5: 0.64, 26: 0.67}),
    CompoundFace(("Joy", "Disgust"), (10, 12, 25), {4: 0.32, 6: 0.61, 9: 0.59}),
    CompoundFace(("Sadness", "Fear"), (1, 4, 20, 25), {2: 0.46, 5: 0.24, 6: 0.34, 15: 0.30}),
    CompoundFace(("Sadness", "Anger"), (4, 15), {6: 0.26, 7: 0.48, 11: 0.20, 17: 0.50}),
    CompoundFace(("Sadness", "Surprise"), (1, 4, 25, 26), {2: 0.27, 6: 0.31}),
    CompoundFace(("Sadness", "Disgust"), (4, 10),
                 {1: 0.49, 6: 0.61, 9: 0.20, 11: 0.35, 15: 0.54, 17: 0.47, 25: 0.43},
                 softened={10: 0.7}),
    CompoundFace(("Fear", "Anger"), (4, 20, 25), {5: 0.40, 7: 0.39, 10: 0.30, 11: 0.33}),
    # Awe: "fearfully surprised" and "awed" are both in the table; the larger share of the two
    CompoundFace(("Fear", "Surprise"), (1, 2, 5, 20, 25),
                 {4: 0.47, 10: 0.35, 11: 0.22, 26: 0.56}),
    CompoundFace(("Fear", "Disgust"), (1, 4, 10, 20, 25),
                 {2: 0.64, 5: 0.50, 6: 0.26, 9: 0.28, 15: 0.33}),
    CompoundFace(("Anger", "Surprise"), (4, 25, 26), {5: 0.35, 7: 0.50, 10: 0.34}),
    CompoundFace(("Anger", "Disgust"), (4, 10, 17), {7: 0.60, 9: 0.57, 24: 0.37}, {17: 0.5}),
    CompoundFace(("Disgust", "Surprise"), (1, 2, 5, 10), {4: 0.45, 9: 0.37, 17: 0.66, 24: 0.33}),
)
"""Du's table for the pairs of the wheel that it has.  It says which units, not how strongly: what
is lifted and softened is judged on renders."""

DESIGNED = (
    # tender: the smile's eyes close a little, the inner brows rise; teeth would be joy alone
    CompoundFace(("Joy", "Trust"), (1, 6, 12), {25: 0.55}, {1: 0.4, 43: 0.15}),
    # the inner brows rise over a beginning smile; the wide eyes of anticipation soften
    CompoundFace(("Anticipation", "Trust"), (1, 12), {2: 0.4, 5: 0.5, 6: 0.5},
                 {1: 0.8, 12: 0.6, 25: 0.1}),
    # about to attack: anger's variant with bared teeth (FACS 4+5+7+10+25), eyes wider than anger's
    CompoundFace(("Anger", "Anticipation"), (4, 5, 7), {2: 0.6, 23: 0.3},
                 {5: 0.7, 10: 0.5, 25: 0.45}),
    # in control: the lids come down, and the lips smile a little, pressed over a raised chin
    CompoundFace(("Anger", "Trust"), (4, 12), {7: 0.6, 23: 0.4, 24: 0.6, 6: 0.2},
                 {17: 0.3, 43: 0.2}),
    # published as 7+12 with the head raised (53); half of 4 is left, for it is anger's
    CompoundFace(("Anger", "Joy"), (7, 12), {4: 0.6, 6: 0.4, 24: 0.2, 25: 0.4}),
    # deference: the stretched lips of fear closed over a raised chin, the eyes hardly wide
    CompoundFace(("Trust", "Fear"), (1, 4, 20), {2: 0.3, 5: 0.4, 6: 0.3, 12: 0.35}, {17: 0.35}),
    # tension: brows and eyes of fear, lips pressed where fear's part
    CompoundFace(("Anticipation", "Fear"), (1, 2, 4, 5), {20: 0.4, 25: 0.15}, {17: 0.2, 24: 0.5}),
    # the smile reaches the eyes, which are open but no longer wide
    CompoundFace(("Anticipation", "Joy"), (1, 2, 6, 12, 25), {5: 0.3}),
    # brows of surprise over a smile, the mouth hardly open: an open one would be delight
    CompoundFace(("Trust", "Surprise"), (1, 2, 12), {5: 0.5, 6: 0.2, 25: 0.5, 26: 0.35}),
    # opposites: puzzled, the raised brows drawn together, the mouth hardly open
    CompoundFace(("Surprise", "Anticipation"), (1, 2), {5: 0.4, 25: 0.5, 26: 0.4},
                 {4: 0.6, 7: 0.3}),
    # moved: a small smile under sad brows, lids low
    CompoundFace(("Trust", "Sadness"), (1, 12, 43), {4: 0.6, 6: 0.5, 15: 0.2, 17: 0.3},
                 {12: 0.5, 43: 0.25}),
)
"""The same for pairs without published units whose faces the rules alone would leave too near to
one of their emotions: design choices, judged on renders.  All other pairs go by `OPPOSED`."""

TYPICAL, UNLISTED = 0.7, 0.1
"""Shares of people from which a unit stays whole (the table's own bound) and at which nothing of it
stays: less than 20 % show what the table does not list, and 0.1 is the middle of that."""
