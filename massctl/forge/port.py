"""What massctl asks a forge: a pull request's comment, its status, what it changes, who approved its merge; and for the
desk to open one, and to read what its reviewers say.

`registry` has the forges that implement it; GitLab calls a pull request a merge request. Every method raises ForgeError
where the forge gave no answer, or one that is not its own.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, Protocol

from massctl.model.frozen import Frozen
from massctl.plan.approvals import ApprovalCount
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


class ReviewComment(Frozen):
    """What somebody wrote on a pull request."""

    thread: str
    """What an answer to it names; empty: it has no thread of its own."""
    author: str
    body: str
    at: str
    """When, as the forge writes it."""
    path: str = ""
    """The file that it is about, from the root of the repository; empty: the whole request."""
    line: int = 0
    """The line of that file at `commit`; 0: the whole file."""
    commit: str = ""
    is_settled: bool = False
    """Somebody marked its thread as resolved."""


class CheckState(StrEnum):
    """What came of a check of a commit."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


class CommitCheck(Frozen):
    """What a workflow, a pipeline or another program says of a commit."""

    name: str
    state: CheckState
    said: str = ""
    page: str = ""


class Review(Frozen):
    """How the review of an open pull request stands."""

    number: int
    head: str
    """The commit that would be merged."""
    author: str
    comments: tuple[ReviewComment, ...] = ()
    """The oldest first; those that massctl writes itself are left out."""
    checks: tuple[CommitCheck, ...] = ()
    asked: tuple[str, ...] = ()
    """Who was asked to review, and gave no verdict yet."""
    against: tuple[str, ...] = ()
    """Who asks for changes."""
    approving: tuple[str, ...] = ()
    """Who approves, as the forge shows it; `approvers` says who counts."""
    lacking: tuple[ApprovalCount, ...] = ()
    """What the forge's own rules still ask for."""
    seen: str = ""
    """The commit that a reviewer looked at last; empty where nobody did."""


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

    def login(self) -> str:
        """Return who the token belongs to."""
        ...

    def open_requests(self) -> Mapping[str, int]:
        """Return the branches of this repository that have an open pull request, each with its number."""
        ...

    def open_request(self, branch: str, into: str, title: str, body: str) -> int:
        """Open a pull request, and return its number."""
        ...

    def request_text(self, number: int) -> tuple[str, str]:
        """Return the title and the text of a pull request."""
        ...

    def write_request(self, number: int, title: str, body: str) -> None:
        """Replace the title and the text of a pull request."""
        ...

    def ask_reviewers(self, number: int, logins: Sequence[str]) -> None:
        """Ask people, and teams as `@company/team`, to review a pull request."""
        ...

    def close(self, number: int) -> None:
        """Close a pull request without a merge."""
        ...

    def review(self, number: int, into: str) -> Review:
        """Return how the review of an open pull request into a branch stands."""
        ...

    def answer(self, number: int, thread: str, body: str) -> None:
        """Answer a comment in its thread; write below the request where `thread` is empty."""
        ...

    def order(self, branch: str, fields: Mapping[str, str]) -> str | None:
        """Start the workflow that carries out an order of a person; return its page, None where the forge has none."""
        ...


def is_of_massctl(body: str) -> bool:
    """Return whether a comment is one that massctl writes and updates itself."""
    return body.startswith("<!-- massctl:")


def outside_campaigns(paths: set[str]) -> tuple[str, ...]:
    """Return the paths that are not below `campaigns/`, in order."""
    return tuple(sorted(path for path in paths if not path.startswith(CAMPAIGNS_FOLDER)))
