"""What the job leaves that renders a pull request is data of one shape, or refused: a plan and locks, nothing else."""

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from massctl.forge.review_file import (
    PAGE_BYTES_MAX,
    PICTURE_BYTES_MAX,
    PICTURES_MAX,
    REVIEW_BYTES_MAX,
    ShownCampaign,
    UnfitError,
    read_review,
    review_text,
)
from massctl.plan.plan_file import StoppedPlan

PLAN: dict[str, Any] = {
    "format_version": 1,
    "digest": "sha256:" + "0" * 64,
    "lineage": None,
    "serial": 0,
    "names": [],
    "campaigns": [],
    "allowance": [],
    "summary": dict.fromkeys(
        ("upload_image", "add_material", "save_draft", "fill_tag", "send_preview", "send_mass"), 0
    ),
}


@pytest.fixture
def left(tmp_path: Path) -> Path:
    write(tmp_path, PLAN)
    return tmp_path


def write(folder: Path, plan: dict[str, Any], locks: dict[str, str] | None = None) -> None:
    (folder / "review.json").write_text(review_text(json.dumps(plan), locks or {}, [], {}, {}))


def refusal(folder: Path) -> str:
    with pytest.raises(UnfitError) as stopped:
        read_review(folder)
    return str(stopped.value.what)


def test_a_plan_is_read(left: Path) -> None:
    found = read_review(left)

    assert PLAN["digest"] == found.plan.digest


def test_its_locks_are_read(left: Path) -> None:
    write(left, PLAN, {"spring": "{}\n"})

    assert {"spring": "{}\n"} == read_review(left).locks


@pytest.mark.parametrize(
    "name", ["..", ".", "", "_shared", "../..", "Spring", "a/b", ".git", "spring\n", "x" * 65]
)
def test_a_lock_of_no_campaign_refuses_the_whole(left: Path, name: str) -> None:
    write(left, PLAN, {name: "{}"})

    assert "review.json is not what massctl writes" == refusal(left)


JPEG = b"\xff\xd8\xff" + b"0" * 100


def test_what_it_shows_is_read(left: Path) -> None:
    shown = ShownCampaign(pictures=[b64encode(JPEG)], left_out=2, page="<p>春</p>")
    (left / "review.json").write_text(review_text(json.dumps(PLAN), {}, [], {}, {"spring": shown}))

    found = read_review(left).shown["spring"]
    assert ([JPEG], 2, "<p>春</p>") == (found.pictures, found.left_out, found.page)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../x", {"pictures": [JPEG]}),
        ("spring", {"pictures": [b"<svg onload=alert(1)>"]}),
        ("spring", {"pictures": [JPEG] * (PICTURES_MAX + 1)}),
        ("spring", {"pictures": [JPEG + b"0" * PICTURE_BYTES_MAX]}),
        ("spring", {"left_out": -1}),
        ("spring", {"page": "x" * (PAGE_BYTES_MAX + 1)}),
    ],
    ids=["no campaign", "no JPEG", "too many", "too large", "fewer than none", "a large page"],
)
def test_what_it_may_not_show_refuses_the_whole(
    left: Path, name: str, shown: dict[str, Any]
) -> None:
    document = json.loads(review_text(json.dumps(PLAN), {}, [], {}, {}))
    pictures = [b64encode(each).decode() for each in shown.get("pictures", [])]
    document["shown"] = {name: {**shown, "pictures": pictures}}
    (left / "review.json").write_text(json.dumps(document))

    assert "review.json is not what massctl writes" == refusal(left)


def test_a_run_without_an_artefact_is_told(tmp_path: Path) -> None:
    assert "the run left no plan" == refusal(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["run.sh", ".bashrc", "pr-number", "plan.md", "sub"])
def test_another_file_refuses_the_whole(left: Path, name: str) -> None:
    (left / name).mkdir() if name == "sub" else (left / name).write_text("42")

    assert "files other than" in refusal(left)


def test_a_missing_file_refuses_the_whole(left: Path) -> None:
    (left / "review.json").unlink()

    assert "files other than" in refusal(left)


@pytest.mark.parametrize("name", ["review.json"])
def test_a_link_is_not_followed(left: Path, name: str) -> None:
    (left / name).unlink()
    (left / name).symlink_to("/etc/passwd")

    assert f"{name} is not an ordinary file" == refusal(left)


def test_a_pipe_is_not_waited_for(left: Path) -> None:
    (left / "review.json").unlink()
    os.mkfifo(left / "review.json")

    assert "review.json is not an ordinary file" == refusal(left)


def test_a_giant_is_not_read(left: Path) -> None:
    with (left / "review.json").open("r+b") as file:
        file.truncate(REVIEW_BYTES_MAX + 1)

    assert "review.json is too large" == refusal(left)


@pytest.mark.parametrize("wrong", ["[" * 100_000, "{}", "null", "", json.dumps(PLAN)])
def test_another_document_is_refused(left: Path, wrong: str) -> None:
    (left / "review.json").write_text(wrong)

    assert "review.json is not what massctl writes" == refusal(left)


@pytest.mark.parametrize(
    "more",
    [
        {"pull_request": 1},
        {"digest": "`@all`"},
        {"format_version": 2},
        {"campaigns": [{"name": "x"}]},
    ],
)
def test_a_plan_of_another_shape_is_refused(left: Path, more: dict[str, Any]) -> None:
    write(left, {**PLAN, **more})

    assert "review.json is not what massctl writes" == refusal(left)


@pytest.mark.parametrize(
    "more",
    [
        {"number": 1},
        {"format_version": 2},
        {"locks": {"spring": {"a": "{}"}}},
        {"hidden": "x"},
        {"plan": None},
    ],
)
def test_other_keys_are_refused(left: Path, more: dict[str, Any]) -> None:
    review = json.loads((left / "review.json").read_text())
    (left / "review.json").write_text(json.dumps({**review, **more}))

    assert "review.json is not what massctl writes" == refusal(left)


def test_other_bytes_than_utf_8_are_refused(left: Path) -> None:
    (left / "review.json").write_bytes(b"\xff\xfe")

    assert "review.json is not UTF-8" == refusal(left)


def test_why_there_is_no_plan_is_read_too(left: Path) -> None:
    error = {"errcode": None, "rid": None, "message": "massctl.yaml has faults", "hint": ""}
    stopped = {
        key: PLAN[key] for key in ("format_version", "serial", "campaigns", "summary", "lineage")
    }
    write(left, {**stopped, "digest": None, "error": error})

    found = read_review(left).plan
    assert isinstance(found, StoppedPlan)
    assert "massctl.yaml has faults" == found.error.message
