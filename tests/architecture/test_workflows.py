"""The workflows: one source for this repository and for those of `massctl init`, and the rules that keep them safe.

actionlint and zizmor look at them too, in `.ci/run static`; these are the rules of this house.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from gits import ENVIRONMENT, clone_of, git, remote_at, with_programs
from repository_files import ROOT
from ruamel.yaml import YAML

from massctl.cli.commands.ci_dispatch import DOCTOR_HOUR_UTC, is_hour_of_doctor
from massctl.forge.port import PREVIEWS_BRANCH, STATUS
from massctl.model.settings import STATE_BRANCH
from massctl.model.statistics import STATISTICS_BRANCH
from massctl.plan.brake import STOP_BRANCH
from massctl.plan.forge_setup import ENVIRONMENT as ENVIRONMENT_OF_WECHAT
from massctl.plan.forge_setup import WAREHOUSE
from massctl.plan.statistics import newest_day
from massctl.scaffold import ACTION as SCAFFOLD_ACTION
from massctl.scaffold import scaffold_files

ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCAFFOLD = {
    path: data.decode()
    for path, data in scaffold_files().items()
    if path.startswith(".github/workflows/")
}
SHARED = [ROOT / path for path in sorted(SCAFFOLD)]
PINNED = re.compile(r"(\./|[\w./-]+@[0-9a-f]{40})")
HOURS_A_MONTH = 31 * 24
STOP = "refs/heads/massctl-stop"


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
def test_a_workflow_here_is_that_of_init_with_the_massctl_of_this_checkout(path: str) -> None:
    assert SCAFFOLD[path].replace(SCAFFOLD_ACTION, "./") == (ROOT / path).read_text(
        encoding="utf-8"
    )


def test_a_team_copies_four_short_workflows() -> None:
    names = ["apply", "audience", "review", "reviewed"]
    assert [f".github/workflows/{each}.yml" for each in names] == sorted(SCAFFOLD)
    assert sum(len(text.splitlines()) for text in SCAFFOLD.values()) <= 230


def test_while_nothing_is_due_a_month_costs_few_minutes() -> None:
    """GitHub bills each job in whole minutes. The guide says the number."""
    on, jobs = (
        loaded(ROOT / ".github/workflows/apply.yml")["on"],
        loaded(ROOT / ".github/workflows/apply.yml")["jobs"],
    )
    ((cron,),) = [[*each.values()] for each in on["schedule"]]
    minute, *rest = cron.split()
    assert minute.isdecimal()
    assert ["*"] * 4 == rest
    # Once a day the gate lets doctor pass, which collects statistics too: WeChat has counted the day before by then.
    tick = datetime(2026, 11, 2, DOCTOR_HOUR_UTC, int(minute), tzinfo=UTC)
    assert is_hour_of_doctor({"GITHUB_EVENT_NAME": "schedule"}, tick)
    assert date(2026, 11, 1) == newest_day(tick)
    # `stop` is for one order; the gate runs at each tick.
    always = [
        name for name, job in jobs.items() if "needs" not in job and "==" not in str(job.get("if"))
    ]
    daily = [name for name, job in jobs.items() if "needs" in job]
    minutes = HOURS_A_MONTH * len(always) + 31 * len(daily)

    assert (["gate"], ["send"], True) == (always, daily, minutes <= 800)
    assert str(minutes) in (ROOT / "docs/guides/first-pull-request.md").read_text("utf-8")


@pytest.mark.parametrize(
    "path", [*WORKFLOWS, ACTION], ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_actions_are_pinned_and_scripts_hold_no_expression(path: Path) -> None:
    steps = list(steps_of(path))

    assert [] == [
        each["uses"] for each in steps if "uses" in each and not PINNED.fullmatch(each["uses"])
    ]
    assert [] == [each["run"] for each in steps if "${{" in each.get("run", "")]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_right_that_a_job_does_not_name(path: Path) -> None:
    found = loaded(path)

    assert {} == found["permissions"]
    assert [] == [
        name
        for name, job in found["jobs"].items()
        if "permissions" not in job or "timeout-minutes" not in job
    ]


def rules(name: str) -> dict[str, Any]:
    found = json.loads(scaffold_files()[f".github/rulesets/{name}.json"])
    assert isinstance(found, dict)
    return {**found, "types": {each["type"] for each in found["rules"]}}


def test_a_merge_needs_the_status_that_the_review_sets() -> None:
    (checks,) = [
        each["parameters"]
        for each in rules("main")["rules"]
        if each["type"] == "required_status_checks"
    ]

    # 15368 is GitHub Actions: no other app, and no token of a person, may say that it passed.
    assert [{"context": STATUS, "integration_id": 15368}] == checks["required_status_checks"]


def test_only_the_deploy_key_writes_the_ledger_and_nobody_shortens_it() -> None:
    """A bypass covers a whole ruleset, so there are two."""
    key = [{"actor_id": None, "actor_type": "DeployKey", "bypass_mode": "always"}]
    kept, written, brake = (
        rules("massctl-state"),
        rules("massctl-state-writer"),
        rules("massctl-stop"),
    )

    assert ([], {"deletion", "non_fast_forward"}) == (kept["bypass_actors"], kept["types"])
    assert (key, {"creation", "update"}) == (written["bypass_actors"], written["types"])
    assert (key, {"deletion", "update"}) == (brake["bypass_actors"], brake["types"])
    refs = [each["conditions"]["ref_name"]["include"] for each in (kept, written, brake)]
    both = ["refs/heads/massctl-state", f"refs/heads/{STATISTICS_BRANCH}"]
    brakes = [STOP, f"{STOP}/**/*", f"{STOP}-*", f"{STOP}-*/**/*"]
    assert [both, both, brakes] == refs


def test_nobody_makes_a_branch_with_a_name_of_massctl_s_but_those_that_it_needs() -> None:
    """On GitHub a star ends at a slash."""
    names = rules("massctl-names")
    brakes = [STOP_BRANCH, f"{STOP_BRANCH}-*"]
    needed = [STATE_BRANCH, STATISTICS_BRANCH, *brakes, PREVIEWS_BRANCH, "massctl-lineage"]

    assert ([], {"creation"}) == (names["bypass_actors"], names["types"])
    assert {
        "include": ["refs/heads/massctl-*", "refs/heads/massctl-*/**/*"],
        "exclude": [f"refs/heads/{each}" for each in needed],
    } == names["conditions"]["ref_name"]


def test_no_job_that_has_a_secret_or_may_write_renders_a_pull_request() -> None:
    jobs = {name: job for path in SHARED for name, job in loaded(path)["jobs"].items()}
    reviewing = [name for name, job in jobs.items() if "'step': 'review'" in str(job["steps"])]

    assert ["render"] == reviewing
    assert {"contents": "read"} == jobs["render"]["permissions"]
    assert ["send", "freeze"] == [
        name for name, job in jobs.items() if "environment" in job or "secrets." in str(job)
    ]


def test_each_job_has_the_rights_that_the_threat_model_names() -> None:
    """docs/security.md, who may do what."""
    jobs = {name: job for path in SHARED for name, job in loaded(path)["jobs"].items()}

    assert {
        "render": {"contents": "read"},
        "comment": {"contents": "write", "pull-requests": "write", "statuses": "write"},
        "stop": {"contents": "write"},
        "comment-stop": {"contents": "write"},
        "reviewed": {},
        "gate": {"contents": "read"},
        "send": {"contents": "read", "pull-requests": "write"},
        "freeze": {"contents": "write"},
    } == {name: job["permissions"] for name, job in jobs.items()}


def test_the_job_that_queries_a_warehouse_is_in_another_environment_than_wechats() -> None:
    jobs = {name: job for path in SHARED for name, job in loaded(path)["jobs"].items()}

    assert {"send": ENVIRONMENT_OF_WECHAT, "freeze": WAREHOUSE} == {
        name: job["environment"] for name, job in jobs.items() if "environment" in job
    }
    assert "main" == jobs["freeze"]["steps"][0]["with"]["ref"]


def test_no_job_reads_a_cache_that_another_run_may_have_filled() -> None:
    assert [] == [
        each for path in [*SHARED, ACTION] for each in steps_of(path) if "cache" in str(each)
    ]


def test_the_installer_sees_no_secret_and_massctl_does(tmp_path: Path) -> None:
    action, python = tmp_path / "action", tmp_path / "massctl/bin/python"
    action.mkdir()
    python.parent.mkdir(parents=True)
    seen = ["MASSCTL_SECRETS", "EGRESS_KEY", "GITHUB_TOKEN"]
    for path, name in (
        (action / "install.sh", "installer"),
        (action / "egress.sh", "egress"),
        (python, "massctl"),
    ):
        path.write_text(f'#!/bin/bash\nenv > "$RUNNER_TEMP/{name}.env"\n', "utf-8")
        path.chmod(0o755)
    (action / "run.sh").write_bytes((ROOT / "action/run.sh").read_bytes())
    given = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(tmp_path),
        "STEP": "send",
        **dict.fromkeys(seen, "hunter2"),
    }
    subprocess.run(["bash", str(action / "run.sh")], env=given, check=True)

    found = {
        name: (tmp_path / f"{name}.env").read_text("utf-8").splitlines()
        for name in ("installer", "egress", "massctl")
    }
    told = {
        name: [each for each in seen if f"{each}=hunter2" in lines] for name, lines in found.items()
    }
    assert {"installer": [], "egress": seen, "massctl": ["MASSCTL_SECRETS", "GITHUB_TOKEN"]} == told


def test_nothing_that_anybody_with_write_may_set_decides_where_a_secret_goes() -> None:
    assert [] == [path for path, text in SCAFFOLD.items() if "vars." in text]


def test_an_ignored_finding_has_a_reason() -> None:
    marks = re.compile(r"#\s*zizmor: ignore\[[\w,-]+\](.*)")
    found = [
        (path.name, why)
        for path in [*WORKFLOWS, ACTION]
        for why in marks.findall(path.read_text("utf-8"))
    ]

    assert [] == [(name, why) for name, why in found if len(why.split()) < 4]


BACKEND = """
import base64, hashlib, zipfile
def build_wheel(folder, settings=None, metadata=None):
    name = "massctl-9-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("massctl/__init__.py", "")
        wheel.writestr("massctl/__main__.py", "print('of this commit')")
        wheel.writestr("massctl-9.dist-info/METADATA", "Metadata-Version: 2.1\\nName: massctl\\nVersion: 9\\n")
        wheel.writestr("massctl-9.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("massctl-9.dist-info/RECORD", "")
    return name
"""


@pytest.mark.night
@pytest.mark.slow
def test_the_installer_imports_nothing_of_the_checkout_and_fetches_no_massctl(
    tmp_path: Path,
) -> None:
    """The job stands in a checkout; what is built is the commit of the action, and an index is not asked for it."""
    action, checkout, temporary = tmp_path / "action", tmp_path / "checkout", tmp_path / "temp"
    names = ["venv", "pip", "ensurepip", "subprocess", "sitecustomize", "usercustomize", "runpy"]
    for path in (action / "action", checkout, temporary):
        path.mkdir(parents=True)
    for name in names:
        (checkout / f"{name}.py").write_text(
            f"open({str(tmp_path / name)!r}, 'w')\n", encoding="utf-8"
        )
    (action / "action/install.sh").write_bytes((ROOT / "action/install.sh").read_bytes())
    (action / "action/requirements.txt").write_text("# nothing\n", encoding="utf-8")
    (action / "backend.py").write_text(BACKEND, encoding="utf-8")
    (action / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        encoding="utf-8",
    )
    done = subprocess.run(
        ["bash", str(action / "action/install.sh")],
        cwd=checkout,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(temporary),
            "PIP_INDEX_URL": "http://127.0.0.1:9/",
            "PYTHONPATH": str(checkout),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, []) == (done.returncode, [name for name in names if (tmp_path / name).exists()]), (
        done.stderr
    )
    python = [str(temporary / "massctl/bin/python"), "-I", "-m", "massctl"]
    assert (
        "of this commit\n"
        == subprocess.run(python, capture_output=True, text=True, check=True).stdout
    )


SEEN_BY = {
    "ssh": 'echo "$@" > "$RUNNER_TEMP/called"\n'
    'key="$RUNNER_TEMP/egress.key"; echo "$(ls -l "$key" | cut -c1-10) $(cat "$key")" >> "$RUNNER_TEMP/called"\n',
    "sed": f'exec {shutil.which("sed")} "$@"\n',
}
"""What the programs of the way out do, once they told their environment."""


@pytest.mark.parametrize(
    "lines",
    ["", "WECHAT_MAIN_SECRET=x\n", " EGRESS_HOST = me@gw.example\r\nEGRESS_KNOWN_HOSTS=gw key\n"],
)
def test_the_way_out_is_a_line_of_the_secret_and_its_key_is_left_nowhere(
    tmp_path: Path, lines: str
) -> None:
    for name in ("ssh", "sed"):
        (tmp_path / name).write_text(f'#!/bin/sh\nenv > "$RUNNER_TEMP/{name}.env"\n{SEEN_BY[name]}')
        (tmp_path / name).chmod(0o755)
    if "EGRESS" in lines:
        (tmp_path / "egress.key").write_text("of an earlier job, and open to others")
    secrets = {
        "MASSCTL_SECRETS": f"{lines}X=hunter2\n",
        "EGRESS_KEY": "the key",
        "GITHUB_TOKEN": "hunter2",
    }
    more = {**secrets, "RUNNER_TEMP": str(tmp_path)}
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(["bash", str(ROOT / "action/egress.sh")], env={"PATH": path, **more}, check=True)

    called = (tmp_path / "called").read_text() if (tmp_path / "called").exists() else ""
    assert ("EGRESS" in lines) == called.endswith("-- me@gw.example\n-rw------- the key\n")
    told = [path.read_text() for path in tmp_path.glob("*.env")]
    assert told
    assert [] == [seen for seen in told if "hunter2" in seen or "the key" in seen]
    assert not (tmp_path / "egress.key").exists()
    assert not called or "gw key\n" == (tmp_path / "egress.hosts").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("there", "has_brake"),
    [
        ((), True),
        (
            (
                f"refs/heads/{STOP}",
                f"refs/tags/{STOP}",
                "refs/heads/x/massctl-stop",
                "refs/heads/massctl-stopped",
            ),
            True,
        ),
        ((f"{STOP}/x",), False),
        ((f"{STOP}/{STOP}",), False),
        ((STOP,), True),
    ],
)
def test_the_script_that_stops_ends_well_only_where_the_remote_has_a_brake(
    tmp_path: Path, there: tuple[str, ...], has_brake: bool
) -> None:
    """A branch below the name is one, since git keeps no massctl-stop beside it; what only looks alike is none."""
    clone, remote = stopping(tmp_path)
    for ref in there:
        git(clone, "push", "--quiet", "origin", f"HEAD:{ref}")
    done = stop(clone, tmp_path)
    listed = git(remote, "for-each-ref", "--format=%(refname)", STOP).split()

    assert (0, [STOP] if has_brake else list(there)) == (done.returncode, listed), done.stderr
    assert listed[0] in done.stdout


def test_the_script_that_stops_fails_where_nothing_was_set_and_runs_nothing_of_the_checkout(
    tmp_path: Path,
) -> None:
    clone, remote = stopping(tmp_path)
    (remote / "hooks").mkdir(exist_ok=True)
    (remote / "hooks/pre-receive").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (remote / "hooks/pre-receive").chmod(0o755)
    ran = with_programs(clone, tmp_path / "programs")
    done = stop(clone, tmp_path)

    assert (1, []) == (done.returncode, ran())
    assert "::error::the brake is not set" in done.stdout


def stopping(folder: Path) -> tuple[Path, Path]:
    """Make a clone in which the script runs, and its remote."""
    remote = remote_at(folder / "remote.git")
    (folder / "event.json").write_text('{"inputs": {"reason": "wrong price"}}', encoding="utf-8")
    return clone_of(remote, folder / "clone"), remote


def stop(clone: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    more = {"GITHUB_EVENT_PATH": str(folder / "event.json"), "GITHUB_TRIGGERING_ACTOR": "lin-mei"}
    command = ["bash", str(ROOT / "action/stop.sh")]
    return subprocess.run(
        command, cwd=clone, env={**ENVIRONMENT, **more}, capture_output=True, text=True, check=False
    )


def test_each_library_of_the_action_is_known_by_its_digest() -> None:
    lines = (ROOT / "action/requirements.txt").read_text("utf-8").replace("\\\n", " ").splitlines()
    pinned = {found[1]: line for line in lines if (found := re.match(r"([\w.-]+)==", line))}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    extras = project["project"]["optional-dependencies"]
    declared += [*extras["signed"], *extras["qr"], *extras["warehouse"], *extras["math"], "socksio"]

    assert [] == [
        line for line in lines if line and not line.startswith("#") and "--hash=sha256:" not in line
    ]
    assert [] == [line for line in lines if "://" in line or "-index" in line]
    wanted = {
        found[1].replace(".", "-"): each
        for each in declared
        if (found := re.match(r"([\w.-]+)", each))
    }
    assert set() == wanted.keys() - pinned.keys()
    exact = {name: each.partition("==")[2] for name, each in wanted.items() if "==" in each}
    assert exact == {name: pinned[name].partition("==")[2].split()[0] for name in exact}


def test_every_python_of_the_action_is_isolated() -> None:
    """Without -I the folder that it is started in is looked through first."""
    scripts = [*(ROOT / "action").glob("*.sh")]
    lines = [
        line
        for path in scripts
        for line in path.read_text("utf-8").splitlines()
        if "python" in line.casefold()
    ]
    lines += [
        line
        for path in SHARED
        for step in steps_of(path)
        for line in step.get("run", "").splitlines()
    ]

    called = re.compile(
        r"(^|[\s/\"'(])(python[0-9.]*|(?<!-m )pip[0-9.]*)[\"']?(?=\s)(?! -I\b| \])(?!.*#)"
    )
    assert [] == [
        line for line in lines if called.search(line) and not line.lstrip().startswith("#")
    ]
