"""Counting by hand, and the two people who stand for a closed day's report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from queue_server.domain import days, events
from queue_server.domain.closing import CLOSING, HEAD, MOMENTS, ROLES, SignedReport
from queue_server.domain.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from queue_server.domain.fold import current_day, record
from queue_server.domain.office import Office
from queue_server.domain.stock import MOVED, STORE, ItemDay
from queue_server.operations import stock
from queue_server.operations.promises import NewCode

REASONS = {"opening": "Opname pembukaan", "closing": "Opname penutupan"}


def count_day(office: Office, *, moment: str, counts: list[dict[str, Any]], new_code: NewCode) -> dict[str, Any]:
    """What lies there at the opening or the closing, as `{item, quantity}`; a difference is an entry of its own.

    Facts are never refused: `docs/field.md#facts`, `docs/field.md#counting`. Raises `Invalid`, `NotFound` (item) and
    `WrongState` (no day to close; signed already).
    """
    if moment not in MOMENTS:
        raise Invalid("unknown_moment", moment=moment)
    day = current_day(office)
    if moment == CLOSING and day not in office.rows["days"]:
        raise WrongState("day_not_open")
    require_unsigned(office, day)
    said = {}
    for line in counts:
        item, counted = line["item"], line["quantity"]
        book = office.balance(item, STORE).posted
        stock.move_stock(office, item=item, type="count", quantity=counted, reason=REASONS[moment], new_code=new_code)
        said[item] = [counted, book]
    record(office, events.DayCounted(day, moment, said))
    return {"day": day, "differences": {item: n - book for item, (n, book) in said.items() if n != book}}


def sign_day(office: Office, *, day: str, role: str, report: str) -> dict[str, Any]:
    """Stand for a closed day's report (JSON text) as `keeper` or `head`: two people, one text.

    Another text than the one that was signed before begins anew. Raises `NotFound`, `Invalid`, `WrongState` (not
    closed; signed), `NotAllowed` (the same person twice), `Conflict` (the figures have changed meanwhile).
    Source: `docs/field.md#signatures`.
    """
    if role not in ROLES:
        raise Invalid("unknown_signature", role=role)
    if require_day(office, day).state != days.CLOSED:
        raise WrongState("day_not_closed")
    row: SignedReport = office.rows["signed_reports"].get(day) or SignedReport(day)
    if row.report == report:
        signer, other = (row.head, row.keeper) if role == HEAD else (row.keeper, row.head)
        if signer is not None:
            raise WrongState("signed_before")
        if other == office.actor:
            raise NotAllowed("signs_twice")
    elif row.complete:
        raise WrongState("day_signed")
    require_current(office, day, json.loads(report))
    record(office, events.DaySigned(day, role, report))
    return state_of(office, day)


def require_current(office: Office, day: str, report: dict[str, Any]) -> None:
    """What is signed is what the tables say. Raises `Conflict`."""
    lines = {name: {line["item"]: line for line in report[name]} for name in ("items", "carried", "later")}
    services = {line["service"]: line.items() for line in report["services"]}
    for row in office.rows["item_days"].values():
        # an item or service that the office file knows no more stands in no report
        if row.day == day and row.item in lines["items"] and row != day_itself(day, row.item, lines):
            raise Conflict("report_changed")
    for count in office.rows["service_counts"].values():
        known = count.day == day and count.service in services
        if known and asdict(count).items() - services[count.service] - {("day", day)}:
            raise Conflict("report_changed")


def day_itself(day: str, item: str, lines: Mapping[str, Mapping[str, Mapping[str, int]]]) -> ItemDay:
    """The item's row of the tables as the report has it: without what came before, with what the next one has."""
    own, earlier, later = (lines[name].get(item, {}) for name in ("items", "carried", "later"))
    moved = {name: own[name] - earlier.get(name, 0) + later.get(name, 0) for name in MOVED}
    before = ItemDay(day, item, 0, **{name: earlier.get(name, 0) for name in MOVED})
    return ItemDay(day, item, own["opening"] + before.change, **moved)


def reopen_day(office: Office, *, day: str, reason: str) -> dict[str, Any]:
    """The report of a closed day may change again and has to be signed anew; for the counters there is `open_day`.

    Raises `Invalid` (no reason), `NotFound`, `WrongState` (not closed).
    """
    if not reason.strip():
        raise Invalid("reason_needed")
    if require_day(office, day).state != days.CLOSED:
        raise WrongState("day_not_closed")
    record(office, events.DayReopened(day, reason))
    return state_of(office, day)


def require_day(office: Office, day: str) -> days.Day:
    found: days.Day | None = office.rows["days"].get(day)
    if found is None:
        raise NotFound("day", date=day)
    return found


def require_unsigned(office: Office, day: str) -> None:
    """Raises `WrongState` where two people have signed: reopening needs a reason."""
    row: SignedReport | None = office.rows["signed_reports"].get(day)
    if row and row.complete:
        raise WrongState("day_signed")


def state_of(office: Office, day: str) -> dict[str, Any]:
    row: SignedReport = office.rows["signed_reports"].get(day) or SignedReport(day)
    return {"day": day, "keeper": row.keeper, "head": row.head, "complete": row.complete}
