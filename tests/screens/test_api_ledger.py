"""The store's book over HTTP: what travels, the second person, old cards, requests and their papers."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.the_office import TheOffice
from tests.the_web import Answer, Browser, TheWeb

MOVEMENTS = "/stock/KTP/movements"


@pytest.fixture
def storekeeper(web: TheWeb) -> Browser:
    return web.staff("stock")


def newest(storekeeper: Browser) -> Any:
    return storekeeper.get(MOVEMENTS).json["movements"][0]


def balance(web: TheWeb, account: str) -> int:
    balances = web.staff("clerk").get("/stock").json["balances"]
    found: int = next((b["posted"] for b in balances if (b["item"], b["account"]) == ("KTP", account)), 0)
    return found


def words(answer: Answer) -> str:
    assert (answer.status_code, answer.content_type) == (200, "application/pdf"), answer.text
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())


def test_every_movement_of_the_contract_is_entered_over_http(web: TheWeb, storekeeper: Browser) -> None:
    entries: list[dict[str, Any]] = [
        {"type": "receive", "quantity": 50, "party": "province"},
        {"type": "return", "quantity": 5, "party": "province"},
        {"type": "lend", "quantity": 10, "name": "Kab. Serang"},
        {"type": "borrow", "quantity": 20, "name": "Kab. Serang"},
        {"type": "dispatch", "quantity": 15, "party": "points", "name": "Kecamatan Kasemen"},
        {"type": "spoil", "quantity": 2},
        {"type": "defect", "quantity": 1},
        {"type": "lose", "quantity": 3},
        {"type": "find", "quantity": 1},
        {"type": "count", "quantity": 130},
        {"type": "destroy", "quantity": 2, "party": "spoiled", "reference": "BA-1"},
    ]
    for entry in entries:
        storekeeper.do(MOVEMENTS, {"reason": "uji", **entry})
    sent = storekeeper.get("/stock/consignments").json["consignments"][0]
    storekeeper.do(MOVEMENTS, {"type": "accept", "quantity": 14, "consignment": sent["seq"]})
    storekeeper.do(MOVEMENTS, {"type": "reverse", "reverses": newest(storekeeper)["seq"], "reason": "uji"})
    assert balance(web, "transit") == 15
    assert balance(web, "destroyed") == 2


def test_what_is_under_way_is_seen_with_what_has_arrived(web: TheWeb, storekeeper: Browser) -> None:
    away = {"type": "dispatch", "quantity": 40, "party": "points", "name": "Kecamatan Kasemen", "reason": "mingguan"}
    storekeeper.do(MOVEMENTS, away)
    sent = storekeeper.get("/stock/consignments").json["consignments"][0]
    arrived = {"type": "accept", "quantity": 30, "consignment": sent["seq"]}
    storekeeper.do(MOVEMENTS, arrived)
    assert storekeeper.get("/stock/consignments").json["consignments"][0]["open"] == 10
    short = {"type": "accept", "quantity": 8, "consignment": sent["seq"], "short": 2}
    assert storekeeper.post(MOVEMENTS, short).json["detail"] == "Tuliskan alasannya."
    storekeeper.do(MOVEMENTS, {**short, "reason": "dus terbuka"})
    assert storekeeper.get("/stock/consignments").json["consignments"] == []
    assert (balance(web, "points"), balance(web, "lost-and-found"), balance(web, "transit")) == (38, 2, 0)


def test_a_difference_is_approved_by_somebody_else_alone(web: TheWeb, office: TheOffice, storekeeper: Browser) -> None:
    storekeeper.do(MOVEMENTS, {"type": "count", "quantity": 104, "reason": "opname sore"})
    difference = storekeeper.get("/stock/counts").json["counts"][0]
    assert (difference["difference"], difference["counted_by"]) == (4, storekeeper.id)
    refused = storekeeper.post(f"/stock/counts/{difference['seq']}/approve")
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
    assert "orang kedua" in refused.json["detail"]
    assert office.stock().on_hand == 100
    supervisor = web.staff("supervisor")
    assert supervisor.do(f"/stock/counts/{difference['seq']}/approve")["on_hand"] == 104
    again = supervisor.post(f"/stock/counts/{difference['seq']}/approve")
    assert (again.status_code, again.json["code"]) == (404, "not_found")


def test_an_approved_difference_has_its_minutes_with_both_names(web: TheWeb) -> None:
    keeper, supervisor = web.staff("stock", "Budi"), web.staff("supervisor", "Sari")
    keeper.do(MOVEMENTS, {"type": "count", "quantity": 97, "reason": "opname sore"})
    seq = keeper.get("/stock/counts").json["counts"][0]["seq"]
    early = keeper.get(f"/stock/counts/{seq}/minutes.pdf")
    assert (early.status_code, early.json["code"]) == (409, "conflict")
    supervisor.do(f"/stock/counts/{seq}/approve")
    listed = web.staff("auditor").get("/stock/counts").json
    assert (listed["counts"], [row["seq"] for row in listed["approved"]]) == ([], [seq])
    paper = words(web.staff("auditor").get(f"/stock/counts/{seq}/minutes.pdf"))
    for part in (
        "Selisih Stok",
        "100 keping",
        "97 keping",
        "-3 keping",
        "opname sore",
        "menghitung Budi",
        "menyetujui Sari",
    ):
        assert part in paper, part
    assert web.staff("clerk").get(f"/stock/counts/{seq}/minutes.pdf").status_code == 403
    assert keeper.get("/stock/counts/1/minutes.pdf").status_code == 404
    page = supervisor.page("/supervisor/stock?item=KTP").text
    assert "Selisih opname yang disetujui" in page
    assert f"/api/v1/stock/counts/{seq}/minutes.pdf" in page


def test_what_is_not_there_is_said_with_its_place(storekeeper: Browser) -> None:
    wish = {"type": "dispatch", "quantity": 5, "place": "counter-3", "party": "store", "reason": "sisa"}
    refused = storekeeper.post(MOVEMENTS, wish)
    assert (refused.status_code, refused.json["detail"]) == (409, "Di Loket 3 hanya ada 0.")


def test_an_old_card_is_logged_by_the_clerk_under_its_number(web: TheWeb, storekeeper: Browser) -> None:
    number = web.kiosk().take("KTP-RUSAK")["number"]
    clerk = web.staff("clerk")
    assert clerk.do("/withdrawn", {"item": "KTP", "reason": "rusak", "number": number})["withdrawn"] == 1
    seen = storekeeper.get("/withdrawn").json
    assert [(card["number"], card["reason"], card["actor"]) for card in seen["cards"]] == [(number, "rusak", clerk.id)]
    assert {"item": "KTP", "quantity": 1} in seen["kept"]
    assert clerk.post("/withdrawn", {"item": "KTP", "reason": "rusak", "number": "A-998"}).json["code"] == "not_found"
    assert clerk.post("/withdrawn", {"item": "KTP"}).json["code"] == "invalid"


def test_a_destruction_has_its_minutes_with_witnesses_and_log(web: TheWeb, storekeeper: Browser) -> None:
    number = web.kiosk().take("KTP-RUSAK")["number"]
    web.staff("clerk").do("/withdrawn", {"item": "KTP", "reason": "rusak", "number": number})
    storekeeper.do(MOVEMENTS, {"type": "destroy", "quantity": 1, "reference": "BA-470/12", "reason": "dibakar"})
    paper = words(storekeeper.get(f"{MOVEMENTS}/{newest(storekeeper)['seq']}/minutes.pdf"))
    for part in ("Berita Acara Pemusnahan", "BA-470/12", "Cara: dibakar.", "Saksi 2", number):
        assert part in paper, part


def test_a_receipt_has_its_minutes_and_a_spoilt_print_has_none(storekeeper: Browser) -> None:
    storekeeper.do(MOVEMENTS, {"type": "receive", "quantity": 500, "reference": "BAST 17/2026", "reason": "seri 1-500"})
    receipt = newest(storekeeper)["seq"]
    paper = words(storekeeper.get(f"{MOVEMENTS}/{receipt}/minutes.pdf"))
    for part in ("Berita Acara Serah Terima", "BAST 17/2026", "500 keping", "seri 1-500"):
        assert part in paper, part
    storekeeper.do(MOVEMENTS, {"type": "spoil", "quantity": 1, "reason": "macet"})
    spoilt = storekeeper.get(f"{MOVEMENTS}/{newest(storekeeper)['seq']}/minutes.pdf")
    assert (spoilt.status_code, spoilt.json["code"]) == (404, "not_found")
    assert storekeeper.get(f"/stock/KIA/movements/{receipt}/minutes.pdf").status_code == 404
    storekeeper.do(MOVEMENTS, {"type": "reverse", "reverses": receipt, "reason": "keliru"})
    assert storekeeper.get(f"{MOVEMENTS}/{receipt}/minutes.pdf").json["code"] == "conflict"


def test_a_request_is_asked_granted_and_fetched(web: TheWeb, storekeeper: Browser) -> None:
    asked = {
        "item": "KTP",
        "quantity": 10_000,
        "backlog": 2379,
        "reference": "470/118",
        "reason": "habis dua hari lagi",
    }
    request = storekeeper.do("/requests", asked)["seq"]
    storekeeper.do(f"/requests/{request}/grant", {"quantity": 2000})
    storekeeper.do(MOVEMENTS, {"type": "receive", "quantity": 2000, "request": request})
    row = storekeeper.get("/requests").json["requests"][0]
    assert (row["asked"], row["granted"], row["fetched"], row["fulfilment"]) == (10_000, 2000, 2000, 20.0)
    paper = words(storekeeper.get(f"/requests/{request}/letter.pdf"))
    for part in ("470/118", "10.000 keping", "100 keping", "2.379 data", "habis dua hari lagi"):
        assert part in paper, part
    assert storekeeper.get("/requests/1/letter.pdf").status_code == 404


def test_the_forecast_names_every_item(storekeeper: Browser, office: TheOffice) -> None:
    items = storekeeper.get("/forecast").json["items"]
    assert [item["item"] for item in items] == list(office.catalogue.items)
    assert (items[0]["use_per_day"], items[0]["days_of_cover"], items[0]["runs_out_on"]) == (0.0, None, None)


@pytest.mark.parametrize("path", ["/stock/consignments", "/stock/counts", "/withdrawn", "/requests", "/forecast"])
def test_a_clerk_does_not_read_the_stores_book(web: TheWeb, path: str) -> None:
    assert web.staff("clerk").get(path).status_code == 403
    assert web.staff("auditor").get(path).status_code == 200
