# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion-Wheel blending (paper 000, eq. 1–5, and ours): up to three emotions, one expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import WheelError
from ..head.data import NamedUnits
from ..parameters import ExpressionCode
from ..wheel_names import NEUTRAL
from .component_blend import blend_rows, clipped
from .dbex import JAW_SIZE, Array, ExpressionDatabase, prototype_of
from .points import INTENSE, WheelPoint, dyad_name
from .prototypes import STRONGEST_UNIT
from .unit_blend import mixed_strengths
from .unit_faces import face_strengths
from .units import face_rows
from .weights import DEFAULT_METHOD, METHODS, MOST_EMOTIONS, checked_method, shares_of

__all__ = ["DEFAULT_METHOD", "METHODS", "BlendResult", "OwnExpression", "blend", "name_of"]

EVEN = 0.5
WITHOUT_UNITS = "correlation"
"""The paper's own method is taken where a head's units are not given."""

_SEPARATE_STEPS = "Mix three at most; for a sequence use `transition`."


@dataclass(frozen=True, eq=False)
class BlendResult:
    """An expression with a name for it."""

    code: ExpressionCode
    name: str  # a ring (Rage), a dyad (Awe), "Joy + Sadness" or "Joy + Fear + Trust"
    notes: tuple[str, ...] = ()  # what a person should know
    strengths: Array | None = None  # (U,) of the head's units; None where they were not used


@dataclass(frozen=True, eq=False)
class OwnExpression:
    """A person's own expression as the primary (paper 000, figure 4: E1 is of the photo)."""

    code: ExpressionCode  # of the database's head
    strengths: Array | None = None  # (U,) of the head's units, measured; for the method `units`

    @property
    def row(self) -> Array:
        """(D,) ψ and the jaw's turn, as a database row."""
        return np.concatenate([self.code.expression, self.code.jaw])


def blend(
    database: ExpressionDatabase,
    spots: Sequence[WheelPoint],
    *,
    weight: float | None = None, weights: Sequence[float] | None = None,
    method: str | None = None, units: NamedUnits | None = None,
    measured: Mapping[str, Array] | None = None,
    own: OwnExpression | None = None,
) -> BlendResult:
    """One to three emotions, the first primary, as an expression of the database's head.

    `weights` are the shares of all, `weight` (0..1) the primary's (w1 of eq. 3); None and None the
    method's own (`weights.DEFAULTS`).  Emotions are brought to their intensities before they are
    mixed.  method: of METHODS; None is `units` where the head's action `units` are given and
    `correlation` where they are not.  `measured` are the unit strengths (U,) of each emotion's B2,
    where it is of photos; None takes those of FACS.  `own` stands for the first emotion, which
    says what it shows.  Raises WheelError: `nothing-to-blend`, `too-many-emotions`,
    `same-emotion`, `bad-weight`, `unknown-method`, `not-in-database`, `no-units`.
    """
    unsaid = DEFAULT_METHOD if units is not None else WITHOUT_UNITS
    method = checked_method(unsaid if method is None else method)
    points = _checked_points(spots)
    shares = shares_of(len(points), method, weight, weights)
    rows = np.stack([prototype_of(database, point) for point in points])
    if own is not None:
        rows[0] = points[0].intensity * _fitted(own.row, database)
    notes = tuple(_notes(database, points, shares, method))
    strengths = None
    if method == "units":
        if units is None:
            raise _no_units(database)
        strengths, row = _by_units(units, points, shares, rows, measured, own)
    else:
        emotions = tuple(point.emotion for point in points)
        row = clipped(database, blend_rows(database, emotions, rows, shares, method),
                      None if own is None else rows[0])
    code = ExpressionCode(row[:-JAW_SIZE], jaw=row[-JAW_SIZE:])
    return BlendResult(_looking(code, own), name_of(points), notes, strengths)


def _looking(code: ExpressionCode, own: OwnExpression | None) -> ExpressionCode:
    """A person's own face keeps looking where it looked."""
    return code if own is None else replace(code, neck=own.code.neck, eyes=own.code.eyes)


def _by_units(
    units: NamedUnits, points: Sequence[WheelPoint], shares: Sequence[float], rows: Array,
    measured: Mapping[str, Array] | None, own: OwnExpression | None,
) -> tuple[Array, Array]:
    """(U,) strengths and (D,) the expression: the units' mix, and what no unit shows by weight.

    Neutral is no face to mix with: its share is taken from the intensity of the others.
    """
    shown = [at for at, point in enumerate(points) if point.emotion != NEUTRAL]
    total = sum(shares[at] for at in shown)
    if total == 0.0:
        return np.zeros(len(units.names)), np.zeros(rows.shape[1])
    there = [replace(points[at], intensity=points[at].intensity * total) for at in shown]
    faces = np.stack([face_strengths(units.names, point, measured) for point in there])
    if own is not None and shown[0] == 0 and own.strengths is not None:
        faces[0] = np.clip(there[0].intensity * own.strengths, 0.0, STRONGEST_UNIT)
    strengths = mixed_strengths(
        units.names, [point.emotion for point in there], faces,
        [shares[at] / total for at in shown])
    row = face_rows(units, strengths)
    for at, face in zip(shown, faces, strict=True):
        if measured is not None or (own is not None and at == 0):
            row = row + shares[at] * (rows[at] - face_rows(units, face / total))
    return strengths, np.asarray(row)


def name_of(points: Sequence[WheelPoint]) -> str:
    """The ring's name of one emotion, the dyad of two, or all names."""
    if len(points) == 1:
        return points[0].title
    named = dyad_name(points[0].emotion, points[1].emotion) if len(points) == 2 else None
    return named or " + ".join(point.title for point in points)


def _fitted(row: Array, database: ExpressionDatabase) -> Array:
    """(D,) an expression with as many components as the database's: a file may have fewer."""
    fitted = np.zeros(database.vectors.shape[1])
    count = min(row.size - JAW_SIZE, database.expression_count)
    fitted[:count], fitted[-JAW_SIZE:] = row[:count], row[-JAW_SIZE:]
    return fitted


def _checked_points(spots: Sequence[WheelPoint]) -> tuple[WheelPoint, ...]:
    points = tuple(spots)
    if not points:
        raise WheelError("nothing-to-blend", "No emotion was given.", "Name one, two or three.")
    names = [point.emotion for point in points]
    if len(points) > MOST_EMOTIONS:
        raise WheelError(
            "too-many-emotions", f"{', '.join(names)} are {len(points)} emotions at once; "
            "compound ones such as Love are two each.", _SEPARATE_STEPS)
    for at, name in enumerate(names):
        if name in names[:at]:
            raise WheelError(
                "same-emotion", f"{name} cannot be blended with itself.",
                "For more or less of it give one emotion and an intensity.")
    return points


def _notes(
    database: ExpressionDatabase, points: Sequence[WheelPoint], shares: Sequence[float],
    method: str,
) -> list[str]:
    notes = []
    for point in points:
        source = _made_source(database, point.emotion)
        if source:
            notes.append(f"{point.emotion}: {source}")
        if point.intensity > INTENSE:
            notes.append(f"{point.emotion} at {point.intensity:g} is beyond the intense ring: its "
                         "strengths are bounded (eq. 5).")
    average = len(points) > 1 and max(shares) - min(shares) < 1e-9
    if average and method in ("correlation", "pca"):
        notes.append(f"At equal shares {method} blending is the plain average (eq. 3); a weight "
                     f"above {1 / len(points):.2g} keeps what is characteristic of each.")
    return notes


def _made_source(database: ExpressionDatabase, emotion: str) -> str:
    """Where an emotion without a FACS definition comes from."""
    if emotion not in ("Trust", "Anticipation") or emotion not in database.emotions:
        return ""
    return database.sources[database.labels.index(emotion)]


def _no_units(database: ExpressionDatabase) -> WheelError:
    return WheelError(
        "no-units", f"The action units of the head {database.head} are not known.",
        "Use a method that needs none: correlation, pca or linear.")
