# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may come in: every way that is not the parent's is refused, in one shape."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from blender_addon.client.process import BackendProcess
from blender_addon.core.protocol import (
    MAX_JSON_BYTES,
    MAX_PHOTO_BYTES,
    PROTOCOL_HEADER,
    Greeting,
)

from .conftest import Answer

Knock = Callable[..., Answer]
PATHS = ["/health", "/v1/heads", "/v1/blend", "/nowhere"]


def assert_refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.body["code"]) == (status, code)
    assert set(answer.body) == {"code", "message", "hint", "kind", "start", "end"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.body["message"] and answer.body["hint"]


def test_health_says_what_is_loaded(knock: Knock, greeting: Greeting) -> None:
    answer = knock("GET", "/health")
    assert answer.status == 200
    assert answer.body["pid"] == greeting.pid
    assert answer.body["torch"] in ("loading", "ready")
    assert answer.headers["server"] is None


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic wrong", "Bearer \xe9\xff"],
)
def test_no_token_no_answer(knock: Knock, path: str, given: str | None) -> None:
    assert_refused(knock("GET", path, changes={"Authorization": given}), 401, "wrong-token")


def test_a_token_in_the_address_is_none(knock: Knock, greeting: Greeting) -> None:
    answer = knock("GET", f"/health?token={greeting.token}", changes={"Authorization": None})
    assert_refused(answer, 401, "wrong-token")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1",
                                  "localhost.evil.example:{port}", "0.0.0.0:{port}", ""])
def test_a_rebound_name_is_refused(
    knock: Knock, greeting: Greeting, path: str, host: str
) -> None:
    answer = knock("GET", path, changes={"Host": host.format(port=greeting.port)})
    assert_refused(answer, 421, "wrong-host")


def test_localhost_is_its_own_name(knock: Knock, greeting: Greeting) -> None:
    assert knock("GET", "/health", changes={"Host": f"localhost:{greeting.port}"}).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "",
                                    "http://localhost:{port}.evil.example"])
def test_a_web_page_is_refused(knock: Knock, greeting: Greeting, origin: str) -> None:
    answer = knock("GET", "/health", changes={"Origin": origin.format(port=greeting.port)})
    assert_refused(answer, 403, "foreign-origin")


def test_the_own_origin_may_come_in(knock: Knock, greeting: Greeting) -> None:
    own = f"http://127.0.0.1:{greeting.port}"
    assert knock("GET", "/health", changes={"Origin": own}).status == 200


def test_a_preflight_gets_no_permission(knock: Knock, greeting: Greeting) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = knock("OPTIONS", "/v1/blend", changes={**asked, "Authorization": None})
    assert answer.status == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("version", [None, "0", "2", "1.0", "one"])
def test_another_protocol_is_refused_with_what_to_do(knock: Knock, version: str | None) -> None:
    answer = knock("GET", "/health", changes={PROTOCOL_HEADER: version})
    assert_refused(answer, 409, "protocol-mismatch")
    assert "Install backend" in answer.body["hint"]


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/redoc", "/v1", "/v1/heads/x"])
def test_there_is_nothing_else(knock: Knock, path: str) -> None:
    assert_refused(knock("GET", path), 404, "no-such-path")


@pytest.mark.parametrize(("method", "path"), [("POST", "/health"), ("GET", "/v1/encode"),
                                              ("DELETE", "/v1/blend"), ("POST", "/v1/heads")])
def test_wrong_methods(knock: Knock, method: str, path: str) -> None:
    assert_refused(knock(method, path), 405, "wrong-method")


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/v1/encode", MAX_PHOTO_BYTES), ("/v1/blend", MAX_JSON_BYTES),
     ("/v1/units/measure", MAX_PHOTO_BYTES), ("/no", MAX_JSON_BYTES)],
)
def test_an_announced_body_that_is_too_large(greeting: Greeting, path: str, limit: int) -> None:
    """Refused on the announcement: not one byte of it is sent."""
    wire = http.client.HTTPConnection("127.0.0.1", greeting.port, timeout=10)
    wire.putrequest("POST", path)
    for name, value in headers_of(greeting).items():
        wire.putheader(name, value)
    wire.putheader("Content-Length", str(limit + 1))
    wire.endheaders()
    reply = wire.getresponse()
    assert reply.status == 413
    assert json.loads(reply.read())["code"] == "too-large"
    wire.close()


def test_a_chunked_body_that_is_too_large_is_cut_off(greeting: Greeting) -> None:
    """No Content-Length at all: the bytes are counted as they come."""
    wire = http.client.HTTPConnection("127.0.0.1", greeting.port, timeout=30)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 4 * MAX_JSON_BYTES:
            sent += 1 << 20
            yield bytes(1 << 20)

    with suppress(BrokenPipeError, ConnectionResetError):
        wire.request("POST", "/v1/blend", endless(), headers_of(greeting), encode_chunked=True)
    reply = wire.getresponse()
    assert reply.status == 413
    assert json.loads(reply.read())["code"] == "too-large"
    assert sent < 4 * MAX_JSON_BYTES
    wire.close()


def test_a_chunked_body_within_bounds_is_read(knock: Knock) -> None:
    body = iter([b'{"head": "open", "pri', b'mary": {"emotion": "joy"}}'])
    answer = knock("POST", "/v1/blend", body)  # http.client sends an iterator chunked
    assert answer.status == 200 and answer.body["name"] == "joy+None"


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff", b"{}", b"[" * 50_000,
                                  b'{"head": "open", "primary": {"emotion": NaN}}',
                                  b'{"head": "open", "primary": {"emotion": "a"}, "weight": NaN}'])
def test_bad_json(knock: Knock, body: bytes) -> None:
    assert_refused(knock("POST", "/v1/blend", body), 422, "bad-message")


def test_a_bad_query(knock: Knock) -> None:
    answer = knock("POST", "/v1/encode?face=largest", b"photo")
    assert_refused(answer, 422, "bad-message")
    assert "face" in answer.body["message"]


def test_a_refusal_of_the_work(knock: Knock) -> None:
    assert_refused(knock("POST", "/v1/encode", b"noface:"), 400, "no-face")


def test_a_mistake_of_ours_tells_only_its_kind(knock: Knock, backend: BackendProcess) -> None:
    answer = knock("POST", "/v1/encode", b"boom:")
    assert_refused(answer, 500, "internal")
    assert "secret" not in json.dumps(answer.body) and "Traceback" not in json.dumps(answer.body)
    log = backend.log.read_text()
    assert "Traceback" in log and "a secret of the inside" in log


def test_a_result_that_is_no_number_is_not_sent(knock: Knock) -> None:
    assert_refused(knock("POST", "/v1/encode", b"nan:"), 500, "internal")


def test_half_a_request_harms_nobody(greeting: Greeting, knock: Knock) -> None:
    for start in (b"", b"POST /v1/enc", b"\x16\x03\x01\x02\x00", b"GET / HTTP/9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", greeting.port), timeout=5) as wire:
            wire.sendall(start)
    with socket.create_connection(("127.0.0.1", greeting.port), timeout=5) as wire:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers_of(greeting).items())
        host = f"Host: 127.0.0.1:{greeting.port}\r\nContent-Length: 1000\r\n"
        wire.sendall(f"POST /v1/encode HTTP/1.1\r\n{host}{head}\r\nhalf".encode())
    assert knock("GET", "/health").status == 200


def test_it_listens_on_loopback_only(greeting: Greeting) -> None:
    """Another address of this machine must not answer."""
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("needs Linux's /proc")
    wanted = f":{greeting.port:04X}"
    rows = [row.split() for row in listening.read_text().splitlines()[1:]]
    bound = [row[1] for row in rows if row[1].endswith(wanted) and row[3] == "0A"]
    assert bound == [f"0100007F{wanted}"]


def test_the_token_is_told_through_the_pipe_only(
    backend: BackendProcess, greeting: Greeting
) -> None:
    assert len(greeting.token) >= 43 and re.fullmatch(r"[\w-]+", greeting.token)  # 32 bytes
    assert greeting.token not in backend.log.read_text()
    told = subprocess.run(
        ["ps", "-o", "args=", "e", "-p", str(greeting.pid)], capture_output=True, text=True
    )
    assert greeting.token not in told.stdout


def headers_of(greeting: Greeting) -> dict[str, str]:
    return {"Authorization": f"Bearer {greeting.token}", PROTOCOL_HEADER: "1"}
