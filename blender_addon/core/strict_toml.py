# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML read strictly: every mistake is told with its line, and unknown keys with the nearest one.

`tomllib` tells lines of syntax errors only; `toml_lines` finds those of keys and values.  A
check is a function of a value and its `Spot`, which returns the value as it is used from then on.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .errors import JobError
from .toml_lines import Place, line_of, lines_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Mistake(JobError):
    """A JobError that knows its line."""

    def __init__(self, code: str, message: str, hint: str = "", line: int = 0) -> None:
        super().__init__(code, message, hint)
        self.line = line


@dataclass(frozen=True)
class Spot:
    """A place in the file, to be named in messages."""

    path: Path
    lines: dict[Place, int]
    place: Place
    what: str

    def at(self, key: str | int, what: str = "") -> Spot:
        """The place of `key` in here; `what` names it where it is a thing of its own."""
        return Spot(self.path, self.lines, (*self.place, key), what or self.what)

    @property
    def line(self) -> int:
        """From 1."""
        return line_of(self.lines, self.place)

    @property
    def key(self) -> str:
        """The last key on the way here."""
        return next((str(part) for part in reversed(self.place) if isinstance(part, str)), "")

    def mistake(self, code: str, message: str, hint: str) -> Mistake:
        """A mistake in this place."""
        where = f"{self.path.name}, line {self.line}"
        return Mistake(code, f"{where}, {self.what}: {message}", hint, self.line)

    def wrong(self, wanted: str, got: Any, hint: str = "") -> Mistake:
        """The mistake of a value that is not what is `wanted`."""
        shown = repr(got)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        return self.mistake("bad-value", f'"{self.key}" must be {wanted}, not {shown}.',
                            hint or "Correct the value.")


Check = Callable[[Any, Spot], Any]
"""Raises `Mistake`, or returns the value as it is used."""


def read_toml(body: bytes, path: Path) -> tuple[dict[str, Any], dict[Place, int]]:
    """The tables of a TOML file and the line of every place in it."""
    try:
        content = body.decode("utf-8-sig")
        return tomllib.loads(content), lines_of(content)
    except UnicodeDecodeError as bad:
        line = body.count(b"\n", 0, bad.start) + 1
        raise Mistake("bad-toml", f"{path.name}, line {line}: not UTF-8 text.",
                       "Save the file as UTF-8.", line) from bad
    except (ValueError, RecursionError) as bad:
        found = re.search(r"line (\d+)", str(bad))
        line = int(found[1]) if found else content.count("\n") + 1
        why = str(bad).split(" (at ")[0] if str(bad) else "nested too deeply"
        raise Mistake("bad-toml", f"{path.name}, line {line}: not TOML: {why}.",
                       "Correct the line; strings stand in quotes, every table in brackets.",
                       line) from bad


def only_known(table: Any, known: tuple[str, ...], spot: Spot) -> None:
    """Refuse what is no table, or has a key that is not `known`."""
    if not isinstance(table, dict):
        raise spot.wrong("a table", table)
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, 1, 0.5)
            hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(known)}."
            raise spot.at(key).mistake("unknown-key", f'unknown key "{key}".', hint)


def checked_table(table: Any, checks: Mapping[str, Check], spot: Spot) -> dict[str, Any]:
    """Every value of `table` through its check."""
    only_known(table, tuple(checks), spot)
    return {key: checks[key](value, spot.at(key)) for key, value in table.items()}


def text(*choices: str, most: int = 1000) -> Check:
    """Words: one of `choices`, or any of up to `most` letters."""
    wanted = "one of " + ", ".join(choices) if choices else f"words of 1 to {most} letters"

    def check(value: Any, spot: Spot) -> str:
        fits = isinstance(value, str) and bool(value.strip()) and len(value) <= most
        if not fits or (choices and value not in choices):
            near = get_close_matches(str(value), choices, 1, 0.5)
            raise spot.wrong(wanted, value, f'Did you mean "{near[0]}"?' if near else "")
        return str(value)

    return check


def number(low: float, high: float) -> Check:
    """A finite number from `low` to `high`."""
    def check(value: Any, spot: Spot) -> float:
        numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not numeric or not math.isfinite(value) or not low <= value <= high:
            raise spot.wrong(f"a number from {low:g} to {high:g}", value)
        return float(value)

    return check


def whole(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""
    def check(value: Any, spot: Spot) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise spot.wrong(f"a whole number from {low} to {high}", value)
        return value

    return check


def truth(value: Any, spot: Spot) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise spot.wrong("true or false", value)
    return value


def listed(check: Check, least: int, most: int, wanted: str) -> Check:
    """A list of `least` to `most` items, as a tuple; each goes through `check`."""
    def checked(value: Any, spot: Spot) -> tuple[Any, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise spot.wrong(wanted, value)
        return tuple(check(item, spot.at(place)) for place, item in enumerate(value))

    return checked
