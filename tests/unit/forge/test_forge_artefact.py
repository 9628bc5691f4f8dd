"""What a pull request's job left is data of one shape, or it is refused."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from massctl.forge.artefact import ArtefactError, read_plan
from massctl.plan.plan_file import SAVED_BYTES_MAX, StoppedPlan

PLAN: dict[str, Any] = {
    "format_version": 1,
    "digest": "sha256:" + "0" * 64,
    "lineage": None,
    "serial": 0,
    "names": [],
    "campaigns": [],
    "allowance": [],
    "summary": dict.fromkeys(("upload_image", "add_material", "save_draft", "send_preview", "send_mass"), 0),
}


@pytest.fixture
def left(tmp_path: Path) -> Path:
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    return tmp_path


def refusal(folder: Path) -> str:
    with pytest.raises(ArtefactError) as stopped:
        read_plan(folder)
    return str(stopped.value.what)


def test_a_plan_is_read(left: Path) -> None:
    found = read_plan(left)

    assert PLAN["digest"] == found.digest


def test_a_run_without_an_artefact_is_told(tmp_path: Path) -> None:
    assert "the run left no plan" == refusal(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["run.sh", ".bashrc", "pr-number", "plan.md", "sub"])
def test_another_file_refuses_the_whole(left: Path, name: str) -> None:
    (left / name).mkdir() if name == "sub" else (left / name).write_text("42")

    assert "files other than" in refusal(left)


def test_a_missing_file_refuses_the_whole(left: Path) -> None:
    (left / "plan.json").unlink()

    assert "files other than" in refusal(left)


@pytest.mark.parametrize("name", ["plan.json"])
def test_a_link_is_not_followed(left: Path, name: str) -> None:
    (left / name).unlink()
    (left / name).symlink_to("/etc/passwd")

    assert f"{name} is not an ordinary file" == refusal(left)


def test_a_pipe_is_not_waited_for(left: Path) -> None:
    (left / "plan.json").unlink()
    os.mkfifo(left / "plan.json")

    assert "plan.json is not an ordinary file" == refusal(left)


def test_a_giant_is_not_read(left: Path) -> None:
    with (left / "plan.json").open("r+b") as file:
        file.truncate(SAVED_BYTES_MAX + 1)

    assert "plan.json is too large" == refusal(left)


@pytest.mark.parametrize(
    "wrong",
    [
        "[" * 100_000,
        "{}",
        "null",
        json.dumps({**PLAN, "pull_request": 1}),
        json.dumps({**PLAN, "digest": "`@all`"}),
        json.dumps({**PLAN, "format_version": 2}),
        json.dumps({**PLAN, "campaigns": [{"name": "x"}]}),
    ],
)
def test_another_shape_is_refused(left: Path, wrong: str) -> None:
    (left / "plan.json").write_text(wrong)

    assert "plan.json is not what massctl writes" == refusal(left)


def test_other_bytes_than_utf_8_are_refused(left: Path) -> None:
    (left / "plan.json").write_bytes(b"\xff\xfe")

    assert "plan.json is not UTF-8" == refusal(left)


def test_why_there_is_no_plan_is_read_too(left: Path) -> None:
    error = {"errcode": None, "rid": None, "message": "massctl.yaml has faults", "hint": ""}
    stopped = {key: PLAN[key] for key in ("format_version", "serial", "campaigns", "summary", "lineage")}
    (left / "plan.json").write_text(json.dumps({**stopped, "digest": None, "error": error}))

    found = read_plan(left)
    assert isinstance(found, StoppedPlan)
    assert "massctl.yaml has faults" == found.error.message
