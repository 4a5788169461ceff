/** Calls the JSON API from a page of the same origin. */

import { isReadOnly, setReadOnly } from "./read_only.js";

const MAX_CHALLENGES = 3; // per call: the required proof of work may have increased in the meantime

/** An error response (RFC 9457), or `code` "offline" without a response. `message` is a sentence for users. */
export class Problem extends Error {
  constructor({ status = 0, code = "unknown", detail, errors = [], seats = [], ...more }, retryAfter = null) {
    super(detail);
    this.name = "Problem";
    Object.assign(this, { status, code, detail, errors, seats, more, retryAfter });
  }
}

/**
 * Calls the API with the session cookie. If it requires a proof of work, solves the challenge and repeats the call.
 *
 * @param {string} method
 * @param {string} path such as "/api/event"
 * @param {{body?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} options body is sent as JSON
 * @returns {Promise<{status: number, data: any, headers: Headers}>} data is null for an empty response
 * @throws {Problem} if the call doesn't succeed; an aborted call throws its AbortError
 */
export async function call(method, path, { headers, ...options } = {}) {
  for (let left = MAX_CHALLENGES; ; left -= 1) {
    try {
      return await callOnce(method, path, { headers, ...options });
    } catch (problem) {
      if (problem.code !== "challenge_required" || left === 0) throw problem;
      headers = { ...headers, "X-Challenge-Solution": await solveChallenge(problem, options.signal) };
    }
  }
}

/** Returns the solution of the problem's challenge; throws the problem if this browser can't solve it. */
async function solveChallenge(problem, signal) {
  const { solve } = await import("./challenge.js"); // rarely needed
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
  const { response, text } = await send(path, request);
  const data = parseJson(text);
  if (!response.ok) throw toProblem(response, data);
  return { status: response.status, data, headers: response.headers };
}

async function send(path, request) {
  try {
    const response = await fetch(path, request);
    if (isReadOnly(response)) setReadOnly(true);
    return { response, text: await response.text() };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      code: "offline",
      detail: "No response. Check your connection, then try again.",
    });
  }
}

function parseJson(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // a proxy's error page, not a response of the API
  }
}

function toProblem(response, data) {
  const retryAfter = Number(data?.retry_after ?? response.headers.get("Retry-After")) || null;
  const known = data && typeof data.code === "string";
  const detail = "Something went wrong on our side. Please try again in a moment.";
  return new Problem(known ? { ...data, status: response.status } : { status: response.status, detail }, retryAfter);
}
