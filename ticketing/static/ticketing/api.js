/** The JSON API from a page of the same site: one function, one kind of error. */

import { saysReadOnly, tellReadOnly } from "./read_only.js";

const MOST_CHALLENGES = 3; // for one call; what is asked for may have grown meanwhile

/** A refusal (RFC 9457), or `code` "offline" when no answer came at all. `message` is a sentence for a person. */
export class Problem extends Error {
  constructor({ status = 0, code = "unknown", detail, errors = [], seats = [], ...more }, retryAfter = null) {
    super(detail);
    this.name = "Problem";
    Object.assign(this, { status, code, detail, errors, seats, more, retryAfter });
  }
}

/**
 * Calls the API with the session's cookie. Where a proof of work is asked for, it is done and the call made again.
 *
 * @param {string} method
 * @param {string} path own path, such as "/api/event"
 * @param {{body?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} options body is sent as JSON
 * @returns {Promise<{status: number, data: any, headers: Headers}>} data is null for an empty answer
 * @throws {Problem} for any answer that is no success; an aborted call throws its AbortError
 */
export async function call(method, path, { headers, ...options } = {}) {
  for (let left = MOST_CHALLENGES; ; left -= 1) {
    try {
      return await callOnce(method, path, { headers, ...options });
    } catch (problem) {
      if (problem.code !== "challenge_required" || left === 0) throw problem;
      headers = { ...headers, "X-Challenge-Solution": await solved(problem, options.signal) };
    }
  }
}

/** The solution of the problem's challenge; where this browser finds none, the problem is thrown as it came. */
async function solved(problem, signal) {
  const { solve } = await import("./challenge.js"); // hardly anybody ever needs it
  try {
    return await solve(problem.more.challenge, signal);
  } catch (error) {
    throw error.name === "AbortError" ? error : problem;
  }
}

async function callOnce(method, path, { body, headers = {}, signal }) {
  const request = { method, signal, credentials: "same-origin", headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers["Content-Type"] = "application/json";
  }
  const { response, text } = await answerOf(path, request);
  const data = parsed(text);
  if (!response.ok) throw problemOf(response, data);
  return { status: response.status, data, headers: response.headers };
}

async function answerOf(path, request) {
  try {
    const response = await fetch(path, request);
    if (saysReadOnly(response)) tellReadOnly(true);
    return { response, text: await response.text() };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      code: "offline",
      detail: "No answer came. Check your connection, then try again.",
    });
  }
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // a proxy's page, not the API's answer
  }
}

function problemOf(response, data) {
  const retryAfter = Number(data?.retry_after ?? response.headers.get("Retry-After")) || null;
  const known = data && typeof data.code === "string";
  const detail = "Something went wrong on our side. Please try again in a moment.";
  return new Problem(known ? { ...data, status: response.status } : { status: response.status, detail }, retryAfter);
}
