# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos to parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import FlamewheelError, PhotoError
from ..parameters import FaceParameters, Identity
from .progress import Progress

PhotoEncoder = Callable[[Path, Progress | None], FaceParameters]
"""One photo -> its face; raises PhotoError where there is none."""


@dataclass(frozen=True, eq=False)
class EncodedPhoto:
    """A photo and the face in it."""

    photo: Path
    face: FaceParameters


@dataclass(frozen=True)
class RefusedPhoto:
    """A photo without a face, or that is no photo."""

    photo: Path
    refusal: FlamewheelError


@dataclass(frozen=True, eq=False)
class EncodedPhotos:
    """What came of several photos."""

    photos: tuple[EncodedPhoto, ...]  # in the order given
    refused: tuple[RefusedPhoto, ...]
    identity: Identity | None  # of all of them; None where each was encoded for itself
    neutral: Path | None  # the photo that expressions are measured against
    notes: tuple[str, ...]


def encode(
    photo: Path | bytes,
    *,
    head: str = "open",
    face: int | None = None,
    progress: Progress | None = None,
) -> FaceParameters:
    """A photo of a person as parameters of `head`.

    `photo` is a file or the bytes of one; `face` chooses among several (1 = largest).
    Raises PhotoError where there is no such face or no readable picture, HeadError for the head.
    """
    from ..encoders.landmark import encode_photo
    from ..encoders.photo import load_photo
    from ..head.registry import find_head

    return encode_photo(load_photo(photo), find_head(head), face=face, progress=progress)


def encode_photos(
    photos: Sequence[Path],
    *,
    head: str = "open",
    neutral: Path | None = None,
    face: int | None = None,
    progress: Progress | None = None,
) -> EncodedPhotos:
    """Several photos of one person as parameters of `head`: one identity, an expression each.

    `neutral` shows the person's neutral face, which expressions are then measured against; it need
    not be among `photos`, and has no result of its own then.  A photo without a face is told in
    `refused`.  Raises PhotoError where no photo has a face or `neutral` has none, HeadError.
    """
    from ..encoders.several import see_photos, solve_person
    from ..head.registry import find_head

    data = find_head(head)
    if not photos:
        raise PhotoError("no-photos", "There is no photo.", "Give at least one.")
    every, rest = _with_neutral(photos, neutral)
    seen, refusals = see_photos(every, face=face, progress=progress)
    if rest is not None and (refusal := refusals[rest]) is not None:
        raise refusal
    refused = tuple(RefusedPhoto(photo, refusal) for photo, refusal
                    in zip(every, refusals, strict=True) if refusal is not None)
    looks = [(number, look) for number, look in enumerate(seen) if look is not None]
    numbers = [number for number, _ in looks]
    if not numbers or numbers[0] >= len(photos):
        raise _none_left(refused)
    person = solve_person([look for _, look in looks], data, progress=progress,
                          neutral=None if rest is None else numbers.index(rest))
    faces = [EncodedPhoto(every[number], found)
             for number, found in zip(numbers, person.faces, strict=True)]
    wanted = tuple(face for number, face in zip(numbers, faces, strict=True)
                   if number < len(photos))
    notes = tuple(f"{extra.photo.name}: {note}"  # of a neutral photo that has no result
                  for extra in faces[len(wanted):] for note in extra.face.notes)
    shown = None if person.neutral is None else faces[person.neutral].photo
    return EncodedPhotos(wanted, refused, person.identity, shown, notes)


def encode_each(
    photos: Sequence[Path], encoder: PhotoEncoder, *, progress: Progress | None = None
) -> EncodedPhotos:
    """Several photos, each for itself.  Raises PhotoError where none has a face."""
    faces, refused = [], []
    for number, photo in enumerate(photos):
        if progress is not None:
            progress(number, len(photos), photo.name)
        try:
            faces.append(EncodedPhoto(photo, encoder(photo, None)))
        except PhotoError as refusal:
            refused.append(RefusedPhoto(photo, refusal))
    if not faces:
        raise _none_left(tuple(refused))
    return EncodedPhotos(tuple(faces), tuple(refused), None, None, ())


def landmark_encoder(head: str, face: int | None) -> PhotoEncoder:
    """`encode` with its options given, for `encode_each`."""
    def one(photo: Path, progress: Progress | None) -> FaceParameters:
        return encode(photo, head=head, face=face, progress=progress)

    return one


def with_mean_identity(encoded: EncodedPhotos) -> EncodedPhotos:
    """The same with one identity, the mean of all: for encoders that give no uncertainty."""
    import numpy as np

    shapes = [photo.face.identity.shape for photo in encoded.photos]
    identity = Identity(np.mean(shapes, axis=0))
    photos = tuple(replace(photo, face=replace(photo.face, identity=identity))
                   for photo in encoded.photos)
    return replace(encoded, photos=photos, identity=identity)


def write_preview(photo: Path, face: FaceParameters, output: Path, *, head: str = "open") -> None:
    """The photo and the head that was made of it, side by side, as a PNG."""
    from PIL import Image

    from ..encoders.preview import preview
    from ..files import written_aside
    from ..head.registry import find_head

    picture = Image.fromarray(preview(photo, face, find_head(head)))
    with written_aside(output) as aside:
        picture.save(aside, format="PNG")


def write_contact_sheet(
    photos: Sequence[EncodedPhoto], output: Path, *, head: str = "open",
    progress: Progress | None = None,
) -> None:
    """Every photo beside its head, in rows with their names, as one PNG."""
    from PIL import Image

    from ..encoders.contact_sheet import contact_sheet
    from ..files import written_aside
    from ..head.registry import find_head

    cells = [(photo.photo, photo.face) for photo in photos]
    sheet = Image.fromarray(contact_sheet(cells, find_head(head), progress))
    with written_aside(output) as aside:
        sheet.save(aside, format="PNG")


def _with_neutral(
    photos: Sequence[Path], neutral: Path | None
) -> tuple[list[Path], int | None]:
    """All photos to look at, the neutral one last if it is none of them, and its number."""
    if neutral is None:
        return list(photos), None
    place = _place_of(neutral, photos)
    return (list(photos), place) if place is not None else ([*photos, neutral], len(photos))


def _place_of(photo: Path, photos: Sequence[Path]) -> int | None:
    """Which of `photos` is the file `photo`, under whatever name."""
    for number, other in enumerate(photos):
        if other == photo or (other.exists() and photo.exists() and other.samefile(photo)):
            return number
    return None


def _none_left(refused: tuple[RefusedPhoto, ...]) -> FlamewheelError:
    """One photo: its own refusal.  Several: the first one's words and how many there are."""
    first = refused[0].refusal
    if len(refused) == 1:
        return first
    return PhotoError("no-face", f"None of the {len(refused)} photos has a face that can be taken. "
                      f"The first: {first.message}", first.hint)
