"""The look of WeChat in a page, light and dark: chat, list of subscriptions, article."""

from typing import Final

TABS_MAX: Final = 8
"""WeChat takes so many articles at most. Source: WeChat docs, "draft/add", read 2026-10."""


def _chosen_panels() -> str:
    """Give the rules that show the panel at the place of the tab that is chosen, where the browser can tell."""
    numbers = range(1, TABS_MAX + 1)
    arrival = [
        f".arrival:has(.tabs > input:nth-of-type({n}):checked) .panels > :nth-child({n}) {{ display: block; }}"
        for n in numbers
    ]
    articles = [
        f".desk:has(.articles > input:nth-of-type({n}):checked) :is(.reading, .earlier) .panels > .panel:nth-child({n})"
        " { display: block; }"
        for n in numbers
    ]
    alone = ".panels > :only-child { display: block; }"
    rules = "\n  ".join([".panels > * { display: none; }", alone, *arrival, *articles])
    return f"@supports selector(:has(a)) {{\n  {rules}\n}}\n"


PHONE_STYLE: Final = (
    """
:root {
  --chat: light-dark(#ededed, #111); --card: light-dark(#fff, #2c2c2c); --page: light-dark(#fff, #191919);
  --read: light-dark(rgba(0, 0, 0, .9), #a3a3a3); --grey: light-dark(#6f6f6f, #9c9c9c);
  --hair: light-dark(rgba(0, 0, 0, .1), rgba(255, 255, 255, .1)); --link: light-dark(#576b95, #7d90a9);
  --frame: light-dark(#1c1d1f, #3a3b3d); --bar: light-dark(#ededed, #111);
  --phone: -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC", "Source Han Sans SC",
    "Microsoft YaHei", system-ui, sans-serif;
}
.glass {
  overflow: hidden; border: 8px solid var(--frame); border-radius: 44px; background: var(--page);
  font-family: var(--phone); color: light-dark(#191919, rgba(255, 255, 255, .86));
  box-shadow: 0 1px 2px rgba(0, 0, 0, .12), 0 18px 44px -14px rgba(0, 0, 0, .3);
}
.panels {
  height: clamp(520px, calc(100vh - 200px), 796px); overflow: hidden auto; overscroll-behavior: contain;
  scrollbar-width: none;
}
.panels::-webkit-scrollbar { display: none; }
.panels:focus-visible { outline: 2px solid var(--accent); outline-offset: -4px; border-radius: 36px; }
.phone, .screen { width: 391px; }
.top {
  position: sticky; top: 0; z-index: 2; display: flex; justify-content: space-between; align-items: center;
  height: 44px; padding: 0 20px; background: var(--bar); font-size: 17px;
}
.top i { width: 40px; font-style: normal; }
.screen .top { background: var(--page); font-size: 15px; }
.top i:last-child { text-align: right; }
.top b { overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
.chat { min-height: 100%; padding: 0 0 32px; background: var(--chat); }
.chat > :not(.top) { margin-left: 12px; margin-right: 12px; }
.time {
  margin-top: 10px; margin-bottom: 10px; font-size: 13px; text-align: center; color: light-dark(#6a6a6a, #8c8c8c);
}

.card { display: block; overflow: hidden; margin-top: 10px; border-radius: 8px; background: var(--card); }
.cover { display: block; width: 100%; aspect-ratio: 2.35; object-fit: cover; background: var(--hair); }
.part { position: relative; display: block; overflow: hidden; }
.part img { position: absolute; max-width: none; }
.card strong { display: block; font-size: 17px; font-weight: 500; line-height: 1.4; overflow-wrap: anywhere; }
.words { display: block; margin: 0; padding: 12px 16px 15px; overflow-wrap: anywhere; }
.words > span, .words > p { display: block; margin: 5px 0 0; font-size: 14px; color: var(--grey); }
.lead { position: relative; display: block; }
.lead strong {
  position: absolute; inset: auto 0 0; padding: 48px 16px 12px; color: #fff; text-shadow: 0 0 2px rgba(0, 0, 0, .4);
  background: linear-gradient(transparent, rgba(0, 0, 0, .62));
}
.more { display: flex; align-items: center; gap: 12px; padding: 12px 16px; border-top: .5px solid var(--hair); }
.card .more strong { flex: 1; font-size: 16px; font-weight: 400; }
.more .thumb { flex: none; width: 48px; height: 48px; object-fit: cover; background: var(--hair); }
.card label, label.card, .passed { cursor: pointer; }
.who { display: flex; align-items: center; gap: 8px; margin: 0; padding: 12px 16px; font-size: 15px; }
.who b { font-weight: 500; }
.avatar {
  display: grid; flex: none; place-items: center; width: 40px; height: 40px; border-radius: 4px; background: #0b7d45;
  font-size: 18px; font-style: normal; font-weight: 600; color: #fff;
}
.who .avatar { width: 24px; height: 24px; border-radius: 50%; font-size: 12px; }
.bubble { display: flex; gap: 10px; margin-top: 12px; }
.bubble p {
  margin: 0; padding: 9px 12px; border-radius: 5px; background: var(--card); font-size: 17px; line-height: 1.45;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.passed {
  display: grid; grid-template-columns: 1fr 48px; gap: 6px 10px; margin-top: 14px; padding: 12px 14px 8px;
  border-radius: 6px; background: var(--card);
}
.chat > .passed { margin-left: 72px; }
.passed strong { grid-column: 1 / -1; font-size: 16px; font-weight: 400; line-height: 1.35; overflow-wrap: anywhere; }
.passed span { font-size: 13px; line-height: 1.4; color: var(--grey); overflow-wrap: anywhere; }
.passed .thumb { width: 48px; height: 48px; object-fit: cover; background: var(--hair); }
.passed small {
  grid-column: 1 / -1; padding-top: 6px; border-top: .5px solid var(--hair); font-size: 12px; color: var(--grey);
}
.pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 3px; }
.pictures img { width: 100%; aspect-ratio: 1; object-fit: cover; }
.pictures img:only-child { grid-column: 1 / -1; aspect-ratio: auto; }
.given { margin: 0; padding: 10px 14px; overflow-wrap: anywhere; }
.media audio { display: block; width: 100%; }
.media video { display: block; width: 100%; background: #000; }

.article { padding: 20px 16px 56px; }
.article h3 { margin: 0 0 14px; font-size: 22px; font-weight: 600; line-height: 1.4; overflow-wrap: anywhere; }
.meta { margin: 0 0 22px; font-size: 15px; line-height: 20px; color: var(--grey); overflow-wrap: anywhere; }
.meta > * { margin-right: 10px; }
.meta .account { color: var(--link); }
.content {
  position: relative; overflow: hidden; contain: layout paint; font-size: 17px; line-height: 1.6;
  letter-spacing: .034em; color: var(--read); text-align: justify; overflow-wrap: break-word;
}
.content p { margin: 0; }
.content img { display: inline-block; max-width: 100%; height: auto; vertical-align: bottom; }
.content a { color: var(--link); text-decoration: none; }
.content blockquote, .content pre { margin: 0; }
.content table { max-width: 100%; }
.content mp-common-miniprogram, .content mp-miniprogram, .content mp-common-profile {
  display: block; max-width: 320px; margin: 8px auto; padding: 12px 14px; border-radius: 8px;
  background: light-dark(#f7f7f7, #2c2c2c); font-size: 15px; text-align: left; letter-spacing: 0;
}
.content mp-common-miniprogram::before, .content mp-miniprogram::before { content: attr(data-miniprogram-title); }
.content mp-common-profile::before { content: attr(data-nickname); }
.article footer { margin-top: 28px; font-size: 15px; }
.article footer a { color: var(--link); text-decoration: none; }
.article footer p { margin: 24px 0 0; padding-top: 16px; border-top: .5px solid var(--hair); color: var(--grey); }
.glass .nothing { padding: 40px 24px; text-align: center; color: var(--grey); }

:root:has(#width-desk:checked) .screen { width: 733px; border-width: 28px 8px 8px; border-radius: 14px; }
:root:has(#width-desk:checked) .screen .top { display: none; }
:root:has(#width-desk:checked) .article { padding: 32px 20px 72px; }
"""
    + _chosen_panels()
    + """
@media (max-width: 480px) {
  .glass.phone, .glass.screen { width: auto; border: 0; border-radius: 0; box-shadow: none; }
  .panels { height: auto; overflow: visible; }
  .chat { min-height: 0; padding-bottom: 24px; }
  .screen .top { display: none; }
}
@media print { .panels { height: auto; overflow: visible; } }
"""
)
