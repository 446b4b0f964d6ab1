# SPDX-License-Identifier: GPL-3.0-or-later
"""Birth and death of the backend: it never outlives its parent, and says why it did not start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from blender_addon.client.http import Connection
from blender_addon.client.process import BackendProcess, python_in
from blender_addon.core.backend_calls import BackendCalls
from blender_addon.core.errors import BackendError
from blender_addon.core.protocol import Greeting, from_json, to_json

from .conftest import COMMAND

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

PARENT = """
import sys, threading, time
sys.path.insert(0, {root!r})
from pathlib import Path
from blender_addon.client.process import BackendProcess
process = BackendProcess({command!r}, Path({log!r}))
thread = threading.Thread(target=process.ensure)  # as in Blender: a worker that then ends
thread.start(); thread.join()
print(process.greeting.pid, flush=True)
time.sleep(0.5)
{ending}
"""


def alive(pid: int) -> bool:
    """Is there such a process, other than as a zombie that nobody has asked about?"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


@posix
@pytest.mark.parametrize(
    "ending",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import os; os._exit(0)",
        "raise SystemExit('orderly')",
        # a fork of the parent that lives on and still holds the pipe's other end
        "import os\nif os.fork() == 0: time.sleep(8); os._exit(0)\n"
        "import signal; os.kill(os.getpid(), signal.SIGKILL)",
        # a photo is being worked on when the parent dies
        "import http.client; g = process.greeting\n"
        "wire = http.client.HTTPConnection('127.0.0.1', g.port)\n"
        "wire.request('POST', '/v1/encode', b'sleep:30', {{'Authorization': 'Bearer ' + g.token,"
        " 'X-Flamewheel-Protocol': '1'}})\n"
        "time.sleep(1.5)\nimport os; os._exit(1)",
    ],
    ids=["sigkill", "crash", "_exit", "exit", "fork-holds-the-pipe", "while-working"],
)
def test_it_ends_with_its_parent(tmp_path: Path, ending: str) -> None:
    code = PARENT.format(
        root=str(ROOT), command=COMMAND, log=str(tmp_path / "backend.log"),
        ending=ending.replace("{{", "{").replace("}}", "}"),
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.wait(20)
    assert gone_within(pid, 3.0)


def spawn(arguments: tuple[str, ...] = (), **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options  # type: ignore[call-overload]
    )


def greeting_of(child: subprocess.Popen[bytes]) -> Greeting:
    assert child.stdout is not None
    return from_json(Greeting, child.stdout.readline())


SERVE = (sys.executable, "-m", "flamewheel", "serve")


def test_the_command_that_the_addon_runs(tmp_path: Path) -> None:
    """The real server, torch and all."""
    process = BackendProcess(SERVE, tmp_path / "log")
    greeting = process.ensure()
    calls = BackendCalls(Connection(greeting.port, greeting.token))
    assert calls.health().version == greeting.version
    deadline = time.monotonic() + 60
    while calls.health().torch == "loading" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert calls.health().torch == "ready"
    process.stop()


def test_the_command_refuses_a_taken_port_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = subprocess.run([*SERVE, "--port", port], capture_output=True, text=True, timeout=30)
    assert ran.returncode == 1 and ran.stdout == ""
    assert f"Port {port} is taken" in ran.stderr and "Traceback" not in ran.stderr


def test_closing_its_input_ends_it_cleanly() -> None:
    child = spawn(stdin=subprocess.PIPE)
    greeting_of(child)
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(3) == 0


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_without_a_parent_it_runs_until_it_is_interrupted(number: signal.Signals) -> None:
    child = spawn(stdin=subprocess.DEVNULL)
    greeting_of(child)
    time.sleep(1.2)  # longer than the parent's poll
    assert child.poll() is None
    child.send_signal(number)
    assert child.wait(3) in (0, -number)


def test_its_output_holds_the_greeting_and_nothing_else() -> None:
    child = spawn(stdin=subprocess.PIPE)
    greeting = greeting_of(child)
    out, log = child.communicate(timeout=5)
    assert out == b""
    assert greeting.pid == child.pid and greeting.protocol == 1
    assert greeting.token.encode() not in log


def test_every_start_has_another_token(tmp_path: Path) -> None:
    process = BackendProcess(COMMAND, tmp_path / "log")
    first = process.ensure().token
    process.stop()
    assert process.ensure().token != first
    process.stop()


def test_a_taken_port_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        child = spawn((str(taken.getsockname()[1]),), stdin=subprocess.PIPE)
        out, log = child.communicate(timeout=10)
    assert child.returncode == 1 and out == b""
    assert b"refused: port-taken" in log and b"Traceback" not in log


@pytest.mark.parametrize("port", ["-1", "65536", "99999999999"])
def test_no_port_is_told(port: str) -> None:
    child = spawn((port,), stdin=subprocess.PIPE)
    _, log = child.communicate(timeout=10)
    assert b"refused: bad-port" in log


def script(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("no-such-python", "-m", "flamewheel"), "backend-not-installed", "no-such-python"),
        (script("import flamewheel_that_is_not_there"), "backend-not-installed", "no Flamewheel"),
        (script("raise SystemExit(7)"), "backend-did-not-start", "status 7"),
        (script("1 / 0"), "backend-did-not-start", "status 1"),
        (script("import time; time.sleep(30)"), "backend-did-not-start", "within 1 s"),
        (script("import os, time; os.close(1); time.sleep(30)"),
         "backend-did-not-start", "without a greeting"),
        (script("while True: print('hello')"), "backend-did-not-start", "something else"),
        (script("print('{\"port\": \"x\"}')"), "protocol-mismatch", "unknown protocol"),
        (script("print('{\"port\":1,\"token\":\"t\",\"pid\":1,\"version\":\"9\",\"protocol\":2}')"),
         "protocol-mismatch", "protocol 2"),
    ],
)
def test_a_start_that_fails_says_why(
    tmp_path: Path, command: tuple[str, ...], code: str, said: str
) -> None:
    process = BackendProcess(command, tmp_path / "log", greeting_seconds=1.0)
    with pytest.raises(BackendError) as failed:
        process.ensure()
    assert failed.value.code == code
    assert said in failed.value.message
    assert failed.value.hint
    assert process.stopped


def test_the_end_of_the_log_is_shown(tmp_path: Path) -> None:
    process = BackendProcess(script("raise RuntimeError('the reason')"), tmp_path / "log")
    with pytest.raises(BackendError, match="the reason"):
        process.ensure()


def test_words_before_the_greeting_are_passed_over(tmp_path: Path) -> None:
    hello = Greeting(1, "t", 1, "9")
    code = f"print('welcome to this site'); print({to_json(hello).decode()!r}, flush=True); input()"
    process = BackendProcess(script(code), tmp_path / "log")
    assert process.ensure() == hello
    process.stop()


def test_a_crash_is_followed_by_a_start_but_not_for_ever(tmp_path: Path) -> None:
    process = BackendProcess(COMMAND, tmp_path / "log")
    pids = set()
    for _ in range(4):
        pid = process.ensure().pid
        pids.add(pid)
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        assert process.has_ended()
    with pytest.raises(BackendError) as crashed:
        process.ensure()
    assert len(pids) == 4
    assert crashed.value.code == "backend-crashed" and "4 times" in crashed.value.message


@posix
def test_a_child_that_will_not_listen_is_killed(tmp_path: Path) -> None:
    hello = to_json(Greeting(1, "t", 1, "9")).decode()
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"print({hello!r}, flush=True)\ntime.sleep(60)"
    )
    process = BackendProcess(script(code), tmp_path / "log")
    process.ensure()
    child = process._child
    assert child is not None
    process.stop()
    assert child.returncode == -signal.SIGKILL


def test_stopping_ends_a_start_that_hangs(tmp_path: Path) -> None:
    import threading

    process = BackendProcess(script("input()"), tmp_path / "log", greeting_seconds=30)
    failures: list[str] = []

    def start() -> None:
        try:
            process.ensure()
        except BackendError as failure:
            failures.append(failure.code)

    thread = threading.Thread(target=start)
    thread.start()
    while not process.starting:
        time.sleep(0.01)
    process.stop()
    thread.join(5)
    assert failures == ["backend-did-not-start"]


def test_blenders_own_python_settings_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uvicorn.py").write_text("raise SystemExit('of another Python')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = BackendProcess(COMMAND, tmp_path / "log")
    process.ensure()
    process.stop()


def make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


def test_a_python_or_its_folder_may_be_named(tmp_path: Path) -> None:
    unix = make(tmp_path / "unix", "bin/python", "bin/python3")
    windows = make(tmp_path / "windows", "Scripts/python.exe")
    project = make(tmp_path / "project", ".venv/bin/python")
    assert python_in(unix) == unix / "bin/python"
    assert python_in(unix / "bin/python3") == unix / "bin/python3"
    assert python_in(windows) == windows / "Scripts/python.exe"
    assert python_in(project) == project / ".venv/bin/python"
    find: Callable[[Path], Path] = python_in
    for nothing in (tmp_path, tmp_path / "missing"):
        with pytest.raises(BackendError) as missing:
            find(nothing)
        assert missing.value.code == "backend-not-installed"
