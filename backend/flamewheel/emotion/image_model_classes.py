# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of emotions in data sets, as the wheel names them, and the orders of published models."""

from __future__ import annotations

from ..labelled_photos import AFFECTNET_CLASSES, FER_CLASSES, RAF_CLASSES
from ..wheel_names import NEUTRAL

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


AFFECTNET_ORDER = tuple(map(wheel_class, AFFECTNET_CLASSES))
"""AffectNet's numbers 0 to 7 (Mollahosseini et al. 2017): order of most published models."""
RAFDB_ORDER = tuple(map(wheel_class, RAF_CLASSES))
"""RAF-DB's numbers 1 to 7 (Li and Deng 2019)."""
ORDERS = {"affectnet": AFFECTNET_ORDER, "affectnet7": AFFECTNET_ORDER[:7],
          "rafdb": RAFDB_ORDER,
          "fer": tuple(map(wheel_class, FER_CLASSES[:7]))}
"""Published sets -> their classes in the order of their numbers; FER2013 itself has no contempt."""
