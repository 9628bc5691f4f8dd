"""The fold: what entries make of the recorded state."""

from datetime import timedelta
from typing import Any

import pytest
from building import (
    APPID,
    LINEAGE,
    NOW,
    OTHER_APPID,
    as_new,
    attempted,
    entries,
    news,
    previewed,
    record_of,
    recorded,
    reviewers,
    saved,
    sha,
    text,
)
from copies import replace
from hypothesis import given
from hypothesis import strategies as st

from massctl.errors import LedgerCorruptError
from massctl.model.entries import (
    Adopted,
    Created,
    DraftDeleted,
    Entry,
    Expired,
    ImageUploaded,
    JobStatus,
    MaterialAdded,
    MaterialForgotten,
    NewEntry,
    SendAccepted,
    SendRejected,
    SendSettled,
    WebsiteSendRetracted,
    Withdrawn,
)
from massctl.model.ids import CampaignName
from massctl.model.state import Record, State

WORDS = text("words")
SALE = news("sale", recipients=reviewers("li"))


def test_the_first_entry_gives_lineage_and_realm():
    state = recorded()
    assert (LINEAGE, "loopback", 1) == (state.lineage, state.realm, state.serial)


def test_uploads_are_known_by_account_and_bytes():
    one = ImageUploaded(appid=APPID, sha256=sha("a"), url="https://mmbiz.qpic.cn/a")
    two = MaterialAdded(
        appid=OTHER_APPID, sha256=sha("a"), media_id="M", url="https://mmbiz.qpic.cn/b"
    )
    three = MaterialAdded(appid=APPID, sha256=sha("b"), media_id="N")
    state = recorded(one, two, three)
    assert {(APPID, sha("a")): "https://mmbiz.qpic.cn/a"} == state.images
    assert {
        (OTHER_APPID, sha("a")): ("M", "https://mmbiz.qpic.cn/b"),
        (APPID, sha("b")): ("N", None),
    } == state.materials


def test_a_forgotten_material_is_no_longer_known():
    added = MaterialAdded(appid=APPID, sha256=sha("a"), media_id="M")
    assert {} == recorded(added, MaterialForgotten(appid=APPID, sha256=sha("a"))).materials


def test_forgetting_what_was_never_known_changes_nothing():
    assert {} == recorded(MaterialForgotten(appid=APPID, sha256=sha("a"))).materials


def test_an_edition_without_entries_has_an_empty_record_that_is_not_kept():
    state = recorded()
    assert Record(WORDS.name, 1) == state.record(WORDS.name, 1)
    assert {} == state.records


def test_editions_are_recorded_apart_and_given_lowest_first():
    second, first = news(edition=2), news(edition=1)
    state = recorded(saved(second), saved(first, "MEDIA_2"))
    assert [1, 2] == [r.edition for r in state.editions(first.name)]
    assert [] == state.editions(WORDS.name)


def test_the_newest_living_draft_of_the_batch_counts():
    record = record_of(SALE, saved(SALE, "A"), saved(SALE, "B"), saved(SALE, "C", batch=2))
    draft = record.draft()
    assert draft is not None
    assert "B" == draft.event.media_id


def test_a_deleted_draft_uncovers_the_one_before():
    record = record_of(
        SALE,
        saved(SALE, "A"),
        saved(SALE, "B"),
        DraftDeleted(appid=APPID, media_id="B", reason="superseded"),
    )
    draft = record.draft()
    assert draft is not None
    assert "A" == draft.event.media_id


def test_an_adopted_draft_has_the_name_that_the_console_gave_it_and_others_keep_theirs():
    adopted = Adopted(media_id="A", draft_sha256=sha("console"), reason="title", by="wang")
    record = record_of(SALE, saved(SALE, "A"), saved(SALE, "B"), adopted)
    assert [sha("console"), sha("draft B")] == [draft.event.draft_sha256 for draft in record.drafts]


def test_the_last_word_on_a_preview_counts():
    record = record_of(SALE, previewed(SALE, "begun"), previewed(SALE, "sent"))
    assert ["sent"] == [each.outcome for each in record.previews.values()]


@pytest.mark.parametrize(
    ("words", "latest"),
    [
        (("begun", "failed"), "failed"),
        (("begun", "unknown", "begun", "failed"), "unknown"),
        (("begun", "begun", "failed"), "unknown"),
        (("begun", "begun", "failed", "begun"), "unknown"),
        (("begun", "begun", "sent"), "sent"),
        (("begun", "failed", "begun"), "begun"),
    ],
)
def test_a_preview_that_may_have_arrived_stays_unknown_whatever_a_repetition_fails_with(
    words, latest
):
    """The reviewer may have it from the first time, so `apply` must not show it again by itself."""
    record = record_of(SALE, *(previewed(SALE, word) for word in words))
    assert [latest] == [each.outcome for each in record.previews.values()]


def test_an_account_is_in_doubt_by_its_own_attempts_only():
    elsewhere = text("elsewhere", appid=OTHER_APPID)
    state = recorded(attempted(WORDS), attempted(elsewhere), saved(SALE))
    assert ["words"] == [r.campaign for r in state.in_doubt(APPID)]
    assert ["elsewhere"] == [r.campaign for r in state.in_doubt(OTHER_APPID)]


def test_an_account_stays_in_doubt_when_its_campaign_moves_to_another():
    moved = news("sale", appid=OTHER_APPID)
    state = recorded(attempted(SALE), saved(moved))
    assert (["sale"], []) == (
        [r.campaign for r in state.in_doubt(APPID)],
        state.in_doubt(OTHER_APPID),
    )
    assert OTHER_APPID == state.record(SALE.name, 1).appid


def test_an_account_is_not_in_doubt_after_an_answer():
    assert [] == recorded(attempted(WORDS), (SendRejected(attempt=2, errcode=1), WORDS)).in_doubt(
        APPID
    )


def test_closed_windows_are_remembered():
    record = record_of(WORDS, Expired(not_after=NOW), Expired(not_after=NOW + timedelta(days=1)))
    assert [NOW, NOW + timedelta(days=1)] == record.expired_at


def accepted_then(*said: Any) -> Any:
    return record_of(WORDS, attempted(WORDS), SendAccepted(attempt=2, msg_id=7), *said).jobs[0]


def test_a_job_is_what_was_last_said_of_it():
    job = accepted_then(
        JobStatus(msg_id=7, status="awaiting_admin"),
        JobStatus(msg_id=7, status="sent", sent_count=9),
    )
    assert ("sent", 9) == (job.status, job.counts.sent_count)


@pytest.mark.parametrize("late", ["sending", "awaiting_admin", "unknown"])
@pytest.mark.parametrize("final", ["sent", "failed", "deleted"])
def test_a_poll_that_an_event_has_overtaken_takes_nothing_back(final, late):
    """A poll leaves, the event of the end arrives and is recorded, then the poll's answer is."""
    job = accepted_then(
        JobStatus(msg_id=7, status=final, total_count=3), JobStatus(msg_id=7, status=late)
    )
    assert (final, 3) == (job.status, job.counts.total_count)


def test_a_deleted_job_stays_deleted():
    assert (
        "deleted"
        == accepted_then(
            JobStatus(msg_id=7, status="deleted"), JobStatus(msg_id=7, status="sent")
        ).status
    )


def test_two_polls_that_tell_two_ends_contradict_each_other():
    assert (
        "contradicted"
        == accepted_then(
            JobStatus(msg_id=7, status="failed"), JobStatus(msg_id=7, status="sent")
        ).status
    )


def test_numbers_and_addresses_that_are_not_said_again_are_kept():
    event = JobStatus(
        msg_id=7,
        status="sent",
        total_count=10,
        sent_count=9,
        article_urls=["https://mp.weixin.qq.com/s/a"],
    )
    job = accepted_then(event, JobStatus(msg_id=7, status="sent", sent_count=10))
    assert replace(event, sent_count=10) == job.counts


def test_withdrawn_articles_are_remembered():
    assert {1, 3} == accepted_then(
        Withdrawn(msg_id=7, article=1), Withdrawn(msg_id=7, article=3)
    ).withdrawn


@pytest.mark.parametrize("missing", [{}, {"campaign": "words"}, {"edition": 1}])
def test_an_entry_about_a_campaign_names_it_and_its_edition(missing):
    with pytest.raises(ValueError, match="names a campaign"):
        NewEntry(at=NOW, event=Expired(not_after=NOW), **missing)
    with pytest.raises(ValueError, match="names a campaign"):
        Entry(serial=2, prev="", at=NOW, event=Expired(not_after=NOW), **missing)


@pytest.mark.parametrize("serial", [0, 1, 3])
def test_an_entry_out_of_turn_is_refused(serial):
    state = recorded()
    entry = Entry(serial=serial, prev="", at=NOW, event=Created(lineage=LINEAGE, realm="wechat"))
    with pytest.raises(LedgerCorruptError) as caught:
        state.absorb(entry)
    assert "where 2 should be" in caught.value.detail
    assert (1, "loopback") == (state.serial, state.realm)


@pytest.mark.parametrize(
    "event",
    [
        Created(lineage=LINEAGE, realm="wechat"),
        MaterialForgotten(appid=APPID, sha256=sha("a")),
        WebsiteSendRetracted(appid=APPID, sent_at=NOW, by="wang", reason="r"),
    ],
)
def test_what_is_of_an_account_is_so_also_where_a_campaign_stands_beside_it(event):
    assert {} == recorded((event, WORDS)).records


def test_a_send_on_the_website_that_is_not_on_record_is_not_taken_back():
    assert (
        {}
        == recorded(
            WebsiteSendRetracted(appid=APPID, sent_at=NOW, by="wang", reason="r")
        ).website_sends
    )


def test_a_time_without_an_offset_is_no_time_of_an_entry():
    with pytest.raises(ValueError, match="timezone"):
        as_new(Expired(not_after=NOW), at=NOW.replace(tzinfo=None))


HAPPENINGS = [
    saved(SALE, "A"),
    saved(SALE, "B"),
    (DraftDeleted(appid=APPID, media_id="A", reason="superseded"), SALE),
    (Adopted(media_id="B", draft_sha256=sha("console"), reason="title", by="wang"), SALE),
    previewed(SALE),
    attempted(SALE, media_id="A"),
    attempted(WORDS),
    (SendSettled(outcome="not_sent", reason="r", by="w"), SALE),
    (Expired(not_after=NOW), WORDS),
    ImageUploaded(appid=APPID, sha256="a", url="u"),
    MaterialAdded(appid=APPID, sha256="a", media_id="m"),
    MaterialForgotten(appid=APPID, sha256="a"),
]


@given(st.lists(st.sampled_from(HAPPENINGS), max_size=12), st.data())
def test_folding_a_prefix_and_then_the_rest_is_folding_the_whole(happenings, data):
    every = entries(*happenings)
    cut = data.draw(st.integers(0, len(every)))
    state, whole = State(), State()
    state.absorb_all(every[:cut])
    state.absorb_all(every[cut:])
    whole.absorb_all(every)
    assert vars(whole) == vars(state)


def folded(renamed: dict[Any, Any], *happenings: Any) -> State:
    state = State(renamed)
    state.absorb_all(entries(*happenings))
    return state


def test_what_was_recorded_of_an_old_name_counts_for_the_new_one():
    new = replace(WORDS, name=CampaignName("spring"), first_name=WORDS.name)
    state = folded(
        {WORDS.name: new.name}, attempted(WORDS), (SendAccepted(attempt=2, msg_id=7), new)
    )
    (record,) = state.records.values()
    assert (("spring", 1), [7]) == (record.key, [job.msg_id for job in record.jobs])
    assert ([record], []) == (state.editions(new.name), state.editions(WORDS.name))


def test_a_word_on_a_send_finds_it_where_nobody_says_any_more_that_its_campaign_was_renamed():
    new = replace(WORDS, name=CampaignName("spring"))
    told = [
        attempted(WORDS),
        (SendAccepted(attempt=2, msg_id=7), new),
        (JobStatus(msg_id=7, status="sent"), new),
    ]
    (record,) = folded({}, *told).records.values()
    assert (("words", 1), ["sent"]) == (record.key, [job.status for job in record.jobs])


def test_a_word_on_a_job_that_two_campaigns_have_is_of_neither():
    one, other, new = (
        WORDS,
        replace(WORDS, name=CampaignName("other")),
        replace(WORDS, name=CampaignName("spring")),
    )
    jobs = [attempted(one), (SendAccepted(attempt=2, msg_id=7), one)]
    jobs += [attempted(other), (SendAccepted(attempt=4, msg_id=7), other)]
    state = folded({}, *jobs, (JobStatus(msg_id=7, status="sent"), new))
    assert ["sending", "sending"] == [
        state.record(each.name, 1).jobs[0].status for each in (one, other)
    ]
    assert state.record(new.name, 1).contradicted


def test_digest_and_identity_of_a_renamed_campaign_are_those_of_its_first_name():
    new = replace(WORDS, name=CampaignName("spring"), first_name=WORDS.name)
    assert (WORDS.identity, WORDS.digest) == (new.identity, new.digest)
    assert WORDS.digest != replace(new, first_name=None).digest
