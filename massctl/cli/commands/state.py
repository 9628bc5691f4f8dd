"""`massctl state`: what the ledger says, and what only a person can tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from massctl.apply.journal import LedgerSession, Statement
from massctl.apply.outcome import what_happened
from massctl.apply.reconcile import import_sent, import_website_send, retract_website_send
from massctl.cli.app import Result, run_in_session, told
from massctl.cli.arguments import GitName, Moment, Text, account_names, campaign_names, form_option, sandbox_option
from massctl.cli.commands.reconcile import COUNTS_AS_ALL, declared
from massctl.cli.consent import who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import (
    LedgerBootstrap,
    alone,
    is_being_begun,
    ledger_session,
    own_ledger,
    raise_refusal,
    read_ledger,
    realm_refusal,
    records_of,
    require_ledger,
    require_writable,
    shown_entries,
    trust,
    with_state,
)
from massctl.cli.places import local_runner
from massctl.cli.planner import chosen
from massctl.cli.session import Session
from massctl.errors import (
    ConfigurationError,
    LedgerCorruptError,
    LedgerError,
    LedgerForeignError,
    LedgerMissingError,
    LedgerOlderError,
    LedgerStaleError,
    LedgerUntrustedError,
    UsageError,
)
from massctl.ledger import NEW_LINEAGE
from massctl.ledger.backend import Backend
from massctl.ledger.codec import End, encode, follow_file, sound_part
from massctl.ledger.high_water_mark import incomplete, seen_mark
from massctl.ledger.private_key import KEY_NAME, key_file, write_key
from massctl.ledger.signature import PrivateKey
from massctl.model.diagnostics import Diagnostic
from massctl.model.entries import Created, Entry, NewEntry, Repaired, SigningKey
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName, sha256_of, short_key
from massctl.model.phrase import A_FILE, Command, Phrase, moment, system_reason
from massctl.model.settings import BACKENDS
from massctl.model.state import Record, State, is_concluded
from massctl.source.campaigns import load_campaign
from massctl.source.settings_writer import declare_backend, declare_keys, declare_lineage, keys_of, require_changeable
from massctl.whole_file import write_whole

_NOT_RECORDED: Final = Phrase("Nothing was recorded.")
_SEE_PLAN: Final = Phrase("{command}   shows what would be sent", command=Command("plan"))
_DEEPER: Final = Phrase(
    "{command}   also checks the form and the fields of every entry", command=Command("state verify", "--deep")
)
_CHECK: Final = Phrase("{command}   checks every line of it", command=Command("state verify"))


@click.group(name="state")
def command() -> None:
    """Read, check and repair the ledger: what was uploaded, saved, previewed and sent."""


@command.command(name="show")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@form_option
@sandbox_option
@click.pass_obj
def show(directory: str, names: tuple[str, ...], form: str, sandbox: bool) -> int:
    "Show what is recorded, campaign by campaign; only NAME, if given."

    def work(current: Session, _: list[Diagnostic]) -> Result:
        from massctl.view.ledger import state_text
        from massctl.view.verbs_json import state_json

        state = current.fold(shown_entries(current))
        require_ledger(current, state)
        runner = local_runner(current.places.runner)
        # A name of which nothing is recorded is an error.
        doubt = next((each for each in records_of(state, names, all_editions=True) if each.is_in_doubt), None)
        next_step = _SEE_PLAN
        if doubt is not None:
            next_step = Phrase("{command}   shows how to settle it", command=Command("reconcile", doubt.campaign))
        return Result(
            ExitStatus.DONE,
            lambda to: state_json(state, names, to.language, runner),
            lambda to: state_text(to.page(), state, names, runner),
            next_step=next_step,
        )

    return run_in_session("state show", form, directory, work, sandbox=sandbox)


@command.command(name="list")
@form_option
@sandbox_option
@click.pass_obj
def list_entries(directory: str, form: str, sandbox: bool) -> int:
    """List the entries, oldest first, one a line."""

    def work(current: Session, _: list[Diagnostic]) -> Result:
        from massctl.view.ledger import entries_text
        from massctl.view.verbs_json import entries_json

        entries = shown_entries(current)
        state = current.fold(entries)
        require_ledger(current, state)
        return Result(
            ExitStatus.DONE,
            lambda to: entries_json(entries, state, to.language),
            lambda to: entries_text(to.page(), entries),
            next_step=Phrase("{command}   shows the same, campaign by campaign", command=Command("state show")),
        )

    return run_in_session("state list", form, directory, work, sandbox=sandbox)


@command.command(name="verify")
@click.option("--deep", is_flag=True, help="Also check the form and the fields of every entry.")
@form_option
@sandbox_option
@click.pass_obj
def verify(directory: str, form: str, deep: bool, sandbox: bool) -> int:
    "Check that no line was changed, and that the recorded history is possible."

    def work(current: Session, _: list[Diagnostic]) -> Result:
        from massctl.view.ledger import verified_text
        from massctl.view.verbs_json import verified_json

        state = State()
        state.absorb_all(current.backend.ledger.read(0, deep=deep))
        require_ledger(current, state)
        return Result(
            ExitStatus.DONE,
            lambda to: verified_json(state, to.language),
            lambda to: verified_text(to.page(), state),
            next_step=_SEE_PLAN if deep else _DEEPER,
        )

    return run_in_session("state verify", form, directory, work, sandbox=sandbox)


@command.command(name="init")
@click.option(
    "--new-lineage", is_flag=True, help="Start a new ledger; the old one is put aside, and its sends are printed."
)
@click.option("--reason", type=Text(r".*\S.*"), help="With --new-lineage and --new-key: why; recorded in the ledger.")
@click.option(
    "--signed", is_flag=True, help="Make a key that signs every entry from now on, and name it in massctl.yaml."
)
@click.option("--new-key", is_flag=True, help="Replace the key of a signed ledger; the old one signs that.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --signed and --new-key: where the private key goes. It must not exist yet.",
)
@sandbox_option
@click.pass_obj
def init(
    directory: str,
    new_lineage: bool,
    reason: str | None,
    signed: bool,
    new_key: bool,
    key_file: Path | None,
    sandbox: bool,
) -> int:
    "Begin the ledger, and name it in massctl.yaml. The first apply does this automatically."
    if new_key and (new_lineage or signed or sandbox):
        raise click.UsageError(Phrase("use --new-key with --reason and --key-file only"))
    if signed and sandbox:
        raise click.UsageError(Phrase("the ledger of a sandbox is not signed"))
    if key_file is not None and not (signed or new_key):
        raise click.UsageError(Phrase("use --key-file with --signed or --new-key"))
    refuse_loose_reason(wanted=new_lineage or new_key, reason=reason, new_key=new_key)

    def work(current: Session, _: list[Diagnostic]) -> Result:
        if new_key:
            return replace_key(current, reason or "", key_file)
        if signed:
            return begin_signed(current, reason, key_file)
        return begin(current) if reason is None else begin_anew(current, reason)

    return run_in_session("state init", "text", directory, work, sandbox=sandbox)


@command.command(name="migrate")
@click.option("--to", "backend", type=click.Choice(list(BACKENDS)), required=True, help="Where it goes.")
@click.option("--branch", type=GitName(), help="With --to git: the branch, if not as massctl.yaml says.")
@click.option("--remote", type=GitName(), help="With --to git: the remote, if not as massctl.yaml says.")
@click.pass_obj
def migrate(directory: str, backend: str, branch: str | None, remote: str | None) -> int:
    "Move the ledger to another place: a file, or a branch of the remote. massctl.yaml names the new place."
    where = {key: value for key, value in (("branch", branch), ("remote", remote)) if value is not None}
    if not where.keys() <= {*BACKENDS[backend].keys}:
        raise click.UsageError(Phrase("use --branch and --remote with --to git"))

    def work(current: Session, _: list[Diagnostic]) -> Result:
        return move(current, backend, where)

    return run_in_session("state migrate", "text", directory, work)


@command.command(name="repair")
@click.option(
    "--reason", type=Text(r".*\S.*"), help="Do it, and record why; without it, only show what would be dropped."
)
@form_option
@sandbox_option
@click.pass_obj
def repair(directory: str, reason: str | None, form: str, sandbox: bool) -> int:
    "Cut a damaged ledger to the entries that verify. You must then reconcile what is not known as sent."
    return run_in_session(
        "state repair", form, directory, lambda current, _: repair_ledger(current, reason), sandbox=sandbox
    )


@command.command(name="backup")
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@sandbox_option
@click.pass_obj
def backup(directory: str, target: Path, sandbox: bool) -> int:
    "Copy the ledger to FILE, which may be an older copy. The copy is complete even while others write."
    return run_in_session(
        "state backup", "text", directory, lambda current, _: back_up(current, target), sandbox=sandbox
    )


@command.command(name="restore")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@sandbox_option
@click.pass_obj
def restore(directory: str, source: Path, sandbox: bool) -> int:
    "Replace a lost or damaged local ledger by a copy. A copy older than this machine saw is refused."
    return run_in_session(
        "state restore", "text", directory, lambda current, _: restore_copy(current, source), sandbox=sandbox
    )


@command.command(name="import")
@click.option(
    "--website-send", type=Moment(), metavar="AT", help="Somebody sent something in the console at this time."
)
@click.option("--no-website-send", type=Moment(), metavar="AT", help="The recorded send at this time is wrong.")
@click.option(
    "--account",
    shell_complete=account_names,
    help="With --website-send and --no-website-send: the account, if there are several.",
)
@click.option("--sent", metavar="NAME", help="This campaign was sent outside this ledger.")
@click.option("--at", type=Moment(), metavar="AT", help="With --sent: when.")
@click.option("--msg-id", type=click.IntRange(1, 2**63 - 1), help="With --sent: its job's id, if you know it.")
@click.option("--edition", type=click.IntRange(min=1), help="With --sent: the edition, if not the declared one.")
@click.option("--reason", type=Text(r".*\S.*"), help="How you know; recorded with your name.")
@sandbox_option
@click.pass_obj
def import_send(
    directory: str,
    website_send: datetime | None,
    no_website_send: datetime | None,
    account: str | None,
    sent: str | None,
    at: datetime | None,
    msg_id: int | None,
    edition: int | None,
    reason: str | None,
    sandbox: bool,
) -> int:
    """Record a send that is not in this ledger. AT is a time with its offset: 2026-12-01T20:00:00+08:00.

    Give --website-send, or --sent with --at; or --no-website-send with --reason, to retract the first.
    """
    if [website_send, no_website_send, sent].count(None) != 2:
        raise click.UsageError(Phrase("give one of --website-send, --no-website-send and --sent"))
    if sent is None and (at, msg_id, edition) != (None, None, None):
        raise click.UsageError(Phrase("use --at, --msg-id and --edition with --sent"))
    if sent is not None and account is not None:
        raise click.UsageError(Phrase("use --account with --website-send; a campaign names its account itself"))

    def work(current: Session, warnings: list[Diagnostic]) -> Result:
        if no_website_send is not None:
            if reason is None:
                raise click.UsageError(Phrase("--no-website-send needs --reason: how you know that there was none"))
            return take_back_website_send(current, no_website_send, account, reason)
        if website_send is not None:
            return record_website_send(current, website_send, account, reason)
        if sent is None or at is None:
            raise click.UsageError(Phrase("--sent needs --at: when it was sent"))
        return record_sent(current, sent, at, edition=edition, msg_id=msg_id, reason=reason, warnings=warnings)

    return run_in_session("state import", "text", directory, work, sandbox=sandbox)


def begin(session: Session) -> Result:
    """Begin the ledger of a repository without one; name an existing one in massctl.yaml."""
    require_writable(session)
    with alone(session):
        state = read_ledger(session)
        if (session.backend.is_shared and session.settings.state.lineage is None) or is_being_begun(session, state):
            # Continue if massctl.yaml does not name the branch: to name it is what was asked for. Also continue if an
            # earlier run named it and did not begin it.
            raise_refusal(realm_refusal(session, state, list(session.settings.accounts)))
        else:
            trust(session, state)
        bootstrap = LedgerBootstrap(session)
        if state.lineage is None:
            try:
                state = ledger_session(session, state, bootstrap).begin()
            except LedgerStaleError:
                bootstrap.take_back()  # Another runner began one, and that is the ledger to be named.
                raise
            found = Phrase("the ledger {lineage} was created; nothing is recorded in it yet", lineage=state.lineage)
        elif session.settings.state.lineage is None and not session.sandbox:
            # A run that began the ledger died before massctl.yaml named it, or its commit was lost.
            bootstrap.declare(state.lineage)
            found = Phrase("the ledger {lineage} already exists; massctl.yaml names it now", lineage=state.lineage)
        else:
            found = Phrase("the ledger {lineage} already exists; nothing was changed", lineage=state.lineage)
    return told(found, next_step=_SEE_PLAN)


def begin_anew(session: Session, reason: str, reader: Session | None = None) -> Result:
    """Start over with a new lineage; the old ledger is put aside, and what is still known of it is told.

    `reader` reads the old one, where the new one has other keys.
    """
    from massctl.view.ledger import Lost, lost_text

    require_writable(session)
    with alone(session):
        before = _before(reader or session)
        bootstrap = LedgerBootstrap(session, reason, _replaced(session, before))
        bootstrap.declare(bootstrap.created().lineage)
        aside = _put_aside(session, bootstrap, before)
        state = ledger_session(session, State(), bootstrap).begin()
    known = session.repository.campaign_folders().names
    lost = Lost(
        lineage=state.lineage or "",
        aside=aside,
        unread=before.unread if before else None,
        sent=before.sent if before else (),
        open=before.open if before else (),
        website_sends=before.website_sends if before else (),
        campaigns=tuple(known),
    )
    return Result(ExitStatus.DONE, text=lambda to: lost_text(to.page(), lost))


class _Before(Frozen):
    """What is still known of the ledger that is put aside."""

    data: bytes
    lineages: tuple[str, ...] = ()
    """Its own, and those whose place it took."""
    sent: tuple[Record, ...] = ()
    open: tuple[Record, ...] = ()
    website_sends: tuple[str, ...] = ()
    unread: str | None = None


def _before(session: Session) -> _Before | None:
    """Read the old ledger as far as it can be; None if there is none."""
    data = session.backend.ledger.as_found()
    if data is None:
        return None
    lineages = _lineages(session, data)
    try:
        state = session.fold(follow_file(data, keys=session.backend.keys)[0])
    except LedgerError as error:
        return _Before(data, lineages, unread=error.summary)  # Starting over is the way out of a broken one too.
    if state.realm != session.realm():
        return _Before(data, lineages)  # Do not import sends of the other realm.
    ours = {account.appid for account in session.settings.accounts.values()}
    records = [state.records[key] for key in sorted(state.records) if state.records[key].appid in ours]
    sent = tuple(r for r in records if is_concluded(r))
    return _Before(data, lineages, sent, tuple(r for r in records if r.open_attempts), _website_sends(session, state))


def _lineages(session: Session, data: bytes) -> tuple[str, ...]:
    """Return the lineage of a ledger, and those that it replaced, as far as its first entry verifies."""
    try:
        entries, _ = sound_part(data, session.backend.keys)
    except LedgerError:
        return ()
    created = entries[0].event if entries else None
    return (*(created.replaces or ()), created.lineage) if isinstance(created, Created) else ()


def _replaced(session: Session, before: _Before | None) -> Sequence[str]:
    """List the lineages that a new one takes the place of: of the old ledger, massctl.yaml, and what was seen here.

    Whoever died between naming a new one and beginning it, or lost the file, does not lose what it replaced.
    """
    named = session.settings.state.lineage if session.sandbox is None else None
    mark = seen_mark(session.places.locks)
    found = [*(before.lineages if before else ()), named, mark.lineage if mark else None]
    return list(dict.fromkeys(each for each in found if each is not None))


def _put_aside(session: Session, bootstrap: LedgerBootstrap, before: _Before | None) -> str | None:
    """Put the ledger aside where it is; returns its new name, or None without one.

    Where it cannot be put aside, massctl.yaml names it again.
    """
    try:
        return session.backend.ledger.replace(None, session.clock.now(), before.data if before else None)
    except LedgerError:
        bootstrap.take_back()
        raise


def _website_sends(session: Session, state: State) -> tuple[str, ...]:
    """Return the sends in the console as `state import` takes them, with the account where there are several."""
    accounts = session.settings.accounts
    return tuple(
        at.isoformat() + (f" --account {name}" if len(accounts) > 1 else "")
        for name, account in accounts.items()
        for at in state.website_sends.get(AppId(account.appid), [])
    )


def refuse_loose_reason(*, wanted: bool, reason: str | None, new_key: bool = False) -> None:
    """Refuse a reason that nothing asks for, and a new lineage or key without a reason."""
    if wanted == (reason is not None):
        return
    flag = "--new-key" if new_key else "--new-lineage"
    raise UsageError(
        Phrase("use {flag} and --reason together", flag=flag),
        Phrase("Nothing was changed."),
        Command("state init", f'{flag} --reason "…"'),
    )


def begin_signed(session: Session, reason: str | None, target: Path | None) -> Result:
    """Have the ledger signed from now on, by a key that is made here; with a reason begin it anew.

    A run that died before massctl.yaml named the key is taken up by whoever has the private key.
    """
    if reason is None:
        if (own := _taken_up(session)) is not None:
            return _declared_key(session, own)
        if session.settings.state.keys:
            return begin(session)
    key, path = _made_key(session, target)
    signing = with_state(session, keys=[key.public])
    signing.backend.keys.add(key)
    if reason is not None:
        result = begin_anew(signing, reason, session)
    elif read_ledger(session).lineage is None:
        result = begin(signing)
    else:
        result = _sign_from_now_on(session, key)
    _declare_keys(session, key)
    return _with_lines(result, _key_lines(session, key, path))


def replace_key(session: Session, reason: str, target: Path | None) -> Result:
    """Let another key sign the ledger from now on. The old one signs who follows it; both must be here."""
    if session.backend.keys.require_private() is None:
        raise UsageError(
            Phrase("the ledger is not signed"),
            Phrase("Nothing was changed."),
            Phrase("{command}   has it signed from now on", command=Command("state init", "--signed")),
        )
    with own_ledger(session) as book:
        if book.state.lineage is None:
            raise _no_ledger(Phrase("there is no ledger yet"))
        key, path = _made_key(session, target)
        session.backend.keys.add(key)
        # The second one is signed by the new key: whoever trusts only that one trusts the whole ledger by it.
        event = SigningKey(key=key.public, reason=reason, by=who(session.environment))
        book.record_each([(event, None), (event, None)])
    _declare_keys(session, key)
    say = Phrase("the ledger is signed by {key} from now on; the old key signs nothing more", key=short_key(key.public))
    return told(say, *_key_lines(session, key, path))


def _sign_from_now_on(session: Session, key: PrivateKey) -> Result:
    """Have an unsigned ledger signed: the key's own signature covers all that was written before."""
    with own_ledger(session) as book:
        session.backend.keys.add(key)
        entry = book.record(SigningKey(key=key.public, reason="state init --signed", by=who(session.environment)))
    say = Phrase(
        "the ledger {lineage} is signed by {key} from entry {serial} on",
        lineage=book.state.lineage,
        key=short_key(key.public),
        serial=entry.serial,
    )
    return told(say)


def _taken_up(session: Session) -> PrivateKey | None:
    """Return the private key of a ledger that it signs, though massctl.yaml names no key or the one before it.

    None where massctl.yaml is right. Raises LedgerUntrustedError where this key does not sign it, or is not the named
    one's successor; LedgerKeyError where there is none.
    """
    try:
        session.backend.ledger.read(0)
    except LedgerUntrustedError as error:
        key = session.backend.private_key()
        ledger = with_state(session, keys=[key.public]).backend.ledger
        ledger.read(0)
        named = session.settings.state.keys or ()
        if named and not {*named} & {*ledger.signing.keys}:
            raise error from None
        return key
    return None


def _made_key(session: Session, target: Path | None) -> tuple[PrivateKey, Path]:
    """Make a key, and its file, which must not be there."""
    key = PrivateKey.made(KEY_NAME)
    path = (target or key_file(key, session.environment)).absolute()
    if _is_in_repository(path, session.root):
        raise UsageError(
            Phrase("{file} is in the repository, where a private key would be committed", file=path.name),
            Phrase("Nothing was changed."),
            Phrase("name a file outside of it with --key-file"),
        )
    write_key(key, path)
    return key, path


def _is_in_repository(path: Path, root: Path) -> bool:
    """Return whether a file would be in the folder with massctl.yaml, or in the working tree around it."""
    around = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return path.resolve().is_relative_to(around.resolve())


def _declare_keys(session: Session, key: PrivateKey) -> None:
    if declare_keys(session.root, [key.public]) is not None:
        session.console.talk(Phrase("massctl.yaml now names the public key (state.keys): commit this"))


def _declared_key(session: Session, key: PrivateKey) -> Result:
    _declare_keys(session, key)
    return told(Phrase("the ledger is signed by {key}", key=short_key(key.public)), next_step=_CHECK)


def _key_lines(session: Session, key: PrivateKey, path: Path) -> list[Phrase]:
    """Say where the private key is, and who needs it."""
    name = session.settings.state.key_env
    return [
        Phrase(
            "the private key of {key} is in {file}, which only you may read", key=short_key(key.public), file=str(path)
        ),
        Phrase("Nobody can make it again: keep a copy where secrets are kept, and never commit it."),
        Phrase("Every machine that writes the ledger needs it: export {name}={file}", name=name, file=str(path)),
        Phrase(
            "on GitHub: a line {name}=… with the file's content in the environment's secret MASSCTL_SECRETS; for a "
            "service of systemd: LoadCredential={name}:{file}",
            name=name,
            file=str(path),
        ),
    ]


def _with_lines(result: Result, lines: list[Phrase]) -> Result:
    """Add lines to what a command says."""
    more = told(*lines)
    first = result.text
    return replace(result, text=lambda to: f"{first(to)}\n{more.text(to)}")


def record_website_send(session: Session, at: datetime, account: str | None, reason: str | None) -> Result:
    """Record a send that a person made in the console; it counts for the allowance of its day and month."""
    _check_past(session, at)
    name = session.account(account, _NOT_RECORDED)
    with _own_book(session) as book:
        appid = AppId(session.settings.accounts[name].appid)
        import_website_send(appid, at, Statement(reason or "", who(session.environment)), book)
    return told(Phrase("a send in the console at {at} is recorded for {account}", at=moment(at), account=name))


def take_back_website_send(session: Session, at: datetime, account: str | None, reason: str) -> Result:
    """Take back what was recorded of a send in the console, so that it uses nothing of the allowance."""
    name = session.account(account, _NOT_RECORDED)
    with _own_book(session) as book:
        appid = AppId(session.settings.accounts[name].appid)
        retract_website_send(appid, at, Statement(reason, who(session.environment)), book)
    say_so = Phrase("the send in the console at {at} is retracted for {account}; it no longer uses the allowance")
    return told(Phrase(say_so, at=moment(at), account=name))


def record_sent(
    session: Session,
    name: str,
    at: datetime,
    *,
    edition: int | None,
    msg_id: int | None,
    reason: str | None,
    warnings: list[Diagnostic],
) -> Result:
    """Record that an edition of a campaign went out; `apply` never sends that edition then."""
    _check_past(session, at)
    with _own_book(session) as book:
        # A name that is mistyped would leave the campaign that is meant looking new.
        chosen([name], session.repository.campaign_folders().names)
        file = load_campaign(session.repository, CampaignName(name), session.settings).file
        if file is None:
            raise _unreadable(name)
        number = edition if edition is not None else file.edition
        record = book.state.record(CampaignName(name), number)
        appid = AppId(session.settings.accounts[file.account].appid)
        # Only the edition that the folder holds can be named by what is in it.
        rendered = declared(session, name, number, warnings)
        import_sent(
            record,
            appid,
            at,
            Statement(reason or "", who(session.environment), msg_id),
            book,
            declared=rendered,
        )
    lines = [
        Phrase("edition {edition} of {name} is recorded as sent at {at}", edition=number, name=name, at=moment(at))
    ]
    if rendered is None:
        say_so = Phrase("its content is not known, so an equal message under another name is not noticed")
        lines += [say_so, COUNTS_AS_ALL]
    if msg_id is not None:
        lines.append(Phrase("{command}   asks for the result of its job", command=Command("status", name)))
    return told(*lines)


@contextmanager
def _own_book(session: Session) -> Iterator[LedgerSession]:
    """Open a ledger that was begun, to write to it alone."""
    with own_ledger(session) as book:
        if book.state.serial == 0:
            raise LedgerMissingError(
                Phrase("there is no ledger yet"),
                _NOT_RECORDED,
                Phrase("begin one: {command}", command=Command("state init")),
            )
        yield book


def _check_past(session: Session, at: datetime) -> None:
    now = session.clock.now()
    if at > now:
        raise UsageError(
            Phrase("{at} is in the future; it is {now} now", at=moment(at), now=moment(now.astimezone(at.tzinfo))),
            _NOT_RECORDED,
            Phrase("give the time at which it was sent, with the offset"),
        )


def _unreadable(name: str) -> ConfigurationError:
    return ConfigurationError(
        Phrase("{name} has faults, so its account and edition are not known", name=name),
        _NOT_RECORDED,
        Phrase("{command}   shows every fault; then run the same command again", command=Command("validate")),
    )


def move(session: Session, kind: str, where: Mapping[str, str]) -> Result:
    """Move the ledger to another kind of place; `where` has keys of `state` that say which, if not as massctl.yaml.

    The old place is put aside before massctl.yaml names the new one: nobody writes to both. A move that was cut short
    is finished by the next one.
    """
    require_changeable(session.root, keys_of(kind, where))
    target = with_state(session, backend=kind, **where)
    require_writable(target)
    now, new = session.clock.now(), target.backend
    with alone(session):
        state = read_ledger(session)
        is_moved = state.lineage is None or target.settings.state == session.settings.state
        if is_moved:
            state = read_ledger(target)
        if state.lineage is None:
            raise _nothing_to_move()
        _trust(session, state)
        aside = None
        if not is_moved:
            aside = _carried(session.backend, new, state, now)
        _declare(target, state, where)
        if target.settings.state != session.settings.state:
            _move_statistics(session, target)
    say = (
        Phrase("the ledger {lineage} is already in {place}")
        if is_moved
        else Phrase("the ledger {lineage} is in {place} now")
    )
    kept = [Phrase("the old file is now named {file}; keep it", file=aside)] if aside is not None else []
    return told(Phrase(say, lineage=state.lineage, place=new.where), *kept, next_step=_CHECK)


def _carried(old: Backend, new: Backend, state: State, now: datetime) -> str | None:
    """Copy the ledger and what is kept beside it to the new place, and put the old one aside under a new name."""
    found = old.ledger.as_found()
    new.archive().take_over(old.archive())
    new.ledger.take_over(first_lines(found, state.serial), now)
    return old.ledger.replace(None, now, found)


def _move_statistics(session: Session, target: Session) -> None:
    """Copy the archive of statistics to where the ledger is now; it decides nothing, so its failure is only said."""
    try:
        old, new = session.backend.statistics(), target.backend.statistics()
        for account in session.settings.accounts.values():
            new.take_over(old, AppId(account.appid))
        new.flush()
    except LedgerError as error:
        why = Phrase("the statistics stay where they were: {why}", why=what_happened(error))
        session.console.talk(why)


def _trust(session: Session, state: State) -> None:
    due = session.settings.state.lineage
    if due not in (None, state.lineage):
        raise LedgerForeignError(
            Phrase(
                "massctl.yaml names the ledger {lineage}, but this one is {found}", lineage=due, found=state.lineage
            ),
            Phrase("Nothing was changed."),
            Phrase("correct state.lineage in massctl.yaml, or restore the right ledger"),
        )
    raise_refusal(realm_refusal(session, state, list(session.settings.accounts)))


def _declare(target: Session, state: State, where: Mapping[str, str]) -> None:
    """Write into massctl.yaml where the ledger is, and ask for a commit."""
    changed = declare_backend(target.root, target.settings.state.backend, where)
    if declare_lineage(target.root, state.lineage or "") or changed:
        target.console.talk(Phrase("massctl.yaml names the new place of the ledger: commit this"))


def _nothing_to_move() -> LedgerMissingError:
    return LedgerMissingError(
        Phrase("there is no ledger to move"),
        Phrase("Nothing was changed."),
        Phrase("write the backend under state in massctl.yaml, then: {command}", command=Command("state init")),
    )


def repair_ledger(session: Session, reason: str | None) -> Result:
    """Cut a damaged ledger to the lines that verify; without a reason it is only shown what would be dropped."""
    from massctl.view.ledger import Repair, repair_text
    from massctl.view.verbs_json import repair_json

    require_writable(session)
    now = session.clock.now()
    with alone(session):
        damage = _damage(session)
        ledger = session.backend.ledger
        found = ledger.as_found() or b""
        entries, end = sound_part(found, ledger.keys)
        ledger.keys.require_trusted(end.signing, end.serial)
        sound = first_lines(found, end.serial)
        dropped = found[len(sound) :]
        if not dropped:
            raise damage  # Every line follows from the one before: what they tell is impossible.
        state = _folded(session, entries)
        session.backend.ledger.require_seen(entries, end)
        repair = Repair(state.lineage or "", state.realm, end.serial, dropped, what_happened(damage))
        if reason is not None:
            event = Repaired(
                dropped_bytes=len(dropped),
                dropped_sha256=sha256_of(dropped),
                reason=reason,
                by=who(session.environment),
            )
            new = NewEntry(at=now, event=event)
            line = encode(new, end.serial + 1, end.digest)
            if (signature := ledger.keys.signature(line, event, end.serial + 1, end.signing)) is not None:
                line = encode(new, end.serial + 1, end.digest, signature)
            aside = ledger.replace(sound + line + b"\n", now, found)
            repair = replace(repair, aside=aside, done=True)
            _note_restored(session)
    return Result(
        ExitStatus.DONE if repair.done else ExitStatus.USAGE,
        lambda to: repair_json(repair, to.language),
        lambda to: repair_text(to.page(), repair),
    )


def back_up(session: Session, target: Path) -> Result:
    """Copy the ledger's whole lines into a file, which may hold an older copy of the same ledger."""
    if target.exists() and not target.is_file():
        raise UsageError(
            Phrase("{file} is not a file", file=target.name),
            Phrase("Nothing was written."),
            Phrase("name a file that does not exist yet"),
        )
    ledger = session.backend.ledger
    ledger.read(0)  # A ledger that was cut or set back is no backup.
    found = ledger.as_found()
    entries, end = follow_file(found, keys=ledger.keys)
    state = session.fold(entries)
    require_ledger(session, state)
    if found is None:
        raise _no_ledger(Phrase("there is no ledger to copy"))
    data = first_lines(found, end.serial)
    try:
        if target.exists() and not data.startswith(target.read_bytes()):
            raise LedgerForeignError(
                Phrase("{file} is not an older copy of this ledger", file=target.name),
                Phrase("Nothing was written."),
                Phrase("name a file that does not exist yet"),
            )
        write_whole(target, data, 0o600)
    except OSError as error:
        raise LedgerError(
            Phrase("the copy cannot be written"),
            Phrase("{file}: {why}. Nothing was written.", file=target.name, why=system_reason(error)),
            Phrase("name a file in a writable folder"),
        ) from None
    return told(Phrase("entries copied to {file}: {count}", count=end.serial, file=target.name))


def restore_copy(session: Session, source: Path) -> Result:
    """Replace the ledger by a copy that lacks nothing that is there or that this machine saw."""

    session.backend.require_restorable()
    require_writable(session)
    now = session.clock.now()
    with alone(session):
        copy = _read_copy(source)
        try:
            entries, end = follow_file(copy, keys=session.backend.keys)
            if len(copy) > len(first_lines(copy, end.serial)):
                raise incomplete()
            state = _folded(session, entries)
            session.backend.ledger.require_seen(entries, end)
        except (LedgerCorruptError, LedgerUntrustedError) as error:
            raise _no_copy(Phrase("{file} is not a copy that verifies", file=source.name), error) from None
        except LedgerOlderError as error:
            say_older = Phrase("{file} is older than the ledger that this machine saw", file=source.name)
            raise _no_copy(say_older, error) from None
        ledger, mark = session.backend.ledger, seen_mark(session.places.locks)
        found, data = ledger.as_found(), first_lines(copy, end.serial)
        _, there = sound_part(found or b"", session.backend.keys)
        sound = first_lines(found, there.serial)
        if not data.startswith(sound):
            raise _not_further(source, sound.startswith(data), end, there)
        if data == found:
            return told(Phrase("the ledger already has everything in {file}; nothing was changed", file=source.name))
        aside = ledger.replace(data, now, found)
        _note_restored(session)
    if aside is not None:
        session.console.talk(Phrase("the old file is now named {file}; keep it", file=aside))
    if mark is None or mark.lineage != state.lineage:
        warning = Phrase(
            "this machine never saw this ledger, so nobody can tell here whether {file} is its newest"
            " copy: massctl would send again what was sent since",
            file=source.name,
        )
        session.console.talk(warning)
    back = Phrase("the ledger {lineage} is restored, with entries: {count}", lineage=state.lineage, count=end.serial)
    return told(back, next_step=_SEE_PLAN)


def _damage(session: Session) -> LedgerCorruptError | LedgerUntrustedError:
    """Return what is wrong with the ledger; raises where nothing is, or what no repair helps against."""
    try:
        state = read_ledger(session)
    except (LedgerCorruptError, LedgerUntrustedError) as error:
        return error
    require_ledger(session, state)
    if state.serial == 0:
        raise _no_ledger(Phrase("there is no ledger to repair"))
    raise UsageError(
        Phrase("the ledger verifies, so there is nothing to repair"),
        Phrase("Nothing was changed."),
        _DEEPER,
    )


def _folded(session: Session, entries: Sequence[Entry]) -> State:
    """Fold what is to be the ledger; raises where it may not be this repository's."""
    state = session.fold(entries)
    if state.lineage is None:
        raise LedgerCorruptError(
            Phrase("not even the first entry of the ledger verifies"),
            Phrase("Nothing of it can be kept. Nothing was changed."),
            Phrase(
                "{state_restore}   restores a backup; without one: {state_init}",
                state_restore=Command("state restore", A_FILE),
                state_init=NEW_LINEAGE,
            ),
        )
    trust(session, state)
    return state


def _no_copy(say_why: Phrase, error: LedgerError) -> LedgerError:
    """Say of a copy what was found in it; the ledger that is here stays as it is."""
    return type(error)(say_why, error.detail, Phrase("name another copy; the existing ledger was not changed"))


def _not_further(source: Path, is_older: bool, end: End, there: End) -> LedgerError:
    if not is_older:
        return LedgerForeignError(
            Phrase("{file} and the existing ledger have different entries", file=source.name),
            Phrase("Nothing was changed."),
            Phrase(
                "find out whose copy it is; {command}   checks the existing ledger", command=Command("state verify")
            ),
        )
    return LedgerOlderError(
        Phrase("{file} is older than the existing ledger", file=source.name),
        Phrase(
            "It ends with entry {serial}, and {there} entries verify here. Nothing was changed.",
            serial=end.serial,
            there=there.serial,
        ),
        Phrase(
            "{state_verify}   checks the existing ledger, and {state_repair} keeps what verifies",
            state_verify=Command("state verify"),
            state_repair=Command("state repair"),
        ),
    )


def first_lines(found: bytes | None, serial: int) -> bytes:
    """Return the first `serial` lines of a ledger, each with its newline."""
    return b"".join(line + b"\n" for line in (found or b"").split(b"\n")[:serial])


def _note_restored(session: Session) -> None:
    """Read the ledger as everybody will, and remember how far it reaches."""
    ledger = session.backend.ledger
    ledger.append(len(ledger.read(0)), [], durable=True)


def _read_copy(source: Path) -> bytes:
    try:
        if source.is_file():
            return source.read_bytes()
        why: str = Phrase("it is not a file")
    except OSError as error:
        why = system_reason(error)
    raise UsageError(
        Phrase("the copy cannot be read"),
        Phrase("{file}: {why}. Nothing was changed.", file=source.name, why=why),
        Phrase("name a file that {command} wrote", command=Command("state backup")),
    )


def _no_ledger(what: Phrase) -> UsageError:
    return UsageError(
        what, Phrase("Nothing was changed."), Phrase("{command}   begins one", command=Command("state init"))
    )
