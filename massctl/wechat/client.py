"""One Official Account through its API: implements `massctl.apply.ports.WeChat`, one method per endpoint.

May be used from many threads at once. The module is imported when a verb needs the network and not before:
httpx costs more than most verbs do.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Self

from massctl.apply.ports import (
    CallQuota,
    Deadline,
    DraftArticle,
    JobReport,
    ListedDraft,
    Material,
    SendingSpeed,
    Upload,
)
from massctl.errors import InvariantError, WeChatError
from massctl.model.campaign import Audience, Tag
from massctl.model.ids import ImageUrl, MediaId, MsgDataId, MsgId
from massctl.model.message import Recipient
from massctl.model.phrase import Phrase
from massctl.model.send import Body, MassSend, PreviewVerdict, Verdict
from massctl.model.state import MEDIA_UNKNOWN
from massctl.transport import Inside, NoAnswer
from massctl.wechat import wire, wire_after, wire_audience, wire_checking
from massctl.wechat.answer import read_answer
from massctl.wechat.errcode import Refusal, error_of, judge
from massctl.wechat.members import ShapeError
from massctl.wechat.openids import without_openids
from massctl.wechat.patience import patiently
from massctl.wechat.token import TokenSource, TokenStore
from massctl.wechat.transport import Transport
from massctl.wechat.verdict import preview_verdict_of, verdict_of
from massctl.wechat.watching import Exchange, Watch
from massctl.wechat.wire import Grant, Request, T

NEWEST_DRAFTS = 500
"""How far back the draft box is listed: 25 calls of the 1000 a day. Our own bound: nobody saves so many drafts between
two runs, and a lost draft is looked for by the very next one."""


class WeChatClient:
    """Call WeChat for one account."""

    def __init__(
        self,
        appid: str,
        credential: str | TokenSource,
        transport: Transport,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
        watch: Watch | None = None,
    ) -> None:
        """Take the parts; `open` makes them."""
        self._appid = appid
        self._credential = credential
        # Whatever an answer may echo and nobody may read: the secret, and every token of this run.
        self._hide = [credential] if isinstance(credential, str) else []
        self._transport = transport
        self._sleep = sleep
        self._monotonic = monotonic
        self._watch = watch or (lambda _: None)
        self._tokens = TokenStore(self._fetch_token, monotonic)

    @classmethod
    def open(
        cls,
        appid: str,
        credential: str | TokenSource,
        api_base: str,
        *,
        proxy: str | None = None,
        inside: Inside | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        watch: Watch | None = None,
    ) -> Self:
        """Make a client; no request is made before the first call.

        `credential` is the AppSecret, or what gives tokens in its place. `api_base` has passed
        `massctl.model.settings.check_api_base`. `inside` answers in place of the network.
        Raises ConfigurationError for a proxy address that cannot work.
        """
        return cls(appid, credential, Transport(api_base, proxy, inside), sleep, monotonic, watch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        self._transport.close()

    def upload_image(self, upload: Upload) -> ImageUrl:
        """Upload a picture for the inside of articles; gives its https URL."""
        return self._call(wire.upload_image_request(upload))

    def add_material(self, upload: Upload) -> Material:
        """Upload a permanent picture, sound or video."""
        return self._call(wire.add_material_request(upload))

    def make_video(self, material: MediaId, title: str, description: str) -> MediaId:
        """Make the id under which a video of the material library is sent."""
        return self._call(wire.make_video_request(material, title, description))

    def add_draft(self, articles: Sequence[DraftArticle]) -> MediaId:
        """Save a draft; a TransportError leaves it unknown whether there is one now."""
        return self._call(wire.add_draft_request(articles))

    def get_draft(self, media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        """Read a draft back; None when it is gone."""
        request = wire.get_draft_request(media_id)
        outcome = self._ask(request)
        return None if _is_gone(outcome) else _value(outcome, request.path)

    def newest_drafts(self) -> tuple[ListedDraft, ...]:
        """List the newest drafts, newest first: NEWEST_DRAFTS of them, or all there are."""
        found: dict[MediaId, ListedDraft] = {}
        for offset in range(0, NEWEST_DRAFTS, wire.DRAFTS_LISTED_MAX):
            page = self._call(wire.list_drafts_request(offset))
            # A draft that is saved between two pages moves another one onto the second: each counts once.
            found.update({each.media_id: each for each in page.drafts if each.media_id not in found})
            if not page.drafts or offset + wire.DRAFTS_LISTED_MAX >= page.total:
                break
        return tuple(found.values())

    def delete_draft(self, media_id: MediaId) -> None:
        """Delete a draft; one that is gone already counts as deleted."""
        request = wire.delete_draft_request(media_id)
        outcome = self._ask(request)
        if not _is_gone(outcome):
            _value(outcome, request.path)

    def audience_count(self, audience: Audience) -> int | None:
        """Give the size of an audience now; None: there is no such tag."""
        if audience.is_to_all:
            return self._call(wire_audience.followers_request())
        if audience.tag_id is not None:
            return self._call(wire_audience.tag_count_request(audience.tag_id))
        raise InvariantError(Phrase("an audience that can be counted is is_to_all or tag_id"))

    def tags(self) -> tuple[Tag, ...]:
        """Give the account's tags."""
        return self._call(wire_audience.tags_request())

    def preview(self, recipient: Recipient, body: Body) -> PreviewVerdict:
        """Show the message on one phone: one request, and one more only if the first token was refused.

        Raises a WeChatError only while there is no token, before anything has left.
        """
        # An openid must not come back to us inside an error text.
        hide = [recipient.name] if recipient.kind == "touser" else []
        request = wire.preview_request(recipient, body)
        token = self._tokens.get()
        outcome = self._once(request, token, hide)
        if isinstance(outcome, Refusal) and outcome.ruling.token_dead:
            try:
                renewed = self._renewed(token)
            except WeChatError:
                # The refusal we have is the better story; the next call will tell about the token.
                return preview_verdict_of(outcome)
            outcome = self._once(request, renewed, hide)
        return preview_verdict_of(outcome)

    def send_mass(self, send: MassSend, deadline: Deadline) -> Verdict:
        """Ask for the mass send: exactly one request, which is not written behind its deadline.

        Raises a WeChatError only before anything has left: without a token or a connection, or too late.
        """
        request = wire.send_request(send)
        token = self._tokens.get()
        outcome = self._once(request, token, deadline=deadline)
        if isinstance(outcome, NoAnswer) and not outcome.left:
            raise error_of(outcome, request.path)
        if isinstance(outcome, Refusal) and outcome.ruling.token_dead:
            self._tokens.drop(token)
        return verdict_of(without_openids(outcome, send))

    def job_report(self, msg_id: MsgId) -> JobReport:
        """Ask for the state of a job."""
        return JobReport(msg_id, self._call(wire.job_request(msg_id)))

    def withdraw(self, msg_id: MsgId, article: int) -> None:
        """Delete one article (from 1) or all (0) of a job; a TransportError leaves it unknown whether they are gone."""
        self._call(wire_after.withdraw_request(msg_id, article))

    def speed(self) -> SendingSpeed:
        """Read the account's sending speed."""
        return self._call(wire_after.speed_request())

    def set_speed(self, speed: int) -> None:
        """Set the account's sending speed, 0 to 4."""
        self._call(wire_after.set_speed_request(speed))

    def draft_count(self) -> int:
        """Count the drafts."""
        return self._call(wire_checking.draft_count_request())

    def material_count(self) -> int:
        """Count the permanent pictures."""
        return self._call(wire_checking.material_count_request())

    def call_quota(self, path: str) -> CallQuota:
        """Read what is left today of the calls of `path`, which begins with a slash."""
        return self._call(wire_checking.call_quota_request(path))

    def open_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Open the comments of an article, from 1."""
        self._call(wire_after.comments_request(msg_data_id, article, opened=True))

    def close_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Close the comments of an article, from 1."""
        self._call(wire_after.comments_request(msg_data_id, article, opened=False))

    def require_token(self) -> None:
        """See to it that there is a live token, so that a send need not fetch one."""
        self._tokens.get()

    def renew_token(self) -> None:
        """Forget the token and fetch one in normal mode, so that a send never has to."""
        self._tokens.renew()

    def _call(self, request: Request[T]) -> T:
        """Make a call that is not a send, and give its success or raise its WeChatError."""
        outcome = self._ask(request)
        return _value(outcome, request.path)

    def _ask(self, request: Request[T]) -> T | Refusal | NoAnswer:
        """Make a call that is not a send; a refused token is replaced once, and the call made once more.

        The repetition is safe for every call: WeChat did not look at the first one.
        """
        token = self._tokens.get()
        outcome = self._try(request, token)
        if isinstance(outcome, Refusal) and outcome.ruling.token_dead:
            return self._try(request, self._renewed(token))
        return outcome

    def _try(self, request: Request[T], token: str | None) -> T | Refusal | NoAnswer:
        """Make a call with one token, as patiently as its repetition is harmless."""
        return patiently(lambda: self._once(request, token), self._sleep, repeatable=request.repeatable)

    def _once(
        self, request: Request[T], token: str | None, hide: Sequence[str] = (), deadline: Deadline | None = None
    ) -> T | Refusal | NoAnswer:
        """Make one exchange, tell whoever watches, and understand the answer."""
        begun = Exchange(request.method, request.path)
        self._watch(begun)
        before = self._monotonic()
        raw = self._transport.exchange(request, token, deadline.has_passed if deadline is not None else None)
        answer = raw if isinstance(raw, NoAnswer) else read_answer(raw, [*self._hide, *hide])
        date = None if isinstance(raw, NoAnswer) else raw.server_date
        ended = replace(begun, milliseconds=round((self._monotonic() - before) * 1000), server_date=date)
        if isinstance(answer, NoAnswer):
            self._watch(replace(ended, reason=answer.reason))
            return answer
        self._watch(replace(ended, errcode=answer.errcode or 0, rid=answer.rid))
        if answer.errcode:
            ruling = judge(request.path, answer.errcode, answer.errmsg)
            return Refusal(request.path, answer.errcode, answer.errmsg, answer.rid, ruling, answer.members)
        try:
            return request.read(answer.members)
        except ShapeError:
            return NoAnswer(Phrase("an answer without the member that makes it a success"))

    def _renewed(self, refused: str) -> str:
        """Replace a token that WeChat refused."""
        self._tokens.drop(refused)
        return self._tokens.get()

    def _fetch_token(self, rejected: bool) -> Grant:
        """Ask for the token, and remember it as something to hide."""
        if isinstance(self._credential, str):
            request = wire.token_request(self._appid, self._credential)
            outcome = self._try(request, None)
            grant = _value(outcome, request.path)
        else:
            grant = self._credential(rejected)
        self._hide.append(grant.access_token)
        return grant


def _is_gone(outcome: object) -> bool:
    """Say whether WeChat answered that there is no such draft."""
    return isinstance(outcome, Refusal) and outcome.errcode == MEDIA_UNKNOWN


def _value(outcome: T | Refusal | NoAnswer, path: str) -> T:
    """Give the success, or raise what stands in its place."""
    if isinstance(outcome, Refusal | NoAnswer):
        raise error_of(outcome, path)
    return outcome
