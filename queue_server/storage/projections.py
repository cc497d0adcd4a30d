"""Between the office in memory and its tables: loading, recalling what a command names, writing what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from queue_server.domain.events import (
    Event,
    RecordsEntered,
    StockMoved,
    TicketDeferred,
    TicketIssued,
    VoucherGiven,
)
from queue_server.domain.office import OF_A_DAY, TABLES, Entry, Office, kept_in_memory, key_of
from queue_server.domain.policy import VOUCHER
from queue_server.domain.tickets import AT_A_COUNTER, WAITING
from queue_server.storage import statements
from queue_server.storage.codec import ROWS
from queue_server.storage.schema import (
    NOT_APPROVED,
    OPEN_VOUCHER,
    PROJECTIONS,
    UNANSWERED,
    UNDER_WAY,
    UNFINISHED,
    nik_marks,
)

KEYS_A_QUERY = 5000
Changes = list[tuple[Any, Any, Any]]  # a key, its row before and its row now, None where there is none
MARKED = sa.select(nik_marks.c.mark, nik_marks.c.holder).where(
    nik_marks.c.site == sa.bindparam("site"), nik_marks.c.mark.in_(sa.bindparam("marks", expanding=True))
)


# What a row occupies that is unique, or None, and how it looks when it has left that. Rows that occupy are written
# after those that leave; one that moves leaves first, so that two may exchange their places.
OCCUPIES: dict[str, Callable[[Any], Any]] = {
    "tickets": lambda row: row.counter if row.state in AT_A_COUNTER else None,
    "counters": lambda row: row.clerk,
}
LEFT: dict[str, dict[str, Any]] = {"tickets": {"state": WAITING}, "counters": {"clerk": None}}


def nowhere(row: Any) -> None:
    """Rows of most tables are in nobody's way."""


def batched(keys: Collection[Any], size: int) -> Iterator[list[Any]]:
    """A database takes only so many values in one statement; a replay may name more."""
    left = list(keys)
    for start in range(0, len(left), size):
        yield left[start : start + size]


class Projection:
    """One table and its rows."""

    def __init__(self, name: str) -> None:
        self.name, self.table, self.codec = name, PROJECTIONS[name], ROWS[name]
        self.occupies: Callable[[Any], Any] = OCCUPIES.get(name, nowhere)
        self.select = sa.select(*(self.table.c[column] for column in self.codec.names))
        in_order = self.select.order_by(*(self.table.c[column] for column in self.codec.key))
        self._of_site = in_order.where(self.table.c.site == sa.bindparam("site"))
        self._named: dict[str, sa.Select[Any]] = {}

    def read(self, connection: sa.Connection, site: str, *conditions: sa.ColumnElement[bool]) -> list[Any]:
        """Rows in the order of their keys."""
        query = self._of_site.where(*conditions) if conditions else self._of_site
        return [self.codec.row(values) for values in connection.execute(query, {"site": site})]

    def named(self, connection: sa.Connection, site: str, column: str, keys: Collection[Any]) -> list[Any]:
        """Rows that have one of `keys` in a column, in a query that is built only once."""
        query = self._named.get(column)
        if query is None:
            one_of = self.table.c[column].in_(sa.bindparam("keys", expanding=True))
            query = self._named[column] = self.select.where(self.table.c.site == sa.bindparam("site"), one_of)
        return [
            self.codec.row(values)
            for some in batched(keys, KEYS_A_QUERY)
            for values in connection.execute(query, {"site": site, "keys": some})
        ]

    def write(self, connection: sa.Connection, site: str, changes: Changes) -> None:
        changed = [change for change in changes if change[1] != change[2]]
        gone = [self.codec.key_values(key) for key, _, row in changed if row is None]
        altered = [(old, row) for _, old, row in changed if old is not None and row is not None]
        altered.sort(key=lambda pair: self.occupies(pair[1]) is not None)
        moving = [replace(row, **LEFT[self.name]) for old, row in altered if self.moves(old, row)]
        statements.delete(connection, self.table, [{"site": site, **key} for key in gone])
        for rows in (moving, [row for _, row in altered]):
            statements.update(connection, self.table, [{"site": site, **self.codec.values(row)} for row in rows])
        new = [row for _, old, row in changed if old is None]
        statements.insert(connection, self.table, [{"site": site, **self.codec.values(row)} for row in new])

    def moves(self, old: Any, row: Any) -> bool:
        """From one occupied place to another."""
        before, now = self.occupies(old), self.occupies(row)
        return before is not None and now is not None and before != now


class BalanceProjection(Projection):
    """Balances are written as differences, so that the CHECK judges the database's own figure."""

    FIGURES = ("posted", "pending", "at_counters")

    def write(self, connection: sa.Connection, site: str, changes: Changes) -> None:
        missing = [{"site": site, **self.codec.key_values(key)} for key, old, _ in changes if old is None]
        statements.insert(connection, self.table, [{**key, **dict.fromkeys(self.FIGURES, 0)} for key in missing])
        more = []
        for key, old, row in changes:
            by = {name: getattr(row, name) - (getattr(old, name) if old else 0) for name in self.FIGURES}
            if any(by.values()):
                more.append({"site": site, **self.codec.key_values(key), **by})
        statements.add(connection, self.table, more)


ALL: dict[str, Projection] = {
    name: BalanceProjection(name) if name == "balances" else Projection(name) for name in PROJECTIONS
}


def write_changes(connection: sa.Connection, site: str, office: Office) -> None:
    """One statement per table for what is new and one for what changed, however many commands there were."""
    before: dict[str, dict[Any, Any]] = {}
    for name, key, old in office.replaced:
        before.setdefault(name, {}).setdefault(key, old)
    for name, projection in ALL.items():
        if name in before:
            now = office.rows[name]
            projection.write(connection, site, [(key, old, now.get(key)) for key, old in before[name].items()])


# -- what memory holds -----------------------------------------------------------------------------------------------


def load_office(connection: sa.Connection, site: str) -> Office:
    """The office as its tables stand, with exactly the rows that `domain.office.kept_in_memory` keeps."""
    office = Office()
    read_into(office, connection, site, "days")
    newest = office.newest_day
    for name in TABLES:
        if name != "days":
            read_into(office, connection, site, name, *worth_keeping(name, newest))
    return office


def read_into(
    office: Office, connection: sa.Connection, site: str, name: str, *conditions: sa.ColumnElement[bool]
) -> None:
    for row in ALL[name].read(connection, site, *conditions):
        if kept_in_memory(name, row, office.newest_day):
            office.place(name, key_of(row), row)


def worth_keeping(name: str, newest_day: str) -> list[sa.ColumnElement[bool]]:
    """So that a year of finished tickets is not read at every start; `kept_in_memory` has the last word."""
    if name == "bucket_counts":
        columns = PROJECTIONS[name].c
        return [sa.or_(columns.day >= newest_day, columns.bucket == VOUCHER)]
    if name in OF_A_DAY:
        return [PROJECTIONS[name].c.day >= newest_day]
    conditions = {
        "tickets": UNFINISHED,
        "vouchers": OPEN_VOUCHER,
        "alerts": UNANSWERED,
        "consignments": UNDER_WAY,
        "count_differences": NOT_APPROVED,
    }
    if name in conditions:
        return [conditions[name]]
    return [sa.false()] if name in ("movements", "calls", "backlog") else []


# -- what a command or a past event names ----------------------------------------------------------------------------


@dataclass(slots=True)
class Names:
    """Keys of rows that memory may have let go."""

    tickets: set[str] = field(default_factory=set)
    vouchers: set[str] = field(default_factory=set)
    movements: set[int] = field(default_factory=set)
    consignments: set[int] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)

    def add_event(self, event: Event, day: str) -> None:
        """Everything that folding the event may look at."""
        self.days.update((day, *named(event, "day")))
        self.tickets.update(named(event, "ticket_id"))
        self.vouchers.update(named(event, "voucher", "code"))
        self.consignments.update(named(event, "consignment"))
        self.records.update(getattr(event, "records", ()))


def named(event: Event, *fields: str) -> list[Any]:
    return [value for name in fields if (value := getattr(event, name, None))]


def all_in_memory(office: Office, entries: Iterable[tuple[Entry, Event]]) -> bool:
    """Whether these events can be folded with nothing but what memory holds and what they bring themselves."""
    names, new_tickets, new_vouchers, new_consignments = Names(), set(), set(), set()
    new_records: set[str] = set()
    for entry, event in entries:
        names.add_event(event, entry.day)
        if isinstance(event, TicketIssued):
            new_tickets.add(event.ticket_id)
        elif isinstance(event, TicketDeferred):
            new_vouchers.add(event.voucher)
        elif isinstance(event, VoucherGiven):
            new_vouchers.add(event.code)
        elif isinstance(event, StockMoved):
            new_consignments.add(entry.seq)
        elif isinstance(event, RecordsEntered):
            new_records.update(record_id for record_id, *_ in event.entries)
    return (
        names.tickets <= office.rows["tickets"].keys() | new_tickets
        and names.vouchers <= office.rows["vouchers"].keys() | new_vouchers
        and names.consignments <= office.rows["consignments"].keys() | new_consignments
        and names.records <= office.rows["backlog"].keys() | new_records
        and all(day >= office.newest_day for day in names.days)
    )


def recall(connection: sa.Connection, site: str, office: Office, names: Names) -> list[tuple[str, Any]]:
    """Bring the named rows into memory, all of one table at once; returns what came, to be let go again.

    A movement comes with what reverses it, its ticket and its consignment; a ticket of an earlier day with that day's
    counts.
    """
    came: list[tuple[str, Any]] = []

    def bring(name: str, column: str, keys: Collection[Any]) -> list[Any]:
        rows = ALL[name].named(connection, site, column, keys) if keys else []
        for row in rows:
            key = key_of(row)
            if key not in office.rows[name]:
                office.place(name, key, row)
                came.append((name, key))
        return rows

    moves = bring("movements", "seq", names.movements) + bring("movements", "reverses", names.movements)
    ids = names.tickets | {move.ticket_id for move in moves if move.ticket_id}
    marked = recall_marks(connection, site, office, names.marks) if names.marks else set()
    back = bring("tickets", "ticket_id", (ids | marked) - office.rows["tickets"].keys())
    bring("vouchers", "code", (names.vouchers | marked) - office.rows["vouchers"].keys())
    sent = names.consignments | names.movements | {move.consignment for move in moves if move.consignment}
    bring("consignments", "seq", sent - office.rows["consignments"].keys())
    bring("backlog", "record_id", names.records - office.rows["backlog"].keys())
    days = {day for day in names.days | {ticket.day for ticket in back} if day < office.newest_day}
    for name in OF_A_DAY:
        bring(name, "day", days)
    return came


def recall_marks(connection: sa.Connection, site: str, office: Office, marks: Collection[str]) -> set[str]:
    """Learn what was taken with the NIKs of these marks; returns the tickets' ids and the vouchers' codes."""
    office.marks.update({mark: set() for mark in marks})
    for mark, holder in connection.execute(MARKED, {"site": site, "marks": list(marks)}):
        office.marks[mark].add(holder)
    return set().union(*office.marks.values())


def let_go(office: Office, came: Collection[tuple[str, Any]]) -> None:
    """After the batch: recalled rows leave again unless they are wanted in memory by now."""
    newest = office.newest_day
    for name, key in came:
        row = office.rows[name].get(key)
        if row is not None and not kept_in_memory(name, row, newest):
            office.place(name, key, None)
