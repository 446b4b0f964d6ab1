# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of emotions in data sets, as the wheel names them, and the orders of published models."""

from __future__ import annotations

from ..wheel_names import NEUTRAL

AFFECTNET_ORDER = (
    NEUTRAL, "Joy", "Sadness", "Surprise", "Fear", "Disgust", "Anger", "Contempt")
"""AffectNet's numbers 0 to 7 (Mollahosseini et al. 2017): order of most published models."""
RAFDB_ORDER = ("Surprise", "Fear", "Disgust", "Joy", "Sadness", "Anger", NEUTRAL)
"""RAF-DB's numbers 1 to 7 (Li and Deng 2019)."""
FER_ORDER = ("Anger", "Disgust", "Fear", "Joy", "Sadness", "Surprise", NEUTRAL)
"""FER2013's numbers 0 to 6 (Goodfellow et al. 2015)."""
ORDERS = {"affectnet": AFFECTNET_ORDER, "affectnet7": AFFECTNET_ORDER[:7], "rafdb": RAFDB_ORDER,
          "fer": FER_ORDER}

_WORDS = {
    "Joy": ("happiness", "happy", "joy"), "Sadness": ("sadness", "sad"),
    "Surprise": ("surprise", "surprised"), "Fear": ("fear", "fearful", "scared", "afraid"),
    "Disgust": ("disgust", "disgusted"), "Anger": ("anger", "angry"),
    "Contempt": ("contempt", "contemptuous"), NEUTRAL: ("neutral", "neutrality"),
}
_WHEEL = {word: name for name, words in _WORDS.items() for word in words}


def wheel_class(word: str) -> str:
    """The wheel's name of a data set's emotion; words it does not know keep theirs, capitalised."""
    plain = word.strip().lower()
    return _WHEEL.get(plain, plain.capitalize())
