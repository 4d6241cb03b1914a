"use strict";
/* The page of the mean-shift playground: points placed by hand, and the climb that mean_shift_rules.js finds, drawn. */

const playground = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const { el, svg, Problem } = kit;
  const rules = typeof meanShiftRules === "undefined" ? require("./mean_shift_rules.js") : meanShiftRules;
  const { MOST, RIGHT, TOP, inside, inAddress, addressOf, stateOf, meanShift, read } = rules;
  const SCALE = 150; // of the drawing
  const COLOURS = 8; // in mean_shift.css
  const KEYS =
    "Click to place a point, drag one to move it. By keyboard: arrow keys move the chosen point, with Shift further; " +
    "Page Up and Page Down choose another, Enter adds one, Delete removes it. The circle around the chosen point has " +
    "the bandwidth as radius.";

  const place = ([x, y]) => [(x + RIGHT) * SCALE, (TOP - y) * SCALE];
  const colour = (label) => `shift-${label % COLOURS}`;

  /* How dense the points are, as a picture in blue behind the plane. */
  function shade(canvas, { points, bandwidth }) {
    [canvas.width, canvas.height] = [96, 64];
    const dense = rules.density(points, bandwidth, 96, 64);
    const colours = dense.flatMap((each) => [70, 130, 235, 110 * each]);
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(colours), 96, 64), 0, 0);
  }

  function startPage() {
    const root = document.querySelector('[data-explorer="mean_shift"]');
    if (!root) return;
    const sets = JSON.parse(root.querySelector("script").textContent);
    const cases = JSON.parse(root.dataset.cases);
    const states = cases.map((each) => stateOf(each.query, []));
    let [state, model, found, at, chosen, asking, frame, drag] = [null, { points: [] }, null, 0, 0, false, 0, null];
    let drawn;

    const button = (words, click) => el("button", { type: "button", click }, words);
    const buttons = cases.map((each, i) => button(each.label, () => update(states[i], true)));
    const field = (name, label, more) =>
      el(
        "div",
        { class: "explore-field" },
        el("label", { for: `shift-${name}` }, label),
        el("input", { id: `shift-${name}`, type: "number", "aria-describedby": "explore-problem", ...more }),
      );
    const wide = (event) => update({ ...state, bandwidth: event.target.value }, asking);
    const width = field("bandwidth", "Bandwidth", { step: 0.01, min: 0.001, max: 1000, input: wide });
    const ends = { type: "range", min: 0.01, max: 1.5, step: 0.01, "aria-label": "bandwidth" };
    const slider = el("input", { ...ends, input: wide, change: () => asking || play(0) });
    width.append(slider);
    const blur = () => update({ ...state, blurring: blurring.checked ? "1" : "0" }, true);
    const blurring = el("input", { type: "checkbox", change: blur });
    const problem = el("p", { id: "explore-problem", class: "explore-problem", role: "alert" });
    const told = el("p", { class: "explore-said", role: "status", tabindex: -1 });
    const [asked, table, code] = [0, 0, 0].map(() => el("div", {}));
    const canvas = el("canvas", { "aria-hidden": "true" });
    const layer = svg("g", {});
    const pad = svg("rect", { width: "100%", height: "100%", class: "shift-pad" }); // what a finger is on stays there
    const plane = svg(
      "svg",
      {
        viewBox: `0 0 ${2 * RIGHT * SCALE} ${2 * TOP * SCALE}`,
        class: "explore-picture",
        tabindex: 0,
        role: "application",
        "aria-describedby": "shift-keys",
        pointerdown: press,
        pointermove: pull,
        pointerup: lift,
        pointercancel: () => (drag = null),
        keydown: key,
      },
      layer,
      pad,
    );
    plane.addEventListener("touchmove", (event) => drag && drag.on && event.preventDefault(), { passive: false });
    const climb = button("Climb", () => (frame ? stop() : play(at >= found.updates ? 0 : at)));
    const step = button("One update", () => (stop(), show(at >= found.updates ? 0 : Math.floor(at) + 1)));
    const count = el("span", { class: "shift-count" });
    const typed = (axis) => (event) =>
      move((own) => own.map((each, i) => (i === axis ? Number(event.target.value) : each)));
    const boxes = [
      field("point", "Point", { min: 1, step: 1, input: (event) => choose(Number(event.target.value) - 1) }),
      ...["x", "y"].map((name, axis) => field(name, name, { step: 0.05, input: typed(axis) })),
    ];
    const check = el("label", { class: "shift-check" }, blurring, " blurring: the data move too");
    const hand = [button("Add", add), button("Remove", drop)];
    root.replaceChildren(
      kit.row("Cases", buttons),
      el("div", { class: "explore-fields" }, width, check),
      problem,
      asked,
      told,
      el("div", { class: "shift-plane" }, canvas, plane),
      el("div", { class: "explore-row", role: "group", "aria-label": "the climb" }, climb, step, count),
      el("p", { id: "shift-keys", class: "explore-hint" }, KEYS),
      el("fieldset", { class: "shift-editor" }, el("legend", {}, "The chosen point"), boxes, hand),
      table,
      code,
    );

    /* Go to a state; ask: whether a guess comes before the clusters. */
    function update(next, ask) {
      stop();
      state = next;
      try {
        history.replaceState(null, "", addressOf(state) + location.hash);
      } catch {
        // a page that was opened from a file keeps its address
      }
      for (const input of [width.querySelector("input"), slider])
        if (input.value !== state.bandwidth) input.value = state.bandwidth;
      blurring.checked = state.blurring === "1";
      buttons.forEach((each, i) => each.setAttribute("aria-pressed", addressOf(states[i]) === addressOf(state)));
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
      const points = kit.counted(model.points.length, "point", "points");
      const question = `${points}, bandwidth ${model.bandwidth}: how many clusters?`;
      if (asking) asked.append(kit.guess(question, rules.choicesOf(found, model.points.length), reveal));
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
      told.textContent = `${words} ${rules.say(found)}`.trim();
      const rows = found.centers
        .slice(0, COLOURS)
        .map((center, label) => [
          [el("span", { class: `shift-swatch ${colour(label)}` }), ` ${label + 1}`],
          String(found.labels.filter((each) => each === label).length),
          center.map((each) => each.toFixed(3)).join(", "),
        ]);
      if (found.centers.length > COLOURS) rows.push([`and ${found.centers.length - COLOURS} more`, "", ""]);
      const row = (tag) => (cells) => el("tr", {}, ...cells.map((cell) => el(tag, {}, cell)));
      table.replaceChildren(el("table", {}, row("th")(["cluster", "points", "peak"]), rows.map(row("td"))));
      code.replaceChildren(kit.python(rules.python(model)));
    }

    function draw() {
      const open = found && !asking;
      const kind = (i) => (open ? colour(found.labels[i]) : "shift-plain");
      const spot = (point, r, name) => svg("circle", { cx: place(point)[0], cy: place(point)[1], r, class: name });
      const beside = ([x, y], words) =>
        found.centers.length > 12 ? null : svg("text", { x: x + 14, y: y - 10 }, words);
      const peak = (center, label) =>
        svg("g", { class: "shift-peak" }, spot(center, 11), beside(place(center), label + 1));
      drawn = {
        rings: open && !model.blurring ? model.points.map((point, i) => spot(point, 4.5, `shift-ring ${kind(i)}`)) : [],
        paths: open ? model.points.map((_, i) => svg("polyline", { class: `shift-path ${kind(i)}` })) : [],
        dots: model.points.map((point, i) => spot(point, 6, `shift-dot ${kind(i)}`)),
        peaks: open ? found.centers.map(peak) : [],
        reach: model.points.length ? [spot(model.points[chosen], model.bandwidth * SCALE, "shift-reach")] : [],
      };
      layer.replaceChildren(...Object.values(drawn).flat());
      canvas.hidden = !open;
      if (open) shade(canvas, model);
      [climb, step].forEach((each) => (each.disabled = !open));
      const own = model.points[chosen] || ["", ""];
      const which = model.points.length ? `; chosen is point ${chosen + 1} at ${own.join(", ")}` : "";
      plane.setAttribute("aria-label", `The plane with ${kit.counted(model.points.length, "point", "points")}${which}`);
      [chosen + 1, ...own].forEach((value, i) => {
        const input = boxes[i].querySelector("input");
        if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
      });
      show(open ? found.updates : 0);
    }

    /* The points after so many updates, which may be between two. */
    function show(moment) {
      at = moment;
      drawn.dots.forEach((dot, point) => {
        const path = (found ? rules.wayTo(found.path, point, at) : [model.points[point]]).map(place);
        const here = path[path.length - 1];
        ["cx", "cy"].forEach((name, axis) =>
          [dot, ...(point === chosen ? drawn.reach : [])].forEach((each) => each.setAttribute(name, here[axis])),
        );
        if (drawn.paths.length) drawn.paths[point].setAttribute("points", path.join(" "));
      });
      drawn.peaks.forEach((peak) => peak.setAttribute("visibility", at === found.updates ? "visible" : "hidden"));
      count.textContent = found && !asking ? `update ${Math.floor(at)} of ${found.updates}` : "";
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
      const [time, early] = [Math.min(4000, 300 * found.updates), Math.sqrt(from / found.updates)];
      const begun = performance.now();
      const next = (now) => {
        const share = Math.min(1, early + Math.max(0, now - begun) / time);
        show(found.updates * share ** 2);
        if (share < 1) frame = requestAnimationFrame(next);
        else stop();
      };
      [frame, climb.textContent] = [requestAnimationFrame(next), "Pause"];
    }

    // The points, by hand.
    const edit = (points) => update({ ...state, case: "", points: inAddress(points) }, asking);
    const move = (change) =>
      model.points.length && edit(model.points.map((own, i) => (i === chosen ? inside(change(own)) : own)));

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
      if (event.button) return; // of a mouse the left one alone
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
      const turned = (chosen + turn + model.points.length) % model.points.length;
      const other = turn && (() => choose(turned));
      const act = by
        ? () => move((own) => own.map((each, axis) => each + by[axis]))
        : other || { Enter: add, Delete: drop, Backspace: drop }[event.key];
      if (act) [act(), event.preventDefault()];
    }

    const first = stateOf(location.search, states);
    update(first, addressOf(first) !== addressOf(states[0]));
  }

  if (typeof document !== "undefined") startPage();
  return rules;
})();

if (typeof module !== "undefined") module.exports = playground;
