"""What stands on a slip, from top to bottom and in which words; how it looks is up to `escpos` and `pdf`.

A slip answers, in this order: which number, when, what to bring. No personal name ever stands on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from queue_server.domain.calendar import day_and_month, slip_date
from queue_server.domain.stock import CARDS
from queue_server.domain.views import SlipView, VoucherView

Weight = Literal["office", "label", "service", "strong", "plain"]


@dataclass(frozen=True, slots=True)
class Band:
    """The woven band that frames a slip."""


@dataclass(frozen=True, slots=True)
class Text:
    words: str
    weight: Weight = "plain"


@dataclass(frozen=True, slots=True)
class Hero:
    """The ticket number or the voucher's code: the largest thing on the paper."""

    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One or two figures with what they mean, the short one first: `(("Di depan Anda", "33"), ...)`."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    heading: str
    things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """The last lines, and the QR code of the ticket's page where there is one."""

    address: str | None
    heading: str | None
    lines: tuple[str, ...]


Block = Band | Text | Hero | Figures | Checklist | Closing

WORDS = {
    "id": {
        "reprint": "CETAK ULANG",
        "number": "Nomor antrean Anda",
        "voucher": "Kode antrean tunda Anda",
        "ahead": "Di depan Anda",
        "called_at": "Perkiraan dipanggil pukul",
        "no_wait": "Perkiraan waktu belum ada: loket untuk layanan ini belum buka.",
        "late": "Mungkin baru dipanggil lewat jam tutup.",
        "rank": "Urutan ke",
        "come_at": "Datang pukul",
        "one_blank": "Satu blangko sudah disisihkan untuk Anda.",
        "blanks": "{count} blangko sudah disisihkan untuk Anda.",
        "use_code": "Pada hari itu masukkan kode ini di kios, atau tunjukkan kepada petugas.",
        "announced": "Blangko Anda ikut kiriman hari itu. Pastikan dulu sebelum berangkat.",
        "place": "Daftar tunggu: kode Anda",
        "position": "Posisi",
        "of": "{position} dari {of}",
        "no_date": "Belum ada tanggal, jadi jangan datang dulu. Tanggalnya muncul di halaman ini dan di kios.",
        "no_date_no_phone": "Belum ada tanggal. Tanyakan kode ini kepada petugas.",
        "replaces": "Pengganti nomor {number}",
        "bring": "Bawa ke loket",
        "follow": "Pantau di ponsel",
        "scan": "Pindai kode QR ini.",
        "scan_wifi": "Sambungkan ke Wi-Fi {wifi}, lalu pindai kode QR ini.",
        "free": "Semua layanan gratis. Diminta bayar? Laporkan.",
        "personal": "Nomor tidak dapat dipindahtangankan.",
    },
    "en": {
        "reprint": "CETAK ULANG (REPRINT)",
        "number": "Your number",
        "voucher": "Your code for another day",
        "ahead": "People before you",
        "called_at": "Probably called between",
        "no_wait": "No time can be given yet: no counter is open for this service.",
        "late": "You may be called only after closing time.",
        "rank": "Place in order",
        "come_at": "Come between",
        "one_blank": "One card blank is set aside for you.",
        "blanks": "{count} card blanks are set aside for you.",
        "use_code": "On that day enter this code at the kiosk, or show it to staff.",
        "announced": "Your card blank comes with that day's delivery. Make sure of it before you travel.",
        "place": "Waiting list: your code",
        "position": "Position",
        "of": "{position} of {of}",
        "no_date": "There is no date yet, so please do not come. It will stand on this page and at the kiosk.",
        "no_date_no_phone": "There is no date yet. Ask staff about this code.",
        "replaces": "In place of number {number}",
        "bring": "Bring to the counter",
        "follow": "On your phone",
        "scan": "Scan this QR code.",
        "scan_wifi": "Join the Wi-Fi {wifi}, then scan this QR code.",
        "free": "Every service is free. Asked to pay? Report it.",
        "personal": "This number cannot be passed on to anyone else.",
    },
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A slip without a number, for whoever has changed the paper; `clock` and `zone` as they are written."""

    office: str
    kiosk: str
    clock: str
    zone: str
    address: str | None  # behind the QR code


def trial_blocks(view: Trial) -> tuple[Block, ...]:
    """One of everything that a slip has."""
    return (
        Band(),
        Text(view.office, "office"),
        Hero("TES"),
        Text("Cetak percobaan", "service"),
        Figures(((view.zone, view.clock), ("Kios", view.kiosk))),
        Closing(view.address, "Alamat server", ("Bukan nomor antrean.",)),
        Band(),
    )


def blocks(view: SlipView) -> tuple[Block, ...]:
    """The slip of a ticket, or of the voucher that it became: `docs/field.md#slip`, `docs/field.md#voucher`."""
    words = WORDS[view.language]
    head: list[Block] = [Band(), Text(view.office, "office")]
    if view.reprint:
        head.append(Text(words["reprint"], "strong"))
    body = _ticket(view) if view.voucher is None else _voucher(view, view.voucher)
    return (*head, *body, _closing(view), Text(words["free"]), Text(words["personal"]), Band())


def _ticket(view: SlipView) -> list[Block]:
    words = WORDS[view.language]
    promised = sum(line.quantity for line in view.reserved if line.item in CARDS)
    return [
        Text(words["number"], "label"),
        Hero(view.number),
        Text(view.service_name, "service"),
        *_wait(view),
        *_promise(view, promised),
        *_bring(view),
    ]


def _voucher(view: SlipView, voucher: VoucherView) -> list[Block]:
    words = WORDS[view.language]
    return [
        Text(words["voucher" if voucher.date else "place"], "label"),
        Hero(voucher.code.upper()),
        Text(voucher.service_name, "service"),
        *_day(view, voucher),
        *_promise(view, voucher.blanks),
        *([Text(words["use_code"])] if voucher.date else []),
        *_bring(view),
    ]


def _day(view: SlipView, voucher: VoucherView) -> list[Block]:
    """When to come; on the waiting list the position, and that nobody should come yet."""
    words = WORDS[view.language]
    if voucher.date is None or voucher.opens_at is None or voucher.until is None:
        place = words["of"].format(position=voucher.position, of=voucher.of)
        return [
            Figures(((words["position"], place),)),
            Text(words["no_date" if view.track_url else "no_date_no_phone"]),
        ]
    come_at = (words["come_at"], _clock_range(view, voucher.opens_at, voucher.until))
    return [
        Text(day_and_month(date.fromisoformat(voucher.date), view.language), "service"),
        Figures((*([(words["rank"], str(voucher.rank))] if voucher.rank else []), come_at)),
        *([Text(words["announced"])] if voucher.awaited else []),
    ]


def _wait(view: SlipView) -> list[Block]:
    if view.ahead is None:
        return []
    words = WORDS[view.language]
    ahead = (words["ahead"], str(view.ahead))
    if view.wait_clock is None:
        return [Figures((ahead,)), Text(words["no_wait"])]
    if view.closes_at is not None and view.wait_clock[0] >= view.closes_at:
        return [Figures((ahead,)), Text(words["late"])]
    return [Figures((ahead, (words["called_at"], _clock_range(view, *view.wait_clock))))]


def _promise(view: SlipView, blanks: int) -> list[Block]:
    words = WORDS[view.language]
    if not blanks:
        return []
    return [Text(words["one_blank"] if blanks == 1 else words["blanks"].format(count=blanks), "strong")]


def _bring(view: SlipView) -> list[Block]:
    return [Checklist(WORDS[view.language]["bring"], view.checklist)] if view.checklist else []


def _closing(view: SlipView) -> Closing:
    words = WORDS[view.language]
    issued = _local(view, view.issued_at)
    where = view.hall_name if view.voucher is None else words["replaces"].format(number=view.number)
    lines = [
        *([where] if view.number else []),
        f"{slip_date(issued.date(), view.language)}, {issued:%H.%M} {view.zone}",
    ]
    if view.track_url is None:
        return Closing(None, None, tuple(lines))
    scan = words["scan_wifi"].format(wifi=view.wifi_name) if view.wifi_name else words["scan"]
    return Closing(view.track_url, words["follow"], (scan, *lines))


def _local(view: SlipView, instant_ms: int) -> datetime:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant_ms)
    return moment.astimezone(ZoneInfo(view.time_zone))


def _clock_range(view: SlipView, from_ms: int, to_ms: int) -> str:
    first, last = (f"{_local(view, instant):%H.%M}" for instant in (from_ms, to_ms))
    return first if first == last else f"{first}–{last}"
