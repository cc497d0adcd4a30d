"""The one writer: gathers what waits, commits it as one batch, and only then answers."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from queue_server.domain.errors import Busy
from queue_server.storage.journal import Command, Journal

T = TypeVar("T")
Batch = list["Waiting"]
BATCH = 256  # commands in one transaction
LONGEST_QUEUE = 2000  # commands that wait; one more is told at once that we are busy
GATHER_SECONDS = 0.02  # at most, until everybody who has already arrived stands in the batch
IDLE_SECONDS = 60.0  # without anything new, until memory is compared with the tables, once
WRITER_DIED = 70  # exit code of the process
log = logging.getLogger(__name__)


class Waiting:
    """A command and the event that its caller sleeps on."""

    __slots__ = ("command", "done")

    def __init__(self, command: Command[Any]) -> None:
        self.command, self.done = command, threading.Event()


class Writer:
    """Owns the journal from `start` to `stop`.

    Under gevent `gather` lets the hub read every request that has arrived (`gevent.idle`, at most GATHER_SECONDS) and
    `offload` runs the commit on a real thread, so that the hub goes on parsing requests meanwhile; that is what
    forms the next batch. Without them the writer is a plain thread. `after_commit(seq)` runs in the writer's own
    thread or greenlet, after a commit that wrote events.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        gather: Callable[[], None] = lambda: None,
        offload: Callable[[Callable[..., Any], tuple[Any, ...]], Any] = lambda function, arguments: function(
            *arguments
        ),
        after_commit: Callable[[int], None] = lambda seq: None,
    ) -> None:
        self._journal, self._gather, self._offload, self._after_commit = journal, gather, offload, after_commit
        self._queue: deque[Waiting] = deque()
        self._lock = threading.Lock()
        self._arrived = threading.Event()
        self._open = False
        self._last_event, self._checked = time.monotonic(), False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._open = True
        self._thread.start()

    def stop(self) -> None:
        """Finish what was accepted, then close the journal."""
        with self._lock:
            self._open = False
        self._arrived.set()
        self._thread.join()

    @property
    def queue_length(self) -> int:
        """Commands that wait for the next batch."""
        return len(self._queue)

    def do(self, command: Command[T]) -> T:
        """Wait until the command is committed. Raises what its operation raises, and `Busy`."""
        waiting = Waiting(command)
        with self._lock:
            if not self._open:
                raise Busy("stopping")
            if len(self._queue) >= LONGEST_QUEUE:
                raise Busy("queue_full")
            self._queue.append(waiting)
        self._arrived.set()
        waiting.done.wait()
        return command.answer()

    def _run(self) -> None:
        try:
            while self._next():
                pass
            self._journal.close()
        except BaseException:  # noqa: BLE001  # whatever it is, nobody would ever be answered again
            die()

    def _next(self) -> bool:
        """Commit what waits; after a minute without news look after memory, once. False when all is done."""
        if self._arrived.wait(IDLE_SECONDS):
            self._gather()
        batch = self._take()
        if batch:
            self._commit(batch)
        elif not self._open:
            return False
        if not self._checked and time.monotonic() - self._last_event >= IDLE_SECONDS:
            self._checked = True
            self._offload(self._check, ())
        return True

    def _take(self) -> Batch:
        with self._lock:
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            if not self._queue and self._open:
                self._arrived.clear()
            return batch

    def _commit(self, batch: Batch) -> None:
        before = self._journal.seq
        self._offload(self._journal.commit, ([waiting.command for waiting in batch],))
        for waiting in batch:
            waiting.done.set()
        if self._journal.seq != before:
            self._last_event, self._checked = time.monotonic(), False
            self._after_commit(self._journal.seq)

    def _check(self) -> None:
        try:
            for difference in self._journal.differences():
                log.error("memory was wrong and is read again: %s", difference)
        except Busy:
            log.warning("memory could not be compared with the tables: the database is out of reach")


def die() -> NoReturn:
    """Without its writer a server would take requests that it can never answer; a supervisor starts it again."""
    log.critical("the writer died, and the process with it", exc_info=True)
    logging.shutdown()
    os._exit(WRITER_DIED)
