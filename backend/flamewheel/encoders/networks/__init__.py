# SPDX-License-Identifier: GPL-3.0-or-later
"""The papers' networks, with the keys of their published checkpoints.

Nothing is imported here: torch is slow to load, and a checkpoint is read without it.
"""
