"""The look of pages: the desk around the phones, and what stands on a phone."""

from typing import Final

DESK_STYLE: Final = """
:root {
  color-scheme: light dark;
  --desk: light-dark(#f1f2f1, #101112); --paper: light-dark(#fff, #1b1c1e); --ink: light-dark(#1b1d1c, #e3e5e4);
  --soft: light-dark(#585e5b, #9da3a0); --line: light-dark(#dcdfdd, #303234); --accent: light-dark(#057a3f, #35c77b);
  --tint: light-dark(#e3f1e9, #14301f); --red: light-dark(#b3261e, #ff8f86); --red-tint: light-dark(#fbeae8, #3a1b19);
  --amber: light-dark(#7a5200, #eebb5a); --amber-tint: light-dark(#fbf1dc, #33270f);
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace;
}
:root:has(#look-light:checked) { color-scheme: light; }
:root:has(#look-dark:checked) { color-scheme: dark; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 96px; }
body {
  margin: 0; background: var(--desk); color: var(--ink); font-size: 14px; line-height: 1.55;
  font-family: system-ui, -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC",
    "Microsoft YaHei", sans-serif;
  -webkit-font-smoothing: antialiased;
}
code, pre { font-family: var(--mono); font-size: 12.5px; overflow-wrap: anywhere; }
h1, h2, h3 { font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
.skip {
  position: absolute; left: -999px; z-index: 9; padding: 8px 14px; background: var(--paper); color: var(--accent);
}
.skip:focus { left: 8px; top: 8px; }

.bar {
  display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 10px 32px;
  padding: 14px 28px;
  border-bottom: 1px solid var(--line); background: var(--paper);
}
.about { min-width: 0; }
.about h1 { margin: 0; font-size: 19px; line-height: 1.35; overflow-wrap: anywhere; }
.home { font-size: 13px; color: var(--accent); text-decoration: none; }
.home::before { content: "‹ "; }
.home:hover { text-decoration: underline; }
.facts { margin: 2px 0 0; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
.knobs { display: flex; flex-wrap: wrap; gap: 8px 16px; }

.tabs {
  position: relative; display: flex; min-width: 0; margin: 0; padding: 3px; border: 0; border-radius: 9px;
  background: light-dark(#e4e7e5, #27292b);
}
.tabs[hidden] { display: none; }
.tabs > legend {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.knob { align-items: center; }
.tabs > input { position: absolute; width: 1px; height: 1px; margin: 0; opacity: 0; }
.tabs > label {
  flex: 0 1 auto; min-width: 44px; max-width: 15em; overflow: hidden; padding: 3px 11px; border-radius: 6px;
  font-size: 13px;
  text-align: center; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); cursor: pointer;
}
.tabs > label:hover { color: var(--ink); }
.tabs > input:checked + label {
  background: var(--paper); color: var(--ink); box-shadow: 0 1px 2px rgba(0, 0, 0, .14);
}
.tabs > input:focus-visible + label { outline: 2px solid var(--accent); outline-offset: 1px; }

.desk {
  display: flex; flex-wrap: wrap; justify-content: center; align-items: flex-start; gap: 28px 36px;
  padding: 24px 28px 56px;
}
.column { max-width: 100%; }
.above {
  display: flex; justify-content: space-between; align-items: center; gap: 12px; min-height: 32px;
  margin: 0 6px 10px;
}
.above h2 { flex: none; margin: 0; font-size: 14px; color: var(--soft); }
.reading .above { max-width: 380px; }
:root:has(#width-desk:checked) .reading .above { max-width: 720px; }
.files { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 10px 10px 0; font-size: 13px; }
.files a { color: var(--link); }
.earlier { display: none; }
:root:has(#beside-earlier:checked) .earlier { display: block; }
:root:has(#beside-earlier:checked) .desk:has(.reading) .arrival { display: none; }
.aside { flex: 1 1 300px; max-width: 460px; }
.notes {
  margin: 0 0 18px; padding: 14px 16px; border: 1px solid var(--line); border-radius: 12px;
  background: var(--paper);
}
.notes h2 { margin: 0 0 8px; font-size: 14px; }
.count { margin-left: 4px; font-weight: 400; color: var(--soft); }
.nothing { margin: 0; color: var(--soft); }
.notes ul { margin: 0; padding: 0; list-style: none; }
.notes li { overflow-wrap: anywhere; }
.notes li p { margin: 0; }
.findings > li { padding: 10px 0; border-top: 1px solid var(--line); }
.findings > li:first-child { padding-top: 2px; border-top: 0; }
.severity {
  padding: 1px 7px; border-radius: 5px; font-size: 12px; font-weight: 600; background: var(--desk);
  color: var(--soft);
}
.error .severity, .faulty { background: var(--red-tint); color: var(--red); }
.warning .severity { background: var(--amber-tint); color: var(--amber); }
.where { color: var(--soft); }
.notes button {
  padding: 1px 9px; border: 1px solid var(--line); border-radius: 6px; background: none; font: inherit;
  font-size: 12.5px;
  color: var(--accent); cursor: pointer;
}
.notes button:hover { border-color: var(--accent); }
.notes pre { margin: 6px 0; padding: 6px 10px; border-radius: 6px; background: var(--desk); white-space: pre-wrap; }
.number { margin-right: 10px; color: var(--soft); user-select: none; }
mark {
  background: var(--amber-tint); color: var(--amber); text-decoration: underline wavy 1px;
  text-underline-offset: 3px;
}
.error mark { background: var(--red-tint); color: var(--red); }
.hint { color: var(--soft); }
.by-hand > li { padding: 3px 0; }
.by-hand > .done { color: var(--soft); text-decoration: line-through; }
.base { margin: 0 0 6px; color: var(--soft); }
.changes > li { padding: 3px 0; }
.changes > .article-name { padding-top: 8px; font-weight: 600; }
.changes > .inner { padding-left: 14px; }
.changes del { background: var(--red-tint); color: var(--red); }
.changes ins { background: var(--tint); color: var(--accent); text-decoration: none; }
.faulty a { margin-left: 6px; color: inherit; }
.faulty { margin: 18px 28px 0; padding: 10px 16px; border-radius: 10px; }

.status {
  padding: 1px 8px; border-radius: 999px; background: var(--desk); font-size: 12px; font-weight: 500;
  color: var(--soft);
}
.status:is(.sent, .sending) { background: var(--tint); color: var(--accent); }
.status:is(.failed, .in_doubt) { background: var(--red-tint); color: var(--red); }
.status.awaiting_admin { background: var(--amber-tint); color: var(--amber); }
.list { max-width: 880px; margin: 0 auto; padding: 24px 20px 56px; }
.group h2 { margin: 18px 4px 8px; font-size: 14px; color: var(--soft); }
.campaigns {
  margin: 0; padding: 0; overflow: hidden; border: 1px solid var(--line); border-radius: 12px;
  background: var(--paper); list-style: none;
}
.campaigns li + li { border-top: 1px solid var(--line); }
.campaigns a {
  display: flex; align-items: center; gap: 14px; padding: 12px 16px; color: inherit; text-decoration: none;
}
.campaigns a:hover { background: light-dark(#f8f9f8, #222426); }
.campaigns a:focus-visible { outline-offset: -3px; }
.campaigns .thumb {
  display: grid; place-items: center; font-size: 20px; font-style: normal; color: var(--soft);
  flex: none; width: 56px; height: 56px; border-radius: 8px; object-fit: cover; background: var(--desk);
}
.what { flex: 1; min-width: 0; }
.what strong, .what code, .when { display: block; overflow-wrap: anywhere; }
.what strong { font-size: 15px; font-weight: 600; }
.what code, .when { color: var(--soft); }
.when { font-size: 13px; }
.stands {
  display: flex; flex: none; flex-direction: column; align-items: flex-end; gap: 4px; font-size: 12.5px;
  color: var(--soft);
}
.stands .error { color: var(--red); font-weight: 600; }
.stands .warning { color: var(--amber); }
.live {
  position: fixed; right: 16px; bottom: 14px; z-index: 5; margin: 0; padding: 4px 12px; border-radius: 999px;
  background: var(--ink);
  font-size: 12.5px; color: var(--desk); opacity: 0; transition: opacity .3s;
}
.live.shown { opacity: 1; }
::highlight(sought) { background-color: #ffd54a; color: #191919; }
:root:has(#beside-earlier:checked) *::highlight(added) { background-color: light-dark(#cdeed9, #1d4a30); }
:root:has(#beside-earlier:checked) *::highlight(removed) {
  background-color: light-dark(#f9d4d0, #5a2622); text-decoration: line-through;
}
.sought-here { outline: 3px solid #ffb300; outline-offset: 3px; }

@media (max-width: 480px) {
  .bar { padding: 12px 16px; }
  .knob.width, .knob.beside { display: none; }
  .desk { display: block; padding: 0 0 24px; }
  .above, .reading .above { flex-wrap: wrap; max-width: none; margin: 0; padding: 16px 16px 10px; }
  .aside { max-width: none; padding: 20px 12px 0; }
  .faulty a { margin-left: 6px; color: inherit; }
.faulty { margin: 12px 12px 0; }
  .list { padding: 12px 12px 40px; }
  .stands { max-width: 84px; text-align: right; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; scroll-behavior: auto !important; } }
@media print { .knobs, .live, .skip { display: none; } }
"""


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
