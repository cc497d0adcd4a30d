"""The server as a process: how it starts, answers, and stops."""

import os
import secrets
import signal
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from queue_server.connections import SILENCE_SECONDS
from tests.office_server import ANTREAN, STOP_SECONDS, OfficeServer, running_office

NAGLE_SECONDS = 0.03  # an answer that waits for the other side's acknowledgement takes 40 ms
ANSWERS = 40
START_SECONDS = 60  # on a busy machine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    with running_office(tmp_path_factory.mktemp("served") / "data") as office:
        yield office


def refused(server: OfficeServer, **settings: str) -> str:
    """What `antrean serve` says when it does not start: neither where its screens would be nor how to sign in."""
    environment = server.environment | settings
    done = subprocess.run(
        [ANTREAN, "serve"], env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "/kiosk" not in done.stdout + done.stderr
    assert not any(word in done.stdout + done.stderr for word in server.passwords.values())
    return done.stderr.splitlines()[-1]


def test_a_second_server_says_who_holds_the_data(server: OfficeServer) -> None:
    assert "antrean serve" in refused(server)
    assert str(server.process.pid) in refused(server)


def test_a_server_that_runs_says_where_its_screens_are_and_in_a_demo_how_to_sign_in(server: OfficeServer) -> None:
    said = server.log.read_text()
    assert f"http://127.0.0.1:{server.port}/kiosk" in said
    assert server.passwords["Rina"] in said
    assert f"/pair#{server.tokens['kiosk']}" in said


def test_a_port_that_is_taken_is_named(server: OfficeServer, tmp_path: Path) -> None:
    other = OfficeServer(tmp_path / "data")
    assert f"port {server.port}" in refused(other, ANTREAN_PORT=str(server.port))


def test_a_setting_that_is_none_stops_the_start(server: OfficeServer) -> None:
    assert "ANTREAN_PRT is not a setting" in refused(server, ANTREAN_PRT="1")


def test_without_its_secret_key_nothing_starts(tmp_path: Path) -> None:
    office = OfficeServer(tmp_path / "data")
    (office.data_dir / "antrean.toml").unlink()
    assert "secret_key" in refused(office)


def test_no_answer_waits_for_the_network_to_be_polite(server: OfficeServer) -> None:
    took = []
    for _ in range(ANSWERS):
        began = time.perf_counter()
        server.ask("GET", "/api/v1/ping")
        took.append(time.perf_counter() - began)
    assert statistics.median(took) < NAGLE_SECONDS


def test_a_number_is_given_and_called_over_the_wire(database_url: str, tmp_path: Path) -> None:
    with running_office(tmp_path / "data", database_url) as office:
        ticket = office.take("KTP-CETAK")
        clerk = office.sign_in("Rina")
        clerk.post("/counters/3/open")
        assert clerk.post("/counters/3/call-next")["number"] == ticket["number"]
        assert office.antrean("verify").endswith("no fault\n")


def test_a_refusal_is_no_trace_in_the_log(server: OfficeServer) -> None:
    for path in (f"/t/{'0' * 32}", f"/api/v1/tickets/{'0' * 32}/slip.pdf"):
        assert server.ask("GET", path, headers=server.bearer("kiosk"))[0] == 404
    assert "Traceback" not in server.log.read_text()


def test_what_the_command_line_enters_is_there_for_the_next_number(server: OfficeServer) -> None:
    before = server.ask("GET", "/api/v1/stock")[1]["items"][0]["on_hand"]
    server.antrean("stock", "receive", "KTP", "7")
    assert server.ask("GET", "/api/v1/stock")[1]["items"][0]["on_hand"] == before + 7
    assert server.take("KTP-CETAK")["number"].startswith("A-")


def test_strangers_who_hold_lines_open_keep_no_kiosk_out(tmp_path: Path) -> None:
    office = OfficeServer(tmp_path / "data")
    office.start(open_files=100)
    with ExitStack() as lines:
        for _ in range(200):
            half_a_request(office, lines)
        assert office.take()["number"].startswith("A-")
    office.stop()


def test_who_sends_half_a_request_and_no_more_is_shown_out(server: OfficeServer) -> None:
    with ExitStack() as lines:
        line = half_a_request(server, lines)
        headers = half_a_request(server, lines, b"\r\nAccept: */*\r\n")
        body = half_a_request(server, lines, b"\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
        assert line.recv(1) == b""
        assert headers.recv(16).startswith(b"HTTP/1.1 400")
        assert body.recv(16).startswith(b"HTTP/1.1 400")
    assert "Traceback" not in server.log.read_text()


def half_a_request(server: OfficeServer, lines: ExitStack, more: bytes = b"") -> socket.socket:
    line = lines.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=2 * SILENCE_SECONDS))
    line.sendall(b"POST /api/v1/session HTTP/1.1" + more)
    return line


def test_no_request_however_odd_is_a_trace_in_the_log(server: OfficeServer) -> None:
    many = b"GET /api/v1/ping HTTP/1.1\r\n" + b"X-Much: x\r\n" * 200 + b"\r\n"
    for odd in (many, b"\x16\x03\x01\r\n\r\n", b"GET /api/v1/ping HTTP/9.9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=STOP_SECONDS) as line:
            line.sendall(odd)
            assert line.recv(16).startswith(b"HTTP/1.1 400")
    assert "Traceback" not in server.log.read_text()


def test_a_stop_finishes_what_was_accepted(tmp_path: Path) -> None:
    """Everybody who was given a number has it when the server comes back, and nobody is left without an answer."""
    office = OfficeServer(tmp_path / "data")
    office.start()
    taken: list[dict[str, Any]] = []
    refusals: list[dict[str, Any]] = []
    going = threading.Event()

    def take_until_stopped() -> None:
        while True:
            wish = {"ticket_id": secrets.token_hex(16), "service": "ADUAN"}
            try:
                status, answer = office.ask("POST", "/api/v1/tickets", wish, office.bearer("kiosk"))
            except OSError:
                return  # nobody listens any more
            (taken if status == 201 else refusals).append(answer)
            going.set()

    takers = [threading.Thread(target=take_until_stopped) for _ in range(8)]
    for taker in takers:
        taker.start()
    assert going.wait(STOP_SECONDS)
    office.stop()
    for taker in takers:
        taker.join(STOP_SECONDS)
    assert office.process.returncode == 0
    assert {refusal["code"] for refusal in refusals} <= {"busy"}
    office.start()
    supervisor = office.sign_in("Sari")
    known = {supervisor.get(f"/tickets/{ticket['id']}")["number"] for ticket in taken}
    assert known == {ticket["number"] for ticket in taken}
    office.stop()


def test_an_interrupt_from_the_keyboard_is_a_stop_too(tmp_path: Path) -> None:
    office = OfficeServer(tmp_path / "data")
    office.start()
    os.kill(office.process.pid, signal.SIGINT)
    assert office.process.wait(STOP_SECONDS) == 0
    office.stop()
