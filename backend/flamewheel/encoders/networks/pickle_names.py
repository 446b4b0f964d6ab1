# SPDX-License-Identifier: GPL-3.0-or-later
"""Which names a checkpoint's pickle may ask for, though nothing is ever imported or called.

Training leaves all sorts of objects in a checkpoint (Lightning's callbacks, numpy's numbers, a
configuration); they become inert.  A name by which a pickle could run a program is no leftover of
training: the file was made to do harm, and a person should know before opening it elsewhere.
"""

from __future__ import annotations

import sys
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

_HARMLESS_MODULES = frozenset({
    "argparse", "collections", "copyreg", "datetime", "decimal", "enum", "fractions",
    "numbers", "pathlib", "typing", "uuid",
})
"""Modules of Python's library whose objects are values."""

_HARMLESS_NAMES = frozenset({
    *(f"builtins.{name}" for name in (
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list",
        "object", "range", "set", "slice", "str", "tuple", "type")),
    "_codecs.encode", "functools.partial", "types.SimpleNamespace",
})

_OLD_LIBRARY = frozenset({
    "asyncore", "commands", "distutils", "imp", "popen2", "smtpd",
})
"""Modules of Python 2 and of 3 before 3.12, which `sys.stdlib_module_names` no longer has."""

_FOREIGN_RUNNERS = (
    "IPython", "aiohttp", "bpy", "cffi", "cloudpickle", "dill", "fsspec", "httpx", "joblib",
    "jsonpickle", "numpy.distutils", "numpy.f2py", "numpy.load", "numpy.testing", "pandas.eval",
    "pandas.io", "pandas.read_pickle", "paramiko", "pexpect", "pip", "pkg_resources", "psutil",
    "pythoncom", "requests", "setuptools", "torch._dynamo", "torch._inductor", "torch.distributed",
    "torch.hub", "torch.jit", "torch.load", "torch.package", "torch.serialization",
    "torch.utils.cpp_extension", "urllib3", "win32api", "win32com", "yaml",
)
"""Other libraries that run text, load pickles or fetch files."""

_RUNNING_WORDS = frozenset({
    "__getattribute__", "__globals__", "__import__", "__reduce__", "__subclasses__", "compile",
    "delattr", "eval", "exec", "execfile", "getattr", "globals", "import_module", "input",
    "locals", "open", "popen", "run_code", "runstring", "setattr", "spawn", "system", "vars",
})
"""What a name ends in that runs or reaches anything, whatever module it is said to be of."""


def present_name(module: str, name: str) -> tuple[str, str]:
    """Module and name as Python 3 has them: protocol 2, torch's own, writes Python 2's.

    pickle itself reads `__builtin__.eval` as `builtins.eval` and `commands.Popen`, which no Python
    ever had, as `subprocess.Popen`.
    """
    module, name = NAME_MAPPING.get((module, name), (module, name))
    return IMPORT_MAPPING.get(module, module), name


def runs_code(module: str, name: str) -> bool:
    """Whether `module.name` is a name by which a pickle could run a program."""
    module, name = present_name(module, name)
    full = f"{module}.{name}"
    if full in _HARMLESS_NAMES:
        return False
    *inner, last = name.split(".")  # protocol 4 goes through attributes: torch, "os.system"
    if last in _RUNNING_WORDS or any(_of_library(part) or part.startswith("__") for part in inner):
        return True
    root = module.split(".")[0]
    if root not in _HARMLESS_MODULES and _of_library(root):
        return True
    return any(full == bad or full.startswith(f"{bad}.") for bad in _FOREIGN_RUNNERS)


def _of_library(root: str) -> bool:
    return root in sys.stdlib_module_names or root in _OLD_LIBRARY
