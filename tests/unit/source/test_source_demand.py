"""What campaigns ask for that a run is not about: the jobs of their lists, read only where their number matters."""

from collections.abc import Callable
from pathlib import Path

import pytest
from building import NOW

from massctl.model.state import State
from massctl.source.loader import WorkingTree, agenda_of
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

CAMPAIGN = """\
version: 1
account: main
audience: {openids: PATH}
send: {not_before: "2026-12-02T10:00:00+08:00", not_after: "2026-12-02T20:00:00+08:00"}
text: {content: 今晚八点}
"""
TWO = "oA00001\noB00002\n"
Asked = Callable[..., dict[str, int]]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lists that were read, and not only counted."""
    found: list[str] = []
    read = WorkingTree.openids

    def noted(self: WorkingTree, path: str) -> object:
        found.append(path)
        return read(self, path)

    monkeypatch.setattr(WorkingTree, "openids", noted)
    return found


@pytest.fixture
def asked(repository: Repository, tmp_path: Path) -> Asked:
    """Give campaigns to lists, a list's text by campaign; gives how many calls each asks for."""

    def ask(path: str = "list.txt", **lists: str | None) -> dict[str, int]:
        for name, text in lists.items():
            folder = repository.root / "campaigns" / name
            folder.mkdir(parents=True)
            (folder / "campaign.yaml").write_text(CAMPAIGN.replace("PATH", path), encoding="utf-8")
            if text is not None:
                (folder / path).write_text(text, encoding="utf-8")
        settings, _ = load_settings(repository, loopback_override=None)
        assert settings is not None
        working_tree = WorkingTree(repository, settings, tmp_path / "cache")
        agenda = agenda_of(working_tree, State(), [], sorted(lists), None, NOW)
        return {demand.name: demand.calls for demand in agenda.demands}

    return ask


def test_where_there_are_calls_enough_a_lists_lines_are_counted_and_nothing_is_read(
    asked: Asked, reads: list[str]
) -> None:
    assert {"one": 1, "many": 3} == asked(one=TWO, many=TWO + "\n" * 20_000)
    assert [] == reads


def test_where_calls_may_run_short_every_list_is_read_once(asked: Asked, reads: list[str]) -> None:
    blank = TWO + "\n" * 505_000
    assert {"first": 1, "second": 1, "small": 1} == asked(first=blank, second=blank, small=TWO)
    assert ["first/list.txt", "second/list.txt", "small/list.txt"] == reads


def test_a_list_with_faults_asks_for_nothing_once_it_is_read(asked: Asked) -> None:
    faulty = "no openid\n" * 1_005_000
    assert {"good": 1} == asked(faulty=faulty, good=TWO, gone=None)


@pytest.mark.parametrize("path", ["gone.txt", "../other/list.txt"])
def test_a_list_that_is_not_there_is_one_call_at_most(asked: Asked, path: str) -> None:
    assert {"gone": 1} == asked(path, gone=None)
