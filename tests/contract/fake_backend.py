# SPDX-License-Identifier: GPL-3.0-or-later
"""The real server over a pipeline that does as the photo says: what the contract tests start.

    python fake_backend.py [port]
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from flamewheel import pipeline
from flamewheel.errors import FlamewheelError, HeadError, PhotoError, VideoError, WheelError
from flamewheel.head.data import NamedUnits
from flamewheel.head.registry import HeadEntry
from flamewheel.head.unit_solving import SolvedUnits
from flamewheel.instruction.plan import TransitionPlan
from flamewheel.motion.style import MotionStyle
from flamewheel.parameters import EmotionReading, ExpressionCode, FaceParameters, Identity
from flamewheel.pipeline import EncodedPhoto, EncodedPhotos, RefusedPhoto, TransitionResult
from flamewheel.trajectory import CurveKeys, Trajectory


def encode(photo: bytes, *, head: str, face: int | None) -> FaceParameters:
    order, _, value = photo[:512].decode("latin-1").partition(":")
    if order == "crash":
        os.abort()
    if order == "crash-once" and not os.path.exists(value):
        open(value, "w").close()
        os.abort()
    if order == "sleep":
        time.sleep(float(value))
    if order == "boom":
        raise ValueError("a secret of the inside")
    if order == "print":
        print("printed by a library", flush=True)
    if order == "noface":
        raise PhotoError("no-face", "There is no face in the photo.", "Take another one.")
    error = float("nan") if order == "nan" else None
    notes = (f"face={face}", f"sha={hashlib.sha256(photo).hexdigest()}")
    code = ExpressionCode(np.arange(3.0))
    return FaceParameters(head, Identity(np.ones(2)), code, error=error, notes=notes)


def encode_by(choice: Any, photo: bytes, *, head: str, face: int | None) -> FaceParameters:
    told = encode(photo, head=head, face=face)
    by = f"shape from {choice.shape_from}, expression from {choice.expression_from}"
    return FaceParameters(head, told.identity, told.code, notes=(by,))


def encode_video(video: Path, *, progress: Any, **options: Any) -> Any:
    """A video that works for as many steps as its name says, 20 ms each."""
    if video.stem == "noface":
        raise VideoError("no-face", f"No face was found in {video.name}.", "Take another one.")
    if video.stem == "crash":
        os.abort()
    for step in range(int(video.stem)):
        progress(step, int(video.stem), "looking")
        time.sleep(0.02)
    video.with_suffix(".done").touch()
    keys = CurveKeys([0, 0, 15], [0.0, 1.0, 0.0], [0.0, 1.0, 0.5], [0.0, 0.0, 0.0],
                     [False, True, False])
    path = Trajectory(options["head"], np.array([0.0, 1.0]), np.zeros((2, 15)), ("linear",),
                      keys=keys)
    who = options["identity"]
    shape = np.ones(2) if who is None else who.identity.shape
    person = FaceParameters(options["head"], Identity(shape), ExpressionCode(np.zeros(3)))
    return SimpleNamespace(trajectory=path, identity=person, error=0.01,
                           notes=(str(sorted(options)),))


def encode_photos(
    photos: Sequence[Path], *, head: str, neutral: Path | None, face: int | None, progress: Any
) -> EncodedPhotos:
    """Each photo as `encode` has it; those named "wall" have no face."""
    faces = [EncodedPhoto(photo, encode(photo.read_bytes(), head=head, face=face))
             for photo in photos if photo.stem != "wall"]
    refused = tuple(RefusedPhoto(photo, PhotoError("no-face", f"No face in {photo.name}."))
                    for photo in photos if photo.stem == "wall")
    return EncodedPhotos(tuple(faces), refused, faces[0].face.identity, neutral,
                         (f"neutral={neutral}",))


def infer_photo(photo: Path, *, head: str, face: int | None) -> FaceParameters:
    told = encode(photo.read_bytes(), head=head, face=face)
    return replace(told, emotion=EmotionReading("Joy", {"Joy": 1.0}, 0.5, 0.25))


def infer_face(face: FaceParameters, *, head: str) -> FaceParameters:
    note = f"head={head}, {face.code.expression.size} numbers"
    return replace(face, emotion=EmotionReading("Joy", {"Joy": 1.0}, 0.5, 0.25), notes=(note,))


def blend(primary: str, secondary: str | None, **options: Any) -> Any:
    if primary == "joj":
        raise WheelError("unknown-emotion", "There is no emotion 'joj'.", "Did you mean joy?")
    weight = options["weight"]  # None: the sender left the share to the method
    code = ExpressionCode(np.array([-1.0 if weight is None else weight]))
    return SimpleNamespace(code=code, name=f"{primary}+{secondary}", notes=(str(options),),
                           strengths=None)


def perform(
    plan: TransitionPlan, *, head: str, start: ExpressionCode | None, seed: int | None,
    motion: MotionStyle | None,
) -> TransitionResult:
    """One anchor more than steps, each one further from the start; living ones have keys."""
    first = np.zeros(15) if start is None else start.vector()
    count = len(plan.steps)
    times = np.concatenate([[0.0], np.cumsum([step.seconds for step in plan.steps])])
    path = Trajectory(head, times, first + np.arange(count + 1.0)[:, None], ("smooth",) * count,
                      seed=seed, keys=None if motion is None else _two_keys(times[-1]))
    return TransitionResult(path, plan, (str(motion),))


def _two_keys(seconds: float) -> CurveKeys:
    return CurveKeys(np.array([0, 0]), np.array([0.0, seconds]), np.array([0.0, 1.0]), np.zeros(2),
                     np.zeros(2, bool))


def retarget(source: FaceParameters, target: FaceParameters | None, *, head: str) -> FaceParameters:
    return FaceParameters(head, (target or source).identity, source.code)


def heads() -> tuple[HeadEntry, ...]:
    return tuple(HeadEntry(name, Path(f"/{name}.npz"), "user") for name in ("first", "bad", "last"))


def find_head(path: Path) -> Any:
    if path.stem == "bad":
        raise HeadError("head-damaged", f"{path} is damaged.", "Convert it again.")
    return SimpleNamespace(
        vertex_count=5023, identity_count=300, expression_count=100, licence="free", checksum="ab"
    )


def convert_head(source: Path, output: Path) -> Any:
    return SimpleNamespace(**vars(find_head(source)), name=source.stem)


def head_units(head: str, *, progress: Any) -> Any:
    """Two units of a head with three expression components; "bad" has none."""
    if head == "bad":
        raise HeadError("no-landmarks", "The head has no landmarks.", "Give some.")
    pose = np.zeros((2, 5, 3))
    pose[1, 2, 0] = 0.25
    units = NamedUnits(("AU1L", "AU26"), np.array([[1, 2, 3], [4, 5, 6]], np.float32), pose,
                       np.array([[0, 1]]), np.array([[7, 8, 9]]))
    return SolvedUnits(units, np.array([1.0, 0.25]), f"made up for {head}")


def measure_units(rows: Any, *, head: str) -> Any:
    """Each face shows one unit more."""
    return SimpleNamespace(names=("AU1L", "AU26"), strengths=np.eye(len(rows), 2),
                           shares=np.full(len(rows), 0.5))


def main() -> int:
    """The server as it is, but for the verbs and for torch, whose loading takes a second."""
    from flamewheel.head import registry
    from flamewheel.server import serve

    registry.find_head = find_head  # type: ignore[assignment]
    pipeline.head_name = lambda head: head
    verbs = (encode, encode_by, encode_photos, infer_photo, infer_face, encode_video, blend,
             perform, retarget, heads, convert_head, head_units, measure_units)
    for function in verbs:
        setattr(pipeline, function.__name__, function)
    sys.modules.setdefault("torch", ModuleType("torch"))
    try:
        return serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    except FlamewheelError as refusal:
        print(f"refused: {refusal.code}: {refusal}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
