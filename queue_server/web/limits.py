"""How often somebody may ask: phones, strangers and those who guess passwords.

A paired device is never held back; a kiosk that is touched out of numbers too fast is reported.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 60
MOST_KEYS = 100_000


class Limit:
    """At most `times` in every window of `seconds`, counted for each key in this process's memory."""

    def __init__(self, times: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.times, self.seconds, self.clock = times, seconds, clock
        self.counts: dict[str, int] = {}
        self.ends = 0.0

    def wait(self, key: str) -> int:
        """Whole seconds until `key` may ask again; 0 when it may now."""
        now = self.clock()
        if now >= self.ends or len(self.counts) >= MOST_KEYS:
            self.counts.clear()
            self.ends = now + self.seconds
        return math.ceil(self.ends - now) if self.counts.get(key, 0) >= self.times else 0

    def count(self, key: str) -> None:
        self.counts[key] = self.counts.get(key, 0) + 1

    def take_back(self, key: str) -> None:
        """What was counted in advance, and was none of what is counted."""
        if key in self.counts:
            self.counts[key] -= 1

    def passes(self, key: str) -> bool:
        """Count one more, and say whether it is the first in this window that is too many."""
        self.wait(key)
        self.count(key)
        return self.counts[key] == self.times + 1


@dataclass
class Limits:
    """Those of one process. Whoever sits behind one address shares its limit, so that one is the wider."""

    wrong_by_name: Limit = field(default_factory=lambda: Limit(5, MINUTE))
    wrong_by_address: Limit = field(default_factory=lambda: Limit(30, MINUTE))
    wrong_pin: Limit = field(default_factory=lambda: Limit(5, MINUTE))  # by kiosk
    strangers: Limit = field(default_factory=lambda: Limit(300, MINUTE))  # by address
    pairings: Limit = field(default_factory=lambda: Limit(20, MINUTE))  # codes shown, by address
    wrong_codes: Limit = field(default_factory=lambda: Limit(10, MINUTE))  # by who types them
    phones: Limit = field(default_factory=lambda: Limit(60, MINUTE))  # by ticket
    numbers: Limit = field(default_factory=lambda: Limit(30, MINUTE))  # by kiosk: docs/field.md#touts
