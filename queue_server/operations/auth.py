"""Staff and devices: plain rows beside the journal, because people and machines come and go and may be erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from queue_server.domain.errors import Invalid, NotFound
from queue_server.domain.office import Office

ROLES = ("clerk", "supervisor", "stock", "auditor", "admin")
KINDS = ("kiosk", "display")
LONGEST_NAME = 100  # as long as somebody may type to sign in


def require_name(name: str) -> None:
    """One line that can be typed again as it is read. Raises `Invalid`."""
    if not name.strip():
        raise Invalid("name_needed")
    if name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Invalid("field", field="name")


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
    sounding: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """A kiosk or a display; without `hall` it sees every hall. Raises `Invalid`, `NotFound` (hall).

    One display of a hall has the sound: with `sound` it moves here from `sounding`, whole rows of those that have it.
    """
    if kind not in KINDS:
        raise Invalid("unknown_kind", kind=kind)
    require_name(name)
    if hall is not None and hall not in office.catalogue.halls:
        raise NotFound("hall", hall=hall)
    if sound:
        silence(office, rows=sounding)
    office.hand_over(
        "devices",
        {
            "device_id": device_id,
            "kind": kind,
            "name": name,
            "hall": hall,
            "printer": printer,
            "paper": paper,
            "sound": sound,
            "token_hash": token_hash,
            "created_at": office.now,
            "last_seen": None,
            "revoked_at": None,
        },
    )
    return {"device_id": device_id, "kind": kind, "name": name}


def silence(office: Office, *, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """These displays lose their sound; an open page does within twenty seconds. `rows` are the whole devices."""
    for row in rows:
        office.hand_over("devices", {**row, "sound": False})
    return {"silenced": [row["device_id"] for row in rows]}


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
