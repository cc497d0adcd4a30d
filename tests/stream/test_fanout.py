"""One call to many screens: directly where a screen keeps up, by the queue where it does not, and never waiting."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Iterator
from statistics import median

import engineio
import pytest
import websocket
from engineio.async_drivers import gevent as gevent_driver
from socketio.manager import Manager
from websocket import ABNF

from queue_server.stream.fanout import MOST_QUEUED
from queue_server.stream.websocket import SEND_BUFFER_BYTES, frame
from tests.office_server import OfficeServer, Staff, running_office
from tests.stream.screen import Screen

LOBBY = "lobby:A"
COUNTER = 3
SCREENS = 20


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    with running_office(tmp_path_factory.mktemp("fanout") / "office") as server:
        yield server


@pytest.fixture(scope="module")
def clerk(office: OfficeServer) -> Staff:
    rina = office.sign_in("Rina")
    rina.post(f"/counters/{COUNTER}/open")
    return rina


@pytest.fixture
def raw(office: OfficeServer) -> Iterator[websocket.WebSocket]:
    """A WebSocket after engineio's greeting, to be spoken to frame by frame."""
    address = f"ws://127.0.0.1:{office.port}/socket.io/?EIO=4&transport=websocket"
    header = [f"Authorization: Bearer {office.tokens['display/A']}"]
    line = websocket.create_connection(address, header=header, timeout=30)
    line.recv()
    yield line
    line.close()


def figures(office: OfficeServer) -> dict[str, int]:
    lines = [line.split() for line in office.ask("GET", "/metrics")[1].splitlines() if line.startswith("antrean_")]
    return {line[0].removeprefix("antrean_"): int(line[1]) for line in lines}


def called(office: OfficeServer, clerk: Staff) -> str:
    """The id of somebody who has been called and may be called again."""
    office.take()
    ticket: str = clerk.post(f"/counters/{COUNTER}/call-next")["id"]
    return ticket


def served(clerk: Staff, ticket: str) -> None:
    clerk.post(f"/tickets/{ticket}/start")
    clerk.post(f"/tickets/{ticket}/finish", {"outcome": "done"})


def test_screens_that_keep_up_get_their_frame_from_the_kernel_at_once(office: OfficeServer, clerk: Staff) -> None:
    """The loud one: when engineio moves what the fan-out leans on, everything silently takes the stock way."""
    screens = [Screen(office, office.bearer("display/A")) for _ in range(SCREENS)]
    for screen in screens:
        screen.watch(LOBBY)
    before = figures(office)
    ticket = called(office, clerk)
    for screen in screens:
        screen.until(lambda shown=screen: bool(shown.calls))  # type: ignore[misc]
    after = figures(office)
    assert after["frames_direct"] - before["frames_direct"] >= SCREENS
    assert after["frames_queued"] == before["frames_queued"]
    served(clerk, ticket)
    for screen in screens:
        screen.close()


def test_a_screen_that_stops_reading_delays_nobody_and_is_let_go(office: OfficeServer, clerk: Staff) -> None:
    slow, quick = (
        Screen(office, office.bearer("display/A"), receive_bytes=4096),
        Screen(office, office.bearer("display/A")),
    )
    size = len(json.dumps(slow.watch(LOBBY)))
    quick.watch(LOBBY)
    before = figures(office)["screens_dropped"]
    ticket = called(office, clerk)
    # Linux keeps twice what it is asked to keep, on either side.
    enough = MOST_QUEUED + 2 * (SEND_BUFFER_BYTES + 4096) // size + 10
    delays = []
    for made in range(enough):
        began = time.monotonic()
        clerk.post(f"/tickets/{ticket}/recall")
        quick.until(lambda wanted=made + 2: len(quick.calls) >= wanted)  # type: ignore[misc]
        delays.append(time.monotonic() - began)
    assert figures(office)["screens_dropped"] == before + 1
    assert quick.told == sorted(set(quick.told))
    assert median(delays) < 2
    assert max(delays) < 10, "the slow screen held up the quick one"
    served(clerk, ticket)
    quick.close()
    slow.close()


def test_no_compression_is_agreed_to(office: OfficeServer) -> None:
    """It triples the memory of every screen and saves nothing on a local network."""
    offer = "permessage-deflate; client_max_window_bits"
    address = f"ws://127.0.0.1:{office.port}/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(address, header={"Sec-WebSocket-Extensions": offer}, timeout=30)
    assert "sec-websocket-extensions" not in line.headers
    line.close()


def test_a_message_in_pieces_with_a_ping_between_is_one_message(raw: websocket.WebSocket) -> None:
    raw.send_frame(ABNF.create_frame("4", ABNF.OPCODE_TEXT, fin=0))
    raw.send_frame(ABNF.create_frame("masih ada?", ABNF.OPCODE_PING))
    raw.send_frame(ABNF.create_frame("0", ABNF.OPCODE_CONT, fin=1))
    assert raw.recv_data(control_frame=True) == (ABNF.OPCODE_PONG, b"masih ada?")
    assert str(raw.recv()).startswith("40")


@pytest.mark.parametrize(
    "wire",
    [
        b"\x81\x02" + b"40",  # not masked
        b"\xc1\x82\0\0\0\0" + b"40",  # an extension nobody agreed to
        b"\x83\x82\0\0\0\0" + b"40",  # a reserved opcode
        b"\x80\x82\0\0\0\0" + b"40",  # goes on without a beginning
        b"\x09\x80\0\0\0\0",  # a ping in pieces
        b"\x89\xfe\x01\0\0\0\0\0" + bytes(256),  # a ping that is too long
        b"\x81\xff\x7f" + b"\xff" * 7 + b"\0\0\0\0",  # says that it will be long without end
        b"\x81\x82\0\0\0\0\xff\xfe",  # no UTF-8
    ],
)
def test_what_is_no_websocket_frame_ends_the_line(raw: websocket.WebSocket, wire: bytes) -> None:
    assert raw.sock
    raw.sock.sendall(wire)
    assert raw.recv_data()[0] == ABNF.OPCODE_CLOSE


@pytest.mark.parametrize(("length", "head"), [(0, 2), (125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_frame_says_its_length_in_the_shortest_way(length: int, head: int) -> None:
    made = frame("x" * length)
    assert len(made) == head + length
    assert made[0] == 0x81
    written = int.from_bytes(made[2:head]) if head > 2 else made[1]
    assert written == length


def test_the_names_inside_engineio_that_the_fan_out_leans_on_are_where_they_were() -> None:
    """It names what moved when a new version of the library turns the tests above red."""
    upgrade = inspect.getsource(engineio.socket.Socket._upgrade_websocket)
    assert "self.server._async['websocket'](\n            self._websocket_handler, self.server)" in upgrade
    assert "websocket" in gevent_driver._async
    session = engineio.socket.Socket(engineio.Server(async_mode="gevent"), "sid")
    assert session.queue.qsize() == 0
    assert session.closed is False
    assert list(inspect.signature(session.close).parameters) == ["wait", "abort", "reason"]
    assert list(inspect.signature(Manager.get_participants).parameters) == ["self", "namespace", "room"]
