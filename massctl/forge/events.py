"""What GitHub says, in a separate file, about the event that started this run. No job can change what stands there.

Source: GitHub docs, "Webhook events and payloads": pull_request, workflow_dispatch; read 2026-11.
"""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from massctl.errors import ForgeError
from massctl.model.phrase import Command, Phrase

PREVIEW = "preview a pull request"
"""The order of the workflow `apply` that shows a letter of a pull request on phones."""
WITHDRAW_ALL = "withdraw all articles"


class _Told(BaseModel):
    # GitHub adds fields as it likes; ours are all that count.
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)


class _Repository(_Told):
    full_name: str


class Head(_Told):
    """The tip of a pull request's branch."""

    ref: str
    """The branch's name."""
    sha: str = Field(pattern=r"[0-9a-f]{40,64}")
    repo: _Repository | None
    """Where it lies: this repository, or a fork; None if that was deleted."""


class _PullRequest(_Told):
    number: int
    head: Head


class PullRequestEvent(_Told):
    """The event `pull_request_target`."""

    pull_request: _PullRequest
    repository: _Repository

    @property
    def number(self) -> int:
        """The pull request's number."""
        return self.pull_request.number

    @property
    def head(self) -> Head:
        """The commit that it is about."""
        return self.pull_request.head

    @property
    def from_fork(self) -> bool:
        """Whether its branch is one of another repository."""
        return self.head.repo is None or self.head.repo.full_name != self.repository.full_name


class _RunHead(_Told):
    ref: str
    sha: str = Field(pattern=r"[0-9a-f]{40,64}")


class _OfRun(_Told):
    number: int
    head: _RunHead


class _Run(_Told):
    pull_requests: list[_OfRun] = Field(min_length=1)
    """Empty for that of a fork."""
    head_repository: _Repository | None


class ReviewedEvent(_Told):
    """The event `workflow_run` of a workflow that somebody's review of a pull request started."""

    workflow_run: _Run
    repository: _Repository

    @property
    def reviewed(self) -> PullRequestEvent:
        """The pull request that was reviewed, as its own event tells it."""
        run, (pull, *_) = self.workflow_run, self.workflow_run.pull_requests
        head = Head(ref=pull.head.ref, sha=pull.head.sha, repo=run.head_repository)
        found = _PullRequest(number=pull.number, head=head)
        return PullRequestEvent(pull_request=found, repository=self.repository)


class Dispatch(_Told):
    """The event `workflow_dispatch`: what a person filled in."""

    inputs: dict[str, str] | None = None

    def typed(self, name: str) -> str:
        """Return a field without blanks around it; empty where it was left so."""
        return (self.inputs or {}).get(name, "").strip()


class _Comment(_Told):
    body: str


class CommentEvent(_Told):
    """The event `issue_comment`: somebody wrote below a pull request."""

    comment: _Comment


_Event = TypeVar("_Event", bound=_Told)


def read_pull_request(name: str, text: str) -> PullRequestEvent:
    """Read the pull request of an event `name`: its own, or that of a review of it. Raises ForgeError."""
    if name == "workflow_run":
        return read_event(ReviewedEvent, text).reviewed
    return read_event(PullRequestEvent, text)


def read_event(kind: type[_Event], text: str) -> _Event:
    """Read the event's file; raise ForgeError."""
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        raise ForgeError(
            Phrase("this job was not started by the event that it is for"),
            Phrase("Nothing was written."),
            Phrase(
                "call it from a workflow that {command} writes: it names the event's file",
                command=Command("init"),
            ),
        ) from None
