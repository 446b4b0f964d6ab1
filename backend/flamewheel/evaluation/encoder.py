# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate encoder`: truth on renders, then photos, beside naive ways."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..head.registry import find_head
from ..labelled_photos import is_held_out, read_folder
from ..pipeline.progress import Progress
from .contestants import contestants
from .measures import Measure

RENDERS = 300


@dataclass(frozen=True)
class EncoderReport:
    """Two tables; the first contestant is the shipped encoder."""

    head: str
    renders: tuple[Measure, ...]
    photos: tuple[Measure, ...]  # empty where no folder was given
    render_count: int
    photo_count: int
    people: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "head": self.head, "renders": self.render_count, "photos": self.photo_count,
            "people": self.people,
            "on renders": [one.to_dict() for one in self.renders],
            "on photos": [one.to_dict() for one in self.photos],
        }


def evaluate_encoder(
    head: str, faces: Path | None, renders: int, progress: Progress
) -> EncoderReport:
    """Measure the landmark encoder of `head`.

    faces: a folder of labelled photos (see `read_folder`), of which only the people in the held-out
    fifth are used.  renders: how many pictures with known truth are made, of people whom the
    calibration has not seen.  Raises InputFileError, HeadError, BackendError.
    """
    from ..encoders.samples import make_samples
    from .photos import look_at, photo_measures
    from .truth import FIRST_SEED, truth_measures

    kept = tuple(photo for photo in read_folder(faces) if is_held_out(photo.subject)
                 ) if faces else ()
    data = find_head(head)
    compared = contestants(data)
    on_renders = truth_measures(data, make_samples(data, renders, FIRST_SEED, progress), compared)
    seen = look_at(kept, progress)
    on_photos = photo_measures(data, seen, compared, progress) if seen else []
    return EncoderReport(data.name, tuple(on_renders), tuple(on_photos), renders, len(seen),
                         len({one.photo.subject for one in seen}))
