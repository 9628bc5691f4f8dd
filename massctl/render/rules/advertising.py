"""Words: absolute terms of the advertising law, and those that the house bans."""

from collections.abc import Iterator

from massctl.model.phrase import Phrase
from massctl.render.rules.subject import Finding, Subject
from massctl.render.rules.words import absolute_terms, banned_words


def find_absolute_terms(subject: Subject) -> Iterator[Finding]:
    """Find praise that the law forbids for what is sold. Source: see `absolute_terms.toml`, group by group."""
    for key, text in subject.read.items():
        for hit in absolute_terms(text.whole, subject.words):
            needle, shift = text.around(hit.start, hit.end)
            term = text.whole[hit.start : hit.end]
            say = Phrase("“{term}” is an absolute term of advertising ({source})", term=term, source=hit.source)
            hint = Phrase(
                "if it praises what you sell, write what you can prove; otherwise add the expression "
                "to `policy.allowed_words`, or give a reason under `ignore:`"
            )
            yield Finding(key, say, hint, needle, shift, len(term))


def find_banned_words(subject: Subject) -> Iterator[Finding]:
    """Find the words of `policy.banned_words`."""
    for key, text in subject.read.items():
        for hit in banned_words(text.whole, subject.words):
            needle, shift = text.around(hit.start, hit.end)
            word = text.whole[hit.start : hit.end]
            say = Phrase("“{word}” is banned by `policy.banned_words`", word=word)
            hint = Phrase("use another word, or add the whole expression to `policy.allowed_words`")
            yield Finding(key, say, hint, needle, shift, len(word))
