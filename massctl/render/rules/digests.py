"""Summaries: one that is missing, and one that nobody sees."""

from collections.abc import Iterator
from typing import Final

from massctl.model.phrase import Phrase
from massctl.render.rules.subject import Finding, Subject

TAKEN_CHARACTERS: Final = 54
"""How much of the text WeChat takes for an empty digest. Source: WeChat docs, "draft/add", read 2026-10."""


def find_missing_digest(subject: Subject) -> Iterator[Finding]:
    """Remind of the summary that stands under the title of a single article."""
    if subject.key and subject.is_alone and not subject.texts.get((*subject.key, "digest")):
        say = Phrase("there is no digest: WeChat uses the first {count} characters of the text", count=TAKEN_CHARACTERS)
        yield Finding((*subject.key, "title"), say, Phrase("write `digest:`, one sentence that makes people open it"))


def find_unseen_digest(subject: Subject) -> Iterator[Finding]:
    """Say that WeChat drops the summaries of several articles. Source: WeChat docs, "draft/add", read 2026-10."""
    if subject.key and not subject.is_alone and subject.texts.get((*subject.key, "digest")):
        say = Phrase("this digest has no effect: with several articles WeChat keeps none")
        yield Finding((*subject.key, "digest"), say, Phrase("leave it out"))
