/* The lobby TV: draws the newest whole state. ES5, because the TV may be from 2018.

   A call is announced once, in turmeric, for 12 s, then it rests where it stands. Several at once are shown one after
   the other; none is announced that is older than 20 s. All times are the server's: a TV's own clock is often wrong. */
(function () {
  'use strict';

  var FRESH_MS = 20000;
  var TURN_MS = 5000;
  var SHORTEST_TURN_MS = 1500;
  var TICKER_MS = 12000;
  var REST_MS = 60000;
  var SHIFT_MS = 300000;
  var SHIFTS = 4;
  var EARLIER_SHOWN = 5;
  var GROUPS_AS_DRAWN = 8;
  var USUAL_NUMBER = 5; // characters of A-053
  var BAR_WIDTH = 600;
  var HOURS = { WIB: 7, WITA: 8, WIT: 9 };
  var PICTURE_AFTER_MS = 30000; // of rest; then a picture and the number take turns
  var PICTURE_MS = 20000;
  var NOTICES_MS = 30000;
  var CLOSED = { before: true, closed: true };

  var antrean = window.antrean;
  var root = byId('board');
  var CALLED_MS = Number(said('hold'));
  var board = null; // the newest; null until the first has come
  var drawn = null; // the board that is on the screen
  var turn = null; // {call, began}: what is announced now
  var queue = []; // calls that wait for their turn
  var heardOf = []; // calls of the last seconds: none is announced twice
  var restsSince = null;
  var cutSince = said('cut-off') === 'yes' ? 0 : null; // a page that was kept for the time without a server
  var ticker = { said: '', lines: [], shown: -1, since: 0 };
  var notices = { lines: [], pictures: [] }; // what the office has hung up between calls
  var hung = -1; // which of its pictures is next, or shown
  var sound = { on: said('sound') === 'on', trouble: '' };
  var announcer = antrean.announcer({
    chime: said('chime'),
    on: sound.on,
    freshMs: FRESH_MS,
    onTrouble: function (why) {
      sound.trouble = why && said(why);
      draw();
    }
  });

  function byId(id) { return document.getElementById(id); }
  function said(name) { return root.getAttribute('data-' + name); }
  function write(id, text) { put(byId(id), text); }
  function put(element, text) { if (element.textContent !== text) { element.textContent = text; } }
  function show(id, visible) { byId(id).hidden = !visible; }
  function mark(element, name, on) { element.classList[on ? 'add' : 'remove'](name); }
  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
  }

  /* -- the server's clock, in the office's zone ------------------------------------------------------------------- */

  function zone() { return board ? board.day.zone : said('zone'); }
  function local(instant) { return new Date(instant + HOURS[zone()] * 3600000); }
  function two(number) { return (number < 10 ? '0' : '') + number; }
  function clock(instant) {
    var at = local(instant);
    return two(at.getUTCHours()) + '.' + two(at.getUTCMinutes());
  }
  function weekday(instant) { return said('weekdays').split(',')[local(instant).getUTCDay()]; }
  function date(instant) {
    var at = local(instant);
    return weekday(instant) + ', ' + at.getUTCDate() + ' ' + said('months').split(',')[at.getUTCMonth()] + ' ' + at.getUTCFullYear();
  }
  function thousands(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, '.'); }

  /* -- calls ------------------------------------------------------------------------------------------------------ */

  function age(call) { return antrean.now() - call.called_at; }

  function hear(call) {
    heardOf = heardOf.filter(function (known) { return age(known) <= FRESH_MS; });
    if (age(call) > FRESH_MS || heardOf.some(function (known) { return known.seq === call.seq; })) { return; }
    heardOf.push(call);
    queue.push(call);
    announcer.say(call);
  }

  /* False when the clerk has taken the call back: the board reaches back that far and does not know it. */
  function stands(call) {
    var known = listed();
    var oldest = known[known.length - 1];
    if (CLOSED[board.day.state] || (known.length > EARLIER_SHOWN && oldest.seq > call.seq)) { return true; }
    return known.some(function (other) { return other.number === call.number && other.seq >= call.seq; });
  }

  function forgetTakenBack() {
    queue = queue.filter(stands);
    if (turn && !stands(turn.call)) { turn = null; }
    announcer.forget(stands);
  }

  /* How long one call keeps the field while others wait: long enough to be read and heard, short enough for the last to
     be fresh. */
  function share() {
    var last = queue[queue.length - 1];
    var left = FRESH_MS - age(last) + (antrean.elapsed() - turn.began);
    var enough = announcer.saying(turn.call) ? FRESH_MS : TURN_MS;
    return Math.max(SHORTEST_TURN_MS, Math.min(enough, left / (queue.length + 1)));
  }

  function takeTurns() {
    var had = turn && antrean.elapsed() - turn.began;
    if (turn && had >= (queue.length ? share() : CALLED_MS)) { turn = null; }
    while (!turn && queue.length) { begin(queue.shift()); }
  }

  function begin(call) {
    if (age(call) > FRESH_MS) { return; }
    turn = { call: call, began: antrean.elapsed() };
  }

  /* -- drawing ---------------------------------------------------------------------------------------------------- */

  function draw() {
    if (board) {
      takeTurns();
      drawCall();
      drawBoard();
      write('clock', clock(antrean.now()));
      write('date', date(antrean.now()));
    }
    drawLine();
    drawTicker();
  }

  /* What changes with the board alone: an old TV has better things to do four times a second. */
  function drawBoard() {
    if (drawn === board) { return; }
    drawn = board;
    write('hall', board.hall_name);
    write('zone', zone());
    drawWaiting();
    drawStock();
  }

  function listed() {
    return board.call ? [board.call].concat(board.earlier) : [];
  }

  function drawCall() {
    var field = byId('call');
    var current = turn ? turn.call : board.call;
    var closed = !turn && CLOSED[board.day.state];
    var young = !turn && !closed && current && age(current) < CALLED_MS; // the page was opened while it was called
    var announced = Boolean(turn || young);
    var pause = !announced && !closed && isPause(current);
    var picture = drawPicture(rested(announced));
    var number = current && !closed && !pause && !picture;
    mark(field, 'is-new', announced);
    mark(field, 'is-resting', !announced);
    breathe(field);
    show('called', Boolean(number));
    show('still', !number && !picture);
    if (closed) { drawClosed(); } else if (pause) { drawPause(); } else if (!current) { drawStill(said('empty'), ''); }
    if (number) { drawNumber(current); }
    drawEarlier(number ? current : null);
    drift(field);
  }

  /* The office's break takes the field, once whoever was called last has had a minute to read it. */
  function isPause(current) {
    var until = board.day.break_until;
    return Boolean(until) && antrean.now() < until && !(current && age(current) < REST_MS);
  }

  function drawPause() {
    var until = board.day.break_until;
    var minutes = Math.ceil((until - antrean.now()) / 60000);
    drawStill(said('pause'), fill(said('goes-on'), { clock: clock(until), zone: zone(), minutes: minutes }));
  }

  /* True while a picture has the field: between calls, in turns with what else stands there, one picture after another.
     The number that it covers stands first among the earlier ones. */
  function drawPicture(rest) {
    var spell = Math.floor((rest - PICTURE_AFTER_MS) / PICTURE_MS);
    var due = cutSince === null && spell >= 0 && spell % 2 === 0 && notices.pictures.length > 0;
    var image = byId('picture');
    if (!due && !image.hidden) { nextPicture(); }
    due = due && image.complete && image.naturalWidth > 0;
    image.hidden = !due;
    show('hung', due);
    return due;
  }

  /* Loaded while another thing stands there; one that cannot be loaded has had its turn after the same time. */
  function nextPicture() {
    var image = byId('picture');
    image.hidden = true;
    if (!notices.pictures.length) { image.removeAttribute('src'); return; }
    hung = (hung + 1) % notices.pictures.length;
    image.src = notices.pictures[hung];
  }

  /* The animation starts anew for each call, also when one follows another without a rest between. */
  function breathe(field) {
    var seq = turn ? String(turn.call.seq) : '';
    if (field.getAttribute('data-breathes') === seq) { return; }
    field.setAttribute('data-breathes', seq);
    field.classList.remove('is-breathing');
    if (!turn) { return; }
    void field.offsetWidth; // without a layout between, the browser sees no change
    field.classList.add('is-breathing');
  }

  function drawNumber(call) {
    write('number', call.number);
    write('counter', String(call.counter));
    mark(byId('number'), 'is-long', call.number.length > USUAL_NUMBER);
    show('again', call.times > 1);
    write('again', said(call.times === 2 ? 'again' : 'last'));
  }

  function drawStill(head, more) {
    write('still-head', head);
    write('still-more', more);
  }

  function drawClosed() {
    var day = board.day;
    var values = day.opens_at ? { day: weekday(day.opens_at), clock: clock(day.opens_at), zone: day.zone } : null;
    if (day.state === 'before') {
      drawStill(said('before'), values ? fill(said('opens-today'), values) : '');
    } else {
      drawStill(said('closed'), values ? fill(said('opens-again'), values) : '');
    }
  }

  function drawEarlier(current) {
    var waiting = queue.map(function (call) { return call.number; });
    var calls = CLOSED[board.day.state] ? [] : listed().filter(function (call) {
      return !(current && call.number === current.number) && waiting.indexOf(call.number) < 0;
    });
    drawRows(byId('recent'), calls);
  }

  function drawRows(list, calls) {
    var rows = list.children;
    for (var place = 0; place < EARLIER_SHOWN; place += 1) { drawRow(rows[place], calls[place]); }
  }

  function drawRow(row, call) {
    var at = row.querySelector('.at');
    row.hidden = !call;
    if (!call) { return; }
    put(row.querySelector('.no'), call.number);
    put(row.querySelector('.ctr'), String(call.counter));
    mark(row, 'is-long', call.number.length > USUAL_NUMBER);
    if (at) { put(at, clock(call.called_at)); }
  }

  /* For how long (ms) nothing has been announced. */
  function rested(announced) {
    if (announced || restsSince === null) { restsSince = antrean.elapsed(); }
    return antrean.elapsed() - restsSince;
  }

  /* After a minute at rest the field moves a little, and again every five minutes, so that nothing burns in. */
  function drift(field) {
    var over = rested(false) - REST_MS;
    for (var step = 1; step < SHIFTS; step += 1) {
      mark(field, 'shift-' + step, over >= 0 && (1 + Math.floor(over / SHIFT_MS)) % SHIFTS === step);
    }
  }

  function drawWaiting() {
    var groups = fitting(board.waiting);
    var list = byId('wait');
    var rows = list.children;
    var day = board.day;
    write('wait-head', day.break_until
      ? fill(said(day.takes_numbers ? 'break' : 'break-shut'), { clock: clock(day.break_until) })
      : said('waiting'));
    for (var place = 0; place < rows.length; place += 1) { drawGroup(rows[place], groups[place]); }
    mark(list, 'is-many', false);
    mark(list, 'is-many', groups.length > GROUPS_AS_DRAWN || list.scrollWidth > list.clientWidth);
  }

  /* Eight fit in the size that is read from six metres: where there are more, a group with nobody in it is left out. */
  function fitting(groups) {
    var kept = groups.slice();
    for (var place = kept.length - 1; place >= 0 && kept.length > GROUPS_AS_DRAWN; place -= 1) {
      if (!kept[place].waiting && !kept[place].reason) { kept.splice(place, 1); }
    }
    return kept;
  }

  function drawGroup(row, group) {
    var shut = group && { sold_out: said('sold-out'), suspended: said('suspended') }[group.reason];
    row.hidden = !group;
    if (!group) { return; }
    put(row.querySelector('.name'), group.short);
    put(row.querySelector('.count'), thousands(group.waiting));
    put(row.querySelector('.why'), shut || '');
    row.querySelector('.count').hidden = Boolean(shut);
    row.querySelector('.shut').hidden = !shut;
  }

  function drawStock() {
    var stock = board.stock;
    show('stock-figures', Boolean(stock));
    if (!stock) { return; }
    write('stock-name', fill(said('stock'), { item: stock.name }));
    write('stock-left', thousands(stock.available));
    mark(byId('stock-left'), 'is-long', stock.available >= 1000);
    write('stock-of', fill(said('left'), { of: thousands(stock.of) }));
    write('stock-as-of', fill(said('as-of'), { clock: clock(stock.as_of), zone: zone() }));
    byId('stock-bar').setAttribute('width', stock.of ? Math.round(BAR_WIDTH * stock.available / stock.of) : 0);
    write('stock-more', stockMore(stock));
    mark(byId('stock'), 'has-more', Boolean(stockMore(stock)));
  }

  /* One line: the next delivery where none is left and one is known, else the day's quota. */
  function stockMore(stock) {
    var quota = board.quota;
    if (stock.next_delivery && (!stock.available || !quota)) {
      return fill(said('delivery'), { date: dayAndMonth(stock.next_delivery) });
    }
    return quota ? fill(said('quota'), { of: thousands(quota[0]), left: thousands(quota[1]) }) : '';
  }

  /* Of an ISO date, without a time zone in between: 24 November */
  function dayAndMonth(day) {
    var parts = day.split('-');
    return Number(parts[2]) + ' ' + said('months').split(',')[Number(parts[1]) - 1];
  }

  /* -- the line to the server ------------------------------------------------------------------------------------- */

  function drawLine() {
    var cut = cutSince !== null;
    show('live', !cut);
    show('cut', cut);
    show('on', !cut && Boolean(board));
    show('off', cut);
    if (!cut) { return; }
    show('cut-since', Boolean(board));
    show('old', Boolean(board && board.call));
    if (!board) { // this machine's clock may be wrong, and no other has been heard
      write('off-since', said('never'));
      return;
    }
    write('cut-clock', clock(cutSince));
    write('cut-zone', zone());
    write('off-since', fill(said('cut'), { clock: clock(cutSince), zone: zone() }));
    write('seen', fill(said('seen'), { clock: clock(cutSince) }));
    drawRows(byId('old-list'), listed());
  }

  /* -- the ticker: one line for 12 s, then the next --------------------------------------------------------------- */

  function drawTicker() {
    var texts = tickerLines();
    var all = texts.join('\n');
    var same = all === ticker.said;
    if (same && antrean.elapsed() - ticker.since < TICKER_MS) { return; }
    ticker.lines = texts.reduce(function (lines, text) { return lines.concat(broken(text)); }, []);
    ticker.shown = same ? (ticker.shown + 1) % ticker.lines.length : 0;
    ticker.said = all;
    ticker.since = antrean.elapsed();
    write('tick', ticker.lines[ticker.shown]);
  }

  function tickerLines() {
    var silence = sound.on ? sound.trouble : said('silent');
    if (cutSince !== null || !board) { return [said('free')]; }
    return (silence ? [silence] : []).concat(board.notices, notices.lines);
  }

  /* A text that is too long for the line, in pieces that fit. */
  function broken(text) {
    var line = byId('tick');
    var before = line.textContent;
    var pieces = [];
    var piece = '';
    function isTooLong(said) {
      line.textContent = said;
      return line.scrollWidth > line.clientWidth;
    }
    text.split(' ').forEach(function (word) {
      var longer = piece ? piece + ' ' + word : word;
      var sentence = Math.max(piece.lastIndexOf('. '), piece.lastIndexOf('? ')) + 1;
      if (piece && isTooLong(longer)) {
        if (sentence && !isTooLong(piece.slice(sentence + 1) + ' ' + word)) {
          pieces.push(piece.slice(0, sentence));
          longer = piece.slice(sentence + 1) + ' ' + word;
        } else {
          pieces.push(piece);
          longer = word;
        }
      }
      piece = longer;
    });
    line.textContent = before;
    return pieces.concat(piece);
  }

  /* -- what the office has hung up -------------------------------------------------------------------------------- */

  function readNotices() {
    var asked = new XMLHttpRequest();
    asked.open('GET', said('notices'));
    asked.timeout = NOTICES_MS / 2;
    asked.onload = function () { if (asked.status === 200) { hang(JSON.parse(asked.responseText)); } };
    asked.send();
  }

  function hang(found) {
    var before = notices.pictures.join('\n');
    notices = found;
    if (found.pictures.join('\n') !== before) {
      hung = -1;
      nextPicture();
    }
    draw();
  }

  /* -- start ------------------------------------------------------------------------------------------------------ */

  /* A browser that has not been touched may refuse to play. */
  function listenForTouches() {
    ['click', 'keydown', 'touchend'].forEach(function (touch) {
      document.addEventListener(touch, announcer.touched);
    });
  }

  /* Another display of the hall may be given the sound while this page is open. */
  function turnSound(on) {
    sound.on = on;
    announcer.turn(on);
  }

  /* The bold digits of the screen for a cut line stand nowhere else: once the line is cut they cannot be fetched. */
  function fetchDigits() {
    if (document.fonts) { document.fonts.load('700 1em "Antrean Text"', '0'); }
  }

  listenForTouches();
  fetchDigits();
  antrean.watch('lobby:' + said('hall'), {
    onState: function (state) {
      board = state.board;
      cutSince = null;
      if (state.sound !== undefined && state.sound !== sound.on) { turnSound(state.sound); }
      state.calls.forEach(hear);
      forgetTakenBack();
      draw();
    },
    onCut: function (since) {
      cutSince = since;
      draw();
    },
    onRefused: function (code) {
      /* The server's own page says what to do: pair this screen, or open the right hall. */
      if (code !== 'busy') { window.setTimeout(function () { window.location.reload(); }, FRESH_MS); }
    }
  });
  byId('picture').addEventListener('error', function () { window.setTimeout(nextPicture, PICTURE_MS); });
  readNotices();
  window.setInterval(readNotices, NOTICES_MS);
  window.addEventListener('online', readNotices);
  window.setInterval(draw, 250);
})();
