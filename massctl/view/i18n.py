"""The languages massctl speaks, and how a sentence of the core is said in them.

Invariant: only a sentence's own words are ever changed. What fills its fields, a title or a path, stays as it is.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from gettext import NullTranslations
from struct import iter_unpack, unpack_from
from typing import ClassVar, Literal

from msgspec.structs import replace

import massctl
from massctl.model.frozen import Frozen
from massctl.model.phrase import AccountKey, Command, Phrase, ShellCommand


class Flags(Frozen):
    """What this command was given, and the commands that it advises need too."""

    where: str = ""
    """`-C DIR`, as it is typed in a shell."""
    sandbox: bool = False
    """Without the flag they would be for real followers."""
    locked: bool = False
    """Without the flag they would send what is rendered now."""
    selection: str = ""
    """Flags that say which campaigns it is about."""


NO_FLAGS = Flags()


class Language(Frozen):
    """A language of messages, as `language:` in massctl.yaml names it, and the flags of the commands they advise."""

    value: Literal["zh", "en"]
    flags: Flags = NO_FLAGS
    labels: tuple[tuple[str, str], ...] = ()
    """Keys of accounts, each with what people are shown in its place."""
    redact: Callable[[str], str] | None = None
    """Takes words out of what fills sentences; None: nothing is hidden from whoever reads them."""

    ZH: ClassVar["Language"]
    EN: ClassVar["Language"]

    def __str__(self) -> str:
        """Return its code."""
        return self.value

    @property
    def is_english(self) -> bool:
        """Whether sentences are said as the core has them."""
        return self.value == "en"

    @property
    def is_verbatim(self) -> bool:
        """Whether every sentence is said exactly as the core has it."""
        is_plain = self.flags == NO_FLAGS and self.redact is None
        return self.is_english and is_plain and not self.labels

    def label(self, account: str) -> str | None:
        """Return what people are shown in place of an account's key; None where that is the key."""
        return dict(self.labels).get(account)

    @property
    def plain(self) -> "Language":
        """The same language for what is read elsewhere, where the flags of this run mean nothing."""
        return replace(self, flags=NO_FLAGS)


class Reader(Language):
    """The language of those who read elsewhere: of comments, notices and reports.

    The flags of a run mean nothing there. What writes for them takes a Reader, so that it is never given the operator's
    language by accident.
    """


_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_NO_LANGUAGE = ("C", "POSIX")


Code = Literal["zh", "en"]
_SPOKEN = re.compile(r"(zh|en)(?![a-z])", re.IGNORECASE)
LANGUAGE_VARIABLE = "MASSCTL_LANG"


def unknown_language(environment: Mapping[str, str]) -> Phrase | None:
    """Say that MASSCTL_LANG names a language that massctl does not speak; None if it names none or a known one."""
    named = environment.get(LANGUAGE_VARIABLE)
    if not named or _SPOKEN.match(named):
        return None
    return Phrase(
        "{variable} is `{value}`, which is no language of massctl, so it is ignored: write zh or en",
        variable=LANGUAGE_VARIABLE,
        value=named,
    )


def _asked_for(option: str | None, environment: Mapping[str, str]) -> Code | None:
    """Return the language of the person who runs a command: `--language`, MASSCTL_LANG, the locale; None for none.

    As in POSIX the first variable of the locale that is set decides; C, POSIX and C.UTF-8 name no language. A locale
    that massctl does not speak is answered in English; a MASSCTL_LANG that it does not speak is passed over.
    """
    locale = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    if locale.partition(".")[0] in _NO_LANGUAGE:
        locale = ""
    for word in (option, environment.get(LANGUAGE_VARIABLE)):
        if word and (spoken := _SPOKEN.match(word)):
            return "zh" if spoken[1].lower() == "zh" else "en"
    if not locale:
        return None
    return "zh" if locale.lower().startswith("zh") else "en"


def operator_language(
    option: str | None, environment: Mapping[str, str], declared: Code | None
) -> Language:
    """Choose the language of a terminal: what is asked for, else `language:` in massctl.yaml, else English."""
    return Language(_asked_for(option, environment) or declared or "en")


def reader_language(
    option: str | None, environment: Mapping[str, str], declared: Code | None
) -> Reader:
    """Choose the language of what others read: `language:` in massctl.yaml, else what is asked for, else English."""
    return Reader(declared or _asked_for(option, environment) or "en")


Language.ZH = Language("zh")
Language.EN = Language("en")
LANGUAGES = (Language.ZH, Language.EN)
DOMAIN = "massctl"
"""The gettext domain of every translated sentence, click's own among them."""
LOCALE_DIR = f"{massctl.__path__[0]}/locale"


def say(text: str, language: Language) -> str:
    """Translate a `Phrase` into `language`, its values too; any other text is given as it is.

    A Phrase without a translation is said in English.
    """
    if language.is_verbatim or isinstance(text, ShellCommand):
        return str(text)
    if not isinstance(text, Phrase):
        return _redacted(text, language)
    if isinstance(text, AccountKey):
        key = _redacted(str(text), language)
        return language.label(key) or key
    if isinstance(text, Command):
        return _command_line(text, language)
    template = _template(text, language)
    if not text.values:
        return template
    values = {
        name: say(v, language) if isinstance(v, str) else v for name, v in text.values.items()
    }
    return template.format(**values)


def _redacted(text: str, language: Language) -> str:
    if language.redact is None:
        return str(text)
    return say(language.redact(str(text)), replace(language, redact=None))


_SANDBOX = frozenset(
    {
        *(
            "adopt",
            "apply",
            "doctor",
            "lock",
            "new",
            "plan",
            "preview",
            "reconcile",
            "record-event",
            "render",
            "serve",
        ),
        *("audience export", "audience overlap"),
        *("import draft", "import drafts", "import published", "tags list", "tags pull"),
        *(
            "status",
            "report",
            "validate",
            "withdraw",
            "comments open",
            "comments close",
            "speed get",
            "speed set",
        ),
        *(
            f"state {verb}"
            for verb in ("backup", "import", "init", "list", "repair", "restore", "show", "verify")
        ),
    }
)
"""Verbs that take `--sandbox`."""
_LOCKED = frozenset({"apply", "preview"})
"""Verbs that take `--locked`."""
_SELECTING = frozenset({"apply", "lock", "plan", "report", "serve", "status", "validate"})
"""Verbs that take `--account`."""
_NOWHERE = frozenset({"explain", "init", "sandbox", "schema"})
"""Verbs to which a repository means nothing; all others are typed with the `-C DIR` of the run."""


def _command_line(command: Command, language: Language) -> str:
    """Write a command with the flags of this run that its verb takes."""
    verb, flags = command.verb, language.flags
    arguments = " ".join(
        say(each, language) if isinstance(each, str) else str(each) for each in command.arguments
    )
    added = [
        flag
        for flag, is_set, takers in (
            ("--sandbox", flags.sandbox, _SANDBOX),
            ("--locked", flags.locked, _LOCKED),
        )
        if is_set and verb in takers and flag not in arguments.split()
    ]
    if verb in _SELECTING:
        added.append(flags.selection)
    where = "" if verb in _NOWHERE else flags.where
    return " ".join(filter(None, ["massctl", where, verb, *added, arguments]))


def _template(text: Phrase, language: Language) -> str:
    """Return the template of a Phrase in a language."""
    if not text.template:
        return ""  # gettext would answer with the header of the catalogue.
    # English is what the code says: it loads no catalogue.
    catalogue = NullTranslations() if language.is_english else _catalogue(language.value)
    if text.plural is None:
        return catalogue.gettext(text.template)
    count = text.values["count"]
    return catalogue.ngettext(text.template, text.plural, count if isinstance(count, int) else 2)


@cache
def _catalogue(code: str) -> NullTranslations:
    """Load a catalogue; fall back to English if it was not compiled (development only)."""
    # English needs no reader of package data.
    from pkgutil import get_data

    try:
        written = get_data("massctl", f"locale/{code}/LC_MESSAGES/{DOMAIN}.mo")
    except FileNotFoundError:
        written = None
    return _Sentences(written) if written else NullTranslations()


class _Sentences(NullTranslations):
    """A compiled catalogue that decodes a sentence when it is said: a run says few of some thousands.

    The standard parser decodes all of them, which takes a fifth of the time of importing click.
    """

    def __init__(self, written: bytes) -> None:
        """Record the place of each sentence in a file for one plural form."""
        super().__init__()
        self._written = written
        order = "<" if written.startswith(b"\xde\x12\x04\x95") else ">"
        _, _, count, ids, strings = unpack_from(f"{order}5I", written)
        places = zip(
            *(
                iter_unpack(f"{order}2I", written[start : start + 8 * count])
                for start in (ids, strings)
            ),
            strict=True,
        )
        self._places = {written[start : start + length]: place for (length, start), place in places}

    def gettext(self, message: str) -> str:
        """Return the translation of a template; the template itself where there is none."""
        return self._find(message) or message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the translation for a count, the only one that Chinese has."""
        return self._find(f"{msgid1}\0{msgid2}") or super().ngettext(msgid1, msgid2, n)

    def _find(self, message: str) -> str | None:
        length, start = self._places.get(message.encode(), (0, 0))
        return self._written[start : start + length].decode() or None
