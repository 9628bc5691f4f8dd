"""Destinations that are new, that no list names, and that look like another one."""

from html import escape

import pytest
from building import (
    APPID,
    NOW,
    OTHER_APPID,
    article,
    at,
    guards,
    house,
    news,
    picture,
    planned,
    recorded,
    saved,
    sent,
    sha,
)
from copies import replace

from massctl.model.destination import Destination, DestinationKind
from massctl.model.entries import JobStatus
from massctl.model.ids import AppId, Sha256
from massctl.model.lock import version_of
from massctl.model.message import RenderedCampaign, VideoMessage, VoiceMessage
from massctl.model.settings import DestinationPolicy
from massctl.model.state import State
from massctl.plan.destinations import (
    SentBefore,
    identity,
    judged,
    look_alikes,
    new_destinations,
    nothing_sent,
    sent_digests,
    unlisted,
)
from massctl.plan.guards import PolicyInForce

URL, QR = DestinationKind.URL, DestinationKind.QR
ANY = DestinationPolicy()
OWN = "http://mp.weixin.qq.com/s?__biz=Mz==&mid=1&idx=1&sn=1"


def sale(*bodies: str, **changes: object) -> RenderedCampaign:
    return news("sale", *(article(content=each) for each in bodies), **changes)


def link(address: str, words: str = "去") -> str:
    return f'<a href="{address}">{words}</a>'


def after(*campaigns: RenderedCampaign):
    """Return what the archive says after these were sent."""
    sent_before = SentBefore.of([version_of(each).lock for each in campaigns])
    return lambda appid: sent_before if appid == APPID else SentBefore()


def new(campaign: RenderedCampaign, policy: DestinationPolicy = ANY, *earlier: RenderedCampaign):
    found = new_destinations(campaign, policy, State(), after(*earlier))
    return [each.target for each in found]


def test_a_code_stands_in_the_articles_that_show_its_picture():
    shown = replace(picture("qr"), codes=("https://a.cn",))
    image = f'<img src="massctl-picture:{sha("qr")}">'
    campaign = sale("<p>一</p>", image, image + link("https://b.cn"), pictures=(shown,))
    found = {each.target: each.articles for each in judged(campaign, ANY, State(), nothing_sent)}
    assert {"https://a.cn": (2, 3), "https://b.cn": ()} == found


def test_what_a_sent_campaign_had_is_known():
    old = sale(link("https://a.cn/x?id=1&utm_source=oct"))
    again = sale(
        link("https://a.cn/x?id=1&utm_source=nov")
        + link("https://a.cn/x?id=2")
        + link("https://b.cn")
    )
    assert ["https://a.cn/x?id=2", "https://b.cn"] == new(again, ANY, old)
    assert 3 == len(new(replace(again, appid=OTHER_APPID), ANY, old))
    assert [] == new(sale("<p>无</p>"), ANY)


def test_an_address_is_the_same_place_wherever_it_stands_and_an_id_is_not():
    old = news(
        "old",
        article(
            content=link("https://a.cn/x") + '<mpvoice voice_encode_fileid="7"></mpvoice>',
        ),
    )
    code = replace(picture("code"), codes=("https://a.cn/x",))
    again = sale('<iframe data-mpvid="7"></iframe>', pictures=(code,))
    assert ["7"] == new(again, ANY, old)
    read_more = news("sale", article(content_source_url="https://a.cn/x"))
    assert [] == new(read_more, ANY, old)


def test_an_address_without_a_host_is_never_listed():
    assert ["https:/a.cn"] == new(sale(link("https:/a.cn")), DestinationPolicy(hosts=["a.cn"]))


def test_what_only_counts_readers_is_no_part_of_a_destination():
    def same(target: str) -> str:
        return identity(Destination(URL, target, "message"))[1]

    assert "https://a.cn/" == same("https://a.cn/?utm_source=%E5%8D%81&utm_medium=2")
    assert "https://a.cn/?x=1&y=2" == same("https://a.cn/?x=1&utm_term=3&y=2")
    assert "https://a.cn/?x=1#y" == same("https://a.cn/?x=1&utm_id=3#y").replace("&#", "#")
    for other in ("https://a.cn/?utm_to=evil.cn", "https://a.cn/?utm_id=https%3A%2F%2Fevil.cn"):
        assert other == same(other)


@pytest.mark.parametrize(
    "other",
    [
        "https://shop.cn&utm_id=.evil.cn",
        "https://shop.cn&utm_id=x&.evil.cn",
        "https://shop.cn&",
        "https://shop.cn&utm_=@evil.cn/",
        "https://shop.cn/f&utm_id=1",
        "https://shop.cn/#/pay?utm_id=7",
    ],
)
def test_a_counting_parameter_is_one_only_behind_the_question_mark(other: str):
    old = sale(link("https://shop.cn") + link("https://shop.cn/f") + link("https://shop.cn/#/pay"))
    assert [other] == new(sale(link(escape(other))), ANY, old)


def test_an_address_without_a_path_is_its_front_page():
    old = sale(link("https://a.cn") + link("https://b.cn/?utm_id=1#y"))
    assert [] == new(sale(link("https://a.cn/?") + link("https://b.cn#y")), ANY, old)


@pytest.mark.parametrize(
    "address",
    [
        "https://a.cn/f/../x",
        "https://a.cn/f/%2E%2e/x",
        "https://a.cn/..",
        "https://a.cn/f%2f..%5cx",
        "https://a.cn/f\\..\\x",
        "https://a.cn\\@evil.cn/",
        "https://b.cn&c.cn/",
        "https://b.cn,c.cn/",
    ],
)
def test_an_address_that_is_not_what_it_seems_is_always_new(address: str):
    hosts = DestinationPolicy(hosts=["a.cn", "*.cn"])
    campaign = sale(link(escape(address)))
    assert [address] == new(campaign, hosts, campaign)
    assert [] != notes(address)


@pytest.mark.parametrize(
    ("body", "policy"),
    [
        (link("https://a.cn/x"), DestinationPolicy(hosts=["a.cn"])),
        (link("https://A.cn/x"), DestinationPolicy(hosts=["A.cn"])),
        (link("https://店.cn"), DestinationPolicy(hosts=["店.cn"])),
        (link("https://x.a.cn"), DestinationPolicy(hosts=["*.a.cn"])),
        (link("tel:10086"), DestinationPolicy(hosts=["tel:"])),
        (link(OWN), DestinationPolicy(accounts=["Mz=="])),
        (link(OWN), DestinationPolicy(hosts=["mp.weixin.qq.com"])),
        (
            '<a data-miniprogram-appid="wx0123456789abcdef" data-miniprogram-path="p">去</a>',
            DestinationPolicy(mini_programs=["wx0123456789abcdef"]),
        ),
        (
            '<mp-common-profile data-id="Mz=="></mp-common-profile>',
            DestinationPolicy(accounts=["Mz=="]),
        ),
    ],
)
def test_what_the_policy_lists_is_known(body: str, policy: DestinationPolicy):
    assert 1 == len(new(sale(body)))
    assert [] == new(sale(body), policy)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://a.cn", "*.a.cn"),
        ("https://xa.cn", "*.a.cn"),
        ("https://x.a.cn", "a.cn"),
        ("https://a.cn.evil.cn", "a.cn"),
        ("https://a.cn@evil.cn", "a.cn"),
        ("https://evil.cn%2f.a.cn", "*.a.cn"),
        ("tel:10086", "tel"),
    ],
)
def test_a_host_is_listed_as_a_whole(address: str, host: str):
    assert [address] == new(sale(link(address)), DestinationPolicy(hosts=[host]))


def test_own_articles_are_known():
    earlier = news("autumn", appid=APPID)
    ended = at(NOW, JobStatus(msg_id=7, status="sent", source="event", article_urls=[OWN]), earlier)
    state = recorded(*sent(earlier), ended)
    campaign = sale(
        link("https://mp.weixin.qq.com/s?__biz=Mz==&mid=1&idx=1&sn=1#rd")
        + link("https://mp.weixin.qq.com/s?__biz=Mz==&mid=2&idx=1&sn=2")
        + link("https://mp.weixin.qq.com/s?__biz=Nz==&mid=3")
        + link("https://mp.weixin.qq.com/s/linked")
        + '<mp-common-profile data-id="Mz=="></mp-common-profile>',
        links=(("spring/1", "https://mp.weixin.qq.com/s/linked"),),
    )
    found = new_destinations(campaign, ANY, state, nothing_sent)
    assert ["https://mp.weixin.qq.com/s?__biz=Nz==&mid=3"] == [each.target for each in found]
    of_other = new_destinations(replace(campaign, appid=OTHER_APPID), ANY, state, nothing_sent)
    assert 4 == len(of_other)


def test_a_code_is_known_in_a_picture_that_was_sent():
    hero = replace(picture("hero"), codes=("https://a.cn/1",))
    poster = replace(picture("poster"), codes=("https://a.cn/2",))
    old, campaign = sale("<p>一</p>", pictures=(hero,)), sale("<p>二</p>", pictures=(hero, poster))
    assert ["https://a.cn/2"] == new(campaign, ANY, old)
    assert [] == new(campaign, DestinationPolicy(hosts=["a.cn"]))


def test_new_destinations_stand_first():
    campaign = sale(link("https://a.cn", "甲") + link("https://b.cn", "乙"))
    found = judged(campaign, DestinationPolicy(hosts=["a.cn"]), State(), nothing_sent)
    assert [("乙", True), ("甲", False)] == [(each.label, each.is_new) for each in found]
    assert () == judged(sale("<p>无</p>"), ANY, State(), after())


def test_only_what_followers_received_counts():
    campaign = sale(link("https://a.cn"))
    assert [campaign.digest] == sent_digests(recorded(*sent(campaign)), APPID)
    assert [] == sent_digests(recorded(*sent(campaign)), OTHER_APPID)
    assert [] == sent_digests(recorded(saved(campaign)), APPID)
    failed = at(NOW, JobStatus(msg_id=7, status="failed"), campaign)
    assert [] == sent_digests(recorded(*sent(campaign), failed), APPID)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, []),
        ({"unlisted": "review"}, []),
        ({"unlisted": "refuse"}, ["destination_unlisted"]),
        ({"unlisted": "refuse", "hosts": ["a.cn"]}, []),
    ],
)
def test_the_policy_may_refuse_what_it_does_not_list(
    policy: dict[str, object], expected: list[str]
):
    campaign = sale(link("https://a.cn"))
    rules = house(destinations=policy)
    found = planned(campaign, rules=replace(rules, named=frozenset({"sale"})))
    assert expected == [each for each in guards(found) if each == "destination_unlisted"]
    assert bool(expected) == (not found.steps)
    assert ["https://a.cn"] == [each.target for each in found.destinations]


def refusing() -> PolicyInForce:
    return replace(house(destinations={"unlisted": "refuse"}), named=frozenset({"sale"}))


def test_a_refusal_names_some_of_many():
    campaign = sale("".join(link(f"https://{n}.cn") for n in range(10)) + link("x"))
    found = planned(campaign, rules=refusing())
    (told,) = [each.message for each in found.refusals if each.guard == "destination_unlisted"]
    assert "0.cn, 1.cn, 2.cn, 3.cn, 4.cn, 5.cn, 6.cn, 7.cn, and 3 more" in told


def test_what_nobody_can_list_is_never_refused():
    body = '<mpvoice voice_encode_fileid="1"></mpvoice><mp-common-poi data-id="1"></mp-common-poi>'
    found = planned(sale(body), rules=refusing())
    assert "destination_unlisted" not in guards(found)
    for message in (VoiceMessage(Sha256("ab"), None), VideoMessage(Sha256("ab"), None, "片", "讲")):
        sent = replace(sale(), message=message, destinations=message.destinations)
        assert [] == unlisted(sent, ANY, State())


@pytest.mark.parametrize(
    ("body", "codes", "expected"),
    [
        ("<p>无</p>", (), False),
        ("<p>无</p>", None, True),
        ('<img src="https://mmbiz.qpic.cn/x">', (), True),
    ],
)
def test_a_picture_that_nobody_read_may_lead_anywhere(
    body: str, codes: tuple[str, ...] | None, expected: bool
):
    campaign = sale(body, pictures=(replace(picture("hero"), codes=codes),))
    found = planned(campaign, rules=refusing())
    assert expected == ("destination_unlisted" in guards(found))
    assert "destination_unlisted" not in guards(planned(campaign))


def test_a_sound_from_a_host_is_judged_like_a_link():
    song = '<qqmusic musicid="1" audiourl="https://a.cn/x.mp3"></qqmusic>'
    assert "destination_unlisted" in guards(planned(sale(song), rules=refusing()))


KNOWN = ("shop.example.com", "*.taobao.com", "bank.com.cn", "weixin.qq.com", "mp.weixin.qq.com")


def notes(target: str, label: str = "", kind: DestinationKind = URL) -> list[str]:
    return [*look_alikes(Destination(kind, target, "message", label), KNOWN)]


@pytest.mark.parametrize(
    ("target", "label", "said"),
    [
        ("http://a.cn", "", "http"),
        ("https://127.0.0.1/x", "", "IP address"),
        ("https://2130706433/x", "", "IP address"),
        ("https://[::1]/x", "", "IP address"),
        ("https://[fe80::]/x", "", "IP address"),
        ("https://127.1/x", "", "IP address"),
        ("https://0x7f.0.0.1/x", "", "IP address"),
        ("https://0177.0.0.1/x", "", "IP address"),
        ("https:/evil.cn", "", "lacks a `/`"),
        ("https:evil.cn", "", "lacks a `/`"),
        ("https://shop.cn&utm_=.evil.cn/pay", "", "is no name of a host"),
        ("https://jinshuju.net/f/x/../y", "", "goes back with `..`"),
        ("https://evil.cn/", "README.md 或 taobao.com", "its words name taobao.com"),
        ("https://evil.cn/", "tao\u200bbao.com", "its words name taobao.com"),
        ("https://evil.cn/", "ｔａｏｂａｏ．ｃｏｍ", "its words name taobao.com"),
        (
            "https://mp.weixinbridge.com/r?url=https%3A%2F%2Fevil.cn%2F",
            "",
            "may pass on to evil.cn",
        ),
        ("https://wxaurl.cn/x", "", "short link"),
        ("https://www.t.cn/x", "", "short link"),
        ("https://u.jd.com/x", "", "short link"),
        ("https://s.click.taobao.com/x", "", "short link"),
        ("https://shop.example.com@evil.cn/", "", "a name stands before the host"),
        ("https://t.cn/x", "", "short link"),
        ("https://taobao.com.evil.cn/", "", "begins like taobao.com, and belongs to evil.cn"),
        ("https://www.shop.example.com.a.cn/", "", "begins like shop.example.com"),
        ("https://tаobao.com/", "", "mixes letters"),
        ("https://xn--tobao-3ve.com/", "", "is written with other letters"),
        ("https://xn--999999999.com/", "", "is written with other letters"),
        ("https://www.ta0bao.com/", "", "looks like taobao.com"),
        ("https://taobaoo.com/", "", "looks like taobao.com"),
        ("https://taoba.com/", "", "looks like taobao.com"),
        ("https://tadbao.com/", "", "looks like taobao.com"),
        ("https://exarnple.com/", "", "looks like shop.example.com"),
        ("https://b4nk.com.cn/", "", "looks like bank.com.cn"),
        ("https://evil.cn/", "点 shop.example.com 进入", "its words name shop.example.com"),
        ("https://evil.cn/", "evil.cn 即 shop.example.com", "its words name shop.example.com"),
        ("https://evil.cn/", "shop。example。com", "its words name shop.example.com"),
        ("https://evil.cn/", "见 a.cn。好", "its words name a.cn"),
        ("https://evil.cn/", "例子.cn", "its words name 例子.cn"),
        ("https://evil.cn/?a=https://evil.cn&b=https://b.cn", "", "may pass on to b.cn"),
        ("https://evil.cn/?a=https%253A%252F%252Fb.cn", "", "may pass on to b.cn"),
        ("https://shop.example.com.evil.cn", "", "begins like shop.example.com"),
        ("https://shop-example-com.evil.cn/x", "", "begins like shop.example.com"),
        ("https://mp.weixin.qq.com.evil.cn/s/x", "", "begins like mp.weixin.qq.com"),
        ("https://mp.weixin.qq.com.cn", "", "looks like mp.weixin.qq.com"),
        ("https://mp-weixin-qq.com", "", "looks like mp.weixin.qq.com"),
        ("https://mp-weixin-qq.cn", "", "begins like mp.weixin.qq.com"),
        ("https://shop-example.com", "", "looks like shop.example.com"),
        ("https://shop.example.net", "", "looks like shop.example.com"),
        ("https://mp.weixin.qq.com.bamk.com.cn", "", "begins like mp.weixin.qq.com"),
        ("https://www.taobao.net", "", "looks like taobao.com"),
        ("https://bank.cn", "", "looks like bank.com.cn"),
        ("https://shopexample.com", "", "looks like shop.example.com"),
        ("https://mp.weixln.qq.com", "", "looks like mp.weixin.qq.com"),
    ],
)
def test_what_looks_like_something_else(target: str, label: str, said: str):
    assert any(said in each for each in notes(target, label))


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("https://shop.example.com/x", "shop.example.com"),
        ("https://www.example.com/x", "example.com/x"),
        ("https://cart.shop.example.com", "买"),
        ("https://shop2.example.com", "买"),
        ("https://channels.weixin.qq.com", "看"),
        ("https://shop.unlike.cn", "买"),
        ("https://例子.cn", "去例子.cn 看"),
        ("https://item.taobao.com", "买"),
        ("https://www.bank.com.cn", "行"),
        ("https://other.com.cn", "行"),
        ("https://unlike.cn", "第 3.5 版"),
        ("https://nodejs.org", "Node.js"),
        ("https://unlike.cn", "README.md"),
        ("https://unlike.cn/?back=https://www.unlike.cn/x", "看"),
        ("tel:10086", "打"),
        ("x/y", "读"),
        ("https://[x", "坏"),
    ],
)
def test_what_looks_like_itself(target: str, label: str):
    letters = "is written with other letters"
    assert [] == [each for each in notes(target, label) if letters not in each]


def test_a_label_names_hosts_behind_its_cut():
    (found,) = sale(link("https://evil.cn", f"{'长' * 50} shop.example.com")).destinations
    assert [each for each in look_alikes(found, KNOWN) if "its words name" in each]


def test_an_address_in_a_code_may_have_signs_that_nobody_sees():
    assert any("phones may not agree" in each for each in notes("https://a.cn\t.evil.cn/", kind=QR))
    assert [] == notes("https://a.cn/?x=a\\b#\tc", kind=QR)


def test_a_host_with_hyphens_is_told_once():
    assert 1 == len(notes("https://mp-weixin-qq.com"))


def test_a_chinese_host_is_told_with_its_letters():
    (said,) = notes("https://店.cn")
    assert "xn--hxt.cn is written with other letters: 店.cn" == said


def test_articles_may_begin_with_http():
    assert [] == notes("http://mp.weixin.qq.com/s/x", kind=DestinationKind.ARTICLE)


def profile(name: str, account: str) -> str:
    return f'<mp-common-profile data-nickname="{name}" data-id="{account}"></mp-common-profile>'


@pytest.mark.parametrize(
    ("name", "policy", "is_told"),
    [
        ("慢走", ANY, True),
        (" 慢\u200b走 ", ANY, True),
        ("慢走", DestinationPolicy(accounts=["Nz=="]), False),
        ("快跑", ANY, False),
    ],
)
def test_a_card_with_the_name_of_this_account(name: str, policy: DestinationPolicy, is_told: bool):
    campaign = sale(profile(name, "Nz=="), account_name="慢走")
    (found,) = judged(campaign, policy, State(), after(campaign))
    assert is_told == any("bears this account's name" in each for each in found.notes)
    unnamed = judged(replace(campaign, account_name=""), policy, State(), nothing_sent)
    assert () == unnamed[0].notes


def test_a_card_of_this_account_may_bear_its_name():
    earlier = news("autumn", appid=APPID)
    ended = at(NOW, JobStatus(msg_id=7, status="sent", source="event", article_urls=[OWN]), earlier)
    campaign = sale(profile("慢走", "Mz=="), account_name="慢走")
    (found,) = judged(campaign, ANY, recorded(*sent(earlier), ended), nothing_sent)
    assert () == found.notes


def test_nothing_was_sent_by_nobody():
    assert SentBefore() == nothing_sent(AppId("x"))
