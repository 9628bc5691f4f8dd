// What a page has not saved yet, kept in this browser's own database: on the disk when the browser is killed too. Each page
// keeps its own, and holds a lock for as long as it lives: what has no lock was left by a page that is gone.

const DATABASE = "massctl-desk";
const page: string = crypto.randomUUID();
const before = sessionStorage.getItem(DATABASE); // The page that this tab showed before it was loaded again.

sessionStorage.setItem(DATABASE, page);

void navigator.locks.request(page, () => new Promise(() => {}));

export interface Left<T> {
  page: string;
  name: string;
  value: T;
}

const database = new Promise<IDBDatabase>((opened, failed) => {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("unsaved", { keyPath: ["page", "name"] });
  asked.onsuccess = () => opened(asked.result);
  asked.onerror = () => failed(asked.error);
});

async function inStore<T>(run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const change = (await database).transaction("unsaved", "readwrite", { durability: "strict" });
  const asked = run(change.objectStore("unsaved"));
  change.commit();
  return new Promise((done, failed) => {
    change.oncomplete = () => done(asked.result);
    change.onabort = () => failed(change.error);
  });
}

// A browser whose store is full or closed keeps nothing: the server gets it all the same.
export function keep(name: string, value: unknown): void {
  inStore((store) => store.put({ page, name, value })).catch(console.warn);
}

export function letGo(name: string, owner = page): void {
  inStore((store) => store.delete([owner, name])).catch(console.warn);
}

// What pages that are gone kept.
export async function leftBehind<T>(): Promise<Left<T>[]> {
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map((each) => each.name));
  if (before) alive.delete(before);
  const all: Left<T>[] = await inStore((store) => store.getAll()).catch(() => []);
  return all.filter((each) => each.page !== page && !alive.has(each.page));
}
