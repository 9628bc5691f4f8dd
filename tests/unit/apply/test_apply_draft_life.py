"""Drafts between runs: what a crash, the console, a lost answer and a branch under review leave."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from building import (
    HOUR,
    LATER,
    NOW,
    OTHER_APPID,
    article,
    audience,
    folder_of,
    house,
    news,
    reviewers,
    saved,
    text,
)
from copies import replace
from simulation.crashing import Boundaries, Crash
from simulation.scenario import Scene, settle_not_sent, whole_news, whole_text
from simulation.world import Fault

from massctl.apply import reconcile
from massctl.apply.draft_fingerprint import draft_sha256, kept_sha256, markup_sha256
from massctl.apply.executor import apply_plan
from massctl.apply.outcome import LeftDraft
from massctl.apply.ports import DraftArticle, ListedDraft
from massctl.apply.reconcile import adopt_draft
from massctl.errors import PermanentError, TransportError
from massctl.model.entries import Adopted
from massctl.model.ids import AccountName, MediaId
from massctl.model.message import NewsMessage, RenderedCampaign, Window
from massctl.plan.brake import STOP_BRANCH, Tip
from massctl.plan.guards import PolicyInForce
from massctl.plan.plan import Plan, Showing, Until, make_plan
from massctl.plan.steps import Guard, Invalid, Refusal

AHEAD = NOW - 2 * HOUR
"""Two hours before the window of `NEWS` opens."""
NEWS = whole_news(recipients=())
EDITED = replace(NEWS, message=NewsMessage((article("春季大促，改"),)))
WORDS = text("sale", "今晚八点", window=NEWS.window)
I_LOOKED = reconcile.Statement("looked it up in the console", "li")
LOST = Fault.REQUEST_LOST


class CrashAt(Boundaries):
    """Ends the run at the first boundary of a name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def reach(self, name: str) -> None:
        if name == self._name:
            raise Crash(name)


def crashed(scene: Scene, boundary: str) -> Scene:
    """Let a run die when it comes to the boundary of this name."""
    scene.boundaries = CrashAt(boundary)
    with pytest.raises(Crash):
        scene.apply()
    scene.boundaries = Boundaries()
    return scene


def staged(*campaigns: RenderedCampaign, **changes: Any) -> Scene:
    """Give a scene in which the draft waits, two hours before the window."""
    scene = Scene(list(campaigns) or [NEWS], now=AHEAD, **changes)
    scene.apply()
    assert 1 == len(scene.wechat.drafts)
    return scene


def striking_out(scene: Scene, media_id: MediaId) -> None:
    """Strike the first article's text out in the console: the same words, and they look otherwise."""
    first, *others = scene.wechat.drafts[media_id]
    scene.wechat.drafts[media_id] = (replace(first, content=f"<s>{first.content}</s>"), *others)


def told(outcome: Any) -> list[str]:
    """Give the guards that refused the first campaign."""
    return [refusal.guard.value for refusal in outcome.campaigns[0].refusals]


def reasons(scene: Scene) -> list[str]:
    """Give why drafts were deleted, by the entries that close them."""
    return [event.reason for event in scene.events("draft_deleted") if not event.pending]


def test_a_draft_that_was_given_up_and_mended_in_the_console_stays_there() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.wechat.keeps = lambda given: replace(given, content="<p>你好</p>")
    assert 1 == scene.apply(*[("delete_draft", LOST)] * 2).exit_status()
    (media_id,) = scene.wechat.drafts
    striking_out(scene, media_id)
    scene.wechat.keeps = lambda given: given
    scene.apply()
    assert media_id in scene.wechat.drafts
    assert ["changed"] == reasons(scene)


def test_a_draft_that_is_changed_while_its_heir_is_saved_stays_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = staged()
    (old,) = scene.wechat.drafts
    add = type(scene.wechat).add_draft

    def meanwhile(wechat: Any, articles: Any) -> Any:
        striking_out(scene, old)
        return add(wechat, articles)

    monkeypatch.setattr(type(scene.wechat), "add_draft", meanwhile)
    scene.campaigns = [EDITED]
    assert 0 == scene.apply().exit_status()
    assert old in scene.wechat.drafts
    assert ["changed"] == reasons(scene)


def test_a_draft_that_vanishes_while_its_heir_is_saved_is_judged_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = staged()
    (old,) = scene.wechat.drafts
    add = type(scene.wechat).add_draft

    def meanwhile(wechat: Any, articles: Any) -> Any:
        scene.wechat.drafts.pop(old, None)
        return add(wechat, articles)

    monkeypatch.setattr(type(scene.wechat), "add_draft", meanwhile)
    scene.campaigns = [EDITED]
    scene.apply()
    outcome = scene.apply()
    assert (5, ["draft_gone"]) == (outcome.exit_status(), told(outcome))
    settle_not_sent(scene.record(EDITED), I_LOOKED, lambda _: scene.wechat, scene.book())
    scene.later(hours=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_draft_that_we_deleted_is_not_taken_for_one_that_was_sent_by_hand() -> None:
    scene = staged()
    scene.campaigns = [WORDS]
    crashed(scene, "after delete_draft")
    assert {} == scene.wechat.drafts
    outcome = scene.apply()
    assert (0, []) == (outcome.exit_status(), told(outcome))
    assert ["gone"] == reasons(scene)


@pytest.mark.parametrize("named", [(), ("sale",)], ids=["not named", "named"])
def test_what_a_crash_left_over_is_deleted_whatever_keeps_the_campaign_back(
    named: tuple[str, ...],
) -> None:
    scene = staged(replace(NEWS, window=None), rules=house("sale", sending="disabled"))
    scene.campaigns = [replace(EDITED, window=None)]
    crashed(scene, "before delete_draft")
    assert 2 == len(scene.wechat.drafts)
    scene.rules = house(*named, sending="disabled")
    scene.apply()
    assert ["春季大促，改"] == [articles[0].title for articles in scene.wechat.drafts.values()]


@pytest.mark.parametrize("boundary", ["before get_draft", "after add_draft"])
def test_a_run_without_names_makes_no_request_for_a_campaign_without_a_window(
    boundary: str,
) -> None:
    scene = Scene([replace(NEWS, window=None)], rules=house("sale", sending="disabled"))
    crashed(scene, boundary)
    scene.rules = house()
    scene.apply()  # It looks for the draft whose answer was lost, and for nothing else.
    scene.campaigns = [replace(EDITED, window=None)]
    outcome = scene.apply()
    assert (0, ["not_named"], []) == (outcome.exit_status(), told(outcome), scene.wechat.calls)
    assert [] == scene.events("draft_verified")


def test_a_draft_of_a_run_that_died_before_it_was_read_back_is_read_by_the_next() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "before get_draft")
    assert [] == scene.events("draft_verified")
    assert (0, 1) == (scene.apply().exit_status(), len(scene.events("draft_verified")))
    scene.apply()
    assert [] == scene.wechat.calls


@pytest.mark.parametrize("boundary", ["after add_draft", "before get_draft"])
def test_markup_that_was_changed_before_anybody_read_it_is_refused(boundary: str) -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), boundary)
    (media_id,) = scene.wechat.drafts
    before = dict(scene.wechat.drafts)
    striking_out(scene, media_id)
    scene.later(hours=2)
    outcome = scene.apply()
    assert (5, ["draft_changed"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)
    scene.wechat.drafts.update(before)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


WORDS_OF_OPEN = "今晚八点开始，全场五折，错过再等一年。" * 5
OPEN = replace(NEWS, message=NewsMessage((article(digest="", content=f"<p>{WORDS_OF_OPEN}</p>"),)))
"""Leaves the digest and the parts of the cover to WeChat."""
TWO = replace(NEWS, message=NewsMessage((article(digest=""), article("第二篇", digest=""))))


def defaults(given: DraftArticle) -> DraftArticle:
    """Keep an article with a digest of WeChat's own: the first 54 characters of the text."""
    return replace(given, digest=given.digest or re.sub("<[^>]*>", "", given.content)[:54])


def in_the_console(scene: Scene, **changes: Any) -> MediaId:
    """Let a person change parts of the last article of the only draft."""
    ((media_id, articles),) = scene.wechat.drafts.items()
    scene.wechat.drafts[media_id] = (*articles[:-1], replace(articles[-1], **changes))
    return media_id


UNDECLARED: dict[str, tuple[RenderedCampaign, dict[str, Any], str]] = {
    "a digest": (OPEN, {"digest": "先到先得"}, "article 1: digest (摘要) differs"),
    "a digest that is shorter than WeChat's": (
        OPEN,
        {"digest": "今晚八点开始"},
        "article 1: digest (摘要) differs",
    ),
    "a digest in place of ours": (NEWS, {"digest": "先到先得"}, "article 1: digest (摘要) differs"),
    "no digest in place of ours": (NEWS, {"digest": ""}, "article 1: digest (摘要) differs"),
    "a part of the cover": (OPEN, {"pic_crop_1_1": "0_0_0.5_1"}, "article 1: pic_crop_1_1 differs"),
    "the wide part of it": (
        NEWS,
        {"pic_crop_235_1": "0_0_1_0.5"},
        "article 1: pic_crop_235_1 differs",
    ),
    "a digest of several": (TWO, {"digest": "先到先得"}, "article 2: digest (摘要) differs"),
    "a product behind it": (
        NEWS,
        {"ungiven": ("product_info",)},
        "article 1: product_info differs",
    ),
}


@pytest.mark.parametrize(("campaign", "changes", "part"), UNDECLARED.values(), ids=UNDECLARED)
def test_a_draft_whose_answer_was_lost_is_not_sent_with_what_a_person_wrote_into_it(
    campaign: RenderedCampaign, changes: dict[str, Any], part: str
) -> None:
    scene = crashed(Scene([campaign], now=NOW), "after add_draft")
    edited = in_the_console(scene, **changes)
    outcome = scene.apply()
    (job,) = scene.wechat.jobs
    assert (0, 1) == (outcome.exit_status(), scene.wechat.count("add_draft"))
    assert job.articles is not None
    assert [getattr(job.articles[-1], name) != value for name, value in changes.items()] == [True]
    assert [edited] == list(scene.wechat.drafts)
    assert ["changed"] == reasons(scene)
    said = " ".join(scene.progress.lines)
    assert part in said
    assert "delete it in the console" in said


@pytest.mark.parametrize("campaign", [OPEN, NEWS, TWO], ids=["left open", "given", "several"])
@pytest.mark.parametrize(
    "keeps", [lambda given: given, defaults], ids=["nothing", "the documented default"]
)
def test_what_wechat_itself_writes_is_no_edit(
    campaign: RenderedCampaign, keeps: Callable[[DraftArticle], DraftArticle]
) -> None:
    scene = Scene([campaign], now=NOW)
    scene.wechat.keeps = keeps
    crashed(scene, "after add_draft")
    assert (0, 0, 1) == (
        scene.apply().exit_status(),
        scene.wechat.count("add_draft"),
        len(scene.wechat.jobs),
    )


def test_a_draft_of_whose_parts_wechat_tells_as_they_were_given_is_found() -> None:
    cropped = replace(
        NEWS, message=NewsMessage((article(pic_crop_1_1="0_0_0.5_1", pic_crop_235_1="0_0_1_0.5"),))
    )
    for told_as in (
        {},
        {"pic_crop_1_1": "0.000000_0.000000_0.500000_1.000000", "pic_crop_235_1": ""},
    ):
        scene = crashed(Scene([cropped], now=NOW), "after add_draft")
        in_the_console(scene, **told_as)
        assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("add_draft"))


def test_an_edit_between_finding_and_reading_back_is_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = crashed(Scene([OPEN], now=NOW), "after add_draft")
    read = type(scene.wechat).get_draft

    def then_edited(wechat: Any, media_id: MediaId) -> Any:
        found = read(wechat, media_id)
        in_the_console(scene, digest="先到先得")
        return found

    monkeypatch.setattr(type(scene.wechat), "get_draft", then_edited)
    outcome = scene.apply()
    assert (5, ["draft_changed"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)


def test_a_draft_that_was_saved_and_never_read_is_refused_with_what_a_person_wrote_into_it() -> (
    None
):
    scene = crashed(Scene([OPEN], now=NOW), "before get_draft")
    in_the_console(scene, digest="先到先得")
    outcome = scene.apply()
    assert (5, ["draft_changed"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)
    assert "article 1: digest (摘要) differs" in outcome.campaigns[0].refusals[0].message
    in_the_console(scene, digest="")
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_what_a_person_wrote_into_a_draft_that_was_given_up_is_not_deleted() -> None:
    scene = crashed(Scene([OPEN], now=AHEAD), "before get_draft")
    edited = in_the_console(scene, digest="先到先得")
    scene.campaigns = [EDITED]
    scene.apply()
    assert edited in scene.wechat.drafts


def test_a_draft_that_was_left_is_not_taken_for_the_next_one() -> None:
    """Its answer is lost as well, and it comes late."""
    scene = crashed(Scene([OPEN], now=AHEAD), "after add_draft")
    edited = in_the_console(scene, digest="先到先得")
    crashed(scene, "after add_draft")
    (ours,) = scene.wechat.drafts.keys() - {edited}
    late = scene.wechat.drafts.pop(ours)
    scene.apply(("add_draft", Fault.VERY_LATE))
    scene.wechat.drafts[ours] = late
    scene.apply()
    assert ["changed"] == reasons(scene)
    assert 2 == len(scene.wechat.drafts)


def beside_a_late_one() -> tuple[Scene, MediaId]:
    """Give a scene in which a draft came when its run had saved another one."""
    scene = Scene([NEWS], now=AHEAD)
    scene.apply(("add_draft", Fault.VERY_LATE))
    scene.wechat.drafts.update(scene.wechat.very_late_drafts)
    return scene, next(iter(scene.wechat.very_late_drafts))


def test_a_draft_that_was_begun_twice_is_deleted_once_and_never_if_it_was_changed() -> None:
    scene, late = beside_a_late_one()
    striking_out(scene, late)
    scene.apply()
    assert late in scene.wechat.drafts
    closed = [event.reason for event in scene.events("draft_not_saved")]
    assert ["surplus_changed"] == closed


def test_a_surplus_draft_that_vanishes_meanwhile_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, late = beside_a_late_one()
    read, seen = type(scene.wechat).get_draft, []

    def once(wechat: Any, media_id: MediaId) -> Any:
        seen.append(media_id)
        return None if seen.count(late) > 1 and media_id == late else read(wechat, media_id)

    monkeypatch.setattr(type(scene.wechat), "get_draft", once)
    assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("delete_draft"))


def test_a_newer_draft_that_is_found_takes_the_place_of_the_older_one() -> None:
    scene = staged()
    scene.campaigns = [EDITED]
    crashed(scene, "after add_draft")
    assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("add_draft"))
    assert ["春季大促，改"] == [articles[0].title for articles in scene.wechat.drafts.values()]


def foreign(title: str) -> tuple[DraftArticle, ...]:
    """Give a draft that somebody made in the console."""
    return (
        DraftArticle(
            title,
            "",
            "",
            "<p>别人的</p>",
            "",
            "COVER",
            need_open_comment=False,
            only_fans_can_comment=False,
        ),
    )


def test_a_draft_is_found_behind_two_hundred_others() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    title = next(iter(scene.wechat.drafts.values()))[0].title
    scene.wechat.drafts.update(
        {MediaId(f"F{n}"): foreign(title if n < 3 else f"{n}") for n in range(200)}
    )
    assert (0, 0, 201) == (
        scene.apply().exit_status(),
        scene.wechat.count("add_draft"),
        len(scene.wechat.drafts),
    )
    assert 5 == scene.wechat.count("get_draft")


def test_a_listing_without_titles_costs_a_call_for_each_and_no_more_than_half_a_day_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def untitled(wechat: Any) -> tuple[ListedDraft, ...]:
        return tuple(ListedDraft(media_id, None) for media_id in reversed(wechat.drafts))

    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    monkeypatch.setattr(type(scene.wechat), "newest_drafts", untitled)
    scene.wechat.drafts.update({MediaId(f"F{n}"): foreign(f"{n}") for n in range(200)})
    assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("add_draft"))
    crashed(scene := Scene([NEWS], now=AHEAD), "after add_draft")
    scene.wechat.drafts.update({MediaId(f"F{n}"): foreign(f"{n}") for n in range(400)})
    scene.apply()
    assert 251 == scene.wechat.count("get_draft")


@pytest.mark.parametrize("boundary", ["after add_draft", "before delete_draft"])
def test_what_a_crash_left_of_a_campaign_whose_folder_is_gone_is_cleared_away(
    boundary: str,
) -> None:
    other = news("b", article("另一个"), window=Window(NOW + HOUR, NOW + 2 * HOUR))
    scene = staged()
    scene.campaigns = [EDITED]
    crashed(scene, boundary)
    scene.campaigns = [other]
    scene.apply()
    assert ["另一个"] == sorted(articles[0].title for articles in scene.wechat.drafts.values())
    scene.apply()
    assert [] == scene.wechat.calls


def test_an_heir_that_was_changed_before_anybody_read_it_replaces_nothing() -> None:
    scene = staged()
    scene.campaigns = [EDITED]
    crashed(scene, "before append draft_verified")
    striking_out(scene, list(scene.wechat.drafts)[-1])
    scene.campaigns = [Invalid(NEWS.name, folder_of(NEWS.name), "", None, None, ())]
    scene.apply()
    assert (2, []) == (len(scene.wechat.drafts), scene.events("draft_deleted"))


def test_a_draft_in_an_account_that_is_no_longer_there_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = staged()
    monkeypatch.setattr("simulation.scenario.ACCOUNTS", {OTHER_APPID: AccountName("other")})
    scene.campaigns = [replace(NEWS, account=AccountName("other"), appid=OTHER_APPID)]
    assert 0 == scene.apply().exit_status()
    assert (1, [], 1) == (len(scene.wechat.drafts), scene.wechat.calls, len(scene.other.drafts))


def test_a_lower_edition_that_is_gone_may_have_reached_its_followers() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    scene.campaigns = [replace(EDITED, edition=2)]
    scene.later(hours=2)
    outcome = scene.apply()
    assert (5, ["draft_gone"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)
    settle_not_sent(scene.record(NEWS), I_LOOKED, lambda _: scene.wechat, scene.book())
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_lower_edition_is_settled_though_a_higher_one_was_begun() -> None:
    scene = staged()
    scene.campaigns = [replace(EDITED, edition=2)]
    crashed(scene, "before add_draft")
    scene.wechat.drafts.clear()
    assert ["draft_gone"] == told(scene.apply())
    settle_not_sent(
        scene.record(scene.campaigns[0]), I_LOOKED, lambda _: scene.wechat, scene.book()
    )
    scene.later(hours=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


HIGHER = replace(NEWS, edition=2)


def lowered(scene: Scene) -> Scene:
    """Stage the lower edition in the place of one that was staged and never sent."""
    scene.campaigns, scene.until = [EDITED], Until.DRAFT
    assert 0 == scene.apply().exit_status()
    return scene


def test_a_lowered_edition_takes_the_place_of_the_one_that_was_only_staged() -> None:
    scene = lowered(staged(HIGHER))
    assert ["春季大促，改"] == [each[0].title for each in scene.wechat.drafts.values()]
    assert (None, True) == (scene.record(HIGHER).draft(), scene.record(EDITED).draft() is not None)
    scene.apply()
    assert [] == scene.wechat.calls


def test_what_the_declared_edition_leaves_undeleted_is_deleted_when_its_folder_is_read_the_next_time() -> (
    None
):
    scene = staged(HIGHER)
    scene.campaigns, scene.until = [EDITED], Until.DRAFT
    scene.apply(*[("delete_draft", Fault.REQUEST_LOST)] * 2)
    assert 2 == len(scene.wechat.drafts)
    lowered(scene)
    assert ["春季大促，改"] == [each[0].title for each in scene.wechat.drafts.values()]


def test_a_staged_edition_above_the_declared_one_that_was_changed_stays_and_is_told() -> None:
    scene = staged(HIGHER)
    striking_out(scene, *scene.wechat.drafts)
    lowered(scene)
    assert (2, ["changed"]) == (len(scene.wechat.drafts), reasons(scene))
    assert any(
        "was changed in the console, so it stays there" in line for line in scene.progress.lines
    )


def test_a_staged_edition_above_the_declared_one_that_is_gone_may_have_reached_its_followers() -> (
    None
):
    scene = staged(HIGHER)
    scene.wechat.drafts.clear()
    scene.campaigns = [EDITED]
    outcome = scene.apply()
    assert (5, ["draft_gone"], {}) == (outcome.exit_status(), told(outcome), scene.wechat.drafts)


def test_a_campaign_that_moved_to_another_account_leaves_its_draft_in_the_old_one() -> None:
    scene = staged()
    moved = replace(NEWS, account=AccountName("other"), appid=OTHER_APPID)
    scene.campaigns = [moved]
    assert 0 == scene.apply().exit_status()
    assert ({}, 1) == (scene.wechat.drafts, len(scene.other.drafts))
    assert ["superseded"] == reasons(scene)


def test_previews_go_out_one_campaign_after_the_other_and_a_crash_spares_those_behind() -> None:
    soon = whole_news(Window(NOW + HOUR, NOW + 5 * HOUR), recipients=reviewers("li", "mei"))
    late = news(
        "a",
        article("另一个"),
        window=Window(NOW + 2 * HOUR, NOW + 5 * HOUR),
        recipients=reviewers("li"),
    )
    scene = crashed(Scene([late, soon]), "after preview")
    begun = [entry.campaign for entry in scene.ledger.entries if entry.event.type == "previewed"]
    assert ["sale", "sale"] == begun
    scene.apply()
    assert ["a"] == [
        entry.campaign
        for entry in scene.ledger.entries
        if getattr(entry.event, "outcome", "") == "sent"
    ]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param(lambda html: html.replace("<p>", '<p id="x">'), True, id="an id"),
        pytest.param(lambda html: html.replace("</p>", "</p>\n"), True, id="blanks"),
        pytest.param(lambda html: html + "<style>p{color:red}</style>", True, id="a style sheet"),
        pytest.param(
            lambda html: html.replace("color:red", "color: red;"),
            True,
            id="a style written otherwise",
        ),
        pytest.param(lambda html: html.replace("价", "价<!-- x -->"), True, id="a comment"),
        pytest.param(lambda html: html.replace("color:red", "color:blue"), False, id="a colour"),
        pytest.param(lambda html: html.replace("100", "<s>100</s>"), False, id="struck out"),
        pytest.param(lambda html: html.replace("<b>早</b>", "早"), False, id="not bold"),
        pytest.param(
            lambda html: html.replace("<b>早</b>今", "<b>早今</b>"), False, id="bold further"
        ),
        pytest.param(
            lambda html: html.replace("/0)", "/0?wx_fmt=png)"), True, id="a picture's address"
        ),
    ],
)
def test_what_changes_the_look_is_told_from_what_wechat_writes_otherwise(
    change: Callable[[str], str], same: bool
) -> None:
    html = (
        '<p style="color:red">价 100 元</p>'
        '<p><b>早</b>今<span style="background:url(https://mmbiz.qpic.cn/a/0)"></span></p>'
    )
    given = (
        DraftArticle(
            "t", "", "", html, "", "C", need_open_comment=False, only_fans_can_comment=False
        ),
    )
    read = (replace(given[0], content=change(html)),)
    assert same == (markup_sha256(given) == markup_sha256(read))


def test_a_draft_whose_folder_is_gone_is_deleted_and_that_is_said() -> None:
    scene = staged()
    scene.campaigns = []
    scene.apply()
    assert ({}, "folder_gone") == (scene.wechat.drafts, scene.events("draft_deleted")[-1].reason)
    assert ["sale: its draft was deleted, because its folder is gone"] == [
        str(each) for each in scene.progress.lines
    ]
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)


def test_a_faulty_campaign_has_a_folder_and_so_may_any_where_nobody_can_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = staged()
    scene.campaigns = [Invalid(NEWS.name, folder_of(NEWS.name), "", None, None, ())]
    scene.apply()
    scene.campaigns = []
    monkeypatch.setattr("simulation.scenario.frozenset", lambda _: None, raising=False)
    scene.apply()
    assert 1 == len(scene.wechat.drafts)


def test_a_draft_whose_window_has_closed_is_deleted_and_staged_again_where_it_is_moved() -> None:
    scene = staged()
    scene.later(days=5)
    assert (5, {}) == (scene.apply().exit_status(), scene.wechat.drafts)
    assert "sale: its draft was deleted, because its window has closed" in [
        str(each) for each in scene.progress.lines
    ]
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)
    now = scene.clock.now()
    scene.campaigns = [replace(NEWS, window=Window(now + HOUR, now + 2 * HOUR))]
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.drafts))


def test_an_edition_that_is_higher_than_the_one_whose_window_has_closed_keeps_its_draft() -> None:
    scene = staged(replace(NEWS, edition=2))
    scene.campaigns = [NEWS]
    scene.later(days=5)
    scene.apply()
    assert 1 == len(scene.wechat.drafts)


@pytest.mark.parametrize("gone", [True, False])
def test_a_draft_that_was_changed_stays_and_is_told(gone: bool) -> None:
    scene = staged()
    striking_out(scene, *scene.wechat.drafts)
    scene.campaigns = [] if gone else scene.campaigns
    scene.later(days=5)
    done = scene.apply()
    assert ([LeftDraft(NEWS.name, 1, gone)], 1) == (done.drafts_left, len(scene.wechat.drafts))
    assert "sale: its draft was changed in the console and stays there" in str(
        scene.progress.lines[-1]
    )
    again = scene.apply()
    assert (gone, 0 if gone else 1) == (again.drafts_left == [], scene.wechat.count("get_draft"))


def test_one_that_was_adopted_holds_a_persons_work_and_stays() -> None:
    scene = staged()
    (media_id,) = scene.wechat.drafts
    striking_out(scene, media_id)
    read = scene.wechat.drafts[media_id]
    adopted = Adopted(
        media_id=media_id,
        draft_sha256=draft_sha256(read),
        kept_sha256=kept_sha256(read),
        reason="better",
        by="li",
    )
    scene.write((adopted, NEWS))
    scene.later(days=5)
    assert [LeftDraft(NEWS.name, 1, False)] == scene.apply().drafts_left
    assert (1, []) == (len(scene.wechat.drafts), scene.events("draft_deleted"))


def test_one_that_is_gone_tells_nothing() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    scene.campaigns = []
    scene.apply()
    assert ([], []) == (scene.progress.lines, scene.events("draft_deleted"))


def test_one_that_cannot_be_read_is_told_and_deleted_by_the_next_run() -> None:
    scene = staged()
    scene.campaigns = []
    scene.apply(("get_draft", LOST))
    assert "sale: its draft could not be deleted" in str(scene.progress.lines[-1])
    scene.apply()
    assert {} == scene.wechat.drafts


@pytest.mark.parametrize("gone", [True, False])
def test_a_draft_of_a_campaign_in_doubt_is_not_touched(gone: bool) -> None:
    scene = Scene([replace(NEWS, window=Window(NOW - HOUR, NOW + HOUR))], wait_in_doubt=False)
    scene.apply(("send_mass", LOST))
    scene.later(hours=5)
    scene.campaigns = [] if gone else scene.campaigns
    scene.apply()
    assert (1, []) == (len(scene.wechat.drafts), scene.events("draft_deleted"))


def test_one_in_an_account_that_this_run_does_not_look_after_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = staged()
    scene.campaigns = [text("other", window=LATER, account=AccountName("other"), appid=OTHER_APPID)]
    monkeypatch.setattr("simulation.scenario.ACCOUNTS", {OTHER_APPID: AccountName("other")})
    scene.apply()
    assert (1, []) == (len(scene.wechat.drafts), scene.wechat.calls)


def test_one_in_an_account_that_massctl_yaml_has_no_more_is_left_alone() -> None:
    scene = staged()
    scene.write(
        saved(NEWS, "ELSEWHERE", appid="wx9999999999999999", batch=2), saved(NEWS, "GONE", batch=3)
    )
    scene.campaigns = []
    scene.apply()
    assert ["get_draft", "delete_draft", "get_draft"] == scene.wechat.calls


CALLS = ("newest_drafts", "get_draft", "add_draft", "delete_draft")


def calls(scene: Scene) -> list[str]:
    """Give the calls about drafts that the last run made."""
    return [each for each in scene.wechat.calls if each in CALLS]


def crashed_at(scene: Scene, boundary: str) -> Scene:
    """Let a run die at the boundary of this name."""
    whole = Scene(scene.campaigns, now=scene.clock.now())
    whole.apply()
    scene.boundaries.stop_at = whole.boundaries.passed.index(boundary) + 1
    with pytest.raises(Crash):
        scene.apply()
    scene.boundaries = Boundaries()
    return scene


def test_a_draft_is_begun_on_record_before_its_request() -> None:
    scene = crashed_at(Scene([NEWS], now=AHEAD), "before add_draft")
    assert ("draft_begun", {}) == (scene.types()[-1], scene.wechat.drafts)
    assert scene.ledger.flushed == len(scene.ledger.entries)


def test_a_lost_answer_is_looked_for_and_the_draft_is_not_made_twice() -> None:
    scene = Scene([NEWS], now=AHEAD)
    outcome = scene.apply(("add_draft", Fault.ANSWER_LOST))
    assert (0, 1) == (outcome.exit_status(), len(scene.wechat.drafts))
    assert ["add_draft", "newest_drafts", "get_draft", "get_draft"] == calls(scene)
    assert ["upload_image", "upload_image", "add_material", "save_draft"] == [
        step.kind for step in outcome.campaigns[0].performed
    ]


def test_a_lost_request_is_made_once_more() -> None:
    scene = Scene([NEWS], now=AHEAD)
    assert (0, 1) == (
        scene.apply(("add_draft", Fault.REQUEST_LOST)).exit_status(),
        len(scene.wechat.drafts),
    )
    assert (2, 2) == (scene.wechat.count("add_draft"), scene.wechat.count("upload_image"))


def test_two_lost_requests_stop_the_campaign_and_the_next_run_goes_on() -> None:
    scene = Scene([NEWS], now=AHEAD)
    outcome = scene.apply(("add_draft", Fault.REQUEST_LOST), ("add_draft", Fault.REQUEST_LOST))
    error = outcome.campaigns[0].error
    assert error is not None
    assert (1, "new", True) == (
        outcome.exit_status(),
        outcome.status(outcome.campaigns[0]).value,
        "Run the same command again" in error.hint,
    )
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.drafts))


def test_a_draft_of_a_run_that_died_is_found_by_the_next() -> None:
    scene = crashed_at(Scene([NEWS], now=AHEAD), "after add_draft")
    assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("add_draft"))
    (saved,) = scene.events("draft_saved")
    assert [saved.media_id] == list(scene.wechat.drafts)
    assert any("found the draft" in line for line in scene.progress.lines)


def test_a_draft_of_a_run_that_died_is_replaced_where_the_campaign_was_edited() -> None:
    scene = crashed_at(Scene([NEWS], now=AHEAD), "after add_draft")
    scene.campaigns = [EDITED]
    assert 0 == scene.apply().exit_status()
    assert ["春季大促，改"] == [articles[0].title for articles in scene.wechat.drafts.values()]


def test_a_request_that_never_left_is_given_up_when_it_cannot_come_any_more() -> None:
    scene = crashed_at(Scene([NEWS], now=AHEAD), "before add_draft")
    scene.later(minutes=4)
    scene.apply()
    assert ["newest_drafts", "add_draft", "get_draft"] == calls(scene)
    scene.later(minutes=19)
    scene.apply()
    assert [True] == [event.pending for event in scene.events("draft_not_saved")]
    scene.apply()
    assert ["not_found"] * 2 == [event.reason for event in scene.events("draft_not_saved")]
    scene.apply()
    assert [] == scene.wechat.calls


def test_a_draft_that_comes_after_a_run_missed_it_is_found_by_the_next() -> None:
    """The clock of a run may be hours on while the request is still on its way."""
    scene = crashed_at(Scene([NEWS], now=AHEAD), "after add_draft")
    on_its_way, scene.wechat.drafts = scene.wechat.drafts, {}
    scene.later(minutes=30)
    scene.apply()
    scene.wechat.drafts.update(on_its_way)
    scene.apply()
    assert (0, 1) == (len(scene.wechat.drafts.keys() & on_its_way.keys()), len(scene.wechat.drafts))


def saved_beside_a_late_one(scene: Scene) -> None:
    """Let a draft come when its run has saved another one."""
    assert 0 == scene.apply(("add_draft", Fault.VERY_LATE)).exit_status()
    scene.wechat.drafts.update(scene.wechat.very_late_drafts)


def test_a_draft_that_comes_late_is_deleted_where_another_was_saved() -> None:
    scene = Scene([NEWS], now=AHEAD)
    saved_beside_a_late_one(scene)
    scene.apply()
    assert ["newest_drafts", "get_draft", "get_draft", "delete_draft"] == calls(scene)
    assert [event.media_id for event in scene.events("draft_saved")] == list(scene.wechat.drafts)


def test_a_run_that_sends_looks_for_a_lost_draft_once_more_and_the_next_makes_no_request() -> None:
    """What comes up still later stays in the console, as the run says."""
    scene = Scene([NEWS])
    saved_beside_a_late_one(scene)
    assert (1, 1) == (len(scene.wechat.jobs), len(scene.wechat.drafts))
    assert "should it come up there, delete it" in scene.progress.lines[-1]
    scene.apply()
    assert [] == scene.wechat.calls


def test_a_lost_draft_that_comes_up_before_the_send_ends_is_deleted() -> None:
    scene = Scene([NEWS])
    crashed(scene, "after add_draft")
    (found,) = scene.wechat.drafts
    late = {found: scene.wechat.drafts.pop(found)}
    scene.ledger.fail = lambda new: (
        scene.wechat.drafts.update(late) if new.event.type == "send_accepted" else None
    )
    assert (0, {}) == (scene.apply().exit_status(), scene.wechat.drafts)
    scene.apply()
    assert [] == scene.wechat.calls


@pytest.mark.parametrize("fault", ["newest_drafts", "get_draft"])
def test_where_the_box_cannot_be_read_no_second_draft_is_made(fault: str) -> None:
    scene = crashed_at(Scene([NEWS], now=AHEAD), "after add_draft")
    assert (1, 0) == (
        scene.apply((fault, Fault.REQUEST_LOST)).exit_status(),
        scene.wechat.count("add_draft"),
    )
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.drafts))


def test_a_campaign_that_went_out_is_not_stopped_by_a_box_that_cannot_be_read() -> None:
    scene = Scene([NEWS])
    crashed(scene, "after add_draft")
    scene.wechat.drafts.clear()
    outcome = scene.apply(("newest_drafts", Fault.SLOW), ("newest_drafts", Fault.REQUEST_LOST))
    assert (0, None) == (outcome.exit_status(), outcome.campaigns[0].error)
    assert any("could not look for" in line for line in scene.progress.lines)


def test_drafts_that_people_made_are_left_alone() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.wechat.drafts["MINE"] = ()  # type: ignore[index]
    scene.apply(("add_draft", Fault.ANSWER_LOST))
    assert "MINE" in scene.wechat.drafts


def test_a_draft_that_vanishes_while_the_box_is_read_is_no_find() -> None:
    scene = crashed_at(Scene([NEWS], now=AHEAD), "after add_draft")
    (media_id,) = scene.wechat.drafts
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "simulation.world.SimWeChat.newest_drafts", lambda _: (ListedDraft(media_id, None),)
        )
        scene.wechat.drafts.clear()
        assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.drafts))


def test_a_plain_refusal_leaves_nothing_to_look_for() -> None:
    scene = Scene([NEWS], now=AHEAD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.world.SimWeChat.add_draft", refuse)
        assert 1 == scene.apply().exit_status()
    assert [("refused", 45003)] == [
        (event.reason, event.errcode) for event in scene.events("draft_not_saved")
    ]
    assert 0 == scene.apply().exit_status()
    assert 0 == scene.wechat.count("newest_drafts")


def refuse(*_: Any) -> None:
    """Answer draft/add with a plain no."""
    raise PermanentError("the title is too long", errcode=45003)


def test_two_campaigns_of_one_account_are_looked_for_together() -> None:
    later = Window(NOW + HOUR, NOW + 2 * HOUR)
    scene = Scene([NEWS, news("b", article("另一个"), window=later)], now=AHEAD)
    scene.apply(("add_draft", Fault.ANSWER_LOST), ("add_draft", Fault.ANSWER_LOST))
    assert (2, 1) == (len(scene.wechat.drafts), scene.wechat.count("newest_drafts"))


def test_under_a_ledger_that_is_not_believed_nothing_is_looked_for() -> None:
    scene = crashed_at(Scene([NEWS], now=AHEAD), "after add_draft")
    stop = Refusal(Guard.LEDGER_FOREIGN, "another ledger", "")
    scene.apply(plan=make_plan(scene.campaigns, scene.state, scene.rules, scene.now, stop=stop))
    assert [] == scene.wechat.calls


def test_an_edition_that_was_never_sent_leaves_its_draft_to_the_next() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [replace(EDITED, edition=2)]
    assert 0 == scene.apply().exit_status()
    assert ["春季大促，改"] == [articles[0].title for articles in scene.wechat.drafts.values()]
    assert {1} == {
        entry.edition for entry in scene.ledger.entries if entry.event.type == "draft_deleted"
    }


def test_an_old_draft_that_outlives_its_send_is_deleted_by_a_later_run() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [EDITED]
    scene.later(hours=2)
    scene.apply(("delete_draft", Fault.REQUEST_LOST), ("get_draft", Fault.REQUEST_LOST))
    while scene.wechat.drafts:
        assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.jobs)


def test_without_a_secret_an_old_draft_stays_for_another_day() -> None:
    scene = Scene([NEWS])
    saved_beside_a_late_one(scene)
    scene.no_secret_for = frozenset({"main"})
    assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.drafts)


MAIN = whole_news(handoff=("original",), recipients=())
BRANCH = replace(
    MAIN, message=NewsMessage((article("春季大促，改"),)), recipients=reviewers("editor_li")
)
TIP = Tip("main", "origin", "a" * 40, "a" * 40)
DONE = reconcile.Statement("原创 done", "li")
MOVED = replace(TIP, there="b" * 40)


def rules(tip: Tip, *named: str) -> PolicyInForce:
    return replace(house(*named), tip=tip)


def at_the_tip(scene: Scene, campaign: RenderedCampaign = MAIN, until: Until = Until.SEND) -> Any:
    scene.campaigns, scene.rules, scene.until, scene.showing = [campaign], rules(TIP), until, None
    return scene.apply()


def from_the_branch(
    scene: Scene, campaign: RenderedCampaign = BRANCH, *faults: Any, tip: Tip = MOVED
) -> Any:
    """Show a branch under review, as the label `preview` does."""
    scene.campaigns, scene.rules, scene.until = [campaign], rules(tip, campaign.name), Until.PREVIEW
    return scene.apply(*faults)


@pytest.fixture
def adopted() -> Scene:
    """Give a scene in which the tip's draft has its hand-off done, two hours before the window."""
    scene = Scene([MAIN], now=AHEAD)
    at_the_tip(scene, until=Until.PREVIEW)
    adopt_draft(MAIN, DONE, scene.wechat, scene.book())
    return scene


@pytest.mark.parametrize(
    "tip",
    [
        MOVED,
        replace(TIP, there=None),
        replace(TIP, changed="campaigns/sale/x"),
        replace(TIP, unread="away"),
    ],
)
def test_a_preview_of_a_branch_leaves_the_adopted_draft_alone(adopted: Scene, tip: Tip) -> None:
    (before,) = adopted.wechat.drafts
    outcome = from_the_branch(adopted, tip=tip)

    assert (0, 1, 0) == (
        outcome.exit_status(),
        len(adopted.wechat.delivered_previews),
        adopted.wechat.count("delete"),
    )
    assert before in adopted.wechat.drafts
    adopted.later(hours=3)
    assert (0, 1) == (at_the_tip(adopted).exit_status(), len(adopted.wechat.jobs))
    assert before == adopted.events("send_attempted")[-1].media_id


def test_its_draft_is_saved_shown_and_deleted_in_one_run(adopted: Scene) -> None:
    serial = len(adopted.ledger.entries)
    from_the_branch(adopted)

    (begun, *_, closed) = [
        entry.event for entry in adopted.ledger.entries[serial:] if "draft" in entry.event.type
    ]
    assert (True, "preview_deleted") == (begun.for_preview, closed.reason)
    assert (1, 1, []) == (
        len(adopted.wechat.drafts),
        len(adopted.record(MAIN).drafts),
        adopted.record(MAIN).begun_drafts,
    )


def test_a_draft_that_wechat_does_not_keep_whole_is_not_shown(adopted: Scene) -> None:
    adopted.wechat.keeps = lambda given: replace(given, content="<p>你好</p>")
    outcome = from_the_branch(adopted)

    assert (1, [], 1) == (
        outcome.exit_status(),
        adopted.wechat.delivered_previews,
        len(adopted.wechat.drafts),
    )


@pytest.mark.parametrize("fault", ["get_draft", "delete_draft"])
def test_a_draft_that_stays_behind_is_deleted_by_a_run_at_the_tip(
    adopted: Scene, fault: str
) -> None:
    from_the_branch(adopted, BRANCH, (fault, Fault.REQUEST_LOST))
    assert (2 if fault == "delete_draft" else 1) == len(adopted.wechat.drafts)
    at_the_tip(adopted)

    assert (1, []) == (len(adopted.wechat.drafts), adopted.record(MAIN).begun_drafts)


def test_a_brake_keeps_nobody_from_staging() -> None:
    scene = Scene(
        [MAIN], now=AHEAD, rules=rules(replace(TIP, stop_branches=((STOP_BRANCH, None),)))
    )

    assert (0, 1) == (scene.apply().exit_status(), len(scene.record(MAIN).drafts))


def test_what_is_staged_with_these_very_words_is_shown_as_it_is(adopted: Scene) -> None:
    from_the_branch(adopted, replace(MAIN, recipients=reviewers("editor_li")))

    assert (1, 1) == (len(adopted.wechat.drafts), len(adopted.wechat.delivered_previews))


def test_a_branch_that_nobody_staged_yet_is_shown() -> None:
    scene = Scene([BRANCH], now=AHEAD)

    assert (0, 1) == (from_the_branch(scene).exit_status(), len(scene.wechat.delivered_previews))
    assert ([], {}) == (scene.record(BRANCH).drafts, scene.wechat.drafts)


def test_nothing_is_done_where_there_is_nobody_to_show_it_to(adopted: Scene) -> None:
    outcome = from_the_branch(adopted, replace(BRANCH, recipients=()))

    assert (0, []) == (outcome.exit_status(), outcome.campaigns[0].performed)


def test_it_is_shown_again_on_purpose(adopted: Scene) -> None:
    from_the_branch(adopted)
    adopted.showing = Showing()
    from_the_branch(adopted)

    assert 2 == len(adopted.wechat.delivered_previews)


@pytest.mark.parametrize("until", [Until.DRAFT, Until.PREVIEW, Until.SEND])
def test_an_old_run_stages_nothing_and_says_why(adopted: Scene, until: Until) -> None:
    adopted.campaigns, adopted.rules, adopted.until = [BRANCH], rules(MOVED), until
    outcome = adopted.apply()

    assert (5, ["not_at_tip"]) == (
        outcome.exit_status(),
        [each.guard for each in outcome.campaigns[0].refusals],
    )
    assert ([], 1) == (adopted.wechat.calls, len(adopted.wechat.drafts))


def test_an_old_run_that_is_due_is_refused_before_it_stages(adopted: Scene) -> None:
    adopted.later(hours=3)
    adopted.campaigns, adopted.rules = [replace(BRANCH, handoff=())], rules(MOVED)
    outcome = adopted.apply()

    assert (["not_at_tip"], []) == (
        [each.guard for each in outcome.campaigns[0].refusals],
        adopted.wechat.calls,
    )


def test_an_old_run_with_nothing_to_do_is_told_nothing(adopted: Scene) -> None:
    adopted.rules = rules(MOVED)

    assert (0, []) == (adopted.apply().exit_status(), adopted.wechat.calls)


def test_every_reason_is_told_where_something_was_to_be_staged() -> None:
    scene = Scene([BRANCH], rules=rules(replace(MOVED, stop_branches=((STOP_BRANCH, None),))))

    assert ["kill_switch", "handoff_open", "not_at_tip"] == [
        e.guard for e in scene.apply().campaigns[0].refusals
    ]


def test_one_whose_answer_was_lost_is_found_and_deleted(adopted: Scene) -> None:
    from_the_branch(adopted, BRANCH, ("add_draft", Fault.ANSWER_LOST))
    assert 2 == len(adopted.wechat.drafts)
    at_the_tip(adopted)

    assert (1, []) == (len(adopted.wechat.drafts), adopted.record(MAIN).begun_drafts)


def test_a_tag_is_not_looked_up_for_what_is_not_staged() -> None:
    scene = Scene([], now=AHEAD)
    from_the_branch(scene, replace(BRANCH, audience=audience(tag_id=7)))

    assert (1, 0) == (len(scene.wechat.delivered_previews), scene.wechat.count("audience_count"))


def test_a_message_without_a_draft_is_not_recorded_as_staged(adopted: Scene) -> None:
    words = whole_text(recipients=reviewers("editor_li"))
    from_the_branch(adopted, words)

    assert (1, None) == (len(adopted.wechat.delivered_previews), adopted.record(words).staged)


def boundaries_of_a_preview() -> int:
    scene = Scene([MAIN], now=AHEAD)
    at_the_tip(scene, until=Until.PREVIEW)
    scene.boundaries = Boundaries()
    from_the_branch(scene)
    return len(scene.boundaries.passed)


def test_whatever_ends_a_preview_the_tip_sends_its_own(adopted: Scene) -> None:
    for number in range(1, boundaries_of_a_preview() + 1):
        scene = Scene([MAIN], now=AHEAD)
        at_the_tip(scene, until=Until.PREVIEW)
        adopt_draft(MAIN, DONE, scene.wechat, scene.book())
        (before,) = scene.wechat.drafts
        scene.boundaries = Boundaries(stop_at=number)
        with pytest.raises(Crash):
            from_the_branch(scene)
        scene.boundaries = Boundaries()
        scene.later(hours=3)
        assert (0, 1) == (at_the_tip(scene).exit_status(), len(scene.wechat.jobs)), number
        assert before == scene.events("send_attempted")[-1].media_id
        at_the_tip(scene)
        assert {} == scene.wechat.drafts, number


def test_a_plan_that_is_made_again_sends_nothing_that_the_first_did_not_want_to_send() -> None:
    """A window opens while lost drafts are looked for; whoever gave consent had not seen that send."""
    scene = crashed_at(Scene([NEWS], now=AHEAD), "after add_draft")
    session = scene.book()

    def later() -> Plan:
        scene.later(hours=3)
        return scene.plan(session.state)

    plan = scene.plan()
    assert [] == [
        step for each in plan.campaigns for step in each.steps if step.kind == "send_mass"
    ]
    ports = scene.ports()
    outcome = apply_plan(plan, ports, session, scene.rules, later)
    assert (0, []) == (outcome.exit_status(), scene.wechat.jobs)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


@pytest.mark.parametrize(("fails", "told"), [(False, ["surplus_deleted"]), (True, [])])
def test_a_surplus_draft_that_cannot_be_deleted_is_left_for_the_next_run(
    monkeypatch: pytest.MonkeyPatch, fails: bool, told: list[str]
) -> None:
    scene, late = beside_a_late_one()
    delete = type(scene.wechat).delete_draft

    def refuse(wechat: Any, media_id: MediaId) -> None:
        if fails:
            raise TransportError("no answer")
        delete(wechat, media_id)

    monkeypatch.setattr(type(scene.wechat), "delete_draft", refuse)
    assert 0 == scene.apply().exit_status()
    assert (fails, told) == (
        late in scene.wechat.drafts,
        [each.reason for each in scene.events("draft_not_saved")],
    )
