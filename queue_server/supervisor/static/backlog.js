/* The print backlog: looking somebody up, entering a record, sending a list. A NIK goes in a body and into no address. */
(function () {
  "use strict";
  const { say, problem } = window.staff;
  const ASK_MS = 700; // how far a list is
  const number = new Intl.NumberFormat("id-ID");
  const part = (id) => document.getElementById(id);
  const pageOf = (id) => "/supervisor/backlog/records/" + id;

  /** Calls `task` when a form is sent, once at a time; what the server refuses stands in the section of the form. */
  function onSent(form, task) {
    if (!form) return;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.getAttribute("aria-busy") === "true") return;
      const place = form.closest("section");
      form.setAttribute("aria-busy", "true");
      problem(place, "");
      try {
        await task();
      } catch (refused) {
        if (!(refused instanceof antrean.Refused)) throw refused;
        problem(place, refused.code === "silent" ? say("silent") : refused.message);
      } finally {
        form.removeAttribute("aria-busy");
      }
    });
  }

  // -- looking up and entering ------------------------------------------------------------------------------------------

  const search = part("search");
  onSent(search, async () => {
    const { records } = await antrean.post("/api/v1/backlog/search", { nik: search.elements.nik.value });
    if (records.length === 1) return location.assign(pageOf(records[0].id));
    const lines = records.map((record) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.className = "link";
      link.href = pageOf(record.id);
      link.textContent = say("found", { kind: record.kind_name, state: record.state_name, since: record.since });
      line.append(link);
      return line;
    });
    const list = document.createElement("ul");
    list.append(...lines);
    part("answer").replaceChildren(records.length ? list : note(say("nobody")));
    if (!records.length) entry.elements.nik.value = search.elements.nik.value;
  });

  function note(words) {
    const line = document.createElement("p");
    line.className = "note";
    line.textContent = words;
    return line;
  }

  const entry = part("new");
  let id = antrean.newId(); // stays the same until it is in, so that a lost answer enters nobody twice
  onSent(entry, async () => {
    const body = { id };
    entry.querySelectorAll("[name]").forEach((field) => { body[field.name] = field.value; });
    const { records } = await antrean.post("/api/v1/backlog/records", body);
    id = antrean.newId();
    location.assign(pageOf(records[0].id));
  });

  // -- lists ------------------------------------------------------------------------------------------------------------

  const lists = part("lists");
  if (lists) {
    lists.addEventListener("change", () => {
      lists.action = "/api/v1/backlog/lists/" + lists.querySelector("[name=list]:checked").value;
    });
    lists.addEventListener("formdata", (event) => {
      event.formData.delete("list"); // it stands in the address
      if (!event.formData.get("kecamatan")) event.formData.delete("kecamatan");
    });
  }

  const upload = part("upload");
  onSent(upload, async () => {
    part("progress").hidden = false;
    const asking = setInterval(showProgress, ASK_MS);
    try {
      const run = await send(upload.elements.file.files[0]);
      show(run);
      sessionStorage.setItem("imported", say("done", said(run)));
      location.reload();
    } finally {
      clearInterval(asking);
    }
  });

  /** One long request: the server answers when the list is in. Nothing is sent again by itself. */
  async function send(file) {
    const headers = { "Content-Type": "text/csv", "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content };
    headers["Accept-Language"] = document.documentElement.lang;
    const request = { method: "POST", headers, body: file, credentials: "same-origin" };
    const answer = await fetch("/api/v1/backlog/imports", request).catch(() => null);
    if (!answer) throw new antrean.Refused({ code: "broken", detail: say("broken") }, 0);
    const content = await answer.json();
    if (!answer.ok) throw new antrean.Refused(content, answer.status);
    return content;
  }

  async function showProgress() {
    const answer = await antrean.get("/api/v1/backlog/imports", { tries: 1 }).catch(() => null);
    const running = answer && answer.imports.find((run) => run.finished_at === null);
    if (running) show(running);
  }

  function show(run) {
    part("bar").max = run.lines;
    part("bar").value = run.position;
    part("so-far").textContent = say("so-far", said(run));
  }

  function said(run) {
    const figures = {};
    ["lines", "position", "entered", "moved", "repeated", "bad"].forEach((name) => { figures[name] = number.format(run[name]); });
    return figures;
  }

  const imported = sessionStorage.getItem("imported");
  if (upload && imported) {
    sessionStorage.removeItem("imported");
    part("result").hidden = false;
    part("result").querySelector("span").textContent = imported;
  }
})();
