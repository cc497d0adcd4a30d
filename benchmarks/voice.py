"""Joining one announcement: chime and words of a call, beside the same bytes merely written as a WAV file."""

from __future__ import annotations

import io
import statistics
import time
import wave
from collections.abc import Callable
from typing import Any

from queue_server.web.voice import sound
from queue_server.web.voice.packs import Packs
from queue_server.web.voice.speaker import Speaker

ROUNDS = 5
JOINED = 100  # announcements in a round
LANGUAGES, READING = ("id",), "digits"


def measured(note: Callable[[str], None]) -> dict[str, Any]:
    """Medians over rounds, in milliseconds; clips are at hand, as they are after the first calls of a day."""
    note("joining announcements")
    packs = Packs()
    samples = written(Speaker(packs, at_once).call(LANGUAGES, READING, "A-000", 12, 1) or b"")
    rounds = [(joining(packs), writing(samples)) for _ in range(ROUNDS)]
    joined, bare = (statistics.median(times) for times in zip(*rounds, strict=True))
    return {
        "joined_ms": round(joined * 1000, 2),
        "written_ms": round(bare * 1000, 2),
        "of_written": round(statistics.median(one / other for one, other in rounds), 2),
        "bytes": len(samples),
    }


def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def joining(packs: Packs) -> float:
    """Seconds for one, of calls that nobody has asked for before."""
    speaker = Speaker(packs, at_once)
    begin = time.perf_counter()
    for number in range(JOINED):
        speaker.call(LANGUAGES, READING, f"A-{number:03d}", 12, 1)
    return (time.perf_counter() - begin) / JOINED


def written(file: bytes) -> bytes:
    with wave.open(io.BytesIO(file)) as read:
        samples: bytes = read.readframes(read.getnframes())
        return samples


def writing(samples: bytes) -> float:
    """Seconds for one file of these samples, by `wave` alone."""
    begin = time.perf_counter()
    for _ in range(JOINED):
        with wave.open(io.BytesIO(), "wb") as target:
            target.setparams((1, 2, sound.RATE, 0, "NONE", ""))
            target.writeframes(samples)
    return (time.perf_counter() - begin) / JOINED


def table(cell: dict[str, Any]) -> list[str]:
    return [
        f"joining one announcement: {cell['joined_ms']} ms, {cell['of_written']:.1f} times as long as writing its "
        f"{cell['bytes'] // 1000} kB"
    ]
