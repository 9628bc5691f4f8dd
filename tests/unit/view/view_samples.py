"""Plans, outcomes and states to look at, made by the core itself and not by hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from building import folder_of
from copies import replace

from massctl.apply.outcome import CampaignOutcome, Outcome, outcome_of
from massctl.model import entries
from massctl.model.campaign import Audience
from massctl.model.entries import Entry, Event
from massctl.model.ids import AccountName, AppId, CampaignName, Sha256, sha256_of
from massctl.model.message import (
    NewsMessage,
    Picture,
    Purpose,
    Recipient,
    RenderedArticle,
    RenderedCampaign,
    TextMessage,
    Window,
)
from massctl.model.phrase import Phrase
from massctl.model.settings import MassctlFile
from massctl.model.state import State
from massctl.plan.guards import PolicyInForce
from massctl.plan.plan import Plan, Until, make_plan
from massctl.plan.quota import Agenda
from massctl.plan.steps import Desired

BEIJING = timezone(timedelta(hours=8))
NOW = datetime(2026, 12, 1, 20, 5, tzinfo=BEIJING)
APPID = AppId("wx0123456789abcdef")
SETTINGS = MassctlFile.model_validate(
    {
        "version": 1,
        "accounts": {
            "main": {"appid": APPID, "secret_env": "WECHAT_MAIN_SECRET", "kind": "service"}
        },
        "policy": {"quiet_hours": {"from": "22:00", "to": "08:00"}},
    }
)
HERO, COVER, LEAVES = (Sha256(sha256_of(name.encode())) for name in ("hero", "cover", "leaves"))
NOTE = Phrase(
    "converted from {source} to {name}, {before} -> {after}",
    source="WebP",
    name="JPEG",
    before="1.2 MB",
    after="301 KB",
)


def picture(path: str, sha256: Sha256, purpose: Purpose, note: str | None = None) -> Picture:
    return Picture(
        f"campaigns/2026-12-spring-sale/{path}",
        sha256,
        sha256,
        301_000,
        purpose,
        "jpg",
        1080,
        720,
        note,
    )


def article(title: str = "春季大促，1999 元起", content: str | None = None) -> RenderedArticle:
    body = f'<p>三天，错过等一年。</p><img src="massctl-picture:{HERO}"><img src="massctl-picture:{LEAVES}">'
    return RenderedArticle(
        title=title,
        author="编辑部",
        digest="三天，错过等一年",
        content=content or body,
        cover=COVER,
        content_source_url="https://example.com/sale",
        need_open_comment=True,
        only_fans_can_comment=False,
    )


def campaign(name: str = "2026-12-spring-sale", **changes: Any) -> RenderedCampaign:
    made = RenderedCampaign(
        name=CampaignName(name),
        folder=folder_of(name),
        title="春季大促",
        edition=1,
        account=AccountName("main"),
        appid=APPID,
        audience=Audience.model_validate(
            {"is_to_all": True, "expect": {"min": 1000, "max": 2_000_000}}
        ),
        window=Window(
            datetime(2026, 12, 1, 20, 0, tzinfo=BEIJING),
            datetime(2026, 12, 1, 21, 30, tzinfo=BEIJING),
        ),
        send_ignore_reprint=False,
        same_content_allowed=False,
        message=NewsMessage(
            (article(), article("给会员的一套路线卡，贴在冰箱上", "<p>路线卡</p>"))
        ),
        destinations=(),
        shows_unread_picture=False,
        pictures=(
            picture("images/cover.jpg", COVER, Purpose.MATERIAL),
            picture("images/hero.webp", HERO, Purpose.IMAGE, NOTE),
            picture("images/leaves.png", LEAVES, Purpose.IMAGE),
        ),
        recipients=(Recipient("towxname", "editor_li"), Recipient("touser", "oSECRET-openid-0001")),
        source_sha256=Sha256(sha256_of(b"folder")),
    )
    made = replace(made, **changes)
    message = made.message
    return replace(
        made,
        destinations=message.destinations,
        shows_unread_picture=message.shows_unread_picture,
    )


def text_campaign(name: str = "2026-12-text-notice", **changes: Any) -> RenderedCampaign:
    words = "🧣 这个周日（12 月 20 日）的步行改时间了。\n\n预报说周六夜里降温，清早路面可能结冰。"
    plain: dict[str, Any] = {
        "title": "周日步行改时间",
        "message": TextMessage(words),
        "pictures": (),
        "recipients": (),
    }
    return campaign(name, **(plain | changes))


def state_of(*events: tuple[Event, str | None], start: datetime = NOW - timedelta(days=1)) -> State:
    """Fold events, a minute apart; each with its campaign, or None."""
    state = State()
    state.absorb_all(entries_of(*events, start=start))
    return state


def entries_of(
    *events: tuple[Event, str | None], start: datetime = NOW - timedelta(days=1)
) -> Sequence[Entry]:
    created = entries.Created(lineage="01JB0000000000000000000000", realm="wechat")
    return [
        Entry(
            serial=serial,
            prev=entries.GENESIS,
            at=start + timedelta(minutes=serial),
            event=event,
            campaign=name,
            edition=1 if name else None,
        )
        for serial, (event, name) in enumerate([(created, None), *events], 1)
    ]


def saved(
    of: RenderedCampaign,
    media_id: str = "MEDIA-1",
    digest: str | None = None,
    count: int | None = 1_234_567,
) -> tuple[Event, str]:
    draft = entries.DraftSaved(
        appid=APPID,
        digest=digest or of.digest,
        media_id=media_id,
        draft_sha256="0" * 64,
        audience_count=count,
    )
    return draft, of.name


def uploaded(*names: Sha256) -> list[tuple[Event, None]]:
    images = [
        entries.ImageUploaded(appid=APPID, sha256=n, url=f"https://mmbiz.qpic.cn/{n[:6]}")
        for n in names
    ]
    return [(image, None) for image in images]


def added(*names: Sha256) -> list[tuple[Event, None]]:
    materials = [
        entries.MaterialAdded(appid=APPID, sha256=n, media_id=f"MATERIAL-{n[:6]}") for n in names
    ]
    return [(material, None) for material in materials]


def attempted(of: RenderedCampaign) -> tuple[Event, str]:
    attempt = entries.SendAttempted(
        appid=APPID,
        digest=of.digest,
        message_digest=of.message_digest,
        client_msg_id="ab" * 16,
        fingerprint="0" * 64,
        audience={"is_to_all": True},
        source_sha256=of.source_sha256,
    )
    return attempt, of.name


def plan_of(
    *desired: Desired,
    state: State | None = None,
    named: Sequence[str] = (),
    now: datetime = NOW,
    until: Until = Until.SEND,
) -> Plan:
    accounts = {
        each.appid: (AccountName("main"), "service")
        for each in desired
        if isinstance(each, RenderedCampaign)
    }
    house = PolicyInForce(SETTINGS.policy, named=frozenset(named) or None, agenda=Agenda(accounts))
    return make_plan(desired, state or State(), house, now, until=until)


def outcome(plan: Plan, state: State, *changes: dict[str, Any]) -> Outcome:
    """Give an outcome in which the campaigns of `plan` fared as `changes` say, in order."""
    fared: list[CampaignOutcome] = [outcome_of(planned) for planned in plan.campaigns]
    for each, change in zip(fared, changes, strict=False):
        for name, value in change.items():
            setattr(each, name, value)
    return Outcome(plan, state, fared)
