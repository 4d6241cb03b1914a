"use strict";
/* A spec and the shapes of up to four operands: the loops it means, the network, the order of the pairs and its cost.

   parse and fit are minitensor/einsums/parser.py, loops is loops.py, plan is order.py and exact.py. The page
   that shows it is einsum.js. */

const einsumRules = (() => {
  const kit = typeof exploreWords === "undefined" ? require("./explore_words.js") : exploreWords;
  const { Problem, inPython } = kit;
  const OPERANDS = 4; // from five on the library weighs its orders in another way, too
  const LETTERS = 12;

  // --- the spec, without a page ------------------------------------------------------------------------------------

  /* What the library refuses, in its words. */
  class Fault extends Error {}

  function fault(problem, spec, spots, fix, more = {}) {
    const carets = Array.from({ length: Math.max(...spots) + 1 }, (_, at) => (spots.includes(at) ? "^" : " "));
    throw Object.assign(new Fault(`${problem}\n  ${spec}\n  ${carets.join("")}\nfix: ${fix}`), more);
  }

  /* {spec, operands, output}: of each operand its letters, their places in the spec, and where the term ends. */
  function parse(spec) {
    const terms = [{ letters: [], places: [] }];
    let arrow = false;
    for (let at = 0; at < spec.length; at++) {
      const word = spec.startsWith("->", at) ? "->" : spec[at];
      if (word === "," || word === "->") {
        if (arrow && word === "->")
          fault("there is a second '->'", spec, [at, at + 1], "keep one '->', the output after it");
        if (arrow) fault("there is a ',' in the output", spec, [at], "an einsum has one output: drop the ','");
        arrow = word === "->";
        terms[terms.length - 1].end = at;
        terms.push({ letters: [], places: [] });
        at += word.length - 1;
      } else if (/[a-zA-Z]/.test(word)) {
        terms[terms.length - 1].letters.push(word);
        terms[terms.length - 1].places.push(at);
      } else if (word === ".") {
        fault("this '.' is not part of a '...'", spec, [at], "write three dots with no space between, or none");
      } else if (word === "-" || word === ">") {
        fault(`this '${word}' is not part of a '->'`, spec, [at], "write '->' with no space between");
      } else if (word !== " ") {
        const shown = word === "'" ? `"'"` : word === "\\" ? "'\\\\'" : `'${word}'`;
        fault(
          `${shown} is not a letter`,
          spec,
          [at],
          "name each axis with one letter, a-z, A-Z or of another alphabet",
        );
      }
    }
    terms[terms.length - 1].end = spec.length;
    const all = terms.slice(0, arrow ? -1 : undefined).flatMap((term) => term.letters);
    if (!arrow)
      return {
        spec,
        operands: terms,
        output: all.filter((own) => all.filter((each) => each === own).length === 1).sort(),
      };
    const { letters, places } = terms.pop();
    letters.forEach((own, i) => {
      const first = letters.indexOf(own);
      if (!all.includes(own))
        fault(
          `the output names '${own}', which no operand has`,
          spec,
          [places[i]],
          `use a letter from the left of '->', or leave '${own}' out`,
        );
      if (first < i)
        fault(`the output names '${own}' twice`, spec, [places[first], places[i]], `keep one '${own}' in the output`);
    });
    return { spec, operands: terms, output: letters };
  }

  const spotsOf = (term) => (term.places.length ? term.places : [term.end]);

  /* The size of every letter, in the order in which they are met. */
  function fit({ spec, operands }, shapes) {
    if (operands.length !== shapes.length) {
      const spots =
        shapes.length > operands.length ? [operands[operands.length - 1].end] : spotsOf(operands[shapes.length]);
      const terms = kit.counted(operands.length, "term", "terms");
      const given = kit.counted(shapes.length, "operand", "operands");
      fault(
        `the spec has ${terms}, but ${given} came with it`,
        spec,
        spots,
        "write one term for each operand, with ',' between",
      );
    }
    operands.forEach((term, number) => {
      const [has, named] = [shapes[number].length, term.letters.length];
      const problem = `operand ${number} has ${kit.counted(has, "axis", "axes")}, shape ${inPython(shapes[number])}, but its term names ${named}`;
      if (has !== named)
        fault(
          problem,
          spec,
          spotsOf(term),
          `write one letter for each axis${has > named ? ", or '...' for the other axes" : ""}`,
        );
    });
    const first = {};
    operands.forEach((term, number) =>
      term.letters.forEach((letter, axis) => {
        const here = { number, axis, place: term.places[axis], size: shapes[number][axis] };
        first[letter] = first[letter] || here;
        if (first[letter].size !== here.size) twoSizes(spec, shapes, letter, [first[letter], here]);
      }),
    );
    return Object.fromEntries(Object.entries(first).map(([letter, { size }]) => [letter, size]));
  }

  function twoSizes(spec, shapes, letter, both) {
    const stands = both.map(
      ({ number, axis, size }) => `${size} on axis ${axis} of operand ${number}, shape ${inPython(shapes[number])}`,
    );
    const one = both.filter(({ size }) => size === 1).pop();
    let fix = "slice or permute the operands until the sizes are equal, or give the axes different letters";
    if (one)
      fix = `squeeze axis ${one.axis} of operand ${one.number} and drop its '${letter}'; no letter stretches an axis of size 1, only '...' does`;
    if (both[0].number === both[1].number)
      fix = "a letter twice takes a diagonal: slice the operand until the sizes are equal, or use two letters";
    const spots = both.map(({ place }) => place);
    fault(`'${letter}' has two sizes: ${stands.join("; ")}`, spec, spots, fix, { letter, both });
  }

  /* The loop nest as the source of a function. */
  function loops({ operands, output }, sizes) {
    const index = (letters) => letters.map((letter) => `[${letter}]`).join("");
    const summed = Object.keys(sizes).filter((letter) => !output.includes(letter));
    const zeros = output
      .map((letter) => sizes[letter])
      .reverse()
      .reduce((text, size, at) => (at ? `[${text} for _ in range(${size})]` : `[0] * ${size}`), "0");
    const lines = [...output, ...summed].map(
      (letter, depth) =>
        `${"    ".repeat(depth + 1)}for ${letter} in range(${sizes[letter]}):${summed.includes(letter) ? "  # summed" : ""}`,
    );
    const product = operands.map((term, number) => `x${number}${index(term.letters)}`).join(" * ");
    return [
      `def naive(${operands.map((_, number) => `x${number}`).join(", ")}):`,
      `    out = ${zeros}`,
      ...lines,
      `${"    ".repeat(lines.length + 1)}out${index(output)} += ${product}`,
      "    return out",
    ].join("\n");
  }

  // --- the order ---------------------------------------------------------------------------------------------------

  /* What it costs: {pairs, steps, flops, largest, naive, left, sums, firsts}. Sets of letters are bits of a number.

     flops, left: of the products in the best order, and from left to right; sums: before, of single operands
     firsts: for each pair of operands the cost of the best order that begins with it */
  function plan({ operands, output }, sizes) {
    const letters = Object.keys(sizes);
    const bits = (own) => own.reduce((all, letter) => all | (1 << letters.indexOf(letter)), 0);
    const spelled = (set) => letters.filter((_, at) => set & (1 << at));
    const size = (set) =>
      letters.reduce((all, letter, at) => (set & (1 << at) ? all * BigInt(sizes[letter]) : all), 1n);
    const cost = (a, b, made) => size(a | b) * ((a | b) === made ? 1n : 2n);
    const [out, own] = [bits(output), operands.map((term) => bits(term.letters))];
    const many = letters.filter((_, at) => own.filter((set) => set & (1 << at)).length > 1);
    const leaves = own.map((set, number) => ({
      set: set & (out | bits(many)),
      low: number,
      flops: 0n,
      peak: 0n,
      waits: 0n,
    }));
    const union = (values) => values.reduce((all, { set }) => all | set, 0);

    function join(x, y, kept) {
      // where a part needs more memory while it is made, it comes first
      const [a, b] = x.low < y.low ? [x, y] : [y, x];
      const most = (...each) => each.reduce((one, other) => (one > other ? one : other));
      const [ab, ba] = [most(a.peak, a.waits + b.peak), most(b.peak, b.waits + a.peak)];
      const waits = size(kept);
      const price = cost(a.set, b.set, kept);
      return {
        set: kept,
        low: a.low,
        price,
        flops: a.flops + b.flops + price,
        parts: ab <= ba ? [a, b] : [b, a],
        waits,
        peak: most(ab <= ba ? ab : ba, a.waits + b.waits + waits),
      };
    }

    const fromLeft = leaves
      .slice(1)
      .reduce(
        (tree, leaf, at) => join(tree, leaf, (tree.set | leaf.set) & (out | union(leaves.slice(at + 2)))),
        leaves[0],
      );

    function exact(bound) {
      // the best split of every set of operands; of equal ones the first
      const every = (1 << leaves.length) - 1;
      const kept = Array.from(
        { length: every + 1 },
        (_, some) =>
          union(leaves.filter((_, at) => some & (1 << at))) &
          (out | union(leaves.filter((_, at) => !(some & (1 << at))))),
      );
      const best = leaves.reduce((all, leaf, at) => Object.assign(all, { [1 << at]: leaf }), {});
      for (let some = 3; some <= every; some++) {
        const rest = some & (some - 1);
        for (let part = rest & -rest; part; part = (part - rest) & rest) {
          if (!best[part] || !best[some ^ part]) continue;
          const tree = join(best[some ^ part], best[part], kept[some]);
          if (tree.flops < (best[some] ? best[some].flops : bound)) best[some] = tree;
        }
      }
      return best[every];
    }

    const tree = (leaves.length > 2 && exact(fromLeft.flops)) || fromLeft;
    const steps = [];
    const names = leaves.map((_, number) => ({ name: `x${number}`, letters: operands[number].letters }));
    (function walk(node) {
      if (!node.parts) return;
      node.parts.forEach(walk);
      const pair = node.parts.map(({ low }) => low).sort();
      const last = node === tree;
      const takes = pair.map((number) => names[number]);
      const before = [...new Set(takes.flatMap((value) => value.letters))];
      names[node.low] = {
        name: last ? "out" : `t${steps.length + 1}`,
        letters: last ? output : before.filter((letter) => spelled(node.set).includes(letter)),
      };
      steps.push({ pair, takes, gives: names[node.low], flops: node.price, elements: node.waits });
    })(tree);

    const least = (values) =>
      values.length < 2
        ? 0n
        : beginnings(values).reduce((low, { flops }) => (low === null || flops < low ? flops : low), null);
    const beginnings = (values) =>
      values.flatMap((a, i) =>
        values.slice(i + 1).map((b, j) => {
          const rest = values.filter((_, at) => at !== i && at !== i + 1 + j);
          const set = (a.set | b.set) & (out | union(rest));
          return { pair: [i, i + 1 + j], flops: cost(a.set, b.set, set) + least([...rest, { set }]) };
        }),
      );
    const largest = steps.slice(0, -1).reduce((most, { elements }) => (elements > most ? elements : most), 0n);
    const sums = own.reduce((all, set, number) => (set === leaves[number].set ? all : all + size(set)), 0n);
    const summed = letters.some((letter) => !output.includes(letter));
    const naive = size(bits(letters)) * BigInt(leaves.length - 1 + summed);
    return {
      pairs: steps.map(({ pair }) => pair),
      steps,
      flops: tree.flops,
      largest,
      naive,
      left: fromLeft.flops,
      sums,
      firsts: beginnings(leaves),
    };
  }

  /* All of it. What the library refuses is in `error`, in its words; Problem is thrown for what this page does not take. */
  function explain(spec, shapes) {
    if (!spec.trim())
      throw new Problem("Write a spec, such as ik,kj->ij: a letter for each axis, a comma between operands.");
    if (spec.includes("..."))
      throw new Problem("This page takes letters only. For “...”, ask mt.explain_einsum in Python.");
    if (/[^ -~]/.test(spec))
      throw new Problem("This page takes the letters a-z and A-Z. The library takes those of other alphabets too.");
    const count = Math.max(shapes.length, spec.split("->")[0].split(",").length);
    if (count > OPERANDS)
      throw new Problem(`This page plans up to ${OPERANDS} operands, not ${count}; mt.einsum_plan takes any number.`);
    if (new Set(spec.match(/[a-zA-Z]/g)).size > LETTERS)
      throw new Problem(`This page takes up to ${LETTERS} letters; mt.einsum takes any number.`);
    if (shapes.some((shape) => shape.includes(0)))
      throw new Problem("Sizes here are 1 or more: with a size of 0 there is nothing to do.");
    let read;
    try {
      read = parse(spec);
      const sizes = fit(read, shapes);
      return { ...read, shapes, sizes, loops: loops(read, sizes), plan: plan(read, sizes), error: null };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { spec, ...read, shapes, error: error.message, letter: error.letter, both: error.both };
    }
  }

  return { parse, fit, loops, plan, explain };
})();

if (typeof module !== "undefined") module.exports = einsumRules;
