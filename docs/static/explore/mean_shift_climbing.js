"use strict";
/* minitensor.cluster.mean_shift with the Gaussian kernel, for points of the plane: update, stop, merge. No page needed. */

const climbing = (() => {
  const FURTHEST = 2 ** 60; // a bandwidth as wide weighs all points alike
  const EPS = Number.EPSILON;

  /* Where each query moves, to the mean of the points weighed by exp(-r²/2h²), and the sum of its weights. */
  function shift(queries, points, h) {
    return queries.map(([x, y]) => {
      let total = 0, right = 0, up = 0;
      for (const point of points) {
        const dx = point[0] - x, dy = point[1] - y, weight = Math.exp(-(dx * dx + dy * dy) / (2 * h * h));
        total += weight, right += weight * dx, up += weight * dy;
      }
      return { to: total ? [x + right / total, y + up / total] : [x, y], total };
    });
  }

  /* The middle of the points, and a power of two as unit: seen from there they reach `reach` far, from 1 to 2. */
  function frameOf(points) {
    const middle = [0, 1].map((axis) => {
      const all = points.map((point) => point[axis]);
      const off = (x) => Math.abs(x - (Math.max(...all) + Math.min(...all)) / 2);
      return all.reduce((best, x) => (off(x) < off(best) || (off(x) === off(best) && x < best) ? x : best));
    });
    const largest = ([x, y]) => Math.max(...points.flatMap((point) => [Math.abs(point[0] - x), Math.abs(point[1] - y)]));
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
      const after = shift(moving.map((i) => before[i]), data, width); // reads the old places only
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
    const ranked = peaks.map((_, i) => i).sort((a, b) => weights[b] - weights[a] || larger(places[a], places[b]) || larger(peaks[a], peaks[b]));
    const chosen = [];
    for (const i of ranked) if (chosen.every((center) => apart(i, center) > reach ** 2)) chosen.push(i);
    const nearest = peaks.map((_, i) => {
      const least = Math.min(...chosen.map((center) => apart(i, center)));
      return chosen.findIndex((center) => apart(i, center) <= least + 4 * slack * reach); // of two as near the denser
    });
    const sizes = chosen.map((_, at) => nearest.filter((label) => label === at).length);
    const order = sizes.map((_, at) => at).sort((a, b) => sizes[b] - sizes[a] || nearest.indexOf(a) - nearest.indexOf(b));
    return { labels: nearest.map((at) => order.indexOf(at)), centers: order.map((at) => peaks[chosen[at]]) };
  }

  return { shift, meanShift, merge };
})();

if (typeof module !== "undefined") module.exports = climbing;
