# SPDX-License-Identifier: GPL-3.0-or-later
"""What is learned from: folders of labelled photos, crops of their faces, rendered heads."""
