/* The kiosk by keys alone: a keyboard, or the small pad of arrows and Enter that is sold for kiosks.

   Left and right go through the keys in the order in which the screen is read, up and down to the row above or beneath. */
(function () {
  "use strict";
  const ARROWS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };
  const SAME_ROW = 8; // pixels by which two rows may overlap

  /** The panel that wants an answer before anything else, or none. What lies under it is out of reach of the keys. */
  const openPanel = () => ["away", "refusal", "wrong"].map((id) => document.getElementById(id)).find((panel) => panel && !panel.hidden);

  const controls = () => [...(openPanel() || document.getElementById("screen")).querySelectorAll("a[href], button:not(:disabled)")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }));

  const isAfter = (node, than) => Boolean(than.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING);

  /** The next one in reading order, from wherever the focus stands; after the last comes the first. */
  function inOrder(all, from, step) {
    if (step > 0) return all.find((node) => isAfter(node, from)) || all[0];
    return all.findLast((node) => isAfter(from, node) && !node.contains(from)) || all.at(-1);
  }

  /** The nearest one in the next row, if there is any. */
  function inNextRow(all, from, step) {
    const here = from.getBoundingClientRect();
    const middle = (box) => (box.left + box.right) / 2;
    const apart = (box) => (step > 0 ? box.top - here.bottom : here.top - box.bottom);
    const rows = all.map((node) => ({ node, box: node.getBoundingClientRect() })).filter(({ box }) => apart(box) > -SAME_ROW);
    const far = ({ box }) => 4 * apart(box) + Math.abs(middle(box) - middle(here));
    return rows.reduce((best, found) => (!best || far(found) < far(best) ? found : best), null)?.node;
  }

  document.addEventListener("keydown", (event) => {
    const isTab = event.key === "Tab" && openPanel();
    if (!(event.key in ARROWS || isTab) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const step = isTab ? (event.shiftKey ? -1 : 1) : ARROWS[event.key];
    const from = document.activeElement || document.body;
    const all = controls().filter((node) => node !== from);
    const upOrDown = event.key === "ArrowUp" || event.key === "ArrowDown";
    const to = (upOrDown && inNextRow(all, from, step)) || (all.length && inOrder(all, from, step));
    if (to) to.focus({ preventScroll: true });
  });

  window.antrean = Object.assign(window.antrean || {}, { openPanel });
})();
