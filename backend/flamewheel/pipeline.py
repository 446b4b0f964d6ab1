# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where steps are chained: one function for each thing a person wants done.

The command line, the server and batch jobs all come through here, so that a photo, a wheel
position or a sentence means the same wherever it is given.  Heavy libraries are imported inside
the functions that need them: a server must answer before torch is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import UsageError
from .parameters import ExpressionCode, FaceParameters
from .trajectory import Trajectory

if TYPE_CHECKING:
    from .head.data import HeadData
    from .head.model import HeadModel
    from .head.registry import HeadEntry
    from .instruction.plan import TransitionPlan
    from .wheel.blend import BlendResult
    from .wheel.dbex import ExpressionDatabase
    from .wheel.units import SolvedUnits

NETWORKS_EXPRESSIONS = 50
"""Expression components that the published networks predict and the rig imports (DECA, EMOCA)."""
HEADS_KEPT = 4
"""Databases held in memory; one is about 1 MB."""

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what) while something long runs."""


@dataclass(frozen=True)
class TransitionResult:
    """A performance, the plan it was made from and what a person should know."""

    trajectory: Trajectory
    plan: TransitionPlan
    notes: tuple[str, ...]


def load_head(name_or_path: str = "open") -> HeadModel:
    """The head as a torch model: "open" (embedded), a `.npz` head file or a FLAME pickle.

    Raises HeadError where there is no such head or the file is not one.
    """
    from .head.model import HeadModel
    from .head.registry import find_head

    return HeadModel(find_head(name_or_path))


def heads() -> tuple[HeadEntry, ...]:
    """The heads that can be named: the embedded one and those in the user's folder."""
    from .head.registry import list_heads

    return list_heads()


def convert_head(
    source: Path,
    output: Path,
    *,
    landmarks: Sequence[Path] = (),
    uv: Path | None = None,
    masks: Path | None = None,
) -> HeadData:
    """A FLAME pickle (or `.npz`) as a head file without pickles; see `head.convert`."""
    from .head.convert import convert_head as convert

    return convert(source, output, landmarks=landmarks, uv=uv, masks=masks)


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
    from .encoders.landmark import encode_photo
    from .encoders.photo import load_photo
    from .head.registry import find_head

    return encode_photo(load_photo(photo), find_head(head), face=face, progress=progress)


def blend(
    primary: str,
    secondary: str | None = None,
    *,
    primary_intensity: float | None = None,
    secondary_intensity: float | None = None,
    weight: float | None = None,
    method: str = "correlation",
    head: str = "open",
    database: Path | None = None,
) -> BlendResult:
    """One emotion, or two mixed, as an expression of `head` (Emotion-Wheel blending, eq. 3–5).

    Emotions are named in any common form; `weight` (0..1) is the primary's share, None the
    method's own (eq. 3 at 0.5 is the plain average, so `correlation` takes 0.75).  An intensity
    of 1 is the basic emotion; None takes the word's own ("furious" is more than "angry").
    `database` is a file of `dbex build`; None builds the head's own.
    Raises WheelError for unknown words and impossible mixes, HeadError for the head.
    """
    from .wheel.blend import blend as blend_points
    from .wheel.words import spots_of

    entries = expression_database(head, database)
    spots = spots_of(primary, primary_intensity)
    if secondary is not None:
        spots = (*spots, *spots_of(secondary, secondary_intensity))
    return blend_points(entries, spots, weight=weight, method=method)


def transition(
    text: str,
    *,
    head: str = "open",
    start: ExpressionCode | None = None,
    seed: int | None = None,
) -> TransitionResult:
    """A sentence as a performance of `head`, with the plan that was understood.

    `start` is what the face shows now; it counts where the sentence names no beginning.
    Raises InstructionError with the place in the text where it cannot be understood.
    """
    from .instruction.compose import plan_to_trajectory, start_notes, wheel_points
    from .instruction.grammar import parse
    from .instruction.plan import EmotionMix
    from .wheel.blend import EVEN
    from .wheel.blend import blend as blend_points

    plan = parse(text)  # before the head is read: a wrong word is told at once
    database = expression_database(head)

    def codes_for(mix: EmotionMix) -> ExpressionCode:
        # an even share is what a sentence means that says none ("angry but amused", "awe")
        weight = None if mix.weight == EVEN else mix.weight
        return blend_points(database, wheel_points(mix), weight=weight).code

    if start is not None:
        start = _fitted(start, database.expression_count)
    trajectory = plan_to_trajectory(plan, codes_for, database.head, start, seed)
    return TransitionResult(trajectory, plan, (*plan.notes, *start_notes(plan, start)))


def retarget(
    source: FaceParameters, target: FaceParameters | None = None, *, head: str = "open"
) -> FaceParameters:
    """`source` gives expression and pose, `target` identity (VN3DFace); the result is of `head`.

    Both may be of other heads: an expression crosses by action units, an identity does not.
    """
    from .head.registry import find_head
    from .retarget import retarget as retarget_face

    to = find_head(head)
    if source.head == to.name:
        return retarget_face(source, target, to, to, None, None)
    if any(sign in source.head for sign in "/\\"):  # a file may come from anywhere
        raise UsageError("bad-head-name", f"The parameter file names a path as its head: "
                         f"{source.head}.", "It must be a head's name; see `flamewheel head list`.")
    start = find_head(source.head)
    return retarget_face(source, target, start, to, head_units(source.head).units,
                         head_units(head).units)


def expression_database(head: str = "open", file: Path | None = None) -> ExpressionDatabase:
    """The expression database of `head`: from `file`, or from FACS prototypes in its own units.

    Raises WheelError `other-head` where the file was built for another head.
    """
    from .head.registry import find_head
    from .wheel.dbex import check_head
    from .wheel.dbex_file import load_database

    data = find_head(head)
    if file is None:
        return _database(head, data.checksum)
    database = load_database(file)
    check_head(database, data.name, data.checksum)
    return database


def head_units(head: str = "open") -> SolvedUnits:
    """The FACS action units of `head`: its own, or carried over from the open head."""
    from .head.registry import find_head

    return _units(head, find_head(head).checksum)


@lru_cache(maxsize=HEADS_KEPT)
def _database(head: str, checksum: str) -> ExpressionDatabase:
    from .head.registry import find_head
    from .wheel.prototypes import build_prototype_database

    return build_prototype_database(find_head(head), _units(head, checksum).units)


@lru_cache(maxsize=HEADS_KEPT)
def _units(head: str, checksum: str) -> SolvedUnits:
    """`checksum` is part of the key: a head file that changes is solved anew."""
    from .encoders.correspondence import landmark_points
    from .head.data import LandmarkEmbedding
    from .head.facemesh_points import SOLVABLE_SETS
    from .head.registry import find_head
    from .wheel.units import solve_units

    data = find_head(head)
    if data.units is not None:
        return solve_units(data)
    data = replace(data, expression_basis=data.expression_basis[..., :NETWORKS_EXPRESSIONS])
    found = None
    if not any(name in data.landmarks for name in SOLVABLE_SETS):
        points = landmark_points(data)
        found = LandmarkEmbedding(
            points.triangles.astype("int32"), points.barycentrics, points.landmarks.astype("int32")
        )
    return solve_units(data, find_head("open"), found)


def head_name(head: str = "open") -> str:
    """The name that a head's parameter files carry."""
    from .head.registry import find_head

    return find_head(head).name


def inspect_head(head: str = "open") -> dict[str, Any]:
    """What a head is made of, as rows for a person: counts, parts, licence, source."""
    from .head.registry import find_head

    data = find_head(head)
    units = data.units.names if data.units else ()
    return {
        "name": data.name,
        "vertices": data.vertex_count,
        "triangles": len(data.triangles),
        "identity components": data.identity_count,
        "expression components": data.expression_count,
        "texture coordinates": data.uv is not None,
        "landmark sets": ", ".join(data.landmarks) or "none",
        "parts": ", ".join(data.masks) or "none",
        "action units": f"{len(units)} of its own" if units else "carried over from the open head",
        "licence": data.licence,
        "source": data.source,
        "checksum": data.checksum,
    }


def describe_database(head: str = "open", file: Path | None = None) -> list[dict[str, Any]]:
    """Each emotion of a head's database: entries, agreement with FACS, sources, I_E."""
    database = expression_database(head, file)
    rows = []
    for emotion in database.emotions:
        entries, agree = database.counts(emotion)
        named = zip(database.labels, database.sources, strict=True)
        sources = dict.fromkeys(source for label, source in named if label == emotion)
        rows.append({
            "emotion": emotion,
            "entries": entries,
            "agree": agree,
            "source": next(iter(sources)),
            "components": [int(index) for index in database.strongest(emotion)],
        })
    return rows


def write_preview(photo: Path, face: FaceParameters, output: Path, *, head: str = "open") -> None:
    """The photo and the head that was made of it, side by side, as a PNG."""
    from PIL import Image

    from .encoders.preview import preview
    from .files import written_aside
    from .head.registry import find_head

    picture = Image.fromarray(preview(photo, face, find_head(head)))
    with written_aside(output) as aside:
        picture.save(aside, format="PNG")


def _fitted(code: ExpressionCode, count: int) -> ExpressionCode:
    """`code` with `count` expression numbers: a rig may have fewer keys, or more."""
    import numpy as np

    expression = np.zeros(count)
    given = code.expression[:count]
    expression[: given.size] = given
    return replace(code, expression=expression)
