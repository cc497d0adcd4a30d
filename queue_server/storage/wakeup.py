"""PostgreSQL tells other processes of a commit; on SQLite the one server's writer tells its own hub."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from queue_server.storage.database import Database, domain_errors
from queue_server.storage.journal import NOTIFY_CHANNEL

LOOK_UP_SECONDS = 1.0  # how long a silent listener takes to see that it has been stopped


def listen(database: Database, site: str, heard: Callable[[int], None], stopped: Callable[[], bool]) -> None:
    """Call `heard(seq)` for every commit of a site until stopped; it blocks, so it belongs on a real thread.

    Raises `Busy` when the connection is lost: poll, and listen again.
    """
    engine = database.writer.execution_options(isolation_level="AUTOCOMMIT")
    with domain_errors(), engine.connect() as connection:
        connection.execute(sa.text(f"LISTEN {NOTIFY_CHANNEL}"))
        link = connection.connection.driver_connection
        while not stopped() and link is not None:
            for notice in link.notifies(timeout=LOOK_UP_SECONDS, stop_after=1):
                its_site, _, seq = notice.payload.rpartition(":")
                if its_site == site:
                    heard(int(seq))
