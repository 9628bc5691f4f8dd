// Sets the formulas of one article with MathJax, and writes each as little SVG as there can be: all that has one colour
// is one path, in whole units, without groups and ids. `source/formulas.py` loads MathJax's components before this.
"use strict";
(() => {
  const { mathjax } = MathJax._.mathjax;
  const { TeX } = MathJax._.input.tex_ts;
  const { SVG } = MathJax._.output.svg_ts;
  const { TeXFont } = MathJax._.output.svg.fonts.tex_ts;
  const { liteAdaptor } = MathJax._.adaptors.liteAdaptor;
  const TexParser = MathJax._.input.tex.TexParser.default;
  const adaptor = liteAdaptor();
  MathJax._.handlers.html_ts.RegisterHTMLHandler(adaptor);

  const PACKAGES = "base textmacros ams amscd bbox boldsymbol braket cancel cases centernot color colortbl configmacros " +
    "empheq enclose extpfeil gensymb mathtools mhchem newcommand textcomp unicode upgreek verb";
  // What KaTeX, Typora and physics texts have and MathJax lacks.
  const MACROS = {
    R: "\\mathbb{R}", N: "\\mathbb{N}", Z: "\\mathbb{Z}", infin: "\\infty", rarr: "\\rightarrow", empty: "\\emptyset",
    dag: "\\dagger", argmax: "\\operatorname*{arg\\,max}", argmin: "\\operatorname*{arg\\,min}", bm: ["\\boldsymbol{#1}", 1],
    bold: ["\\mathbf{#1}", 1], mathds: ["\\mathbb{#1}", 1], nobreak: "", require: ["", 1], textsc: ["\\text{#1}", 1],
    textcircled: ["\\enclose{circle}{\\scriptstyle #1}", 1], sout: ["\\enclose{horizontalstrike}{#1}", 1],
  };
  const UNITS = 0.1; // Of MathJax's thousandths of a letter's size.
  const RULE = 60;
  const WIDE = /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
  const REFERENCE = /\\(?:eq)?ref\s*\{([^{}]*)\}/g;

  let tex, page, items, parsers;
  const parse = TexParser.prototype.Parse;
  TexParser.prototype.Parse = function () {
    parsers.push(this);
    parse.call(this);
    parsers.pop();
  };

  // Forgets macros, numbers and labels: they hold for one article.
  globalThis.begin = () => {
    tex = new TeX({
      packages: PACKAGES.split(" "), tags: "ams", macros: MACROS, maxBuffer: 20480,
      formatError: (_, error) => { throw error; },
    });
    tex.postFilters.add(({ data }) => data.root.walkTree((node) => node.isKind("mtable") && withNumbers(node, data)), -10);
    page = mathjax.document("", { InputJax: tex, OutputJax: new SVG({ fontCache: "none", font: new TeXFont() }) });
    items = [];
  };

  // A number stands behind its row as one more column: MathJax would set it at the edge of a page.
  function withNumbers(table, data) {
    const rows = table.childNodes.filter((row) => /^m(labeled)?tr$/.test(row.kind));
    if ((table.attributes.getExplicit("width") || "").includes("%")) delete table.attributes.getAllAttributes().width;
    if (!rows.some((row) => row.isKind("mlabeledtr"))) return;
    const make = (kind, children) => data.nodeFactory.create("node", kind, children);
    const cells = (row) => row.childNodes.slice(row.isKind("mlabeledtr") ? 1 : 0);
    const count = Math.max(...rows.map((row) => cells(row).length));
    for (const row of rows.filter((each) => each.isKind("mlabeledtr"))) {
      const number = row.childNodes[0];
      const padded = cells(row);
      while (padded.length < count) padded.push(make("mtd", []));
      table.replaceChild(make("mtr", [...padded, number]), row);
    }
    const extended = (name, usual, length, last) => {
      const given = String(table.attributes.get(name) || usual).split(" ");
      const all = Array.from({ length }, (_, at) => given[Math.min(at, given.length - 1)]);
      table.attributes.set(name, [...all, last].join(" "));
    };
    extended("columnalign", "center", count, "right");
    extended("columnspacing", "1em", count - 1, "2em");
  }

  // Sets one formula; its numbers count for those after it. Returns its drawing, what is wrong, or nothing if it refers
  // to a later formula, as JSON.
  globalThis.set = (source, display) => {
    const item = new page.options.MathItem(source, tex, display);
    items.push(item);
    return answer(item);
  };

  // Sets a formula again whose references were unknown when it was read.
  globalThis.setAgain = (index) => {
    const item = items[index];
    const { allLabels } = tex.parseOptions.tags;
    const unknown = [...item.math.matchAll(REFERENCE)].find((found) => !(found[1] in allLabels));
    return unknown ? text({ id: "UnknownLabel", words: unknown[0], at: unknown.index }) : answer(item);
  };

  // Python reads no string that is kept in pieces.
  const text = (value) => JSON.stringify(value).split("").join("");

  function answer(item) {
    parsers = [];
    const isAgain = item.inputData.recompile !== undefined;
    try {
      item.root = tex.compile(item, page);
    } catch (error) {
      if (error.id === undefined) throw error;
      return text({ id: error.id, words: error.message, at: reached(item.math) });
    }
    if (!isAgain && item.inputData.recompile) return "null";
    items[items.indexOf(item)] = null;
    return text(drawn(item));
  }

  // Where the innermost parser stood, as far as it read what was written and not what macros made of it.
  function reached(source) {
    let [at, within, until] = [0, source, source.length];
    for (const parser of parsers) {
      const begins = within.lastIndexOf(parser.string, until);
      if (begins < 0) {
        // MathJax puts blanks into what it reads.
        const rest = parser.string.slice(parser.i).replace(/\s/g, "");
        if (!within.replace(/\s/g, "").endsWith(rest)) return at + until;
        let place = within.length;
        for (let left = rest.length; left; left -= /\S/.test(within[place])) place -= 1;
        return at + place;
      }
      at += begins;
      [within, until] = [parser.string, parser.i];
    }
    return at + until;
  }

  // Its edges, and all that stands in it by colour.
  function drawn(item) {
    item.setMetrics(16, 8, 1280, 100000, 1);
    const svg = adaptor.tags(page.outputJax.typeset(item, page), "svg")[0];
    const [left, top, width, height] = adaptor.getAttribute(svg, "viewBox").split(" ").map(Number);
    const drawing = new Drawing(left * UNITS, top * UNITS, (left + width) * UNITS, (top + height) * UNITS);
    drawing.children(svg, { matrix: [UNITS, 0, 0, UNITS, 0, 0], colour: "currentColor", clip: null });
    return drawing.result();
  }

  const times = ([a, b, c, d, e, f], [g, h, i, j, k, l]) =>
    [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
  const point = ([a, b, c, d, e, f], x, y) => [a * x + c * y + e, b * x + d * y + f];
  const numbers = (text) => (text.match(/-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/g) || []).map(Number);

  function transformed(matrix, text) {
    for (const [, name, given] of (text || "").matchAll(/(\w+)\(([^)]*)\)/g)) {
      const [a, b = name === "scale" ? a : 0, ...rest] = numbers(given);
      if (name === "translate") matrix = times(matrix, [1, 0, 0, 1, a, b]);
      else if (name === "scale") matrix = times(matrix, [a, 0, 0, b, 0, 0]);
      else if (name === "matrix") matrix = times(matrix, [a, b, ...rest]);
      else {
        const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
        const [x, y] = [b, rest[0] || 0];
        matrix = times(times(times(matrix, [1, 0, 0, 1, x, y]), [cos, sin, -sin, cos, 0, 0]), [1, 0, 0, 1, -x, -y]);
      }
    }
    return matrix;
  }

  class Drawing {
    constructor(left, top, right, bottom) {
      Object.assign(this, { left, top, right, bottom, fills: new Map(), backs: [], strokes: new Map(), words: [] });
    }

    children(node, around) {
      for (const child of adaptor.childNodes(node)) if (adaptor.kind(child) !== "#text") this.element(child, around);
    }

    element(node, { matrix, colour, clip }) {
      const kind = adaptor.kind(node);
      const get = (name) => adaptor.getAttribute(node, name);
      const number = (name) => parseFloat(get(name)) || 0;
      colour = (get("fill") !== "none" && get("fill")) || colour;
      matrix = transformed(matrix, get("transform"));
      if (kind === "g" || kind === "a") return this.children(node, { matrix, colour, clip });
      if (kind === "svg") {
        const [x, y, width, height] = numbers(get("viewBox"));
        const across = (number("width") || width) / width;
        const down = (number("height") || height) / height;
        matrix = times(matrix, [across, 0, 0, down, number("x") - x * across, number("y") - y * down]);
        clip = [point(matrix, x, y), point(matrix, x + width, y + height)];
        return this.children(node, { matrix, colour, clip });
      }
      if (kind === "text") return this.word(node, matrix, colour);
      const path = kind === "path" ? get("d") : shape(kind, number);
      if (kind === "line" || get("fill") === "none") {
        if (get("stroke") === "none") return;
        const lines = get("class") || "";
        const wide = Math.max(1, Math.round(UNITS * (number("stroke-width") || parseFloat(adaptor.getStyle(node, "stroke-width")) || RULE)));
        const dash = lines.includes("dashed") ? 4 * wide : lines.includes("dotted") ? 2 * wide : 0;
        this.add(this.strokes, JSON.stringify([colour, wide, dash]), outline(path, matrix, clip, true));
      } else if (get("data-bgcolor")) this.backs.push([colour, outline(path, matrix, clip)]);
      else if (kind === "path" && !clip) this.add(this.fills, colour, letter(path, matrix));
      else this.add(this.fills, colour, outline(path, matrix, clip));
    }

    add(to, key, drawn) {
      if (!drawn) return;
      to.set(key, (to.get(key) || "") + drawn.path);
      this.reach(...drawn.edges);
    }

    reach(left, top, right, bottom) {
      this.left = Math.min(this.left, left);
      this.top = Math.min(this.top, top);
      this.right = Math.max(this.right, right);
      this.bottom = Math.max(this.bottom, bottom);
    }

    // Letters that the font lacks are the phone's own; Chinese ones that follow each other are one run.
    word(node, matrix, colour) {
      const said = adaptor.textContent(node);
      if (!said.trim()) return;
      const size = Math.round(Math.abs(matrix[0]) * 1000);
      const [x, y] = point(matrix, 0, 0).map(Math.round);
      const weight = (adaptor.getAttribute(node, "data-variant") || "").includes("bold") ? "bold" : "";
      const last = this.words[this.words.length - 1];
      const wide = WIDE.test(said);
      this.reach(x, y - 0.88 * size, x + size, y + 0.12 * size);
      if (last && wide && last.wide && last.y === y && last.size === size && last.colour === colour && last.weight === weight &&
          Math.abs(last.x + [...last.said].length * size - x) <= [...last.said].length + 1) last.said += said;
      else this.words.push({ x, y, size, colour, weight, said, wide });
    }

    result() {
      const { left, top, right, bottom, words } = this;
      return {
        edges: [Math.floor(left), Math.floor(top), Math.ceil(right), Math.ceil(bottom)],
        backs: this.backs.map(([colour, { path }]) => [colour, path]), fills: [...this.fills], strokes: [...this.strokes].map(([key, path]) => [...JSON.parse(key), path]), words,
      };
    }
  }

  function shape(kind, number) {
    if (kind === "line") return `M${number("x1")} ${number("y1")}L${number("x2")} ${number("y2")}`;
    if (kind === "rect") {
      const [x, y, right, down] = [number("x"), number("y"), number("x") + number("width"), number("y") + number("height")];
      return `M${x} ${y}L${right} ${y}L${right} ${down}L${x} ${down}Z`;
    }
    const [x, y, across, down] = ["cx", "cy", "rx", "ry"].map(number);
    const [bend, bent] = [0.5523 * across, 0.5523 * down];
    return `M${x + across} ${y}C${x + across} ${y + bent} ${x + bend} ${y + down} ${x} ${y + down}` +
      `C${x - bend} ${y + down} ${x - across} ${y + bent} ${x - across} ${y}C${x - across} ${y - bent} ${x - bend} ${y - down} ${x} ${y - down}` +
      `C${x + bend} ${y - down} ${x + across} ${y - bent} ${x + across} ${y}Z`;
  }

  // A letter looks the same wherever it stands, and most are drawn more than once.
  const letters = new Map();
  function letter(path, matrix) {
    const at = [Math.round(matrix[4]), Math.round(matrix[5])];
    const key = matrix.slice(0, 4).map((each) => each.toFixed(5)).join() + path;
    key.at(0); // A map finds no string that is kept in pieces; a method of strings puts them together.
    if (!letters.has(key)) letters.set(key, outline(path, [...matrix.slice(0, 4), 0, 0], null));
    const drawn = letters.get(key);
    if (!drawn) return null;
    const [left, top, right, bottom] = drawn.edges;
    const path_ = `M${drawn.start[0] + at[0]} ${drawn.start[1] + at[1]}${drawn.rest}`;
    return { path: path_, edges: [left + at[0], top + at[1], right + at[0], bottom + at[1]] };
  }

  // Writes a path in whole units, relative to where it begins; what is filled need not be closed.
  function outline(path, matrix, clip, closes) {
    const pen = new Pen();
    for (const { start, parts, isClosed } of contours(path, place(matrix, clip))) {
      pen.move(start);
      for (const { bends, to } of simplified(start, parts)) {
        if (bends.length === 2) pen.write("c", ...bends.map(whole), whole(to));
        else if (bends.length) pen.curve(whole(bends[0]), whole(to));
        else pen.line(whole(to));
      }
      if (isClosed && closes) pen.close();
    }
    return pen.result();
  }

  const whole = ([x, y]) => [Math.round(x), Math.round(y)];

  function place(matrix, clip) {
    if (!clip) return (x, y) => point(matrix, x, y);
    const [[a, b], [c, d]] = clip;
    const within = (value, one, other) => Math.min(Math.max(value, Math.min(one, other)), Math.max(one, other));
    return (x, y) => {
      const [across, down] = point(matrix, x, y);
      return [within(across, a, c), within(down, b, d)];
    };
  }

  // What a path consists of: lines have no bends, curves one or two.
  function contours(path, placed) {
    const found = [];
    let [x, y] = [0, 0];
    let bend = null;
    for (const [, command, given] of path.matchAll(/([MLHVQTCZ])([^MLHVQTCZ]*)/g)) {
      const values = numbers(given);
      const size = { M: 2, L: 2, H: 1, V: 1, Q: 4, T: 2, C: 6, Z: 0 }[command];
      const previous = bend;
      const old = [x, y];
      bend = null;
      if (command === "Z") found[found.length - 1].isClosed = true;
      for (let at = 0; size && at < values.length; at += size) {
        const v = values.slice(at, at + size);
        if (command === "H") x = v[0];
        else if (command === "V") y = v[0];
        else [x, y] = v.slice(-2);
        if (command === "M" && at === 0) {
          found.push({ start: placed(x, y), parts: [], isClosed: false });
          continue;
        }
        let bends = [];
        if (command === "C") bends = [placed(v[0], v[1]), placed(v[2], v[3])];
        if (command === "Q") bend = v.slice(0, 2);
        if (command === "T") bend = previous ? [2 * old[0] - previous[0], 2 * old[1] - previous[1]] : old;
        if (bend) bends = [placed(...bend)];
        found[found.length - 1].parts.push({ bends, to: placed(x, y) });
      }
    }
    return found;
  }

  const APART = 0.35; // Units that a line may run beside the one that it stands for.

  // Joins lines and curves that one curve or line can stand for.
  function simplified(start, parts) {
    const out = [];
    for (let at = 0; at < parts.length; ) {
      let [best, behind] = [parts[at], at + 1];
      for (let end = at + 1; end < parts.length && end < at + 6; end++) {
        const one = joined(start, parts.slice(at, end + 1));
        if (!one) break;
        [best, behind] = [one, end + 1];
      }
      out.push(best);
      start = best.to;
      at = behind;
    }
    return out;
  }

  function joined(start, parts) {
    if (parts.some(({ bends }) => bends.length > 1)) return null;
    const last = parts[parts.length - 1];
    const to = last.to;
    if (follows(start, parts, [start, to])) return { bends: [], to };
    const before = parts.length > 1 ? parts[parts.length - 2].to : start;
    const bend = crossing(start, parts[0].bends[0] || parts[0].to, to, last.bends[0] || before);
    if (!bend) return null;
    const line = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => curved(start, bend, to, n / 8));
    return follows(start, parts, line) ? { bends: [bend], to } : null;
  }

  // Parts and line run the same way: a point is beside the stretch where the last one was, or the next.
  function follows(from, parts, line) {
    const count = line.length - 1;
    let near = 0;
    const isBeside = (place) => {
      for (let n = 0; n < count; n++) {
        const at = (near + n) % count;
        if (apart(place, line[at], line[at + 1]) > APART) continue;
        near = at;
        return true;
      }
      return false;
    };
    for (const { bends: [bend], to } of parts) {
      for (const t of bend ? [0.25, 0.5, 0.75, 1] : [0.5, 1])
        if (!isBeside(bend ? curved(from, bend, to, t) : between(from, to, t))) return false;
      from = to;
    }
    return true;
  }

  const between = ([a, b], [c, d], t) => [a + (c - a) * t, b + (d - b) * t];
  const curved = (from, bend, to, t) => between(between(from, bend, t), between(bend, to, t), t);

  // Where two tangents meet, ahead of both ends.
  function crossing([x, y], [ax, ay], [u, v], [bx, by]) {
    const [p, q, r, s] = [ax - x, ay - y, bx - u, by - v];
    const turn = p * s - q * r;
    if (Math.abs(turn) < 1e-6) return null;
    const ahead = ((u - x) * s - (v - y) * r) / turn;
    const back = ((u - x) * q - (v - y) * p) / turn;
    return ahead > 0 && back > 0 ? [x + ahead * p, y + ahead * q] : null;
  }

  // How far a point is from a straight line between two others.
  function apart([x, y], [a, b], [c, d]) {
    const [across, down] = [c - a, d - b];
    const length = across * across + down * down;
    const t = length && Math.min(1, Math.max(0, ((x - a) * across + (y - b) * down) / length));
    const [far, deep] = [x - a - t * across, y - b - t * down];
    return Math.sqrt(far * far + deep * deep);
  }

  class Pen {
    constructor() {
      Object.assign(this, { out: "", last: "", start: null, begun: null, at: [0, 0], next: null, edges: [Infinity, Infinity, -Infinity, -Infinity] });
    }

    see([x, y]) {
      const [left, top, right, bottom] = this.edges;
      this.edges = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }

    move(place) {
      const to = whole(place);
      this.next = null;
      this.see(to);
      if (this.start) {
        this.write("m", to);
        this.last = "l"; // As SVG reads it, points behind that of a move are lines.
      } else this.start = this.at = to;
      this.begun = to;
    }

    // The next part is measured from where this one began.
    close() {
      if (this.begun && this.last !== "z") {
        this.out += "z";
        this.last = "z";
        this.at = this.begun;
      }
    }

    line(to) {
      const [across, down] = [to[0] - this.at[0], to[1] - this.at[1]];
      this.next = null;
      if (across && down) this.write("l", to);
      else if (across || down) {
        this.values(across ? "h" : "v", [across || down]);
        this.at = to;
        this.see(to);
      }
    }

    // A curve that is hardly bent is a line; one that goes on as the last one bent says so.
    curve(bend, to) {
      const [across, down] = [to[0] - this.at[0], to[1] - this.at[1]];
      const beside = Math.abs((bend[0] - this.at[0]) * down - (bend[1] - this.at[1]) * across) / 2;
      if (beside * beside <= 0.09 * (across * across + down * down)) return this.line(to);
      const next = this.next;
      if (next && Math.max(Math.abs(next[0] - bend[0]), Math.abs(next[1] - bend[1])) <= 1) {
        bend = next;
        this.write("t", to);
      } else this.write("q", bend, to);
      this.next = [2 * to[0] - bend[0], 2 * to[1] - bend[1]];
    }

    write(command, ...points) {
      this.values(command, points.flatMap(([x, y]) => [x - this.at[0], y - this.at[1]]));
      this.at = points[points.length - 1];
      points.forEach((each) => this.see(each));
      this.next = null;
    }

    values(command, values) {
      const text = values.map((each, at) => (at && each >= 0 ? ` ${each}` : `${each}`)).join("");
      this.out += (command !== this.last ? command : text[0] === "-" ? "" : " ") + text;
      this.last = command;
    }

    result() {
      if (!this.start || !this.out) return null;
      return { start: this.start, rest: this.out, edges: this.edges, path: `M${this.start[0]} ${this.start[1]}${this.out}` };
    }
  }
})();
