"""One bucket of an S3-compatible store, below a prefix: an object is created once, read back, listed, and not changed.

An error of a store is not trusted: the object is read back, and its bytes say who wrote it. The words of obstore are
never shown: they hold addresses, and what a server repeats of a request.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import Enum, auto
from http.client import HTTPException
from typing import TYPE_CHECKING, Final, cast
from urllib.request import Request, urlopen

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from massctl.errors import LedgerUnreachableError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.secrets import register

if TYPE_CHECKING:
    from obstore.store import S3Config

CONNECT_SECONDS = 5
REQUEST_SECONDS = 30
"""For a segment of some megabytes over a slow line."""
RETRY_SECONDS = 10
"""So long obstore repeats a request by itself."""
PAUSE_SECONDS = (0.2, 1.0, 3.0)
"""Pauses before each retry of a creation."""
READS_AT_ONCE = 16
PART_BYTES = 8 * 1024 * 1024
"""Of a large object."""
PARTS_AT_ONCE = 4
REGION = "us-east-1"
"""Where no variable names one; stores that know no regions take it."""
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_CODE = re.compile(r"<Code>([A-Za-z0-9]{1,40})</Code>")
_STATUS = re.compile(r"status code: ([0-9]{3})")
_INSTANCE = "http://169.254."
"""Where a machine of a cloud gives credentials; asked where no variable holds any."""
_FAULTS = (BaseError, OSError, ValueError)
"""What obstore raises; FileNotFoundError is an OSError."""
_FINAL = (PermissionDeniedError, UnauthenticatedError, FileNotFoundError)
"""Errors that a retry would repeat."""


class Put(Enum):
    """What a store said to one creation, whatever is true."""

    DONE = auto()
    EXISTS = auto()
    FAILED = auto()


class ObjectProtection(Frozen):
    """What a store tells of an object beside its bytes."""

    is_versioned: bool
    expires: bool
    """A lifecycle rule will delete it."""


class Bucket:
    """The objects below a prefix; many threads may use it at the same time."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        endpoint: str | None,
        environment: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.where: Final = f"s3://{bucket}/{prefix}".rstrip("/")
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or REGION
        self.endpoint: Final = endpoint or _amazon(region)
        self.name: Final = bucket
        self._sleep = sleep
        known = {name.lower(): value for name in _CREDENTIALS if (value := environment.get(name))}
        register(*known.values())
        # What massctl.yaml says decides, and no variable of another program.
        config = {
            **known,
            "endpoint": self.endpoint,
            "aws_endpoint_url_s3": self.endpoint,
            "region": region,
            "conditional_put": "etag",
            "skip_signature": False,
            "virtual_hosted_style_request": False,
            "disable_bulk_delete": True,
        }
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=cast("S3Config", config),
            client_options={
                "allow_http": self.endpoint.lower().startswith("http://"),
                "allow_invalid_certificates": False,
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=REQUEST_SECONDS),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
        )

    def create(self, key: str, data: bytes) -> bool:
        """Create an object; return whether it holds `data` now, or False if it holds something else.

        Raises LedgerUnreachableError where nobody knows. A creation may still arrive after that.
        """
        pauses = iter(PAUSE_SECONDS)
        said, error = self.put(key, data)
        while error is not None:
            found = self._looked_up(key)
            if found is not None:
                return found == data
            pause = next(pauses, None)
            if isinstance(error, _FINAL):
                raise self.unreachable(error)
            if pause is None:
                raise self._not_written(key, said, error)
            # The same bytes: whichever creation arrives first, the others change nothing.
            self._sleep(pause)
            said, error = self.put(key, data)
        return True

    def put(self, key: str, data: bytes) -> tuple[Put, Exception | None]:
        """Ask once for the creation of an object; return what was said, and the error."""
        try:
            obstore.put(self._store, key, data, mode="create", use_multipart=False)
        except AlreadyExistsError as error:
            return Put.EXISTS, error
        except _FAULTS as error:
            return Put.FAILED, error
        return Put.DONE, None

    def read(self, key: str) -> bytes | None:
        """Return an object; None without one. Raises LedgerUnreachableError."""
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            return None
        except _FAULTS as error:
            raise self.unreachable(error) from None

    def pieces(self, key: str) -> Iterator[bytes]:
        """Read an object piece by piece; raise FileNotFoundError without one, and LedgerUnreachableError."""
        try:
            for piece in obstore.get(self._store, key):
                yield bytes(piece)
        except FileNotFoundError:
            raise
        except _FAULTS as error:
            raise self.unreachable(error) from None

    def read_all(self, keys: Sequence[str]) -> Iterator[bytes | None]:
        """Return objects in the order of their keys, some at a time."""
        if len(keys) < 2:
            yield from map(self.read, keys)
            return
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            for start in range(0, len(keys), READS_AT_ONCE):
                yield from pool.map(self.read, keys[start : start + READS_AT_ONCE])

    def read_large(self, key: str) -> bytes | None:
        """Return an object that never changes, in parts, as a request has half a minute; else as `read`."""
        try:
            size = obstore.head(self._store, key)["size"]
            starts = list(range(0, size, PART_BYTES))
            with ThreadPoolExecutor(PARTS_AT_ONCE) as pool:
                parts = pool.map(
                    lambda start: obstore.get_range(
                        self._store, key, start=start, length=min(PART_BYTES, size - start)
                    ),
                    starts,
                )
                return b"".join(bytes(part) for part in parts)
        except FileNotFoundError:
            return None
        except _FAULTS as error:
            raise self.unreachable(error) from None

    def write_large(self, key: str, data: bytes) -> None:
        """Write an object whole, in parts, also over another; raises LedgerUnreachableError if it may be missing."""
        try:
            obstore.put(
                self._store, key, data, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
            )
        except _FAULTS as error:
            raise self.unreachable(error) from None

    def remove(self, key: str) -> None:
        """Delete an object; raises LedgerUnreachableError if it may still be there."""
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:
            return
        except _FAULTS as error:
            raise self.unreachable(error) from None

    def names(self, folder: str, after: str = "") -> list[str]:
        """Return the names in a folder that sort behind `after`, in order. Raises LedgerUnreachableError."""
        offset = f"{folder}/{after}" if after else None
        try:
            pages = list(obstore.list(self._store, folder, offset=offset, chunk_size=1000))
        except _FAULTS as error:
            raise self.unreachable(error) from None
        paths = [each["path"] for page in pages for each in page]
        # Not every store knows where a listing is to begin.
        return sorted(name for path in paths if (name := path.removeprefix(f"{folder}/")) > after)

    def top(self, folder: str | None = None) -> tuple[list[str], list[str]]:
        """Return the folders and the objects right below a folder, by name. Raises LedgerUnreachableError."""
        try:
            found = obstore.list_with_delimiter(self._store, folder)
        except _FAULTS as error:
            raise self.unreachable(error) from None
        paths = found["common_prefixes"], [each["path"] for each in found["objects"]]
        folders, objects = ([path.rpartition("/")[2] for path in each] for each in paths)
        return folders, objects

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects of a probe, as far as the store lets us: what stays does no harm."""
        for key in keys:
            try:
                obstore.delete(self._store, key)
            except _FAULTS:
                return

    def protection_of(self, key: str) -> ObjectProtection | None:
        """Return what the store tells of an object that is there; None if it cannot be asked.

        obstore keeps the headers to itself, so the request is signed by it and made here.
        """
        try:
            address = obstore.sign(self._store, "HEAD", key, timedelta(seconds=REQUEST_SECONDS))
            request = Request(address, method="HEAD")  # noqa: S310 - https, or this machine
            with urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310 - as above
                version = answer.headers.get("x-amz-version-id", "null")
                return ObjectProtection(version != "null", "x-amz-expiration" in answer.headers)
        except (*_FAULTS, HTTPException):
            return None

    def unreachable(self, error: Exception) -> LedgerUnreachableError:
        """Say that the bucket cannot be used, without the words of obstore."""
        return LedgerUnreachableError(
            Phrase("the ledger in {place} cannot be reached", place=self.where),
            _why(error),
            _hint(error),
        )

    def _looked_up(self, key: str) -> bytes | None:
        try:
            return self.read(key)
        except LedgerUnreachableError as error:
            raise self._nobody_knows(error.detail, error.hint) from None

    def _not_written(self, key: str, said: Put, error: Exception) -> LedgerUnreachableError:
        if said is not Put.EXISTS:
            return self._nobody_knows(_why(error), _hint(error))
        why = Phrase(
            "The store says that {key} exists, and has no such object. Nothing that depends on it was done.",
            key=key,
        )
        return self._nobody_knows(why, _LATER)

    def _nobody_knows(self, why: str, hint: str) -> LedgerUnreachableError:
        return LedgerUnreachableError(
            Phrase("nobody knows whether the last entry reached {place}", place=self.where),
            why,
            hint,
        )


_LATER = Phrase("run the same command again: it reads the ledger first, and finds what arrived")


def _amazon(region: str) -> str:
    ending = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://s3.{region}.{ending}"


def code_of(error: Exception) -> str | None:
    """Return the code of a store's answer, such as AccessDenied or 503; None without an answer."""
    found = _CODE.search(str(error)) or _STATUS.search(str(error))
    return found[1] if found else None


def _why(error: Exception) -> Phrase:
    why = Phrase("The store does not answer")
    if _INSTANCE in str(error):
        why = Phrase("There are no credentials")
    elif (code := code_of(error)) is not None:
        why = Phrase("The store says {code}", code=code)
    return Phrase("{why}. Nothing that depends on it was done.", why=why)


def _hint(error: Exception) -> Phrase:
    if _INSTANCE in str(error):
        return Phrase(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role; then run the same command "
            "again"
        )
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return Phrase("give the user or role the rights that docs/guides/ledger-in-s3.md lists")
    if isinstance(error, FileNotFoundError) or code_of(error) == "NoSuchBucket":
        return Phrase("make the bucket, or correct state.url in massctl.yaml")
    if code_of(error) in {"PermanentRedirect", "AuthorizationHeaderMalformed", "301"}:
        return Phrase("set AWS_REGION to the region of the bucket")
    return Phrase(
        "check the network, state.url and state.endpoint; then run the same command again"
    )
