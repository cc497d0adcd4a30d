/* The counter: hands on the keys. The office's state comes by the stream; a key press is a request, never a guess. */
(function () {
  "use strict";
  const LOW = 196; // hertz
  const QUIET_MS = 500; // a second tap on Enter right after the bar has changed was meant for the bar before
  const PATIENCE_MS = 1500; // for the stream to show what was committed, before we ask ourselves
  const LIST_LENGTH = 10;
  const GROUPS_AS_DRAWN = 8; // each may take three lines; where there are more they are said more shortly
  const ASIDE_LENGTH = 3;
  const NUMBER = /^[a-z]-\d{3,6}$/;
  const CARDS = ["KTP", "KTP-WNA", "KIA"];
  const LETTERS = {
    recall: "R", absent: "N", park: "T", pass: "A", finish: "S", spoil: "X", pick: "P", undo: "U", outcome: "H", keys: "?",
    next: "L", pause: "I", help: "D",
  };
  const NEEDS = {
    recall: "called", absent: "called", park: "serving", pass: "serving", finish: "serving", outcome: "serving",
    next: "stage", spoil: "blanks", pick: "choice", undo: "undo", pause: "free", close: "free", help: "help", keys: "nothing",
  };

  const { say, clock, minutes, lasting, watch, problem, isCut, tone } = window.staff;
  const at = (id) => document.getElementById(id);
  const desk = document.querySelector(".desk");
  const clerk = desk.dataset.clerk;
  const go = at("go");

  const names = JSON.parse(desk.dataset.names); // what the stream calls it -> what this page's language calls it
  const staff = JSON.parse(desk.dataset.staff); // id -> name
  const stages = JSON.parse(desk.dataset.stages);

  let board = JSON.parse(desk.dataset.board);
  let shown = -1; // the journal's number that the board shows
  let awaited = null; // {seq, resolve}: who waits until the board shows that much
  let busy = false;
  let quietUntil = 0;
  let unanswered = null; // {wish, key}: asked, and never heard whether it was done
  let trouble = null; // {words, small, hint}
  let visit = newVisit(null); // what the clerk has entered for the ticket in hand

  function newVisit(ticket) {
    return { id: ticket && ticket.id, outcome: "done", used: null, spoilt: {}, why: {}, step: 0 };
  }

  // -- asking the office ---------------------------------------------------------------------------------------------

  /** One request. The same request again after silence carries the same key, so nothing is done twice.
      Gives "" when it was done, else the sentence that says why not. */
  async function send(path, body, key) {
    const wish = path + JSON.stringify(body);
    const repeated = unanswered && unanswered.wish === wish;
    const step = repeated ? unanswered : { wish, key: antrean.newId() };
    try {
      const answer = await antrean.post("/api/v1" + path, body, { key: step.key });
      unanswered = null;
      trouble = null;
      if (answer && answer.seq) await seen(answer.seq);
      return "";
    } catch (refused) {
      if (!(refused instanceof antrean.Refused)) throw refused;
      const silent = refused.code === "silent" || refused.code === "busy";
      unanswered = silent ? step : null;
      return silent ? say("failed.silent", { key }) : say("failed.refused", { detail: refused.message, key });
    }
  }

  /** The same, with the line above the bar when it was not done. `key` is what tries again. */
  async function press(name, path, body, key) {
    const number = board.ticket ? board.ticket.number : "";
    const small = await send(path, body || {}, key || keyOf(name));
    if (small) trouble = { words: say("failed." + name, { number }), small };
    return !small;
  }

  /** What a verb is pressed with: its letter, the words of its button where it has none, else the bar's Enter. */
  function keyOf(verb) {
    const button = document.querySelector(`[data-verb=${verb}]`);
    return letterOf(verb) || (button ? button.textContent.trim() : "Enter");
  }

  /** One thing at a time: what is pressed meanwhile is not kept for later. */
  async function work(task) {
    if (busy) return;
    busy = true;
    paint();
    try {
      await task();
    } finally {
      busy = false;
      quietUntil = Date.now() + QUIET_MS;
      setTimeout(paint, QUIET_MS + 1);
      paint();
    }
  }

  function seen(seq) {
    if (seq <= shown) return null;
    return new Promise((resolve) => {
      awaited = { seq, resolve };
      setTimeout(async () => {
        if (awaited && awaited.resolve === resolve) await look();
        resolve();
      }, PATIENCE_MS);
    });
  }

  async function look() {
    const state = await antrean.get("/api/v1/queue?counter=" + board.counter).catch(() => null);
    if (state && state.seq >= shown) show(state);
  }

  function show(state) {
    const before = board;
    shown = state.seq;
    board = state.board;
    if (firstArrival(before)) tone(LOW);
    if (ticketId() !== visit.id) visit = newVisit(board.ticket);
    if (ticketId() !== (before.ticket && before.ticket.id)) trouble = null;
    if (awaited && awaited.seq <= shown) {
      awaited.resolve();
      awaited = null;
    }
    paint();
  }

  const named = (name) => names[name] || name;
  const ticketId = () => board.ticket && board.ticket.id;
  const ticketPath = (verb) => "/tickets/" + board.ticket.id + "/" + verb;
  const counterPath = (verb) => "/counters/" + board.counter + "/" + verb;

  // -- the one green bar -----------------------------------------------------------------------------------------------

  const isMine = () => board.state !== "closed" && board.clerk === clerk;
  const dayOver = () => ["closing", "closed"].includes(board.day.state);

  /** What Enter does now: icon, words, small print, and `run` unless there is nothing to do. */
  function nextStep() {
    const ticket = board.ticket;
    const first = board.next[0];
    if (isCut()) return { icon: "wifi-off", words: say("go.cut"), small: say("go.cut.small") };
    if (dayOver() && !ticket) return { icon: "lock", words: say("go.day"), small: "" };
    if (!isMine()) {
      return { icon: "lock", words: say("go.choose"), small: say("go.choose.small"), run: () => location.assign("/counter" + location.search) };
    }
    if (ticket && ticket.state === "called") {
      return { icon: "play", words: say("go.start"), small: say("go.start.small", ticket), run: () => press("start", ticketPath("start")) };
    }
    if (ticket) return { icon: "check", words: finishWords(first), small: blankWords(ticket), run: () => finish(Boolean(first), "Enter") };
    if (board.state === "paused") {
      return { icon: "coffee", words: say("go.resume"), small: say("go.resume.small", board), run: () => press("resume", counterPath("open")) };
    }
    if (board.day.state === "before") return { icon: "lock", words: say("go.before"), small: "" };
    if (!first) return { icon: "hourglass", words: say("go.empty"), small: say("empty.small") };
    const waits = { service: named(first.service_name), time: minutes(antrean.now() - first.waits_since) };
    return { icon: "megaphone", words: say("go.call", first), small: say("go.call.small", waits), run: callNext };
  }

  const callNext = () => press("call", counterPath("call-next"));

  async function finish(thenCall, key) {
    if ((await press("finish", ticketPath("finish"), finishing(), key)) && thenCall) await callNext();
  }

  function finishWords(first) {
    const outcome = document.querySelector(`[name=outcome][value=${visit.outcome}]`).parentElement.textContent.trim();
    return first ? say("go.then", { outcome, number: first.number }) : outcome;
  }

  function blankWords(ticket) {
    const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    const figures = { used: total(usedNow()), spoilt: total(visit.spoilt), number: ticket.number };
    if (!stepItems().length) return say("blanks.none", figures);
    if (figures.spoilt) return say("blanks.spoilt", figures);
    return say(figures.used ? "blanks.used" : "blanks.back", figures);
  }

  // -- blanks used and spoilt --------------------------------------------------------------------------------------------

  /** What gets a stepper: the cards; where there are none, whatever is set aside. Ribbon and film follow the cards. */
  function stepItems() {
    const reserved = board.ticket ? board.ticket.reserved : [];
    const cards = reserved.filter((held) => CARDS.includes(held.item));
    return cards.length ? cards : reserved;
  }

  function usedNow() {
    if (visit.used) return visit.used;
    return Object.fromEntries(stepItems().map((held) => [held.item, visit.outcome === "done" ? held.quantity : 0]));
  }

  function withSupplies(counts) {
    const items = stepItems();
    const rest = board.ticket.reserved.filter((held) => !items.includes(held));
    const lead = items[0];
    return [
      ...items.map((held) => ({ item: held.item, quantity: counts[held.item] || 0 })),
      ...rest.map((held) => ({ item: held.item, quantity: Math.round((held.quantity * (counts[lead.item] || 0)) / lead.quantity) })),
    ];
  }

  function finishing() {
    const body = { outcome: visit.outcome };
    if (visit.used) body.used = withSupplies(visit.used);
    const spoilt = stepItems().length ? withSupplies(visit.spoilt).filter((line) => line.quantity) : [];
    const why = Object.values(visit.why)[0] || at("row-spoilt").content.querySelector("option").value;
    if (spoilt.length) body.spoilt = spoilt.map((line) => ({ ...line, reason: visit.why[line.item] || why }));
    return body;
  }

  function setBlank(item, of, count) {
    const quantity = Math.max(0, Math.min(99, count));
    if (of === "used") visit.used = { ...usedNow(), [item]: quantity };
    else visit.spoilt[item] = quantity;
    paint();
  }

  function blankCount(item, of) {
    return (of === "used" ? usedNow() : visit.spoilt)[item] || 0;
  }

  /** The stepper that arrows and digits set: `{item, of}`. */
  function stepNow() {
    const all = stepItems().flatMap((held) => ["used", "spoilt"].map((of) => ({ item: held.item, of })));
    return all[visit.step % all.length];
  }

  function stepKey(key) {
    if (why("spoil")) return false;
    const { item, of } = stepNow();
    const steps = stepItems().length * 2;
    const moves = { ArrowLeft: steps - 1, ArrowRight: 1 };
    const changes = { ArrowUp: 1, ArrowDown: -1 };
    if (key in moves) visit.step = (visit.step + moves[key]) % steps;
    if (key in changes) setBlank(item, of, blankCount(item, of) + changes[key]);
    if (/^\d$/.test(key)) setBlank(item, of, Number(key));
    paint();
    return true;
  }

  // -- the other keys ----------------------------------------------------------------------------------------------------

  /** Why a key does nothing now, in words; "" when it does. */
  function why(verb) {
    const ticket = board.ticket;
    const need = NEEDS[verb];
    if (need === "nothing") return "";
    if (isCut()) return say("why.cut");
    if (need === "help") return isCalled() ? say("why.helped", { time: clock(board.help.at) }) : "";
    if (need === "undo") return board.undo && antrean.now() < board.undo.until ? "" : say("why.undo");
    if (need === "free" || need === "choice") return whyNotFree(need);
    if (!ticket) return say("why.idle");
    if (need === "called") return ticket.state === "called" ? "" : say("why.serving", ticket);
    if (ticket.state !== "serving") return say("why.called", ticket);
    if (need === "stage") return nextStage() ? "" : say("why.last");
    return need === "blanks" && !stepItems().length ? say("why.blanks") : "";
  }

  function whyNotFree(need) {
    if (board.ticket) return say("why.held", board.ticket);
    if (need === "free") return "";
    if (board.state === "paused") return say("why.paused");
    if (dayOver() || !isMine()) return say("why.day");
    return choices().length ? "" : say("why.empty");
  }

  const runs = {
    recall: () => press("recall", ticketPath("recall")),
    absent: () => press("absent", ticketPath("no-show")),
    park: () => press("park", ticketPath("park")),
    finish: () => finish(false),
    undo: () => press("undo", "/tickets/" + board.undo.ticket_id + "/undo"),
    next: () => press("next", ticketPath("finish"), { ...finishing(), ...printed(), next: { service: board.ticket.service } }),
  };

  /** The letter of the stage after this one; undefined at the last. */
  function nextStage() {
    const { service, stage } = board.ticket;
    return stages[service][stages[service].indexOf(stage) + 1];
  }

  /** The card that is printed in this stage is used now, whatever the stages after it. */
  function printed() {
    return board.ticket.stage === "C" && stepItems().length ? { used: withSupplies(usedNow()) } : {};
  }

  /** Help was called and nobody has answered yet. */
  const isCalled = () => Boolean(board.help) && board.help.answered_at === null;

  const opens = {
    pass: () => openPass(),
    pick: () => openPick(),
    pause: () => open("rest"),
    close: () => open("leave"),
    help: () => open("emergency"),
    keys: () => openKeys(),
    outcome: () => document.querySelector("[name=outcome]:checked").focus(),
    spoil: () => { const { item } = stepNow(); setBlank(item, "spoilt", blankCount(item, "spoilt") + 1); },
  };

  function act(verb) {
    const reason = why(verb);
    if (reason) {
      trouble = { words: reason, hint: true };
      paint();
    } else if (verb in opens) {
      trouble = null;
      opens[verb]();
      paint();
    } else {
      work(runs[verb]);
    }
  }

  async function callBack(button) {
    const { id, number, state } = button.dataset;
    const reason = say("back." + state);
    const small = await send("/tickets/" + id + "/call", { reason }, "P");
    if (small) trouble = { words: say("failed.back", { number }), small };
  }

  // -- letters: may be switched off and given to other keys --------------------------------------------------------------

  const KEPT = "antrean.letters";
  const kept = JSON.parse(localStorage.getItem(KEPT) || "{}");
  const letters = { on: kept.on !== false, of: { ...LETTERS, ...kept.of } };

  function letterOf(verb) {
    return letters.on ? letters.of[verb] || "" : "";
  }

  function keepLetters() {
    localStorage.setItem(KEPT, JSON.stringify(letters));
    paintLetters();
  }

  function openKeys() {
    fillLetters();
    at("letters-on").checked = letters.on;
    open("all-keys");
  }

  /** A letter belongs to one verb: whoever had it gets the letter that was given up. */
  function giveLetter(verb, letter) {
    const other = Object.keys(letters.of).find((name) => letters.of[name] === letter);
    if (other) letters.of[other] = letters.of[verb];
    letters.of[verb] = letter;
    keepLetters();
    fillLetters();
  }

  function fillLetters() {
    document.querySelectorAll("[data-letter]").forEach((field) => { field.value = letters.of[field.dataset.letter]; });
  }

  document.querySelectorAll("[data-letter]").forEach((field) => {
    field.addEventListener("focus", () => field.select());
    field.addEventListener("input", () => {
      if (field.value.trim()) giveLetter(field.dataset.letter, field.value.trim().toUpperCase());
    });
  });
  at("letters-on").addEventListener("change", (event) => {
    letters.on = event.target.checked;
    keepLetters();
  });
  at("letters-reset").addEventListener("click", () => {
    Object.assign(letters, { on: true, of: { ...LETTERS } });
    keepLetters();
    openKeys();
  });

  function isTyping(target) {
    return Boolean(target.closest("dialog, select, textarea, input:not([type=radio])"));
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && !event.target.closest("a, summary, .key, .step, .aside, .bar, .undo")) {
      event.preventDefault();
      if (!event.repeat) goOn();
      return;
    }
    if (event.repeat || isTyping(event.target)) return;
    const verb = Object.keys(LETTERS).find((name) => letterOf(name) === event.key.toUpperCase());
    if (verb) {
      event.preventDefault();
      act(verb);
    } else if (event.target.type !== "radio" && /^(Arrow.+|\d)$/.test(event.key) && stepKey(event.key)) {
      event.preventDefault();
    }
  }

  function goOn() {
    const step = nextStep();
    if (step.run && Date.now() >= quietUntil) work(step.run);
  }

  function onClick(event) {
    const verb = event.target.closest("[data-verb]");
    const step = event.target.closest("[data-by]");
    const back = event.target.closest("[data-back]");
    if (event.target.closest("#go")) goOn();
    if (verb) act(verb.dataset.verb);
    if (step) {
      const { item, of } = step.closest(".step").dataset;
      setBlank(item, of, blankCount(item, of) + Number(step.dataset.by));
    }
    if (back && why("pick")) act("pick");
    else if (back) work(() => callBack(back));
    if (verb && verb.closest("#keys") && !document.querySelector("dialog[open]")) go.focus();
  }

  // -- dialogs -------------------------------------------------------------------------------------------------------------

  function open(id) {
    if (at(id).querySelector(".problem")) problem(at(id), "");
    at(id).showModal();
  }

  /** A list of radio buttons that a search field narrows down; the only one left is chosen. */
  function fillList(dialog, rows) {
    const list = dialog.querySelector(".list");
    list.replaceChildren(...rows.map(choice));
    const find = dialog.querySelector(".find");
    find.value = "";
    find.oninput = () => narrow(list, find.value.trim().toLowerCase());
  }

  function choice(row) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "one", value: row.value });
    label.append(input, ...(row.number ? [inline("num", row.number)] : []), inline("", row.words));
    label.dataset.text = (row.number + " " + row.words).toLowerCase();
    return label;
  }

  function narrow(list, wanted) {
    const labels = [...list.children];
    labels.forEach((label) => { label.hidden = !label.dataset.text.includes(wanted); });
    const left = labels.filter((label) => !label.hidden);
    labels.forEach((label) => { label.firstChild.checked = wanted !== "" && left.length === 1 && label === left[0]; });
    if (!left.length && NUMBER.test(wanted)) lookUp(list, wanted.toUpperCase());
  }

  /** A number that stands further back than the list goes; one that does not exist leaves the list empty. */
  async function lookUp(list, number) {
    const ticket = await antrean.get("/api/v1/tickets?number=" + number).catch(() => null);
    const find = list.closest("dialog").querySelector(".find");
    if (!ticket || find.value.trim().toUpperCase() !== number) return;
    list.append(choice({ value: ticket.id, number: ticket.number, words: ticket.service_name }));
    narrow(list, number.toLowerCase());
  }

  function inline(kind, text) {
    const node = document.createElement("span");
    node.className = kind;
    node.textContent = text;
    return node;
  }

  /** `ask(form data)` gives path and body; the dialog closes when it was done and says so when not. */
  function onSubmit(id, ask, done) {
    const dialog = at(id);
    dialog.querySelectorAll("[name=reason]").forEach((choice) => choice.addEventListener("change", () => {
      const other = dialog.querySelector(".other");
      other.hidden = choice.value !== "";
      other.querySelector("input").required = choice.value === "";
      if (choice.value === "") other.querySelector("input").focus();
    }));
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const given = new FormData(event.target);
      // Not left to `required`: the browser would point at a line of the list that the search has hidden.
      if (dialog.querySelector(".list") && !given.get("one")) return problem(dialog, say("choose"));
      const [path, body] = ask(given, given.get("reason") || given.get("other") || "");
      work(async () => {
        const refused = await send(path, body, "Enter");
        problem(dialog, refused);
        if (refused) return;
        dialog.close();
        if (done) done();
        go.focus();
      });
    });
  }

  /** Everyone who may be called now, first those who are set aside. */
  function choices() {
    return [...board.parked, ...board.skipped, ...board.next];
  }

  function openPick() {
    open("pick");
    fillList(at("pick"), choices().map((line) => ({ value: line.id, number: line.number, words: named(line.service_name) })));
  }

  function openPass() {
    open("pass");
    const rows = board.services.filter(([code]) => code !== board.ticket.service).map(([code, name]) => ({ value: code, number: "", words: named(name) }));
    if (nextStage()) rows.unshift({ value: board.ticket.service, number: "", words: say("next.stage") });
    fillList(at("pass"), rows);
  }

  onSubmit("pick", (given, reason) => ["/tickets/" + given.get("one") + "/call", { reason }]);
  onSubmit("pass", (given) => {
    const service = given.get("one");
    if (service !== board.ticket.service && !given.get("finished")) return [ticketPath("move"), { service }];
    return [ticketPath("finish"), { ...finishing(), next: { service } }];
  });
  onSubmit("rest", (given, reason) => [counterPath("pause"), { reason }]);
  onSubmit("emergency", () => ["/help", { counter: board.counter }]);
  onSubmit("leave", () => [counterPath("close"), {}], () => location.assign("/counter" + location.search));

  // -- one low tone when the first person arrives --------------------------------------------------------------------------

  function firstArrival(before) {
    return !before.next.length && board.next.length > 0 && !board.ticket && board.state === "open";
  }

  // -- painting --------------------------------------------------------------------------------------------------------------

  function text(node, words) {
    if (node.textContent !== words) node.textContent = words;
  }

  function icon(name) {
    return at("icons").content.querySelector(`[data-icon=${name}]`).firstElementChild.cloneNode(true);
  }

  /** Rows of a list; a row keeps its element (and the focus in it) while its key stays. */
  function rows(list, template, items, keyOf, fill) {
    const old = new Map([...list.children].map((row) => [row.dataset.key, row]));
    const wanted = items.map((item, place) => {
      const key = String(keyOf(item));
      const row = old.get(key) || at(template).content.firstElementChild.cloneNode(true);
      row.dataset.key = key;
      fill(row, item, place);
      return row;
    });
    if (wanted.length !== list.children.length || wanted.some((row, place) => row !== list.children[place])) {
      list.replaceChildren(...wanted);
    }
  }

  function numberInto(node, number) {
    text(node, number);
    node.classList.toggle("is-long", number.length > 5);
  }

  function paintGroups() {
    text(at("waiting"), say("waiting", { total: board.waiting_total }));
    const groups = [...board.groups].sort((one, other) => Number(other.mine) - Number(one.mine));
    at("groups").classList.toggle("is-many", groups.length > GROUPS_AS_DRAWN);
    rows(at("groups"), "row-group", groups, (group) => group.prefix, (row, group) => {
      row.classList.toggle("mine", group.mine);
      text(row.querySelector(".tag"), group.prefix);
      text(row.querySelector("b"), named(group.name));
      const small = row.querySelector("small");
      text(small, groupWords(group));
      small.classList.toggle("late", group.late);
      text(row.querySelector(".num"), String(group.waiting));
    });
  }

  /** What of this counter's work a supervisor has suspended, and why: nobody new comes for it. */
  function paintStopped() {
    at("stopped").hidden = !board.stopped.length;
    desk.classList.toggle("is-low", Boolean(board.stopped.length) || isCut()); // something is said above
    rows(at("stopped"), "row-stopped", board.stopped, (stopped) => stopped.reason, (row, stopped) => {
      text(row.querySelector("b"), say("stopped", { names: stopped.names.map(named).join(", ") }));
      text(row.querySelector("span"), named(stopped.reason));
    });
  }

  function groupWords(group) {
    const parts = [];
    const late = board.groups.length > GROUPS_AS_DRAWN ? "late.short" : "late";
    if (group.longest_since) parts.push(say(group.late ? late : "longest", { time: minutes(antrean.now() - group.longest_since) }));
    if (group.reason) parts.push(say("reason." + group.reason, { item: group.gone }));
    return parts.join("; ") || say("nobody");
  }

  /** Which sentence stands where a number would: [heading, words, small], or null when there is a number. */
  function calmWords() {
    if (board.ticket) return null;
    if (dayOver()) return [say("head.day"), say("day"), say("day.small")];
    if (!isMine()) return [say("head.closed"), say("closed"), say("closed.small")];
    if (board.state === "paused") {
      const since = { reason: named(board.reason) || say("paused.plain"), time: clock(board.since) };
      return [say("head.paused"), say("paused", since), say("paused.small", { time: lasting(antrean.now() - board.since), total: mineWaiting() })];
    }
    if (board.day.state === "before") {
      return [say("head.empty"), say("before"), board.day.opens_at ? say("before.small", { time: clock(board.day.opens_at) }) : ""];
    }
    return board.next.length ? null : [say("head.empty"), say("empty"), say("empty.small")];
  }

  function mineWaiting() {
    return board.groups.filter((group) => group.mine).reduce((sum, group) => sum + group.waiting, 0);
  }

  function paintNow() {
    const calm = calmWords();
    const ticket = board.ticket;
    const visible = ticket || board.next[0];
    at("number").hidden = at("about").hidden = Boolean(calm);
    at("calm").hidden = !calm;
    document.title = ticket ? say("title", { number: ticket.number, counter: board.counter }) : say("title.idle", board);
    if (calm) {
      text(at("heading"), calm[0]);
      text(at("calm").querySelector("span"), calm[1]);
      text(at("calm").querySelector("small"), calm[2]);
      return;
    }
    text(at("heading"), say(ticket ? "head." + ticket.state : "head.idle"));
    numberInto(at("number"), visible.number);
    at("number").classList.toggle("is-next", !ticket);
    text(at("service"), named(visible.service_name));
    const arrived = { stage: ticket ? say("stage." + ticket.stage) : "", time: clock(visible.issued_at) };
    const foreign = ticket && ticket.language !== "id";
    text(at("arrived"), ticket ? say(foreign ? "arrived.language" : "arrived", arrived) : say("longest", { time: minutes(antrean.now() - visible.waits_since) }));
    paintMarks(visible, ticket);
  }

  function paintMarks(visible, ticket) {
    const marks = [];
    if (ticket && ticket.times_called > 1) marks.push([null, say("times", { times: ticket.times_called })]);
    if (ticket && ticket.skipped) marks.push([null, say("skipped")]);
    if (visible.urgent) marks.push(["chevrons-up", say("urgent")]);
    else if (visible.priority) marks.push(["chevrons-up", say("priority")]);
    if (!ticket && visible.voucher) marks.push(["ticket-check", say("voucher")]);
    if (ticket && ticket.cards > 1) marks.push([null, say("cards", ticket)]);
    const wanted = marks.map(([, words]) => words).join();
    if (at("marks").dataset.words === wanted) return;
    at("marks").dataset.words = wanted;
    at("marks").replaceChildren(...marks.map(([name, words]) => {
      const mark = inline("mark", words);
      if (name) mark.prepend(icon(name));
      return mark;
    }));
  }

  function paintPhase() {
    const ticket = board.ticket;
    const times = ticket ? [ticket.called_at, ticket.started_at] : [null, null];
    at("phase").classList.toggle("is-off", !ticket);
    const on = !ticket ? -1 : ticket.state === "called" ? 0 : 2;
    [...at("phase").children].forEach((step, place) => {
      step.className = place < on ? "done" : place === on ? "on" : "";
      step.toggleAttribute("aria-current", place === on);
      const since = place === on && times[Math.min(place, 1)];
      const passed = times[place] ? clock(times[place]) : "";
      text(step.lastElementChild, since ? lasting(antrean.now() - since) : passed);
    });
    text(at("spoken"), board.ticket ? say("spoken." + board.ticket.state, board.ticket) : "");
  }

  function paintBlanks() {
    const serving = Boolean(board.ticket) && board.ticket.state === "serving";
    at("used").hidden = !board.ticket || !(serving || stepItems().length);
    at("used").classList.toggle("is-waiting", !serving);
    document.querySelectorAll("[name=outcome]").forEach((choice) => { choice.checked = choice.value === visit.outcome; });
    const now = stepItems().length ? stepNow() : null;
    desk.classList.toggle("is-tall", stepItems().length > 1);
    rows(at("blanks"), "row-blank", stepItems(), (held) => held.item, (row, held) => {
      text(row.querySelector("b"), named(held.name));
      paintOwn(row.querySelector("p"), held);
      row.querySelectorAll(".step").forEach((step) => {
        const { of } = step.dataset;
        step.dataset.item = held.item;
        step.classList.toggle("is-on", now.item === held.item && now.of === of);
        text(step.querySelector(".num"), String(blankCount(held.item, of)));
        const [less, more] = step.querySelectorAll("button");
        less.setAttribute("aria-label", say("less." + of, { item: named(held.name) }));
        more.setAttribute("aria-label", say("more." + of, { item: named(held.name) }));
      });
    });
  }

  /** Under the item's name: what is set aside, or why one was spoilt as soon as one was. */
  function paintOwn(place, held) {
    const asks = blankCount(held.item, "spoilt") > 0;
    const chooser = place.querySelector("label");
    const own = place.querySelector("b + small");
    own.hidden = asks;
    text(own, say("blank.own", held));
    if (asks && !chooser) {
      place.append(at("row-spoilt").content.cloneNode(true));
      place.querySelector("select").addEventListener("change", (event) => { visit.why[held.item] = event.target.value; });
    }
    if (!asks && chooser) chooser.remove();
  }

  function paintTrouble() {
    const line = at("trouble");
    line.hidden = !trouble;
    desk.classList.toggle("has-trouble", Boolean(trouble));
    if (!trouble) return;
    line.classList.toggle("is-hint", Boolean(trouble.hint));
    text(line.querySelector("b"), trouble.words);
    text(line.querySelector("small"), trouble.small || "");
  }

  function paintIcon(place, name) {
    if (place.dataset.icon === name) return;
    place.dataset.icon = name;
    place.replaceChildren(icon(name));
  }

  function paintGo() {
    const step = nextStep();
    text(at("go-words"), step.words);
    text(at("go-small"), step.small);
    paintIcon(at("go-icon"), step.icon);
    go.querySelector("kbd").hidden = !step.run;
    go.setAttribute("aria-disabled", String(!step.run));
    go.setAttribute("aria-busy", String(busy || Date.now() < quietUntil));
  }

  function paintKeys() {
    document.querySelectorAll("[data-verb]").forEach((key) => {
      const reason = why(key.dataset.verb);
      if (reason) key.setAttribute("aria-disabled", "true");
      else key.removeAttribute("aria-disabled");
      if (reason) key.title = reason;
      else key.removeAttribute("title");
    });
  }

  /** The emergency key says what has become of the call; who answers it is named. */
  function paintHelp() {
    const key = document.querySelector("[data-verb=help]");
    const state = isCalled() ? "called" : board.help ? "comes" : "";
    const name = board.help && (staff[board.help.by] || say("help.somebody"));
    text(at("help-words"), say(state ? "help." + state : "help", { name }));
    text(at("heard"), state ? say("help." + state, { name }) : "");
    paintIcon(at("help-icon"), state === "comes" ? "check" : "siren");
    key.classList.toggle("is-called", state === "called");
    key.classList.toggle("is-answered", state === "comes");
  }

  function paintOnward() {
    const key = document.querySelector("[data-verb=next]");
    const stage = board.ticket && board.ticket.state === "serving" && nextStage();
    key.hidden = !stage;
    if (stage) text(at("onward"), say("onward." + stage));
  }

  function paintLetters() {
    document.querySelectorAll("[data-cap]").forEach((cap) => {
      text(cap, letterOf(cap.dataset.cap));
      cap.hidden = !letterOf(cap.dataset.cap);
    });
  }

  function paintNext() {
    const aside = [["parked", board.parked], ["skipped", board.skipped]];
    const taken = aside.reduce((sum, [, lines]) => sum + (lines.length ? Math.min(lines.length, ASIDE_LENGTH) + 1 : 0), 0);
    rows(at("next"), "row-next", board.next.slice(0, LIST_LENGTH - taken), (line) => line.id + line.priority + line.urgent, (row, line, place) => {
      row.classList.toggle("first", place === 0);
      numberInto(row.querySelector(".num"), line.number);
      paintService(row.children[1], line);
      text(row.querySelector("time"), minutes(antrean.now() - line.waits_since));
    });
    aside.forEach(([id, lines]) => {
      at(id).hidden = !lines.length;
      text(at(id).querySelector("h3"), say(id === "parked" ? "parked" : "skipped.list", { count: lines.length }));
      rows(at(id).querySelector("ul"), "row-back", lines.slice(0, ASIDE_LENGTH), (line) => line.id, (row, line) => {
        numberInto(row.querySelector(".num"), line.number);
        text(row.children[1], named(line.service_name));
        const button = row.querySelector("button");
        Object.assign(button.dataset, { back: "", id: line.id, number: line.number, state: id });
        text(button, say("call.back"));
        button.setAttribute("aria-label", say("call.back.label", line));
        button.setAttribute("aria-disabled", String(Boolean(why("pick"))));
      });
    });
  }

  function paintService(place, line) {
    const mark = line.urgent ? "urgent" : line.priority ? "priority" : line.voucher ? "voucher" : "";
    if (!mark) return text(place, named(line.service_name));
    if (place.firstElementChild) return null;
    const words = inline("pr", named(line.service_name));
    words.prepend(icon(mark === "voucher" ? "ticket-check" : "chevrons-up"));
    words.append(inline("sr", ", " + say(mark)));
    return place.replaceChildren(words);
  }

  function paintFoot() {
    const last = board.undo;
    at("done").hidden = !last;
    if (last) text(at("done").querySelector("span"), say("done." + last.action, { number: last.number, time: clock(last.at) }));
    document.querySelector(".undo button").hidden = Boolean(why("undo")) && !isCut();
    const mean = board.mean_seconds;
    text(at("today"), mean === null ? say("today.none") : say("today", { count: board.finished_today, time: lasting(mean * 1000) }));
  }

  function paint() {
    paintGroups();
    paintStopped();
    paintNow();
    paintPhase();
    paintBlanks();
    paintTrouble();
    paintGo();
    paintKeys();
    paintHelp();
    paintOnward();
    paintNext();
    paintFoot();
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  at("outcome").addEventListener("change", (event) => {
    visit.outcome = event.target.value;
    visit.used = null;
    paint();
  });
  visit = newVisit(board.ticket);
  paintLetters();
  paint();
  setInterval(paint, 1000);
  watch("counter:" + board.counter, show, paint);
})();
