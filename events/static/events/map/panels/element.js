/** Creates an element: `role` and `label` become attributes (role, aria-label), all other options properties. */
export function element(name, { role, label, ...properties } = {}) {
  const created = Object.assign(document.createElement(name), properties);
  if (role) created.setAttribute("role", role);
  if (label) created.setAttribute("aria-label", label);
  return created;
}
