"""The stream as screens meet it: a running server, real tokens and cookies, a line that can be cut."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
import websocket

from queue_server.stream.sockets import LONGEST_MESSAGE, PING_SECONDS, RECHECK_SECONDS
from tests import services
from tests.office_server import OfficeServer, Staff, running_office
from tests.stream.screen import Refused, Screen

LOBBY = "lobby:A"
HALL_A_COUNTER = 3


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    with running_office(tmp_path_factory.mktemp("sockets") / "office") as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office_of_each_kind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OfficeServer]:
    """A running office, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("office")
        return
    data_dir = tmp_path_factory.mktemp("postgresql") / "office"
    with (
        services.postgres_database(request.getfixturevalue("postgres_server")) as url,
        running_office(data_dir, url) as server,
    ):
        yield server


def at_counter(office: OfficeServer, name: str = "Rina", counter: int = HALL_A_COUNTER) -> Staff:
    clerk = office.sign_in(name)
    clerk.ask(f"/counters/{counter}/open")
    return clerk


def call(office: OfficeServer, clerk: Staff, counter: int = HALL_A_COUNTER) -> int:
    """Somebody takes a number, is called and served: the call's number in the journal."""
    office.take()
    called = clerk.post(f"/counters/{counter}/call-next")
    for verb in ("start", "finish"):
        clerk.post(f"/tickets/{called['id']}/{verb}", {"outcome": "done"} if verb == "finish" else {})
    seq: int = called["seq"]
    return seq


def figures(office: OfficeServer) -> dict[str, int]:
    text = office.ask("GET", "/metrics")[1]
    return {name: int(value) for name, value in re.findall(r"^antrean_(\w+) (\d+)$", text, re.MULTILINE)}


# -- who may see what -------------------------------------------------------------------------------------------------


def test_who_has_no_token_is_turned_away(office: OfficeServer) -> None:
    for headers in ({}, {"Authorization": "Bearer " + "0" * 32}, {"Cookie": "antrean_display=" + "0" * 32}):
        with pytest.raises(Refused, match="not_signed_in"):
            Screen(office, headers)


def test_a_display_sees_its_own_hall_and_nothing_else(office: OfficeServer) -> None:
    screen = Screen(office, {"Cookie": f"antrean_display={office.tokens['display/A']}"})
    shown = screen.watch(LOBBY)
    assert (shown["board"]["hall_name"], shown["sound"]) == ("Ruang Tunggu A", True)
    for topic in ("lobby:B", "lobby:semua", "lobby:X", "counter:1", "office"):
        assert screen.watch(topic) == {"code": "not_allowed"}
    screen.close()


def test_a_display_without_a_hall_sees_every_hall(office: OfficeServer) -> None:
    token = office.antrean("device", "add", "--kind", "display", "--name", "keliling").strip()
    screen = Screen(office, {"Authorization": f"Bearer {token}"})
    assert {screen.watch(f"lobby:{hall}")["board"]["hall"] for hall in ("A", "B", "semua")} == {"A", "B", "semua"}
    assert screen.watch("lobby:X") == {"code": "not_found"}
    screen.close()


def test_a_kiosk_sees_the_office_and_no_hall(office: OfficeServer) -> None:
    screen = Screen(office, office.bearer("kiosk"))
    assert "services" in screen.watch("office")["board"]
    assert screen.watch(LOBBY) == screen.watch("counter:1") == {"code": "not_allowed"}
    screen.close()


def test_a_clerk_sees_counters_and_the_clerk_of_each_by_name(office: OfficeServer) -> None:
    clerk = at_counter(office)
    screen = Screen(office, {"Cookie": clerk.cookie})
    assert screen.watch(f"counter:{HALL_A_COUNTER}")["board"]["clerk_name"] == "Rina"
    assert screen.watch("counter:99") == {"code": "not_found"}
    assert "code" not in screen.watch("office") | screen.watch(LOBBY)
    screen.close()


def test_the_stock_desk_sees_no_counter(office: OfficeServer) -> None:
    screen = Screen(office, {"Cookie": office.sign_in("Budi").cookie})
    assert screen.watch("counter:1") == {"code": "not_allowed"}
    assert "code" not in screen.watch("office")
    screen.close()


def test_one_browser_may_be_kiosk_display_and_staff_in_its_tabs(office: OfficeServer) -> None:
    cookies = [f"antrean_{name.split('/')[0]}={office.tokens[name]}" for name in ("kiosk", "display/A")]
    screen = Screen(office, {"Cookie": "; ".join([*cookies, office.sign_in("Agus").cookie])})
    for topic in (LOBBY, "office", "counter:1"):
        assert "board" in screen.watch(topic)
    screen.close()


def test_a_device_that_watches_is_here_with_the_version_of_its_page(office: OfficeServer) -> None:
    sari = office.sign_in("Sari")

    def known() -> dict[str, tuple[bool, str, bool]]:
        devices = sari.get("/devices")["devices"]
        return {d["name"]: (d["last_seen"] is not None, d["version"], d["outdated"]) for d in devices}

    token = office.antrean("device", "add", "--kind", "kiosk", "--name", "Kios stream").strip()
    screen = Screen(office, {"Authorization": f"Bearer {token}"})
    assert known()["Kios stream"] == (False, "", False), "connected, and watching nothing"
    screen.watch("office", screen="kiosk", version="0.0.9")
    assert known()["Kios stream"] == (True, "0.0.9", True)
    screen.watch("office", screen="kiosk", version="x" * 50)
    assert known()["Kios stream"] == (True, "0.0.9", True)
    screen.close()


def test_a_supervisors_tab_is_no_kiosk(office: OfficeServer) -> None:
    """One browser may have a kiosk's cookie too; its supervisor's page alone does not make the kiosk be here."""
    sari = office.sign_in("Sari")
    token = office.antrean("device", "add", "--kind", "kiosk", "--name", "Kios diam").strip()

    def here() -> bool:
        return any(d["name"] == "Kios diam" and d["last_seen"] for d in sari.get("/devices")["devices"])

    tab = Screen(office, {"Cookie": f"{sari.cookie}; antrean_kiosk={token}"})
    tab.watch("office")
    assert not here()
    tab.watch("office", screen="kiosk", version="")
    assert here()
    tab.close()


def test_no_page_of_another_origin_connects(office: OfficeServer) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
        Screen(office, office.bearer("display/A") | {"Origin": "http://example.com"})


# -- who must go ------------------------------------------------------------------------------------------------------


def test_who_is_revoked_or_signs_out_or_never_says_who_he_is_is_shown_out(office: OfficeServer) -> None:
    token = office.antrean("device", "add", "--kind", "display", "--name", "hilang").strip()
    lost = Screen(office, {"Authorization": f"Bearer {token}"})
    lost.watch(LOBBY)
    agus = office.sign_in("Agus")
    gone = Screen(office, {"Cookie": agus.cookie})
    gone.watch("office")
    address = f"ws://127.0.0.1:{office.port}/socket.io/?EIO=4&transport=websocket"
    stranger = websocket.create_connection(address, timeout=4 * RECHECK_SECONDS + 30)

    device = next(line for line in office.antrean("device", "list").splitlines() if "hilang" in line).split()[0]
    office.antrean("device", "revoke", device)
    assert office.ask("DELETE", "/api/v1/session", headers=agus.headers)[0] in (200, 204)
    for screen in (lost, gone):
        screen.until(lambda shown=screen: not shown.open, seconds=RECHECK_SECONDS + 30)  # type: ignore[misc]
    with pytest.raises(Refused, match="not_signed_in"):
        Screen(office, {"Authorization": f"Bearer {token}"})
    while stranger.recv() not in ("", "1"):
        pass  # greeting and pings


# -- what is said -----------------------------------------------------------------------------------------------------


def test_a_malformed_wish_is_refused_and_the_screen_goes_on(office: OfficeServer) -> None:
    screen = Screen(office, office.bearer("display/A"))
    wishes: list[object] = [None, 3, "lobby:A", [], {}, {"topic": 3}, {"topic": "lobby:"}, {"topic": "counter:x"}]
    wishes += [{"topic": LOBBY, "since": since} for since in (-1, "0", 1.5, True)]
    wishes += [{"topic": topic} for topic in ("lobby:\ud800", "lobby:A\0", "counter:²")]
    assert [screen.say("watch", wish) for wish in wishes] == [{"code": "invalid"}] * len(wishes)
    assert screen.say("watch") == screen.say("watch", {"topic": LOBBY}, {}) == {"code": "invalid"}
    assert "board" in screen.watch(LOBBY)
    screen.close()


@pytest.mark.parametrize("wish", [{"topic": LOBBY, "since": 10**26}, {"topic": "lobby:\ud800", "since": 1}])
def test_no_screen_ends_the_server_by_asking_for_what_no_database_holds(
    office_of_each_kind: OfficeServer, wish: dict[str, object]
) -> None:
    office = office_of_each_kind
    clerk = Screen(office, {"Cookie": office.sign_in("Rina").cookie})  # staff may watch any hall that there might be
    assert clerk.say("watch", wish) == {"code": "invalid"}
    assert "board" in clerk.watch(LOBBY)
    assert office.process.poll() is None
    clerk.close()


def test_a_display_says_whether_a_call_was_heard(office: OfficeServer) -> None:
    before = figures(office)
    screen = Screen(office, office.bearer("display/A"))
    assert screen.say("spoken", {"seq": 5, "ok": True}) == {}
    assert screen.say("spoken", {"seq": 6, "ok": False, "why": "NotAllowedError"}) == {}
    assert screen.say("spoken", {"seq": 7}) == {"code": "invalid"}
    after = figures(office)
    assert after["calls_spoken"] - before["calls_spoken"] == 1
    assert after["calls_not_spoken"] - before["calls_not_spoken"] == 1
    screen.close()


NONSENSE = [
    "", "9", "x", "4", "49", "4" + "[" * 3000, "42", "42{}", "42[]", "42[1]", '42["connect"]', '42["disconnect"]',
    "43", '4312["x"]', "44{}", '451-["x"]', "451-[]", "40{", "40/x,", "41/x,", "42" + "9" * 200 + "[]", "2probe", "5",
    "1", b"\x04hello", "b4AAAA", '42["watch",{"topic":"\\ud800"}]',
]  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda text: repr(text)[:20])
@pytest.mark.parametrize("paired", [True, False], ids=["paired", "stranger"])
def test_nonsense_harms_nobody_but_its_sender(office: OfficeServer, nonsense: str | bytes, paired: bool) -> None:
    """The server's log is read for traces when the office closes."""
    address = f"ws://127.0.0.1:{office.port}/socket.io/?EIO=4&transport=websocket"
    header = [f"Authorization: Bearer {office.tokens['display/A']}"] if paired else []
    socket = websocket.create_connection(address, header=header, timeout=30)
    socket.recv()
    if paired:
        socket.send("40")
        socket.recv()
    opcode = websocket.ABNF.OPCODE_BINARY if isinstance(nonsense, bytes) else websocket.ABNF.OPCODE_TEXT
    socket.send(nonsense, opcode)
    socket.close()
    assert office.ask("GET", "/health")[0] == 200


def test_a_message_that_is_too_long_ends_the_line(office: OfficeServer) -> None:
    screen = Screen(office, office.bearer("display/A"))
    screen.socket.send("42" + "x" * LONGEST_MESSAGE)
    screen.until(lambda: not screen.open)


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_what_is_no_websocket_is_refused_in_json(office: OfficeServer, method: str) -> None:
    for headers in ({}, {"Upgrade": "websocket"}, {"Upgrade": "websocket", "Connection": "upgrade"}):
        status, answer = office.ask(method, "/socket.io/?EIO=4&transport=websocket", headers=headers)
        assert (status, answer["code"]) == (400, "invalid")


# -- calls ------------------------------------------------------------------------------------------------------------


def test_a_quiet_office_is_heard_every_ten_seconds(office: OfficeServer) -> None:
    screen = Screen(office, office.bearer("display/A"))
    screen.watch(LOBBY)
    screen.until(lambda: bool(screen.states) and screen.pings > 0, seconds=PING_SECONDS + 20)
    assert "call" not in screen.states[-1]
    screen.close()


def test_a_tv_whose_line_breaks_again_and_again_misses_no_call_and_hears_none_twice(
    office_of_each_kind: OfficeServer,
) -> None:
    office = office_of_each_kind
    clerk = at_counter(office)
    made: list[int] = []
    calling = threading.Thread(target=lambda: made.extend(call(office, clerk) for _ in range(20)))
    screen = Screen(office, office.bearer("display/A"))
    state = screen.watch(LOBBY)
    told, since = [], state["seq"]
    calling.start()
    while calling.is_alive():
        screen.listen(0.15)
        told += screen.told
        since = ([state, *screen.states])[-1]["seq"]
        screen.close()
        screen = Screen(office, office.bearer("display/A"))
        state = screen.watch(LOBBY, since=since)
    screen.until(lambda: [*told, *screen.told][-1] == made[-1])
    assert [*told, *screen.told] == made
    screen.close()


def test_what_another_program_enters_is_seen_within_seconds(office_of_each_kind: OfficeServer) -> None:
    office = office_of_each_kind
    screen = Screen(office, office.bearer("display/A"))
    stock = screen.watch(LOBBY)["board"]["stock"]
    office.antrean("stock", "receive", "KTP", "40", "--reference", "BAST-1")
    screen.until(
        lambda: bool(screen.states) and screen.states[-1]["board"]["stock"]["on_hand"] == stock["on_hand"] + 40
    )
    screen.close()
