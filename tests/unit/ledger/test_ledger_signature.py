"""Signatures of the ledger: what they cover, which key is in force, and what the messages of commits prove."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from building import LINEAGE, NOW, as_new
from copies import replace
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlite_backend import SqliteBackend

from massctl.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerForgedError,
    LedgerKeyError,
    LedgerUntrustedError,
)
from massctl.ledger.backend import Backend, Site
from massctl.ledger.codec import (
    BEGIN,
    chain_digest,
    check_form,
    decode,
    encode,
    follow,
    follow_file,
    sound_part,
)
from massctl.ledger.git_ledger import GitBackend
from massctl.ledger.high_water_mark import Floor, note_floor, seen_floor
from massctl.ledger.local_file import LocalBackend, LocalLedger
from massctl.ledger.signature import (
    NOBODY,
    UNSIGNED,
    LedgerKeys,
    PrivateKey,
    Signing,
    Trailer,
    public_key,
    trailer_line,
    trailer_of,
)
from massctl.model.entries import Created, Event, ImageUploaded, NewEntry, SigningKey
from massctl.model.settings import MassctlFile, StateSettings

FIXTURE: Final = Path(__file__).parents[2] / "fixtures/ledger/signed.jsonl"


def key(seed: int, name: str = "sender") -> PrivateKey:
    """Make the same key each time, so that the same lines come again."""
    return PrivateKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


FIRST, SECOND, STRANGE = key(1), key(2), key(3)
CREATED: Final = Created(lineage=LINEAGE, realm="loopback", key=FIRST.public)
NEXT: Final = SigningKey(key=SECOND.public, reason="a disk was lost", by="lin")


def image(name: str) -> ImageUploaded:
    return ImageUploaded(appid="wx1", sha256=name * 64, url=f"https://mmbiz.qpic.cn/{name}")


EVENTS: Final[Sequence[Event]] = (CREATED, image("a"), NEXT, NEXT, image("b"))


def keys(*writers: PrivateKey, trusted: Sequence[PrivateKey] = (SECOND,)) -> LedgerKeys:
    made = LedgerKeys([each.public for each in trusted])
    for each in writers:
        made.add(each)
    return made


def written(tmp_path: Path, events: Sequence[Event] = EVENTS) -> list[bytes]:
    """Write a ledger with both private keys; give its lines."""
    ledger = LocalLedger(tmp_path / "made.jsonl", tmp_path / "made", keys(FIRST, SECOND))
    for serial, event in enumerate(events):
        ledger.append(serial, [as_new(event)], durable=True)
    return (tmp_path / "made.jsonl").read_bytes().rstrip(b"\n").split(b"\n")


def whole(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def test_a_signed_ledger_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    assert FIXTURE.read_bytes() == whole(written(tmp_path))


def test_it_is_read_with_the_key_that_signs_now_alone() -> None:
    entries, end = follow_file(FIXTURE.read_bytes(), deep=True, keys=keys())
    assert list(EVENTS) == [entry.event for entry in entries]
    assert (
        Signing(LINEAGE, SECOND.public, (FIRST.public, SECOND.public), SECOND.public) == end.signing
    )


def test_lines_are_verified_from_any_end_on() -> None:
    lines = FIXTURE.read_bytes().splitlines()
    for count in range(len(lines) + 1):
        _, end = follow(whole(lines[:count]), keys=keys())
        assert (
            follow_file(FIXTURE.read_bytes(), keys=keys())[1]
            == follow(whole(lines[count:]), end, keys=keys())[1]
        )


def test_whoever_does_not_name_the_key_believes_nothing() -> None:
    for trusted in ((FIRST,), (STRANGE,), ()):
        with pytest.raises(LedgerUntrustedError):
            follow_file(FIXTURE.read_bytes(), keys=keys(trusted=trusted))


def test_one_of_several_keys_is_enough() -> None:
    assert 5 == follow_file(FIXTURE.read_bytes(), keys=keys(trusted=(STRANGE, SECOND)))[1].serial


@given(st.integers(0), st.integers(1, 255))
def test_no_byte_of_a_signed_ledger_can_be_changed(at: int, by: int) -> None:
    data = bytearray(FIXTURE.read_bytes())
    data[at % len(data)] ^= by
    with pytest.raises(LedgerError):
        follow_file(bytes(data), keys=keys())


def resigned(line: bytes, signature: str | None) -> bytes:
    """Give a line another signature, or none."""
    fields = json.loads(line)
    event = decode(line, fields["serial"], fields["prev"])
    return encode(event, fields["serial"], fields["prev"], signature)


def test_a_signature_fits_no_other_entry() -> None:
    lines = FIXTURE.read_bytes().splitlines()
    signatures = [json.loads(line)["signature"] for line in lines]
    for at, line in enumerate(lines):
        for other in [each for each in signatures if each != signatures[at]]:
            with pytest.raises(LedgerUntrustedError):
                follow(whole([*lines[:at], resigned(line, other)]), keys=keys())


def test_a_signature_is_written_in_one_way() -> None:
    """The last letter before `==` has four bits that mean nothing."""
    lines = FIXTURE.read_bytes().splitlines()
    signature = json.loads(lines[-1])["signature"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = letters[letters.index(signature[-3]) ^ 1]
    with pytest.raises(LedgerUntrustedError):
        follow(whole([*lines[:-1], resigned(lines[-1], f"{signature[:-3]}{other}==")]), keys=keys())


def test_an_unsigned_line_behind_a_signed_one_is_refused() -> None:
    lines = FIXTURE.read_bytes().splitlines()
    with pytest.raises(LedgerUntrustedError, match="trusted") as caught:
        follow(whole([*lines[:4], resigned(lines[4], None)]), keys=keys())
    assert "entry 5 is not signed" in caught.value.detail


def test_a_signature_before_a_key_is_named_is_refused() -> None:
    created = Created(lineage=LINEAGE, realm="loopback")
    line = encode(as_new(created), 1, BEGIN.digest)
    signature = keys(FIRST).signature(line, CREATED, 1, NOBODY)
    with pytest.raises(LedgerUntrustedError):
        follow(whole([encode(as_new(created), 1, BEGIN.digest, signature)]), keys=keys())


def test_a_line_with_two_signatures_is_refused() -> None:
    lines = FIXTURE.read_bytes().splitlines()
    member = b',"signature":"' + json.loads(lines[0])["signature"].encode() + b'"'
    with pytest.raises(LedgerUntrustedError):
        follow(whole([lines[0].replace(member, member * 2)]), keys=keys())


@pytest.mark.parametrize("signature", [7, "x", "00000000+", None])
def test_what_is_no_signature_is_damage(signature: Any) -> None:
    fields = json.loads(FIXTURE.read_bytes().splitlines()[0]) | {"signature": signature}
    line = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(LedgerCorruptError):
        decode(line, 1, BEGIN.digest)


def test_the_form_of_a_signed_line_is_checked_with_its_signature() -> None:
    line = FIXTURE.read_bytes().splitlines()[0]
    check_form(line, decode(line, 1, BEGIN.digest))
    with pytest.raises(LedgerCorruptError):
        check_form(line.replace(b'"signature":"', b'"signature": "'), decode(line, 1, BEGIN.digest))


def test_a_ledger_of_another_lineage_has_other_signatures() -> None:
    lines = FIXTURE.read_bytes().splitlines()
    other = replace(CREATED, lineage="01JDXW99999999999999999999")
    first = encode(as_new(other), 1, BEGIN.digest)
    first = encode(as_new(other), 1, BEGIN.digest, keys(FIRST).signature(first, other, 1, NOBODY))
    second = encode(as_new(image("a")), 2, chain_digest(first), json.loads(lines[1])["signature"])
    with pytest.raises(LedgerUntrustedError):
        follow(whole([first, second]), keys=keys())


def test_the_old_key_signs_nothing_after_it_was_replaced() -> None:
    lines = FIXTURE.read_bytes().splitlines()
    line = encode(as_new(image("c")), 6, chain_digest(lines[-1]))
    forged = keys(FIRST).signature(line, image("c"), 6, Signing(LINEAGE, FIRST.public))
    signed = encode(as_new(image("c")), 6, chain_digest(lines[-1]), forged)
    with pytest.raises(LedgerUntrustedError) as caught:
        follow(whole([*lines, signed]), keys=keys(trusted=(FIRST, SECOND)))
    assert "entry 6 is signed by another key than sender+" in caught.value.detail


def forged_below(signed_by: PrivateKey, event: Event) -> bytes:
    """Give the fixture with an entry behind it that nobody signed well, and one by `signed_by` behind that."""
    lines = FIXTURE.read_bytes().splitlines()
    stolen = json.loads(lines[-1])["signature"]
    lines.append(encode(as_new(event), 6, chain_digest(lines[-1]), stolen))
    line = encode(as_new(image("d")), 7, chain_digest(lines[-1]))
    signature = keys(signed_by).signature(line, image("d"), 7, Signing(LINEAGE, signed_by.public))
    return whole([*lines, encode(as_new(image("d")), 7, chain_digest(lines[-1]), signature)])


def test_the_newest_signature_covers_what_is_before_it_and_in_depth_each_one_is_verified() -> None:
    data = forged_below(SECOND, image("c"))
    assert 7 == follow_file(data, keys=keys())[1].serial
    with pytest.raises(LedgerForgedError) as caught:
        follow_file(data, keys=keys(), deep=True)
    assert "the signature of entry 6 is not one of sender+" in caught.value.detail


def test_the_first_line_at_fault_is_named_where_the_newest_signature_does_not_hold() -> None:
    with pytest.raises(LedgerForgedError) as caught:
        follow_file(forged_below(STRANGE, image("c")), keys=keys())
    assert "the signature of entry 6 is not one of sender+" in caught.value.detail


def test_a_replaced_key_cannot_come_back_by_an_entry_that_only_it_stands_behind() -> None:
    back = SigningKey(key=FIRST.public, reason="mine", by="mallory")
    with pytest.raises(LedgerForgedError) as caught:
        follow_file(forged_below(FIRST, back), keys=keys(trusted=(FIRST, SECOND)))
    assert "the signature of entry 6 is not one of sender+" in caught.value.detail


@pytest.mark.parametrize(
    ("place", "has_a_branch"), [(LocalBackend, False), (SqliteBackend, False), (GitBackend, True)]
)
def test_who_forged_an_entry_is_looked_for_where_the_ledger_is(
    place: type[Backend], has_a_branch: bool, tmp_path: Path
) -> None:
    settings = StateSettings(keys=[FIRST.public])
    settings = MassctlFile.model_construct(state=settings)
    site = Site(tmp_path, tmp_path, tmp_path, tmp_path, settings, {})
    lines = [*FIXTURE.read_bytes().splitlines()[:2]]
    unsigned = encode(as_new(image("c")), 3, chain_digest(lines[-1]))
    with pytest.raises(LedgerForgedError) as caught:
        follow(whole([*lines, unsigned]), keys=place(site).keys)
    assert "restore the ledger as it was before" in caught.value.hint
    assert has_a_branch == ("git log -p of the branch" in caught.value.hint)


def test_only_what_is_signed_is_sound() -> None:
    lines = FIXTURE.read_bytes().splitlines()
    torn = encode(as_new(image("c")), 6, chain_digest(lines[-1]))
    assert 5 == sound_part(whole([*lines, torn]), keys())[1].serial


def test_a_writer_needs_the_key_in_force(tmp_path: Path) -> None:
    (tmp_path / "made.jsonl").write_bytes(FIXTURE.read_bytes())
    without = LocalLedger(tmp_path / "made.jsonl", tmp_path / "made", keys())
    assert 5 == len(without.read(0))
    with pytest.raises(LedgerKeyError):
        without.append(5, [as_new(image("c"))], durable=True)
    with pytest.raises(LedgerKeyError, match="this is not its private key"):
        LocalLedger(tmp_path / "made.jsonl", tmp_path / "made", keys(FIRST)).read(0)
    assert FIXTURE.read_bytes() == (tmp_path / "made.jsonl").read_bytes()


def test_the_private_key_is_read_once_and_has_to_be_the_named_one() -> None:
    asked: list[PrivateKey] = []

    def read() -> PrivateKey:
        asked.append(SECOND)
        return SECOND

    ours = LedgerKeys([SECOND.public], read)
    assert [SECOND, SECOND] == [ours.require_private(), ours.require_private()]
    assert [SECOND] == asked
    assert None is LedgerKeys([], read).require_private()
    with pytest.raises(LedgerKeyError, match="does not name"):
        LedgerKeys([FIRST.public], read).require_private()


def test_a_key_comes_back_as_it_was_written_and_shows_itself_to_nobody() -> None:
    again = PrivateKey.of(f" {SECOND.written()}\n", "the file")
    assert (SECOND.public, SECOND.written()) == (again.public, again.written())
    assert (
        SECOND.written().split("+", 4)[4]
        not in f"{SECOND!r} {SECOND} {vars(LedgerKeys)} {keys(SECOND)!r}"
    )


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "PRIVATE+KEY+",
        "PRIVATE+KEY+sender+00000000+AQAA",
        "PRIVATE+KEY+sender+00000000+###",
        SECOND.written().replace("sender", "other"),
        SECOND.public,
        SECOND.written()[:-4],
    ],
)
def test_what_is_no_private_key_is_not_repeated(broken: str) -> None:
    with pytest.raises(LedgerKeyError) as caught:
        PrivateKey.of(broken, "MASSCTL_LEDGER_KEY")
    assert "MASSCTL_LEDGER_KEY" in caught.value.detail
    assert (
        SECOND.written().split("+", 4)[4][:20] not in f"{caught.value.summary}{caught.value.detail}"
    )


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "sender",
        SECOND.public.replace("sender", "other"),
        SECOND.public[:-4],
        SECOND.public.replace("+AY", "+BY"),
    ],
)
def test_what_is_no_public_key_is_refused(broken: str) -> None:
    with pytest.raises(LedgerUntrustedError, match="trusted"):
        public_key(broken)


LAST: Final = FIXTURE.read_bytes().splitlines()[-1] if FIXTURE.exists() else b""


def test_a_commit_says_which_entry_it_is_signed_for() -> None:
    said = trailer_line(LAST, 5)
    assert said is not None
    trailer = trailer_of(f"image_uploaded (entry 5)\n\n{said}\n\nRunner: 00\n")
    assert trailer is not None
    end = follow_file(FIXTURE.read_bytes(), keys=keys())[1].signing
    assert (5, True) == (trailer.serial, keys().is_signed(end, trailer))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: replace(t, serial=6),
        lambda t: replace(t, digest="0" * 64),
        lambda t: replace(t, signature=f"{STRANGE.id}{t.signature[8:]}"),
        lambda t: replace(t, signature=f"{t.signature[:-4]}AA=="),
    ],
    ids=["serial", "digest", "key", "signature"],
)
def test_a_forged_message_proves_nothing(change: Any) -> None:
    trailer = trailer_of(str(trailer_line(LAST, 5)))
    end = follow_file(FIXTURE.read_bytes(), keys=keys())[1].signing
    assert not keys().is_signed(end, change(trailer))
    assert not keys().is_signed(
        replace(end, lineage="01JDXW99999999999999999999"), trailer or Trailer(1, "", "")
    )


def test_a_key_that_is_malformed_proves_nothing() -> None:
    trailer = trailer_of(str(trailer_line(LAST, 5)))
    assert trailer is not None
    assert not LedgerKeys(["sender"]).is_signed(Signing(LINEAGE), trailer)


def test_a_message_without_a_trailer_and_a_line_without_a_signature_say_nothing() -> None:
    assert [None, None, None] == [
        trailer_of("image_uploaded (entry 5)"),
        trailer_of("Signed-Entry: 0 x y"),
        trailer_line(encode(NewEntry(NOW, image("a")), 2, BEGIN.digest), 2),
    ]


def test_a_ledger_without_an_entry_is_neither_signed_nor_not() -> None:
    for each in (UNSIGNED, keys()):
        each.require_trusted(NOBODY, 0)


def test_how_far_the_messages_were_read_is_remembered_for_one_ledger(tmp_path: Path) -> None:
    floor = Floor(LINEAGE, "0" * 40, 7)
    note_floor(tmp_path, floor)
    assert [floor, None] == [
        seen_floor(tmp_path, LINEAGE),
        seen_floor(tmp_path, "01JDXW99999999999999999999"),
    ]
    (tmp_path / "floor.json").write_text('{"lineage": 1}', encoding="utf-8")
    assert None is seen_floor(tmp_path, LINEAGE)
