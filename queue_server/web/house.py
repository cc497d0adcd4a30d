"""The running house as a request sees it: what may be read, what may be done, and who stands at the door."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, current_app

from printables.printers import PrinterQueues
from queue_server.config import Settings
from queue_server.domain.catalogue import Catalogue
from queue_server.domain.nik import DayMark
from queue_server.storage.answers import Once
from queue_server.storage.journal import Command
from queue_server.storage.ledger import Ledger
from queue_server.storage.queries import Queries
from queue_server.storage.reports import Reports
from queue_server.storage.writer import Writer
from queue_server.web.attendance import Attendance
from queue_server.web.limits import Limits
from queue_server.web.session import Door
from queue_server.web.voice.speaker import Speaker

T = TypeVar("T")

# What people type in from a slip, in capitals or not: no letter that looks like a digit.
CODE_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 8
CATALOGUE_SECONDS = 1.0


class Aside(Protocol):
    """Runs `function(*arguments)` where it cannot hold up anybody else, and waits for its result."""

    def __call__(self, function: Callable[..., T], *arguments: Any) -> T: ...


@dataclass(frozen=True, slots=True)
class Printing:
    """A slip that is being printed or has been; `fingerprint` tells the request from another with the same key."""

    fingerprint: str
    answer: Future[dict[str, object]] = field(default_factory=Future)


@dataclass
class House:
    settings: Settings
    queries: Queries
    ledger: Ledger
    reports: Reports
    writer: Writer
    door: Door
    aside: Aside  # for reads and files
    hashing: Aside  # for passwords, one after the other
    clock: Callable[[], int]  # now, epoch milliseconds
    voice: Speaker
    attendance: Attendance
    figures: Callable[[], dict[str, int]] = dict  # of the stream, for /metrics
    limits: Limits = field(default_factory=Limits)
    printers: PrinterQueues = field(default_factory=PrinterQueues)
    devices: Lock = field(default_factory=Lock)  # one change of them at a time, from the reading of their rows on
    printed: dict[tuple[str, str], Printing] = field(default_factory=dict)  # by caller and Idempotency-Key
    _catalogue: tuple[Catalogue, float] | None = None

    def catalogue(self) -> Catalogue:
        """The office file in force, at most a second old: every page names the office."""
        now = time.monotonic()
        if self._catalogue is None or now >= self._catalogue[1]:
            self._catalogue = self.queries.catalogue(self.clock()), now + CATALOGUE_SECONDS
        return self._catalogue[0]

    def first_hall(self) -> str:
        return next(iter(self.catalogue().halls))

    def do(
        self,
        operation: Callable[..., T],
        *,
        actor: str,
        tickets: Collection[str] = (),
        vouchers: Collection[str] = (),
        movements: Collection[int] = (),
        records: Collection[str] = (),
        nik: DayMark | None = None,
        days: Collection[str] = (),
        once: Once | None = None,
        **arguments: Any,
    ) -> T:
        """Run an operation and answer after its commit. Raises what it refuses, and `Busy`."""
        if nik:
            arguments["nik"] = nik
        command = Command(
            operation,
            arguments,
            actor,
            tickets=tickets,
            vouchers=vouchers,
            movements=movements,
            days=days,
            records=records,
            nik=nik,
            once=once,
        )
        return self.writer.do(command)


def house() -> House:
    return cast(House, current_app.extensions["antrean.house"])


def move_in(app: Flask, inhabited: House) -> None:
    app.extensions["antrean.house"] = inhabited


def new_token() -> str:
    """128 random bits: all that a ticket's holder, a device or a browser has to show."""
    return secrets.token_hex(16)


def new_code() -> str:
    """A voucher's code, short enough to be typed in."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
