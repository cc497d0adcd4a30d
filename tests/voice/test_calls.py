"""A call as sound: the right clips in their order, one file, neither silent nor cut off."""

from __future__ import annotations

import io
import wave
from array import array
from pathlib import Path

import pytest

from queue_server.domain.announcements import AS_A_WHOLE, DIGIT_BY_DIGIT, READINGS, call_clips, cardinal
from queue_server.web.voice import espeak, making, sound
from queue_server.web.voice.chime import TARGET as CHIME
from queue_server.web.voice.packs import BUNDLED, Packs, bundled_packs
from queue_server.web.voice.speaker import GAP_SECONDS, PAUSE_SECONDS, Speaker
from tests import services

LANGUAGES = tuple(bundled_packs())
MOST_BYTES = 4_000_000  # of everything that comes with the program


def at_once(function, *arguments):  # type: ignore[no-untyped-def]
    return function(*arguments)


@pytest.fixture(scope="module")
def speaker() -> Speaker:
    return Speaker(Packs(), at_once)


def samples_of(file: bytes | None) -> array[int]:
    assert file
    with wave.open(io.BytesIO(file)) as read:
        assert read.getparams()[:3] == (1, 2, sound.RATE)
        return array("h", read.readframes(read.getnframes()))


def samples(file: bytes | None) -> bytes:
    return samples_of(file).tobytes()


CHIME_AND_PAUSE = sound.read(CHIME).tobytes() + bytes(2 * round(PAUSE_SECONDS * sound.RATE))
GAP = bytes(2 * round(GAP_SECONDS * sound.RATE))


def expected(speaker: Speaker, language: str, words: str) -> bytes:
    """Chime and words, put together here from what each clip holds."""
    clips = [speaker.packs.clip(language, word) for word in words.split()]
    assert all(clips), words
    return CHIME_AND_PAUSE + GAP.join(clip.tobytes() for clip in clips if clip)


# -- which clips -------------------------------------------------------------------------------------------------------


def test_every_number_and_every_counter_is_joined_from_the_clips_of_its_words(speaker: Speaker) -> None:
    """Each of 999 numbers and 30 counters, in both readings; their pairs add nothing, for the rest is the same."""
    pairs = [(number, 1 + number % 30) for number in range(1, 1000)] + [(53, counter) for counter in range(1, 31)]
    lengths = set()
    for number, counter in pairs:
        label = f"B-{number:03d}"
        read = {DIGIT_BY_DIGIT: " ".join(cardinal(int(digit)) for digit in label[2:]), AS_A_WHOLE: cardinal(number)}
        for reading in READINGS:
            joined = samples(speaker.call(["id"], reading, label, counter, 1))
            words = f"nomor-antrean letter-b {read[reading]} silakan-menuju-loket {cardinal(counter)}"
            assert joined == expected(speaker, "id", words), (label, counter, reading)
            lengths.add(len(joined))
    assert len(lengths) > 100


@pytest.mark.parametrize(
    ("language", "times", "words"),
    [
        ("id", 2, "panggilan-kedua nomor-antrean letter-a nol lima tiga silakan-menuju-loket dua belas"),
        ("id", 3, "panggilan-terakhir nomor-antrean letter-a nol lima tiga silakan-menuju-loket dua belas"),
        ("id", 7, "panggilan-terakhir nomor-antrean letter-a nol lima tiga silakan-menuju-loket dua belas"),
        ("en", 1, "number letter-a zero five three please-go-to-counter twelve"),
        ("en", 2, "second-call number letter-a zero five three please-go-to-counter twelve"),
        ("jv", 1, "nomer-antrian letter-a nol gangsal tiga dipun-aturi-dhateng-loket setunggal kalih"),
        ("su", 1, "nomer-antrian letter-a enol lima tilu mangga-ka-loket hiji dua"),
    ],
)
def test_a_call_in_each_language_and_a_recall_says_which_one_it_is(
    speaker: Speaker, language: str, times: int, words: str
) -> None:
    joined = speaker.call([language], DIGIT_BY_DIGIT, "A-053", 12, times)
    assert samples(joined) == expected(speaker, language, words)


def test_a_regional_language_reads_digit_by_digit_whatever_the_office_set(speaker: Speaker) -> None:
    assert speaker.call(["jv"], AS_A_WHOLE, "A-053", 12, 1) == speaker.call(["jv"], DIGIT_BY_DIGIT, "A-053", 12, 1)


def test_two_languages_are_one_file_with_one_chime(speaker: Speaker) -> None:
    one, other, both = (samples(speaker.call(said, "digits", "C-107", 4, 1)) for said in (["id"], ["su"], ["id", "su"]))
    assert both == one + bytes(2 * round(PAUSE_SECONDS * sound.RATE)) + other[len(CHIME_AND_PAUSE) :]


# -- how it sounds -----------------------------------------------------------------------------------------------------


def test_nothing_is_silent_and_nothing_is_cut_off_at_the_top(speaker: Speaker) -> None:
    for language, pack in speaker.packs.packs.items():
        for name in pack.needed:
            clip = speaker.packs.clip(language, name)
            assert clip, (language, name)
            loudest = sound.loudest(clip)
            assert sound.LEVEL < loudest <= sound.PEAK, (language, name)
            mean = (sum(sample * sample for sample in clip) / len(clip)) ** 0.5
            assert mean <= 1.01 * sound.LEVEL, (language, name)
            assert mean >= 0.8 * sound.LEVEL or loudest > 0.99 * sound.PEAK, "as loud as the others, or as can be"
            assert abs(clip[0]) < 500 > abs(clip[-1]), "no click where it is cut"


def test_every_clip_that_comes_with_the_program_is_in_its_manifest_and_they_are_small() -> None:
    for language, pack in bundled_packs().items():
        assert {file.stem for file in (BUNDLED / language).glob("*.wav")} == set(pack.says)
    assert sum(file.stat().st_size for file in BUNDLED.rglob("*.wav")) < MOST_BYTES


def test_only_what_speakers_have_looked_at_is_marked_so() -> None:
    assert {language for language, pack in bundled_packs().items() if not pack.reviewed} == {"jv", "su"}


@pytest.mark.parametrize(
    ("language", "clip"),
    [("id", "silakan-menuju-loket"), ("id", "letter-f"), ("en", "seventeen"), ("jv", "sekawan"), ("su", "dalapan")],
)
def test_the_clips_are_what_their_script_makes(language: str, clip: str) -> None:
    if not espeak.installed():
        services.missing("espeak-ng is missing: sudo apt install espeak-ng")
    kept = (BUNDLED / language / f"{clip}.wav").read_bytes()
    anew = making.made(bundled_packs()[language], clip)
    if espeak.version() == making.MADE_BY:
        assert anew == kept
    else:  # another espeak-ng says the same words in about the same time
        assert len(anew) == pytest.approx(len(kept), rel=0.2)


# -- an office's own voice ---------------------------------------------------------------------------------------------


def recording(seconds: float, level: int = 9000, lead: float = 0.3) -> array[int]:
    """Somebody's voice: a tone between two silences."""
    tone = array("h", [level if (n // 40) % 2 else -level for n in range(round(seconds * sound.RATE))])
    return sound.silence(lead) + tone + sound.silence(lead)


def write(file: Path, content: array[int] | None = None, rate: int = sound.RATE, channels: int = 1) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as target:
        target.setnchannels(channels)
        target.setsampwidth(2)
        target.setframerate(rate)
        target.writeframes((content or recording(0.5)).tobytes())


def test_an_offices_own_clip_is_taken_before_the_bundled_one_and_made_ready(tmp_path: Path) -> None:
    write(tmp_path / "voices" / "id" / "lima.wav", recording(0.5, level=900))
    packs = Packs(tmp_path)
    own, other = packs.clip("id", "lima"), Packs().clip("id", "lima")
    assert own
    assert own != other
    assert len(own) == pytest.approx(0.5 * sound.RATE, abs=5 * sound.BLOCK), "without the silence around it"
    assert max(own) == pytest.approx(sound.LEVEL, rel=0.05), "as loud as the others"
    assert packs.clip("id", "tiga") == Packs().clip("id", "tiga")
    spoken = samples(Speaker(packs, at_once).call(["id"], "digits", "A-057", 3, 1))
    assert own.tobytes() in spoken
    assert packs.version != Packs().version, "a screen must not keep what the old voice said"


def test_what_is_not_recorded_is_named(tmp_path: Path) -> None:
    for name in Packs().packs["su"].needed:
        if name not in ("tilu", "mangga-ka-loket"):
            write(tmp_path / "voices" / "su" / f"{name}.wav")
    assert [fault.split(": ")[-1] for fault in Packs(tmp_path).faults] == ["mangga-ka-loket, tilu"]


@pytest.mark.parametrize(
    ("name", "content", "rate", "channels", "says"),
    [
        ("nol", None, 44_100, 1, "nol.wav has 44100 Hz, 1 channel(s), 16 bits instead of"),
        ("nol", None, sound.RATE, 2, "nol.wav has 22050 Hz, 2 channel(s), 16 bits instead of"),
        ("nol", sound.silence(0.5), sound.RATE, 1, "nol.wav is silent"),
        ("nol", recording(11), sound.RATE, 1, "nol.wav is longer than 10 seconds"),
        ("kosong", None, sound.RATE, 1, "kosong.wav is no clip of the pack"),
    ],
)
def test_a_clip_in_a_wrong_format_is_refused_by_name_and_ours_speaks_instead(
    tmp_path: Path, name: str, content: array[int] | None, rate: int, channels: int, says: str
) -> None:
    write(tmp_path / "voices" / "id" / f"{name}.wav", content, rate, channels)
    packs = Packs(tmp_path)
    assert len([fault for fault in packs.faults if says in fault]) == 1
    assert packs.clip("id", "nol") == Packs().clip("id", "nol")


def test_a_file_that_is_no_sound_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "voices" / "id" / "nol.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"ID3 this is an mp3")
    assert "nol.wav is no WAV file" in Packs(tmp_path).faults[0]


OSING = """
name = "Basa Osing"
reviewed = false
voice = "id"
rate = 150
like = "id"
[calls]
first = ["nomer", "{number}", "monggo-nong-loket", "{counter}"]
second = ["nomer", "{number}", "monggo-nong-loket", "{counter}"]
last = ["nomer", "{number}", "monggo-nong-loket", "{counter}"]
[numbers]
digits = ["nol", "siji", "loro", "telu", "papat", "lima", "enem", "pitu", "wolu", "sanga"]
[clips]
"""


def test_an_office_may_bring_a_language_of_its_own_and_no_number_is_spoken_with_a_hole(tmp_path: Path) -> None:
    folder = tmp_path / "voices" / "osg"
    words = ["nomer", "monggo-nong-loket", *"nol siji loro telu papat lima enem pitu wolu sanga".split()]
    for word in words:
        if word != "sanga":
            write(folder / f"{word}.wav")
    (folder / "pack.toml").write_text(OSING + "\n".join(f'{word} = "{word}"' for word in words))
    packs = Packs(tmp_path)
    assert any(fault.endswith("there is no clip at all for sanga") for fault in packs.faults)
    speaker = Speaker(packs, at_once)
    assert speaker.call(["osg"], "digits", "A-012", 3, 1)
    assert speaker.call(["osg"], "digits", "A-019", 3, 1) is None, "the chime alone, and never another number"
    assert samples(speaker.call(["osg", "id"], "digits", "A-019", 3, 1)) == samples(
        speaker.call(["id"], "digits", "A-019", 3, 1)
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('sanga"]', '"]'), "is no manifest of a pack"),
        (('"wolu", "sanga"]', '"wolu"]'), "must name ten clips"),
        (('first = ["nomer"', 'first = ["anyar"'), "clips does not say what these are: anyar"),
        (('voice = "id"\n', ""), "KeyError 'voice'"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_one_sentence_and_no_end_of_the_office(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    folder = tmp_path / "voices" / "osg"
    folder.mkdir(parents=True)
    words = "nomer monggo-nong-loket nol siji loro telu papat lima enem pitu wolu sanga".split()
    text = OSING + "\n".join(f'{word} = "{word}"' for word in words)
    assert change[0] in text
    (folder / "pack.toml").write_text(text.replace(*change))
    packs = Packs(tmp_path)
    assert len([fault for fault in packs.faults if says in fault]) == 1
    assert set(packs.packs) == set(LANGUAGES)


def test_a_folder_for_a_language_that_nobody_describes_is_named(tmp_path: Path) -> None:
    write(tmp_path / "voices" / "bug" / "nol.wav")
    assert Packs(tmp_path).faults == [f"{tmp_path}/voices/bug has no pack.toml, and the program knows no language bug"]


def test_a_folder_that_is_no_language_is_named(tmp_path: Path) -> None:
    write(tmp_path / "voices" / "Suara Bu Sri" / "nol.wav")
    assert "Suara Bu Sri is no language" in Packs(tmp_path).faults[0]


def test_two_languages_that_point_to_each_other_lead_nobody_in_a_circle(tmp_path: Path) -> None:
    words = "nomer monggo-nong-loket nol siji loro telu papat lima enem pitu wolu sanga".split()
    for code, like in (("osg", "osi"), ("osi", "osg")):
        folder = tmp_path / "voices" / code
        folder.mkdir(parents=True)
        text = OSING.replace('like = "id"', f'like = "{like}"')
        (folder / "pack.toml").write_text(text + "\n".join(f'{word} = "{word}"' for word in words))
    assert Packs(tmp_path).clip("osg", "nol") is None


def test_calls_that_are_asked_for_again_are_not_joined_again(speaker: Speaker) -> None:
    first = speaker.call(["id"], "digits", "D-001", 2, 1)
    assert speaker.call(["id"], "digits", "D-001", 2, 1) is first


def test_the_clips_of_a_call_are_its_words(speaker: Speaker) -> None:
    """What is on the screen and what is heard say the same."""
    pack = speaker.packs.packs["id"]
    clips = call_clips(pack.grammar, "A-053", 12, 2, DIGIT_BY_DIGIT)
    said = " ".join(pack.says[clip] for clip in clips)
    assert said == "panggilan kedua nomor antrean A nol lima tiga silakan menuju loket dua belas"
