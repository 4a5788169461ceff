/**
 * What this scanner remembers in IndexedDB, for each event: the manifest, the scans that wait to be sent, the tickets
 * it has let in, and the conflicts nobody has looked at yet.
 */

const NAME = "gate";
const VERSION = 1;

const opening = new Promise((resolve, reject) => {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    const stores = request.result;
    stores.createObjectStore("manifests", { keyPath: "event_id" });
    for (const name of ["waiting", "conflicts"]) {
      stores.createObjectStore(name, { keyPath: "id", autoIncrement: true }).createIndex("event", "event");
    }
    stores.createObjectStore("inside", { keyPath: ["event", "code"] });
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function transaction(stores, mode, work) {
  const database = await opening;
  return new Promise((resolve, reject) => {
    const running = database.transaction(stores, mode);
    let result;
    running.oncomplete = () => resolve(result?.result);
    running.onabort = running.onerror = () => reject(running.error);
    result = work((name) => running.objectStore(name), running);
  });
}

/** The memory of one event's gate. */
export class Memory {
  constructor(event) {
    this.event = Number(event);
  }

  /** The manifest as it was last fetched; undefined before. */
  manifest() {
    return transaction(["manifests"], "readonly", (store) => store("manifests").get(this.event));
  }

  keepManifest(manifest) {
    return transaction(["manifests"], "readwrite", (store) => store("manifests").put(manifest));
  }

  /** The scan of this device that let the ticket in; undefined if none did. */
  inside(code) {
    return transaction(["inside"], "readonly", (store) => store("inside").get([this.event, code]));
  }

  /** Notes that the server let the ticket in by this scan. */
  letIn(scan) {
    return transaction(["inside"], "readwrite", (store) => store("inside").put({ ...scan, event: this.event }));
  }

  /**
   * Lets the ticket in without the server, once: of two scans at the same moment one wins, in other tabs too.
   *
   * @returns {Promise<object | null>} the earlier scan, if there was one
   */
  async letInAndQueue(scan) {
    const row = { ...scan, event: this.event };
    let earlier = null;
    await transaction(["inside", "waiting"], "readwrite", (store) => {
      const request = store("inside").get([this.event, scan.code]);
      request.onsuccess = () => {
        earlier = request.result ?? null;
        if (earlier) return;
        store("inside").put(row);
        store("waiting").add(row);
      };
      return request;
    });
    return earlier;
  }

  /** The server says that the ticket is not inside any more. */
  letOut(code) {
    return transaction(["inside"], "readwrite", (store) => store("inside").delete([this.event, code]));
  }

  /** Takes back a scan that was not sent yet; says whether there was one. */
  async takeBack(code) {
    const waiting = (await this.waiting()).find((row) => row.code === code);
    if (!waiting) return false;
    await transaction(["inside", "waiting"], "readwrite", (store) => {
      store("waiting").delete(waiting.id);
      store("inside").delete([this.event, code]);
    });
    return true;
  }

  /** The scans that wait to be sent, oldest first. */
  waiting() {
    return this.#all("waiting");
  }

  conflicts() {
    return this.#all("conflicts");
  }

  /** The server has judged these scans: they wait no longer, and what it did not accept is to be looked at. */
  settle(rows, conflicts) {
    return transaction(["waiting", "conflicts"], "readwrite", (store) => {
      rows.forEach((row) => store("waiting").delete(row.id));
      conflicts.forEach((conflict) => store("conflicts").add({ ...conflict, event: this.event }));
    });
  }

  /** Somebody has looked at them. */
  async forgetConflicts() {
    const rows = await this.conflicts();
    await transaction(["conflicts"], "readwrite", (store) => {
      rows.forEach((row) => store("conflicts").delete(row.id));
    });
  }

  #all(name) {
    return transaction([name], "readonly", (store) => store(name).index("event").getAll(this.event));
  }
}
