"""massctl.yaml: durations, quiet hours, frozen days, and where the API may be."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from building import settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from massctl.model.ids import CampaignName
from massctl.model.settings import (
    API_BASE,
    WECHAT_HOSTS,
    MassctlFile,
    QuietHours,
    check_api_base,
    check_https_address,
    parse_duration,
    realm_of,
)
from massctl.model.theme import ThemeKey, ThemeSettings

BEIJING = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def quiet(start: str, end: str, zone: str = "Asia/Shanghai") -> QuietHours:
    return QuietHours.model_validate({"from": start, "to": end, "timezone": zone})


def beijing(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, second, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (beijing(1, 21, 59, 59), None),
        (beijing(1, 22), beijing(2, 8)),
        (beijing(1, 23, 59, 59), beijing(2, 8)),
        (beijing(2, 0), beijing(2, 8)),
        (beijing(2, 7, 59, 59), beijing(2, 8)),
        (beijing(2, 8), None),
    ],
)
def test_quiet_hours_over_midnight_begin_at_from_and_end_before_to(moment, end):
    assert end == quiet("22:00", "08:00").ends_after(moment)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (beijing(1, 11, 59, 59), None),
        (beijing(1, 12), beijing(1, 14)),
        (beijing(1, 13, 59), beijing(1, 14)),
        (beijing(1, 14), None),
    ],
)
def test_quiet_hours_within_a_day(moment, end):
    assert end == quiet("12:00", "14:00").ends_after(moment)


def test_quiet_hours_from_and_to_the_same_minute_are_none():
    assert quiet("08:00", "08:00").ends_after(beijing(1, 8)) is None


def test_quiet_hours_are_read_on_the_clock_of_their_zone():
    moment = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)  # 23:00 in Beijing, 10:00 in New York
    assert beijing(2, 8) == quiet("22:00", "08:00").ends_after(moment)
    assert quiet("22:00", "08:00", "America/New_York").ends_after(moment) is None


def test_the_end_of_quiet_hours_is_later_than_now_even_in_an_hour_that_comes_twice():
    """On 2026-11-01 New York's clocks go from 02:00 EDT back to 01:00 EST: 01:15 EST is after 01:30 EDT."""
    second_time = datetime(2026, 11, 1, 1, 15, tzinfo=NEW_YORK, fold=1)
    end = quiet("22:00", "01:30", "America/New_York").ends_after(second_time)
    assert end is not None
    assert datetime(2026, 11, 1, 6, 30, tzinfo=UTC) == end.astimezone(UTC)


@given(st.integers(0, 2 * 365 * 24 * 12), st.sampled_from(["22:00", "00:30", "01:45"]),
       st.sampled_from(["00:00", "01:30", "02:30", "08:00"]),
       st.sampled_from(["Asia/Shanghai", "America/New_York", "Africa/Cairo"]))  # fmt: skip
def test_quiet_hours_always_end_later_than_now_and_within_two_days(steps, start, end, zone):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + steps * timedelta(minutes=5)
    found = quiet(start, end, zone).ends_after(moment)
    assert found is None or moment < found.astimezone(UTC) <= moment + timedelta(days=2)


@pytest.mark.parametrize(
    ("moment", "span"),
    [
        (datetime(2027, 1, 27, 15, 59, 59, tzinfo=UTC), None),
        (datetime(2027, 1, 27, 16, 0, tzinfo=UTC), "2027-01-28/2027-02-03"),
        (datetime(2027, 2, 3, 15, 59, 59, tzinfo=UTC), "2027-01-28/2027-02-03"),
        (datetime(2027, 2, 3, 16, 0, tzinfo=UTC), None),
        (datetime(2027, 5, 1, 4, 0, tzinfo=UTC), "2027-05-01"),
        (datetime(2027, 5, 1, 16, 0, tzinfo=UTC), None),
    ],
)
def test_frozen_days_are_whole_days_in_beijing_and_both_ends_belong_to_them(moment, span):
    assert span == settings(freeze=["2027-01-28/2027-02-03", "2027-05-01"]).policy.frozen_on(moment)


def test_frozen_days_are_days_in_the_zone_of_the_quiet_hours():
    rules = settings(
        freeze=["2027-05-01"],
        quiet_hours={"from": "22:00", "to": "08:00", "timezone": "America/New_York"},
    )
    assert rules.policy.frozen_on(datetime(2027, 5, 2, 3, 0, tzinfo=UTC)) == "2027-05-01"
    assert rules.policy.frozen_on(datetime(2027, 5, 1, 3, 0, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("45m", 2700),
        ("72h", 259200),
        ("3d", 259200),
        ("0s", 0),
        ("99999d", 8639913600),
    ],
)
def test_durations(text, seconds):
    assert timedelta(seconds=seconds) == parse_duration(text)


@pytest.mark.parametrize(
    "text", ["", "72", "h", "-1h", "1.5h", "72H", "72 h", "72h\n", "100000s", "７２h", "1h30m"]
)
def test_anything_else_is_no_duration(text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - it says the text alone
        parse_duration(text)
    assert (text,) == caught.value.args


def test_previews_go_out_72_hours_ahead_unless_told_otherwise():
    assert timedelta(hours=72) == settings().policy.preview_ahead_duration
    assert timedelta(days=1) == settings(preview_ahead="1d").policy.preview_ahead_duration


@pytest.mark.parametrize(
    "policy",
    [
        {"quiet_hours": {"from": "２2:00", "to": "08:00"}},
        {"quiet_hours": {"from": "24:00", "to": "08:00"}},
        {"quiet_hours": {"from": "22:00", "to": "8:00"}},
        {"quiet_hours": {"from": "22:00:30", "to": "08:00"}},
        {"freeze": ["２027-01-01"]},
        {"freeze": ["2027-01-01 / 2027-01-02"]},
        {"preview_ahead": "７２h"},
        {"preview_ahead": 72},
        {"in_doubt_wait": -1},
        {"in_doubt_wait": True},
        {"in_doubt_wait": 3601},
        {"in_doubt": "retry"},
        {"sending": True},
        {"require_lock": "true"},
        {"require_preview": "true"},
        {"unknown": 1},
    ],
)
def test_a_policy_that_cannot_be_meant_is_not_accepted(policy):
    with pytest.raises(ValidationError):
        settings(**policy)


@pytest.mark.parametrize(
    "accounts",
    [{}, {"Main": None}, {"main": {"appid": "0123", "secret_env": "S", "kind": "service"}}],
)
def test_settings_need_an_account_with_a_name_and_an_appid(accounts):
    with pytest.raises(ValidationError):
        MassctlFile.model_validate({"version": 1, "accounts": accounts})


LOOPBACK = [
    "http://localhost", "http://localhost:8080", "http://127.0.0.1:1/", "http://127.9.8.7", "https://127.0.0.1:443",
    "http://[::1]:80", "HTTP://LOCALHOST:80",
]  # fmt: skip
NOT_LOOPBACK = [
    "http://localhost.example.com", "http://127.0.0.1.example.com", "http://127.1", "http://0127.0.0.1",
    "http://0.0.0.0", "http://[::2]", "http://[::ffff:127.0.0.1]", "http://localhost@example.com",
    "http://127.0.0.1:80@example.com", "http://localhost/../x", "http://localhost\\@example.com", "localhost",
    "http://localhost.", "http://128.0.0.1", "http:///localhost",
]  # fmt: skip
MALFORMED = [
    "", "api.weixin.qq.com", "ftp://api.weixin.qq.com", "https://api.weixin.qq.com/cgi-bin", "https://api.weixin.qq.com?",
    "https://api.weixin.qq.com#", "https://user@api.weixin.qq.com", "https://api.weixin.qq.com:0",
    "https://api.weixin.qq.com:65536", "https://api.weixin.qq.com:", "https://api.weixin.qq.com\n",
    " https://api.weixin.qq.com", "https://api.weixin.qq.com\\.evil.example", "https://api%2eweixin.qq.com",
]  # fmt: skip


@pytest.mark.parametrize("api_base", LOOPBACK)
def test_this_machine_is_loopback_and_allowed_without_tls(api_base):
    assert ("loopback", None) == (realm_of(api_base), check_api_base(api_base, []))


@pytest.mark.parametrize("api_base", NOT_LOOPBACK)
def test_what_only_looks_like_this_machine_is_not(api_base):
    assert "wechat" == realm_of(api_base)
    assert check_api_base(api_base, []) is not None


@pytest.mark.parametrize("host", sorted(WECHAT_HOSTS))
def test_wechats_own_hosts_are_allowed(host):
    assert ("wechat", None) == (realm_of(f"https://{host}"), check_api_base(f"https://{host}", []))


def test_the_default_is_allowed():
    assert check_api_base(API_BASE, []) is None


@pytest.mark.parametrize("api_base", MALFORMED)
def test_an_address_with_anything_but_host_and_port_is_refused(api_base):
    refusal = check_api_base(api_base, ["api.weixin.qq.com"])
    assert refusal is not None
    assert refusal.startswith("the API's address must")


def test_http_is_refused_even_for_a_named_host():
    refusal = check_api_base("http://relay.example.com", ["relay.example.com"])
    assert refusal is not None
    assert "https" in refusal


def test_another_host_must_be_named():
    refusal = check_api_base("https://relay.example.com", ["other.example.com"])
    assert refusal is not None
    assert "relay.example.com" in refusal


@pytest.mark.parametrize(
    "entry", ["relay.example.com", "RELAY.example.com", "relay.example.com:8443"]
)
def test_a_named_host_is_allowed_with_or_without_its_port(entry):
    assert check_api_base("https://Relay.example.com:8443", [entry]) is None


def test_a_named_port_is_that_port():
    assert check_api_base("https://relay.example.com:9443", ["relay.example.com:8443"]) is not None


@pytest.mark.parametrize(
    "lookalike", ["api.weixin.qq.com.evil.example", "evil-api.weixin.qq.com", "api.weixin.qq.co"]
)
def test_a_lookalike_is_refused(lookalike):
    assert check_api_base(f"https://{lookalike}", []) is not None


@given(st.text())
def test_any_text_is_judged_without_an_exception(text):
    assert realm_of(text) in ("wechat", "loopback")
    assert realm_of(text) == "wechat" or check_api_base(text, []) is None or ":" in text


def test_renamings_are_followed_to_the_name_of_now_and_to_the_first():
    file = MassctlFile.model_validate(
        {
            "version": 1,
            "accounts": {
                "main": {"appid": "wx0123456789abcdef", "secret_env": "S", "kind": "service"}
            },
            "moved": [{"from": "b", "to": "c"}, {"from": "a", "to": "b"}, {"from": "x", "to": "y"}],
        }
    )
    assert {"a": "c", "b": "c", "x": "y"} == file.renamed
    assert ["a", "a", "x", "other"] == [
        file.first_name(CampaignName(name)) for name in ("c", "b", "y", "other")
    ]


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://bot.example.com/wechat", True),
        ("https://bot.example.com:8443/wechat?a=1", True),
        ("http://127.0.0.1:8080/wechat", True),
        ("http://bot.example.com/wechat", False),
        ("https://bot.example.com:0/wechat", False),
        ("ftp://bot.example.com", False),
        ("bot.example.com", False),
    ],
)
def test_messages_go_on_over_https_or_within_this_machine(address: str, may: bool) -> None:
    assert may == (check_https_address(address) is None)


def test_a_theme_is_a_name_or_keys():
    read = TypeAdapter[ThemeSettings](ThemeKey).validate_python
    assert (
        ThemeSettings(name="danmo")
        == read("danmo")
        == read({"name": "danmo"})
        == read(ThemeSettings(name="danmo"))
    )


@pytest.mark.parametrize("written", [3, ["danmo"], None, True])
def test_a_theme_that_is_neither_is_refused(written: object):
    with pytest.raises(ValidationError, match="neither a name nor keys"):
        TypeAdapter[ThemeSettings](ThemeKey).validate_python(written)


def test_an_account_is_called_by_its_name_else_by_its_key() -> None:
    named = {
        "main": {
            "appid": "wx0123456789abcdef",
            "secret_env": "S",
            "kind": "service",
            "name": "不赶路",
        },
        "east": {
            "appid": "wx0123456789abcdef",
            "secret_env": "S",
            "kind": "service",
            "owner": "华东组",
        },
    }
    ours = MassctlFile.model_validate({"version": 1, "accounts": named})
    assert ("不赶路", "main", "gone") == (
        ours.name_of("main"),
        settings().name_of("main"),
        ours.name_of("gone"),
    )
    labels = {"main": "不赶路 (main)", "east": "east · 华东组"}
    assert (labels, {}) == (ours.labels, settings().labels)
    assert {"east": "华东组"} == ours.owners


def test_the_settings_that_a_message_is_made_from_are_named_without_policy_and_by_every_word_else() -> (
    None
):
    plain = settings()
    main = plain.accounts["main"].model_copy(update={"original_id": "gh_0123456789ab"})
    named = plain.model_copy(update={"accounts": {"main": main}})
    appid = plain.accounts["main"].appid
    assert ({}, {appid: "gh_0123456789ab"}) == (plain.original_ids, named.original_ids)
    assert ("main", None) == (plain.key_of(appid), plain.key_of("wx0000000000000000"))
    assert (
        settings(sending="disabled").declared_sha256
        == plain.declared_sha256
        != named.declared_sha256
    )
    assert plain.accounts["main"].secret_env in plain.variables
