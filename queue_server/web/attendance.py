"""Which devices are here, with which version of their page, and how their printers are.

Every request and every watched stream of a device is noted in memory, which costs a busy kiosk nothing; once a minute
it becomes a row, so that other processes and the next start of the server know it too. Source: `docs/field.md#devices`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from typing import Any

from printables import printers
from queue_server.operations.devices import Screen
from queue_server.storage.people import Device, DeviceSign

VERSION = metadata.version("antrean")
WRITE_MS = 60_000
CAN_PRINT = frozenset({"", printers.READY, printers.SILENT, printers.NEAR_END, printers.NO_PRINTER})
TELLS_NOTHING = frozenset({printers.BUSY, printers.TOO_SLOW})  # asked while a slip is on its way


@dataclass
class Attendance:
    """`started_at` (epoch ms): a server that has just started misses nobody yet.

    `alone`: no other process serves this office, so that what is noted here is all there is.
    """

    started_at: int
    alone: bool
    _seen: dict[str, int] = field(default_factory=dict)
    _versions: dict[str, str] = field(default_factory=dict)
    _printers: dict[str, tuple[str, int]] = field(default_factory=dict)

    def note(self, device_id: str, now: int, version: str = "") -> None:
        """The device is here; `version` is that of the page that says so."""
        self._seen[device_id] = now
        if version:
            self._versions[device_id] = version

    def note_printing(self, device_id: str, why: str | None, now: int) -> None:
        """A slip came out, or `why` not."""
        self._printers[device_id] = (why or printers.READY, now)

    def note_printer(self, device_id: str, state: str, now: int) -> None:
        """What the printer itself says. One that says nothing is only known to be connected."""
        known = self._printers.get(device_id, ("", 0))[0]
        if state in TELLS_NOTHING or (state == printers.SILENT and known not in ("", printers.UNREACHABLE, state)):
            return
        self._printers[device_id] = (state, now)

    def sign(self, device_id: str, row: DeviceSign | None) -> DeviceSign | None:
        """What is known of a device, here and by its row; None for one that was never here."""
        here = self._seen.get(device_id, 0)
        sign = row or DeviceSign(device_id, here)
        if here > sign.last_seen:
            sign = replace(sign, last_seen=here, version=self._versions.get(device_id, sign.version))
        elif here == sign.last_seen and device_id in self._versions:
            sign = replace(sign, version=self._versions[device_id])
        if (told := self._printers.get(device_id)) and told[1] > (sign.printer_at or 0):
            sign = replace(sign, printer=told[0], printer_at=told[1])
        return sign if sign.last_seen else None

    def to_write(self, devices: Iterable[Device], rows: Mapping[str, DeviceSign]) -> list[dict[str, Any]]:
        """The rows that are a minute old, or say something else of the printer or the page."""
        due = []
        for device in devices:
            row = rows.get(device.device_id)
            sign = self.sign(device.device_id, row)
            if sign and sign != row and (row is None or news(sign, row)):
                due.append(asdict(sign))
        return due

    def screens(self, devices: Iterable[Device], rows: Mapping[str, DeviceSign]) -> list[Screen]:
        """The kiosks and the displays that speak, as far as they have ever been here."""
        found = []
        for device in devices:
            sign = self.sign(device.device_id, rows.get(device.device_id))
            if sign is None or not (device.kind == "kiosk" or device.sound):
                continue
            # Of a device that watches another process no more is known than its row, which may be a minute old.
            seen = max(self.started_at, sign.last_seen if self.alone else sign.last_seen + WRITE_MS)
            trouble = sign.printer if device.kind == "kiosk" and sign.printer not in CAN_PRINT else ""
            found.append(Screen(device.device_id, device.kind, device.hall, seen, trouble))
        return found


def news(sign: DeviceSign, row: DeviceSign) -> bool:
    changed = (sign.printer, sign.version) != (row.printer, row.version)
    return changed or sign.last_seen - row.last_seen >= WRITE_MS
