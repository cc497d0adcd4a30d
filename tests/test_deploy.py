"""What starts the server and its screens with their machines: read by systemd and a shell, and really run."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

import pytest
from click.testing import CliRunner, Result
from websocket import create_connection

from queue_server.commands import antrean
from tests import services
from tests.office_server import OfficeServer, running_office

URL = "http://192.168.1.10:8080"
FLAGS = (
    "--kiosk",
    "--autoplay-policy=no-user-gesture-required",
    f"--unsafely-treat-insecure-origin-as-secure={URL}",
    "--user-data-dir=",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--noerrdialogs",
    "--disable-session-crashed-bubble",
    "--no-first-run",
)
START_SECONDS, LOOK_SECONDS = 30, 3


def deploy(*arguments: str, data_dir: str = "/var/lib/antrean") -> Result:
    return CliRunner(env={"ANTREAN_DATA_DIR": data_dir}).invoke(antrean, ["deploy", *arguments])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is written for a server and for both kinds of screen."""
    folder: Path = tmp_path_factory.mktemp("deployed")
    for what in (["server", "--user", getpass.getuser()], ["kiosk"], ["tv", "--hall", "A"]):
        done = deploy(*what, "--url", URL, "--to", str(folder))
        assert done.exit_code == 0, done.stderr
        assert all(Path(line).exists() for line in done.stdout.splitlines())
    return folder


def test_nothing_is_left_to_fill_in(written: Path) -> None:
    names = {file.name for file in written.iterdir()}
    screens = {f"antrean-{kind}.{ending}" for kind in ("kiosk", "tv") for ending in ("sh", "service", "desktop")}
    assert names == screens | {"antrean-server.service"}
    for file in written.iterdir():
        assert not re.search("@[A-Z_]+@", file.read_text())
        assert bool(file.stat().st_mode & 0o100) == (file.suffix == ".sh")
    assert f"{URL}/display/A" in (written / "antrean-tv.sh").read_text()
    unit = (written / "antrean-server.service").read_text()
    for line in (
        f"User={getpass.getuser()}",
        "ReadWritePaths=/var/lib/antrean",
        f"ANTREAN_PUBLIC_URL={URL}",
        "Restart=always",
    ):
        assert line in unit


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["kiosk", "--url", "192.168.1.10:8080"], "http://host:port"),
        (["kiosk", "--url", ""], "http://host:port"),
        (["kiosk", "--url", "http://x';reboot'"], "http://host:port"),
        (["tv", "--url", URL], "--hall"),
        (["tv", "--url", URL, "--hall", "A';reboot'"], "--hall"),
        (["server", "--url", URL, "--user", "a b"], "a b"),
    ],
)
def test_what_no_machine_could_start_is_refused_in_a_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = deploy(*arguments, "--to", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert words in done.stderr
    assert isinstance(done.exception, SystemExit)
    assert not (tmp_path / "out").exists()


def test_data_that_the_unit_would_not_see_is_refused(tmp_path: Path) -> None:
    done = deploy("server", "--url", URL, "--to", str(tmp_path), data_dir="/home/rina/antrean")
    assert (done.exit_code, "/home/rina/antrean" in done.stderr) == (1, True)


@pytest.mark.parametrize("kind", ["kiosk", "tv"])
def test_the_shell_understands_the_script(written: Path, kind: str) -> None:
    done = subprocess.run(["sh", "-n", written / f"antrean-{kind}.sh"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_understands_every_unit(written: Path, tmp_path: Path) -> None:
    analyze = which("systemd-analyze") or services.missing("systemd-analyze is missing: apt install systemd")
    programs = tmp_path / ".local" / "bin"
    programs.mkdir(parents=True)
    for script in written.glob("*.sh"):
        shutil.copy(script, programs)
    home = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    for system, units in (("--system", ["antrean-server"]), ("--user", ["antrean-kiosk", "antrean-tv"])):
        paths = [str(written / f"{unit}.service") for unit in units]
        done = subprocess.run(
            [analyze, system, "verify", *paths], env=home, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_the_browser_is_started_for_a_screen_that_nobody_looks_after(written: Path, tmp_path: Path) -> None:
    """The flags as a browser is given them: here a script stands in for it, which writes them down."""
    recorder, noted = tmp_path / "browser", tmp_path / "noted"
    recorder.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{noted}"\n')
    recorder.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHROMIUM": str(recorder)}
    script = str(written / "antrean-tv.sh")
    for first, page in (([], f"{URL}/display/A"), ([f"{URL}/pair#abc"], f"{URL}/pair#abc")):
        subprocess.run([script, *first, "--lang=id"], env=environment, check=True, timeout=START_SECONDS)
        given = noted.read_text().splitlines()
        assert given[-2:] == ["--lang=id", page]
        for flag in FLAGS:
            assert any(argument.startswith(flag) for argument in given), flag


# -- really run --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    with running_office(tmp_path_factory.mktemp("office") / "data") as server:
        yield server


class Machine:
    """A mini PC whose screen nobody sees: the script with a Chromium that has no window."""

    def __init__(self, script: Path, home: Path) -> None:
        self.script, self.port = script, services.free_port()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "CHROMIUM": services.chromium_path()}
        self.environment |= {"DEBUG_PORT": str(self.port), "LOOK_SECONDS": str(LOOK_SECONDS)}

    @contextmanager
    def on(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        command = [str(self.script), *arguments, "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += ["--host-resolver-rules=MAP kantor.test 127.0.0.1"]
        process = subprocess.Popen(command, env=self.environment, start_new_session=True)
        try:
            yield process
        finally:
            process.terminate()  # the browser writes its cookies down
            process.wait(START_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def page(self) -> dict[str, str]:
        """What the browser says of its page; empty until it is up."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json/list", timeout=5) as answer:
                pages = [one for one in json.load(answer) if one["type"] == "page"]
        except OSError:
            return {}
        return dict(pages[0]) if pages else {}

    def shows(self, address: str, title: str) -> dict[str, str]:
        deadline = time.monotonic() + START_SECONDS
        while not ((page := self.page()).get("url") == address and title in page["title"]):
            assert time.monotonic() < deadline, page
            time.sleep(0.1)
        return page


@pytest.mark.browser
@pytest.mark.faults
def test_a_screen_whose_page_stands_still_is_started_again_and_one_that_is_well_is_left_alone(
    office: OfficeServer, tmp_path: Path
) -> None:
    assert deploy("tv", "--hall", "A", "--url", office.url, "--to", str(tmp_path)).exit_code == 0
    tv = Machine(tmp_path / "antrean-tv.sh", tmp_path)
    with tv.on(f"{office.url}/pair#{office.tokens['display/A']}") as script:
        page = tv.shows(f"{office.url}/display/A", "Ruang Tunggu A")
        with pytest.raises(subprocess.TimeoutExpired):
            script.wait(7 * LOOK_SECONDS)
        asked(page, "setTimeout(function () { for (;;); })")
        assert script.wait(START_SECONDS) != 0, "systemd starts it again"


@pytest.mark.browser
@pytest.mark.faults
def test_a_kiosk_on_plain_http_is_paired_once_keeps_its_page_and_comes_up_by_itself(
    office: OfficeServer, tmp_path: Path
) -> None:
    """A whole Chromium: one without windows keeps no cookies, and does not know the flag for a secure origin."""
    whole = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))), None)
    if whole is None:
        pytest.skip("a whole Chromium is missing: apt install chromium")
    url = f"http://kantor.test:{office.port}"
    assert deploy("kiosk", "--url", url, "--to", str(tmp_path)).exit_code == 0
    kiosk = Machine(tmp_path / "antrean-kiosk.sh", tmp_path)
    kiosk.environment["CHROMIUM"] = whole
    with kiosk.on(f"{url}/pair#{office.tokens['kiosk']}"):
        page = kiosk.shows(f"{url}/kiosk", "Antrean ·")
        assert asked(page, "isSecureContext && navigator.serviceWorker.ready.then(() => true)") is True
    with kiosk.on():
        page = kiosk.shows(f"{url}/kiosk", "Antrean ·")
        assert asked(page, "document.getElementById('screen').dataset.screen") == "home"


def asked(page: dict[str, str], expression: str) -> object:
    """What the page answers."""
    line = create_connection(page["webSocketDebuggerUrl"], timeout=START_SECONDS, suppress_origin=True)
    wish = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    line.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": wish}))
    answer: object = json.loads(line.recv())["result"]["result"].get("value")
    line.close()
    return answer
