"""What massctl asks a forge: a pull request's comment, its status, what it changes, and who approved its merge.

`registry` has the forges that implement it; GitLab calls a pull request a merge request. Every method raises ForgeError
where the forge gave no answer, or one that is not its own.
"""

from typing import ClassVar, Protocol

from massctl.model.frozen import Frozen
from massctl.plan.guards import Approval
from massctl.plan.lock_diff import COMMENT_MARK
from massctl.transport import Line

STATUS = "massctl"
"""The status that the ruleset of main requires."""
PREVIEWS_BRANCH = "massctl-previews"
"""What a phone shows of pull requests, for their comments: one commit without history, a folder for each of the newest.

Pictures are a convenience for reviewers. What is sent is decided by locks, and nothing is read from that branch.
"""
CAMPAIGNS_FOLDER = "campaigns/"


class ChangedFiles(Frozen):
    """What a pull request changes beside campaigns: no plan shows what that does."""

    outside: tuple[str, ...]
    """The files outside `campaigns/`, in order; of one that moved both names."""
    is_whole: bool
    """False where the forge lists no more, so that a file may be missing."""


class MergedFile(Frozen):
    """A file of the branch that sends, and the commit that brought it there."""

    path: str
    """From the root of the repository."""
    blob: str
    """The name that git gives to its bytes."""
    commit: str
    """The newest commit on the branch itself (its first parents) that changed the file."""
    branch: str
    before: str | None = None
    """Where the branch stood before that commit; None for its first."""


class Forge(Protocol):
    """One repository on a forge."""

    name: ClassVar[str]
    """What people call the forge."""
    public_api: ClassVar[str]
    """Where its API answers for everybody; a server of one's own is `forge.api` of massctl.yaml."""

    def __init__(self, line: Line, api: str, repository: str, token: str) -> None:
        """Open `repository`, as massctl.yaml writes it, at `api`; makes no request."""

    def head_of(self, number: int) -> str | None:
        """Return the commit at which an open pull request stands; None if it is closed."""
        ...

    def changed_files(self, number: int) -> ChangedFiles:
        """Return what a pull request changes outside `campaigns/`, from all pages of the forge's list."""
        ...

    def comment(self, number: int, body: str, mark: str = COMMENT_MARK) -> None:
        """Write our comment on a pull request, or update the one that begins with `mark` where it differs."""
        ...

    def set_status(self, sha: str, *, is_good: bool, said: str, run: str) -> None:
        """Set our status on a commit; `said` is cut to what the forge takes."""
        ...

    def page(self, number: int) -> str:
        """Return the address at which people read a pull request."""
        ...

    def merged_from(self, path: str, branch: str) -> list[int]:
        """Return the pull requests that brought the newest commit of `branch` that changes `path`."""
        ...

    def approvers(self, number: int, head: str) -> tuple[str, ...]:
        """Return who approves a pull request at the commit `head`, and may write.

        Neither its author nor anybody who pushed or wrote a commit of it counts. Raises ForgeError where the forge
        does not tell who that was.
        """
        ...

    def approved(self, file: MergedFile) -> tuple[Approval, ...]:
        """Return who approved each merge that brought a file in, at its last commit, which has to hold the file."""
        ...


def outside_campaigns(paths: set[str]) -> tuple[str, ...]:
    """Return the paths that are not below `campaigns/`, in order."""
    return tuple(sorted(path for path in paths if not path.startswith(CAMPAIGNS_FOLDER)))
