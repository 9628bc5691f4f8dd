"""The workflows: one source for this repository and for those of `massctl init`, and the rules that keep them safe.

actionlint and zizmor look at them too, in `.ci/run static`; these are the rules of this house.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repository_files import ROOT
from ruamel.yaml import YAML

from massctl.scaffold import scaffold_files

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


def test_the_installer_imports_nothing_of_the_checkout(tmp_path: Path) -> None:
    """A pull request is checked out where the job that may write installs massctl."""
    checkout, temporary = tmp_path / "checkout", tmp_path / "temp"
    names = ["venv", "pip", "ensurepip", "subprocess", "sitecustomize", "usercustomize", "runpy"]
    for path in (checkout, temporary):
        path.mkdir()
    for name in names:
        (checkout / f"{name}.py").write_text(f"open({str(tmp_path / name)!r}, 'w')\n", encoding="utf-8")
    (checkout / "trusted").mkdir()
    (checkout / "trusted/requirements.txt").write_text("# nothing\n", encoding="utf-8")
    done = subprocess.run(
        ["bash", str(ROOT / ".github/actions/massctl/install.sh")],
        cwd=checkout,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(temporary),
            "REQUIREMENTS": "trusted/requirements.txt",
            "PYTHONPATH": str(checkout),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert [] == [name for name in names if (tmp_path / name).exists()]
    assert (0, True) == (done.returncode, (temporary / "massctl/bin/pip").exists()), done.stderr


def test_every_python_of_the_workflows_is_isolated() -> None:
    """Without -I the folder that it is started in is looked through first."""
    scripts = [*(ROOT / ".github/actions").rglob("*.sh")]
    lines = [line for path in scripts for line in path.read_text("utf-8").splitlines() if "python" in line.casefold()]
    shared = [path for path in WORKFLOWS if f".github/workflows/{path.name}" in SCAFFOLD]
    lines += [line for path in shared for step in steps_of(path) for line in step.get("run", "").splitlines()]

    called = re.compile(r"(^|[\s/\"'])(python[0-9.]*|(?<!-m )pip[0-9.]*)[\"']?(?=\s)(?! -I\b)(?!.*#)")
    assert [] == [line for line in lines if called.search(line) and not line.lstrip().startswith("#")]


def test_what_runs_here_is_the_checkout_that_the_action_is_from() -> None:
    """A requirement like `.` would be the folder in which a job starts: in the one that may write, the pull request."""
    named = (ROOT / ".github/massctl/requirements.txt").read_text("utf-8").split("\n")[-2]
    assert "massctl @ file://${MASSCTL_CHECKOUT}" == named
    assert "MASSCTL_CHECKOUT" in (ROOT / ".github/actions/massctl/install.sh").read_text("utf-8")


def test_a_review_checks_every_lock_whatever_the_pull_request_changes() -> None:
    """Another version of massctl, or an edit in _shared, makes locks stale that the pull request does not touch."""
    plan = loaded(ROOT / ".github/workflows/plan.yml")
    steps = plan["jobs"]["plan"]["steps"]

    assert plan[True if True in plan else "on"]["pull_request"] is None
    assert ["lock", "--check", "--if-required"] == steps[-1]["with"]["arguments"].split()
    assert "${{ !cancelled() }}" == steps[-1]["if"]
