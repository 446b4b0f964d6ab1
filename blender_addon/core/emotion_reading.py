# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recogniser thinks of a face, in words and bars."""

from __future__ import annotations

from .protocol_infer import CANNOT_TELL, EmotionBody
from .wheel_names import NEUTRAL, WHEEL_ORDER

SHOWN = 3
"""Emotions that the panel lists; more would be noise."""
FAINT = 0.05  # less likely ones are not worth a line


def bars(reading: EmotionBody) -> list[tuple[str, float]]:
    """The likeliest emotions and their probabilities 0..1, the likeliest first."""
    ranked = sorted(reading.probabilities.items(), key=lambda item: -item[1])
    return [(name, share) for name, share in ranked[:SHOWN] if share >= FAINT] or ranked[:1]


def title(reading: EmotionBody) -> str:
    """One line: what it shows."""
    return "Cannot tell" if reading.label == CANNOT_TELL else reading.label


def feeling(reading: EmotionBody) -> str:
    """Valence and arousal, where they are known."""
    if reading.valence is None or reading.arousal is None:
        return ""
    return f"Valence {reading.valence:+.2f}, arousal {reading.arousal:+.2f}"


def reading_lines(reading: EmotionBody) -> list[str]:
    """For the report of an operator."""
    likely = ", ".join(f"{name} {100 * share:.0f} %" for name, share in bars(reading))
    return [line for line in (f"{title(reading)} ({likely})" if likely else title(reading),
                              feeling(reading)) if line]


def on_wheel(reading: EmotionBody) -> str | None:
    """The name as the wheel's primary emotion; None where it has no such place."""
    return reading.label if reading.label in (*WHEEL_ORDER, NEUTRAL, "Contempt") else None
