/* The forms of a device: a kiosk prints, a TV speaks. */
(function () {
  "use strict";

  function paint(form, kind) {
    form.querySelectorAll("[data-for]").forEach((label) => {
      label.hidden = label.dataset.for !== kind;
      label.querySelector("[name]").disabled = label.hidden;
    });
  }

  document.addEventListener("opens", (event) => {
    const form = event.target.querySelector("form");
    if (!form.querySelector("[data-for]")) return;
    paint(form, event.detail.dataset.kind || form.elements.kind.value);
  });

  document.addEventListener("change", (event) => {
    if (event.target.name === "kind" && event.target.form.querySelector("[data-for]")) paint(event.target.form, event.target.value);
  });
})();
