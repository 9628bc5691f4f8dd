"""Lists: a section for each entry, with its mark as text, since WeChat rebuilds `ul` and `li`."""

from typing import Final

from selectolax.lexbor import LexborNode

from massctl.render.safe_links import first_paragraph_bare
from massctl.render.safe_writer import Writer

BULLET: Final = "•"
_WIDTHS: Final = ("", "", " item-2", *[" item-3"] * 8)
"""By the digits of the last number: what gives its mark the room."""
_TASK_CHARACTERS: Final = 4
_TASKS: Final = {"[ ] ": "☐", "[x] ": "☑", "[X] ": "☑"}


def listing(writer: Writer, node: LexborNode) -> None:
    """Write a list; one inside of another needs no section of its own."""
    start = node.attributes.get("start") or "1"
    number = int(start) if node.tag == "ol" and start.isdecimal() and len(start) < 10 else 1
    outermost = writer.list_depth == 0
    if outermost:
        writer.begin('<section class="list">')
    writer.list_depth += 1
    last = number + sum(1 for each in node.iter() if each.tag == "li") - 1
    width = _WIDTHS[len(str(last))] if node.tag == "ol" else ""
    child = node.first_child
    while child is not None:
        if child.tag == "li":
            _entry(writer, child, f"{number}." if node.tag == "ol" else BULLET, width)
            number += 1
        elif child.is_element_node or (child.text_content or "").strip():
            writer.begin(f'<section class="item{width}">')
            writer.node(child)
            writer.end("</section>")
        child = child.next
    writer.list_depth -= 1
    if outermost:
        writer.end("</section>")


def lone_entry(writer: Writer, node: LexborNode) -> None:
    """Write an entry that stands in no list as a list of one."""
    writer.begin('<section class="list">')
    _entry(writer, node, BULLET)
    writer.end("</section>")


def _entry(writer: Writer, node: LexborNode, mark: str, width: str = "") -> None:
    first = _first(node)
    task = _task(first)
    kind = "" if task is None else " done" if task == _TASKS["[x] "] else " task"
    writer.begin(f'<section class="item{width}{kind}">')
    # The blank is seen where a theme of your own gives the mark no width.
    writer.out.append(f'<span class="mark">{task or mark} </span>')
    writer.skip = _TASK_CHARACTERS if task and first is not None and first.is_text_node else 0
    first_paragraph_bare(writer, node)
    writer.skip = 0
    writer.end("</section>")


def _first(node: LexborNode) -> LexborNode | None:
    """Give what an entry begins with, inside of its first paragraph too."""
    first = node.first_child
    while first is not None and (first.tag == "p" or (first.is_text_node and not (first.text_content or "").strip())):
        first = first.first_child if first.tag == "p" else first.next
    return first


def _task(first: LexborNode | None) -> str | None:
    """Give the box of an entry that begins with `[ ]` or `[x]`, or with a box to tick."""
    if first is None:
        return None
    if first.tag == "input":
        return _TASKS["[x] "] if "checked" in first.attributes else _TASKS["[ ] "]
    return _TASKS.get((first.text_content or "")[:_TASK_CHARACTERS]) if first.is_text_node else None
