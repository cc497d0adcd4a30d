"""A commit of one process wakes the others."""

import queue
import threading

import pytest

from queue_server.storage.wakeup import listen
from tests.the_office import SITE, TheOffice

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_a_commit_is_heard_with_its_number(office: TheOffice) -> None:
    heard: queue.Queue[int] = queue.Queue()
    stop = threading.Event()
    listener = threading.Thread(target=listen, args=(office.database, SITE, heard.put, stop.is_set))
    listener.start()
    seqs = []
    while heard.empty():  # until it listens
        office.take("IKD")
        seqs.append(office.journal.seq)
    last = office.journal.seq
    office.take("IKD")
    while (seq := heard.get(timeout=30)) <= last:
        assert seq in seqs
    assert seq == office.journal.seq
    stop.set()
    listener.join(30)
    assert not listener.is_alive()


def test_another_sites_commit_wakes_nobody(office: TheOffice) -> None:
    heard: queue.Queue[int] = queue.Queue()
    stop = threading.Event()
    listener = threading.Thread(target=listen, args=(office.database, "VAN", heard.put, stop.is_set))
    listener.start()
    office.take("IKD")
    stop.set()
    listener.join(30)
    assert heard.empty()
