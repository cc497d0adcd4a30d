"""What the office says, as files of sound: one for each call, and a kiosk's screen read out.

A call is chime and words in one file, so that no TV can leave a gap or play half of it. Clips are joined in a few
milliseconds; what was joined or spoken lately is kept in memory.
"""

from __future__ import annotations

import logging
from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from queue_server.domain.announcements import LAST_CALL, call_clips, in_words, split_sentences
from queue_server.web.voice import espeak, sound
from queue_server.web.voice.chime import TARGET as CHIME
from queue_server.web.voice.packs import Pack, Packs, key_of

GAP_SECONDS = 0.07  # between two clips
PAUSE_SECONDS = 0.5  # between two languages or sentences
MOST_CHILDREN = 2  # espeak-ng at work at once
MOST_KEPT = 48  # files of about 300 kB

log = logging.getLogger("antrean.voice")


class Speaker:
    """The voice of one office."""

    def __init__(self, packs: Packs, aside: Callable[..., Any]) -> None:
        """`aside` runs what takes a processor longer than a moment where it holds up nobody."""
        self.packs, self._aside = packs, aside
        self._children = BoundedSemaphore(MOST_CHILDREN)
        self._kept: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._told: set[str] = set()  # what could not be said and is in the log

    def knows(self, language: str) -> bool:
        return language in self.packs.packs

    # -- calls

    def call(self, languages: Sequence[str], reading: str, label: str, counter: int, times: int) -> bytes | None:
        """A WAV file: the chime, then the sentence in each language, once. None where no sentence has all its clips.

        `reading`: `digits` or `cardinal`. Every call after the second is announced as the last.
        """
        times = min(times, LAST_CALL)
        key = ("call", *languages, reading, label, str(counter), str(times))
        return self._once(key, lambda: self._aside(self._call, languages, reading, label, counter, times))

    def _call(self, languages: Sequence[str], reading: str, label: str, counter: int, times: int) -> bytes | None:
        parts = []
        for language in languages:
            names = call_clips(self.packs.packs[language].grammar, label, counter, times, reading)
            if spoken := self._clips(language, names):
                parts.append(spoken)
        return as_file([chime(), *parts]) if parts else None

    def _clips(self, language: str, names: Sequence[str]) -> array[int] | None:
        """All of them, one after the other; None where one is missing: a number with a hole is another number."""
        found = [(name, self.packs.clip(language, name)) for name in names]
        missing = [name for name, clip in found if clip is None]
        for name in missing:
            self._tell_once(f"{language} has no clip {name}: what needs it is not spoken")
        return None if missing else sound.joined((clip for _, clip in found if clip), GAP_SECONDS)

    # -- any text

    def speech(self, language: str, text: str) -> bytes | None:
        """A WAV file of a text in a language that is known; None where nothing of it can be spoken here.

        A sentence whose words all have clips is said by them, so that an office's own voice reads the numbers; any
        other by espeak-ng, whole; without espeak-ng by the clips that there are.
        """
        return self._once(("speech", language, text), lambda: self._speech(self.packs.packs[language], text))

    def _speech(self, pack: Pack, text: str) -> bytes | None:
        parts = [part for sentence in split_sentences(text) if (part := self._sentence(pack, sentence))]
        return self._aside(as_file, parts) if parts else None

    def _sentence(self, pack: Pack, text: str) -> array[int] | None:
        words = in_words(text, pack.grammar)
        names, left_out = cover(pack, words)
        if left_out:
            try:
                return self._live(pack, words)
            except espeak.Unspoken as fault:
                # How many, never which: they come from a page.
                self._tell_once(f"{fault}; left out of what a kiosk said: {len(set(left_out))} words")
        return self._aside(self._clips, pack.language, names) if names else None

    def _live(self, pack: Pack, words: str) -> array[int]:
        """A child process, for which the server's own subprocess module waits without holding up anybody."""
        with self._children:
            spoken = espeak.speak(words, pack.voice, pack.rate, pack.pronounced)
        ready: array[int] = self._aside(lambda: sound.levelled(sound.trimmed(spoken)))
        return ready

    # -- both

    def _once(self, key: tuple[str, ...], make: Callable[[], bytes | None]) -> bytes | None:
        if kept := self._kept.get(key):
            return kept
        if made := make():
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told and len(self._told) < MOST_KEPT:
            self._told.add(sentence)
            log.warning("%s", sentence)


@cache
def chime() -> array[int]:
    return sound.read(CHIME)


def as_file(parts: Sequence[array[int]]) -> bytes:
    return sound.as_wav(sound.joined(parts, PAUSE_SECONDS))


def cover(pack: Pack, words: str) -> tuple[list[str], list[str]]:
    """The clips that say these words, the longest phrase first, and the words that none says."""
    key, at = key_of(words), 0
    longest = max(map(len, pack.phrases))
    clips: list[str] = []
    left_out: list[str] = []
    while at < len(key):
        for length in range(min(longest, len(key) - at), 0, -1):
            if clip := pack.phrases.get(key[at : at + length]):
                clips.append(clip)
                at += length
                break
        else:
            left_out.append(key[at])
            at += 1
    return clips, left_out
