/**
 * Reads QR codes with the camera, by the browser's BarcodeDetector or, where there is none, by ZXing in WebAssembly.
 *
 * Events: `code` (detail: the text). The same code is reported again only after it has been out of sight for a while.
 */

const FRAME_MS = 120;
const SAME_CODE_MS = 2500; // within this time, a code that is still in sight is not reported again
const WIDTH = 1280;

export class Camera extends EventTarget {
  #stream = null;
  #timeout = null;
  #last = { text: "", at: -Infinity };

  /** @param {HTMLVideoElement} video @param {[string, string]} readers URLs of ZXing's script and its WebAssembly */
  constructor(video, readers) {
    super();
    this.video = video;
    this.readers = readers;
  }

  get isOn() {
    return this.#stream !== null;
  }

  /** Starts the camera, the one at the back if there are several. Throws an Error whose message is for the user. */
  async start() {
    if (!navigator.mediaDevices) throw new Error("This browser doesn’t let pages use a camera. Type the code instead.");
    this.read ??= await codeReader(this.readers);
    const wanted = { facingMode: "environment", width: { ideal: WIDTH } };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    } catch (error) {
      throw new Error(explain(error));
    }
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.#scan();
  }

  stop() {
    clearTimeout(this.#timeout);
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.video.srcObject = null;
  }

  async #scan() {
    try {
      const text = this.video.videoWidth ? await this.read(this.video) : "";
      if (text) this.#report(text);
    } catch {
      // This frame can't be read; the next one may.
    }
    if (this.isOn) this.#timeout = setTimeout(() => this.#scan(), FRAME_MS);
  }

  #report(text) {
    const isSame = text === this.#last.text && performance.now() - this.#last.at < SAME_CODE_MS;
    this.#last = { text, at: performance.now() };
    if (!isSame) this.dispatchEvent(new CustomEvent("code", { detail: text }));
  }
}

/** Returns a function that finds the text of a QR code in the current frame of a video, or an empty string. */
async function codeReader(readers) {
  const formats = (await window.BarcodeDetector?.getSupportedFormats?.().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
  }
  return zxing(readers);
}

async function zxing([script, wasm]) {
  try {
    if (!window.ZXingWASM) await load(script);
    const [{ readBarcodes, prepareZXingModule }, response] = [window.ZXingWASM, await fetch(wasm)];
    await prepareZXingModule({ overrides: { wasmBinary: await response.arrayBuffer() }, fireImmediately: true });
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
      context.drawImage(video, 0, 0);
      const frame = context.getImageData(0, 0, canvas.width, canvas.height);
      return (await readBarcodes(frame, { formats: ["QRCode"], maxNumberOfSymbols: 1 }))[0]?.text ?? "";
    };
  } catch {
    throw new Error("The code reader could not be loaded. Try again online, or type the code.");
  }
}

function load(url) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

function explain({ name }) {
  if (name === "NotAllowedError") return "The browser denied access to the camera. Allow it for this page in the browser’s settings.";
  if (name === "NotFoundError") return "This device has no camera. Type the code or use a hand scanner.";
  return "The camera is not available right now. Another program may be using it.";
}
