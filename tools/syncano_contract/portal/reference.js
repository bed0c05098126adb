"use strict";
const configuration = JSON.parse(document.getElementById("configuration").textContent);

// What Scalar leaves without a name, without a state or out of reach of the Tab key.
const MENDED = [
  ["button[class*='copy-button']:not([aria-label])", { "aria-label": "Copy" }],
  ["[contenteditable][role=combobox]:not([aria-label])", { "aria-label": "Value" }],
  ["[contenteditable][role=combobox]:not([aria-expanded])", { "aria-expanded": "false", "aria-controls": "reference" }],
  ["input[role=combobox]:not([aria-expanded])", { "aria-expanded": "true" }],
  ["input[role=combobox]:not([aria-controls])", { "aria-controls": "reference" }],
  ["button[role=none]", { role: "button" }],
  ["ul.endpoints:not([tabindex]), .scalar-card-content:not([tabindex]), .scalar-card-content pre:not([tabindex])", { tabindex: "0" }],
];

function mend() {
  for (const [found, attributes] of MENDED) {
    for (const element of document.querySelectorAll(found)) {
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    }
  }
}

new MutationObserver(mend).observe(document.body, { childList: true, subtree: true }); // dialogs stand beside the rest
Scalar.createApiReference("#reference", {
  ...configuration,
  generateOperationSlug: ({ operationId }) => operationId,
});
