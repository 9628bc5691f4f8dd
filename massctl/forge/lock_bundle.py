"""Locks on their way from the job that renders, which may write nothing, to the job that commits, which runs nothing.

One JSON document instead of an archive: a name is a campaign's name and a path one of those that `massctl lock` writes,
or the whole is refused. So nothing else can be written, and nothing outside of a campaign's folder.
"""

import json
import re
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
_PATH: Final = r"^(?:campaign\.(?:lock|sources)\.json|rendered/(?:article-[1-8]\.html|message\.txt))$"
_Path = Annotated[str, StringConstraints(pattern=_PATH)]


class LockBundle(Strict):
    """The files that `massctl lock` wrote, of every campaign that has a lock."""

    format_version: Literal[1]
    """The version of this format."""
    campaigns: dict[_Name, dict[_Path, str]]
    """Campaign -> path in its folder -> text."""


def is_lock_path(path: str) -> bool:
    """Say whether this is a path, from a campaign's folder, of what `massctl lock` writes."""
    return re.fullmatch(_PATH, path) is not None


def bundle_text(campaigns: Mapping[str, Mapping[str, str]]) -> str:
    """Write a bundle."""
    return json.dumps({"format_version": 1, "campaigns": campaigns}, ensure_ascii=False, sort_keys=True) + "\n"


def read_bundle(text: str) -> LockBundle:
    """Read a bundle; raises ArtefactError."""
    try:
        return LockBundle.model_validate_json(text)
    except (ValidationError, RecursionError):
        raise ArtefactError(Phrase("{file} is not what massctl writes", file="locks.json")) from None
