// What the page says, in the reader's language: the server wrote it into the page. The editor's own words are there under
// their English ones.

export const said = JSON.parse(document.body.dataset["words"] ?? "{}") as Record<string, string>;

export function say(name: string, values: Record<string, string | number> = {}): string {
  const text = said[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

// Tells something to everybody, those who hear the page included.
export function tell(text: string): void {
  const place = document.querySelector<HTMLElement>(".told");
  if (!place) return;
  place.textContent = text;
  place.classList.add("shown");
  window.setTimeout(() => place.classList.remove("shown"), 6000);
}
