"""`massctl links`: where taps lead, and which of those addresses answer."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from cli_runner import Shell

from massctl.cli.link_check import asked_addresses, silent_addresses
from massctl.transport import Line
from massctl.view.i18n import Language, say

ASKED: list[tuple[str, str]] = []


def internet(request: httpx.Request) -> httpx.Response:
    """Answer as the hosts of these tests do."""
    ASKED.append((request.method, request.url.host))
    match request.url.host:
        case "mp.weixin.qq.com" if request.url.path == "/s/deleted":
            return httpx.Response(200, text=f"{'<p></p>' * 1_000}该内容已被发布者删除")
        case "mp.weixin.qq.com" if request.url.path == "/s/there":
            return httpx.Response(200, text='<div id="js_content">该内容已被发布者删除</div>')
        case "short.example":
            return httpx.Response(302, headers={"Location": "https://mp.weixin.qq.com/s/deleted"})
        case "gone.example" | "gone.cn" | "mp.weixin.qq.com":
            return httpx.Response(404, text="nothing" * 1_000)
        case "no-head.example" if request.method == "HEAD":
            return httpx.Response(405)
        case "no-head.example":
            return httpx.Response(200, text="page" * 10_000)
        case "forbids.example":
            return httpx.Response(403)
        case "broken.example":
            return httpx.Response(503)
        case "loops.example":
            return httpx.Response(302, headers={"Location": "https://loops.example/again"})
        case "moved.example":
            return httpx.Response(301, headers={"Location": "https://there.example/"})
        case "www.same.example":
            return httpx.Response(301, headers={"Location": "https://same.example/x"})
        case "to-private.example":
            return httpx.Response(302, headers={"Location": "http://127.0.0.1/admin"})
        case "slow.example":
            raise httpx.ReadTimeout("slow", request=request)
    assert "cookie" not in request.headers
    return httpx.Response(200, headers={"Set-Cookie": "seen=1"})


def line() -> Line:
    ASKED.clear()
    return Line(inside=httpx.MockTransport(internet))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://there.example/", None),
        ("https://moved.example/", None),
        ("https://no-head.example/", None),
        ("https://forbids.example/", None),
        ("https://gone.example/", "the server answers 404"),
        ("https://broken.example/", "the server answers 503"),
        ("https://slow.example/", "no answer within 5 s"),
        ("https://loops.example/", "the address leads from one to the next, and to no end"),
        ("https://to-private.example/", "it is on this machine or its network"),
        ("http://192.168.0.1/", "it is on this machine or its network"),
        ("http://[::1]/", "it is on this machine or its network"),
        ("https:///nowhere", "it is not an http or https address"),
        ("//there.example/", None),
        ("//gone.example/", "the server answers 404"),
        ("https://mp.weixin.qq.com/s/there", None),
        ("https://mp.weixin.qq.com/s/deleted", "WeChat shows no article there"),
        ("https://mp.weixin.qq.com/s/gone", "WeChat shows no article there"),
        ("https://short.example/", "WeChat shows no article there"),
    ],
)
def test_an_address_that_does_not_answer_says_why(address: str, why: str | None) -> None:
    found = silent_addresses([address], line()).get(address)
    assert (why is None) is (found is None), found
    assert found is None or say(found, Language.EN).startswith(why or "")


def test_an_address_that_leads_to_another_host_is_told(letter: Shell) -> None:
    words = "看 https://moved.example/x https://there.example/ https://www.same.example/"
    letter.tree.text("moved", content=words)
    (found,) = letter("links", "moved", "--check", "--format", "json").document["diagnostics"]
    assert ("MC615", "warning") == (found["code"], found["severity"])
    assert found["message"].startswith("https://moved.example/x leads on to https://there.example/")
    assert "campaigns/moved/campaign.yaml" == found["file"]


def test_each_address_is_asked_once_and_only_of_the_web() -> None:
    same = ["https://there.example/"] * 3
    assert {} == silent_addresses([*same, "tel:10086", "weixin://dl", "wx012 pages/a"], line())
    assert [("HEAD", "there.example")] == ASKED


def test_no_cookie_goes_back() -> None:
    """Neither to the host that set it nor behind a redirection; `internet` looks."""
    addresses = ["https://there.example/1", "https://there.example/2", "https://moved.example/"]
    for _ in range(2):
        assert {} == silent_addresses(addresses, line())


@pytest.fixture
def here() -> Iterator[str]:
    """A server on this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            ASKED.append(("HEAD", "here"))
            self.send_response(200)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.1.nip.io", "localhost"])
def test_a_server_of_this_machine_is_never_asked(
    here: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by a name of the Internet that stands for it: what was connected to is judged."""
    import socket

    ASKED.clear()
    found = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **named: found("127.0.0.1", *more, **named)
    )
    address = here.replace("127.0.0.1", name)
    assert "it is on this machine" in silent_addresses([address])[address]
    assert [] == ASKED


@pytest.fixture
def letter(shell: Shell) -> Shell:
    body = "开头。\n\n去 [商店](https://gone.example/shop) 和 [地图](https://there.example/)。\n"
    shell.tree.news("letter", body=body)
    shell.monkeypatch.setattr(
        "massctl.cli.commands.links.asked_addresses",
        lambda addresses: asked_addresses(addresses, line()),
    )
    return shell


def test_without_check_nobody_is_asked(letter: Shell) -> None:
    ASKED.clear()
    said = letter("links")
    assert [] == ASKED
    assert (0, "") == (said.status, said.err)
    assert "does not answer" not in said.out


def test_a_warning_names_the_line_that_leads_there(letter: Shell) -> None:
    letter.tree.text("notice", content="看 https://gone.example/shop")
    said = letter("links", "--check", "--format", "json")
    assert 0 == said.status
    found = {
        (each["code"], each["severity"], each["campaign"], each["file"], each["line"])
        for each in said.document["diagnostics"]
    }
    assert ("MC614", "warning", "notice", "campaigns/notice/campaign.yaml") in {
        each[:4] for each in found
    }
    assert {"letter", "notice"} == {each["name"] for each in said.document["campaigns"]}


def test_each_of_two_addresses_with_one_beginning_has_its_place(letter: Shell) -> None:
    words = "看 https://gone.example/shop/2， https://gone.example/shop。 或 gone.cn/y"
    letter.tree.text("notice", content=words)
    found = letter("links", "notice", "--check", "--format", "json").document["diagnostics"]
    first = words.index("https")
    columns = [words.rindex("https") - first, words.rindex("gone") - first]
    assert {0, *columns} == {each["column"] - found[0]["column"] for each in found}


def test_an_address_that_no_file_writes_is_placed_at_its_campaign(letter: Shell) -> None:
    letter.tree.news("made", body="去 [旧文](https&#58;//mp.weixin.qq.com/s/x)。\n")
    (found,) = letter("links", "made", "--check", "--format", "json").document["diagnostics"]
    assert ("campaigns/made/campaign.yaml", None) == (found["file"], found["line"])
    assert found["message"].startswith("article 1: https://mp.weixin.qq.com/s/x does not answer")


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_a_campaign_with_faults_is_told_and_the_others_are_listed(
    letter: Shell, check: tuple[str, ...]
) -> None:
    letter.tree.news("broken", body="[去](javascript:x)\n")
    said = letter("links", *check, "--format", "json")
    assert 1 == said.status
    assert ["letter"] == [each["name"] for each in said.document["campaigns"]]
    faults = {each["code"] for each in said.document["diagnostics"] if each["campaign"] == "broken"}
    assert faults == {
        each["code"]
        for each in letter("validate", "broken", "--format", "json").document["diagnostics"]
    }
    assert "broken" in letter("links", *check).out


def test_every_known_place_is_listed(letter: Shell) -> None:
    hosts = [f"h{number}.cn" for number in range(30)]
    letter.tree.settings(policy=f"  destinations: {{hosts: [{', '.join(hosts)}]}}\n")
    letter.tree.text("many", content=" ".join(f"https://{host}/" for host in hosts))
    out = letter("links", "many").out
    assert all(f"https://{host}/" in out for host in hosts)


def test_what_answers_is_counted_and_nothing_is_claimed_where_nobody_was_asked(
    letter: Shell,
) -> None:
    assert "no address was asked" in letter("links", "letter", "--check").out
    letter.tree.text("one", content="看 https://there.example/")
    assert "the one address answers" in letter("links", "one", "--check").out


def test_a_picture_on_wechat_was_not_looked_at(letter: Shell) -> None:
    letter.tree.news("shown", body="![图](https://mmbiz.qpic.cn/mmbiz_png/x/0?wx_fmt=png)\n")
    assert "not looked for in every picture" in " ".join(letter("links", "shown").out.split())
    (found,) = letter("links", "shown", "--format", "json").document["campaigns"]
    assert found["unscanned"]


def test_names_choose_the_campaigns(letter: Shell) -> None:
    letter.tree.text("notice", content="看 https://gone.example/shop")
    document = letter("links", "letter", "--format", "json").document
    assert ["letter"] == [each["name"] for each in document["campaigns"]]
    assert 2 == letter("links", "nobody").status


def test_a_list_for_people(letter: Shell) -> None:
    letter.tree.text("notice", content="看 https://gone.example/shop")
    out = letter("links", "--check").out
    assert "new: link https://gone.example/shop" in out
    assert "https://gone.example/shop does not answer: the server answers 404" in " ".join(
        out.split()
    )
    assert "::warning" in letter("links", "--check", "--format", "github").out
