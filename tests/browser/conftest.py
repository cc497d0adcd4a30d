from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.staff import send_home
from tests.office_server import OfficeServer, Staff, running_office


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    data_dir: Path = tmp_path_factory.mktemp("office") / "data"
    with running_office(data_dir) as server:
        yield server


@pytest.fixture(scope="module")
def clerks(running: OfficeServer) -> dict[str, Staff]:
    return {name: running.sign_in(name) for name in ("Rina", "Agus")}


@pytest.fixture(scope="module")
def supervisor(running: OfficeServer) -> Staff:
    return running.sign_in("Sari")


@pytest.fixture
def office(running: OfficeServer, supervisor: Staff) -> OfficeServer:
    """A demo office that is open, with nobody in line and nobody at a counter."""
    send_home(running, supervisor)
    return running
