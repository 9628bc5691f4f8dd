"""What differs from a lock, by name."""

import json
from typing import Any

import pytest
from building import (
    LATER,
    NOW,
    OPEN,
    PAST,
    article,
    at,
    attempted,
    audience,
    folder_of,
    house,
    news,
    picture,
    planned,
    recorded,
    sent,
    sha,
    text,
)
from copies import replace

from massctl.model.destination import Destination, DestinationKind
from massctl.model.entries import JobStatus
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.lock import LockFile, lock_document
from massctl.model.message import Purpose, RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.plan.guards import lock_missing, lock_uncommitted
from massctl.plan.lock_diff import changed_parts, lock_stale, lock_unfit
from massctl.plan.plan_file import LockedCampaign, LockResult, lock_exit_status
from massctl.plan.steps import Guard, NotLocked
from massctl.view.i18n import Language
from massctl.view.json_writer import written
from massctl.view.verbs_json import lock_json

SALE = news("sale", window=OPEN)
WORDS = text("sale", window=OPEN)
NAME = CampaignName("sale")


BEFORE = "massctl 0.1.0, pillow 13.0.0"
LINKED = replace(SALE, links=(("autumn/1", "https://mp.weixin.qq.com/s/a"),))


def lock(campaign: RenderedCampaign, renderer: str = BEFORE) -> LockFile:
    return LockFile.model_validate(lock_document(campaign, renderer))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (SALE, []),
        (replace(SALE, name=CampaignName("old")), ["the campaign's name (locked as sale)"]),
        (replace(SALE, edition=2), ["the edition"]),
        (replace(SALE, appid=AppId("wxfedcba9876543210")), ["the account"]),
        (replace(SALE, account=AccountName("other")), []),
        (replace(SALE, audience=audience(tag_id=101)), ["the audience"]),
        (replace(SALE, audience=audience(expect={"min": 1})), ["the audience"]),
        (replace(SALE, window=None), ["the window"]),
        (replace(SALE, window=LATER), ["the window"]),
        (replace(SALE, send_ignore_reprint=True), ["the flag send_ignore_reprint"]),
        (news("sale", article("另一个"), window=OPEN), ["the title of article 1"]),
        (news("sale", article(author="我"), window=OPEN), ["the author of article 1"]),
        (news("sale", article(digest="短"), window=OPEN), ["the digest of article 1"]),
        (
            news("sale", article(content_source_url="https://x"), window=OPEN),
            ["the content_source_url of article 1"],
        ),
        (
            news("sale", article(need_open_comment=False), window=OPEN),
            ["the flag need_open_comment of article 1"],
        ),
        (
            news("sale", article(only_fans_can_comment=True), window=OPEN),
            ["the flag only_fans_can_comment of article 1"],
        ),
        (news("sale", article(cover="f" * 64), window=OPEN), ["the cover of article 1"]),
        (
            news("sale", article(pic_crop_1_1="0_0_1_1"), window=OPEN),
            ["the crop of the cover of article 1"],
        ),
        (news("sale", article(content="<p>好</p>"), window=OPEN), ["the text of article 1"]),
        (news("sale", article(), article("二"), window=OPEN), ["the number of articles"]),
        (
            WORDS,
            [
                "the type of the message",
                "the picture images/hero.png",
                "the picture images/cover.png",
            ],
        ),
        (LINKED, ["the link to autumn/1"]),
        (replace(SALE, pictures=SALE.pictures[::-1]), ["the order of the pictures"]),
        (
            replace(SALE, pictures=(picture("new"), SALE.pictures[1])),
            ["the picture images/new.png", "the picture images/hero.png"],
        ),
    ],
)
def test_every_part_that_differs_is_named(other: RenderedCampaign, expected: list[str]) -> None:
    assert expected == changed_parts(lock(SALE), lock(other))


def test_destinations_that_massctl_reads_otherwise_are_named() -> None:
    before = lock(SALE)
    other = before.model_copy(
        update={"destinations": [Destination(DestinationKind.URL, "https://a.cn", "article 1")]}
    )
    assert ["the destinations"] == changed_parts(before, other)


def test_other_words_are_another_text() -> None:
    assert ([], ["the text"]) == (
        changed_parts(lock(WORDS), lock(WORDS)),
        changed_parts(lock(WORDS), lock(text("sale", "别的", window=OPEN))),
    )


def test_the_refusals_say_what_to_type() -> None:
    missing, unfit = lock_missing(NAME), lock_unfit(NAME, [Phrase("the window")])
    assert ("lock_missing", True) == (
        missing.guard.value,
        missing.hint.startswith("massctl lock sale"),
    )
    assert ("lock_stale", "it differs from what was locked: the window") == (
        unfit.guard.value,
        unfit.message,
    )
    loose = lock_uncommitted("its lock is in no commit here", "git commit")
    assert ("lock_uncommitted", True) == (loose.guard.value, loose.hint.endswith("git commit"))


EDITED = news("sale", article(content="<p>好</p>"), window=OPEN)
REPAINTED = replace(
    SALE, pictures=(replace(picture("green"), path=SALE.pictures[0].path), SALE.pictures[1])
)
SINCE = "massctl changed since it was locked (massctl 0.1.0 → 0.2.0, zia - → 1) and renders differently: "


@pytest.mark.parametrize(
    ("now", "renderer", "said"),
    [
        (EDITED, BEFORE, "your files changed since it was locked: the text of article 1"),
        (EDITED, "massctl 0.2.0, pillow 13.0.0, zia 1", SINCE + "the text of article 1"),
        (
            replace(EDITED, window=LATER),
            "massctl 0.2.0, pillow 13.0.0, zia 1",
            SINCE + "the text of article 1; your files changed too: the window",
        ),
        (
            REPAINTED,
            "massctl 0.2.0",
            "your files changed since it was locked: the picture images/hero.png",
        ),
        (
            replace(
                SALE, pictures=(replace(SALE.pictures[0], sha256=sha("recipe 2")), SALE.pictures[1])
            ),
            "massctl 0.2.0, pillow 13.0.0, zia 1",
            SINCE + "the picture images/hero.png",
        ),
    ],
)
def test_a_stale_lock_says_first_whether_files_or_massctl_changed(
    now: RenderedCampaign, renderer: str, said: str
) -> None:
    found = lock_stale(lock(SALE), lock(now, renderer))
    assert ("lock_stale", said) == (found.guard.value, found.message)
    assert ("undo the change" in (found.hint or "")) is said.startswith("your files")


def told(*addresses: str) -> list[Any]:
    return [
        *sent(AUTUMN),
        at(NOW, JobStatus(msg_id=7, status="sent", article_urls=list(addresses)), AUTUMN),
    ]


AUTUMN = news("autumn")


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (told("https://mp.weixin.qq.com/s/a"), None),
        (
            told("https://mp.weixin.qq.com/s/b"),
            "the link to autumn/1 (its address is https://mp.weixin.qq.com/s/b now)",
        ),
        (
            [],
            "the link to autumn/1: the ledger does not know of a send of autumn, so it has no address",
        ),
    ],
)
def test_an_address_that_the_ledger_does_not_give_refuses_the_send(
    entries: list[Any], why: str | None
) -> None:
    found = [
        each.message
        for each in planned(LINKED, recorded(*entries)).refusals
        if each.guard is Guard.LOCK_STALE
    ]
    assert ([f"the ledger does not have the address of a link: {why}"] if why else []) == found


def not_locked(window: Window | None = OPEN) -> NotLocked:
    return NotLocked(NAME, folder_of(NAME), "春季", "main", 1, window, lock_missing(NAME))


def test_a_campaign_without_a_lock_is_refused_and_not_staged() -> None:
    found = planned(not_locked())
    assert ((), ["lock_missing"], "new", "due", None, False) == (
        found.steps,
        [each.guard.value for each in found.refusals],
        found.status.value,
        found.window.value,
        found.digest,
        found.may_send,
    )


@pytest.mark.parametrize(("named", "expected"), [((), 0), (("sale",), 1)])
def test_a_closed_window_without_a_lock_is_refused_only_where_it_is_named(
    named: tuple[str, ...], expected: int
) -> None:
    assert expected == len(planned(not_locked(PAST), rules=house(*named)).refusals)


@pytest.mark.parametrize(
    ("named", "happenings", "expected"),
    [
        ((), [], ["not_named", "lock_missing"]),
        (("sale",), [], ["lock_missing"]),
        ((), [attempted(SALE)], ["lock_missing"]),  # A doubt needs no second naming.
    ],
)
def test_without_a_window_a_missing_lock_is_a_finding_only_where_it_is_named(
    named: tuple[str, ...], happenings: list[Any], expected: list[str]
) -> None:
    found = planned(not_locked(None), recorded(*happenings), house(*named))
    assert expected == [each.guard.value for each in found.refusals]
    assert ("not_named" in expected) is bool(found.by_name_only)


def test_a_campaign_without_a_lock_keeps_its_status() -> None:
    found = planned(not_locked(), recorded(attempted(SALE)), now=NOW)
    assert ("in_doubt", 1) == (found.status.value, len(found.refusals))


def report(result: LockResult, **changes: Any) -> LockedCampaign:
    return LockedCampaign(NAME, "春季", 1, result, **changes)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([], 0),
        ([LockResult.WRITTEN, LockResult.UNCHANGED, LockResult.CONCLUDED], 0),
        ([LockResult.WRITTEN, LockResult.DIFFERS], 5),
        ([LockResult.MISSING], 5),
        ([LockResult.MISSING, LockResult.INVALID], 1),
    ],
)
def test_the_exit_status_is_the_worst(results: list[LockResult], expected: int) -> None:
    assert expected == lock_exit_status([report(each) for each in results])


def test_the_report_as_json() -> None:
    refusal = lock_unfit(NAME, [Phrase("the window")])
    differs = report(
        LockResult.DIFFERS,
        digest="sha256:1",
        differences=(Phrase("the window"),),
        versions=(Phrase("pillow 13 → 14"),),
        refusal=refusal,
    )
    (campaign,) = json.loads(written(lock_json([differs]), Language.EN))["campaigns"]
    assert {
        "name": "sale",
        "edition": 1,
        "result": "differs",
        "digest": "sha256:1",
        "written": [],
        "differences": ["the window"],
        "versions": ["pillow 13 → 14"],
        "refusals": [
            {
                "guard": "lock_stale",
                "message": "it differs from what was locked: the window",
                "hint": "undo the change, or lock it again and have that reviewed: massctl lock sale",
            }
        ],
        "diagnostics": [],
    } == campaign


def test_a_material_and_an_image_of_the_same_bytes_are_two_pictures() -> None:
    both = replace(
        SALE, pictures=(picture("hero"), picture("hero", Purpose.MATERIAL), SALE.pictures[1])
    )
    assert ["the picture images/hero.png"] == changed_parts(lock(SALE), lock(both))
