/* How our own pages talk to the server: JSON in and out, one key per intention, the same key again on silence. */
(function () {
  "use strict";
  const SILENCE_MS = 6000;
  const TRIES = 3;
  const PAUSE_MS = 1000;

  // Not randomUUID: plain http on a local network is no secure context.
  function newId() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** What the server refused, or its silence (`code` "silent"): code, title, detail, instead, status. */
  class Refused extends Error {
    constructor(problem, status) {
      super(problem.detail || problem.title || problem.code);
      Object.assign(this, { code: "silent", instead: [] }, problem, { status });
    }
  }

  async function once(method, path, headers, body, silence) {
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), silence);
    try {
      return await fetch(path, { method, headers, body, signal: cut.signal, credentials: "same-origin" });
    } catch (error) {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks until the server answers something else than "busy", at most `tries` times. */
  async function call(method, path, body, options) {
    const { key, tries = TRIES, silence = SILENCE_MS } = options || {};
    const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
    const csrf = document.querySelector('meta[name="csrf"]');
    if (method !== "GET") {
      headers["Content-Type"] = "application/json";
      headers["Idempotency-Key"] = key || newId();
      if (csrf) headers["X-CSRF-Token"] = csrf.content;
    }
    Object.assign(headers, options && options.headers);
    const payload = method === "GET" ? undefined : JSON.stringify(body || {});
    for (let turn = 1; ; turn += 1) {
      const answer = await once(method, path, headers, payload, silence);
      if (answer && answer.status !== 503) return read(answer);
      if (turn >= tries) return answer ? read(answer) : Promise.reject(new Refused({}, 0));
      await pause(answer ? 1000 * (Number(answer.headers.get("Retry-After")) || 1) : PAUSE_MS);
    }
  }

  async function read(answer) {
    const isJson = /json/.test(answer.headers.get("Content-Type") || "");
    const content = isJson ? await answer.json() : null;
    if (!answer.ok) throw new Refused(content || { code: "internal", title: answer.statusText }, answer.status);
    return content;
  }

  window.antrean = Object.assign(window.antrean || {}, {
    newId,
    Refused,
    /** `options`: key (Idempotency-Key, made here when left out), tries, silence in ms, headers. */
    get: (path, options) => call("GET", path, null, options),
    post: (path, body, options) => call("POST", path, body, options),
    remove: (path, options) => call("DELETE", path, null, options),
  });
})();
