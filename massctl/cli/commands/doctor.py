"""`massctl doctor`: whether a send could go out from here, and what to click or type where it could not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from massctl.apply.checkup_probe import CheckedAccount, probe
from massctl.apply.outcome import what_happened
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import form_option, repo_option, sandbox_option
from massctl.cli.commands.ci_setup import github_repository, remote_address
from massctl.cli.drift import read_drifts, unread_words
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.forge import github_address, line_to_forge
from massctl.cli.ledger_access import ledger_refusal, read_ledger, require_writable, sharing_refusal
from massctl.cli.notifications import never_told
from massctl.cli.places import API_BASE_VARIABLE, local_runner
from massctl.cli.planner import Planned, missing_walls, planned
from massctl.cli.session import Session
from massctl.cli.snapshot_access import audience_findings
from massctl.cli.spooled_event import held_here
from massctl.errors import ConfigurationError, LedgerError
from massctl.forge.github import github_api
from massctl.forge.protection import Expected, protection_findings
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase, in_a_row
from massctl.model.secrets import register
from massctl.model.settings import Channel
from massctl.model.state import FINAL, State
from massctl.notify.registry import kind_of
from massctl.parallel_calls import side_by_side
from massctl.plan.checkup import (
    allowance_finding,
    callback_finding,
    campaigns_finding,
    clock_finding,
    held_findings,
    lease_findings,
    ledger_finding,
    needs_of,
    open_sends,
    protection_finding,
    proxy_to_set,
    secret_finding,
    sending_finding,
    short_windows,
    to_set,
    window_findings,
)
from massctl.plan.forge_setup import secret_names
from massctl.plan.quota import Agenda
from massctl.plan.window import WindowState
from massctl.transport import Inside

SENDS_BY_ACTIONS = ".github/workflows/apply.yml"
"""Where this is, GitHub's timer begins the runs that send."""


@click.command(name="doctor")
@form_option
@sandbox_option
@click.option(
    "--forge",
    is_flag=True,
    help="Check GitHub instead: rules, environment, secrets, keys. Needs GH_TOKEN.",
)
@repo_option
@verb("doctor")
def command(current: Session, forge: bool, repo: str | None) -> Result:
    """Check credentials, IP whitelist, rights, quotas, clock, proxy, ledger and windows. It changes nothing.

    Each finding says what to click in WeChat's console, or what to type. Exits with 1 if anything prevents a send.
    With --forge it looks at the repository on GitHub, with an administrator's token from GH_TOKEN or GITHUB_TOKEN.
    """
    sandbox = current.sandbox is not None
    if (sandbox or repo is not None) and sandbox == forge:
        raise click.UsageError(Phrase("--repo is for --forge, which has no sandbox"))

    found = examine_forge(current, repo) if forge else examine(current)
    return Result(
        found.exit_status(),
        lambda _: views.verbs_json.doctor_json(found.findings, found.exit_status()),
        lambda to: views.doctor.doctor_text(to.page(), found.findings),
        next_step=None
        if found.exit_status() or forge
        else Phrase("{command}   shows what would be sent", command=Command("plan")),
    )


class CheckUp(Frozen):
    """Everything that was found: of the repository first, then account by account."""

    findings: tuple[Finding, ...]

    def exit_status(self) -> ExitStatus:
        """Return 1 if any finding is a problem."""
        found = any(each.level is Level.PROBLEM for each in self.findings)
        return ExitStatus.FAILED if found else ExitStatus.DONE


def examine(session: Session) -> CheckUp:
    """Look at everything that a send depends on. Raises ConfigurationError for a massctl.yaml that cannot be used."""
    state, made, findings = _repository(session)
    plan = made.plan if made is not None else None
    accounts = [AccountName(name) for name in session.settings.accounts]
    settings = {account: list(_settings(session, account)) for account in accounts}
    rendered = (
        [each.rendered for each in plan.campaigns if each.rendered is not None] if plan else []
    )
    asked = probe(
        [_checked(session, each, settings[each], rendered) for each in accounts], side_by_side
    )
    findings += _drifts(session, made, asked) if made is not None else ()
    findings.append(_isolation(session))
    for account in accounts:
        skew = session.skew(account)
        appid = AppId(session.settings.accounts[account].appid)
        findings += settings[account]
        heard = callback_finding(account, session.settings.accounts[account])
        findings += [heard] if heard is not None else []
        findings += [each for each in asked if each.account == account]
        findings.append(clock_finding(account, skew, sandbox=session.sandbox is not None))
        findings.append(protection_finding(account, appid, state))
        if plan is not None:
            findings.append(
                allowance_finding(account, appid, state, plan.ahead, session.clock.now())
            )
    return CheckUp(tuple(findings))


def examine_forge(
    session: Session, repository: str | None, inside: Inside | None = None
) -> CheckUp:
    """Look at how the repository on GitHub is protected. `inside` answers in place of the network.

    Raises ForgeError where GitHub does not answer, UsageError and ConfigurationError for what it was not told.
    """
    environment = session.environment
    named = repository or github_repository(session, remote_address(session) or "")
    token = environment.get("GH_TOKEN") or environment.get("GITHUB_TOKEN")
    if not token:
        raise ConfigurationError(
            Phrase("the environment variable {name} is empty", name="GH_TOKEN"),
            hint=Phrase(
                'GH_TOKEN="$(gh auth token)" {command}', command=Command("doctor", "--forge")
            ),
        )
    register(token)
    settings = session.settings
    branch = settings.policy.branch or "main"
    expected = Expected(named, branch, settings.state.branch, secret_names(settings))
    line = line_to_forge(settings, environment, inside)
    try:
        return CheckUp(
            tuple(
                protection_findings(github_api(line, github_address(environment), token), expected)
            )
        )
    finally:
        line.close()


def _repository(session: Session) -> tuple[State, Planned | None, list[Finding]]:
    """Check ledger, campaigns, windows and kill switch; without a readable ledger there is no plan."""
    findings = [
        *_spare_hosts(session),
        *_notify(session),
        *_merge_comments(session),
        sending_finding(session.rules_now(session.rules((), Agenda()))),
    ]
    try:
        state = read_ledger(session)
    except LedgerError as error:
        unread = Finding(Check.LEDGER, Level.PROBLEM, what_happened(error), error.hint)
        later = [
            *([Check.PLACE] if session.backend.is_shared else []),
            Check.CAMPAIGNS,
            Check.WINDOWS,
            Check.DRIFT,
            Check.ALLOWANCE,
        ]
        say = Phrase("not checked: the ledger cannot be read")
        return (
            State(),
            None,
            [unread, *findings, *(Finding(each, Level.UNKNOWN, say) for each in later)],
        )
    accounts = list(session.settings.accounts)
    refusal = ledger_refusal(session, state, accounts)
    if refusal is None and state.lineage is not None:
        refusal, _ = sharing_refusal(session, state, accounts)
    ledger = [ledger_finding(state, refusal)]
    try:
        require_writable(session)
    except LedgerError as error:
        ledger.append(Finding(Check.LEDGER, Level.PROBLEM, what_happened(error), error.hint))
    made = planned(session, ())
    plan = made.plan
    return (
        state,
        made,
        [
            *ledger,
            *_writable(session),
            *_never_told(session, state),
            *lease_findings(state.lease, local_runner(session.places.runner), session.clock.now()),
            *audience_findings(session, state),
            *open_sends(state),
            *held_findings(held_here(session)),
            *findings,
            campaigns_finding(plan),
            *window_findings(plan),
            *(short_windows(plan) if (session.root / SENDS_BY_ACTIONS).is_file() else ()),
        ],
    )


def _drifts(session: Session, made: Planned, asked: list[Finding]) -> Iterator[Finding]:
    """Compare what campaigns that are still to be sent depend on with what is recorded, of accounts with a token."""
    reached = {
        each.account for each in asked if each.check is Check.TOKEN and each.level is Level.OK
    }
    ahead = [
        each
        for each in made.plan.campaigns
        if each.status not in FINAL and each.window is not WindowState.EXPIRED
    ]
    campaigns = tuple(each for each in ahead if each.account in reached)
    read = read_drifts(session, replace(made, plan=replace(made.plan, campaigns=campaigns)))
    for each in read.drifts:
        say = Phrase("{name}: {message}", name=each.campaign, message=views.words.drift_words(each))
        yield Finding(Check.DRIFT, Level.WARNING, say, views.words.drift_hint(each))
    for unread in read.unread:
        yield Finding(Check.DRIFT, Level.UNKNOWN, unread_words(unread), unread.hint)
    if len(campaigns) < len(ahead):
        yield Finding(Check.DRIFT, Level.UNKNOWN, Phrase("not checked of accounts without a token"))
    elif not read.drifts and not read.unread:
        yield Finding(Check.DRIFT, Level.OK, Phrase("what campaigns depend on is as recorded"))


def _isolation(session: Session) -> Finding:
    """Look whether the process that reads strangers' files can reach anything else."""
    told = missing_walls(session)
    if not told:
        say = Phrase("the child process that renders can reach nothing else")
        return Finding(Check.ISOLATION, Level.OK, say)
    level = (
        Level.PROBLEM if session.settings.policy.render_isolation == "require" else Level.WARNING
    )
    say = Phrase(
        "the child process that renders is not isolated here: {missing}", missing=in_a_row(told)
    )
    return Finding(Check.ISOLATION, level, say, Phrase("send from Linux 5.13 or newer"))


def _writable(session: Session) -> Iterator[Finding]:
    """Look whether the ledger's place, which was read, can be written to; nothing is."""
    try:
        known = session.backend.write_check()
    except LedgerError as error:
        yield Finding(Check.PLACE, Level.PROBLEM, what_happened(error), error.hint)
        return
    if known is not None:
        yield Finding(Check.PLACE, Level.OK, known)


def _spare_hosts(session: Session) -> Iterator[Finding]:
    """Find entries of policy.api_hosts that no account uses."""
    used = {urlsplit(each.api_base).netloc.lower() for each in session.settings.accounts.values()}
    used |= {each.partition(":")[0] for each in used}
    for host in session.settings.policy.api_hosts:
        if host.lower() not in used:
            say = Phrase(
                "policy.api_hosts lets the secret go to {host}, but no account's api_base names it",
                host=host,
            )
            hint = Phrase("remove it from policy.api_hosts in massctl.yaml if nobody uses it")
            yield Finding(Check.API_HOST, Level.WARNING, say, hint)


def _notify(session: Session) -> Iterator[Finding]:
    """Look whether the channels' variables hold something usable; nothing is posted."""
    for channel in session.settings.notify:
        for name in channel.variables:
            if session.realm() == "loopback":
                say = Phrase("posts to {name} stay on this machine", name=name)
                yield Finding(Check.NOTIFY, Level.OK, say)
            elif value := session.environment.get(name):
                yield _variable(channel, name, value)
            elif name in channel.needed:
                say = Phrase("the environment variable {name} is empty", name=name)
                yield Finding(Check.NOTIFY, Level.WARNING, say, to_set(name))


def _never_told(session: Session, state: State) -> Iterator[Finding]:
    """Name the channels that were tried in vain as often as anything is."""
    for say in never_told(session, state):
        hint = Phrase("read there what happened: {command}", command=Command("status"))
        yield Finding(Check.NOTIFY, Level.WARNING, say, hint)


def _merge_comments(session: Session) -> Iterator[Finding]:
    """Look whether the token is here with which pull requests are told of a send."""
    named = session.settings.forge
    if named is None or session.realm() == "loopback" or session.environment.get(named.token_env):
        return
    say = Phrase("{name} is empty: nothing is commented on pull requests", name=named.token_env)
    yield Finding(Check.NOTIFY, Level.WARNING, say, to_set(named.token_env))


def _variable(channel: Channel, name: str, value: str) -> Finding:
    """Look at a variable without a request and without naming its value: who has an address can post to it."""
    if (wrong := kind_of(channel).unfit(channel, name, value)) is not None:
        say = Phrase("{name} is set, but nothing can be posted there: {why}", name=name, why=wrong)
        return Finding(Check.NOTIFY, Level.WARNING, say, to_set(name))
    if name != channel.name:
        return Finding(Check.NOTIFY, Level.OK, Phrase("{name} is set", name=name))
    say = Phrase("{name} is set; only a post shows whether it is accepted", name=name)
    return Finding(Check.NOTIFY, Level.OK, say)


def _settings(session: Session, account: AccountName) -> Iterator[Finding]:
    """Judge what massctl.yaml and the environment say of an account."""
    declared = session.settings.accounts[account]
    yield _host(session, account)
    if session.sandbox:
        yield Finding(
            Check.CREDENTIAL, Level.OK, Phrase("not needed in the sandbox"), account=account
        )
        yield Finding(Check.PROXY, Level.OK, Phrase("not needed in the sandbox"), account=account)
        return
    if declared.secret_env is not None:
        value = session.environment.get(declared.secret_env, "")
        loopback = session.realm([account]) == "loopback"
        yield secret_finding(account, declared.secret_env, value, loopback=loopback)
    else:
        say = Phrase(
            "token_command prints the token; massctl runs it below, as for every verb that calls WeChat"
        )
        yield Finding(Check.CREDENTIAL, Level.OK, say, account=account)
    yield proxy_finding(session, account)


def _host(session: Session, account: AccountName) -> Finding:
    """Return where the credential goes."""
    if session.sandbox:
        return Finding(
            Check.API_HOST,
            Level.OK,
            Phrase("requests stay in the sandbox, in this process"),
            account=account,
        )
    host = urlsplit(session.api_base(account)).netloc
    say = Phrase("requests go to {host}", host=host)
    if session.environment.get(API_BASE_VARIABLE):
        hint = Phrase("unset {name} to use api_base", name=API_BASE_VARIABLE)
        return Finding(Check.API_HOST, Level.WARNING, say, hint, account)
    added = [
        each
        for each in session.settings.policy.api_hosts
        if each.partition(":")[0] == host.partition(":")[0]
    ]
    if added:
        say = Phrase(
            "requests, and the secret in them, go to {host}, which policy.api_hosts allows",
            host=host,
        )
    return Finding(Check.API_HOST, Level.OK, say, account=account)


def _checked(
    session: Session,
    account: AccountName,
    settings: list[Finding],
    campaigns: list[RenderedCampaign],
) -> CheckedAccount:
    """Make an account ready to be asked, unless its settings cannot work: a wrong secret is not even tried."""
    declared = session.settings.accounts[account]
    needs = needs_of(each for each in campaigns if each.account == account)
    wechat = None
    if all(each.level is not Level.PROBLEM for each in settings):
        try:
            wechat = session.wechat(account)
        except ConfigurationError as error:
            settings.append(
                Finding(Check.PROXY, Level.PROBLEM, what_happened(error), error.hint, account)
            )
    return CheckedAccount(account, declared.kind, needs, wechat, declared.token_command is not None)


REACH_SECONDS = 5.0
"""Longest wait for a proxy."""
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def proxy_finding(session: Session, account: AccountName) -> Finding:
    """Judge an account's proxy; its address, which may hold a password, is in no finding."""

    def found(level: Level, message: Phrase, hint: str = "") -> Finding:
        return Finding(Check.PROXY, level, message, hint, account)

    name = session.settings.accounts[account].proxy_env
    if name is None:
        return found(Level.OK, Phrase("no proxy: WeChat sees this machine's own address"))
    if session.realm([account]) == "loopback":
        return found(Level.OK, Phrase("not used: the API is on this machine"))
    write = proxy_to_set(name)
    address = session.environment.get(name, "")
    if not address:
        return found(
            Level.PROBLEM, Phrase("the environment variable {name} is empty", name=name), write
        )
    place = _place(address)
    if place is None:
        say = Phrase("{name} is set, but is not a usable address of a proxy", name=name)
        return found(Level.PROBLEM, say, write)
    try:
        socket.create_connection(place, REACH_SECONDS).close()
    except OSError:
        say = Phrase(
            "nothing answers at the address in {name} within {seconds} s",
            name=name,
            seconds=round(REACH_SECONDS),
        )
        hint = Phrase(
            "check that the proxy is running and that its firewall admits this machine; "
            "massctl never bypasses the proxy"
        )
        return found(Level.PROBLEM, say, hint)
    say = Phrase(
        "the proxy in {name} accepts connections: its address must be in the IP whitelist (IP白名单)",
        name=name,
    )
    return found(Level.OK, say)


def _place(address: str) -> tuple[str, int] | None:
    """Return host and port of a proxy's address; None otherwise."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if (
        parts.scheme not in _PORTS
        or not parts.hostname
        or port is None
        or address != address.strip()
    ):
        return None
    return parts.hostname, port
