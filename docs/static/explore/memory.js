"use strict";
/* The page of the memory explorer: what memory_rules.js counts, drawn as a strip of sectors or as banks. */

const memory = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const rules = typeof memoryRules === "undefined" ? require("./memory_rules.js") : memoryRules;
  const { el, svg } = kit;
  const { WARP, SECTOR, MOST, DTYPES, read, distinct, counts, say, ask, python } = rules;
  let [width, left, across] = [720, 66, 654]; // of a picture, of the words beside it, of the rest

  const box = (x, y, wide, high, kind, more) =>
    svg("rect", { x, y, width: Math.max(wide, 0.8), height: high, class: kind, ...more });
  const label = (x, y, text, kind, anchor) =>
    svg("text", { x, y, class: kind, "text-anchor": anchor || "middle" }, text);
  const middle = (lane) => left + ((lane + 0.5) * across) / WARP;

  /* The 32 lanes at the top, and a wire from each to the place x(lane) at the height `down`. */
  function lanes(x, down) {
    const cells = Array.from({ length: WARP }, (_, lane) => [
      box(middle(lane) - across / WARP / 2 + 1, 1, across / WARP - 2, 22, "explore-a", { rx: 3, "data-lanes": lane }),
      label(middle(lane), 16, lane, "explore-on memory-number"),
      svg("path", {
        d: `M${middle(lane)} 24C${middle(lane)} ${down / 2 + 12} ${x(lane)} ${down / 2 + 12} ${x(lane)} ${down}`,
        class: "memory-wire",
        "data-lanes": lane,
      }),
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
    const parts = Array.from({ length: many }, (_, at) =>
      box(
        left + at * SECTOR * scale,
        top,
        SECTOR * scale - gap,
        high,
        touched.has(at) ? "memory-touched" : "memory-idle",
      ),
    );
    const used = distinct(bytes).map((byte) =>
      box(left + byte * scale + 0.5, top + 5, size * scale - gap / 2 - 0.5, high - 10, "explore-a", {
        "data-lanes": bytes.flatMap((own, lane) => (own === byte ? [lane] : [])).join(" "),
      }),
    );
    const marks = Array.from({ length: 5 }, (_, at) =>
      label(
        left + (at * across) / 4,
        top + high + 18,
        (at * many * SECTOR) / 4,
        `explore-small memory-word${at % 2 ? " memory-number" : ""}`,
        at === 4 ? "end" : at ? "middle" : "start",
      ),
    );
    const words = `A strip of ${many} sectors of 32 bytes: ${sectors.length} are touched, and wires lead from the 32 lanes to what they read`;
    return kit.picture(
      width,
      top + high + 26,
      words,
      parts,
      used,
      lanes((lane) => left + (bytes[lane] + size / 2) * scale, top),
      label(left - 8, top + 27, "memory", "explore-small memory-left", "end"),
      label(left - 8, top + high + 18, "byte", "explore-small memory-left", "end"),
      marks,
    );
  }

  /* The 32 banks side by side, and below them what they give, a row a clock. */
  function piles({ rounds, banks }) {
    const [wide, top] = [across / banks, 120];
    const high = rounds.length > 8 ? 15 : 28;
    const places = rounds.flatMap((round, at) => round.map((each) => ({ ...each, at })));
    const bankOf = (lane) => places.find((each) => each.lanes.includes(lane)).bank;
    const numbers = Array.from({ length: banks }, (_, bank) => [
      box(left + bank * wide + 1, top, wide - 2, 20, "memory-idle"),
      label(
        left + (bank + 0.5) * wide,
        top + 15,
        banks === 32 ? bank : `${2 * bank}, ${2 * bank + 1}`,
        "explore-small memory-number",
      ),
    ]);
    const rows = rounds.map((_, at) => [
      box(left, top + 26 + at * high, across, high - 3, "memory-row"),
      label(
        left - 8,
        top + 22 + at * high + high / 2 + 4,
        `clock ${at + 1}`,
        `explore-small memory-left${high < 20 && at % 8 ? " memory-number" : ""}`,
        "end",
      ),
    ]);
    const words = places.map(({ bank, lanes: own, at }) => [
      box(left + bank * wide + 1, top + 26 + at * high, wide - 2, high - 3, "explore-a", {
        "data-lanes": own.join(" "),
      }),
      label(
        left + (bank + 0.5) * wide,
        top + 23 + at * high + high / 2 + 4,
        own.length === 1 ? own[0] : own.length === WARP ? "all" : `×${own.length}`,
        "explore-on memory-number",
      ),
    ]);
    const told = `32 banks, and what they give in ${kit.counted(rounds.length, "clock", "clocks")}; wires lead from the 32 lanes to their banks`;
    return kit.picture(
      width,
      top + 30 + rounds.length * high,
      told,
      rows,
      numbers,
      words,
      lanes((lane) => left + (bankOf(lane) + 0.5) * wide, top),
      label(left - 8, top + 15, "banks", "explore-small memory-left", "end"),
    );
  }

  function show(model) {
    const narrow = matchMedia("(max-width: 600px)").matches;
    [width, left, across] = narrow ? [360, 54, 306] : [720, 66, 654];
    const table = el(
      "table",
      {},
      el(
        "tr",
        {},
        ["counted", "number", "counter"].map((words) => el("th", { scope: "col" }, words)),
      ),
      counts(model).map(([words, number, name]) =>
        el(
          "tr",
          {},
          el("td", {}, words),
          el("td", {}, el("strong", {}, String(number))),
          el("td", {}, name && el("code", {}, name)),
        ),
      ),
    );
    const bank = (lane) => model.rounds.flat().find((each) => each.lanes.includes(lane)).bank * (32 / model.banks);
    const cells = model.elements.map((element, lane) =>
      el(
        "li",
        {},
        el("b", {}, `lane ${lane}`),
        ` x[${element}]`,
        el("br"),
        `byte ${model.bytes[lane]}`,
        el("br"),
        model.space === "global" ? `sector ${Math.floor(model.bytes[lane] / SECTOR)}` : `bank ${bank(lane)}`,
      ),
    );
    const drawn = model.space === "global" ? strip(model) : piles(model);
    drawn.classList.toggle("memory-narrow", narrow);
    const light = (event) => {
      const own = event.type === "pointerover" && event.target.dataset.lanes;
      drawn
        .querySelectorAll("[data-lanes]")
        .forEach((each) =>
          each.classList.toggle(
            "memory-lit",
            Boolean(own) && own.split(" ").some((lane) => each.dataset.lanes.split(" ").includes(lane)),
          ),
        );
    };
    ["pointerover", "pointerout"].forEach((name) => drawn.addEventListener(name, light));
    return [
      drawn,
      el("div", { class: "explore-scroll", tabindex: 0, role: "region", "aria-label": "what is counted" }, table),
      el("details", {}, el("summary", {}, "Every lane"), el("ol", { class: "memory-lanes" }, cells)),
    ];
  }

  const page = {
    name: "memory",
    fields: [
      {
        name: "stride",
        label: "Stride, in elements",
        hint: "from one lane to the next, 0 to 64",
        max: MOST.stride,
        inputmode: "numeric",
      },
      {
        name: "offset",
        label: "Offset, in elements",
        hint: "where lane 0 reads, 0 to 63",
        max: MOST.offset,
        inputmode: "numeric",
      },
      {
        name: "space",
        label: "Memory",
        hint: "global comes in sectors, shared from banks",
        type: "select",
        options: [
          ["global", "global"],
          ["shared", "shared"],
        ],
      },
      {
        name: "size",
        label: "Element",
        hint: "of int8, int16, float32, float64",
        type: "select",
        options: Object.keys(DTYPES).map((size) => [size, kit.counted(size, "byte", "bytes")]),
      },
    ],
    read,
    ask,
    show,
    say,
    python,
  };

  /* Sliders below the boxes of stride and offset. What is dragged is shown at once; all else is asked for first. */
  function startPage() {
    let dragged = false;
    const sliders = {};
    const follow = (state) => Object.entries(sliders).forEach(([name, slider]) => (slider.value = state[name]));
    explore.start({
      ...page,
      read(state) {
        const model = read(state);
        follow(state); // a slider stays where it is when what was typed is no number for it
        return model;
      },
      ask: (model) => (dragged ? null : ask(model)),
    });
    for (const name of document.querySelector('[data-explorer="memory"]') ? Object.keys(MOST) : []) {
      const input = document.getElementById(`explore-${name}`);
      const slide = () => {
        [input.value, dragged] = [sliders[name].value, true];
        input.dispatchEvent(new Event("input"));
        dragged = false;
      };
      sliders[name] = el("input", {
        type: "range",
        min: 0,
        max: MOST[name],
        value: input.value,
        "aria-label": `${name}, shown at once`,
        input: slide,
      });
      input.after(sliders[name]);
    }
  }

  if (typeof document !== "undefined") startPage();
  return { ...rules, page };
})();

if (typeof module !== "undefined") module.exports = memory;
