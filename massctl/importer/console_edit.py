"""What somebody changed in the console, as a change of the file that an article was rendered from.

Each proposal is a guess: the caller renders it and keeps the first that gives what the console has.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from html import escape

from massctl.importer.article import as_html, cleaned, pictures_of, with_pictures
from massctl.importer.markdown import as_markdown
from massctl.render.tree import Element, parse, serialized

_HOLDERS = frozenset({"section", "div"})
_MARKDOWN = (".md", ".md.j2")


def proposals(
    path: str, source: str, before: str, after: str, paths: Mapping[str, str]
) -> Iterator[str]:
    """Yield texts for an article's file, the smallest change first.

    `before` is the body that was rendered of `source`, `after` the console's. `paths` names each picture as the article
    writes it, by its address.
    """
    old = parse(before)
    new = cleaned(parse(after))[0]
    for tree in (old, new):
        with_pictures(tree, paths)
    is_markdown = path.endswith(_MARKDOWN)
    if (text := _with_words(source, old, new, is_markdown=is_markdown)) is not None:
        yield text
    if is_markdown and (text := _with_blocks(source, old, new)) is not None:
        yield text
    if path.endswith(".html"):
        yield as_html(new)


def _with_words(source: str, old: Element, new: Element, *, is_markdown: bool) -> str | None:
    """Replace runs of text, addresses of links and pictures; None unless each stands once in the file."""
    pairs: list[tuple[str, str]] = []
    for take in (_runs, _links, pictures_of):
        before = take(old)
        after = take(new)
        if len(before) != len(after):
            return None
        pairs += [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    text: str | None = source
    for one, other in pairs:
        ours, theirs = (
            (one, other) if is_markdown else (escape(one, quote=False), escape(other, quote=False))
        )
        text = _replaced(text, ours, theirs) if text is not None else None
    return text


def _runs(root: Element) -> list[str]:
    found: list[str] = []
    for element in root.below():
        found += [
            run
            for each in element.children
            if isinstance(each, str) and (run := " ".join(each.split()))
        ]
    return found


def _links(root: Element) -> list[str]:
    return [each.get("href") for each in root.below() if each.name == "a"]


def _replaced(source: str, old: str, new: str) -> str | None:
    """Replace what differs of `old` and `new`, with as much around it as stands in the source, and there once."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    left = shorter - head
    tail = next((at for at in range(left) if old[-1 - at] != new[-1 - at]), left)
    for around in range(max(head, tail), -1, -1):
        begin = max(0, head - around)
        end = len(old) - max(0, tail - around)
        window = old[begin:end]
        if window and source.count(window) == 1:
            return source.replace(window, new[begin : len(new) - (len(old) - end)])
    return None


def _with_blocks(source: str, old: Element, new: Element) -> str | None:
    """Write each changed paragraph, heading, list, … anew as Markdown; the lines of the others stay."""
    before = _blocks(old)
    after = _blocks(new)
    lines = source.split("\n")
    places = _places(source)
    matched = SequenceMatcher(
        None, list(map(_written, before)), list(map(_written, after)), autojunk=False
    )
    for kind, start, end, begin, stop in reversed(matched.get_opcodes()):
        if kind == "equal":
            continue
        around = before[start:end] or before[max(0, start - 1) : max(1, start)]
        found = [places.get(_key(each)) for each in around]
        if not found or None in found:
            return None
        first = min(each[0] for each in found if each)
        last = max(each[1] for each in found if each)
        holder = Element("body")
        holder.children = list(after[begin:stop])
        text = as_markdown(holder).strip("\n") if begin < stop else ""
        if start == end == 0:
            lines[first:first] = [text, ""]
        elif start == end:
            lines[last:last] = ["", text, ""]
        else:
            lines[first:last] = [text] if text else []
    return "\n".join(lines)


def _places(source: str) -> dict[str, tuple[int, int]]:
    """Map the words, or the pictures, of each block of Markdown to its lines; one that stands twice has no place."""
    # The parser of Markdown is loaded only for Markdown.
    from massctl.render.conservation import of_markdown
    from massctl.render.markdown_parser import parse as parse_markdown

    places: dict[str, tuple[int, int]] = {}
    twice: set[str] = set()
    begun: list[object] = []
    span: tuple[int, int] | None = None
    for token in parse_markdown(source).tokens:
        if token.level == 0 and token.nesting >= 0 and token.map is not None:
            begun = []
            span = (token.map[0], token.map[1])
        begun.append(token)
        if token.level == 0 and token.nesting <= 0 and span is not None:
            facts = of_markdown(begun, [], {})  # type: ignore[arg-type]
            key = "".join("".join(facts.texts).split()) or "".join(facts.pictures)
            if key in places:
                twice.add(key)
            places[key] = span
    return {key: span for key, span in places.items() if key not in twice}


def _blocks(root: Element) -> list[Element | str]:
    """List the blocks of a body, without what only holds them all."""
    found = [each for each in root.children if not isinstance(each, str) or each.strip()]
    if len(found) == 1 and isinstance(found[0], Element) and found[0].name in _HOLDERS:
        return _blocks(found[0])
    return found


def _key(block: Element | str) -> str:
    if isinstance(block, str):
        return "".join(block.split())
    return "".join(block.text().split()) or "".join(pictures_of(block))


def _written(block: Element | str) -> str:
    if isinstance(block, str):
        return block.strip()
    holder = Element("body")
    holder.children = [block]
    return serialized(holder)
