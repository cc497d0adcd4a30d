/* The supervisor: what the server has drawn, drawn again when something happens; forms that are sent once. */
(function () {
  "use strict";
  const { say, watch, calmly, problem, tone, wake } = window.staff;
  const HIGH = 440; // hertz: somebody calls for help
  const title = document.title;
  const result = document.getElementById("result");
  const entry = document.getElementById("entry");
  const itemField = entry && entry.querySelector("[name=item]"); // `elements.item` is a method of every form

  // -- the page, fresh -----------------------------------------------------------------------------------------------

  /** Takes every part that may have changed from a page read anew; what somebody writes in stays as it is. */
  async function redraw() {
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) return;
    if (answer.redirected) return location.assign(answer.url);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    wake(fresh);
    const focused = document.activeElement.id;
    const calls = helpCalls();
    document.querySelectorAll("[data-fresh]").forEach((part) => {
      const newer = fresh.getElementById(part.id);
      if (newer && newer.innerHTML !== part.innerHTML) part.replaceChildren(...newer.childNodes);
    });
    if (focused && document.activeElement === document.body) focus(focused);
    if (helpCalls().some((id) => !calls.includes(id))) tone(HIGH);
    tick();
  }

  /** While the line is cut keys that would write are dashed; the list stays as it was, with its hour above it. */
  function rest(since) {
    document.querySelectorAll("[data-opens], [data-send]").forEach((key) => {
      if (since === null) key.removeAttribute("aria-disabled");
      else key.setAttribute("aria-disabled", "true");
    });
  }

  const helpCalls = () => [...document.querySelectorAll(".alert.help")].map((alert) => alert.id);

  function focus(id) {
    const found = document.getElementById(id);
    if (found) found.focus();
  }

  /** How long, as minutes and seconds: 04.12 */
  function tick() {
    const two = (number) => String(number).padStart(2, "0");
    document.title = (helpCalls().length ? "(" + helpCalls().length + ") " : "") + title;
    document.querySelectorAll("[data-since]").forEach((place) => {
      const seconds = Math.max(0, Math.floor((antrean.now() - Number(place.dataset.since)) / 1000));
      const hours = seconds >= 3600 ? Math.floor(seconds / 3600) + "." : "";
      place.textContent = hours + two(Math.floor(seconds / 60) % 60) + "." + two(seconds % 60);
    });
  }

  // -- sending --------------------------------------------------------------------------------------------------------

  /** Gives the answer, or shows in the dialog why not; the key stays the same until the server has answered. */
  async function send(place, path, body) {
    const key = place.dataset.key || antrean.newId();
    place.dataset.key = key;
    try {
      const answer = await antrean.post("/api/v1" + path, body, { key });
      delete place.dataset.key;
      return answer || {};
    } catch (refused) {
      if (!(refused instanceof antrean.Refused)) throw refused;
      const silent = refused.code === "silent" || refused.code === "busy";
      if (!silent) delete place.dataset.key;
      throw new Error(silent ? say("silent") : say("refused", { detail: refused.message }));
    }
  }

  /** What else happened because of it: displays that fell silent, services that stopped or go on. */
  function followed(answer) {
    const { silenced = [], stopped = [], resumed = [] } = answer;
    let words = silenced.length ? " " + say("silenced", { names: silenced.join(", ") }) : "";
    words += stopped.length ? " " + say("stopped", { number: stopped.length }) : "";
    return words + (resumed.length ? " " + say("resumed", { number: resumed.length }) : "");
  }

  function tell(words) {
    result.hidden = false;
    result.querySelector("span").textContent = words;
  }

  /** A form's fields as JSON: numbers as numbers, an hour as an instant, counts as a list, the reason from its two places. */
  function fields(form) {
    const body = {};
    form.querySelectorAll("[name]:enabled").forEach((field) => {
      if (field.type === "radio" && !field.checked) return;
      if (field.name === "other" || inAddress(form, field.name)) return;
      if (field.value === "" && (field.hasAttribute("data-number") || field.hasAttribute("data-optional"))) return;
      if (field.type === "time" && field.dataset.dayOf) past(form, field, body);
      else if (field.type === "time") body[field.name] = instant(field.dataset.day, field.value);
      else if (field.dataset.count) count(field, body);
      else if (field.hasAttribute("data-number")) body[field.name] = Number(field.value);
      else if (field.hasAttribute("data-json")) body[field.name] = JSON.parse(field.value);
      else body[field.name] = field.value;
    });
    if (body.reason === "" && form.elements.other) body.reason = form.elements.other.value.trim();
    return Object.assign(body, JSON.parse(form.dataset.fill || "{}"));
  }

  function inAddress(form, name) {
    return form.dataset.post.includes("{" + name + "}");
  }

  /** What was counted of an item; left empty it was not counted. */
  function count(field, body) {
    body.counts = body.counts || [];
    if (field.value !== "") body.counts.push({ item: field.dataset.count, quantity: Number(field.value) });
  }

  /** An hour of the day that another field names; left empty it says nothing. */
  function past(form, field, body) {
    if (field.value) body[field.name] = wall(form.elements[field.dataset.dayOf].value, field.value);
  }

  function wall(day, hour) {
    const zones = { WIB: "+07:00", WITA: "+08:00", WIT: "+09:00" };
    return Date.parse(day + "T" + hour + ":00" + zones[document.querySelector(".bar").dataset.zone]);
  }

  /** An hour of the office's day as epoch milliseconds; one that is past is tomorrow's. */
  function instant(day, hour) {
    const at = wall(day, hour);
    return at > antrean.now() ? at : at + 86400000;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const dialog = form.closest("dialog");
    if (form.method === "get" || form.dataset.own !== undefined) return;
    event.preventDefault();
    if (form === entry) return check();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      await (dialog.id === "confirm" ? record(form) : order(form, dialog));
      dialog.close();
      await redraw();
    } catch (error) {
      problem(dialog, error.message);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });

  /** What a dialog asks for, and for a service that stops another day for those who wait. */
  async function order(form, dialog) {
    const path = form.dataset.post.replace("{service}", () => form.elements.service.value);
    const defers = dialog.id === "defer" || form.querySelector("[data-deferring] :checked");
    const answer = await send(form, path, fields(form));
    const deferred = defers ? await deferAll(form, path.replace("/suspend", "/defer"), answer) : 0;
    if (answer.printed === false) throw new Error(say("unprinted", { why: say("printer." + answer.why) }));
    if (form.dataset.finds) return location.assign(form.dataset.finds + answer.number);
    const without = (answer.without_blank || []).join(", ");
    const short = answer.short_of ? say("short", { number: answer.released.toLocaleString("id-ID") }) : "";
    const done = [form.dataset.done, without && say("without", { numbers: without }), deferred && say("deferred", { number: deferred })];
    return tell(short || done.filter(Boolean).join(" ") + followed(answer));
  }

  /** The office defers a portion at a time; how many in all. What it has not come to stays in line and is asked for anew. */
  async function deferAll(form, path, answer) {
    let total = answer.deferred || 0;
    for (let last = answer; last.waiting !== 0; total += last.deferred) last = await send(form, path, {});
    return total;
  }

  document.addEventListener("click", async (event) => {
    const sender = event.target.closest("[data-send]");
    if (!sender || sender.getAttribute("aria-disabled") === "true") return;
    try {
      const answer = await send(sender, sender.dataset.send, JSON.parse(sender.dataset.body || "{}"));
      if (sender.dataset.done) tell(sender.dataset.done + followed(answer));
      await redraw();
    } catch (error) {
      tell(error.message);
    }
  });

  document.addEventListener("opens", (event) => prepare(event.target, event.detail));

  /** What a dialog is about comes from the button that opens it. */
  function prepare(dialog, opener) {
    const form = dialog.querySelector("form");
    const { path, words, value, values, fill, choose } = opener.dataset;
    form.reset();
    delete form.dataset.key;
    problem(dialog, "");
    showOther(form);
    if (path) form.dataset.post = path;
    form.dataset.fill = fill || "{}";
    form.querySelectorAll("[data-new-id]").forEach((field) => { field.value = antrean.newId(); });
    if (words) dialog.querySelector("[data-about]").textContent = words;
    if (value) dialog.querySelector("[data-filled]").value = value;
    Object.entries(JSON.parse(values || "{}")).forEach(([name, filled]) => { form.querySelector(`[name=${name}]`).value = filled; });
    if (choose) form.elements.service.value = choose;
    if (dialog.id === "suspend") paintSuspension(form);
    dialog.dataset.opener = opener.id;
  }

  document.querySelectorAll("dialog").forEach((dialog) => {
    dialog.addEventListener("close", () => { if (dialog.dataset.opener) focus(dialog.dataset.opener); });
  });

  function showOther(form) {
    const other = form.querySelector(".other");
    if (!other) return;
    const chosen = form.querySelector("[name=reason]:checked");
    other.hidden = !chosen || chosen.value !== "";
    other.querySelector("input").required = !other.hidden;
  }

  /** What citizens will read in both languages, and how many wait for the service that is about to stop. */
  function paintSuspension(form) {
    const chosen = form.querySelector("[name=reason]:checked");
    const telling = form.querySelector("[data-telling]");
    telling.hidden = !chosen || !chosen.dataset.told;
    if (!telling.hidden) telling.querySelector("span").textContent = chosen.dataset.told;
    const deferring = form.querySelector("[data-deferring]");
    const service = form.elements.service.selectedOptions[0];
    const waiting = service ? Number(service.dataset.waiting) : 0;
    deferring.hidden = !waiting;
    deferring.querySelector("span").textContent = say("deferring", { number: waiting });
    if (!waiting) deferring.querySelector("input").checked = false;
  }

  document.addEventListener("change", (event) => {
    if (event.target.closest("#suspend")) paintSuspension(event.target.form);
    if (event.target.name !== "reason" || event.target.type !== "radio") return;
    showOther(event.target.form);
    if (event.target.value === "") event.target.form.elements.other.focus();
  });

  // -- what came and went: looked at once more before it is written down -------------------------------------------------

  const number = new Intl.NumberFormat("id-ID");

  function entryNow() {
    const item = itemField.selectedOptions[0];
    const type = entry.querySelector("[name=type]:checked");
    const row = document.querySelector(`#balances a[href="?item=${item.value}"]`).closest("tr");
    const [onHand, , promised] = [...row.querySelectorAll("[data-figure]")].map((cell) => Number(cell.dataset.figure));
    const quantity = Number(entry.elements.quantity.value);
    const more = moreFields();
    const book = JSON.parse(row.dataset.books)[more.place || "store"] || 0;
    const stays = type.value === "dispatch" && more.party !== "points"; // to a counter or back: on hand all the way
    const sum = say("sum", { type: type.parentElement.textContent.trim(), quantity: number.format(quantity), unit: item.dataset.unit, item: item.textContent });
    return { item: item.value, type: type.value, sign: stays ? 0 : Number(type.dataset.sign), onHand, promised, book, quantity, more, sum };
  }

  /** Place, party, name and request, as far as this kind of movement has them. */
  function moreFields() {
    const body = {};
    entry.querySelectorAll("[data-types] [name]:enabled").forEach((field) => {
      const value = field.value.trim();
      if (value !== "") body[field.name] = field.hasAttribute("data-number") ? Number(value) : value;
    });
    return body;
  }

  function check() {
    const { type, sign, onHand, promised, book, quantity, sum } = entryNow();
    const dialog = document.getElementById("confirm");
    dialog.querySelector("#sum").textContent = sum;
    dialog.querySelector("#after").textContent = type === "count"
      ? say("after.count", { now: number.format(book), difference: (quantity > book ? "+" : "") + number.format(quantity - book) })
      : say("after", { after: number.format(Math.max(0, onHand + sign * quantity)), now: number.format(onHand) });
    const leaves = type === "count" ? book - quantity : sign < 0 ? quantity : 0;
    dialog.querySelector("#second").hidden = type !== "count" || quantity === book;
    dialog.querySelector("#beyond").hidden = leaves <= onHand - promised;
    problem(dialog, "");
    dialog.showModal();
    dialog.querySelector(".do").focus();
  }

  async function record(form) {
    const { item, type, quantity, more, sum } = entryNow();
    const body = { type, quantity, ...more, reference: entry.elements.reference.value.trim(), reason: entry.elements.reason.value.trim() };
    const after = await send(form, "/stock/" + item + "/movements", body);
    tell(say("recorded", { sum, on_hand: number.format(after.on_hand), available: number.format(after.available) }));
    ["quantity", "reference", "reason", "name"].forEach((name) => { entry.elements[name].value = ""; });
  }

  function paintEntry() {
    const type = entry.querySelector("[name=type]:checked").value;
    document.getElementById("unit").textContent = itemField.selectedOptions[0].dataset.unit;
    document.getElementById("reason-note").hidden = type !== "receive";
    entry.elements.reason.required = type !== "receive";
    entry.elements.quantity.min = type === "count" ? 0 : 1;
    entry.querySelectorAll("[data-types]").forEach((label) => {
      label.hidden = !label.dataset.types.split(" ").includes(type);
      label.querySelector("[name]").disabled = label.hidden;
    });
    entry.querySelectorAll("[data-item]").forEach((option) => {
      option.hidden = option.disabled = option.dataset.item !== itemField.value;
      if (option.disabled && option.selected) option.parentElement.value = "";
    });
    const named = entry.querySelector("[name=party]:enabled");
    entry.elements.name.required = type === "dispatch" && named.value === "points";
  }

  if (entry) {
    entry.addEventListener("change", paintEntry);
    paintEntry();
  }

  tick();
  setInterval(tick, 1000);
  watch("office", calmly(redraw), rest);
})();
