// A month beside the window of a letter: what is taken on which day, and what the allowance still has.

import { make } from "./dom";
import { ask, at } from "./server";
import { say } from "./words";

interface MonthSend {
  name: string;
  title: string;
  account: string;
  hours: string;
  state: string;
  isOut: boolean;
  isConflict: boolean;
}

interface MonthDay {
  day: string;
  isOutside: boolean;
  isFrozen: boolean;
  sends: MonthSend[];
}

interface Month {
  month: string;
  weekdays: string[];
  days: MonthDay[];
  allowances: { account: string; period: string; words: string }[];
  obstacles: string[];
}

const DAY_MS = 86_400_000;

export class MonthPane {
  readonly element = make("div", { class: "month" });
  private shown = "";
  private account = "";
  private day = "";
  private choose: (day: string) => void = () => {};

  constructor(private readonly letter: string) {}

  // The account that sends, the day of the window, and what is done with a day that somebody chooses.
  about(account: string, day: string, choose: (day: string) => void): void {
    const isOther = day !== this.day;
    [this.account, this.day, this.choose] = [account, day, choose];
    void this.show(isOther ? day.slice(0, 7) : this.shown);
  }

  renew(): void {
    void this.show(this.shown);
  }

  private async show(month: string): Promise<void> {
    const told = await ask<Month>("GET", `${at("letters", this.letter, "month")}?month=${month}`);
    if (!told.month) return;
    this.shown = told.month;
    const turn = (days: number, name: string, sign: string): Node => {
      const next = new Date(Date.parse(`${told.month}-15T00:00Z`) + days * DAY_MS).toISOString().slice(0, 7);
      return make(
        "button",
        { type: "button", "aria-label": say(name), title: say(name), click: () => void this.show(next) },
        sign,
      );
    };
    const days = told.days.map((each) => this.dayOf(each));
    const own = told.allowances.filter((each) => each.account === this.account);
    this.element.replaceChildren(
      make(
        "div",
        { class: "turn" },
        turn(-30, "monthBefore", "‹"),
        make("strong", {}, told.month),
        turn(30, "monthAfter", "›"),
      ),
      make("div", { class: "days" }, ...told.weekdays.map((each) => make("span", {}, each)), ...days),
      this.taken(told),
      ...own.map((each) => make("p", { class: "hint" }, `${each.period}　${each.words}`)),
      ...told.obstacles.map((each) => make("p", { class: "obstacle" }, each)),
    );
  }

  private dayOf(each: MonthDay): Node {
    const titles = each.sends.map((send) => `${send.hours} ${send.title}`);
    const kinds = [
      each.isOutside && "outside",
      each.isFrozen && "frozen",
      each.sends.some((send) => send.isConflict) && "conflict",
      each.sends.length && "taken",
    ];
    const number = String(Number(each.day.slice(8)));
    const about = [number, each.day, each.isFrozen ? say("frozenDay") : "", ...titles].filter(Boolean).join(", ");
    return make(
      "button",
      {
        type: "button",
        class: kinds.filter(Boolean).join(" "),
        "aria-label": about,
        "data-day": each.day,
        "aria-pressed": String(each.day === this.day),
        title: titles.join("\n"),
        click: () => this.choose(each.day),
      },
      number,
      each.sends.length > 0 && make("span", { class: "dots", "aria-hidden": "true" }, "•".repeat(each.sends.length)),
    );
  }

  // What goes out on the day of the window.
  private taken(told: Month): HTMLElement {
    const sends = told.days.find((each) => each.day === this.day)?.sends ?? [];
    const rows = sends.map((each) =>
      make(
        "li",
        { class: each.isConflict ? "conflict" : "" },
        [each.hours, each.title, each.account, each.name === this.letter ? say("thisLetter") : each.state]
          .filter(Boolean)
          .join(" · "),
      ),
    );
    const free = make("li", { class: "hint" }, say("dayFree"));
    return make("ul", { class: "taken-list" }, ...(rows.length || !this.day ? rows : [free]));
  }
}
