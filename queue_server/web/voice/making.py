"""Makes the bundled clips anew: `python -m queue_server.web.voice.making [LANGUAGE ...]`, where espeak-ng is installed.

The same espeak-ng makes the same clips to the byte; `MADE_BY` says which one it was.
"""

from __future__ import annotations

import sys
from pathlib import Path

from queue_server.web.voice import espeak, sound
from queue_server.web.voice.packs import BUNDLED, Pack, Packs

MADE_BY = "1.51"


def made(pack: Pack, clip: str) -> bytes:
    """A clip as a WAV file. Raises `espeak.Unspoken`."""
    spoken = espeak.speak(pack.says[clip], pack.voice, pack.rate, pack.pronounced)
    return sound.as_wav(sound.levelled(sound.trimmed(spoken)))


def make(pack: Pack, folder: Path) -> int:
    """Every clip of a pack, and none that it no longer has. How many bytes they are."""
    for old in folder.glob("*.wav"):
        if old.stem not in pack.says:
            old.unlink()
    written = 0
    for clip in pack.says:
        written += (folder / f"{clip}.wav").write_bytes(made(pack, clip))
    return written


if __name__ == "__main__":
    packs = Packs().packs
    for language in sys.argv[1:] or packs:
        size = make(packs[language], BUNDLED / language)
        sys.stdout.write(f"{language}: {len(packs[language].says)} clips, {size // 1024} KiB\n")
