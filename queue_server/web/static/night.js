/* Day or night, before anything is drawn: what the person chose on this machine, else what the system prefers. */
(function () {
  "use strict";
  const KEPT = "antrean.malam";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function isNight() {
    const chosen = localStorage.getItem(KEPT);
    return chosen === null ? system.matches : chosen === "1";
  }

  function show() {
    document.documentElement.classList.toggle("malam", isNight());
    document.documentElement.style.colorScheme = isNight() ? "dark" : "light";
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-night]")) return;
    localStorage.setItem(KEPT, isNight() ? "0" : "1");
    show();
  });
  system.addEventListener("change", show);
  show();
})();
