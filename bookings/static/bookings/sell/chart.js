/** Stepped lines over time, drawn by uPlot in the page's colours; drawn anew when light turns to dark. */

import { count } from "../../ticketing/format.js";
import uPlot from "./vendor/uPlot.esm.js";

const STEPS = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5].map((zeros) => step * 10 ** zeros)).sort((one, other) => one - other);
const LEAST = 4; // the top of the scale while there is next to nothing to show
const DIGIT = 8; // px, about

/**
 * A chart that fills `root` and follows its width.
 *
 * @param {HTMLElement} root
 * @param {{name: string, say: (x: number) => string, time?: boolean, incrs?: number[],
 *   lines: {label: string, colour: string, fill?: boolean, dash?: number[]}[]}} options
 *   `name` and `say` are the words for the axis and a place on it, `time` means seconds since 1970, `incrs` are the
 *   distances that its ticks may have, colours are the stylesheet's tokens
 * @returns {(data: number[][]) => void} shows the columns: x, then one for each line
 */
export function chart(root, { name, say, time = false, incrs, lines }) {
  const plot = new uPlot(
    {
      width: root.clientWidth,
      height: root.clientHeight,
      scales: { x: { time }, y: { range: (_, low, high) => [0, Math.max(LEAST, high * 1.1)] } },
      axes: [
        axis({ values: (_, places) => places.map(say), space: 72, ...(incrs && { incrs }) }),
        axis({ values: (_, numbers) => numbers.map(count), size: widthOf, incrs: STEPS }),
      ],
      series: [{ label: name, value: (_, place) => (place === null ? "–" : say(place)) }, ...lines.map(line)],
      legend: { markers: { width: 3 } },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    },
    [[], ...lines.map(() => [])],
    root,
  );
  new ResizeObserver(() => plot.setSize({ width: root.clientWidth, height: root.clientHeight })).observe(root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(false, true));
  return (data) => plot.setData(data);
}

function line({ label, colour, fill = false, dash }) {
  return {
    label,
    dash,
    width: 2,
    stroke: () => token(colour),
    fill: fill ? () => `color-mix(in srgb, ${token(colour)} 18%, transparent)` : undefined,
    value: (_, value) => (value === null ? "–" : count(value)),
    paths: uPlot.paths.stepped({ align: 1 }),
    points: { show: false },
  };
}

function axis(options) {
  const quiet = { stroke: () => token("--line"), width: 1 };
  return { stroke: () => token("--ink-2"), font: `12px ${token("--face")}`, grid: quiet, ticks: quiet, ...options };
}

function widthOf(_, values) {
  return 16 + DIGIT * Math.max(1, ...(values ?? []).map((value) => value.length));
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
