// The signs of the toolbar, drawn, since fonts differ from machine to machine. Each is the path of a 24 px square.

const PATHS: Record<string, string> = {
  heading: "M6 5v14M18 5v14M6 12h12",
  bold: "M7 5h6.5a3.5 3.5 0 0 1 0 7H7zM7 12h7.5a3.5 3.5 0 0 1 0 7H7z",
  quote: "M5 11h5v6H5zM5 11c0-3 1.5-4.500 4-5M14 11h5v6h-5zM14 11c0-3 1.500-4.500 4-5",
  list: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.600-5.600l-1.500 1.500M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.600 5.600l1.500-1.500",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2.500-2.500L20 17M15.500 9.500h.01",
  table: "M4 5h16v14H4zM4 10h16M4 14.500h16M12 10v9",
  rule: "M4 12h16",
  undo: "M9 6L5 10l4 4M5 10h9a5 5 0 0 1 0 10h-3",
  redo: "M15 6l4 4-4 4M19 10h-9a5 5 0 0 0 0 10h3",
  find: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.500 15.500L20 20",
  earlier: "M4 12a8 8 0 1 0 2.500-5.800M4 4v4.500h4.500M12 8v4l3 2",
};

export function icon(name: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name] ?? "");
  drawing.append(path);
  return drawing;
}
