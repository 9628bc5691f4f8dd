"""`massctl explain`: a diagnostic's code, a guard, an exit status or an errcode of WeChat in words."""

import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby

import click

from massctl.cli.app import Result, run
from massctl.cli.arguments import form_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console, choose_language, chosen_language, console_of, use_console
from massctl.errors import UsageError
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.view.explain import (
    PAGES,
    Explanation,
    Subject,
    explain_json,
    explanation_text,
    explanations_text,
    find,
    near,
    read_page,
)
from massctl.view.i18n import Language, say
from massctl.wechat.errcodes import API, Again, ErrorClass, Judgement, judgements_of, known_errcodes


def _codes(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the codes, guards, exit statuses and errcodes that begin so."""
    known = explanations(console_of(".").language)
    return [each.code for each in known if each.code.casefold().startswith(incomplete.casefold())]


@click.command(name="explain")
@click.argument("code", required=False, metavar="[CODE]", shell_complete=_codes)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help="Language of this run; else MASSCTL_LANG, else the locale.",
)
@form_option
@click.pass_obj
def command(directory: str, code: str | None, language: str | None, form: str) -> int:
    """Explain a CODE: its meaning, why it matters, what to do; without one, list all codes.

    CODE is a diagnostic (MC014), a guard (draft_gone), an exit status (5) or an errcode of WeChat (45028). Needs no
    repository.
    """

    def work() -> tuple[Console, Result]:
        choose_language(language or chosen_language())
        console = use_console(console_of(directory))
        chosen = (
            explanations(console.language) if code is None else [explain(code, console.language)]
        )

        def text(to: Console) -> str:
            if code is None:
                return explanations_text(to.page(), chosen)
            return explanation_text(to.page(), chosen[0])

        return console, Result(ExitStatus.DONE, lambda to: explain_json(chosen, to.language), text)

    return run("explain", form, work)


_ERRCODE = re.compile(r"-1|[0-9]{5,9}")
"""As WeChat spells them; exit statuses are shorter."""


def explanations(language: Language) -> list[Explanation]:
    """Read every explanation in `language`: diagnostics, guards, exit statuses, errcodes."""
    return [*_pages(language), *errcodes_explained(language)]


def explain(code: str, language: Language) -> Explanation:
    """Return the explanation of `code`; raise UsageError, with a suggestion, for an unknown code."""
    if _ERRCODE.fullmatch(code.strip()):
        return _errcode(int(code), language)
    known = _pages(language)
    if (found := find(known, code)) is not None:
        return found
    suggested = near(known, code)
    hint = (
        Phrase("did you mean {near}?", near=suggested)
        if suggested
        else Phrase("{command}   lists everything that it explains", command=Command("explain"))
    )
    raise UsageError(Phrase("there is no explanation of {code}", code=code), hint=hint)


def _pages(language: Language) -> list[Explanation]:
    folder = files("massctl.view") / "explanations" / language.value
    return [
        each
        for subject, name in PAGES.items()
        for each in read_page(subject, (folder / name).read_text(encoding="utf-8"))
    ]


def _errcode(errcode: int, language: Language) -> Explanation:
    if errcode in known_errcodes():
        return errcode_explained(errcode, language)
    # A code that is spelled like this one means something else.
    raise UsageError(
        Phrase("massctl does not know the errcode {errcode}", errcode=errcode),
        Phrase("A send with this answer is in doubt; any other call is refused."),
        Phrase(
            "look it up in WeChat's list of return codes (全局返回码); WeChat's support can look up the rid"
        ),
    )


_WORLD = {
    ErrorClass.BUSY: Phrase(
        "The platform had an error. The request may or may not have been carried out."
    ),
    ErrorClass.DOUBT: Phrase("The request may have been carried out anyway."),
    ErrorClass.AUTH: Phrase(
        "A credential, an address, a right or the administrator prevents it; WeChat did nothing."
    ),
    ErrorClass.QUOTA: Phrase(
        "A quota is used up, or the request came too fast; WeChat did nothing."
    ),
    ErrorClass.PERMANENT: Phrase(
        "The request, or its object, is wrong, and would be refused again; WeChat did nothing."
    ),
    ErrorClass.ACCEPTED: Phrase("The request was already carried out before."),
    ErrorClass.GONE: Phrase("The object of the request no longer exists; WeChat did nothing."),
}
"""What each kind of answer says about the effect."""
_OURS = {
    ErrorClass.BUSY: Phrase(
        "massctl repeats reads and uploads automatically; a send or a preview with this answer is in "
        "doubt, and a send in doubt is repeated with the same clientmsgid"
    ),
    ErrorClass.DOUBT: Phrase("a send with this answer is in doubt, and is never taken for refused"),
    ErrorClass.AUTH: Phrase(
        "the next `{command}` tries again, because it passes when somebody has corrected the cause",
        command=Command("apply"),
    ),
    ErrorClass.QUOTA: Phrase(
        "the next `{command}` tries again, because it may pass without a change",
        command=Command("apply"),
    ),
    ErrorClass.PERMANENT: Phrase(
        "a send with this answer is not tried again until the campaign changes (`rejected_before`)"
    ),
    ErrorClass.ACCEPTED: Phrase(
        "an answer to an earlier attempt was lost, and this one proves that it was accepted"
    ),
    ErrorClass.GONE: Phrase(
        "a missing draft may have been sent, so massctl does not save it again automatically"
    ),
}
"""What massctl makes of it, and so why it matters."""
_TOKEN = Phrase(
    "WeChat refused only the token and did not look at the call: massctl fetches another one, and a "
    "send makes one more recorded attempt"
)


def errcodes_explained(language: Language) -> list[Explanation]:
    """Explain every errcode that massctl knows, lowest first."""
    return [errcode_explained(errcode, language) for errcode in known_errcodes()]


def errcode_explained(errcode: int, language: Language) -> Explanation:
    """Explain one errcode that massctl knows; its meaning for single calls follows its general meaning."""
    judgements = judgements_of(errcode)
    _, first = judgements[0]
    calls = [(path, each) for path, each in judgements if path is not None and each != first]
    return Explanation(
        Subject.ERRCODE,
        str(errcode),
        say(first.message, language),
        say(_WORLD[first.error_class], language),
        say(_TOKEN if first.again is Again.NEW_TOKEN else _OURS[first.error_class], language),
        (" " if language.is_english else "").join(
            [say(first.hint, language), *_of_calls(calls, language)]
        ),
    )


def _of_calls(calls: list[tuple[str, Judgement]], language: Language) -> Iterator[str]:
    """Return what single calls mean by it; those that mean the same stand together."""
    for _, alike in groupby(
        sorted(calls, key=lambda each: (each[1].message, each[0])), key=lambda each: each[1].message
    ):
        members = list(alike)
        _, judgement = members[0]
        told = Phrase(
            "From {calls}: {meaning}. {advice}",
            calls=enumerated([path.removeprefix(API) for path, _ in members]),
            meaning=judgement.message,
            advice=judgement.hint,
        )
        yield say(told, language)
