"use strict";
// The mean-shift playground. What is computed is `minitensor.cluster.mean_shift`; tests/docs compares the two.

const FURTHEST = 2 ** 60; // a bandwidth as wide weighs all points alike
const EPS = Number.EPSILON;

/** Where each query moves, to the mean of the points weighed by exp(-r²/2h²), and the sum of its weights. */
function update(queries, points, h) {
  return queries.map(([x, y]) => {
    let total = 0, right = 0, up = 0;
    for (const [px, py] of points) {
      const dx = px - x, dy = py - y, weight = Math.exp(-(dx * dx + dy * dy) / (2 * h * h));
      total += weight, right += weight * dx, up += weight * dy;
    }
    return { to: total ? [x + right / total, y + up / total] : [x, y], total };
  });
}

/** The middle of the points, and as unit a power of two: seen from there they reach from -reach to reach, 1 to 2. */
function frameOf(points) {
  const middle = [0, 1].map((axis) => {
    const all = points.map((point) => point[axis]), half = (Math.max(...all) + Math.min(...all)) / 2;
    return all.reduce((best, x) => {
      const nearer = Math.abs(x - half) - Math.abs(best - half);
      return nearer < 0 || (nearer === 0 && x < best) ? x : best;
    });
  });
  const largest = (from) => Math.max(...points.flatMap(([x, y]) => [Math.abs(x - from[0]), Math.abs(y - from[1])]));
  const reach = largest(middle), unit = 2 ** Math.floor(Math.log2(reach || largest([0, 0]) || 1));
  return { middle, unit, reach: reach / unit };
}

/** Every update until all stand still, and the clusters: path, nIter, converged, labels, centers, the largest first. */
function meanShift(points, bandwidth, { blurring = false, maxIter = 300, tol = 1e-4 } = {}) {
  const { middle, unit, reach } = frameOf(points);
  const enter = ([x, y]) => [x / unit - middle[0] / unit, y / unit - middle[1] / unit];
  const leave = ([x, y]) => [x * unit + middle[0], y * unit + middle[1]];
  const width = Math.min(Math.max(bandwidth / unit, 1 / FURTHEST), FURTHEST);
  const still = Math.min(tol * width, FURTHEST) + 4 * EPS * reach;
  let data = points.map(enter), now = data, moving = now.map((_, i) => i), nIter = 0;
  const path = [points];
  while (moving.length && nIter < maxIter) {
    const before = now, after = update(moving.map((i) => before[i]), data, width); // reads the old places only
    now = before.slice();
    moving.forEach((i, at) => (now[i] = after[at].to));
    const on = moving.filter((i) => (now[i][0] - before[i][0]) ** 2 + (now[i][1] - before[i][1]) ** 2 > still ** 2);
    if (blurring) data = now; // the data themselves move, and all wait for the last
    if (!blurring || !on.length) moving = on;
    nIter += 1;
    path.push(now.map(leave));
  }
  const { labels, centers } = merge(now, update(now, data, width).map((each) => each.total), width);
  return { path, nIter, converged: !moving.length, labels, centers: centers.map(leave) };
}

/** Clusters of the places where points stopped: the densest takes in all within `radius`, then the densest left, … */
function merge(peaks, density, radius) {
  const lattice = (size) => 2 ** Math.floor(Math.log2(Math.sqrt(EPS) * size));
  const step = lattice(Math.min(radius, 1)), fine = lattice(1), slack = 2 * Math.SQRT2 * step;
  const rounded = (x, by) => Math.round(x / by) * by; // so that rounding does not decide who is denser or nearer
  const reach = radius + slack;
  const places = peaks.map(([x, y]) => [rounded(x, step), rounded(y, step)]);
  const weights = density.map((each) => rounded(Math.log(Math.max(each, 2 ** -1022)), fine));
  const later = (a, b) => weights[b] - weights[a] || places[b][0] - places[a][0] || places[b][1] - places[a][1] ||
    peaks[b][0] - peaks[a][0] || peaks[b][1] - peaks[a][1];
  const apart = (a, b) => (places[a][0] - places[b][0]) ** 2 + (places[a][1] - places[b][1]) ** 2;
  const chosen = [];
  for (const i of peaks.map((_, i) => i).sort(later)) {
    if (chosen.every((center) => apart(i, center) > reach ** 2)) chosen.push(i);
  }
  const nearest = peaks.map((_, i) => {
    let best = 0, least = Infinity;
    chosen.forEach((center, k) => {
      if (apart(i, center) < least - 4 * slack * reach) (best = k), (least = apart(i, center));
    });
    return best;
  });
  const size = (k) => nearest.filter((label) => label === k).length;
  const order = chosen.map((_, k) => k).sort((a, b) => size(b) - size(a) || nearest.indexOf(a) - nearest.indexOf(b));
  return { labels: nearest.map((k) => order.indexOf(k)), centers: order.map((k) => peaks[chosen[k]]) };
}
if (typeof module !== "undefined") module.exports = { meanShift, update, merge };
