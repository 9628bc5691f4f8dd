"""GitHub, for one repository.

The pull request and the commit come from GitHub's event, never from what a run left. Sources: GitHub docs, "REST API
endpoints for pull requests", "for pull request reviews", "for issue comments", "for commit statuses", "for commits",
"for repository contents", "for repositories" (activity) and "for collaborators", API version 2022-11-28, read 2026-11.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from msgspec.structs import replace

from massctl.forge.port import (
    CAMPAIGNS_FOLDER,
    STATUS,
    ChangedFiles,
    CheckState,
    CommitCheck,
    MergedFile,
    Review,
    ReviewComment,
    is_of_massctl,
    outside_campaigns,
)
from massctl.forge.rest import PAGE, RestApi
from massctl.model.ids import LOCK_FILE
from massctl.model.phrase import Phrase
from massctl.plan.approvals import ApprovalCount
from massctl.plan.guards import Approval
from massctl.plan.lock_diff import COMMENT_MARK
from massctl.transport import Line

BOT = "github-actions[bot]"
"""Who writes with a workflow's token."""
FILES_LISTED_MAX = 3_000
"""Source: GitHub docs, "List pull requests files", read 2026-11."""
FILES_OF_COMMIT_MAX = 300
"""A commit of more files lists no more. Source: GitHub docs, "Get a commit", read 2026-12."""
_SAID_MAX = 140
_WRITERS = frozenset({"admin", "write"})
"""`maintain` is told as `write`. Source: GitHub docs, "Get repository permissions for a user", read 2026-11."""
_WORKFLOW = "apply.yml"
"""The workflow of `massctl init` that carries out orders."""
_STATUS_STATES = {
    "success": CheckState.GOOD,
    "failure": CheckState.BAD,
    "error": CheckState.BAD,
}
_RUN_STATES = {
    "success": CheckState.GOOD,
    "neutral": CheckState.GOOD,
    "skipped": CheckState.GOOD,
}
"""How a check run may end well. Source: GitHub docs, "REST API endpoints for check runs", read 2026-12."""
_VERDICTS = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})


_COMMITS = """
query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      author { login }
      headRefName
      headRepository { nameWithOwner }
      commits(first: 100) {
        totalCount
        nodes {
          commit {
            oid
            authors(first: 100) { nodes { user { login } } }
            committer { user { login } }
          }
        }
      }
    }
  }
}
"""
"""`authors`: the author first, then those of Co-authored-by. Source: GitHub docs, "GraphQL: Commit", read 2026-12."""


_THREADS = """
query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(last: 100) {
        nodes { isResolved comments(first: 1) { nodes { databaseId } } }
      }
    }
  }
}
"""
"""REST does not tell it. Source: GitHub docs, "GraphQL: PullRequestReviewThread", read 2026-12."""


def _is_lock(path: str) -> bool:
    return path.startswith(CAMPAIGNS_FOLDER) and path.endswith(f"/{LOCK_FILE}")


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
        self._graph = replace(self._api, base=api.removesuffix("/v3"))
        self._of = f"repos/{repository}"
        site = api.removesuffix("/api/v3").replace("://api.", "://", 1)
        self._site = f"{site}/{repository}"
        self._login = login

    def page(self, number: int) -> str:
        """Return the address at which people read a pull request."""
        return f"{self._site}/pull/{number}"

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

    def login(self) -> str:
        """Return who the token belongs to."""
        if self._login is None:
            self._login = str(self._api.member(self._api.ask("GET", "user"), "login"))
        return self._login

    def comment(self, number: int, body: str, mark: str = COMMENT_MARK) -> None:
        """Write our comment on a pull request, or update the one that begins with `mark` where it differs."""
        me = self.login()
        for each in self._api.pages(f"{self._of}/issues/{number}/comments"):
            if (each.get("user") or {}).get("login") == me and str(each.get("body", "")).startswith(
                mark
            ):
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
        return [self._api.number(each, "number") for each in merged]

    def approvers(self, number: int, head: str) -> tuple[str, ...]:
        """Return who approves a pull request at the commit `head`: the last word of each reviewer counts."""
        approving = [login for login, commit in self._approvals(number) if commit == head]
        if not approving:
            return ()
        pull = self._commits_of(number)
        commits = [self._api.member(each, "commit") for each in pull["commits"]["nodes"]]
        makers, pushers = self._makers(pull, commits), self._pushers(pull, commits, approving)
        return tuple(
            login
            for login in approving
            if login.casefold() not in makers | pushers and self._may_write(login)
        )

    def approved(self, file: MergedFile) -> tuple[Approval, ...]:
        """Return who approved each pull request that brought a file in, at its last commit."""
        return tuple(self._approved(file, pull) for pull in self._merged(file.commit, file.branch))

    def open_requests(self) -> dict[str, int]:
        """Return the branches of this repository that have an open pull request, each with its number."""
        own = self._of.removeprefix("repos/").casefold()
        return {
            str(self._api.member(each, "head", "ref")): self._api.number(each, "number")
            for each in self._api.pages(f"{self._of}/pulls", {"state": "open"})
            # None where the fork was deleted.
            if str((each["head"].get("repo") or {}).get("full_name")).casefold() == own
        }

    def open_request(self, branch: str, into: str, title: str, body: str) -> int:
        """Open a pull request, and return its number."""
        given = {"head": branch, "base": into, "title": title, "body": body}
        return self._api.number(self._api.ask("POST", f"{self._of}/pulls", given), "number")

    def request_text(self, number: int) -> tuple[str, str]:
        """Return the title and the text of a pull request."""
        pull = self._api.ask("GET", f"{self._of}/pulls/{number}")
        return str(self._api.member(pull, "title")), str(pull.get("body") or "")

    def write_request(self, number: int, title: str, body: str) -> None:
        """Replace the title and the text of a pull request."""
        given = {"title": title, "body": body}
        self._api.ask("PATCH", f"{self._of}/pulls/{number}", given)

    def ask_reviewers(self, number: int, logins: Sequence[str]) -> None:
        """Ask people, and teams as `@company/team`, to review a pull request."""
        names = [each.removeprefix("@") for each in logins]
        people = [each for each in names if "/" not in each]
        teams = [each.partition("/")[2] for each in names if "/" in each]
        given = {"reviewers": people, "team_reviewers": teams}
        self._api.ask("POST", f"{self._of}/pulls/{number}/requested_reviewers", given)

    def close(self, number: int) -> None:
        """Close a pull request without a merge."""
        self._api.ask("PATCH", f"{self._of}/pulls/{number}", {"state": "closed"})

    def answer(self, number: int, thread: str, body: str) -> None:
        """Answer a comment in its thread; write below the request where `thread` is empty."""
        below = (
            f"pulls/{number}/comments/{thread}/replies" if thread else f"issues/{number}/comments"
        )
        self._api.ask("POST", f"{self._of}/{below}", {"body": body})

    def order(self, branch: str, fields: Mapping[str, str]) -> str | None:
        """Start the workflow `apply` for an order of a person, and return the page of its runs."""
        given = {"ref": branch, "inputs": dict(fields)}
        self._api.tell("POST", f"{self._of}/actions/workflows/{_WORKFLOW}/dispatches", given)
        return f"{self._site}/actions/workflows/{_WORKFLOW}"

    def review(self, number: int, into: str) -> Review:
        """Return how the review of an open pull request into a branch stands."""
        pull = self._api.ask("GET", f"{self._of}/pulls/{number}")
        head, author = self._api.member(pull, "head", "sha"), self._name(pull)
        reviews = [*self._api.pages(f"{self._of}/pulls/{number}/reviews")]
        last = self._verdicts(reviews)
        approving = [login for login, each in last.items() if each["state"] == "APPROVED"]
        against = [login for login, each in last.items() if each["state"] == "CHANGES_REQUESTED"]
        asked = [str(each.get("login")) for each in pull.get("requested_reviewers") or ()]
        asked += [str(each.get("slug")) for each in pull.get("requested_teams") or ()]
        others = [
            each
            for each in reviews
            if self._name(each) != author
            and (each.get("user") or {}).get("type") == "User"
            and each.get("commit_id")
        ]
        return Review(
            number=number,
            head=str(head),
            author=author,
            comments=tuple(self._comments(number, reviews)),
            checks=tuple(self._checks(str(head))),
            asked=tuple(asked),
            against=tuple(against),
            approving=tuple(approving),
            lacking=tuple(self._lacking(into, len(approving))),
            seen=str(others[-1]["commit_id"]) if others else "",
        )

    def _name(self, found: Any) -> str:
        """Name who wrote something; None where the account was deleted."""
        return str((found.get("user") or {}).get("login") or "ghost")

    def _comments(self, number: int, reviews: Sequence[Any]) -> list[ReviewComment]:
        on_lines = [*self._api.pages(f"{self._of}/pulls/{number}/comments")]
        settled = self._settled(number) if on_lines else set[str]()
        found = [self._on_line(each, settled) for each in on_lines]
        below = [*self._api.pages(f"{self._of}/issues/{number}/comments"), *reviews]
        for each in below:
            at = each.get("created_at") or each.get("submitted_at") or ""
            body = str(each.get("body") or "")
            if body and not is_of_massctl(body):
                found.append(ReviewComment("", self._name(each), body, str(at)))
        return sorted(found, key=lambda each: each.at)

    def _on_line(self, told: Any, settled: Collection[str]) -> ReviewComment:
        thread = str(told.get("in_reply_to_id") or self._api.number(told, "id"))
        line = told.get("original_line")
        # A line that was taken away is one of another file.
        is_here = isinstance(line, int) and told.get("side") != "LEFT"
        return ReviewComment(
            thread,
            self._name(told),
            str(told.get("body") or ""),
            str(told.get("created_at") or ""),
            str(told.get("path") or ""),
            line if is_here else 0,
            str(told.get("original_commit_id") or ""),
            thread in settled,
        )

    def _settled(self, number: int) -> set[str]:
        """Name the threads that somebody marked as resolved, each by its first comment."""
        threads = self._api.member(self._queried(_THREADS, number), "reviewThreads", "nodes")
        return {
            str(self._api.number(first, "databaseId"))
            for each in threads
            if each.get("isResolved") is True
            for first in self._api.member(each, "comments", "nodes")
        }

    def _checks(self, head: str) -> Iterator[CommitCheck]:
        """List the statuses of a commit, the newest of each name, and its check runs."""
        status = self._api.find_allowed(f"{self._of}/commits/{head}/status")
        for each in self._api.member(status or {"statuses": []}, "statuses"):
            state = _STATUS_STATES.get(each.get("state"), CheckState.OPEN)
            page = str(each.get("target_url") or "")
            yield CommitCheck(
                str(each.get("context")), state, str(each.get("description") or ""), page
            )
        runs = self._api.find_allowed(f"{self._of}/commits/{head}/check-runs")
        for each in self._api.member(runs or {"check_runs": []}, "check_runs"):
            ended = each.get("status") == "completed"
            state = _RUN_STATES.get(each.get("conclusion"), CheckState.BAD)
            page = str(each.get("html_url") or "")
            yield CommitCheck(str(each.get("name")), state if ended else CheckState.OPEN, "", page)

    def _lacking(self, into: str, approved: int) -> Iterator[ApprovalCount]:
        """Yield what the rules of a branch still ask for; a token that may not read them sees none."""
        rules = self._api.find_allowed(f"{self._of}/rules/branches/{quote(into, safe='')}")
        for each in rules or ():
            if each.get("type") == "pull_request":
                needed = (each.get("parameters") or {}).get("required_approving_review_count") or 0
                if needed > approved:
                    why = Phrase("the rules of {branch} on GitHub", branch=into)
                    yield ApprovalCount(needed - approved, why=(why,))

    def _approved(self, file: MergedFile, pull: Any) -> Approval:
        number, head = self._api.number(pull, "number"), str(self._api.member(pull, "head", "sha"))
        by = self.approvers(number, head) if self._has(file, head) else ()
        return Approval(self.name, number, by, self._base(pull, head))

    def _base(self, pull: Any, head: str) -> str:
        compared = f"{self._of}/compare/{self._api.member(pull, 'base', 'sha')}...{head}"
        return str(self._api.member(self._api.ask("GET", compared), "merge_base_commit", "sha"))

    def _makers(self, pull: Any, commits: Sequence[Any]) -> set[str]:
        """Name the author of a pull request, and who wrote its commits or committed them."""
        makers = self._logins(pull.get("author"))
        for commit in commits:
            authors = self._api.member(commit, "authors", "nodes")
            for each in (*authors, commit.get("committer") or {}):
                makers |= self._logins(each.get("user"))
        return makers

    def _logins(self, user: Any) -> set[str]:
        return {str(self._api.member(user, "login")).casefold()} if user else set()

    def _queried(self, query: str, number: int) -> Any:
        owner, _, name = self._of.removeprefix("repos/").partition("/")
        variables = {"owner": owner, "name": name, "number": number}
        found = self._graph.ask("POST", "graphql", {"query": query, "variables": variables})
        return self._api.member(found, "data", "repository", "pullRequest")

    def _commits_of(self, number: int) -> Any:
        """Read the commits of a pull request with their authors, those of `Co-authored-by` among them."""
        pull = self._queried(_COMMITS, number)
        if self._api.number(pull, "commits", "totalCount") > len(pull["commits"]["nodes"]):
            raise self._api.refused(
                Phrase("massctl judges no pull request of more than {limit} commits", limit=PAGE)
            )
        return pull

    def _pushers(self, pull: Any, commits: Sequence[Any], logins: Iterable[str]) -> set[str]:
        """Name those of `logins` who pushed one of the commits, to any branch, here or in the fork.

        Anybody can write any name into a commit. Raises ForgeError if GitHub does not say who pushed.
        """
        pushed = {str(self._api.member(each, "oid")) for each in commits}
        head = self._api.member(pull, "headRepository")
        if head is None:
            say = Phrase("it does not tell who pushed to a fork that was deleted")
            raise self._api.refused(say)
        forked = f"repos/{self._api.member(head, 'nameWithOwner')}"
        self._require_people(forked, pull, commits)
        return {
            login.casefold()
            for login in logins
            for of in {self._of.casefold(): self._of, forked.casefold(): forked}.values()
            if self._has_pushed(login, of, pushed)
        }

    def _require_people(self, of: str, pull: Any, commits: Sequence[Any]) -> None:
        """Raise ForgeError if a workflow pushed more than locks: who starts one may write any name into a commit."""
        order = [str(self._api.member(each, "oid")) for each in commits]
        ref = f"refs/heads/{self._api.member(pull, 'headRefName')}"
        for each in self._activity(of, {"actor": BOT, "ref": ref}):
            if each.get("after") not in order:
                continue
            first = order.index(each["before"]) + 1 if each.get("before") in order else 0
            for commit in order[first : order.index(each["after"]) + 1]:
                if not self._changes_locks_alone(of, commit):
                    say = Phrase(
                        "a workflow pushed commit {commit}, so nobody knows who wrote it: a person has to commit it "
                        "anew and push it"
                    )
                    raise self._api.refused(Phrase(say, commit=commit[:12]))

    def _changes_locks_alone(self, of: str, commit: str) -> bool:
        found = self._api.ask("GET", f"{of}/commits/{commit}")
        paths = [str(self._api.member(e, "filename")) for e in self._api.member(found, "files")]
        return 0 < len(paths) < FILES_OF_COMMIT_MAX and all(map(_is_lock, paths))

    def _activity(self, of: str, query: Mapping[str, str]) -> Iterator[Any]:
        listed = self._api.cursor_pages(f"{of}/activity", query)
        if listed is None:
            say = Phrase("it does not tell who pushed to {place}", place=of.removeprefix("repos/"))
            raise self._api.refused(say)
        return listed

    def _has_pushed(self, login: str, of: str, commits: Collection[str]) -> bool:
        return any(
            each.get("after") in commits and login.casefold() in self._logins(each.get("actor"))
            for each in self._activity(of, {"actor": login})
        )

    def _merged(self, commit: str, branch: str) -> list[Any]:
        found = self._api.list(f"{self._of}/commits/{commit}/pulls")
        return [
            e for e in found if e.get("merged_at") and self._api.member(e, "base", "ref") == branch
        ]

    def _approvals(self, number: int) -> list[tuple[str, str]]:
        """List who approves a pull request, and the commit that each of them looked at."""
        last = self._verdicts(self._api.pages(f"{self._of}/pulls/{number}/reviews"))
        approving = {login: each for login, each in last.items() if each["state"] == "APPROVED"}
        return [(login, str(each.get("commit_id"))) for login, each in approving.items()]

    def _verdicts(self, reviews: Iterable[Any]) -> dict[str, Any]:
        """Return the last word of each person."""
        last: dict[str, Any] = {}
        for each in reviews:
            user = each.get("user") or {}  # None where the account was deleted.
            if each.get("state") in _VERDICTS and user.get("type") == "User":
                last[str(user.get("login"))] = each
        return last

    def _may_write(self, login: str) -> bool:
        found = self._api.find(f"{self._of}/collaborators/{quote(login)}/permission")
        return found is not None and self._api.member(found, "permission") in _WRITERS

    def _has(self, file: MergedFile, commit: str) -> bool:
        found = self._api.find(f"{self._of}/contents/{quote(file.path)}", {"ref": commit})
        return isinstance(found, dict) and found.get("sha") == file.blob
