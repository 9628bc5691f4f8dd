"""Who signed a request, for which account it was sealed, and what is inside; nothing else is WeChat's word."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from callback_samples import event
from hypothesis import given
from hypothesis import strategies as st
from wechat_cipher import (
    AES_KEY,
    APPID,
    OTHER_KEY,
    TOKEN,
    compatible,
    encrypted,
    query,
    safe,
    sealed,
    signature,
)

from massctl.callback.envelope import (
    FRESH_SECONDS,
    Delivered,
    Query,
    Secrets,
    Untrusted,
    check_handshake,
    open_body,
    parse_aes_key,
)
from massctl.callback.tree import read_tree

NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
AT = NOW.timestamp()
BODY = event()
LEAD = b"0123456789abcdef"


def secrets(*keys: str, token: str = TOKEN, appid: str = APPID) -> Secrets:
    read = [parse_aes_key(key) for key in keys]
    assert None not in read
    return Secrets(appid, token, tuple(key for key in read if key is not None))


def asked(text: str, given: Secrets | None = None, now: datetime = NOW) -> bytes | Untrusted:
    parsed = Query.parse(text)
    return (
        Untrusted.MALFORMED
        if parsed is None
        else check_handshake(parsed, given or secrets(AES_KEY), now)
    )


def opened(text: str, body: bytes, given: Secrets, now: datetime = NOW) -> Delivered | Untrusted:
    parsed, tree = Query.parse(text), read_tree(body)
    assert parsed is not None
    assert isinstance(tree, dict)
    return open_body(parsed, body, tree, given, now)


def delivered(encrypt: str, given: Secrets, **changes: str) -> Delivered | Untrusted:
    """Post an `Encrypt` in safe mode."""
    return opened(query(AT, encrypt=encrypt, **changes), safe(encrypt), given)


# The documented vector


def test_the_documented_vector_is_opened() -> None:
    """Source: the project's reference of WeChat's API, appendix A.1."""
    encrypt = (
        "3CM/MaqhNUKDwkAQa5B3eIgAhffgEat2OYij2TYXbwHY5GcwQ6W2w6cbY++/bZnSrcsu3x4980u34SiuIjYRW0vO96qMvOGevpfqZRWGIy9opz"
        "3++9IQN+THxtqDPwDI"
    )
    asked_for = {
        "signature": "b2bad5b23742a5f33171c157878958d8084eb95b",
        "timestamp": "1790000000",
        "nonce": "n7k2p9",
        "encrypt_type": "aes",
        "msg_signature": "73e8350c62f1d66da00a1885f7c1323a8c5e5568",
    }
    found = opened(urlencode(asked_for), safe(encrypt), secrets(AES_KEY))
    assert Delivered(b"<xml><MsgID>3000000001</MsgID></xml>", is_sealed=True) == found


# The handshake


@pytest.mark.parametrize("echo", ["7325219870219381231", "", "a b+c&d=e", "中文", "<script>"])
def test_a_handshake_gives_back_exactly_what_was_asked(echo: str) -> None:
    assert echo.encode() == asked(query(AT, echostr=echo))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (query(AT, token="another1", echostr="1"), Untrusted.FORGED),
        (query(AT, echostr="1", signature=""), Untrusted.FORGED),
        (query(AT, echostr="1", signature="é" * 40), Untrusted.FORGED),
        (
            query(AT, echostr="1", signature=signature(TOKEN, str(int(AT)), "n7k2p9").upper()),
            Untrusted.FORGED,
        ),
        (query(AT, echostr="1", nonce="other"), Untrusted.FORGED),
        (query(AT, echostr="1", timestamp=str(int(AT) + 1)), Untrusted.FORGED),
        (query(AT), Untrusted.MALFORMED),
        (query(AT, echostr="1") + "&signature=x", Untrusted.MALFORMED),
        (query(AT, echostr="1") + "&echostr=2", Untrusted.MALFORMED),
        ("&".join(f"a{n}=1" for n in range(99)), Untrusted.MALFORMED),
        ("", Untrusted.MALFORMED),
        (query(AT - FRESH_SECONDS - 1, echostr="1"), Untrusted.LATE),
        (query(AT + FRESH_SECONDS + 1, echostr="1"), Untrusted.LATE),
    ],
)
def test_a_handshake_that_is_not_wechats_gets_nothing_back(text: str, why: Untrusted) -> None:
    assert why is asked(text)


@pytest.mark.parametrize("stamp", ["x", "-5", "1e9", "١٧٩٠٠٠٠٠٠٠", "9" * 20, ""])
def test_a_signed_timestamp_that_is_no_number_is_refused(stamp: str) -> None:
    fields = {
        "signature": signature(TOKEN, stamp, "n"),
        "timestamp": stamp,
        "nonce": "n",
        "echostr": "1",
    }
    assert Untrusted.MALFORMED is asked(urlencode(fields))


@pytest.mark.parametrize("seconds", [-FRESH_SECONDS, 0, FRESH_SECONDS])
def test_clocks_may_differ_by_minutes(seconds: int) -> None:
    assert b"1" == asked(query(AT + seconds, echostr="1"))


# Sealed bodies


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_whatever_was_sealed_is_what_comes_out(message: bytes, lead: bytes) -> None:
    assert Delivered(message, is_sealed=True) == delivered(
        sealed(message, lead=lead), secrets(AES_KEY)
    )


def test_every_length_of_padding() -> None:
    for message in (b"x" * length for length in range(33)):
        assert Delivered(message, is_sealed=True) == delivered(sealed(message), secrets(AES_KEY))


def test_a_json_envelope_is_read_too() -> None:
    encrypt = sealed(BODY)
    body = json.dumps({"ToUserName": "gh_7f083739789a", "Encrypt": encrypt}).encode()
    assert Delivered(BODY, is_sealed=True) == opened(
        query(AT, encrypt=encrypt), body, secrets(AES_KEY)
    )


def test_the_last_two_bits_of_a_key_may_be_anything() -> None:
    kin = [AES_KEY[:-1] + last for last in "UVWX"]
    assert 1 == len({parse_aes_key(key) for key in kin})
    assert all(isinstance(delivered(sealed(BODY), secrets(key)), Delivered) for key in kin)


@pytest.mark.parametrize(
    "text",
    ["", AES_KEY[:-1], AES_KEY + "A", AES_KEY[:-1] + "=", AES_KEY[:-1] + "中", AES_KEY + "\n"],
)
def test_what_is_no_key(text: str) -> None:
    assert parse_aes_key(text) is None


def test_the_previous_key_opens_what_is_still_sealed_with_it() -> None:
    both = secrets(AES_KEY, OTHER_KEY)
    found = [delivered(sealed(BODY, key=key), both) for key in (AES_KEY, OTHER_KEY)]
    assert [Delivered(BODY, is_sealed=True)] * 2 == found


def test_in_a_compatible_body_only_the_sealed_member_counts() -> None:
    encrypt, forged = sealed(BODY), event(MsgID=666, SentCount=0)
    found = opened(query(AT, encrypt=encrypt), compatible(forged, encrypt), secrets(AES_KEY))
    assert Delivered(BODY, is_sealed=True) == found


CLEAR = LEAD + (4).to_bytes(4, "big") + b"text" + APPID.encode()
PAD = 32 - len(CLEAR) % 32


@pytest.mark.parametrize(
    ("encrypt", "why"),
    [
        (sealed(BODY, key=OTHER_KEY), Untrusted.NOT_DECRYPTED),
        (sealed(BODY, appid="wxfedcba9876543210"), Untrusted.OTHER_ACCOUNT),
        (sealed(BODY, appid=""), Untrusted.OTHER_ACCOUNT),
        (sealed(BODY, appid=APPID + "0"), Untrusted.OTHER_ACCOUNT),
        (sealed(BODY, appid=APPID[:-1]), Untrusted.OTHER_ACCOUNT),
        (sealed(b"x" * 40, block=16), Untrusted.NOT_DECRYPTED),
        (sealed(BODY)[:-1], Untrusted.NOT_DECRYPTED),
        (sealed(BODY)[:-4], Untrusted.NOT_DECRYPTED),
        (sealed(BODY)[:60], Untrusted.NOT_DECRYPTED),
        (sealed(BODY)[:64], Untrusted.NOT_DECRYPTED),
        (sealed(BODY)[:-64], Untrusted.NOT_DECRYPTED),
        (sealed(BODY) + "AAAA", Untrusted.NOT_DECRYPTED),
        ("", Untrusted.NOT_DECRYPTED),
        ("====", Untrusted.NOT_DECRYPTED),
        ("中文" * 16, Untrusted.NOT_DECRYPTED),
        (encrypted(CLEAR + bytes([PAD - 1]) + bytes([PAD] * (PAD - 1))), Untrusted.NOT_DECRYPTED),
        (encrypted(CLEAR + bytes(PAD)), Untrusted.NOT_DECRYPTED),
        (encrypted(CLEAR + bytes([PAD + 32] * PAD)), Untrusted.NOT_DECRYPTED),
        (encrypted(b"\x20" * 32), Untrusted.NOT_DECRYPTED),
        (encrypted(b"\x11" * 32), Untrusted.NOT_DECRYPTED),
        (encrypted(LEAD + b"\xff" * 4 + b"\x0c" * 12), Untrusted.NOT_DECRYPTED),
        (encrypted(LEAD + b"\x00\x00\x00\x01" + b"\x0c" * 12), Untrusted.NOT_DECRYPTED),
    ],
)
def test_what_the_token_signed_and_no_key_opens_is_not_read(encrypt: str, why: Untrusted) -> None:
    assert why is delivered(encrypt, secrets(AES_KEY))


@pytest.mark.parametrize("member", ["signature", "nonce", "timestamp", "msg_signature"])
def test_a_sealed_body_whose_query_was_changed_is_forged(member: str) -> None:
    changed = {member: "0"}
    why = delivered(sealed(BODY), secrets(AES_KEY), **changed)
    # `signature` does not cover the body, so it is not what is asked.
    assert (Delivered(BODY, is_sealed=True) if member == "signature" else Untrusted.FORGED) == why


def test_a_signature_of_another_body_does_not_carry_this_one() -> None:
    text = query(AT, encrypt=sealed(b"<xml/>"))
    assert Untrusted.FORGED is opened(text, safe(sealed(BODY)), secrets(AES_KEY))


def test_the_plain_signature_does_not_carry_a_sealed_body() -> None:
    good = signature(TOKEN, str(int(AT)), "n7k2p9")
    assert Untrusted.FORGED is opened(
        query(AT, msg_signature=good), safe(sealed(BODY)), secrets(AES_KEY)
    )


def test_two_sealed_members_are_none() -> None:
    encrypt = sealed(BODY)
    body = f"<xml><Encrypt>{encrypt}</Encrypt><Encrypt>{sealed(b'<xml/>')}</Encrypt></xml>".encode()
    assert Untrusted.MALFORMED is opened(query(AT, encrypt=encrypt), body, secrets(AES_KEY))


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_single_byte_of_a_sealed_body_can_be_changed(position: int, flip: int) -> None:
    encrypt = sealed(BODY)
    body = bytearray(safe(encrypt))
    start = body.index(encrypt[:8].encode())
    body[start + position % len(encrypt)] ^= flip
    tree, parsed = read_tree(bytes(body)), Query.parse(query(AT, encrypt=encrypt))
    assert parsed is not None
    if isinstance(tree, dict):
        found = open_body(parsed, bytes(body), tree, secrets(AES_KEY), NOW)
        assert found in (Untrusted.FORGED, Untrusted.NOT_SEALED, Untrusted.MALFORMED)


@pytest.mark.parametrize(
    "shift", [timedelta(seconds=-FRESH_SECONDS - 1), timedelta(seconds=FRESH_SECONDS + 1)]
)
def test_an_old_sealed_body_is_late(shift: timedelta) -> None:
    encrypt = sealed(BODY)
    assert Untrusted.LATE is opened(
        query(AT, encrypt=encrypt), safe(encrypt), secrets(AES_KEY), NOW + shift
    )


# Plain bodies


def test_a_plain_body_is_read_where_no_key_is_set() -> None:
    assert Delivered(BODY, is_sealed=False) == opened(query(AT), BODY, secrets())


@pytest.mark.parametrize(
    ("token", "why"), [(TOKEN, Untrusted.NOT_SEALED), ("another1", Untrusted.FORGED)]
)
def test_a_plain_body_is_no_way_around_a_key(token: str, why: Untrusted) -> None:
    assert why is opened(query(AT, token=token), BODY, secrets(AES_KEY))


@pytest.mark.parametrize(
    ("token", "why"), [(TOKEN, Untrusted.KEY_MISSING), ("another1", Untrusted.FORGED)]
)
def test_a_sealed_body_without_a_key_says_that_one_is_missing(token: str, why: Untrusted) -> None:
    assert why is opened(query(AT, token=token), safe(sealed(BODY)), secrets())


def test_a_compatible_body_without_a_key_is_a_plain_one() -> None:
    body = compatible(BODY, sealed(BODY))
    assert Delivered(body, is_sealed=False) == opened(query(AT), body, secrets())


def test_secrets_show_nothing() -> None:
    shown = repr(secrets(AES_KEY))
    assert (False, False) == (TOKEN in shown, repr(parse_aes_key(AES_KEY)) in shown)
