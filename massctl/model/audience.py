"""audiences/NAME.yaml and audiences/NAME.lock.json: whom letters go to, as named and reviewed objects.

The file says where the people come from. The lock says which of them were frozen, and names the snapshot that holds
them. Neither holds an openid.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, NewType

from pydantic import Field, StringConstraints

from massctl.model.batches import OpenidList
from massctl.model.campaign import TAKE_OUT, Expect, OffsetTime, expect_faults, mapping_of, one_of
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    ACCOUNT_NAME_PATTERN,
    CAMPAIGN_NAME_PATTERN,
    FOLDER_NAME_PATTERN,
    AppId,
    CampaignName,
    Digest,
    Sha256,
    digest_of,
    sha256_of,
    unprefixed,
)
from massctl.model.message import Window
from massctl.model.phrase import Phrase
from massctl.model.secrets import without_login
from massctl.model.settings import Cap
from massctl.model.strict import NonEmpty, NonEmptyLine, PrefixedDigest, Strict

AUDIENCES = "audiences"
"""The folder of all audiences, from the repository's root."""
AUDIENCE_SUFFIX = ".yaml"
AUDIENCE_LOCK_SUFFIX = ".lock.json"
AudienceName = NewType("AudienceName", str)
"""The name of the file without its ending."""
AudienceKey = Annotated[str, StringConstraints(pattern=FOLDER_NAME_PATTERN)]
AccountKey = Annotated[str, StringConstraints(pattern=ACCOUNT_NAME_PATTERN)]
LARGE_CHANGE = 0.3
"""A larger part of an audience that came or went is a warning by itself."""
MANY_CHANGED = "MC633"
"""The code of that warning."""
CHANGE_DEFAULT = "30%"
"""A snapshot that differs from the last one by more is refused."""
CHANGE_PATTERN = r"^[0-9]{1,3}%$"
KEEP_PATTERN = r"^[0-9]{1,4}d$"
SOURCES = ("file", "query", "union", "intersect", "subtract", "rest_of")
"""Where people may come from; a file says exactly one of them."""
DATA_ENDINGS = (".csv", ".parquet", ".json", ".jsonl", ".ndjson")
"""Of the files that a query without a connection reads."""
PARAMETER_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
OWN_PARAMETERS = ("now", "today")
"""Parameters of a query that massctl gives: the moment of the freeze, and its day in Beijing."""


class Query(Strict):
    """One SELECT over the team's own data."""

    sql: NonEmpty
    """A file beside the audience's, which holds one SELECT that yields a column `openid`."""
    connection: NonEmpty | None = None
    """A name under `connections:` in massctl.yaml. Absent: an embedded DuckDB over the files of `data`."""
    data: NonEmpty | None = None
    """Without a connection: the folder of the CSV, Parquet and JSON files that the query reads, each as a view."""
    params: dict[
        Annotated[str, StringConstraints(pattern=PARAMETER_PATTERN)],
        bool | int | float | date | NonEmpty,
    ] = Field(default_factory=dict)
    """What `:NAME` in the query stands for: bound, never pasted. `:now` and `:today` are those of the freeze."""


class Subtract(Strict):
    """The people of one audience who are in none of the others."""

    from_: Annotated[AudienceKey, Field(alias="from")]
    """Whose people they are."""
    less: Annotated[list[AudienceKey], Field(min_length=1)]
    """Whose people are taken off."""


class AudienceSource(Strict):
    """Where the people come from: exactly one of these keys."""

    file: NonEmpty | None = None
    """A .txt, .csv or .parquet file, outside git or of the team's store (https://, s3://)."""
    query: Query | None = None
    """One SELECT over the team's own data."""
    union: Annotated[list[AudienceKey], Field(min_length=2)] | None = None
    """Everybody who is in any of these audiences."""
    intersect: Annotated[list[AudienceKey], Field(min_length=2)] | None = None
    """Everybody who is in all of these audiences."""
    subtract: Subtract | None = None
    """The people of one audience who are in none of the others."""
    rest_of: Annotated[str, StringConstraints(pattern=CAMPAIGN_NAME_PATTERN)] | None = None
    """The campaign whose batches surely did not reach them; only `massctl new REST --unsent-of NAME` freezes it."""

    @property
    def others(self) -> tuple[AudienceName, ...]:
        """Name the audiences that it is made of."""
        less = [self.subtract.from_, *self.subtract.less] if self.subtract is not None else []
        return tuple(map(AudienceName, self.union or self.intersect or less))


class AudienceExpect(Expect):
    """Bounds for a snapshot; outside them nothing is frozen."""

    change: Annotated[str, StringConstraints(pattern=CHANGE_PATTERN)] = CHANGE_DEFAULT
    """How many may be added or removed since the last snapshot, in percent of it."""


class DeliverBy(Strict):
    """How the people of an audience are reached."""

    by: Literal["openids", "tag"] = "openids"
    """tag: massctl fills a tag that it made for this audience, for accounts that may not send to openids."""


class AudienceFile(Strict):
    """audiences/NAME.yaml: an audience that is reviewed, frozen and sent to."""

    version: Literal[1]
    """The version of this format."""
    title: NonEmptyLine
    """Who they are, in words for people."""
    account: AccountKey
    """The account whose followers they are; an openid belongs to one AppID."""
    source: AudienceSource
    """Where the people come from."""
    exclude: list[AudienceKey] = Field(default_factory=list)
    """Other audiences, whose people are always taken off."""
    expect: AudienceExpect = Field(default_factory=AudienceExpect)
    """Bounds for a snapshot; outside them nothing is frozen."""
    cap: Cap | None = None
    """Whoever had so many letters already is taken off before the first attempt; beside policy.cap the smaller wins."""
    keep_for: Annotated[str, StringConstraints(pattern=KEEP_PATTERN)] = "400d"
    """When its snapshots are erased. Counts of a month, caps and overlaps need them until then."""
    deliver: DeliverBy = Field(default_factory=DeliverBy)
    """How the people are reached."""

    @property
    def needs(self) -> tuple[AudienceName, ...]:
        """Name the audiences whose snapshots it needs, each once: those that it is made of, then the excluded."""
        return tuple(dict.fromkeys((*self.source.others, *map(AudienceName, self.exclude))))


def audience_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Check what pydantic cannot see key by key; values of wrong types are left to pydantic."""
    source = data.get("source")
    if isinstance(source, Mapping):
        none = Phrase("nothing says where the people come from")
        yield from one_of(source, SOURCES, ("source",), none)
        params = mapping_of(mapping_of(source.get("query")).get("params"))
        for name in OWN_PARAMETERS:
            if name in params:
                say = Phrase("{name} is the moment of the freeze, which massctl gives", name=name)
                yield Fault("MC014", say, TAKE_OUT, key=("source", "query", "params", name))
    yield from expect_faults(data.get("expect"), ("expect",))


def audience_references(file: AudienceFile) -> Iterator[tuple[KeyPath, AudienceName]]:
    """Return where an audience names others, and which."""
    source = file.source
    for key in ("union", "intersect"):
        for index, name in enumerate(getattr(source, key) or ()):
            yield ("source", key, index), AudienceName(name)
    if source.subtract is not None:
        yield ("source", "subtract", "from"), AudienceName(source.subtract.from_)
        for index, name in enumerate(source.subtract.less):
            yield ("source", "subtract", "less", index), AudienceName(name)
    for index, name in enumerate(file.exclude):
        yield ("exclude", index), AudienceName(name)


def shown_file(written: str) -> str:
    """Return the path or URL of a list as it may be shown: without credentials.

    >>> shown_file("https://lin:secret@lists.example/east.csv?signature=1")
    'https://********@lists.example/east.csv'
    """
    return without_login(written.partition("?")[0])


def query_digest(sql: str) -> Sha256:
    """Name the text of a query, with every CRLF as LF."""
    return sha256_of(_lines(sql).encode())


def _lines(sql: str) -> str:
    return sql.replace("\r\n", "\n")


def definition_digest(file: AudienceFile, sql: str | None) -> Digest:
    """Name what an audience says of its people; `sql` is the text of its query, None without one."""
    source = file.source.model_dump(mode="json", by_alias=True, exclude_none=True)
    text = None if sql is None else _lines(sql)
    return digest_of({"source": source, "sql": text, "exclude": file.exclude})


class PeopleChange(Frozen):
    """How one set of people differs from another, person by person."""

    added: int
    """How many come in."""
    removed: int
    """How many go."""

    @property
    def words(self) -> Phrase:
        """Say it as plans and reviews do."""
        return Phrase("+{added:,} −{removed:,}", added=self.added, removed=self.removed)

    def is_large(self, people: int) -> bool:
        """Return whether more than three in ten came or went; `people` is how many there are now."""
        before = people - self.added + self.removed
        return max(self.added, self.removed) > LARGE_CHANGE * max(before, 1)


class DatedChange(PeopleChange):
    """How an audience differs from its snapshot before, person by person."""

    since: date
    """The Beijing day of the snapshot before, YYYY-MM-DD."""


class AudienceChange(Strict):
    """How a snapshot differs from the one before it, person by person."""

    since: PrefixedDigest
    """The snapshot before."""
    since_at: OffsetTime
    """When that was frozen."""
    added: Annotated[int, Field(ge=0)]
    removed: Annotated[int, Field(ge=0)]

    @property
    def counts(self) -> PeopleChange:
        """How many came in and went."""
        return PeopleChange(self.added, self.removed)


class AudiencePart(Strict):
    """Another audience, as it was taken in or taken off."""

    audience: AudienceKey
    snapshot: PrefixedDigest


class AudienceLock(Strict):
    """audiences/NAME.lock.json: who was frozen, when and by whom. Only `massctl audience freeze` writes it."""

    version: Literal[1]
    audience: AudienceKey
    appid: NonEmpty
    """The AppID whose followers they are."""
    snapshot: PrefixedDigest
    """Of the openids in the order of their letters, each once, each with a newline after it."""
    count: Annotated[int, Field(ge=0)]
    """How many there are."""
    definition: PrefixedDigest
    """Of what audiences/NAME.yaml says of its people: its source, the text of its query, and `exclude`."""
    source: PrefixedDigest | None = None
    """Of the file that was read; null for everything else."""
    parts: list[AudiencePart] = Field(default_factory=list)
    """The other audiences, as they were taken in and taken off."""
    frozen_at: OffsetTime
    frozen_by: NonEmptyLine
    """Who froze it, in the words of the forge or of git."""
    change: AudienceChange | None = None
    """How it differs from the snapshot before; null for a first one."""
    columns: dict[str, int] = Field(default_factory=dict)
    """Other columns of the query, each with the number of its different values."""

    @property
    def openid_list(self) -> OpenidList:
        """Return what names the people, as a campaign sends to them."""
        return OpenidList(unprefixed(self.snapshot), self.count, audience=self.audience)

    @property
    def text(self) -> str:
        """Write the file: canonical JSON, readable, with a newline at its end."""
        value = self.model_dump(mode="json")
        return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


class AudienceState(StrEnum):
    """Whether an audience can be sent to."""

    FROZEN = "frozen"
    """Its lock names its people."""
    STALE = "stale"
    """Its file says something else of its people than when they were frozen."""
    NEVER_FROZEN = "never_frozen"
    """It has no lock."""
    FAULTY = "faulty"
    """Its file or its lock has errors."""


class AudienceUse(Frozen):
    """A campaign that goes to an audience."""

    campaign: CampaignName
    window: Window | None


class NamedAudience(Frozen):
    """One audience as its files have it."""

    name: AudienceName
    file: AudienceFile | None = None
    """None where anything in the file is a fault."""
    sql: str | None = None
    """The text of its query; None without one, or where it cannot be read."""
    lock: AudienceLock | None = None
    """None where it was never frozen, and where its lock is not what massctl wrote."""
    appid: AppId | None = None
    """The AppID of its account; None where massctl.yaml does not have it."""
    diagnostics: tuple[Diagnostic, ...] = ()
    uses: tuple[AudienceUse, ...] = ()
    """The campaigns that go to it, as far as somebody looked: those whose window ends first stand first."""

    @property
    def definition(self) -> Digest | None:
        """Name what its file says of its people; None where that is not known."""
        if self.file is None or (self.file.source.query is not None and self.sql is None):
            return None
        return definition_digest(self.file, self.sql)

    @property
    def is_by_tag(self) -> bool:
        """Whether massctl reaches its people by a tag that it fills."""
        return self.file is not None and self.file.deliver.by == "tag"

    @property
    def openid_list(self) -> OpenidList | None:
        """What names its people, as a campaign sends to them; None where it was never frozen."""
        if self.lock is None:
            return None
        return replace(self.lock.openid_list, by_tag=self.is_by_tag)

    @property
    def is_stale(self) -> bool:
        """Whether its file says something else of its people than when it was frozen."""
        return (
            self.lock is not None
            and self.definition is not None
            and self.lock.definition != self.definition
        )

    @property
    def state(self) -> AudienceState:
        """Return whether it can be sent to."""
        if has_errors(self.diagnostics):
            return AudienceState.FAULTY
        if self.lock is None:
            return AudienceState.NEVER_FROZEN
        return AudienceState.STALE if self.is_stale else AudienceState.FROZEN


class LockCheck(Frozen):
    """Whether a lock says what its snapshots say."""

    fault: Phrase | None = None
    """Why it is not what a freeze wrote."""
    unread: str | None = None
    """Why nobody can look into its snapshots here."""


class FreezeResult(Frozen):
    """What a freeze found: what its lock is to say, and who was removed."""

    lock: AudienceLock
    is_changed: bool = True
    """False: the lock said all of this already."""
    excluded: int = 0
    """Removed because an excluded audience has them."""
    erased: int = 0
    """Removed because they were erased once."""
    unfollowed: int = 0
    """Removed because they do not follow any more."""
    notes: tuple[Diagnostic, ...] = ()


class ListOutcome(Frozen):
    """Lines of a list in the working tree that name people who were erased."""

    path: str
    lines: tuple[int, ...]
    why: Phrase | None = None
    """Why they stay; None where they were taken out."""


class TagOutcome(Frozen):
    """A tag of an account that massctl filled with people who were erased."""

    name: str
    why: str | None = None
    """Why they may still have it; None where it was taken from them."""


class ErasureResult(Frozen):
    """What an erasure did."""

    people: int
    """How many people were named; 0 where only old snapshots were erased."""
    remaining: Mapping[Sha256, int]
    """The snapshots that people were erased from -> how many people are left of each."""
    expired: tuple[Sha256, ...] = ()
    """Snapshots that were older than `keep_for`, and are gone."""
    tags: tuple[TagOutcome, ...] = ()
    lists: tuple[ListOutcome, ...] = ()
