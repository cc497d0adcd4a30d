"""The lobby TV: one page, drawn empty here and filled by `lobby.js` from the stream.

A display is paired with a hall and sees that hall alone; one without a hall sees every hall, also `semua`, all of them.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from babel.dates import get_day_names, get_month_names
from flask import Blueprint, Response, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from display.noticeboard import Noticeboard, noticeboard
from queue_server.web.guards import device, device_or_staff, public, require_hall
from queue_server.web.house import house
from queue_server.web.keeper import Keeper
from queue_server.web.language import LANGUAGES, language
from queue_server.web.session import current

HOLD_MS, LONG_HOLD_MS = 12_000, 20_000  # a call in turmeric; for a hall where not everybody hears it
SUNDAY_FIRST = (6, 0, 1, 2, 3, 4, 5)  # babel counts from Monday, a browser from Sunday

blueprint = Blueprint("display", __name__, url_prefix="/display", template_folder="templates", static_folder="static")

STAYS = "private, max-age=31536000, immutable"  # a picture's name says what is in it
keeper = Keeper(
    "/display/",
    own=Path(__file__).parent / "static",
    shared=("tokens.css", "fonts/*.woff2", "motif/*.svg", "stream.js", "keep.js", "vendor/socket.io.min.js"),
)


@blueprint.before_request
def indonesian_first() -> None:
    """A lobby speaks Indonesian, whatever language the TV's browser was installed in."""
    g.language = LANGUAGES[0]


@blueprint.get("/<hall>")
@device("display")
def lobby(hall: str) -> ResponseReturnValue:
    """`?malam=1` is the dimmed screen for the evening; `?lang=en` puts the fixed words in English; `?cut=1` is the page
    as it stands while there is no server, which the screen's service worker keeps for that time.
    """
    caller = current()
    if caller.hall not in (None, hall):  # it was given another one since: a TV on a wall never stays without a board
        return redirect(f"/display/{caller.hall}?{urlencode(request.args.to_dict())}".rstrip("?"))
    board = house().queries.lobby(hall, house().clock())
    deaf_friendly = house().catalogue().calls.deaf_friendly
    names = get_day_names(locale=language())
    return render_template(
        "display.html",
        hall=hall,
        hall_name=board.hall_name,
        zone=board.day.zone,
        night=request.args.get("malam") == "1",
        hold=LONG_HOLD_MS if deaf_friendly else HOLD_MS,
        flashes=deaf_friendly,
        cut="cut" in request.args,
        sound="on" if caller.device and caller.device.sound else "off",
        weekdays=[names[day] for day in SUNDAY_FIRST],
        months=list(get_month_names(locale=language()).values()),
    )


# -- between calls -----------------------------------------------------------------------------------------------------


@blueprint.get("/<hall>/notices")
@device_or_staff("display")
def notices(hall: str) -> ResponseReturnValue:
    """`{lines, pictures}`: the office's own lines for the ticker and the addresses of its pictures, as they are now."""
    require_hall(current(), hall)
    hung = house().aside(wall().pictures)
    pictures = [f"/display/{hall}/pictures/{picture.name}" for picture in hung]
    return {"lines": house().aside(wall().lines), "pictures": pictures}


@blueprint.get("/<hall>/pictures/<filename>")
@device_or_staff("display")
def picture(hall: str, filename: str) -> ResponseReturnValue:
    require_hall(current(), hall)
    found = house().aside(wall().content, filename) or abort(404)
    return Response(found[0], content_type=found[1], headers={"Cache-Control": STAYS})


def wall() -> Noticeboard:
    return noticeboard(house().settings.data_dir)


@blueprint.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    return keeper.answer()
