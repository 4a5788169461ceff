/** The box of a block, its `place`, in the plane. */

/** Returns the corners of a block's box, extended by `margin`. */
export function corners({ x, y, angle, width, height }, margin = 0) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [w, h] = [width / 2 + margin, height / 2 + margin];
  return [[-w, -h], [w, -h], [w, h], [-w, h]].map(([u, v]) => [x + u * cos - v * sin, y + u * sin + v * cos]);
}

/** Returns the middle of a block's name, above its first row. */
export function namePoint({ x, y, angle, height }) {
  const up = height / 2 + 1;
  return [x + up * Math.sin(angle), y - up * Math.cos(angle)];
}
