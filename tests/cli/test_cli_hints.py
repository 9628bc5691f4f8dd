"""Every diagnostic of a run says what to do, also where what to write instead has to be found first."""

from typing import Any

import pytest
from cli_runner import Shell
from repositories import NEWS

from massctl.model.diagnostics import CODES

WITHOUT = {"MC207"}
"""It tells how a picture was made fit, and nothing has to be done."""

YAML: dict[str, tuple[str, str]] = {
    "missing": ("version: 1\n", ""),
    "number-for-text": ("title: 秋日来信", "title: [1]"),
    "text-for-list": ("account: main", "account: main\npreview: {towxname: {a: b}}"),
    "flag": ("is_to_all: true", "is_to_all: 1"),
    "audience": ("audience:\n  is_to_all: true", "audience: 3"),
    "edition": ("account: main", "account: main\nedition: 1.0"),
    "low": ("account: main", "account: main\nedition: 0"),
    "version": ("version: 1", "version: true"),
    "unknown": ("account: main", "account: main\nqqq: 1"),
    "twice": ("account: main", "account: main\naccount: main"),
    "wide": ("account: main", "account： main"),
    "curly": ("account: main", "account: “main”"),
    "tab": ("  is_to_all: true", "\tis_to_all: true"),
    "nobody": ("  is_to_all: true", "  {}"),
    "no-message": ("mpnews:", "qqq:"),
    "account": ("account: main", "account: mian"),
    "window": (
        "account: main",
        "account: main\nsend: {not_before: 2026-12-01T20:00:00, not_after: 2026-12-01T21:00:00}",
    ),
    "backwards": (
        "account: main",
        "account: main\nsend: {not_before: 2026-12-02T20:00:00+08:00, not_after: 2026-12-01T20:00:00+08:00}",
    ),
    "title": ("第一封信", "第一封信" * 40),
    "content": ("articles/main.md", "articles/none.md"),
    "cover": ("images/cover.png", "images/none.png"),
    "list": ("  is_to_all: true", "  openids: lists/none.txt"),
    "outside": ("images/cover.png", "../../../etc/passwd"),
    "broken": ("account: main", "account: [main"),
}
BODIES: dict[str, str] = {
    "name": "{{ prise }}",
    "far-name": "{{ zzzzzzzz }}",
    "member": "{{ 'x'.zzzzzzzz }}",
    "key": "{{ {'a': 1}.zzzzzzzz }}",
    "block": "{{ blocks.zzzzzzzz() }}",
    "imported": "{% import '_shared/macros.md.j2' as m %}{{ m.zzzzzzzz }}",
    "called": "{{ blocks.divider(zzz=1) }}",
    "syntax": "{% if %}",
    "forbidden": "{{ ''.__class__ }}",
    "filter": "{{ 'x' | zzzzzzzz }}",
    "failed": "{{ 1 // 0 }}",
    "include": "{% include 'articles/none.md' %}",
    "address": "{{ article_url('nobody', 1) }}",
    "picture": "![](../images/none.png)",
    "foreign": "![](https://example.com/a.png)",
    "link": "[x](javascript:alert(1))",
    "empty": " ",
    "footnote": "x[^1]",
}
MARKUP = "<section leaf><p>x</p></section><span leaf><p>y</p></span><section nodeleaf>z</section>"
ELEMENTS = (
    "script",
    "style",
    "iframe",
    "form",
    "input",
    "object",
    "embed",
    "noscript",
    "marquee",
    "canvas",
    "link",
)


def repository(shell: Shell) -> None:
    for name, (before, after) in YAML.items():
        shell.tree.news(f"yaml-{name}")
        written = NEWS.format(title="风", more="")
        assert before in written, name
        shell.tree.write(f"campaigns/yaml-{name}/campaign.yaml", written.replace(before, after))
    shell.tree.write("campaigns/_shared/macros.md.j2", "{% macro hello() %}x{% endmacro %}")
    for name, body in BODIES.items():
        shell.tree.news(f"body-{name}", body="x")
        html(shell, f"body-{name}", "main.md.j2", body)
    for name in ELEMENTS:
        shell.tree.news(f"html-{name}")
        html(shell, f"html-{name}", "main.html", f"<p>x</p><{name}>y</{name}>")
    shell.tree.news("html-leaves")
    html(shell, "html-leaves", "main.html", MARKUP)
    shell.tree.write("campaigns/Not A Name/campaign.yaml", "version: 1\n")
    shell.tree.write("campaigns/empty/readme.txt", "nothing")


def html(shell: Shell, name: str, file: str, body: str) -> None:
    path = f"campaigns/{name}/campaign.yaml"
    shell.tree.write(path, shell.tree.read(path).replace("articles/main.md", f"articles/{file}"))
    shell.tree.write(f"campaigns/{name}/articles/{file}", body)


def found(shell: Shell) -> list[dict[str, Any]]:
    return list(shell("validate", "--format", "json").document["diagnostics"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_diagnostic_of_a_run_has_a_hint(shell: Shell, language: str) -> None:
    repository(shell)
    shell.env(MASSCTL_LANG=language)
    told = found(shell)

    assert [] == [
        (each["code"], each["message"])
        for each in told
        if not each["hint"] and each["code"] not in WITHOUT
    ]
    fired = {each["code"] for each in told}
    assert fired <= set(CODES)
    expected = "MC001 MC004 MC005 MC006 MC007 MC008 MC010 MC011 MC012 MC013 MC014 MC015 MC016 MC017 MC019 MC020"
    expected += " MC101 MC102 MC103 MC105 MC106 MC107 MC108 MC201 MC202 MC206 MC301 MC306 MC308 MC326 MC339 MC601"
    assert set() == set(expected.split()) - fired


@pytest.mark.parametrize(
    "settings",
    [
        None,
        "",
        "version: 1\n",
        "version: 1\naccounts: 3\n",
        "version: 1\naccounts: {main: {appid: 1}}\n",
    ],
)
def test_every_diagnostic_of_the_settings_has_a_hint(shell: Shell, settings: str | None) -> None:
    if settings is None:
        (shell.root / "massctl.yaml").unlink()
        (shell.root / "massctl.yaml").mkdir()
        assert "\n    " in shell("validate").err
        return
    shell.tree.write("massctl.yaml", settings)
    told = found(shell)
    assert told
    assert [] == [each["message"] for each in told if not each["hint"]]


def test_lists_and_types_make_one_sentence_in_chinese(shell: Shell) -> None:
    shell.tree.settings(language="zh")
    shell.tree.news("letter")
    shell.tree.write(
        "campaigns/letter/campaign.yaml", "version: 1\naccount: main\naudience: [a]\nxyzw: 1\n"
    )
    told = {
        each["code"]: (each["message"], each["hint"])
        for each in shell("validate", "--format", "json").document["diagnostics"]
    }

    assert "audience：应为下一层的键和值，写的是列表" == told["MC013"][0]
    assert "写其中一个：mpnews、text、image、voice、mpvideo、wxcard" == told["MC015"][1]
    assert "version、title、account、" in told["MC011"][1]
    assert [] == [each for pair in told.values() for each in pair if ", " in each]


def test_a_link_in_a_text_over_several_lines_is_told_on_its_line(shell: Shell) -> None:
    text = 'text:\n  content: |\n    今晚八点。\n    请看 <a href="example.com">这里</a>。\n'
    shell.tree.write(
        "campaigns/letter/campaign.yaml",
        f"version: 1\naccount: main\naudience: {{is_to_all: true}}\n{text}",
    )
    (fault,) = shell("validate", "--format", "json").document["diagnostics"]

    assert ("MC347", 7, 11) == (fault["code"], fault["line"], fault["column"])


def test_a_text_that_yaml_cuts_is_a_warning_that_can_be_ignored(shell: Shell) -> None:
    before = "version: 1\naccount: main\naudience: {is_to_all: true}\n"
    cut = before + "text:\n  content: 集合地点 #2 号门\n"
    shell.tree.write("campaigns/letter/campaign.yaml", cut)
    said = shell("validate", "--format", "json")
    (fault,) = said.document["diagnostics"]
    assert (0, "MC033", "warning", 5, 17) == (
        said.status,
        fault["code"],
        fault["severity"],
        fault["line"],
        fault["column"],
    )

    shell.tree.write(
        "campaigns/letter/campaign.yaml", cut + "ignore: [{code: MC033, reason: 是注释}]\n"
    )
    assert [] == shell("validate", "--format", "json").document["diagnostics"]
