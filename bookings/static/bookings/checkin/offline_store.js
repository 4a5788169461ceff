/**
 * The scanner's data in IndexedDB, for each event: the manifest, the scans that are not sent yet, the tickets that this
 * device has let in, and the conflicts that nobody has marked as seen.
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

/** The stored data of one event. */
export class OfflineStore {
  constructor(event) {
    this.event = Number(event);
  }

  /** The manifest that was last saved; undefined if none was. */
  manifest() {
    return transaction(["manifests"], "readonly", (store) => store("manifests").get(this.event));
  }

  saveManifest(manifest) {
    return transaction(["manifests"], "readwrite", (store) => store("manifests").put(manifest));
  }

  /** Stores that the server let the ticket in by this scan. */
  saveEntry(scan) {
    return transaction(["inside"], "readwrite", (store) => store("inside").put({ ...scan, event: this.event }));
  }

  /**
   * Lets the ticket in offline and stores the scan to be sent later. Of two simultaneous scans of a ticket, also in
   * different tabs, only one does so.
   *
   * @returns {Promise<object | null>} the earlier scan, if the ticket is already in
   */
  async saveOfflineEntry(scan) {
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

  /** Deletes the entry of a ticket after the server has undone its check-in. */
  deleteEntry(code) {
    return transaction(["inside"], "readwrite", (store) => store("inside").delete([this.event, code]));
  }

  /** Deletes a scan that is not sent yet, with its entry. Resolves to whether there was one. */
  async deleteUnsent(code) {
    const unsent = (await this.unsent()).find((row) => row.code === code);
    if (!unsent) return false;
    await transaction(["inside", "waiting"], "readwrite", (store) => {
      store("waiting").delete(unsent.id);
      store("inside").delete([this.event, code]);
    });
    return true;
  }

  /** The scans that are not sent yet, oldest first. */
  unsent() {
    return this.#all("waiting");
  }

  /** The conflicts that nobody has marked as seen. */
  conflicts() {
    return this.#all("conflicts");
  }

  /** Deletes scans that the server has answered, and stores those that it did not accept as conflicts. */
  saveAnswers(rows, conflicts) {
    return transaction(["waiting", "conflicts"], "readwrite", (store) => {
      rows.forEach((row) => store("waiting").delete(row.id));
      conflicts.forEach((conflict) => store("conflicts").add({ ...conflict, event: this.event }));
    });
  }

  /** Deletes all conflicts, because somebody has seen them. */
  async deleteConflicts() {
    const rows = await this.conflicts();
    await transaction(["conflicts"], "readwrite", (store) => {
      rows.forEach((row) => store("conflicts").delete(row.id));
    });
  }

  #all(name) {
    return transaction([name], "readonly", (store) => store(name).index("event").getAll(this.event));
  }
}
