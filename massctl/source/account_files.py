"""Account files: `accounts/NAME.yaml` says what stands under `accounts.NAME` in massctl.yaml.

They are always read, and nothing names them: what decides who sends cannot be left out by forgetting a key.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from massctl.model.diagnostics import Diagnostic, KeyPath
from massctl.model.phrase import Phrase
from massctl.model.settings import Account, MassctlFile
from massctl.source.reporter import word
from massctl.source.repository import SETTINGS, account_of
from massctl.source.text import YAML_BYTES_MAX
from massctl.source.validation import keys_of, known_keys
from massctl.source.yaml import YamlDocument, read_yaml

AccountFiles: TypeAlias = Sequence[tuple[str, bytes]]
"""Paths from the repository's root, with what is there."""
_FIRST_LINE = "appid: wx0123456789abcdef"


def with_accounts(settings: YamlDocument, files: AccountFiles) -> YamlDocument:
    """Return massctl.yaml with its account files under `accounts`, each fault and key at its own place."""
    written = settings.data.get("accounts", {}) if isinstance(settings.data, dict) else None
    documents = [_read(path, data) for path, data in files]
    if not isinstance(written, dict) or not documents:
        return settings  # What is wrong with it is told first.
    accounts, parts = dict[str, Any](written), dict(settings.positions.parts)
    twice: list[Diagnostic] = []
    broken: set[KeyPath] = set(settings.broken)
    for document in documents:
        name = account_of(document.positions.reporter.file)
        place = ("accounts", name)
        if name in written:
            twice.append(_twice(name, settings, document))
            continue
        accounts[name] = document.data
        parts[place] = document.positions, ()
        broken |= {(*place, *path) for path in document.broken}
    found = [each for document in documents for each in document.diagnostics]
    return replace(
        settings,
        data={**settings.data, "accounts": accounts},
        positions=replace(settings.positions, parts=parts),
        diagnostics=(*settings.diagnostics, *found, *twice),
        broken=frozenset(broken),
        is_whole=settings.is_whole and all(each.is_whole for each in documents),
        others=settings.others + sum(each.others for each in documents),
    )


def account_data(files: AccountFiles) -> dict[str, Any]:
    """Return what account files of another commit say, by account; None for one that cannot be read."""
    read = {path: _read(path, data) for path, data in files if len(data) <= YAML_BYTES_MAX}
    whole = {path: each.data for path, each in read.items() if each.is_whole}
    return {account_of(path): whole.get(path) for path, _ in files}


def _read(path: str, data: bytes) -> YamlDocument:
    """Read one account file, without the keys that only massctl.yaml may have."""
    document = read_yaml(data, path, None, known_keys(MassctlFile), _FIRST_LINE)
    if not isinstance(document.data, Mapping):
        return document
    own = {key: value for key, value in document.data.items() if not _is_foreign(key)}
    return replace(
        document,
        data=own,
        diagnostics=(*document.diagnostics, *_foreign(document)),
    )


def _is_foreign(key: str) -> bool:
    return key in keys_of(MassctlFile) and key not in keys_of(Account)


def _foreign(document: YamlDocument) -> Iterator[Diagnostic]:
    for key in filter(_is_foreign, document.data):
        say = Phrase("an account file cannot have {key}: it is one account", key=word(key))
        hint = Phrase("write {key} into massctl.yaml, and the keys of the account here", key=key)
        positions = document.positions
        yield positions.reporter.at("MC011", positions.span((key,), at_key=True), say, hint)


def _twice(name: str, settings: YamlDocument, document: YamlDocument) -> Diagnostic:
    there = settings.positions.span(("accounts", name), at_key=True)
    positions = document.positions
    say = Phrase(
        "the account {name} is also in {file}, line {line}, column {column}",
        name=word(name),
        file=SETTINGS,
        line=there.line,
        column=there.column,
    )
    return positions.reporter.at("MC005", positions.span(()), say, Phrase("delete one of the two"))
