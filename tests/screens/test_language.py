"""Indonesian first, English second: nothing that a citizen or a clerk sees is left without either."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from flask import Flask, render_template_string

from queue_server.domain.catalogue import Catalogue
from queue_server.domain.views import DayView
from queue_server.web import language

HOUSE = Path(__file__).parent.parent.parent
ROOMS = [HOUSE / "kiosk", HOUSE / "display", *sorted(HOUSE.glob("queue_server/*/"))]
A_MONDAY = "2026-11-23"
HALF_PAST_NINE = 1_795_401_000_000  # 23 November 2026, 09.30 in Serang


def texts_said_in(room: Path) -> set[str]:
    """The Indonesian texts that the templates and the code of a room hand to `_`, `gettext` or `ngettext`."""
    said: set[str] = set()
    for method, pattern in (("jinja2.ext:babel_extract", "templates/**/*.html"), ("python", "*.py")):
        for file in room.glob(pattern):
            for _, text, _, _ in extract_from_file(method, str(file)):
                said.add(text if isinstance(text, str) else text[0])
    return said


def english_of(room: Path) -> dict[str, tuple[str, ...]]:
    return dict(language.read_english([room / "translations" / "en.po"]))


@pytest.fixture
def office_in() -> Flask:
    """A bare page of an office in Serang, with nothing but the languages."""
    catalogue = Catalogue("Kota Serang", "36.73", "Asia/Jakarta", "WIB", {}, {}, {}, {}, {}, {}, {})
    assert catalogue.tz == ZoneInfo("Asia/Jakarta")
    app = Flask(__name__)
    language.install(app, lambda: catalogue)
    app.add_url_rule("/", view_func=lambda: render_template_string("{{ language }} {{ office_name }}"))
    return app


def written(app: Flask, template: str, spoken: str = "id", **values: object) -> str:
    with app.test_request_context(f"/?lang={spoken}"):
        return render_template_string(template, **values)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_text_of_a_screen_has_its_english(room: Path) -> None:
    english = english_of(HOUSE / "queue_server" / "web") | english_of(room)
    assert sorted(text for text in texts_said_in(room) if not all(english.get(text, ("",)))) == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_no_english_is_kept_for_a_text_that_nobody_says(room: Path) -> None:
    shared = {text for other in ROOMS for text in texts_said_in(other)} if room.name == "web" else set()
    assert sorted(set(english_of(room)) - texts_said_in(room) - shared) == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_both_languages_fill_in_the_same_things(room: Path) -> None:
    file = room / "translations" / "en.po"
    if file.exists():
        with file.open("rb") as lines:
            faults = [str(error) for message in read_po(lines) if message.id for error in message.check()]
        assert faults == []


def test_a_citizen_chooses_english_and_the_browser_may_ask_for_it(office_in: Flask) -> None:
    citizen = office_in.test_client()
    assert citizen.get("/").text == "id Disdukcapil Kota Serang"
    assert citizen.get("/", headers={"Accept-Language": "en-GB,en;q=0.8"}).text.startswith("en ")
    assert citizen.get("/?lang=id", headers={"Accept-Language": "en"}).text.startswith("id ")
    assert citizen.get("/?lang=xx").text.startswith("id ")


def test_a_text_without_english_is_said_in_indonesian(office_in: Flask) -> None:
    assert written(office_in, "{{ _('Belum diterjemahkan') }}", "en") == "Belum diterjemahkan"


def test_one_person_and_several_people(office_in: Flask) -> None:
    office_in.extensions["antrean.english"] = {"%(num)s orang": ("%(num)s person", "%(num)s people")}
    template = "{{ ngettext('%(num)s orang', '%(num)s orang', n) }}"
    assert [written(office_in, template, "en", n=n) for n in (1, 3)] == ["1 person", "3 people"]
    assert [written(office_in, template, "id", n=n) for n in (1, 3)] == ["1 orang", "3 orang"]


def test_a_wait_is_said_in_minutes_in_hours_or_as_too_late_for_today() -> None:
    closes_at = HALF_PAST_NINE + 390 * 60_000
    day = DayView(A_MONDAY, "open", HALF_PAST_NINE, "WIB", None, None, closes_at, None, True, "2026-11-24")
    waits = {None: "none", (2, 5): "minutes", (60, 120): "minutes", (221, 428): "hours", (389, 800): "hours"}
    waits |= {(390, 800): "late", (942, 1950): "late"}
    assert {wait: language.wait_kind(wait, day) for wait in waits} == waits
    assert language.wait_kind((942, 1950), replace(day, closes_at=None)) == "hours"
    assert [language.hours(wait) for wait in ((221, 428), (60, 121), (389, 800))] == ["3–8", "1–3", "6–14"]


def test_hours_dates_and_figures_are_written_as_the_office_writes_them(office_in: Flask) -> None:
    an_hour_later = HALF_PAST_NINE + 3_600_000
    assert written(office_in, "{{ at | clock }}", at=HALF_PAST_NINE) == "09.30"
    assert written(office_in, "{{ at | clocks }}", at=(HALF_PAST_NINE, an_hour_later)) == "09.30–10.30"
    assert written(office_in, "{{ at | clocks }}", at=(HALF_PAST_NINE, HALF_PAST_NINE + 59_000)) == "09.30"
    assert written(office_in, "{{ 1419 | thousands }}") == "1.419"
    assert [written(office_in, "{{ n | decimal }}", n=n) for n in (0.0, 73.66, 2499.0)] == ["0,0", "73,7", "2.499,0"]
    assert [written(office_in, "{{ w | minutes }}", w=w) for w in ((2, 5), (35, 50))] == ["&lt; 5", "35–50"]
    assert written(office_in, "{{ day | date_long }}", day=A_MONDAY) == "Senin, 23 November 2026"
    assert written(office_in, "{{ day | date_long }}", "en", day=A_MONDAY) == "Monday 23 November 2026"
    assert written(office_in, "{{ day | date_day }} {{ day | weekday }}", day=A_MONDAY) == "Senin, 23 November Senin"
    assert written(office_in, "{{ day | date_short }}", day=A_MONDAY) == "Senin, 23 Nov"


def test_a_word_with_a_hyphen_is_not_broken_and_nothing_else_becomes_markup(office_in: Flask) -> None:
    said = written(office_in, "{{ words | unbroken }}", words="Cetak KTP-el <b> - ke-2-nya")
    assert said == ('Cetak <span class="whole">KTP-el</span> &lt;b&gt; - <span class="whole">ke-2-nya</span>')
