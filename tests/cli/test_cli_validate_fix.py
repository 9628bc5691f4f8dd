"""`massctl validate --fix` mends what needs no decision, and leaves the rest as it is."""

from cli_runner import Shell


def test_faults_are_mended_in_the_files_and_what_is_left_is_told(shell: Shell) -> None:
    shell.tree.news("letter")
    folder = shell.root / "campaigns" / "letter"
    article = next(folder.rglob("*.md"))
    before = article.read_bytes()
    more = "\n\n##雪天\r\n\n看[这里](http://mp.weixin.qq.com/s/x)，零\u200b宽 2*3*4\n"
    article.write_bytes(before + more.encode())
    campaign = folder / "campaign.yaml"
    yaml = campaign.read_text(encoding="utf-8")
    campaign.write_text(yaml.replace("version: ", "version："), encoding="utf-8")
    told = shell("validate", "--fix")
    due = more.replace("##雪", "## 雪").replace("http:", "https:").replace("\u200b", "")
    assert article.read_bytes() == before + due.encode()
    assert campaign.read_text(encoding="utf-8") == yaml
    assert "MC320" not in told.out
    assert "MC345" in told.out
    assert shell("validate").out == told.out


def test_without_the_flag_no_file_moves(shell: Shell) -> None:
    shell.tree.news("letter")
    folder = shell.root / "campaigns" / "letter"
    article = next(folder.rglob("*.md"))
    article.write_text("##雪天\n", encoding="utf-8")
    shell("validate")
    assert article.read_text(encoding="utf-8") == "##雪天\n"
