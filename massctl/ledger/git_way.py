"""The way to the remote, as the user's own repository knows it: read from it, and nothing is ever written there.

The ledger's objects lie in a bare repository of massctl's own. It has to reach the same server in the same way, with a
token that actions/checkout left, a helper, a proxy or a command for ssh; so whatever the user's repository is told
about that is told to each call of git, by its environment. A user's and the system's settings apply by themselves.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_run import Git, without_userinfo
from massctl.model.phrase import Phrase

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
    secrets: tuple[str, ...] = field(repr=False)


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
    words = [word for secret in secrets for word in (secret, *secret.split()) if len(word) > 7]
    folder = Path(top.out.decode("utf-8", errors="surrogateescape").rstrip("\n"))
    return Way(remote, without_userinfo(urls[0]), folder, tuple(passed), tuple(words))


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
    """Give the scheme and host of an https address; None for every other."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.scheme in ("https", "http") else None


def _require_version(git: Git) -> None:
    said = git.run("version").out.decode("ascii", errors="replace")
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < GIT_VERSION_MIN:
        least = ".".join(str(each) for each in GIT_VERSION_MIN)
        raise LedgerUnreachableError(
            Phrase("this git is too old for the ledger"),
            Phrase("It says {said}, and {least} is the least. Nothing was done.", said=said.strip()[:60], least=least),
            Phrase("install a newer git, then run this again"),
        )


def _no_repository(words: str) -> LedgerUnreachableError:
    if "dubious ownership" in words:
        return LedgerUnreachableError(
            Phrase("git does not trust this repository, because it belongs to another user"),
            Phrase("The ledger is on its remote. Nothing was done."),
            Phrase('git config --global --add safe.directory "$PWD"   if you do, then run this again'),
        )
    return LedgerUnreachableError(
        Phrase("this folder is in no git repository, and the ledger is on a remote of one"),
        Phrase("git says: “{words}”. Nothing was done.", words=words),
        Phrase("run this in a clone; or let the ledger be a file: write backend: local in massctl.yaml"),
    )


def _no_remote(remote: str) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("this git repository has no remote {remote}, and the ledger is there", remote=remote),
        Phrase("Nothing was done."),
        Phrase("git remote add {remote} URL   or correct state.remote in massctl.yaml", remote=remote),
    )
