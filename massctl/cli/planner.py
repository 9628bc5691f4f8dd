"""Make the plan for every verb, and the evidence for a send in doubt."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from enum import Enum, auto
from functools import cache, partial
from typing import TYPE_CHECKING

from msgspec import field
from msgspec.structs import replace

from massctl.audience.listed_people import ListedPeople
from massctl.child import ChildError, missing_words
from massctl.cli import views
from massctl.cli.ledger_access import (
    ledger_refusal,
    read_ledger,
    recorded_if_begun,
    sharing_refusal,
    shown_if_begun,
)
from massctl.cli.progress import progress
from massctl.cli.session import Session
from massctl.errors import ConfigurationError, InvariantError, LedgerError, MassctlError, UsageError
from massctl.model.campaign import Audience
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.ids import LOCK_FILE, AppId, CampaignName, Sha256, expanded
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import Phrase, enumerated, in_a_row
from massctl.model.state import Record, RecordKey, State, Status, is_held, status_of
from massctl.plan.account_people import ErasedPeople, erased_of
from massctl.plan.brake import Tip, only_stops
from massctl.plan.destinations import NOTHING_SENT, SentBefore, SentBy, sent_digests
from massctl.plan.guards import PolicyInForce, expired_refusal, is_untrusted, unasked
from massctl.plan.plan import Plan, Showing, Until, make_plan, stopped
from massctl.plan.quota import Agenda
from massctl.plan.schedule import ahead_of
from massctl.plan.steps import Desired, Guard, NotLocked, Refusal
from massctl.plan.window import WindowState, window_state
from massctl.source.campaigns import load_campaign
from massctl.source.loader import Desires, WorkingTree, agenda_of
from massctl.source.tags import never_pulled

if TYPE_CHECKING:
    from massctl.apply.ports import SnapshotReader
    from massctl.cli.embedded_sandbox import Embedded
    from massctl.plan.reconcile_options import Evidence


class Planned(Frozen):
    """A plan, and what it was made from."""

    plan: Plan
    state: State
    rules: PolicyInForce
    working_tree: WorkingTree
    warnings: list[Diagnostic]
    damage: Refusal | None = None
    """What is wrong with the ledger's bytes; then the state is that of none."""
    unshared: Refusal | None = None
    """Why everything is refused: a clone would not know this ledger."""
    again: Callable[[], Plan] | None = None
    """Makes the plan again from the state as it is by then; None for a plan that is only shown."""
    at: Callable[[State, datetime], Plan] | None = None
    """Plans the same for another moment, from a state of then."""
    windows: Mapping[CampaignName, Window] = field(default_factory=dict)
    """The window of each campaign that has one."""
    unlocked: Mapping[CampaignName, RenderedCampaign] = field(default_factory=dict)
    """What would be locked of campaigns whose lock refuses them, as far as it was rendered."""


class Purpose(Enum):
    """What a plan is made for."""

    JUDGE = auto()
    """Another verb asks how campaigns stand. A damaged ledger is raised."""
    ALARM = auto()
    """The same, and the sandbox's clock stays where it is."""
    SHOW = auto()
    """Show only. Uses the last fetched ledger if the remote is unreachable. Damage refuses every campaign."""
    RESUME = auto()
    """It is read like SHOW, by somebody who is about to lift the brake: as if nobody had set it."""
    REFRESH = auto()
    """It is compared with WeChat's state, so read the ledger's remote too."""
    APPLY = auto()
    """It is carried out: the remote is asked whether this checkout is the tip of the branch that sends."""


_TELLS_DAMAGE = frozenset({Purpose.SHOW, Purpose.RESUME, Purpose.REFRESH, Purpose.APPLY})
_LISTED_MAX = 8
"""As many names fit in a line or two."""
_DASHES = "—–－−"
"""What word processors and input methods make of `--`."""
_PASSES_TIME = frozenset({Purpose.JUDGE, Purpose.APPLY})
"""Purposes that move the sandbox's clock to the named campaign's window."""


class PlanOptions(Frozen):
    """How campaigns are planned."""

    purpose: Purpose = Purpose.JUDGE
    until: Until = Until.SEND
    showing: Showing | None = None
    """The previews that are asked for again, on purpose."""
    named: Sequence[str] | None = None
    """The names of the command line, if only some of their campaigns are planned."""
    locked: bool = False
    """Whether campaigns are only what their locks say too, as where the policy requires locks."""
    of_commit: bool = False
    """The files were written out of a commit, so what is in them is committed, wherever they lie."""

    def __post_init__(self) -> None:
        """Refuse what must never be carried out: a plan without the guards of what is committed and shared."""
        if self.of_commit and self.purpose is not Purpose.SHOW:
            raise ValueError("only a plan that is shown may be of a commit's files")


def planned(session: Session, names: Sequence[str], options: PlanOptions | None = None) -> Planned:
    """Read repository and ledger, and plan; raise UsageError for a name that is not a campaign."""
    options = options or PlanOptions()
    acts = options.purpose is Purpose.APPLY
    # A pass of a run that waits is about some of them.
    typed = names if options.named is None else options.named
    state, damage = _read(session, options.purpose)
    working_tree = _working_tree(session, acts=acts)
    if acts:
        require_isolation(session)
    # Plans made to explain a doubt use `--locked` as the run did.
    locked = (
        options.locked
        or session.settings.policy.require_lock
        or session.console.language.flags.locked
    )
    desires = Desires(working_tree, state, locked=locked)
    wanted = resolved(session, names, desires.names())
    is_whole = not names and session.selection.is_everything
    # Before the ledger exists nothing can be sent, so an uncommitted lock may still be planned.
    by_hand = not options.of_commit
    desired = _committed(
        session, desires.read(wanted), locked=locked and state.serial > 0 and by_hand
    )
    desired = _rehearsed(session, typed, desired, lasting=options.purpose in _PASSES_TIME)
    desired, tip = _of_commit(session, desired, session.tip()) if acts else (desired, None)
    rules = _rules(session, typed, desired, state, desires, working_tree)
    rules = replace(rules, tip=tip) if acts else unasked(rules)
    if not acts and options.until is Until.SEND and options.purpose is not Purpose.RESUME:
        rules = _braked(session, rules)
    again = partial(_plan, session, desired, state, rules, options, damage)
    plan, alone, copied = _shared(session, state, again()) if by_hand else (again(), None, [])
    strays = desires.strays() if is_whole else desires.about_shared_by(wanted)
    told = [*([] if session.selection.groups else session.warnings), *strays]
    told += copied if acts else []
    windows = {each.name: each.window for each in desired if each.window is not None}

    def at(then: State, moment: datetime) -> Plan:
        return make_plan(desired, then, rules, moment)

    return Planned(
        plan,
        state,
        rules,
        working_tree,
        told,
        damage,
        alone,
        again,
        at,
        windows,
        _unlocked(desired),
    )


def unrendered(session: Session) -> tuple[State, PolicyInForce]:
    """Read the ledger, and what all campaigns ask for as their files say; nothing is rendered."""
    state, _ = _read(session, Purpose.ALARM)
    working_tree = _working_tree(session)
    rules = _rules(session, (), (), state, Desires(working_tree, state), working_tree)
    return state, unasked(rules)


def require_isolation(session: Session) -> None:
    """Return which walls around the child are missing; raise ConfigurationError if the policy requires all."""
    told = missing_walls(session)
    if not told:
        return
    why = Phrase(
        "the child process that renders is not isolated here: {missing}", missing=in_a_row(told)
    )
    if session.settings.policy.render_isolation == "best" or session.realm() == "loopback":
        session.console.talk(why)
        return
    hint = Phrase(
        "send from Linux 5.13 or newer; or write `render_isolation: best` under `policy` in massctl.yaml"
    )
    raise ConfigurationError(
        why, Phrase("policy.render_isolation is `require`. Nothing was done."), hint
    )


def missing_walls(session: Session) -> list[Phrase]:
    """Return which walls around the child are missing; None if all stand."""
    try:
        return missing_words(session.children().wait_until_isolated())
    except ChildError as error:
        return [error.why]


def judged(session: Session, names: Sequence[str]) -> tuple[Plan, list[Diagnostic]]:
    """Plan from the sources alone, whatever is locked, for a verb that judges files and needs no ledger.

    Gives the plan, and the warnings about what is beside the campaigns, closed windows and unknown tags.
    """
    state = recorded_if_begun(session)
    working_tree = _working_tree(session)
    desires = Desires(working_tree, state)
    wanted = resolved(session, names, desires.names())
    desired = desires.read(wanted)
    rules = unasked(_rules(session, names, desired, state, desires, working_tree))
    plan = _plan(session, desired, state, rules, PlanOptions())
    is_whole = not names and session.selection.is_everything
    strays = desires.strays() if is_whole else desires.about_shared_by(wanted)
    own = [] if session.selection.groups else session.warnings
    return plan, [*own, *strays, *unsendable(session, state, desired, working_tree)]


_UNSENT = frozenset({Status.NEW, Status.STAGED, Status.PREVIEWED})


def unsendable(
    session: Session, state: State, desired: Sequence[Desired], working_tree: WorkingTree
) -> list[Diagnostic]:
    """Warn of what no content rule finds: closed windows, tags that were not pulled, and erased people in lists."""
    rendered = [each for each in desired if isinstance(each, RenderedCampaign)]
    tagged: dict[str, list[Audience]] = {}
    for each in rendered:
        tagged.setdefault(each.account, []).append(each.audience)
    unknown = never_pulled(session.repository, tagged) if session.sandbox is None else []
    is_elsewhere = (
        session.sandbox is None
        and session.settings.state.lineage is not None
        and state.lineage is None
    )
    closed = (
        []
        if is_elsewhere
        else [each for each in rendered if _has_closed_unsent(session, state, each)]
    )
    return [
        *unknown,
        *(_told_of_window(session, each) for each in closed),
        *_told_of_erased(session, rendered, state, working_tree),
    ]


def _told_of_erased(
    session: Session, rendered: Iterable[RenderedCampaign], state: State, working_tree: WorkingTree
) -> Iterator[Diagnostic]:
    """Warn at each line of a list that has somebody who was erased, where the marks can be read."""
    people, now = people_reader(session, state, working_tree), session.clock.now()
    for each in rendered:
        found = erased_of(each, state.record(each.name, each.edition), people, now)
        if isinstance(found, ErasedPeople):
            say = Phrase("this person was erased, so the list is not sent")
            hint = Phrase("delete the line")
            for line in found.lines:
                place = Place(found.path, line, 1)
                yield Diagnostic("MC631", Severity.WARNING, say, place, hint, each.name)


def _has_closed_unsent(session: Session, state: State, campaign: RenderedCampaign) -> bool:
    if window_state(campaign.window, session.clock.now()) is not WindowState.EXPIRED:
        return False
    return status_of(state.record(campaign.name, campaign.edition)) in _UNSENT


def _told_of_window(session: Session, campaign: RenderedCampaign) -> Diagnostic:
    loaded, path = (
        load_campaign(session.repository, campaign.name, session.settings),
        ("send", "not_after"),
    )
    told = expired_refusal(campaign, session.clock.now())
    place, excerpt = loaded.place(path), loaded.excerpt(path)
    return Diagnostic(
        "MC412", Severity.WARNING, told.message, place, told.hint, campaign.name, excerpt
    )


def _working_tree(session: Session, *, acts: bool = False) -> WorkingTree:
    return session.working_tree(progress=progress(session.console), acts=acts)


def _unlocked(desired: Sequence[Desired]) -> dict[CampaignName, RenderedCampaign]:
    return {
        each.name: each.rendered
        for each in desired
        if isinstance(each, NotLocked) and each.rendered is not None
    }


def _shared(
    session: Session, state: State, plan: Plan
) -> tuple[Plan, Refusal | None, list[Diagnostic]]:
    """Refuse every campaign of a plan whose ledger a clone would not know; return the refusal too.

    Do not ask git if the ledger is refused already, or if a plan would do nothing and there is no ledger yet.
    """
    refused = [refusal for planned in plan.campaigns for refusal in planned.refusals]
    if is_untrusted(refused, state) or not (state.serial or plan.can_apply):
        return plan, None, []
    accounts = {planned.account for planned in plan.campaigns if planned.account is not None}
    refusal, copied = sharing_refusal(
        session, state, sorted(accounts & session.settings.accounts.keys())
    )
    return (plan, None, copied) if refusal is None else (stopped(plan, refusal), refusal, copied)


def _of_commit(
    session: Session, desired: Sequence[Desired], tip: "Tip | None"
) -> "tuple[Sequence[Desired], Tip | None]":
    """Compare what campaigns were made from with the commit that is checked out, where massctl.yaml names a branch.

    Where the policy requires locks, what is in them is compared when they are rendered again; they alone, and
    the settings, have to be in the commit.
    """
    if tip is None or tip.here is None or tip.unread is not None:
        return desired, tip
    _, files = session.settings_now()
    for each in desired:
        read = (
            dict(each.inputs.files)
            if isinstance(each, RenderedCampaign) and each.inputs is not None
            else {}
        )
        lock = f"{each.folder}/{LOCK_FILE}"
        all_count = not session.settings.policy.require_lock
        files |= {path: found for path, found in read.items() if all_count or path == lock}
    tip = session.compared(tip, files)
    return [_from_commit(each, tip.here) for each in desired], tip


def _from_commit(desired: Desired, commit: str | None) -> Desired:
    if not isinstance(desired, RenderedCampaign) or desired.inputs is None:
        return desired
    return replace(desired, inputs=replace(desired.inputs, commit=commit))


def _committed(session: Session, desired: Sequence[Desired], *, locked: bool) -> Sequence[Desired]:
    """Refuse locks that are not committed: nobody can have reviewed them; the others are of the commit checked out."""
    rendered = [each for each in desired if isinstance(each, RenderedCampaign)] if locked else []
    names = [each.name for each in rendered if session.realm([each.account]) == "wechat"]
    if not names:
        return desired
    refused, commit = session.checkout.uncommitted_locks(
        names, session.console.language.flags.where
    )
    found: list[Desired] = []
    for each in desired:
        if isinstance(each, RenderedCampaign) and each.name in refused:
            refusal = refused[each.name]
            found.append(
                NotLocked(
                    each.name,
                    each.folder,
                    each.title,
                    each.account,
                    each.edition,
                    each.window,
                    refusal,
                    each,
                )
            )
        else:
            found.append(_from_commit(each, commit) if each.name in names else each)
    return found


def _read(session: Session, purpose: Purpose) -> tuple[State, Refusal | None]:
    """Read the ledger; where it is damaged, give an empty state and the refusal for every campaign."""
    try:
        shown = purpose in (Purpose.SHOW, Purpose.RESUME)
        return shown_if_begun(session) if shown else read_ledger(session), None
    except LedgerError as error:
        told = purpose in _TELLS_DAMAGE and session.repository.campaign_folders.names
        if error.guard not in (Guard.LEDGER_DAMAGED, Guard.LEDGER_UNTRUSTED) or not told:
            raise
        # Only a run that meets one needs it.
        from massctl.apply.outcome import what_happened

        return State(), Refusal(Guard(error.guard), what_happened(error), error.hint)


def _rules(
    session: Session,
    names: Sequence[str],
    desired: Sequence[Desired],
    state: State,
    desires: Desires,
    working_tree: WorkingTree,
) -> PolicyInForce:
    """Return the rules of a run, with what all campaigns of the repository ask for."""
    others = desires.concluded(sorted({*desires.folders()} - {each.name for each in desired}))
    named = frozenset(names) or None
    agenda = agenda_of(
        working_tree, state, [*desired, *others], desires.folders(), named, session.clock.now()
    )
    rules = session.rules(names, agenda)
    return replace(
        rules, sent_by=_sent_by(session, state), people=people_reader(session, state, working_tree)
    )


def people_reader(session: Session, state: State, working_tree: WorkingTree) -> ListedPeople:
    """Return what looks into lists and snapshots, once a plan asks."""
    places = partial(session.snapshots, state), partial(session.marks, state)
    return ListedPeople(working_tree, session.member_sets, *places)


def snapshot_people(session: Session, state: State) -> "SnapshotReader":
    """Return what reads everybody whom a snapshot holds now; a sandbox takes them for its followers."""

    @cache
    def people(sha256: Sha256) -> frozenset[str]:
        # Most runs fill no tag.
        from massctl.audience.member_sets import MemberSets

        place = session.snapshots(state)
        with MemberSets() as sets:
            return frozenset(sets.openids(place.open(sets, sha256)))

    return people


def _sent_by(session: Session, state: State) -> SentBy:
    """Return what reads where the sent campaigns of an account led: once, and only where a plan asks."""

    @cache
    def sent_by(appid: AppId) -> SentBefore:
        digests = sent_digests(state, appid)
        return session.backend.archive().sent(digests) if digests else NOTHING_SENT

    return sent_by


def _braked(session: Session, rules: PolicyInForce) -> PolicyInForce:
    """Add whether somebody stopped all sends, where the ledger's remote is asked anyway."""
    return replace(rules, tip=only_stops(session.tip())) if session.backend.is_shared else rules


def _plan(
    session: Session,
    desired: Sequence[Desired],
    state: State,
    rules: PolicyInForce,
    options: PlanOptions,
    damage: Refusal | None = None,
) -> Plan:
    accounts = sorted({d.account for d in desired if d.account in session.settings.accounts})
    stop = damage or ledger_refusal(session, state, accounts)
    plan = make_plan(
        desired,
        state,
        rules,
        session.clock.now(),
        until=options.until,
        stop=stop,
        showing=options.showing,
    )
    if session.selection.is_everything:
        return plan
    return replace(plan, ahead=ahead_of(plan.ahead, session.scope))


def resolved(session: Session, names: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return the campaigns of a command line that the session is about, of `known` ones; raise UsageError."""
    own = session.scope.names(known)
    named = chosen(names, known, own)
    return [name for name in named if name in own]


def chosen(
    names: Sequence[str], known: Sequence[str], hinted: Sequence[str] | None = None
) -> Sequence[str]:
    """Check the names of a command line against the repository; a name said twice is one campaign.

    The name of a folder stands for all cells of its matrix. For a wrong name one of `hinted` is proposed, else of
    `known`.
    """
    named = expanded(names, known)
    unknown = [name for name in named if name not in known]
    if not unknown:
        return named or known
    raise UsageError(
        Phrase("there is no campaign {name}", name=unknown[0]),
        Phrase("Nothing was done."),
        _meant(unknown[0], known if hinted is None else hinted),
    )


def _meant(name: str, known: Sequence[str]) -> Phrase:
    """Return what may be typed in the place of a name that no campaign has."""
    if (flag := name.lstrip(_DASHES)) != name:
        return Phrase("a flag begins with two hyphens: {flag}", flag=f"--{flag}")
    near = get_close_matches(name, known, 1)
    if near:
        return Phrase("did you mean {near}?", near=near[0])
    if 0 < len(known) <= _LISTED_MAX:
        return Phrase("the campaigns are {names}", names=enumerated(known))
    return Phrase("the campaigns are the folders in campaigns/")


def _rehearsed(
    session: Session, names: Sequence[str], desired: Sequence[Desired], *, lasting: bool
) -> Sequence[Desired]:
    """Create the sandbox's tags and rights, and move its clock into the named campaign's window.

    Returns the campaigns, with a warning if the sandbox created a tag or cannot know whether a card may stand there:
    a typing error would show only in the real send.
    """
    if session.sandbox is None:
        return desired
    rendered = [d for d in desired if isinstance(d, RenderedCampaign)]
    invented = session.sandbox.ensure_audiences(
        (str(c.appid), c.audience, c.message.type) for c in rendered
    )
    windows = [c.window for c in rendered if c.window is not None and c.name in names]
    session.sandbox.advance_clock(windows, lasting=lasting)
    return [
        _told_of_cards(session, session.sandbox, _told_of_tag(session, d, invented))
        if isinstance(d, RenderedCampaign)
        else d
        for d in desired
    ]


def _told_of_tag(
    session: Session, campaign: RenderedCampaign, invented: Collection[tuple[str, int | str]]
) -> RenderedCampaign:
    audience = campaign.audience
    key, tag = ("tag", audience.tag) if audience.tag is not None else ("tag_id", audience.tag_id)
    if tag is None or (str(campaign.appid), tag) not in invented:
        return campaign
    loaded = load_campaign(session.repository, campaign.name, session.settings)
    say = Phrase("the account may not have the tag {tag}: the sandbox created it", tag=tag)
    hint = Phrase(
        "compare it with the console (用户管理), or ask WeChat: plan --refresh, without --sandbox"
    )
    path = ("audience", key)
    found = Diagnostic(
        "MC410",
        Severity.WARNING,
        say,
        loaded.place(path),
        hint,
        campaign.name,
        loaded.excerpt(path),
    )
    return replace(campaign, diagnostics=(*campaign.diagnostics, found))


def _told_of_cards(
    session: Session, sandbox: "Embedded", campaign: RenderedCampaign
) -> RenderedCampaign:
    loaded, found = None, []
    for number, article in enumerate(campaign.message.articles):
        names = sandbox.world.assumed_cards(str(campaign.appid), article.content)
        if not names:
            continue
        loaded = loaded or load_campaign(session.repository, campaign.name, session.settings)
        say = Phrase("the sandbox takes for linked to the account: {names}", names=", ".join(names))
        hint = Phrase("compare with the console (小程序管理): WeChat refuses others (45086, 40155)")
        path = ("mpnews", "articles", number, "content")
        place, excerpt = loaded.place(path), loaded.excerpt(path)
        found.append(
            Diagnostic("MC411", Severity.WARNING, say, place, hint, campaign.name, excerpt)
        )
    return replace(campaign, diagnostics=(*campaign.diagnostics, *found)) if found else campaign


def show_repository_warnings(session: Session, made: Planned) -> None:
    """Show what is wrong in campaigns/ beside the campaigns."""
    if made.warnings:
        console = session.console
        console.talk_page(views.diagnostics.diagnostics_text(console.page(), made.warnings))


def evidence_for(session: Session, record: Record, state: State) -> "Evidence":
    """Put together what is on record of an edition, and until when each choice about it stands; makes no request."""
    return _evidence(insisting(session), record, state)


def repeatable(
    session: Session, records: Iterable[Record], state: State
) -> dict[RecordKey, datetime]:
    """List the editions in doubt whose request `apply` would repeat, now or after a wait, and until when.

    Campaigns that cannot be judged are omitted. Waiting for the administrator is not a doubt.
    """
    found: dict[RecordKey, datetime] = {}
    for record in records:
        if not record.is_in_doubt or is_held(record):
            continue
        try:
            repetition = _evidence(session, record, state).repetition
        except InvariantError:
            raise
        except MassctlError:
            continue
        if repetition is not None and repetition.at is not None:
            found[record.key] = repetition.until
    return found


def _evidence(session: Session, record: Record, state: State) -> "Evidence":
    # Only where a send is in doubt.
    from massctl.plan.reconcile_options import evidence

    name = record.campaign
    here = name in session.repository.campaign_folders.names
    plan = planned(session, [name]).plan if here else None
    return evidence(
        record,
        plan.campaigns[0] if plan else None,
        state,
        unasked(session.rules([name], Agenda())),
        session.clock.now(),
    )


def insisting(session: Session) -> Session:
    """Return a session in which a person's word may repeat a doubt, whatever policy.in_doubt and a lease say."""
    policy = session.settings.policy.model_copy(update={"in_doubt": "resubmit"})
    return replace(
        session, settings=session.settings.model_copy(update={"policy": policy}), by_hand=True
    )
