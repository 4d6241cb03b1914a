"use strict";
/* The page of the mean-shift playground: points placed by hand, and the climb that mean_shift_rules.js finds, drawn. */

const playground = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const { el, svg, Problem } = kit;
  const rules = typeof meanShiftRules === "undefined" ? require("./mean_shift_rules.js") : meanShiftRules;
  const drawing = typeof meanShiftDrawing === "undefined" ? require("./mean_shift_drawing.js") : meanShiftDrawing;
  const { MOST, RIGHT, TOP, inside, inAddress, addressOf, stateOf, meanShift } = rules;
  const { WIDTH, HEIGHT, place, field, spotOf } = drawing;
  const KEYS =
    "Click to place a point, drag one to move it. By keyboard: arrow keys move the chosen point, with Shift further; " +
    "Page Up and Page Down choose another, Enter adds one, Delete removes it. The circle around the chosen point has " +
    "the bandwidth as radius.";

  function startPage() {
    const root = document.querySelector('[data-explorer="mean_shift"]');
    if (!root) return;
    const sets = JSON.parse(root.querySelector("script").textContent);
    const cases = JSON.parse(root.dataset.cases);
    const states = cases.map((each) => stateOf(each.query, []));
    let [state, model, found, at, chosen, asking, frame, drag] = [null, { points: [] }, null, 0, 0, false, 0, null];
    let [drawn, pending] = [null, null]; // pending: what to say of the guess when the climb that is on has ended
    let fault = ["", null]; // of the state: a sentence, and the field that it is about

    const button = (words, click) => el("button", { type: "button", click }, words);
    const buttons = cases.map((each, i) => button(each.label, () => update(states[i], true)));
    const wide = (event) => update({ ...state, bandwidth: event.target.value }, asking);
    const width = field("bandwidth", "Bandwidth", { step: 0.01, min: 0.01, max: 1000, input: wide });
    const ends = { type: "range", min: 0.01, max: 1.5, step: 0.01, "aria-label": "bandwidth" };
    const dropped = () => (told.removeAttribute("aria-live"), asking || begin(""));
    const dragged = (event) => (told.setAttribute("aria-live", "off"), wide(event)); // heard when it has ended
    const slider = el("input", { ...ends, input: dragged, change: dropped });
    const number = width.querySelector("input");
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
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
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
    const last = button("To the end", () => (stop(), show(found.updates)));
    const count = el("span", { class: "shift-count" });
    const typed = (axis) => (text) => {
      const to = rules.coordinateOf(text, axis);
      edit(model.points.map((own, i) => (i === chosen ? own.map((each, j) => (j === axis ? to : each)) : own)));
    };
    const pick = (text) => choose(rules.pointNumber(text, model.points.length) - 1);
    const box = (name, label, ends, take) =>
      field(name, label, { ...ends, input: ({ target }) => tried(take, target) });
    const across = (end) => ({ min: -end, max: end, step: 0.05 });
    const boxes = [
      box("point", "Point", { min: 1 }, pick),
      ...["x", "y"].map((name, axis) => box(name, name, across([RIGHT, TOP][axis]), typed(axis))),
    ];
    const inputs = boxes.map((each) => each.querySelector("input"));
    const check = el("label", { class: "shift-check" }, blurring, " blurring: the data move too");
    const hand = [button("Add", add), button("Remove", drop)];
    const editor = el("fieldset", { class: "shift-editor" }, el("legend", {}, "The chosen point"), boxes, hand);
    root.replaceChildren(
      kit.row("Cases", buttons),
      kit.opening(),
      el("div", { class: "explore-fields" }, width, check),
      problem,
      asked,
      told,
      el("div", { class: "shift-plane" }, canvas, plane),
      el("div", { class: "explore-row", role: "group", "aria-label": "the climb" }, climb, step, last, count),
      el("p", { id: "shift-keys", class: "explore-hint" }, KEYS),
      editor,
      table,
      code,
    );

    /* Go to a state; ask: whether a guess comes before the clusters. */
    function update(next, ask) {
      stop();
      state = next;
      kit.keep(addressOf(state));
      if (number.value !== state.bandwidth) number.value = state.bandwidth;
      blurring.checked = state.blurring === "1";
      buttons.forEach((each, i) => each.setAttribute("aria-pressed", addressOf(states[i]) === addressOf(state)));
      pending = null;
      fault = ["", null];
      told.textContent = "";
      [asked, table, code].forEach((each) => each.replaceChildren());
      try {
        found = null;
        model = { ...model, points: rules.pointsOf(state, sets), blurring: blurring.checked };
        fault = ["", number];
        slider.value = model.bandwidth = rules.bandwidthOf(state);
        found = meanShift(model.points, model.bandwidth, model);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        fault[0] = error.message;
        if (state.points === "_") model.points = [];
      }
      complain(...fault);
      chosen = Math.max(0, Math.min(chosen, model.points.length - 1));
      asking = Boolean(ask && found && model.points.length > 1);
      draw();
      const points = kit.counted(model.points.length, "point", "points");
      const question = `${points}, bandwidth ${model.bandwidth}: how many clusters?`;
      if (asking) asked.append(kit.guess(question, rules.choicesOf(found, model.points.length), reveal));
      else if (found) tell("");
    }

    /* Say what is wrong with what is typed, if anything, and in which field. */
    function complain(words, field) {
      if (words) (inputs.includes(field) ? editor : asked).before(problem); // where the eye is
      problem.textContent = words;
      [number, ...inputs].forEach((input) => input.setAttribute("aria-invalid", Boolean(words && input === field)));
    }

    /* Take what was typed into a field; of what is not taken nothing changes. */
    function tried(take, input) {
      try {
        take(input.value);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        complain(error.message, input);
      }
    }

    function reveal(words) {
      asking = false;
      asked.replaceChildren();
      begin(words);
      (pending === null ? told : climb).focus({ preventScroll: true });
    }

    /* Climb from the start; what comes out is told when the climb has ended. */
    function begin(words) {
      if (!found) return;
      told.textContent = "\u00a0"; // keeps the line, and is not heard
      [table, code].forEach((each) => each.replaceChildren());
      pending = words;
      draw(0);
      play(0);
    }

    /* The climb has ended, or was skipped. */
    function finish() {
      const words = pending;
      pending = null;
      draw();
      tell(words);
    }

    function tell(words) {
      told.textContent = `${words} ${rules.say(found)}`.trim();
      table.replaceChildren(drawing.tableOf(found));
      code.replaceChildren(kit.python(rules.python(model)));
    }

    function draw(moment = found && !asking ? found.updates : 0) {
      const open = found && !asking;
      drawn = drawing.nodesOf(model, found, chosen, open, open && pending === null);
      layer.replaceChildren(...Object.values(drawn).flat());
      canvas.hidden = !open;
      if (open) drawing.shade(canvas, model);
      [climb, step, last].forEach((each) => (each.disabled = !open));
      const own = model.points[chosen] || ["", ""];
      const which = model.points.length ? `; chosen is point ${chosen + 1} at ${own.join(", ")}` : "";
      plane.setAttribute("aria-label", `The plane with ${kit.counted(model.points.length, "point", "points")}${which}`);
      inputs[0].max = model.points.length;
      [chosen + 1, ...own].forEach((value, i) => {
        const input = inputs[i];
        input.disabled = !model.points.length;
        if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
      });
      show(moment);
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
      const all = pending === null && found ? ` of ${found.updates}` : "";
      count.textContent = found && !asking ? `update ${Math.floor(at)}${all}` : "";
      if (pending !== null && at === found.updates) finish();
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
      if (!(i >= 0)) return;
      [chosen] = [i, stop(), complain(...fault)];
      draw();
    }

    function put(point) {
      if (model.points.length === MOST) return complain(`Here are at most ${MOST} points.`);
      chosen = model.points.length;
      edit([...model.points, inside(point)]);
    }

    function add() {
      put(model.points.length ? model.points[chosen].map((each) => each + 0.1) : [0, 0]);
    }

    function drop() {
      if (model.points.length) edit(model.points.filter((_, i) => i !== chosen));
    }

    function press(event) {
      if (event.button) return; // of a mouse the left one alone
      const [x, y, unit] = spotOf(plane, event);
      const off = model.points.map((own) => Math.hypot(own[0] - x, own[1] - y) * unit);
      drag = { on: Math.min(...off) < (event.pointerType === "mouse" ? 9 : 18) };
      if (!drag.on) return;
      choose(off.indexOf(Math.min(...off)));
      plane.setPointerCapture(event.pointerId);
    }

    function pull(event) {
      if (drag && drag.on && event.buttons) move(() => spotOf(plane, event).slice(0, 2));
    }

    function lift(event) {
      if (drag && !drag.on) put(spotOf(plane, event).slice(0, 2));
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
