"use strict";
/* The page of the broadcasting explorer: what broadcasting_rules.js finds, drawn. */

const broadcasting = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const rules = typeof broadcastingRules === "undefined" ? require("./broadcasting_rules.js") : broadcastingRules;
  const { el, svg, inPython } = kit;
  const { explain, twoOf, trapOf, choicesOf, elements } = rules;
  const DRAWN = 5; // cells on an axis of a drawing
  const CELL = 40;
  const LIFT = 14; // from a layer to the next

  /* The grid of an operand of shape `own`, or of the result, stretched to the shape `result`, as [width, height, nodes].

     value(index): the number in a cell, if any; marked(row, column): whether a cell of the first layer is red. */
  function grid(result, own, kind, value, marked = () => false) {
    const [layers, rows, columns] = [1, 1, 1, ...result].slice(-3);
    const [deep, high, wide] = [layers, rows, columns].map((size) => Math.min(size, DRAWN));
    const sheets = [];
    const every = Array.from({ length: deep * high * wide }, (_, at) => at).reverse(); // the first layer is in front
    for (const at of every) {
      const [layer, row, column] = [Math.floor(at / wide / high), Math.floor(at / wide) % high, at % wide];
      const index = [layer, row, column].slice(3 - Math.min(3, result.length));
      const [x, y] = [1 + column * CELL + layer * LIFT, 1 + row * CELL + (deep - 1 - layer) * LIFT];
      const copied = index.some((i, axis) => i > 0 && (own[own.length - result.length + axis] ?? 1) === 1);
      const red = layer === 0 && marked(row, column);
      const full = red || (kind !== "out" && !copied);
      const square = { x, y, width: CELL - 2, height: CELL - 2, rx: 4 };
      sheets.push(svg("rect", { ...square, class: "explore-on" })); // hides what is behind
      sheets.push(svg("rect", { ...square, class: `explore-${red ? "bad" : kind}${full ? "" : " explore-pale"}` }));
      if (layer > 0 || !value) continue;
      const place = { x: x + CELL / 2 - 1, y: y + CELL / 2 + 4, "text-anchor": "middle" };
      sheets.push(svg("text", { ...place, class: full ? "explore-on" : null }, String(value(index))));
    }
    return [wide * CELL + (deep - 1) * LIFT, high * CELL + (deep - 1) * LIFT, sheets];
  }

  const figure = (title, words, [width, height, nodes]) =>
    el("figure", {}, el("figcaption", {}, title), kit.picture(width, height, words, nodes));

  /* The number in a cell of an operand that holds first, 2 first, 3 first, ...; a stretched axis has index 0. */
  const valueOf = (shape, first) => (index) =>
    first *
    (1 + shape.reduce((at, size, axis) => at * size + (size === 1 ? 0 : index[index.length - shape.length + axis]), 0));

  /* Whether a number of an operand is read more than once. */
  const repeats = ({ axes, result }, name) =>
    !result.includes(0) && axes.some(({ who, size }) => size > 1 && who.includes(name));

  function drawing(model) {
    const { shapes, result, names } = model;
    if (!result) return apart(model);
    if (result.length > 3 || result.includes(0))
      return el("p", { class: "explore-hint" }, "Drawn are results of up to three axes, none of them empty.");
    const whole = result.every((size) => size <= DRAWN);
    const values = [valueOf(shapes[0], 10), valueOf(shapes[1], 1)];
    const sum = (index) => values[0](index) + values[1](index);
    const [a, b] = names.map((name, at) => {
      const title = `${name} ${inPython(shapes[at])}`;
      const words = repeats(model, name) ? `${title} stretched to ${inPython(result)}: what is repeated is pale` : title;
      return figure(title, words, grid(result, shapes[at], name, whole && values[at]));
    });
    const trap = trapOf(shapes) > 0;
    const title = `a + b ${inPython(result)}`;
    const words = trap ? `${title}: its diagonal, in red, is what was meant` : title;
    const out = figure(
      title,
      words,
      grid(result, result, "out", whole && sum, (row, column) => trap && row === column),
    );
    const sign = (text) => el("span", { "aria-hidden": "true" }, text);
    const cut = whole ? "" : ` At most ${DRAWN} cells of an axis are drawn.`;
    const pale = names.some((name) => repeats(model, name)) ? "pale ones are read again" : "none is read again";
    const told = trap ? " Red is what was meant." : "";
    return [
      el("div", { class: "explore-grids" }, a, sign("+"), b, sign("="), out),
      el("p", { class: "explore-hint" }, `Of a and b, full cells are in memory; ${pale}.${told}${cut}`),
    ];
  }

  /* Two operands that do not fit, as they are: red is what has no partner. */
  function apart({ shapes, axes, names }) {
    if (axes.length > 2 || shapes.flat().some((size) => size > DRAWN || size === 0)) return null;
    const least = [1, ...axes].slice(-2).map(({ what, sizes }) => (what === "fault" ? Math.min(...sizes) : Infinity));
    const red = (row, column) => row >= least[0] || column >= least[1];
    const drawn = names.map((name, at) => {
      const title = `${name} ${inPython(shapes[at])}`;
      return figure(title, `${title}: red cells have no partner`, grid(shapes[at], shapes[at], name, null, red));
    });
    return [
      el("div", { class: "explore-grids" }, drawn),
      el("p", { class: "explore-hint" }, "Red cells have no partner."),
    ];
  }

  function table({ shapes, result, axes, names }) {
    const words = { equal: "equal", stretched: "stretched", missing: "missing: repeated", fault: "disagree" };
    const line = (title, cells, classes) => {
      const fault = (at) => (axes[at].what === "fault" ? "explore-fault" : null);
      const row = cells.map((cell, at) => el("td", { class: fault(at) }, String(cell)));
      return el("tr", { class: classes }, el("th", { scope: "row" }, title), row);
    };
    const head = axes.map(({ axis }) => el("th", { scope: "col" }, `axis −${-axis}`));
    const whose = ({ what, who, size }) =>
      what === "missing" && size === 1 ? `${who[0]} has none` : [...who, words[what]].join(" ");
    const lines = [
      ...names.map((name, at) =>
        line(
          `${name} ${inPython(shapes[at])}`,
          axes.map(({ sizes }) => sizes[at] ?? "·"),
        ),
      ),
      line(
        result ? `a + b ${inPython(result)}` : "a + b",
        axes.map(({ size }) => size ?? "!"),
        "explore-total",
      ),
      line("what happens", axes.map(whose), "explore-plain"),
    ];
    const body = el("table", { class: "explore-lined" }, el("tr", {}, el("td", {}), head), lines);
    return el(
      "div",
      { class: "explore-scroll", tabindex: 0, role: "region", "aria-label": "the shapes lined up" },
      body,
    );
  }

  function memory(model) {
    const { shapes, result, names } = model;
    const line = (name, shape) => `${name} ${kit.inBytes(elements(shape) * 8n)}`;
    const of = names.map((name, at) => line(name, shapes[at])).join(", ");
    const told = names.some((name) => repeats(model, name))
      ? "Stretching copies nothing: the axis has stride 0, and the same number is read again."
      : result.includes(0)
        ? "The result is empty: nothing is read."
        : "Nothing is stretched: each number is read once.";
    return el("p", {}, `Memory, as float64: ${of}, ${line("the result", result)}. ${told}`);
  }

  function show(model, set) {
    const { shapes, result, fix, names, axes } = model;
    const trap = trapOf(shapes);
    const button = (code, to) =>
      el(
        "button",
        { type: "button", click: () => set({ shapes: to.map(kit.inAddress).join(",") }) },
        el("code", {}, code),
      );
    const long = shapes[0].length === 2 ? 0 : 1;
    const sides = trap && [
      [`${names[long]}[:, 0]`, [[trap], [trap]]],
      [
        `${names[1 - long]}[:, None]`,
        [
          [trap, 1],
          [trap, 1],
        ],
      ],
    ];
    const told =
      `A trap. Nothing fails, but who has ${trap} numbers in each and wants ${trap} sums gets ` +
      `${kit.grouped(trap * trap)}: every one with every other. Make the shapes equal first:`;
    const note = (words, buttons) =>
      el("div", { class: "explore-note" }, el("p", {}, words), kit.row("Fixes", buttons));
    return [
      axes.length ? table(model) : null,
      drawing(model),
      trap
        ? note(
            told,
            sides.map(([code, to]) => button(code, to)),
          )
        : null,
      fix && fix.code ? note("What makes them fit:", [button(fix.code, fix.shapes)]) : null,
      result ? memory(model) : null,
      el("p", { class: "explore-label" }, result ? "What the library says" : "The error, as the library words it"),
      el("pre", { class: "explore-text", tabindex: 0, "aria-label": "the explanation as text" }, model.text),
    ];
  }

  const page = {
    name: "broadcasting",
    fields: [
      {
        name: "shapes",
        label: "Two shapes",
        hint: "3x1,4 or as Python writes them, (3, 1), (4,). The up and down keys change the size at the cursor.",
        inputmode: "text",
      },
    ],
    read: (state) => explain(twoOf(state.shapes)),
    ask: (model) => ({
      question: `a has shape ${inPython(model.shapes[0])}, b has ${inPython(model.shapes[1])}. What shape has a + b?`,
      choices: choicesOf(model),
    }),
    show,
    say({ shapes, result, notes, fix }) {
      const both = shapes.map(inPython).join(" and ");
      if (result) return `${both} make ${inPython(result)}.`;
      const why = notes.find((note) => note.includes("disagree"));
      return `${both} do not fit: ${why}.${fix.code ? ` Write ${fix.code}.` : ""}`;
    },
    python({ shapes, result }) {
      const both = shapes.map(inPython).join(", ");
      const told = result ? inPython(result) : "raises BroadcastError, which says the same";
      return `import minitensor as mt\nprint(mt.explain_broadcast(${both}))\nmt.broadcast_shapes(${both})  # ${told}`;
    },
  };

  if (typeof document !== "undefined") kit.start(page);
  return { ...rules, page };
})();

if (typeof module !== "undefined") module.exports = broadcasting;
