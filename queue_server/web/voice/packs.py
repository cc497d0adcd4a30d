"""Packs: how a language calls, and a clip of sound for each of its words. The format: `docs/voices.md`.

The program brings some; an office's own recordings, in its data directory, come first, clip by clip.
"""

from __future__ import annotations

import hashlib
import logging
import re
import tomllib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from queue_server.domain.announcements import CARDINALS, Grammar, letter_clip
from queue_server.web.voice import sound

BUNDLED = Path(__file__).parent / "audio"
OWN = "voices"  # the folder in the data directory
MANIFEST = "pack.toml"
LANGUAGE = "[a-z]{2,3}"
SLOTS = ("{number}", "{counter}")
LETTERS = tuple(letter_clip(chr(letter)) for letter in range(ord("a"), ord("z") + 1))

log = logging.getLogger("antrean.voice")


class WrongPack(Exception):
    """One sentence that names the manifest and what is wrong with it."""


@dataclass(frozen=True)
class Pack:
    """One language. `folders`: where its clips are looked for, the office's own first."""

    name: str
    reviewed: bool
    grammar: Grammar
    says: Mapping[str, str]  # clip -> its words
    folders: tuple[Path, ...]
    voice: str  # of espeak-ng
    rate: int  # words a minute
    like: str = ""  # the language whose clips are taken where this one has none
    pronounced: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.grammar.language

    @cached_property
    def phrases(self) -> Mapping[tuple[str, ...], str]:
        """Words -> the clip that says them; letters as capitals."""
        return {key_of(words): clip for clip, words in self.says.items()}

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The clips without which some call cannot be spoken."""
        sentences = (*self.grammar.first, *self.grammar.second, *self.grammar.last)
        parts = [clip for clip in sentences if clip not in SLOTS]
        cardinal = CARDINALS.get(self.language)
        whole = " ".join(map(cardinal, (*range(1000), 1000, 2000))).split() if cardinal else []
        return tuple(dict.fromkeys([*parts, *self.grammar.digits, *whole, *LETTERS]))


def key_of(words: str) -> tuple[str, ...]:
    """Words as they are compared: a capital letter alone is a letter of the alphabet."""
    found = (word.strip(".,;:!?()\"'–-") for word in words.split())
    return tuple(word if len(word) == 1 and word.isupper() else word.lower() for word in found if word)


class Packs:
    """Every language of one office. Reads the manifests at once and a clip's sound when it is first spoken."""

    def __init__(self, data_dir: Path | None = None) -> None:
        """`faults` say what keeps an office's own packs from being whole; one that cannot be read is not there."""
        self.own = data_dir / OWN if data_dir else None
        self.faults: list[str] = []
        self.packs = dict(bundled_packs())
        for folder in folders(self.own) if self.own else ():
            self._add_own(folder)
        self._kept: dict[tuple[str, str], array[int] | None] = {}
        self._check()

    def _add_own(self, folder: Path) -> None:
        known = self.packs.get(folder.name)
        if not re.fullmatch(LANGUAGE, folder.name):
            self.faults.append(f"{folder} is no language: name it with two or three small letters, as id or jv")
            return
        try:
            self.packs[folder.name] = load(folder.name, (folder, *(known.folders if known else ())))
        except WrongPack as fault:
            self.faults.append(str(fault))

    # -- clips

    def clip(self, language: str, name: str) -> array[int] | None:
        """The sound of a clip, from the first folder that has a good one; None where there is none."""
        key = language, name
        if key not in self._kept:
            self._kept[key] = self._find(language, name)
        return self._kept[key]

    def _find(self, language: str, name: str) -> array[int] | None:
        for file in self.files(language, name):
            try:
                return sound.read(file) if file.is_relative_to(BUNDLED) else sound.clip(file)  # ours are made ready
            except sound.WrongClip as fault:
                log.warning("%s", fault)
        return None

    def files(self, language: str, name: str) -> Iterator[Path]:
        """Where a clip stands, the one to be taken first."""
        pack = self.packs[language]
        alike = self.packs.get(pack.like)
        for folder in (*pack.folders, *(alike.folders if alike else ())):
            if (file := folder / f"{name}.wav").is_file():
                yield file

    # -- checking

    def _check(self) -> None:
        if self.own is None:
            return
        for language, pack in self.packs.items():
            if pack.folders[0].parent != self.own:
                continue
            self.faults += list(self._wrong_clips(pack))
            unrecorded = [name for name in pack.needed if not (pack.folders[0] / f"{name}.wav").is_file()]
            lost = [name for name in unrecorded if not any(self.files(language, name))]
            if unrecorded:
                names = ", ".join(unrecorded)
                self.faults.append(f"{pack.folders[0]}: not recorded, so the program's own voice says them: {names}")
            if lost:
                self.faults.append(f"{pack.folders[0]}: there is no clip at all for {', '.join(lost)}")

    def _wrong_clips(self, pack: Pack) -> Iterator[str]:
        for file in sorted(pack.folders[0].glob("*.wav")):
            if file.stem not in pack.says and file.stem not in pack.needed:
                yield f"{file} is no clip of the pack: its clips are listed in {MANIFEST}"
                continue
            try:
                sound.read(file)
            except sound.WrongClip as fault:
                yield str(fault)

    @cached_property
    def version(self) -> str:
        """Changes with every clip and manifest: what a browser keeps is kept under this name."""
        digest = hashlib.sha256()
        for folder in dict.fromkeys(folder for pack in self.packs.values() for folder in pack.folders):
            for file in sorted(folder.iterdir()):
                state = file.stat()
                digest.update(f"{file} {state.st_size} {state.st_mtime_ns}\n".encode())
        return digest.hexdigest()[:12]


def folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(folder for folder in place.iterdir() if folder.is_dir() and not folder.name.startswith((".", "_")))


def load(language: str, where: tuple[Path, ...]) -> Pack:
    """The pack of a language by the first manifest among `where`. Raises `WrongPack`."""
    file = next((path for folder in where if (path := folder / MANIFEST).is_file()), None)
    if file is None:
        raise WrongPack(f"{where[0]} has no {MANIFEST}, and the program knows no language {language}")
    try:
        with file.open("rb") as content:
            found = tomllib.load(content)
        return pack_of(language, found, where)
    except (tomllib.TOMLDecodeError, OSError, KeyError, TypeError, ValueError) as fault:
        raise WrongPack(f"{file} is no manifest of a pack: {type(fault).__name__} {fault}") from None


def pack_of(language: str, found: Mapping[str, Any], where: tuple[Path, ...]) -> Pack:
    calls, digits, says = found["calls"], found["numbers"]["digits"], found["clips"]
    first, second, last = (tuple(calls[kind]) for kind in ("first", "second", "last"))
    grammar = Grammar(language, first, second, last, tuple(digits))
    if len(grammar.digits) != 10:
        raise ValueError("numbers.digits must name ten clips, of nought to nine")
    pack = Pack(
        name=str(found["name"]),
        reviewed=found["reviewed"] is True,
        grammar=grammar,
        says={str(clip): str(words) for clip, words in says.items()},
        folders=where,
        voice=str(found["voice"]),
        rate=int(found["rate"]),
        like=str(found.get("like", "")),
        pronounced=dict(found.get("pronounced", {})),
    )
    unknown = [clip for clip in pack.needed if clip not in pack.says and not (pack.like and clip in LETTERS)]
    if unknown:
        raise ValueError(f"clips does not say what these are: {', '.join(unknown)}")
    return pack


@cache
def bundled_packs() -> Mapping[str, Pack]:
    return {folder.name: load(folder.name, (folder,)) for folder in folders(BUNDLED)}
