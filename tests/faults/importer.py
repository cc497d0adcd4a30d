"""The process that is killed: imports a list, and says on stdout after each command how far it is.

Run as `python -m tests.faults.importer URL NOW FILE`.
"""

import random
import sys
from pathlib import Path

from tests.the_backlog import TheBacklog
from tests.the_office import TheOffice


def main(url: str, now: int, file: str) -> None:
    office = TheOffice(url, random.Random(0))
    office.clock = now

    def say(done: int, of: int) -> None:
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    with Path(file).open("rb") as source:
        TheBacklog(office).desk.import_list(source, "sari", say)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
