"""What may stand in a comment that a job of ours writes, made from words of a job that anybody could change."""

import pytest

from massctl.forge.remarks import unfit

CALM = [
    "## massctl plan\n\n**plan: 1 mass send (cannot be undone)**\n\n- refused: 1 campaign",
    "- `@everyone` and `<script>` and `https://evil.example` and `#12` in code\n",
    "```diff\n+ <b onclick=x> @all https://evil.example ![x](y)\n```",
    "    @all in an indented block",
    "<details>\n<summary>the next 31 days</summary>\n\n- 12 of 100 calls\n\n</details>",
    "| a | b |\n|---|---|\n| ~~old~~ | **new** |",
    "<sub>digest</sub> text<br>text <ins>new</ins>",
    "价格 1999 元，会员 #春天 5 折 & a family: 👨‍👩‍👧",
    "mail someone at example dot com; a@ b, x @ y, a&#35;x",
]
WILD = [
    ("hello @somebody", "notify"),
    ("see (@team/lead)", "notify"),
    ("\\@somebody", "notify"),
    ("&#64;somebody", "notify"),
    ("@\n\n@somebody", "notify"),
    ("closes #12", "notify"),
    ("house/letters#12", "notify"),
    ("GH-12", "notify"),
    ("https://evil.example/x", "notify"),
    ("HTTP://evil.example", "notify"),
    ("www.evil.example", "notify"),
    ("<details>\n<summary>@all</summary>\n\nx\n</details>", "notify"),
    ("[click](https://evil.example)", "link"),
    ("[click][x]\n\n[x]: https://evil.example", "link"),
    ("<https://evil.example>", "link"),
    ("![x](https://evil.example/pixel.png)", "link"),
    ("`a` ![x](y)", "link"),
    ("<img src=x onerror=alert(1)>", "HTML"),
    ("text <a href='x'>y</a>", "HTML"),
    ("<script>alert(1)</script>", "HTML"),
    ("<details open onclick=x>", "HTML"),
    ("<!-- massctl:plan -->", "HTML"),
    ("<SUMMARY>", "HTML"),
    ("> quoted <b style=x>", "HTML"),
    ("safe \u202eevil", "characters"),
    ("zero\u200bwidth", "characters"),
    ("bell \x07", "characters"),
    ("carriage\rreturn", "characters"),
]


@pytest.mark.parametrize("markdown", CALM)
def test_what_only_formats_may_stand(markdown: str) -> None:
    assert None is unfit(markdown)


@pytest.mark.parametrize(("markdown", "word"), WILD)
def test_what_calls_links_or_hides_may_not(markdown: str, word: str) -> None:
    why = unfit(markdown)

    assert why is not None
    assert word in str(why)
