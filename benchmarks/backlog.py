"""The print backlog beside bare sqlite3 doing the same: a list of 100,000 comes in, 10,000 are released, places asked.

Bare means the same rows in the same portions with the same durability, and nothing else: no reading of CSV, no check,
no seal, no hash chain.
"""

from __future__ import annotations

import io
import itertools
import json
import random
import secrets
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from queue_server.commands import office_text
from queue_server.operations import office, stock
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal, found_site
from queue_server.storage.queries import Queries
from queue_server.storage.upgrade import upgrade
from queue_server.web.backlog import Desk
from queue_server.web.house import new_code

RECORDS, RELEASED, LOOK_UPS, PORTION = 100_000, 10_000, 2_000, 500
SITE = "HQ"
NOW = 1_795_401_000_000  # Monday 23 November 2026, 09.30 in Serang
FIRST_DAY = date(2026, 3, 1)  # of half a year without blanks
DAYS = 180


def measured(folder: Path, note: Callable[[str], None]) -> dict[str, Any]:
    """Seconds of each, and how many times as long as bare sqlite3."""
    database = Database(f"sqlite:///{folder / 'backlog.db'}")
    upgrade(database)
    found_site(database, SITE)
    journal = Journal(database, SITE, lambda: NOW)
    text, name = office_text("kota_serang")
    journal.do(Command(office.apply_office, {"text": text, "filename": name}, "bench"))
    for item in ("KTP", "RIBBON", "FILM"):
        received = {"item": item, "type": "receive", "quantity": 2 * RELEASED, "new_code": new_code}
        journal.do(Command(stock.move_stock, received, "bench"))
    desk = Desk(database, SITE, secrets.token_hex(32), doing(journal), lambda: NOW, catalogue_of(database))
    bare = Bare(folder / "bare.db")
    note(f"a list of {RECORDS}")
    imports = beside(lambda: desk.import_list(io.BytesIO(a_list()), "bench"), bare.enter)
    note(f"{LOOK_UPS} places of {RECORDS}")
    places = look_ups(desk, bare)
    note(f"releasing {RELEASED}")
    releases = beside(lambda: desk.release(RELEASED, "bench"), bare.release)
    journal.close()
    database.close()
    return {"import": imports, "place": places, "release": releases}


def doing(journal: Journal) -> Any:
    def do(operation: Any, *, actor: str, records: Any = (), once: Any = None, **arguments: Any) -> Any:
        return journal.do(Command(operation, arguments, actor, records=records, once=once))

    return do


def catalogue_of(database: Database) -> Any:
    catalogue = Queries(database, SITE).catalogue(NOW)
    return lambda: catalogue


def beside(ours: Callable[[], object], bare: Callable[[], object]) -> dict[str, float]:
    spent = []
    for work in (ours, bare):
        begin = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begin)
    return {"seconds": round(spent[0], 2), "bare_seconds": round(spent[1], 2), "of_bare": round(spent[0] / spent[1], 2)}


def a_list() -> bytes:
    """People whom nobody has met: serial numbers from 9900 on are given out by no office."""
    rng = random.Random(1)
    lines = ["nik,nama,telepon,kecamatan,jenis,status,tanggal"]
    for number in range(RECORDS):
        born = date(1950, 1, 1) + timedelta(days=number // 100)
        since = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
        nik = f"367302{born:%d%m%y}{9900 + number % 100}"
        lines.append(f"{nik},Warga Nomor {number % 97} Serang,0812{number:08d},Kasemen,first,PRR,{since}")
    return "\n".join(lines).replace("Nomor ", "N").encode()


def look_ups(desk: Desk, bare: Bare) -> dict[str, float]:
    """The median of single look-ups, each of another record; bare counts on an index in line order."""
    ids = desk.store.next_in_line(desk.order, RECORDS)
    chosen = random.Random(2).sample(ids, LOOK_UPS)
    rows = [desk.store.record(record_id) for record_id in chosen]
    ours, theirs = [], []
    for row, position in zip(rows, itertools.cycle(random.Random(3).sample(range(RECORDS), LOOK_UPS)), strict=False):
        begin = time.perf_counter()
        desk.store.place(row, desk.order)
        ours.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        bare.place(position)
        theirs.append(time.perf_counter() - begin)
    mine, its = statistics.median(ours), statistics.median(theirs)
    return {"ms": round(mine * 1000, 3), "bare_ms": round(its * 1000, 3), "of_bare": round(mine / its, 2)}


class Bare:
    """The same rows: an entry of the journal, a record, a sealed text; WAL and synchronous=FULL."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE journal (seq INTEGER PRIMARY KEY, payload TEXT);"
            "CREATE TABLE record (site TEXT, id TEXT, kind TEXT, state TEXT, since TEXT, kecamatan TEXT,"
            " arrived INTEGER, moved_on TEXT, day TEXT, release TEXT, PRIMARY KEY (site, id));"
            "CREATE INDEX line ON record (site, kind, since, arrived) WHERE state = 'PRR';"
            "CREATE TABLE person (site TEXT, id TEXT, hash TEXT, token TEXT, sealed TEXT, PRIMARY KEY (site, id));"
            "CREATE UNIQUE INDEX hashes ON person (site, hash); CREATE UNIQUE INDEX tokens ON person (site, token)"
        )
        self.people = list(self._people())

    def _people(self) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        rng = random.Random(1)
        for number in range(RECORDS):
            record_id, since = f"{rng.getrandbits(128):032x}", str(FIRST_DAY + timedelta(days=rng.randrange(DAYS)))
            record = (SITE, record_id, "first", "PRR", since, "36.73.02", number, "2026-11-23", None, None)
            yield record, (SITE, record_id, f"{rng.getrandbits(256):064x}", f"{rng.getrandbits(128):032x}", "x" * 120)

    def commit(self, payload: object, *work: Callable[[], object]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("INSERT INTO journal (payload) VALUES (?)", (json.dumps(payload),))
        for step in work:
            step()
        self.connection.execute("COMMIT")

    def enter(self) -> None:
        for start in range(0, RECORDS, PORTION):
            records, people = zip(*self.people[start : start + PORTION], strict=True)
            self.commit(
                [record[1:6] for record in records],
                lambda its=records: self.connection.executemany(  # type: ignore[misc]
                    f"INSERT INTO record VALUES ({', '.join('?' * 10)})", its
                ),
                lambda its=people: self.connection.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?)", its),  # type: ignore[misc]
            )

    def place(self, position: int) -> int:
        before = "site = ? AND state = 'PRR' AND kind = 'first' AND (since, arrived) < (?, ?)"
        query = f"SELECT count(*) FROM record WHERE {before}"
        _, _, _, _, since, _, arrived, *_ = self.people[position][0]
        found: int = self.connection.execute(query, (SITE, since, arrived)).fetchone()[0]
        return found

    def release(self) -> None:
        nexts = (
            "SELECT id FROM record WHERE site = ? AND state = 'PRR' AND kind = 'first' ORDER BY since, arrived LIMIT ?"
        )
        moves = "UPDATE record SET state = 'RELEASED', day = ?, release = ? WHERE site = ? AND id = ?"
        for _ in range(RELEASED // PORTION):
            ids = [row[0] for row in self.connection.execute(nexts, (SITE, PORTION))]
            rows = [("2026-11-24", "r" * 32, SITE, record_id) for record_id in ids]
            self.commit(ids, lambda its=rows: self.connection.executemany(moves, its))  # type: ignore[misc]


def table(result: dict[str, Any]) -> list[str]:
    """Lines for people to read."""
    imported, released, place = result["import"], result["release"], result["place"]
    return [
        f"{'print backlog':<34}{'ours':>10}{'bare sqlite3':>14}{'times bare':>12}",
        f"{f'import of {RECORDS}':<34}{imported['seconds']:>8.2f} s{imported['bare_seconds']:>12.2f} s"
        f"{imported['of_bare']:>12.2f}",
        f"{f'release of {RELEASED}':<34}{released['seconds']:>8.2f} s{released['bare_seconds']:>12.2f} s"
        f"{released['of_bare']:>12.2f}",
        f"{f'place among {RECORDS}':<34}{place['ms']:>7.3f} ms{place['bare_ms']:>11.3f} ms{place['of_bare']:>12.2f}",
    ]
