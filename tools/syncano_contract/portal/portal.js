"use strict";
// Without scripts nothing is missing but this: a button to copy code, and a language that is chosen once for all steps.
for (const code of document.querySelectorAll("figure.code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.querySelector("pre").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  code.querySelector("figcaption").append(button);
}

const choices = [...document.querySelectorAll(".tabs > input")];
for (const choice of choices) {
  choice.addEventListener("change", () => {
    const before = choice.getBoundingClientRect().top;
    for (const other of choices) other.checked ||= other.value === choice.value;
    scrollBy({ top: choice.getBoundingClientRect().top - before, behavior: "instant" });  // what is above may have grown
  });
}
