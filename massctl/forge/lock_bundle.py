"""Locks on their way from the job that renders, which may write nothing, to the job that commits, which runs nothing.

One JSON document instead of an archive: a campaign's name and the text of its lock, or the whole is refused. So nothing
else can be written, and nothing outside of a campaign's folder.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import StringConstraints, ValidationError

from massctl.forge.artefact import ArtefactError
from massctl.model.ids import CAMPAIGN_NAME_PATTERN
from massctl.model.phrase import Phrase
from massctl.model.strict import Strict

BUNDLE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A hundred issues of eight articles of 20,000 characters are a third of it."""

_Name = Annotated[str, StringConstraints(pattern=CAMPAIGN_NAME_PATTERN)]


class LockBundle(Strict):
    """The locks that `massctl lock` wrote."""

    format_version: Literal[1]
    """The version of this format."""
    campaigns: dict[_Name, str]
    """Campaign -> the text of its campaign.lock.json."""


def bundle_text(campaigns: Mapping[str, str]) -> str:
    """Write a bundle."""
    return json.dumps({"format_version": 1, "campaigns": campaigns}, ensure_ascii=False, sort_keys=True) + "\n"


def read_bundle(text: str) -> LockBundle:
    """Read a bundle; raises ArtefactError."""
    try:
        return LockBundle.model_validate_json(text)
    except (ValidationError, RecursionError):
        raise ArtefactError(Phrase("{file} is not what massctl writes", file="locks.json")) from None
