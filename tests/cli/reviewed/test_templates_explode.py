"""After the lock no template can be rendered any more: the locked bytes go out, or nothing does."""

import re

import pytest
from issue import HOME, TEMPLATES, Issue, assert_goes_out_once, assert_nothing_left, performed

EXPLOSIONS: dict[str, str | None] = {
    "an undefined name": "{{ undefined_name }}",
    "broken syntax": "{% for x in %}{{ }",
    "a division by zero": "{{ 1 / 0 }}",
    "an endless loop": "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    "a script": "<script>alert(1)</script>",
    "no text at all": "\x00\x01",
    "nothing": "",
    "gone": None,
}
explosions = pytest.mark.parametrize("content", EXPLOSIONS.values(), ids=EXPLOSIONS)


def explode(issue: Issue, content: str | None) -> None:
    """Replace every template and every article."""
    for path in TEMPLATES:
        if content is None:
            (issue.shell.root / path).unlink()
        else:
            issue.shell.tree.write(path, content)


def plain(body: str) -> str:
    """Give a body without the addresses of its pictures: only WeChat knows those beforehand."""
    return re.sub(r"massctl-picture:[0-9a-f]{64}|https?://mmbiz\.qpic\.cn/[^\"')]+", "PICTURE", body)


@explosions
@pytest.mark.parametrize("mode", ["flag"])
def test_the_flag_sends_the_locked_bytes_and_names_each_edit(issue: Issue, content: str | None):
    locked = [plain(issue.shell.tree.read(f"{HOME}/rendered/article-{number}.html")) for number in (1, 2)]
    explode(issue, content)
    said = issue.apply("--until", "draft")
    assert [path for path in TEMPLATES if path not in said.err] == []
    (draft,) = issue.api("draft/batchget", {"offset": 0, "count": 5})["item"]
    assert [plain(article["content"]) for article in draft["content"]["news_item"]] == locked

    assert issue.apply().status == 0
    report = issue.shell.report()
    assert [job["draft_media_id"] for job in report["jobs"]] == [draft["media_id"]]
    assert "/cgi-bin/draft/update" not in report["calls"]


@explosions
@pytest.mark.parametrize("mode", ["policy"])
def test_require_lock_sends_nothing_and_names_each_edit(issue: Issue, content: str | None):
    explode(issue, content)
    said = issue.apply()
    for path in TEMPLATES:
        assert_nothing_left(issue, said, "lock_stale", path)
    issue.put_back()
    assert_goes_out_once(issue)


@explosions
@pytest.mark.parametrize("mode", ["plan"])
def test_a_saved_plan_sends_nothing(issue: Issue, content: str | None):
    explode(issue, content)
    said = issue.apply()
    assert said.status in {1, 5}, said
    assert issue.requests() == 0
    issue.put_back()
    assert_goes_out_once(issue)


@pytest.mark.parametrize("mode", ["flag"])
def test_the_flag_needs_no_template_at_any_stage(issue: Issue):
    explode(issue, None)
    for stage, step in (("upload", "upload_image"), ("draft", "save_draft"), ("preview", "send_preview")):
        said = issue.apply("--until", stage)
        assert said.status == 0, said
        assert performed(said)[step] > 0, (stage, said)
    assert issue.left()["jobs"] == 0
    assert (issue.apply().status, issue.left()["jobs"]) == (0, 1)
