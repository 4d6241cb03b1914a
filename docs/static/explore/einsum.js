"use strict";
/* The page of the einsum explorer: what einsum_rules.js finds, drawn: loops, network, order, cost. */

const einsum = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const rules = typeof einsumRules === "undefined" ? require("./einsum_rules.js") : einsumRules;
  const { el, svg, grouped, inPython } = kit;

  const LEG = 46; // between letters that hang from one operand

  const valued = ({ name, letters }) => `${name}[${letters.join(",")}]`;
  const operations = (count) => kit.counted(count, "operation", "operations");

  /* A size where there is little room; the table has it whole. */
  const short = (size) => (size < 10000 ? grouped(size) : size < 1e6 ? `${kit.three(size / 1000)}k` : "1M");

  /* Operands as nodes, letters as lines: between two a letter that is summed, hanging from one a letter that is kept. */
  function network({ operands, output, sizes }) {
    let [above, below] = [26, 26];
    const top = 0; // drawn around the line on which the operands stand
    const holders = Object.keys(sizes).map((letter) => [letter, holdersOf(operands, letter)]);
    const alone = operands.map(
      (_, number) => holders.filter(([, held]) => held.length === 1 && held[0] === number).length,
    );
    const gap = Math.max(120, LEG * Math.max(...alone));
    const width = Math.max(operands.length * gap, 220);
    const x = (number) => width / 2 + (number - (operands.length - 1) / 2) * gap;
    const [lines, labels, met] = [[], [], {}];
    const seen = (place) => (met[place] = (met[place] || 0) + 1) - 1; // how many were drawn there before

    for (const [letter, held] of holders) {
      const kind = output.includes(letter) ? "explore-out" : "explore-b";
      const line = (d) => lines.push(svg("path", { d, class: `explore-edge ${kind}` }));
      const dot = (cx, cy) => lines.push(svg("circle", { cx, cy, r: 5, class: kind }));
      const label = (at, y) => {
        const size = svg("tspan", { class: "explore-small" }, ` ${short(sizes[letter])}`);
        labels.push(svg("text", { x: at, y, "text-anchor": "middle", class: kind }, letter, size));
        [above, below] = [Math.max(above, 18 - y), Math.max(below, y + 8)];
      };
      const ends = [x(held[0]), x(held[held.length - 1])];
      const middle = (ends[0] + ends[1]) / 2;
      if (held.length === 1) {
        const to = middle + (seen(held) - (alone[held[0]] - 1) / 2) * LEG;
        const twice = operands[held[0]].letters.filter((own) => own === letter).length > 1;
        const sides = twice ? [-6, 6] : [0]; // a diagonal is one letter on two axes
        sides.forEach((side) => line(`M${middle + side} ${top} L${to + (side && side / 6)} ${top + 60}`));
        if (!output.includes(letter)) dot(to, top + 60);
        label(to, top + 82);
      } else if (held.length === 2 && !output.includes(letter)) {
        const rise = (held[1] - held[0] - 1) * 30 + seen(held) * 26;
        line(`M${ends[0]} ${top} Q${middle} ${top - 2 * rise} ${ends[1]} ${top}`);
        label(middle, top - rise - 7);
      } else {
        const y = top + 44 + seen("joint") * 40;
        held.forEach((number) => line(`M${x(number)} ${top} Q${(x(number) + middle) / 2} ${y} ${middle} ${y}`));
        dot(middle, y);
        label(middle, y + 20);
      }
    }
    const nodes = operands.map((_, number) => [
      svg("circle", { cx: x(number), cy: top, r: 24, class: "explore-a" }),
      svg("text", { x: x(number), y: top + 5, "text-anchor": "middle", class: "explore-on" }, `x${number}`),
    ]);
    const words = holders.map(([letter, held]) => {
      const where = held.map((number) => `x${number}`).join(" and ");
      return `${letter} of size ${sizes[letter]} in ${where}, ${output.includes(letter) ? "kept" : "summed"}`;
    });
    const all = svg("g", { transform: `translate(0 ${above})` }, lines, nodes, labels);
    return kit.picture(width, above + below, `The network: ${words.join("; ")}`, all);
  }

  /* The numbers of the operands that have a letter. */
  const holdersOf = (operands, letter) =>
    [...operands.keys()].filter((number) => operands[number].letters.includes(letter));

  function bars(rows) {
    const most = rows.reduce((all, [, count]) => (count > all ? count : all), 1n);
    const part = (count) => Math.max(Number((count * 1000n) / most) / 10, 0.5);
    return el(
      "div",
      { class: "explore-bars" },
      rows.map(([words, count, best]) =>
        el(
          "div",
          {},
          el("span", {}, words),
          el("strong", {}, operations(count)),
          el("i", { class: best ? "explore-best" : null, style: `width: ${part(count)}%` }),
        ),
      ),
    );
  }

  function show(model, set) {
    if (model.error) {
      const to = (size) =>
        model.shapes.map((shape, number) =>
          model.operands[number].letters.map((letter, axis) => (letter === model.letter ? size : shape[axis])),
        );
      const ways = model.both
        ? kit.row(
            "Ways out",
            model.both.map(({ size }) =>
              el(
                "button",
                { type: "button", click: () => set({ sizes: to(size).map(kit.inAddress).join(",") }) },
                `Make ${model.letter} ${size} everywhere`,
              ),
            ),
          )
        : null;
      return [
        el("p", { class: "explore-label" }, "The error, as the library words it"),
        el("pre", { class: "explore-text explore-fault", tabindex: 0, "aria-label": "the error" }, model.error),
        ways,
      ];
    }
    const { operands, output, sizes, plan: found } = model;
    const order = [...new Set([...output, ...Object.keys(sizes)])];
    const holders = (letter) =>
      operands
        .map((term, number) =>
          term.letters.includes(letter)
            ? `x${number}${term.letters.indexOf(letter) < term.letters.lastIndexOf(letter) ? " (its diagonal)" : ""}`
            : "",
        )
        .filter(Boolean)
        .join(", ");
    const rows = order.map((letter) => [
      letter,
      grouped(sizes[letter]),
      holders(letter),
      output.includes(letter) ? "kept" : "summed",
    ]);
    const steps = found.steps.map(({ takes, gives, flops }) =>
      el("li", {}, el("code", {}, `${takes.map(valued).join(" × ")} → ${valued(gives)}`), ` ${operations(flops)}`),
    );
    const total = found.flops + found.sums;
    return [
      el("h2", {}, "The loops it means"),
      el("pre", { tabindex: 0, "aria-label": "the loops" }, model.loops),
      el("h2", {}, "The network"),
      network(model),
      el(
        "p",
        { class: "explore-hint" },
        "A line between two operands is a letter that both have and that is summed. A line that hangs is an axis of " +
          "the result; with a dot at its end it is summed. A dot between joins what several have.",
      ),
      el(
        "table",
        {},
        el(
          "tr",
          {},
          ["letter", "size", "in", "it is"].map((words) => el("th", { scope: "col" }, words)),
        ),
        rows.map((row) =>
          el(
            "tr",
            {},
            row.map((cell) => el("td", {}, cell)),
          ),
        ),
      ),
      el("h2", {}, "The order, and what it costs"),
      steps.length ? el("ol", {}, steps) : el("p", {}, "One operand: nothing to pair."),
      found.sums
        ? el("p", {}, `Before that, axes that only one operand has are added up: ${operations(found.sums)}.`)
        : null,
      bars([
        ["the loops as written", found.naive],
        ...(steps.length > 1 ? [["from left to right", found.left + found.sums]] : []),
        ["in this order", total, true],
      ]),
      el(
        "p",
        {},
        found.largest
          ? `The largest intermediate result has ${kit.counted(found.largest, "number", "numbers")}: ${kit.inBytes(found.largest * 8n)} as float64.`
          : "There is no intermediate result.",
      ),
    ];
  }

  function ask({ error, both, plan: found, operands, sizes, shapes, letter }) {
    if (error && !both) return null;
    if (error) {
      const count = (size) =>
        Object.entries(
          Object.fromEntries(
            shapes.flatMap((shape, number) =>
              operands[number].letters.map((own, axis) => [own, own === letter ? size : shape[axis]]),
            ),
          ),
        ).reduce((all, [, each]) => all * BigInt(each), 2n);
      return {
        question: "How many operations does it take?",
        choices: [...both.map(({ size }) => ({ label: grouped(count(size)) })), { label: "an error", right: true }],
      };
    }
    if (operands.length > 2) {
      const least = found.firsts.reduce((low, { flops }) => (flops < low ? flops : low), found.firsts[0].flops);
      const choices = found.firsts.map(({ pair, flops }) => ({
        label: pair.map((number) => `x${number}`).join(" with "),
        right: flops === least,
      }));
      return {
        question: "Which two should meet first, to do the least work?",
        choices: [...choices, { label: "an error" }],
      };
    }
    const [right, points] = [found.naive, Object.values(sizes).reduce((all, size) => all * BigInt(size), 1n)];
    const counts = [...new Set([right, points, 2n * points, points * 10n].map(String))]
      .slice(0, 3)
      .map(BigInt)
      .sort((a, b) => (a < b ? -1 : 1));
    return {
      question: "How many multiplications and additions do its loops make?",
      choices: [...counts.map((count) => ({ label: grouped(count), right: count === right })), { label: "an error" }],
    };
  }

  const page = {
    name: "einsum",
    fields: [
      {
        name: "spec",
        label: "Spec",
        hint: "A letter for each axis, a comma between operands, then -\u2060> and the letters to keep.",
      },
      {
        name: "sizes",
        label: "Shapes",
        min: 1,
        hint: "One for each operand: 5x784,784x10 or (5, 784), (784, 10). The up and down keys change a size.",
      },
    ],
    read: ({ spec, sizes }) => rules.explain(spec, kit.shapesOf(sizes)),
    ask,
    show,
    say({ error, plan: found }) {
      if (error) return `It fails: ${error.split("\n")[0].split(":")[0]}.`;
      const total = found.flops + found.sums;
      const more = found.naive > total ? `, where the loops as written take ${grouped(found.naive)}` : "";
      return `${operations(total)}${more}.`;
    },
    python({ spec, shapes, error }) {
      const call = `mt.explain_einsum(${[JSON.stringify(spec), ...shapes.map(inPython)].join(", ")})`;
      return `import minitensor as mt\nprint(${call})${error ? "  # raises EinsumError" : ""}`;
    },
  };

  if (typeof document !== "undefined") kit.start(page);
  return { ...rules, page };
})();

if (typeof module !== "undefined") module.exports = einsum;
