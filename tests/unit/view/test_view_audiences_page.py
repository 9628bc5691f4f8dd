"""The pages of audiences: how many, since when, from where, and who uses them."""

import re
from datetime import datetime
from typing import Any

from audience_samples import snapshot_of
from repositories import APPID
from view_samples import NOW

from massctl.model.audience import (
    AudienceFile,
    AudienceLock,
    AudienceName,
    AudienceUse,
    NamedAudience,
    definition_digest,
)
from massctl.model.ids import CampaignName
from massctl.model.message import Window
from massctl.model.state import Status
from massctl.plan.audience_uses import AudienceSend
from massctl.view.i18n import Language
from massctl.view.pages.audiences_page import ShownAudience, audience_page, audiences_page
from massctl.view.pages.document import Watched
from massctl.view.pages.markup import Sheet

EAST, SQL = AudienceName("east"), "SELECT openid FROM members\r\n"
QUERY = {"query": {"sql": "east.sql", "connection": "warehouse"}}
WATCHED = Watched("_audiences", 0)


def file_of(**said: Any) -> AudienceFile:
    title = {"version": 1, "title": "华东 & 会员", "account": "main"}
    return AudienceFile.model_validate({**title, "source": QUERY, **said})


def lock_of(file: AudienceFile, at: str, count: int, change: Any = None) -> AudienceLock:
    said = {"version": 1, "audience": EAST, "appid": APPID, "frozen_by": "lin-mei"}
    named = {"snapshot": snapshot_of([at]), "definition": definition_digest(file, SQL)}
    return AudienceLock.model_validate(
        {**said, **named, "count": count, "frozen_at": at, "change": change}
    )


def changed(added: int, removed: int, at: str) -> dict[str, Any]:
    return {"since": snapshot_of([]), "since_at": at, "added": added, "removed": removed}


FIRST = "2026-10-01T09:00:00+08:00"
SECOND = "2026-11-01T09:00:00+08:00"
THIRD = "2026-12-01T09:00:00+08:00"
FILE = file_of(exclude=["staff"], expect={"min": 3000})
OLD = lock_of(FILE, SECOND, 4860, changed(10, 50, FIRST))
LOCK = lock_of(FILE, THIRD, 4977, changed(120, 3, SECOND))
AUDIENCE = NamedAudience(EAST, FILE, SQL, LOCK)


def page(shown: ShownAudience, language: Language = Language.EN) -> str:
    return audience_page(shown, None, Sheet(language, {}), WATCHED, NOW)


def listed(*shown: ShownAudience) -> str:
    return audiences_page(shown, [], None, Sheet(Language.EN, {}), WATCHED, NOW)


def named(name: str, *uses: AudienceUse, **said: Any) -> ShownAudience:
    return ShownAudience(NamedAudience(AudienceName(name), FILE, SQL, LOCK, uses=uses, **said))


def use(campaign: str, day: int | None) -> AudienceUse:
    if day is None:
        return AudienceUse(CampaignName(campaign), None)
    opens, closes = (
        datetime.fromisoformat(f"2026-12-{day:02}T{hour}:00:00+08:00") for hour in (20, 21)
    )
    return AudienceUse(CampaignName(campaign), Window(opens, closes))


def test_its_size_over_time_is_that_of_every_known_freeze_and_of_before_the_first() -> None:
    shown = ShownAudience(AUDIENCE, (OLD, LOCK))
    assert [4900, 4860, 4977] == [count for _, count in shown.sizes]
    assert [4860, 4977] == [count for _, count in ShownAudience(AUDIENCE).sizes]
    assert [] == ShownAudience(NamedAudience(EAST, FILE, SQL)).sizes
    drawn = page(shown)
    assert "2026-11-01 09:00 +08:00: 4,860 people" in drawn
    assert 2 == drawn.count('<th scope="row">2026-')


def test_it_says_who_was_frozen_when_by_whom_and_what_changed() -> None:
    shown = page(ShownAudience(AUDIENCE))
    assert "4,977 people · +120 −3 since Sun 1 Nov" in shown
    assert "<dd>2026-12-01 09:00 +08:00, by lin-mei</dd>" in shown
    assert "<h1>华东 &amp; 会员</h1>" in shown


def test_a_query_is_named_by_its_digest_and_its_connection_alone() -> None:
    shown = page(ShownAudience(AUDIENCE))
    # The digest of the text with LF, by sha256sum.
    assert "<dd>the query east.sql</dd>" in shown
    assert "<dd>41cb5db3175d, on the connection warehouse</dd>" in shown


def test_a_list_of_the_web_is_named_without_credentials() -> None:
    url = "https://lin:secret@lists.example.com/east.csv?signature=abc"
    found = NamedAudience(EAST, file_of(source={"file": url}))
    for shown in (page(ShownAudience(found)), listed(ShownAudience(found))):
        assert "lists.example.com/east.csv" in shown
        assert ("secret" in shown, "signature" in shown) == (False, False)


def test_who_is_taken_off_has_a_page_of_its_own() -> None:
    assert '<a href="/-/audiences/staff">staff</a>' in page(ShownAudience(AUDIENCE))


def test_it_says_who_uses_it_next_and_who_used_it_last() -> None:
    last = AudienceSend(CampaignName("autumn"), 2, NOW, 4870, Status.SENT)
    found = NamedAudience(EAST, FILE, SQL, LOCK, uses=(use("winter", 12), use("spring", None)))
    shown = page(ShownAudience(found, last=last))
    uses = shown.partition('id="uses"')[2].partition("</section>")[0]
    assert ["winter", "spring", "autumn"] == re.findall(r'<a href="/(\w+)"', uses)
    assert "Sat 12 Dec 20:00–21:00" in uses
    assert ("edition 2" in uses, "4,870 people · sent" in uses) == (True, True)
    unused = page(ShownAudience(AUDIENCE))
    assert ("no campaign" in unused, "no send on record" in unused) == (True, True)


def test_an_audience_that_cannot_be_sent_to_says_why() -> None:
    never = ShownAudience(NamedAudience(EAST, FILE, SQL))
    stale = ShownAudience(NamedAudience(EAST, file_of(), SQL, LOCK))
    for shown, words in ((never, "never frozen"), (stale, "its file was changed since")):
        assert words in page(shown).partition('<p class="sentence">')[2].partition("</p>")[0]
        assert words in listed(shown)


def test_what_goes_out_next_stands_first_in_the_list() -> None:
    shown = listed(
        named("never"), named("some-day", use("z", None)), named("late", use("y", 20)),
        named("soon", use("x", 5)),
    )  # fmt: skip
    rows = re.findall(r'<th scope="row"><a href="/-/audiences/([\w-]+)"', shown)
    assert ["soon", "late", "some-day", "never"] == rows
    assert "4 audiences" in shown


def test_accounts_are_named_where_there_are_several() -> None:
    other = NamedAudience(AudienceName("west"), file_of(account="second"), SQL)
    account = "</code> · second"
    assert account in listed(ShownAudience(AUDIENCE), ShownAudience(other))
    assert account not in listed(ShownAudience(other))


def test_a_repository_without_audiences_says_where_they_would_be() -> None:
    assert "audiences/ has no NAME.yaml" in listed()
