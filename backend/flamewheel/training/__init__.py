# SPDX-License-Identifier: GPL-3.0-or-later
"""Training: one flat script a model, each with a config and one visible loop.  Nothing imports it
but the command line."""
