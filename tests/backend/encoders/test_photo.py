# SPDX-License-Identifier: GPL-3.0-or-later
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from flamewheel.encoders import photo as photo_module
from flamewheel.encoders.photo import WORKING_SIDE, load_photo
from flamewheel.errors import PhotoError

RED_LEFT = np.zeros((40, 60, 3), dtype=np.uint8)
RED_LEFT[:, :30, 0] = 255


def encoded(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def refusal(source):
    with pytest.raises(PhotoError) as caught:
        load_photo(source)
    assert caught.value.message and caught.value.hint
    return caught.value.code


def png_header(width, height):
    """A PNG that promises width x height pixels and holds next to none."""
    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body
                + struct.pack(">I", zlib.crc32(kind + body)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b""))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_reads_the_usual_formats(kind, tmp_path):
    path = tmp_path / "photo.bin"
    path.write_bytes(encoded(Image.fromarray(RED_LEFT), kind))
    photo = load_photo(path)
    assert photo.pixels.shape == (40, 60, 3) and photo.original_size == (60, 40)
    assert photo.pixels[20, 5, 0] > 200 and photo.pixels[20, 55, 0] < 60
    np.testing.assert_array_equal(load_photo(str(path)).pixels, photo.pixels)


def test_bytes_arrays_and_photos_are_taken_too():
    photo = load_photo(encoded(Image.fromarray(RED_LEFT)))
    np.testing.assert_array_equal(photo.pixels, RED_LEFT)
    np.testing.assert_array_equal(load_photo(RED_LEFT).pixels, RED_LEFT)
    np.testing.assert_array_equal(load_photo(RED_LEFT / 255.0).pixels, RED_LEFT)
    np.testing.assert_array_equal(load_photo(RED_LEFT.astype(np.uint16) * 257).pixels, RED_LEFT)
    assert load_photo(RED_LEFT[:, :, 0]).pixels.shape == (40, 60, 3)
    assert load_photo(photo) is photo


def test_camera_rotation_is_undone():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn clockwise to see it upright
    photo = load_photo(encoded(Image.fromarray(RED_LEFT), "JPEG", exif=exif, quality=95))
    assert photo.pixels.shape == (60, 40, 3) and photo.original_size == (40, 60)
    assert photo.pixels[5, 20, 0] > 200 and photo.pixels[55, 20, 0] < 60  # red on top


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I", "F", "I;16"])
def test_every_pixel_mode_keeps_its_brightness(mode):
    grey = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode in ("I", "F"):
        image = Image.fromarray(grey.astype(np.int32 if mode == "I" else np.float32))
    else:
        image = Image.fromarray(np.stack([grey] * 3, 2)).convert(mode)
    photo = load_photo(encoded(image, "TIFF"))
    assert photo.pixels.shape == (48, 64, 3)
    assert abs(int(photo.pixels[24, :8].mean()) - 14) < 40
    assert abs(int(photo.pixels[24, -8:].mean()) - 240) < 40


def test_transparent_pixels_show_grey():
    pixels = np.zeros((32, 32, 4), dtype=np.uint8)
    pixels[:, :, 0] = 255
    pixels[:, 16:, 3] = 255
    photo = load_photo(encoded(Image.fromarray(pixels)))
    assert photo.pixels[5, 5].tolist() == [128, 128, 128]
    assert photo.pixels[5, 30].tolist() == [255, 0, 0]


def test_first_frame_of_an_animation():
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert load_photo(data).pixels[20, 20, 0] > 200


def test_large_pictures_are_scaled_and_remember_it():
    image = Image.fromarray(np.zeros((2400, 3600, 3), dtype=np.uint8))
    for kind in ("PNG", "JPEG"):
        photo = load_photo(encoded(image, kind))
        assert max(photo.pixels.shape) <= WORKING_SIDE
        assert photo.original_size == (3600, 2400)
        np.testing.assert_allclose(photo.ratio * photo.pixels.shape[1::-1], (3600, 2400))


def test_refusals(tmp_path):
    good = encoded(Image.fromarray(RED_LEFT), "JPEG")
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    noisy = encoded(Image.fromarray(noise), "JPEG")
    assert refusal(b"") == "unreadable-image"
    assert refusal(b"this is a text file, renamed .jpg\n" * 9) == "unreadable-image"
    assert refusal(noisy[:len(noisy) // 2]) == "unreadable-image"
    assert refusal(good[:40]) == "unreadable-image"
    assert refusal(png_header(64, 64)) == "unreadable-image"
    assert refusal(png_header(12_000, 12_000)) == "image-too-large"
    assert refusal(png_header(60_000, 60_000)) == "image-too-large"
    assert refusal(encoded(Image.new("RGB", (1, 1)))) == "image-too-small"
    assert refusal(tmp_path / "missing.jpg") == "file-not-found"
    assert refusal(tmp_path) == "unreadable-image"
    assert refusal("with\0zero.jpg") == "unreadable-image"
    assert refusal(np.zeros((40, 40, 2))) == "unreadable-image"
    assert refusal(np.zeros((3, 40, 40, 3))) == "unreadable-image"
    assert refusal(np.array([["a"] * 40] * 40)) == "unreadable-image"
    assert refusal(np.zeros((3, 3, 3), dtype=np.uint8)) == "image-too-small"


def test_a_message_names_the_file(tmp_path):
    path = tmp_path / "holiday.jpg"
    path.write_text("not a picture")
    with pytest.raises(PhotoError, match=r"holiday\.jpg"):
        load_photo(path)


def test_a_large_picture_is_turned_into_bytes_band_by_band(monkeypatch):
    numbers = np.random.default_rng(0).normal(size=(40, 31)) * 2
    numbers[3, 4], numbers[5, 6] = np.nan, np.inf
    sixteen = np.random.default_rng(1).integers(0, 65536, (40, 31), dtype=np.uint16)
    whole = [load_photo(each).pixels for each in (numbers, sixteen)]
    monkeypatch.setattr(photo_module, "BAND", 100)
    for each, before in zip((numbers, sixteen), whole, strict=True):
        np.testing.assert_array_equal(load_photo(each).pixels, before)
