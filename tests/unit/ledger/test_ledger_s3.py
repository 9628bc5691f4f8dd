"""The ledger in a bucket: a store that lies is refused or read back, and a fresh machine makes few requests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from building import APPID, LINEAGE, NOW, as_new, attempted, sha, text
from s3_places import CREDENTIALS, bucket_at, endpoint, ledger_at

from massctl.errors import (
    LedgerCorruptError,
    LedgerOlderError,
    LedgerStaleError,
    LedgerUnreachableError,
)
from massctl.ledger import s3, s3_probe
from massctl.ledger.backend import Site, open_backend
from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket, Put
from massctl.ledger.s3_probe import PROBES, require_one_winner, require_promise
from massctl.model.entries import Created, Expired, ImageUploaded, NewEntry

CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
WORDS = text("words")
MORE = as_new((Expired(not_after=NOW), WORDS))
ATTEMPT = as_new(attempted(WORDS))
SOUND = "sound"


@pytest.fixture
def unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a process that has probed no store."""
    monkeypatch.setattr(s3_probe, "_proven", set())


def begun(tmp_path: Path, name: str = SOUND) -> S3Ledger:
    ledger = ledger_at(tmp_path.name, tmp_path / "locks", name)
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)
    return ledger


def told_by(error: LedgerUnreachableError) -> str:
    return f"{error.summary} {error.detail} {error.hint}"


@pytest.mark.parametrize(
    ("bucket", "fault"),
    [
        ("racing", "It lets two writers create the same object"),
        ("overwriting", "It lets two writers create the same object"),
        ("forgetting", "It does not show an object that it accepted"),
        ("conflicting", "It says that an object exists, and has no such object"),
        ("unknowing", "It cannot create an object only if there is none"),
    ],
)
def test_a_store_that_lets_two_win_is_refused_by_the_name_of_the_fault(
    bucket: str, fault: str, tmp_path: Path
):
    ledger = ledger_at(tmp_path.name, tmp_path / "locks", bucket)
    ledger.read(0)
    with pytest.raises(LedgerUnreachableError) as caught:
        ledger.append(0, [CREATED], durable=True)
    assert (f"s3://{bucket}/{tmp_path.name} cannot hold a ledger", True) == (
        caught.value.summary,
        fault in caught.value.detail,
    )
    assert ([], None) == (list(ledger.read(0)), ledger.as_found())


@pytest.mark.usefixtures("unproven")
@pytest.mark.parametrize("fault", ["It writes over", "It keeps other bytes"])
def test_a_store_that_honours_no_object_that_is_there_is_refused(
    fault: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    bucket = bucket_at(tmp_path.name, SOUND)
    if fault == "It writes over":
        monkeypatch.setattr(s3_probe, "_race", lambda *_: None)
    else:
        monkeypatch.setattr(bucket, "read", lambda _: b"others")
    with pytest.raises(LedgerUnreachableError, match="cannot hold") as caught:
        require_one_winner(bucket)
    assert fault in caught.value.detail


@pytest.mark.usefixtures("unproven")
def test_the_probe_leaves_nothing_and_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    bucket = bucket_at(tmp_path.name, SOUND)
    require_one_winner(bucket)
    assert [] == bucket.names(PROBES)
    monkeypatch.setattr(bucket, "put", None)
    require_one_winner(bucket)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("oss-cn-hangzhou.aliyuncs.com", "Aliyun OSS"),
        ("cos.ap-beijing.myqcloud.com", "Tencent COS"),
    ],
)
def test_stores_that_promise_nothing_are_refused_by_name(host: str, name: str):
    with pytest.raises(LedgerUnreachableError, match=name) as caught:
        require_promise(f"https://{host}")
    assert "does not promise" in caught.value.detail
    require_promise("https://aliyuncs.com.example.org")


@pytest.mark.parametrize(
    "bucket", ["failing-behind", "cut-behind", "cut-before", "conflicting-once"]
)
def test_whatever_is_answered_what_is_there_decides(bucket: str, tmp_path: Path):
    ledger = begun(tmp_path, bucket)
    other = ledger_at(tmp_path.name, tmp_path / "other", bucket)
    other.read(0)
    ledger.append(1, [ATTEMPT], durable=True)
    with pytest.raises(LedgerStaleError):
        other.append(1, [ATTEMPT], durable=True)
    assert 2 == len(other.read(0)) == len(ledger.read(0))


def test_equal_entries_of_two_runners_are_told_apart(tmp_path: Path):
    bucket = bucket_at(tmp_path.name, "failing-behind")
    assert s3._body([b"{}"]) != s3._body([b"{}"])
    assert [True, True, False] == [
        bucket.create("x", b"1"),
        bucket.create("x", b"1"),
        bucket.create("x", b"2"),
    ]


def test_a_store_that_says_it_exists_and_has_nothing_is_given_up_in_words(tmp_path: Path):
    with pytest.raises(LedgerUnreachableError, match="nobody knows") as caught:
        bucket_at(tmp_path.name, "conflicting").create("x", b"1")
    assert "says that x exists, and has no such object" in caught.value.detail


def test_what_arrived_though_nobody_knew_is_read_as_this_process_wrote_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    ledger = begun(tmp_path)
    bucket = ledger.store.bucket

    def arrives_unheard(key: str, data: bytes) -> bool:
        bucket.put(key, data)
        raise bucket.unreachable(OSError())

    noted = NewEntry(
        at=NOW,
        event=ImageUploaded(appid=APPID, sha256=sha("hero"), url="https://mmbiz.qpic.cn/1/0"),
    )
    ledger.append(1, [noted], durable=False)
    with monkeypatch.context() as cut:
        cut.setattr(bucket, "create", arrives_unheard)
        with pytest.raises(LedgerUnreachableError):
            ledger.append(2, [], durable=True)
    assert 2 == len(ledger.read(0))  # It is there once, and waits no more.
    assert 3 == len([*ledger.read(0), *ledger.append(2, [MORE], durable=True)])


def test_what_did_not_arrive_goes_on_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    ledger = begun(tmp_path)
    with monkeypatch.context() as cut:
        cut.setattr("massctl.ledger.s3_bucket.obstore.put", raising)
        with pytest.raises(LedgerUnreachableError, match="nobody knows"):
            ledger.append(1, [ATTEMPT], durable=True)
    assert 1 == len(ledger.read(0))
    assert [2] == [each.serial for each in ledger.append(1, [MORE], durable=True)]


def raising(*_: object, **__: object) -> None:
    raise OSError("cut")


@pytest.mark.parametrize("small", [1, 3])
def test_a_fresh_machine_reads_segments_and_the_rest(
    small: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(s3, "SMALL", small)
    monkeypatch.setattr(s3, "LARGE", 3 * small)
    ledger = begun(tmp_path)
    for serial in range(1, 20 * small, 2):
        ledger.append(serial, [MORE, ATTEMPT], durable=True)
    bucket, asked = fresh_bucket(tmp_path, monkeypatch)
    fresh = S3Ledger(S3LedgerStore(bucket), tmp_path / "elsewhere")
    assert list(ledger.read(0)) == list(fresh.read(0))
    kinds = [key.split("/")[1] for key in asked]
    assert {str(3 * small), "entries"} <= {*kinds, "entries"}
    assert len(kinds) < 10 * small if small > 1 else len(kinds) <= 21
    # A segment holds exactly the bytes of its entries.
    assert ledger.as_found() == fresh.as_found()
    assert len(fresh.append(len(fresh.read(0)), [MORE], durable=True)) == 1


def fresh_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Bucket, list[str]]:
    """Open the bucket again; the list gets the keys that are read."""
    bucket, asked = bucket_at(tmp_path.name, SOUND), []
    read = bucket.read
    monkeypatch.setattr(bucket, "read", lambda key: asked.append(key) or read(key))
    return bucket, asked


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> S3Ledger:
    """A ledger of seven entries, six of them in segments of three."""
    monkeypatch.setattr(s3, "SMALL", 3)
    ledger = begun(tmp_path)
    for serial in range(1, 7):
        ledger.append(serial, [MORE], durable=True)
    return ledger


def raw(ledger: S3Ledger, key: str, data: bytes | None) -> None:
    """Change or delete an object as somebody with other rights may."""
    bucket = ledger.store.bucket
    bucket.delete([key])
    if data is not None:
        assert bucket.create(key, data)


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied"])
def test_a_segment_that_is_wrong_costs_time_and_nothing_else(
    damage: str, sealed: S3Ledger, tmp_path: Path
):
    key = "massctl.state.0001/3/000000000001-000000000003"
    before = sealed.as_found() or b""
    found = sealed.store.bucket.read(key) or b""
    lines = found.splitlines(keepends=True)
    changed = lines[1].replace(b"2026", b"2025")
    data = {"cut": lines[0], "changed": lines[0] + changed + lines[2], "emptied": b""}[damage]
    raw(sealed, key, data)
    told: list[str] = []
    fresh = S3Ledger(
        S3LedgerStore(bucket_at(tmp_path.name, SOUND), told.append), tmp_path / "elsewhere"
    )
    assert (7, before) == (len(fresh.read(0)), fresh.as_found())
    assert key in told[0]
    assert "which are read instead" in told[0]


def test_an_entry_that_is_missing_between_others_is_told(sealed: S3Ledger, tmp_path: Path):
    raw(sealed, "massctl.state.0001/3/000000000004-000000000006", None)
    raw(sealed, "massctl.state.0001/entries/000000000005", None)
    with pytest.raises(LedgerCorruptError) as caught:
        ledger_at(tmp_path.name, tmp_path / "elsewhere", SOUND).read(0)
    assert ("Entry 5 was changed or is missing", True) == (
        caught.value.detail.partition(":")[0],
        "docs/guides/ledger-in-s3.md" in caught.value.hint,
    )


def test_what_follows_a_gap_can_be_cut_off(sealed: S3Ledger, tmp_path: Path):
    data = sealed.as_found() or b""
    raw(sealed, "massctl.state.0001/3/000000000004-000000000006", None)
    raw(sealed, "massctl.state.0001/entries/000000000005", None)
    other = ledger_at(tmp_path.name, tmp_path / "elsewhere", SOUND)
    found = other.as_found() or b""
    sound = b"".join(data.splitlines(keepends=True)[:4])
    assert found.startswith(sound)
    other.replace(sound, NOW, found)
    assert 4 == len(other.read(0))


def test_a_ledger_without_its_first_entry_is_damaged_and_not_missing(tmp_path: Path):
    ledger = begun(tmp_path)
    ledger.append(1, [MORE], durable=True)
    raw(ledger, "massctl.state.0001/entries/000000000001", None)
    fresh = ledger_at(tmp_path.name, tmp_path / "elsewhere", SOUND)
    with pytest.raises(LedgerCorruptError) as caught:
        fresh.read(0)
    assert "Entry 1 was changed or is missing" in caught.value.detail
    assert fresh.as_found() is not None


def test_a_segment_tells_of_entries_that_are_gone(sealed: S3Ledger, tmp_path: Path):
    raw(sealed, "massctl.state.0001/3/000000000001-000000000003", None)
    for serial in (3, 4, 5, 6, 7):
        raw(sealed, f"massctl.state.0001/entries/{serial:012}", None)
    with pytest.raises(LedgerCorruptError, match="damaged") as caught:
        ledger_at(tmp_path.name, tmp_path / "elsewhere", SOUND).read(0)
    assert "Entry 3 was changed or is missing" in caught.value.detail


def test_a_machine_that_saw_more_notices_that_the_newest_are_gone(sealed: S3Ledger):
    raw(sealed, "massctl.state.0001/entries/000000000007", None)
    with pytest.raises(LedgerOlderError):
        sealed.read(0)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"x\n{}\n", b"[]\nx", b'{"nonce": "1"}\n', b'{"next": "massctl.state.0000"}\n', b'{"next": 1}'],
)  # fmt: skip
def test_an_object_that_massctl_did_not_write_is_damage_and_can_be_cut_off(
    body: bytes, tmp_path: Path
):
    ledger = begun(tmp_path)
    sound = ledger.as_found() or b""
    raw(ledger, "massctl.state.0001/entries/000000000002", body)
    with pytest.raises(LedgerCorruptError) as caught:
        ledger.read(0)
    assert "Entry 2 was changed or is missing" in caught.value.detail
    found = ledger.as_found() or b""
    assert (sound, True) == (found[: len(sound)], len(found) > len(sound))
    ledger.replace(sound, NOW, found)
    assert 1 == len(ledger.read(0))


def test_nobody_appends_to_a_ledger_that_was_put_aside(tmp_path: Path):
    ledger = begun(tmp_path)
    other = ledger_at(tmp_path.name, tmp_path / "other", SOUND)
    other.read(0)
    aside = ledger.replace(None, NOW, ledger.as_found())
    with pytest.raises(LedgerStaleError):
        other.append(1, [ATTEMPT], durable=True)
    other._locks = tmp_path / "new"
    assert [] == list(other.read(0))
    assert b'"serial":1' in (ledger.store.bucket.read(aside or "") or b"")


def test_a_ledger_that_comes_from_elsewhere_has_segments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(s3, "SMALL", 2)
    monkeypatch.setattr(s3, "LARGE", 4)
    ledger = begun(tmp_path)
    for serial in range(1, 7):
        ledger.append(serial, [MORE], durable=True)
    data = ledger.as_found() or b""
    moved = ledger_at(f"{tmp_path.name}-moved", tmp_path / "moved", SOUND)
    moved.take_over(data, NOW)
    bucket = moved.store.bucket
    folder = moved.store.first_key().partition("/")[0]
    assert ["000000000001-000000000004"] == bucket.names(f"{folder}/4")
    assert ["000000000005-000000000006"] == bucket.names(f"{folder}/2")
    assert ["000000000001", "000000000005", "000000000007"] == bucket.names(f"{folder}/entries")
    assert (data, 7) == (moved.as_found(), len(moved.read(0)))
    moved.append(7, [MORE], durable=True)
    assert ["000000000005-000000000006", "000000000007-000000000008"] == bucket.names(f"{folder}/2")


def test_what_cannot_be_sealed_now_is_sealed_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(s3, "SMALL", 2)
    ledger = begun(tmp_path)
    bucket = ledger.store.bucket
    create = bucket.create

    def refusing(key: str, data: bytes) -> bool:
        if "/2/" in key:
            raise bucket.unreachable(OSError())
        return create(key, data)

    with monkeypatch.context() as full:
        full.setattr(bucket, "create", refusing)
        ledger.append(1, [MORE], durable=True)
    assert [] == bucket.names("massctl.state.0001/2")
    ledger.append(2, [MORE, MORE], durable=True)
    assert 2 == len(bucket.names("massctl.state.0001/2"))


SECRETS = tuple(value for name, value in CREDENTIALS.items() if name != "AWS_REGION")


def refused_by(run: Callable[[Bucket], object], bucket: Bucket) -> LedgerUnreachableError:
    with pytest.raises(LedgerUnreachableError) as caught:
        run(bucket)
    return caught.value


@pytest.mark.parametrize("run", [lambda bucket: bucket.create("x", b"1"), require_one_winner])
def test_no_credential_is_in_what_is_said_and_a_right_that_is_missing_is(
    run: Callable[[Bucket], object], tmp_path: Path
):
    error = refused_by(run, bucket_at(tmp_path.name, "denied"))
    assert "AccessDenied" in error.detail
    assert "docs/guides/ledger-in-s3.md" in error.hint
    shown = f"{error!r} {told_by(error)} {error.__cause__} {bucket_at('', 'denied')!r}"
    assert not [secret for secret in SECRETS if secret in shown]
    assert error.__suppress_context__ or error.__context__ is None


@pytest.mark.parametrize(
    ("bucket", "said", "hint"),
    [
        (("absent", "", "moto"), "NoSuchBucket", "make the bucket"),
        (("ledgers", "", "nowhere"), "does not answer", "check the network"),
    ],
)
def test_a_bucket_that_cannot_be_listed_says_why(
    bucket: tuple[str, str, str], said: str, hint: str
):
    name, prefix, kind = bucket
    address = "http://127.0.0.1:1" if kind == "nowhere" else endpoint(kind)
    error = refused_by(lambda each: each.names("x"), Bucket(name, prefix, address, CREDENTIALS))
    assert (True, True) == (said in error.detail, hint in error.hint)


def site(tmp_path: Path, state: dict[str, str]) -> Site:
    from massctl.model.settings import MassctlFile

    account = {"appid": APPID, "secret_env": "S", "kind": "service"}
    settings = MassctlFile.model_validate(
        {"version": 1, "accounts": {"main": account}, "state": {"backend": "s3", **state}}
    )
    return Site(tmp_path, tmp_path, tmp_path, tmp_path / "locks", settings, CREDENTIALS)


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("bucket", "said"),
    [
        ("sound", "keeps no versions"),
        ("versioned", "the bucket keeps versions"),
        ("expiring", None),
    ],
)
def test_what_the_bucket_does_to_objects_is_told(bucket: str, said: str | None, tmp_path: Path):
    state = {"url": f"s3://{bucket}/{tmp_path.name}/", "endpoint": endpoint("lying")}
    backend = open_backend(site(tmp_path, state))
    backend.ledger.read(0)
    backend.ledger.append(0, [CREATED], durable=True)
    assert f"s3://{bucket}/{tmp_path.name}" == backend.where == backend.ledger.where
    if said is None:
        with pytest.raises(Exception, match="a lifecycle rule of the bucket will delete entries"):
            backend.write_check()
        return
    assert said in (backend.write_check() or "")


def test_a_bucket_that_cannot_be_asked_is_to_be_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    state = {"url": f"s3://sound/{tmp_path.name}", "endpoint": endpoint("lying")}
    backend = open_backend(site(tmp_path, state))
    backend.ledger.read(0)
    assert backend.write_check() is None
    backend.ledger.append(0, [CREATED], durable=True)
    monkeypatch.setattr("massctl.ledger.s3_bucket.urlopen", raising)
    assert "look at the bucket's settings" in (backend.write_check() or "")


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [("http://s3.example.com", "https://"), ("https://oss-cn-beijing.aliyuncs.com", "Aliyun OSS")],
)
def test_a_place_that_cannot_be_one_is_refused_before_a_request(
    endpoint: str, said: str, tmp_path: Path
):
    state = {"url": "s3://ledgers", "endpoint": endpoint}
    with pytest.raises(LedgerUnreachableError, match=said):
        open_backend(site(tmp_path, state)).ledger  # noqa: B018 - opening it is the question


def test_without_the_package_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setitem(__import__("sys").modules, "massctl.ledger.s3_bucket", None)
    with pytest.raises(LedgerUnreachableError) as caught:
        open_backend(site(tmp_path, {"url": "s3://ledgers"})).ledger  # noqa: B018
    assert "massctl[s3]" in caught.value.hint


def test_amazons_address_follows_the_region():
    beijing = Bucket("b", "", None, {"AWS_DEFAULT_REGION": "cn-north-1"})
    assert "https://s3.cn-north-1.amazonaws.com.cn" == beijing.endpoint
    assert "https://s3.us-east-1.amazonaws.com" == Bucket("b", "", None, {}).endpoint


def test_a_variable_of_another_program_does_not_lead_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    monkeypatch.setenv("AWS_CONDITIONAL_PUT", "disabled")
    bucket = bucket_at(tmp_path.name, SOUND)
    assert (Put.DONE, None) == bucket.put("x", b"1")
    assert Put.EXISTS is bucket.put("x", b"1")[0]
