"""The fields of a campaign.yaml that the desk shows as a form; everything else of the file stays untouched."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from massctl.errors import UsageError
from massctl.model.campaign import (
    MESSAGES,
    CampaignFile,
    list_of,
    mapping_of,
)
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGN_FILE
from massctl.model.phrase import Phrase
from massctl.model.strict import Strict
from massctl.source.validation import known_keys
from massctl.source.yaml import compose, read_yaml
from massctl.source.yaml_edit import Keys, Value, node_at, with_items, with_values

FormValue = str | bool | list[str] | None
"""What a form gives; None takes the key away."""
ARTICLES = "mpnews", "articles"
_KEYS = frozenset(
    {
        ("title",),
        ("account",),
        ("series",),
        *(("audience", key) for key in ("is_to_all", "tag_id", "tag", "of", "openids")),
        *(("send", key) for key in ("date", "not_before", "not_after")),
        ("preview", "towxname"),
        ("theme",),
    }
)
_ARTICLE_KEYS = frozenset(
    {
        *((key,) for key in ("title", "author", "digest", "content_source_url", "theme")),
        *((key,) for key in ("need_open_comment", "only_fans_can_comment")),
        *(("cover", key) for key in ("file", "crop_235_1", "crop_1_1")),
    }
)


class Change(Frozen):
    """One field that a person changed."""

    keys: Keys
    value: FormValue


class MessageField(Frozen):
    """One field of a message that is no news message."""

    key: str
    kind: str
    """`text`, `list` or `check`."""


def _kind(annotation: Any) -> str:
    if annotation is bool:
        return "check"
    return "list" if _holds_list(annotation) else "text"


def _holds_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_holds_list, get_args(annotation)))


def _message_fields() -> dict[str, tuple[MessageField, ...]]:
    found = {}
    for name in MESSAGES:
        model = next(
            each
            for each in get_args(CampaignFile.model_fields[name].annotation)
            if isinstance(each, type) and issubclass(each, Strict)
        )
        found[name] = tuple(
            MessageField(key, _kind(field.annotation)) for key, field in model.model_fields.items()
        )
    return found


MESSAGE_FIELDS = {name: each for name, each in _message_fields().items() if name != ARTICLES[0]}
"""The fields of each kind of message that has no articles, in the model's order."""


def read_fields(data: bytes) -> dict[str, Any] | None:
    """Return what a campaign.yaml says, as JSON; None if it has faults, which validation tells."""
    document = read_yaml(data, CAMPAIGN_FILE, None, known_keys(CampaignFile))
    if not document.is_whole or not isinstance(document.data, dict):
        return None
    said: dict[str, Any] = json.loads(json.dumps(document.data, default=str))
    for article in articles_of(said):
        if isinstance(article.get("cover"), str):
            article["cover"] = {"file": article["cover"]}
    return said


def first_fault(data: bytes) -> Diagnostic | None:
    """Return what validation says first of a campaign.yaml that cannot be read, with its line."""
    document = read_yaml(data, CAMPAIGN_FILE, None, known_keys(CampaignFile))
    return next((each for each in document.diagnostics if has_errors([each])), None)


def articles_of(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the articles of what a campaign.yaml says."""
    articles = list_of(mapping_of(said.get(ARTICLES[0])).get(ARTICLES[1]))
    return [each for each in articles if isinstance(each, dict)]


def is_field(keys: Sequence[str | int]) -> bool:
    """Return whether the form may change a key."""
    if tuple(keys[:2]) == ARTICLES:
        is_item = len(keys) > 3 and isinstance(keys[2], int)
        return is_item and tuple(keys[3:]) in _ARTICLE_KEYS
    own = [each.key for each in MESSAGE_FIELDS.get(str(keys[0]) if keys else "", ())]
    return tuple(keys) in _KEYS or (len(keys) == 2 and keys[1] in own)


def with_fields(data: bytes, changes: Sequence[Change]) -> bytes | None:
    """Return a campaign.yaml with these fields; None if it cannot be written so without changing other lines."""
    found: bytes | None = data
    for each in changes:
        if found is None or read_fields(found) is None or not is_field(each.keys):
            return None
        found = _with_field(found, each)
    return found


def _with_field(data: bytes, change: Change) -> bytes | None:
    keys, value = change.keys, _written(change.value)
    root = compose(data.decode("utf-8-sig")).root
    node, block = node_at(root, keys), node_at(root, keys[:-1])
    if isinstance(value, list) and value and node is not None and node.items:
        before = [each.text for each in node.items]
        return with_items(data, *_FILE, keys, _places(before, list_of(change.value), value))
    if keys[-2:-1] == ("cover",) and (block is None or block.kind != "mapping"):
        # `cover: FILE` stays as short as it was written, until it says more.
        if value is None:
            return data
        if keys[-1] != "file":
            file = json.dumps(block.text if block else "", ensure_ascii=False)
            value = {"file": file, str(keys[-1]): str(value)}
        keys = keys[:-1]
    is_last = block is not None and len(block.items) == 2
    if value is None and keys[0] in _EMPTY_WITHOUT and is_last and node is not None:
        keys = keys[:-1]
    return with_values(data, *_FILE, {keys: value})


_EMPTY_WITHOUT = frozenset({"send", "preview"})
"""Blocks that may be missing, and not be empty."""
_FILE = CAMPAIGN_FILE, known_keys(CampaignFile)


def _places(before: Sequence[str], now: Sequence[str], written: Sequence[str]) -> list[int | str]:
    """Name each item of a list by its old place, from 0; a new one by how it is written."""
    free = list(range(len(before)))
    found: list[int | str] = []
    for text, new in zip(now, written, strict=True):
        place = next((each for each in free if before[each] == text), None)
        if place is not None:
            free.remove(place)
        found.append(new if place is None else place)
    return found


class NewArticle(Frozen):
    """An article that a form adds at the end."""

    title: str
    content: str
    """Its file, from the letter's folder."""
    cover: str


def with_articles(data: bytes, order: Sequence[int | NewArticle]) -> bytes | None:
    """Return a campaign.yaml with these articles: old ones by their places, from 0, and new ones.

    The lines of each article move together, with the comments in them. None if that cannot be done.
    """
    items = [each if isinstance(each, int) else _item(each) for each in order]
    return with_items(data, *_FILE, ARTICLES, items)


def _item(new: NewArticle) -> str:
    facts = {"title": new.title, "content": new.content, "cover": new.cover}
    return "\n".join(f"{key}: {_written(value)}" for key, value in facts.items())


def _written(value: FormValue) -> Value | None:
    """Return a value as `with_values` takes it: every string in double quotes."""
    if isinstance(value, str):
        return _in_quotes(value)
    if isinstance(value, list):
        return [_in_quotes(each) for each in value]
    return value


def _in_quotes(text: str) -> str:
    """Write a string as YAML; raise UsageError for a sign that no campaign.yaml may hold."""
    control = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    if control is not None:
        raise UsageError(
            Phrase("the control character {name} is not text", name=f"U+{ord(control[0]):04X}"),
            Phrase("campaign.yaml is unchanged."),
            Phrase("delete the character"),
        )
    return json.dumps(text, ensure_ascii=False)
