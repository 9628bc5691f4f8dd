"""Rules for digests: one that is missing, and one that WeChat drops."""

from collections.abc import Iterator
from typing import Final

from massctl.model.phrase import Phrase
from massctl.render.rules.subject import Finding, Subject

TAKEN_CHARACTERS: Final = 54
"""Characters of the text that WeChat takes for a missing digest. Source: WeChat docs, "draft/add", read 2026-10."""


def find_missing_digest(subject: Subject) -> Iterator[Finding]:
    """Find a single article without a digest, which followers see under its title."""
    if subject.key and subject.is_alone and not subject.texts.get((*subject.key, "digest")):
        say = Phrase("there is no digest: WeChat uses the first {count} characters of the text", count=TAKEN_CHARACTERS)
        yield Finding((*subject.key, "title"), say, Phrase("write `digest:`, one sentence that makes people open it"))


def find_unseen_digest(subject: Subject) -> Iterator[Finding]:
    """Find digests that WeChat drops beside other articles. Source: WeChat docs, "draft/add", read 2026-10."""
    if subject.key and not subject.is_alone and subject.texts.get((*subject.key, "digest")):
        say = Phrase("this digest has no effect: with several articles WeChat keeps none")
        yield Finding((*subject.key, "digest"), say, Phrase("leave it out"))
