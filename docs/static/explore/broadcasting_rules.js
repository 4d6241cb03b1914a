"use strict";
/* The broadcasting rule on two shapes: minitensor/broadcasting.py again, word for word, with what is asked and the trap.
   The page that shows it is broadcasting.js. */

const broadcastingRules = (() => {
  const kit = typeof exploreWords === "undefined" ? require("./explore_words.js") : exploreWords;
  const { Problem, inPython } = kit;

  /* The two shapes that were typed. */
  function twoOf(text) {
    const shapes = kit.shapesOf(text);
    const there = shapes.length === 1 ? "is one shape" : `are ${shapes.length} shapes`;
    if (shapes.length !== 2) throw new Problem(`There ${there}; write two, such as 3x1,4 or (3, 1), (4,).`);
    return shapes;
  }

  /* The size that the sizes on one axis broadcast to, or null where they disagree. */
  function sizeOf(sizes) {
    const others = new Set(sizes.filter((size) => size !== 1));
    return others.size > 1 ? null : others.size ? [...others][0] : 1;
  }

  function broadcast(shapes) {
    const ndim = Math.max(...shapes.map((shape) => shape.length));
    const result = Array.from({ length: ndim }, (_, i) =>
      sizeOf(shapes.map((shape) => shape[shape.length - ndim + i]).filter((size) => size !== undefined)),
    );
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
        return {
          line: `fix: give ${names[i]} ${what}, ${code}, which makes it ${inPython(longer)}`,
          code,
          shapes: change(i, longer),
        };
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
        notes.push(
          `axis ${axis}: the sizes ${names.map((name, at) => `${sizes[at]} (${name})`).join(", ")} disagree; they must be equal, or 1`,
        );
        return { axis, sizes, size, what: "fault", who: [] };
      }
      if (absent.length && size !== 1)
        notes.push(`axis ${axis}: ${absent[0]} has no such axis and is repeated ${size} times`);
      if (stretched.length) notes.push(`axis ${axis}: ${stretched[0]} has size 1 and is stretched to ${size}`);
      return {
        axis,
        sizes,
        size,
        what: absent.length ? "missing" : stretched.length ? "stretched" : "equal",
        who: [...absent, ...stretched],
      };
    });
    const result = axes.some((each) => each.size === null) ? null : axes.map((each) => each.size);
    const rows = [
      ["axis", ...axes.map((each) => each.axis)],
      ...names.map((name, at) => [name, ...axes.map((each) => each.sizes[at] ?? ".")]),
      ["->", ...axes.map((each) => each.size ?? "!")],
    ].map((row) => row.map(String));
    const width = Math.max(0, ...rows.flatMap((row) => row.slice(1).map((cell) => cell.length)));
    const ends = [
      "",
      ...shapes.map((shape) => `  shape ${inPython(shape)}`),
      result ? `  shape ${inPython(result)}` : "",
    ];
    const lines = rows.map((row, at) =>
      (
        row[0].padEnd(4) +
        row
          .slice(1)
          .map((cell) => "  " + cell.padStart(width))
          .join("") +
        ends[at]
      ).trimEnd(),
    );
    const fix = result ? null : fixOf(shapes, names);
    return {
      shapes,
      names,
      result,
      axes,
      fix,
      text: [...lines, ...notes, ...(fix ? [fix.line] : [])].join("\n"),
      notes,
    };
  }

  /* n where one shape is (n,) and the other (n, 1): n results were meant, and n × n come. Otherwise 0. */
  function trapOf(shapes) {
    const [short, long] = [...shapes].sort((a, b) => a.length - b.length);
    return short.length === 1 && long.length === 2 && long[1] === 1 && long[0] === short[0] && short[0] > 1
      ? short[0]
      : 0;
  }

  /* What to guess from: the answer, an error, and what one might think. */
  function choicesOf({ shapes, result }) {
    const [a, b] = shapes;
    const left = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(a[i] ?? 1, b[i] ?? 1));
    const right = Array.from({ length: left.length }, (_, i) =>
      Math.max(a[a.length - left.length + i] ?? 1, b[b.length - left.length + i] ?? 1),
    );
    const wrong = [left, right, a, b, [...a, ...b]].map(inPython);
    const answer = result ? inPython(result) : "an error";
    const labels = [...new Set([answer, ...wrong])].slice(0, result ? 3 : 4).filter((label) => label !== "an error");
    return [...labels.sort(), "an error"].map((label) => ({ label, right: label === answer }));
  }

  const elements = (shape) => shape.reduce((all, size) => all * BigInt(size), 1n);

  return { explain, twoOf, trapOf, choicesOf, elements };
})();

if (typeof module !== "undefined") module.exports = broadcastingRules;
