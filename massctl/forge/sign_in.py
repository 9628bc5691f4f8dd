"""A person's sign-in to the forge: by the device flow, kept in the system's keychain.

No token is in a file, in an environment or in an error. It belongs to the host of an API and is sent to no other, so a
massctl.yaml that names another host finds no sign-in. Sources: RFC 8628; GitHub docs, "Authorizing OAuth apps", Device
flow, and "Refreshing user access tokens"; GitLab docs, "OAuth 2.0 identity provider API", Device authorization grant;
read 2026-12.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from massctl.errors import ForgeError
from massctl.forge.port import Forge
from massctl.forge.registry import FORGES
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.secrets import register
from massctl.model.settings import ForgeSettings, realm_of
from massctl.transport import Call, Line, NoAnswer

if TYPE_CHECKING:
    from massctl.forge.keychain import Keychain

_SECONDS = 30.0
_INTERVAL_MIN = 5
"""Between two questions, where the forge names no time (RFC 8628)."""
SLOWER = 5
"""So many seconds more, where the forge asks for it (RFC 8628)."""
_WORDS_MAX = 80
_EARLIER = timedelta(minutes=2)
"""A token is renewed so long before its end."""
_ADDRESS = re.compile(
    r"(?:(?:https|ssh)://(?:[^@/]*@)?(?P<host>[^@/:]+)(?::\d+)?/|(?:[^@/:]*@)?(?P<name>[^@/:]+):)(?P<path>.+?)(?:\.git)?/?"
)
_PUBLIC = {"github.com": "github", "gitlab.com": "gitlab"}


class _Way(Frozen):
    """How a kind of forge is signed in to."""

    api_end: str
    """What its API has behind the address of its site."""
    code: str
    token: str
    scope: str


_WAYS = {
    "github": _Way("/api/v3", "login/device/code", "login/oauth/access_token", "repo"),
    "gitlab": _Way("/api/v4", "oauth/authorize_device", "oauth/token", "api"),
}


class ForgePlace(Frozen):
    """The repository of a team on its forge."""

    kind: str
    """The key of `FORGES`."""
    api: str
    repository: str
    client_id: str | None = None
    """The application that the device flow signs in to; None: a person brings a token of their own."""

    @property
    def host(self) -> str:
        """Return the host that a token is for."""
        return urlsplit(self.api).netloc.casefold()

    @property
    def site(self) -> str:
        """Return where people see the forge."""
        return self.api.removesuffix(_WAYS[self.kind].api_end).replace("://api.", "://", 1)

    @property
    def name(self) -> str:
        """Return what people call it."""
        return FORGES[self.kind].name

    @property
    def scope(self) -> str:
        """Return what a token has to be allowed."""
        return _WAYS[self.kind].scope


def repository_at(address: str) -> tuple[str, str] | None:
    """Return the host and the path of a repository, by the address of a remote; None for a path on a disk.

    >>> repository_at("git@github.com:lin/letters.git")
    ('github.com', 'lin/letters')
    """
    found = _ADDRESS.fullmatch(address)
    return (str(found["host"] or found["name"]).lower(), found["path"]) if found else None


def place_of(named: ForgeSettings | None, address: str) -> ForgePlace | None:
    """Return the forge that massctl.yaml names, else the public one of the remote; None if neither is known."""
    if named is not None:
        api = (named.api or FORGES[named.kind].public_api).rstrip("/")
        if not api.startswith("https://") and realm_of(api) != "loopback":
            return None
        return ForgePlace(named.kind, api, named.repository, named.client_id)
    host, path = repository_at(address) or ("", "")
    kind = _PUBLIC.get(host)
    return ForgePlace(kind, FORGES[kind].public_api, path) if kind else None


class DeviceCode(Frozen):
    """What a person types on the forge's page to sign in."""

    hidden_fields = ("device_code",)

    device_code: str
    user_code: str
    page: str
    interval: int
    """How many seconds to wait before each question."""


class SignInStep(StrEnum):
    """What the forge says while a person signs in."""

    DONE = "done"
    WAITING = "waiting"
    SLOWER = "slower"


class SignIn:
    """The sign-in of one person to one forge. Every method may raise ForgeError."""

    def __init__(
        self, place: ForgePlace, line: Line, keychain: "Keychain", now: Callable[[], datetime]
    ) -> None:
        self.place: Final = place
        self._line: Final = line
        self._keychain: Final = keychain
        self._now: Final = now
        self._one_at_a_time: Final = threading.Lock()
        """A refresh token may be used once."""

    def forge(self) -> Forge | None:
        """Open the forge under the sign-in; None where nobody is signed in."""
        with self._one_at_a_time:
            token = self._token()
        if token is None:
            return None
        place = self.place
        return FORGES[place.kind](self._line, place.api, place.repository, token)

    def begin(self) -> DeviceCode:
        """Ask for the code that a person types on the forge's page."""
        asked = {"scope": self.place.scope}
        told = self._told(_WAYS[self.place.kind].code, asked)
        if told.get("error"):
            why = Phrase("it says {error}", error=str(told["error"])[:_WORDS_MAX])
            raise self._refused(why)
        page = str(told.get("verification_uri") or "")
        if not page.startswith(f"{self.place.site}/"):
            # Nobody types a code on a page of somebody else.
            raise self._refused(Phrase("its answer names no page of {site}", site=self.place.site))
        return DeviceCode(
            str(told.get("device_code") or ""),
            str(told.get("user_code") or ""),
            page,
            max(_INTERVAL_MIN, _whole(told.get("interval"), _INTERVAL_MIN)),
        )

    def ask(self, code: DeviceCode) -> SignInStep:
        """Ask whether the person has typed the code; keep the token if so."""
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        asked = {"device_code": code.device_code, "grant_type": grant}
        told = self._told(_WAYS[self.place.kind].token, asked)
        match told.get("error"):
            case None:
                self._keep(told)
                return SignInStep.DONE
            case "authorization_pending":
                return SignInStep.WAITING
            case "slow_down":
                return SignInStep.SLOWER
            case "access_denied":
                raise self._refused(Phrase("the sign-in was declined"))
            case _:
                raise self._refused(Phrase("the code is not valid any longer"))

    def take(self, token: str) -> None:
        """Keep a token that a person made on the forge."""
        self._keep({"access_token": token.strip()})

    def end(self) -> bool:
        """Forget the sign-in; return whether there was one."""
        return self._keychain.forget(self.place.host)

    def _token(self) -> str | None:
        kept = self._keychain.read(self.place.host)
        if kept is None:
            return None
        try:
            told = json.loads(kept)
            until = datetime.fromisoformat(told["until"]) if told.get("until") else None
            token = str(told["access_token"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        register(token)
        if until is None or self._now() + _EARLIER < until or not told.get("refresh_token"):
            return token
        asked = {"grant_type": "refresh_token", "refresh_token": str(told["refresh_token"])}
        fresh = self._told(_WAYS[self.place.kind].token, asked)
        if fresh.get("error"):
            return None
        self._keep(fresh)
        return str(fresh["access_token"])

    def _keep(self, told: Mapping[str, Any]) -> None:
        token, refresh = told.get("access_token"), told.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise self._refused(Phrase("its answer has no token"))
        kept: dict[str, str] = {"access_token": token}
        for each in (token, refresh):
            if isinstance(each, str):
                register(each)
        if isinstance(refresh, str):
            seconds = _whole(told.get("expires_in"), 7200)
            until = self._now() + timedelta(seconds=seconds)
            kept |= {"refresh_token": refresh, "until": until.isoformat()}
        self._keychain.keep(self.place.host, json.dumps(kept))

    def _told(self, path: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Ask the forge's site; its errors are in what it tells, whatever the status."""
        form = {"client_id": self.place.client_id or "", **asked}
        body = "&".join(f"{name}={quote(value, safe='')}" for name, value in form.items())
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        address = f"{self.place.site}/{path}"
        call = Call("POST", address, _SECONDS, content=body.encode(), headers=headers)
        answer = self._line.exchange(call)
        if isinstance(answer, NoAnswer):
            raise self._refused(answer.said)
        try:
            told = json.loads(answer.content)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise self._refused(Phrase("HTTP status {status}", status=answer.status))
        return told

    def _refused(self, why: Phrase) -> ForgeError:
        return ForgeError(
            Phrase("{forge} did not sign you in: {why}", forge=self.place.name, why=why),
            Phrase("No sign-in was kept."),
            Phrase("sign in again"),
        )


def _whole(told: Any, otherwise: int) -> int:
    return told if isinstance(told, int) else otherwise
