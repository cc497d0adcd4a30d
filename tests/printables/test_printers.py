"""Printers as they are in offices: healthy, mute, switched off, hung, without paper, shared by two kiosks."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from printables import escpos, printers
from printables.printers import PrinterQueues, PrintResult, parse
from queue_server.domain.errors import Invalid
from tests.printables.network import (
    ASKED_PAPER,
    WELL,
    Behaviour,
    cover_open,
    healthy,
    hung_printer,
    little_paper,
    mute,
    network_printer,
    out_of_paper,
    out_of_paper_at_the_end,
    switched_offline,
    talking_nonsense,
)
from tests.printables.slips import TICKET
from tests.services import free_port

SLIP, NEXT_SLIP = escpos.slip(TICKET, 80), escpos.slip(replace(TICKET, number="A-088"), 80)
MORE_THAN_BUFFERS_HOLD = b"x" * 32_000_000


@pytest.fixture
def queues() -> Iterator[PrinterQueues]:
    queues = PrinterQueues()
    yield queues
    queues.close()


# -- one slip ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [healthy, mute, talking_nonsense])
def test_a_printer_prints_whether_it_answers_questions_or_not(behaviour: Behaviour) -> None:
    with network_printer(behaviour) as printer:
        assert parse(printer.setting).send(SLIP) == PrintResult(True)
        assert printer.slips.get(timeout=30) == SLIP


@pytest.mark.parametrize(("behaviour", "why"), [(out_of_paper, "paper_out"), (cover_open, "cover_open")])
def test_a_printer_that_cannot_print_is_not_given_the_slip(behaviour: Behaviour, why: str) -> None:
    with network_printer(behaviour) as printer:
        assert parse(printer.setting).send(SLIP) == PrintResult(False, why)
        assert printer.slips.get(timeout=30) == b"", "or it would come out when paper is put in, for somebody else"


def test_a_slip_that_the_paper_did_not_last_for_is_not_printed() -> None:
    with network_printer(out_of_paper_at_the_end) as printer:
        assert parse(printer.setting).send(SLIP) == PrintResult(False, "paper_out")


def test_a_late_answer_does_not_cost_the_slip() -> None:
    """Closing a connection over bytes that were not read resets it, and what the other end has not read is lost."""
    read_on = threading.Event()

    def slow_to_answer(line: socket.socket, taken: bytearray) -> None:
        taken += line.recv(len(ASKED_PAPER))
        taken += line.recv(1)  # the slip has begun
        line.sendall(WELL)
        read_on.wait(timeout=30)
        mute(line, taken)

    with network_printer(slow_to_answer) as printer:
        assert parse(printer.setting).send(SLIP) == PrintResult(True)
        read_on.set()
        assert printer.slips.get(timeout=30) == SLIP


def test_a_printer_that_is_switched_off_is_an_answer_and_no_error() -> None:
    assert parse(f"tcp://127.0.0.1:{free_port()}").send(SLIP) == PrintResult(False, "unreachable")


def test_a_printer_with_an_unknown_name_is_an_answer_and_no_error() -> None:
    assert parse("tcp://printer.invalid").send(SLIP) == PrintResult(False, "unreachable")


def test_a_printer_that_hangs_is_given_up_in_time() -> None:
    with hung_printer() as (setting, _):
        started = monotonic()
        assert parse(setting).send(MORE_THAN_BUFFERS_HOLD, seconds=1) == PrintResult(False, "too_slow")
        assert 0.9 < monotonic() - started < 4


def test_a_printer_that_hangs_up_in_the_middle_is_an_answer_and_no_error() -> None:
    with network_printer(lambda line, taken: taken.extend(line.recv(3))) as printer:
        assert parse(printer.setting).send(MORE_THAN_BUFFERS_HOLD) == PrintResult(False, "unreachable")


def test_a_device_without_a_printer_says_so() -> None:
    assert parse("none").send(SLIP) == PrintResult(False, "no_printer")


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_file_keeps_one_slip_after_the_other(tmp_path: Path) -> None:
    printer = parse(f"file:{tmp_path / 'slips.bin'}")
    assert [printer.send(SLIP), printer.send(SLIP)] == [PrintResult(True), PrintResult(True)]
    assert (tmp_path / "slips.bin").read_bytes() == SLIP + SLIP


def test_a_file_that_cannot_be_written_is_an_answer_and_no_error(tmp_path: Path) -> None:
    assert parse(f"file:{tmp_path / 'no such folder' / 'slips.bin'}").send(SLIP) == PrintResult(False, "no_file")
    assert parse(f"file:{tmp_path}").send(SLIP) == PrintResult(False, "no_file")


def test_a_cable_whose_printer_takes_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp0")
    other_end = os.open(tmp_path / "lp0", os.O_RDONLY | os.O_NONBLOCK)
    result = parse(f"file:{tmp_path / 'lp0'}").send(MORE_THAN_BUFFERS_HOLD, seconds=0.5)
    os.close(other_end)
    assert result == PrintResult(False, "too_slow")
    assert parse(f"file:{tmp_path / 'lp0'}").send(SLIP) == PrintResult(False, "no_file"), "nobody is at the other end"


# -- cables and the print system -------------------------------------------------------------------------------------


def test_a_printer_on_a_cable_takes_the_slip_and_is_given_up_in_time(tmp_path: Path) -> None:
    cable = tmp_path / "lp0"
    printer = printers.CablePrinter(str(cable))
    assert printer.send(SLIP) == PrintResult(False, "unreachable"), "nothing is plugged in"
    assert (printer.state(), cable.exists()) == ("unreachable", False)
    os.mkfifo(cable)
    other_end = os.open(cable, os.O_RDONLY | os.O_NONBLOCK)
    assert printer.send(SLIP) == PrintResult(True)
    assert os.read(other_end, len(SLIP)) == SLIP
    assert printer.send(MORE_THAN_BUFFERS_HOLD, seconds=0.2) == PrintResult(False, "too_slow")
    assert printer.state() == "silent"
    os.close(other_end)


@pytest.fixture
def print_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `lp` that knows one printer: keeps what it is given, or says what the real one says."""
    program = tmp_path / "lp"
    program.write_text(
        f"""#!/bin/sh
[ "$*" = "-d hang -o raw" ] && exec sleep 60
[ "$*" = "-d Kios_1 -o raw" ] || {{ echo "lp: The printer or class does not exist." >&2; exit 1; }}
cat > {tmp_path}/slip.bin
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_the_print_system_is_handed_the_bytes_as_they_are(print_system: Path) -> None:
    assert parse("cups:Kios_1").send(SLIP) == PrintResult(True)
    assert (print_system / "slip.bin").read_bytes() == SLIP


def test_what_the_print_system_says_of_its_failure_is_kept(print_system: Path) -> None:
    result = parse("cups:Kios_2").send(SLIP)
    assert result == PrintResult(False, "refused", "lp: The printer or class does not exist.")


def test_a_print_system_that_hangs_is_given_up_in_time(print_system: Path) -> None:
    started = monotonic()
    assert parse("cups:hang").send(SLIP, seconds=0.3) == PrintResult(False, "too_slow")
    assert monotonic() - started < 4


def test_a_machine_without_a_print_system_is_an_answer_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = parse("cups:Kios_1").send(SLIP)
    assert (result.printed, result.why) == (False, "refused")


# -- how a printer is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [
        (healthy, "ready"),
        (out_of_paper, "paper_out"),
        (little_paper, "near_end"),
        (cover_open, "cover_open"),
        (switched_offline, "offline"),
        (mute, "silent"),
        (talking_nonsense, "silent"),
    ],
)
def test_a_printer_is_asked_how_it_is_and_one_that_cannot_say_is_believed(behaviour: Behaviour, state: str) -> None:
    with network_printer(behaviour) as printer:
        assert parse(printer.setting).state(seconds=2) == state
        if state in ("near_end", "silent"):
            assert parse(printer.setting).send(SLIP) == PrintResult(True), "and gets its slips all the same"


def test_a_printer_that_is_away_says_so_in_time() -> None:
    assert parse(f"tcp://127.0.0.1:{free_port()}").state() == "unreachable"
    assert parse("none").state() == "no_printer"
    with hung_printer() as (setting, _):
        started = monotonic()
        assert parse(setting).state(seconds=5) == "silent"
        assert monotonic() - started < 4


def test_a_printer_behind_a_wall_that_answers_nothing_is_away_and_not_merely_slow(queues: PrinterQueues) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        callers = [socket.socket() for _ in range(4)]  # the kernel drops the first packet of who comes after them
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        assert queues.state(f"tcp://127.0.0.1:{deaf.getsockname()[1]}") == "unreachable"
        for caller in callers:
            caller.close()


def test_a_printer_is_asked_between_two_slips(queues: PrinterQueues) -> None:
    with network_printer(healthy) as printer:
        assert queues.print(printer.setting, SLIP) == PrintResult(True)
        assert queues.state(printer.setting) == "ready"
        assert queues.print(printer.setting, NEXT_SLIP) == PrintResult(True)
        assert [printer.slips.get(timeout=30) for _ in range(3)] == [SLIP, b"", NEXT_SLIP]


# -- settings ------------------------------------------------------------------------------------------------------


def test_the_setting_says_where_the_printer_is() -> None:
    assert parse("tcp://10.0.0.7:9101") == printers.NetworkPrinter("10.0.0.7", 9101)
    assert parse("tcp://10.0.0.7") == parse("tcp://10.0.0.7:9100")
    assert parse("tcp://[fe80::1]:9100") == printers.NetworkPrinter("fe80::1", 9100)
    assert parse("file:/dev/usb/lp0") == printers.FilePrinter("/dev/usb/lp0")
    assert parse("usb:/dev/usb/lp0") == printers.CablePrinter("/dev/usb/lp0")
    assert parse("cups:Kios_1") == printers.CupsPrinter("Kios_1")


@pytest.mark.parametrize("setting", ["tcp://10.0.0.7:9100", "usb:/dev/usb/lp0", "cups:Kios_1", "file:/srv/slips.bin"])
def test_the_setting_says_whether_the_printer_can_draw_a_qr_code(setting: str) -> None:
    assert parse(f"{setting}?qr=raster") == parse(setting)
    assert [printers.draws_qr(setting), printers.draws_qr(f"{setting}?qr=raster")] == [True, False]


@pytest.mark.parametrize(
    "setting",
    ["", "file:", "tcp://", "tcp://:9100", "tcp://host:port", "tcp://host:0", "tcp://host:99999", "tcp://host/path"]
    + ["usb:", "usb:/etc/passwd", "usb:/dev/sda", "usb:/dev/usb/../sda", "cups:", "cups:a b", "cups:-d", "cups:../x"]
    + ["none?qr=raster", "tcp://host:9100?qr=native"]
    + ["10.0.0.7:9100", "usb", "None", "http://host:9100", "tcp://[fe80", "tcp://host:9100?x=1"],
)
def test_a_setting_that_means_no_printer_is_refused(setting: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(setting)
    assert (refusal.value.reason, refusal.value.details) == ("printer_setting", {"setting": setting})


# -- queues --------------------------------------------------------------------------------------------------------


def test_slips_of_many_kiosks_never_mix_on_their_printer(queues: PrinterQueues, tmp_path: Path) -> None:
    slips = [escpos.slip(replace(TICKET, number=f"A-{number:03d}"), 80) for number in range(1, 17)]
    cable = tmp_path / "lp0"
    os.mkfifo(cable)
    with ThreadPoolExecutor(max_workers=17) as kiosks:
        printed = kiosks.submit(cable.read_bytes)
        held_open = os.open(cable, os.O_WRONLY)
        assert set(kiosks.map(lambda slip: queues.print(f"file:{cable}", slip), slips)) == {PrintResult(True)}
        os.close(held_open)
        came_out = printed.result(timeout=30)
    assert sorted(b"\x1b@" + slip for slip in came_out.split(b"\x1b@")[1:]) == sorted(slips)


def test_a_network_printer_gets_one_slip_after_the_other(queues: PrinterQueues) -> None:
    slips = {escpos.slip(replace(TICKET, number=f"A-{number:03d}"), 80) for number in range(1, 17)}
    with network_printer(healthy) as printer, ThreadPoolExecutor(max_workers=16) as kiosks:
        assert set(kiosks.map(lambda slip: queues.print(printer.setting, slip), slips)) == {PrintResult(True)}
        assert {printer.slips.get(timeout=30) for _ in slips} == slips


def test_one_hung_printer_holds_up_no_other(queues: PrinterQueues, tmp_path: Path) -> None:
    with hung_printer() as (hung, switch_off), ThreadPoolExecutor(max_workers=1) as kiosk:
        waiting = kiosk.submit(queues.print, hung, MORE_THAN_BUFFERS_HOLD)
        assert queues.print(f"file:{tmp_path / 'slips.bin'}", SLIP) == PrintResult(True)
        assert not waiting.done()
        switch_off()


def test_when_too_many_slips_wait_the_next_is_told_at_once(
    queues: PrinterQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printers, "LIMIT_SECONDS", 60.0)
    with hung_printer() as (hung, switch_off), ThreadPoolExecutor(max_workers=printers.QUEUE_LENGTH + 1) as kiosks:
        results: queue.Queue[PrintResult] = queue.Queue()
        for _ in range(printers.QUEUE_LENGTH + 1):
            kiosks.submit(lambda: results.put(queues.print(hung, MORE_THAN_BUFFERS_HOLD)))
        assert results.get(timeout=30) == PrintResult(False, "busy")
        assert results.empty()
        switch_off()


def test_a_kiosk_waits_no_longer_than_the_limit_and_its_slip_is_not_printed_later(
    queues: PrinterQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printers, "LIMIT_SECONDS", 1.0)
    read_on = threading.Event()

    def hung_for_a_while(line: socket.socket, taken: bytearray) -> None:
        read_on.wait(timeout=30)
        mute(line, taken)

    with network_printer(hung_for_a_while) as printer, ThreadPoolExecutor(max_workers=2) as kiosks:
        started = monotonic()
        first = kiosks.submit(queues.print, printer.setting, MORE_THAN_BUFFERS_HOLD)
        second = kiosks.submit(queues.print, printer.setting, SLIP)
        assert {first.result(), second.result()} == {PrintResult(False, "too_slow")}
        assert monotonic() - started < 4
        read_on.set()
        assert len(printer.slips.get(timeout=30)) < len(MORE_THAN_BUFFERS_HOLD)
        monkeypatch.undo()
        assert queues.print(printer.setting, NEXT_SLIP) == PrintResult(True)
        came_out = list(iter(lambda: printer.slips.get(timeout=30), NEXT_SLIP))
        assert SLIP not in came_out


def test_a_bad_setting_is_refused_before_anything_waits(queues: PrinterQueues) -> None:
    with pytest.raises(Invalid):
        queues.print("lpt1", SLIP)


UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import sys
from printables import escpos
from printables.printers import PrinterQueues, PrintResult
from tests.printables.network import healthy, mute, network_printer
from tests.printables.slips import TICKET
SLIP = escpos.slip(TICKET, 80)
queues = PrinterQueues()
for behaviour in (healthy, mute):
    with network_printer(behaviour) as printer:  # its thread is a greenlet of the same hub
        assert queues.print(printer.setting, SLIP) == PrintResult(True)
        assert printer.slips.get(timeout=30) == SLIP
assert queues.print(f"file:{sys.argv[1]}", SLIP) == PrintResult(True)
queues.close()
print("printed")
"""


def test_the_servers_hub_goes_on_while_a_slip_is_printed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", UNDER_GEVENT, str(tmp_path / "slips.bin")]
    house = Path(__file__).parent.parent.parent
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stderr, done.stdout) == ("", "printed\n")
    assert (tmp_path / "slips.bin").read_bytes() == SLIP
