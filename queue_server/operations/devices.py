"""Screens that people rely on: whether they are here, and whether a kiosk can print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from queue_server.domain import events
from queue_server.domain.days import DEVICE_ALARMS, DISPLAY_AWAY, KIOSK_AWAY, OPEN, PRINTER_DOWN
from queue_server.domain.fold import record
from queue_server.domain.office import Office

AWAY_MS = 60_000  # a screen that is reloaded or reconnects is back long before


@dataclass(frozen=True, slots=True)
class Screen:
    """A kiosk, or the display that speaks in a hall; `seen` (epoch ms) is when it was last here.

    `trouble` is why its printer cannot print, a word of `printables.printers`; empty when it can or nobody knows.
    """

    device_id: str
    kind: str
    hall: str | None
    seen: int
    trouble: str = ""


def mind(office: Office, *, screens: Sequence[Screen], signs: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """Raise what a supervisor has to see and is not told yet, once, and clear what is over. `signs` are kept as rows.

    Outside of opening hours nobody relies on a screen. Source: `docs/field.md#devices`.
    """
    for row in signs:
        office.hand_over("device_signs", row)
    wrong = troubles(office, screens)
    alerts = (alert for alert in office.rows["alerts"].values() if alert.kind in DEVICE_ALARMS)
    told = {(alert.kind, alert.subject) for alert in alerts}
    for alarm, device in sorted(told - wrong.keys()):
        record(office, events.DeviceRecovered(device, alarm))
    for (alarm, device), detail in wrong.items():
        if (alarm, device) not in told:
            record(office, events.DeviceAlarmed(device, alarm, detail))
    return {"wrong": len(wrong)}


def troubles(office: Office, screens: Iterable[Screen]) -> dict[tuple[str, str], str]:
    """(alarm, device) -> its hall, or why it cannot print."""
    day, found = office.open_day, dict[tuple[str, str], str]()
    if day is None or day.state != OPEN or office.now >= day.closes_at:
        return found
    for screen in screens:
        if office.now - max(screen.seen, day.opened_at) > AWAY_MS:
            found[KIOSK_AWAY if screen.kind == "kiosk" else DISPLAY_AWAY, screen.device_id] = screen.hall or ""
        if screen.trouble:
            found[PRINTER_DOWN, screen.device_id] = screen.trouble
    return found
