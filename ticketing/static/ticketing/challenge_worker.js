/**
 * A worker that solves its part of a proof of work (ALTCHA version 2, PBKDF2). It tries every `step`th number from
 * `start` on until the derived key has the required prefix, and posts the number and the key.
 *
 * Pages import this module only for `address`, its own URL with the hash of its content.
 */

export const address = import.meta.url;

const isWorker = typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope;
if (isWorker) {
  addEventListener("message", async ({ data: { parameters, start, step } }) => {
    postMessage(await solve(parameters, start, step));
  });
  // Rethrow, or the page would never learn about the error.
  addEventListener("unhandledrejection", ({ reason }) => {
    throw reason;
  });
}

async function solve(parameters, start, step) {
  const password = new Uint8Array([...bytes(parameters.nonce), 0, 0, 0, 0]);
  const counter = new DataView(password.buffer, password.length - 4);
  const options = optionsOf(parameters);
  for (let number = start; ; number += step) {
    counter.setUint32(0, number);
    const derivedKey = hex(await deriveKey(password, options, parameters.keyLength));
    if (derivedKey.startsWith(parameters.keyPrefix)) return { counter: number, derivedKey };
  }
}

function optionsOf({ algorithm, salt, cost }) {
  const [name, hash] = algorithm.split("/");
  if (name !== "PBKDF2") throw new Error(`unknown algorithm ${algorithm}`);
  return { name, hash, salt: bytes(salt), iterations: cost };
}

async function deriveKey(password, options, length) {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits(options, key, length * 8));
}

function bytes(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function hex(array) {
  return Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
