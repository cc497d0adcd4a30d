"""The official papers of the store: a letter that asks for blanks; minutes of a hand-over, a destruction and a count.

They are Indonesian, as the offices write to each other. Names are written by hand, but for the two of a count, of whom
the book knows who they were. Source of their parts: `docs/field.md#papers`.
"""

from __future__ import annotations

from datetime import date

from printables.sheet import (
    STRONG,
    TITLE,
    Block,
    facts,
    gap,
    letterhead,
    paragraph,
    sheet,
    signatures,
    table,
)
from queue_server.domain.calendar import MONTHS, long_date
from queue_server.domain.figures import thousands
from queue_server.domain.views import CountMinutes, DestructionMinutes, HandoverMinutes, RequestLetter

CENTRE = "Direktorat Jenderal Kependudukan dan Pencatatan Sipil, Kementerian Dalam Negeri"
PROVINCE = "Dinas yang membidangi kependudukan dan pencatatan sipil, pemerintah provinsi"
OUTSIDE = {
    "supplier": CENTRE,
    "province": PROVINCE,
    "points": "Titik layanan",
    "lent": "Kantor peminjam",
    "borrowed": "Kantor yang meminjamkan",
    "store": "Gudang",
}
WHY = {
    "receive": "penerimaan",
    "return": "pengembalian",
    "lend": "peminjaman keluar",
    "borrow": "peminjaman masuk",
    "dispatch": "pengiriman",
    "accept": "penerimaan kiriman",
}
INWARD = frozenset({"receive", "borrow"})
KINDS = {"withdrawn": "Kartu lama yang ditarik", "spoiled": "Rusak cetak", "defective": "Cacat pabrik"}
BY_HAND = "." * 40


def day(written: str) -> str:
    """Senin, 23 November 2026"""
    return long_date(date.fromisoformat(written), "id")


def short_day(written: str) -> str:
    """23 November 2026"""
    found = date.fromisoformat(written)
    return f"{found.day} {MONTHS['id'][found.month - 1]} {found.year}"


def numbered(reference: str) -> str:
    return f"Nomor: {reference or BY_HAND}"


# -- the letter ------------------------------------------------------------------------------------------------------


def request_letter(view: RequestLetter) -> bytes:
    """*Surat permohonan blangko*."""
    amount = f"{thousands(view.asked)} {view.unit}"
    last = view.last_receipt
    known = [
        (f"Stok fisik per {short_day(view.day)}", f"{thousands(view.on_hand)} {view.unit}"),
        ("Pemakaian tiga bulan terakhir", f"{thousands(view.used)} {view.unit}"),
        ("Data siap cetak (PRR)", f"{thousands(view.backlog)} data" if view.backlog is not None else BY_HAND),
        ("Penerimaan terakhir", f"{thousands(last[1])} {view.unit}, {short_day(last[0])}" if last else "belum pernah"),
        ("Yang dimohon", amount),
    ]
    blocks = [
        *letterhead(view.office),
        paragraph(short_day(view.day)),
        gap(10),
        *facts([("Nomor", view.reference or BY_HAND), ("Hal", f"Permohonan {view.item}")], label=0.16),
        gap(14),
        paragraph("Kepada Yth."),
        paragraph(OUTSIDE[view.party], STRONG),
        gap(18),
        paragraph(f"Dengan ini kami memohon {view.item} sebanyak {amount}. Keadaan persediaan kami:"),
        gap(8),
        *facts(known),
        gap(8),
        *([paragraph(f"Keterangan: {view.reason}"), gap(8)] if view.reason else []),
        paragraph("Pengambilan kami lakukan dengan surat tugas. Atas perhatian Bapak/Ibu kami ucapkan terima kasih."),
        gap(30),
        signatures("Kepala Dinas"),
    ]
    return sheet(f"Surat permohonan {view.item}", blocks)


# -- the minutes -----------------------------------------------------------------------------------------------------


def handover_minutes(view: HandoverMinutes) -> bytes:
    """*Berita acara serah terima*."""
    own = f"Dinas Kependudukan dan Pencatatan Sipil {view.office}"
    other = outside(view)
    giving, taking = (other, own) if view.type in INWARD else (own, other)
    amounts = [("Jumlah", view.quantity), ("Jumlah yang dikirim", view.sent), ("Belum atau tidak tiba", view.missing)]
    blocks = [
        *letterhead(view.office),
        *heading("Berita Acara Serah Terima", view.reference),
        paragraph(f"Pada hari {day(view.day)} telah dilakukan serah terima ({WHY[view.type]}):"),
        gap(8),
        *facts([("Yang menyerahkan", giving), ("Yang menerima", taking)], label=0.3),
        gap(8),
        *table(
            ("Barang", "Uraian", "Banyaknya"),
            (0.46, 0.32, 0.22),
            [(view.item, what, f"{thousands(n)} {view.unit}") for what, n in amounts if n is not None],
            {2},
        ),
        gap(8),
        *facts([("Nomor dus, rentang seri, keterangan", view.note or BY_HAND)]),
        gap(8),
        paragraph("Barang sudah dihitung bersama oleh kedua pihak dan dicatat dalam buku persediaan."),
        gap(30),
        signatures("Yang menyerahkan", "Yang menerima"),
    ]
    return sheet("Berita acara serah terima", blocks)


def outside(view: HandoverMinutes) -> str:
    """Who stands on the other side, by the name that was given and else by what it is."""
    words = place_name(view.party)
    return view.name if view.name and view.party not in ("supplier", "province") else words


def place_name(account: str) -> str:
    if account.startswith("counter-"):
        return f"Loket {account.removeprefix('counter-')}"
    return OUTSIDE[account]


def count_minutes(view: CountMinutes) -> bytes:
    """*Berita acara selisih stok*: the adjustment's reason, and the two who stand for it. Source:
    `docs/field.md#count`.
    """
    more = "lebih" if view.difference > 0 else "kurang"
    sign = "+" if view.difference > 0 else ""
    amounts = (
        ("Menurut buku", thousands(view.book)),
        ("Menurut penghitungan", thousands(view.counted)),
        (f"Selisih ({more})", f"{sign}{thousands(view.difference)}"),
    )
    blocks = [
        *letterhead(view.office),
        *heading("Berita Acara Selisih Stok", ""),
        paragraph(f"Pada hari {day(view.day)} pukul {view.clock} telah dihitung (opname) persediaan berikut:"),
        gap(8),
        *table(
            ("Barang", "Uraian", "Banyaknya"),
            (0.46, 0.32, 0.22),
            [(view.item, what, f"{amount} {view.unit}") for what, amount in amounts],
            {2},
        ),
        gap(8),
        *facts(
            [
                ("Tempat", place_name(view.place)),
                ("Alasan", view.reason or BY_HAND),
                ("Yang menghitung", view.counted_by),
                ("Yang menyetujui", view.approved_by),
            ],
            label=0.3,
        ),
        gap(8),
        paragraph("Selisih sudah dicatat dalam buku persediaan sebagai penyesuaian; baris yang lama tidak diubah."),
        gap(30),
        signatures("Yang menghitung", "Yang menyetujui"),
    ]
    return sheet("Berita acara selisih stok", blocks)


def destruction_minutes(view: DestructionMinutes) -> bytes:
    """*Berita acara pemusnahan*, with the log of the cards that were withdrawn since the last one."""
    total = sum(line.destroyed for line in view.lines)
    blocks = [
        *letterhead(view.office),
        *heading("Berita Acara Pemusnahan", view.reference),
        paragraph(f"Pada hari {day(view.day)} telah dimusnahkan kartu dan blangko berikut. Cara: {view.manner}."),
        gap(8),
        *table(
            ("Barang", "Asal", "Dimusnahkan", "Sisa"),
            (0.36, 0.32, 0.18, 0.14),
            [(n.item, KINDS[n.kind], f"{thousands(n.destroyed)} {n.unit}", thousands(n.left)) for n in view.lines]
            + [("Seluruhnya", "", thousands(total), "")],
            {2, 3},
        ),
        gap(8),
        paragraph("Dasar: Surat Edaran Menteri Dalam Negeri nomor 470.13/11176/SJ tanggal 13 Desember 2018."),
        gap(24),
        signatures("Yang memusnahkan", "Mengetahui, Kepala Dinas"),
        gap(14),
        signatures("Saksi 1", "Saksi 2", "Saksi 3"),
        gap(20),
        *log_of(view),
    ]
    return sheet("Berita acara pemusnahan", blocks)


def log_of(view: DestructionMinutes) -> list[Block]:
    if not view.log:
        return []
    rows = [
        (
            str(place),
            short_day(card.day),
            card.number or "-",
            f"{view.item_names.get(card.item, card.item)}, {thousands(card.quantity)}",
            card.reason,
        )
        for place, card in enumerate(view.log, start=1)
    ]
    listed = sum(card.quantity for card in view.log)
    more = [paragraph(f"dan {thousands(view.logged - listed)} kartu lagi menurut buku")] if view.logged > listed else []
    return [
        paragraph("Lampiran: kartu lama yang ditarik sejak pemusnahan sebelumnya", STRONG),
        gap(6),
        *table(("No.", "Tanggal", "Nomor", "Kartu", "Alasan"), (0.08, 0.24, 0.14, 0.3, 0.24), rows, {0}),
        *more,
    ]


def heading(title: str, reference: str) -> list[Block]:
    return [paragraph(title, TITLE, centred=True), paragraph(numbered(reference), centred=True), gap(16)]
