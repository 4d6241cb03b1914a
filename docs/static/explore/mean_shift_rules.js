"use strict";
/* minitensor.cluster.mean_shift with the Gaussian kernel, on points of the plane: update, stop, merge; and words. */

const meanShiftRules = (() => {
  const kit = typeof exploreWords === "undefined" ? require("./explore_words.js") : exploreWords;
  const { Problem } = kit;
  const MOST = 200; // points
  const [RIGHT, TOP] = [2.4, 1.6]; // the ends of the plane, from -RIGHT and -TOP
  const FURTHEST = 2 ** 60; // a bandwidth as wide weighs all points alike
  const EPS = Number.EPSILON;

  /* Where each query moves, to the mean of the points weighed by exp(-r²/2h²), and the sum of its weights. */
  function shift(queries, points, h) {
    return queries.map(([x, y]) => {
      const sum = { weight: 0, right: 0, up: 0 };
      for (const point of points) {
        const dx = point[0] - x;
        const dy = point[1] - y;
        const weight = Math.exp(-(dx * dx + dy * dy) / (2 * h * h));
        sum.weight += weight;
        sum.right += weight * dx;
        sum.up += weight * dy;
      }
      return { to: sum.weight ? [x + sum.right / sum.weight, y + sum.up / sum.weight] : [x, y], total: sum.weight };
    });
  }

  /* The middle of the points, and a power of two as unit: seen from there they reach `reach` far, from 1 to 2. */
  function frameOf(points) {
    const middle = [0, 1].map((axis) => {
      const all = points.map((point) => point[axis]);
      const off = (x) => Math.abs(x - (Math.max(...all) + Math.min(...all)) / 2);
      return all.reduce((best, x) => (off(x) < off(best) || (off(x) === off(best) && x < best) ? x : best));
    });
    const largest = ([x, y]) =>
      Math.max(...points.flatMap((point) => [Math.abs(point[0] - x), Math.abs(point[1] - y)]));
    const reach = largest(middle);
    const unit = 2 ** Math.floor(Math.log2(reach || largest([0, 0]) || 1));
    return { middle, unit, reach: reach / unit };
  }

  /* {path, updates, moving, labels, centers}: where all were before and after each update, how many updates, how many
     points still moved, the cluster of each point, the peaks, that of the largest cluster first. */
  function meanShift(points, bandwidth, { blurring = false, most = 300, tol = 1e-4 } = {}) {
    const { middle, unit, reach } = frameOf(points);
    const enter = ([x, y]) => [(x - middle[0]) / unit, (y - middle[1]) / unit];
    const leave = ([x, y]) => [x * unit + middle[0], y * unit + middle[1]];
    const width = Math.min(Math.max(bandwidth / unit, 1 / FURTHEST), FURTHEST);
    const still = Math.min(tol * width, FURTHEST) + 4 * EPS * reach;
    let data = points.map(enter);
    let now = data;
    let moving = now.map((_, i) => i);
    const path = [points];
    while (moving.length && path.length <= most) {
      const before = now;
      const asking = moving.map((i) => before[i]);
      const after = shift(asking, data, width); // reads the old places only
      now = before.slice();
      moving.forEach((i, at) => (now[i] = after[at].to));
      const on = moving.filter((i) => (now[i][0] - before[i][0]) ** 2 + (now[i][1] - before[i][1]) ** 2 > still ** 2);
      if (blurring) data = now; // the data themselves move, and all wait for the last
      if (!blurring || !on.length) moving = on;
      path.push(now.map(leave));
    }
    const density = shift(now, data, width).map((each) => each.total);
    const { labels, centers } = merge(now, density, width);
    return { path, updates: path.length - 1, moving: moving.length, labels, centers: centers.map(leave) };
  }

  /* Where a point was before and after each update of a path, up to a moment, which may be between two. */
  function wayTo(path, point, moment) {
    const last = Math.floor(moment);
    const [from, to] = [path[last][point], path[Math.min(last + 1, path.length - 1)][point]];
    const here = from.map((each, axis) => each + (moment - last) * (to[axis] - each));
    return [...path.slice(0, last + 1).map((each) => each[point]), here];
  }

  /* The sum of the weights at each pixel of the plane, row by row, of the largest of them. */
  function density(points, bandwidth, width, height) {
    const pixels = Array.from({ length: width * height }, (_, at) => [
      (((at % width) + 0.5) / width) * 2 * RIGHT - RIGHT,
      TOP - ((Math.floor(at / width) + 0.5) / height) * 2 * TOP,
    ]);
    const totals = shift(pixels, points, bandwidth).map((each) => each.total);
    const most = Math.max(...totals) || 1;
    return totals.map((each) => each / most);
  }

  /* A point on the plane, to two decimals: this one, or where it leaves the plane. */
  const inside = (point) =>
    [RIGHT, TOP].map((end, axis) => Math.round(100 * Math.max(-end, Math.min(end, point[axis] || 0))) / 100);

  /* Clusters of the places where points stopped: the densest takes in all within `radius`, then the densest left, … */
  function merge(peaks, density, radius) {
    const lattice = (size) => 2 ** Math.floor(Math.log2(Math.sqrt(EPS) * size)); // rounding must decide nothing
    const rounded = (x, step) => Math.round(x / step) * step;
    const step = lattice(Math.min(radius, 1));
    const slack = 2 * Math.SQRT2 * step;
    const reach = radius + slack;
    const places = peaks.map((peak) => peak.map((x) => rounded(x, step)));
    const weights = density.map((each) => rounded(Math.log(Math.max(each, 2 ** -1022)), lattice(1)));
    const apart = (a, b) => (places[a][0] - places[b][0]) ** 2 + (places[a][1] - places[b][1]) ** 2;
    const larger = (a, b) => b[0] - a[0] || b[1] - a[1];
    const ranked = peaks
      .map((_, i) => i)
      .sort((a, b) => weights[b] - weights[a] || larger(places[a], places[b]) || larger(peaks[a], peaks[b]));
    const chosen = [];
    for (const i of ranked) if (chosen.every((center) => apart(i, center) > reach ** 2)) chosen.push(i);
    const nearest = peaks.map((_, i) => {
      const least = Math.min(...chosen.map((center) => apart(i, center)));
      return chosen.findIndex((center) => apart(i, center) <= least + 4 * slack * reach); // of two as near the denser
    });
    const sizes = chosen.map((_, at) => nearest.filter((label) => label === at).length);
    const order = sizes
      .map((_, at) => at)
      .sort((a, b) => sizes[b] - sizes[a] || nearest.indexOf(a) - nearest.indexOf(b));
    return { labels: nearest.map((at) => order.indexOf(at)), centers: order.map((at) => peaks[chosen[at]]) };
  }

  // --- what stands in the address, and what is said -----------------------------------------------------------------

  const inAddress = (points) => points.map((point) => point.join(",")).join("_") || "_";

  /* The query of a state, {case, points, bandwidth, blurring}; where there are points, they are no case. */
  function addressOf(state) {
    const from = state.points ? { points: state.points } : { case: state.case };
    return kit.queryOf({ ...from, bandwidth: state.bandwidth, ...(state.blurring === "1" && { blurring: 1 }) });
  }

  /* The state of a query. What it does not name is as in that of `states` with the same case, or in the first. */
  function stateOf(query, states) {
    const nothing = { case: "", points: "", bandwidth: "", blurring: "0" };
    const told = kit.stateOf(query, {});
    const base = { ...nothing, ...(states.find((each) => each.case === told.case) || states[0]) };
    const found = kit.stateOf(query, base);
    return found.points ? { ...found, case: "" } : found;
  }

  const said = (text) => `“${String(text).slice(0, 20)}”`;
  const numberOf = (text) => (/^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text.trim()) ? Number(text) : NaN);

  /* The number that was typed for an axis, 0 or 1, of a point. */
  function coordinateOf(text, axis) {
    const [number, end] = [numberOf(text), [RIGHT, TOP][axis]];
    if (Math.abs(number) <= end) return number;
    throw new Problem(`The ${"xy"[axis]} of a point is a number from ${-end} to ${end}${kit.instead(text)}.`);
  }

  /* Which point was typed, of so many, from 1. */
  function pointNumber(text, many) {
    if (/^0*[1-9]\d*$/.test(text) && Number(text) <= many) return Number(text);
    throw new Problem(`The point is a whole number from 1 to ${many}${kit.instead(text)}.`);
  }

  function pointOf(pair) {
    const point = pair.split(",").map(numberOf);
    if (point.length !== 2 || point.some(Number.isNaN))
      throw new Problem(`${said(pair)} is no point: write two numbers, 0.5,-1, and _ between points.`);
    if (Math.abs(point[0]) <= RIGHT && Math.abs(point[1]) <= TOP) return point;
    throw new Problem(
      `The point ${said(pair)} is off the plane, which goes from ${-RIGHT} to ${RIGHT} and from ${-TOP} to ${TOP}.`,
    );
  }

  /* The points of a state; `sets`: those of each name. */
  function pointsOf(state, sets) {
    if (!state.points && !Object.hasOwn(sets, state.case))
      throw new Problem(`There is no case ${said(state.case)}; there are ${Object.keys(sets).join(", ")}.`);
    const points = state.points ? state.points.split("_").filter(Boolean).map(pointOf) : sets[state.case];
    if (!points.length) throw new Problem("There is no point: click into the plane, or press Add.");
    if (points.length > MOST) throw new Problem(`Here are at most ${MOST} points; these are ${points.length}.`);
    return points;
  }

  function bandwidthOf(state) {
    const bandwidth = numberOf(state.bandwidth);
    if (bandwidth >= 0.001 && bandwidth <= 1000) return bandwidth;
    throw new Problem(`The bandwidth is a number from 0.001 to 1000${kit.instead(state.bandwidth)}.`);
  }

  /* {points, bandwidth, blurring} of a state. */
  function read(state, sets) {
    return { points: pointsOf(state, sets), bandwidth: bandwidthOf(state), blurring: state.blurring === "1" };
  }

  function choicesOf(found, n) {
    const right = found.centers.length;
    const numbers = [...new Set([right, 1, 3, n, 2, right + 1, right - 1])]
      .filter((each) => each >= 1 && each <= n)
      .slice(0, 4);
    return numbers.sort((a, b) => a - b).map((number) => ({ label: String(number), right: number === right }));
  }

  function say({ centers, labels, updates, moving }) {
    const sizes = centers.map((_, at) => labels.filter((label) => label === at).length);
    const alone = sizes.filter((size) => size === 1).length;
    const how =
      sizes.length > 6
        ? alone
          ? `, ${alone} of them of one point`
          : ""
        : sizes.length > 1
          ? `: ${sizes.join(", ")}`
          : "";
    const end = moving
      ? `; after ${updates} updates ${kit.counted(moving, "point still moves", "points still move")}`
      : `, after ${kit.counted(updates, "update", "updates")}`;
    const what = `${kit.counted(sizes.length, "cluster", "clusters")} of ${kit.counted(labels.length, "point", "points")}`;
    return `${what}${how}${end}.`;
  }

  function python({ points, bandwidth, blurring }) {
    const rows = points.map(([x, y]) => `[${x}, ${y}]`);
    const lines = Array.from(
      { length: Math.ceil(rows.length / 5) },
      (_, at) => `    ${rows.slice(5 * at, 5 * at + 5).join(", ")},`,
    );
    return [
      "import minitensor as mt",
      "from minitensor.cluster import mean_shift",
      "",
      "points = mt.tensor([",
      ...lines,
      '], dtype="float64")',
      `found = mean_shift(points, bandwidth=${bandwidth}${blurring ? ", blurring=True" : ""})`,
      'print(found.centers.shape[0], "clusters after", found.n_iter, "updates")',
      "",
    ].join("\n");
  }

  const typed = { coordinateOf, pointNumber, pointsOf, bandwidthOf };
  const words = { inAddress, addressOf, stateOf, read, ...typed, choicesOf, say, python };
  return { MOST, RIGHT, TOP, shift, meanShift, merge, wayTo, density, inside, ...words };
})();

if (typeof module !== "undefined") module.exports = meanShiftRules;
