"""What devices show of themselves, screens that wait for a supervisor, and the register of recorders and printers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DEVICE = "site, device_id, kind, name, hall, printer, paper, sound, token_hash, created_at, revoked_at"
SUSPENSION = "site, service, reason, since, actor"


def text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=nullable)


def whole(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "device_signs",
        text("site"),
        text("device_id"),
        whole("last_seen"),
        text("version"),
        text("printer"),
        whole("printer_at", nullable=True),
        sa.PrimaryKeyConstraint("site", "device_id", name="pk_device_signs"),
    )
    op.create_table(
        "pairings",
        text("site"),
        text("code"),
        text("token_hash"),
        whole("expires_at"),
        sa.PrimaryKeyConstraint("site", "code", name="pk_pairings"),
        sa.UniqueConstraint("token_hash", name="uq_pairings_token_hash"),
    )
    op.create_table(
        "equipment",
        text("site"),
        text("equipment_id"),
        text("kind"),
        text("name"),
        text("place"),
        text("state"),
        text("reason"),
        whole("since"),
        sa.PrimaryKeyConstraint("site", "equipment_id", name="pk_equipment"),
    )
    make_anew("devices", DEVICE, DEVICE, devices)
    make_anew("suspensions", f"{SUSPENSION}, equipment", f"{SUSPENSION}, ''", suspensions)


def make_anew(table: str, columns: str, values: str, create: Any) -> None:
    """SQLite cannot change a table's columns so that it looks as if they had always been these."""
    op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
    op.drop_table(table)
    create()
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table}_before")
    op.drop_table(f"{table}_before")


def devices() -> None:
    op.create_table(
        "devices",
        text("site"),
        text("device_id"),
        text("kind"),
        text("name"),
        text("hall", nullable=True),
        text("printer"),
        whole("paper"),
        sa.Column("sound", sa.Boolean, nullable=False),
        text("token_hash"),
        whole("created_at"),
        whole("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("site", "device_id", name="pk_devices"),
        sa.CheckConstraint("kind IN ('kiosk', 'display')", name="ck_devices_unknown_kind"),
        sa.UniqueConstraint("token_hash", name="uq_devices_token_hash"),
    )


def suspensions() -> None:
    op.create_table(
        "suspensions",
        text("site"),
        text("service"),
        text("reason"),
        whole("since"),
        text("actor"),
        text("equipment"),
        sa.PrimaryKeyConstraint("site", "service", name="pk_suspensions"),
    )
