"""An event of the spool: whose it is, and what of massctl.yaml keeps it from the ledger.

A sealed event is of the account whose AppID ends it, whatever massctl.yaml says. Any other one is told by its original
id (原始 ID, `ToUserName`): a plain one, and one that a third-party platform sealed. If nobody declares that id, and an
account has the job, its `original_id` is wrong, and the event waits until somebody corrects it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from massctl.apply.jobs import addressed_records, misaddressed_owner, owners_of
from massctl.callback.finish import read_finish
from massctl.callback.spool import SpoolError, Waiting, held_events
from massctl.cli.ledger_access import read_ledger
from massctl.cli.places import CACHE
from massctl.cli.session import Session
from massctl.model.diagnostics import Fault
from massctl.model.entries import JobFinish
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase, enumerated
from massctl.model.settings import MassctlFile
from massctl.model.state import Record, State

SPOOL_VARIABLE = "MASSCTL_SPOOL"
SPOOL_FILE = "callback.sqlite"


def spool_path(root: Path, environment: Mapping[str, str]) -> Path:
    """Return where the spool of a repository is, unless `--spool` names another file."""
    return Path(environment.get(SPOOL_VARIABLE) or root / CACHE / SPOOL_FILE)


class SpooledEvent(Frozen):
    """An event that the ledger may not have yet."""

    waiting: Waiting
    finish: JobFinish
    settings: MassctlFile

    @property
    def appid(self) -> AppId | None:
        """The account's, if the request told it."""
        return AppId(self.waiting.appid) if self.waiting.appid else None

    @property
    def original_ids(self) -> Mapping[AppId, str]:
        """By which it is told whose it is; none if its seal proves it."""
        return {} if self.waiting.is_proven else self.settings.original_ids

    def records(self, state: State) -> list[Record]:
        """Return the sends that it may be about."""
        return addressed_records(self.finish, self.appid, state, self.original_ids)

    def has_owner(self, state: State) -> bool:
        """Whether exactly one account that it may be for has its job."""
        return len(owners_of(self.finish, self.records(state))) == 1

    def why_held(self, state: State) -> Phrase | None:
        """Return what massctl.yaml lacks before the event can be recorded; None if nothing."""
        owners = owners_of(self.finish, self.records(state))
        if len(owners) > 1:
            say = Phrase(
                "job {msg_id} ended, and {accounts} each have a job of that number: write the original_id of each into "
                "massctl.yaml, which the console shows under 设置与开发 / 账号详情; the event is kept until then"
            )
            names = sorted(self.settings.key_of(each) or each for each in owners)
            return Phrase(say, msg_id=self.waiting.msg_id, accounts=enumerated(names))
        if owners or self.waiting.is_proven:
            return None
        owner = misaddressed_owner(self.finish, self.appid, state, self.original_ids)
        if owner is None:
            return None
        say = Phrase(
            "{account}: the event of job {msg_id} is addressed to {told}, but massctl.yaml says original_id: "
            "{declared}. It is kept, and not recorded. If the console shows {told} under 设置与开发 / 账号详情, write "
            "accounts.{account}.original_id: {told}"
        )
        return Phrase(
            say,
            account=self.settings.key_of(owner) or owner,
            msg_id=self.waiting.msg_id,
            told=self.finish.said.original_id,
            declared=self.original_ids.get(owner, ""),
        )

    def wrong_original_id(self) -> Phrase | None:
        """Return the correction if the seal proves that `original_id` is wrong; None otherwise."""
        told, declared = (
            self.finish.said.original_id,
            self.settings.original_ids.get(AppId(self.waiting.appid)),
        )
        if not self.waiting.is_proven or declared in (None, told) or told is None:
            return None
        say = Phrase(
            "{account}: its events are addressed to {told}, but massctl.yaml says original_id: {declared}. The seal "
            "proves that they are its own, so they are recorded; write accounts.{account}.original_id: {told}"
        )
        account = self.settings.key_of(self.waiting.appid) or self.waiting.appid
        return Phrase(say, account=account, told=told, declared=declared)


def read_event(waiting: Waiting, settings: MassctlFile) -> SpooledEvent | Fault:
    """Read an event of the spool; a fault if only another massctl could read it."""
    finish = read_finish(waiting.body)
    return finish if isinstance(finish, Fault) else SpooledEvent(waiting, finish, settings)


def held_here(session: Session) -> list[Phrase]:
    """List what massctl.yaml lacks for the events that this machine's spool holds; empty without a spool."""
    path = spool_path(session.root, session.environment)
    if session.sandbox is not None or not path.is_file():
        return []
    try:
        held = held_events(path)
    except SpoolError as error:
        return [Phrase("the spool {path} cannot be read: {why}", path=str(path), why=str(error))]
    if not held:
        return []
    state = read_ledger(session)
    events = [read_event(each, session.settings) for each in held]
    said = [each.why_held(state) for each in events if isinstance(each, SpooledEvent)]
    return [each for each in said if each is not None]
