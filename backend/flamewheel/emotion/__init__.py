# SPDX-License-Identifier: GPL-3.0-or-later
"""What a face shows, by its parameters, its landmarks and its photo."""
