# SPDX-License-Identifier: GPL-3.0-or-later
"""A head file -> a shape-key rig in the scene."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.errors import HeadError
from ..core.head_file import EMBEDDED, RENDER_SUBDIVISION, open_head_path, read_head
from ..core.parameter_reply import read_face
from ..core.protocol import ConvertRequest, HeadReply
from ..scene.head import import_head
from ..scene.identity import set_identity
from . import preferences
from .verb import Ask, BackendVerb, FileFirst, refusals

_NAMES = {"open": "Open Head", "open-light": "Light Open Head"}


class _ImportHead(BackendVerb):
    """What both operators do; Blender does not let one operator inherit another."""

    waiting = "Converting the head"
    report: Any  # of the operator it is mixed into

    filepath: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Head File", subtype="FILE_PATH",
        description="A head file (.npz) or a FLAME pickle; empty: an embedded open head",
    )
    embedded: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Embedded Head", default="open",
        description="Which embedded head, where no file is given; both understand one another's "
        "parameters and animation",
        items=[("open", "Open Head", "For renders and close-ups"),
               ("open-light", "Light Open Head", "About 2,500 vertices, for games and many heads")],
    )
    filter_glob: bpy.props.StringProperty(  # type: ignore[valid-type]
        default="*.npz;*.pkl", options={"HIDDEN"}
    )
    identity_count: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Identity Keys", default=100, min=0, max=300,
        description="How many identity components become shape keys (Shape1, Shape2, …)",
    )
    expression_count: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Expression Keys", default=-1, min=-1, max=100,
        description="How many expression components become shape keys (Exp1, Exp2, …); "
        "-1: all that the head has",
    )
    parameters: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Identity From", subtype="FILE_PATH",
        description="A parameter file (.json) whose identity the head takes; empty: the mean one",
    )
    fold_identity: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Fold Identity", default=False,
        description="No identity keys: the chosen identity is the basis, and playback is faster",
    )

    def execute(self, context: Any) -> Any:
        """A pickle goes through the backend; all else is read here."""
        if self.filepath.lower().endswith(".pkl"):
            return super().execute(context)
        with refusals(self):
            if self.filepath:
                path = Path(bpy.path.abspath(self.filepath))
                self._import(context, path, str(path))
            else:
                self._import(context, open_head_path(self.embedded), self.embedded)
            return {"FINISHED"}
        return {"CANCELLED"}

    def prepare(self, context: Any) -> Ask:
        """Where the converted head goes: into the user's own folder, under the pickle's name."""
        source = Path(bpy.path.abspath(self.filepath))
        if not source.is_file():
            raise HeadError("file-not-found", f"There is no head {self.filepath!r}.",
                            "Choose a head file (.npz) or a FLAME pickle (.pkl).")
        # FLAME's pickles share names between years: the content tells them apart, so that one
        # conversion never takes the place of another that a scene refers to
        content = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
        output = preferences.user_folder("heads") / f"{source.stem}-{content}.npz"
        asked = ConvertRequest(str(source), str(output))

        def ask(calls: BackendCalls) -> HeadReply:
            return calls.convert(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Import what the backend has converted."""
        self._import(context, Path(reply.path), reply.path)

    def _import(self, context: Any, path: Path, source: str) -> None:
        arrays = read_head(path)
        identity = self._identity()
        mesh = import_head(
            arrays,
            name=_NAMES[source] if source in EMBEDDED else Path(self.filepath).stem,
            source=source,
            identity_count=self.identity_count,
            expression_count=None if self.expression_count < 0 else self.expression_count,
            fold_identity=identity if self.fold_identity else None,
            render_subdivision=RENDER_SUBDIVISION.get(arrays.name, 0),
            collection=context.collection,
        )
        if identity and not self.fold_identity:
            set_identity(mesh, mesh.parent, identity)
        for other in context.selected_objects:
            other.select_set(False)
        mesh.select_set(True)
        context.view_layer.objects.active = mesh
        self.report({"INFO"}, f"Imported {mesh.name}: {len(mesh.data.vertices)} vertices")

    def _identity(self) -> list[float]:
        """The coefficients that the parameter file brings; none where none is named."""
        if not self.parameters:
            return []
        face = read_face(Path(bpy.path.abspath(self.parameters)))
        return [float(value) for value in face.shape]


class FLAMEWHEEL_OT_import_head(_ImportHead, bpy.types.Operator):
    """Import a FLAME-format head as a rig; without a file the embedded open head"""

    bl_idname = "flamewheel.import_head"
    bl_label = "Import Head"
    bl_options = {"REGISTER", "UNDO"}


class FLAMEWHEEL_OT_import_head_file(FileFirst, _ImportHead, bpy.types.Operator):
    """Choose a FLAME pickle or another head file and import it"""

    bl_idname = "flamewheel.import_head_file"
    bl_label = "Import Head File"
    bl_options = {"UNDO"}
