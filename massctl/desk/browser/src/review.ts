// The review of a letter: where it stands, what reviewers wrote, what changed since, and what can be asked for.

import { byId, make } from "./dom";
import { ask, at, NoAnswer, oneAtATime, Refused, tellRefusal } from "./server";
import { signInPart } from "./sign_in";
import { askClashes, type Brought } from "./upstream";
import { say, tell } from "./words";

const POLL_MS = 20_000;
const POLL_MS_MAX = 300_000;

export interface ReviewComment {
  thread: string;
  author: string;
  body: string;
  at: string;
  isSettled: boolean;
  path: string;
  line: number;
  isSame: boolean;
}

export interface Review {
  forge: { name: string; isSignedIn: boolean; canSignIn: boolean; said: string };
  state: "none" | "pushed" | "open" | "merged";
  stateWords: string;
  trouble: string;
  why: string;
  page: string | null;
  number: number | null;
  isPushed: boolean;
  isBehind: boolean;
  when: string;
  canPreview: boolean;
  canAskWithdrawal: boolean;
  comments?: ReviewComment[];
  checks?: { name: string; state: "good" | "bad" | "open"; said: string; page: string }[];
  asked?: string[];
  against?: string[];
  approving?: string[];
  lacking?: string;
  since?: { path: string; pieces: { before: string; after: string }[] }[];
}

export interface ReviewHooks {
  goTo(path: string, line: number): void;
  read(review: Review): void;
}

export class ReviewPanel {
  private readonly place = byId("review-panel");
  private readonly said = make("textarea", { rows: 2 });
  private readonly answer = make("p", { role: "status", class: "answer" });
  private readonly standing = make("div", { class: "standing" });
  private readonly remarks = make("div", { class: "remarks" });
  private readonly acts = make("div", { class: "acts" });
  private readonly drafts = new Map<string, string>();
  private review: Review | null = null;
  private known = "";
  private signInPart: { known: string; part: Node } | null = null;
  private pause = POLL_MS;
  private timer = 0;

  constructor(
    private readonly name: string,
    private readonly hooks: ReviewHooks,
  ) {
    const label = make("label", { class: "said" }, make("span", {}, say("reviewSaid")), this.said);
    this.place.append(this.standing, label, this.acts, this.answer, this.remarks);
    document.addEventListener("visibilitychange", () => document.hidden || this.soon());
    this.read();
  }

  // Reads the review now, and then more and more rarely while nothing changes.
  soon(): void {
    this.pause = POLL_MS;
    this.read();
  }

  write(): void {
    this.said.focus();
  }

  showComment(comment: ReviewComment): void {
    const index = this.review?.comments?.indexOf(comment) ?? -1;
    const found = this.remarks.querySelector<HTMLElement>(`[data-comment="${index}"]`);
    found?.scrollIntoView({ block: "center" });
    found?.focus();
  }

  private readonly read = oneAtATime(async () => {
    window.clearTimeout(this.timer);
    try {
      const told = await ask<Review>("GET", at("letters", this.name, "review"));
      const known = JSON.stringify(told);
      const isQuiet = known === this.known || told.trouble;
      this.pause = isQuiet ? Math.min(this.pause * 2, POLL_MS_MAX) : POLL_MS;
      if (known !== this.known) this.draw(told);
      this.known = known;
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof NoAnswer)) throw error;
      this.pause = Math.min(this.pause * 2, POLL_MS_MAX);
      if (error instanceof Refused) this.standing.replaceChildren(make("p", { class: "trouble" }, error.lines));
      this.known = "";
    }
    if (!document.hidden) this.timer = window.setTimeout(this.read, this.pause);
  });

  private draw(review: Review): void {
    this.review = review;
    this.drawStanding(review);
    this.drawActs(review);
    this.remarks.replaceChildren(...this.checks(review), ...this.comments(review), ...this.since(review));
    byId("review-count").textContent = String(review.comments?.filter((each) => !each.isSettled).length || "");
    this.hooks.read(review);
  }

  private drawStanding(review: Review): void {
    const names = (title: string, people: string[] | undefined): Node | null =>
      people?.length ? make("p", {}, make("b", {}, say(title)), " ", people.join("、")) : null;
    const isAsked = review.state === "pushed" || review.state === "open";
    const request = review.number ? say("request", { number: review.number }) : say("openRequest");
    const parts: (Node | null)[] = [
      review.stateWords ? make("p", { class: `where ${review.state}` }, review.stateWords) : null,
      review.trouble ? make("p", { class: "trouble" }, `${review.trouble} ${review.why}`) : null,
      review.when ? make("p", {}, review.when) : null,
      isAsked && review.isBehind ? make("p", { class: "trouble" }, say("othersPushed")) : null,
      isAsked && !review.isBehind && !review.isPushed ? make("p", { class: "trouble" }, say("notPushed")) : null,
      review.page ? make("p", {}, link(review.page, request)) : null,
      names("against", review.against),
      names("approving", review.approving),
      names("asked", review.asked),
      review.lacking ? make("p", {}, make("b", {}, say("lacking")), " ", review.lacking) : null,
      this.signIn(review.forge),
    ];
    this.standing.replaceChildren(...parts.filter((each) => each !== null));
  }

  // The same part as long as nothing changed: somebody may be typing its code on the forge's page.
  private signIn(forge: Review["forge"]): Node {
    const known = JSON.stringify(forge);
    if (this.signInPart?.known !== known) this.signInPart = { known, part: signInPart(forge, () => this.soon()) };
    return this.signInPart.part;
  }

  private drawActs(review: Review): void {
    const act = (name: string, run: () => Promise<unknown>, isMain = false): HTMLElement =>
      make(
        "button",
        { type: "button", class: isMain ? "main-act" : "", "data-act": name, click: () => void this.act(run) },
        say(name),
      );
    const path = (what: string): string => at("letters", this.name, what);
    const order = (name: string): (() => Promise<unknown>) => {
      return () => ask("POST", path("orders"), { order: name });
    };
    const send = act(
      review.state === "open" ? "push" : "review",
      () => ask("POST", path("review"), { said: this.said.value }),
      true,
    );
    const isBehind = review.isBehind && review.state !== "none" && review.state !== "merged";
    this.acts.replaceChildren(
      send,
      ...(isBehind ? [act("bring", () => ask("POST", path("branch")))] : []),
      ...(review.canPreview ? [act("askPreview", order("preview"))] : []),
      ...(review.canAskWithdrawal ? [act("askWithdrawal", order("withdraw"))] : []),
      ...(review.state !== "none" ? [act("withdraw", () => ask("DELETE", path("review")))] : []),
    );
  }

  // Does one thing at a time, and says what is true afterwards.
  private async act(run: () => Promise<unknown>): Promise<void> {
    const buttons = [...this.place.querySelectorAll("button")];
    for (const each of buttons) each.disabled = true;
    this.answer.textContent = say("working");
    try {
      const end = (await run()) as { said?: string } & Partial<Brought>;
      this.answer.textContent = end.said ?? (end.clashes?.length ? say("clash") : "");
      if (end.said) this.said.value = "";
      if (end.clashes) await askClashes(end as Brought);
      else if (end.reason) tell(end.reason);
    } catch (error) {
      this.answer.textContent = error instanceof Refused ? error.lines : say("unknownEnd");
    } finally {
      for (const each of buttons) each.disabled = false;
    }
    this.soon();
  }

  private checks(review: Review): Node[] {
    if (!review.checks?.length) return [];
    const rows = review.checks.map((each) =>
      make(
        "li",
        { class: each.state },
        make("span", { class: "sign", "aria-hidden": "true" }, { good: "✓", bad: "✗", open: "…" }[each.state]),
        make("span", { class: "only-read" }, say(`check-${each.state}`)),
        " ",
        each.page ? link(each.page, each.name) : each.name,
        each.said ? ` ${each.said}` : null,
      ),
    );
    return [make("h2", {}, say("checks")), make("ul", { class: "checks" }, ...rows)];
  }

  private comments(review: Review): Node[] {
    const all = review.comments ?? [];
    if (!all.length) return review.state === "open" ? [make("p", { class: "nothing" }, say("noComments"))] : [];
    const threads = new Map<string, ReviewComment[]>();
    for (const [index, each] of all.entries()) {
      const key = each.thread || `alone-${index}`;
      threads.set(key, [...(threads.get(key) ?? []), each]);
    }
    const rows = [...threads].map(([key, said]) => this.thread(key, said, all));
    return [make("h2", {}, say("remarks")), make("ul", { class: "threads" }, ...rows)];
  }

  private thread(key: string, said: ReviewComment[], all: ReviewComment[]): Node {
    const [first] = said;
    if (!first) return make("li");
    const place = first.line
      ? make(
          "button",
          { type: "button", class: "place", click: () => this.hooks.goTo(first.path, first.line) },
          first.isSame ? say("goThere") : say("goThereChanged"),
        )
      : null;
    const draft = make("textarea", { rows: 1, "aria-label": say("answer"), placeholder: say("answer") });
    draft.value = this.drafts.get(key) ?? "";
    draft.addEventListener("input", () => this.drafts.set(key, draft.value));
    const send = make(
      "button",
      {
        type: "button",
        click: () =>
          void this.act(async () => {
            await ask("POST", at("letters", this.name, "answers"), { thread: first.thread, body: draft.value });
            this.drafts.delete(key);
            return { said: say("answered") };
          }),
      },
      say("answer"),
    );
    const rows = said.map((each) =>
      make(
        "div",
        { class: "remark", tabindex: "-1", "data-comment": all.indexOf(each) },
        make("p", { class: "by" }, make("b", {}, each.author), " ", time(each.at)),
        make("p", { class: "body" }, each.body),
      ),
    );
    return make(
      "li",
      { class: first.isSettled ? "settled" : "" },
      place,
      ...rows,
      make("div", { class: "reply" }, draft, send),
    );
  }

  private since(review: Review): Node[] {
    if (!review.since?.length) return [];
    const rows = review.since.map((file) =>
      make(
        "details",
        {},
        make("summary", {}, `${file.path} · ${say("paragraphs", { count: file.pieces.length })}`),
        ...file.pieces.map((each) =>
          make(
            "div",
            { class: "piece" },
            each.before ? make("del", {}, each.before) : null,
            each.after ? make("ins", {}, each.after) : null,
          ),
        ),
      ),
    );
    return [make("h2", {}, say("since")), ...rows];
  }
}

// A way to the forge. Only addresses of the web are ways: another one is words.
function link(address: string, text: string): Node {
  if (!/^https?:\/\//.test(address)) return document.createTextNode(text);
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}

function time(written: string): string {
  const at = new Date(written);
  return Number.isNaN(at.valueOf()) ? "" : at.toLocaleString(document.documentElement.lang);
}

// Says of the letters of the home page what their reviews came to; silent where nobody is signed in.
export async function reviewWords(): Promise<Record<string, { words: string; page: string }>> {
  try {
    const told = await ask<{ letters: Record<string, { words: string; page: string }>; trouble: string }>(
      "GET",
      "reviews",
    );
    if (told.trouble) tell(told.trouble);
    return told.letters;
  } catch (error) {
    tellRefusal(error);
    return {};
  }
}
