"""Whether somebody at this desk is signed in to the team's forge, and the forge under that sign-in."""

from collections.abc import Callable
from typing import Final

from massctl.errors import ForgeError, RefusedError
from massctl.forge.port import Forge
from massctl.forge.sign_in import DeviceCode, ForgePlace, SignIn, SignInStep
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase


class ForgeStanding(Frozen):
    """Whether the forge can be asked, and why not."""

    name: str = ""
    """What people call the forge; empty where it has no API that massctl knows."""
    is_signed_in: bool = False
    can_sign_in: bool = False
    said: str = ""
    """Why nobody is signed in, and what works all the same."""


class ForgeSession:
    """The sign-in of one desk."""

    def __init__(self, open_sign_in: Callable[[ForgePlace], SignIn]) -> None:
        """`open_sign_in` raises ForgeError where this system keeps no sign-in."""
        self._open: Final = open_sign_in
        self._sign_in: SignIn | None = None
        self._code: DeviceCode | None = None

    def standing(self, place: ForgePlace | None) -> ForgeStanding:
        """Return whether the forge can be asked."""
        if place is None:
            return ForgeStanding(said=_NO_FORGE)
        try:
            is_in = self._of(place).forge() is not None
        except ForgeError as error:
            return ForgeStanding(place.name, said=Phrase(_WITHOUT, why=error.summary))
        if is_in:
            return ForgeStanding(place.name, is_signed_in=True)
        if place.client_id is None:
            return ForgeStanding(place.name, said=Phrase(_NO_CLIENT, forge=place.name))
        return ForgeStanding(place.name, can_sign_in=True, said=Phrase(_NOT_IN, forge=place.name))

    def forge(self, place: ForgePlace | None) -> Forge | None:
        """Return the forge under the sign-in; None without one."""
        try:
            return self._of(place).forge() if place is not None else None
        except ForgeError:
            # `standing` says why.
            return None

    def begin(self, place: ForgePlace | None) -> DeviceCode:
        """Begin to sign in; raise ForgeError or RefusedError."""
        if place is None or place.client_id is None:
            raise RefusedError(
                self.standing(place).said, Phrase("Nobody was signed in."), _HOW_WITHOUT_CLIENT
            )
        self._code = self._of(place).begin()
        return self._code

    def ask(self, place: ForgePlace | None) -> SignInStep:
        """Ask whether the code was typed; raise ForgeError or RefusedError."""
        if place is None or self._code is None:
            raise RefusedError(Phrase("no sign-in has begun"), Phrase("Nobody was signed in."))
        return self._of(place).ask(self._code)

    def end(self, place: ForgePlace | None) -> None:
        """Sign out; raise ForgeError."""
        if place is not None:
            self._of(place).end()

    def _of(self, place: ForgePlace) -> SignIn:
        if self._sign_in is None or self._sign_in.place != place:
            self._sign_in, self._code = self._open(place), None
        return self._sign_in


_NO_FORGE = Phrase(
    "Letters are pushed to a git server whose reviews the desk cannot read. Who may merge the branch looks at it there."
)
_WITHOUT = Phrase(
    "Nobody is signed in here: {why}. Letters are pushed all the same; the review is on the forge's own page."
)
_NOT_IN = Phrase(
    "Sign in to {forge} to see its comments here. Letters are pushed all the same; the review is on its own page."
)
_NO_CLIENT = Phrase(
    "Nobody is signed in to {forge}, and massctl.yaml names no forge.client_id. Letters are pushed all the same; the "
    "review is on its own page."
)
_HOW_WITHOUT_CLIENT = Phrase(
    "{command}   takes a token of your own", command=Command("desk", "--sign-in")
)
