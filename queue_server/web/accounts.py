"""What the ledger's accounts are called on every screen."""

from __future__ import annotations

from queue_server.domain.catalogue import Words
from queue_server.domain.stock import COUNTER, is_counter
from queue_server.web.language import language

ACCOUNTS = {
    "store": Words("Gudang", "Store"),
    "transit": Words("Dalam perjalanan", "In transit"),
    "points": Words("Kecamatan dan titik layanan", "Sub-districts and service points"),
    "citizen": Words("Di tangan warga", "In citizens' hands"),
    "spoiled": Words("Rusak cetak", "Spoilt"),
    "defective": Words("Cacat pabrik", "Defective"),
    "withdrawn": Words("Kartu lama yang ditarik", "Old cards withdrawn"),
    "destroyed": Words("Dimusnahkan", "Destroyed"),
    "lent": Words("Dipinjamkan", "Lent"),
    "borrowed": Words("Pinjaman yang harus dikembalikan", "Borrowed, to be given back"),
    "lost-and-found": Words("Hilang dan ditemukan", "Lost and found"),
    "supplier": Words("Dari pusat", "From the centre"),
    "province": Words("Dari provinsi", "From the province"),
    "promised": Words("Disisihkan untuk warga", "Set aside for citizens"),
}


def account_name(account: str) -> str:
    if is_counter(account):
        number = account.removeprefix(COUNTER)
        return Words(f"Loket {number}", f"Counter {number}").get(language())
    return ACCOUNTS[account].get(language()) if account in ACCOUNTS else account
