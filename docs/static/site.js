"use strict";
// What scrolls sideways can be reached by keyboard, and nothing else costs a stop: code, tables, pictures.
// What has a place in the order of the keyboard already, as in the explorers, is left as it is.
let count = 0;
function reachable() {
  for (const box of document.querySelectorAll("article pre, article .table-wrapper, article .drawn-pair.wide")) {
    if (box.dataset.scrolls === undefined && box.hasAttribute("tabindex")) continue;
    const scrolls = box.scrollWidth > box.clientWidth;
    if (scrolls === (box.dataset.scrolls === "true")) continue;
    box.dataset.scrolls = scrolls;
    const kind = box.matches("pre") ? "code" : box.matches(".wide") ? "picture" : "table";
    const words = `${kind} ${++count}`; // each by a name of its own
    for (const [name, value] of [["tabindex", 0], ["role", "region"], ["aria-label", words]]) {
      if (scrolls) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
}
addEventListener("load", reachable);
addEventListener("resize", reachable);

// The theme's menus are checkboxes: Enter opens them too, and Escape shuts them.
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".sidebar-toggle, .toctree-checkbox")) event.target.click();
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".sidebar-toggle:checked")) {
    menu.checked = false;
    menu.focus();
  }
});
