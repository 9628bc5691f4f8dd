"""What a repository on GitHub needs before it may send: the steps, their commands, and what each protects.

The order locks nobody out: what takes a right away from people comes last, when a run has shown that the robot has it.
`massctl ci setup` prints the steps, and `massctl doctor --forge` advises the same commands where one was left out.
Sources: gh's manual; GitHub docs, "REST API endpoints for deployment environments", "for repository rules", "for GitHub
Actions permissions", read 2026-11.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import MassctlFile, StateSettings

ENVIRONMENT = "wechat"
"""The environment of the job that sends; only the branch that sends may use it."""
WAREHOUSE = "warehouse"
"""The environment of the job that freezes audiences: it has no secret of WeChat."""
SECRETS = "MASSCTL_SECRETS"
"""The one secret of the environment for accounts and channels: lines NAME=value."""
DEPLOY_KEY = "MASSCTL_DEPLOY_KEY"
"""The secret with the key that writes the ledger."""
EGRESS_KEY = "EGRESS_KEY"
"""The secret with the key of the way out by SSH."""
EGRESS_NAMES = ("EGRESS_HOST", "EGRESS_KNOWN_HOSTS")
"""Lines of SECRETS that say where the way out by SSH is."""
RULESETS = {
    "massctl-state": "massctl: the ledger",
    "massctl-state-writer": "massctl: who writes the ledger",
    "massctl-stop": "massctl: who lifts the brake",
    "massctl-names": "massctl: names that nobody takes",
    "main": "massctl: main",
}
"""The files of `.github/rulesets` and the names of their rules, in the order in which they are set: main comes last."""
APPLY_WORKFLOW = "apply.yml"
_NOBODY = "OWNER/REPOSITORY"
"""Stands for a repository that is not known yet."""
_ON_GITHUB = re.compile(
    r"(?:https://(?:[^/@]+@)?github\.com/|(?:ssh://)?git@github\.com[:/]|ssh://git@ssh\.github\.com:443/)"
    r"([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)


def repository_at(url: str) -> str | None:
    """Return OWNER/REPOSITORY of a remote's address on github.com; None for any other address."""
    found = _ON_GITHUB.fullmatch(url)
    return found[1] if found is not None else None


class StepName(StrEnum):
    """The steps, as the JSON names them."""

    REPOSITORY = "repository"
    FILES = "files"
    EGRESS = "egress"
    LEDGER = "ledger"
    ENVIRONMENT = "environment"
    SECRETS = "secrets"
    DEPLOY_KEY = "deploy_key"
    ACTIONS = "actions"
    CHECK = "check"
    RULES = "rules"
    VERIFY = "verify"


class Optional(Frozen):
    """Commands that only some repositories need."""

    when: Phrase
    """Which."""
    commands: tuple[str, ...]
    """Lines of a shell."""


class SetupStep(Frozen):
    """One step of the person who administers the repository."""

    name: StepName
    title: Phrase
    protects: Phrase
    """What would go wrong without it."""
    commands: tuple[str, ...] = ()
    """Lines of a POSIX shell, which can be pasted as one."""
    clicks: Phrase | None = None
    """The same with the mouse; None where there is no such way."""
    todo: tuple[Phrase, ...] = ()
    """What to write into files of the repository before the commands."""
    optional: tuple[Optional, ...] = ()
    is_done: bool = False
    """The files here show that it was done already."""


class SetupFacts(Frozen):
    """What the files and the remote of a checkout say."""

    repository: str | None
    """OWNER/REPOSITORY on github.com; None where it is not known yet."""
    is_pushed: bool
    """The checkout has a remote."""
    missing: tuple[Phrase, ...] = ()
    """What to write into files before anything is sent."""
    has_runner: bool = False
    """The job that sends runs on a machine of the team's."""
    has_audiences: bool = False
    """The repository has audiences, whose people are read with a key."""


S3_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
"""What a store of the ledger or of snapshots is reached with, where no role of the machine says it."""


def _place_names(state: StateSettings) -> list[str]:
    """Return the variables that a process needs to reach the ledger and the people of audiences."""
    named = [state.snapshot_key_env]
    if state.backend == "postgres":
        named.append(state.dsn_env)
    if state.backend == "s3" or (state.snapshots or "").startswith("s3://"):
        named += S3_NAMES
    return named


def warehouse_names(settings: MassctlFile) -> tuple[str, ...]:
    """Return the variables of the job that freezes audiences; each is a line of its MASSCTL_SECRETS."""
    urls = [each.url_env for each in settings.connections.values()]
    return tuple(dict.fromkeys([*urls, *_place_names(settings.state)]))


def secret_names(settings: MassctlFile) -> tuple[str, ...]:
    """Return the variables that massctl.yaml names, account by account; each is a line of MASSCTL_SECRETS."""
    named: list[str | None] = []
    for account in settings.accounts.values():
        named += [account.secret_env, account.proxy_env]
    for channel in settings.notify:
        named += channel.variables
    named += [settings.state.token_env, settings.forge.token_env if settings.forge else None]
    named.append(settings.state.key_env if settings.state.keys else None)
    named += _place_names(settings.state)
    return tuple(dict.fromkeys(name for name in named if name))


def setup_steps(settings: MassctlFile, facts: SetupFacts) -> list[SetupStep]:
    """Return every step for this repository, in their order."""
    repository = facts.repository or _NOBODY
    branch = settings.policy.branch or "main"
    return [
        _repository(repository, branch, is_done=facts.is_pushed),
        _files(facts.missing),
        _egress(
            is_done=facts.has_runner or all(each.proxy_env for each in settings.accounts.values())
        ),
        _ledger(is_done=settings.state.lineage is not None),
        _environment(repository, branch, settings.policy.operators or []),
        _secrets(repository, settings, facts),
        _deploy_key(repository),
        _actions(repository),
        _check(repository, branch),
        _rules(repository),
        SetupStep(
            StepName.VERIFY,
            Phrase("Look whether everything is as it should be"),
            Phrase(
                "it names what was left out or clicked otherwise, with the command that mends it"
            ),
            ('GH_TOKEN="$(gh auth token)" massctl doctor --forge',),
        ),
    ]


def _repository(repository: str, branch: str, *, is_done: bool) -> SetupStep:
    return SetupStep(
        StepName.REPOSITORY,
        Phrase("Put the repository on GitHub"),
        Phrase(
            "what is on {branch} is what is sent, so only a team's own repository may hold it",
            branch=branch,
        ),
        (
            f"git init -b {branch}",
            'git add --all && git commit -m "begin"',
            f"gh repo create {repository} --private --source . --push",
        ),
        is_done=is_done,
    )


def _files(missing: tuple[Phrase, ...]) -> SetupStep:
    return SetupStep(
        StepName.FILES,
        Phrase("Write into the files who may do what"),
        Phrase("whom they do not name can neither approve nor decide, and sees no preview"),
        ('git commit -am "who may what" && git push',),
        Phrase("the file on GitHub, then the pencil, then Commit changes"),
        missing,
        is_done=not missing,
    )


def _egress(*, is_done: bool) -> SetupStep:
    return SetupStep(
        StepName.EGRESS,
        Phrase("Choose the way to WeChat, whose whitelist wants an address that does not change"),
        Phrase("WeChat answers no call from any other address (40164), so nothing is sent"),
        ('git commit -am "the way to WeChat" && git push',),
        todo=(
            Phrase(
                "your own runner: its label after runs-on: of the job send in .github/workflows/apply.yml, and a "
                "runner group for that workflow only, or whoever may push runs programs on it"
            ),
            Phrase(
                "a proxy, or SSH to a machine of yours: in massctl.yaml remove the # before proxy_env"
            ),
            Phrase("then print these steps again: the secret below gets a line for the address"),
        ),
        is_done=is_done,
    )


def _ledger(*, is_done: bool) -> SetupStep:
    return SetupStep(
        StepName.LEDGER,
        Phrase("Begin the ledger, the record of what was sent"),
        Phrase("without it nothing is sent, and after the rules below no person can begin it"),
        (f'{Command("state init")} && git commit -am "the ledger" && git push',),
        is_done=is_done,
    )


def environment_commands(
    repository: str, branch: str, environment: str = ENVIRONMENT
) -> tuple[str, ...]:
    """Make the environment, and let only the branch that sends use it."""
    at = f"repos/{repository}/environments/{environment}"
    return (
        f"gh api -X PUT {at} {_BRANCHES_NAMED}",
        f"gh api -X POST {at}/deployment-branch-policies -f name={branch}",
    )


_BRANCHES_NAMED = (
    "-F 'deployment_branch_policy[protected_branches]=false'"
    " -F 'deployment_branch_policy[custom_branch_policies]=true'"
)


def _environment(repository: str, branch: str, operators: Sequence[str]) -> SetupStep:
    at = f"repos/{repository}/environments/{ENVIRONMENT}"
    person = operators[0] if operators else "LOGIN"
    asked = f"-f 'reviewers[][type]=User' -F \"reviewers[][id]=$(gh api users/{person} --jq .id)\""
    return SetupStep(
        StepName.ENVIRONMENT,
        Phrase("Make the environment {name}, for {branch} only", name=ENVIRONMENT, branch=branch),
        Phrase("a workflow of any other branch cannot read its secrets"),
        environment_commands(repository, branch),
        Phrase(
            "Settings, Environments, New environment: {name}; Deployment branches and tags, Selected branches and "
            "tags: {branch}",
            name=ENVIRONMENT,
            branch=branch,
        ),
        optional=(
            Optional(
                Phrase(
                    "only if somebody shall click before each run that sends (private repositories: Enterprise); a "
                    "window may close meanwhile"
                ),
                (f"gh api -X PUT {at} {_BRANCHES_NAMED} {asked}",),
            ),
        ),
    )


_ASK = (
    "ask() {",
    "  printf '%s: ' \"$1\" > /dev/tty",
    "  stty -echo < /dev/tty",
    "  IFS= read -r value < /dev/tty",
    "  stty echo < /dev/tty",
    "  printf '\\n' > /dev/tty",
    '  printf \'%s=%s\\n\' "$1" "$value"',
    "}",
)
"""A value that is typed there stands in no file, in no history and on no screen."""


def _secrets(repository: str, settings: MassctlFile, facts: SetupFacts) -> SetupStep:
    by_proxy = any(each.proxy_env for each in settings.accounts.values())
    key_of_people = settings.state.snapshot_key_env
    needed = [
        each for each in secret_names(settings) if facts.has_audiences or each != key_of_people
    ]
    names = (*needed, *(EGRESS_NAMES if by_proxy else ()))
    put = f"gh secret set {{}} --env {ENVIRONMENT} --repo {repository}"
    key = f"{put.format(EGRESS_KEY)} < ~/.ssh/massctl-gateway"
    choices = []
    if by_proxy:
        when = Phrase("only for SSH: the private key that the machine admits")
        choices.append(Optional(when, (key,)))
    if settings.connections:
        choices.append(_warehouse(repository, settings))
    return SetupStep(
        StepName.SECRETS,
        Phrase("Put the secrets into one secret of that environment, a line NAME=value each"),
        Phrase(
            "only the job that sends gets them, and its process only those that massctl.yaml names"
        ),
        (*_ASK, *_asked(names, ENVIRONMENT, repository)),
        Phrase(
            "Settings, Environments, {name}, Add environment secret: {secret}, with a line for each of {names}",
            name=ENVIRONMENT,
            secret=SECRETS,
            names=", ".join(names),
        ),
        (
            Phrase(
                "each name is asked for: paste its value, or press Enter for what you do not use"
            ),
        ),
        tuple(choices),
    )


def _asked(names: Sequence[str], environment: str, repository: str) -> tuple[str, ...]:
    """Ask for each value, and put them into the one secret of an environment."""
    asked = [f"  ask {name}" for name in names]
    put = f"gh secret set {SECRETS} --env {environment} --repo {repository}"
    return ("{", *asked, f"}} | {put}")


def _warehouse(repository: str, settings: MassctlFile) -> Optional:
    """Make the environment of the workflow `audience`."""
    branch = settings.policy.branch or "main"
    return Optional(
        Phrase(
            "only for queries of audiences: an environment of their own, without a secret of WeChat"
        ),
        (
            *environment_commands(repository, branch, WAREHOUSE),
            *_asked(warehouse_names(settings), WAREHOUSE, repository),
        ),
    )


def _deploy_key(repository: str) -> SetupStep:
    return SetupStep(
        StepName.DEPLOY_KEY,
        Phrase("Give the environment a key that may push"),
        Phrase(
            "it alone writes the ledger and the statistics, and lifts the brake, once the rules below stand"
        ),
        (
            'key="$(mktemp -d)/massctl"',
            'ssh-keygen -q -t ed25519 -N "" -C massctl -f "$key"',
            f'gh repo deploy-key add "$key.pub" --allow-write --title massctl --repo {repository}',
            f'gh secret set {DEPLOY_KEY} --env {ENVIRONMENT} --repo {repository} < "$key" && rm -r "${{key%/*}}"',
        ),
        Phrase(
            "Settings, Deploy keys, Add deploy key, Allow write access; then Settings, Environments, {name}, Add "
            "environment secret: {secret}",
            name=ENVIRONMENT,
            secret=DEPLOY_KEY,
        ),
    )


def actions_command(repository: str) -> str:
    """Take from workflows the right to approve a pull request."""
    return (
        f"gh api -X PUT repos/{repository}/actions/permissions/workflow -f default_workflow_permissions=read "
        "-F can_approve_pull_request_reviews=false"
    )


def _actions(repository: str) -> SetupStep:
    approval = f"repos/{repository}/actions/permissions/fork-pr-contributor-approval"
    return SetupStep(
        StepName.ACTIONS,
        Phrase("Keep workflows from approving"),
        Phrase(
            "who may push a branch could else have a workflow in it approve a pull request, and merge alone"
        ),
        (actions_command(repository),),
        Phrase(
            "Settings, Actions, General, Workflow permissions: Read repository contents, and no tick at Allow GitHub "
            "Actions to create and approve pull requests; where only chosen actions may run, allow massctl's"
        ),
        optional=(
            Optional(
                Phrase(
                    "only for public repositories: strangers' own workflows wait for your click"
                ),
                (f"gh api -X PUT {approval} -f approval_policy=all_external_contributors",),
            ),
        ),
    )


def _check(repository: str, branch: str) -> SetupStep:
    return SetupStep(
        StepName.CHECK,
        Phrase("Let the robot check everything, and go on when its run is green"),
        Phrase(
            "once the rules stand, a fault in the files can only be mended by a reviewed pull request"
        ),
        (
            f'gh workflow run {APPLY_WORKFLOW} --repo {repository} --ref {branch} -f order="check everything"',
            f"gh run watch --repo {repository} --exit-status",
        ),
        Phrase("Actions, apply, Run workflow, check everything"),
    )


def ruleset_command(repository: str, name: str) -> str:
    """Set the rules of one file of `.github/rulesets`."""
    return f"gh api -X POST repos/{repository}/rulesets --input .github/rulesets/{name}.json"


def _rules(repository: str) -> SetupStep:
    return SetupStep(
        StepName.RULES,
        Phrase("Set the rules, that of the branch which sends last"),
        Phrase(
            "nobody merges alone, only the deploy key writes the ledger and the statistics and lifts the brake, "
            "nobody shortens the ledger, and nobody takes a name that keeps one of their branches from being made"
        ),
        tuple(ruleset_command(repository, each) for each in RULESETS),
        Phrase(
            "Settings, Rules, Rulesets, New ruleset, Import a ruleset: the five files of .github/rulesets"
        ),
        (
            Phrase(
                "somebody besides you must be able to approve now; if you work alone, add yourself under Bypass list "
                "of the rules for the branch, For pull requests only"
            ),
        ),
    )
