# SPDX-License-Identifier: GPL-3.0-or-later
"""One file for each verb of the user."""

from .apply_detail import FLAMEWHEEL_OT_apply_detail
from .backend import FLAMEWHEEL_OT_start_backend, FLAMEWHEEL_OT_stop_backend
from .batch import FLAMEWHEEL_OT_batch
from .blend import FLAMEWHEEL_OT_blend
from .encode_photo import FLAMEWHEEL_OT_encode_photo
from .encode_video import FLAMEWHEEL_OT_encode_video
from .expression import (
    FLAMEWHEEL_OT_key_expression,
    FLAMEWHEEL_OT_reset_expression,
    FLAMEWHEEL_OT_retarget,
)
from .import_head import FLAMEWHEEL_OT_import_head, FLAMEWHEEL_OT_import_head_file
from .infer import FLAMEWHEEL_OT_infer, FLAMEWHEEL_OT_infer_photo
from .install_backend import FLAMEWHEEL_OT_install_backend
from .measure_units import FLAMEWHEEL_OT_measure_units
from .perform import FLAMEWHEEL_OT_another_take, FLAMEWHEEL_OT_perform
from .plan_steps import STEP_OPERATORS
from .sentence import FLAMEWHEEL_OT_read_sentence, FLAMEWHEEL_OT_use_suggestion
from .transition import FLAMEWHEEL_OT_transition
from .unit_sliders import (
    FLAMEWHEEL_OT_key_units,
    FLAMEWHEEL_OT_mirror_units,
    FLAMEWHEEL_OT_reset_units,
)
from .units import FLAMEWHEEL_OT_add_units, FLAMEWHEEL_OT_remove_units

OPERATORS = (
    FLAMEWHEEL_OT_import_head,
    FLAMEWHEEL_OT_import_head_file,
    FLAMEWHEEL_OT_encode_photo,
    FLAMEWHEEL_OT_encode_video,
    FLAMEWHEEL_OT_apply_detail,
    FLAMEWHEEL_OT_infer,
    FLAMEWHEEL_OT_infer_photo,
    FLAMEWHEEL_OT_blend,
    FLAMEWHEEL_OT_read_sentence,
    FLAMEWHEEL_OT_use_suggestion,
    FLAMEWHEEL_OT_transition,
    FLAMEWHEEL_OT_perform,
    FLAMEWHEEL_OT_another_take,
    *STEP_OPERATORS,
    FLAMEWHEEL_OT_retarget,
    FLAMEWHEEL_OT_reset_expression,
    FLAMEWHEEL_OT_key_expression,
    FLAMEWHEEL_OT_add_units,
    FLAMEWHEEL_OT_remove_units,
    FLAMEWHEEL_OT_measure_units,
    FLAMEWHEEL_OT_mirror_units,
    FLAMEWHEEL_OT_reset_units,
    FLAMEWHEEL_OT_key_units,
    FLAMEWHEEL_OT_start_backend,
    FLAMEWHEEL_OT_stop_backend,
    FLAMEWHEEL_OT_install_backend,
    FLAMEWHEEL_OT_batch,
)
