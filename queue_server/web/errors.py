"""The one map from a refusal to HTTP: its status, its sentence in two languages, and what can be done instead.

An API caller gets `application/problem+json` (RFC 9457) and never HTML, a browser on a page a kind page. A bug of our
own is a 500 with a reference to the log, never a trace.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from queue_server.domain import calendar
from queue_server.domain.backlog_words import MEANINGS
from queue_server.domain.catalogue import Catalogue, Words
from queue_server.domain.errors import Refusal
from queue_server.domain.suspensions import words_of
from queue_server.domain.views import DayView, ServiceView
from queue_server.web.accounts import account_name
from queue_server.web.house import house
from queue_server.web.language import language

log = logging.getLogger("antrean.web")

BUSY_SECONDS = 1  # when to ask again

STATUS = {
    "invalid": 400,
    "not_signed_in": 401,
    "not_allowed": 403,
    "not_found": 404,
    "wrong_method": 405,
    "out_of_stock": 409,
    "service_closed": 409,
    "service_suspended": 409,
    "clock_behind": 409,
    "intake_closed": 409,
    "quota_reached": 409,
    "wrong_state": 409,
    "conflict": 409,
    "day_closed": 409,
    "too_large": 413,
    "wrong_type": 415,
    "too_many_requests": 429,
    "internal": 500,
    "busy": 503,
}

TITLES = {
    "invalid": Words("Isian tidak benar", "Invalid"),
    "not_signed_in": Words("Belum dikenal", "Not signed in"),
    "not_allowed": Words("Tidak diizinkan", "Not allowed"),
    "not_found": Words("Tidak ditemukan", "Not found"),
    "wrong_method": Words("Cara tidak sesuai", "Wrong method"),
    "out_of_stock": Words("Blangko habis", "Out of stock"),
    "service_closed": Words("Layanan ditutup", "Service closed"),
    "service_suspended": Words("Layanan dihentikan sementara", "Service suspended"),
    "clock_behind": Words("Jam server mundur", "Clock behind"),
    "intake_closed": Words("Pengambilan nomor ditutup", "No more numbers"),
    "quota_reached": Words("Kuota habis", "Quota reached"),
    "wrong_state": Words("Tidak bisa dilakukan sekarang", "Not possible now"),
    "conflict": Words("Bertentangan", "Conflict"),
    "day_closed": Words("Kantor tutup", "Office closed"),
    "too_large": Words("Terlalu besar", "Too large"),
    "wrong_type": Words("Jenis isi tidak sesuai", "Wrong type"),
    "too_many_requests": Words("Terlalu sering", "Too many requests"),
    "internal": Words("Ada kesalahan pada sistem kami", "A fault of ours"),
    "busy": Words("Server sedang sibuk", "Busy"),
}

# Which sentence says it: by the refusal's reason, which is its code where it has none. `details` fill the braces.
SENTENCES = {
    # what was sent
    "invalid": Words("Isian tidak benar.", "What was sent is not valid."),
    "field": Words("Isian {field} tidak benar.", "The field {field} is not valid."),
    "no_json": Words("Isi permintaan bukan JSON yang benar.", "The request holds no valid JSON."),
    "key": Words(
        "Idempotency-Key harus 32 angka heksadesimal huruf kecil.", "Idempotency-Key is 32 lower-case hex digits."
    ),
    "one_card": Words("Untuk {service} hanya satu kartu per nomor.", "For {service} there is one card to a number."),
    "places": Words("Mundur paling banyak {most} nomor.", "1 to {most} people can go first at a time."),
    "nik_needed": Words(
        "Di kios ini NIK diminta. Tidak punya NIK? Petugas di meja informasi mengambilkan nomor Anda.",
        "This kiosk asks for your NIK. If you have none, staff at the information desk take your number for you.",
    ),
    "nik_length": Words("NIK harus 16 angka.", "A NIK has 16 digits."),
    "nik_region": Words(
        "Enam angka pertama NIK bukan kode wilayah. Periksa lagi.",
        "The first six digits are no region's code. Please check them.",
    ),
    "nik_date": Words("Tanggal lahir di dalam NIK tidak ada.", "The birth date in the NIK does not exist."),
    "nik_serial": Words("Nomor urut NIK tidak boleh 0000.", "The serial number of a NIK is not 0000."),
    "unknown_language": Words("Bahasa {language} tidak ada.", "There is no language {language}."),
    "nik_unspoken": Words("NIK tidak pernah dibacakan.", "A NIK is never read out."),
    "unknown_role": Words("Peran {role} tidak ada.", "There is no role {role}."),
    "unknown_kind": Words("Jenis perangkat {kind} tidak ada.", "There is no kind of device {kind}."),
    "name_needed": Words("Tuliskan namanya.", "Please give the name."),
    "name_form": Words(
        "Tulis nama dalam satu baris, paling banyak 100 huruf, tanpa spasi di tepinya.",
        "Write the name in one line of at most 100 letters, without spaces at its ends.",
    ),
    "quantity": Words("Jumlah harus paling sedikit satu.", "The quantity is one at least."),
    "reason_needed": Words("Tuliskan alasannya.", "Please give the reason."),
    "unknown_service": Words("Layanan {service} tidak ada.", "There is no service {service}."),
    "unknown_item": Words("Barang {item} tidak ada.", "There is no item {item}."),
    "unknown_movement": Words("Jenis mutasi {type} tidak ada.", "There is no movement {type}."),
    "unknown_outcome": Words("Hasil {outcome} tidak ada.", "There is no outcome {outcome}."),
    "unknown_party": Words("Pihak {party} tidak cocok untuk mutasi ini.", "{party} is no party to that movement."),
    "unknown_place": Words("Tempat {place} tidak cocok untuk mutasi ini.", "{place} is no place for that movement."),
    "same_place": Words("Asal dan tujuannya sama.", "It comes from where it goes."),
    "reference_needed": Words("Tuliskan nomor berita acaranya.", "Please give the number of the minutes."),
    "not_a_receipt": Words("Hanya stok masuk yang memenuhi permohonan.", "Only a receipt fulfils a request."),
    "short_too_much": Words(
        "Lebih dari yang masih dalam perjalanan ({open}).", "That is more than is still under way ({open})."
    ),
    "last_stage": Words("Ini sudah tahap terakhir untuk {service}.", "This is already the last stage of {service}."),
    "not_reversible": Words("Mutasi ini tidak bisa dibalik dari sini.", "This movement cannot be reversed from here."),
    "not_storable": Words("Isian itu tidak bisa disimpan.", "That cannot be stored."),
    "days_written": Words("Tulis hari sebagai 2026-11-23.", "Write a day as 2026-11-23."),
    "days_turned": Words("Hari pertama lebih akhir daripada hari terakhir.", "The first day is later than the last."),
    "days_too_many": Words("Paling banyak {days} hari sekaligus.", "At most {days} days at a time."),
    "unknown_moment": Words("Saat opname {moment} tidak ada.", "There is no count at {moment}."),
    "unknown_signature": Words("Tanda tangan {role} tidak ada.", "There is no signature as {role}."),
    "paper_past": Words("Hari itu sudah lewat.", "That day is past."),
    "paper_most": Words(
        "Jumlah nomor kertas 1 sampai {most} untuk tiap kelompok.", "1 to {most} numbers on paper for each group."
    ),
    "paper_range": Words(
        "Nomor terakhir mendahului nomor pertama, atau terlalu besar.", "Those are no numbers on paper."
    ),
    "paper_at_once": Words("Catat paling banyak {most} nomor sekaligus.", "Enter {most} numbers at a time at most."),
    "paper_since": Words(
        "Jam itu bukan pada hari itu, atau belum lewat.", "That hour is not of that day, or not past."
    ),
    "paper_day": Words(
        "Nomor kertas dicatat untuk hari ini atau {days} hari terakhir.",
        "Numbers on paper are entered for today or the last {days} days.",
    ),
    "until_past": Words("Jam tutup itu sudah lewat.", "That closing time is past."),
    "office_file": Words("{sentence}", "{sentence}"),
    "printer_setting": Words(
        "Pencetak {setting} tidak dikenali: tulis tcp://alamat:9100, usb:/dev/usb/lp0, cups:NAMA atau none.",
        "The printer {setting} is not understood: tcp://host:9100, usb:/dev/usb/lp0, cups:NAME, file:PATH or none.",
    ),
    "printer_file": Words(
        "Berkas di server hanya bisa dipilih di komputer server, dengan antrean device add.",
        "A file of the server is chosen on the server alone, with antrean device add.",
    ),
    "too_large": Words("Isi permintaan terlalu besar.", "The request is too large."),
    "wrong_type": Words("Kirimkan sebagai application/json.", "Please send application/json."),
    "wrong_type_csv": Words("Kirimkan sebagai text/csv.", "Please send text/csv."),
    "wrong_method": Words("Alamat ini tidak menerima cara itu.", "This address does not take that method."),
    # a record of the print backlog, or a line of a list
    "nik_rounded": Words(
        "NIK dibulatkan oleh lembar kerja. Jadikan kolomnya teks, lalu simpan lagi.",
        "The spreadsheet has rounded the NIK. Make the column text and save it again.",
    ),
    "person_name": Words("Nama tidak bisa dibaca.", "The name cannot be read."),
    "phone": Words("Nomor telepon tidak benar.", "The telephone number is not right."),
    "formula": Words("Ada rumus lembar kerja di dalamnya.", "There is a spreadsheet formula in it."),
    "kecamatan": Words("Kecamatan tidak ada di berkas kantor.", "The office file has no such kecamatan."),
    "record_kind": Words("Jenis tidak dikenal.", "The kind is not known."),
    "record_state_unknown": Words("Status tidak dikenal.", "The state is not known."),
    "since": Words("Tanggal tidak benar: tulis 2026-11-23 atau 23/11/2026.", "The date is not right: 2026-11-23."),
    "since_ahead": Words("Tanggal itu belum tiba.", "That date has not come yet."),
    "line_long": Words("Baris terlalu panjang.", "The line is too long."),
    "line_nul": Words("Ada karakter NUL di dalam baris.", "There is a NUL character in the line."),
    "line_encoding": Words("Huruf dalam baris tidak bisa dibaca.", "The letters of the line cannot be read."),
    "line_quotes": Words("Tanda kutip tidak ditutup.", "A quotation mark is left open."),
    "line_columns": Words(
        "Jumlah kolom tidak sama dengan baris pertama.", "It has not as many columns as the heading."
    ),
    "file_empty": Words("Berkasnya kosong.", "The file is empty."),
    "file_heading_long": Words(
        "Baris pertama terlalu panjang: ini bukan daftar CSV.", "The first line is too long: this is no CSV list."
    ),
    "file_utf16": Words(
        "Simpan daftarnya sebagai CSV UTF-8; berkas ini UTF-16 atau bukan teks.",
        "Save the list as CSV UTF-8; this file is UTF-16 or no text.",
    ),
    "file_columns": Words("Kolom {missing} tidak ada di baris pertama.", "The heading has no column {missing}."),
    "record_twice": Words("Ada data yang disebut dua kali.", "A record is named twice."),
    "too_many_records": Words("Paling banyak {most} data sekali jalan.", "At most {most} records at once."),
    # who asks
    "not_signed_in": Words("Silakan masuk dulu.", "Please sign in first."),
    "no_token": Words("Sertakan token nomor Anda.", "Please send your ticket's token."),
    "wrong_password": Words("Nama atau kata sandi salah.", "Wrong name or password."),
    "wrong_pin": Words("PIN salah.", "Wrong PIN."),
    "unknown_device": Words(
        "Alamat pemasangan ini tidak berlaku lagi. Minta yang baru kepada petugas.",
        "This pairing address is not valid. Ask staff for a new one.",
    ),
    "unpaired": Words(
        "Perangkat ini belum dipasangkan. Buka /pair di layarnya dan sebutkan kodenya kepada pengawas.",
        "This device is not paired. Open /pair on it and tell a supervisor its code.",
    ),
    "not_allowed": Words("Akun ini tidak boleh melakukan itu.", "This account may not do that."),
    "csrf": Words(
        "Halaman ini sudah lama terbuka. Muat ulang lalu coba lagi.", "This page is stale. Reload it and try again."
    ),
    "other_hall": Words("Layar ini bukan untuk ruang itu.", "This screen is not for that hall."),
    "not_your_ticket": Words("Nomor itu bukan nomor Anda.", "That number is not yours."),
    "own_count": Words(
        "Yang menghitung tidak boleh menyetujui sendiri. Minta orang kedua.",
        "Who counted may not approve it. Ask a second person.",
    ),
    "signs_twice": Words("Penanda tangan kedua harus orang lain.", "Somebody else has to sign as the second."),
    "other_counter": Words(
        "Loket {counter} sedang dipakai petugas lain.", "Counter {counter} is held by somebody else."
    ),
    "other_clerk": Words("{number} sedang di loket petugas lain.", "{number} is at somebody else's counter."),
    "too_many_requests": Words(
        "Terlalu sering. Coba lagi {seconds} detik lagi.", "Too often. Try again in {seconds} seconds."
    ),
    # what there is not
    "not_found": Words("Alamat itu tidak ada.", "There is nothing at that address."),
    "no_pin": Words(
        "Kantor ini belum punya PIN. Buat di server: antrean device pin.",
        "This office has no PIN yet. Set one on the server: antrean device pin.",
    ),
    "ticket": Words(
        "Nomor antrean itu tidak ditemukan. Pindai lagi kode di slip, atau tanyakan di meja informasi.",
        "That ticket is not known. Scan the code on the slip again, or ask at the information desk.",
    ),
    "voucher": Words("Kode {code} tidak ditemukan.", "The code {code} is not known."),
    "counter": Words("Loket {counter} tidak ada.", "There is no counter {counter}."),
    "service": Words("Layanan {service} tidak ada.", "There is no service {service}."),
    "item": Words("Barang {item} tidak ada.", "There is no item {item}."),
    "device": Words("Perangkat itu tidak ada, atau sudah dicabut.", "There is no such device, or it is revoked."),
    "pairing_code": Words(
        "Kode itu tidak ada atau sudah lewat waktunya. Baca lagi kode di layar perangkat.",
        "There is no such code, or its time is over. Look at the code on the screen again.",
    ),
    "equipment": Words("Alat itu tidak ada di daftar.", "There is no such device in the register."),
    "hall": Words("Ruang {hall} tidak ada.", "There is no hall {hall}."),
    "movement": Words("Mutasi {seq} tidak ada untuk barang ini.", "There is no movement {seq} of this item."),
    "consignment": Words("Kiriman {seq} tidak ada untuk barang ini.", "There is no consignment {seq} of this item."),
    "count": Words(
        "Selisih itu tidak menunggu persetujuan lagi.", "That difference does not wait for an approval any more."
    ),
    "request": Words("Permohonan {seq} tidak ada untuk barang ini.", "There is no request {seq} for this item."),
    "no_minutes": Words("Untuk baris {seq} tidak ada berita acara.", "There are no minutes of line {seq}."),
    "record": Words("Data itu tidak ada di antrean cetak.", "That record is not in the print backlog."),
    "import": Words("Impor itu tidak ada.", "There is no such import."),
    "speech": Words("Kios ini belum bisa membacakan teks itu.", "This kiosk cannot read that text out yet."),
    "alert": Words("Pemberitahuan itu sudah ditangani.", "That alert has been seen to."),
    "day": Words("Tidak ada catatan untuk {date}.", "There is no record of {date}."),
    "no_paper": Words("Belum ada nomor kertas untuk {date}.", "There are no numbers on paper for {date}."),
    "site": Words("Lokasi {site} tidak ada di basis data ini.", "There is no site {site} in this database."),
    "no_office_file": Words("Berkas kantor belum ada.", "There is no office file yet."),
    # what cannot be now
    "out_of_stock": Words(
        "Maaf, {item} yang tersisa tidak cukup untuk {service} hari ini.",
        "Sorry, there are not enough {item} left for {service} today.",
    ),
    "print_quota": Words(
        "Maaf, jatah cetak kartu hari ini sudah habis. {service} dilayani lagi {next_day}.",
        "Sorry, today's quota of cards is used up. {service} is served again {next_day}.",
    ),
    "share_used": Words(
        "Maaf, jatah {service} hari ini sudah habis. Sisa jatah lain dibuka pukul {until}.",
        "Sorry, today's share for {service} is used up. What others leave is open from {until}.",
    ),
    "not_served": Words(
        "Maaf, {service} belum dilayani selama blangko terbatas.",
        "Sorry, {service} is not served while card blanks are scarce.",
    ),
    "not_arrived": Words(
        "Blangko untuk kode {code} belum datang. Kode tetap berlaku.",
        "The blank for the code {code} has not come yet. The code stays good.",
    ),
    "service_closed": Words("Maaf, {service} sudah tutup hari ini.", "Sorry, {service} is closed for today."),
    "service_suspended": Words(
        "Maaf, {service} dihentikan sementara: {words}.", "Sorry, {service} is suspended: {words}."
    ),
    "clock_behind": Words(
        "Jam server ({clock}) lebih awal dari catatan terakhir ({journal}). Minta pengawas memeriksanya.",
        "The server's clock ({clock}) is earlier than the last record ({journal}). Ask a supervisor to check it.",
    ),
    "intake_closed": Words(
        "Maaf, pengambilan nomor sudah ditutup pukul {closed_at}. Anda bisa datang {next_day}.",
        "Sorry, no more numbers since {closed_at}. You can come on {next_day}.",
    ),
    "break": Words(
        "Sedang istirahat. Nomor bisa diambil lagi pukul {until}.", "There is a break. Numbers again from {until}."
    ),
    "quota_reached": Words(
        "Maaf, {quota} nomor untuk layanan ini sudah habis. Anda bisa datang {next_day}.",
        "Sorry, all {quota} numbers of this service are taken. You can come on {next_day}.",
    ),
    "nik_quota": Words(
        "NIK ini sudah mengambil {limit} nomor {service} hari ini. Pakai nomor itu. Hilang? Tanya meja informasi.",
        "One NIK may take {limit} a day ({service}), and that is taken. Use it. Lost? Ask the information desk.",
    ),
    "day_closed": Words("Kantor tutup. Buka lagi {next_day}.", "The office is closed. It opens {next_day}."),
    "ticket_state": Words("{number} {state}, jadi itu tidak bisa.", "{number} is {state}, so that is not possible."),
    "being_served": Words(
        "{number} sedang dilayani. Sampaikan kepada petugas.", "{number} is being served. Please tell the clerk."
    ),
    "ticket_changed": Words(
        "{number} sudah berubah sejak itu, jadi tidak bisa diurungkan.",
        "{number} has changed since, so it cannot be undone.",
    ),
    "nothing_to_undo": Words("Tidak ada yang bisa diurungkan.", "There is nothing to undo."),
    "nobody_follows": Words(
        "Tidak ada yang menunggu di belakang {number}, jadi tidak bisa mundur.",
        "Nobody waits behind {number}, so there is nobody to let go first.",
    ),
    "stepped_back": Words(
        "Nomor ini baru saja mundur. Bisa lagi mulai pukul {until}.",
        "This number has just let others go first. You can do so again from {until}.",
    ),
    "not_put_off": Words(
        "{number} tidak bisa dipindahkan ke hari lain. Temui petugas.",
        "{number} cannot be put off to another day. Please ask staff.",
    ),
    "undo_too_late": Words(
        "Sudah lewat {seconds} detik, jadi tidak bisa diurungkan.",
        "More than {seconds} seconds have passed, so it cannot be undone.",
    ),
    "open_call": Words(
        "Selesaikan dulu nomor yang ada di loket {counter}.", "Finish the number at counter {counter} first."
    ),
    "open_calls": Words(
        "Masih ada panggilan terbuka di loket {counters}.", "There are open calls at counters {counters}."
    ),
    "counter_closed": Words("Loket {counter} belum dibuka.", "Counter {counter} is not open."),
    "counter_paused": Words("Loket {counter} sedang jeda.", "Counter {counter} is paused."),
    "no_counter": Words("Buka loket dulu.", "Open a counter first."),
    "not_suspended": Words("{service} tidak sedang dihentikan.", "{service} is not suspended."),
    "equipment_state": Words("{name} sudah tercatat begitu.", "{name} is recorded like that already."),
    "equipment_lacking": Words(
        "{service} butuh alat yang sedang rusak. Catat alatnya sudah diperbaiki di halaman Perangkat.",
        "{service} needs what is broken. Record the repair on the page Devices.",
    ),
    "ends_by_itself": Words("Pemberitahuan ini hilang sendiri.", "This alert goes away by itself."),
    "day_not_open": Words("Hari ini belum dibuka.", "The day is not open."),
    "day_not_closed": Words("Hari itu belum ditutup.", "That day is not closed yet."),
    "day_signed": Words(
        "Laporan hari itu sudah ditandatangani dua orang. Buka kembali dulu, dengan alasan.",
        "Two people have signed that day's report. Reopen it first, with a reason.",
    ),
    "signed_before": Words("Tanda tangan itu sudah ada.", "That signature is there already."),
    "paper_waits_today": Words(
        "Hanya nomor kertas hari ini, selagi kantor buka, yang masih bisa menunggu.",
        "Only today's numbers on paper can still wait, while the office is open.",
    ),
    "voucher_used": Words("Kode {code} sudah dipakai.", "The code {code} has been used."),
    "voucher_lapsed": Words("Kode {code} sudah tidak berlaku.", "The code {code} is no longer valid."),
    "voucher_waits": Words(
        "Kode {code} masih di daftar tunggu, belum ada tanggal.",
        "The code {code} is on the waiting list, without a date.",
    ),
    "voucher_early": Words("Kode {code} berlaku pada {date}.", "The code {code} is for {date}."),
    "record_state": Words(
        "Datanya {record_state}, jadi itu tidak bisa.", "It is {record_state}, so that is not possible."
    ),
    "none_to_release": Words(
        "Tidak ada {item} yang bisa dilepas untuk antrean cetak sekarang: habis, disisihkan, atau untuk yang lain.",
        "No {item} can be released to the print backlog now: gone, set aside already, or kept for others.",
    ),
    "backlog_empty": Words("Tidak ada yang menunggu cetak.", "Nobody waits for a card."),
    # what stands against it
    "conflict": Words("Itu bertentangan dengan yang sudah dicatat.", "That contradicts what is already recorded."),
    "database": Words("Itu tidak cocok dengan yang sudah dicatat.", "That does not fit what is already recorded."),
    "key_reused": Words(
        "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
        "This Idempotency-Key was used for another request.",
    ),
    "other_service": Words(
        "{number} sudah diambil untuk layanan lain.", "{number} was taken for another service already."
    ),
    "voucher_service": Words("Kode {code} untuk {service}.", "The code {code} is for {service}."),
    "counter_taken": Words(
        "Loket {counter} sudah dibuka petugas lain.", "Counter {counter} is open with somebody else."
    ),
    "clerk_elsewhere": Words("Anda masih membuka loket {counter}.", "You still hold counter {counter}."),
    "numbers_left": Words("Nomor untuk {service} masih ada hari ini.", "There are still numbers for {service} today."),
    "day_closing": Words("Hari ini sedang ditutup.", "The day is being closed."),
    "not_now": Words(
        "Ini baru bisa berubah mulai hari kerja berikutnya: {what}.",
        "This may change from the next business day on only: {what}.",
    ),
    "promised_to_citizens": Words(
        "Yang tidak dijanjikan kepada warga tinggal {free}.", "Only {free} are not promised to citizens."
    ),
    "not_there": Words("Di {account} hanya ada {there}.", "There are only {there} on {account}."),
    "not_borrowed": Words("Yang masih dipinjam hanya {owed}.", "Only {owed} are still borrowed."),
    "count_not_approved": Words(
        "Selisih itu belum disetujui orang kedua, atau sudah diganti hitungan baru.",
        "No second person has approved that difference, or a later count has taken its place.",
    ),
    "reversed_before": Words("Mutasi {seq} sudah pernah dibalik.", "Movement {seq} was reversed before."),
    "report_changed": Words(
        "Angkanya sudah berubah. Lihat laporannya sekali lagi.", "The figures have changed. Look at the report again."
    ),
    "paper_next": Words(
        "Nomor kertas berikutnya adalah {number}: tidak boleh ada yang terlewat atau dua kali.",
        "The next number on paper is {number}: none may be left out or entered twice.",
    ),
    "paper_too_late": Words(
        "Kios sudah memberi nomor sampai {first} atau lebih.", "A kiosk has come to number {first} or beyond already."
    ),
    "file_exists": Words("{path} sudah ada.", "{path} exists already."),
    "already_running": Words(
        "Server lain sudah memakai data ini ({holder}).", "Another server uses this data already ({holder})."
    ),
    "record_known": Words("Orang ini sudah tercatat untuk jenis itu.", "This person is recorded for that already."),
    "line_moved": Words(
        "Urutannya berubah saat itu juga. Coba sekali lagi.", "The line changed at that moment. Please try again."
    ),
    "other_key": Words(
        "Data pribadi disegel dengan kunci lain: kembalikan secret_key yang lama.",
        "The personal data was sealed with another key: put the old secret_key back.",
    ),
    # what the command line is told
    "database_kind": Words(
        "{kind} tidak dikenal: pakai SQLite atau PostgreSQL.", "{kind} is not known: use SQLite or PostgreSQL."
    ),
    "sqlite_only": Words(
        "Itu hanya untuk SQLite; untuk PostgreSQL pakai pg_dump.", "That is for SQLite; use pg_dump for PostgreSQL."
    ),
    "not_a_backup": Words("{path} bukan cadangan Antrean.", "{path} is no backup of Antrean."),
    "unknown_schema": Words(
        "Basis data ini lebih baru daripada program ini, atau bukan milik kami.",
        "This database is newer than this program, or not one of ours.",
    ),
    # us
    "busy": Words("Server sedang sibuk. Coba lagi sebentar.", "The server is busy. Try again in a moment."),
    "internal": Words(
        "Ada kesalahan pada sistem kami. Sebutkan {reference} kepada petugas.",
        "This is a fault of ours. Please mention {reference} to staff.",
    ),
}

STATES = {
    "waiting": Words("masih menunggu", "still waiting"),
    "called": Words("sedang dipanggil", "being called"),
    "serving": Words("sedang dilayani", "being served"),
    "parked": Words("sedang ditunda", "parked"),
    "no_show": Words("dilewati", "skipped"),
    "finished": Words("sudah selesai", "finished"),
    "deferred": Words("sudah menjadi antrean tunda", "deferred"),
    "cancelled": Words("sudah batal", "cancelled"),
    "expired": Words("sudah hangus", "expired"),
}

# Refusals of a citizen's wish: the answer names another way.
TO_CITIZENS = frozenset(
    {"out_of_stock", "service_closed", "service_suspended", "intake_closed", "quota_reached", "day_closed"}
    | {"clock_behind"}
)
# What only staff ask for: another way for a citizen would be none for them.
TO_STAFF = frozenset({"none_to_release"})
OF_HTTP = {400: "invalid", 401: "not_signed_in", 403: "not_allowed", 404: "not_found", 405: "wrong_method"} | {
    413: "too_large",
    415: "wrong_type",
    429: "too_many_requests",
    503: "busy",
}


class NotSignedIn(Refusal):
    code = "not_signed_in"


class WrongType(Refusal):
    code = "wrong_type"


class TooManyRequests(Refusal):
    code = "too_many_requests"


def install(app: Flask) -> None:
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, http_refused)
    app.register_error_handler(Exception, failed)


def refused(refusal: Refusal) -> Response:
    """What the office refuses."""
    problem = problem_of(refusal)
    response = answer(problem)
    if refusal.code == "busy":
        response.headers["Retry-After"] = str(BUSY_SECONDS)
    if refusal.code == "too_many_requests":
        response.headers["Retry-After"] = str(refusal.details["seconds"])
    return response


def http_refused(error: HTTPException) -> Response:
    """What Flask refuses: unknown addresses, methods, sizes. A redirect is none of our business."""
    if error.code is None or error.code < 400:
        return current_app.make_response(error.get_response())
    code = OF_HTTP.get(error.code, "invalid" if error.code < 500 else "internal")
    response = answer(problem(code, SENTENCES[code], {"seconds": BUSY_SECONDS, "reference": "-"}))
    for name in ("Allow", "Retry-After"):
        if value := error.get_response().headers.get(name):
            response.headers[name] = value
    return response


def failed(error: Exception) -> Response:
    """A bug of our own: the log has the trace, the caller the reference to it."""
    reference = secrets.token_hex(4)
    log.error("%s %s failed (%s)", request.method, request.url_rule, reference, exc_info=error)
    return answer(problem("internal", SENTENCES["internal"], {"reference": reference}))


# -- the problem -------------------------------------------------------------------------------------------------------


def problem_of(refusal: Refusal) -> dict[str, Any]:
    sentence = SENTENCES["busy"] if refusal.code == "busy" else SENTENCES[refusal.reason]
    found = problem(refusal.code, sentence, worded(refusal.details))
    if refusal.code in TO_CITIZENS and refusal.reason not in TO_STAFF:
        found["instead"] = instead_of(refusal)
    return found


def problem(code: str, sentence: Words, details: Mapping[str, object]) -> dict[str, Any]:
    return {
        "type": f"urn:antrean:{code}",
        "title": TITLES[code].get(language()),
        "status": STATUS[code],
        "code": code,
        "detail": sentence.get(language()).format_map(details),
        "instead": [],
    }


def worded(details: Mapping[str, object]) -> dict[str, object]:
    """The details as they are said: instants as hours and days, codes as names."""
    return {name: WORDED[name](value) if name in WORDED else value for name, value in details.items()}


def catalogue() -> Catalogue:
    return house().catalogue()


def clock(instant: Any) -> str:
    return calendar.clock(catalogue(), instant)


def opening(instant: Any) -> str:
    """`Selasa, 24 November mulai 07.30`"""
    if instant is None:
        return Words("pada hari kerja berikutnya", "the next business day").get(language())
    day = calendar.day_and_month(calendar.local_date(catalogue(), instant), language())
    return Words(f"{day} mulai {clock(instant)}", f"{day} from {clock(instant)}").get(language())


def service_name(code: Any) -> str:
    service = catalogue().services.get(code)
    return service.name.get(language()) if service else str(code)


def within(words: str) -> str:
    """As it stands in the middle of a sentence."""
    return words[:1].lower() + words[1:]


def item_name(code: Any) -> str:
    item = catalogue().items.get(code)
    return item.name.get(language()) if item else str(code)


WORDED: dict[str, Callable[[Any], str]] = {
    "account": account_name,
    "clock": clock,
    "closed_at": clock,
    "date": lambda day: calendar.day_and_month(date.fromisoformat(day), language()),
    "item": item_name,
    "journal": clock,
    "newest": lambda day: calendar.day_and_month(date.fromisoformat(day), language()),
    "next_day": opening,
    "service": service_name,
    "record_state": lambda state: within(MEANINGS[state].name.get(language())),
    "state": lambda state: STATES[state].get(language()),
    "until": clock,
    "words": lambda words: words_of(words, language()),
}


def instead_of(refusal: Refusal) -> list[dict[str, str]]:
    """Other ways for a citizen: another day, a service that is open, another place, the information desk."""
    view = house().queries.services(language(), house().clock())
    information = {"kind": "information", "words": view.information}
    if view.day.clock_behind:  # what the day and its services say follows a clock that nobody should trust
        return [information]
    services = {service.code: service for service in view.services}
    refused_service = services.get(str(refusal.details.get("service")))
    ways = another_day(refused_service) if refused_service else []
    ways += [
        {"kind": "service", "service": code, "words": services[code].name}
        for code in (refused_service.instead if refused_service else ())
        if services[code].open
    ]
    if opens_at := opening_named(refusal) or next_opening(view.day):
        ways.append({"kind": "next_day", "words": opening(opens_at)})
    ways += [{"kind": "elsewhere", "words": view.elsewhere}] if view.elsewhere else []
    return [*ways, information]


def opening_named(refusal: Refusal) -> int | None:
    """The opening that the refusal's own sentence names: nobody is told two."""
    named = refusal.details.get("next_day")
    return named if isinstance(named, int) else None


def next_opening(day: DayView) -> int | None:
    if day.state == "before":
        return day.opens_at
    span = calendar.span(catalogue(), date.fromisoformat(day.next_day))
    return span.opens_ms if span else None


def another_day(service: ServiceView) -> list[dict[str, str]]:
    """What `POST /vouchers` would give, and whether asking to go first would help."""
    offer, ways = service.offer, []
    if offer and offer.date:
        day = calendar.day_and_month(date.fromisoformat(offer.date), language())
        rank = Words(f"{day}, urutan ke-{offer.rank}", f"{day}, place {offer.rank} in order").get(language())
        ways.append({"kind": "voucher", "service": service.code, "date": offer.date, "words": rank})
    elif offer:
        place = Words(
            f"Daftar tunggu, posisi {offer.position} dari {offer.of}",
            f"Waiting list, position {offer.position} of {offer.of}",
        )
        ways.append({"kind": "waiting_list", "service": service.code, "words": place.get(language())})
    if service.open_to_priority:
        first = Words("Perlu didahulukan: nomor masih ada", "Those who need to go first: there are numbers")
        ways.append({"kind": "priority", "service": service.code, "words": first.get(language())})
    return ways


# -- the answer --------------------------------------------------------------------------------------------------------


def answer(problem: dict[str, Any]) -> Response:
    if request.path.startswith("/api/"):
        return Response(json.dumps(problem), problem["status"], content_type="application/problem+json")
    # Not `render_template`: what that adds to every page would need the very database that may have failed.
    page = current_app.jinja_env.get_template("error.html").render(problem=problem, language=language())
    return Response(page, problem["status"])
