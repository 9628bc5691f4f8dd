"""GitLab, for one project. A pull request is a merge request there, and a comment a note.

Sources: GitLab docs, "Merge requests API", "Merge request approvals API", "Notes API", "Commits API", "Repository files
API", "Events API", "Users API" and "Members API", REST v4, read 2026-11; "Discussions API", read 2026-12.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from massctl.forge.port import (
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
from massctl.forge.rest import RestApi
from massctl.model.phrase import Phrase
from massctl.plan.approvals import ApprovalCount
from massctl.plan.guards import Approval
from massctl.plan.lock_diff import COMMENT_MARK
from massctl.transport import Line

_DEVELOPER = 30
"""The first access level that may push. Source: GitLab docs, "Members API", read 2026-11."""
_SAID_MAX = 255
_PUSHED_BEFORE = timedelta(days=90)
"""How long before a merge request was opened its commits may have been pushed. Older events are not read."""
_BOT = re.compile(r"(?:project|group)_\d+_bot(?:_.*)?")
"""The user name of a project's or group's token. Source: GitLab docs, "Project access tokens", read 2026-12."""
_STATUS_STATES = {
    "success": CheckState.GOOD,
    "skipped": CheckState.GOOD,
    "failed": CheckState.BAD,
    "canceled": CheckState.BAD,
}
"""How a status of a commit may have ended; another one is open."""
_CO_AUTHORED = re.compile(r"^co-authored-by:\s*(.*?)\s*<([^>\n]+)>", re.IGNORECASE | re.MULTILINE)


class GitLab:
    """GitLab's API for one project; implements `port.Forge`."""

    name: ClassVar = "GitLab"
    public_api: ClassVar = "https://gitlab.com/api/v4"

    def __init__(self, line: Line, api: str, repository: str, token: str) -> None:
        """`repository` is the path of the project, with all groups."""
        self._api = RestApi(line, self.name, api, {"Authorization": f"Bearer {token}"})
        self._of = f"projects/{quote(repository, safe='')}"
        self._host = urlsplit(api).hostname
        self._site = f"{api.removesuffix('/api/v4')}/{repository}"

    def page(self, number: int) -> str:
        """Return the address at which people read a merge request."""
        return f"{self._site}/-/merge_requests/{number}"

    def head_of(self, number: int) -> str | None:
        """Return the commit at which an open merge request stands; None if it is not open."""
        found = self._request(number)
        return str(self._api.member(found, "sha")) if found.get("state") == "opened" else None

    def changed_files(self, number: int) -> ChangedFiles:
        """Return what a merge request changes outside `campaigns/`; GitLab counts what it does not list."""
        listed = [*self._api.pages(f"{self._of}/merge_requests/{number}/diffs")]
        paths = {
            str(self._api.member(each, key)) for each in listed for key in ("old_path", "new_path")
        }
        found = self._request(number)
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
        return [self._api.number(each, "iid") for each in merged]

    def approvers(self, number: int, head: str) -> tuple[str, ...]:
        """Return who approved a merge request after its last push, which has to be `head`.

        Somebody who asks for changes is not an approver any longer. Source: GitLab, merge request 134766, read 2026-12.
        """
        pushed = [
            (self._moment(self._api.member(each, "created_at")), str(each.get("head_commit_sha")))
            for each in self._api.pages(f"{self._of}/merge_requests/{number}/versions")
        ]
        last, at_last = max(pushed, default=(None, None))
        approved = self._api.ask("GET", f"{self._of}/merge_requests/{number}/approvals")
        given = self._api.member(approved, "approved_by") if at_last == head else []
        # The user is null where the account was deleted.
        approving = [
            self._api.number(each, "user", "id")
            for each in given
            if self._api.member(each, "user") and last is not None and self._given_at(each) > last
        ]
        if not approving:
            return ()
        commits = [*self._api.pages(f"{self._of}/merge_requests/{number}/commits")]
        pushers = self._pushers(number, {commit for _, commit in pushed}, commits)
        names = {*_names_in(commits)}
        users = [
            self._api.ask("GET", f"users/{each}")
            for each in approving
            if each not in pushers and self._may_write(each)
        ]
        return tuple(
            str(self._api.member(user, "username"))
            for user in users
            if not _is_bot(user) and not self._names_of(user) & names
        )

    def approved(self, file: MergedFile) -> tuple[Approval, ...]:
        """Return who approved each merge request that brought a file in, at its last commit."""
        return tuple(
            self._approved(file, request) for request in self._merged(file.commit, file.branch)
        )

    def login(self) -> str:
        """Return who the token belongs to."""
        return str(self._api.member(self._api.ask("GET", "user"), "username"))

    def open_requests(self) -> dict[str, int]:
        """Return the branches of this project that have an open merge request, each with its number."""
        listed = self._api.pages(f"{self._of}/merge_requests", {"state": "opened"})
        return {
            str(self._api.member(each, "source_branch")): self._api.number(each, "iid")
            for each in listed
            if each.get("source_project_id") == each.get("target_project_id")
        }

    def open_request(self, branch: str, into: str, title: str, body: str) -> int:
        """Open a merge request, and return its number."""
        given = {
            "source_branch": branch,
            "target_branch": into,
            "title": title,
            "description": body,
            "remove_source_branch": True,
        }
        return self._api.number(self._api.ask("POST", f"{self._of}/merge_requests", given), "iid")

    def request_text(self, number: int) -> tuple[str, str]:
        """Return the title and the description of a merge request."""
        request = self._request(number)
        return str(self._api.member(request, "title")), str(request.get("description") or "")

    def write_request(self, number: int, title: str, body: str) -> None:
        """Replace the title and the description of a merge request."""
        given = {"title": title, "description": body}
        self._api.ask("PUT", f"{self._of}/merge_requests/{number}", given)

    def ask_reviewers(self, number: int, logins: Sequence[str]) -> None:
        """Ask people to review a merge request; GitLab asks groups by its approval rules alone."""
        found = [
            self._api.number(user, "id")
            for login in logins
            if "/" not in login
            for user in self._api.list("users", {"username": login.removeprefix("@")})
        ]
        if found:
            request = f"{self._of}/merge_requests/{number}"
            self._api.ask("PUT", request, {"reviewer_ids": found})

    def close(self, number: int) -> None:
        """Close a merge request without a merge."""
        self._api.ask("PUT", f"{self._of}/merge_requests/{number}", {"state_event": "close"})

    def answer(self, number: int, thread: str, body: str) -> None:
        """Answer a note in its discussion; write below the request where `thread` is empty."""
        below = f"discussions/{thread}/notes" if thread else "notes"
        self._api.ask("POST", f"{self._of}/merge_requests/{number}/{below}", {"body": body})

    def order(self, branch: str, fields: Mapping[str, str]) -> None:
        """Return None: no pipeline of massctl carries out orders on GitLab."""

    def review(self, number: int, into: str) -> Review:
        """Return how the review of an open merge request stands; GitLab's rules are those of its branch."""
        request = self._request(number)
        head, author = self._api.member(request, "sha"), self._username(request.get("author"))
        notes = [*self._notes(number)]
        given = self._api.ask("GET", f"{self._of}/merge_requests/{number}/approvals")
        approving = [
            self._username(each.get("user"))
            for each in self._api.member(given, "approved_by")
            if each.get("user")
        ]
        reviewers = {
            self._username(each.get("user")): each.get("state")
            for each in self._api.find_allowed(f"{self._of}/merge_requests/{number}/reviewers")
            or ()
        }
        others = [
            each.at
            for each in notes
            if each.author != author
            and not is_of_massctl(each.body)
            and not _BOT.fullmatch(each.author)
        ]
        # An old GitLab does not tell when.
        others += [
            str(each["approved_at"])
            for each in self._api.member(given, "approved_by")
            if each.get("approved_at")
        ]
        return Review(
            number=number,
            head=str(head),
            author=author,
            comments=tuple(each for each in notes if not is_of_massctl(each.body)),
            checks=tuple(self._checks(str(head))),
            asked=tuple(
                each
                for each, state in reviewers.items()
                if state in ("unreviewed", "review_started") and each not in approving
            ),
            against=tuple(
                each for each, state in reviewers.items() if state == "requested_changes"
            ),
            approving=tuple(approving),
            lacking=tuple(self._lacking(number)),
            seen=self._seen(number, max(map(self._moment, others))) if others else "",
        )

    def _notes(self, number: int) -> list[ReviewComment]:
        found = []
        for each in self._api.pages(f"{self._of}/merge_requests/{number}/discussions"):
            is_alone = each.get("individual_note") is True
            for note in self._api.member(each, "notes"):
                place = note.get("position") or {}
                if note.get("system") is True:
                    continue
                found.append(
                    ReviewComment(
                        thread="" if is_alone else str(self._api.member(each, "id")),
                        author=self._username(note.get("author")),
                        body=str(note.get("body") or ""),
                        at=str(note.get("created_at") or ""),
                        path=str(place.get("new_path") or ""),
                        line=place.get("new_line") or 0,
                        commit=str(place.get("head_sha") or ""),
                        is_settled=note.get("resolved") is True,
                    )
                )
        return sorted(found, key=lambda each: each.at)

    def _checks(self, head: str) -> Iterator[CommitCheck]:
        for each in self._api.pages(f"{self._of}/repository/commits/{head}/statuses"):
            state = _STATUS_STATES.get(each.get("status"), CheckState.OPEN)
            said, page = str(each.get("description") or ""), str(each.get("target_url") or "")
            yield CommitCheck(str(each.get("name")), state, said, page)

    def _lacking(self, number: int) -> Iterator[ApprovalCount]:
        """Yield the approval rules that are not fulfilled; a GitLab without them has none."""
        state = self._api.find_allowed(f"{self._of}/merge_requests/{number}/approval_state")
        for each in (state or {}).get("rules") or ():
            given = [self._username(one) for one in each.get("approved_by") or ()]
            needed = (each.get("approvals_required") or 0) - len(given)
            if needed > 0 and each.get("approved") is not True:
                may = [self._username(one) for one in each.get("eligible_approvers") or ()]
                why = Phrase("the rule {name} on GitLab", name=str(each.get("name")))
                yield ApprovalCount(needed, tuple(n for n in may if n not in given), (why,))

    def _seen(self, number: int, at: datetime) -> str:
        """Return the version that stood at this moment."""
        listed = self._api.pages(f"{self._of}/merge_requests/{number}/versions")
        stood = [
            (self._moment(self._api.member(each, "created_at")), str(each.get("head_commit_sha")))
            for each in listed
        ]
        before = [each for each in stood if each[0] <= at]
        return max(before)[1] if before else ""

    def _username(self, user: Any) -> str:
        """Name a user; None where the account was deleted."""
        return str((user or {}).get("username") or "ghost")

    def _approved(self, file: MergedFile, request: Any) -> Approval:
        number, head = self._api.number(request, "iid"), str(request.get("sha"))
        by = self.approvers(number, head) if self._has(file, head) else ()
        base = str(self._api.member(self._request(number), "diff_refs", "base_sha"))
        return Approval(self.name, number, by, base)

    def _request(self, number: int) -> Any:
        return self._api.ask("GET", f"{self._of}/merge_requests/{number}")

    def _pushers(self, number: int, heads: set[str], commits: Sequence[Any]) -> set[int]:
        """Return the author of a merge request and who ever pushed a part of it, also before it was opened.

        If a push starts at one of the commits, GitLab must list the push before it: it lists no commits for a push of
        many branches. Raises ForgeError if GitLab does not say who pushed a part.
        """
        request = self._request(number)
        pushers = {self._api.number(request, "author", "id")}
        parts = heads | {str(self._api.member(each, "id")) for each in commits}
        told, needed = set[str](), set(heads)
        for each in self._pushes(request):
            push = each.get("push_data") or {}
            begin, end = str(push.get("commit_from")), str(push.get("commit_to"))
            if end in parts:
                pushers.add(self._api.number(each, "author_id"))
                told.add(end)
                needed |= {begin} & parts
        if needed - told:
            raise self._api.unknown_author(min(needed - told))
        return pushers

    def _pushes(self, request: Any) -> Iterator[Any]:
        """List the pushes to the project of a merge request and to that of its branch, but for merges."""
        opened = self._moment(self._api.member(request, "created_at"))
        since = (opened - _PUSHED_BEFORE).date().isoformat()
        here = self._api.number(request, "target_project_id")
        # Who merges by fast-forward pushes the last commit to the target.
        merges = here, self._api.member(request, "target_branch")
        for project in {here, self._api.number(request, "source_project_id")}:
            query = {"action": "pushed", "after": since}
            for each in self._api.pages(f"projects/{project}/events", query):
                if (project, (each.get("push_data") or {}).get("ref")) != merges:
                    yield each

    def _names_of(self, user: Any) -> set[str]:
        """Return what a commit of a user may be signed with."""
        hidden = f"{user.get('id')}-{user.get('username')}@users.noreply.{self._host}"
        names = (user.get("username"), user.get("name"), user.get("public_email"), hidden)
        return {str(each).casefold() for each in names if each}

    def _given_at(self, approval: Any) -> datetime:
        if approval.get("approved_at") is None:
            raise self._api.refused(Phrase("it does not tell when an approval was given"))
        return self._moment(approval["approved_at"])

    def _merged(self, commit: str, branch: str) -> list[Any]:
        found = self._api.list(f"{self._of}/repository/commits/{commit}/merge_requests")
        return [
            e
            for e in found
            if e.get("state") == "merged" and self._api.member(e, "target_branch") == branch
        ]

    def _moment(self, told: Any) -> datetime:
        try:
            found = datetime.fromisoformat(str(told))
        except ValueError:
            raise self._api.unreadable() from None
        if found.tzinfo is None:
            raise self._api.unreadable()
        return found

    def _may_write(self, user: int) -> bool:
        found = self._api.find(f"{self._of}/members/all/{user}")
        if found is None or self._api.member(found, "state") != "active":
            return False
        return self._api.number(found, "access_level") >= _DEVELOPER

    def _has(self, file: MergedFile, commit: str) -> bool:
        found = self._api.find(
            f"{self._of}/repository/files/{quote(file.path, safe='')}", {"ref": commit}
        )
        return isinstance(found, dict) and found.get("blob_id") == file.blob


def _is_bot(user: Any) -> bool:
    return user.get("bot") is True or _BOT.fullmatch(str(user.get("username"))) is not None


def _names_in(commits: Iterable[Any]) -> Iterator[str]:
    """Name who wrote or committed a part of a merge request, by name and by address."""
    for each in commits:
        written = [
            str(each.get(f"{who}_{key}") or "")
            for who in ("author", "committer")
            for key in ("name", "email")
        ]
        trailers = _CO_AUTHORED.findall(str(each.get("message") or ""))
        yield from (name.strip().casefold() for name in (*written, *chain.from_iterable(trailers)))
