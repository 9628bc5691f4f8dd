"""The id under which WeChat recognises a repetition, and the name of a request."""

import pytest
from building import APPID, intent, news_body, sha, text_body
from copies import replace
from openid_samples import BATCHES, sha256_of_batches

from massctl.errors import InvariantError
from massctl.model.ids import AppId, CampaignName, MediaId
from massctl.model.send import StagedDraft, ToAll, ToOpenids, ToTag, client_msg_id

NEWS = news_body(MediaId("m"))


def test_the_id_is_the_first_half_of_a_sha256_over_what_the_contract_says():
    # printf 'wx0123456789abcdef\0002026-12-spring-sale\0001\0001' | sha256sum
    expected = "5197b0ffb412f23ff3ea69dc3d3b8981"
    assert expected == client_msg_id(APPID, CampaignName("2026-12-spring-sale"), 1, 1)


@pytest.mark.parametrize(
    ("appid", "campaign", "edition", "batch"),
    [
        ("wx1", "sale", 1, 1),
        ("wx0", "sales", 1, 1),
        ("wx0", "sale", 2, 1),
        ("wx0", "sale", 1, 2),
        ("wx0s", "ale", 1, 1),
    ],
)
def test_the_id_changes_with_each_of_its_parts(appid, campaign, edition, batch):
    ours = client_msg_id(AppId("wx0"), CampaignName("sale"), 1, 1)
    assert ours != client_msg_id(AppId(appid), CampaignName(campaign), edition, batch)


def test_numbers_run_into_no_other_number():
    one, other = (
        client_msg_id(AppId("wx0"), CampaignName("sale"), edition, batch)
        for edition, batch in [(1, 11), (11, 1)]
    )
    assert one != other


def test_equal_requests_have_equal_fingerprints():
    assert intent(ToTag(101), NEWS).fingerprint == intent(ToTag(101), NEWS).fingerprint


@pytest.mark.parametrize(
    "other",
    [
        intent(ToTag(7)),
        intent(body=text_body("n")),
        intent(body=NEWS),
        intent(edition=2),
        intent(ToOpenids(BATCHES[0])),
    ],
)
def test_a_fingerprint_changes_with_whatever_changes_the_request(other):
    assert intent().fingerprint != other.fingerprint


def test_the_flag_of_news_is_part_of_its_fingerprint():
    assert intent(body=NEWS).fingerprint != intent(body=NEWS, reprint=True).fingerprint


LIST = intent(ToOpenids(BATCHES[0]))
OPEN = intent(body=NEWS).attempted(7)


@pytest.mark.parametrize(
    ("whole", "changes"),
    [
        (intent(body=NEWS), {"digest": "sha256:edited"}),
        (intent(body=NEWS), {"draft": None}),
        (intent(body=NEWS), {"draft": StagedDraft(MediaId("m"), intent().digest, 2)}),
        (intent(body=NEWS), {"draft": StagedDraft(MediaId("other"), intent().digest)}),
        (intent(body=NEWS), {"body": text_body("m")}),
        (intent(body=NEWS), {"send_ignore_reprint": None}),
        (intent(), {"draft": StagedDraft(MediaId("m"), intent().digest)}),
        (intent(), {"send_ignore_reprint": False}),
        (intent(), {"batch": 2}),
        (intent(), {"batch": 0}),
        (intent(), {"batches": 1}),
        (intent(), {"recipients_sha256": sha("list")}),
        (intent(), {"recipients": ToTag(7)}),
        (intent(), {"recipients": ToOpenids(BATCHES[0])}),
        (intent(ToTag(7)), {"recipients": ToAll()}),
        (intent(ToTag(7)), {"recipients": ToTag(8)}),
        (LIST, {"recipients": ToOpenids(BATCHES[1])}),
        (LIST, {"recipients": ToAll()}),
        (LIST, {"batch": 4}),
        (LIST, {"batches": None}),
        (replace(intent(body=NEWS), repeats=OPEN), {"edition": 2}),
        (replace(intent(body=NEWS), repeats=OPEN), {"appid": AppId("wx0")}),
        (replace(intent(body=NEWS), repeats=OPEN), {"send_ignore_reprint": True}),
        (
            replace(intent(body=NEWS), repeats=OPEN),
            {"recipients": ToTag(7), "audience": {"tag": "会员"}},
        ),
        (replace(intent(), repeats=intent().attempted(7)), {"digest": "sha256:edited"}),
    ],
)
def test_a_send_whose_parts_do_not_belong_together_cannot_be_written_down(whole, changes):
    with pytest.raises(InvariantError, match="do not belong together"):
        replace(whole, **changes)


def test_an_attempt_says_what_its_send_says():
    said = LIST.attempted(7, reason="looked", by="li")
    assert (
        LIST.client_msg_id,
        LIST.fingerprint,
        3,
        3,
        f"sha256:{sha256_of_batches(BATCHES[:1])}",
    ) == (
        said.client_msg_id,
        said.fingerprint,
        said.batches,
        said.recipients,
        said.recipients_sha256,
    )
    assert (7, None, "looked", "li") == (said.audience_count, said.media_id, said.reason, said.by)
    assert "m" == OPEN.media_id
