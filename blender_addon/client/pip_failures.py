# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip and the first import say when they fail, in words that a person can act on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..core.errors import BackendError

_EXPLAINED: tuple[tuple[str, str, str, str], ...] = (
    (
        r"No space left on device|Errno 28|WinError 112|not enough space",
        "disk-full", "The disk is full.",
        "Free some gigabytes and press Install Backend again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "no-network", "The connection to the package index is not trusted.",
        "A proxy of your company may stand between: give pip its certificate with "
        "--cert in the preferences' pip arguments.",
    ),
    (
        r"NewConnectionError|ConnectTimeoutError|ProxyError|Max retries exceeded|name resolution"
        r"|Name or service not known|getaddrinfo failed|ReadTimeoutError|Network is unreachable"
        r"|Connection refused|nodename nor servname",
        "no-network", "The package index cannot be reached.",
        "Check the network. Behind a proxy or without a network, say in the preferences' pip "
        "arguments where packages are (--proxy, --index-url, --no-index --find-links).",
    ),
    (
        r"DO NOT MATCH THE HASHES|IncompleteRead|ProtocolError|BadZipFile|invalid distribution",
        "download-damaged", "A download arrived damaged.",
        "Press Install Backend again.",
    ),
    (
        r"requires a different Python|Requires-Python|not a supported wheel on this platform",
        "wrong-python", "A package does not fit this Python or this kind of computer.",
        "Name Python 3.11 or 3.12 (64 bits) in the add-on's preferences.",
    ),
    (
        r"No matching distribution found for (?P<what>\S+)",
        "no-matching-package", "There is no {what} for this Python and this kind of computer.",
        "Name Python 3.11 or 3.12 (64 bits) in the preferences, and check the pip arguments there.",
    ),
    (
        r"ensurepip is not available|No module named '?(ensurepip|venv)",
        "wrong-python", "This Python cannot make environments.",
        "On Debian and Ubuntu: apt install python3-venv. Or name another Python.",
    ),
    (
        r"Long Path|path too long|File name too long|WinError 206",
        "path-too-long", "The folder's name is too long for Windows.",
        "Switch on long paths in Windows, or make an environment in a short folder yourself and "
        "name it in the preferences.",
    ),
    (
        r"Permission denied|Errno 13|WinError 5\b|Access is denied|Zugriff verweigert",
        "no-permission", "A file could not be written.",
        "Stop the backend, close other Blenders, and check who owns the folder.",
    ),
    (
        r"(?P<what>lib\S+\.so\S*): cannot open shared object file",
        "library-missing", "The system lacks the library {what}",
        "Install it with the system's package manager (libGL: libgl1).",
    ),
    (
        r"DLL load failed",
        "library-missing", "A library of Windows is missing.",
        "Install Microsoft's Visual C++ Redistributable (x64).",
    ),
    (
        r"no such option|^Usage:|pip: error",
        "bad-pip-arguments", "pip does not know an argument.",
        "Correct the pip arguments in the preferences.",
    ),
)


def explain(lines: Sequence[str], what: str, log: Path) -> BackendError:
    """The refusal for a step (`what`) that printed `lines` and failed.

    The first explanation that fits is taken: a missing network also leads to "no matching
    distribution", a full disk to anything.
    """
    text = "\n".join(lines)
    for pattern, code, message, hint in _EXPLAINED:
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            words = {name: value for name, value in found.groupdict().items() if value}
            return BackendError(
                f"install-{code}", message.format(**words), f"{hint} The whole log: {log}"
            )
    last = next((line for line in reversed(lines) if line.strip()), "nothing was said")
    return BackendError("install-failed", f"{what} failed: {last.strip()[:300]}",
                        f"The whole log: {log}")
