/* Choosing a counter: arrows move, Enter opens. Which are free is read again whenever something happens. */
(function () {
  "use strict";
  const page = document.getElementById("choose");
  const keys = new Map(); // counter -> the key of a request that was not answered
  let busy = false;

  function say(words) {
    const line = document.getElementById("trouble");
    line.hidden = !words;
    line.querySelector("span").textContent = words;
    if (words) line.focus();
  }

  async function open(counter) {
    if (busy) return;
    busy = true;
    say("");
    if (!keys.has(counter)) keys.set(counter, antrean.newId());
    try {
      await antrean.post("/api/v1/counters/" + counter + "/open", {}, { key: keys.get(counter) });
      location.reload();
    } catch (refused) {
      if (!(refused instanceof antrean.Refused)) throw refused;
      if (refused.code !== "silent") keys.delete(counter);
      await refresh();
      say(refused.code === "silent" ? window.staff.say("silent") : refused.message);
    } finally {
      busy = false;
    }
  }

  /** The page again, without losing the place of the focus. */
  async function refresh() {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById("choose")) return location.reload();
    const focused = document.activeElement.dataset.counter;
    window.staff.wake(fresh);
    const lists = [...fresh.querySelectorAll(".lokets")];
    page.querySelectorAll(".lokets").forEach((list, place) => {
      if (list.innerHTML !== lists[place].innerHTML) list.replaceWith(lists[place]);
    });
    if (focused) page.querySelector(`[data-counter="${focused}"]`).focus();
  }

  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-counter]");
    if (!button) return;
    if (button.getAttribute("aria-disabled")) say(button.querySelector("b").textContent + ".");
    else open(button.dataset.counter);
  });

  page.addEventListener("keydown", (event) => {
    const all = [...page.querySelectorAll("[data-counter]")];
    const place = all.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 3, ArrowUp: -3 }[event.key];
    if (place < 0 || !step || !all[place + step]) return;
    event.preventDefault();
    all[place + step].focus();
  });

  window.staff.wake(document);
  const free = page.querySelector("[data-counter]:not([aria-disabled])");
  if (free) free.focus();
  window.staff.watch("office", window.staff.calmly(refresh), () => {});
})();
