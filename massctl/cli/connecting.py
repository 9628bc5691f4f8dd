"""From an account's settings to the client that calls WeChat for it: credential, proxy, clock, and who is told.

Loaded when a verb needs the network and not before: httpx costs more than most verbs do.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from massctl.apply.ports import Clock
from massctl.cli.clocks import machine_now
from massctl.cli.output import Console
from massctl.cli.pausing import TellingSleep
from massctl.cli.skewing import ClockWatch
from massctl.cli.token_command import TokenCommand
from massctl.cli.watching import watch_of
from massctl.errors import ConfigurationError
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.model.settings import Account, realm_of
from massctl.plan.checkup import proxy_to_set, secret_to_set
from massctl.wechat.client import WeChatClient
from massctl.wechat.token import TokenSource

if TYPE_CHECKING:
    from massctl.cli.embedding import Embedded


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a command has that its clients need."""

    root: Path
    environment: Mapping[str, str]
    voice: Console
    clock: Clock
    sandbox: "Embedded | None"


def connected(
    account: AccountName, declared: Account, api_base: str, around: Surroundings
) -> tuple[WeChatClient, ClockWatch | None]:
    """Give an account's client, and what compares the clocks; None in the sandbox, whose clock is the run's.

    No request is made and no command is run yet. Raises ConfigurationError where secret or proxy are not set.
    """
    told = watch_of(around.voice)
    if around.sandbox:
        secret, app, sleep = around.sandbox.secret, around.sandbox.app, TellingSleep(around.voice, around.clock.sleep)
        opened = WeChatClient.open(declared.appid, secret, declared.api_base, inside=app, sleep=sleep, watch=told)
        return opened, None
    credential, proxy = _credential(account, declared, around), _proxy(account, declared, api_base, around)
    watch = ClockWatch([around.clock.now, machine_now], told)
    sleep = TellingSleep(around.voice, time.sleep)
    client = WeChatClient.open(declared.appid, credential, api_base, proxy=proxy, sleep=sleep, watch=watch)
    return client, watch


def _credential(account: AccountName, declared: Account, around: Surroundings) -> str | TokenSource:
    """Give the AppSecret, or what gives tokens in its place."""
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


def _proxy(account: AccountName, declared: Account, api_base: str, around: Surroundings) -> str | None:
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
