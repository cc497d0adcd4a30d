"""The daily report and the public stock board over HTTP."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest
from pypdf import PdfReader

from queue_server.domain.report import to_text
from queue_server.operations import office as days
from tests.the_office import TheOffice
from tests.the_web import TheWeb

MONDAY = "2026-11-23"


def test_the_report_is_json_by_default_and_its_hash_is_what_is_signed(web: TheWeb, office: TheOffice) -> None:
    office.at("2026-11-23 17.00")
    stores = web.staff("stock")
    report = stores.get("/reports/daily").json
    assert (report["day"], report["state"], report["signatures"]["complete"]) == (MONDAY, "closed", False)
    said = {name: value for name, value in report.items() if name not in ("signatures", "sha256")}
    assert hashlib.sha256(to_text(said).encode()).hexdigest() == report["sha256"]
    stores.do("/day/sign", {"day": MONDAY, "role": "keeper", "sha256": report["sha256"]})
    assert stores.get("/reports/daily").json["signatures"]["keeper"] == stores.id


def test_a_signed_report_stays_what_it_was_whatever_comes_after(web: TheWeb, office: TheOffice) -> None:
    office.at("2026-11-23 17.00")
    for role, browser in (("keeper", web.staff("stock")), ("head", web.staff("supervisor"))):
        sha256 = browser.get("/reports/daily").json["sha256"]
        browser.do("/day/sign", {"day": MONDAY, "role": role, "sha256": sha256})
    auditor = web.staff("auditor")
    then = auditor.get(f"/reports/daily?date={MONDAY}").data
    office.at("2027-11-23 08.00")
    assert web.staff("auditor").get(f"/reports/daily?date={MONDAY}").data == then


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("pdf", "application/pdf"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("csv", "text/csv"),
    ],
)
def test_the_report_comes_in_every_format(web: TheWeb, office: TheOffice, form: str, kind: str) -> None:
    web.kiosk().take()
    answer = web.staff("supervisor", "Sari").get(f"/reports/daily?format={form}&date={MONDAY}")
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert f"antrean-{MONDAY}.{form}" in answer.headers["Content-Disposition"]
    if form == "pdf":
        text = " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
        assert "Laporan harian blangko (sementara)" in text
        assert "oleh Sari" in text
    elif form == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    else:
        rows = list(csv.reader(answer.text.splitlines()))
        assert ["KTP-CETAK", "Cetak KTP-el", "1", "1", "0"] in [row[:5] for row in rows]


def test_the_province_gets_one_line_a_day(web: TheWeb) -> None:
    answer = web.staff("stock").get("/reports/province")
    heading, values = csv.reader(answer.text.splitlines())
    assert dict(zip(heading, values, strict=True))["Blangko sisa"] == "100"


def test_a_clerk_and_a_stranger_read_no_report_and_a_day_that_never_was_has_none(web: TheWeb) -> None:
    assert web.staff("clerk").get("/reports/daily").status_code == 403
    assert web.stranger().get("/reports/province").status_code == 401
    assert web.staff("auditor").get("/reports/daily?date=2026-11-21").json["code"] == "not_found"
    assert web.staff("auditor").get("/reports/daily?format=doc").status_code == 400


def test_the_report_names_nobody(web: TheWeb, office: TheOffice) -> None:
    clerk = web.staff("clerk", "Rina Wulandari")
    clerk.do("/counters/3/open")
    web.kiosk().take()
    ticket = clerk.do("/counters/3/call-next")
    clerk.do(f"/tickets/{ticket['id']}/start")
    clerk.do(f"/tickets/{ticket['id']}/finish", {"outcome": "done"})
    assert "Rina" not in json.dumps(web.staff("auditor").get("/reports/daily").json)


# -- the public stock board --------------------------------------------------------------------------------------------


def test_the_public_board_tells_quota_purposes_and_where_to_complain(web: TheWeb, office: TheOffice) -> None:
    office.open(3)
    web.kiosk().take("KTP-HILANG")
    office.serve_one(3)
    page = web.stranger().page("/stok").text
    assert "Dipakai hari ini untuk" in page
    assert "KTP-el hilang" in page
    assert 'class="qr"' in page
    assert "https://www.lapor.go.id" in page


def test_the_board_is_not_sent_again_within_the_minute_unless_a_figure_changes(web: TheWeb, office: TheOffice) -> None:
    phone = web.stranger()
    seen = phone.page("/stok")
    again = {"If-None-Match": seen.headers["ETag"]}
    office.wait(seconds=20)
    assert phone.page("/stok", **again).status_code == 304
    web.kiosk().take()
    assert phone.page("/stok", **again).status_code == 200


def test_the_poster_is_a_pdf_for_everybody(web: TheWeb, office: TheOffice) -> None:
    answer = web.stranger().page("/stok/poster.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    (page,) = PdfReader(io.BytesIO(answer.data)).pages
    assert "dari 95 untuk hari ini, per 08.00 WIB" in " ".join(page.extract_text().split())
    seen = web.stranger().page("/stok/poster.pdf", **{"If-None-Match": answer.headers["ETag"]})
    assert seen.status_code == 304


def test_where_the_office_gives_so_many_numbers_a_day_board_and_lobby_say_how_many_are_left(
    web: TheWeb, office: TheOffice
) -> None:
    text = office.text.replace('prefix = "A"\nname', 'prefix = "A"\nquota = 300\nname', 1)
    office.do(days.apply_office, text=text, filename="office.toml")
    assert web.display("A").get("/board/A").json["quota"] is None
    office.at("2026-11-24 08.00")
    web.kiosk().take()
    assert web.display("A").get("/board/A").json["quota"] == [300, 299]
    page = web.stranger().page("/stok").text
    assert "sisa 299" in page
    assert "dari 300" in page
