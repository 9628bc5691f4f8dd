"""The pictures of the guides and of the READMEs show what massctl shows now."""

from pathlib import Path

import pytest
import review_pictures
from guide_pictures import IMAGES, LANGUAGES, PAGES, RECORD, block_pages, drawn_of, report_pages


@pytest.mark.night
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_pictures_were_drawn_of_what_is_shown_now(tmp_path: Path) -> None:
    assert drawn_of(tmp_path) == RECORD.read_text(encoding="ascii").strip(), (
        "run: python -m guide_pictures"
    )


def test_every_page_and_every_block_of_the_guide_has_its_picture(tmp_path: Path) -> None:
    blocks = {f"block-{name}.webp" for name in block_pages(tmp_path)}
    pages = {f"preview-{name}{ending}.webp" for name in PAGES for ending in LANGUAGES.values()}
    reports = {f"{name}.webp" for name in report_pages()}
    drawn = {
        each.name
        for each in IMAGES.iterdir()
        if each.name.startswith(("block-", "preview-", "report-", "desk"))
    }
    desk = {f"desk{ending}.webp" for ending in LANGUAGES.values()}
    assert (15, blocks | pages | reports | desk) == (len(blocks), drawn)


@pytest.mark.night
def test_the_comment_was_drawn_of_what_is_commented_now(tmp_path: Path) -> None:
    recorded = review_pictures.RECORD.read_text(encoding="ascii").strip()
    assert review_pictures.drawn_of(tmp_path) == recorded, "run: python -m review_pictures"
