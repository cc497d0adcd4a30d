"""The counter in a real browser: hands on the keys, nobody called twice, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.screens import shown
from tests.browser.staff import bar, come_in, press, sign_in, sit_down
from tests.office_server import OfficeServer, Staff
from tests.services import Screen

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
Clerks = dict[str, Staff]
CUT_MS = 30_000  # more than a counter waits before it says that it is cut off


@pytest.fixture
def rina(office: OfficeServer, clerks: Clerks, new_page: NewPage) -> Page:
    """Rina's screen at counter 4, before anybody has come."""
    return sit_down(new_page("counter"), clerks["Rina"], 4)


def state_of(supervisor: Staff, ticket: dict[str, str]) -> str:
    return str(supervisor.get(f"/tickets/{ticket['id']}")["state"])


def called_numbers(supervisor: Staff) -> list[str]:
    return [line["number"] for line in supervisor.get("/counters")["counters"] if line["number"]]


def call(page: Page, ticket: dict[str, str]) -> None:
    bar(page, f"Panggil {ticket['number']}")
    press(page, "Enter")
    bar(page, "Mulai melayani")


def serve(page: Page, ticket: dict[str, str]) -> None:
    """Called and served, with nobody else in line."""
    call(page, ticket)
    press(page, "Enter")
    bar(page, "Selesai")


# -- a visit -----------------------------------------------------------------------------------------------------------


def test_a_visit_is_served_with_the_keyboard_alone(office: OfficeServer, supervisor: Staff, new_page: NewPage) -> None:
    first, second = office.take("KTP-HILANG"), office.take("KTP-RUSAK")
    page = sign_in(new_page("counter"), office, "Rina")
    expect(page.locator("[data-counter='1']")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    bar(page, f"Panggil {first['number']}")
    press(page, "Enter")
    bar(page, "Mulai melayani")
    expect(page.locator("#heading")).to_have_text("Dipanggil ke loket ini")
    press(page, "Enter")
    bar(page, f"Selesai, panggil {second['number']}")
    press(page, "x")
    expect(page.locator("#go-small")).to_have_text(f"1 blangko terpakai, 1 rusak dicatat untuk {first['number']}")
    press(page, "Enter")
    bar(page, "Mulai melayani")
    expect(page.locator("#number")).to_have_text(second["number"])

    assert page.title().startswith(f"{second['number']} · Loket 5")
    assert state_of(supervisor, first) == "finished"
    newest = supervisor.get("/stock/KTP/movements")["movements"][:2]
    assert [(line["type"], line["quantity"], line["reason"]) for line in newest] == [
        ("spoil", 1, "Gagal cetak"),
        ("use", 1, ""),
    ]
    film = supervisor.get("/stock/FILM/movements")["movements"][:2]
    assert [(line["type"], line["quantity"]) for line in film] == [("spoil", 1), ("use", 1)]


def test_arrows_and_digits_set_what_was_used_and_spoilt(office: OfficeServer, rina: Page) -> None:
    ticket = office.take("KTP-CETAK")
    used, spoilt = (rina.locator(f".step[data-of={of}] .num") for of in ("used", "spoilt"))
    serve(rina, ticket)
    expect(used).to_have_text("1")
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowRight", "4"):
        rina.keyboard.press(key)
    expect(used).to_have_text("2")
    expect(spoilt).to_have_text("4")


def test_a_visit_that_ends_without_the_document_gives_its_blank_back(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    ticket = office.take("KTP-CETAK")
    serve(rina, ticket)
    promised = next(item for item in supervisor.get("/today")["items"] if item["item"] == "KTP")["promised"]
    press(rina, "h")
    rina.keyboard.press("ArrowRight")
    bar(rina, "Berkas kurang")
    expect(rina.locator("#go-small")).to_have_text(f"Blangko {ticket['number']} dilepas kembali")
    press(rina, "s")
    bar(rina, "Tidak ada yang menunggu")
    assert supervisor.get(f"/tickets/{ticket['id']}")["outcome"] == "incomplete"
    after = next(item for item in supervisor.get("/today")["items"] if item["item"] == "KTP")["promised"]
    assert after == promised - 1


def test_who_is_not_there_goes_behind_and_the_second_time_is_skipped_until_called_back(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    ticket = office.take("IKD")
    for state in ("waiting", "no_show"):
        bar(rina, f"Panggil {ticket['number']}")
        press(rina, "Enter")
        bar(rina, "Mulai melayani")
        press(rina, "r")
        expect(rina.locator("#marks")).to_contain_text("Panggilan ke-")
        press(rina, "n")
        expect(rina.locator("#done")).to_contain_text("tidak hadir")
        assert state_of(supervisor, ticket) == state
    rina.get_by_role("button", name=f"Panggil {ticket['number']} kembali").click()
    bar(rina, "Mulai melayani")
    expect(rina.locator("#number")).to_have_text(ticket["number"])


def test_a_parked_visit_keeps_its_promise_and_is_called_back(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    ticket = office.take("KTP-CETAK")
    serve(rina, ticket)
    press(rina, "t")
    expect(rina.locator("#parked h3")).to_have_text("Ditunda: 1")
    parked = supervisor.get(f"/tickets/{ticket['id']}")
    assert parked["state"] == "parked"
    assert {"item": "KTP", "name": "Blangko KTP-el", "quantity": 1} in parked["reserved"]
    press(rina, "p")
    rina.get_by_label("Cari nomor").fill(ticket["number"].lower())
    rina.get_by_label("Berkas sudah dilengkapi").check()
    rina.keyboard.press("Enter")
    bar(rina, "Mulai melayani")
    assert called_numbers(supervisor) == [ticket["number"]]


def test_a_number_out_of_order_needs_a_reason(office: OfficeServer, supervisor: Staff, rina: Page) -> None:
    office.take("KK-BARU")
    second = office.take("KK-UBAH")
    expect(rina.locator("#next li")).to_have_count(2)
    press(rina, "p")
    dialog = rina.get_by_role("dialog")
    dialog.get_by_label("Cari nomor").fill("A-9")
    dialog.get_by_label("Diminta pengawas").check()
    rina.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Pilih satu dari daftar.")
    dialog.get_by_label("Cari nomor").fill(second["number"])
    dialog.get_by_label("Lainnya").check()
    rina.keyboard.press("Enter")
    assert called_numbers(supervisor) == []
    dialog.get_by_label("Alasan lain").fill("ibu dengan bayi sakit")
    rina.keyboard.press("Enter")
    expect(rina.locator("#number")).to_have_text(second["number"])
    assert called_numbers(supervisor) == [second["number"]]


def test_a_number_far_back_in_the_line_can_be_picked(office: OfficeServer, supervisor: Staff, rina: Page) -> None:
    line = [office.take("IKD") for _ in range(12)]
    bar(rina, f"Panggil {line[0]['number']}")
    press(rina, "p")
    dialog = rina.get_by_role("dialog")
    dialog.get_by_label("Cari nomor").fill(line[-1]["number"])
    expect(dialog.get_by_label(line[-1]["number"])).to_be_checked()
    dialog.get_by_label("Diminta pengawas").check()
    rina.keyboard.press("Enter")
    expect(rina.locator("#number")).to_have_text(line[-1]["number"])
    assert called_numbers(supervisor) == [line[-1]["number"]]


def test_a_citizen_with_two_services_moves_on_under_one_number(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    ticket = office.take("KTP-CETAK")
    serve(rina, ticket)
    press(rina, "a")
    rina.get_by_label("Cari layanan").fill("KK baru")
    rina.get_by_label("Layanan yang sekarang sudah selesai").check()
    rina.get_by_role("button", name="Alihkan", exact=True).click()
    bar(rina, f"Panggil {ticket['number']}")
    moved = supervisor.get(f"/tickets/{ticket['id']}")
    assert (moved["number"], moved["service"], moved["state"]) == (ticket["number"], "KK-BARU", "waiting")
    assert [held["item"] for held in moved["reserved"]] == ["HVS"]


# -- nobody twice, nothing lost ----------------------------------------------------------------------------------------


def test_a_closed_browser_keeps_its_call(office: OfficeServer, clerks: Clerks, rina: Page, new_page: NewPage) -> None:
    ticket = office.take("KTP-CETAK")
    call(rina, ticket)
    rina.context.close()
    again = come_in(new_page("counter"), clerks["Rina"], "/counter")
    bar(again, "Mulai melayani")
    expect(again.locator("#number")).to_have_text(ticket["number"])


def test_two_clerks_never_get_the_same_number(
    office: OfficeServer, supervisor: Staff, clerks: Clerks, rina: Page, new_page: NewPage
) -> None:
    agus = sit_down(new_page("counter"), clerks["Agus"], 5)
    for _ in range(4):
        office.take("KTP-CETAK")
    served: list[str] = []
    for _ in range(2):
        for page in (rina, agus):
            expect(page.locator("#go-words")).to_contain_text("anggil")
            expect(page.locator("#go")).to_have_attribute("aria-busy", "false")
        for page in (rina, agus):
            page.keyboard.press("Enter")
        for page in (rina, agus):
            bar(page, "Mulai melayani")
        served += called_numbers(supervisor)
        for page in (rina, agus):
            press(page, "Enter")
            expect(page.locator("#heading")).to_have_text("Sedang dilayani")
            press(page, "s")
            expect(page.locator("#heading")).not_to_have_text("Sedang dilayani")
    assert len(served) == len(set(served)) == 4


def test_a_lost_answer_calls_nobody_twice(office: OfficeServer, supervisor: Staff, rina: Page) -> None:
    first, second = office.take("KTP-CETAK"), office.take("KTP-CETAK")
    keys: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
        else:
            route.fetch()
            route.abort()

    rina.route("**/call-next", lose_the_first_answer)
    call(rina, first)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert (state_of(supervisor, first), state_of(supervisor, second)) == ("called", "waiting")


def test_silence_is_said_above_the_bar_and_the_same_key_tries_again(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    ticket = office.take("KTP-CETAK")
    keys: list[str] = []

    def be_silent(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.abort()

    rina.route("**/call-next", be_silent)
    bar(rina, f"Panggil {ticket['number']}")
    press(rina, "Enter")
    line = rina.get_by_role("alert").filter(has_text="Belum ada yang dipanggil.")
    expect(line).to_contain_text("tidak ada yang dipanggil dua kali. Tekan Enter untuk mencoba lagi.")
    assert state_of(supervisor, ticket) == "waiting"

    rina.unroute("**/call-next")
    with rina.expect_request("**/call-next") as again:
        press(rina, "Enter")
    bar(rina, "Mulai melayani")
    expect(line).to_be_hidden()
    assert {again.value.headers["idempotency-key"], *keys} == {keys[0]}


def test_a_held_enter_does_one_thing(office: OfficeServer, supervisor: Staff, rina: Page) -> None:
    ticket = office.take("KTP-CETAK")
    bar(rina, f"Panggil {ticket['number']}")
    expect(rina.locator("#go")).to_have_attribute("aria-busy", "false")
    for _ in range(20):
        rina.keyboard.down("Enter")
    bar(rina, "Mulai melayani")
    for _ in range(20):
        rina.keyboard.down("Enter")
    rina.keyboard.up("Enter")
    assert state_of(supervisor, ticket) == "called"
    bar(rina, "Mulai melayani")


def test_what_was_done_last_is_undone_with_its_blanks(office: OfficeServer, supervisor: Staff, rina: Page) -> None:
    ticket = office.take("KTP-CETAK")
    serve(rina, ticket)
    press(rina, "Enter")
    bar(rina, "Tidak ada yang menunggu")
    expect(rina.locator("#done")).to_contain_text(f"{ticket['number']} selesai pukul")
    press(rina, "u")
    bar(rina, "Selesai")
    back = supervisor.get(f"/tickets/{ticket['id']}")
    assert back["state"] == "serving"
    assert {held["item"] for held in back["reserved"]} >= {"KTP"}


def test_a_released_counter_says_so_and_its_number_is_first_again(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    first, _ = office.take("KTP-CETAK"), office.take("KTP-CETAK")
    call(rina, first)
    supervisor.post("/counters/4/close")
    bar(rina, "Pilih loket")
    expect(rina.locator("#calm")).to_contain_text("Loket ini tidak lagi Anda pegang.")
    press(rina, "Enter")
    expect(rina.locator("[data-counter='1']")).to_be_focused()
    rina.locator("[data-counter='7']").click()
    bar(rina, f"Panggil {first['number']}")


def test_no_key_looks_ready_before_the_screen_listens(office: OfficeServer, rina: Page) -> None:
    ticket = office.take("KTP-CETAK")
    held = list[Route]()
    rina.route("**/counter.js", lambda route: held.append(route))  # noqa: PLW0108  # its kind is looked at
    rina.reload(wait_until="commit")
    expect(rina.locator("#keys .key")).not_to_have_count(0)
    expect(rina.locator("#go:not([aria-disabled=true]), [data-verb]:not([aria-disabled=true])")).to_have_count(0)
    held[0].continue_()
    bar(rina, f"Panggil {ticket['number']}")
    expect(rina.locator("#go")).to_have_attribute("aria-disabled", "false")


# -- the line to the office --------------------------------------------------------------------------------------------


def test_a_counter_that_is_cut_off_says_since_when_and_comes_back_by_itself(
    office: OfficeServer, clerks: Clerks, new_page: NewPage
) -> None:
    ticket = office.take("KTP-CETAK")
    page = new_page("counter")
    page.clock.install()
    sit_down(page, clerks["Rina"], 4)
    bar(page, f"Panggil {ticket['number']}")
    office.stop()
    page.clock.fast_forward(CUT_MS)
    expect(page.get_by_text("Terputus sejak")).to_be_visible()
    expect(page.locator("#go")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#next .num").first).to_have_text(ticket["number"])
    for key in page.locator("[data-verb]:not([data-verb=keys])").all():
        expect(key).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#go-words")).to_have_text("Terputus dari server")
    assert shown(page, "counter-cut-off") == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")

    office.start()
    bar(page, f"Panggil {ticket['number']}")
    expect(page.get_by_text("Terputus sejak")).to_be_hidden()
    press(page, "Enter")
    bar(page, "Mulai melayani")


def test_the_first_to_arrive_in_an_empty_queue_is_heard_once(office: OfficeServer, rina: Page) -> None:
    bar(rina, "Tidak ada yang menunggu")
    expect(rina.locator("#calm")).to_contain_text("Anda akan dipanggil dengan bunyi.")
    tones = rina.locator("body[data-tones='1']")
    expect(tones).to_have_count(0)
    first = office.take("KTP-CETAK")
    bar(rina, f"Panggil {first['number']}")
    office.take("KTP-CETAK")
    expect(rina.locator("#next li")).to_have_count(2)
    expect(tones).to_have_count(1)


# -- keys --------------------------------------------------------------------------------------------------------------


def test_a_key_that_does_nothing_now_keeps_the_focus_and_says_why(office: OfficeServer, rina: Page) -> None:
    office.take("KTP-CETAK")
    absent = rina.get_by_role("button", name="Tidak hadir")
    expect(absent).to_have_attribute("aria-disabled", "true")
    absent.focus()
    expect(absent).to_be_focused()
    expect(absent).to_have_css("border-top-style", "dashed")
    rina.keyboard.press("Enter")
    expect(rina.get_by_role("alert")).to_have_text("Belum ada nomor di loket ini.")


def test_letters_rest_while_a_field_has_the_cursor(office: OfficeServer, supervisor: Staff, rina: Page) -> None:
    ticket = office.take("KTP-CETAK")
    serve(rina, ticket)
    press(rina, "a")
    rina.get_by_label("Cari layanan").press_sequentially("rsnt")
    expect(rina.get_by_label("Cari layanan")).to_have_value("rsnt")
    assert state_of(supervisor, ticket) == "serving"


def test_letters_can_be_given_to_other_keys_and_switched_off(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    ticket = office.take("KTP-CETAK")
    press(rina, "?")
    rina.get_by_role("dialog").get_by_label("Tunda").fill("g")
    rina.get_by_role("button", name="Kembali", exact=True).click()
    serve(rina, ticket)
    press(rina, "t")
    assert state_of(supervisor, ticket) == "serving"
    press(rina, "g")
    expect(rina.locator("#parked")).to_be_visible()

    rina.get_by_role("button", name="Semua tombol").click()
    rina.get_by_label("Huruf berfungsi").uncheck()
    rina.get_by_role("button", name="Kembali", exact=True).click()
    press(rina, "u")
    expect(rina.locator("kbd", has_text="U")).to_be_hidden()
    assert state_of(supervisor, ticket) == "parked"


def test_a_break_has_a_reason_and_ends_with_enter(office: OfficeServer, supervisor: Staff, rina: Page) -> None:
    rina.locator(".bar [data-verb=pause]").click()
    rina.get_by_label("Salat").check()
    rina.get_by_role("button", name="Mulai istirahat").click()
    bar(rina, "Lanjut melayani")
    expect(rina.locator("#calm")).to_contain_text("Salat, sejak")
    line = supervisor.get("/counters")["counters"][3]
    assert (line["state"], line["reason"]) == ("paused", "Salat")
    for path, device in (("/api/v1/board/A", "display/A"), ("/api/v1/services", "kiosk")):
        assert "Salat" not in json.dumps(office.ask("GET", path, headers=office.bearer(device)))
    press(rina, "Enter")
    bar(rina, "Tidak ada yang menunggu")


def test_a_closed_counter_is_free_for_others_and_a_taken_one_names_its_clerk(
    clerks: Clerks, rina: Page, new_page: NewPage
) -> None:
    agus = come_in(new_page("counter"), clerks["Agus"], "/counter")
    taken = agus.locator("[data-counter='4']")
    expect(taken).to_contain_text("Dipakai Rina")
    taken.focus()
    agus.keyboard.press("Enter")
    expect(agus.get_by_role("alert")).to_have_text("Dipakai Rina.")
    rina.locator(".menu summary").click()
    rina.get_by_role("button", name="Tutup loket").click()
    rina.get_by_role("dialog").get_by_role("button", name="Tutup loket").click()
    expect(rina.locator("h1")).to_have_text("Rina, di loket mana Anda bertugas?")
    expect(taken).to_contain_text("Loket bebas")


def test_an_emergency_needs_two_touches_and_names_who_comes(
    office: OfficeServer, supervisor: Staff, rina: Page, new_page: NewPage
) -> None:
    sari = come_in(new_page("counter"), supervisor, "/supervisor/services")
    title = sari.title()
    key = rina.locator("[data-verb=help]")
    expect(key).to_have_text("Darurat")
    press(rina, "d")
    rina.keyboard.press("Enter")  # where the cursor stands at first: not the key that calls
    expect(rina.get_by_role("dialog")).to_be_hidden()
    assert [alert for alert in supervisor.get("/today")["alerts"] if alert["subject"] == "counter-4"] == []

    press(rina, "d")
    rina.keyboard.press("Tab")
    rina.keyboard.press("Enter")
    expect(key).to_have_text("Bantuan dipanggil")
    expect(key).to_have_attribute("aria-disabled", "true")
    press(rina, "d")
    expect(rina.get_by_role("alert")).to_contain_text("belum ada yang menjawab")
    alert = sari.locator(".alert", has_text="Loket 4 minta bantuan")
    expect(alert).to_contain_text("Rina")
    expect(sari).to_have_title(f"(1) {title}")
    expect(sari.locator("body")).to_have_attribute("data-tones", "1")
    alert.get_by_role("button", name="Saya datang").click()
    expect(alert).to_have_count(0)
    expect(key).to_have_text("Sari datang")
    expect(rina.locator("#heard")).to_have_text("Sari datang")
    expect(key).not_to_have_attribute("aria-disabled", "true")


def test_the_next_stage_is_one_key_and_the_card_is_used_where_it_is_printed(
    office: OfficeServer, supervisor: Staff, rina: Page
) -> None:
    ticket = office.take("KTP-CETAK")

    def stage() -> tuple[str, str, list[str]]:
        seen = supervisor.get(f"/tickets/{ticket['id']}")
        return seen["state"], seen["stage"], [held["item"] for held in seen["reserved"] if held["item"] == "KTP"]

    onward = rina.locator(".onward")
    for words, after in (
        ("Lanjut ke cetak", ("waiting", "C", ["KTP"])),
        ("Lanjut ke pengambilan", ("waiting", "P", [])),
    ):
        serve(rina, ticket)
        expect(onward).to_contain_text(words)
        press(rina, "l")
        bar(rina, f"Panggil {ticket['number']}")
        assert stage() == after
    serve(rina, ticket)
    expect(onward).to_be_hidden()
    press(rina, "l")
    expect(rina.get_by_role("alert")).to_have_text("Ini tahap terakhir dari layanan ini.")


def test_a_morning_at_the_counter_needs_no_mouse(office: OfficeServer, supervisor: Staff, new_page: NewPage) -> None:
    first, second = office.take("KTP-HILANG"), office.take("IKD")
    page = sign_in(new_page("counter"), office, "Rina")
    expect(page.locator("[data-counter='1']")).to_be_focused()
    page.keyboard.press("Enter")
    call(page, first)
    press(page, "r")
    expect(page.locator("#marks")).to_contain_text("Panggilan ke-2")
    press(page, "Enter")
    bar(page, f"Selesai, panggil {second['number']}")
    press(page, "t")
    expect(page.locator("#parked")).to_be_visible()
    press(page, "p")
    page.keyboard.type(first["number"])
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    bar(page, "Mulai melayani")
    press(page, "Enter")
    bar(page, f"Selesai, panggil {second['number']}")
    press(page, "s")
    bar(page, f"Panggil {second['number']}")
    press(page, "u")
    bar(page, f"Selesai, panggil {second['number']}")
    press(page, "a")
    page.keyboard.press("Escape")
    press(page, "s")
    bar(page, f"Panggil {second['number']}")
    press(page, "i")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    bar(page, "Lanjut melayani")
    expect(page.locator("#calm")).to_contain_text("Salat, sejak")
    press(page, "Enter")
    call(page, second)
    press(page, "n")
    expect(page.locator("#done")).to_contain_text("tidak hadir")
    while not page.locator(".menu summary").evaluate("node => node === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Tutup loket")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Rina, di loket mana Anda bertugas?")
    assert (state_of(supervisor, first), state_of(supervisor, second)) == ("finished", "waiting")
