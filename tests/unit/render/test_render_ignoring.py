"""`ignore:` takes warnings and notes out, with a reason; never an error, and never without a trace."""

from typing import Any

from render_inputs import Folder, news, render

from massctl.model.diagnostics import Diagnostic

FILES = {
    "spring/articles/main.md": "![](a.png)",
    "spring/articles/a.png": "A",
    "spring/images/cover.jpg": "c",
}


def said(*codes: str, files: dict[str, str] = FILES, **article: Any) -> list[Diagnostic]:
    entries = [{"code": code, "reason": "known"} for code in codes]
    return render(news(article, ignore=entries), Folder(files))[1]


def told(diagnostics: list[Diagnostic]) -> list[tuple[str, str]]:
    return [
        (d.code, d.place.file.removeprefix("campaigns/spring/")) for d in diagnostics if d.place
    ]


def test_a_warning_goes() -> None:
    assert ["MC215"] == [each.code for each in said()]
    assert [] == said("MC215")


def test_a_note_goes() -> None:
    assert [] == said("MC215", "MC323", digest="")


def test_an_entry_that_ignores_nothing_is_a_warning_at_its_place() -> None:
    found = said("MC215", "MC321")
    assert [("MC325", "campaign.yaml:ignore.1.code")] == told(found)
    assert "nothing here has MC321: this entry ignores nothing" == found[0].message


def test_an_error_stays() -> None:
    found = said("MC301", "MC215", title="字" * 65)
    assert [
        ("MC325", "campaign.yaml:ignore.0.code"),
        ("MC301", "campaign.yaml:mpnews.articles.0.title"),
    ] == told(found)
    assert "MC301 is an error here, and you cannot ignore errors" == found[0].message


def test_a_code_that_is_both_goes_only_where_it_is_no_error() -> None:
    """MC302 is a warning above 8 characters and an error above 16."""
    folder = Folder(FILES)
    entries = [{"code": "MC302", "reason": "known"}, {"code": "MC215", "reason": "known"}]
    found = render(news({"author": "a" * 17}, {"author": "a" * 9}, ignore=entries), folder)[1]
    assert [("MC302", "campaign.yaml:mpnews.articles.0.author")] == told(found)


def test_the_second_entry_of_a_code_ignores_nothing() -> None:
    found = said("MC215", "MC215")
    assert [("MC325", "campaign.yaml:ignore.1.code")] == told(found)
    assert "MC215 is already ignored above" == found[0].message


def test_what_says_that_nothing_is_ignored_cannot_be_ignored() -> None:
    assert ["MC325", "MC325"] == [each.code for each in said("MC215", "MC325", "MC321")]
