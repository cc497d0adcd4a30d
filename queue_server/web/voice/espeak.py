"""The program espeak-ng, where it is installed: it makes the bundled clips, and speaks what no clip says.

A child process and never its library: it is GPL, and what crashes there must not crash here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from array import array
from collections.abc import Mapping

from queue_server.web.voice import sound

PROGRAM = "espeak-ng"
SECONDS = 5.0  # for one text; it needs a hundredth of that
HEADER = 44  # bytes before the samples; it cannot know their number yet and states a wrong one
GAP = "2"  # hundredths of a second more between words


class Unspoken(Exception):
    """There is no espeak-ng here, or it did not do its work; one sentence."""


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


def version() -> str:
    """`1.51`. Raises `Unspoken`."""
    found = re.search(r"\b\d+\.\d+(\.\d+)?\b", run(["--version"], b"").decode())
    return found[0] if found else ""


def speak(text: str, voice: str, rate: int, pronounced: Mapping[str, str]) -> array[int]:
    """What it makes of a text, `rate` words a minute, in our format. Raises `Unspoken`."""
    made = run(["-v", voice, "-s", str(rate), "-g", GAP, "--stdin", "--stdout"], spelled(text, pronounced).encode())
    if int.from_bytes(made[24:28], "little") != sound.RATE:
        raise Unspoken(f"{PROGRAM} did not make sound of {sound.RATE} Hz")
    return sound.from_bytes(made[HEADER:])


def spelled(text: str, pronounced: Mapping[str, str]) -> str:
    """`pronounced` may give phonemes in double brackets; a text from elsewhere may not."""
    plain = text.replace("[", " ").replace("]", " ")
    if not pronounced:
        return plain
    words = "|".join(sorted(map(re.escape, pronounced), key=len, reverse=True))
    return re.sub(rf"(?<![\w-])({words})(?![\w-])", lambda word: pronounced[word[0]], plain)


def run(options: list[str], text: bytes) -> bytes:
    try:
        done = subprocess.run([PROGRAM, *options], input=text, capture_output=True, timeout=SECONDS, check=True)
    except FileNotFoundError:
        raise Unspoken(f"{PROGRAM} is not installed") from None
    except subprocess.SubprocessError as fault:
        raise Unspoken(f"{PROGRAM} did not speak: {type(fault).__name__}") from None
    return done.stdout
