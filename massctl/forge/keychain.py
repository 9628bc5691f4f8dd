"""The system's keychain: where a sign-in to a forge is kept, and nowhere else.

Only keychains that the system guards are used. What keyring offers besides keeps secrets in a file, whatever a
configuration of keyring prefers.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from massctl.errors import ForgeError
from massctl.extras import install_command
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "massctl"
"""Under which the keychain has our entries; the name of each is the host of a forge's API."""
_SYSTEMS = frozenset({"SecretService", "libsecret", "kwallet", "macOS", "Windows"})
"""Modules of keyring.backends whose store the system guards."""


class Keychain:
    """The entries of massctl in the keychain of the person who is logged in. Every method may raise ForgeError."""

    def __init__(self, backend: "KeyringBackend") -> None:
        self._backend: Final = backend

    def read(self, host: str) -> str | None:
        """Return what is kept for a host; None if nothing is."""
        from keyring.errors import KeyringError

        try:
            return self._backend.get_password(SERVICE, host)
        except KeyringError as error:
            raise _refused(error) from None

    def keep(self, host: str, secret: str) -> None:
        """Keep a secret for a host, in place of what was there."""
        from keyring.errors import KeyringError

        try:
            self._backend.set_password(SERVICE, host, secret)
        except KeyringError as error:
            raise _refused(error) from None

    def forget(self, host: str) -> bool:
        """Remove what is kept for a host; return whether there was something."""
        if self.read(host) is None:
            return False
        from keyring.errors import KeyringError

        try:
            self._backend.delete_password(SERVICE, host)
        except KeyringError as error:
            raise _refused(error) from None
        return True


def _refused(error: Exception) -> ForgeError:
    # Its words could quote what it was given.
    return ForgeError(
        Phrase("the keychain of this system did not do it: {why}", why=type(error).__name__),
        Phrase("What it had is unchanged."),
        Phrase("unlock it, then do it again"),
    )


def open_keychain() -> Keychain:
    """Return the system's keychain; raise ForgeError where there is none, or nothing that speaks to it."""
    if find_spec("keyring") is None:
        raise ForgeError(
            Phrase("the extra `{extra}` is not installed", extra="desk"),
            Phrase("No sign-in is kept here."),
            Phrase("{command}   installs it", command=install_command("desk")),
        )
    from keyring.backend import get_all_keyring

    found = [each for each in get_all_keyring() if _is_guarded(each)]
    if not found:
        raise ForgeError(
            Phrase("this system has no keychain, or none that is open for this session"),
            Phrase("No sign-in is kept here: massctl writes none into a file."),
        )
    return Keychain(max(found, key=lambda each: float(each.priority)))


def _is_guarded(backend: "KeyringBackend") -> bool:
    room, _, module = type(backend).__module__.partition("keyring.backends.")
    return not room and module.partition(".")[0] in _SYSTEMS
