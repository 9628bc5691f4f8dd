"""A pull request's one comment, the status of its commit, and what it changes.

Which pull request and which commit GitHub's event tells, never what a run left. Which files it changes, GitHub tells
too: it lists 3,000 at most, so that a full list may lack any of them.
Sources: GitHub docs, "REST API endpoints for pull requests", "for issue comments", "for commit statuses" and "for
commits", API version 2022-11-28, read 2026-11.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from massctl.errors import ForgeError
from massctl.model.phrase import Phrase
from massctl.plan.lock_diff import COMMENT_MARK
from massctl.transport import Call, Line, NoAnswer

BOT: Final = "github-actions[bot]"
"""Who writes with a workflow's token. A comment of anybody else that begins like ours is theirs."""
READ_SECONDS: Final = 30.0
STATUS: Final = "massctl"
"""The status that the ruleset of main requires."""
_SAID_MAX: Final = 140
CAMPAIGNS_FOLDER: Final = "campaigns/"
FILES_LISTED_MAX: Final = 3_000
"""Source: GitHub docs, "List pull requests files", read 2026-11."""
_PAGE: Final = 100
"""The most that GitHub returns in one answer."""
_PAGES_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """What a pull request changes beside campaigns: no plan shows what that does."""

    outside: tuple[str, ...]
    """The files outside `campaigns/`, in order; of one that moved both names."""
    is_whole: bool
    """False where GitHub lists no more, so that a file may be missing."""


@dataclass(frozen=True, slots=True)
class Forge:
    """GitHub's API for one repository."""

    line: Line
    api: str
    repository: str
    token: str

    def head_of(self, pull_request: int) -> str | None:
        """Return the commit at which an open pull request stands; None if it is closed."""
        found = self._ask("GET", f"pulls/{pull_request}")
        return str(found["head"]["sha"]) if found.get("state") == "open" else None

    def merged_from(self, path: str, branch: str) -> list[int]:
        """Return the pull requests that brought the newest commit of `branch` that changes `path`."""
        commits = self._get("commits", {"path": path, "sha": branch, "per_page": "1"})
        return [int(each["number"]) for commit in commits for each in self._get(f"commits/{commit['sha']}/pulls", {})]

    def changed_files(self, pull_request: int) -> ChangedFiles:
        """Return what a pull request changes outside `campaigns/`, as GitHub lists it."""
        listed = [*self._pages(f"pulls/{pull_request}/files")]
        paths = {str(path) for each in listed for path in (each.get("filename"), each.get("previous_filename")) if path}
        outside = sorted(path for path in paths if not path.startswith(CAMPAIGNS_FOLDER))
        return ChangedFiles(tuple(outside), len(listed) < FILES_LISTED_MAX)

    def set_status(self, sha: str, *, is_good: bool, said: str, run: str) -> None:
        """Set our status on a commit; `said` is cut to what GitHub takes."""
        state = "success" if is_good else "failure"
        body = {"state": state, "context": STATUS, "description": said[:_SAID_MAX], "target_url": run}
        self._ask("POST", f"statuses/{sha}", body)

    def say(self, pull_request: int, body: str, mark: str = COMMENT_MARK) -> None:
        """Write our comment on a pull request, or update the one that begins with `mark`. Raises ForgeError."""
        ours = self._our_comment(pull_request, mark)
        if ours is None:
            self._ask("POST", f"issues/{pull_request}/comments", {"body": body})
        else:
            self._ask("PATCH", f"issues/comments/{ours}", {"body": body})

    def _our_comment(self, pull_request: int, mark: str) -> int | None:
        for each in self._pages(f"issues/{pull_request}/comments"):
            if (each.get("user") or {}).get("login") == BOT and str(each.get("body", "")).startswith(mark):
                return int(each["id"])
        return None

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        for page in range(1, _PAGES_MAX + 1):
            found = self._get(path, {"per_page": str(_PAGE), "page": str(page)})
            yield from found
            if len(found) < _PAGE:
                return

    def _get(self, path: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        found = self._ask("GET", path, None, query)
        if not isinstance(found, list):
            raise _refused(Phrase("the answer is not from GitHub"))
        return found

    def _ask(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> Any:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        url = f"{self.api}/repos/{self.repository}/{path}"
        answer = self.line.exchange(Call(method, url, READ_SECONDS, query or {}, content, headers))
        if isinstance(answer, NoAnswer):
            raise _refused(answer.said)
        if not 200 <= answer.status < 300:
            raise _refused(Phrase("HTTP status {status}", status=answer.status))
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError):
            raise _refused(Phrase("the answer is not from GitHub")) from None


def _refused(why: Phrase) -> ForgeError:
    return ForgeError(
        Phrase("the comment could not be written: {why}", why=why),
        Phrase("The plan itself is not affected: it is among the run's artefacts."),
        Phrase("check that the job has `pull-requests: write` and `statuses: write`, then run it again"),
    )
