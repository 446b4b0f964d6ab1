# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip of a person -> one identity and a performance, frame after frame.

    video_reader   frames with their true times
    video_faces    one face followed through them: landmarks, cuts
    video_fit      who it is, once; what it does, in each frame
    video_smooth   without jitter, over the gaps
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..parameters import POSE_SIZE, Array, Camera, ExpressionCode, FaceParameters, Identity
from .correspondence import Progress
from .landmark import POOR_FIT, prepare_head
from .video_faces import FollowedFace, follow_face
from .video_fit import PersonInClip, eyes_closed, fit_frames, person_in
from .video_reader import Frame, VideoReader
from .video_smooth import SmoothFace, gaps_of, is_long, smooth_face

Floats = npt.NDArray[np.float64]

TOLD = 5  # cuts, gaps and strangers that a note names


@dataclass(frozen=True, eq=False)
class VideoTrack:
    """A face through a clip."""

    head: str  # name of the head the codes belong to
    times: Array  # (T,) s from the clip's beginning, rising
    codes: Array  # (T,E+12) as `ExpressionCode.vector`; the neck is at rest
    global_rotation: Array  # (T,3) axis-angle rad, continuous
    scale: Array  # (T,) camera, pixels per metre
    translation: Array  # (T,2) camera, pixels
    image_size: tuple[int, int]  # width, height in pixels
    found: npt.NDArray[np.bool_]  # (T,) was the face seen?
    error: Array  # (T,) residual, fraction of the distance of the eyes; NaN where it was not seen
    deviation: Array  # (T,E+12) one standard deviation of the codes; 0 for what was not solved
    cuts: Array  # s: times of frames that begin a new shot
    gaps: tuple[tuple[float, float], ...]  # s: first and last frame of each stretch without a face
    identity: Identity
    notes: tuple[str, ...] = ()  # what a person should know

    def face(self, frame: int) -> FaceParameters:
        """Frame number `frame` as a parameter file has it."""
        error = float(self.error[frame])
        return FaceParameters(
            self.head, self.identity, ExpressionCode.from_vector(self.codes[frame]),
            global_rotation=self.global_rotation[frame],
            camera=Camera(float(self.scale[frame]), self.translation[frame], self.image_size),
            error=None if np.isnan(error) else error,
        )


def encode_video(
    path: str | os.PathLike[str],
    head: HeadData,
    *,
    identity: Identity | None = None,
    face: int | None = None,
    start: float | None = None,
    end: float | None = None,
    smoothing: float = 1.0,
    progress: Progress | None = None,
) -> VideoTrack:
    """The performance of one face in the video `path`, on `head`.

    identity: who it is, where it is known; None: solved from the clip.  face: which, by size when
    the faces first show; None: the largest.  start, end: s of the clip.  smoothing: 0 leaves the
    fits' jitter, 1 takes away as much as is noise, more is calmer.  progress may raise, to cancel.

    Raises VideoError (`file-not-found`, `not-a-video`, `unreadable-video`, `no-pictures`,
    `video-too-large`, `video-too-small`, `video-too-long`, `no-face`), PhotoError `no-such-face`,
    UsageError `bad-range`, HeadError `head-not-recognised`, BackendError `missing-dependency`.
    """
    prepared = prepare_head(head, progress)
    with VideoReader(Path(path), start, end) as clip:
        followed = follow_face(_told(clip, start, end, progress), face)
        notes = (*followed.notes, *clip.notes)
    person = person_in(followed, prepared, head, None if identity is None else identity.shape)
    fitted = fit_frames(followed, person.held, progress)
    smoothed = smooth_face(followed, fitted, eyes_closed(followed), smoothing)
    shape = person.held.identity if identity is None else identity.shape
    assert shape is not None
    return _track(head, followed, smoothed, fitted.error, _whole(head, shape),
                  (*notes, *_notes(followed, person, fitted.error)))


def _track(
    head: HeadData, seen: FollowedFace, face: SmoothFace, error: Floats, identity: Identity,
    notes: tuple[str, ...],
) -> VideoTrack:
    """What was seen and what was made of it; error: (N,) of the frames that show the face."""
    errors = np.full(len(seen.times), np.nan)
    errors[seen.found] = error
    return VideoTrack(
        head=head.name,
        times=seen.times,
        codes=_codes(head.expression_count, face.expression, face.jaw, face.gaze),
        global_rotation=face.global_rotation,
        scale=face.scale,
        translation=face.translation,
        image_size=seen.image_size,
        found=seen.found,
        error=errors,
        deviation=_code_deviation(head.expression_count, face),
        cuts=seen.times[seen.cuts],
        gaps=tuple((float(seen.times[first]), float(seen.times[after - 1]))
                   for first, after in gaps_of(seen)),
        identity=identity,
        notes=notes,
    )


def _told(
    clip: VideoReader, start: float | None, end: float | None, progress: Progress | None
) -> Iterator[Frame]:
    """The clip's frames; progress hears of each."""
    first, last = start or 0.0, min(end or np.inf, clip.facts.seconds or np.inf)
    expected = round((last - first) * clip.facts.frame_rate) if np.isfinite(last) else 0
    for number, frame in enumerate(clip.frames(), 1):
        if progress is not None:
            progress(number, max(number, expected), "looking")
        yield frame


def _codes(count: int, expression: Floats, jaw: Floats, gaze: Floats) -> Floats:
    """(T,E+12): what was solved for, in its place; all else is at rest."""
    frames, solved = expression.shape
    codes = np.zeros((frames, count + POSE_SIZE))
    codes[:, :solved] = expression
    codes[:, count:count + 3] = jaw
    codes[:, count + 6:].reshape(frames, 2, 3)[:, :, :2] = gaze
    return codes


def _code_deviation(count: int, face: SmoothFace) -> Floats:
    solved = face.expression.shape[1]
    rest = face.deviation[:, solved:]
    return _codes(count, face.deviation[:, :solved], rest[:, :3], rest[:, 3:].reshape(-1, 2, 2))


def _whole(head: HeadData, shape: Floats) -> Identity:
    """With as many components as the head has."""
    whole = np.zeros(head.identity_count)
    given = shape[:whole.size]
    whole[:given.size] = given
    return Identity(whole)


def _notes(
    face: FollowedFace, person: PersonInClip, error: Floats
) -> tuple[str, ...]:
    """Cuts, strangers, lost faces and a poor fit, for a person."""
    notes = []
    if person.strangers:
        notes.append(f"At {_times(person.strangers)} s the face is unlike those at other times "
                     "(somebody else, or half hidden): who it is was taken from those.")
    if face.cuts.size:
        notes.append(f"Cuts at {_times(face.times[face.cuts])} s: nothing is smoothed across them.")
    gaps = gaps_of(face)
    for long, what in ((True, "the face holds still there"), (False, "bridged")):
        some = [gap for gap in gaps if is_long(face, gap) is long]
        if some:
            spans = [f"{face.times[first]:.2f} to {face.times[after - 1]:.2f}"
                     for first, after in some]
            notes.append(f"No face from {_listed(spans)} s: {what}.")
    typical = float(np.median(error))
    if typical > POOR_FIT:
        notes.append(f"The head fits this face poorly (error {100 * typical:.1f} % of the distance "
                     "of the eyes): look at the preview.")
    return tuple(notes)


def _times(seconds: Sequence[float] | Floats) -> str:
    return _listed([f"{time:.2f}" for time in seconds])


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - TOLD} more" if len(items) > TOLD else ""
    return ", ".join(items[:TOLD]) + more
