# SPDX-License-Identifier: GPL-3.0-or-later
import threading

import numpy as np
import pytest

from flamewheel.encoders import video_reader
from flamewheel.encoders.video_reader import VideoReader
from flamewheel.errors import UsageError, VideoError
from tests.video_clips import clock_of, striped, turned_right, with_frame_lengths, write_clip


def read(path, **between):
    with VideoReader(path, **between) as clip:
        frames = list(clip.frames())
    return frames, clip


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", striped(20), 25.0)


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mp4v"), ("b.avi", "MJPG"),
                                             ("c.mkv", "MJPG"), ("d.mov", "mp4v"),
                                             ("e.webm", "VP80")])
def test_every_frame_comes_with_its_time(tmp_path, name, codec):
    frames, clip = read(write_clip(tmp_path / name, striped(20), 25.0, codec))
    assert len(frames) == 20 and clip.notes == ()
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(20) / 25, atol=6e-4)
    brightness = [frame.photo.pixels[-10:].mean() for frame in frames]
    assert (np.diff(brightness) > 5).all()
    assert frames[0].photo.original_size == (64, 48)


def test_a_variable_frame_rate_keeps_its_times(clip):
    tick = 1 / clock_of(clip)
    lengths = [round(seconds / tick) for seconds in [0.04, 0.02, 0.1] * 6 + [0.04, 0.04]]
    with_frame_lengths(clip, lengths)
    frames, _ = read(clip)
    expected = np.concatenate([[0], np.cumsum(lengths)[:-1]]) * tick
    np.testing.assert_allclose([frame.time for frame in frames], expected, atol=1e-3)


def test_a_phone_s_video_is_upright(clip):
    turned_right(clip)
    frames, reader = read(clip)
    assert reader.facts.size == (48, 64)
    assert frames[0].photo.pixels.shape == (64, 48, 3)
    assert frames[0].photo.pixels[:10, -10:].mean() > 200  # top left went to the top right


def test_a_part_of_a_clip(clip):
    frames, _ = read(clip, start=0.2, end=0.4)
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(5, 11) / 25, atol=1e-3)


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1), (-1, None), (float("nan"), None)])
def test_a_range_with_nothing_in_it(clip, start, end):
    with pytest.raises(UsageError) as refused:
        read(clip, start=start, end=end)
    assert refused.value.code == "bad-range"


def test_a_start_after_the_end(clip):
    with pytest.raises(UsageError) as refused:
        read(clip, start=5)
    assert "ends at 0.80 s" in refused.value.message


@pytest.mark.parametrize(("body", "code"), [
    (b"", "unreadable-video"),
    (b"Dear all,\nthis is no video.\n" * 20, "not-a-video"),
    (b"#EXTM3U\nhttp://example.com/secret.ts\n", "not-a-video"),
    (b"\x89PNG\r\n\x1a\n" + bytes(100), "not-a-video"),
    (b"\x00\x00\x00\x18ftypisom" + bytes(500), "unreadable-video"),
    (b"\x1aE\xdf\xa3" + bytes(300), "unreadable-video"),
])
def test_what_is_no_video(tmp_path, body, code):
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    with pytest.raises(VideoError) as refused:
        read(path)
    assert refused.value.code == code and refused.value.hint


def test_no_file(tmp_path):
    for path in (tmp_path / "none.mp4", tmp_path):
        with pytest.raises(VideoError) as refused:
            read(path)
        assert refused.value.code == "file-not-found"


def test_sound_alone(tmp_path, clip):
    data = clip.read_bytes().replace(b"vide", b"soun").replace(b"mp4v", b"mp4a")
    path = tmp_path / "sound.mp4"
    path.write_bytes(data)
    with pytest.raises(VideoError):
        read(path)


def test_cut_short(tmp_path):
    whole = write_clip(tmp_path / "whole.avi", striped(60, 320, 240), 25.0, "MJPG").read_bytes()
    short = tmp_path / "short.avi"
    short.write_bytes(whole[:len(whole) // 2])
    frames, reader = read(short)
    assert 10 < len(frames) < 50
    assert len(reader.notes) == 1 and "breaks off" in reader.notes[0]


def test_an_mp4_without_its_index(tmp_path, clip):
    short = tmp_path / "short.mp4"
    short.write_bytes(clip.read_bytes()[:-400])
    with pytest.raises(VideoError) as refused:
        read(short)
    assert refused.value.code == "unreadable-video"


def test_too_many_pixels(clip, monkeypatch):
    monkeypatch.setattr(video_reader, "MAX_PIXELS", 1000)
    with pytest.raises(VideoError) as refused:
        read(clip)
    assert refused.value.code == "video-too-large"


def test_too_many_frames(clip, monkeypatch):
    monkeypatch.setattr(video_reader, "MAX_FRAMES", 10)
    with pytest.raises(VideoError) as refused:
        read(clip)
    assert refused.value.code == "video-too-long"


def test_large_frames_are_scaled_down(tmp_path):
    path = write_clip(tmp_path / "large.mp4", striped(2, 1920, 1080), 25.0)
    frames, _ = read(path)
    assert frames[0].photo.pixels.shape == (720, 1280, 3)
    assert frames[0].photo.original_size == (1920, 1080)


def test_times_that_stand_still_are_made_from_the_frame_rate():
    class Stuck:
        def get(self, _):
            return 0.0

    clock = video_reader._Clock(25.0)
    times = [clock.time_of(Stuck()) for _ in range(4)]
    np.testing.assert_allclose(times, [0, 0.04, 0.08, 0.12])
    assert "3 of 4 frames" in clock.notes()[0]


def test_leaving_early_ends_the_decoder(tmp_path):
    path = write_clip(tmp_path / "long.mp4", striped(200), 25.0)
    before = threading.active_count()
    with VideoReader(path) as clip:
        next(iter(clip.frames()))
    assert threading.active_count() == before
