"use strict";
/* What the explorers read and write as text: numbers in words, shapes, the state in the address. */

const exploreWords = (() => {
  /* What someone typed that an explorer does not take. The message is one clear sentence. */
  class Problem extends Error {}

  // --- numbers in words, as minitensor/text/numbers.py has them ---------------------------------------------------

  /* 78,400. The number may be a BigInt. */
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

  const counted = (number, one, many) => `${grouped(number)} ${String(number) === "1" ? one : many}`;

  /* Three digits, as Python's f"{number:.3g}" for 0 <= number < 999.5: of two equally near, the even one. */
  function three(number) {
    const [up, exact] = [number.toPrecision(3), number.toPrecision(60)];
    const tie = /^(0\.0*)?\d(\.?\d){2}\.?50*(e|$)/.test(exact);
    const odd = /[13579]/.test(up.replace(/e.*/, "").slice(-1));
    if (!tie || !odd) return String(Number(up));
    const unit = 10 ** (Math.floor(Math.log10(number)) - 2);
    return String(Number((Number(up) - unit).toPrecision(3)));
  }

  function inBytes(count) {
    const units = [
      ["TB", 1e12],
      ["GB", 1e9],
      ["MB", 1e6],
      ["kB", 1e3],
      ["B", 1],
    ];
    const number = Math.round(Number(count));
    const [unit, size] = units.find((each) => number >= 0.9995 * each[1]) || units[units.length - 1];
    const amount = number / size;
    return `${amount < 999.5 ? three(amount) : grouped(Math.round(amount))} ${unit}`;
  }

  // --- shapes as they are typed ------------------------------------------------------------------------------------

  /* What was typed instead, as a message ends with it; of nothing there is nothing to say. */
  const instead = (text) => (text.trim() ? `, not “${text.trim().slice(0, 20)}”` : "");

  const LARGEST = 1000000; // of a size
  const MOST = 6; // axes

  /* A shape as Python writes it: (3, 1), (4,), (). */
  const inPython = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

  /* A shape as the address has it: 3x1, 4, (). */
  const inAddress = (shape) => shape.join("x") || "()";

  /* The shapes in "3x1,4" or "(3, 1), (4,)". Throws Problem with a sentence for what is neither. */
  function shapesOf(text) {
    const brackets = /[(\[][^()[\]]*[)\]]|[^,()[\]]+|[()[\]]/g; // each shape, in brackets or not
    const parts = /[(\[]/.test(text) ? text.match(brackets).filter((part) => part.trim()) : text.split(",");
    return parts.map((part) => shapeOf(part.trim()));
  }

  function shapeOf(part) {
    const brackets = /^[(\[](.*)[)\]]$/.exec(part);
    if (brackets && !brackets[1].trim()) return [];
    if (!part)
      throw new Problem("A shape is missing: write sizes with x between, such as 3x1. A number has the shape ().");
    const shape = (brackets ? brackets[1].replace(/,\s*$/, "") : part).split(brackets ? /[,x×*]/ : /[x×*]/);
    return shape.map((each) => {
      const size = each.trim();
      if (/^-\d+$/.test(size)) throw new Problem(`A size is 0 or more, not ${size}.`);
      const mended = part.replace(/(?<=\d)(\s+|\s*[;|/+&]\s*)(?=\d)/g, brackets ? ", " : ",");
      if (mended !== part && /^[\d\s,x×*()[\]]+$/.test(mended))
        throw new Problem(`Is a comma missing in “${part}”? Write ${mended}.`);
      if (!/^\d+$/.test(size))
        throw new Problem(
          `“${part}” is no shape: write whole numbers with x between, such as 3x1, or as Python does, (3, 1).`,
        );
      if (Number(size) > LARGEST)
        throw new Problem(`Sizes here go up to ${grouped(LARGEST)}; ${grouped(size)} is more.`);
      if (shape.length > MOST)
        throw new Problem(`Shapes here have at most ${MOST} axes; “${part}” has ${shape.length}.`);
      return Number(size);
    });
  }

  // --- the state in the address ------------------------------------------------------------------------------------

  /* The state that a query tells, "?shapes=3x1,4". What it does not name is as in `defaults`; other names are left. */
  function stateOf(query, defaults) {
    const found = Object.fromEntries(new URLSearchParams(query));
    const names = Object.keys(defaults).length ? Object.keys(defaults) : Object.keys(found);
    return Object.fromEntries(names.map((name) => [name, found[name] === undefined ? defaults[name] : found[name]]));
  }

  /* The query of a state, readable: , : > and - stay as they are. */
  function queryOf(state) {
    const plain = (text) => encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%3E/g, ">");
    return (
      "?" +
      Object.keys(state)
        .map((name) => `${name}=${plain(state[name])}`)
        .join("&")
    );
  }

  const shapes = { LARGEST, inPython, inAddress, shapesOf };
  return { Problem, grouped, counted, three, inBytes, instead, ...shapes, stateOf, queryOf };
})();

if (typeof module !== "undefined") module.exports = exploreWords;
