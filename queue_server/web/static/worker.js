/* The service worker of the kiosk and of the lobby TV: `self.kept` = {scope, version, files} stands before this file.

   The network first, always; what is kept answers where the network does not, or the server itself has failed. A page
   that the server refuses (this screen is not paired any more) is not kept any longer. Only two kinds of request are
   touched: opening a page of the screen, and its files. Boards, numbers, pictures and the API never come from here. */
(function () {
  'use strict';

  var kept = self.kept;
  var PREFIX = 'antrean ' + kept.scope + ' ';
  var NAME = PREFIX + kept.version;
  var PATIENCE_MS = 5000; // a cable that was pulled out refuses nothing, it is silent

  function open() { return self.caches.open(NAME); }

  self.addEventListener('install', function (event) {
    event.waitUntil(open().then(function (cache) {
      return cache.addAll(kept.files.map(function (file) { return new Request(file, { cache: 'reload' }); }));
    }).then(function () { return self.skipWaiting(); }));
  });

  self.addEventListener('activate', function (event) {
    event.waitUntil(self.caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) {
        return name.indexOf(PREFIX) === 0 && name !== NAME;
      }).map(function (name) { return self.caches.delete(name); }));
    }).then(function () {
      return self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    }).then(function (pages) {
      return Promise.all(pages.map(function (page) { return keep(page.url); }));
    }).then(function () { return self.clients.claim(); }));
  });

  /* The page at this address as it stands while there is no server. */
  function keep(address) {
    var page = new URL(address);
    var cut = new URL(address);
    page.hash = cut.hash = '';
    if (page.pathname.indexOf(kept.scope) !== 0) { return Promise.resolve(); }
    cut.searchParams.set('cut', '1');
    return Promise.all([open(), fetch(cut.href, { cache: 'no-store' })]).then(function (both) {
      if (both[1].ok) { return both[0].put(page.href, both[1]); }
      return isRefused(both[1]) ? forget() : null;
    }, function () { });
  }

  function isRefused(answer) { return answer.status === 401 || answer.status === 403; }
  function isPage(entry) { return kept.files.indexOf(new URL(entry.url).pathname) < 0; }

  function forget() {
    return open().then(function (cache) {
      return cache.keys().then(function (entries) {
        return Promise.all(entries.filter(isPage).map(function (entry) { return cache.delete(entry); }));
      });
    });
  }

  /* The kiosk has one page for that, wherever it stood; a TV its own with another `?malam`, if it comes to that. */
  function found(request) {
    return open().then(function (cache) {
      return cache.match(request).then(function (same) {
        return same || cache.match(request, { ignoreSearch: true });
      });
    });
  }

  function asksForPage(request) {
    return request.mode === 'navigate' && new URL(request.url).pathname.indexOf(kept.scope) === 0;
  }

  function asksForFile(request) {
    return request.method === 'GET' && kept.files.indexOf(new URL(request.url).pathname) >= 0;
  }

  function networkFirst(request, whenAnswered) {
    var silence = new Promise(function (resolve) { setTimeout(resolve, PATIENCE_MS); });
    var network = fetch(request);
    var answered = network.then(function (answer) {
      if (answer.status >= 500) { return null; }
      whenAnswered(answer);
      return answer;
    }, function () { return null; });
    return Promise.race([answered, silence]).then(function (answer) {
      return answer || found(request).then(function (copy) { return copy || network; });
    });
  }

  self.addEventListener('fetch', function (event) {
    var request = event.request;
    if (asksForPage(request)) {
      event.respondWith(networkFirst(request, function (answer) {
        if (answer.ok) { event.waitUntil(keep(request.url)); }
        if (isRefused(answer)) { event.waitUntil(forget()); }
      }));
    } else if (asksForFile(request)) {
      event.respondWith(networkFirst(request, function () { }));
    }
  });
})();
