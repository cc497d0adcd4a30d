/* What keeps a screen going that nobody looks after. ES5, because the lobby TV runs it too.

   Its service worker, where the browser has one: `data-worker` of this script's element is its address, `data-scope`
   the part of the server that it keeps. And a sign of life: the title counts on, so that whoever watches the browser
   from outside (`antrean deploy`) sees a page that stands still. */
(function () {
  'use strict';

  var COUNT_MS = 10000;
  var COUNT = / · \d+$/;
  var own = document.currentScript;
  var workers = window.navigator.serviceWorker;

  function live() {
    document.title = document.title.replace(COUNT, '') + ' · ' + Math.floor(window.performance.now() / COUNT_MS);
  }

  live();
  window.setInterval(live, COUNT_MS);
  if (workers) {
    workers.register(own.getAttribute('data-worker'), { scope: own.getAttribute('data-scope') })['catch'](function () { });
  }
})();
