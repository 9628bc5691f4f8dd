"""Freeze an audience: find its people, remove whoever is excluded or erased, and name them by a snapshot.

The snapshot is written first and the lock last, each whole or not at all: a freeze that ends anywhere leaves the old
lock, and at most a snapshot that nothing names, which the next freeze of the same people uses.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.audience.member_sets import Members, MemberSets
from massctl.audience.queries import (
    ROWS_MAX,
    database_answer,
    embedded_answer,
    engine_of,
    failed_over,
    files_of,
    parameters_at,
    read_query,
    views_of,
)
from massctl.audience.query_engine import EMBEDDED, Answer
from massctl.audience.snapshots import CheckedPeople, Snapshots
from massctl.audience.source_file import FileReader
from massctl.audience.source_rows import SourceFaultsError, SourceTally, at_source, one_fault
from massctl.errors import ConfigurationError, RefusedError, SnapshotMissingError
from massctl.model.audience import (
    AUDIENCES,
    AudienceChange,
    AudienceFile,
    AudienceLock,
    AudienceName,
    AudiencePart,
    FreezeResult,
    NamedAudience,
    Query,
)
from massctl.model.campaign import parse_offset_time
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.ids import Sha256, prefixed
from massctl.model.phrase import BEIJING, Command, Phrase
from massctl.model.settings import MassctlFile
from massctl.source.audiences import (
    Audiences,
    audience_lock_path,
    audience_path,
    freeze_hint,
    not_frozen,
    of_another_account,
)
from massctl.whole_file import write_whole

MOVES_WITHIN: Final = timedelta(hours=1)
"""Two freezes of one definition within so long should find nearly the same people. Our own bound."""
_ABOUT_LOCKS: Final = frozenset({"MC619", "MC622", "MC623", "MC624", "MC625"})
"""Diagnostics that a freeze puts right; whether the others are of the same account it judges itself."""
_NOTHING: Final = Phrase("Nothing was written.")


class SourcePeople(Frozen):
    """The people of a source that was read to its end, and what is known of it."""

    people: Members
    source: Sha256 | None = None
    """Of the file that was read."""
    columns: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Diagnostic, ...] = ()


class FreezeDraft(Frozen):
    """Who would be in an audience, within its bounds: `Freezer.write` writes it."""

    found: NamedAudience
    result: FreezeResult
    people: CheckedPeople


class Freezer(Struct):
    """Freezes audiences of one repository, and writes all of them at once.

    An audience of others uses what this run froze of them.
    """

    sets: MemberSets
    snapshots: Snapshots
    audiences: Audiences
    settings: MassctlFile
    files: FileReader
    environment: Mapping[str, str]
    now: datetime
    by: str
    _drafts: dict[AudienceName, FreezeDraft] = field(default_factory=dict)
    """What this run froze; nothing of it is written yet."""

    def freeze(self, found: NamedAudience) -> FreezeDraft:
        """Find who is in an audience now, and write nothing yet.

        Raises SourceFaultsError, RefusedError or SnapshotError.
        """
        file = self._valid_file(found)
        parts = [self._part(found, name) for name in file.needs]
        read = self._people(found, file)
        locks = [self._lock_of(AudienceName(name)) for name in file.exclude]
        less = [self._open(each) for each in locks]
        stays = self.sets.subtract(read.people, less)
        kept = self.snapshots.without_erased(self.sets, stays)
        counts = [self.sets.count(each) for each in (read.people, stays, kept.members)]
        lock = self._lock(found, kept.members).model_copy(
            update={
                "parts": parts,
                "source": read.source and prefixed(read.source),
                "columns": read.columns,
            }
        )
        result = FreezeResult(
            lock,
            excluded=counts[0] - counts[1],
            erased=counts[1] - counts[2],
            notes=read.notes,
        )
        return self._within_bounds(found, result, kept)

    def without_unfollowed(self, found: NamedAudience, followers: Iterator[str]) -> FreezeDraft:
        """Remove from the frozen snapshot whoever does not follow now; its source is not read."""
        self._valid_file(found)
        before = found.lock
        if before is None or found.is_stale:
            raise RefusedError(not_frozen(found).message, _NOTHING, freeze_hint(found.name))
        frozen = self._open(before)
        follow = self.sets.intersection([frozen, self.sets.of(followers)])
        kept = self.snapshots.without_erased(self.sets, follow)
        said = {"parts": before.parts, "source": before.source, "columns": before.columns}
        lock = self._lock(found, kept.members).model_copy(update=said)
        counts = [self.sets.count(each) for each in (frozen, follow)]
        # Whoever was erased since is blank in the snapshot already.
        erased = before.count - counts[0] + counts[1] - lock.count
        result = FreezeResult(lock, erased=erased, unfollowed=counts[0] - counts[1])
        return self._within_bounds(found, result, kept)

    # Where people come from.

    def _people(self, found: NamedAudience, file: AudienceFile) -> SourcePeople:
        source = file.source
        if source.rest_of is not None:
            say = Phrase("{name} has no source that could be read again", name=found.name)
            hint = Phrase(
                "it is frozen by {command} alone",
                command=Command("new", "REST --unsent-of", source.rest_of),
            )
            raise RefusedError(say, _NOTHING, hint)
        if source.file is not None:
            at = Place(audience_path(found.name))
            with self.files.opened(source.file, at) as opened:
                taken = SourceTally(Place(opened.shown))
                return self._taken(taken, opened.openids(taken), opened.sha256())
        if source.query is not None:
            taken = SourceTally(Place(f"{AUDIENCES}/{source.query.sql}", 1))
            return self._taken(taken, self._of_query(source.query, found.sql or "", taken))
        others = [self._open(self._lock_of(name)) for name in source.others]
        if source.union is not None:
            return SourcePeople(self.sets.union(others))
        if source.intersect is not None:
            return SourcePeople(self.sets.intersection(others))
        return SourcePeople(self.sets.subtract(others[0], others[1:]))

    def _taken(
        self, taken: SourceTally, openids: Iterator[str], source: Sha256 | None = None
    ) -> SourcePeople:
        """Read a source to its end; only then it is known what is odd about it."""
        people = self.sets.of(openids)
        notes = taken.notes(self.sets.count(people))
        return SourcePeople(people, source, taken.columns, tuple(notes))

    def _of_query(self, query: Query, sql: str, taken: SourceTally) -> Iterator[str]:
        with self._answer(query, sql, taken.at) as (answer, rows_max):
            yield from taken.of_rows(answer.columns, answer.pages, rows_max)

    @contextmanager
    def _answer(self, query: Query, sql: str, at: Place) -> Iterator[tuple[Answer, int]]:
        parameters = parameters_at(self.now, query.params)
        if query.connection is None:
            statement = read_query(sql, at.file, EMBEDDED, parameters)
            folder = self._folder(query)
            views, failed = views_of(folder, statement), failed_over(files_of(folder))
            with embedded_answer(statement, views, at, failed=failed) as answer:
                yield answer, ROWS_MAX
            return
        connection = self.settings.connections.get(query.connection)
        if connection is None:
            say = Phrase("massctl.yaml has no connection {name}", name=query.connection)
            hint = Phrase("write it under `connections`")
            raise one_fault("MC621", say, hint, at)
        url = self.environment.get(connection.url_env, "")
        if not url:
            raise ConfigurationError(
                Phrase("{name} is not set", name=connection.url_env),
                Phrase("The connection {name} needs it. No query was run.", name=query.connection),
                Phrase("export it, or let whoever has it freeze the audience"),
            )
        kind = engine_of(query.connection, url)
        statement = read_query(sql, at.file, kind.dialect, parameters)
        with database_answer(kind, url, connection, statement, at) as answer:
            yield answer, connection.rows

    def _folder(self, query: Query) -> Path:
        folder = Path(query.data or ".").expanduser()
        return (self.files.root / folder).resolve()

    # Other audiences.

    def _valid_file(self, found: NamedAudience) -> AudienceFile:
        errors = [
            each
            for each in found.diagnostics
            if each.severity is Severity.ERROR and each.code not in _ABOUT_LOCKS
        ]
        if errors or found.file is None or found.appid is None or found.definition is None:
            raise SourceFaultsError(errors or found.diagnostics)
        return found.file

    def _part(self, own: NamedAudience, name: AudienceName) -> AudiencePart:
        lock = self._lock_of(name)
        if lock.appid != own.appid:
            found = at_source(of_another_account(name), Place(audience_path(own.name)))
            raise SourceFaultsError([found])
        return AudiencePart(audience=name, snapshot=lock.snapshot)

    def _lock_of(self, name: AudienceName) -> AudienceLock:
        """Return another audience's lock, which has to be of its file as it is now."""
        if name in self._drafts:
            return self._drafts[name].result.lock
        found = self.audiences.audience(name)
        lock = found.lock if found is not None else None
        if found is None or lock is None or found.is_stale:
            fault = not_frozen(found or NamedAudience(name))
            raise SourceFaultsError([at_source(fault, Place(audience_path(name)))])
        return lock

    def _open(self, lock: AudienceLock) -> Members:
        draft = self._drafts.get(AudienceName(lock.audience))
        if draft is not None and draft.result.lock == lock:
            return draft.people.members
        return self.snapshots.open(self.sets, lock.openid_list.sha256)

    # What is written.

    def _lock(self, found: NamedAudience, people: Members) -> AudienceLock:
        return AudienceLock(
            version=1,
            audience=found.name,
            appid=str(found.appid),
            snapshot=prefixed(self.sets.sha256(people)),
            count=self.sets.count(people),
            definition=str(found.definition),
            frozen_at=self.now.astimezone(BEIJING).isoformat(timespec="seconds"),
            frozen_by=self.by,
            change=self._change(found, people),
        )

    def _change(self, found: NamedAudience, people: Members) -> AudienceChange | None:
        """Compare with the snapshot before; None without one of this account that can still be read."""
        before = found.lock
        if before is None or before.appid != found.appid:
            return None
        try:
            frozen = self._open(before)
        except SnapshotMissingError:
            return None
        differs = self.sets.change(frozen, people)
        if not differs.added and not differs.removed:
            return before.change
        return AudienceChange(
            since=before.snapshot,
            since_at=before.frozen_at,
            added=differs.added,
            removed=differs.removed,
        )

    def _within_bounds(
        self, found: NamedAudience, result: FreezeResult, people: CheckedPeople
    ) -> FreezeDraft:
        lock, before = result.lock, found.lock
        if found.file is not None:
            self._require_bounds(found.name, found.file, lock, before)
        is_known = self.snapshots.has(lock.openid_list.sha256)
        if before is not None and is_known and _without_moment(before) == _without_moment(lock):
            result = replace(result, lock=before, is_changed=False)
        draft = FreezeDraft(found, result, people)
        self._drafts[found.name] = draft
        return draft

    def write(self, drafts: Sequence[FreezeDraft]) -> None:
        """Write what changed: the snapshots of all first, and their locks then."""
        changed = [each for each in drafts if each.result.is_changed]
        for each in changed:
            self.snapshots.write(self.sets, each.people, each.found.name, self.now)
        for each in changed:
            path = self.files.root / audience_lock_path(each.found.name)
            write_whole(path, each.result.lock.text.encode(), 0o644)

    def _require_bounds(
        self,
        name: AudienceName,
        file: AudienceFile,
        lock: AudienceLock,
        before: AudienceLock | None = None,
    ) -> None:
        least, most = max(file.expect.min or 1, 1), file.expect.max
        if lock.count < least or (most is not None and lock.count > most):
            raise RefusedError(
                Phrase("{name} would have {count:,} people", name=name, count=lock.count),
                _bounds_words(file),
                Phrase("check the source, or change `expect` in {file}", file=audience_path(name)),
            )
        if before is None or before.appid != lock.appid or before.snapshot == lock.snapshot:
            return
        change = lock.change or self._least_change(before, lock)
        allowed = before.count * int(file.expect.change.removesuffix("%"))
        if max(change.added, change.removed) * 100 > allowed:
            raise RefusedError(
                Phrase(
                    "{name} would change by +{added:,} −{removed:,} of {count:,} people",
                    name=name,
                    added=change.added,
                    removed=change.removed,
                    count=before.count,
                ),
                self._moves(before, lock, file.expect.change),
                Phrase(
                    "check the source; if it is right, raise `expect.change` in {file}",
                    file=audience_path(name),
                ),
            )

    def _least_change(self, before: AudienceLock, lock: AudienceLock) -> AudienceChange:
        """Return what surely changed where the snapshot before is not in its place any more."""
        more = lock.count - before.count
        return AudienceChange(
            since=before.snapshot,
            since_at=before.frozen_at,
            added=max(0, more),
            removed=max(0, -more),
        )

    def _moves(self, before: AudienceLock, lock: AudienceLock, bound: str) -> Phrase:
        """Say which bound is exceeded, and that the source gave other people within the last hour."""
        at = parse_offset_time(before.frozen_at)
        is_near = at is not None and self.now - at < MOVES_WITHIN
        if is_near and before.definition == lock.definition:
            return Phrase(
                "`expect.change` allows {bound}. The source gave other people less than an hour ago: "
                "it was changed since, or its result differs from run to run. Nothing was written.",
                bound=bound,
            )
        return Phrase("`expect.change` allows {bound}. Nothing was written.", bound=bound)


def in_order(names: Sequence[AudienceName], audiences: Audiences) -> list[AudienceName]:
    """Order audiences so that each comes after those of them that it needs."""
    needs = {name: {*audiences.needs(name)} & {*names} for name in names}
    try:
        return [*TopologicalSorter(needs).static_order()]
    except CycleError:
        return [*names]  # None of a circle can be frozen: MC618 says why.


def _bounds_words(file: AudienceFile) -> Phrase:
    least, most = file.expect.min, file.expect.max
    if least is None and most is None:
        return Phrase("An audience has at least one person. Nothing was written.")
    if most is None:
        return Phrase("`expect` allows {least:,} people or more. Nothing was written.", least=least)
    return Phrase(
        "`expect` allows {least:,} to {most:,} people. Nothing was written.",
        least=max(least or 1, 1),
        most=most,
    )


def _without_moment(lock: AudienceLock) -> AudienceLock:
    return lock.model_copy(update={"frozen_at": "", "frozen_by": ""})
