"""Slips over HTTP: as files, and out of a printer that may be out of paper."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.the_office import TheOffice
from tests.the_web import TheWeb

ESC_INIT = b"\x1b@"


def test_the_slip_is_a_pdf_and_what_a_receipt_printer_takes(web: TheWeb) -> None:
    kiosk = web.kiosk()
    ticket = kiosk.take()
    pdf, escpos = (kiosk.page(ticket["slip"][kind], **kiosk.headers) for kind in ("pdf", "escpos"))
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert (escpos.mimetype, escpos.data[:2]) == ("application/octet-stream", ESC_INIT)


def test_a_kiosk_with_narrow_paper_gets_a_narrow_slip(web: TheWeb) -> None:
    wide, narrow = web.kiosk(), web.kiosk(paper=58)
    ticket = wide.take()
    address = ticket["slip"]["escpos"]
    assert wide.page(address, **wide.headers).data != narrow.page(address, **narrow.headers).data


def test_a_slip_comes_out_of_the_kiosks_own_printer(web: TheWeb, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    kiosk = web.kiosk(printer=f"file:{paper}")
    ticket = kiosk.take()
    assert kiosk.do(f"/tickets/{ticket['id']}/print") == {"printed": True, "why": None}
    assert paper.read_bytes().startswith(ESC_INIT)
    assert ticket["token"].encode() in paper.read_bytes()


def test_a_slip_that_does_not_come_out_costs_nobody_the_place(web: TheWeb, office: TheOffice, tmp_path: Path) -> None:
    kiosk = web.kiosk(printer=f"file:{tmp_path / 'nowhere' / 'paper'}")
    ticket = kiosk.take()
    assert kiosk.do(f"/tickets/{ticket['id']}/print") == {"printed": False, "why": "no_file"}
    assert office.state(ticket) == "waiting"
    (alert,) = web.staff("supervisor").get("/today").json["alerts"]
    assert (alert["kind"], alert["subject"]) == ("print_failed", ticket["number"])


def test_a_kiosk_without_a_printer_alarms_nobody(web: TheWeb) -> None:
    kiosk = web.kiosk()
    ticket = kiosk.take()
    assert kiosk.do(f"/tickets/{ticket['id']}/print") == {"printed": False, "why": "no_printer"}
    assert web.staff("supervisor").get("/today").json["alerts"] == []


def test_the_same_wish_to_print_sent_twice_prints_once(web: TheWeb, office: TheOffice, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    kiosk = web.kiosk(printer=f"file:{paper}")
    path, key = f"/tickets/{kiosk.take()['id']}/print", {"Idempotency-Key": office.new_id()}
    first = kiosk.post(path, None, **key).json
    printed = paper.read_bytes()
    assert kiosk.post(path, None, **key).json == first
    assert paper.read_bytes() == printed
    kiosk.do(path)
    assert len(paper.read_bytes()) == 2 * len(printed)


def test_a_kiosk_that_asks_again_while_the_slip_is_printing_gets_one_slip(
    web: TheWeb, office: TheOffice, tmp_path: Path
) -> None:
    paper = tmp_path / "paper"
    kiosk = web.kiosk(printer=f"file:{paper}")
    path, key = f"/tickets/{kiosk.take()['id']}/print", {"Idempotency-Key": office.new_id()}
    tabs = [web.stranger() for _ in range(4)]  # of the same kiosk: its lost reply and its further tries
    with ThreadPoolExecutor(len(tabs)) as at_once:
        answers = list(at_once.map(lambda tab: tab.post(path, None, **kiosk.headers, **key).json, tabs))
    assert answers == [{"printed": True, "why": None}] * len(tabs)
    assert paper.read_bytes().count(ESC_INIT) == 1


def test_a_key_that_printed_one_slip_prints_no_other(web: TheWeb, office: TheOffice, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    kiosk, key = web.kiosk(printer=f"file:{paper}"), {"Idempotency-Key": office.new_id()}
    kiosk.post(f"/tickets/{kiosk.take()['id']}/print", None, **key)
    other = kiosk.post(f"/tickets/{kiosk.take()['id']}/print", None, **key)
    assert (other.status_code, other.json["code"]) == (409, "conflict")
    assert paper.read_bytes().count(ESC_INIT) == 1


def test_another_slip_says_why_and_is_marked(web: TheWeb, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    web.add_device("kiosk", printer=f"file:{paper}")
    ticket = web.kiosk().take()
    clerk = web.staff("clerk")
    refused = clerk.post(f"/tickets/{ticket['id']}/reprint", {})
    assert (refused.status_code, refused.json["code"]) == (400, "invalid")
    assert not paper.exists()
    assert clerk.do(f"/tickets/{ticket['id']}/reprint", {"reason": "slip sobek"})["printed"]
    assert b"CETAK ULANG" in paper.read_bytes()


def test_a_slip_of_a_ticket_that_there_is_not_is_not_found(web: TheWeb, office: TheOffice) -> None:
    kiosk = web.kiosk()
    for answer in (
        kiosk.get(f"/tickets/{office.new_id()}/slip.pdf"),
        kiosk.post(f"/tickets/{office.new_id()}/print"),
        kiosk.post(f"/tickets/{office.new_id()}/reprint", {"reason": "sobek"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
