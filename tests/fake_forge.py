"""A GitHub that knows pull requests, comments and statuses only: a WSGI application, for one process or a socket."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

REPOSITORY: Final = "house/letters"
BOT: Final = "github-actions[bot]"


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
    newest: str = ""
    """The commit that changed any path last."""
    asked: list[str] = field(default_factory=list)
    status: int = 200
    """What it answers to everything, where that is not 200."""

    def open_pull_request(self, number: int, branch: str, sha: str, *, head: str = REPOSITORY) -> None:
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

    def bodies(self, number: int) -> list[str]:
        return [each["body"] for each in self.comments.get(number, [])]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.loads(environ["wsgi.input"].read(length)) if length else None
        self.asked.append(f"{method} {path}")
        answer = self._answer(method, path.removeprefix(f"/repos/{REPOSITORY}/").split("/"), query, body)
        status = self.status if answer is not None else 404
        start(f"{status} .", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _answer(self, method: str, parts: list[str], query: dict[str, str], body: Any) -> Any:
        handlers: dict[tuple[str, int, str], Callable[[], Any]] = {
            ("GET", 2, "pulls"): lambda: next(each for each in self.pulls if each["number"] == int(parts[1])),
            ("GET", 1, "commits"): lambda: [{"sha": self.newest}],
            ("GET", 3, "commits"): lambda: [{"number": self.merged[parts[1]]}] if parts[1] in self.merged else [],
            ("POST", 2, "statuses"): lambda: self._set_status(parts[1], body),
            ("GET", 3, "pulls"): lambda: self._files(int(parts[1]), query),
            ("GET", 3, "issues"): lambda: self._page(int(parts[1]), query),
            ("POST", 3, "issues"): lambda: self.comment(int(parts[1]), body["body"]) or {},
            ("PATCH", 3, "issues"): lambda: self._edit(int(parts[2]), body["body"]),
        }
        handler = handlers.get((method, len(parts), parts[0]))
        return handler() if handler else None

    def _page(self, number: int, query: dict[str, str]) -> list[dict[str, Any]]:
        size, page = int(query["per_page"]), int(query["page"])
        return self.comments.get(number, [])[(page - 1) * size : page * size]

    def _files(self, number: int, query: dict[str, str]) -> list[dict[str, Any]]:
        size, page = int(query["per_page"]), int(query["page"])
        return [{"filename": each} for each in self.files.get(number, [])[(page - 1) * size : page * size]]

    def _set_status(self, sha: str, body: dict[str, str]) -> dict[str, str]:
        assert body["context"] == "massctl"
        assert len(body["description"]) <= 140
        self.statuses[sha] = body["state"], body["description"]
        return body

    def _edit(self, comment: int, body: str) -> dict[str, Any]:
        found = next(each for below in self.comments.values() for each in below if each["id"] == comment)
        found["body"] = body
        return found


def pull_request_event(sha: str, *, branch: str = "spring", number: int = 7, head: str | None = REPOSITORY) -> str:
    """Write the event of a pull request, as far as GitHub's has to do with us; without `head` its fork was deleted."""
    repo = {"full_name": head} if head is not None else None
    pull = {"number": number, "head": {"ref": branch, "sha": sha, "repo": repo}}
    return json.dumps({"action": "synchronize", "pull_request": pull, "repository": {"full_name": REPOSITORY}})
