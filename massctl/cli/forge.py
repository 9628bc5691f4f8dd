"""Which forge a repository is on, and what it says of the merge that brought a campaign's lock in."""

from collections.abc import Callable, Mapping
from functools import cache

from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.cli.checkout import GitCheckout
from massctl.errors import ConfigurationError, ForgeError, LedgerUnreachableError, MassctlError
from massctl.forge.github import BOT, GitHub
from massctl.forge.port import Forge
from massctl.forge.registry import FORGES
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.secrets import register
from massctl.model.settings import MassctlFile, Policy, realm_of
from massctl.notify import proxy_for
from massctl.plan.guards import Approval
from massctl.source.campaigns import approval_policy_in
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


def approvals(
    checkout: GitCheckout, reaches_followers: Callable[[RenderedCampaign], bool], *, asks: bool
) -> Callable[[RenderedCampaign], Approval | None]:
    """Return what asks about a campaign's lock, once each: nothing where no follower could get it.

    Where the policy of this commit `asks` for nothing, the forge is asked only if that before the merge did.
    """

    @cache
    def asked(name: CampaignName) -> Approval | None:
        try:
            return approval_of(checkout, name, asks=asks)
        except MassctlError as error:
            return Approval(_kind_of(checkout.settings).name, unread=what_happened(error))

    def ask(campaign: RenderedCampaign) -> Approval | None:
        return asked(campaign.name) if reaches_followers(campaign) else None

    return ask


def approval_of(checkout: GitCheckout, name: CampaignName, *, asks: bool) -> Approval | None:
    """Ask the forge who approved the merge that brought a campaign's lock in, and git what the policy was before it.

    None where neither that policy nor this one asks. Raises a MassctlError without answer.
    """
    merged = checkout.merged_lock(name)
    before = _policy_at(checkout, merged.before)
    if not (asks or before.asks_approvals):
        return None
    line = line_to_forge(checkout.settings, checkout.environment)
    try:
        forge = forge_of(line, checkout.settings, checkout.environment)
        found = forge.approved(merged) if forge is not None else Approval()
    finally:
        line.close()
    return replace(found, before=(before, _policy_at(checkout, found.base)))


def _policy_at(checkout: GitCheckout, commit: str | None) -> Policy:
    """Return what a commit says of approvals; without a file it is this checkout's. Raises LedgerUnreachableError."""
    data = checkout.settings_at(commit) if commit is not None else None
    policy = approval_policy_in(data) if data is not None else checkout.settings.policy
    if policy is None:
        raise LedgerUnreachableError(
            Phrase("massctl.yaml of commit {commit} has faults", commit=(commit or "")[:12])
        )
    return policy
