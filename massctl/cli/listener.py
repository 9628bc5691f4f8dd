"""What hears WeChat: the accounts' callbacks and secrets, the spool, and the thread that brings it into the ledger.

What is acknowledged is in the spool. The ledger hears of it when nobody else is at work on it and it can be reached;
until then it waits. Killed between the ledger's append and the spool's note, an event is brought in again and found to
be known.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from massctl.apply.jobs import Recorded, possible_sends, record_finish
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import what_happened
from massctl.callback.app import ANY, Application, Callback, Endpoint
from massctl.callback.envelope import TOKEN_PATTERN, Secrets, Untrusted, parse_aes_key
from massctl.callback.forward import Forwarder
from massctl.callback.spool import Ending, Spool, SpoolError, Waiting
from massctl.cli.ledger_access import own_ledger, require_writable, trusted_ledger
from massctl.cli.notifications import Notifier
from massctl.cli.output import Console
from massctl.cli.places import Places
from massctl.cli.session import Session, open_settings, session
from massctl.cli.spooled_event import SPOOL_VARIABLE, SpooledEvent, read_event, spool_path
from massctl.errors import ConfigurationError, LedgerLockedError, MassctlError, UsageError
from massctl.extras import install_command
from massctl.ledger.backend import Backend
from massctl.ledger.process_lock import is_held
from massctl.model.diagnostics import Fault, has_errors
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import AccountCallback, MassctlFile
from massctl.model.state import State
from massctl.source.repository import ACCOUNTS, SETTINGS_PATHS
from massctl.view.i18n import say as say_in
from massctl.view.jobs import contradiction

PACE_SECONDS = 1.0
"""The ledger is asked at most so often: what came meanwhile is one append."""
BUSY_SECONDS = 0.3
"""How often is looked whether another run is still at work on the ledger."""
TROUBLE_SECONDS = (2.0, 300.0)
"""The first and the longest pause while the ledger cannot be read or written."""
FOREIGN_FOR = timedelta(days=1)
"""So long is asked by itself; later events bring in what `reconcile` made known."""
HELD_TOLD = 20
"""Events that wait for a change of massctl.yaml and are told one by one; one typo keeps all of an account back."""
TOGETHER_SECONDS = 120.0
"""Ends within that time after a message share the next one: forty accounts may end in the same minute."""
CLOSE_SECONDS = 10.0
"""A push takes a few seconds; what takes longer is brought in by the next process."""
TOLD_SECONDS = 3_600.0
"""The same trouble is told again after an hour."""

_SAID = {
    Untrusted.FORGED: Phrase(
        "{account}: a request is not signed with the account's Token, and changed nothing. If it was the console, "
        "compare the Token there with {token_env}"
    ),
    Untrusted.LATE: Phrase(
        "{account}: a request was signed more than ten minutes from now, and changed nothing; compare this machine's "
        "clock: {date}"
    ),
    Untrusted.NOT_SEALED: Phrase(
        "{account}: a plain body was not read, because an EncodingAESKey is set: choose 安全模式 in the console, or "
        "take aes_key_env out of massctl.yaml"
    ),
    Untrusted.KEY_MISSING: Phrase(
        "{account}: an encrypted body was not read, because no key is set: write "
        "accounts.{account}.callback.aes_key_env"
    ),
    Untrusted.NOT_DECRYPTED: Phrase(
        "{account}: a body that the Token signed cannot be decrypted: compare EncodingAESKey in the console with "
        "{aes_key_env}"
    ),
    Untrusted.OTHER_ACCOUNT: Phrase(
        "{account}: a message that was signed for it is for another account, and changed nothing: "
        "compare appid and original_id in massctl.yaml with the console. If a third-party platform receives its "
        "events, write accounts.{account}.callback.component_appid"
    ),
}
"""What people are told of requests that may be WeChat's, once an hour each."""


class _Teller:
    """Talks on standard error, about each thing once an hour."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()

    def tell(self, said: Phrase, key: str | None = None) -> None:
        """Print something, unless it, or its `key`, was printed within the last hour."""
        now, what = time.monotonic(), key or str(said)
        with self._lock:
            if now - self._told.get(what, -TOLD_SECONDS) < TOLD_SECONDS:
                return
            self._told = {
                each: at for each, at in self._told.items() if now - at < TOLD_SECONDS
            } | {what: now}
        self._console.talk(said)

    def forget(self, key: str) -> None:
        """Let it be printed at once the next time, because it went well in between."""
        with self._lock:
            self._told.pop(key, None)


class Listener(Struct):
    """Everything of one process that hears WeChat."""

    callback: Callback
    endpoints: Sequence[Endpoint]
    console: Console
    spool: Spool
    intake: Intake
    forwarder: Forwarder | None

    def close(self) -> None:
        """Bring in what waits, as far as that goes at once, and stop."""
        self.intake.close()
        if self.forwarder is not None:
            self.forwarder.close()
        self.spool.close()


def open_listener(
    directory: str, environment: Mapping[str, str] = os.environ, spool_file: str | None = None
) -> Listener:
    """Open the spool of a repository; `intake.begin` brings it into the ledger. Raises what keeps it from hearing."""
    with session(directory, environment=environment) as current:
        console, clock = current.console, current.clock
        endpoints = _endpoints(current.settings, environment)
        require_writable(current)
        path = Path(spool_file) if spool_file else spool_path(current.root, environment)
        variables = {
            name: each.callback for name, each in current.settings.accounts.items() if each.callback
        }
    teller = _Teller(console)
    try:
        spool = Spool(path, clock.now)
    except SpoolError as error:
        raise ConfigurationError(
            Phrase("the spool {path} cannot be opened: {why}", path=str(path), why=str(error)),
            Phrase(
                "massctl acknowledges only events that it can make durable, so it did not start to listen."
            ),
            Phrase(
                "make its folder writable, or name another file with --spool or {variable}",
                variable=SPOOL_VARIABLE,
            ),
        ) from None
    intake = Intake(directory, environment, spool, clock.now, teller)

    def refused(endpoint: Endpoint, why: Untrusted) -> None:
        if (say := _SAID.get(why)) is not None:
            keys = variables[endpoint.account]
            said = Phrase(
                say,
                account=endpoint.account,
                token_env=keys.token_env,
                aes_key_env=keys.aes_key_env or "",
                date=clock.now().strftime("%Y-%m-%d %H:%M:%SZ"),
            )
            teller.tell(said, f"{endpoint.account} {why}")

    forwarder = _forwarder(endpoints)
    callback = Callback(
        endpoints,
        spool,
        clock.now,
        forward=forwarder,
        refused=refused,
        tell=teller.tell,
        arrived=intake.wake,
        healthy=intake.is_alive,
        held=lambda: [say_in(each, console.language) for each in intake.held],
    )
    return Listener(callback, endpoints, console, spool, intake, forwarder)


def _forwarder(endpoints: Sequence[Endpoint]) -> Forwarder | None:
    if all(each.forward is None for each in endpoints):
        return None
    return Forwarder()


def application(directory: str, environment: Mapping[str, str] = os.environ) -> Application:
    """Make the application for a server that was not started by massctl; each process has a listener of its own."""
    opened: dict[int, Listener] = {}
    opening = threading.Lock()

    def callback() -> Callback:
        with opening:
            if os.getpid() not in opened:
                opened[os.getpid()] = open_listener(directory, environment)
                opened[os.getpid()].intake.begin()
        return opened[os.getpid()].callback

    def close() -> None:
        listener = opened.pop(os.getpid(), None)
        if listener is not None:
            listener.close()

    callback()
    return Application(callback, close)


def _endpoints(settings: MassctlFile, environment: Mapping[str, str]) -> list[Endpoint]:
    """Return the callbacks of all accounts that have one. Raises ConfigurationError if one cannot be heard."""
    found = []
    for name, account in settings.accounts.items():
        if (declared := account.callback) is not None:
            forward = declared.forward or settings.callback.forward
            token, keys = _shared_secrets(name, declared, environment)
            secrets = Secrets(account.appid, token, keys, declared.component_appid)
            found.append(Endpoint(name, declared.path, secrets, account.original_id, forward))
    if not found:
        raise ConfigurationError(
            Phrase("no account in massctl.yaml says how its events are checked"),
            hint=Phrase(
                "write accounts.{account}.callback: {{token_env: WECHAT_TOKEN, aes_key_env: WECHAT_AES_KEY}}, and set "
                "both variables to Token and EncodingAESKey of 微信开发者平台 / 我的业务 / the account / 基础信息 / "
                "域名与消息推送配置",
                account=next(iter(settings.accounts)),
            ),
        )
    return found


def _shared_secrets(
    name: str, declared: AccountCallback, environment: Mapping[str, str]
) -> tuple[str, tuple[bytes, ...]]:
    """Return an account's token, and its keys, the current one first."""
    token = _value(environment, declared.token_env, "Token", name, declared)
    if not TOKEN_PATTERN.fullmatch(token):
        say = Phrase(
            "the value of {variable} is not a Token: a Token has 3 to 32 letters and digits",
            variable=declared.token_env,
        )
        raise ConfigurationError(say, hint=_as_in_console("Token", name, declared))
    keys: list[bytes] = []
    for variable in (declared.aes_key_env, declared.previous_aes_key_env):
        if variable is None:
            continue
        key = parse_aes_key(_value(environment, variable, "EncodingAESKey", name, declared))
        if key is None:
            say = Phrase(
                "the value of {variable} is not an EncodingAESKey: a key has 43 letters and digits",
                variable=variable,
            )
            raise ConfigurationError(say, hint=_as_in_console("EncodingAESKey", name, declared))
        keys.append(key)
    if keys:
        _require_cipher()
    return token, tuple(keys)


def _value(
    environment: Mapping[str, str],
    variable: str,
    what: str,
    account: str,
    declared: AccountCallback,
) -> str:
    value = environment.get(variable, "").strip()
    if not value:
        say = Phrase("the {what} of account {account} is not set", what=what, account=account)
        detail = Phrase(
            "The environment variable {name} is empty. massctl did not start to listen.",
            name=variable,
        )
        raise ConfigurationError(say, detail, _as_in_console(what, account, declared))
    return value


def _as_in_console(what: str, account: str, declared: AccountCallback) -> Phrase:
    if declared.component_appid is not None:
        return Phrase(
            "set it to the {what} of the platform {appid}: open.weixin.qq.com, "
            "管理中心 / 第三方平台 / 开发配置 / 开发资料",
            what=what,
            appid=declared.component_appid,
        )
    return Phrase(
        "set it to the {what} of {account}: 微信开发者平台 / 我的业务 / the account / 基础信息 / 域名与消息推送配置",
        what=what,
        account=account,
    )


def _require_cipher() -> None:
    try:
        import cryptography.hazmat.primitives.ciphers  # noqa: F401 - looked for before the first event needs it
    except ImportError:
        raise missing_package(Phrase("Encrypted events need a cipher.")) from None


def missing_package(why: Phrase) -> ConfigurationError:
    """Make the error of an installation without the extra."""
    return ConfigurationError(
        Phrase("listening needs packages that are not installed"), why, install_command("listen")
    )


class Intake:
    """Brings the spool into the ledger, from a thread of its own."""

    def __init__(
        self,
        directory: str,
        environment: Mapping[str, str],
        spool: Spool,
        now: Callable[[], datetime],
        teller: _Teller,
    ) -> None:
        self._now = now
        self._directory = directory
        self._environment = environment
        self._spool = spool
        self._teller = teller
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="massctl-intake", daemon=True)
        self._places = Places(Path(directory).resolve())
        self._backend: Backend | None = None
        """The ledger's place, as the last pass opened it."""
        self._seen: object = None
        """The ledger and massctl.yaml as the last pass met them."""
        self._tell_at: float | None = None
        """When what was recorded is told, by a clock that nobody sets; None: nothing waits to be told."""
        self._told_at = float("-inf")
        self.held: Sequence[Phrase] = ()
        """Why events wait for a change of massctl.yaml, as the last pass found."""

    def begin(self) -> None:
        """Bring in what an earlier process left, and then whatever comes."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """Signal that an event arrived."""
        self._woken.set()

    def is_alive(self) -> bool:
        """Whether the thread that records events is alive."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Stop, after what is going on."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        pause: float | None = 0
        failures = unknown = 0
        while True:
            self._woken.wait(pause)
            is_last, was_woken = self._stopped.is_set(), self._woken.is_set()
            if is_held(self._places.locks) and not is_last:
                # A run may take hours, and its end may be what an event waits for.
                self._woken.set()
                self._stopped.wait(BUSY_SECONDS)
                continue
            self._woken.clear()
            is_telling = self._tell_at is not None and (
                is_last or time.monotonic() >= self._tell_at
            )
            if not (was_woken or is_last or is_telling) and self._mark() == self._seen:
                continue
            try:
                self.bring_in()
            except Exception as error:  # Whatever it is, what waits is safe where it is.
                rest, pause = min(TROUBLE_SECONDS[1], TROUBLE_SECONDS[0] * 2.0**failures), 0
                failures = min(failures + 1, 20)
                self._woken.set()
                self._tell_trouble(error)
            else:
                self._teller.forget("trouble")
                failures, unknown = 0, 0 if was_woken else min(unknown + 1, 20)
                # What comes meanwhile is one append.
                rest, pause = PACE_SECONDS, self._until_asked_again(unknown)
            if is_last:
                return
            self._stopped.wait(rest)

    def _mark(self) -> object:
        """Return what changes with the settings or the ledger, as far as that is known without asking a server."""
        ledger = self._backend.version() if self._backend is not None else object()
        root = self._places.root
        accounts = sorted((root / ACCOUNTS).glob("*.yaml"))
        files = (*(root / each for each in SETTINGS_PATHS), *accounts)
        return ledger, tuple(map(_version, files))

    def _until_asked_again(self, times: int) -> float | None:
        """Return when events of unknown jobs are looked at again; None if there are none, or only old ones."""
        newest = self._spool.newest_foreign()
        to_tell = None if self._tell_at is None else max(0.0, self._tell_at - time.monotonic())
        is_late = newest is None or self._now().timestamp() - newest > FOREIGN_FOR.total_seconds()
        if is_late and not self.held:
            return to_tell
        first, longest = (
            self._backend.poll_seconds
            if self._backend is not None
            else (PACE_SECONDS, PACE_SECONDS)
        )
        again = min(longest, first * 2.0**times)
        return again if to_tell is None else min(again, to_tell)

    def _tell_trouble(self, error: Exception) -> None:
        if isinstance(error, LedgerLockedError):
            return  # It ends by itself.
        why = (
            what_happened(error)
            if isinstance(error, MassctlError)
            else f"{type(error).__name__}: {error}"
        )
        say = Phrase(
            "events wait in the spool, because they cannot be recorded in the ledger: {why}",
            why=why,
        )
        self._teller.tell(say, "trouble")

    def bring_in(self) -> None:
        """Bring what waits into the ledger, as one append. Raises what keeps it from that."""
        opened = open_settings(self._directory, self._environment)
        if opened[0] is None or has_errors(opened[1]):
            raise ConfigurationError(Phrase("massctl.yaml has faults"))
        with session(self._directory, environment=self._environment, opened=opened) as current:
            self._backend = current.backend
            self._seen = self._mark()
            while self._bring_into(current):
                pass

    def _bring_into(self, current: Session) -> int:
        """Bring in as much as one append holds; says how many events were new."""
        state = trusted_ledger(current)
        known = {
            job.msg_id
            for record in state.records.values()
            for job in record.jobs
            if job.msg_id is not None
        }
        waiting = self._spool.waiting(known)
        events = self._read(current, waiting)
        endings: dict[int, Ending] = {each.id: "ignored" for each in waiting}
        endings |= {each.waiting.id: "foreign" for each in events}
        endings |= self._held_back(events, state)
        mine = [each for each in events if each.has_owner(state)]
        notifier = Notifier(current)
        if mine:
            # Whoever only finds out that nothing is to be written disturbs nobody.
            with own_ledger(current, brief=True) as book:
                state = book.state
                endings |= {each.waiting.id: self._recorded(current, each, book) for each in mine}
                book.flush()
        foreign = [
            each for each in events if each.waiting.is_new and endings[each.waiting.id] == "foreign"
        ]
        self._tell_foreign(current, foreign, state)
        self._spool.settle(endings)
        self._tell(notifier, state, is_new=bool(mine))
        return sum(each.is_new for each in waiting)

    def _tell(self, notifier: Notifier, state: State, *, is_new: bool) -> None:
        """Tell what was recorded: the first end at once, and those that come within two minutes after it together."""
        now = time.monotonic()
        if is_new and self._tell_at is None:
            self._tell_at = max(now, self._told_at + TOGETHER_SECONDS)
        if self._tell_at is not None and (now >= self._tell_at or self._stopped.is_set()):
            self._tell_at, self._told_at = None, now
            notifier.tell(state)

    def _read(self, current: Session, waiting: Sequence[Waiting]) -> list[SpooledEvent]:
        """Read events; one that only another massctl could read is counted and told."""
        found = [(each, read_event(each, current.settings)) for each in waiting]
        for each, event in found:
            if isinstance(event, Fault):
                self._spool.count(_account(current, each), "ignored")
                self._teller.tell(Phrase("an event was not recorded: {why}", why=event.message))
        return [event for _, event in found if isinstance(event, SpooledEvent)]

    def _held_back(self, events: Sequence[SpooledEvent], state: State) -> dict[int, Ending]:
        """Find the events that wait for a change of massctl.yaml, and tell what to write."""
        found = {
            each.waiting.id: said for each in events if (said := each.why_held(state)) is not None
        }
        self.held = list(found.values())[:HELD_TOLD]
        for said in self.held:
            self._teller.tell(said)
        return dict.fromkeys(found, "held")

    def _recorded(self, current: Session, event: SpooledEvent, book: LedgerSession) -> Ending:
        """Record an event of a known job, and count and tell what came of it."""
        account = _account(current, event.waiting)
        try:
            found = record_finish(
                event.finish, event.appid, book, event.original_ids, durable=False
            )
        except UsageError:
            return "foreign"  # The ledger changed since; the next pass looks again.
        if not isinstance(found, Recorded):
            return "foreign"
        self._spool.count(account, "known" if found.again else "recorded")
        if found.contradicts is not None:
            self._spool.count(account, "contradicted")
            self._teller.tell(
                contradiction(found.contradicts), f"contradicted {event.waiting.msg_id}"
            )
        if (wrong := event.wrong_original_id()) is not None:
            self._teller.tell(wrong)
        return "recorded"

    def _tell_foreign(
        self, current: Session, foreign: Sequence[SpooledEvent], state: State
    ) -> None:
        """Count events whose job no send has, and offer them to the sends that they may belong to."""
        for each in foreign:
            self._spool.count(_account(current, each.waiting), "foreign")
        if foreign:
            say = Phrase(
                "job {msg_id} ended, but no send here has it; it comes from the console or another program"
            )
            self._teller.tell(Phrase(say, msg_id=foreign[0].waiting.msg_id), "foreign")
        attempts = [attempt for record in state.records.values() for attempt in record.attempts]
        if all(each.accepted is not None or each.rejection is not None for each in attempts):
            return
        for each in foreign:
            for record in possible_sends(each.finish, each.records(state)):
                say = Phrase(
                    "job {msg_id} ended, which no send has. It may be that of {name}; if it is: {command}"
                )
                msg_id = each.waiting.msg_id
                known = Command(
                    "reconcile", record.campaign, "--sent", msg_id, "--reason MASSSENDJOBFINISH"
                )
                self._teller.tell(Phrase(say, msg_id=msg_id, name=record.campaign, command=known))


def _account(current: Session, waiting: Waiting) -> str:
    return current.settings.key_of(waiting.appid) or ANY


def _version(path: Path) -> object:
    """Return what changes whenever a file does."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
