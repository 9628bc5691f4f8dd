"""`massctl new`: a campaign from a sample or another one, or for the openids that a partly sent list did not reach."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from typing import TypeVar

import click

from massctl.apply.journal import LedgerSession
from massctl.cli import views
from massctl.cli.app import Result, said, verb
from massctl.cli.arguments import (
    NotAWindowError,
    Text,
    WindowSpan,
    account_option,
    campaign_names,
    form_option,
    parse_window,
    sandbox_option,
)
from massctl.cli.commands.audience import audience_named
from massctl.cli.consent import require_operator, somebody_is_here, typed_line, who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.findings import quoted_findings
from massctl.cli.ledger_access import own_ledger
from massctl.cli.planner import chosen, people_reader
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.model.audience import AudienceName, AudiencePart
from massctl.model.batches import OpenidList
from massctl.model.campaign import MATRIX, list_of, mapping_of
from massctl.model.entries import ListEnded
from massctl.model.finding import SendFinding
from massctl.model.ids import (
    CAMPAIGN_FILE,
    CAMPAIGNS,
    AppId,
    CampaignName,
    Folder,
    folder_name,
    is_folder_name,
    prefixed,
    unprefixed,
)
from massctl.model.message import Window
from massctl.model.phrase import BEIJING, Command, Phrase
from massctl.model.state import Record, State
from massctl.plan.account_people import ListPart, as_cut
from massctl.plan.reach import BatchReach, batches_named
from massctl.plan.remainder import Rest, RestMade, rest_of_list
from massctl.render.openid_list import find_openids
from massctl.scaffold import sample_files
from massctl.source.audiences import audience_path, freeze_hint, never_frozen
from massctl.source.campaign_folder import (
    copied_folder,
    copied_for_rest,
    put_in_place,
    quote_in,
    unfinished_folder,
    write_files,
)
from massctl.source.campaigns import load_campaign
from massctl.source.defaults import defaults_above
from massctl.source.groups import CampaignFolders
from massctl.source.loader import WorkingTree
from massctl.view.findings import QUOTE_MARK, QUOTED, finding_head, findings_comment
from massctl.whole_file import write_whole

_NOTHING = Phrase("Nothing was done.")
T = TypeVar("T")


@click.command(name="new")
@click.argument("name", metavar="[GROUP/]NAME")
@click.option(
    "--from",
    "source",
    metavar="OLD",
    shell_complete=campaign_names,
    help="Copy this campaign, without its lock, edition and window.",
)
@click.option("--title", type=Text(r".*\S.*"), help="Its title; default: that of OLD, else NAME.")
@account_option
@click.option(
    "--window",
    type=WindowSpan(),
    metavar="FROM/TO",
    help="When it may be sent, like `2026-12-01 20:00-22:00` (Beijing time), or `none`: only by name.",
)
@click.option(
    "--unsent-of",
    metavar="LIST",
    shell_complete=campaign_names,
    help="The campaign whose list of openids, or audience, was reached in part.",
)
@form_option
@sandbox_option
@verb("new")
def command(
    current: Session,
    name: str,
    source: str | None,
    title: str | None,
    account: str | None,
    window: "tuple[Window | None] | None",
    unsent_of: str | None,
) -> Result:
    """Make campaigns/NAME from a small sample, from OLD, or for the openids of LIST that surely do not have it.

    With --from it quotes what was learnt from the last three letters of the account, as comments.

    GROUP/NAME makes it in a group; NAME alone stands beside OLD or LIST. What it inherits it does not say.

    On a terminal it asks for what is missing. With --unsent-of it gets the folder of LIST without lock, edition and
    window, and LIST is ended in the ledger: no batch of it is sent any more.

    The rest of a named audience is an audience of its own, frozen at once; no openid is written into the repository.
    """
    given = {"--from": source, "--title": title, "--account": account, "--window": window}
    useless = (
        [flag for flag, value in given.items() if value is not None]
        if unsent_of
        else ["--sandbox"] * (current.sandbox is not None and source is None)
    )
    if useless:
        with_list = Phrase("{flag} has no effect together with --unsent-of", flag=useless[0])
        without = Phrase("{flag} has no effect without --from or --unsent-of", flag=useless[0])
        raise UsageError(with_list if unsent_of else without, _NOTHING, Phrase("leave it out"))
    if unsent_of is not None:
        require_operator(current)
        return _folder_of_rest(current, free_folder(current, name, unsent_of), unsent_of)
    return _new_folder(current, free_folder(current, name, source), source, title, account, window)


def free_folder(current: Session, written: str, near: str | None = None) -> Folder:
    """Return the folder of a new campaign, from `NAME` or `GROUP/NAME`; `NAME` alone stands beside the campaign `near`.

    Raises UsageError if the name may not be one, is in use, or is the old name of another campaign.
    """
    *groups, name = written.split("/")
    for each in (*groups, name):
        _require_name(each)
    group = "/".join(groups)
    folders = current.repository.campaign_folders
    _require_free(current, folders, CampaignName(name))
    if not groups and near is not None:
        group = folders.group(near)
    folder = "/".join(each for each in (CAMPAIGNS, group, name) if each)
    above = next((each for each in folders.folders.values() if folder.startswith(f"{each}/")), None)
    if above is not None:
        say = Phrase("{folder} is a campaign; a campaign cannot hold another one", folder=above)
        raise UsageError(say, _NOTHING, Phrase("choose another group"))
    if (current.root / folder).exists():
        say = Phrase("{folder} already exists", folder=folder)
        raise UsageError(say, _NOTHING, Phrase("choose another name"))
    return Folder(folder)


def _require_name(name: str) -> None:
    if not is_folder_name(name):
        raise UsageError(
            Phrase("{folder} is not a campaign name", folder=name),
            _NOTHING,
            Phrase(
                "lower-case letters, digits, `.`, `_` and `-`, at most 64: {example}; a title in Chinese goes into "
                "`title:`",
                example="2026-12-spring-sale",
            ),
        )


def _require_free(current: Session, folders: CampaignFolders, name: CampaignName) -> None:
    """Raise UsageError if the name has a folder, or is the old name of another campaign."""
    if (current.root / folders.folder(name)).exists():
        raise UsageError(
            Phrase("{folder} already exists", folder=folders.folder(name)),
            _NOTHING,
            Phrase("choose another name"),
        )
    if (now := current.settings.renamed.get(name)) is not None:
        why = Phrase(
            "{name} is the old name of {now} (`moved` in massctl.yaml)", name=name, now=now
        )
        raise UsageError(why, _NOTHING, Phrase("choose another name"))


def _new_folder(
    current: Session,
    folder: Folder,
    source: str | None,
    title: str | None,
    account: str | None,
    window: "tuple[Window | None] | None",
) -> Result:
    """Make a campaign's folder from the sample or another campaign."""
    name = CampaignName(folder.rpartition("/")[2])
    inherited = inherited_account(current, folder)
    if source is not None:
        _require_known(current, source)
        account = account or _account_of_copy(current, folder_name(source), inherited)
    if account is not None or (source is None and inherited is None):
        account = _account(current, account)
    title = title or _typed_title(current, source, name)
    (span,) = window if window is not None else _typed_window(current)
    if (over := _over(current, span)) is not None:
        raise UsageError(over, _NOTHING, Phrase("give a later one with --window"))
    repository, cache = current.repository, current.places.cache
    quoted: list[SendFinding] = []
    if source is None:
        files = sample_files(current.console.reader.value, title or name, account, span)
        files[CAMPAIGN_FILE] = in_group(files[CAMPAIGN_FILE], folder)
        with unfinished_folder(repository, folder, cache) as target:
            write_files(target, files)
            paths = put_in_place(repository, folder, cache)
    else:
        values = {
            key: value
            for key, value in (("title", title), ("account", account))
            if value is not None
        }
        quoted = quoted_findings(current, _appids(current, folder_name(source), account))
        with copied_folder(repository, folder_name(source), folder, cache, span, values) as target:
            quote_in(
                target / CAMPAIGN_FILE, findings_comment(quoted, current.console.reader), QUOTE_MARK
            )
            paths = put_in_place(repository, folder, cache)
    if span is not None:
        when = Phrase("window: {window}", window=views.words.window_with_weekday(span))
    else:
        when = Phrase("no window: it is sent only by name")
    go_on = Phrase("next: {command}   shows it in a browser", command=Command("serve", name))
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.NewReport(files=paths),
        lambda _: "\n".join(paths),
        talk=said(*_learnt(quoted), when, go_on),
    )


def _learnt(findings: Sequence[SendFinding]) -> Iterator[Phrase]:
    """Say what was learnt from the last letters of the account."""
    if findings:
        yield QUOTED
    for each in findings:
        yield Phrase("  {head}: {words}", head=finding_head(each), words=each.words)


def _appids(current: Session, source: CampaignName, account: str | None) -> set[AppId]:
    """Return the accounts from which the copy of a campaign goes out."""
    known = current.settings.accounts
    names = {account}
    if account is None:
        loaded = load_campaign(current.repository, source, current.settings)
        blocks = [loaded.declared, *map(mapping_of, list_of(loaded.declared.get(MATRIX)))]
        names = {str(each.get("account")) for each in blocks}
    return {AppId(known[each].appid) for each in names if each in known}


def inherited_account(current: Session, folder: Folder) -> str | None:
    """Return the account that a campaign in a folder inherits; None if it has to say one."""
    above = defaults_above(current.repository, folder, current.settings)
    return next((str(each.data["account"]) for each in above if "account" in each.data), None)


def _account_of_copy(current: Session, source: CampaignName, inherited: str | None) -> str | None:
    """Return the account that a copy has to say: that of its source, if it would inherit another one, or none."""
    loaded = load_campaign(current.repository, source, current.settings)
    says_none = any(each.key == "account" for each in loaded.inherited)
    account = loaded.file.account if loaded.file is not None and says_none else inherited
    return account if account != inherited else None


def in_group(declared: bytes, folder: Folder) -> bytes:
    """Lead the first line of a new campaign.yaml, which names its schema, out of the groups as well."""
    deeper = b"../" * (folder.count("/") - 1)
    return declared.replace(b"../../schemas/", deeper + b"../../schemas/", 1)


def _require_known(current: Session, source: str) -> None:
    chosen([source], current.repository.campaign_folders.names)


def _account(current: Session, named: str | None) -> str:
    """Return the account that was named, the only one, or the one that is typed."""
    names = list(current.settings.accounts)
    if named is not None or len(names) == 1 or not somebody_is_here():
        return current.account(named, _NOTHING)
    prompt = Phrase("Account, one of {accounts}:", accounts=", ".join(names))
    return _typed(current, prompt, "--account", lambda typed: {each: each for each in names}[typed])


def _typed_title(current: Session, source: str | None, name: CampaignName) -> str | None:
    """Ask for the title on a terminal; None: the one that it has without an answer."""
    if not somebody_is_here():
        return None
    default = Phrase("that of {name}", name=source) if source is not None else name
    return (
        _typed(
            current,
            Phrase("Title (Enter: {default}):", default=default),
            "--title",
            lambda typed: typed,
        )
        or None
    )


def _typed_window(current: Session) -> "tuple[Window | None]":
    """Ask for the window on a terminal, and show it until Enter takes it. Raises UsageError without a terminal."""
    if not somebody_is_here():
        raise _missing(current, "--window")
    taken: list[Window | None] = []

    def read(text: str) -> "tuple[str, Window | None]":
        window = parse_window(text) if text else (taken or [None])[0]
        if (over := _over(current, window)) is not None:
            raise NotAWindowError(over)
        return text, window

    prompt = Phrase(
        "Window in Beijing time, like {example} (Enter: no window, it is sent only by name):",
        example=_window_example(current),
    )
    while True:
        typed, window = _typed(current, prompt, "--window", read)
        if window is None or (taken and not typed):
            return (window,)
        taken[:] = [window]
        prompt = Phrase(
            "{window}: Enter takes it; or type another:",
            window=views.words.window_with_weekday(window),
        )


def _over(current: Session, window: "Window | None") -> Phrase | None:
    """Return what is wrong with a window that has passed already; None for another one."""
    if window is None or window.not_after > current.clock.now():
        return None
    return Phrase("the window is over: {window}", window=views.words.window_with_weekday(window))


def _window_example(current: Session) -> str:
    """Write a window that could be meant: the next evening."""
    return f"{current.clock.now().astimezone(BEIJING) + timedelta(days=1):%Y-%m-%d} 20:00-22:00"


def _typed(current: Session, prompt: Phrase, flag: str, read: Callable[[str], T]) -> T:
    """Ask until the answer can be read; the end of input is the error of a missing flag."""
    while (typed := typed_line(current.console, prompt)) is not None:
        try:
            return read(typed)
        except NotAWindowError as error:
            current.console.talk(error.why)
        except KeyError:
            current.console.talk(Phrase("{found} cannot be used here", found=typed))
    raise _missing(current, flag)


def _missing(current: Session, flag: str) -> UsageError:
    hint = Phrase("give {flag}", flag=flag)
    if flag == "--window":
        example = _window_example(current)
        hint = Phrase(
            "--window '{example}', or --window none: it is then sent only by name", example=example
        )
    return UsageError(
        Phrase("{flag} is missing, and nobody is here to ask", flag=flag), _NOTHING, hint
    )


def _folder_of_rest(current: Session, folder: Folder, unsent_of: str) -> Result:
    made = _rest_made(current, folder, CampaignName(unsent_of))
    told = {"folder": folder, "count": made.count, "name": unsent_of}
    lines = [
        Phrase(
            "{folder} has the {count:,} openids of {name} that surely do not have it",
            **told,
        ),
        *_left_out(made),
        Phrase("{name} is ended: its other batches will not be sent", name=unsent_of),
        Phrase(
            "look at {file}, then commit it like any other campaign",
            file=f"{folder}/{CAMPAIGN_FILE}",
        ),
    ]
    return Result(ExitStatus.DONE, lambda _: views.verbs_json.rest_json(made), said(*lines))


def _left_out(made: "RestMade") -> Iterator[Phrase]:
    """Return which batches are not in the new list although nobody knows whether they have it, and why."""
    by_reason: dict[str, list[BatchReach]] = {}
    for each in made.rest.unsure:
        by_reason.setdefault(str(each.why), []).append(each)
    for found in by_reason.values():
        count = sum(made.sizes[each.batch] for each in found)
        say = Phrase(
            "left out, because they may have it: the {count:,} openids of batch {batches}; {why}"
        )
        yield Phrase(say, count=count, batches=batches_named(found), why=found[0].why)


def _rest_made(current: Session, folder: Folder, name: CampaignName) -> "RestMade":
    """End the list and make the folder of its rest.

    The ledger comes first. Where the folder cannot be made after it, the same command makes it.
    """
    rest = CampaignName(folder.rpartition("/")[2])
    with own_ledger(current) as book:
        state = book.state
        divided = rest_of_list(state, name, rest)
        record = divided.record
        _require_unknown(state, rest, record)
        if "of" in record.attempts[-1].event.audience:
            return _rest_of_audience(current, folder, divided, book)
        working_tree = current.working_tree()
        listed, sizes = _same_list(current, working_tree, record), dict[int, int]()

        marks = current.marks(state)
        marked = marks.read() if marks is not None else None

        def openids() -> Iterator[str]:
            for each in divided.lacking:
                found = working_tree.openid_lists.batch(listed, each.batch)
                erased = set(marked.among(found)) if marked is not None else set[str]()
                sizes[each.batch] = len(found) - len(erased)
                yield from (openid for openid in found if openid not in erased)

        with copied_for_rest(current.repository, name, folder, openids(), current.places.cache):
            if rest not in record.given.values():
                batches = [each.batch for each in divided.lacking]
                book.record(
                    ListEnded(rest=rest, batches=batches, by=who(current.environment)), record
                )
            files = put_in_place(current.repository, folder, current.places.cache)
        sizes |= {
            each.batch: len(working_tree.openid_lists.batch(listed, each.batch))
            for each in divided.unsure
        }
    return RestMade(divided, rest, sizes, files)


def _rest_of_audience(
    current: Session, folder: Folder, divided: Rest, book: LedgerSession
) -> RestMade:
    """Freeze the rest of an audience as one of its own; no openid is written into the repository."""
    # Few campaigns go to an audience.
    from massctl.audience.member_sets import MemberSets
    from massctl.audience.remainder import RestAudience

    record, name = divided.record, AudienceName(folder.rpartition("/")[2])
    rest, is_given = CampaignName(name), CampaignName(name) in divided.record.given.values()
    old = audience_named(current, str(record.attempts[-1].event.audience["of"]))
    if old.file is None or old.appid is None:
        raise RefusedError(never_frozen(old.name), _NOTHING, freeze_hint(old.name))
    if not is_given and (current.root / audience_path(name)).exists():
        say = Phrase("{folder} already exists", folder=audience_path(name))
        raise UsageError(say, _NOTHING, Phrase("choose another name"))
    others = [audience_named(current, each) for each in old.file.exclude]
    parts = [
        AudiencePart(audience=each.name, snapshot=each.lock.snapshot)
        for each in others
        if each.lock is not None
    ]
    asked = tuple(each.batch for each in divided.lacking)
    by = who(current.environment)
    made = RestAudience(
        name, record.campaign, old.file, tuple(parts), old.appid, by, current.clock.now()
    )
    found = [*divided.lacking, *divided.unsure]
    openids = {each.batch: _openids(current, book.state, record, each.batch) for each in found}
    with MemberSets() as sets:
        lacking = chain.from_iterable(openids[each] for each in asked)
        written = made.files(current.snapshots(book.state), sets, lacking)
    with copied_for_rest(current.repository, record.campaign, folder, None, current.places.cache):
        if not is_given:
            book.record(ListEnded(rest=rest, batches=list(asked), by=by), record)
        for path, text in written.items():
            write_whole(current.root / path, text.encode(), 0o644)
        files = put_in_place(current.repository, folder, current.places.cache)
    sizes = {batch: len(people) for batch, people in openids.items()}
    return RestMade(divided, rest, sizes, [*written, *files])


def _openids(current: Session, state: State, record: Record, batch: int) -> list[str]:
    """Return the people of a batch; raise RefusedError where nobody can say who they are."""
    people = people_reader(current, state, current.working_tree(state))
    audience = as_cut(record.attempts[-1].event.audience, record)
    sha256, found = unprefixed(str(audience["sha256"])), None
    if people.holds(record.campaign, audience):
        found = people.openids(ListPart.recorded(audience, (batch,)))
    if found is None:
        say = Phrase("nobody can say here who is in {name}", name=audience["of"])
        why = people.why_unread(sha256) or Phrase("its snapshot is gone")
        raise RefusedError(say, Phrase("{why}. Nothing was written.", why=why))
    return list(found)


def _require_unknown(state: "State", rest: CampaignName, record: "Record") -> None:
    """Raise UsageError if the ledger knows another campaign of this name, whose entries would count for this one."""
    if state.editions(rest) and rest not in record.given.values():
        why = Phrase("the ledger already has a campaign {name}", name=rest)
        raise UsageError(why, _NOTHING, Phrase("choose another name"))


def _same_list(current: Session, working_tree: "WorkingTree", record: "Record") -> OpenidList:
    """Name the list in the folder; raises if it is not the one that was partly sent."""
    loaded = load_campaign(current.repository, record.campaign, current.settings)
    file = loaded.file
    written = file.audience.openids if file is not None else None
    found = (
        find_openids(written, loaded.folder, working_tree).openid_list
        if written is not None
        else None
    )
    tried = [each.event for each in record.not_refused] or [record.attempts[-1].event]
    named = {event.audience.get("sha256") for event in tried}
    if found is None or named != {prefixed(found.sha256)} or found.batches != record.batches:
        raise RefusedError(
            Phrase("the list of {name} is not the one that was partly sent", name=record.campaign),
            Phrase("Nothing was done."),
            Phrase("restore it (git log shows it), then run the same command again"),
        )
    return found
