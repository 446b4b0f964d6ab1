# SPDX-License-Identifier: GPL-3.0-or-later
"""A small vocabulary, so that tests of the grammar do not depend on the wheel's word list."""

from __future__ import annotations

from flamewheel.instruction.plan import EmotionMix
from flamewheel.instruction.vocabulary import Vocabulary
from flamewheel.wheel_names import DYADS, MILD_BASIC_INTENSE, NEUTRAL

_OTHERS = {
    "Joy": (("amused", 0.5), ("happy", 1), ("happiness", 1), ("joyful", 1)),
    "Sadness": (("sad", 1), ("unhappy", 1)),
    "Fear": (("worry", 0.5), ("scared", 1), ("afraid", 1), ("fearful", 1), ("frightened", 1),
             ("terrified", 1.5)),
    "Anger": (("annoyed", 0.5), ("angry", 1), ("furious", 1.5)),
    "Surprise": (("surprised", 1),),
    "Disgust": (("bored", 0.5), ("disgusted", 1)),
    "Anticipation": (("interested", 0.5),),
    NEUTRAL: (("neutral", 1), ("calm", 1)),
}
_DYAD_FORMS = {"contemptuous": "Contempt", "guilty": "Guilt", "anxious": "Anxiety",
               "hopeful": "Hope"}


def _words() -> dict[str, EmotionMix]:
    words = {}
    for basic, (mild, _, intense) in MILD_BASIC_INTENSE.items():
        words |= {mild.lower(): EmotionMix(basic, 0.5), basic.lower(): EmotionMix(basic),
                  intense.lower(): EmotionMix(basic, 1.5)}
    for name, (first, second) in DYADS.items():
        words[name.lower()] = EmotionMix(first, 1.0, second, 1.0)
    for form, name in _DYAD_FORMS.items():
        words[form] = words[name.lower()]
    for primary, forms in _OTHERS.items():
        words |= {form: EmotionMix(primary, float(strength)) for form, strength in forms}
    return words


SMALL_VOCABULARY = Vocabulary(_words())
