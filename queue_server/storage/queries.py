"""Everything that is read. Screens, the hub and reports ask here and never see a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from queue_server.domain import calendar, forecast, queueing, stock, tickets
from queue_server.domain.catalogue import Catalogue, Line
from queue_server.domain.days import CLOSED, Alert, Day, OfficeFile, ServiceCount
from queue_server.domain.equipment import RETIRED, Equipment
from queue_server.domain.errors import NotFound
from queue_server.domain.events import SlipReprinted, TicketCalled
from queue_server.domain.office import Entry, catalogue_in_force
from queue_server.domain.stock import Balance, ItemDay, Movement, Reservation
from queue_server.domain.suspensions import words_of
from queue_server.domain.tickets import Ticket, Voucher
from queue_server.domain.views import (
    AlertView,
    AuditLine,
    CallView,
    CounterBoard,
    CounterLine,
    DayOffer,
    DayView,
    HourCount,
    ItemStock,
    ItemToday,
    LobbyBoard,
    LongWait,
    MovementView,
    ServicesView,
    ServiceToday,
    SlipView,
    StockBoard,
    TicketView,
    Today,
    VoucherView,
    as_json,
)
from queue_server.storage.chain import revive
from queue_server.storage.codec import ROWS
from queue_server.storage.database import Database
from queue_server.storage.schema import (
    OPEN_VOUCHER,
    PROJECTIONS,
    REPRINTED,
    UNANSWERED,
    UNFINISHED,
    WAITING,
    journal,
    sites,
)
from queue_server.storage.snapshot import Places, Snapshot, Waiting, call_view, work_light

CALLS_READ = 40  # newest calls of a hall, from which each number that still stands is shown once
ANNOUNCED_MS = 20_000  # a call older than this is never spoken
MOVEMENTS_A_PAGE = 100
RECENT = 10_000  # newest entries of the journal, in which a counter finds the answer to its call for help
LONGEST_SHOWN = 3
MOST_DIGITS = 6  # of a number that can be asked for
MINUTE, HOUR = 60_000, 3_600_000
NO_REASON = '"reason":""'  # as it stands in an entry; one that somebody typed has its quotation marks escaped

t_tickets, t_calls, t_movements = PROJECTIONS["tickets"], PROJECTIONS["calls"], PROJECTIONS["movements"]
ALL_HALLS = "semua"
SITE: sa.BindParameter[str] = sa.bindparam("site")
TODAY: sa.BindParameter[str] = sa.bindparam("today")


def stands(calls: sa.FromClause) -> sa.ColumnElement[bool]:
    """Not a call that a clerk has taken back: its ticket no longer knows of it, and no screen shows or speaks it."""
    return sa.exists().where(
        t_tickets.c.site == SITE,
        t_tickets.c.ticket_id == calls.c.ticket_id,
        t_tickets.c.call_seq >= calls.c.seq,
    )


def of(table: str) -> Any:
    return PROJECTIONS[table].c


def rows_of(
    table: str, *where: sa.ColumnElement[bool], order: Iterable[Any] = (), limit: int | None = None
) -> sa.Select[Any]:
    """A site's rows as a query."""
    columns = of(table)
    query = sa.select(*[c for c in columns if c.name != "site"]).where(columns.site == SITE, *where)
    return query.order_by(*order).limit(limit)


def of_today(table: str) -> sa.Select[Any]:
    return rows_of(table, of(table).day == TODAY)


# What a snapshot is read with, built once: building takes several times as long as asking.
USUAL: dict[str, sa.Select[Any]] = {
    "open day": rows_of("days", of("days").state != CLOSED),
    "today": of_today("days"),
    **{table: rows_of(table) for table in ("counters", "balances", "suspensions", "item_uses", "arrivals")},
    **{table: of_today(table) for table in ("item_days", "paces", "sequences", "service_counts")},
    "office_files": rows_of("office_files", order=[of("office_files").seq]),
    "alerts": rows_of("alerts", UNANSWERED, order=[of("alerts").seq]),
    "recent alerts": rows_of("alerts", of("alerts").seq > sa.bindparam("after"), order=[of("alerts").seq.desc()]),
    "invitation_days": rows_of("invitation_days", of("invitation_days").day >= TODAY),
    "bucket_counts": rows_of("bucket_counts", of("bucket_counts").day >= TODAY),
    "unfinished": rows_of("tickets", UNFINISHED, order=[t_tickets.c.place]),
    "skipped": rows_of("tickets", t_tickets.c.day == TODAY, t_tickets.c.state == tickets.NO_SHOW),
}
# The limit comes first: a planner that knows little of the tables would else compare every call with every ticket.
NEWEST_CALLS = rows_of(
    "calls",
    t_calls.c.day == TODAY,
    t_calls.c.hall == sa.bindparam("hall"),
    order=[t_calls.c.seq.desc()],
    limit=CALLS_READ,
).subquery()
CALLS = sa.select(NEWEST_CALLS).where(stands(NEWEST_CALLS)).order_by(NEWEST_CALLS.c.seq.desc())
NEWEST_DAY = sa.select(sa.func.max(of("days").day)).where(of("days").site == SITE)
HEAD = (
    sa.select(journal.c.seq, journal.c.at)
    .join(sites, sa.and_(sites.c.site == journal.c.site, sites.c.generation == journal.c.generation))
    .where(journal.c.site == SITE, journal.c.seq == sites.c.seq)
)
WAITING_NOW = (
    sa.select(t_tickets.c.service, sa.func.count(), sa.func.min(t_tickets.c.waits_since))
    .where(t_tickets.c.site == SITE, WAITING)
    .group_by(t_tickets.c.service)
)
CARDS_OF_VOUCHERS = (
    sa.select(of("vouchers").service, sa.func.count(), sa.func.sum(of("vouchers").cards))
    .where(of("vouchers").site == SITE, OPEN_VOUCHER)
    .group_by(of("vouchers").service)
)
WAITING_LIST = CARDS_OF_VOUCHERS.where(of("vouchers").date == "")
CALLED_BACK = CARDS_OF_VOUCHERS.where(of("vouchers").early == TODAY)
VOUCHERS_OF_DAYS = (
    sa.select(of("vouchers").date, of("vouchers").service, sa.func.count())
    .where(of("vouchers").site == SITE, OPEN_VOUCHER, of("vouchers").date >= TODAY)
    .group_by(of("vouchers").date, of("vouchers").service)
)
FINISHED = (
    sa.select(t_tickets.c.counter, sa.func.count(), sa.func.avg((t_tickets.c.ended_at - t_tickets.c.started_at) / 1000))
    .where(t_tickets.c.site == SITE, t_tickets.c.day == TODAY, t_tickets.c.state == tickets.FINISHED)
    .group_by(t_tickets.c.counter)
)


class Queries:
    """Reads of one site. `public_url` is what QR codes hold; empty leaves them away."""

    def __init__(self, database: Database, site: str, public_url: str = "", wifi_name: str = "") -> None:
        self.database, self.site = database, site
        self.public_url, self.wifi_name = public_url.rstrip("/"), wifi_name

    # -- one snapshot for all boards -----------------------------------------------------------------------------------

    def snapshot(self, now: int, lines: bool = False) -> Snapshot:
        """The office as it is committed; with `lines` also everyone who waits, which counters need."""
        with self.database.reading() as connection:
            return Reader(connection, self.site, now).snapshot(lines)

    def catalogue(self, now: int) -> Catalogue:
        with self.database.reading() as connection:
            return Reader(connection, self.site, now).catalogue

    def head(self) -> int:
        """The journal's newest number."""
        with self.database.reading() as connection:
            return connection.execute(sa.select(sites.c.seq).where(sites.c.site == self.site)).scalar_one_or_none() or 0

    def day_view(self, now: int) -> DayView:
        return self.snapshot(now).day_view

    def services(self, language: str, now: int) -> ServicesView:
        return self.snapshot(now).services_view(language)

    def office_board(self, now: int) -> dict[str, Any]:
        return office_board(self.snapshot(now))

    def stock(self, language: str, now: int) -> tuple[ItemStock, ...]:
        """Every item that the office keeps."""
        return self.snapshot(now).stock(language)

    def stock_board(self, language: str, now: int) -> StockBoard:
        return self.snapshot(now).stock_board(language)

    def lobby(self, hall: str, now: int) -> LobbyBoard:
        """Raises `NotFound` for a hall that the office does not have."""
        snapshot = self.snapshot(now)
        if hall not in snapshot.catalogue.halls and hall != ALL_HALLS:
            raise NotFound("hall", hall=hall)
        return snapshot.lobby(hall)

    def calls_since(self, hall: str, seq: int, now: int) -> tuple[CallView, ...]:
        """The calls of a hall after `seq` that are still to be announced, oldest first."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            where = [stands(t_calls), t_calls.c.seq > seq, t_calls.c.called_at > now - ANNOUNCED_MS]
            if hall != ALL_HALLS:
                where.append(t_calls.c.hall == hall)
            calls = reader.rows("calls", t_calls.c.day == reader.today, *where, order=[t_calls.c.seq])
        return tuple(call_view(call) for call in calls)

    def counters(self, now: int) -> tuple[CounterLine, ...]:
        return self.snapshot(now, lines=True).counter_lines()

    def counter(self, counter: int, now: int, language: str = "id") -> CounterBoard:
        """Raises `NotFound`."""
        return self.counter_of(self.snapshot(now, lines=True), counter, language)

    def counter_of(self, snapshot: Snapshot, counter: int, language: str = "id") -> CounterBoard:
        """The same from a snapshot with lines that is at hand already."""
        if counter not in snapshot.catalogue.counters:
            raise NotFound("counter", counter=counter)
        return snapshot.counter_board(counter, lambda t: ticket_view(snapshot, t, language, None, None), language)

    # -- tickets -------------------------------------------------------------------------------------------------------

    def ticket(self, ticket_id: str, language: str, now: int) -> TicketView:
        """Raises `NotFound`."""
        return self._ticket(t_tickets.c.ticket_id == ticket_id, language, now)

    def ticket_by_token(self, token: str, language: str, now: int) -> TicketView:
        """Raises `NotFound`."""
        return self._ticket(t_tickets.c.token == token, language, now)

    def ticket_by_number(self, number: str, language: str, now: int) -> TicketView:
        """Today's ticket with that number, as it is printed (`A-053`). Raises `NotFound`."""
        prefix, _, digits = number.partition("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            raise NotFound("ticket")
        with self.database.reading() as connection:
            today = Reader(connection, self.site, now).today
        its = (t_tickets.c.day == today, t_tickets.c.prefix == prefix, t_tickets.c.number == int(digits))
        return self._ticket(sa.and_(*its), language, now)

    def ticket_version(self, token: str, now: int) -> tuple[str, int, int, str]:
        """What a phone page depends on, by two point look-ups: the ticket's id and change, the journal's head, minute.

        Raises `NotFound`.
        """
        with self.database.reading() as connection:
            where = [t_tickets.c.site == self.site, t_tickets.c.token == token]
            row = connection.execute(sa.select(t_tickets.c.ticket_id, t_tickets.c.changed_seq).where(*where)).first()
            if row is None:
                raise NotFound("ticket")
            head = connection.execute(sa.select(sites.c.seq).where(sites.c.site == self.site)).scalar_one()
        return row.ticket_id, row.changed_seq, head, str(now // 60_000)

    def _ticket(self, where: sa.ColumnElement[bool], language: str, now: int) -> TicketView:
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            ticket = next(iter(reader.rows("tickets", where)), None)
            if ticket is None:
                raise NotFound("ticket")
            snapshot = reader.snapshot(lines=False)
            ahead = reader.ahead(ticket, snapshot.line([ticket.service])) if ticket.state == tickets.WAITING else None
            snapshot.reservations.update(reader.reservations([ticket.ticket_id]))
            voucher = reader.voucher_of(ticket, snapshot, language)
            share = reader.vouchers_before(ticket)
        return ticket_view(snapshot, ticket, language, ahead, voucher, share)

    def another_day(self, view: TicketView, now: int) -> DayOffer:
        """What a waiting number would be put off to."""
        snapshot = self.snapshot(now)
        day = snapshot.ration.next_day_for(snapshot.catalogue.services[view.service], view.cards)
        return DayOffer(day, *snapshot.voucher_hours(day))

    def voucher(self, code: str, language: str, now: int) -> VoucherView:
        """Raises `NotFound`."""
        return self._voucher(of("vouchers").code == code, code, language, now)

    def voucher_by_token(self, token: str, language: str, now: int) -> VoucherView:
        """One that was given instead of a number. Raises `NotFound`."""
        return self._voucher(of("vouchers").token == token, "", language, now)

    def voucher_version(self, token: str, now: int) -> tuple[str, int, str]:
        """What a voucher's phone page depends on. Raises `NotFound`."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            row = next(iter(reader.rows("vouchers", of("vouchers").token == token)), None)
            if row is None:
                raise NotFound("voucher", code="")
            return row.code, reader.head()[0], str(now // 60_000)

    def days_told(self) -> dict[str, tuple[str, str]]:
        """What the phone pages of all open vouchers with a date say: code -> (date, earlier day or empty)."""
        columns = of("vouchers")
        told = sa.select(columns.code, columns.date, columns.early)
        with self.database.reading() as connection:
            rows = connection.execute(told.where(columns.site == self.site, OPEN_VOUCHER, columns.date != ""))
            return {row.code: (row.date, row.early) for row in rows}

    def _voucher(self, where: sa.ColumnElement[bool], code: str, language: str, now: int) -> VoucherView:
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            row = next(iter(reader.rows("vouchers", where)), None)
            if row is None:
                raise NotFound("voucher", code=code)
            return reader.voucher(row, reader.snapshot(lines=False), language)

    def slip(self, ticket_id: str, now: int, reprint: bool = False) -> SlipView:
        """What the slip of a ticket says; of a deferred one it is its voucher. Raises `NotFound`."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            row = next(iter(reader.rows("tickets", t_tickets.c.ticket_id == ticket_id)), None)
        language = row.language if row else "id"
        view = self.ticket(ticket_id, language, now)
        catalogue = self.catalogue(now)
        service = catalogue.services[view.service]
        return SlipView(
            office=f"Disdukcapil {catalogue.name}",
            number=view.number,
            service_name=view.service_name,
            day=view.day,
            issued_at=view.issued_at,
            time_zone=catalogue.time_zone,
            zone=catalogue.zone,
            hall_name=view.hall_name,
            ahead=view.ahead,
            wait_clock=view.wait_clock,
            reserved=view.reserved,
            checklist=tuple(line.label.get(language) for line in service.checklist),
            track_url=f"{self.public_url}/t/{view.token}" if self.public_url else None,
            wifi_name=self.wifi_name or None,
            language=language,
            reprint=reprint,
            voucher=view.voucher,
            closes_at=self.day_view(now).closes_at,
        )

    def voucher_slip(self, code: str, now: int) -> SlipView:
        """What the slip of a voucher says that was given instead of a number. Raises `NotFound`."""
        language = self.voucher(code, "id", now).language
        view, catalogue = self.voucher(code, language, now), self.catalogue(now)
        checklist = catalogue.services[view.service].checklist
        return SlipView(
            office=f"Disdukcapil {catalogue.name}",
            number="",
            service_name=view.service_name,
            day=view.date or "",
            issued_at=view.issued_at,
            time_zone=catalogue.time_zone,
            zone=catalogue.zone,
            hall_name="",
            ahead=None,
            wait_clock=None,
            reserved=(),
            checklist=tuple(line.label.get(language) for line in checklist),
            track_url=f"{self.public_url}/t/{view.token}" if self.public_url and view.token else None,
            wifi_name=self.wifi_name or None,
            language=language,
            voucher=view,
        )

    # -- against touts -------------------------------------------------------------------------------------------------

    def audit(self, since: str, until: str) -> tuple[AuditLine, ...]:
        """Reprints and calls out of order of these business days, both included, newest first.

        Source: `docs/field.md#touts`.
        """
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, 0)
            reprints, calls = reader.reprints(since, until), reader.calls_out_of_order(since, until)
            named = reader.tickets_of(event.ticket_id for _, event in (*reprints, *calls))
        lines = [audit_line(entry, event, named[event.ticket_id]) for entry, event in (*reprints, *calls)]
        return tuple(sorted(lines, key=lambda line: line.seq, reverse=True))

    # -- the day's figures ---------------------------------------------------------------------------------------------

    def today(self, now: int, day: str | None = None, language: str = "id") -> Today:
        """The counts of the open day, of the last one between days, or of `day`; stock is always as of now."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            snapshot = reader.snapshot(lines=True)
            shown = day or (snapshot.day.day if snapshot.day else snapshot.newest_day or snapshot.today)
            counts = {c.service: c for c in reader.rows("service_counts", of("service_counts").day == shown)}
            item_days = {i.item: i for i in reader.rows("item_days", of("item_days").day == shown)}
            use, hours = reader.use_per_day(shown), reader.hours(shown)
        return make_today(snapshot, counts, item_days, use, hours, language, live=shown == snapshot.today)

    def balances(self) -> tuple[Balance, ...]:
        """Every item's balance on every account, for staff."""
        with self.database.reading() as connection:
            order = [of("balances").item, of("balances").account]
            return tuple(Reader(connection, self.site, 0).rows("balances", order=order))

    def equipment(self) -> tuple[Equipment, ...]:
        """The register, without what is gone for good, by kind and name."""
        with self.database.reading() as connection:
            order = [of("equipment").kind, of("equipment").name, of("equipment").equipment_id]
            found = Reader(connection, self.site, 0).rows("equipment", of("equipment").state != RETIRED, order=order)
        return tuple(found)

    def movements(
        self, item: str, limit: int = MOVEMENTS_A_PAGE, before: int | None = None
    ) -> tuple[MovementView, ...]:
        """The ledger of one item, newest first, a page at a time (`before` is the last seq of the page before)."""
        where = [t_movements.c.item == item]
        if before is not None:
            where.append(t_movements.c.seq < before)
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, 0)
            rows = reader.rows("movements", *where, order=[t_movements.c.seq.desc()], limit=limit)
        return tuple(movement_view(row) for row in rows)


class Reader:
    """The reads of one transaction."""

    def __init__(self, connection: sa.Connection, site: str, now: int) -> None:
        self.connection, self.site, self.now, self.today = connection, site, now, ""
        self.open_day: Day | None = next(iter(self.usual("open day", "days")), None)
        self.catalogue = self._catalogue()
        self.today = self.open_day.day if self.open_day else calendar.local_date(self.catalogue, now).isoformat()

    def rows(
        self, table: str, *where: sa.ColumnElement[bool], order: Iterable[Any] = (), limit: int | None = None
    ) -> list[Any]:
        return self.read(table, rows_of(table, *where, order=order, limit=limit))

    def usual(self, name: str, table: str = "", **values: Any) -> list[Any]:
        """One of `USUAL`."""
        return self.read(table or name, USUAL[name], **values)

    def read(self, table: str, query: sa.Select[Any], **values: Any) -> list[Any]:
        return [ROWS[table].row(row) for row in self.ask(query, **values)]

    def ask(self, query: sa.Select[Any], **values: Any) -> Any:
        return self.connection.execute(query, {"site": self.site, "today": self.today, **values})

    def _catalogue(self) -> Catalogue:
        files: list[OfficeFile] = self.usual("office_files")
        if not files:
            raise NotFound("no_office_file")
        return catalogue_in_force(tuple(files), self.open_day.day if self.open_day else None, self.now)

    def snapshot(self, lines: bool) -> Snapshot:
        seq, last_at = self.head()
        counters = {row.counter: row for row in self.usual("counters")}
        unfinished = self.unfinished() if lines else []
        held = [state.ticket_id for state in counters.values() if state.ticket_id] if lines else []
        acted = [state.actions[-1].ticket_id for state in counters.values() if state.actions] if lines else []
        return Snapshot(
            now=self.now,
            seq=seq,
            last_at=last_at,
            catalogue=self.catalogue,
            day=self.open_day,
            newest_day=self.ask(NEWEST_DAY).scalar_one() or "",
            opened_today=bool(self.usual("today", "days")),
            waiting=self.waiting(),
            counters=counters,
            balances={(row.item, row.account): row for row in self.usual("balances")},
            item_days={row.item: row for row in self.usual("item_days")},
            suspensions={row.service: row for row in self.usual("suspensions")},
            paces={row.service: row for row in self.usual("paces")},
            taken={row.queue: row.last_number for row in self.usual("sequences")},
            counts={row.service: row for row in self.usual("service_counts")},
            calls=self.calls(),
            alerts=self.usual("alerts"),
            recent_alerts=self.usual("recent alerts", "alerts", after=seq - RECENT) if lines else [],
            lines=unfinished,
            reservations=self.reservations(held),
            acted_on=self.tickets_of(acted),
            bucket_counts={(row.day, row.bucket): row for row in self.of_policy("bucket_counts")},
            item_uses={row.item: row for row in self.of_policy("item_uses")},
            arrivals={(row.item, row.delivery): row for row in self.usual("arrivals")},
            places=self.places(),
            dated={(day, service): count for day, service, count in self.ask(VOUCHERS_OF_DAYS)},
            called_back=self.called_back(),
            invited={row.day: row for row in self.of_policy("invitation_days")},
            finished=self.finished() if lines else {},
        )

    def of_policy(self, table: str) -> list[Any]:
        """Rows that only an office with a policy looks at, of today and later."""
        return self.usual(table) if self.catalogue.policy else []

    def places(self) -> dict[str, Places]:
        """The waiting list of each service."""
        return {service: Places(count, int(cards)) for service, count, cards in self.ask(WAITING_LIST)}

    def called_back(self) -> dict[tuple[str, str], int]:
        """Cards of open vouchers that are good on the open day besides their own date, by that day and service."""
        return {(self.today, service): int(cards) for service, _, cards in self.ask(CALLED_BACK)}

    def head(self) -> tuple[int, int]:
        """The journal's newest number and its instant (ms)."""
        row = self.ask(HEAD).first()
        if row is None:
            return 0, 0
        at = datetime.fromisoformat(row.at).replace(tzinfo=UTC)
        return row.seq, round(at.timestamp() * 1000)

    def waiting(self) -> dict[str, Waiting]:
        return {service: Waiting(count, since) for service, count, since in self.ask(WAITING_NOW)}

    def unfinished(self) -> list[Ticket]:
        """Who waits, is at a counter or parked, and who was skipped today."""
        return [*self.usual("unfinished", "tickets"), *self.usual("skipped", "tickets")]

    def calls(self) -> dict[str, list[Any]]:
        """The newest calls of each hall, and of all halls together."""
        of_halls = {hall: self.read("calls", CALLS, hall=hall) for hall in self.catalogue.halls}
        together = sorted((call for calls in of_halls.values() for call in calls), key=lambda call: -call.seq)
        return of_halls | {ALL_HALLS: together[:CALLS_READ]}

    def reservations(self, holders: Iterable[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        if holders := list(holders):
            for row in self.rows("reservations", of("reservations").holder.in_(holders)):
                found[row.holder].append(row)
        return found

    def tickets_of(self, ticket_ids: Iterable[str]) -> dict[str, Ticket]:
        ids = list(ticket_ids)
        return {t.ticket_id: t for t in self.rows("tickets", t_tickets.c.ticket_id.in_(ids))} if ids else {}

    def reprints(self, since: str, until: str) -> list[tuple[Entry, Any]]:
        mine = (journal.c.site == self.site, REPRINTED, journal.c.day.between(since, until))
        return [revive(row) for row in self.connection.execute(sa.select(journal).where(*mine))]

    def calls_out_of_order(self, since: str, until: str) -> list[tuple[Entry, Any]]:
        """By the calls of those days, because the journal has no index of every call: each gave its reason there."""
        query = (
            sa.select(journal)
            .join(t_calls, sa.and_(t_calls.c.site == journal.c.site, t_calls.c.seq == journal.c.seq))
            .where(t_calls.c.site == self.site, t_calls.c.day.between(since, until))
            .where(journal.c.type == TicketCalled.__name__, journal.c.payload.not_like(f"%{NO_REASON}%"))
        )
        return [revive(row) for row in self.connection.execute(query)]

    def finished(self) -> dict[int, tuple[int, int | None]]:
        """By counter: how many visits ended today and their mean length in seconds."""
        return {
            counter: (count, round(mean) if mean is not None else None) for counter, count, mean in self.ask(FINISHED)
        }

    def ahead(self, ticket: Ticket, line: Line) -> int:
        """How many of its line will be called before a waiting ticket."""
        columns = t_tickets.c
        in_front = (
            columns.voucher_rank < ticket.order if ticket.klass == tickets.VOUCHER else columns.place < ticket.place
        )
        klass = sa.case(
            (columns.voucher_rank.is_not(None), tickets.VOUCHER),
            (columns.urgent, tickets.URGENT),
            (columns.priority, tickets.PRIORITY),
            else_=tickets.REGULAR,
        )
        query = (
            sa.select(klass, sa.func.count(), sa.func.sum(sa.case((in_front, 1), else_=0)))
            .where(columns.site == self.site, columns.service.in_(line.services), WAITING)
            .group_by(klass)
        )
        counted = {name: (every, front or 0) for name, every, front in self.connection.execute(query)}
        before = {name: front if name == ticket.klass else every for name, (every, front) in counted.items()}
        regular = counted.get(tickets.REGULAR, (0, 0))[0]
        return queueing.people_ahead(ticket.klass, before, regular, self.catalogue.rules)

    def vouchers_before(self, ticket: Ticket) -> float:
        """What share of the day's open vouchers goes before a ticket: all, or those of a smaller rank."""
        if ticket.voucher_rank is None or ticket.state != tickets.WAITING:
            return 1
        columns = of("vouchers")
        smaller = sa.func.avg(sa.case((columns.rank < ticket.voucher_rank, 1.0), else_=0.0))
        query = sa.select(smaller).where(columns.site == self.site, OPEN_VOUCHER, columns.date == ticket.day)
        return float(self.connection.execute(query).scalar_one() or 0)

    def voucher_of(self, ticket: Ticket, snapshot: Snapshot, language: str) -> VoucherView | None:
        if ticket.state != tickets.DEFERRED:
            return None
        where = of("vouchers").ticket_id == ticket.ticket_id
        voucher = next(iter(self.rows("vouchers", where)), None)
        return self.voucher(voucher, snapshot, language) if voucher else None

    def voucher(self, voucher: Voucher, snapshot: Snapshot, language: str) -> VoucherView:
        held = self.reservations([voucher.code])[voucher.code]
        position = self.position(voucher) if voucher.waits else None
        place = self.place_in_order(voucher) if voucher.in_order else None
        return voucher_view(snapshot, voucher, held, position, place, language)

    def position(self, voucher: Voucher) -> int:
        """Where a place stands on the waiting list of its service, from 1."""
        columns = of("vouchers")
        before = (OPEN_VOUCHER, columns.date == "", columns.service == voucher.service, columns.rank <= voucher.rank)
        query = sa.select(sa.func.count()).where(columns.site == self.site, *before)
        return self.connection.execute(query).scalar_one()

    def place_in_order(self, voucher: Voucher) -> int:
        """The same as `Office.place_in_order`, asked of the index of open vouchers."""
        columns = of("vouchers")
        before = (OPEN_VOUCHER, columns.date == voucher.date, columns.rank <= voucher.rank)
        query = sa.select(sa.func.count()).where(columns.site == self.site, *before)
        return self.connection.execute(query).scalar_one()

    def use_per_day(self, day: str) -> dict[str, float]:
        """By item: used and spoilt a business day, over the last days before and with `day`."""
        since = (date.fromisoformat(day) - timedelta(days=2 * forecast.USE_DAYS)).isoformat()
        columns = of("item_days")
        by_item: dict[str, list[ItemDay]] = defaultdict(list)
        for row in self.rows("item_days", columns.day > since, columns.day <= day, order=[columns.day.desc()]):
            by_item[row.item].append(row)
        return {item: forecast.use_per_day([row.used + row.spoilt for row in rows]) for item, rows in by_item.items()}

    def hours(self, day: str) -> tuple[HourCount, ...]:
        """Tickets taken and visits ended by the hour of the local clock (zones differ from UTC by whole hours)."""
        taken = self.by_hour(day, t_tickets.c.issued_at)
        served = self.by_hour(day, t_tickets.c.ended_at, t_tickets.c.state == tickets.FINISHED)
        return tuple(
            HourCount(calendar.local_time(self.catalogue, hour * HOUR).hour, taken.get(hour, 0), served.get(hour, 0))
            for hour in sorted(taken.keys() | served.keys())
        )

    def by_hour(self, day: str, instant: Any, *where: sa.ColumnElement[bool]) -> dict[int, int]:
        """How many tickets of a day have that instant (ms) in each hour since 1970."""
        hour = (instant // HOUR).label("hour")
        mine = (t_tickets.c.site == self.site, t_tickets.c.day == day, *where)
        return dict(map(tuple, self.connection.execute(sa.select(hour, sa.func.count()).where(*mine).group_by("hour"))))


def office_board(snapshot: Snapshot) -> dict[str, Any]:
    """The whole office in figures and codes, without words: kiosks of both languages and the supervisor watch it."""
    view = snapshot.services_view("id")
    of_group = ("prefix", "waiting", "wait_minutes", "open", "reason", "blanks")
    of_service = ("code", "waiting", "wait_minutes", "open", "reason", "reason_words", "blanks", "offer")
    return {
        "day": as_json(view.day),
        "level": view.level,
        "called_back": view.called_back,
        "groups": [{name: as_json(getattr(group, name)) for name in of_group} for group in view.groups],
        "services": [{name: as_json(getattr(s, name)) for name in of_service} for s in view.services],
        "stock": as_json(view.stock),
    }


def ticket_view(
    snapshot: Snapshot,
    ticket: Ticket,
    language: str,
    ahead: int | None,
    voucher: VoucherView | None,
    vouchers_before: float = 1,
) -> TicketView:
    catalogue = snapshot.catalogue
    service = catalogue.services[ticket.service]
    wait, wait_clock = snapshot.wait_of(ticket, ahead, vouchers_before) if ahead is not None else (None, None)
    return TicketView(
        id=ticket.ticket_id,
        token=ticket.token,
        number=ticket.label,
        day=ticket.day,
        service=ticket.service,
        service_name=service.name.get(language),
        group_name=catalogue.groups[ticket.prefix].name.get(language),
        hall=ticket.hall,
        hall_name=catalogue.halls[ticket.hall].name.get(language),
        state=ticket.state,
        stage=service.stages[min(ticket.stage, len(service.stages) - 1)],
        issued_at=ticket.issued_at,
        called_at=ticket.called_at,
        started_at=ticket.started_at,
        ended_at=ticket.ended_at,
        ahead=ahead,
        follow=None if ahead is None else max(0, snapshot.in_line(snapshot.line([ticket.service])) - 1 - ahead),
        goes_first=ticket.klass != tickets.REGULAR,
        back_from=ticket.back_from if ticket.back_from > snapshot.now else None,
        may_put_off=ticket.state == tickets.WAITING and catalogue.rules.carry_over and ticket.voucher is None,
        wait_minutes=wait,
        wait_clock=wait_clock,
        counter=ticket.counter if ticket.state in tickets.AT_A_COUNTER else None,
        times_called=ticket.times_called,
        skipped=ticket.skipped,
        priority=ticket.priority,
        urgent=ticket.urgent,
        cards=ticket.cards,
        language=ticket.language,
        reserved=snapshot.reserved(ticket.ticket_id, language),
        voucher=voucher,
        outcome=ticket.outcome,
    )


def voucher_view(
    snapshot: Snapshot,
    voucher: Voucher,
    held: list[Reservation],
    position: int | None,
    place: int | None,
    language: str,
) -> VoucherView:
    cards = [r for r in held if r.item in stock.CARDS]
    opens_at, until = snapshot.voucher_hours(voucher.date) if voucher.date else (None, None)
    return VoucherView(
        code=voucher.code,
        date=voucher.date or None,
        rank=place,
        service=voucher.service,
        service_name=snapshot.catalogue.services[voucher.service].name.get(language),
        state=voucher.state,
        opens_at=opens_at,
        until=until,
        blanks=sum(r.quantity for r in cards),
        awaited=sum(r.awaited for r in cards),
        position=position,
        of=snapshot.places[voucher.service].count if position and voucher.service in snapshot.places else None,
        called_back=voucher.state == "open" and voucher.early == snapshot.today,
        issued_at=voucher.issued_at,
        language=voucher.language,
        token=voucher.token,
    )


def make_today(
    snapshot: Snapshot,
    counts: dict[str, ServiceCount],
    item_days: dict[str, ItemDay],
    use: dict[str, float],
    hours: tuple[HourCount, ...],
    language: str,
    live: bool,
) -> Today:
    """`live` is the open day: only there somebody waits."""
    services = tuple(
        service_today(snapshot, code, counts.get(code), language, live) for code in snapshot.catalogue.services
    )
    limiting = {snapshot.limit(service)[0] for service in snapshot.catalogue.services.values()}
    items = tuple(
        item_today(snapshot, code, item_days.get(code), use.get(code, 0.0), code in limiting, language)
        for code in snapshot.catalogue.items
    )
    waiting = [t for t in snapshot.lines if t.state == tickets.WAITING] if live else []
    longest = sorted(waiting, key=lambda t: t.waits_since)[:LONGEST_SHOWN]
    return Today(
        day=snapshot.day_view,
        office=snapshot.catalogue.name,
        services=services,
        items=items,
        counters=snapshot.counter_lines(language),
        alerts=tuple(alert_view(alert) for alert in snapshot.alerts),
        hours=hours,
        taken=sum(s.taken for s in services),
        served=sum(s.served for s in services),
        waiting=sum(s.waiting for s in services),
        no_show=sum(s.no_show for s in services),
        longest_since=longest[0].waits_since if longest else None,
        longest_number=longest[0].label if longest else None,
        longest=tuple(long_wait(snapshot, ticket, language) for ticket in longest),
    )


def long_wait(snapshot: Snapshot, ticket: Ticket, language: str) -> LongWait:
    name = snapshot.catalogue.services[ticket.service].name.get(language)
    return LongWait(ticket.label, name, ticket.waits_since, snapshot.wait_light(ticket.waits_since))


def service_today(snapshot: Snapshot, code: str, count: ServiceCount | None, language: str, live: bool) -> ServiceToday:
    service, row = snapshot.catalogue.services[code], count or ServiceCount("", code)
    suspension, waits = snapshot.suspensions.get(code), snapshot.waiting.get(code) if live else None
    pace = snapshot.paces.get(code) if live else None
    median = pace.median_minutes if pace else None
    longest = waits.longest_since if waits else None
    return ServiceToday(
        service=code,
        group=service.prefix,
        name=service.name.get(language),
        taken=row.taken,
        waiting=snapshot.waiting_for(code) if live else 0,
        served=row.served,
        no_show=row.no_show,
        deferred=row.deferred,
        cancelled=row.cancelled,
        expired=row.expired,
        promised=row.promised,
        printed=row.printed,
        spoilt=row.spoilt,
        suspended=words_of(suspension.reason, language) if suspension else None,
        longest_since=longest,
        wait_light=snapshot.wait_light(longest) if longest is not None else None,
        median_minutes=median,
        sla_minutes=service.sla_minutes,
        work_light=work_light(service, round(median * MINUTE)) if median is not None else None,
        lacks=suspension.equipment if suspension else "",
        unchecked=sum(line.check for line in service.checklist),
    )


def item_today(
    snapshot: Snapshot, code: str, row: ItemDay | None, use: float, limits: bool, language: str
) -> ItemToday:
    now = snapshot.item_stock(code, language)
    return ItemToday(
        item=code,
        name=now.name,
        opening=row.opening if row else now.on_hand,
        received=row.received if row else 0,
        used=row.used if row else 0,
        spoilt=row.spoilt if row else 0,
        on_hand=now.on_hand,
        promised=now.promised,
        safety=now.safety,
        available=now.available,
        days_of_cover=forecast.days_of_cover(now.on_hand, use),
        limits=limits,
    )


def alert_view(alert: Alert) -> AlertView:
    return AlertView(alert.seq, alert.kind, alert.subject, alert.detail, alert.at)


def audit_line(entry: Entry, event: SlipReprinted | TicketCalled, ticket: Ticket) -> AuditLine:
    counter = event.counter if isinstance(event, TicketCalled) else None
    return AuditLine(
        seq=entry.seq,
        at=entry.at,
        day=entry.day,
        kind="reprint" if counter is None else "out_of_order",
        number=ticket.label,
        service=ticket.service,
        counter=counter,
        actor=entry.actor,
        reason=event.reason,
    )


def movement_view(row: Movement) -> MovementView:
    return MovementView(
        seq=row.seq,
        day=row.day,
        at=row.at,
        actor=row.actor,
        item=row.item,
        type=row.type,
        quantity=row.quantity,
        source=row.source,
        target=row.target,
        reference=row.reference,
        reason=row.reason,
        reverses=row.reverses,
        name=row.name,
        consignment=row.consignment,
        request=row.request,
    )
