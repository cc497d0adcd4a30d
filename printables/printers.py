"""Printers: where the bytes of a slip go, and one queue for each so that two slips never mix.

A number counts whether its slip comes out or not: an absent, slow or paperless printer never raises here, it makes a
`PrintResult` that says why. Plain sockets, because the printer classes of python-escpos know no limit for a whole job
and raise; standard threads, which become greenlets under gevent's monkey-patching.
"""

from __future__ import annotations

import logging
import os
import re
import select
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from escpos import constants as command

from queue_server.domain.errors import Invalid

T = TypeVar("T")
log = logging.getLogger(__name__)

STATE_SECONDS = 4.0
LIMIT_SECONDS = 5.0  # from the wish to the answer, waiting in the queue included
STATUS_SECONDS = 0.5  # a printer that reports how it is does so within this
GOODBYE_SECONDS = 0.3
QUEUE_LENGTH = 20  # slips that one printer has not finished
PORT = 9100  # raw printing on a network
LONGEST_WORDS = 200  # of what a print system says of its failure
RASTER = "?qr=raster"  # at the end of a setting: a cheap printer that cannot draw a QR code itself

UNREACHABLE, TOO_SLOW, BUSY, NO_PRINTER, NO_FILE = "unreachable", "too_slow", "busy", "no_printer", "no_file"
PAPER_OUT, COVER_OPEN, PRINTER_FAULT = "paper_out", "cover_open", "printer_fault"
OFFLINE, NEAR_END, REFUSED = "offline", "near_end", "refused"

READY, SILENT = "ready", "silent"
ASK_PAPER, ASK_PRINTER = command.RT_STATUS_PAPER, command.RT_STATUS + b"\x01"
FIXED_BITS, FIXED = 0b10010011, 0b00010010  # what every status byte has; other bytes are a clone's noise
PAPER_LOW = 0b00001100
IS_OFFLINE = 0b00001000
QUESTIONS: tuple[tuple[bytes, tuple[tuple[int, str], ...]], ...] = (
    (command.RT_STATUS_PAPER, ((0b01100000, PAPER_OUT),)),
    (command.RT_STATUS + b"\x02", ((0b00000100, COVER_OPEN), (0b00100000, PAPER_OUT), (0b01000000, PRINTER_FAULT))),
)


@dataclass(frozen=True, slots=True)
class PrintResult:
    """`printed`: the printer took the whole slip and reported no fault. `why` is one of this module's words, else None.

    A printer that reports nothing at all is believed to have printed what it took. `said` is what a print system said
    of its failure, in its own words.
    """

    printed: bool
    why: str | None = None
    said: str = ""


class Printer(Protocol):
    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        """Hand over one slip within so many seconds; never raises because of the printer."""

    def state(self, seconds: float = LIMIT_SECONDS) -> str:
        """READY, SILENT (nobody knows), NEAR_END or why it cannot print; never raises because of the printer."""


def parse(setting: str) -> Printer:
    """The printer of a device: `tcp://host:9100`, `usb:/dev/usb/lp0`, `cups:NAME`, `file:PATH` or `none`.

    `?qr=raster` behind any of them is for `draws_qr`. Raises `Invalid` for anything else.
    """
    where = setting.removesuffix(RASTER)
    if setting == "none":
        return NoPrinter()
    kind, _, rest = where.partition(":")
    if kind == "file" and rest:
        return FilePrinter(rest)
    if kind == "usb" and re.fullmatch(r"/dev/(usb/)?lp\d{1,2}", rest, re.ASCII):
        return CablePrinter(rest)
    if kind == "cups" and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}", rest):
        return CupsPrinter(rest)
    try:
        address = urlsplit(where)
        port = PORT if address.port is None else address.port
    except ValueError:
        raise Invalid("printer_setting", setting=setting) from None
    if address.scheme != "tcp" or not address.hostname or port == 0 or where != f"tcp://{address.netloc}":
        raise Invalid("printer_setting", setting=setting)
    return NetworkPrinter(address.hostname, port)


def draws_qr(setting: str) -> bool:
    """Whether the printer draws a QR code by itself, or has to be sent its dots."""
    return not setting.endswith(RASTER)


@dataclass(frozen=True, slots=True)
class NoPrinter:
    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        return PrintResult(False, NO_PRINTER)

    def state(self, seconds: float = LIMIT_SECONDS) -> str:
        return NO_PRINTER


@dataclass(frozen=True, slots=True)
class FilePrinter:
    """Appends to a file, which is made where there is none."""

    path: str

    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        return _write(self.path, os.O_APPEND | os.O_CREAT, data, seconds, NO_FILE)

    def state(self, seconds: float = LIMIT_SECONDS) -> str:
        return SILENT


@dataclass(frozen=True, slots=True)
class CablePrinter:
    """Writes to a device such as `/dev/usb/lp0`: not there while nothing is plugged in, and silent about its paper."""

    path: str

    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        return _write(self.path, 0, data, seconds, UNREACHABLE)

    def state(self, seconds: float = LIMIT_SECONDS) -> str:
        return SILENT if Path(self.path).exists() else UNREACHABLE


def _write(path: str, how: int, data: bytes, seconds: float, not_there: str) -> PrintResult:
    """A device whose printer is off blocks: it is waited for, and given up in time."""
    until = monotonic() + seconds
    try:
        file = os.open(path, os.O_WRONLY | os.O_NONBLOCK | how, 0o640)
    except OSError:
        return PrintResult(False, not_there)
    try:
        while data:
            if not select.select([], [file], [], _left(until))[1]:
                return PrintResult(False, TOO_SLOW)
            data = data[os.write(file, data) :]
    except OSError:
        return PrintResult(False, not_there)
    finally:
        os.close(file)
    return PrintResult(True)


@dataclass(frozen=True, slots=True)
class CupsPrinter:
    """A queue of the print system CUPS, which is handed the bytes as they are; when they come out it alone knows."""

    name: str

    def send(self, data: bytes, seconds: float = LIMIT_SECONDS) -> PrintResult:
        command_line = ["lp", "-d", self.name, "-o", "raw"]
        try:
            done = subprocess.run(command_line, input=data, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return PrintResult(False, TOO_SLOW)
        except OSError as failure:
            return PrintResult(False, REFUSED, f"lp: {failure.strerror}")
        if done.returncode == 0:
            return PrintResult(True)
        words = " ".join(done.stderr.decode(errors="replace").split())[:LONGEST_WORDS]
        log.warning("the printer %s takes no slip: %s", self.name, words)
        return PrintResult(False, REFUSED, words)

    def state(self, seconds: float = LIMIT_SECONDS) -> str:
        return SILENT


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

    def state(self, seconds: float = LIMIT_SECONDS) -> str:
        until = monotonic() + seconds
        try:
            with socket.create_connection((self.host, self.port), timeout=_left(until)) as connection:
                return _whole_state(connection, until)
        except OSError:
            return UNREACHABLE


def _whole_state(connection: socket.socket, until: float) -> str:
    """As `_state`, and whether it is switched to offline or its paper will soon be used up."""
    try:
        found = _state(connection, until)
        if found != READY:
            return found
        paper, printer = (_ask(connection, question, until) for question in (ASK_PAPER, ASK_PRINTER))
    except OSError:
        return SILENT  # it takes a connection, and perhaps slips: nobody knows
    if printer is None or paper is None:
        return SILENT
    if printer & IS_OFFLINE:
        return OFFLINE
    return NEAR_END if paper & PAPER_LOW else READY


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
        result = self._in_line(setting, lambda printer, seconds: printer.send(data, seconds))
        return PrintResult(False, result) if isinstance(result, str) else result

    def state(self, setting: str) -> str:
        """How a printer is, asked between two slips: as `Printer.state`, at most 5 s. Raises `Invalid` as `parse`."""
        # Less time than the queue has: the printer's own answer, that nobody is there, comes before the queue's.
        return self._in_line(setting, lambda printer, seconds: printer.state(min(seconds, STATE_SECONDS)))

    def _in_line(self, setting: str, what: Callable[[Printer, float], T]) -> T | str:
        """BUSY or TOO_SLOW where its turn does not come in time."""
        printer = parse(setting)
        with self._lock:
            line = self._lines.setdefault(printer, _Line())
        until = monotonic() + LIMIT_SECONDS
        job = line.submit(lambda: what(printer, until - monotonic()))
        if job is None:
            return BUSY
        try:
            return job.result(_left(until))
        except TimeoutError:
            job.cancel()  # still waiting: a slip that nobody waits for any more is not printed
            return TOO_SLOW

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

    def submit(self, job: Callable[[], T]) -> Future[T] | None:
        """The job's future, or None where the queue is full."""
        if not self._free.acquire(blocking=False):
            return None
        future = self.worker.submit(job)
        future.add_done_callback(lambda _: self._free.release())
        return future
