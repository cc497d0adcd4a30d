/* The kiosk: fetches the next screen and puts it in place of the last; takes the number; asks who has gone. */
(function () {
  "use strict";
  const STILL_MS = 30000; // of stillness before the question
  const ANSWER_SECONDS = 20; // to answer it, and how long a number stays
  const LOOK_AGAIN_MS = 3000; // while the server is away
  const REFRESH_MS = 60000; // the start screen, when nothing is heard
  const CALM_MS = 1500; // several changes of the office become one new start screen
  const FORGET_MS = 90000; // after so long, more than a cable is out for a moment, nobody stands there waiting for a lost answer
  const HELPED_MS = 10000;
  const SILENCE_MS = 4000;
  const HOLD_MS = 3000; // on the clock, until the PIN is asked for: nobody does it by chance
  const MASK_MS = 2000; // a digit of a NIK is seen, for whoever typed it and for whoever stands behind
  const PRINT_MS = 8000; // a printer has 5 s to answer the server

  const { newId, post, speech, openPanel } = window.antrean;
  const state = {
    address: "/kiosk", language: document.documentElement.lang, large: false,
    still: 0, counting: 0, left: 0, returnTo: null, refresh: 0, arrived: performance.now(),
    turn: 0, pending: null, order: null, fillIn: null, secret: "", pin: "", away: 0, working: false, touched: false,
  };

  const screen = () => document.getElementById("screen");
  const part = (id) => document.getElementById(id);
  const name = () => screen().dataset.screen;
  const isGiven = () => Boolean(part("given")); // a number, or a code for another day
  const patience = () => (state.large || speech.isOn() ? 2 : 1);

  // ---- screens -----------------------------------------------------------------------------------------------------

  async function page(address) {
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), SILENCE_MS);
    const [path, query] = address.split("?");
    const asked = new URLSearchParams(query);
    asked.set("lang", state.language);
    try {
      const answer = await fetch(`${path}?${asked}`, { signal: cut.signal, credentials: "same-origin" });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      return { status: 0, text: "" };
    } finally {
      clearTimeout(timer);
    }
  }

  /** The server says who may be a kiosk, and how to become one. */
  const isTurnedAway = (answer) => answer.status === 401 || answer.status === 403;

  /** Shows the screen at this address; false when the server is away. `quiet`: the same screen with new figures. */
  async function go(address, quiet) {
    const turn = quiet ? state.turn : (state.turn += 1);
    const answer = await page(address);
    if (turn !== state.turn) return true; // a later touch wins
    if (isTurnedAway(answer)) return location.reload();
    if (answer.status !== 200) return away();
    const fresh = new DOMParser().parseFromString(answer.text, "text/html");
    if (!fresh.getElementById("screen")) return location.reload();
    if (quiet && (state.touched || !isAtStart())) return true; // somebody touches the old one, or has done so
    const held = quiet && document.activeElement && document.activeElement.getAttribute("href");
    document.documentElement.lang = fresh.documentElement.lang;
    document.title = fresh.title;
    screen().replaceWith(document.adoptNode(fresh.getElementById("screen")));
    state.address = address;
    state.arrived = performance.now();
    arrange(quiet);
    const again = held && document.querySelector(`a[href="${held}"]`);
    if (again) again.focus();
    return true;
  }

  function arrange(quiet) {
    screen().classList.toggle("is-quiet", Boolean(quiet));
    const large = document.querySelector('[data-do="large"]');
    if (large) large.setAttribute("aria-pressed", String(state.large));
    showSpeech();
    if (!quiet) focusOnQuestion();
    if (isGiven()) arrangeNumber();
    state.secret = "";
    state.pin = "";
    if (part("code")) showCode();
    if (!quiet) speech.say(document.querySelector("main"));
    watchStillness();
  }

  function focusOnQuestion() {
    const heading = document.querySelector("h1");
    if (heading) heading.focus({ preventScroll: true });
  }

  function start() {
    state.language = "id";
    state.large = false;
    document.body.classList.remove("is-large");
    speech.stop();
    return go("/kiosk");
  }

  const isAtStart = () => name() === "home" && state.language === "id" && !state.large && !speech.isOn();

  // ---- stillness ---------------------------------------------------------------------------------------------------

  function watchStillness() {
    clearTimeout(state.still);
    stopCount();
    closeStill();
    if (state.away || isAtStart()) return;
    if (isGiven()) countDown(start);
    else state.still = setTimeout(askStill, STILL_MS * patience());
    if (speech.isSpeaking()) holdStillness();
  }

  /** Nobody has to answer while they are being told. */
  function holdStillness() {
    clearTimeout(state.still);
    stopCount();
  }

  /** Whoever is still here goes on where they were. */
  function closeStill() {
    const back = part("still").contains(document.activeElement) && state.returnTo;
    closePanel("still");
    if (back && back.isConnected) back.focus({ preventScroll: true });
    state.returnTo = null;
  }

  /** A panel that had the focus gives it back to the question: a focus that nobody sees would press what nobody chose. */
  function closePanel(id) {
    const hadFocus = part(id).contains(document.activeElement);
    part(id).hidden = true;
    if (hadFocus) focusOnQuestion();
  }

  function askStill() {
    const panel = part("still");
    state.returnTo = document.activeElement;
    panel.hidden = false;
    panel.querySelector("button").focus({ preventScroll: true });
    countDown(start);
    speech.say(panel);
  }

  function countDown(then) {
    stopCount();
    state.left = ANSWER_SECONDS * patience();
    showCount();
    state.counting = setInterval(() => {
      state.left -= 1;
      showCount();
      if (state.left > 0) return;
      stopCount();
      then();
    }, 1000);
  }

  function showCount() {
    document.querySelectorAll("[data-count]").forEach((place) => { place.textContent = state.left; });
  }

  function stopCount() {
    clearInterval(state.counting);
  }

  // ---- the server is away --------------------------------------------------------------------------------------------

  function away() {
    if (!state.away) {
      state.away = performance.now();
      clearTimeout(state.still);
      stopCount();
      setTimeout(lookAgain, LOOK_AGAIN_MS);
    }
    part("away").hidden = false;
    speech.stop();
    showSpeech();
    return false;
  }

  async function lookAgain() {
    const answer = await page("/kiosk");
    if (isTurnedAway(answer)) return location.reload();
    if (answer.status !== 200) return setTimeout(lookAgain, LOOK_AGAIN_MS);
    const gone = performance.now() - state.away;
    state.away = 0;
    return state.pending ? recover(gone) : start();
  }

  /** The answer to "Ambil nomor" was lost, or the wish itself. Who still waits gets the number: asked for again, it is
      the same one, also when the first wish arrives after all. One for somebody who has gone is given back. */
  async function recover(gone) {
    if (state.pending.key) return recoverAnotherDay(gone);
    const { ticket_id: id, voucher, service } = state.pending;
    if (gone < FORGET_MS) {
      try {
        await post("/api/v1/tickets", state.pending, { key: id, tries: 1, silence: SILENCE_MS });
        return showNumber(id);
      } catch (refused) {
        if (refused.code === "silent" || refused.code === "busy") return away();
        state.pending = null;
        await go(`/kiosk/service/${service}`);
        return name() === "refused" || tell(refused.message);
      }
    }
    const answer = await page(`/kiosk/ticket/${id}`);
    if (answer.status === 0) return away();
    state.pending = null;
    // What a voucher held would be lost with its number, so that stays: its holder comes to the counter with the code.
    if (answer.status === 200 && !voucher) {
      const given = new DOMParser().parseFromString(answer.text, "text/html").getElementById("given").dataset;
      await giveBack(given).catch(() => null); // called meanwhile: the counter sees that nobody comes
    }
    return start();
  }

  /** The same key gives the same code; one for somebody who has gone is given back. */
  async function recoverAnotherDay(gone) {
    const { key, order } = state.pending;
    try {
      const given = await post("/api/v1/vouchers", order, { key, tries: 1, silence: SILENCE_MS });
      if (gone < FORGET_MS) return showAnotherDay(given.code);
      await giveBack({ cancel: `/api/v1/vouchers/${given.code}/cancel`, token: given.token }).catch(() => null);
    } catch (refused) {
      if (refused.code === "silent" || refused.code === "busy") return away();
    }
    state.pending = null;
    return start();
  }

  // ---- taking a number -----------------------------------------------------------------------------------------------

  function orderOf(form) {
    const priority = document.querySelector('[data-do="priority"]');
    const cards = document.querySelector("output[data-cards]");
    const order = { ticket_id: newId(), service: form.dataset.service, channel: "kiosk", language: state.language };
    if (priority) order.priority = priority.getAttribute("aria-checked") === "true";
    if (cards) order.cards = Number(cards.textContent);
    if (form.dataset.voucher) order.voucher = form.dataset.voucher;
    return order;
  }

  /** Where the office asks for the NIK the order waits for it; it is sent along and kept until the answer is there. */
  async function take(form) {
    if (state.working) return;
    if (form.dataset.then) {
      state.order = orderOf(form);
      state.fillIn = whatIsFilledIn();
      return go(form.dataset.then);
    }
    const asked = Boolean(part("nik"));
    const order = asked && state.order ? state.order : orderOf(form);
    const wish = asked ? Object.assign({ nik: state.secret }, order) : order;
    const button = document.querySelector('button[form="take"]');
    state.working = true;
    state.pending = wish;
    button.disabled = true;
    clearTimeout(state.still);
    try {
      await post("/api/v1/tickets", wish, { key: order.ticket_id, tries: 2, silence: SILENCE_MS });
      await showNumber(order.ticket_id);
    } catch (refused) {
      if (refused.code === "silent" || refused.code === "busy") return away();
      state.pending = null;
      if (asked && refused.code === "invalid") return doubtSecret(refused.message);
      await go(asked ? `/kiosk/service/${order.service}` : state.address);
      if (name() !== "refused") tell(refused.message);
    } finally {
      state.working = false;
      button.disabled = false;
    }
  }

  /** Another day instead of a number. */
  async function takeAnotherDay(form) {
    if (state.working) return;
    if (form.dataset.then) return go(form.dataset.then);
    const asked = Boolean(part("nik"));
    const order = { service: form.dataset.service, channel: "kiosk", language: state.language };
    if (asked) order.nik = state.secret; // the same wish again, after a lost answer, is the same with it alone
    const key = newId();
    state.working = true;
    state.pending = { key, order };
    clearTimeout(state.still);
    try {
      const given = await post("/api/v1/vouchers", order, { key, tries: 2, silence: SILENCE_MS });
      await showAnotherDay(given.code);
    } catch (refused) {
      if (refused.code === "silent" || refused.code === "busy") return away();
      state.pending = null;
      if (asked && refused.code === "invalid") return doubtSecret(refused.message);
      await go(asked ? `/kiosk/service/${order.service}` : state.address); // numbers are left, or the office says why not
      tell(refused.message);
    } finally {
      state.working = false;
    }
  }

  async function showAnotherDay(code) {
    const printed = print(`/api/v1/vouchers/${code}/print`, {}, newId());
    if (!await go(`/kiosk/another-day/${code}`)) return;
    state.pending = null;
    printed.then((answer) => showPrint(answer, code));
  }

  async function showNumber(id) {
    const printed = print(`/api/v1/tickets/${id}/print`, {}, id);
    if (!await go(`/kiosk/ticket/${id}`)) return;
    state.pending = null;
    printed.then((answer) => showPrint(answer, id));
  }

  const print = (path, body, key) =>
    post(path, body, { key, tries: 1, silence: PRINT_MS }).catch(() => ({ printed: false }));

  function showPrint(answer, id) {
    const given = part("given");
    if (!given || given.dataset.ticket !== id) return;
    if (given.dataset.print === "none") return;
    screen().dataset.print = answer.printed ? "out" : "failed";
    if (!answer.printed) speech.say(document.querySelector('[data-paper="failed"]'));
    watchStillness();
  }

  function arrangeNumber() {
    screen().dataset.print = part("given").dataset.print;
    const wrong = document.querySelector('[data-do="wrong"]');
    if (wrong) setTimeout(() => wrong.remove(), 1000 * Number(wrong.dataset.seconds));
  }

  const giveBack = (given) =>
    post(given.cancel, {}, { headers: { "X-Ticket-Token": given.token } });

  function tell(sentence) {
    const panel = part("refusal");
    panel.querySelector("[data-sentence]").textContent = sentence;
    panel.hidden = false;
    panel.focus({ preventScroll: true });
    speech.say(panel);
  }

  /** Something to know that asks for nothing: which of the sentences of the low panel. */
  function inform(which) {
    part("helped").hidden = false;
    part("helped").querySelectorAll("[data-said]").forEach((said) => { said.hidden = said.dataset.said !== which; });
    clearTimeout(state.informed);
    state.informed = setTimeout(() => { part("helped").hidden = true; }, HELPED_MS);
    speech.say(part("helped"));
  }

  // ---- speech --------------------------------------------------------------------------------------------------------

  function showSpeech() {
    const key = document.querySelector('[data-do="listen"]');
    if (key) key.setAttribute("aria-pressed", String(speech.isOn()));
  }

  speech.onEnd = () => { if (part("still").hidden) watchStillness(); };
  speech.onFail = () => {
    showSpeech();
    if (!state.away) inform("mute");
    speech.onEnd();
  };

  // ---- the code of a voucher -----------------------------------------------------------------------------------------

  const code = () => part("code").textContent.trim().replace(/\s/g, "");

  function type(key) {
    const written = shorter(code(), key) ?? (code() + key).slice(0, 8);
    Array.from(part("code").children, (place, at) => { place.textContent = written[at] || ""; });
    if (key.length === 1) speech.say(key);
    showCode();
  }

  /** What a key of deletion leaves of what was typed; nothing for any other key. */
  const shorter = (typed, key) => ({ Backspace: typed.slice(0, -1), Delete: "" })[key];

  function showCode() {
    const length = code().length;
    Array.from(part("code").children, (place, at) => place.classList.toggle("is-next", at === length));
    document.querySelector('[data-do="look-up"]').setAttribute("aria-disabled", String(length < 8));
  }

  // ---- what nobody else may read: the NIK, the PIN -------------------------------------------------------------------------------------------------------

  const placesOfSecret = () => Array.from((part("nik") || part("pin")).children);

  function typeSecret(key) {
    const left = shorter(state.secret, key);
    if (left === undefined && state.secret.length === placesOfSecret().length) return;
    state.secret = left ?? state.secret + key;
    showSecret(left === undefined ? state.secret.length - 1 : state.secret.length);
    if (state.secret.length % 4 === 0) speech.say(part("typed-count")); // how many, never which
  }

  /** Shows how much is typed, and for a moment the digits from a place on: the page itself holds no others. */
  function showSecret(from) {
    placesOfSecret().forEach((place, at) => {
      place.classList.toggle("is-typed", at < state.secret.length);
      place.classList.toggle("is-next", at === state.secret.length);
      if (at >= state.secret.length) place.textContent = "";
      else if (at >= from) {
        place.textContent = state.secret[at];
        setTimeout(() => { place.textContent = ""; }, MASK_MS);
      }
    });
    document.querySelector("[data-typed]").textContent = state.secret.length;
    part("typed-count").hidden = false;
    part("typed-fault").hidden = true;
  }

  /** What is wrong with it, in the server's words. */
  function doubtSecret(sentence) {
    part("typed-count").hidden = true;
    part("typed-fault").hidden = false;
    part("typed-fault").querySelector("[data-sentence]").textContent = sentence;
    part("typed-fault").focus({ preventScroll: true });
    speech.say(part("typed-fault"));
    watchStillness();
  }

  const typed = (key) => (part("code") ? type : typeSecret)(key);

  // ---- for staff ------------------------------------------------------------------------------------------------------

  /** Holding the clock asks for the PIN; it goes with every wish, and is forgotten with the screen. */
  async function openSettings() {
    const pin = state.secret;
    try {
      await post("/api/v1/device/pin", { pin }, { tries: 1 });
    } catch (refused) {
      return refused.code === "silent" ? away() : doubtSecret(refused.message);
    }
    if (await go("/kiosk/settings")) openedBy(pin);
  }

  /** The settings are opened by whoever knows the PIN: it is sent along with what is done there. */
  function openedBy(pin) {
    state.pin = pin;
    speech.louder(0);
  }

  async function testPrint(button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    let printed;
    try {
      printed = await post("/api/v1/device/test-print", { pin: state.pin }, { tries: 1, silence: PRINT_MS });
    } catch (refused) {
      return refused.code === "silent" ? away() : tell(refused.message);
    }
    const tried = printed.printed ? "out" : printed.why;
    button.querySelectorAll("[data-tried]").forEach((said) => { said.hidden = said.dataset.tried !== tried; });
  }

  // ---- touches -------------------------------------------------------------------------------------------------------

  const deeds = {
    async language() {
      const fillIn = whatIsFilledIn();
      const { pin } = state;
      state.language = screen().dataset.otherLanguage;
      if (!await go(state.address, false)) return;
      fillIn();
      if (name() === "settings") openedBy(pin);
    },
    large(button) {
      state.large = !state.large;
      document.body.classList.toggle("is-large", state.large);
      button.setAttribute("aria-pressed", String(state.large));
      speech.say(button);
    },
    listen() {
      if (speech.isOn()) speech.stop();
      else speech.start(document.querySelector("main"));
      showSpeech();
    },
    async help() { inform(await post("/api/v1/help", {}, { tries: 2 }).then(() => "called", () => "unheard")); },
    stay() { closeStill(); },
    understood() { closePanel("refusal"); },
    priority(box) {
      box.setAttribute("aria-checked", String(box.getAttribute("aria-checked") !== "true"));
      speech.say(box);
    },
    fewer() { setCards(-1); },
    more() { setCards(1); },
    wrong() {
      part("wrong").hidden = false;
      part("wrong").querySelector("button").focus({ preventScroll: true });
      speech.say(part("wrong"));
    },
    keep() { closePanel("wrong"); },
    async cancel() {
      await giveBack(part("given").dataset).then(start, (refused) => {
        closePanel("wrong");
        if (refused.code === "silent") away(); else tell(refused.message);
      });
    },
    async reprint() {
      const id = part("given").dataset.ticket;
      const reason = { reason: "diminta di kios" };
      showPrint(await print(`/api/v1/tickets/${id}/reprint`, reason), id);
    },
    finish() { return start(); },
    "show-secret"() { showSecret(0); },
    async "to-checklist"() {
      const { fillIn } = state;
      if (await go(`/kiosk/service/${(part("take") || part("another-day")).dataset.service}`) && name() === "checklist" && fillIn) fillIn();
    },
    "test-print": testPrint,
    reload() { location.reload(); },
    softer() { speech.louder(-1); },
    louder() { speech.louder(1); },
    async unpair() {
      await post("/api/v1/device/unpair", { pin: state.pin }, { tries: 1 }).then(() => location.reload(), (refused) => tell(refused.message));
    },
    "look-up"() { if (code().length === 8) return go(`/kiosk/voucher/${code()}`); },
  };

  function setCards(step) {
    const output = document.querySelector("output[data-cards]");
    const most = Number(output.dataset.most);
    const count = Math.min(most, Math.max(1, Number(output.textContent) + step));
    document.querySelectorAll("[data-cards]").forEach((place) => { place.textContent = count; });
    document.querySelectorAll("[data-one]").forEach((word) => { word.hidden = count > 1; });
    document.querySelectorAll("[data-many]").forEach((word) => { word.hidden = count === 1; });
    document.querySelector('[data-do="fewer"]').disabled = count === 1;
    document.querySelector('[data-do="more"]').disabled = count === most;
    speech.say(document.querySelector(".kept"));
  }

  /** What was filled in survives a change of language. */
  function whatIsFilledIn() {
    const box = document.querySelector('[data-do="priority"]');
    const cards = document.querySelector("output[data-cards]");
    const written = part("code") ? code() : "";
    const { secret } = state;
    return () => {
      const again = document.querySelector('[data-do="priority"]');
      if (box && again) again.setAttribute("aria-checked", box.getAttribute("aria-checked"));
      if (cards && document.querySelector("output[data-cards]")) setCards(Number(cards.textContent) - 1);
      if (part("code")) Array.from(written, type);
      if (part("nik") || part("pin")) Array.from(secret, typeSecret);
    };
  }

  document.addEventListener("click", (event) => {
    const touched = event.target.closest("[data-do], [data-key], a[href]");
    if (!state.away) part("helped").hidden = true;
    if (!touched) return;
    event.preventDefault(); // also while the server is away: a link that was followed then leads out of the kiosk
    if (state.away) return;
    speech.tick();
    if (touched.dataset.key) typed(touched.dataset.key);
    else if (touched.dataset.do) deeds[touched.dataset.do](touched);
    else go(touched.getAttribute("href"));
  });
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target.id === "another-day") takeAnotherDay(event.target);
    else if (event.target.id === "open-settings") openSettings();
    else take(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const presses = event.key === "Enter" || event.key === " ";
    // A key that meets the question answers it, and one that is held down was meant once: neither presses anything.
    if (presses && (event.repeat || !part("still").hidden)) event.preventDefault();
    if (state.away || event.repeat) return;
    part("helped").hidden = true;
    if (!state.working) watchStillness();
  });
  /** What is typed is as if it were touched; Enter on the question goes on, Escape goes back. */
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || openPanel()) return;
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    let touched = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (key === "Escape") touched = document.querySelector("[data-back]");
    if (key === "Enter" && document.querySelector(".keypad") && !document.activeElement.closest("a, button")) touched = document.querySelector(".btn-main");
    if (touched) touched.click();
  });
  // Not on pointerdown: a panel that vanished under the finger would let the touch through to the key beneath.
  document.addEventListener("click", () => { if (!state.away && !state.working) watchStillness(); });
  ["pointerdown", "pointerup", "pointercancel"].forEach((kind) => document.addEventListener(kind, (event) => {
    state.touched = kind === "pointerdown";
    clearTimeout(state.held);
    if (state.touched && !state.away && event.target.closest(".k-clock")) state.held = setTimeout(() => go("/kiosk/pin"), HOLD_MS);
  }));

  // ---- time and the office -------------------------------------------------------------------------------------------

  function tick() {
    const { now, midnight } = screen().dataset;
    const at = Number(now) + performance.now() - state.arrived - Number(midnight);
    const minutes = Math.floor(at / 60000) % 1440;
    const two = (figure) => String(figure).padStart(2, "0");
    part("clock").textContent = `${two(Math.floor(minutes / 60))}.${two(minutes % 60)}`;
  }

  function refreshStart() {
    clearTimeout(state.refresh);
    state.refresh = setTimeout(async () => {
      if (!state.away && !state.touched && isAtStart()) await go("/kiosk", true);
      state.refresh = setTimeout(refreshStart, REFRESH_MS);
    }, CALM_MS);
  }

  /** The stream only says that something changed: without it numbers can still be taken, without the server not. */
  async function doubt() {
    if (!state.away && (await page("/kiosk")).status !== 200) away();
  }

  window.antrean.watch("office", { onState: refreshStart, onCut: doubt });
  setInterval(tick, 1000);
  refreshStart();
  if (part("away").hidden) arrange(true); else away(); // a page that was kept for the time without a server
})();
