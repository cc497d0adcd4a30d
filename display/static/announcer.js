/* Speaks the calls of a hall, one after the other and each once. ES5, for the TV of 2018.

   antrean.announcer({chime, on, freshMs, onTrouble}) makes one; before it, stream.js.
     say(call)        it waits for its turn. One that is older than freshMs when its turn comes is not spoken.
     forget(stands)   those that no longer stand are taken out of the line; one that is being spoken stops.
     saying(call)     whether it is being spoken just now.
     turn(on)         the sound of this display is a setting of the office and may move to another one.
     touched()        somebody touched the screen: a browser that refused may allow it now.
     onTrouble(why)   refused: the browser wants a touch first; silent: it could not be heard; '': it can be.

   The server hears of each how it went, after its last sample: antrean.spoken(seq, true), or (seq, false, why):
     late, taken_back           it was not to be spoken any more
     refused                    the browser may not play before somebody touches the screen
     no_words                   the chime alone was played, for the words could not be fetched
     no_sound, stalled          not even the chime; or it began and did not go on */
(function (global) {
  'use strict';

  var STALLED_MS = 8000; // without a sound going on
  var LOOK_MS = 500;

  var antrean = global.antrean;

  antrean.announcer = function (set) {
    var player = new Audio();
    var line = []; // calls that wait
    var now = null; // {call, words, lost, went, since}: what is played, how far it was, and when that was seen
    var on = set.on;
    var trouble = '';

    function old(call) { return antrean.now() - call.called_at > set.freshMs; }

    function next() {
      var call;
      while (!now && line.length) {
        call = line.shift();
        if (old(call)) { antrean.spoken(call.seq, false, 'late'); } else { begin(call); }
      }
    }

    function begin(call) {
      now = { call: call, words: Boolean(call.audio_url), lost: false, went: 0, since: antrean.elapsed() };
      play(now, call.audio_url || set.chime);
    }

    function play(turn, address) {
      var playing;
      player.src = address;
      playing = player.play();
      if (playing && playing.then) {
        playing.then(null, function (error) {
          if (now !== turn || error.name === 'AbortError') { return; } // another took its place
          if (error.name === 'NotAllowedError') { end('refused'); } else if (player.error) { fail(address); }
        });
      }
    }

    /* The words cannot be had: the chime at least. It is part of the page, and most likely at hand. */
    function fail(address) {
      if (!now || player.src.indexOf(address) < 0) { return; }
      if (!now.words) { end('no_sound'); return; }
      now.words = false;
      now.lost = true;
      now.went = 0;
      now.since = antrean.elapsed();
      play(now, set.chime);
    }

    function end(why) {
      var call = now.call;
      now = null;
      antrean.spoken(call.seq, !why, why);
      if (why !== 'taken_back') { tell(why ? (why === 'refused' ? 'refused' : 'silent') : ''); }
      next();
    }

    function tell(why) {
      if (trouble === why) { return; }
      trouble = why;
      set.onTrouble(why);
    }

    function silence() {
      player.pause();
      player.removeAttribute('src');
    }

    /* A player of a TV may stop without a word. */
    function look() {
      if (!now) { return; }
      if (player.currentTime > now.went) {
        now.went = player.currentTime;
        now.since = antrean.elapsed();
      } else if (antrean.elapsed() - now.since > STALLED_MS) {
        if (now.words && !now.went) { fail(player.src); } else { silence(); end('stalled'); }
      }
    }

    player.addEventListener('ended', function () { if (now) { end(now.lost ? 'no_words' : ''); } });
    player.addEventListener('error', function () { if (now) { fail(player.src); } });
    global.setInterval(look, LOOK_MS);

    return {
      say: function (call) {
        if (!on) { return; }
        line.push(call);
        next();
      },
      forget: function (stands) {
        line = line.filter(function (call) {
          if (!stands(call)) { antrean.spoken(call.seq, false, 'taken_back'); }
          return stands(call);
        });
        if (now && !stands(now.call)) { silence(); end('taken_back'); }
      },
      saying: function (call) { return Boolean(now) && now.call.seq === call.seq; },
      turn: function (wanted) {
        on = wanted;
        if (on) { return; }
        line = [];
        if (now) { silence(); now = null; }
      },
      touched: function () {
        var playing;
        if (!on || now || trouble !== 'refused') { return; }
        player.src = set.chime;
        playing = player.play();
        if (playing && playing.then) { playing.then(function () { tell(''); }, function () { }); }
      }
    };
  };
})(window);
