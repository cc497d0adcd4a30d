"""What is read of the print backlog: places in line, who is next, whose a record is, how far a list was imported.

Writing is a command (`operations.backlog`) that hands sealed rows over. Places are looked up on indexes: the counts of
each kind and date before, and a range within one's own date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from queue_server.domain.backlog import OVER, PRINT_READY, PRINTED, RELEASED, BacklogRecord
from queue_server.domain.errors import Conflict, NotFound
from queue_server.storage.codec import ROWS
from queue_server.storage.database import Database
from queue_server.storage.projections import batched
from queue_server.storage.schema import (
    AFTER_THE_LINE,
    IN_LINE,
    backlog,
    backlog_counts,
    backlog_people,
    import_faults,
    imports,
    invitation_days,
    reservations,
)

KEYS_A_QUERY = 500
RECENT_RUNS = 10


@dataclass(frozen=True, slots=True)
class Run:
    """A list that is imported or was: `position` is its last line that is in. Instants are epoch milliseconds."""

    run_id: str
    actor: str
    lines: int
    started_at: int
    position: int = 0
    entered: int = 0
    moved: int = 0
    repeated: int = 0
    bad: int = 0
    finished_at: int | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """The plain row beside a record; all of it is empty once the person is erased."""

    record_id: str
    person_hash: str | None
    token: str | None
    key_id: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Place:
    """`number` of `of`, from 1."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`counts` by (state, kind); `days` are those still to come with (invited, not printed yet)."""

    counts: dict[tuple[str, str], int]
    days: dict[str, tuple[int, int]]
    without_blank: int  # released, but a fact took what was set aside
    uncollected: int  # printed so long ago that they stand on the list of those left behind


class Backlog:
    """Reads of one site."""

    def __init__(self, database: Database, site: str) -> None:
        self.database, self.site = database, site

    # -- one record ----------------------------------------------------------------------------------------------------

    def record(self, record_id: str) -> BacklogRecord:
        """Raises `NotFound`."""
        found = self._records(backlog.c.record_id == record_id)
        if not found:
            raise NotFound("record")
        return found[0]

    def record_id_of(self, token: str) -> str:
        """Raises `NotFound`, also once the person is erased."""
        found = self._people(backlog_people.c.token == token)
        if not found:
            raise NotFound("record")
        return found[0].record_id

    def place(self, record: BacklogRecord, order: Sequence[str]) -> Place | None:
        """Where a print-ready record stands by the office's `order` of kinds; None for any other.

        The rule is `domain.backlog.next_in_line`; here it is asked of two indexes.
        """
        if record.state != PRINT_READY:
            return None
        before = order[: order.index(record.kind)]
        counted, days = backlog_counts.c, sa.func.coalesce(sa.func.sum(backlog_counts.c.records), 0)
        in_line = sa.select(days).where(counted.site == self.site, counted.state == PRINT_READY)
        with self.database.reading() as connection:
            number = sum(
                connection.scalar(query) or 0
                for query in (
                    in_line.where(counted.kind.in_(before)),
                    in_line.where(counted.kind == record.kind, counted.since < record.since),
                    self._before_on_its_date(record),
                )
            )
            return Place(int(number) + 1, int(connection.scalar(in_line) or 0))

    def _before_on_its_date(self, record: BacklogRecord) -> sa.Select[Any]:
        same = (backlog.c.site == self.site, IN_LINE, backlog.c.kind == record.kind, backlog.c.since == record.since)
        return sa.select(sa.func.count()).select_from(backlog).where(*same, backlog.c.arrived < record.arrived)

    # -- who is next, who is to come -----------------------------------------------------------------------------------

    def next_in_line(self, order: Sequence[str], cards: int) -> list[str]:
        """The ids of the next so many, or of all that there are."""
        found: list[str] = []
        with self.database.reading() as connection:
            for kind in order:
                if len(found) < cards:
                    query = (
                        sa.select(backlog.c.record_id)
                        .where(backlog.c.site == self.site, IN_LINE, backlog.c.kind == kind)
                        .order_by(backlog.c.since, backlog.c.arrived)
                        .limit(cards - len(found))
                    )
                    found += connection.scalars(query)
        return found

    def invited_for(self, day: str) -> list[str]:
        """Ids of those who are asked to come by that day and whose card is not printed yet."""
        return [row.record_id for row in self.to_come() if row.state == RELEASED and (row.invited_for or "") <= day]

    def to_come(self) -> list[BacklogRecord]:
        """Everyone who is asked to come for a card and has not, by day, kecamatan and place."""
        rows = self._records(AFTER_THE_LINE, backlog.c.state.in_([RELEASED, PRINTED]))
        return sorted(rows, key=lambda row: (row.invited_for or "", row.kecamatan, row.since, row.arrived))

    def uncollected(self, before: str) -> list[BacklogRecord]:
        """Cards printed before that day and still here, the oldest first."""
        return self._records(AFTER_THE_LINE, backlog.c.state == PRINTED, backlog.c.moved_on < before)

    def to_erase(self, before: str, most: int) -> list[str]:
        """Collected or taken off before that day, and still known by name."""
        old = (AFTER_THE_LINE, backlog.c.state.in_(sorted(OVER)), backlog.c.moved_on < before, ~backlog.c.erased)
        return [row.record_id for row in self._records(*old, limit=most)]

    def figures(self, today: str, left_behind_before: str) -> Figures:
        """All counts at once; `today` is the first day that still comes."""
        counts, days = backlog_counts.c, invitation_days.c
        of_state = (
            sa.select(counts.state, counts.kind, sa.func.sum(counts.records))
            .where(counts.site == self.site)
            .group_by(counts.state, counts.kind)
        )
        to_print = (
            sa.select(backlog.c.invited_for, sa.func.count())
            .where(backlog.c.site == self.site, AFTER_THE_LINE, backlog.c.state == RELEASED)
            .group_by(backlog.c.invited_for)
        )
        left = (backlog.c.site == self.site, AFTER_THE_LINE, backlog.c.state == PRINTED)
        with self.database.reading() as connection:
            by_state = {(state, kind): int(number) for state, kind, number in connection.execute(of_state)}
            unprinted: dict[str, int] = dict(map(tuple, connection.execute(to_print)))
            coming = sa.select(days.day, days.invited).where(days.site == self.site, days.day >= today)
            invited: dict[str, int] = dict(map(tuple, connection.execute(coming)))
            uncollected = sa.select(sa.func.count()).select_from(backlog)
            left_behind = connection.scalar(uncollected.where(*left, backlog.c.moved_on < left_behind_before)) or 0
            held = connection.scalar(self._blanks_held()) or 0
        both = {day: (invited.get(day, 0), unprinted.get(day, 0)) for day in sorted(invited.keys() | unprinted.keys())}
        return Figures(by_state, both, sum(unprinted.values()) - int(held), int(left_behind))

    def _blanks_held(self) -> sa.Select[Any]:
        """Card blanks that releases hold."""
        released = (
            sa.select(backlog.c.release)
            .where(backlog.c.site == self.site, AFTER_THE_LINE, backlog.c.state == RELEASED)
            .distinct()
        )
        mine = (reservations.c.site == self.site, reservations.c.item == "KTP", reservations.c.holder.in_(released))
        return sa.select(sa.func.sum(reservations.c.quantity)).where(*mine)

    # -- whose they are ------------------------------------------------------------------------------------------------

    def people(self, records: Collection[str]) -> dict[str, Sealed]:
        """The sealed rows of records, by id."""
        return {
            row.record_id: row
            for some in batched(records, KEYS_A_QUERY)
            for row in self._people(backlog_people.c.record_id.in_(some))
        }

    def known(self, hashes: Collection[str]) -> dict[str, str]:
        """Which of these keyed hashes are there: hash -> record."""
        return {
            str(row.person_hash): row.record_id
            for some in batched(hashes, KEYS_A_QUERY)
            for row in self._people(backlog_people.c.person_hash.in_(some))
        }

    def require_key(self, key_id: str) -> None:
        """Raises `Conflict` when people here were sealed with another key: with two, one person could stand twice."""
        other = sa.select(backlog_people.c.key_id).where(
            backlog_people.c.site == self.site, backlog_people.c.key_id.not_in(["", key_id])
        )
        with self.database.reading() as connection:
            if connection.scalar(other.limit(1)) is not None:
                raise Conflict("other_key")

    # -- lists that were imported --------------------------------------------------------------------------------------

    def run(self, run_id: str) -> Run | None:
        found = self._runs(imports.c.run_id == run_id)
        return found[0] if found else None

    def runs(self) -> list[Run]:
        """The newest first."""
        return self._runs()

    def faults(self, run_id: str) -> list[tuple[int, str]]:
        """Lines that could not be taken over, and why."""
        columns = import_faults.c
        query = sa.select(columns.line, columns.reason).where(columns.site == self.site, columns.run_id == run_id)
        with self.database.reading() as connection:
            return [(line, reason) for line, reason in connection.execute(query.order_by(columns.line))]

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _records(self, *where: sa.ColumnElement[bool], limit: int | None = None) -> list[BacklogRecord]:
        query = sa.select(*[column for column in backlog.c if column.name != "site"])
        query = query.where(backlog.c.site == self.site, *where).order_by(backlog.c.moved_on).limit(limit)
        with self.database.reading() as connection:
            return [ROWS["backlog"].row(row) for row in connection.execute(query)]

    def _people(self, *where: sa.ColumnElement[bool]) -> list[Sealed]:
        query = sa.select(*columns_of(backlog_people, Sealed)).where(backlog_people.c.site == self.site, *where)
        with self.database.reading() as connection:
            return [Sealed(*row) for row in connection.execute(query)]

    def _runs(self, *where: sa.ColumnElement[bool]) -> list[Run]:
        query = sa.select(*columns_of(imports, Run)).where(imports.c.site == self.site, *where)
        query = query.order_by(imports.c.started_at.desc()).limit(RECENT_RUNS)
        with self.database.reading() as connection:
            return [Run(*row) for row in connection.execute(query)]


def columns_of(table: sa.Table, kind: type[Any]) -> Iterable[sa.Column[Any]]:
    return [table.c[field.name] for field in fields(kind)]


def row_of(row: Run | Sealed) -> dict[str, Any]:
    """As a command hands it over."""
    return {field.name: getattr(row, field.name) for field in fields(row)}
