"use strict";
// What scrolls sideways can be reached by keyboard, and nothing else costs a stop: code, tables and output.
function reachable() {
  for (const box of document.querySelectorAll("article pre, article .table-wrapper")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      if (!box.hasAttribute("aria-label")) box.setAttribute("aria-label", box.matches("pre") ? "code" : "table");
    } else if (box.getAttribute("role") === "region") {
      box.removeAttribute("tabindex");
      box.removeAttribute("role");
    }
  }
}
addEventListener("load", reachable);
addEventListener("resize", reachable);
