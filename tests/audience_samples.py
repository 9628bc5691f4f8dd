"""Named audiences for tests: a file, and the lock that a freeze of it would write."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from repositories import APPID, Tree

from massctl.model.audience import AudienceFile, AudienceLock, definition_digest
from massctl.source.audiences import Audiences
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

EAST: Final = "version: 1\ntitle: 华东会员\naccount: main\nsource: {file: /data/east.csv}\n"
PEOPLE: Final = tuple(f"oEAST{number:05}" for number in range(7))
LETTER: Final = """\
version: 1
title: 会员来信
account: main
audience: {of: east}
text: {content: 今晚八点}
"""


def snapshot_of(people: Sequence[str]) -> str:
    """Name people as docs/reference/format.md says, without a line of massctl."""
    text = "".join(f"{each}\n" for each in sorted(set(people)))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def audiences(tree: Tree) -> Audiences:
    """Read the audiences of a repository as a command does."""
    repository = Repository(tree.root)
    settings, told = load_settings(repository, loopback_override=None)
    assert settings is not None, told
    return Audiences(repository, settings)


def lock(
    tree: Tree,
    name: str = "east",
    people: Sequence[str] = PEOPLE,
    sql: str | None = None,
    **changes: Any,
) -> AudienceLock:
    """Write the lock that a freeze of the file as it is now would write."""
    declared = audiences(tree).audience(name)
    assert declared is not None
    assert isinstance(declared.file, AudienceFile), declared.diagnostics
    said: dict[str, Any] = {
        "version": 1,
        "audience": name,
        "appid": APPID,
        "snapshot": snapshot_of(people),
        "count": len(set(people)),
        "definition": definition_digest(declared.file, sql),
        "frozen_at": "2026-11-12T09:00:00+08:00",
        "frozen_by": "lin-mei",
    }
    written = AudienceLock.model_validate({**said, **changes})
    tree.write(f"audiences/{name}.lock.json", written.text)
    return written
