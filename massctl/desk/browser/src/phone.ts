// The phone: a page of `massctl serve` in a frame, shown without its bar, at the place that is edited.

import { byId } from "./dom";

const FRAME_STYLE = `
  header.bar, .aside, .faulty { display: none !important }
  body, main { padding: 0 !important; margin: 0 !important; min-height: 0 !important }
  .desk { display: block !important; padding: 12px !important; gap: 12px !important }
  .column { margin: 0 auto 16px !important }
`;

export class Phone {
  private readonly frame = byId<HTMLIFrameElement>("phone");
  private timer = 0;
  private words = "";
  private share = 0;

  constructor() {
    this.frame.addEventListener("load", () => this.addStyle());
    if (this.page?.readyState === "complete") this.addStyle();
  }

  // Brings the place that is edited into view: by its words, or else by how far down the text it is.
  follow(words: string, share: number): void {
    this.words = words;
    this.share = share;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.scroll(), 80);
  }

  renew(): void {
    this.frame.contentWindow?.postMessage("renew", location.origin);
  }

  private get page(): Document | null {
    return this.frame.contentDocument;
  }

  private addStyle(): void {
    const page = this.page;
    if (!page || page.location.href === "about:blank") return;
    const style = page.createElement("style");
    style.textContent = FRAME_STYLE;
    page.head.append(style);
    // What is shown anew is shown at the same place.
    new MutationObserver(() => this.follow(this.words, this.share)).observe(page.body, {
      childList: true,
      subtree: true,
    });
  }

  private scroll(): void {
    const reader = this.page?.getElementById("reading-glass");
    const panel = reader && [...reader.children].find((each) => (each as HTMLElement).offsetHeight > 0);
    if (!reader || !panel) return;
    const found = this.words.length > 1 ? placeOf(this.words, panel) : null;
    // A narrow page is as long as its article, and scrolls itself.
    const isWhole = reader.scrollHeight <= reader.clientHeight;
    const scroller = (isWhole && this.page?.scrollingElement) || reader;
    const begin = isWhole ? 0 : reader.getBoundingClientRect().top;
    const away = found
      ? found.getBoundingClientRect().top - begin - scroller.clientHeight / 3
      : Number.POSITIVE_INFINITY;
    const top = found ? scroller.scrollTop + away : this.share * (scroller.scrollHeight - scroller.clientHeight);
    // What is in view already stays where it is.
    if (Math.abs(away) > scroller.clientHeight / 3) scroller.scrollTo({ top });
  }
}

// The first element that contains these words; spaces do not count.
function placeOf(words: string, panel: Element): Element | null {
  const wanted = words.replace(/\s+/g, "").slice(0, 24);
  if (!wanted) return null;
  for (const each of panel.querySelectorAll("p, h1, h2, h3, h4, h5, h6, li, td, blockquote, section, pre, span")) {
    if (each.children.length < 6 && (each.textContent ?? "").replace(/\s+/g, "").includes(wanted)) return each;
  }
  return null;
}
