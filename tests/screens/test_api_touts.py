"""Against touts over HTTP: the NIK that a kiosk sends along, and the list of what needs somebody inside."""

import csv
import io
import logging
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.storage import schema
from tests.the_office import TheOffice
from tests.the_web import Browser, TheWeb

TOUT, CITIZEN = "3673011708809901", "3673015708809902"


@pytest.fixture
def asking(tmp_path: Path, rng: random.Random) -> Iterator[TheWeb]:
    """Kota Serang on Monday 23 November 2026 at 08.00, with one number for a NIK, service and day."""
    office = TheOffice(f"sqlite:///{tmp_path / 'asking.db'}", rng)
    office.text = office.text.replace("numbers_per_nik = 0", "numbers_per_nik = 1")
    office.found("2026-11-23 07.00", KTP=100)
    office.at("2026-11-23 08.00")
    web = TheWeb(office)
    yield web
    web.close()
    office.verify()
    office.close()


def take(who: Browser, **wishes: Any) -> Any:
    return who.post("/tickets", {"ticket_id": who.new_id(), "service": "KTP-CETAK", **wishes})


def test_the_number_over_the_limit_is_refused_with_what_to_do(asking: TheWeb) -> None:
    kiosk = asking.kiosk()
    assert take(kiosk, nik=TOUT).status_code == 201
    refused = take(kiosk, nik=TOUT)
    assert (refused.status_code, refused.json["code"]) == (409, "quota_reached")
    assert refused.json["detail"].startswith("NIK ini sudah mengambil 1 nomor Cetak KTP-el hari ini.")
    assert refused.json["instead"][-1]["kind"] == "information"
    english = kiosk.post(
        "/tickets",
        {"ticket_id": kiosk.new_id(), "service": "KTP-CETAK", "nik": TOUT},
        **{"Accept-Language": "en"},
    )
    assert english.json["detail"].startswith("One NIK may take 1 a day (Print the ID card)")
    assert take(kiosk, nik=CITIZEN).status_code == 201


MALFORMED: list[tuple[Any, str]] = [
    (None, "Di kios ini NIK diminta."),
    ("", "NIK harus 16 angka."),
    ("3673 0117 0880 9901", "NIK harus 16 angka."),
    ("0000011708809901", "Enam angka pertama NIK bukan kode wilayah."),
    ("3673013102809901", "Tanggal lahir di dalam NIK tidak ada."),
    ("3673011708800000", "Nomor urut NIK tidak boleh 0000."),
    (int(TOUT), "Isian nik tidak benar."),
    ([TOUT], "Isian nik tidak benar."),
    ("9" * 50, "Isian nik tidak benar."),
]


def test_what_is_missing_or_malformed_is_said_in_plain_words(asking: TheWeb) -> None:
    kiosk = asking.kiosk()
    for nik, words in MALFORMED:
        refused = take(kiosk, nik=nik)
        assert (refused.status_code, refused.json["code"]) == (400, "invalid"), nik
        assert refused.json["detail"].startswith(words), nik
        assert TOUT not in refused.text


def test_a_child_without_a_nik_gets_the_number_from_staff(asking: TheWeb) -> None:
    assert [take(asking.staff(role)).status_code for role in ("clerk", "supervisor")] == [201, 201]


def test_a_nik_is_in_no_answer_slip_log_or_table(asking: TheWeb, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    kiosk = asking.kiosk()
    taken = take(kiosk, nik=TOUT)
    told = [taken, take(kiosk, nik=TOUT), take(kiosk, nik=TOUT[:15]), take(kiosk, nik=TOUT, service="TIDAK-ADA")]
    told += [take(kiosk, nik=TOUT, cards=True), kiosk.get(f"/tickets/{taken.json['id']}")]
    told += [kiosk.get(f"/tickets/{taken.json['id']}/slip.escpos")]
    with asking.office.database.reading() as connection:
        tables = [str(list(connection.execute(sa.select(table)))) for table in schema.meta.sorted_tables]
    for text in [*(answer.data.decode("latin-1") for answer in told), *tables, caplog.text]:
        assert not any(TOUT[start : start + 8] in text for start in range(9))


def test_the_document_never_shows_a_nik_in_an_answer(asking: TheWeb) -> None:
    shapes = asking.stranger().get("/openapi.json").json["components"]["schemas"]
    with_nik = {name for name, shape in shapes.items() if "nik" in shape.get("properties", {})}
    of_the_backlog = {"NewRecord", "RecordView", "Search"}  # staff send it, and see it masked
    assert with_nik == {"NewTicket", "NewVoucher"} | of_the_backlog
    for wish in ("NewTicket", "NewVoucher"):
        assert re.search(r"'writeOnly': True", str(shapes[wish]["properties"]["nik"]))


# -- what needs somebody inside ----------------------------------------------------------------------------------------


@pytest.fixture
def auditor(web: TheWeb) -> Browser:
    return web.staff("auditor")


@pytest.fixture
def two_days(web: TheWeb, office: TheOffice) -> dict[str, str]:
    """On Monday a reprint at the kiosk and a call out of order, on Tuesday a reprint; the ids by name."""
    kiosk, clerk = web.kiosk(name="Kios 1"), web.staff("clerk", "Rina")
    first, second = kiosk.take(), kiosk.take()
    clerk.do("/counters/3/open")
    office.wait(minutes=5)
    clerk.do(f"/tickets/{second['id']}/call", {"reason": '=HYPERLINK("x")'})
    office.wait(minutes=5)
    kiosk.do(f"/tickets/{first['id']}/reprint", {"reason": "diminta di kios"})
    clerk.do(f"/tickets/{second['id']}/start")
    clerk.do(f"/tickets/{second['id']}/finish", {"outcome": "done"})
    office.at("2026-11-23 20.00")
    office.at("2026-11-24 08.00")
    third = kiosk.take()
    sari = web.staff("supervisor", "Sari")  # whoever was signed in yesterday is no more
    sari.do(f"/tickets/{third['id']}/reprint", {"reason": "+62 hilang"})
    return {"Rina": clerk.id, "Kios 1": kiosk.id, "Sari": sari.id}


def test_reprints_and_calls_out_of_order_are_listed_with_reason_who_and_when(
    two_days: dict[str, str], auditor: Browser
) -> None:
    seen = auditor.get("/audit?since=2026-11-23&until=2026-11-24").json
    assert [(line["day"], line["kind"], line["number"], line["counter"], line["reason"]) for line in seen["lines"]] == [
        ("2026-11-24", "reprint", "A-001", None, "+62 hilang"),
        ("2026-11-23", "reprint", "A-001", None, "diminta di kios"),
        ("2026-11-23", "out_of_order", "A-002", 3, '=HYPERLINK("x")'),
    ]
    assert [(line["who"], line["actor"]) for line in seen["lines"]] == [
        (name, two_days[name]) for name in ("Sari", "Kios 1", "Rina")
    ]
    assert seen["lines"][1]["at"] - seen["lines"][2]["at"] == 5 * 60_000


def test_a_day_by_itself_and_the_offices_own_day(two_days: dict[str, str], auditor: Browser) -> None:
    monday = auditor.get("/audit?since=2026-11-23&until=2026-11-23").json
    assert [line["kind"] for line in monday["lines"]] == ["reprint", "out_of_order"]
    assert [line["reason"] for line in auditor.get("/audit").json["lines"]] == ["+62 hilang"]
    assert 'role="alert"' not in auditor.page("/supervisor/audit").text
    assert auditor.get("/audit?since=2026-11-20&until=2026-11-22").json["lines"] == []


def test_no_reason_reaches_a_spreadsheet_as_a_formula(two_days: dict[str, str], auditor: Browser) -> None:
    told = auditor.get("/audit?since=2026-11-23&until=2026-11-24&format=csv")
    assert told.headers["Content-Disposition"] == "attachment; filename=pemeriksaan-2026-11-23-2026-11-24.csv"
    lines = list(csv.DictReader(io.StringIO(told.text)))
    assert [line["reason"] for line in lines] == ["'+62 hilang", "diminta di kios", '\'=HYPERLINK("x")']
    assert [(line["at"], line["who"]) for line in lines][2] == ("2026-11-23 08:05:00", "Rina")
    nobody = auditor.get("/audit?since=2026-11-20&until=2026-11-20&format=csv")
    assert nobody.text == "at,day,kind,number,service,counter,who,actor,reason,seq\n"


def test_whatever_a_reason_begins_with_is_shown_and_never_reckoned(web: TheWeb, auditor: Browser) -> None:
    kiosk, reasons = web.kiosk(), ["=1", "+1", "-1", "@A1", " =1", "\u00a0=1", "＝1"]
    ticket = kiosk.take()
    for reason in reasons:
        kiosk.post(f"/tickets/{ticket['id']}/reprint", {"reason": reason})
    lines = csv.DictReader(io.StringIO(auditor.get("/audit?format=csv").text))
    assert [line["reason"] for line in lines][::-1] == [f"'{reason}" for reason in reasons]


IMPOSSIBLE = {
    "since=2026-11-24&until=2026-11-23": "Hari pertama lebih akhir",
    "since=2026-01-01&until=2026-11-23": "Paling banyak 92 hari",
    "since=kemarin": "Isian since tidak benar",
}


def test_days_that_cannot_be_are_refused_in_words(auditor: Browser) -> None:
    for asked, words in IMPOSSIBLE.items():
        refused = auditor.get(f"/audit?{asked}")
        assert refused.status_code == 400
        assert refused.json["detail"].startswith(words)
        page = auditor.page(f"/supervisor/audit?{asked}")
        assert page.status_code == 200
        assert re.search(r'role="alert">.*?<span>(Hari pertama|Paling banyak 92|Tulis hari)', page.text)


def test_clerks_and_kiosks_do_not_see_the_list(web: TheWeb) -> None:
    assert [who.get("/audit").status_code for who in (web.staff("clerk"), web.staff("stock"), web.kiosk())] == [403] * 3
    assert web.stranger().get("/audit").status_code == 401
