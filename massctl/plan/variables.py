"""How to set a variable of the environment that is empty: on a machine, and for the workflows on GitHub."""

from massctl.model.phrase import Phrase


def to_set(name: str) -> Phrase:
    """Say how to set any variable."""
    return Phrase("export {name}=…; on GitHub: Settings / Environments / secret {name}", name=name)


def secret_to_set(name: str) -> Phrase:
    """Say how to set an AppSecret, and where it stands."""
    return Phrase(
        "export {name}=…   (the console shows it under 设置与开发 / 基本配置); on GitHub: Settings / Environments / "
        "secret {name}",
        name=name,
    )


def proxy_to_set(name: str) -> Phrase:
    """Say how to set the address of a proxy."""
    say = "export {name}=http://proxy.example:3128; on GitHub: Settings / Environments / secret {name}"
    return Phrase(say, name=name)
