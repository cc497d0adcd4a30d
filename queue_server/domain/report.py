"""The daily report as facts: from a day's journal to figures, pure and the same for ever.

Its JSON is what two people sign (`operations.closing.sign_day`); `report_sections` puts it into the words and columns
of the office's own form. Source: `docs/field.md#daily-report`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from queue_server.domain import backlog, events, fold, forecast, stock
from queue_server.domain.backlog import BacklogDay
from queue_server.domain.catalogue import Catalogue
from queue_server.domain.closing import Completion, DayCount
from queue_server.domain.days import CLOSED, Day, ServiceCount
from queue_server.domain.policy import SUKET
from queue_server.domain.reconciliation import BACKLOG, DONE, Count, Done, ItemBook, Reconciliation, Use, reconcile
from queue_server.domain.stock import Balance, ItemDay
from queue_server.domain.tickets import number_label
from queue_server.domain.views import as_json

VERSION = 1
# The stock card's columns. What came in and what went out, in the form's order.
CAME = ("central", "province", "borrowed", "returned", "found")
WENT = ("used", "spoilt", "defective", "dispatched", "lent", "sent_back", "lost")
# The account on the other side -> the column of what comes from there, and of what goes there. Between the store, the
# counters and the way to them things only move: together they are what the office holds.
COLUMNS: dict[str, tuple[str, str]] = {
    stock.SUPPLIER: ("central", "sent_back"),
    stock.PROVINCE: ("province", "sent_back"),
    stock.BORROWED: ("borrowed", "sent_back"),
    stock.LENT: ("returned", "lent"),
    stock.POINTS: ("returned", "dispatched"),
    stock.LOST_AND_FOUND: ("found", "lost"),
    stock.CITIZEN: ("used", "used"),
    stock.SPOILED: ("spoilt", "spoilt"),
    stock.DEFECTIVE: ("defective", "defective"),
}
# Print-ready and not printed yet, with or without a blank set aside.
IN_BACKLOG = frozenset({backlog.PRINT_READY, backlog.RELEASED})
CARRIED = ("added", "printed", "withdrawn", "other")  # of the backlog's line

Report = dict[str, Any]  # JSON values, as they are signed


# -- the facts of a day ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flow:
    """A movement of the book. Each service point is an account of its own, the way there a part of it."""

    item: str
    type: str
    quantity: int
    source: str
    target: str
    number: str  # of the ticket, where there is one of this day
    reason: str = ""
    reference: str = ""


@dataclass(slots=True)
class DayFacts:
    done: list[Done] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)  # records of the print backlog
    at_close: dict[str, dict[str, int]] = field(default_factory=dict)  # item -> its frozen figures


@dataclass(slots=True)
class Visit:
    """A ticket of the day, as far as its events have been read."""

    number: str
    service: str
    channel: str
    cards: int


class Reading:
    """Reads a day's events one by one; `leaving` names the service point of each consignment that goes to one."""

    def __init__(self, leaving: Mapping[int, str]) -> None:
        self.facts, self.leaving = DayFacts(), leaving
        self.visits: dict[str, Visit] = {}

    def issued(self, event: events.TicketIssued) -> None:
        label = number_label(event.prefix, event.number)
        self.visits[event.ticket_id] = Visit(label, event.service, event.channel, event.cards)

    def moved_on(self, event: events.TicketMoved) -> None:
        if event.outcome:
            self.finished(event)
        self.visits[event.ticket_id].service = event.service

    def finished(self, event: events.ServiceFinished | events.TicketMoved) -> None:
        self.done(event.ticket_id, event.outcome)

    def served(self, event: events.PaperServed) -> None:
        self.done(event.ticket_id, DONE)

    def done(self, ticket_id: str, outcome: str) -> None:
        visit = self.visits[ticket_id]
        self.facts.done.append(Done(ticket_id, visit.number, visit.service, visit.channel, visit.cards, outcome))

    def undone(self, event: events.ActionUndone) -> None:
        """The counter's last action never was: its service is not done, and the ticket is for what it was before."""
        if event.action == "finish":
            last = max(place for place, done in enumerate(self.facts.done) if done.ticket_id == event.ticket_id)
            del self.facts.done[last]
        visit = self.visits[event.ticket_id]
        visit.service = str(event.before.get("service", visit.service))

    def used(self, event: events.BlankUsed) -> None:
        self.use(event, event.quantity)

    def not_used(self, event: events.BlankUseUndone) -> None:
        self.use(event, -event.quantity)

    def use(self, event: events.BlankUsed | events.BlankUseUndone, quantity: int) -> None:
        visit, item = self.visits[event.ticket_id], event.item
        self.facts.uses.append(Use(event.ticket_id, visit.number, event.service, visit.channel, item, quantity))
        self.facts.flows.append(Flow(item, "use", quantity, event.source, stock.CITIZEN, visit.number))

    def moved(self, event: events.StockMoved) -> None:
        if event.type == "use":  # by the ticket's own event for everybody who has one
            self.facts.uses.append(Use("", "", event.service, BACKLOG, event.item, event.quantity))
        visit = self.visits.get(event.ticket_id or "")  # a correction may be about a ticket of another day
        self.facts.flows.append(
            Flow(
                event.item,
                event.type,
                event.quantity,
                self.side(event, event.source),
                self.side(event, event.target),
                visit.number if visit else "",
                event.reason,
                event.reference,
            )
        )

    def side(self, event: events.StockMoved, account: str) -> str:
        to = event.name if event.to == stock.POINTS else self.leaving.get(event.consignment or 0)
        return place_of(account, event.name, to)

    def printed(self, event: events.RecordsPrinted) -> None:
        self.facts.done.append(Done("", "", backlog.PRINTED_AS, BACKLOG, len(event.records), DONE))
        self.facts.printed += event.records

    def closed(self, event: events.DayClosed) -> None:
        self.facts.at_close = event.items


# What is read of a journal; everything else of a day says nothing about blanks and services done.
READS: dict[type[events.Event], Callable[[Reading, Any], None]] = {
    events.TicketIssued: Reading.issued,
    events.TicketMoved: Reading.moved_on,
    events.ServiceFinished: Reading.finished,
    events.PaperServed: Reading.served,
    events.ActionUndone: Reading.undone,
    events.BlankUsed: Reading.used,
    events.BlankUseUndone: Reading.not_used,
    events.StockMoved: Reading.moved,
    events.RecordsPrinted: Reading.printed,
    events.DayClosed: Reading.closed,
}


def place_of(account: str, name: str, leaving_for: str | None) -> str:
    """Where a side of a movement lies: `name` is the movement's own, `leaving_for` its consignment's service point."""
    if account == stock.TRANSIT and leaving_for is not None:
        return stock.point_account(leaving_for)
    return stock.point_account(name) if account == stock.POINTS else account


def facts_of(entries: Iterable[events.Event], leaving: Mapping[int, str]) -> DayFacts:
    """What happened on a day, from its events of the types in `READS`, oldest first."""
    reading = Reading(leaving)
    for event in entries:
        READS[type(event)](reading, event)
    return reading.facts


# -- the stock card ----------------------------------------------------------------------------------------------------


def column_of(flow: Flow, here: Callable[[str], bool]) -> tuple[str, int]:
    """The column of a movement on the card of the accounts that are `here`, and its figure there: a reversal counts
    against what it takes back.

    What a count found is a column of its own, because only an entry with a reason may close a difference.
    """
    source, target, sign = flow.source, flow.target, 1
    into = here(target)
    if flow.type == "count" or (stock.held(source) and stock.held(target)):
        return "adjusted" if flow.type == "count" else "moved", flow.quantity if into else -flow.quantity
    if flow.type == "reverse":
        source, target, sign = target, source, -1
    came = here(target)
    return COLUMNS[stock.kind_of(source if came else target)][0 if came else 1], sign * flow.quantity


def stock_line(
    item: str, opening: int, flows: Sequence[Flow], here: Callable[[str], bool] = stock.held
) -> dict[str, int]:
    """opening + in - out + moved + adjusted = closing, of all that the office holds or of one of its places; `moved` is
    what came from its other places, less what went there. Source: `docs/field.md#daily-report`.
    """
    figures = dict.fromkeys((*CAME, *WENT, "moved", "adjusted"), 0)
    for one in flows:
        if one.item == item and here(one.source) != here(one.target):
            column, by = column_of(one, here)
            figures[column] += by
    came, went = (sum(figures[name] for name in names) for names in (CAME, WENT))
    return {
        "opening": opening,
        **{name: figures[name] for name in CAME},
        "in": came,
        **{name: figures[name] for name in WENT},
        "out": went,
        "moved": figures["moved"],
        "adjusted": figures["adjusted"],
        "closing": opening + came - went + figures["moved"] + figures["adjusted"],
    }


def moved_by(day: str, flows: Iterable[Flow], ended: Mapping[str, int]) -> dict[str, ItemDay]:
    """Item -> the last part of its day, from its movements and what there was at the end."""
    found: dict[str, ItemDay] = {}
    for flow in flows:
        change = flow.quantity * (stock.held(flow.target) - stock.held(flow.source))
        row = found.get(flow.item) or ItemDay(day, flow.item, opening=ended.get(flow.item, 0))
        if change:
            column, by = fold.day_column(flow.source, flow.target, change)
        elif stock.WITHDRAWN in (flow.source, flow.target):
            column, by = fold.old_cards_column(flow.source, flow.target, flow.quantity)
        else:
            continue
        found[flow.item] = replace(row, opening=row.opening - change, **{column: getattr(row, column) + by})
    return found


# -- the report --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that a day's report is made of, read in one transaction."""

    catalogue: Catalogue  # in force on that day
    day: Day
    facts: DayFacts
    item_days: Mapping[str, ItemDay]
    closing: Mapping[str, int]  # item -> on hand when the next day began, or now
    elsewhere: Mapping[tuple[str, str], int]  # item and place, the store apart -> what lay there at that moment
    before: Mapping[str, int]  # item -> what the day before ended with
    now: Mapping[str, Mapping[str, int]]  # item -> its figures as they stand now, for a day that is not closed
    counts: Sequence[DayCount]
    services: Mapping[str, ServiceCount]
    waiting: Mapping[str, int]  # service -> who waits now, on the open day
    use_per_day: Mapping[str, float]  # item -> mean use of the last business days
    last: str  # the business day before
    since: Completion | None  # the signature with which that day's report ended, where more came on that day
    until: Completion | None  # the signature with which this one ends, where the next report has what came later
    carried: Mapping[str, ItemDay]  # item -> what of `item_days` was there before the day itself
    later: Mapping[str, ItemDay]  # item -> what came on the day and stands in the next report
    backlog_before: Mapping[str, int]  # state -> records when the day began
    backlog_moves: Sequence[BacklogDay]
    backlog_moves_last: Sequence[BacklogDay]  # of all the business day before
    backlog_kecamatan: Mapping[str, int]  # code -> cards of the backlog printed on the day
    withdrawn_before: Mapping[str, int]  # item -> old cards that lay there when the day began


def daily_report(sources: Sources) -> Report:
    """The whole report as JSON values. Of a day that two have signed it depends on nothing that came later."""
    catalogue, facts = sources.catalogue, sources.facts
    lines = {item: stock_line(item, item_day(sources, item).opening, facts.flows) for item in catalogue.items}
    reckoned = reckon(sources, lines)
    return {
        "version": VERSION,
        "office": catalogue.name,
        "office_code": catalogue.office_code,
        "zone": catalogue.zone,
        "day": sources.day.day,
        "state": sources.day.state,
        "opened_at": sources.day.opened_at,
        "closed_at": sources.day.closed_at,
        "since": {"day": sources.last, "seq": sources.since.seq if sources.since else None},
        "until": sources.until.seq if sources.until else None,
        "services": [service_line(sources, code) for code in catalogue.services],
        "items": [item_line(sources, item) for item in catalogue.items],
        "stock": [card(sources, item, line) for item, line in lines.items()],
        "points": [line for item in catalogue.items for line in point_lines(sources, item)],
        "carried": moved_lines(catalogue, sources.carried),
        "later": moved_lines(catalogue, sources.later),
        "purposes": purposes(catalogue, facts.uses),
        "kecamatan": {catalogue.kecamatan.get(code, code): n for code, n in sorted(sources.backlog_kecamatan.items())},
        "backlog": backlog_of(sources),
        "suket": suket(sources),
        "withdrawn": withdrawn(sources),
        "forecast": [forecast_line(sources, item) for item in catalogue.items],
        "reconciliation": as_json(reckoned),
        "spoilt": spoilt_lines(facts.flows),
        "counts": [
            {"moment": c.moment, "item": c.item, "counted": c.counted, "book": c.book, "by": c.by, "at": c.at}
            for c in sources.counts
        ],
    }


def reckon(sources: Sources, lines: Mapping[str, dict[str, int]]) -> Reconciliation:
    books = [
        ItemBook(
            item=item,
            before=sources.before.get(item),
            opening=line["opening"],
            moved=line["in"] - (line["out"] - line["used"] - line["spoilt"]) + line["adjusted"],
            spoilt=line["spoilt"],
            closing=sources.closing.get(item, 0),
            counts=tuple(Count(c.moment, c.counted, c.book) for c in sources.counts if c.item == item),
        )
        for item, line in lines.items()
    ]
    return reconcile(sources.facts.done, sources.facts.uses, books, sources.catalogue.needs)


def service_line(sources: Sources, code: str) -> dict[str, Any]:
    """A service's line of the day; `done` is documents, the others are numbers taken."""
    service, row = sources.catalogue.services[code], sources.services.get(code) or ServiceCount(sources.day.day, code)
    return {
        "service": code,
        "group": service.prefix,
        "name": service.name.id,
        "taken": row.taken,
        "waiting": sources.waiting.get(code, 0),
        "served": row.served,
        "no_show": row.no_show,
        "deferred": row.deferred,
        "cancelled": row.cancelled,
        "expired": row.expired,
        "promised": row.promised,
        "printed": row.printed,
        "spoilt": row.spoilt,
        "done": sum(d.cards for d in sources.facts.done if d.service == code and d.outcome == DONE),
    }


def item_day(sources: Sources, item: str) -> ItemDay:
    """Where nothing moved on a day that never opened, it began as it ended."""
    return sources.item_days.get(item) or ItemDay(sources.day.day, item, opening=sources.closing.get(item, 0))


def at_close(sources: Sources, item: str) -> Mapping[str, int]:
    """What the close has frozen besides the day's own figures; as it stands now while the day is not closed."""
    figures = sources.facts.at_close if sources.day.state == CLOSED else sources.now
    return figures.get(item, {})


def item_line(sources: Sources, item: str) -> dict[str, Any]:
    """The item's day as the tables count it; promises as they stood at the close."""
    row = item_day(sources, item)
    return {
        "item": item,
        "name": sources.catalogue.items[item].name.id,
        "opening": row.opening,
        "received": row.received,
        "used": row.used,
        "spoilt": row.spoilt,
        "other": row.other,
        "withdrawn": row.withdrawn,
        "destroyed": row.destroyed,
        "on_hand": sources.closing.get(item, 0),
        **shares(sources, item),
    }


def shares(sources: Sources, item: str) -> dict[str, Any]:
    """On hand in the words of `docs/field.md#blanks`, and how long it lasts: promised as at the close, as far as it has
    not been handed out since, with the safety stock of the office file that was in force.
    """
    on_hand = sources.closing.get(item, 0)
    promised = min(on_hand, at_close(sources, item).get("promised", 0))
    free = stock.available(Balance(item, stock.STORE, on_hand, -promised), sources.catalogue.rules)
    return {
        "promised": promised,
        "safety": max(0, on_hand - promised - free),
        "available": free,
        "days_of_cover": forecast.days_of_cover(on_hand, sources.use_per_day.get(item, 0.0)),
    }


def moved_lines(catalogue: Catalogue, parts: Mapping[str, ItemDay]) -> list[dict[str, Any]]:
    """Items of which anything moved."""
    return [
        {"item": item, "name": catalogue.items[item].name.id, **parts[item].moved}
        for item in catalogue.items
        if item in parts and any(parts[item].moved.values())
    ]


def card(sources: Sources, item: str, line: dict[str, int]) -> dict[str, Any]:
    """The item's line of the stock card, and below it each place's own where more than the store held any. Beside it
    the count of the store at closing against the book of that moment, None where nobody counted.
    """
    kept = sources.catalogue.items[item]
    count = next((c for c in sources.counts if (c.item, c.moment) == (item, "closing")), None)
    in_store = {
        "counted": count.counted if count else None,
        "difference": count.counted - count.book if count else None,
    }
    return {
        "item": item,
        "name": kept.name.id,
        "unit": kept.unit.id,
        **line,
        **shares(sources, item),
        "at_counters": at_close(sources, item).get("at_counters", 0),
        **in_store,
        "places": place_lines(sources, item, in_store),
    }


def place_lines(sources: Sources, item: str, in_store: Mapping[str, int | None]) -> list[dict[str, Any]]:
    """The card of the store, of each counter with blanks of its own and of the way between them; empty where all lay in
    the store.
    """
    flows = [flow for flow in sources.facts.flows if flow.item == item]
    there = {place: n for (of, place), n in sources.elsewhere.items() if of == item and stock.held(place)}
    touched = {side for flow in flows for side in (flow.source, flow.target) if stock.held(side)} - {stock.STORE}
    beside = sorted(touched | {place for place, n in there.items() if n}, key=in_order)
    there[stock.STORE] = sources.closing.get(item, 0) - sum(there.values())
    lines = [
        {"place": place, **line_of_place(item, place, there.get(place, 0), flows)}
        for place in ((stock.STORE, *beside) if beside else ())
    ]
    return [{**lines[0], **in_store}, *lines[1:]] if lines else []


def line_of_place(item: str, place: str, closing: int, flows: Sequence[Flow]) -> dict[str, Any]:
    """From what lay there in the end back to what it began with."""
    change = stock_line(item, 0, flows, place.__eq__)["closing"]
    return stock_line(item, closing - change, flows, place.__eq__)


def in_order(place: str) -> tuple[int, str]:
    """Counters by their numbers, then the way."""
    return (int(place.removeprefix(stock.COUNTER)) if stock.is_counter(place) else sys.maxsize), place


def point_lines(sources: Sources, item: str) -> list[dict[str, Any]]:
    """What each service point was sent and has not sent back, with what is still on the way there; of what it printed
    itself this book knows nothing.
    """
    flows = [flow for flow in sources.facts.flows if flow.item == item]
    sides = {side for flow in flows for side in (flow.source, flow.target)}
    there = {place: n for (of, place), n in sources.elsewhere.items() if of == item and (n or place in sides)}
    points = sorted(place for place in sides | set(there) if stock.kind_of(place) == stock.POINTS)
    return [
        {"item": item, "name": point.partition(":")[2], **point_line(point, there.get(point, 0), flows)}
        for point in points
    ]


def point_line(point: str, closing: int, flows: Sequence[Flow]) -> dict[str, int]:
    """opening + sent - returned - lost = closing."""
    figures = dict.fromkeys(("sent", "returned", "lost"), 0)
    for flow in flows:
        if point not in (flow.source, flow.target) or flow.source == flow.target:
            continue
        into = flow.target == point
        other, back = flow.source if into else flow.target, flow.type == "reverse"
        if stock.held(other):
            figures["sent" if into != back else "returned"] += -flow.quantity if back else flow.quantity
        else:
            figures["lost"] += -flow.quantity if into else flow.quantity
    opening = closing - figures["sent"] + figures["returned"] + figures["lost"]
    return {"opening": opening, **figures, "closing": closing}


def purposes(catalogue: Catalogue, uses: Sequence[Use]) -> list[dict[str, Any]]:
    """Cards by what they were printed for, and how their holders had come."""
    cards: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for use in uses:
        if use.item in stock.CARDS:
            cards[use.service, use.item][use.channel] += use.quantity
    return [
        {
            "service": service,
            "name": catalogue.services[service].name.id,
            "item": item,
            "cards": sum(channels.values()),
            "channels": dict(sorted(channels.items())),
        }
        for (service, item), channels in sorted(cards.items())
        if any(channels.values())
    ]


def backlog_of(sources: Sources) -> dict[str, Any] | None:
    """The day's line; what came after the signatures of the day before is in it, as `carried`."""
    if sources.until:
        signed: dict[str, Any] | None = json.loads(sources.until.report)["backlog"]
        return signed
    line = backlog_line(sources.backlog_before, sources.backlog_moves)
    if line is None or sources.since is None:
        return line
    before = json.loads(sources.since.report)["backlog"] or {}
    whole = backlog_line({}, sources.backlog_moves_last) or {}
    carried = {
        name: whole.get(name, 0) + before.get("carried", {}).get(name, 0) - before.get(name, 0) for name in CARRIED
    }
    own = {name: line[name] + carried[name] for name in CARRIED}
    return {**line, **own, "before": before.get("left", 0), "carried": carried}


def backlog_line(before: Mapping[str, int], moves: Sequence[BacklogDay]) -> dict[str, Any] | None:
    """before + added - printed - withdrawn - other = left, and by state; None while the office keeps no backlog.

    `other` went back to a state of the register in which it cannot be printed.
    """
    if not before and not moves:
        return None
    added, went, states = 0, Counter[str](), Counter(before)
    for move in moves:
        states[move.source] -= move.records
        states[move.target] += move.records
        if move.target in IN_BACKLOG and move.source not in IN_BACKLOG:
            added += move.records
        if move.source in IN_BACKLOG and move.target not in IN_BACKLOG:
            went[move.target] += move.records
    printed, withdrawn = went[backlog.PRINTED], went[backlog.WITHDRAWN]
    return {
        "before": sum(before.get(state, 0) for state in IN_BACKLOG),
        "added": added,
        "printed": printed,
        "withdrawn": withdrawn,
        "other": went.total() - printed - withdrawn,
        "left": sum(states[state] for state in IN_BACKLOG),
        "states": {state: states[state] for state in backlog.STATES if states[state]},
    }


def suket(sources: Sources) -> dict[str, int] | None:
    """Letters issued under a number; None where the office issues none. Nothing records what becomes of them."""
    if SUKET not in sources.catalogue.services:
        return None
    return {"issued": service_line(sources, SUKET)["done"]}


def withdrawn(sources: Sources) -> list[dict[str, Any]]:
    """Old cards: before + received - destroyed = left, and the numbers of the minutes; no line where there are none."""
    lines = []
    for item in sources.catalogue.items:
        row, before = item_day(sources, item), sources.withdrawn_before.get(item, 0)
        if before or row.withdrawn or row.destroyed:
            lines.append(
                {
                    "item": item,
                    "name": sources.catalogue.items[item].name.id,
                    "before": before,
                    "received": row.withdrawn,
                    "destroyed": row.destroyed,
                    "left": before + row.withdrawn - row.destroyed,
                    "minutes": minutes_of(item, sources.facts.flows),
                }
            )
    return lines


def minutes_of(item: str, flows: Sequence[Flow]) -> list[str]:
    """Under which numbers old cards were destroyed; one that was taken back again is none."""
    by_number = Counter[str]()
    for flow in flows:
        if flow.item == item and {flow.source, flow.target} == {stock.WITHDRAWN, stock.DESTROYED}:
            by_number[flow.reference] += flow.quantity if flow.target == stock.DESTROYED else -flow.quantity
    return sorted(number for number, cards in by_number.items() if cards > 0)


def forecast_line(sources: Sources, item: str) -> dict[str, Any]:
    """How long it lasts at the use of the last days, what to ask for, and what came of the last request."""
    kept, figures = sources.catalogue.items[item], at_close(sources, item)
    use, on_hand, awaited = sources.use_per_day.get(item, 0.0), sources.closing.get(item, 0), figures.get("awaited", 0)
    gone = forecast.runs_out_on(sources.catalogue, date.fromisoformat(sources.day.day), on_hand, use)
    return {
        "item": item,
        "name": kept.name.id,
        "use_per_day": round(use, 1),
        "on_hand": on_hand,
        "days_of_cover": forecast.days_of_cover(on_hand, use),
        "runs_out_on": gone.isoformat() if gone else None,
        "awaited": awaited,
        "suggested_request": forecast.suggested_request(on_hand, awaited, use, kept.pack),
        **{name: figures.get(name) for name in ("asked", "granted", "fetched")},
    }


def spoilt_lines(flows: Sequence[Flow]) -> list[dict[str, Any]]:
    """Every spoilt blank with its reason; taken back again it is negative."""
    return [
        {
            "item": one.item,
            "number": one.number,
            "quantity": one.quantity if one.target == stock.SPOILED else -one.quantity,
            "reason": one.reason,
        }
        for one in flows
        if stock.SPOILED in (one.source, one.target)
    ]


def to_text(report: Report) -> str:
    """The JSON that is signed."""
    return json.dumps(report, ensure_ascii=False, separators=(",", ":"))
