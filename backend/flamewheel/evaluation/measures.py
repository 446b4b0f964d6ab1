# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a result table: a measure, its aim, and what each contestant reached."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """One row."""

    name: str
    unit: str
    values: Mapping[str, float]  # by contestant; NaN where it makes no sense
    aim: float | None = None  # for the first contestant
    at_most: bool = True  # the aim is a ceiling; else a floor

    def reached(self) -> bool | None:
        """Whether the first contestant meets the aim; None where there is none."""
        if self.aim is None:
            return None
        first = next(iter(self.values.values()))
        return first <= self.aim if self.at_most else first >= self.aim

    def to_dict(self) -> dict[str, Any]:
        """For JSON, which knows no NaN."""
        values = {name: None if math.isnan(value) else value
                  for name, value in self.values.items()}
        return {"measure": self.name, "unit": self.unit, "values": values, "aim": self.aim,
                "reached": self.reached()}
