"""The languages of the screens: Indonesian first, English second; and how numbers, hours and dates are written.

A text stands in a template or in the code in Indonesian, as `_("Ambil nomor")`; its English stands in the
`translations/en.po` of the room that says it. Nothing is compiled: the files are read once, at the start.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask, current_app, g, has_request_context, request
from markupsafe import Markup, escape

from queue_server.domain import calendar
from queue_server.domain.catalogue import Catalogue
from queue_server.domain.figures import decimal, thousands
from queue_server.domain.views import DayView

LANGUAGES = ("id", "en")
HERE = Path(__file__).parent
MINUTE = 60_000
SHORT_WAIT_MINUTES = 5
LONG_WAIT_MINUTES = 120  # beyond it nobody counts in minutes
HYPHENATED = re.compile(r"\w+(?:-\w+)+")

Catalogues = Callable[[], Catalogue]
Forms = tuple[str, ...]


def install(app: Flask, catalogue: Catalogues) -> None:
    """Gives the templates `_`, `ngettext`, the filters below, `language` and `office_name`; after the blueprints."""
    rooms = [HERE, *(Path(blueprint.root_path) for blueprint in app.blueprints.values())]
    app.extensions["antrean.english"] = read_english(room / "translations" / "en.po" for room in dict.fromkeys(rooms))
    app.extensions["antrean.catalogue"] = catalogue
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    days = (clock, clocks, date_long, date_day, date_short, weekday)
    filters = (*days, thousands, decimal, minutes, hours, wait_kind, unbroken)
    app.jinja_env.filters.update({made.__name__: made for made in filters})
    app.context_processor(lambda: {"language": language(), "office_name": office_name(catalogue())})


def read_english(files: Iterable[Path]) -> Mapping[str, Forms]:
    """Indonesian text -> its English forms: one, or singular and plural."""
    found: dict[str, Forms] = {}
    for file in files:
        if file.exists():
            with file.open("rb") as lines:
                messages = [message for message in read_po(lines) if message.id]
            found.update({_first(message.id): _forms(message.string) for message in messages})
    return found


def _first(text: str | Iterable[str]) -> str:
    return text if isinstance(text, str) else next(iter(text))


def _forms(text: str | Iterable[str] | None) -> Forms:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


# -- whose language -----------------------------------------------------------------------------------------------


def language() -> str:
    """Of who asks: `?lang=`, else what the page has set in `g.language`, else Accept-Language, else Indonesian."""
    if not has_request_context():
        return LANGUAGES[0]
    asked = request.args.get("lang") or g.get("language") or request.accept_languages.best_match(LANGUAGES)
    return asked if asked in LANGUAGES else LANGUAGES[0]


def gettext(text: str) -> str:
    """The text in the caller's language; what has no English is said in Indonesian."""
    return english(text) if language() == "en" else text


def english(text: str) -> str:
    """For where both languages stand side by side, because nobody has chosen one yet."""
    return _english(text)[0]


def ngettext(one: str, many: str, count: int) -> str:
    """Indonesian has one form; English tells 1 from more."""
    if language() != "en":
        return one if count == 1 else many
    return _english(one)[0 if count == 1 else -1]


def _english(text: str) -> Forms:
    known: Mapping[str, Forms] = current_app.extensions["antrean.english"]
    return known.get(text) or (text,)


def office_name(catalogue: Catalogue) -> str:
    return f"Disdukcapil {catalogue.name}"


# -- how it is written --------------------------------------------------------------------------------------------


def clock(instant: int) -> str:
    """09.42"""
    return calendar.clock(_office(), instant)


def clocks(instants: tuple[int, int]) -> str:
    """10.17–10.32"""
    return calendar.clock_range(_office(), *instants)


def minutes(wait: tuple[int, int]) -> str:
    """35–50; a wait too short to be worth a range is `< 5`."""
    low, high = wait
    return f"< {SHORT_WAIT_MINUTES}" if high <= SHORT_WAIT_MINUTES else f"{low}–{high}"


def hours(wait: tuple[int, int]) -> str:
    """3–8, for 221–428 minutes."""
    low, high = wait
    return f"{low // 60}–{math.ceil(high / 60)}"


def wait_kind(wait: tuple[int, int] | None, day: DayView) -> str:
    """How a wait is said: `none` while no counter is open, `late` after closing, else in `hours` or in `minutes`.

    A range that begins after closing is no promise: its clock would be read as an hour of today.
    """
    if wait is None:
        return "none"
    if day.closes_at is not None and day.now + wait[0] * MINUTE >= day.closes_at:
        return "late"
    return "hours" if wait[1] > LONG_WAIT_MINUTES else "minutes"


def unbroken(text: str) -> Markup:
    """Plain text whose words with a hyphen stay on one line: a browser would break `KTP-el` after its hyphen."""
    return Markup(HYPHENATED.sub(r'<span class="whole">\g<0></span>', str(escape(text))))


def date_long(day: str) -> str:
    """Senin, 23 November 2026"""
    return calendar.long_date(date.fromisoformat(day), language())


def date_day(day: str) -> str:
    """Senin, 23 November"""
    return calendar.day_and_month(date.fromisoformat(day), language())


def date_short(day: str) -> str:
    """Senin, 23 Nov"""
    return calendar.short_date(date.fromisoformat(day), language())


def weekday(day: str) -> str:
    """Senin"""
    return calendar.WEEKDAYS[language()][date.fromisoformat(day).weekday()]


def _office() -> Catalogue:
    catalogue: Catalogues = current_app.extensions["antrean.catalogue"]
    return catalogue()
