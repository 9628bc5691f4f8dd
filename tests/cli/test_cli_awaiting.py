"""A send that waits for the administrator (API 群发保护), as people see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from building import APPID
from cli_runner import NOON, Shell
from syrupy.assertion import SnapshotAssertion

from massctl.errors import LedgerLockedError
from massctl.ledger import process_lock


@pytest.fixture
def guarded(shell: Shell) -> Shell:
    """An account whose sends to everybody the administrator confirms."""
    shell.tree.text()
    shell("plan", "--sandbox")
    shell.control("accounts", {"appid": APPID, "protection": True})
    return shell


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_held_send_in_words(guarded: Shell, snapshot: SnapshotAssertion, language: str) -> None:
    guarded.tree.settings(language=language)
    verbs = (
        ["apply", "notice", "--yes"],
        ["status"],
        ["plan", "notice"],
        ["plan", "notice", "--format", "markdown"],
    )
    said = [guarded(*verb, "--sandbox") for verb in verbs]
    assert ([0, 0, 0, 0], snapshot) == (
        [each.status for each in said],
        [guarded.scrub(each.out) for each in said],
    )


def test_every_document_says_awaiting_admin(guarded: Shell) -> None:
    documents = [
        guarded(*verb, "--format", "json", "--sandbox").document
        for verb in (["apply", "notice", "--yes"], ["status"], ["plan", "notice"])
    ]
    assert ["awaiting_admin"] * 3 == [document["campaigns"][0]["status"] for document in documents]


def test_his_yes_is_learnt_by_the_next_apply(guarded: Shell) -> None:
    guarded("apply", "notice", "--yes", "--sandbox")
    guarded.control("admin", {"appid": APPID, "confirm": True})
    guarded.set_time(NOON + timedelta(minutes=10))
    said = guarded("apply", "notice", "--yes", "--sandbox", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert (0, "sent", 1) == (said.status, campaign["status"], len(guarded.report()["jobs"]))


def test_while_he_may_agree_nobody_can_say_that_it_was_not_sent(guarded: Shell) -> None:
    guarded("apply", "notice", "--yes", "--sandbox")
    word = ("reconcile", "notice", "--not-sent", "--reason", "looked", "--sandbox")
    said = guarded(*word)
    assert (5, True) == (said.status, "notice waits for the administrator until" in said.err)
    guarded.set_time(NOON + timedelta(minutes=31))
    assert 0 == guarded(*word).status


def test_nobody_looked_at_a_moment_to_come(guarded: Shell) -> None:
    guarded("apply", "notice", "--yes", "--sandbox")
    word = ("reconcile", "notice", "--sent", "--reason", "looked", "--sandbox")
    said = guarded(*word, "--looked-at", (NOON + timedelta(days=1)).isoformat())
    assert (2, True) == (said.status, "is in the future" in said.err)


def test_his_silence_fails_the_job(guarded: Shell) -> None:
    guarded("apply", "notice", "--yes", "--sandbox")
    guarded.set_time(NOON + timedelta(minutes=31))
    assert 4 == guarded("status", "--sandbox").status
    said = guarded("apply", "notice", "--yes", "--sandbox", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert (1, "failed", 1) == (said.status, campaign["status"], len(guarded.report()["jobs"]))


def test_a_status_that_waits_stays_for_him(guarded: Shell) -> None:
    guarded("apply", "notice", "--yes", "--sandbox")
    said = guarded("status", "notice", "--wait", "600", "--sandbox")
    assert (0, True) == (said.status, "waiting for the administrator: 1" in said.err), said
    guarded.set_time(NOON + timedelta(minutes=9))
    said = guarded("status", "notice", "--wait", "1800", "--sandbox", "--format", "json")
    assert (4, "in_doubt") == (said.status, said.document["campaigns"][0]["status"]), said


def test_it_goes_on_where_somebody_records_something_in_that_moment(
    guarded: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded("apply", "notice", "--yes", "--sandbox")
    alone, tries = process_lock.sole_runner, []

    @contextmanager
    def held_once(*given: object, **_: object) -> Iterator[None]:
        tries.append(given)
        if len(tries) == 1:
            raise LedgerLockedError("another massctl is at work on this ledger")
        with alone(*given):
            yield

    monkeypatch.setattr(process_lock, "sole_runner", held_once)
    said = guarded("status", "notice", "--wait", "1900", "--sandbox", "--format", "json")
    assert (4, 2, "in_doubt") == (
        said.status,
        len(tries),
        said.document["campaigns"][0]["status"],
    ), said


def test_whoever_comes_while_another_writes_is_told_at_once(
    guarded: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded("apply", "notice", "--yes", "--sandbox")
    guarded.set_time(NOON + timedelta(minutes=31))

    def held(*_: object, **__: object) -> None:
        raise LedgerLockedError("another massctl is at work on this ledger")

    monkeypatch.setattr(process_lock, "sole_runner", held)
    assert 5 == guarded("status", "notice", "--wait", "600", "--sandbox").status
