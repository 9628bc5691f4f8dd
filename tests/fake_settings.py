"""GitHub's settings of one repository, as an administrator reads them: a WSGI application for one process.

Its answers have the shapes that GitHub documents; see the sources in `massctl.forge.protection`.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from massctl.scaffold import scaffold_files

REPOSITORY: Final = "my-company/letters"
_RULES: Final = ("massctl-state", "massctl-state-writer", "massctl-stop", "main", "massctl-names")


def rulesets() -> dict[int, dict[str, Any]]:
    """Give the rules of the scaffold as GitHub has them once they were set, by their number."""
    files = scaffold_files()
    made = [json.loads(files[f".github/rulesets/{name}.json"]) for name in _RULES]
    return {
        number: {"id": number, "source_type": "Repository", **each}
        for number, each in enumerate(made, 1)
    }


def well_set() -> dict[str, Any]:
    """Give the answers, by path below the repository, after every step of `massctl ci setup`."""
    owners = scaffold_files(owner="@my-company/editors")[".github/CODEOWNERS"]
    policies = {"protected_branches": False, "custom_branch_policies": True}
    return {
        "": {"default_branch": "main", "private": True, "permissions": {"admin": True}},
        "environments/wechat": {
            "deployment_branch_policy": policies,
            "protection_rules": [{"type": "branch_policy"}],
        },
        "environments/wechat/deployment-branch-policies": {
            "branch_policies": [{"name": "main", "type": "branch"}]
        },
        "environments/wechat/secrets": {
            "secrets": [{"name": "MASSCTL_SECRETS"}, {"name": "MASSCTL_DEPLOY_KEY"}]
        },
        "actions/secrets": {"secrets": []},
        "actions/organization-secrets": {"secrets": []},
        "actions/permissions/workflow": {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": False,
        },
        "keys": [
            {"id": 7, "title": "massctl", "read_only": False},
            {"id": 8, "title": "mirror", "read_only": True},
        ],
        "contents/.github/CODEOWNERS": {"content": base64.encodebytes(owners).decode()},
        "codeowners/errors": {"errors": []},
        "git/matching-refs/heads/massctl-": [
            {"ref": "refs/heads/massctl-state"},
            {"ref": "refs/heads/massctl-mine"},
        ],
    }


@dataclass
class FakeSettings:
    """What it answers; a path that is not there is 404."""

    answers: dict[str, Any] = field(default_factory=well_set)
    rulesets: dict[int, dict[str, Any]] = field(default_factory=rulesets)
    forbidden: frozenset[str] = frozenset()
    """Paths that are answered with 403."""
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        assert environ["REQUEST_METHOD"] == "GET", "it only looks"
        assert environ["HTTP_AUTHORIZATION"] == "Bearer gho_token"
        path = environ["PATH_INFO"].removeprefix(f"/repos/{REPOSITORY}").strip("/")
        self.asked.append(path)
        status, answer = self._answer(path, parse_qs(environ.get("QUERY_STRING", "")))
        start(f"{status} .", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if path in self.forbidden:
            return 403, {"message": "Resource not accessible by personal access token"}
        if path == "rulesets":
            names = ("id", "name", "target", "enforcement", "source_type")
            parents = query.get("includes_parents") == ["true"]
            listed = [
                each
                for each in self.rulesets.values()
                if parents or each["source_type"] == "Repository"
            ]
            return 200, [{name: each[name] for name in names} for each in listed]
        if path.startswith("rulesets/"):
            return 200, self.rulesets[int(path.removeprefix("rulesets/"))]
        return (
            (200, self.answers[path]) if path in self.answers else (404, {"message": "Not Found"})
        )
