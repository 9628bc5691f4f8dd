"""What GitHub says, in a separate file, about the run that called this one. No job can change what stands there.

Source: GitHub docs, "Webhook events and payloads", workflow_run, read 2026-11.
"""

from pydantic import BaseModel, ConfigDict, ValidationError

from massctl.errors import ForgeError
from massctl.model.phrase import Command, Phrase


class _Told(BaseModel):
    # GitHub adds fields as it likes; ours are all that count.
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)


class Owner(_Told):
    """Whose a repository is."""

    login: str


class HeadRepository(_Told):
    """The repository that a branch lies in: this one, or a fork."""

    full_name: str
    owner: Owner


class WorkflowRun(_Told):
    """The run that ended."""

    id: int
    head_branch: str
    head_sha: str
    """The commit at the tip of the pull request's branch, not that of the merge."""
    head_repository: HeadRepository


class _Repository(_Told):
    full_name: str


class RunEvent(_Told):
    """The event `workflow_run`."""

    workflow_run: WorkflowRun
    repository: _Repository

    @property
    def from_fork(self) -> bool:
        """Whether the run was of a branch of another repository."""
        return self.workflow_run.head_repository.full_name != self.repository.full_name


def read_event(text: str) -> RunEvent:
    """Read the event's file; raises ForgeError."""
    try:
        return RunEvent.model_validate_json(text)
    except ValidationError:
        raise ForgeError(
            Phrase("this job was not started by the end of another run (workflow_run)"),
            Phrase("Nothing was written."),
            Phrase(
                ".github/workflows/comment.yml must call it, as {command} writes that file", command=Command("init")
            ),
        ) from None
