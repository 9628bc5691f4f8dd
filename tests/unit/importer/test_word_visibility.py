# ruff: noqa: E501
"""What Word shows nowhere stops the import, and what it shows does not."""

import pytest
from document_samples import packed, paragraph, replaced, run
from repositories import png

from massctl.importer.documents import DocumentError
from massctl.importer.markdown import as_markdown
from massctl.importer.word.file import article

NOTHING = {"revisions": "", "hidden": "", "comments": ""}
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_M = "<m:r><m:t>{}</m:t></m:r>"
_W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
WHITE = '<w:color w:val="FFFFFF"/>'
VANISH = "<w:vanish/>"
BLACK = '<w:tcPr><w:shd w:val="clear" w:fill="000000"/></w:tcPr>'
FIRST = '<w:tblStylePr w:type="firstRow"><w:rPr>{}</w:rPr>{}</w:tblStylePr>'


def style(inside: str) -> dict[str, str]:
    return {
        "word/styles.xml": f'<w:styles {_W}><w:style w:type="table" w:styleId="t"><w:name w:val="t"/>{inside}</w:style></w:styles>'
    }


def cell(inner: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(inner)}</w:tc>"


def table(*rows: str, more: str = "", look: str = "0020") -> str:
    named = f'<w:tblStyle w:val="t"/><w:tblLook w:val="{look}"/>{more}'
    return f"<w:tbl><w:tblPr>{named}</w:tblPr>{''.join(f'<w:tr>{each}</w:tr>' for each in rows)}</w:tbl>"


def drawn(fill: str = "", *, words: str = "", size: str = "900000", place: str = "0") -> str:
    inner = (
        f"<wps:txbx><w:txbxContent>{paragraph(run(words, WHITE))}</w:txbxContent></wps:txbx>"
        if words
        else '<a:blip r:embed="rId9"/>'
    )
    return (
        f'<w:r><w:drawing><wp:anchor><wp:positionH><wp:posOffset>{place}</wp:posOffset></wp:positionH><wp:extent cx="{size}" cy="{size}"/>'
        f"<a:graphic {_A}><wps:wsp><wps:spPr>{fill}</wps:spPr>{inner}</wps:wsp></a:graphic></wp:anchor></w:drawing></w:r>"
    )


def older(shape: str, words: str = "内部", look: str = "") -> str:
    return f"<w:r><w:pict><v:shape {shape}><v:textbox><w:txbxContent>{paragraph(run(words, look))}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"


WHITE_CELL = '<w:shd w:fill="FFFFFF"/>'
SOLID = '<w:shd w:val="solid" w:color="000000" w:fill="auto"/>'
THEMED = '<w:shd w:val="clear" w:fill="auto" w:themeFill="accent1"/>'
OUTLINE = "<a:noFill/><a:ln><a:solidFill/></a:ln>"
BLUE = '<a:solidFill><a:srgbClr val="0000FF"/></a:solidFill>'
BY_STYLE = '</wps:spPr><wps:style><a:fillRef idx="1"/></wps:style><wps:spPr>'
ROWS = (cell(run("内部")), cell(run("正文")))
UNSEEN: dict[str, tuple[str, dict[str, str]]] = {
    "the first row by the style of its table": (table(*ROWS), style(FIRST.format(VANISH, ""))),
    "white by the style of its table": (table(cell(run("内部"))) + paragraph(run("正文")), style(f"<w:rPr>{WHITE}</w:rPr>")),
    "white below a dark row": (table(cell(run("正文", WHITE)), cell(run("内部", WHITE))), style(FIRST.format("", BLACK))),
    "white in a white cell of a dark table": (f'<w:tbl><w:tblPr><w:shd w:fill="000000"/></w:tblPr><w:tr>{cell(run("内部", WHITE), WHITE_CELL)}{cell(run("正文", WHITE))}</w:tr></w:tbl>', {}),
    "a size in points": (paragraph(run("正文") + run("内部", '<w:sz w:val="1pt"/>')), {}),
    "letters without width": (paragraph(run("正文") + run("内部", '<w:w w:val="1"/>')), {}),
    "an indent off the page": (paragraph(run("内部"), "", '<w:ind w:left="-30000"/>') + paragraph(run("正文")), {}),
    "an indent of letters off the page": (paragraph(run("内部"), "", '<w:ind w:leftChars="-9000"/>') + paragraph(run("正文")), {}),
    "a table off the page": (table(cell(run("内部")), more='<w:tblpPr w:tblpX="-25000"/>') + paragraph(run("正文")), {}),
    "a table indented off the page": (table(cell(run("内部")), more='<w:tblInd w:w="-25000"/>') + paragraph(run("正文")), {}),
    "a frame without height": (paragraph(run("内部"), "", '<w:framePr w:h="1" w:hRule="exact"/>') + paragraph(run("正文")), {}),
    "white in a box with an outline": (paragraph(run("正文") + drawn(OUTLINE, words="内部")), {}),
    "a box without size": (paragraph(run("正文") + drawn(BLUE, words="内部", size="0")), {}),
    "a box off the page": (paragraph(run("正文") + drawn(BLUE, words="内部", place="-90000000")), {}),
    "an older box off the page": (paragraph(run("正文") + older('style="position:absolute;margin-left:-9999pt"')), {}),
    "an older box without size": (paragraph(run("正文") + older('style="width:0;height:9pt"')), {}),
    "an older box without fill": (paragraph(run("正文") + older('fillcolor="red" filled="f"', look=WHITE)), {}),
    "white paint": (paragraph(run("正文") + run("内部", f"<w14:textFill {_W14}><w14:solidFill><w14:schemeClr w14:val='bg1'/></w14:solidFill></w14:textFill>")), {}),
    "a cell that goes on beside": (f"<w:tbl><w:tr>{cell(run('正文'))}{cell(run('内部'), '<w:hMerge/>')}</w:tr></w:tbl>", {}),
    "letters on each other": (paragraph(run("正文") + run("内部", '<w:spacing w:val="-200"/>')), {}),
    "letters fit into nothing": (paragraph(run("正文") + run("内部", '<w:fitText w:val="1"/>')), {}),
    "hidden for a style that goes on": (paragraph(run("正文") + run("内部", "<w:specVanish/>")), {}),
    "an older white box": (paragraph(run("正文") + older('fillcolor="white [3212]"', look=WHITE)), {}),
}  # fmt: skip
SEEN: dict[str, tuple[str, dict[str, str]]] = {
    "a first row that is not set apart": (table(*ROWS, look="0000"), style(FIRST.format(VANISH, ""))),
    "white in a dark row by style": (table(cell(run("内部", WHITE)), cell(run("正文"))), style(FIRST.format("", BLACK))),
    "white in a band by style": (table(cell(run("内部", WHITE)), look="0400"), style(f'<w:tblStylePr w:type="band1Horz">{BLACK}</w:tblStylePr>')),
    "white in a blue box": (paragraph(run("正文") + drawn(BLUE, words="内部")), {}),
    "white in a box filled by its style": (paragraph(run("正文") + drawn(BY_STYLE, words="内部")), {}),
    "an older box at its place": (paragraph(run("正文") + older('style="position:absolute;margin-left:9999pt;mso-position-horizontal:right"')), {}),
    "an older box that grows": (paragraph(run("正文") + older('style="height:0"').replace("<v:textbox", '<v:textbox style="mso-fit-shape-to-text:t"')), {}),
    "an older red box": (paragraph(run("正文") + older('fillcolor="#ff0000 [3]"', look=WHITE)), {}),
    "white on solid black": (f'<w:tbl><w:tr>{cell(run("内部", WHITE), SOLID)}{cell(run("正文"))}</w:tr></w:tbl>', {}),
    "white on a colour of the theme": (f'<w:tbl><w:tr>{cell(run("内部", WHITE), THEMED)}{cell(run("正文"))}</w:tr></w:tbl>', {}),
    "white on a table that its style shades": (table(cell(run("内部", WHITE))), style('<w:tblPr><w:shd w:fill="000000"/></w:tblPr>')),
    "a hidden blank": (paragraph(run("内部") + run(" ", VANISH)), {}),
    "letters a little closer": (paragraph(run("正文") + run("内部", '<w:spacing w:val="-20"/>')), {}),
    "a small indent": (paragraph(run("正文")) + paragraph(run("内部"), "", '<w:ind w:left="-420"/>'), {}),
}  # fmt: skip


@pytest.mark.parametrize(("body", "parts"), UNSEEN.values(), ids=UNSEEN)
def test_what_word_shows_nowhere_stops_until_it_is_dropped(
    body: str, parts: dict[str, str]
) -> None:
    data = packed(body, parts=parts)
    with pytest.raises(DocumentError, match="1 piece cannot be seen"):
        article(data, "letter", NOTHING)
    text = article(data, "letter", {**NOTHING, "hidden": "drop"})[0].tree.text()
    assert ("正文" in text, "内部" in text) == (True, False)
    assert "内部" in article(data, "letter", {**NOTHING, "hidden": "keep"})[0].tree.text()


@pytest.mark.parametrize(("body", "parts"), SEEN.values(), ids=SEEN)
def test_what_word_shows_stays(body: str, parts: dict[str, str]) -> None:
    assert "内部" in article(packed(body, parts=parts), "letter", NOTHING)[0].tree.text()


def test_white_letters_on_a_dark_page_are_seen() -> None:
    dark = packed(
        paragraph(run("正文", WHITE)),
        parts={"word/settings.xml": f"<w:settings {_W}><w:displayBackgroundShape/></w:settings>"},
        related={"rId9": ("settings", "settings.xml")},
    )
    body = b'<w:background w:color="000000"/><w:body>'
    assert "正文" in article(replaced(dark, b"<w:body>", body), "letter", NOTHING)[0].tree.text()


@pytest.mark.parametrize(
    "drawing",
    [
        drawn(size="9525"),
        drawn(place="-90000000"),
        drawn().replace("/></wps", '><a:alphaModFix amt="0"/></a:blip></wps'),
        drawn().replace("/></wps", '><a:lum bright="100000"/></a:blip></wps'),
    ],
    ids=["a dot", "off the page", "without paint", "all light"],
)
def test_a_picture_that_nobody_sees_is_not_published(drawing: str) -> None:
    data = packed(
        paragraph(run("正文") + drawing),
        related={"rId9": ("image", "a.png")},
        parts={"word/a.png": png((1, 2, 3))},
    )
    with pytest.raises(DocumentError, match="1 piece cannot be seen"):
        article(data, "letter", NOTHING)
    assert {} == article(data, "letter", {**NOTHING, "hidden": "drop"})[1]


def test_a_phantom_is_hidden_too() -> None:
    phantom = '<m:phant><m:phantPr><m:show m:val="0"/></m:phantPr><m:e>{}</m:e></m:phant>'
    formula = f"<m:oMath>{_M.format('x')}{phantom.format(_M.format('z'))}</m:oMath>"
    data = packed(paragraph(run("正文") + formula))
    with pytest.raises(DocumentError, match="1 piece cannot be seen"):
        article(data, "letter", NOTHING)
    made = {
        choice: as_markdown(article(data, "letter", {**NOTHING, "hidden": choice})[0].tree)
        for choice in ("drop", "keep")
    }
    assert {"drop": "正文$x$\n", "keep": "正文$xz$\n"} == made


AROUND = {
    "a cell": "<w:tbl><w:tr><w:tc><w:p>{}</w:p></w:tc></w:tr></w:tbl>",
    "a link": '<w:p><w:hyperlink r:id="rId8">{}</w:hyperlink></w:p>',
    "a control": "<w:sdt><w:sdtContent><w:p>{}</w:p></w:sdtContent></w:sdt>",
    "a box": "<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent><w:p>{}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>",
    "a field": '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>QUOTE</w:instrText><w:fldChar w:fldCharType="separate"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
    "a reading": "<w:p><w:r><w:ruby><w:rt>{}</w:rt><w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>",
    "words put in": '<w:p><w:ins w:id="1">{}</w:ins></w:p>',
}
LOOKS = {
    "hidden": VANISH,
    "white": WHITE,
    "a dot": '<w:sz w:val="1"/>',
    "narrow": '<w:w w:val="1"/>',
    "unpainted": f"<w14:textFill {_W14}><w14:noFill/></w14:textFill>",
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_nothing_hidden_is_published_wherever_it_stands(around: str, look: str) -> None:
    inner = (
        run("明")
        + run("内部", look)
        + '<w:del w:id="2"><w:r><w:delText>旧稿</w:delText></w:r></w:del>'
    )
    data = packed(
        paragraph(run("正文")) + around.format(inner),
        related={"rId8": ("hyperlink", "https://example.com/a")},
    )
    chosen = {"revisions": "accept", "hidden": "drop", "comments": ""}
    text = as_markdown(article(data, "letter", chosen)[0].tree)
    assert ("明" in text, "内部" in text, "旧稿" in text) == (True, False, False)
