# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate wheel`: can faces of the wheel be told apart, emotion by emotion and dyad by
dyad, and do `units` and `correlation` beat the plain `linear` blend?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import WheelError
from ..head.unit_strengths import measure_strengths
from ..pipeline.progress import Progress
from ..wheel.blend import METHODS
from ..wheel.points import BASIC
from ..wheel.units import face_rows
from .wheel_dyads import DyadRow, dyad_rows, sized_as
from .wheel_emotions import EmotionRow, emotion_rows
from .wheel_faces import Database, FaceSet, Mixer, all_pairs
from .wheel_noise import encoder_deviation, landmark_embedding
from .wheel_space import Floats, LandmarkSpace, Ruler, make_ruler
from .wheel_summary import Summary, gate, summarise
from .wheel_units import belonging, conflicts, kept_share
from .wheel_verdict import Judge

LINEAR = "linear"
DEFAULT, EVEN = "own weight", "equal shares"
WEIGHTS: Mapping[str, float | None] = {DEFAULT: None, EVEN: 0.5}
SIZED = f"{LINEAR}, sized as "


@dataclass(frozen=True)
class WheelReport:
    """All tables."""

    head: str
    database: str  # its provenance
    landmarks: int
    ruler: str  # what the spread is of
    readable: tuple[str, ...]  # the recogniser's classes; nothing where none is shipped
    emotions: tuple[EmotionRow, ...]
    dyads: Mapping[tuple[str, str], tuple[DyadRow, ...]]  # (method, weights) -> rows
    summaries: tuple[Summary, ...]
    gate: Mapping[str, bool]  # method -> whether it beats `linear` on the primary dyads' mean
    gate_by_own: Mapping[str, bool]  # the same by units that belong to their emotions alone

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "head": self.head, "database": self.database, "landmarks": self.landmarks,
            "ruler": self.ruler,
            "recogniser": list(self.readable),
            "emotions": [one.to_dict() for one in self.emotions],
            "dyads": [{"method": method, "weights": weights, **row.to_dict()}
                      for (method, weights), rows in self.dyads.items() for row in rows],
            "means": [one.to_dict() for one in self.summaries],
            "beats linear": dict(self.gate),
            "beats linear by own units": dict(self.gate_by_own),
        }


def evaluate_wheel(
    head: str, database: Database, methods: Sequence[str], progress: Progress
) -> WheelReport:
    """Measure the wheel of `head`.

    database: as `Mixer` takes it.  methods: of METHODS; `linear` is always
    measured beside them.  Raises HeadError, WheelError, InputFileError.
    """
    mixer = Mixer(head, database)
    deviation = encoder_deviation(mixer.head)
    space = LandmarkSpace(mixer.head, landmark_embedding(mixer.head))
    bench = _Bench(mixer, space, make_ruler(space, mixer.database, deviation))
    chosen = [name for name in METHODS if name in methods or name == LINEAR]
    dyads: dict[tuple[str, str], tuple[DyadRow, ...]] = {}
    jobs = [(method, weights) for weights in WEIGHTS for method in chosen]
    for number, (method, weights) in enumerate(jobs):
        progress(number, len(jobs), f"{method}, {weights}")
        dyads[method, weights] = tuple(bench.rows(method, weights))
    for method in chosen:
        if method != LINEAR:
            dyads[SIZED + method, DEFAULT] = tuple(bench.sized(method))
    summaries = tuple(summarise(*key, rows, bench.readable) for key, rows in dyads.items())
    return WheelReport(
        mixer.head.name, mixer.database.provenance, space.landmark_count,
        _ruler_words(deviation is not None), bench.readable, tuple(bench.emotions()), dyads,
        summaries, gate(dyads, LINEAR, DEFAULT, chosen),
        gate(dyads, LINEAR, DEFAULT, chosen, "distinct_by_own"))


class _Bench:
    """What all methods are measured with, made once."""

    def __init__(self, mixer: Mixer, space: LandmarkSpace, ruler: Ruler) -> None:
        self._mixer, self._space, self._ruler = mixer, space, ruler
        self._units = mixer.units.names
        self._judge = Judge(mixer)
        self._pairs = tuple(pair for pair in all_pairs()
                            if pair.mates <= set(mixer.database.emotions))
        if not self._pairs:
            raise WheelError(
                "too-few-emotions", "The database has no two emotions that are a dyad or opposites:"
                f" it has {', '.join(mixer.database.emotions)}.",
                "Build one without --photos-only, or take facs.")
        self._points = mixer.emotion_points()
        self._singles = mixer.emotions(self._points)
        self._motions = space.motions(self._singles.rows)
        self._strengths = self._measured(self._singles)
        self._basic = {point.emotion: row for row, point in enumerate(self._points)
                       if point.intensity == BASIC}
        self._alone = {name: self._motions[row] for name, row in self._basic.items()}
        self._linear, _ = self._mixed(LINEAR, DEFAULT)

    @property
    def readable(self) -> tuple[str, ...]:
        """The recogniser's classes; nothing where none is shipped."""
        return self._judge.classes

    def emotions(self) -> list[EmotionRow]:
        """The single emotions at three intensities."""
        rows = emotion_rows(self._points, self._motions, self._ruler, self._units,
                            self._strengths)
        return [replace(row, verdict=said.label, likeliest=next(iter(said.likeliest), ""))
                for row, said in zip(rows, self._judge.read(self._singles), strict=True)]

    def rows(self, method: str, weights: str) -> list[DyadRow]:
        """The dyads by one method, with what is kept of their units."""
        motions, faces = self._mixed(method, weights)
        strengths = self._measured(faces)
        fought, said = conflicts(self._units, strengths), self._judge.read(faces)
        own, stray = belonging(strengths, *(
            np.stack([self._strengths[self._basic[name]] for name in names])
            for names in zip(*((pair.primary, pair.secondary) for pair in self._pairs),
                             strict=True)))
        cut = self._space.motions(face_rows(self._mixer.units, own))
        by_own = dyad_rows(self._pairs, cut, cut, self._alone, self._ruler)
        rows = dyad_rows(self._pairs, motions, self._linear, self._alone, self._ruler)
        return [
            replace(row, kept_primary=self._kept(row.primary, strengths[n:n + 1]),
                    kept_secondary=self._kept(row.secondary, strengths[n:n + 1]),
                    stray=float(stray[n]), distinct_by_own=by_own[n].distinctness,
                    conflict=float(fought[n]), verdict=said[n].label,
                    likeliest=said[n].likeliest[:2])
            for n, row in enumerate(rows)]

    def sized(self, method: str) -> list[DyadRow]:
        """The linear blends made as strong as those of `method`."""
        motions = sized_as(self._linear, self._mixed(method, DEFAULT)[0])
        return dyad_rows(self._pairs, motions, self._linear, self._alone, self._ruler)

    def _mixed(self, method: str, weights: str) -> tuple[Floats, FaceSet]:
        faces = self._mixer.pairs(self._pairs, method, WEIGHTS[weights])
        return self._space.motions(faces.rows), faces

    def _measured(self, faces: FaceSet) -> Floats:
        return measure_strengths(self._mixer.head, self._mixer.units, faces.rows)

    def _kept(self, emotion: str, strengths: Floats) -> float:
        own = self._strengths[self._basic[emotion]]
        return float(kept_share(emotion, self._units, strengths, own)[0])


def _ruler_words(with_noise: bool) -> str:
    """For the table's head."""
    spread = "spread of the database's samples of the emotions involved and FaceMesh's scatter"
    if not with_noise:
        return f"{spread}; the encoder's uncertainty is not known for this head"
    return f"{spread}, and the encoder's own uncertainty of a photo of a calm face"
