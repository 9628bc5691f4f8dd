"""What a shell proposes after Tab: campaigns and accounts."""

from pathlib import Path

import click


def campaign_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the campaigns of the repository that begin so."""
    # Only a shell that asks reads the repository.
    from massctl.source.repository import Repository

    names = Repository(_root(context)).campaign_folders().names
    return [name for name in names if name.startswith(incomplete)]


def account_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the accounts of massctl.yaml that begin so; none while it has faults."""
    from massctl.source.campaigns import load_settings
    from massctl.source.repository import Repository

    settings, _faults = load_settings(Repository(_root(context)), loopback_override=None)
    return [name for name in settings.accounts if name.startswith(incomplete)] if settings is not None else []


def _root(context: click.Context) -> Path:
    return Path(str(context.find_root().params.get("directory") or "."))
