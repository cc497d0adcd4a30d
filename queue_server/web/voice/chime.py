"""Makes `static/chime.wav`: two soft tones, falling. `python -m queue_server.web.voice.chime` writes it anew.

The tones are far from what a door bell or a phone does, and quiet enough for all day.
"""

from __future__ import annotations

import math
from array import array
from pathlib import Path

from queue_server.web.voice.sound import RATE, as_wav

TONES = ((784.0, 0.0), (622.3, 0.42))  # G5 then E flat 5: hertz, and when it begins, in seconds
SECONDS = 1.6
ATTACK_SECONDS = 0.012
FADE_SECONDS = 0.32  # until a tone is down to a third
LOUDNESS = 0.34  # of what the format holds, for each tone
OVERTONE = 0.18  # a second partial makes it carry without being sharp
TARGET = Path(__file__).parents[1] / "static" / "chime.wav"


def level(seconds: float) -> float:
    """The wave at an instant, within -1 and 1."""
    sounding = [(pitch, seconds - begins) for pitch, begins in TONES if seconds >= begins]
    return sum(tone(pitch, since) for pitch, since in sounding)


def tone(pitch: float, since: float) -> float:
    swell = min(1.0, since / ATTACK_SECONDS) * math.exp(-since / FADE_SECONDS)
    turn = 2 * math.pi * pitch * since
    return LOUDNESS * swell * (math.sin(turn) + OVERTONE * math.sin(2 * turn))


def chime() -> bytes:
    """The whole file, faded to nothing at its end so that no speaker clicks."""
    count = round(RATE * SECONDS)
    fade = RATE * 0.05
    return as_wav(array("h", [round(32767 * level(n / RATE) * min(1.0, (count - n) / fade)) for n in range(count)]))


if __name__ == "__main__":
    TARGET.write_bytes(chime())
