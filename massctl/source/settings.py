"""massctl.yaml and accounts/ as a model, with all their faults, and what other commits say of merges."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from pydantic import ValidationError

from massctl.model.diagnostics import (
    Diagnostic,
    KeyPath,
    Place,
    has_errors,
)
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, Folder
from massctl.model.inputs import MISSING
from massctl.model.settings import STATE_REMOTE, Connection, ForgeSettings, MassctlFile, Policy
from massctl.source.account_files import AccountFiles, with_accounts
from massctl.source.campaigns import about_unseen
from massctl.source.reporter import about_file
from massctl.source.repository import (
    ACCOUNTS,
    SETTINGS,
    Repository,
    UnreadableError,
)
from massctl.source.settings_rules import settings_rules
from massctl.source.text import YAML_BYTES_MAX
from massctl.source.validation import known_keys, validate
from massctl.source.yaml import read_yaml


def load_settings(
    repository: Repository, *, loopback_override: str | None
) -> tuple[MassctlFile | None, list[Diagnostic]]:
    """Read massctl.yaml; the settings are None if anything is wrong with it, and there may be warnings beside them.

    `loopback_override` is the address that takes the place of every `api_base` (MASSCTL_API_BASE, or the
    sandbox's); where it is on loopback, waits shorter than production allows are accepted.
    """
    try:
        data = repository.read_bytes(SETTINGS, YAML_BYTES_MAX)
        paths = repository.account_files()
        files = tuple((path, repository.read_bytes(path, YAML_BYTES_MAX)) for path in paths)
    except UnreadableError as error:
        return None, [about_file(error.code, error.path, None, error.message, error.hint)]
    # Only renamings are compared with the campaigns, and a run reads its settings before each request.
    folders = repository.campaign_folders.folders if b"moved" in data else {}
    settings, diagnostics = _settings_in(data, files, loopback_override, tuple(folders.items()))
    return settings, list(diagnostics)


def settings_found(repository: Repository) -> dict[str, str]:
    """Return what massctl.yaml and the account files held when they were read, as `JudgedInputs.files` has it."""
    found = {SETTINGS: repository.found(SETTINGS) or MISSING}
    try:
        paths = repository.account_files()
    except UnreadableError as error:
        return {**found, error.path: error.code}
    return found | {path: repository.found(path) or MISSING for path in paths}


@lru_cache(maxsize=1)
def _settings_in(
    data: bytes,
    files: AccountFiles,
    loopback_override: str | None,
    folders: tuple[tuple[CampaignName, Folder], ...],
) -> tuple[MassctlFile | None, tuple[Diagnostic, ...]]:
    """Judge the bytes of the settings. A run reads them again before each request, and mostly they are the same."""
    document = with_accounts(read_yaml(data, SETTINGS, None, known_keys(MassctlFile)), files)
    positions = document.positions
    reporters = [
        each.reporter for each in (positions, *(part for part, _ in positions.parts.values()))
    ]
    unseen = [warning for each in reporters for warning in about_unseen(each)]
    rules = settings_rules(loopback_override, dict(folders))
    settings, diagnostics = validate(document, MassctlFile, rules, unseen)
    return settings, tuple(diagnostics)


class MergeRules(Frozen):
    """What a massctl.yaml says of merges."""

    policy: Policy
    """With what it says of approvals, locks and destinations alone."""
    forge: ForgeSettings | None = None
    """Who is asked."""


_OF_MERGES = ("require_lock", "branch", "require_approval", "approvals", "destinations")


@lru_cache(maxsize=256)
def merge_rules_in(data: bytes) -> MergeRules | None:
    """Return what another commit's massctl.yaml says of merges; None if that cannot be read."""
    document = read_yaml(data, SETTINGS, None, known_keys(MassctlFile))
    whole = document.data if isinstance(document.data, dict) else {}
    policy, forge = whole.get("policy", {}), whole.get("forge")
    if has_errors(document.diagnostics) or not isinstance(policy, dict):
        return None
    said = {key: policy[key] for key in _OF_MERGES if key in policy}
    try:
        named = ForgeSettings.model_validate(forge) if forge is not None else None
        return MergeRules(Policy.model_validate(said), named)
    except ValidationError:
        return None


def branch_and_remote_in(data: bytes) -> tuple[object, object] | None:
    """Return `policy.branch` and `state.remote` of another commit's massctl.yaml; None if that cannot be read."""
    document = read_yaml(data, SETTINGS, None, known_keys(MassctlFile))
    whole = document.data if isinstance(document.data, dict) else {}
    policy, state = whole.get("policy", {}), whole.get("state", {})
    if has_errors(document.diagnostics) or not (
        isinstance(policy, dict) and isinstance(state, dict)
    ):
        return None
    return policy.get("branch"), state.get("remote", STATE_REMOTE)


def owners_in(data: bytes, connection: str) -> list[str]:
    """Return whom another commit's massctl.yaml names as owners of a connection; nobody if that cannot be read."""
    document = read_yaml(data, SETTINGS, None, known_keys(MassctlFile))
    whole = document.data if isinstance(document.data, dict) else {}
    connections = whole.get("connections")
    if has_errors(document.diagnostics) or not isinstance(connections, dict):
        return []
    try:
        return Connection.model_validate(connections.get(connection)).owners
    except ValidationError:
        return []


def settings_place(repository: Repository, account: str, keys: Sequence[KeyPath]) -> Place:
    """Return the place in the settings of the first of these keys that the account says, or else the repository.

    A theme that is a name alone says the key `name`.
    """
    try:
        data = repository.read_bytes(SETTINGS, YAML_BYTES_MAX)
    except UnreadableError:  # It was read before; whoever reads it next says what is wrong.
        return Place(SETTINGS)
    path, files = f"{ACCOUNTS}/{account}.yaml", list[tuple[str, bytes]]()
    with suppress(UnreadableError):  # Most accounts have none.
        files.append((path, repository.read_bytes(path, YAML_BYTES_MAX)))
    document = with_accounts(read_yaml(data, SETTINGS, None, known_keys(MassctlFile)), files)
    places = [place for key in keys for place in (("accounts", account, *key), key)]
    found = (each for place in places if (each := _written(document.data, place)) is not None)
    return document.positions.place(next(found, keys[0]))


def _written(value: object, path: KeyPath) -> KeyPath | None:
    """Return the path at which the value of `path` is written, if it is."""
    for index, part in enumerate(path):
        if isinstance(value, str):
            return path[:index] if part == "name" else None
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return path
