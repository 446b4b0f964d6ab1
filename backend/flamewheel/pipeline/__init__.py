# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where steps are chained: one function for each thing a person wants done.

The command line, the server and batch jobs all come through here, so that a photo, a wheel
position or a sentence means the same wherever it is given.  Heavy libraries are imported inside
the functions that need them: a server must answer before torch is loaded.
"""

from .acting import TransitionResult, perform, transition, understand
from .blending import blend, named_strengths
from .calibrating import CalibratedHead, calibrate_head
from .database import describe_database, expression_database
from .database_drawing import draw_databases
from .encoding import (
    EncodedPhoto,
    EncodedPhotos,
    RefusedPhoto,
    encode,
    encode_each,
    encode_photos,
    landmark_encoder,
    with_mean_identity,
    write_contact_sheet,
    write_preview,
)
from .heads import convert_head, head_name, heads, inspect_head, load_head
from .inferring import EMBEDDED, NO_LOOKS, infer_face, infer_photo
from .measuring import measure_units
from .networks import EncoderChoice, choose_encoder, encode_by
from .performance_drawing import draw_performances
from .photo_rendering import ActingPhoto, acted_codes, acting_photo, render_photo
from .progress import Progress
from .retargeting import retarget
from .sources import Gathered, gather_photos, is_video
from .units import (
    UnitRow,
    describe_units,
    draw_units,
    head_units,
    save_head_units,
)
from .video import VideoResult, encode_video, write_video_preview

__all__ = [
    "EMBEDDED",
    "NO_LOOKS",
    "ActingPhoto",
    "CalibratedHead",
    "EncodedPhoto",
    "EncodedPhotos",
    "EncoderChoice",
    "Gathered",
    "Progress",
    "RefusedPhoto",
    "TransitionResult",
    "UnitRow",
    "VideoResult",
    "acted_codes",
    "acting_photo",
    "blend",
    "calibrate_head",
    "choose_encoder",
    "convert_head",
    "describe_database",
    "describe_units",
    "draw_databases",
    "draw_performances",
    "draw_units",
    "encode",
    "encode_by",
    "encode_each",
    "encode_photos",
    "encode_video",
    "expression_database",
    "gather_photos",
    "head_name",
    "head_units",
    "heads",
    "infer_face",
    "infer_photo",
    "inspect_head",
    "is_video",
    "landmark_encoder",
    "load_head",
    "measure_units",
    "named_strengths",
    "perform",
    "render_photo",
    "retarget",
    "save_head_units",
    "transition",
    "understand",
    "with_mean_identity",
    "write_contact_sheet",
    "write_preview",
    "write_video_preview",
]
