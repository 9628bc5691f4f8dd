"""A theme is part of what is approved: an edit of it is an edit of every campaign that wears it."""

from lock_repository import NAME, Repository

THEME = "campaigns/_shared/themes/brand.css"


def wear(
    repository: Repository, css: str = ":root{--accent:#08684f}p{color:var(--accent)}"
) -> None:
    """Give the campaign a theme of the house."""
    repository.edit(f"{NAME}/campaign.yaml", "version: 1", "version: 1\ntheme: brand")
    (repository.root / THEME).parent.mkdir()
    (repository.root / THEME).write_text(css, encoding="utf-8")


def test_an_edited_theme_makes_the_lock_differ(repository: Repository) -> None:
    wear(repository)
    assert 0 == repository.massctl("lock")[0]
    assert 0 == repository.check()[0]
    repository.edit("_shared/themes/brand.css", "#08684f", "#0a5f78")
    status, found = repository.check()
    assert (5, "differs") == (status, found["result"])
    assert ["the text of article 1"] == found["differences"]


def test_an_edited_theme_is_not_sent_where_locks_are_required(repository: Repository) -> None:
    wear(repository)
    repository.massctl("lock")
    repository.edit("_shared/themes/brand.css", "#08684f", "#0a5f78")
    status, campaign = repository.apply()
    assert (5, "lock_stale") == (status, campaign["refusals"][0]["guard"])
    assert "the text of article 1" in campaign["refusals"][0]["message"]
    assert 0 == repository.massctl("lock")[0]
    assert 0 == repository.apply()[0]


def test_the_accounts_theme_counts_too(repository: Repository) -> None:
    assert 0 == repository.massctl("lock")[0]
    settings = repository.root / "massctl.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("kind: service", "kind: service, theme: danmo"), encoding="utf-8"
    )
    status, found = repository.check()
    assert (5, ["the text of article 1"]) == (status, found["differences"])


def test_the_accounts_theme_is_nothing_to_a_text(repository: Repository) -> None:
    text = "version: 1\naccount: main\naudience: {is_to_all: true}\ntext: {content: 你好}\n"
    (repository.folder / "campaign.yaml").write_text(text, encoding="utf-8")
    assert 0 == repository.massctl("lock")[0]
    settings = repository.root / "massctl.yaml"
    written = settings.read_text(encoding="utf-8")
    settings.write_text(
        written.replace("kind: service", "kind: service, theme: danmo"), encoding="utf-8"
    )
    assert 0 == repository.check()[0]


def test_an_edited_footer_of_the_brand_makes_the_lock_differ(repository: Repository) -> None:
    settings = repository.root / "massctl.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "brand: {footer: _shared/footer.md}\n",
        encoding="utf-8",
    )
    (repository.root / "campaigns/_shared").mkdir(exist_ok=True)
    (repository.root / "campaigns/_shared/footer.md").write_text("慢一点。", encoding="utf-8")
    assert 0 == repository.massctl("lock")[0]
    assert 0 == repository.check()[0]
    repository.edit("_shared/footer.md", "慢一点", "走远一点")
    status, found = repository.check()
    assert (5, ["the text of article 1"]) == (status, found["differences"])
    status, campaign = repository.apply()
    assert (5, "lock_stale") == (status, campaign["refusals"][0]["guard"])
