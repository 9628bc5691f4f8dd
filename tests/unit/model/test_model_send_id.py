"""The id under which WeChat recognises a repetition, and the name of a request."""

import pytest
from building import APPID

from massctl.model.ids import AppId, CampaignName, ClientMsgId, MediaId
from massctl.model.send import MassSend, News, ToAll, ToTag, Words, client_msg_id

ID = ClientMsgId("0" * 32)


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
        client_msg_id(AppId("wx0"), CampaignName("sale"), edition, batch) for edition, batch in [(1, 11), (11, 1)]
    )
    assert one != other


def test_equal_requests_have_equal_fingerprints():
    make = lambda: MassSend(ToTag(101), News(MediaId("m")), ID, False)  # noqa: E731
    assert make().fingerprint == make().fingerprint


@pytest.mark.parametrize(
    "other",
    [
        MassSend(ToTag(7), Words("m"), ID, None),
        MassSend(ToAll(), Words("n"), ID, None),
        MassSend(ToAll(), News(MediaId("m")), ID, None),
        MassSend(ToAll(), Words("m"), ClientMsgId("1" * 32), None),
        MassSend(ToAll(), Words("m"), ID, False),
    ],
)
def test_a_fingerprint_changes_with_whatever_changes_the_request(other):
    assert MassSend(ToAll(), Words("m"), ID, None).fingerprint != other.fingerprint
