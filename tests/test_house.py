"""The house rules that a program can check: rooms, dependencies, words, and screens that need nobody else's server."""

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).parent.parent
ROOT_ROOMS = ("kiosk", "display", "printables", "queue_server")

# In pieces, so that this list is not its own first finding.
FOREIGN_WORDS = {
    "".join(pieces): flags
    for pieces, flags in (
        ((r"\bhand", r"book\b"), re.IGNORECASE),
        ((r"\bto", r"do\b"), re.IGNORECASE),
        ((r"\bfix", r"me\b"), re.IGNORECASE),
        ((r"\bpart", r" [1-5]\b"), re.IGNORECASE),
        ((r"\bissues?", r" #?\d"), re.IGNORECASE),
        ((r"\bfa", r"rm-\w"), re.IGNORECASE),
        ((r"\b(pypi\.", r"org|python", r"hosted\.org|registry\.npm", r"js\.org)"), re.IGNORECASE),
        ((r"\bG", r"K\b"), 0),
        ((r"\bES", r"T\b"), 0),
        ((r"\bPRO", r"POSAL\b"), 0),
        ((r"\bSE", r"ED[0-9]\b"), 0),
        ((r"(?<![\w.])/wo", r"rk/"), 0),
        ((r"(?<![\w.])/tm", r"p/\w"), 0),
    )
}


@pytest.fixture(scope="module")
def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in listing.stdout.split("\0") if name and (path := HOUSE / name).is_file()]


@pytest.fixture(scope="module")
def own_texts(tracked_files: list[Path]) -> dict[Path, str]:
    """What we wrote ourselves, by path: no vendored library, picture, font or sound."""
    texts = {}
    for path in tracked_files:
        content = path.read_bytes()
        if "vendor" not in path.parts and b"\0" not in content:
            texts[path.relative_to(HOUSE)] = content.decode()
    return texts


@pytest.fixture(scope="module")
def screen_texts(own_texts: dict[Path, str]) -> dict[Path, str]:
    shown = {path: text for path, text in own_texts.items() if {"templates", "static"} & set(path.parts)}
    return {path: text for path, text in shown.items() if not path.name.startswith("LICENSE")}


@pytest.fixture(scope="module")
def settings() -> ConfigParser:
    parser = ConfigParser()
    parser.read(HOUSE / "setup.cfg")
    return parser


@pytest.fixture(scope="module")
def pinned() -> dict[str, list[Requirement]]:
    pins: dict[str, list[Requirement]] = {}
    for line in (HOUSE / "constraints.txt").read_text().splitlines():
        if not line.startswith("#"):
            requirement = Requirement(line)
            pins.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pins


def findings(texts: dict[Path, str], pattern: str, flags: int = 0) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line, flags)
    ]


def test_every_room_knows_only_the_rooms_it_may_know() -> None:
    # As a process of its own: it turns off every logger that it did not make.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_room_stands_outside_the_contracts(settings: ConfigParser) -> None:
    known = set(re.findall(r"queue_server\.\w+", settings["importlinter:contract:rooms"]["layers"]))
    rooms = {f"queue_server.{init.parent.name}" for init in HOUSE.glob("queue_server/*/__init__.py")}
    modules = {f"queue_server.{module.stem}" for module in HOUSE.glob("queue_server/*.py")} - {"queue_server.__init__"}
    assert rooms | modules <= known


def test_the_domain_needs_nothing_but_the_standard_library() -> None:
    strangers = [
        f"{path.relative_to(HOUSE)}: {name}"
        for path in HOUSE.glob("queue_server/domain/**/*.py")
        for name in imported_names(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("queue_server.domain")
    ]
    assert strangers == []


def imported_names(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def test_every_dependency_is_used(settings: ConfigParser) -> None:
    names = {
        name.partition(".")[0]
        for room in ROOT_ROOMS
        for path in HOUSE.glob(f"{room}/**/*.py")
        for name in imported_names(path)
    }
    providers = packages_distributions()
    used = {canonicalize_name(provider) for name in names for provider in providers.get(name, [])}
    listed = {
        canonicalize_name(Requirement(line).name)
        for line in settings["options"]["install_requires"].split("\n")
        if line
    }
    assert listed - used == {"tzdata"}  # the time zones themselves, read by the standard library


def test_package_inits_are_empty(tracked_files: list[Path]) -> None:
    assert [str(path) for path in tracked_files if path.name == "__init__.py" and path.stat().st_size] == []


def test_every_dependency_is_pinned_to_one_version(pinned: dict[str, list[Requirement]]) -> None:
    for requirements in pinned.values():
        for requirement in requirements:
            assert [clause.operator for clause in requirement.specifier] == ["=="], str(requirement)
            assert requirement.url is None, str(requirement)


def test_what_is_installed_is_what_is_pinned(pinned: dict[str, list[Requirement]]) -> None:
    waiting, seen = ["antrean"], set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for text in distribution(name).requires or []:
            requirement = Requirement(text)
            wanted = canonicalize_name(requirement.name)
            extra = "dev" if name == "antrean" else ""
            if (requirement.marker is None or requirement.marker.evaluate({"extra": extra})) and wanted not in seen:
                waiting.append(wanted)
    for name in seen - {"antrean"}:
        pins = [pin for pin in pinned.get(name, []) if pin.marker is None or pin.marker.evaluate()]
        assert [str(pin.specifier) for pin in pins] == [f"=={distribution(name).version}"], name


def test_the_wheel_carries_every_file_of_the_screens(tracked_files: list[Path], tmp_path: Path) -> None:
    for path in tracked_files:
        copy = tmp_path / "checkout" / path.relative_to(HOUSE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*wheel, "--wheel-dir", tmp_path, tmp_path / "checkout"], check=True)
    (built,) = tmp_path.glob("antrean-*.whl")
    shipped = set(zipfile.ZipFile(built).namelist())
    names = {path.relative_to(HOUSE) for path in tracked_files}
    assert {str(name) for name in names if name.parts[0] in ROOT_ROOMS} <= shipped


@pytest.mark.parametrize("word", FOREIGN_WORDS)
def test_no_text_speaks_of_what_its_reader_cannot_see(own_texts: dict[Path, str], word: str) -> None:
    assert findings(own_texts, word, FOREIGN_WORDS[word]) == []


def test_no_screen_loads_anything_from_elsewhere(screen_texts: dict[Path, str]) -> None:
    # The namespace of SVG is a name and no address: nothing is fetched from it.
    assert findings(screen_texts, r"""(https?|wss?)://(?!www\.w3\.org/)|["'(=]\s*//\w""") == []


def test_no_template_carries_an_inline_script_or_style(screen_texts: dict[Path, str]) -> None:
    templates = {path: text for path, text in screen_texts.items() if "templates" in path.parts}
    assert findings(templates, r"""<style\b|\sstyle\s*=|<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*["']""") == []
