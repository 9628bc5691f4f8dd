"""The port to an account as one process of a random story has it: boundaries, faults, and checkers at the door."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeVar

from copies import replace
from simulation import walk_checkers
from simulation.walk_account import Account, campaign_of, refusal
from simulation.walk_declared import name_of
from simulation.walk_world import CALL, Runner

from massctl.apply.ports import DraftArticle, JobReport, ListedDraft, Material, SendPermit, Upload
from massctl.errors import AuthError, TransportError
from massctl.model.campaign import Audience, Tag
from massctl.model.ids import AppId, ImageUrl, MediaId, MsgId
from massctl.model.message import Recipient
from massctl.model.send import (
    Accepted,
    Body,
    InDoubt,
    PreviewFailed,
    PreviewSent,
    PreviewUnknown,
    PreviewVerdict,
    SendIntent,
    ToOpenids,
    Verdict,
)

T = TypeVar("T")

_ANY: Final = ("REQUEST_LOST", "ANSWER_LOST", "NO_TOKEN")
FAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "renew_token": ("REQUEST_LOST", "NO_TOKEN"),
    "upload_image": _ANY,
    "add_material": _ANY,
    "add_draft": (*_ANY, "LATE", "MEDIA_UNKNOWN", "NOT_WHOLE"),
    "get_draft": ("REQUEST_LOST", "NO_TOKEN"),
    "newest_drafts": ("REQUEST_LOST", "NO_TOKEN"),
    "delete_draft": _ANY,
    "audience_count": ("REQUEST_LOST", "NO_TOKEN"),
    "preview": (*_ANY, "NOT_A_FOLLOWER", "NO_PREVIEWS"),
    "send_mass": (
        *_ANY,
        "NONE",  # Nothing befalls this one, so that what comes next befalls a later one.
        "LATE",  # No answer, and the job is made minutes later: also what a held send looks like.
        "BUSY",  # -1, and nothing happened.
        "BUSY_YET_ACCEPTED",
        "TOO_SOON",  # 45066 to a first call, and nothing happened.
        "TOO_SOON_YET_ACCEPTED",
        "EXISTS_AT_ONCE",  # 45065 to a first call, which was accepted.
        "40001",
        "40014",
        "42001",
        "45028",
        "40007",
        "40003",  # An openid of a list is none of the account's.
    ),
    "job_report": ("REQUEST_LOST", "NO_TOKEN"),
}
"""Method -> what may befall it."""
LATE_DRAFT: Final = timedelta(minutes=3)
LATE_SEND: Final = timedelta(minutes=20)


class RunnerWeChat:
    """Implements `massctl.apply.ports.WeChat` for one process."""

    def __init__(self, runner: Runner, account: Account, appid: AppId) -> None:
        self._runner = runner
        self._account = account
        self._appid = appid

    def require_token(self) -> None:
        """There is one in memory."""

    def renew_token(self) -> None:
        self._call("renew_token", lambda: None)

    def upload_image(self, upload: Upload) -> ImageUrl:
        return self._call("upload_image", lambda: self._account.upload_image(upload))

    def add_material(self, upload: Upload) -> Material:
        return self._call("add_material", lambda: self._account.add_material(upload))

    def add_draft(self, articles: Sequence[DraftArticle]) -> MediaId:
        account, campaign = self._account, self._runner.checkout[campaign_of(articles)]
        fault = self._begin("add_draft")
        if fault == "MEDIA_UNKNOWN":
            account.materials.clear()
        kept = [_without_pictures(each) for each in articles] if fault == "NOT_WHOLE" else articles
        key = campaign.name, campaign.edition
        if fault == "LATE":
            if account.knows_covers(kept):
                account.later(LATE_DRAFT, lambda: account.late.add(account.make_draft(kept, key)))
            fault = "REQUEST_LOST"
        return self._end("add_draft", fault, lambda: account.add_draft(kept, key))

    def get_draft(self, media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        return self._call("get_draft", lambda: self._account.drafts.get(media_id))

    def newest_drafts(self) -> tuple[ListedDraft, ...]:
        def act() -> tuple[ListedDraft, ...]:
            box = reversed(self._account.drafts.items())
            return tuple(
                ListedDraft(media_id, tuple(each.title for each in found))
                for media_id, found in box
            )

        return self._call("newest_drafts", act)

    def delete_draft(self, media_id: MediaId) -> None:
        def act() -> None:
            walk_checkers.deleting(self._runner.world, self._account, media_id)
            self._account.drafts.pop(media_id, None)

        self._call("delete_draft", act)

    def audience_count(self, audience: Audience) -> int | None:
        return self._call("audience_count", lambda: 1000 if audience.tag_id is None else 100)

    def tags(self) -> tuple[Tag, ...]:
        return self._call("tags", tuple)

    def preview(self, recipient: Recipient, body: Body) -> PreviewVerdict:
        account, runner = self._account, self._runner
        fault = self._begin("preview")
        self._runner.world.time += CALL
        if fault == "NO_TOKEN":
            raise _no_token()
        if fault in {"NOT_A_FOLLOWER", "NO_PREVIEWS"}:
            return PreviewFailed(
                45009 if fault == "NO_PREVIEWS" else 43004, "6a-7b", "refused", "wait"
            )
        if body.message.has_draft and body.own_id not in account.drafts:
            return PreviewFailed(40007, "6a-7b", "invalid media_id", "wait")
        arrives = fault != "REQUEST_LOST"
        walk_checkers.previewing(runner, account, recipient.recorded, body, arrives=arrives)
        if arrives:
            account.shown.add(recipient.recorded)
        runner.reach("after preview")
        return (
            PreviewUnknown("no answer within 30 s")
            if fault in {"REQUEST_LOST", "ANSWER_LOST"}
            else PreviewSent()
        )

    def send_mass(self, intent: SendIntent, permit: SendPermit) -> Verdict:
        account, runner = self._account, self._runner
        fault = self._begin("send_mass")
        if fault == "NO_TOKEN":
            raise _no_token()
        permit.spend(intent)
        if permit.has_passed():
            raise TransportError("it took too long to reach the server")
        name = name_of(account.subject(intent.body))
        campaign = runner.checkout[name]
        walk_checkers.sending(runner, account, intent, self._appid, campaign)
        key = campaign.name, campaign.edition
        if fault == "NONE" or (fault == "40003" and not isinstance(intent.recipients, ToOpenids)):
            fault = None
        if fault and fault.isdigit():
            verdict: Verdict = refusal(int(fault))
        elif fault == "LATE":
            account.later(LATE_SEND, lambda: account.judge(intent, key))
            verdict = InDoubt("answer_timeout", seconds=30)
        elif fault in {"REQUEST_LOST", "BUSY", "TOO_SOON"}:
            verdict = _unclear(fault)
        else:
            verdict = account.judge(intent, key)
            if fault == "EXISTS_AT_ONCE" and isinstance(verdict, Accepted):
                verdict = Accepted(verdict.msg_id, None, duplicate=True)
            elif fault is not None and fault != "EXISTS_AT_ONCE":
                verdict = _unclear(fault)
        runner.world.time += CALL
        walk_checkers.once(runner.world)
        runner.reach("after send_mass")
        return verdict

    def job_report(self, msg_id: MsgId) -> JobReport:
        return self._call("job_report", lambda: self._account.job_report(msg_id))

    def _call(self, method: str, act: Callable[[], T]) -> T:
        return self._end(method, self._begin(method), act)

    def _begin(self, method: str) -> str | None:
        self._runner.reach(f"before {method}")
        self._account.land()
        return self._runner.fault(method)

    def _end(self, method: str, fault: str | None, act: Callable[[], T]) -> T:
        """End a call that is neither preview nor send: a lost answer has its effect all the same."""
        self._runner.world.time += CALL
        if fault == "NO_TOKEN":
            raise _no_token()
        if fault == "REQUEST_LOST":
            raise TransportError("WeChat gave no usable answer")
        result = act()
        self._runner.reach(f"after {method}")
        if fault == "ANSWER_LOST":
            raise TransportError("WeChat gave no usable answer")
        return result


def _unclear(fault: str) -> InDoubt:
    if fault.startswith("BUSY"):
        return InDoubt("errcode", errcode=-1, rid="6a-7b")
    if fault.startswith("TOO_SOON"):
        return InDoubt("errcode", errcode=45066, rid="6a-7b")
    return InDoubt("answer_timeout", seconds=30)


def _no_token() -> AuthError:
    return AuthError("WeChat gave no token", errcode=40001)


def _without_pictures(article: DraftArticle) -> DraftArticle:
    return replace(article, content=article.content.partition("<img")[0])
