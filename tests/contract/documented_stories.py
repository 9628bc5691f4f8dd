"""What people type to make massctl call WeChat: small repositories, commands, and a sandbox that is recorded.

massctl is touched by its command line alone. Every story has AppIDs of its own, so that none uses up what another
needs.
"""

import hashlib
import http.client
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from documented_calls import EVENTS, LISTED, OPENID, TYPES, Event
from http_recorder import Exchange, Recorder, recorded
from media_samples import mp3, mp4
from PIL import Image
from processes import PATIENCE_SECONDS, Desk, Wechat, served
from repositories import Tree, cover, png
from said import Said

SECRET: Final = "a-secret-of-the-sandbox"
TAG: Final = 101

MESSAGES: Final = {
    "mpnews": """\
mpnews:
  articles:
    - title: 春季大促 {to}
      author: 编辑部
      digest: 三天，错过等一年
      content: articles/main.html.j2
      cover: images/cover.png
      content_source_url: https://example.com/sale
      need_open_comment: true
""",
    "text": """\
text:
  content: "周日改到十点半。"
""",
    "image": """\
image:
  files: [images/dawn.png, images/dusk.jpg]
  recommend: 同一段河堤
  need_open_comment: true
""",
    "voice": """\
voice:
  file: audio/bell.mp3
""",
    "mpvideo": """\
mpvideo:
  file: video/ball.mp4
  title: 雪球下坡 {to}
  description: 两秒钟
""",
    "wxcard": """\
wxcard:
  card_id: pTeaCoupon000000000000000001
  card_ext: '{"code":"","openid":"","timestamp":"1796000000","signature":"00"}'
""",
}
"""One campaign of each message; `{to}` is its audience."""
ARTICLE: Final = """\
<p>你好，今天风大。</p>
<p><img src="../images/river.png" alt="河堤"></p>
{{ miniprogram_card("wx00112233445566aa", "pages/sale?id=7", "冬季步行报名", "../images/river.png") }}
{{ miniprogram_link("wx00112233445566aa", "pages/sale", "去报名") }}
{{ miniprogram_image("wx00112233445566aa", "pages/sale", "../images/river.png") }}
<mp-miniprogram data-miniprogram-appid="wx00112233445566aa" data-miniprogram-path="pages/sale" \
data-miniprogram-title="报名" data-progarm-imageurl="../images/river.png"></mp-miniprogram>
"""


@dataclass(frozen=True)
class Posted:
    """One event."""

    made: str
    """As the sandbox makes it."""
    documented: str
    """As WeChat documents it."""
    values: dict[str, Any]
    """What only a run can tell, by the names in the table."""


@dataclass
class Story:
    """What one story left behind."""

    exchanges: dict[str, list[Exchange]]
    """By account."""
    said: dict[str, Said]
    """What commands answered, by a name."""
    appids: dict[str, str]
    bound: dict[str, Any] = field(default_factory=dict)
    """What is known before a request is looked at."""
    events: dict[str, Posted] = field(default_factory=dict)
    """By campaign."""
    failures: list[str] = field(default_factory=list)
    """Commands that ended otherwise than they should."""


@dataclass
class Stage:
    """A served sandbox behind a recorder; its clock and massctl's begin at noon of the tenth of next month."""

    folder: Path
    wechat: Wechat
    recorder: Recorder
    ahead: float
    """How far the sandbox and massctl are ahead of the machine, in seconds."""

    def later(self, seconds: float) -> None:
        """Let time pass, for WeChat and for massctl."""
        self.wechat.later(seconds)
        self.ahead += seconds

    def open(self, name: str, *accounts: str) -> "PolicyInForce":
        """Make a repository whose accounts exist in the sandbox; one whose name says so is a subscription account."""
        house = PolicyInForce(
            self, name, {each: _appid(name, each) for each in accounts}, Tree(self.folder / name)
        )
        lines = ["version: 1", "language: en", "accounts:"]
        for account, appid in house.appids.items():
            kind = "subscription" if account.startswith("subscription") else "service"
            members = {
                "secret": SECRET,
                "kind": kind,
                "followers": 1000,
                "mass_video": True,
                "mass_card": True,
            }
            self.wechat.control("accounts", {"appid": appid, **members})
            self.wechat.control("tags", {"appid": appid, "id": TAG, "name": "会员", "count": 300})
            lines += [
                f"  {account}:",
                f"    appid: {appid}",
                "    secret_env: WECHAT_SECRET",
                f"    kind: {kind}",
            ]
        lines += ["policy:", "  in_doubt_wait: 0"]
        house.tree.write("massctl.yaml", "\n".join(lines) + "\n")
        return house


@dataclass
class PolicyInForce:
    """A repository, and who types in it."""

    stage: Stage
    name: str
    appids: dict[str, str]
    tree: Tree
    said: dict[str, Said] = field(default_factory=dict)
    bound: dict[str, Any] = field(default_factory=dict)
    events: dict[str, Posted] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(
        self, name: str, message: str, audience: str, *, account: str = "main", more: str = ""
    ) -> None:
        """Add a campaign of one message, `message` being a type or lines of its own, to `audience`."""
        folder = f"campaigns/{name}"
        lines = MESSAGES.get(message, message).replace("{to}", name.partition("-")[2])
        head = f"version: 1\ntitle: 一封信\naccount: {account}\naudience:\n  {audience}\n{more}"
        self.tree.write(f"{folder}/campaign.yaml", head + lines)
        if "openids" in audience:
            self.tree.write(f"{folder}/lists/walkers.txt", "\n".join(LISTED) + "\n")
        if "mpnews" in lines:
            self.tree.write(f"{folder}/articles/main.html.j2", ARTICLE)
            self.tree.write(f"{folder}/images/cover.png", cover((200, 80, 60)))
            self.tree.write(f"{folder}/images/river.png", png((60, 120, 200)))
        if "image:" in lines:
            self.tree.write(f"{folder}/images/dawn.png", png((250, 180, 90)))
            self.tree.write(f"{folder}/images/dusk.jpg", _jpeg())
        if "voice:" in lines:
            self.tree.write(f"{folder}/audio/bell.mp3", mp3())
        if "mpvideo:" in lines:
            self.tree.write(f"{folder}/video/ball.mp4", mp4())

    def run(self, *arguments: str, keep: str = "", status: int = 0) -> Said:
        """Run a command that ends with `status`; what it answers is kept under its verb, or under `keep`."""
        variables = {
            "MASSCTL_API_BASE": f"http://127.0.0.1:{self.stage.recorder.port}",
            "MASSCTL_CLOCK_OFFSET": str(self.stage.ahead),
            "WECHAT_SECRET": SECRET,
        }
        said = Desk(self.tree, variables).massctl(*arguments, "--format", "json")
        if said.status != status:
            self.failures.append(
                f"massctl {' '.join(arguments)} ended with {said.status}: {said.out[-500:]}{said.err[-500:]}"
            )
        self.said[keep or arguments[0]] = said
        return said

    def post(self, account: str, name: str, body: dict[str, Any]) -> None:
        """Let something happen to an account of the sandbox."""
        self.stage.wechat.control(name, {"appid": self.appids[account], **body})

    def event(self, campaign: str) -> str:
        """Give the event that ended the only job of a campaign."""
        (job,) = named(self.said["apply"].document, campaign)["jobs"]
        (found,) = [
            each for each in self.stage.wechat.report()["events"] if each["msg_id"] == job["msg_id"]
        ]
        return str(found["xml"])


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Open a stage for as long as the block runs."""
    with served(folder / "sandbox") as wechat, recorded(wechat) as recorder:
        now = datetime.fromisoformat(wechat.report()["now"])
        noon = (now.replace(day=1) + timedelta(days=32)).replace(
            day=10, hour=12, minute=0, second=5, microsecond=0
        )
        opened = Stage(folder, wechat, recorder, 0.0)
        # No day and no month of Beijing ends while a story is told.
        opened.later((noon - now).total_seconds())
        yield opened


def _appid(*names: str) -> str:
    return "wx" + hashlib.sha256("/".join(names).encode()).hexdigest()[:16]


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (94, 40), "salmon").save(out, "JPEG")
    return out.getvalue()


def named(document: dict[str, Any], campaign: str) -> dict[str, Any]:
    """Give what a command's document says of one campaign."""
    (found,) = [each for each in document["campaigns"] if each["name"] == campaign]
    return dict(found)


PREVIEW: Final = f"preview:\n  towxname: [editor_lin]\n  touser: [{OPENID}]\n"
AUDIENCES: Final = {
    "to-a-tag": f"tag_id: {TAG}",
    "to-all": "is_to_all: true",
    "to-a-list": "openids: lists/walkers.txt",
}


def sends(house: PolicyInForce) -> None:
    """Send each message to each audience, shown to two people before; then look at them, and at the account."""
    for kind in TYPES:
        for to, audience in AUDIENCES.items():
            ignore = (
                "send:\n  send_ignore_reprint: true\n" if (kind, to) == ("mpnews", "to-all") else ""
            )
            more = PREVIEW if to == "to-a-tag" else ignore
            house.add(f"{kind}-{to}", kind, audience, account=kind, more=more)
    house.run("doctor")
    house.run("apply", *(f"{kind}-{to}" for kind in TYPES for to in AUDIENCES), "--yes")
    house.run("status", "text-to-a-tag", keep="status, SENDING")
    house.run("speed", "get", "--account", "text", keep="speed get")
    house.run("speed", "set", "3", "--account", "text", keep="speed set")
    house.stage.later(200)
    house.run("status", "text-to-a-tag", keep="status, SEND_SUCCESS")


PAIR: Final = """\
mpnews:
  articles:
    - title: 第一封
      digest: 第一句
      content: articles/first.html
      cover: {file: images/cover.png, crop_235_1: "0_0.1_1_0.9", crop_1_1: "0_0_0.4_1"}
    - title: 第二封
      content: articles/second.html
      cover: images/cover.png
      need_open_comment: true
      only_fans_can_comment: true
"""
LINKING: Final = """\
mpnews:
  articles:
    - title: 第三封
      content: articles/third.html.j2
      cover: images/cover.png
"""


def articles(house: PolicyInForce) -> None:
    """Stage several articles whose answer is lost, edit them, send them, link to them, take them back."""
    house.add("pair", PAIR, AUDIENCES["to-a-tag"])
    house.tree.write("campaigns/pair/articles/first.html", "<p>今天风大。</p>\n")
    house.tree.write("campaigns/pair/articles/second.html", "<p>明天也大。</p>\n")
    house.stage.wechat.faults({"path": "/cgi-bin/draft/add", "do": "answer_lost"})
    house.run("apply", "pair", "--until", "draft", keep="apply, staged")
    house.tree.write("campaigns/pair/articles/first.html", "<p>今天风小。</p>\n")
    house.run("preview", "pair", "--towxname", "editor_wang")
    house.run("apply", "pair", "--yes")
    house.stage.later(200)
    (job,) = named(house.said["apply"].document, "pair")["jobs"]
    event = house.event("pair")
    (house.bound["sent"], _) = re.findall(r"<ArticleUrl><!\[CDATA\[(.+?)\]\]>", event)
    house.bound |= {"job": job["msg_id"], "data": job["msg_data_id"]}
    house.tree.write("event.xml", event)
    house.run("record-event", "event.xml")
    house.add("link", LINKING, AUDIENCES["to-a-tag"])
    link = "<p><a href=\"{{ article_url('pair', 1) }}\">上一封</a></p>\n"
    house.tree.write("campaigns/link/articles/third.html.j2", link)
    house.run("apply", "link", "--until", "draft", keep="apply, linking")
    house.run("comments", "close", "pair", "--article", "1", keep="comments close")
    house.run("comments", "open", "pair", "--article", "1", keep="comments open")
    house.run("withdraw", "pair", "--article", "2", "--yes", keep="withdraw --article")
    house.run("withdraw", "pair", "--all", "--yes", keep="withdraw --all")


NOTE: Final = MESSAGES["text"]


def repeats(house: PolicyInForce) -> None:
    """Lose the answer of a send, and ask again."""
    house.add("note", NOTE, AUDIENCES["to-a-tag"])
    house.stage.wechat.faults({"path": "/cgi-bin/message/mass/sendall", "do": "answer_lost"})
    house.run("apply", "note", "--yes", keep="apply, lost", status=4)
    house.stage.later(61)
    house.run("apply", "note", "--yes", keep="apply, a minute later")
    house.add("note", NOTE, AUDIENCES["to-a-tag"], more="edition: 2\n")
    house.run("apply", "note", "--yes", keep="apply, edition 2")


def limits(house: PolicyInForce) -> None:
    """Send more than may be sent: by massctl alone, beside the website, beside another program."""
    accounts = house.appids
    counts = {"subscription": 2, "service": 5}
    names = []
    for account in accounts:
        to = "to-all" if account.startswith("service") else "to-a-tag"
        for number in range(1, counts.get(account, 1) + 1):
            names.append(f"{account}-{number}")
            lines = NOTE if account not in counts else NOTE.replace("十点半", f"{number} 点")
            house.add(names[-1], lines, AUDIENCES[to], account=account)
    house.post("subscription-website", "website_send", {})
    for _ in range(4):
        house.post("service-website", "website_send", {})
    _ask_sixty_times(house)
    house.run("apply", *names, "--yes", "--no-wait", status=1)


def _ask_sixty_times(house: PolicyInForce) -> None:
    """Be another program that asks for mass sends: WeChat refuses and counts them.

    A minute has just begun, so that it is not over before massctl asks.
    """
    house.stage.later(61 - datetime.fromisoformat(house.stage.wechat.report()["now"]).second)
    connection = http.client.HTTPConnection(
        "127.0.0.1", house.stage.wechat.port, timeout=PATIENCE_SECONDS
    )

    def post(path: str, body: object) -> dict[str, Any]:
        connection.request("POST", path, json.dumps(body).encode())
        return dict(json.loads(connection.getresponse().read()))

    grant = {"grant_type": "client_credential", "appid": house.appids["busy"], "secret": SECRET}
    token = post("/cgi-bin/stable_token", grant)["access_token"]
    for _ in range(60):
        post(f"/cgi-bin/message/mass/sendall?access_token={token}", {"filter": {}})
    connection.close()


def events(house: PolicyInForce) -> None:
    """End four jobs, and record what WeChat posts of each, as it is documented."""
    house.post("reprint", "ending", {"status": "err(30003)"})
    house.add("one", "mpnews", AUDIENCES["to-a-tag"])
    house.add("reprint", "mpnews", AUDIENCES["to-a-tag"], account="reprint")
    house.add("words", NOTE, AUDIENCES["to-a-tag"])
    house.add("two", PAIR, AUDIENCES["to-a-tag"])
    for name in ("first", "second"):
        house.tree.write(f"campaigns/two/articles/{name}.html", f"<p>{name}</p>\n")
    house.run("apply", *(each.campaign for each in EVENTS), "--yes")
    house.stage.later(200)
    for each in EVENTS:
        posted = _posted(house, each)
        house.events[each.campaign] = posted
        house.tree.write("event.xml", posted.documented)
        house.run("record-event", "event.xml")
    house.run("status")


def _posted(house: PolicyInForce, event: Event) -> Posted:
    """Fill a documented event with what the sandbox's own holds in the places that only a run can tell."""
    made = house.event(event.campaign)
    (job,) = named(house.said["apply"].document, event.campaign)["jobs"]
    told = {
        "to": re.findall(r"<ToUserName><!\[CDATA\[(gh_\w+)\]\]>", made),
        "sender": re.findall(r"<FromUserName><!\[CDATA\[(\w+)\]\]>", made),
        "at": re.findall(r"<CreateTime>(\d+)</CreateTime>", made),
        "original": re.findall(r"<OriginalArticleUrl><!\[CDATA\[(http.+?)\]\]>", made),
    }
    addresses = re.findall(r"<ArticleUrl><!\[CDATA\[(http.+?)\]\]>", made)
    values = {name: found[0] for name, found in told.items() if found}
    values |= {f"url_{number}": address for number, address in enumerate(addresses, 1)}
    documented = event.body
    for name, value in {**values, "msg_id": str(job["msg_id"])}.items():
        documented = documented.replace(f"{{{name}}}", value)
    return Posted(made, documented, values)


STORIES: Final[dict[str, tuple[Callable[[PolicyInForce], None], tuple[str, ...]]]] = {
    "sends": (sends, TYPES),
    "articles": (articles, ("main",)),
    "repeats": (repeats, ("main",)),
    "limits": (
        limits,
        ("busy", "subscription", "subscription-website", "service", "service-website"),
    ),
    "events": (events, ("main", "reprint")),
}
"""By the name that a row gives; and the accounts of each."""


def tell(stage: Stage, name: str) -> Story:
    """Tell a story; where massctl does not do its part, what it did until then is told."""
    play, accounts = STORIES[name]
    stage.wechat.control("faults", {"clear": True})
    house = stage.open(name, *accounts)
    try:
        play(house)
    except (LookupError, ValueError) as error:
        house.failures.append(f"the story breaks off: {error!r}")
    exchanges = {account: stage.recorder.of(appid) for account, appid in house.appids.items()}
    return Story(exchanges, house.said, house.appids, house.bound, house.events, house.failures)
