"""Who stands at the door: staff by the cookie of their session, devices by their token as cookie or Bearer.

Tokens are random and known to the database by their hash alone. What the door has seen it knows for a second, so that
a busy kiosk costs no read per ticket and a device that is revoked, by whatever process, is refused within a second.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal

from flask import Response, g, request

from queue_server.storage import people
from queue_server.storage.database import Database
from queue_server.storage.people import Device
from queue_server.stream.topics import Viewer

STAFF_COOKIE = "antrean_staff"
DEVICE_KINDS = ("kiosk", "display")
SESSION_HOURS = 12
DAY = 24 * 3600  # seconds
DEVICE_DAYS = 3650  # a paired screen stays paired until it is revoked
KNOWN_SECONDS = 1.0
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. A holder is known by nothing but the ticket's `token`."""

    kind: Literal["staff", "device", "holder"]
    id: str  # the actor in the journal
    name: str = ""
    role: str = ""  # a staff's role, a device's kind
    hall: str | None = None  # of a device; None sees every hall
    csrf: str = ""  # what a request with the cookie has to bring along
    device: Device | None = None
    token: str = ""


class Door:
    """Knows staff and devices by their tokens."""

    def __init__(self, database: Database, site: str, secret_key: str, clock: Callable[[], int], aside: Any) -> None:
        self.database, self.site, self.clock, self.aside = database, site, clock, aside
        self.secret_key = bytes.fromhex(secret_key)
        self.known: dict[str, tuple[Caller, float]] = {}

    def staff(self, token: str) -> Caller | None:
        """Whose session it is, while it lasts and the account is active."""
        return self._look_up(token_hash(token), self._read_staff)

    def device(self, token: str) -> Caller | None:
        return self._look_up(token_hash(token), self._read_device)

    def csrf(self, token: str) -> str:
        """What proves that a request with this token's cookie comes from a page of ours."""
        return self._csrf(token_hash(token))

    def names(self) -> dict[str, str]:
        """The name of every staff account, by its id."""
        return {staff.staff_id: staff.name for staff in self.aside(people.all_staff, self.database, self.site)}

    def forget(self, token: str) -> None:
        self.known.pop(token_hash(token), None)

    def viewers(self, environ: dict[str, Any]) -> tuple[Viewer, ...]:
        """Everyone whom the cookies of a connection stand for: one browser may be kiosk, display and staff."""
        cookies = cookies_of(environ)
        found = [self.device(token) for kind in DEVICE_KINDS if (token := cookies.get(device_cookie(kind)))]
        found += [self.staff(token)] if (token := cookies.get(STAFF_COOKIE)) else []
        found += [self.device(token)] if (token := bearer(environ.get("HTTP_AUTHORIZATION", ""))) else []
        return tuple(viewer_of(caller) for caller in found if caller)

    def _look_up(self, hashed: str, read: Callable[[str], Caller | None]) -> Caller | None:
        now = time.monotonic()
        known = self.known.get(hashed)
        if known and now < known[1]:
            return known[0]
        if known:  # one looks again; whoever comes meanwhile is known a little longer and asks for no read of their own
            self.known[hashed] = (known[0], now + KNOWN_SECONDS)
        caller: Caller | None = self.aside(read, hashed)
        if caller is None:
            self.known.pop(hashed, None)
            return None
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[hashed] = (caller, now + KNOWN_SECONDS)
        return caller

    def _read_staff(self, session_hash: str) -> Caller | None:
        found = people.session(self.database, self.site, session_hash)
        if found is None or not found[1].active or found[0].expires_at <= self.clock():
            return None
        staff = found[1]
        return Caller("staff", staff.staff_id, staff.name, staff.role, csrf=self._csrf(session_hash))

    def _read_device(self, hashed: str) -> Caller | None:
        device = people.device_by_token(self.database, self.site, hashed)
        if device is None or device.revoked_at is not None:
            return None
        return Caller(
            "device", device.device_id, device.name, device.kind, device.hall, self._csrf(hashed), device=device
        )

    def _csrf(self, hashed: str) -> str:
        return hmac.new(self.secret_key, f"csrf {hashed}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """A token has 128 random bits at least, so a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).hexdigest()


def holder_of(token: str) -> Caller:
    """A phone. Many read the journal, and the token opens the ticket's page: the actor is a part of its hash."""
    return Caller("holder", f"holder-{token_hash(token)[:12]}", token=token)


def device_cookie(kind: str) -> str:
    return f"antrean_{kind}"


def bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def viewer_of(caller: Caller) -> Viewer:
    if caller.kind == "staff":
        return Viewer("staff", caller.id, role=caller.role)
    return Viewer(caller.role, caller.id, caller.hall, sounds=bool(caller.device and caller.device.sound))


def cookies_of(environ: dict[str, Any]) -> dict[str, str]:
    """The cookies of a connection that is no Flask request."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(environ.get("HTTP_COOKIE", "")).items()}
    except CookieError:
        return {}


def callers(door: Door) -> Iterator[tuple[Caller, bool]]:
    """Everyone whom this request stands for, and whether by a cookie, which any page in the browser could send."""
    if token := bearer(request.headers.get("Authorization", "")):
        if caller := door.device(token):
            yield caller, False
        return
    for kind in DEVICE_KINDS:
        token = request.cookies.get(device_cookie(kind))
        if token and (caller := door.device(token)):
            yield caller, True
    if (token := request.cookies.get(STAFF_COOKIE)) and (caller := door.staff(token)):
        yield caller, True


def staff_caller(door: Door) -> Caller | None:
    """Who is signed in, on a route that is open to everybody."""
    token = request.cookies.get(STAFF_COOKIE)
    return door.staff(token) if token else None


def current() -> Caller:
    """Who asks, on a guarded route."""
    caller: Caller = g.caller
    return caller


def hand_cookie(response: Response, name: str, token: str, seconds: int) -> None:
    """Never readable by a script, never sent from another site; `Secure` under https alone: a LAN speaks http."""
    response.set_cookie(name, token, max_age=seconds, httponly=True, samesite="Strict", secure=request.is_secure)


def pair_browser(response: Response, device: Caller, token: str) -> None:
    """From now on the browser is this device."""
    hand_cookie(response, device_cookie(device.role), token, DEVICE_DAYS * DAY)


def home_of_device(device: Caller, first_hall: str) -> str:
    """The page that a device shows."""
    return "/kiosk" if device.role == "kiosk" else f"/display/{device.hall or first_hall}"


def take_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, httponly=True, samesite="Strict", secure=request.is_secure)
