# SPDX-License-Identifier: GPL-3.0-or-later
"""Run by the backend's Python: a clip of a head that blinks and looks aside, for Blender's tests.

    python made_clip.py CLIP.mp4
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from flamewheel.head.registry import find_head
from tests.video_clips import act, write_clip

acted = act(find_head("open-light"), 1.2, 25.0, blinks=(0.4,), look_at=((0.8, 0.3),))
write_clip(Path(sys.argv[1]), acted.frames, 25.0)
