# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend process: a loopback server for one parent, usually Blender.

    door.py      who may come in: Host, Origin, token, protocol, size; every refusal in one shape
    routes.py    request -> pipeline -> reply (FastAPI)
    loading.py   FastAPI and torch, loaded after the first answer
    parent.py    the process ends when the one that started it ends
    listening.py socket, greeting, the run itself

Nothing heavy is imported before the first `/health` is answered: FastAPI's import takes as long
as all the rest (0.2 to 0.3 s of the 0.5 s allowed), torch's 1 s and more.
"""

from .listening import serve

__all__ = ["serve"]
