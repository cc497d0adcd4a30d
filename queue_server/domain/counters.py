"""A counter's state and what it did last, so that the clerk can take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from queue_server.domain.catalogue import Words

OPEN, PAUSED, CLOSED = "open", "paused", "closed"
UNDO_SECONDS = 60
ACTIONS_KEPT = 3
# Why a counter rests: what is recorded, and its English. The supervisor reads it, citizens never do.
BREAKS = (
    Words("Istirahat", "Break"),
    Words("Salat", "Prayer"),
    Words("Ke belakang", "Restroom"),
    Words("Rapat", "Meeting"),
    Words("Alat rusak", "Equipment broken"),
)
# Why a blank was spoilt, and why a number was called out of order. Likewise: a ledger counts by one word for one thing.
SPOILT = (
    Words("Gagal cetak", "Failed print"),
    Words("Chip rusak", "Chip broken"),
    Words("Tergores", "Scratched"),
    Words("Data keliru", "Wrong data"),
    Words("Cacat pabrik", "Factory defect"),
)
OUT_OF_ORDER = (
    Words("Berkas sudah dilengkapi", "Papers are complete now"),
    Words("Rujukan loket lain", "Sent by another counter"),
    Words("Diminta pengawas", "Asked by the supervisor"),
)


@dataclass(frozen=True, slots=True)
class Action:
    """What a counter did to a ticket, with the ticket's fields as they were before and the blanks it moved."""

    name: str  # call | recall | start | finish | no_show | requeue | park | move
    ticket_id: str
    at: int
    seq: int  # the ticket's `changed_seq` right after it
    before: dict[str, object]
    streak: int
    # (kind, item, quantity, promised of it, service, seq, bucket, the account that it came from)
    stock: tuple[tuple[str, str, int, int, str, int, str, str], ...] = ()


def help_subject(counter: int) -> str:
    """What an alert calls a counter that asks for help."""
    return f"counter-{counter}"


@dataclass(frozen=True, slots=True)
class CounterState:
    KEY: ClassVar[tuple[str, ...]] = ("counter",)

    counter: int
    state: str = CLOSED
    clerk: str | None = None
    since: int = 0
    reason: str = ""
    ticket_id: str | None = None  # the one open call
    streak: int = 0  # regular tickets called since the last priority ticket
    actions: tuple[Action, ...] = ()  # newest last
