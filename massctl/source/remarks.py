"""What a campaign.yaml says about its send that is no part of it: its series, and what was learnt.

Both may be written after the send, so they are no content of the campaign's folder. They are found as blocks of lines,
without reading the rest of the file: there may be a thousand of them.
"""

from io import StringIO
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from massctl.model.campaign import CampaignFile
from massctl.model.finding import FINDING, REMARKS, SERIES, RecordedFinding, Remarks
from massctl.model.ids import CAMPAIGN_FILE, CampaignName
from massctl.model.settings import MassctlFile
from massctl.source.defaults import defaults_above
from massctl.source.remark_blocks import BLOCK, has_remarks, without_remarks
from massctl.source.repository import Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX
from massctl.source.validation import known_keys
from massctl.source.yaml import read_yaml

_NOTHING = Remarks()


def read_remarks(data: bytes) -> Remarks:
    """Read what a campaign.yaml says about its send; nothing where that has faults, which validation tells."""
    if len(data) > YAML_BYTES_MAX or not has_remarks(data):
        return _NOTHING
    blocks = [each["block"] for each in BLOCK.finditer(_plain(data))]
    document = read_yaml("\n".join(blocks).encode(), "", None, frozenset(REMARKS))
    said = document.data if isinstance(document.data, dict) else {}
    series, findings = said.get(SERIES), said.get(FINDING) or []
    try:
        found = tuple(map(RecordedFinding.model_validate, findings))
    except (ValidationError, TypeError):
        found = ()
    return Remarks(series if isinstance(series, str) else None, found)


def remarks_of(repository: Repository, name: CampaignName, settings: MassctlFile | None) -> Remarks:
    """Read what is said about the send of a campaign; its series may stand in a `_defaults.yaml`.

    Nothing of one that is not there.
    """
    if name not in repository.campaign_folders.names:
        return _NOTHING  # Many that were sent years ago may be gone.
    folder = repository.folder(name)
    try:
        remarks = read_remarks(repository.read_bytes(f"{folder}/{CAMPAIGN_FILE}", YAML_BYTES_MAX))
    except UnreadableError:
        return _NOTHING
    if remarks.series is not None:
        return remarks
    above = defaults_above(repository, folder, settings)
    series = next((str(each.data[SERIES]) for each in above if SERIES in each.data), None)
    return Remarks(series, remarks.findings)


def with_verdict(data: bytes, file: str, edition: int, cell: str, verdict: str) -> bytes | None:
    """Return a campaign.yaml in which an edition has this verdict; None if it cannot be written so.

    Comments, order and a person's sentence stay, and so does every byte outside of the block of findings.
    """
    before = _said(data, file)
    text = _plain(data)
    if before is None or ("\r" in text):
        return None
    blocks = [each for each in BLOCK.finditer(text) if each["key"] == FINDING]
    if len(blocks) > 1 or bool(blocks) != (FINDING in before):
        return None
    written = _written(blocks[0]["block"] if blocks else "", edition, cell, verdict)
    if written is None:
        return None
    findings, block = written
    if blocks:
        start, end = blocks[0].span("block")
        edited = text[:start] + block + text[end:]
    else:
        edited = f"{text}{block}\n" if text.endswith("\n") else f"{text}\n{block}"
    after = (edited.replace("\n", "\r\n") if b"\r\n" in data else edited).encode()
    is_same = _said(after, file) == {**before, FINDING: findings}
    return after if is_same and without_remarks(after) == without_remarks(data) else None


def _plain(data: bytes) -> str:
    return data.decode(errors="replace").replace("\r\n", "\n")


def _said(data: bytes, file: str) -> dict[str, Any] | None:
    document = read_yaml(data, file, None, known_keys(CampaignFile))
    is_whole = document.is_whole and not document.diagnostics
    return document.data if is_whole and isinstance(document.data, dict) else None


def _written(block: str, edition: int, cell: str, verdict: str) -> tuple[list[Any], str] | None:
    """Return the findings with this verdict, as values and as YAML; None if they are not a list of keys."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    yaml.width = YAML_BYTES_MAX
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        document = yaml.load(block) if block else None
    except YAMLError:
        document = None
    document = document if isinstance(document, dict) else CommentedMap()
    findings = document.get(FINDING) or []
    if not isinstance(findings, list) or not all(isinstance(each, dict) for each in findings):
        return None
    document[FINDING] = findings
    found = next((each for each in findings if _is_of(each, edition, cell)), None)
    if found is None:
        found = CommentedMap({"edition": edition, **({"cell": cell} if cell else {})})
        findings.append(found)
    found["verdict"] = DoubleQuotedScalarString(" ".join(verdict.split()))
    out = StringIO()
    yaml.dump(document, out)
    plain = [dict(each.items()) for each in findings]
    return plain, out.getvalue().rstrip("\n")


def _is_of(finding: Any, edition: int, cell: str) -> bool:
    return bool(finding.get("edition", 1) == edition and finding.get("cell", "") == cell)
