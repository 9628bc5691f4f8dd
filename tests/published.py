"""The schemas that are published, to hold documents against; tests/architecture holds them against the models."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

import massctl

SCHEMAS = Path(massctl.__file__).parent.parent / "schemas"


@cache
def validator(name: str) -> Draft202012Validator:
    """Read the schema of a document by its name: `plan`."""
    return Draft202012Validator(
        json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    )


def misfits(name: str, document: object) -> list[str]:
    """Say what of a document is not as its schema says."""
    return [error.message for error in validator(name).iter_errors(document)]
