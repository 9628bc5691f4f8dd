"""The branch over real git: odd clones and settings, a clone that is not touched, and words that hide credentials."""

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest
from building import APPID, LINEAGE, NOW, as_new, sha, text
from gits import ENVIRONMENT, branch_in, clone_of, git, ledger_in, look_of, remote_at

from massctl.errors import LedgerUnreachableError
from massctl.git import Git
from massctl.ledger.git_branch import GitBranch, Push, Tip
from massctl.ledger.git_ledger import GitArchive
from massctl.ledger.git_remote import way_to
from massctl.model.entries import Created, Expired, ImageUploaded, NewEntry

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))
FILE = "massctl.state.jsonl"
HOOKS = ("pre-push", "pre-commit", "reference-transaction", "post-checkout")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return remote_at(tmp_path / "remote.git")


@pytest.fixture
def clone(remote: Path, tmp_path: Path) -> Path:
    return clone_of(remote, tmp_path / "clone")


def begin(clone: Path) -> None:
    ledger = ledger_in(clone)
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)


def types_on(remote: Path) -> int:
    return len(git(remote, "show", f"massctl-state:{FILE}").splitlines())


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def use(clone: Path, environment: dict[str, str] | None = None, token: str | None = None) -> None:
    """Read and write the ledger from a clone."""
    ledger = ledger_in(clone, {**ENVIRONMENT, **(environment or {})}, token)
    ledger.append(len(ledger.read(0)), [MORE], durable=True)


@pytest.mark.parametrize(
    "options", [[], ["--depth=1"], ["--single-branch"], ["--bare-like"], ["--filter=blob:none"]]
)
def test_whatever_kind_of_clone_it_is(
    options: list[str], clone: Path, remote: Path, tmp_path: Path
):
    begin(clone)
    other = clone_of(
        remote, tmp_path / "other", *[each for each in options if each != "--bare-like"]
    )
    if "--bare-like" in options:
        git(other, "checkout", "--quiet", "--detach")
    before = look_of(other)
    use(other)
    assert (2, before) == (types_on(remote), look_of(other))


def test_a_worktree(clone: Path, remote: Path, tmp_path: Path):
    begin(clone)
    git(clone, "worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "work")
    before = look_of(clone)
    use(tmp_path / "tree")
    assert (2, before) == (types_on(remote), look_of(clone))


def test_a_folder_inside_of_a_repository(clone: Path, remote: Path):
    (clone / "newsletter").mkdir()
    begin(clone / "newsletter")
    assert 1 == types_on(remote)


def test_a_clone_in_the_midst_of_work(clone: Path, remote: Path):
    """Staged, changed and unknown files, a merge that is not finished: nothing of it is touched, or goes along."""
    git(clone, "checkout", "--quiet", "-b", "work")
    (clone / "staged").write_text("staged", encoding="utf-8")
    git(clone, "add", "staged")
    (clone / ".gitignore").write_text(".massctl/\nother\n", encoding="utf-8")
    (clone / "unknown").write_text("unknown", encoding="utf-8")
    (clone / ".git" / "MERGE_HEAD").write_text(git(clone, "rev-parse", "HEAD"), encoding="utf-8")
    before = look_of(clone)
    begin(clone)
    assert before == look_of(clone)
    assert {"README.md", FILE} == set(
        git(remote, "ls-tree", "--name-only", "massctl-state").splitlines()
    )


def test_a_clone_that_cannot_be_written_but_for_its_cache(clone: Path, remote: Path):
    begin(clone)
    inside = [clone / ".git", *(clone / ".git").rglob("*")]
    for path in inside:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        use(clone)
    finally:
        for path in inside:
            path.chmod(path.stat().st_mode | 0o200)
    assert 2 == types_on(remote)


def test_a_remote_with_a_relative_address(clone: Path, remote: Path):
    git(clone, "remote", "set-url", "origin", "../remote.git")
    (clone / "newsletter").mkdir()
    begin(clone / "newsletter")
    assert 1 == types_on(remote)


def test_a_remote_that_is_fetched_from_here_and_pushed_to_there(
    clone: Path, remote: Path, tmp_path: Path
):
    begin(clone)
    git(clone, "remote", "set-url", "origin", "https://mirror.invalid/x.git")
    git(clone, "remote", "set-url", "--push", "origin", str(remote))
    git(clone, "config", f"url.{remote}.insteadOf", "https://mirror.invalid/x.git")
    use(clone)
    assert 2 == types_on(remote)


def test_no_hook_and_no_signature_is_asked_for(clone: Path, remote: Path, tmp_path: Path):
    fails = "#!/bin/sh\ntouch $0.ran\nexit 1\n"
    hooks = [write(clone / ".git" / "hooks" / name, fails) for name in HOOKS]
    # A global reference-transaction hook would be the server's too, where the server is a folder of the same user.
    globally = [
        write(tmp_path / "hooks" / name, fails) for name in HOOKS if name != "reference-transaction"
    ]
    home = tmp_path / "home"
    write(
        home / ".gitconfig",
        f"[core]\n\thooksPath = {tmp_path}/hooks\n[commit]\n\tgpgsign = true\n"
        "[push]\n\tgpgSign = true\n\tfollowTags = true\n[gpg]\n\tprogram = /bin/false\n"
        "[user]\n\tuseConfigOnly = true\n[init]\n\ttemplateDir = /nowhere\n"
        "[fetch]\n\tprune = true\n\tfsckObjects = true\n[transfer]\n\tfsckObjects = true\n[push]\n\tpushOption = x\n",
    )
    without_names = {
        name: value
        for name, value in ENVIRONMENT.items()
        if "NAME" not in name and "EMAIL" not in name
    }
    ledger = ledger_in(clone, {**without_names, "HOME": str(home)})
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)
    assert 1 == types_on(remote)
    assert [] == [
        each for each in [*hooks, *globally] if each.with_name(f"{each.name}.ran").exists()
    ]
    assert "massctl <massctl@localhost>" == git(
        remote, "log", "-1", "--format=%an <%ae>", "massctl-state"
    )


def test_it_works_inside_of_a_hook_of_another_git(clone: Path, remote: Path):
    begin(clone)
    use(
        clone,
        {"GIT_DIR": ".git", "GIT_INDEX_FILE": str(clone / "no-index"), "GIT_WORK_TREE": "/nowhere"},
    )
    assert 2 == types_on(remote)


def test_settings_of_the_callers_environment_stay(clone: Path, remote: Path):
    begin(clone)
    git(clone, "remote", "set-url", "origin", "https://elsewhere.invalid/x.git")
    told = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{remote}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://elsewhere.invalid/x.git",
    }
    use(clone, told)
    assert 2 == types_on(remote)


def test_settings_that_are_included_on_a_condition_count(clone: Path, remote: Path, tmp_path: Path):
    """As actions/checkout leaves its token since its version 6: in a file that the clone's own settings include."""
    begin(clone)
    git(clone, "remote", "set-url", "origin", "https://elsewhere.invalid/x.git")
    write(tmp_path / "more", f'[url "{remote}"]\n\tinsteadOf = https://elsewhere.invalid/x.git\n')
    git(clone, "config", f"includeIf.gitdir:{clone}/.git.path", str(tmp_path / "more"))
    use(clone)
    assert 2 == types_on(remote)


def test_ssh_goes_by_the_command_that_git_was_given(clone: Path, remote: Path, tmp_path: Path):
    command = write(
        tmp_path / "ssh",
        '#!/bin/sh\necho "$@" >> $(dirname $0)/ssh.log\nfor said; do :; done\nexec sh -c "$said"\n',
    )
    begin(clone)
    git(clone, "remote", "set-url", "origin", f"git@example.com:{remote}")
    use(clone, {"GIT_SSH_COMMAND": f"{command}"})
    git(clone, "config", "core.sshCommand", str(command))
    use(clone)
    assert 3 == types_on(remote)
    log = (tmp_path / "ssh.log").read_text(encoding="utf-8")
    assert "git@example.com git-receive-pack" in log


def test_a_second_clone_fetches_the_newest_commit_only(clone: Path, remote: Path, tmp_path: Path):
    begin(clone)
    for _ in range(3):
        use(clone)
    other = clone_of(remote, tmp_path / "other")
    use(other)
    assert "2" == git(other / ".massctl" / "ledger.git", "rev-list", "--count", "refs/massctl/next")
    assert "5" == git(remote, "rev-list", "--count", "massctl-state")


def test_the_cache_may_be_deleted(clone: Path, remote: Path):
    begin(clone)
    use(clone)
    git(clone, "clean", "-qfdx")
    use(clone)
    assert 3 == types_on(remote)


def test_a_branch_whose_history_was_cut_goes_on(clone: Path, remote: Path):
    """Only the newest commit counts; what it holds is as long as before."""
    begin(clone)
    use(clone)
    tree = git(remote, "rev-parse", "massctl-state^{tree}")
    git(
        remote,
        "update-ref",
        "refs/heads/massctl-state",
        git(remote, "commit-tree", tree, "-m", "cut"),
    )
    use(clone)
    assert 3 == types_on(remote)


def test_a_branch_that_moved_since_it_was_read_is_a_lost_race(
    clone: Path, remote: Path, tmp_path: Path
):
    begin(clone)
    ours, theirs = branch_in(clone), branch_in(clone_of(remote, tmp_path / "other"))
    commits = [branch.commit(branch.fetch(), {FILE: b"x"}, "said") for branch in (ours, theirs)]
    outcomes = [
        branch.push(commit).outcome for branch, commit in zip((ours, theirs), commits, strict=True)
    ]
    assert [Push.DONE, Push.LOST] == outcomes
    tip = theirs.fetch()
    assert tip is not None
    assert [True, False] == [theirs.holds(tip, commit) for commit in commits]


def test_two_that_commit_the_same_make_two_commits(clone: Path, remote: Path, tmp_path: Path):
    begin(clone)
    branches = [branch_in(each) for each in (clone, clone_of(remote, tmp_path / "other"))]
    commits = {branch.commit(branch.fetch(), {FILE: b"x"}, "said") for branch in branches}
    assert 2 == len(commits)


def test_a_push_that_was_made_already_is_done(clone: Path):
    begin(clone)
    branch = branch_in(clone)
    commit = branch.commit(branch.fetch(), {FILE: b"x"}, "said")
    assert [Push.DONE, Push.DONE] == [branch.push(commit).outcome for _ in range(2)]


def test_where_it_was_last_is_known_after_a_fetch_and_after_a_push(
    clone: Path, remote: Path, tmp_path: Path
):
    branch = branch_in(clone)
    assert None is branch.fetched()
    begin(clone)
    assert git(remote, "rev-parse", "massctl-state") == branch.fetched()
    use(clone)
    assert git(remote, "rev-parse", "massctl-state") == branch.fetched()
    other = branch_in(clone_of(remote, tmp_path / "other"))
    other.fetch()
    assert branch.fetched() == other.fetched()


LIKE_IT = (
    "refs/heads/refs/heads/massctl-state",
    "refs/tags/refs/heads/massctl-state",
    "refs/heads/x/massctl-state",
)
"""Refs that git takes for refs/heads/massctl-state, or that a pattern of `git ls-remote` finds as well."""


@pytest.mark.parametrize("ref", LIKE_IT)
def test_a_ref_that_only_ends_with_the_name_is_another_one(
    clone: Path, remote: Path, ref: str
) -> None:
    git(clone, "push", "--quiet", "origin", f"HEAD:{ref}")
    assert None is branch_in(clone).fetch()

    begin(clone)
    use(clone)
    assert 2 == types_on(remote)
    assert git(clone, "rev-parse", "HEAD") == git(remote, "rev-parse", ref)
    assert git(remote, "rev-parse", "refs/heads/massctl-state") == branch_in(clone).fetch()


def test_a_ref_that_only_ends_with_the_name_keeps_the_branch_from_being_deleted_and_that_is_told(
    clone: Path, remote: Path
) -> None:
    begin(clone)
    git(remote, "update-ref", LIKE_IT[0], "refs/heads/main")
    branch = branch_in(clone)
    deleted = branch.delete(branch.fetch() or Tip(""))

    assert Push.REFUSED is deleted.outcome
    assert deleted.why is not None
    assert "git ls-remote" in deleted.why.hint


@pytest.mark.parametrize("ref", ["massctl-state/x", "massctl-state/refs/heads/massctl-state"])
def test_a_branch_below_the_name_keeps_the_ledger_from_being_made_and_is_named(
    clone: Path, remote: Path, ref: str
) -> None:
    git(clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{ref}")
    assert None is branch_in(clone).fetch()
    with pytest.raises(LedgerUnreachableError) as told:
        begin(clone)

    assert f"origin/{ref}" in told.value.summary
    assert f"git push origin :refs/heads/{ref}" in told.value.hint
    refusal = branch_in(clone).refusal(None)
    assert refusal is not None
    assert told.value.summary == refusal.summary


def test_a_commit_may_take_files_away(clone: Path):
    begin(clone)
    branch = branch_in(clone)
    commit = branch.commit(branch.fetch(), {FILE: None, "a/b.txt": b"\n\n", "c.txt": b""}, "said")
    assert (None, b"\n\n", b"") == tuple(branch.read(commit, [FILE, "a/b.txt", "c.txt"]))
    assert ({"README.md", "a", "c.txt"}, {"b.txt"}, set()) == tuple(
        set(branch.list(commit, folder)) for folder in ("", "a", "nowhere")
    )


def test_a_server_that_refuses_is_told_with_its_words(clone: Path, remote: Path):
    begin(clone)
    write(
        remote / "hooks" / "pre-receive",
        "#!/bin/sh\necho 'GH013: Repository rule violations found' >&2\nexit 1\n",
    )
    ledger = ledger_in(clone)
    ledger.read(0)
    with pytest.raises(LedgerUnreachableError) as caught:
        ledger.append(1, [MORE], durable=True)
    assert "GH013: Repository rule violations found" in caught.value.detail
    assert "the token needs no right to force" in caught.value.hint.lower()
    assert 1 == types_on(remote)


def test_a_remote_that_may_not_be_written(clone: Path, remote: Path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    begin(clone)
    inside = [path for path in remote.rglob("*") if path.is_dir()]
    for path in inside:
        path.chmod(0o555)
    try:
        ledger = ledger_in(clone)
        ledger.read(0)
        with pytest.raises(LedgerUnreachableError) as caught:
            ledger.append(1, [MORE], durable=True)
    finally:
        for path in inside:
            path.chmod(0o755)
    assert "contents: write" in caught.value.hint


@pytest.mark.parametrize(
    "address",
    ["https://lin:s3cr3t-t0ken@127.0.0.1:9/x.git", "https://s3cr3t-t0ken@127.0.0.1:9/x.git"],
)
def test_a_token_in_an_address_is_in_no_error(address: str, clone: Path):
    git(clone, "remote", "set-url", "origin", address)
    with pytest.raises(LedgerUnreachableError) as caught:
        ledger_in(clone).read(0)
    told = f"{caught.value.summary} {caught.value.detail} {caught.value.hint}"
    assert ("s3cr3t" in told, "********@127.0.0.1:9/x.git" in told) == (False, True)


def test_what_a_server_echoes_of_a_token_is_struck(clone: Path, tmp_path: Path):
    begin(clone)
    git(
        clone,
        "config",
        "http.https://example.com/.extraheader",
        "AUTHORIZATION: basic c2VjcmV0LXRva2Vu",
    )
    command = write(
        tmp_path / "ssh",
        "#!/bin/sh\necho 'fatal: AUTHORIZATION: basic c2VjcmV0LXRva2Vu and 0123-token' >&2\nexit 1\n",
    )
    git(clone, "remote", "set-url", "origin", "https://example.com/x.git")
    git(clone, "config", "url.git@example.com:x.insteadOf", "https://example.com/x.git")
    with pytest.raises(LedgerUnreachableError) as caught:
        ledger_in(clone, {**ENVIRONMENT, "GIT_SSH_COMMAND": str(command)}, "0123-token").read(0)
    assert ("c2VjcmV0" in caught.value.detail, "0123" in caught.value.detail) == (False, False)


def test_a_token_and_its_header_are_in_no_argument_and_no_file(
    clone: Path, remote: Path, tmp_path: Path
):
    git(
        clone,
        "config",
        "http.https://example.com/.extraheader",
        "AUTHORIZATION: basic b2xkLXRva2Vu",
    )
    git(clone, "remote", "set-url", "origin", "https://example.com/x.git")
    way = way_to(clone, "origin", ENVIRONMENT, "fresh-token")
    headers = [value for key, value in way.settings if key.endswith("extraheader")]
    # The one that was there would be sent beside it, and two are refused.
    assert ["", "AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46ZnJlc2gtdG9rZW4="] == headers
    assert "fresh-token" not in repr(way)


def test_a_git_that_hangs_is_ended(tmp_path: Path):
    write(tmp_path / "bin" / "git", "#!/bin/sh\nsleep 60 & echo started; wait\n")
    began = time.monotonic()
    answer = Git(tmp_path, {"PATH": f"{tmp_path}/bin:/bin:/usr/bin"}).run("fetch", seconds=0.3)
    assert (None, True) == (answer.status, time.monotonic() - began < 10)


def test_an_interruption_waits_for_the_end_of_a_call_and_goes_on(tmp_path: Path):
    write(tmp_path / "bin" / "git", f"#!/bin/sh\nsleep 0.5\ntouch {tmp_path}/ended\n")
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), 2))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        Git(tmp_path, {"PATH": f"{tmp_path}/bin:/bin:/usr/bin"}).run("push")
    assert (tmp_path / "ended").exists()


def test_a_second_interruption_ends_it(tmp_path: Path):
    write(tmp_path / "bin" / "git", f"#!/bin/sh\nsleep 20\ntouch {tmp_path}/ended\n")
    for after in (0.2, 0.5):
        threading.Timer(after, lambda: os.kill(os.getpid(), 2)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        Git(tmp_path, {"PATH": f"{tmp_path}/bin:/bin:/usr/bin"}).run("push")
    assert (False, True) == ((tmp_path / "ended").exists(), time.monotonic() - began < 10)


@pytest.mark.parametrize("version", ["git version 2.30.9", "git version 1.8.3.1", "something else"])
def test_a_git_that_is_too_old_is_told(version: str, clone: Path, tmp_path: Path):
    write(tmp_path / "bin" / "git", f"#!/bin/sh\necho {version}\n")
    with pytest.raises(LedgerUnreachableError, match="too old"):
        way_to(clone, "origin", {**ENVIRONMENT, "PATH": f"{tmp_path}/bin:/bin"})


def test_a_repository_of_somebody_else_is_told(clone: Path, tmp_path: Path):
    words = "fatal: detected dubious ownership in repository at '/x'"
    script = f'#!/bin/sh\n[ "$1" = version ] && echo git version 2.47 && exit 0\necho "{words}" >&2\nexit 128\n'
    write(tmp_path / "bin" / "git", script)
    with pytest.raises(LedgerUnreachableError) as caught:
        way_to(clone, "origin", {**ENVIRONMENT, "PATH": f"{tmp_path}/bin:/bin"})
    assert "safe.directory" in caught.value.hint


def test_a_cache_that_cannot_be_written_is_told(clone: Path):
    (clone / ".massctl").write_text("a file", encoding="utf-8")
    with pytest.raises(LedgerUnreachableError) as caught:
        ledger_in(clone).read(0)
    assert ".massctl/ writable" in caught.value.hint


def test_contents_come_back_in_another_clone(clone: Path, remote: Path, tmp_path: Path):
    begin(clone)
    ledger = ledger_in(clone)
    ledger.read(0)
    GitArchive(ledger.store).keep(WORDS)
    ledger.append(1, [MORE], durable=True)
    other = ledger_in(clone_of(remote, tmp_path / "other", "--depth=1"))
    other.read(0)
    kept = GitArchive(other.store).read(WORDS.digest)
    assert kept is not None
    assert WORDS.digest == kept.lock.digest


def test_many_pushes_are_packed_in_the_cache(clone: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("massctl.ledger.git_branch.LOOSE_OBJECTS_MAX", 5)
    begin(clone)
    for number in range(3):
        ledger = ledger_in(clone)
        image = ImageUploaded(appid=APPID, sha256=sha(str(number)), url="https://mmbiz.qpic.cn/1/0")
        ledger.append(len(ledger.read(0)), [NewEntry(at=NOW, event=image)], durable=True)
    use(clone)
    assert list((clone / ".massctl" / "ledger.git" / "objects" / "pack").glob("*.pack"))


def test_commits_say_what_they_hold(clone: Path, remote: Path):
    begin(clone)
    use(clone)
    assert "expired words (entry 2)" == git(remote, "log", "-1", "--format=%s", "massctl-state")


def other_names(copy: Path) -> None:
    rmtree(copy)
    git(copy.parent, "init", "--quiet", "--bare", "--object-format=sha256", str(copy))


def no_objects(copy: Path) -> None:
    for each in [*(copy / "objects").rglob("*")]:
        if each.is_file():
            each.chmod(0o600)
            each.write_bytes(b"")


def bad_head(copy: Path) -> None:
    (copy / "HEAD").write_text("nonsense\n")


@pytest.mark.parametrize("broken", [other_names, no_objects, bad_head])
def test_a_broken_copy_is_made_anew_and_that_is_told(
    clone: Path, remote: Path, broken: Callable[[Path], None]
) -> None:
    begin(clone)
    told: list[str] = []
    branch = branch_in(clone, tell=told.append)
    tip = branch.fetch()
    (copy,) = clone.rglob("ledger.git")
    broken(copy)

    assert (tip, True) == (branch.fetch(), "making it again" in "".join(told))
    assert tip is not None
    assert branch.read(tip, [FILE])[0]
    use(clone)
    assert 2 == types_on(remote)


def test_a_setting_for_other_names_makes_no_other_copy(
    clone: Path, remote: Path, tmp_path: Path
) -> None:
    settings = write(tmp_path / "config", "[init]\n\tdefaultObjectFormat = sha256\n")
    begin(clone)
    rmtree(next(clone.rglob("ledger.git")))
    use(clone, {"GIT_CONFIG_GLOBAL": str(settings)})

    assert 2 == types_on(remote)


def test_a_remote_that_takes_its_time_is_told_once(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massctl.git.SLOW_SECONDS", 0.0)
    told: list[str] = []
    branch_in(clone, tell=told.append).fetch()

    assert ["waiting for origin/massctl-state"] == [each.rpartition(" at ")[0] for each in told]


def test_all_that_a_branch_has_is_replaced_but_for_the_folders_that_are_kept(
    clone: Path, remote: Path
) -> None:
    branch = branch_in(clone)
    first = branch.commit(None, {"old/a.txt": b"a", "kept/b.txt": b"b"}, "first")
    assert Push.DONE is branch.replace(None, first).outcome
    kept = {"kept": branch.list(first, "")["kept"]}
    second = branch.commit(None, {"new/c.txt": b"c"}, "second", trees=kept)

    assert Push.DONE is branch.replace(first, second).outcome
    assert ["kept/b.txt", "new/c.txt"] == sorted(branch.files(branch.fetch() or first))
    assert "1" == git(remote, "rev-list", "--count", "massctl-state")


@pytest.mark.parametrize("known", [True, False])
def test_nothing_is_replaced_that_was_not_seen(
    clone: Path, known: bool, tmp_path: Path, remote: Path
) -> None:
    mine, other = branch_in(clone), branch_in(clone_of(remote, tmp_path / "other"))
    first = mine.commit(None, {"a.txt": b"a"}, "first")
    if known:
        mine.replace(None, first)
        other.fetch()
    second = other.commit(None, {"b.txt": b"b"}, "second")
    assert Push.DONE is other.replace(first if known else None, second).outcome

    third = mine.commit(None, {"c.txt": b"c"}, "third")
    assert Push.LOST is mine.replace(first if known else None, third).outcome


def test_another_ref_is_not_called_the_branch_of_the_ledger(clone: Path, remote: Path):
    rmtree(remote)
    copy, ref = clone / ".massctl" / "pull-request.git", "refs/pull/7/head"
    branch = GitBranch(
        copy, way_to(clone, "origin", ENVIRONMENT, None), "", ref=ref, is_ledger=False
    )
    with pytest.raises(LedgerUnreachableError) as raised:
        branch.fetch()
    assert (f"{ref} cannot be fetched", True) == (
        str(raised.value),
        raised.value.detail.startswith(f"{ref} at "),
    )
