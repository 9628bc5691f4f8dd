from datetime import datetime
from typing import Any

from render_inputs import (
    CAMPAIGN,
    Folder,
    campaign_file,
    hold,
    lines,
    news,
    place_of,
    render,
    rendered,
    sha,
)

from massctl.model.diagnostics import Severity
from massctl.model.message import NewsMessage, Recipient, RenderedArticle, TextMessage, Window

FOLDER = Folder({"spring/articles/main.md": "正文", "spring/images/cover.jpg": "cover"})


def test_a_news_campaign_is_rendered_whole() -> None:
    file = news(
        {
            "title": "{{ campaign.title }} {{ price }} 元起",
            "author": " 编辑部 ",
            "digest": "{{ account }}",
            "content_source_url": "https://example.com/{{ campaign.name }}/{{ campaign.edition }}",
            "need_open_comment": True,
            "only_fans_can_comment": True,
        },
        title="春季",
        edition=2,
        vars={"price": 1999},
        send={
            "not_before": "2026-12-01T20:00:00+08:00",
            "not_after": "2026-12-01T22:00:00+08:00",
            "send_ignore_reprint": True,
            "same_content": "allow",
        },
        preview={"towxname": ["li", "mei", "li"], "touser": ["oABC123", "oABC123"]},
    )
    found = rendered(file, FOLDER)
    article = RenderedArticle(
        title="春季 1999 元起",
        author="编辑部",
        digest="main",
        content="<section><p>正文</p></section>",
        cover=sha("cover"),
        content_source_url="https://example.com/spring/2",
        need_open_comment=True,
        only_fans_can_comment=True,
        theme="qingshan",
    )
    assert NewsMessage((article,)) == found.message
    window = Window(
        datetime.fromisoformat("2026-12-01T20:00:00+08:00"),
        datetime.fromisoformat("2026-12-01T22:00:00+08:00"),
    )
    recipients = (
        Recipient("towxname", "li"),
        Recipient("towxname", "mei"),
        Recipient("touser", "oABC123"),
    )
    assert (
        CAMPAIGN,
        "春季",
        2,
        "main",
        "wx0123456789abcdef",
        window,
        True,
        True,
        recipients,
        sha("folder"),
    ) == (
        found.name,
        found.title,
        found.edition,
        found.account,
        found.appid,
        found.window,
        found.send_ignore_reprint,
        found.same_content_allowed,
        found.recipients,
        found.source_sha256,
    )
    assert file.audience is found.audience


def test_a_text_campaign_is_rendered() -> None:
    found = rendered(
        campaign_file(text={"content": "{{ when }}见。\n\n🧣\n"}, vars={"when": "周日"}), Folder({})
    )
    assert TextMessage("周日见。\n\n🧣") == found.message
    assert (None, False, ()) == (found.window, found.same_content_allowed, found.pictures)


def test_without_a_source_url_there_is_none() -> None:
    message = rendered(news({}, {"content_source_url": "{{ '' }}"}), FOLDER).message
    assert isinstance(message, NewsMessage)
    assert [None, None] == [article.content_source_url for article in message.articles]


def test_an_articles_variables_win_over_the_campaigns_and_those_over_ours() -> None:
    file = news(
        {"title": "{{ a }}{{ b }}{{ account }}", "vars": {"b": "article"}},
        vars={"a": 1, "b": 2, "account": "x"},
    )
    message = rendered(file, FOLDER).message
    assert isinstance(message, NewsMessage)
    assert "1articlex" == message.articles[0].title


def test_cover_and_content_may_be_computed() -> None:
    folder = Folder({"spring/a1.md.j2": "{{ n }}", "spring/c1.jpg": "C"})
    message = rendered(
        news({"content": "a{{ n }}.md.j2", "cover": "c{{ n }}.jpg"}, vars={"n": 1}), folder
    ).message
    assert isinstance(message, NewsMessage)
    assert ("<section><p>1</p></section>", sha("C")) == (
        message.articles[0].content,
        message.articles[0].cover,
    )


def test_a_shared_article_is_rendered() -> None:
    folder = Folder(
        {"_shared/articles/x.md": "![](a.png)", "_shared/articles/a.png": "A", "_shared/c.jpg": "C"}
    )
    message = rendered(
        news({"content": "_shared/articles/x.md", "cover": "_shared/c.jpg"}), folder
    ).message
    assert isinstance(message, NewsMessage)
    assert hold("A") in message.articles[0].content


def test_all_faults_of_all_articles_come_at_once() -> None:
    folder = Folder(
        {
            "spring/1.md.j2": "{{ nope }}",
            "spring/2.md": "![](no.png)\n\n<script>",
            "spring/3.html": "",
        }
    )
    file = news(
        {
            "title": "{{ pric }}",
            "content": "1.md.j2",
            "author": "a" * 17,
            "digest": "d" * 121,
            "cover": "no.jpg",
        },
        {
            "title": "b" * 33,
            "content": "2.md",
            "cover": "https://e.com/a.jpg",
            "content_source_url": "x",
        },
        {"content": "3.html", "cover": "../d.jpg"},
        {"content": "no.md", "cover": "c.txt"},
        {"content": "x.pdf"},
        {"content": "../x.md"},
        vars={"price": 1},
    )
    found, diagnostics = render(file, folder)
    assert found is None
    at = {
        (d.code, d.place.file.removeprefix("campaigns/spring/campaign.yaml:"))
        for d in diagnostics
        if d.place
    }
    assert {
        ("MC102", "mpnews.articles.0.title"),
        ("MC102", "campaigns/spring/1.md.j2"),
        ("MC302", "mpnews.articles.0.author"),
        ("MC303", "mpnews.articles.0.digest"),
        ("MC324", "mpnews.articles.0.digest"),
        ("MC201", "mpnews.articles.0.cover"),
        ("MC301", "mpnews.articles.1.title"),
        ("MC014", "mpnews.articles.1.content_source_url"),
        ("MC206", "mpnews.articles.1.cover"),
        ("MC201", "campaigns/spring/2.md"),
        ("MC308", "campaigns/spring/2.md"),
        ("MC306", "mpnews.articles.2.content"),
        ("MC202", "mpnews.articles.2.cover"),
        ("MC105", "mpnews.articles.3.content"),
        ("MC201", "mpnews.articles.3.cover"),
        ("MC014", "mpnews.articles.4.content"),
        ("MC201", "mpnews.articles.4.cover"),
        ("MC022", "mpnews.articles.5.content"),
        ("MC201", "mpnews.articles.5.cover"),
    } == at
    assert diagnostics == sorted(diagnostics, key=lambda d: d.sort_key)
    assert {CAMPAIGN} == {d.campaign for d in diagnostics}


def test_a_fault_in_a_string_points_at_its_key_with_a_suggestion() -> None:
    found = render(news({"title": "{{ pric }}"}, vars={"price": 1}), FOLDER)[1]
    assert [("MC102", place_of(("mpnews", "articles", 0, "title")), "did you mean `price`?")] == [
        (d.code, d.place, d.hint) for d in found
    ]


def test_a_fault_in_a_file_that_a_string_includes_is_in_that_file() -> None:
    folder = Folder({"spring/t.md": "\n{{ nope }}"})
    found = render(campaign_file(text={"content": "{% include 't.md' %}"}), folder)[1]
    assert [("MC102", 2, 4)] == lines(found)
    assert found[0].place is not None
    assert ("campaigns/spring/t.md", 2, 8) == (
        found[0].place.file,
        found[0].place.end_line,
        found[0].place.end_column,
    )
    assert found[0].excerpt is not None
    assert "{{ nope }}" == found[0].excerpt.written


def test_a_fault_without_a_line_has_no_excerpt() -> None:
    folder = Folder({"spring/a.md.j2": "{{ " + "(" * 999, "spring/images/cover.jpg": "cover"})
    found = render(news({"content": "a.md.j2"}), folder)[1]
    assert [("MC104", None, None)] == lines(found)
    assert found[0].excerpt is None


def test_a_changed_picture_is_told_and_stops_nothing() -> None:
    folder = Folder(FOLDER.files, notes={"spring/images/cover.jpg": "scaled to 1080 pixels"})
    found = rendered(news({}), folder)
    told = found.diagnostics[0]
    assert ("MC207", Severity.INFO, "scaled to 1080 pixels") == (
        told.code,
        told.severity,
        told.message,
    )


def test_a_lost_c2pa_manifest_is_a_warning_that_says_how_to_keep_it() -> None:
    folder = Folder(FOLDER.files)
    folder.signed.add("spring/images/cover.jpg")
    (found,) = [each for each in rendered(news({}), folder).diagnostics if each.code == "MC220"]
    assert (Severity.WARNING, "campaigns/spring/images/cover.jpg") == (
        found.severity,
        found.place and found.place.file,
    )
    assert "use a file that passes unchanged" in found.hint


def test_warnings_stay_with_the_rendered_campaign() -> None:
    found, diagnostics = render(news({"author": "九个字的名字真的长"}), FOLDER)
    assert found is not None
    assert (["MC302"], tuple(diagnostics)) == ([d.code for d in diagnostics], found.diagnostics)


def test_links_stay_where_the_account_may_have_them() -> None:
    folder = Folder({**FOLDER.files, "spring/articles/main.md": "[a](https://e.com)"})
    found, _ = render(news({}), folder, "keep")
    assert found is not None
    assert isinstance(found.message, NewsMessage)
    assert '<a href="https://e.com">' in found.message.articles[0].content


def windowed(first: str, last: str) -> list[tuple[str, str]]:
    """Give the codes and hints about a window."""
    send = {"not_before": f"2026-12-01T{first}+08:00", "not_after": f"2026-12-01T{last}+08:00"}
    found = render(campaign_file(text={"content": "今晚"}, send=send), FOLDER)[1]
    return [(each.code, each.place.file if each.place else "") for each in found]


def test_a_window_of_less_than_two_hours_is_a_warning() -> None:
    assert [("MC026", "campaigns/spring/campaign.yaml:send.not_after")] == windowed(
        "20:00:00", "21:59:59"
    )
    assert [] == windowed("20:00:00", "22:00:00")
    assert [] == render(campaign_file(text={"content": "今晚"}), FOLDER)[1]


def about_comments(**message: Any) -> list[tuple[str, str]]:
    found = render(campaign_file(**message), FOLDER)[1]
    return [
        (each.code, each.place.file if each.place else "") for each in found if each.code == "MC027"
    ]


def test_comments_for_followers_only_are_a_warning_where_there_are_none() -> None:
    picture = {"media_ids": ["MEDIA"], "only_fans_can_comment": True}
    warned = [("MC027", "campaigns/spring/campaign.yaml:image.only_fans_can_comment")]
    assert warned == about_comments(image=picture)
    assert [] == about_comments(image={**picture, "need_open_comment": True})
    assert [] == about_comments(text={"content": "今晚"})
    article = news({"only_fans_can_comment": True})
    found = [
        each.place.file
        for each in render(article, FOLDER)[1]
        if each.code == "MC027" and each.place
    ]
    assert ["campaigns/spring/campaign.yaml:mpnews.articles.0.only_fans_can_comment"] == found
