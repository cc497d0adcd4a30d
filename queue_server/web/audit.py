"""Which days an auditor asks for, and who stands behind an id: what the page and the API of the audit list share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from queue_server.domain import calendar
from queue_server.domain.errors import Invalid
from queue_server.domain.views import AuditLine
from queue_server.storage import people
from queue_server.web.house import house

AUDIT_DAYS = 92  # a quarter: the most that one list shows


def audit(since: str | None, until: str | None) -> tuple[str, str, tuple[AuditLine, ...]]:
    """The days asked for (ISO, both included; left out: the office's own day) and their lines, newest first.

    Raises `Invalid` for days in the wrong order or too many of them.
    """
    last = until or since or house().queries.day_view(house().clock()).day
    first = since or last
    if first > last:
        raise Invalid("days_turned")
    if (date.fromisoformat(last) - date.fromisoformat(first)).days >= AUDIT_DAYS:
        raise Invalid("days_too_many", days=AUDIT_DAYS)
    names = who_is_who()
    lines = house().queries.audit(first, last)
    return first, last, tuple(replace(line, who=names.get(line.actor, line.actor)) for line in lines)


def who_is_who() -> dict[str, str]:
    """The name of every account and device, by its id."""
    door = house().door
    devices = house().aside(people.all_devices, door.database, door.site)
    return door.names() | {device.device_id: device.name for device in devices}


def local_second(at: int) -> str:
    """`2026-11-23 09:42:05`, as a spreadsheet sorts it, in the office's time."""
    return calendar.local_time(house().catalogue(), at).strftime("%Y-%m-%d %H:%M:%S")
