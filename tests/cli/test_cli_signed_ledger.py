"""A signed ledger on a branch: how it begins, who may write it, and what somebody with Write on the branch achieves.

Each attack is a fast-forward push, as a ruleset without a deploy key allows it. Nothing is sent after any of them.
"""

import builtins
import json
import re
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from cli_runner import Shell
from copies import replace
from fake_forge import FakeForge
from git_shell import LEDGER, begun, content
from gits import clone_of, git
from test_cli_review import comment, proposed, reviewed

from massctl.ledger.codec import encode, follow
from massctl.ledger.signature import UNSIGNED, LedgerKeys, PrivateKey, Signing
from massctl.model.entries import Entry, NewEntry, SendSettled, SigningKey

STATE: Final = "massctl-state"
AT: Final = "2026-11-30T20:00:00+08:00"
IMPORT: Final = ("state", "import", "--sent", "notice", "--at", AT, "--reason", "the console")
WEBSITE: Final = ("state", "import", "--website-send", AT, "--reason", "the console")


def key_path(shell: Shell) -> Path:
    return shell.root.parent / "ledger.key"


def begin(shell: Shell) -> Shell:
    """Begin a signed ledger, and give this shell the key."""
    said = shell("state", "init", "--signed", "--key-file", str(key_path(shell)))
    assert 0 == said.status, said
    shell.env(MASSCTL_LEDGER_KEY=str(key_path(shell)))
    return shell


@pytest.fixture
def signed(in_git: Shell) -> Shell:
    """A clone with a signed ledger in which the campaign `notice` was sent."""

    def sign_and_send() -> None:
        begin(in_git)
        assert 0 == in_git(*IMPORT).status

    begun("signed", in_git.root.parent, sign_and_send)
    in_git.env(MASSCTL_LEDGER_KEY=str(key_path(in_git)))
    return in_git


def own_key(shell: Shell) -> PrivateKey:
    return PrivateKey.of(key_path(shell).read_text(encoding="ascii"), "the file")


def lines_of(remote: Path) -> list[bytes]:
    return [line.encode() for line in content(remote).split("\n")]


def pushed(remote: Path, lines: Sequence[bytes], said: str = "changed") -> None:
    """Add a commit with these lines to the branch, as anybody may who can push."""
    clone = remote.parent / "attacker"
    if not clone.exists():
        git(remote.parent, "clone", "-q", "--branch", STATE, str(remote), str(clone))
    git(clone, "fetch", "-q", "origin", STATE)
    git(clone, "reset", "-q", "--hard", f"origin/{STATE}")
    (clone / LEDGER).write_bytes(b"".join(line + b"\n" for line in lines))
    git(clone, "commit", "-qam", said, "--allow-empty")
    git(clone, "push", "-q", "origin", f"HEAD:{STATE}")


def entries_of(lines: Sequence[bytes]) -> tuple[list[Entry], Signing, str]:
    found, end = follow(b"".join(line + b"\n" for line in lines), keys=UNSIGNED)
    return found, end.signing, end.digest


def settled(entry: Entry) -> NewEntry:
    event = SendSettled(batch=1, outcome="not_sent", reason="forged", by="nobody")
    return NewEntry(at=entry.at, event=event, campaign="notice", edition=1)


def appended(
    lines: Sequence[bytes], key: PrivateKey | None, new: Callable[[Entry], NewEntry] = settled
) -> list[bytes]:
    """Append an entry that says that nothing was sent, signed by a key or by nobody."""
    entries, signing, digest = entries_of(lines)
    serial, made = len(lines) + 1, new(entries[-1])
    line = encode(made, serial, digest)
    if key is None:
        return [*lines, line]
    keys = LedgerKeys()
    keys.add(key)
    claimed = Signing(signing.lineage, key.public)
    return [*lines, encode(made, serial, digest, keys.signature(line, made.event, serial, claimed))]


def without_key(_: Shell, lines: list[bytes]) -> list[bytes]:
    return appended(lines, None)


def with_another_key(_: Shell, lines: list[bytes]) -> list[bytes]:
    return appended(lines, PrivateKey.made("sender"))


def with_a_key_of_its_own(_: Shell, lines: list[bytes]) -> list[bytes]:
    other = PrivateKey.made("sender")
    return appended(
        lines,
        other,
        lambda e: NewEntry(at=e.at, event=SigningKey(key=other.public, reason="x", by="me")),
    )


def with_a_moved_signature(_: Shell, lines: list[bytes]) -> list[bytes]:
    unsigned = appended(lines, None)[-1]
    entries, _, digest = entries_of(lines)
    signature = json.loads(lines[-1])["signature"]
    moved = encode(settled(entries[-1]), len(lines) + 1, digest, signature)
    assert moved != unsigned
    return [*lines, moved]


def reordered(_: Shell, lines: list[bytes]) -> list[bytes]:
    return [*reversed(lines)]


def cut_to_the_first(_: Shell, lines: list[bytes]) -> list[bytes]:
    return lines[:1]


def an_older_head(_: Shell, lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def stripped(_: Shell, lines: list[bytes]) -> list[bytes]:
    """Write the same history again without a signature."""
    again: list[bytes] = []
    digest = entries_of([])[2]
    for serial, entry in enumerate(entries_of(lines)[0], 1):
        event: Any = replace(entry.event, key=None) if entry.serial == 1 else entry.event
        again.append(
            encode(NewEntry(entry.at, event, entry.campaign, entry.edition), serial, digest)
        )
        digest = entries_of(again)[2]
    return again


ATTACKS: Final = [
    (without_key, "entry 3 is not signed"),
    (with_another_key, "entry 3 is signed by another key than sender+"),
    (with_a_key_of_its_own, "entry 3 is signed by another key than sender+"),
    (with_a_moved_signature, "the signature of entry 3 is not one of sender+"),
    (reordered, "its serial is"),
    (cut_to_the_first, "It ends with entry 1, but"),
    (an_older_head, "It ends with entry 1, but"),
    (stripped, "the ledger is not signed"),
]
NAMES: Final = [attack.__name__ for attack, _ in ATTACKS]


def fresh(shell: Shell, remote: Path) -> tuple[str, ...]:
    """Clone the repository, as a runner whose disk is new; gives what names the clone."""
    other = clone_of(remote, shell.root.parent / "fresh", "--depth=1")
    for path in ("massctl.yaml", "campaigns/notice/campaign.yaml"):
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_text(shell.tree.read(path), encoding="utf-8")
    return ("-C", str(other))


def words(said: Any) -> str:
    return " ".join(f"{said.out} {said.err}".split())


@pytest.mark.parametrize("is_fresh", [True, False], ids=["fresh disk", "disk that saw it"])
@pytest.mark.parametrize(("attack", "told"), ATTACKS, ids=NAMES)
def test_nothing_is_sent_after(
    signed: Shell,
    remote: Path,
    attack: Callable[[Shell, list[bytes]], list[bytes]],
    told: str,
    is_fresh: bool,
) -> None:
    pushed(remote, attack(signed, lines_of(remote)))
    before = content(remote)
    where = fresh(signed, remote) if is_fresh else ()
    said = signed(*where, "apply", "notice", "--yes")
    assert 5 == said.status, said
    expected = (
        told if is_fresh or attack not in (cut_to_the_first, an_older_head) else "was set back"
    )
    assert expected in words(said), said
    assert "Nothing was sent" in words(said)
    assert ("ledger_untrusted" in said.out) or ("ledger_damaged" in said.out)
    assert before == content(remote)


@pytest.mark.parametrize("filters", ["true", "false"])
def test_a_fresh_disk_fetches_the_messages_whether_or_not_the_server_leaves_files_out(
    signed: Shell, remote: Path, filters: str
) -> None:
    git(remote, "config", "uploadpack.allowFilter", filters)
    where = fresh(signed, remote)
    assert 0 == signed(*where, "state", "verify").status
    pushed(remote, lines_of(remote)[:1])
    history = signed.root.parent / "fresh/.massctl/ledger-history.git"
    assert history.is_dir()
    for path in (signed.root.parent / "fresh/.massctl").rglob("*.json"):
        path.unlink()
    said = signed(*where, "state", "verify")
    assert (5, True) == (said.status, "signed for entry 2" in words(said))


def test_a_history_that_was_forced_back_is_noticed_by_a_disk_that_saw_more(
    signed: Shell, remote: Path
) -> None:
    """With another floor than before, and no commit of it in the new history."""
    where = fresh(signed, remote)
    assert 0 == signed(*where, "state", "verify").status
    first = git(remote, "rev-list", "--max-parents=0", STATE)
    git(remote, "update-ref", f"refs/heads/{STATE}", first)
    (signed.root.parent / "fresh/.massctl/locks/newest.json").unlink()
    said = signed(*where, "state", "verify")
    assert (5, True) == (said.status, "signed for entry 2" in words(said))
    assert "Signed-Entry: 2" in words(said)


def test_a_disk_that_saw_less_than_was_cut_notices_it_too(signed: Shell, remote: Path) -> None:
    """The other machine saw entry 2. Entries 3 and 4 came and went while it was off."""
    where = fresh(signed, remote)
    assert 0 == signed(*where, "state", "verify").status
    two = lines_of(remote)
    assert 0 == signed(*WEBSITE).status
    pushed(remote, two)
    said = signed(*where, "state", "verify")
    assert (5, True) == (
        said.status,
        "It ends with entry 2, but a commit of the branch is signed for entry 3" in words(said),
    )


@pytest.mark.parametrize("attack", [cut_to_the_first, without_key, with_another_key, stripped])
def test_what_the_message_advises_puts_the_ledger_back(
    signed: Shell, remote: Path, attack: Callable[[Shell, list[bytes]], list[bytes]]
) -> None:
    whole = content(remote)
    pushed(remote, attack(signed, lines_of(remote)))
    said = signed(*fresh(signed, remote), "state", "verify")
    command = re.search(
        r'git fetch origin massctl-state && git push origin "\$\((git commit-tree .*?)\)":',
        words(said),
    )
    assert command is not None, said
    git(signed.root, "fetch", "-q", "origin", STATE)
    commit = git(signed.root, *command[1].split()[1:])
    git(signed.root, "push", "-q", "origin", f"{commit}:refs/heads/{STATE}")
    assert whole == content(remote)
    assert 0 == signed("-C", str(signed.root.parent / "fresh"), "state", "verify").status


@pytest.mark.parametrize("serial", ["3", "999999999999999"])
def test_a_forged_message_is_no_floor(signed: Shell, remote: Path, serial: str) -> None:
    signature = json.loads(lines_of(remote)[-1])["signature"]
    pushed(
        remote,
        lines_of(remote),
        f"send_accepted notice\n\nSigned-Entry: {serial} {'0' * 64} {signature}",
    )
    assert 0 == signed(*fresh(signed, remote), "state", "verify").status


def test_an_unsigned_ledger_is_refused_where_keys_are_set(in_git: Shell, remote: Path) -> None:
    assert 0 == in_git("state", "init").status
    key = PrivateKey.made("sender")
    text = in_git.tree.read("massctl.yaml").replace("state:\n", f"state:\n  keys: [{key.public}]\n")
    in_git.tree.write("massctl.yaml", text)
    in_git.env(MASSCTL_LEDGER_KEY=key.written())
    said = in_git("apply", "notice", "--yes")
    assert (5, True) == (
        said.status,
        "massctl.yaml names a key of the ledger, but the ledger is not signed" in words(said),
    )
    assert "massctl state init --signed" in words(said)


def test_another_repositorys_ledger_is_refused(signed: Shell, remote: Path, tmp_path: Path) -> None:
    """Both repositories use one key; the lineage under each signature tells their ledgers apart."""
    entries, _, _ = entries_of(lines_of(remote))
    assert 0 == signed("state", "init", "--new-lineage", "--reason", "the account was sold").status
    others = lines_of(remote)
    assert entries[0].event != entries_of(others)[0][0].event
    text = re.sub(
        r"lineage: \w+", f"lineage: {entries[0].event.lineage}", signed.tree.read("massctl.yaml")
    )  # type: ignore[union-attr]
    signed.tree.write("massctl.yaml", text)
    said = signed("apply", "notice", "--yes")
    assert (5, True) == (said.status, "ledger_foreign" in said.out), said


def test_an_entry_of_another_ledger_is_refused(signed: Shell, remote: Path) -> None:
    """The same key signed it, at the same serial, for another lineage."""
    mine = lines_of(remote)
    assert 0 == signed("state", "init", "--new-lineage", "--reason", "sold").status
    assert 0 == signed(*IMPORT).status
    theirs = json.loads(lines_of(remote)[1])["signature"]
    entries, _, _ = entries_of(mine)
    first = entries_of(lines_of(remote)[:1])[2]
    forged = encode(NewEntry(entries[1].at, entries[1].event, "notice", 1), 2, first, theirs)
    pushed(remote, [lines_of(remote)[0], forged.replace(b"the console", b"the consolE")])
    said = signed(*fresh(signed, remote), "state", "verify")
    assert (5, True) == (
        said.status,
        "the signature of entry 2 is not one of sender+" in words(said),
    ), said


def test_a_ledger_whose_key_was_taken_out_of_massctl_yaml_is_refused(signed: Shell) -> None:
    text = re.sub(r"  keys: .*\n", "", signed.tree.read("massctl.yaml"))
    signed.tree.write("massctl.yaml", text)
    said = signed("apply", "notice", "--yes")
    assert (5, True) == (said.status, "but massctl.yaml names no key" in words(said))
    assert "git log -p massctl.yaml" in words(said)
    assert 0 == signed("state", "init", "--signed").status
    assert own_key(signed).public in signed.tree.read("massctl.yaml")
    assert 0 == signed("state", "verify").status


def test_a_ledger_that_lost_its_key_and_its_signatures_is_refused_by_a_machine_that_saw_them(
    signed: Shell, remote: Path
) -> None:
    """A merge took the key out, and whoever can push replaced the ledger. A new disk has nothing to compare it with."""
    pushed(remote, stripped(signed, lines_of(remote)))
    signed.tree.write("massctl.yaml", re.sub(r"  keys: .*\n", "", signed.tree.read("massctl.yaml")))
    said = signed("apply", "notice", "--yes")
    assert (5, True) == (
        said.status,
        "Its entry 2 differs from the one that this machine saw" in words(said),
    ), said
    assert 0 == signed(*fresh(signed, remote), "state", "verify").status


WRITERS: Final = [
    ("apply", "notice", "--yes"),
    ("preview", "notice", "--towxname", "editor_li"),
    ("reconcile", "notice", "--sent", "--reason", "x"),
    ("withdraw", "notice", "--all", "--yes"),
    ("adopt", "notice", "--reason", "x"),
    WEBSITE,
    ("state", "repair", "--reason", "x"),
    ("state", "init"),
    ("state", "init", "--new-lineage", "--reason", "x"),
    ("state", "init", "--new-key", "--reason", "x"),
    ("state", "migrate", "--to", "local"),
]


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_without_the_key_a_verb_stops_before_its_first_request(
    signed: Shell, remote: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MASSCTL_LEDGER_KEY")
    before = content(remote), signed.tree.read("massctl.yaml")
    said = signed(*command)
    assert 5 == said.status, said
    assert "MASSCTL_LEDGER_KEY holds no private key" in words(said)
    assert before == (content(remote), signed.tree.read("massctl.yaml"))


@pytest.mark.parametrize(
    "command", [("plan",), ("state", "show"), ("state", "list"), ("state", "verify", "--deep")]
)
def test_reading_needs_no_private_key(
    signed: Shell, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MASSCTL_LEDGER_KEY")
    assert 0 == signed(*command).status


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("/nonexistent/key", "the file that MASSCTL_LEDGER_KEY names cannot be read"),
        ("PRIVATE+KEY+sender+00000000+AAAA", "MASSCTL_LEDGER_KEY holds something else than a key"),
        ("PRIVATE+KEY+nothing", "MASSCTL_LEDGER_KEY holds something else than a key"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_and_not_shown(
    signed: Shell, value: str, told: str
) -> None:
    signed.env(MASSCTL_LEDGER_KEY=value)
    said = signed(*WEBSITE)
    assert (5, True, False) == (said.status, told in words(said), value in words(said))


def test_another_private_key_writes_nothing(signed: Shell, remote: Path) -> None:
    before = content(remote)
    signed.env(MASSCTL_LEDGER_KEY=PrivateKey.made("sender").written())
    said = signed(*WEBSITE)
    assert (5, True) == (said.status, "which massctl.yaml does not name" in words(said))
    assert before == content(remote)


def test_a_key_that_others_may_read_is_refused(signed: Shell) -> None:
    key_path(signed).chmod(0o640)
    said = signed(*WEBSITE)
    assert (5, True) == (said.status, "chmod 600" in words(said))


def test_the_key_is_made_for_one_and_named_for_all(in_git: Shell, remote: Path) -> None:
    said = in_git("state", "init", "--signed", "--key-file", str(key_path(in_git)))
    assert 0 == said.status, said
    assert 0o600 == stat.S_IMODE(key_path(in_git).stat().st_mode)
    key = own_key(in_git)
    assert f"keys: [{key.public}]" in in_git.tree.read("massctl.yaml")
    assert key.public == json.loads(lines_of(remote)[0])["key"]
    assert f"export MASSCTL_LEDGER_KEY={key_path(in_git)}" in said.out.replace("\n  ", " ")
    assert "Signed-Entry: 1 " in git(remote, "log", "-1", "--format=%B", STATE)
    secret = key_path(in_git).read_text(encoding="ascii").strip().split("+", 4)[4]
    for place in (said.out, said.err, in_git.tree.read("massctl.yaml"), content(remote)):
        assert secret not in place


def test_a_key_file_that_is_there_is_not_replaced(in_git: Shell) -> None:
    key_path(in_git).write_text("mine", encoding="ascii")
    said = in_git("state", "init", "--signed", "--key-file", str(key_path(in_git)))
    assert (5, "mine") == (said.status, key_path(in_git).read_text(encoding="ascii"))
    assert "keys:" not in in_git.tree.read("massctl.yaml")


@pytest.mark.parametrize("path", ["ledger.key", "campaigns/../ledger.key", ".massctl/ledger.key"])
def test_a_private_key_is_not_put_into_the_repository(in_git: Shell, path: str) -> None:
    before = in_git.tree.read("massctl.yaml")
    said = in_git("state", "init", "--signed", "--key-file", path)
    assert (2, True) == (said.status, "where a private key would be committed" in words(said))
    assert (before, False) == (in_git.tree.read("massctl.yaml"), (in_git.root / path).exists())


def test_token_command_does_not_get_the_key(signed: Shell) -> None:
    told = signed.root.parent / "told"
    text = signed.tree.read("massctl.yaml").replace(
        "secret_env: WECHAT_MAIN_SECRET", f"token_command: [sh, -c, 'env > {told}']"
    )
    signed.tree.write("massctl.yaml", text)
    signed.env(MASSCTL_LEDGER_KEY=own_key(signed).written())
    signed("doctor")
    assert "PATH=" in told.read_text(encoding="utf-8")
    assert "PRIVATE+KEY" not in told.read_text(encoding="utf-8")


def test_without_a_name_the_key_goes_to_the_users_configuration(in_git: Shell) -> None:
    in_git.env(XDG_CONFIG_HOME=str(in_git.root.parent / "config"))
    assert 0 == in_git("state", "init", "--signed").status
    (found,) = (in_git.root.parent / "config/massctl").iterdir()
    assert re.fullmatch(r"ledger-[0-9a-f]{8}\.key", found.name)


def test_a_ledger_that_was_not_signed_is_signed_from_then_on(in_git: Shell, remote: Path) -> None:
    assert 0 == in_git("state", "init").status
    assert 0 == in_git(*IMPORT).status
    begin(in_git)
    assert [False, False, True] == ["signature" in json.loads(line) for line in lines_of(remote)]
    assert 0 == in_git(*WEBSITE).status
    assert 0 == in_git(*fresh(in_git, remote), "state", "verify", "--deep").status
    pushed(remote, lines_of(remote)[:2])
    said = in_git("-C", str(in_git.root.parent / "fresh"), "apply", "notice", "--yes")
    assert (5, True) == (said.status, "Nothing was sent" in words(said))


def test_a_second_init_changes_no_key(signed: Shell, remote: Path) -> None:
    before = content(remote)
    said = signed("state", "init", "--signed", "--key-file", str(signed.root.parent / "second"))
    assert (0, True) == (said.status, "already exists" in said.out)
    assert (before, False) == (content(remote), (signed.root.parent / "second").exists())


@pytest.fixture
def rotated(signed: Shell) -> Shell:
    """The same, where another key signs now: `second` beside the first."""
    second = signed.root.parent / "second"
    said = signed(
        "state", "init", "--new-key", "--reason", "a laptop was lost", "--key-file", str(second)
    )
    assert 0 == said.status, said
    return signed


def test_the_old_key_signs_who_follows_it(rotated: Shell, remote: Path) -> None:
    new = PrivateKey.of((rotated.root.parent / "second").read_text(encoding="ascii"), "x")
    assert f"keys: [{new.public}]" in rotated.tree.read("massctl.yaml")
    signers = [json.loads(line)["signature"].partition("+")[0] for line in lines_of(remote)]
    assert [own_key(rotated).id] * 3 + [new.id] == signers
    rotated.env(MASSCTL_LEDGER_KEY=new.written())
    assert 0 == rotated(*WEBSITE).status
    assert 0 == rotated(*fresh(rotated, remote), "state", "verify", "--deep").status


def test_the_old_key_writes_nothing_more(rotated: Shell, remote: Path) -> None:
    assert 5 == rotated(*WEBSITE).status
    pushed(remote, appended(lines_of(remote), own_key(rotated)))
    said = rotated("state", "verify")
    assert (5, True) == (
        said.status,
        "entry 5 is signed by another key than sender+" in words(said),
    )


def test_the_old_key_does_not_go_on_from_before_its_end(rotated: Shell, remote: Path) -> None:
    pushed(remote, appended(lines_of(remote)[:2], own_key(rotated)))
    said = rotated(*fresh(rotated, remote), "state", "verify")
    assert (5, True) == (said.status, "which massctl.yaml does not name" in words(said))


def test_a_clone_that_names_the_old_key_says_git_pull(rotated: Shell, remote: Path) -> None:
    text = re.sub(
        r"keys: .*", f"keys: [{own_key(rotated).public}]", rotated.tree.read("massctl.yaml")
    )
    rotated.tree.write("massctl.yaml", text)
    said = rotated("apply", "notice", "--yes")
    assert (5, True) == (said.status, "git pull" in words(said))
    # A run that died right there is taken up by whoever has the new key.
    rotated.env(MASSCTL_LEDGER_KEY=str(rotated.root.parent / "second"))
    assert 0 == rotated("state", "init", "--signed").status
    assert 0 == rotated("state", "verify").status


def test_a_repair_keeps_what_is_signed_and_signs_itself(signed: Shell, remote: Path) -> None:
    pushed(remote, [*appended(lines_of(remote), None)])
    said = signed("state", "repair", "--reason", "somebody pushed an entry")
    assert 0 == said.status, said
    assert ["created", "send_imported", "repaired"] == [
        json.loads(line)["type"] for line in lines_of(remote)
    ]
    assert 0 == signed("state", "verify", "--deep").status
    assert 0 == signed(*fresh(signed, remote), "state", "verify").status


def test_a_repair_does_not_go_below_what_was_signed(signed: Shell, remote: Path) -> None:
    pushed(remote, [lines_of(remote)[0], b"x"])
    said = signed(*fresh(signed, remote), "state", "repair", "--reason", "x")
    assert (5, True) == (said.status, "signed for entry 2" in words(said))


@pytest.mark.night
def test_a_signed_ledger_moves_to_a_file_and_back(signed: Shell, remote: Path) -> None:
    assert 0 == signed("state", "migrate", "--to", "local").status
    assert 0 == signed(*WEBSITE).status
    assert 0 == signed("state", "verify", "--deep").status
    copy = signed.root.parent / "copy.jsonl"
    assert 0 == signed("state", "backup", str(copy)).status
    (signed.root / LEDGER).unlink()
    assert 0 == signed("state", "restore", str(copy)).status
    said = signed("state", "migrate", "--to", "git", "--branch", "massctl-state-2")
    assert 0 == said.status, said
    assert "Signed-Entry: 3 " in git(remote, "log", "-1", "--format=%B", "massctl-state-2")
    assert 0 == signed("state", "verify").status


def test_a_forged_copy_is_not_restored(signed: Shell) -> None:
    assert 0 == signed("state", "migrate", "--to", "local").status
    lines = (signed.root / LEDGER).read_bytes().rstrip(b"\n").split(b"\n")
    copy = signed.root.parent / "copy.jsonl"
    copy.write_bytes(b"".join(line + b"\n" for line in appended(lines, None)))
    said = signed("state", "restore", str(copy))
    assert (5, True) == (said.status, "is not a copy that verifies" in words(said))


@pytest.mark.night
def test_a_new_lineage_takes_a_new_key(
    signed: Shell, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key was lost."""
    monkeypatch.delenv("MASSCTL_LEDGER_KEY")
    second = signed.root.parent / "second"
    said = signed(
        "state",
        "init",
        "--new-lineage",
        "--signed",
        "--key-file",
        str(second),
        "--reason",
        "the key is lost",
    )
    assert 0 == said.status, said
    assert "state import --sent notice" in words(said)
    signed.env(MASSCTL_LEDGER_KEY=str(second))
    assert 0 == signed(*IMPORT).status
    assert 0 == signed(*fresh(signed, remote), "state", "verify").status


FLAGS: Final = (
    ("--new-key",),
    ("--new-key", "--signed", "--reason", "x"),
    ("--new-key", "--new-lineage", "--reason", "x"),
    ("--key-file", "x"),
    ("--signed", "--sandbox"),
    ("--signed", "--reason", "x"),
)


def test_flags_that_do_not_go_together(signed: Shell, remote: Path) -> None:
    before = content(remote)
    found = {flags: (signed("state", "init", *flags).status, content(remote)) for flags in FLAGS}
    assert dict.fromkeys(FLAGS, (2, before)) == found


def test_without_the_package_a_reader_says_what_to_install(
    signed: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from massctl.ledger.signature import public_key

    public_key.cache_clear()
    original = builtins.__import__

    def missing(name: str, *more: Any, **named: Any) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return original(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    said = signed("apply", "notice", "--yes")
    assert (5, True) == (said.status, "pip install 'massctl[signed]'" in words(said)), said
    found = signed("doctor", "--format", "json").document["findings"]
    assert "problem" in {each["level"] for each in found if each["check"] == "ledger"}


def test_who_signs_is_shown(signed: Shell) -> None:
    short = "+".join(own_key(signed).public.split("+")[:2])
    assert short in signed("state", "show").out
    assert (
        own_key(signed).public
        == signed("state", "show", "--format", "json").document["signing_key"]
    )
    (found,) = (
        each
        for each in signed("doctor", "--format", "json").document["findings"]
        if "verifies" in each["message"]
    )
    assert short in found["message"]


def test_a_private_key_in_massctl_yaml_is_an_error_and_not_repeated(signed: Shell) -> None:
    written = own_key(signed).written()
    text = re.sub(r"keys: .*", f"keys: [{written}]", signed.tree.read("massctl.yaml"))
    signed.tree.write("massctl.yaml", text)
    said = signed("validate")
    assert 1 == said.status
    assert "this is the private key of the ledger" in words(said)
    assert written.split("+", 4)[4] not in words(said)


def test_a_crash_report_does_not_have_the_key(
    signed: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = own_key(signed).written()
    signed.env(MASSCTL_LEDGER_KEY=written)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"at {written} and {own_key(signed)!r}")

    monkeypatch.setattr("massctl.cli.commands.state_import.record_website_send", broken)
    said = signed(*WEBSITE)
    assert 3 == said.status
    (log,) = signed.root.parent.glob("massctl-crash-*.log")
    secret = written.split("+", 4)[4]
    assert "RuntimeError" in log.read_text(encoding="utf-8")
    assert secret not in f"{log.read_text(encoding='utf-8')} {words(said)}"


@pytest.fixture
def merged(signed: Shell) -> Shell:
    """A signed ledger that main names."""
    git(signed.root, "add", "-A")
    git(signed.root, "commit", "-qm", "the ledger")
    git(signed.root, "push", "-q", "origin", "HEAD:main")
    return signed


@pytest.mark.parametrize(
    ("keys", "change", "told", "state"),
    [
        ("", "removed", "takes the keys of the ledger out of", "failure"),
        ("  keys: [{other}]\n", "changed", "changes the keys of the ledger", "success"),
    ],
    ids=["removed", "changed"],
)
@pytest.mark.night
def test_a_pull_request_that_takes_the_key_away_is_told_so(
    merged: Shell, keys: str, change: str, told: str, state: str
) -> None:
    text = re.sub(
        r"  keys: .*\n",
        keys.format(other=PrivateKey.made("sender").public),
        merged.tree.read("massctl.yaml"),
    )
    merged.tree.write("massctl.yaml", text)
    sha, forge = proposed(merged), FakeForge()
    forge.open_pull_request(7, "spring", sha)
    assert change == reviewed(merged, sha)["ledger_keys"]
    assert 0 == comment(merged, forge)
    assert told in forge.bodies(7)[0]
    assert state == forge.statuses[sha][0]


@pytest.mark.night
def test_a_pull_request_that_leaves_the_key_is_not_told_of_it(merged: Shell) -> None:
    merged.tree.write(
        "campaigns/notice/campaign.yaml",
        merged.tree.read("campaigns/notice/campaign.yaml") + "# x\n",
    )
    assert None is reviewed(merged, proposed(merged))["ledger_keys"]


def test_git_and_what_it_starts_do_not_get_the_key(signed: Shell) -> None:
    (signed.root / ".git/hooks").mkdir(exist_ok=True)
    told = signed.root.parent / "told"
    git(signed.root, "config", "core.sshCommand", f"env > {told}; false")
    git(signed.root, "config", "remote.origin.url", "ssh://example.invalid/letters.git")
    signed.env(MASSCTL_LEDGER_KEY=own_key(signed).written())
    assert 5 == signed("state", "verify").status
    assert "PATH=" in told.read_text(encoding="utf-8")
    assert "PRIVATE+KEY" not in told.read_text(encoding="utf-8")
