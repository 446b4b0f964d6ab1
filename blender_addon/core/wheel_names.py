# SPDX-License-Identifier: GPL-3.0-or-later
"""The names on Plutchik's Emotion Wheel: order, three intensities, opposites and dyads.

Source: public transcriptions of R. Plutchik (1980, 2001).  Pure constants, no imports: the
backend blends by them and Blender's panel lists them.

This file is shared by the backend and the add-on, byte for byte (`make sync`).
"""

from __future__ import annotations

WHEEL_ORDER = (
    "Joy", "Trust", "Fear", "Surprise", "Sadness", "Disgust", "Anger", "Anticipation",
)
"""The eight basic emotions round the wheel; the last is next to the first."""

MILD_BASIC_INTENSE = {
    "Joy": ("Serenity", "Joy", "Ecstasy"),
    "Trust": ("Acceptance", "Trust", "Admiration"),
    "Fear": ("Apprehension", "Fear", "Terror"),
    "Surprise": ("Distraction", "Surprise", "Amazement"),
    "Sadness": ("Pensiveness", "Sadness", "Grief"),
    "Disgust": ("Boredom", "Disgust", "Loathing"),
    "Anger": ("Annoyance", "Anger", "Rage"),
    "Anticipation": ("Interest", "Anticipation", "Vigilance"),
}

DYADS = {
    # primary: one apart on the wheel
    "Love": ("Joy", "Trust"), "Submission": ("Trust", "Fear"), "Awe": ("Fear", "Surprise"),
    "Disapproval": ("Surprise", "Sadness"), "Remorse": ("Sadness", "Disgust"),
    "Contempt": ("Disgust", "Anger"), "Aggressiveness": ("Anger", "Anticipation"),
    "Optimism": ("Anticipation", "Joy"),
    # secondary: two apart
    "Guilt": ("Joy", "Fear"), "Curiosity": ("Trust", "Surprise"), "Despair": ("Fear", "Sadness"),
    "Unbelief": ("Surprise", "Disgust"), "Envy": ("Sadness", "Anger"),
    "Cynicism": ("Disgust", "Anticipation"), "Pride": ("Anger", "Joy"),
    "Hope": ("Anticipation", "Trust"),
    # tertiary: three apart
    "Delight": ("Joy", "Surprise"), "Sentimentality": ("Trust", "Sadness"),
    "Shame": ("Fear", "Disgust"), "Outrage": ("Surprise", "Anger"),
    "Pessimism": ("Sadness", "Anticipation"), "Morbidness": ("Disgust", "Joy"),
    "Dominance": ("Anger", "Trust"), "Anxiety": ("Anticipation", "Fear"),
}
"""Compound emotion -> (first, second) basic emotion; eight primary, secondary, tertiary each."""

DYAD_SYNONYMS = {
    "Alarm": "Awe", "Disappointment": "Disapproval", "Shock": "Unbelief", "Fatalism": "Hope",
}

NEUTRAL = "Neutral"
"""The centre of the wheel: no expression."""
