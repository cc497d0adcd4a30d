/* A kiosk stays a kiosk: no menu, no zoom, no selection, no dragging, no other page, no window of the browser's own.

   What a page cannot prevent (new windows, the system's own keys) is left to Chromium's --kiosk and the session. */
(function () {
  "use strict";
  const prevent = (event) => event.preventDefault();
  const SIDE_BUTTONS = [3, 4]; // of a mouse: back and forward

  ["contextmenu", "selectstart", "dragstart", "dragover", "drop", "auxclick"].forEach((kind) => {
    document.addEventListener(kind, prevent);
  });
  document.addEventListener("wheel", prevent, { passive: false });
  ["mousedown", "mouseup"].forEach((kind) => document.addEventListener(kind, (event) => {
    if (SIDE_BUTTONS.includes(event.button)) event.preventDefault();
  }));
  document.addEventListener("keydown", (event) => {
    const ofTheBrowser = event.ctrlKey || event.altKey || event.metaKey || /^(F\d+|Browser.*|Launch.*|Print.*)$/.test(event.key);
    if (ofTheBrowser) event.preventDefault();
  }, true);
  // One step back, however it was made, leads here again.
  const stay = () => history.pushState("here", "");
  window.addEventListener("popstate", stay);
  stay();
})();
