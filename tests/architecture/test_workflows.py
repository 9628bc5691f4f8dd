"""The workflows: one source for this repository and for those of `massctl init`, and the rules that keep them safe.

actionlint and zizmor look at them too, in `.ci/run static`; these are the rules of this house.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repository_files import ROOT
from ruamel.yaml import YAML

from massctl.scaffold.repository import scaffold_files

SHARED = (".github/workflows/", ".github/actions/", ".github/zizmor.yml")
"""What runs, and how it is judged. Who has to agree, and which massctl is run, every repository says for itself."""
SCAFFOLD = {path: data for path, data in scaffold_files().items() if path.startswith(SHARED)}
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github/actions").rglob("action.yml"))
PINNED = re.compile(r"(\./[\w./-]+|[\w./-]+@[0-9a-f]{40})")


def loaded(path: Path) -> dict[str, Any]:
    found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def steps_of(path: Path) -> Iterator[dict[str, Any]]:
    found = loaded(path)
    yield from found["runs"]["steps"] if "runs" in found else ()
    for job in found.get("jobs", {}).values():
        yield from job["steps"]


@pytest.mark.parametrize("path", sorted(SCAFFOLD))
def test_a_workflow_here_is_that_of_init(path: str) -> None:
    assert SCAFFOLD[path].decode() == (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_actions_are_pinned_and_scripts_hold_no_expression(path: Path) -> None:
    steps = list(steps_of(path))

    assert [] == [each["uses"] for each in steps if "uses" in each and not PINNED.fullmatch(each["uses"])]
    assert [] == [each["run"] for each in steps if "${{" in each.get("run", "")]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_right_that_a_job_does_not_name(path: Path) -> None:
    found = loaded(path)

    assert {} == found["permissions"]
    assert [] == [
        name for name, job in found["jobs"].items() if "permissions" not in job or "timeout-minutes" not in job
    ]


def test_the_check_that_a_merge_needs_is_one_job() -> None:
    """Another job of its name would let a pull request pass that was never planned."""
    rules = json.loads(scaffold_files()[".github/rulesets/main.json"])["rules"]
    (checks,) = [each["parameters"] for each in rules if each["type"] == "required_status_checks"]
    named = [f"{path.name}: {name}" for path in WORKFLOWS for name in loaded(path)["jobs"] if name == "plan"]

    # 15368 is GitHub Actions: no other app, and no token with `statuses: write`, may say that it passed.
    assert ([{"context": "plan", "integration_id": 15368}], ["plan.yml: plan"]) == (
        checks["required_status_checks"],
        named,
    )


def test_an_ignored_finding_has_a_reason() -> None:
    marks = re.compile(r"#\s*zizmor: ignore\[[\w,-]+\](.*)")
    found = [(path.name, why) for path in [*WORKFLOWS, *ACTIONS] for why in marks.findall(path.read_text("utf-8"))]

    assert [] == [(name, why) for name, why in found if len(why.split()) < 4]
