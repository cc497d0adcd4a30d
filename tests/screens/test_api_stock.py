"""Blanks over HTTP."""

import pytest

from tests.the_office import TheOffice
from tests.the_web import TheWeb


def ktp(answer: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    return next(item for item in answer["items"] if item["item"] == "KTP")


def test_everybody_sees_how_many_blanks_are_left_and_as_of_when(web: TheWeb, office: TheOffice) -> None:
    web.kiosk().take()
    seen = web.stranger().get("/stock").json
    line = ktp(seen)
    assert (line["on_hand"], line["promised"], line["safety"], line["available"]) == (100, 1, 5, 94)
    assert line["as_of"] == office.clock
    assert "balances" not in seen


def test_staff_also_see_every_item_and_account(web: TheWeb, office: TheOffice) -> None:
    seen = web.staff("clerk").get("/stock").json
    assert [line["item"] for line in seen["items"]] == list(office.catalogue.items)
    strangers = [line["item"] for line in web.stranger().get("/stock").json["items"]]
    assert strangers == [code for code, item in office.catalogue.items.items() if item.public]
    balances = seen["balances"]
    store = next(b for b in balances if (b["item"], b["account"]) == ("KTP", "store"))
    assert store["posted"] == 100
    for column in ("posted", "pending"):
        assert sum(balance[column] for balance in balances if balance["item"] == "KTP") == 0


def test_what_came_in_stands_in_the_ledger_with_its_paper(web: TheWeb, office: TheOffice) -> None:
    storekeeper = web.staff("stock")
    entry = {"type": "receive", "quantity": 500, "reference": "BAST 17/2026"}
    assert storekeeper.do("/stock/KTP/movements", entry)["on_hand"] == 600
    newest = storekeeper.get("/stock/KTP/movements").json["movements"][0]
    assert (newest["type"], newest["quantity"], newest["reference"]) == ("receive", 500, "BAST 17/2026")
    assert newest["actor"] == storekeeper.id


def test_a_ledger_is_read_page_by_page(web: TheWeb, office: TheOffice) -> None:
    storekeeper = web.staff("stock")
    for _ in range(3):
        storekeeper.do("/stock/KTP/movements", {"type": "receive", "quantity": 1})
    newest = storekeeper.get("/stock/KTP/movements").json["movements"]
    older = storekeeper.get(f"/stock/KTP/movements?before={newest[1]['seq']}").json["movements"]
    assert older == newest[2:]


def test_a_correction_is_a_further_entry_that_names_the_first(web: TheWeb) -> None:
    storekeeper = web.staff("stock")
    storekeeper.do("/stock/KTP/movements", {"type": "receive", "quantity": 500})
    wrong = storekeeper.get("/stock/KTP/movements").json["movements"][0]["seq"]
    undo = {"type": "reverse", "reverses": wrong, "reason": "salah ketik"}
    assert storekeeper.do("/stock/KTP/movements", undo)["on_hand"] == 100
    newest = storekeeper.get("/stock/KTP/movements").json["movements"][0]
    assert (newest["type"], newest["reverses"]) == ("reverse", wrong)
    again = storekeeper.post("/stock/KTP/movements", undo)
    assert (again.status_code, again.json["code"]) == (409, "conflict")


def test_a_count_books_the_difference(web: TheWeb, office: TheOffice) -> None:
    after = web.staff("stock").do("/stock/KTP/movements", {"type": "count", "quantity": 97, "reason": "opname pagi"})
    assert after["on_hand"] == 97


def test_a_count_that_names_no_quantity_empties_no_store(web: TheWeb, office: TheOffice) -> None:
    refused = web.staff("stock").post("/stock/KTP/movements", {"type": "count", "reason": "opname pagi"})
    assert (refused.status_code, refused.json["detail"]) == (400, "Isian quantity tidak benar.")
    assert office.stock().on_hand == 100


def test_a_spoilt_blank_needs_a_reason(web: TheWeb) -> None:
    refused = web.staff("stock").post("/stock/KTP/movements", {"type": "spoil", "quantity": 1})
    assert (refused.status_code, refused.json["detail"]) == (400, "Tuliskan alasannya.")


def test_the_same_receipt_sent_twice_is_booked_once(web: TheWeb, office: TheOffice) -> None:
    storekeeper, key = web.staff("stock"), {"Idempotency-Key": office.new_id()}
    entry = {"type": "receive", "quantity": 500}
    answers = [storekeeper.post("/stock/KTP/movements", entry, **key).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert office.stock().on_hand == 600


def test_an_item_that_the_office_does_not_keep_is_not_found(web: TheWeb) -> None:
    storekeeper = web.staff("stock")
    assert storekeeper.get("/stock/GOLD/movements").json["code"] == "not_found"
    assert storekeeper.post("/stock/GOLD/movements", {"type": "receive", "quantity": 1}).json["code"] == "not_found"


@pytest.mark.parametrize("role", ["clerk", "auditor"])
def test_who_keeps_no_store_books_nothing(web: TheWeb, role: str) -> None:
    refused = web.staff(role).post("/stock/KTP/movements", {"type": "receive", "quantity": 1})
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")


def test_a_service_is_suspended_and_taken_up_again_by_one_touch(web: TheWeb, office: TheOffice) -> None:
    supervisor, kiosk = web.staff("supervisor"), web.kiosk()
    supervisor.do("/services/KTP-CETAK/suspend", {"reason": "jaringan"})
    shown = next(s for s in kiosk.get("/services").json["services"] if s["code"] == "KTP-CETAK")
    assert (shown["open"], shown["reason"], shown["reason_words"]) == (False, "suspended", "jaringan")
    supervisor.do("/services/KTP-CETAK/resume")
    assert kiosk.take("KTP-CETAK")["number"] == "A-001"


def test_a_clerk_suspends_no_service(web: TheWeb) -> None:
    assert web.staff("clerk").post("/services/KTP-CETAK/suspend", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("quantity", [-1, 1_000_001, "5", True, 1.5, None])
def test_a_quantity_is_a_whole_number_of_units(web: TheWeb, quantity: object) -> None:
    refused = web.staff("stock").post("/stock/KTP/movements", {"type": "receive", "quantity": quantity})
    assert (refused.status_code, refused.json["detail"]) == (400, "Isian quantity tidak benar.")


def test_those_who_wait_for_a_suspended_service_get_their_vouchers_by_one_more_call(
    web: TheWeb, office: TheOffice
) -> None:
    supervisor, kiosk = web.staff("supervisor"), web.kiosk()
    tickets = [kiosk.take("KTP-CETAK") for _ in range(2)]
    refused = supervisor.post("/services/KTP-CETAK/defer")
    assert (refused.status_code, refused.json["code"]) == (409, "wrong_state")
    assert refused.json["detail"] == "Cetak KTP-el tidak sedang dihentikan."
    supervisor.do("/services/KTP-CETAK/suspend", {"reason": "Listrik padam"})
    assert web.staff("clerk").post("/services/KTP-CETAK/defer").status_code == 403
    assert supervisor.do("/services/KTP-CETAK/defer") == {"service": "KTP-CETAK", "deferred": 2, "waiting": 0}
    assert [office.state(ticket) for ticket in tickets] == ["deferred", "deferred"]
    page = web.stranger().page(f"/t/{tickets[0]['track_url'].split('/')[-1]}?lang=en")
    assert "The service stopped. Reason: The power is out." in page.text
