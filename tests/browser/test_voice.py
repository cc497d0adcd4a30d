"""What a hall hears: each call and recall once, in order, one at a time, and somebody is told when it hears nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from queue_server.operations import calling, office
from queue_server.storage import people
from tests.browser.lobby import Lobby, a_lobby

pytestmark = pytest.mark.browser

NewPage = Callable[[str], Page]
SAYING_SECONDS = 60.0  # for a few calls to be spoken to their ends
FRESH_SECONDS = 20
DRAWN_EVERY_MS = 250
MOVED_MS = 40_000  # the server looks every 10 s who is there, and a screen that was shown out waits 5
MOST_BEHIND = 5  # calls; a display further behind would drop them as too old

# Notes when each sound begins and when its last sample has been heard, what was told about it, and refuses on demand.
# `hurry`: plays that many times as fast, so that a long line of calls does not take its real minutes.
NOTE_SOUNDS = """
  window.sounds = [];
  window.told = [];
  var play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (window.refuses) { return Promise.reject(new DOMException('touch first', 'NotAllowedError')); }
    var sound = {address: this.src.replace(location.origin, '').split('?')[0], began: performance.now(), ended: null};
    window.sounds.push(sound);
    this.addEventListener('ended', function () { sound.ended = performance.now(); }, {once: true, capture: true});
    this.defaultPlaybackRate = this.playbackRate = window.hurry || 1;
    return play.call(this);
  };
  document.addEventListener('DOMContentLoaded', function () {
    var spoken = window.antrean.spoken;
    window.antrean.spoken = function (seq, ok, why) {
      window.told.push([seq, ok, why || '']);
      spoken(seq, ok, why);
    };
  });
"""
QUICKLY = "window.hurry = 8;"


@pytest.fixture
def lobby(sqlite_url: str, rng: random.Random) -> Iterator[Lobby]:
    with a_lobby(sqlite_url, rng) as made:
        yield made


def noting(page: Page, more: str = "") -> Page:
    page.add_init_script(NOTE_SOUNDS + more)
    return page


def told(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate("window.told")
    return found


def until_told(page: Page, calls: int) -> list[Any]:
    until(lambda: len(told(page)) >= calls)
    return told(page)


class Line:
    """Between a page and its server: it can be cut and mended."""

    def __init__(self, page: Page) -> None:
        self.open: list[WebSocketRoute] = []
        self.is_cut = False
        page.route_web_socket(re.compile("/socket.io/"), self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            route.close()
        else:
            route.connect_to_server()
            self.open.append(route)

    def cut(self) -> None:
        self.is_cut = True
        while self.open:
            self.open.pop().close()

    def mend(self) -> None:
        self.is_cut = False


def said(ticket: dict[str, Any], times: int = 1) -> str:
    return f"/audio/id/digits/{ticket['number']}/{ticket['counter']}/{times}.wav"


def one_at_a_time(page: Page) -> None:
    sounds = page.evaluate("window.sounds")
    assert all(sound["ended"] for sound in sounds)
    for before, after in zip(sounds, sounds[1:], strict=False):
        assert before["ended"] <= after["began"]


def alerts(lobby: Lobby) -> list[tuple[str, str]]:
    found = lobby.office.queries.today(lobby.office.clock).alerts
    return [(alert.kind, alert.detail) for alert in found]


def test_calls_and_a_recall_are_each_spoken_once_in_order_and_never_two_at_once(
    lobby: Lobby, new_page: NewPage
) -> None:
    page = lobby.hang(noting(new_page("tv"), QUICKLY))
    first = lobby.call(counter=3)
    second = lobby.call(counter=4)
    lobby.office.act(calling.recall, first, 3)
    answers = until_told(page, 3)
    assert [answer[1:] for answer in answers] == [[True, ""]] * 3
    assert len({answer[0] for answer in answers}) == 3
    addresses = [sound["address"] for sound in page.evaluate("window.sounds")]
    assert addresses == [said(first), said(second), said(first, times=2)]
    one_at_a_time(page)
    spoken = page.evaluate("window.sounds.map(sound => window.hurry * (sound.ended - sound.began))")
    assert min(spoken) > 5000, "to the last sample"
    page.reload()
    expect(page.locator("#number")).to_have_text(first["number"])
    assert told(page) == page.evaluate("window.sounds") == [], "a screen that is opened anew says nothing again"


def test_halls_hear_their_own_calls_alone(lobby: Lobby, new_page: NewPage) -> None:
    a = lobby.hang(noting(new_page("tv"), QUICKLY), hall="A")
    b = lobby.hang(noting(new_page("tv"), QUICKLY), hall="B")
    here, there = lobby.call(counter=3), lobby.call("IKD", counter=10)
    until_told(a, 1)
    until_told(b, 1)
    assert [sound["address"] for sound in a.evaluate("window.sounds")] == [said(here)]
    assert [sound["address"] for sound in b.evaluate("window.sounds")] == [said(there)]


def test_after_a_cut_no_call_is_spoken_twice_and_none_that_is_old(lobby: Lobby, new_page: NewPage) -> None:
    page = noting(new_page("tv"), QUICKLY)
    line = Line(page)
    lobby.hang(page)
    before = lobby.call(counter=3)
    until_told(page, 1)
    line.cut()
    old = lobby.call(counter=4)
    lobby.office.wait(seconds=FRESH_SECONDS + 1)
    fresh = lobby.call(counter=5)
    line.mend()
    until_told(page, 2)
    expect(page.locator("#recent .no", has_text=old["number"])).to_be_visible(timeout=SAYING_SECONDS * 1000)
    assert [sound["address"] for sound in page.evaluate("window.sounds")] == [said(before), said(fresh)]


def test_what_waits_too_long_for_its_turn_is_not_spoken(lobby: Lobby, new_page: NewPage) -> None:
    page, states = noting(new_page("tv"), "window.hurry = 2;"), [""]
    page.on("websocket", lambda line: line.on("framereceived", lambda frame: states.append(str(frame))))
    lobby.hang(page)
    lobby.call(counter=3)
    until(lambda: page.evaluate("window.sounds.length") == 1)
    waiting = lobby.call(counter=4)
    until(lambda: page.evaluate("true") and '"audio_url"' in states[-1] and waiting["number"] in states[-1])
    page.evaluate("() => { const now = antrean.now; antrean.now = () => now() + 21000; }")
    answers = until_told(page, 2)
    assert [answer[1:] for answer in answers] == [[True, ""], [False, "late"]]
    assert page.evaluate("window.sounds.length") == 1
    assert alerts(lobby) == []


def test_a_call_that_is_taken_back_falls_silent(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(noting(new_page("tv")))
    mistaken = lobby.call(counter=4)
    until(lambda: page.evaluate("window.sounds.length") == 1)
    lobby.office.act(calling.undo, mistaken, 4)
    assert until_told(page, 1)[0][1:] == [False, "taken_back"]
    assert page.evaluate("window.sounds[0].ended") is None


def test_a_sound_that_the_browser_refuses_is_told_to_the_room_and_once_to_the_supervisor(
    lobby: Lobby, new_page: NewPage
) -> None:
    page = noting(new_page("tv"), QUICKLY + "window.refuses = true;")
    lobby.hang(page)
    for counter in (3, 4):
        lobby.call(counter=counter)
    assert [answer[1:] for answer in until_told(page, 2)] == [[False, "refused"]] * 2
    expect(page.locator("#tick")).to_have_text("Suara layar ini belum aktif. Sentuh layar satu kali.")
    until(lambda: alerts(lobby) == [("sound_lost", "refused")])
    page.evaluate("window.refuses = false")
    page.mouse.click(900, 500)
    expect(page.locator("#tick")).not_to_have_text(re.compile("Suara layar"))
    lobby.call(counter=5)
    assert until_told(page, 3)[2][1:] == [True, ""]
    until(lambda: alerts(lobby) == [])


def test_where_the_words_cannot_be_fetched_the_chime_sounds_and_the_supervisor_knows(
    lobby: Lobby, new_page: NewPage
) -> None:
    page = noting(new_page("tv"), QUICKLY)
    page.route("**/audio/**", lambda route: route.abort())
    lobby.hang(page)
    ticket = lobby.call(counter=3)
    assert until_told(page, 1)[0][1:] == [False, "no_words"]
    sounds = page.evaluate("window.sounds")
    assert [sound["address"] for sound in sounds] == [said(ticket), "/static/chime.wav"]
    assert sounds[1]["ended"]
    until(lambda: alerts(lobby) == [("sound_lost", "no_words")])


def test_a_display_without_sound_says_so_and_plays_nothing(lobby: Lobby, new_page: NewPage) -> None:
    page = lobby.hang(noting(new_page("tv")), sound=False)
    expect(page.locator("#tick")).to_have_text("Layar ini tanpa suara.")
    lobby.call()
    expect(page.locator("#call")).to_have_class(re.compile("is-new"))
    assert page.evaluate("window.sounds") == told(page) == []


def test_a_display_whose_sound_has_moved_to_another_falls_silent_without_being_touched(
    lobby: Lobby, new_page: NewPage
) -> None:
    page = lobby.hang(noting(new_page("tv"), QUICKLY))
    expect(page.locator("#tick")).not_to_have_text("Layar ini tanpa suara.")
    door = lobby.web.house.door
    others = people.all_devices(door.database, door.site)
    lobby.web.add_device("display", hall="A", sound=True, others=[asdict(other) for other in others])
    expect(page.locator("#tick")).to_have_text("Layar ini tanpa suara.", timeout=MOVED_MS)
    ticket = lobby.call()
    expect(page.locator("#number")).to_have_text(ticket["number"])
    assert page.evaluate("window.sounds") == []


# -- for those who do not hear -----------------------------------------------------------------------------------------


def test_a_deaf_friendly_hall_sees_a_call_for_longer_and_a_frame_that_flashes_three_times(
    tmp_path: Path, rng: random.Random, new_page: NewPage
) -> None:
    with a_lobby(f"sqlite:///{tmp_path / 'seen.db'}", rng) as lobby:
        text = lobby.office.text + "\n[calls]\ndeaf_friendly = true\n"
        lobby.office.do(office.apply_office, text=text, filename="office.toml", now=True)
        page = noting(new_page("tv"), QUICKLY)
        page.emulate_media(reduced_motion="no-preference")
        lobby.hang(page)
        page.evaluate("window.later = 0; window.antrean.elapsed = () => performance.now() + window.later")
        lobby.call(counter=4)
        field, frame = page.locator("#call"), page.locator(".flash")
        expect(field).to_have_class(re.compile("is-breathing"))
        style = "node => { const s = getComputedStyle(node);"
        style += " return [s.animationName, s.animationIterationCount, s.animationDuration]; }"
        assert frame.evaluate(style) == ["flash", "3", "1.2s"], "under one flash a second, and no more than three"
        page.evaluate("window.later += 14000")
        page.wait_for_timeout(2 * DRAWN_EVERY_MS)
        expect(field).to_have_class(re.compile("is-new"))
        page.emulate_media(reduced_motion="reduce")
        assert frame.evaluate(style)[0] == "none"


# -- a whole morning ---------------------------------------------------------------------------------------------------


def morning(lobby: Lobby, new_page: NewPage, rng: random.Random, displays: int, calls: int) -> None:
    """Calls and recalls, while lines break and heal: each sounding display speaks each of them once, in order."""
    pages = [noting(new_page("tv"), "window.hurry = 16;") for _ in range(displays)]
    lines = [Line(page) for page in pages]
    for page in pages:
        lobby.hang(page)
    made: list[str] = []
    for _ in range(calls):
        for line in lines:
            if rng.random() < 0.1:
                line.cut()
        ticket = lobby.call(counter=rng.choice((3, 4, 5, 7)))
        made.append(said(ticket))
        if rng.random() < 0.2:
            lobby.office.act(calling.recall, ticket, ticket["counter"])
            made.append(said(ticket, times=2))
        for line in lines:
            line.mend()
        until(lambda: max(len(made) - len(told(page)) for page in pages) <= MOST_BEHIND)
    for page in pages:
        assert [answer[1:] for answer in until_told(page, len(made))] == [[True, ""]] * len(made)
        assert len({answer[0] for answer in told(page)}) == len(made)
        assert [sound["address"] for sound in page.evaluate("window.sounds")] == made
        one_at_a_time(page)
    assert alerts(lobby) == []


def test_three_displays_speak_each_of_twelve_calls_once_while_their_lines_break(
    lobby: Lobby, new_page: NewPage, rng: random.Random
) -> None:
    morning(lobby, new_page, rng, displays=3, calls=12)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_twenty_displays_speak_each_of_two_hundred_calls_once_while_their_lines_break(
    tmp_path: Path, new_page: NewPage, rng: random.Random
) -> None:
    with a_lobby(f"sqlite:///{tmp_path / 'morning.db'}", rng, blanks=1000) as lobby:
        morning(lobby, new_page, rng, displays=20, calls=200)


def until(happened: Callable[[], bool], seconds: float = SAYING_SECONDS) -> None:
    """For what the page and the journal tell no test; a page may not be asked to watch itself, by its own policy."""
    deadline = monotonic() + seconds
    while not happened():
        assert monotonic() < deadline
        sleep(0.05)
