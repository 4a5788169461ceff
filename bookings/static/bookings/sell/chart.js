/** A chart of stepped lines over time, drawn by uPlot in the page's colours, which follow the light or dark scheme. */

import { count } from "../../ticketing/format.js";
import uPlot from "./vendor/uPlot.esm.js";

const STEPS = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5].map((zeros) => step * 10 ** zeros)).sort((one, other) => one - other);
const LOWEST_MAXIMUM = 4; // of the vertical scale
const DIGIT_WIDTH = 8; // px, approximately

/**
 * Creates a chart that fills `root` and resizes with it.
 *
 * @param {HTMLElement} root
 * @param {{name: string, format: (x: number) => string, zone?: string, incrs?: number[],
 *   lines: {label: string, colour: string, fill?: boolean, dash?: number[]}[]}} options
 *   `name` is the label of the horizontal axis and `format` formats its values; if these are seconds since 1970, `zone`
 *   (IANA) is where ticks are at full hours; `incrs` are the allowed distances between ticks, `colour` is a custom
 *   property of the stylesheet
 * @returns {(data: number[][]) => void} a function that shows new columns: x, then one for each line
 */
export function chart(root, { name, format, zone, incrs, lines }) {
  const plot = new uPlot(
    {
      width: root.clientWidth,
      height: root.clientHeight,
      ...(zone && { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone) }),
      scales: { x: { time: Boolean(zone) }, y: { range: (_, low, high) => [0, Math.max(LOWEST_MAXIMUM, high * 1.1)] } },
      axes: [
        axis({ values: (_, values) => values.map(format), space: 72, ...(incrs && { incrs }) }),
        axis({ values: (_, values) => values.map(count), size: widthOf, incrs: STEPS }),
      ],
      series: [{ label: name, value: (_, value) => (value === null ? "–" : format(value)) }, ...lines.map(line)],
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
  const subtle = { stroke: () => token("--line"), width: 1 };
  return { stroke: () => token("--ink-2"), font: `12px ${token("--face")}`, grid: subtle, ticks: subtle, ...options };
}

function widthOf(_, values) {
  return 16 + DIGIT_WIDTH * Math.max(1, ...(values ?? []).map((value) => value.length));
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
