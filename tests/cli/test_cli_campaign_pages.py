"""Pictures of a review: in the order of articles and their parts, and each campaign by itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell

from massctl.cli.campaign_pages import shown_campaigns
from massctl.cli.session import session
from massctl.errors import BrowserError
from massctl.forge.review_file import ShownCampaign
from massctl.model.phrase import Phrase

JPEG = b"\xff\xd8\xff"
PARTS = ["10", "2-10", "1", "2-2", "10-2", "2"]


@pytest.fixture
def shown(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> dict[str, ShownCampaign]:
    """What is shown of three campaigns, of which Chromium cannot draw the second."""
    for name in ("a", "b", "c"):
        shell.tree.text(name)
    opened: list[int] = []

    @contextmanager
    def open_browser(_: object) -> Iterator[int]:
        opened.append(len(opened))
        yield opened[-1]

    def screens(browser: int, *_: object) -> dict[str, bytes]:
        if browser == 1:
            raise BrowserError(Phrase("Chromium cannot read the page"))
        return {f"phone-article-{part}.jpeg": JPEG + part.encode() for part in PARTS}

    def whole(*_: Any) -> bytes:
        return JPEG + b"sheet"

    def find_chromium(_: object) -> Path:
        return Path("chromium")

    for each in (open_browser, screens, whole, find_chromium):
        monkeypatch.setattr(f"massctl.cli.campaign_pages.{each.__name__}", each)
    with session(str(shell.tree.root)) as current:
        return shown_campaigns(current, ["a", "b", "c"])


def order(pictures: Sequence[bytes]) -> list[str]:
    return [each.removeprefix(JPEG).decode() for each in pictures]


def test_parts_are_ordered_by_number(shown: dict[str, ShownCampaign]) -> None:
    assert ["sheet", "1", "2", "10", "2-2", "10-2", "2-10"] == order(shown["a"].pictures)


def test_a_campaign_without_pictures_takes_none_from_the_next(
    shown: dict[str, ShownCampaign],
) -> None:
    assert [7, 0, 7] == [len(shown[name].pictures) for name in ("a", "b", "c")]
    assert shown["b"].page


def test_what_failed_is_said(
    shown: dict[str, ShownCampaign], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no phone pictures of b: Chromium cannot read the page" in capsys.readouterr().err
