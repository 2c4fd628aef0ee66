/* The page of the API: what Swagger UI makes, made usable by everybody. One main part, headings in order, names for what is chosen from,
   boxes that scroll by keyboard, and no link inside a button: the button opens what the link led to, and says so in the address. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("swagger-ui");
  const all = (selector, change) => page.querySelectorAll(selector).forEach(change);
  const name = (one, words) => one.setAttribute("aria-label", words);
  const mend = () => {
    all("main:not([role])", (one) => { one.setAttribute("role", "region"); name(one, "Operations"); });
    all("h1.title", () => document.querySelector("main > h1.unseen")?.remove());
    all("h3.opblock-tag:not([aria-level]), .models > h4:not([aria-level])", (one) => one.setAttribute("aria-level", "2"));
    all(".opblock-body h4:not([aria-level])", (one) => one.setAttribute("aria-level", "3"));
    all(".opblock-summary-control a[href]", (one) => one.removeAttribute("href"));
    all("select:not([aria-label])", (one) => {
      if (!one.labels.length) name(one, one.closest("tr[data-param-name]")?.dataset.paramName || "One of these");
    });
    all("table[role=region]:not([aria-label])", (one) => name(one, one.id.replace(/_+/g, " ")));
    all("pre.microlight:not([tabindex])", (one) => { one.tabIndex = 0; });
  };
  new MutationObserver(mend).observe(page, { childList: true, subtree: true });
  mend();
});
