"""Printers on a network as they are in offices: healthy, mute, hung, without paper. Real sockets, on this machine."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ASKED_PAPER, ASKED_OFFLINE, ASKED_PRINTER = b"\x10\x04\x04", b"\x10\x04\x02", b"\x10\x04\x01"
WELL, NO_PAPER, OPEN, NONSENSE = b"\x12", b"\x72", b"\x16", b"\xff"
LITTLE_PAPER, SWITCHED_OFFLINE = b"\x1e", b"\x1a"

# What a printer does with one connection: it is given what it may read with and answer to, and takes in what is left.
Behaviour = Callable[[socket.socket, bytearray], None]


def healthy(
    line: socket.socket, taken: bytearray, paper: bytes = WELL, offline: bytes = WELL, printer: bytes = WELL
) -> None:
    """Answers every question at once, wherever they stand, and prints the rest."""
    while data := line.recv(4096):
        taken += data
        for question, answer in ((ASKED_PAPER, paper), (ASKED_OFFLINE, offline), (ASKED_PRINTER, printer)):
            if question in taken:
                at = taken.index(question)
                del taken[at : at + len(question)]
                line.sendall(answer)


def mute(line: socket.socket, taken: bytearray) -> None:
    """Prints what it gets and never answers; the questions are nothing to it."""
    while data := line.recv(4096):
        taken += data
    for question in (ASKED_PAPER, ASKED_OFFLINE):
        taken[:] = taken.replace(question, b"")


def out_of_paper(line: socket.socket, taken: bytearray) -> None:
    healthy(line, taken, paper=NO_PAPER)


def cover_open(line: socket.socket, taken: bytearray) -> None:
    healthy(line, taken, offline=OPEN)


def little_paper(line: socket.socket, taken: bytearray) -> None:
    healthy(line, taken, paper=LITTLE_PAPER)


def switched_offline(line: socket.socket, taken: bytearray) -> None:
    healthy(line, taken, printer=SWITCHED_OFFLINE)


def talking_nonsense(line: socket.socket, taken: bytearray) -> None:
    healthy(line, taken, paper=NONSENSE)


def out_of_paper_at_the_end(line: socket.socket, taken: bytearray) -> None:
    """Says it is well, prints the slip, and is asked again."""
    for _ in range(2):
        line.recv(3)
        line.sendall(WELL)
    while not taken.endswith(ASKED_PAPER) and (data := line.recv(4096)):
        taken += data
    line.sendall(NO_PAPER)
    line.recv(1)


class NetworkPrinter:
    """A printer on the network: takes one connection after the other, as raw printing does."""

    def __init__(self, behaviour: Behaviour, listener: socket.socket) -> None:
        self.setting = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        self.slips: queue.Queue[bytes] = queue.Queue()  # what each connection brought
        self._behaviour, self._listener = behaviour, listener

    def work(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            taken = bytearray()
            with line:
                self._behaviour(line, taken)
            self.slips.put(bytes(taken))


@contextmanager
def network_printer(behaviour: Behaviour) -> Iterator[NetworkPrinter]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        printer = NetworkPrinter(behaviour, listener)
        worker = threading.Thread(target=printer.work)
        worker.start()
        try:
            yield printer
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            worker.join()


@contextmanager
def hung_printer() -> Iterator[tuple[str, Callable[[], None]]]:
    """Takes connections and reads nothing, until the returned function switches it off."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}", lambda: listener.shutdown(socket.SHUT_RDWR)
