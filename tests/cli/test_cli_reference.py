"""Rows of docs/reference/ that no other test holds at the level of the command."""

import re

import pytest
from cli_runner import Shell
from git_shell import IN_GIT, content
from gits import git, remote_at
from repositories import png, window

OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
IN_THREE_DAYS = window("2026-12-04T11:00:00+08:00", "2026-12-04T13:00:00+08:00")
HOOKS = (
    *(
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "hr",
        "a",
        "strong",
        "em",
        "s",
        "u",
        "sub",
        "sup",
    ),
    *(".inner", ".list", ".item", ".task", ".done", ".mark", "code", ".code"),
    *(
        ".hl-keyword",
        ".hl-string",
        ".hl-comment",
        ".hl-number",
        ".hl-name",
        ".hl-inserted",
        ".hl-deleted",
    ),
    *(".scroll", "table", "thead", "tbody", "tr", "th", "td"),
    *(
        ".callout",
        ".callout-note",
        ".callout-tip",
        ".callout-important",
        ".callout-warning",
        ".callout-caution",
    ),
    *(".callout-details", ".callout-title", "img", ".inline", ".figure", ".caption"),
    *(".terms", ".term", ".definition", ".math", ".highlight", ".ref", ".notes", ".note"),
)
ARTICLE = """\
# 一
## 二
### 三
#### 四
##### 五
###### 六

词 **粗** *斜* ~~删~~ <u>线</u> H~2~O x^2^ `码` ==亮==
[文](https://mp.weixin.qq.com/s/a) 注[^1] ![小](../images/dot.png)

> 引

---

- 项
- [ ] 待
- [x] 完

```python
# 注
def f(): return "字", 1
```

```diff
+新
-旧
```

| 头 |
|---|
| 格 |

{boxes}

![图](../images/river.png "说明")

词
: 义

$$\\frac{{a}}{{b}}$$

[^1]: 注
"""


def refusals(shell: Shell) -> list[str]:
    (campaign,) = shell("plan", "notice", "--sandbox", "--format", "json").document["campaigns"]
    return [each["guard"] for each in campaign["refusals"]]


@pytest.mark.parametrize(
    ("days", "found"),
    [("2026-12-01", ["freeze"]), ("2026-11-29/2026-12-02", ["freeze"]), ("2026-12-02", [])],
)
def test_a_frozen_day_sends_nothing_and_says_which(
    shell: Shell, days: str, found: list[str]
) -> None:
    shell.tree.settings(policy=f"  freeze: [{days}]\n")
    shell.tree.text("notice", more=OPEN)
    assert found == refusals(shell)
    assert (5 if found else 0) == shell("apply", "--sandbox", "--yes").status
    assert len(shell.report()["jobs"]) == (0 if found else 1)


@pytest.mark.parametrize(
    ("ahead", "shown"), [("", 1), ("  preview_ahead: 3d\n", 1), ("  preview_ahead: 60h\n", 0)]
)
def test_a_preview_waits_until_its_window_is_as_near_as_the_policy_says(
    shell: Shell, ahead: str, shown: int
) -> None:
    """It opens in 71 hours; a campaign that is not named is shown 72 hours ahead where nothing else is said."""
    shell.tree.settings(policy=ahead)
    shell.tree.text("notice", more=IN_THREE_DAYS + "preview:\n  towxname: [editor_lin]\n")
    assert 0 == shell("apply", "--sandbox", "--yes").status
    assert shown == len(shell.report()["previews"])


def test_the_ledger_lies_on_the_remote_that_is_named(in_git: Shell) -> None:
    other = remote_at(in_git.root.parent / "other.git")
    git(in_git.root, "remote", "add", "ledgers", other.as_uri())
    in_git.tree.settings(state=f"{IN_GIT}  remote: ledgers\n")
    assert 0 == in_git("state", "init").status
    assert '"type":"created"' in content(other)


def test_a_picture_in_a_format_that_wechat_does_not_take_is_named(shell: Shell) -> None:
    shell.tree.news()
    shell.tree.write("campaigns/letter/images/river.png", b"II*\0" + bytes(64))
    found = shell("validate", "--format", "json").document["diagnostics"]
    assert ["MC204"] == [each["code"] for each in found]


def test_every_hook_of_a_theme_stands_in_some_article(shell: Shell) -> None:
    kinds = ("note", "tip", "important", "warning", "caution", "details")
    boxes = "\n\n".join(f"::: {kind} 题\n盒\n:::" for kind in kinds)
    # A box has a class of its kind too, whose rule comes later: what all boxes have is told by another property.
    sides = ["right" if hook == ".callout" else "left" for hook in HOOKS]
    css = "".join(
        f"{hook} {{ padding-{side}: {n}px }}\n"
        for n, (hook, side) in enumerate(zip(HOOKS, sides, strict=True), 101)
    )
    shell.tree.write("campaigns/_shared/themes/hooks.css", css)
    shell.tree.news(more="theme: hooks\n", body=ARTICLE.format(boxes=boxes))
    shell.tree.write("campaigns/letter/images/dot.png", png((9, 9, 9), width=40))
    said = shell("render", "letter", "--out", "out")
    assert 0 == said.status, said
    html = (shell.root / "out/article-1.html").read_text(encoding="utf-8")
    styled = set(re.findall(r"padding-(?:left|right):\s*(\d+)px", html))
    assert [] == [hook for number, hook in enumerate(HOOKS, 101) if str(number) not in styled]
