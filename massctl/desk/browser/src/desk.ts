// The entry: which page this is.

import { showHome } from "./home";
import { LetterPage } from "./letter";
import { handOver } from "./saved_file";
import { ask, at, type Letter, Refused, tellRefusal } from "./server";
import { tell } from "./words";

// Fields take the words of an input method when they are words, not its letters before.
const isField = (event: Event): boolean =>
  event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
document.addEventListener(
  "input",
  (event) => {
    if ((event as InputEvent).isComposing && isField(event)) event.stopPropagation();
  },
  true,
);
document.addEventListener("compositionend", (event) => {
  if (isField(event)) event.target?.dispatchEvent(new Event("input", { bubbles: true }));
});

async function begin(): Promise<void> {
  const name = document.body.dataset["letter"];
  await handOver().catch(tellRefusal);
  if (!name) return showHome();
  new LetterPage(name, await ask<Letter>("GET", at("letters", name)));
  document.documentElement.dataset["ready"] = "yes";
}

begin().catch((error: unknown) => tell(error instanceof Refused ? error.lines : String(error)));
