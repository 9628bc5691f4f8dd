"""Where the ledger is: where massctl.yaml says, or with `--sandbox` in a place of the same kind, apart from it."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from massctl.cli.places import Places
from massctl.errors import ConfigurationError
from massctl.ledger.backend import Site
from massctl.model.backends import BACKENDS
from massctl.model.phrase import Phrase
from massctl.model.settings import SANDBOX_LEDGER_VARIABLE, MassctlFile, StateSettings


def ledger_site(
    places: Places,
    settings: MassctlFile | None,
    environment: Mapping[str, str],
    tell: Callable[[Phrase], None],
) -> Site:
    """Return where the ledger of a repository is opened; without `settings` it is a file.

    Raises ConfigurationError where the sandbox's would be the real one.
    """
    if places.sandbox and settings is not None:
        settings = _sandbox_settings(settings, environment, tell)
    cache = places.world if places.sandbox else places.cache
    folders = places.root, places.ledger.parent, cache, places.locks
    return Site(*folders, settings, environment, tell, is_sandbox=places.sandbox)


def _sandbox_settings(
    settings: MassctlFile, environment: Mapping[str, str], tell: Callable[[Phrase], None]
) -> MassctlFile | None:
    """Return the settings of a sandbox whose ledger is where MASSCTL_SANDBOX_LEDGER says; None if it is a file."""
    state = settings.state
    key = BACKENDS[state.backend].sandbox
    given = environment.get(SANDBOX_LEDGER_VARIABLE, "").strip()
    if key is None:
        return None
    if not given:
        say = Phrase(
            "the sandbox's ledger is a file, as {name} is not set; massctl.yaml names {kind}"
        )
        tell(Phrase(say, name=SANDBOX_LEDGER_VARIABLE, kind=state.backend))
        return None
    value, real = given, getattr(state, key)
    if key.endswith("_env"):
        value, real = SANDBOX_LEDGER_VARIABLE, environment.get(real, "")
    if given.rstrip("/") == real.strip().rstrip("/"):
        raise _unusable(Phrase("it names the place of the real ledger"))
    plain = state.model_dump(exclude={"keys", "lineage"})
    try:
        own = StateSettings.model_validate({**plain, key: value})
    except ValidationError:
        raise _unusable(Phrase("it is not a valid value of state.{key}", key=key)) from None
    return settings.model_copy(update={"state": own})


def _unusable(why: Phrase) -> ConfigurationError:
    return ConfigurationError(
        Phrase("{name} cannot be used: {why}", name=SANDBOX_LEDGER_VARIABLE, why=why),
        Phrase("Nothing was done."),
        Phrase(
            "name a place that only the sandbox uses, or unset {name}", name=SANDBOX_LEDGER_VARIABLE
        ),
    )
