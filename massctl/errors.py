"""The exceptions that end a run, and what each says about its effects.

    MassctlError
    ├── UsageError                 2  wrong verb, flag or name; consent missing
    ├── ConfigurationError         1  the account's settings cannot work (secret not set, proxy not set)
    ├── NotAPlanError              1  a file that is not a plan, or not wholly one; nothing was made of it
    ├── BrowserError               1  no Chromium here, or one that fails; nothing but pictures is missing
    ├── StalePlanError             5  a saved plan no longer fits what is there
    ├── RefusedError               5  an act of a person that a guard forbids; nothing was done
    ├── CheckoutError              1  the runner's own checkout cannot be made; nothing was done
    ├── ForgeError                 1  what GitHub, or a job of it, gave cannot be used; no comment was written
    │   └── TokenRefusedError         it does not know the token any longer
    ├── LedgerError                5  the ledger cannot be trusted or written
    │   ├── LedgerCorruptError        a line that is not what was written; nothing was changed
    │   ├── LedgerUntrustedError      not signed as massctl.yaml says; nothing was changed
    │   │   └── LedgerForgedError         entries that nobody with the key wrote
    │   ├── LedgerKeyError            the private key, or the package that signs, is missing; nothing was done
    │   ├── LedgerFutureVersionError  written by a newer massctl; nothing was changed
    │   ├── LedgerMissingError        massctl.yaml names a lineage and there is no ledger
    │   ├── LedgerForeignError        a ledger of another lineage or realm
    │   ├── LedgerOlderError          a copy from before what this machine wrote; nothing was changed
    │   ├── LedgerStaleError          somebody appended first; our entry was not written
    │   ├── LedgerUnreachableError    the ledger's remote does not answer or does not let us; see the leaf's words
    │   ├── LedgerLockedError         another runner holds the ledger now
    │   └── LeaseHeldError            another `massctl run` alone sends; nothing was done
    ├── SnapshotError              5  the people of an audience cannot be read or written; nothing was sent
    │   ├── SnapshotAwayError         not readable on this machine: no key, no package, no place; a reviewer needs none
    │   ├── SnapshotStoreError        the place of snapshots does not answer or does not let us
    │   ├── SnapshotMissingError      the place has no such snapshot
    │   └── SnapshotDamagedError      not what was written: another key's, cut, swapped, or of other people
    ├── WeChatError                1  WeChat, or the way to it, said no; the call's effect is stated by the leaf
    │   ├── TransportError            no usable answer; the effect is unknown
    │   ├── AuthError                 credential, whitelist or right; nothing happened
    │   ├── QuotaError                used up; nothing happened
    │   └── PermanentError            the request or the object is wrong; nothing happened
    └── InvariantError             3  a bug of ours

Faults in files are never exceptions: they are diagnostics (`massctl.model.diagnostics`), collected and
reported together. A leaf carries its exit status; `massctl.cli.exit_codes` gives the numbers their names.
"""

from typing import ClassVar


class MassctlError(Exception):
    """Stop with one clear message: what happened, what is now true, what to type.

    `summary` is a constant sentence, `detail` says what happened and what is now true, `hint` what to do.
    None of them ever holds a token, a secret or an openid.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, summary: str, detail: str = "", hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.hint = hint


class UsageError(MassctlError):
    """Refuse a wrong verb, flag or name, or a missing consent; nothing was read or written."""

    exit_status = 2


class ConfigurationError(MassctlError):
    """Refuse an account whose settings cannot work here; no request was made."""


class NotAPlanError(MassctlError):
    """Refuse a file that is not exactly a plan's JSON; nothing was made of it."""


class BrowserError(MassctlError):
    """Report that pages could not be shown to a browser of this machine; nothing else is touched by it."""


class StalePlanError(MassctlError):
    """Refuse a saved plan that cannot even be made again; nothing was done."""

    exit_status = 5


class RefusedError(MassctlError):
    """Refuse what a person asks for, because what was reviewed would not be what is sent; nothing was done."""

    exit_status = 5


class ForgeError(MassctlError):
    """Report what GitHub, or a job there, gave and cannot be used; nothing was written."""


class TokenRefusedError(ForgeError):
    """Report that a forge does not know a token, or not any longer; nothing was written."""


class CheckoutError(MassctlError):
    """Report that the runner's own checkout could not be brought to the tip; nothing was done."""


class LedgerError(MassctlError):
    """Refuse to go on with this ledger; nothing was sent."""

    exit_status = 5
    guard: ClassVar[str | None] = None


class LedgerCorruptError(LedgerError):
    """Report a line that is not what was once written; the file was left as it is."""

    guard = "ledger_damaged"


class LedgerUntrustedError(LedgerError):
    """Report a ledger that is not signed as massctl.yaml says; it was left as it is."""

    guard = "ledger_untrusted"


class LedgerForgedError(LedgerUntrustedError):
    """Report entries that nobody with the key wrote; the ledger was left as it is."""


class LedgerKeyError(LedgerError):
    """Refuse to write a signed ledger without its private key; nothing was read or written."""


class LedgerFutureVersionError(LedgerError):
    """Report a ledger of a newer massctl; the file was left as it is."""


class LedgerMissingError(LedgerError):
    """Report that the ledger which massctl.yaml names is not here."""

    guard = "ledger_missing"


class LedgerForeignError(LedgerError):
    """Report a ledger of another lineage or realm than expected."""

    guard = "ledger_foreign"


class LedgerOlderError(LedgerError):
    """Report a ledger that lacks entries which this machine wrote; the file was left as it is."""

    guard = "ledger_damaged"


class LedgerStaleError(LedgerError):
    """Report that the serial moved between reading and appending; our entry was not written."""

    guard = "other_runner"


class LedgerUnreachableError(LedgerError):
    """Report that the place where every runner reads cannot be read or written; nothing that waits for it was done."""


class LedgerLockedError(LedgerError):
    """Report that another runner holds the ledger; nothing was read or written."""

    guard = "other_runner"


class LeaseHeldError(LedgerError):
    """Refuse to run beside another `massctl run`, which holds the ledger's lease; nothing was done."""

    guard = "other_runner"


class SnapshotError(MassctlError):
    """Refuse to go on without the people of an audience; nothing was sent, and nothing half written."""

    exit_status = 5


class SnapshotAwayError(SnapshotError):
    """Report that this machine cannot read snapshots: it has no key, no package, or massctl.yaml names no place."""


class SnapshotStoreError(SnapshotError):
    """Report that the place of snapshots cannot be read or written."""


class SnapshotMissingError(SnapshotError):
    """Report that a snapshot is not in its place."""


class SnapshotDamagedError(SnapshotError):
    """Report an object that is not what was written under its name; it was left as it is."""


class WeChatError(MassctlError):
    """Report what WeChat, or the way to it, answered.

    `errcode` is None if there was no WeChat answer; `rid` is WeChat's request id, for their support.
    """

    def __init__(
        self,
        summary: str,
        detail: str = "",
        hint: str = "",
        *,
        errcode: int | None = None,
        rid: str | None = None,
    ) -> None:
        super().__init__(summary, detail, hint)
        self.errcode = errcode
        self.rid = rid


class TransportError(WeChatError):
    """Report a call without a usable answer; whether it had an effect is unknown."""


class AuthError(WeChatError):
    """Report a refused credential, address or right; the call had no effect."""


class QuotaError(WeChatError):
    """Report a used-up allowance; the call had no effect."""


class PermanentError(WeChatError):
    """Report a request that WeChat will refuse again unchanged; the call had no effect."""


class InvariantError(MassctlError):
    """Report a bug of ours: a state that this code says cannot be."""

    exit_status = 3
