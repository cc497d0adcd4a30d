"""Re-checks an installation against itself: the chain, the replay, the ledger, the numbers and the promises."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from queue_server.domain.backlog import RELEASED
from queue_server.domain.fold import fold
from queue_server.domain.office import Office, key_of
from queue_server.domain.stock import PROMISED, STORE
from queue_server.storage import chain
from queue_server.storage.chain import Head
from queue_server.storage.database import Database
from queue_server.storage.projections import ALL
from queue_server.storage.schema import (
    AFTER_THE_LINE,
    OPEN_VOUCHER,
    UNFINISHED,
    backlog,
    backlog_people,
    balances,
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
        names = connection.scalars(sa.select(sites.c.site).order_by(sites.c.site)).all()
    return {name: verify(database, name) for name in names}


def verify(database: Database, site: str) -> Report:
    """All checks of one site on one snapshot; a server may run meanwhile. Raises `Busy` when it is out of reach."""
    report = Report()
    with database.reading() as connection:
        replayed = replay(connection, site, report)
        for name in ALL:
            compare(connection, site, name, replayed, report)
        check_ledger(connection, site, report)
        check_numbers(connection, site, report)
        check_promises(connection, site, report)
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
    """Each item sums to zero over its accounts, and the store is never below zero nor below what is promised."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in connection.execute(sa.select(balances).where(balances.c.site == site)):
        sums[row.item][0] += row.posted
        sums[row.item][1] += row.pending
        if row.account == STORE and (row.posted < 0 or row.posted + row.pending < 0):
            report.faults.append(f"{row.item}: {row.posted} in the store, {-row.pending} promised")
    report.faults += [
        f"{item}: the accounts sum to {posted} posted and {pending} pending instead of zero"
        for item, (posted, pending) in sums.items()
        if posted or pending
    ]
    report.checked["items in the ledger"] = len(sums)


def check_numbers(connection: sa.Connection, site: str, report: Report) -> None:
    """Numbers of a group and day are 1, 2, 3 … without a gap or a double, up to the sequence's last."""
    number = tickets.c.number
    given = (
        sa.select(
            tickets.c.prefix, tickets.c.day, sa.func.count(), sa.func.count(number.distinct()), sa.func.max(number)
        )
        .where(tickets.c.site == site, number >= 1)
        .group_by(tickets.c.prefix, tickets.c.day)
    )
    last = {
        (row.queue, row.day): row.last_number
        for row in connection.execute(sa.select(sequences).where(sequences.c.site == site))
    }
    total = 0
    for prefix, day, count, distinct, highest in connection.execute(given):
        total += count
        if not count == distinct == highest == last.get((prefix, day)):
            report.faults.append(
                f"{prefix} on {day}: {count} tickets with {distinct} numbers up to {highest},"
                f" but {last.get((prefix, day), 0)} were given out"
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
    held = sa.select(reservations.c.item, sa.func.sum(reservations.c.quantity)).where(own).group_by(reservations.c.item)
    sums = {item: int(quantity) for item, quantity in connection.execute(held)}
    promised = sa.select(balances).where(balances.c.site == site, balances.c.account == PROMISED)
    ledger = {row.item: row.pending for row in connection.execute(promised)}
    for item in sorted(sums.keys() | ledger.keys()):
        if sums.get(item, 0) != ledger.get(item, 0):
            report.faults.append(
                f"{item}: {sums.get(item, 0)} are set aside, but the ledger promises {ledger.get(item, 0)}"
            )
    count = connection.scalar(sa.select(sa.func.count()).select_from(reservations).where(own))
    report.checked["reservations"] = count or 0


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
