"""Each of the six rules of the send, of the drafts' and of the preview is broken in turn, and the checkers notice each.

A text is sent, for a news campaign's consumed draft would hide most of these mistakes. Runs are minutes, hours or
more than a day apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from building import HOUR, NOW, house, reviewers
from simulation.checkers import violations
from simulation.choices import Budget, Explored, Explorer
from simulation.crashing import Boundaries
from simulation.scenario import LONG, begin, run_once, whole_news, whole_text
from simulation.world import SimLedger

from massctl.apply import draft_deleting, draft_saving, executor, recovery, sending
from massctl.apply.book import Book
from massctl.apply.executor import _attempt
from massctl.apply.run import Run
from massctl.apply.sending import never_left
from massctl.errors import WeChatError
from massctl.model import state as folding
from massctl.model.account import Policy
from massctl.model.ledger import Entry, Event, SendAttempted, SendRejected
from massctl.model.names import ClientMsgId
from massctl.model.rendered import RenderedCampaign, Window
from massctl.model.send import Accepted, InDoubt, MassSend, Rejected
from massctl.model.state import Record
from massctl.plan import doubt, previews
from massctl.plan.step import Refusal

Verdict = Accepted | Rejected | InDoubt


def explore(**world: Any) -> Explored:
    """Look for a violation until the first is found."""
    return Explorer(whole_text(LONG), 3, Budget(crashes=1, faults=1), stop_early=True).explore(begin(**world))


def sent_twice(found: Explored) -> bool:
    """Say whether the first violation is a second send."""
    return "it was sent 2 times" in found.violations[0] if found.violations else False


def noticed(found: Explored) -> bool:
    """Say whether the first violation is a send that the ledger does not know of, or a second one."""
    return "knows of no attempt" in found.violations[0] or sent_twice(found) if found.violations else False


def test_without_a_mutant_nothing_is_found() -> None:
    assert [] == explore(allowance=1).violations


def test_rule_1_an_attempt_recorded_after_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(run: Run, campaign: RenderedCampaign, send: MassSend) -> Verdict:
        try:
            verdict = run.world.wechat(campaign.account).send_mass(send)
        except WeChatError as error:
            verdict = never_left(error)
        return _attempt(_answering(run, lambda _: verdict), campaign, send)

    monkeypatch.setattr(executor, "_attempt", late)
    assert noticed(explore())


def test_rule_2_a_timeout_taken_for_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(run: Run, campaign: RenderedCampaign, send: MassSend) -> Verdict:
        def answer(asked: MassSend) -> Verdict:
            verdict = run.world.wechat(campaign.account).send_mass(asked)
            return Rejected(-1, None, verdict.reason, "", retryable=True) if isinstance(verdict, InDoubt) else verdict

        return _attempt(_answering(run, answer), campaign, send)

    monkeypatch.setattr(executor, "_attempt", hasty)
    assert sent_twice(explore())


def test_rule_3_a_rejection_that_closes_every_open_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a world that looks at the allowance first, the repetition of an accepted send is refused with 45028."""
    one = folding._into_attempts

    def all_of_them(record: Record, entry: Entry) -> None:
        one(record, entry)
        if isinstance(entry.event, SendRejected):
            for attempt in record.attempts:
                attempt.open = False

    monkeypatch.setattr(folding, "_into_attempts", all_of_them)
    assert sent_twice(explore(allowance=1))


def test_rule_4_a_clientmsgid_minted_for_each_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that a repetition is identical would stop it, so that is broken too."""
    numbers = count()
    monkeypatch.setattr(sending, "client_msg_id", lambda *_: ClientMsgId(f"{next(numbers):032x}"))
    monkeypatch.setattr(sending, "_identical", lambda *_: None)
    assert sent_twice(explore())


def test_rule_4_alone_is_caught_by_the_proof_of_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count()
    monkeypatch.setattr(sending, "client_msg_id", lambda *_: ClientMsgId(f"{next(numbers):032x}"))
    assert not sent_twice(explore())


def test_rule_5_a_repetition_past_the_memory_of_wechat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubt, "REPEAT_HOURS_MAX", 100)
    assert sent_twice(explore())


def test_rule_6_an_attempt_that_is_not_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    durably = Book.record

    def carelessly(book: Book, event: Event, campaign: RenderedCampaign | None = None) -> Entry:
        return (book.note if isinstance(event, SendAttempted) else durably.__get__(book))(event, campaign)

    monkeypatch.setattr(Book, "record", carelessly)
    assert noticed(explore())


def test_rule_6_two_checkouts_are_two_memories() -> None:
    """The second runner has a ledger of its own, and comes a day later."""
    campaign, situation = whole_text(LONG), begin()
    run_once(situation, campaign, house(), Boundaries())
    elsewhere = replace(situation, ledger=SimLedger()).after(timedelta(hours=30))
    run_once(elsewhere, campaign, house(), Boundaries())
    assert any("it was sent 2 times" in each for each in violations(elsewhere, campaign))


def test_a_preview_of_the_same_run_taken_for_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan leaves the judgement to the moment of the send, which forgets to ask when the preview was."""
    judge = previews.preview_missing

    def any_preview(campaign: RenderedCampaign, record: Record, policy: Policy, **_: object) -> Refusal | None:
        return judge(campaign, record, policy)

    monkeypatch.setattr(previews, "preview_missing", lambda *_, **__: None)
    monkeypatch.setattr(sending, "preview_missing", any_preview)
    words, rules = whole_text(LONG, recipients=reviewers("li")), [house(require_preview=True)] * 2
    found = Explorer(words, 2, Budget(crashes=0, faults=0), rules=rules, stop_early=True).explore(begin())
    assert "nobody could look at it" in found.violations[0]


STAGED = whole_news(Window(NOW + 50 * HOUR, NOW + 60 * HOUR), recipients=())
"""A news campaign that is not due in any of the runs, so that only its draft is at stake."""


def left_over() -> bool:
    """Say whether the first violation is a draft that nobody will ever delete."""
    found = Explorer(STAGED, 2, Budget(crashes=1, faults=1)).explore(begin())
    return any("drafts are left in the draft box" in each for each in found.violations)


def test_drafts_without_a_mutant_leave_nothing() -> None:
    assert not left_over()


def test_drafts_that_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (executor, draft_saving):
        monkeypatch.setattr(module, "recover_drafts", lambda run: None)
    monkeypatch.setattr(draft_deleting, "look_once_more", lambda run: None)
    assert left_over()


def test_drafts_that_are_looked_for_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that comes late finds a second draft in the box already."""
    close = recovery._close
    monkeypatch.setattr(recovery, "LATE_MINUTES_MAX", 0)
    monkeypatch.setattr(recovery, "_close", lambda run, missing, reason, **_: close(run, missing, reason))
    assert left_over()


def test_drafts_that_are_begun_and_not_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    def carelessly(book: Book, events: Sequence[tuple[Event, RenderedCampaign]]) -> list[Entry]:
        return [book.note(event, campaign) for event, campaign in events]

    monkeypatch.setattr(Book, "record_each", carelessly)
    assert left_over()


def _answering(run: Run, answer: Callable[[MassSend], Verdict]) -> Run:
    """Give the run with another account behind it, of which only the send is used."""
    account: Any = SimpleNamespace(send_mass=answer)
    return replace(run, world=replace(run.world, wechat=lambda _: account))
