# SPDX-License-Identifier: GPL-3.0-or-later
"""Strict reading of tables and numbers: every refusal names the key."""

from __future__ import annotations

import json
import math
from difflib import get_close_matches
from typing import Any

import numpy as np

from ..errors import UsageError
from ..parameters import Array


def table_of(
    name: str, read: Any, known: tuple[str, ...], needed: tuple[str, ...] = ()
) -> dict[str, Any]:
    if not isinstance(read, dict):
        raise wrong(f"{name} must be a table (a JSON object).")
    for key in needed:
        if key not in read:
            raise wrong(f'In {name} the key "{key}" is missing.')
    for key in read:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            meant = f' Did you mean "{near[0]}"?' if near else ""
            raise wrong(f'In {name} the key "{key}" is unknown.{meant}')
    return read


def numbers(key: str, read: Any, shape: tuple[int | None, ...] = (None,)) -> Array:
    """A rectangle of finite numbers; JSON's true and "1" are none."""
    try:
        array = np.asarray(read)
    except ValueError as bad:
        raise wrong(f"{key} is not an even list of numbers.") from bad
    if array.size and array.dtype.kind not in "fiu":
        raise wrong(f"{key} holds something that is not a number.")
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        want_text = " x ".join("n" if want is None else str(want) for want in shape)
        got_text = " x ".join(str(got) for got in array.shape) or "a single number"
        raise wrong(f"{key} must have {want_text} numbers, it has {got_text}.")
    if array.size and not np.isfinite(array).all():
        raise wrong(f"{key} holds a number that is not finite.")
    return array.astype(np.float64)


def number(key: str, read: Any) -> float:
    if isinstance(read, bool) or not isinstance(read, (int, float)) or not _is_finite(read):
        raise wrong(f"{key} must be a finite number.")
    return float(read)


def _is_finite(read: float) -> bool:
    try:
        return math.isfinite(read)
    except OverflowError:  # a whole number of JSON may be larger than any float
        return False


def optional_number(key: str, read: Any) -> float | None:
    return None if read is None else number(key, read)


def word(key: str, read: Any) -> str:
    if not isinstance(read, str) or not read:
        raise wrong(f"{key} must be a word.")
    return read


def notes(read: Any) -> tuple[str, ...]:
    if not isinstance(read, list) or not all(isinstance(note, str) for note in read):
        raise wrong("notes must be a list of sentences.")
    return tuple(read)


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as bad:
        raise wrong(f"This is not JSON ({bad}).") from bad


def wrong(message: str) -> UsageError:
    return UsageError(
        "bad-parameters", message, "A parameter file is what `flamewheel encode` writes."
    )
