"""The office at one instant, read in one transaction, and the views that are made from it.

A snapshot decides nothing that a command decides; it shows. The hub takes one for all boards of a wake-up.
Instants are epoch milliseconds (UTC); `language` is `id` or `en`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import Any

from queue_server.domain import announcements, calendar, counters, days, queueing, stock, tickets
from queue_server.domain.backlog import InvitationDay
from queue_server.domain.catalogue import Catalogue, Line, Service, line_of
from queue_server.domain.counters import CounterState
from queue_server.domain.days import Alert, Call, Day, Pace, ServiceCount, Suspension
from queue_server.domain.equipment import in_language
from queue_server.domain.errors import Refusal
from queue_server.domain.policy import Arrival, BucketCount, ItemUse, Ration
from queue_server.domain.stock import Balance, ItemDay, Reservation
from queue_server.domain.tickets import Ticket, number_label
from queue_server.domain.views import (
    CallView,
    ChecklistLine,
    CounterBoard,
    CounterGroup,
    CounterLine,
    DayView,
    GroupView,
    GroupWaiting,
    ItemStock,
    LobbyBoard,
    OfferView,
    PurposeToday,
    Reserved,
    ServicesView,
    ServiceView,
    StockBoard,
    Stopped,
    UndoView,
    Wait,
    WaitingLine,
)

NEXT_SHOWN = 10
EARLIER_SHOWN = 5
BREAK = {"id": "Istirahat pukul {}.", "en": "Break {}."}
INTAKE_GOES_ON = {"id": " Nomor tetap bisa diambil.", "en": " You can still take a number."}
GONE = {"id": "{} habis hari ini.", "en": "{}: none left today."}
CALLED_BACK = {
    "id": "Blangko sudah datang. Antrean tunda yang diberikan hari ini berlaku sekarang: ambil nomor di kios.",
    "en": "Blanks have come. Codes given today for another day are good now: take a number at the kiosk.",
}
REASON_OF = {"out_of_stock": "sold_out", "quota_reached": "quota_reached", "service_closed": "not_served"}
VOUCHER_HOURS = 2  # how long after opening a voucher's holder is asked to come
FREE = {"id": "Semua layanan gratis. Diminta bayar? Laporkan.", "en": "Every service is free. Asked to pay? Report it."}


@dataclass(frozen=True)
class Waiting:
    """Who waits for one service: how many, and since when the longest."""

    count: int
    longest_since: int | None


@dataclass(frozen=True)
class Places:
    """The waiting list of one service: how many stand on it, and how many cards they ask for."""

    count: int
    cards: int


@dataclass
class Snapshot:
    now: int
    seq: int
    last_at: int
    catalogue: Catalogue
    day: Day | None  # open or closing
    newest_day: str  # the last that was opened
    opened_today: bool
    waiting: dict[str, Waiting]  # by service
    counters: dict[int, CounterState]
    balances: dict[tuple[str, str], Balance]
    item_days: dict[str, ItemDay]  # of the day shown
    suspensions: dict[str, Suspension]
    paces: dict[str, Pace]
    taken: dict[str, int]  # by prefix: the last number of the day
    counts: dict[str, ServiceCount]
    calls: dict[str, list[Call]]  # by hall, newest first
    alerts: list[Alert]
    lines: list[Ticket]  # everyone unfinished, and the skipped; empty unless asked for
    reservations: dict[str, list[Reservation]]  # of the tickets at a counter
    acted_on: dict[str, Ticket]  # the tickets that counters acted on last
    bucket_counts: dict[tuple[str, str], BucketCount]  # (day, bucket): of today and later
    item_uses: dict[str, ItemUse]
    arrivals: dict[tuple[str, str], Arrival]
    places: dict[str, Places]  # by service
    dated: dict[str, int]  # open vouchers of each day
    called_back: dict[tuple[str, str], int]  # (day, service) -> cards of later vouchers that are good on it as well
    invited: dict[str, InvitationDay]  # by day, of today and later
    finished: dict[int, tuple[int, int | None]]  # by counter: how many today, and the mean seconds of each

    # -- the day -----------------------------------------------------------------------------------------------------

    @cached_property
    def today(self) -> str:
        """The open business day, or the local date."""
        return self.day.day if self.day else calendar.local_date(self.catalogue, self.now).isoformat()

    @cached_property
    def span(self) -> calendar.Span | None:
        return calendar.span(self.catalogue, date.fromisoformat(self.today))

    @cached_property
    def pause(self) -> tuple[int, int] | None:
        return calendar.in_break(self.span, self.now) if self.day and self.day.state == days.OPEN else None

    @property
    def clock_behind(self) -> bool:
        """Whether the clock is earlier than the journal: nobody gets a number then."""
        return self.now + days.CLOCK_TOLERANCE_MS < self.last_at

    @cached_property
    def day_view(self) -> DayView:
        state, in_break = self.day_state(), self.catalogue.rules.intake_in_break
        today = date.fromisoformat(self.today)
        upcoming = self.span if state == "before" else None
        next_day = calendar.next_business_day(self.catalogue, today)
        if state == "closed":
            upcoming = calendar.span(self.catalogue, next_day)
        return DayView(
            day=self.today,
            state=state,
            now=self.now,
            zone=self.catalogue.zone,
            opens_at=self.day.opened_at if self.day else (upcoming.opens_ms if upcoming else None),
            intake_closes_at=self.day.intake_closes_at
            if self.day
            else (upcoming.intake_closes_ms if upcoming else None),
            closes_at=self.day.closes_at if self.day else (upcoming.closes_ms if upcoming else None),
            break_until=self.pause[1] if self.pause else None,
            takes_numbers=not self.clock_behind and (state == "open" or (state == "break" and in_break)),
            next_day=next_day.isoformat(),
            clock_behind=self.clock_behind,
        )

    def day_state(self) -> str:
        if self.day is None:
            upcoming = self.span and self.now < self.span.opens_ms and not self.opened_today
            return "before" if upcoming else "closed"
        if self.day.state == days.CLOSING or self.now >= self.day.closes_at:
            return "closing"
        if self.now >= self.day.intake_closes_at:
            return "intake_closed"
        return "break" if self.pause else "open"

    # -- stock -------------------------------------------------------------------------------------------------------

    def available(self, item: str) -> int:
        return stock.available(self.store(item), self.catalogue.rules)

    def store(self, item: str) -> Balance:
        return self.balances.get((item, stock.STORE)) or Balance(item, stock.STORE)

    def item_stock(self, item: str, language: str) -> ItemStock:
        store, used = self.store(item), self.item_days[item].used if item in self.item_days else 0
        kept = self.catalogue.items[item]
        free, promised = self.available(item), -store.pending
        return ItemStock(
            item=item,
            name=kept.name.get(language),
            unit=kept.unit.get(language),
            on_hand=store.on_hand,
            promised=promised,
            safety=store.unpromised - free,
            available=free,
            of=free + promised + used,
            as_of=self.now,
            next_delivery=kept.next_delivery.isoformat() if kept.next_delivery else None,
            delivery_quantity=self.ration.delivery_of(kept) or None,
        )

    def stock(self, language: str) -> tuple[ItemStock, ...]:
        return tuple(self.item_stock(code, language) for code in self.catalogue.items)

    def public_stock(self, language: str) -> tuple[ItemStock, ...]:
        return tuple(line for line in self.stock(language) if self.catalogue.items[line.item].public)

    def stock_board(self, language: str) -> StockBoard:
        """Source: `docs/field.md#daily-announcement`."""
        cards = [service for service in self.catalogue.services.values() if self.blanks(service) is not None]
        return StockBoard(
            day=self.day_view,
            items=self.public_stock(language),
            purposes=tuple(self.purpose_today(service, language) for service in cards),
            stopped=tuple(self.stopped_services(language)),
            quota=self.quota_of(cards),
            level_words=self.phone_words(language),
            complaints=self.catalogue.complaints or None,
        )

    def purpose_today(self, service: Service, language: str) -> PurposeToday:
        count, reason = self.counts.get(service.code), self.reason(service)
        printed = count.printed if count else 0
        served = self.ration.serves(service)
        return PurposeToday(service.code, service.name.get(language), printed, reason is None, reason, served)

    def quota_of(self, services: Iterable[Service]) -> tuple[int, int] | None:
        """How many a day and how many are left: cards by the office's policy, else numbers of the first group among
        these services that has a quota.
        """
        policy, left = self.catalogue.policy, self.ration.quota_left(self.today)
        if policy and policy.daily_quota is not None and left is not None:
            return policy.daily_quota, left
        groups = (self.catalogue.groups[service.prefix] for service in services)
        group = next((group for group in groups if group.quota is not None), None)
        if group is None or group.quota is None:
            return None
        return group.quota, max(0, group.quota - self.taken.get(group.prefix, 0))

    # -- the policy --------------------------------------------------------------------------------------------------

    @cached_property
    def ration(self) -> Ration:
        return Ration(
            catalogue=self.catalogue,
            now=self.now,
            day=self.today,
            balances=self.balances,
            counts=self.bucket_counts,
            uses=self.item_uses,
            arrivals=self.arrivals,
            places={service: places.cards for service, places in self.places.items()},
            called_back=self.called_back,
            invited=self.invited,
        )

    def refusal(self, service: Service, priority: bool = False) -> Refusal | None:
        """Why stock or policy have nothing for somebody at the kiosk."""
        return self.ration.refusal(service, 1, self.ration.bucket(service, priority, "kiosk"), {})

    def offer(self, service: Service) -> OfferView | None:
        """What the kiosk offers instead of a number, where stock or policy have none."""
        if not self.day_view.takes_numbers or service.code in self.suspensions:
            return None
        if not self.ration.may_wait(service) or self.refusal(service) is None:
            return None
        offer = self.ration.offer(service, 1)
        if offer.date is None:
            waiting = self.places[service.code].count if service.code in self.places else 0
            return OfferView(None, None, None, None, announced=False, position=waiting + 1, of=waiting + 1)
        opens_at, until = self.voucher_hours(offer.date)
        rank = self.dated.get(offer.date, 0) + 1
        return OfferView(offer.date, rank, opens_at, until, bool(offer.awaited), position=None, of=None)

    def voucher_hours(self, day: str) -> tuple[int, int]:
        """When the holders of a day's vouchers are asked to come."""
        date_of = date.fromisoformat(day)
        span = calendar.span(self.catalogue, date_of)
        opens = span.opens_ms if span else calendar.instant(self.catalogue, date_of, 8 * 60)
        until = opens + VOUCHER_HOURS * 60 * calendar.MINUTE
        return opens, min(until, span.intake_closes_ms if span else until)

    # -- services ----------------------------------------------------------------------------------------------------

    def reason(self, service: Service) -> str | None:
        """Why no number can be taken for a service, or None."""
        if self.clock_behind:
            return "clock_behind"
        if not self.day_view.takes_numbers:
            return {"before": "before_opening", "closing": "closed"}.get(self.day_view.state, self.day_view.state)
        if service.code in self.suspensions:
            return "suspended"
        if refused := self.refusal(service):
            return REASON_OF[refused.code]
        quota = self.catalogue.groups[service.prefix].quota
        return "quota_reached" if quota is not None and self.taken.get(service.prefix, 0) >= quota else None

    def limit(self, service: Service) -> tuple[str | None, int | None]:
        """The item that is smallest for a service, and for how many documents it suffices."""
        enough = {i: self.available(i) // need for i, need in self.catalogue.needs(service.code, 1).items() if need}
        if not enough:
            return None, None
        item = min(enough, key=lambda i: enough[i])
        return item, enough[item]

    def gone(self, service: Service, language: str) -> str | None:
        """The name of the item for whose lack a service is sold out: a ribbon as well as a blank."""
        item, left = self.limit(service)
        return self.catalogue.items[item].name.get(language) if item and not left else None

    def blanks(self, service: Service) -> int | None:
        """What a citizen is told is left: None for a service that gives out no card."""
        if stock.CARDS.isdisjoint(self.catalogue.needs(service.code, 1)):
            return None
        return self.ration.numbers_left(service)

    def line(self, services: Iterable[str]) -> Line:
        """The line in which a ticket for one of `services` stands now."""
        open_now = tuple(number for number, state in self.counters.items() if state.state == counters.OPEN)
        return line_of(self.catalogue, tuple(services), open_now)

    def service_minutes(self, service: str) -> float:
        pace = self.paces.get(service)
        return (pace and pace.median_minutes) or self.catalogue.services[service].service_minutes

    def wait(self, service: str, ahead: int) -> tuple[Wait, Wait]:
        return self.wait_in(self.line([service]), ahead, self.service_minutes(service))

    def wait_in(self, line: Line, ahead: int, alone: float) -> tuple[Wait, Wait]:
        waiting = {code: self.waiting_for(code) for code in line.services}
        each = queueing.minutes_each(waiting, self.service_minutes, alone)
        return queueing.expected_wait(self.span, self.now, ahead, each, line.counters)

    def in_line(self, line: Line) -> int:
        """Who comes now stands behind so many."""
        return sum(self.waiting_for(code) for code in line.services)

    def waiting_in(self, prefix: str) -> int:
        return sum(self.waiting_for(s.code) for s in self.catalogue.services_of_group[prefix])

    def waiting_for(self, service: str) -> int:
        return self.waiting[service].count if service in self.waiting else 0

    def service_view(self, service: Service, language: str) -> ServiceView:
        reason, hall = self.reason(service), self.catalogue.hall_of(service.code)
        ahead = self.in_line(self.line([service.code]))
        suspension = self.suspensions.get(service.code)
        refused = self.refusal(service) if reason in REASON_OF.values() else None
        return ServiceView(
            code=service.code,
            group=service.prefix,
            name=service.name.get(language),
            hall=hall,
            hall_name=self.catalogue.halls[hall].name.get(language),
            open=reason is None,
            reason=reason,
            reason_words=in_language(suspension.reason, language) if suspension else "",
            waiting=self.waiting_for(service.code),
            ahead=ahead,
            wait_minutes=self.wait(service.code, ahead)[0],
            blanks=self.blanks(service),
            limited_by=self.limit(service)[0],
            gone=self.gone(service, language),
            cards=service.cards,
            checklist=tuple(
                ChecklistLine(
                    line.label.get(language),
                    line.note.get(language) if line.note else "",
                    line.icon,
                    line.kind,
                    line.check,
                )
                for line in service.checklist
            ),
            instead=service.instead,
            offer=self.offer(service) if refused else None,
            shared_until=refused.details.get("until") if refused else None,  # type: ignore[arg-type]
            open_to_priority=refused is not None and self.refusal(service, priority=True) is None,
        )

    def group_view(self, prefix: str, language: str) -> GroupView:
        group = self.catalogue.groups[prefix]
        services = self.catalogue.services_of_group[prefix]
        reasons = [self.reason(service) for service in services]
        line = self.line(service.code for service in services)
        minutes = median(self.service_minutes(service.code) for service in services)
        ahead = self.in_line(line)
        left = [blanks for service in services if (blanks := self.blanks(service)) is not None]
        return GroupView(
            prefix=prefix,
            name=group.name.get(language),
            short=group.short.get(language),
            detail=group.detail.get(language),
            icon=group.icon,
            small=group.small,
            waiting=self.waiting_in(prefix),
            ahead=ahead,
            wait_minutes=self.wait_in(line, ahead, minutes)[0],
            open=None in reasons,
            reason=None if None in reasons else reasons[0],
            blanks=left[0] if left else None,
            gone=next((gone for service in services if (gone := self.gone(service, language))), None),
        )

    def phone_words(self, language: str) -> str:
        level = self.ration.level
        return level.phone.get(language) if level else ""

    def services_view(self, language: str) -> ServicesView:
        level, policy = self.ration.level, self.catalogue.policy
        elsewhere = policy.elsewhere if policy else None
        return ServicesView(
            office=self.catalogue.name,
            day=self.day_view,
            groups=tuple(self.group_view(prefix, language) for prefix in self.catalogue.groups),
            services=tuple(self.service_view(service, language) for service in self.catalogue.services.values()),
            stock=self.public_stock(language),
            information=self.catalogue.information.get(language),
            level=self.ration.level_name if level else None,
            level_words=level.kiosk.get(language) if level else "",
            phone_words=self.phone_words(language),
            elsewhere=elsewhere.get(language) if elsewhere else "",
            called_back=bool(self.called_back),
        )

    # -- the lobby ---------------------------------------------------------------------------------------------------

    def lobby(self, hall: str, language: str = "id") -> LobbyBoard:
        """One hall's board; the hall `semua` is all of them."""
        calls = self.calls.get(hall, []) if self.day else []
        shown = [call_view(call) for call in one_per_ticket(calls)]
        blanks = self.public_stock(language)
        named = self.catalogue.halls.get(hall)
        return LobbyBoard(
            hall=hall,
            hall_name=named.name.get(language) if named else self.catalogue.name,
            office=self.catalogue.name,
            day=self.day_view,
            call=shown[0] if shown else None,
            earlier=tuple(shown[1 : EARLIER_SHOWN + 1]),
            waiting=tuple(self.group_waiting(prefix, language) for prefix in self.groups_of_hall(hall)),
            stock=next((item for item in blanks if item.item == "KTP"), blanks[0] if blanks else None),
            quota=self.quota_of(s for s in self.catalogue.services.values() if self.blanks(s) is not None),
            notices=self.notices(language),
        )

    def groups_of_hall(self, hall: str) -> list[str]:
        """The big groups whose services are waited for in a hall."""
        if hall not in self.catalogue.halls:
            return list(self.catalogue.groups)
        return [
            prefix
            for prefix in self.catalogue.groups
            if any(self.catalogue.hall_of(s.code) == hall for s in self.catalogue.services_of_group[prefix])
        ]

    def group_waiting(self, prefix: str, language: str) -> GroupWaiting:
        view = self.group_view(prefix, language)
        return GroupWaiting(prefix, view.short, view.waiting, view.reason, view.gone)

    def notices(self, language: str) -> tuple[str, ...]:
        """Ticker lines: who is called back, the stock's level, what is suspended and why, what is sold out, breaks, and
        that all is free.
        """
        lines = [CALLED_BACK[language]] if self.called_back else []
        lines += [level.display.get(language)] if (level := self.ration.level) else []
        lines += [f"{', '.join(stopped.names)}: {stopped.reason}" for stopped in self.stopped(language)]
        lines += [GONE[language].format(item) for item in self.all_gone(language)]
        goes_on = INTAKE_GOES_ON[language] if self.catalogue.rules.intake_in_break else ""
        for start, end in self.span.breaks if self.span else ():
            if self.now < end:
                lines.append(BREAK[language].format(calendar.clock_range(self.catalogue, start, end)) + goes_on)
        return (*lines, FREE[language])

    def stopped_services(self, language: str) -> Iterator[Stopped]:
        for service in self.catalogue.services.values():
            if suspension := self.suspensions.get(service.code):
                yield Stopped((service.name.get(language),), in_language(suspension.reason, language))

    def stopped(self, language: str, among: Collection[str] | None = None) -> tuple[Stopped, ...]:
        """What each reason has stopped `among` these services: a group by its name when all of it has stopped."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for prefix, group in self.catalogue.groups.items():
            services = self.catalogue.services_of_group[prefix]
            reasons = {s.code: self.suspensions[s.code].reason for s in services if s.code in self.suspensions}
            whole = 1 < len(reasons) == len(services) and len(set(reasons.values())) == 1
            told = [s for s in services if s.code in reasons and (among is None or s.code in among)]
            for named in told[:1] if whole else told:
                found[reasons[named.code]].append((group if whole else named).name.get(language))
        return tuple(Stopped(tuple(names), in_language(reason, language)) for reason, names in found.items())

    def all_gone(self, language: str) -> list[str]:
        """The items for whose lack some service is sold out, by name, each once."""
        found = (self.gone(service, language) for service in self.catalogue.services.values())
        return list(dict.fromkeys(item for item in found if item))

    # -- counters ----------------------------------------------------------------------------------------------------

    def counter_state(self, counter: int) -> CounterState:
        return self.counters.get(counter) or CounterState(counter)

    def counter_lines(self, language: str = "id") -> tuple[CounterLine, ...]:
        held = {t.ticket_id: t for t in self.lines}
        return tuple(self.counter_line(number, held, language) for number in self.catalogue.counters)

    def counter_line(self, number: int, held: dict[str, Ticket], language: str) -> CounterLine:
        state, kept = self.counter_state(number), self.catalogue.counters[number]
        ticket = held.get(state.ticket_id or "")
        service = self.catalogue.services.get(ticket.service) if ticket else None
        since = ((ticket.started_at or ticket.called_at) if ticket else None) or state.since
        over = bool(service and ticket and ticket.started_at and self.now - since > service.sla_minutes * 60_000)
        return CounterLine(
            id=number,
            counter=number,
            hall=kept.hall,
            state=state.state,
            clerk=state.clerk,
            number=ticket.label if ticket else None,
            ticket_id=ticket.ticket_id if ticket else None,
            ticket_state=ticket.state if ticket else None,
            service_name=service.name.get(language) if service else "",
            since=since,
            over_sla=over,
            reason=state.reason,
            serves=kept.serves,
        )

    def counter_board(self, number: int, ticket_view: Any, language: str = "id") -> CounterBoard:
        """What a clerk sees; `ticket_view` makes the `TicketView` of the one open call."""
        state, kept = self.counter_state(number), self.catalogue.counters[number]
        mine = set(kept.serves)
        waiting = [t for t in self.lines if t.state == tickets.WAITING and t.service in mine]
        order = queueing.preview(waiting, state.streak, self.catalogue.rules, NEXT_SHOWN)
        held = next((t for t in self.lines if t.ticket_id == state.ticket_id), None)
        prefixes = [p for p in self.catalogue.groups if self.serves_group(mine, p)]
        finished = self.finished.get(number, (0, None))
        return CounterBoard(
            counter=number,
            hall=kept.hall,
            state=state.state,
            clerk=state.clerk,
            since=state.since,
            reason=state.reason,
            serves=", ".join(self.catalogue.groups[p].name.get(language) for p in prefixes),
            day=self.day_view,
            groups=tuple(self.counter_group(p, p in prefixes, language) for p in self.catalogue.groups),
            stopped=self.stopped(language, mine),
            waiting_total=sum(waiting.count for waiting in self.waiting.values()),
            next=tuple(self.waiting_line(t, language) for t in order),
            ticket=ticket_view(held) if held else None,
            parked=self.of_state(tickets.PARKED, mine, language),
            skipped=self.of_state(tickets.NO_SHOW, mine, language),
            undo=self.undo_view(state),
            finished_today=finished[0],
            mean_seconds=finished[1],
            services=tuple((s.code, s.name.get(language)) for s in self.catalogue.services.values()),
            priority_after=self.catalogue.rules.priority_after,
        )

    def serves_group(self, mine: set[str], prefix: str) -> bool:
        return any(service.code in mine for service in self.catalogue.services_of_group[prefix])

    def counter_group(self, prefix: str, mine: bool, language: str) -> CounterGroup:
        view = self.group_view(prefix, language)
        lines = [self.waiting[s.code] for s in self.catalogue.services_of_group[prefix] if s.code in self.waiting]
        longest = min((line.longest_since for line in lines if line.longest_since is not None), default=None)
        permitted = self.catalogue.rules.longest_wait_minutes * 60_000
        late = longest is not None and self.now - longest > permitted
        return CounterGroup(prefix, view.name, view.waiting, longest, late, mine, view.reason, view.gone)

    def waiting_line(self, ticket: Ticket, language: str) -> WaitingLine:
        return WaitingLine(
            id=ticket.ticket_id,
            number=ticket.label,
            service_name=self.catalogue.services[ticket.service].name.get(language),
            priority=ticket.priority,
            urgent=ticket.urgent,
            voucher=ticket.voucher_rank is not None,
            waits_since=ticket.waits_since,
            issued_at=ticket.issued_at,
        )

    def of_state(self, state: str, services: set[str], language: str) -> tuple[WaitingLine, ...]:
        line = [t for t in self.lines if t.state == state and t.service in services]
        return tuple(self.waiting_line(t, language) for t in sorted(line, key=lambda t: t.place))

    def undo_view(self, state: CounterState) -> UndoView | None:
        """What the clerk may still take back, and until when."""
        if not state.actions:
            return None
        action = state.actions[-1]
        until = action.at + counters.UNDO_SECONDS * 1000
        ticket = self.acted_on.get(action.ticket_id)
        untouched = ticket is not None and ticket.changed_seq == action.seq  # else somebody else has acted on it
        if self.now > until or not ticket or not untouched or state.ticket_id not in (None, action.ticket_id):
            return None
        return UndoView(action.name, ticket.label, action.ticket_id, action.at, until)

    def reserved(self, holder: str, language: str) -> tuple[Reserved, ...]:
        return tuple(
            Reserved(r.item, self.catalogue.items[r.item].name.get(language), r.quantity)
            for r in self.reservations.get(holder, [])
            if r.item in self.catalogue.items
        )


def one_per_ticket(calls: Iterable[Call]) -> list[Call]:
    """Each number once, at its newest call."""
    seen: dict[str, Call] = {}
    for call in calls:
        seen.setdefault(call.ticket_id, call)
    return list(seen.values())


def call_view(call: Call) -> CallView:
    label = number_label(call.prefix, call.number)
    return CallView(
        seq=call.seq,
        number=label,
        counter=call.counter,
        hall=call.hall,
        times=call.times,
        called_at=call.called_at,
        words=announcements.call_words(label, call.counter, call.times),
    )
