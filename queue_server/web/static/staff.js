/* What counter and supervisor share: words, hours, the line to the office, the menu, dialogs. */
(function () {
  "use strict";
  const MINUTE_MS = 60000;
  const CALM_MS = 2000; // a busy office changes many times a second; nobody reads faster than this
  const ZONES = { WIB: 7, WITA: 8, WIT: 9 };
  const zoneHours = ZONES[document.querySelector(".bar").dataset.zone];

  // -- words: they stand in the page, in the person's language -------------------------------------------------

  const words = {};
  document.querySelectorAll("template.words").forEach((page) => {
    page.content.querySelectorAll("[data-word]").forEach((word) => {
      words[word.dataset.word] = word.textContent.trim();
    });
  });

  /** `say("wait", {minutes: 4})`: the page's words with their blanks filled in. */
  function say(word, values) {
    return words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  // -- hours -------------------------------------------------------------------------------------------------------

  /** Epoch milliseconds as the office's own clock shows them: 09.43 */
  function clock(instant) {
    const local = new Date(instant + zoneHours * 60 * MINUTE_MS);
    return [local.getUTCHours(), local.getUTCMinutes()].map((part) => String(part).padStart(2, "0")).join(".");
  }

  /** How long in whole minutes: 52 mnt, 1 jam 44 mnt */
  function minutes(milliseconds) {
    const all = Math.max(0, Math.floor(milliseconds / MINUTE_MS));
    return all < 100 ? say("minutes", { minutes: all }) : say("hours", { hours: Math.floor(all / 60), minutes: all % 60 });
  }

  /** How long, with seconds below an hour: 4 mnt 12 dtk */
  function lasting(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    if (seconds >= 3600) return minutes(milliseconds);
    return say("seconds", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
  }

  // -- the line to the office --------------------------------------------------------------------------------------

  const live = document.getElementById("live");
  const cut = document.getElementById("cut");
  const face = document.getElementById("clock");
  let cutSince = null;

  function tick() {
    face.textContent = clock(antrean.now());
  }

  function showLine(since) {
    cutSince = since;
    live.classList.toggle("is-cut", since !== null);
    live.querySelector("[data-on]").hidden = since !== null;
    live.querySelector("[data-off]").hidden = since === null;
    cut.hidden = since === null;
    if (since !== null) cut.querySelector("span").textContent = say("cut", { time: clock(since) });
  }

  /** Watches a topic and shows whether the line holds. `onLine(since)`: null when it is there, else cut since then. */
  function watch(topic, onState, onLine) {
    antrean.watch(topic, {
      onState,
      onCut: (since) => { showLine(since); onLine(since); },
      onBack: () => { showLine(null); onLine(null); },
      onRefused: (code) => { if (code === "not_signed_in") location.reload(); },
    });
  }

  /** The task, at most once in a while: at once, and once more after the pause when it was asked for meanwhile. */
  function calmly(task) {
    let due = false;
    let resting = false;
    return async function ask() {
      due = true;
      if (resting) return;
      resting = true;
      while (due) {
        due = false;
        await task();
        await new Promise((rest) => setTimeout(rest, CALM_MS));
      }
      resting = false;
    };
  }

  antrean.startAt(Number(document.querySelector(".bar").dataset.now));
  tick();
  setInterval(tick, 1000);

  // -- menu and dialogs ----------------------------------------------------------------------------------------------

  const menu = document.querySelector(".menu");
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-opens]");
    if (opener && opener.getAttribute("aria-disabled") !== "true") open(opener);
    if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  });

  /** Keys look unready until every script of the page listens: a touch that nobody hears is no touch that is lost. */
  function wake(page) {
    page.querySelectorAll("[data-unready]").forEach((key) => {
      key.removeAttribute("data-unready");
      key.removeAttribute("aria-disabled");
    });
  }

  document.addEventListener("DOMContentLoaded", () => wake(document));

  /** `opens` is where the page's own script fills in what the dialog is about. */
  function open(opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    dialog.dispatchEvent(new CustomEvent("opens", { bubbles: true, detail: opener }));
    dialog.showModal();
  }

  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.getElementById("sign-out").addEventListener("click", async () => {
    await antrean.remove("/api/v1/session");
    location.assign("/login");
  });

  /** Shows in a dialog why something was not done; focus goes there. An empty text takes it away. */
  function problem(dialog, text) {
    const line = dialog.querySelector(".problem");
    line.hidden = !text;
    line.querySelector("span").textContent = text;
    if (text) line.focus();
  }

  // -- sound: a low tone for whoever looks elsewhere -----------------------------------------------------------------

  let sound = null;

  /** A browser plays nothing before the first touch or key. */
  function wakeSound() {
    if (!sound) sound = new AudioContext();
    if (sound.state === "suspended") sound.resume();
  }

  /** One tone of so many hertz; `document.body.dataset.tones` counts them. */
  function tone(hertz) {
    document.body.dataset.tones = Number(document.body.dataset.tones || 0) + 1;
    if (!sound) return;
    const voice = sound.createOscillator();
    const loudness = sound.createGain();
    voice.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.0001, sound.currentTime);
    loudness.gain.exponentialRampToValueAtTime(0.25, sound.currentTime + 0.04);
    loudness.gain.exponentialRampToValueAtTime(0.0001, sound.currentTime + 0.9);
    voice.connect(loudness).connect(sound.destination);
    voice.start();
    voice.stop(sound.currentTime + 1);
  }

  document.addEventListener("keydown", wakeSound, { once: true });
  document.addEventListener("click", wakeSound);

  window.staff = { say, clock, minutes, lasting, watch, calmly, problem, wake, tone, isCut: () => cutSince !== null };
})();
