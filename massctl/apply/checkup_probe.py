"""Find out what an account may do, by calls that change nothing.

What reads is called. What sends, previews or opens comments is not: `openapi/quota/get` tells of any API whether the
account has it, and what is left of today's calls. Source: WeChat docs, "openapi/quota/get", read 2026-10; 76022 is its
"no right".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.apply.ports import CallQuota, Overlap, ProbedAccount
from massctl.errors import AuthError, InvariantError, MassctlError, QuotaError, WeChatError
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase

_MASS = "/cgi-bin/message/mass/"
ASKED_BY_QUOTA: Mapping[Check, str] = {
    Check.MASS_SEND: _MASS + "sendall",
    Check.MASS_SEND_OPENIDS: _MASS + "send",
    Check.PREVIEWS: _MASS + "preview",
    Check.COMMENTS: "/cgi-bin/comment/open",
}
"""What would have an effect -> the API whose quota is read instead."""
NO_RIGHT = 76022
"""What `openapi/quota/get` says of an API that the account does not have. 48001 and 50001 say that of the question
itself, and nothing of the API that it asks about. Source: WeChat docs, "openapi/quota/get", read 2026-10."""
TOKEN_REFUSED = frozenset({40001, 40014, 41001, 42001})
"""The token is none, or none any more. Source: WeChat docs, "Global return codes", read 2026-10."""
NOT_LISTED = frozenset({40164, 61004})
"""The caller's address is not in the IP whitelist. WeChat asks for a listed address at each call, whether it carries an
AppSecret or a token. Source: WeChat docs, "API IP 白名单", read 2026-12."""


class CheckedAccount(Frozen):
    """One account to look at."""

    account: AccountName
    kind: str
    """As massctl.yaml declares it."""
    needs: frozenset[Check]
    """What its campaigns cannot do without."""
    wechat: ProbedAccount | None
    """None if credential or proxy cannot work, so that nothing is tried."""
    token_is_given: bool = False
    """Its token comes from `token_command`, so that WeChat has not seen it before it answers the first call."""


_Answer = tuple[Check, object]
"""What was asked, and what the call returned or raised."""


def probe(accounts: Sequence[CheckedAccount], overlap: Overlap) -> list[Finding]:
    """Fetch every account's token, then ask what may be asked; independent calls run side by side.

    A secret that was refused is tried once and not with every question: repeated failures can lock an account.
    """
    reached = [(checked, checked.wechat) for checked in accounts if checked.wechat is not None]
    results = _results([wechat.renew_token for _, wechat in reached], overlap)
    tokens = {
        each.account: _token(each, result)
        for (each, _), result in zip(reached, results, strict=True)
    }
    questions = [
        (checked.account, check, _call(check, wechat))
        for checked, wechat in reached
        if tokens[checked.account].level is Level.OK
        for check in _checks(checked)
    ]
    results = _results([call for _, _, call in questions], overlap)
    answers: dict[AccountName, list[_Answer]] = {each.account: [] for each in accounts}
    for (account, check, _), result in zip(questions, results, strict=True):
        answers[account].append((check, result))
    return [
        finding
        for checked in accounts
        for finding in _findings(checked, tokens.get(checked.account), answers[checked.account])
    ]


def _findings(
    checked: CheckedAccount, token: Finding | None, answers: Sequence[_Answer]
) -> Iterator[Finding]:
    """Judge an account by what it answered."""
    if token is None or token.level is not Level.OK:
        yield token or _unasked(checked, Check.TOKEN)
        for check in (Check.WHITELIST, *_checks(checked)):
            yield _unasked(checked, check)
        return
    results = [result for _, result in answers]
    yield _proven(checked, token, results)
    yield _whitelist(checked, results)
    for check, result in answers:
        yield _judged(checked, check, result)
        if check is Check.MASS_SEND_OPENIDS:
            yield _kind(checked, result)


def _checks(checked: CheckedAccount) -> list[Check]:
    """List what is asked of an account. Few accounts need the comment right (留言功能), and many do not have it."""
    asked = [
        check for check in ASKED_BY_QUOTA if check is not Check.COMMENTS or check in checked.needs
    ]
    return [Check.DRAFTS, Check.MATERIALS, Check.TAGS, Check.SPEED, *asked]


def _call(check: Check, wechat: ProbedAccount) -> Callable[[], object]:
    reads: dict[Check, Callable[[], object]] = {
        Check.DRAFTS: wechat.draft_count,
        Check.MATERIALS: wechat.material_count,
        Check.TAGS: wechat.tags,
        Check.SPEED: wechat.speed,
    }
    return reads[check] if check in reads else partial(wechat.call_quota, ASKED_BY_QUOTA[check])


def _results(calls: Sequence[Callable[[], object]], overlap: Overlap) -> list[object]:
    """Return what each call returned or raised, in their order; raise a bug of ours."""
    results: list[object] = [None] * len(calls)
    for index, result in overlap(calls) if calls else ():
        if isinstance(result, BaseException) and not isinstance(result, MassctlError):
            raise result
        if isinstance(result, InvariantError):
            raise result
        results[index] = result
    return results


def _token(checked: CheckedAccount, result: object) -> Finding:
    if isinstance(result, MassctlError):
        return _failed(checked, Check.TOKEN, result, Level.PROBLEM)
    say = Phrase("WeChat gave a token: it accepts AppID and AppSecret")
    return Finding(Check.TOKEN, Level.OK, say, account=checked.account)


def _proven(checked: CheckedAccount, token: Finding, results: Sequence[object]) -> Finding:
    """Judge a token that `token_command` printed by what WeChat answered to the calls that were made with it."""
    if not checked.token_is_given:
        return token
    for error in results:
        if isinstance(error, WeChatError) and error.errcode in TOKEN_REFUSED:
            return _failed(checked, Check.TOKEN, error, Level.PROBLEM)
    if any(map(_was_let_in, results)):
        return replace(token, message=Phrase("WeChat accepts the token that token_command printed"))
    say = Phrase("token_command printed a token, but no answer of WeChat says whether it is valid")
    return replace(token, level=Level.UNKNOWN, message=say)


def _whitelist(checked: CheckedAccount, results: Sequence[object]) -> Finding:
    """Judge this machine's address by the calls that carried a token: that a token was given proves nothing."""
    for error in results:
        if isinstance(error, WeChatError) and error.errcode in NOT_LISTED:
            return _failed(checked, Check.WHITELIST, error, Level.PROBLEM)
    if any(map(_was_let_in, results)):
        say = Phrase("WeChat answers calls from this address")
        return Finding(Check.WHITELIST, Level.OK, say, account=checked.account)
    say = Phrase("not known: no call with the token had an answer that tells")
    return Finding(Check.WHITELIST, Level.UNKNOWN, say, account=checked.account)


def _was_let_in(result: object) -> bool:
    """Return whether WeChat looked at a call: it had accepted token and address."""
    if isinstance(result, AuthError):
        return result.errcode not in TOKEN_REFUSED | NOT_LISTED
    return not isinstance(result, MassctlError) or isinstance(result, QuotaError)


def _unasked(checked: CheckedAccount, check: Check) -> Finding:
    why = Phrase("not checked: there is no token")
    if check is Check.TOKEN:
        why = Phrase("not tried: the credential or the proxy cannot work as set")
    return Finding(check, Level.UNKNOWN, why, account=checked.account)


def _judged(checked: CheckedAccount, check: Check, answer: object) -> Finding:
    if isinstance(answer, WeChatError) and answer.errcode in NOT_LISTED:
        say = Phrase("not checked: the address is not in the IP whitelist")
        return Finding(check, Level.UNKNOWN, say, account=checked.account)
    if isinstance(answer, AuthError) and check in ASKED_BY_QUOTA and answer.errcode != NO_RIGHT:
        say = Phrase(
            "not known: WeChat does not answer openapi/quota/get (errcode {errcode})",
            errcode=answer.errcode,
        )
        return Finding(
            check, Level.UNKNOWN, say, answer.hint, checked.account, answer.errcode, answer.rid
        )
    if isinstance(answer, MassctlError):
        return _failed(checked, check, answer, _level(checked, check, answer))
    if isinstance(answer, CallQuota) and answer.remaining == 0:
        say = Phrase("all {limit} calls of today are used up", limit=answer.daily_limit)
        hint = Phrase(
            "The count starts again at midnight, Beijing time. Run the same command again after that."
        )
        return Finding(check, Level.WARNING, say, hint, checked.account)
    if isinstance(answer, CallQuota):
        numbers = {"left": answer.remaining, "limit": answer.daily_limit}
        say = Phrase(
            "the account has the right; {left} of {limit} calls of today are left", **numbers
        )
        return Finding(check, Level.OK, say, account=checked.account)
    return Finding(check, Level.OK, Phrase("the account has the right"), account=checked.account)


def _level(checked: CheckedAccount, check: Check, error: MassctlError) -> Level:
    """Weigh a failure: what a campaign needs and may not have is a problem, what nobody could learn is unknown."""
    if isinstance(error, AuthError):
        return Level.PROBLEM if check in checked.needs else Level.WARNING
    return Level.WARNING if isinstance(error, QuotaError) else Level.UNKNOWN


def _failed(checked: CheckedAccount, check: Check, error: MassctlError, level: Level) -> Finding:
    errcode, rid = (error.errcode, error.rid) if isinstance(error, WeChatError) else (None, None)
    told = what_happened(error)
    if errcode is not None:
        told = Phrase("{said} (errcode {errcode})", said=error.summary, errcode=errcode)
    return Finding(check, level, told, error.hint, checked.account, errcode, rid)


def _kind(checked: CheckedAccount, answer: object) -> Finding:
    """Compare the declared kind with what WeChat lets the account do: only service accounts send to openids."""
    refused = isinstance(answer, WeChatError) and answer.errcode == NO_RIGHT
    if isinstance(answer, MassctlError) and not refused:
        return Finding(
            Check.KIND,
            Level.UNKNOWN,
            Phrase("the declared kind could not be compared"),
            account=checked.account,
        )
    if refused and checked.kind == "service":
        say = Phrase(
            "declared as a service account (服务号), but WeChat does not let it "
            "send to openids, which verified service accounts may"
        )
        return _other_kind(checked, say)
    if not refused and checked.kind == "subscription":
        say = Phrase(
            "declared as a subscription account (订阅号, 公众号), but WeChat lets it "
            "send to openids, which only service accounts may"
        )
        return _other_kind(checked, say)
    return Finding(
        Check.KIND,
        Level.OK,
        Phrase("WeChat treats the account as its declared kind"),
        account=checked.account,
    )


def _other_kind(checked: CheckedAccount, say: Phrase) -> Finding:
    hint = Phrase(
        "look at 设置与开发 / 公众号设置 in 微信公众平台 (mp.weixin.qq.com), and correct "
        "accounts.{account}.kind: it decides how many sends massctl counts with",
        account=checked.account,
    )
    return Finding(Check.KIND, Level.WARNING, say, hint, checked.account)
