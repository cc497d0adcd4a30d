"""What an office hangs up for its lobby: lines and pictures from two folders, looked at again while the server runs."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from display import noticeboard as folders
from display.noticeboard import Noticeboard
from tests.the_web import Browser, TheWeb


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    for folder in (folders.ANNOUNCEMENTS, folders.PICTURES):
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.fixture
def board(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Noticeboard:
    """One that looks each time it is asked."""
    monkeypatch.setattr(folders, "SEEN_SECONDS", 0)
    return Noticeboard(data_dir)


@pytest.fixture
def display(web: TheWeb, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setattr(folders, "SEEN_SECONDS", 0)
    web.house.settings = web.house.settings.model_copy(update={"data_dir": data_dir})
    yield web.display("A")
    folders.noticeboard.cache_clear()


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 36), colour: str = "navy") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, kind)
    return content.getvalue()


def hang(data_dir: Path, name: str, content: bytes | str) -> None:
    folder = folders.ANNOUNCEMENTS if name.endswith(".txt") else folders.PICTURES
    (data_dir / folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def test_lines_and_pictures_come_in_the_order_of_their_files_and_go_with_them(
    board: Noticeboard, data_dir: Path
) -> None:
    assert (board.lines(), board.pictures()) == ((), ())
    hang(data_dir, "2.txt", "\ufeffRabu tutup pukul 12.00\r\n\r\n  Bawa  KK asli\n")
    hang(data_dir, "1.txt", "Selamat datang")
    hang(data_dir, "b.png", picture())
    hang(data_dir, "a.JPG", picture("JPEG"))
    assert board.lines() == ("Selamat datang", "Rabu tutup pukul 12.00", "Bawa KK asli")
    assert [found.type for found in board.pictures()] == ["image/jpeg", "image/png"]
    (data_dir / "announcements" / "2.txt").unlink()
    (data_dir / "pictures" / "a.JPG").unlink()
    assert board.lines() == ("Selamat datang",)
    assert [found.type for found in board.pictures()] == ["image/png"]


def test_an_office_without_folders_has_nothing_hung_up(tmp_path: Path) -> None:
    assert (Noticeboard(tmp_path).lines(), Noticeboard(tmp_path).pictures()) == ((), ())


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("surat.png", b"%PDF-1.7 a letter", "no whole PNG or JPEG"),
        ("page.jpg", b"<script>alert(1)</script>", "no whole PNG or JPEG"),
        ("moving.png", b"GIF89a" + b"\0" * 40, "no whole PNG or JPEG"),
        ("half.png", picture(size=(600, 400))[:200], "no whole PNG or JPEG"),
        ("half.jpg", picture("JPEG", (600, 400))[:900], "no whole PNG or JPEG"),
        ("empty.png", b"", "no whole PNG or JPEG"),
        ("huge.png", picture(size=(5000, 2000)), "5000 x 2000 pixels"),
        ("heavy.jpg", b"\xff\xd8" + b"\0" * folders.LARGEST_PICTURE, "4 MiB"),
        ("words.txt", b"\xff\xfe\x00", "no UTF-8"),
        ("long.txt", b"a" * (folders.LARGEST_TEXT + 1), "16 KiB"),
    ],
)
def test_what_cannot_be_shown_is_named_in_the_log_once_and_left_out(
    board: Noticeboard, data_dir: Path, caplog: pytest.LogCaptureFixture, name: str, content: bytes, why: str
) -> None:
    hang(data_dir, name, content)
    hang(data_dir, "good.png", picture())
    hang(data_dir, "good.txt", "Selamat datang")
    for _ in range(3):
        assert len(board.pictures()) == 1
        assert board.lines() == ("Selamat datang",)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1
    assert name in told[0]
    assert why in told[0]
    hang(data_dir, name, picture() if not name.endswith(".txt") else "Buka")
    assert len(board.pictures()) + len(board.lines()) == 2 + name.endswith(".txt"), "the same picture hangs there once"


def test_a_picture_of_a_phone_with_another_behind_it_is_shown(board: Noticeboard, data_dir: Path) -> None:
    content = io.BytesIO()
    with Image.new("RGB", (64, 48)) as image:
        image.save(content, "MPO", save_all=True, append_images=[image])
    hang(data_dir, "mpo.jpg", content.getvalue())
    hang(data_dir, "a.png", picture())
    assert sorted(picture.name.rpartition(".")[2] for picture in board.pictures()) == ["jpg", "png"]


def test_a_folder_full_of_holiday_pictures_does_not_fill_the_screens(
    board: Noticeboard, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(folders.MOST_PICTURES + 3):
        hang(data_dir, f"{number:02}.png", picture(size=(8, 8 + number)))
    hang(data_dir, "many.txt", "\n".join(f"baris {number}" for number in range(folders.MOST_LINES + 1)))
    assert len(board.pictures()) == folders.MOST_PICTURES
    assert len(board.lines()) == folders.MOST_LINES
    assert sum("pictures are shown" in record.getMessage() for record in caplog.records) == 3
    assert sum("lines are shown" in record.getMessage() for record in caplog.records) == 1


def test_what_is_no_file_holds_nobody_up(board: Noticeboard, data_dir: Path) -> None:
    os.mkfifo(data_dir / "pictures" / "pipe.png")
    (data_dir / "pictures" / "folder.png").mkdir()
    hang(data_dir, ".unfinished.png", picture())
    assert board.pictures() == ()


def test_a_screen_is_told_what_hangs_there_and_gets_each_picture_as_what_it_is(
    display: Browser, data_dir: Path
) -> None:
    hang(data_dir, "hours.txt", "Rabu tutup pukul 12.00")
    hang(data_dir, "a.png", picture())
    answer = display.page("/display/A/notices", **display.headers)
    assert answer.json["lines"] == ["Rabu tutup pukul 12.00"]
    assert answer.headers["Cache-Control"] == "no-store"
    [address] = answer.json["pictures"]
    shown = display.page(address, **display.headers)
    assert shown.data == picture()
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    hang(data_dir, "a.png", picture(colour="red"))
    assert display.page(address, **display.headers).status_code == 404, "another picture has another address"
    assert display.page("/display/A/pictures/..%2fantrean.toml", **display.headers).status_code == 404


def test_strangers_and_the_screen_of_another_hall_see_no_picture(web: TheWeb, display: Browser, data_dir: Path) -> None:
    hang(data_dir, "a.png", picture())
    [address] = display.page("/display/A/notices", **display.headers).json["pictures"]
    assert web.stranger().page(address).status_code in (302, 401)
    other = web.display("B")
    for path in ("/display/A/notices", address):
        assert other.page(path, **other.headers).status_code == 403
    clerk = web.staff("clerk")
    assert clerk.page(address).status_code == 200
