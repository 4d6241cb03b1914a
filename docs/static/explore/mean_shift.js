"use strict";
/* The mean-shift playground: points, a bandwidth, the climb of every point, the clusters.

   What is computed is in mean_shift_climbing.js. Node can load this file: nothing above "on the page" touches one. */

const playground = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const { el, svg, Problem } = kit;
  const { shift, meanShift } = typeof climbing === "undefined" ? require("./mean_shift_climbing.js") : climbing;
  const MOST = 200; // points
  const [RIGHT, TOP] = [2.4, 1.6]; // the ends of the plane, from -RIGHT and -TOP
  const SCALE = 150; // of the drawing
  const COLOURS = 8; // in mean_shift.css

  // --- the state ---------------------------------------------------------------------------------------------------

  const inAddress = (points) => points.map((point) => point.join(",")).join("_") || "_";
  const said = (text) => `“${String(text).slice(0, 20)}”`;
  const numberOf = (text) => (/^-?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : NaN);

  function pointOf(pair) {
    const point = pair.split(",").map(numberOf);
    if (point.length !== 2 || point.some(Number.isNaN)) throw new Problem(`${said(pair)} is no point: write two numbers, 0.5,-1, and _ between points.`);
    if (Math.abs(point[0]) <= RIGHT && Math.abs(point[1]) <= TOP) return point;
    throw new Problem(`The point ${said(pair)} is off the plane, which goes from ${-RIGHT} to ${RIGHT} and from ${-TOP} to ${TOP}.`);
  }

  /* {points, bandwidth, blurring} of a state; `sets`: the points of each name. */
  function read(state, sets) {
    if (!state.points && !Object.hasOwn(sets, state.case)) throw new Problem(`There is no case ${said(state.case)}; there are ${Object.keys(sets).join(", ")}.`);
    const bandwidth = numberOf(state.bandwidth);
    if (!(bandwidth >= 0.001 && bandwidth <= 1000)) throw new Problem(`The bandwidth is a number from 0.001 to 1000, not ${said(state.bandwidth)}.`);
    const points = state.points ? state.points.split("_").filter(Boolean).map(pointOf) : sets[state.case];
    if (!points.length) throw new Problem("There is no point: click into the plane, or press Add.");
    if (points.length > MOST) throw new Problem(`Here are at most ${MOST} points; these are ${points.length}.`);
    return { points, bandwidth, blurring: state.blurring === "1" };
  }

  function choicesOf(found, n) {
    const right = found.centers.length;
    const numbers = [...new Set([right, 1, 3, n, 2, right + 1, right - 1])].filter((each) => each >= 1 && each <= n).slice(0, 4);
    return numbers.sort((a, b) => a - b).map((number) => ({ label: String(number), right: number === right }));
  }

  function say({ centers, labels, updates, moving }) {
    const sizes = centers.map((_, at) => labels.filter((label) => label === at).length);
    const alone = sizes.filter((size) => size === 1).length;
    const how = sizes.length > 6 ? (alone ? `, ${alone} of them of one point` : "") : sizes.length > 1 ? `: ${sizes.join(", ")}` : "";
    const end = moving ? `; after ${updates} updates ${kit.counted(moving, "point still moves", "points still move")}` : `, after ${kit.counted(updates, "update", "updates")}`;
    return `${kit.counted(sizes.length, "cluster", "clusters")} of ${kit.counted(labels.length, "point", "points")}${how}${end}.`;
  }

  function python({ points, bandwidth, blurring }) {
    const rows = points.map(([x, y]) => `[${x}, ${y}]`);
    const lines = Array.from({ length: Math.ceil(rows.length / 5) }, (_, at) => `    ${rows.slice(5 * at, 5 * at + 5).join(", ")},`);
    return `import minitensor as mt\nfrom minitensor.cluster import mean_shift\n\npoints = mt.tensor([\n${lines.join("\n")}\n], dtype="float64")\nfound = mean_shift(points, bandwidth=${bandwidth}${blurring ? ", blurring=True" : ""})\nprint(found.centers.shape[0], "clusters after", found.n_iter, "updates")\n`;
  }

  // --- on the page -------------------------------------------------------------------------------------------------

  const place = ([x, y]) => [(x + RIGHT) * SCALE, (TOP - y) * SCALE];
  const colour = (label) => `shift-${label % COLOURS}`;

  /* How dense the points are, as a picture in blue behind the plane. */
  function shade(canvas, { points, bandwidth }) {
    const [width, height] = [canvas.width, canvas.height] = [96, 64];
    const pixels = Array.from({ length: width * height }, (_, at) => [(((at % width) + 0.5) / width) * 2 * RIGHT - RIGHT, TOP - ((Math.floor(at / width) + 0.5) / height) * 2 * TOP]);
    const dense = shift(pixels, points, bandwidth).map((each) => each.total);
    const most = Math.max(...dense) || 1;
    const colours = dense.flatMap((each) => [70, 130, 235, (110 * each) / most]);
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(colours), width, height), 0, 0);
  }

  function startPage() {
    const root = document.querySelector('[data-explorer="mean_shift"]');
    if (!root) return;
    const sets = JSON.parse(root.querySelector("script").textContent);
    const nothing = { case: "", points: "", bandwidth: "", blurring: "0" };
    const cases = JSON.parse(root.dataset.cases).map(({ label, query }) => ({ label, state: kit.stateOf(query, nothing) }));
    const same = (one, other) => kit.queryOf(one) === kit.queryOf(other);
    let [state, model, found, at, chosen, asking, frame, drag] = [null, { points: [] }, null, 0, 0, false, 0, null];
    let drawn;

    const buttons = cases.map((each) => el("button", { type: "button", click: () => update(each.state, true) }, each.label));
    const button = (words, click) => el("button", { type: "button", click }, words);
    const field = (name, label, more) => el("div", { class: "explore-field" }, el("label", { for: `shift-${name}` }, label), el("input", { id: `shift-${name}`, type: "number", "aria-describedby": "explore-problem", ...more }));
    const wide = (event) => update({ ...state, bandwidth: event.target.value }, asking);
    const width = field("bandwidth", "Bandwidth", { step: 0.01, min: 0.001, max: 1000, input: wide });
    const slider = el("input", { type: "range", min: 0.01, max: 1.5, step: 0.01, "aria-label": "bandwidth", input: wide, change: () => asking || play(0) });
    width.append(slider);
    const blurring = el("input", { type: "checkbox", change: () => update({ ...state, blurring: blurring.checked ? "1" : "0" }, true) });
    const problem = el("p", { id: "explore-problem", class: "explore-problem", role: "alert" });
    const told = el("p", { class: "explore-said", role: "status", tabindex: -1 });
    const [asked, table, code] = [0, 0, 0].map(() => el("div", {}));
    const canvas = el("canvas", { "aria-hidden": "true" });
    const plane = svg("svg", { viewBox: `0 0 ${2 * RIGHT * SCALE} ${2 * TOP * SCALE}`, class: "explore-picture", tabindex: 0, role: "application", "aria-describedby": "shift-keys", pointerdown: press, pointermove: pull, pointerup: lift, pointercancel: () => (drag = null), keydown: key });
    const climb = button("Climb", () => (frame ? stop() : play(at >= found.updates ? 0 : at)));
    const step = button("One update", () => (stop(), show(at >= found.updates ? 0 : Math.floor(at) + 1)));
    const count = el("span", { class: "shift-count" });
    const boxes = [
      field("point", "Point", { min: 1, step: 1, input: (event) => choose(Number(event.target.value) - 1) }),
      ...["x", "y"].map((name, axis) => field(name, name, { step: 0.05, input: (event) => move((own) => own.map((each, i) => (i === axis ? Number(event.target.value) : each))) })),
    ];
    const keys = "Click to place a point, drag one to move it. By keyboard: arrow keys move the chosen point, with Shift further; Page Up and Page Down choose another, Enter adds one, Delete removes it. The circle around the chosen point has the bandwidth as radius.";
    root.replaceChildren(
      kit.row("Cases", buttons), el("div", { class: "explore-fields" }, width, el("label", { class: "shift-check" }, blurring, " blurring: the data move too")),
      problem, asked, told, el("div", { class: "shift-plane" }, canvas, plane), el("div", { class: "explore-row", role: "group", "aria-label": "the climb" }, climb, step, count),
      el("p", { id: "shift-keys", class: "explore-hint" }, keys), el("fieldset", { class: "shift-editor" }, el("legend", {}, "The chosen point"), boxes, button("Add", add), button("Remove", drop)), table, code,
    );

    /* Go to a state; ask: whether a guess comes before the clusters. */
    function update(next, ask) {
      stop();
      state = next;
      try {
        const from = state.points ? { points: state.points } : { case: state.case };
        history.replaceState(null, "", kit.queryOf({ ...from, bandwidth: state.bandwidth, ...(state.blurring === "1" && { blurring: 1 }) }) + location.hash);
      } catch {
        // a page that was opened from a file keeps its address
      }
      for (const input of [width.querySelector("input"), slider]) if (input.value !== state.bandwidth) input.value = state.bandwidth;
      blurring.checked = state.blurring === "1";
      buttons.forEach((each, i) => each.setAttribute("aria-pressed", same(cases[i].state, state)));
      problem.textContent = told.textContent = "";
      [asked, table, code].forEach((each) => each.replaceChildren());
      try {
        found = null;
        model = read(state, sets);
        found = meanShift(model.points, model.bandwidth, model);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problem.textContent = error.message;
        if (state.points === "_") model.points = [];
      }
      chosen = Math.max(0, Math.min(chosen, model.points.length - 1));
      asking = Boolean(ask && found && model.points.length > 1);
      draw();
      const question = `${kit.counted(model.points.length, "point", "points")}, bandwidth ${model.bandwidth}: how many clusters?`;
      if (asking) asked.append(kit.guess(question, choicesOf(found, model.points.length), reveal));
      else if (found) tell("");
    }

    function reveal(words) {
      asking = false;
      asked.replaceChildren();
      draw();
      tell(words);
      told.focus({ preventScroll: true });
      play(0);
    }

    function tell(words) {
      told.textContent = `${words} ${say(found)}`.trim();
      const cells = (tag, texts) => el("tr", {}, texts.map((text) => el(tag, {}, text)));
      const rows = found.centers.slice(0, COLOURS).map((center, label) => cells("td", [[el("span", { class: `shift-swatch ${colour(label)}` }), ` ${label + 1}`], String(found.labels.filter((each) => each === label).length), center.map((each) => each.toFixed(3)).join(", ")]));
      const more = found.centers.length > COLOURS ? el("p", { class: "explore-hint" }, `and ${found.centers.length - COLOURS} more`) : "";
      table.replaceChildren(el("table", {}, cells("th", ["cluster", "points", "peak"]), rows), more);
      code.replaceChildren(kit.python(python(model)));
    }

    function draw() {
      const open = found && !asking;
      const kind = (i) => (open ? colour(found.labels[i]) : "shift-plain");
      const spot = (point, r, name) => svg("circle", { cx: place(point)[0], cy: place(point)[1], r, class: name });
      const peak = (center, label) => svg("g", { class: "shift-peak" }, spot(center, 11), found.centers.length > 12 ? null : svg("text", { x: place(center)[0] + 14, y: place(center)[1] - 10 }, label + 1));
      drawn = {
        rings: open && !model.blurring ? model.points.map((point) => spot(point, 3, "shift-ring")) : [],
        paths: open ? model.points.map((_, i) => svg("polyline", { class: `shift-path ${kind(i)}` })) : [],
        dots: model.points.map((point, i) => spot(point, 6, `shift-dot ${kind(i)}`)),
        peaks: open ? found.centers.map(peak) : [],
        reach: model.points.length ? [spot(model.points[chosen], model.bandwidth * SCALE, "shift-reach")] : [],
      };
      plane.replaceChildren(...Object.values(drawn).flat());
      canvas.hidden = !open;
      if (open) shade(canvas, model);
      [climb, step].forEach((each) => (each.disabled = !open));
      const own = model.points[chosen] || ["", ""];
      plane.setAttribute("aria-label", `The plane with ${kit.counted(model.points.length, "point", "points")}${model.points.length ? `; chosen is point ${chosen + 1} at ${own.join(", ")}` : ""}`);
      [chosen + 1, ...own].forEach((value, i) => {
        const input = boxes[i].querySelector("input");
        if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
      });
      show(open ? found.updates : 0);
    }

    /* The points after so many updates, which may be between two. */
    function show(moment) {
      at = moment;
      const i = Math.floor(at);
      drawn.dots.forEach((dot, point) => {
        const path = found && !asking ? found.path.slice(0, i + 2).map((each) => place(each[point])) : [place(model.points[point])];
        const [from, to] = [path[i], path[Math.min(i + 1, path.length - 1)]];
        const here = from.map((each, axis) => each + (at - i) * (to[axis] - each));
        ["cx", "cy"].forEach((name, axis) => [dot, ...(point === chosen ? drawn.reach : [])].forEach((each) => each.setAttribute(name, here[axis])));
        if (drawn.paths.length) drawn.paths[point].setAttribute("points", [...path.slice(0, i + 1), here].join(" "));
      });
      drawn.peaks.forEach((peak) => peak.setAttribute("visibility", at === found.updates ? "visible" : "hidden"));
      count.textContent = found && !asking ? `update ${i} of ${found.updates}` : "";
    }

    function stop() {
      cancelAnimationFrame(frame);
      [frame, climb.textContent] = [0, "Climb"];
    }

    /* Go on from an update to the last: slowly at first, where the points go far. */
    function play(from) {
      stop();
      if (!found) return;
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return show(found.updates);
      const [begun, time, early] = [performance.now(), Math.min(4000, 300 * found.updates), Math.sqrt(from / found.updates)];
      const next = (now) => {
        const share = Math.min(1, early + Math.max(0, now - begun) / time);
        show(found.updates * share ** 2);
        if (share < 1) frame = requestAnimationFrame(next);
        else stop();
      };
      [frame, climb.textContent] = [requestAnimationFrame(next), "Pause"];
    }

    // The points, by hand.
    const inside = (point) => [RIGHT, TOP].map((end, axis) => Math.round(100 * Math.max(-end, Math.min(end, point[axis] || 0))) / 100);
    const edit = (points) => update({ ...state, case: "", points: inAddress(points) }, asking);
    const move = (change) => model.points.length && edit(model.points.map((own, i) => (i === chosen ? inside(change(own)) : own)));

    function choose(i) {
      if (i >= 0 && i < model.points.length) [chosen] = [Math.floor(i), stop()];
      draw();
    }

    function put(point) {
      if (model.points.length === MOST) return (problem.textContent = `Here are at most ${MOST} points.`);
      chosen = model.points.length;
      edit([...model.points, inside(point)]);
    }

    function add() {
      put(model.points.length ? model.points[chosen].map((each) => each + 0.1) : [0, 0]);
    }

    function drop() {
      if (model.points.length) edit(model.points.filter((_, i) => i !== chosen));
    }

    function spotOf(event) {
      const box = plane.getBoundingClientRect();
      const unit = box.width / (2 * RIGHT);
      return [(event.clientX - box.left) / unit - RIGHT, TOP - (event.clientY - box.top) / unit, unit];
    }

    function press(event) {
      const [x, y, unit] = spotOf(event);
      const off = model.points.map((own) => Math.hypot(own[0] - x, own[1] - y) * unit);
      drag = { on: Math.min(...off) < (event.pointerType === "mouse" ? 9 : 18) };
      if (!drag.on) return;
      choose(off.indexOf(Math.min(...off)));
      plane.setPointerCapture(event.pointerId);
    }

    function pull(event) {
      if (drag && drag.on && event.buttons) move(() => spotOf(event).slice(0, 2));
    }

    function lift(event) {
      if (drag && !drag.on) put(spotOf(event).slice(0, 2));
      drag = null;
    }

    function key(event) {
      const far = event.shiftKey ? 0.5 : 0.05;
      const by = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] }[event.key];
      const turn = { PageUp: -1, PageDown: 1 }[event.key];
      const act = by ? () => move((own) => own.map((each, axis) => each + by[axis])) : turn ? () => choose((chosen + turn + model.points.length) % model.points.length) : { Enter: add, Delete: drop, Backspace: drop }[event.key];
      if (act) [act(), event.preventDefault()];
    }

    const query = Object.fromEntries(Object.entries(kit.stateOf(location.search, {})).filter(([name]) => name in nothing));
    const begun = cases.find((each) => each.state.case === query.case) || cases[0];
    const first = { ...begun.state, ...query, ...(query.points && { case: "" }) };
    update(first, !same(first, cases[0].state));
  }

  if (typeof document !== "undefined") startPage();
  return { read, choicesOf, say, python };
})();

if (typeof module !== "undefined") module.exports = playground;
