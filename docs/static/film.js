// A player for each animation of a page. Without this file the animated picture plays by itself.
// The frames lie row by row in one picture, the strip, which is loaded when an animation first plays.
"use strict";

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

function player(film) {
  const times = film.dataset.times.split(" ").map(Number);
  const columns = Number(film.dataset.columns);
  const rows = Math.ceil(times.length / columns);
  const screens = [...film.querySelectorAll(".film-screen")];
  let frame = 0, timer = 0, wanted = !still.matches, seen = false, loaded = false;

  for (const screen of screens) {
    // From now on the picture is the still, in every mode; frames are shown over it.
    screen.querySelector("source").media = "all";
    const over = document.createElement("div");
    over.className = "film-frame";
    over.style.backgroundSize = `${100 * columns}% ${100 * rows}%`;
    screen.append(over);
  }
  const button = (name, words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `film-button film-${name}`;
    made.setAttribute("aria-label", words);
    made.title = words;
    made.addEventListener("click", act);
    return made;
  };
  const back = button("back", "One frame back", () => step(-1));
  const play = button("play", "Play", () => { wanted = !wanted; run(); });
  const forward = button("forward", "One frame forward", () => step(1));
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 1, max: times.length, value: 1, className: "film-slider" });
  slider.setAttribute("aria-label", "Frame");
  slider.addEventListener("input", () => { wanted = false; run(); show(Number(slider.value) - 1); });
  const controls = document.createElement("div");
  controls.className = "film-controls";
  controls.setAttribute("role", "group");
  controls.setAttribute("aria-label", "Animation");
  controls.append(back, play, forward, slider);
  film.append(controls);

  // Space plays and pauses, arrows step, wherever the focus is in the player.
  controls.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const home = { Home: 0, End: times.length - 1 }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (by) step(by);
    else if (home !== undefined) { wanted = false; run(); show(home); }
    else if (event.key === " " && event.target === slider) play.click();
    else return;
    event.preventDefault();
  });

  function load() {
    if (loaded) return;
    loaded = true;
    for (const screen of screens) {
      screen.querySelector(".film-frame").style.backgroundImage = `url("${screen.dataset.strip}")`;
    }
  }
  function show(at) {
    load();
    frame = (at + times.length) % times.length;
    const x = frame % columns, y = Math.floor(frame / columns);
    for (const over of film.querySelectorAll(".film-frame")) {
      over.style.backgroundPosition = `${100 * x / Math.max(columns - 1, 1)}% ${100 * y / Math.max(rows - 1, 1)}%`;
    }
    slider.value = frame + 1;
    slider.setAttribute("aria-valuetext", `${frame + 1} of ${times.length}`);
  }
  function step(by) {
    wanted = false;
    run();
    show(frame + by);
  }
  function run() {
    clearTimeout(timer);
    play.classList.toggle("is-playing", wanted);
    play.title = wanted ? "Pause" : "Play";
    play.setAttribute("aria-label", play.title);
    if (!wanted || !seen) return;
    load();
    timer = setTimeout(() => { show(frame + 1); run(); }, times[frame]);
  }
  new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    run();
  }).observe(film);
  still.addEventListener("change", () => { if (still.matches) { wanted = false; run(); } });
}

document.querySelectorAll(".film").forEach(player);
