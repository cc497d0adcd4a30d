"""The pages that lead to the screens: all addresses, signing in, pairing; and what a machine asks to know us alive."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from queue_server.web.guards import home_of, public
from queue_server.web.house import house
from queue_server.web.language import language
from queue_server.web.session import DEVICE_KINDS, device_cookie, staff_caller

blueprint = Blueprint("pages", __name__)

# A key that needs its page's script, which does not listen yet: `staff.js` wakes it.
UNREADY = Markup('aria-disabled="true" data-unready')
PLAIN_TEXT = "text/plain; version=0.0.4; charset=utf-8"  # as Prometheus reads it


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    """Every screen and its address."""
    halls = [(hall.code, hall.name.get(language())) for hall in house().catalogue().halls.values()]
    paired = [kind for kind in DEVICE_KINDS if device_cookie(kind) in request.cookies]
    address, signed_in = house().settings.public_url, staff_caller(house().door)
    return render_template("web/index.html", halls=halls, paired=paired, address=address, signed_in=signed_in)


@blueprint.get("/login")
@public
def login() -> ResponseReturnValue:
    """Name and password; afterwards to `next`, or to the page of one's role."""
    signed_in = staff_caller(house().door)
    return render_template(
        "web/login.html",
        next=own_path(request.args.get("next", "")),
        signed_in=signed_in,
        home=home_of(signed_in.role) if signed_in else "",
    )


def own_path(path: str) -> str:
    """A path of this server, or nothing: a sign-in never leads to somebody else's page.

    A browser leaves out tabs and ends of lines: what stands around them would be the beginning of an address.
    """
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else ""


@blueprint.get("/pair")
@public
def pair() -> ResponseReturnValue:
    """Opened once in a device's browser; the token stands in the fragment, which never reaches us or a log."""
    return render_template("web/pair.html")


@blueprint.get("/health")
@public
def health() -> Response:
    """Whether the database answers: 200, or 503."""
    house().queries.head()
    return Response("ok\n", content_type="text/plain")


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Figures without names: the journal's head, the writer's queue, the screens connected, today's tickets."""
    counts = house().queries.snapshot(house().clock()).counts
    figures = {
        "journal_seq": house().queries.head(),
        "writer_queue": house().writer.queue_length,
        "tickets_today": sum(count.taken for count in counts.values()),
        **house().figures(),
    }
    lines = "".join(f"antrean_{name} {value}\n" for name, value in figures.items())
    return Response(lines, content_type=PLAIN_TEXT)
