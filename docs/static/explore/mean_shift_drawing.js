"use strict";
/* What the plane of the mean-shift playground shows: points, paths, peaks, and how dense the points are. */

const meanShiftDrawing = (() => {
  const kit = typeof explore === "undefined" ? require("./explore.js") : explore;
  const rules = typeof meanShiftRules === "undefined" ? require("./mean_shift_rules.js") : meanShiftRules;
  const { RIGHT, TOP } = rules;
  const SCALE = 150; // of the drawing
  const COLOURS = 8; // in mean_shift.css

  const [WIDTH, HEIGHT] = [2 * RIGHT * SCALE, 2 * TOP * SCALE];
  const place = ([x, y]) => [(x + RIGHT) * SCALE, (TOP - y) * SCALE];
  const colour = (label) => `shift-${label % COLOURS}`;

  /* How dense the points are, as a picture in blue behind the plane. */
  function shade(canvas, { points, bandwidth }) {
    [canvas.width, canvas.height] = [96, 64];
    const dense = rules.density(points, bandwidth, 96, 64);
    const colours = dense.flatMap((each) => [70, 130, 235, 110 * each]);
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(colours), 96, 64), 0, 0);
  }

  /* The nodes of a plane, {rings, paths, dots, peaks, reach}. open: whether the points climb; told: whether their
     clusters are known, and have colours. */
  function nodesOf({ points, bandwidth, blurring }, found, chosen, open, told) {
    const kind = (i) => (told ? colour(found.labels[i]) : "shift-plain");
    const spot = (point, r, name) =>
      kit.svg("circle", { cx: place(point)[0], cy: place(point)[1], r, class: name });
    const beside = ([x, y], words) =>
      found.centers.length > 12 ? null : kit.svg("text", { x: x + 14, y: y - 10 }, words);
    const peak = (center, label) =>
      kit.svg("g", { class: "shift-peak" }, spot(center, 11), beside(place(center), label + 1));
    return {
      rings: open && !blurring ? points.map((point, i) => spot(point, 4.5, `shift-ring ${kind(i)}`)) : [],
      paths: open ? points.map((_, i) => kit.svg("polyline", { class: `shift-path ${kind(i)}` })) : [],
      dots: points.map((point, i) => spot(point, 6, `shift-dot ${kind(i)}`)),
      peaks: told ? found.centers.map(peak) : [],
      reach: found ? [spot(points[chosen], bandwidth * SCALE, "shift-reach")] : [],
    };
  }

  /* The clusters as a table: their colours, how many points, and where the peaks are. */
  function tableOf({ centers, labels }) {
    const rows = centers
      .slice(0, COLOURS)
      .map((center, label) => [
        [kit.el("span", { class: `shift-swatch ${colour(label)}` }), ` ${label + 1}`],
        String(labels.filter((each) => each === label).length),
        center.map((each) => each.toFixed(3)).join(", "),
      ]);
    if (centers.length > COLOURS) rows.push([`and ${centers.length - COLOURS} more`, "", ""]);
    const row = (tag) => (cells) => kit.el("tr", {}, ...cells.map((cell) => kit.el(tag, {}, cell)));
    return kit.el("table", {}, row("th")(["cluster", "points", "peak"]), rows.map(row("td")));
  }

  /* A box for a number. */
  const field = (name, label, more) =>
    kit.el(
      "div",
      { class: "explore-field" },
      kit.el("label", { for: `shift-${name}` }, label),
      kit.el("input", { id: `shift-${name}`, type: "number", "aria-describedby": "explore-problem", ...more }),
    );

  /* Where on the plane a pointer is, and how many pixels its unit has. */
  function spotOf(plane, event) {
    const box = plane.getBoundingClientRect();
    const unit = box.width / (2 * RIGHT);
    return [(event.clientX - box.left) / unit - RIGHT, TOP - (event.clientY - box.top) / unit, unit];
  }

  return { WIDTH, HEIGHT, place, shade, nodesOf, tableOf, field, spotOf };
})();

if (typeof module !== "undefined") module.exports = meanShiftDrawing;
