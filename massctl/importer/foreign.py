"""Documents and pictures of strangers, read in a child process: both ends of what it is asked."""

import base64
from collections.abc import Mapping
from typing import Any

from massctl.child import ANSWER_BYTES_MAX, NOT_ACCEPTED, ChildError, Children
from massctl.extras import install_command
from massctl.importer.article import Facts, Found
from massctl.importer.documents import (
    WORD_BYTES_MAX,
    DocumentError,
    markdown_facts,
    of_body,
    of_markdown_file,
    of_page,
)
from massctl.model.diagnostics import Fault, FaultError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.picture.formats import sniff
from massctl.picture.prepare import prepare_inline
from massctl.plain_values import NOT_PLAIN, from_plain, to_plain
from massctl.render.tree import Element

_TOO_NESTED = Phrase("it has too many elements, or they are nested too deep")
_PICTURES_BYTES_MAX = ANSWER_BYTES_MAX + 2 * WORD_BYTES_MAX
"""Of an answer with the pictures of a Word file, as base64."""


class WordFile(Frozen):
    """A Word file, and what a person chose of it."""

    data: bytes
    name: str
    chosen: Mapping[str, str]
    """Answers of `WORD_CHOICES`."""

    @property
    def request(self) -> dict[str, Any]:
        """The file as a child is asked about it."""
        written = _written(self.data)
        return {"kind": "word", "data": written, "name": self.name, "chosen": dict(self.chosen)}


class ForeignReader(Frozen):
    """Asks a child about documents. Its methods raise DocumentError."""

    children: Children

    def word(self, file: WordFile) -> tuple[Found, dict[str, bytes]]:
        """Take the article of a Word file, and its pictures by the addresses that stand for them."""
        return _found(self._ask("document", file.request))

    def word_lacks(
        self, file: WordFile, title: str, body: str
    ) -> tuple[list[Phrase], list[Phrase]]:
        """Return what a rendered article lacks of a Word file: what is missing, and what looks another way."""
        answer = self._ask("lacks", {**file.request, "title": title, "body": body})
        try:
            missing, changed = ([from_plain(each) for each in some] for some in answer)
        except NOT_PLAIN:
            raise DocumentError(NOT_ACCEPTED) from None
        if not all(isinstance(each, Phrase) for each in (*missing, *changed)):
            raise DocumentError(NOT_ACCEPTED)
        return missing, changed

    def page(self, text: str, address: str) -> Found:
        """Take the article of a page, as WeChat serves it or as a browser saved it."""
        return _found(self._ask("document", {"kind": "page", "text": text, "name": address}))[0]

    def body(self, html: str, **about: Any) -> Found:
        """Take an article whose body is HTML; `about` is what is known of it."""
        return _found(
            self._ask("document", {"kind": "body", "text": html, "name": "", "about": about})
        )[0]

    def markdown(self, text: str, name: str) -> Found:
        """Take an article whose body is Markdown, from a file called `name`."""
        return _found(self._ask("document", {"kind": "markdown", "text": text, "name": name}))[0]

    def markdown_facts(self, text: str) -> Facts:
        """Take the text, the pictures and the links of Markdown."""
        answer = self._ask("facts", {"text": text})
        try:
            return Facts(*(_texts(answer[each]) for each in ("texts", "pictures", "links")))
        except NOT_PLAIN:
            raise DocumentError(NOT_ACCEPTED) from None

    def extension(self, data: bytes) -> str | Phrase:
        """Return the extension of a picture's file, or why WeChat would refuse the picture."""
        try:
            found = from_plain(self._ask("picture", {"data": _written(data)}))
        except NOT_PLAIN:
            raise DocumentError(NOT_ACCEPTED) from None
        if isinstance(found, Phrase):
            return found
        kind = sniff(data)  # Its first bytes: a child could call any file of the folder a picture.
        return found if kind is not None and kind.extension == found else NOT_ACCEPTED

    def _ask(self, job: str, request: Mapping[str, Any]) -> Any:
        try:
            answer = self.children.ask(job, request, bytes_max=_PICTURES_BYTES_MAX)
        except ChildError as error:
            raise DocumentError(error.why) from None
        if isinstance(answer, dict) and "refused" in answer:
            raise DocumentError(*_refusal(answer["refused"]))
        return answer


_NODES_MAX = 200_000
_LEVELS_MAX = 200
"""Of a tree: more would keep this process busy, or exceed the recursion limit."""
_PLAIN = ("title", "author", "digest", "content_source_url", "cover", "markdown")


def _written(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(values)
    for each in values:
        str.encode(each)  # Raises for what is no text, and for a lone surrogate.
    return tuple(values)


def _refusal(written: Any) -> tuple[Phrase, str]:
    try:
        why, hint = (from_plain(each) for each in written)
    except NOT_PLAIN:
        return NOT_ACCEPTED, ""
    return (why, hint) if isinstance(why, Phrase) and isinstance(hint, str) else (NOT_ACCEPTED, "")


def _found(answer: Any) -> tuple[Found, dict[str, bytes]]:
    """Read an article; raise DocumentError for an answer that no honest child gives."""
    try:
        plain = {name: answer[name] for name in _PLAIN}
        _texts([each for each in plain.values() if each is not None])
        opened, fans_only = answer["comments"]
        if not type(opened) is type(fans_only) is bool:
            raise TypeError(opened)
        pictures_lost = answer["pictures_lost"]
        if type(pictures_lost) is not int:
            raise TypeError(pictures_lost)
        lost = [from_plain(each) for each in answer["lost"]]
        beside = dict(
            zip(_texts([*answer["beside"]]), _texts([*answer["beside"].values()]), strict=True)
        )
        pictures = {str(name): base64.b64decode(data) for name, data in answer["pictures"].items()}
        if not all(isinstance(each, Phrase) for each in lost):
            raise TypeError(lost)
        tree = _tree(answer["tree"])
    except NOT_PLAIN:
        raise DocumentError(NOT_ACCEPTED) from None
    return Found(
        tree=tree,
        comments=(opened, fans_only),
        lost=lost,
        pictures_lost=pictures_lost,
        beside=beside,
        **plain,
    ), pictures


def _tree(written: Any) -> Element:
    """Read a tree that `_flat` wrote."""
    if len(written) > _NODES_MAX:
        raise ValueError("a tree of too many nodes")
    root = Element("")
    open_until = [(root, 1)]
    for each in written:
        while open_until and open_until[-1][1] == len(open_until[-1][0].children):
            open_until.pop()
        above, _ = open_until[-1]
        if isinstance(each, str):
            _texts([each])
            above.children.append(each)
            continue
        if len(open_until) > _LEVELS_MAX:
            raise ValueError("a tree of too many levels")
        name, attributes, count = each
        _texts([name, *attributes, *attributes.values()])
        if type(count) is not int:
            raise TypeError(count)
        open_until.append((above.add(name, attributes), count))
    if any(len(element.children) != count for element, count in open_until):
        raise ValueError("a tree without its end")
    (found,) = root.elements
    found.parent = None
    return found


# What follows runs in the child.


def found(request: dict[str, Any]) -> dict[str, Any]:
    """Read a document."""
    try:
        article, pictures = _read(request)
    except DocumentError as error:
        return _refused(error)
    except (FaultError, RecursionError):
        return {"refused": [to_plain(_TOO_NESTED), ""]}
    return {
        **{name: getattr(article, name) for name in _PLAIN},
        "comments": article.comments,
        "lost": [to_plain(each) for each in article.lost],
        "beside": dict(article.beside),
        "pictures_lost": article.pictures_lost,
        "tree": _flat(article.tree),
        "pictures": {name: _written(data) for name, data in pictures.items()},
    }


def _read(request: dict[str, Any]) -> tuple[Found, dict[str, bytes]]:
    match request["kind"]:
        case "word":
            article: tuple[Found, dict[str, bytes]] = _word().article(
                base64.b64decode(request["data"]), request["name"], request["chosen"]
            )
            return article
        case "page":
            return of_page(request["text"], request["name"]), {}
        case "body":
            return of_body(request["text"], **request["about"]), {}
        case _:
            return of_markdown_file(request["text"], request["name"]), {}


def _word() -> Any:
    """Return what reads Word files: an extra, and only they need it."""
    try:
        from massctl.importer.word import file
    except ImportError:
        raise DocumentError(
            Phrase("Word files need one more package: {command}", command=install_command("word"))
        ) from None
    return file


def lacks(request: dict[str, Any]) -> Any:
    """Compare a rendered article with its Word file."""
    data = base64.b64decode(request["data"])
    try:
        found = _word().lacking(data, request["chosen"], request["title"], request["body"])
    except DocumentError as error:
        return _refused(error)
    return [[to_plain(each) for each in some] for some in found]


def _refused(error: DocumentError) -> dict[str, Any]:
    return {"refused": [to_plain(error.why), to_plain(error.hint)]}


def _flat(root: Element) -> list[Any]:
    """Write a tree as the list of its nodes, each element with the number of its children: no nesting, however deep."""
    written: list[Any] = []
    waiting: list[Element | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            written.append(node)
            continue
        written.append([node.name, node.attributes, len(node.children)])
        waiting += reversed(node.children)
    return written


def facts(request: dict[str, Any]) -> dict[str, Any]:
    """Take the facts of Markdown."""
    try:
        found = markdown_facts(request["text"])
    except (FaultError, RecursionError):
        return {"refused": [to_plain(_TOO_NESTED), ""]}
    return {name: list(getattr(found, name)) for name in ("texts", "pictures", "links")}


def extension(request: dict[str, Any]) -> Any:
    """Look at a picture."""
    data = base64.b64decode(request["data"])
    checked = prepare_inline(data)
    kind = sniff(data)
    if isinstance(checked, Fault):
        return to_plain(checked.message)
    return (
        kind.extension
        if kind is not None
        else to_plain(Phrase("this is not a picture that massctl knows"))
    )
