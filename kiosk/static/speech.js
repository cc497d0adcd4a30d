/* Speech on demand: what stands on the screen, in the order in which it is read, in the server's voice.

   antrean.speech.start(node)   from now on every step is said, and this one at once; stop() ends it.
   antrean.speech.say(what)     a part of the page or a word; nothing while speech is off. What was being said stops.
   antrean.speech.tick()        a short sound: the touch was felt.
   antrean.speech.onEnd, onFail called when all is said, and when this kiosk cannot speak.

   Marks in the page: `data-spell` is a number or a code, said twice; `data-unsaid` is never said. */
(function () {
  "use strict";
  const LONGEST = 240; // characters asked for at once: the first words are heard while the next are made
  const SILENCE_MS = 6000;
  const TICK_SECONDS = 0.04;
  const TICK_HERTZ = 880;
  const TICK_LOUDNESS = 0.2; // of the voice
  const LOUDEST = 5;
  const VOLUME = "antrean.volume"; // kept in the kiosk's browser: rooms differ

  let context = null;
  let gain = null;
  let on = false;
  let asked = new AbortController();
  let turn = 0; // what is said last stops what was said before
  let speaking = false;
  let playing = null;
  let byKeys = false;

  // ---- words -------------------------------------------------------------------------------------------------------

  const say = (name) => document.getElementById("said").dataset[name];

  const isHeard = (node) => !node.matches('svg, [aria-hidden="true"], [data-unsaid], :disabled')
    && node.checkVisibility({ visibilityProperty: true })
    && (!node.lang || node.lang === document.documentElement.lang);

  /** Numbers are the server's business, but for what it could not know: that we write thousands with a dot. */
  const spoken = (text) => text.replace(/<\s*(?=\d)/g, `${say("below")} `).replace(/(\d)\.(?=\d{3}\b)/g, "$1").replace(/\s+/g, " ").trim();

  /** A number as it is called, a code sign by sign; twice. */
  function twice(text) {
    const isNumber = /^[A-Z]+-\d+$/.test(text);
    const signs = isNumber ? text : Array.from(text).join(", ");
    return `${signs}. ${signs}`;
  }

  function stateOf(node) {
    if (node.getAttribute("aria-checked")) return say(node.getAttribute("aria-checked") === "true" ? "chosen" : "open");
    if (node.getAttribute("aria-pressed") === "true") return say("on");
    return node.getAttribute("aria-disabled") === "true" ? say("barred") : "";
  }

  /** A sentence for each block of the page: `found` ends with the one that is being put together. */
  function gather(node, found) {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) found.push(found.pop() + child.textContent);
      else if (child.nodeName === "BR") found.push(`${found.pop()} `);
      else if (child.nodeType === Node.ELEMENT_NODE && isHeard(child)) {
        const apart = !getComputedStyle(child).display.startsWith("inline");
        if (apart) found.push("");
        read(child, found);
        if (apart) found.push("");
      }
    }
  }

  function read(node, found) {
    if ("spell" in node.dataset) found.push(found.pop() + twice(node.textContent.trim()));
    else if (node.matches("button") && node.getAttribute("aria-label")) found.push(found.pop() + node.getAttribute("aria-label"));
    else gather(node, found);
    if (stateOf(node)) found.push(stateOf(node));
  }

  function sentences(node) {
    const found = [""];
    read(node, found);
    return found.map(spoken).filter((text) => /[\p{L}\p{N}]/u.test(text)).map((text) => (/[.?!:,]$|^\d+$/.test(text) ? text : `${text}.`));
  }

  function portions(texts) {
    return texts.reduce((all, text) => {
      const last = all.at(-1);
      if (last && last.length + text.length < LONGEST) return [...all.slice(0, -1), `${last} ${text}`];
      return [...all, text];
    }, []);
  }

  // ---- sound -------------------------------------------------------------------------------------------------------

  async function soundOf(text) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content };
    const body = JSON.stringify({ language: document.documentElement.lang, text });
    try {
      const answer = await fetch("/kiosk/speech", { method: "POST", headers, body, credentials: "same-origin", signal: AbortSignal.any([asked.signal, AbortSignal.timeout(SILENCE_MS)]) });
      return answer.ok ? await context.decodeAudioData(await answer.arrayBuffer()) : null;
    } catch (error) {
      return null; // away, or no sound
    }
  }

  const play = (sound) => new Promise((resolve) => {
    playing = context.createBufferSource();
    playing.buffer = sound;
    playing.connect(gain);
    playing.onended = resolve;
    playing.start();
  });

  function hush() {
    turn += 1;
    asked.abort();
    asked = new AbortController();
    speaking = false;
    if (playing) playing.stop();
    playing = null;
  }

  async function utter(texts) {
    hush();
    if (!texts.length) return speech.onEnd();
    const mine = turn;
    speaking = true;
    let next = soundOf(texts[0]);
    for (let at = 0; at < texts.length; at += 1) {
      const sound = await next;
      if (mine !== turn) return;
      if (!sound) return fail();
      next = at + 1 < texts.length ? soundOf(texts[at + 1]) : null;
      await play(sound);
      if (mine !== turn) return;
    }
    speaking = false;
    speech.onEnd();
  }

  const volume = () => Number(localStorage.getItem(VOLUME)) || LOUDEST;

  function open() {
    context = context || new AudioContext();
    context.resume();
    gain = gain || new GainNode(context);
    gain.connect(context.destination);
    gain.gain.value = volume() / LOUDEST;
  }

  function beep() {
    const tone = new OscillatorNode(context, { frequency: TICK_HERTZ });
    tone.connect(new GainNode(context, { gain: TICK_LOUDNESS })).connect(gain);
    tone.start();
    tone.stop(context.currentTime + TICK_SECONDS);
  }

  function fail() {
    stop();
    speech.onFail();
  }

  function stop() {
    hush();
    on = false;
  }

  const speech = {
    isOn: () => on,
    isSpeaking: () => speaking,
    start(node) {
      open();
      on = true;
      const keys = document.querySelector(".rail");
      utter([say("hello"), ...portions([...sentences(node), ...(keys ? sentences(keys) : [])])]);
    },
    stop,
    say(what) {
      if (on) utter(portions(typeof what === "string" ? [what] : sentences(what)));
    },
    tick() {
      if (on) beep();
    },
    /** So many steps louder, which is heard; 0 only shows how loud it is. */
    louder(steps) {
      localStorage.setItem(VOLUME, Math.min(LOUDEST, Math.max(1, volume() + steps)));
      document.querySelector("[data-volume]").textContent = volume();
      if (!steps) return;
      open();
      beep();
    },
    onEnd() {},
    onFail() {},
  };

  // Whoever goes by keys hears what they stand on; whoever touches sees it.
  document.addEventListener("keydown", () => { byKeys = true; }, true);
  document.addEventListener("pointerdown", () => { byKeys = false; }, true);
  document.addEventListener("focusin", (event) => {
    const control = event.target.closest("a[href], button");
    if (!byKeys || !control) return;
    const isDigit = /^\d$/.test(control.dataset.key) && !document.getElementById("code");
    speech.say(isDigit ? say("digit") : control); // nobody near may hear a NIK
  });

  window.antrean = Object.assign(window.antrean || {}, { speech });
})();
