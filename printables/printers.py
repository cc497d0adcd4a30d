"""Printers: where the bytes of a slip go, and one queue for each so that two slips never mix.

A number counts whether its slip comes out or not: an absent, slow or paperless printer never raises here, it makes a
`PrintResult` that says why. Plain sockets, because the printer classes of python-escpos know no limit for a whole job
and raise; standard threads, which become greenlets under gevent's monkey-patching.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from escpos import constants as command

from queue_server.domain.errors import Invalid

LIMIT_SECONDS = 5.0  # from the wish to the answer, waiting in the queue included
STATUS_SECONDS = 0.5  # a printer that reports how it is does so within this
GOODBYE_SECONDS = 0.3
QUEUE_LENGTH = 20  # slips that one printer has not finished
PORT = 9100  # raw printing on a network

UNREACHABLE, TOO_SLOW, BUSY, NO_PRINTER, NO_FILE = "unreachable", "too_slow", "busy", "no_printer", "no_file"
PAPER_OUT, COVER_OPEN, PRINTER_FAULT = "paper_out", "cover_open", "printer_fault"

READY, SILENT = "ready", "silent"
FIXED_BITS, FIXED = 0b10010011, 0b00010010  # what every status byte has; other bytes are a clone's noise
QUESTIONS: tuple[tuple[bytes, tuple[tuple[int, str], ...]], ...] = (
    (command.RT_STATUS_PAPER, ((0b01100000, PAPER_OUT),)),
    (command.RT_STATUS + b"\x02", ((0b00000100, COVER_OPEN), (0b00100000, PAPER_OUT), (0b01000000, PRINTER_FAULT))),
)


@dataclass(frozen=True, slots=True)
class PrintResult:
    """`printed`: the printer took the whole slip and reported no fault. `why` is one of this module's words, else None.

    A printer that reports nothing at all is believed to have printed what it took.
    """

    printed: bool
    why: str | None = None


class Printer(Protocol):
    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        """Hand over one slip within so many seconds; never raises because of the printer."""


def parse(setting: str) -> Printer:
    """The printer of a device: `tcp://host:9100`, `file:PATH` or `none`. Raises `Invalid` for anything else."""
    if setting == "none":
        return NoPrinter()
    if setting.startswith("file:") and setting != "file:":
        return FilePrinter(setting.removeprefix("file:"))
    try:
        address = urlsplit(setting)
        port = PORT if address.port is None else address.port
    except ValueError:
        raise Invalid("printer_setting", setting=setting) from None
    if address.scheme != "tcp" or not address.hostname or port == 0 or setting != f"tcp://{address.netloc}":
        raise Invalid("printer_setting", setting=setting)
    return NetworkPrinter(address.hostname, port)


@dataclass(frozen=True, slots=True)
class NoPrinter:
    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        return PrintResult(False, NO_PRINTER)


@dataclass(frozen=True, slots=True)
class FilePrinter:
    """Appends to a file, or writes to a device such as `/dev/usb/lp0`, which blocks when its printer is off."""

    path: str

    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        until = monotonic() + seconds
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o640)
        except OSError:
            return PrintResult(False, NO_FILE)
        try:
            while data:
                if not select.select([], [file], [], _left(until))[1]:
                    return PrintResult(False, TOO_SLOW)
                data = data[os.write(file, data) :]
        except OSError:
            return PrintResult(False, NO_FILE)
        finally:
            os.close(file)
        return PrintResult(True)


@dataclass(frozen=True, slots=True)
class NetworkPrinter:
    """Raw printing over TCP. Asks the printer how it is first: one without paper would print the slip an hour later."""

    host: str
    port: int

    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        until = monotonic() + seconds
        try:
            connection = socket.create_connection((self.host, self.port), timeout=_left(until))
        except OSError:
            return PrintResult(False, UNREACHABLE)
        with connection:
            try:
                return _print(connection, data, until)
            except TimeoutError:
                return PrintResult(False, TOO_SLOW)
            except OSError:
                return PrintResult(False, UNREACHABLE)


def _print(connection: socket.socket, data: bytes, until: float) -> PrintResult:
    state = _state(connection, until)
    if monotonic() >= until:
        return PrintResult(False, TOO_SLOW)  # nobody waits for it any more: not a byte of the slip goes out
    if state in (READY, SILENT):
        connection.settimeout(_left(until))
        connection.sendall(data)
    if state == READY:
        state = _state(connection, until)
    _goodbye(connection, until)
    return PrintResult(True) if state in (READY, SILENT) else PrintResult(False, state)


def _state(connection: socket.socket, until: float) -> str:
    """READY, SILENT or why it cannot print. Cheap printers never answer, so an unanswered question is the last."""
    for question, faults in QUESTIONS:
        answer = _ask(connection, question, until)
        if answer is None:
            return SILENT
        for bits, why in faults:
            if answer & bits == bits:
                return why
    return READY


def _ask(connection: socket.socket, question: bytes, until: float) -> int | None:
    connection.settimeout(min(STATUS_SECONDS, _left(until)))
    connection.sendall(question)
    try:
        answer = connection.recv(1)
    except TimeoutError:
        return None
    return answer[0] if answer and answer[0] & FIXED_BITS == FIXED else None


def _goodbye(connection: socket.socket, until: float) -> None:
    """Read what is still on its way: closing over it would reset the connection, and the printer drop the slip."""
    connection.settimeout(min(GOODBYE_SECONDS, _left(until)))
    with suppress(OSError):  # the slip is handed over; how the printer hangs up does not matter
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(64):
            pass


def _left(until: float) -> float:
    """The seconds left, never none at all: a limit of zero would mean not to wait and fail."""
    return max(until - monotonic(), 0.001)


class PrinterQueues:
    """One queue and one worker for each printer, however many devices share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[Printer, _Line] = {}

    def print(self, setting: str, data: bytes) -> PrintResult:
        """Print one slip and wait for the result, at most 5 s. Call after the commit. Raises `Invalid` as `parse`."""
        printer = parse(setting)
        with self._lock:
            line = self._lines.setdefault(printer, _Line())
        until = monotonic() + LIMIT_SECONDS
        job = line.submit(lambda: printer.send(data, until - monotonic()))
        if job is None:
            return PrintResult(False, BUSY)
        try:
            return job.result(_left(until))
        except TimeoutError:
            job.cancel()  # still waiting: a slip that nobody waits for any more is not printed
            return PrintResult(False, TOO_SLOW)

    def close(self) -> None:
        """Let what is being printed end, and end the workers."""
        with self._lock:
            lines = list(self._lines.values())
            self._lines.clear()
        for line in lines:
            line.worker.shutdown(cancel_futures=True)


class _Line:
    def __init__(self) -> None:
        self.worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printer")
        self._free = threading.BoundedSemaphore(QUEUE_LENGTH)

    def submit(self, job: Callable[[], PrintResult]) -> Future[PrintResult] | None:
        """The job's future, or None where the queue is full."""
        if not self._free.acquire(blocking=False):
            return None
        future = self.worker.submit(job)
        future.add_done_callback(lambda _: self._free.release())
        return future
