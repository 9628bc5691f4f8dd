"""A GitHub that knows pull requests and comments, and nothing else: a WSGI application, for one process or a socket."""

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
    asked: list[str] = field(default_factory=list)
    status: int = 200
    """What it answers to everything, where that is not 200."""

    def open_pull_request(self, number: int, branch: str, sha: str, *, head: str = REPOSITORY) -> None:
        """Open one from a branch of this repository, or of a fork."""
        made = {
            "number": number,
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
            ("GET", 1, "pulls"): lambda: [each for each in self.pulls if each["head"]["label"] == query["head"]],
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

    def _edit(self, comment: int, body: str) -> dict[str, Any]:
        found = next(each for below in self.comments.values() for each in below if each["id"] == comment)
        found["body"] = body
        return found


def run_event(branch: str, sha: str, *, head: str = REPOSITORY, run: int = 77) -> str:
    """Write the event of a run that ended, as far as GitHub's has to do with us."""
    of = {"full_name": head, "owner": {"login": head.partition("/")[0]}}
    told = {"id": run, "head_branch": branch, "head_sha": sha, "head_repository": of, "event": "pull_request"}
    return json.dumps({"action": "completed", "workflow_run": told, "repository": {"full_name": REPOSITORY}})
