"""`massctl desk --sign-in` and `--sign-out`: what is typed, what is said, and who is asked for a code."""

from datetime import UTC, datetime
from types import SimpleNamespace

import click
import pytest
from fake_forge import FakeForge

from massctl.cli.commands.desk import change_sign_in
from massctl.desk.forge_session import ForgeSession
from massctl.errors import ForgeError, RefusedError
from massctl.forge.keychain import Keychain
from massctl.forge.sign_in import ForgePlace, SignIn, SignInStep
from massctl.transport import Line

NOW = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
TOKEN = "ghu_" + "t0ken" * 6
PLACE = ForgePlace("github", "https://api.github.test", "house/letters", "Iv1.client")


class Entries:
    """A keychain in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get(name)

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[name] = secret

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[name]


class Terminal:
    """What a person was told and how long was waited."""

    def __init__(self, place: ForgePlace = PLACE) -> None:
        self.forge, self.entries = FakeForge(), Entries()
        self.said: list[str] = []
        self.waited: list[float] = []
        line = Line(inside=self.forge)
        self.sign_in = SignIn(place, line, Keychain(self.entries), lambda: NOW)  # type: ignore[arg-type]

    def change(self, *, is_in: bool) -> None:
        console = SimpleNamespace(talk=lambda words: self.said.append(str(words)))
        change_sign_in(self.sign_in, console, is_in=is_in, wait=self.waited.append)  # type: ignore[arg-type]


def test_a_code_is_typed_and_asked_for_in_the_forges_own_time() -> None:
    terminal = Terminal()
    terminal.forge.typed = [
        {"error": "authorization_pending"},
        {"error": "slow_down"},
        {"access_token": TOKEN},
    ]
    terminal.change(is_in=True)
    assert terminal.waited == [5, 5, 10]
    assert terminal.said == [
        "open https://github.test/login/device and type this code: WDJB-MJHT",
        "github-actions[bot] is signed in to GitHub",
    ]
    terminal.change(is_in=False)
    terminal.change(is_in=False)
    assert terminal.said[2:] == [
        "nobody is signed in to GitHub any longer",
        "nobody was signed in to GitHub",
    ]
    assert terminal.entries.kept == {}


def test_without_an_application_a_token_is_pasted_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def prompt(text: str, **given: object) -> str:
        asked.append(given)
        return TOKEN

    monkeypatch.setattr(click, "prompt", prompt)
    terminal = Terminal(ForgePlace("github", "https://api.github.test", "house/letters"))
    terminal.change(is_in=True)
    assert asked[0]["hide_input"] is True
    assert terminal.forge.tokens == [f"Bearer {TOKEN}"]
    assert not [each for each in terminal.said if TOKEN in each]


def test_a_desk_signs_in_by_its_page() -> None:
    terminal = Terminal()
    session = ForgeSession(lambda _: terminal.sign_in)
    before = session.standing(PLACE)
    assert (before.is_signed_in, before.can_sign_in) == (False, True)
    with pytest.raises(RefusedError, match="no sign-in has begun"):
        session.ask(PLACE)
    assert session.begin(PLACE).user_code == "WDJB-MJHT"
    terminal.forge.typed = [{"access_token": TOKEN}]
    assert session.ask(PLACE) is SignInStep.DONE
    assert session.standing(PLACE).is_signed_in
    session.end(PLACE)
    assert session.forge(PLACE) is None


def test_without_a_keychain_nobody_is_signed_in_and_it_is_said() -> None:
    def refuse(place: ForgePlace) -> SignIn:
        raise ForgeError("this system has no keychain")

    session = ForgeSession(refuse)
    assert session.forge(PLACE) is None
    assert "no keychain" in session.standing(PLACE).said
    with pytest.raises(ForgeError):
        session.begin(PLACE)
    with pytest.raises(RefusedError):
        session.begin(None)
