"""One browser for all tests of pages, and the sample campaigns as `massctl render` writes them."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from desks import OpenDesk, repository_of_desk
from page_samples import ROOT, SAMPLES
from services import CHROMIUM, require_chromium

from massctl.browser import FLAGS
from massctl.cli.main import run


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    require_chromium()
    with Browser(Path(CHROMIUM or ""), tmp_path_factory.mktemp("profile"), FLAGS) as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenDesk]:
    opened = OpenDesk(*repository_of_desk(tmp_path))
    yield opened
    opened.end(signal.SIGKILL)


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    shutil.copy(ROOT / "massctl.yaml", root)
    shutil.copytree(ROOT / "campaigns", root / "campaigns")
    return root


@pytest.fixture(scope="session")
def rendered(repository: Path) -> Path:
    out = repository / "out"
    for name in SAMPLES:
        assert 0 == run(["-C", str(repository), "render", name, "--out", str(out / name)])
    return out
