/* The one stream to the office: whole states, never deltas. ES5, because the lobby TV runs it too.

   antrean.watch(topic, {onState, onCut, onBack, onRefused})
     onState(state)   {topic, seq, board, calls, sound}; calls: what was called since the last state, oldest first;
                      sound: on the first state of a connection, whether this display speaks its hall's calls.
     onCut(since)     nothing was heard for 25 s; `since` is when the last state came (epoch ms, the server's clock).
     onBack(state)    the first state after a cut; onState has already been given it.
     onRefused(code)  this screen may not see the topic (not_signed_in, not_allowed, not_found, invalid).
   antrean.spoken(seq, ok, why)   the call was said, or why not.
   antrean.now()                  the server's clock, epoch ms; this machine's until a state or the page has told it.
   antrean.startAt(now)           the server's clock as it stood in the page, until a state has come.
   antrean.elapsed()              ms on a clock that only runs forward: for how long, never for when.

   The server sends a state every 10 s even when nothing happens: a silent office and a dead line look different. */
(function (global) {
  'use strict';

  var SILENCE_MS = 25000;
  var RETRY_MS = 5000;
  var ANSWER_MS = 10000;
  var LONGEST_PAUSE_MS = 5000;
  var MOST_UNTOLD = 100;

  var antrean = global.antrean = global.antrean || {};
  var watches = [];
  var untold = []; // how calls were said while the line was cut
  var socket = null;
  var clockAhead = null; // server's clock minus elapsed()
  var screen = global.document.querySelector('meta[name="screen"]'); // on a kiosk's and a display's own pages
  var reopened = 0; // when a silent line was last opened anew

  /* A TV's own clock is often wrong, and jumps when it finds out. */
  function elapsed() {
    return global.performance.now();
  }

  antrean.elapsed = elapsed;

  antrean.now = function () {
    return clockAhead === null ? Date.now() : elapsed() + clockAhead;
  };

  antrean.startAt = function (now) {
    if (clockAhead === null) { clockAhead = now - elapsed(); }
  };

  antrean.watch = function (topic, handlers) {
    var watch = { topic: topic, handlers: handlers, heard: elapsed(), since: null, shown: -1, cut: false, refused: false };
    watches.push(watch);
    connect();
    if (socket.connected) { ask(watch); }
  };

  antrean.spoken = function (seq, ok, why) {
    var answer = { seq: seq, ok: ok };
    if (why) { answer.why = why; }
    untold.push(answer);
    if (untold.length > MOST_UNTOLD) { untold.shift(); }
    tell();
  };

  function tell() {
    while (untold.length && socket && socket.connected) { socket.emit('spoken', untold.shift()); }
  }

  function connect() {
    if (socket) { return; }
    socket = global.io({
      transports: ['websocket'],
      reconnectionDelay: 500,
      reconnectionDelayMax: LONGEST_PAUSE_MS,
      timeout: ANSWER_MS
    });
    socket.on('connect', function () {
      watches.forEach(ask);
      tell();
    });
    socket.on('state', function (state) {
      watches.forEach(function (watch) {
        if (watch.topic === state.topic) { show(watch, state, state.call ? [state.call] : []); }
      });
    });
    /* Turned away at the door, or shown out: the library does not try again by itself. */
    socket.on('connect_error', function (error) {
      if (socket.active) { return; }
      watches.forEach(function (watch) { refuse(watch, error.message); });
      global.setTimeout(tryAgain, RETRY_MS);
    });
    socket.on('disconnect', function (reason) {
      /* Shown out: revoked, or given another hall or sound. The page that comes knows. */
      if (screen && reason === 'io server disconnect') { return global.location.reload(); }
      if (!socket.active) { global.setTimeout(tryAgain, RETRY_MS); }
    });
    global.setInterval(listen, 1000);
  }

  function tryAgain() {
    if (!socket.active) { socket.connect(); }
  }

  function ask(watch) {
    var question = { topic: watch.topic };
    if (screen) {
      question.screen = screen.getAttribute('content');
      question.version = screen.getAttribute('data-version');
    }
    if (watch.since !== null) { question.since = watch.since; }
    watch.shown = -1; // states come in order within one connection only
    socket.timeout(ANSWER_MS).emit('watch', question, function (silence, answer) {
      if (silence) { return; } // listen() ends a connection that stays silent
      if (answer.code === 'busy') {
        global.setTimeout(function () { if (socket.connected) { ask(watch); } }, RETRY_MS);
      } else if (answer.code) {
        refuse(watch, answer.code);
      } else {
        show(watch, answer, answer.calls || []);
      }
    });
  }

  function show(watch, state, calls) {
    var wasCut = watch.cut;
    var day = state.board && state.board.day;
    watch.heard = elapsed();
    watch.cut = watch.refused = false;
    if (day && day.now) { clockAhead = day.now - watch.heard; }
    /* The answer to `watch` may be overtaken by a newer state; its calls still count. */
    if (state.seq >= watch.shown) {
      watch.shown = watch.since = state.seq;
      watch.board = state.board;
    }
    state = { topic: watch.topic, seq: watch.shown, board: watch.board, calls: calls, sound: state.sound };
    watch.handlers.onState(state);
    if (wasCut && watch.handlers.onBack) { watch.handlers.onBack(state); }
  }

  function refuse(watch, code) {
    watch.refused = true;
    if (watch.handlers.onRefused) { watch.handlers.onRefused(code); }
  }

  /* Once a second: who has heard nothing for too long says so, and a line that is open but silent is opened anew. */
  function listen() {
    var silent = false;
    watches.forEach(function (watch) {
      if (watch.refused || elapsed() - watch.heard < SILENCE_MS) { return; }
      silent = true;
      if (watch.cut) { return; }
      watch.cut = true;
      if (watch.handlers.onCut) { watch.handlers.onCut(antrean.now() - (elapsed() - watch.heard)); }
    });
    if (silent && socket.connected && elapsed() - reopened > SILENCE_MS) {
      reopened = elapsed();
      socket.disconnect();
      socket.connect();
    }
  }
})(window);
