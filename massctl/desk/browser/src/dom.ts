// Elements made in one call. Text is always text: nothing here reads HTML.

type Child = Node | string | null | false;
type Props = Record<string, string | boolean | number | ((event: Event) => void)>;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children.filter((each): each is Node | string => each !== null && each !== false));
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found as T;
}

// Opens a dialog; it is gone when it closes, and the focus returns to where it was.
export function openDialog(title: string, closeWord: string, ...children: Node[]): HTMLDialogElement {
  const before = document.activeElement as HTMLElement | null;
  const close = make("button", { type: "button", click: () => dialog.close() }, closeWord);
  const dialog = make("dialog", { "aria-label": title }, make("h2", {}, title), ...children, close);
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
