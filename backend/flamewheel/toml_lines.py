# SPDX-License-Identifier: GPL-3.0-or-later
"""In which line of a TOML text each key and each list item stands.

`tomllib` tells lines of syntax errors only; a person with a typo in a key needs the line as well.
This reads TOML 1.0 that `tomllib` has accepted, so it need not check anything again.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

import re
from typing import Any

Place = tuple[str | int, ...]
"""Keys and list positions from the top: ("shot", 0, "steps", 2, "wheel")."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2}(?!"))'  # up to two quotes may stand before the last three
    r"|'''.*?'''(?:'{0,2}(?!'))"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]\}\n#]*")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))', re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def lines_of(text: str) -> dict[Place, int]:
    """Place -> line (from 1) of every key, list item and table header of a valid TOML text."""
    return _Scanner(text).scan()


def line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of `place`, or of the nearest thing round it that has one; 1 at the top."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.lines: dict[Place, int] = {}
        self.counts: dict[Place, int] = {}  # arrays of tables: how many there are so far
        self._counted = (0, 1)  # (position, its line): lines are counted once, from here

    def scan(self) -> dict[Place, int]:
        table: Place = ()
        self._take(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._take(_BLANK)
        return self.lines

    def _header(self) -> Place:
        """`[a.b]` or `[[a.b]]`; returns where its keys belong."""
        line = self._line()
        listed = self.text.startswith("[[", self.at)
        self.at += 2 if listed else 1
        keys = self._keys()
        self.at += 2 if listed else 1
        place = (*self._inside(tuple(keys[:-1])), keys[-1])
        if listed:
            self.lines.setdefault(place, line)
            number = self.counts.get(place, 0)
            self.counts[place] = number + 1
            place += (number,)
        self.lines[place] = line
        return place

    def _inside(self, keys: tuple[str, ...]) -> Place:
        """A header's keys as a place: within an array of tables its latest table is meant."""
        place: Place = ()
        for key in keys:
            place += (key,)
            if place in self.counts:
                place += (self.counts[place] - 1,)
        return place

    def _pair(self, table: Place) -> None:
        """`key = value` of `table`."""
        line = self._line()
        place = table
        for key in self._keys():
            place += (key,)
            self.lines.setdefault(place, line)
        self.at += 1  # =
        self._take(_SPACE)
        self._value(place)

    def _keys(self) -> list[str]:
        """A dotted key; stops before `=` or `]`."""
        keys: list[str] = []
        while True:
            self._take(_SPACE)
            quoted = self.text[self.at] in "\"'"
            found = self._take(_STRING if quoted else _BARE)
            keys.append(_unquoted(found) if quoted else found)
            self._take(_SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, place: Place) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self._items(place)
        elif opening == "{":
            self._inline(place)
        else:
            self._take(_STRING if opening in "\"'" else _SCALAR)

    def _items(self, place: Place) -> None:
        self.at += 1
        number = 0
        while True:
            self._take(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.lines[(*place, number)] = self._line()
            self._value((*place, number))
            number += 1

    def _inline(self, place: Place) -> None:
        self.at += 1
        while True:
            self._take(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(place)

    def _line(self) -> int:
        position, line = self._counted
        line += self.text.count("\n", position, self.at)
        self._counted = (self.at, line)
        return line

    def _take(self, what: re.Pattern[str]) -> str:
        found: Any = what.match(self.text, self.at)
        if found is None:  # not TOML after all; the caller promised it was
            raise ValueError(f"line {self._line()} is not TOML")
        self.at = found.end()
        return str(found.group())


def _unquoted(quoted: str) -> str:
    inner = quoted[1:-1]
    if quoted[0] == "'":
        return inner
    return _ESCAPE.sub(
        lambda got: chr(int(got[1] or got[2], 16)) if got[1] or got[2]
        else _ESCAPED.get(got[3], got[3]),
        inner,
    )
