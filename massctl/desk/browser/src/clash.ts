// Two versions of a text, place by place: the writer chooses for each, and no word of either is lost.

import { make, openDialog } from "./dom";
import type { Piece } from "./server";
import { say } from "./words";

type Choice = "mine" | "theirs" | "both";

export function chosenText(pieces: Piece[], choices: Choice[]): string {
  let number = 0;
  return pieces
    .map((each) => {
      if (each.mine === each.theirs) return each.mine;
      const choice = choices[number++] ?? "both";
      return choice === "both" ? both(each) : each[choice];
    })
    .join("");
}

// Mine, and of theirs each paragraph that is not in mine.
function both({ mine, theirs }: Piece): string {
  const own = mine.split(/\n{2,}/);
  const more = theirs.split(/\n{2,}/).filter((each) => each.trim() && !own.includes(each));
  return more.length ? `${mine.trimEnd()}\n\n${more.join("\n\n").trimEnd()}\n\n` : mine;
}

// Gives the text that was chosen; null where the dialog was closed without "keep": then nothing is to be written.
export async function askClash(pieces: Piece[], about = ""): Promise<string | null> {
  const places = pieces.filter((each) => each.mine !== each.theirs);
  const choices: Choice[] = places.map(() => "both");
  const rows = places.map((each, index) => {
    const option = (choice: Choice): Node => {
      const input = make("input", { type: "radio", name: `place-${index}`, change: () => (choices[index] = choice) });
      input.checked = choice === "both";
      return make("label", {}, input, " ", say(choice));
    };
    return make(
      "fieldset",
      { class: "clash" },
      make("div", { class: "sides" }, side("mine", each.mine), side("theirs", each.theirs)),
      make("div", { class: "choice" }, option("mine"), option("theirs"), option("both")),
    );
  });
  const keep = make("button", { type: "button", class: "main-act", click: () => dialog.close("kept") }, say("keep"));
  const choose = make("p", {}, [about, say("choose")].filter(Boolean).join(" · "));
  const dialog = openDialog(say("clash"), say("close"), choose, ...rows, keep);
  await new Promise((closed) => dialog.addEventListener("close", closed));
  return dialog.returnValue === "kept" ? chosenText(pieces, choices) : null;
}

function side(name: Choice, text: string): Node {
  return make("div", {}, make("h3", {}, say(name)), make("pre", {}, text));
}
