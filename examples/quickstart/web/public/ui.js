// @ts-check
/** The little that this page needs of a framework. */

/** @typedef {Node | string | null | false | undefined} Child */

/**
 * Makes an element. Only attributes and text: nothing here can turn a string into markup.
 * @param {string} name
 * @param {Record<string, string | boolean | EventListener | undefined>} [attributes] `onclick` and the like are listeners
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...SVGElement} children
 * @returns {SVGElement}
 */
export function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, string | boolean | EventListener | undefined>} attributes
 */
function setAttributes(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : value);
  }
}

/**
 * The element of the page with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}`);
  return element;
}

/**
 * Sets text only where it changed, so that a screen reader is not told twice and a selection stays.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Tells those who do not see the page what has changed on it.
 * @param {string} text
 */
export function announce(text) {
  setText(byId("announcer"), text);
}

/**
 * A link away from this app, such as to the page of an error code. Opens beside it, so that this tab keeps its story.
 * @param {string} href
 * @param {...Child} children
 */
export function outside(href, ...children) {
  return el("a", { href, target: "_blank", rel: "noopener" }, ...children);
}
