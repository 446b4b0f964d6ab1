# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo from a file, bytes or an array: upright, RGB, of a size that is worth working on.

Pictures come from anywhere, so only a few formats are tried, the header is judged before any pixel
is decoded, and whatever a decoder trips over becomes a `PhotoError`.
"""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from ..errors import PhotoError
from ..reading import open_at_once

Pixels = npt.NDArray[np.uint8]
PhotoSource = Union[str, os.PathLike[str], bytes, npt.NDArray[Any], "Photo"]
"""A file, the bytes of one, an array (H,W[,3|4]), or a photo already loaded."""

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
MAX_PIXELS = 100_000_000  # larger than any camera's picture; decoded it would take 300 MB
MAX_BYTES = 512 * 1024 * 1024  # of the file
MIN_SIDE = 16  # px: a face of fewer has no features left to see
WORKING_SIDE = 1600  # px: FaceMesh looks at 256 px of a face; more only costs time
BAND = 1 << 22  # numbers turned into 8 bits at a time: 100 megapixels at once took 3 GB
TRANSPARENT_GREY = 128  # what shows through a transparent picture: neither hides hair nor skin

_TOO_LARGE_HINT = "Scale it down below 100 megapixels."
_UNREADABLE_HINT = "Open it in an image program and save it as JPEG or PNG."


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture ready to be looked at."""

    pixels: Pixels  # (H,W,3) RGB, upright, longer side at most WORKING_SIDE
    original_size: tuple[int, int]  # width, height of the upright original in pixels
    name: str  # for messages

    @property
    def ratio(self) -> npt.NDArray[np.float64]:
        """(2,) original pixels per working pixel, across and down."""
        height, width = self.pixels.shape[:2]
        return np.array([self.original_size[0] / width, self.original_size[1] / height])


def load_photo(source: PhotoSource) -> Photo:
    """The photo in a file, in the bytes of one, or in an array.

    Arrays are (H,W), (H,W,3) or (H,W,4): uint8, uint16, or floats from 0 to 1, top row first.
    Raises PhotoError: `file-not-found`, `unreadable-image`, `image-too-large`, `image-too-small`.
    """
    if isinstance(source, Photo):
        return source
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _decode(bytes(source), "the picture")
    path = Path(source)
    return _decode(photo_bytes(path), path.name)


def photo_bytes(path: Path) -> bytes:
    """The bytes of a picture's file.

    Raises PhotoError `file-not-found`, `unreadable-image`, `image-too-large`.
    """
    try:
        with open_at_once(path) as stream:  # a device has no size and may have no end
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as missing:
        raise PhotoError("file-not-found", f"There is no file {path}.",
                         "Check the name and the folder.") from missing
    except (OSError, ValueError) as bad:
        reason = getattr(bad, "strerror", None) or str(bad)
        raise PhotoError("unreadable-image", f"{path.name} cannot be read: {reason}.",
                         "Name a picture file that you may read.") from bad
    if len(data) > MAX_BYTES:
        raise PhotoError("image-too-large", f"{path.name} is larger than 512 MB.",
                         _TOO_LARGE_HINT)
    return data


def _decode(data: bytes, name: str) -> Photo:
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not data:
        raise PhotoError("unreadable-image", f"{name} is empty.", _UNREADABLE_HINT)
    if len(data) > MAX_BYTES:
        raise PhotoError("image-too-large", f"{name} is larger than 512 MB.", _TOO_LARGE_HINT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of damaged EXIF and of large pictures
            with Image.open(io.BytesIO(data), formats=_formats()) as image:
                stored_size = image.size
                _check_size(*stored_size, name)
                image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))  # JPEG: decode at 1/2, 1/4, 1/8
                upright = ImageOps.exif_transpose(_shrink(_to_rgb(image)))
                turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except Image.DecompressionBombError as bomb:
        raise PhotoError("image-too-large", f"{name} has more than 100 million pixels.",
                         _TOO_LARGE_HINT) from bomb
    except PhotoError:
        raise
    except UnidentifiedImageError as unknown:
        raise PhotoError("unreadable-image", f"{name} is not a picture that Flamewheel knows.",
                         _unknown_hint(data)) from unknown
    except MemoryError as full:
        raise PhotoError("image-too-large", f"{name} does not fit into memory.",
                         _TOO_LARGE_HINT) from full
    except Exception as bad:  # decoders raise whatever they like on damaged input
        raise PhotoError("unreadable-image", f"{name} is damaged: {bad}.",
                         _UNREADABLE_HINT) from bad
    size = (stored_size[1], stored_size[0]) if turned else stored_size
    return Photo(np.asarray(upright, dtype=np.uint8), size, name)


def _formats() -> list[str]:
    """The formats to try; HEIC too, where the reader for it is installed."""
    from PIL import Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401

    Image.preinit()
    try:
        import pillow_heif  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return list(FORMATS)
    pillow_heif.register_heif_opener()
    return [*FORMATS, "HEIF"]


def _unknown_hint(data: bytes) -> str:
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
        return "It is a HEIC picture: save it as JPEG, or install pillow-heif."
    return "JPEG, PNG, WebP, TIFF, BMP and GIF are read."


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise PhotoError("image-too-large", f"{name} is {width} x {height} pixels.",
                         _TOO_LARGE_HINT)
    if min(width, height) < MIN_SIDE:
        raise PhotoError(
            "image-too-small", f"{name} is {width} x {height} pixels.",
            f"A face needs at least {MIN_SIDE} pixels each way; 200 are good.",
        )


def _to_rgb(image: Any) -> Any:
    """An RGB picture of any Pillow mode; the EXIF orientation stays with it."""
    from PIL import Image

    exif = image.getexif()
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = Image.fromarray(_to_bytes(np.asarray(image)))
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        image = image.convert("RGBA")
        grey = Image.new("RGBA", image.size, (TRANSPARENT_GREY,) * 3 + (255,))
        image = Image.alpha_composite(grey, image)
    image = image.convert("RGB")
    image.info["exif"] = exif.tobytes()
    return image


def _shrink(image: Any) -> Any:
    """`image` with its longer side brought down to WORKING_SIDE, averaged, not skipped."""
    from PIL import Image

    longest = max(image.size)
    if longest <= WORKING_SIDE:
        return image
    size = [max(1, round(side * WORKING_SIDE / longest)) for side in image.size]
    small = image.resize(size, Image.Resampling.BOX)
    small.info["exif"] = image.info["exif"]
    return small


def _to_bytes(values: npt.NDArray[Any]) -> Pixels:
    """0..255 from 8 or 16 bit whole numbers, or from floats between 0 and 1."""
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    bands = np.array_split(values, max(1, values.size // BAND))  # views
    largest = max(float(_finite(band).max(initial=0.0)) for band in bands)
    whole = np.issubdtype(values.dtype, np.integer)
    full = (65535.0 if largest > 255 else 255.0) if whole else max(1.0, largest)
    return np.concatenate([
        np.clip(_finite(band) * (255.0 / full), 0, 255).round().astype(np.uint8)
        for band in bands])


def _finite(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)


def _from_array(array: npt.NDArray[Any]) -> Photo:
    from PIL import Image

    name = "the array"
    channels = 1 if array.ndim == 2 else (array.shape[2] if array.ndim == 3 else 0)
    if channels not in (1, 3, 4) or array.dtype.kind not in "buif":
        raise PhotoError(
            "unreadable-image",
            f"An array of shape {array.shape} and type {array.dtype} is not a picture.",
            "Give (height, width, 3) RGB as uint8, or as floats from 0 to 1.",
        )
    _check_size(array.shape[1], array.shape[0], name)
    flat = array[:, :, 0] if array.ndim == 3 and channels == 1 else array
    image = _shrink(_to_rgb(Image.fromarray(np.ascontiguousarray(_to_bytes(flat)))))
    return Photo(np.asarray(image, dtype=np.uint8), (array.shape[1], array.shape[0]), name)
