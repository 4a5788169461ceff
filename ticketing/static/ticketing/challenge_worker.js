/**
 * A worker that does its share of a proof of work (ALTCHA version 2, PBKDF2): it tries every `step`th number from
 * `start` on until the key derived from it begins as wanted, and tells the number and the key.
 *
 * To pages that import it, it only says where it is: under the name that carries its hash.
 */

export const address = import.meta.url;

const isWorker = typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope;
if (isWorker) {
  addEventListener("message", async ({ data: { parameters, start, step } }) => {
    postMessage(await found(parameters, start, step));
  });
  // Else the page would not hear of it, and wait.
  addEventListener("unhandledrejection", ({ reason }) => {
    throw reason;
  });
}

async function found(parameters, start, step) {
  const password = new Uint8Array([...bytes(parameters.nonce), 0, 0, 0, 0]);
  const counter = new DataView(password.buffer, password.length - 4);
  const options = optionsOf(parameters);
  for (let number = start; ; number += step) {
    counter.setUint32(0, number);
    const derivedKey = hex(await derived(password, options, parameters.keyLength));
    if (derivedKey.startsWith(parameters.keyPrefix)) return { counter: number, derivedKey };
  }
}

function optionsOf({ algorithm, salt, cost }) {
  const [name, hash] = algorithm.split("/");
  if (name !== "PBKDF2") throw new Error(`unknown algorithm ${algorithm}`);
  return { name, hash, salt: bytes(salt), iterations: cost };
}

async function derived(password, options, length) {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits(options, key, length * 8));
}

function bytes(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function hex(array) {
  return Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
