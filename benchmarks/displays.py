"""Displays as the server sees them: WebSockets that watch a lobby, and when the last of them has heard a call."""

from __future__ import annotations

import base64
import json
import os
import selectors
import socket
import struct
import time
from functools import lru_cache


class Display:
    """One Socket.IO client over a raw WebSocket; it only listens for frames that carry a call."""

    def __init__(self, port: int, token: str, topic: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.received = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.received:
            self.received += self.socket.recv(4096)
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        assert b" 101 " in head.split(b"\r\n")[0], head
        self.until("0")
        self.send("40")
        self.until("40")
        self.send("420" + json.dumps(["watch", {"topic": topic}]))
        self.until("430")

    def send(self, text: str) -> None:
        """A masked text frame; what we send is short."""
        data = text.encode()
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.socket.sendall(bytes([0x81, 0x80 | len(data)]) + mask + masked)

    def until(self, start: str) -> str:
        while True:
            for text in self.frames():
                if text.startswith(start):
                    return text
            self.received += self.socket.recv(65536)

    def frames(self) -> list[str]:
        """The whole text frames that have arrived; pings are answered."""
        found = []
        while len(self.received) >= 2:
            length, at = self.received[1] & 127, 2
            if length == 126:
                length, at = struct.unpack("!H", self.received[2:4])[0], 4
            elif length == 127:
                length, at = struct.unpack("!Q", self.received[2:10])[0], 10
            if len(self.received) < at + length:
                break
            assert self.received[0] == 0x81, f"not a text frame: {self.received[: at + length]!r}"
            text, self.received = self.received[at : at + length].decode(), self.received[at + length :]
            if text == "2":
                self.send("3")
            found.append(text)
        return found


class Hall:
    """So many displays in one hall."""

    def __init__(self, port: int, token: str, topic: str, displays: int) -> None:
        self.selector = selectors.DefaultSelector()
        for _ in range(displays):
            display = Display(port, token, topic)
            self.selector.register(display.socket, selectors.EVENT_READ, display)
        self.displays = displays

    def hear_call(self, seq: int, within: float = 10.0) -> float:
        """The instant (perf_counter) at which the last display had the call `seq`."""
        deaf = {key.data for key in self.selector.get_map().values()}
        deadline = time.perf_counter() + within
        while deaf and time.perf_counter() < deadline:
            for key, _ in self.selector.select(0.1):
                display = key.data
                display.received += display.socket.recv(65536)
                if any(carries_call(text, seq) for text in display.frames()):
                    deaf.discard(display)
                    last = time.perf_counter()
        assert not deaf, f"{len(deaf)} displays heard nothing"
        return last

    def close(self) -> None:
        for key in list(self.selector.get_map().values()):
            key.data.socket.close()


@lru_cache(maxsize=64)
def carries_call(text: str, seq: int) -> bool:
    """All displays get the same frame, so that it is parsed once and the generator does not measure itself."""
    if not text.startswith('42["state"'):
        return False
    call = json.loads(text[2:])[1].get("call")
    return bool(call) and bool(call["seq"] >= seq)
