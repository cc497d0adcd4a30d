"""Who is next, how many stand before somebody, and how long that may take. Pure rules with their sources."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from queue_server.domain import calendar
from queue_server.domain.calendar import Span
from queue_server.domain.catalogue import Line, Rules
from queue_server.domain.tickets import CLASSES, PRIORITY, REGULAR, URGENT, VOUCHER, Ticket
from queue_server.domain.views import Wait

MINUTE = 60_000
VOUCHER_HOURS = 2  # how long after opening a voucher's holder is asked to come
LEAST, MOST = 0.8, 1.4  # of the minutes that a wait should take
NARROWEST = 5  # minutes from the least to the most


def next_ticket(heads: Iterable[Mapping[str, Ticket]], streak: int, rules: Rules) -> Ticket | None:
    """The next ticket for a counter that has called `streak` regular tickets since its last priority one.

    `heads` holds for each service that the counter serves the first of each class, and under `longest` who has
    waited longest (`Office.heads`). In this order: vouchers of today (a promise made earlier), urgent (marked by
    staff), then one priority after `rules.priority_after` regular; but whoever has waited
    `rules.longest_wait_minutes` longer than that choice goes first, so that nobody starves. Vouchers stand outside
    that last rule: their number is fixed before the day begins.

    Source: UU 25/2009 art. 29 for priority; `docs/field.md#priority` for ratio and longest wait.
    """
    first: dict[str, Ticket] = {}
    for of_service in heads:
        for klass, ticket in of_service.items():
            other = first.get(klass)
            if other is None or rank_in(klass, ticket) < rank_in(klass, other):
                first[klass] = ticket
    if voucher := first.get(VOUCHER):
        return voucher
    chosen = first.get(URGENT) or by_ratio(first.get(PRIORITY), first.get(REGULAR), streak, rules)
    longest = first.get("longest")
    if chosen and longest and chosen.waits_since - longest.waits_since >= rules.longest_wait_minutes * MINUTE:
        return longest
    return chosen


def rank_in(klass: str, ticket: Ticket) -> tuple[int, int]:
    return (ticket.waits_since if klass == "longest" else ticket.order, ticket.place)


def by_ratio(priority: Ticket | None, regular: Ticket | None, streak: int, rules: Rules) -> Ticket | None:
    if priority is None or regular is None:
        return priority or regular
    return priority if streak >= rules.priority_after or priority.place < regular.place else regular


def preview(waiting: Iterable[Ticket], streak: int, rules: Rules, limit: int) -> list[Ticket]:
    """The next `limit` tickets in the order in which one counter would call them."""
    left = list(waiting)
    order: list[Ticket] = []
    while left and len(order) < limit:
        chosen = next_ticket([heads_of(left)], streak, rules)
        if chosen is None:
            break
        streak = 0 if chosen.klass in (PRIORITY, URGENT) else streak + (chosen.klass == REGULAR)
        order.append(chosen)
        left.remove(chosen)
    return order


def heads_of(waiting: Sequence[Ticket]) -> dict[str, Ticket]:
    heads: dict[str, Ticket] = {}
    for klass in CLASSES:
        if line := [ticket for ticket in waiting if ticket.klass == klass]:
            heads[klass] = min(line, key=lambda ticket: (ticket.order, ticket.place))
    if line := [ticket for ticket in waiting if ticket.klass != VOUCHER]:
        heads["longest"] = min(line, key=lambda ticket: (ticket.waits_since, ticket.place))
    return heads


def people_ahead(klass: str, before: Mapping[str, int], regular_waiting: int, rules: Rules) -> int:
    """How many will be called before somebody of `klass`, when `before` of each class stand before them.

    `before` counts those of the own class in front and everyone of the classes that go first; a priority ticket
    lets `rules.priority_after` of the `regular_waiting` pass for each priority ticket up to and with itself.
    """
    if klass == VOUCHER:
        return before.get(VOUCHER, 0)
    ahead = before.get(VOUCHER, 0) + before.get(URGENT, 0)
    if klass == URGENT:
        return ahead
    ahead += before.get(PRIORITY, 0)
    if klass == PRIORITY:
        return ahead + min(regular_waiting, rules.priority_after * (before.get(PRIORITY, 0) + 1))
    return ahead + before.get(REGULAR, 0)


def minutes_to_call(
    line: Line,
    mine: Collection[str],
    others: Mapping[str, int],
    ahead: int,
    promised: Mapping[str, float],
    minutes: Callable[[str], float],
) -> float | None:
    """Working minutes until one of the services that are `mine` is called; None while no counter is open for it."""
    return soonest(minutes_of_callers(line, others, ahead, promised, minutes), mine)


def soonest(callers: Iterable[tuple[frozenset[str], float]], mine: Collection[str]) -> float | None:
    """The first counter that is through and serves one of `mine`."""
    return min((through for services, through in callers if not services.isdisjoint(mine)), default=None)


def minutes_of_callers(
    line: Line,
    others: Mapping[str, int],
    ahead: int,
    promised: Mapping[str, float],
    minutes: Callable[[str], float],
) -> list[tuple[frozenset[str], float]]:
    """What the counters of a line serve, and the working minutes until each is through with those before somebody.

    `others` are those who wait, for each service of the line, of whom `ahead` are called before; `promised` are holders
    of vouchers who have not come yet and will go before; `minutes` that one person of a service takes. Counters that
    serve a service share its work, the less each has besides the more of it. Source: `docs/field.md#waiting`.
    """
    people = sum(others.values())
    share = min(1.0, ahead / people) if people else 0.0
    work = {}
    for code, waiting in others.items():
        if before := share * waiting + promised.get(code, 0):
            work[code] = before * minutes(code)
    turns = dict.fromkeys(work, 0.0)  # what part of the work of a service is done in a minute
    counters = []
    for services, number in line.callers:
        codes = [code for code in work if code in services]
        needed = sum([work[code] for code in codes])
        for code in codes:
            turns[code] += number / needed
        counters.append((services, codes, needed))
    return [
        (services, sum([work[code] / turns[code] for code in codes]) / needed if codes else 0.0)
        for services, codes, needed in counters
    ]


def vouchers_until(opens_ms: int) -> int:
    """Until when (ms) those with a voucher for the day are asked to come."""
    return opens_ms + VOUCHER_HOURS * 60 * MINUTE


def expected_wait(open_hours: Span | None, now: int, minutes: float | None) -> tuple[Wait, Wait]:
    """The range until the call, as whole minutes from `now` and as instants (ms), breaks skipped.

    A fifth less to two fifths more than the working `minutes`, and five minutes wide at least. Both are None without
    any. How many waits lie inside is measured: `docs/field.md#waiting`.
    """
    if minutes is None:
        return None, None
    first, last = (calendar.working_minutes_to_clock(open_hours, now, minutes * share) for share in (LEAST, MOST))
    low, high = math.floor((first - now) / MINUTE), math.ceil((last - now) / MINUTE)
    low = low if high > NARROWEST else 0
    high = max(high, low + NARROWEST)
    return (low, high), (now + low * MINUTE, now + high * MINUTE)


def place_behind(line: Sequence[Ticket], behind: int) -> int | None:
    """The place between the first `behind` of a line, in order of place, and those after them; None: nobody waits.

    Source: `docs/field.md#absent-on-call` (called again after five further numbers).
    """
    if not line:
        return None
    last = line[min(behind, len(line)) - 1].place
    after = next((ticket.place for ticket in line[behind:] if ticket.place > last), last + 2)
    return max(last + 1, (last + after) // 2)


def place_further_back(line: Sequence[Ticket], ahead: int, more: int) -> int | None:
    """The place in the ordinary line with `more` people before it than the `ahead` of now; None where nobody follows.

    `line` is everybody else of the line, by place. Vouchers, urgent and priority are called before the ordinary line
    in any case; where fewer than `more` follow, it is behind them all. Source: `docs/field.md#stepping-back`.
    """
    ordinary = [ticket for ticket in line if ticket.klass == REGULAR]
    before_it = len(line) - len(ordinary)
    if len(line) <= ahead:
        return None
    behind = max(ahead + more - before_it, 0)
    in_front = min((ticket.place for ticket in ordinary), default=1) - 1
    return (place_behind(ordinary, behind) if behind else None) or in_front


# -- lights ------------------------------------------------------------------------------------------------------------

FINE, SLOW, OVER = "fine", "slow", "over"
TWICE = 2  # times the typical time at the counter
NEAR = 0.75  # of the longest wait that the office permits


def light(elapsed: int, near: float, limit: float) -> str:
    """What a supervisor sees of a time that runs (ms): `fine`, `slow` from `near` on, `over` beyond `limit` (minutes).

    Source: `docs/field.md#lights`.
    """
    minutes = elapsed / 60_000
    if minutes > limit:
        return OVER
    return SLOW if minutes > near else FINE
