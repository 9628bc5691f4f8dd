"""`massctl lock` and `lock --check`."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lock_repository import NAME, Repository, picture

import massctl
from massctl import __version__
from massctl.source.output_schemas import all_schemas

FILES = ["campaign.lock.json", "campaign.sources.json", "rendered/article-1.html"]


def by_hand(lock: dict[str, Any]) -> str:
    """Compute a lock's digest as the public contract describes it."""
    document = json.loads(json.dumps(lock))
    del document["digest"], document["renderer"], document["account"]["name"]
    for each in document["pictures"]:
        del each["path"], each["source_sha256"]
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_a_lock_names_what_is_approved(repository: Repository) -> None:
    status, out = repository.massctl("lock")
    lock = repository.lock()
    body = (repository.folder / "rendered/article-1.html").read_bytes()
    assert (0, True) == (status, "rendered/article-1.html" in out)
    assert (NAME, 1, f"massctl {__version__}", {"name": "main", "appid": "wx0123456789abcdef"}) == (
        lock["campaign"],
        lock["edition"],
        lock["renderer"],
        lock["account"],
    )
    article = lock["message"]["articles"][0]
    assert ("春季大促，1999 元起", "sha256:" + hashlib.sha256(body).hexdigest(), len(body.decode())) == (
        article["title"],
        article["content_sha256"],
        article["content_chars"],
    )
    assert [("images/cover.png", "material"), ("images/hero.png", "image")] == [
        (each["path"], each["as"]) for each in lock["pictures"]
    ]
    assert f"massctl-picture:{lock['pictures'][1]['sha256'].removeprefix('sha256:')}" in body.decode()


def test_the_digest_is_the_one_of_the_contract_and_of_the_plan(repository: Repository) -> None:
    repository.massctl("lock")
    _, out = repository.massctl("plan", "--format", "json")
    lock = repository.lock()
    assert by_hand(lock) == lock["digest"] == json.loads(out)["campaigns"][0]["digest"]


@pytest.mark.parametrize(("asks", "status"), [("true", 5), ("false", 0)])
def test_only_a_house_that_asks_for_locks_is_checked(repository: Repository, asks: str, status: int) -> None:
    settings = repository.root / "massctl.yaml"
    settings.write_text(settings.read_text("utf-8").replace("require_lock: true", f"require_lock: {asks}"), "utf-8")
    assert status == repository.massctl("lock", "--check", "--if-required")[0]
    assert 5 == repository.massctl("lock", "--check")[0]


def test_a_second_lock_touches_nothing(repository: Repository) -> None:
    repository.massctl("lock")
    before = {path: (repository.folder / path).stat().st_mtime_ns for path in FILES}
    status, out = repository.massctl("lock", "--format", "json")
    after = {path: (repository.folder / path).stat().st_mtime_ns for path in FILES}
    assert (0, "unchanged", [], before) == (
        status,
        json.loads(out)["campaigns"][0]["result"],
        json.loads(out)["campaigns"][0]["written"],
        after,
    )


def test_a_body_that_is_not_rendered_any_more_is_removed(repository: Repository) -> None:
    repository.massctl("lock")
    (repository.folder / "rendered/article-2.html").write_text("old", encoding="utf-8")
    _, out = repository.massctl("lock", "--format", "json")
    assert ["rendered/article-2.html"] == json.loads(out)["campaigns"][0]["written"]
    assert ["article-1.html"] == [each.name for each in (repository.folder / "rendered").iterdir()]


def test_a_text_is_locked_with_its_words(repository: Repository) -> None:
    words = "version: 1\naccount: main\naudience: {tag_id: 101}\ntext: {content: '今晚{{ 7 + 1 }}点'}\n"
    (repository.folder / "campaign.yaml").write_text(words, encoding="utf-8")
    repository.massctl("lock")
    assert {"type": "text", "content": "今晚8点"} == repository.lock()["message"]
    assert "今晚8点" == (repository.folder / "rendered/message.txt").read_text(encoding="utf-8")
    assert 0 == repository.apply("--locked")[0]


def test_a_campaign_that_went_out_is_not_locked_any_more(repository: Repository) -> None:
    repository.massctl("lock")
    repository.apply()
    ledger = repository.root / ".massctl/sandbox/massctl.state.jsonl"
    (repository.root / "massctl.state.jsonl").write_bytes(ledger.read_bytes())
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    before = repository.snapshot()
    status, out = repository.massctl("lock", "--format", "json")
    assert (0, "concluded", before) == (status, json.loads(out)["campaigns"][0]["result"], repository.snapshot())


def test_a_campaign_with_faults_is_not_locked_and_the_next_one_is(repository: Repository) -> None:
    other = repository.root / "campaigns/words"
    other.mkdir()
    words = "version: 1\naccount: main\naudience: {is_to_all: true}\ntext: {content: 今晚}\n"
    (other / "campaign.yaml").write_text(words, encoding="utf-8")
    repository.edit(f"{NAME}/articles/main.md.j2", "{{ price }}", "{{ prize }}")
    status, out = repository.massctl("lock")
    assert (1, False, True) == (
        status,
        (repository.folder / "campaign.lock.json").exists(),
        (other / "campaign.lock.json").exists(),
    )
    assert "MC102" in out


def test_check_of_nothing_locked_is_lock_missing_and_writes_nothing(repository: Repository) -> None:
    before = repository.snapshot()
    status, found = repository.check()
    assert (5, "missing", ["lock_missing"], before) == (
        status,
        found["result"],
        [each["guard"] for each in found["refusals"]],
        repository.snapshot(),
    )


def test_check_of_what_is_locked_is_quiet(repository: Repository) -> None:
    repository.massctl("lock")
    status, found = repository.check()
    assert (0, "unchanged", [], []) == (status, found["result"], found["differences"], found["refusals"])


DIFFERENCES = [
    (f"{NAME}/articles/main.md.j2", "元。", "元！", ["the text of article 1"], ["article file"]),
    ("_shared/macros.md.j2", "你好", "您好", ["the text of article 1"], ["shared template"]),
    (f"{NAME}/campaign.yaml", "is_to_all: true", "tag_id: 101", ["the audience"], ["campaign file"]),
    (f"{NAME}/campaign.yaml", "14:00:00", "15:00:00", ["the window"], ["campaign file"]),
    (f"{NAME}/campaign.yaml", "春季大促，{{", "夏季大促，{{", ["the title of article 1"], ["campaign file"]),
    (f"{NAME}/campaign.yaml", "编辑部", "市场部", ["the author of article 1"], ["campaign file"]),
    (
        f"{NAME}/campaign.yaml",
        "      author:",
        "      need_open_comment: true\n      author:",
        ["the flag need_open_comment of article 1"],
        ["campaign file"],
    ),
    (
        f"{NAME}/campaign.yaml",
        "1999",
        "2999",
        ["the title of article 1", "the text of article 1"],
        ["campaign file"],
    ),
    (
        "_shared/macros.md.j2",
        "你好{%",
        "{# x #}你好{%",
        ["the sources, though they still render the same"],
        ["shared template"],
    ),
]


@pytest.mark.parametrize(("path", "before", "after", "differences", "causes"), DIFFERENCES)
def test_check_names_what_differs_and_which_source_caused_it(
    repository: Repository, path: str, before: str, after: str, differences: list[str], causes: list[str]
) -> None:
    repository.massctl("lock")
    locked = repository.snapshot()
    repository.edit(path, before, after)
    edited = repository.snapshot()
    status, found = repository.check()
    assert (5, "differs", differences, [f"{cause} campaigns/{path}" for cause in causes]) == (
        status,
        found["result"],
        found["differences"],
        [each["message"] for each in found["causes"]],
    )
    assert edited == repository.snapshot() != locked


def test_check_names_a_picture(repository: Repository) -> None:
    repository.massctl("lock")
    (repository.folder / "images/hero.png").write_bytes(picture("green"))
    status, found = repository.check()
    assert (5, ["the text of article 1", "the picture images/hero.png"]) == (status, found["differences"])
    assert [f"picture campaigns/{NAME}/images/hero.png"] == [each["message"] for each in found["causes"]]


def test_check_names_the_renderer_alone(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/campaign.lock.json", f"massctl {__version__}", "massctl 0.0.9")
    status, found = repository.check()
    assert (5, [f"the renderer (massctl 0.0.9 → massctl {__version__})"], []) == (
        status,
        found["differences"],
        found["causes"],
    )


BY_HAND = [
    ("campaign.lock.json", "编辑部", "市场部", ["the author of article 1", "campaign.lock.json was changed by hand"]),
    (
        "campaign.lock.json",
        '"format_version": 1',
        '"format_version": 2',
        ["campaign.lock.json is not what massctl wrote"],
    ),
    ("campaign.lock.json", "{", "[", ["campaign.lock.json is not what massctl wrote"]),
    ("campaign.lock.json", '  "campaign"', '    "campaign"', ["campaign.lock.json was changed by hand"]),
    ("campaign.lock.json", '"name": "main"', '"name": "other"', ["the account's name"]),
    ("campaign.sources.json", "footnotes", "keep", ["the sources, though they still render the same"]),
    ("campaign.sources.json", "{", "[", ["campaign.sources.json is not what massctl wrote"]),
    ("rendered/article-1.html", "你好", "您好", ["rendered/article-1.html was changed by hand"]),
]


@pytest.mark.parametrize(("file", "before", "after", "differences"), BY_HAND)
def test_check_names_what_was_changed_by_hand(
    repository: Repository, file: str, before: str, after: str, differences: list[str]
) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/{file}", before, after)
    status, found = repository.check()
    assert (5, differences) == (status, found["differences"])


@pytest.mark.parametrize(
    ("file", "difference"),
    [
        ("campaign.sources.json", "campaign.sources.json is missing"),
        ("rendered/article-1.html", "rendered/article-1.html is missing"),
    ],
)
def test_check_names_what_is_missing(repository: Repository, file: str, difference: str) -> None:
    repository.massctl("lock")
    (repository.folder / file).unlink()
    assert (5, [difference]) == (repository.check()[0], repository.check()[1]["differences"])


def test_check_names_what_is_left_over(repository: Repository) -> None:
    repository.massctl("lock")
    (repository.folder / "rendered/article-2.html").write_text("old", encoding="utf-8")
    assert ["rendered/article-2.html is left over"] == repository.check()[1]["differences"]


def test_check_says_it_in_words(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit("_shared/macros.md.j2", "你好", "您好")
    status, out = repository.massctl("lock", "--check")
    assert 5 == status
    for words in ("not what was locked", "the text of article 1", "shared template", f" lock {NAME}"):
        assert words in out


def test_an_optional_template_that_appears_is_a_cause(repository: Repository) -> None:
    repository.edit(f"{NAME}/articles/main.md.j2", "{% import", '{% include "extra.md.j2" ignore missing %}{% import')
    repository.massctl("lock")
    (repository.folder / "extra.md.j2").write_text("更多", encoding="utf-8")
    assert [f"article file campaigns/{NAME}/extra.md.j2"] == [
        each["message"] for each in repository.check()[1]["causes"]
    ]


def test_an_unknown_name_is_wrong_usage(repository: Repository) -> None:
    assert 2 == repository.massctl("lock", "sole")[0]


def test_a_rendered_folder_that_is_a_link_is_not_written_through(repository: Repository, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (repository.folder / "rendered").symlink_to(elsewhere)
    before = repository.snapshot()
    assert (2, [], before) == (repository.massctl("lock")[0], list(elsewhere.iterdir()), repository.snapshot())


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_lock_that_cannot_be_written_whole_leaves_the_old_one(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    before = repository.snapshot()
    replaced: list[Path] = []
    really = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if path.name.startswith(".massctl-lock-"):
            replaced.append(path)
            if len(replaced) == fails_at:
                raise OSError(28, "No space left on device")
        return really(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    assert (2, before) == (repository.massctl("lock")[0], repository.snapshot())


def test_init_writes_a_lock_that_its_policy_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], repository: Repository
) -> None:
    begun = tmp_path / "begun"
    status, out = repository.massctl("init", str(begun))
    assert (0, True) == (status, "campaigns/first-letter/campaign.lock.json" in out)
    made = Repository(begun, capsys.readouterr)
    assert "require_lock: true" in (begun / "massctl.yaml").read_text(encoding="utf-8")
    assert 0 == made.massctl("lock", "--check")[0]
    assert 0 == made.massctl("apply", "first-letter", "--sandbox", "--yes")[0]


@pytest.mark.parametrize("name", ["lock.schema.json", "plan.schema.json"])
def test_the_committed_schema_of_a_document_is_current(name: str) -> None:
    committed = Path(massctl.__file__).parent.parent / "schemas" / name
    assert all_schemas()[name] == json.loads(committed.read_text(encoding="utf-8"))


def test_the_schemas_accept_what_is_written(repository: Repository) -> None:
    schemas = all_schemas()
    for name in ("lock.schema.json", "plan.schema.json"):
        Draft202012Validator.check_schema(schemas[name])
    (repository.root / "campaigns/broken").mkdir()
    repository.massctl("lock")
    _, out = repository.massctl("plan", "--format", "json")
    lock, plan = Draft202012Validator(schemas["lock.schema.json"]), Draft202012Validator(schemas["plan.schema.json"])
    assert ([], []) == (list(lock.iter_errors(repository.lock())), list(plan.iter_errors(json.loads(out))))
    assert (False, False) == (
        lock.is_valid({**repository.lock(), "extra": 1}),
        plan.is_valid({**json.loads(out), "serial": "1"}),
    )


@pytest.mark.parametrize("name", ["lock.schema.json", "plan.schema.json"])
def test_every_key_of_a_document_is_described(name: str) -> None:
    schema = all_schemas()[name]
    blocks = [schema, *schema["$defs"].values()]
    silent = [key for block in blocks for key, each in block.get("properties", {}).items() if not each["description"]]
    assert ([], []) == (silent, [block for block in blocks if not block.get("description")])
