"""The style sheet of the phone page: WeChat's look, light and dark, on a phone of 375 CSS pixels."""

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --desk: #f1f2f3; --ink: #191919; --soft: rgba(0, 0, 0, .5); --faint: rgba(0, 0, 0, .42); --hair: rgba(0, 0, 0, .1);
  --chat: #ededed; --card: #fff; --page: #fff; --link: #576b95; --green: #07c160; --frame: #1c1d1f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --desk: #0c0c0d; --ink: rgba(255, 255, 255, .85); --soft: rgba(255, 255, 255, .5);
    --faint: rgba(255, 255, 255, .42); --hair: rgba(255, 255, 255, .09); --chat: #111; --card: #2c2c2c;
    --page: #191919; --link: #7d90a9; --frame: #303134;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--desk); color: var(--ink); line-height: 1.5; -webkit-font-smoothing: antialiased;
  font-family: -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC", "Source Han Sans SC",
    "Microsoft YaHei", system-ui, sans-serif;
}
a { color: inherit; text-decoration: none; }
:focus-visible { outline: 2px solid var(--green); outline-offset: 2px; border-radius: 4px; }
img { max-width: 100%; }

/* The desk on which the phones lie. */
.about { padding: 28px 24px 0; text-align: center; }
.about h1 { margin: 0; font-size: 20px; font-weight: 600; overflow-wrap: anywhere; }
.about p { margin: 6px 0 0; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
.about code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .94em; }
.desk {
  display: flex; flex-wrap: wrap; justify-content: center; align-items: flex-start; gap: 32px 44px;
  padding: 28px 24px 64px;
}
.phone { width: 391px; }
.phone > h2 {
  display: flex; justify-content: space-between; gap: 12px; margin: 0 10px 10px; font-size: 14px; font-weight: 500;
  color: var(--soft);
}
.phone > h2 a { color: var(--link); }
.glass {
  height: clamp(560px, calc(100vh - 170px), 812px); overflow: hidden auto; scrollbar-width: none;
  border: 8px solid var(--frame); border-radius: 44px; background: var(--page);
  box-shadow: 0 1px 2px rgba(0, 0, 0, .12), 0 18px 44px -12px rgba(0, 0, 0, .28);
}
.glass::-webkit-scrollbar { display: none; }
.chat { background: var(--chat); padding: 28px 12px 40px; }

/* How it arrives. */
.card { display: block; overflow: hidden; border-radius: 8px; background: var(--card); }
.cover { display: block; width: 100%; aspect-ratio: 2.35; object-fit: cover; background: var(--hair); }
.card strong { display: block; font-size: 17px; font-weight: 500; line-height: 1.4; overflow-wrap: anywhere; }
.words { padding: 12px 16px 15px; }
.words p { margin: 5px 0 0; font-size: 14px; color: var(--soft); overflow-wrap: anywhere; }
.lead { position: relative; display: block; }
.lead strong {
  position: absolute; inset: auto 0 0; padding: 44px 16px 12px; color: #fff;
  background: linear-gradient(transparent, rgba(0, 0, 0, .58));
}
.more { display: flex; align-items: center; gap: 12px; padding: 12px 16px; border-top: .5px solid var(--hair); }
.more strong { flex: 1; font-size: 16px; font-weight: 400; }
.more img { flex: none; width: 50px; height: 50px; object-fit: cover; background: var(--hair); }
.bubble { display: flex; gap: 10px; }
.bubble i { flex: none; width: 40px; height: 40px; border-radius: 4px; background: var(--green); }
.bubble p {
  margin: 0; padding: 9px 12px; border-radius: 5px; background: var(--card); font-size: 17px; line-height: 1.45;
  white-space: pre-wrap; overflow-wrap: anywhere;
}

.pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 3px; }
.pictures img { width: 100%; aspect-ratio: 1; object-fit: cover; }
.pictures img:only-child { grid-column: 1 / -1; aspect-ratio: auto; }
.media > p, .given { margin: 0; padding: 10px 14px; overflow-wrap: anywhere; }
.media audio { display: block; width: 100%; }
.media video { display: block; width: 100%; background: #000; }

/* The article. */
.article { padding: 24px 16px 56px; }
.article h3 { margin: 0 0 14px; font-size: 22px; font-weight: 500; line-height: 1.4; overflow-wrap: anywhere; }
.meta { margin: 0 0 22px; font-size: 15px; line-height: 20px; color: var(--faint); }
.meta > * { margin-right: 10px; }
.meta .account { color: var(--link); }
.content {
  position: relative; overflow: hidden; contain: layout paint; font-size: 17px; line-height: 1.6;
  letter-spacing: .034em; color: rgba(0, 0, 0, .9); text-align: justify; overflow-wrap: break-word;
}
.content p { margin: 0; }
.content img { display: inline-block; height: auto; vertical-align: bottom; }
.content a { color: #576b95; }
.content blockquote, .content pre { margin: 0; }
.content table { max-width: 100%; }
.content mp-common-miniprogram, .content mp-miniprogram, .content mp-common-profile {
  display: block; max-width: 320px; margin: 8px auto; padding: 12px 14px; border-radius: 8px; background: #f7f7f7;
  font-size: 15px; text-align: left; letter-spacing: 0;
}
.content mp-common-miniprogram::before, .content mp-miniprogram::before { content: attr(data-miniprogram-title); }
.content mp-common-profile::before { content: attr(data-nickname); }
.article footer { margin-top: 28px; font-size: 15px; }
.article footer a { color: var(--link); }
.article footer p { margin: 24px 0 0; padding-top: 16px; border-top: .5px solid var(--hair); color: var(--faint); }

/* On a real phone there is no frame and no desk. */
@media (max-width: 480px) {
  .about { padding: 20px 16px; text-align: left; }
  .desk { display: block; padding: 0; }
  .phone { width: auto; }
  .phone > h2 { margin: 0; padding: 14px 16px 8px; }
  .glass { height: auto; overflow: visible; border: 0; border-radius: 0; box-shadow: none; }
}
@media (prefers-color-scheme: dark) {
  /* Near to what WeChat's dark mode does to an article, without its script: the lightness turns, pictures stay. */
  .content { filter: invert(.86) hue-rotate(180deg); }
  .content :is(img, image, video, [style*="url("], [data-no-dark]) { filter: invert(1) hue-rotate(180deg); }
}
@media print { .glass { height: auto; overflow: visible; } }
"""
