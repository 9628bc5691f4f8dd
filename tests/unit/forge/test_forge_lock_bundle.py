"""Nothing but locks gets from the job that renders to the job that commits."""

import json

import pytest

from massctl.forge.artefact import ArtefactError
from massctl.forge.lock_bundle import bundle_text, read_bundle


def test_what_was_packed_is_read() -> None:
    assert {"spring": "{}\n"} == read_bundle(bundle_text({"spring": "{}\n"})).campaigns


@pytest.mark.parametrize("name", ["..", ".", "", "_shared", "../..", "Spring", "a/b", ".git", "spring\n", "x" * 65])
def test_no_other_name_is_taken(name: str) -> None:
    with pytest.raises(ArtefactError):
        read_bundle(bundle_text({name: "{}"}))


OTHERS = [{"format_version": 2, "campaigns": {}}, {"format_version": 1, "campaigns": {"spring": {"a": "{}"}}}]


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 50_000, *map(json.dumps, OTHERS)])
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(ArtefactError):
        read_bundle(text)
