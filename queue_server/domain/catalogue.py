"""The office file as the rest of the house sees it: groups, services, items, counters, halls, hours and rules.

`office_file.parse` makes a `Catalogue` from the text that `OfficeApplied` carries; nothing else makes one.
"""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from queue_server.domain.announcements import DIGIT_BY_DIGIT
from queue_server.domain.backlog import KINDS

MINUTES_A_DAY = 24 * 60
AMAN, TERBATAS, KRITIS, KOSONG = LEVELS = ("AMAN", "TERBATAS", "KRITIS", "KOSONG")
PRINT_READY, REPLACEMENT, URGENT = PURPOSES = ("print_ready", "replacement", "urgent")
VULNERABLE, ONLINE, ON_SITE = "vulnerable", "online", "on_site"


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the two languages of the screens; Indonesian is never empty, English falls back to it."""

    id: str
    en: str = ""

    def get(self, language: str) -> str:
        return (self.en or self.id) if language == "en" else self.id


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to bring. `check` marks an item without a published source, until a supervisor confirms it."""

    label: Words
    note: Words | None = None
    icon: str = "file"
    kind: str = "wajib"  # wajib | bersyarat | lokal
    source: str = ""
    check: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One big button of the kiosk and the letter of its numbers."""

    prefix: str
    name: Words
    short: Words  # for the TV's waiting list: at most 12 characters
    detail: Words
    icon: str
    small: bool = False  # a small button beside the big ones (pick-up, information)
    quota: int | None = None  # tickets a day; None is no limit


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    prefix: str  # its group
    name: Words
    stages: tuple[str, ...]  # letters of V B E C P, in order
    sla_minutes: int
    sla_basis: str
    service_minutes: int  # typical time at the counter, until this day's own median is known
    consumes: Mapping[str, int]  # item -> whole units for one document
    prints: bool = False  # counts in the column "printed"
    cards: bool = False  # more than one may be asked for under one number (1-9)
    purpose: str | None = None  # one of `PURPOSES`: what the policy gives its blanks for
    checklist: tuple[ChecklistItem, ...] = ()
    instead: tuple[str, ...] = ()  # services to offer when this one is sold out or suspended
    needs: tuple[str, ...] = ()  # kinds of equipment: `domain.equipment`


@dataclass(frozen=True, slots=True)
class Item:
    code: str  # KTP KTP-WNA KIA RIBBON FILM HVS THERMAL
    name: Words
    unit: Words
    public: bool = False  # stands on the public stock board
    next_delivery: date | None = None
    pack: int | None = None  # units in a roll or a ream
    pack_name: Words | None = None
    delivery_quantity: int | None = None  # of that delivery; None promises nothing out of it


@dataclass(frozen=True, slots=True)
class Counter:
    number: int
    hall: str
    serves: tuple[str, ...]  # service codes, in the file's order


@dataclass(frozen=True, slots=True)
class Line:
    """Services whose tickets are called in one order, whatever their letters: all that the open counters for one of
    them serve. `callers` are the open counters that call from it: what of it they serve, and how many serve just that.
    """

    services: frozenset[str]
    callers: tuple[tuple[frozenset[str], int], ...]


@dataclass(frozen=True, slots=True)
class Hall:
    code: str
    name: Words
    where: Words  # how to find it from the kiosk


@dataclass(frozen=True, slots=True)
class DayHours:
    """Minutes after local midnight of the business day; more than 1,440 is after the next midnight."""

    opens: int
    intake_closes: int
    closes: int
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What an office may set. The defaults and their sources stand in `docs/field.md`."""

    priority_after: int = 2  # one priority after so many regular tickets
    longest_wait_minutes: int = 60  # who has waited so much longer than the next in line goes first
    requeue_behind: int = 5
    intake_in_break: bool = True
    carry_over: bool = True  # at close the waiting get a dated voucher; False: numbers expire
    safety_minimum: int = 3
    safety_percent: int = 5
    numbers_per_nik: int = 0  # that one NIK may take of a service in a day; 0: the kiosk does not ask for it
    print_order: tuple[str, ...] = KINDS  # whose card is printed first when blanks come
    invitations_a_day: int = 100  # to collect a card
    uncollected_days: int = 30  # after which a printed card is listed as left behind


@dataclass(frozen=True, slots=True)
class Calls:
    """How a call is announced in its hall: `docs/field.md#announcement`."""

    languages: tuple[str, ...] = ("id",)  # one sentence after the other; none: the chime alone
    numbers: str = DIGIT_BY_DIGIT  # or `cardinal`
    deaf_friendly: bool = False  # it stands for longer, and the screen flashes


@dataclass(frozen=True, slots=True)
class Level:
    """What the office does at one level of its stock, and what it says then."""

    kiosk: Words
    display: Words
    phone: Words
    suket: bool  # a Suket may be issued
    serves: tuple[str, ...] = PURPOSES
    shares: Mapping[str, int] = field(default_factory=dict)  # bucket -> per cent of what the day may promise


@dataclass(frozen=True)
class Policy:
    """How the blanks of the KTP-el are rationed: `docs/field.md#policy`."""

    limited_below_days: int  # days of cover below which the level is TERBATAS
    critical_below_days: int  # and KRITIS
    levels: Mapping[str, Level]  # by name, all four
    daily_quota: int | None = None  # cards a day; what is asked for beyond it is another day's
    give_back: int | None = None  # minutes after midnight: from then on an unused share is everybody's
    elsewhere: Words | None = None  # another point of service

    @cached_property
    def buckets(self) -> frozenset[str]:
        """Every bucket that some level gives a share to: a ticket stays in its own when the level changes."""
        return frozenset(bucket for level in self.levels.values() for bucket in level.shares)


@dataclass(frozen=True, eq=False)  # known by identity, so that what is worked out of it can be kept by it
class Catalogue:
    name: str  # "Kota Serang"
    office_code: str  # "36.73"
    time_zone: str  # IANA name
    zone: str  # WIB | WITA | WIT
    hours: Mapping[int, DayHours]  # Monday is 0; a weekday without an entry is closed
    holidays: Mapping[date, str]
    groups: Mapping[str, Group]  # by prefix, in the kiosk's order
    services: Mapping[str, Service]
    items: Mapping[str, Item]
    counters: Mapping[int, Counter]
    halls: Mapping[str, Hall]
    rules: Rules = field(default_factory=Rules)
    calls: Calls = field(default_factory=Calls)
    policy: Policy | None = None  # None limits nothing
    waits_in: Mapping[str, str] = field(default_factory=dict)  # service -> hall, where the counters do not say
    kecamatan: Mapping[str, str] = field(default_factory=dict)  # code -> name
    complaints: str = ""  # the address at which citizens complain; it stands as a QR code on the stock board
    information: Words = Words("Silakan ke meja informasi.", "Please go to the information desk.")

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def services_of_group(self) -> Mapping[str, tuple[Service, ...]]:
        return {prefix: tuple(s for s in self.services.values() if s.prefix == prefix) for prefix in self.groups}

    @cached_property
    def codes_of_group(self) -> Mapping[str, frozenset[str]]:
        return {prefix: frozenset(s.code for s in services) for prefix, services in self.services_of_group.items()}

    @cached_property
    def counters_of_service(self) -> Mapping[str, tuple[Counter, ...]]:
        return {code: tuple(c for c in self.counters.values() if code in c.serves) for code in self.services}

    def hall_of(self, service: str) -> str:
        """Where one waits for a service: the hall of the first counter that serves it."""
        return self.waits_in.get(service) or self.counters_of_service[service][0].hall

    def needs(self, service: str, cards: int) -> dict[str, int]:
        """What one ticket reserves: item -> whole units; an item that the office does not keep limits nothing."""
        wanted = self.services[service].consumes
        return {item: quantity * cards for item, quantity in wanted.items() if item in self.items}

    def documents(self, service: str, used: Sequence[Mapping[str, Any]]) -> int:
        """How many documents lines of `{item, quantity}` suffice for, by what each needs first: its card or paper."""
        lead, quantity = next(iter(self.needs(service, 1).items()), ("", 1))
        return int(sum(line["quantity"] for line in used if line["item"] == lead) // quantity)

    def for_demo(self) -> Catalogue:
        """Open around the clock, no quota, every counter serves everything: to be tried at any hour."""
        always = DayHours(opens=0, intake_closes=MINUTES_A_DAY, closes=MINUTES_A_DAY)
        everything = tuple(self.services)
        return replace(
            self,
            hours=dict.fromkeys(range(7), always),
            holidays={},
            groups={prefix: replace(group, quota=None) for prefix, group in self.groups.items()},
            policy=self.policy and replace(self.policy, daily_quota=None),
            counters={number: replace(c, serves=everything) for number, c in self.counters.items()},
            waits_in={service: self.hall_of(service) for service in everything},
        )


@lru_cache(maxsize=1024)  # every ticket asks for it, and counters open and close a few times a day
def line_of(catalogue: Catalogue, services: tuple[str, ...], open_counters: tuple[int, ...]) -> Line:
    """The line in which a ticket for one of `services` stands while these counters are open.

    Their groups, while none is open for them. Source: `docs/field.md#waiting`.
    """
    mine = frozenset(services)
    at_work = [counter.serves for number in open_counters if (counter := catalogue.counters.get(number))]
    together = [serves for serves in at_work if not mine.isdisjoint(serves)]
    if not together:
        return Line(mine.union(*(catalogue.codes_of_group[catalogue.services[code].prefix] for code in mine)), ())
    line = mine.union(*together)
    callers = collections.Counter(calls for serves in at_work if (calls := line.intersection(serves)))
    return Line(line, tuple(callers.items()))
