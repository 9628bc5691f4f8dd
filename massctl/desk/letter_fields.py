"""The fields of a campaign.yaml that the desk shows as a form; everything else of the file stays untouched."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from massctl.model.campaign import CampaignFile
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGN_FILE
from massctl.source.validation import known_keys
from massctl.source.yaml import Node, compose, read_yaml
from massctl.source.yaml_edit import Keys, Value, with_values

FormValue = str | bool | list[str] | None
"""What a form gives; None takes the key away."""
_ARTICLES = "mpnews", "articles"
_KEYS = frozenset(
    {
        ("title",),
        ("account",),
        ("series",),
        *(("audience", key) for key in ("is_to_all", "tag", "of", "openids")),
        *(("send", key) for key in ("date", "not_before", "not_after")),
        ("preview", "towxname"),
        ("text", "content"),
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


def read_fields(data: bytes) -> dict[str, Any] | None:
    """Return what a campaign.yaml says, as JSON; None if it has faults, which validation tells."""
    document = read_yaml(data, CAMPAIGN_FILE, None, known_keys(CampaignFile))
    if not document.is_whole or not isinstance(document.data, dict):
        return None
    said: dict[str, Any] = json.loads(json.dumps(document.data, default=str))
    for article in _articles(said):
        if isinstance(article.get("cover"), str):
            article["cover"] = {"file": article["cover"]}
    return said


def is_field(keys: Sequence[str | int]) -> bool:
    """Return whether the form may change a key."""
    return tuple(keys) in _KEYS or (
        tuple(keys[:2]) == _ARTICLES
        and len(keys) > 3
        and isinstance(keys[2], int)
        and tuple(keys[3:]) in _ARTICLE_KEYS
    )


def with_fields(data: bytes, changes: Sequence[Change]) -> bytes | None:
    """Return a campaign.yaml with these fields; None if it cannot be written so without changing other lines."""
    said = read_fields(data)
    if said is None or not all(is_field(each.keys) for each in changes):
        return None
    due: dict[Keys, Value | None] = {}
    for each in changes:
        keys = each.keys
        if keys[-2:] == ("cover", "file") and _is_short_cover(data, keys):
            keys = keys[:-1]  # `cover: FILE` stays as short as it was written.
        due[keys] = _written(each.value)
    return with_values(data, CAMPAIGN_FILE, known_keys(CampaignFile), due)


def with_order(data: bytes, order: Sequence[int]) -> bytes | None:
    """Return a campaign.yaml whose articles come in another order: `order` has the old places, from 0.

    The lines of each article move together, with the comments in them. None if that cannot be done.
    """
    said = read_fields(data)
    text = data.decode()
    node = _node(compose(text).root, _ARTICLES)
    if said is None or node is None or node.kind != "list" or node.is_flow:
        return None
    begins = [text.rfind("\n", 0, each.start) + 1 for each in node.items]
    if sorted(order) != list(range(len(begins))) or len(set(begins)) < len(begins):
        return None
    end = node.items[-1].end
    last = text.find("\n", end)
    ends = [*begins[1:], len(text) if last < 0 else last + 1]
    parts = [text[start:stop] for start, stop in zip(begins, ends, strict=True)]
    parts = [each if each.endswith("\n") else f"{each}\n" for each in parts]
    moved = (text[: begins[0]] + "".join(parts[each] for each in order) + text[ends[-1] :]).encode()
    articles = _articles(said)
    said["mpnews"]["articles"] = [articles[each] for each in order]
    return moved if read_fields(moved) == said else None


def _articles(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    news = said.get("mpnews")
    articles = news.get("articles") if isinstance(news, dict) else None
    return [each for each in articles or [] if isinstance(each, dict)]


def _node(root: Node | None, keys: Keys) -> Node | None:
    node = root
    for key in keys:
        if node is None:
            return None
        if isinstance(key, int):
            node = node.items[key] if key < len(node.items) else None
            continue
        pairs = zip(node.items[::2], node.items[1::2], strict=True)
        node = next((value for name, value in pairs if name.text == key), None)
    return node


def _is_short_cover(data: bytes, keys: Keys) -> bool:
    node = _node(compose(data.decode()).root, keys[:-1])
    return node is None or node.kind != "mapping"


def _written(value: FormValue) -> Value | None:
    """Return a value as `with_values` takes it: every string in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return [
            each if each.isascii() and each.isidentifier() else json.dumps(each) for each in value
        ]
    return value
