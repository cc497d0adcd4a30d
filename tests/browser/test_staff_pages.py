"""What staff look at all day: large enough, clear enough, by day and night, in both languages; and the way in."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser import measures
from tests.browser.on_the_clock import open_door
from tests.browser.screens import shown
from tests.browser.staff import bar, come_in, press, sign_in, sit_down
from tests.office_server import OfficeServer, Staff
from tests.services import Screen
from tests.the_office import TheOffice
from tests.the_web import PASSWORD

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
Clerks = dict[str, Staff]
SMALLEST_TYPE, SMALLEST_KEY, SMALLEST_LINK, GREEN_BAR = 14, 36, 28, 112
NUMBER, CONTRAST = 148, 4.5
SCHEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")


def check(page: Page, state: str) -> None:
    """Colours by day and by night, which are the same in both languages; sizes and axe-core in each by day."""
    page.evaluate("document.fonts.ready")
    language = page.locator("html").get_attribute("lang") or ""
    for scheme in SCHEMES if language == "id" else SCHEMES[1:]:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html.malam")).to_have_count(int(scheme == "dark"))
        assert measures.too_faint(page, CONTRAST) == [], (state, scheme)
    assert measures.too_small(page, SMALLEST_TYPE) == [], state
    assert measures.hard_to_hit(page, SMALLEST_KEY, SMALLEST_LINK) == [], state
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    assert page.locator("#when").evaluate_all("all => all.every((one) => one.offsetHeight <= 36)"), state
    assert shown(page, state, language) == [], state


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_counter_can_be_read_and_hit_in_every_state(
    office: OfficeServer, supervisor: Staff, clerks: Clerks, new_page: NewPage, language: str
) -> None:
    clerks["Agus"].post("/counters/2/open")
    page = come_in(new_page("counter"), clerks["Rina"], f"/counter?lang={language}")
    expect(page.locator("[data-counter='2'][aria-disabled]")).to_be_visible()
    check(page, "counter-choose")
    page.locator("[data-counter='4']").click()
    expect(page.locator("#calm")).to_be_visible()
    check(page, "counter-empty")

    skipped, parked = office.take("KK-BARU"), office.take("KTP-RUSAK")
    clerks["Agus"].post("/counters/2/call-next")
    for verb in ("no-show", "no-show"):
        clerks["Agus"].post(f"/tickets/{skipped['id']}/{verb}")
        clerks["Agus"].post(f"/tickets/{skipped['id']}/call", {"reason": "ada"})
    clerks["Agus"].post(f"/tickets/{skipped['id']}/no-show")
    clerks["Agus"].post(f"/tickets/{parked['id']}/call", {"reason": "ada"})
    clerks["Agus"].post(f"/tickets/{parked['id']}/start")
    clerks["Agus"].post(f"/tickets/{parked['id']}/park")
    for service in ("KTP-CETAK", "DATANG", "KTP-HILANG"):
        office.take(service, priority=service == "KTP-HILANG")
    expect(page.locator("#parked")).to_be_visible()
    expect(page.locator("#next li")).to_have_count(3)
    check(page, "counter-next")
    page.keyboard.press("r")
    check(page, "counter-key-explained")
    press(page, "p")
    check(page, "counter-pick")
    page.keyboard.press("Escape")

    for _ in range(2):
        press(page, "Enter")
        expect(page.locator("#go")).to_have_attribute("aria-busy", "true")
        expect(page.locator("#go")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("x")
    check(page, "counter-serving")
    assert page.locator("#number").evaluate("node => parseFloat(getComputedStyle(node).fontSize)") == NUMBER
    box = page.locator("#go").bounding_box()
    assert box is not None
    assert box["height"] >= GREEN_BAR
    for key, state in (("a", "counter-pass-on"), ("?", "counter-keys")):
        press(page, key)
        check(page, state)
        page.keyboard.press("Escape")
    page.locator(".menu summary").click()
    check(page, "counter-menu")
    press(page, "s")
    page.locator(".bar [data-verb=pause]").click()
    check(page, "counter-break-dialog")
    page.keyboard.press("Enter")
    expect(page.locator("#calm")).to_be_visible()
    check(page, "counter-break")
    press(page, "d")
    check(page, "counter-emergency")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".is-called")).to_be_visible()
    check(page, "counter-help-called")
    calls = [alert for alert in supervisor.get("/today")["alerts"] if alert["subject"] == "counter-4"]
    supervisor.post(f"/alerts/{calls[0]['seq']}/answer")
    expect(page.locator(".is-answered")).to_be_visible()
    check(page, "counter-help-answered")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_supervisors_pages_can_be_read_and_hit(
    office: OfficeServer, supervisor: Staff, clerks: Clerks, new_page: NewPage, language: str
) -> None:
    tickets = [office.take(service) for service in ("KTP-CETAK", "KK-BARU", "KTP-HILANG")]
    for counter, name in enumerate(clerks, start=1):
        clerks[name].post(f"/counters/{counter}/open")
        clerks[name].post(f"/counters/{counter}/call-next")
    clerks["Rina"].post("/help", {"counter": 1})
    office.take("IKD")
    supervisor.post("/services/IKD/suspend", {"reason": "Jaringan ke pusat terputus"})
    supervisor.post("/stock/KTP-WNA/movements", {"type": "count", "quantity": 0, "reason": "opname"})
    broken = supervisor.post("/equipment", {"kind": "recorder", "name": "Perekam 1", "place": "Loket 3"})[
        "equipment_id"
    ]
    supervisor.post("/equipment", {"kind": "card_printer", "name": "Pencetak 1"})
    supervisor.post(f"/equipment/{broken}/broken", {"reason": "Mati"})
    page, seen = new_page("counter"), set[str]()
    for name in ("", "services", "devices", "stock", "report", "numbers"):
        number = f"number={tickets[2]['number']}&" if name == "numbers" else ""
        come_in(page, supervisor, f"/supervisor{name and '/' + name}?{number}lang={language}")
        check(page, f"supervisor-{name or 'board'}")
        for dialog in page.locator("[data-opens]:visible").evaluate_all("all => all.map((one) => one.dataset.opens)"):
            if dialog not in seen:
                seen.add(dialog)
                page.locator(f"[data-opens={dialog}]:visible").first.click()
                check(page, f"supervisor-dialog-{dialog}")
                page.keyboard.press("Escape")
    supervisor.post("/services/IKD/resume")
    for device in supervisor.get("/equipment")["equipment"]:
        supervisor.post(f"/equipment/{device['equipment_id']}/retire")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_way_in_can_be_read_and_hit(office: OfficeServer, new_page: NewPage, language: str) -> None:
    page = new_page("counter")
    for path, state in (("/", "way-in"), ("/login", "sign-in"), ("/pair", "pair-here")):
        page.goto(f"{office.url}{path}?lang={language}")
        check(page, state)
    page.goto(f"{office.url}/t/tidak-ada?lang={language}")
    assert shown(page, "not-there", language) == []
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/login", "/pair"):
        page.goto(f"{office.url}{path}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


@pytest.mark.parametrize("path", ["/counter", "/supervisor"])
def test_the_hour_is_the_offices_before_the_line_is_up_and_whatever_the_computer_thinks(
    office: OfficeServer, supervisor: Staff, new_page: NewPage, path: str
) -> None:
    page = new_page("counter")
    page.clock.set_system_time("2020-01-01T03:33:00")
    page.route_web_socket(re.compile("/socket.io/"), lambda socket: None)
    come_in(page, supervisor, path)
    now = datetime.now(ZoneInfo("Asia/Jakarta"))
    just_now = [f"{now - timedelta(minutes=minutes):%H.%M}" for minutes in (0, 1)]
    assert page.locator("#clock").inner_text() in just_now


def test_a_late_morning_in_every_group_leaves_every_key_on_the_screen(
    sqlite_url: str, rng: random.Random, new_page: NewPage
) -> None:
    house = TheOffice(sqlite_url, rng)
    house.found("2026-11-23 07.00", KTP=150)
    house.at("2026-11-23 09.00")
    for prefix in house.catalogue.groups:
        house.take(house.catalogue.services_of_group[prefix][0].code)
    house.at("2026-11-23 11.27")
    with open_door(house) as door:
        door.web.add_staff("Rina", "clerk")
        page = new_page("counter")
        page.goto(f"{door.url}/login")
        page.get_by_label("Nama").fill("Rina")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("[data-counter='3']").click()
        expect(page.locator("#groups .late")).to_have_count(9)
        page.evaluate("document.fonts.ready")
        assert page.evaluate("document.documentElement.scrollHeight") == 768
        assert measures.too_small(page, SMALLEST_TYPE) == []
    house.close()


def test_at_half_its_width_the_counter_needs_no_sideways_scroll(
    office: OfficeServer, clerks: Clerks, new_page: NewPage
) -> None:
    ticket = office.take("KTP-CETAK")
    page = sit_down(new_page("counter"), clerks["Rina"], 4)
    bar(page, f"Panggil {ticket['number']}")
    page.set_viewport_size({"width": 683, "height": 384})
    assert page.evaluate("document.documentElement.scrollWidth") == 683


def test_a_wrong_password_is_said_and_the_right_one_leads_where_one_was_going(
    office: OfficeServer, new_page: NewPage
) -> None:
    page = new_page("counter")
    page.goto(f"{office.url}/supervisor/stock")
    expect(page).to_have_url(f"{office.url}/login?next=/supervisor/stock")
    expect(page.get_by_label("Nama")).to_be_focused()
    page.keyboard.type("Sari")
    page.keyboard.press("Tab")
    page.keyboard.type("salah")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Nama atau kata sandi salah.")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Kata sandi").fill(office.passwords["Sari"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{office.url}/supervisor/stock")


def test_signing_out_ends_the_session(office: OfficeServer, new_page: NewPage) -> None:
    page = sign_in(new_page("counter"), office, "Sari")
    expect(page).to_have_url(f"{office.url}/supervisor")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page).to_have_url(f"{office.url}/login")
    page.goto(f"{office.url}/supervisor")
    expect(page).to_have_url(f"{office.url}/login?next=/supervisor")


def test_a_browser_is_paired_once_and_its_token_leaves_the_address(office: OfficeServer, new_page: NewPage) -> None:
    page = new_page("kiosk")
    page.goto(f"{office.url}/pair#{office.tokens['kiosk']}")
    expect(page).to_have_url(f"{office.url}/kiosk")
    page.goto(f"{office.url}/")
    expect(page.get_by_role("link", name="Kios ")).to_contain_text("sudah dipasangkan di peramban ini")
    page.goto(f"{office.url}/pair#{'0' * 32}")
    expect(page.get_by_role("alert")).to_contain_text("tidak berlaku")


def test_all_screens_are_one_touch_away(office: OfficeServer, new_page: NewPage) -> None:
    page = new_page("counter")
    page.goto(f"{office.url}/")
    ways = [link.get_attribute("href") for link in page.locator(".way-to").all()]
    assert ways == ["/kiosk", "/display/A", "/display/B", "/stok", "/counter", "/supervisor", "/login"]


def test_night_is_chosen_by_hand_and_kept(office: OfficeServer, supervisor: Staff, new_page: NewPage) -> None:
    page = come_in(new_page("counter"), supervisor, "/supervisor")
    expect(page.locator("html.malam")).to_have_count(0)
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Tampilan siang atau malam").click()
    expect(page.locator("html.malam")).to_have_count(1)
    page.goto(f"{office.url}/supervisor/stock")
    expect(page.locator("html.malam")).to_have_count(1)
