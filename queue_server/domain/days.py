"""Business days, their sequences and counts: the rows beside tickets, counters and stock."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import ClassVar

OPEN, CLOSING, CLOSED = "open", "closing", "closed"
# A time service sets a clock back by a moment; only more than that is a clock that nobody should trust.
CLOCK_TOLERANCE_MS = 5_000
PACE_KEPT = 31  # times from which a mean is taken
PACE_USUAL = 3  # people as whom the office file's minutes count
WAY_MINUTES = 1  # from the call to the counter
HELP = "help_asked"  # a kind of alert
DISPLAY_AWAY, KIOSK_AWAY, PRINTER_DOWN = DEVICE_ALARMS = ("display_away", "kiosk_away", "printer_down")


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """An office file in force from a business day on."""

    KEY: ClassVar[tuple[str, ...]] = ("seq",)

    seq: int
    from_day: str
    sha256: str
    text: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    KEY: ClassVar[tuple[str, ...]] = ("day",)

    day: str
    state: str
    opened_at: int
    intake_closes_at: int
    closes_at: int
    by_hand: bool = False
    closed_at: int | None = None
    opened_seq: int = 0  # of its first opening; 0: entered afterwards, from paper


@dataclass(frozen=True, slots=True)
class Sequence:
    """The last number given out: per group and day, and per voucher date (`queue` is then `voucher`)."""

    KEY: ClassVar[tuple[str, ...]] = ("queue", "day")

    queue: str
    day: str
    last_number: int = 0


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """One line of *Today*; tickets are counted under the service they were taken for or moved to."""

    KEY: ClassVar[tuple[str, ...]] = ("day", "service")

    day: str
    service: str
    taken: int = 0
    served: int = 0
    no_show: int = 0
    deferred: int = 0
    cancelled: int = 0
    expired: int = 0
    promised: int = 0  # blanks promised and not yet used, released or carried on
    printed: int = 0
    spoilt: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """For how long one service has held its counters on this day, from the call to the end: the last times, in whole
    seconds, oldest first.
    """

    KEY: ClassVar[tuple[str, ...]] = ("day", "service")

    day: str
    service: str
    seconds: tuple[int, ...] = ()

    @property
    def median_minutes(self) -> float | None:
        return median(self.seconds) / 60 if self.seconds else None

    def minutes(self, usual: int) -> float:
        """What one person takes: the mean of these, into which the `usual` minutes at the counter and the way there
        count as so many people. Source: `docs/field.md#waiting`.
        """
        people = PACE_USUAL + len(self.seconds)
        return (PACE_USUAL * (usual + WAY_MINUTES) + sum(self.seconds) / 60) / people


@dataclass(frozen=True, slots=True)
class Suspension:
    KEY: ClassVar[tuple[str, ...]] = ("service",)

    service: str
    reason: str
    since: int
    actor: str
    equipment: str = ""  # the kind of device of which none works; empty: a supervisor has said so


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the lobby saw it; `times` is 1 for the first."""

    KEY: ClassVar[tuple[str, ...]] = ("seq",)

    seq: int
    day: str
    hall: str
    ticket_id: str
    prefix: str
    number: int
    counter: int
    times: int
    called_at: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a supervisor must know of until somebody has seen to it."""

    KEY: ClassVar[tuple[str, ...]] = ("seq",)

    seq: int
    kind: str  # print_failed | promise_broken | stock_found | help_asked | kiosk_rushed | one of `DEVICE_ALARMS`
    subject: str  # a ticket's number, an item's code or a device's id
    detail: str  # of a call for help, once it is answered: the staff id of who comes
    at: int
    answered_at: int | None = None
