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
