"""The office as of the last event, in dictionaries. Operations read it and record events; nothing else changes it.

Every change goes through `put`, which keeps the row it replaced. That one list is the savepoint (a refused command
is undone exactly) and the list of the rows to write.
"""

from __future__ import annotations

import bisect
import heapq
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from queue_server.domain import calendar, office_file
from queue_server.domain.backlog import BacklogCount, BacklogDay, BacklogRecord, InvitationDay
from queue_server.domain.catalogue import Catalogue, Line, line_of
from queue_server.domain.closing import DayCount, PaperSheet, SignedReport
from queue_server.domain.counters import OPEN as AT_WORK
from queue_server.domain.counters import CounterState
from queue_server.domain.days import CLOSED, Alert, Call, Day, OfficeFile, Pace, Sequence, ServiceCount, Suspension
from queue_server.domain.equipment import Equipment
from queue_server.domain.errors import NotFound
from queue_server.domain.events import Event
from queue_server.domain.policy import VOUCHER, Arrival, BucketCount, ItemUse, Ration
from queue_server.domain.stock import (
    ITEMS,
    OPEN,
    Balance,
    BlankRequest,
    Consignment,
    CountDifference,
    ItemDay,
    Movement,
    Reservation,
)
from queue_server.domain.tickets import AT_A_COUNTER, CLASSES, PARKED, WAITING, Ticket, Voucher

# Every projection by the name of its table. A row's `KEY` names the fields of its primary key.
TABLES: dict[str, type[Any]] = {
    "office_files": OfficeFile,
    "days": Day,
    "sequences": Sequence,
    "tickets": Ticket,
    "vouchers": Voucher,
    "reservations": Reservation,
    "counters": CounterState,
    "balances": Balance,
    "movements": Movement,
    "consignments": Consignment,
    "count_differences": CountDifference,
    "blank_requests": BlankRequest,
    "item_days": ItemDay,
    "service_counts": ServiceCount,
    "bucket_counts": BucketCount,
    "item_uses": ItemUse,
    "arrivals": Arrival,
    "paces": Pace,
    "suspensions": Suspension,
    "equipment": Equipment,
    "calls": Call,
    "alerts": Alert,
    "backlog": BacklogRecord,
    "backlog_counts": BacklogCount,
    "backlog_days": BacklogDay,
    "invitation_days": InvitationDay,
    "day_counts": DayCount,
    "signed_reports": SignedReport,
    "paper_sheets": PaperSheet,
}
OF_A_DAY = (
    *("service_counts", "bucket_counts", "paces", "item_days", "sequences"),
    *("day_counts", "signed_reports", "paper_sheets", "backlog_days"),
)
KEYS = {row: attrgetter(*row.KEY) for row in TABLES.values()}
UNFINISHED = AT_A_COUNTER | {WAITING, PARKED}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal says of an event besides the event: its number, instant (ms), actor and business day."""

    seq: int
    at: int
    actor: str
    day: str


class Office:
    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Any]] = {name: {} for name in TABLES}
        self.seq = 0  # of the last settled or recorded event
        self.last_at = 0  # of the last event
        self.now = 0  # of the command that runs
        self.open_day: Day | None = None  # the day that is open or closing; at most one is
        self._catalogue: Catalogue | None = None
        self.actor = "system"
        self.events: list[tuple[Entry, Event]] = []
        self.replaced: list[tuple[str, Any, Any]] = []
        self.plain: list[tuple[str, dict[str, Any]]] = []  # rows of people and devices for the same transaction
        self.marks: dict[str, set[str]] = {}  # of the NIKs that the batch names -> tickets and vouchers of each
        self.lines: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        self.longest: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.waiting: dict[tuple[str, str], int] = defaultdict(int)  # (service, class) -> how many wait
        self.asked: dict[str, list[tuple[int, str]]] = defaultdict(list)  # the waiting list of each service
        self.order_of_day: dict[str, list[int]] = defaultdict(list)  # date -> ranks of its open vouchers, sorted
        self.dated: dict[tuple[str, str], int] = defaultdict(int)  # (date, service) -> open vouchers
        self.places: dict[str, int] = defaultdict(int)  # service -> cards that its waiting list asks for
        self.called_back: dict[tuple[str, str], int] = defaultdict(
            int
        )  # (day, service) -> cards of open vouchers called back to it

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        """The office file in force. Raises `NotFound` before the first one is applied."""
        if self._catalogue:
            return self._catalogue
        files: dict[int, OfficeFile] = self.rows["office_files"]
        if not files:
            raise NotFound("no_office_file")
        today = self.open_day.day if self.open_day else None
        catalogue = catalogue_in_force(tuple(files.values()), today, self.now)
        if self.open_day:  # in force until the day or the files change; between days the date may bring another
            self._catalogue = catalogue
        return catalogue

    @property
    def newest_day(self) -> str:
        """The business day that is open, or the last one that was opened; empty before the first."""
        return self.open_day.day if self.open_day else max(self.rows["days"], default="")

    def ticket(self, ticket_id: str) -> Ticket:
        """Raises `NotFound`."""
        ticket: Ticket | None = self.rows["tickets"].get(ticket_id)
        if ticket is None:
            raise NotFound("ticket")
        return ticket

    def counter(self, number: int) -> CounterState:
        """Raises `NotFound` for a counter that the office does not have; one that is still held is still there."""
        state: CounterState | None = self.rows["counters"].get(number)
        if number not in self.catalogue.counters and (state is None or state.clerk is None):
            raise NotFound("counter", counter=number)
        return state or CounterState(number)

    def balance(self, item: str, account: str) -> Balance:
        return self.rows["balances"].get((item, account)) or Balance(item, account)

    def reservations_of(self, holder: str) -> list[Reservation]:
        items = (self.rows["reservations"].get((holder, item)) for item in ITEMS)
        return [reservation for reservation in items if reservation]

    @property
    def ration(self) -> Ration:
        """What may be promised now; it looks into the rows themselves, so it is as cheap as it is true."""
        catalogue, rows = self.catalogue, self.rows
        day = self.open_day.day if self.open_day else calendar.local_date(catalogue, self.now).isoformat()
        return Ration(
            catalogue=catalogue,
            now=self.now,
            day=day,
            balances=rows["balances"],
            counts=rows["bucket_counts"],
            uses=rows["item_uses"],
            arrivals=rows["arrivals"],
            places=self.places,
            called_back=self.called_back,
            invited=rows["invitation_days"],
        )

    def last_number(self, queue: str, day: str) -> int:
        row: Sequence | None = self.rows["sequences"].get((queue, day))
        return row.last_number if row else 0

    def heads(self, service: str) -> dict[str, Ticket]:
        """Of one service: the first of each class that waits, and under `longest` who has waited longest."""
        found = {}
        for klass in CLASSES:
            if ticket := self._head(self.lines[service, klass], lambda t: (t.order, t.klass), service, klass):
                found[klass] = ticket
        if ticket := self._head(self.longest[service], lambda t: (t.waits_since, None), service, None):
            found["longest"] = ticket
        return found

    def _head(
        self,
        line: list[tuple[int, str]],
        key: Callable[[Ticket], tuple[int, str | None]],
        service: str,
        klass: str | None,
    ) -> Ticket | None:
        while line:
            place, ticket_id = line[0]
            ticket: Ticket | None = self.rows["tickets"].get(ticket_id)
            if ticket and ticket.state == WAITING and ticket.service == service and key(ticket) == (place, klass):
                return ticket
            heapq.heappop(line)  # it moved on since: stale entries fall off when they are read
        return None

    def first_asked(self) -> list[Voucher]:
        """The first on each service's waiting list, in the order in which they asked."""
        heads = []
        for line in self.asked.values():
            while line:
                voucher: Voucher | None = self.rows["vouchers"].get(line[0][1])
                if voucher and voucher.waits:
                    heads.append(voucher)
                    break
                heapq.heappop(line)
        return sorted(heads, key=lambda voucher: voucher.rank)

    def line(self, service: str) -> Line:
        """The line in which a ticket for `service` stands now."""
        open_now = tuple(state.counter for state in self.rows["counters"].values() if state.state == AT_WORK)
        return line_of(self.catalogue, (service,), open_now)

    def place_in_order(self, voucher: Voucher) -> int | None:
        """Which of its day's open vouchers is called as the how many-th, from 1; None without a day or once it is over.

        A rank says only who goes before whom; those of broken promises are negative: `docs/field.md#voucher`.
        """
        if not voucher.in_order:
            return None
        return bisect.bisect_right(self.order_of_day[voucher.date], voucher.rank)

    def in_line(self, service: str) -> list[Ticket]:
        """Everyone who waits in the line of a service, by place: for the rare command that needs all of them."""
        beside = self.line(service).services
        line = [t for t in self.rows["tickets"].values() if t.state == WAITING and t.service in beside]
        return sorted(line, key=lambda ticket: (ticket.place, ticket.issued_at, ticket.number))

    # -- changing ------------------------------------------------------------------------------------------------

    def put(self, table: str, row: Any) -> None:
        key = key_of(row)
        self.replaced.append((table, key, self.rows[table].get(key)))
        self.place(table, key, row)

    def remove(self, table: str, key: Any) -> None:
        self.replaced.append((table, key, self.rows[table].get(key)))
        self.place(table, key, None)

    def place(self, table: str, key: Any, row: Any) -> None:
        """Set a row and keep the lines true; `replaced` knows nothing of it (loading, recalling, undoing)."""
        rows = self.rows[table]
        if table == "tickets":
            self._line_up(rows.get(key), row)
        elif table == "vouchers":
            self._note_place(rows.get(key), row)
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row
        if table in ("days", "office_files"):
            self.open_day = next((day for day in self.rows["days"].values() if day.state != CLOSED), None)
            self._catalogue = None

    def _line_up(self, old: Ticket | None, new: Ticket | None) -> None:
        if old and old.state == WAITING:
            self.waiting[old.service, old.klass] -= 1
        if new and new.state == WAITING:
            self.waiting[new.service, new.klass] += 1
            heapq.heappush(self.lines[new.service, new.klass], (new.order, new.ticket_id))
            if new.voucher_rank is None:
                heapq.heappush(self.longest[new.service], (new.waits_since, new.ticket_id))

    def _note_place(self, old: Voucher | None, new: Voucher | None) -> None:
        for voucher, by in ((old, -1), (new, 1)):
            if voucher and voucher.in_order:
                self.dated[voucher.date, voucher.service] += by
            if voucher and voucher.waits:
                self.places[voucher.service] += by * voucher.cards
            if voucher and voucher.early and voucher.state == "open":
                self.called_back[voucher.early, voucher.service] += by * voucher.cards
        if old and old.in_order:
            ranks = self.order_of_day[old.date]
            del ranks[bisect.bisect_left(ranks, old.rank)]
        if new and new.in_order:
            bisect.insort(self.order_of_day[new.date], new.rank)
        if new and new.waits:
            heapq.heappush(self.asked[new.service], (new.rank, new.code))

    def hand_over(self, table: str, row: dict[str, Any]) -> None:
        """A row of staff, devices or sessions to be inserted or replaced with the events, but never one itself."""
        self.plain.append((table, row))

    def savepoint(self) -> tuple[int, int, int, int, int]:
        return len(self.events), len(self.replaced), len(self.plain), self.seq, self.last_at

    def rollback_to(self, savepoint: tuple[int, int, int, int, int]) -> None:
        events, replaced, plain, self.seq, self.last_at = savepoint
        del self.events[events:]
        del self.plain[plain:]
        while len(self.replaced) > replaced:
            self.place(*self.replaced.pop())

    def changed(self, table: str) -> dict[Any, tuple[Any, Any]]:
        """Rows of one table that the recorded events touched: key -> (as it was before them, as it is now)."""
        before: dict[Any, Any] = {}
        for name, key, old in self.replaced:
            if name == table:
                before.setdefault(key, old)
        return {key: (old, self.rows[table].get(key)) for key, old in before.items()}

    def settle(self) -> None:
        """All is committed: forget what only the tables need to know."""
        today = self.newest_day
        touched = [(table, key) for table, key, _ in self.replaced]
        if any(table == "days" for table, _ in touched):  # a new day: yesterday's counts are rows from now on
            touched += [(table, key) for table in OF_A_DAY for key in self.rows[table]]
        for table, key in touched:
            row = self.rows[table].get(key)
            if row is not None and not kept_in_memory(table, row, today):
                self.place(table, key, None)
        self.events.clear()
        self.replaced.clear()
        self.plain.clear()
        self.marks.clear()


def kept_in_memory(table: str, row: Any, newest_day: str) -> bool:
    """What is unfinished or open, counters, balances and the newest day's counts; everything else is a row."""
    match table:
        case "tickets":
            return bool(row.state in UNFINISHED)
        case "vouchers":
            return bool(row.state == "open")
        case "bucket_counts" if row.bucket == VOUCHER:  # a voucher may be redeemed or moved after its day
            return True
        case "movements" | "calls" | "backlog":
            return False
        case "alerts":
            return bool(row.answered_at is None)
        case "consignments":
            return bool(row.open)
        case "count_differences":
            return bool(row.state == OPEN)
        case _ if table in OF_A_DAY:
            return bool(row.day >= newest_day)
        case _:
            return True


def key_of(row: Any) -> Any:
    """The primary key: one value, or a tuple of them in the order of the row's `KEY`."""
    return KEYS[type(row)](row)


def catalogue_in_force(files: tuple[OfficeFile, ...], today: str | None, now: int) -> Catalogue:
    """The newest file whose first business day has come; a file that starts later waits for its day."""
    first = catalogue_of(files[0].text, files[0].demo)
    day = today or calendar.local_date(first, now).isoformat()
    chosen = [file for file in files if file.from_day <= day] or [files[0]]
    newest = max(chosen, key=lambda file: file.seq)
    return catalogue_of(newest.text, newest.demo)


@lru_cache(maxsize=16)
def catalogue_of(text: str, demo: bool) -> Catalogue:
    catalogue = office_file.parse(text, "office file")
    return catalogue.for_demo() if demo else catalogue
