"""The client and the reader of events against the sandbox: two readings of the same documentation must agree."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from building import IN_TIME, intent, news_body
from sandbox_client import APPID, SECRET, START, Clock, picture

from massctl.apply.ports import DraftArticle, SendingSpeed, Upload, Withdrawals
from massctl.callback.finish import read_finish
from massctl.errors import PermanentError, QuotaError
from massctl.model.entries import JobFinish
from massctl.model.ids import CampaignName, MsgDataId, MsgId
from massctl.model.send import Accepted, InDoubt
from massctl.sandbox.embedded import Sandbox
from massctl.wechat.client import WeChatClient


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[WeChatClient]:
    opened = WeChatClient.open(
        APPID, SECRET, "https://api.weixin.qq.com", inside=sandbox.app, sleep=lambda _: None
    )
    with opened:
        yield opened


def sent(client: WeChatClient, number: int = 1) -> Accepted | InDoubt:
    cover = client.add_material(Upload(picture(), "a.jpg", "image/jpeg")).media_id
    article = DraftArticle(
        "标题",
        "",
        "",
        f"<p>{number}</p>",
        "",
        cover,
        need_open_comment=True,
        only_fans_can_comment=False,
    )
    media_id = client.add_draft([article, article])
    verdict = client.send_mass(
        intent(body=news_body(media_id), campaign=CampaignName(f"n{number}")), IN_TIME
    )
    assert isinstance(verdict, Accepted | InDoubt)
    return verdict


def test_articles_are_withdrawn_one_by_one_and_the_job_is_gone_with_the_last(
    client: WeChatClient, clock: Clock
) -> None:
    port: Withdrawals = client
    job = sent(client)
    assert isinstance(job, Accepted)
    msg_id = MsgId(job.msg_id or 0)
    with pytest.raises(PermanentError):  # It is still being sent.
        port.withdraw(msg_id, 1)
    clock.later(minutes=4)
    port.withdraw(msg_id, 2)
    assert "sent" == port.job_report(msg_id).status
    port.withdraw(msg_id, 1)
    assert "deleted" == port.job_report(msg_id).status
    with pytest.raises(PermanentError) as caught:
        port.withdraw(msg_id, 1)
    assert 40065 == caught.value.errcode


def test_the_eleventh_withdrawal_of_a_day(client: WeChatClient) -> None:
    for _ in range(10):
        with pytest.raises(PermanentError):
            client.withdraw(MsgId(1), 1)
    with pytest.raises(QuotaError, match="10 a day"):
        client.withdraw(MsgId(1), 1)


def test_the_speed_is_read_and_set(client: WeChatClient) -> None:
    before = client.speed()
    client.set_speed(4)
    assert (SendingSpeed(0, 80), SendingSpeed(4, 10)) == (before, client.speed())


def test_comments_are_switched_article_by_article(
    client: WeChatClient, sandbox: Sandbox, clock: Clock
) -> None:
    job = sent(client)
    assert isinstance(job, Accepted)
    clock.later(minutes=4)
    client.close_comments(MsgDataId(job.msg_data_id or 0), 2)
    (row,) = sandbox.report()["jobs"]
    assert [True, False] == [article["comments_open"] for article in row["articles"]]
    assert [] == sandbox.report()["violations"]


@pytest.mark.parametrize("form", ["xml", "json"])
def test_the_event_of_a_job_is_read_as_it_was_meant(
    client: WeChatClient, sandbox: Sandbox, clock: Clock, form: str
) -> None:
    job = sent(client)
    assert isinstance(job, Accepted)
    clock.later(minutes=4)
    (event,) = sandbox.report()["events"]
    body = event["xml"] if form == "xml" else json.dumps(event["json"])
    found = read_finish(body.encode())
    assert isinstance(found, JobFinish)
    assert (job.msg_id, "sent", 1000, 2) == (
        found.said.msg_id, found.said.status, found.said.sent_count, len(found.said.article_urls or ())
    )  # fmt: skip
    assert START + timedelta(minutes=3) == found.created_at
    assert found.said.copyright_check is not None
    assert (1, 2) == (
        found.said.copyright_check.check_state,
        len(found.said.copyright_check.results),
    )


def test_a_held_send_is_known_as_one(client: WeChatClient, sandbox: Sandbox, clock: Clock) -> None:
    sandbox.ensure_account(APPID, protection=True)
    held = sent(client)
    assert isinstance(held, InDoubt)
    assert held.is_held
    clock.later(minutes=31)
    (event,) = sandbox.report()["events"]
    found = read_finish(event["xml"].encode())
    assert isinstance(found, JobFinish)
    assert ("failed", "err(40002)") == (found.said.status, found.said.reason)
