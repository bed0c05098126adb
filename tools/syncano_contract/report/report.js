// Filters the list of requirements; without this script the page shows all of them.
const form = document.getElementById("filter");
const items = [...document.querySelectorAll("#requirements .requirement")];
const groups = [...document.querySelectorAll("#requirements .group")];
const count = document.getElementById("count");

const fits = (item, wanted) =>
  (!wanted.verdict || item.dataset.verdict === wanted.verdict) &&
  (!wanted.level || item.dataset.level === wanted.level) &&
  (!wanted.operation || item.dataset.operations.split(" ").includes(wanted.operation)) &&
  wanted.text.toLowerCase().split(/\s+/).every((word) => item.dataset.text.includes(word));

const apply = () => {
  const wanted = Object.fromEntries(new FormData(form));
  for (const item of items) item.hidden = !fits(item, wanted);
  for (const group of groups) group.hidden = !group.querySelector(".requirement:not([hidden])");
  const left = items.filter((item) => !item.hidden).length;
  count.textContent = left === items.length ? `All ${left} are shown.` : `${left} of ${items.length} are shown.`;
};

const open = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target || !items.includes(target)) return;
  if (target.hidden) {
    form.reset();
    apply();
  }
  target.querySelector("details").open = true;
  target.scrollIntoView();
};

for (const item of items) item.dataset.text = item.textContent.toLowerCase();
form.addEventListener("input", apply);
form.addEventListener("reset", () => setTimeout(apply));
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", open);
form.hidden = false;
apply();
open();
