"""audiences/: who letters go to, read and judged; nothing is frozen here, and no openid is read."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from massctl.model.audience import (
    AUDIENCE_LOCK_SUFFIX,
    AUDIENCE_SUFFIX,
    AUDIENCES,
    LARGE_CHANGE,
    MANY_CHANGED,
    AudienceFile,
    AudienceLock,
    AudienceName,
    NamedAudience,
    audience_faults,
    audience_references,
)
from massctl.model.batches import BATCH_MIN
from massctl.model.campaign import parse_offset_time
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, Place, Severity, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, is_folder_name
from massctl.model.near_name import NearNames
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.settings import MassctlFile
from massctl.model.state import beijing_day
from massctl.render.inputs import ListedOpenids
from massctl.source.defaults import unknown_account
from massctl.source.reporter import about_file, word
from massctl.source.repository import LOCK_BYTES_MAX, Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX
from massctl.source.validation import known_keys, validate
from massctl.source.yaml import Positions, no_positions, read_yaml

SQL_SUFFIX = ".sql"
ONLY_SERVICE = Phrase(
    "a subscription account (订阅号) cannot send to openids; only a service account (服务号) can"
)
"""Source: WeChat docs, "message/mass/send", read 2026-10."""
_URL = re.compile(r"[a-z][a-z0-9+.-]*://")


def audience_path(name: str) -> str:
    """Return the path of an audience's file, from the root."""
    return f"{AUDIENCES}/{name}{AUDIENCE_SUFFIX}"


def audience_lock_path(name: str) -> str:
    """Return the path of an audience's lock, from the root."""
    return f"{AUDIENCES}/{name}{AUDIENCE_LOCK_SUFFIX}"


def freeze_hint(name: str) -> Phrase:
    """Say what freezes an audience."""
    return Phrase("freeze it: {command}", command=Command("audience freeze", name))


def never_frozen(name: str) -> Phrase:
    """Say that nobody knows who is in an audience."""
    return Phrase("the audience {name} was never frozen", name=name)


def _about_change(found: NamedAudience) -> Iterator[Fault]:
    """Warn of an audience that is hardly the one of before, as its lock says."""
    lock, change = found.lock, found.lock.change if found.lock is not None else None
    since = parse_offset_time(change.since_at) if change is not None else None
    if lock is None or change is None or since is None or not change.counts.is_large(lock.count):
        return
    say = Phrase(
        "{change} since {day}: more than {percent} percent of the audience {name} came or went",
        change=change.counts.words,
        day=beijing_day(since).isoformat(),
        percent=round(100 * LARGE_CHANGE),
        name=found.name,
    )
    hint = Phrase(
        "are these the people? {command}   shows how it was frozen",
        command=Command("audience", "show", found.name),
    )
    yield Fault(MANY_CHANGED, say, hint)


def frozen_before(name: str) -> Phrase:
    """Say that an audience's people are those of an earlier definition."""
    say = Phrase("what {file} says of its people was changed since they were frozen")
    return Phrase(say, file=audience_path(name))


def not_frozen(found: NamedAudience) -> Fault:
    """Report an audience whose people nobody knows, or are those of an earlier definition."""
    name = found.name
    if found.lock is None:
        return Fault("MC623", never_frozen(name), freeze_hint(name))
    return Fault("MC624", frozen_before(name), freeze_hint(name))


def of_another_account(name: str, key: KeyPath = ()) -> Fault:
    """Report an audience of followers whom another account has."""
    say = Phrase("the audience {name} is of another account: an openid belongs to one AppID")
    hint = Phrase("name an audience of the same account")
    return Fault("MC619", Phrase(say, name=name), hint, key=key, at_key=False)


def named_audiences(repository: Repository) -> tuple[AudienceName, ...]:
    """Name the audiences that have a file, sorted; none where the folder cannot be listed."""
    try:
        found = repository.audience_files()
    except UnreadableError:
        return ()
    stems = (each.removesuffix(AUDIENCE_SUFFIX) for each in found if _is_file(each))
    return tuple(AudienceName(each) for each in stems if is_folder_name(each))


class Audiences:
    """Reads audiences by name, each once in a pass."""

    def __init__(self, repository: Repository, settings: MassctlFile) -> None:
        self._repository = repository
        self._settings = settings
        self._declared: dict[AudienceName, _Declared] = {}
        self._locks: dict[AudienceName, tuple[AudienceLock | None, list[Diagnostic]]] = {}
        self._read: dict[AudienceName, NamedAudience] = {}

    @cached_property
    def names(self) -> tuple[AudienceName, ...]:
        """The audiences that have a file, sorted; none where the folder cannot be listed."""
        return named_audiences(self._repository)

    def audience(self, name: str) -> NamedAudience | None:
        """Read an audience, with everything that is wrong with it; None where it has no file."""
        known = AudienceName(name)
        if known not in self.names:
            return None
        if known not in self._read:
            self._read[known] = self._judged(known)
        for path in self._paths(known):
            self._repository.reused(path)
        return self._read[known]

    def needs(self, name: AudienceName) -> tuple[AudienceName, ...]:
        """Name the audiences that an audience needs; none where its file cannot be read."""
        file = self._declare(name).file if name in self.names else None
        return file.needs if file is not None else ()

    def diagnostics(self) -> list[Diagnostic]:
        """Return what is wrong in audiences/: files that are none, and each audience's own faults."""
        own = [each for name in self.names for each in self._of(name).diagnostics]
        return [*self.strays(), *own, *self._same_snapshots()]

    def strays(self) -> list[Diagnostic]:
        """Return what is in audiences/ and is none."""
        try:
            found = self._repository.audience_files()
        except UnreadableError as error:
            return [about_file(error.code, error.path, None, error.message, error.hint)]
        return [each for path in found for each in _strays(path, self.names)]

    def _same_snapshots(self) -> Iterator[Diagnostic]:
        """Tell which audiences name one snapshot: by chance, or because a lock was edited.

        Only whoever has the key can tell which; two counts of one snapshot cannot both be true.
        """
        locks = [lock for name in self.names if (lock := self._of(name).lock) is not None]
        for _, same in groupby(sorted(locks, key=_snapshot), _snapshot):
            first, *others = same
            yield from (_one_snapshot(first, each) for each in others)

    def listed(self, name: str, appid: str) -> ListedOpenids:
        """Return the people of an audience as a campaign of an AppID sends to them, or why it cannot."""
        found = self.audience(name)
        fault = self._unknown(name, ()) if found is None else self._unfit(found, appid)
        if fault is not None or found is None:
            return ListedOpenids(None, (fault,) if fault is not None else (), ())
        told = [*self._renewed_parts(found), *_about_change(found)]
        notes = tuple(Fault(each.code, each.message, each.hint) for each in told)
        return ListedOpenids(found.openid_list, (), notes)

    def _unfit(self, found: NamedAudience, appid: str) -> Fault | None:
        """Return why a campaign cannot be sent to an audience; None if it can."""
        account = self._settings.accounts.get(found.file.account) if found.file else None
        may_list = account is None or account.kind == "service"
        return _unfit(found, appid) or (
            None if may_list or found.is_by_tag else Fault("MC609", ONLY_SERVICE, _by_tag(found))
        )

    def _of(self, name: AudienceName) -> NamedAudience:
        found = self.audience(name)
        return found if found is not None else NamedAudience(name)

    def _paths(self, name: AudienceName) -> Iterator[str]:
        """Return what an audience is read from: files and locks, which may be missing, its own and of what it needs."""
        waiting, seen = [name], {name}
        while waiting:
            each = waiting.pop()
            declared, (lock, _) = self._declare(each), self._lock(each)
            query = declared.file.source.query if declared.file is not None else None
            yield from (audience_path(each), audience_lock_path(each))
            if query is not None:
                yield f"{AUDIENCES}/{query.sql}"
            parts = [AudienceName(part.audience) for part in lock.parts] if lock is not None else []
            behind = {*parts, *self.needs(each)} - seen
            seen |= behind
            waiting += behind

    def _appid(self, file: AudienceFile | None) -> AppId | None:
        account = self._settings.accounts.get(file.account) if file is not None else None
        return AppId(account.appid) if account is not None else None

    def _declare(self, name: AudienceName) -> "_Declared":
        if name not in self._declared:
            self._declared[name] = _declared(self._repository, name, [*self._settings.accounts])
        return self._declared[name]

    def _lock(self, name: AudienceName) -> tuple[AudienceLock | None, list[Diagnostic]]:
        if name not in self._locks:
            self._locks[name] = _read_lock(self._repository, name)
        return self._locks[name]

    def _judged(self, name: AudienceName) -> NamedAudience:
        declared = self._declare(name)
        file, positions = declared.file, declared.positions
        lock, about_lock = self._lock(name)
        found = NamedAudience(name, file, None, lock, self._appid(file))
        if file is None:
            return _with(found, [*declared.diagnostics, *about_lock])
        sql, faults = self._sql(file)
        found = NamedAudience(name, file, sql, lock, found.appid)
        faults += [
            *self._source_file(file),
            *self._references(found, file),
            *_about_lock(found, file),
        ]
        faults += self._renewed_parts(found)
        told = [_at(positions, each) for each in faults]
        return _with(found, [*declared.diagnostics, *told, *about_lock])

    def _renewed_parts(self, own: NamedAudience) -> Iterator[Fault]:
        """Warn of what an audience is made of, and what was frozen again since; a send takes off `exclude` anyway."""
        excluded = own.file.exclude if own.file is not None else []
        for name, between in self._renewed(own.lock, {own.name}):
            if between or name not in excluded:
                say = Phrase("{part} was frozen again since {name} was", part=name, name=own.name)
                hint = Phrase(
                    "freeze it: {command}", command=Command("audience freeze", *between, own.name)
                )
                key = ("source",)
                yield Fault("MC630", say, hint, Severity.WARNING, key=key)

    def _renewed(
        self, lock: AudienceLock | None, seen: set[str]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Find parts that have another snapshot now, each with the audiences between, the nearest to it first."""
        for part in lock.parts if lock is not None else ():
            name = AudienceName(part.audience)
            if name in seen or name not in self.names:
                continue
            seen.add(name)
            other, _ = self._lock(name)
            if other is not None and other.snapshot != part.snapshot:
                yield name, ()
            for found, between in self._renewed(other, seen):
                yield found, (*between, name)

    def _sql(self, file: AudienceFile) -> tuple[str | None, list[Fault]]:
        query, key = file.source.query, ("source", "query", "sql")
        if query is None:
            return None, []
        if "/" in query.sql or not query.sql.endswith(SQL_SUFFIX):
            say = Phrase("a query is a .sql file in the folder {folder}", folder=AUDIENCES)
            hint = Phrase("move it there, and write its name alone")
            return None, [Fault("MC621", say, hint, key=key, at_key=False)]
        try:
            return self._repository.read_text(f"{AUDIENCES}/{query.sql}"), []
        except UnreadableError as error:
            return None, [Fault("MC621", error.message, error.hint, key=key, at_key=False)]

    def _source_file(self, file: AudienceFile) -> Iterator[Fault]:
        written = file.source.file
        if written is None or _URL.match(written) or written.startswith(("/", "~", "../")):
            return
        if self._repository.is_in_git(written):
            say = Phrase("{path} is in git, or would be: openids stay in its history for ever")
            hint = Phrase("keep the list outside of the repository, or add it to .gitignore")
            key = ("source", "file")
            yield Fault("MC620", Phrase(say, path=word(written)), hint, key=key, at_key=False)

    def _references(self, own: NamedAudience, file: AudienceFile) -> Iterator[Fault]:
        for key, name in audience_references(file):
            if name not in self.names:
                yield self._unknown(name, key)
                continue
            other = self._declare(name).file
            if (circle := self._circle(name, own.name)) is not None:
                say = Phrase("these audiences need each other: {names}")
                names = " → ".join([own.name, *circle])
                hint = Phrase("take one of them out")
                yield Fault("MC618", Phrase(say, names=names), hint, key=key, at_key=False)
            elif other is not None and self._appid(other) != own.appid:
                yield of_another_account(name, key)

    def _circle(self, start: AudienceName, end: AudienceName) -> Sequence[AudienceName] | None:
        """Return how an audience leads to another by what each needs; None where it does not."""
        waiting: list[tuple[AudienceName, ...]] = [(start,)]
        seen = {start}
        while waiting:
            way = waiting.pop()
            if way[-1] == end:
                return way
            behind = [each for each in self.needs(way[-1]) if each not in seen]
            seen.update(behind)
            waiting += [(*way, each) for each in behind]
        return None

    def _unknown(self, name: str, key: KeyPath) -> Fault:
        close = NearNames().nearest(name, self.names)
        hint = Phrase("write its file: {path}", path=audience_path(name))
        if self.names:
            hint = Phrase("the audiences are {names}", names=enumerated(self.names))
        if close is not None:
            hint = Phrase("did you mean {key}?", key=close)
        say = Phrase("there is no audience {name}", name=word(name))
        return Fault("MC616", say, hint, key=key, at_key=False)


class _Declared(Frozen):
    """What an audience's file says, before it is compared with anything else."""

    file: AudienceFile | None
    positions: Positions
    diagnostics: tuple[Diagnostic, ...]


def _declared(repository: Repository, name: AudienceName, accounts: list[str]) -> _Declared:
    path = audience_path(name)
    try:
        data = repository.read_bytes(path, YAML_BYTES_MAX)
    except UnreadableError as error:
        fault = about_file(error.code, path, None, error.message, error.hint)
        return _Declared(None, no_positions(path, None), (fault,))
    document = read_yaml(data, path, None, known_keys(AudienceFile))

    def rules(written: dict[str, Any]) -> list[Fault]:
        return [*audience_faults(written), *unknown_account(written.get("account"), accounts)]

    file, diagnostics = validate(document, AudienceFile, rules)
    return _Declared(file, document.positions, tuple(diagnostics))


def _read_lock(
    repository: Repository, name: AudienceName
) -> tuple[AudienceLock | None, list[Diagnostic]]:
    path = audience_lock_path(name)
    try:
        data = repository.read_bytes(path, LOCK_BYTES_MAX)
    except UnreadableError as error:
        if error.is_missing:
            return None, []
        return None, [about_file("MC622", path, None, error.message, freeze_hint(name))]
    lock = lock_in(data)
    if lock is None:
        say = Phrase("this is not a lock that massctl wrote")
    elif lock.audience != name:
        say = Phrase("this is the lock of the audience {name}", name=lock.audience)
    elif lock.text.encode() != data.replace(b"\r\n", b"\n"):
        say = Phrase("this lock was edited by hand")
    else:
        return lock, []
    return None, [about_file("MC622", path, None, say, freeze_hint(name))]


def lock_in(data: bytes) -> AudienceLock | None:
    """Read a lock; None if it is none."""
    try:
        return AudienceLock.model_validate_json(data)
    except ValueError:
        return None


def _unfit(found: NamedAudience, appid: str) -> Fault | None:
    """Return why a campaign cannot be sent to an audience; None if it can."""
    name, lock = found.name, found.lock
    if has_errors(found.diagnostics):
        return Fault("MC617", Phrase("the audience {name} has faults", name=name), _see(name))
    if found.appid != appid:
        return of_another_account(name)
    if lock is None or found.is_stale:
        return not_frozen(found)
    least = 1 if found.is_by_tag else BATCH_MIN
    if lock.count < least:
        say = Phrase("WeChat sends only to {least} openids or more", least=least)
        return Fault("MC605", say, freeze_hint(name))
    return None


def _by_tag(found: NamedAudience) -> Phrase:
    """Say how an account that may not send to openids reaches an audience."""
    say = Phrase("let massctl fill a tag (标签) with them: write {key} in {file}")
    return Phrase(say, key="`deliver: {by: tag}`", file=audience_path(found.name))


def _about_lock(found: NamedAudience, file: AudienceFile) -> Iterator[Fault]:
    """Compare a lock with what the file says now."""
    lock, name = found.lock, found.name
    if lock is None:
        yield replace(not_frozen(found), severity=Severity.INFO)
        return
    if found.appid is not None and lock.appid != found.appid:
        say = Phrase("its people were frozen as followers of another AppID, {appid}")
        yield Fault("MC619", Phrase(say, appid=lock.appid), freeze_hint(name), key=("account",))
    if found.is_stale:
        yield replace(not_frozen(found), severity=Severity.WARNING, key=("source",))
    yield from _outside_bounds(name, lock.count, file)


def _outside_bounds(name: AudienceName, count: int, file: AudienceFile) -> Iterator[Fault]:
    bounds: dict[str, tuple[int | None, Callable[[int], bool]]] = {
        "min": (file.expect.min, lambda bound: count < bound),
        "max": (file.expect.max, lambda bound: count > bound),
    }
    for key, (bound, is_outside) in bounds.items():
        if bound is not None and is_outside(bound):
            say = Phrase("{count:,} people were frozen, outside of what `expect` allows")
            hint = Phrase("check the source and freeze again, or change the bound")
            place = ("expect", key)
            yield Fault("MC625", Phrase(say, count=count), hint, key=place, at_key=False)


def _is_file(path: str) -> bool:
    return path.endswith(AUDIENCE_SUFFIX) and not path.startswith(".")


def _strays(path: str, names: tuple[AudienceName, ...]) -> Iterator[Diagnostic]:
    """Report what is neither an audience, its lock nor a query."""
    if path.startswith(".") or path.endswith((SQL_SUFFIX, "~", ".md")):
        return
    stem, _, ending = path.partition(".")
    whole = f"{AUDIENCES}/{path}"
    if path.removesuffix(AUDIENCE_SUFFIX) in names:
        return
    if path.endswith(AUDIENCE_LOCK_SUFFIX):
        if path.removesuffix(AUDIENCE_LOCK_SUFFIX) in names:
            return
        say = Phrase("this lock has no audience: {file} is missing")
        file = path.removesuffix(AUDIENCE_LOCK_SUFFIX) + AUDIENCE_SUFFIX
        hint = Phrase("restore the audience's file, or delete the lock")
        yield about_file("MC627", whole, None, Phrase(say, file=file), hint)
        return
    say = Phrase("this is not an audience")
    hint = Phrase(
        "an audience is a file called NAME.yaml, of small letters, digits, `.`, `_` and `-`"
    )
    if ending in ("yml", "YAML", "YML", "yaml") and stem:
        near = f"{stem.lower()}{AUDIENCE_SUFFIX}"
        hint = Phrase("rename {found} to {name}", found=path, name=near)
    yield about_file("MC627", whole, None, say, hint)


def _snapshot(lock: AudienceLock) -> str:
    return lock.snapshot


def _one_snapshot(one: AudienceLock, other: AudienceLock) -> Diagnostic:
    severity = Severity.INFO
    say = Phrase("the locks of {one} and {other} name the same people")
    if (one.count, one.appid) != (other.count, other.appid):
        severity = Severity.ERROR
        say = Phrase("the locks of {one} and {other} tell two numbers of the same people")
    named = Phrase(say, one=one.audience, other=other.audience)
    show = Command("audience show", other.audience)
    hint = Phrase("with the key, {command} tells whether that is so", command=show)
    return Diagnostic("MC622", severity, named, Place(audience_lock_path(other.audience)), hint)


def _at(positions: Positions, fault: Fault) -> Diagnostic:
    found = positions.diagnostic(fault)
    return Diagnostic(
        found.code, fault.severity, found.message, found.place, found.hint, None, found.excerpt
    )


def _with(found: NamedAudience, diagnostics: list[Diagnostic]) -> NamedAudience:
    told = tuple(sorted(dict.fromkeys(diagnostics), key=lambda each: each.sort_key))
    return NamedAudience(found.name, found.file, found.sql, found.lock, found.appid, told)


def _see(name: str) -> Phrase:
    return Phrase("{command} shows them", command=Command("audience show", name))
