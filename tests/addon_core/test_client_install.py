# SPDX-License-Identifier: GPL-3.0-or-later
"""Install Backend: real environments from small stand-in wheels, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from blender_addon.client import install as room
from blender_addon.client import pythons
from blender_addon.client.install import (
    InstallStep,
    environment_python,
    install,
    installed,
    installed_version,
)
from blender_addon.client.pip_failures import explain
from blender_addon.client.pythons import Python, find_python
from blender_addon.client.session import Session
from blender_addon.core.errors import BackendError, FlamewheelError, OutputError, UsageError

STANDS_IN = ("torch", "mediapipe", "fastapi", "scipy")


def make_wheel(folder: Path, name: str, version: str, files: dict[str, str], *needs: str) -> Path:
    """A wheel as pip wants it: files, METADATA, WHEEL and RECORD."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    members = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    for member, text in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        rows.append(f"{member},sha256={digest.decode()},{len(text.encode())}")
    members[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return path


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip finds what the backend needs."""
    folder = tmp_path_factory.mktemp("index")
    for name in STANDS_IN:
        make_wheel(folder, name, "9.0", {f"{name}/__init__.py": ""})
    return folder


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """The add-on's own folder with the backend's wheel."""
    return backend_wheel(tmp_path / "wheels_backend", "0.1.0")


def backend_wheel(folder: Path, version: str, server: str = "") -> Path:
    files = {
        "flamewheel/__init__.py": f"__version__ = {version!r}",
        "flamewheel/server.py": server,
        "flamewheel/pipeline.py": "",
    }
    needs = ("torch>=2.2", "numpy-that-is-for-others; python_version < '3'", *STANDS_IN)
    make_wheel(folder, "flamewheel", version, files, *needs)
    return folder


@pytest.fixture
def plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room on the disk, and none of this machine's own settings for pip."""
    monkeypatch.setattr(room, "NEEDED_BYTES", 1_000_000)
    monkeypatch.setattr(room, "NEEDED_BYTES_CUDA", 1_000_000)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def offline(index: Path) -> str:
    return f'--no-index --find-links "{index}"'


def run(steps: Iterator[InstallStep]) -> list[InstallStep]:
    return list(steps)


@pytest.mark.usefixtures("plenty")
def test_it_installs_and_replaces(tmp_path: Path, wheels: Path, index: Path) -> None:
    folder = tmp_path / "the backend"  # a blank in the path
    assert not installed(folder)
    here = Path(sys.executable)
    steps = run(install(folder, wheels, python=here, pip_arguments=offline(index)))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    texts = [step.text for step in steps]
    assert "Installing torch" in texts and any("torch-9.0" in text for text in texts)
    assert installed(folder) and installed_version(folder) == "0.1.0"
    first = environment_python(folder)
    assert first.is_file() and folder in first.parents
    assert "Successfully installed" in (folder / "install.log").read_text()

    failing = backend_wheel(tmp_path / "failing", "0.2.0", "raise ImportError('libGL.so.1: cannot "
                            "open shared object file: No such file or directory')")
    with pytest.raises(BackendError) as failed:
        run(install(folder, failing, python=here, pip_arguments=offline(index)))
    assert failed.value.code == "install-library-missing" and "libGL.so.1" in failed.value.message
    assert installed_version(folder) == "0.1.0" and environment_python(folder) == first

    newer = backend_wheel(tmp_path / "newer", "0.3.0")
    run(install(folder, newer, python=here, pip_arguments=offline(index)))
    assert installed_version(folder) == "0.3.0"
    assert not first.exists() and len(list(folder.glob("env-*"))) == 1


@pytest.mark.usefixtures("plenty")
def test_it_installs_beside_the_window(tmp_path: Path, wheels: Path, index: Path) -> None:
    session = Session(tmp_path / "log")
    job = session.install_later(
        tmp_path / "backend", wheels, python=Path(sys.executable), pip_arguments=offline(index)
    )
    seen = set()
    while not job.wait(0.02):
        seen.add(job.progress[1])
    assert job.answer() == "0.1.0"
    assert job.progress == (1.0, "The backend is installed") and len(seen) > 2
    session.close()


@pytest.mark.usefixtures("plenty")
def test_a_package_that_is_not_there_leaves_nothing(tmp_path: Path, wheels: Path) -> None:
    (tmp_path / "empty").mkdir()
    folder = tmp_path / "backend"
    with pytest.raises(BackendError) as failed:
        run(install(folder, wheels, python=Path(sys.executable),
                    pip_arguments=offline(tmp_path / "empty")))
    assert failed.value.code == "install-no-matching-package"
    assert "torch" in failed.value.message and str(folder / "install.log") in failed.value.hint
    assert not installed(folder)
    assert [path.name for path in folder.iterdir()] == ["install.log"]


@pytest.mark.usefixtures("plenty")
def test_cancelling_kills_and_removes(
    tmp_path: Path, wheels: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "CHECK", "import time; time.sleep(60)")
    wanted = False
    folder = tmp_path / "backend"
    steps = install(folder, wheels, python=Path(sys.executable), pip_arguments=offline(index),
                    cancelled=lambda: wanted)
    with pytest.raises(BackendError) as cancelled:
        for step in steps:
            if step.text == "Trying the backend":
                wanted, start = True, time.monotonic()
    assert cancelled.value.code == "cancelled"
    assert time.monotonic() - start < 5
    assert not installed(folder) and not list(folder.glob("env-*"))


@pytest.mark.usefixtures("plenty")
def test_giving_up_the_iteration_removes(tmp_path: Path, wheels: Path) -> None:
    folder = tmp_path / "backend"
    steps = install(folder, wheels, python=Path(sys.executable))
    for step in steps:
        if step.text.startswith("Making"):
            break
    steps.close()  # type: ignore[attr-defined]
    assert not list(folder.glob("env-*"))


def test_too_little_room_is_told_before_anything_is_made(
    tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "NEEDED_BYTES", 10**18)
    with pytest.raises(OutputError, match="GB left"):
        run(install(tmp_path / "backend", wheels, python=Path(sys.executable),
                    pip_arguments="--no-index"))
    assert not list((tmp_path / "backend").iterdir())


def test_a_folder_that_cannot_be_made(tmp_path: Path, wheels: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        run(install(tmp_path / "file" / "backend", wheels, python=Path(sys.executable)))


def test_a_zip_without_its_wheel(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="wheel"):
        run(install(tmp_path / "backend", tmp_path / "none"))


def test_pip_arguments_that_do_not_end(tmp_path: Path, wheels: Path) -> None:
    with pytest.raises(UsageError) as wrong:
        run(install(tmp_path / "backend", wheels, pip_arguments='--find-links "half'))
    assert wrong.value.code == "bad-pip-arguments"


@pytest.mark.parametrize("content", [
    "", "[]", "{}", '{"environment": 1, "version": "1"}',
    '{"environment": "../elsewhere", "version": "1"}', '{"environment": "env-7", "version": "1"}',
])
def test_a_marker_that_names_nothing_counts_for_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / room.MARKER).write_text(content)
    assert not installed(tmp_path) and installed_version(tmp_path) is None
    with pytest.raises(BackendError) as missing:
        environment_python(tmp_path)
    assert missing.value.code == "backend-not-installed"


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        (["WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'",
          "ERROR: No matching distribution found for torch>=2.2"], "install-no-network", "reached"),
        (["ERROR: No matching distribution found for mediapipe==0.10.21"],
         "install-no-matching-package", "mediapipe==0.10.21"),
        (["ERROR: Could not install packages: OSError: [Errno 28] No space left on device"],
         "install-disk-full", "full"),
        (["ERROR: Package 'flamewheel' requires a different Python: 3.13.1 not in '<3.13'"],
         "install-wrong-python", "fit"),
        (["SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]"],
         "install-no-network", "trusted"),
        (["The virtual environment was not created: ensurepip is not available."],
         "install-wrong-python", "environments"),
        (["OSError: [WinError 5] Access is denied: 'torch.dll'"],
         "install-no-permission", "written"),
        (["ImportError: DLL load failed while importing _C"], "install-library-missing", "Windows"),
        (["no such option: --indexurl"], "install-bad-pip-arguments", "argument"),
        (["something", "the last words", ""], "install-failed", "the last words"),
        ([], "install-failed", "nothing was said"),
    ],
)
def test_pips_words_are_explained(lines: list[str], code: str, said: str) -> None:
    refusal = explain(lines, "Installing torch", Path("install.log"))
    assert refusal.code == code and said in refusal.message
    assert "install.log" in refusal.hint


@pytest.mark.parametrize(
    ("python", "objection"),
    [
        (Python(Path("a"), (3, 11), 64), ""),
        (Python(Path("a"), (3, 13), 64), "Python 3.13"),
        (Python(Path("a"), (3, 9), 64), "Python 3.9"),
        (Python(Path("a"), (3, 12), 32), "32 bits"),
        (Python(Path("a"), (3, 10), 64, ("ensurepip",)), "ensurepip"),
    ],
)
def test_what_speaks_against_a_python(python: Python, objection: str) -> None:
    assert (objection in python.objection) and bool(objection) == bool(python.objection)


def fake_python(folder: Path, name: str, version: tuple[int, int]) -> Path:
    path = folder / name
    told = json.dumps([list(version), 64, str(path), []])
    path.write_text(f"#!/bin/sh\necho '{told}'\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand in for Pythons")
def test_the_best_python_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pythons.sys, "executable", "/usr/bin/blender")
    with pytest.raises(BackendError, match="no Python at all"):
        find_python()
    fake_python(tmp_path, "python3", (3, 14))
    with pytest.raises(BackendError, match=r"it is Python 3\.14") as none:
        find_python()
    assert none.value.code == "no-suitable-python"
    fake_python(tmp_path, "python3.12", (3, 12))
    fake_python(tmp_path, "python3.10", (3, 10))
    assert find_python().version == (3, 12)
    fake_python(tmp_path, "python3.11", (3, 11))
    assert find_python().version == (3, 11)
    assert find_python(tmp_path / "python3.10").version == (3, 10)
    with pytest.raises(BackendError, match=r"3\.14"):
        find_python(tmp_path / "python3")


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand in for Pythons")
@pytest.mark.parametrize("words", ["exit 1", "echo hello", "echo '[]'", "exit 0"])
def test_a_named_program_that_is_no_python(tmp_path: Path, words: str) -> None:
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)
    with pytest.raises(FlamewheelError, match="not a Python that runs"):
        find_python(path)
