"""Explanations of WeChat's errcodes, from the very tables by which answers are judged."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from massctl.model.phrase import Phrase, enumerated
from massctl.view.explanation import Explanation, Subject
from massctl.view.language import Language, say
from massctl.wechat.errcode import known_errcodes, rulings_of
from massctl.wechat.ruling import Kind, Ruling

_WORLD: Final = {
    Kind.BUSY: Phrase("The platform faltered. What was asked for may have been done or not."),
    Kind.DOUBT: Phrase("What was asked for may have been done all the same."),
    Kind.AUTH: Phrase("A credential, address, right or the administrator stands in the way; WeChat did nothing."),
    Kind.QUOTA: Phrase("Something is used up, or asked for too fast; WeChat did nothing."),
    Kind.PERMANENT: Phrase(
        "The request, or what it is about, is wrong, and would be refused again; WeChat did nothing."
    ),
}
"""What each kind of answer says about the world."""
_OURS: Final = {
    Kind.BUSY: Phrase(
        "readings and uploads are repeated by themselves; a send or a preview that is answered so is in doubt, and a "
        "send in doubt is repeated with the same clientmsgid"
    ),
    Kind.DOUBT: Phrase("a send that is answered so is in doubt, and is never taken for refused"),
    Kind.AUTH: Phrase("the next `massctl apply` asks again, for it passes when somebody has put it right"),
    Kind.QUOTA: Phrase("the next `massctl apply` asks again, for it may pass by itself"),
    Kind.PERMANENT: Phrase(
        "a send that was refused so is not asked for again until the campaign changes (`rejected_before`)"
    ),
}
"""What massctl makes of it, and so why it matters."""
_TOKEN: Final = Phrase(
    "only the token was refused and the call was not looked at: massctl fetches another one, and a send makes one "
    "more recorded attempt"
)
_ENDPOINT: Final = "/cgi-bin/"


def errcodes_explained(language: Language) -> list[Explanation]:
    """Explain every errcode that massctl knows, lowest first."""
    return [errcode_explained(errcode, language) for errcode in known_errcodes()]


def errcode_explained(errcode: int, language: Language) -> Explanation:
    """Explain one errcode that massctl knows; what it means to single calls stands behind what it means at large."""
    rulings = rulings_of(errcode)
    path, first = rulings[0]
    single = [(where, ruling) for where, ruling in rulings if where is not None]
    calls = [each for each in single if path is None or each[1] is not first]
    return Explanation(
        Subject.ERRCODE,
        str(errcode),
        say(first.meaning, language),
        say(_WORLD[first.kind], language),
        say(_TOKEN if first.token_dead else _OURS[first.kind], language),
        (" " if language.is_english else "").join([say(first.advice, language), *_of_calls(calls, language)]),
    )


def _of_calls(calls: list[tuple[str, Ruling]], language: Language) -> Iterator[str]:
    """Say what single calls mean by it; those that mean the same stand together."""
    for _, alike in groupby(
        sorted(calls, key=lambda each: (each[1].meaning, each[0])), key=lambda each: each[1].meaning
    ):
        members = list(alike)
        _, ruling = members[0]
        told = Phrase(
            "From {calls}: {meaning}. {advice}",
            calls=enumerated([path.removeprefix(_ENDPOINT) for path, _ in members]),
            meaning=ruling.meaning,
            advice=ruling.advice,
        )
        yield say(told, language)
