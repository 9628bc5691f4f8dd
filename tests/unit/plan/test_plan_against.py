"""What a campaign is compared with: exactly one version that was there before."""

from dataclasses import replace

import pytest
from building import DAY, NOW, at, attempted, previewed, recorded, saved, sent, text
from plan_samples import EDITED, SALE

from massctl.model.entries import DraftDeleted, JobStatus, SendAccepted, SendRejected, SendSettled
from massctl.model.state import State
from massctl.plan.review_diff import Base, BaseKind, base_of, last_sent

EMPTY = State()
SECOND = replace(EDITED, edition=2)
NOTE = text("words", recipients=SALE.recipients)
NEW_NOTE = text("words", content="改到九点", recipients=SALE.recipients)


def test_what_was_never_locked_staged_or_sent_has_no_base():
    assert None is base_of(SALE, None, EMPTY)


def test_where_nothing_is_staged_it_is_the_lock():
    assert Base(BaseKind.LOCK, SALE.digest, 1) == base_of(EDITED, SALE.digest, EMPTY)


def test_a_lock_that_says_what_is_desired_is_no_base():
    assert None is base_of(EDITED, EDITED.digest, EMPTY)


def test_a_lock_that_says_something_else_comes_before_what_is_staged():
    assert Base(BaseKind.LOCK, SALE.digest, 1) == base_of(EDITED, SALE.digest, recorded(saved(SALE)))


@pytest.mark.parametrize("locked", [None, EDITED.digest])
def test_a_staged_draft_that_says_something_else(locked: str | None):
    assert Base(BaseKind.DRAFT, SALE.digest, 1, NOW) == base_of(EDITED, locked, recorded(saved(SALE)))


def test_of_drafts_the_living_one_counts():
    gone = DraftDeleted(appid=SALE.appid, media_id="MEDIA_1")
    assert None is base_of(EDITED, None, recorded(saved(SALE), (gone, SALE)))


def test_a_text_is_compared_with_what_reviewers_saw():
    found = base_of(NEW_NOTE, None, recorded(previewed(NOTE)))
    assert Base(BaseKind.PREVIEW, NOTE.digest, 1) == found


def test_previews_of_a_draft_that_is_gone_stand_for_nothing():
    gone = DraftDeleted(appid=SALE.appid, media_id="MEDIA_1")
    assert None is base_of(EDITED, None, recorded(saved(SALE), previewed(SALE), (gone, SALE)))


@pytest.mark.parametrize("locked", [None, SECOND.digest])
@pytest.mark.parametrize("staged", [(), (saved(SECOND),)])
def test_else_it_is_the_edition_that_was_sent_last(staged: tuple[object, ...], locked: str | None):
    state = recorded(*sent(SALE), *staged)  # type: ignore[arg-type]
    assert Base(BaseKind.SENT, SALE.digest, 1, NOW - DAY) == base_of(SECOND, locked, state)


def test_the_newest_of_several_editions():
    again = [at(NOW, attempted(SECOND)[0], SECOND), at(NOW, SendAccepted(attempt=4, msg_id=8), SECOND)]
    found = base_of(replace(SALE, edition=3), None, recorded(*sent(SALE), *again))
    assert Base(BaseKind.SENT, SECOND.digest, 2, NOW) == found


def test_what_was_sent_last_under_a_name_whatever_its_edition():
    again = [at(NOW, attempted(SECOND)[0], SECOND), at(NOW, SendAccepted(attempt=4, msg_id=8), SECOND)]
    assert Base(BaseKind.SENT, SECOND.digest, 2, NOW) == last_sent(SALE.name, recorded(*sent(SALE), *again))
    assert Base(BaseKind.SENT, SALE.digest, 1, NOW - DAY) == last_sent(SALE.name, recorded(*sent(SALE), saved(SECOND)))
    assert None is last_sent(SALE.name, recorded(saved(SALE)))


def test_an_edition_that_followers_never_got_does_not_count():
    rejected = (SendRejected(attempt=2, errcode=45009), SALE)
    failed = (JobStatus(msg_id=7, status="failed"), SALE)
    assert None is base_of(SECOND, None, recorded(attempted(SALE), rejected))
    assert None is base_of(SECOND, None, recorded(*sent(SALE), failed))


def test_of_what_a_person_sent_without_us_nothing_is_known():
    settled = (SendSettled(outcome="sent", reason="looked", by="lin"), SALE)
    assert None is base_of(SECOND, None, recorded(settled))


def test_another_edition_still_to_come_is_no_base():
    assert None is base_of(SALE, None, recorded(*sent(SECOND)))
