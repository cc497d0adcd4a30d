"""How long the stock lasts and how much to ask for: pure reckoning. Source: `docs/field.md#forecast`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from queue_server.domain import calendar
from queue_server.domain.catalogue import Catalogue

USE_DAYS = 7  # business days whose mean is the use of a day
COVER_DAYS = 20  # business days that a request is to last: four weeks
FARTHEST = 250  # business days beyond which nobody is told a date: about a year


def use_per_day(used: Sequence[int]) -> float:
    """The mean use of the newest `USE_DAYS` business days, given newest first; 0.0 where there is none yet."""
    newest = used[:USE_DAYS]
    return sum(newest) / len(newest) if newest else 0.0


def days_of_cover(on_hand: int, use: float) -> float | None:
    """How many business days the stock lasts at that use a day; None where nothing was used."""
    return round(on_hand / use, 1) if use > 0 else None


def runs_out_on(catalogue: Catalogue, today: date, on_hand: int, use: float) -> date | None:
    """The first business day after `today` that the stock does not last to its end; None where it lasts for long."""
    if use <= 0 or on_hand >= FARTHEST * use:
        return None
    day = today
    for _ in range(int(on_hand // use) + 1):
        day = calendar.next_business_day(catalogue, day)
    return day


def suggested_request(on_hand: int, awaited: int, use: float, pack: int | None = None) -> int:
    """So many that stock, what may still come and the request together last `COVER_DAYS`; whole packs where known."""
    missing = max(0, math.ceil(COVER_DAYS * use) - on_hand - awaited)
    return math.ceil(missing / pack) * pack if pack else missing


def fulfilment(asked: int, fetched: int) -> float | None:
    """What was fetched of what was asked for, in per cent; None where nothing was asked for."""
    return round(100 * fetched / asked, 1) if asked else None
