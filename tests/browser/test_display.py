"""The lobby TV in a real browser: what a hall full of people sees, from ten metres, when all goes well and when not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from queue_server.operations import calling, stock
from tests.browser.lobby import Lobby, a_lobby
from tests.browser.measures import too_faint, too_small
from tests.browser.screens import shown
from tests.office_server import OfficeServer

pytestmark = pytest.mark.browser

NewPage = Callable[[str], Page]
CONTRAST = 7
WORDS = 40  # px: read from four metres on a 55-inch panel
# What must be read from farther away, in px on 1920: capital letters of the numerals are .72 of it.
HEROES = {"#number": 364, "#counter": 216, "#recent .no": 116, "#recent .ctr": 116, "#stock-left": 136, ".count": 72}
RESTS_AFTER_SECONDS = 12
SILENCE_SECONDS = 25
BEAT = 15_000  # ms: within which a screen hears of time alone, when nothing happens

# Every line of text that can be seen, as a rectangle.
RECTANGLES = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement, range = document.createRange();
    if (!walk.currentNode.textContent.trim() || node.closest('.sr') || !node.checkVisibility()) continue;
    range.selectNodeContents(walk.currentNode);
    for (const {left, top, right, bottom} of range.getClientRects())
      found.push({text: walk.currentNode.textContent, left, top, right, bottom});
  }
  return found;
}"""

# Notes every number that the call field has shown, and for how long.
NOTE_NUMBERS = """
  window.shown = [];
  document.addEventListener('DOMContentLoaded', function () {
    var field = document.getElementById('call');
    new MutationObserver(function () {
      var number = field.classList.contains('is-new') ? document.getElementById('number').textContent : '';
      var last = window.shown[window.shown.length - 1];
      if (!last || last.number !== number) { window.shown.push({number: number, at: performance.now()}); }
    }).observe(field, {subtree: true, childList: true, characterData: true, attributes: true});
  });
"""
# Lets a test move the clock by which the screen knows how long something has stood.
LATER = "window.later = 0; window.antrean.elapsed = () => performance.now() + window.later"


@pytest.fixture
def lobby(sqlite_url: str, rng: random.Random) -> Iterator[Lobby]:
    with a_lobby(sqlite_url, rng) as made:
        yield made


def size_of(page: Page, selector: str) -> float:
    size: float = page.locator(selector).first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    return size


def letters(page: Page) -> list[tuple[str, float, float, float, float]]:
    """Each line of text and the edges of its letters: a line's box is wider and higher than they are."""
    found = []
    for line in page.evaluate(RECTANGLES):
        high = line["bottom"] - line["top"]
        side, spare = high * 0.025, high * 0.18
        edges = line["left"] + side, line["top"] + spare, line["right"] - side, line["bottom"] - spare
        found.append((line["text"], *edges))
    return found


def cut_at_the_edge(page: Page, safe: float = 0.025) -> list[str]:
    """What stands in the outer 2.5 %, which a TV of old cuts away, or outside the screen."""
    size = page.viewport_size
    assert size
    wide, high = size["width"] * safe, size["height"] * safe
    return [
        text
        for text, left, top, right, bottom in letters(page)
        if left < wide or right > size["width"] - wide or top < high or bottom > size["height"] - high
    ]


def overlapping(page: Page) -> list[str]:
    """Pairs of texts that cover each other."""
    lines = letters(page)
    return [
        f"{one[0]} / {other[0]}"
        for place, one in enumerate(lines)
        for other in lines[place + 1 :]
        if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
    ]


def all_is_legible(page: Page) -> None:
    assert too_small(page, WORDS) == []
    assert too_faint(page, CONTRAST) == []
    assert cut_at_the_edge(page) == []
    assert overlapping(page) == []


def fill(lobby: Lobby) -> None:
    """Six have been called, some wait: the screen as it is on most days."""
    for counter in (5, 4, 3, 7, 5, 4):
        lobby.call(counter=counter)
    for service in ("KTP-CETAK",) * 34 + ("KK-BARU",) * 11 + ("AMBIL",) * 2:
        lobby.office.take(service)


# -- a call -----------------------------------------------------------------------------------------------------------


def test_a_call_is_turmeric_for_twelve_seconds_and_then_rests_where_it_stands(lobby: Lobby, new_page: NewPage) -> None:
    fill(lobby)
    page = lobby.hang(new_page("tv"))
    ticket = lobby.call(counter=4)
    field, number = page.locator("#call"), page.locator("#number")
    expect(field).to_have_class(re.compile("is-new"))
    began = monotonic()
    expect(number).to_have_text(ticket["number"])
    expect(page.locator("#counter")).to_have_text("4")
    place = number.bounding_box()
    for selector, size in HEROES.items():
        assert size_of(page, selector) >= size, selector
    assert field.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 199, 58)"
    expect(field).not_to_have_class(re.compile("is-new"), timeout=(RESTS_AFTER_SECONDS + 20) * 1000)
    assert monotonic() - began > RESTS_AFTER_SECONDS - 2
    expect(number).to_have_text(ticket["number"])
    assert number.bounding_box() == place
    all_is_legible(page)


@pytest.mark.parametrize("query", ["", "?malam=1", "?lang=en"])
def test_the_board_is_legible_by_day_and_by_night_in_both_languages(
    lobby: Lobby, new_page: NewPage, query: str
) -> None:
    fill(lobby)
    page = lobby.hang(new_page("tv"), query=query)
    expect(page.locator("#recent li:visible")).to_have_count(5)
    all_is_legible(page)
    lobby.call(counter=4)
    expect(page.locator("#call")).to_have_class(re.compile("is-new"))
    page.locator("#call").evaluate("node => node.classList.remove('is-breathing')")
    all_is_legible(page)
    assert shown(page, "display-night" if "malam" in query else "display-called", "en" if "en" in query else "id") == []


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (3840, 2160)])
def test_a_small_and_a_large_panel_look_alike(lobby: Lobby, new_page: NewPage, width: int, height: int) -> None:
    fill(lobby)
    page = new_page("tv")
    page.set_viewport_size({"width": width, "height": height})
    lobby.hang(page)
    expect(page.locator("#recent li:visible")).to_have_count(5)
    for selector, size in HEROES.items():
        assert size_of(page, selector) == pytest.approx(size * width / 1920, rel=0.01), selector
    assert cut_at_the_edge(page) == overlapping(page) == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight") is True


def test_calls_in_quick_succession_are_shown_one_after_the_other(lobby: Lobby, new_page: NewPage) -> None:
    page = new_page("tv")
    page.add_init_script(NOTE_NUMBERS)
    lobby.hang(page)
    called = [lobby.call(counter=counter)["number"] for counter in (3, 4, 5, 7)]
    expect(page.locator("#number")).to_have_text(called[-1], timeout=30_000)
    expect(page.locator("#call")).not_to_have_class(re.compile("is-new"), timeout=30_000)
    shown = [moment for moment in page.evaluate("window.shown") if moment["number"]]
    assert [moment["number"] for moment in shown] == called
    turns = [after["at"] - before["at"] for before, after in zip(shown, shown[1:], strict=False)]
    assert min(turns) >= 1500
    earlier = page.locator("#recent .no").all_inner_texts()
    assert earlier[:3] == called[2::-1]


def test_a_number_that_waits_for_its_turn_is_not_yet_among_the_earlier_ones(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(new_page("tv"))
    first, second = lobby.call(counter=3), lobby.call(counter=4)
    expect(page.locator("#number")).to_have_text(first["number"])
    expect(page.locator("#recent .no", has_text=second["number"])).to_be_hidden()
    expect(page.locator("#number")).to_have_text(second["number"], timeout=10_000)
    expect(page.locator("#recent .no").first).to_have_text(first["number"])


@pytest.mark.parametrize(("recalls", "words"), [(1, "Panggilan ke-2"), (2, "Panggilan terakhir")])
def test_a_recall_says_which_one_it_is(lobby: Lobby, new_page: NewPage, recalls: int, words: str) -> None:
    page = lobby.hang(new_page("tv"))
    ticket = lobby.call()
    for _ in range(recalls):
        lobby.office.act(calling.recall, ticket, 3)
    expect(page.locator("#again")).to_have_text(words, timeout=15_000)
    expect(page.locator("#recent li:visible")).to_have_count(0)
    all_is_legible(page)
    assert recalls > 1 or shown(page, "display-recall") == []


def test_a_call_that_the_clerk_takes_back_leaves_the_screen_at_once(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(new_page("tv"))
    first = lobby.call(counter=3)
    expect(page.locator("#number")).to_have_text(first["number"])
    mistaken, waiting = lobby.call(counter=4), lobby.call(counter=5)
    expect(page.locator("#number")).to_have_text(mistaken["number"], timeout=15_000)
    lobby.office.act(calling.undo, waiting, 5)
    lobby.office.act(calling.undo, mistaken, 4)
    expect(page.locator("#number")).to_have_text(first["number"], timeout=2_000)
    expect(page.locator("#recent li:visible")).to_have_count(0)


def test_a_priority_call_looks_like_every_other(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(new_page("tv"))
    lobby.office.take("KTP-CETAK", priority=True)
    ticket = lobby.office.call(3)
    assert ticket
    expect(page.locator("#number")).to_have_text(ticket["number"])
    assert page.locator("#called").inner_text().split() == ["Nomor", "antrean", ticket["number"], "Loket", "3"]


def test_four_digits_fit(lobby: Lobby, new_page: NewPage) -> None:
    lobby.call(counter=5)
    with lobby.office.database.writing() as connection:  # a thousand tickets would take their time
        connection.exec_driver_sql("UPDATE sequences SET last_number = 1000")
    lobby.office.power_cut()
    page = lobby.hang(new_page("tv"))
    for counter in (3, 7):
        ticket = lobby.call(counter=counter)
        expect(page.locator("#number")).to_have_text(ticket["number"], timeout=15_000)
    assert ticket["number"] == "A-1002"
    expect(page.locator("#recent .no").first).to_have_text("A-1001")
    expect(page.locator("#call")).not_to_have_class(re.compile("is-new"), timeout=20_000)
    all_is_legible(page)


def test_a_call_without_motion_for_those_who_asked_for_none(lobby: Lobby, new_page: NewPage) -> None:
    page = new_page("tv")
    page.emulate_media(reduced_motion="no-preference")
    lobby.hang(page)
    lobby.call()
    expect(page.locator("#call")).to_have_class(re.compile("is-breathing"))
    name = "node => getComputedStyle(node).animationName"
    assert page.locator("#number").evaluate(name) == "breathe"
    page.emulate_media(reduced_motion="reduce")
    assert page.locator("#number").evaluate(name) == "none"


# -- the day ----------------------------------------------------------------------------------------------------------


def test_before_the_first_call_the_field_says_so(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(new_page("tv"))
    expect(page.locator("#still")).to_have_text("Belum ada panggilan")
    expect(page.locator("#call")).to_have_class(re.compile("is-resting"))
    all_is_legible(page)
    assert shown(page, "display-before-the-first-call") == []


def test_a_closed_office_says_when_it_opens_again_and_the_clock_goes_on(lobby: Lobby, new_page: NewPage) -> None:
    lobby.call()
    page = lobby.hang(new_page("tv"))
    expect(page.locator("#called")).to_be_visible()
    lobby.serve()
    lobby.office.at("2026-11-23 16.30")
    expect(page.locator("#still-head")).to_have_text("Tutup")
    expect(page.locator("#still-more")).to_have_text("Buka lagi Selasa 07.30 WIB")
    expect(page.locator("#clock")).to_have_text("16.30")
    expect(page.locator("#date")).to_have_text("Senin, 23 November 2026")
    expect(page.locator("#recent li:visible")).to_have_count(0)
    all_is_legible(page)
    assert shown(page, "display-closed") == []


def test_an_office_that_opens_today_says_at_what_hour(tmp_path: Path, rng: random.Random, new_page: NewPage) -> None:
    with a_lobby(f"sqlite:///{tmp_path / 'early.db'}", rng) as lobby:
        lobby.office.at("2026-11-23 17.00")
        lobby.office.at("2026-11-24 06.45")
        page = lobby.hang(new_page("tv"))
        expect(page.locator("#still")).to_contain_text("Buka pukul 07.30 WIB")
        all_is_legible(page)


def test_a_break_stands_over_the_waiting_list_and_in_the_ticker(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(new_page("tv"))
    lobby.office.at("2026-11-23 12.10")
    expect(page.locator("#wait-head")).to_have_text("Istirahat sampai 13.00. Nomor tetap bisa diambil.", timeout=BEAT)
    assert "Istirahat pukul 12.00–13.00" in the_whole_ticker(page)
    all_is_legible(page)


def test_what_is_suspended_is_told_in_the_supervisors_words_and_no_line_is_cut(lobby: Lobby, new_page: NewPage) -> None:
    words = "jaringan SIAK pusat terputus sejak pukul 09.10, perekaman dan pencetakan berhenti sampai tersambung lagi"
    for service in lobby.office.catalogue.services_of_group["B"]:
        lobby.office.do(stock.suspend, service=service.code, reason=words)
    page = lobby.hang(new_page("tv"))
    expect(page.locator("#wait li", has_text="Keluarga").locator(".why")).to_have_text("jeda")
    assert words in f"{(line := the_whole_ticker(page))} {line}"
    all_is_legible(page)
    assert shown(page, "display-suspended") == []


def test_one_reason_is_one_line_however_many_services_it_stops(lobby: Lobby, new_page: NewPage) -> None:
    stopped = [*lobby.office.catalogue.services_of_group["A"], *lobby.office.catalogue.services_of_group["B"]]
    for service in [*(service.code for service in stopped), "IKD"]:
        lobby.office.do(stock.suspend, service=service, reason="Jaringan ke pusat terputus")
    page = lobby.hang(new_page("tv"))
    first = "KTP-el, Kartu Keluarga, KTP di ponsel (IKD): Jaringan ke pusat terputus"
    expect(page.locator("#tick")).to_have_text(first)
    assert the_whole_ticker(page).count("Jaringan") == 1


@pytest.mark.parametrize("hall", ["A", "B"])
def test_a_count_stands_nearest_to_its_own_name(lobby: Lobby, new_page: NewPage, hall: str) -> None:
    fill(lobby)
    page = lobby.hang(new_page("tv"), hall=hall)
    expect(page.locator("#wait li:visible")).not_to_have_count(0)
    beside: list[tuple[str, float, float]] = page.evaluate("""() => {
      const rows = [...document.querySelectorAll('#wait li:not([hidden])')].map((row) => ({
        top: row.getBoundingClientRect().top, name: row.querySelector('.name').getBoundingClientRect(),
        count: row.querySelector('.count').getBoundingClientRect(), words: row.innerText}));
      return rows.slice(1).map((next, place) => [rows[place], next]).filter(([row, next]) => row.top === next.top)
        .map(([row, next]) => [row.words, row.count.left - row.name.right, next.name.left - row.count.right]);
    }""")
    assert beside
    assert [words for words, own, other in beside if own >= other] == []


def test_what_is_sold_out_is_crossed_out_and_named(lobby: Lobby, new_page: NewPage) -> None:
    lobby.office.enter("KIA", "lose", lobby.office.stock("KIA").on_hand)
    page = lobby.hang(new_page("tv"), hall="B")
    row = page.locator("#wait li", has_text="KIA")
    expect(row.locator(".why")).to_have_text("habis")
    expect(row.locator("svg")).to_be_visible()
    all_is_legible(page)
    assert shown(page, "display-sold-out") == []


def test_the_last_blank_is_a_nought(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(new_page("tv"))
    before = page.locator("#stock-left").inner_text()
    assert page.locator(".of").inner_text().split("\n")[0] == f"tersisa dari {before}"
    lobby.office.enter("KTP", "lose", lobby.office.stock().on_hand)
    expect(page.locator("#stock-left")).to_have_text("0")
    assert page.locator("#stock-bar").get_attribute("width") == "0"


def test_every_group_of_a_hall_fits_with_long_names_and_long_lines(
    tmp_path: Path, rng: random.Random, new_page: NewPage
) -> None:
    with a_lobby(f"sqlite:///{tmp_path / 'full.db'}", rng) as lobby:
        services = lobby.office.catalogue.services_of_group
        for prefix in services:
            for _ in range(11):
                lobby.office.take(services[prefix][0].code)
        page = lobby.hang(new_page("tv"), hall="B")
        expect(page.locator("#wait li:visible")).to_have_count(6)
        all_is_legible(page)
        every = new_page("tv")
        _, token = lobby.web.add_device("display", sound=True)
        every.context.add_cookies([{"name": "antrean_display", "value": token, "url": lobby.url}])
        every.goto(f"{lobby.url}/display/semua")
        expect(every.locator("#wait li:visible")).to_have_count(9)
        all_is_legible(every)


def the_whole_ticker(page: Page) -> str:
    """Every line that the ticker shows, one after the other, until one comes again; its 12 s are not waited for.

    It begins anywhere among them: the lines that were broken before the typeface was there are not read.
    """
    page.evaluate("document.fonts.ready")
    page.evaluate(LATER)
    lines: list[str] = []
    shown = page.locator("#tick").inner_text()
    while True:
        page.evaluate("window.later += 12000")
        expect(page.locator("#tick")).not_to_have_text(lines[-1] if lines else shown)
        assert page.locator("#tick").evaluate("line => line.scrollWidth <= line.clientWidth")
        if (line := page.locator("#tick").inner_text()) in lines:
            return " ".join(lines)
        lines.append(line)


# -- time, and a screen that hangs for years --------------------------------------------------------------------------


def test_the_clock_is_the_servers_and_not_the_tvs(lobby: Lobby, new_page: NewPage) -> None:
    page = new_page("tv")
    page.add_init_script("Date.now = function () { return 0; };")
    lobby.hang(page)
    expect(page.locator("#clock")).to_have_text("09.43")
    lobby.office.at("2026-11-23 10.05")
    expect(page.locator("#clock")).to_have_text("10.05", timeout=BEAT)


def test_what_stands_still_moves_a_little_so_that_nothing_burns_in(lobby: Lobby, new_page: NewPage) -> None:
    page = new_page("tv")
    lobby.hang(page)
    page.evaluate(LATER)
    words, field, places = page.locator("#still-head"), page.locator("#call"), []
    for step in ("is-resting", "shift-1", "shift-2", "shift-3"):
        expect(field).to_have_class(re.compile(step))
        box = words.bounding_box()
        assert box
        places.append((box["x"], box["y"]))
        page.evaluate("window.later += window.later ? 300000 : 61000")
    across, down = zip(*places, strict=True)
    assert len(set(places)) == len(places)
    assert max(across) - min(across) <= 8
    assert max(down) - min(down) <= 8


# -- cut off ----------------------------------------------------------------------------------------------------------


def test_a_server_that_dies_is_told_after_25_seconds_and_the_screen_heals_by_itself(
    office: OfficeServer, clerks: dict[str, Any], new_page: NewPage
) -> None:
    rina = clerks["Rina"]
    rina.post("/counters/3/open")
    first = office.take()["number"]
    page = new_page("tv")
    page.goto(f"{office.url}/pair#{office.tokens['display/A']}")
    page.wait_for_url("**/display/A")
    page.locator("#on").wait_for(state="visible")
    page.evaluate("window.neverReloaded = true")
    page.evaluate("Promise.all([...document.fonts].map((face) => face.loaded)).then(() => true)")
    rina.post("/counters/3/call-next")
    expect(page.locator("#number")).to_have_text(first)

    office.kill()
    began = monotonic()
    expect(page.locator("#cut")).to_be_visible(timeout=(SILENCE_SECONDS + 30) * 1000)
    assert monotonic() - began > SILENCE_SECONDS - 12, "a beat may have come shortly before"
    expect(page.locator("#live")).to_be_hidden()
    expect(page.locator("#off-since")).to_have_text(re.compile(r"Terputus sejak \d\d\.\d\d WIB"))
    expect(page.locator("#old .no:visible")).to_have_text([first])
    turmeric = "[...document.querySelectorAll('*')].filter((n) => n.checkVisibility() && "
    turmeric += "getComputedStyle(n).backgroundColor === 'rgb(255, 199, 58)').length"
    assert page.evaluate(turmeric) == 0
    all_is_legible(page)
    assert shown(page, "display-cut-off") == []

    office.start()
    expect(page.locator("#live")).to_be_visible(timeout=20_000)
    expect(page.locator("#on")).to_be_visible()
    assert page.evaluate("window.neverReloaded") is True
    rina.post(f"/tickets/{rina.get('/queue?counter=3')['board']['ticket']['id']}/start")
    fresh = new_page("tv")
    fresh.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    fresh.goto(page.url)
    expect(fresh.locator("#number")).to_have_text(first)
    for part in ("#called", "#recent", "#wait", "#stock-left", "#hall"):
        assert page.locator(part).inner_text() == fresh.locator(part).inner_text()


def test_a_tv_whose_token_was_taken_away_says_that_it_is_not_paired(lobby: Lobby, new_page: NewPage) -> None:
    page = new_page("tv")
    page.goto(f"{lobby.url}/display/A")
    expect(page.locator("body")).to_contain_text("belum dipasangkan")
