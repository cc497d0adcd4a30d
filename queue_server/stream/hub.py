"""The one stream out: after a commit it reads the journal's head and sends every watched board, whole.

Joins, calls and boards all pass through one greenlet, so every watcher is given every call once and in order: what was
called up to its joining comes with the answer to `watch`, what is called later comes as a state. A lost wake-up costs
POLL_SECONDS and never a call.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol, TypeVar

import gevent
from gevent.event import AsyncResult, Event

from queue_server.domain.catalogue import Calls
from queue_server.domain.errors import NotFound, Refusal
from queue_server.domain.views import CallView, as_json
from queue_server.storage.queries import Queries
from queue_server.stream.topics import LOBBY, Boards, Topic

POLL_SECONDS = 1.0  # how long a lost wake-up, or a commit by another program, can go unseen
MERGE_SECONDS = 0.2  # states without a call are sent at most this often; what happens between is merged
BEAT_SECONDS = 10.0  # the longest silence: a screen that hears nothing for 25 s knows that it is cut off

logger = logging.getLogger(__name__)
State = dict[str, Any]
T = TypeVar("T")
AudioUrl = Callable[[CallView, Calls], str | None]


class Outlet(Protocol):
    """Where states go: the sockets."""

    def enter(self, watcher: str, topic: Topic) -> bool:
        """From now on the watcher gets the topic's states. False when it has gone meanwhile."""

    def send(self, topic: Topic, state: State) -> None:
        """To all who entered, without waiting for any of them."""


@dataclass(slots=True)
class Join:
    """Somebody who wants to watch. `since`: the last seq it has seen; None for a screen that was just opened."""

    watcher: str
    topic: Topic
    since: int | None
    answer: AsyncResult = field(default_factory=AsyncResult)


@dataclass(slots=True)
class Look:
    """What was found in the database: boards may be newer than `seq`, never older."""

    seq: int
    calls: dict[Topic, list[State]]
    told: dict[Topic, int]  # after these calls: up to which seq the hall's calls have been given
    boards: dict[Topic, State | NotFound]
    missed: list[list[State]]  # the calls for each join


class Hub:
    def __init__(self, queries: Queries, outlet: Outlet, clock: Callable[[], int], audio_url: AudioUrl) -> None:
        """`clock`: epoch milliseconds. `audio_url`: where a call's words can be heard; None is the chime alone."""
        self._queries = queries
        self._outlet = outlet
        self._clock = clock
        self._audio_url = audio_url
        self._woken = Event()
        self._joins: list[Join] = []
        self._watchers: defaultdict[Topic, set[str]] = defaultdict(set)
        self._told: dict[Topic, int] = {}
        self._seen = -1  # the journal's head at the last look
        self._stale = False  # something has changed that was not sent yet
        self._sent_at = monotonic()  # when all boards were last sent
        self.states_sent = 0
        self.calls_sent = 0

    # -- from outside

    def wake(self, seq: int = 0) -> None:
        """There may be something new, up to `seq`. From the server's own thread."""
        self._woken.set()

    def join(self, watcher: str, topic: Topic, since: int | None) -> State:
        """The state now, and with `since` the `calls` after it that are still to be announced; states follow.

        Raises `NotFound` for a hall or a counter that the office does not have, `Busy` when the database is away.
        """
        join = Join(watcher, topic, since)
        self._joins.append(join)
        self._woken.set()
        state: State = join.answer.get()
        return state

    def leave(self, watcher: str) -> None:
        for topic, watchers in list(self._watchers.items()):
            watchers.discard(watcher)
            if not watchers:
                del self._watchers[topic]
                self._told.pop(topic, None)

    def run(self) -> None:
        """For ever. What is no refusal is a fault of ours and ends it; whoever started it must notice."""
        while True:
            self._woken.wait(self._pause())
            self._woken.clear()
            try:
                self._round()
            except Refusal as refusal:  # screens notice by the silence, and the next round tries again
                logger.warning("the boards cannot be read: %s", refusal.reason)
                gevent.sleep(POLL_SECONDS)

    # -- one round

    def _pause(self) -> float:
        """Seconds until something is due although nobody rings."""
        if not self._stale:
            return POLL_SECONDS
        return max(0.0, self._sent_at + MERGE_SECONDS - monotonic())

    def _round(self) -> None:
        """Raises `Busy` when the database is away."""
        joins, self._joins = self._joins, []
        try:
            look = _in_a_thread(lambda: self._look(joins))
        except Refusal as refusal:
            for join in joins:
                join.answer.set_exception(refusal)
            raise
        self._stale = self._stale or look.seq != self._seen
        self._seen = look.seq
        self._send_calls(look)
        self._answer(joins, look)
        elapsed = monotonic() - self._sent_at
        if elapsed >= (MERGE_SECONDS if self._stale else BEAT_SECONDS):
            self._send_boards(sent=look.calls.keys())

    def _look(self, joins: list[Join]) -> Look:
        """What cannot wait: new calls with their boards, and what those who join are given. In a real thread."""
        now, seq, told = self._clock(), self._queries.head(), dict(self._told)
        calls: dict[Topic, tuple[CallView, ...]] = {}
        if seq != self._seen:
            for topic, last in told.items():
                new = self._queries.calls_since(topic.of, last, now)
                told[topic] = max([seq, *(call.seq for call in new)])
                if new:
                    calls[topic] = new
        for join in joins:
            if join.topic.kind == LOBBY:
                told.setdefault(join.topic, seq)
        missed = [self._missed(join, told, now) for join in joins]
        topics = {*calls, *(join.topic for join in joins)}
        if not topics:
            return Look(seq, {}, told, {}, [])
        boards = Boards(self._queries, topics, now)
        said = {topic: [self._announced(call, boards.calls) for call in new] for topic, new in calls.items()}
        given = [[self._announced(call, boards.calls) for call in new] for new in missed]
        return Look(seq, said, told, self._each(boards, topics), given)

    def _announced(self, call: CallView, rules: Calls) -> State:
        """A call as screens are told of it."""
        return {**as_json(call), "audio_url": self._audio_url(call, rules)}

    def _missed(self, join: Join, told: dict[Topic, int], now: int) -> tuple[CallView, ...]:
        """The calls still to be announced between what a returning screen has seen and what it will be sent."""
        if join.since is None or join.topic.kind != LOBBY:
            return ()
        calls = self._queries.calls_since(join.topic.of, join.since, now)
        return tuple(call for call in calls if call.seq <= told[join.topic])

    def _each(self, boards: Boards, topics: Collection[Topic]) -> dict[Topic, State | NotFound]:
        """Each of these topics' boards, built once, from one snapshot."""
        found: dict[Topic, State | NotFound] = {}
        for topic in topics:
            try:
                found[topic] = boards.of(topic)
            except NotFound as missing:
                found[topic] = missing
        return found

    def _send_calls(self, look: Look) -> None:
        """Each call in a state of its own. `seq` never runs ahead of the calls that were sent with it."""
        self._told.update((topic, told) for topic, told in look.told.items() if topic in self._watchers)
        for topic, calls in look.calls.items():
            for call in calls:
                self._send(topic, call["seq"], look.boards[topic], call)

    def _answer(self, joins: list[Join], look: Look) -> None:
        for join, missed in zip(joins, look.missed, strict=True):
            shown = look.boards[join.topic]
            if isinstance(shown, NotFound):
                join.answer.set_exception(shown)
                continue
            if self._outlet.enter(join.watcher, join.topic):
                self._watchers[join.topic].add(join.watcher)
                if join.topic in look.told:
                    self._told[join.topic] = look.told[join.topic]
            state = {"topic": str(join.topic), "seq": look.told.get(join.topic, look.seq), "board": shown}
            if join.since is not None:
                state["calls"] = missed
            join.answer.set(state)
        if joins:
            gevent.sleep(0)  # the answers leave before the next state does

    def _send_boards(self, sent: Collection[Topic]) -> None:
        """Every watched board, once, to all who watch it; those in `sent` have just gone out with a call."""
        topics, now = [topic for topic in self._watchers if topic not in sent], self._clock()
        if topics:  # none at all costs no read
            for topic, shown in _in_a_thread(lambda: self._each(Boards(self._queries, topics, now), topics)).items():
                self._send(topic, self._told.get(topic, self._seen), shown)
        self._stale, self._sent_at = False, monotonic()

    def _send(self, topic: Topic, seq: int, shown: State | NotFound, call: State | None = None) -> None:
        if isinstance(shown, NotFound):  # the office has been changed; its screen will say that it is cut off
            logger.warning("%s is watched but is no longer there", topic)
            return
        state = {"topic": str(topic), "seq": seq, "board": shown}
        self.states_sent += 1
        if call:
            state["call"] = call
            self.calls_sent += 1
        self._outlet.send(topic, state)


def _in_a_thread(read: Callable[[], T]) -> T:
    """A database read blocks; the hub's greenlet must not, or every request waits with it."""
    found: T = gevent.get_hub().threadpool.apply(read)
    return found
