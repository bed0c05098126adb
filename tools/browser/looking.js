// What a person meets on a page. Each finding is one line that begins with the place.
(() => {
  const SLACK = 1; // pixels that rounding may make
  const SMALLEST = 11; // pixels of a font that can be read

  const all = (selector) => [...document.querySelectorAll(selector)];
  const shortened = (text) => text.trim().replace(/\s+/g, " ").slice(0, 60);

  // ---- places

  const step = (element) => element.localName + [...element.classList].map((each) => `.${each}`).join("");

  const place = (element) => {
    const steps = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      steps.unshift(at.id ? `#${at.id}` : step(at));
      if (at.id) break;
    }
    return steps.slice(0, 1).concat(steps.slice(1).slice(-3)).join(" > ");
  };

  const finding = (element, text) => `${place(element)}: ${shortened(text)}`;

  // ---- what is shown

  const ancestors = function* (element) {
    for (let at = element; at; at = at.parentElement) yield at;
  };

  const isHiddenFromSight = (element) => // but not from a screen reader
    [...ancestors(element)].some((each) => each.clientWidth === 1 && each.clientHeight === 1);

  const texts = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      const element = node.parentElement;
      if (!node.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > SLACK && box.height > SLACK);
      if (boxes.length && !isHiddenFromSight(element)) found.push({ element, text: node.data, boxes });
    }
    return found;
  };

  // The box that an element shows of what is in it, and whether a person can scroll to the rest.
  const windowOf = (element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const isOpen = overflowX === "visible" && overflowY === "visible";
    if (isOpen || element === document.body || element === document.documentElement) return null;
    const scrolls = [overflowX, overflowY].some((each) => each === "auto" || each === "scroll");
    return { box: element.getBoundingClientRect(), scrolls };
  };

  const clipped = (box, element) => {
    let { left, right, top, bottom } = box;
    for (const each of ancestors(element)) {
      const seen = windowOf(each)?.box;
      if (!seen) continue;
      [left, right] = [Math.max(left, seen.left), Math.min(right, seen.right)];
      [top, bottom] = [Math.max(top, seen.top), Math.min(bottom, seen.bottom)];
    }
    return { left, right, top, bottom };
  };

  const isCut = ({ element, boxes }) => {
    for (const each of ancestors(element)) {
      const seen = windowOf(each);
      if (seen?.scrolls) return false;
      if (seen && boxes.some((box) => box.left < seen.box.left - SLACK || box.right > seen.box.right + SLACK ||
          box.top < seen.box.top - SLACK || box.bottom > seen.box.bottom + SLACK)) return true;
    }
    return boxes.some((box) => box.left + scrollX < -SLACK || box.top + scrollY < -SLACK);
  };

  const sizeOf = (element) => {
    const scale = element instanceof SVGElement ? Math.hypot(element.getScreenCTM().a, element.getScreenCTM().b) : 1;
    return parseFloat(getComputedStyle(element).fontSize) * scale;
  };

  // ---- findings

  const overflowing = () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = all("body *").filter((each) => clipped(each.getBoundingClientRect(), each).right > clientWidth + SLACK);
    return [`the page is ${scrollWidth} pixels wide`, ...wide.map((each) => finding(each, each.textContent))];
  };

  const cut = () => texts().filter(isCut).map(({ element, text }) => finding(element, text));

  const small = () => texts().filter(({ element }) => sizeOf(element) < SMALLEST)
    .map(({ element, text }) => finding(element, `${sizeOf(element).toFixed(1)} px: ${text}`));

  // Text of which each line holds next to nothing.
  const squeezed = () => texts().filter(({ element, text, boxes }) =>
    boxes.length > 3 && text.trim().length < 4 * boxes.length && sizeOf(element) < text.trim().length)
    .map(({ element, text }) => finding(element, text));

  const overlapping = () => {
    const lines = texts().flatMap(({ element, text, boxes }) => boxes.map((box) => {
      const { left, right, top, bottom } = clipped(box, element);
      const air = (bottom - top) / 4; // a line's box is higher than its letters
      return { element, text, left: left + SLACK, right: right - SLACK, top: top + air, bottom: bottom - air };
    })).filter((line) => line.left < line.right && line.top < line.bottom).sort((one, other) => one.top - other.top);
    const found = [];
    lines.forEach((line, at) => {
      for (const other of lines.slice(at + 1)) {
        if (other.top >= line.bottom) break;
        if (other.left < line.right && line.left < other.right) {
          found.push(`${finding(line.element, line.text)} | ${finding(other.element, other.text)}`);
        }
      }
    });
    return found;
  };

  // ---- links and keyboard

  const tabbable = () =>
    all("a[href], button, input, select, textarea, summary, [tabindex]").filter((each) =>
      !each.disabled && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }) &&
      !(each.type === "radio" && !each.checked));

  const hasRing = (element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  };

  const isInView = (element) => {
    const { left, right, top, bottom } = clipped(element.getClientRects()[0] ?? new DOMRect(), element);
    const seen = document.elementFromPoint((left + right) / 2, (top + Math.min(bottom, innerHeight)) / 2);
    const begins = top >= -SLACK || bottom - top > innerHeight; // what is higher than the window may begin above it
    return begins && top < innerHeight && !!seen && (element.contains(seen) || seen.contains(element));
  };

  // What has the focus, where it stands in the document (-1 for nothing), and whether that can be seen.
  const focus = () => {
    const element = document.activeElement;
    return { at: all("body *").indexOf(element), place: finding(element, element.textContent),
      isSeen: hasRing(element) && isInView(element) };
  };

  const stops = () => tabbable().map((each) => finding(each, each.textContent));

  const targetOf = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));

  const dead = () => all("a[href^='#']").filter((each) => !targetOf(each)).map((each) => finding(each, each.hash));

  const ambiguous = () => {
    const ids = all("[id]").map((each) => each.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at);
  };

  // Some of the links, followed one after the other; those whose target is not in view then.
  const astray = async () => {
    const inner = all("a[href^='#']").filter((each) => each.checkVisibility());
    const some = inner.filter((_, at) => at % Math.ceil(inner.length / 40) === 0);
    const found = [];
    for (const link of some) {
      link.click();
      await new Promise(requestAnimationFrame);
      if (!targetOf(link) || !isInView(targetOf(link))) found.push(finding(link, link.hash));
    }
    return found;
  };

  // ---- colours

  // From 0 for black to 1 for white, as WCAG reckons it.
  const luminance = (colour) => {
    const parts = colour.match(/[\d.]+/g).slice(0, 3).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };

  const brightness = () => {
    const { backgroundColor, color } = getComputedStyle(document.body);
    return [luminance(backgroundColor), luminance(color)];
  };

  // ---- scripts

  const ADDRESSES = ["href", "xlink:href", "src", "action", "formaction", "data"];

  const runs = (name, value) => name.startsWith("on") ||
    (ADDRESSES.includes(name) && /^javascript:/i.test(value.replace(/[\0- ]/g, "")));

  const handlers = () => all("*").flatMap((each) => each.getAttributeNames()
    .filter((name) => runs(name, each.getAttribute(name)))
    .map((name) => finding(each, `${name}=${each.getAttribute(name)}`)));

  // Do to everything whatever a person may do to it without leaving the page, and let what follows happen.
  const provoke = async () => {
    for (const each of all("a[href^='#'], button, summary, input, select")) each.click();
    for (const each of all("body *")) each.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  };

  const unfold = () => all("details").forEach((each) => { each.open = true; });

  return {
    overflowing, cut, small, squeezed, overlapping, stops, focus, dead, ambiguous, astray, brightness, handlers, provoke,
    unfold,
  };
})()
