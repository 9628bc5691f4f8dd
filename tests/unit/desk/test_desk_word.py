"""A Word file becomes a letter: what it has open is a person's choice, and what is lost is named."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from massctl.desk.api import Api, NoSuchThingError
from massctl.desk.verbs import VerbEnd
from massctl.errors import RefusedError, UsageError


class _Cache:
    """Notes what changed."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def changed(self, paths: Sequence[str]) -> None:
        self.paths += paths


class _Verbs:
    """Ends as it is told, and keeps what it was given."""

    def __init__(self, end: VerbEnd) -> None:
        self.end = end
        self.words: tuple[str, ...] = ()
        self.file = b""

    def run(self, *words: str) -> VerbEnd:
        self.words = words
        self.file = Path(words[-2]).read_bytes()
        return self.end


class _Request:
    """A request with a body."""

    def __init__(self, args: Mapping[str, str], data: bytes) -> None:
        self.args, self.data = args, data

    def get_data(self) -> bytes:
        return self.data


def imported(end: VerbEnd, **args: str) -> tuple[Any, _Verbs, _Cache]:
    verbs, cache = _Verbs(end), _Cache()
    api = Api(cache, None, verbs, None, None)  # type: ignore[arg-type]
    request = _Request(args, b"PK")
    told = api.answer("POST", ["imports", "2026-12-new"], request)  # type: ignore[arg-type]
    return told, verbs, cache


def test_what_is_chosen_is_given_and_what_is_lost_is_told() -> None:
    report = {
        "name": "2026-12-new",
        "articles": [{"not_carried": ["第 3 段：红字「限时」"], "differences": ["少了一段"]}],
    }
    told, verbs, cache = imported(
        VerbEnd(1, report, ""), account="main", revisions="accept", title="秋天/../的 路"
    )
    assert told == {"name": "2026-12-new", "lost": ["第 3 段：红字「限时」", "少了一段"]}
    verb, kind, *words, file, name = verbs.words
    assert (verb, kind, words, name) == (
        "import",
        "word",
        ["--account", "main", "--revisions", "accept"],
        "2026-12-new",
    )
    assert Path(file).name == "秋天 .. 的 路.docx"
    assert verbs.file == b"PK"
    assert not Path(file).exists()
    assert cache.paths == ["campaigns/2026-12-new/campaign.yaml"]


def test_what_stops_the_import_is_said_and_nothing_is_made() -> None:
    said = "error: 2 处修订没有定\n  请选择，再带上 --revisions 运行"
    with pytest.raises(RefusedError) as found:
        imported(VerbEnd(2, {}, said))
    assert found.value.summary == "error: 2 处修订没有定"
    assert "--revisions" in found.value.detail


@pytest.mark.parametrize("name", ["--sandbox", "../x", "Spring", "", "a.lock", "a..b", "x."])
def test_a_name_is_no_option_and_no_way_out(name: str) -> None:
    api = Api(_Cache(), None, _Verbs(VerbEnd(0, {}, "")), None, None)  # type: ignore[arg-type]
    request = _Request({}, b"PK")
    with pytest.raises((UsageError, NoSuchThingError)):
        api.answer("POST", ["imports", name], request)  # type: ignore[arg-type]
