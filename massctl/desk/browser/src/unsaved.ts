// What a page has not saved yet, kept in this browser. Each page keeps its own, and holds a lock for as long as it lives:
// what has no lock was left by a page that is gone.

const PREFIX = "massctl-desk:";
const page = crypto.randomUUID();
const before = sessionStorage.getItem(PREFIX); // The page that this tab showed before it was loaded again.

sessionStorage.setItem(PREFIX, page);

void navigator.locks.request(PREFIX + page, () => new Promise(() => {}));

export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(`${PREFIX}${page}:${name}`, JSON.stringify(value));
  } catch {
    // The browser's store is full: the server gets it all the same.
  }
}

export function letGo(name: string): void {
  localStorage.removeItem(`${PREFIX}${page}:${name}`);
}

export interface Left<T> {
  name: string;
  value: T;
  remove(): void;
}

// What pages that are gone kept of names that begin so.
export async function leftBehind<T>(start: string): Promise<Left<T>[]> {
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map((each) => each.name));
  alive.delete(PREFIX + before);
  return Object.keys(localStorage).flatMap((key) => {
    const [owner, name] = [key.slice(0, PREFIX.length + page.length), key.slice(PREFIX.length + page.length + 1)];
    if (!key.startsWith(PREFIX) || owner === PREFIX + page || alive.has(owner) || !name.startsWith(start)) return [];
    const value = JSON.parse(localStorage.getItem(key) ?? "null") as T;
    return [{ name, value, remove: () => localStorage.removeItem(key) }];
  });
}
