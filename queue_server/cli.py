"""The command `antrean`. `serve` patches the standard library for gevent first thing; nothing else ever does."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        from gevent import monkey

        monkey.patch_all()
    from queue_server.commands import antrean

    antrean()
