# SPDX-License-Identifier: GPL-3.0-or-later
"""Flamewheel: photo, emotion wheel and sentence to editable face keyframes."""


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from . import registration  # core and client are importable without Blender

    registration.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled."""
    from . import registration

    registration.unregister()
