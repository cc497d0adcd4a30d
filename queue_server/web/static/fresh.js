/* A page that keeps itself true: asks for itself again, and shows what has changed. Without a script it reloads. */
(function () {
  "use strict";
  const AGAIN_MS = 10000;
  const STALE_MS = 30000; // without an answer: since when the page is what it is
  const CALL = [200, 100, 200];
  let etag = "";
  let heard = Date.now();

  const part = (id, page) => (page || document).getElementById(id);
  const main = (page) => page.querySelector("main");

  async function ask() {
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.status === 200) {
        etag = answer.headers.get("ETag") || "";
        show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
      if (answer.status === 200 || answer.status === 304) heard = Date.now();
    } catch (silence) {
      // said by `tell`, once it has lasted
    }
    tell();
    setTimeout(ask, AGAIN_MS);
  }

  function show(fresh) {
    const before = main(document);
    const after = main(fresh);
    if (after.dataset.fresh === "called" && before.dataset.fresh !== "called") vibrate();
    else if ("soon" in after.dataset && !("soon" in before.dataset)) vibrate();
    document.title = fresh.title;
    Object.keys(before.dataset).forEach((name) => delete before.dataset[name]);
    Object.assign(before.dataset, after.dataset);
    // Piece by piece, because a screen reader speaks whatever is put into a live region.
    ["hero", "rest"].forEach((id) => {
      const piece = part(id);
      const next = part(id, fresh);
      if (!piece || !next) return;
      piece.className = next.className;
      if (piece.innerHTML !== next.innerHTML) piece.replaceChildren(...next.childNodes);
    });
  }

  function vibrate() {
    if (navigator.vibrate) navigator.vibrate(CALL);
  }

  function tell() {
    const stale = Date.now() - heard > STALE_MS;
    document.querySelectorAll(".p-fresh").forEach((line) => {
      line.hidden = line.classList.contains("p-stale") !== stale;
    });
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) tell(); });
  setTimeout(ask, AGAIN_MS);
})();
