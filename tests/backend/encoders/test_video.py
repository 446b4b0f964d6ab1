# SPDX-License-Identifier: GPL-3.0-or-later
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from flamewheel.encoders.video import VideoTrack, encode_video
from flamewheel.encoders.video_keys import trajectory_of
from flamewheel.errors import PhotoError, UsageError, VideoError
from flamewheel.head.evaluate import evaluate
from flamewheel.head.registry import find_head
from flamewheel.parameters import Identity
from tests.video_clips import SIZE, act, striped, write_clip

FPS = 25.0
BLINK, LOOK = 0.5, 1.0  # s


@pytest.fixture(scope="module")
def head():
    return find_head("open-light")


@pytest.fixture(scope="module")
def acted(head):
    return act(head, 1.8, FPS, blinks=(BLINK,), look_at=((LOOK, 0.3),), talk=(1.2, 1.7))


@pytest.fixture(scope="module")
def clip(acted, tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clip") / "acted.mp4", acted.frames, FPS)


@pytest.fixture(scope="module")
def track(clip, head):
    return encode_video(clip, head)


def apart(head, track, pairs):
    """(T,) mm between landmarks of the head, mean of pairs."""
    embedding = head.landmarks["facemesh478"]
    places = np.asarray(embedding.indices).tolist()

    def point(vertices, number):
        place = places.index(number)
        corners = np.asarray(head.triangles)[embedding.triangles[place]]
        return embedding.barycentrics[place] @ vertices[corners]

    result = []
    for frame in range(len(track.times)):
        face = track.face(frame)
        vertices = evaluate(head, face.identity.shape, face.code.expression, face.pose())[0]
        result.append(np.mean([np.linalg.norm(point(vertices, a) - point(vertices, b))
                               for a, b in pairs]))
    return 1000 * np.array(result)


def covered(frames, first, last):
    """A hand before the face: its middle grey in frames first to last."""
    frames = frames.copy()
    frames[first:last, SIZE // 8:-SIZE // 8, SIZE // 8:-SIZE // 8] = 120
    return frames


def test_one_person_and_one_code_a_frame(track, acted, head):
    assert track.head == head.name and track.found.all()
    np.testing.assert_allclose(track.times, acted.times, atol=1e-3)
    assert track.codes.shape == (len(acted.times), head.expression_count + 12)
    assert track.identity.shape.shape == (head.identity_count,)
    assert np.linalg.norm(track.identity.shape) > 0
    assert track.notes == () and track.cuts.size == 0 and track.gaps == ()
    assert np.median(track.error) < 0.03


def test_a_blink_stays_a_blink(track, head):
    opening = apart(head, track, [(159, 145), (386, 374)])
    peak = int(np.argmin(opening[:22]))
    assert abs(track.times[peak] - BLINK) <= 1.5 / FPS + 1e-6
    rest = np.median(opening[:6])
    assert opening[peak] < 0.65 * rest
    assert opening[20] > 0.85 * rest  # and the eyes are open again


def test_eyes_jump_when_they_do(track, head):
    to_left = track.codes[:, head.expression_count + 7]
    before, after = np.median(to_left[18:24]), np.median(to_left[27:30])
    assert after - before > 0.12
    half = np.flatnonzero(to_left[18:] > (before + after) / 2)[0] + 18
    assert abs(track.times[half] - LOOK) <= 1.5 / FPS


def test_the_mouth_talks_and_the_head_turns(track, acted, head):
    mouth = apart(head, track, [(13, 14)])
    assert np.corrcoef(mouth, acted.jaw)[0, 1] > 0.8
    assert np.corrcoef(track.global_rotation[:, 1], acted.yaw)[0, 1] > 0.95


def test_smoothing_takes_jitter_only(clip, head, track):
    raw = encode_video(clip, head, smoothing=0.0, identity=track.identity)
    np.testing.assert_allclose(raw.identity.shape, track.identity.shape)
    still = slice(0, 8)
    first = slice(0, 20)
    jitter = [np.abs(np.diff(one.codes[still, first], n=2, axis=0)).mean() for one in (raw, track)]
    assert jitter[0] > 1.5 * jitter[1]
    assert np.abs(raw.codes[:, first] - track.codes[:, first]).mean() < 0.2


def test_a_given_identity_is_kept(clip, head):
    shape = np.zeros(head.identity_count)
    shape[:3] = 0.5, -0.5, 0.25
    track = encode_video(clip, head, identity=Identity(shape), end=0.3)
    np.testing.assert_array_equal(track.identity.shape, shape)
    assert len(track.times) == 8


def test_a_face_that_is_hidden_for_a_moment(acted, head, tmp_path):
    clip = write_clip(tmp_path / "hidden.mp4", covered(acted.frames, 15, 20), FPS)
    track = encode_video(clip, head)
    assert not track.found[15:20].any() and track.found[:15].all() and track.found[20:].all()
    assert len(track.gaps) == 1 and np.isnan(track.error[16])
    assert np.isfinite(track.codes).all()
    assert "bridged" in track.notes[0] and "0.60 to 0.76" in track.notes[0]


def test_a_face_that_is_hidden_for_long(acted, head, tmp_path):
    clip = write_clip(tmp_path / "hidden.mp4", covered(acted.frames, 10, 30), FPS)
    track = encode_video(clip, head)
    assert not track.found[10:30].any()
    assert "holds still" in track.notes[0]
    np.testing.assert_allclose(track.codes[12], track.codes[9], atol=1e-9)
    assert np.abs(np.diff(track.codes[9:31], axis=0)).max() < 0.3 * np.ptp(track.codes) + 0.2


def test_a_cut_is_found_and_not_smoothed_over(acted, head, tmp_path):
    other = act(head, 0.6, FPS, seed=3)
    shifted = np.full_like(other.frames, 60)
    shifted[:, :, :-70] = other.frames[:, :, 70:]
    clip = write_clip(tmp_path / "cut.mp4", np.concatenate([acted.frames[:15], shifted]), FPS)
    track = encode_video(clip, head)
    np.testing.assert_allclose(track.cuts, [0.6], atol=1e-3)
    assert "Cuts at 0.60 s" in track.notes[0]
    assert track.found.all()
    moved = np.abs(np.diff(track.translation[:, 0]))
    assert moved[14] > 50 and np.delete(moved, 14).max() < 10
    path = trajectory_of(track, head, None)
    assert path.easings[14] == "hold" and path.easings.count("hold") == 1
    assert path.keys is not None and path.keys.holds.any()


def test_a_flash_is_no_cut(acted, head, tmp_path):
    frames = acted.frames[:20].copy()
    frames[9] = 255 - (255 - frames[9]) // 4
    track = encode_video(write_clip(tmp_path / "flash.mp4", frames, FPS), head)
    assert track.cuts.size == 0


def test_the_smaller_of_two_people(acted, head, tmp_path):
    small = acted.frames[:10, ::2, ::2]
    both = np.full((10, SIZE, SIZE + SIZE // 2 + 40, 3), 235, dtype=np.uint8)
    both[:, :, :SIZE] = act(head, 0.4, FPS, seed=4).frames
    both[:, 60:60 + SIZE // 2, SIZE + 20:SIZE + 20 + SIZE // 2] = small
    clip = write_clip(tmp_path / "two.mp4", both, FPS)
    track = encode_video(clip, head, face=2)
    assert track.found.all() and "2 faces" in track.notes[0]
    assert (track.translation[:, 0] > SIZE).all()
    largest = encode_video(clip, head)
    assert (largest.translation[:, 0] < SIZE).all()
    with pytest.raises(PhotoError) as refused:
        encode_video(clip, head, face=3)
    assert refused.value.code == "no-such-face"


def test_no_face_at_all(head, tmp_path):
    with pytest.raises(VideoError) as refused:
        encode_video(write_clip(tmp_path / "none.mp4", striped(5, 320, 240), FPS), head)
    assert refused.value.code == "no-face" and "none.mp4" in refused.value.message


def test_it_can_be_cancelled(clip, head):
    class Enough(Exception):
        pass

    def progress(done, total, what):
        if what == "looking" and done == 5:
            raise Enough

    before = threading.active_count()
    with pytest.raises(Enough):
        encode_video(clip, head, progress=progress)
    assert threading.active_count() == before


def test_progress_is_told(clip, head):
    heard = []
    encode_video(clip, head, end=0.2, progress=lambda *told: heard.append(told))
    whats = [what for _, _, what in heard]
    assert whats.count("looking") == 6 and whats.count("fitting") == 6
    assert all(done <= total for done, total, _ in heard)


@pytest.mark.parametrize("rate", [12.0, 25.0, 60.0])
def test_a_trajectory_at_any_frame_rate(track, head, rate):
    path = trajectory_of(track, head, rate)
    np.testing.assert_allclose(np.diff(path.times), 1 / rate)
    assert path.codes.shape == (path.times.size, head.expression_count + 12)
    assert abs(path.seconds - track.times[-1]) <= 1 / rate
    assert path.global_rotation is not None and path.keys is not None
    shared = np.isclose(path.times[:, None], track.times[None], atol=1e-6)
    here, there = np.nonzero(shared)
    np.testing.assert_allclose(path.codes[here], track.codes[there], atol=1e-6)


def test_few_keys(track, head):
    path = trajectory_of(track, head, None)
    assert path.keys is not None
    counts = np.bincount(path.keys.channels, minlength=head.expression_count + 15)
    assert counts.sum() < 0.5 * (counts > 1).sum() * len(track.times)


@pytest.mark.parametrize(("rate", "tolerance", "code"), [
    (0.0, 0.2, "bad-fps"), (float("nan"), 0.2, "bad-fps"), (1e6, 0.2, "bad-fps"),
    (24.0, 0.0, "bad-tolerance"),
])
def test_impossible_rates_and_tolerances(track, head, rate, tolerance, code):
    with pytest.raises(UsageError) as refused:
        trajectory_of(track, head, rate, tolerance)
    assert refused.value.code == code


def still(head, times):
    """A face that does nothing, at these times."""
    codes, nothing = np.zeros((len(times), head.expression_count + 12)), np.zeros((len(times), 3))
    return VideoTrack(head.name, np.array(times), codes, nothing, nothing[:, 0] + 1, nothing[:, :2],
                      (64, 64), np.ones(len(times), bool), nothing[:, 0], codes, np.zeros(0), (),
                      Identity(np.zeros(0)))


def test_a_clip_whose_times_are_wild_does_not_fill_the_memory(head):
    track = still(head, [0.0, 0.04, 1e7])
    with pytest.raises(VideoError, match="10000000 s") as refused:
        trajectory_of(track, head, 24.0)
    assert refused.value.code == "video-too-long"
    assert trajectory_of(track, head, None).times.size < 10


def test_a_fast_camera_is_keyed_at_the_highest_rate(head):
    path = trajectory_of(still(head, np.arange(9) / 1000), head, None)
    np.testing.assert_allclose(np.diff(path.times), 1 / 240)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_a_clip_leaves_no_threads(clip, head):
    encode_video(clip, head, end=0.2)
    before = threading.active_count(), len(os.listdir("/proc/self/task"))
    encode_video(clip, head, end=0.2)
    assert (threading.active_count(), len(os.listdir("/proc/self/task"))) == before
