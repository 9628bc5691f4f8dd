"""`massctl state init`: begin the ledger, begin it anew, and have it signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import replace

from massctl.audience.key import key_hint
from massctl.cli.app import Result, told, verb
from massctl.cli.arguments import Text, sandbox_option
from massctl.cli.consent import who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import (
    CHECK,
    SEE_PLAN,
    LedgerBootstrap,
    alone,
    begun_ledger,
    is_being_begun,
    ledger_session,
    own_ledger,
    raise_refusal,
    read_ledger,
    realm_refusal,
    require_writable,
    trust,
    with_state,
)
from massctl.cli.session import Session
from massctl.errors import (
    LedgerError,
    LedgerStaleError,
    LedgerUntrustedError,
    UsageError,
)
from massctl.ledger.codec import follow_file, sound_part
from massctl.ledger.high_water_mark import seen_mark
from massctl.ledger.private_key import KEY_NAME, key_file, write_key
from massctl.ledger.signature import PrivateKey
from massctl.model.entries import Created, SigningKey
from massctl.model.ids import AppId, short_key
from massctl.model.phrase import Command, Phrase
from massctl.model.state import State, is_concluded
from massctl.source.settings_writer import declare_keys
from massctl.view.ledger import Lost, lost_text


@click.command(name="init")
@click.option(
    "--new-lineage",
    is_flag=True,
    help="Start a new ledger; the old one is put aside, and its sends are printed.",
)
@click.option(
    "--reason",
    type=Text(r".*\S.*"),
    help="With --new-lineage and --new-key: why; recorded in the ledger.",
)
@click.option(
    "--signed",
    is_flag=True,
    help="Make a key that signs every entry from now on, and name it in massctl.yaml.",
)
@click.option(
    "--new-key", is_flag=True, help="Replace the key of a signed ledger; the old one signs that."
)
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --signed and --new-key: where the private key goes. It must not exist yet.",
)
@click.option(
    "--sql", is_flag=True, help="Only print what makes the tables of a database, and their roles."
)
@sandbox_option
@verb("state init")
def init(
    current: Session,
    new_lineage: bool,
    reason: str | None,
    signed: bool,
    new_key: bool,
    key_file: Path | None,
    sql: bool,
) -> Result:
    "Begin the ledger, and name it in massctl.yaml. The first apply does this automatically."
    sandbox = current.sandbox is not None
    if sql:
        text = tables_of(current)
        return Result(ExitStatus.DONE, text=lambda _: text)
    if new_key and (new_lineage or signed or sandbox):
        raise click.UsageError(Phrase("use --new-key with --reason and --key-file only"))
    if signed and sandbox:
        raise click.UsageError(Phrase("the ledger of a sandbox is not signed"))
    if key_file is not None and not (signed or new_key):
        raise click.UsageError(Phrase("use --key-file with --signed or --new-key"))
    refuse_loose_reason(wanted=new_lineage or new_key, reason=reason, new_key=new_key)

    current.backend.prepare()
    if new_key:
        return replace_key(current, reason or "", key_file)
    if signed:
        return begin_signed(current, reason, key_file)
    return begin(current) if reason is None else begin_anew(current, reason)


def tables_of(session: Session) -> str:
    """Return the SQL that a ledger's place needs; raise UsageError for a place without tables."""
    if (sql := session.backend.tables()) is None:
        raise UsageError(
            Phrase("{place} needs no SQL", place=session.backend.where),
            Phrase("Nothing was changed."),
            Phrase("write backend: {backend}, or delete {key}", backend="postgres", key="--sql"),
        )
    return sql


def begin(session: Session) -> Result:
    """Begin the ledger of a repository without one; name an existing one in massctl.yaml."""
    require_writable(session)
    with alone(session):
        state = read_ledger(session)
        is_unnamed = session.sandbox is not None or session.settings.state.lineage is None
        if (session.backend.is_shared and is_unnamed) or is_being_begun(session, state):
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
            found = Phrase(
                "the ledger {lineage} was created; nothing is recorded in it yet",
                lineage=state.lineage,
            )
        elif session.settings.state.lineage is None and not session.sandbox:
            # A run that began the ledger died before massctl.yaml named it, or its commit was lost.
            bootstrap.declare(state.lineage)
            found = Phrase(
                "the ledger {lineage} already exists; massctl.yaml names it now",
                lineage=state.lineage,
            )
        else:
            found = Phrase(
                "the ledger {lineage} already exists; nothing was changed", lineage=state.lineage
            )
    return told(found, *_snapshot_key_lines(session), next_step=SEE_PLAN)


def _snapshot_key_lines(session: Session) -> list[Phrase]:
    """Say how to make the key of snapshots, where there are audiences and no key."""
    name = session.settings.state.snapshot_key_env
    if session.environment.get(name, "").strip() or not session.repository.audience_files():
        return []
    say = Phrase("the people of audiences are encrypted: {hint}", hint=key_hint(name))
    keep = Phrase("keep the key where the team keeps its secrets: without it nobody reads them")
    return [say, keep]


def begin_anew(session: Session, reason: str, reader: Session | None = None) -> Result:
    """Start over with a new lineage; the old ledger is put aside, and what is still known of it is told.

    `reader` reads the old one, where the new one has other keys.
    """
    require_writable(session)
    old = reader or session
    with alone(session):
        data = old.backend.ledger.as_found()
        lost = _lost(old, data)
        bootstrap = LedgerBootstrap(session, reason, _replaced(session, _lineages(old, data)))
        bootstrap.declare(bootstrap.created().lineage)
        aside = _put_aside(session, bootstrap, data)
        state = ledger_session(session, State(), bootstrap).begin()
    lost = replace(lost, lineage=state.lineage or "", aside=aside)
    return Result(ExitStatus.DONE, text=lambda to: lost_text(to.page(), lost))


def _lost(session: Session, data: bytes | None) -> Lost:
    """Tell what the old ledger says, as far as it can be read."""
    lost = Lost(tuple(session.repository.campaign_folders.names))
    try:
        state = session.fold(follow_file(data, keys=session.backend.keys)[0])
    except LedgerError as error:
        # Starting over is the way out of a broken one too.
        return replace(lost, unread=error.summary)
    if state.realm != session.realm():
        return lost  # Do not import sends of the other realm.
    ours = {account.appid for account in session.settings.accounts.values()}
    records = [
        state.records[key] for key in sorted(state.records) if state.records[key].appid in ours
    ]
    sent = tuple(record for record in records if is_concluded(record))
    in_doubt = tuple(record for record in records if record.open_attempts)
    return replace(lost, sent=sent, open=in_doubt, website_sends=_website_sends(session, state))


def _lineages(session: Session, data: bytes | None) -> tuple[str, ...]:
    """Return the lineage of a ledger, and those that it replaced, as far as its first entry verifies."""
    try:
        entries, _ = sound_part(data or b"", session.backend.keys)
    except LedgerError:
        return ()
    created = entries[0].event if entries else None
    return (*(created.replaces or ()), created.lineage) if isinstance(created, Created) else ()


def _replaced(session: Session, before: Sequence[str]) -> Sequence[str]:
    """List the lineages that a new one takes the place of: of the old ledger, massctl.yaml, and what was seen here.

    Whoever died between naming a new one and beginning it, or lost the file, does not lose what it replaced.
    """
    named = session.settings.state.lineage if session.sandbox is None else None
    mark = seen_mark(session.places.locks)
    found = [*before, named, mark.lineage if mark else None]
    return list(dict.fromkeys(each for each in found if each is not None))


def _put_aside(session: Session, bootstrap: LedgerBootstrap, before: bytes | None) -> str | None:
    """Put the ledger aside where it is; return its new name, or None without one.

    Where it cannot be put aside, massctl.yaml names it again.
    """
    try:
        return session.backend.ledger.replace(None, session.clock.now(), before)
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
    """Sign the ledger from now on with a new key; with a reason, begin a new ledger.

    If a run died before massctl.yaml named the key, whoever has the private key can finish it.
    """
    if reason is None:
        if (own := _taken_up(session)) is not None:
            _declare_keys(session, own)
            return told(
                Phrase("the ledger is signed by {key}", key=short_key(own.public)), next_step=CHECK
            )
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
            Phrase(
                "{command}   has it signed from now on", command=Command("state init", "--signed")
            ),
        )
    with begun_ledger(session) as book:
        key, path = _made_key(session, target)
        session.backend.keys.add(key)
        # The second one is signed by the new key: whoever trusts only that one trusts the whole ledger by it.
        event = SigningKey(key=key.public, reason=reason, by=who(session.environment))
        book.record_each([(event, None), (event, None)])
    _declare_keys(session, key)
    say = Phrase(
        "the ledger is signed by {key} from now on; the old key signs nothing more",
        key=short_key(key.public),
    )
    return told(say, *_key_lines(session, key, path))


def _sign_from_now_on(session: Session, key: PrivateKey) -> Result:
    """Have an unsigned ledger signed: the key's own signature covers all that was written before."""
    with own_ledger(session) as book:
        session.backend.keys.add(key)
        entry = book.record(
            SigningKey(key=key.public, reason="state init --signed", by=who(session.environment))
        )
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
            Phrase(
                "{file} is in the repository, where a private key would be committed",
                file=path.name,
            ),
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
        session.console.talk(
            Phrase("massctl.yaml now names the public key (state.keys): commit this")
        )


def _key_lines(session: Session, key: PrivateKey, path: Path) -> list[Phrase]:
    """Return where the private key is, and who needs it."""
    name = session.settings.state.key_env
    return [
        Phrase(
            "the private key of {key} is in {file}, which only you may read",
            key=short_key(key.public),
            file=str(path),
        ),
        Phrase(
            "Nobody can make it again: keep a copy where secrets are kept, and never commit it."
        ),
        Phrase(
            "Every machine that writes the ledger needs it: export {name}={file}",
            name=name,
            file=str(path),
        ),
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
