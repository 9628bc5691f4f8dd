"""Post to the channels of `notify`, beside each other; a channel that cannot be told is named on standard error.

In the sandbox, and towards loopback, everything goes to the sandbox's own page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from massctl.apply.notices import Notice
from massctl.cli.session import Session
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.model.send import no_answer_words
from massctl.model.settings import Channel
from massctl.notify.port import Notices, Way
from massctl.notify.post import READ_SECONDS, Post, posted, proxy_for
from massctl.notify.registry import kind_of
from massctl.notify.webhook import webhook_post
from massctl.parallel_calls import IN_FLIGHT_MAX, side_by_side
from massctl.transport import Line
from massctl.view.json_writer import written
from massctl.view.notices import left_out, mailed, notice_texts, plain
from massctl.view.verbs_json import notices_json

SANDBOX_PATH = "/_sandbox/notifications"
POST_SECONDS = READ_SECONDS
"""A post that has not ended by then is abandoned, however it trickles."""


def unreachable(session: Session, channel: Channel) -> Phrase | None:
    """Return why this process has no way to a channel: another one may have."""
    name = None if session.realm() == "loopback" else channel.missing(session.environment)
    return None if name is None else Phrase("the environment variable {name} is empty", name=name)


def say_untold(session: Session, channel: Channel, why: Phrase) -> None:
    """Say on standard error which channel was not told, and why."""
    session.console.talk(
        Phrase("{name} (notify) was not told: {why}", name=channel.shown_name, why=why)
    )


def taken_posts(session: Session, posts: Sequence[tuple[Channel, Post]]) -> Iterator[int]:
    """Post beside each other, and yield the index of each post that was taken; say of the others why not."""
    if not posts:
        return
    lines = _Lines(session)
    try:
        jobs = [_job(session, lines, channel, post) for channel, post in posts]
        for index, why in _results(jobs):
            if isinstance(why, TimeoutError):
                late = no_answer_words("answer_timeout", round(POST_SECONDS))
                say_untold(session, posts[index][0], late)
            elif isinstance(why, BaseException):
                raise why
            elif why is None:
                yield index
            else:
                say_untold(session, posts[index][0], why)
    finally:
        lines.close()


def _results(
    jobs: Sequence[Callable[[], Phrase | None]],
) -> Iterator[tuple[int, Phrase | BaseException | None]]:
    """Do the jobs, so many at once that each can begin, and has as long as a post may take."""
    for begun in range(0, len(jobs), IN_FLIGHT_MAX):
        now = jobs[begun : begun + IN_FLIGHT_MAX]
        for index, why in side_by_side(now, seconds=POST_SECONDS):
            yield begun + index, why


class _Lines:
    """The lines of one telling: one for each way that an address is reached by."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by_proxy: dict[str | None, Line] = {}

    def to(self, address: str) -> Line:
        """Return the line to an address; raise ConfigurationError if its proxy's address cannot be used."""
        inside = self._session.sandbox.world.app if self._session.sandbox else None
        proxy = proxy_for(address, self._session.environment) if inside is None else None
        if proxy not in self._by_proxy:
            self._by_proxy[proxy] = Line(proxy, inside)
        return self._by_proxy[proxy]

    def close(self) -> None:
        """Close them."""
        for line in self._by_proxy.values():
            line.close()


def _job(
    session: Session, lines: _Lines, channel: Channel, post: Post
) -> Callable[[], Phrase | None]:
    """Return what posts to one channel, or to the sandbox instead."""
    if session.realm() == "loopback":
        there = _sandbox_base(session) + SANDBOX_PATH
        shown = kind_of(channel).shown(post)
        kept = _sandbox_post(channel.name, channel.kind, shown, post.headers)
        return partial(posted, lines.to(there), there, kept)
    if (why := unreachable(session, channel)) is not None:
        return lambda: why
    return kind_of(channel).deliver(channel, post, _way(session, lines))


def _way(session: Session, lines: _Lines) -> Way:
    return Way(session.environment, lines.to, session.clock.now())


def notices_post(session: Session, channel: Channel, wanted: Sequence[Notice]) -> Post:
    """Return what is posted to a channel of some notices."""
    language = session.console.reader
    kind = kind_of(channel)
    clean = plain if kind.reads_markup else mailed
    notices = Notices(
        tuple(notice_texts(wanted, language, clean)),
        tuple(left_out(count, language) for count in range(len(wanted) + 1)),
        written(notices_json(wanted, session.settings.owners), language),
        tuple(each.key for each in wanted),
    )
    return kind.post(channel, notices, _way(session, _Lines(session)))


def told_at_once(session: Session, channel: Channel, wanted: Sequence[Notice]) -> int:
    """Return how many of these notices a channel takes in one post: a robot's message has a limit."""
    return kind_of(channel).at_once(notice_texts(wanted, session.console.reader))


def show_in_sandbox(session: Session, name: str, kind: str, body: Mapping[str, Any]) -> None:
    """Show on the sandbox's page what would be written somewhere outside."""
    lines, there = _Lines(session), _sandbox_base(session) + SANDBOX_PATH
    try:
        posted(lines.to(there), there, _sandbox_post(name, kind, body, {}))
    finally:
        lines.close()


def _sandbox_post(
    name: str, kind: str, body: Mapping[str, Any], headers: Mapping[str, str]
) -> Post:
    given = {"name": name, "kind": kind, "body": body, "headers": dict(headers)}
    return webhook_post(json.dumps(given, ensure_ascii=False), None)


def _sandbox_base(session: Session) -> str:
    if session.sandbox:
        return "http://127.0.0.1"
    return session.api_base(AccountName(next(iter(session.settings.accounts))))
