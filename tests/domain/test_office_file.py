"""The office file: what the four offices say, and the sentence that answers every mistake."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import backlog, office_file
from queue_server.domain.catalogue import Catalogue, DayHours, Words
from queue_server.domain.errors import OfficeFileError

OFFICES = Path(__file__).parents[2] / "queue_server" / "offices"
NAMES = ("kota_serang", "kolaka_utara", "cianjur", "banyuwangi")
TEXTS = {name: (OFFICES / f"{name}.toml").read_text(encoding="utf-8") for name in NAMES}

# The smallest office: one counter, one hall, one card.
SMALL = """
[office]
name = "Kota Kecil"
code = "36.73"
time_zone = "WIB"

[hours.monday]
opens = "08.00"
intake_closes = "14.00"
closes = "15.00"
breaks = ["12.00-13.00"]

[hours.tuesday]
opens = "08.15"
intake_closes = "14.15"
closes = "15.15"

[holidays]
2026-08-17 = "Hari Kemerdekaan"

[[halls]]
code = "A"
name = { id = "Ruang Tunggu" }
where = { id = "di belakang Anda" }

[[items]]
code = "KTP"
name = { id = "Blangko KTP-el" }
unit = { id = "keping" }

[[groups]]
prefix = "A"
name = { id = "KTP-el", en = "ID card" }
short = { id = "KTP-el" }
detail = { id = "cetak" }
icon = "id-card"

[papers.kk]
label = { id = "Kartu Keluarga" }

[[services]]
code = "KTP-CETAK"
prefix = "A"
name = { id = "Cetak KTP-el" }
stages = ["V", "C"]
sla_minutes = 60
sla_basis = "Setelan kantor"
service_minutes = 7
consumes = { KTP = 1 }
checklist = [{ paper = "kk", source = "Perpres 96/2018" }]

[[services]]
code = "KTP-REKAM"
prefix = "A"
name = { id = "Rekam" }
stages = ["V", "B"]
sla_minutes = 60
sla_basis = "Setelan kantor"
service_minutes = 9

[[counters]]
number = 1
hall = "A"
serves = ["KTP-CETAK", "KTP-REKAM"]
"""


def changed(old: str, new: str) -> str:
    """The small office's file with one passage replaced, at its first place."""
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def small(old: str = "", new: str = "") -> Catalogue:
    return office_file.parse(changed(old, new), "kecil.toml")


def refusal_of(text: str) -> str:
    with pytest.raises(OfficeFileError) as refused:
        office_file.parse(text, "kecil.toml")
    return str(refused.value)


# -- the offices --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
def test_every_office_file_is_read(name: str) -> None:
    catalogue = office_file.parse(TEXTS[name], f"{name}.toml")
    assert list(catalogue.groups) == ["A", "B", "E", "C", "D", "F", "G", "Z", "I"]
    assert [prefix for prefix, group in catalogue.groups.items() if group.small] == ["Z", "I"]


@pytest.mark.parametrize("name", TEXTS)
def test_every_requirement_names_its_source_or_asks_to_be_checked(name: str) -> None:
    catalogue = office_file.parse(TEXTS[name], f"{name}.toml")
    for service in catalogue.services.values():
        assert all(item.source or item.check for item in service.checklist)
        assert all(item.label.en for item in service.checklist)


def without_english(part: object, place: str) -> list[str]:
    """Where a text of an office file stands in Indonesian alone."""
    if isinstance(part, Words):
        return [f"{place}: {part.id}"] if part.id and not part.en else []
    if is_dataclass(part):
        return [fault for f in fields(part) for fault in without_english(getattr(part, f.name), f"{place}.{f.name}")]
    if isinstance(part, Mapping):
        return [fault for key, value in part.items() for fault in without_english(value, f"{place}.{key}")]
    if isinstance(part, tuple | list):
        return [fault for at, value in enumerate(part) for fault in without_english(value, f"{place}[{at}]")]
    return []


@pytest.mark.parametrize("name", TEXTS)
def test_everything_that_an_office_says_it_says_in_both_languages(name: str) -> None:
    assert without_english(office_file.parse(TEXTS[name], f"{name}.toml"), name) == []


@pytest.mark.parametrize("name", TEXTS)
def test_nobody_waits_in_a_hall_where_half_of_the_calls_are_not_shown(name: str) -> None:
    catalogue = office_file.parse(TEXTS[name], f"{name}.toml")
    for counters in catalogue.counters_of_service.values():
        assert len({counter.hall for counter in counters}) == 1


@pytest.mark.parametrize("name", TEXTS)
def test_who_finds_no_blank_for_an_id_card_is_offered_the_digital_card_and_the_letter(name: str) -> None:
    catalogue = office_file.parse(TEXTS[name], f"{name}.toml")
    for code in ("KTP-CETAK", "KTP-RUSAK", "KTP-HILANG", "KTP-UBAH"):
        assert catalogue.services[code].instead == ("IKD", "SUKET")


@pytest.mark.parametrize("name", TEXTS)
def test_fixed_holidays_stand_in_both_years(name: str) -> None:
    catalogue = office_file.parse(TEXTS[name], f"{name}.toml")
    for year in (2026, 2027):
        for month, day in ((1, 1), (5, 1), (6, 1), (8, 17), (12, 25)):
            assert date(year, month, day) in catalogue.holidays


def test_every_office_knows_its_kecamatan_and_prints_in_the_national_order() -> None:
    known = {
        "kota_serang": (6, "Serang"),
        "kolaka_utara": (15, "Lasusua"),
        "cianjur": (32, "Cianjur"),
        "banyuwangi": (25, "Pesanggaran"),
    }
    assert known.keys() == TEXTS.keys()
    for name, (number, first) in known.items():
        catalogue = office_file.parse(TEXTS[name], f"{name}.toml")
        assert len(catalogue.kecamatan) == number
        assert catalogue.kecamatan[f"{catalogue.office_code}.01"] == first
        assert catalogue.rules.print_order == backlog.KINDS


def test_serang_has_thirteen_counters_in_two_halls() -> None:
    serang = office_file.parse(TEXTS["kota_serang"], "kota_serang.toml")
    assert (serang.zone, serang.time_zone, serang.office_code) == ("WIB", "Asia/Jakarta", "36.73")
    assert list(serang.counters) == list(range(1, 14))
    assert {counter.hall for counter in serang.counters.values()} == {"A", "B"}


def test_kolaka_utara_is_in_wita_with_four_counters_in_one_hall() -> None:
    kolaka = office_file.parse(TEXTS["kolaka_utara"], "kolaka_utara.toml")
    assert (kolaka.zone, kolaka.time_zone, kolaka.office_code) == ("WITA", "Asia/Makassar", "74.08")
    assert list(kolaka.counters) == [1, 2, 3, 4]
    assert list(kolaka.halls) == ["A"]


def test_cianjur_prints_seven_hundred_a_day_and_banyuwangi_shares_seventy_to_thirty() -> None:
    cianjur = office_file.parse(TEXTS["cianjur"], "cianjur.toml")
    banyuwangi = office_file.parse(TEXTS["banyuwangi"], "banyuwangi.toml")
    assert (cianjur.office_code, cianjur.zone) == ("32.03", "WIB")
    assert (banyuwangi.office_code, banyuwangi.zone) == ("35.10", "WIB")
    assert cianjur.policy
    assert cianjur.policy.daily_quota == 700
    assert banyuwangi.policy
    assert banyuwangi.policy.levels["TERBATAS"].shares == {"print_ready": 70, "replacement": 30}


@pytest.mark.parametrize("name", ["cianjur", "banyuwangi"])
def test_every_level_has_its_words_in_both_languages(name: str) -> None:
    policy = office_file.parse(TEXTS[name], f"{name}.toml").policy
    assert policy
    for level in policy.levels.values():
        assert all(words.id and words.en for words in (level.kiosk, level.display, level.phone))


def test_a_card_takes_one_blank_and_one_print_of_ribbon_and_film() -> None:
    serang = office_file.parse(TEXTS["kota_serang"], "kota_serang.toml")
    assert serang.needs("KTP-HILANG", 1) == {"KTP": 1, "RIBBON": 1, "FILM": 1}
    assert serang.needs("KTP-CETAK", 3) == {"KTP": 3, "RIBBON": 3, "FILM": 3}
    assert serang.needs("KTP-WNA", 1) == {"KTP-WNA": 1, "RIBBON": 1, "FILM": 1}
    assert serang.needs("KIA-BARU", 1) == {"KIA": 1, "RIBBON": 1}
    assert serang.needs("KTP-REKAM", 1) == {}


def test_what_leaves_the_card_printer_counts_as_printed() -> None:
    serang = office_file.parse(TEXTS["kota_serang"], "kota_serang.toml")
    printed = {code for code, service in serang.services.items() if service.prints}
    cards = {"KTP-CETAK", "KTP-RUSAK", "KTP-HILANG", "KTP-UBAH", "KTP-WNA", "DATANG", "KIA-BARU", "KIA-GANTI"}
    assert printed == cards


# -- what is read -------------------------------------------------------------------------------------------------


def test_times_are_minutes_after_midnight_and_a_day_without_hours_is_closed() -> None:
    assert small().hours == {0: DayHours(480, 840, 900, ((720, 780),)), 1: DayHours(495, 855, 915)}


def test_a_day_may_end_after_midnight() -> None:
    night = small('"15.00"', '"26.00"')
    assert night.hours[0].closes == 26 * 60


def test_rules_that_the_file_does_not_name_keep_their_defaults() -> None:
    ruled = small("[holidays]", "[rules]\ncarry_over = false\n\n[holidays]")
    assert ruled.rules == replace(small().rules, carry_over=False)
    assert small().rules.requeue_behind == 5


def test_a_paper_is_described_once_and_cited_where_it_is_needed() -> None:
    (item,) = small().services["KTP-CETAK"].checklist
    assert (item.label, item.icon, item.kind) == (Words("Kartu Keluarga"), "file", "wajib")
    assert (item.source, item.check) == ("Perpres 96/2018", False)


def test_a_requirement_without_a_source_waits_for_its_check() -> None:
    (item,) = small('source = "Perpres 96/2018"', "check = true").services["KTP-CETAK"].checklist
    assert (item.source, item.check) == ("", True)


def test_a_letter_at_a_counter_stands_for_all_services_of_its_group() -> None:
    lettered = small('["KTP-CETAK", "KTP-REKAM"]', '["A"]')
    assert lettered.counters[1].serves == ("KTP-CETAK", "KTP-REKAM")


def test_an_item_that_the_office_does_not_keep_limits_nothing() -> None:
    assert small("{ KTP = 1 }", "{ KTP = 1, RIBBON = 1 }").needs("KTP-CETAK", 2) == {"KTP": 2}


def test_the_next_delivery_is_a_date() -> None:
    told = small('unit = { id = "keping" }', 'unit = { id = "keping" }\nnext_delivery = 2026-11-24')
    assert told.items["KTP"].next_delivery == date(2026, 11, 24)


def test_every_drawing_that_an_office_may_choose_is_there() -> None:
    drawings = (OFFICES.parent / "web" / "templates" / "icons.html").read_text(encoding="utf-8")
    assert [icon for icon in office_file.ICONS if f"'{icon}':" not in drawings] == []


def test_the_same_text_is_read_once() -> None:
    assert small() is small()


@given(hour=st.integers(0, 47), minute=st.integers(0, 59))
def test_every_time_that_can_be_written_is_read_back(hour: int, minute: int) -> None:
    place = office_file.Place("kecil.toml", "hours.monday.opens")
    assert office_file.minutes(place, f"{hour:02}.{minute:02}") == hour * 60 + minute


# -- what is refused ----------------------------------------------------------------------------------------------

WORDS = 'kiosk = { id = "Ada." }\nsuket = false'
POLICY = f"""[policy]
limited_below_days = 4
critical_below_days = 1
give_back = "11.00"

[policy.levels.AMAN]
{WORDS}

[policy.levels.TERBATAS]
shares = {{ print_ready = 70, on_site = 30 }}
{WORDS}

[policy.levels.KRITIS]
serves = ["print_ready"]
{WORDS}

[policy.levels.KOSONG]
{WORDS}

"""
RATIONED = SMALL.replace("[holidays]", POLICY + "[holidays]").replace(
    "consumes = { KTP = 1 }", 'purpose = "print_ready"\nconsumes = { KTP = 1 }'
)
POLICY_MISTAKES = {
    "a level without words": ('kiosk = { id = "Ada." }\n', "", "policy.levels.AMAN.kiosk"),
    "a level that nobody knows": ("[policy.levels.AMAN]", "[policy.levels.AMANX]", "policy.levels.AMANX"),
    "a level that is missing": (f"[policy.levels.KOSONG]\n{WORDS}\n", "", "policy.levels.KOSONG"),
    "levels without thresholds": ("limited_below_days = 4\n", "", "policy.limited_below_days"),
    "thresholds the wrong way round": ("critical_below_days = 1", "critical_below_days = 4", "critical_below_days"),
    "an unknown purpose": ('serves = ["print_ready"]', 'serves = ["lost"]', "policy.levels.KRITIS.serves"),
    "no purpose": ('serves = ["print_ready"]', "serves = []", "policy.levels.KRITIS.serves"),
    "an unknown bucket": ("on_site = 30", "friends = 30", "policy.levels.TERBATAS.shares.friends"),
    "shares that do not add up": ("on_site = 30", "on_site = 20", "policy.levels.TERBATAS.shares"),
    "shares without an hour": ('give_back = "11.00"\n', "", "policy.give_back"),
    "shares of nothing": ("[policy.levels.KOSONG]\n", "[policy.levels.KOSONG]\nshares = {}\n", "policy.levels.KOSONG"),
    "a quota of nothing": ("[policy]\n", "[policy]\ndaily_quota = 0\n", "policy.daily_quota"),
    "a blank without a purpose": ('purpose = "print_ready"\n', "", "services.KTP-CETAK.purpose"),
    "a purpose without a share": ("on_site = 30", "replacement = 30", ""),
    "a service of an unknown purpose": ('"print_ready"\nconsumes', '"lost"\nconsumes', "services.KTP-CETAK.purpose"),
    "no blanks to ration": ('code = "KTP"', 'code = "KIA"', "policy rations KTP"),
    "a quantity without a day": (
        'unit = { id = "keping" }',
        'unit = { id = "keping" }\ndelivery_quantity = 500',
        "items.KTP.delivery_quantity",
    ),
}


@pytest.mark.parametrize("mistake", POLICY_MISTAKES)
def test_a_mistake_in_the_policy_is_answered_with_one_sentence(mistake: str) -> None:
    old, new, key = POLICY_MISTAKES[mistake]
    assert old in RATIONED
    text = RATIONED.replace(old, new, 1)
    if mistake == "a purpose without a share":
        text = text.replace('purpose = "print_ready"', 'purpose = "urgent"')
        key = "services.KTP-CETAK.purpose says 'urgent', which has no share"
    sentence = refusal_of(text)
    assert key in sentence
    assert re.match(r"kecil\.toml:? .+; [a-z].+\.$", sentence)


def test_a_screen_without_words_of_its_own_says_what_the_kiosk_says() -> None:
    policy = office_file.parse(RATIONED, "kecil.toml").policy
    assert policy
    assert policy.levels["AMAN"].display == policy.levels["AMAN"].phone == Words("Ada.")


def test_an_office_without_a_policy_has_none() -> None:
    assert small().policy is None


MISTAKES = {
    "an unknown table": ("[holidays]", "[libur]\nx = 1\n\n[holidays]", "libur"),
    "an unknown key in a table": ('"WIB"', '"WIB"\nphone = "1"', "office.phone"),
    "an unknown key in a service": ("sla_minutes = 60", "sla_minutes = 60\ncost = 0", "services.KTP-CETAK.cost"),
    "an unknown key in a checklist": ('paper = "kk"', 'paper = "kk", pages = 2', "services.KTP-CETAK.checklist.pages"),
    "an unknown language": ('en = "ID card"', 'jv = "KTP"', "groups.A.name.jv"),
    "an unknown weekday": ("[hours.tuesday]", "[hours.selasa]", "hours.selasa"),
    "an unknown rule": ("[holidays]", "[rules]\nlucky = 1\n\n[holidays]", "rules.lucky"),
    "an order that forgets a kind": (
        "[holidays]",
        '[rules]\nprint_order = ["first"]\n\n[holidays]',
        "rules.print_order",
    ),
    "a kecamatan of another office": (
        "[holidays]",
        '[kecamatan]\n"32.03.01" = "Cianjur"\n\n[holidays]',
        "kecamatan.32.03.01",
    ),
    "a missing table": ("[[counters]]", "[[halls]]", "counters"),
    "a missing key": ("service_minutes = 7\n", "", "services.KTP-CETAK.service_minutes"),
    "a missing code": ('code = "KTP-REKAM"\n', "", "services.#2.code"),
    "missing Indonesian": ('{ id = "KTP-el", en = "ID card" }', '{ en = "ID card" }', "groups.A.name.id"),
    "an empty text": ('"Kota Kecil"', '" "', "office.name"),
    "a number where a text belongs": ('"Kota Kecil"', "1", "office.name"),
    "a text where a number belongs": ("sla_minutes = 60", 'sla_minutes = "60"', "services.KTP-CETAK.sla_minutes"),
    "a flag where a number belongs": ("sla_minutes = 60", "sla_minutes = true", "services.KTP-CETAK.sla_minutes"),
    "a promise of no minutes": ("sla_minutes = 60", "sla_minutes = 0", "services.KTP-CETAK.sla_minutes"),
    "a number where a flag belongs": ('icon = "id-card"', 'icon = "id-card"\nsmall = 1', "groups.A.small"),
    "a text where words belong": ('{ id = "Rekam" }', '"Rekam"', "services.KTP-REKAM.name"),
    "a text where a list belongs": ('["KTP-CETAK", "KTP-REKAM"]', '"A"', "counters.1.serves"),
    "a text where items belong": ("{ KTP = 1 }", '"KTP"', "services.KTP-CETAK.consumes"),
    "a text where a date belongs": (
        'unit = { id = "keping" }',
        'unit = { id = "keping" }\nnext_delivery = "besok"',
        "items.KTP.next_delivery",
    ),
    "one table where several belong": ("[[halls]]", "[halls]", "halls"),
    "an unknown stage": ('["V", "B"]', '["V", "X"]', "services.KTP-REKAM.stages"),
    "a stage twice": ('["V", "B"]', '["V", "V"]', "services.KTP-REKAM.stages"),
    "no stage": ('["V", "B"]', "[]", "services.KTP-REKAM.stages"),
    "a drawing that no screen has": ('"id-card"', '"dragon"', "groups.A.icon"),
    "a name too long for the TV": (
        'short = { id = "KTP-el" }',
        'short = { id = "Kartu penduduk" }',
        "groups.A.short.id",
    ),
    "an unknown kind of requirement": ('"kk",', '"kk", kind = "x",', "services.KTP-CETAK.checklist.kind"),
    "a paper that nothing describes": ('paper = "kk"', 'paper = "akta"', "services.KTP-CETAK.checklist"),
    "neither source nor check": (', source = "Perpres 96/2018"', "", "services.KTP-CETAK.checklist"),
    "a small letter as prefix": ('[[groups]]\nprefix = "A"', '[[groups]]\nprefix = "a"', "groups.a.prefix"),
    "two letters as prefix": ('[[groups]]\nprefix = "A"', '[[groups]]\nprefix = "AB"', "groups.AB.prefix"),
    "a service code in small letters": ('"KTP-REKAM"', '"Rekam"', "services.Rekam.code"),
    "an office code of the wrong form": ('"36.73"', '"3673"', "office.code"),
    "a quota of nobody": ('icon = "id-card"', 'icon = "id-card"\nquota = 0', "groups.A.quota"),
    "an unknown time zone": ('"WIB"', '"Asia/Jakarta"', "office.time_zone"),
    "an unknown item in store": ('[[items]]\ncode = "KTP"', '[[items]]\ncode = "SIM"', "items.SIM.code"),
    "an unknown item in a service": ("{ KTP = 1 }", "{ SIM = 1 }", "services.KTP-CETAK.consumes.SIM"),
    "half a blank": ("{ KTP = 1 }", "{ KTP = 0.5 }", "services.KTP-CETAK.consumes.KTP"),
    "a service twice": ('code = "KTP-REKAM"', 'code = "KTP-CETAK"', "services.KTP-CETAK"),
    "a service of no group": ('REKAM"\nprefix = "A"', 'REKAM"\nprefix = "B"', "services.KTP-REKAM.prefix"),
    "instead an unknown service": ("consumes", 'instead = ["IKD"]\nconsumes', "services.KTP-CETAK.instead"),
    "instead the same service": ("consumes", 'instead = ["KTP-CETAK"]\nconsumes', "services.KTP-CETAK.instead"),
    "a counter for a service that does not exist": ('"KTP-REKAM"]', '"KTP-REKAM", "IKD"]', "counters.1.serves"),
    "a counter for a group that does not exist": ('"KTP-REKAM"]', '"KTP-REKAM", "Q"]', "counters.1.serves"),
    "a service that nobody serves": ('["KTP-CETAK", "KTP-REKAM"]', '["KTP-CETAK"]', "services.KTP-REKAM"),
    "an unknown hall": ('hall = "A"', 'hall = "C"', "counters.1.hall"),
    "a hall that no address can hold": ('[[halls]]\ncode = "A"', '[[halls]]\ncode = "A/1"', "halls.A/1.code"),
    "counters that begin with two": ("number = 1", "number = 2", "counters"),
    "a time without minutes": ('"08.00"', '"8"', "hours.monday.opens"),
    "a time with a colon": ('"08.00"', '"08:00"', "hours.monday.opens"),
    "a minute that does not exist": ('"12.00-13.00"', '"12.00-12.75"', "hours.monday.breaks"),
    "an hour of the day after tomorrow": ('"15.00"', '"48.01"', "hours.monday.closes"),
    "a break without an end": ('"12.00-13.00"', '"12.00"', "hours.monday.breaks"),
    "a break backwards": ('"12.00-13.00"', '"13.00-12.00"', "hours.monday.breaks"),
    "a break before opening": ('"12.00-13.00"', '"07.00-08.30"', "hours.monday.breaks"),
    "a break after closing": ('"12.00-13.00"', '"14.30-15.30"', "hours.monday.breaks"),
    "breaks that overlap": ('"12.00-13.00"', '"12.00-13.00", "12.30-13.30"', "hours.monday.breaks"),
    "closing before opening": ('"15.00"', '"07.00"', "hours.monday.closes"),
    "intake after closing": ('"14.00"', '"15.30"', "hours.monday.intake_closes"),
    "intake that ends as the office opens": ('"14.00"', '"08.00"', "hours.monday.intake_closes"),
    "a day that runs into the next": ('"15.00"', '"32.30"', "hours.monday.closes"),
    "a date that does not exist": ("2026-08-17", "2026-02-30", "holidays.2026-02-30"),
    "a file that is not TOML": ("[office]", "[office", "is not valid TOML"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_with_one_sentence_that_names_file_key_and_remedy(mistake: str) -> None:
    old, new, key = MISTAKES[mistake]
    sentence = refusal_of(changed(old, new))
    assert re.match(r"kecil\.toml:? ", sentence)
    assert key in sentence
    assert re.search(r"; [a-z].+\.$", sentence)  # the remedy
    assert "\n" not in sentence


def test_a_prefix_in_two_groups_is_refused_by_its_letter() -> None:
    group = SMALL[SMALL.index("[[groups]]") : SMALL.index("[papers.kk]")]
    assert refusal_of(SMALL.replace(group, group + group)) == (
        "kecil.toml: groups.A stands twice, two tables have this prefix; take one out or rename it."
    )


def test_a_group_without_a_service_is_refused() -> None:
    group = SMALL[SMALL.index("[[groups]]") : SMALL.index("[papers.kk]")]
    another = group.replace('prefix = "A"', 'prefix = "B"')
    assert "groups.B has no service" in refusal_of(SMALL.replace(group, group + another))


def test_an_office_that_never_opens_is_refused() -> None:
    hours = SMALL[SMALL.index("[hours.monday]") : SMALL.index("[holidays]")]
    assert "hours opens on no day" in refusal_of(SMALL.replace(hours, "[hours]\n\n"))


def test_sunday_night_may_not_run_into_monday() -> None:
    sunday = '[hours.sunday]\nopens = "20.00"\nintake_closes = "30.00"\ncloses = "32.30"'
    assert "hours.sunday.closes is later than" in refusal_of(SMALL.replace("[holidays]", f"{sunday}\n\n[holidays]"))


# -- what a change touches ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            'serves = ["KTP-CETAK", "KTP-REKAM"]',
            'serves = ["A"]\n\n[[counters]]\nnumber = 2\nhall = "A"\nserves = ["A"]',
        ),
        ('opens = "08.00"', 'opens = "07.30"'),
        ("2026-08-17", "2026-08-18"),
        ('name = { id = "Rekam" }', 'name = { id = "Rekam pemula", en = "First enrolment" }'),
        ('name = "Kota Kecil"', 'name = "Kota Kecil Baru"'),
        ('label = { id = "Kartu Keluarga" }', 'label = { id = "KK" }\nnote = { id = "asli" }'),
        ('source = "Perpres 96/2018"', "check = true"),
        ('where = { id = "di belakang Anda" }', 'where = { id = "di lantai dua" }'),
        ('unit = { id = "keping" }', 'unit = { id = "keping" }\nnext_delivery = 2026-11-24\ndelivery_quantity = 9'),
    ],
)
def test_counters_hours_and_words_may_change_at_once(old: str, new: str) -> None:
    assert office_file.compare(small(), small(old, new)) == ()


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ("consumes = { KTP = 1 }", "consumes = { KTP = 2 }", ("services.KTP-CETAK.consumes",)),
        ("service_minutes = 7", "service_minutes = 8", ("services.KTP-CETAK.service_minutes",)),
        ('icon = "id-card"', 'icon = "id-card"\nquota = 50', ("groups.A.quota",)),
        ('time_zone = "WIB"', 'time_zone = "WITA"', ("office.time_zone",)),
        ('code = "36.73"', 'code = "36.74"', ("office.code",)),
        ("[holidays]", "[rules]\nrequeue_behind = 3\n\n[holidays]", ("rules.requeue_behind",)),
        ('code = "KTP"', 'code = "KIA"', ("items.KTP", "items.KIA")),
        ('unit = { id = "keping" }', 'unit = { id = "keping" }\npublic = true', ("items.KTP.public",)),
        ("[[items]]", '[[halls]]\ncode = "B"\nname = { id = "B" }\nwhere = { id = "B" }\n\n[[items]]', ("halls.B",)),
    ],
)
def test_whatever_else_changes_is_named_and_waits_for_the_next_day(old: str, new: str, keys: tuple[str, ...]) -> None:
    assert office_file.compare(small(), small(old, new)) == keys


def test_the_words_of_the_policy_may_change_at_once_and_its_rules_may_not() -> None:
    before = office_file.parse(RATIONED, "kecil.toml")
    words = office_file.parse(RATIONED.replace('{ id = "Ada." }', '{ id = "Cukup." }'), "kecil.toml")
    rules = office_file.parse(RATIONED.replace("print_ready = 70, on_site = 30", "on_site = 100"), "kecil.toml")
    assert office_file.compare(before, words) == ()
    assert office_file.compare(before, rules) == ("policy",)


def test_a_service_that_comes_or_goes_waits_for_the_next_day() -> None:
    without = replace(small(), services={"KTP-CETAK": small().services["KTP-CETAK"]})
    assert office_file.compare(small(), without) == ("services.KTP-REKAM",)
    assert office_file.compare(without, small()) == ("services.KTP-REKAM",)
