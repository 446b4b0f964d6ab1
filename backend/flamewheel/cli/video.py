# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode clip.mp4`: what a video adds to `encode`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from .. import pipeline
from .giving import say_where
from .networks import refuse_networks
from .places import check_ending, check_places, refuse_unheard
from .report import print_json, print_notes, progress_line

SMOOTHING = 1.0
"""Takes away what is noise."""


def add_video_options(encode: ArgumentParser) -> None:
    """The options of `encode` that mean something for a video only."""
    video = encode.add_argument_group(
        "video", "A clip becomes a trajectory (-o clip.json) and the person (clip.identity.json).")
    video.add_argument("--start", type=float, metavar="SECONDS", help="where in the clip to begin")
    video.add_argument("--end", type=float, metavar="SECONDS", help="where in the clip to end")
    video.add_argument("--fps", type=float, metavar="RATE",
                       help="frames a second of the result; the clip's own by default")
    video.add_argument("--smoothing", type=float, default=SMOOTHING, metavar="NUMBER",
                       help="0 leaves the jitter, 1 takes away what is noise (the default), more, "
                       "up to 10, is calmer")
    video.add_argument("--identity", type=Path, metavar="FILE",
                       help="parameter file that says who it is; by default found from the clip")
    video.add_argument("--tolerance", type=float, metavar="MM",
                       help="how far fewer keys may move the face; 0.3 millimetres by default")


def encode_video(options: Namespace) -> None:
    """The video `options.sources[0]` -> trajectory file.  `encode` comes here with one video."""
    from ..parameter_file import load, save
    from ..trajectory import save_trajectory, to_json_dict

    video: Path = options.sources[0]
    _check(options, video)
    identity = load(options.identity) if options.identity else None
    with progress_line("reading") as progress:
        result = pipeline.encode_video(
            video, head=options.head, face=options.face, identity=identity, start=options.start,
            end=options.end, frame_rate=options.fps, smoothing=options.smoothing,
            tolerance=options.tolerance, progress=progress,
        )
        if options.preview:
            pipeline.write_video_preview(video, result.track, options.preview, head=options.head,
                                         progress=progress)
    if options.output:
        save(result.identity, identity_path(options.output))
        save_trajectory(result.trajectory, options.output)
    print_notes(result.notes)
    if options.json:
        print_json({**to_json_dict(result.trajectory), **_facts(result)})
        return
    print(_summary(result))
    person = identity_path(options.output) if options.output else None
    say_where(options.output, person, options.preview)


def identity_path(output: Path) -> Path:
    """Where the person goes beside their performance: clip.json -> clip.identity.json."""
    return output.with_suffix(".identity.json")


def _check(options: Namespace, video: Path) -> None:
    """What can be told before minutes are spent.  Raises UsageError, OutputError."""
    refuse_networks(options)
    refuse_unheard([("--neutral", options.neutral), ("--separate", options.separate)], "videos",
                   "Leave out what is for photos.")
    check_ending(options.output, ".json", "The performance of a video")
    check_ending(options.preview, ".mp4", "The preview of a video")
    check_places([("the video", video), ("the identity", options.identity)],
                 [("-o", options.output), ("--preview", options.preview)])


def given_to_video(options: Namespace) -> list[tuple[str, object]]:
    """What of this file's options was given: for photos they mean nothing."""
    return [("--start", options.start is not None), ("--end", options.end is not None),
            ("--fps", options.fps is not None), ("--tolerance", options.tolerance is not None),
            ("--smoothing", options.smoothing != SMOOTHING), ("--identity", options.identity)]


def _summary(result: pipeline.VideoResult) -> str:
    """How long, how many keys, how well, for a person."""
    import numpy as np

    path = result.trajectory
    keys = path.keys
    assert keys is not None
    of_each = np.bincount(keys.channels)
    moving = of_each[of_each > 1]
    return (f"{path.seconds:.2f} s, {path.times.size} frames: {moving.sum()} keys on {moving.size} "
            f"channels\nresidual: {100 * result.error:.2f} % of the "
            "inter-ocular distance (median)")


def _facts(result: pipeline.VideoResult) -> dict[str, object]:
    """What the trajectory file does not hold, for machines."""
    from ..parameter_file import to_dict

    track = result.track
    return {
        "identity": to_dict(result.identity),
        "clip": {"start": float(track.times[0]), "frames": len(track.times),
                 "found": int(track.found.sum()), "cuts": track.cuts.tolist(),
                 "gaps": [list(gap) for gap in track.gaps]},
        "notes": list(result.notes),
    }
