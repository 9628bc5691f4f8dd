"""GitLab, for one project. A pull request is a merge request there, and a comment a note.

Sources: GitLab docs, "Merge requests API", "Merge request approvals API", "Notes API", "Commits API", "Repository files
API" and "Members API", REST v4, read 2026-11.
"""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from massctl.forge.port import STATUS, ChangedFiles, MergedFile, outside_campaigns
from massctl.forge.rest import RestApi
from massctl.plan.guards import Approval
from massctl.plan.lock_diff import COMMENT_MARK
from massctl.transport import Line

_DEVELOPER = 30
"""The first access level that may push. Source: GitLab docs, "Members API", read 2026-11."""
_SAID_MAX = 255


class GitLab:
    """GitLab's API for one project; implements `port.Forge`."""

    name: ClassVar = "GitLab"
    public_api: ClassVar = "https://gitlab.com/api/v4"

    def __init__(self, line: Line, api: str, repository: str, token: str) -> None:
        """`repository` is the path of the project, with all groups."""
        self._api = RestApi(line, self.name, api, {"Authorization": f"Bearer {token}"})
        self._of = f"projects/{quote(repository, safe='')}"

    def head_of(self, number: int) -> str | None:
        """Return the commit at which an open merge request stands; None if it is not open."""
        found = self._api.ask("GET", f"{self._of}/merge_requests/{number}")
        return str(self._api.member(found, "sha")) if found.get("state") == "opened" else None

    def changed_files(self, number: int) -> ChangedFiles:
        """Return what a merge request changes outside `campaigns/`; GitLab counts what it does not list."""
        listed = [*self._api.pages(f"{self._of}/merge_requests/{number}/diffs")]
        paths = {
            str(self._api.member(each, key)) for each in listed for key in ("old_path", "new_path")
        }
        found = self._api.ask("GET", f"{self._of}/merge_requests/{number}")
        # "1000+" where it stopped counting; null where there is none.
        counted = self._api.member(found, "changes_count") or "0"
        return ChangedFiles(outside_campaigns(paths), counted == str(len(listed)))

    def comment(self, number: int, body: str, mark: str = COMMENT_MARK) -> None:
        """Write our note on a merge request, or update the one that begins with `mark` where it differs."""
        notes, me = (
            f"{self._of}/merge_requests/{number}/notes",
            self._api.member(self._api.ask("GET", "user"), "id"),
        )
        for each in self._api.pages(notes):
            if self._api.member(each, "author", "id") == me and str(
                each.get("body", "")
            ).startswith(mark):
                if each["body"] != body:
                    self._api.ask("PUT", f"{notes}/{self._api.member(each, 'id')}", {"body": body})
                return
        self._api.ask("POST", notes, {"body": body})

    def set_status(self, sha: str, *, is_good: bool, said: str, run: str) -> None:
        """Set our status on a commit. Call it from outside of GitLab CI: a pipeline's own status is its job's."""
        state = "success" if is_good else "failed"
        body = {"state": state, "name": STATUS, "description": said[:_SAID_MAX], "target_url": run}
        self._api.ask("POST", f"{self._of}/statuses/{sha}", body)

    def merged_from(self, path: str, branch: str) -> list[int]:
        """Return the merge requests that brought the newest commit of `branch` that changes `path`."""
        query = {"path": path, "ref_name": branch, "per_page": "1"}
        commits = self._api.list(f"{self._of}/repository/commits", query)
        merged = [
            each
            for commit in commits
            for each in self._merged(str(self._api.member(commit, "id")), branch)
        ]
        return [int(self._api.member(each, "iid")) for each in merged]

    def approved(self, file: MergedFile) -> Approval:
        """Return who approved the merge that brought a file in, after its last push before the approval.

        An approval counts only where GitLab tells when it was given.
        """
        number: int | None = None
        for request in self._merged(file.commit, file.branch):
            number = int(self._api.member(request, "iid"))
            author = self._api.member(request, "author", "id")
            for each in self._api.member(self._approvals(number), "approved_by"):
                user, at = self._api.member(each, "user", "id"), each.get("approved_at")
                seen = self._seen(number, at) if at is not None and user != author else None
                if seen is not None and self._may_write(user) and self._has(file, seen):
                    return Approval(
                        self.name, number, str(self._api.member(each, "user", "username"))
                    )
        return Approval(self.name, number)

    def _merged(self, commit: str, branch: str) -> list[Any]:
        found = self._api.list(f"{self._of}/repository/commits/{commit}/merge_requests")
        return [
            e
            for e in found
            if e.get("state") == "merged" and self._api.member(e, "target_branch") == branch
        ]

    def _approvals(self, number: int) -> Any:
        return self._api.ask("GET", f"{self._of}/merge_requests/{number}/approvals")

    def _seen(self, number: int, at: str) -> str | None:
        """Return the commit that a merge request stood at in a moment; each push makes a version."""
        moment = self._moment(at)
        pushed = [
            (
                self._moment(self._api.member(each, "created_at")),
                str(self._api.member(each, "head_commit_sha")),
            )
            for each in self._api.pages(f"{self._of}/merge_requests/{number}/versions")
        ]
        return max((each for each in pushed if each[0] <= moment), default=(None, None))[1]

    def _moment(self, told: Any) -> datetime:
        try:
            found = datetime.fromisoformat(str(told))
        except ValueError:
            raise self._api.unreadable() from None
        if found.tzinfo is None:
            raise self._api.unreadable()
        return found

    def _may_write(self, user: Any) -> bool:
        found = self._api.find(f"{self._of}/members/all/{int(user)}")
        if found is None or found.get("state") != "active":
            return False
        return int(self._api.member(found, "access_level")) >= _DEVELOPER

    def _has(self, file: MergedFile, commit: str) -> bool:
        found = self._api.find(
            f"{self._of}/repository/files/{quote(file.path, safe='')}", {"ref": commit}
        )
        return isinstance(found, dict) and found.get("blob_id") == file.blob
