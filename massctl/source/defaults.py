"""`_defaults.yaml` in the folders above a campaign: judged once, and joined with what the campaign says itself."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from massctl.model.campaign import PARTS, date_of, mapping_of
from massctl.model.defaults import DefaultsFile, WindowHours, defaults_faults
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import Folder
from massctl.model.message import Inherited
from massctl.model.near_name import NearNames
from massctl.model.phrase import Phrase, enumerated
from massctl.model.settings import MassctlFile
from massctl.source.groups import defaults_paths
from massctl.source.reporter import about_file, word
from massctl.source.repository import Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX
from massctl.source.validation import keys_of, known_keys, validate
from massctl.source.yaml import Positions, YamlDocument, no_positions, read_yaml

_FIRST_LINE = "account: main"
_BY_ITSELF = ("theme", "vars", "track")
"""Keys of which each part is inherited by itself."""
_OF_ARTICLES = ("theme", "track")
"""Keys that only a message with articles inherits."""
_DAY: KeyPath = ("send", "date")


class Defaults(Frozen):
    """What one `_defaults.yaml` says."""

    data: Mapping[str, Any]
    positions: Positions
    diagnostics: tuple[Diagnostic, ...]

    def values(self) -> Iterator[tuple[KeyPath, Any, KeyPath]]:
        """Return each value that is inherited: its path in a campaign, the value, and its path here."""
        for key, value in self.data.items():
            if key == "theme" and isinstance(value, str):
                yield ("theme", "name"), value, (key,)
            elif key in _BY_ITSELF:
                yield from (((key, part), value[part], (key, part)) for part in value)
            elif key != "send":
                yield (key,), value, (key,)


def defaults_above(
    repository: Repository, folder: Folder, settings: MassctlFile | None
) -> tuple[Defaults, ...]:
    """Return the defaults of the folders above a campaign, the nearest first."""
    return tuple(
        defaults_at(repository, path, settings)
        for path in reversed(defaults_paths(folder))
        if repository.holds_defaults(path)
    )


def defaults_at(repository: Repository, path: str, settings: MassctlFile | None) -> Defaults:
    """Read a `_defaults.yaml`; without `settings` its account is not looked up."""
    try:
        data = repository.read_once(path, YAML_BYTES_MAX)
    except UnreadableError as error:
        fault = about_file(error.code, path, None, error.message, error.hint)
        return Defaults({}, no_positions(path, None), (fault,))
    return _read(path, data, tuple(settings.accounts) if settings is not None else None)


@lru_cache(maxsize=256)
def _read(path: str, data: bytes, accounts: tuple[str, ...] | None) -> Defaults:
    document = read_yaml(data, path, None, known_keys(DefaultsFile), _FIRST_LINE)

    def rules(written: dict[str, Any]) -> list[Fault]:
        return [*defaults_faults(written), *unknown_account(written.get("account"), accounts)]

    file, diagnostics = validate(document, DefaultsFile, rules)
    return Defaults(
        document.data if file is not None else {}, document.positions, tuple(diagnostics)
    )


def unknown_account(account: object, accounts: Sequence[str] | None) -> list[Fault]:
    """Refuse an account that massctl.yaml does not have; None: nobody knows its accounts."""
    if accounts is None or not isinstance(account, str) or account in accounts:
        return []
    close = NearNames().nearest(account, accounts)
    hint = (
        Phrase("did you mean {key}?", key=close)
        if close is not None
        else Phrase("massctl.yaml has {accounts}", accounts=enumerated(accounts))
    )
    return [
        Fault(
            "MC019",
            Phrase("massctl.yaml has no account {account}", account=word(account)),
            hint,
            key=("account",),
            at_key=False,
        )
    ]


def with_defaults(
    document: YamlDocument, above: Sequence[Defaults]
) -> tuple[YamlDocument, tuple[Inherited, ...]]:
    """Return a campaign.yaml with what it inherits, the nearest first, and which values those are.

    Where defaults have faults nothing is inherited, and what would be is not judged: the fault is told where it is.
    """
    if not isinstance(document.data, dict) or not above:
        return document, ()
    faulty = next((each for each in above if has_errors(each.diagnostics)), None)
    if faulty is not None:
        stopped = document.positions.reporter.at(
            "MC036",
            document.positions.span(()),
            Phrase(
                "{file} has faults, so nothing is inherited", file=faulty.positions.reporter.file
            ),
            Phrase("correct that file first"),
        )
        return replace(
            document,
            diagnostics=(*document.diagnostics, stopped),
            broken=document.broken | {(key,) for key in keys_of(DefaultsFile)},
            is_whole=False,
        ), ()
    joined = _Joined(document)
    for each in above:
        for path, value, place in each.values():
            joined.inherit(path, value, each, place)
        if "send" in each.data:
            joined.join_hours(WindowHours.model_validate(each.data["send"]), each)
    positions = replace(document.positions, parts=joined.parts)
    return replace(document, data=joined.data, positions=positions), tuple(joined.inherited)


class _Joined:
    """What a campaign says, with what was inherited so far."""

    def __init__(self, document: YamlDocument) -> None:
        self.data: dict[str, Any] = dict(document.data)
        self.parts: dict[KeyPath, tuple[Positions, KeyPath]] = {}
        self.inherited: list[Inherited] = []
        self._own = document.positions
        self._has_articles = "mpnews" in self.data

    def inherit(self, path: KeyPath, value: Any, source: Defaults, place: KeyPath) -> None:
        """Take a value that the campaign, and nearer defaults, do not say."""
        key = str(path[0])
        if key in _OF_ARTICLES and not self._has_articles:
            return
        if len(path) == 1:
            if key in self.data:
                return
            self.data[key] = value
        else:
            own = self.data.get(key, {})
            own = {"name": own} if key == "theme" and isinstance(own, str) else own
            if not isinstance(own, dict) or path[1] in own:
                return
            if key not in self.data:
                self.parts[(key,)] = source.positions, (key,)
            self.data[key] = {**own, path[1]: value}
        self._note(path, source, place)

    def join_hours(self, hours: WindowHours, source: Defaults) -> None:
        """Make the window of the day that the campaign names."""
        send = mapping_of(self.data.get("send"))
        day = date_of(send.get("date"))
        if day is None or {"not_before", "not_after"} & send.keys():
            return
        first, last = hours.on(day)
        rest = {key: value for key, value in send.items() if key != "date"}
        if PARTS in self.data:
            # Each part says when it ends.
            self.data["send"] = {**rest, "not_before": first}
            self.parts[("send", "not_before")] = self._own, _DAY
            return
        self.data["send"] = {**rest, "not_before": first, "not_after": last}
        self.parts[("send", "not_before")] = self._own, _DAY
        self._note(("send", "not_after"), source, ("send", "to"), "send")

    def _note(self, path: KeyPath, source: Defaults, place: KeyPath, name: str = "") -> None:
        self.parts[path] = source.positions, place
        key = name or ".".join(map(str, path))
        found = source.positions.place(place)
        self.inherited.append(Inherited(key, found.file, found.line))
