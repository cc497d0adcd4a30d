"""What stands on the slip of somebody whose card is still to be printed: the place in line, or what to do instead.

No name and no NIK: whoever finds it learns a number. Source: `docs/field.md#print-backlog`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from printables.slip import Band, Block, Closing, Figures, Hero, Text
from queue_server.domain.backlog_views import BacklogSlip
from queue_server.domain.calendar import day_and_month, slip_date

WORDS = {
    "id": {
        "place": "Urutan cetak kartu Anda",
        "of": "Dari",
        "since": "Sejak",
        "as_of": "Urutan per {when}. Urutan maju saat blangko tiba.",
        "come": "Ambil kartu pada",
        "follow": "Pantau di ponsel",
        "scan": "Pindai kode QR ini.",
        "scan_wifi": "Sambungkan ke Wi-Fi {wifi}, lalu pindai kode QR ini.",
        "keep": "Simpan kertas ini dan bawa saat mengambil kartu.",
        "free": "Semua layanan gratis. Diminta bayar? Laporkan.",
    },
    "en": {
        "place": "Your place in the line for printing",
        "of": "Of",
        "since": "Since",
        "as_of": "Place as of {when}. It moves up as blanks arrive.",
        "come": "Collect your card on",
        "follow": "On your phone",
        "scan": "Scan this QR code.",
        "scan_wifi": "Join the Wi-Fi {wifi}, then scan this QR code.",
        "keep": "Keep this paper and bring it when you collect the card.",
        "free": "Every service is free. Asked to pay? Report it.",
    },
}


def backlog_blocks(view: BacklogSlip) -> tuple[Block, ...]:
    words = WORDS[view.language]
    return (
        Band(),
        Text(view.office, "office"),
        *(_in_line(view) if view.number else _otherwise(view)),
        Text(view.advice, "strong"),
        Text(words["keep"]),
        _closing(view),
        Text(words["free"]),
        Band(),
    )


def _in_line(view: BacklogSlip) -> list[Block]:
    words = WORDS[view.language]
    since = f"{date.fromisoformat(view.since):%d/%m/%Y}"  # the numerals have no small letters
    return [
        Text(words["place"], "label"),
        Hero(view.number),
        Text(view.kind_name, "service"),
        Figures(((words["of"], view.of), (words["since"], since))),
        Text(words["as_of"].format(when=_when(view))),
    ]


def _otherwise(view: BacklogSlip) -> list[Block]:
    words, said = WORDS[view.language], [Text(view.kind_name, "label"), Text(view.state_name, "service")]
    if view.invited_for:
        day = day_and_month(date.fromisoformat(view.invited_for), view.language)
        said += [Text(words["come"], "label"), Text(day, "service")]
    return [*said]


def _closing(view: BacklogSlip) -> Closing:
    words = WORDS[view.language]
    if not view.track_url:
        return Closing(None, None, (_when(view),))
    scan = words["scan_wifi"].format(wifi=view.wifi_name) if view.wifi_name else words["scan"]
    return Closing(view.track_url, words["follow"], (scan, _when(view)))


def _when(view: BacklogSlip) -> str:
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=view.made_at)).astimezone(
        ZoneInfo(view.time_zone)
    )
    return f"{slip_date(local.date(), view.language)}, {local:%H.%M} {view.zone}"
