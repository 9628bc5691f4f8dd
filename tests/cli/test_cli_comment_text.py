"""`massctl ci comment-text`: a plan that travelled as data becomes the comment that `plan --format markdown` shows."""

import json
from pathlib import Path

import pytest
from cli_runner import Shell
from comment_judge import judge
from jsonschema import Draft202012Validator

import massctl

SCHEMA = json.loads(
    (Path(massctl.__file__).parent.parent / "schemas/plan.schema.json").read_text(encoding="utf-8")
)
AT_NOON = "send: {not_before: 2026-12-01T11:00:00+08:00, not_after: 2026-12-01T13:00:00+08:00}\n"


@pytest.fixture
def plan(shell: Shell) -> Path:
    """Leave a plan for review beside the repository."""
    shell.tree.news("letter", title="@all <b>春</b>", more=AT_NOON)
    shell("lock")
    shell.tree.write("campaigns/letter/articles/main.md", "另一段话。\n")
    shell.tree.text("bad", more="surprise: 1\n")
    path = shell.root.parent / "plan.json"
    path.write_text(shell("plan", "--format", "json", "--for-review").out, encoding="utf-8")
    return path


def test_the_comment_is_the_markdown_of_the_plan(shell: Shell, plan: Path):
    said = shell("ci", "comment-text", str(plan))
    assert (0, "") == (said.status, said.err)
    assert shell("plan", "--format", "markdown").out == said.out
    judge(said.out)
    assert "<strong>sent now, cannot be undone</strong>" in said.out
    assert "· the lock has other content" in said.out


def test_it_needs_no_repository(shell: Shell, plan: Path):
    here = shell("ci", "comment-text", str(plan)).out
    shell.monkeypatch.chdir(plan.parent)
    assert here == shell("ci", "comment-text", "plan.json").out
    assert here == shell("ci", "comment-text", "-", typed=plan.read_text(encoding="utf-8")).out


def test_it_is_written_into_a_file(shell: Shell, plan: Path):
    body = shell.root.parent / "new/body.md"
    said = shell(
        "ci", "comment-text", str(plan), "--out", str(body), "--commit", "ab" * 20, "--from-fork"
    )
    assert (0, "", "") == (said.status, said.out, said.err)
    written = body.read_text(encoding="utf-8")
    assert f"for commit `{'ab' * 20}`" in written
    assert "code from a fork" in written


def test_it_speaks_the_language_of_the_plan(shell: Shell):
    shell.tree.text("notice")
    shell.tree.settings(language="zh")
    path = shell.root.parent / "plan.json"
    path.write_text(shell("plan", "--format", "json", "--for-review").out, encoding="utf-8")
    shell.monkeypatch.chdir(path.parent)
    shell.env(MASSCTL_LANG="en")
    assert "**这里没有会自动发出的内容" in shell("ci", "comment-text", "plan.json").out


def test_a_plan_for_review_is_of_its_schema(plan: Path):
    document = json.loads(plan.read_text(encoding="utf-8"))
    assert [] == [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)]
    bad, letter = sorted(document["campaigns"], key=lambda each: each["name"])
    assert {"at": "2026-12-01T04:00:00+00:00", "language": "en"} == document["review"]
    assert (None, None) == (bad["lock"], bad["changes"])
    assert ("stale", None) == (letter["lock"], letter["changes"])


def test_a_plan_without_a_review_has_a_comment_too(shell: Shell):
    shell.tree.text("notice", more=AT_NOON)
    path = shell.root.parent / "plan.json"
    path.write_text(shell("plan", "--format", "json").out, encoding="utf-8")
    said = shell("ci", "comment-text", str(path))
    assert "<code>notice</code><br><strong>sent now" in said.out
    assert "lock" not in said.out


def test_where_only_locked_bytes_are_sent_a_lock_is_locked_missing_or_stale(shell: Shell):
    for name in ("one", "two", "three"):
        shell.tree.text(name, more=AT_NOON)
    shell("lock", "one", "two")
    shell.tree.text("two", content="别的话", more=AT_NOON)
    shell.tree.settings(policy="  require_lock: true\n")
    campaigns = shell("plan", "--format", "json", "--for-review").document["campaigns"]
    locks = {each["name"]: each["lock"] for each in campaigns}
    assert {"one": "locked", "two": "stale", "three": "missing"} == locks


def test_against_a_second_checkout_goes_into_the_json(shell: Shell):
    shell.tree.text("notice", more=AT_NOON)
    there = shell.root.parent / "before"
    there.mkdir()
    (there / "massctl.yaml").write_bytes((shell.root / "massctl.yaml").read_bytes())
    (there / "campaigns").mkdir()
    (notice,) = shell(
        "plan", "--format", "json", "--for-review", "--against", "../before"
    ).document["campaigns"]
    assert ["it is new: there is no such campaign there"] == [
        row["words"] for row in notice["changes"]["rows"]
    ]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (None, "it is new: there is no such campaign there"),
        ("surprise: 1\n", "the settings there have faults, so nothing can be compared"),
    ],
)
def test_a_pull_request_that_brings_or_mends_the_settings_is_reviewed(
    shell: Shell, settings: str | None, told: str
):
    shell.tree.text("notice", more=AT_NOON)
    there = shell.root.parent / "before"
    there.mkdir()
    if settings is not None:
        (there / "massctl.yaml").write_text(settings)
    said = shell("plan", "--format", "json", "--for-review", "--against", "../before")
    assert 0 == said.status
    assert [told] == [row["words"] for row in said.document["campaigns"][0]["changes"]["rows"]]
    assert 2 == shell("plan", "--against", "../before").status
    assert 2 == shell("plan", "--format", "json", "--for-review", "--against", "../nowhere").status


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--for-review"], "--for-review adds to the JSON; use it with --format json"),
        (
            ["--format", "markdown", "--for-review"],
            "--for-review adds to the JSON; use it with --format json",
        ),
        (
            ["--format", "json", "--against", "x"],
            "with --format json, use --against together with --for-review",
        ),
    ],
)
def test_flags_that_do_not_go_together(shell: Shell, flags: list[str], told: str):
    said = shell("plan", *flags)
    assert 2 == said.status
    assert told in said.err


@pytest.mark.parametrize("commit", ["", "abc", "HEAD", "@all", "ab" * 40, "ABCDEF0"])
def test_a_commit_is_hex(shell: Shell, plan: Path, commit: str):
    assert 2 == shell("ci", "comment-text", str(plan), "--commit", commit).status


@pytest.mark.parametrize("text", ["", "null", "[1]", '{"format_version": 2}', "[" * 50_000])
def test_what_is_no_plan_makes_no_comment(shell: Shell, text: str):
    path = shell.root / "plan.json"
    path.write_text(text)
    said = shell("ci", "comment-text", str(path))
    assert (1, "") == (said.status, said.out)
    # Where it breaks, the path decides.
    assert "is not a plan for review" in " ".join(said.err.split())
    assert "No comment was made." in said.err


def test_a_key_that_is_no_key_is_named_and_does_nothing(shell: Shell, plan: Path):
    document = json.loads(plan.read_text(encoding="utf-8"))
    plan.write_text(json.dumps({**document, "x\n::add-mask::y\u202e": 1}))
    said = shell("ci", "comment-text", str(plan))
    assert 1 == said.status
    assert not any(line.startswith("::") for line in said.err.splitlines())
    assert "\u202e" not in said.err


def test_a_giant_is_not_read(shell: Shell):
    path = shell.root / "plan.json"
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    said = shell("ci", "comment-text", str(path))
    assert 1 == said.status
    assert "the plan is larger than 16 MB" in said.err


def test_a_file_that_is_not_there_is_a_wrong_command_line(shell: Shell):
    said = shell("ci", "comment-text", "nothing.json")
    assert 2 == said.status
    assert "nothing.json cannot be read: No such file or directory" in said.err
