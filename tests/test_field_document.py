"""`docs/field.md` is what the code cites: every rule that is cited stands there, every source has its address."""

import re
from pathlib import Path

import pytest

from queue_server.domain import office_file
from queue_server.domain.tickets import OUTCOMES, TRANSITIONS

HOUSE = Path(__file__).parents[1]
FIELD = (HOUSE / "docs" / "field.md").read_text(encoding="utf-8")
GLOSSARY = (HOUSE / "docs" / "glossary.md").read_text(encoding="utf-8")
ROOMS = ("kiosk", "display", "printables", "queue_server", "docs")
ANCHORS = {heading.lower().replace(" ", "-").replace(",", "") for heading in re.findall(r"^#+ (.+)$", FIELD, re.M)}
LISTED = set(re.findall(r"^\| ([^|]+?) \|", FIELD, re.M))
LEDGER_WORDS = "receive return lend borrow dispatch accept spoil defect lose find count destroy reverse".split()


def citations() -> list[tuple[str, str]]:
    """(file, anchor) of every place that cites the field document, its own contents included."""
    found = [("docs/field.md", anchor) for anchor in re.findall(r"\]\(#([a-z-]+)\)", FIELD)]
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob("*")):
            if path.suffix in {".py", ".md", ".html", ".toml", ".js"} and "vendor" not in path.parts:
                text = path.read_text(encoding="utf-8")
                found += [(path.name, anchor) for anchor in re.findall(r"docs/field\.md#([a-z-]+)", text)]
    return found


def test_every_rule_that_is_cited_stands_in_the_field_document() -> None:
    assert [(file, anchor) for file, anchor in citations() if anchor not in ANCHORS] == []
    assert "voucher" in {anchor for _, anchor in citations()}


@pytest.mark.parametrize("name", ["kota_serang", "kolaka_utara", "cianjur", "banyuwangi"])
def test_every_source_of_a_requirement_is_listed_with_its_address(name: str) -> None:
    text = (HOUSE / "queue_server" / "offices" / f"{name}.toml").read_text(encoding="utf-8")
    catalogue = office_file.parse(text, f"{name}.toml")
    cited = {
        source.split(" pasal ")[0]
        for service in catalogue.services.values()
        for item in service.checklist
        for source in item.source.split("; ")
        if source
    }
    assert cited - LISTED == set()


def test_every_source_in_brackets_is_listed_with_its_address() -> None:
    rules = FIELD[: FIELD.index("\n## Sources")]
    cited = {" ".join(name.split()) for group in re.findall(r"\[([^\]]+)\](?!\()", rules) for name in group.split(";")}
    assert cited - LISTED == set()


def test_every_state_outcome_and_movement_has_its_word_in_the_glossary() -> None:
    named = set(re.findall(r"`([a-z_]+)`", GLOSSARY))
    assert set(TRANSITIONS) | set(OUTCOMES) | set(LEDGER_WORDS) <= named
