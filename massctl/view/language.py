"""The languages massctl speaks, and how a sentence of the core is said in them."""

from enum import StrEnum

from massctl.model.phrase import Phrase


class Language(StrEnum):
    """A language of messages, as `language:` in massctl.yaml names it."""

    ZH = "zh"
    EN = "en"


def say(text: str, language: Language) -> str:
    """Say a `Phrase` in `language`, its values too; any other text is given as it is.

    A Phrase without an entry in the catalogue is said in English.
    """
    if not isinstance(text, Phrase) or language is Language.EN:
        return str(text)
    # The catalogue is long, and only speakers of Chinese need it.
    from massctl.view.zh import CATALOGUE

    template = CATALOGUE.get(text.template)
    if template is None:
        return str(text)
    if not text.values:
        return template
    values = {name: say(v, language) if isinstance(v, Phrase) else v for name, v in text.values.items()}
    return template.format(**values)
