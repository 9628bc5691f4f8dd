"""What a child answers about a document is a stranger's word: an article of bounded size, or a refusal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from repositories import png

from massctl.child import NOT_ACCEPTED, Child, Children
from massctl.cli.commands.import_campaign import _Source
from massctl.importer.documents import DocumentError, of_markdown_file
from massctl.importer.foreign import ForeignReader
from massctl.model.phrase import Phrase


def answering(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> ForeignReader:
    monkeypatch.setattr(Child, "ask", lambda *_: change(None))
    return ForeignReader(Children((), ()))


@pytest.mark.parametrize(
    ("data", "said", "expected"),
    [
        (png((1, 2, 3)), "png", "png"),
        (png((1, 2, 3)), "jpg", NOT_ACCEPTED),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----", "png", NOT_ACCEPTED),
        (png((1, 2, 3)), "../x", NOT_ACCEPTED),
    ],
)
def test_a_picture_is_one_by_its_first_bytes_whatever_a_child_calls_it(
    monkeypatch: pytest.MonkeyPatch, data: bytes, said: str, expected: str
) -> None:
    assert expected == answering(monkeypatch, lambda _: said).extension(data)


def article(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> Any:
    honest = ForeignReader(Children((), ())).children.ask(
        "document", {"kind": "body", "text": "<p>一</p>", "name": "", "about": {"title": "信"}}
    )
    return answering(monkeypatch, lambda _: {**honest, **changed}).body("<p>一</p>")


def deep(levels: int) -> list[Any]:
    return [*(["p", {}, 1] for _ in range(levels)), "一"]


def test_an_article_comes_back_as_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = article(monkeypatch)
    assert ("信", "一") == (found.title, found.tree.text())
    assert "一" == article(monkeypatch, tree=deep(100)).tree.text()


@pytest.mark.parametrize(
    "changed",
    [
        {"tree": deep(5_000)},
        {"tree": [["p", {}, 200_001], *["x"] * 200_001]},
        {"tree": [["p", {}, 2], "一"]},
        {"tree": [["p", {}, "1"], "一"]},
        {"tree": [["p", {}, 1], "\ud800"]},
        {"tree": "p"},
        {"title": 5},
        {"title": "\ud800"},
        {"comments": ["yes", "no"]},
        {"lost": ["words"]},
        {"pictures": {"a": 5}},
    ],
    ids=lambda changed: f"{next(iter(changed))}",
)
def test_what_is_no_article_is_refused(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    with pytest.raises(DocumentError):
        article(monkeypatch, **changed)


def test_a_file_whose_name_begins_with_a_dot_is_no_picture_beside_a_document(
    tmp_path: Path,
) -> None:
    (tmp_path / ".ssh").mkdir()
    for name in ("a.png", ".ssh/id", ".hidden.png"):
        (tmp_path / name).write_bytes(png((1, 2, 3)))
    assert [bytes, Phrase, Phrase] == [
        type(_Source._beside(tmp_path, each)) for each in ("a.png", ".ssh/id", ".hidden.png")
    ]


def test_markdown_that_is_nested_too_deep_is_refused_in_words() -> None:
    with pytest.raises(DocumentError) as caught:
        ForeignReader(Children((), ())).markdown(">" * 100_000, "letter")
    assert "nested too deep" in caught.value.why


@pytest.mark.parametrize("source", ["javascript:alert(1)", "../../x", "ftp://example.com/a"])
def test_a_source_of_front_matter_that_is_not_a_web_address_is_told(source: str) -> None:
    found = of_markdown_file(f"---\ntitle: 好\nsource: {source}\n---\n字\n", "letter")
    told = f"front matter: the source `{source}` is not a web address, and is left out"
    assert ("", [told]) == (found.content_source_url, [str(each) for each in found.lost])
