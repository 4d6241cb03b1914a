// node run_explorer.mjs FOLDER NAME < states.json > answers.json
// What the scripts in FOLDER answer for each state of the explorer NAME. Numbers may be too large for JSON: they are text.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, name] = process.argv.slice(2);
const explorer = createRequire(import.meta.url)(resolve(folder, `${name}.js`));

const answers = {
  broadcasting({ shapes, result, text, axes, fix }) {
    const faults = axes.filter((each) => each.what === "fault").map((each) => each.axis);
    return { result, text, faults, fixed: fix && fix.code ? fix.shapes : null, trap: explorer.trapOf(shapes) };
  },
  einsum({ error, loops, plan, output }) {
    if (error) return { error };
    const { pairs, flops, largest, naive, sums, steps } = plan;
    const made = steps.map(({ gives }) => [...gives.letters].sort().join(""));
    return { loops, output: output.join(""), pairs, flops, largest, naive, all: flops + sums, made };
  },
};

const states = JSON.parse(readFileSync(0, "utf8"));
const found = states.map((state) => {
  try {
    const model = explorer.page.read(state);
    const { question, choices } = explorer.page.ask(model) ?? { choices: [{ right: true }] };
    if (!choices.some((choice) => choice.right)) throw new Error(`no right answer to ${question}`);
    if (/NaN|undefined|null/.test(explorer.page.say(model) + explorer.page.python(model))) throw new Error("no words");
    return answers[name](model);
  } catch (problem) {
    return { [problem.constructor.name]: problem.message };
  }
});
process.stdout.write(JSON.stringify(found, (_, value) => (typeof value === "bigint" ? String(value) : value)));
