"""What a campaign of a folder may not send, because another one of that folder has it or is to have it."""

from collections.abc import Iterable, Mapping
from typing import Any

from massctl.model.campaign import ANOTHER_CELL, AUDIENCES, PART
from massctl.model.ids import CampaignName, folder_name
from massctl.model.message import DeclaredCell, Family, RenderedCampaign, declared_audience
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State
from massctl.plan.reach import BatchReach, Reach, reach
from massctl.plan.steps import Guard, Refusal


def matrix_refusal(campaign: RenderedCampaign, state: State) -> Refusal | None:
    """Refuse what another campaign of its folder may have sent to its followers already, under another name.

    That is a campaign without a matrix, a cell that is gone, and a cell that declares another account or audience than
    it had. What cells declare now was compared when the file was read, but for tags: which one a name means is known
    once it was looked up.
    """
    family = campaign.family or Family(frozenset({folder_name(campaign.name)}))
    cells = {each.name: each for each in family.cells}
    recorded = {name for folder in family.folders for name in state.index.folders.get(folder, ())}
    tag = _tag(declared_audience(campaign.audience), state.record(campaign.name, campaign.edition))
    for name in sorted((recorded | cells.keys()) - {campaign.name}):
        cell = cells.get(name)
        records = state.editions(name)
        found = [
            (record, each)
            for record in records
            for each in reach(record, state).values()
            if _may_be_its(each, campaign)
        ]
        for record, each in found:
            # A list may be another one with another edition, which goes out once more on purpose.
            lists = ("sha256", "first") if record.edition == campaign.edition else ()
            keys = (*AUDIENCES, PART, *lists)
            if not _is_as_declared(each, cell, keys):
                return _matrix_words(campaign, name)
        tags = {_tag(each.audience or {}, record) for record, each in found}
        if cell is not None and cell.appid == campaign.appid:
            declared = declared_audience(cell.audience)
            tags |= {_tag(declared, record) for record in records} or {_tag(declared, None)}
        if tag is not None and tag in tags:
            return _same_tag(name, tag)
    return None


def _tag(audience: Mapping[str, Any], record: Record | None) -> int | None:
    """Return the id of an audience's tag; of a name the one that it was found to stand for, None before that."""
    resolved = record.resolved if record is not None else None
    if (name := audience.get("tag")) is not None and resolved is not None:
        return resolved.tag_id if resolved.tag == name else None
    return audience.get("tag_id")


def _may_be_its(sent: BatchReach, campaign: RenderedCampaign) -> bool:
    return sent.reach is not Reach.SURELY_NOT and sent.appid in (None, campaign.appid)


def _is_as_declared(sent: BatchReach, cell: DeclaredCell | None, keys: Iterable[str]) -> bool:
    """Return whether a cell still declares the account of what it sent, and these keys of its audience."""
    if cell is None or sent.audience is None or sent.appid != cell.appid:
        return False
    declared = {**declared_audience(cell.audience), **cell.listed}
    return all(sent.audience.get(key) == declared.get(key) for key in keys)


def _other_parts(campaign: RenderedCampaign, other: CampaignName) -> Refusal:
    say = Phrase(
        "{other} was sent as a part of another snapshot, or among another number of parts: some people could get it "
        "twice",
        other=other,
    )
    hint = Phrase(
        "restore `parts` and {file} as they were then (git log shows them); the other parts go on from there",
        file=f"audiences/{campaign.audience.of}.lock.json",
    )
    return Refusal(Guard.MATRIX_CHANGED, say, hint)


def _matrix_words(campaign: RenderedCampaign, other: CampaignName) -> Refusal:
    if campaign.audience.part is not None:
        return _other_parts(campaign, other)
    example = f"{{from: {other}, to: {campaign.name}}}"
    return Refusal(
        Guard.MATRIX_CHANGED,
        Phrase(
            "{other} may have reached the same followers; since then it was removed, or its account or audience "
            "changed",
            other=other,
        ),
        Phrase(
            "if this is the same send under another name, write `{example}` under `moved:` in massctl.yaml; if not, "
            "declare {other} as it was, or make another folder for this send",
            example=example,
            other=other,
        ),
    )


def _same_tag(other: CampaignName, tag: int) -> Refusal:
    return Refusal(
        Guard.MATRIX_CHANGED,
        Phrase(
            "{other} is for the same tag of this account (id {tag}), and its followers would get it twice",
            other=other,
            tag=tag,
        ),
        ANOTHER_CELL,
    )
