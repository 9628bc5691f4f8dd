// What changed on the disk, as the server tells it. A page that nobody sees does not listen: a browser holds few connections.

export function onChange(run: (names: string[]) => void): void {
  let stream: EventSource | null = null;
  let isLost = false;
  const listen = (): void => {
    if (document.hidden) {
      stream?.close();
      stream = null;
      isLost = true;
    } else if (!stream) {
      stream = new EventSource("/-/changes?heard=");
      stream.addEventListener("changed", (event) => run(JSON.parse((event as MessageEvent<string>).data)));
      stream.addEventListener("error", () => (isLost = true));
      stream.addEventListener("hello", () => {
        if (isLost) run(["*"]);
        isLost = false;
      });
    }
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}
