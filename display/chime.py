"""Makes `static/chime.wav`: two soft tones, falling. `python -m display.chime` writes it anew.

Wave files play on every TV. The tones are far from what a door bell or a phone does, and quiet enough for all day.
"""

from __future__ import annotations

import math
import struct
import wave
from io import BytesIO
from pathlib import Path

RATE = 16_000  # samples a second
TONES = ((784.0, 0.0), (622.3, 0.42))  # G5 then E flat 5: hertz, and when it begins, in seconds
SECONDS = 1.6
ATTACK_SECONDS = 0.012
FADE_SECONDS = 0.32  # until a tone is down to a third
LOUDNESS = 0.34  # of what the format holds, for each tone
OVERTONE = 0.18  # a second partial makes it carry without being sharp
TARGET = Path(__file__).parent / "static" / "chime.wav"


def level(seconds: float) -> float:
    """The wave at an instant, within -1 and 1."""
    sounding = [(pitch, seconds - begins) for pitch, begins in TONES if seconds >= begins]
    return sum(tone(pitch, since) for pitch, since in sounding)


def tone(pitch: float, since: float) -> float:
    swell = min(1.0, since / ATTACK_SECONDS) * math.exp(-since / FADE_SECONDS)
    turn = 2 * math.pi * pitch * since
    return LOUDNESS * swell * (math.sin(turn) + OVERTONE * math.sin(2 * turn))


def chime() -> bytes:
    """The whole file: 16 bits, mono, faded to nothing at its end so that no speaker clicks."""
    count = round(RATE * SECONDS)
    samples = [round(32767 * level(n / RATE) * min(1.0, (count - n) / (RATE * 0.05))) for n in range(count)]
    target = BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{count}h", *samples))
    return target.getvalue()


if __name__ == "__main__":
    TARGET.write_bytes(chime())
