"""Staff and devices: plain rows beside the journal, because people and machines come and go and may be erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from queue_server.domain.errors import Invalid, NotFound
from queue_server.domain.office import Office

ROLES = ("clerk", "supervisor", "stock", "auditor", "admin")
KINDS = ("kiosk", "display")
PAIRING_MS = 10 * 60_000  # how long a code on a screen is good
LONGEST_NAME = 100  # as long as somebody may type to sign in


def require_name(name: str) -> None:
    """One line that can be typed again as it is read. Raises `Invalid`."""
    if not name.strip():
        raise Invalid("name_needed")
    if name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Invalid("name_form")


def add_staff(office: Office, *, staff_id: str, name: str, role: str, password_hash: str) -> dict[str, Any]:
    """A staff account; `password_hash` was made outside (it takes a tenth of a second). Raises `Invalid`."""
    if role not in ROLES:
        raise Invalid("unknown_role", role=role)
    require_name(name)
    row = {"staff_id": staff_id, "name": name, "role": role, "password_hash": password_hash, "active": True}
    office.hand_over("staff", {**row, "created_at": office.now})
    return {"staff_id": staff_id, "name": name, "role": role}


def change_staff(office: Office, *, row: dict[str, Any], signed_in: Sequence[str]) -> dict[str, Any]:
    """Another password, or an account closed or opened again: `row` is the whole account as it becomes.

    Whoever is signed in with it (`signed_in`, hashes of sessions) has to sign in anew.
    """
    office.hand_over("staff", row)
    for session_hash in signed_in:
        open_session(office, session_hash=session_hash, staff_id=row["staff_id"], expires_at=office.now)
    return {"staff_id": row["staff_id"], "active": row["active"]}


def require_device(office: Office, kind: str, name: str, hall: str | None) -> None:
    """Raises `Invalid`, `NotFound` (hall)."""
    if kind not in KINDS:
        raise Invalid("unknown_kind", kind=kind)
    require_name(name)
    if hall is not None and hall not in office.catalogue.halls:
        raise NotFound("hall", hall=hall)


def add_device(
    office: Office,
    *,
    device_id: str,
    token_hash: str,
    kind: str,
    name: str,
    hall: str | None = None,
    printer: str = "none",
    paper: int = 80,
    sound: bool = False,
    others: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """A kiosk or a display; without `hall` it sees every hall. Raises `Invalid`, `NotFound` (hall).

    If it is to be heard, those of `others` that are heard in its hall fall silent.
    """
    require_device(office, kind, name, hall)
    device = {
        "device_id": device_id,
        "kind": kind,
        "name": name,
        "hall": hall,
        "printer": printer,
        "paper": paper,
        "sound": sound,
        "token_hash": token_hash,
        "created_at": office.now,
        "revoked_at": None,
    }
    office.hand_over("devices", device)
    return {"device_id": device_id, "kind": kind, "name": name, "silenced": silence(office, device, others)}


def change_device(
    office: Office, *, row: dict[str, Any], others: Sequence[dict[str, Any]], **changes: Any
) -> dict[str, Any]:
    """Rename a device, move it, or set its sound, printer or paper; `row` is the whole device as it stands.

    Of the displays that may be heard in one hall only one speaks: those of `others` that do fall silent when this one
    is to. Raises `Invalid`, `NotFound` (hall).
    """
    device = {**row, **changes}
    require_device(office, device["kind"], device["name"], device["hall"])
    office.hand_over("devices", device)
    return {"device_id": device["device_id"], "silenced": silence(office, device, others)}


def silence(office: Office, device: dict[str, Any], others: Sequence[dict[str, Any]]) -> list[str]:
    """The names of the displays that fall silent because `device` speaks."""
    if not device["sound"]:
        return []
    rivals = [other for other in others if other["device_id"] != device["device_id"] and heard_beside(device, other)]
    for other in rivals:
        office.hand_over("devices", {**other, "sound": False})
    return [other["name"] for other in rivals]


def heard_beside(device: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both speak in one hall; a display without a hall is heard in all of them."""
    speaks = other["kind"] == device["kind"] == "display" and other["sound"] and not other["revoked_at"]
    return bool(speaks and (None in (device["hall"], other["hall"]) or device["hall"] == other["hall"]))


def begin_pairing(office: Office, *, code: str, token_hash: str) -> dict[str, Any]:
    """A screen waits to become a device, under a code that can be read aloud."""
    expires_at = office.now + PAIRING_MS
    office.hand_over("pairings", {"code": code, "token_hash": token_hash, "expires_at": expires_at})
    return {"code": code, "expires_at": expires_at}


def pair_device(office: Office, *, pairing: dict[str, Any], **device: Any) -> dict[str, Any]:
    """The waiting screen becomes a device: its secret is the device's token, and the code is used up.

    `device` is as with `add_device`. Raises `NotFound` for a code that has expired, `Invalid`, `NotFound` (hall).
    """
    if pairing["expires_at"] <= office.now:
        raise NotFound("pairing_code")
    made = add_device(office, token_hash=pairing["token_hash"], **device)
    office.hand_over("pairings", {**pairing, "expires_at": office.now})
    return made


def revoke_device(office: Office, *, row: dict[str, Any]) -> dict[str, Any]:
    """From the next request on the device is a stranger; `row` is the whole device as it stands."""
    office.hand_over("devices", {**row, "revoked_at": office.now})
    return {"device_id": row["device_id"], "revoked": True}


def open_session(office: Office, *, session_hash: str, staff_id: str, expires_at: int) -> dict[str, Any]:
    """Somebody has signed in; `expires_at` in epoch milliseconds."""
    row = {"session_hash": session_hash, "staff_id": staff_id, "created_at": office.now, "expires_at": expires_at}
    office.hand_over("sessions", row)
    return {"staff_id": staff_id}


def end_session(office: Office, *, session_hash: str, staff_id: str) -> dict[str, Any]:
    """Signed out: the session expires now, and its row goes when the next day opens."""
    return open_session(office, session_hash=session_hash, staff_id=staff_id, expires_at=office.now)
