/**
 * The scanner's data in IndexedDB, for each event: the manifest, the scans that are not sent yet, the tickets that this
 * device has let in, and the conflicts that nobody has marked as seen.
 */

import { ticketKey } from "./ticket_code.js";

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
  saveEntry(scan, serial) {
    const row = { ...scan, code: serial, event: this.event };
    return transaction(["inside"], "readwrite", (store) => store("inside").put(row));
  }

  /** The scan with which this device let the ticket in; null if it did not. */
  async entry(code, serial) {
    let entry = null;
    await transaction(["inside"], "readonly", (store) => this.#findEntry(store, code, serial, (row) => (entry = row)));
    return entry;
  }

  /**
   * Lets the ticket in offline and stores the scan to be sent later. Of two simultaneous scans of a ticket, also in
   * different tabs, only one does so.
   *
   * @returns {Promise<object | null>} the earlier scan, if the ticket is already in
   */
  async saveOfflineEntry(scan, serial) {
    let earlier = null;
    await transaction(["inside", "waiting"], "readwrite", (store) =>
      this.#findEntry(store, scan.code, serial, (row) => {
        earlier = row;
        if (earlier) return;
        store("inside").put({ ...scan, code: serial, event: this.event });
        store("waiting").add({ ...scan, serial, event: this.event });
      }),
    );
    return earlier;
  }

  /** The number of tickets that this device has let in. */
  entries() {
    const all = IDBKeyRange.bound([this.event], [this.event, []]); // an array sorts after every string
    return transaction(["inside"], "readonly", (store) => store("inside").count(all));
  }

  /** Deletes the entry of a ticket after the server has undone its check-in. */
  deleteEntry(code, serial) {
    return transaction(["inside"], "readwrite", (store) => this.#deleteEntry(store, code, serial));
  }

  /** Deletes a scan that is not sent yet, with its entry. Resolves to whether there was one. */
  async deleteUnsent(serial) {
    const unsent = (await this.unsent()).find((row) => (row.serial ?? ticketKey(row.code)) === serial);
    if (!unsent) return false;
    await transaction(["inside", "waiting"], "readwrite", (store) => {
      store("waiting").delete(unsent.id);
      this.#deleteEntry(store, unsent.code, serial);
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

  // Entries have the ticket's serial as their key, so that a scanned code and a typed number are the same ticket. Those of
  // an earlier version of this page have the scanned code instead.
  #findEntry(store, code, serial, use) {
    const bySerial = store("inside").get([this.event, serial]);
    bySerial.onsuccess = () => {
      if (bySerial.result) return use(bySerial.result);
      const byCode = store("inside").get([this.event, code]);
      byCode.onsuccess = () => use(byCode.result ?? null);
    };
    return bySerial;
  }

  #deleteEntry(store, code, serial) {
    for (const key of [code, serial]) store("inside").delete([this.event, key]);
  }

  #all(name) {
    return transaction([name], "readonly", (store) => store(name).index("event").getAll(this.event));
  }
}
