"""The client that calls WeChat for an account: its credential or `token_command`, proxy, clock, and what `-v` tells.

Loaded when a verb needs the network and not before: httpx costs more than most verbs do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock, local

from massctl.apply.ports import Clock
from massctl.cli.clocks import machine_now
from massctl.cli.embedded_sandbox import Embedded
from massctl.cli.output import Console, verbosity
from massctl.cli.token_command import TokenCommand
from massctl.errors import ConfigurationError
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.model.settings import Account, realm_of
from massctl.plan.checkup import proxy_to_set, secret_to_set
from massctl.plan.guards import Skew
from massctl.wechat.client import Exchange, Watch, WeChatClient
from massctl.wechat.token import TokenSource


class ClientContext(Frozen):
    """What a command has that its clients need."""

    root: Path
    environment: Mapping[str, str]
    console: Console
    clock: Clock
    sandbox: Embedded | None


def open_client(
    account: AccountName, declared: Account, api_base: str, around: ClientContext
) -> tuple[WeChatClient, SkewMeter | None]:
    """Return an account's client, and what compares the clocks; None in the sandbox, whose clock is the run's.

    No request is made and no command is run yet. Raises ConfigurationError if secret or proxy are not set.
    """
    told = request_logger(around.console)
    if around.sandbox:
        world = around.sandbox.world
        secret = world.ensure_account(declared.appid)
        sleep = AnnouncedSleep(around.console, around.clock.sleep)
        opened = WeChatClient.open(
            declared.appid, secret, declared.api_base, inside=world.app, sleep=sleep, watch=told
        )
        return opened, None
    credential, proxy = (
        _credential(account, declared, around),
        _proxy(account, declared, api_base, around),
    )
    watch = SkewMeter([around.clock.now, machine_now], told)
    sleep = AnnouncedSleep(around.console, time.sleep)
    client = WeChatClient.open(
        declared.appid, credential, api_base, proxy=proxy, sleep=sleep, watch=watch
    )
    return client, watch


def _credential(
    account: AccountName, declared: Account, around: ClientContext
) -> str | TokenSource:
    """Return the AppSecret, or what returns tokens instead."""
    if declared.token_command is not None:
        return TokenCommand(account, declared.token_command, around.root, around.environment)
    name = declared.secret_env or ""  # The rules of massctl.yaml ask for one of the two.
    secret = around.environment.get(name, "")
    if secret:
        return secret
    raise ConfigurationError(
        Phrase("the AppSecret of account {account} is not set", account=account),
        Phrase("The environment variable {name} is empty. No request was made.", name=name),
        secret_to_set(name),
    )


def _proxy(
    account: AccountName, declared: Account, api_base: str, around: ClientContext
) -> str | None:
    name = declared.proxy_env
    if name is None or realm_of(api_base) == "loopback":
        return None  # Nothing towards this machine goes through a proxy.
    proxy = around.environment.get(name)
    if proxy:
        return proxy
    raise ConfigurationError(
        Phrase("the proxy of account {account} is not set", account=account),
        Phrase("The environment variable {name} is empty. No request was made.", name=name),
        proxy_to_set(name),
    )


def request_logger(console: Console) -> Watch | None:
    """Return the observer that prints requests; None without `-v`."""
    wanted = verbosity()
    if not wanted:
        return None

    def tell(exchange: Exchange) -> None:
        if exchange.milliseconds is not None or wanted > 1:
            console.talk(_told(exchange))

    return tell


def _told(exchange: Exchange) -> Phrase:
    """Tell one exchange in a line."""
    place = {"method": exchange.method, "path": exchange.path}
    if exchange.milliseconds is None:
        return Phrase("{method} {path} …", **place)
    if exchange.reason is not None:
        say = Phrase("{method} {path}: no answer after {ms} ms: {reason}")
        return Phrase(say, **place, ms=exchange.milliseconds, reason=exchange.reason)
    say = Phrase("{method} {path}: errcode {errcode} after {ms} ms, rid {rid}")
    return Phrase(
        say, **place, errcode=exchange.errcode, ms=exchange.milliseconds, rid=exchange.rid or "-"
    )


TOLD_SECONDS_MIN = 30.0
"""Shorter pauses are part of any call."""


class AnnouncedSleep:
    """Sleep, and announce a long wait once for all concurrent calls."""

    def __init__(self, console: Console, sleep: Callable[[float], None]) -> None:
        self._console = console
        self._sleep = sleep
        self._waiting = 0
        self._lock = Lock()

    def __call__(self, seconds: float) -> None:
        """Wait for `seconds`."""
        with self._lock:
            if seconds >= TOLD_SECONDS_MIN and not self._waiting:
                told = Phrase(
                    "WeChat asks for a slower pace; continuing in {seconds} s",
                    seconds=round(seconds),
                )
                self._console.talk(told)
            self._waiting += 1
        try:
            self._sleep(seconds)
        finally:
            with self._lock:
                self._waiting -= 1


class SkewMeter:
    """Measure clock skew at every exchange (thread-safe), then call `then`.

    `clocks` are the run's and, where MASSCTL_CLOCK_OFFSET moves that on purpose, the machine's own: a server on
    loopback may have been moved along or not, so the one that fits better is judged.
    """

    def __init__(self, clocks: Sequence[Callable[[], datetime]], then: Watch | None) -> None:
        self._clocks, self._then = clocks, then
        self._begun = local()
        self.skew: Skew | None = None
        """What the newest answer with a `Date` said; None before the first."""

    def __call__(self, exchange: Exchange) -> None:
        """Take note of the beginning or the end of an exchange."""
        now = [clock() for clock in self._clocks]
        if exchange.milliseconds is None:
            self._begun.at = now
        elif exchange.server_date is not None:
            measured = [
                Skew(*each, exchange.server_date) for each in zip(self._begun.at, now, strict=True)
            ]
            self.skew = min(measured, key=lambda each: abs(each.seconds))
        if self._then is not None:
            self._then(exchange)
