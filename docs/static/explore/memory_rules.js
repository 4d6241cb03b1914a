"use strict";
/* What a warp's 32 reads cost, by stride and offset: sectors, banks, rounds, clocks, as minitensor/gpu counts them. */

const memoryRules = (() => {
  const kit = typeof exploreWords === "undefined" ? require("./explore_words.js") : exploreWords;
  const { Problem } = kit;
  const WARP = 32; // threads
  const SECTOR = 32; // bytes that global memory moves at least
  const LINE = 128; // bytes of a line of the L1 cache
  const [BANK, BANKS] = [4, 32]; // bytes of a word of a bank, and how many banks there are
  const LOOKUPS = 3.5; // lines that L1 looks up in a clock, as predict.py has it; NVIDIA publishes no number
  const MOST = { stride: 64, offset: 63 };
  const DTYPES = { 1: "int8", 2: "int16", 4: "float32", 8: "float64" };

  function whole(state, name) {
    const text = state[name].trim();
    if (!/^\d+$/.test(text) || Number(text) > MOST[name])
      throw new Problem(`The ${name} is a whole number from 0 to ${MOST[name]}${kit.instead(text)}.`);
    return Number(text);
  }

  function read(state) {
    if (!["global", "shared"].includes(state.space))
      throw new Problem(`The memory is global or shared${kit.instead(state.space)}.`);
    if (!Object.hasOwn(DTYPES, state.size))
      throw new Problem(`An element has 1, 2, 4 or 8 bytes${kit.instead(state.size)}.`);
    return access({
      stride: whole(state, "stride"),
      offset: whole(state, "offset"),
      size: Number(state.size),
      space: state.space,
    });
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
    return {
      stride,
      offset,
      size,
      space,
      elements,
      bytes,
      banks,
      rounds,
      sectors,
      lines,
      used,
      moved,
      least,
      conflicts,
      clocks,
      fewest: Math.ceil(used / SECTOR),
    };
  }

  const percent = (part, all) => `${Number(((100 * part) / all).toPrecision(3))}%`; // 12.5%, not 12 or 13
  const clocksOf = ({ clocks }) => (Number.isInteger(clocks) ? String(clocks) : clocks.toFixed(1));

  /* What is counted: in words, the number, and the counter of a launch that has it. */
  function counts(model) {
    const { space, sectors, fewest, used, moved, lines, rounds, conflicts, least } = model;
    if (space === "global") {
      return [
        ["requests of the warp", "1", "global_requests"],
        ["sectors touched", sectors.length, "load_sectors"],
        ["the fewest that would do", fewest, "fewest_sectors"],
        ["useful bytes of moved bytes", `${used} of ${moved}, ${percent(used, moved)}`, ""],
        ["fewest sectors of those touched", percent(fewest, sectors.length), "coalescing"],
        ["lines of 128 bytes in L1", lines, "global_shapes"],
        ["rounds of the banks of L1", rounds.length, "global_shapes"],
        ["clocks of L1: rounds, or lines / 3.5 if more", clocksOf(model), ""],
      ];
    }
    return [
      ["requests of the warp", "1", "shared_requests"],
      ["clocks: rounds of the banks", rounds.length, "shared_shapes"],
      ["the fewest that would do", least, ""],
      ["replays: rounds beyond those", conflicts, "bank_conflicts"],
      ["useful bytes of those the banks could give", `${used} of ${moved}, ${percent(used, moved)}`, ""],
    ];
  }

  function say(model) {
    const { space, sectors, fewest, used, moved, rounds, conflicts, least } = model;
    if (space === "global") {
      const best = sectors.length === fewest ? "No fewer would do" : `${fewest} would hold what is used`;
      return `${kit.counted(sectors.length, "sector", "sectors")}: ${moved} bytes move, ${used} ${used === 1 ? "is" : "are"} asked for, ${percent(used, moved)}. ${best}.`;
    }
    const busy = Math.max(...rounds.map((round) => round.length));
    const how = conflicts
      ? `${kit.counted(conflicts, "replay", "replays")}, for ${busy === 1 ? "all words lie in one bank" : "some banks hold several of the words"}`
      : least > 1
        ? "no replay: 8 bytes a lane take 2 at least"
        : "no replay";
    return `${kit.counted(rounds.length, "clock", "clocks")}, ${how}.`;
  }

  function ask({ space, stride, offset, size, sectors, rounds, elements }) {
    const right = space === "global" ? sectors.length : rounds.length;
    const likely = space === "global" ? [4, 8, 32, 1, 5] : [1, 32, 2, 16];
    const choices = distinct([right, ...likely])
      .slice(0, 4)
      .sort((a, b) => a - b);
    const what =
      space === "global" ? "How many sectors of 32 bytes does it touch?" : "How many clocks do the banks take?";
    const others = stride ? `lane 1 element ${elements[1]}, and so on to ${elements[31]}` : "and so do all";
    const question = `Lane 0 reads element ${offset}, ${others}: ${kit.counted(size, "byte", "bytes")} each, in ${space} memory. ${what}`;
    return { question, choices: choices.map((number) => ({ label: String(number), right: number === right })) };
  }

  /* The lines of Python that count the same, as explorer_memory.py has them. */
  function python({ space, stride, offset, size }) {
    const [dtype, length, shared] = [DTYPES[size], 31 * stride + offset + 1, space === "shared"];
    const lane = "lane = cuda.threadIdx.x";
    const fill = [`for at in range(lane, ${length}, 32):`, `    x[at] = np.${dtype}(at % 100)`, "cuda.syncthreads()"];
    const made = [`x = cuda.shared_memory(np.${dtype}, ${length})`, lane, ...fill];
    const body = [...(shared ? made : [lane]), "value = x[lane * stride + offset]", "out[lane] = value"];
    const out = `mt.zeros(32, "${dtype}")`;
    return [
      ...[
        "import numpy as np",
        "import minitensor as mt",
        "from minitensor.gpu import cuda, kernel",
        "",
        "",
        "@kernel",
      ],
      `def read(${shared ? "" : "x, "}out, stride, offset):`,
      ...body.map((line) => `    ${line}`),
      ...["", "", shared ? `out = ${out}` : `x, out = mt.zeros(${length}, "${dtype}"), ${out}`],
      `launch = read[1, 32](${shared ? "" : "x, "}out, ${stride}, ${offset})`,
      `load = next(line for line in launch.lines.values() if line.${space}_loads)`,
      shared ? "((rounds, _),) = load.shared_shapes" : "((rounds, lines, _),) = load.global_shapes",
      shared
        ? 'print(rounds, "clocks", load.bank_conflicts, "replays")'
        : 'print(load.load_sectors, "sectors", max(rounds, lines / 3.5), "clocks")',
      "",
    ].join("\n");
  }

  return { WARP, SECTOR, MOST, DTYPES, read, access, distinct, counts, say, ask, python };
})();

if (typeof module !== "undefined") module.exports = memoryRules;
