/* Signing in: name and password, and on to where one was going. */
(function () {
  "use strict";
  const form = document.getElementById("sign-in");
  const line = form.querySelector(".problem");

  function say(words) {
    line.hidden = false;
    line.querySelector("span").textContent = words;
    line.focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      const { name, password } = form.elements;
      const answer = await antrean.post("/api/v1/session", { name: name.value.trim(), password: password.value });
      location.replace(form.dataset.next || answer.home);
    } catch (refused) {
      if (!(refused instanceof antrean.Refused)) throw refused;
      say(refused.code === "silent" ? form.dataset.silent : refused.message);
      form.elements.password.value = "";
    } finally {
      form.removeAttribute("aria-busy");
    }
  });

  form.elements.name.focus();
})();
