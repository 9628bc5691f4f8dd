"""What apply and status really print is what their schemas say."""

import json

import pytest
from cli_runner import Shell, lost
from published import misfits


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("apply", ["apply", "--sandbox", "--yes", "--format", "json"]),
        ("apply", ["apply", "notice", "--sandbox", "--yes", "--format", "json"]),
        ("status", ["status", "--sandbox", "--format", "json"]),
        ("plan", ["plan", "--sandbox", "--format", "json"]),
    ],
    ids=["refused", "sent", "status", "plan"],
)
def test_a_document_is_what_its_schema_says(shell: Shell, verb: str, arguments: list[str]):
    shell.tree.text("notice")
    shell("apply", "notice", "--sandbox", "--yes")
    assert [] == misfits(verb, shell(*arguments).document)


def test_a_document_of_a_broken_repository_is_one_too(shell: Shell):
    shell.tree.write("massctl.yaml", "version: 2\n")
    document = shell("apply", "--sandbox", "--yes", "--format", "json").document
    assert [] == misfits("apply", document)


def fits(name: str, document: object) -> bool:
    """Hold a document against the schema that is published for it."""
    assert [] == misfits(name, document)
    return True


@pytest.fixture
def told(shell: Shell) -> Shell:
    """Give a shell whose sandbox's ledger tells of drafts, attempts of every outcome, and a send in the console."""
    shell.tree.settings(language="en", in_doubt="stop")
    shell.tree.news("letter")
    shell.tree.text("notice")
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    shell("state", "import", "--website-send", "2026-11-20T20:00:00+08:00", "--sandbox")
    shell.faults(lost("message/mass/sendall"))
    assert 4 == shell("apply", "notice", "--sandbox", "--yes").status
    return shell


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("state-show", ["state", "show", "--sandbox"]),
        ("state-show", ["state", "show", "letter", "--sandbox"]),
        ("state-list", ["state", "list", "--sandbox"]),
        ("state-verify", ["state", "verify", "--sandbox"]),
        ("validate", ["validate"]),
        ("lock-report", ["lock"]),
        ("lock-report", ["lock", "--check"]),
        ("explain", ["explain"]),
        ("explain", ["explain", "MC014"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_what_is_read_is_what_its_schema_says(told: Shell, name: str, arguments: list[str]):
    assert fits(name, told(*arguments, "--format", "json").document)


def test_the_ledger_as_a_document_tells_what_the_text_does(told: Shell):
    document = told("state", "show", "--sandbox", "--format", "json").document
    attempts = {
        each["name"]: [a["outcome"] for a in each["attempts"]] for each in document["campaigns"]
    }
    assert ({"letter": ["accepted"], "notice": ["open"]}, 1) == (
        attempts,
        len(document["website_sends"]),
    )
    settle = ("reconcile", "notice", "--not-sent", "--reason", "looked", "--sandbox")
    assert 0 == told(*settle).status
    (only,) = told("state", "show", "notice", "--sandbox", "--format", "json").document["campaigns"]
    assert ["settled_not_sent"] == [each["outcome"] for each in only["attempts"]]
    listed = told("state", "list", "--sandbox", "--format", "json").document
    lines = (
        (told.root / ".massctl/sandbox/massctl.state.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    assert [json.loads(line) for line in lines] == listed["entries"]


@pytest.mark.parametrize("verb", ["show", "list", "verify"])
def test_a_damaged_ledger_is_a_document_too(told: Shell, verb: str):
    path = told.root / ".massctl/sandbox/massctl.state.jsonl"
    path.write_bytes(path.read_bytes().replace(b"letter", b"lettre", 1))
    said = told("state", verb, "--sandbox", "--format", "json")
    assert fits(f"state-{verb}", said.document)
    assert (5, True) == (said.status, bool(said.document["error"]["message"]))


def test_adopt_answers_with_a_document(shell: Shell):
    shell.tree.news("letter")
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    adopt = ("adopt", "letter", "--reason", "looked", "--sandbox", "--format", "json")
    shell.edit_draft("wx0123456789abcdef", content="<p>other</p>")
    refused = shell(*adopt)
    assert (5, True) == (refused.status, fits("adopt", refused.document))
    shell.tree.write("campaigns/letter/campaign.yaml", "version: 1\n")
    faulty = shell(*adopt)
    assert (1, True) == (faulty.status, fits("adopt", faulty.document))
    assert faulty.document["diagnostics"]


def test_a_draft_that_was_adopted_is_told_with_its_differences(shell: Shell):
    shell.tree.news("letter")
    shell("apply", "letter", "--until", "draft", "--sandbox")
    shell.edit_draft("wx0123456789abcdef", author="other")
    said = shell("adopt", "letter", "--reason", "looked", "--sandbox", "--format", "json")
    assert (0, True) == (said.status, fits("adopt", said.document))
    assert (["letter"], 1) == (
        [each["name"] for each in said.document["campaigns"]],
        len(said.document["differences"]),
    )


@pytest.mark.parametrize(("verb", "opened"), [("open", True), ("close", False)])
def test_comments_answer_with_a_document(shell: Shell, verb: str, opened: bool):
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--yes")
    shell.control("advance", {"seconds": 600})
    shell.control("accounts", {"appid": "wx0123456789abcdef", "comment_right": True})
    said = shell("comments", verb, "letter", "--sandbox", "--format", "json")
    assert (0, True) == (said.status, fits("comments", said.document)), said
    assert ("letter", opened, [1]) == tuple(
        said.document[key] for key in ("name", "opened", "articles")
    )
