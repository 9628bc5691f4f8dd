"""A bucket by the URL that massctl.yaml has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from massctl.errors import LedgerUnreachableError
from massctl.extras import install_command
from massctl.model.phrase import Phrase
from massctl.model.settings import check_https_address

if TYPE_CHECKING:
    from massctl.ledger.s3_bucket import Bucket


def open_bucket(url: str, endpoint: str | None, environment: Mapping[str, str]) -> "Bucket":
    """Open a bucket that massctl.yaml names; raise LedgerUnreachableError where it cannot be one."""
    try:
        # The one extra; a command that opens no such ledger does without.
        from massctl.ledger.s3_bucket import Bucket
    except ImportError:
        raise LedgerUnreachableError(
            Phrase("a bucket in S3 needs a package that is not installed"),
            Phrase("Nothing was done."),
            install_command("s3"),
        ) from None
    if endpoint is not None and (why := check_https_address(endpoint)) is not None:
        raise LedgerUnreachableError(
            Phrase("state.endpoint cannot be used: {why}", why=why),
            Phrase("Nothing was done."),
            Phrase("correct state.endpoint in massctl.yaml"),
        )
    name, _, prefix = url.removeprefix("s3://").partition("/")
    return Bucket(name, prefix.strip("/"), endpoint, environment)
