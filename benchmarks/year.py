"""A year of the ledger beside bare sqlite3 doing the same: 100,000 movements come in, reports are read.

Bare means the same rows in the same portions with the same durability, read by the same keys, and nothing else: no
check, no hash chain, no reckoning.
"""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.backlog import beside
from queue_server.commands import office_text
from queue_server.domain import calendar
from queue_server.operations import office, stock
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal, found_site
from queue_server.storage.queries import Queries
from queue_server.storage.reports import Reports
from queue_server.storage.upgrade import upgrade
from queue_server.web.house import new_code

DAYS, A_DAY, PORTION, READS = 250, 400, 100, 40
SITE = "HQ"
FIRST_DAY = date(2026, 1, 5)
OPENS, CLOSES = 9 * 60, 23 * 60  # minutes after midnight, within the hours and long after them
# What a store enters: more comes than goes, so that nothing has to be found.
MOVES = ("receive", "spoil", "lend", "receive", "defect", "lose")


def measured(folder: Path, note: Callable[[str], None]) -> dict[str, Any]:
    """Seconds of the year and milliseconds of each read, and how many times as long as bare sqlite3."""
    ours, bare = Ours(folder / "year.db"), Bare(folder / "bare-year.db")
    note(f"a year of {DAYS * A_DAY} movements")
    result: dict[str, Any] = {"entered": beside(ours.enter, bare.enter)}
    note(f"{READS} balances and reports of it")
    days = random.Random(1).choices(ours.days, k=READS)
    result["balance"] = reads(lambda day: ours.queries.balances(), lambda day: bare.balances(), days)
    result["report"] = reads(ours.report, bare.report, days)
    ours.close()
    return result


def reads(ours: Callable[[str], object], bare: Callable[[str], object], days: list[str]) -> dict[str, float]:
    """The median of single reads."""
    medians = []
    for read in (ours, bare):
        spent = []
        for day in days:
            begin = time.perf_counter()
            read(day)
            spent.append(time.perf_counter() - begin)
        medians.append(statistics.median(spent))
    mine, its = medians
    return {"ms": round(mine * 1000, 3), "bare_ms": round(its * 1000, 3), "of_bare": round(mine / its, 2)}


def moves_of_a_day() -> Iterator[str]:
    return itertools.islice(itertools.cycle(MOVES), A_DAY)


class Ours:
    """An office whose days are opened and closed by its own calendar."""

    def __init__(self, file: Path) -> None:
        self.database = Database(f"sqlite:///{file}")
        upgrade(self.database)
        found_site(self.database, SITE)
        self.now, self.days = 1_700_000_000_000, list[str]()
        self.journal = Journal(self.database, SITE, lambda: self.now)
        text, name = office_text("kota_serang")
        self.journal.do(Command(office.apply_office, {"text": text, "filename": name}, "bench"))
        self.queries, self.reports = Queries(self.database, SITE), Reports(self.database, SITE)
        self.catalogue = self.queries.catalogue(self.now)

    def enter(self) -> None:
        day = FIRST_DAY
        for _ in range(DAYS):
            day = calendar.next_business_day(self.catalogue, day)
            self.days.append(day.isoformat())
            self.follow_calendar(day, OPENS)
            for start in range(0, A_DAY, PORTION):
                kinds = itertools.islice(moves_of_a_day(), start, start + PORTION)
                self.journal.commit([self.movement(kind) for kind in kinds])
            self.follow_calendar(day, CLOSES)

    def movement(self, kind: str) -> Command[Any]:
        said = {"item": "KTP", "type": kind, "quantity": 1 + (kind == "receive"), "reason": "bench"}
        return Command(stock.move_stock, {**said, "new_code": new_code}, "bench")

    def follow_calendar(self, day: date, minute: int) -> None:
        self.now = calendar.instant(self.catalogue, day, minute)
        while self.journal.do(Command(office.follow_calendar, {"new_code": new_code}, "bench"))["more"]:
            pass

    def report(self, day: str) -> object:
        return self.reports.daily(day, self.now)

    def close(self) -> None:
        self.journal.close()
        self.database.close()


class Bare:
    """The same rows: an entry of the journal, a movement and both balances; WAL and synchronous=FULL."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE journal (seq INTEGER PRIMARY KEY, day TEXT, payload TEXT);"
            "CREATE INDEX days ON journal (day);"
            "CREATE TABLE movement (seq INTEGER PRIMARY KEY, day TEXT, item TEXT, type TEXT, quantity INTEGER);"
            "CREATE TABLE balance (item TEXT, account TEXT, posted INTEGER, PRIMARY KEY (item, account))"
        )
        self.seq, self.days = 0, [str(FIRST_DAY + timedelta(days=number)) for number in range(365)]

    def enter(self) -> None:
        post = "INSERT INTO balance VALUES ('KTP', ?, ?) ON CONFLICT DO UPDATE SET posted = posted + excluded.posted"
        for day in self.days[:DAYS]:
            for start in range(0, A_DAY, PORTION):
                self.connection.execute("BEGIN IMMEDIATE")
                for kind in itertools.islice(moves_of_a_day(), start, start + PORTION):
                    self.seq += 1
                    row, sign = {"item": "KTP", "type": kind, "quantity": 1}, 1 if kind == "receive" else -1
                    self.connection.execute("INSERT INTO journal VALUES (?, ?, ?)", (self.seq, day, json.dumps(row)))
                    self.connection.execute("INSERT INTO movement VALUES (?, ?, 'KTP', ?, 1)", (self.seq, day, kind))
                    self.connection.executemany(post, [("store", sign), (kind, -sign)])
                self.connection.execute("COMMIT")

    def balances(self) -> list[Any]:
        return self.connection.execute("SELECT item, account, posted FROM balance").fetchall()

    def report(self, day: str) -> dict[str, int]:
        """The day's entries, summed by type; of a day in the year that is as long."""
        mine = self.days[date.fromisoformat(day).toordinal() % DAYS]
        sums: dict[str, int] = {}
        for (payload,) in self.connection.execute("SELECT payload FROM journal WHERE day = ?", (mine,)):
            row = json.loads(payload)
            sums[row["type"]] = sums.get(row["type"], 0) + row["quantity"]
        return sums


def table(result: dict[str, Any]) -> list[str]:
    """Lines for people to read."""
    entered = result["entered"]
    lines = [
        f"{'a year':<34}{'ours':>10}{'bare sqlite3':>14}{'times bare':>12}",
        f"{f'{DAYS * A_DAY} movements in':<34}{entered['seconds']:>8.2f} s{entered['bare_seconds']:>12.2f} s"
        f"{entered['of_bare']:>12.2f}",
    ]
    for name, words in (("balance", "all balances"), ("report", f"daily report of {A_DAY} movements")):
        cell = result[name]
        lines.append(f"{words:<34}{cell['ms']:>7.3f} ms{cell['bare_ms']:>11.3f} ms{cell['of_bare']:>12.2f}")
    return lines
