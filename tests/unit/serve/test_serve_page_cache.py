"""What pages show of a working tree that changes, without a server."""

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from audience_samples import EAST, lock
from audience_samples import LETTER as TO_EAST
from building import LINEAGE
from copies import replace
from report_page_samples import sample_report
from report_samples import Sends
from repositories import BODY, Tree, png, window

from massctl.cli.main import run
from massctl.errors import LedgerError
from massctl.ledger.archive import LocalArchive
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import Created, JobStatus, NewEntry, Told
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.model.selection import Selection
from massctl.model.state import Job, Record, State
from massctl.report.report import Report
from massctl.serve import page_cache
from massctl.serve.page_cache import (
    EVERYTHING,
    PEOPLE,
    REPORTED,
    SHARED,
    Broadcaster,
    PageCache,
    ServedRepository,
)
from massctl.source.repository import Repository
from massctl.view.i18n import Language

LETTER = CampaignName("letter")
NOTICE = CampaignName("notice")
ARTICLE = "campaigns/letter/articles/main.md"


def served(root: Path, *, sandbox: bool = False) -> ServedRepository:
    ledger = root / ".massctl" / "sandbox" if sandbox else root
    return ServedRepository(
        repository=Repository(root, sandbox=sandbox),
        cache=root / ".massctl",
        ledger=ledger / "massctl.state.jsonl",
        entries=lambda: LocalLedger(ledger / "massctl.state.jsonl", ledger / "locks").read(0),
        archive=lambda: LocalArchive(ledger / "massctl.state.bodies"),
        statistics_folder=ledger / "massctl.state.statistics",
        report=lambda state, _: sample_report(3) if state.serial else Sends().report(),
        loopback_override=None,
        language_of=lambda settings: (
            Language(settings.language or "en") if settings else Language.EN
        ),
        new_state=lambda settings: State(settings.renamed if settings else None),
        now=lambda: datetime(2026, 12, 1, tzinfo=UTC),
    )


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    made = Tree(tmp_path)
    made.news("letter")
    made.text("notice")
    return made


class Room:
    """A page cache, and what its broadcaster told since the last look."""

    def __init__(self, tree: Tree, *, sandbox: bool = False) -> None:
        self.broadcaster = Broadcaster()
        self.cache = PageCache(served(tree.root, sandbox=sandbox), self.broadcaster)
        self._heard = 0

    def page(self, name: CampaignName = LETTER) -> str:
        found = self.cache.page(name)
        assert found is not None
        return found

    def told(self) -> frozenset[str]:
        self._heard, names = self.broadcaster.wait(self._heard, 0.0)
        return names


def test_a_page_follows_its_article(tree: Tree):
    room = Room(tree)
    assert "出门多穿一件" in room.page()
    tree.write(ARTICLE, BODY.replace("多穿一件", "少穿一件"))
    assert "出门多穿一件" in room.page()  # Nobody told of the change yet: what is kept is shown.
    room.cache.changed({ARTICLE})
    assert frozenset({"letter"}) == room.told()
    assert "出门少穿一件" in room.page()


def test_a_page_follows_the_name_of_its_account(tree: Tree):
    room = Room(tree)
    assert "<b>公众号</b>" in room.page(NOTICE)
    tree.settings(account="    name: 不赶路\n")
    room.cache.changed(["massctl.yaml"])
    assert ("<b>公众号</b>" in room.page(NOTICE), "<b>不赶路</b>" in room.page(NOTICE)) == (
        False,
        True,
    )


def test_what_only_the_console_can_do_stands_beside_the_preview(tree: Tree):
    assert "by-hand" not in Room(tree).page().partition("<body")[2]
    tree.news("letter", more="handoff:\n  original: true\n  other: ['<b>投票</b>']\n")
    page = Room(tree).page()
    assert page.count('<li class="open"><span role="img" aria-label="to do">☐</span>') == 2
    assert "original (原创)" in page
    assert "&lt;b&gt;投票&lt;/b&gt;" in page
    assert page.index('id="by-hand"') < page.index('id="findings"')


def test_what_was_adopted_is_ticked(tree: Tree):
    tree.news("letter", more="handoff: {original: true}\n")
    at = ["-C", str(tree.root)]
    assert 0 == run([*at, "apply", "letter", "--sandbox", "--until", "draft"])
    assert 0 == run([*at, "adopt", "letter", "--sandbox", "--reason", "done"])
    page = Room(tree, sandbox=True).page()
    assert '<li class="done"><span role="img" aria-label="done">☑</span>' in page


def test_what_did_not_change_is_not_rendered_again(tree: Tree, monkeypatch: pytest.MonkeyPatch):
    from massctl.serve import page_cache

    looks: list[str] = []
    real: Callable[..., object] = page_cache.render_folder

    def counted(*arguments: object) -> object:
        looks.append(str(arguments[1]))
        return real(*arguments)

    monkeypatch.setattr(page_cache, "render_folder", counted)
    room = Room(tree)
    for name in (LETTER, NOTICE, LETTER, NOTICE):
        room.page(name)
    room.cache.changed({ARTICLE})
    for name in (LETTER, NOTICE):
        room.page(name)
    assert ["letter", "notice", "letter"] == looks


def test_a_shared_file_concerns_everybody_who_may_read_it(tree: Tree):
    tree.write("campaigns/_shared/macros.md.j2", "{% macro hello() %}早安{% endmacro %}")
    tree.write(
        "campaigns/letter/campaign.yaml",
        tree.read("campaigns/letter/campaign.yaml").replace("main.md", "main.md.j2"),
    )
    tree.write(f"{ARTICLE}.j2", '{% import "_shared/macros.md.j2" as m %}{{ m.hello() }}')
    room = Room(tree)
    assert "早安" in room.page()
    room.page(NOTICE)
    tree.write("campaigns/_shared/macros.md.j2", "{% macro hello() %}晚安{% endmacro %}")
    room.cache.changed({"campaigns/_shared/macros.md.j2"})
    assert frozenset({"letter", "notice", SHARED}) == room.told()
    assert "晚安" in room.page()


def test_defaults_concern_the_campaigns_below(tree: Tree):
    for name in ("tea", "rice"):
        written = "version: 1\naudience: {is_to_all: true}\ntext: {content: '{{ city }}'}\n"
        tree.write(f"campaigns/north/{name}/campaign.yaml", written)
    path = "campaigns/north/_defaults.yaml"
    tree.write(path, "account: main\nvars: {city: 天津}\n")
    room = Room(tree)
    assert "天津" in room.page(CampaignName("tea"))
    room.page(NOTICE)
    tree.write(path, "account: main\nvars: {city: 北京}\n")
    room.cache.changed({path})
    assert frozenset({"tea"}) == room.told()
    assert "北京" in room.page(CampaignName("tea"))
    tree.write(path, "acount: main\n")
    room.cache.changed({path})
    assert "unknown key acount" in room.cache.list_page()
    tree.write("campaigns/_defaults.yaml", "vars: {}\n")
    room.told()
    room.cache.changed({"campaigns/_defaults.yaml"})
    assert EVERYTHING == room.told()


def test_a_theme_concerns_everybody_who_may_wear_it(tree: Tree):
    tree.write("campaigns/_shared/themes/brand.css", '@import "qingshan"; h2{color:#08684f}')
    yaml = "campaigns/letter/campaign.yaml"
    tree.write(yaml, tree.read(yaml).replace("version: 1", "version: 1\ntheme: brand"))
    room = Room(tree)
    assert "#08684f" in room.page()
    room.page(NOTICE)
    tree.write("campaigns/_shared/themes/brand.css", "h2{color:#08684e}")
    room.cache.changed({"campaigns/_shared/themes/brand.css"})
    assert frozenset({"letter", "notice", SHARED}) == room.told()
    assert "#08684e" in room.page()


def test_a_theme_that_was_missing_is_noticed_when_it_comes(tree: Tree):
    yaml = "campaigns/letter/campaign.yaml"
    tree.write(yaml, tree.read(yaml).replace("version: 1", "version: 1\ntheme: brand"))
    room = Room(tree)
    assert "MC111" in room.page()
    tree.write("campaigns/_shared/themes/brand.css", "h2{color:#08684f}")
    room.cache.changed({"campaigns/_shared/themes/brand.css"})
    assert "MC111" not in room.page()


def test_a_file_that_was_missing_is_noticed_when_it_comes(tree: Tree):
    tree.write(ARTICLE, "![](../images/late.png)")
    room = Room(tree)
    assert "MC201" in room.page()
    tree.write("campaigns/letter/images/late.png", png((1, 2, 3)))
    room.cache.changed({"campaigns/letter/images/late.png"})
    assert "MC201" not in room.page()


def test_a_fault_shows_the_last_whole_version_and_goes_when_it_is_mended(tree: Tree):
    room = Room(tree)
    whole = tree.read("campaigns/letter/campaign.yaml")
    room.page()
    tree.write("campaigns/letter/campaign.yaml", whole.replace("account:", "acount:"))
    room.cache.changed({"campaigns/letter/campaign.yaml"})
    faulty = room.page()
    assert "the page shows it as it was before" in faulty
    assert "出门多穿一件" in faulty
    assert "campaigns/letter/campaign.yaml:3:1" in faulty
    tree.write("campaigns/letter/campaign.yaml", whole)
    room.cache.changed({"campaigns/letter/campaign.yaml"})
    assert "before them" not in room.page()


def test_a_campaign_that_was_never_whole_shows_its_faults(tree: Tree):
    tree.write("campaigns/letter/campaign.yaml", "version: [")
    room = Room(tree)
    assert "there is nothing to show yet" in room.page()
    assert "campaigns/letter/campaign.yaml:1:" in room.page()


def test_settings_with_faults_are_told_on_every_page_until_they_are_mended(tree: Tree):
    room = Room(tree)
    room.page()
    whole = tree.read("massctl.yaml")
    tree.write("massctl.yaml", whole.replace("accounts:", "acounts:"))
    room.cache.changed({"massctl.yaml"})
    assert EVERYTHING == room.told()
    assert "出门多穿一件" in room.page()
    assert all(
        "massctl.yaml:" in page for page in (room.page(), room.page(NOTICE), room.cache.list_page())
    )
    assert room.cache.page(CampaignName("nobody")) is None
    tree.write("accounts/east.yaml", "[")
    room.cache.changed({"accounts"})
    assert "accounts/east.yaml:" in room.page()
    (tree.root / "accounts/east.yaml").unlink()
    tree.write("massctl.yaml", whole.replace("language: en", "language: zh"))
    room.cache.changed({"massctl.yaml"})
    assert "massctl.yaml:" not in room.page()
    assert "收到时的样子" in room.page(NOTICE)


def test_a_campaign_that_comes_or_goes_concerns_everybody(tree: Tree):
    room = Room(tree)
    tree.text("second", content="又一条")
    room.cache.changed({"campaigns/second/campaign.yaml"})
    assert EVERYTHING == room.told()
    assert "又一条" in room.page(CampaignName("second"))
    (tree.root / "campaigns/second").rename(tree.root / "campaigns/third")
    room.cache.changed({"campaigns/second", "campaigns/third"})
    assert room.cache.page(CampaignName("second")) is None
    assert "/third" in room.cache.list_page()


def test_the_list_fills_while_it_is_warmed(tree: Tree):
    room = Room(tree)
    assert "秋日来信" not in room.cache.list_page()
    room.cache.warm()
    assert frozenset({"letter", "notice"}) == room.told()
    assert "秋日来信" in room.cache.list_page()
    room.cache.warm()
    assert frozenset() == room.told()


def test_who_writes_waits_for_no_rendering(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tree)
    begun, ended = threading.Event(), threading.Event()

    def render(*_: object) -> None:
        begun.set()
        ended.wait()

    monkeypatch.setattr(page_cache, "render_folder", render)
    rendering = threading.Thread(
        target=room.cache.page, args=(CampaignName("letter"),), daemon=True
    )
    rendering.start()
    begun.wait()
    asked: list[object] = []
    asking = threading.Thread(
        target=lambda: asked.extend((room.cache.folders, room.cache.settings, room.cache.sheet())),
        daemon=True,
    )
    asking.start()
    asking.join(30)
    ended.set()
    rendering.join()
    assert len(asked) == 3


def test_a_list_of_the_desk_renders_nothing(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tree)
    room.cache.warm()
    tree.write("campaigns/letter/campaign.yaml", "version: 1\n")
    room.cache.changed({"campaigns/letter/campaign.yaml"})
    monkeypatch.setattr(page_cache, "render_folder", lambda *_: pytest.fail("rendered"))
    assert {"letter", "notice"} == {each.look.name for each in room.cache.listed()}


def test_the_list_counts_what_is_wrong_now_and_warming_comes_to_the_rest(tree: Tree):
    for number in range(12):
        tree.text(f"notice-{number:02}")
    room = Room(tree)
    room.cache.warm()
    assert 14 == room.cache.list_page().count("nothing to correct")
    paths = set()
    for number in range(12):
        path = f"campaigns/notice-{number:02}/campaign.yaml"
        tree.write(path, tree.read(path).replace("account: main", "account: nobody"))
        paths.add(path)
    room.cache.changed(paths)
    assert 8 == room.cache.list_page().count("1 error")
    room.told()
    room.cache.warm()
    assert frozenset(f"notice-{number:02}" for number in range(8, 12)) == room.told()
    assert 12 == room.cache.list_page().count("1 error")


def test_files_are_given_by_the_name_of_their_bytes(tree: Tree):
    room = Room(tree)
    page = room.page()
    sha256 = page.partition("/-/file/")[2][:64]
    data = room.cache.file(sha256)
    assert data is not None
    assert data.startswith((b"\x89PNG", b"\xff\xd8"))
    assert room.cache.file("0" * 64) is None


def test_a_file_that_changed_since_is_not_given_under_its_old_name(tree: Tree):
    room = Room(tree)
    sha256 = room.page().partition("/-/file/")[2][:64]
    for name in ("cover", "river"):
        tree.write(f"campaigns/letter/images/{name}.png", png((9, 9, 9)))
    assert room.cache.file(sha256) is None


def test_what_followers_got_lies_beside_what_it_became(tree: Tree):
    assert 0 == run(["-C", str(tree.root), "apply", "letter", "--sandbox", "--yes"])
    tree.write(ARTICLE, BODY.replace("多穿一件", "少穿一件"))
    room = Room(tree, sandbox=True)
    page = room.page()
    assert '<b class="status sending">' in page
    assert "<del>多</del><ins>少</ins>" in page
    earlier = page.partition('class="column earlier"')[2].partition("</section>")[0]
    assert "出门多穿一件" in earlier
    assert "/-/file/" in earlier  # Its picture is still the same.
    assert "went out" in room.cache.list_page()


def test_of_what_went_out_only_the_title_is_read_for_the_list(tree: Tree):
    assert 0 == run(["-C", str(tree.root), "apply", "letter", "--sandbox", "--yes"])
    room = Room(tree, sandbox=True)
    room.cache.warm()
    shown = room.cache.list_page()
    assert "秋日来信" in shown
    assert shown.index("went out") < shown.index("/letter")
    assert "出门多穿一件" in room.page()


def test_a_ledger_that_cannot_be_read_is_told_and_stops_no_page(tree: Tree):
    tree.write("massctl.state.jsonl", json.dumps({"serial": 1}) + "\n")
    room = Room(tree)
    assert 'class="faulty"' in room.cache.list_page()
    assert "出门多穿一件" in room.page()
    (tree.root / "massctl.state.jsonl").unlink()
    room.cache.changed({"massctl.state.jsonl"})
    assert EVERYTHING == room.told()
    assert 'class="faulty"' not in room.cache.list_page()


def test_looking_writes_nothing_but_the_picture_cache(tree: Tree):
    room = Room(tree)
    before = {path for path in tree.root.rglob("*") if path.is_file()}
    room.cache.warm()
    room.page()
    room.cache.list_page()
    new = {
        path.relative_to(tree.root).parts[:2] for path in tree.root.rglob("*") if path.is_file()
    } - {path.relative_to(tree.root).parts[:2] for path in before}
    assert new <= {(".massctl", "pictures")}


def test_a_link_to_an_earlier_article_shows_and_follows_the_ledger(tree: Tree):
    path = tree.root / "campaigns/notice/campaign.yaml"
    path.write_text(
        "version: 1\naccount: main\naudience: {is_to_all: true}\ntext: {content: \"{{ article_url('letter') }}\"}\n",
        encoding="utf-8",
    )
    room = Room(tree)
    assert "MC108" in room.page(NOTICE)
    counts = JobStatus(msg_id=7, status="sent", article_urls=["http://mp.weixin.qq.com/s/1"])
    job = Job(1, "id", datetime(2026, 12, 1, tzinfo=UTC), 7, 8, counts=counts)
    room.cache._read_ledger = lambda: (told(Record(LETTER, 1, jobs=[job])), None)
    room.cache.changed(["massctl.state.jsonl"])
    assert "https://mp.weixin.qq.com/s/1" in room.page(NOTICE)


def told(record: Record) -> State:
    state = State()
    state.records[record.campaign, record.edition] = record
    state.index.editions[record.campaign] = {record.edition: record}
    return state


def test_the_calendar_shows_a_month_its_windows_and_what_stands_in_the_way(tree: Tree):
    tree.news("letter", more=window("2026-12-24T20:00:00+08:00", "2026-12-24T21:00:00+08:00"))
    tree.settings(policy='  freeze: [2026-12-24]\n  quiet_hours: {from: "22:00", to: "08:00"}\n')
    room = Room(tree)
    room.cache.warm()
    page = room.cache.calendar_page({})
    assert 31 <= page.count('<time datetime="2026-12-')
    (send,) = re.findall(r'<p class="send conflict">.*?</p>', page, re.DOTALL)
    assert ["20:00–21:00", "frozen days 2026-12-24"] == re.findall(
        "20:00–21:00|frozen days 2026-12-24", send
    )
    assert "quiet hours: 22:00 to 08:00, Asia/Shanghai" in page
    assert 'class="send' not in room.cache.calendar_page({"month": "2027-01"})
    assert room.cache.calendar_page({"month": "nonsense"}) == page


def test_the_calendar_of_settings_with_faults_tells_them(tree: Tree):
    (tree.root / "massctl.yaml").write_text("version: 1\n", encoding="utf-8")
    cache = Room(tree).cache
    assert cache.list_page() == cache.calendar_page({})


def test_a_page_and_the_calendar_say_what_people_were_told_of(tree: Tree):
    opens = "send: {not_before: 2026-12-02T12:00:00+08:00, not_after: 2026-12-02T18:00:00+08:00}\n"
    tree.news("letter", more=opens)
    ledger = LocalLedger(tree.root / "massctl.state.jsonl", tree.root / "locks")
    begun = NewEntry(
        at=datetime(2026, 12, 1, tzinfo=UTC), event=Created(lineage=LINEAGE, realm="wechat")
    )
    fact = "drift picture_gone https://mmbiz.qpic.cn/river None"
    gone = Told(fact=fact, channel="output", progress="told")
    told = replace(begun, event=gone, campaign="letter", edition=1)
    ledger.append(0, [begun, told], durable=True)
    room, said = Room(tree), "a picture of it is gone: https://mmbiz.qpic.cn/river"
    assert [True, True] == [said in room.page(), "massctl lock letter" in room.page()]
    assert said in room.cache.calendar_page({"month": "2026-12"})

    ledger.append(
        2,
        [replace(told, event=replace(gone, progress="untold"))],
        durable=True,
    )
    assert said not in Room(tree).page()


def test_a_page_says_what_is_missing_before_the_send_until_nothing_is(tree: Tree):
    tree.settings(policy="  require_lock: true\n  freeze: [2026-12-01]\n")
    room = Room(tree)

    def missing() -> list[str]:
        found = re.search(
            r'<section class="notes" aria-labelledby="missing">.*?</section>',
            room.page(),
            re.DOTALL,
        )
        return re.findall(
            r"it is not locked|your files changed since it was locked|frozen days|nothing is missing",
            found[0] if found else "",
        )

    assert ["it is not locked", "frozen days"] == missing()
    assert 0 == run(["-C", str(tree.root), "lock", "letter"])
    tree.settings(policy="  require_lock: true\n")
    room.cache.changed({"massctl.yaml", "campaigns/letter/campaign.lock.json"})
    assert ["nothing is missing"] == missing()
    tree.write(ARTICLE, "另一段。\n")
    room.cache.changed({ARTICLE})
    assert ["your files changed since it was locked"] == missing()
    tree.write(ARTICLE, "{{ missing }}\n")
    tree.write(
        "campaigns/letter/campaign.yaml",
        tree.read("campaigns/letter/campaign.yaml") + "nonsense: 1\n",
    )
    room.cache.changed({ARTICLE, "campaigns/letter/campaign.yaml"})
    assert [] == missing()


def test_pages_tell_the_time_of_a_sandbox_whose_clock_is_not_the_machines(tree: Tree):
    moved = replace(served(tree.root, sandbox=True), clock=lambda: "the clock says noon")
    cache = PageCache(moved, Broadcaster())
    for page in (
        cache.list_page(),
        cache.page(LETTER),
        cache.calendar_page({}),
        cache.themes_page({}),
    ):
        assert '<p class="facts clock">the clock says noon</p>' in str(page)
    assert 'class="facts clock"' not in Room(tree).page()


class Reports:
    """Makes reports, and counts how often."""

    def __init__(self) -> None:
        self.made = 0
        self.now = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
        self.error: LedgerError | None = None

    def __call__(self, *_: object) -> Report:
        self.made += 1
        if self.error is not None:
            raise self.error
        return sample_report(self.made + 1)


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def reported(tree: Tree, reports: Reports) -> PageCache:
    return PageCache(
        replace(served(tree.root), report=reports, now=lambda: reports.now), Broadcaster()
    )


def test_the_report_is_kept_until_ledger_statistics_or_settings_change_or_the_hour_ends(
    reported: PageCache, reports: Reports
):
    assert "2 sends" in (reported.report_page({}) or "")
    reports.now += timedelta(minutes=29)
    reported.changed({ARTICLE})
    assert "2 sends" in (reported.report_page({"sort": "title"}) or "")
    for number, path in enumerate(
        ["massctl.state.jsonl", "massctl.state.statistics", "massctl.yaml"], 3
    ):
        reported.changed({path})
        assert f"{number} sends" in (reported.report_page({}) or "")
    reports.now += timedelta(minutes=1)
    assert "6 sends" in (reported.report_page({}) or "")


def test_a_series_has_its_page(reported: PageCache):
    page = reported.report_page({"series": "walks"}) or ""
    assert "The series walks" in page


def test_statistics_renew_the_pages_of_reports_alone(tree: Tree):
    room = Room(tree)
    room.page()
    room.told()
    room.cache.changed({"massctl.state.statistics"})
    assert frozenset({REPORTED}) == room.told()
    assert 'data-watched="_report"' in (room.cache.report_page({}) or "")


def test_a_send_has_its_own_page_and_another_has_none(reported: PageCache):
    shown = reported.report_page({"send": "2026-11-walks", "edition": "2"})
    assert shown is not None
    assert '<a href="/-/report">all sends</a>' in shown
    assert '<a href="/2026-11-walks">its preview</a>' in shown
    for other in (
        {"send": "2026-11-walks", "edition": "1"},
        {"send": "2026-11-walks"},
        {"send": "none", "edition": "1"},
    ):
        assert reported.report_page(other) is None


def test_an_archive_that_cannot_be_read_is_told_and_asked_again(
    reported: PageCache, reports: Reports
):
    reports.error = LedgerError(Phrase("the archive is gone"), Phrase("Nothing."), Phrase("look"))
    assert '<p class="faulty" role="alert">the archive is gone</p>' in (
        reported.report_page({}) or ""
    )
    reports.error = None
    assert "the archive is gone" not in (reported.report_page({}) or "")


def test_the_first_page_leads_to_what_sends_reached(tree: Tree):
    assert '<a href="/-/report">What sends reached</a>' in Room(tree).cache.list_page()
    tree.write("massctl.yaml", "accounts: 1\n")
    cache = Room(tree).cache
    assert 'class="findings"' in cache.list_page()
    assert cache.list_page() == cache.report_page({})


SOUTH = "appid: wx00000000000000cd\nsecret_env: S\nkind: service\nname: 南方号\nowner: southgroup\n"


def test_of_one_group_no_page_has_a_word_of_another(tree: Tree) -> None:
    """Neither its campaigns, titles and paths nor its accounts; also where its files have faults."""
    words = tree.read("campaigns/notice/campaign.yaml").replace("改时间", "南方大促")
    tree.write("accounts/southern.yaml", SOUTH)
    opens = (
        "send:\n  not_before: 2026-12-01T07:00:00+08:00\n  not_after: 2026-12-01T09:00:00+08:00\n"
    )
    south = words.replace("account: main", "account: southern").replace("text:", f"{opens}text:")
    tree.write("campaigns/clients/south/south-sale/campaign.yaml", south)
    tree.write("campaigns/clients/south/south-broken/campaign.yaml", "version: 2\n")
    tree.write(
        "campaigns/clients/north/north-sale/campaign.yaml", words.replace("南方大促", "北方")
    )
    whole = served(tree.root)
    cache = PageCache(replace(whole, selection=Selection((), ("clients/north",))), Broadcaster())
    cache.warm()
    pages = [
        cache.list_page(),
        cache.list_page({"q": "a", "account": "main"}),
        cache.calendar_page({}),
        cache.page(CampaignName("north-sale")) or "",
    ]
    assert all("north-sale" in page for page in (pages[0], pages[3]))
    assert [None, None] == [cache.page(CampaignName(each)) for each in ("south-sale", "letter")]
    hidden = ("south", "southern", "南方", "letter", "notice")
    assert [] == [word for word in hidden for page in pages if word in page.partition("<body")[2]]
    assert "south-sale" in PageCache(whole, Broadcaster()).list_page()


def test_of_one_account_only_its_campaigns_have_pages(tree: Tree) -> None:
    tree.write("accounts/southern.yaml", SOUTH)
    words = tree.read("campaigns/notice/campaign.yaml")
    tree.write("campaigns/sale/campaign.yaml", words.replace("account: main", "account: southern"))
    only = replace(served(tree.root), selection=Selection(("southern",)))
    cache = PageCache(only, Broadcaster())
    assert None is cache.page(NOTICE)
    assert "/sale" in cache.list_page()
    assert "/notice" not in cache.list_page()


EAST_FILE = "audiences/east.yaml"


@pytest.fixture
def letters(tree: Tree) -> Tree:
    """An audience of seven, and a letter to it."""
    tree.write(EAST_FILE, EAST)
    lock(tree)
    tree.write("campaigns/north/mail/campaign.yaml", TO_EAST)
    return tree


def test_the_pages_of_audiences_follow_their_files_and_the_campaigns(letters: Tree):
    room = Room(letters)
    page = room.cache.audience_page("east")
    assert page is not None
    assert ("华东会员" in page, "7 people" in page, 'href="/mail"' in page) == (True, True, True)
    assert 'href="/-/audiences/east"' in room.cache.audiences_page()
    assert room.cache.audience_page("west") is None
    letters.write(EAST_FILE, EAST.replace("华东会员", "华东老会员"))
    lock(letters, people=("oOTHER00001", "oOTHER00002"))
    room.cache.changed({"audiences"})
    assert PEOPLE in room.told()
    renewed = room.cache.audience_page("east") or ""
    assert ("华东老会员" in renewed, "2 people" in renewed) == (True, True)
    path = "campaigns/north/mail/campaign.yaml"
    letters.write(path, TO_EAST.replace("{of: east}", "{is_to_all: true}"))
    room.cache.changed({path})
    assert PEOPLE in room.told()
    assert 'href="/mail"' not in room.cache.audiences_page()


def test_the_first_page_leads_to_audiences_where_there_are_any(letters: Tree):
    link = 'href="/-/audiences"'
    assert link in Room(letters).cache.list_page()
    (letters.root / EAST_FILE).unlink()
    assert link not in Room(letters).cache.list_page()


def test_a_campaign_follows_the_parts_of_its_audience(letters: Tree):
    part = lock(letters)
    letters.write(
        "audiences/all.yaml", EAST.replace("{file: /data/east.csv}", "{union: [east, east]}")
    )
    taken = [{"audience": "east", "snapshot": part.snapshot}]
    lock(letters, "all", parts=taken)
    letters.write("campaigns/mail/campaign.yaml", TO_EAST.replace("of: east", "of: all"))
    (letters.root / "campaigns/north/mail/campaign.yaml").unlink()
    room = Room(letters)
    assert "MC630" not in room.page(CampaignName("mail"))
    lock(letters, people=("oOTHER00001", "oOTHER00002"))
    room.cache.changed({"audiences"})
    assert "MC630" in room.page(CampaignName("mail"))
    lock(letters)
    room.cache.changed({"audiences"})
    assert "MC630" not in room.page(CampaignName("mail"))


def test_of_a_group_only_its_own_audiences_are_shown(letters: Tree):
    letters.write("audiences/staff.yaml", EAST)
    letters.write("audiences/south.yaml", EAST)
    letters.write(EAST_FILE, EAST + "exclude: [staff]\n")
    lock(letters)
    letters.write("campaigns/south/other/campaign.yaml", TO_EAST)
    letters.write("campaigns/south/third/campaign.yaml", TO_EAST.replace("of: east", "of: south"))
    selection = Selection(groups=("north",))
    cache = PageCache(replace(served(letters.root), selection=selection), Broadcaster())
    page = cache.audiences_page()
    assert ["east", "staff"] == sorted(re.findall(r'<a href="/-/audiences/(\w+)"', page))
    shown = cache.audience_page("east") or ""
    assert ('href="/mail"' in shown, 'href="/other"' in shown) == (True, False)
    assert cache.audience_page("south") is None


def test_what_is_no_audience_is_told_above_the_list(letters: Tree):
    letters.write("audiences/West.yaml", EAST)
    assert "MC627" in Room(letters).cache.audiences_page()


def test_the_audiences_of_settings_with_faults_tell_them(letters: Tree):
    (letters.root / "massctl.yaml").write_text("version: 1\n", encoding="utf-8")
    cache = Room(letters).cache
    assert cache.list_page() == cache.audiences_page() == cache.audience_page("east")
