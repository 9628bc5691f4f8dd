"""massctl.yaml as it was when it was last read without a fault, for a plan that finds the same bytes.

The settings come back as plain values with the model's fields and rules: the model itself loads pydantic, and reading
YAML takes as long again.
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from massctl.model.ids import digest_of
from massctl.model.settings import PolicyRules, QuietRules

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile


class _QuietHours(QuietRules, SimpleNamespace):
    """Quiet hours without the file format."""


class _Policy(PolicyRules, SimpleNamespace):
    """A policy without the file format."""

    def may_preview_to(self, name: str) -> bool:
        """Compare digests: an openid is kept nowhere."""
        return self.preview_to is None or digest_of(name) in self.preview_to


def settings_document(settings: "MassctlFile") -> dict[str, Any]:
    """Write settings, with every default; those who may see previews by digest, for an openid may be among them."""
    document = dict(settings.model_dump(mode="json", by_alias=False))
    names = settings.policy.preview_to
    document["policy"]["preview_to"] = None if names is None else [digest_of(name) for name in names]
    return document


def settings_from(document: dict[str, Any]) -> "MassctlFile":
    """Read settings; raises one of many errors where `document` is none. For reading verbs only."""
    policy = dict(document["policy"])
    quiet = policy.pop("quiet_hours")
    return cast(
        "MassctlFile",
        SimpleNamespace(
            version=document["version"],
            language=document["language"],
            accounts={name: SimpleNamespace(**account) for name, account in document["accounts"].items()},
            state=SimpleNamespace(**document["state"]),
            notify=[SimpleNamespace(**channel) for channel in document["notify"]],
            policy=_Policy(**policy, quiet_hours=_QuietHours(**quiet) if quiet else None),
        ),
    )
