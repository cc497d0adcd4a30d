"""The place in the line for printing, on the phone of whoever has the slip: a number, a state, and never a name."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from queue_server.domain.errors import NotFound
from queue_server.web.backlog import desk
from queue_server.web.caching import only_if_new
from queue_server.web.guards import hold_back, hold_back_strangers, public
from queue_server.web.house import house
from queue_server.web.language import language

blueprint = Blueprint("places", __name__)

MINUTE_MS = 60_000


@blueprint.get("/p/<token>")
@public
def place(token: str) -> ResponseReturnValue:
    """By the random token on the slip; gone once the person is erased. Raises `TooManyRequests`, `NotFound`."""
    hold_back(house().limits.phones, token)
    house().limits.phones.count(token)
    try:
        view = desk().place_of(token, language())
    except NotFound:
        hold_back_strangers()
        raise
    now = house().clock()
    day = house().queries.day_view(now)
    version = repr((language(), view, now // MINUTE_MS))
    other = "en" if language() == "id" else "id"
    return only_if_new(Response(render_template("place.html", place=view, day=day, other_language=other)), version)
