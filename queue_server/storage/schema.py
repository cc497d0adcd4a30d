"""The tables. Every row belongs to a site, so that several offices may share one installation.

Instants are epoch milliseconds (UTC), days ISO dates, tuples and dictionaries JSON text. The tables of
`PROJECTIONS` hold exactly the rows of `domain.office.TABLES`; only the journal is history, they can be rebuilt.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from queue_server.domain import backlog as states
from queue_server.domain.office import UNFINISHED as UNFINISHED_STATES
from queue_server.domain.stock import DESTROYED, OPEN, POINTS, PROMISED, SOURCES, TRANSIT, WITHDRAWN
from queue_server.domain.tickets import AT_A_COUNTER

meta = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def text(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, **{"nullable": False, **options})


def whole(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, **{"nullable": False, "autoincrement": False, **options})


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False)


def site() -> sa.Column[Any]:
    return text("site", primary_key=True)


def refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    """A foreign key to a row of the same site; `target` is `table.column`."""
    table = target.split(".")[0]
    return sa.ForeignKeyConstraint(["site", column], [f"{table}.site", target])


def index(table: sa.Table, name: str, *columns: str) -> None:
    sa.Index(name, table.c.site, *(table.c[column] for column in columns))


def index_where(
    table: sa.Table, condition: sa.ColumnElement[bool], name: str, *columns: str, unique: bool = False
) -> None:
    """An index of some rows only, so that today's never share a scan with last year's."""
    on = (table.c.site, *(table.c[column] for column in columns))
    sa.Index(name, *on, unique=unique, sqlite_where=condition, postgresql_where=condition)


def one_of(column: sa.Column[Any], *values: str) -> sa.ColumnElement[bool]:
    """A condition with its values written out: a bound parameter could not use a partial index."""
    words: list[sa.ColumnClause[Any]] = [sa.literal_column(f"'{value}'") for value in sorted(values)]
    return column == words[0] if len(words) == 1 else column.in_(words)


# -- history ---------------------------------------------------------------------------------------------------------

sites = sa.Table("sites", meta, site(), whole("generation"), whole("seq"), text("hash"))

journal = sa.Table(
    "journal",
    meta,
    site(),
    whole("generation", primary_key=True),
    whole("seq", primary_key=True),
    text("at"),
    text("day"),
    text("actor"),
    text("type"),
    whole("version"),
    text("payload"),
    text("prev_hash"),
    text("hash"),
    sa.ForeignKeyConstraint(["site"], ["sites.site"]),
)

# For the audit list: few entries, and the others are not in it.
REPRINTED = one_of(journal.c.type, "SlipReprinted")
index_where(journal, REPRINTED, "journal_reprints", "day", "seq")

APPEND_ONLY = "the journal is append-only"
# REPLACE deletes without asking a DELETE trigger, so SQLite gets one for INSERT too.
SQLITE_TRIGGERS = (
    f"CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    f"CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal"
    " WHERE site = NEW.site AND generation = NEW.generation AND seq = NEW.seq)"
    f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
)
POSTGRESQL_TRIGGERS = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$",
    "CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)
for dialect, triggers in (("sqlite", SQLITE_TRIGGERS), ("postgresql", POSTGRESQL_TRIGGERS)):
    for trigger in triggers:
        sa.event.listen(journal, "after_create", sa.DDL(trigger).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]

# -- the office and its days -----------------------------------------------------------------------------------------

office_files = sa.Table(
    "office_files",
    meta,
    site(),
    whole("seq", primary_key=True),
    text("from_day"),
    text("sha256"),
    text("text"),
    flag("demo"),
)

days = sa.Table(
    "days",
    meta,
    site(),
    text("day", primary_key=True),
    text("state"),
    whole("opened_at"),
    whole("intake_closes_at"),
    whole("closes_at"),
    flag("by_hand"),
    whole("closed_at", nullable=True),
    whole("opened_seq"),
)

sequences = sa.Table(
    "sequences",
    meta,
    site(),
    text("queue", primary_key=True),
    text("day", primary_key=True),
    whole("last_number"),
)
index(sequences, "sequences_of_day", "day")

service_counts = sa.Table(
    "service_counts",
    meta,
    site(),
    text("day", primary_key=True),
    text("service", primary_key=True),
    whole("taken"),
    whole("served"),
    whole("no_show"),
    whole("deferred"),
    whole("cancelled"),
    whole("expired"),
    whole("promised"),
    whole("printed"),
    whole("spoilt"),
)

bucket_counts = sa.Table(
    "bucket_counts",
    meta,
    site(),
    text("day", primary_key=True),
    text("bucket", primary_key=True),
    whole("promised"),
    sa.CheckConstraint("promised >= 0", name="promised_below_zero"),
)

paces = sa.Table(
    "paces",
    meta,
    site(),
    text("day", primary_key=True),
    text("service", primary_key=True),
    text("seconds"),
    refers("day", "days.day"),
)

day_counts = sa.Table(
    "day_counts",
    meta,
    site(),
    text("day", primary_key=True),
    text("moment", primary_key=True),
    text("item", primary_key=True),
    whole("counted"),
    whole("book"),
    text("by"),
    whole("at"),
)

signed_reports = sa.Table(
    "signed_reports",
    meta,
    site(),
    text("day", primary_key=True),
    text("report"),
    text("keeper", nullable=True),
    whole("keeper_at", nullable=True),
    text("head", nullable=True),
    whole("head_at", nullable=True),
    text("reopened"),
    text("reopened_by", nullable=True),
    whole("reopened_at", nullable=True),
    sa.CheckConstraint("keeper <> head", name="signed_alone"),
    refers("day", "days.day"),
)

paper_sheets = sa.Table(
    "paper_sheets",
    meta,
    site(),
    text("day", primary_key=True),
    whole("numbers"),
)

suspensions = sa.Table(
    "suspensions",
    meta,
    site(),
    text("service", primary_key=True),
    text("reason"),
    whole("since"),
    text("actor"),
    text("equipment"),
)

equipment = sa.Table(
    "equipment",
    meta,
    site(),
    text("equipment_id", primary_key=True),
    text("kind"),
    text("name"),
    text("place"),
    text("state"),
    text("reason"),
    whole("since"),
)

alerts = sa.Table(
    "alerts",
    meta,
    site(),
    whole("seq", primary_key=True),
    text("kind"),
    text("subject"),
    text("detail"),
    whole("at"),
    whole("answered_at", nullable=True),
)
UNANSWERED = alerts.c.answered_at.is_(None)
index_where(alerts, UNANSWERED, "alerts_unanswered", "seq")

# -- tickets and counters --------------------------------------------------------------------------------------------

tickets = sa.Table(
    "tickets",
    meta,
    site(),
    text("ticket_id", primary_key=True),
    text("token", unique=True),
    text("day"),
    text("prefix"),
    whole("number"),
    text("service"),
    text("hall"),
    text("state"),
    whole("place"),
    whole("issued_at"),
    whole("waits_since"),
    whole("stage"),
    flag("priority"),
    flag("urgent"),
    whole("cards"),
    whole("made"),
    text("voucher", nullable=True),
    whole("voucher_rank", nullable=True),
    text("channel"),
    text("language"),
    whole("times_called"),
    whole("skipped"),
    whole("counter", nullable=True),
    text("clerk", nullable=True),
    whole("called_at", nullable=True),
    whole("call_seq", nullable=True),
    whole("started_at", nullable=True),
    whole("ended_at", nullable=True),
    text("outcome", nullable=True),
    whole("changed_seq"),
    sa.UniqueConstraint("site", "prefix", "day", "number"),
    refers("day", "days.day"),
)
WAITING = one_of(tickets.c.state, "waiting")
UNFINISHED = one_of(tickets.c.state, *UNFINISHED_STATES)
AT_COUNTER = one_of(tickets.c.state, *AT_A_COUNTER)
index_where(tickets, WAITING, "tickets_waiting", "service", "place")
index_where(tickets, UNFINISHED, "tickets_unfinished", "state")
index_where(tickets, AT_COUNTER, "tickets_at_counter", "counter", unique=True)  # one open call per counter
index(tickets, "tickets_of_day", "day", "service", "ended_at")

vouchers = sa.Table(
    "vouchers",
    meta,
    site(),
    text("code", primary_key=True),
    text("ticket_id", nullable=True),
    text("date"),
    whole("rank"),
    text("service"),
    whole("cards"),
    flag("priority"),
    text("language"),
    whole("issued_at"),
    text("state"),
    text("redeemed_by", nullable=True),
    text("token", unique=True, nullable=True),
    whole("made"),
    text("early"),
    refers("ticket_id", "tickets.ticket_id"),
    refers("redeemed_by", "tickets.ticket_id"),
)
OPEN_VOUCHER = one_of(vouchers.c.state, "open")
index_where(vouchers, OPEN_VOUCHER, "vouchers_open", "date", "service", "rank", "cards")
index_where(vouchers, OPEN_VOUCHER, "vouchers_called_back", "early", "service", "cards")
index(vouchers, "vouchers_of_ticket", "ticket_id")

counters = sa.Table(
    "counters",
    meta,
    site(),
    whole("counter", primary_key=True),
    text("state"),
    text("clerk", nullable=True),
    whole("since"),
    text("reason"),
    text("ticket_id", nullable=True),
    whole("streak"),
    text("actions"),
    refers("ticket_id", "tickets.ticket_id"),
)
# A clerk has one counter; a break keeps it.
index_where(counters, one_of(counters.c.state, "open", "paused"), "counters_of_clerk", "clerk", unique=True)

calls = sa.Table(
    "calls",
    meta,
    site(),
    whole("seq", primary_key=True),
    text("day"),
    text("hall"),
    text("ticket_id"),
    text("prefix"),
    whole("number"),
    whole("counter"),
    whole("times"),
    whole("called_at"),
    refers("ticket_id", "tickets.ticket_id"),
)
index(calls, "calls_of_hall", "day", "hall", "seq")

# -- stock -----------------------------------------------------------------------------------------------------------

balances = sa.Table(
    "balances",
    meta,
    site(),
    text("item", primary_key=True),
    text("account", primary_key=True),
    whole("posted"),
    whole("pending"),
    whole("at_counters"),
    sa.CheckConstraint(
        "account <> 'store' OR (at_counters >= 0 AND posted + at_counters + pending >= 0)",
        name="promised_beyond_on_hand",
    ),
    sa.CheckConstraint(
        f"posted >= 0 OR account IN ({', '.join(repr(account) for account in sorted(SOURCES | {PROMISED}))})",
        name="below_zero",
    ),
)

reservations = sa.Table(
    "reservations",
    meta,
    site(),
    text("holder", primary_key=True),
    text("item", primary_key=True),
    whole("quantity"),
    whole("seq"),
    whole("awaited"),
    text("day"),
    text("bucket"),
    sa.CheckConstraint("quantity >= 0 AND awaited >= 0 AND quantity + awaited > 0", name="nothing_reserved"),
)

movements = sa.Table(
    "movements",
    meta,
    site(),
    whole("seq", primary_key=True),
    text("day"),
    whole("at"),
    text("actor"),
    text("item"),
    text("type"),
    whole("quantity"),
    text("source"),
    text("target"),
    text("reference"),
    text("reason"),
    text("ticket_id", nullable=True),
    whole("reverses", nullable=True),
    text("name"),
    whole("consignment", nullable=True),
    whole("request", nullable=True),
    sa.CheckConstraint("source <> target", name="moves_nothing"),
    sa.UniqueConstraint("site", "reverses"),
    refers("ticket_id", "tickets.ticket_id"),
    refers("reverses", "movements.seq"),
    refers("consignment", "consignments.seq"),
    refers("request", "blank_requests.seq"),
)
index(movements, "movements_of_item", "item", "seq")
index_where(movements, one_of(movements.c.target, WITHDRAWN, DESTROYED), "movements_of_old_cards", "target", "seq")
# On the way to a counter or a service point, or at one of those.
BESIDE_THE_OFFICE = sa.or_(one_of(movements.c.source, POINTS, TRANSIT), one_of(movements.c.target, POINTS, TRANSIT))
index_where(movements, BESIDE_THE_OFFICE, "movements_beside_the_office", "seq")

consignments = sa.Table(
    "consignments",
    meta,
    site(),
    whole("seq", primary_key=True),
    text("day"),
    whole("at"),
    text("actor"),
    text("item"),
    text("target"),
    text("name"),
    whole("sent"),
    whole("accepted"),
    whole("short"),
    sa.CheckConstraint("accepted >= 0 AND sent >= accepted + short", name="more_accepted_than_sent"),
)
UNDER_WAY = consignments.c.sent > consignments.c.accepted + consignments.c.short
index_where(consignments, UNDER_WAY, "consignments_under_way", "seq")

count_differences = sa.Table(
    "count_differences",
    meta,
    site(),
    whole("seq", primary_key=True),
    text("day"),
    whole("at"),
    text("counted_by"),
    text("item"),
    text("place"),
    whole("counted"),
    whole("book"),
    text("reason"),
    text("state"),
    text("approved_by", nullable=True),
    sa.CheckConstraint("approved_by <> counted_by", name="approved_by_who_counted"),
)
NOT_APPROVED = one_of(count_differences.c.state, OPEN)
index_where(count_differences, NOT_APPROVED, "count_differences_open", "seq")

blank_requests = sa.Table(
    "blank_requests",
    meta,
    site(),
    whole("seq", primary_key=True),
    text("day"),
    text("item"),
    text("party"),
    whole("asked"),
    whole("on_hand"),
    whole("used"),
    whole("backlog", nullable=True),
    text("reference"),
    text("reason"),
    whole("granted", nullable=True),
    text("granted_on", nullable=True),
    whole("fetched"),
)

item_days = sa.Table(
    "item_days",
    meta,
    site(),
    text("day", primary_key=True),
    text("item", primary_key=True),
    whole("opening"),
    whole("received"),
    whole("used"),
    whole("spoilt"),
    whole("other"),
    whole("withdrawn"),
    whole("destroyed"),
)

item_uses = sa.Table("item_uses", meta, site(), text("item", primary_key=True), text("days"))

arrivals = sa.Table(
    "arrivals", meta, site(), text("item", primary_key=True), text("delivery", primary_key=True), whole("quantity")
)


# -- the print backlog: where each record stands; whose it is stands in `backlog_people` -------------------------------

backlog = sa.Table(
    "backlog",
    meta,
    site(),
    text("record_id", primary_key=True),
    text("kind"),
    text("state"),
    text("since"),
    text("kecamatan"),
    whole("arrived"),
    text("moved_on"),
    text("invited_for", nullable=True),
    text("release", nullable=True),
    flag("erased"),
)
IN_LINE = one_of(backlog.c.state, states.PRINT_READY)
index_where(backlog, IN_LINE, "backlog_in_line", "kind", "since", "arrived")
AFTER_THE_LINE = one_of(backlog.c.state, states.RELEASED, states.PRINTED, *states.OVER)
index_where(backlog, AFTER_THE_LINE, "backlog_after_the_line", "state", "moved_on")

backlog_counts = sa.Table(
    "backlog_counts",
    meta,
    site(),
    text("state", primary_key=True),
    text("kind", primary_key=True),
    text("since", primary_key=True),
    whole("records"),
    sa.CheckConstraint("records > 0", name="counts_nothing"),
)

backlog_days = sa.Table(
    "backlog_days",
    meta,
    site(),
    text("day", primary_key=True),
    text("source", primary_key=True),
    text("target", primary_key=True),
    whole("records"),
)

invitation_days = sa.Table(
    "invitation_days",
    meta,
    site(),
    text("day", primary_key=True),
    whole("invited"),
    whole("cards"),
)

# In the order in which their rows are written: what a foreign key names comes first.
PROJECTIONS: dict[str, sa.Table] = {
    table.name: table
    for table in (
        office_files,
        days,
        sequences,
        tickets,
        vouchers,
        reservations,
        counters,
        balances,
        consignments,
        blank_requests,
        movements,
        count_differences,
        item_days,
        item_uses,
        arrivals,
        service_counts,
        bucket_counts,
        paces,
        suspensions,
        equipment,
        calls,
        alerts,
        backlog,
        backlog_counts,
        backlog_days,
        invitation_days,
        day_counts,
        signed_reports,
        paper_sheets,
    )
}

# -- plain rows: written with the events, never events themselves ----------------------------------------------------

staff = sa.Table(
    "staff",
    meta,
    site(),
    text("staff_id", primary_key=True),
    text("name"),
    text("role"),
    text("password_hash"),
    flag("active"),
    whole("created_at"),
    sa.UniqueConstraint("site", "name"),
)

devices = sa.Table(
    "devices",
    meta,
    site(),
    text("device_id", primary_key=True),
    text("kind"),
    text("name"),
    text("hall", nullable=True),  # none: it sees every hall
    text("printer"),
    whole("paper"),
    flag("sound"),
    text("token_hash", unique=True),
    whole("created_at"),
    whole("revoked_at", nullable=True, info={"stays": True}),  # also where a row is replaced that was read before it
    sa.CheckConstraint("kind IN ('kiosk', 'display')", name="unknown_kind"),
)

# What a device has last shown of itself, at most once a minute; `printer` is a word of `printables.printers`.
device_signs = sa.Table(
    "device_signs",
    meta,
    site(),
    text("device_id", primary_key=True),
    whole("last_seen"),
    text("version"),
    text("printer"),
    whole("printer_at", nullable=True),
)

# A screen that waits to become a device. The browser holds the secret, and it is the device's token afterwards; the
# code is what everybody in the room can read.
pairings = sa.Table(
    "pairings",
    meta,
    site(),
    text("code", primary_key=True),
    text("token_hash", unique=True),
    whole("expires_at"),
)

sessions = sa.Table(
    "sessions",
    meta,
    site(),
    text("session_hash", primary_key=True),
    text("staff_id"),
    whole("created_at"),
    whole("expires_at"),
    refers("staff_id", "staff.staff_id"),
)

# What was answered to a request with an Idempotency-Key; `status` is empty or the code of a refusal.
answers = sa.Table(
    "answers",
    meta,
    site(),
    text("key", primary_key=True),
    text("caller", primary_key=True),
    text("day"),
    text("fingerprint"),
    text("status"),
    text("body"),
)

# Which numbers and vouchers of a day were taken with one and the same NIK: a keyed hash, gone when the next day opens.
# `holder` is a ticket's id or a voucher's code. No foreign key: a rebuild makes both anew and leaves these rows alone.
nik_marks = sa.Table(
    "nik_marks",
    meta,
    site(),
    text("holder", primary_key=True),
    text("mark"),
    text("day"),
)
index(nik_marks, "nik_marks_of_mark", "mark")

# Whose record it is: sealed, found by a keyed hash of NIK and kind, all of it empty once erased. No foreign key: a
# rebuild makes the records anew and leaves people alone; `verify` looks after both.
backlog_people = sa.Table(
    "backlog_people",
    meta,
    site(),
    text("record_id", primary_key=True),
    text("person_hash", nullable=True),
    text("token", nullable=True),
    text("key_id"),
    text("sealed"),
    sa.UniqueConstraint("site", "person_hash"),
    sa.UniqueConstraint("site", "token"),
)

# How far a list was imported: `position` is the last line that is in, written in the same transaction as its rows.
imports = sa.Table(
    "imports",
    meta,
    site(),
    text("run_id", primary_key=True),
    text("actor"),
    whole("lines"),
    whole("position"),
    whole("entered"),
    whole("moved"),
    whole("repeated"),
    whole("bad"),
    whole("started_at"),
    whole("finished_at", nullable=True),
)

import_faults = sa.Table(
    "import_faults",
    meta,
    site(),
    text("run_id", primary_key=True),
    whole("line", primary_key=True),
    text("reason"),
)
PLAIN = {
    table.name: table
    for table in (
        *(staff, devices, device_signs, pairings, sessions, nik_marks, backlog_people, imports, import_faults),
    )
}
