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
  service.addRule("item", {
    filter: "li",
    replacement: (content, node) => {
      const before = [...(node.parentNode?.children ?? [])].indexOf(node as Element);
      const start = Number((node.parentNode as Element).getAttribute("start") || 1);
      const sign = node.parentNode?.nodeName === "OL" ? `${start + before}. ` : "- ";
      const lines = content
        .trim()
        .replace(/\n\s*\n/g, "\n")
        .split("\n");
      return `${sign}${lines.join(`\n${" ".repeat(sign.length)}`)}\n`;
    },
  });
  service.addRule("local-picture", {
    // Word and mail programs name files of the other machine, which no page can read.
    filter: (node) => node.nodeName === "IMG" && !/^https?:/i.test(node.getAttribute("src") ?? ""),
    replacement: () => "",
  });
  service.addRule("word-list", {
    // Word writes lists as paragraphs whose class says so, with the bullet as text.
    filter: (node) => node.nodeName === "P" && /^MsoListParagraph/.test(node.className),
    replacement: (content) => `- ${content.replace(/^[·•o§\d]+[.、)]?\s*/, "").trim()}\n`,
  });
  return service
    .turndown(html)
    .replace(/[\u00a0\u200b\ufeff]/g, (each) => (each === "\u00a0" ? " " : ""))
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

// The Markdown or HTML that stands for what was pasted; null where its plain text says everything.
export function pastedText(data: DataTransfer): string | null {
  const html = data.getData("text/html");
  if (!html) return null;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const body = parsed.body.innerHTML;
  if (DESIGN.test(body)) return designOf(html);
  if (!parsed.body.querySelector("h1,h2,h3,h4,strong,b,em,i,a[href],ul,ol,table,img,blockquote,pre,code,p.MsoNormal"))
    return null;
  for (const table of parsed.body.querySelectorAll("table")) plainTable(table);
  return markdownOf(parsed.body.innerHTML);
}

// Tables of Word and 飞书 have paragraphs in their cells, and no heads: Markdown has lines, and a first row that is the head.
function plainTable(table: HTMLTableElement): void {
  for (const block of table.querySelectorAll(":is(td, th) :is(p, div)")) block.replaceWith(...block.childNodes, " ");
  if (table.querySelector("th")) return;
  for (const cell of [...(table.rows[0]?.cells ?? [])]) {
    const head = table.ownerDocument.createElement("th");
    head.append(...cell.childNodes);
    cell.replaceWith(head);
  }
}

// The bytes of the clipboard, without what the system puts around them. A block of HTML ends at an empty line in Markdown,
// so a design block has none.
function designOf(html: string): string {
  const fragment = /<!--StartFragment-->([\s\S]*)<!--EndFragment-->/.exec(html)?.[1] ?? html;
  return fragment
    .replace(/<\/?(?:html|body|head|meta)\b[^>]*>/gi, "")
    .replace(/\r\n?/g, "\n")
    .replace(/\n\s*\n/g, "\n")
    .trim();
}

export function picturesIn(data: DataTransfer): File[] {
  return [...data.files].filter((each) => each.type.startsWith("image/"));
}
