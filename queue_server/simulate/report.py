"""The figures of a simulation as a page of text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from queue_server.domain import calendar
from queue_server.simulate.ledger import Fate, Ledger
from queue_server.simulate.run import Result

DAYS_HEAD = ("day", "came", "numbers", "served", "cards", "in vain", "sold out")


def report(result: Result) -> str:
    figures = result.figures()
    first = calendar.long_date(result.ledger.lines[0].day, "en")
    return "\n".join(
        [
            f"{result.office} ({result.zone}), scenario {result.scenario.number}: {result.scenario.title}",
            f"{counted(figures['days'], 'business day')} from {first}, seed {result.seed}",
            "",
            *table(DAYS_HEAD, day_rows(result)),
            "",
            *table(("", "Antrean", "plain queue"), compared(figures)),
            "",
            *(f"{name:<10} {words}" for name, words in sentences(figures, result.ledger)),
        ]
    )


def day_rows(result: Result) -> list[tuple[str, ...]]:
    return [
        (
            calendar.short_date(line.day, "en"),
            *(f"{number:,}" for number in (line.came, line.tickets, line.served, line.cards, line.wasted)),
            line.sold_out or "-",
        )
        for line in result.ledger.lines
    ]


def compared(figures: dict[str, Any]) -> list[tuple[str, ...]]:
    rows = (("cards handed out", "cards"), ("visits in vain", "wasted_trips"))
    return [(words, f"{figures[key]:,}", f"{figures['baseline'][key]:,}") for words, key in rows]


def sentences(figures: dict[str, Any], ledger: Ledger) -> list[tuple[str, str]]:
    kept, promised, given_up = figures["kept"], figures["promised"], ledger.count(Fate.GIVEN_UP)
    return [
        ("promises", f"{kept:,} of {promised:,} kept; {given_up:,} more given up by their holders"),
        ("vouchers", f"{figures['vouchers_kept']:,} of {figures['vouchers']:,} kept"),
        ("places", f"{ledger.places:,} on a waiting list without a date; {ledger.dated:,} of them have one by now"),
        ("papers", f"{ledger.unready:,} visits ended at the counter for want of a paper"),
        ("visits", f"{figures['extra_trips']:,} were not the first; {figures['no_shows']:,} left before their call"),
        ("call", ranks(figures["waits_minutes"], within_minutes)),
        ("told", calibrated(**figures["told"])),
        ("card", ranks(figures["days_to_card"], after_days)),
        ("blanks", ", ".join(f"{number:,} {word}" for word, number in figures["blanks"].items())),
        ("verify", figures["verify"]),
    ]


def ranks(of: dict[str, int | None], say: Callable[[int], str]) -> str:
    median, ninth, last = of.values()
    if median is None or ninth is None or last is None:
        return "-"
    return f"half {say(median)}, nine in ten {say(ninth)}, the last {say(last)}"


def calibrated(people: int, inside: int, width: int | None, wait: int | None) -> str:
    if not people:
        return "-"
    share = round(100 * inside / people)
    return f"{share} % of waits within the range on the slip; half of the ranges span at most {width} minutes"


def within_minutes(minutes: int) -> str:
    return f"within {counted(minutes, 'minute')}"


def after_days(days: int) -> str:
    return f"after {counted(days, 'day')}" if days else "the same day"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest cell; the first flush left, the others right."""
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
