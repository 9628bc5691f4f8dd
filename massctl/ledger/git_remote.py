"""A git remote: how it is reached from the user's own repository, and what git's words about it mean.

The way to the remote is read from the user's own repository, and nothing is ever written there. The ledger's objects
are in a separate bare repository. It has to reach the same server in the same way, with a token that actions/checkout
left, a helper, a proxy or a command for ssh. So whatever the user's repository is told about that is told to each call
of git, by its environment. A user's and the system's settings apply by themselves.
"""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from massctl.errors import LedgerUnreachableError
from massctl.git import NETWORK_SECONDS, OWN_SCOPES, Git, GitAnswer, settings_in
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, ShellCommand
from massctl.model.secrets import register, without_login, without_secrets

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile

GIT_VERSION_MIN = (2, 31)
"""The first that takes settings from its environment (GIT_CONFIG_COUNT), of March 2021."""

_HOW = re.compile(
    r"(http|https|credential|url|ssh|protocol)\..*|core\.(sshcommand|gitproxy|askpass)"
)
_OF_A_REMOTE = frozenset(
    {"url", "pushurl", "proxy", "proxyauthmethod", "uploadpack", "receivepack"}
)
_SECRET_KEYS = re.compile(r"http\..*extraheader|https?\.extraheader")


class Way(Frozen):
    """How one remote is reached."""

    hidden_fields = ("settings", "environment", "own_settings")

    remote: str
    address: str
    """As it may be shown."""
    folder: Path
    """Where git runs: what the settings say about files is meant from the top of the user's working tree."""
    settings: tuple[tuple[str, str], ...]
    environment: Mapping[str, str]
    """What git may know."""
    own_settings: tuple[tuple[str, str], ...] = ()
    """What the user's own repository has to be told: it says the rest itself, and git sends a header twice that is said
    twice."""


def way_of(root: Path, settings: "MassctlFile", environment: Mapping[str, str]) -> Way:
    """Find out how the repository around `root` reaches the remote of massctl.yaml; raises as `way_to`."""
    name = settings.state.token_env
    token = environment.get(name, "").strip() or None if name else None
    return way_to(root, settings.state.remote, known_to_git(settings, environment), token)


def way_to(
    root: Path, remote: str, environment: Mapping[str, str], token: str | None = None
) -> Way:
    """Find out how the repository around `root` reaches `remote`; `token` is for https.

    Raises LedgerUnreachableError without git, with one that is too old, outside of a repository, without that remote.
    """
    git = Git(root, environment)
    _require_version(git)
    top = git.run("rev-parse", "--show-toplevel")
    if not top.done:
        raise _no_repository(top.words)
    listed = git.run("config", "--null", "--show-scope", "--list")
    settings = settings_in(listed.out)
    urls = [value for _, key, value in settings if key == f"remote.{remote}.url"]
    if not urls:
        raise _no_remote(remote)
    passed = [
        (key, value)
        for scope, key, value in settings
        if scope in OWN_SCOPES and _is_way(key, remote)
    ]
    secrets = [value for _, key, value in settings if _SECRET_KEYS.fullmatch(key) and value]
    if token and (origin := _origin(urls[0])):
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        # An empty value takes back every header before it: two of them are refused.
        header = f"http.{origin}/.extraheader"
        passed = [each for each in passed if not _SECRET_KEYS.fullmatch(each[0])]
        passed += [(header, ""), (header, f"AUTHORIZATION: basic {basic}")]
        secrets += [token, basic]
    register(*(word for secret in secrets for word in (secret, *secret.split()) if len(word) > 7))
    folder = Path(top.out.decode("utf-8", errors="surrogateescape").rstrip("\n"))
    own = tuple(passed) if token else ()
    return Way(remote, without_login(urls[0]), folder, tuple(passed), environment, own)


def _is_way(key: str, remote: str) -> bool:
    of_remote = key.removeprefix(f"remote.{remote}.")
    return _HOW.fullmatch(key) is not None or (of_remote != key and of_remote in _OF_A_REMOTE)


def _origin(url: str) -> str | None:
    """Return the scheme and host of an https address; None for every other."""
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if parts.scheme in ("https", "http")
        else None
    )


def _require_version(git: Git) -> None:
    said = git.run("version").out.decode("ascii", errors="replace")
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < GIT_VERSION_MIN:
        least = ".".join(str(each) for each in GIT_VERSION_MIN)
        raise LedgerUnreachableError(
            Phrase("this git is too old"),
            Phrase(
                "It says {said}, but {least} is required. Nothing was done.",
                said=said.strip()[:60],
                least=least,
            ),
            Phrase("install a newer git, then run this again"),
        )


def _no_repository(words: str) -> LedgerUnreachableError:
    if "dubious ownership" in words:
        return LedgerUnreachableError(
            Phrase("git does not trust this repository, because it belongs to another user"),
            Phrase("Nothing was done."),
            Phrase(
                'git config --global --add safe.directory "$PWD"   if you do, then run this again'
            ),
        )
    return LedgerUnreachableError(
        Phrase("this folder is not in a git repository"),
        Phrase("git says: “{words}”. Nothing was done.", words=words),
        Phrase(
            "git init   makes it one; or run this in a clone; if only this machine sends: write backend: local in "
            "massctl.yaml and delete branch"
        ),
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


def known_to_git(settings: "MassctlFile", environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for git, without secrets: its helpers and ssh commands must not see them."""
    may_know = {
        settings.state.token_env,
        *(account.proxy_env for account in settings.accounts.values()),
    }
    secret = settings.variables - may_know
    return {name: value for name, value in environment.items() if name not in secret}


_RACE = re.compile(
    r"\[rejected\]|cannot lock ref|failed to update ref|incorrect old value|reference already exists|is at [0-9a-f]{7,}"
    r"|non-fast-forward|fetch first|stale info"
)
"""git's words, and those of its servers, where the branch was not where it was thought to be."""
_PROTECTED = re.compile(
    r"protected branch|GH006|GH013|rule violations|not allowed to (push|force)", re.I
)
_DENIED = re.compile(
    r"Permission (to \S+ )?denied|denied to|The requested URL returned error: 403|write access|not authorized"
    r"|insufficient permission|unable to create temporary object directory|read-only",
    re.I,
)
_NOT_KNOWN = re.compile(
    r"could not read (Username|Password)|Authentication failed|terminal prompts disabled|returned error: 401"
    r"|Permission denied \(publickey|invalid credentials|HTTP Basic: Access denied",
    re.I,
)
_HOST_KEY = re.compile(r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED", re.I)
_NOT_THERE = re.compile(
    r"Repository not found|repository '.*' not found|does not appear to be a git repository|returned error: 404"
    r"|No such file or directory|not exported",
    re.I,
)
_NOT_ONE = re.compile(r"dst refspec \S+ matches more than one")
_BROKEN = re.compile(
    r"mismatched algorithms|not a git repository: |bad object|object file \S+ is empty|is corrupt|unable to read \w+ "
    r"|missing (blob|tree|commit)|did not send all necessary objects|invalid sha1 pointer|bad signature"
    r"|Could not read [0-9a-f]{40}"
)
"""git's words for damaged objects or files of our bare repository."""


def refs_in(listed: bytes) -> dict[str, str]:
    """Read what `git ls-remote` prints: the commit of each ref.

    Its patterns also find what only ends with them, as refs/heads/x/refs/heads/main: compare the whole name.
    """
    lines = [line.partition("\t") for line in listed.decode("utf-8", errors="replace").splitlines()]
    return {ref: commit for commit, _, ref in lines}


def nothing_like(ref: str) -> tuple[str, ...]:
    """Return what to fetch besides a ref, so that git takes no other one for it where the remote does not have it.

    Source: gitrevisions(7), the order in which git looks for a name; `git fetch` does it with a whole name too.
    """
    return (*(f"^{where}{ref}" for where in _LOOKED_IN), f"^refs/remotes/{ref}/HEAD")


_LOOKED_IN = ("refs/", "refs/tags/", "refs/heads/", "refs/remotes/")


def is_broken_copy(said: GitAnswer) -> bool:
    """Whether a fetch failed because of our copy of the branch, which may be replaced."""
    return _BROKEN.search(said.said) is not None


def is_race(line: str) -> bool:
    """Whether a line of `git push --porcelain` says that the branch was somewhere else."""
    return _RACE.search(line) is not None


def is_refusal(said: GitAnswer, line: str) -> bool:
    """Return whether a push surely wrote nothing: the server refused it or the login; `line` is as in `git_says`."""
    if line.startswith("!") and "[remote rejected]" in line:
        return True
    refusals = (_NOT_KNOWN, _DENIED, _HOST_KEY, _NOT_THERE, _NOT_ONE)
    return said.status is not None and any(each.search(said.said) for each in refusals)


def cannot_read(
    said: GitAnswer, branch: str, address: str, *, is_ledger: bool = True
) -> LedgerUnreachableError:
    """Make the error of a branch that could not be fetched or read."""
    what = (
        Phrase("the ledger's branch cannot be read")
        if is_ledger
        else Phrase("{ref} cannot be fetched", ref=branch)
    )
    where = Phrase("{branch} at {address}", branch=branch, address=address)
    return LedgerUnreachableError(
        what,
        Phrase(
            "{where}. {why} Nothing was sent and nothing was changed.",
            where=where,
            why=git_says(said),
        ),
        _hint(said.said, _FETCH_AGAIN),
    )


def cannot_push(
    said: GitAnswer, line: str, branch: str, address: str, *, is_ledger: bool = True
) -> LedgerUnreachableError:
    """Make the error of a failed push."""
    what = (
        Phrase("the ledger's branch cannot be written")
        if is_ledger
        else Phrase("{ref} cannot be pushed", ref=branch)
    )
    where = Phrase("{branch} at {address}", branch=branch, address=address)
    told = f"{said.said}\n{line}"
    say = Phrase("{where}. {why}")
    if is_ledger:
        say = Phrase("{where}. {why} Nothing that depends on this entry was done.")
    detail = Phrase(say, where=where, why=git_says(said, line))
    otherwise = _NOT_ALLOWED if is_refusal(said, line) else _PUSH_AGAIN
    return LedgerUnreachableError(what, detail, _hint(told, otherwise))


def name_taken(remote: str, name: str, taken: str) -> LedgerUnreachableError:
    """Make the error of a branch whose name, followed by a slash, begins the name of another branch."""
    return LedgerUnreachableError(
        Phrase(
            "{branch} cannot be made while there is {other}",
            branch=f"{remote}/{name}",
            other=f"{remote}/{taken}",
        ),
        Phrase(
            "git keeps no branch beside one whose name begins with its name and a slash. Nothing was written."
        ),
        Phrase(
            "find out who made it (git fetch, then git log {other}), then delete it: {command}",
            other=f"{remote}/{taken}",
            command=ShellCommand(f"git push {remote} :refs/heads/{taken}"),
        ),
    )


def git_says(said: GitAnswer, line: str = "") -> str:
    """Return one sentence with git's reason for a failure; `line` is the one of `git push --porcelain`."""
    if said.status is None:
        return Phrase("git did not end within {seconds} s.", seconds=round(NETWORK_SECONDS))
    words = said.words
    reason = without_secrets(line.rpartition("\t")[2]) if line.startswith("!") else ""
    return Phrase(
        "git says: “{words}”.",
        words="; ".join(each for each in (reason, words) if each).rstrip(".") or "-",
    )


_HINTS = (
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
    (
        _NOT_ONE,
        Phrase(
            "another branch or tag of the remote has a name that ends with this one's: git ls-remote lists it; delete "
            "it with git push origin :ITS-WHOLE-NAME"
        ),
    ),
    (
        _NOT_THERE,
        Phrase(
            "check the address with git remote -v, and whether the credential may read that repository"
        ),
    ),
)
"""What to do about what is found in git's words, the first that fits."""


_PUSH_AGAIN = Phrase(
    "run the same command again: it reads the branch first, and finds what arrived"
)
_NOT_ALLOWED = Phrase(
    "let whoever administers the repository allow this credential to push to the branch"
)
_FETCH_AGAIN = Phrase(
    "check whether the server can be reached: git fetch   then run the same command again"
)


def _hint(told: str, otherwise: Phrase) -> Phrase:
    return next((hint for found, hint in _HINTS if found.search(told)), otherwise)
