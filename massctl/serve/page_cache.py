"""The pages of the repository as it is now: rendered when somebody looks, cached until a file changes."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from massctl.child import ChildError
from massctl.errors import LedgerError, MassctlError
from massctl.ledger.archive import Contents
from massctl.model.audience import AUDIENCES, AudienceLock, AudienceName
from massctl.model.campaign import AccountTags
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.entries import Entry
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CAMPAIGN_FILE,
    CAMPAIGNS,
    DEFAULTS_FILE,
    AppId,
    CampaignName,
    Sha256,
    sha256_of,
)
from massctl.model.lock import LockedPicture, path_from_lock, version_of
from massctl.model.message import Picture, RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.selection import Selection
from massctl.model.settings import MassctlFile
from massctl.model.state import (
    FINAL,
    State,
    Status,
    article_addresses,
    beijing_day,
    status_of,
)
from massctl.plan.approvals import ApprovalCount
from massctl.plan.audience_uses import last_sends
from massctl.plan.destinations import JudgedDestination, SentBefore, judged, sent_digests
from massctl.plan.drift import Drift
from massctl.plan.drift_readings import open_drifts
from massctl.plan.guards import HandoffItem, PolicyInForce, handoff_of, unasked
from massctl.plan.plan import Plan, PlannedCampaign, make_plan
from massctl.plan.quota import recorded_count
from massctl.plan.reach import sent_in
from massctl.plan.review_diff import base_of, difference, last_sent
from massctl.plan.schedule import Schedule, schedule_of
from massctl.plan.steps import Concluded, Desired, Invalid, Refusal
from massctl.plan.window import window_state
from massctl.report.report import Report
from massctl.serve.theme_gallery import read_settings, sample_addresses, sample_files, shown_themes
from massctl.source.audience_history import recorded_locks
from massctl.source.audience_uses import audience_uses
from massctl.source.audiences import Audiences, named_audiences
from massctl.source.campaigns import about_defaults
from massctl.source.groups import CampaignFolders
from massctl.source.loader import Desires, WorkingTree, agenda_of
from massctl.source.locks import check_lock
from massctl.source.renderer import children_of
from massctl.source.repository import Repository, is_settings
from massctl.source.scope import Scope
from massctl.source.settings import load_settings
from massctl.source.tags import known_tags
from massctl.view.i18n import Language
from massctl.view.pages.audiences_page import ShownAudience, audience_page, audiences_page
from massctl.view.pages.calendar_page import calendar_page
from massctl.view.pages.campaign_page import Earlier, Look, campaign_page
from massctl.view.pages.campaigns_page import Filter, Listed, campaigns_page
from massctl.view.pages.document import ANYTHING, Watched, document
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import Order, sends_page, served_send_page
from massctl.view.pages.themes_page import themes_page

SHARED = "_shared"
"""Stands for what campaigns share, in what is published; the gallery of themes waits for it."""
REPORTED = "_report"
"""Stands for what sends reached, in what is published; the pages of reports wait for it."""
PEOPLE = "_audiences"
"""Stands for the audiences and who uses them, in what is published; the pages of audiences wait for it."""
EVERYTHING = frozenset({ANYTHING})
"""For all campaigns, known or not. No campaign has this name."""
OWN_THEMES = "campaigns/_shared/themes"
_KEPT_MAX = 64
"""A page that missed more changes than these is renewed whatever they were."""


class Broadcaster:
    """Tells every page that waits which campaigns changed; numbers changes from 1 on, and a page says what it heard."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._published: list[frozenset[str]] = []
        self._first = 0
        """How many changes are forgotten."""

    @property
    def number(self) -> int:
        """How many changes were published."""
        return self._first + len(self._published)

    def publish(self, names: frozenset[str]) -> None:
        """Publish changed campaigns; an empty set does nothing."""
        if not names:
            return
        with self._condition:
            self._published.append(names)
            if len(self._published) > _KEPT_MAX:
                del self._published[0]
                self._first += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float | None) -> tuple[int, frozenset[str]]:
        """Wait for a change after `heard`; return the last number and the names of everything that changed since.

        Without `seconds` it waits for ever. No names mean that nothing changed in time.
        """
        with self._condition:
            self._condition.wait_for(lambda: self.number > heard, seconds)
            if heard < self._first:
                return self.number, EVERYTHING
            return self.number, frozenset().union(*self._published[heard - self._first :])


class ServedRepository(Frozen):
    """Where everything is, and what the command line and the environment decide."""

    repository: Repository
    cache: Path
    ledger: Path
    """The file of a local ledger: when it changes, `entries` are read again."""
    entries: Callable[[], Sequence[Entry]]
    """Reads the ledger, wherever it is."""
    archive: Callable[[], Contents]
    """Opens what is kept beside it."""
    statistics_folder: Path
    """Where local statistics are: when a file changes there, `report` is asked again."""
    report: Callable[[State, MassctlFile], Report]
    """Makes the report of all sends from the archive of statistics, wherever it is; raises LedgerError."""
    loopback_override: str | None
    """As `load_settings` takes it."""
    language_of: Callable[[MassctlFile | None], Language]
    new_state: Callable[[MassctlFile | None], State]
    """Returns a state to fold the entries into."""
    now: Callable[[], datetime]
    clock: Callable[[], str | None] = lambda: None
    """Tells the sandbox's time, where it is not the machine's."""
    selection: Selection = Selection()
    """The campaigns that are shown; all of them are judged."""


FILE_FOLDER = "/-/file/"
"""Below this stand pictures, sounds and videos, each by the name of its bytes."""


class Rendered(Frozen):
    """A campaign, and everything that another look at it needs."""

    found: RenderedCampaign | Concluded | Invalid
    """As its files have it now; what went out is not rendered until somebody looks at it."""
    campaign: RenderedCampaign | None
    """The last one that had no faults; None if there was none yet, or if nobody needs it."""
    working_tree: WorkingTree
    """Gives the bytes of the campaign's files."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with it now."""
        return () if isinstance(self.found, Concluded) else self.found.diagnostics

    @property
    def is_whole(self) -> bool:
        """It was rendered."""
        return not isinstance(self.found, Concluded)

    @property
    def may_need_audience(self) -> bool:
        """Whether a change of an audience may change it."""
        return not isinstance(self.found, RenderedCampaign) or self.found.audience.of is not None

    @property
    def files(self) -> dict[str, str]:
        """Where the campaign's files stand on the server, by the SHA-256 of their bytes."""
        return {
            each.sha256: address(each.sha256, each.extension)
            for each in (self.campaign.files if self.campaign else ())
        }

    def earlier_files(
        self, name: CampaignName, pictures: Iterable[LockedPicture]
    ) -> dict[str, str]:
        """Return the same for an earlier version, for the files whose bytes the working tree still has."""
        found = self.files
        for each in pictures:
            sha256 = each.sha256
            if sha256 in found or each.purpose not in ("image", "material"):
                continue
            path = path_from_lock(each.path, self.found.folder)
            try:
                now = self.working_tree.picture(
                    name, path, "inline" if each.purpose == "image" else "cover"
                )
            except ChildError:
                continue
            if isinstance(now, Picture) and now.sha256 == sha256:
                found[sha256] = address(sha256, now.extension)
        return found

    def read(self, sha256: str) -> bytes | None:
        """Return the bytes of a file; None if they are gone."""
        try:
            return self.working_tree.read(Sha256(sha256))
        except (KeyError, MassctlError):
            return None


def address(sha256: str, extension: str) -> str:
    """Return the server's path of a file."""
    return f"{FILE_FOLDER}{sha256}.{extension}"


def render_folder(
    working_tree: WorkingTree, name: CampaignName, state: State, before: Rendered | None
) -> Rendered | None:
    """Read and render a campaign; None without such a folder. `before` is the previous result.

    A campaign that went out according to `state` is not rendered; with an empty state everything is.
    """
    found = next(iter(Desires(working_tree, state).read([name])), None)
    if isinstance(found, Invalid) and before is not None and before.campaign is not None:
        return Rendered(found, before.campaign, before.working_tree)
    if isinstance(found, RenderedCampaign | Concluded | Invalid):
        return Rendered(found, found if isinstance(found, RenderedCampaign) else None, working_tree)
    return None


class Compared(Frozen):
    """An earlier version, and where its files stand as far as their bytes are still here."""

    earlier: Earlier
    files: dict[str, str]


def compared(kept: Rendered, state: State, archive: Contents) -> Compared | None:
    """Compare a campaign with the version before; None if there is none, or if it is not stored here as a whole."""
    campaign = kept.campaign
    if campaign is None:
        return None
    base = last_sent(campaign.name, state) or base_of(campaign, state)
    before = archive.read(base.digest) if base else None
    if base is None or before is None:
        return None
    found = Earlier(
        difference(base, before, version_of(campaign)), before.message, before.lock.send.window
    )
    return Compared(found, kept.earlier_files(campaign.name, before.lock.pictures))


class Standing(Frozen):
    """How a campaign stands."""

    rendered: Rendered
    status: Status
    missing: tuple[Refusal, ...] | None
    """What keeps it from being sent, beside its lock; None for one with faults, and for one that is out."""
    lock: Refusal | None = None
    """What is wrong with its lock."""
    approvals: tuple[ApprovalCount, ...] = ()
    """The approvals that its send needs by policy.approvals."""


_TEXTS = (".md", ".html", ".j2", ".yaml")
_TURN_SECONDS = 0.01
"""How long `warm` leaves the pages to others after each campaign."""
_RENEWED_MAX = 8
"""So many campaigns are rendered while a page of several is asked for."""


def shown_month(written: str, now: datetime) -> date:
    """Read a month as addresses write it (2026-12); anything else is the month of `now` in Beijing."""
    try:
        month = date.fromisoformat(f"{written}-01")
    except ValueError:
        month = date.min
    # A calendar shows days of the months beside it too.
    is_shown = date.min.year < month.year < date.max.year
    return month if is_shown else beijing_day(now).replace(day=1)


NO_QUERY: Mapping[str, str] = MappingProxyType({})


class PageCache:
    """Gives pages. Threads may share it; one campaign is rendered at a time."""

    def __init__(self, served: ServedRepository, broadcaster: Broadcaster) -> None:
        self._served: Final = served
        self._repository = served.repository
        self._children: Final = children_of(served.repository, served.cache)
        self._ledger: Final = served.ledger.relative_to(served.repository.root).as_posix()
        self._broadcaster: Final = broadcaster
        self._one_at_a_time: Final = threading.RLock()
        self._kept: Final[dict[CampaignName, Rendered]] = {}
        self._noted: Final[dict[str, Sha256]] = {}
        """What texts held when they were last said to have changed."""
        self._stale: Final[set[CampaignName]] = set()
        """Cached but out of date."""
        self._compared: Final[dict[CampaignName, Compared | None]] = {}
        self._settings, self._faults = self._read_settings()
        self._state, self._trouble = self._read_ledger()
        self._folders = self._repository.campaign_folders
        self._statistics: Final = served.statistics_folder.relative_to(
            served.repository.root
        ).as_posix()
        self._report: tuple[datetime, Report] | None = None
        """With the hour in which it was made."""
        self._audiences: tuple[datetime, Sequence[ShownAudience]] | None = None
        """With the minute in which they were read."""
        self._committed: Mapping[AudienceName, tuple[AudienceLock, ...]] | None = None
        """The locks that git has of audiences, as far as somebody looked."""

    def list_page(self, query: Mapping[str, str] = NO_QUERY, trouble: str | None = None) -> str:
        """Return the page of the campaigns that the address asks for, the names alone where one was not rendered yet.

        `trouble` is the reason why another page cannot be shown.
        """
        with self._one_at_a_time:
            heard = self._broadcaster.number
            self._renew()
            scope = self._scope()
            listed = [self._listed(name) for name in self._names(scope)]
            files = {
                sha256: at for kept in self._kept.values() for sha256, at in kept.files.items()
            }
            # Of whoever is shown one group, the faults of others are no business.
            is_all = self._settings is None or not self._served.selection.groups
            defaults = about_defaults(self._repository, self._folders.defaults, self._settings)
            every = [*self._faults, *self._folders.diagnostics, *defaults]
            faults = every if is_all else []
            return campaigns_page(
                listed,
                faults,
                trouble or self._trouble,
                self._sheet(files),
                heard,
                Filter.of(query),
                has_audiences=bool(named_audiences(self._repository)),
            )

    def _scope(self) -> Scope | None:
        """Return what the command line selects; None without settings."""
        return self._selected(self._settings) if self._settings is not None else None

    def _selected(self, settings: MassctlFile) -> Scope:
        return Scope(self._repository, settings, self._served.selection)

    def _names(self, scope: Scope | None) -> list[CampaignName]:
        names = self._folders.names
        return [name for name in names if scope is None or scope.takes(name)]

    def page(self, name: CampaignName) -> str | None:
        """Return the page of one campaign as it is now; None without one."""
        with self._one_at_a_time:
            heard = self._broadcaster.number
            scope = self._scope()
            if scope is not None and not scope.takes(name):
                return None
            kept = self._look(name, sent_too=True)
            if kept is None and (self._settings is not None or name not in self._folders.names):
                return None
            old = self._comparison(name, kept) if kept else None
            look = Look(
                name=name,
                title=kept.found.title if kept else "",
                campaign=kept.campaign if kept else None,
                # Without its settings no campaign can be read, and their faults are what has to be seen.
                diagnostics=kept.diagnostics
                if kept and self._settings is not None
                else tuple(self._faults),
                is_behind=kept is not None
                and kept.campaign is not None
                and (kept.found is not kept.campaign or self._settings is None),
                status=self._status(name, kept),
                earlier=old.earlier if old else None,
                handoff=self._handoff(kept),
                missing=self._missing(kept, self._planned(kept)),
                drifts=self._drifts(kept),
                destinations=self._destinations(kept),
            )
            files = {**(old.files if old else {}), **(kept.files if kept else {})}
            return campaign_page(look, self._sheet(files), heard)

    @property
    def folders(self) -> CampaignFolders:
        """Return which folders are campaigns. It waits for no rendering: who writes a file asks it."""
        return self._folders

    @property
    def settings(self) -> MassctlFile | None:
        """Return massctl.yaml as it is now; None while it has faults. It waits for no rendering."""
        return self._settings

    def standing(self, name: CampaignName) -> Standing | None:
        """Return how one campaign stands now; None without one."""
        with self._one_at_a_time:
            kept = self._look(name)
            if kept is None:
                return None
            planned = self._planned(kept)
            status = self._status(name, kept)
            if planned is None:
                return Standing(kept, status, None)
            lock = self._lock_refusal(kept)
            return Standing(kept, status, planned.refusals, lock, planned.approvals)

    def listed(self) -> list[Listed]:
        """Return all campaigns as the list has them, as far as `warm` came: a list waits for no rendering."""
        with self._one_at_a_time:
            return [self._listed(name) for name in self._names(self._scope())]

    def sheet(self) -> Sheet:
        """Return what a page without files is written with. It waits for no rendering."""
        return self._sheet({})

    def missing_page(self) -> str:
        """Return the page of an unknown address. It reloads when the campaign that it names appears."""
        with self._one_at_a_time:
            sheet, watched = self._sheet({}), Watched(ANYTHING, self._broadcaster.number)
            title = Phrase("there is no such page")
            return document("document.html.j2", title, sheet, watched)

    def themes_page(self, query: Mapping[str, str]) -> str:
        """Return the gallery of themes, with the variables and the sample that the address chooses."""
        with self._one_at_a_time:
            heard, shown, faults = self._broadcaster.number, [], [*self._faults]
            if self._settings is not None:
                working_tree = self._working_tree(self._settings)
                try:
                    shown = shown_themes(
                        working_tree.renderer, read_settings(query), query.get("sample", "")
                    )
                except ChildError as error:
                    hint = Phrase("check your own themes, then reload the page")
                    faults.append(
                        Diagnostic("MC409", Severity.ERROR, error.why, Place(OWN_THEMES), hint)
                    )
            sheet = self._sheet(
                {sha256: FILE_FOLDER + name for sha256, name in sample_addresses().items()}
            )
            return themes_page(shown, faults, sheet, Watched(SHARED, heard))

    def calendar_page(self, query: Mapping[str, str]) -> str:
        """Return the calendar of the month that the address names (`month=2026-12`), else of this one.

        A campaign that was not looked at yet comes with the next change of the page. Without settings it is the first
        page, which says what is wrong with them.
        """
        with self._one_at_a_time:
            settings = self._settings
            if settings is None:
                return self.list_page()
            heard, schedule = self._broadcaster.number, self._schedule(settings)
            month = shown_month(query.get("month", ""), schedule.now)
            return calendar_page(schedule, month, settings, self._trouble, self._sheet({}), heard)

    def schedule(self) -> Schedule | None:
        """Return all sends that are known now; None without settings."""
        with self._one_at_a_time:
            return self._schedule(self._settings) if self._settings is not None else None

    def _schedule(self, settings: MassctlFile) -> Schedule:
        now = self._served.now()
        self._renew()
        desired = [self._kept[name].found for name in self._folders.names if name in self._kept]
        plan = self._plan(desired, settings, now)
        windows = {each.name: each.window for each in desired if each.window is not None}
        schedule = schedule_of(plan, windows, self._state, settings, now)
        return schedule.only(self._selected(settings))

    def audiences(self) -> Sequence[ShownAudience]:
        """Return the audiences of the selection; none without settings."""
        with self._one_at_a_time:
            return self._shown_audiences(self._settings) if self._settings is not None else ()

    def tags(self) -> Mapping[str, AccountTags]:
        """Return the pulled tags of accounts, by the account's name; none where their file has faults."""
        with self._one_at_a_time:
            found = known_tags(self._repository)
            return {} if isinstance(found, Diagnostic) else found

    def addresses(self) -> Mapping[str, str]:
        """Return the addresses of articles that were sent, by `CAMPAIGN/NUMBER`."""
        with self._one_at_a_time:
            return article_addresses(self._state)

    def audiences_page(self) -> str:
        """Return the page of all audiences.

        Without settings it is the first page, which says what is wrong with them.
        """
        with self._one_at_a_time:
            settings = self._settings
            if settings is None:
                return self.list_page()
            shown = self._shown_audiences(settings)
            faults = []
            if not self._served.selection.groups:
                faults = Audiences(self._repository, settings).strays()
            watched = Watched(PEOPLE, self._broadcaster.number)
            return audiences_page(
                shown, faults, self._trouble, self._sheet({}), watched, self._served.now()
            )

    def audience_page(self, name: str) -> str | None:
        """Return the page of an audience; None without one."""
        with self._one_at_a_time:
            settings = self._settings
            if settings is None:
                return self.list_page()
            watched = Watched(PEOPLE, self._broadcaster.number)
            shown = {each.found.name: each for each in self._shown_audiences(settings)}
            found = shown.get(AudienceName(name))
            if found is None:
                return None
            return audience_page(found, self._trouble, self._sheet({}), watched, self._served.now())

    def _shown_audiences(self, settings: MassctlFile) -> Sequence[ShownAudience]:
        """Return the audiences of the selection, read again when a file changed or a minute went by."""
        minute = self._served.now().replace(second=0, microsecond=0)
        if self._audiences is None or self._audiences[0] != minute:
            self._audiences = minute, self._read_audiences(settings)
        return self._audiences[1]

    def _read_audiences(self, settings: MassctlFile) -> Sequence[ShownAudience]:
        audiences, scope = Audiences(self._repository, settings), self._selected(settings)
        names = map(CampaignName, scope.names(self._folders.names))
        uses = audience_uses(self._repository, settings, names, self._served.now())
        if self._committed is None:
            self._committed = recorded_locks(self._repository, audiences.names)
        sends = last_sends(self._state)
        shown = []
        for each in scope.audiences(audiences):
            last = sends.get((each.appid, each.name)) if each.appid is not None else None
            if last is not None and not scope.takes(last.campaign):
                last = None
            found = replace(each, uses=uses.get(each.name, ()))
            shown.append(ShownAudience(found, self._committed.get(each.name, ()), last))
        return shown

    def report_page(self, query: Mapping[str, str]) -> str | None:
        """Return the report of all sends, or of the send that the address names; None if that did not go out.

        Without settings it is the first page, which says what is wrong with them.
        """
        with self._one_at_a_time:
            if self._settings is None:
                return self.list_page()
            heard, sheet = self._broadcaster.number, self._sheet({})
            try:
                report = self._reported(self._settings)
            except LedgerError as error:
                return self.list_page(trouble=error.summary)
            if "series" in query:
                report = report.of_series(query["series"])
            if "send" not in query:
                return sends_page(
                    report, sheet, Watched(REPORTED, heard), Order.of(query), self._trouble
                )
            named = query["send"], query.get("edition", "")
            send = next(
                (each for each in report.sends if (each.campaign, str(each.edition)) == named), None
            )
            return (
                served_send_page(report, send, sheet, Watched(REPORTED, heard))
                if send is not None
                else None
            )

    def _reported(self, settings: MassctlFile) -> Report:
        """Return the report of all sends, made anew every hour: the clock decides which numbers are still to come."""
        hour = self._served.now().replace(minute=0, second=0, microsecond=0)
        if self._report is None or self._report[0] != hour:
            self._report = hour, self._served.report(self._state, settings)
        return self._report[1]

    def file(self, sha256: str) -> bytes | None:
        """Return the bytes of a picture, sound or video that a page showed; None for any other file."""
        if (sample := sample_files().get(sha256)) is not None:
            return sample
        with self._one_at_a_time:
            kept = list(self._kept.values())
        return next((data for each in kept if (data := each.read(sha256)) is not None), None)

    def warm(self) -> None:
        """Render what may still be sent, so that the list has covers and counts; read the titles of the others.

        Campaigns that are cached and current cost nothing.
        """
        for name in self._folders.names:
            with self._one_at_a_time:
                is_news = self._settings is not None and (
                    name not in self._kept or name in self._stale
                )
                if is_news:
                    self._look(name)
            if is_news:
                self._broadcaster.publish(frozenset({name}))
                # A lock is not fair: whoever waits for a page goes first.
                time.sleep(_TURN_SECONDS)

    def changed(self, paths: Collection[str]) -> None:
        """Note changed files, by their paths from the repository's root, and notify the pages concerned."""
        with self._one_at_a_time:
            concerned = self._concerned([each for each in paths if self._is_other(each)])
        self._broadcaster.publish(concerned)

    def _is_other(self, path: str) -> bool:
        """Return whether a path may hold something else than when it was noted last.

        Whoever writes a file says so at once, and the watcher of files says it again.
        """
        if not path.startswith(f"{CAMPAIGNS}/") or not path.endswith(_TEXTS):
            return True
        try:
            now = sha256_of((self._served.repository.root / path).read_bytes())
        except OSError:
            self._noted.pop(path, None)
            return True
        before, self._noted[path] = self._noted.get(path), now
        return before != now

    def _concerned(self, paths: Collection[str]) -> frozenset[str]:
        # What was found of the files before says nothing of now.
        self._repository = self._served.repository.renewed()
        self._audiences = None
        if AUDIENCES in paths:
            self._committed = None
        folders, self._folders = self._folders, self._repository.campaign_folders
        everything = folders != self._folders
        for name in [each for each in self._kept if each not in self._folders.names]:
            del self._kept[name]
            self._stale.discard(name)
        is_about_settings = any(map(is_settings, paths))
        if is_about_settings:
            self._settings, self._faults = self._read_settings()
            self._stale.update(self._kept)
            everything = True
        is_reported = any(
            path == self._statistics or path.startswith(f"{self._statistics}/") for path in paths
        )
        # Series and findings stand in the campaigns' files.
        is_remarked = any(path.endswith(f"/{CAMPAIGN_FILE}") for path in paths)
        if is_reported or is_remarked or is_about_settings or self._ledger in paths:
            self._report = None
        if self._ledger in paths:
            self._state, self._trouble = self._read_ledger()
            # Any may show the address of an article that it knows now.
            self._stale.update(self._kept)
            everything = True
        # A campaign is made from its own folder and from what all share.
        is_shared = any(f"{path}/".startswith(f"{CAMPAIGNS}/_") for path in paths)
        is_shared = is_shared or CAMPAIGNS in paths
        has_audiences = AUDIENCES in paths
        stale = {
            name
            for name, kept in self._kept.items()
            if is_shared
            or self._is_touched(name, paths)
            or (has_audiences and kept.may_need_audience)
        }
        self._stale.update(stale)
        for name in self._kept if everything else stale:
            self._compared.pop(name, None)
        if everything:
            return EVERYTHING
        return frozenset(
            {
                *stale,
                *([SHARED] if is_shared else ()),
                *([REPORTED] if is_reported else ()),
                *([PEOPLE] if has_audiences or is_remarked else ()),
            }
        )

    def _is_touched(self, name: CampaignName, paths: Collection[str]) -> bool:
        """Return whether a changed path is in the folder of a campaign, is a group around it, or its defaults."""
        folder = f"{self._folders.folder(name)}/"
        above = {path.removesuffix(f"/{DEFAULTS_FILE}") for path in paths}
        return any(path.startswith(folder) or folder.startswith(f"{path}/") for path in above)

    def _renew(self) -> None:
        """Render some of the campaigns that changed; `warm` comes to the others."""
        for name in sorted(self._stale)[:_RENEWED_MAX]:
            self._look(name)

    def _look(self, name: CampaignName, *, sent_too: bool = False) -> Rendered | None:
        """Return the campaign, cached if it is current. What went out has only its title, unless `sent_too`."""
        if name not in self._folders.names:
            return None
        kept, settings = self._kept.get(name), self._settings
        if settings is None:
            return kept
        if kept is not None and name not in self._stale and (kept.is_whole or not sent_too):
            return kept
        working_tree = self._working_tree(settings)
        found = render_folder(working_tree, name, State() if sent_too else self._state, kept)
        self._stale.discard(name)
        self._compared.pop(name, None)
        if found is not None:  # The folder may go in the moment in which it is read.
            self._kept[name] = found
        return found

    def _working_tree(self, settings: MassctlFile) -> WorkingTree:
        """Return the files as they are now."""
        return WorkingTree(
            self._repository, settings, self._served.cache, self._state, children=self._children
        )

    def _comparison(self, name: CampaignName, kept: Rendered) -> Compared | None:
        if name not in self._compared:
            self._compared[name] = compared(kept, self._state, self._served.archive())
        return self._compared[name]

    def _plan(
        self, desired: Sequence[Desired], settings: MassctlFile, now: datetime, *names: str
    ) -> Plan:
        """Plan campaigns as their files have them; `names` are those that somebody names."""
        working_tree, named = self._working_tree(settings), frozenset(names) or None
        agenda = agenda_of(working_tree, self._state, desired, self._folders.names, named, now)
        return make_plan(
            desired, self._state, unasked(PolicyInForce(settings.policy, agenda, named=named)), now
        )

    def _drifts(self, kept: Rendered | None) -> tuple[Drift, ...]:
        """Return what people were told of that a campaign depends on; nobody is asked for it."""
        campaign = kept.campaign if kept is not None else None
        if campaign is None:
            return ()
        return open_drifts(self._state, self._state.record(campaign.name, campaign.edition))

    def _destinations(self, kept: Rendered | None) -> tuple[JudgedDestination, ...]:
        campaign, settings = kept.campaign if kept is not None else None, self._settings
        if campaign is None or settings is None:
            return ()

        def sent_by(appid: AppId) -> SentBefore:
            return self._served.archive().sent(sent_digests(self._state, appid))

        return judged(campaign, settings.policy.destinations, self._state, sent_by)

    def _planned(self, kept: Rendered | None) -> PlannedCampaign | None:
        """Plan a campaign as it is now; None for one with faults, and for one that is out."""
        settings = self._settings
        if kept is None or settings is None or not isinstance(kept.found, RenderedCampaign):
            return None
        campaign = kept.found
        if status_of(self._state.record(campaign.name, campaign.edition)) in FINAL:
            return None
        plan = self._plan([campaign], settings, self._served.now(), campaign.name)
        return plan.campaigns[0]

    def _missing(
        self, kept: Rendered | None, planned: PlannedCampaign | None
    ) -> tuple[Refusal, ...] | None:
        """Say what keeps a campaign from being sent as it is planned; None for one that is not planned."""
        if planned is None:
            return None
        lock = self._lock_refusal(kept)
        return planned.refusals if lock is None else (lock, *planned.refusals)

    def _lock_refusal(self, kept: Rendered | None) -> Refusal | None:
        settings = self._settings
        if settings is None or not settings.policy.require_lock:
            return None
        if kept is None or kept.campaign is None:
            return None
        return check_lock(self._repository, kept.campaign).refusal

    def _handoff(self, kept: Rendered | None) -> tuple[HandoffItem, ...]:
        campaign = kept.campaign if kept else None
        if campaign is None:
            return ()
        return handoff_of(campaign, self._state.record(campaign.name, campaign.edition))

    def _listed(self, name: CampaignName) -> Listed:
        kept = self._kept.get(name)
        campaign, diagnostics = (kept.campaign, kept.diagnostics) if kept else (None, ())
        look = Look(
            name,
            kept.found.title if kept else "",
            campaign,
            diagnostics,
            status=self._status(name, kept),
        )
        window = kept.found.window if kept else None
        is_known = kept is not None and kept.is_whole and name not in self._stale
        record = self._state.record(name, campaign.edition) if campaign else None
        return Listed(
            look,
            window,
            window_state(window, self._served.now()),
            is_known,
            (kept.found.account if kept else None) or "",
            self._folders.group(name),
            recorded_count(campaign, record) if campaign and record else None,
            kept.found.edition if kept else None,
            self._sent_at(name),
        )

    def _sent_at(self, name: CampaignName) -> datetime | None:
        editions = self._state.editions(name)
        return (
            min((each.first for each in sent_in(editions[-1])), default=None) if editions else None
        )

    def _status(self, name: CampaignName, kept: Rendered | None) -> Status:
        """Return where an edition stands: the declared one, or the last on record where none can be read."""
        editions = self._state.editions(name)
        edition = kept.found.edition if kept else None
        if edition is not None or not editions:
            return status_of(self._state.record(name, edition))
        return status_of(editions[-1])

    def _read_settings(self) -> tuple[MassctlFile | None, list[Diagnostic]]:
        return load_settings(self._repository, loopback_override=self._served.loopback_override)

    def _read_ledger(self) -> tuple[State, str | None]:
        """Fold the ledger; if unreadable, return an empty state and the error."""
        state = self._served.new_state(self._settings)
        try:
            state.absorb_all(self._served.entries())
        except LedgerError as error:
            return State(), error.summary
        return state, None

    def _sheet(self, files: dict[str, str]) -> Sheet:
        return Sheet(self._served.language_of(self._settings), files, self._served.clock())
