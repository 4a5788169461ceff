/**
 * The camera: the browser's own barcode detector, or ZXing's in WebAssembly where there is none.
 *
 * Events: `code` (detail: the text). The same code is told again only after it was out of sight for a while.
 */

const LOOK_MS = 120;
const FORGET_MS = 2500;
const WIDTH = 1280;

export class Camera extends EventTarget {
  #stream = null;
  #timer = null;
  #last = { text: "", at: -Infinity };

  /** @param {HTMLVideoElement} video @param {[string, string]} readers where ZXing's script and its WebAssembly are */
  constructor(video, readers) {
    super();
    this.video = video;
    this.readers = readers;
  }

  get isOn() {
    return this.#stream !== null;
  }

  /** Asks for the camera at the back. Throws a sentence for a person. */
  async start() {
    if (!navigator.mediaDevices) throw new Error("This browser gives pages no camera. Type the code instead.");
    this.read ??= await reading(this.readers);
    const wanted = { facingMode: "environment", width: { ideal: WIDTH } };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    } catch (error) {
      throw new Error(explain(error));
    }
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.#look();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.video.srcObject = null;
  }

  async #look() {
    try {
      const text = this.video.videoWidth ? await this.read(this.video) : "";
      if (text) this.#tell(text);
    } catch {
      // a frame that can't be read is followed by others
    }
    if (this.isOn) this.#timer = setTimeout(() => this.#look(), LOOK_MS);
  }

  #tell(text) {
    const again = text === this.#last.text && performance.now() - this.#last.at < FORGET_MS;
    this.#last = { text, at: performance.now() };
    if (!again) this.dispatchEvent(new CustomEvent("code", { detail: text }));
  }
}

/** A function that finds the text of a QR code in a video's picture. */
async function reading(readers) {
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
    const [{ readBarcodes, prepareZXingModule }, answer] = [window.ZXingWASM, await fetch(wasm)];
    await prepareZXingModule({ overrides: { wasmBinary: await answer.arrayBuffer() }, fireImmediately: true });
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
      context.drawImage(video, 0, 0);
      const picture = context.getImageData(0, 0, canvas.width, canvas.height);
      return (await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 }))[0]?.text ?? "";
    };
  } catch {
    throw new Error("The camera’s reader could not be loaded. Try again with a network, or type the code.");
  }
}

function load(url) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

function explain({ name }) {
  if (name === "NotAllowedError") return "The camera was refused. Allow it in the browser’s settings for this page.";
  if (name === "NotFoundError") return "This device has no camera. Type the code or use a hand scanner.";
  return "The camera can’t be used at the moment; perhaps another program has it.";
}
