"""Find out what an account may do, by calls that change nothing.

What reads is called. What sends, previews or opens comments is not: `openapi/quota/get` tells of any API whether the
account has it, and what is left of today's calls. Source: WeChat docs, "openapi/quota/get", read 2026-10; 76022 is its
"no right".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from massctl.apply.outcome import what_happened
from massctl.apply.ports import CallQuota, Overlap, ProbedAccount
from massctl.errors import AuthError, InvariantError, MassctlError, QuotaError, WeChatError
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase

_MASS: Final = "/cgi-bin/message/mass/"
ASKED_BY_QUOTA: Final[Mapping[Check, str]] = {
    Check.MASS_SEND: _MASS + "sendall",
    Check.MASS_SEND_OPENIDS: _MASS + "send",
    Check.PREVIEWS: _MASS + "preview",
    Check.COMMENTS: "/cgi-bin/comment/open",
}
"""What would have an effect -> the API whose quota is read instead."""
NO_RIGHT: Final = 76022
"""What `openapi/quota/get` says of an API that the account does not have. 48001 and 50001 say that of the question
itself, and nothing of the API that it asks about. Source: WeChat docs, "openapi/quota/get", read 2026-10."""
TOKEN_REFUSED: Final = frozenset({40001, 40014, 41001, 42001})
"""The token is none, or none any more. Source: WeChat docs, "Global return codes", read 2026-10."""


@dataclass(frozen=True, slots=True)
class CheckedAccount:
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


_Question = tuple[CheckedAccount, Check, Callable[[], object]]


def probe(accounts: Sequence[CheckedAccount], overlap: Overlap) -> list[Finding]:
    """Fetch every account's token, then ask what may be asked; independent calls run side by side.

    A secret that was refused is tried once and not with every question: repeated failures can lock an account.
    """
    reached = [(checked, checked.wechat) for checked in accounts if checked.wechat is not None]
    tokens = _results([wechat.renew_token for _, wechat in reached], overlap)
    found = [_token(checked, result) for (checked, _), result in zip(reached, tokens, strict=True)]
    live = {each.account for each in found if each.level is Level.OK}
    found += [_unasked(each, Check.TOKEN) for each in accounts if each.wechat is None]
    found += [_unasked(each, check) for each in accounts if each.account not in live for check in _checks(each)]
    questions = [
        (checked, check, _call(check, wechat))
        for checked, wechat in reached
        if checked.account in live
        for check in _checks(checked)
    ]
    answers = _results([call for _, _, call in questions], overlap)
    found = [_proven(each, questions, answers) if each.check is Check.TOKEN else each for each in found]
    for (checked, check, _), answer in zip(questions, answers, strict=True):
        found.append(_judged(checked, check, answer))
        if check is Check.MASS_SEND_OPENIDS:
            found.append(_kind(checked, answer))
    return found


def _checks(checked: CheckedAccount) -> list[Check]:
    """List what is asked of an account. Few accounts need the comment right (留言功能), and many do not have it."""
    asked = [check for check in ASKED_BY_QUOTA if check is not Check.COMMENTS or check in checked.needs]
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
    say = Phrase("WeChat gave a token: credential and address are accepted")
    return Finding(Check.TOKEN, Level.OK, say, account=checked.account)


def _proven(finding: Finding, questions: Sequence[_Question], answers: Sequence[object]) -> Finding:
    """Judge a token that `token_command` printed by what WeChat answered to the calls that were made with it."""
    pairs = zip(questions, answers, strict=True)
    told = [(checked, answer) for (checked, _, _), answer in pairs if checked.account == finding.account]
    if finding.level is not Level.OK or not any(checked.token_is_given for checked, _ in told):
        return finding
    refused = [(p, each) for p, each in told if isinstance(each, WeChatError) and each.errcode in TOKEN_REFUSED]
    for checked, error in refused:
        return _failed(checked, Check.TOKEN, error, Level.PROBLEM)
    if any(not isinstance(answer, MassctlError) or isinstance(answer, AuthError | QuotaError) for _, answer in told):
        return replace(finding, message=Phrase("WeChat accepts the token that token_command printed"))
    say = Phrase("token_command printed a token, but no answer of WeChat says whether it is valid")
    return replace(finding, level=Level.UNKNOWN, message=say)


def _unasked(checked: CheckedAccount, check: Check) -> Finding:
    why = Phrase("not checked: there is no token")
    if check is Check.TOKEN:
        why = Phrase("not tried: the credential or the proxy cannot work as set")
    return Finding(check, Level.UNKNOWN, why, account=checked.account)


def _judged(checked: CheckedAccount, check: Check, answer: object) -> Finding:
    if isinstance(answer, AuthError) and check in ASKED_BY_QUOTA and answer.errcode != NO_RIGHT:
        say = Phrase("not known: WeChat does not answer openapi/quota/get (errcode {errcode})", errcode=answer.errcode)
        return Finding(check, Level.UNKNOWN, say, answer.hint, checked.account, answer.errcode, answer.rid)
    if isinstance(answer, MassctlError):
        return _failed(checked, check, answer, _level(checked, check, answer))
    if isinstance(answer, CallQuota) and answer.remaining == 0:
        say = Phrase("all {limit} calls of today are used up", limit=answer.daily_limit)
        hint = Phrase("The count starts again at midnight, Beijing time. Run the same command again after that.")
        return Finding(check, Level.WARNING, say, hint, checked.account)
    if isinstance(answer, CallQuota):
        numbers = {"left": answer.remaining, "limit": answer.daily_limit}
        say = Phrase("the account has the right; {left} of {limit} calls of today are left", **numbers)
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
            Check.KIND, Level.UNKNOWN, Phrase("the declared kind could not be compared"), account=checked.account
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
        Check.KIND, Level.OK, Phrase("WeChat treats the account as its declared kind"), account=checked.account
    )


def _other_kind(checked: CheckedAccount, say: Phrase) -> Finding:
    hint = Phrase(
        "look at 设置与开发 / 公众号设置 in 微信公众平台 (mp.weixin.qq.com), and correct "
        "accounts.{account}.kind: it decides how many sends massctl counts with",
        account=checked.account,
    )
    return Finding(Check.KIND, Level.WARNING, say, hint, checked.account)
