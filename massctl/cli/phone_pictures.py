"""The branch with what a phone shows of pull requests, for their comments.

It is `massctl-previews` and has one commit and no history: a folder for each of the newest pull requests. Pictures are
a convenience for reviewers. What is sent is decided by locks, and nothing is read from that branch.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from massctl.errors import MassctlError
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session

PREVIEWS_BRANCH: Final = "massctl-previews"
KEPT_MAX: Final = 20
"""So many pull requests have their pictures on the branch, the newest ones."""
_TRIES_MAX: Final = 3
"""Two comments may be written at the same moment."""
_FOLDER: Final = "pr-"


def keep_pictures(
    session: "Session", number: int, pictures: Mapping[CampaignName, Sequence[bytes]]
) -> dict[CampaignName, list[str]]:
    """Put the pictures of a pull request on the branch in place of its earlier ones; return their paths there.

    Empty where that cannot be.
    """
    from massctl.cli.pull_request import branch_of
    from massctl.ledger.git_branch import Push

    branch = branch_of(session, "previews", f"refs/heads/{PREVIEWS_BRANCH}")
    here = f"{_FOLDER}{number}"
    named = {name: [_named(here, name, each) for each in shown] for name, shown in pictures.items()}
    files = dict(_files(named, pictures))
    try:
        for _ in range(_TRIES_MAX):
            tip = branch.fetch()
            there = branch.list(tip, "") if tip is not None else {}
            kept = {folder: there[folder] for folder in _newest(there, here)}
            made = branch.commit(None, files, f"phone pictures of pull request {number}", trees=kept)
            outcome = branch.replace(tip, made).outcome
            if outcome is Push.DONE:
                return named
            if outcome is not Push.LOST:
                break
    except MassctlError as error:
        session.console.talk(Phrase("no phone pictures: {why}", why=error.summary))
    return {}


def _named(folder: str, name: str, picture: bytes) -> str:
    return f"{folder}/{name}-{sha256(picture).hexdigest()[:12]}.png"


def _files(
    named: Mapping[CampaignName, Sequence[str]], pictures: Mapping[CampaignName, Sequence[bytes]]
) -> Iterator[tuple[str, bytes]]:
    for name, paths in named.items():
        yield from zip(paths, pictures[name], strict=True)


def _newest(there: Mapping[str, str], here: str) -> list[str]:
    """Name the folders of the newest other pull requests; whatever else is on the branch goes."""
    numbered = {each: int(each[len(_FOLDER) :]) for each in there if each[len(_FOLDER) :].isdecimal()}
    others = [each for each in numbered if each.startswith(_FOLDER) and each != here]
    return sorted(others, key=numbered.__getitem__)[-(KEPT_MAX - 1) :]
