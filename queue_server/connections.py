"""Connections: how many there may be, and how long one may say nothing."""

from __future__ import annotations

import resource
from typing import Any

from gevent.pywsgi import WSGIHandler

SILENCE_SECONDS = 20.0  # in the middle of a request, or between two; a stream has a limit of its own
MOST_CONNECTIONS = 10_000
OTHER_FILES = 50  # that this process needs beside its connections: the database, the log, slips


class Connection(WSGIHandler):  # type: ignore[misc]
    """One that waits for its client without end would hold a place that a kiosk needs."""

    # A client that has gone away, or takes no more, is its own trouble and no fault to be logged.
    ignored_socket_errors = (*WSGIHandler.ignored_socket_errors, "timed out")

    def __init__(self, sock: Any, *more: Any) -> None:
        sock.settimeout(SILENCE_SECONDS)
        super().__init__(sock, *more)

    def _handle_client_error(self, failure: Exception) -> Any:
        """A line in the log about what is no request, without its trace and without what it said."""
        return super()._handle_client_error(ValueError(type(failure).__name__))


def room_for_connections() -> int:
    """How many there may be, after asking the operating system for as many files as it would give us."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    granted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (granted, most))
    return granted - OTHER_FILES
