// The staff shell's script writes the name of a chosen file into the nearest text field, as
// its own upload control wants. Our pages use the browser's control, and there the nearest
// text field is somebody's name: it must not become "scan.pdf".
window.addEventListener(
  "change",
  (event) => {
    if (event.target.matches(".cs-page input[type=file]")) event.stopImmediatePropagation();
  },
  true,
);

// --- The composer -----------------------------------------------------------------------------
// What the page shows without a script is whole: the problems with their lines, the list of
// fields, the button that sets the letter. Here they are put to hand.

const composer = () => document.getElementById("composer");

// Put in at the cursor, as one step that can be undone, in the field that was written in last.
const putIn = (area, text, alone) => {
  const before = area.value.slice(0, area.selectionStart);
  const after = area.value.slice(area.selectionEnd);
  if (alone) {
    const lead = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const trail = after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
    text = lead + text + trail;
  } else if (/[\p{L}\p{N}.,;:!?)}%]$/u.test(before)) {
    text = " " + text;
  }
  const caret = text.indexOf("‸");
  text = text.replace("‸", "");
  const start = area.selectionStart;
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (caret >= 0) area.setSelectionRange(start + caret, start + caret);
};

// The place of a problem in the field as it was typed: the server cleaned it first, which took
// away empty lines at its beginning and made four spaces of each tab.
const placeOf = (area, line, column, length) => {
  const lines = area.value.split("\n");
  let index = area.tagName === "TEXTAREA" ? lines.findIndex((each) => each !== "") : 0;
  index = Math.max(index, 0) + line - 1;
  if (index >= lines.length) return null;
  let at = 0;
  for (let width = 1; at < lines[index].length && width < column; at += 1) {
    width += lines[index][at] === "\t" ? 4 : 1;
  }
  const start = lines.slice(0, index).reduce((sum, each) => sum + each.length + 1, 0) + at;
  return [start, Math.min(start + length, start - at + lines[index].length)];
};

// Behind the text area lies the same text, unseen but for its marks.
const marksOf = (area) => {
  if (area.previousElementSibling?.matches(".cs-source-marks")) return area.previousElementSibling;
  const frame = document.createElement("div");
  frame.className = "cs-source";
  const marks = document.createElement("div");
  marks.className = "cs-source-marks";
  marks.setAttribute("aria-hidden", "true");
  area.replaceWith(frame);
  frame.append(marks, area);
  area.addEventListener("scroll", () => { marks.scrollTop = area.scrollTop; });
  area.addEventListener("input", () => { marks.textContent = ""; });
  return marks;
};

const mark = (area, places) => {
  const marks = marksOf(area);
  marks.textContent = "";
  let done = 0;
  for (const [start, end] of [...places].sort((one, other) => one[0] - other[0])) {
    if (start < done) continue;
    const marked = document.createElement("mark");
    marked.textContent = area.value.slice(start, end) || " ";
    marks.append(area.value.slice(done, start), marked);
    done = end;
  }
  marks.append(area.value.slice(done) + "\n");
  marks.scrollTop = area.scrollTop;
};

const goTo = (area, place) => {
  area.focus();
  area.setSelectionRange(...place);
  const line = area.value.slice(0, place[0]).split("\n").length;
  const height = area.scrollHeight / area.value.split("\n").length;
  area.scrollTop = Math.max((line - 4) * height, 0);
};

const showProblems = (within) => {
  const places = new Map();
  for (const problem of within.querySelectorAll("[data-line]")) {
    const area = document.getElementById(`id_${problem.dataset.field}`);
    const { line, column, length } = problem.dataset;
    const place = area && placeOf(area, Number(line), Number(column), Number(length));
    if (!place) continue;
    places.set(area, [...(places.get(area) ?? []), place]);
    const where = document.createElement("button");
    where.type = "button";
    where.className = "cs-link";
    where.textContent = problem.querySelector("b").textContent;
    where.addEventListener("click", () => goTo(area, place));
    problem.querySelector("b").replaceChildren(where);
  }
  for (const area of composer().querySelectorAll("textarea.cs-mono")) mark(area, places.get(area) ?? []);
};

const sayItFailed = (event) => {
  if (event.detail.target?.id !== "preview") return;
  const note = document.createElement("p");
  note.className = "cs-note cs-note--bad";
  note.setAttribute("role", "alert");
  note.textContent = "The letter could not be set: the server did not answer as it should. What is shown is an older state. Your text is still here; press “Set it now”.";
  event.detail.target.prepend(note);
};

// Text that was written and not saved is not lost by a click on a link: the browser asks first.
const guardUnsaved = (form) => {
  let saving = false;
  const isWritten = (field) => field.value !== field.defaultValue;
  form.addEventListener("submit", (event) => { saving = !event.submitter?.hasAttribute("formaction"); });
  window.addEventListener("beforeunload", (event) => {
    const fields = [...form.querySelectorAll(".cs-form [name]")];
    if (!saving && ("unsaved" in form.dataset || fields.some(isWritten))) event.preventDefault();
  });
};

document.addEventListener("DOMContentLoaded", () => {
  if (!composer()) return;
  if (composer().querySelector("#id_reason")) guardUnsaved(composer());
  let written = document.getElementById("id_body");
  composer().addEventListener("focusin", (event) => {
    if (event.target.matches("#id_subject, #id_body")) written = event.target;
  });
  for (const pickers of document.querySelectorAll("[data-insert-into]")) {
    pickers.hidden = false;
    pickers.addEventListener("change", (event) => {
      const alone = "alone" in event.target.dataset;
      if (event.target.value) {
        putIn(alone ? document.getElementById(pickers.dataset.insertInto) : written, event.target.value, alone);
      }
      event.target.value = "";
    });
    pickers.addEventListener("input", (event) => event.stopPropagation());
  }
  showProblems(document.querySelector(".cs-page"));
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "preview") showProblems(event.detail.target);
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(failure, sayItFailed);
  }
});

// --- Keys ---------------------------------------------------------------------------------------
// A page that has keys names them on its links, buttons and fields, and says so in one line. They
// can be turned off there, since who dictates to the machine would press them by speaking.

const KEYS_OFF = "countersign.keys.off";
const keysAreOff = () => localStorage.getItem(KEYS_OFF) === "yes";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !document.querySelector("[data-keys]")) return;
  const inField = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && inField) inField.blur();
  if (inField || keysAreOff()) return;
  const named = [...document.querySelectorAll(".cs-page [data-key]")].find((one) => one.dataset.key === event.key);
  const answer = /^[1-9]$/.test(event.key) && document.getElementById(`id_demand-${event.key}-outcome`);
  const wanted = named || answer;
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, select, textarea")) wanted.focus();
  else wanted.click();
});

document.addEventListener("DOMContentLoaded", () => {
  const help = document.querySelector("[data-keys]");
  if (!help) return;
  const turn = document.createElement("button");
  turn.type = "button";
  turn.className = "cs-link";
  const say = () => { turn.textContent = keysAreOff() ? "Turn the keys on" : "Turn the keys off"; };
  turn.addEventListener("click", () => {
    localStorage.setItem(KEYS_OFF, keysAreOff() ? "no" : "yes");
    say();
  });
  say();
  help.append(" ", turn);
});

// --- While the server works ---------------------------------------------------------------------
// Some presses look at every letter of a mailing. What happens meanwhile is said below the button,
// and a second press does nothing. Without a script the browser alone shows that it waits.

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.meanwhile || event.defaultPrevented) return;
  if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  const note = document.createElement("p");
  note.className = "cs-note cs-meanwhile";
  note.setAttribute("role", "status");
  button.after(note);
  requestAnimationFrame(() => { note.textContent = button.dataset.meanwhile; });
});

// Who goes back finds the page as it was left.
window.addEventListener("pageshow", () => {
  for (const note of document.querySelectorAll(".cs-meanwhile")) {
    note.previousElementSibling.removeAttribute("aria-disabled");
    note.remove();
  }
});

// --- Suggestions --------------------------------------------------------------------------------
// Without a script the link opens the page again with the form filled in. Here what was typed
// already stays, and all that are clear are put only where nothing was chosen yet.

const fillIn = (link) => {
  const put = (name, value) => {
    const field = document.getElementById(`id_${link.dataset.fills}-${name}`);
    if (field) field.value = value;
  };
  put("outcome", link.dataset.outcome);
  put("quotation", link.dataset.quotation);
  put("page", link.dataset.page);
  put("promised_on", link.dataset.promised);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-fills]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.fills !== "all") {
    fillIn(link);
    return;
  }
  for (const clear of document.querySelectorAll("a[data-clear]")) {
    if (!document.getElementById(`id_${clear.dataset.fills}-outcome`).value) fillIn(clear);
  }
});
