"""Which changes of a working tree are told."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from massctl.serve.watcher import Watcher, is_source

SECONDS_MAX = 20


class Told:
    """Collects what a watch tells."""

    def __init__(self) -> None:
        self._paths: queue.SimpleQueue[set[str]] = queue.SimpleQueue()

    def __call__(self, paths: set[str]) -> None:
        self._paths.put(paths)

    def until(self, path: str, again: Callable[[], object]) -> set[str]:
        """Give everything that was told until `path` was; `again` changes it, once more while nothing comes."""
        every: set[str] = set()
        for _ in range(SECONDS_MAX):
            again()
            try:
                while path not in every:
                    every |= self._paths.get(timeout=1)
            except queue.Empty:
                continue
            return every
        raise TimeoutError(f"{path} was not told, only {every}")


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / ".venv").mkdir()
    told = Told()
    watcher = Watcher(tmp_path, [tmp_path / "massctl.state.jsonl", tmp_path / "statistics"], told)
    watcher.begin()
    yield told
    watcher.end()


def test_settings_ledger_and_everything_in_campaigns_are_told(tmp_path: Path, told: Told):
    article = tmp_path / "campaigns" / "letter" / "articles" / "main.md"
    article.parent.mkdir(parents=True)
    for name in ("massctl.yaml", "massctl.state.jsonl", "campaigns/letter/articles/main.md"):
        every = told.until(name, lambda name=name: (tmp_path / name).write_text("早"))  # type: ignore[misc]
        assert not any(path.startswith(".venv") for path in every)


def test_a_row_of_statistics_is_told_whichever_file_it_is_added_to(tmp_path: Path, told: Told):
    for name in ("wx1/articles-2026-11.jsonl", "wx2/account-2026-12.jsonl"):
        path = tmp_path / "statistics" / name
        path.parent.mkdir(parents=True)

        def add(path: Path = path) -> None:
            path.write_text(path.read_text() + "{}\n" if path.exists() else "{}\n")

        told.until("statistics", add)


def test_a_change_of_an_account_file_is_told(tmp_path: Path, told: Told):
    path = tmp_path / "accounts/east.yaml"
    path.parent.mkdir()
    told.until("accounts", lambda: path.write_text("早"))


def test_other_files_of_the_root_are_not_told(tmp_path: Path, told: Told):
    def change() -> None:
        for name in ("README.md", ".venv/a", "campaigns/.swap", "massctl.yaml"):
            (tmp_path / name).write_text("早")

    every = told.until("massctl.yaml", change)
    assert {"massctl.yaml"} == every - {"campaigns"}


def test_a_ledger_in_a_folder_of_its_own_is_told_when_the_folder_comes_too(tmp_path: Path):
    (tmp_path / "campaigns").mkdir()
    ledger = tmp_path / ".massctl" / "sandbox" / "massctl.state.jsonl"
    told = Told()
    watcher = Watcher(tmp_path, [ledger], told)
    watcher.begin()

    def change() -> None:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        (ledger.parent / "world.db").write_text("早")
        (tmp_path / "massctl.state.jsonl").write_text("早")
        ledger.write_text("早")

    path = ".massctl/sandbox/massctl.state.jsonl"
    every = told.until(path, change) | told.until(path, change)
    watcher.end()
    assert {path} == every - {"campaigns"}


def test_a_folder_of_campaigns_that_comes_back_is_watched_again(tmp_path: Path, told: Told):
    told.until("massctl.yaml", lambda: (tmp_path / "massctl.yaml").write_text("早"))
    (tmp_path / "campaigns").rename(tmp_path / "away")

    def change() -> None:
        (tmp_path / "campaigns").mkdir(exist_ok=True)
        (tmp_path / "campaigns" / "new.md").write_text("早")

    told.until("campaigns/new.md", change)


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("campaigns/letter/campaign.yaml", True),
        ("campaigns/letter/images", True),
        ("campaigns/letter/.main.md.swp", False),
        ("campaigns/letter/main.md~", False),
        ("campaigns/.git/index", False),
    ],
)
def test_what_editors_leave_behind_counts_for_nothing(path: str, counts: bool):
    assert counts is is_source(path)
