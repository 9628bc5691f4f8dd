"""Where a person opens the request for a pushed letter."""

import pytest

from massctl.desk.request_page import request_page

GITHUB = "https://github.com/lin/letters/compare/main...letter/walks?expand=1"
GITLAB = "/-/merge_requests/new?merge_request%5Bsource_branch%5D=letter/walks"


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:lin/letters.git", GITHUB),
        ("https://github.com/lin/letters", GITHUB),
        ("https://token@github.com/lin/letters.git/", GITHUB),
        ("ssh://git@github.com:22/lin/letters.git", GITHUB),
        ("https://gitlab.com/team/a/letters.git", f"https://gitlab.com/team/a/letters{GITLAB}"),
        ("git@gitlab.corp.cn:team/letters.git", f"https://gitlab.corp.cn/team/letters{GITLAB}"),
        (
            "https://gitee.com/lin/letters.git",
            "https://gitee.com/lin/letters/compare/main...letter/walks",
        ),
        ("/srv/git/letters.git", None),
        ("https://git.example/lin/letters.git", None),
    ],
)
def test_the_page_of_a_forge(remote: str, page: str | None) -> None:
    assert request_page(remote, "letter/walks", "main") == page
