"""A load generator in one thread: so many connections, each asking again as soon as it is answered.

Requests are bytes made beforehand and answers are not parsed beyond their length, so that the generator takes little
of its core; how much it took is reported, and a figure taken with a busy generator is void.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

BUSY_GENERATOR = 0.8  # of its core: above that the generator was measured, not the server


@dataclass(frozen=True)
class Measured:
    """Answers a second, waits in milliseconds, and the share of a core that the generator itself used."""

    rate: float
    p50_ms: float
    p99_ms: float
    generator: float
    faults: int

    @property
    def void(self) -> bool:
        return self.generator > BUSY_GENERATOR or self.faults > 0


class Taker:
    """One connection that asks, waits and asks again."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.received, self.asked_at = requests, b"", 0.0

    def ask(self) -> None:
        self.asked_at = time.perf_counter()
        self.socket.sendall(next(self.requests))

    def hear(self) -> int | None:
        """The status once the answer is whole."""
        self.received += self.socket.recv(65536)
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return None
        if len(body) < content_length(head):
            return None
        self.received = b""
        return int(head[9:12])


def content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 : head.find(b"\r\n", at) if b"\r\n" in head[at:] else None]) if at >= 0 else 0


def request(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{headers}{length}\r\n".encode() + body


def measure(port: int, requests: Iterator[bytes], takers: int, seconds: float) -> Measured:
    """Let so many takers ask for so many seconds; the first half second warms up and does not count."""
    selector = selectors.DefaultSelector()
    for _ in range(takers):
        taker = Taker(port, requests)
        selector.register(taker.socket, selectors.EVENT_READ, taker)
        taker.ask()
    begin = time.perf_counter() + 0.5
    end, cpu, waits, faults = begin + seconds, None, [], 0
    while (now := time.perf_counter()) < end:
        if cpu is None and now >= begin:
            cpu, begin = time.process_time(), now
        for key, _ in selector.select(0.1):
            taker = key.data
            if (status := taker.hear()) is None:
                continue
            now = time.perf_counter()
            if cpu is not None:
                waits.append(now - taker.asked_at)
                faults += status not in (200, 201, 204)
            taker.ask()
    spent = time.perf_counter() - begin
    used = time.process_time() - (cpu or 0)
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    waits.sort()
    return Measured(
        rate=len(waits) / spent,
        p50_ms=waits[len(waits) // 2] * 1000,
        p99_ms=waits[len(waits) * 99 // 100] * 1000,
        generator=used / spent,
        faults=faults,
    )
