/* The admin's own script: a deed with many rows goes on by itself, until somebody says stop or leaves the page; and boxes to
   search in, which select2 makes and names by nothing, are called as their labels. Where several are chosen it puts a mark that takes all
   away into their list, which is no item of it: each has its own, so there is none for all. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-goes-on]");
  if (!form) return;
  const next = setTimeout(() => form.requestSubmit(), 400);
  document.querySelector("[data-stops]")?.addEventListener("click", () => clearTimeout(next));
});
document.querySelectorAll("select.admin-autocomplete[multiple]").forEach((select) => { select.dataset.allowClear = "false"; });
{
  const name = () => document.querySelectorAll("select.select2-hidden-accessible").forEach((select) => {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.nextElementSibling?.querySelector("[role=combobox]");
    if (!label || !box) return;
    label.id ||= `${select.id}-label`;
    const shown = box.querySelector("[role=textbox]");
    // What is chosen belongs to the box's name; as a text box of its own it would be one without a name.
    shown?.removeAttribute("role");
    shown?.removeAttribute("aria-readonly");
    box.setAttribute("aria-labelledby", [label.id, shown?.id].filter(Boolean).join(" "));
    box.querySelector("input")?.setAttribute("aria-labelledby", label.id);
  });
  window.addEventListener("load", () => setTimeout(name));
  document.addEventListener("formset:added", () => setTimeout(name));
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(".select2-search__field:not([aria-labelledby])")) target.setAttribute("aria-label", "Search");
  });
}
