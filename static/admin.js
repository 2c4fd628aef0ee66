/* The admin's own script: a deed with many rows goes on by itself, until somebody says stop or leaves the page. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-goes-on]");
  if (!form) return;
  const next = setTimeout(() => form.requestSubmit(), 400);
  document.querySelector("[data-stops]")?.addEventListener("click", () => clearTimeout(next));
});
