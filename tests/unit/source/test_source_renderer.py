"""What a child answers about a campaign is a stranger's word: it decides content, and nothing else."""

import copy
import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from repositories import Tree

from massctl.child import Child
from massctl.model.ids import MediaId, Sha256
from massctl.model.message import (
    CardMessage,
    ImageMessage,
    Message,
    NewsMessage,
    RenderedArticle,
    RenderedCampaign,
    TextMessage,
    VideoMessage,
    VoiceMessage,
)
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plain_values import NOT_PLAIN, from_plain, to_plain
from massctl.plan.steps import Desired, Invalid
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

OURS = Path(__file__).parents[3] / "campaigns/2026-autumn-walks/images"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "repository")
    tree.news("a", body="![风](images/river.png)\n")
    tree.text("b")
    return tree


def read(tree: Tree, tmp_path: Path) -> dict[str, Desired]:
    repository = Repository(tree.root)
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    found = Desires(WorkingTree(repository, settings, tmp_path / "cache"), State()).read(["a", "b"])
    return {each.name: each for each in found}


@pytest.mark.slow
@pytest.mark.child
def test_campaigns_come_back_with_the_bytes_of_their_pictures(tree: Tree, tmp_path: Path) -> None:
    found = read(tree, tmp_path)
    assert [RenderedCampaign] * 2 == [type(each) for each in found.values()]
    news = found["a"]
    assert isinstance(news, RenderedCampaign)
    assert {"campaigns/a/images/cover.png", "campaigns/a/images/river.png"} == {
        each.path for each in news.pictures
    }


@pytest.mark.slow
@pytest.mark.child
def test_faults_come_back_with_their_places(tree: Tree, tmp_path: Path) -> None:
    tree.write("campaigns/a/articles/main.md", "![没有](images/没有.png)\n")
    found = read(tree, tmp_path)["a"]
    assert isinstance(found, Invalid)
    assert [("MC201", "campaigns/a/articles/main.md", 1)] == [
        (each.code, each.place.file, each.place.line)
        for each in found.diagnostics
        if each.place is not None
    ]


def test_campaigns_come_back_in_their_order_however_long_one_takes(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is not rendered before the second, which can only be where both are asked for at once."""
    one_after_another = read(tree, tmp_path)
    is_second_asked = Event()
    honest = Child.ask

    def ask(self: Child, job: str, request: dict[str, Any], *about: Any) -> Any:
        if request.get("name") == "b":
            is_second_asked.set()
        assert is_second_asked.wait(30)
        return honest(self, job, request, *about)

    monkeypatch.setattr(Child, "ask", ask)
    monkeypatch.setattr("massctl.child.CHILDREN_MAX", 2)
    monkeypatch.setattr("massctl.child._START_SECONDS", 0)
    found = read(tree, tmp_path)
    assert ["a", "b"] == list(found)
    assert one_after_another == found


def changed(path: str, value: object) -> Callable[[Any], None]:
    """Return what puts a value at a path of an answer: `content.2.1`."""

    def change(answer: Any) -> None:
        *folders, last = [int(each) if each.isdecimal() else each for each in path.split(".")]
        for each in folders:
            answer = answer[each]
        answer[last] = value

    return change


def without(key: str) -> Callable[[Any], None]:
    return lambda answer: answer.pop(key)


def told(said: Any, place: Any = None) -> list[Any]:
    return [
        "row",
        ["Diagnostic", "MC300", ["word", "Severity", "warning"], said, place, None, None, None],
    ]


def phrase(template: str, value: Any = "x", plural: str | None = None) -> list[Any]:
    return told(["phrase", template, plural, {"count" if plural else "name": value}])


def nested(levels: int) -> list[Any]:
    said: Any = "x"
    for _ in range(levels):
        said = ["phrase", "{name}{name}", None, {"name": said}]
    return told(said)


def placed(line: int) -> list[Any]:
    return told("x", ["Place", "campaigns/a/campaign.yaml", line, 1, None, None])


ARTICLE = "content.1.3.1"
LIES: dict[str, Callable[[Any], None]] = {
    "no content": without("content"),
    "something else": changed("content", 5),
    "a class of ours that is none of content": changed("content.0", "Place"),
    "a class that nobody knows": changed("content.0", "RenderedCampaign"),
    "a field too many": lambda answer: answer["content"].append(1),
    "a promise of a lock": changed("content.1.1", True),
    "a title that is no text": changed(f"{ARTICLE}.3", 5),
    "a flag that is no flag": changed(f"{ARTICLE}.1", "yes"),
    "a cover that names no bytes": changed(f"{ARTICLE}.7", "../../secret"),
    "a list where a row is": changed("content.2", "row"),
    "a picture of a file that it did not read": changed("content.2.1.1", "campaigns/a/other.png"),
    "a picture of other bytes": changed("content.2.1.2", "0" * 64),
    "a size that is no number": changed("content.2.1.4", "9"),
    "a sentence that looks into objects": changed("content.4", phrase("{name.__class__}")),
    "a sentence that takes memory": changed("content.4", phrase("{name:>9999999999}")),
    "files that are no files": changed("files", ["a"]),
    "a cover that is not with it": changed(f"{ARTICLE}.7", "0" * 64),
    "a picture that is not with it": changed(
        f"{ARTICLE}.10", f'<img src="massctl-picture:{"0" * 64}">'
    ),
    "a file of no known kind": changed("content.2.1.6", "/../../x"),
    "a size below nothing": changed("content.2.1.4", -1),
    "half a character": changed(f"{ARTICLE}.3", "\ud800"),
    "a number without end": changed("content.4", phrase("{name:g}", 10**400)),
    "a count that is none": changed("content.4", phrase("{count}", 1.0, "{count}")),
    "a sentence that doubles": changed("content.4", nested(40)),
    "a long sentence": changed("content.4", phrase("{name}" * 9_999)),
    "a place above the first line": changed("content.4", placed(-5)),
    "a question that is none": changed("asked", [["a"]]),
    "a question about a number that is none": changed("asked", [["a", "1"]]),
}


def lying(lie: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Child.ask

    def ask(self: Child, job: str, request: dict[str, Any], *_: Any) -> Any:
        answer = copy.deepcopy(honest(self, job, request))
        if job == "render" and request["name"] == "a":
            lie(answer)
        return answer

    monkeypatch.setattr(Child, "ask", ask)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_no_message(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: Callable[[Any], None]
) -> None:
    lying(lie, monkeypatch)
    found = read(tree, tmp_path)
    lied, other = found["a"], found["b"]
    assert isinstance(lied, Invalid)
    assert ["MC409"] == [each.code for each in lied.diagnostics]
    assert isinstance(other, RenderedCampaign)


def test_another_process_than_the_one_that_rendered_says_where_a_message_leads(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying(changed(f"{ARTICLE}.10", '<a href="https://a.cn">去</a>'), monkeypatch)
    found = read(tree, tmp_path)["a"]
    assert isinstance(found, RenderedCampaign)
    assert ["https://a.cn"] == [each.target for each in found.destinations]


@pytest.mark.parametrize(
    "lie",
    [
        {},
        [],
        {"destinations": ["row", 5], "shows_unread_picture": False},
        {"destinations": ["row", ["Place", "a", None, None]], "shows_unread_picture": False},
        {"destinations": ["tuple"], "shows_unread_picture": "no"},
    ],
    ids=repr,
)
def test_what_is_no_list_of_destinations_is_no_message(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: Any
) -> None:
    honest = Child.ask

    def ask(self: Child, job: str, *about: Any) -> Any:
        return lie if job == "destinations" else honest(self, job, *about)

    monkeypatch.setattr(Child, "ask", ask)
    found = read(tree, tmp_path)["a"]
    assert isinstance(found, Invalid)
    assert ["MC409"] == [each.code for each in found.diagnostics]


def test_a_child_that_never_stops_asking_is_not_answered_for_ever(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers: Iterator[int] = count(1)
    lying(lambda answer: answer.update(asked=[["a", next(numbers)]]), monkeypatch)
    assert isinstance(read(tree, tmp_path)["a"], Invalid)
    assert next(numbers) < 50


def test_whom_it_goes_to_and_when_is_what_its_file_says(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child may put any words into a message; all the rest it cannot even say."""
    honest = read(tree, tmp_path)["a"]
    lying(changed(f"{ARTICLE}.3", "别的标题"), monkeypatch)
    found = read(tree, tmp_path)["a"]
    assert isinstance(honest, RenderedCampaign)
    assert isinstance(found, RenderedCampaign)
    assert isinstance(found.message, NewsMessage)
    assert "别的标题" == found.message.articles[0].title
    assert honest.digest != found.digest
    for name in (
        "name",
        "title",
        "edition",
        "account",
        "appid",
        "audience",
        "window",
        "recipients",
        "source_sha256",
    ):
        assert getattr(honest, name) == getattr(found, name)


def test_a_name_that_does_not_follow_from_its_file_is_a_lie(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name would stand for bytes of the child's choice."""
    lying(
        lambda answer: answer["produced"].update(dict.fromkeys(answer["produced"], "0" * 64)),
        monkeypatch,
    )
    assert isinstance(read(tree, tmp_path)["a"], Invalid)


def test_two_campaigns_that_share_a_picture_get_the_same_bytes_or_neither_is_whole(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name says source and recipe; a child that made other bytes of them changed another campaign's picture."""
    tree.write("campaigns/_shared/logo.webp", (OURS / "umbrellas.webp").read_bytes())
    for name in ("a", "b"):
        tree.news(name, body="![店](_shared/logo.webp)\n")
    assert [RenderedCampaign] * 2 == [type(each) for each in read(tree, tmp_path).values()]

    def swap(answer: Any) -> None:
        named = {each[3] for each in answer["content"][2][1:] if each[1].endswith("logo.webp")}
        answer["produced"].update(dict.fromkeys(named, "0" * 64))

    lying(swap, monkeypatch)
    found = read(tree, tmp_path)
    assert isinstance(found["a"], RenderedCampaign)
    assert isinstance(found["b"], Invalid)


def test_a_sentence_comes_back_with_its_numbers_also_with_half_a_second() -> None:
    said = Phrase("{seconds:g} seconds, {count:,} times", seconds=2.5, count=1000)
    assert "2.5 seconds, 1,000 times" == from_plain(json.loads(json.dumps(to_plain(said))))


@pytest.mark.parametrize(
    "message",
    [
        ImageMessage((Sha256("a" * 64), Sha256("b" * 64)), None, "", "看", True, False),
        ImageMessage(None, (MediaId("M1"),), "题", "", False, False),
        VoiceMessage(Sha256("a" * 64), None),
        VideoMessage(None, MediaId("M1"), "题", "话"),
        CardMessage("card"),
        TextMessage("字"),
    ],
)
def test_a_message_of_every_kind_comes_back(message: Message[RenderedArticle]) -> None:
    assert message == from_plain(json.loads(json.dumps(to_plain(message))))
    for value in (float("nan"), float("inf")):
        with pytest.raises(NOT_PLAIN):
            from_plain(["phrase", "{seconds:g}", None, {"seconds": value}])
