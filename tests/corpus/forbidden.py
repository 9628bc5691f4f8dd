"""What must not be in a body that WeChat keeps whole, read by a parser that the renderer does not write with."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from massctl.render.html_scan import tags
from massctl.render.rules.registry import RULES
from massctl.render.rules.subject import Subject
from massctl.render.rules.words import WordLists
from massctl.render.tree import parse

_ELEMENTS = (
    "style,script,link,meta,form,input,button,select,textarea,object,embed,iframe,video,audio,base,title,ul,ol,li,pre,"
    "div,details,summary,dl,dt,dd,figure,figcaption,center,font,kbd,mark,picture,source"
)
_ATTRIBUTES = re.compile(r"id|class|on\w+|lang|align|width|height|bgcolor|border|target|rel")
_PICTURE = re.compile(
    r"massctl-picture:[0-9a-f]{64}|https://mmbiz\.qpic\.cn/.*|//mmbiz\.qpic\.cn/.*"
)
_STRUCTURE = [rule for rule in RULES if "MC330" <= rule.code <= "MC349"]


def forbidden(body: str) -> Iterator[str]:
    """Give what is there and must not be."""
    tree = LexborHTMLParser("<body>" + body)
    for node in tree.css(_ELEMENTS):
        yield f"<{node.tag}>"
    for tag in tags(body):
        for each in tag.attributes:
            if _ATTRIBUTES.fullmatch(each.name) and not _is_drawn(tag.name):
                yield f"{each.name} on <{tag.name}>"
    for node in tree.css("img"):
        if not _PICTURE.fullmatch(node.attributes.get("src") or ""):
            yield f"picture at {node.attributes.get('src')}"
    for node in tree.css("a"):
        if not (node.attributes.get("href") or "").startswith(
            ("http://mp.weixin.qq.com/", "https://mp.weixin.qq.com/")
        ):
            yield f"link to {node.attributes.get('href')}"
    if "\n" in body:
        yield "a line end"
    for style in re.findall(r' style="([^"]*)"', body):
        if "var(" in style or "!important" in style:
            yield f"style: {style}"
    subject = Subject({}, WordLists(), content=body, tree=parse(body))
    for rule in _STRUCTURE:
        for finding in rule.check(subject):
            yield f"{rule.code}: {finding.message}"


def _is_drawn(name: str) -> bool:
    return name in ("svg", "rect", "image", "text", "circle", "line")
