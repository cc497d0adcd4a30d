"""Sound with the standard library alone: mono, 16 bits, RATE samples a second. Clips in, one file out.

WAV is what every browser of every TV plays; at this size nothing better is needed in an office's own network.
"""

from __future__ import annotations

import sys
import wave
from array import array
from collections.abc import Iterable
from io import BytesIO
from operator import mul
from pathlib import Path

RATE = 22_050  # samples a second: what espeak-ng makes
LOUDEST = 32_767
LEVEL = 4_600  # root mean square of a clip: clear in a full hall beside the chime
PEAK = 29_000  # no clip is made louder than this
BLOCK = RATE // 100  # 10 ms
QUIET = 0.02  # of a clip's own peak: a block below it at either end is silence
MARGIN = 2  # blocks kept before and after, for soft consonants
FADE = RATE // 250  # 4 ms: no click at a cut
SILENT = 400  # a clip that is nowhere louder says nothing
LONGEST_SECONDS = 10
REMEDY = "convert it as docs/voices.md says"


class WrongClip(Exception):
    """One sentence that names the clip and what is wrong with it."""


def read(file: Path) -> array[int]:
    """The samples of a WAV file in our format. Raises `WrongClip`."""
    try:
        with wave.open(str(file)) as sound:
            channels, width, rate, frames = sound.getparams()[:4]
            if (channels, width, rate) != (1, 2, RATE):
                found = f"{rate} Hz, {channels} channel(s), {8 * width} bits"
                raise WrongClip(f"{file} has {found} instead of {RATE} Hz, 1 channel, 16 bits: {REMEDY}")
            if frames > LONGEST_SECONDS * RATE:
                raise WrongClip(f"{file} is longer than {LONGEST_SECONDS} seconds: cut it to its words")
            samples = from_bytes(sound.readframes(frames))
    except (wave.Error, EOFError) as fault:
        raise WrongClip(f"{file} is no WAV file with plain samples ({fault}): {REMEDY}") from None
    except OSError as fault:
        raise WrongClip(f"{file} cannot be read: {fault.strerror}") from None
    if loudest(samples) < SILENT:
        raise WrongClip(f"{file} is silent: record it again")
    return samples


def from_bytes(little_endian: bytes) -> array[int]:
    samples = array("h", little_endian[: len(little_endian) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def loudest(samples: array[int]) -> int:
    return max(abs(max(samples)), abs(min(samples))) if samples else 0


def trimmed(samples: array[int]) -> array[int]:
    """Without the silence before and after, and fading at both cuts."""
    threshold = QUIET * loudest(samples)
    heard = [at for at in range(0, len(samples), BLOCK) if loudest(samples[at : at + BLOCK]) > threshold]
    if not heard:
        return samples[:0]
    kept = samples[max(0, heard[0] - MARGIN * BLOCK) : heard[-1] + (1 + MARGIN) * BLOCK]
    for step in range(min(FADE, len(kept) // 2)):
        kept[step] = kept[step] * step // FADE
        kept[-1 - step] = kept[-1 - step] * step // FADE
    return kept


def levelled(samples: array[int]) -> array[int]:
    """As loud as every other clip, and never so loud that it is cut off."""
    if not samples:
        return samples
    mean = (sum(map(mul, samples, samples)) / len(samples)) ** 0.5
    gain = min(LEVEL / mean, PEAK / loudest(samples)) if mean else 1.0
    return array("h", [int(gain * sample) for sample in samples])


def clip(file: Path) -> array[int]:
    """A file's words, ready to be joined. Raises `WrongClip`."""
    return levelled(trimmed(read(file)))


def silence(seconds: float) -> array[int]:
    return array("h", bytes(2 * round(seconds * RATE)))


def joined(clips: Iterable[array[int]], gap: float) -> array[int]:
    """One after the other, `gap` seconds between two."""
    whole, pause = array("h"), silence(gap)
    for part in clips:
        if whole:
            whole.extend(pause)
        whole.extend(part)
    return whole


def as_wav(samples: array[int]) -> bytes:
    target = BytesIO()
    content = samples
    if sys.byteorder == "big":
        content = samples[:]
        content.byteswap()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(content.tobytes())
    return target.getvalue()
