"""The files of a campaign that was imported: campaign.yaml, its articles and its pictures."""

import json
from collections.abc import Mapping, Sequence

from massctl.importer.article import Found
from massctl.model.frozen import Frozen

_HEAD = """\
# yaml-language-server: $schema=../../schemas/campaign.schema.json
version: 1
title: {title}
account: {account}
audience:
  is_to_all: true
mpnews:
  articles:
"""


class ArticleFile(Frozen):
    """An article, written."""

    found: Found
    path: str
    """From the campaign's folder."""
    text: str
    cover: str
    """The path of its cover."""


def campaign_files(
    account: str, articles: Sequence[ArticleFile], pictures: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the files of a campaign: path from its folder -> bytes. The first article gives it its title."""
    lines = [_HEAD.format(title=quoted(articles[0].found.title), account=account)]
    for each in articles:
        found = each.found
        keys: dict[str, str] = {"title": quoted(as_template(found.title))}
        keys |= {"author": quoted(as_template(found.author))} if found.author else {}
        keys |= {"digest": quoted(as_template(found.digest))} if found.digest else {}
        keys |= {"content": each.path, "cover": each.cover}
        if found.content_source_url:
            keys["content_source_url"] = quoted(found.content_source_url)
        for key, is_on in zip(
            ("need_open_comment", "only_fans_can_comment"), found.comments, strict=True
        ):
            keys |= {key: "true"} if is_on else {}
        block = "\n".join(f"      {key}: {value}" for key, value in keys.items())
        lines.append(f"    - {block.lstrip()}\n")
    texts = {each.path: each.text.encode() for each in articles}
    return {"campaign.yaml": "".join(lines).encode(), **texts, **pictures}


def quoted(text: str) -> str:
    """Write a text of one line for YAML."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def as_template(text: str) -> str:
    """Write a text so that Jinja gives it back: strings of a message are templates."""
    return f"{{% raw %}}{text}{{% endraw %}}" if is_template(text) else text


def is_template(text: str) -> bool:
    """Return whether a text has Jinja tags."""
    return any(each in text for each in ("{{", "{%", "{#"))
