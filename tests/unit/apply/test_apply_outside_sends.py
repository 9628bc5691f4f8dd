"""Sends that the ledger did not see are recorded by a person's word."""

from datetime import timedelta
from typing import Any

import pytest
from building import DAY, HOUR, NOW, OTHER_APPID, guards, text
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.apply import journal
from massctl.apply.reconcile import import_sent, import_website_send, retract_website_send
from massctl.errors import UsageError
from massctl.model.message import RenderedCampaign
from massctl.model.state import Status, status_of

WORDS = whole_text()
NEWS = whole_news(recipients=())
I_LOOKED = journal.Statement("it is in the console", "li")
YESTERDAY = NOW - DAY
MINUTE = timedelta(minutes=1)


def told(scene: Scene, campaign: RenderedCampaign, said: journal.Statement = I_LOOKED, **changes: Any) -> None:
    """Say that a campaign went out yesterday."""
    book = scene.book()
    import_sent(
        book.state.record(campaign.name, campaign.edition),
        campaign.appid,
        YESTERDAY,
        said,
        book,
        **{"declared": campaign, **changes},
    )


@pytest.mark.parametrize("campaign", [WORDS, NEWS], ids=["text", "news"])
def test_a_campaign_that_went_out_is_never_sent(campaign: RenderedCampaign) -> None:
    scene = Scene([campaign])
    told(scene, campaign)
    assert (0, [], Status.SENT) == (scene.apply().exit_status(), scene.wechat.calls, status_of(scene.record(campaign)))


def test_a_job_that_is_known_can_be_followed() -> None:
    scene = Scene([WORDS])
    told(scene, WORDS, journal.Statement("seen", "li", 7))
    (job,) = scene.record(WORDS).jobs
    assert (7, YESTERDAY, Status.SENDING) == (job.msg_id, job.accepted_at, status_of(scene.record(WORDS)))


def test_a_higher_edition_is_sent_on_purpose() -> None:
    scene = Scene([whole_text(edition=2)])
    told(scene, WORDS)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_an_equal_message_under_another_name_is_noticed() -> None:
    scene = Scene([text("copy", window=WORDS.window)])
    told(scene, WORDS)
    (planned,) = scene.plan().campaigns
    assert ["same_content"] == guards(planned)


def test_of_a_message_that_is_not_known_no_copy_is_noticed() -> None:
    scene = Scene([text("copy", window=WORDS.window)])
    told(scene, WORDS, journal.Statement("", "li"), declared=None)
    (planned,) = scene.plan().campaigns
    assert ([], None) == (guards(planned), scene.events("send_imported")[0].reason)


def test_a_campaign_in_doubt_is_settled_and_not_imported() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    with pytest.raises(UsageError, match="nobody knows whether it was sent") as caught:
        told(scene, WORDS)
    assert "massctl reconcile words" in caught.value.hint


def test_a_campaign_is_sent_once_whoever_says_so() -> None:
    scene = Scene([WORDS])
    told(scene, WORDS)
    with pytest.raises(UsageError, match="edition 1 of words is recorded as sent"):
        told(scene, WORDS)
    assert 1 == len(scene.events("send_imported"))


def test_a_job_is_the_send_of_one_campaign() -> None:
    scene = Scene([WORDS])
    told(scene, WORDS, journal.Statement("seen", "li", 7))
    with pytest.raises(UsageError, match="job 7 is the send of words, edition 1"):
        told(scene, NEWS, journal.Statement("seen", "li", 7))


def test_a_send_on_the_website_is_no_campaigns_and_counts_for_its_account() -> None:
    scene = Scene([])
    for at in (YESTERDAY, NOW - HOUR):
        import_website_send(WORDS.appid, at, journal.Statement("", "li"), scene.book())
    assert ({WORDS.appid: [YESTERDAY, NOW - HOUR]}, {}) == (scene.state.website_sends, scene.state.records)


def test_a_send_on_the_website_is_told_once() -> None:
    scene = Scene([])
    import_website_send(WORDS.appid, NOW, I_LOOKED, scene.book())
    with pytest.raises(UsageError, match="is recorded already"):
        import_website_send(WORDS.appid, NOW, I_LOOKED, scene.book())


@pytest.mark.parametrize("seconds", [0, 30])
def test_one_of_the_same_minute_is_the_same_and_is_taken_back_by_its_minute(seconds: int) -> None:
    scene = Scene([])
    import_website_send(WORDS.appid, NOW, I_LOOKED, scene.book())
    same = NOW + timedelta(seconds=seconds)
    with pytest.raises(UsageError, match="is recorded already"):
        import_website_send(WORDS.appid, same, I_LOOKED, scene.book())
    import_website_send(OTHER_APPID, same, I_LOOKED, scene.book())
    import_website_send(WORDS.appid, NOW - MINUTE, I_LOOKED, scene.book())
    retract_website_send(WORDS.appid, same, I_LOOKED, scene.book())
    assert {WORDS.appid: [NOW - MINUTE], OTHER_APPID: [same]} == scene.state.website_sends
    with pytest.raises(UsageError, match="no send on the website at"):
        retract_website_send(WORDS.appid, same, I_LOOKED, scene.book())
