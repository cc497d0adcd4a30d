"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = "the journal is append-only"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
        f"CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
        "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal "
        "WHERE site = NEW.site AND generation = NEW.generation AND seq = NEW.seq) BEGIN SELECT "
        f"RAISE(ABORT, '{APPEND_ONLY}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        f"'{APPEND_ONLY}'; END $$",
        "CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE "
        "FUNCTION refuse_change()",
        "CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE "
        "FUNCTION refuse_change()",
    ),
}


def text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=nullable)


def whole(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, autoincrement=False)


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False)


def upgrade() -> None:
    op.create_table(
        "alerts",
        text("site"),
        whole("seq"),
        text("kind"),
        text("subject"),
        text("detail"),
        whole("at"),
        whole("answered_at", nullable=True),
        sa.PrimaryKeyConstraint("site", "seq", name="pk_alerts"),
    )
    where = sa.text("answered_at IS NULL")
    op.create_index("alerts_unanswered", "alerts", ["site", "seq"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "answers",
        text("site"),
        text("key"),
        text("caller"),
        text("day"),
        text("fingerprint"),
        text("status"),
        text("body"),
        sa.PrimaryKeyConstraint("site", "key", "caller", name="pk_answers"),
    )
    op.create_table(
        "arrivals",
        text("site"),
        text("item"),
        text("delivery"),
        whole("quantity"),
        sa.PrimaryKeyConstraint("site", "item", "delivery", name="pk_arrivals"),
    )
    op.create_table(
        "backlog",
        text("site"),
        text("record_id"),
        text("kind"),
        text("state"),
        text("since"),
        text("kecamatan"),
        whole("arrived"),
        text("moved_on"),
        text("invited_for", nullable=True),
        text("release", nullable=True),
        flag("erased"),
        sa.PrimaryKeyConstraint("site", "record_id", name="pk_backlog"),
    )
    where = sa.text("state IN ('CARD_PRINTED', 'COLLECTED', 'RELEASED', 'WITHDRAWN')")
    op.create_index(
        "backlog_after_the_line", "backlog", ["site", "state", "moved_on"], sqlite_where=where, postgresql_where=where
    )
    where = sa.text("state = 'PRINT_READY_RECORD'")
    op.create_index(
        "backlog_in_line", "backlog", ["site", "kind", "since", "arrived"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "backlog_counts",
        text("site"),
        text("state"),
        text("kind"),
        text("since"),
        whole("records"),
        sa.PrimaryKeyConstraint("site", "state", "kind", "since", name="pk_backlog_counts"),
        sa.CheckConstraint("records > 0", name="ck_backlog_counts_counts_nothing"),
    )
    op.create_table(
        "backlog_days",
        text("site"),
        text("day"),
        text("source"),
        text("target"),
        whole("records"),
        sa.PrimaryKeyConstraint("site", "day", "source", "target", name="pk_backlog_days"),
    )
    op.create_table(
        "backlog_people",
        text("site"),
        text("record_id"),
        text("person_hash", nullable=True),
        text("token", nullable=True),
        text("key_id"),
        text("sealed"),
        sa.PrimaryKeyConstraint("site", "record_id", name="pk_backlog_people"),
        sa.UniqueConstraint("site", "person_hash", name="uq_backlog_people_site_person_hash"),
        sa.UniqueConstraint("site", "token", name="uq_backlog_people_site_token"),
    )
    op.create_table(
        "balances",
        text("site"),
        text("item"),
        text("account"),
        whole("posted"),
        whole("pending"),
        whole("at_counters"),
        sa.PrimaryKeyConstraint("site", "item", "account", name="pk_balances"),
        sa.CheckConstraint(
            "account <> 'store' OR (at_counters >= 0 AND posted + at_counters + pending >= 0)",
            name="ck_balances_promised_beyond_on_hand",
        ),
        sa.CheckConstraint(
            "posted >= 0 OR account IN ('borrowed', 'citizen', 'lost-and-found', 'promised', 'province', 'supplier')",
            name="ck_balances_below_zero",
        ),
    )
    op.create_table(
        "blank_requests",
        text("site"),
        whole("seq"),
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
        sa.PrimaryKeyConstraint("site", "seq", name="pk_blank_requests"),
    )
    op.create_table(
        "bucket_counts",
        text("site"),
        text("day"),
        text("bucket"),
        whole("promised"),
        sa.PrimaryKeyConstraint("site", "day", "bucket", name="pk_bucket_counts"),
        sa.CheckConstraint("promised >= 0", name="ck_bucket_counts_promised_below_zero"),
    )
    op.create_table(
        "consignments",
        text("site"),
        whole("seq"),
        text("day"),
        whole("at"),
        text("actor"),
        text("item"),
        text("target"),
        text("name"),
        whole("sent"),
        whole("accepted"),
        whole("short"),
        sa.PrimaryKeyConstraint("site", "seq", name="pk_consignments"),
        sa.CheckConstraint(
            "accepted >= 0 AND sent >= accepted + short", name="ck_consignments_more_accepted_than_sent"
        ),
    )
    where = sa.text("sent > accepted + short")
    op.create_index(
        "consignments_under_way", "consignments", ["site", "seq"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "count_differences",
        text("site"),
        whole("seq"),
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
        sa.PrimaryKeyConstraint("site", "seq", name="pk_count_differences"),
        sa.CheckConstraint("approved_by <> counted_by", name="ck_count_differences_approved_by_who_counted"),
    )
    where = sa.text("state = 'open'")
    op.create_index(
        "count_differences_open", "count_differences", ["site", "seq"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "day_counts",
        text("site"),
        text("day"),
        text("moment"),
        text("item"),
        whole("counted"),
        whole("book"),
        text("by"),
        whole("at"),
        sa.PrimaryKeyConstraint("site", "day", "moment", "item", name="pk_day_counts"),
    )
    op.create_table(
        "days",
        text("site"),
        text("day"),
        text("state"),
        whole("opened_at"),
        whole("intake_closes_at"),
        whole("closes_at"),
        flag("by_hand"),
        whole("closed_at", nullable=True),
        whole("opened_seq"),
        sa.PrimaryKeyConstraint("site", "day", name="pk_days"),
    )
    op.create_table(
        "devices",
        text("site"),
        text("device_id"),
        text("kind"),
        text("name"),
        text("hall", nullable=True),
        text("printer"),
        whole("paper"),
        flag("sound"),
        text("token_hash"),
        whole("created_at"),
        whole("last_seen", nullable=True),
        whole("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("site", "device_id", name="pk_devices"),
        sa.CheckConstraint("kind IN ('kiosk', 'display')", name="ck_devices_unknown_kind"),
        sa.UniqueConstraint("token_hash", name="uq_devices_token_hash"),
    )
    op.create_table(
        "import_faults",
        text("site"),
        text("run_id"),
        whole("line"),
        text("reason"),
        sa.PrimaryKeyConstraint("site", "run_id", "line", name="pk_import_faults"),
    )
    op.create_table(
        "imports",
        text("site"),
        text("run_id"),
        text("actor"),
        whole("lines"),
        whole("position"),
        whole("entered"),
        whole("moved"),
        whole("repeated"),
        whole("bad"),
        whole("started_at"),
        whole("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("site", "run_id", name="pk_imports"),
    )
    op.create_table(
        "invitation_days",
        text("site"),
        text("day"),
        whole("invited"),
        whole("cards"),
        sa.PrimaryKeyConstraint("site", "day", name="pk_invitation_days"),
    )
    op.create_table(
        "item_days",
        text("site"),
        text("day"),
        text("item"),
        whole("opening"),
        whole("received"),
        whole("used"),
        whole("spoilt"),
        whole("other"),
        whole("withdrawn"),
        whole("destroyed"),
        sa.PrimaryKeyConstraint("site", "day", "item", name="pk_item_days"),
    )
    op.create_table(
        "item_uses",
        text("site"),
        text("item"),
        text("days"),
        sa.PrimaryKeyConstraint("site", "item", name="pk_item_uses"),
    )
    op.create_table(
        "nik_marks",
        text("site"),
        text("holder"),
        text("mark"),
        text("day"),
        sa.PrimaryKeyConstraint("site", "holder", name="pk_nik_marks"),
    )
    op.create_index("nik_marks_of_mark", "nik_marks", ["site", "mark"])
    op.create_table(
        "office_files",
        text("site"),
        whole("seq"),
        text("from_day"),
        text("sha256"),
        text("text"),
        flag("demo"),
        sa.PrimaryKeyConstraint("site", "seq", name="pk_office_files"),
    )
    op.create_table(
        "paper_sheets",
        text("site"),
        text("day"),
        whole("numbers"),
        sa.PrimaryKeyConstraint("site", "day", name="pk_paper_sheets"),
    )
    op.create_table(
        "reservations",
        text("site"),
        text("holder"),
        text("item"),
        whole("quantity"),
        whole("seq"),
        whole("awaited"),
        text("day"),
        text("bucket"),
        sa.PrimaryKeyConstraint("site", "holder", "item", name="pk_reservations"),
        sa.CheckConstraint(
            "quantity >= 0 AND awaited >= 0 AND quantity + awaited > 0", name="ck_reservations_nothing_reserved"
        ),
    )
    op.create_table(
        "sequences",
        text("site"),
        text("queue"),
        text("day"),
        whole("last_number"),
        sa.PrimaryKeyConstraint("site", "queue", "day", name="pk_sequences"),
    )
    op.create_table(
        "service_counts",
        text("site"),
        text("day"),
        text("service"),
        whole("taken"),
        whole("served"),
        whole("no_show"),
        whole("deferred"),
        whole("cancelled"),
        whole("expired"),
        whole("promised"),
        whole("printed"),
        whole("spoilt"),
        sa.PrimaryKeyConstraint("site", "day", "service", name="pk_service_counts"),
    )
    op.create_table(
        "sites",
        text("site"),
        whole("generation"),
        whole("seq"),
        text("hash"),
        sa.PrimaryKeyConstraint("site", name="pk_sites"),
    )
    op.create_table(
        "staff",
        text("site"),
        text("staff_id"),
        text("name"),
        text("role"),
        text("password_hash"),
        flag("active"),
        whole("created_at"),
        sa.PrimaryKeyConstraint("site", "staff_id", name="pk_staff"),
        sa.UniqueConstraint("site", "name", name="uq_staff_site_name"),
    )
    op.create_table(
        "suspensions",
        text("site"),
        text("service"),
        text("reason"),
        whole("since"),
        text("actor"),
        sa.PrimaryKeyConstraint("site", "service", name="pk_suspensions"),
    )
    op.create_table(
        "journal",
        text("site"),
        whole("generation"),
        whole("seq"),
        text("at"),
        text("day"),
        text("actor"),
        text("type"),
        whole("version"),
        text("payload"),
        text("prev_hash"),
        text("hash"),
        sa.PrimaryKeyConstraint("site", "generation", "seq", name="pk_journal"),
        sa.ForeignKeyConstraint(["site"], ["sites.site"], name="fk_journal_site"),
    )
    where = sa.text("type = 'SlipReprinted'")
    op.create_index("journal_reprints", "journal", ["site", "day", "seq"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "paces",
        text("site"),
        text("day"),
        text("service"),
        text("seconds"),
        sa.PrimaryKeyConstraint("site", "day", "service", name="pk_paces"),
        sa.ForeignKeyConstraint(["site", "day"], ["days.site", "days.day"], name="fk_paces_site_day"),
    )
    op.create_table(
        "sessions",
        text("site"),
        text("session_hash"),
        text("staff_id"),
        whole("created_at"),
        whole("expires_at"),
        sa.PrimaryKeyConstraint("site", "session_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["site", "staff_id"], ["staff.site", "staff.staff_id"], name="fk_sessions_site_staff_id"
        ),
    )
    op.create_table(
        "signed_reports",
        text("site"),
        text("day"),
        text("report"),
        text("keeper", nullable=True),
        whole("keeper_at", nullable=True),
        text("head", nullable=True),
        whole("head_at", nullable=True),
        text("reopened"),
        text("reopened_by", nullable=True),
        whole("reopened_at", nullable=True),
        sa.PrimaryKeyConstraint("site", "day", name="pk_signed_reports"),
        sa.CheckConstraint("keeper <> head", name="ck_signed_reports_signed_alone"),
        sa.ForeignKeyConstraint(["site", "day"], ["days.site", "days.day"], name="fk_signed_reports_site_day"),
    )
    op.create_table(
        "tickets",
        text("site"),
        text("ticket_id"),
        text("token"),
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
        sa.PrimaryKeyConstraint("site", "ticket_id", name="pk_tickets"),
        sa.UniqueConstraint("site", "prefix", "day", "number", name="uq_tickets_site_prefix_day_number"),
        sa.ForeignKeyConstraint(["site", "day"], ["days.site", "days.day"], name="fk_tickets_site_day"),
        sa.UniqueConstraint("token", name="uq_tickets_token"),
    )
    where = sa.text("state IN ('called', 'serving')")
    op.create_index(
        "tickets_at_counter", "tickets", ["site", "counter"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_index("tickets_of_day", "tickets", ["site", "day", "service", "ended_at"])
    where = sa.text("state IN ('called', 'parked', 'serving', 'waiting')")
    op.create_index("tickets_unfinished", "tickets", ["site", "state"], sqlite_where=where, postgresql_where=where)
    where = sa.text("state = 'waiting'")
    op.create_index(
        "tickets_waiting", "tickets", ["site", "service", "place"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "calls",
        text("site"),
        whole("seq"),
        text("day"),
        text("hall"),
        text("ticket_id"),
        text("prefix"),
        whole("number"),
        whole("counter"),
        whole("times"),
        whole("called_at"),
        sa.PrimaryKeyConstraint("site", "seq", name="pk_calls"),
        sa.ForeignKeyConstraint(
            ["site", "ticket_id"], ["tickets.site", "tickets.ticket_id"], name="fk_calls_site_ticket_id"
        ),
    )
    op.create_index("calls_of_hall", "calls", ["site", "day", "hall", "seq"])
    op.create_table(
        "counters",
        text("site"),
        whole("counter"),
        text("state"),
        text("clerk", nullable=True),
        whole("since"),
        text("reason"),
        text("ticket_id", nullable=True),
        whole("streak"),
        text("actions"),
        sa.PrimaryKeyConstraint("site", "counter", name="pk_counters"),
        sa.ForeignKeyConstraint(
            ["site", "ticket_id"], ["tickets.site", "tickets.ticket_id"], name="fk_counters_site_ticket_id"
        ),
    )
    where = sa.text("state IN ('open', 'paused')")
    op.create_index(
        "counters_of_clerk", "counters", ["site", "clerk"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "movements",
        text("site"),
        whole("seq"),
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
        sa.PrimaryKeyConstraint("site", "seq", name="pk_movements"),
        sa.CheckConstraint("source <> target", name="ck_movements_moves_nothing"),
        sa.UniqueConstraint("site", "reverses", name="uq_movements_site_reverses"),
        sa.ForeignKeyConstraint(
            ["site", "ticket_id"], ["tickets.site", "tickets.ticket_id"], name="fk_movements_site_ticket_id"
        ),
        sa.ForeignKeyConstraint(
            ["site", "reverses"], ["movements.site", "movements.seq"], name="fk_movements_site_reverses"
        ),
        sa.ForeignKeyConstraint(
            ["site", "consignment"], ["consignments.site", "consignments.seq"], name="fk_movements_site_consignment"
        ),
        sa.ForeignKeyConstraint(
            ["site", "request"], ["blank_requests.site", "blank_requests.seq"], name="fk_movements_site_request"
        ),
    )
    op.create_index("movements_of_item", "movements", ["site", "item", "seq"])
    where = sa.text("target IN ('destroyed', 'withdrawn')")
    op.create_index(
        "movements_of_old_cards", "movements", ["site", "target", "seq"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "vouchers",
        text("site"),
        text("code"),
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
        text("token", nullable=True),
        whole("made"),
        text("early"),
        sa.PrimaryKeyConstraint("site", "code", name="pk_vouchers"),
        sa.ForeignKeyConstraint(
            ["site", "ticket_id"], ["tickets.site", "tickets.ticket_id"], name="fk_vouchers_site_ticket_id"
        ),
        sa.ForeignKeyConstraint(
            ["site", "redeemed_by"], ["tickets.site", "tickets.ticket_id"], name="fk_vouchers_site_redeemed_by"
        ),
        sa.UniqueConstraint("token", name="uq_vouchers_token"),
    )
    op.create_index("sequences_of_day", "sequences", ["site", "day"])
    op.create_index("vouchers_of_ticket", "vouchers", ["site", "ticket_id"])
    where = sa.text("state = 'open'")
    for name, columns in (
        ("vouchers_open", ["site", "date", "service", "rank", "cards"]),
        ("vouchers_called_back", ["site", "early", "service", "cards"]),
    ):
        op.create_index(name, "vouchers", columns, sqlite_where=where, postgresql_where=where)
    for trigger in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(trigger)
