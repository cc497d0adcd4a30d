"""What is counted in a simulation: promises and whether they were kept, trips, waits, cards.

The definitions are those of `docs/running.md`, "Simulated days".
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


class Fate(enum.Enum):
    DUE = enum.auto()
    KEPT = enum.auto()
    BROKEN = enum.auto()
    GIVEN_UP = enum.auto()  # by its holder: absent twice, or without the papers


@dataclass(slots=True)
class Promise:
    """A reservation, which is for the day it was made, or a dated voucher."""

    day: date
    voucher: bool
    fate: Fate = Fate.DUE


@dataclass(slots=True)
class DayLine:
    """One line of the report."""

    day: date
    came: int = 0
    tickets: int = 0
    served: int = 0
    cards: int = 0
    wasted: int = 0
    sold_out: str = ""  # when the first citizen was told


@dataclass(frozen=True, slots=True)
class Told:
    """A wait (minutes) beside the range that was told when the number was taken."""

    wait: int
    low: int
    high: int

    @property
    def inside(self) -> bool:
        return self.low <= self.wait <= self.high


@dataclass(slots=True)
class Ledger:
    lines: list[DayLine] = field(default_factory=list)
    no_shows: int = 0
    extra_trips: int = 0
    unready: int = 0  # visits that failed for want of a paper
    places: int = 0  # given on a waiting list, without a date
    dated: int = 0  # of these, those that were given a date
    spoilt: int = 0
    received: int = 0
    lost: int = 0  # blanks that a count did not find
    promises: list[Promise] = field(default_factory=list)
    days_to_card: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)  # minutes
    told: list[Told] = field(default_factory=list)  # of these, those who were told a range

    @property
    def today(self) -> DayLine:
        return self.lines[-1]

    def promise(self, day: date, voucher: bool) -> Promise:
        made = Promise(day, voucher)
        self.promises.append(made)
        return made

    def waited(self, minutes: int, told: tuple[int, int] | None) -> None:
        """The first call of a number."""
        self.waits.append(minutes)
        if told:
            self.told.append(Told(minutes, *told))

    def count(self, fate: Fate, vouchers_only: bool = False) -> int:
        return sum(p.fate is fate and (p.voucher or not vouchers_only) for p in self.promises)


def calibration(told: Sequence[Told]) -> dict[str, int | None]:
    """How many were told a range, how many of their waits lay in it, and the median width and wait in minutes."""
    width, wait = (spread(values)["p50"] for values in ([t.high - t.low for t in told], [t.wait for t in told]))
    return {"people": len(told), "inside": sum(t.inside for t in told), "width": width, "wait": wait}


def spread(values: Sequence[int]) -> dict[str, int | None]:
    """The median, the ninth tenth and the largest (nearest rank); None of nothing."""
    ordered = sorted(values)

    def rank(share: float) -> int | None:
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None

    return {"p50": rank(0.5), "p90": rank(0.9), "max": rank(1.0)}
