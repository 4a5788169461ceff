/**
 * The picture that lies under the plan to be traced. It stays in this browser (IndexedDB) and is never sent anywhere. It is
 * shown with <img>, in which the scripts of an SVG don't run.
 */

import { Emitter } from "../../ticketing/emitter.js";

const MAX_BYTES = 30 * 1024 * 1024;
const TYPES = ["image/svg+xml", "image/png", "image/jpeg"];
const WIDTH_CM = 3_000; // of a picture whose scale is not known yet

export class Background extends Emitter {
  /** What is shown: {image, x, y, width, height, opacity, locked}, null without a picture. Lengths are in units. */
  shown = null;
  #key;
  #unit;

  constructor(planId, unit) {
    super();
    this.#key = `plan-${planId}`;
    this.#unit = unit;
  }

  /** Shows the picture that was chosen on an earlier visit. */
  async restore() {
    const stored = await request("readonly", (store) => store.get(this.#key)).catch(() => null); // no storage, no picture
    if (stored) await this.#show(stored);
  }

  /** Shows a file. Returns "", or a sentence that says why it can't be shown. */
  async choose(file, [x, y]) {
    if (!TYPES.includes(file.type)) return "Choose a picture: SVG, PNG or JPEG.";
    if (file.size > MAX_BYTES) return "The picture is larger than 30 MB.";
    try {
      const url = await dataUrl(file);
      await this.#show({ url, x, y, width: WIDTH_CM / this.#unit, opacity: 0.5, locked: true });
    } catch {
      return "The browser can’t show this picture.";
    }
    await this.#store();
    return "";
  }

  async #show({ url, ...place }) {
    const image = new Image();
    image.src = url;
    await image.decode();
    const [w, h] = [image.naturalWidth || 1_000, image.naturalHeight || 1_000];
    this.shown = { image, ...place, height: (place.width * h) / w };
    this.emit("change");
  }

  /** Changes x, y, width, opacity or locked; the height follows the width. */
  change(members) {
    if (!this.shown) return;
    const ratio = this.shown.height / this.shown.width;
    Object.assign(this.shown, members);
    this.shown.height = this.shown.width * ratio;
    this.emit("change");
    this.#store();
  }

  remove() {
    this.shown = null;
    this.emit("change");
    request("readwrite", (store) => store.delete(this.#key)).catch(() => {});
  }

  async #store() {
    const { image, x, y, width, opacity, locked } = this.shown;
    await request("readwrite", (store) => store.put({ url: image.src, x, y, width, opacity, locked }, this.#key)).catch(() => {});
  }
}

/** Resolves with the file as a data: URL, which the page's content security policy allows for pictures. */
function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

/** Resolves with the result of one request to the store of pictures. */
function request(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("seating-plan-pictures", 1);
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("pictures"));
    opening.addEventListener("error", () => reject(opening.error));
    opening.addEventListener("success", () => {
      const asked = act(opening.result.transaction("pictures", mode).objectStore("pictures"));
      asked.addEventListener("success", () => resolve(asked.result));
      asked.addEventListener("error", () => reject(asked.error));
      opening.result.close();
    });
  });
}
