"""Each row of `documented_calls.py`: the command is run, and what went over the wire is what WeChat documents.

massctl is touched by its command line and its requests alone, the sandbox by its command line and its answers.
"""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from documented_calls import ROWS, AnyRow, Article, Element, Event, Kept, Row, Send
from documented_page import PAGE, written
from documented_shapes import ClientMsgId, Match, elements, request_differences
from documented_stories import STORIES, Stage, Story, named, stage, tell
from http_recorder import Exchange
from nights import first_by_day
from processes import MASSCTL
from sandbox_client import APPID, Client

from massctl.model.state import https_address
from massctl.sandbox.embedded import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
if not MASSCTL.exists():
    pytest.skip("massctl is not installed beside this Python", allow_module_level=True)

CALLS = [row for row in ROWS if isinstance(row, Row)]
KEPT = [row for row in ROWS if isinstance(row, Kept)]
ELEMENTS = [row for row in ROWS if isinstance(row, Element)]
EVENTS = [row for row in ROWS if isinstance(row, Event)]
ARTICLES = [row for row in ROWS if isinstance(row, Article)]
SENDS = [row for row in ROWS if isinstance(row, Send)]
Told = Callable[[str], Story]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as opened:
        yield opened


@pytest.fixture(scope="module")
def told(opened: Stage) -> Told:
    """Tell a story once, whichever rows are looked at."""
    return cache(lambda name: tell(opened, name))


def found(story: Story, row: Row) -> tuple[Exchange | None, list[str], Match]:
    """Find the exchange of a row, after those of the rows before it in its story.

    Gives what differs in the nearest one, where none is as documented, and what is bound afterwards.
    """
    match = Match(story.appids[row.account], dict(story.bound))
    for each in CALLS:
        if (each.story, each.account) == (row.story, row.account):
            exchange, differences, after = _nearest(story, each, match)
            if each is row:
                return exchange, differences, after
            match = after if exchange is not None else match
    raise LookupError(row.rule)


def _nearest(story: Story, row: Row, match: Match) -> tuple[Exchange | None, list[str], Match]:
    nearest, least = match, [f"no request to {row.path} left"]
    for made in story.exchanges[row.account]:
        if made.path != row.path:
            continue
        trial = match.copy()
        differences = request_differences(trial, row.method, dict(row.query), row.request, made)
        differences += [f"answer: {each}" for each in _answer_differences(trial, row, made)]
        if not differences:
            return made, [], trial
        if nearest is match or len(differences) < len(least):
            nearest, least = trial, differences
    return None, least, nearest


def _answer_differences(match: Match, row: Row, made: Exchange) -> list[str]:
    if row.answer is None:
        return [] if made.answer == b"" else ["it came, and was to be lost"]
    return match.differences(row.answer, made.answered) if made.answer else ["it was lost"]


def _name(row: AnyRow) -> str:
    return f"{row.section}: {row.rule}"


@pytest.mark.night
@pytest.mark.parametrize("row", CALLS, ids=_name)
def test_a_call_is_made_and_answered_as_documented(row: Row, told: Told) -> None:
    story = told(row.story)
    _, differences, match = found(story, row)
    assert [] == differences
    if row.tells is not None:
        command, members = row.tells
        assert [] == _untold(match, members, story.said[command].document)


@pytest.mark.parametrize("row", first_by_day(ELEMENTS, 3), ids=_name)
def test_an_element_stands_in_the_draft_as_documented(row: Element, told: Told) -> None:
    story = told("sends")
    urls = [
        each.answered["url"]
        for each in story.exchanges["mpnews"]
        if each.path == "/cgi-bin/media/uploadimg"
    ]
    wanted = elements(row.html.replace("{river}", urls[0].replace("http://", "https://")))
    drafts = [
        each.body.decode()
        for each in story.exchanges["mpnews"]
        if each.path == "/cgi-bin/draft/add"
    ]
    assert drafts
    for body in drafts:
        (article,) = json.loads(body)["articles"]
        given = elements(article["content"])
        assert [wanted] == [
            given[at : at + len(wanted)] for at, each in enumerate(given) if each == wanted[0]
        ]


@pytest.mark.parametrize("row", ARTICLES, ids=_name)
def test_the_sandbox_makes_of_an_article_what_is_documented(row: Article, sandbox: Sandbox) -> None:
    sandbox.ensure_account(APPID, **row.account)
    with httpx.Client(
        transport=httpx.WSGITransport(sandbox.app), base_url="http://127.0.0.1"
    ) as http:
        client = Client(http)
        answer = client.add_draft(**{row.member: row.given})
        if isinstance(row.becomes, int):
            assert row.becomes == answer["errcode"]
            return
        (kept,) = client.post("draft/get", {"media_id": answer["media_id"]}).json()["news_item"]
        assert row.becomes == kept[row.member]


@pytest.mark.parametrize("row", SENDS, ids=_name)
def test_the_sandbox_answers_a_message_as_documented(row: Send, sandbox: Sandbox) -> None:
    sandbox.ensure_account(APPID, **row.account)
    with httpx.Client(
        transport=httpx.WSGITransport(sandbox.app), base_url="http://127.0.0.1"
    ) as http:
        asked = {"filter": {"is_to_all": True}, "clientmsgid": "0" * 32, **row.message}
        assert row.errcode == Client(http).post("message/mass/sendall", asked).json()["errcode"]


@pytest.mark.parametrize("row", KEPT, ids=_name)
def test_a_limit_is_kept_before_a_request_leaves(row: Kept, told: Told) -> None:
    story = told(row.story)
    refusals = named(story.said["apply"].document, row.campaign)["refusals"]
    assert [row.guard] == [each["guard"] for each in refusals]
    client_msg_id = ClientMsgId(row.campaign).of(story.appids[row.account]).encode()
    assert not [each for each in story.exchanges[row.account] if client_msg_id in each.body]


@pytest.mark.night
@pytest.mark.parametrize("row", EVENTS, ids=_name)
def test_an_event_is_as_documented_and_all_of_it_is_learnt(row: Event, told: Told) -> None:
    story = told(row.story)
    posted = story.events[row.campaign]
    assert _tree(ET.fromstring(posted.documented)) == _tree(ET.fromstring(posted.made))
    (job,) = named(story.said["status"].document, row.campaign)["jobs"]
    # An event writes addresses of articles as http, and massctl shows them as people open them.
    urls = {name: url for name, url in posted.values.items() if name.startswith("url_")}
    shown = posted.values | {name: https_address(url) for name, url in urls.items()}
    assert [] == _untold(Match(story.appids["main"], shown), row.tells, job)


@pytest.mark.parametrize("name", first_by_day(STORIES))
def test_every_command_of_a_story_ends_as_it_should(name: str, told: Told) -> None:
    assert [] == told(name).failures


@pytest.mark.parametrize("name", first_by_day(STORIES))
def test_no_call_is_made_that_is_not_in_the_table(name: str, told: Told) -> None:
    known = {(row.method, row.path, dict(row.query).get("type")) for row in CALLS}
    made = [each for exchanges in told(name).exchanges.values() for each in exchanges]
    assert made
    assert set() == {(each.method, each.path, each.query.get("type")) for each in made} - known


def test_the_page_of_the_calls_says_what_the_table_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "write it anew, as docs/maintaining.md says"


@pytest.mark.night
def test_nothing_was_done_that_wechat_would_mind(opened: Stage, told: Told) -> None:
    for name in STORIES:
        told(name)
    # What two stories are about: a repetition within a minute, another edition, another program, too many sends.
    meant = {
        "clientmsgid_repeated_within_a_minute",
        "second_job_equal_content",
        "clientmsgid_missing",
        "over_limit",
    }
    assert [] == [
        each for each in opened.wechat.report()["violations"] if each["kind"] not in meant
    ]


def _untold(match: Match, expected: Any, actual: Any) -> list[str]:
    """Say which members a document lacks; campaigns are looked for by name, and more may be told."""
    if isinstance(expected, dict) and isinstance(actual, list):
        actual = {each["name"]: each for each in actual}
    if isinstance(expected, dict):
        return [
            each
            for name, value in expected.items()
            for each in (
                _untold(match, value, actual[name]) if name in actual else [f"{name} is not told"]
            )
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            each
            for ours, theirs in zip(expected, actual, strict=True)
            for each in _untold(match, ours, theirs)
        ]
    return match.differences(expected, actual)


def _tree(element: ET.Element) -> Any:
    """Read XML as names and words; white space between elements is none."""
    return element.tag, (element.text or "").strip(), [_tree(each) for each in element]
