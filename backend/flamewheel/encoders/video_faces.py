# SPDX-License-Identifier: GPL-3.0-or-later
"""One face followed through a clip: its FaceMesh landmarks frame after frame, and the cuts.

FaceMesh is shown two squares around where the face was a frame ago, scaled down by averaging to
what its network sees: that steadies the landmarks and brings far faces near.  Its own tracking is
quicker (2 ms a look against 3.5) and as steady, but crops the face differently from what heads are
calibrated with: over eight rendered clips expressions were off by 0.72 mm with it, by 0.64 with one
square, by 0.62 with two, and with the three looks that photos get.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import VideoError
from .facemesh import (
    RENDER_THRESHOLD,
    SAME_FACE,
    FaceLooker,
    choose_face,
    find_faces,
    overlap,
)
from .photo import Photo
from .video_reader import Frame

Floats = npt.NDArray[np.float64]

WINDOWS = (1.5, 2.0)  # sides of the squares, in the longer side of the face's box
FACE_PIXELS = 165  # that side as shown; FaceMesh's network sees one and a half faces in 192
FIRST_FACES = 1.0  # s in which the face asked for must show itself
MISSED = 0.5  # s between looks over the whole picture while no face is there

THUMBNAIL = 32  # px: cuts are looked for in pictures of this size
CUT_COLOURS = 0.25  # share of the picture whose colour changes (of 8 x 8 x 8 colours)
CUT_PLACES = 0.08  # mean change of the thumbnail, of the range from black to white
SHAKE = 0.15  # of the face's size: a face that moves less than that goes on
QUICKEST = 8.0  # of the face's size a second that it may move besides: 1.6 m/s, a blow


@dataclass(frozen=True, eq=False)
class FollowedFace:
    """What was seen of one face in a clip."""

    times: Floats  # (T,) s
    landmarks: npt.NDArray[np.float32]  # (T,478,2) original pixels; NaN where it was not found
    cuts: npt.NDArray[np.int64]  # frames that begin a new shot
    image_size: tuple[int, int]  # width, height
    notes: tuple[str, ...]

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """(T,) was the face seen?"""
        return np.asarray(np.isfinite(self.landmarks[:, 0, 0]))


def follow_face(frames: Iterable[Frame], face: int | None) -> FollowedFace:
    """The face `face` (by size in the first frames, 1 = largest; None: the largest) of a clip.

    Raises VideoError `no-face` where no frame shows one, PhotoError `no-such-face`.
    """
    with closing(_Eyes()) as eyes:
        return _follow(frames, _Follower(face, eyes))


def _follow(frames: Iterable[Frame], follower: _Follower) -> FollowedFace:
    shots = _Shots()
    times: list[float] = []
    seen: list[npt.NDArray[np.float32]] = []
    cuts: list[int] = []
    size, name = (0, 0), ""
    for frame in frames:
        size, name = frame.photo.original_size, frame.photo.name
        changed = shots.changed(frame.photo)
        before = follower.last
        landmarks = follower.look(frame, everywhere=changed)
        if before is not None and _is_cut(changed, before, follower.last_time, landmarks, frame):
            follower.forget()
            landmarks = follower.look(frame, everywhere=True)
            if landmarks is not None:
                cuts.append(len(times))
        if landmarks is not None:
            follower.saw(landmarks, frame.time)
            shots.keep()
        times.append(frame.time)
        seen.append(np.full((478, 2), np.nan, np.float32) if landmarks is None
                    else (landmarks * frame.photo.ratio).astype(np.float32))
    follower.must_have_found(name)
    return FollowedFace(np.array(times), np.stack(seen), np.array(cuts, dtype=np.int64), size,
                        follower.notes)


def _is_cut(
    changed: bool, before: Floats, time: float, landmarks: Floats | None, frame: Frame
) -> bool:
    """Does another shot begin, seen from where the face was `before`, at `time` s?

    A picture that changed is one, unless the face stayed where it was, as it does in a flash and
    behind a hand that passes by.  A face that jumps is one as well: two takes of a scene, joined.
    """
    if landmarks is None:
        return False
    size = float(np.ptp(before, axis=0).max())
    moved = float(np.linalg.norm(landmarks - before, axis=1).mean()) / size
    return moved > SHAKE + QUICKEST * (frame.time - time) or (changed and moved > SHAKE)


class _Shots:
    """Tells whether a picture belongs to another shot than the last one that showed the face."""

    def __init__(self) -> None:
        self._known: tuple[Floats, Floats] | None = None
        self._present: tuple[Floats, Floats] | None = None

    def changed(self, photo: Photo) -> bool:
        """Is `photo` unlike the one that was kept, in colours and in places?"""
        import cv2

        small = cv2.resize(photo.pixels, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
        colours = cv2.calcHist([small], [0, 1, 2], None, [8] * 3, [0, 256] * 3) / THUMBNAIL**2
        self._present = np.asarray(colours, dtype=np.float64), small.astype(np.float64)
        if self._known is None:
            return False
        recoloured = 0.5 * float(np.abs(self._present[0] - self._known[0]).sum())
        moved = float(np.abs(self._present[1] - self._known[1]).mean()) / 255.0
        return recoloured > CUT_COLOURS and moved > CUT_PLACES

    def keep(self) -> None:
        """The last picture shows the face."""
        self._known = self._present


class _Eyes:
    """Looks at a face in two squares at once."""

    def __init__(self) -> None:
        self._lookers = tuple(FaceLooker(RENDER_THRESHOLD) for _ in WINDOWS)
        self._threads = ThreadPoolExecutor(len(WINDOWS), "facemesh")

    def close(self) -> None:
        """Ends the threads, and FaceMesh's."""
        self._threads.shutdown()
        for looker in self._lookers:
            looker.close()

    def look(self, pixels: npt.NDArray[np.uint8], near: Floats) -> Floats | None:
        """(478,2) the face at `near`, mean of what the squares show; None where it is in none."""
        settled = all(looker.settled for looker in self._lookers)
        run = self._threads.map if settled else map
        looks = run(lambda pair: _in_window(pixels, near, *pair),
                    zip(self._lookers, WINDOWS, strict=True))
        found = [look for look in looks if look is not None]
        return np.asarray(np.mean(found, axis=0)) if found else None


def _in_window(
    pixels: npt.NDArray[np.uint8], near: Floats, looker: FaceLooker, wide: float
) -> Floats | None:
    """The face that is most where `near` (478,2) was, in a square `wide` times as wide."""
    low, high = near.min(0), near.max(0)
    side = max(16, round(wide * float((high - low).max())))
    left, top = (int(edge) for edge in np.round((low + high - side) / 2))
    shown = round(wide * FACE_PIXELS)
    faces = [face * side + np.array([left, top], dtype=np.float64)
             for face in looker.look(_cut_out(pixels, left, top, side, shown))]
    return max(faces, key=lambda face: overlap(face, near), default=None)


class _Follower:
    """Knows where the face was last."""

    def __init__(self, face: int | None, eyes: _Eyes) -> None:
        self._face = face
        self._eyes = eyes
        self._searched = -np.inf
        self._others: list[Floats] = []  # faces seen before the one asked for was
        self._present = False  # was it there in the last frame?
        self.last: Floats | None = None  # (478,2) where it was when it was last seen in this shot
        self.last_time = -np.inf  # s
        self.has_found = False
        self.notes: tuple[str, ...] = ()

    def forget(self) -> None:
        """The shot is over: the face is looked for all over the picture."""
        self.last, self._present = None, False

    def saw(self, landmarks: Floats, time: float) -> None:
        """It was there at `time` s: `landmarks` in working pixels."""
        self.last, self.last_time, self._present = landmarks, time, True

    def must_have_found(self, name: str) -> None:
        """Raises what is wrong where the clip is over and the face was never there."""
        if self._others:
            choose_face(self._others, self._face, name)
        if not self.has_found:
            raise VideoError("no-face", f"No face was found in {name}.",
                             "Use a video in which the face is upright and not small.")

    def look(self, frame: Frame, everywhere: bool) -> Floats | None:
        """(478,2) the landmarks in working pixels; None where the face is not to be seen.

        everywhere: whether to search the whole picture at once where it is not in its place.
        """
        pixels = frame.photo.pixels
        if self.last is not None:  # or a face that was covered comes back there
            found = self._eyes.look(pixels, self.last)
            if found is not None and (overlap(found, self.last) > SAME_FACE or not self._present):
                return found
            self._present = False
        if not everywhere and frame.time - self._searched < MISSED and self.has_found:
            return None
        self._searched = frame.time
        near = self._search(frame)
        return None if near is None else self._eyes.look(pixels, near)

    def _search(self, frame: Frame) -> Floats | None:
        """The face among all in the picture: the one asked for, later the one nearest to it."""
        photo = frame.photo
        faces = [points / photo.ratio for points in find_faces(photo)]
        if not faces:
            return None
        last = self.last
        if last is not None:
            return min(faces, key=lambda face: _apart(face, last))
        if self.has_found:  # in another shot
            return faces[min(self._face or 1, len(faces)) - 1]
        if self._face is not None and self._face > len(faces) and frame.time < FIRST_FACES:
            self._others = faces
            return None  # not all of them are there yet
        chosen, self.notes = choose_face(faces, self._face, photo.name)
        self.has_found, self._others = True, []
        return chosen


def _apart(one: Floats, other: Floats) -> float:
    return float(np.linalg.norm(one.mean(0) - other.mean(0)))


def _cut_out(
    pixels: npt.NDArray[np.uint8], left: int, top: int, side: int, shown: int
) -> npt.NDArray[np.uint8]:
    """A square of the picture, its edges drawn out where it reaches over them, `shown` px wide."""
    import cv2

    height, width = pixels.shape[:2]
    inner = pixels[max(top, 0):max(top + side, 0), max(left, 0):max(left + side, 0)]
    if inner.size == 0:
        inner = pixels[:1, :1]
    over = (max(-top, 0), max(top + side - height, 0), max(-left, 0), max(left + side - width, 0))
    square = cv2.copyMakeBorder(inner, *over, cv2.BORDER_REPLICATE) if any(over) else inner
    way = cv2.INTER_AREA if side > shown else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (shown, shown), interpolation=way))
