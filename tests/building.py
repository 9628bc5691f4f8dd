"""Small factories for tests: campaigns, settings, entries and the states they lead to.

Every default is the dullest valid value; a test names what it is about. Times are in UTC unless a zone matters.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from massctl.ledger.codec import chain_digest, decode, encode
from massctl.ledger.git_ledger import GitBackend
from massctl.model.campaign import Audience
from massctl.model.diagnostics import Diagnostic
from massctl.model.entries import (
    GENESIS,
    Created,
    DraftSaved,
    Entry,
    Event,
    NewEntry,
    Previewed,
    SendAccepted,
    SendAttempted,
)
from massctl.model.ids import AccountName, AppId, CampaignName, Folder, MediaId, Sha256, sha256_of
from massctl.model.inputs import JudgedInputs
from massctl.model.message import (
    CardMessage,
    ImageMessage,
    NewsMessage,
    Picture,
    Purpose,
    Recipient,
    Recording,
    RenderedArticle,
    RenderedCampaign,
    TextMessage,
    VideoMessage,
    VoiceMessage,
    Window,
)
from massctl.model.send import (
    Body,
    Recipients,
    SendIntent,
    StagedDraft,
    ToAll,
    ToOpenids,
    ToTag,
    client_msg_id,
)
from massctl.model.settings import MassctlFile
from massctl.model.state import Record, State
from massctl.plan.guards import PolicyInForce
from massctl.plan.plan import Plan, PlannedCampaign, Until, make_plan
from massctl.plan.quota import Agenda
from massctl.plan.steps import Desired

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
APPEND_MAX = GitBackend.append_max
"""Tuesday noon in Beijing; inside `OPEN`."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
APPID = AppId("wx0123456789abcdef")
OTHER_APPID = AppId("wxfedcba9876543210")
LINEAGE = "01JDXW00000000000000000000"
OPEN = Window(NOW - HOUR, NOW + HOUR)
LATER = Window(NOW + 100 * HOUR, NOW + 101 * HOUR)
JUDGED = JudgedInputs((("campaigns/words/campaign.yaml", "0" * 64),), "settings", "a" * 40)
"""What some message was made from."""
PAST = Window(NOW - 3 * HOUR, NOW - HOUR)


class _AnyPermit:
    """Implements `massctl.apply.ports.SendPermit` for tests of a client alone."""

    def spend(self, intent: SendIntent) -> None:
        """Take every send, as often as it comes."""

    def has_passed(self) -> bool:
        return False


IN_TIME = _AnyPermit()
"""A permit that never passes."""


def folder_of(name: str) -> Folder:
    """Return where a campaign stands without a group."""
    return Folder(f"campaigns/{name}")


def intent(
    recipients: Recipients | None = None,
    body: Body | None = None,
    *,
    reprint: bool | None = None,
    **changes: Any,
) -> SendIntent:
    """Make a send whose parts belong together: these words to everybody, unless told otherwise."""
    to, carries = recipients or ToAll(), body or text_body("明天见")
    is_news, is_list = carries.message.has_draft, isinstance(to, ToOpenids)
    fields: dict[str, Any] = {
        "campaign": CampaignName("words"),
        "identity": CampaignName("words"),
        "edition": 1,
        "appid": APPID,
        "account": AccountName("main"),
        "title": "",
        "window": None,
        "digest": "sha256:" + sha("reviewed"),
        "message_digest": "sha256:" + sha("message"),
        "source_sha256": sha("folder"),
        "inputs": JUDGED,
        "body": carries,
        "recipients": to,
        "audience": {"is_to_all": True},
        "send_ignore_reprint": bool(reprint) if is_news else reprint,
    }
    fields |= changes
    if is_news:
        fields.setdefault(
            "draft", StagedDraft(carries.media_ids[0], fields["digest"], fields.get("batch", 1))
        )
    if isinstance(to, ToTag) and "audience" not in changes:
        fields["audience"] = {"tag_id": to.tag_id}
    if is_list and "audience" not in changes:
        fields |= {
            "audience": {"openids": "list.txt"},
            "batches": 3,
            "recipients_sha256": to.sha256,
            **changes,
        }
    return SendIntent(**fields)


def news_body(media_id: str) -> Body:
    """Make what a request carries of a draft."""
    return Body(NewsMessage((article(),)), (MediaId(media_id),))


def text_body(content: str) -> Body:
    """Make what a request carries of a text."""
    return Body(TextMessage(content))


def image_body(
    media_ids: Sequence[str],
    recommend: str,
    need_open_comment: bool,
    only_fans_can_comment: bool,
    title: str = "",
) -> Body:
    """Make what a request carries of pictures."""
    flags = need_open_comment, only_fans_can_comment
    return Body(
        ImageMessage((sha("hero"),), None, title, recommend, *flags), tuple(map(MediaId, media_ids))
    )


def voice_body(media_id: str) -> Body:
    """Make what a request carries of a sound."""
    return Body(VoiceMessage(sha("bell"), None), (MediaId(media_id),))


def video_body(media_id: str, title: str, description: str) -> Body:
    """Make what a request carries of a video."""
    return Body(VideoMessage(sha("ball"), None, title, description), (MediaId(media_id),))


def card_body(card_id: str, card_ext: str | None = None) -> Body:
    """Make what a request carries of a coupon."""
    return Body(CardMessage(card_id), card_ext=card_ext)


def sha(text: str) -> Sha256:
    """Name some bytes that nobody needs."""
    return sha256_of(text.encode())


def settings(**policy: Any) -> MassctlFile:
    """Make settings with the accounts `main` and `other`, and this policy."""
    accounts = {
        "main": {"appid": APPID, "secret_env": "WECHAT_MAIN_SECRET", "kind": "service"},
        "other": {"appid": OTHER_APPID, "secret_env": "WECHAT_OTHER_SECRET", "kind": "service"},
    }
    return MassctlFile.model_validate({"version": 1, "accounts": accounts, "policy": policy})


def house(*named: str, no_send: bool = False, **policy: Any) -> PolicyInForce:
    """Make the rules of a run; without names it is a run without names."""
    accounts = {
        APPID: (AccountName("main"), "service"),
        OTHER_APPID: (AccountName("other"), "service"),
    }
    agenda = Agenda(accounts)
    return PolicyInForce(
        settings(**policy).policy, agenda, no_send, frozenset(named) if named else None
    )


def picture(
    label: str = "hero", purpose: Purpose = Purpose.IMAGE, size_bytes: int = 90210
) -> Picture:
    """Make a picture; equal labels are equal bytes."""
    path = f"campaigns/sale/images/{label}.png"
    return Picture(
        path, sha(f"source {label}"), sha(label), size_bytes, purpose, "png", 900, 383, codes=()
    )


def article(title: str = "春季大促", **changes: Any) -> RenderedArticle:
    """Make an article that shows the picture `hero`, under the cover `cover`."""
    fields: dict[str, Any] = {
        "author": "编辑部",
        "digest": "三天，错过等一年",
        "content": f'<p>你好</p><p><img src="massctl-picture:{sha("hero")}"></p>',
        "cover": sha("cover"),
        "content_source_url": None,
        "need_open_comment": True,
        "only_fans_can_comment": False,
    }
    return RenderedArticle(title=title, **{**fields, **changes})


def audience(**declared: Any) -> Audience:
    """Make an audience: every follower, unless told otherwise."""
    return Audience.model_validate(
        declared if declared.keys() - {"expect"} else {"is_to_all": True, **declared}
    )


def reviewers(*names: str) -> tuple[Recipient, ...]:
    """Make reviewers by WeChat name."""
    return tuple(Recipient("towxname", name) for name in names)


def text(name: str = "words", content: str = "今晚八点", **changes: Any) -> RenderedCampaign:
    """Make a text campaign: account main, every follower, no window, no reviewers."""
    fields: dict[str, Any] = {
        "title": "",
        "edition": 1,
        "account": AccountName("main"),
        "appid": APPID,
        "audience": audience(),
        "window": None,
        "send_ignore_reprint": False,
        "same_content_allowed": False,
        "message": TextMessage(content),
        "pictures": (),
        "recipients": (),
        "source_sha256": sha(f"folder {name} {content}"),
        "diagnostics": (),
        "inputs": JUDGED,
    }
    fields |= changes
    fields.setdefault("destinations", fields["message"].destinations)
    fields.setdefault("shows_unread_picture", fields["message"].shows_unread_picture)
    return RenderedCampaign(name=CampaignName(name), **{"folder": folder_of(name), **fields})


def news(name: str = "sale", *articles: RenderedArticle, **changes: Any) -> RenderedCampaign:
    """Make a news campaign of one article, with a picture inside and a cover."""
    changes.setdefault("pictures", (picture("hero"), picture("cover", Purpose.MATERIAL)))
    changes.setdefault("message", NewsMessage(articles or (article(),)))
    return text(name, **changes)


def recording(label: str = "bell", purpose: Purpose = Purpose.VOICE) -> Recording:
    """Make a sound, or a video; equal labels are equal bytes."""
    extension = "mp3" if purpose is Purpose.VOICE else "mp4"
    return Recording(
        f"campaigns/clip/{label}.{extension}", sha(label), 3609, purpose, extension, 1700
    )


def images(name: str = "river", *labels: str, **changes: Any) -> RenderedCampaign:
    """Make a picture campaign of these pictures, `hero` alone where none is said."""
    shown = labels or ("hero",)
    changes.setdefault("pictures", tuple(picture(label, Purpose.MATERIAL) for label in shown))
    files = tuple(sha(label) for label in shown)
    changes.setdefault("message", ImageMessage(files, None, "", "同一段河堤", False, False))
    return text(name, **changes)


def voice(name: str = "bell", **changes: Any) -> RenderedCampaign:
    """Make a voice campaign of the sound `bell`."""
    changes.setdefault("recordings", (recording("bell"),))
    changes.setdefault("message", VoiceMessage(sha("bell"), None))
    return text(name, **changes)


def video(name: str = "clip", **changes: Any) -> RenderedCampaign:
    """Make a video campaign of the video `ball`."""
    changes.setdefault("recordings", (recording("ball", Purpose.VIDEO),))
    changes.setdefault("message", VideoMessage(sha("ball"), None, "雪球下坡", "两秒钟"))
    return text(name, **changes)


def coupon(
    name: str = "tea", card_ext: str | None = '{"code":""}', **changes: Any
) -> RenderedCampaign:
    """Make a coupon campaign."""
    changes.setdefault("message", CardMessage("pTEA"))
    return text(name, card_ext=card_ext, **changes)


Happening = Event | tuple[Event, RenderedCampaign] | NewEntry


def entries(*happenings: Happening, at: datetime = NOW) -> list[Entry]:
    """Number and chain what happened, after a `created`, exactly as a ledger would."""
    found: list[Entry] = []
    prev = GENESIS
    for number, new in enumerate(
        [as_new(Created(lineage=LINEAGE, realm="loopback"), at=at), *map(as_new, happenings)], 1
    ):
        line = encode(new, number, prev)
        found.append(decode(line, number, prev))
        prev = chain_digest(line)
    return found


def as_new(happening: Happening, *, at: datetime = NOW) -> NewEntry:
    """Make an entry of what happened: about a campaign where one is given with it."""
    if isinstance(happening, NewEntry):
        return happening
    event, campaign = happening if isinstance(happening, tuple) else (happening, None)
    return NewEntry(
        at=at,
        event=event,
        campaign=campaign.name if campaign else None,
        edition=campaign.edition if campaign else None,
    )


def recorded(*happenings: Happening) -> State:
    """Fold what happened; the first entry, serial 1, is always `created`."""
    state = State()
    state.absorb_all(entries(*happenings))
    return state


def record_of(campaign: RenderedCampaign, *happenings: Any) -> Record:
    """Fold what happened to one campaign; its first entry has serial 2."""
    pairs = [h if isinstance(h, (tuple, NewEntry)) else (h, campaign) for h in happenings]
    return recorded(*pairs).record(campaign.name, campaign.edition)


def at(moment: datetime, event: Event, campaign: RenderedCampaign) -> NewEntry:
    """Make an entry about a campaign at a moment."""
    return as_new((event, campaign), at=moment)


def saved(
    campaign: RenderedCampaign, media_id: str = "MEDIA_1", **changes: Any
) -> tuple[Event, RenderedCampaign]:
    """Say that a draft of this content was saved."""
    fields: dict[str, Any] = {
        "appid": campaign.appid,
        "digest": campaign.digest,
        "media_id": media_id,
        "draft_sha256": sha(f"draft {media_id}"),
    }
    return DraftSaved(**{**fields, **changes}), campaign


def previewed(
    campaign: RenderedCampaign, outcome: str = "sent", recipient: Recipient | None = None
) -> tuple[Event, RenderedCampaign]:
    """Say what came of a preview of this content to its first reviewer, or another."""
    to = recipient or campaign.recipients[0]
    event = Previewed(digest=campaign.digest, recipient=to.recorded, outcome=outcome)
    return event, campaign


def attempted(campaign: RenderedCampaign, **changes: Any) -> tuple[Event, RenderedCampaign]:
    """Say that a send of this content was attempted."""
    fields: dict[str, Any] = {
        "appid": campaign.appid,
        "digest": campaign.digest,
        "message_digest": campaign.message_digest,
        "client_msg_id": client_msg_id(campaign.appid, campaign.name, campaign.edition, 1),
        "fingerprint": sha("fingerprint"),
        "audience": {"is_to_all": True},
        "source_sha256": campaign.source_sha256,
    }
    return SendAttempted(**{**fields, **changes}), campaign


def sent(campaign: RenderedCampaign, ago: timedelta = DAY) -> list[NewEntry]:
    """Say that a campaign was attempted and accepted as job 7, so long ago; these are the entries 2 and 3."""
    accepted = SendAccepted(attempt=2, msg_id=7)
    return [at(NOW - ago, event, campaign) for event in (attempted(campaign)[0], accepted)]


def plan_of(
    desired: Desired | Sequence[Desired],
    state: State | None = None,
    rules: PolicyInForce | None = None,
    now: datetime = NOW,
    until: Until = Until.SEND,
) -> Plan:
    """Plan one campaign or several."""
    each = list(desired) if isinstance(desired, Sequence) else [desired]
    return make_plan(each, state or recorded(), rules or house(), now, until=until)


def planned(
    desired: Desired,
    state: State | None = None,
    rules: PolicyInForce | None = None,
    now: datetime = NOW,
    until: Until = Until.SEND,
) -> PlannedCampaign:
    """Plan one campaign alone."""
    return plan_of(desired, state, rules, now, until).campaigns[0]


def guards(campaign: PlannedCampaign) -> list[str]:
    """Give the names of what refuses a planned campaign."""
    return [refusal.guard.value for refusal in campaign.refusals]


def steps(campaign: PlannedCampaign) -> list[tuple[str, str]]:
    """Give the steps of a planned campaign as (address, reason)."""
    return [(step.address, step.reason.value) for step in campaign.steps]


def codes(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Give the codes of diagnostics."""
    return [diagnostic.code for diagnostic in diagnostics]
