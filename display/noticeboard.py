"""What an office hangs up for its lobby, between calls: lines for the ticker and pictures, from two folders of the data
directory. Whoever can write there puts a file in or takes it out; the screens follow within a minute.

`announcements/*.txt`: UTF-8, each line one line of the ticker. `pictures/*.png` and `*.jpg`: shown whole, as they are.
What cannot be shown is named in the log, once, and left out.
"""

from __future__ import annotations

import hashlib
import io
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

ANNOUNCEMENTS, PICTURES = "announcements", "pictures"
SEEN_SECONDS = 5.0  # so long many screens are answered from one look
MOST_LINES = 20
LONGEST_LINE = 300  # characters
LARGEST_TEXT = 16 << 10  # bytes of a file
MOST_PICTURES = 20
LARGEST_PICTURE = 4 << 20  # bytes of a file
MOST_PIXELS = 3840 * 2160  # a TV of 2018 has little memory, and shows no more
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}

log = logging.getLogger("antrean.display")


@dataclass(frozen=True, slots=True)
class Picture:
    """`name` says what is in the file: another picture under the same name is another one."""

    name: str
    file: Path
    type: str


class Noticeboard:
    """The two folders as they are now. What is read and found good once is not looked into again until it changes."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._looked = float("-inf")
        self._lines: tuple[str, ...] = ()
        self._pictures: dict[str, Picture] = {}
        self._known: dict[tuple[Path, int, int], Picture | str] = {}  # or why it cannot be shown
        self._told: set[tuple[Path, str]] = set()

    def lines(self) -> tuple[str, ...]:
        self._look()
        return self._lines

    def pictures(self) -> tuple[Picture, ...]:
        """In the order of their files' names."""
        self._look()
        return tuple(self._pictures.values())

    def content(self, name: str) -> tuple[bytes, str] | None:
        """A picture's bytes and type; None where there is none of that name any more."""
        self._look()
        if (picture := self._pictures.get(name)) is None:
            return None
        try:
            content = picture.file.read_bytes()
        except OSError:
            return None
        return (content, picture.type) if name_of(content) == name else None

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < SEEN_SECONDS:
            return
        self._looked = now
        faults: set[tuple[Path, str]] = set()
        self._lines = tuple(self._read_lines(faults))
        self._pictures = {picture.name: picture for picture in self._read_pictures(faults)}
        for file, why in sorted(faults - self._told):
            log.warning("%s is not shown in the lobby: %s", file, why)
        self._told = faults

    def _read_lines(self, faults: set[tuple[Path, str]]) -> Iterator[str]:
        left = MOST_LINES
        for file in files_of(self._data_dir / ANNOUNCEMENTS, (".txt",)):
            try:
                lines = list(lines_of(file))
            except (OSError, ValueError) as fault:
                faults.add((file, str(fault)))
                continue
            if len(lines) > left:
                faults.add((file, f"only {MOST_LINES} lines are shown in all, the rest is left out"))
            yield from lines[:left]
            left -= len(lines[:left])

    def _read_pictures(self, faults: set[tuple[Path, str]]) -> Iterator[Picture]:
        known, left = {}, MOST_PICTURES
        for file in files_of(self._data_dir / PICTURES, (".png", ".jpg", ".jpeg")):
            try:
                stat = file.stat()
            except OSError:
                continue  # taken away while we looked
            mark = (file, stat.st_mtime_ns, stat.st_size)
            found = known[mark] = self._known.get(mark) or checked(file, stat.st_size)
            if isinstance(found, str):
                faults.add((file, found))
            elif left == 0:
                faults.add((file, f"only {MOST_PICTURES} pictures are shown"))
            else:
                left -= 1
                yield found
        self._known = known


@lru_cache(maxsize=4)
def noticeboard(data_dir: Path) -> Noticeboard:
    """The one of an office: every screen asks the same."""
    return Noticeboard(data_dir)


def files_of(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """Hidden ones are somebody's that are not finished yet, or an editor's."""
    try:
        named = [file for file in folder.iterdir() if file.suffix.lower() in endings and not file.name.startswith(".")]
        return sorted(file for file in named if file.is_file())
    except OSError:
        return []


def lines_of(file: Path) -> Iterator[str]:
    """Raises `OSError`, and `ValueError` for what is too large or no UTF-8 text."""
    with file.open("rb") as source:
        content = source.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise ValueError(f"it has more than {LARGEST_TEXT >> 10} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None
    for line in text.splitlines():
        words = "".join(letter if letter.isprintable() else " " for letter in line).split()
        if words:
            yield " ".join(words)[:LONGEST_LINE]


def checked(file: Path, size: int) -> Picture | str:
    """The picture, or why it is none that a lobby can show. Its name may say what it likes: the content counts."""
    if size > LARGEST_PICTURE:
        return f"it has more than {LARGEST_PICTURE >> 20} MiB"
    try:
        content = file.read_bytes()
        with Image.open(io.BytesIO(content), formats=tuple(TYPES)) as image:
            # A phone may put a second picture behind the first: it is shown as what it begins with.
            kind, (width, height) = "JPEG" if image.format == "MPO" else str(image.format), image.size
            if width * height > MOST_PIXELS:
                return f"it has {width} x {height} pixels, more than a large TV"
            image.load()  # to the end: half a file would be half a picture
    except OSError as fault:
        return f"it cannot be read: {fault.strerror}" if fault.errno else "it is no whole PNG or JPEG picture"
    except Exception:  # noqa: BLE001 (no file may take the board down, whatever its reader stumbles over)
        return "it is no whole PNG or JPEG picture"
    return Picture(name_of(content, kind), file, TYPES[kind])


def name_of(content: bytes, kind: str = "") -> str:
    kind = kind or ("PNG" if content.startswith(b"\x89PNG") else "JPEG")
    return f"{hashlib.sha256(content).hexdigest()[:32]}.{'png' if kind == 'PNG' else 'jpg'}"
