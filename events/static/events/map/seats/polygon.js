/** Polygons in the plane, as lists of points [x, y]. */

const SAMPLES = [4, 9]; // per direction, to find room for a label: a coarse search, and a finer one if that finds none
const SHARES = [0.95, 0.75, 0.55, 0.35]; // of the height at a point that a label may take

/** Returns the box {left, right, top, bottom} around points. */
export function boxOf(points) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

/** Returns a polygon's place (see Block): the box around it, not rotated. */
export function placeOf(points) {
  const { left, right, top, bottom } = boxOf(points);
  const [width, height] = [right - left, bottom - top];
  return { x: (left + right) / 2, y: (top + bottom) / 2, angle: 0, width, height, radius: Math.hypot(width, height) / 2 + 1 };
}

/** Returns a polygon as a Path2D around (x, y). */
export function pathOf(points, { x, y } = { x: 0, y: 0 }) {
  const path = new Path2D();
  for (const [px, py] of points) path.lineTo(px - x, py - y);
  path.closePath();
  return path;
}

/** Whether the point (x, y) is in the polygon, or within `margin` of it. */
export function contains(points, x, y, margin = 0) {
  let inside = false;
  for (let index = 0, before = points.length - 1; index < points.length; before = index, index += 1) {
    const [[ax, ay], [bx, by]] = [points[before], points[index]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    if (margin && distanceToEdge(x, y, ax, ay, bx, by) < margin) return true;
  }
  return inside;
}

function distanceToEdge(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** Returns {x, y, width, height}: where a polygon has most room for a label `ratio` times as wide as high, and how much. */
export function roomOf(points, ratio) {
  const box = boxOf(points);
  const none = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, width: 0, height: 0, score: -Infinity };
  let best = none;
  for (const samples of SAMPLES) if (best === none) best = search(points, { ...box, ratio }, samples, none);
  return best;
}

function search(points, box, samples, none) {
  let best = none;
  for (let row = 1; row < samples; row += 1) {
    for (let column = 1; column < samples; column += 1) {
      const [x, y] = [box.left + ((box.right - box.left) * column) / samples, box.top + ((box.bottom - box.top) * row) / samples];
      const down = chord(points, x, y, 1);
      if (down) for (const share of SHARES) best = better(best, points, x, (down[0] + down[1]) / 2, (down[1] - down[0]) * share, box);
    }
  }
  return best;
}

/** Returns the room of this height around (x, y), as wide as the polygon allows, if it is better than another one. */
function better(best, points, x, y, height, { left, right, top, bottom, ratio }) {
  if (height * ratio <= best.score) return best;
  const lines = [y - height / 2, y, y + height / 2].map((at) => chord(points, x, at, 0));
  if (!lines.every(Boolean)) return best;
  const [from, to] = [Math.max(...lines.map((line) => line[0])), Math.min(...lines.map((line) => line[1]))];
  const [width, centre] = [to - from, (from + to) / 2];
  const away = Math.hypot(centre - (left + right) / 2, y - (top + bottom) / 2);
  const score = Math.min(width, height * ratio) - away * 0.15;
  return score > best.score ? { x: centre, y, width, height, score } : best;
}

/** Returns the two ends of the line through (x, y) inside the polygon: horizontal for axis 0, vertical for axis 1. */
function chord(points, x, y, axis) {
  const [at, other] = axis ? [x, y] : [y, x];
  let [low, high, crossings] = [-Infinity, Infinity, 0];
  let a = points[points.length - 1];
  for (const b of points) {
    const [from, to] = [a[1 - axis], b[1 - axis]];
    if (from > at !== to > at) {
      const crossing = a[axis] + ((b[axis] - a[axis]) * (at - from)) / (to - from);
      if (crossing >= other) high = Math.min(high, crossing);
      else {
        crossings += 1;
        low = Math.max(low, crossing);
      }
    }
    a = b;
  }
  return crossings % 2 ? [low, high] : null;
}

/** Returns the ratio (see roomOf) of a label of three lines, of which the first is a title of so many characters. */
export function ratioOf({ name, tail }) {
  return Math.min(3.5, Math.max(1.2, (name.length + tail.length) * 0.19));
}

/** Returns the convex hull of points, clockwise on the screen. */
export function hullOf(points) {
  if (points.length < 3) return points;
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list) => {
    const chain = [];
    for (const point of list) {
      while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const turn = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

/** Leaves out the points of a line that are less than `tolerance` away from the rest (Ramer, Douglas and Peucker). */
export function simplified(points, tolerance) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  let [farthest, at] = [0, 0];
  for (let index = 1; index < points.length - 1; index += 1) {
    const away = distanceToEdge(...points[index], ...first, ...last);
    if (away > farthest) [farthest, at] = [away, index];
  }
  if (farthest <= tolerance) return [first, last];
  return [...simplified(points.slice(0, at + 1), tolerance), ...simplified(points.slice(at), tolerance).slice(1)];
}

/** Moves the edges of a polygon outwards. A line there and back becomes a band. */
export function widened(points, by) {
  const around = points.filter(([x, y], index) => Math.hypot(x - points.at(index - 1)[0], y - points.at(index - 1)[1]) > 1e-6);
  if (around.length < 2) return diamond(points[0], by);
  const side = signedArea(around) < 0 ? -1 : 1;
  return around.flatMap((point, index) => {
    const before = unit(around.at(index - 1), point);
    const after = unit(point, around[(index + 1) % around.length]);
    const outward = [before, after].map(([dx, dy]) => [side * dy, side * -dx]);
    const cosine = outward[0][0] * outward[1][0] + outward[0][1] * outward[1][1];
    const [x, y] = point;
    if (cosine < 0.3) return [moved(x, y, outward[0], before, by), moved(x, y, outward[1], [-after[0], -after[1]], by)];
    const length = Math.hypot(outward[0][0] + outward[1][0], outward[0][1] + outward[1][1]);
    const reach = (2 * by) / length ** 2;
    return [[x + (outward[0][0] + outward[1][0]) * reach, y + (outward[0][1] + outward[1][1]) * reach]];
  });
}

/** At a sharp corner: moved out, and a little past it. */
function moved(x, y, [nx, ny], [dx, dy], by) {
  return [x + nx * by + dx * by * 0.6, y + ny * by + dy * by * 0.6];
}

function diamond([x, y], by) {
  return [[x - by, y - by], [x + by, y - by], [x + by, y + by], [x - by, y + by]];
}

function unit([ax, ay], [bx, by]) {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  return [(bx - ax) / length, (by - ay) / length];
}

function signedArea(points) {
  return points.reduce((sum, [x, y], index) => {
    const [ox, oy] = points.at(index - 1);
    return sum + (ox * y - x * oy);
  }, 0);
}
