"""A repository whose ledger is in a bucket: every verb that touches it, and no credential in what is said."""

import pytest
from cli_runner import Shell
from gits import git
from s3_places import CREDENTIALS, bucket_at, endpoint
from s3_server import BUCKET

IMPORT = ("state", "import", "--website-send", "2026-11-30T20:00:00+08:00", "--reason", "console")
SECRETS = [value for name, value in CREDENTIALS.items() if name != "AWS_REGION"]


def state_in(bucket: str, prefix: str) -> str:
    kind = "moto" if bucket == BUCKET else "lying"
    return f"state:\n  backend: s3\n  url: s3://{bucket}/{prefix}\n  endpoint: {endpoint(kind)}\n"


@pytest.fixture
def prefix(cloned: Shell) -> str:
    return cloned.root.parent.name


@pytest.fixture
def placed(cloned: Shell, prefix: str) -> Shell:
    """A repository whose massctl.yaml names the bucket, and no ledger in it."""
    cloned.env(**CREDENTIALS)
    cloned.tree.settings(state=state_in(BUCKET, prefix))
    git(cloned.root, "commit", "-qam", "in a bucket")
    return cloned


@pytest.fixture
def begun(placed: Shell) -> Shell:
    assert 0 == placed("state", "init").status
    assert 0 == placed(*IMPORT).status
    return placed


def test_before_it_is_begun_it_is_said_how(placed: Shell, prefix: str) -> None:
    said = placed("apply", "notice", "--yes")
    assert (5, True) == (
        said.status,
        f"there is no ledger on s3://{BUCKET}/{prefix} yet" in said.out,
    ), said


def test_it_is_begun_read_verified_and_copied(begun: Shell) -> None:
    assert [0, 0, 0] == [begun("state", verb).status for verb in ("show", "list", "verify")]
    assert 0 == begun("state", "verify", "--deep").status
    assert 0 == begun("state", "backup", "copy.jsonl").status
    assert 2 == begun.tree.read("copy.jsonl").count("\n")
    assert 0 == begun("state", "restore", "copy.jsonl").status


def test_a_bucket_that_was_emptied_is_missing_and_what_helps_is_said(
    begun: Shell, prefix: str
) -> None:
    bucket = bucket_at(prefix)
    bucket.delete(
        f"massctl.state.0001/entries/{name}" for name in bucket.names("massctl.state.0001/entries")
    )
    said = begun("apply", "notice", "--yes")
    told = said.out + said.err
    assert (5, True) == (said.status, "but it is missing" in told), said
    assert f"otherwise restore s3://{BUCKET}/{prefix}: somebody deleted it" in told


def test_the_first_entry_comes_back_from_a_copy(begun: Shell, prefix: str) -> None:
    """A ledger that was deleted is restored from a backup; one that is older than what was seen is refused."""
    assert 0 == begun("state", "backup", "older.jsonl").status
    assert 0 == begun(*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:]).status
    assert 0 == begun("state", "backup", "newest.jsonl").status
    assert 5 == begun("state", "restore", "older.jsonl").status
    bucket = bucket_at(prefix)
    bucket.delete(["massctl.state.0001/entries/000000000003"])
    said = begun("state", "verify")
    assert (5, True) == (said.status, "the ledger is an older copy" in said.err), said
    assert 0 == begun("state", "restore", "newest.jsonl").status
    assert 0 == begun("state", "verify", "--deep").status


def test_a_damaged_ledger_is_cut_to_what_verifies(begun: Shell, prefix: str) -> None:
    bucket = bucket_at(prefix)
    bucket.create("massctl.state.0001/entries/000000000003", b"rubbish")
    said = begun("state", "verify")
    assert (5, True) == (said.status, "docs/guides/ledger-in-s3.md" in said.err), said
    assert 0 == begun("state", "repair", "--reason", "rubbish").status
    assert "serial 3" in begun("state", "verify").out


def test_a_signed_ledger_is_not_cut_below_an_entry_that_is_signed(
    placed: Shell, prefix: str
) -> None:
    key = placed.root.parent / "ledger.key"
    assert 0 == placed("state", "init", "--signed", "--key-file", str(key)).status
    placed.env(MASSCTL_LEDGER_KEY=str(key))
    for day in (28, 29, 30):
        assert (
            0 == placed(*IMPORT[:3], f"2026-11-{day}T20:00:00+08:00", "--reason", "console").status
        )
    bucket, folder = bucket_at(prefix), "massctl.state.0001/entries"
    bucket.create(f"{folder}/000000000005", b"rubbish of somebody without the key")
    said = placed("state", "repair")
    assert (2, True) == (said.status, "--reason" in said.out + said.err), said
    bucket.delete([f"{folder}/000000000005", f"{folder}/000000000003"])
    said = placed("state", "repair")
    assert (5, True) == (said.status, "was cut" in said.err), said
    assert "It ends with entry 2, but entry 4 is there and signed" in said.err


@pytest.mark.parametrize(
    ("kind", "place"), [("local", "massctl.state.jsonl"), ("git", "origin/massctl-state")]
)
def test_it_moves_away_and_back(begun: Shell, kind: str, place: str, prefix: str) -> None:
    said = begun("state", "migrate", "--to", kind)
    assert (0, True) == (said.status, f"is in {place} now" in said.out), said
    assert "url:" not in begun.tree.read("massctl.yaml")
    assert 0 == begun(*IMPORT[:3], "2026-11-29T20:00:00+08:00", *IMPORT[4:]).status
    assert "use --url with --to s3" in begun("state", "migrate", "--to", "s3").err
    to = ("--to", "s3", "--url", f"s3://{BUCKET}/{prefix}", "--endpoint", endpoint("moto"))
    said = begun("state", "migrate", *to)
    assert (0, True) == (said.status, f"is in s3://{BUCKET}/{prefix} now" in said.out), said
    assert "3" in begun("state", "verify").out
    assert "is already in" in begun("state", "migrate", "--to", "s3").out


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("git", "--url", "s3://bucket"), "use --url with --to s3"),
        (("s3", "--branch", "b"), "use --branch with --to git"),
        (("s3", "--url", "https://bucket"), "must look like s3://bucket/prefix"),
    ],
)
def test_flags_of_another_kind_are_refused(cloned: Shell, flags: tuple[str], said: str) -> None:
    found = cloned("state", "migrate", "--to", *flags)
    assert (2, True) == (found.status, said in found.err), found


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("backend: s3", "url is missing"),
        ("{backend: s3, url: 's3://UPPER'}", "url"),
        ("{backend: s3, url: 's3://bucket', endpoint: 'http://s3.example.com'}", "plain http"),
        ("{backend: s3, url: 's3://bucket', branch: x}", "use branch with backend: git"),
        ("{url: 's3://bucket'}", "use url with backend: s3"),
    ],
)
def test_what_cannot_be_a_place_is_an_error_in_the_file(
    cloned: Shell, lines: str, said: str
) -> None:
    cloned.tree.settings(state=f"state: {lines}\n" if lines[0] == "{" else f"state:\n  {lines}\n")
    found = cloned("validate")
    assert (1, True) == (found.status, said in found.out), found


@pytest.mark.parametrize("bucket", ["racing", "denied", "conflicting"])
def test_a_store_that_cannot_hold_it_is_refused_and_nothing_secret_is_said(
    cloned: Shell, bucket: str, prefix: str
) -> None:
    cloned.env(**CREDENTIALS)
    cloned.tree.settings(state=state_in(bucket, prefix))
    said = cloned("-v", "state", "init") if bucket == "denied" else cloned("state", "init")
    assert 5 == said.status, said
    told = said.out + said.err + cloned.tree.read("massctl.yaml")
    assert ("lineage" in cloned.tree.read("massctl.yaml"), []) == (
        False,
        [each for each in SECRETS if each in told],
    )


def test_a_crash_tells_no_credential(begun: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError(" ".join(SECRETS))

    monkeypatch.setattr("massctl.ledger.s3_bucket.obstore.list", crash)
    said = begun("state", "verify")
    assert 3 == said.status, said
    logs = [path.read_text() for path in begun.root.parent.glob("massctl-crash-*.log")]
    assert 1 == len(logs)
    assert not [each for each in SECRETS for text in (said.out, said.err, *logs) if each in text]


@pytest.mark.enable_socket
def test_doctor_tells_of_versions_and_rules(cloned: Shell, prefix: str) -> None:
    cloned.env(**CREDENTIALS)
    for bucket, told in (
        ("sound", "keeps no versions"),
        ("versioned", "the bucket keeps versions"),
        ("expiring", "a lifecycle rule of the bucket will delete entries"),
    ):
        cloned.tree.settings(state=state_in(bucket, prefix))
        assert 0 == cloned("state", "init").status
        assert told in cloned("doctor").out
