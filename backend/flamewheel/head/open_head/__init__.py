# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded open head, made by code from MediaPipe's canonical face.

Rooms, in the order in which they work: `template` (468 face points) -> `skull` (skin of the whole
head) -> `eyes`, `mouth` (eyeballs, teeth, gums, tongue) and `strands` (brows, lashes, hair) ->
`assembly` (one mesh) -> `units`, `identity`, `joints` (what moves it) -> `build` (HeadData, file).
Lengths are millimetres in every room and metres in the product; axes are FLAME's.
"""
