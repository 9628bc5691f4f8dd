# ruff: noqa: E501
"""What is hidden, changed or commented in a Word file is decided by a person, and never published without a word."""

import pytest
from document_samples import packed, paragraph, run

from massctl.importer.documents import DocumentError
from massctl.importer.markdown import as_markdown
from massctl.importer.word.file import article

NOTHING = {"revisions": "", "hidden": "", "comments": ""}
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def put_in(inner: str) -> str:
    return f'<w:ins w:id="1" w:author="a">{inner}</w:ins>'


def taken_out(text: str) -> str:
    return f'<w:del w:id="2" w:author="a"><w:r><w:delText>{text}</w:delText></w:r></w:del>'


MARK = '<w:rPr><{} w:id="3" w:author="a"/></w:rPr>'
OLD_FORMAT = '<w:b/><w:rPrChange w:id="4" w:author="a"><w:rPr><w:i/></w:rPr></w:rPrChange>'
ROW = (
    "<w:tr>{}<w:tc>"
    + paragraph(run("{}"))
    + "</w:tc><w:tc>"
    + paragraph(run("b"))
    + "</w:tc></w:tr>"
)
MATHS = "<m:r>{}<m:t>{}</m:t></m:r>"
REVISED = {
    "words": (paragraph(run("一") + put_in(run("新")) + taken_out("旧")), "一新", "一旧"),
    "a move": (
        paragraph(f'<w:moveFrom w:id="1">{run("甲")}</w:moveFrom>' + run("乙") + f'<w:moveTo w:id="1">{run("甲")}</w:moveTo>'),
        "乙甲",
        "甲乙",
    ),
    "a format": (paragraph(run("一", OLD_FORMAT)), "**一**", "*一*"),
    "a mark put in": (paragraph(run("一"), "", MARK.format("w:ins")) + paragraph(run("二")), "一\n\n二", "一二"),
    "a mark taken out": (paragraph(run("一"), "", MARK.format("w:del")) + paragraph(run("二")), "一二", "一\n\n二"),
    "a row put in": (
        f"<w:tbl>{ROW.format('', 'a')}{ROW.format('<w:trPr><w:ins/></w:trPr>', 'c')}{ROW.format('', 'd')}</w:tbl>",
        "| a | b |\n| --- | --- |\n| c | b |\n| d | b |",
        "| a | b |\n| --- | --- |\n| d | b |",
    ),
    "a mark taken out before a bookmark": (
        paragraph(run("一"), "", MARK.format("w:del")) + '<w:bookmarkEnd w:id="9"/>' + paragraph(run("二")),
        "一二",
        "一\n\n二",
    ),
    "a number put in": (
        paragraph(run("一"), "", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/><w:ins w:id="1"/></w:numPr>'),
        "- 一",
        "一",
    ),
    "a run of a formula": (
        paragraph(run("一") + f"<m:oMath>{MATHS.format('', 'x')}{MATHS.format('<w:del/>', 'y')}{MATHS.format('<w:ins/>', 'z')}</m:oMath>"),
        "一$xz$",
        "一$xy$",
    ),
    "a part of a formula": (
        paragraph(run("一") + f"<m:oMath>{MATHS.format('', 'x')}<m:sSup><m:sSupPr><m:ctrlPr><w:del/></m:ctrlPr></m:sSupPr><m:e><w:del>{MATHS.format('', 'y')}</w:del></m:e></m:sSup></m:oMath>"),
        "一$x$",
        "一$xy^{}$",
    ),
    "one in the other": (paragraph(run("一") + put_in(run("新") + taken_out("没"))), "一新", "一"),
}  # fmt: skip


@pytest.mark.parametrize("name", REVISED)
def test_tracked_changes_stop_until_they_are_accepted_or_rejected(name: str) -> None:
    body, accepted, rejected = REVISED[name]
    data = packed(body)
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert "--revisions accept|reject" in str(caught.value.hint)
    for choice, written in (("accept", accepted), ("reject", rejected)):
        found, _ = article(data, "letter", {**NOTHING, "revisions": choice})
        assert f"{written}\n" == as_markdown(found.tree)
        assert any(f"{choice}ed" in each for each in found.lost)


@pytest.mark.parametrize(("choice", "words"), [("accept", "旧"), ("reject", "新")])
def test_words_that_a_choice_takes_out_are_named(choice: str, words: str) -> None:
    data = packed(REVISED["words"][0])
    lost = article(data, "letter", {**NOTHING, "revisions": choice})[0].lost
    assert f"left out: paragraph 1 “{words}”" == str(lost[-1])


STYLE = (
    f'<w:styles {_W}><w:style w:type="character" w:styleId="x"><w:name w:val="x"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="table" w:styleId="t"><w:name w:val="t"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="table" w:styleId="c"><w:name w:val="c"/><w:tcPr><w:shd w:fill="C00000"/></w:tcPr></w:style>'
    "</w:styles>"
)


def table(text: str, style: str = "", properties: str = "") -> str:
    cell = f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text, WHITE))}</w:tc>"
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/></w:tblPr><w:tr>{cell}</w:tr></w:tbl>'


WHITE = '<w:color w:val="FFFFFF"/>'
PICTURE = '<w:r><w:drawing><wp:inline><wp:docPr id="1" hidden="1"/></wp:inline></w:drawing></w:r>'
BOXED = (
    '<w:p><w:r><w:drawing><wps:wsp xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><wps:spPr>{}</wps:spPr>'
    f"<w:txbxContent>{paragraph(run('内部', WHITE))}</w:txbxContent></wps:wsp></w:drawing></w:r></w:p>"
)
HIDDEN = {
    "a run": run("内部", "<w:vanish/>"),
    "a style": run("内部", '<w:rStyle w:val="x"/>'),
    "white on white": run("内部", WHITE),
    "nearly white on white": run("内部", '<w:color w:val="FEFEFE"/>'),
    "red on red": run("内部", '<w:color w:val="C00000"/><w:shd w:val="clear" w:fill="C00000"/>'),
    "as small as a dot": run("内部", '<w:sz w:val="2"/>'),
}
SHOWN = {
    "what a run shows again": run("内部", '<w:rStyle w:val="x"/><w:vanish w:val="0"/>'),
    "what only a page of the web hides": run("内部", "<w:webHidden/>"),
    "white on a colour": run(
        "内部", '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="C00000"/>'
    ),
}


_W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
_PAINT = '<w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="{}"/></w14:srgbClr></w14:solidFill>'
_CELL = "<w:tc><w:tcPr>{}</w:tcPr>{}</w:tc>"
HIDDEN |= {
    "without paint": run("内部", f"<w14:textFill {_W14}><w14:noFill/></w14:textFill>"),
    "clear": run("内部", f"<w14:textFill {_W14}>{_PAINT.format(100_000)}</w14:textFill>"),
}
SHOWN |= {"half clear": run("内部", f"<w14:textFill {_W14}>{_PAINT.format(50_000)}</w14:textFill>")}
UNSEEN_BLOCKS = {
    "lines without height": paragraph(
        run("内部"), "", '<w:spacing w:line="1" w:lineRule="exact"/>'
    ),
    "a frame off the page": paragraph(run("内部"), "", '<w:framePr w:x="-9999" w:y="0"/>'),
    "a row without height": '<w:tbl><w:tr><w:trPr><w:trHeight w:val="1" w:hRule="exact"/></w:trPr>'
    + _CELL.format("", paragraph(run("内部")))
    + "</w:tr></w:tbl>",
    "a cell that goes on": "<w:tbl><w:tr>"
    + _CELL.format('<w:vMerge w:val="restart"/>', paragraph(run("上")))
    + "</w:tr><w:tr>"
    + _CELL.format("<w:vMerge/>", paragraph(run("内部")))
    + "</w:tr></w:tbl>",
}
SEEN_BLOCKS = {
    "lines of a height": paragraph(run("内部"), "", '<w:spacing w:line="240" w:lineRule="exact"/>'),
    "lines of many": paragraph(run("内部"), "", '<w:spacing w:line="1" w:lineRule="auto"/>'),
    "a frame": paragraph(run("内部"), "", '<w:framePr w:x="-300" w:y="12000"/>'),
    "a merged cell": "<w:tbl><w:tr>"
    + _CELL.format('<w:vMerge w:val="restart"/>', paragraph(run("内部")))
    + "</w:tr></w:tbl>",
}


@pytest.mark.parametrize("block", UNSEEN_BLOCKS.values(), ids=UNSEEN_BLOCKS)
def test_a_block_that_word_shows_nowhere_stops_until_it_is_dropped(block: str) -> None:
    data = packed(paragraph(run("公开")) + block)
    with pytest.raises(DocumentError, match="1 piece cannot be seen"):
        article(data, "letter", NOTHING)
    found, _ = article(data, "letter", {**NOTHING, "hidden": "drop"})
    assert (True, False) == ("公开" in found.tree.text(), "内部" in found.tree.text())


@pytest.mark.parametrize("block", SEEN_BLOCKS.values(), ids=SEEN_BLOCKS)
def test_a_block_that_word_shows_comes(block: str) -> None:
    found, _ = article(packed(paragraph(run("公开")) + block), "letter", NOTHING)
    assert "内部" in found.tree.text()


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_hidden_text_stops_until_it_is_dropped_or_kept(hidden: str) -> None:
    data = packed(paragraph(run("公开") + hidden), parts={"word/styles.xml": STYLE})
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert (
        "1 piece cannot be seen in Word (hidden, too small, or in the colour behind it): paragraph 1 “内部”"
        == str(caught.value.why)
    )
    assert "--hidden drop|keep" in str(caught.value.hint)
    texts = {}
    for choice in ("drop", "keep"):
        found, _ = article(data, "letter", {**NOTHING, "hidden": choice})
        texts[choice] = found.tree.text()
    assert {"drop": "公开", "keep": "公开内部"} == texts


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_what_word_shows_needs_no_choice(shown: str) -> None:
    data = packed(paragraph(run("公开") + shown), parts={"word/styles.xml": STYLE})
    assert "公开内部" == article(data, "letter", NOTHING)[0].tree.text()


@pytest.mark.parametrize(
    ("body", "is_hidden"),
    [
        (table("内部"), True),
        (table("内部", properties='<w:shd w:fill="auto"/>'), True),
        (table("内部", properties='<w:shd w:fill="C00000"/>'), False),
        (table("内部", "c"), False),
        (table("内部", "t", '<w:shd w:fill="C00000"/>'), True),
        (BOXED.format("<a:noFill/>"), True),
        (BOXED.format("<a:solidFill/>"), False),
        ('<w:p><w:r><w:pict><v:shape style="visibility:hidden"/></w:pict></w:r></w:p>', True),
    ],
    ids=["bare", "auto", "cell", "style", "hidden by style", "clear box", "box", "hidden shape"],
)
def test_hidden_text_is_found_in_tables_and_boxes(body: str, *, is_hidden: bool) -> None:
    data = packed(paragraph(run("公开")) + body, parts={"word/styles.xml": STYLE})
    if not is_hidden:
        assert "公开内部" == article(data, "letter", NOTHING)[0].tree.text()
        return
    with pytest.raises(DocumentError):
        article(data, "letter", NOTHING)
    assert "公开" == article(data, "letter", {**NOTHING, "hidden": "drop"})[0].tree.text()


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        (
            run("内部", "<w:vanish/>"),
            "1 piece cannot be seen in Word (hidden, too small, or in the colour behind it): header “内部”",
        ),
        (taken_out("旧稿"), "1 tracked change is open: header “旧稿”"),
    ],
)
def test_headers_are_looked_through_too(inside: str, says: str) -> None:
    data = packed(
        paragraph(run("公开")) + '<w:sectPr><w:headerReference r:id="rId9"/></w:sectPr>',
        related={"rId9": ("header", "h.xml")},
        parts={"word/h.xml": f"<w:hdr {_W}>{paragraph(inside)}</w:hdr>"},
    )
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert says == str(caught.value.why)
    chosen = {"revisions": "accept", "hidden": "drop", "comments": ""}
    lost = [*map(str, article(data, "letter", chosen)[0].lost)]
    words = says.rpartition(": ")[2]
    assert [f"left out: {words}"] == [each for each in lost if words in each]


@pytest.mark.parametrize("stray", ['<v:shape style="display:none"/>', '<wp:docPr hidden="1"/>'])
def test_what_is_hidden_outside_of_a_drawing_is_found_too(stray: str) -> None:
    with pytest.raises(DocumentError) as caught:
        article(packed(f"<w:p>{run('公开')}{stray}</w:p>"), "letter", NOTHING)
    assert (
        "1 piece cannot be seen in Word (hidden, too small, or in the colour behind it): paragraph 1"
        == str(caught.value.why)
    )


def test_a_hidden_part_of_a_formula_is_found_too() -> None:
    part = "<m:r><w:rPr>{}</w:rPr><m:t>{}</m:t></m:r>"
    formula = f"<m:oMath>{part.format('<w:vanish/>', 'z')}{part.format('', 'y')}</m:oMath>"
    data = packed(paragraph(run("公开") + formula))
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert "paragraph 1 “z”" in str(caught.value.why)
    made = {
        choice: as_markdown(article(data, "letter", {**NOTHING, "hidden": choice})[0].tree)
        for choice in ("drop", "keep")
    }
    assert {"drop": "公开$y$\n", "keep": "公开$zy$\n"} == made


def test_a_hidden_entry_takes_its_number_along() -> None:
    numbers = f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="第%1条"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    hidden = paragraph(run("内部", "<w:vanish/>"), "", f"{number}<w:rPr><w:vanish/></w:rPr>")
    entries = (paragraph(run(each), "", number) for each in "甲乙")
    data = packed(hidden.join(entries), parts={"word/numbering.xml": numbers})
    found, _ = article(data, "letter", {**NOTHING, "hidden": "drop"})
    assert "第1条 甲\n\n第2条 乙\n" == as_markdown(found.tree)


def test_a_file_that_is_small_altogether_hides_nothing() -> None:
    small = f'<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="2"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>'
    data = packed(paragraph(run("公开")), parts={"word/styles.xml": small})
    assert "公开" == article(data, "letter", NOTHING)[0].tree.text()


def test_a_drawing_and_a_row_may_be_hidden_too() -> None:
    row = f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{paragraph(run('内部'))}</w:tc></w:tr>"
    data = packed(paragraph(run("公开") + PICTURE) + f"<w:tbl>{row}</w:tbl>")
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert "2 pieces cannot be seen in Word" in str(caught.value.why)
    found, _ = article(data, "letter", {**NOTHING, "hidden": "drop"})
    assert "公开" == found.tree.text()


@pytest.mark.parametrize("words", ["<w:t>见</w:t>", ""], ids=["with words", "alone"])
def test_a_note_whose_sign_is_hidden_is_not_published(words: str) -> None:
    notes = f'<w:footnotes {_W}><w:footnote w:id="1">{paragraph(run("秘密"))}</w:footnote></w:footnotes>'
    reference = f'<w:r><w:rPr><w:vanish/></w:rPr>{words}<w:footnoteReference w:id="1"/></w:r>'
    data = packed(
        paragraph(run("公开") + reference),
        parts={"word/footnotes.xml": notes},
        related={"rId3": ("footnotes", "footnotes.xml")},
    )
    found, _ = article(data, "letter", {**NOTHING, "hidden": "drop"})
    assert "公开" == found.tree.text()


def test_a_comment_in_a_note_stops_too() -> None:
    note = paragraph(run("注") + '<w:r><w:commentReference w:id="0"/></w:r>')
    data = packed(
        paragraph(run("一") + '<w:r><w:footnoteReference w:id="1"/></w:r>'),
        parts={
            "word/comments.xml": f'<w:comments {_W}><w:comment w:id="0">{paragraph(run("删"))}</w:comment></w:comments>',
            "word/footnotes.xml": f'<w:footnotes {_W}><w:footnote w:id="1">{note}</w:footnote></w:footnotes>',
        },
        related={"rId3": ("comments", "comments.xml"), "rId4": ("footnotes", "footnotes.xml")},
    )
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert "it has 1 comment: footnote 1 “删”" == str(caught.value.why)


def test_comments_stop_until_they_are_dropped() -> None:
    comments = f'<w:comments {_W}><w:comment w:id="0" w:author="a">{paragraph(run("删掉这句"))}</w:comment></w:comments>'
    data = packed(
        paragraph(run("一") + '<w:r><w:commentReference w:id="0"/></w:r>'),
        parts={"word/comments.xml": comments},
        related={"rId3": ("comments", "comments.xml")},
    )
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert ("it has 1 comment: paragraph 1 “删掉这句”", True) == (
        str(caught.value.why),
        "--comments drop" in str(caught.value.hint),
    )
    found, _ = article(data, "letter", {**NOTHING, "comments": "drop"})
    assert ("一", ["it has 1 comment: left out", "left out: paragraph 1 “删掉这句”"]) == (
        found.tree.text(),
        [*map(str, found.lost)][1:],
    )


def test_all_that_waits_for_a_choice_is_told_at_once() -> None:
    data = packed(paragraph(run("一") + put_in(run("新")) + run("内部", "<w:vanish/>")))
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    assert "--revisions accept|reject --hidden drop|keep" in str(caught.value.hint)
