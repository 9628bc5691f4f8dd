"""GitHub, for one repository.

Which pull request and which commit GitHub's event tells, never what a run left. Sources: GitHub docs, "REST API
endpoints for pull requests", "for pull request reviews", "for issue comments", "for commit statuses", "for commits",
"for repository contents" and "for collaborators", API version 2022-11-28, read 2026-11.
"""

from typing import Any, ClassVar
from urllib.parse import quote

from massctl.forge.port import STATUS, ChangedFiles, MergedFile, outside_campaigns
from massctl.forge.rest import RestApi
from massctl.plan.guards import Approval
from massctl.plan.lock_diff import COMMENT_MARK
from massctl.transport import Line

BOT = "github-actions[bot]"
"""Who writes with a workflow's token."""
FILES_LISTED_MAX = 3_000
"""Source: GitHub docs, "List pull requests files", read 2026-11."""
_SAID_MAX = 140
_WRITERS = frozenset({"admin", "write"})
"""`maintain` is told as `write`. Source: GitHub docs, "Get repository permissions for a user", read 2026-11."""
_VERDICTS = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})


def github_api(line: Line, api: str, token: str) -> RestApi:
    """Speak with GitHub at `api` under a token."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return RestApi(line, GitHub.name, api, headers)


class GitHub:
    """GitHub's API for one repository; implements `port.Forge`."""

    name: ClassVar = "GitHub"
    public_api: ClassVar = "https://api.github.com"

    def __init__(
        self, line: Line, api: str, repository: str, token: str, login: str | None = None
    ) -> None:
        """`login` is who writes with this token; None to ask. A comment of anybody else that begins like ours stays."""
        self._api = github_api(line, api, token)
        self._of = f"repos/{repository}"
        self._login = login

    def head_of(self, number: int) -> str | None:
        """Return the commit at which an open pull request stands; None if it is closed."""
        found = self._api.ask("GET", f"{self._of}/pulls/{number}")
        return str(self._api.member(found, "head", "sha")) if found.get("state") == "open" else None

    def changed_files(self, number: int) -> ChangedFiles:
        """Return what a pull request changes outside `campaigns/`; GitHub lists 3,000 files at most."""
        listed = [*self._api.pages(f"{self._of}/pulls/{number}/files")]
        paths = {
            str(path)
            for each in listed
            for path in (each.get("filename"), each.get("previous_filename"))
            if path
        }
        return ChangedFiles(outside_campaigns(paths), len(listed) < FILES_LISTED_MAX)

    def comment(self, number: int, body: str, mark: str = COMMENT_MARK) -> None:
        """Write our comment on a pull request, or update the one that begins with `mark` where it differs."""
        if self._login is None:
            self._login = str(self._api.member(self._api.ask("GET", "user"), "login"))
        for each in self._api.pages(f"{self._of}/issues/{number}/comments"):
            if (each.get("user") or {}).get("login") == self._login and str(
                each.get("body", "")
            ).startswith(mark):
                if each["body"] != body:
                    self._api.ask(
                        "PATCH",
                        f"{self._of}/issues/comments/{self._api.member(each, 'id')}",
                        {"body": body},
                    )
                return
        self._api.ask("POST", f"{self._of}/issues/{number}/comments", {"body": body})

    def set_status(self, sha: str, *, is_good: bool, said: str, run: str) -> None:
        """Set our status on a commit; `said` is cut to what GitHub takes."""
        state = "success" if is_good else "failure"
        body = {
            "state": state,
            "context": STATUS,
            "description": said[:_SAID_MAX],
            "target_url": run,
        }
        self._api.ask("POST", f"{self._of}/statuses/{sha}", body)

    def merged_from(self, path: str, branch: str) -> list[int]:
        """Return the pull requests that brought the newest commit of `branch` that changes `path`."""
        commits = self._api.list(
            f"{self._of}/commits", {"path": path, "sha": branch, "per_page": "1"}
        )
        merged = [
            each
            for commit in commits
            for each in self._merged(str(self._api.member(commit, "sha")), branch)
        ]
        return [int(self._api.member(each, "number")) for each in merged]

    def approved(self, file: MergedFile) -> Approval:
        """Return who approved the merge that brought a file in: the last word of each reviewer counts."""
        number: int | None = None
        for pull in self._merged(file.commit, file.branch):
            number = int(self._api.member(pull, "number"))
            author = self._api.member(pull, "user", "login")
            for login, commit in self._approvals(number):
                if login != author and self._may_write(login) and self._has(file, commit):
                    return Approval(self.name, number, login)
        return Approval(self.name, number)

    def _merged(self, commit: str, branch: str) -> list[Any]:
        found = self._api.list(f"{self._of}/commits/{commit}/pulls")
        return [
            e for e in found if e.get("merged_at") and self._api.member(e, "base", "ref") == branch
        ]

    def _approvals(self, number: int) -> list[tuple[str, str]]:
        """List who approves a pull request, and the commit that each of them looked at."""
        last: dict[str, Any] = {}
        for each in self._api.pages(f"{self._of}/pulls/{number}/reviews"):
            user = each.get("user") or {}  # None where the account was deleted.
            if each.get("state") in _VERDICTS and user.get("type") == "User":
                last[str(user.get("login"))] = each
        approving = {login: each for login, each in last.items() if each["state"] == "APPROVED"}
        return [(login, str(each.get("commit_id"))) for login, each in approving.items()]

    def _may_write(self, login: str) -> bool:
        found = self._api.find(f"{self._of}/collaborators/{quote(login)}/permission")
        return found is not None and self._api.member(found, "permission") in _WRITERS

    def _has(self, file: MergedFile, commit: str) -> bool:
        found = self._api.find(f"{self._of}/contents/{quote(file.path)}", {"ref": commit})
        return isinstance(found, dict) and found.get("sha") == file.blob
