"""The kinds of place that keep a ledger. What each does stands in its class, in `massctl.ledger`."""

from typing import TYPE_CHECKING, Literal, NamedTuple


class BackendKind(NamedTuple):
    """A kind of place that keeps a ledger."""

    name: str
    """Its class, as `pkgutil.resolve_name` takes it."""
    keys: tuple[str, ...] = ()
    """The keys of `state` that only this kind reads."""
    needed: tuple[str, ...] = ()
    """Those of them that say where it is, and without which there is no place."""
    sandbox: str | None = None
    """The key for which MASSCTL_SANDBOX_LEDGER has another value in a sandbox; None: its ledger is a file."""


BACKENDS = {
    "local": BackendKind("massctl.ledger.local_file:LocalBackend", ("snapshots", "endpoint")),
    "git": BackendKind(
        "massctl.ledger.git_ledger:GitBackend",
        ("branch", "remote", "token_env", "snapshots", "endpoint"),
        sandbox="branch",
    ),
    "postgres": BackendKind(
        "massctl.ledger.postgres_ledger:PostgresBackend", ("dsn_env",), sandbox="dsn_env"
    ),
    "s3": BackendKind(
        "massctl.ledger.s3:S3Backend", ("url", "endpoint"), needed=("url",), sandbox="url"
    ),
}
"""Every kind, by its name in `state.backend`."""
if TYPE_CHECKING:
    BackendName = str
else:
    BackendName = Literal[tuple(BACKENDS)]
