"""The lobby TV: one page, drawn empty here and filled by `lobby.js` from the stream.

A display is paired with a hall and sees that hall alone; one without a hall sees every hall, also `semua`, all of them.
"""

from __future__ import annotations

from babel.dates import get_day_names, get_month_names
from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from queue_server.web.guards import device
from queue_server.web.house import house
from queue_server.web.language import LANGUAGES, language
from queue_server.web.session import current

SUNDAY_FIRST = (6, 0, 1, 2, 3, 4, 5)  # babel counts from Monday, a browser from Sunday

blueprint = Blueprint("display", __name__, url_prefix="/display", template_folder="templates", static_folder="static")


@blueprint.before_request
def indonesian_first() -> None:
    """A lobby speaks Indonesian, whatever language the TV's browser was installed in."""
    g.language = LANGUAGES[0]


@blueprint.get("/<hall>")
@device("display")
def lobby(hall: str) -> ResponseReturnValue:
    """`?malam=1` is the dimmed screen for the evening; `?lang=en` puts the fixed words in English."""
    caller = current()
    if caller.hall not in (None, hall):  # it was given another one since: a TV on a wall never stays without a board
        return redirect(f"/display/{caller.hall}")
    board = house().queries.lobby(hall, house().clock())
    names = get_day_names(locale=language())
    return render_template(
        "display.html",
        hall=hall,
        hall_name=board.hall_name,
        zone=board.day.zone,
        night=request.args.get("malam") == "1",
        sound="on" if caller.device and caller.device.sound else "off",
        weekdays=[names[day] for day in SUNDAY_FIRST],
        months=list(get_month_names(locale=language()).values()),
    )
