// The sandbox page, live: follows links and sends forms without loading the page anew, and redraws when the bot or
// another phone has done something. The server draws; this file only moves the differences into place, so that focus,
// drafts, open menus and scroll positions stay. Without it everything still works, with a reload per step.
"use strict";

(() => {
  const base = document.body.dataset.base;
  const atEnd = new WeakSet(); // logs that show their newest message
  const read = new DOMParser();
  let busy = Promise.resolve();
  let waiting = false;

  // --- moving the differences into place ---------------------------------------------------------------------------

  const keyOf = (node) => (node.nodeType === 1 ? node.dataset.key || node.id || "" : "");
  const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
  // What the page itself keeps: which menus are open, which log a screen reader follows.
  const kept = { DETAILS: ["open"], DIV: ["aria-live"] };

  function matchAttributes(from, to) {
    const own = kept[from.nodeName] || [];
    for (const { name } of [...from.attributes]) {
      if (!to.hasAttribute(name) && !own.includes(name)) from.removeAttribute(name);
    }
    for (const { name, value } of to.attributes) {
      if (name === "hidden" && from.dataset.shown) continue;
      if (!own.includes(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
  }

  function match(from, to) {
    if (from.nodeType !== 1) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    if (from.nodeName === "TEXTAREA") {
      if (from.dataset.draftKey !== to.dataset.draftKey) from.value = to.value;
      matchAttributes(from, to);
      return;
    }
    const probed = from.dataset.shown;
    matchAttributes(from, to);
    if (probed) {
      from.dataset.shown = probed;
      from.hidden = false;
    }
    if (from.nodeName === "SELECT" && from === document.activeElement) return;
    if (from.nodeName === "INPUT") from.value = to.value;
    if (from.nodeName !== "IFRAME") matchChildren(from, to);
  }

  function matchChildren(from, to) {
    let next = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      let found = next;
      const key = keyOf(wanted);
      if (key) while (found && !alike(found, wanted)) found = found.nextSibling;
      if (found && alike(found, wanted)) {
        while (next !== found) {
          const gone = next;
          next = next.nextSibling;
          gone.remove();
        }
        next = found.nextSibling;
        match(found, wanted);
      } else {
        from.insertBefore(document.importNode(wanted, true), next);
      }
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  }

  function draw(html) {
    const page = read.parseFromString(html, "text/html");
    const focused = document.activeElement;
    const phone = focused && focused.closest(".phone");
    match(document.body, page.body);
    if (focused && !focused.isConnected && phone && phone.isConnected) {
      (phone.querySelector(".pane:not([hidden]) textarea") || phone).focus({ preventScroll: true });
    }
    settle();
  }

  // --- asking the server -------------------------------------------------------------------------------------------

  // One request after the other, so that an older answer never overwrites a newer one.
  function inTurn(job) {
    busy = busy.then(job).catch(() => offline(true));
    return busy;
  }

  async function ask(address, options) {
    const answer = await fetch(address, { ...options, headers: { accept: "text/html" } });
    const type = answer.headers.get("content-type") || "";
    if (!type.startsWith("text/html")) {
      say(await answer.text());
      return false;
    }
    if (answer.ok) {
      const there = new URL(answer.url);
      if (there.pathname.endsWith("/")) history.replaceState(null, "", there.pathname + there.search);
    }
    draw(await answer.text());
    offline(false);
    return answer.ok;
  }

  function refresh() {
    if (waiting) return;
    waiting = true;
    inTurn(async () => {
      waiting = false;
      await ask(location.pathname.endsWith("/") ? location.pathname + location.search : `${base}/`);
      const inside = document.querySelector("iframe.inside");
      if (inside && inside.contentWindow) inside.contentWindow.location.reload();
    });
  }

  function say(words) {
    const place = document.getElementById("problem");
    const line = document.createElement("p");
    line.className = "problem";
    line.textContent = words;
    place.replaceChildren(line);
  }

  const offline = (is) => (document.getElementById("offline").hidden = !is);

  // --- what people do ----------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-soft]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const { hash } = link;
    const menu = link.closest("details");
    if (menu) menu.open = false;
    inTurn(async () => {
      const before = new Set(document.querySelectorAll("[data-focus]"));
      await ask(link.href.replace(/#.*$/, ""));
      const target = hash ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
      if (target) bringIn(target);
      else focusAsAsked(before);
    });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.act) return;
    event.preventDefault();
    const button = event.submitter;
    const fields = new URLSearchParams(new FormData(form, button));
    const box = form.querySelector("textarea");
    const sent = box && !fields.has("say") ? box.value : null;
    if (sent !== null && !sent.trim()) return;
    const menu = form.closest("details");
    inTurn(async () => {
      const done = await ask((button && button.getAttribute("formaction")) || form.action, { method: "POST", body: fields });
      if (!done) return;
      if (menu) menu.open = false;
      if (box && box.isConnected && sent !== null && box.value === sent && !box.dataset.draftKey) box.value = "";
    });
  });

  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key === "Escape") {
      const menu = box.closest("details[open]");
      const cancel = box.closest(".composer") && box.closest(".composer").querySelector(".composing a");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (cancel) cancel.click();
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || box.nodeName !== "TEXTAREA") return;
    event.preventDefault();
    box.form.requestSubmit(box.form.querySelector("[data-send]"));
  });

  // More than a phone sends is refused before it lands in the box: a book in there would hold up the whole page.
  document.addEventListener("paste", (event) => {
    const limit = Number(document.body.dataset.limit);
    const length = event.target.nodeName === "TEXTAREA" ? event.clipboardData.getData("text").length : 0;
    if (length <= limit) return;
    event.preventDefault();
    say(`That text has ${length.toLocaleString("en-GB")} characters, and a phone sends at most ${limit.toLocaleString("en-GB")}. It was not put in.`);
  });

  // A screen reader follows the phone that is in use, not the same message on every phone.
  document.addEventListener("focusin", (event) => {
    const mine = event.target.closest(".phone");
    if (!mine) return;
    for (const log of document.querySelectorAll(".log")) log.setAttribute("aria-live", mine.contains(log) ? "polite" : "off");
  });

  document.addEventListener("scroll", (event) => {
    const log = event.target;
    if (!log.classList || !log.classList.contains("log")) return;
    if (log.scrollHeight - log.scrollTop - log.clientHeight < 60) atEnd.add(log);
    else atEnd.delete(log);
  }, true);

  document.addEventListener("toggle", (event) => {
    if (event.target.open) event.target.scrollIntoView({ block: "nearest" });
  }, true);

  // The focus goes to what has just appeared and asks for it, or to the box in which a message is being answered.
  function focusAsAsked(before) {
    const asking = [...document.querySelectorAll("[data-focus]")];
    const wanted = asking.find((each) => !before.has(each)) || asking.find((each) => each.nodeName === "TEXTAREA");
    if (!wanted) return;
    wanted.focus();
    if (wanted.nodeName === "TEXTAREA") wanted.setSelectionRange(wanted.value.length, wanted.value.length);
  }

  function bringIn(target) {
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest", inline: "center" });
  }

  // --- keeping up --------------------------------------------------------------------------------------------------

  const known = new WeakSet();

  function settle() {
    for (const log of document.querySelectorAll(".log")) {
      if (!log.clientHeight) continue;
      if (!known.has(log) || atEnd.has(log)) log.scrollTop = log.scrollHeight;
      if (!known.has(log)) atEnd.add(log);
      known.add(log);
    }
  }

  async function probe() {
    const link = document.querySelector("[data-probe]");
    if (!link) return;
    try {
      const answer = await fetch(document.body.dataset.inside);
      if (!answer.ok) return;
      link.dataset.shown = "yes";
      link.hidden = false;
    } catch { /* no such page: the link stays hidden */ }
  }

  const news = new EventSource(`${base}/changes`);
  news.addEventListener("message", (event) => {
    offline(false);
    if (event.data !== document.body.dataset.version) refresh();
  });
  news.addEventListener("error", () => offline(true));
  addEventListener("pageshow", () => settle());
  addEventListener("resize", () => settle());
  document.fonts.ready.then(settle); // the words take more room in their own letters
  addEventListener("pagehide", () => news.close());
  settle();
  probe();
})();
