# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of paper 002 (IFED, I2FET, NED) and the two it compares with."""
