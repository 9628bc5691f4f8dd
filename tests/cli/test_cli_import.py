# ruff: noqa: E501
"""`massctl import`: what exists elsewhere becomes a campaign that massctl renders to the same text, pictures, links."""

import sys
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from cli_runner import NOON, Shell
from document_samples import packed, page, paragraph, run, word
from repositories import APPID, BODY, cover, png

from massctl.importer.word import package
from massctl.transport import PrivateAddressError

PICTURES = {
    f"https://mmbiz.qpic.cn/{name}/0": png((number, 60, 90)) for number, name in enumerate("abcdef")
}
PLAIN = """<p><span leaf="">今天<strong style="color: rgb(200, 0, 0);">风大</strong>，出门多穿一件。</span></p>
<section><p style="text-align: center;"><img class="rich_pages" data-src="https://mmbiz.qpic.cn/a/0" alt="河堤"></p></section>
<h2>三件事</h2><ol><li><p>带伞 3 * 4</p></li><li><p>关窗_好</p><ul><li>也关灯</li></ul></li></ol>
<p>见<a href="https://mp.weixin.qq.com/s/xyz" id="x">上一封</a><br>再会</p>
<table><tbody><tr><th>城市</th><th>气温</th></tr><tr><td>北京</td><td>12|13</td></tr></tbody></table>
<blockquote><p>引一句</p></blockquote><pre><code>a = 1
b  = 2</code></pre><script>alert(1)</script>"""
DESIGNED = """<section style="background:url('https://mmbiz.qpic.cn/b/0');padding:10px"><p onclick="x()">标题</p></section>
<section style="border: 1px solid #123456"><img data-src="https://mmbiz.qpic.cn/a/0"></section>
<mp-common-profile class="js_uneditable" data-id="x" data-headimg="https://mmbiz.qpic.cn/c/0"></mp-common-profile>
<form>x</form>"""


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes | httpx.Response | Exception]:
    """What the Internet answers, by address."""
    served: dict[str, bytes | httpx.Response | Exception] = dict(PICTURES)

    def answer(request: httpx.Request) -> httpx.Response:
        found = served.get(str(request.url), httpx.Response(404))
        if isinstance(found, Exception):
            raise found
        return httpx.Response(200, content=found) if isinstance(found, bytes) else found

    monkeypatch.setattr(
        "massctl.transport._open_client",
        lambda proxy, inside: httpx.Client(transport=httpx.MockTransport(answer)),
    )
    return served


def text(shell: Shell, path: str) -> str:
    return shell.tree.read(f"campaigns/spring/{path}")


def saved(shell: Shell, content: str | bytes, name: str = "doc.html") -> str:
    return str(shell.tree.write(f"../{name}", content))


def test_a_plain_page_becomes_markdown_with_its_pictures(
    shell: Shell, internet: dict[str, Any]
) -> None:
    internet["https://mp.weixin.qq.com/s/abc"] = page(PLAIN).encode()
    made = shell("import", "url", "https://mp.weixin.qq.com/s/abc", "spring", "--format", "json")
    assert 0 == made.status, made.out
    (article,) = made.document["articles"]
    assert (True, [], 1, 1) == (
        article["is_same"],
        article["differences"],
        article["pictures"],
        article["links"],
    )
    assert text(shell, "articles/main.md").splitlines() == [
        "今天**风大**，出门多穿一件。",
        "",
        "![河堤](../images/02.png)",
        "",
        "## 三件事",
        "",
        "1. 带伞 3 \\* 4",
        "2. 关窗\\_好",
        "   - 也关灯",
        "",
        "见[上一封](https://mp.weixin.qq.com/s/xyz)\\",
        "再会",
        "",
        "| 城市 | 气温 |",
        "| --- | --- |",
        "| 北京 | 12\\|13 |",
        "",
        "> 引一句",
        "",
        "```",
        "a = 1",
        "b  = 2",
        "```",
    ]
    declared = text(shell, "campaign.yaml")
    for line in (
        'title: "春天来了"',
        'author: "编辑部"',
        'digest: "一句摘要"',
        "cover: images/01.png",
    ):
        assert line in declared
    assert (
        PICTURES["https://mmbiz.qpic.cn/a/0"]
        == (shell.root / "campaigns/spring/images/02.png").read_bytes()
    )
    assert any("colour" in each for each in article["not_carried"])
    assert 0 == shell("validate", "spring").status


def test_a_designed_page_stays_html_and_tells_what_is_lost(
    shell: Shell, internet: dict[str, Any]
) -> None:
    made = shell("import", "url", saved(shell, page(DESIGNED)), "spring")
    assert 0 == made.status, made.err
    body = text(shell, "articles/main.html")
    assert ("url('../images/02.png')" in body, "data-src" in body, "onclick" in body) == (
        True,
        False,
        False,
    )
    assert 'data-headimg="../images/01.png"' in body  # The cover is the same picture.
    said = " ".join(made.err.split())
    for each in (
        "it is written as HTML",
        "`<form>` after “标题”, with the words “x”: WeChat removes it",
        "3 pictures, 3 arrived",
        "rendered again, they are the same",
    ):
        assert each in said
    assert 0 == shell("validate", "spring").status


def test_markdown_can_be_forced_and_html_too(shell: Shell, internet: dict[str, Any]) -> None:
    path = saved(shell, page(PLAIN))
    assert 0 == shell("import", "url", path, "spring", "--as", "html").status
    assert (shell.root / "campaigns/spring/articles/main.html").exists()


def test_what_markdown_would_change_is_written_as_html(
    shell: Shell, internet: dict[str, Any]
) -> None:
    made = shell(
        "import", "url", saved(shell, page("<p>好的 :smile: 一</p>")), "spring", "--format", "json"
    )
    article = made.document["articles"][0]
    assert (0, "articles/main.html") == (made.status, article["content"])
    assert "it is written as HTML: as Markdown, text" in article["not_carried"][0]


def test_a_formula_that_cannot_be_drawn_is_told_and_its_article_stays_markdown(
    shell: Shell,
) -> None:
    wide = "<m:oMath><m:r><m:t>" + "x" * 1_000 + "</m:t></m:r></m:oMath>"
    data = packed(paragraph(run("一")) + paragraph(f"<m:oMathPara>{wide}</m:oMathPara>"))
    made = shell("import", "word", saved(shell, data, "letter.docx"), "spring", "--format", "json")
    assert (1, "articles/main.md") == (made.status, made.document["articles"][0]["content"])
    assert ["MC329"] == [each["code"] for each in made.document["diagnostics"]]


def test_a_picture_that_the_browser_saved_stands_in_for_one_that_is_gone(
    shell: Shell, internet: dict[str, Any]
) -> None:
    kept = png((1, 2, 3))
    shell.tree.write("../page_files/640", kept)
    body = '<img data-src="https://mmbiz.qpic.cn/q/0" src="./page_files/640"><p>一</p><img data-src="//mmbiz.qpic.cn/a/0" src="page_files/none">'
    made = shell("import", "url", saved(shell, page(body)), "spring")
    assert 0 == made.status, made.err
    first, second = (
        (shell.root / f"campaigns/spring/images/{name}.png").read_bytes() for name in ("02", "03")
    )
    assert (kept, PICTURES["https://mmbiz.qpic.cn/a/0"]) == (first, second)


def test_a_picture_that_cannot_be_had_is_listed_and_stays_an_address(
    shell: Shell, internet: dict[str, Any]
) -> None:
    internet["https://mmbiz.qpic.cn/a/0"] = b"<html>"
    internet["https://mmbiz.qpic.cn/z/0"] = httpx.Response(
        302, headers={"location": "http://127.0.0.1/x"}
    )
    body = '<p>一</p><img src="https://mmbiz.qpic.cn/a/0"><img src="https://mmbiz.qpic.cn/z/0"><img src="https://mmbiz.qpic.cn/q/0">'
    made = shell("import", "url", saved(shell, page(body)), "spring")
    said = " ".join(made.err.split())
    assert 1 == made.status
    for each in (
        "picture https://mmbiz.qpic.cn/a/0: ",
        "on this machine or its network",
        "the server answers 404",
    ):
        assert each in said
    assert 3 == text(shell, "articles/main.md").count("https://mmbiz.qpic.cn/")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1:9/x", "on this machine or its network"),
        ("http://localhost/x", "on this machine or its network"),
        ("http://[::ffff:10.0.0.1]/x", "on this machine or its network"),
        ("https://inside.example/x", "on this machine or its network"),
        ("https://loop.example/x", "to no end"),
        ("https://gone.example/x", "connection"),
        ("https://odd.example/x", "not an http or https address"),
        ("gone.example/x", "save the page, and import that: massctl import url page.html spring"),
    ],
)
def test_only_the_internet_is_asked(
    shell: Shell, internet: dict[str, Any], address: str, says: str
) -> None:
    internet["https://inside.example/x"] = PrivateAddressError()
    internet["https://loop.example/x"] = httpx.Response(301, headers={"location": "/x"})
    internet["https://odd.example/x"] = httpx.Response(
        301, headers={"location": "file:///etc/passwd"}
    )
    internet["https://gone.example/x"] = httpx.ConnectError("no")
    said = shell("import", "url", address, "spring")
    assert (2, True) == (said.status, says in " ".join(said.err.split())), said.err
    assert not (shell.root / "campaigns").exists() or [] == list(
        (shell.root / "campaigns").iterdir()
    )


def test_a_word_file_comes_with_all_its_parts(shell: Shell) -> None:
    made = shell(
        "import",
        "word",
        saved(shell, word(png((1, 2, 3))), "letter.docx"),
        "spring",
        "--format",
        "json",
    )
    assert 0 == made.status, made.out
    assert text(shell, "articles/main.md").splitlines() == [
        "# 第一节",
        "",
        "今天**风大**，见[白皮书](https://example.com/a)。[^1]",
        "",
        "- 带伞",
        "- 3 \\* 4 = 12",
        "",
        "| 城市 | 气温 |",
        "| --- | --- |",
        "| 北京 | 12 |",
        "",
        "![河堤](../images/01.png)",
        "",
        "完$x$",
        "",
        "[^1]: 见第三页",
    ]
    declared = text(shell, "campaign.yaml")
    assert ('title: "五月来信"' in declared, "林梅" in declared) == (True, False)
    (article,) = made.document["articles"]
    left_out = ["the author “林梅” in the file's properties is left out, since no page shows it"]
    assert (True, left_out) == (article["is_same"], article["not_carried"]), article
    assert (
        0
        == shell(
            "import",
            "word",
            saved(shell, word(png((1, 2, 3))), "letter.docx"),
            "two",
            "--as",
            "html",
        ).status
    )


def test_a_lost_picture_is_counted_and_what_is_around_it_is_compared(
    shell: Shell, internet: dict[str, Any]
) -> None:
    body = '<p>一</p><img src="https://mmbiz.qpic.cn/a/0"><img src="https://mmbiz.qpic.cn/gone"><p>二</p>'
    made = shell("import", "url", saved(shell, page(body)), "spring", "--format", "json")
    said = made.document["articles"][0]
    assert (2, 1, True, []) == (
        said["pictures"],
        said["arrived"],
        said["is_same"],
        said["differences"],
    )
    assert "https://mmbiz.qpic.cn/gone" in text(shell, "articles/main.md")
    # The sample that stood in its place is gone.
    assert "campaigns/spring/images/cover.jpg" not in made.document["files"]


def test_a_markdown_file_keeps_its_text_and_gets_its_pictures(
    shell: Shell, internet: dict[str, Any]
) -> None:
    shell.tree.write("../near.png", png((7, 7, 7)))
    there = "https://mmbiz.qpic.cn/a/0"
    source = f"---\ntitle: '来信'\nauthor: 林\ntags: [a]\n---\n\n一 [图]({there})\n\n![]({there}) ![][b]\n\n<img src=\"near.png\">\n\n[b]: https://mmbiz.qpic.cn/b/0\n"
    made = shell(
        "import", "markdown", saved(shell, source, "letter.md"), "spring", "--format", "json"
    )
    assert 0 == made.status, made.out
    body = text(shell, "articles/main.md")
    assert f"一 [图]({there})\n\n![](../images/01.png) ![][b]" in body
    assert ("[b]: ../images/02.png" in body, '<img src="../images/03.png">' in body) == (True, True)
    said = made.document["articles"][0]
    assert (["front matter: `tags` has no place in a campaign"], True) == (
        [each for each in said["not_carried"] if "front" in each],
        any("the first picture is taken" in each for each in said["not_carried"]),
    )


def test_front_matter_is_read_as_yaml_and_its_faults_are_told(shell: Shell) -> None:
    head = 'title: "风：\\"大\\""  # 草稿\nauthor: [林, 王]\nsummary: >\n  出门\n  多穿\nsource: https://a.cn/?b: c\nimage: {url: a.png}'
    made = shell(
        "import",
        "markdown",
        saved(shell, f"---\n{head}\n---\n正文\n", "a.md"),
        "spring",
        "--format",
        "json",
    )
    assert 0 == made.status, made.out + made.err
    for line in ('title: "风：\\"大\\""\n', 'author: "林、王"\n', 'digest: "出门 多穿"\n'):
        assert line in text(shell, "campaign.yaml")
    front = [each for each in made.document["articles"][0]["not_carried"] if "front matter" in each]
    wrong = "a colon where no key can be: this line is indented too far, or the value needs quotes"
    assert [f"front matter, line 7: {wrong}"] == front


def test_front_matter_of_another_tool_is_told_in_part_and_the_rest_counted(shell: Shell) -> None:
    head = "title: 信\n" + "".join(f"key{number}: 1\n" for number in range(1_000))
    made = shell(
        "import",
        "markdown",
        saved(shell, f"---\n{head}---\n正文\n", "a.md"),
        "spring",
        "--format",
        "json",
    )
    front = [each for each in made.document["articles"][0]["not_carried"] if "front matter" in each]
    assert (201, "front matter: 800 more keys have no place in a campaign") == (
        len(front),
        front[-1],
    )


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        ("---\ntitle: 春天来了\n---\n\n# 春天来了\n\n正文\n", "a.md", "正文\n"),
        ("---\ntitle: 春天来了\n---\n\n正文\n\n# 春天来了\n", "a.md", "正文\n\n# 春天来了\n"),
        (page("<section><p></p><h1>春天来了</h1></section><p>正文</p>"), "a.html", "正文\n"),
        (page("<p>正文</p><h1>春天来了</h1>"), "a.html", "正文\n\n# 春天来了\n"),
    ],
)
def test_a_heading_that_repeats_the_title_is_not_lost(
    shell: Shell, internet: dict[str, Any], content: str, name: str, kept: str
) -> None:
    verb = ["markdown"] if name.endswith(".md") else ["url", "--as", "markdown"]
    made = shell("import", *verb, saved(shell, content, name), "spring", "--format", "json")
    (article,) = made.document["articles"]
    assert ([], kept) == (article["differences"], text(shell, "articles/main.md"))


def test_what_wechat_removes_is_taken_out_of_markdown_and_told(shell: Shell) -> None:
    written = "<video src='a.mp4' controls>看 <b>短片</b></video>\n\n👷‍♀️甲<iframe src='b'></iframe>乙\n\n```\n<video></video>\n```\n"
    head = "---\nauthor: 林\n---\n"
    made = shell("import", "markdown", saved(shell, f"{head}# 题\n\n{written}", "a.md"), "spring")
    assert 0 == made.status, made.err
    assert "👷‍♀️甲乙\n\n```\n<video></video>\n```\n" == text(shell, "articles/main.md").lstrip("\n")
    said = " ".join(made.err.split())
    assert "`<video>` in line 6, with the words “看 短片”: WeChat removes it from articles" in said
    assert "`<iframe>` in line 8: WeChat removes it from articles" in said


def test_a_link_is_the_same_however_its_letters_are_written(shell: Shell) -> None:
    address = "https://example.com/posts/239-山顶"
    made = shell(
        "import",
        "markdown",
        saved(shell, f"# 题\n\n<a href='{address}'>见此</a>\n", "a.md"),
        "spring",
    )
    assert 0 == made.status, made.err
    made = shell(
        "import", "markdown", saved(shell, f"# 题\n\n[见此]({address})\n", "a.md"), "summer"
    )
    assert 0 == made.status, made.err


def test_an_empty_word_file_is_refused(shell: Shell) -> None:
    with ZipFile(BytesIO(word(png((1, 2, 3))))) as full:
        parts = {name: full.read(name) for name in full.namelist()}
    document = parts["word/document.xml"].decode()
    parts["word/document.xml"] = (
        document[: document.index("<w:body>")] + "<w:body/></w:document>"
    ).encode()
    packed = BytesIO()
    with ZipFile(packed, "w") as empty:
        for name, data in parts.items():
            empty.writestr(name, data)
    made = shell("import", "word", saved(shell, packed.getvalue(), "a.docx"), "spring")
    assert (2, True) == (made.status, "there is no text and no picture in this file" in made.err)
    assert not (shell.root / "campaigns/spring").exists()


def test_a_title_that_is_too_long_is_told_and_the_body_is_compared_all_the_same(
    shell: Shell, internet: dict[str, Any]
) -> None:
    made = shell(
        "import", "url", saved(shell, page("<p>正文</p>").replace("春天来了", "长" * 65)), "spring"
    )
    said = " ".join(made.err.split())
    assert (1, True, False) == (made.status, "MC301" in said, "was not compared" in said)
    assert f'title: "{"长" * 65}"' in text(shell, "campaign.yaml")


def test_a_picture_outside_the_folder_of_the_file_is_not_read(shell: Shell) -> None:
    shell.tree.write("../secret.png", png((7, 7, 7)))
    made = shell(
        "import", "markdown", saved(shell, "# 信\n\n![](../secret.png)\n", "in/letter.md"), "spring"
    )
    assert (1, True) == (made.status, "not below the folder" in " ".join(made.err.split()))


def test_a_console_draft_is_listed_and_comes_with_all_its_articles(shell: Shell) -> None:
    shell.tree.news("letter", body=BODY)
    assert 0 == shell("apply", "letter", "--sandbox", "--until", "draft").status
    listed = shell("import", "drafts", "--sandbox", "--format", "json").document["listed"]
    assert [["第一封信：风"]] == [each["titles"] for each in listed]
    assert "2026-12-01 12:00 +08:00  第一封信：风" in shell("import", "drafts", "--sandbox").out
    made = shell(
        "import",
        "draft",
        listed[0]["id"],
        "spring",
        "--sandbox",
        "--as",
        "markdown",
        "--format",
        "json",
    )
    assert (0, True) == (made.status, made.document["articles"][0]["is_same"]), made.out
    assert text(shell, "articles/main.md").replace("images/02", "images/river") == BODY
    assert cover((200, 80, 60)) == (shell.root / "campaigns/spring/images/01.png").read_bytes()
    gone = shell("import", "draft", "nothing", "two", "--sandbox")
    assert (2, True) == (gone.status, "there is no draft nothing" in gone.err)


def test_a_publication_is_listed_and_imported(shell: Shell) -> None:
    shell.tree.news("letter", body=BODY)
    assert 0 == shell("apply", "letter", "--sandbox", "--until", "draft").status
    published(shell)
    (listed,) = shell("import", "published", "--sandbox", "--format", "json").document["listed"]
    assert ["第一封信：风"] == listed["titles"]
    made = shell("import", "published", listed["id"], "spring", "--sandbox", "--format", "json")
    assert (0, True) == (made.status, made.document["articles"][0]["is_same"]), made.out
    assert 2 == shell("import", "published", listed["id"], "--sandbox").status


def published(shell: Shell) -> None:
    """Publish the newest draft in the sandbox, as a person in the console would."""
    from massctl.sandbox.embedded import open_world

    world = open_world(shell.root / ".massctl" / "sandbox", real_now=lambda: NOON)
    try:
        with httpx.Client(
            transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1/cgi-bin/"
        ) as client:
            grant = {
                "grant_type": "client_credential",
                "appid": APPID,
                "secret": world.ensure_account(APPID),
            }
            token = {"access_token": client.post("stable_token", json=grant).json()["access_token"]}
            (draft,) = client.post(
                "draft/batchget", params=token, json={"offset": 0, "count": 1}
            ).json()["item"]
            client.post("freepublish/submit", params=token, json={"media_id": draft["media_id"]})
    finally:
        world.close()
    shell.control("advance", {"seconds": 3600})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["word", "nothing.docx", "spring"], "cannot be read"),
        (["word", "{text}", "spring"], "this is not a Word file"),
        (["url", "{text}", "spring"], "there is no article on this page"),
        (["markdown", "{text}", "Spring"], "Spring is not a campaign name"),
        (["markdown", "{text}", "letter"], "campaigns/letter already exists"),
        (["markdown", "{text}", "spring", "--as", "html"], "a Markdown file stays Markdown"),
        (["markdown", "{text}", "spring", "--account", "x"], "massctl.yaml has no account x"),
    ],
)
def test_what_cannot_be_imported_says_why_and_writes_nothing(
    shell: Shell, arguments: list[str], says: str
) -> None:
    shell.tree.news("letter")
    path = saved(shell, "", "empty.html")
    said = shell("import", *(each.format(text=path) for each in arguments))
    assert (2, True) == (said.status, says in " ".join(said.err.split())), said.err
    assert ["letter"] == [each.name for each in (shell.root / "campaigns").iterdir()]


def test_without_lxml_it_says_what_to_install(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("massctl.importer.word.file", raising=False)
    monkeypatch.setitem(sys.modules, "massctl.importer.word.file", None)
    said = shell("import", "word", saved(shell, word(b""), "letter.docx"), "spring")
    assert (2, True) == (said.status, "massctl[word]" in said.err)


@pytest.mark.parametrize(
    ("language", "limit", "says", "advises"),
    [
        (
            "en",
            "WORD_BYTES_MAX",
            "the file is larger than 10 bytes unpacked",
            "into a new Word file",
        ),
        ("zh", "WORD_BYTES_MAX", "文件解开后超过 10 字节", "新的 Word 文件"),
    ],
)
def test_a_word_file_that_grows_without_end_is_refused(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    limit: str,
    says: str,
    advises: str,
) -> None:
    shell.env(MASSCTL_LANG=language)
    monkeypatch.setattr(package, limit, 10)
    said = shell("import", "word", saved(shell, word(b""), "letter.docx"), "spring")
    assert (2, True, True) == (said.status, says in said.err, advises in said.err), said.err
    assert not (shell.root / "campaigns" / "spring").exists()


def test_what_only_another_program_draws_and_what_html_hides_is_told_of_markdown(
    shell: Shell,
) -> None:
    written = (
        "# 题\n\n甲%%批%%\n\n<p style='display:none'>暗号</p>\n\n<b style='font-size:0'>密</b>乙\n"
    )
    made = shell("import", "markdown", saved(shell, written, "a.md"), "spring")
    said = " ".join(made.err.split())
    assert (0, True) == (made.status, "to be looked at:" in said), made.err
    assert "warning MC344 `%%批%%` is shown as written" in said
    assert "hidden words in line 5 stay in the file: “暗号”" in said
    assert "hidden words in line 7 stay in the file: “密”" in said
