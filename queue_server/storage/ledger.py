"""What is read of the ledger besides balances: consignments, counts, old cards, requests, and the papers they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from queue_server.domain import calendar, forecast
from queue_server.domain.errors import Conflict, NotFound
from queue_server.domain.stock import APPROVED, BlankRequest, Movement
from queue_server.domain.tickets import number_label
from queue_server.domain.views import (
    ConsignmentView,
    CountDifferenceView,
    CountMinutes,
    DestructionLine,
    DestructionMinutes,
    ForecastView,
    HandoverMinutes,
    MovementView,
    RequestLetter,
    RequestView,
    WithdrawnView,
)
from queue_server.storage.database import Database
from queue_server.storage.queries import Reader, movement_view, of
from queue_server.storage.schema import NOT_APPROVED, PROJECTIONS, UNDER_WAY

LETTER_DAYS = 90  # of use that a letter tells
LISTED = 100  # requests or consignments on a page
MOST_LOGGED = 2000  # cards that minutes list one by one

moves, others = PROJECTIONS["movements"], PROJECTIONS["movements"].alias("others")
HANDED_OVER = frozenset({"receive", "return", "lend", "borrow", "dispatch", "accept"})


class Ledger:
    """Reads of one site."""

    def __init__(self, database: Database, site: str) -> None:
        self.database, self.site = database, site

    def consignments(self) -> tuple[ConsignmentView, ...]:
        """What is under way, oldest first."""
        with self.database.reading() as connection:
            rows = Reader(connection, self.site, 0).rows("consignments", UNDER_WAY, order=[of("consignments").seq])
        return tuple(ConsignmentView(**asdict(row), open=row.open) for row in rows)

    def count_differences(self) -> tuple[CountDifferenceView, ...]:
        """Counts that wait for a second person, oldest first."""
        with self.database.reading() as connection:
            order = [of("count_differences").seq]
            rows = Reader(connection, self.site, 0).rows("count_differences", NOT_APPROVED, order=order)
        return tuple(CountDifferenceView(**asdict(row), difference=row.difference) for row in rows)

    def approved_differences(self, limit: int = LISTED) -> tuple[CountDifferenceView, ...]:
        """Counts that a second person has approved, newest first; each has its minutes."""
        approved, order = of("count_differences").state == APPROVED, [of("count_differences").seq.desc()]
        with self.database.reading() as connection:
            rows = Reader(connection, self.site, 0).rows("count_differences", approved, order=order, limit=limit)
        return tuple(CountDifferenceView(**asdict(row), difference=row.difference) for row in rows)

    # -- old cards ---------------------------------------------------------------------------------------------------

    def withdrawn(self, limit: int, before: int | None = None) -> tuple[WithdrawnView, ...]:
        """The log of old cards, newest first, a page at a time; what was taken back stands in it no more."""
        where = [] if before is None else [moves.c.seq < before]
        with self.database.reading() as connection:
            return self._withdrawn(connection, where, moves.c.seq.desc(), limit)

    def destructions(self) -> tuple[MovementView, ...]:
        """Newest first; each stands in the minutes of its number."""
        where = [moves.c.type == "destroy", self._stands()]
        with self.database.reading() as connection:
            rows = Reader(connection, self.site, 0).rows("movements", *where, order=[moves.c.seq.desc()], limit=LISTED)
        return tuple(movement_view(row) for row in rows)

    def _withdrawn(
        self, connection: sa.Connection, where: Sequence[sa.ColumnElement[bool]], order: Any, limit: int
    ) -> tuple[WithdrawnView, ...]:
        tickets = PROJECTIONS["tickets"]
        own = sa.and_(tickets.c.site == moves.c.site, tickets.c.ticket_id == moves.c.ticket_id)
        columns = (moves.c[name] for name in ("seq", "day", "at", "actor", "item", "quantity", "reason"))
        query = sa.select(*columns, tickets.c.prefix, tickets.c.number).join(tickets, own, isouter=True)
        query = query.where(*self._handed_in(), *where).order_by(order).limit(limit)
        return tuple(
            WithdrawnView(*row[:7], number=number_label(row.prefix, row[8]) if row.prefix else None)
            for row in connection.execute(query)
        )

    def _handed_in(self) -> tuple[sa.ColumnElement[bool], ...]:
        return moves.c.site == self.site, moves.c.type == "withdraw", self._stands()

    def _stands(self) -> sa.ColumnElement[bool]:
        """Nothing has taken the movement back."""
        return ~sa.exists().where(others.c.site == self.site, others.c.reverses == moves.c.seq)

    # -- requests ----------------------------------------------------------------------------------------------------

    def requests(self) -> tuple[RequestView, ...]:
        """Newest first."""
        with self.database.reading() as connection:
            order = [of("blank_requests").seq.desc()]
            rows = Reader(connection, self.site, 0).rows("blank_requests", order=order, limit=LISTED)
        return tuple(request_view(row) for row in rows)

    def forecasts(self, now: int, language: str) -> tuple[ForecastView, ...]:
        """Every item, in the office file's order."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            snapshot = reader.snapshot(lines=False)
            use = reader.use_per_day(snapshot.today)
            awaited = self._awaited(reader)
        today = date.fromisoformat(snapshot.today)
        views = []
        for code, item in snapshot.catalogue.items.items():
            on_hand, a_day = snapshot.store(code).on_hand, use.get(code, 0.0)
            gone = forecast.runs_out_on(snapshot.catalogue, today, on_hand, a_day)
            views.append(
                ForecastView(
                    code,
                    item.name.get(language),
                    item.unit.get(language),
                    on_hand,
                    round(a_day, 1),
                    forecast.days_of_cover(on_hand, a_day),
                    gone.isoformat() if gone else None,
                    awaited.get(code, 0),
                    forecast.suggested_request(on_hand, awaited.get(code, 0), a_day, item.pack),
                )
            )
        return tuple(views)

    def _awaited(self, reader: Reader) -> dict[str, int]:
        awaited: dict[str, int] = {}
        for row in reader.rows("blank_requests"):
            awaited[row.item] = awaited.get(row.item, 0) + row.awaited
        return awaited

    def used_lately(self, item: str, now: int) -> int:
        """Used and spoilt in the days that a letter tells, today included."""
        with self.database.reading() as connection:
            today = Reader(connection, self.site, now).today
            since = (date.fromisoformat(today) - timedelta(days=LETTER_DAYS)).isoformat()
            days = PROJECTIONS["item_days"].c
            used = sa.select(sa.func.coalesce(sa.func.sum(days.used + days.spoilt), 0))
            used = used.where(days.site == self.site, days.item == item, days.day > since)
            return int(connection.execute(used).scalar_one())

    # -- papers ------------------------------------------------------------------------------------------------------

    def request_letter(self, request: int, now: int) -> RequestLetter:
        """Raises `NotFound`."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            row = next(iter(reader.rows("blank_requests", of("blank_requests").seq == request)), None)
            if row is None or row.item not in reader.catalogue.items:
                raise NotFound("request", seq=request)
            came = [moves.c.item == row.item, moves.c.type == "receive", moves.c.seq < request, self._stands()]
            last = next(iter(reader.rows("movements", *came, order=[moves.c.seq.desc()], limit=1)), None)
        item = reader.catalogue.items[row.item]
        return RequestLetter(
            office=reader.catalogue.name,
            day=row.day,
            reference=row.reference,
            party=row.party,
            item=item.name.id,
            unit=item.unit.id,
            asked=row.asked,
            on_hand=row.on_hand,
            used=row.used,
            backlog=row.backlog,
            last_receipt=(last.day, last.quantity) if last else None,
            reason=row.reason,
        )

    def minutes(self, item: str, seq: int, now: int) -> HandoverMinutes | DestructionMinutes:
        """What the minutes of a movement say. Raises `NotFound` (none is due for it), `Conflict` (taken back)."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            row = next(iter(reader.rows("movements", moves.c.seq == seq, moves.c.item == item)), None)
            if row is None or row.type not in HANDED_OVER | {"destroy"} or item not in reader.catalogue.items:
                raise NotFound("no_minutes", seq=seq)
            if not reader.rows("movements", moves.c.seq == seq, self._stands()):
                raise Conflict("reversed_before", seq=seq)
            return self._destruction(reader, row) if row.type == "destroy" else self._handover(reader, row)

    def count_minutes(self, seq: int, now: int) -> CountMinutes:
        """What the minutes of a count's difference say. Raises `NotFound` (no such), `Conflict` (not approved)."""
        with self.database.reading() as connection:
            reader = Reader(connection, self.site, now)
            row = next(iter(reader.rows("count_differences", of("count_differences").seq == seq)), None)
        if row is None or row.item not in reader.catalogue.items:
            raise NotFound("no_minutes", seq=seq)
        if row.state != APPROVED:
            raise Conflict("count_not_approved")
        item = reader.catalogue.items[row.item]
        return CountMinutes(
            office=reader.catalogue.name,
            day=row.day,
            clock=calendar.clock(reader.catalogue, row.at),
            item=item.name.id,
            unit=item.unit.id,
            place=row.place,
            book=row.book,
            counted=row.counted,
            difference=row.difference,
            reason=row.reason,
            counted_by=row.counted_by,
            approved_by=row.approved_by or "",
        )

    def _handover(self, reader: Reader, row: Movement) -> HandoverMinutes:
        sent = row.seq if row.type == "dispatch" else row.consignment
        way = next(iter(reader.rows("consignments", of("consignments").seq == sent)), None) if sent else None
        outside = row.source if row.type in ("receive", "borrow") else row.target
        item, accepted = reader.catalogue.items[row.item], way if row.type == "accept" else None
        return HandoverMinutes(
            office=reader.catalogue.name,
            day=row.day,
            reference=row.reference,
            type=row.type,
            party=way.target if way else outside,
            name=row.name,
            item=item.name.id,
            unit=item.unit.id,
            quantity=row.quantity,
            sent=accepted.sent if accepted else None,
            missing=accepted.sent - accepted.accepted if accepted else None,
            note=row.reason,
        )

    def _destruction(self, reader: Reader, row: Movement) -> DestructionMinutes:
        """All that was destroyed under one number on one day."""
        batch = [moves.c.type == "destroy", moves.c.reference == row.reference, moves.c.day == row.day, self._stands()]
        rows: list[Movement] = reader.rows("movements", *batch, order=[moves.c.seq])
        earlier = sa.select(sa.func.max(moves.c.seq)).where(
            moves.c.site == self.site, moves.c.type == "destroy", moves.c.seq < rows[0].seq, self._stands()
        )
        since = reader.connection.execute(earlier).scalar_one() or 0
        period = [moves.c.seq > since, moves.c.seq < rows[-1].seq]
        handed_in = sa.select(sa.func.coalesce(sa.func.sum(moves.c.quantity), 0)).where(*self._handed_in(), *period)
        items = reader.catalogue.items
        return DestructionMinutes(
            office=reader.catalogue.name,
            day=row.day,
            reference=row.reference,
            manner=row.reason,
            lines=tuple(self._destroyed(reader, *key, rows) for key in dict.fromkeys((r.item, r.source) for r in rows)),
            log=self._withdrawn(reader.connection, period, moves.c.seq, MOST_LOGGED),
            logged=int(reader.connection.execute(handed_in).scalar_one()),
            item_names={code: item.name.id for code, item in items.items()},
        )

    def _destroyed(self, reader: Reader, item: str, account: str, rows: list[Movement]) -> DestructionLine:
        change = sa.case((moves.c.target == account, moves.c.quantity), else_=-moves.c.quantity)
        left = sa.select(sa.func.coalesce(sa.func.sum(change), 0)).where(
            moves.c.site == self.site,
            moves.c.item == item,
            moves.c.seq <= rows[-1].seq,
            sa.or_(moves.c.source == account, moves.c.target == account),
        )
        kept = reader.catalogue.items.get(item)
        return DestructionLine(
            item=kept.name.id if kept else item,
            unit=kept.unit.id if kept else "",
            kind=account,
            destroyed=sum(row.quantity for row in rows if (row.item, row.source) == (item, account)),
            left=int(reader.connection.execute(left).scalar_one()),
        )


def request_view(row: BlankRequest) -> RequestView:
    return RequestView(
        seq=row.seq,
        day=row.day,
        item=row.item,
        party=row.party,
        asked=row.asked,
        granted=row.granted,
        granted_on=row.granted_on,
        fetched=row.fetched,
        awaited=row.awaited,
        fulfilment=forecast.fulfilment(row.asked, row.fetched),
        on_hand=row.on_hand,
        used=row.used,
        backlog=row.backlog,
        reference=row.reference,
        reason=row.reason,
    )
