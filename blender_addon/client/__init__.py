# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's side of the process crossing; nothing here knows Blender.

    install.py   make an environment with the backend in it
    process.py   start, watch and end the backend
    http.py      ask it
    jobs.py      ask it beside Blender's window
    session.py   all of these together: what operators use
"""
