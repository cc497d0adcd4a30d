"""The process that is killed: 64 takers ask one writer for numbers, and say on stdout which they were given.

Run as `python -m tests.faults.taker URL NOW SEED`; a line is a ticket's id, written once its number was answered.
"""

import itertools
import random
import sys
import threading

from queue_server.operations import ticketing
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal
from queue_server.storage.writer import Writer
from tests.the_office import SITE

TAKERS = 64


def main(url: str, now: int, seed: str) -> None:
    rng = random.Random(seed)
    ids = (f"{rng.getrandbits(128):032x}" for _ in itertools.count())
    lock = threading.Lock()
    writer = Writer(Journal(Database(url), SITE, lambda: now))
    writer.start()

    def take() -> None:
        while True:
            with lock:
                ticket_id = next(ids)
            wish = {"ticket_id": ticket_id, "token": ticket_id[::-1], "service": "KTP-CETAK"}
            writer.do(Command(ticketing.issue_ticket, wish, "kiosk-1", tickets=[ticket_id]))
            with lock:
                sys.stdout.write(f"{ticket_id}\n")
                sys.stdout.flush()

    takers = [threading.Thread(target=take) for _ in range(TAKERS)]
    for taker in takers:
        taker.start()
    takers[0].join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
