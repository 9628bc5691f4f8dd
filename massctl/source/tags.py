"""The tags (标签) of accounts as they were pulled: `massctl.tags.json`, for plans without a network."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from massctl.model.campaign import AccountTags, Audience, Tag
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import CampaignName
from massctl.model.phrase import BEIJING, Command, Phrase, enumerated
from massctl.model.strict import Strict
from massctl.source.repository import Repository, UnreadableError
from massctl.whole_file import write_whole

if TYPE_CHECKING:
    from massctl.render.strings import KeyPlace

_BYTES_MAX = 1024 * 1024
"""An account has at most 100 tags."""
_LISTED_MAX = 8


class TagsFile(Strict):
    """What `massctl tags pull` writes, to be committed beside massctl.yaml."""

    format_version: Literal[1]
    """The version of this format."""
    accounts: dict[str, AccountTags]
    """By the account's name in massctl.yaml."""


def known_tags(
    repository: Repository, files: Sequence[str] | None = None
) -> dict[str, AccountTags] | Diagnostic:
    """Read the pulled tags of accounts; return a diagnostic for an unreadable file."""
    known: dict[str, AccountTags] = {}
    for path in files or repository.tags_files:
        file = _read(repository, path)
        if isinstance(file, Diagnostic):
            return file
        known = {**file, **known}
    return known


def _read(repository: Repository, path: str) -> dict[str, AccountTags] | Diagnostic:
    try:
        return TagsFile.model_validate_json(repository.read_bytes(path, _BYTES_MAX)).accounts
    except UnreadableError as error:
        if error.is_missing:
            return {}
        return Diagnostic("MC611", Severity.ERROR, error.message, Place(path), _PULL)
    except ValidationError:
        return Diagnostic(
            "MC611",
            Severity.ERROR,
            Phrase("this is not what {command} writes", command=Command("tags pull")),
            Place(path),
            _PULL,
        )


_PULL = Phrase("{command}   writes it again", command=Command("tags pull"))


def write_tags(repository: Repository, pulled: Mapping[str, AccountTags]) -> str:
    """Write the tags of these accounts, and keep those of the others; return the file. Raises OSError."""
    path = repository.tags_files[0]
    known = known_tags(repository, [path])
    accounts = {} if isinstance(known, Diagnostic) else known
    file = TagsFile(format_version=1, accounts=dict(sorted({**accounts, **pulled}.items())))
    text = json.dumps(file.model_dump(mode="json"), ensure_ascii=False, indent=2)
    write_whole(repository.root / path, f"{text}\n".encode(), 0o644)
    return path


def tag_ids(repository: Repository, accounts: Iterable[str]) -> dict[str, int]:
    """Return the pulled tags of these accounts, each id by its name; none where the file is unreadable."""
    known = known_tags(repository)
    if isinstance(known, Diagnostic):
        return {}
    pulled = [known[each] for each in accounts if each in known]
    # A send takes the first tag of a name as well.
    return {tag.name: tag.id for each in reversed(pulled) for tag in reversed(each.tags)}


def about_tag(
    repository: Repository, name: CampaignName, account: str, audience: Audience, place: "KeyPlace"
) -> list[Diagnostic]:
    """Look up a campaign's tag in the pulled tags: unknown, or how many followers had it."""
    if audience.tag is None and audience.tag_id is None:
        return []
    known = known_tags(repository)
    if isinstance(known, Diagnostic):
        return [known]
    if account not in known:
        return []
    pulled = known[account]
    key = "tag" if audience.tag is not None else "tag_id"
    named = {"tag": audience.tag, "tag_id": audience.tag_id}[key]
    found = next(
        (each for each in pulled.tags if named == (each.name if key == "tag" else each.id)), None
    )
    day = pulled.pulled_at.astimezone(BEIJING).date().isoformat()
    at = place(("audience", key))
    if found is not None:
        return [
            Diagnostic(
                "MC612",
                Severity.INFO,
                Phrase(
                    "the tag {tag} had {count:,} followers on {day}",
                    tag=found.name,
                    count=found.count,
                    day=day,
                ),
                at,
                campaign=name,
            )
        ]
    wanted = audience.tag if audience.tag is not None else str(audience.tag_id)
    return [
        Diagnostic(
            "MC610",
            Severity.ERROR,
            Phrase("{account} had no tag {tag} on {day}", account=account, tag=wanted, day=day),
            at,
            _other_tags(wanted, pulled.tags, key),
            name,
        )
    ]


def _other_tags(wanted: str, tags: Sequence[Tag], key: str) -> Phrase:
    # Suggesting is for this one fault.
    from difflib import get_close_matches

    names = (
        [each.name for each in tags]
        if key == "tag"
        else [f"{each.id} ({each.name})" for each in tags]
    )
    near = (
        get_close_matches(wanted, names, 1, 0.5)
        or [each for each in names if wanted in each or each in wanted][:1]
    )
    if near:
        return Phrase(
            "did you mean {near}? Otherwise: {command}", near=near[0], command=Command("tags pull")
        )
    listed = enumerated(names[:_LISTED_MAX]) if names else "-"
    return Phrase(
        "its tags are {tags}; if it is new: {command}", tags=listed, command=Command("tags pull")
    )


def never_pulled(
    repository: Repository, audiences: Mapping[str, Sequence[Audience]]
) -> list[Diagnostic]:
    """Warn once if campaigns name tags of an account whose tags were never pulled; by account."""
    known = known_tags(repository)
    if isinstance(known, Diagnostic):
        return []
    lacking = [
        account
        for account, named in audiences.items()
        if account not in known
        and any(each.tag is not None or each.tag_id is not None for each in named)
    ]
    if not lacking:
        return []
    return [
        Diagnostic(
            "MC613",
            Severity.WARNING,
            Phrase(
                "campaigns name tags of {accounts}, and nobody knows whether they exist",
                accounts=enumerated(lacking),
            ),
            Place("massctl.yaml"),
            Phrase(
                "{command}   keeps their names and counts in massctl.tags.json",
                command=Command("tags pull"),
            ),
        )
    ]
