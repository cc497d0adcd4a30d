"""Kiosks and displays: minded by the server, paired, changed and revoked by a supervisor."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

from printables import printers
from queue_server.domain.errors import Invalid, NotFound
from queue_server.domain.views import DeviceView
from queue_server.operations import devices
from queue_server.storage import people
from queue_server.storage.people import Device
from queue_server.web.attendance import VERSION
from queue_server.web.house import House, house

# What somebody reads off a screen and types: capitals and digits that are not taken for one another.
CODE_LETTERS = "ACDEFHJKMNPQRTUVWXY34679"
CODE_LENGTH = 6
SYSTEM = "system"


def new_pairing_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def all_devices(inhabited: House | None = None) -> list[Device]:
    """Those that are not revoked, by name."""
    at = inhabited or house()
    found: list[Device] = at.aside(people.all_devices, at.door.database, at.door.site)
    return [device for device in found if device.revoked_at is None]


def device_of(device_id: str) -> Device:
    """Raises `NotFound`."""
    for device in all_devices():
        if device.device_id == device_id:
            return device
    raise NotFound("device")


def views() -> list[DeviceView]:
    rows = house().aside(people.device_signs_of, house().door.database, house().door.site)
    return [
        view_of(device, house().attendance.sign(device.device_id, rows.get(device.device_id)))
        for device in all_devices()
    ]


def view_of(device: Device, sign: people.DeviceSign | None) -> DeviceView:
    version = sign.version if sign else ""
    return DeviceView(
        id=device.device_id,
        kind=device.kind,
        name=device.name,
        hall=device.hall,
        printer=device.printer,
        paper=device.paper,
        sound=device.sound,
        last_seen=sign.last_seen if sign else None,
        version=version,
        outdated=version not in ("", VERSION),
        printer_state=sign.printer if sign and device.printer != "none" else "",
        printer_at=sign.printer_at if sign else None,
    )


def require_printer(setting: str, now: str = "none") -> None:
    """A printer that may be set from a screen. A file of the server is named on the server alone.

    Raises `Invalid`.
    """
    printers.parse(setting)
    if setting.startswith("file:") and setting != now:
        raise Invalid("printer_file")


def rows(found: list[Device]) -> list[dict[str, Any]]:
    return [asdict(device) for device in found]


# -- what the server does by itself -------------------------------------------------------------------------------


def mind_devices(at: House) -> None:
    """Write down who is here, and tell the supervisor who is missed. Raises `Busy`."""
    known = all_devices(at)
    signs = at.aside(people.device_signs_of, at.door.database, at.door.site)
    written, screens = at.attendance.to_write(known, signs), at.attendance.screens(known, signs)
    at.do(devices.mind, actor=SYSTEM, screens=screens, signs=written)


def ask_printers(at: House) -> None:
    """Ask every kiosk's printer how it is, one after the other, between two slips. Raises `Busy`."""
    for device in all_devices(at):
        if device.kind == "kiosk" and device.printer != "none":
            at.attendance.note_printer(device.device_id, at.printers.state(device.printer), at.clock())
