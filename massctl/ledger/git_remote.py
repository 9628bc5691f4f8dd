"""A git remote, asked through the git executable: how a call ends, how the remote is reached, what git's words mean.

Every call is a process in a separate session. It has no terminal to ask at, no endless wait, and no credential in what
it says. A Ctrl-C of the operator does not cut it in two: the interruption is passed on when the call has ended, because
only then its outcome can be known.

The way to the remote is read from the user's own repository, and nothing is ever written there. The ledger's objects
are in a separate bare repository. It has to reach the same server in the same way, with a token that actions/checkout
left, a helper, a proxy or a command for ssh. So whatever the user's repository is told about that is told to each call
of git, by its environment. A user's and the system's settings apply by themselves.
"""

import base64
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from massctl.errors import LedgerUnreachableError
from massctl.model.phrase import Phrase, system_reason
from massctl.model.secrets import know, without_login, without_secrets

LOCAL_SECONDS: Final = 60.0
"""For what needs no network; it takes milliseconds."""
NETWORK_SECONDS: Final = 120.0
"""For one fetch or push: a first fetch over a poor line may take its time."""
SLOW_SECONDS: Final = 5.0
"""After so long a person wants to hear what is waited for."""
INTERRUPTED_SECONDS: Final = 15.0
"""So long a call may still take once the operator has interrupted it."""
SAID_CHARACTERS_MAX: Final = 256
"""Of what git or a server says, in an error of ours."""

_DROPPED: Final = re.compile(
    r"GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|INDEX_VERSION|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE"
    r"|PREFIX|QUARANTINE_PATH|SHALLOW_FILE|GRAFT_FILE|REPLACE_REF_BASE|DEFAULT_HASH|DEFAULT_REF_FORMAT|TEMPLATE_DIR"
    r"|EDITOR|CURL_VERBOSE|REDIRECT_STD\w+|TRACE\w*|PUSH_OPTION\w*|ATTR_SOURCE)"
)
"""What a caller's git, such as one that runs a hook, means for itself; and what would print headers."""
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class GitAnswer:
    """How one call ended."""

    status: int | None
    """Its exit status; None if it took too long and was ended."""
    out: bytes
    said: str
    """What it wrote to standard error, without secrets."""

    @property
    def done(self) -> bool:
        """Whether it did what it was asked."""
        return self.status == 0

    @property
    def words(self) -> str:
        """Return the lines that say why it failed, as one line that is short enough for an error of ours."""
        lines = [line.strip() for line in self.said.splitlines()]
        telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "ssh:", "!"))]
        told = _UNSEEN.sub(" ", "; ".join(telling or [line for line in lines if line]))
        return told if len(told) <= SAID_CHARACTERS_MAX else told[:SAID_CHARACTERS_MAX] + "…"


@dataclass(frozen=True, slots=True)
class Git:
    """The executable, where it runs, and what it is told by its environment."""

    folder: Path
    environment: Mapping[str, str]
    settings: Sequence[tuple[str, str]] = ()
    """Given to each call as configuration, in this order, and written nowhere."""
    slow: Callable[[], None] | None = None
    """Called once in a call that asks a network and takes longer than SLOW_SECONDS."""

    def run(self, *arguments: str, given: bytes = b"", seconds: float = LOCAL_SECONDS) -> GitAnswer:
        """Run `git ARGUMENTS` and wait for its end, `seconds` at most; raises where there is no git to run."""
        try:
            process = subprocess.Popen(
                ["git", *arguments],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise _missing(error) from None
        status, out, said = _ended(process, given, seconds, self.slow if seconds >= NETWORK_SECONDS else None)
        return GitAnswer(status, out, without_secrets(said.decode("utf-8", errors="replace")))

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in self.environment.items() if not _DROPPED.fullmatch(name)}
        # Settings of the caller's environment stay, and ours come after them.
        before = int(kept.get("GIT_CONFIG_COUNT") or 0) if kept.get("GIT_CONFIG_COUNT", "0").isdecimal() else 0
        for number, (key, value) in enumerate(self.settings, before):
            kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        kept["GIT_CONFIG_COUNT"] = str(before + len(self.settings))
        if not any(name in kept for name in ("GIT_SSH", "GIT_SSH_COMMAND")) and "core.sshcommand" not in dict(
            self.settings
        ):
            kept["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
        asks = {"GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never", "GIT_OPTIONAL_LOCKS": "0"}
        # massctl reads its words, and those of a server that follows our language.
        return {**kept, **asks, "LC_ALL": "C", "LANGUAGE": "C"}


def _ended(
    process: "subprocess.Popen[bytes]", given: bytes, seconds: float, slow: Callable[[], None] | None
) -> tuple[int | None, bytes, bytes]:
    """Wait for a process; it is ended with all that it started when it takes too long."""
    began = time.monotonic()
    limit = began + seconds
    interruption: KeyboardInterrupt | None = None
    rest: bytes | None = given
    while True:
        try:
            until = limit if slow is None else min(limit, began + SLOW_SECONDS)
            out, said = process.communicate(rest, timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            if slow is not None and time.monotonic() < limit:
                slow()
                slow, rest = None, None
                continue
            _kill(process)
            out, said = process.communicate()
            return _told(interruption, None, out, said)
        except KeyboardInterrupt as error:
            if interruption is not None:
                _kill(process)
                process.communicate()
                raise
            interruption, limit = error, min(limit, time.monotonic() + INTERRUPTED_SECONDS)
            rest = None  # What was given is on its way already.
        else:
            return _told(interruption, process.returncode, out, said)


def _told(
    interruption: KeyboardInterrupt | None, status: int | None, out: bytes, said: bytes
) -> tuple[int | None, bytes, bytes]:
    """Return how a process ended, or pass on what came while it was waited for."""
    if interruption is not None:
        raise interruption
    return status, out, said


def _kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # It ended in this moment.


def _missing(error: OSError) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("git cannot be run"),
        Phrase("git: {why}. Nothing was done.", why=system_reason(error)),
        Phrase("install git, then run this again"),
    )


GIT_VERSION_MIN: Final = (2, 31)
"""The first that takes settings from its environment (GIT_CONFIG_COUNT), of March 2021."""

_HOW: Final = re.compile(r"(http|https|credential|url|ssh|protocol)\..*|core\.(sshcommand|gitproxy|askpass)")
_OF_A_REMOTE: Final = frozenset({"url", "pushurl", "proxy", "proxyauthmethod", "uploadpack", "receivepack"})
_OWN_SCOPES: Final = frozenset({"local", "worktree"})
_SECRET_KEYS: Final = re.compile(r"http\..*extraheader|https?\.extraheader")


@dataclass(frozen=True, slots=True)
class Way:
    """How one remote is reached."""

    remote: str
    address: str
    """As it may be shown."""
    folder: Path
    """Where git runs: what the settings say about files is meant from the top of the user's working tree."""
    settings: tuple[tuple[str, str], ...] = field(repr=False)


def way_to(root: Path, remote: str, environment: Mapping[str, str], token: str | None = None) -> Way:
    """Find out how the repository around `root` reaches `remote`; `token` is for https.

    Raises LedgerUnreachableError without git, with one that is too old, outside of a repository, without that remote.
    """
    git = Git(root, environment)
    _require_version(git)
    top = git.run("rev-parse", "--show-toplevel")
    if not top.done:
        raise _no_repository(top.words)
    listed = git.run("config", "--null", "--show-scope", "--list")
    settings = [(scope, *setting) for scope, *setting in _settings(listed.out)]
    urls = [value for _, key, value in settings if key == f"remote.{remote}.url"]
    if not urls:
        raise _no_remote(remote)
    passed = [(key, value) for scope, key, value in settings if scope in _OWN_SCOPES and _is_way(key, remote)]
    secrets = [value for _, key, value in settings if _SECRET_KEYS.fullmatch(key) and value]
    if token and (origin := _origin(urls[0])):
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        # An empty value takes back every header before it: two of them are refused.
        header = f"http.{origin}/.extraheader"
        passed = [each for each in passed if not _SECRET_KEYS.fullmatch(each[0])]
        passed += [(header, ""), (header, f"AUTHORIZATION: basic {basic}")]
        secrets += [token, basic]
    know(*(word for secret in secrets for word in (secret, *secret.split()) if len(word) > 7))
    folder = Path(top.out.decode("utf-8", errors="surrogateescape").rstrip("\n"))
    return Way(remote, without_login(urls[0]), folder, tuple(passed))


def _settings(listed: bytes) -> Iterator[tuple[str, str, str]]:
    """Read scope, key and value of `git config --null --show-scope --list`; a key without a value means true."""
    parts = listed.decode("utf-8", errors="surrogateescape").split("\0")
    for scope, setting in zip(parts[::2], parts[1::2], strict=False):
        key, _, value = setting.partition("\n")
        yield scope, key, value if "\n" in setting else "true"


def _is_way(key: str, remote: str) -> bool:
    of_remote = key.removeprefix(f"remote.{remote}.")
    return _HOW.fullmatch(key) is not None or (of_remote != key and of_remote in _OF_A_REMOTE)


def _origin(url: str) -> str | None:
    """Return the scheme and host of an https address; None for every other."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.scheme in ("https", "http") else None


def _require_version(git: Git) -> None:
    said = git.run("version").out.decode("ascii", errors="replace")
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < GIT_VERSION_MIN:
        least = ".".join(str(each) for each in GIT_VERSION_MIN)
        raise LedgerUnreachableError(
            Phrase("this git is too old"),
            Phrase("It says {said}, but {least} is required. Nothing was done.", said=said.strip()[:60], least=least),
            Phrase("install a newer git, then run this again"),
        )


def _no_repository(words: str) -> LedgerUnreachableError:
    if "dubious ownership" in words:
        return LedgerUnreachableError(
            Phrase("git does not trust this repository, because it belongs to another user"),
            Phrase("Nothing was done."),
            Phrase('git config --global --add safe.directory "$PWD"   if you do, then run this again'),
        )
    return LedgerUnreachableError(
        Phrase("this folder is not in a git repository"),
        Phrase("git says: “{words}”. Nothing was done.", words=words),
        Phrase("run this in a clone; or keep the ledger in a file: write backend: local in massctl.yaml"),
    )


def _no_remote(remote: str) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("this git repository has no remote {remote}", remote=remote),
        Phrase("Nothing was done."),
        Phrase(
            "git remote add {remote} URL   or correct state.remote in massctl.yaml; if only this machine sends: write "
            "backend: local and delete branch",
            remote=remote,
        ),
    )


_RACE: Final = re.compile(
    r"\[rejected\]|cannot lock ref|failed to update ref|incorrect old value|reference already exists|is at [0-9a-f]{7,}"
    r"|non-fast-forward|fetch first|stale info"
)
"""git's words, and those of its servers, where the branch was not where it was thought to be."""
_PROTECTED: Final = re.compile(r"protected branch|GH006|GH013|rule violations|not allowed to (push|force)", re.I)
_DENIED: Final = re.compile(
    r"Permission (to \S+ )?denied|denied to|The requested URL returned error: 403|write access|not authorized"
    r"|insufficient permission|unable to create temporary object directory|read-only",
    re.I,
)
_NOT_KNOWN: Final = re.compile(
    r"could not read (Username|Password)|Authentication failed|terminal prompts disabled|returned error: 401"
    r"|Permission denied \(publickey|invalid credentials|HTTP Basic: Access denied",
    re.I,
)
_HOST_KEY: Final = re.compile(r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED", re.I)
_NOT_THERE: Final = re.compile(
    r"Repository not found|repository '.*' not found|does not appear to be a git repository|returned error: 404"
    r"|No such file or directory|not exported",
    re.I,
)
_BROKEN: Final = re.compile(
    r"mismatched algorithms|not a git repository: |bad object|object file \S+ is empty|is corrupt|unable to read \w+ "
    r"|missing (blob|tree|commit)|did not send all necessary objects|invalid sha1 pointer|bad signature"
    r"|Could not read [0-9a-f]{40}"
)
"""git's words for damaged objects or files of our bare repository."""


def is_broken_copy(said: GitAnswer) -> bool:
    """Whether a fetch failed because of our copy of the branch, which may be replaced."""
    return _BROKEN.search(said.said) is not None


def is_race(line: str) -> bool:
    """Whether a line of `git push --porcelain` says that the branch was somewhere else."""
    return _RACE.search(line) is not None


def is_refusal(said: GitAnswer, line: str) -> bool:
    """Whether nothing was written by a push: the server says no, or let nobody in; `line` is as in `git_says`."""
    if line.startswith("!") and "[remote rejected]" in line:
        return True
    refusals = (_NOT_KNOWN, _DENIED, _HOST_KEY, _NOT_THERE)
    return said.status is not None and any(each.search(said.said) for each in refusals)


def cannot_read(said: GitAnswer, branch: str, address: str, *, is_ledger: bool = True) -> LedgerUnreachableError:
    """Say why a branch could not be fetched or read."""
    what = Phrase("the ledger's branch cannot be read") if is_ledger else Phrase("{ref} cannot be fetched", ref=branch)
    where = Phrase("{branch} at {address}", branch=branch, address=address)
    detail = Phrase("{where}. {why} Nothing was sent and nothing was changed.", where=where, why=git_says(said))
    return LedgerUnreachableError(what, detail, _hint(said.said, _FETCH_AGAIN))


def cannot_push(
    said: GitAnswer, line: str, branch: str, address: str, *, is_ledger: bool = True
) -> LedgerUnreachableError:
    """Say why a branch could not be pushed to."""
    what = (
        Phrase("the ledger's branch cannot be written") if is_ledger else Phrase("{ref} cannot be pushed", ref=branch)
    )
    where = Phrase("{branch} at {address}", branch=branch, address=address)
    told = f"{said.said}\n{line}"
    say = Phrase("{where}. {why}")
    if is_ledger:
        say = Phrase("{where}. {why} Nothing that depends on this entry was done.")
    detail = Phrase(say, where=where, why=git_says(said, line))
    otherwise = _NOT_ALLOWED if is_refusal(said, line) else _PUSH_AGAIN
    return LedgerUnreachableError(what, detail, _hint(told, otherwise))


def git_says(said: GitAnswer, line: str = "") -> str:
    """Say in a sentence what git said of a call that failed; `line` is that of `git push --porcelain`."""
    if said.status is None:
        return Phrase("git did not end within {seconds} s.", seconds=round(NETWORK_SECONDS))
    words = said.words
    reason = without_secrets(line.rpartition("\t")[2]) if line.startswith("!") else ""
    return Phrase("git says: “{words}”.", words="; ".join(each for each in (reason, words) if each).rstrip(".") or "-")


_HINTS: Final = (
    (
        _PROTECTED,
        Phrase(
            "allow massctl's token to push to the branch: a rule of the server protects it from "
            "everybody. The token needs no right to force or to delete"
        ),
    ),
    (
        _HOST_KEY,
        Phrase(
            "add the server's key to known_hosts, after you compared it with the key that the server's owner publishes"
        ),
    ),
    (
        _NOT_KNOWN,
        Phrase(
            "give git a credential: git fetch must work here without a question. In GitHub Actions "
            "leave persist-credentials of actions/checkout on, or name the variable of a token under "
            "state.token_env"
        ),
    ),
    (
        _DENIED,
        Phrase(
            "the credential may read but not write: in GitHub Actions the environment's deploy key writes the ledger "
            "(secret MASSCTL_DEPLOY_KEY)",
        ),
    ),
    (_NOT_THERE, Phrase("check the address with git remote -v, and whether the credential may read that repository")),
)
"""What to do about what is found in git's words, the first that fits."""


_PUSH_AGAIN: Final = Phrase("run the same command again: it reads the branch first, and finds what arrived")
_NOT_ALLOWED: Final = Phrase("let whoever administers the repository allow this credential to push to the branch")
_FETCH_AGAIN: Final = Phrase("check whether the server can be reached: git fetch   then run the same command again")


def _hint(told: str, otherwise: Phrase) -> Phrase:
    return next((hint for found, hint in _HINTS if found.search(told)), otherwise)
