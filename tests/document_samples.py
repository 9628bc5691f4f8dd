# ruff: noqa: E501
"""Documents as people have them: a Word file with every part that is carried over, and a page of WeChat."""

import io
import zipfile
from typing import Final

_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R: Final = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = f"""<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_PACKAGE}/content-types">
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""
_PICTURE: Final = """<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">
<wp:docPr id="1" name="p" descr="河堤"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData>
<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:embed="rId9"/></pic:blipFill>
</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"""


def _run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _paragraph(inner: str, style: str = "", more: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{inner}</w:p>"


def _entry(text: str) -> str:
    return _paragraph(_run(text), "", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')


def _row(*cells: str) -> str:
    return (
        "<w:tr>" + "".join(f"<w:tc>{_paragraph(_run(each))}</w:tc>" for each in cells) + "</w:tr>"
    )


def word(picture: bytes, *, title: str = "五月来信", author: str = "林梅") -> bytes:
    """Write a Word file: title, heading, bold, link, list, table, picture, footnote, and a formula that is lost."""
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    link = f'<w:hyperlink r:id="rId8">{_run("白皮书")}</w:hyperlink>'
    formula = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>x</m:t></m:r></m:oMath>'
    body = [
        _paragraph(_run(title), "Title"),
        _paragraph(_run("第一节"), "Heading1"),
        _paragraph(_run("今天") + _run("风大", "<w:b/>") + _run("，见") + link + _run("。") + note),
        _entry("带伞"),
        _entry("3 * 4 = 12"),
        f"<w:tbl>{_row('城市', '气温')}{_row('北京', '12')}</w:tbl>",
        _paragraph(_PICTURE),
        _paragraph(_run("完") + formula),
    ]
    styles = [("Title", "Title"), ("Heading1", "heading 1")]
    written = "".join(
        f'<w:style w:type="paragraph" w:styleId="{known}"><w:name w:val="{name}"/></w:style>'
        for known, name in styles
    )
    number = '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {_W} {_R}><w:body>{''.join(body)}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {_W}>{written}</w:styles>",
        "word/numbering.xml": f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0">{number}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>',
        "word/footnotes.xml": f'<w:footnotes {_W}><w:footnote w:id="2">{_paragraph(_run("见第三页"))}</w:footnote></w:footnotes>',
        "word/_rels/document.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/><Relationship Id="rId2" Type="{_OFFICE}/numbering" Target="numbering.xml"/>
<Relationship Id="rId3" Type="{_OFFICE}/footnotes" Target="footnotes.xml"/>
<Relationship Id="rId8" Type="{_OFFICE}/hyperlink" Target="https://example.com/a" TargetMode="External"/>
<Relationship Id="rId9" Type="{_OFFICE}/image" Target="media/image1.png"/></Relationships>""",
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="x" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{author}</dc:creator></cp:coreProperties>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("word/media/image1.png", picture)
    return out.getvalue()


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
