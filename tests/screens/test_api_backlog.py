"""The print backlog over HTTP: who may do what, nothing personal where it can be read, lists as files."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from typing import Any

import pytest
from pypdf import PdfReader

from queue_server.operations.office import apply_office
from tests.printables import paper
from tests.the_backlog import csv_of, made_up, made_up_nik
from tests.the_office import TheOffice
from tests.the_web import Answer, Browser, TheWeb

NIK = made_up_nik(1)
NO_KECAMATAN = "Berkas kantor belum memuat kecamatan"


@pytest.fixture
def clerk(web: TheWeb) -> Browser:
    return web.staff("clerk")


@pytest.fixture
def sari(web: TheWeb) -> Browser:
    return web.staff("supervisor")


def wish(office: TheOffice, number: int = 1, **fields: Any) -> dict[str, Any]:
    line = made_up(office.rng, number)
    somebody = {"id": office.new_id(), "nik": line.nik, "name": "Siti Rahmawati", "phone": "0812-3456-7890"}
    return {**somebody, "kind": "first", "since": "2026-03-02", "kecamatan": "36.73.02", **fields}


def entered(browser: Browser, office: TheOffice, number: int = 1, **fields: Any) -> dict[str, Any]:
    (record,) = browser.do("/backlog/records", wish(office, number, **fields))["records"]
    found: dict[str, Any] = record
    return found


def upload(browser: Browser, content: bytes) -> Answer:
    return browser.post_raw("/backlog/imports", content, "text/csv")


def test_a_clerk_enters_somebody_and_tells_the_place(clerk: Browser, office: TheOffice) -> None:
    first, second = entered(clerk, office, 1), entered(clerk, office, 2)
    assert (first["place"], first["of"], second["place"], second["of"]) == (1, 1, 2, 2)
    assert (first["name"], first["phone"]) == ("Siti R••••", "•••••••••890")
    assert first["nik"] == f"3673••••••••{NIK[-4:]}"


def test_a_lost_answer_enters_nobody_twice(clerk: Browser, office: TheOffice) -> None:
    body = wish(office)
    assert clerk.do("/backlog/records", body) == clerk.do("/backlog/records", body)
    assert clerk.get("/backlog").json["waiting"] == 1
    other = clerk.post("/backlog/records", {**body, "id": office.new_id()})
    assert (other.status_code, other.json["code"]) == (409, "conflict")
    another = clerk.post("/backlog/records", {**body, "nik": made_up_nik(7)})
    assert (another.status_code, another.json["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("nik", "123", "NIK harus 16 angka."),
        ("name", "=1+1", "Ada rumus lembar kerja di dalamnya."),
        ("phone", "nol", "Nomor telepon tidak benar."),
        ("kecamatan", "32.03.01", "Kecamatan tidak ada di berkas kantor."),
        ("since", "2026-11-24", "Tanggal itu belum tiba."),
        ("state", "COLLECTED", "Status tidak dikenal."),
    ],
)
def test_what_is_wrong_is_said_and_never_repeated(
    clerk: Browser, office: TheOffice, field: str, value: str, words: str
) -> None:
    answer = clerk.post("/backlog/records", {**wish(office), field: value})
    assert (answer.status_code, answer.json["detail"]) == (400, words)
    assert value not in answer.text or field == "since"


def test_somebody_is_found_by_the_whole_nik_alone(clerk: Browser, office: TheOffice) -> None:
    record = entered(clerk, office)
    assert clerk.do("/backlog/search", {"nik": NIK})["records"] == [record]
    assert clerk.do("/backlog/search", {"nik": made_up_nik(2)})["records"] == []
    assert clerk.post("/backlog/search", {"nik": NIK[:8]}).status_code == 400
    assert clerk.get(f"/backlog/records/{record['id']}").json["records"] == [record]


def test_nothing_personal_reaches_an_address_or_a_log(
    web: TheWeb, clerk: Browser, sari: Browser, office: TheOffice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    entered(clerk, office)
    clerk.post("/backlog/records", wish(office, name="Siti\x00"))
    upload(sari, csv_of([made_up(office.rng, 5), f"{made_up_nik(6)},Siti Rahasia,x,Serang,first,PRR,kemarin"]))
    parts = {part for rule in web.app.url_map.iter_rules() for part in rule.arguments}
    assert parts.isdisjoint({"nik", "name", "phone"})
    for secret in (NIK, "Siti", "Rahasia", "81234567890", made_up_nik(6)):
        assert secret not in caplog.text


# -- blanks and cards --------------------------------------------------------------------------------------------------


def test_a_card_goes_from_the_line_to_its_holder(sari: Browser, clerk: Browser, office: TheOffice) -> None:
    record = entered(clerk, office)
    entered(clerk, office, 2)
    assert sari.do("/backlog/release", {"cards": 1}) == {"released": 1, "days": {"2026-11-24": 1}, "short_of": None}
    path = f"/backlog/records/{record['id']}"
    assert clerk.get(path).json["records"][0]["invited_for"] == "2026-11-24"
    assert clerk.post(f"{path}/collect").status_code == 409
    assert clerk.do("/backlog/print", {"day": "2026-11-24"}) == {"records": 1}
    assert clerk.do(f"{path}/collect") == {"records": 1}
    figures = clerk.get("/backlog").json
    assert {(line["state"], line["records"]) for line in figures["states"]} == {
        ("PRINT_READY_RECORD", 1),
        ("COLLECTED", 1),
    }
    assert figures["days"] == [{"day": "2026-11-24", "invited": 1, "to_print": 0}]


def test_the_same_release_again_gives_no_more_blanks(sari: Browser, office: TheOffice) -> None:
    upload(sari, csv_of(made_up(office.rng, n) for n in range(10)))
    key = {"Idempotency-Key": "a" * 32}
    first = sari.post("/backlog/release", {"cards": 3}, **key)
    assert sari.post("/backlog/release", {"cards": 3}, **key).json == first.json
    assert sari.get("/backlog").json["waiting"] == 7
    assert sari.post("/backlog/release", {"cards": 4}, **key).status_code == 409


def test_as_many_as_there_are_blanks_for_are_released_and_none_is_a_refusal_for_staff(
    sari: Browser, office: TheOffice
) -> None:
    upload(sari, csv_of(made_up(office.rng, n) for n in range(120)))
    can_be_released = sari.page("/supervisor/backlog").text
    assert "Bisa dilepas sekarang: 95" in can_be_released
    done = sari.do("/backlog/release", {"cards": 120})
    assert (done["released"], done["short_of"]) == (95, "KTP")
    answer = sari.post("/backlog/release", {"cards": 25})
    assert (answer.status_code, answer.json["code"], answer.json["instead"]) == (409, "out_of_stock", [])
    assert answer.json["detail"].startswith("Tidak ada Blangko KTP-el yang bisa dilepas untuk antrean cetak sekarang")


def test_whoever_is_taken_off_is_told_why_it_needs_a_reason(clerk: Browser, office: TheOffice) -> None:
    path = f"/backlog/records/{entered(clerk, office)['id']}/state"
    assert clerk.post(path, {"state": "WITHDRAWN"}).json["code"] == "invalid"
    assert clerk.do(path, {"state": "WITHDRAWN", "reason": "pindah"})["state"] == "WITHDRAWN"
    again = clerk.post(path, {"state": "WITHDRAWN", "reason": "pindah"})
    assert "ditarik dari antrean cetak" in again.json["detail"]


def test_a_person_is_forgotten_and_the_phone_page_with_them(
    web: TheWeb, sari: Browser, clerk: Browser, office: TheOffice
) -> None:
    record = entered(clerk, office)
    path = f"/backlog/records/{record['id']}"
    assert web.stranger().page(f"/p/{record['token']}").status_code == 200
    clerk.do(f"{path}/state", {"state": "WITHDRAWN", "reason": "pindah"})
    assert clerk.post(f"{path}/erase").status_code == 403
    assert sari.do(f"{path}/erase") == {"records": 1}
    assert web.stranger().page(f"/p/{record['token']}").status_code == 404
    (left,) = sari.get(path).json["records"]
    assert (left["name"], left["nik"], left["erased"]) == ("", "", True)
    assert clerk.do("/backlog/search", {"nik": NIK})["records"] == []


# -- who may -----------------------------------------------------------------------------------------------------------


def test_a_clerk_sees_one_person_and_never_a_list(web: TheWeb, clerk: Browser, sari: Browser) -> None:
    for browser in (clerk, web.staff("auditor"), web.staff("stock")):
        assert browser.get("/backlog/lists/invited").status_code == 403
        assert browser.post("/backlog/release", {"cards": 1}).status_code == 403
        assert upload(browser, b"").status_code == 403
    for browser in (web.staff("auditor"), web.staff("stock")):
        assert browser.post("/backlog/search", {"nik": NIK}).status_code == 403
        assert browser.get("/backlog").status_code == 200
    assert web.kiosk().get("/backlog").status_code == 403


# -- lists -------------------------------------------------------------------------------------------------------------


def test_a_list_is_imported_and_its_bad_lines_are_a_file(sari: Browser, office: TheOffice) -> None:
    lines = [str(made_up(office.rng, n)) for n in range(5)]
    lines[2] = lines[2].replace("2026-03-02", "=HARI()")
    run = upload(sari, csv_of(lines)).json
    assert (run["lines"], run["position"], run["entered"], run["bad"]) == (6, 6, 4, 1)
    again = upload(sari, csv_of(lines)).json
    assert again == {**run, "entered": 0, "repeated": 4}
    assert sari.get("/backlog/imports").json["imports"] == [run]
    faults = sari.get(f"/backlog/imports/{run['id']}/faults")
    assert faults.mimetype == "text/csv"
    assert faults.text == "line,reason,words\n4,formula,Ada rumus lembar kerja di dalamnya.\n"
    assert sari.get(f"/backlog/imports/{'0' * 32}/faults").status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Berkasnya kosong."),
        (b"nama;kecamatan\n", "Kolom nik, tanggal tidak ada di baris pertama."),
        ("nik,nama".encode("utf-16"), "Simpan daftarnya sebagai CSV UTF-8; berkas ini UTF-16 atau bukan teks."),
        (b"x" * 5_000_000, "Baris pertama terlalu panjang: ini bukan daftar CSV."),
    ],
)
def test_a_file_that_is_no_list_has_a_clear_answer(sari: Browser, content: bytes, words: str) -> None:
    answer = upload(sari, content)
    assert (answer.status_code, answer.json["detail"]) == (400, words)


def test_a_list_has_a_largest_size_and_one_type(sari: Browser) -> None:
    assert upload(sari, b"x" * (32 * 1024 * 1024 + 1)).status_code == 413
    wrong = sari.post("/backlog/imports", {"nik": NIK})
    assert (wrong.status_code, wrong.json["detail"]) == (415, "Kirimkan sebagai text/csv.")


def test_the_sheet_to_call_people_with_has_no_formula_and_no_whole_nik(sari: Browser, office: TheOffice) -> None:
    upload(sari, csv_of(made_up(office.rng, n, kecamatan=("Kasemen", "Curug")[n % 2]) for n in range(6)))
    sari.do("/backlog/release", {"cards": 5})
    answer = sari.get("/backlog/lists/invited?format=xlsx")
    assert answer.headers["Cache-Control"] == "no-store"
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    sheet, words = (book.read(f"xl/{name}").decode() for name in ("worksheets/sheet1.xml", "sharedStrings.xml"))
    assert "<f>" not in sheet
    assert words.count("081234567890") == 1  # once in the workbook's table of words, five times on the sheet
    assert "Kasemen" in words
    assert "Curug" in words
    for number in range(6):
        assert made_up_nik(number) not in words
    text = "\n".join(
        page.extract_text() for page in PdfReader(io.BytesIO(sari.get("/backlog/lists/invited").data)).pages
    )
    assert "Kecamatan Kasemen" in text
    assert text.count("081234567890") == 5
    only = sari.get("/backlog/lists/invited?kecamatan=36.73.04")
    assert len(PdfReader(io.BytesIO(only.data)).pages) == 1
    assert sari.get("/backlog/lists/everybody").status_code == 404
    assert sari.get("/backlog/lists/invited?kecamatan=99.99.99").status_code == 400


# -- slip and phone ----------------------------------------------------------------------------------------------------


def test_the_slip_says_the_place_and_leads_to_the_phone_page(
    web: TheWeb, clerk: Browser, sari: Browser, office: TheOffice
) -> None:
    upload(sari, csv_of(made_up(office.rng, n, since="2026-02-01") for n in range(10, 50)))
    record = entered(clerk, office)
    path = f"/backlog/records/{record['id']}/slip"
    (page,) = PdfReader(io.BytesIO(clerk.get(f"{path}.pdf").data)).pages
    text = " ".join(page.extract_text().split())
    for words in ("Urutan cetak kartu Anda", "41", "KTP-el pertama", "02/03/2026", "Tidak perlu datang."):
        assert words in text
    assert "Siti" not in text
    printed = paper.read(clerk.get(f"{path}.escpos").data, 576)
    assert printed.qr == [f"http://10.0.0.5:8080/p/{record['token']}"]
    phone = web.stranger().page(f"/p/{record['token']}")
    assert re.search(r'<p class="num big">\s*41\s*</p>', phone.text)
    assert "Siti" not in phone.text
    assert NIK[:6] not in phone.text
    assert web.stranger().page(f"/p/{record['token']}", **{"If-None-Match": phone.headers["ETag"]}).status_code == 304
    sari.do("/backlog/release", {"cards": 41})
    after = web.stranger().page(f"/p/{record['token']}?lang=en")
    assert "Collect your card on Tuesday 24 November" in after.text


def test_a_phone_that_guesses_is_held_back(web: TheWeb) -> None:
    stranger = web.stranger()
    answers = [stranger.page(f"/p/{number:032x}").status_code for number in range(320)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_an_office_without_kecamatan_is_told_where_to_write_them(sari: Browser, office: TheOffice) -> None:
    before, after = office.text.split("[kecamatan]\n")
    office.do(apply_office, text=before + after[after.index("# ---") :], filename="office.toml", now=True)
    for path in ("/supervisor/backlog/records", "/supervisor/backlog/imports"):
        assert NO_KECAMATAN in sari.page(path).text


def test_who_asks_for_blanks_finds_the_people_who_wait_for_them(sari: Browser, office: TheOffice) -> None:
    for number in (1, 2):
        entered(sari, office, number)
    assert NO_KECAMATAN not in sari.page("/supervisor/backlog/records").text
    page = sari.page("/supervisor/requests").text
    assert page.count('"backlog": 2') == 1
    assert '"item": "KTP", "quantity"' in page or '"item": "KTP", "backlog"' in page


def test_what_came_in_and_went_out_is_no_sign_in_in_english(sari: Browser) -> None:
    upload(sari, csv_of([]))
    columns = re.findall(r"<th[^>]*>([^<]*)</th>", sari.page("/supervisor/report?lang=en").text)
    columns += re.findall(r"<th[^>]*>([^<]*)</th>", sari.page("/supervisor/backlog/imports?lang=en").text)
    assert {"Gone from the store", "In", "Out", "Entered", "Known before"} <= set(columns), columns
    assert not {"Sign in", "Sign out"} & set(columns)
