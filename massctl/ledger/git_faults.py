"""What git and its servers say when they do not do what was asked, in words for people: what happened, what is now
true, what to type.
"""

import re
from typing import Final

from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_run import NETWORK_SECONDS, GitAnswer
from massctl.model.phrase import Phrase

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
"""git's words where objects or files of our own bare repository are not what they were."""


def is_broken_copy(said: GitAnswer) -> bool:
    """Whether a fetch failed for our own copy of the branch, which may be made anew."""
    return _BROKEN.search(said.said) is not None


def is_race(line: str) -> bool:
    """Whether a line of `git push --porcelain` says that the branch was somewhere else."""
    return _RACE.search(line) is not None


def is_refusal(said: GitAnswer) -> bool:
    """Whether nothing can have been written: the server let nobody in, or not for writing."""
    refusals = (_NOT_KNOWN, _DENIED, _HOST_KEY, _NOT_THERE)
    return said.status is not None and any(each.search(said.said) for each in refusals)


def cannot_read(said: GitAnswer, branch: str, address: str) -> LedgerUnreachableError:
    """Say why a branch could not be fetched or read."""
    where = Phrase("{branch} at {address}", branch=branch, address=address)
    detail = Phrase("{where}. {why} Nothing was sent and nothing was changed.", where=where, why=_why(said))
    return LedgerUnreachableError(Phrase("the ledger's branch cannot be read"), detail, _hint(said.said))


def cannot_push(said: GitAnswer, line: str, branch: str, address: str) -> LedgerUnreachableError:
    """Say why a branch could not be pushed to."""
    where = Phrase("{branch} at {address}", branch=branch, address=address)
    told = f"{said.said}\n{line}"
    detail = Phrase("{where}. {why} Nothing that depends on this entry was done.", where=where, why=_why(said, line))
    return LedgerUnreachableError(Phrase("the ledger's branch cannot be written"), detail, _hint(told, pushed=True))


def _why(said: GitAnswer, line: str = "") -> str:
    if said.status is None:
        return Phrase("git did not end within {seconds} s.", seconds=round(NETWORK_SECONDS))
    words = said.words
    reason = line.rpartition("\t")[2] if line.startswith("!") else ""
    return Phrase("git says: “{words}”.", words="; ".join(each for each in (reason, words) if each).rstrip(".") or "-")


_HINTS: Final = (
    (
        _PROTECTED,
        Phrase(
            "let massctl's token push to the branch: a rule of the server protects it from everybody. It needs no "
            "right to force or to delete"
        ),
    ),
    (
        _HOST_KEY,
        Phrase("add the server's key to known_hosts, after comparing it with what the server's owner publishes"),
    ),
    (
        _NOT_KNOWN,
        Phrase(
            "give git a credential: git fetch has to work here without a question. In GitHub Actions leave "
            "persist-credentials of actions/checkout on, or name the variable of a token under state.token_env"
        ),
    ),
    (
        _DENIED,
        Phrase(
            "the credential may read and not write: in GitHub Actions give the job permissions: contents: write",
        ),
    ),
    (_NOT_THERE, Phrase("look at the address: git remote -v; and whether the credential may see that repository")),
)
"""What to do about what is found in git's words, the first that fits."""


def _hint(told: str, *, pushed: bool = False) -> str:
    for found, hint in _HINTS:
        if found.search(told):
            return hint
    if pushed:
        return Phrase("run the same command again: it reads the branch first, and knows what arrived")
    return Phrase("look whether the server can be reached: git fetch   then run the same command again")
