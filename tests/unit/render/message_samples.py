"""What massctl writes of messages of all kinds, by digest: requests, locks and the entry of an attempt.

`PYTHONPATH=tests python tests/unit/render/message_samples.py` names each case that differs from
tests/fixtures/message-digests.json. With the name of a case it prints what is written of it, and with `--write` it
writes the file.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from building import APPID, JUDGED, NOW, Happening, folder_of, house, recorded, sha
from copies import replace
from openid_samples import BATCHES, SampleOpenids, openid_list
from render_inputs import Folder, place_of

from massctl.apply.draft_fingerprint import draft_sha256, markup_sha256
from massctl.apply.payloads import (
    draft_articles,
    preview_body,
    send_intent,
    send_origin,
    staged_draft,
)
from massctl.apply.ports import Openids
from massctl.ledger.codec import encode
from massctl.model.batches import OpenidList
from massctl.model.campaign import CampaignFile
from massctl.model.entries import (
    GENESIS,
    AudienceResolved,
    DraftSaved,
    ImageUploaded,
    MaterialAdded,
    NewEntry,
    VideoMade,
)
from massctl.model.ids import CampaignName, digest_of
from massctl.model.lock import lock_document, lock_text
from massctl.model.message import Purpose, RenderedCampaign
from massctl.model.settings import Account
from massctl.model.state import State
from massctl.render.campaign import campaign_of
from massctl.render.inputs import ListedOpenids
from massctl.render.message import render_content
from massctl.source.openids import OpenidFiles
from massctl.source.renderer import Materials
from massctl.source.repository import Repository
from massctl.source.settings import load_settings
from massctl.wechat.wire import draft_request, preview_request, send_request

ROOT: Final = Path(__file__).parents[3]
DIGESTS: Final = ROOT / "tests/fixtures/message-digests.json"
DRAWN: Final = 200
KINDS: Final = ("mpnews", "text", "image", "voice", "mpvideo", "wxcard")
_WORDS: Final = (
    "春季大促",
    "明天八点",
    "River & mill",
    "<b>不是标签</b>",
    '价 "低"',
    "第一行\n第二行",
    "👍🏽 好",
    "émigré",
    "9.5 折",
)
_BODIES: Final = (
    "第一段。\n\n![河](images/hero.png)\n\n- 一\n- 二\n",
    "## 小标题\n\n**重点** 与 [链接](https://mp.weixin.qq.com/s/abc)。\n",
    "|项|价|\n|-|-|\n|茶|9|\n\n> 引用\n\n![GIF](images/dance.gif)\n",
    "一行\n另一行\n\n![甲](images/hero.png)\n\n![乙](images/mill.jpg)\n",
)
_T = TypeVar("_T")


class Draw:
    """Draws values, the same ones on every machine and for every version of Python."""

    def __init__(self, seed: int) -> None:
        self._seed, self._drawn = seed, 0

    def below(self, end: int) -> int:
        """Draw a number from 0."""
        self._drawn += 1
        return int(sha(f"{self._seed} {self._drawn}")[:12], 16) % end

    def one(self, values: Sequence[_T]) -> _T:
        """Draw one of these."""
        return values[self.below(len(values))]

    def flag(self) -> bool:
        """Draw a bit."""
        return self.below(2) == 1

    def words(self) -> str:
        """Draw a line."""
        return self.one(_WORDS).replace("\n", " ") + str(self.below(100))


def drawn_file(seed: int) -> CampaignFile:
    """Draw a campaign file; the kinds of message take turns."""
    draw, kind = Draw(seed), KINDS[seed % len(KINDS)]
    window = {"not_before": "2026-12-01T20:00:00+08:00", "not_after": "2026-12-01T22:00:00+08:00"}
    audience = draw.one(
        (
            {"is_to_all": True},
            {"tag_id": 7},
            {"tag": "会员"},
            {"openids": "lists/people.txt"},
            {"tag_id": 0},
        )
    )
    document: dict[str, Any] = {
        "version": 1,
        "account": "main",
        "title": draw.words() if draw.flag() else "",
        "edition": 1 + draw.below(3),
        "audience": {**audience, **({"expect": {"min": 1, "max": 9000}} if draw.flag() else {})},
        "send": window if draw.flag() else {},
        "preview": {"towxname": ["editor_li"], "touser": ["oA00001"]},
        kind: _MESSAGES[kind](draw),
    }
    if kind == "mpnews":
        document["send"] |= {"send_ignore_reprint": draw.flag()}
    return CampaignFile.model_validate(document)


def _news(draw: Draw) -> dict[str, Any]:
    return {"articles": [_article(draw, number) for number in range(1 + draw.below(3))]}


def _article(draw: Draw, number: int) -> dict[str, Any]:
    cover: dict[str, Any] = {"file": "images/cover.jpg"}
    if draw.flag():
        cover |= {"crop_235_1": "0_0.1_1_0.9"}
    if draw.flag():
        cover |= {"focus": [0.5, draw.below(10) / 10]}
    article = {
        "title": draw.words(),
        "content": f"articles/{draw.below(len(_BODIES))}.md",
        "cover": cover,
        **_comments(draw),
    }
    if number == 0 or draw.flag():
        article |= {"author": "编辑部", "digest": draw.words()}
    if draw.flag():
        article |= {"content_source_url": "https://example.com/" + str(draw.below(100))}
    return article


def _comments(draw: Draw) -> dict[str, bool]:
    return {"need_open_comment": draw.flag(), "only_fans_can_comment": draw.flag()}


def _image(draw: Draw) -> dict[str, Any]:
    pictures = ["images/hero.png", "images/mill.jpg", "images/dance.gif"][: 1 + draw.below(3)]
    carried = {"files": pictures} if draw.flag() else {"media_ids": [f"GIVEN_{draw.below(9)}"]}
    words = {
        "title": draw.words() if draw.flag() else "",
        "recommend": draw.words() if draw.flag() else "",
    }
    return {**carried, **words, **_comments(draw)}


def _recording(draw: Draw, file: str) -> dict[str, Any]:
    return {"file": file} if draw.flag() else {"media_id": f"GIVEN_{draw.below(9)}"}


def _card(draw: Draw) -> dict[str, Any]:
    return {"card_id": f"pTEA{draw.below(99)}", "card_ext": '{"code":"","openid":"oA00001"}'}


_MESSAGES: Final[dict[str, Callable[[Draw], dict[str, Any]]]] = {
    "mpnews": _news,
    "text": lambda draw: {"content": draw.one(_WORDS) + "\n" + draw.words()},
    "image": _image,
    "voice": partial(_recording, file="audio/bell.mp3"),
    "mpvideo": lambda draw: {
        **_recording(draw, "video/ball.mp4"),
        "title": draw.words(),
        "description": draw.words() if draw.flag() else "",
    },
    "wxcard": _card,
}


@dataclass(frozen=True)
class Lists:
    """Finds a list of openids by its path."""

    openids: Callable[[str], ListedOpenids]


class OfFiles(SampleOpenids):
    """The openids of the repository's lists."""

    def __init__(self, files: OpenidFiles) -> None:
        self.files = files

    def batch(self, listed: OpenidList, number: int, _: State, /) -> tuple[str, ...]:
        return self.files.batch(listed, number)


def _rendered(
    name: CampaignName, file: CampaignFile, account: Account, inputs: Any, lists: Lists, place: Any
) -> RenderedCampaign:
    content = render_content(
        name, file, account=account, inputs=inputs, place=place, folder=folder_of(name)
    )
    around = {
        "account": account,
        "lists": lists,
        "source_sha256": sha(name),
        "place": place,
        "folder": folder_of(name),
    }
    around["destinations"] = content.message.destinations
    around["shows_unread_picture"] = content.message.shows_unread_picture
    campaign, diagnostics = campaign_of(name, file, content, **around)
    assert campaign is not None, diagnostics
    return replace(campaign, inputs=JUDGED)


def drawn_campaigns() -> Iterator[tuple[RenderedCampaign, Openids]]:
    """Render every drawn campaign."""
    account = Account.model_validate({"appid": APPID, "kind": "service", "secret_env": "SECRET"})
    lists = Lists(lambda _: ListedOpenids(openid_list(BATCHES), (), ()))
    for seed in range(DRAWN):
        name = CampaignName(f"drawn-{seed:03}")
        files = {f"{name}/articles/{number}.md": body for number, body in enumerate(_BODIES)}
        files |= {
            f"{name}/images/{each}": each
            for each in ("hero.png", "mill.jpg", "dance.gif", "cover.jpg")
        }
        folder = Folder(
            {**files, f"{name}/audio/bell.mp3": "bell", f"{name}/video/ball.mp4": "ball"}
        )
        yield _rendered(name, drawn_file(seed), account, folder, lists, place_of), SampleOpenids()


def sample_campaigns(cache: Path) -> Iterator[tuple[RenderedCampaign, Openids]]:
    """Render the samples in campaigns/; their converted pictures lie in `cache`."""
    repository = Repository(ROOT)
    settings, diagnostics = load_settings(repository, loopback_override=None)
    assert settings is not None, diagnostics
    for name in repository.campaign_folders.names:
        (folder := cache / name).mkdir()
        materials, shelf = Materials(repository, settings, folder), OpenidFiles(repository)
        loaded = materials.campaign(name)
        assert loaded.file is not None, name
        account, lists = settings.account(loaded.file.account), Lists(shelf.listed)
        yield _rendered(name, loaded.file, account, materials, lists, loaded.place), OfFiles(shelf)


def staged(campaign: RenderedCampaign) -> State:
    """Record that everything of a campaign is staged."""
    happened: list[Happening] = []
    for each in campaign.files:
        url = f"https://mmbiz.qpic.cn/{each.sha256[:9]}"
        about = {"appid": campaign.appid, "sha256": each.sha256}
        if each.purpose is Purpose.IMAGE:
            happened.append(ImageUploaded(**about, url=url))
        else:
            happened.append(MaterialAdded(**about, media_id=f"M_{each.sha256[:9]}", url=url))
    about = {"appid": campaign.appid, "digest": campaign.digest}
    if campaign.message.has_draft:
        named = {"draft_sha256": sha("draft"), **about}
        drafts = [DraftSaved(**named, batch=at, media_id=f"D_{at}") for at in _batches(campaign)]
        happened += [(each, campaign) for each in drafts]
    happened += (
        [(VideoMade(**about, media_id="V_1"), campaign)]
        if campaign.message.type == "mpvideo"
        else []
    )
    if campaign.audience.tag is not None:
        resolved = AudienceResolved(
            **about, tag=campaign.audience.tag, tag_id=3, name=campaign.audience.tag, count=9
        )
        happened.append((resolved, campaign))
    return recorded(*happened)


def _batches(campaign: RenderedCampaign) -> range:
    return range(1, (campaign.batches or 1) + 1)


def written(campaign: RenderedCampaign, openids: Openids) -> dict[str, Any]:
    """Return everything that is written of a campaign, as text."""
    state = staged(campaign)
    record = state.record(campaign.name, campaign.edition)
    draft = record.draft(1)
    shown = preview_body(campaign, state, staged_draft(draft) if draft is not None else None)
    sends, entries = [], []
    for batch in _batches(campaign):
        intent = send_intent(campaign, state, batch if campaign.batches else None, openids)
        sends.append(_content(send_request(intent)))
        event = intent.attempted(9, origin=send_origin(campaign, house()))
        entry = NewEntry(at=NOW, event=event, campaign=campaign.name, edition=campaign.edition)
        entries.append(encode(entry, batch, GENESIS).decode())
    articles = draft_articles(campaign, state) if campaign.message.has_draft else ()
    return {
        "digest": campaign.digest,
        "message_digest": campaign.message_digest,
        "headlines": list(campaign.headlines),
        "lock": lock_text(lock_document(campaign, "massctl 1")),
        "draft": _content(draft_request(articles)) if articles else None,
        "fingerprints": [draft_sha256(articles), markup_sha256(articles)] if articles else None,
        "previews": [_content(preview_request(each, shown)) for each in campaign.recipients],
        "sends": sends,
        "entries": entries,
    }


def _content(request: Any) -> str:
    return str(request.path) + " " + (request.content or b"").decode()


def every_case() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each case and what is written of it."""
    with tempfile.TemporaryDirectory() as cache:
        for campaign, openids in sample_campaigns(Path(cache)):
            yield campaign.name, written(campaign, openids)
    for campaign, openids in drawn_campaigns():
        yield campaign.name, written(campaign, openids)


def digests() -> dict[str, str]:
    """Return the digest of each case."""
    return {name: digest_of(parts) for name, parts in every_case()}


def differing() -> list[str]:
    """Name the cases that differ from the file."""
    kept, now = json.loads(DIGESTS.read_text()), digests()
    return sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--write"]:
            DIGESTS.write_text(json.dumps(digests(), indent=1) + "\n")
        case [name]:
            sys.stdout.write(
                json.dumps(dict(every_case())[name], ensure_ascii=False, indent=2) + "\n"
            )
        case _:
            sys.stdout.writelines(f"{each}\n" for each in differing())
