"""JSON over HTTPS, as the forges speak it. No token, and no address that could hold one, is in an error."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from massctl.errors import ForgeError, TokenRefusedError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.secrets import without_secrets
from massctl.transport import Call, Line, NoAnswer, RawAnswer

READ_SECONDS = 30.0
PAGE = 100
"""The most that GitHub and GitLab return in one answer."""
_PAGES_MAX = 30
_NOT_FOUND = 404
_UNKNOWN = 401
_DENIED = 403
_FORBIDDEN = (_UNKNOWN, _DENIED)
_WORDS_MAX = 160
_NEXT = re.compile(r'<([^<>]*)>;[^<]*\brel="next"')
"""The next page in a header `Link`. Source: GitHub docs, "Using pagination in the REST API", read 2026-12."""


class RestApi(Frozen):
    """The API of one repository; raises ForgeError for everything but a good answer."""

    hidden_fields = ("headers",)

    line: Line
    forge: str
    """What people call it."""
    base: str
    """The address that every path goes behind."""
    headers: Mapping[str, str]

    def ask(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """Make a request and return what its answer says."""
        return self._read(self._exchange(method, path, body, query))

    def tell(self, method: str, path: str, body: object = None) -> None:
        """Make a request whose answer says nothing but that it was taken."""
        self._require_good(self._exchange(method, path, body, None))

    def find(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Read something; None if it is not there."""
        answer = self._exchange("GET", path, None, query)
        return None if answer.status == _NOT_FOUND else self._read(answer)

    def find_allowed(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Read something; None if it is not there, or not for this token."""
        answer = self._exchange("GET", path, None, query)
        return None if answer.status in (_NOT_FOUND, _DENIED) else self._read(answer)

    def look(self, path: str, query: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Read something that may be missing or forbidden: the status, and what it says; None if it is missing."""
        answer = self._exchange("GET", path, None, query)
        if answer.status in _FORBIDDEN:
            try:
                return answer.status, json.loads(answer.content)
            except (ValueError, RecursionError):
                return answer.status, None
        return answer.status, None if answer.status == _NOT_FOUND else self._read(answer)

    def list(self, path: str, query: Mapping[str, str] | None = None) -> list[Any]:
        """Read a list of objects."""
        return [*self._objects(self.ask("GET", path, None, query))]

    def _objects(self, found: Any) -> Sequence[Any]:
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.unreadable()
        return found

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        """Read all pages of a list; raise ForgeError for one of more than thirty."""
        for page in range(1, _PAGES_MAX + 2):
            found = self.list(path, {**(query or {}), "per_page": str(PAGE), "page": str(page)})
            if found and page > _PAGES_MAX:
                raise self.too_long()
            yield from found
            if len(found) < PAGE:
                return

    def cursor_pages(self, path: str, query: Mapping[str, str]) -> Iterator[Any] | None:
        """Read all pages of a list whose answers name the next one; None if it is missing or forbidden."""
        found, cursor = list[Any](), dict[str, str]()
        for _ in range(_PAGES_MAX):
            answer = self._exchange("GET", path, None, {**query, "per_page": str(PAGE), **cursor})
            if answer.status in (_NOT_FOUND, *_FORBIDDEN):
                return None
            found += self._objects(self._read(answer))
            if (following := _NEXT.search(answer.link)) is None:
                return iter(found)
            cursor = dict(parse_qsl(urlsplit(following[1]).query))
        raise self.too_long()

    def member(self, found: Any, *keys: str) -> Any:
        """Return the member of an answer under nested `keys`."""
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                raise self.unreadable()
            found = found[key]
        return found

    def number(self, found: Any, *keys: str) -> int:
        """Return the number in an answer under nested `keys`."""
        told = self.member(found, *keys)
        if not isinstance(told, int):
            raise self.unreadable()
        return told

    def too_long(self) -> ForgeError:
        """Say that a list goes on behind what is read of it."""
        limit = _PAGES_MAX * PAGE
        return self.refused(Phrase("a list of more than {limit:,} is not read", limit=limit))

    def unreadable(self) -> ForgeError:
        """Say that an answer is of another shape."""
        return self.refused(Phrase("the answer is not from {forge}", forge=self.forge))

    def unknown_author(self, commit: str) -> ForgeError:
        """Say that nobody can tell whose approval would count, since somebody unknown made a part."""
        return self.refused(
            Phrase("it does not tell who wrote or pushed commit {commit}", commit=commit[:12])
        )

    def _exchange(
        self, method: str, path: str, body: object, query: Mapping[str, str] | None
    ) -> RawAnswer:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {**self.headers, **({"Content-Type": "application/json"} if content else {})}
        answer = self.line.exchange(
            Call(method, f"{self.base}/{path}", READ_SECONDS, query or {}, content, headers)
        )
        if isinstance(answer, NoAnswer):
            raise self.refused(answer.said)
        return answer

    def _require_good(self, answer: RawAnswer) -> None:
        if answer.status == _UNKNOWN:
            raise TokenRefusedError(
                Phrase("{forge} does not know the token, or not any longer", forge=self.forge),
                Phrase("Nothing was written."),
                Phrase("make a new token, or sign in again"),
            )
        if not 200 <= answer.status < 300:
            words = _words_of(answer)
            say = Phrase("HTTP status {status}, “{words}”")
            raise self.refused(
                Phrase(say, status=answer.status, words=words)
                if words
                else Phrase("HTTP status {status}", status=answer.status)
            )

    def _read(self, answer: RawAnswer) -> Any:
        self._require_good(answer)
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError):
            raise self.unreadable() from None

    def refused(self, why: Phrase) -> ForgeError:
        """Say why the forge gave no answer that counts."""
        return ForgeError(
            Phrase("{forge} did not do what it was asked: {why}", forge=self.forge, why=why),
            Phrase(
                "What WeChat was told is not affected, and the plan is among the run's artefacts."
            ),
            Phrase(
                "check what the token may do (in a workflow: the job's `permissions`), then run it again"
            ),
        )


def _words_of(answer: RawAnswer) -> str:
    """Return why a forge refuses, in its own words; empty where it says nothing that can be read."""
    try:
        told = json.loads(answer.content)
    except (ValueError, RecursionError):
        return ""
    words = told.get("message") or told.get("error") if isinstance(told, dict) else None
    return without_secrets(words)[:_WORDS_MAX] if isinstance(words, str) else ""
