/* Pairing. A screen shows a code until a supervisor has typed it; a token in the fragment pairs at once, and leaves the
   address. Either becomes a cookie that no script can read. ES5, because an old TV starts here too. */
(function () {
  'use strict';

  var LOOK_MS = 3000;
  var SILENCE_MS = 8000;
  var COUNT = / · \d+$/;
  var page = document.getElementById('pair');
  var parts = page.querySelectorAll('[data-say]');
  var place = page.querySelector('[data-code]');
  var secret = '';

  function show(what) {
    var shown = null;
    Array.prototype.forEach.call(parts, function (part) {
      part.hidden = part.getAttribute('data-say') !== what;
      if (!part.hidden) { shown = part; }
    });
    return shown;
  }

  /* A sign of life, as of a page in use (keep.js): who waits with a code is not started anew, and keeps the code. */
  function live() {
    document.title = document.title.replace(COUNT, '') + ' · ' + Math.floor(window.performance.now() / LOOK_MS);
  }

  /* `then(status, answer)`: status 0 when the server has said nothing that could be read. */
  function post(path, body, then) {
    var request = new XMLHttpRequest();
    live();
    request.open('POST', path);
    request.setRequestHeader('Content-Type', 'application/json');
    request.setRequestHeader('Accept-Language', document.documentElement.lang);
    request.timeout = SILENCE_MS;
    request.onloadend = function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (unread) { answer = null; }
      then(answer ? request.status : 0, answer);
    };
    request.send(JSON.stringify(body));
  }

  function open(home) {
    show('done').querySelector('[data-home]').href = home;
    window.location.replace(home);
  }

  // ---- a code ------------------------------------------------------------------------------------------------------

  function askForCode() {
    secret = '';
    post('/api/v1/pairings', {}, function (status, answer) {
      if (status !== 201) {
        show('silent');
        window.setTimeout(askForCode, LOOK_MS);
        return;
      }
      secret = answer.secret;
      show('code');
      place.textContent = answer.code.slice(0, 3) + ' ' + answer.code.slice(3);
      window.setTimeout(look, LOOK_MS);
    });
  }

  /* Until somebody has typed the code; while the server is away the code stays, and is asked for again. */
  function look() {
    if (!secret) { return; }
    post('/api/v1/pairings/session', { secret: secret }, function (status, answer) {
      if (status === 200 && answer.state === 'paired') { open(answer.home); return; }
      if (status === 200 && answer.state === 'expired') { askForCode(); return; }
      show(status === 0 ? 'silent' : 'code');
      window.setTimeout(look, LOOK_MS);
    });
  }

  // ---- a token -----------------------------------------------------------------------------------------------------

  function pair(token) {
    secret = '';
    show('works');
    post('/api/v1/device-session', { token: token }, function (status, answer) {
      var line;
      if (status === 200) {
        window.history.replaceState(null, '', window.location.pathname);
        open(answer.home);
        return;
      }
      line = show(status === 0 ? 'silent' : 'refused');
      if (status !== 0) { line.querySelector('span').textContent = answer.detail; }
      line.focus();
      if (status === 0) { window.setTimeout(function () { pair(token); }, LOOK_MS); }
    });
  }

  function begin() {
    var token = window.location.hash.slice(1);
    if (token) { pair(token); } else { askForCode(); }
  }

  window.addEventListener('hashchange', begin);
  begin();
})();
