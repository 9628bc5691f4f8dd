"""What apply and status really print is what their schemas say."""

import pytest
from cli_runner import Shell
from jsonschema import Draft202012Validator

from massctl.source.output_schemas import all_schemas


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
    errors = Draft202012Validator(all_schemas()[f"{verb}.schema.json"]).iter_errors(shell(*arguments).document)
    assert [] == [error.message for error in errors]


def test_a_document_of_a_broken_repository_is_one_too(shell: Shell):
    shell.tree.write("massctl.yaml", "version: 2\n")
    document = shell("apply", "--sandbox", "--yes", "--format", "json").document
    assert [] == list(Draft202012Validator(all_schemas()["apply.schema.json"]).iter_errors(document))
