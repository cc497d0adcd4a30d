"""Who may call what. Every route has a guard or stands in `PUBLIC_ROUTES`; `tests/test_routes.py` reads both."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from flask import g, redirect, render_template, request

from queue_server.domain.errors import NotAllowed, NotFound, Refusal
from queue_server.web.errors import STATUS, NotSignedIn, TooManyRequests
from queue_server.web.house import house
from queue_server.web.limits import Limit
from queue_server.web.session import Caller, callers, holder_of

CLERK, SUPERVISOR, STOCK, AUDITOR, ADMIN = "clerk", "supervisor", "stock", "auditor", "admin"
ANY_STAFF = (CLERK, SUPERVISOR, STOCK, AUDITOR, ADMIN)
MANAGERS = (SUPERVISOR, ADMIN)
CLERKS = (CLERK, *MANAGERS)
STOREKEEPERS = (STOCK, *MANAGERS)
KIOSK_OR_DESK = (CLERK, STOCK, *MANAGERS)  # an auditor looks and touches nothing
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_HEADER = "X-Ticket-Token"
CSRF_HEADER = "X-CSRF-Token"

# Open to everybody, by their rule. A ticket's page is found by 128 random bits, which is its guard.
PUBLIC_ROUTES = frozenset(
    {
        "/",
        "/login",
        "/pair",
        "/health",
        "/metrics",
        "/stok",
        "/stok/poster.pdf",
        "/t/<token>",
        "/p/<token>",
        "/api/v1/ping",
        "/api/v1/openapi.json",
        "/api/v1/stock",
        "/api/v1/session",
        "/api/v1/device-session",
        "/api/v1/pairings",
        "/api/v1/pairings/session",
        "/static/<path:filename>",
        "/kiosk/worker.js",
        "/display/worker.js",
        "/kiosk/static/<path:filename>",
        "/display/static/<path:filename>",
        "/counter/static/<path:filename>",
        "/supervisor/static/<path:filename>",
    }
)

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may pass: staff of these roles, devices of these kinds, whoever holds the ticket, or everybody."""

    roles: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    holder: bool = False
    public: bool = False

    def enter(self) -> None:
        """Sets `g.caller`. Raises `NotSignedIn`, `NotAllowed`."""
        if self.public:
            return
        if self.holder and (token := request.headers.get(TOKEN_HEADER)):
            require_some_ticket(token)
            g.caller = holder_of(token)
            return
        unpaired = NotSignedIn("no_token" if self.holder else "unpaired")
        refusal: Refusal = NotSignedIn("not_signed_in") if self.roles else unpaired
        for caller, by_cookie in callers(house().door):
            if not self.admits(caller):
                # One browser may be kiosk, display and staff: the cookie of another tab is no wrong answer.
                refusal = NotAllowed() if not by_cookie or (caller.kind == "staff" and self.roles) else refusal
            elif by_cookie and not from_our_page(caller):
                refusal = NotAllowed("csrf")
            else:
                g.caller = caller
                if caller.kind == "device":
                    house().attendance.note(caller.id, house().clock())
                return
        raise refusal

    def admits(self, caller: Caller) -> bool:
        return caller.role in (self.roles if caller.kind == "staff" else self.devices)


def from_our_page(caller: Caller) -> bool:
    """A cookie comes along with whatever page asks; only ours knows the token that belongs to it."""
    if request.method in SAFE_METHODS:
        return True
    return hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), caller.csrf.encode())


def guarded(guard: Guard) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded_view(*arguments: Any, **named: Any) -> Any:
            try:
                guard.enter()
            except NotSignedIn:
                if request.path.startswith("/api/") or (guard.roles and guard.devices):
                    raise
                if guard.devices:  # a screen that is not paired says so, and how it will be
                    return render_template("web/pair.html"), STATUS["not_signed_in"]
                return redirect(f"/login?next={quote(request.full_path.rstrip('?'))}")
            return view(*arguments, **named)

        guarded_view.guard = guard  # type: ignore[attr-defined]
        return guarded_view  # type: ignore[return-value]

    return decorate


def public(view: View) -> View:
    return guarded(Guard(public=True))(view)


def staff(*roles: str) -> Callable[[View], View]:
    """Staff of these roles; without any, whoever is signed in."""
    return guarded(Guard(roles=roles or ANY_STAFF))


def device(*kinds: str) -> Callable[[View], View]:
    return guarded(Guard(devices=kinds))


def device_or_staff(*kinds: str, roles: tuple[str, ...] = ANY_STAFF) -> Callable[[View], View]:
    return guarded(Guard(roles=roles, devices=kinds))


def ticket_holder_or_staff(*roles: str) -> Callable[[View], View]:
    """The view has to compare the holder's token: here nobody knows yet whose ticket it is."""
    return guarded(Guard(roles=roles or ANY_STAFF, holder=True))


def ticket_holder(view: View) -> View:
    """Nobody but who has the ticket's token, which the view has to compare."""
    return guarded(Guard(holder=True))(view)


# -- further questions of a view -------------------------------------------------------------------------------------


def hold_back(limit: Limit, key: str) -> None:
    """Raises `TooManyRequests` when `key` has asked too often; whoever asks counts it."""
    if seconds := limit.wait(key):
        raise TooManyRequests(seconds=seconds)


def hold_back_strangers() -> None:
    """On a route that is open to everybody."""
    address = request.remote_addr or ""
    hold_back(house().limits.strangers, address)
    house().limits.strangers.count(address)


def phone_version(token: str) -> str:
    """What a phone's page depends on, a ticket's or a voucher's. A phone is held back by its token, because many share
    one address; whoever asks for what there is not is a stranger. Raises `TooManyRequests`, `NotFound`.
    """
    hold_back(house().limits.phones, token)
    queries, now = house().queries, house().clock()
    for version in (queries.ticket_version, queries.voucher_version):
        with suppress(NotFound):
            found = repr(version(token, now))
            house().limits.phones.count(token)
            return found
    hold_back_strangers()
    raise NotFound("ticket")


def require_some_ticket(token: str) -> None:
    """Whose ticket it is the view sees to; a token of none is a stranger's, and comes no further than this."""
    try:
        phone_version(token)
    except NotFound:
        raise NotAllowed("not_your_ticket") from None


def require_hall(caller: Caller, hall: str) -> None:
    """A display with a hall shows that hall alone."""
    if caller.kind == "device" and caller.hall not in (None, hall):
        raise NotAllowed("other_hall")


def home_of(role: str) -> str:
    """The page that belongs to a role."""
    return "/counter" if role == CLERK else "/supervisor"


def screen_kind() -> str:
    """`kiosk` or `display` on a device's own pages, for what the page says of itself; else empty."""
    caller: Caller | None = g.get("caller")
    return caller.role if caller and caller.kind == "device" else ""


def csrf_token() -> str:
    """For the page's `<meta name="csrf">`; empty where nobody is known by a cookie."""
    caller: Caller | None = g.get("caller")
    return caller.csrf if caller else ""
