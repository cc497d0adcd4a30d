"""One moment in Kota Serang: Monday 23 November 2026, 09.42 WIB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from queue_server.domain.views import Reserved, SlipView, VoucherView

TRACK_URL = "http://192.168.1.10:8080/t/3f9a0c5b7d1e42868b6f0a9c7e5d3b21"
WIB = ZoneInfo("Asia/Jakarta")


def at(hour: int, minute: int, day: int = 23) -> int:
    return round(datetime(2026, 11, day, hour, minute, tzinfo=WIB).timestamp() * 1000)


TICKET = SlipView(
    office="Disdukcapil Kota Serang",
    number="A-087",
    service_name="KTP-el hilang",
    day="2026-11-23",
    issued_at=at(9, 42),
    time_zone="Asia/Jakarta",
    zone="WIB",
    hall_name="Ruang Tunggu A",
    ahead=33,
    wait_clock=(at(10, 17), at(10, 32)),
    reserved=(Reserved("KTP", "Blangko KTP-el", 1), Reserved("RIBBON", "Ribbon", 1), Reserved("FILM", "Film", 1)),
    checklist=("Surat kehilangan dari polisi", "Fotokopi Kartu Keluarga", "Formulir F-1.02"),
    track_url=TRACK_URL,
    wifi_name="Disdukcapil-Tamu",
    language="id",
)
VOUCHER = replace(
    TICKET,
    ahead=None,
    wait_clock=None,
    voucher=VoucherView(
        code="7k4pm2qx",
        date="2026-11-24",
        rank=12,
        service="KTP-HILANG",
        service_name="KTP-el hilang",
        state="open",
        opens_at=at(8, 0, day=24),
        until=at(10, 0, day=24),
        blanks=1,
        awaited=0,
        position=None,
        of=None,
        called_back=False,
        issued_at=at(15, 0),
        language="id",
        token=None,
    ),
)
# Given at the kiosk instead of a number: out of a delivery that was announced, and without a date.
INSTEAD = replace(VOUCHER, number="", hall_name="", reserved=())
assert INSTEAD.voucher
ANNOUNCED = replace(INSTEAD, voucher=replace(INSTEAD.voucher, blanks=0, awaited=1))
PLACE = replace(
    INSTEAD,
    voucher=replace(INSTEAD.voucher, date=None, opens_at=None, until=None, blanks=0, position=3, of=41),
)
NO_PHONES = replace(TICKET, track_url=None)
