# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo whose face acts: trajectory -> video, frames or one picture (docs/render_photo.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import HeadError, OutputError, PhotoError, UsageError
from ..files import written_aside
from ..parameters import ExpressionCode, FaceParameters
from .progress import Progress

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..head.data import HeadData
    from ..render.photo_face import PhotoFace
    from ..trajectory import Trajectory

    Pixels = npt.NDArray[np.uint8]

VIDEO, PICTURES = ".mp4", (".png", ".jpg", ".jpeg")
FRAME_RATE = 24.0  # frames a second, as films have
FRAME_RATES = (1.0, 240.0)  # what players and the MP4's clock take
LONGER_SIDE = 1080  # px of the result by default, where the photo has as many
SIZES = (64, 1600)  # px; no more of a photo is looked at (`encoders.photo.WORKING_SIDE`)
INTO = 0.3
"""s in which the photo's own expression passes into that of a trajectory which begins with another.
A design choice: the quickest change of a whole face that is not seen as a cut."""
SAME = 1e-6  # difference of two codes that are one
JPEG_QUALITY = 95
FAR_TURNED = 0.75  # rad: beyond 43 degrees one eye and half the mouth are hidden
CUT_OFF = 0.02  # of the face's width beyond the picture: less is the landmarks' own scatter
_NUMBERED = re.compile(r"%0?\d*d")


@dataclass(frozen=True, eq=False)
class ActingPhoto:
    """A photo that is ready to show other expressions."""

    face: FaceParameters
    notes: tuple[str, ...]  # what a person should know
    painter: PhotoFace

    @property
    def code(self) -> ExpressionCode:
        """The photo's own expression."""
        return self.face.code

    def picture(self, code: ExpressionCode) -> Pixels:
        """(H,W,3): the photo with its face showing `code`."""
        return self.painter.picture(code)


def acting_photo(
    photo: Path | bytes, *, head: str = "open", face: int | None = None, size: int | None = None,
    progress: Progress | None = None,
) -> ActingPhoto:
    """Prepares a photo; about a second.

    face: which of several, 1 = largest; None: the largest.  size: px of the result's longer side;
    None: the photo's, at most `LONGER_SIDE`.  Raises PhotoError as `encode` and `face-too-small`;
    HeadError; UsageError `bad-size`.
    """
    import numpy as np

    from ..encoders.landmark import encode_landmarks, see_face
    from ..encoders.photo import load_photo
    from ..head.registry import find_head
    from ..render.photo_face import PhotoFace

    if size is not None and not SIZES[0] <= size <= SIZES[1]:
        raise UsageError("bad-size", f"A size of {size} px cannot be drawn.",
                         f"Give --size {SIZES[0]} to {SIZES[1]}.")
    data = find_head(head)
    picture, landmarks, notes = see_face(load_photo(photo), face)
    found = encode_landmarks(landmarks, picture.original_size, data, notes, progress)
    pixels = _sized(picture.pixels, size)
    try:
        painter = PhotoFace(pixels, landmarks, data, found, _marks(data))
    except UsageError as small:
        if small.code != "face-too-small":
            raise
        raise PhotoError(small.code, small.message, small.hint) from small
    said = found.notes
    if abs(float(np.asarray(found.global_rotation)[1])) > FAR_TURNED:
        said = (*said, "The head is turned far: what the photo hides of the face is guessed.")
    beyond = np.maximum(-landmarks, landmarks - picture.original_size).max()
    if beyond > CUT_OFF * np.ptp(landmarks[:, 0]):
        said = (*said, "The picture cuts the face off: what comes into it from beyond is guessed.")
    return ActingPhoto(found, said, painter)


def _marks(head: HeadData) -> Any:
    """Where FaceMesh sees its landmarks on `head`."""
    import numpy as np

    from ..encoders.landmark import prepare_head
    from ..head.data import LandmarkEmbedding
    from ..render.photo_face import NEEDED

    points = prepare_head(head).points
    if not set(points.landmarks.tolist()) >= NEEDED:
        raise HeadError("no-landmarks", f"The head {head.name} lacks landmarks of lids, lips or "
                        "outline.", "Give its file all of FaceMesh's landmarks, or none.")
    return LandmarkEmbedding(np.asarray(points.triangles, np.int32), points.barycentrics,
                             np.asarray(points.landmarks, np.int32))


def _sized(pixels: Pixels, size: int | None) -> Pixels:
    import numpy as np
    from PIL import Image

    longer = max(pixels.shape[:2])
    wanted = min(longer, LONGER_SIDE) if size is None else size
    if wanted == longer:
        return pixels
    width, height = (max(2, round(side * wanted / longer)) for side in pixels.shape[1::-1])
    scaled = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(scaled, np.uint8)


def acted_codes(
    photo: ActingPhoto, trajectory: Trajectory, times: npt.ArrayLike
) -> list[ExpressionCode]:
    """The expression at each of `times`, s.

    A trajectory says absolutely what a face shows.  Where it begins with another expression than
    the photo's own, that passes into it over the first `INTO` seconds; where it begins with it, as
    one made with this photo as its start does, it is followed as it is.
    Raises UsageError `other-head`.
    """
    import numpy as np

    from ..trajectory import sample

    own = photo.code.vector()
    _check_head(photo, trajectory, own.size)
    at = np.asarray(times, np.float64)
    rows = sample(trajectory, at)
    if np.abs(trajectory.codes[0] - own).max() > SAME:
        part = np.clip(at / INTO, 0.0, 1.0)[:, None]
        rows = own + part * part * (3.0 - 2.0 * part) * (rows - own)
    return [ExpressionCode.from_vector(row) for row in rows]


def _check_head(photo: ActingPhoto, trajectory: Trajectory, numbers: int) -> None:
    if trajectory.head != photo.face.head or trajectory.codes.shape[1] != numbers:
        raise UsageError(
            "other-head", f"The trajectory is of the head {trajectory.head}, the photo was taken "
            f"as {photo.face.head}.", "Give --head the trajectory's head, or make the trajectory "
            "again for this one.")


def render_photo(
    photo: ActingPhoto, trajectory: Trajectory, output: Path, *, fps: float = FRAME_RATE,
    at: float | None = None, progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Writes the photo acting `trajectory`; what was written.

    output: `.mp4`; `.png` or `.jpg` for the one moment `at` (s; None: the end); or a name with a
    number in it (`frames_%04d.png`) for every frame.  The head's own turn in the trajectory is left
    out: a photo shows it from one side.  progress may raise, to cancel: nothing is left then but
    frames that were whole.  Raises UsageError `wrong-ending`, `bad-rate`, `other-head`,
    OutputError.
    """
    check_output(output, at, fps)
    kind = _kind(output)
    if kind == "picture":
        return (_write_moment(photo, trajectory, output, at),)
    frames = _frames(photo, trajectory, fps, progress)
    if kind == "frames":
        return tuple(_write_picture(picture, output.with_name(output.name % number))
                     for number, picture in enumerate(frames, start=1))
    _write_video(frames, output, fps)
    return (output,)


def check_output(output: Path, at: float | None, fps: float) -> None:
    """Refuses what cannot be written, before a photo is looked at.

    Raises UsageError `wrong-ending`, `unheard-option`, `bad-time`, `bad-rate`.
    """
    if not FRAME_RATES[0] <= fps <= FRAME_RATES[1]:
        raise UsageError("bad-rate", f"{fps:g} frames a second cannot be written.",
                         f"Give --fps {FRAME_RATES[0]:g} to {FRAME_RATES[1]:g}.")
    kind = _kind(output)
    if kind is None:
        raise UsageError("wrong-ending", f"A photo that acts is a video or pictures, not "
                         f"{output.name}.", "Give a name that ends in .mp4, .png or .jpg; with a "
                         "number, such as frames_%04d.png, for every frame.")
    if at is not None and kind != "picture":
        raise UsageError("unheard-option", "--at says nothing to a video.",
                         "Give -o a .png or .jpg for one moment, or leave out --at.")
    if at is not None and not 0.0 <= at < float("inf"):
        raise UsageError("bad-time", f"There is no moment at {at:g} s.", "Give --at 0 or more.")


def _kind(output: Path) -> str | None:
    """"video", "picture", "frames" or None."""
    ending = output.suffix.lower()
    if ending == VIDEO:
        return "video"
    if ending not in PICTURES:
        return None
    if "%" not in output.name:
        return "picture"
    return "frames" if _NUMBERED.search(output.name) and output.name.count("%") == 1 else None


def _write_moment(
    photo: ActingPhoto, trajectory: Trajectory, output: Path, at: float | None
) -> Path:
    """One moment shows the trajectory as it is: there is nothing to pass from."""
    from ..trajectory import sample

    _check_head(photo, trajectory, photo.code.vector().size)
    row = sample(trajectory, [trajectory.seconds if at is None else at])[0]
    return _write_picture(photo.picture(ExpressionCode.from_vector(row)), output)


def _frames(photo: ActingPhoto, trajectory: Trajectory, fps: float, progress: Progress | None
            ) -> Iterator[Pixels]:
    import numpy as np

    seconds = max(trajectory.seconds, INTO)
    codes = acted_codes(photo, trajectory, np.arange(int(np.floor(seconds * fps)) + 1) / fps)
    for number, code in enumerate(codes):
        yield photo.picture(code)
        if progress is not None:
            progress(number + 1, len(codes), "drawing")


def _write_picture(picture: Pixels, output: Path) -> Path:
    from PIL import Image

    with written_aside(output) as aside:
        if output.suffix.lower() == ".png":
            Image.fromarray(picture).save(aside, format="PNG")
        else:
            Image.fromarray(picture).save(aside, format="JPEG", quality=JPEG_QUALITY,
                                          subsampling=0)
    return output


def _write_video(frames: Iterator[Pixels], output: Path, fps: float) -> None:
    """The size is cut to even numbers, which the format's colours need."""
    import cv2
    import numpy as np

    with written_aside(output) as aside:
        writer = None
        try:
            for picture in frames:
                height, width = (side - side % 2 for side in picture.shape[:2])
                if writer is None:
                    writer = cv2.VideoWriter(str(aside), cv2.VideoWriter.fourcc(*"mp4v"), fps,
                                             (width, height))
                    if not writer.isOpened():
                        raise OutputError("cannot-write", f"{output} cannot be written.",
                                          "Check that the folder exists and has space.")
                writer.write(np.ascontiguousarray(picture[:height, :width, ::-1]))
        finally:
            if writer is not None:
                writer.release()
