"""Re-checks an installation against itself: the chain, the replay, the ledger, the numbers and the promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from queue_server.domain.backlog import RELEASED
from queue_server.domain.closing import PAPER, PAPER_FROM, paper_queue
from queue_server.domain.fold import fold
from queue_server.domain.office import Office, catalogue_of, key_of
from queue_server.domain.policy import VOUCHER
from queue_server.domain.stock import AWAITED, POINTS, PROMISED, SOURCES, STORE, TRANSIT, is_counter
from queue_server.storage import chain
from queue_server.storage.chain import Head
from queue_server.storage.database import Database
from queue_server.storage.projections import ALL
from queue_server.storage.schema import (
    AFTER_THE_LINE,
    OPEN_VOUCHER,
    UNDER_WAY,
    UNFINISHED,
    backlog,
    backlog_people,
    balances,
    blank_requests,
    bucket_counts,
    consignments,
    days,
    movements,
    office_files,
    paper_sheets,
    reservations,
    sequences,
    sites,
    tickets,
    vouchers,
)


@dataclass(slots=True)
class Report:
    """What was looked at, with how much of it there was, and every fault as a sentence."""

    checked: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def verify_all(database: Database) -> dict[str, Report]:
    """Every site of the installation."""
    with database.reading() as connection:
        names = all_sites(connection)
    return {name: verify(database, name) for name in names}


def all_sites(connection: sa.Connection) -> Sequence[str]:
    return connection.scalars(sa.select(sites.c.site).order_by(sites.c.site)).all()


def verify(database: Database, site: str) -> Report:
    """All checks of one site on one snapshot; a server may run meanwhile. Raises `Busy` when it is out of reach."""
    report = Report()
    with database.reading() as connection:
        replayed = replay(connection, site, report)
        for name in ALL:
            compare(connection, site, name, replayed, report)
        check_ledger(connection, site, report)
        check_requests(connection, site, report)
        check_numbers(connection, site, report)
        check_promises(connection, site, report)
        check_days(connection, site, report)
        check_people(connection, site, report)
    return report


# -- the chain and its replay ----------------------------------------------------------------------------------------


def replay(connection: sa.Connection, site: str, report: Report) -> Office:
    """Follow the chain from its beginning and fold every entry; nothing is let go, so it is all there to compare."""
    office, last = Office(), Head(0, 0, "")
    for row in chain.history(connection, site):
        check_link(last, row, report)
        last = Head(row.generation, row.seq, row.hash)
        try:
            entry, event = chain.revive(row)
            office.now = entry.at
            fold(event, office, entry)
        except Exception as failure:  # noqa: BLE001  # whatever it trips over is a fault of the journal, to be listed
            report.faults.append(f"entry {row.seq} ({row.type}) cannot be replayed: {failure!r}")
        office.replaced.clear()
    report.checked["journal entries"] = last.seq
    head = chain.read_head(connection, site)
    if head is None or (head.seq, head.hash) != (last.seq, last.hash):
        report.faults.append(f"the chain ends at entry {last.seq}, but the site's head is at {head and head.seq}")
    return office


def check_link(last: Head, row: Any, report: Report) -> None:
    if row.seq != last.seq + 1:
        report.faults.append(f"entries {last.seq + 1} to {row.seq - 1} are missing from the journal")
    if row.prev_hash != last.hash:
        report.faults.append(f"entry {row.seq} does not follow the entry before it")
    if row.hash != chain.chain_hash(row._mapping):
        report.faults.append(f"entry {row.seq} was changed after it was written")


def compare(connection: sa.Connection, site: str, name: str, replayed: Office, report: Report) -> None:
    expected = dict(replayed.rows[name])
    stored = ALL[name].read(connection, site)
    for row in stored:
        key = key_of(row)
        other = expected.pop(key, None)
        if other is None:
            report.faults.append(f"{name} {key!r} is in the table but not in the journal")
        elif other != row:
            fields = [field for field in ALL[name].codec.names if getattr(row, field) != getattr(other, field)]
            report.faults.append(f"{name} {key!r} differs from the journal in {', '.join(fields)}")
    report.faults += [f"{name} {key!r} is in the journal but not in the table" for key in expected]
    report.checked[f"rows of {name}"] = len(stored)


# -- the ledger, the numbers, the promises ---------------------------------------------------------------------------


def check_ledger(connection: sa.Connection, site: str, report: Report) -> None:
    """Each item sums to zero over its accounts; nothing is below zero, nor promised beyond what is on hand."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in connection.execute(sa.select(balances).where(balances.c.site == site)):
        sums[row.item][0] += row.posted
        sums[row.item][1] += row.pending
        sums[row.item][2] += row.at_counters - (row.posted if is_counter(row.account) else 0)
        if row.account == STORE and (row.posted < 0 or row.posted + row.at_counters + row.pending < 0):
            report.faults.append(f"{row.item}: {row.posted} in the store, {-row.pending} promised")
        elif row.posted < 0 and row.account not in SOURCES:
            report.faults.append(f"{row.item}: {row.posted} on the account {row.account}")
    report.faults += [
        f"{item}: the accounts sum to {posted} posted and {pending} pending instead of zero"
        for item, (posted, pending, _) in sums.items()
        if posted or pending
    ]
    report.checked["items in the ledger"] = len(sums)
    under_way = check_transit(connection, site, report)
    report.faults += [
        f"{item}: the store's row says {more} more at counters or on the way there than lie on their accounts"
        for item, (_, _, at_counters) in sums.items()
        if (more := at_counters - under_way[item])
    ]


def check_transit(connection: sa.Connection, site: str, report: Report) -> dict[str, int]:
    """What is in transit is what was dispatched and has not arrived. Gives, by item, what stays inside the office."""
    inside: dict[str, int] = defaultdict(int)
    open_: dict[str, int] = defaultdict(int)
    for row in connection.execute(sa.select(consignments).where(consignments.c.site == site, UNDER_WAY)):
        left = row.sent - row.accepted - row.short
        open_[row.item] += left
        inside[row.item] += left if row.target != POINTS else 0
    in_transit = sa.select(balances).where(balances.c.site == site, balances.c.account == TRANSIT)
    ledger = {row.item: row.posted for row in connection.execute(in_transit)}
    report.faults += [
        f"{item}: {open_.get(item, 0)} are under way, but {ledger.get(item, 0)} are in transit"
        for item in sorted(open_.keys() | ledger.keys())
        if open_.get(item, 0) != ledger.get(item, 0)
    ]
    return inside


def check_requests(connection: sa.Connection, site: str, report: Report) -> None:
    """What was fetched on a request is what the ledger received for it."""
    came = sa.func.sum(sa.case((movements.c.target == STORE, movements.c.quantity), else_=-movements.c.quantity))
    query = sa.select(movements.c.request, came).where(movements.c.site == site, movements.c.request.is_not(None))
    received = {request: int(quantity) for request, quantity in connection.execute(query.group_by(movements.c.request))}
    rows = connection.execute(sa.select(blank_requests).where(blank_requests.c.site == site)).all()
    report.faults += [
        f"request {row.seq}: {row.fetched} fetched, but the ledger received {received.get(row.seq, 0)}"
        for row in rows
        if row.fetched != received.get(row.seq, 0)
    ]
    report.checked["requests"] = len(rows)


def check_numbers(connection: sa.Connection, site: str, report: Report) -> None:
    """Numbers of a group and day are 1, 2, 3 … up to the sequence's last, without a gap or a double.

    Those on paper begin at `PAPER_FROM` and have a sequence of their own; the kiosk passes over them.
    """
    number, on_paper = tickets.c.number, tickets.c.channel == PAPER
    numbers = (
        sa.select(
            *(tickets.c.prefix, tickets.c.day, on_paper.label("on_paper"), sa.func.count()),
            *(sa.func.count(number.distinct()), sa.func.min(number), sa.func.max(number)),
        )
        .where(tickets.c.site == site, number >= 1)
        .group_by(tickets.c.prefix, tickets.c.day, "on_paper")
    )
    last = {
        (row.queue, row.day): row.last_number
        for row in connection.execute(sa.select(sequences).where(sequences.c.site == site))
    }
    sheets = connection.execute(sa.select(paper_sheets).where(paper_sheets.c.site == site))
    kept = {row.day: row.numbers for row in sheets}
    total = 0
    for prefix, day, paper, count, distinct, lowest, highest in connection.execute(numbers):
        total += count
        first, queue = (PAPER_FROM, paper_queue(prefix)) if paper else (1, prefix)
        passed_over = kept.get(day, 0) if not paper and highest >= PAPER_FROM else 0
        given = last.get((queue, day), first - 1) - first + 1 - passed_over
        if lowest != first or not count == distinct == given == highest - first + 1 - passed_over:
            report.faults.append(
                f"{queue} on {day}: {count} tickets with {distinct} numbers up to {highest}, but {given} were given out"
            )
    report.checked["ticket numbers"] = total


def check_promises(connection: sa.Connection, site: str, report: Report) -> None:
    """Every reservation belongs to somebody who can still come, and together they are what the ledger promises."""
    own = reservations.c.site == site
    live = sa.exists().where(tickets.c.site == site, tickets.c.ticket_id == reservations.c.holder, UNFINISHED)
    dated = sa.exists().where(vouchers.c.site == site, vouchers.c.code == reservations.c.holder, OPEN_VOUCHER)
    released = sa.exists().where(
        backlog.c.site == site, AFTER_THE_LINE, backlog.c.state == RELEASED, backlog.c.release == reservations.c.holder
    )
    for row in connection.execute(sa.select(reservations).where(own, ~live, ~dated, ~released)):
        report.faults.append(f"{row.quantity} {row.item} are set aside for {row.holder}, who cannot come any more")
    kinds = ((reservations.c.quantity, PROMISED, "set aside"), (reservations.c.awaited, AWAITED, "awaited"))
    for column, account, words in kinds:
        held = sa.select(reservations.c.item, sa.func.sum(column)).where(own).group_by(reservations.c.item)
        sums = {item: int(quantity) for item, quantity in connection.execute(held)}
        promised = sa.select(balances).where(balances.c.site == site, balances.c.account == account)
        ledger = {row.item: row.pending for row in connection.execute(promised)}
        report.faults += [
            f"{item}: {sums.get(item, 0)} are {words}, but the ledger promises {ledger.get(item, 0)}"
            for item in sorted(sums.keys() | ledger.keys())
            if sums.get(item, 0) != ledger.get(item, 0)
        ]
    count = connection.scalar(sa.select(sa.func.count()).select_from(reservations).where(own))
    report.checked["reservations"] = count or 0


def check_days(connection: sa.Connection, site: str, report: Report) -> None:
    """Of each day to come the count of its vouchers' cards is theirs, and within the quota that the office set.

    Of the open day no part has promised less than is still set aside out of it.
    """
    newest = connection.scalar(sa.select(sa.func.max(days.c.day)).where(days.c.site == site)) or ""
    amount = sa.func.sum(reservations.c.quantity + reservations.c.awaited)
    of_bucket = (reservations.c.site == site, reservations.c.bucket != "", reservations.c.day >= newest)
    grouped = sa.select(reservations.c.day, reservations.c.bucket, amount).where(*of_bucket)
    held = {
        (day, bucket): int(quantity)
        for day, bucket, quantity in connection.execute(grouped.group_by(reservations.c.day, reservations.c.bucket))
    }
    rows = connection.execute(
        sa.select(bucket_counts).where(bucket_counts.c.site == site, bucket_counts.c.day >= newest)
    )
    counted = {(row.day, row.bucket): row.promised for row in rows}
    for key in sorted(held.keys() | counted.keys()):
        day, bucket = key
        has, says = held.get(key, 0), counted.get(key, 0)
        if says < has or (says > has and day > newest):
            report.faults.append(f"{day} {bucket}: {has} cards are promised, but {says} are counted")
    most = highest_quota(connection, site)
    for (day, bucket), cards in counted.items():
        if bucket == VOUCHER and day > newest and most is not None and cards > most:
            report.faults.append(f"{day}: vouchers for {cards} cards, but the quota was never above {most}")
    report.checked["days with promises"] = len({day for day, _ in counted})


def highest_quota(connection: sa.Connection, site: str) -> int | None:
    """The highest daily quota that any office file ever set; None if one of them set none."""
    files = connection.execute(sa.select(office_files.c.text, office_files.c.demo).where(office_files.c.site == site))
    policies = [catalogue_of(row.text, row.demo).policy for row in files]
    quotas = [policy.daily_quota if policy else None for policy in policies]
    return None if None in quotas else max((quota for quota in quotas if quota is not None), default=None)


def check_people(connection: sa.Connection, site: str, report: Report) -> None:
    """Every record of the print backlog is somebody's until it is erased, and nobody is kept without a record."""
    both = (backlog_people.c.site == backlog.c.site) & (backlog_people.c.record_id == backlog.c.record_id)
    records = sa.select(backlog.c.record_id, backlog.c.erased, backlog_people.c.sealed).where(backlog.c.site == site)
    for record_id, erased, sealed in connection.execute(records.outerjoin_from(backlog, backlog_people, both)):
        if erased and sealed:
            report.faults.append(f"record {record_id} is erased, but somebody's data is still there")
        elif not erased and not sealed:
            report.faults.append(f"record {record_id} is nobody's, though it was not erased")
    known = sa.select(backlog_people.c.record_id).where(backlog_people.c.site == site, backlog_people.c.sealed != "")
    report.faults += [
        f"somebody is kept without the record {record_id}"
        for record_id in connection.scalars(known.where(~sa.exists().where(both).correlate(backlog_people)))
    ]
    count = connection.scalar(sa.select(sa.func.count()).select_from(known.subquery()))
    report.checked["people of the print backlog"] = count or 0
