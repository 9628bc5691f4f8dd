"""Which forge a repository is on, and what it says of the merge that brought a campaign's lock in."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.cli.checkout import GitCheckout
from massctl.errors import ConfigurationError, ForgeError, LedgerUnreachableError, MassctlError
from massctl.forge.github import BOT, GitHub
from massctl.forge.port import Forge, MergedFile
from massctl.forge.registry import FORGES
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.secrets import register
from massctl.model.settings import ForgeSettings, MassctlFile, Policy, realm_of
from massctl.notify.post import proxy_for
from massctl.plan.guards import Approval
from massctl.source.settings import MergeRules, merge_rules_in
from massctl.transport import Inside, Line


def github_of(line: Line, repository: str, environment: Mapping[str, str]) -> GitHub:
    """Open GitHub's API for the repository of a workflow; raises what is wrong with the environment."""
    token = environment.get("GITHUB_TOKEN", "")
    if not token:
        raise ConfigurationError(
            Phrase("the environment variable {name} is empty", name="GITHUB_TOKEN")
        )
    register(token)
    return GitHub(line, github_address(environment), repository, token, BOT)


def github_address(environment: Mapping[str, str]) -> str:
    """Return where GitHub's API is; raise ForgeError where a token must not go there."""
    api = environment.get("GITHUB_API_URL") or GitHub.public_api
    if not api.startswith("https://") and realm_of(api) != "loopback":
        raise ForgeError(
            Phrase("GITHUB_API_URL must begin with https://"), Phrase("Nothing was written.")
        )
    return api.rstrip("/")


def forge_of(line: Line, settings: MassctlFile, environment: Mapping[str, str]) -> Forge | None:
    """Open the forge that massctl.yaml names, else the one whose workflow this is; None if neither is known.

    Raises ConfigurationError where its token is missing.
    """
    named, here = settings.forge, environment.get("GITHUB_REPOSITORY", "")
    if named is None or (named.token_env not in environment and named.repository == here):
        return (
            github_of(line, here, environment) if here and environment.get("GITHUB_TOKEN") else None
        )
    token = environment.get(named.token_env, "").strip()
    if not token:
        raise ConfigurationError(
            Phrase("the environment variable {name} is empty", name=named.token_env)
        )
    kind = FORGES[named.kind]
    return kind(line, (named.api or kind.public_api).rstrip("/"), named.repository, token)


def _kind_of(settings: MassctlFile) -> type[Forge]:
    """Return the kind of forge that massctl.yaml names, else that of a workflow."""
    return GitHub if settings.forge is None else FORGES[settings.forge.kind]


def line_to_forge(
    settings: MassctlFile, environment: Mapping[str, str], inside: Inside | None = None
) -> Line:
    """Open the way to the forge, through the proxy of the environment; `inside` answers in place of the network."""
    named = settings.forge
    api = named.api if named is not None else environment.get("GITHUB_API_URL")
    api = api or _kind_of(settings).public_api
    return Line(None if inside else proxy_for(api, environment), inside)


def asked_approval(checkout: GitCheckout, campaign: RenderedCampaign) -> Approval | None:
    """Ask who approved a campaign's lock, as `approval_of`; what cannot be known is said in the answer."""
    try:
        return approval_of(checkout, campaign)
    except MassctlError as error:
        return Approval(_kind_of(checkout.settings).name, unread=what_happened(error))


def approval_of(checkout: GitCheckout, campaign: RenderedCampaign) -> Approval | None:
    """Ask the forge who approved the merge that brought a campaign's lock in, and git what the policy was before it.

    None where neither this policy asks nor one before it that binds merges was stricter. Raises a MassctlError without
    answer.
    """
    today, name = checkout.settings.policy, campaign.name
    if not (today.asks_approvals or checkout.has_commits):
        return None
    checkout.deepen()
    is_locked = checkout.committed_digest(name) == campaign.digest
    merged = checkout.merged_lock(name, "") if is_locked else None
    last = merged.before if merged is not None else "HEAD"
    before, past = [_policy_at(checkout, last)], _past(checkout, last)
    if not today.asks_approvals and all(_is_as_strict(today, each.policy) for each in past):
        return None
    if merged is None:
        return Approval(_kind_of(checkout.settings).name, is_locked=False)
    branch = today.branch or next((each.policy.branch for each in past if each.policy.branch), "")
    found = _told(checkout, replace(merged, branch=branch or ""), past)
    if not found.forge:
        # Nobody tells which commits came by one pull request: a rule that was taken away before the lock came counts.
        before += [each.policy for each in past if each.policy.asks_approvals]
    bases = {each.base for each in (found, *found.others)}
    before += [_policy_at(checkout, each) for each in sorted(filter(None, bases))]
    return replace(found, before=tuple(before))


def _past(checkout: GitCheckout, last: str | None) -> list[MergeRules]:
    """Return the rules of the commits up to `last` that bind merges, newest first."""
    contents = checkout.settings_until(last) if last is not None else []
    # Who wrote no such key bound no merge; most of the history is not parsed. A key may be written with escapes.
    telling = [each for each in contents if any(word in each for word in _TELLING)]
    rules = [merge_rules_in(each) for each in telling]
    return [each for each in rules if each is not None and each.policy.binds_merges]


_TELLING = (b"approv", b"unlisted", b"\\")
"""What massctl.yaml has at least where its policy binds merges."""


def _is_as_strict(policy: Policy, other: Policy) -> bool:
    return policy.as_strict_as(other) == policy


def _told(checkout: GitCheckout, merged: MergedFile, past: Sequence[MergeRules]) -> Approval:
    settings = _settings_to_ask(checkout, past)
    line = line_to_forge(settings, checkout.environment)
    try:
        forge = forge_of(line, settings, checkout.environment)
        found = forge.approved(merged) if forge is not None else ()
    finally:
        line.close()
    if forge is None or not found:
        return Approval(forge.name if forge is not None else "")
    first, *others = sorted(found, key=lambda each: -len(each.by))
    return replace(first, others=tuple(others))


def settings_to_tell(checkout: GitCheckout) -> MassctlFile:
    """Return the settings whose forge may be told something; raise ForgeError as for one that is asked."""
    if checkout.settings.forge is None or not checkout.has_commits:
        return checkout.settings
    checkout.deepen()
    return _settings_to_ask(checkout, _past(checkout, "HEAD"))


def _settings_to_ask(checkout: GitCheckout, past: Sequence[MergeRules]) -> MassctlFile:
    """Return the settings whose forge is asked; raise ForgeError where the same pull request may have chosen it.

    The forge is believed that the rules before named too, or that has the repository of the remote: no commit changes
    the address of that.
    """
    settings, before = checkout.settings, [each.forge for each in past]
    named = settings.forge
    if named is None and not checkout.environment.get("GITHUB_REPOSITORY"):
        named = next(iter(before), None)
    if (
        named is None
        or all(_is_same(named, each) for each in before)
        or _is_remote(named, checkout)
    ):
        return settings.model_copy(update={"forge": named})
    raise ForgeError(
        Phrase(
            "massctl.yaml named another forge before, or none, and the remote {remote} is not {repository} at that of "
            "today",
            remote=settings.state.remote,
            repository=named.repository,
        ),
        Phrase("No forge was asked, and no token left this machine."),
    )


def _is_same(named: ForgeSettings, other: ForgeSettings | None) -> bool:
    return other is not None and _place(named) == _place(other)


def _place(named: ForgeSettings) -> tuple[str, str, str]:
    api = named.api or FORGES[named.kind].public_api
    return named.kind, named.repository, api.rstrip("/")


def _is_remote(named: ForgeSettings, checkout: GitCheckout) -> bool:
    """Return whether the remote of massctl.yaml has the address of a forge's repository."""
    found = _ADDRESS.fullmatch(checkout.remote_address())
    if found is None or found["path"].casefold() != named.repository.casefold():
        return False
    api = urlsplit(named.api or FORGES[named.kind].public_api).netloc.casefold()
    host = (found["host"] or found["name"]).casefold()
    return api in (host, f"api.{host}")


_ADDRESS = re.compile(
    r"(?:(?:https|ssh)://(?:[^@/]*@)?(?P<host>[^@/]+)/|(?:[^@/:]*@)?(?P<name>[^@/:]+):)(?P<path>.+?)(?:\.git)?/?"
)


def _policy_at(checkout: GitCheckout, commit: str | None) -> Policy:
    """Return what a commit says of merges; without a file it is this checkout's. Raises LedgerUnreachableError."""
    data = checkout.settings_at(commit) if commit is not None else None
    if data is None:
        return checkout.settings.policy
    rules = merge_rules_in(data)
    if rules is None:
        raise LedgerUnreachableError(
            Phrase("massctl.yaml of commit {commit} has faults", commit=(commit or "")[:12])
        )
    return rules.policy
