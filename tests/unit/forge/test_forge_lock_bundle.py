"""Nothing but locks gets from the job that renders to the job that commits."""

import json

import pytest

from massctl.forge.artefact import ArtefactError
from massctl.forge.lock_bundle import bundle_text, is_lock_path, read_bundle


def test_what_was_packed_is_read() -> None:
    files = {"campaign.lock.json": "{}\n", "rendered/article-1.html": "<p>春</p>"}

    assert files == read_bundle(bundle_text({"spring": files})).campaigns["spring"]


@pytest.mark.parametrize(
    "path",
    [
        "campaign.yaml",
        "../massctl.yaml",
        "rendered/../campaign.yaml",
        "rendered/article-9.html",
        "rendered/article-1.html\n",
        "/etc/passwd",
        "rendered/.git",
        "",
        "campaign.lock.json/x",
    ],
)
def test_no_other_path_is_taken(path: str) -> None:
    assert not is_lock_path(path)
    with pytest.raises(ArtefactError):
        read_bundle(bundle_text({"spring": {path: "x"}}))


@pytest.mark.parametrize("name", ["..", ".", "", "_shared", "../..", "Spring", "a/b", ".git", "spring\n", "x" * 65])
def test_no_other_name_is_taken(name: str) -> None:
    with pytest.raises(ArtefactError):
        read_bundle(bundle_text({name: {"campaign.lock.json": "{}"}}))


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 50_000, json.dumps({"format_version": 2, "campaigns": {}})])
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(ArtefactError):
        read_bundle(text)
