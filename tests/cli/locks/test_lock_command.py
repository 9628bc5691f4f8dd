"""`massctl lock` and `lock --check`."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from lock_repository import NAME, Repository, picture
from lock_samples import write_samples
from PIL import Image
from published import validator

import massctl
from massctl import __version__
from massctl.source.locks import renderer


def by_hand(lock: dict[str, Any]) -> str:
    """Compute a lock's digest as the public contract describes it."""
    document = json.loads(json.dumps(lock))
    del document["digest"], document["seen"], document["renderer"], document["account"]["name"]
    for each in document["pictures"]:
        del each["path"], each["source_sha256"]
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_a_lock_names_what_is_approved(repository: Repository) -> None:
    status, out = repository.massctl("lock")
    lock = repository.lock()
    assert (0, True) == (status, "campaign.lock.json" in out)
    assert (NAME, 1, renderer(), {"name": "main", "appid": "wx0123456789abcdef"}) == (
        lock["campaign"],
        lock["edition"],
        lock["renderer"],
        lock["account"],
    )
    article = lock["message"]["articles"][0]
    assert ("春季大促，1999 元起", True) == (article["title"], article["content_chars"] > 20)
    assert [("images/cover.png", "material"), ("images/hero.png", "image")] == [
        (each["path"], each["as"]) for each in lock["pictures"]
    ]
    assert ["campaign.lock.json"] == [
        each.name for each in repository.folder.iterdir() if "lock" in each.name
    ]


def test_the_digest_is_the_one_of_the_contract_and_of_the_plan(repository: Repository) -> None:
    repository.massctl("lock")
    _, out = repository.massctl("plan", "--format", "json")
    lock = repository.lock()
    assert by_hand(lock) == lock["digest"] == json.loads(out)["campaigns"][0]["digest"]


@pytest.mark.parametrize(("asks", "status"), [("true", 5), ("false", 0)])
def test_only_a_house_that_asks_for_locks_is_checked(
    repository: Repository, asks: str, status: int
) -> None:
    settings = repository.root / "massctl.yaml"
    settings.write_text(
        settings.read_text("utf-8").replace("require_lock: true", f"require_lock: {asks}"), "utf-8"
    )
    assert status == repository.massctl("lock", "--check", "--if-required")[0]
    assert 5 == repository.massctl("lock", "--check")[0]


def test_a_lock_says_where_taps_lead_and_what_qr_codes_say(repository: Repository) -> None:
    kind = zxingcpp.BarcodeFormat.QRCode
    code = Image.fromarray(zxingcpp.create_barcode("https://shop.cn/q", kind).to_image(scale=8))
    code.convert("RGB").save(repository.folder / "images/hero.png")
    article = repository.folder / "articles/main.md.j2"
    added = "\n[读](https://mp.weixin.qq.com/s/abc)\n"
    article.write_text(article.read_text("utf-8") + added, "utf-8")
    repository.massctl("lock")
    lock = repository.lock()
    led = {"kind": "article", "target": "https://mp.weixin.qq.com/s/abc", "at": "article 1"}
    assert [{**led, "label": "读"}] == lock["destinations"]
    assert [{"kind": "qr", "target": "https://shop.cn/q", "at": "images/hero.png"}] == lock["seen"]
    assert by_hand(lock) == lock["digest"]

    path = repository.folder / "campaign.lock.json"
    path.write_text(path.read_text("utf-8").replace("https://shop.cn/q", "https://x.cn"), "utf-8")
    status, found = repository.check()
    said = ["`seen` does not list what the QR codes in its pictures say"]
    assert (5, said, []) == (status, found["differences"], found["refusals"])
    path.write_text(path.read_text("utf-8").replace("/s/abc", "/s/abd"), "utf-8")
    assert 5 == repository.massctl("lock", "--check")[0]


def test_a_second_lock_touches_nothing(repository: Repository) -> None:
    repository.massctl("lock")
    before = (repository.folder / "campaign.lock.json").stat().st_mtime_ns
    status, out = repository.massctl("lock", "--format", "json")
    after = (repository.folder / "campaign.lock.json").stat().st_mtime_ns
    assert (0, "unchanged", [], before) == (
        status,
        json.loads(out)["campaigns"][0]["result"],
        json.loads(out)["campaigns"][0]["written"],
        after,
    )


def test_a_copy_of_the_lock_is_removed(repository: Repository) -> None:
    repository.massctl("lock")
    (repository.folder / "campaign.lock (1).json").write_text("old", encoding="utf-8")
    assert ["campaign.lock (1).json is left over"] == repository.check()[1]["differences"]
    _, out = repository.massctl("lock", "--format", "json")
    assert ["campaign.lock (1).json"] == json.loads(out)["campaigns"][0]["written"]
    assert 0 == repository.check()[0]


def test_a_text_is_locked_with_its_words(repository: Repository) -> None:
    words = (
        "version: 1\naccount: main\naudience: {tag_id: 101}\ntext: {content: '今晚{{ 7 + 1 }}点'}\n"
    )
    (repository.folder / "campaign.yaml").write_text(words, encoding="utf-8")
    repository.massctl("lock")
    assert {"type": "text", "content": "今晚8点"} == repository.lock()["message"]
    assert 0 == repository.apply("--locked")[0]


def test_a_campaign_that_went_out_is_not_locked_any_more(repository: Repository) -> None:
    repository.massctl("lock")
    repository.apply()
    ledger = repository.root / ".massctl/sandbox/massctl.state.jsonl"
    (repository.root / "massctl.state.jsonl").write_bytes(ledger.read_bytes())
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    before = repository.snapshot()
    status, out = repository.massctl("lock", "--format", "json")
    assert (0, "concluded", before) == (
        status,
        json.loads(out)["campaigns"][0]["result"],
        repository.snapshot(),
    )


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
    assert (0, "unchanged", [], []) == (
        status,
        found["result"],
        found["differences"],
        found["refusals"],
    )


DIFFERENCES = [
    (f"{NAME}/articles/main.md.j2", "元。", "元！", ["the text of article 1"]),
    ("_shared/macros.md.j2", "你好", "您好", ["the text of article 1"]),
    (f"{NAME}/campaign.yaml", "is_to_all: true", "tag_id: 101", ["the audience"]),
    (f"{NAME}/campaign.yaml", "14:00:00", "15:00:00", ["the window"]),
    (f"{NAME}/campaign.yaml", "春季大促，{{", "夏季大促，{{", ["the title of article 1"]),
    (f"{NAME}/campaign.yaml", "编辑部", "市场部", ["the author of article 1"]),
    (
        f"{NAME}/campaign.yaml",
        "      author:",
        "      need_open_comment: true\n      author:",
        ["the flag need_open_comment of article 1"],
    ),
    (f"{NAME}/campaign.yaml", "1999", "2999", ["the title of article 1", "the text of article 1"]),
]


@pytest.mark.parametrize(("path", "before", "after", "differences"), DIFFERENCES)
def test_check_names_what_differs(
    repository: Repository, path: str, before: str, after: str, differences: list[str]
) -> None:
    repository.massctl("lock")
    locked = repository.snapshot()
    repository.edit(path, before, after)
    edited = repository.snapshot()
    status, found = repository.check()
    assert (5, "differs", differences) == (status, found["result"], found["differences"])
    assert found["refusals"][0]["message"].startswith("your files changed since it was locked: ")
    assert edited == repository.snapshot() != locked


def test_an_edit_that_renders_the_same_is_none(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit("_shared/macros.md.j2", "你好{%", "{# x #}你好{%")
    assert (0, "unchanged") == (repository.check()[0], repository.check()[1]["result"])


def test_check_names_a_picture(repository: Repository) -> None:
    repository.massctl("lock")
    (repository.folder / "images/hero.png").write_bytes(picture("green"))
    status, found = repository.check()
    assert (5, ["the text of article 1", "the picture images/hero.png"]) == (
        status,
        found["differences"],
    )


def test_check_names_the_renderer_alone(repository: Repository) -> None:
    """It has to be locked anew in review, though nothing keeps it from going out."""
    repository.massctl("lock")
    repository.edit(f"{NAME}/campaign.lock.json", f"massctl {__version__}", "massctl 0.0.9")
    status, found = repository.check()
    assert (5, "differs", [], [f"massctl 0.0.9 → {__version__}"], []) == (
        status,
        found["result"],
        found["differences"],
        found["versions"],
        found["refusals"],
    )
    assert f"massctl 0.0.9 → {__version__}" in repository.massctl("lock", "--check")[1]
    assert 0 == repository.apply()[0]


def test_a_lock_of_another_massctl_that_renders_otherwise_is_stale_because_massctl_changed(
    repository: Repository,
) -> None:
    """And the plan says so at once, not in the window."""
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    repository.massctl("lock")
    repository.edit(f"{NAME}/articles/main.md.j2", "元！", "元。")
    repository.edit(f"{NAME}/campaign.lock.json", f"massctl {__version__}", "massctl 0.0.9")
    due = f"massctl changed since it was locked (massctl 0.0.9 → {__version__}) and renders differently: the text of"
    _, out = repository.massctl("plan", "--format", "json")
    for campaign in (repository.apply()[1], json.loads(out)["campaigns"][0]):
        refusal = campaign["refusals"][0]
        assert ("lock_stale", True) == (refusal["guard"], refusal["message"].startswith(due)), (
            refusal
        )
    assert "waiting" == json.loads(out)["campaigns"][0]["window"]


BY_HAND = [
    ("编辑部", "市场部", ["campaign.lock.json was changed by hand", "the author of article 1"]),
    (
        '"format_version": 2',
        '"format_version": 3',
        ["campaign.lock.json is not what massctl wrote"],
    ),
    (
        '"format_version": 2',
        '"format_version": 1',
        ["campaign.lock.json was written by an earlier massctl, without destinations"],
    ),
    ("{", "[", ["campaign.lock.json is not what massctl wrote"]),
    ('  "campaign"', '    "campaign"', ["campaign.lock.json was changed by hand"]),
    ('"name": "main"', '"name": "other"', ["the account's name"]),
]


@pytest.mark.parametrize(("before", "after", "differences"), BY_HAND)
def test_check_names_what_was_changed_by_hand(
    repository: Repository, before: str, after: str, differences: list[str]
) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/campaign.lock.json", before, after)
    status, found = repository.check()
    assert (5, differences) == (status, found["differences"])


def test_a_check_of_all_passes_over_a_window_that_has_closed(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/campaign.yaml", "2036-12-01T12", "2020-12-01T12")
    repository.edit(f"{NAME}/campaign.yaml", "2036-12-01T14", "2020-12-01T14")
    status, found = repository.check()
    assert (0, "expired", []) == (status, found["result"], found["refusals"])
    assert 5 == repository.massctl("lock", "--check", NAME)[0]


def test_the_samples_are_locked_with_the_same_digests_on_every_machine(
    tmp_path: Path, repository: Repository
) -> None:
    """A scaled PNG, a WebP as picture and cover, a drawn formula. CI compares the locks of four kinds of machine."""
    write_samples(tmp_path / "samples")
    _, out = repository.massctl("-C", str(tmp_path / "samples"), "lock", "--format", "json")
    expected = Path(massctl.__file__).parent.parent / "tests/fixtures/lock-digests.json"
    found = {each["name"]: each["digest"] for each in json.loads(out)["campaigns"]}
    assert json.loads(expected.read_text(encoding="utf-8")) == found


def test_check_says_it_in_words(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit("_shared/macros.md.j2", "你好", "您好")
    status, out = repository.massctl("lock", "--check")
    assert 5 == status
    for words in ("not what was locked", "the text of article 1", f" lock {NAME}"):
        assert words in out


def test_an_unknown_name_is_wrong_usage(repository: Repository) -> None:
    assert 2 == repository.massctl("lock", "sole")[0]


def test_a_lock_that_cannot_be_written_whole_leaves_the_old_one(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    before = repository.snapshot()
    really = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if path.name.startswith(".campaign.lock.json."):
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


def test_the_schemas_accept_what_is_written(repository: Repository) -> None:
    (repository.root / "campaigns/broken").mkdir()
    repository.massctl("lock")
    _, out = repository.massctl("plan", "--format", "json")
    lock, plan = validator("lock"), validator("plan")
    assert ([], []) == (
        list(lock.iter_errors(repository.lock())),
        list(plan.iter_errors(json.loads(out))),
    )
    assert (False, False) == (
        lock.is_valid({**repository.lock(), "extra": 1}),
        plan.is_valid({**json.loads(out), "serial": "1"}),
    )


@pytest.mark.parametrize("name", ["lock", "plan"])
def test_every_block_of_a_document_is_described(name: str) -> None:
    schema = validator(name).schema
    assert [] == [
        block for block in (schema, *schema["$defs"].values()) if not block.get("description")
    ]
