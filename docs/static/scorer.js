"use strict";
// How the search ranks what it finds; Sphinx puts this file into its own script, which calls Scorer.score.
const plain = (text) => text.toLowerCase().replace(/[^\p{Letter}\p{Number}]+/gu, " ").trim();

// Pages that list what other pages say come last; a page that a reader learns from, first.
const SHELF = [
  [/^(evening\/|_modules\/|changelog|contributing|measurements)/, -40],
  [/^(lessons\/\d|manual|reference\/|kernels$|glossary$)/, 10],
];

// A name by how deep it stands: minitensor.matmul before minitensor.backend.Backend.matmul.
function ofName(name, words) {
  const parts = name.split(".");
  const last = plain(parts[parts.length - 1]);
  return (last === words ? 40 : 0) - 15 * Math.max(0, parts.length - 2);
}

// A title by the words of the query that it has: all as whole words, and best if they come in this order.
function ofTitle(title, words) {
  const has = ` ${plain(title)} `;
  if (!words || !words.split(" ").every((word) => has.includes(` ${word} `))) return 0;
  return has.includes(` ${words} `) ? 60 : 50;
}

var Scorer = {
  objNameMatch: 11, objPartialMatch: 6, objPrio: { 0: 15, 1: 5, 2: -5 }, objPrioDefault: 0,
  title: 15, partialTitle: 7, term: 5, partialTerm: 2,
  score([page, title, , , score, , kind]) {
    const words = plain(new URLSearchParams(location.search).get("q") ?? "");
    const shelf = SHELF.find(([pattern]) => pattern.test(page))?.[1] ?? 0;
    // 100 is Sphinx's for a word of the index, ours for the glossary's: it may not stand above a page of that title
    return Math.min(score, 30) + shelf + (kind === "object" ? ofName(title, words) : ofTitle(title, words));
  },
};
