// What is pasted from Word, 飞书 and web pages, as clean Markdown; design blocks of editors keep their bytes as HTML.

import TurndownService from "turndown";
import { gfm } from "turndown-plugin-gfm";

// 秀米, 135 and WeChat's console: what looks like it has to keep its styles is left as it is.
const DESIGN = /<section[^>]+style=|class="(?:_135editor|xmteditor)"|powered-by="xiumi|data-tools="135|mpa-template/i;
const NOT_TEXT = ["style", "script", "meta", "link", "title", "xml"];

function markdownOf(html: string): string {
  const service = new TurndownService({
    headingStyle: "atx",
    bulletListMarker: "-",
    codeBlockStyle: "fenced",
    emDelimiter: "*",
  });
  service.use(gfm);
  for (const tag of NOT_TEXT) service.remove(tag as keyof HTMLElementTagNameMap);
  service.addRule("empty", {
    filter: (node) => node.nodeName === "P" && !node.textContent?.trim() && !node.querySelector("img"),
    replacement: () => "",
  });
  service.addRule("word-list", {
    // Word writes lists as paragraphs whose class says so, with the bullet as text.
    filter: (node) => node.nodeName === "P" && /^MsoListParagraph/.test(node.className),
    replacement: (content) => `- ${content.replace(/^[·•o§\d]+[.、)]?\s*/, "").trim()}\n`,
  });
  return service
    .turndown(html)
    .replace(/\u00a0/g, " ")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

// The Markdown or HTML that stands for what was pasted; null where its plain text says everything.
export function pastedText(data: DataTransfer): string | null {
  const html = data.getData("text/html");
  if (!html) return null;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const body = parsed.body.innerHTML;
  if (DESIGN.test(body)) return `\n\n${designOf(body)}\n\n`;
  if (!parsed.body.querySelector("h1,h2,h3,h4,strong,b,em,i,a[href],ul,ol,table,img,blockquote,pre,code,p.MsoNormal"))
    return null;
  return markdownOf(body);
}

// A block of HTML ends at an empty line in Markdown, so a design block has none.
function designOf(html: string): string {
  return html
    .replace(/<!--(?:Start|End)Fragment-->/g, "")
    .replace(/\n\s*\n/g, "\n")
    .trim();
}

export function picturesIn(data: DataTransfer): File[] {
  return [...data.files].filter((each) => each.type.startsWith("image/"));
}
