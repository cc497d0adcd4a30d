"""Reads an office file: TOML in, a `Catalogue` out, or one sentence that says what to correct and where.

Two steps. Each table is read by its specification, which refuses what is unknown, missing or of the wrong type;
then `CHECKS` looks at what only the whole file can tell, such as a service that nobody serves.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from queue_server.domain import announcements, backlog, equipment
from queue_server.domain.catalogue import (
    AMAN,
    KOSONG,
    KRITIS,
    MINUTES_A_DAY,
    PURPOSES,
    TERBATAS,
    Calls,
    Catalogue,
    ChecklistItem,
    Counter,
    DayHours,
    Group,
    Hall,
    Item,
    Level,
    Policy,
    Rules,
    Service,
    Words,
)
from queue_server.domain.errors import OfficeFileError
from queue_server.domain.policy import BUCKETS, bucket_of
from queue_server.domain.stock import CARDS, ITEMS, RATIONED

TIME_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STAGES = ("V", "B", "E", "C", "P")  # verify, biometrics, entry, card print, pick-up
KINDS = ("wajib", "bersyarat", "lokal")
SHORT = 12  # characters that fit the waiting list of the TV
ICONS = (  # the drawings that the screens have, by Lucide's names
    *("baby", "book-user", "file", "file-check", "file-pen", "file-text", "gavel", "heart-handshake", "hospital"),
    *("house", "id-card", "image", "info", "receipt", "shield-check", "smartphone", "truck", "user-check", "users"),
)
MOST_LANGUAGES = 3  # of one call: who listens to more has forgotten the number
REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file: what every sentence begins with."""

    file: str
    key: str = ""

    def at(self, key: str) -> Place:
        return Place(self.file, f"{self.key}.{key}" if self.key else key)

    def refuse(self, problem: str, remedy: str) -> OfficeFileError:
        return OfficeFileError(f"{self.file}: {self.key} {problem}; {remedy}.")


Reader = Callable[[Place, Any], Any]
Spec = Mapping[str, tuple[Reader, Any]]  # key -> how to read it, and its value when absent or REQUIRED


# -- readers: one value -------------------------------------------------------------------------------------------


def text(place: Place, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise place.refuse("must be a text", "write something in quotes")
    return value


def flag(place: Place, value: Any) -> bool:
    if not isinstance(value, bool):
        raise place.refuse("must be true or false", "write one of the two without quotes")
    return value


def whole(least: int) -> Reader:
    def read(place: Place, value: Any) -> int:
        if type(value) is not int or value < least:
            raise place.refuse(f"must be a whole number, {least} or more", "write it without quotes")
        return value

    return read


def day(place: Place, value: Any) -> date:
    if type(value) is not date:
        raise place.refuse("must be a date", "write it as 2026-11-24 without quotes")
    return value


def one_of(*known: str) -> Reader:
    def read(place: Place, value: Any) -> str:
        if value not in known:
            raise place.refuse(f"says {value!r}, which is not known", f"write one of {', '.join(known)}")
        return str(value)

    return read


def order_of(*known: str) -> Reader:
    """All of them, in the office's own order."""

    def read(place: Place, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or sorted(map(str, value)) != sorted(known):
            raise place.refuse("must name each of its words once", f"put in order {', '.join(known)}")
        return tuple(value)

    return read


def matching(pattern: str, remedy: str) -> Reader:
    def read(place: Place, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise place.refuse(f"says {value!r}, which has the wrong form", remedy)
        return value

    return read


def minutes(place: Place, value: Any) -> int:
    """`07.30` as minutes after midnight; up to 48.00, so that 26.00 is two o'clock in the following night."""
    clock = re.fullmatch(r"(\d\d)\.([0-5]\d)", value) if isinstance(value, str) else None
    after_midnight = int(clock[1]) * 60 + int(clock[2]) if clock else -1
    if not 0 <= after_midnight <= 2 * MINUTES_A_DAY:
        raise place.refuse(f"says {value!r}, which is no time", 'write hours and minutes as "07.30"')
    return after_midnight


def period(place: Place, value: Any) -> tuple[int, int]:
    start, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not dash:
        raise place.refuse(f"says {value!r}, which is no break", 'write it as "12.00-13.00"')
    return minutes(place, start), minutes(place, end)


def words(place: Place, value: Any) -> Words:
    return Words(**read_table(place, value, {"id": (text, REQUIRED), "en": (text, "")}))


def short_words(place: Place, value: Any) -> Words:
    short = words(place, value)
    for language in ("id", "en"):
        if len(short.get(language)) > SHORT:
            raise place.at(language).refuse(f"is longer than {SHORT} characters", "shorten it, the TV has no more room")
    return short


# -- readers: many values -----------------------------------------------------------------------------------------


def list_of(reader: Reader) -> Reader:
    def read(place: Place, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise place.refuse("must be a list", "put it in square brackets")
        return tuple(reader(place, entry) for entry in value)

    return read


def languages(place: Place, value: Any) -> tuple[str, ...]:
    """Those in which a call is spoken, in their order."""
    code = matching("[a-z]{2,3}", 'write the names of voices as ["id", "jv"]')
    known: tuple[str, ...] = list_of(code)(place, value)
    if len(set(known)) < len(known) or len(known) > MOST_LANGUAGES:
        raise place.refuse(f"must name each language once, {MOST_LANGUAGES} at most", "take some out")
    return known


def read_table(place: Place, value: Any, spec: Spec) -> dict[str, Any]:
    """Every key of `spec` with its value; refuses a key that is not in it and one that must be there and is not."""
    if not isinstance(value, dict):
        raise place.refuse("must be a table", f"give it the keys {', '.join(spec)}")
    for key in value:
        if key not in spec:
            raise place.at(key).refuse("is an unknown key", f"take it out or write one of {', '.join(spec)}")
    for key, (_, default) in spec.items():
        if default is REQUIRED and key not in value:
            raise place.at(key).refuse("is missing", "add it")
    return {
        key: reader(place.at(key), value[key]) if key in value else default for key, (reader, default) in spec.items()
    }


def table(spec: Spec) -> Reader:
    return lambda place, value: read_table(place, value, spec)


def named(reader: Reader) -> Reader:
    """A table whose keys the office chooses."""

    def read(place: Place, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise place.refuse("must be a table", f"begin it with [{place.key}]")
        return {key: reader(place.at(key), entry) for key, entry in value.items()}

    return read


def rows(spec: Spec, identity: str) -> Reader:
    """A list of tables by the key that names each, in the file's order; a name may stand once only."""

    def read(place: Place, value: Any) -> dict[Any, dict[str, Any]]:
        if not isinstance(value, list) or not value:
            raise place.refuse("must be a list of tables", f"begin each with [[{place.key}]]")
        found: dict[Any, dict[str, Any]] = {}
        for number, entry in enumerate(value, start=1):
            name = entry.get(identity) if isinstance(entry, dict) else None
            here = place.at(f"#{number}" if name is None else str(name))
            row = read_table(here, entry, spec)
            if row[identity] in found:
                raise here.refuse(f"stands twice, two tables have this {identity}", "take one out or rename it")
            found[row[identity]] = row
        return found

    return read


# -- the tables of an office file -----------------------------------------------------------------------------------

letter = matching("[A-Z]", "write one capital letter, A to Z")
icon = one_of(*ICONS)
usual = Rules()

OFFICE: Spec = {
    "name": (text, REQUIRED),
    "code": (matching(r"\d\d\.\d\d", "write province and regency as 36.73"), REQUIRED),
    "time_zone": (one_of(*TIME_ZONES), REQUIRED),
    "information": (words, Catalogue.information),
    "complaints": (matching(r"https?://[!-~]{4,200}", "write an address as https://www.lapor.go.id"), ""),
}
RULES: Spec = {
    "priority_after": (whole(1), usual.priority_after),
    "longest_wait_minutes": (whole(1), usual.longest_wait_minutes),
    "requeue_behind": (whole(1), usual.requeue_behind),
    "intake_in_break": (flag, usual.intake_in_break),
    "carry_over": (flag, usual.carry_over),
    "safety_minimum": (whole(0), usual.safety_minimum),
    "safety_percent": (whole(0), usual.safety_percent),
    "numbers_per_nik": (whole(0), usual.numbers_per_nik),
    "print_order": (order_of(*backlog.KINDS), usual.print_order),
    "invitations_a_day": (whole(1), usual.invitations_a_day),
    "uncollected_days": (whole(1), usual.uncollected_days),
}
SAID: Spec = {
    "kiosk": (words, REQUIRED),
    "display": (words, None),  # left out: what the kiosk says
    "phone": (words, None),
    "suket": (flag, REQUIRED),
}
GIVES: Spec = {
    **SAID,
    "serves": (list_of(one_of(*PURPOSES)), PURPOSES),
    "shares": (table({bucket: (whole(1), None) for bucket in BUCKETS}), {}),
}
CALLS: Spec = {
    "languages": (languages, Calls().languages),
    "numbers": (one_of(*announcements.READINGS), Calls().numbers),
    "deaf_friendly": (flag, Calls().deaf_friendly),
}
POLICY: Spec = {
    "limited_below_days": (whole(1), REQUIRED),
    "critical_below_days": (whole(1), REQUIRED),
    "daily_quota": (whole(1), None),
    "give_back": (minutes, None),
    "elsewhere": (words, None),
    "levels": (
        table(
            {
                AMAN: (table(GIVES), REQUIRED),
                TERBATAS: (table(GIVES), REQUIRED),
                KRITIS: (table(GIVES), REQUIRED),
                KOSONG: (table(SAID), REQUIRED),  # where nothing is left nothing is shared out
            }
        ),
        REQUIRED,
    ),
}
DAY: Spec = {
    "opens": (minutes, REQUIRED),
    "intake_closes": (minutes, REQUIRED),
    "closes": (minutes, REQUIRED),
    "breaks": (list_of(period), ()),
}
HALL: Spec = {
    "code": (matching("[A-Za-z0-9-]+", "write letters, digits and hyphens, it stands in an address"), REQUIRED),
    "name": (words, REQUIRED),
    "where": (words, REQUIRED),
}
ITEM: Spec = {
    "code": (one_of(*ITEMS), REQUIRED),
    "name": (words, REQUIRED),
    "unit": (words, REQUIRED),
    "public": (flag, False),
    "next_delivery": (day, None),
    "delivery_quantity": (whole(1), None),
    "pack": (whole(1), None),
    "pack_name": (words, None),
}
GROUP: Spec = {
    "prefix": (letter, REQUIRED),
    "name": (words, REQUIRED),
    "short": (short_words, REQUIRED),
    "detail": (words, REQUIRED),
    "icon": (icon, REQUIRED),
    "small": (flag, False),
    "quota": (whole(1), None),
}
PAPER: Spec = {
    "label": (words, REQUIRED),
    "note": (words, None),
    "icon": (icon, "file"),
}
TO_BRING: Spec = {
    "paper": (text, REQUIRED),
    "kind": (one_of(*KINDS), "wajib"),
    "source": (text, ""),
    "check": (flag, False),
}
SERVICE: Spec = {
    "code": (matching("[A-Z]{2,}(-[A-Z]+)*", "write capitals and hyphens as in KTP-HILANG"), REQUIRED),
    "prefix": (letter, REQUIRED),
    "name": (words, REQUIRED),
    "stages": (list_of(one_of(*STAGES)), REQUIRED),
    "sla_minutes": (whole(1), REQUIRED),
    "sla_basis": (text, REQUIRED),
    "service_minutes": (whole(1), REQUIRED),
    "consumes": (named(whole(1)), {}),
    "cards": (flag, False),
    "purpose": (one_of(*PURPOSES), None),
    "checklist": (list_of(table(TO_BRING)), ()),
    "instead": (list_of(text), ()),
    "needs": (list_of(one_of(*equipment.KINDS)), ()),
}
COUNTER: Spec = {
    "number": (whole(1), REQUIRED),
    "hall": (text, REQUIRED),
    "serves": (list_of(text), REQUIRED),
}
FILE: Spec = {
    "office": (table(OFFICE), REQUIRED),
    "rules": (table(RULES), {}),
    "calls": (table(CALLS), {}),
    "policy": (table(POLICY), None),
    "hours": (table({weekday: (table(DAY), None) for weekday in WEEKDAYS}), REQUIRED),
    "holidays": (named(text), {}),
    "kecamatan": (named(text), {}),
    "halls": (rows(HALL, "code"), REQUIRED),
    "items": (rows(ITEM, "code"), REQUIRED),
    "groups": (rows(GROUP, "prefix"), REQUIRED),
    "papers": (named(table(PAPER)), {}),
    "services": (rows(SERVICE, "code"), REQUIRED),
    "counters": (rows(COUNTER, "number"), REQUIRED),
}


# -- from tables to the catalogue -----------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def parse(text: str, filename: str) -> Catalogue:
    """The catalogue that an office file describes, ready to be relied on.

    `filename` only names the file in a refusal. The answer is kept by text, because a replay and every query ask
    for the same few texts again and again: never change it. Raises `OfficeFileError`.
    """
    file = Place(filename)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OfficeFileError(f"{filename} is not valid TOML: {error}; correct that line.") from None
    catalogue = _catalogue(file, read_table(file, tables, FILE))
    for check in CHECKS:
        check(file, catalogue)
    return catalogue


def _catalogue(file: Place, found: Mapping[str, Any]) -> Catalogue:
    office, papers = found["office"], found["papers"]
    services = {code: _service(file.at(f"services.{code}"), row, papers) for code, row in found["services"].items()}
    of_group = {prefix: [s.code for s in services.values() if s.prefix == prefix] for prefix in found["groups"]}
    return Catalogue(
        name=office["name"],
        office_code=office["code"],
        time_zone=TIME_ZONES[office["time_zone"]],
        zone=office["time_zone"],
        information=office["information"],
        complaints=office["complaints"],
        rules=Rules(**found["rules"]),
        calls=Calls(**found["calls"]),
        policy=_policy(found["policy"]) if found["policy"] else None,
        hours={n: DayHours(**found["hours"][w]) for n, w in enumerate(WEEKDAYS) if found["hours"][w]},
        holidays=dict(_holidays(file.at("holidays"), found["holidays"])),
        kecamatan=found["kecamatan"],
        halls={code: Hall(**row) for code, row in found["halls"].items()},
        items={code: Item(**row) for code, row in found["items"].items()},
        groups={prefix: Group(**row) for prefix, row in found["groups"].items()},
        services=services,
        counters={
            number: Counter(number, row["hall"], _services_named(row["serves"], of_group))
            for number, row in found["counters"].items()
        },
    )


def _policy(row: Mapping[str, Any]) -> Policy:
    def level(said: Mapping[str, Any]) -> Level:
        shares = {bucket: share for bucket, share in said.get("shares", {}).items() if share}
        words = {screen: said[screen] or said["kiosk"] for screen in ("display", "phone")}
        return Level(**{**said, **words, "shares": shares})

    return Policy(**{**row, "levels": {name: level(said) for name, said in row["levels"].items()}})


def _service(place: Place, row: Mapping[str, Any], papers: Mapping[str, Any]) -> Service:
    checklist = tuple(_to_bring(place.at("checklist"), entry, papers) for entry in row["checklist"])
    return Service(**{**row, "checklist": checklist}, prints=not CARDS.isdisjoint(row["consumes"]))


def _to_bring(place: Place, entry: Mapping[str, Any], papers: Mapping[str, Any]) -> ChecklistItem:
    name = entry["paper"]
    if name not in papers:
        raise place.refuse(f"names the paper {name!r}, which nothing describes", f"describe it as [papers.{name}]")
    if not entry["source"] and not entry["check"]:
        raise place.refuse(f"says of {name!r} neither source nor check", "add its source or check = true")
    return ChecklistItem(**papers[name], kind=entry["kind"], source=entry["source"], check=entry["check"])


def _holidays(place: Place, named_days: Mapping[str, str]) -> Iterator[tuple[date, str]]:
    for written, name in named_days.items():
        try:
            yield date.fromisoformat(written), name
        except ValueError:
            raise place.at(written).refuse("is no date", "write year, month and day as 2026-08-17") from None


def _services_named(serves: tuple[str, ...], of_group: Mapping[str, list[str]]) -> tuple[str, ...]:
    """A letter stands for all services of its group."""
    return tuple(dict.fromkeys(code for name in serves for code in of_group.get(name, [name])))


# -- what only the whole file can tell ------------------------------------------------------------------------------


def _days_are_in_order(file: Place, catalogue: Catalogue) -> None:
    if not catalogue.hours:
        raise file.at("hours").refuse("opens on no day", "add at least one weekday")
    for weekday, hours in catalogue.hours.items():
        place = file.at(f"hours.{WEEKDAYS[weekday]}")
        if hours.closes <= hours.opens:
            raise place.at("closes").refuse("is not later than opens", "after midnight write 26.00 for two o'clock")
        if not hours.opens < hours.intake_closes <= hours.closes:
            raise place.at("intake_closes").refuse("is not between opens and closes", "move it between the two")
        tomorrow = catalogue.hours.get((weekday + 1) % 7)
        if tomorrow and hours.closes - MINUTES_A_DAY > tomorrow.opens:
            raise place.at("closes").refuse("is later than the next day's opening", "close earlier or open later")


def _kecamatan_have_codes(file: Place, catalogue: Catalogue) -> None:
    for code in catalogue.kecamatan:
        if not re.fullmatch(re.escape(catalogue.office_code) + r"\.\d\d", code, re.ASCII):
            raise file.at(f"kecamatan.{code}").refuse("is no code of this office", f"write {catalogue.office_code}.01")


def _breaks_are_in_the_day(file: Place, catalogue: Catalogue) -> None:
    for weekday, hours in catalogue.hours.items():
        place = file.at(f"hours.{WEEKDAYS[weekday]}.breaks")
        for start, end in hours.breaks:
            if end <= start:
                raise place.refuse("has a break that ends before it begins", "write the earlier time first")
            if not hours.opens <= start < end <= hours.closes:
                raise place.refuse("has a break outside opens and closes", "move it into the day")
        if any(earlier[1] > later[0] for earlier, later in pairwise(hours.breaks)):
            raise place.refuse("has breaks that overlap or are not in order", "write them one after the other")


def _groups_have_services(file: Place, catalogue: Catalogue) -> None:
    for code, service in catalogue.services.items():
        if service.prefix not in catalogue.groups:
            raise file.at(f"services.{code}.prefix").refuse(
                f"says {service.prefix}, which is no group", f"write one of {', '.join(catalogue.groups)}"
            )
    for prefix, services in catalogue.services_of_group.items():
        if not services:
            raise file.at(f"groups.{prefix}").refuse("has no service", "give a service this prefix or take it out")


def _services_make_sense(file: Place, catalogue: Catalogue) -> None:
    for code, service in catalogue.services.items():
        place = file.at(f"services.{code}")
        if not service.stages or len(set(service.stages)) < len(service.stages):
            raise place.at("stages").refuse("must name each stage once", f"write some of {', '.join(STAGES)}")
        for item in service.consumes:
            if item not in ITEMS:
                raise place.at(f"consumes.{item}").refuse("is an unknown item", f"write one of {', '.join(ITEMS)}")
        for other in service.instead:
            if other not in catalogue.services or other == code:
                raise place.at("instead").refuse(f"names {other!r}", "name another service of this file")


def _counters_are_served(file: Place, catalogue: Catalogue) -> None:
    if sorted(catalogue.counters) != list(range(1, len(catalogue.counters) + 1)):
        raise file.at("counters").refuse("are not numbered 1, 2, 3 without a gap", "number them as the signs say")
    for number, counter in catalogue.counters.items():
        place = file.at(f"counters.{number}")
        if counter.hall not in catalogue.halls:
            raise place.at("hall").refuse(
                f"says {counter.hall!r}, which is no hall", f"write one of {', '.join(catalogue.halls)}"
            )
        for code in counter.serves:
            if code not in catalogue.services:
                raise place.at("serves").refuse(f"names {code!r}, no service or group", "correct it or add the service")
    for code, counters in catalogue.counters_of_service.items():
        if not counters:
            raise file.at(f"services.{code}").refuse("is served at no counter", "add it to a counter's serves")


def _deliveries_have_a_day(file: Place, catalogue: Catalogue) -> None:
    for code, item in catalogue.items.items():
        if item.delivery_quantity and not item.next_delivery:
            raise file.at(f"items.{code}.delivery_quantity").refuse("has no day", "add next_delivery = 2026-11-24")


def _policy_makes_sense(file: Place, catalogue: Catalogue) -> None:
    policy, place = catalogue.policy, file.at("policy")
    if policy is None:
        return
    if RATIONED not in catalogue.items:
        raise place.refuse(f"rations {RATIONED}, which is no item of this office", f"list {RATIONED} or take it out")
    if policy.critical_below_days >= policy.limited_below_days:
        raise place.at("critical_below_days").refuse("is not less than limited_below_days", "lower it")
    if policy.buckets and policy.give_back is None:
        raise place.at("give_back").refuse("is missing", 'say from which hour unused shares are free, as "11.00"')
    for name, level in policy.levels.items():
        if level.shares and sum(level.shares.values()) != 100:
            raise place.at(f"levels.{name}.shares").refuse("do not add up to 100", "correct the shares")
        if not level.serves:
            raise place.at(f"levels.{name}.serves").refuse("names no purpose", f"write some of {', '.join(PURPOSES)}")
    _every_blank_has_a_purpose(file, catalogue, policy)


def _every_blank_has_a_purpose(file: Place, catalogue: Catalogue, policy: Policy) -> None:
    for code, service in catalogue.services.items():
        place = file.at(f"services.{code}.purpose")
        if RATIONED not in service.consumes:
            continue
        if service.purpose is None:
            raise place.refuse("is missing, and the office has a policy", f"write one of {', '.join(PURPOSES)}")
        if bucket_of(policy, service.purpose, priority=False, channel="") is None:
            raise place.refuse(f"says {service.purpose!r}, which has no share", "give it one, or one to on_site")


CHECKS = (
    _days_are_in_order,
    _kecamatan_have_codes,
    _breaks_are_in_the_day,
    _groups_have_services,
    _services_make_sense,
    _counters_are_served,
    _deliveries_have_a_day,
    _policy_makes_sense,
)


# -- what a change touches ------------------------------------------------------------------------------------------

AT_ANY_TIME = {  # the words of each table: what a citizen reads, and no number or promise depends on
    "halls": {"name", "where"},
    "items": {"name", "unit", "next_delivery", "delivery_quantity", "pack", "pack_name"},
    "groups": {"name", "short", "detail", "icon"},
    "services": {"name", "sla_basis", "checklist"},
}


def compare(old: Catalogue, new: Catalogue) -> tuple[str, ...]:
    """The keys that differ besides counters, hours (with holidays) and words; empty when `--now` may apply `new`."""
    return tuple(_lasting_changes(old, new))


def _lasting_changes(old: Catalogue, new: Catalogue) -> Iterator[str]:
    if old.office_code != new.office_code:
        yield "office.code"
    if old.zone != new.zone:
        yield "office.time_zone"
    yield from (f"rules.{name}" for name in _differing(old.rules, new.rules))
    if _without_words(old.policy) != _without_words(new.policy):
        yield "policy"
    for part, free in AT_ANY_TIME.items():
        before, after = getattr(old, part), getattr(new, part)
        for key in dict.fromkeys([*before, *after]):
            if key not in before or key not in after:
                yield f"{part}.{key}"
            else:
                yield from (f"{part}.{key}.{name}" for name in _differing(before[key], after[key]) if name not in free)


def _without_words(policy: Policy | None) -> Policy | None:
    if policy is None:
        return None
    none = Words("")
    levels = {n: replace(level, kiosk=none, display=none, phone=none) for n, level in policy.levels.items()}
    return replace(policy, levels=levels, elsewhere=None)


def _differing(old: Any, new: Any) -> Iterator[str]:
    return (field.name for field in fields(old) if getattr(old, field.name) != getattr(new, field.name))
