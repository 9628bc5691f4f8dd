"""The forges that massctl.yaml may name. A new forge is a module with a class, and a row here."""

from collections.abc import Mapping

from massctl.forge.github import GitHub
from massctl.forge.gitlab import GitLab
from massctl.forge.port import Forge

FORGES: Mapping[str, type[Forge]] = {"github": GitHub, "gitlab": GitLab}
"""`forge.kind` of massctl.yaml -> what implements it."""
