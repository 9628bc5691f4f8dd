"""Links and footnotes where they stand in the text, and at its end."""

from html import escape

from markdown_it.common.normalize_url import normalizeLink
from selectolax.lexbor import LexborNode

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.html_rules import is_script, script_link
from massctl.render.safe_attributes import written
from massctl.render.safe_notes import has_scheme, meant, stays
from massctl.render.safe_text import escaped_text
from massctl.render.safe_writer import Writer


def link(writer: Writer, node: LexborNode) -> None:
    """Write a link: it stays, or becomes its text and the number of a note."""
    found = node.attributes
    said = (found.get("href") or "").strip()
    address = meant(said)
    closing, note = "", ""
    if found.get("data-miniprogram-appid"):
        data = {name: value for name, value in found.items() if name.startswith("data-")}
        writer.out.append(f'<a{written(data)} href="">')
        closing = "</a>"
    elif is_script(address):
        if writer.page.scripts_told[said]:
            writer.page.scripts_told[said] -= 1
        else:
            writer.page.report(script_link(address))
    elif stays(address, writer.page):
        writer.out.append(f'<a href="{escape(normalizeLink(address))}">')
        closing = "</a>"
    elif has_scheme(address):
        note = address
    elif address and not address.startswith("#"):
        say = Phrase("the link to {address} has no target in WeChat and becomes plain text", address=address)
        hint = Phrase("write a whole address that begins with https://, or remove the link")
        writer.page.report(Fault("MC309", say, hint, severity=Severity.WARNING, needle=address))
    outside, writer.in_link = writer.in_link, True
    writer.children(node)
    writer.in_link = outside
    writer.out.append(closing)
    words = " ".join(node.text().split())
    if note and words not in (note, note.removeprefix("mailto:")):
        refer(writer, note, said)
        writer.notes.name(note, words)


def refer(writer: Writer, key: str | int, needle: str = "") -> None:
    """Write the number of a note; `needle` is how its address stands in the source."""
    if isinstance(key, str) and not writer.notes.knows(key):
        say = Phrase("the link to {address} becomes a footnote", address=key)
        hint = Phrase("to keep links, with WeChat Pay only: external_links: keep under the account in massctl.yaml")
        writer.page.report(Fault("MC309", say, hint, severity=Severity.INFO, needle=needle))
    writer.out.append(f'<sup class="ref">[{writer.notes.number(key)}]</sup>')


def reference(writer: Writer, node: LexborNode) -> None:
    """Write a reference to a footnote."""
    refer(writer, int(node.attributes["note"] or 0))


def note_text(writer: Writer, node: LexborNode) -> None:
    """Keep what a footnote says; it is written at the end."""
    writer.notes.hold(int(node.attributes["note"] or 0), node)


def notes(writer: Writer) -> None:
    """Write all notes; what they say may refer to further ones. What nothing refers to comes last."""
    done = title = 0
    while (key := writer.notes.next(done)) is not None:
        if not done:
            writer.begin('<section class="notes">')
            title = len(writer.out)
            writer.out.append("")
        done += 1
        writer.begin('<section class="note">')
        writer.out.append(f"[{writer.notes.number(key)}] ")
        text = writer.notes.text(key)
        if isinstance(key, str):
            words = writer.notes.words(key)
            address = key.removeprefix("mailto:")
            writer.out.append(escaped_text(f"{words}: {address}" if words else address))
        elif text is not None:
            first_paragraph_bare(writer, text)
        writer.end("</section>")
    if done:
        # Known now: what a footnote says may have brought the first address.
        writer.out[title] = f'<section class="notes-title">{_title(writer)}</section>'
        writer.end("</section>")


def _title(writer: Writer) -> str:
    if writer.notes.has_addresses():
        return "参考资料" if writer.is_chinese else "References"
    return "注释" if writer.is_chinese else "Notes"


def first_paragraph_bare(writer: Writer, node: LexborNode) -> None:
    """Write what stands in an element, the tags of a paragraph at its beginning left out."""
    begins = True
    child = node.first_child
    while child is not None:
        if begins and child.tag == "p":
            writer.children(child)
        else:
            writer.node(child)
        begins = begins and child.is_text_node and not (child.text_content or "").strip()
        child = child.next
