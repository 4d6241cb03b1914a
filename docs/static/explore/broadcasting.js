"use strict";
/* Two shapes, lined up at the last axis: what is stretched, what disagrees, what to write instead.

   shapesOf reads what was typed; explain is minitensor/broadcasting.py again, word for word; the rest draws it. */

const broadcasting = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const { el, svg, Problem } = kit;
  const LARGEST = 1000000; // of a size
  const MOST = 6; // axes
  const DRAWN = 5; // cells on an axis of a drawing
  const CELL = 40;

  // --- the rule, without a page ------------------------------------------------------------------------------------

  /* A shape as Python writes it: (3, 1), (4,), (). */
  const inPython = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

  /* A shape as the address has it: 3x1, 4, (). */
  const inAddress = (shape) => shape.join("x") || "()";

  /* The shapes in "3x1,4" or "(3, 1), (4,)". Throws Problem with a sentence for what is neither. */
  function shapesOf(text) {
    const python = /[(\[]/.test(text);
    const parts = python ? text.match(/[(\[][^()[\]]*[)\]]|[^,()[\]\s][^,()[\]]*|[()[\]]/g) : text.split(",");
    const shapes = parts.map((part) => shapeOf(part.trim()));
    if (shapes.length !== 2) throw new Problem(`There ${shapes.length === 1 ? "is one shape" : `are ${shapes.length} shapes`}; write two with a comma between, such as 3x1,4 or (3, 1), (4,).`);
    return shapes;
  }

  function shapeOf(part) {
    const brackets = /^[(\[](.*)[)\]]$/.exec(part);
    const inside = brackets ? brackets[1].replace(/,\s*$/, "") : part;
    if (brackets && !inside.trim()) return [];
    if (!part) throw new Problem("A shape is missing: write two, such as 3x1,4. A single number has the shape ().");
    return inside.split(brackets ? /,|[x×*]/ : /[x×*]/).map((each, at, all) => {
      const size = each.trim();
      if (/^-\d+$/.test(size)) throw new Problem(`A size is 0 or more, not ${size}.`);
      if (!/^\d+$/.test(size)) throw new Problem(`“${part}” is no shape: write whole numbers with x between, such as 3x1, or as Python does, (3, 1).`);
      if (Number(size) > LARGEST) throw new Problem(`Sizes here go up to ${kit.grouped(LARGEST)}; ${kit.grouped(size)} is more.`);
      if (all.length > MOST) throw new Problem(`Shapes here have at most ${MOST} axes; “${part}” has ${all.length}.`);
      return Number(size);
    });
  }

  /* The size that the sizes on one axis broadcast to, or null where they disagree. */
  function sizeOf(sizes) {
    const others = new Set(sizes.filter((size) => size !== 1));
    return others.size > 1 ? null : others.size ? [...others][0] : 1;
  }

  function broadcast(shapes) {
    const ndim = Math.max(...shapes.map((shape) => shape.length));
    const result = Array.from({ length: ndim }, (_, i) => sizeOf(shapes.map((shape) => shape[shape.length - ndim + i]).filter((size) => size !== undefined)));
    return result.includes(null) ? null : result;
  }

  /* One change of one operand that makes the shapes fit: {line, code, shapes}, code null where there is only the rule. */
  function fixOf(shapes, names) {
    const change = (i, shape) => shapes.map((own, j) => (i === j ? shape : own));
    for (const [i, shape] of shapes.entries()) {
      for (let more = 1; more <= shapes[1 - i].length - shape.length; more++) {
        const longer = [...shape, ...Array(more).fill(1)];
        if (!broadcast(change(i, longer))) continue;
        const code = `${names[i]}[${[...shape.map(() => ":"), ...Array(more).fill("None")].join(", ")}]`;
        const what = more === 1 ? "a new last axis" : `${more} new last axes`;
        return { line: `fix: give ${names[i]} ${what}, ${code}, which makes it ${inPython(longer)}`, code, shapes: change(i, longer) };
      }
    }
    for (const [i, shape] of shapes.entries()) {
      const turned = [...shape.slice(0, -2), ...shape.slice(-2).reverse()];
      if (shape.length < 2 || !broadcast(change(i, turned))) continue;
      return { line: `fix: transpose ${names[i]}, ${names[i]}.mT`, code: `${names[i]}.mT`, shapes: change(i, turned) };
    }
    return { line: "fix: reshape or slice one of them until the sizes on each axis are equal, or 1", code: null };
  }

  /* {shapes, result, axes, text, fix}: result null where they do not fit; text as explain_broadcast has it.

     axes: for each {axis, sizes, size, what}, where what is equal, stretched, missing or fault. */
  function explain(shapes, names = ["a", "b"]) {
    const ndim = Math.max(...shapes.map((shape) => shape.length));
    const notes = [];
    const axes = Array.from({ length: ndim }, (_, i) => {
      const axis = i - ndim;
      const sizes = shapes.map((shape) => (shape.length >= -axis ? shape[shape.length + axis] : null));
      const size = sizeOf(sizes.filter((own) => own !== null));
      const absent = names.filter((_, at) => sizes[at] === null);
      const stretched = names.filter((_, at) => sizes[at] !== null && sizes[at] !== size);
      if (size === null) {
        notes.push(`axis ${axis}: the sizes ${names.map((name, at) => `${sizes[at]} (${name})`).join(", ")} disagree; they must be equal, or 1`);
        return { axis, sizes, size, what: "fault", who: [] };
      }
      if (absent.length && size !== 1) notes.push(`axis ${axis}: ${absent[0]} has no such axis and is repeated ${size} times`);
      if (stretched.length) notes.push(`axis ${axis}: ${stretched[0]} has size 1 and is stretched to ${size}`);
      return { axis, sizes, size, what: absent.length ? "missing" : stretched.length ? "stretched" : "equal", who: [...absent, ...stretched] };
    });
    const result = axes.some((each) => each.size === null) ? null : axes.map((each) => each.size);
    const rows = [
      ["axis", ...axes.map((each) => each.axis)],
      ...names.map((name, at) => [name, ...axes.map((each) => each.sizes[at] ?? ".")]),
      ["->", ...axes.map((each) => each.size ?? "!")],
    ].map((row) => row.map(String));
    const width = Math.max(0, ...rows.flatMap((row) => row.slice(1).map((cell) => cell.length)));
    const ends = ["", ...shapes.map((shape) => `  shape ${inPython(shape)}`), result ? `  shape ${inPython(result)}` : ""];
    const lines = rows.map((row, at) => (row[0].padEnd(4) + row.slice(1).map((cell) => "  " + cell.padStart(width)).join("") + ends[at]).trimEnd());
    const fix = result ? null : fixOf(shapes, names);
    return { shapes, names, result, axes, fix, text: [...lines, ...notes, ...(fix ? [fix.line] : [])].join("\n"), notes };
  }

  /* n where one shape is (n,) and the other (n, 1): n results were meant, and n × n come. Otherwise 0. */
  function trapOf(shapes) {
    const [short, long] = [...shapes].sort((a, b) => a.length - b.length);
    return short.length === 1 && long.length === 2 && long[1] === 1 && long[0] === short[0] && short[0] > 1 ? short[0] : 0;
  }

  /* What to guess from: the answer, an error, and what one might think. */
  function choicesOf({ shapes, result }) {
    const [a, b] = shapes;
    const left = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(a[i] ?? 1, b[i] ?? 1));
    const right = Array.from({ length: left.length }, (_, i) => Math.max(a[a.length - left.length + i] ?? 1, b[b.length - left.length + i] ?? 1));
    const wrong = [left, right, a, b, [...a, ...b]].map(inPython);
    const answer = result ? inPython(result) : "an error";
    const labels = [...new Set([answer, ...wrong])].slice(0, result ? 3 : 4).filter((label) => label !== "an error");
    return [...labels.sort(), "an error"].map((label) => ({ label, right: label === answer }));
  }

  const elements = (shape) => shape.reduce((all, size) => all * BigInt(size), 1n);

  // --- on the page -------------------------------------------------------------------------------------------------

  /* The grid of an operand, or of the result, stretched to the shape of the result. `pale(index)`: which cells are. */
  function grid(result, own, kind, value, marked) {
    const [layers, rows, columns] = [1, 1, 1, ...result].slice(-3);
    const [deep, high, wide] = [layers, rows, columns].map((size) => Math.min(size, DRAWN));
    const lift = 14;
    const sheets = [];
    for (let layer = deep - 1; layer >= 0; layer--) {
      for (let at = 0; at < high * wide; at++) {
        const [row, column] = [Math.floor(at / wide), at % wide];
        const index = [layer, row, column].slice(3 - Math.min(3, result.length));
        const [x, y] = [1 + column * CELL + layer * lift, 1 + row * CELL + (deep - 1 - layer) * lift];
        const copied = kind !== "out" && index.some((i, axis) => i > 0 && (own[own.length - result.length + axis] ?? 1) === 1);
        const classes = `explore-${marked && layer === 0 && row === column ? "bad" : kind}${copied || kind === "out" ? " explore-pale" : ""}`;
        sheets.push(svg("rect", { x, y, width: CELL - 2, height: CELL - 2, rx: 4, class: "explore-on" }), svg("rect", { x, y, width: CELL - 2, height: CELL - 2, rx: 4, class: classes }));
        if (layer === 0 && value) sheets.push(svg("text", { x: x + CELL / 2 - 1, y: y + CELL / 2 + 4, "text-anchor": "middle", class: copied || kind === "out" ? null : "explore-on" }, String(value(index))));
      }
    }
    return [wide * CELL + (deep - 1) * lift, high * CELL + (deep - 1) * lift, sheets];
  }

  /* The number in a cell of an operand that holds first, 2 first, 3 first, ...; a stretched axis has index 0. */
  const valueOf = (shape, first) => (index) =>
    first * (1 + shape.reduce((at, size, axis) => at * size + (size === 1 ? 0 : index[index.length - shape.length + axis]), 0));

  function drawing({ shapes, result, names }) {
    if (!result || result.length > 3 || result.includes(0)) return el("p", { class: "explore-hint" }, !result ? "" : "Drawn are results of up to three axes, none of them empty.");
    const whole = result.every((size) => size <= DRAWN);
    const values = [valueOf(shapes[0], 10), valueOf(shapes[1], 1)];
    const sum = (index) => values[0](index) + values[1](index);
    const one = (title, own, kind, value, words, marked) => {
      const [width, height, sheets] = grid(result, own, kind, whole && value, marked);
      return el("figure", {}, el("figcaption", {}, title), kit.picture(width, height, words, sheets));
    };
    const parts = names.map((name, at) => one(`${name} ${inPython(shapes[at])}`, shapes[at], name, values[at], `${name}, shape ${inPython(shapes[at])}, stretched to ${inPython(result)}; what is repeated is pale`));
    const trap = trapOf(shapes);
    const out = one(`a + b ${inPython(result)}`, result, "out", sum, `the result, shape ${inPython(result)}${trap ? "; its diagonal is what was meant" : ""}`, trap);
    const cut = whole ? "" : ` At most ${DRAWN} cells of an axis are drawn.`;
    return [el("div", { class: "explore-grids" }, parts[0], el("span", { "aria-hidden": "true" }, "+"), parts[1], el("span", { "aria-hidden": "true" }, "="), out), el("p", { class: "explore-hint" }, `Full cells are in memory; pale ones are the same numbers, read again.${cut}`)];
  }

  function table({ shapes, result, axes, names }) {
    const words = { equal: () => "equal", stretched: (who) => `${who} stretched`, missing: (who, size) => (size === 1 ? `${who} has none` : `${who} has none: repeated`), fault: () => "disagree" };
    const cell = (each, text) => el("td", { class: each.what === "fault" ? "explore-fault" : null }, text);
    return el("div", { class: "explore-scroll", tabindex: 0, role: "region", "aria-label": "the shapes lined up" }, el("table", { class: "explore-lined" },
      el("tr", {}, el("th", { scope: "row" }, "axis"), axes.map((each) => el("th", { scope: "col" }, `${each.axis}`.replace("-", "−")))),
      names.map((name, at) => el("tr", {}, el("th", { scope: "row" }, `${name} ${inPython(shapes[at])}`), axes.map((each) => cell(each, `${each.sizes[at] ?? "·"}`)))),
      el("tr", {}, el("th", { scope: "row" }, result ? `result ${inPython(result)}` : "result"), axes.map((each) => cell(each, el("strong", {}, `${each.size ?? "!"}`)))),
      el("tr", {}, el("th", { scope: "row" }, "what happens"), axes.map((each) => cell(each, words[each.what](each.who.join(" and "), each.size))))));
  }

  function memory({ shapes, result, names }) {
    const line = (name, shape) => `${name} ${kit.inBytes(elements(shape) * 8n)}`;
    const of = names.map((name, at) => line(name, shapes[at])).join(", ");
    return el("p", {}, `Memory, as float64: ${of}, ${line("the result", result)}. Stretching copies nothing: the axis has stride 0, and the same number is read again. Only the result is new.`);
  }

  function show(model, set) {
    const { shapes, result, fix, names } = model;
    const trap = trapOf(shapes);
    const button = (code, to) => el("button", { type: "button", click: () => set({ shapes: to.map(inAddress).join(",") }) }, el("code", {}, code));
    const long = shapes[0].length === 2 ? 0 : 1;
    const sides = trap && [[`${names[long]}[:, 0]`, [[trap], [trap]]], [`${names[1 - long]}[:, None]`, [[trap, 1], [trap, 1]]]];
    return [
      table(model),
      drawing(model),
      trap ? el("div", { class: "explore-note" }, el("p", {}, `A trap. Nothing fails, but who has ${trap} numbers in each and wants ${trap} sums gets ${kit.grouped(BigInt(trap) ** 2n)}: every one with every other. The sums that were meant are the diagonal. Make the shapes equal first:`), explore.row("Ways out", sides.map(([code, to]) => button(code, to)))) : null,
      fix && fix.code ? el("div", { class: "explore-note" }, el("p", {}, "What makes them fit:"), explore.row("Fixes", [button(fix.code, fix.shapes)])) : null,
      result ? memory(model) : null,
      el("p", { class: "explore-label" }, result ? "What the library says of it" : "The error, as the library words it"),
      el("pre", { class: "explore-text", tabindex: 0, "aria-label": "the explanation as text" }, model.text),
    ];
  }

  const page = {
    name: "broadcasting",
    fields: [{ name: "shapes", label: "Two shapes", hint: "3x1,4 or as Python writes them, (3, 1), (4,). The up and down keys change the size at the cursor.", inputmode: "text" }],
    read: (state) => explain(shapesOf(state.shapes)),
    ask: (model) => ({ question: `a has shape ${inPython(model.shapes[0])}, b has ${inPython(model.shapes[1])}. What shape has a + b?`, choices: choicesOf(model) }),
    show,
    say: ({ shapes, result, notes, fix }) => (result ? `${shapes.map(inPython).join(" and ")} make ${inPython(result)}.` : `${shapes.map(inPython).join(" and ")} do not fit: ${notes.find((note) => note.includes("disagree"))}. ${fix.code ? `Write ${fix.code}.` : ""}`),
    python: ({ shapes, result }) => `import minitensor as mt\nprint(mt.explain_broadcast(${shapes.map(inPython).join(", ")}))\nmt.broadcast_shapes(${shapes.map(inPython).join(", ")})  # ${result ? inPython(result) : "raises BroadcastError, which says the same"}`,
  };

  if (typeof document !== "undefined") explore.start(page);
  return { shapesOf, explain, trapOf, choicesOf, inPython, inAddress, page };
})();

if (typeof module !== "undefined") module.exports = broadcasting;
