"""Words: absolute terms of the advertising law, what WeChat's rules name, and those that the house bans."""

from collections.abc import Callable, Iterator
from functools import partial

from massctl.model.phrase import Phrase
from massctl.render.rules.subject import Finding, Subject
from massctl.render.rules.words import banned_words, terms_in

_ALLOW = Phrase(
    "if it praises what you sell, write what you can prove; otherwise add the expression "
    "to `policy.allowed_words`, or give a reason under `ignore:`"
)
_REWARD = Phrase(
    "say what readers get from it, and ask for nothing in return; if it only speaks of this, "
    "add the expression to `policy.allowed_words`, or give a reason under `ignore:`"
)
_REMOVE = Phrase(
    "remove it; if it only speaks of this, add the expression to `policy.allowed_words`, "
    "or give a reason under `ignore:`"
)


def find_absolute_terms(subject: Subject) -> Iterator[Finding]:
    """Find praise that the law forbids for what is sold. Source: see `words.toml`, group by group."""
    for term, source, found in _found(subject, "advertising"):
        yield found(Phrase("“{term}” is an absolute term of advertising ({source})", term=term, source=source), _ALLOW)


def find_incitement(subject: Subject) -> Iterator[Finding]:
    """Find words that reward or force readers to share or to follow. Source: see `words.toml`, group by group."""
    for term, source, found in _found(subject, "incitement"):
        say = Phrase("“{term}” incites readers to share or to follow, which WeChat forbids ({source})")
        yield found(Phrase(say, term=term, source=source), _REWARD)


def find_forbidden(subject: Subject) -> Iterator[Finding]:
    """Find words for services that WeChat's published rules forbid. Source: see `words.toml`, group by group."""
    for term, source, found in _found(subject, "forbidden"):
        yield found(Phrase("“{term}” belongs to what WeChat forbids ({source})", term=term, source=source), _REMOVE)


def _found(subject: Subject, name: str) -> Iterator[tuple[str, str, Callable[[Phrase, Phrase], Finding]]]:
    """Give each term of a list, its source, and what makes the finding at its place."""
    for key, text in subject.read.items():
        for hit in terms_in(text.whole, subject.words, name):
            needle, shift = text.around(hit.start, hit.end)
            place = partial(Finding, key, needle=needle, shift=shift, width=hit.end - hit.start)
            yield text.whole[hit.start : hit.end], hit.source, place


def find_banned_words(subject: Subject) -> Iterator[Finding]:
    """Find the words of `policy.banned_words`."""
    for key, text in subject.read.items():
        for hit in banned_words(text.whole, subject.words):
            needle, shift = text.around(hit.start, hit.end)
            word = text.whole[hit.start : hit.end]
            say = Phrase("“{word}” is banned by `policy.banned_words`", word=word)
            hint = Phrase("use another word, or add the whole expression to `policy.allowed_words`")
            yield Finding(key, say, hint, needle, shift, len(word))
