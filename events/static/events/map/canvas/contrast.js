/** Makes the colours that a plan gives its categories readable in light and dark, by changing only their lightness. */

const LEAST = 4.5; // contrast (WCAG 2) to the surface: numbers of seats are written on the colour in the surface's colour
const STEP = 0.02; // of lightness

/** Returns `colour` ("#rrggbb"), made darker or lighter as far as needed to be legible on `surface`, and the other way round. */
export function legible(colour, surface) {
  const under = luminance(channels(surface));
  const step = under > 0.4 ? -STEP : STEP;
  const [hue, saturation, lightness] = toHsl(channels(colour));
  for (let light = lightness; light >= 0 && light <= 1; light += step) {
    const candidate = fromHsl(hue, saturation, light);
    if (contrast(luminance(candidate), under) >= LEAST) return hex(candidate);
  }
  return step < 0 ? "#000000" : "#ffffff";
}

/** Returns red, green and blue of "#rgb" or "#rrggbb", from 0 to 1. */
function channels(colour) {
  const digits = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit) : colour.slice(1).match(/../g);
  return digits.map((digit) => parseInt(digit, 16) / 255);
}

function hex(rgb) {
  return `#${rgb.map((each) => Math.round(each * 255).toString(16).padStart(2, "0")).join("")}`;
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function toHsl([red, green, blue]) {
  const [high, low] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const [lightness, spread] = [(high + low) / 2, high - low];
  if (!spread) return [0, 0, lightness];
  const saturation = spread / (1 - Math.abs(2 * lightness - 1));
  const hue = high === red ? ((green - blue) / spread + 6) % 6 : high === green ? (blue - red) / spread + 2 : (red - green) / spread + 4;
  return [hue, saturation, lightness];
}

function fromHsl(hue, saturation, lightness) {
  const channel = (offset) => {
    const at = (offset + hue * 2) % 12;
    return lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(at - 3, 9 - at, 1));
  };
  return [channel(0), channel(8), channel(4)];
}
