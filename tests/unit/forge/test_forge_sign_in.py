"""A sign-in is kept by the keychain alone, is renewed in time, and goes to no other host."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring.backend
import pytest
from fake_forge import FakeForge

from massctl.errors import ForgeError
from massctl.forge.keychain import Keychain, open_keychain
from massctl.forge.sign_in import ForgePlace, SignIn, SignInStep, place_of
from massctl.model.settings import ForgeSettings
from massctl.transport import Line

NOW = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
TOKEN, REFRESH = "ghu_" + "t0ken" * 6, "ghr_" + "r3fresh" * 5
PLACE = ForgePlace("github", "https://api.github.test", "house/letters", "Iv1.client")


class Clock:
    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment


class Entries:
    """A keychain in memory."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture
def entries() -> Entries:
    return Entries()


@pytest.fixture
def forge() -> FakeForge:
    return FakeForge()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sign_in(entries: Entries, forge: FakeForge, clock: Clock) -> SignIn:
    return SignIn(PLACE, Line(inside=forge), Keychain(entries), clock)  # type: ignore[arg-type]


def test_a_person_types_a_code_and_the_keychain_has_the_token(
    sign_in: SignIn, forge: FakeForge, entries: Entries
) -> None:
    assert sign_in.forge() is None
    code = sign_in.begin()
    assert (code.user_code, code.page) == ("WDJB-MJHT", "https://github.test/login/device")
    forge.typed = [
        {"error": "authorization_pending"},
        {"error": "slow_down"},
        {"access_token": TOKEN, "token_type": "bearer"},
    ]
    steps = [sign_in.ask(code) for _ in range(3)]
    assert steps == [SignInStep.WAITING, SignInStep.SLOWER, SignInStep.DONE]
    assert json.loads(entries.kept["massctl", "api.github.test"]) == {"access_token": TOKEN}
    assert forge.forms[0] == {"client_id": "Iv1.client", "scope": "repo"}
    opened = sign_in.forge()
    assert opened is not None
    opened.login()
    assert forge.tokens[-1] == f"Bearer {TOKEN}"
    assert sign_in.end()
    assert entries.kept == {}
    assert not sign_in.end()


def test_a_sign_in_goes_to_no_other_host(
    sign_in: SignIn, forge: FakeForge, entries: Entries, clock: Clock
) -> None:
    sign_in.take(f" {TOKEN}\n")
    assert sign_in.forge() is not None
    elsewhere = ForgePlace("github", "https://api.github.test.evil.example", "house/letters")
    other = SignIn(elsewhere, Line(inside=forge), Keychain(entries), clock)  # type: ignore[arg-type]
    assert other.forge() is None
    assert forge.tokens == []


@pytest.mark.parametrize("error", ["access_denied", "expired_token", "incorrect_device_code"])
def test_a_sign_in_that_ends_is_no_sign_in(
    sign_in: SignIn, forge: FakeForge, entries: Entries, error: str
) -> None:
    code = sign_in.begin()
    forge.typed = [{"error": error}]
    with pytest.raises(ForgeError, match="did not sign you in"):
        sign_in.ask(code)
    assert entries.kept == {}


def test_nobody_is_sent_to_a_page_of_another_site(sign_in: SignIn, forge: FakeForge) -> None:
    forge.site = "https://github.test.evil.example"
    with pytest.raises(ForgeError, match="names no page"):
        sign_in.begin()


def test_a_token_that_ends_is_renewed_once(
    sign_in: SignIn, forge: FakeForge, entries: Entries, clock: Clock
) -> None:
    code = sign_in.begin()
    first = {"access_token": TOKEN, "refresh_token": REFRESH, "expires_in": 7200}
    forge.typed = [first, {**first, "access_token": TOKEN + "2", "refresh_token": REFRESH + "2"}]
    sign_in.ask(code)
    clock.moment += timedelta(hours=1)
    sign_in.forge()
    assert len(forge.typed) == 1
    clock.moment += timedelta(minutes=59)
    for _ in range(2):
        opened = sign_in.forge()
        assert opened is not None
    assert forge.forms[-1] == {
        "client_id": "Iv1.client",
        "grant_type": "refresh_token",
        "refresh_token": REFRESH,
    }
    assert json.loads(entries.kept["massctl", "api.github.test"])["access_token"] == TOKEN + "2"


def test_a_renewal_that_is_refused_is_no_sign_in(
    sign_in: SignIn, forge: FakeForge, clock: Clock
) -> None:
    code = sign_in.begin()
    forge.typed = [
        {"access_token": TOKEN, "refresh_token": REFRESH, "expires_in": 7200},
        {"error": "bad_refresh_token"},
    ]
    sign_in.ask(code)
    clock.moment += timedelta(hours=3)
    assert sign_in.forge() is None


def test_no_token_is_in_what_a_value_shows(sign_in: SignIn, forge: FakeForge) -> None:
    code = sign_in.begin()
    assert code.device_code not in repr(code)
    forge.typed = [{"access_token": ""}]
    with pytest.raises(ForgeError) as refused:
        sign_in.ask(code)
    assert code.device_code not in f"{refused.value} {refused.value.detail}"


def test_a_keychain_that_keeps_a_file_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = type("PlaintextKeyring", (Entries,), {"__module__": "keyrings.alt.file"})
    chosen = type("Keyring", (Entries,), {"__module__": "keyring.backends.null"})
    monkeypatch.setattr(keyring.backend, "get_all_keyring", lambda: [file(), chosen()])
    with pytest.raises(ForgeError, match="no keychain"):
        open_keychain()
    guarded = type("Keyring", (Entries,), {"__module__": "keyring.backends.macOS"})
    monkeypatch.setattr(keyring.backend, "get_all_keyring", lambda: [file(), guarded()])
    open_keychain().keep("api.github.com", "s")
    assert open_keychain().read("api.github.com") is None  # Another one, which was made anew.
    assert [*tmp_path.iterdir()] == []


def test_a_locked_keychain_is_said_without_what_it_was_given(entries: Entries) -> None:
    from keyring.errors import KeyringLocked

    def locked(*_: str) -> None:
        raise KeyringLocked(f"cannot unlock for {TOKEN}")

    entries.set_password = locked  # type: ignore[method-assign]
    with pytest.raises(ForgeError, match="KeyringLocked") as refused:
        Keychain(entries).keep("api.github.com", TOKEN)  # type: ignore[arg-type]
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (
            "git@github.com:lin/letters.git",
            ForgePlace("github", "https://api.github.com", "lin/letters"),
        ),
        (
            "https://gitlab.com/a/b/letters",
            ForgePlace("gitlab", "https://gitlab.com/api/v4", "a/b/letters"),
        ),
        ("https://gitee.com/lin/letters", None),
        ("/srv/git/letters.git", None),
    ],
)
def test_the_forge_of_a_remote(address: str, place: ForgePlace | None) -> None:
    assert place_of(None, address) == place


def test_a_server_of_ones_own_has_its_own_entry() -> None:
    named = ForgeSettings(
        kind="gitlab",
        repository="team/letters",
        api="https://git.example.com/api/v4",
        token_env="MASSCTL_FORGE_TOKEN",
        client_id="abc",
    )
    place = place_of(named, "git@github.com:lin/letters.git")
    assert place is not None
    assert (place.host, place.site) == ("git.example.com", "https://git.example.com")
    unsafe = named.model_copy(update={"api": "http://git.example.com/api/v4"})
    assert place_of(unsafe, "") is None
