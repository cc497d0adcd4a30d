"""The reads of the daily report: a day's journal, what the tables count beside it, and what was signed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from queue_server.domain.backlog import BacklogDay
from queue_server.domain.closing import (
    PAPER_FROM,
    Completion,
    PaperSheet,
    SignedReport,
    completions,
    paper_queue,
)
from queue_server.domain.days import CLOSED, Day
from queue_server.domain.errors import NotFound
from queue_server.domain.events import DayOpened, DayReopened, DaySigned, Event, StockMoved
from queue_server.domain.office import Entry, catalogue_in_force
from queue_server.domain.report import (
    READS,
    DayFacts,
    Report,
    Sources,
    daily_report,
    facts_of,
    moved_by,
    place_of,
    to_text,
)
from queue_server.domain.stock import COUNTER, POINTS, STORE, TRANSIT, ItemDay, is_counter, kind_of, request_figures
from queue_server.domain.tickets import number_label
from queue_server.storage import chain
from queue_server.storage.database import Database
from queue_server.storage.projections import KEYS_A_QUERY, batched
from queue_server.storage.queries import Reader, of
from queue_server.storage.schema import BESIDE_THE_OFFICE, journal, sites

DAYS_LISTED = 31


@dataclass(frozen=True, slots=True)
class DayReport:
    """A day's report and who stands for it. Once both have signed, it is what they signed, to the byte of `text`."""

    report: Report
    text: str
    signed: SignedReport

    @property
    def changed(self) -> bool:
        """Somebody has signed other figures than these."""
        return bool(self.signed.report) and self.signed.report != self.text


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of the list; `signatures` is 0, 1 or 2."""

    day: str
    state: str
    signatures: int


class Reports:
    """The reports of one site."""

    def __init__(self, database: Database, site: str) -> None:
        self.database, self.site = database, site

    def daily(self, day: str | None, now: int) -> DayReport:
        """The report of a business day, by default the newest. Raises `NotFound` where none was opened."""
        with self.database.reading() as connection:
            found = DayReader(Reader(connection, self.site, now), day)
            signed = found.signed()
            report = json.loads(signed.report) if signed.complete else daily_report(found.sources())
        return DayReport(report, to_text(report), signed)

    def days(self, now: int) -> list[DayLine]:
        """The newest days, newest first."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            rows = reader.rows("days", order=[of("days").day.desc()], limit=DAYS_LISTED)
            listed = of("signed_reports").day.in_([row.day for row in rows])
            signed = {row.day: row for row in reader.rows("signed_reports", listed)}
        return [DayLine(row.day, row.state, signatures(signed.get(row.day))) for row in rows]

    def paper(self, day: str, now: int) -> PaperSheet:
        """What is kept on paper for a day. Raises `NotFound`."""
        with self.database.reading() as connection:
            found = Reader(connection, self.site, now).rows("paper_sheets", of("paper_sheets").day == day)
        if not found:
            raise NotFound("no_paper", date=day)
        sheet: PaperSheet = found[0]
        return sheet

    def papers(self, since: str, now: int) -> list[PaperSheet]:
        """What is kept on paper from a day on."""
        with self.database.reading() as connection:
            kept = of("paper_sheets")
            return Reader(connection, self.site, now).rows("paper_sheets", kept.day >= since, order=[kept.day])

    def next_on_paper(self, day: str, now: int) -> dict[str, str]:
        """By group: the number on paper that has to be entered next."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            last = {row.queue: row.last_number for row in reader.rows("sequences", of("sequences").day == day)}
        return {
            prefix: number_label(prefix, last.get(paper_queue(prefix), PAPER_FROM - 1) + 1)
            for prefix in reader.catalogue.groups
        }


def signatures(signed: SignedReport | None) -> int:
    return (signed.keeper is not None) + (signed.head is not None) if signed else 0


class DayReader:
    """One business day, in the transaction of `reader`."""

    def __init__(self, reader: Reader, day: str | None) -> None:
        self.reader = reader
        wanted = [of("days").day == day] if day else []
        newest = reader.rows("days", *wanted, order=[of("days").day.desc()], limit=1)
        if not newest:
            raise NotFound("day", date=day or reader.today)
        self.row: Day = (not day and reader.open_day) or newest[0]
        self.day = self.row.day

    @cached_property
    def last(self) -> str:
        """The business day before; of the first one the date before, for what an office had until then was entered as
        what it began with.
        """
        found = self.reader.rows("days", of("days").day < self.day, order=[of("days").day.desc()], limit=1)
        return found[0].day if found else (date.fromisoformat(self.day) - timedelta(days=1)).isoformat()

    @cached_property
    def previous(self) -> DayReader | None:
        """None on the first day."""
        return DayReader(self.reader, self.last) if self.reader.rows("days", of("days").day == self.last) else None

    @cached_property
    def since(self) -> Completion | None:
        """Where the report of the day before ends, if it ends within that day."""
        return self.previous.until if self.previous else None

    @cached_property
    def until(self) -> Completion | None:
        """The second signature, where it was given on the day itself: what came later is for the next report.

        It holds until somebody reopens the report, and for good once two have signed the next one with what came later.
        """
        if not self.reader.rows("signed_reports", of("signed_reports").day == self.day):
            return None
        row, found = self.signed(), completions(self.day, self.signings())
        if row.complete:
            until = json.loads(row.report).get("until")
            return next((one for one in found if one.seq == until or (not until and one.at == row.completed_at)), None)
        began = self.next_began()
        return next((one for one in found if one.seq == began), None)

    def next_began(self) -> int | None:
        """After which entry the report of the next business day begins, where two have signed it."""
        following = self.reader.rows("days", of("days").day > self.day, order=[of("days").day], limit=1)
        signed = following and self.reader.rows("signed_reports", of("signed_reports").day == following[0].day)
        if not signed or not signed[0].complete:
            return None
        began: int | None = json.loads(signed[0].report).get("since", {}).get("seq")
        return began

    def own(self, day: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """This day and those before it on which the office was shut: what moved on them shows in the next report."""
        return sa.and_(day > self.last, day <= self.day)

    def earlier(self, day: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """What `own` leaves to the reports before."""
        return day <= self.last

    def signed(self) -> SignedReport:
        found = self.reader.rows("signed_reports", of("signed_reports").day == self.day)
        return found[0] if found else SignedReport(self.day)

    def sources(self) -> Sources:
        reader, day = self.reader, self.day
        files = reader.rows("office_files", order=[of("office_files").seq])
        balances = {row.item: row for row in reader.rows("balances", of("balances").account == STORE)}
        requests = reader.rows("blank_requests") if self.row.state != CLOSED else []
        counts = reader.rows("day_counts", of("day_counts").day == day, order=[of("day_counts").item])
        facts = self.facts()
        waiting = reader.waiting() if self.row.state != CLOSED else {}
        ended = self.ended().items()
        return Sources(
            catalogue=catalogue_in_force(tuple(files), day, reader.now),
            day=self.row,
            facts=facts,
            item_days=self.item_days(),
            closing={item: there - self.later[item].change if item in self.later else there for item, there in ended},
            elsewhere=self.at_counters() | self.under_way_and_at_points(),
            before=self.before(),
            now={
                item: {"promised": -row.pending, "at_counters": row.at_counters, **request_figures(requests, item)}
                for item, row in balances.items()
            },
            counts=sorted(counts, key=lambda count: count.moment, reverse=True),
            services={row.service: row for row in reader.rows("service_counts", of("service_counts").day == day)},
            waiting={service: line.count for service, line in waiting.items()},
            use_per_day=reader.use_per_day(day),
            last=self.last,
            since=self.since,
            until=self.until,
            carried=self.carried(),
            later=self.later,
            backlog_before=self.backlog_before(),
            backlog_moves=self.backlog_moves(),
            backlog_moves_last=self.previous.backlog_moves() if self.previous and self.since else [],
            backlog_kecamatan=self.kecamatan_of(facts.printed),
            withdrawn_before=self.withdrawn_before(),
        )

    # -- the day's journal -------------------------------------------------------------------------------------------

    def facts(self) -> DayFacts:
        """Of the journal's entries that are this report's."""
        mine = self.own(journal.c.day)
        if self.until:
            mine = sa.and_(mine, sa.or_(journal.c.day != self.day, journal.c.seq <= self.until.seq))
        if self.since:
            mine = sa.or_(mine, sa.and_(journal.c.day == self.last, journal.c.seq > self.since.seq))
        return self.facts_where(mine)

    def facts_where(self, which: sa.ColumnElement[bool]) -> DayFacts:
        told = [event for _, event in self.entries(READS, which)]
        sent = {event.consignment for event in told if isinstance(event, StockMoved) and event.consignment}
        rows = self.reader.rows("consignments", of("consignments").seq.in_(sent)) if sent else []
        return facts_of(told, {row.seq: row.name for row in rows if not row.inside})

    def signings(self) -> Iterator[tuple[int, int, str, Event]]:
        """Who signed and who reopened, on the day itself."""
        for entry, event in self.entries((DaySigned, DayReopened, DayOpened), journal.c.day == self.day):
            yield entry.seq, entry.at, entry.actor, event

    def entries(self, kinds: Iterable[type[Event]], which: sa.ColumnElement[bool]) -> Iterator[tuple[Entry, Event]]:
        after, before = self.stretch()
        generation = sa.select(sites.c.generation).where(sites.c.site == self.reader.site).scalar_subquery()
        query = (
            sa.select(journal)
            .where(
                journal.c.site == self.reader.site,
                journal.c.generation == generation,
                journal.c.seq > after,
                which,
                journal.c.type.in_([kind.__name__ for kind in kinds]),
            )
            .order_by(journal.c.seq)
        )
        for row in self.reader.connection.execute(query if before is None else query.where(journal.c.seq < before)):
            yield chain.revive(row)

    def stretch(self) -> tuple[int, int | None]:
        """Between the openings before and after: so that a year of journal is not looked through for one day.

        A clock that ran ahead once has opened days out of their order, so the order of the journal counts; only a day
        that never opened, because it was entered from paper, is looked for by its date.
        """
        opened = {row.day: row.opened_seq for row in self.reader.rows("days") if row.opened_seq}
        if mine := self.row.opened_seq:
            after = max((seq for seq in opened.values() if seq < mine), default=0)
            return after, min((seq for seq in opened.values() if seq > mine), default=None)
        after = max((seq for day, seq in opened.items() if day < self.day), default=0)
        return after, min((seq for day, seq in opened.items() if day > self.day and seq > after), default=None)

    # -- the days beside it ------------------------------------------------------------------------------------------

    @cached_property
    def later(self) -> dict[str, ItemDay]:
        """Item -> what moved on the day when its report was signed; it stands in the next one."""
        if self.until is None:
            return {}
        facts = self.facts_where(sa.and_(journal.c.day == self.day, journal.c.seq > self.until.seq))
        return moved_by(self.day, facts.flows, self.ended())

    def ended(self) -> dict[str, int]:
        """Item -> on hand when the next day began, or now."""
        balances = self.reader.rows("balances", of("balances").account == STORE)
        following = self.nearest(sa.func.min, of("item_days").day > self.day)
        return {row.item: row.on_hand for row in balances} | {row.item: row.opening for row in following}

    def at_counters(self) -> dict[tuple[str, str], int]:
        """Item and counter's account -> what lies there now, less what has moved since the report ended."""
        columns, moves = of("balances"), of("movements")
        rows = self.reader.rows("balances", columns.account.startswith(COUNTER))
        there = Counter({(row.item, row.account): row.posted for row in rows})
        touches = sa.or_(moves.source.startswith(COUNTER), moves.target.startswith(COUNTER))
        for row in self.movements(touches, moves.seq > self.stretch()[0], sa.not_(self.so_far())) if there else ():
            there[row.item, row.source] += row.quantity
            there[row.item, row.target] -= row.quantity
        return {key: n for key, n in there.items() if is_counter(key[1])}

    def under_way_and_at_points(self) -> dict[tuple[str, str], int]:
        """Item and place -> what was on its way to a counter, or sent to a service point and not back, when the report
        ended: the sum of all that ever moved there, for consignments are few.
        """
        there: Counter[tuple[str, str]] = Counter()
        leaving = {row.seq: row.name for row in self.reader.rows("consignments") if not row.inside}
        for row in self.movements(BESIDE_THE_OFFICE, self.so_far()):
            to = leaving.get(row.consignment)
            there[row.item, place_of(row.source, row.name, to)] -= row.quantity
            there[row.item, place_of(row.target, row.name, to)] += row.quantity
        return {key: n for key, n in there.items() if kind_of(key[1]) in (POINTS, TRANSIT)}

    def so_far(self) -> sa.ColumnElement[bool]:
        """Of movements: up to the end of the report."""
        moves = of("movements")
        within = sa.or_(moves.day < self.day, moves.seq <= self.until.seq) if self.until else sa.true()
        return sa.and_(moves.day <= self.day, within)

    def movements(self, *which: sa.ColumnElement[bool]) -> sa.CursorResult[Any]:
        """A dispatch is the first of its consignment. Whoever asks sums: grouped, SQLite would read a whole year."""
        moves = of("movements")
        consignment = sa.case(
            (moves.target == TRANSIT, sa.func.coalesce(moves.consignment, moves.seq)), else_=moves.consignment
        )
        query = sa.select(
            moves.item, moves.source, moves.target, moves.name, moves.quantity, consignment.label("consignment")
        )
        return self.reader.connection.execute(query.where(moves.site == self.reader.site, *which))

    def carried(self) -> dict[str, ItemDay]:
        """Item -> what moved since the report before and is not of the day itself: an evening, days without office."""
        columns, found = of("item_days"), dict(self.previous.later if self.previous else {})
        between = (self.own(columns.day), columns.day < self.day)
        return joined(found, self.reader.rows("item_days", *between, order=[columns.day]))

    def item_days(self) -> dict[str, ItemDay]:
        """Item -> what came and went since the report before, beginning with what there was then."""
        rows = self.reader.rows("item_days", of("item_days").day == self.day)
        mine = [row.without(self.later[row.item]) if row.item in self.later else row for row in rows]
        return joined(self.carried(), mine)

    def nearest(self, which: Callable[..., Any], beyond: sa.ColumnElement[bool]) -> list[ItemDay]:
        """Each item's first (`min`) or last (`max`) row beyond a day."""
        columns = of("item_days")
        keys = sa.select(columns.item, which(columns.day)).where(columns.site == self.reader.site, beyond)
        return self.reader.rows("item_days", sa.tuple_(columns.item, columns.day).in_(keys.group_by(columns.item)))

    def before(self) -> dict[str, int]:
        """What the last report said was left, or the tables where nobody has signed one."""
        rows = self.nearest(sa.func.max, self.earlier(of("item_days").day))
        ended = {row.item: row.opening + row.change for row in rows}
        for signed in self.reader.rows("signed_reports", of("signed_reports").day == self.last):
            if signed.complete:
                ended |= {line["item"]: line["on_hand"] for line in json.loads(signed.report)["items"]}
        return ended

    def backlog_moves(self) -> list[BacklogDay]:
        return self.reader.rows("backlog_days", self.own(of("backlog_days").day))

    def backlog_before(self) -> dict[str, int]:
        """State -> how many records of the print backlog stood there when the day began."""
        columns = of("backlog_days")
        earlier, states = (columns.site == self.reader.site, self.earlier(columns.day)), Counter[str]()
        for side, sign in ((columns.source, -1), (columns.target, 1)):
            query = sa.select(side, sa.func.sum(columns.records)).where(*earlier, side != "").group_by(side)
            for state, records in self.reader.connection.execute(query):
                states[state] += sign * int(records)
        return {state: records for state, records in states.items() if records}

    def kecamatan_of(self, records: list[str]) -> dict[str, int]:
        """Code -> how many of these records."""
        ids = of("backlog").record_id
        rows = (row for some in batched(records, KEYS_A_QUERY) for row in self.reader.rows("backlog", ids.in_(some)))
        return Counter(row.kecamatan for row in rows)

    def withdrawn_before(self) -> dict[str, int]:
        """Item -> old cards that lay there when the day began."""
        columns = of("item_days")
        left = sa.func.sum(columns.withdrawn - columns.destroyed)
        query = sa.select(columns.item, left).where(columns.site == self.reader.site, self.earlier(columns.day))
        kept = self.reader.connection.execute(query.group_by(columns.item))
        carried = self.previous.later if self.previous else {}
        came = {item: row.withdrawn - row.destroyed for item, row in carried.items()}
        return {item: int(cards) - came.get(item, 0) for item, cards in kept}


def joined(found: dict[str, ItemDay], rows: Iterable[ItemDay]) -> dict[str, ItemDay]:
    """Each item's parts as one, in the order of the days."""
    for row in rows:
        found[row.item] = found[row.item].with_next(row) if row.item in found else row
    return found
