"""The gallery of themes: every theme in one page, drawn with what its address chooses."""

from html import unescape
from pathlib import Path

import pytest
from repositories import Tree
from test_serve_page_cache import served
from werkzeug.test import Client

from massctl.child import NOT_ACCEPTED, Child, ChildError
from massctl.model.theme import ThemeSettings
from massctl.render.theme import BUILT_IN
from massctl.serve.page_cache import Broadcaster, PageCache
from massctl.serve.server import WsgiApp
from massctl.serve.theme_gallery import read_settings
from massctl.view.pages.document import THEMES


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def page(tree: Tree, query: str = "") -> str:
    broadcaster = Broadcaster()
    client = Client(WsgiApp(PageCache(served(tree.root), broadcaster), broadcaster))
    answer = client.get(f"{THEMES}{query}", base_url="http://127.0.0.1")
    assert 200 == answer.status_code
    for address in {each.split('"')[0] for each in answer.text.split('src="/-/file/')[1:]}:
        assert 200 == client.get(f"/-/file/{address}", base_url="http://127.0.0.1").status_code
    return unescape(answer.text)


def test_every_theme_is_shown_by_day_and_by_night_with_its_line_in_a_repository_without_campaigns(
    tree: Tree,
):
    found = page(tree)
    assert len(BUILT_IN) * 2 == found.count('class="glass screen"')
    assert all(f"<code>theme: {name}</code>" in found for name in BUILT_IN)


def test_the_themes_of_the_repository_are_shown_too(tree: Tree):
    tree.write("campaigns/_shared/themes/brand.css", '@import "qingshan";h2{color:#08684f}')
    found = page(tree)
    assert "<code>theme: brand</code>" in found
    assert "#08684f" in found


def test_what_the_address_chooses_is_drawn_and_written_down(tree: Tree):
    found = page(tree, "?accent=%23004b87&font_size=17&headings=block")
    assert (
        '<code>theme: {name: danmo, accent: "#004b87", font_size: 17, headings: block}</code>'
        in found
    )
    assert "font-size:17px" in found
    assert "background:light-dark(#004b87" in found or "background:#004b87" in found


def test_an_accent_that_fades_is_told_beside_the_theme(tree: Tree):
    assert "`#94000c`" in page(tree, "?accent=%23e60012")


@pytest.mark.parametrize(
    "query",
    [
        {"font_size": "99"},
        {"font_size": "x"},
        {"accent": "red;"},
        {"headings": "round"},
        {"name": "danmo"},
    ],
)
def test_what_is_no_choice_is_left_out(query: dict[str, str]):
    assert ThemeSettings() == read_settings(query)


def test_faults_of_the_settings_are_shown_in_place_of_the_themes(tree: Tree):
    tree.write("massctl.yaml", "version: 1\n")
    assert "MC012" in page(tree)


def test_all_blocks_are_shown_where_they_are_chosen(tree: Tree):
    found = page(tree, "?sample=blocks")
    assert "往期推荐" in found
    assert "往期推荐" not in page(tree)
    assert 'class="fault"' not in found


def test_a_child_that_gives_no_answer_is_told_in_place_of_the_themes(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object, **__: object) -> None:
        raise ChildError(NOT_ACCEPTED)

    monkeypatch.setattr(Child, "ask", fails)
    assert "MC409" in page(tree)
    assert NOT_ACCEPTED in page(tree)
