"""The daily report in the words, order and columns of the office's form: sections A to H, for paper and spreadsheets.

One shape for PDF, XLSX and CSV: a title, columns, rows of whole figures and words. What nothing records yet says so.
Indonesian, as the form is. Source: `docs/field.md#daily-report`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from queue_server.domain import calendar
from queue_server.domain.backlog_words import MEANINGS
from queue_server.domain.figures import thousands
from queue_server.domain.report import CAME, WENT, Report
from queue_server.domain.stock import CARDS, COUNTER, STORE, TRANSIT

NOT_RECORDED = "belum dicatat"
NOT_COUNTED = "belum dihitung"
CHANNELS = {"kiosk": "Kios", "desk": "Meja", "phone": "Ponsel", "paper": "Kertas", "backlog": "Antrean cetak"}
# Headings of the stock card; a line break is where a narrow column breaks them.
STOCK_HEADINGS = {
    "opening": "Sisa\nawal",
    "central": "Masuk\npusat",
    "province": "Masuk\nprovinsi",
    "borrowed": "Pinjam\nmasuk",
    "returned": "Kembali",
    "found": "Ditemu-\nkan",
    "in": "Jumlah\nmasuk",
    "used": "Cetak\nbaik",
    "spoilt": "Rusak\ncetak",
    "defective": "Cacat\npabrik",
    "dispatched": "Kirim\nkec./UPT",
    "lent": "Pinjam\nkeluar",
    "sent_back": "Dikem-\nbalikan",
    "lost": "Hilang",
    "out": "Jumlah\nkeluar",
    "adjusted": "Penye-\nsuaian",
    "closing": "Sisa\nakhir",
    "promised": "Disi-\nsihkan",
    "safety": "Ca-\ndangan",
    "available": "Bebas",
    "days_of_cover": "Cukup\n(hari)",
    "at_counters": "Di\nloket",
    "counted": "Fisik\ngudang\n(opname)",
    "difference": "Selisih",
}
SIGNED = ("moved", "adjusted", "difference")  # are added as they stand, and so show their sign
# Of one place: promises are the whole office's, and what another place gave has come from nobody outside.
PLACE_HEADINGS = {
    **{name: STOCK_HEADINGS[name] for name in ("opening", *CAME, "in", *WENT, "out")},
    "moved": "Antar-\ntempat",
    **{name: STOCK_HEADINGS[name] for name in ("adjusted", "closing", "counted", "difference")},
}
PLACES = {STORE: "Gudang", TRANSIT: "Di jalan"}
POINT_HEADINGS = {
    "opening": "Sisa\nawal",
    "sent": "Dikirim",
    "returned": "Kembali",
    "lost": "Hilang\ndi jalan",
    "closing": "Sisa\nakhir",
}
STOCK_NOTE = (
    "Sisa akhir = sisa awal + jumlah masuk - jumlah keluar + penyesuaian, dan = disisihkan + cadangan + bebas"
    " (disisihkan menurut penutupan hari). Di loket termasuk dalam sisa akhir."
)
PLACE_NOTE = "Antartempat: yang datang dari tempat lain di kantor ini, dikurangi yang pergi ke sana; jumlahnya nol."
POINT_NOTE = (
    "Sisa akhir = sisa awal + dikirim - kembali - hilang di jalan, termasuk yang masih di jalan. Yang dicetak di sana"
    " tercatat di titik layanan itu sendiri."
)
DIFFERENCES = {
    "ticket": "nomor {number}",
    "backlog": "cetak antrean PRR",
    "book": "buku terhadap yang tercatat",
    "night": "pagi terhadap malam sebelumnya",
    "opening": "opname awal terhadap buku",
    "closing": "opname akhir terhadap buku",
}
SIGNERS = ("Pengurus barang", "Petugas cetak", "Kepala Bidang Dafduk", "Kepala Dinas")

Cell = str | int | float | None  # None is an empty cell


@dataclass(frozen=True, slots=True)
class Section:
    """`words` columns from the left hold text, the others figures, those at `signed` with their sign; `total` rows at
    the end are sums.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int = 1
    totals: int = 0
    note: str = ""
    signed: frozenset[int] = frozenset()


def long_day(report: Report) -> str:
    """Senin, 23 November 2026"""
    return calendar.long_date(date.fromisoformat(report["day"]))


def sections(report: Report) -> list[Section]:
    """A to G, then the queue's own figures and the reckoning; H is the place for the signatures."""
    cards = [line for line in report["stock"] if line["item"] in CARDS]
    others = [line for line in report["stock"] if line["item"] not in CARDS]
    return [
        stock_card("A. Kartu stok blangko", cards),
        *by_place("A. Menurut tempat", cards),
        *service_points(report),
        by_purpose(report),
        print_backlog(report),
        suket(report),
        old_cards(report),
        stock_card("F. Bahan pakai habis", others),
        *by_place("F. Menurut tempat", others),
        forecast(report),
        *moved_elsewhere(report),
        services(report),
        reckoning(report),
        differences(report),
    ]


# -- A and F -----------------------------------------------------------------------------------------------------------


def stock_card(title: str, lines: Sequence[Mapping[str, Any]]) -> Section:
    """Sisa akhir = sisa awal + masuk - keluar + penyesuaian, of store and counters together; fisik is what was counted
    in the store at the closing, selisih what the book of that moment said otherwise. A report that was signed before
    some column was told leaves it empty.
    """
    rows = tuple((line["name"], *(figure(line, name) for name in STOCK_HEADINGS)) for line in lines)
    columns = ("Barang", *STOCK_HEADINGS.values())
    return Section(title, columns, rows, note=STOCK_NOTE if rows else "", signed=signed_of(STOCK_HEADINGS))


def figure(line: Mapping[str, Any], name: str) -> Cell:
    """Empty where the line has no such figure."""
    value: Cell = line.get(name)
    return NOT_COUNTED if value is None and name == "counted" and name in line else value


def signed_of(headings: Iterable[str], words: int = 1) -> frozenset[int]:
    return frozenset(place for place, name in enumerate(headings, start=words) if name in SIGNED)


def by_place(title: str, lines: Sequence[Mapping[str, Any]]) -> list[Section]:
    """The same card for each place where more than the store held any: together they are the item's own. Reports that
    were signed before this was told have none.
    """
    rows = tuple(
        (line["name"], name_of_place(place["place"]), *(figure(place, name) for name in PLACE_HEADINGS))
        for line in lines
        for place in line.get("places", ())
    )
    columns = ("Barang", "Tempat", *PLACE_HEADINGS.values())
    section = Section(title, columns, rows, words=2, note=PLACE_NOTE, signed=signed_of(PLACE_HEADINGS, words=2))
    return [section] if rows else []


def name_of_place(place: str) -> str:
    return PLACES.get(place) or f"Loket {place.removeprefix(COUNTER)}"


def service_points(report: Report) -> list[Section]:
    """Kecamatan, UPT, van, MPP: what each was sent and has not sent back."""
    rows = tuple(
        (name_of(report, line["item"]), line["name"] or "Titik layanan", *(line[name] for name in POINT_HEADINGS))
        for line in report.get("points", ())
    )
    columns = ("Barang", "Tempat", *POINT_HEADINGS.values())
    section = Section("A. Titik layanan", columns, rows, words=2, note=POINT_NOTE)
    return [section] if rows else []


MOVED_HEADINGS = {
    "received": "Masuk",
    "used": "Cetak\nbaik",
    "spoilt": "Rusak\ncetak",
    "other": "Lainnya",
    "withdrawn": "Kartu lama\nditerima",
    "destroyed": "Kartu lama\ndimusnahkan",
}


def moved_elsewhere(report: Report) -> list[Section]:
    """What came after the signatures of the day before, or of this one; nothing where nothing did. Reports that were
    signed before this was told have none. Source: `docs/field.md#signatures`.
    """
    parts = (
        ("carried", "Termasuk dari sebelum hari ini", "Sesudah laporan sebelumnya: sudah terhitung di A, E dan F."),
        ("later", "Sesudah tanda tangan", "Terhitung di laporan hari kerja berikutnya."),
    )
    return [
        Section(
            title,
            ("Barang", *MOVED_HEADINGS.values()),
            tuple((line["name"], *(line[name] for name in MOVED_HEADINGS)) for line in report[part]),
            note=note,
        )
        for part, title, note in parts
        if report.get(part)
    ]


# -- B to E ------------------------------------------------------------------------------------------------------------


def by_purpose(report: Report) -> Section:
    """Cards printed by what they were for, and how their holders had come; of no ticket is the kecamatan known."""
    lines = report["purposes"]
    rows: list[tuple[Cell, ...]] = [
        (line["name"], line["item"], *(line["channels"].get(channel, 0) for channel in CHANNELS), line["cards"])
        for line in lines
    ]
    by_channel = [sum(line["channels"].get(channel, 0) for line in lines) for channel in CHANNELS]
    rows.append(("Jumlah", None, *by_channel, sum(line["cards"] for line in lines)))
    return Section(
        "B. Pemakaian menurut keperluan",
        ("Keperluan", "Kartu", *CHANNELS.values(), "Jumlah"),
        tuple(rows),
        words=2,
        totals=1,
        note=by_kecamatan(report["kecamatan"]),
    )


def by_kecamatan(cards: Mapping[str, int]) -> str:
    """Whoever takes a number is not asked for a kecamatan; in the print backlog it is known."""
    if not cards:
        return f"Per kecamatan: {NOT_RECORDED}."
    printed = "; ".join(f"{name} {number}" for name, number in cards.items())
    return f"Antrean cetak per kecamatan: {printed}. Dari loket: {NOT_RECORDED}."


def nothing(title: str) -> Section:
    return Section(title, (), (), note=NOT_RECORDED.capitalize() + ".")


def print_backlog(report: Report) -> Section:
    """Akhir = awal + baru - dicetak - ditarik - lainnya; below it where all records stand."""
    title, line = "C. Antrean cetak (PRR)", report["backlog"]
    if line is None:
        return nothing(title)
    columns = {"before": "Awal", "added": "Baru", "printed": "Dicetak", "withdrawn": "Ditarik"}
    columns |= {"other": "Kembali ke\nperekaman", "left": "Akhir"}
    figures = {state: thousands(number) for state, number in line["states"].items()}
    states = [f"{MEANINGS[state].name.id} {number}" for state, number in figures.items()]
    rows = (tuple(line[name] for name in columns),)
    return Section(title, tuple(columns.values()), rows, words=0, note=f"Menurut keadaan: {'; '.join(states)}.")


def suket(report: Report) -> Section:
    title, line = "D. Suket", report["suket"]
    if line is None:
        return nothing(title)
    note = f"Ditukar, masih berlaku, lewat 6 bulan: {NOT_RECORDED}."
    return Section(title, ("Diterbitkan",), ((line["issued"],),), words=0, note=note)


def old_cards(report: Report) -> Section:
    """Sisa = awal + diterima - dimusnahkan, and the numbers of the minutes."""
    title, lines = "E. Kartu ditarik", report["withdrawn"]
    if not lines:
        return nothing(title)
    columns = {"before": "Awal", "received": "Diterima", "destroyed": "Dimusnahkan", "left": "Sisa"}
    rows = tuple((line["name"], ", ".join(line["minutes"]), *(line[name] for name in columns)) for line in lines)
    return Section(title, ("Kartu", "Berita acara", *columns.values()), rows, words=2)


# -- G, and what the queue and the book say ----------------------------------------------------------------------------


FORECAST = {
    "use_per_day": "Rata-rata\n7 hari",
    "on_hand": "Stok\nfisik",
    "days_of_cover": "Cukup untuk\n(hari)",
    "awaited": "Masih bisa\ndatang",
    "suggested_request": "Saran\npermohonan",
    "asked": "Terakhir\ndiajukan",
    "granted": "Terakhir\ndisetujui",
    "fetched": "Terakhir\ndiambil",
}


def forecast(report: Report) -> Section:
    """How long each item lasts, and its last request."""
    lines = report["forecast"]
    rows = tuple((line["name"], short_day(line["runs_out_on"]), *(line[name] for name in FORECAST)) for line in lines)
    return Section("G. Perkiraan", ("Barang", "Habis pada", *FORECAST.values()), rows, words=2)


def short_day(day: str | None) -> str | None:
    return calendar.slip_date(date.fromisoformat(day)) if day else None


SERVICE_COLUMNS = {
    "taken": "Diambil",
    "waiting": "Menunggu",
    "served": "Dilayani",
    "no_show": "Tidak hadir",
    "deferred": "Ditunda",
    "cancelled": "Batal",
    "expired": "Hangus",
    "promised": "Dijanjikan",
    "printed": "Dicetak",
    "spoilt": "Rusak",
    "done": "Selesai",
}


def services(report: Report) -> Section:
    """One row for each service that somebody took a number for, and their sum."""
    lines = [line for line in report["services"] if any(line[name] for name in SERVICE_COLUMNS)]
    rows: list[tuple[Cell, ...]] = [
        (line["service"], line["name"], *(line[name] for name in SERVICE_COLUMNS)) for line in lines
    ]
    rows.append((None, "Jumlah", *(sum(line[name] for line in lines) for name in SERVICE_COLUMNS)))
    return Section("Pelayanan", ("Kode", "Layanan", *SERVICE_COLUMNS.values()), tuple(rows), words=2, totals=1)


def reckoning(report: Report) -> Section:
    names = ("expected", "used", "spoilt", "consumed", "difference")
    rows = tuple(
        (name_of(report, line["item"]), *(line[name] for name in names)) for line in report["reconciliation"]["lines"]
    )
    return Section(
        "Rekonsiliasi",
        ("Barang", "Tiket x cetak", "Tercatat terpakai", "Rusak", "Keluar gudang", "Selisih"),
        rows,
        note="Tiket selesai x cetak + rusak = keluar gudang.",
    )


def differences(report: Report) -> Section:
    found = report["reconciliation"]["differences"]
    rows = tuple(
        (
            name_of(report, line["item"]),
            DIFFERENCES[line["kind"]].format(number=line["number"]),
            line["expected"],
            line["found"],
        )
        for line in found
    )
    return Section(
        "Selisih",
        ("Barang", "Di mana", "Seharusnya", "Nyatanya"),
        rows,
        words=2,
        note="" if found else "Tidak ada selisih.",
    )


def name_of(report: Report, item: str) -> str:
    return next((str(line["name"]) for line in report["items"] if line["item"] == item), item)


# -- the province's line -----------------------------------------------------------------------------------------------

# Headings of the line that goes to the province each day, and the services whose documents it counts.
PROVINCE_DOCUMENTS = {
    "KK": ("KK-",),
    "KTP-el": ("KTP-CETAK", "KTP-RUSAK", "KTP-HILANG", "KTP-UBAH"),
    "KIA": ("KIA-",),
    "Akta lahir": ("AKTA-LAHIR",),
    "Akta mati": ("AKTA-MATI",),
    "Akta nikah": ("AKTA-KAWIN",),
    "Pindah": ("PINDAH",),
    "Datang": ("DATANG",),
    "Rekam": ("KTP-REKAM",),
}


def province_line(report: Report) -> dict[str, Cell]:
    """Documents of the day by kind, print-ready records (empty where none are kept) and blanks left."""
    done = {line["service"]: line["done"] for line in report["services"]}
    blanks = next((line["on_hand"] for line in report["items"] if line["item"] == "KTP"), None)
    return {
        "Tanggal": report["day"],
        "Kantor": report["office"],
        "Kode": report["office_code"],
        **{
            heading: sum(number for service, number in done.items() if service.startswith(begins))
            for heading, begins in PROVINCE_DOCUMENTS.items()
        },
        "PRR": report["backlog"]["left"] if report["backlog"] else None,
        "Blangko sisa": blanks,
    }
