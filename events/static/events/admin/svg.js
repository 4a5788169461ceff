/** SVG helpers of the seller admin's pictures of the blocks. */

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Creates an SVG element with attributes and, optionally, text. */
export function svgElement(name, attributes = {}, text = undefined) {
  const created = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) created.setAttribute(attribute, value);
  if (text !== undefined) created.textContent = text;
  return created;
}

/** Creates the path of the stage, the ring sector from `arrange` in ../map/canvas/layout.js. */
export function stagePath({ inner, outer, half }) {
  const at = (radius, angle) => `${radius * Math.sin(angle)} ${radius * Math.cos(angle)}`;
  const near = `M ${at(inner, -half)} A ${inner} ${inner} 0 0 0 ${at(inner, half)}`;
  const far = `L ${at(outer, half)} A ${outer} ${outer} 0 0 1 ${at(outer, -half)} Z`;
  return svgElement("path", { d: `${near} ${far}`, class: "stage" });
}
