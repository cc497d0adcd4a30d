/* Pairing: the token in the fragment becomes a cookie that no script can read, and leaves the address. */
(function () {
  "use strict";
  const page = document.getElementById("pair");

  function show(what) {
    page.querySelectorAll("[data-say]").forEach((part) => { part.hidden = part.dataset.say !== what; });
    return page.querySelector(`[data-say="${what}"]`);
  }

  async function pair(token) {
    show("works");
    try {
      const device = await antrean.post("/api/v1/device-session", { token });
      const done = show("done");
      done.querySelector("[data-name]").textContent = device.name;
      done.querySelector("[data-home]").href = device.home;
      history.replaceState(null, "", location.pathname);
      location.assign(device.home);
    } catch (refused) {
      if (!(refused instanceof antrean.Refused)) throw refused;
      const line = show(refused.code === "silent" ? "silent" : "refused");
      if (refused.code !== "silent") line.querySelector("span").textContent = refused.message;
      line.focus();
    }
  }

  const token = location.hash.slice(1);
  if (token) pair(token);
  window.addEventListener("hashchange", () => { if (location.hash.length > 1) pair(location.hash.slice(1)); });
})();
