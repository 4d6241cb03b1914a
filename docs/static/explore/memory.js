"use strict";
/* What a warp's 32 reads cost, by stride and offset, and where the words lie: sectors, banks, rounds, clocks.

   read and access need no page: they count as minitensor/gpu/counters.py does. The rest draws it. */

const memory = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const { el, svg, Problem } = kit;
  const WARP = 32; // threads
  const SECTOR = 32; // bytes that global memory moves at least
  const LINE = 128; // bytes of a line of the L1 cache
  const [BANK, BANKS] = [4, 32]; // bytes of a word of a bank, and how many banks there are
  const LOOKUPS = 3.5; // lines that L1 looks up in a clock, as predict.py has it; NVIDIA publishes no number
  const MOST = { stride: 64, offset: 63 };
  const DTYPES = { 1: "int8", 2: "int16", 4: "float32", 8: "float64" };
  let [width, left, across] = [720, 66, 654]; // of a picture, of the words beside it, of the rest

  // --- what it costs, without a page -------------------------------------------------------------------------------

  function whole(state, name) {
    const text = state[name].trim();
    if (!/^\d+$/.test(text) || Number(text) > MOST[name]) throw new Problem(`The ${name} is a whole number from 0 to ${MOST[name]}, not “${text.slice(0, 20)}”.`);
    return Number(text);
  }

  function read(state) {
    if (!["global", "shared"].includes(state.space)) throw new Problem(`The memory is global or shared, not “${state.space.slice(0, 20)}”.`);
    if (!Object.hasOwn(DTYPES, state.size)) throw new Problem(`An element has 1, 2, 4 or 8 bytes, not “${state.size.slice(0, 20)}”.`);
    return access({ stride: whole(state, "stride"), offset: whole(state, "offset"), size: Number(state.size), space: state.space });
  }

  const distinct = (numbers) => [...new Set(numbers)];

  /* What it costs that lane reads element lane * stride + offset, of `size` bytes, in "global" or "shared" memory.

     rounds: what the banks give, clock by clock, each a list of {bank, lanes}. A bank gives one word at a time; lanes
     that want the same word share it. 8 bytes a lane are served half a warp at a time, from banks taken in pairs. */
  function access({ stride, offset, size, space }) {
    const elements = Array.from({ length: WARP }, (_, lane) => lane * stride + offset);
    const bytes = elements.map((element) => element * size);
    const unit = Math.max(BANK, size);
    const banks = (BANK * BANKS) / unit;
    const together = Math.min(WARP, banks);
    const rounds = [];
    for (let first = 0; first < WARP; first += together) {
      const words = new Map(); // from a word to the lanes that want it
      for (let lane = first; lane < first + together; lane++) {
        const word = Math.floor(bytes[lane] / unit);
        words.set(word, [...(words.get(word) || []), lane]);
      }
      const turn = Array(banks).fill(rounds.length);
      for (const [word, lanes] of words) {
        const bank = word % banks;
        (rounds[turn[bank]] ||= []).push({ bank, lanes });
        turn[bank] += 1;
      }
    }
    const sectors = distinct(bytes.map((byte) => Math.floor(byte / SECTOR)));
    const lines = distinct(bytes.map((byte) => Math.floor(byte / LINE))).length;
    const used = distinct(bytes).length * size;
    const least = Math.max(1, (size * WARP) / (BANK * BANKS));
    const clocks = space === "shared" ? rounds.length : Math.max(rounds.length, lines / LOOKUPS);
    const moved = space === "shared" ? rounds.length * BANK * BANKS : sectors.length * SECTOR;
    const conflicts = rounds.length - least;
    return { stride, offset, size, space, elements, bytes, banks, rounds, sectors, lines, used, moved, least, conflicts, clocks, fewest: Math.ceil(used / SECTOR) };
  }

  const percent = (part, all) => `${Math.round((100 * part) / all)}%`;
  const clocksOf = ({ clocks }) => (Number.isInteger(clocks) ? String(clocks) : clocks.toFixed(1));

  function say(model) {
    const { space, sectors, fewest, used, moved, rounds, conflicts, least } = model;
    if (space === "global") {
      const best = sectors.length === fewest ? "No fewer would do" : `${fewest} would hold what is used`;
      return `${kit.counted(sectors.length, "sector", "sectors")}: ${moved} bytes move, ${used} are asked for, ${percent(used, moved)}. ${best}.`;
    }
    const busy = Math.max(...rounds.map((round) => round.length));
    const how = conflicts ? `${kit.counted(conflicts, "replay", "replays")}, for ${busy === 1 ? "all words lie in one bank" : "some banks hold several of the words"}` : least > 1 ? "no replay: 8 bytes a lane take 2 at least" : "no replay";
    return `${kit.counted(rounds.length, "clock", "clocks")}, ${how}.`;
  }

  function ask({ space, stride, offset, size, sectors, rounds, elements }) {
    const right = space === "global" ? sectors.length : rounds.length;
    const likely = space === "global" ? [4, 8, 32, 1, 5] : [1, 32, 2, 16];
    const choices = distinct([right, ...likely]).slice(0, 4).sort((a, b) => a - b);
    const what = space === "global" ? "How many sectors of 32 bytes does it touch?" : "How many clocks do the banks take?";
    const question = `Lane 0 reads element ${offset}, lane 1 element ${elements[1]}, ${stride ? `and so on to ${elements[31]}` : "and so do all"}: ${kit.counted(size, "byte", "bytes")} each, in ${space} memory. ${what}`;
    return { question, choices: choices.map((number) => ({ label: String(number), right: number === right })) };
  }

  function python({ space, stride, offset, size }) {
    const [dtype, length] = [DTYPES[size], 31 * stride + offset + 1];
    const head = "import numpy as np\nimport minitensor as mt\nfrom minitensor.gpu import cuda, kernel\n\n\n@kernel\n";
    const end = "    value = x[lane * stride + offset]\n    out[lane] = value\n\n\n";
    const loads = (where) => `load = next(line for line in launch.lines.values() if line.${where}_loads)\n`;
    if (space === "global") {
      return `${head}def read(x, out, stride, offset):\n    lane = cuda.threadIdx.x\n${end}x, out = mt.zeros(${length}, "${dtype}"), mt.zeros(32, "${dtype}")\nlaunch = read[1, 32](x, out, ${stride}, ${offset})\n${loads("global")}((rounds, lines, _),) = load.global_shapes\nprint(load.load_sectors, "sectors", max(rounds, lines / 3.5), "clocks")\n`;
    }
    return `${head}def read(out, stride, offset):\n    x = cuda.shared_memory(np.${dtype}, ${length})\n    lane = cuda.threadIdx.x\n    for at in range(lane, ${length}, 32):\n        x[at] = np.${dtype}(at % 100)\n    cuda.syncthreads()\n${end}out = mt.zeros(32, "${dtype}")\nlaunch = read[1, 32](out, ${stride}, ${offset})\n${loads("shared")}((rounds, _),) = load.shared_shapes\nprint(rounds, "clocks", load.bank_conflicts, "replays")\n`;
  }

  // --- on the page -------------------------------------------------------------------------------------------------

  const box = (x, y, wide, high, kind, more) => svg("rect", { x, y, width: Math.max(wide, 0.8), height: high, class: kind, ...more });
  const label = (x, y, text, kind, anchor) => svg("text", { x, y, class: kind, "text-anchor": anchor || "middle" }, text);
  const middle = (lane) => left + ((lane + 0.5) * across) / WARP;

  /* The 32 lanes at the top, and a wire from each to the place x(lane) at the height `down`. */
  function lanes(x, down) {
    const cells = Array.from({ length: WARP }, (_, lane) => [
      box(middle(lane) - across / WARP / 2 + 1, 1, across / WARP - 2, 22, "explore-a", { rx: 3, "data-lanes": lane }),
      label(middle(lane), 16, lane, "explore-on memory-number"),
      svg("path", { d: `M${middle(lane)} 24C${middle(lane)} ${down / 2 + 12} ${x(lane)} ${down / 2 + 12} ${x(lane)} ${down}`, class: "memory-wire", "data-lanes": lane }),
    ]);
    return [label(left - 8, 17, "lanes", "explore-small memory-left", "end"), cells];
  }

  /* Memory as one strip of sectors, wide enough for all that is touched: 8, 16, 32, … of them. */
  function strip(model) {
    const { bytes, size, sectors } = model;
    let many = 8;
    while (many <= Math.max(...sectors)) many *= 2;
    const [scale, top, high] = [across / many / SECTOR, 120, 44]; // of a byte
    const touched = new Set(sectors);
    const gap = many <= 64 ? 2 : 0.3;
    const parts = Array.from({ length: many }, (_, at) => box(left + at * SECTOR * scale, top, SECTOR * scale - gap, high, touched.has(at) ? "memory-touched" : "memory-idle"));
    const used = distinct(bytes).map((byte) => box(left + byte * scale + 0.5, top + 5, size * scale - gap / 2 - 0.5, high - 10, "explore-a", { "data-lanes": bytes.flatMap((own, lane) => (own === byte ? [lane] : [])).join(" ") }));
    const marks = Array.from({ length: 5 }, (_, at) => label(left + (at * across) / 4, top + high + 18, (at * many * SECTOR) / 4, `explore-small memory-word${at % 2 ? " memory-number" : ""}`, at === 4 ? "end" : at ? "middle" : "start"));
    const words = `A strip of ${many} sectors of 32 bytes: ${sectors.length} are touched, and wires lead from the 32 lanes to what they read`;
    return kit.picture(width, top + high + 26, words, parts, used, lanes((lane) => left + (bytes[lane] + size / 2) * scale, top), label(left - 8, top + 27, "memory", "explore-small memory-left", "end"), label(left - 8, top + high + 18, "byte", "explore-small memory-left", "end"), marks);
  }

  /* The 32 banks side by side, and below them what they give, a row a clock. */
  function piles({ rounds, banks }) {
    const [wide, top] = [across / banks, 120];
    const high = rounds.length > 8 ? 15 : 28;
    const places = rounds.flatMap((round, at) => round.map((each) => ({ ...each, at })));
    const bankOf = (lane) => places.find((each) => each.lanes.includes(lane)).bank;
    const numbers = Array.from({ length: banks }, (_, bank) => [box(left + bank * wide + 1, top, wide - 2, 20, "memory-idle"), label(left + (bank + 0.5) * wide, top + 15, banks === 32 ? bank : `${2 * bank}, ${2 * bank + 1}`, "explore-small memory-number")]);
    const rows = rounds.map((_, at) => [box(left, top + 26 + at * high, across, high - 3, "memory-row"), label(left - 8, top + 22 + at * high + high / 2 + 4, `clock ${at + 1}`, `explore-small memory-left${high < 20 && at % 8 ? " memory-number" : ""}`, "end")]);
    const words = places.map(({ bank, lanes: own, at }) => [
      box(left + bank * wide + 1, top + 26 + at * high, wide - 2, high - 3, "explore-a", { "data-lanes": own.join(" ") }),
      label(left + (bank + 0.5) * wide, top + 23 + at * high + high / 2 + 4, own.length === 1 ? own[0] : own.length === WARP ? "all" : `×${own.length}`, "explore-on memory-number"),
    ]);
    const told = `32 banks, and what they give in ${kit.counted(rounds.length, "clock", "clocks")}; wires lead from the 32 lanes to their banks`;
    return kit.picture(width, top + 30 + rounds.length * high, told, rows, numbers, words, lanes((lane) => left + (bankOf(lane) + 0.5) * wide, top), label(left - 8, top + 15, "banks", "explore-small memory-left", "end"));
  }

  /* What is counted: in words, the number, and the counter of a launch that has it. */
  function counts(model) {
    const { space, sectors, fewest, used, moved, lines, rounds, conflicts, least } = model;
    if (space === "global") {
      return [
        ["requests of the warp", "1", "global_requests"], ["sectors touched", sectors.length, "load_sectors"], ["the fewest that would do", fewest, "fewest_sectors"],
        ["useful bytes of moved bytes", `${used} of ${moved}, ${percent(used, moved)}`, ""], ["fewest sectors of those touched", percent(fewest, sectors.length), "coalescing"],
        ["lines of 128 bytes in L1", lines, "global_shapes"], ["rounds of the banks of L1", rounds.length, "global_shapes"], ["clocks of L1: rounds, or lines / 3.5 if more", clocksOf(model), ""],
      ];
    }
    return [
      ["requests of the warp", "1", "shared_requests"], ["clocks: rounds of the banks", rounds.length, "shared_shapes"], ["the fewest that would do", least, ""],
      ["replays: rounds beyond those", conflicts, "bank_conflicts"], ["useful bytes of those the banks could give", `${used} of ${moved}, ${percent(used, moved)}`, ""],
    ];
  }

  function show(model) {
    const narrow = matchMedia("(max-width: 600px)").matches;
    [width, left, across] = narrow ? [360, 54, 306] : [720, 66, 654];
    const table = el("table", {}, el("tr", {}, ["counted", "", "counter"].map((words) => el("th", { scope: words && "col" }, words))), counts(model).map(([words, number, name]) => el("tr", {}, el("td", {}, words), el("td", {}, el("strong", {}, String(number))), el("td", {}, name && el("code", {}, name)))));
    const bank = (lane) => model.rounds.flat().find((each) => each.lanes.includes(lane)).bank * (32 / model.banks);
    const cells = model.elements.map((element, lane) => el("li", {}, el("b", {}, `lane ${lane}`), ` x[${element}]`, el("br"), `byte ${model.bytes[lane]}`, el("br"), model.space === "global" ? `sector ${Math.floor(model.bytes[lane] / SECTOR)}` : `bank ${bank(lane)}`));
    const drawn = model.space === "global" ? strip(model) : piles(model);
    drawn.classList.toggle("memory-narrow", narrow);
    const light = (event) => {
      const own = event.type === "pointerover" && event.target.dataset.lanes;
      drawn.querySelectorAll("[data-lanes]").forEach((each) => each.classList.toggle("memory-lit", Boolean(own) && own.split(" ").some((lane) => each.dataset.lanes.split(" ").includes(lane))));
    };
    ["pointerover", "pointerout"].forEach((name) => drawn.addEventListener(name, light));
    return [drawn, el("div", { class: "explore-scroll", tabindex: 0, role: "region", "aria-label": "what is counted" }, table), el("details", {}, el("summary", {}, "Every lane"), el("ol", { class: "memory-lanes" }, cells))];
  }

  const page = {
    name: "memory",
    fields: [
      { name: "stride", label: "Stride, in elements", hint: "from one lane to the next, 0 to 64", inputmode: "numeric" },
      { name: "offset", label: "Offset, in elements", hint: "where lane 0 reads, 0 to 63", inputmode: "numeric" },
      { name: "space", label: "Memory", hint: "global comes in sectors, shared from banks", type: "select", options: [["global", "global"], ["shared", "shared"]] },
      { name: "size", label: "Element", hint: "of int8, int16, float32, float64", type: "select", options: Object.keys(DTYPES).map((size) => [size, kit.counted(size, "byte", "bytes")]) },
    ],
    read, ask, show, say, python,
  };

  /* Sliders below the boxes of stride and offset. What is dragged is shown at once; all else is asked for first. */
  function startPage() {
    let dragged = false;
    const sliders = {};
    const follow = (state) => Object.entries(sliders).forEach(([name, slider]) => (slider.value = state[name]));
    explore.start({ ...page, read: (state) => (follow(state), read(state)), ask: (model) => (dragged ? null : ask(model)) });
    for (const name of document.querySelector('[data-explorer="memory"]') ? Object.keys(MOST) : []) {
      const input = document.getElementById(`explore-${name}`);
      const slide = () => {
        [input.value, dragged] = [sliders[name].value, true];
        input.dispatchEvent(new Event("input"));
        dragged = false;
      };
      sliders[name] = el("input", { type: "range", min: 0, max: MOST[name], value: input.value, "aria-label": `${name}, shown at once`, input: slide });
      input.after(sliders[name]);
    }
  }

  if (typeof document !== "undefined") startPage();
  return { read, access, ask, say, python, counts, page };
})();

if (typeof module !== "undefined") module.exports = memory;
