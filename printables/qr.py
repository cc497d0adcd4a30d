"""The QR code of a ticket's page: for the paper, and as SVG for kiosk and phone.

Version and mask are fixed because any mask is legal and looking for the prettiest of eight takes five times as long.
Version 4 with error correction M holds 62 bytes: `http://192.168.100.200:8080/t/` and the 32 characters of a token. A
longer address gets the smallest version that holds it.
"""

from __future__ import annotations

from html import escape

from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.util import MODE_8BIT_BYTE, QRData

VERSION = 4
MASK = 2
QUIET = 4  # modules of white that the standard wants on each side


def matrix(address: str) -> list[list[bool]]:
    """True is a dark module; rows from above, without the white around. Raises `DataOverflowError` over 2,331 bytes."""
    code = QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, mask_pattern=MASK)
    code.add_data(QRData(address.encode(), MODE_8BIT_BYTE, check_data=False))
    try:
        code.make(fit=False)
    except DataOverflowError:
        code.make(fit=True)
    modules: list[list[bool]] = code.modules
    return modules


def ink(address: str) -> Image.Image:
    """The code as a 1-bit stencil, one pixel a module, without the white around; ink is 1."""
    rows = matrix(address)
    modules = bytes(255 * dark for row in rows for dark in row)
    return Image.frombytes("L", (len(rows), len(rows)), modules).convert("1")


def svg(address: str, label: str) -> str:
    """The code as an `<svg class="qr">` to stand inside a page: no style, no script, no id; `label` is read aloud."""
    rows = matrix(address)
    size = len(rows) + 2 * QUIET
    runs = "".join(_runs(row, y) for y, row in enumerate(rows, start=QUIET))
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"'
        f' role="img" aria-label="{escape(label)}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{runs}"/></svg>'
    )


def _runs(row: list[bool], y: int) -> str:
    """One row as path commands: a rectangle for each run of dark modules."""
    path, x = "", 0
    while x < len(row):
        start = x
        while x < len(row) and row[x]:
            x += 1
        if x > start:
            path += f"M{start + QUIET} {y}h{x - start}v1h-{x - start}z"
        x += 1
    return path
