"""Channels of `notify`: exactly one place each, its name, its variables; and what a reader sees first."""

from typing import Any

import pytest

from massctl.errors import InvariantError
from massctl.model.notice_text import NoticeText
from massctl.model.settings import CHANNELS, Channel, MailSettings

MAIL = Channel(email=MailSettings(to=["ops@example.cn", "lin@example.cn"]))
SIGNED = Channel(feishu_robot_env="PLACE", signing_secret_env="KEY")


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"webhook_env": "A", "wecom_robot_env": "B"},
        {"feishu_robot_env": "A", "email": {"to": ["a@b.cn"]}},
        {"wecom_robot_env": "A", "signing_secret_env": "B"},
        {"email": {"to": ["a@b.cn"]}, "signing_secret_env": "B"},
        {"email": {"to": []}},
        {"email": {"to": ["a b@c.cn"]}},
        {"email": {"to": ["Lin <a@b.cn>"]}},
        {"email": {"to": ["a@b.cn\nBcc: x@y.cn"]}},
    ],
)
def test_a_channel_without_or_with_two_places_cannot_be_made(keys: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Channel"):
        Channel.model_validate(keys)


def test_the_name_of_a_channel_has_no_address_in_it() -> None:
    mail = MAIL
    assert "email-" == mail.name[:6]
    assert "example" not in mail.name
    assert "PLACE" == SIGNED.name
    assert ["SMTP_SERVER", "SMTP_FROM", "SMTP_USER", "SMTP_PASSWORD"] == mail.variables
    assert ["PLACE", "KEY"] == SIGNED.variables


def test_an_empty_variable_is_named() -> None:
    assert ["PLACE", "KEY", None] == [
        SIGNED.missing(each) for each in ({"KEY": "x"}, {"PLACE": "x"}, {"PLACE": "x", "KEY": "x"})
    ]
    assert ["SMTP_FROM", None] == [
        MAIL.missing({"SMTP_SERVER": "x", "SMTP_FROM": sender}) for sender in ("", "x")
    ]


@pytest.mark.parametrize("key", CHANNELS)
def test_a_key_makes_a_kind(key: str) -> None:
    made = Channel.model_validate({key: {"to": ["a@b.cn"]} if key == "email" else "PLACE"})
    assert key in (made.kind, f"{made.kind}_env")


def test_only_e_mail_has_addresses() -> None:
    assert ["ops@example.cn", "lin@example.cn"] == MAIL.mail.to
    with pytest.raises(InvariantError, match="feishu_robot is no e-mail"):
        _ = SIGNED.mail


def test_the_first_line_says_what_happened_to_what() -> None:
    assert "sent 改时间" == NoticeText("sent", "改时间").head
    assert "sent 改时间 · 早报" == NoticeText("sent", "改时间", account="早报").head


def test_a_headline_is_cut_before_the_account_is() -> None:
    found = NoticeText("failed", "长" * 64, account="早报 (main) · 华东组").headline(40)
    assert (40, True) == (len(found), found.endswith("长… · 早报 (main) · 华东组"))
    endless = NoticeText("failed", "长" * 64, account="号" * 100).headline(40)
    assert (40, True) == (
        len(endless),
        endless.startswith("failed 长长长长长长长长… · 号"),
    )


@pytest.mark.parametrize(
    ("to", "shown"),
    [(["ops@example.cn"], "o…@example.cn"), (["ops@example.cn", "lin@a.cn"], "o…@example.cn +1")],
)
def test_people_know_a_mail_by_whom_it_goes_to(to: list[str], shown: str) -> None:
    assert shown == Channel(email=MailSettings(to=to)).shown_name
    assert "HOOK" == Channel(webhook_env="HOOK").shown_name
