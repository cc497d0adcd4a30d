"""The lobby TV's page: who may open it, and that its sound is the one that our own script makes."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

from queue_server.web.voice import chime
from queue_server.web.voice.sound import RATE
from tests.the_web import TheWeb

CHIME = chime.TARGET


def samples(file: str | Path) -> tuple[int, ...]:
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE)
        return struct.unpack(f"<{sound.getnframes()}h", sound.readframes(sound.getnframes()))


def test_a_screen_that_is_not_paired_is_told_how_to_be(web: TheWeb) -> None:
    answer = web.stranger().page("/display/A")
    assert answer.status_code == 401
    assert "belum dipasangkan" in answer.text


def test_a_paired_screen_shows_its_own_hall_alone(web: TheWeb) -> None:
    display = web.display("A")
    assert "Ruang Tunggu A" in display.page("/display/A", **display.headers).text
    other = display.page("/display/B", **display.headers)
    assert (other.status_code, other.headers["Location"]) == (302, "/display/A")
    dimmed = display.page("/display/B?malam=1&lang=en", **display.headers)
    assert dimmed.headers["Location"] == "/display/A?malam=1&lang=en", "it stays dimmed"


def test_a_screen_without_a_hall_shows_every_hall(web: TheWeb) -> None:
    display = web.display()
    titles = {"A": "Ruang Tunggu A", "B": "Ruang Tunggu B", "semua": "Kota Serang"}
    for hall, title in titles.items():
        assert f'<p class="hall" id="hall">{title}</p>' in display.page(f"/display/{hall}", **display.headers).text
    assert display.page("/display/X", **display.headers).status_code == 404


@pytest.mark.parametrize("sound", [True, False])
def test_a_screen_sounds_as_it_was_set_up(web: TheWeb, sound: bool) -> None:
    display = web.device("display", hall="A", sound=sound)
    page = display.page("/display/A", **display.headers).text
    assert f'data-sound="{"on" if sound else "off"}"' in page


def test_the_evening_screen_is_a_setting_of_the_address(web: TheWeb) -> None:
    display = web.display("A")
    assert '<html lang="id" class="tv">' in display.page("/display/A", **display.headers).text
    assert '<html lang="id" class="tv malam">' in display.page("/display/A?malam=1", **display.headers).text


def test_a_lobby_speaks_indonesian_whatever_the_tv_was_installed_in(web: TheWeb) -> None:
    display = web.display("A")
    headers = display.headers | {"Accept-Language": "en"}
    assert "Sebelumnya" in display.page("/display/A", **headers).text
    assert "Earlier" in display.page("/display/A?lang=en", **headers).text


def test_the_chime_is_what_its_script_makes(tmp_path: Path) -> None:
    """But for the last digit, in which computers differ."""
    made = tmp_path / "chime.wav"
    made.write_bytes(chime.chime())
    kept, anew = samples(CHIME), samples(made)
    assert len(kept) == len(anew)
    assert max(abs(one - other) for one, other in zip(kept, anew, strict=True)) <= 1


def test_the_chime_is_two_soft_tones_that_fall_and_end_in_silence() -> None:
    sound = samples(CHIME)
    loudest = max(map(abs, sound))
    assert 0.25 * 32767 < loudest < 0.75 * 32767, "neither lost in a full hall nor a fright"
    assert chime.TONES[0][0] > chime.TONES[1][0]
    assert max(map(abs, sound[:20])) < loudest / 10, "it begins without a click"
    assert abs(sound[-1]) < 50
