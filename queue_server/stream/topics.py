"""What can be watched, by whom, and what is then shown.

`lobby:<hall>` is a hall's board, `counter:<number>` a counter's, `office` what kiosks and supervisors need to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from queue_server.domain.errors import Invalid, NotFound
from queue_server.domain.views import as_json
from queue_server.storage.people import all_staff
from queue_server.storage.queries import ALL_HALLS, Queries, office_board

LOBBY, COUNTER, OFFICE = "lobby", "counter", "office"
LONGEST_TOPIC = 64
SERVING = frozenset({"clerk", "supervisor", "admin"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is at the other end. `kind`: kiosk | display | staff; `hall` None sees every hall; `role` is a staff's."""

    kind: str
    id: str
    hall: str | None = None
    role: str | None = None
    sound: bool = False  # of a display


@dataclass(frozen=True, slots=True)
class Topic:
    kind: str
    of: str = ""  # the hall's code or the counter's number

    def __str__(self) -> str:
        return f"{self.kind}:{self.of}" if self.of else self.kind


def topic_of(text: object) -> Topic:
    """`lobby:A`, `counter:4` or `office` as a topic; `Invalid` for anything else."""
    if isinstance(text, str) and len(text) <= LONGEST_TOPIC:
        kind, _, of = text.partition(":")
        if (kind, of) == (OFFICE, ""):
            return Topic(OFFICE)
        if (kind == LOBBY and of and of.isprintable()) or (kind == COUNTER and of.isascii() and of.isdigit()):
            return Topic(kind, of)
    raise Invalid("topic")


def may_watch(viewer: Viewer, topic: Topic) -> bool:
    """A paired TV sees its hall, or every hall when it has none; a kiosk the office; staff what their work needs."""
    if viewer.kind == "display":
        return topic.kind == LOBBY and viewer.hall in (None, topic.of)
    if viewer.kind == "kiosk":
        return topic.kind == OFFICE
    return viewer.kind == "staff" and (topic.kind != COUNTER or viewer.role in SERVING)


def somebody_may_watch(viewers: Iterable[Viewer], topic: Topic) -> bool:
    """One browser can be kiosk, display and staff in its tabs: all its cookies come with every connection."""
    return any(may_watch(viewer, topic) for viewer in viewers)


class Boards:
    """The boards of some topics as JSON values, all as of one instant (epoch ms)."""

    def __init__(self, queries: Queries, topics: Iterable[Topic], now: int) -> None:
        kinds = {topic.kind for topic in topics}
        self._queries = queries
        self._snapshot = queries.snapshot(now, lines=COUNTER in kinds)
        self._clerks = (
            {s.staff_id: s.name for s in all_staff(queries.database, queries.site)} if COUNTER in kinds else {}
        )

    def of(self, topic: Topic) -> dict[str, Any]:
        """Raises `NotFound` where the office has no such hall or counter."""
        if topic.kind == LOBBY:
            return self._lobby(topic.of)
        if topic.kind == COUNTER:
            return self._counter(int(topic.of))
        return office_board(self._snapshot)

    def _lobby(self, hall: str) -> dict[str, Any]:
        if hall not in self._snapshot.catalogue.halls and hall != ALL_HALLS:
            raise NotFound("hall", hall=hall)
        shown: dict[str, Any] = as_json(self._snapshot.lobby(hall))
        return shown

    def _counter(self, number: int) -> dict[str, Any]:
        view = self._queries.counter_of(self._snapshot, number)
        return {**as_json(view), "clerk_name": self._clerks.get(view.clerk or "")}
