"""A ticket on a phone and the stock board: what a citizen sees while waiting, with a script and without."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from queue_server.operations import calling, holding, stock, ticketing
from tests.browser import measures
from tests.browser.on_the_clock import OpenDoor, open_door
from tests.browser.screens import shown
from tests.browser.test_kiosk import MONDAY, TUESDAY, let_pass
from tests.services import Screen
from tests.the_office import TheOffice

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
A_SLOW_LINE = 20_000  # bytes over the wire for a ticket's page with all it loads; 30,000 are what it may weigh
MOST_REQUESTS = 10


@pytest.fixture
def door(sqlite_url: str, rng: random.Random) -> Iterator[OpenDoor]:
    """Kota Serang on Monday 23 November 2026 at 09.42 with 86 blanks, twelve people in line and counter 4 open."""
    house = TheOffice(sqlite_url, rng)
    house.found(f"{MONDAY} 07.00", KTP=91)
    house.at(f"{MONDAY} 09.42")
    house.open(4)
    for _ in range(12):
        house.take("KTP-CETAK")
    with open_door(house) as opened:
        yield opened
    house.verify()
    house.close()


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    return new_page("phone")


def mine(door: OpenDoor, service: str = "KTP-HILANG", **wishes: object) -> dict[str, str]:
    return door.office.take(service, **wishes)


def open_page(page: Page, door: OpenDoor, ticket: dict[str, str], query: str = "") -> Page:
    page.goto(f"{door.url}/t/{ticket['token']}{query}")
    return page


def call_all_before(door: OpenDoor, ticket: dict[str, str]) -> None:
    """Until it is this number's turn at counter 4."""
    while True:
        called = door.office.call(4)
        assert called is not None
        if called["id"] == ticket["id"]:
            return
        door.office.act(calling.start, called, 4)
        door.office.finish(called, 4)


def test_a_phone_shows_place_wait_promise_and_hall(phone: Page, door: OpenDoor) -> None:
    open_page(phone, door, mine(door))
    expect(phone.locator("#hero .big")).to_have_text("A-013")
    expect(phone.locator("#hero")).to_contain_text("Menunggu. Belum giliran Anda.")
    expect(phone.locator(".p-figs")).to_contain_text("12orangdi depan Anda")
    expect(phone.locator(".p-list")).to_contain_text(re.compile(r"Perkiraan dipanggil pukul 10\.\d\d–1\d\.\d\d"))
    expect(phone.locator(".p-list")).to_contain_text("Satu blangko disisihkan untuk Anda")
    expect(phone.locator(".p-list")).to_contain_text("Tunggu di Ruang Tunggu A")
    expect(phone.locator(".p-fresh:visible")).to_have_text("Diperbarui 09.42 WIB, otomatis")
    assert phone.title() == "A-013, 12 orang lagi — Antrean"


def test_a_call_turns_the_phone_yellow_names_the_counter_and_vibrates(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    phone.add_init_script("window.shaken = []; navigator.vibrate = (pattern) => window.shaken.push(pattern)")
    phone.clock.install()
    open_page(phone, door, ticket)
    call_all_before(door, ticket)
    let_pass(phone, 11)
    expect(phone.locator("#hero")).to_have_class("p-hero is-call")
    expect(phone.locator("#hero")).to_contain_text("Giliran Anda sekarang.")
    expect(phone.locator("#hero .to")).to_contain_text("Loket4")
    expect(phone.locator(".p-say")).to_have_text("Silakan menuju loket 4. Bawa berkas Anda.")
    assert phone.title() == "Giliran Anda: A-013 ke loket 4 — Antrean"
    assert phone.evaluate("window.shaken") == [[200, 100, 200]]
    door.office.act(calling.recall, ticket, 4)
    let_pass(phone, 11)
    expect(phone.locator("#hero")).to_contain_text("Panggilan ke-2.")
    door.office.act(calling.recall, ticket, 4)
    let_pass(phone, 11)
    expect(phone.locator("#hero")).to_contain_text("Panggilan terakhir.")


def test_the_phone_shakes_when_two_numbers_are_left(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    phone.add_init_script("window.shaken = []; navigator.vibrate = (pattern) => window.shaken.push(pattern)")
    phone.clock.install()
    open_page(phone, door, ticket)
    for _ in range(10):
        door.office.serve_one(4)
    let_pass(phone, 11)
    expect(phone.locator(".p-figs")).to_contain_text(re.compile(r"(?<!\d)2orang"))
    expect(phone.locator("#hero")).to_contain_text("Bersiap: dua nomor lagi.")
    assert phone.title() == "Bersiap: A-013, dua nomor lagi — Antrean"
    assert phone.evaluate("window.shaken") == [[200, 100, 200]]
    assert len(phone.evaluate("window.shaken")) == 1
    let_pass(phone, 11)
    assert len(phone.evaluate("window.shaken")) == 1


def test_without_a_script_the_page_is_whole_and_can_give_the_number_back(chromium: Browser, door: OpenDoor) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page, ticket = context.new_page(), mine(door)
    open_page(page, door, ticket)
    assert page.locator("#hero .big").inner_text() == "A-013"
    page.get_by_text("Batalkan antrean").click()
    assert "Batalkan nomor A-013?" in page.locator("#rest").inner_text()
    page.get_by_text("Ya, batalkan").click()
    assert "Batal." in page.locator("#hero").inner_text()
    assert door.office.state(ticket) == "cancelled"
    context.close()


def test_without_a_script_a_citizen_waits_lets_others_pass_is_called_and_comes_another_day(
    chromium: Browser, door: OpenDoor
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page, office, ticket = context.new_page(), door.office, mine(door)
    for _ in range(6):
        office.take("KTP-CETAK")
    open_page(page, door, ticket)
    assert page.locator("noscript").count() == 1
    office.wait(minutes=1)
    page.get_by_role("link", name="Mundur").click()
    assert "Berapa orang boleh maju lebih dulu?" in page.locator("#rest").inner_text()
    assert page.get_by_role("button").all_inner_texts() == ["1 orang", "3 orang", "5 orang"]  # six follow
    page.get_by_role("button", name="5 orang").click()
    assert page.locator(".p-figs").inner_text().startswith("17orang")
    assert page.url == f"{door.url}/t/{ticket['token']}"
    page.get_by_role("link", name="Mundur").click()
    assert "Anda baru saja mundur. Bisa lagi mulai pukul 09.53." in page.locator("#rest").inner_text()
    page.get_by_role("link", name="Kembali").click()
    call_all_before(door, ticket)
    page.reload()
    assert page.locator("#hero .to").inner_text().split() == ["Loket", "4"]
    assert page.get_by_role("link", name="Mundur").count() == page.get_by_role("link", name="Hari lain").count() == 0
    other = mine(door)
    open_page(page, door, other)
    page.get_by_role("link", name="Hari lain").click()
    assert "Pindah ke Selasa, 24 November, pukul 07.30–09.30?" in page.locator("#rest").inner_text()
    assert "Blangko tetap disisihkan untuk Anda." in page.locator("#rest").inner_text()
    page.get_by_role("button", name="Ya, pindah hari").click()
    assert "Antrean tunda." in page.locator("#hero").inner_text()
    assert office.state(other) == "deferred"
    office.at(f"{TUESDAY} 08.00")
    page.reload()
    page.get_by_role("button", name="Ambil nomor untuk hari ini").click()
    assert page.locator("#hero .big").inner_text() == "A-001"
    page.get_by_role("link", name="Batalkan antrean").click()
    page.get_by_role("button", name="Ya, batalkan").click()
    assert "Batal." in page.locator("#hero").inner_text()
    context.close()


def test_who_steps_back_too_late_reads_what_has_become_of_the_number(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    door.office.take("KTP-CETAK")
    open_page(phone, door, ticket, "?back=1")
    call_all_before(door, ticket)
    phone.get_by_role("button", name="1 orang").tap()
    expect(phone.locator("#hero")).to_contain_text("Giliran Anda sekarang.")
    assert door.office.state(ticket) == "called"


def test_who_has_chosen_a_language_keeps_it_through_what_they_do(phone: Page, door: OpenDoor) -> None:
    open_page(phone, door, mine(door), "?lang=en")
    phone.get_by_role("link", name="Give the number back").tap()
    phone.get_by_role("button", name="Yes, give it back").tap()
    expect(phone.locator("#hero")).to_contain_text("This number was given back.")


STATES = {
    "waiting": ("", "Menunggu.", "Waiting."),
    "back": ("back=1", "Berapa orang boleh maju lebih dulu?", "How many people may go before you?"),
    "another": ("another=1", "Pindah ke Selasa, 24 November", "Come on Tuesday 24 November"),
    "cancel": ("cancel=1", "Batalkan nomor A-013?", "Give back number A-013?"),
    "soon": ("", "Bersiap: dua nomor lagi.", "Get ready: two more numbers."),
    "stepped": ("back=1", "Anda baru saja mundur.", "You have just let others go first."),
    "suspended": ("", "Atau pilih hari lain.", "Or choose another day."),
    "break": ("", "Istirahat sampai 13.00.", "Break until 13.00."),
    "called": ("", "Giliran Anda sekarang.", "It is your turn now."),
    "serving": ("", "Anda sedang di loket 4.", "You are at counter 4."),
    "parked": ("", "Nomor Anda tetap disimpan.", "Your number is kept."),
    "finished": ("", "Terima kasih.", "Thank you."),
    "skipped": ("", "Dilewati.", "Skipped."),
    "cancelled": ("", "Nomor ini sudah dibatalkan.", "This number was given back."),
    "deferred": ("", "Antrean tunda.", "Voucher."),
}


def in_every_state(door: OpenDoor) -> Iterator[tuple[str, dict[str, str]]]:
    """One office is brought from state to state, and each is left standing while it is looked at."""
    office, ticket = door.office, mine(door)
    for _ in range(12):
        office.take("KTP-CETAK")
    for state in ("waiting", "back", "another", "cancel"):
        yield state, ticket
    for _ in range(10):
        office.serve_one(4)
    yield "soon", ticket
    office.do(holding.step_back, ticket_id=ticket["id"], token=ticket["token"], places=1)
    yield "stepped", ticket
    office.do(stock.suspend, service="KTP-HILANG", reason="jaringan ke pusat putus")
    yield "suspended", ticket
    office.do(stock.resume, service="KTP-HILANG")
    office.at(f"{MONDAY} 12.10")
    yield "break", ticket
    office.at(f"{MONDAY} 13.10")
    call_all_before(door, ticket)
    yield "called", ticket
    office.act(calling.start, ticket, 4)
    yield "serving", ticket
    office.act(calling.park, ticket, 4, reason="fotokopi")
    yield "parked", ticket
    office.do(calling.call_ticket, ticket_id=ticket["id"], counter=4, clerk="clerk-4", reason="lengkap")
    office.act(calling.start, ticket, 4)
    office.finish(ticket, 4)
    yield "finished", ticket
    absent = mine(door)
    for _ in range(2):
        call_all_before(door, absent)
        office.act(calling.no_show, absent, 4)
    yield "skipped", absent
    given_back, late = mine(door), mine(door)
    office.do(ticketing.cancel, ticket_id=given_back["id"], token=given_back["token"])
    yield "cancelled", given_back
    office.at(f"{MONDAY} 16.30")
    yield "deferred", late


def test_every_state_can_be_read_by_everybody_in_both_languages_and_at_any_size(phone: Page, door: OpenDoor) -> None:
    seen = []
    for state, ticket in in_every_state(door):
        query, *said = STATES[state]
        for language, words in zip(("id", "en"), said, strict=True):
            phone.set_viewport_size({"width": 360, "height": 740})
            open_page(phone, door, ticket, f"?{query}&lang={language}")
            expect(phone.locator("main")).to_contain_text(words)
            assert shown(phone, f"phone-{state}", language) == [], (state, language)
            assert measures.too_small(phone, 15) + measures.too_faint(phone, 4.5) == [], (state, language)
            assert measures.hard_to_hit(phone, 48, 48) == [], (state, language)
            for width in (360, 320, 180):  # 180: a phone of 360 at 200 %
                phone.set_viewport_size({"width": width, "height": 740})
                assert phone.evaluate("document.documentElement.scrollWidth") == width, (state, language, width)
        seen.append(state)
    assert seen == list(STATES)


def test_keeping_the_number_is_one_touch(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    open_page(phone, door, ticket)
    phone.get_by_text("Batalkan antrean").tap()
    phone.get_by_role("link", name="Tidak").tap()
    expect(phone.locator("#hero")).to_contain_text("Menunggu.")
    assert door.office.state(ticket) == "waiting"


def test_a_number_that_is_being_served_is_not_given_back(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    open_page(phone, door, ticket, "?cancel=1")
    call_all_before(door, ticket)
    door.office.act(calling.start, ticket, 4)
    phone.get_by_text("Ya, batalkan").tap()
    expect(phone.locator("#hero")).to_contain_text("Dilayani. Anda sedang di loket 4.")
    assert door.office.state(ticket) == "serving"


def test_who_was_not_there_is_told_so_and_that_one_call_is_left(phone: Page, door: OpenDoor) -> None:
    absent = mine(door)
    call_all_before(door, absent)
    words = "Anda tidak ada saat dipanggil. Nomor Anda dipanggil sekali lagi."
    expect(open_page(phone, door, absent).locator(".p-list")).not_to_contain_text(words)
    mine(door)
    door.office.act(calling.no_show, absent, 4)
    expect(open_page(phone, door, absent).locator(".p-list")).to_contain_text(words)
    assert measures.violations(phone) == []


def test_each_state_is_said_in_its_own_word(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    call_all_before(door, ticket)
    door.office.act(calling.start, ticket, 4)
    door.office.act(calling.park, ticket, 4, reason="fotokopi")
    expect(open_page(phone, door, ticket).locator("#hero")).to_contain_text("Ditunda.")
    door.office.do(calling.call_ticket, ticket_id=ticket["id"], counter=4, clerk="clerk-4", reason="lengkap")
    door.office.act(calling.start, ticket, 4)
    door.office.finish(ticket, 4)
    expect(open_page(phone, door, ticket).locator("#hero")).to_contain_text("Selesai. Terima kasih.")
    absent = mine(door)
    for _ in range(2):
        call_all_before(door, absent)
        door.office.act(calling.no_show, absent, 4)
    expect(open_page(phone, door, absent).locator("#hero")).to_contain_text("Dilewati.")
    assert measures.violations(phone) == []


def test_at_closing_a_number_becomes_a_voucher_and_on_its_day_a_new_number(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    door.office.at(f"{MONDAY} 16.30")
    voucher = door.office.queries.ticket(ticket["id"], "id", door.office.clock).voucher
    assert voucher is not None
    open_page(phone, door, ticket)
    expect(phone.locator("#hero .big")).to_have_text(voucher.code.upper())
    expect(phone.locator(".p-say")).to_contain_text("Selasa, 24 November,07.30")
    expect(phone.locator(".p-list")).to_contain_text(f"Urutan ke-{voucher.rank}")
    expect(phone.locator(".p-list")).to_contain_text("Satu blangko disisihkan untuk Anda")
    assert measures.violations(phone) == []
    door.office.at(f"{TUESDAY} 08.00")
    open_page(phone, door, ticket)
    phone.get_by_text("Ambil nomor untuk hari ini").tap()
    expect(phone.locator("#hero .big")).to_have_text("A-001")
    expect(phone.locator(".p-list")).to_contain_text("Satu blangko disisihkan untuk Anda")
    open_page(phone, door, ticket)
    expect(phone.locator(".p-list")).to_contain_text("Sudah ditukar dengan nomor baru.")


def test_a_break_and_a_suspended_service_are_said(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    door.office.do(stock.suspend, service="KTP-HILANG", reason="jaringan ke pusat putus")
    door.office.at(f"{MONDAY} 12.10")
    open_page(phone, door, ticket)
    expect(phone.locator(".p-list")).to_contain_text("Istirahat sampai 13.00.")
    expect(phone.locator(".p-list")).to_contain_text("Alasan: jaringan ke pusat putus.")
    assert measures.violations(phone) == []


def test_a_phone_without_a_line_says_since_when(phone: Page, door: OpenDoor) -> None:
    phone.clock.install()
    open_page(phone, door, mine(door))
    phone.context.set_offline(True)
    phone.clock.run_for(45_000)
    expect(phone.locator(".p-stale")).to_have_text("Terakhir diperbarui 09.42 WIB")
    assert shown(phone, "phone-stale") == []
    expect(phone.locator(".p-fresh:visible")).to_have_count(1)
    phone.context.set_offline(False)
    phone.clock.run_for(11_000)
    expect(phone.locator(".p-stale")).to_be_hidden()


def test_nothing_is_sent_twice_while_nothing_changes(phone: Page, door: OpenDoor) -> None:
    ticket = mine(door)
    answer = phone.request.get(f"{door.url}/t/{ticket['token']}")
    etag = {"If-None-Match": answer.headers["etag"]}
    assert phone.request.get(f"{door.url}/t/{ticket['token']}", headers=etag).status == 304
    call_all_before(door, ticket)
    assert phone.request.get(f"{door.url}/t/{ticket['token']}", headers=etag).status == 200


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_the_page_is_light_enough_for_a_slow_line(chromium: Browser, door: OpenDoor, script: bool) -> None:
    """What really comes over the wire, heads of answers and all; a picture is fetched only where it is drawn."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=script)
    page, wire, names = context.new_page(), {}, {}
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.responseReceived", lambda told: names.update({told["requestId"]: told["response"]["url"]}))
    devtools.on("Network.loadingFinished", lambda told: wire.update({told["requestId"]: told["encodedDataLength"]}))
    with page.expect_response("**/antrean-numerals-800.woff2"):
        open_page(page, door, mine(door))
    page.wait_for_load_state("networkidle")
    weights = {names[request]: round(size) for request, size in wire.items()}
    assert all(url.startswith(door.url) for url in weights)
    assert [url for url in weights if "atkinson" in url or "overpass" in url] == []
    assert 10_000 < sum(weights.values()) < A_SLOW_LINE, weights
    assert len(weights) <= MOST_REQUESTS
    context.close()


def test_the_number_speaks_up_on_a_phone(phone: Page, door: OpenDoor) -> None:
    open_page(phone, door, mine(door))
    expect(phone.locator("[aria-live]")).to_have_count(1)
    expect(phone.locator("#hero")).to_have_attribute("aria-live", "assertive")
    assert phone.locator("#hero .big").evaluate("node => parseFloat(getComputedStyle(node).fontSize)") == 104


def test_at_night_the_phone_is_dark_and_can_be_read(chromium: Browser, door: OpenDoor) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page = open_page(context.new_page(), door, mine(door))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 20, 32)"
    assert measures.too_faint(page, 4.5) == []
    context.close()


def test_an_address_that_is_no_ticket_is_answered_kindly(phone: Page, door: OpenDoor) -> None:
    answer = phone.goto(f"{door.url}/t/{'0' * 32}")
    assert answer is not None
    assert answer.status == 404
    assert measures.violations(phone) == []


# -- the stock board ---------------------------------------------------------------------------------------------------


def test_the_stock_board_says_how_many_of_how_many_as_of_when(phone: Page, door: OpenDoor) -> None:
    phone.goto(f"{door.url}/stok")
    expect(phone.locator("h1")).to_have_text("Blangko KTP-el yang masih bisa diambil hari ini")
    expect(phone.locator(".s-hero .big")).to_have_text(str(door.office.stock().available))
    expect(phone.locator(".s-hero .of")).to_contain_text("per 09.42 WIB")
    expect(phone.locator(".s-key")).to_contain_text("Disisihkan untuk yang menunggu 12")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("screen", ["phone", "counter"])
def test_the_stock_board_names_every_suspended_service_with_the_reason(
    new_page: NewPage, door: OpenDoor, screen: Screen
) -> None:
    page, office = new_page(screen), door.office
    page.goto(f"{door.url}/stok")
    expect(page.get_by_text("Layanan yang dihentikan")).to_have_count(0)
    reasons = {"KTP-REKAM": "Perekam tidak berfungsi", "PINDAH": "Jaringan ke pusat terputus"}  # one gives out no card
    for service, reason in reasons.items():
        office.do(stock.suspend, service=service, reason=reason)
    page.reload()
    assert page.locator(".s-stopped li").all_inner_texts() == [
        f"{office.catalogue.services[service].name.id}\n{reason}" for service, reason in reasons.items()
    ]
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert measures.too_faint(page, 4.5) + measures.too_small(page, 15) + measures.violations(page) == []


@pytest.mark.parametrize("screen", ["phone", "counter"])
def test_the_stock_board_can_be_read_by_everybody(new_page: NewPage, door: OpenDoor, screen: Screen) -> None:
    page = new_page(screen)
    for language in ("en", "id"):
        page.goto(f"{door.url}/stok?lang={language}")
        assert measures.too_faint(page, 4.5) + measures.too_small(page, 15) == []
        assert shown(page, f"stok-{screen}", language) == []


def test_an_empty_store_is_said_in_words_and_not_by_colour_alone(phone: Page, door: OpenDoor) -> None:
    for _ in range(door.office.stock().available):
        mine(door)
    phone.goto(f"{door.url}/stok")
    expect(phone.locator(".s-hero .big")).to_have_text("0")
    expect(phone.locator(".s-gone")).to_have_text("habis hari ini")
    assert measures.violations(phone) == []
