"""Explanations of WeChat's errcodes, from the very tables by which answers are judged."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from massctl.model.phrase import Phrase, enumerated
from massctl.view.explain import Explanation, Subject
from massctl.view.i18n import Language, say
from massctl.wechat.errcodes import API, Again, ErrorClass, Judgement, judgements_of, known_errcodes

_WORLD: Final = {
    ErrorClass.BUSY: Phrase("The platform faltered. What was asked for may have been done or not."),
    ErrorClass.DOUBT: Phrase("What was asked for may have been done all the same."),
    ErrorClass.AUTH: Phrase("A credential, address, right or the administrator stands in the way; WeChat did nothing."),
    ErrorClass.QUOTA: Phrase("Something is used up, or asked for too fast; WeChat did nothing."),
    ErrorClass.PERMANENT: Phrase(
        "The request, or what it is about, is wrong, and would be refused again; WeChat did nothing."
    ),
    ErrorClass.ACCEPTED: Phrase("What was asked for was done before."),
    ErrorClass.GONE: Phrase("What the call is about does not exist any more; WeChat did nothing."),
}
"""What each kind of answer says about the world."""
_OURS: Final = {
    ErrorClass.BUSY: Phrase(
        "readings and uploads are repeated by themselves; a send or a preview that is answered so is in doubt, and a "
        "send in doubt is repeated with the same clientmsgid"
    ),
    ErrorClass.DOUBT: Phrase("a send that is answered so is in doubt, and is never taken for refused"),
    ErrorClass.AUTH: Phrase("the next `massctl apply` asks again, for it passes when somebody has put it right"),
    ErrorClass.QUOTA: Phrase("the next `massctl apply` asks again, for it may pass by itself"),
    ErrorClass.PERMANENT: Phrase(
        "a send that was refused so is not asked for again until the campaign changes (`rejected_before`)"
    ),
    ErrorClass.ACCEPTED: Phrase("an answer to an earlier attempt was lost, and this one proves that it was accepted"),
    ErrorClass.GONE: Phrase("a draft that is gone may have been sent, so massctl does not save it again by itself"),
}
"""What massctl makes of it, and so why it matters."""
_TOKEN: Final = Phrase(
    "only the token was refused and the call was not looked at: massctl fetches another one, and a send makes one "
    "more recorded attempt"
)


def errcodes_explained(language: Language) -> list[Explanation]:
    """Explain every errcode that massctl knows, lowest first."""
    return [errcode_explained(errcode, language) for errcode in known_errcodes()]


def errcode_explained(errcode: int, language: Language) -> Explanation:
    """Explain one errcode that massctl knows; what it means to single calls stands behind what it means at large."""
    judgements = judgements_of(errcode)
    _, first = judgements[0]
    calls = [(path, each) for path, each in judgements if path is not None and each != first]
    return Explanation(
        Subject.ERRCODE,
        str(errcode),
        say(first.message, language),
        say(_WORLD[first.error_class], language),
        say(_TOKEN if first.again is Again.NEW_TOKEN else _OURS[first.error_class], language),
        (" " if language.is_english else "").join([say(first.hint, language), *_of_calls(calls, language)]),
    )


def _of_calls(calls: list[tuple[str, Judgement]], language: Language) -> Iterator[str]:
    """Say what single calls mean by it; those that mean the same stand together."""
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
