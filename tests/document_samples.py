# ruff: noqa: E501
"""Documents as people have them: a Word file with every part that is carried over, and a page of WeChat."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R: Final = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_M: Final = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
_MC: Final = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_DRAWN: Final = (
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = f"""<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_PACKAGE}/content-types">
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""
_PICTURE: Final = """<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">
<wp:docPr id="1" name="p" descr="河堤"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData>
<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:embed="rId9"/></pic:blipFill>
</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"""


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inner: str, style: str = "", more: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{inner}</w:p>"


def _entry(text: str) -> str:
    return paragraph(run(text), "", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')


def _row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(run(each))}</w:tc>" for each in cells) + "</w:tr>"


BULLETS: Final = (
    f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
STYLES: Final = (
    f"<w:styles {_W}>"
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:rPr><w:b/><w:color w:val="2E74B5"/></w:rPr></w:style>'
    "</w:styles>"
)


def packed(
    body: str,
    *,
    parts: Mapping[str, str | bytes] | None = None,
    related: Mapping[str, tuple[str, str]] | None = None,
    author: str = "",
) -> bytes:
    """Write a Word file: the XML of its body, more parts by name, and what the document refers to: id -> kind, target."""
    known = {
        "rId1": ("styles", "styles.xml"),
        "rId2": ("numbering", "numbering.xml"),
        **(related or {}),
    }
    relations = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if '://' in target else ''}/>"
        for key, (kind, target) in known.items()
    )
    spaces = f"{_W} {_R} {_M} {_MC} {_DRAWN}"
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {spaces}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": STYLES,
        "word/numbering.xml": BULLETS,
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="x" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{author}</dc:creator></cp:coreProperties>',
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """Write a Word file with other bytes in its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for each in before.namelist():
            after.writestr(each, before.read(each).replace(old, new))
    return out.getvalue()


def word(picture: bytes, *, title: str = "五月来信", author: str = "林梅") -> bytes:
    """Write a Word file: title, heading, bold, link, list, table, picture, footnote and a formula."""
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    link = f'<w:hyperlink r:id="rId8">{run("白皮书")}</w:hyperlink>'
    body = [
        paragraph(run(title), "Title"),
        paragraph(run("第一节"), "Heading1"),
        paragraph(run("今天") + run("风大", "<w:b/>") + run("，见") + link + run("。") + note),
        _entry("带伞"),
        _entry("3 * 4 = 12"),
        f"<w:tbl>{_row('城市', '气温')}{_row('北京', '12')}</w:tbl>",
        paragraph(_PICTURE),
        paragraph(run("完") + "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>"),
    ]
    footnotes = f'<w:footnotes {_W}><w:footnote w:id="2">{paragraph(run("见第三页"))}</w:footnote></w:footnotes>'
    return packed(
        "".join(body),
        parts={"word/footnotes.xml": footnotes, "word/media/image1.png": picture},
        related={
            "rId3": ("footnotes", "footnotes.xml"),
            "rId8": ("hyperlink", "https://example.com/a"),
            "rId9": ("image", "media/image1.png"),
        },
        author=author,
    )


def page(
    body: str,
    *,
    title: str = "春天来了",
    author: str = "编辑部",
    cover: str = "https://mmbiz.qpic.cn/c/0",
) -> str:
    """Write a page as mp.weixin.qq.com serves one."""
    return f"""<!DOCTYPE html><html><head><title></title><meta property="og:title" content="{title}"/>
<meta property="og:description" content="一句摘要"/><meta property="og:image" content="{cover}"/><script>var a = 1 < 2;</script></head>
<body><div id="page"><h1 id="activity-name"> {title} </h1><span id="js_author_name">{author}</span>
<div class="rich_media_content" id="js_content" style="visibility: hidden;">{body}</div><p>分享 收藏</p></div></body></html>"""
