"""The command `antrean`. `serve` patches the standard library for gevent first thing; nothing else ever does."""

from __future__ import annotations

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        from gevent import monkey

        monkey.patch_all()
        os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_c")  # the commit runs on a real thread: it waits in C
    from queue_server.commands import antrean

    antrean()
