"""The QR code leads to the ticket's page, on paper and on a screen."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageOps

from printables import qr
from tests.printables.slips import TRACK_URL

TOKEN = "3f9a0c5b7d1e42868b6f0a9c7e5d3b21"
LONGEST_ON_A_LAN = f"http://192.168.100.200:8080/t/{TOKEN}"
PUBLIC_NAME = f"https://antrean.disdukcapil.kolakautarakab.go.id/t/{TOKEN}"


def scanned(image: Image.Image) -> str:
    """What a phone reads; the picture is black on white."""
    large = image.convert("L").resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST)
    (found,) = zxingcpp.read_barcodes(ImageOps.expand(large, border=40, fill=255))
    text: str = found.text
    return text


@pytest.mark.parametrize("address", [TRACK_URL, LONGEST_ON_A_LAN, PUBLIC_NAME])
def test_a_phone_reads_the_address(address: str) -> None:
    assert scanned(ImageOps.invert(qr.ink(address).convert("L"))) == address


@pytest.mark.parametrize("address", [TRACK_URL, PUBLIC_NAME])
def test_a_phone_reads_the_address_from_the_screen(address: str) -> None:
    drawing = qr.svg(address, "Kode QR")
    size = int(re.findall(r'viewBox="0 0 (\d+) \1"', drawing)[0])
    image = Image.new("L", (size, size), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", drawing):
        ImageDraw.Draw(image).rectangle([int(x), int(y), int(x) + int(width) - 1, int(y)], fill=0)
    assert scanned(image) == address


def test_every_code_of_an_office_has_the_same_size() -> None:
    sizes = {len(qr.matrix(f"http://192.168.1.10:8080/t/{token:032x}")) for token in range(20)}
    assert sizes == {len(qr.matrix(LONGEST_ON_A_LAN))} == {33}


def test_an_address_too_long_for_it_gets_a_larger_code() -> None:
    assert len(qr.matrix(PUBLIC_NAME)) == 37


def test_the_drawing_may_stand_in_a_page_under_the_strict_policy() -> None:
    drawing = qr.svg(TRACK_URL, 'Kode QR "antrean" <Anda>')
    assert 'aria-label="Kode QR &quot;antrean&quot; &lt;Anda&gt;"' in drawing
    assert not re.search(r"style|script|href|\sid=|\son\w+=", drawing)
