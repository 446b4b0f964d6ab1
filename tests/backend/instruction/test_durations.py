# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths of time in words and figures."""

from __future__ import annotations

import pytest

from flamewheel.instruction.durations import read_duration
from flamewheel.instruction.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("two seconds", 2), ("1.5 s", 1.5), ("1,5 s", 1.5), ("1.5s", 1.5), ("500 ms", 0.5),
        ("500ms", 0.5), ("1,000 ms", 1), ("half a second", 0.5), ("half-second", 0.5),
        ("a second", 1), ("a second and a half", 1.5), ("one and a half seconds", 1.5),
        ("two and a half seconds", 2.5), ("a quarter of a second", 0.25), ("½ s", 0.5),
        ("1/4 second", 0.25), ("three quarters of a second", 0.75), ("twenty five seconds", 25),
        ("twenty-five seconds", 25), ("one point five seconds", 1.5), ("a couple of seconds", 2),
        ("a few seconds", 3), ("two minutes", 120), ("12 frames", 0.5), ("36f", 1.5), (".5 s", 0.5),
        ("a moment", 1), ("a split second", 0.2), ("-2 seconds", -2), ("1e2 s", 100),
        ("1 min 30 s", 90), ("a minute and 5 seconds", 65), ("a minute and a half", 90),
        ("two thousand milliseconds", 2), ("a hundred frames", 100 / 24), ("two beats", 2),
        ("2 to 3 seconds", 2.5), ("1.5-2 s", 1.75),
    ],
)
def test_length_of_time(text, seconds):
    tokens = tokenise(text)
    found = read_duration(tokens, 0, 24.0)
    assert found is not None
    assert found.seconds == pytest.approx(seconds)
    assert found.end == len(tokens)


@pytest.mark.parametrize(
    "text", ["two", "seconds", "happy", "half happy", "a smile", "1.2.3 s", ""]
)
def test_no_length_of_time(text):
    assert read_duration(tokenise(text), 0, 24.0) is None
