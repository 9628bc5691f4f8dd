"""What an account may do, found out by calls that change nothing."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from massctl.apply.checkup_probe import ASKED_BY_QUOTA, CheckedAccount, probe
from massctl.apply.ports import CallQuota, SendingSpeed
from massctl.errors import (
    AuthError,
    InvariantError,
    MassctlError,
    QuotaError,
    TransportError,
    WeChatError,
)
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import AccountName

ALL = frozenset(Check)
NO_RIGHT = AuthError("no right", hint="look at 接口权限", errcode=48001, rid="6a-7b-8c")


class Account:
    """Answers what it is told, and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def _answer(self, name: str, usual: Any) -> Any:
        self.asked.append(name)
        answer = self.answers.get(name, usual)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def renew_token(self) -> None:
        self._answer("token", None)

    def draft_count(self) -> int:
        return int(self._answer("drafts", 0))

    def material_count(self) -> int:
        return int(self._answer("materials", 0))

    def tags(self) -> Sequence[Any]:
        return list(self._answer("tags", ()))

    def speed(self) -> SendingSpeed:
        speed: SendingSpeed = self._answer("speed", SendingSpeed(0, 80))
        return speed

    def call_quota(self, path: str) -> CallQuota:
        quota: CallQuota = self._answer(path.rpartition("/")[2], CallQuota(100, 99))
        return quota


def overlap(calls: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
    """End the last call first."""
    for index in reversed(range(len(calls))):
        try:
            yield index, calls[index]()
        except Exception as error:
            yield index, error


def probed(
    account: Account | None,
    kind: str = "service",
    needs: frozenset[Check] = ALL,
    *,
    token_is_given: bool = False,
) -> dict[Check, Finding]:
    found = probe(
        [CheckedAccount(AccountName("main"), kind, needs, account, token_is_given)], overlap
    )
    assert {AccountName("main")} == {each.account for each in found}
    return {each.check: each for each in found}


def test_an_account_that_may_do_everything_is_well() -> None:
    found = probed(Account())

    assert {Level.OK} == {each.level for each in found.values()}
    others = {
        Check.TOKEN,
        Check.WHITELIST,
        Check.DRAFTS,
        Check.MATERIALS,
        Check.TAGS,
        Check.SPEED,
        Check.KIND,
    }
    assert {*ASKED_BY_QUOTA, *others} == set(found)
    assert "99 of 100 calls" in found[Check.MASS_SEND].message


def test_comments_are_asked_about_only_where_a_campaign_opens_them() -> None:
    account = Account()

    assert Check.COMMENTS not in probed(account, needs=ALL - {Check.COMMENTS})
    assert "open" not in account.asked


@pytest.mark.parametrize("check", [Check.DRAFTS, Check.TAGS, Check.SPEED])
def test_a_missing_right_is_a_problem_where_a_campaign_needs_it(check: Check) -> None:
    account = Account(**{check.value: NO_RIGHT})
    needed, spare = probed(account)[check], probed(account, needs=frozenset())[check]

    assert (Level.PROBLEM, Level.WARNING) == (needed.level, spare.level)
    assert ("no right (errcode 48001)", "look at 接口权限", 48001, "6a-7b-8c") == (
        needed.message,
        needed.hint,
        needed.errcode,
        needed.rid,
    )


def test_what_is_used_up_is_a_warning_and_what_was_not_answered_is_unknown() -> None:
    found = probed(
        Account(
            drafts=QuotaError("used up", errcode=45009),
            tags=TransportError("no answer", "it was cut"),
            preview=CallQuota(100, 0),
        )
    )

    assert (Level.WARNING, Level.UNKNOWN) == (found[Check.DRAFTS].level, found[Check.TAGS].level)
    assert ("no answer: it was cut", None) == (found[Check.TAGS].message, found[Check.TAGS].errcode)
    assert (Level.WARNING, True) == (
        found[Check.PREVIEWS].level,
        "all 100 calls" in found[Check.PREVIEWS].message,
    )


@pytest.mark.parametrize(
    "error", [AuthError("secret", errcode=40125), TransportError("no answer"), MassctlError("no")]
)
def test_without_a_token_nothing_else_is_asked(error: MassctlError) -> None:
    account = Account(token=error)
    found = probed(account)

    assert ["token"] == account.asked
    assert Level.PROBLEM is found.pop(Check.TOKEN).level
    assert {Level.UNKNOWN} == {each.level for each in found.values()}


def test_an_account_whose_settings_cannot_work_is_not_called() -> None:
    found = probed(None)

    assert {Level.UNKNOWN} == {each.level for each in found.values()}
    assert "not tried" in found[Check.TOKEN].message


@pytest.mark.parametrize(
    ("kind", "send", "level"),
    [
        ("service", CallQuota(100, 100), Level.OK),
        ("service", AuthError("no right", errcode=76022), Level.WARNING),
        ("subscription", AuthError("no right", errcode=76022), Level.OK),
        ("subscription", CallQuota(100, 100), Level.WARNING),
        ("service", TransportError("no answer"), Level.UNKNOWN),
        ("service", WeChatError("odd", errcode=76021), Level.UNKNOWN),
    ],
)
def test_the_declared_kind_is_compared_with_what_wechat_lets_the_account_do(
    kind: str, send: Any, level: Level
) -> None:
    found = probed(Account(send=send), kind)[Check.KIND]

    assert (level, level is Level.WARNING) == (found.level, "accounts.main.kind" in found.hint)


@pytest.mark.parametrize("errcode", [48001, 50001])
def test_where_the_question_itself_is_closed_nothing_is_known_of_the_right(errcode: int) -> None:
    closed = AuthError("no right", errcode=errcode)
    found = probed(Account(sendall=closed, send=closed))

    assert (Level.UNKNOWN, errcode) == (
        found[Check.MASS_SEND].level,
        found[Check.MASS_SEND].errcode,
    )
    assert Level.UNKNOWN is found[Check.KIND].level


EVERY_CALL = ("drafts", "materials", "tags", "speed", "sendall", "send", "preview", "open")
UNLISTED = AuthError(
    "this machine's address 203.0.113.9 is not listed", hint="Add 203.0.113.9", errcode=40164
)
DEAD = AuthError("the token is none", errcode=40001)
CUT = TransportError("no answer")


@pytest.mark.parametrize(
    ("answers", "level", "said"),
    [
        ({}, Level.OK, "answers calls from this address"),
        ({"drafts": UNLISTED}, Level.PROBLEM, "address 203.0.113.9 is not listed (errcode 40164)"),
        ({"sendall": UNLISTED}, Level.PROBLEM, "address 203.0.113.9 is not listed (errcode 40164)"),
        (dict.fromkeys(EVERY_CALL, DEAD), None, ""),
        (dict.fromkeys(EVERY_CALL, CUT), None, ""),
    ],
)
def test_the_whitelist_is_judged_by_calls_that_carry_a_token(
    answers: Any, level: Level | None, said: str
) -> None:
    found = probed(Account(**answers))[Check.WHITELIST]

    assert (level or Level.UNKNOWN, True) == (found.level, said in found.message)
    assert ("Add 203.0.113.9", 40164) == (found.hint, found.errcode) or level is not Level.PROBLEM


def test_an_address_that_is_not_listed_is_told_once_and_says_nothing_of_rights() -> None:
    found = probed(Account(**dict.fromkeys(EVERY_CALL, UNLISTED)))

    assert [Check.WHITELIST] == [
        each.check for each in found.values() if each.level is Level.PROBLEM
    ]
    rights = {
        found[check].level for check in (*ASKED_BY_QUOTA, Check.DRAFTS, Check.TAGS, Check.KIND)
    }
    assert ({Level.UNKNOWN}, Level.OK) == (rights, found[Check.TOKEN].level)


@pytest.mark.parametrize(
    ("answer", "level", "errcode", "said"),
    [
        (AuthError("the token is none", errcode=40001), Level.PROBLEM, 40001, "the token is none"),
        (TransportError("no answer"), Level.UNKNOWN, None, "no answer of WeChat says"),
        (AuthError("no right", errcode=48001), Level.OK, None, "WeChat accepts the token"),
        (UNLISTED, Level.UNKNOWN, None, "no answer of WeChat says"),
        (QuotaError("used up", errcode=45009), Level.OK, None, "WeChat accepts the token"),
    ],
)
def test_a_given_token_is_judged_by_the_calls_that_carry_it(
    answer: MassctlError, level: Level, errcode: int | None, said: str
) -> None:
    found = probed(Account(**dict.fromkeys(EVERY_CALL, answer)), token_is_given=True)[Check.TOKEN]

    assert (level, errcode, True) == (found.level, found.errcode, said in found.message)


def test_a_given_token_that_one_call_was_answered_with_is_accepted() -> None:
    found = probed(Account(tags=TransportError("no answer")), token_is_given=True)[Check.TOKEN]

    assert (Level.OK, True) == (found.level, "WeChat accepts the token" in found.message)


def test_a_given_token_that_could_not_be_had_is_told_as_that() -> None:
    found = probed(Account(token=MassctlError("the command gave none")), token_is_given=True)[
        Check.TOKEN
    ]

    assert (Level.PROBLEM, True) == (found.level, "the command gave none" in found.message)


def test_accounts_are_asked_side_by_side_and_one_does_not_stop_another() -> None:
    good, bad = Account(), Account(token=AuthError("secret", errcode=40125))
    accounts = [
        CheckedAccount(AccountName(name), "service", ALL, each)
        for name, each in (("good", good), ("bad", bad), ("none", None))
    ]
    sizes: list[int] = []

    def counting(calls: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
        sizes.append(len(calls))
        return overlap(calls)

    found = probe(accounts, counting)

    assert [2, 8] == sizes
    assert {"good": 1, "bad": 1, "none": 1} == {
        name: sum(each.check is Check.TOKEN and each.account == name for each in found)
        for name in ("good", "bad", "none")
    }


@pytest.mark.parametrize("bug", [RuntimeError("bug"), InvariantError("bug")])
def test_a_bug_of_ours_is_no_finding(bug: Exception) -> None:
    with pytest.raises(type(bug)):
        probed(Account(tags=bug))
