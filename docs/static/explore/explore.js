"use strict";
/* The frame of an explorer: elements, a guess, fields, and start, which an explorer calls once with what is its own.

   Node can require this file: nothing in it touches a document before it is called. */

const explore = (() => {
  const words = typeof exploreWords === "undefined" ? require("./explore_words.js") : exploreWords;
  const { Problem, stateOf, queryOf } = words;

  // --- elements ----------------------------------------------------------------------------------------------------

  function made(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value !== null && value !== undefined && value !== false)
        element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return element;
  }

  /* An element: el("button", {class: "explore-case", click: f}, "text", other, [more]). */
  const el = (tag, attributes, ...children) => made(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    made(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  /* A picture: svg whose drawing scales with the column; `words` say what it shows. */
  const picture = (width, height, words, ...children) =>
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": words, class: "explore-picture" },
      ...children,
    );

  /* Buttons in a row: arrow keys, Home and End move among them, as well as Tab. */
  function row(words, buttons) {
    const keys = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const move = (event) => {
      const at = buttons.indexOf(document.activeElement);
      if (at < 0 || !(event.key in keys)) return;
      event.preventDefault();
      buttons[Math.min(Math.max(at + keys[event.key], 0), buttons.length - 1)].focus();
    };
    return el("div", { class: "explore-row", role: "group", "aria-label": words, keydown: move }, buttons);
  }

  /* In a text field the up and down arrows change the whole number at the cursor by one, from `min` to `max`. */
  function stepped(input, min = 0, max = words.LARGEST) {
    const whole = /(?<![-.e\d])\d+(?![.e\d])/g; // not a part of -1, 2.5 or 1e9

    input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      const at = input.selectionStart;
      const found =
        by && [...input.value.matchAll(whole)].find((each) => each.index <= at && at <= each.index + each[0].length);
      if (!found) return;
      event.preventDefault();
      const size = Number(found[0]);
      if (by > 0 ? size >= max : size <= min) return; // it stops there
      const text = String(Math.min(Math.max(size + by, min), max));
      input.setRangeText(text, found.index, found.index + found[0].length, "end");
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return input;
  }

  /* Lines of Python with a button that copies them. */
  function python(lines) {
    const told = el("span", { class: "explore-copied", role: "status" });
    const copy = () =>
      navigator.clipboard.writeText(lines).then(
        () => (told.textContent = "Copied"),
        () => {
          getSelection().selectAllChildren(text);
          told.textContent = "Selected: copy it with your keyboard";
        },
      );
    const text = el("pre", { tabindex: 0, "aria-label": "the same in Python" }, lines);
    return el(
      "div",
      { class: "explore-python" },
      el("p", { class: "explore-label" }, "The same in Python"),
      text,
      el("button", { type: "button", click: copy }, "Copy"),
      told,
    );
  }

  /* A question before the answer. choices: [{label, right}]; done(words) is called once, with what to say of the guess. */
  function guess(question, choices, done) {
    const right = choices.filter((choice) => choice.right).map((choice) => choice.label);
    const buttons = choices.map((choice) =>
      el(
        "button",
        {
          type: "button",
          click: () => done(choice.right ? "Right." : `You said ${choice.label}; it is ${right.join(" or ")}.`),
        },
        choice.label,
      ),
    );
    const show = el("button", { type: "button", class: "explore-quiet", click: () => done("") }, "Show me");
    return el("div", { class: "explore-guess" }, el("p", {}, question), row("Your guess", [...buttons, show]));
  }

  /* Put a state into the address. */
  function keep(query) {
    try {
      history.replaceState(null, "", query + location.hash);
    } catch {
      // a page that was opened from a file keeps its address
    }
  }

  const opening = () => el("p", { class: "explore-hint" }, "The first case opens worked out; the others ask you first.");

  // --- the page ----------------------------------------------------------------------------------------------------

  /* A field that holds state[name]: {name, label, hint, type: "text" | "range" | "select", min, max, step, options}. */
  function fieldOf(field, change) {
    const id = `explore-${field.name}`;
    const common = {
      id,
      name: field.name,
      "aria-describedby": `${id}-hint explore-problem`,
      input: () => change(field.name, input.value),
    };
    const plain = { autocomplete: "off", autocapitalize: "off", spellcheck: "false", inputmode: field.inputmode };
    const input =
      field.type === "select"
        ? el(
            "select",
            common,
            field.options.map(([value, label]) => el("option", { value }, label)),
          )
        : field.type === "range"
          ? el("input", { ...common, type: "range", min: field.min, max: field.max, step: field.step })
          : stepped(el("input", { ...common, ...plain, type: "text" }), field.min, field.max);
    const value = field.type === "range" ? el("output", { for: id }) : null;
    const box = el(
      "div",
      { class: "explore-field" },
      el("label", { for: id }, field.label, value && " ", value),
      input,
      el("p", { id: `${id}-hint`, class: "explore-hint" }, field.hint),
    );
    return { name: field.name, box, input, value };
  }

  /* Build the explorer `name` in the place that its page has for it, [data-explorer=name], with its data-cases.

     fields         what can be set, see fieldOf
     read(state)    the model; throws Problem for what it does not take
     ask(model)     {question, choices} before it is shown, or null
     show(model, set)  the nodes that show it; set(changes) goes to another state, and shows it at once
     say(model)     a sentence for who listens
     python(model)  the same in Python
     after()        called once all is in the page (optional)

     The first case is shown worked out; what is chosen or typed later is asked for first. */
  function start(options) {
    const root = document.querySelector(`[data-explorer="${options.name}"]`);
    if (!root) return;
    const cases = JSON.parse(root.dataset.cases).map(({ label, query }) => ({ label, state: stateOf(query, {}) }));
    let state = stateOf(location.search, cases[0].state);
    let model, later;

    const change = (name, value) => update({ ...state, [name]: value }, true);
    const fields = options.fields.map((field) => fieldOf(field, change));
    const buttons = cases.map((each) =>
      el("button", { type: "button", click: () => update({ ...cases[0].state, ...each.state }, true) }, each.label),
    );
    const problem = el("p", { id: "explore-problem", class: "explore-problem" });
    const asked = el("div", {});
    const said = el("p", { class: "explore-said", role: "status", tabindex: -1 });
    const shown = el("div", { class: "explore-shown" });
    const enter = (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault(); // a form is sent nowhere
      if (asked.firstChild) reveal("");
    };
    const form = el(
      "form",
      { keydown: enter },
      row("Cases", buttons),
      opening(),
      el(
        "div",
        { class: "explore-fields" },
        fields.map((field) => field.box),
      ),
    );

    function update(next, ask) {
      state = next;
      fields.forEach(({ name, input, value }) => {
        if (input.value !== state[name]) input.value = state[name];
        if (value) value.textContent = state[name];
      });
      buttons.forEach((button, at) =>
        button.setAttribute("aria-pressed", queryOf({ ...cases[0].state, ...cases[at].state }) === queryOf(state)),
      );
      keep(queryOf(state));
      clearTimeout(later);
      [asked, shown].forEach((each) => each.replaceChildren());
      said.textContent = problem.textContent = "";
      try {
        model = options.read(state);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problem.textContent = error.message;
        later = setTimeout(() => (said.textContent = error.message), 800); // not at each key that is pressed
      }
      fields.forEach(({ input }) => input.setAttribute("aria-invalid", problem.textContent !== ""));
      said.classList.toggle("explore-unseen", problem.textContent !== "");
      if (problem.textContent) return;
      const question = ask && options.ask && options.ask(model);
      if (question)
        asked.append(
          guess(question.question, question.choices, (words) => (reveal(words), said.focus({ preventScroll: true }))),
        );
      else reveal("");
    }

    function reveal(words) {
      asked.replaceChildren();
      shown.replaceChildren(
        ...[options.show(model, set)].flat(Infinity).filter(Boolean),
        python(options.python(model)),
      );
      said.textContent = `${words} ${options.say(model)}`.trim();
      if (options.after) options.after();
    }

    function set(changes) {
      update({ ...state, ...changes }, false);
      said.focus({ preventScroll: true });
    }

    root.replaceChildren(form, problem, asked, said, shown);
    update(state, queryOf(state) !== queryOf(cases[0].state));
  }

  return { ...words, el, svg, picture, row, stepped, python, guess, keep, opening, start };
})();

if (typeof module !== "undefined") module.exports = explore;
