"""The first page of the documentation leads to every other page: it is the menu of the site."""

import re

import pytest
from repository_files import DOCUMENTS, ROOT, document

CHINESE = ".zh-CN.md"
PAGES = {
    path.relative_to(ROOT / "docs").as_posix()
    for path in DOCUMENTS
    if path.is_relative_to(ROOT / "docs")
}
WITHOUT = {"index.md", "index.zh-CN.md", *(page for page in PAGES if page.startswith("adr/"))}


@pytest.mark.parametrize("name", ["index.md", "index.zh-CN.md"])
def test_the_first_page_leads_to_each_page_of_its_language_once(name: str) -> None:
    in_chinese = name.endswith(CHINESE)
    wanted = {page for page in PAGES - WITHOUT if page.endswith(CHINESE) == in_chinese}
    below_the_headings = document(f"docs/{name}").split("\n## ", 1)[1]
    linked = [
        page
        for page in re.findall(r"\]\(([^)]+)\)", below_the_headings)
        if page.endswith(CHINESE) == in_chinese
    ]
    assert sorted(wanted) == sorted(linked)


@pytest.mark.parametrize("ending", ["", ".zh-CN"])
def test_the_first_page_begins_as_the_readme_does(ending: str) -> None:
    opening = document(f"docs/index{ending}.md").split("\n\n", 2)[2].split("\n## ")[0].strip()
    assert opening in document(f"README{ending}.md").replace("](docs/", "](")
