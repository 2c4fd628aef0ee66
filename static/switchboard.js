/* Switchboard's own script. Every page works without it; it adds comfort:
   colours that are remembered, times that stay true, fragments that say when they went stale, and the compose page's counter. */
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // Colours: kept in a cookie, so that pages come with them and their first paint waits for no script. The admin's pages, which are
  // Django's, take them here.
  const root = document.documentElement;
  const remembered = {
    get: () => /(?:^|; )switchboard_theme=(light|dark)/.exec(document.cookie)?.[1] || "",
    set: (value) => {
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `switchboard_theme=${value}; path=/; max-age=${value ? 34560000 : 0}; samesite=lax${secure}`;
    },
  };
  const paint = (theme) => { theme ? (root.dataset.theme = theme) : delete root.dataset.theme; };
  paint(remembered.get());

  const showTheme = () => all("[data-theme-switch]").forEach((group) => {
    group.hidden = false;
    all("button", group).forEach((button) => button.setAttribute("aria-pressed", String(button.value === (root.dataset.theme || ""))));
  });

  // Times: relative, in the reader's words; exact on hover and on tap.
  const exactly = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
  const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const steps = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [86400 * 45, 86400, "d"]];

  const relative = (moment, now) => {
    const seconds = Math.round((moment - now) / 1000);
    const distance = Math.abs(seconds);
    if (distance < 5) return "just now";
    const step = steps.find(([below]) => distance < below);
    if (!step) return date.format(moment);
    const words = `${Math.floor(distance / step[1])} ${step[2]}`;
    return seconds < 0 ? `${words} ago` : `in ${words}`;
  };

  const showTimes = (scope = document) => {
    const now = new Date();
    all("time[datetime]", scope).forEach((element) => {
      const moment = new Date(element.dateTime);
      if (Number.isNaN(moment.valueOf())) return;
      const show = element.dataset.swapped ? "exact" : element.dataset.show;
      const today = moment.toDateString() === now.toDateString();
      const text = show === "clock" ? (today ? "" : `${day.format(moment)} `) + clock.format(moment)
        : show === "exact" ? exactly.format(moment) : relative(moment, now);
      if (element.textContent !== text) element.textContent = text;
      element.title = exactly.format(moment);
    });
  };

  // Live fragments (htmx polls them): never under the reader's hands, never silently old.
  const busy = (target) => one(":popover-open, [data-dirty]", target)
    || (target.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
  const say = (text) => { const announcer = one("#announcer"); if (announcer && announcer.textContent !== text) announcer.textContent = text; };
  const news = (scope) => one("[data-announce]", scope)?.textContent.trim();
  const note = (text, stale) => all("[data-live-note]").forEach((element) => {
    element.hidden = false;
    element.classList.toggle("is-stale", stale);
    one("[data-live-text]", element).textContent = text;
  });
  // The frame around a live fragment stays; what counts there is told by the fragment.
  const badges = ({ dataset }) => {
    if (dataset.deadLetters === undefined) return;
    const count = Number(dataset.deadLetters);
    all("[data-dead-letter-badge]").forEach((badge) => {
      badge.hidden = !count;
      one("b", badge).textContent = "short" in badge.dataset && count > 99 ? "99+" : count.toLocaleString("en");
    });
  };
  // What the reader did to a fragment, to be done to the next one: what is open, how far it is scrolled, where the focus stands.
  let kept = { open: [], scrolled: [], focus: null };
  let before = "";
  let looked = new Date();
  const fellows = (scope, element) => all(element.tagName, scope).filter((other) => other.getAttribute("href") === element.getAttribute("href") && other.textContent.trim() === element.textContent.trim());
  const keep = (scope) => {
    const active = scope.contains(document.activeElement) ? document.activeElement : null;
    const place = active && fellows(scope, active).indexOf(active);
    kept = {
      open: all("details[id]", scope).map(({ id, open }) => [id, open]),
      scrolled: all("[id][tabindex='0']", scope).filter((region) => region.scrollLeft || region.scrollTop).map(({ id, scrollLeft, scrollTop }) => [id, scrollLeft, scrollTop]),
      focus: active && ((next) => (active.id ? document.getElementById(active.id) : fellows(next, active)[place])),
    };
  };
  const giveBack = (scope) => {
    kept.open.forEach(([id, was]) => { const details = document.getElementById(id); if (details) details.open = was; });
    kept.scrolled.forEach(([id, left, top]) => document.getElementById(id)?.scrollTo(left, top));
    if (kept.focus && !scope.contains(document.activeElement)) kept.focus(scope)?.focus({ preventScroll: true });
    kept.focus = null;
  };

  const live = () => {
    const target = one("#live[hx-get]");
    looked = new Date();
    if (target) note("Live", false); else all("[data-live-note]").forEach((element) => { element.hidden = true; });
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id !== "live") return;
    if (!document.hidden && !busy(event.detail.elt)) return;
    event.preventDefault();
    if (!document.hidden) note(`As of ${clock.format(looked)}; waits while you are at it`, false);
  });
  // A tab that comes back to the front looks at once.
  document.addEventListener("visibilitychange", () => { if (!document.hidden && one("#live[hx-get]")) window.htmx?.trigger("#live", "look"); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id !== "live") return;
    if (xhr.status >= 500) {
      event.detail.shouldSwap = false;
      note(`As of ${clock.format(looked)}; the hub does not answer as it should, trying again`, true);
      return;
    }
    if (xhr.status !== 200 || !xhr.responseText.includes('id="live"')) {
      event.detail.shouldSwap = false;
      note("Not updating: load the page again", true);
      return;
    }
    keep(target);
    before = news(target);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const scope = one("#live");
    if (!scope) return;
    giveBack(scope);
    dress(scope);
    live();
    badges(scope);
    if (news(scope) && news(scope) !== before) say(news(scope));
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, () => note(`As of ${clock.format(looked)}; no answer, trying again`, true)));

  // Lists to pick from: search, select all, say how many.
  const pick = (form) => {
    const items = all("[data-pick-item]", form);
    const boxes = () => all("[data-pick-item] input[type=checkbox]:not(:disabled)", form);
    const visible = () => boxes().filter((box) => !box.closest("[data-pick-item]").hidden);
    const everything = one("[data-pick-all]", form);
    const search = one("[data-pick-search]", form);
    const count = () => {
      const chosen = boxes().filter((box) => box.checked).length;
      const shown = visible();
      const text = one("[data-pick-selected]", form);
      if (text) text.textContent = chosen ? `${chosen} of ${boxes().length} selected` : "Nothing selected yet";
      all("[data-pick-needed]", form).forEach((button) => { button.disabled = !chosen; });
      if (everything) {
        const on = shown.filter((box) => box.checked).length;
        everything.checked = on > 0 && on === shown.length;
        everything.indeterminate = on > 0 && on < shown.length;
      }
    };
    const filter = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      items.forEach((item) => { item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word)); });
      const left = items.filter((item) => !item.hidden).length;
      one("[data-pick-none]", form).hidden = left > 0;
      if (words.length) say(`${left} match`);
      count();
    };
    everything?.addEventListener("change", () => { visible().forEach((box) => { box.checked = everything.checked; }); count(); });
    search?.addEventListener("input", filter);
    search?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    one("[data-pick-clear]", form)?.addEventListener("click", () => { search.value = ""; filter(); search.focus(); });
    form.addEventListener("change", count);
    count();
  };

  // Compose: the counter, the preview, and why the button waits.
  const measures = {
    characters: (text) => [...text].length,
    utf16: (text) => text.length,
    bytes: (text) => new TextEncoder().encode(text).length,
  };
  // Files: sent one after the other while the author goes on writing; each becomes a card to pick.
  const send = (address, file, token, progress) => new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(Math.round((100 * event.loaded) / event.total)); });
    request.addEventListener("loadend", () => done({ ok: request.status === 200 || request.status === 201, told: request.response }));
    request.send(body);
  });
  const sizeOf = (bytes) => (bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000)).toLocaleString("en")} kB`);
  const upload = (form, input, changed) => {
    const words = one("[data-upload-news]", form);
    const list = one("[data-picks]", form);
    const show = (told) => {
      const known = all("input[name=media]", list).find((box) => box.value === told.id);
      if (known) { known.checked = true; return; }
      const card = one("[data-pick-new]", form).content.firstElementChild.cloneNode(true);
      one("input", card).value = told.id;
      one("b", card).textContent = told.name;
      one("small", card).textContent = [told.kind, told.width && told.height ? `${told.width} × ${told.height}` : "", sizeOf(told.size_bytes)].filter(Boolean).join(" · ");
      one("textarea", card).name = `alt-${told.id}`;
      if (told.kind === "image") one(".file-picture", card).replaceChildren(Object.assign(new Image(), { src: told.url, alt: "" }));
      const last = all("input[name=media]:checked", list).pop();
      if (last) last.closest("li").after(card); else list.prepend(card);
      const none = one("[data-no-files]", form);
      if (none) none.hidden = true;
    };
    input.addEventListener("change", async () => {
      const files = [...input.files];
      const failed = [];
      input.disabled = true;
      for (const file of files) {
        words.textContent = `Uploading ${file.name}…`;
        const { ok, told } = await send(input.dataset.upload, file, one("[name=csrfmiddlewaretoken]", form).value, (share) => { words.textContent = share < 100 ? `Uploading ${file.name}: ${share} %` : `Looking at ${file.name}…`; });
        if (ok) show(told); else failed.push(`${file.name}: ${told?.detail || "no answer"} ${told?.remedy || ""}`.trim());
        changed();
      }
      input.disabled = false;
      input.value = "";
      words.classList.toggle("is-problem", failed.length > 0);
      words.textContent = failed.length ? failed.join(" ") : `${files.length} file${files.length === 1 ? "" : "s"} uploaded.`;
    });
  };

  // The order of the cards is the order in the post: a file goes behind those chosen before it, and may be moved ahead.
  const arrange = (list) => {
    const placed = (card, where, focus) => { where(card); focus.focus({ preventScroll: true }); };
    list.addEventListener("change", ({ target }) => {
      if (target.name !== "media") return;
      const card = target.closest("li");
      const others = all("input[name=media]:checked", list).map((box) => box.closest("li")).filter((other) => other !== card);
      placed(card, (moved) => (others.length ? others[others.length - 1].after(moved) : list.prepend(moved)), target);
    });
    list.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-earlier]");
      const card = button?.closest("li");
      if (!card?.previousElementSibling) return;
      placed(card, (moved) => moved.previousElementSibling.before(moved), card.previousElementSibling ? button : card);
      const names = all("input[name=media]:checked", list).map((box) => one("b", box.closest("li")).textContent);
      say(`${one("b", card).textContent} is number ${names.indexOf(one("b", card).textContent) + 1} of ${names.length}`);
    });
  };

  // What a place allows now: asked when it is chosen, shown beside it, and kept to by the controls of its settings.
  const allow = (form, settled) => {
    const boxOf = (panel) => document.getElementById(`destination-${panel.id.replace("allowed-", "")}`);
    const panels = all("[data-allowed]", form);
    const ask = async (panel, address) => {
      panel.dataset.asked = "yes";
      panel.textContent = `Asking what ${boxOf(panel).dataset.name} allows now…`;
      try {
        const answer = await fetch(address, { headers: { "HX-Request": "true" } });
        if (!answer.ok || answer.redirected) throw new Error("no answer");
        panel.innerHTML = await answer.text();
      } catch {
        panel.textContent = `${boxOf(panel).dataset.name} could not be asked what it allows now. You can write all the same.`;
      }
      const again = Object.assign(document.createElement("button"), { type: "button", className: "button button--small button--quiet", textContent: "Ask again" });
      again.addEventListener("click", () => ask(panel, `${panel.dataset.allowed}?afresh=1`));
      panel.append(again);
      settled();
    };
    const fix = (control, value, who) => {
      if (!control.name) return;
      const field = control.closest(".field");
      const hint = document.getElementById(`${control.id}-help`);
      all("[data-fixed-value], [data-decided]", field).forEach((made) => made.remove());
      control.disabled = value !== undefined;
      field.toggleAttribute("data-fixed", control.disabled);
      if (!control.disabled) return;
      if (control.type === "checkbox") control.checked = value !== ""; else control.value = value;
      const words = Object.assign(document.createElement("b"), { textContent: ` ${who} decides this.` });
      words.dataset.decided = "";
      hint?.append(words);
      if (!value) return;
      // A control that is greyed is not sent, so what is fixed stands in for it.
      const stand = Object.assign(document.createElement("input"), { type: "hidden", name: control.name, value });
      stand.dataset.fixedValue = "";
      field.append(stand);
    };
    const narrow = (control, lists) => {
      all("option", control).concat(all("input[type=checkbox]", control)).forEach((one) => {
        if (one.value === "") return;
        one.disabled = lists.some((values) => !values.includes(one.value));
        if (!one.disabled) return;
        if (!one.matches("option")) one.checked = false; else if (one.selected) control.value = "";
      });
    };
    let ruled = new Set();
    return () => {
      const said = {};
      panels.forEach((panel) => {
        const box = boxOf(panel);
        const chosen = box.checked && !box.disabled;
        panel.hidden = !chosen;
        if (!chosen) return;
        if (!panel.dataset.asked && !one("[data-rules]", panel)) ask(panel, panel.dataset.allowed);
        const group = document.getElementById(`set-${panel.dataset.for}`);
        if (group && !group.dataset.shown) { group.open = true; group.dataset.shown = "yes"; }
        const rules = JSON.parse(one("[data-rules]", panel)?.dataset.rules || "{}");
        Object.entries(rules).forEach(([id, rule]) => { (said[id] ||= []).push({ who: box.dataset.name, ...rule }); });
      });
      new Set([...ruled, ...Object.keys(said)]).forEach((id) => {
        const control = document.getElementById(id);
        if (!control) return;
        const rules = said[id] || [];
        narrow(control, rules.filter((rule) => rule.values).map((rule) => rule.values));
        const fixed = rules.find((rule) => "fixed" in rule);
        fix(control, fixed?.fixed, fixed?.who);
      });
      ruled = new Set(Object.keys(said));
    };
  };

  const compose = (form) => {
    const text = one("[data-compose-text]", form);
    const link = one("[data-compose-link]", form);
    const counter = one("[data-compose-counter]", form);
    const submit = one("[data-compose-submit]", form);
    const why = one("[data-compose-why]", form);
    const to = one("[data-compose-to]", form);
    const promise = why.textContent;
    const zone = one("[data-guess-zone]", form);
    if (zone) {
      const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
      if (all("option", zone).some((option) => option.value === mine)) zone.value = mine;
    }
    const keep = allow(form, () => update());
    const update = () => {
      const boxes = all("input[name=destination]", form);
      const chosen = boxes.filter((box) => box.checked && !box.disabled);
      const later = one("#when-later", form).checked;
      let tightest = null;
      const files = all("input[name=media]:checked", form).length;
      const crowded = chosen.find((box) => files > Number(box.dataset.media));
      const crowd = (box) => (box.dataset.media === "0" ? "takes no files" : `at most ${box.dataset.media} file${box.dataset.media === "1" ? "" : "s"}`);
      all("[data-settings]", form).forEach((group) => { group.hidden = !chosen.some((box) => box.dataset.kind === group.dataset.settings); });
      keep();
      const set = all("[data-settings]:not([hidden]) :is(input:not([type=hidden], [type=checkbox]), textarea)", form).some((control) => control.value.trim());
      const mute = chosen.filter((box) => !("comments" in box.dataset)).map((box) => box.dataset.name);
      const places = one("[data-comment-places]", form);
      if (places) places.textContent = mute.length ? `; not possible at ${mute.join(", ")}` : "";
      boxes.forEach((box) => {
        const left = box.dataset.limit ? box.dataset.limit - measures[box.dataset.unit](text.value) : Infinity;
        const over = one("[data-over]", box.parentElement);
        const words = !box.checked || box.disabled ? "" : left < 0 ? `${-left} over` : files > Number(box.dataset.media) ? crowd(box) : "";
        if (over.textContent !== words) over.textContent = words;
        if (box.checked && box.dataset.limit && (!tightest || left < tightest.left)) tightest = { left, box };
      });
      counter.hidden = !tightest;
      if (tightest) {
        const limit = Number(tightest.box.dataset.limit);
        const bar = one("progress", counter);
        bar.max = limit;
        bar.value = Math.min(limit, limit - tightest.left);
        counter.classList.toggle("is-over", tightest.left < 0);
        counter.classList.toggle("is-near", tightest.left >= 0 && tightest.left < limit / 10);
        one("[data-compose-count]", counter).textContent = `${(limit - tightest.left).toLocaleString("en")} of ${limit.toLocaleString("en")} for ${tightest.box.dataset.name}`;
      }
      one("[data-compose-preview]", form).textContent = text.value;
      const previewLink = one("[data-compose-preview-link]", form);
      previewLink.textContent = link.value;
      previewLink.hidden = !link.value;
      to.replaceChildren(...chosen.map((box) => Object.assign(document.createElement("span"), { className: "preview-name", textContent: box.dataset.name })));
      const reason = !text.value.trim() && !link.value.trim() && !files && !set ? "Write something first."
        : !chosen.length ? "Choose at least one destination."
        : tightest && tightest.left < 0 ? `Shorten the text: ${-tightest.left} too many for ${tightest.box.dataset.name}.`
        : crowded ? `${crowded.dataset.name}: ${crowd(crowded)}.`
        : later && !(one("#date", form).value && one("#time", form).value) ? "Say on which day and at what time." : "";
      submit.disabled = Boolean(reason);
      const count = `${chosen.length} destination${chosen.length === 1 ? "" : "s"}`;
      submit.textContent = reason ? (later ? "Schedule" : "Publish") : later ? `Schedule for ${count}` : `Publish to ${count}`;
      if (why.textContent !== (reason || promise)) why.textContent = reason || promise;
    };
    const cards = one("[data-picks]", form);
    if (cards) arrange(cards);
    const uploads = one("[data-upload]", form);
    if (uploads) upload(form, uploads, update);
    form.addEventListener("input", update);
    form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !submit.disabled) form.requestSubmit(submit); });
    update();
  };

  // What a piece of page needs, at first and after each swap.
  const dress = (scope) => {
    showTimes(scope);
    all("[data-needs-script]", scope).forEach((element) => { element.hidden = false; });
    all("[data-pick]", scope).forEach(pick);
    all("[data-compose]", scope).forEach(compose);
  };

  // A guest who is done is taken back to where they came from, unless they would rather stay and read.
  const goBack = () => {
    const [link, note] = [one("a[data-goes-back]"), one("[data-goes-back-note]")];
    if (!link || !note) return;
    const going = setTimeout(() => location.assign(link.href), 8000);
    note.hidden = false;
    one("button", note).addEventListener("click", () => { clearTimeout(going); note.textContent = "You stay here."; });
  };

  document.addEventListener("DOMContentLoaded", () => {
    showTheme();
    dress(document);
    live();
    setInterval(() => showTimes(), 1000);
    goBack();
  });
  // Copying needs a page that came over https, or from this machine.
  if (navigator.clipboard) document.addEventListener("DOMContentLoaded", () => all("[data-copy]").forEach((button) => { button.hidden = false; }));
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-switch] button");
    if (choice) { remembered.set(choice.value); paint(choice.value); showTheme(); }
    const copied = event.target.closest("[data-copy]");
    if (copied) navigator.clipboard.writeText(document.getElementById(copied.dataset.copy).value).then(() => { copied.textContent = "Copied"; say("Copied"); });
    const time = event.target.closest("time[data-show=relative]");
    if (time && !event.target.closest("a, button")) { time.toggleAttribute("data-swapped"); if (time.hasAttribute("data-swapped")) time.dataset.swapped = "yes"; showTimes(time.parentElement); }
    all("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details[data-menu][open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });
  document.addEventListener("input", (event) => { event.target.closest("form")?.setAttribute("data-dirty", ""); });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    setTimeout(() => all("button:not([type=button])", event.target).forEach((button) => { if (!button.disabled) { button.disabled = true; button.dataset.spent = ""; } }));
  });
  window.addEventListener("pageshow", () => all("[data-spent]").forEach((button) => { button.disabled = false; delete button.dataset.spent; }));
})();
