"""Kiosk, TV and counter while there is no server, or no cable to it: our own screens, and nothing lost or doubled."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from display import views as display
from tests import services
from tests.browser.cable import Cable, a_cable
from tests.browser.lobby import a_lobby
from tests.browser.screens import shown
from tests.browser.staff import bar
from tests.browser.test_display import NOTE_NUMBERS, all_is_legible
from tests.office_server import OfficeServer, Staff
from tests.services import Screen

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
FRESH_SECONDS = 20  # after which a call is announced no more
SILENCE_SECONDS = 25  # after which a screen says that it is cut off

KEPT = "await caches.match(location.href)"
NAMES = "await caches.keys()"
PAGES_KEPT = """(await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys())))
  .flat().map((entry) => new URL(entry.url).pathname).filter((path) => !path.includes('/static/'))"""


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Pages that have their service worker."""
    with services.faultless_pages(chromium, workers=True) as open_page:
        yield open_page


@pytest.fixture
def cable(office: OfficeServer) -> Iterator[Cable]:
    with a_cable(office.port) as made:
        yield made


def pair(page: Page, url: str, token: str) -> Page:
    page.goto(f"{url}/pair#{token}")
    page.wait_for_url(lambda address: "/pair" not in address)
    until(page, KEPT)
    return page


def ask(page: Page, expression: str) -> Any:
    return page.evaluate(f"(async () => {expression})()")


def until(page: Page, expression: str) -> None:
    page.evaluate(f"(async () => {{ while (!({expression})) await new Promise((rest) => setTimeout(rest, 50)); }})()")


def touch(page: Page, words: str) -> None:
    page.locator("a:visible, button:visible").filter(has_text=words).first.tap()


def to_the_checklist(page: Page) -> None:
    touch(page, "KTP-el")
    expect(page.locator("h1")).to_contain_text("KTP-el")
    touch(page, "Hilang")
    expect(page.locator("h1")).to_contain_text("sudah bawa ini")


def test_screens_that_are_switched_on_without_a_server_say_so_themselves_and_come_back(
    office: OfficeServer, clerks: dict[str, Staff], new_page: NewPage
) -> None:
    tv, kiosk = new_page("tv"), new_page("kiosk")
    pair(tv, office.url, office.tokens["display/A"])
    pair(kiosk, office.url, office.tokens["kiosk"])
    rina = clerks["Rina"]
    rina.post("/counters/3/open")
    ticket = office.take()
    rina.post("/counters/3/call-next")
    expect(tv.locator("#number")).to_have_text(ticket["number"])

    office.kill()
    tv.reload()
    expect(tv.locator("#cut")).to_be_visible()
    expect(tv.locator("#off-since")).to_have_text("Belum tersambung")
    words = tv.locator("body").inner_text()
    assert "Layar ini terputus" in words
    assert not re.search(r"[A-Z]-\d{3}|\d\d\.\d\d", words), "no number, and no clock that nobody has heard"
    assert tv.evaluate("document.fonts.ready.then(() => document.fonts.check('700 40px \"Antrean Text\"'))")
    all_is_legible(tv)
    assert shown(tv, "display-no-server") == []
    kiosk.reload()
    expect(kiosk.locator("#away")).to_be_visible()
    expect(kiosk.locator("#away")).to_contain_text("Kios belum tersambung.")
    assert not re.search(r"\d", kiosk.locator("#away").inner_text())
    assert shown(kiosk, "kiosk-no-server") == []

    office.start()
    expect(tv.locator("#live")).to_be_visible()
    expect(tv.locator("#number")).to_have_text(ticket["number"])
    expect(kiosk.locator("h1")).to_contain_text("Mau urus apa hari ini?")
    to_the_checklist(kiosk)
    touch(kiosk, "Ambil nomor")
    prefix, number = ticket["number"].split("-")
    expect(kiosk.locator("#given")).to_contain_text(f"{prefix}-{int(number) + 1:03}")


def test_a_screen_that_is_not_paired_any_more_is_kept_no_longer(office: OfficeServer, new_page: NewPage) -> None:
    page = pair(new_page("tv"), office.url, office.tokens["display/B"])
    assert ask(page, PAGES_KEPT) == ["/display/B"]
    devices = [line.split() for line in office.antrean("device", "list").splitlines()]
    [device] = [words[0] for words in devices if "display" in words and "B" in words]
    office.antrean("device", "revoke", device)
    page.goto(f"{office.url}/display/B")
    expect(page.locator("body")).to_contain_text("belum dipasangkan", timeout=5_000)
    until(page, f"{PAGES_KEPT}.length === 0")


def test_what_an_upgrade_brings_takes_the_place_of_what_was_kept(
    sqlite_url: str, rng: random.Random, new_page: NewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_lobby(sqlite_url, rng) as lobby:
        page = lobby.hang(new_page("tv"))
        until(page, KEPT)
        [before] = ask(page, NAMES)
        script = display.keeper.script
        monkeypatch.setitem(vars(display.keeper), "script", script.replace(before.split()[-1], "0" * 16))
        page.reload()
        after = f"{before.rsplit(' ', 1)[0]} {'0' * 16}"
        until(page, f"({NAMES}).join() === '{after}'")
        until(page, KEPT)


def test_boards_pictures_and_the_api_never_come_from_what_is_kept(
    sqlite_url: str, rng: random.Random, new_page: NewPage
) -> None:
    with a_lobby(sqlite_url, rng) as lobby:
        page = lobby.hang(new_page("tv"))
        lobby.call()
        until(page, KEPT)
        assert ask(page, PAGES_KEPT) == ["/display/A"]
        text = ask(page, f"({KEPT}).text()")
        assert "A-001" not in text
        assert 'data-cut-off="yes"' in text
        page.reload()  # from now on every request of the page passes the worker
        page.locator("#on").wait_for(state="visible")
        for address in ("/display/A/notices", "/api/v1/ping"):
            ask(page, f"(await caches.open(({NAMES})[0])).put('{address}', new Response('stale'))")
            assert ask(page, f"(await fetch('{address}')).text()") != "stale"


@pytest.mark.parametrize("seconds", [8, pytest.param(60, marks=[pytest.mark.faults, pytest.mark.timeout(600)])])
def test_a_cable_that_was_out_costs_no_number_and_doubles_none(
    office: OfficeServer,
    clerks: dict[str, Staff],
    supervisor: Staff,
    new_page: NewPage,
    cable: Cable,
    seconds: int,
) -> None:
    """At the moment it is pulled somebody takes a number and a clerk calls; meanwhile another clerk calls as well."""
    agus, tokens = clerks["Agus"], office.tokens
    agus.post("/counters/4/open")
    first, second = office.take(), office.take()
    tv, kiosk, desk = new_page("tv"), new_page("kiosk"), new_page("counter")
    pair(tv, cable.url, tokens["display/A"])
    tv.add_init_script(NOTE_NUMBERS)
    tv.reload()
    tv.locator("#on").wait_for(state="visible")
    pair(kiosk, cable.url, tokens["kiosk"])
    name, value = clerks["Rina"].cookie.split("=", 1)
    desk.context.add_cookies([{"name": name, "value": value, "url": cable.url}])
    desk.goto(f"{cable.url}/counter")
    desk.locator("[data-counter='3']").click()
    to_the_checklist(kiosk)
    bar(desk, f"Panggil {first['number']}")
    taken = tickets_today(office)

    cable.pull()
    began = monotonic()
    touch(kiosk, "Ambil nomor")
    desk.keyboard.press("Enter")
    called = agus.post("/counters/4/call-next")
    if seconds > SILENCE_SECONDS:
        expect(kiosk.locator("#away")).to_be_visible()
        expect(tv.locator("#cut")).to_be_visible(timeout=(SILENCE_SECONDS + 5) * 1000)
        expect(desk.locator("#cut")).to_be_visible()
        assert tv.locator("#number").is_hidden()
    desk.wait_for_timeout(max(0.0, seconds - (monotonic() - began)) * 1000)  # that long the cable is out
    cable.plug_in()

    expect(kiosk.locator("#given")).to_be_visible()
    given = supervisor.get(f"/tickets/{kiosk.locator('#given').get_attribute('data-ticket')}")
    assert (given["state"], tickets_today(office)) == ("waiting", taken + 1)
    expect(tv.locator("#live")).to_be_visible()
    expect(desk.locator("#cut")).to_be_hidden()
    expect(desk.locator("#go-words")).to_have_text("Mulai melayani")
    mine = clerks["Rina"].get("/queue?counter=3")["board"]["ticket"]
    expect(desk.locator("#number")).to_have_text(mine["number"])
    assert {called["number"], mine["number"]} == {first["number"], second["number"]}
    expect(tv.locator("#number")).to_have_text(mine["number"], timeout=FRESH_SECONDS * 1000)
    announced = [moment["number"] for moment in tv.evaluate("window.shown") if moment["number"]]
    assert len(announced) == len(set(announced))
    if seconds < FRESH_SECONDS:
        assert set(announced) == {called["number"], mine["number"]}
    assert office.antrean("verify").splitlines()[-1] == "no fault"


def tickets_today(office: OfficeServer) -> int:
    return int(re.findall(r"^antrean_tickets_today (\d+)", office.ask("GET", "/metrics")[1], re.MULTILINE)[0])
