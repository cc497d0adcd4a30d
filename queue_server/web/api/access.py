"""Signing in and pairing."""

from __future__ import annotations

from flask import Response, request

from queue_server.operations import auth
from queue_server.storage import people
from queue_server.storage.people import Staff
from queue_server.web import passwords
from queue_server.web.api.models import Nothing, PairDevice, Paired, SignedIn, SignIn
from queue_server.web.api.routes import Api, answer, answers, refusals
from queue_server.web.errors import NotSignedIn
from queue_server.web.guards import hold_back, home_of, public, staff
from queue_server.web.house import house, new_token
from queue_server.web.session import (
    SESSION_HOURS,
    STAFF_COOKIE,
    current,
    hand_cookie,
    home_of_device,
    pair_browser,
    take_cookie,
    token_hash,
)

HOUR = 3600  # seconds

api = Api("api_access")


@api.post("/session", responses=answers(SignedIn) | refusals(401))
@public
def sign_in(body: SignIn) -> Response:
    """Sign staff in: a session cookie, and the token that goes with every change from now on."""
    limits, address = house().limits, request.remote_addr or ""
    name_there = f"{address} {body.name}"  # a joker with a phone shuts out nobody who sits at a counter
    tries = ((limits.wrong_by_name, name_there), (limits.wrong_by_address, address))
    for limit, key in tries:
        hold_back(limit, key)
    for limit, key in tries:  # before the password is looked at, or a crowd of guesses would all pass meanwhile
        limit.count(key)
    found = account(body)
    if found is None:
        raise NotSignedIn("wrong_password")
    for limit, key in tries:
        limit.take_back(key)
    token = new_token()
    house().do(
        auth.open_session,
        actor=found.staff_id,
        session_hash=token_hash(token),
        staff_id=found.staff_id,
        expires_at=house().clock() + SESSION_HOURS * HOUR * 1000,
    )
    csrf = house().door.csrf(token)
    response = answer({"csrf_token": csrf, "name": found.name, "role": found.role, "home": home_of(found.role)})
    hand_cookie(response, STAFF_COOKIE, token, SESSION_HOURS * HOUR)
    return response


def account(body: SignIn) -> Staff | None:
    """The account that name and password open. A wrong name takes as long as a wrong password."""
    door = house().door
    found = house().aside(people.staff_by_name, door.database, door.site, body.name)
    right = house().hashing(passwords.matches, body.password, found.password_hash if found else None)
    return found if found and found.active and right else None


@api.delete("/session", responses=answers(Nothing))
@staff()
def sign_out() -> Response:
    """Sign out: the session ends, wherever its cookie may have been copied to."""
    token = request.cookies[STAFF_COOKIE]
    staff_id = current().id
    house().do(auth.end_session, actor=staff_id, session_hash=token_hash(token), staff_id=staff_id)
    house().door.forget(token)
    response = answer({})
    take_cookie(response, STAFF_COOKIE)
    return response


@api.post("/device-session", responses=answers(Paired) | refusals(401))
@public
def pair(body: PairDevice) -> Response:
    """Pair this browser: the device's token becomes a cookie that no script can read, with the token for changes."""
    limit, address = house().limits.wrong_by_address, request.remote_addr or ""
    hold_back(limit, address)
    caller = house().door.device(body.token)
    if caller is None:
        limit.count(address)
        raise NotSignedIn("unknown_device")
    home = home_of_device(caller, house().first_hall())
    paired = {"kind": caller.role, "name": caller.name, "hall": caller.hall, "home": home}
    response = answer({"csrf_token": caller.csrf} | paired)
    pair_browser(response, caller, body.token)
    return response
