# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered photos against real ones of the same person: paper 002's table IV.

Of a person with two photos, the first is given the second's expression and compared with the
second.  The second is turned, scaled and moved by the eyes and the bridge of the nose, which no
expression moves, so that it lies over the first; its colours are brought to the first's mean and
spread (two photos have two lights); and only the face counts.  Where the two heads are turned
differently no picture from one side can be the other: such pairs are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..encoders.facemesh import RENDER_THRESHOLD, detect
from ..encoders.landmark import see_face
from ..encoders.photo import load_photo
from ..errors import PhotoError, UsageError
from ..labelled_photos import LabelledPhoto, is_held_out, read_labelled
from ..metrics.image_errors import l1_error, ms_ssim, psnr
from ..parameters import FaceParameters
from ..pipeline.encoding import encode_photos
from ..pipeline.photo_rendering import acting_photo
from ..pipeline.progress import Progress
from ..render.photo_parts import OVAL
from .measures import Measure

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Perceived = Callable[[Pixels, Pixels], float]
"""LPIPS of two pictures."""

SIDE = 256  # px of the compared squares, as CVTHead renders (paper 002 [11])
SQUARE = 1.15  # of the face's longer side: the compared square
STILL = (33, 133, 362, 263, 168, 6, 197)
"""FaceMesh's landmarks of the eyes' corners and the bridge of the nose."""
MOST_TURN = 0.20  # rad between the heads of a pair: about 11 degrees
MOST_TURNED = 0.5  # rad of either head: FaceMesh's own landmarks are sure up to there
MOST_PAIRS = 4  # of one person, so that nobody counts for many
OURS, UNCHANGED = "rendered", "photo unchanged"
OUTSIDE = 128  # level of what does not count


@dataclass(frozen=True, eq=False)
class RenderingReport:
    """Table IV for a folder of photos."""

    people: int
    pairs: int
    left_out: Mapping[str, int]  # pairs by reason
    measures: tuple[Measure, ...]
    better: Mapping[str, float]  # share of pairs in which rendering comes nearer, by measure

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"people": self.people, "pairs": self.pairs, "left_out": dict(self.left_out),
                "measures": [one.to_dict() for one in self.measures], "better": dict(self.better)}


@dataclass(frozen=True, eq=False)
class Compared:
    """One pair: squares of one size, the face alone on grey."""

    rendered: Pixels
    unchanged: Pixels
    real: Pixels
    landmarks: Mapping[str, float]  # how far FaceMesh's landmarks are from the real one's, by whom


def evaluate_rendering(
    folder: Path, *, head: str = "open", everybody: bool = False,
    perceived: Perceived | None = None, progress: Progress | None = None,
    shown: Callable[[Compared], None] | None = None,
) -> RenderingReport:
    """Table IV of labelled photos.

    everybody: also people that the encoder may have been tuned on.  perceived: LPIPS; without it
    that row is missing.  shown: is given every pair that counts.  Raises UsageError
    `too-few-pairs`.
    """
    photos = [photo for photo in read_labelled(folder).photos
              if photo.pixels is None and (everybody or is_held_out(photo.subject))]
    wanted = pairs_of(photos)
    rows: list[dict[str, dict[str, float]]] = []
    left_out: dict[str, int] = defaultdict(int)
    people = set()
    for number, (source, target) in enumerate(wanted):
        if progress is not None:
            progress(number, len(wanted), f"rendering {source.path.name}")
        found = _compare(source.path, target.path, head)
        if isinstance(found, str):
            left_out[found] += 1
            continue
        rows.append(_scores(found, perceived))
        people.add(source.subject)
        if shown is not None:
            shown(found)
    if len(rows) < 2:
        raise UsageError(
            "too-few-pairs", f"Only {len(rows)} pairs of photos of one person can be compared.",
            "Give photos of people with two expressions each, turned alike; --everybody takes "
            "people that are not held out, too.")
    return RenderingReport(len(people), len(rows), dict(left_out), _measures(rows), _better(rows))


def pairs_of(photos: Sequence[LabelledPhoto]) -> list[tuple[LabelledPhoto, LabelledPhoto]]:
    """Pairs of one person's photos with different emotions, `MOST_PAIRS` of each person at most.

    Those of rare emotions come first, each pair both ways.
    """
    by_person: dict[str, list[LabelledPhoto]] = defaultdict(list)
    for photo in sorted(photos, key=lambda one: one.path.name):
        by_person[photo.subject].append(photo)
    found = []
    for own in by_person.values():
        firsts = {photo.emotion: photo for photo in reversed(own)}
        names = sorted(firsts, key=lambda name: (sum(p.emotion == name for p in own), name))
        both = [(firsts[one], firsts[other]) for place, one in enumerate(names)
                for other in names[place + 1:]]
        found += [pair for one, other in both for pair in ((one, other), (other, one))][:MOST_PAIRS]
    return found


def _compare(source: Path, target: Path, head: str) -> Compared | str:
    """The pair, or why it cannot be compared."""
    try:
        together = encode_photos((source, target), head=head)
        if together.refused:
            return "no face in a photo"
        first, second = (one.face for one in together.photos)
        if _turned(first, second) > MOST_TURN:
            return "heads turned differently"
        if max(abs(face.global_rotation).max() for face in (first, second)) > MOST_TURNED:
            return "heads turned far"
        actor = acting_photo(source, head=head)
        looks = [see_face(load_photo(path), None) for path in (source, target)]
    except PhotoError:
        return "no face in a photo"
    # the change of expression, on the photo's own face: what its fit got wrong stays out of it
    change = second.code.vector() - first.code.vector()
    rendered = actor.picture(type(actor.code).from_vector(actor.code.vector() + change))
    return _squares(rendered, *((_in_pixels(look[0].pixels, look[1], look[0].original_size))
                                for look in looks))


def _turned(first: FaceParameters, second: FaceParameters) -> float:
    """rad between two heads, without the roll, which is turned back."""
    apart = np.abs(np.asarray(first.global_rotation) - np.asarray(second.global_rotation))
    return float(apart[:2].max())


def _in_pixels(pixels: Pixels, landmarks: Floats, size: tuple[int, int]) -> tuple[Pixels, Floats]:
    return pixels, landmarks * pixels.shape[1] / size[0]


def _squares(rendered: Pixels, source: tuple[Pixels, Floats], target: tuple[Pixels, Floats]
             ) -> Compared | str:
    """All three cut to the face, the target over the source."""
    pixels, marks = source
    ratio = rendered.shape[1] / pixels.shape[1]
    low, high = marks[:468].min(0), marks[:468].max(0)
    scale = SIDE / (SQUARE * float((high - low).max()))
    into_square = np.array([[scale, 0.0], [0.0, scale]]), SIDE / 2 - scale * (low + high) / 2
    placed = marks @ into_square[0].T + into_square[1]
    onto = similarity(target[1][list(STILL)], placed[list(STILL)])
    real = _warped(target[0], onto)
    own = _warped(pixels, into_square)
    new = _warped(rendered, (into_square[0] / ratio, into_square[1]))
    real_marks = target[1] @ onto[0].T + onto[1]
    mask = _oval(real_marks) | _oval(placed)
    real = _recoloured(real, own, mask)
    away = {}
    for name, picture in ((OURS, new), (UNCHANGED, own)):
        seen = detect(picture, RENDER_THRESHOLD)
        if not seen:
            return "no face in the result"
        eyes = float(np.linalg.norm(real_marks[33] - real_marks[263]))
        away[name] = float(np.linalg.norm(seen[0][:468] - real_marks[:468], axis=1).mean()) / eyes
    new, own, real = (np.where(mask[..., None], picture, OUTSIDE).astype(np.uint8)
                      for picture in (new, own, real))
    return Compared(new, own, real, away)


def similarity(points: Floats, onto: Floats) -> tuple[Floats, Floats]:
    """(2,2) and (2,): the turn, scale and shift that bring points (n,2) nearest to `onto`.

    Umeyama 1991, eq. 40 to 42, in the plane.
    """
    middle, aim = points.mean(0), onto.mean(0)
    first, second = points - middle, onto - aim
    along = float((first * second).sum())
    across = float((first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum())
    turn = np.array([[along, -across], [across, along]]) / float((first**2).sum())
    return turn, aim - turn @ middle


def _warped(pixels: Pixels, move: tuple[Floats, Floats]) -> Pixels:
    """(SIDE,SIDE,3); a pixel's middle is at a half."""
    matrix = np.concatenate([move[0], (move[1] + move[0] @ (0.5, 0.5) - 0.5)[:, None]], axis=1)
    return np.asarray(cv2.warpAffine(pixels, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA if float(
        np.linalg.det(move[0])) < 0.5 else cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.uint8)


def _oval(marks: Floats) -> npt.NDArray[np.bool_]:
    drawn = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(drawn, [np.round(marks[list(OVAL)]).astype(np.int32)], 1)
    return np.asarray(drawn > 0)


def _recoloured(picture: Pixels, like: Pixels, mask: npt.NDArray[np.bool_]) -> Pixels:
    """Each channel with the mean and the spread that `like` has within the mask."""
    own, wanted = picture[mask].astype(np.float64), like[mask].astype(np.float64)
    gain = wanted.std(0) / np.maximum(own.std(0), 1.0)
    changed = (picture - own.mean(0)) * gain + wanted.mean(0)
    return np.asarray(np.clip(changed + 0.5, 0, 255), np.uint8)


def _scores(pair: Compared, perceived: Perceived | None) -> dict[str, dict[str, float]]:
    """Measure -> contestant -> value."""
    ways: dict[str, Perceived] = {"L1": l1_error, "PSNR": psnr, "MS-SSIM": ms_ssim}
    if perceived is not None:
        ways["LPIPS"] = perceived
    found = {name: {OURS: way(pair.rendered, pair.real), UNCHANGED: way(pair.unchanged, pair.real)}
             for name, way in ways.items()}
    return {**found, "landmarks": dict(pair.landmarks)}


_UNITS = {"L1": "0..1, less is better", "PSNR": "dB, more is better",
          "MS-SSIM": "0..1, more is better", "LPIPS": "less is better",
          "landmarks": "of the eyes' distance, less is better"}
_MORE = ("PSNR", "MS-SSIM")


def _measures(rows: Sequence[Mapping[str, Mapping[str, float]]]) -> tuple[Measure, ...]:
    return tuple(Measure(name, _UNITS[name], {
        who: float(np.mean([row[name][who] for row in rows])) for who in (OURS, UNCHANGED)})
        for name in rows[0])


def _better(rows: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, float]:
    def nearer(name: str, row: Mapping[str, Mapping[str, float]]) -> bool:
        gain = row[name][OURS] - row[name][UNCHANGED]
        return gain > 0 if name in _MORE else gain < 0

    return {name: float(np.mean([nearer(name, row) for row in rows])) for name in rows[0]}
