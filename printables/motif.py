"""The woven band of tumpal that frames a slip, as cells of ink; one cell is 2 x 2 dots of the printer."""

from __future__ import annotations

from PIL import Image

TILE = (
    "################################",
    "################################",
    "                                ",
    "############        ############",
    "############        ############",
    "      ####            ####      ",
    "      ####            ####      ",
    "#   ####      ####      ####   #",
    "#   ####      ####      ####   #",
    "  ####      ########      ####  ",
    "  ####      ########      ####  ",
    "####      ####    ####      ####",
    "####      ####    ####      ####",
    "##      ####   ##   ####      ##",
    "##      ####   ##   ####      ##",
    "      ####            ####      ",
    "      ####            ####      ",
    "    ########################    ",
    "    ########################    ",
    "                                ",
    "################################",
    "################################",
)
CELL = 2  # dots
WIDTH, HEIGHT = CELL * len(TILE[0]), CELL * len(TILE)  # of one tile, in dots


def band(tiles: int) -> Image.Image:
    """So many tiles side by side, one pixel a cell, ink is 1."""
    rows = bytes(255 * (cell == "#") for row in TILE for cell in row * tiles)
    return Image.frombytes("L", (tiles * len(TILE[0]), len(TILE)), rows).convert("1")
