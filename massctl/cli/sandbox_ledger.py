"""Where the ledger of `--sandbox` is: in a place of the kind that massctl.yaml names, apart from the real ledger."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from massctl.errors import ConfigurationError
from massctl.model.backends import BACKENDS
from massctl.model.phrase import Phrase
from massctl.model.settings import SANDBOX_LEDGER_VARIABLE, MassctlFile, StateSettings


def sandbox_settings(
    settings: MassctlFile, environment: Mapping[str, str], tell: Callable[[Phrase], None]
) -> MassctlFile | None:
    """Return the settings of a sandbox whose ledger is where MASSCTL_SANDBOX_LEDGER says; None if it is a file.

    Raises ConfigurationError for the place of the real ledger.
    """
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
        raise _unusable(Phrase("it is no {key} as massctl.yaml takes it", key=key)) from None
    return settings.model_copy(update={"state": own})


def _unusable(why: Phrase) -> ConfigurationError:
    return ConfigurationError(
        Phrase("{name} cannot be used: {why}", name=SANDBOX_LEDGER_VARIABLE, why=why),
        Phrase("Nothing was done."),
        Phrase(
            "name a place that only the sandbox uses, or unset {name}", name=SANDBOX_LEDGER_VARIABLE
        ),
    )
