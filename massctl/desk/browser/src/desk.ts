// The entry: which page this is.

import { showHome } from "./home";
import { LetterPage } from "./letter";
import { ask, at, type Letter, Refused } from "./server";
import { tell } from "./words";

async function begin(): Promise<void> {
  const name = document.body.dataset["letter"];
  if (!name) return showHome();
  new LetterPage(name, await ask<Letter>("GET", at("letters", name)));
  document.documentElement.dataset["ready"] = "yes";
}

begin().catch((error: unknown) => tell(error instanceof Refused ? error.lines : String(error)));
