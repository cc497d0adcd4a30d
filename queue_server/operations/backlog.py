"""The print backlog: entering records, giving those next in line a blank and a day, printing, handing over, erasing.

One command takes at most `backlog.MOST_AT_ONCE` records, named by whoever asks; longer work is many commands. Whose
the records are is handed over as sealed rows beside the journal. Source: `docs/field.md#print-backlog`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

from queue_server.domain import backlog, calendar, events, stock
from queue_server.domain.backlog import BacklogRecord, Entry
from queue_server.domain.errors import Conflict, Invalid, NotFound, OutOfStock, WrongState
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.operations.promises import NewCode, break_promises, cover_shortage, require_true_clock

Rows = Sequence[dict[str, Any]]
told_of = attrgetter("record_id", "kind", "state", "since", "kecamatan")


# -- entering ----------------------------------------------------------------------------------------------------------


def enter(
    office: Office,
    *,
    entries: Sequence[Entry],
    people: Rows,
    moves: Mapping[str, Sequence[str]] | None = None,
    run: dict[str, Any] | None = None,
    faults: Rows = (),
) -> dict[str, Any]:
    """New records with the sealed rows of their people, and with a list that is imported: how far it is, what is bad.

    `moves` are records that were known before, by the state that the list says. Raises `Invalid`, `Conflict` when
    somebody has entered one of the people meanwhile (then nothing is written).
    """
    require_few(entries)
    require_sense(office, entries)
    if any(entry.record_id in office.rows["backlog"] for entry in entries):
        raise Conflict("record_known")
    if entries:
        record(office, events.RecordsEntered([list(told_of(entry)) for entry in entries]))
    for row in people:
        office.hand_over("backlog_people", row)
    moved = sum(follow_register(office, state, records) for state, records in (moves or {}).items())
    if run is not None:
        office.hand_over("imports", {**run, "moved": run["moved"] + moved, "repeated": run["repeated"] - moved})
    for row in faults:
        office.hand_over("import_faults", row)
    return {"entered": len(entries), "moved": moved}


def require_sense(office: Office, entries: Sequence[Entry]) -> None:
    kecamatan = office.catalogue.kecamatan
    today = calendar.local_date(office.catalogue, office.now).isoformat()
    for entry in entries:
        if entry.kind not in backlog.KINDS:
            raise Invalid("record_kind")
        if entry.state not in backlog.ENTERED_AS:
            raise Invalid("record_state_unknown")
        if entry.kecamatan not in kecamatan:
            raise Invalid("kecamatan")
        if entry.since > today:
            raise Invalid("since_ahead")


def follow_register(office: Office, state: str, records: Sequence[str]) -> int:
    """What a list says of records that still wait; how many it changes. Who has a blank or a card is left alone."""
    if state not in backlog.REGISTER_STATES:
        return 0
    changed = [
        record_id
        for record_id in records
        if (row := of(office, record_id)).state in backlog.REGISTER_STATES and row.state != state
    ]
    if changed:
        record(office, events.RecordsMoved(changed, state))
    return len(changed)


def move(office: Office, *, record_id: str, state: str, reason: str = "") -> dict[str, Any]:
    """To a state of the national register, back in line or off it; a blank that was set aside is free again.

    Raises `NotFound`, `Invalid`, `WrongState`. Taking somebody off, or back from a blank or a card, needs a reason.
    """
    row = of(office, record_id)
    if state not in (*backlog.REGISTER_STATES, backlog.WITHDRAWN):
        raise Invalid("record_state_unknown")
    if row.state == backlog.COLLECTED or row.erased or row.state == state:
        raise WrongState("record_state", record_state=row.state)
    if (state == backlog.WITHDRAWN or row.state in backlog.TO_COME) and not reason.strip():
        raise Invalid("reason_needed")
    if row.release:
        give_back(office, row.release, 1)
    record(office, events.RecordsMoved([record_id], state, reason))
    return {"id": record_id, "state": state}


# -- blanks ------------------------------------------------------------------------------------------------------------


def release(office: Office, *, release: str, ids: Sequence[str], cards: int) -> dict[str, Any]:
    """Set a blank aside for each of the next `cards` in line, who are `ids` in order, and give each a day to come.

    `release` is a random id that holds the blanks until the cards are printed. Where there are not so many blanks, or
    the policy leaves fewer, the first in line get them, and `short_of` names the item. Raises `Conflict` when `ids` are
    not the next any more, `OutOfStock` when not one can be released, `WrongState` when nobody waits.
    """
    require_true_clock(office)
    require_few(ids)
    if not ids:
        raise WrongState("backlog_empty")
    require_next(office, ids, cards)
    given, short_of = set_aside(office, release, cards)
    first = list(ids[:given])
    record(office, events.RecordsReleased(first, release))
    return {"released": given, "days": invite_all(office, first), "short_of": short_of}


def require_next(office: Office, ids: Sequence[str], cards: int) -> None:
    """Raises `Conflict` unless `ids` are the next `cards`, in the order of kinds and dates."""
    rows = [of(office, record_id) for record_id in ids]
    order = office.catalogue.rules.print_order
    places = [(order.index(row.kind), row.since, row.arrived) for row in rows]
    if any(row.state != backlog.PRINT_READY for row in rows) or len(set(ids)) != cards or places != sorted(places):
        raise Conflict("line_moved")
    if backlog.tally(rows) != backlog.next_in_line(waiting(office), order, cards):
        raise Conflict("line_moved")


def waiting(office: Office) -> dict[tuple[str, str], int]:
    """Who is print-ready: (kind, original date) -> how many."""
    counts = office.rows["backlog_counts"].values()
    return {(c.kind, c.since): c.records for c in counts if c.state == backlog.PRINT_READY}


def set_aside(office: Office, release: str, cards: int) -> tuple[int, str | None]:
    """For how many of so many cards, and the item that ends before the last. Raises `OutOfStock` for none."""
    require_printing(office)
    left, item = office.ration.for_backlog()
    given = min(cards, left)
    if not given:
        raise OutOfStock("none_to_release", item=item)
    record(office, events.BlanksReserved(release, needs(office, given)))
    return given, item if given < cards else None


def give_back(office: Office, release: str, cards: int) -> None:
    """Blanks of a release that nobody needs any more, as far as no fact has taken them meanwhile."""
    for item, quantity in needs(office, cards).items():
        if held := office.rows["reservations"].get((release, item)):
            record(office, events.BlankReleased(release, item, min(quantity, held.quantity)))


def needs(office: Office, cards: int) -> dict[str, int]:
    """What so many cards take: item -> whole units."""
    require_printing(office)
    return office.catalogue.needs(backlog.PRINTED_AS, cards)


def require_printing(office: Office) -> None:
    if backlog.PRINTED_AS not in office.catalogue.services:
        raise Invalid("unknown_service", service=backlog.PRINTED_AS)


def print_cards(office: Office, *, ids: Sequence[str], new_code: NewCode) -> dict[str, Any]:
    """The cards were printed: a fact, so their blanks leave the store whether or not the book has them.

    Raises `WrongState` when one of them has no blank set aside.
    """
    require_few(ids)
    rows = require_state(office, ids, backlog.RELEASED)
    if not rows:
        return {"printed": 0}
    for holder, cards in Counter(row.release or "" for row in rows).items():
        give_back(office, holder, cards)
    for item, used in needs(office, len(rows)).items():
        cover_shortage(office, item, used)
        record(office, events.StockMoved("use", item, used, stock.STORE, stock.CITIZEN, service=backlog.PRINTED_AS))
    record(office, events.RecordsPrinted(list(ids)))
    for item in needs(office, 1):
        break_promises(office, item, new_code)
    return {"printed": len(rows)}


# -- asking to come, handing over --------------------------------------------------------------------------------------


def invite(office: Office, *, ids: Sequence[str]) -> dict[str, Any]:
    """A new day for those who have not come. Raises `WrongState`."""
    require_few(ids)
    rows = require_state(office, ids, *backlog.TO_COME)
    printed = [row.record_id for row in rows if row.state == backlog.PRINTED]
    days = Counter(invite_all(office, printed, to_print=False))
    days.update(invite_all(office, [row.record_id for row in rows if row.state == backlog.RELEASED]))
    return {"invited": len(ids), "days": dict(days)}


def invite_all(office: Office, ids: Sequence[str], to_print: bool = True) -> dict[str, int]:
    """Day -> how many, from the next business day on; cards that are `to_print` within that day's quota as well."""
    days, asked = {}, 0
    room = partial(room_on, office, to_print)
    for day, number in backlog.invitation_days(room, business_days(office), len(ids)):
        record(office, events.RecordsInvited(list(ids[asked : asked + number]), day))
        days[day] = number
        asked += number
    return days


def room_on(office: Office, to_print: bool, day: str) -> int:
    """How many more may be asked to come on a later day."""
    row = office.rows["invitation_days"].get(day)
    left = office.catalogue.rules.invitations_a_day - (row.invited if row else 0)
    most = office.ration.room_for_backlog(day) if to_print else None
    return left if most is None else min(left, most)


def business_days(office: Office) -> Iterator[str]:
    day = calendar.local_date(office.catalogue, office.now)
    if office.open_day:
        day = max(day, date.fromisoformat(office.open_day.day))
    while True:
        day = calendar.next_business_day(office.catalogue, day)
        yield day.isoformat()


def collect(office: Office, *, ids: Sequence[str]) -> dict[str, Any]:
    """Handed over. Raises `WrongState` when one is not printed."""
    require_few(ids)
    require_state(office, ids, backlog.PRINTED)
    record(office, events.RecordsCollected(list(ids)))
    return {"collected": len(ids)}


# -- erasing -----------------------------------------------------------------------------------------------------------


def erase(office: Office, *, ids: Sequence[str]) -> dict[str, Any]:
    """Name, NIK, telephone and the phone page are gone for good; the record stays and is counted.

    Raises `WrongState` for one that is neither collected nor taken off: its holder would never hear of the card.
    """
    require_few(ids)
    require_state(office, ids, *backlog.OVER)
    for record_id in ids:
        nobody = {"record_id": record_id, "person_hash": None, "token": None, "key_id": "", "sealed": ""}
        office.hand_over("backlog_people", nobody)
    record(office, events.RecordsErased(list(ids)))
    return {"erased": len(ids)}


# -- checks ------------------------------------------------------------------------------------------------------------


def of(office: Office, record_id: str) -> BacklogRecord:
    """Raises `NotFound`."""
    row: BacklogRecord | None = office.rows["backlog"].get(record_id)
    if row is None:
        raise NotFound("record")
    return row


def require_state(office: Office, ids: Collection[str], *states: str) -> list[BacklogRecord]:
    rows = [of(office, record_id) for record_id in ids]
    if len(set(ids)) < len(rows):
        raise Invalid("record_twice")
    for row in rows:
        if row.state not in states:
            raise WrongState("record_state", record_state=row.state)
    return rows


def require_few(asked: Collection[Any]) -> None:
    if len(asked) > backlog.MOST_AT_ONCE:
        raise Invalid("too_many_records", most=backlog.MOST_AT_ONCE)
