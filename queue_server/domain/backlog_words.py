"""The states of a record and the reasons for a card in plain words, for citizens and staff.

The codes are the national register's; what each means for the person is told on slip and phone, so that nobody travels
in vain. Source: `docs/field.md#record-states`.
"""

from __future__ import annotations

from dataclasses import dataclass

from queue_server.domain import backlog
from queue_server.domain.catalogue import Words


@dataclass(frozen=True, slots=True)
class Meaning:
    name: Words
    advice: Words  # what its holder does now


WAIT_FOR_CENTRE = Words(
    "Data sedang diperiksa pusat. Jangan datang dulu, kami tidak bisa mempercepatnya.",
    "The centre is checking the record. Please do not come yet; we cannot make it faster.",
)
COME_AGAIN = Words(
    "Perekaman harus diulang. Silakan datang ke kantor dengan Kartu Keluarga.",
    "The enrolment has to be repeated. Please come to the office with your family card.",
)

MEANINGS: dict[str, Meaning] = {
    backlog.UNREGISTERED: Meaning(
        Words("Belum direkam", "Not enrolled yet"),
        Words("Silakan datang untuk perekaman.", "Please come for your enrolment."),
    ),
    backlog.CAPTURED: Meaning(
        Words("Sudah direkam, belum dikirim", "Enrolled, not sent yet"),
        Words("Data Anda akan kami kirim ke pusat. Jangan datang dulu.", "We will send it on. Please do not come yet."),
    ),
    backlog.PROCESSING: Meaning(
        Words("Sedang diproses", "Being processed"),
        Words("Data Anda akan kami kirim ke pusat. Jangan datang dulu.", "We will send it on. Please do not come yet."),
    ),
    backlog.SENT: Meaning(Words("Dikirim ke pusat (SFE)", "Sent to the centre (SFE)"), WAIT_FOR_CENTRE),
    backlog.AT_CENTRE: Meaning(Words("Diterima pusat", "Received at the centre"), WAIT_FOR_CENTRE),
    backlog.FAILED_ENROLLING: Meaning(Words("Perekaman gagal di pusat", "Enrolment failed at the centre"), COME_AGAIN),
    backlog.FAILED_SEARCHING: Meaning(
        Words("Pencarian gagal di pusat", "Search failed at the centre"), WAIT_FOR_CENTRE
    ),
    backlog.FAILED_HERE: Meaning(Words("Perekaman gagal di daerah", "Enrolment failed here"), COME_AGAIN),
    backlog.DUPLICATE: Meaning(
        Words("Data ganda", "Recorded twice"),
        Words(
            "Data Anda tercatat lebih dari sekali. Silakan datang ke kantor dengan Kartu Keluarga.",
            "You are recorded more than once. Please come to the office with your family card.",
        ),
    ),
    backlog.PRINT_READY: Meaning(
        Words("Siap cetak, menunggu blangko (PRR)", "Print-ready, waiting for a blank (PRR)"),
        Words(
            "Tidak perlu datang. Kartu dicetak menurut urutan saat blangko tiba.",
            "No need to come. Cards are printed in order as blanks arrive.",
        ),
    ),
    backlog.RELEASED: Meaning(
        Words("Blangko disisihkan, akan dicetak", "A blank is set aside, to be printed"),
        Words("Satu blangko sudah disisihkan untuk Anda.", "One card blank is set aside for you."),
    ),
    backlog.PRINTED: Meaning(
        Words("Sudah dicetak, belum diambil", "Printed, not collected"),
        Words("Kartu Anda sudah jadi. Silakan ambil.", "Your card is ready. Please collect it."),
    ),
    backlog.COLLECTED: Meaning(
        Words("Sudah diambil", "Collected"), Words("Kartu Anda sudah diambil.", "Your card was collected.")
    ),
    backlog.WITHDRAWN: Meaning(
        Words("Ditarik dari antrean cetak", "Taken off the print backlog"),
        Words("Silakan tanyakan di meja informasi.", "Please ask at the information desk."),
    ),
}

KIND_NAMES: dict[str, Words] = {
    backlog.FIRST: Words("KTP-el pertama", "First ID card"),
    backlog.DISASTER: Words("Korban bencana", "Victims of a disaster"),
    backlog.SUKET_PRR: Words("Suket karena blangko kosong", "Letter held for want of a blank"),
    backlog.SUKET_OTHER: Words("Suket hilang, rusak, ubah data", "Letter held for a lost, damaged or changed card"),
    backlog.REPLACEMENT: Words("Ganti hilang, rusak, ubah data", "Replacement: lost, damaged, changed"),
}
