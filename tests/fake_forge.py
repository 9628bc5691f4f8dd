"""A GitHub and a GitLab that know what massctl asks them: WSGI applications, for one process or a socket.

Their answers have the shapes that the forges document; see the sources in `massctl.forge`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

REPOSITORY: Final = "house/letters"
BOT: Final = "github-actions[bot]"
CODE: Final[dict[str, Any]] = {
    "device_code": "d3v1ce",
    "user_code": "WDJB-MJHT",
    "expires_in": 900,
    "interval": 5,
}
"""What it says to who begins to sign in."""


@dataclass
class FakeForge:
    """What it knows, and what it was asked."""

    pulls: list[dict[str, Any]] = field(default_factory=list)
    files: dict[int, list[str]] = field(default_factory=dict)
    """The files that a pull request changes; none where it is not named."""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Commit -> state and words of the status `massctl`."""
    merged: dict[str, int] = field(default_factory=dict)
    """Commit of main -> the pull request that brought it."""
    pulls_merged: list[dict[str, Any]] | None = None
    """What it says of every commit in place of that."""
    author: str = "lin-mei"
    """Who opened every pull request."""
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)
    """The last commit of a pull request that was merged, where that is not the commit of main."""
    bases: dict[int, str] = field(default_factory=dict)
    """The commit of main that a pull request was made from."""
    wrote: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """The commits of a pull request; one of its author where it is not named."""
    pushed: list[dict[str, Any]] | None = field(default_factory=list)
    """Its list of activity; None where it has none."""
    changed: dict[str, list[str]] = field(default_factory=dict)
    """Commit -> the files that it changes."""
    fork: str | None = REPOSITORY
    """Where the branches of pull requests are; None where it was deleted."""
    permissions: dict[str, str] = field(default_factory=dict)
    """Login -> admin, write, read or none."""
    blobs: dict[tuple[str, str], str] = field(default_factory=dict)
    """Path and commit -> git's name of the file's bytes there."""
    newest: str = ""
    """The commit that changed any path last."""
    paths: list[str] = field(default_factory=list)
    """Whose newest commits were asked for."""
    asked: list[str] = field(default_factory=list)
    _next: str | None = None
    """The cursor in the header `Link` of an answer."""
    status: int = 200
    """What it answers to everything, where that is not 200."""
    notes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """The comments on lines of a pull request."""
    resolved: set[int] = field(default_factory=set)
    """The first comments of threads that are resolved."""
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The check runs of a commit."""
    required: int = 0
    """How many approvals the rules of main ask for."""
    orders: list[dict[str, Any]] = field(default_factory=list)
    """What workflows were started for."""
    site: str = "https://github.test"
    """Where people see it."""
    forms: list[dict[str, str]] = field(default_factory=list)
    """What was asked of its sign-in."""
    typed: list[dict[str, Any]] = field(default_factory=list)
    """What it says, one after the other, to who asks whether a code was typed."""
    tokens: list[str] = field(default_factory=list)
    """The header Authorization of every request."""
    unchanged: int = 0
    """How many requests it answered without a body, since nothing had changed."""

    def open_pull_request(
        self, number: int, branch: str, sha: str, *, head: str = REPOSITORY
    ) -> None:
        """Open one from a branch of this repository, or of a fork."""
        made = {
            "number": number,
            "state": "open",
            "head": {
                "ref": branch,
                "sha": sha,
                "label": f"{head.partition('/')[0]}:{branch}",
                "repo": {"full_name": head},
            },
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
        }
        self.pulls = [*(each for each in self.pulls if each["number"] != number), made]

    def comment(self, number: int, body: str, login: str = BOT) -> None:
        """Put a comment below a pull request."""
        below = self.comments.setdefault(number, [])
        below.append({"id": number * 1000 + len(below), "body": body, "user": {"login": login}})

    def review(
        self, number: int, login: str, commit: str, state: str = "APPROVED", kind: str = "User"
    ) -> None:
        """Have somebody review a commit of a pull request."""
        made = {"user": {"login": login, "type": kind}, "state": state, "commit_id": commit}
        self.reviews.setdefault(number, []).append(made)

    def commit(self, number: int, sha: str, *logins: str | None, committer: str = "") -> None:
        """Have people write a commit of a pull request; None is somebody whose address is nobody's account."""
        users = [{"user": {"login": each} if each else None} for each in logins]
        by = {"user": {"login": committer} if committer else None}
        made = {"oid": sha, "authors": {"nodes": users}, "committer": by}
        self.wrote.setdefault(number, []).append(made)

    def bodies(self, number: int) -> list[str]:
        return [each["body"] for each in self.comments.get(number, [])]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        query = {
            name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()
        }
        length = int(environ.get("CONTENT_LENGTH") or 0)
        given = environ["wsgi.input"].read(length)
        self.asked.append(f"{method} {path}")
        self.tokens.append(environ.get("HTTP_AUTHORIZATION", ""))
        self._next = None
        if path.startswith(("/login/", "/oauth/")):
            return self._signed(path, given.decode(), start)
        body = json.loads(given) if length else None
        if method == "GET" and path.endswith("/user"):
            answer: Any = {"login": BOT}
        elif path.endswith("/activity"):
            answer = self._activity(query)
        else:
            answer = self._answer(
                method, path.rpartition(f"/repos/{REPOSITORY}/")[2].split("/"), query, body
            )
        status = self.status if answer is not None else 404
        told = json.dumps(answer).encode()
        etag = f'"{hashlib.sha256(told).hexdigest()}"'
        if method == "GET" and status == 200 and environ.get("HTTP_IF_NONE_MATCH") == etag:
            self.unchanged += 1
            start("304 .", [("ETag", etag)])
            return []
        headers = [("Content-Type", "application/json"), ("ETag", etag)]
        if self._next is not None:
            headers.append(("Link", f'<https://forge.test/x?after={self._next}>; rel="next"'))
        start(f"{status} .", headers)
        return [told]

    def _signed(self, path: str, form: str, start: StartResponse) -> Iterable[bytes]:
        """Answer the device flow: a code, then what `typed` says."""
        self.forms.append({name: values[0] for name, values in parse_qs(form).items()})
        begun = {**CODE, "verification_uri": f"{self.site}/login/device"}
        told = begun if path.endswith(("/code", "/authorize_device")) else self.typed.pop(0)
        start("400 ." if "error" in told else "200 .", [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]

    def note(self, number: int, path: str, line: int, body: str, *, by: str, commit: str) -> int:
        """Have somebody comment a line of a pull request; return the number of the comment."""
        below = self.notes.setdefault(number, [])
        made = {
            "id": number * 100 + len(below),
            "body": body,
            "user": {"login": by},
            "path": path,
            "line": None,
            "side": "RIGHT",
            "original_line": line,
            "original_commit_id": commit,
            "created_at": f"2026-12-02T08:{len(below):02}:00Z",
        }
        below.append(made)
        return number * 100 + len(below) - 1

    def _open(self, body: dict[str, str]) -> dict[str, Any]:
        number = max((each["number"] for each in self.pulls), default=0) + 1
        self.open_pull_request(number, body["head"], self.heads.get(0, "a" * 40))
        self.pulls[-1] |= {"title": body["title"], "body": body["body"]}
        return self.pulls[-1]

    def _pull(self, number: int) -> dict[str, Any]:
        found = next(each for each in self.pulls if each["number"] == number)
        return {"user": {"login": self.author}, **found}

    def _edit_pull(self, number: int, body: dict[str, str]) -> dict[str, Any]:
        next(each for each in self.pulls if each["number"] == number).update(body)
        return self._pull(number)

    def _ask(self, number: int, body: dict[str, list[str]]) -> dict[str, Any]:
        found = next(each for each in self.pulls if each["number"] == number)
        found["requested_reviewers"] = [{"login": each} for each in body["reviewers"]]
        found["requested_teams"] = [{"slug": each} for each in body["team_reviewers"]]
        return found

    def _reply(self, number: int, to: int, body: str) -> dict[str, Any]:
        asked = next(each for each in self.notes[number] if each["id"] == to)
        self.note(number, asked["path"], asked["original_line"], body, by=BOT, commit="a" * 40)
        self.notes[number][-1]["in_reply_to_id"] = to
        return {}

    def _answer(self, method: str, parts: list[str], query: dict[str, str], body: Any) -> Any:
        if parts[-1] == "graphql":
            is_of_threads = "reviewThreads" in body["query"]
            tell = self._threads if is_of_threads else self._written
            return {"data": {"repository": {"pullRequest": tell(body["variables"])}}}
        handlers: dict[tuple[str, int, str], Callable[[], Any]] = {
            ("GET", 1, "pulls"): lambda: paged(
                [each for each in self.pulls if each["state"] == query["state"]], query
            ),
            ("POST", 1, "pulls"): lambda: self._open(body),
            ("GET", 2, "pulls"): lambda: self._pull(int(parts[1])),
            ("PATCH", 2, "pulls"): lambda: self._edit_pull(int(parts[1]), body),
            ("POST", 3, "pulls"): lambda: self._ask(int(parts[1]), body),
            ("POST", 5, "pulls"): lambda: self._reply(int(parts[1]), int(parts[3]), body["body"]),
            ("GET", 3, "rules"): lambda: [
                {
                    "type": "pull_request",
                    "parameters": {"required_approving_review_count": self.required},
                }
            ],
            ("POST", 4, "actions"): lambda: self.orders.append(body) or {},
            ("GET", 1, "commits"): lambda: (
                self.paths.append(query["path"]) or [{"sha": self.newest}]
            ),
            ("GET", 2, "commits"): lambda: {
                "files": [{"filename": each} for each in self.changed.get(parts[1], [])]
            },
            ("GET", 3, "commits"): lambda: self._of_commit(parts[1], parts[2]),
            ("GET", 2, "compare"): lambda: {
                "merge_base_commit": {"sha": parts[1].partition("...")[0]}
            },
            ("GET", 3, "collaborators"): lambda: self._permission(parts[1]),
            ("POST", 2, "statuses"): lambda: self._set_status(parts[1], body),
            ("GET", 3, "pulls"): lambda: (
                paged(self.reviews.get(int(parts[1]), []), query)
                if parts[2] == "reviews"
                else paged(self.notes.get(int(parts[1]), []), query)
                if parts[2] == "comments"
                else self._files(int(parts[1]), query)
            ),
            ("GET", 3, "issues"): lambda: self._page(int(parts[1]), query),
            ("POST", 3, "issues"): lambda: self.comment(int(parts[1]), body["body"]) or {},
            ("PATCH", 3, "issues"): lambda: self._edit(int(parts[2]), body["body"]),
        }
        if method == "GET" and parts[0] == "contents":
            blob = self.blobs.get(("/".join(parts[1:]), query["ref"]))
            return {"type": "file", "sha": blob} if blob else None
        handler = handlers.get((method, len(parts), parts[0]))
        return handler() if handler else None

    def _of_commit(self, sha: str, what: str) -> Any:
        if what == "check-runs":
            return {"check_runs": self.runs.get(sha, [])}
        if what == "status":
            state, said = self.statuses.get(sha, ("pending", ""))
            context = {"context": "massctl", "state": state, "description": said}
            return {"statuses": [context] if said else []}
        return self._brought(sha)

    def _activity(self, query: dict[str, str]) -> list[dict[str, Any]] | None:
        """Cut a page out of what somebody did; a cursor leads to the next one."""
        if self.pushed is None:
            return None
        own = [
            each
            for each in self.pushed
            if not each["actor"] or each["actor"]["login"] == query["actor"]
            if query.get("ref") in (None, each.get("ref"))
        ]
        end = int(query.get("after", 0)) + int(query["per_page"])
        self._next = str(end) if end < len(own) else None
        return own[int(query.get("after", 0)) : end]

    def _page(self, number: int, query: dict[str, str]) -> list[dict[str, Any]]:
        return paged(self.comments.get(number, []), query)

    def _brought(self, sha: str) -> list[dict[str, Any]]:
        if self.pulls_merged is not None:
            return self.pulls_merged
        pull: dict[str, Any] = {
            "user": {"login": self.author},
            "merged_at": "2026-11-30T02:00:00Z",
        }
        number = self.merged.get(sha, 0)
        pull["base"] = {"ref": "main", "sha": self.bases.get(number, "0" * 40)}
        pull["head"] = {"sha": self.heads.get(number, sha)}
        return [{**pull, "number": number}] if number else []

    def _threads(self, asked: dict[str, Any]) -> dict[str, Any]:
        first = [each["id"] for each in self.notes[asked["number"]] if "in_reply_to_id" not in each]
        threads = [
            {"isResolved": each in self.resolved, "comments": {"nodes": [{"databaseId": each}]}}
            for each in first
        ]
        return {"reviewThreads": {"nodes": threads}}

    def _written(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = asked["number"]
        if number not in self.wrote:
            self.commit(number, self.heads.get(number, "head"), self.author)
        commits = self.wrote[number]
        return {
            "headRefName": "letter",
            "headRepository": {"nameWithOwner": self.fork} if self.fork else None,
            "author": {"login": self.author},
            "commits": {
                "totalCount": len(commits),
                "nodes": [{"commit": each} for each in commits[:100]],
            },
        }

    def _permission(self, login: str) -> dict[str, str] | None:
        return {"permission": self.permissions[login]} if login in self.permissions else None

    def _files(self, number: int, query: dict[str, str]) -> list[dict[str, Any]]:
        return paged([{"filename": each} for each in self.files.get(number, [])], query)

    def _set_status(self, sha: str, body: dict[str, str]) -> dict[str, str]:
        assert body["context"] == "massctl"
        assert len(body["description"]) <= 140
        self.statuses[sha] = body["state"], body["description"]
        return body

    def _edit(self, comment: int, body: str) -> dict[str, Any]:
        found = next(
            each for below in self.comments.values() for each in below if each["id"] == comment
        )
        found["body"] = body
        return found


def paged(whole: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    """Cut a page out of a list, as both forges do."""
    size, page = int(query["per_page"]), int(query["page"])
    return whole[(page - 1) * size : page * size]


@dataclass
class FakeGitLab:
    """A GitLab with one project, `house/letters`; merge requests are merged into main."""

    requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)
    """Commit -> the merge request that brought it."""
    newest: str = ""
    base: str = "0" * 40
    """What every merge request was made from."""
    diffs: dict[int, list[dict[str, str]]] = field(default_factory=dict)
    versions: dict[int, list[dict[str, str]]] = field(default_factory=dict)
    approvals: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    members: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Number of a user -> state and access level."""
    source: int = 5
    """The project of the branch of a merge request; 5 is the one that it is merged into."""
    pushes: list[dict[str, Any]] = field(default_factory=list)
    """Its events, and those of every fork, newest first."""
    since: str = ""
    """The day from which events were asked for."""
    commits: dict[int, list[dict[str, str]]] = field(default_factory=dict)
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    discussions: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    reviewers: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    rules: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """The approval rules of a merge request."""

    def merge(self, number: int, commit: str, *pushed: tuple[str, str], author: int = 1) -> None:
        """Merge a merge request, whose versions were pushed as (commit, moment), oldest first."""
        head = pushed[-1][0] if pushed else commit
        made = {
            "iid": number,
            "state": "merged",
            "target_branch": "main",
            "author": {"id": author},
            "sha": head,
            "source_project_id": self.source,
            "target_project_id": 5,
            "created_at": pushed[0][1] if pushed else "2026-11-30T00:00:00Z",
            "diff_refs": {"base_sha": self.base},
        }
        self.requests[number], self.merged[commit] = made, number
        self.push(author, *(sha for sha, _ in pushed))
        self.versions[number] = [
            {"head_commit_sha": sha, "created_at": at} for sha, at in reversed(pushed)
        ]

    def push(self, user: int, *commits: str, begin: str | None = None, ref: str = "spring") -> None:
        """Have somebody push commits to a branch, one behind the other."""
        for before, sha in zip((begin, *commits), commits, strict=False):
            data = {"commit_from": before, "commit_to": sha, "ref": ref}
            self.pushes.insert(0, {"author_id": user, "push_data": data})

    def approve(self, number: int, user: int, at: str | None) -> None:
        """Have somebody approve; an old GitLab does not tell when."""
        made: dict[str, Any] = {"user": self._user(user)}
        self.approvals.setdefault(number, []).append(
            {**made, **({"approved_at": at} if at else {})}
        )

    def commit(
        self, number: int, name: str, email: str, message: str = "", sha: str = "f" * 40
    ) -> None:
        """Have somebody write a commit of a merge request."""
        signed = {
            f"{who}_{key}": said
            for who in ("author", "committer")
            for key, said in (("name", name), ("email", email))
        }
        self.commits.setdefault(number, []).append({**signed, "id": sha, "message": message})

    def discuss(
        self, number: int, user: int, body: str, at: str, position: dict[str, Any] | None = None
    ) -> str:
        """Have somebody write a note; return the id of its discussion."""
        made = {"author": self._user(user), "body": body, "created_at": at, "position": position}
        below = self.discussions.setdefault(number, [])
        below.append({"id": f"d{len(below)}", "individual_note": position is None, "notes": [made]})
        return f"d{len(below) - 1}"

    def _open(self, body: dict[str, Any]) -> dict[str, Any]:
        number = max(self.requests, default=0) + 1
        self.requests[number] = {
            "iid": number,
            "state": "opened",
            "author": self._user(1),
            "sha": "a" * 40,
            "source_project_id": 5,
            "target_project_id": 5,
            **body,
        }
        return self.requests[number]

    def _user(self, number: int) -> dict[str, Any]:
        return {"id": number, "username": f"user{number}", **self.users.get(number, {})}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        query = {
            name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()
        }
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.loads(environ["wsgi.input"].read(length)) if length else None
        self.asked.append(f"{method} {path}")
        inside = path.removeprefix(f"/api/v4/projects/{REPOSITORY}/")
        answer = (
            {"id": 99, "username": "root"}
            if path == "/api/v4/user"
            else self._answer(method, inside.split("/"), query, body)
        )
        start("404 ." if answer is None else "200 .", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _answer(self, method: str, parts: list[str], query: dict[str, str], body: Any) -> Any:
        match [method, *parts]:
            case ["GET", "merge_requests"]:
                listed = [e for e in self.requests.values() if e["state"] == query["state"]]
                return paged(listed, query)
            case ["POST", "merge_requests"]:
                return self._open(body)
            case ["PUT", "merge_requests", number]:
                return self.requests[int(number)] | (self.requests[int(number)].update(body) or {})
            case ["GET", "merge_requests", number, "discussions"]:
                return paged(self.discussions.get(int(number), []), query)
            case ["POST", "merge_requests", number, "discussions", thread, "notes"]:
                found = next(e for e in self.discussions[int(number)] if e["id"] == thread)
                found["notes"].append({"author": self._user(99), **body})
                return body
            case ["GET", "merge_requests", number, "reviewers"]:
                return self.reviewers.get(int(number), [])
            case ["GET", "merge_requests", number, "approval_state"]:
                return {"rules": self.rules[int(number)]} if int(number) in self.rules else None
            case ["GET", "repository", "commits", sha, "statuses"]:
                return paged([self.statuses[sha]] if sha in self.statuses else [], query)
            case ["GET", *_, "users"]:
                return [
                    e for e in map(self._user, self.users) if e["username"] == query["username"]
                ]
            case ["GET", "merge_requests", number]:
                return self.requests.get(int(number))
            case ["GET", "merge_requests", number, "diffs"]:
                return paged(self.diffs.get(int(number), []), query)
            case ["GET", "merge_requests", number, "versions"]:
                return paged([*self.versions.get(int(number), [])], query)
            case ["GET", *_, "events"]:
                assert query["action"] == "pushed"
                self.since = query["after"]
                return paged(self.pushes, query)
            case ["GET", *_, "users", user]:
                return self._user(int(user))
            case ["GET", "merge_requests", number, "commits"]:
                return paged(self.commits.get(int(number), []), query)
            case ["GET", "merge_requests", number, "approvals"]:
                return {"approved_by": self.approvals.get(int(number), [])}
            case ["GET", "merge_requests", number, "notes"]:
                return paged(self.notes.get(int(number), []), query)
            case ["POST", "merge_requests", number, "notes"]:
                below = self.notes.setdefault(int(number), [])
                below.append(
                    {
                        "id": int(number) * 1000 + len(below),
                        "body": body["body"],
                        "author": {"id": 99},
                    }
                )
                return below[-1]
            case ["PUT", "merge_requests", number, "notes", note]:
                found = next(each for each in self.notes[int(number)] if each["id"] == int(note))
                return found | {"body": found.update(body) or found["body"]}
            case ["POST", "statuses", sha]:
                self.statuses[sha] = body
                return body
            case ["GET", "repository", "commits"]:
                return [{"id": self.newest}]
            case ["GET", "repository", "commits", sha, "merge_requests"]:
                return [self.requests[self.merged[sha]]] if sha in self.merged else []
            case ["GET", "repository", "files", *path]:
                blob = self.blobs.get(("/".join(path), query["ref"]))
                return {"blob_id": blob} if blob else None
            case ["GET", "members", "all", user]:
                state, level = self.members.get(int(user), (None, 0))
                return {"id": int(user), "state": state, "access_level": level} if state else None
        return None


def pull_request_event(
    sha: str, *, branch: str = "spring", number: int = 7, head: str | None = REPOSITORY
) -> str:
    """Write the event of a pull request, as far as GitHub's has to do with us; without `head` its fork was deleted."""
    repo = {"full_name": head} if head is not None else None
    pull = {"number": number, "head": {"ref": branch, "sha": sha, "repo": repo}}
    return json.dumps(
        {"action": "synchronize", "pull_request": pull, "repository": {"full_name": REPOSITORY}}
    )
