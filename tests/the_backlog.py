"""A print backlog to test with: the real desk on the real office, and people whom nobody has ever met.

A made-up NIK has the code of a kecamatan and a serial number from 9900 on, which no office has given out.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from queue_server.domain.backlog import PRINT_READY
from queue_server.domain.backlog_views import RecordView
from queue_server.storage.answers import Once
from queue_server.storage.backlog import Run
from queue_server.storage.journal import Command
from queue_server.web.backlog import Desk
from tests.the_office import SITE, TheOffice

SECRET = "5e" * 32
HEADING = "nik,nama,telepon,kecamatan,jenis,status,tanggal"
FIRST_NAMES = ("Siti", "Budi", "Ahmad", "Dewi", "Putri", "Agung")
LAST_NAMES = ("Rahmawati", "Santoso", "Hidayat", "Lestari", "Kurniawan")


@dataclass(frozen=True)
class Line:
    """One line of a list, as an office writes it."""

    nik: str
    name: str
    phone: str = "0812-3456-7890"
    kecamatan: str = "Kasemen"
    kind: str = "first"
    state: str = "PRR"
    since: str = "2026-03-02"

    def __str__(self) -> str:
        return ",".join((self.nik, self.name, self.phone, self.kecamatan, self.kind, self.state, self.since))


def made_up_nik(number: int) -> str:
    """Different for each number up to two million."""
    born = date(1950, 1, 1) + timedelta(days=number // 100 % 20_000)
    woman = 40 * (number % 2)
    return f"367302{born.day + woman:02d}{born:%m%y}{9900 + number % 100}"


def made_up(rng: random.Random, number: int, **fields: Any) -> Line:
    return Line(made_up_nik(number), f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}", **fields)


def csv_of(lines: Iterable[Line | str], heading: str = HEADING) -> bytes:
    return "\n".join([heading, *map(str, lines), ""]).encode()


class TheBacklog:
    """`desk` is what pages and command line stand in front of."""

    def __init__(self, office: TheOffice, secret: str = SECRET) -> None:
        self.office = office
        self.desk = Desk(
            office.database, SITE, secret, self._do, lambda: office.clock, lambda: office.catalogue, lambda f, *a: f(*a)
        )
        self.store = self.desk.store

    def _do(self, operation: Any, *, actor: str, records: Any = (), once: Once | None = None, **arguments: Any) -> Any:
        return self.office.journal.do(Command(operation, arguments, actor, records=records, once=once))

    def enter(self, number: int, kind: str = "first", since: str = "2026-03-02", state: str = PRINT_READY) -> str:
        line = made_up(self.office.rng, number)
        return self.desk.enter(
            "sari",
            record_id=self.office.new_id(),
            nik=line.nik,
            name=line.name,
            phone=line.phone,
            kind=kind,
            state=state,
            since=since,
            kecamatan="36.73.02",
        )

    def take_over(self, content: bytes) -> Run:
        return self.desk.import_list(io.BytesIO(content), "sari")

    def view(self, record_id: str) -> RecordView:
        return self.desk.record(record_id, "id")

    def places(self, ids: Sequence[str]) -> list[tuple[int | None, int | None]]:
        return [((view := self.view(record_id)).place, view.of) for record_id in ids]

    def states(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for (state, _), number in self.desk.figures().counts.items():
            found[state] = found.get(state, 0) + number
        return found
