"""Call WeChat for one Official Account: implements the WeChat ports of `massctl.apply`, one method per call.

May be used from many threads at once. The module is imported when a verb needs the network and not before:
httpx costs more than most verbs do.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Self

from msgspec.structs import replace

from massctl.apply.ports import (
    TAGGING_MAX,
    CallQuota,
    Counted,
    DraftArticle,
    JobReport,
    ListedDraft,
    Material,
    SendingSpeed,
    SendPermit,
    TaggingPermit,
    Upload,
)
from massctl.errors import AuthError, InvariantError, WeChatError
from massctl.model.campaign import Audience, Tag
from massctl.model.frozen import Frozen
from massctl.model.ids import ImageUrl, MediaId, MsgDataId, MsgId
from massctl.model.message import Recipient
from massctl.model.phrase import Phrase
from massctl.model.secrets import register
from massctl.model.send import Body, PreviewVerdict, SendIntent, ToOpenids, Verdict
from massctl.model.settings import realm_of
from massctl.model.statistics import StatisticsCall
from massctl.transport import Call, Inside, Line, NoAnswer
from massctl.wechat import wire
from massctl.wechat.errcodes import ErrorClass
from massctl.wechat.response import (
    RefusedAnswer,
    ShapeError,
    error_of,
    preview_verdict_of,
    read_answer,
    refusal_of,
    verdict_of,
)
from massctl.wechat.retry import retry
from massctl.wechat.statistics import statistics_request
from massctl.wechat.token import Grant, TokenSource, TokenStore
from massctl.wechat.wire import Request, T

NEWEST_DRAFTS = 500
"""How far back the draft box is listed: 25 calls of the 1000 a day. Our own bound: nobody saves so many drafts between
two runs, and a lost draft is looked for by the very next one."""


class Exchange(Frozen):
    """What may be told of one request, when it begins and again when it ended: no query, body or token is in it."""

    method: str
    path: str
    """Without its query, which carries the token."""
    milliseconds: int | None = None
    """None while the request is under way."""
    errcode: int | None = None
    """0 for success; None if no answer came that could be read."""
    rid: str | None = None
    reason: Phrase | None = None
    """Why there is no answer."""
    server_date: datetime | None = None
    """The `Date` of the answer, in UTC; None if it has none."""


Watch = Callable[[Exchange], None]
"""Is told of every exchange, from many threads."""


class WeChatClient:
    """Call WeChat for one account."""

    def __init__(
        self,
        appid: str,
        credential: str | TokenSource,
        line: Line,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
        watch: Watch | None = None,
        api_base: str = "",
    ) -> None:
        """Take the parts; `open` makes them."""
        self._appid = appid
        self._credential = credential
        if isinstance(credential, str):
            register(credential)
        self._line = line
        self._api_base = api_base.rstrip("/")
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

        `credential` is the AppSecret, or what fetches tokens instead. `api_base` has passed
        `massctl.model.settings.check_api_base`. `inside` answers in place of the network. `proxy` is not used for
        loopback: another machine's proxy would reach its own loopback and not ours. Raises ConfigurationError for a
        proxy address that cannot work.
        """
        local = realm_of(api_base) == "loopback"
        if not api_base.lower().startswith("https://") and not local:
            raise InvariantError(
                Phrase("api_base was not checked: the secret would travel unencrypted")
            )
        return cls(
            appid,
            credential,
            Line(None if local else proxy, inside),
            sleep,
            monotonic,
            watch,
            api_base,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        self._line.close()

    def require_token(self) -> None:
        """Fetch a token unless one is alive, because a send fetches none."""
        self._tokens.get()

    def renew_token(self) -> None:
        """Forget the token and fetch one in normal mode."""
        self._tokens.renew()

    def upload_image(self, upload: Upload) -> ImageUrl:
        """Upload a picture for the inside of articles; return its https URL."""
        return self._call(wire.UPLOAD_IMAGE.with_upload(upload))

    def add_material(self, upload: Upload) -> Material:
        """Upload a permanent picture, sound or video."""
        return self._call(wire.material_request(upload))

    def make_video(self, material: MediaId, title: str, description: str) -> MediaId:
        """Make the id for the send of a video of the material library; an unused id expires."""
        return self._call(
            wire.MAKE_VIDEO.with_body(
                {"media_id": material, "title": title, "description": description}
            )
        )

    def material_count(self) -> int:
        """Count the permanent pictures."""
        return self._call(wire.MATERIAL_COUNT)

    def add_draft(self, articles: Sequence[DraftArticle]) -> MediaId:
        """Save a draft. After a TransportError nobody knows whether it exists."""
        return self._call(wire.draft_request(articles))

    def get_draft(self, media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        """Read a saved draft; None if it is gone."""
        return self._call_unless_gone(wire.GET_DRAFT.with_body({"media_id": media_id}))

    def delete_draft(self, media_id: MediaId) -> None:
        """Delete a draft. A missing draft counts as deleted."""
        self._call_unless_gone(wire.DELETE_DRAFT.with_body({"media_id": media_id}))

    def newest_drafts(self) -> tuple[ListedDraft, ...]:
        """List the newest drafts without their contents, newest first: NEWEST_DRAFTS of them, or all there are."""
        found: dict[MediaId, ListedDraft] = {}
        for offset in range(0, NEWEST_DRAFTS, wire.DRAFTS_LISTED_MAX):
            wanted = {"offset": offset, "count": wire.DRAFTS_LISTED_MAX, "no_content": 1}
            page = self._call(wire.LIST_DRAFTS.with_body(wanted))
            # A draft that is saved between two pages moves another one onto the second: each counts once.
            found.update(
                {each.media_id: each for each in page.drafts if each.media_id not in found}
            )
            if not page.drafts or offset + wire.DRAFTS_LISTED_MAX >= page.total:
                break
        return tuple(found.values())

    def kept_draft(self, media_id: MediaId) -> tuple[wire.KeptArticle, ...] | None:
        """Read a draft with every field that WeChat returns; None if it is gone."""
        return self._call_unless_gone(wire.KEPT_DRAFT.with_body({"media_id": media_id}))

    def newest_publications(self) -> tuple[wire.ListedPublication, ...]:
        """List the newest publications without their contents, newest first. Sent articles are not among them."""
        wanted = {"offset": 0, "count": wire.DRAFTS_LISTED_MAX, "no_content": 1}
        return self._call(wire.LIST_PUBLICATIONS.with_body(wanted))

    def kept_publication(self, article_id: str) -> tuple[wire.KeptArticle, ...]:
        """Read a publication."""
        return self._call(wire.KEPT_PUBLICATION.with_body({"article_id": article_id}))

    def material(self, media_id: MediaId) -> bytes | None:
        """Fetch the bytes of a permanent picture; None if WeChat does not give them."""
        request = wire.GET_MATERIAL.with_body({"media_id": media_id})
        raw = self._line.exchange(self._http_call(request, self._tokens.get(), None))
        # A refusal is JSON, as everything else that WeChat says.
        if isinstance(raw, NoAnswer) or raw.status != 200 or raw.content.lstrip()[:1] == b"{":
            return None
        return raw.content

    def draft_count(self) -> int:
        """Count the drafts."""
        return self._call(wire.DRAFT_COUNT)

    def tags(self) -> tuple[Tag, ...]:
        """List the account's tags."""
        return self._call(wire.TAGS)

    def audience_count(self, audience: Audience) -> int | None:
        """Count an audience; None if the tag does not exist. None never means everybody."""
        if audience.is_to_all:
            return self._call(wire.FOLLOWER_COUNT)
        if audience.tag_id is not None:
            return next((tag.count for tag in self.tags() if tag.id == audience.tag_id), None)
        raise InvariantError(Phrase("an audience that can be counted is is_to_all or tag_id"))

    def create_tag(self, name: str) -> Tag:
        """Make a tag. After a TransportError nobody knows whether it exists."""
        return self._call(wire.CREATE_TAG.with_body({"tag": {"name": name}}))

    def tag_people(self, permit: TaggingPermit, openids: Sequence[str]) -> None:
        """Give followers a tag: all of them, or none."""
        self._call(_tagging(wire.TAG_PEOPLE, permit.use(), openids), openids)

    def untag_people(self, permit: TaggingPermit, openids: Sequence[str]) -> None:
        """Take a tag from followers; one without it is no error."""
        self._call(_tagging(wire.UNTAG_PEOPLE, permit.use(), openids), openids)

    def tag_members(self, tag_id: int) -> Iterator[tuple[str, ...]]:
        """Read everybody who has a tag, page after page; somebody may stand on two pages."""

        def behind(openid: str) -> Request[wire.PeoplePage]:
            given = {"next_openid": openid} if openid else {}
            return wire.TAG_MEMBERS.with_body({"tagid": tag_id, **given})

        return self._pages(behind)

    def followers(self) -> Iterator[tuple[str, ...]]:
        """Read everybody who follows the account now, page after page; somebody may stand on two pages."""

        def behind(openid: str) -> Request[wire.PeoplePage]:
            return replace(wire.FOLLOWERS, query={"next_openid": openid} if openid else {})

        return self._pages(behind)

    def _pages(
        self, behind: Callable[[str], Request[wire.PeoplePage]]
    ) -> Iterator[tuple[str, ...]]:
        """Read pages of people to their end."""
        asked, after = {""}, ""
        while True:
            page = self._call(behind(after))
            yield page.openids
            after = page.next_openid
            # A page may be shorter than the next. One that leads back to an earlier page ends the reading.
            if after in asked:
                break
            asked.add(after)

    def preview(self, recipient: Recipient, body: Body) -> PreviewVerdict:
        """Show the message on one phone: one request, or two if WeChat refused the first token.

        Raises WeChatError only if there is no token; then nothing has left.
        """
        # An openid must not come back to us inside an error text.
        hide = [recipient.name] if recipient.kind == "touser" else []
        request = wire.preview_request(recipient, body)
        token = self._tokens.get()
        outcome = self._once(request, token, hide=hide)
        if isinstance(outcome, RefusedAnswer) and outcome.needs_new_token:
            try:
                renewed = self._renewed(token)
            except WeChatError:
                # The refusal we have is the better story; the next call will tell about the token.
                return preview_verdict_of(outcome)
            outcome = self._once(request, renewed, hide=hide)
        return preview_verdict_of(outcome)

    def send_mass(self, intent: SendIntent, permit: SendPermit) -> Verdict:
        """Ask for the mass send: exactly one request, and none after the permit's deadline.

        Uses the token that is held; fetches none. Raises InvariantError for a permit that is used or belongs to another
        send. Raises WeChatError only if nothing has left: no token, no connection, or too late.
        """
        permit.spend(intent)
        request = wire.send_request(intent)
        token = self._tokens.held()
        if token is None:
            raise AuthError(
                Phrase("no access token was fetched for the send"),
                Phrase("The send did not leave."),
                Phrase("Run the same command again."),
            )
        openids = intent.recipients.openids if isinstance(intent.recipients, ToOpenids) else ()
        outcome = self._once(request, token, openids=openids, is_late=permit.has_passed)
        if isinstance(outcome, NoAnswer) and not outcome.left:
            raise error_of(outcome, request.path)
        if isinstance(outcome, RefusedAnswer) and outcome.needs_new_token:
            self._tokens.drop(token)
        return verdict_of(outcome)

    def job_report(self, msg_id: MsgId) -> JobReport:
        """Ask for the state of a job."""
        return JobReport(msg_id, self._call(wire.JOB_STATUS.with_body({"msg_id": str(msg_id)})))

    def withdraw(self, msg_id: MsgId, article: int) -> None:
        """Delete one article of a job, from 1, or all (0). A TransportError leaves that unknown."""
        # The index is never left out, since that would mean all.
        self._call(wire.WITHDRAW.with_body({"msg_id": msg_id, "article_idx": article}))

    def speed(self) -> SendingSpeed:
        """Read the account's sending speed."""
        return self._call(wire.GET_SPEED.with_body({}))

    def set_speed(self, speed: int) -> None:
        """Set the account's sending speed, 0 to 4."""
        self._call(wire.SET_SPEED.with_body({"speed": speed}))

    def open_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Open the comments of an article, from 1; the wire counts articles from 0."""
        self._call(wire.OPEN_COMMENTS.with_body({"msg_data_id": msg_data_id, "index": article - 1}))

    def close_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Close the comments of an article, from 1; the wire counts articles from 0."""
        self._call(
            wire.CLOSE_COMMENTS.with_body({"msg_data_id": msg_data_id, "index": article - 1})
        )

    def call_quota(self, path: str) -> CallQuota:
        """Read what is left today of the calls of `path`, which begins with a slash."""
        return self._call(wire.CALL_QUOTA.with_body({"cgi_path": path}))

    def statistics(
        self,
        call: StatisticsCall,
        begin_date: date,
        end_date: date,
        seen_at: datetime,
        known: Collection[str] | None = None,
    ) -> Counted:
        """Read what WeChat counted on some days."""
        return self._call(statistics_request(call, begin_date, end_date, seen_at, known))

    def _call_unless_gone(self, request: Request[T]) -> T | None:
        """Make a call about something that may be gone, which is None."""
        outcome = self._ask(request)
        if isinstance(outcome, RefusedAnswer) and outcome.judgement.error_class is ErrorClass.GONE:
            return None
        return _value(outcome, request.path)

    def _call(self, request: Request[T], openids: Sequence[str] = ()) -> T:
        """Make a call that is not a send, and return its success or raise its WeChatError.

        `openids` are those that the request carries; no error repeats them.
        """
        outcome = self._ask(request, openids)
        return _value(outcome, request.path)

    def _ask(
        self, request: Request[T], openids: Sequence[str] = ()
    ) -> T | RefusedAnswer | NoAnswer:
        """Make a call that is not a send; a refused token is replaced once, and the call made once more.

        The repetition is safe for every call: WeChat did not look at the first one.
        """
        token = self._tokens.get()
        outcome = self._try(request, token, openids)
        if isinstance(outcome, RefusedAnswer) and outcome.needs_new_token:
            return self._try(request, self._renewed(token), openids)
        return outcome

    def _try(
        self, request: Request[T], token: str | None, openids: Sequence[str] = ()
    ) -> T | RefusedAnswer | NoAnswer:
        """Make a call with one token, as often as its repetition is harmless."""
        return retry(
            lambda: self._once(request, token, openids=openids),
            self._sleep,
            repeatable=request.repeatable,
        )

    def _once(
        self,
        request: Request[T],
        token: str | None,
        *,
        hide: Sequence[str] = (),
        openids: Sequence[str] = (),
        is_late: Callable[[], bool] | None = None,
    ) -> T | RefusedAnswer | NoAnswer:
        """Make one exchange, report it to the observer, and judge the answer."""
        begun = Exchange(request.method, request.path)
        self._watch(begun)
        before = self._monotonic()
        raw = self._line.exchange(self._http_call(request, token, is_late))
        answer = raw if isinstance(raw, NoAnswer) else read_answer(raw, hide, openids)
        date = None if isinstance(raw, NoAnswer) else raw.server_date
        ended = replace(
            begun, milliseconds=round((self._monotonic() - before) * 1000), server_date=date
        )
        if isinstance(answer, NoAnswer):
            self._watch(replace(ended, reason=answer.said))
            return answer
        self._watch(replace(ended, errcode=answer.errcode, rid=answer.rid))
        if refusal := refusal_of(answer, request.path):
            return refusal
        try:
            return request.read(answer.fields)
        except ShapeError:
            return NoAnswer("answer_incomplete")

    def _http_call(
        self, request: Request[T], token: str | None, is_late: Callable[[], bool] | None
    ) -> Call:
        """Join address, path and token, which nothing else does."""
        upload = request.upload
        return Call(
            request.method,
            self._api_base + request.path,
            request.read_seconds,
            query=dict(request.query)
            if token is None
            else {"access_token": token, **request.query},
            content=request.content,
            headers={}
            if request.content is None
            else {"Content-Type": "application/json; charset=utf-8"},
            form=request.form,
            part=None if upload is None else (upload.filename, upload.data, upload.media_type),
            is_late=is_late,
            sieve=request.sieve() if request.sieve is not None else None,
        )

    def _renewed(self, refused: str) -> str:
        self._tokens.drop(refused)
        return self._tokens.get()

    def _fetch_token(self, rejected: bool) -> Grant:
        """Ask for the token, which is a secret from then on."""
        if isinstance(self._credential, str):
            request = wire.token_request(self._appid, self._credential)
            outcome = self._try(request, None)
            grant = _value(outcome, request.path)
        else:
            grant = self._credential(rejected)
        register(grant.access_token)
        return grant


def _tagging(request: Request[None], tag_id: int, openids: Sequence[str]) -> Request[None]:
    """Say who gets a tag or loses it; raise InvariantError for more than WeChat takes in one call."""
    if not 1 <= len(openids) <= TAGGING_MAX:
        raise InvariantError(Phrase("a call tags 1 to {most} people", most=TAGGING_MAX))
    return request.with_body({"openid_list": list(openids), "tagid": tag_id})


def _value(outcome: T | RefusedAnswer | NoAnswer, path: str) -> T:
    """Return the success, or raise its error."""
    if isinstance(outcome, RefusedAnswer | NoAnswer):
        raise error_of(outcome, path)
    return outcome
