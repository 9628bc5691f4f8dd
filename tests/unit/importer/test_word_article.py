# ruff: noqa: E501
"""What a Word file becomes, feature by feature, and what of each is named as lost."""

from typing import Any

import pytest
from document_samples import packed, paragraph, replaced, run
from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import png

from massctl.importer.article import Found, as_html
from massctl.importer.documents import DocumentError
from massctl.importer.markdown import as_markdown
from massctl.importer.word.file import article, lacking
from massctl.render.article_file import ArticleFile
from massctl.render.markdown import read_markdown
from massctl.render.markdown_parser import parse
from massctl.render.paths import Pictures
from massctl.render.tree import serialized
from massctl.render.wechat_html import normalised

NOTHING = {"revisions": "", "hidden": "", "comments": ""}
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(body: str, chosen: dict[str, str] | None = None, **more: Any) -> tuple[str, list[str]]:
    """Read a file whose body begins with a plain paragraph; return its Markdown without that, and what is lost."""
    found, _ = article(packed(body, **more), "letter", {**NOTHING, **(chosen or {})})
    return as_markdown(found.tree).removesuffix("\n"), told(found)


def told(found: Found) -> list[str]:
    """Return what is lost, but for the line about the title that most files here lack."""
    return [each for each in map(str, found.lost) if not each.startswith("it has no title")]


def level(form: str, text: str, at: int = 0, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}</w:lvl>'


def lists(*levels: str) -> dict[str, str]:
    return {
        "word/numbering.xml": f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    }


def entry(text: str, at: int = 0, style: str = "") -> str:
    number = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="1"/></w:numPr>'
    return paragraph(run(text), style, number)


def field(code: str, *shown: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    middle = [mark("separate"), *shown] if shown else []
    return "".join(
        [mark("begin"), f"<w:r><w:instrText>{code}</w:instrText></w:r>", *middle, mark("end")]
    )


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text))}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


_FONT = '<w:rFonts w:eastAsia="{}" w:ascii="Arial"/>'
MARKED = [
    ("<w:b/>", "**一**"),
    ("<w:i/>", "*一*"),
    ('<w:em w:val="dot"/>', "*一*"),
    ('<w:u w:val="single"/>', "<u>一</u>"),
    ("<w:strike/>", "~~一~~"),
    ('<w:vertAlign w:val="superscript"/>', "<sup>一</sup>"),
    ('<w:vertAlign w:val="subscript"/>', "<sub>一</sub>"),
    ('<w:color w:val="C00000"/>', '<span class="red">一</span>'),
    ('<w:color w:val="00B050"/>', '<span class="green">一</span>'),
    ('<w:color w:themeColor="accent1"/>', '<span class="blue">一</span>'),
    ('<w:color w:val="7F7F7F"/>', '<span class="grey">一</span>'),
    ('<w:color w:val="000000"/>', "一"),
    ('<w:highlight w:val="yellow"/>', "<mark>一</mark>"),
    ('<w:shd w:val="clear" w:fill="FFFF00"/>', "<mark>一</mark>"),
    ('<w:sz w:val="40"/>', "<big>一</big>"),
    ('<w:sz w:val="12"/>', "<small>一</small>"),
    ('<w:b w:val="0"/>', "一"),
]


@pytest.mark.parametrize(("properties", "written"), MARKED, ids=[each[0] for each in MARKED])
def test_a_look_of_a_run_comes(properties: str, written: str) -> None:
    plain = "平常的文字"
    assert (f"{plain}{written}", []) == read(paragraph(run(plain) + run("一", properties)))


def test_a_run_has_all_its_looks_and_its_neighbours_share_them() -> None:
    both = '<w:b/><w:color w:val="FF0000"/>'
    body = paragraph(run("平常的文字") + run("限", both) + run("时", both))
    assert '平常的文字<span class="red">**限时**</span>' in read(body)[0] or (
        '平常的文字**<span class="red">限时</span>**' == read(body)[0]
    )


def test_what_a_style_of_word_gives_to_a_paragraph_is_no_look() -> None:
    assert ("# 第一节\n\n正文", []) == read(
        paragraph(run("标题"), "Title")
        + paragraph(run("第一节"), "Heading1")
        + paragraph(run("正文"))
    )


WHITE = '<w:color w:val="FFFFFF"/>'
SPAN = '<w:gridSpan w:val="2"/>'
CHOICES = (
    '<w:ddList><w:result w:val="1"/><w:listEntry w:val="甲"/><w:listEntry w:val="乙"/></w:ddList>'
)
CODE = f'<w:styles {_W}><w:style w:type="paragraph" w:styleId="c"><w:name w:val="Source Code"/></w:style></w:styles>'
BESIDE_FIRST = '<w:hMerge w:val="restart"/>'
BESIDE_NEXT = "<w:tc><w:tcPr><w:hMerge/></w:tcPr><w:p/></w:tc>"
WINGDINGS = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
BOUND = (
    """<w:sdt><w:sdtPr><w:dataBinding w:prefixMappings="xmlns:d='urn:d'" w:xpath="/d:r[1]/d:a[1]" w:storeItemID="{A}"/><w:text/></w:sdtPr>"""
    f"<w:sdtContent>{paragraph(run('旧') + run('值'))}</w:sdtContent></w:sdt>"
)
DATA = {
    "customXml/item1.xml": '<r xmlns="urn:d"><a>新值</a></r>',
    "customXml/itemProps1.xml": '<d:x xmlns:d="urn:x" d:itemID="{a}"/>',
    "customXml/_rels/item1.xml.rels": '<x><x Id="1" Type="x/customXmlProps" Target="itemProps1.xml"/></x>',
}
TABLE_STYLE = {
    "word/styles.xml": f'<w:styles {_W}><w:style w:type="table" w:styleId="t"><w:name w:val="t"/><w:tblStylePr w:type="firstCol"><w:rPr><w:b/></w:rPr></w:tblStylePr></w:style></w:styles>'
}
BY_STYLE = f'<w:tbl><w:tblPr><w:tblStyle w:val="t"/></w:tblPr>{row(cell("甲"), cell("乙"))}{row(cell("丙"), cell("丁"))}</w:tbl>'
PALE = f'<w:tc><w:tcPr><w:shd w:fill="4472C4"/></w:tcPr>{paragraph(run("丙", WHITE))}</w:tc>'
STRUCTURES: list[tuple[str, str, dict[str, Any], str]] = [
    ("centred", paragraph(run("一"), "", '<w:jc w:val="center"/>'), {}, '<div align="center">\n\n一\n\n</div>'),
    ("justified", paragraph(run("一"), "", '<w:jc w:val="both"/>'), {}, "一"),
    ("numbers", entry("a") + entry("b"), {"parts": lists(level("decimal", "%1."))}, "1. a\n2. b"),
    ("nested", entry("a") + entry("b", 1) + entry("c"), {"parts": lists(level("bullet", "•"), level("decimal", "%2)", 1))}, "- a\n  1. b\n- c"),
    ("Chinese numbers", entry("a") + entry("b"), {"parts": lists(level("chineseCounting", "%1、"))}, "一、 a\n\n二、 b"),
    ("parts of numbers", entry("a") + entry("b", 1), {"parts": lists(level("decimal", "%1."), level("decimal", "%1.%2", 1))}, "1. a\n\n   1.1 b"),
    ("a numbered heading", paragraph(run("标题"), "Title") + entry("总则", 0, "Heading1"), {"parts": lists(level("decimal", "第%1章"))}, "# 第1章 总则"),
    ("a simple table", f"<w:tbl>{row(cell('a'), cell('b'))}{row(cell('1'), cell('2'))}</w:tbl>", {}, "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ("merged cells", f"<w:tbl>{row(cell('a', '<w:gridSpan w:val=' + chr(34) + '2' + chr(34) + '/>'))}{row(cell('1'), cell('2'))}</w:tbl>", {}, '<table><tr><td colspan="2"><p>a</p></td></tr><tr><td><p>1</p></td><td><p>2</p></td></tr></table>'),
    ("a colour in merged cells", f"<w:tbl>{row(cell('甲', SPAN))}{row(cell('乙'), cell('丙'))}</w:tbl>".replace("<w:rPr></w:rPr><w:t xml:space=\"preserve\">甲", '<w:rPr><w:color w:val="0000FF"/></w:rPr><w:t>甲'), {}, '<table><tr><td colspan="2"><p><span class="blue">甲</span></p></td></tr><tr><td><p>乙</p></td><td><p>丙</p></td></tr></table>'),
    ("a link", paragraph(f'<w:hyperlink r:id="rId9">{run("这里")}</w:hyperlink>'), {"related": {"rId9": ("hyperlink", "https://example.com/a")}}, "[这里](https://example.com/a)"),
    ("a link by a field", paragraph(field(' HYPERLINK "https://example.com/a" ', run("这里"))), {}, "[这里](https://example.com/a)"),
    ("a page number", paragraph(run("见第") + field(" PAGEREF x ", run("7")) + run("页")), {}, "见第7页"),
    ("a break", paragraph(run("一") + "<w:r><w:br/></w:r>" + run("二")), {}, "一\\\n二"),
    ("ruby", paragraph("<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r>"), {}, "{汉|hàn}"),
    ("ruby in colour", paragraph(run("平常") + '<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:rPr><w:color w:val="FF0000"/></w:rPr><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r>'), {}, '平常<span class="red">{汉|hàn}</span>'),
    ("ruby of WPS", paragraph(field(r'EQ \* jc2 \* "Font:宋体" \* hps10 \o\ad(\s\up 9(hàn),汉)') + run("字")), {}, "{汉|hàn}字"),
    ("ruby of WPS with words in the code", paragraph(field(r"EQ \o\ad(\s\up 9(</w:instrText></w:r><w:r><w:t>hàn</w:t></w:r><w:r><w:instrText>),汉)") + run("字")), {}, "{汉|hàn}字"),
    ("a cell that goes on beside", f"<w:tbl>{row(cell('甲', BESIDE_FIRST), BESIDE_NEXT)}{row(cell('1'), cell('2'))}</w:tbl>", {}, '<table><tr><th colspan="2"><p>甲</p></th></tr><tr><td><p>1</p></td><td><p>2</p></td></tr></table>'),
    ("a table without rows", paragraph(run("一")) + "<w:tbl><w:tblPr/></w:tbl>", {}, "一"),
    ("a list to choose from", paragraph(f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{CHOICES}</w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'), {}, "乙"),
    ("a heading that is folded", '<w:p><w:pPr><w:pStyle w:val="Heading2"/><x:collapsed xmlns:x="http://schemas.microsoft.com/office/word/2012/wordml"/></w:pPr>' + run("一") + "</w:p>", {}, "一"),
    ("a hidden number", entry("a"), {"parts": lists(level("decimal", "密%1", 0, "<w:rPr><w:vanish/></w:rPr>"))}, "a"),
    ("numbers of money", entry("a") * 12, {"parts": lists(level("chineseLegalSimplified", "%1、"))}, "\n\n".join(f"{each}、 a" for each in ["壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖", "壹拾", "壹拾壹", "壹拾贰"])),
    ("enclosed numbers", entry("a"), {"parts": lists(level("ideographEnclosedCircle", "%1"))}, "㊀ a"),
    ("lines of code", paragraph(run("if x:") + "<w:r><w:br/><w:tab/><w:t>y</w:t></w:r>", "c") + paragraph(run("z"), "c"), {"parts": {"word/styles.xml": CODE}}, "```\nif x:\n\ty\nz\n```"),
    ("light text whose ground does not come", paragraph(run("平常")) + f"<w:tbl>{row(cell('甲'), cell('乙'))}{row(PALE, cell('丁'))}</w:tbl>", {}, "平常\n\n| 甲 | 乙 |\n| --- | --- |\n| 丙 | 丁 |"),
    ("a form of the future alone", paragraph(f'<mc:AlternateContent><mc:Choice Requires="w99">{run("新")}</mc:Choice></mc:AlternateContent>'), {}, "新"),
    ("a pattern", paragraph(run("平常") + run("一", '<w:shd w:val="pct25" w:color="FF0000" w:fill="auto"/>')), {}, "平常<mark>一</mark>"),
    ("letters of a font of signs", paragraph(run("&#xF0FE;ü", WINGDINGS) + run("好")), {}, "☑✓好"),
    ("a link to a part of a page", paragraph(f'<w:hyperlink r:id="rId9" w:anchor="b">{run("这里")}</w:hyperlink>'), {"related": {"rId9": ("hyperlink", "https://example.com/a")}}, "[这里](https://example.com/a#b)"),
    ("such a link by a field", paragraph(field(r' HYPERLINK "HTTPS://example.com/a" \l "b" ', run("这里"))), {}, "[这里](HTTPS://example.com/a#b)"),
    ("words of the file's data", BOUND, {"parts": DATA, "related": {"rId9": ("customXml", "../customXml/item1.xml")}}, "新值"),
    ("bold cells by the style of a table", BY_STYLE, {"parts": TABLE_STYLE}, "| 甲 | 乙 |\n| --- | --- |\n| **丙** | 丁 |"),
    ("a sign", paragraph('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + run("好")), {}, "☑好"),
    ("capitals", paragraph(run("abc", "<w:caps/>")), {}, "ABC"),
    ("what only wraps", f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('<w:smartTag w:uri=' + chr(34) * 2 + '>' + run('一') + '</w:smartTag>')}</w:sdtContent></w:sdt>", {}, "一"),
    ("one of two forms", paragraph(f'<mc:AlternateContent><mc:Choice Requires="wps">{run("新")}</mc:Choice><mc:Fallback>{run("旧")}</mc:Fallback></mc:AlternateContent>'), {}, "新"),
    ("a form of the future", paragraph(f'<mc:AlternateContent><mc:Choice Requires="w99">{run("新")}</mc:Choice><mc:Fallback>{run("旧")}</mc:Fallback></mc:AlternateContent>'), {}, "旧"),
    ("a formula by itself", paragraph("<m:oMathPara><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath></m:oMathPara>"), {}, "$$x$$"),
    ("a drop cap", paragraph(run("春"), "", '<w:framePr w:dropCap="drop"/>') + paragraph(run("天来了")), {}, "春天来了"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "more", "written"),
    [each[1:] for each in STRUCTURES],
    ids=[each[0] for each in STRUCTURES],
)
def test_a_structure_comes(body: str, more: dict[str, Any], written: str) -> None:
    lost = {
        "| 丙 | 丁 |": [
            "pale letters, which become dark (1×), first: table 1, row 2, column 1 “丙”",
            "a shaded cell (1×), first: table 1, row 2, column 1 “丙”",
        ],
        "春天来了": ["a large first letter (1×), first: paragraph 1 “春”"],
    }
    lost = next((each for key, each in lost.items() if key in written), [])
    assert (written, lost) == read(body, **more)


def test_notes_come_in_the_order_of_their_references() -> None:
    def note(known: int, text: str) -> str:
        return f'<w:footnote w:id="{known}">{paragraph(run(text))}</w:footnote>'

    def reference(known: int) -> str:
        return f'<w:r><w:footnoteReference w:id="{known}"/></w:r>'

    notes = f"<w:footnotes {_W}>{note(1, '后')}{note(2, '先')}{note(3, '无')}</w:footnotes>"
    body = paragraph(run("一") + reference(2) + run("二") + reference(1))
    related = {"rId3": ("footnotes", "footnotes.xml")}
    written, _ = read(body, parts={"word/footnotes.xml": notes}, related=related)
    assert "一[^1]二[^2]\n\n[^1]: 先\n\n[^2]: 后" == written


BOX = (
    "<w:r><w:drawing><wp:inline><wps:wsp><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx>"
    "</wps:wsp></wp:inline></w:drawing></w:r>"
)
SHAPE = "<w:r><w:drawing><wp:inline><wps:wsp/></wp:inline></w:drawing></w:r>"
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
CHART = f'<w:r><w:drawing><c:chart {_C} r:id="rId9"/></w:drawing></w:r>'
DIAGRAM = f'<w:r><w:drawing><a:relIds {_A} r:dm="rId9"/></w:drawing></w:r>'
PICTURE = '<w:r><w:pict><v:shape><v:imagedata r:id="rId9"/></v:shape></w:pict></w:r>'
OBJECT = '<w:r><w:object><v:imagedata r:id="rId9"/><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" ProgID="Equation.DSMT4"/></w:object></w:r>'
CUT = (
    '<w:r><w:drawing><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill>'
    f'<a:blip {_A} r:embed="rId9"/>{{1}}</pic:blipFill><a:xfrm {_A} {{0}}/></pic:pic></w:drawing></w:r>'
)
LOST: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("a sign of no font", paragraph(run("一&#xE123;")), {}, ["paragraph 1: the sign E123 of ?"]),
    ("words of a chart", paragraph(run("一") + CHART), {"related": {"rId9": ("chart", "c.xml")}, "parts": {"word/c.xml": f'<c:x {_C}><c:strCache><c:pt><c:v>销量</c:v></c:pt></c:strCache><c:numCache><c:pt><c:v>7</c:v></c:pt></c:numCache></c:x>'}}, ["paragraph 1: a drawing (chart) with the words “销量”"]),
    ("a red reading", paragraph(run("一") + '<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:rPr><w:color w:val="FF0000"/></w:rPr><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r>'), {}, ["paragraph 1: red text “hàn”"]),
    ("a video", paragraph(run("一") + CUT.format("", "").replace("<pic:pic", "<x:webVideoPr xmlns:x='x'/><pic:pic")), {"related": {"rId9": ("image", "a.png")}, "parts": {"word/a.png": png((1, 2, 3))}}, ["paragraph 1: a video: only its picture can come"]),
    ("a round picture", paragraph(run("一") + CUT.format("", "").replace("<a:xfrm", f'<a:prstGeom {_A} prst="ellipse"/><a:xfrm')), {"related": {"rId9": ("image", "a.png")}, "parts": {"word/a.png": png((1, 2, 3))}}, ["paragraph 1: the picture a.png is turned, coloured or cut in Word; it comes as it is stored"]),
    ("a text box", paragraph(run("一") + BOX.format(paragraph(run("框里")))), {}, ["text box 1: its words follow the paragraph beside it: “框里”"]),
    ("a shape", paragraph(run("一") + SHAPE), {}, ["paragraph 1: a drawing (shape)"]),
    ("a metafile", paragraph(run("一") + PICTURE), {"related": {"rId9": ("image", "media/a.emf")}, "parts": {"word/media/a.emf": b"\1\0\0\0"}}, ["paragraph 1: the picture a.emf: WeChat does not show its format"]),
    ("a picture elsewhere", paragraph(run("一") + PICTURE), {"related": {"rId9": ("image", "https://example.com/a.png")}}, ["paragraph 1: a picture that is elsewhere: https://example.com/a.png"]),
    ("a field without a result", paragraph(run("一") + field(r"EQ \f(1,2)")), {}, [r"paragraph 1: the field `EQ \f(1,2)`"]),
    ("an unknown sign", paragraph(run("一") + '<w:r><w:sym w:font="Webdings" w:char="F021"/></w:r>'), {}, ["paragraph 1: the sign F021 of Webdings"]),
    ("a file", paragraph(f'<w:hyperlink r:id="rId9">{run("一")}</w:hyperlink>'), {"related": {"rId9": ("hyperlink", "file://c/a.doc")}}, ["paragraph 1: the link to file://c/a.doc"]),
    ("a part of a formula", paragraph(run("一") + "<m:oMath><m:r><m:t>y</m:t></m:r><m:xyz/></m:oMath>"), {}, ["paragraph 1: the formula “y”: massctl does not know `m:xyz`"]),
    ("words of a diagram", paragraph(run("一") + DIAGRAM), {"related": {"rId9": ("diagramData", "d.xml")}, "parts": {"word/d.xml": f"<x {_A}><a:t>目标</a:t></x>"}}, ["paragraph 1: a drawing (SmartArt) with the words “目标”"]),
    ("a letter in a circle", paragraph(field(r"EQ \o\ac(○,印)") + run("章")), {}, [r"paragraph 1: the field `EQ \o\ac(○,印)`"]),
    ("an object", paragraph(run("一") + OBJECT), {"related": {"rId9": ("image", "a.wmf")}, "parts": {"word/a.wmf": b"\xd7\xcd"}}, ["paragraph 1: an object of Equation.DSMT4: only its picture can come", "paragraph 1: the picture a.wmf: WeChat does not show its format"]),
    ("a turned picture", paragraph(run("一") + CUT.format('rot="5400000"', "")), {"related": {"rId9": ("image", "a.png")}, "parts": {"word/a.png": png((1, 2, 3))}}, ["paragraph 1: the picture a.png is turned, coloured or cut in Word; it comes as it is stored"]),
    ("a link of a picture", paragraph(run("一") + CUT.format("", "").replace("<pic:blip", f'<a:hlinkClick {_A} r:id="rId8"/><pic:blip')), {"related": {"rId9": ("image", "a.png"), "rId8": ("hyperlink", "https://example.com/p")}, "parts": {"word/a.png": png((1, 2, 3))}}, ["paragraph 1: the link to https://example.com/p"]),
    ("a placeholder", f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{paragraph(run('单击此处'))}</w:sdtContent></w:sdt>", {}, ["a field of Word that nobody filled in: it is in the article (1×), first: paragraph 1 “单击此处”"]),
    ("a colour in a formula", paragraph(run("一") + '<m:oMath><m:r><w:rPr><w:color w:val="FF0000"/></w:rPr><m:t>x</m:t></m:r></m:oMath>'), {}, ["paragraph 1: red text “x” in a formula"]),
    ("a simple field", paragraph(run("一") + r'<w:fldSimple w:instr=" EQ \f(1,2) "/>'), {}, [r"paragraph 1: the field `EQ \f(1,2)`"]),
    ("a picture linked", paragraph(run("一") + f'<w:r><w:drawing><a:blip {_A} r:link="rId9"/></w:drawing></w:r>'), {"related": {"rId9": ("image", "https://example.com/a.png")}}, ["paragraph 1: a picture that is elsewhere: https://example.com/a.png"]),
    ("a picture in a header", paragraph(run("一")) + '<w:sectPr><w:headerReference r:id="rId9"/></w:sectPr>', {"related": {"rId9": ("header", "h.xml")}, "parts": {"word/h.xml": f"<w:hdr {_W}><w:p><w:r><w:drawing><a:blip {_A}/></w:drawing></w:r></w:p></w:hdr>"}}, ["header: a drawing (picture)"]),
    ("a mark without its note", paragraph(run("一") + '<w:r><w:footnoteReference w:id="9"/></w:r>'), {}, ["paragraph 1: a mark of a note that the file does not have"]),
    ("a picture by itself", paragraph(run("一")) + paragraph(SHAPE) + paragraph(run("二")), {}, ["after paragraph 1: a drawing (shape)"]),
    ("a header", paragraph(run("一")) + '<w:sectPr><w:headerReference r:id="rId9"/></w:sectPr>', {"related": {"rId9": ("header", "h.xml")}, "parts": {"word/h.xml": f"<w:hdr {_W}>{paragraph(run('内部资料'))}</w:hdr>"}}, ["header: “内部资料”"]),
]  # fmt: skip


def _laid_out(properties: str, count: int = 2) -> str:
    return paragraph(run("平常")) + paragraph(run("春天来了"), "", properties) * count


def _tabled(table: str = "", cell: str = "") -> str:
    return paragraph(run("平常")) + (
        f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr><w:tc><w:tcPr>{cell}</w:tcPr>{paragraph(run('春天'))}</w:tc></w:tr></w:tbl>"
    )


_AT_2 = "first: paragraph 2 “春天来了”"
_IN_TABLE = "first: table 1, row 1, column 1 “春天”"
LAYOUTS: list[tuple[str, str, list[str]]] = [
    ("a first line", _laid_out('<w:ind w:firstLineChars="200" w:firstLine="420"/>'), [f"an indent of the first line (2×), {_AT_2}"]),
    ("an indent", _laid_out('<w:ind w:left="420"/>'), [f"an indent (2×), {_AT_2}"]),
    ("no indent", _laid_out('<w:ind w:left="0" w:firstLine="0"/>'), []),
    ("a shade", _laid_out('<w:shd w:val="clear" w:fill="FFF2CC"/>'), [f"a shaded paragraph (2×), {_AT_2}"]),
    ("a border", _laid_out('<w:pBdr><w:top w:val="single"/></w:pBdr>'), [f"a border around a paragraph (2×), {_AT_2}"]),
    ("spread", _laid_out('<w:jc w:val="distribute"/>'), [f"text spread over the line (分散对齐) (2×), {_AT_2}"]),
    ("a page before", _laid_out("<w:pageBreakBefore/>", 1), [f"a break of a page or column (1×), {_AT_2}"]),
    ("a page", paragraph(run("一") + '<w:r><w:br w:type="page"/></w:r>'), ["a break of a page or column (1×), first: paragraph 1"]),
    ("a section", _laid_out('<w:sectPr><w:cols w:num="2"/></w:sectPr>', 1), ["a break of a page or column (1×), first: paragraph 2", "columns (1×), first: paragraph 2"]),
    ("a font", paragraph(run("平常的文字", _FONT.format("宋体")) + run("楷书", _FONT.format("楷体"))), ["another font (1×), first: paragraph 1 “楷书”, 楷体"]),
    ("one font", paragraph(run("平常的文字", _FONT.format("楷体"))), []),
    ("a size", paragraph(run("平常的文字") + run("大", '<w:sz w:val="22"/>')), ["letters a little larger or smaller (1×), first: paragraph 1 “大”"]),
    ("another direction", _laid_out("<w:bidi/>", 1), [f"text from right to left (1×), {_AT_2}"]),
    ("a turned run", paragraph(f'<w:bdo w:val="rtl">{run("abc")}</w:bdo>'), ["text from right to left (1×), first: paragraph 1 “abc”"]),
    ("a tab", paragraph(run("一") + "<w:r><w:tab/><w:t>二</w:t></w:r>"), ["words set apart by tabs (1×), first: paragraph 1 “二”"]),
    ("lines apart", _laid_out('<w:spacing w:line="480" w:lineRule="auto"/>', 1), [f"another space between lines or paragraphs (1×), {_AT_2}"]),
    ("lines as usual", _laid_out('<w:spacing w:line="240" w:lineRule="auto" w:after="0"/>', 1), []),
    ("a hidden mark", _laid_out("<w:rPr><w:vanish/></w:rPr>", 1), [f"a paragraph that Word joins to the next one (1×), {_AT_2}"]),
    ("a heading in the middle", _laid_out('<w:outlineLvl w:val="1"/><w:jc w:val="center"/>', 1), [f"a heading that is not on the left (1×), {_AT_2}"]),
    ("a frame beside", _laid_out('<w:framePr w:wrap="around"/>', 1), [f"a picture, a table or a frame beside the text (1×), {_AT_2}"]),
    ("a table beside", _tabled('<w:tblpPr w:tblpX="9"/>'), [f"a picture, a table or a frame beside the text (1×), {_IN_TABLE}"]),
    ("a table in the middle", _tabled('<w:jc w:val="center"/>'), [f"a table that is not on the left (1×), {_IN_TABLE}"]),
    ("a link inside by a field", paragraph(run("见") + field(r"HYPERLINK \l x", run("上"))), ["a link inside the document (1×), first: paragraph 1"]),
    ("spaced", paragraph(run("平常的文字") + run("疏", '<w:spacing w:val="40"/>')), ["letters that are spaced or stretched (1×), first: paragraph 1 “疏”"]),
    ("a cell", _tabled(cell='<w:shd w:fill="FFFF00"/>'), [f"a shaded cell (1×), {_IN_TABLE}"]),
    ("plain borders", _tabled('<w:tblBorders><w:top w:val="single"/></w:tblBorders>'), []),
    ("no borders", _tabled('<w:tblBorders><w:top w:val="none"/></w:tblBorders>'), [f"borders of a table (1×), {_IN_TABLE}"]),
    ("a border of a cell", _tabled(cell='<w:tcBorders><w:top w:val="thick"/></w:tcBorders>'), [f"borders of a table (1×), {_IN_TABLE}"]),
    ("vertical", _tabled(cell='<w:textDirection w:val="tbRl"/>'), [f"vertical text (1×), {_IN_TABLE}"]),
    ("a link inside", paragraph(f'<w:hyperlink w:anchor="x">{run("见上")}</w:hyperlink>'), ["a link inside the document (1×), first: paragraph 1 “见上”"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "lost"), [each[1:] for each in LAYOUTS], ids=[each[0] for each in LAYOUTS]
)
def test_layout_that_themes_set_is_told_once_of_its_kind(body: str, lost: list[str]) -> None:
    assert lost == read(body)[1]


@pytest.mark.parametrize(
    ("body", "more", "lost"), [each[1:] for each in LOST], ids=[each[0] for each in LOST]
)
def test_what_cannot_come_is_named_with_its_place(
    body: str, more: dict[str, Any], lost: list[str]
) -> None:
    assert lost == read(body, **more)[1]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (paragraph(run("一")) + '<w:altChunk r:id="rId9"/>', "`w:altChunk`"),
        (
            paragraph(run("一") + "<w:marvel/>"),
            "paragraph 1: massctl does not know `w:marvel` of Word",
        ),
        (
            paragraph(run("一", "<w:sparkle/>")),
            "paragraph 1: massctl does not know `w:sparkle` of Word",
        ),
    ],
)
def test_a_construct_that_is_unknown_refuses(body: str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(body)
    assert says in str(caught.value.why)


def test_elements_of_other_programs_that_may_be_ignored_are() -> None:
    foreign = '<x:field xmlns:x="urn:x" id="0"/>'
    with pytest.raises(DocumentError, match="x:field"):
        read(paragraph(run("一") + foreign))
    data = packed(paragraph(run("一") + foreign))
    declared = b'<w:document xmlns:x="urn:x" mc:Ignorable="x" '
    found, _ = article(replaced(data, b"<w:document ", declared), "letter", NOTHING)
    assert "一" == found.tree.text()


@pytest.mark.parametrize("stray", ["<w:p><w:t>漂</w:t></w:p>", run("漂")])
def test_words_that_stand_where_word_has_none_refuse(stray: str) -> None:
    with pytest.raises(DocumentError, match=r"does not know `w:[rt]`"):
        read(paragraph(run("一")) + stray)


LISTED = [
    ("bullet", "☐", "", "the sign of a list (1×), first: paragraph 1 “甲”, ☐"),
    ("bullet", "&#xF0FC;", WINGDINGS, "the sign of a list (1×), first: paragraph 1 “甲”, ✓"),
    ("decimal", "%1.", '<w:color w:val="FF0000"/>', "the colour of a number (1×), first: paragraph 1 “甲”"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "sign", "look", "says"), LISTED)
def test_what_a_list_of_markdown_has_not_is_named(
    form: str, sign: str, look: str, says: str
) -> None:
    numbers = lists(level(form, sign, more=f"<w:rPr>{look}</w:rPr>"))
    assert [says] == read(entry("甲"), parts=numbers)[1]


def test_a_style_of_word_that_themes_have_not_is_named() -> None:
    named = f'<w:styles {_W}><w:style w:type="paragraph" w:styleId="s"><w:name w:val="Subtitle"/><w:rPr><w:i/></w:rPr></w:style></w:styles>'
    body = paragraph(run("平常")) + paragraph(run("副题"), "s")
    lost = read(body, parts={"word/styles.xml": named})[1]
    assert ["the look of a style (1×), first: paragraph 2 “副题”, subtitle"] == lost


NORMAL = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="n"><w:name w:val="Normal"/>{}</w:style>'
)
EVERYWHERE = [
    (NORMAL.format('<w:rPr><w:color w:val="FF0000"/></w:rPr>'), "normal"),
    (NORMAL.format("<w:rPr><w:b/></w:rPr>"), "normal"),
    ('<w:docDefaults><w:rPrDefault><w:rPr><w:i/></w:rPr></w:rPrDefault></w:docDefaults>', "normal"),
]  # fmt: skip


@pytest.mark.parametrize(("style", "name"), EVERYWHERE)
def test_a_look_of_all_text_is_named(style: str, name: str) -> None:
    styles = f"<w:styles {_W}>{style}</w:styles>"
    lost = read(paragraph(run("一")), parts={"word/styles.xml": styles})[1]
    assert [f"the look of a style (1×), first: paragraph 1 “一”, {name}"] == lost


def test_text_that_is_centred_everywhere_is_centred() -> None:
    centred = NORMAL.format('<w:pPr><w:jc w:val="center"/></w:pPr>')
    styles = f"<w:styles {_W}>{centred}</w:styles>"
    written = '<div align="center">\n\n一\n\n</div>'
    assert written == read(paragraph(run("一")), parts={"word/styles.xml": styles})[0]


def test_a_colour_of_the_words_of_a_link_is_named_and_the_blue_of_links_is_not() -> None:
    red, blue = (
        run(each, f'<w:color w:val="{colour}"/>')
        for each, colour in (("红", "FF0000"), ("蓝", "0563C1"))
    )
    link = f'<w:hyperlink r:id="rId8">{red}{blue}</w:hyperlink>'
    data = packed(
        paragraph(run("平常")) + paragraph(link),
        related={"rId8": ("hyperlink", "https://example.com/a")},
    )
    body = '<p>平常</p><p><a href="https://example.com/a">红蓝</a></p>'
    assert ([], ["paragraph 2: red text “红”"]) == lacking(data, NOTHING, "letter", body)


def test_the_author_and_the_place_of_a_picture_on_a_machine_are_not_published() -> None:
    described = CUT.format("", "").replace(
        "<pic:pic", "<wp:docPr descr='D:\\林梅\\a.png'/><pic:pic", 1
    )
    data = packed(
        paragraph(run("一") + described),
        author="林梅",
        related={"rId9": ("image", "a.png")},
        parts={"word/a.png": png((1, 2, 3))},
    )
    found, _ = article(data, "letter", NOTHING)
    assert ("", False) == (found.author, "林梅" in as_html(found.tree))
    assert [
        "the author “林梅” in the file's properties is left out, since no page shows it"
    ] == told(found)


def test_a_title_that_a_file_has_not_is_told() -> None:
    found, _ = article(packed(paragraph(run("一"))), "letter", NOTHING)
    assert ("letter", ["it has no title: the file's name “letter” is taken for one"]) == (
        found.title,
        [*map(str, found.lost)],
    )


def test_a_picture_in_the_title_comes_before_the_text() -> None:
    data = packed(
        paragraph(run("题") + CUT.format("", ""), "Title") + paragraph(run("正文")),
        related={"rId9": ("image", "a.png")},
        parts={"word/a.png": png((1, 2, 3))},
    )
    found, _ = article(data, "letter", NOTHING)
    assert ("题", "![](word:word/a.png)\n\n正文\n") == (found.title, as_markdown(found.tree))


def test_a_number_without_words_is_missing_and_what_follows_is_not() -> None:
    data = packed(
        entry("").replace("</w:p>", BOX.format(paragraph(run("框里"))) + "</w:p>") + entry("乙"),
        parts=lists(level("decimal", "%1.")),
    )
    body = '<p>框里</p><ol start="2"><li>乙</li></ol>'
    assert ["paragraph 1: number “1” is missing"] == [
        *map(str, lacking(data, NOTHING, "letter", body)[0])
    ]


def test_looks_that_a_title_cannot_have_are_named() -> None:
    data = packed(
        paragraph(run("五月") + run("限时", "<w:strike/>"), "Title") + paragraph(run("正文"))
    )
    assert ([], ["paragraph 1: text struck through “限时”"]) == lacking(
        data, NOTHING, "五月限时", "<p>正文</p>"
    )


def test_a_file_with_nothing_for_an_article_says_what_it_has() -> None:
    with pytest.raises(DocumentError) as caught:
        read(paragraph(SHAPE))
    assert (
        "there is no text and no picture in this file",
        "it has only what no article has: paragraph 1: a drawing (shape)",
    ) == (str(caught.value.why), str(caught.value.hint))


def test_a_file_with_a_title_alone_says_so() -> None:
    with pytest.raises(DocumentError, match="this file has only a title: “五月”"):
        read(paragraph(run("五月"), "Title"))


def test_a_field_that_never_ends_refuses_for_it_would_swallow_what_follows() -> None:
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF </w:instrText></w:r>'
    )
    with pytest.raises(DocumentError) as caught:
        read(paragraph(run("一") + begin + run("二")) + paragraph(run("三")))
    assert "paragraph 1: the field `IF 二三` never ends" == str(caught.value.why)


def test_a_form_of_numbers_that_is_unknown_refuses() -> None:
    with pytest.raises(DocumentError) as caught:
        read(entry("a"), parts=lists(level("hebrew1", "%1.")))
    assert "`hebrew1`" in str(caught.value.why)


ONCE = [
    ("bold", '<w:b/>', "bold text"),
    ("red", '<w:color w:val="FF0000"/>', "red text"),
    ("framed", '<w:bdr w:val="single"/>', "framed text"),
    ("raised", '<w:position w:val="6"/>', "text off its line"),
    ("small capitals", "<w:smallCaps/>", "small capitals"),
    ("shadow", "<w:shadow/>", "text with an effect"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "look"), [each[1:] for each in ONCE], ids=[each[0] for each in ONCE]
)
def test_a_look_that_the_result_lacks_is_named_with_its_words(properties: str, look: str) -> None:
    data = packed(paragraph(run("今天")) + paragraph(run("平常") + run("限时", properties)))
    missing, changed = lacking(data, NOTHING, "", "<p>今天</p><p>平常限时</p>")
    assert ([], [f"paragraph 2: {look} “限时”"]) == (missing, changed)


def test_numbers_are_found_where_a_browser_writes_them_and_where_the_words_are_a_number_too() -> (
    None
):
    data = packed(
        entry("1") + entry("乙") + paragraph(run("完")),
        parts=lists(level("ordinal", "%1")),
    )
    found, _ = article(data, "letter", NOTHING)
    assert "1st 1\n\n2nd 乙\n\n完\n" == as_markdown(found.tree)
    assert ([], []) == lacking(data, NOTHING, "letter", "<p>1st 1</p><p>2nd 乙</p><p>完</p>")
    data = packed(entry("甲") + entry("乙"), parts=lists(level("decimal", "%1.")))
    in_html = "<ol{}><li>甲</li><li>乙</li></ol>"
    assert ([], []) == lacking(data, NOTHING, "letter", in_html.format(""))
    missing, _ = lacking(data, NOTHING, "letter", in_html.format(' start="5"'))
    assert ["paragraph 1: number “1” is missing", "paragraph 2: number “2” is missing"] == [
        *map(str, missing)
    ]


def test_a_link_is_the_same_however_its_letters_are_written() -> None:
    link = f'<w:hyperlink r:id="rId8">{run("山")}</w:hyperlink>'
    data = packed(paragraph(link), related={"rId8": ("hyperlink", "https://example.com/山")})
    body = '<p><a href="https://example.com/%E5%B1%B1">山</a></p>'
    assert ([], []) == lacking(data, NOTHING, "letter", body)


def test_pictures_that_cannot_come_are_counted_too() -> None:
    data = packed(
        paragraph(run("一") + PICTURE + PICTURE.replace("rId9", "rId8")),
        related={"rId9": ("image", "a.emf"), "rId8": ("image", "b.png")},
        parts={"word/a.emf": b"\1\0", "word/b.png": png((1, 2, 3))},
    )
    found, pictures = article(data, "letter", NOTHING)
    assert (1, 1) == (found.pictures_lost, len(pictures))


def test_a_field_that_shows_a_picture_is_not_lost() -> None:
    shown = paragraph(run("一") + field("INCLUDEPICTURE a.png", PICTURE))
    more = {"related": {"rId9": ("image", "a.png")}, "parts": {"word/a.png": png((1, 2, 3))}}
    assert ("一![](word:word/a.png)", []) == read(shown, **more)


def test_two_lists_in_a_row_are_two() -> None:
    other = lists(level("decimal", "%1."))["word/numbering.xml"].replace(
        "</w:numbering>",
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num></w:numbering>",
    )
    second = entry("丙").replace('<w:numId w:val="1"/>', '<w:numId w:val="2"/>')
    written, _ = read(entry("甲") + entry("乙") + second, parts={"word/numbering.xml": other})
    assert "1. 甲\n2. 乙\n\n5) 丙" == written
    opened = [each for each in parse(written).tokens if each.type == "ordered_list_open"]
    assert [1, 5] == [each.attrs.get("start", 1) for each in opened]


def test_each_list_has_the_form_that_it_names() -> None:
    forms = (("japaneseCounting", "第%1条"), ("upperLetter", "%1."), ("decimal", "%1."))
    shared = "".join(
        f'<w:abstractNum w:abstractNumId="{at}">{level(*form)}</w:abstractNum>'
        for at, form in enumerate(forms)
    )
    numbers = "".join(
        f'<w:num w:numId="{at}"><w:abstractNumId w:val="{at - 1}"/></w:num>' for at in (1, 2, 3)
    )
    other = f"<w:numbering {_W}>{shared}{numbers}</w:numbering>"
    second = entry("乙").replace('<w:numId w:val="1"/>', '<w:numId w:val="2"/>')
    written, _ = read(entry("甲") + second, parts={"word/numbering.xml": other})
    assert "第一条 甲" in written
    assert "A. 乙" in written


def test_an_address_of_mail_that_is_written_out_is_not_missing() -> None:
    link = f'<w:hyperlink r:id="rId8">{run("a@example.com")}</w:hyperlink>'
    data = packed(paragraph(link), related={"rId8": ("hyperlink", "mailto:a@example.com")})
    assert ([], []) == lacking(data, NOTHING, "letter", "<p>a@example.com</p>")


def test_words_pictures_links_and_numbers_that_are_missing_are_named() -> None:
    link = f'<w:hyperlink r:id="rId8">{run("这里")}</w:hyperlink>'
    data = packed(
        paragraph(run("第一段")) + entry("第二段") + paragraph(link + PICTURE),
        related={"rId8": ("hyperlink", "https://example.com/a"), "rId9": ("image", "a.png")},
        parts={"word/a.png": png((1, 2, 3)), **lists(level("decimal", "%1."))},
    )
    missing, _ = lacking(data, NOTHING, "", "<p>第二段</p><p>这里</p>")
    assert [
        "paragraph 1: text “第一段” is missing",
        "paragraph 2: number “1” is missing",
        "paragraph 3: link “https://example.com/a” is missing",
        "paragraph 3: picture “a.png” is missing",
    ] == sorted(map(str, missing))


def test_many_losses_of_a_kind_are_counted() -> None:
    data = packed("".join(paragraph(run(f"第{n}段")) for n in range(24)))
    missing, _ = lacking(data, NOTHING, "", "<p></p>")
    assert (21, "text: 4 more") == (len(missing), str(missing[-1]))


_TEXTS = st.text(st.sampled_from("春眠不觉晓ab 12.*_<&"), min_size=1, max_size=6)
_RUNS = st.tuples(_TEXTS, st.sampled_from([each[0] for each in MARKED]))
_PARAGRAPHS = st.lists(_RUNS, min_size=1, max_size=4)


@settings(max_examples=40)
@given(st.lists(_PARAGRAPHS, min_size=1, max_size=4))
def test_the_words_and_looks_of_every_run_are_in_the_article(
    drawn: list[list[tuple[str, str]]],
) -> None:
    body = "".join(
        paragraph("".join(run(_escaped(text), properties) for text, properties in runs))
        for runs in drawn
    )
    data = packed(body)
    try:
        found, _ = article(data, "letter", NOTHING)
    except DocumentError:
        assert not "".join(text for runs in drawn for text, _ in runs).strip()
        return
    assert ([], []) == lacking(data, NOTHING, "", as_html(found.tree))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def test_as_html_a_look_is_a_style() -> None:
    body = paragraph(run("一", '<w:color w:val="C00000"/>'), "", '<w:jc w:val="right"/>')
    found, _ = article(packed(body), "letter", NOTHING)
    written = '<p style="text-align:right"><span style="color:#C00000">一</span></p>'
    assert f"{written}\n" == as_html(found.tree)


def _formula(words: str, *, alone: bool = False) -> str:
    inner = f"<m:oMath><m:r><m:t>{words}</m:t></m:r></m:oMath>"
    return f"<m:oMathPara>{inner}</m:oMathPara>" if alone else inner


BESIDE = [
    (run("设3") + _formula("x") + run("个"), r"设3\(x\)个"),
    (run("共") + _formula("x") + run("3个"), r"共\(x\)3个"),
    (_formula("x") + _formula("y=1"), r"\(x\)\(y=1\)"),
    (_formula("x", alone=True) + _formula("y", alone=True), "$$x$$ $$y$$"),
    (_formula("a:b"), r"\(\textstyle a:b\)"),
    (run("3", "<w:b/>") + _formula("x"), "**3**$x$"),
    (_formula("x+1") + run("&lt;b"), r"\(x+1\)\<b"),
    (_formula("x+1") + "<w:r><w:br/></w:r>" + run("后"), "\\(x+1\\)\\\n后"),
]


@pytest.mark.parametrize(("inner", "written"), BESIDE)
def test_a_formula_is_written_so_that_what_stands_beside_it_leaves_it_one(
    inner: str, written: str
) -> None:
    assert (f"平常\n\n{written}", []) == read(paragraph(run("平常")) + paragraph(inner))
    parsed = parse(written)
    found = [each.content for token in parsed.tokens for each in token.children or ()]
    assert "$" not in "".join(found)


@pytest.mark.parametrize(
    ("number", "title"), [("%1.", "1. 总则"), ("第%1章", "第1章 总则")], ids=["plain", "words"]
)
def test_a_number_of_the_heading_that_becomes_the_title_is_there(number: str, title: str) -> None:
    data = packed(
        entry("总则", 0, "Heading1") + paragraph(run("正文")), parts=lists(level("decimal", number))
    )
    found, _ = article(data, "letter", NOTHING)
    assert title == found.title
    assert ([], []) == lacking(data, NOTHING, found.title, "<p>正文</p>")


def test_the_title_in_the_properties_of_a_file_which_a_template_gave_is_none() -> None:
    core = '<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>演示文稿</dc:title></p>'
    data = packed(paragraph(run("正文")), parts={"docProps/core.xml": core})
    assert "letter" == article(data, "letter", NOTHING)[0].title


def test_a_formula_of_the_title_is_named() -> None:
    data = packed(paragraph(run("论") + _formula("x"), "Title") + paragraph(run("正文")))
    assert ([], ["paragraph 1: the formula “x”"]) == lacking(data, NOTHING, "论", "<p>正文</p>")


CROPS = [
    (CUT.format("", f'<a:srcRect {_A} l="25000" b="50000"/>'), (30, 20)),
    (PICTURE.replace("<v:imagedata", '<v:imagedata cropright="32768f"'), (20, 40)),
    (CUT.format("", f'<a:srcRect {_A} l="-52" r="-52"/>'), (40, 40)),
]


@pytest.mark.parametrize(("drawn", "size"), CROPS, ids=["a picture", "an older one", "a margin"])
def test_of_a_picture_comes_what_word_shows_of_it(drawn: str, size: tuple[int, int]) -> None:
    data = packed(
        paragraph(run("一") + drawn),
        related={"rId9": ("image", "a.png")},
        parts={"word/a.png": png((1, 2, 3), 40, 40)},
    )
    found, pictures = article(data, "letter", NOTHING)
    (address,) = [each.get("src") for each in found.tree.below() if each.name == "img"]
    made = pictures[address]
    assert size == tuple(int.from_bytes(made[at : at + 4], "big") for at in (16, 20))
    assert [] == told(found)


def test_a_picture_that_cannot_be_cropped_is_not_published_and_is_missing() -> None:
    data = packed(
        paragraph(run("一") + CUT.format("", f'<a:srcRect {_A} l="25000"/>')),
        related={"rId9": ("image", "a.png")},
        parts={"word/a.png": png((1, 2, 3))[:60]},
    )
    assert {} == article(data, "letter", NOTHING)[1]
    assert ["paragraph 1: picture “a.png” is missing"] == [
        *map(str, lacking(data, NOTHING, "letter", "<p>一</p>")[0])
    ]


def test_formulas_and_marks_of_notes_in_merged_cells_are_markdown() -> None:
    mark = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    notes = (
        f'<w:footnotes {_W}><w:footnote w:id="1">{paragraph(run("注"))}</w:footnote></w:footnotes>'
    )
    merged = cell("甲", SPAN).replace("</w:p>", f"{_formula('x')}{mark}</w:p>")
    written, _ = read(
        f"<w:tbl>{row(merged)}{row(cell('1'), cell('2'))}</w:tbl>",
        parts={"word/footnotes.xml": notes},
        related={"rId3": ("footnotes", "footnotes.xml")},
    )
    head, _, rest = written.partition("\n\n</td>")
    assert '<table><tr><td colspan="2">\n\n甲$x$[^1]' == head
    assert "</tr><tr><td><p>1</p></td><td><p>2</p></td></tr></table>\n\n[^1]: 注" == rest


def test_marks_that_touch_are_written_as_elements() -> None:
    both = run("平", "<w:i/>") + run("粗", "<w:b/>")
    assert "*平*<strong>粗</strong>" == read(paragraph(both))[0]


@pytest.mark.parametrize(("sign", "written"), [("(甲)", "&#40;甲)"), (": 甲", "&#58; 甲")])
def test_what_follows_the_mark_of_a_note_makes_no_link_of_it(sign: str, written: str) -> None:
    notes = (
        f'<w:footnotes {_W}><w:footnote w:id="1">{paragraph(run("注"))}</w:footnote></w:footnotes>'
    )
    made, _ = read(
        paragraph('<w:r><w:footnoteReference w:id="1"/></w:r>' + run(sign)),
        parts={"word/footnotes.xml": notes},
        related={"rId3": ("footnotes", "footnotes.xml")},
    )
    assert f"[^1]{written}\n\n[^1]: 注" == made


def test_an_entry_below_one_that_is_aligned_is_an_entry() -> None:
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:jc w:val="right"/>'
    bullets = lists(level("bullet", "•"), level("bullet", "•", 1))
    written, _ = read(paragraph(run("甲"), "", number) + entry("乙", 1), parts=bullets)
    assert '- <div align="right">\n\n  甲\n\n  </div>\n\n  - 乙' == written


def test_words_that_look_like_ruby_or_an_entity_are_words() -> None:
    data = packed(paragraph(run("{汉|hàn}")) + paragraph(run("&amp;nbsp;")))
    written = as_markdown(article(data, "letter", NOTHING)[0].tree)
    assert "\\{汉|hàn}\n\n\\&nbsp;\n" == written
    assert ([], []) == lacking(data, NOTHING, "letter", "<p>{汉|hàn}</p><p>&amp;nbsp;</p>")


def _aligned(text: str, side: str) -> str:
    return paragraph(run(text), "", f'<w:jc w:val="{side}"/>' if side else "")


def _table_of(*rows: list[str]) -> str:
    cells = (row(*(f"<w:tc><w:tcPr/>{each}</w:tc>" for each in some)) for some in rows)
    return f"<w:tbl>{''.join(cells)}</w:tbl>"


QUOTE = f'<w:styles {_W}><w:style w:type="paragraph" w:styleId="q"><w:name w:val="Quote"/></w:style></w:styles>'
ALIGNED: list[tuple[str, str, str, list[str]]] = [
    ("columns", _table_of([_aligned("甲", "center"), _aligned("乙", "right")], [_aligned("1", "center"), _aligned("2", "right")]), "| 甲 | 乙 |\n| :---: | ---: |\n| 1 | 2 |", []),
    ("one cell of a column", _table_of([_aligned("甲", ""), _aligned("乙", "")], [_aligned("1", "center"), _aligned("2", "")]), "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |", ["table 1, row 2, column 1: centred text “1”"]),
    ("one line of a cell", _table_of([_aligned("甲", "") + _aligned("乙", "right")], [_aligned("1", "")]), '<table><tr><td><p>甲</p><p align="right">乙</p></td></tr><tr><td><p>1</p></td></tr></table>', []),
    ("a table inside", _table_of([_aligned("甲", "") + _table_of([_aligned("乙", "center")])], [_aligned("1", "right")]), '<table><tr><td><p>甲</p><table><tr><td><p align="center">乙</p></td></tr></table></td></tr><tr><td><p align="right">1</p></td></tr></table>', []),
    ("a quote", paragraph(run("甲"), "q", '<w:jc w:val="center"/>') + paragraph(run("乙"), "q"), '> <div align="center">\n>\n> 甲\n>\n> </div>\n>\n> 乙', []),
    ("an entry of a list", paragraph(run("甲"), "", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:jc w:val="right"/>'), '- <div align="right">\n\n  甲\n\n  </div>', []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "written", "lost"), [each[1:] for each in ALIGNED], ids=[each[0] for each in ALIGNED]
)
def test_alignment_comes_into_tables_quotes_and_lists(
    body: str, written: str, lost: list[str]
) -> None:
    data = packed(body, parts={"word/styles.xml": QUOTE})
    found, _ = article(data, "letter", NOTHING)
    assert f"{written}\n" == as_markdown(found.tree)
    at = ArticleFile("spring/articles/main.md", Pictures("spring", None), "keep")  # type: ignore[arg-type]
    tree = normalised([(read_markdown(written, at).tree, at)], is_chinese=True)
    missing, changed = lacking(data, NOTHING, "letter", serialized(tree))
    assert ([], lost) == (missing, [*map(str, changed)])
